//! The records as text: C with a judge's functions for each, and Rust with the derives.
//!
//! C knows the records by its own rules alone: sizes, offsets and the place of bits are `sizeof`, `offsetof` and member
//! access there. Of a record `R`, C has `R_facts`, `R_get_f` and `R_set_f` for its bit fields, `R_care` (makes `bool`s
//! and enumerations valid), `R_sum` (a checksum of all named fields in memory), `R_take` (the same of a record passed by value,
//! with the other arguments), `R_want` (what `R_take` is to give, by a call within C) and `R_give` (returns one).

use super::model::{Care, Field, Kind, Plan, Repr, Spelling, Ty};
use std::fmt::Write as _;

const PRELUDE: &str = "\
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>
#if defined(__x86_64__) || defined(__i386__)
#define MEANT_OF_LONG_DOUBLE 10
#else
#define MEANT_OF_LONG_DOUBLE sizeof(long double)
#endif
typedef int (*callback)(int);
enum unsigned_values { UNSIGNED_ZERO, UNSIGNED_FIVE = 5 };
enum signed_values { SIGNED_NEGATIVE = -5, SIGNED_ZERO = 0 };
static uint64_t fold(uint64_t h, const void *from, size_t len) {
    const unsigned char *bytes = from;
    for (size_t i = 0; i < len; i++) h = (h ^ bytes[i]) * 0x100000001b3u;
    return h;
}
";

/// The C half: definitions and functions.
pub(crate) fn c(plans: &[Plan]) -> String {
    let mut text = PRELUDE.to_owned();
    for plan in plans {
        text += &definition(plan);
        text += &functions(plan);
    }
    text
}

/// The record in C.
fn definition(plan: &Plan) -> String {
    let mut attributes = Vec::new();
    let (mut push, mut pop) = (String::new(), "");
    match plan.repr {
        Repr::Plain => {}
        Repr::Packed => attributes.push("packed".to_owned()),
        Repr::Align(n) => attributes.push(format!("aligned({n})")),
        Repr::Pack(n) => {
            (push, pop) = (format!("#pragma pack(push, {n})\n"), "#pragma pack(pop)\n")
        }
    }
    if plan.ms {
        attributes.push("ms_struct".to_owned());
    }
    let attributes = match attributes.is_empty() {
        true => String::new(),
        false => format!("__attribute__(({})) ", attributes.join(", ")),
    };
    let mut text = format!("{push}{} {attributes}{} {{\n", word(plan.kind), plan.name);
    for field in &plan.fields {
        let name = if field.name.starts_with('_') { "" } else { &field.name };
        let bits = field.bits.map(|n| format!(" : {n}")).unwrap_or_default();
        let declared = declare(&field.ty, name);
        writeln!(text, "    {}{bits};", declared.trim_end()).unwrap();
    }
    format!("{text}}};\ntypedef {} {name} {name};\n{pop}", word(plan.kind), name = plan.name)
}

fn word(kind: Kind) -> &'static str {
    if kind == Kind::Struct { "struct" } else { "union" }
}

fn declare(ty: &Ty, name: &str) -> String {
    match ty {
        Ty::Scalar(s) => format!("{} {name}", s.c),
        Ty::Record(i) => format!("R{i} {name}"),
        Ty::Array(of, len) => declare(of, &format!("{name}[{len}]")),
    }
}

