//! What fuzzing found worth keeping (`ci/fuzz`), as headers for several targets.

use crate::{any_text, packed};
use ctypes_wrap::Target;

#[test]
fn the_fuzzers_corpus() {
    let inputs = packed::unpack(include_bytes!("../fuzz/corpus/header.txt")).unwrap();
    assert!(inputs.len() > 300, "the corpus is there: {} inputs", inputs.len());
    let file = any_text::File::new("replay");
    let mut read = 0;
    for input in &inputs {
        let text = std::str::from_utf8(input).expect("the fuzzer keeps texts only");
        for target in [&Target::X86_64_LINUX, &Target::I686_WINDOWS_MSVC] {
            read += usize::from(file.read(text, target));
        }
    }
    assert!(read > inputs.len(), "most need no compiler: {read} of 2 * {}", inputs.len());
}
