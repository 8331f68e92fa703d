//! What needs a process of its own: the test binary runs one of its own tests again with a variable set.

use std::os::unix::process::ExitStatusExt;
use std::process::Output;

/// Set in the child process.
const CHILD: &str = "CTYPES_TEST_CHILD";

/// Runs `part` in a child process, by this test; `None` in the child, when it is done.
fn output(test: &str, part: impl FnOnce()) -> Option<Output> {
    if std::env::var_os(CHILD).is_some() {
        part();
        return None;
    }
    let mut command = crate::common::programs::itself();
    let child = command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    Some(child.output().expect("the test binary runs"))
}

/// Runs `part` in a child process, by this test, and returns what the child wrote to stderr; the child must end by abort.
pub(crate) fn stderr_of_abort(test: &str, part: impl FnOnce()) -> Option<String> {
    let output = output(test, part)?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{}: {stderr}", output.status);
    Some(stderr)
}

/// Runs `part` in a child process, by this test; it must end well.
pub(crate) fn alone(test: &str, part: impl FnOnce()) {
    if let Some(output) = output(test, part) {
        assert!(output.status.success(), "{output:?}");
    }
}

/// Runs `part` in a child process, by this test, and returns what the child wrote to stdout; it must end with that code.
pub(crate) fn exit(test: &str, code: i32, part: impl FnOnce()) -> Option<String> {
    let output = output(test, part)?;
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}
