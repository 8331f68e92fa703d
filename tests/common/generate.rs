//! Random C functions: their source, and their types as data.
//!
//! Each function folds every scalar of every argument into its checksum and makes a result of it. One shared library
//! holds all of them; it is compiled when the test runs, by the target's C compiler.

use super::{Random, class, complex_part};
use ctypes_wrap::prelude::*;
use ctypes_wrap::types::{Scalar, ScalarClass, TypeKind};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A function of the generated library.
pub(crate) struct Generated {
    pub(crate) name: String,
    pub(crate) result: Type,
    pub(crate) params: Vec<Type>,
}

/// The types and the source of `count` functions.
pub(crate) struct Program {
    pub(crate) functions: Vec<Generated>,
    pub(crate) source: String,
    conv: CallConv,
    types: Types,
    records: usize,
}

/// The seed of `CTYPES_SEED`, or another one each time; it is printed, and shown if the test fails.
pub(crate) fn seed() -> u64 {
    let seed = match std::env::var("CTYPES_SEED") {
        Ok(text) => text.parse().expect("CTYPES_SEED is a number"),
        Err(_) => std::time::UNIX_EPOCH.elapsed().map_or(1, |d| d.as_nanos() as u64),
    };
    println!("to repeat this run: CTYPES_SEED={seed}");
    seed
}

const SCALARS: &[Type] = &[
    Type::BOOL,
    Type::CHAR,
    Type::SCHAR,
    Type::UCHAR,
    Type::SHORT,
    Type::USHORT,
    Type::INT,
    Type::UINT,
    Type::LONG,
    Type::ULONG,
    Type::LONGLONG,
    Type::ULONGLONG,
    Type::I8,
    Type::U16,
    Type::I32,
    Type::U64,
    Type::SIZE,
    Type::FLOAT,
    Type::DOUBLE,
    Type::FLOAT,
    Type::DOUBLE,
    Type::FLOAT,
    Type::DOUBLE,
    Type::VOID_PTR,
    Type::CHAR_PTR,
];

/// Scalars that Rust has no type for, or that libffi has no description of.
const WIDE: &[Type] = if cfg!(all(target_arch = "x86_64", not(windows))) {
    &[
        Type::LONGDOUBLE,
        Type::FLOAT_COMPLEX,
        Type::DOUBLE_COMPLEX,
        Type::LONGDOUBLE_COMPLEX,
        Type::I128,
        Type::U128,
    ]
} else if cfg!(all(target_arch = "aarch64", not(windows))) {
    &[Type::FLOAT_COMPLEX, Type::DOUBLE_COMPLEX]
} else {
    &[]
};

impl Program {
    pub(crate) fn new(count: usize, random: &mut Random) -> Program {
        Program::with_convention(CallConv::C, count, random)
    }

    /// Functions of another convention than C's own one.
    pub(crate) fn with_convention(conv: CallConv, count: usize, random: &mut Random) -> Program {
        let mut program = Program {
            conv,
            functions: Vec::new(),
            source: "#include \"fixture.h\"\n\
                     static PER_THREAD uint64_t last;\n\
                     EXPORT uint64_t last_checksum(void) { return last; }\n\
                     /* Not inlined: a thread's variable in a function of ms_abi costs it rdi (gcc 12). */\n\
                     __attribute__((noinline)) static void keep(uint64_t h) { last = h; }\n"
                .to_owned(),
            types: Types::new(),
            records: 0,
        };
        for i in 0..count {
            let params: Vec<Type> = (0..random.below(11)).map(|_| program.any(random)).collect();
            let result = if random.below(8) == 0 { Type::VOID } else { program.any(random) };
            program.function(format!("f{i}"), result, params);
        }
        program
    }

    fn any(&mut self, random: &mut Random) -> Type {
        match random.below(5) {
            0 | 1 => self.record(2, random),
            _ if !WIDE.is_empty() && random.below(6) == 0 => self.wide(random),
            _ => random.pick(SCALARS).clone(),
        }
    }

    fn wide(&self, random: &mut Random) -> Type {
        random.pick(WIDE).clone()
    }

    /// Scalars and arrays of scalars only, so that a union has no padding inside its members.
    fn flat(&self, random: &mut Random) -> Type {
        let scalar = random.pick(SCALARS);
        match random.below(3) {
            0 => scalar.array(1 + random.below(4)).expect("small"),
            _ => scalar.clone(),
        }
    }

    fn record(&mut self, depth: usize, random: &mut Random) -> Type {
        let is_union = random.below(4) == 0;
        let packed = !is_union && random.below(12) == 0;
        let members: Vec<Type> = (0..1 + random.below(5))
            .map(|_| match random.below(6) {
                0 if depth > 1 && !is_union => self.record(depth - 1, random),
                1 if !WIDE.is_empty() && !is_union && random.below(3) == 0 => self.wide(random),
                _ => self.flat(random),
            })
            .collect();
        self.records += 1;
        let name = format!("r{}", self.records);
        let declared = if is_union {
            self.types.declare_union(&name)
        } else {
            self.types.declare_struct(&name)
        };
        let ty = declared
            .expect("a new name")
            .define(|r| {
                let r = if packed { r.pack(1) } else { r };
                members.iter().enumerate().fold(r, |r, (i, ty)| r.field(&format!("m{i}"), ty))
            })
            .expect("a record");
        let mut text = String::new();
        members.iter().enumerate().for_each(|(i, ty)| {
            let _ = write!(text, " {};", ty.declare(&format!("m{i}")));
        });
        let (begin, end) =
            if packed { ("#pragma pack(push, 1)\n", "#pragma pack(pop)\n") } else { ("", "") };
        let _ = writeln!(self.source, "{begin}{ty} {{{text} }};\n{end}");
        ty
    }

