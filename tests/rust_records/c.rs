//! The records in C, with a judge's functions for each.
//!
//! C knows the records by its own rules alone: sizes, offsets and the place of bits are `sizeof`, `offsetof` and member
//! access there. Of a record `R`, C has `R_facts`, `R_get_f` and `R_set_f` for its bit fields and the like, `R_care` (makes
//! `bool`s and enumerations valid), `R_sum` (a checksum of all named fields in memory), `R_take` (the same of a record
//! passed by value, with the other arguments), `R_want` (what `R_take` is to give, by a call within C) and `R_give`
//! (returns one).

use super::generate::ORDERED;
use super::model::{Care, Field, Kind, Order, Plan, Repr, Role, Spelling, Ty, record};
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

/// Definitions and functions.
pub(crate) fn source(plans: &[Plan]) -> String {
    let mut text = prelude();
    for plan in plans {
        text += &definition(plan, plans);
        text += &whole(plan, plans);
        text += &functions(plan, plans);
    }
    text
}

/// What definitions need.
pub(crate) fn prelude() -> String {
    let mut text = PRELUDE.to_owned();
    // A number in an order of its own is to C a member of a struct in that order.
    for spelling in ORDERED {
        for order in [Order::Big, Order::Little] {
            let (c, name, order) = (spelling.c, ordered(spelling, order), word_of(order));
            let order = format!("__attribute__((scalar_storage_order(\"{order}-endian\")))");
            writeln!(text, "typedef struct {order} {{ {c} v; }} {name};").unwrap();
        }
    }
    text
}

pub(crate) fn word_of(order: Order) -> &'static str {
    if order == Order::Big { "big" } else { "little" }
}

fn ordered(spelling: &Spelling, order: Order) -> String {
    format!("{}_{}", word_of(order), spelling.c.replace(' ', "_"))
}

/// The record in C.
pub(crate) fn definition(plan: &Plan, all: &[Plan]) -> String {
    let mut attributes = Vec::new();
    let (mut push, mut pop) = (String::new(), "");
    match plan.repr {
        Repr::Plain => {}
        Repr::Packed => attributes.push("packed".to_owned()),
        Repr::Align(n) => attributes.push(format!("aligned({n})")),
        Repr::PackedAlign(n) => attributes.push(format!("packed, aligned({n})")),
        Repr::Pack(n) => {
            (push, pop) = (format!("#pragma pack(push, {n})\n"), "#pragma pack(pop)\n");
        }
    }
    if plan.ms {
        attributes.push("ms_struct".to_owned());
    }
    if let Some(order) = plan.endian {
        attributes.push(format!("scalar_storage_order(\"{}-endian\")", word_of(order)));
    }
    let attributes = match attributes.is_empty() {
        true => String::new(),
        false => format!("__attribute__(({})) ", attributes.join(", ")),
    };
    let (name, word) = (plan.name(), word(plan.kind));
    let mut text = format!("{push}{word} {attributes}{name} {{\n");
    for (i, field) in plan.fields.iter().enumerate() {
        let bits = field.bits.map(|n| format!(" : {n}")).unwrap_or_default();
        let declared = declaration(plan, field, i > 0 && i + 1 == plan.fields.len(), all);
        writeln!(text, "    {}{bits};", declared.trim_end()).unwrap();
    }
    format!("{text}}};\ntypedef {word} {name} {name};\n{pop}")
}

fn declaration(plan: &Plan, field: &Field, is_last: bool, all: &[Plan]) -> String {
    let name = if field.is_named() { field.name.as_str() } else { "" };
    match &field.ty {
        Ty::Record(id) if field.role == Role::Anonymous => {
            format!("{} R{id}", word(record(all, *id).kind))
        }
        // What is in the record's own order needs no other type.
        ty if plan.endian.is_some() => declare(&in_own_order(ty), name),
        Ty::Array(of, 0) if is_flexible(plan, is_last) => declare(of, &format!("{name}[]")),
        ty => declare(ty, name),
    }
}

/// Whether C takes an array of unknown length there (C11 6.7.2.1p18).
fn is_flexible(plan: &Plan, is_last: bool) -> bool {
    is_last && plan.kind == Kind::Struct && plan.named().count() > 1
}

