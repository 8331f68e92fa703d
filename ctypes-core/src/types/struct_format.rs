//! Layouts as Python's buffers describe them: the format strings of PEP 3118.

use super::record::RecordId;
use super::scalar::{FloatFormat, Scalar, ScalarClass};
use super::{Enumeration, FieldLayout, FieldRole, Layout, Repr, Type};
use crate::error::LayoutError;
use crate::layout::RecordKind;
use crate::target::{Endian, Target};
use std::collections::HashSet;

/// The longest format, in bytes: a record of two records of two records doubles it at every level.
const LONGEST: usize = 1 << 16;

impl Layout {
    /// The type as the format of a buffer (PEP 3118), as numpy's arrays and Python's `memoryview` exchange it:
    /// every word with its byte order, so that it holds on any machine, and all padding written out.
    ///
    /// | in C | in the format |
    /// |---|---|
    /// | struct | `T{`, its members each with `:name:` behind it, `}` |
    /// | array | `(2,3)` before the element |
    /// | pointer | `&` before what it points at, `P` for `void *`, `X{}` for a function's |
    /// | padding | `x`, `3x` |
    /// | `char`, other integers, `_Bool` | `c`; `b` `h` `i` `q`, upper case if unsigned; `?` |
    /// | `wchar_t` and its kin | `u` of 2 bytes, `w` of 4 |
    /// | floats | `e` `f` `d`, `g` if wider than a double; `Z` before it for a complex one |
    /// | member of an anonymous or extended struct | as a member of the record |
    /// | union, integer of 16 bytes, `_BitInt` | `(n)B`, its bytes |
    /// | bit fields that stand together | `(n)B` without a name, their bytes |
    /// | behind a pointer: a record that is incomplete, or described before in the text | `B` |
    ///
    /// # Python equivalent
    /// `memoryview(obj).format` of a ctypes object is the same for structs of numbers, arrays and
    /// pointers, but for what is lost there: padding (before 3.12), the members of an extended struct,
    /// unions and packed structs (all of them `B`, whatever their size), bit fields (each as if it had all
    /// bits of its type), and `wchar_t`, which is `u` of any size.
    ///
    /// # Examples
    /// ```
    /// use ctypes_core::{Type, Types, target::Target};
    /// let types = Types::new();
    /// let s = types.declare_struct("s")?.define(|r| r.field("x", Type::INT).field("y", Type::DOUBLE))?;
    /// assert_eq!(s.at(&Target::X86_64_LINUX)?.struct_format()?, "T{<i:x:4x<d:y:}");
    /// assert_eq!(s.at(&Target::S390X_LINUX)?.struct_format()?, "T{>i:x:4x>d:y:}");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::LongFormat`] above 65,536 characters.
    pub fn struct_format(&self) -> Result<String, LayoutError> {
        let mut format =
            Format { target: self.target(), text: String::new(), described: HashSet::new() };
        // No recursion, since pointers may lead on any number of times. The next step is the last one.
        let mut steps = vec![Step::Type(self.ty().clone())];
        while let Some(step) = steps.pop() {
            let from = steps.len();
            match step {
                Step::Text(text) => format.text += &text,
                Step::Type(ty) => format.ty(&ty, &mut steps)?,
                Step::Members(ty) => members(&ty.at(self.target())?, &mut steps),
            }
            steps[from..].reverse();
            if format.text.len() > LONGEST {
                return Err(LayoutError::LongFormat { ty: self.ty().to_string(), limit: LONGEST });
            }
        }
        Ok(format.text)
    }
}

/// What is still to be written.
enum Step {
    Text(String),
    Type(Type),
    /// The members of a struct, and its padding.
    Members(Type),
}

struct Format<'t> {
    target: &'t Target,
    text: String,
    /// The structs that the text describes.
    described: HashSet<RecordId>,
}

