//! Small random records, of which conventions make more than of large ones: floats and integers in turn, arrays of a few
//! elements or none, unions, bit fields of all kinds, packed and aligned ones.

use super::super::generate::Plan;
use super::super::random::Random;
use ctypes_core::Type;
use ctypes_core::layout::{RecordKind, RecordRules};
use ctypes_core::target::{Compiler, Target};
use ctypes_core::types::FieldRules;

const INTEGERS: [Type; 8] =
    [Type::U8, Type::I8, Type::U16, Type::I32, Type::U32, Type::I64, Type::BOOL, Type::VOID_PTR];
const UNITS: [Type; 7] =
    [Type::U8, Type::I16, Type::UINT, Type::INT, Type::UINT, Type::U64, Type::LONGLONG];

pub fn plan(random: &mut Random, name: &str, before: &[Type], target: &Target) -> Plan {
    let r = random;
    let kind = if r.once_in(8) { RecordKind::Union } else { RecordKind::Struct };
    let mut rules = RecordRules::plain(kind);
    rules.packed = r.once_in(10);
    rules.pack = r.once_in(12).then(|| 1 << r.below(4));
    rules.align = r.once_in(10).then(|| 1 << r.below(6));
    let most = if r.once_in(4) { 6 } else { 3 };
    let count = 1 + r.below(most);
    let bits_in_ten = *r.of(&[0, 1, 4, 7]);
    let floats_in_ten = *r.of(&[1, 5, 10]);
    // One kind of float in one record, mostly.
    let float = r.of(&[Type::FLOAT, Type::FLOAT, Type::DOUBLE]).clone();
    let mut fields = Vec::new();
    for i in 0..count {
        let name = format!("{name}_{i}");
        if r.below(10) < bits_in_ten {
            fields.push(bit_field(r, name));
            continue;
        }
        let rules = FieldRules::PLAIN;
        fields.push((name, ty(r, before, floats_in_ten, &float, target, 0), rules));
    }
    Plan { name: name.to_owned(), rules, fields }
}

fn bit_field(r: &mut Random, name: String) -> (String, Type, FieldRules) {
    let ty = r.of(&UNITS).clone();
    let limit = 8 * ty.size() as u64;
    if r.once_in(8) {
        return (String::new(), ty, FieldRules::unnamed_bits(0));
    }
    let width = if r.once_in(3) { limit } else { 1 + r.below(limit) } as u32;
    if r.once_in(8) {
        return (String::new(), ty, FieldRules::unnamed_bits(width));
    }
    (name, ty, FieldRules::bits(width))
}

fn ty(
    r: &mut Random,
    before: &[Type],
    floats_in_ten: u64,
    float: &Type,
    target: &Target,
    depth: u32,
) -> Type {
    match r.below(12) {
        0 | 1 if depth < 2 => {
            let len = *r.of(&[0, 1, 1, 2, 2, 3, 4]);
            let of = ty(r, before, floats_in_ten, float, target, depth + 1);
            // What has 4 bytes for want of members makes no array, whatever it is aligned to.
            let is_ragged = of.at(target).is_ok_and(|l| l.size() % l.align() != 0);
            if is_ragged { of } else { of.array(len).unwrap() }
        }
        2 if !before.is_empty() => r.of(before).clone(),
        3 if r.once_in(3) => match r.below(4) {
            0 => Type::DOUBLE,
            1 => Type::FLOAT_COMPLEX,
            2 if target.pointer == 8 && target.compiler == Compiler::Gcc => Type::I128,
            _ => Type::LONGDOUBLE,
        },
        _ if r.below(10) < floats_in_ten => float.clone(),
        _ => r.of(&INTEGERS).clone(),
    }
}
