//! What the derives and `#[bitfield]` refuse, and how it says so: one file a refusal, the compiler's words
//! beside it.

#[test]
fn refusals() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/derive/*.rs");
    cases.compile_fail("tests/ui/bitfield/*.rs");
}
