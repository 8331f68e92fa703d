//! The records in Rust, as a user writes them, and what `judge.rs` asks of them.

use super::c;
use super::model::{Field, Form, Kind, Order, Plan, Repr, Role, Spelling, Ty, record};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const PRELUDE: &str = "\
#![allow(warnings)]
use core::ffi::*;
use core::mem::offset_of;
use ctypes_wrap::{Be, CStruct, CType, CUnion, Complex, Function, Le, LongDouble, Raw, Type, bitfield, foreign_fn};
use rust_records_judge::{Access, ByteValues, Case, Judge, Number, Place, ShortValues, SignedValues, UnsignedValues};
use rust_records_judge::{Wide, Word};
type size_t = usize;
";

/// A program of the records, whose C half is in the file `library`, without the functions that are left out.
pub(crate) fn source(
    plans: &[Plan],
    of_c: &[Plan],
    library: &str,
    left_out: &BTreeSet<String>,
) -> String {
    let (mut text, mut functions, mut all) = (PRELUDE.to_owned(), String::new(), String::new());
    for (plan, of_c_plan) in plans.iter().zip(of_c) {
        let name = &plan.name();
        let params = |around: &[Spelling], letter: char| -> String {
            let each = around.iter().enumerate();
            each.map(|(i, s)| format!("{letter}{i}: {}, ", s.rust)).collect()
        };
        let (before, after) = &plan.around;
        let is_refused = ["take", "give"].iter().any(|f| left_out.contains(&format!("{name}_{f}")));
        text += &definition(plan, plans);
        text += &case(plan, plans, &c::definition(of_c_plan, of_c), is_refused);
        writeln!(all, "    judge.case::<{name}>();").unwrap();
        if is_refused {
            continue;
        }
        writeln!(
            functions,
            "    fn {name}_take({}r: {name}, {}) -> u64;\n    fn {name}_give(from: *const c_void) -> {name};",
            params(before, 'a'),
            params(after, 'b').trim_end_matches(", "),
        )
        .unwrap();
    }
    format!(
        "{text}\n#[foreign_fn(linux = [{library:?}])]\nunsafe extern \"C\" {{\n{functions}}}\n\n\
         fn all(judge: &mut Judge) {{\n{all}}}\n\
         fn main() {{ rust_records_judge::run({library:?}, all) }}\n"
    )
}

/// What `judge.rs` asks of a record.
fn case(plan: &Plan, all: &[Plan], in_c: &str, is_refused: bool) -> String {
    let name = &plan.name();
    let own = definition(plan, all);
    let values = |around: &[Spelling], from: usize| -> String {
        let each = around.iter().enumerate();
        each.map(|(i, s)| format!("{}, ", c::value(s, from + i))).collect()
    };
    let typed = |around: &[Spelling], from: usize| -> String {
        let each = around.iter().enumerate();
        each.map(|(i, s)| format!("{} as {}, ", c::value(s, from + i), s.rust)).collect()
    };
    let (before, after) = &plan.around;
    let (typed_before, typed_after) = (typed(before, 0), typed(after, c::AFTER));
    let mut places = String::new();
    for place in plan.places(all) {
        let offset = place.rust.as_ref().map(|path| format!("offset_of!({name}, {path})"));
        write!(
            places,
            "Place {{ name: \"{f}\", offset: {offset}, size: size_of::<{ty}>(), lent: {lent} }}, ",
            f = place.field.name,
            offset = option(offset),
            ty = concrete(place.field),
            lent = option(lent(plan, place.field, all)),
        )
        .unwrap();
    }
    let mut accesses = String::new();
    for place in plan.bit_places(all) {
        accesses += &bit_access(&place.through, place.field);
    }
    for field in plan.named().filter(|f| c::is_exchanged(plan, f)) {
        accesses += &access(plan, field);
    }
    let (take, give) = match is_refused {
        true => ("unreachable!()".to_owned(), "unreachable!()".to_owned()),
        false => (
            format!(
                "unsafe {{ {name}_take({}r, {}) }}",
                values(before, 0),
                values(after, c::AFTER)
            ),
            format!("unsafe {{ {name}_give(from) }}"),
        ),
    };
    format!(
        "impl Case for {name} {{\n    const NAME: &str = \"{name}\";\n    const REFUSED: bool = {is_refused};\n    const C: &str = r##\"{in_c}\"##;\n    \
         const RUST: &str = r##\"{own}\"##;\n    const PLACES: &[Place<{name}>] = &[{places}];\n    \
         const ACCESSES: &[Access<{name}>] = &[{accesses}];\n    \
         unsafe fn take(r: {name}) -> u64 {{ {take} }}\n    \
         unsafe fn give(from: *const c_void) -> {name} {{ {give} }}\n    \
         unsafe fn take_by(f: &Function, r: {name}) -> u64 {{ unsafe {{ f.call(({typed_before}r, {typed_after})).unwrap() }} }}\n    \
         fn params() -> Vec<Type> {{ vec![{}] }}\n}}\n",
        described(before) + &format!("{name}::TYPE.clone(), ") + &described(after),
    )
}

