//! Bindings that are wrong, each in a way that is sure to show: the judge must find them.

use super::model::{Facts, Kind, Order, Plan, Repr, Role, Spelling, Ty};

/// What is wrong in Rust.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wrong {
    /// A bit field is one bit narrower or wider.
    Width,
    /// A bit field is signed that C has unsigned, or the reverse.
    Sign,
    /// A field is of a type of another size.
    Type,
    /// `align` is missing.
    Align,
    /// Two fields that follow one another have changed places.
    Swapped,
    /// A number is in the other byte order.
    Order,
}

pub(crate) const ALL: &[Wrong] =
    &[Wrong::Width, Wrong::Sign, Wrong::Type, Wrong::Align, Wrong::Swapped, Wrong::Order];

const BYTE: Ty = Ty::Scalar(Spelling {
    c: "unsigned char",
    rust: "c_uchar",
    told: None,
    size: 1,
    care: super::model::Care::None,
});

/// The record with that wrong; `None` if it has nothing of the kind.
pub(crate) fn wrong(plan: &Plan, all: &[Plan], wrong: Wrong) -> Option<Plan> {
    let mut other = plan.clone();
    match wrong {
        Wrong::Width => {
            let field = other
                .fields
                .iter_mut()
                .find(|f| f.is_named() && f.bits.is_some_and(|width| width > 1))?;
            field.bits = field.bits.map(|width| width - 1);
        }
        Wrong::Sign => {
            let is_bits = |s: &Spelling| ["int", "unsigned"].contains(&s.c);
            let field = other.fields.iter_mut().find(|f| {
                f.is_named() && f.bits.is_some() && matches!(&f.ty, Ty::Scalar(s) if is_bits(s))
            })?;
            if let Ty::Scalar(s) = &mut field.ty {
                s.rust = if s.c == "int" { "c_uint" } else { "c_int" };
            }
        }
        Wrong::Type => {
            let is_larger = |ty: &Ty| Facts::of(ty, all).size > 1;
            let field = other.fields.iter_mut().find(|f| {
                f.bits.is_none()
                    && f.role == Role::Plain
                    && matches!(&f.ty, Ty::Scalar(_))
                    && is_larger(&f.ty)
            })?;
            field.ty = BYTE;
        }
        Wrong::Align => {
            let Repr::Align(n) = plan.repr else { return None };
            other.repr = Repr::Plain;
            if Facts::of_record(&other, all).align >= n {
                return None;
            }
        }
        Wrong::Swapped => {
            let is_sized = |i: usize| {
                let field = &plan.fields[i];
                let is_plain = field.bits.is_none() && field.role == Role::Plain;
                is_plain && matches!(field.ty, Ty::Scalar(_) | Ty::Ordered(..))
            };
            let pair = (1..plan.fields.len()).find(|&i| is_sized(i - 1) && is_sized(i))?;
            if plan.kind == Kind::Union {
                return None;
            }
            other.fields.swap(pair - 1, pair);
        }
        Wrong::Order => {
            let field = other.fields.iter_mut().find(|f| {
                plan.endian.is_none()
                    && plan.kind == Kind::Struct
                    && matches!(&f.ty, Ty::Ordered(s, _) if s.size > 1)
            })?;
            if let Ty::Ordered(_, order) = &mut field.ty {
                *order = if *order == Order::Big { Order::Little } else { Order::Big };
            }
        }
    }
    other.is_valid(all).then_some(other)
}
