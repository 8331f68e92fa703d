//! Late-bound functions and variables: what `#[foreign_fn]` and `#[library]` expand to.
//!
//! A declaration becomes a slot that holds the address of its symbol. The slot of a function with a
//! fixed number of parameters starts at a stub that finds the symbol, stores the address and calls it;
//! from then on a call is one load and one indirect call. Guaranteed here: a symbol is resolved once
//! per declaration and library, from any number of threads, without a lock being held while a library
//! is opened (its initialisers may call back); a failure is remembered and the same error is given again.
//! What the loader's tables tell is checked: a function is not bound as a variable nor a variable as a function, and a
//! variable has room for its type. Not checked here: whether the declared signature is the real one. That is the promise of the author
//! of the `unsafe extern` block.

mod binding;
mod error;
mod function;
mod handle;
mod probe;
mod source;
mod variable;

pub use error::{BindCause, BindError, BindErrors};
pub use function::ForeignFn;
pub use variable::ForeignVar;

/// What the expansions of the two macros name; reached through `__private`.
pub(crate) mod support {
    pub use super::binding::{Address, Binding, Declared, Entry, Loads, bind_all};
    pub use super::handle::{Binder, HandleSource, LazySymbol, fmt_handle, library_name};
    pub use super::probe::{
        PassedAsDeclared, Probe, assert_passable, assert_passed_by_engine, described,
    };
    pub use super::source::{Names, Source};
}
