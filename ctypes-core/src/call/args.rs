//! Arguments on their way into a call: pushed one by one, each as a slot, a tag and its type.

use super::tag::{Slot, Tag};
use crate::convert::Value;
use crate::types::{CType, Type};
use smallvec::SmallVec;
use std::sync::Arc;

/// The number of arguments up to which a call does not allocate.
pub(crate) const INLINE: usize = 16;

/// A Rust value that can be passed to a C function.
///
/// Every [`CType`] is one, and so are strings and slices (see [`arg`](super::arg)) and [`Value`].
/// References to what is passed live as long as the call does.
///
/// A type of yours is one if it hands on what it holds:
///
/// ```
/// # #[cfg(feature = "decl")] {
/// use ctypes_core::call::{Argument, Pushed};
/// use ctypes_core::Library;
///
/// struct Label(String);
///
/// impl Argument for Label {
///     fn store<'a>(&'a self, args: &mut Pushed<'a>) {
///         self.0.store(args);
///     }
/// }
///
/// let strlen = Library::this().declare("size_t strlen(const char *s);")?;
/// assert_eq!(unsafe { strlen.call::<usize>((Label("four".to_owned()),))? }, 4);
/// # }
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[doc(alias = "from_param")]
#[doc(alias = "_as_parameter_")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to a C function",
    label = "no C argument",
    note = "pass numbers, raw pointers (`&raw mut x`), `arg::ptr(&x)`, `arg::mut_ptr(&mut x)`, `&str`, `&CStr`, `&[T]`, \
            structs with #[derive(CStruct)]"
)]
pub trait Argument {
    /// Appends this value to the arguments of a call.
    fn store<'a>(&'a self, args: &mut Pushed<'a>);
}

/// The arguments of one call that is being made; filled by [`Argument::store`].
#[derive(Default)]
pub struct Pushed<'a> {
    pub(crate) list: SmallVec<[Pass<'a>; INLINE]>,
    /// The bytes that slots hold the addresses of. A `Box` would claim, when moved, to be the only
    /// way to them.
    pub(crate) copies: Vec<Vec<u128>>,
    /// Why the first argument that has no C form has none. Its place in the list is taken.
    fault: Option<Box<Fault>>,
}

/// An argument that has no C form.
pub(crate) struct Fault {
    /// Its position, from 0.
    pub(crate) index: usize,
    pub(crate) reason: String,
}

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
        self.list.push(Pass { slot, ty, tag });
    }

    /// Appends a record, or a scalar wider than a slot, that is copied here.
    pub(crate) fn push_copy(&mut self, bytes: &[u8], ty: TypeRef<'a>) {
        let slot = Slot::new(self.copy(bytes, 0));
        self.push(Tag::Bytes, slot, ty);
    }

    /// Appends the address of a copy of the text with a NUL after it, as `const char *`.
    pub(crate) fn push_text(&mut self, text: &str) {
        let mut slot = Slot::new(core::ptr::null::<u8>());
        match text.bytes().position(|b| b == 0) {
            None => slot = Slot::new(self.copy(text.as_bytes(), 1).cast_const()),
            Some(at) => self
                .fail(format!("the string {text:?} with a NUL at {at}, where C would see its end")),
        }
        self.push(Tag::Pointer, slot, TypeRef::Static(&Type::CONST_CHAR_PTR));
    }

    /// A copy of the bytes that lives as long as the arguments, aligned to 16, with zeros after it.
    fn copy(&mut self, bytes: &[u8], zeros: usize) -> *mut u128 {
        // 16-byte units are aligned for what an engine reads in place.
        let mut copy = vec![0_u128; (bytes.len() + zeros).div_ceil(16)];
        for (unit, bytes) in copy.iter_mut().zip(bytes.chunks(16)) {
            let mut whole = [0; 16];
            whole[..bytes.len()].copy_from_slice(bytes);
            *unit = u128::from_ne_bytes(whole);
        }
        let at = copy.as_mut_ptr();
        self.copies.push(copy);
        at
    }

    /// Says why the argument that is pushed next has no C form.
    fn fail(&mut self, reason: String) {
        let index = self.list.len();
        self.fault.get_or_insert_with(|| Box::new(Fault { index, reason }));
    }

    #[inline]
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_deref()
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
        if let Some(fault) = one.fault {
            self.pushed.fail(fault.reason);
        }
        // Texts and records that were copied stay where they are.
        self.pushed.copies.append(&mut one.copies);
        for Pass { mut slot, ty, tag } in one.list {
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
                self.pushed.copies.push(copy);
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
        self.pushed.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all arguments, keeping the memory.
    pub fn clear(&mut self) {
        self.pushed.list.clear();
        self.pushed.copies.clear();
        self.pushed.fault = None;
        self.types.clear();
    }
}
