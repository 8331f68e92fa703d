//! What the macros say of input that they cannot use: one file per kind of error, with the text beside it.
//!
//! `TRYBUILD=overwrite cargo test --test ui` rewrites the texts; read them before committing.

#[test]
fn foreign_fn() {
    trybuild::TestCases::new().compile_fail("tests/ui/foreign_fn/*.rs");
}

#[test]
fn library() {
    trybuild::TestCases::new().compile_fail("tests/ui/library/*.rs");
}
