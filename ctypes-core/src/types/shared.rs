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
        let mut last = Vec::from_iter(self.0.take().and_then(Arc::into_inner));
        while let Some(ty) = last.pop() {
            match ty.0 {
                Repr::Pointer { to: Pointee::Owned(mut next), .. }
                | Repr::Array { of: Element::Owned(mut next), .. } => {
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
}
