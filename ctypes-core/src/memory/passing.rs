//! C objects in calls: as arguments by value and by address, as values, as functions.
#![forbid(unsafe_code)]

use super::data::is_aggregate;
use super::{AccessError, AccessFault, CData, Init, ViewValue};
use crate::call::args::{Argument, Pushed, TypeRef};
use crate::call::tag::{Slot, Tag};
use crate::call::{Function, Signature};
use crate::callback::SyncCallback;
use crate::convert::{Bytes, Value};
use crate::types::{Repr, Type};
use core::ffi::c_void;
use std::fmt;
use std::sync::Arc;

/// An object as C's operator `&` gives it: its address, as an argument of a call.
///
/// Made by [`CData::byref`].
pub struct ByRef<'d, 'm> {
    data: &'d CData<'m>,
    ty: Type,
}

impl<'m> CData<'m> {
    /// The address of the object as an argument, as `&object` in C. The object is borrowed meanwhile; who keeps the
    /// address for longer must see to it that a handle does too.
    ///
    /// ```
    /// use ctypes_core::{CData, Library, Signature, Type};
    ///
    /// let sig = Signature::of(&Type::function(Default::default(), &Type::DOUBLE,
    ///     [&Type::DOUBLE, &Type::INT.pointer()], false))?;
    /// let frexp = unsafe { Library::open("m")? }.function("frexp", &sig)?;
    /// let exponent = CData::new(&Type::INT)?;
    /// let half = unsafe { frexp.call::<f64>((8.0, exponent.byref()))? };
    /// assert_eq!((half, exponent.get::<i32>("")?), (0.5, 4));
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    #[doc(alias = "addressof")]
    pub fn byref(&self) -> ByRef<'_, 'm> {
        ByRef { data: self, ty: self.ty().pointer() }
    }

    /// The value at `path`, as calls take and return it.
    ///
    /// # Errors
    /// If there is no such part, it is an array, or a `_Bool` is neither 0 nor 1.
    pub fn value(&self, path: &str) -> Result<Value, AccessError> {
        let found = self.find(path)?;
        let wide = |bytes: Vec<u8>| {
            let ty = found.ty;
            Bytes::new(ty, &bytes).map(Value::Bytes).map_err(|e| {
                let fault = AccessFault::Kind { expected: e.reason, found: ty.to_string() };
                self.error(path, fault)
            })
        };
        // Bit fields have no type of their own width.
        if found.place.bits.is_none() && (is_aggregate(found.ty) || Tag::of(found.ty) == Tag::Bytes)
        {
            return wide(self.to_vec(path)?);
        }
        Ok(match self.load(&found, path)? {
            ViewValue::Bool(v) => Value::Bool(v),
            ViewValue::Int(v) => match i64::try_from(v) {
                Ok(v) => Value::Int(v),
                Err(_) => wide(v.to_ne_bytes().to_vec())?,
            },
            ViewValue::UInt(v) => match u64::try_from(v) {
                Ok(v) => Value::UInt(v),
                Err(_) => wide(v.to_ne_bytes().to_vec())?,
            },
            ViewValue::F32(v) => Value::F32(v),
            ViewValue::F64(v) => Value::F64(v),
            ViewValue::Address(v) => {
                Value::Pointer(core::ptr::with_exposed_provenance_mut::<c_void>(v as usize))
            }
            ViewValue::Bytes(_) => wide(self.to_vec(path)?)?,
        })
    }

    /// The function that the pointer at `path` points at, with its declared signature; `name` is for messages.
    ///
    /// Whatever keeps the function alive must go on doing so: that is part of what the caller of the
    /// `unsafe` call vouches for.
    ///
    /// # Errors
    /// If it is no pointer to a function, NULL, or a function that cannot be called here.
    pub fn function(&self, path: &str, name: &str) -> Result<Function, AccessError> {
        let found = self.find(path)?;
        let to = found.ty.pointee().filter(|to| matches!(to.0, Repr::Function(_)));
        let Some(to) = to else {
            return Err(self.error(path, found.expected("a pointer to a function")));
        };
        let refused = |reason: String| {
            self.error(path, AccessFault::Kind { expected: reason, found: to.to_string() })
        };
        let signature = Signature::of(&to).map_err(|e| refused(e.to_string()))?;
        let address = core::ptr::with_exposed_provenance::<c_void>(self.address(path)?);
        Function::from_ptr(name, address, &signature)
            .map_err(|_| self.error(path, AccessFault::Null { expected: "a function".to_owned() }))
    }
}

/// By value, as C passes the object: a scalar as its value, an array as the address of its first element, a
/// record as a copy.
impl Argument for &CData<'_> {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        let ty = TypeRef::Borrowed(self.ty());
        let tag = Tag::of(self.ty());
        if let Repr::Array { .. } = self.ty().0 {
            return args.push(Tag::Pointer, Slot::new(self.span.lent()), ty);
        }
        if tag == Tag::Bytes {
            let mut copy = vec![0_u8; self.layout().size() as usize];
            let inside = self.span.read(0, &mut copy);
            debug_assert!(inside, "memory has at least the size of its type");
            return args.push_copy(&copy, ty);
        }
        let mut slot = [0_u8; 8];
        let inside = self.span.read(0, &mut slot[..tag.size()]);
        debug_assert!(inside, "memory has at least the size of its type");
        args.push(tag, Slot::new(slot), ty);
    }
}

impl Argument for ByRef<'_, '_> {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        args.push(Tag::Pointer, Slot::new(self.data.span.lent()), TypeRef::Borrowed(&self.ty));
    }
}

impl fmt::Debug for ByRef<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "&{:?}", self.data)
    }
}

impl<'v> From<&'v Value> for Init<'v, '_> {
    fn from(value: &'v Value) -> Self {
        match value {
            // What has no value fits nowhere.
            Value::Void => Init::List(Vec::new()),
            Value::Bool(v) => (*v).into(),
            Value::Int(v) => (*v).into(),
            Value::UInt(v) => (*v).into(),
            Value::F32(v) => (*v).into(),
            Value::F64(v) => (*v).into(),
            Value::Pointer(v) => Init::Value(ViewValue::Address(v.expose_provenance() as u64)),
            Value::Bytes(v) => Init::Value(ViewValue::Bytes(v.as_bytes())),
        }
    }
}

/// A callback, which is kept alive for as long as it is stored.
impl<'m, F: 'm> From<&Arc<SyncCallback<F>>> for Init<'_, 'm> {
    fn from(callback: &Arc<SyncCallback<F>>) -> Self {
        Init::kept(callback.as_ptr(), callback.ty().clone(), callback.clone())
    }
}

/// A function, whose library is kept open for as long as it is stored.
impl From<&Function> for Init<'_, '_> {
    fn from(function: &Function) -> Self {
        let ty = function.signature().ty().pointer();
        Init::kept(function.as_ptr(), ty, Arc::new(function.clone()))
    }
}
