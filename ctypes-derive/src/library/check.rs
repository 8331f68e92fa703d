//! What is wrong although it can be read.

use super::model::Model;
use crate::common::errors::Errors;
use crate::common::item::Kind;
use crate::common::outcome;
use syn::visit_mut::{VisitMut, visit_type_reference_mut};
use syn::{Lifetime, ReturnType, TypeFnPtr, TypeReference};

/// Reports what cannot be expanded as it is meant.
pub(super) fn check(model: &Model, errors: &mut Errors) {
    outcome::check(&model.block, &model.options.outcome, errors);
    for item in &model.block.items {
        let Kind::Function(signature) = &item.kind else { continue };
        let ReturnType::Type(_, output) = &signature.output else { continue };
        let mut elided = Elided(false);
        elided.visit_type_mut(&mut output.clone());
        if elided.0 {
            errors.push(
                output,
                "name the lifetime of the result, as in `fn f<'a>(x: &'a T) -> &'a U`: \
                 left out, it would be that of the handle",
            );
        }
    }
}

/// Whether a type leaves a lifetime to be inferred from the parameters.
struct Elided(bool);

impl VisitMut for Elided {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        self.0 |= reference.lifetime.is_none();
        visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        self.0 |= lifetime.ident == "_";
    }

    // A function pointer has elision of its own.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
}
