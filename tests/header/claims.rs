//! What was read out of a header, as assertions that a C compiler checks over the same header.

use ctypes_core::decl::Declarations;
use ctypes_core::types::ConstValue;
use ctypes_core::{Target, Type};
use ctypes_wrap::header::Header;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// How many things of each kind are claimed, and how many cannot be said in C.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) layouts: usize,
    pub(crate) offsets: usize,
    pub(crate) enumerators: usize,
    pub(crate) macros: usize,
    pub(crate) types: usize,
    /// Types with a part that has no name, and bit fields, which have no offset.
    pub(crate) unsaid: usize,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.layouts += other.layouts;
        self.offsets += other.offsets;
        self.enumerators += other.enumerators;
        self.macros += other.macros;
        self.types += other.types;
        self.unsaid += other.unsaid;
    }
}

/// Macros may use `size_t` and `offsetof` although their header does not include what declares them;
/// the front end knows these by itself.
const STDDEF: &str = "#include <stddef.h>\n";

/// The text behind the `#include` lines.
pub(crate) fn claims(header: &Header) -> (String, Count) {
    let mut claims =
        Claims { text: STDDEF.to_owned(), count: Count::default(), target: *header.target() };
    let found = header.declarations();
    for constant in header.constants() {
        claims.constant(&constant.name, &constant.value, &constant.ty);
    }
    // A macro may have the name of a function or field, and stand for something else.
    for definition in found.macros.iter().filter(|m| !m.place.file.starts_with('<')) {
        let _ = writeln!(claims.text, "#undef {}", definition.name);
    }
    claims.declarations(header, found);
    (claims.text, claims.count)
}

struct Claims {
    text: String,
    count: Count,
    target: Target,
}

impl Claims {
    fn say(&mut self, claim: &str, what: &str) {
        let what: String = what.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
        let _ = writeln!(self.text, "_Static_assert({claim}, \"claim: {what}\");");
    }

    fn constant(&mut self, name: &str, value: &ConstValue, ty: &Type) {
        self.count.macros += 1;
        match value {
            ConstValue::Int(value) if ty.pointee().is_some() => {
                self.say(&format!("(__SIZE_TYPE__)({name}) == {value}ull"), name);
            }
            ConstValue::Int(value) => {
                let literal = literal(*value);
                self.say(&format!("({name}) == {literal}"), &format!("{name} is {value}"));
                self.say_type(&format!("__typeof__({name})"), ty);
            }
            ConstValue::Float(value) if !value.is_finite() => {
                self.say(&format!("__builtin_isinf({name}) || __builtin_isnan({name})"), name);
            }
            ConstValue::Float(value) => {
                let bits = value.to_bits();
                // As a double: what is wider is rounded.
                let claim = format!("(double)({name}) == (double){value:e}");
                self.say(&claim, &format!("{name} is {value} ({bits:#x})"));
                self.say_type(&format!("__typeof__({name})"), ty);
            }
            ConstValue::Str(bytes) => {
                let mut text = String::new();
                for byte in &**bytes {
                    let _ = write!(text, "\\{byte:03o}");
                }
                // A cast makes a pointer of what was an array.
                if ty.pointee().is_none() {
                    self.say(&format!("sizeof({name}) == {}", bytes.len() + 1), name);
                }
                if bytes.contains(&0) {
                    self.count.unsaid += 1;
                } else {
                    let claim =
                        format!("__builtin_strcmp((const char *)({name}), \"{text}\") == 0");
                    self.say(&claim, name);
                }
            }
            ConstValue::WStr(units) => {
                let claim = format!("sizeof({name}) / sizeof(*{name}) == {}", units.len() + 1);
                self.say(&claim, name);
            }
            other => panic!("{name} is {other:?}, of which nothing is claimed yet"),
        }
    }

    /// Pointers to the two are compared, since qualifiers at the top make no difference to compilers.
    fn say_type(&mut self, one: &str, ty: &Type) {
        let other = ty.pointer().to_string();
        // The polynomials of ARM are types of their own to gcc, also as elements of a vector.
        let is_polynomial = one.starts_with("poly") && other.contains("vector_size");
        if is_polynomial || other.contains("(unnamed") || other.contains("__va_list") {
            self.count.unsaid += 1;
            return;
        }
        self.count.types += 1;
        let claim = format!("__builtin_types_compatible_p(__typeof__({one}) *, {other})");
        self.say(&claim, &format!("{one} is {other}"));
    }

    fn layout(&mut self, name: &str, ty: &Type) {
        // GNU C's sizes of void and functions are no sizes.
        let Ok(layout) = ty.at(&self.target) else { return };
        self.count.layouts += 1;
        let (size, align) = (layout.size(), layout.align());
        // gcc's `_Alignof` tells less than a member gets, for vectors that the processor may lack.
        let aligned = format!("__builtin_offsetof(struct {{ char c; {name} v; }}, v)");
        let claim = format!("sizeof({name}) == {size} && {aligned} == {align}");
        self.say(&claim, &format!("{name} has size {size}, align {align}"));
        for field in layout.named_fields() {
            if field.bits().is_some() {
                self.count.unsaid += 1;
                continue;
            }
            self.count.offsets += 1;
            let (field, offset) = (field.name(), field.offset());
            let claim = format!("__builtin_offsetof({name}, {field}) == {offset}");
            self.say(&claim, &format!("{name}.{field} is at {offset}"));
        }
    }

