//! Types as whole C definitions, for a compiler to read.
//!
//! The text is GNU C: attributes for packing, alignment and byte order (which gcc heeds and clang does
//! not), `#pragma pack`, anonymous members written out. What a member's type is made of must be defined
//! before; [`Type::definition`] writes one type.

use super::{Enumeration, FieldRole, FunctionType, MAX_PARTS, Record, Repr, Type, TypeKind};
use crate::layout::RecordRules;
use crate::target::{BitRule, Endian};
use std::fmt::Write as _;

impl Type {
    /// The definition of a struct, union or enumeration, or of a typedef name; for any other type,
    /// nothing.
    ///
    /// ```
    /// use ctypes_core::{Type, Types};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?.define(|r| r.packed().bits("a", Type::UINT, 3))?;
    /// assert_eq!(
    ///     s.definition(),
    ///     "struct __attribute__((packed)) s {\n    unsigned int a : 3;\n};\n",
    /// );
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    pub fn definition(&self) -> String {
        if let Some(alias) = self.alias() {
            let align = alias.align().map(|n| format!("aligned({n})"));
            let attributes = list([align]);
            let of = alias.ty().declare(alias.name());
            return format!("typedef {of}{attributes};\n");
        }
        match self.kind() {
            TypeKind::Record(record) => {
                let mut text = String::new();
                let outer = Around { depth: 0, is_packed: false, before: "", behind: "" };
                body(&record, &outer, &mut text);
                text
            }
            TypeKind::Enum(e) => {
                format!("{};\n", enumerators(&e, "    "))
            }
            _ => String::new(),
        }
    }
}

/// An enumeration with its values, up to the closing brace.
fn enumerators(e: &Enumeration, indent: &str) -> String {
    let fixed = e.fixed().map(|s| format!(" : {}", s.c_name())).unwrap_or_default();
    let tag = if e.name().is_empty() { String::new() } else { format!(" {}", e.name()) };
    if !e.is_complete() {
        return format!("enum{tag}{fixed}");
    }
    let mut text = format!("enum{tag}{fixed} {{\n");
    for (name, value) in e.values() {
        // C has no literal of the least integer, and none that is too large for u64.
        let _ = match value {
            i if i == i128::from(i64::MIN) => writeln!(text, "{indent}{name} = {} - 1,", i + 1),
            i if i > i128::from(i64::MAX) => writeln!(text, "{indent}{name} = {i}u,"),
            i => writeln!(text, "{indent}{name} = {i},"),
        };
    }
    text + &indent[4..] + "}"
}

/// Where a definition stands.
struct Around<'a> {
    depth: usize,
    /// Whether a pragma of the record around holds here too.
    is_packed: bool,
    /// What stands on the same line before the keyword, and behind the closing brace.
    before: &'a str,
    behind: &'a str,
}

