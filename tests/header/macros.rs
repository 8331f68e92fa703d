//! The replacement of macros, held against the preprocessor of gcc.

use crate::plain::directory;
use ctypes_wrap::header::Header;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Command;

/// Definitions, among them those of the examples in C11 6.10.3, and what GNU C adds. Names that are
/// declared nowhere remain, so that each macro is skipped; with a cast to a string they have a value.
const DEFINITIONS: &str = r##"
#define x 3
#define f(a) f(x * (a))
#define g f
#define z z[0]
#define h g(~
#define m(a) a(w)
#define w 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x,y) x ## y
#define str(x) # x
#define xstr(s) str(s)
#define debug(s, t) "x" # s "= %d" # t
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
#define hash_hash # ## #
#define mkstr(a) # a
#define in_between(a) mkstr(a)
#define join(c, d) in_between(c hash_hash d)
#define t3(x,y,z) x ## y ## z
#define count(a, b, c, n, ...) n
#define args(...) count(__VA_ARGS__, 3, 2, 1, 0)
#define log(fmt, ...) put(fmt, ##__VA_ARGS__)
#define named(fmt, rest...) put(fmt, ## rest)
#define opt(a, ...) a __VA_OPT__(+ (__VA_ARGS__))
#define self self
#define one two
#define two one
#define call self_call(1)
#define self_call(n) call n
#define deferred g
#define paren (
#define comment a/* gone */b
#define empty
#define e(a) [a]
"##;

const CALLS: &[&str] = &[
    "x",
    "z",
    "g(2)(9)",
    "f(f(z[0] + 1))",
    "t(t(g)(0) + t)(1)",
    "q(p())",
    "r(2,3)",
    "r(4,)",
    "r(,5)",
    "r(,)",
    "str(abc  def)",
    "str(\"a\\n\" 'c' )",
    "xstr(x)",
    "str()",
    "debug(1, 2)",
    "xstr(INCFILE(2).hh)",
    "glue(HIGH, LOW)",
    "xglue(HIGH, LOW)",
    "join(x, y)",
    "t3(1,2,3)",
    "t3(,4,5)",
    "t3(6,,7)",
    "t3(8,9,)",
    "t3(10,,)",
    "t3(,,)",
    "args(a)",
    "args(a, b)",
    "args(a, (b, c), d)",
    "log(1)",
    "log(1, 2)",
    "log(1, 2, 3)",
    "named(1)",
    "named(1, 2, 3)",
    "opt(1)",
    "opt(1, 2)",
    "self",
    "one",
    "two",
    "call",
    "deferred(1)",
    "comment",
    "empty",
    "e(empty)",
    "e()",
    "e((1, 2))",
    "m(m)",
    "t(x)(x)",
    "1.5e+3 ... <<= x ->x",
    "L\"a\" u8\"b\" 'x'",
    "g",
    "f",
    "str(@ x # y)",
    "x.x",
    "0x1p-3x",
    "x##x",
];

/// Tokens are compared: where there is more than one way to space them the preprocessor chooses freely.
fn spaceless(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn as_gcc_replaces_them() {
    let dir = directory("macros");
    let mut text = format!("#if 1\n{DEFINITIONS}\n");
    for (i, call) in CALLS.iter().enumerate() {
        let _ = writeln!(text, "#define CALL_{i} {call}");
    }
    let _ = writeln!(text, "#endif");
    let mut probes = text.clone();
    for i in 0..CALLS.len() {
        let _ = writeln!(probes, "@@ {i} CALL_{i}");
    }
    let source = dir.join("probes.c");
    std::fs::write(&source, probes).unwrap();
    let output = Command::new("gcc").args(["-E", "-P", "-w"]).arg(&source).output();
    let output = output.expect("gcc runs: install Debian's package `gcc`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = String::from_utf8(output.stdout).unwrap();
    let expected: HashMap<usize, String> = expected
        .split("@@ ")
        .skip(1)
        .map(|part| {
            let (i, text) = part.split_once(|c: char| c.is_whitespace()).unwrap();
            (i.parse().unwrap(), spaceless(text))
        })
        .collect();
    assert_eq!(expected.len(), CALLS.len());
    // Each macro as an enumerator's name would lose its text: the text of a function's body is kept,
    // and is replaced in a header that needs no compiler.
    let mut plain = DEFINITIONS.to_owned();
    for (i, call) in CALLS.iter().enumerate() {
        let _ =
            writeln!(plain, "#define CALL_{i} {call}\nstatic void probe_{i}(void) {{ CALL_{i} ;}}");
    }
    let path = dir.join("plain.h");
    std::fs::write(&path, plain).unwrap();
    let header = Header::new(&path.display().to_string()).compiler("none").read().unwrap();
    let bodies: HashMap<String, String> = header
        .declarations()
        .inline_functions
        .iter()
        .map(|f| (f.name.to_string(), spaceless(&f.text)))
        .collect();
    for (i, call) in CALLS.iter().enumerate() {
        let Some(body) = bodies.get(&format!("probe_{i}")) else {
            panic!("{call}: its function was not read: {:?}", header.declarations().skipped);
        };
        let found = body.split_once('{').and_then(|(_, b)| b.strip_suffix(";}")).unwrap();
        assert_eq!(found, expected[&i], "{call}");
    }
}

/// Macros that grow without bounds take neither the time nor the memory of what they stand for.
#[test]
fn growth_is_bounded() {
    let dir = directory("growth");
    let mut text = "#define A0 1\n".to_owned();
    for i in 1..60 {
        let _ = writeln!(text, "#define A{i} (A{} + A{})", i - 1, i - 1);
    }
    let deep = "F(".repeat(3000) + &")".repeat(3000);
    let _ = writeln!(text, "#define F(x) x\n#define DEEP {deep}");
    let path = dir.join("growth.h").display().to_string();
    // Ten thousand of them together take no longer than some.
    for i in 0..10_000 {
        let _ = writeln!(text, "#define B{i} A59");
    }
    std::fs::write(&path, &text).unwrap();
    let start = std::time::Instant::now();
    let header = Header::new(&path).compiler("none").read().unwrap();
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    assert!(header.constant("A5").is_some());
    let reason = |name: &str| {
        header.skipped().iter().find(|s| s.name.as_deref() == Some(name)).map(|s| s.reason.clone())
    };
    assert_eq!(reason("A59").as_deref(), Some("the expansion of the macro is too large"));
    assert!(reason("DEEP").is_some());
}