    fn declarations(&mut self, header: &Header, found: &Declarations) {
        for record in header.types().records() {
            if !record.record().is_some_and(|r| r.name().is_empty() || r.name().starts_with("__va"))
            {
                self.layout(&record.to_string(), &record);
            }
        }
        let declared: HashSet<&str> = found.typedefs.iter().map(|t| &*t.name).collect();
        for typedef in &found.typedefs {
            // <stddef.h> defines some of these.
            let _ = writeln!(self.text, "#undef {}", typedef.name);
            // gcc's own names for the vectors of ARM stand for types that cannot be written otherwise.
            let mut ty = typedef.ty.clone();
            while let Some(alias) = ty.alias().filter(|alias| declared.contains(alias.name())) {
                ty = alias.ty().with_qualifiers(ty.qualifiers());
            }
            self.say_type(&typedef.name, &ty);
            self.layout(&typedef.name, &typedef.ty);
        }
        for constant in &found.constants {
            self.count.enumerators += 1;
            let literal = literal(constant.value);
            let name = &constant.name;
            let claim = format!("({name}) == {literal}");
            self.say(&claim, &format!("{name} is {}", constant.value));
        }
        for function in &found.functions {
            self.say_type(&function.name, &function.ty);
        }
        for function in &found.inline_functions {
            self.say_type(&function.name, &function.ty);
        }
        for variable in found.variables.iter() {
            self.say_type(&variable.name, &variable.ty);
        }
    }
}

fn literal(value: i128) -> String {
    match value {
        v if v > i128::from(i64::MAX) => format!("{v}ull"),
        v if v == i128::from(i64::MIN) => format!("({}ll - 1)", v + 1),
        v => format!("{v}ll"),
    }
}

/// What the compiler says against the claims.
pub(crate) fn refusals(command: &[String], includes: &str, claims: &str) -> Vec<String> {
    let run = Command::new(&command[0])
        .args(&command[1..])
        .args(["-w", "-fsyntax-only", "-fmax-errors=0", "-x", "c", "-"])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match run {
        Ok(child) => child,
        Err(e) => return vec![format!("{} does not run: {e}", command[0])],
    };
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let text = format!("{includes}{claims}");
    let writer = std::thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    let output = child.wait_with_output().expect("the compiler ends");
    writer.join().expect("the text is written");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<String> =
        stderr.lines().filter(|l| l.contains("error:")).map(str::to_owned).collect();
    if errors.is_empty() && !output.status.success() {
        return vec![format!("{} ends with {}: {stderr}", command[0], output.status)];
    }
    errors
}

/// The names of the functions that clang finds in a text.
pub(crate) fn clang_functions(
    flags: &[String],
    includes: &str,
) -> Result<BTreeSet<String>, String> {
    use std::io::BufRead as _;
    let mut child = Command::new("clang")
        .args(flags)
        .args([
            "-w",
            "-fsyntax-only",
            "-fno-color-diagnostics",
            "-Xclang",
            "-ast-dump",
            "-x",
            "c",
            "-",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("clang does not run ({e}): install Debian's package `clang`"))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin.write_all(includes.as_bytes()).map_err(|e| e.to_string())?;
    drop(stdin);
    let mut names = BTreeSet::new();
    let stdout = child.stdout.take().expect("stdout is piped");
    for line in std::io::BufReader::new(stdout).split(b'\n') {
        let line = line.map_err(|e| e.to_string())?;
        if !line.starts_with(b"|-FunctionDecl ") && !line.starts_with(b"`-FunctionDecl ") {
            continue;
        }
        let line = String::from_utf8_lossy(&line);
        let Some((head, _)) = line.split_once(" '") else { continue };
        let name = head.rsplit(' ').next().unwrap_or("");
        // What clang declares by itself is in no header.
        if !head.split(' ').any(|w| w == "implicit") {
            names.insert(name.to_owned());
        }
    }
    child.wait().map_err(|e| e.to_string())?;
    Ok(names)
}

/// The functions that only one of the two has.
pub(crate) fn functions_differ(header: &Header, clang: &BTreeSet<String>) -> Vec<String> {
    let found = header.declarations();
    let declared = found.functions.iter().map(|f| &f.name);
    let inline = found.inline_functions.iter().map(|f| &f.name);
    let ours: BTreeSet<String> = declared.chain(inline).map(|n| n.to_string()).collect();
    let only_ours = ours.difference(clang).map(|n| format!("{n}: clang does not find it"));
    let only_clang = clang.difference(&ours).map(|n| format!("{n}: only clang finds it"));
    only_ours.chain(only_clang).collect()
}
