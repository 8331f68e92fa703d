//! What `#[derive(CStruct)]` refuses, and how it says so: one file a refusal, the compiler's words
//! beside it.

#[test]
fn refusals() {
    trybuild::TestCases::new().compile_fail("tests/ui/derive/*.rs");
}