fn functions(plan: &Plan) -> String {
    let name = &plan.name;
    let mut text = format!("const size_t {name}_facts[] = {{ sizeof({name}), _Alignof({name})");
    for field in plan.named().filter(|f| f.bits.is_none()) {
        let f = &field.name;
        write!(text, ", offsetof({name}, {f}), sizeof((({name} *)0)->{f})").unwrap();
    }
    text += " };\n";
    let (mut sums, mut cares) = (String::new(), String::new());
    for field in plan.named() {
        let f = &field.name;
        if field.bits.is_some() {
            text += &format!("long long {name}_get_{f}(const {name} *p) {{ return p->{f}; }}\n");
            text += &format!("void {name}_set_{f}({name} *p, long long v) {{ p->{f} = v; }}\n");
            sums += &format!("    {{ long long b = r.{f}; h = fold(h, &b, sizeof b); }}\n");
            continue;
        }
        let at = format!("p + offsetof({name}, {f})");
        sums += &leaves(&field.ty, &at, 0, &|leaf, at| match leaf {
            Leaf::Record(i) => format!("h = R{i}_fold(h, {at});"),
            Leaf::Scalar(s) if s.care == Care::LongDouble => {
                format!("h = fold(h, {at}, MEANT_OF_LONG_DOUBLE);")
            }
            Leaf::Scalar(s) => format!("h = fold(h, {at}, sizeof({}));", s.c),
        });
        cares += &leaves(&field.ty, &at, 0, &|leaf, at| match leaf {
            Leaf::Record(i) => format!("R{i}_care({at});"),
            Leaf::Scalar(s) if s.care == Care::Bool => format!("*({at}) &= 1;"),
            Leaf::Scalar(s) if s.care == Care::Zero => format!("memset({at}, 0, sizeof({}));", s.c),
            Leaf::Scalar(_) => String::new(),
        });
    }
    let (before, after) = &plan.around;
    let mut params = Vec::new();
    let (mut values, mut folds) = (Vec::new(), String::new());
    for (i, argument) in before.iter().enumerate() {
        params.push(format!("{} a{i}", argument.c));
        values.push(value(argument, i));
        folds += &format!(" h = fold(h, &a{i}, sizeof a{i});");
    }
    params.push(format!("{name} r"));
    values.push("r".to_owned());
    for (i, argument) in after.iter().enumerate() {
        params.push(format!("{} b{i}", argument.c));
        values.push(value(argument, 20 + i));
        folds += &format!(" h = fold(h, &b{i}, sizeof b{i});");
    }
    let (params, values) = (params.join(", "), values.join(", "));
    // No record is reached by an address that does not suit its alignment: nested ones are copied out.
    text + &format!(
        "void {name}_care(void *q) {{\n    unsigned char *p = q; (void)p;\n{cares}}}\n\
         static uint64_t {name}_fold(uint64_t h, const void *q) {{\n    {name} r; memcpy(&r, q, sizeof r); \
         const unsigned char *p = q; (void)p;\n{sums}    return h;\n}}\n\
         uint64_t {name}_sum(const void *p) {{ return {name}_fold(0xcbf29ce484222325u, p); }}\n\
         uint64_t {name}_take({params}) {{ uint64_t h = {name}_sum(&r);{folds} return h; }}\n\
         uint64_t {name}_want(const void *p) {{ {name} r; memcpy(&r, p, sizeof r); return {name}_take({values}); }}\n\
         {name} {name}_give(const void *p) {{ {name} r; memcpy(&r, p, sizeof r); return r; }}\n"
    )
}

enum Leaf<'a> {
    Record(usize),
    Scalar(&'a Spelling),
}

