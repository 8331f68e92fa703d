//! What is wrong although it can be read: options that do not fit, names that collide.

use super::model::Form;
use crate::common::errors::Errors;
use crate::common::item::{Block, Item};
use crate::common::options::Options;
use crate::common::outcome;

/// Reports what cannot be expanded as it is meant.
pub(super) fn check(form: &Form, options: &Options, errors: &mut Errors) {
    match form {
        Form::Block(block) => {
            self::block(block, options, errors);
            load_name(block, options, errors);
        }
        Form::Single(_) | Form::Wrapper(_) => {
            if let Form::Single(block) = form {
                outcome::check(block, &options.outcome, errors);
            }
            if let Some(load) = &options.load {
                errors.push(
                    &load.ident,
                    "`load` names the function that binds a whole block; there is none for a single function",
                );
            }
        }
    }
}

/// Reports what is wrong in one extern block, wherever it stands.
pub(super) fn block(block: &Block, options: &Options, errors: &mut Errors) {
    check_names(block, errors);
    outcome::check(block, &options.outcome, errors);
}

/// Whether the expansion has a `try_` form of the item.
pub(super) fn has_fallible_form(item: &Item) -> bool {
    outcome::called(item).is_some()
}

/// The name of the fallible form.
pub(super) fn fallible_name(item: &Item) -> String {
    format!("try_{}", item.name())
}

/// Reports names that the expansion would define twice.
fn check_names(block: &Block, errors: &mut Errors) {
    for item in block.items.iter().filter(|item| has_fallible_form(item)) {
        let fallible = fallible_name(item);
        if let Some(other) = block.items.iter().find(|other| other.name() == fallible) {
            errors.push(
                &other.ident,
                format!(
                    "`{fallible}` is also the name of the fallible form of `{}`; \
                     rename one of the two and give its symbol with #[symbol = \"…\"]",
                    item.name()
                ),
            );
        }
    }
}

/// A `load` that was not asked for gives way to an item of that name; one that was collides with it.
fn load_name(block: &Block, options: &Options, errors: &mut Errors) {
    let Some(load) = &options.load else { return };
    if let Some(item) = block.items.iter().find(|item| load.ident == item.name()) {
        errors.push(
            &item.ident,
            format!(
                "`{}` is also the name of the function that binds the whole block; \
                 give that one another name with #[foreign_fn(…, load = other_name)]",
                load.ident
            ),
        );
    }
}
