//! How C objects are shown and compared.
#![forbid(unsafe_code)]

use super::CData;
use super::path::Found;
use crate::types::{Complex, FieldRole, Repr, Type};
use std::fmt;

/// How many values are shown, and how deep.
const MAX_SHOWN: usize = 64;
const MAX_DEPTH: usize = 8;

impl fmt::Debug for CData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ty().0 {
            Repr::Record(_) => write!(f, "{} ", self.ty())?,
            _ => write!(f, "({}) ", self.ty())?,
        }
        Showing { data: self, path: String::new(), left: MAX_SHOWN }.part(f, self.ty(), MAX_DEPTH)
    }
}

struct Showing<'d, 'm> {
    data: &'d CData<'m>,
    path: String,
    left: usize,
}

impl Showing<'_, '_> {
    fn part(&mut self, f: &mut fmt::Formatter<'_>, ty: &Type, depth: usize) -> fmt::Result {
        if self.left == 0 || depth == 0 {
            return f.write_str("…");
        }
        self.left -= 1;
        match &ty.0 {
            Repr::Array { of, .. } if of.get().is_byte() || self.data.text(&self.path).is_ok() => {
                match self.data.text_bytes(&self.path) {
                    Ok(text) => write!(f, "\"{}\"", text.escape_ascii()),
                    Err(_) => f.write_str("…"),
                }
            }
            Repr::Array { of, .. } => {
                let (of, len) = (of.get().clone(), self.data.len(&self.path).unwrap_or(0));
                f.write_str("[")?;
                for i in 0..len {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    if self.left == 0 {
                        f.write_str("…")?;
                        break;
                    }
                    self.inside(&format!("[{i}]"), |inner| inner.part(f, &of, depth - 1))?;
                }
                f.write_str("]")
            }
            Repr::Record(_) => self.record(f, ty, depth),
            _ => match self.data.find(&self.path) {
                Ok(found) => self.scalar(f, &found),
                Err(_) => f.write_str("…"),
            },
        }
    }

    fn record(&mut self, f: &mut fmt::Formatter<'_>, ty: &Type, depth: usize) -> fmt::Result {
        let Ok(layout) = super::create::native(ty) else { return f.write_str("…") };
        f.write_str("{")?;
        let fields = layout.named_fields().filter(|field| field.rules().role != FieldRole::Unnamed);
        for (i, field) in fields.enumerate() {
            f.write_str(if i > 0 { ", " } else { " " })?;
            if self.left == 0 {
                f.write_str("…")?;
                break;
            }
            write!(f, "{}: ", field.name())?;
            let dot = if self.path.is_empty() { "" } else { "." };
            let step = format!("{dot}{}", field.name());
            self.inside(&step, |inner| inner.part(f, field.ty(), depth - 1))?;
        }
        f.write_str(" }")
    }

    fn scalar(&self, f: &mut fmt::Formatter<'_>, found: &Found<'_>) -> fmt::Result {
        if let Ok(Some(name)) = self.data.enumerator(&self.path) {
            return f.write_str(&name);
        }
        if let Ok(Complex { re, im }) = self.data.complex(&self.path) {
            return write!(f, "{re:?}+{im:?}i");
        }
        match self.data.load(found, &self.path) {
            Ok(super::ViewValue::Address(0)) => f.write_str("NULL"),
            Ok(value) => fmt::Debug::fmt(&value, f),
            Err(_) => match self.data.to_vec(&self.path) {
                Ok(bytes) => write!(f, "{bytes:02x?}"),
                Err(_) => f.write_str("…"),
            },
        }
    }

    fn inside(&mut self, step: &str, show: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        let len = self.path.len();
        self.path.push_str(step);
        let shown = show(self);
        self.path.truncate(len);
        shown
    }
}

/// By type and bytes, padding among them: that of an object that was made here is zero.
impl PartialEq for CData<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.ty() == other.ty()
            && self.size() == other.size()
            && match (self.to_room(), other.to_room()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            }
    }
}

impl CData<'_> {
    /// All bytes, those of the room behind the type among them.
    fn to_room(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; self.size()];
        self.span.read(0, &mut bytes).then_some(bytes)
    }
}
