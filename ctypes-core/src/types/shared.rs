//! A type owned by other types, freed without recursion: a program may have built a chain of any length.

use super::{Element, FunctionRef, Pointee, Repr, Type};
use std::sync::Arc;

/// A shared [`Type`].
// Only a drop leaves it empty.
#[derive(Clone)]
pub(crate) struct Shared(Option<Arc<Type>>);

impl Shared {
    pub(crate) fn new(ty: Type) -> Shared {
        Shared(Some(Arc::new(ty)))
    }

    pub(crate) fn get(&self) -> &Type {
        self.0.as_deref().unwrap_or(&Type::VOID)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(last) = self.0.take().and_then(Arc::into_inner) {
            free(last);
        }
    }
}

/// Frees a type to which there is no other handle, with all that only it holds.
pub(super) fn free(ty: Type) {
    let mut last = vec![ty];
    while let Some(Type(repr, mut spelling)) = last.pop() {
        last.extend(spelling.alias.as_mut().and_then(|alias| alias.take()));
        match repr {
            Repr::Pointer { to: Pointee::Owned(mut next) }
            | Repr::Array { of: Element::Owned(mut next), .. }
            | Repr::IncompleteArray { of: Element::Owned(mut next) } => {
                last.extend(next.0.take().and_then(Arc::into_inner));
            }
            Repr::Function(FunctionRef::Owned(function)) => {
                if let Some(function) = Arc::into_inner(function) {
                    last.push(function.result);
                    last.extend(function.params);
                }
            }
            _ => {}
        }
    }
}

#[cfg(feature = "decl")]
impl Type {
    /// How many pointers, arrays, functions, parameters and typedef names a declarator of this type has,
    /// this far: what it takes to copy it into a namespace and out of it.
    pub(crate) fn part_count(&self) -> usize {
        let (mut found, mut next) = (0, vec![self]);
        while let Some(ty) = next.pop() {
            found += 1;
            if found >= super::MAX_PARTS as usize {
                break;
            }
            match &ty.0 {
                _ if ty.1.alias.is_some() => next.extend(ty.1.alias.as_ref().map(|a| a.aliased())),
                Repr::Pointer { to: Pointee::Owned(to) } => next.push(to.get()),
                Repr::Array { of: Element::Owned(of), .. }
                | Repr::IncompleteArray { of: Element::Owned(of) } => next.push(of.get()),
                Repr::Function(FunctionRef::Owned(f)) => {
                    next.push(&f.result);
                    next.extend(&f.params);
                }
                _ => {}
            }
        }
        found
    }
}