/// A statement for each part of the field at `at` that is no array.
fn leaves(ty: &Ty, at: &str, depth: u32, each: &dyn Fn(Leaf<'_>, &str) -> String) -> String {
    match ty {
        Ty::Scalar(s) => format!("    {}\n", each(Leaf::Scalar(s), at)),
        Ty::Record(i) => format!("    {}\n", each(Leaf::Record(*i), at)),
        Ty::Array(of, len) => {
            let i = format!("i{depth}");
            let element = declare(of, "");
            let inner = leaves(of, &format!("{at} + {i} * sizeof({element})"), depth + 1, each);
            format!("    for (size_t {i} = 0; {i} < {len}; {i}++) {{\n{inner}    }}\n")
        }
    }
}

/// An argument, the same token in both languages.
fn value(argument: &Spelling, i: usize) -> String {
    match argument.c {
        "float" | "double" => format!("{i}.5"),
        _ => format!("{}", i + 100),
    }
}

/// The Rust half: the types, what `main.rs` asks of them, and the functions that C has.
pub(crate) fn rust(plans: &[Plan], library: &str) -> String {
    let (mut types, mut functions, mut all) = (String::new(), String::new(), String::new());
    for plan in plans {
        let name = &plan.name;
        let own = record(plan);
        let params = |around: &[Spelling], letter: char| -> String {
            let each = around.iter().enumerate();
            each.map(|(i, s)| format!("{letter}{i}: {}, ", s.rust)).collect()
        };
        let values = |around: &[Spelling], from: usize| -> String {
            let each = around.iter().enumerate();
            each.map(|(i, s)| format!("{}, ", value(s, from + i))).collect()
        };
        let pushed = |around: &[Spelling], from: usize| -> String {
            let each = around.iter().enumerate();
            each.map(|(i, s)| format!("args.push::<{}>({}); ", s.rust, value(s, from + i)))
                .collect()
        };
        let (before, after) = &plan.around;
        writeln!(
            functions,
            "    fn {name}_take({}r: {name}, {}) -> u64;\n    fn {name}_give(from: *const c_void) -> {name};",
            params(before, 'a'),
            params(after, 'b').trim_end_matches(", "),
        )
        .unwrap();
        let of_all = |kept: &dyn Fn(&Field) -> Option<String>| -> String {
            plan.named().filter_map(kept).collect()
        };
        let fields = of_all(&|f| {
            let (ty, f) = (f.bits.is_none().then(|| rust_type(&f.ty))?, &f.name);
            Some(format!("(\"{f}\", offset_of!({name}, {f}), size_of::<{ty}>()), "))
        });
        let bits = of_all(&|f| f.bits.map(|width| access(&f.name, width)));
        writeln!(
            types,
            "{own}\nimpl Case for {name} {{\n    const NAME: &str = \"{name}\";\n    const C: &str = r##\"{c}\"##;\n    \
             const RUST: &str = r##\"{own}\"##;\n    const FIELDS: &[(&str, usize, usize)] = &[{fields}];\n    \
             const BITS: &[Bits<{name}>] = &[{bits}];\n    \
             unsafe fn take(r: {name}) -> u64 {{ unsafe {{ {name}_take({}r, {}) }} }}\n    \
             unsafe fn give(from: *const c_void) -> {name} {{ unsafe {{ {name}_give(from) }} }}\n    \
             fn args(r: {name}) -> Args<'static> {{ let mut args = Args::default(); {} args.push(r); {} args }}\n    \
             fn params() -> Vec<Type> {{ vec![{}] }}\n}}",
            values(before, 0),
            values(after, 20),
            pushed(before, 0),
            pushed(after, 20),
            described(before) + &format!("{name}::TYPE.clone(), ") + &described(after),
            c = definition(plan),
        )
        .unwrap();
        writeln!(all, "    judge.case::<{name}>();").unwrap();
    }
    format!(
        "{types}\n#[foreign_fn(linux = [{library:?}])]\nunsafe extern \"C\" {{\n{functions}}}\n\n\
         fn all(judge: &mut Judge) {{\n{all}}}\n"
    )
}

fn described(around: &[Spelling]) -> String {
    around.iter().map(|s| format!("<{}>::TYPE.clone(), ", s.rust)).collect()
}

/// The record in Rust.
fn record(plan: &Plan) -> String {
    let mut text = String::new();
    if plan.has_bits() {
        text += "#[bitfield]\n";
    }
    let derive = if plan.kind == Kind::Struct { "CStruct" } else { "CUnion" };
    let repr = match plan.repr {
        Repr::Plain => String::new(),
        Repr::Packed => ", packed".to_owned(),
        Repr::Pack(n) => format!(", packed({n})"),
        Repr::Align(n) => format!(", align({n})"),
    };
    text += &format!("#[derive({derive}, Clone, Copy)]\n#[repr(C{repr})]\n");
    if plan.ms {
        text += "#[ctypes(layout = \"ms\")]\n";
    }
    text += &format!("pub {} {} {{\n", word(plan.kind), plan.name);
    for field in &plan.fields {
        if let Some(width) = field.bits {
            text += &format!("    #[bits({width})]\n");
        }
        if let Some(told) = told(&field.ty) {
            text += &format!("    #[ctype(\"{told}\")]\n");
        }
        text += &format!("    {}: {},\n", field.name, rust_type(&field.ty));
    }
    text + "}\n"
}

fn told(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Scalar(s) => s.told,
        Ty::Array(of, _) => told(of),
        Ty::Record(_) => None,
    }
}

fn rust_type(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(s) => s.rust.to_owned(),
        Ty::Record(i) => format!("R{i}"),
        Ty::Array(of, len) => format!("[{}; {len}]", rust_type(of)),
    }
}

fn access(f: &str, width: u64) -> String {
    format!(
        "Bits {{ name: \"{f}\", width: {width}, get: |r| Number::number(r.{f}()), \
         set: |r, n| r.set_{f}(Number::from_number(n)), with: |r, n| r.with_{f}(Number::from_number(n)), \
         try_set: |r, n| r.try_set_{f}(Number::from_number(n)).is_ok() }}, "
    )
}
