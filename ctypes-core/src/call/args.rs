//! Arguments on their way into a call: pushed one by one, each as a slot, a tag and its type.

use super::tag::{Slot, Tag};
use crate::convert::Value;
use crate::types::{CType, Type};
use core::ffi::CStr;
use smallvec::SmallVec;
use std::sync::Arc;

/// The number of arguments up to which a call does not allocate.
pub(crate) const INLINE: usize = 16;

/// A Rust value that can be passed to a C function.
///
/// Every [`CType`] is one, and so are `&CStr` (as `const char *`) and [`Value`]. References to what
/// is passed live as long as the call does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to a C function",
    label = "no C argument",
    note = "pass numbers, raw pointers (`&raw mut x`), `&CStr` for strings, structs with #[derive(CStruct)]"
)]
pub trait Argument {
    /// Appends this value to the arguments of a call.
    fn store<'a>(&'a self, args: &mut Pushed<'a>);
}

/// The arguments of one call that is being made; filled by [`Argument::store`].
#[derive(Default)]
pub struct Pushed<'a>(
    pub(crate) SmallVec<[Pass<'a>; INLINE]>,
    // A `Box` would claim, when moved, to be the only way to its bytes.
    Vec<Vec<u128>>,
);

/// One argument.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    /// The value; or its address, which is then borrowed for `'a`.
    pub(crate) slot: Slot,
    pub(crate) ty: TypeRef<'a>,
    pub(crate) tag: Tag,
}

/// The type of an argument.
#[derive(Clone, Copy)]
pub(crate) enum TypeRef<'a> {
    Static(&'static Type),
    Borrowed(&'a Type),
}

impl TypeRef<'_> {
    pub(crate) fn get(&self) -> &Type {
        match self {
            TypeRef::Static(t) => t,
            TypeRef::Borrowed(t) => t,
        }
    }
}

impl<'a> Pushed<'a> {
    #[inline]
    pub(crate) fn push(&mut self, tag: Tag, slot: Slot, ty: TypeRef<'a>) {
        self.0.push(Pass { slot, ty, tag });
    }

    /// Appends a record, or a scalar wider than a slot, that is copied here.
    pub(crate) fn push_copy(&mut self, bytes: &[u8], ty: TypeRef<'a>) {
        // 16-byte units are aligned for what an engine reads in place.
        let mut copy = vec![0_u128; bytes.len().div_ceil(16)];
        for (unit, bytes) in copy.iter_mut().zip(bytes.chunks(16)) {
            let mut whole = [0; 16];
            whole[..bytes.len()].copy_from_slice(bytes);
            *unit = u128::from_ne_bytes(whole);
        }
        self.0.push(Pass { slot: Slot::new(copy.as_ptr()), ty, tag: Tag::Bytes });
        self.1.push(copy);
    }
}

impl<T: CType> Argument for T {
    #[inline]
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        let tag = const { Tag::of(T::TYPE) };
        let slot = if let Tag::Bytes = tag {
            Slot::new(core::ptr::from_ref(self))
        } else {
            let mut slot = Slot::ZERO;
            // SAFETY: the size of a T with such a tag is the tag's, at most 8; the source is a
            // reference, the destination a local.
            unsafe {
                core::ptr::copy_nonoverlapping(
                    core::ptr::from_ref(self).cast(),
                    slot.0.as_mut_ptr(),
                    const { if size_of::<T>() <= 8 { size_of::<T>() } else { 0 } },
                );
            }
            slot
        };
        args.push(tag, slot, TypeRef::Static(T::TYPE));
    }
}

impl Argument for &CStr {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        args.push(Tag::Pointer, Slot::new(self.as_ptr()), TypeRef::Static(&Type::CONST_CHAR_PTR));
    }
}

impl Argument for Value {
    fn store<'a>(&'a self, args: &mut Pushed<'a>) {
        let (slot, ty) = self.as_slot();
        args.push(Tag::of(ty.get()), slot, ty);
    }
}

/// Arguments whose number and types are known only at run time: pushed one by one, reusable, and
/// free of allocation for up to 16 scalars.
///
/// # Examples
/// ```no_run
/// # use ctypes_core::{call::Args, Function};
/// # unsafe fn example(pow: Function) -> Result<(), ctypes_core::Error> {
/// let mut args = Args::new();
/// args.push(2.0);
/// args.push(10.0);
/// let y = unsafe { pow.call_args(&mut args)? };
/// args.clear();
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct Args<'a> {
    pub(crate) pushed: Pushed<'a>,
    /// The bytes of records, which slots hold the addresses of. A `Box` would claim, when moved, to
    /// be the only way to its bytes.
    records: Vec<Vec<u128>>,
    /// The types that are not `'static`.
    types: Vec<Arc<Type>>,
}

impl<'a> Args<'a> {
    /// No arguments.
    pub fn new() -> Args<'a> {
        Args::default()
    }

    /// Appends an argument. A record is copied.
    ///
    /// What the value borrows (the bytes of a `&CStr`) is borrowed until these arguments are gone.
    pub fn push<T: Argument + 'a>(&mut self, value: T) {
        let mut one = Pushed::default();
        value.store(&mut one);
        for Pass { mut slot, ty, tag } in one.0 {
            if tag == Tag::Bytes {
                let size = ty.get().size();
                let mut copy = vec![0_u128; size.div_ceil(16)];
                // SAFETY: a slot with this tag holds the address of a value of its type, alive until
                // the end of this function; the copy has at least that size.
                unsafe {
                    core::ptr::copy_nonoverlapping(
                        slot.get::<*const u8>(),
                        copy.as_mut_ptr().cast(),
                        size,
                    );
                }
                slot = Slot::new(copy.as_mut_ptr());
                self.records.push(copy);
            }
            let ty = match ty {
                TypeRef::Static(ty) => TypeRef::Static(ty),
                TypeRef::Borrowed(ty) => {
                    let kept = Arc::new(ty.clone());
                    // SAFETY: `types` keeps what it points at for as long as `pushed` has the reference:
                    // both are cleared together, and `pushed` is never handed out.
                    let ty: &'a Type = unsafe { &*Arc::as_ptr(&kept) };
                    self.types.push(kept);
                    TypeRef::Borrowed(ty)
                }
            };
            self.pushed.push(tag, slot, ty);
        }
    }

    /// The number of arguments.
    pub fn len(&self) -> usize {
        self.pushed.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all arguments, keeping the memory.
    pub fn clear(&mut self) {
        self.pushed.0.clear();
        self.records.clear();
        self.types.clear();
    }
}