fn option(text: Option<String>) -> String {
    text.map_or("None".to_owned(), |text| format!("Some({text})"))
}

fn described(around: &[Spelling]) -> String {
    around.iter().map(|s| format!("<{}>::TYPE.clone(), ", s.rust)).collect()
}

/// The record in Rust, with the wrappers and the alias that it needs.
pub(crate) fn definition(plan: &Plan, all: &[Plan]) -> String {
    let mut text = String::new();
    for field in plan.fields.iter().filter(|f| f.form == Form::Wrapped) {
        writeln!(
            text,
            "#[derive(CStruct, Clone, Copy)]\n#[repr(transparent)]\npub struct {}({}{});",
            concrete(field),
            told(&field.ty),
            rust_type(&field.ty)
        )
        .unwrap();
    }
    if plan.has_bits() || plan.is_block() {
        text += "#[bitfield]\n";
    }
    let (derive, word) = match plan.kind {
        Kind::Struct => ("CStruct", "struct"),
        Kind::Union => ("CUnion", "union"),
    };
    let repr = match plan.repr {
        Repr::Plain => String::new(),
        Repr::Packed => ", packed".to_owned(),
        Repr::Pack(n) => format!(", packed({n})"),
        Repr::Align(n) => format!(", align({n})"),
        Repr::PackedAlign(n) => format!(", packed, align({n})"),
    };
    text += &format!("#[derive({derive}, Clone, Copy)]\n#[repr(C{repr})]\n");
    if plan.ms {
        text += "#[ctypes(layout = \"ms\")]\n";
    }
    if let Some(order) = plan.endian {
        text += &format!("#[ctypes(endian = \"{}\")]\n", c::word_of(order));
    }
    let name = plan.name();
    match plan.is_generic() {
        true => {
            let union_bound = if plan.kind == Kind::Union { ": Copy" } else { "" };
            text += &format!(
                "#[ctypes(name = \"{name}\")]\npub {word} G{}<T{union_bound}> {{\n",
                plan.id
            );
        }
        false => text += &format!("pub {word} {name} {{\n"),
    }
    for field in &plan.fields {
        if let Some(width) = field.bits {
            text += &format!("    #[bits({width})]\n");
        }
        match field.role {
            Role::Plain => {}
            Role::Anonymous => text += &format!("    #[anonymous{}]\n", listed(plan, field, all)),
            Role::Base => text += "    #[base]\n",
        }
        let ty = match field.form {
            Form::Parameter => "T".to_owned(),
            _ => concrete(field),
        };
        let told = if field.form == Form::Plain { told(&field.ty) } else { String::new() };
        text += &format!("    {told}{}: {ty},\n", field.name);
    }
    text += "}\n";
    if let Some(field) = plan.fields.iter().find(|f| f.form == Form::Parameter) {
        text += &format!("pub type {name} = G{}<{}>;\n", plan.id, rust_type(&field.ty));
    }
    text
}

/// The members of an anonymous field that get accessors, none where none can be lent.
fn lendable<'a>(plan: &Plan, field: &Field, all: &'a [Plan]) -> Vec<&'a Field> {
    let Ty::Record(id) = field.ty else { return Vec::new() };
    let inner = record(all, id);
    if plan.is_packed() || inner.is_packed() || plan.kind == Kind::Union {
        return Vec::new();
    }
    inner.named().filter(|f| f.bits.is_none() && f.role == Role::Plain).collect()
}

fn is_union(field: &Field, all: &[Plan]) -> bool {
    matches!(field.ty, Ty::Record(id) if record(all, id).kind == Kind::Union)
}

