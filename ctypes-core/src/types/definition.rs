//! Types as whole C definitions, for a compiler to read.
//!
//! The text is GNU C: attributes for packing and alignment, `#pragma pack`, anonymous members
//! written out. What a member's type is made of must be defined before; [`Type::definition`] writes
//! one type.

use super::{FieldRole, Record, Repr, Type, TypeKind};
use crate::layout::RecordRules;
use crate::target::BitRule;
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
            let attributes = list([align, None, None]);
            let of = alias.ty().declare(alias.name());
            return format!("typedef {of}{attributes};\n");
        }
        match self.kind() {
            TypeKind::Record(record) => {
                let mut text = String::new();
                body(&record, record.name(), 0, false, &mut text);
                text
            }
            TypeKind::Enum(e) => {
                let fixed = e.fixed().map(|s| format!(" : {}", s.c_name())).unwrap_or_default();
                let mut text = format!("enum {}{fixed} {{\n", e.name());
                for (name, value) in e.values() {
                    // C has no literal of the least integer, and none that is too large for u64.
                    let _ = match value {
                        i if i == i128::from(i64::MIN) => {
                            writeln!(text, "    {name} = {} - 1,", i + 1)
                        }
                        i if i > i128::from(i64::MAX) => writeln!(text, "    {name} = {i}u,"),
                        i => writeln!(text, "    {name} = {i},"),
                    };
                }
                text + "};\n"
            }
            _ => String::new(),
        }
    }
}

/// Writes a record with its members; without a semicolon for the name of a member behind it.
fn body(record: &Record, tag: &str, depth: usize, packed_around: bool, text: &mut String) {
    let rules = record.rules();
    let indent = "    ".repeat(depth);
    // A pragma holds inside the braces too, where a record of its own was defined without it.
    let has_pragma = rules.pack.is_some() || packed_around;
    match rules.pack {
        Some(n) => text.push_str(&format!("#pragma pack(push, {n})\n")),
        None if packed_around => text.push_str("#pragma pack(push)\n#pragma pack()\n"),
        None => {}
    }
    let _ = write!(text, "{indent}{}{}", rules.kind.keyword(), attributes(&rules));
    let _ = writeln!(text, "{}{tag} {{", if tag.is_empty() { "" } else { " " });
    for field in record.fields() {
        let own = field.rules();
        let mut behind = own.bits.map(|n| format!(" : {n}")).unwrap_or_default();
        behind += &list([
            own.align.map(|n| format!("aligned({n})")),
            own.packed.then(|| "packed".to_owned()),
            None,
        ]);
        let declared = match (own.role, &field.ty().0) {
            (FieldRole::Anonymous | FieldRole::Base, Repr::Record(inner)) => {
                let packed = rules.pack.is_some();
                body(&Record(inner.clone()), "", depth + 1, packed, text);
                continue;
            }
            (FieldRole::Flexible, Repr::Array { of, .. }) => {
                of.get().declare(&format!("{}[]", field.name()))
            }
            _ => field.ty().declare(field.name()),
        };
        let _ = writeln!(text, "{indent}    {declared}{behind};");
    }
    let _ = writeln!(text, "{indent}}};");
    if has_pragma {
        text.push_str("#pragma pack(pop)\n");
    }
}

fn attributes(rules: &RecordRules) -> String {
    list([
        rules.packed.then(|| "packed".to_owned()),
        rules.align.map(|n| format!("aligned({n})")),
        rules.bit_rule.map(|rule| match rule {
            BitRule::Gcc => "gcc_struct".to_owned(),
            BitRule::Ms => "ms_struct".to_owned(),
        }),
    ])
}

fn list(attributes: [Option<String>; 3]) -> String {
    let all: Vec<String> = attributes.into_iter().flatten().collect();
    if all.is_empty() { String::new() } else { format!(" __attribute__(({}))", all.join(", ")) }
}