/// Writes a record with its members.
fn body(record: &Record, around: &Around<'_>, text: &mut String) {
    let rules = record.rules();
    let indent = "    ".repeat(around.depth);
    // A pragma holds inside the braces too, where a record of its own was defined without it.
    let has_pragma = rules.pack.is_some() || around.is_packed;
    match rules.pack {
        Some(n) => text.push_str(&format!("#pragma pack(push, {n})\n")),
        None if around.is_packed => text.push_str("#pragma pack(push)\n#pragma pack()\n"),
        None => {}
    }
    // Of an anonymous member the tag would declare another record.
    let tag = if around.depth == 0 { record.name() } else { "" };
    let Around { before, behind, .. } = around;
    let attributes = attributes(&rules, storage_order(record));
    let _ = write!(text, "{indent}{before}{}{attributes}", rules.kind.keyword());
    let _ = writeln!(text, "{}{tag} {{", if tag.is_empty() { "" } else { " " });
    for field in record.fields() {
        let own = field.rules();
        let mut behind = own.bits.map(|n| format!(" : {n}")).unwrap_or_default();
        behind += &list([
            own.align.map(|n| format!("aligned({n})")),
            own.packed.then(|| "packed".to_owned()),
        ]);
        let (ty, name) = match (own.role, &field.ty().0) {
            (FieldRole::Flexible, Repr::Array { of, .. }) => {
                (of.get().clone(), format!("{}[]", field.name()))
            }
            _ => (field.ty().clone(), field.name().to_owned()),
        };
        let declared = ty.declare(&name) + &behind;
        let inner = if field.is_transparent() { field.ty().record() } else { unnamed(&ty) };
        if let Some(inner) = inner {
            let shown = format!("{inner:?}");
            let (before, behind) = declared.split_once(&shown).unwrap_or(("", ""));
            let is_packed = rules.pack.is_some();
            body(&inner, &Around { depth: around.depth + 1, is_packed, before, behind }, text);
        } else if let Some(inner) = unnamed_enumeration(&ty) {
            let whole = enumerators(&inner, &format!("{indent}        "));
            let declared = declared.replacen(&format!("{inner:?}"), &whole, 1);
            let _ = writeln!(text, "{indent}    {declared};");
        } else {
            let _ = writeln!(text, "{indent}    {declared};");
        }
    }
    let _ = writeln!(text, "{indent}}}{behind};");
    if has_pragma {
        text.push_str("#pragma pack(pop)\n");
    }
}

/// The byte order that the record's scalars have, if one attribute of gcc can say it of all of them. Those
/// of inner records and what pointers are made of follow no attribute around them.
fn storage_order(record: &Record) -> Option<Endian> {
    let mut order = None;
    for field in record.fields() {
        let ty = field.ty().bottom();
        let own = match ty.kind() {
            _ if field.rules().bits.is_some() => field.rules().order,
            TypeKind::Record(_) | TypeKind::Pointer { .. } | TypeKind::Vector(_) => continue,
            TypeKind::Scalar(_) | TypeKind::Ordered { .. } if ty.size() == 1 => continue,
            TypeKind::Ordered { endian, .. } => Some(endian),
            _ => None,
        };
        if own.is_none() || order.is_some() && own != order {
            return None;
        }
        order = own;
    }
    order
}

/// What a declarator is about in the end, if no typedef name stands for it.
fn base(ty: &Type) -> Type {
    let mut ty = ty.clone();
    for _ in 0..MAX_PARTS {
        let next = match &ty.0 {
            _ if ty.1.has_name() => break,
            Repr::Pointer { to } => to.ty(),
            Repr::Array { of, .. } | Repr::IncompleteArray { of } => of.get().clone(),
            Repr::Function(f) => FunctionType(f.clone()).result(),
            _ => break,
        };
        ty = next;
    }
    ty
}

/// The record without a tag that a member is made of, which only the member's declaration can define.
fn unnamed(ty: &Type) -> Option<Record> {
    let base = base(ty);
    let has_name = base.1.has_name();
    base.record().filter(|r| !has_name && r.name().is_empty() && r.is_complete())
}

fn unnamed_enumeration(ty: &Type) -> Option<Enumeration> {
    let base = base(ty);
    match base.kind() {
        TypeKind::Enum(e) if !base.1.has_name() && e.name().is_empty() => Some(e),
        _ => None,
    }
}

fn attributes(rules: &RecordRules, order: Option<Endian>) -> String {
    list([
        rules.packed.then(|| "packed".to_owned()),
        rules.align.map(|n| format!("aligned({n})")),
        rules.bit_rule.map(|rule| match rule {
            BitRule::Gcc => "gcc_struct".to_owned(),
            BitRule::Ms => "ms_struct".to_owned(),
        }),
        order.map(|order| format!("scalar_storage_order(\"{}\")", order.word())),
        rules.transparent_union.then(|| "transparent_union".to_owned()),
    ])
}

fn list(attributes: impl IntoIterator<Item = Option<String>>) -> String {
    let all: Vec<String> = attributes.into_iter().flatten().collect();
    if all.is_empty() { String::new() } else { format!(" __attribute__(({}))", all.join(", ")) }
}