impl Format<'_> {
    /// Writes what a type begins with; the rest is left as steps, in order.
    fn ty(&mut self, ty: &Type, steps: &mut Vec<Step>) -> Result<(), LayoutError> {
        let native = self.target.endian;
        match &ty.0 {
            Repr::Scalar(scalar) => self.scalar(*scalar, native),
            Repr::Ordered(scalar, endian) => self.scalar(*scalar, *endian),
            Repr::Vector(vector) => {
                let of = vector.of();
                let len = vector.size() / of.extent(self.target).size.max(1);
                self.text += &format!("({len})");
                self.scalar(of, native);
            }
            Repr::Array { .. } => {
                let (mut element, mut before) = (ty, '(');
                while let Repr::Array { of, len, .. } = &element.0 {
                    self.text += &format!("{before}{len}");
                    (element, before) = (of.get(), ',');
                }
                self.text.push(')');
                steps.push(Step::Type(element.clone()));
            }
            Repr::Pointer { to } => self.pointer(&to.ty(), steps),
            Repr::Record(record) if !is_union(ty) => {
                self.described.insert(record.id());
                let text = |text: &str| Step::Text(text.to_owned());
                steps.extend([text("T{"), Step::Members(ty.clone()), text("}")]);
            }
            Repr::Enum(e) => match Enumeration(e.clone()).underlying(self.target) {
                Some(scalar) => self.scalar(scalar, native),
                None => self.bytes(ty.extent_at(self.target)?.size),
            },
            Repr::Record(_)
            | Repr::Void
            | Repr::Function(_)
            | Repr::IncompleteArray { .. }
            | Repr::BitInt(_) => {
                self.bytes(ty.extent_at(self.target)?.size);
            }
        }
        Ok(())
    }

    fn pointer(&mut self, to: &Type, steps: &mut Vec<Step>) {
        let is_known = match &to.0 {
            Repr::Void => return self.text.extend([order(self.target.endian), 'P']),
            Repr::Function(_) => return self.text.push_str("X{}"),
            Repr::Record(record) => self.described.contains(&record.id()),
            _ => false,
        };
        self.text.push('&');
        // What only a pointer leads to need not have a layout.
        match is_known || to.extent_at(self.target).is_err() {
            true => self.text.push('B'),
            false => steps.push(Step::Type(to.clone())),
        }
    }

    fn bytes(&mut self, size: u64) {
        self.text += &bytes(size);
    }

    fn scalar(&mut self, scalar: Scalar, endian: Endian) {
        let size = scalar.extent(self.target).size;
        match word(scalar, size, self.target) {
            Some(word) => {
                self.text.push(order(endian));
                self.text += word;
            }
            None => self.bytes(size),
        }
    }
}

/// The members of a struct from its first byte to its last, padding included.
fn members(layout: &Layout, steps: &mut Vec<Step>) {
    let mut end = 0;
    let pad = |end: &mut u64, to: u64, steps: &mut Vec<Step>| {
        match to.saturating_sub(*end) {
            0 => {}
            1 => steps.push(Step::Text("x".to_owned())),
            n => steps.push(Step::Text(format!("{n}x"))),
        }
        *end = to.max(*end);
    };
    let mut fields = layout.fields().iter().filter(|f| f.takes_room()).peekable();
    while let Some(field) = fields.next() {
        pad(&mut end, field.offset(), steps);
        if field.is_bit_field() {
            let mut last = field;
            let joins = |last: &FieldLayout, next: &FieldLayout| {
                next.is_bit_field() && next.offset() <= last.offset() + last.size()
            };
            while let Some(next) = fields.next_if(|next| joins(last, next)) {
                last = next;
            }
            let to = last.offset() + last.size();
            steps.push(Step::Text(bytes(to.saturating_sub(end))));
            end = to.max(end);
            continue;
        }
        let is_part = matches!(field.rules().role, FieldRole::Anonymous | FieldRole::Base);
        if is_part && !is_union(field.ty()) {
            steps.push(Step::Members(field.ty().clone()));
        } else {
            steps.push(Step::Type(field.ty().clone()));
            if !field.name().is_empty() {
                steps.push(Step::Text(format!(":{}:", field.name())));
            }
        }
        end += field.size();
    }
    pad(&mut end, layout.size(), steps);
}

fn is_union(ty: &Type) -> bool {
    ty.record().is_some_and(|r| r.rules().kind == RecordKind::Union)
}

fn bytes(size: u64) -> String {
    format!("({size})B")
}

const fn order(endian: Endian) -> char {
    match endian {
        Endian::Little => '<',
        Endian::Big => '>',
    }
}

fn word(scalar: Scalar, size: u64, target: &Target) -> Option<&'static str> {
    let is_text = matches!(scalar, Scalar::WChar | Scalar::Char16 | Scalar::Char32);
    let float = scalar.float_format(target);
    Some(match (scalar.class(target), size) {
        _ if scalar == Scalar::Char => "c",
        (_, 2) if is_text => "u",
        (_, 4) if is_text => "w",
        (ScalarClass::Bool, _) => "?",
        (ScalarClass::Signed, 1) => "b",
        (ScalarClass::Signed, 2) => "h",
        (ScalarClass::Signed, 4) => "i",
        (ScalarClass::Signed, 8) => "q",
        (ScalarClass::Unsigned, 1) => "B",
        (ScalarClass::Unsigned, 2) => "H",
        (ScalarClass::Unsigned, 4) => "I",
        (ScalarClass::Unsigned, 8) => "Q",
        (ScalarClass::Float, _) => match float? {
            FloatFormat::Half => "e",
            FloatFormat::Single => "f",
            FloatFormat::Double => "d",
            FloatFormat::X87 | FloatFormat::Quad | FloatFormat::DoubleDouble => "g",
            FloatFormat::BFloat16 => return None,
        },
        (ScalarClass::Complex, _) => match float? {
            FloatFormat::Single => "Zf",
            FloatFormat::Double => "Zd",
            FloatFormat::X87 | FloatFormat::Quad | FloatFormat::DoubleDouble => "Zg",
            FloatFormat::Half | FloatFormat::BFloat16 => return None,
        },
        _ => return None,
    })
}