    fn function(&mut self, name: String, result: Type, params: Vec<Type>) {
        let mut list = String::new();
        let mut body = String::new();
        for (i, ty) in params.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let _ = write!(list, "{comma}{}", ty.declare(&format!("a{i}")));
            paths(ty, &format!("a{i}"), &mut |path, leaf| {
                let macro_ = if is_long_double(leaf) { "FOLD_LONG_DOUBLE" } else { "FOLD" };
                let _ = writeln!(body, "    {{ {} = {path}; {macro_}(x); }}", leaf.declare("x"));
            });
        }
        if params.is_empty() {
            list += "void";
        }
        let attribute = match self.conv {
            CallConv::C => String::new(),
            CallConv::Win64 => "__attribute__((ms_abi))".to_owned(),
            other => format!("__attribute__(({other}))"),
        };
        let _ = writeln!(
            self.source,
            "EXPORT {attribute} {} {{\n    uint64_t h = SEED;\n{body}    keep(h);",
            result.declare(&format!("{name}({list})"))
        );
        if !matches!(result.kind(), TypeKind::Void) {
            let _ =
                writeln!(self.source, "    {};\n    memset(&r, 0, sizeof r);", result.declare("r"));
            paths(&result, "r", &mut |path, leaf| {
                let macro_ = match class(leaf) {
                    Some(ScalarClass::Bool) => "MAKE_BOOL",
                    Some(ScalarClass::Float) => "MAKE_FLOAT",
                    _ if leaf.size() == 16 => "MAKE_WIDE",
                    _ => "MAKE_INTEGER",
                };
                let _ = writeln!(
                    self.source,
                    "    {{ {}; {macro_}(x); {path} = x; }}",
                    leaf.declare("x")
                );
            });
            self.source += "    return r;\n";
        }
        self.source += "}\n";
        if self.conv == CallConv::C {
            self.through(&name, &result, &params);
        }
        self.functions.push(Generated { name, result, params });
    }

    /// A function that gives its arguments to a callback, and returns what the callback returned.
    fn through(&mut self, name: &str, result: &Type, params: &[Type]) {
        let callback = Type::function(CallConv::C, result, params, false).pointer();
        let params_of_c = params.iter().enumerate().map(|(i, ty)| ty.declare(&format!("a{i}")));
        let list: Vec<String> =
            core::iter::once(callback.declare("callback")).chain(params_of_c).collect();
        let names: Vec<String> = (0..params.len()).map(|i| format!("a{i}")).collect();
        let give_back = if matches!(result.kind(), TypeKind::Void) { "" } else { "return " };
        let _ = writeln!(
            self.source,
            "EXPORT {} {{ {give_back}callback({}); }}",
            result.declare(&format!("through_{name}({})", list.join(", "))),
            names.join(", ")
        );
    }

    /// Compiles the source into a shared library.
    pub(crate) fn compile(&self, name: &str) -> PathBuf {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let source = dir.join(format!("{name}.c"));
        let library = dir.join(format!("{name}{}", std::env::consts::DLL_SUFFIX));
        std::fs::write(&source, &self.source).expect("the target folder can be written");
        let compiler = super::programs::compiler();
        let mut command = Command::new(&compiler);
        command.args(["-O1", "-shared", "-fPIC", "-w", "-I"]);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native"));
        command.arg(&source).arg("-o").arg(&library);
        let output = command.output().unwrap_or_else(|e| {
            panic!(
                "this test needs a C compiler: {compiler:?} (from CC, or gcc) cannot be run: {e}"
            )
        });
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?} ended with {}: {messages}", output.status);
        library
    }
}

fn is_long_double(ty: &Type) -> bool {
    matches!(ty.kind(), TypeKind::Scalar(Scalar::LongDouble))
}

/// The C expression of each scalar of `expression`, in the order of [`leaves`].
fn paths(ty: &Type, expression: &str, each: &mut impl FnMut(&str, &Type)) {
    match ty.kind() {
        TypeKind::Array { of, len } => {
            (0..len).for_each(|i| paths(&of, &format!("{expression}[{i}]"), each));
        }
        TypeKind::Record(record) => {
            let layout = ty.layout().expect("complete");
            let fields = layout.fields();
            // As `leaves` does it.
            let largest = (0..fields.len()).rev().max_by_key(|i| fields[*i].size());
            for (i, f) in fields.iter().enumerate() {
                let is_union = record.rules().kind == ctypes_wrap::layout::RecordKind::Union;
                if !is_union || Some(i) == largest {
                    paths(f.ty(), &format!("{expression}.{}", f.name()), each);
                }
            }
        }
        _ => match complex_part(ty) {
            Some(part) => {
                each(&format!("__real__ {expression}"), &part);
                each(&format!("__imag__ {expression}"), &part);
            }
            None => each(expression, ty),
        },
    }
}