fn in_own_order(ty: &Ty) -> Ty {
    match ty {
        Ty::Ordered(s, _) => Ty::Scalar(*s),
        Ty::Array(of, len) => Ty::Array(Box::new(in_own_order(of)), *len),
        other => other.clone(),
    }
}

fn word(kind: Kind) -> &'static str {
    if kind == Kind::Struct { "struct" } else { "union" }
}

pub(crate) fn declare(ty: &Ty, name: &str) -> String {
    match ty {
        Ty::Scalar(s) => format!("{} {name}", s.c),
        Ty::Ordered(s, order) => format!("{} {name}", ordered(s, *order)),
        Ty::Record(id) => format!("R{id} {name}"),
        Ty::Array(of, len) => declare(of, &format!("{name}[{len}]")),
    }
}

/// Whether Rust and C exchange the field's value as a number, through functions of each.
pub(crate) fn is_exchanged(plan: &Plan, field: &Field) -> bool {
    match &field.ty {
        Ty::Scalar(s) => plan.is_block() && field.bits.is_none() && is_number(s),
        Ty::Ordered(..) => plan.kind == Kind::Struct,
        _ => false,
    }
}

fn is_number(s: &Spelling) -> bool {
    let is_other = ["float", "double", "void *", "const char *", "callback"].contains(&s.c);
    s.care == Care::None && !is_other && !s.c.ends_with("_Complex")
}

fn functions(plan: &Plan, all: &[Plan]) -> String {
    let name = &plan.name();
    let mut text = format!("const size_t {name}_facts[] = {{ sizeof({name}), _Alignof({name})");
    for place in plan.places(all) {
        let (f, ty) = (place.c, declare(&place.field.ty, ""));
        write!(text, ", offsetof({name}, {f}), sizeof({ty})").unwrap();
    }
    text += " };\n";
    for place in plan.bit_places(all) {
        text += &exchange(name, &place.field.name, &format!("p->{}", place.c), "");
    }
    for field in plan.named().filter(|f| is_exchanged(plan, f)) {
        let f = &field.name;
        let (bare, is_ordered) = match &field.ty {
            Ty::Ordered(s, _) => (s.c, true),
            _ => ("", false),
        };
        let member = if is_ordered && plan.endian.is_none() { ".v" } else { "" };
        text += &exchange(name, f, &format!("p->{f}{member}"), bare);
    }
    let Arguments { params, values, folds } = Arguments::of(plan);
    text + &format!(
        "uint64_t {name}_take({params}) {{ uint64_t h = {name}_sum(&r);{folds} return h; }}\n\
         uint64_t {name}_want(const void *p) {{ {name} r; memcpy(&r, p, sizeof r); return {name}_take({values}); }}\n\
         {name} {name}_give(const void *p) {{ {name} r; memcpy(&r, p, sizeof r); return r; }}\n"
    )
}

/// `R_care`, `R_fold` and `R_sum`.
pub(crate) fn whole(plan: &Plan, all: &[Plan]) -> String {
    let name = &plan.name();
    let (mut sums, mut cares) = (String::new(), String::new());
    for field in plan.named() {
        if field.bits.is_some() {
            let f = &field.name;
            sums += &format!("    {{ long long b = r.{f}; h = fold(h, &b, sizeof b); }}\n");
            continue;
        }
        let at = format!("p + {}", offset(plan, field, all));
        sums += &folded(&field.ty, &at);
        cares += &cared_for(&field.ty, &at);
    }
    // No record is reached by an address that does not suit its alignment: nested ones are copied out.
    format!(
        "void {name}_care(void *q) {{\n    unsigned char *p = q; (void)p;\n{cares}}}\n\
         static uint64_t {name}_fold(uint64_t h, const void *q) {{\n    {name} r; memcpy(&r, q, sizeof r); \
         const unsigned char *p = q; (void)p;\n{sums}    return h;\n}}\n\
         uint64_t {name}_sum(const void *p) {{ return {name}_fold(0xcbf29ce484222325u, p); }}\n"
    )
}