fn listed(plan: &Plan, field: &Field, all: &[Plan]) -> String {
    let mark = if is_union(field, all) { "unsafe " } else { "" };
    let members = lendable(plan, field, all);
    let each = members.iter().map(|m| format!("{mark}{}: {}", m.name, concrete(m)));
    let each: Vec<String> = each.collect();
    if each.is_empty() { String::new() } else { format!("({})", each.join(", ")) }
}

/// The member's address, as an accessor or a `Deref` lends it.
fn lent(plan: &Plan, member: &Field, all: &[Plan]) -> Option<String> {
    let holder = plan.fields.iter().find(|f| {
        f.role != Role::Plain && lendable(plan, f, all).iter().any(|m| m.name == member.name)
    })?;
    let f = &member.name;
    Some(match holder.role {
        Role::Base => format!("|r| (&raw const r.{f}).cast()"),
        _ => format!("|r| core::ptr::from_ref(unsafe {{ r.{f}() }}).cast()"),
    })
}

fn told(ty: &Ty) -> String {
    match ty.element() {
        Ty::Scalar(Spelling { told: Some(told), .. }) => format!("#[ctype(\"{told}\")] "),
        _ => String::new(),
    }
}

/// The type of a field where it is used.
fn concrete(field: &Field) -> String {
    match field.form {
        Form::Wrapped => format!("W{}", field.name),
        Form::Plain | Form::Parameter => rust_type(&field.ty),
    }
}

pub(crate) fn rust_type(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(s) => s.rust.to_owned(),
        Ty::Ordered(s, order) => format!("{}<{}>", ordered(*order), s.rust),
        Ty::Record(id) => format!("R{id}"),
        Ty::Array(of, len) => format!("[{}; {len}]", rust_type(of)),
    }
}

fn ordered(order: Order) -> &'static str {
    if order == Order::Big { "Be" } else { "Le" }
}

/// The accessors of a bit field, of the record or of one that it lends members of.
fn bit_access(through: &[&Field], field: &Field) -> String {
    let (f, width) = (&field.name, field.bits.unwrap_or_default());
    let (mut read, mut write, mut back) = ("let t = *r; ".to_owned(), String::new(), String::new());
    let mut holder = "r".to_owned();
    for (i, outer) in through.iter().enumerate() {
        let o = &outer.name;
        read += &format!("let t = t.{o}; ");
        write += &format!("let mut t{i} = {holder}.{o}; ");
        back.insert_str(0, &format!("{holder}.{o} = t{i}; "));
        holder = format!("t{i}");
    }
    let own = match through.is_empty() {
        true => format!(
            "with: Some(|r, n| r.with_{f}(Number::from_number(n))), \
             try_set: Some(|r, n| r.try_set_{f}(Number::from_number(n)).is_ok())"
        ),
        false => "with: None, try_set: None".to_owned(),
    };
    format!(
        "Access {{ name: \"{f}\", width: Some({width}), get: |r| {{ {read}Number::number(t.{f}()) }}, \
         set: |r, n| {{ {write}{holder}.set_{f}(Number::from_number(n)); {back} }}, {own} }}, "
    )
}

/// A number in an order of its own, or one among the bytes of a block.
fn access(plan: &Plan, field: &Field) -> String {
    let f = &field.name;
    let (mut from, mut to) = ("Number::number(v)".to_owned(), "Number::from_number(n)".to_owned());
    if let Ty::Ordered(_, order) = field.ty {
        from = "Number::number(v.get())".to_owned();
        to = format!("{}::new({to})", ordered(order));
    }
    if field.form == Form::Wrapped {
        from = format!("let v = v.0; {from}");
        to = format!("{}({to})", concrete(field));
    }
    let (read, write, with) = match plan.is_block() {
        true => (
            format!("r.{f}()"),
            format!("r.set_{f}({to})"),
            format!("Some(|r, n| r.with_{f}({to}))"),
        ),
        false => (format!("r.{f}"), format!("r.{f} = {to}"), "None".to_owned()),
    };
    format!(
        "Access {{ name: \"{f}\", width: None, get: |r| {{ let v = {read}; {from} }}, set: |r, n| {{ {write}; }}, \
         with: {with}, try_set: None }}, "
    )
}
