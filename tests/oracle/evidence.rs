//! The C text that makes a compiler show what it did with a record, and the reading of its answer.

use ctypes_core::Type;
use ctypes_core::target::{Endian, Target};
use ctypes_core::types::{FieldLayout, TypeKind};
use std::collections::HashSet;
use std::fmt::Write as _;

/// The typedefs that freestanding C has no names for.
pub const PRELUDE: &str = "\
typedef __SIZE_TYPE__ size_t; typedef __PTRDIFF_TYPE__ ssize_t, ptrdiff_t;
typedef __INTPTR_TYPE__ intptr_t; typedef __UINTPTR_TYPE__ uintptr_t;
typedef __WCHAR_TYPE__ wchar_t; typedef __CHAR16_TYPE__ char16_t; typedef __CHAR32_TYPE__ char32_t;
typedef __INT8_TYPE__ int8_t; typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t; typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t; typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t; typedef __UINT64_TYPE__ uint64_t;
typedef unsigned char char8_t;
#if defined __clang__ && defined __SIZEOF_FLOAT128__
#define _Float128 __float128
#endif
";

/// Eight bytes that occur nowhere else in an object file.
const MARKER: [u8; 8] = [0x9e, 0x43, 0x54, 0xf9, 0x50, 0x45, 0xd1, 0x7b];

/// A C file that defines what `judged` are made of, and shows each of them.
pub fn unit(judged: &[Type], target: &Target) -> Result<String, String> {
    let mut text = PRELUDE.to_owned();
    let mut defined = HashSet::new();
    for ty in judged {
        define(ty, &mut defined, &mut text);
    }
    for (index, ty) in judged.iter().enumerate() {
        show(index, ty, target, &mut text)?;
    }
    Ok(text)
}

/// Definitions in the order in which C wants them.
pub fn define(ty: &Type, defined: &mut HashSet<String>, text: &mut String) {
    if let Some(alias) = ty.alias() {
        define(&alias.ty(), defined, text);
        if defined.insert(alias.name().to_owned()) {
            text.push_str(&ty.definition());
        }
        return;
    }
    match ty.kind() {
        TypeKind::Array { of, .. } => define(&of, defined, text),
        TypeKind::Pointer { to, .. } => define(&to, defined, text),
        TypeKind::Function(f) => {
            define(&f.result(), defined, text);
            f.params().iter().for_each(|p| define(p, defined, text));
        }
        TypeKind::Enum(_) | TypeKind::Record(_) if defined.insert(ty.unqualified().to_string()) => {
            ty.fields().iter().for_each(|f| define(f.ty(), defined, text));
            text.push_str(&ty.definition());
        }
        _ => {}
    }
}

/// The members whose offsets and the bit fields whose bits are shown, in order.
fn parts(ty: &Type, target: &Target) -> Result<(Vec<FieldLayout>, Vec<FieldLayout>), String> {
    let layout = ty.at(target).map_err(|e| e.to_string())?;
    let fields: Vec<FieldLayout> = layout.named_fields().cloned().collect();
    Ok(fields.into_iter().partition(|f| f.bits().is_none()))
}

fn show(index: usize, ty: &Type, target: &Target, text: &mut String) -> Result<(), String> {
    let (members, bits) = parts(ty, target)?;
    let mut numbers = vec![index.to_string(), format!("sizeof({ty})"), format!("_Alignof({ty})")];
    let mut instances = String::new();
    let mut values = String::new();
    for member in &members {
        numbers.push(format!("__builtin_offsetof({ty}, {})", member.name()));
    }
    for (i, field) in bits.iter().enumerate() {
        numbers.push(format!("__builtin_offsetof(struct show{index}, i{i})"));
        write!(instances, " {ty} i{i};").unwrap();
        write!(values, ", {{ .{} = -1 }}", field.name()).unwrap();
    }
    let marker = MARKER.map(|b| b.to_string()).join(",");
    let (count, numbers) = (numbers.len(), numbers.join(", "));
    writeln!(
        text,
        "struct __attribute__((packed)) show{index} {{ unsigned char m[8]; \
         unsigned long long n[{count}];{instances} }};\n\
         struct show{index} shown{index} = {{ {{{marker}}}, {{{numbers}}}{values} }};"
    )
    .unwrap();
    Ok(())
}

/// What is not as `Type::at` says, by index of the record.
pub fn differences(
    judged: &[Type],
    target: &Target,
    object: &[u8],
) -> Result<Vec<(usize, String)>, String> {
    let mut found = Vec::new();
    let mut seen = vec![false; judged.len()];
    let starts = object.windows(8).enumerate().filter(|(_, w)| *w == MARKER).map(|(i, _)| i);
    for start in starts {
        let shown = Shown { bytes: &object[start..], endian: target.endian };
        let index = shown.number(0)? as usize;
        let ty = judged.get(index).ok_or_else(|| format!("no record of index {index}"))?;
        if std::mem::replace(&mut seen[index], true) {
            return Err(format!("record {index} is shown twice"));
        }
        if let Some(difference) = shown.compare(ty, target)? {
            found.push((index, difference));
        }
    }
    match seen.iter().position(|s| !s) {
        Some(missing) => Err(format!("record {missing} is not in the object file")),
        None => Ok(found),
    }
}

struct Shown<'a> {
    bytes: &'a [u8],
    endian: Endian,
}

impl Shown<'_> {
    fn number(&self, i: usize) -> Result<u64, String> {
        let at = 8 + 8 * i;
        let bytes = self.bytes.get(at..at + 8).ok_or("the object file ends too early")?;
        let bytes: [u8; 8] = bytes.try_into().unwrap();
        Ok(match self.endian {
            Endian::Little => u64::from_le_bytes(bytes),
            Endian::Big => u64::from_be_bytes(bytes),
        })
    }

    fn compare(&self, ty: &Type, target: &Target) -> Result<Option<String>, String> {
        let layout = ty.at(target).map_err(|e| e.to_string())?;
        let (members, bits) = parts(ty, target)?;
        let mut expected =
            vec![("size".to_owned(), layout.size()), ("alignment".to_owned(), layout.align())];
        expected.extend(members.iter().map(|m| (format!("offset of {}", m.name()), m.offset())));
        let mut wrong = Vec::new();
        for (i, (what, ours)) in expected.iter().enumerate() {
            let theirs = self.number(i + 1)?;
            if theirs != *ours {
                wrong.push(format!("{what}: the compiler says {theirs}, we say {ours}"));
            }
        }
        let size = self.number(1)? as usize;
        for (i, field) in bits.iter().enumerate() {
            let at = self.number(1 + expected.len() + i)? as usize;
            let theirs = self.bytes.get(at..at + size).ok_or("the object file ends too early")?;
            let range = field.bits().unwrap();
            let ours: Vec<u8> = (0..size).map(|b| range.mask(b as u64, field.endian())).collect();
            if theirs != ours {
                let name = field.name();
                wrong.push(format!(
                    "bits of {name}: the compiler says {theirs:02x?}, we say {ours:02x?}"
                ));
            }
        }
        Ok((!wrong.is_empty()).then(|| wrong.join("\n")))
    }
}