/// Statements that fold into `h` what is at `at`, the address of a byte.
pub(crate) fn folded(ty: &Ty, at: &str) -> String {
    leaves(ty, at, 0, &|leaf, at| match leaf {
        Ty::Record(id) => format!("h = R{id}_fold(h, {at});"),
        Ty::Scalar(s) if s.care == Care::LongDouble => {
            let fold = |at: &str| format!("h = fold(h, {at}, MEANT_OF_LONG_DOUBLE);");
            match s.c.ends_with("_Complex") {
                true => fold(at) + &fold(&format!("{at} + sizeof(long double)")),
                false => fold(at),
            }
        }
        other => format!("h = fold(h, {at}, sizeof({}));", declare(other, "")),
    })
}

/// Statements that make valid what is at `at`, the address of a byte.
pub(crate) fn cared_for(ty: &Ty, at: &str) -> String {
    leaves(ty, at, 0, &|leaf, at| match leaf {
        Ty::Record(id) => format!("R{id}_care({at});"),
        Ty::Scalar(s) if s.care == Care::Bool => format!("*({at}) &= 1;"),
        Ty::Scalar(s) if s.care == Care::Zero => format!("memset({at}, 0, sizeof({}));", s.c),
        _ => String::new(),
    })
}

/// What `R_take` is declared with, given, and does with it.
struct Arguments {
    params: String,
    values: String,
    folds: String,
}

impl Arguments {
    fn of(plan: &Plan) -> Arguments {
        let (before, after) = &plan.around;
        let (mut params, mut values, mut folds) = (Vec::new(), Vec::new(), String::new());
        let mut push = |letter: char, around: &[Spelling], from: usize| {
            for (i, argument) in around.iter().enumerate() {
                params.push(format!("{} {letter}{i}", argument.c));
                values.push(value(argument, from + i));
                folds += &format!(" h = fold(h, &{letter}{i}, sizeof {letter}{i});");
            }
            if letter == 'a' {
                params.push(format!("{} r", plan.name()));
                values.push("r".to_owned());
            }
        };
        push('a', before, 0);
        push('b', after, AFTER);
        Arguments { params: params.join(", "), values: values.join(", "), folds }
    }
}

/// How the record is passed by value.
pub(crate) fn prototype(plan: &Plan) -> String {
    format!("uint64_t {}_take({});\n", plan.name(), Arguments::of(plan).params)
}

/// Two functions by which a value is read and written as a `long long`, floating-point numbers by their bits.
fn exchange(name: &str, f: &str, member: &str, ty: &str) -> String {
    let (get, set) = match ty {
        "float" | "double" => {
            let bits = if ty == "float" { "uint32_t" } else { "uint64_t" };
            (
                format!("{ty} t = {member}; {bits} n; memcpy(&n, &t, sizeof n); return n;"),
                format!("{bits} n = v; {ty} t; memcpy(&t, &n, sizeof n); {member} = t;"),
            )
        }
        _ => (format!("return {member};"), format!("{member} = v;")),
    };
    format!(
        "long long {name}_get_{f}(const {name} *p) {{ {get} }}\n\
         void {name}_set_{f}({name} *p, long long v) {{ {set} }}\n"
    )
}

/// Where a field begins. One without a name begins as far before one of its members as that is inside.
fn offset(plan: &Plan, field: &Field, all: &[Plan]) -> String {
    let name = plan.name();
    match &field.ty {
        Ty::Record(id) if field.role == Role::Anonymous => {
            let first = record(all, *id).places(all).swap_remove(0).c;
            format!("offsetof({name}, {first}) - offsetof(R{id}, {first})")
        }
        _ => format!("offsetof({name}, {})", field.name),
    }
}

/// A statement for each part of the field at `at` that is no array.
fn leaves(ty: &Ty, at: &str, depth: u32, each: &dyn Fn(&Ty, &str) -> String) -> String {
    match ty {
        Ty::Array(of, len) => {
            let i = format!("i{depth}");
            let element = declare(of, "");
            let inner = leaves(of, &format!("{at} + {i} * sizeof({element})"), depth + 1, each);
            format!("    for (size_t {i} = 0; {i} < {len}; {i}++) {{\n{inner}    }}\n")
        }
        other => format!("    {}\n", each(other, at)),
    }
}

/// What tells the arguments after the record from those before it.
pub(crate) const AFTER: usize = 20;

/// An argument, the same token in both languages.
pub(crate) fn value(argument: &Spelling, i: usize) -> String {
    match argument.c {
        "float" | "double" => format!("{i}.5"),
        _ => format!("{}", i + 100),
    }
}
