//! `#pragma push_macro` and `pop_macro`: which definitions are in force in the end, by gcc and clang.

use crate::claims;
use crate::plain::directory;
use ctypes_wrap::header::Header;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// `P_` begins the names that are compared.
const PUSHED: &str = r#"
#define P_BACK 1
#pragma push_macro("P_BACK")
#undef P_BACK
#define P_BACK 2
int two[P_BACK];
#pragma pop_macro("P_BACK")
int one[P_BACK];

#pragma push_macro("P_NEVER")
#define P_NEVER 3
int three[P_NEVER];
#pragma pop_macro("P_NEVER")

#define P_TWICE 4
#pragma push_macro("P_TWICE")
#define P_TWICE 4
#pragma push_macro("P_TWICE")
#undef P_TWICE
#pragma pop_macro("P_TWICE")
int four[P_TWICE];
#undef P_TWICE
#define P_TWICE 5
  #  pragma   push_macro ( "P_TWICE" )
#undef P_TWICE
#define P_TWICE 6
int six[P_TWICE];
#pragma pop_macro("P_TWICE")
int five[P_TWICE];
#pragma pop_macro("P_TWICE")
#pragma pop_macro("P_TWICE")
#pragma pop_macro("P_TWICE")

#define P_STILL 7
#pragma push_macro("P_STILL")
#undef P_STILL
#define P_STILL 8

#pragma push_macro("P_GONE")
#define P_GONE 9
#pragma pop_macro("P_UNPUSHED")
#define P_CALL(x) ((x) + 1)
#pragma push_macro("P_CALL") // and a comment
#undef P_CALL
#define P_CALL(x) (x)
int ten[P_CALL(10)];
#pragma pop_macro("P_CALL") /* and
another */
int eleven[P_CALL(10)];

#define P_USES P_BACK + P_STILL
"#;

/// Only where there is a preprocessor: operators, what they come out of, what is predefined.
const OPERATORS: &str = r#"
#define P_OPERATOR 12
_Pragma("push_macro(\"P_OPERATOR\")")
#undef P_OPERATOR
#define P_OPERATOR 13
int thirteen[P_OPERATOR];
_Pragma("pop_macro(\"P_OPERATOR\")")
int twelve[P_OPERATOR];
#pragma push_macro("__INT_MAX__")
#undef __INT_MAX__
#define __INT_MAX__ 1
#pragma pop_macro("__INT_MAX__")
#define P_MAX __INT_MAX__
"#;

/// Name, parameters and body of each macro as a compiler lists them.
fn listed(command: &str, path: &str) -> BTreeMap<String, String> {
    let output = Command::new(command).args(["-E", "-dM", "-w", "-x", "c", path]).output();
    let output = output.unwrap_or_else(|e| panic!("install Debian's package `{command}`: {e}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter_map(|l| l.strip_prefix("#define P_"));
    let parts = lines.map(|l| l.split_once([' ', '(']).unwrap_or((l, "")));
    parts.map(|(name, body)| (format!("P_{name}"), spaceless(body))).collect()
}

fn spaceless(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '(' && *c != ')').collect()
}

fn found(header: &Header) -> BTreeMap<String, String> {
    let macros = header.declarations().macros.iter().filter(|m| m.name.starts_with("P_"));
    let whole = macros.map(|m| {
        let params = m.params.as_ref().map_or(String::new(), |p| p.join(","));
        (m.name.to_string(), spaceless(&format!("{params}{}", m.body)))
    });
    whole.collect()
}

#[test]
fn what_is_popped_is_back() {
    let dir = directory("pushed");
    // Whole, and cut off after each line, so that every state is looked at.
    let lines: Vec<&str> = PUSHED.lines().collect();
    for cut in 1..=lines.len() {
        let mut text = lines[..cut].join("\n");
        text.push('\n');
        let path = dir.join(format!("pushed{cut}.h")).display().to_string();
        if text.contains("/* and") && !text.contains("another */") {
            continue;
        }
        fs::write(&path, &text).unwrap();
        let expected = listed("gcc", &path);
        assert_eq!(expected, listed("clang", &path), "the two agree");
        let plain = Header::new(&path).compiler("no-such-compiler").read().unwrap();
        assert_eq!(found(&plain), expected, "{text}");
        if cut == lines.len() {
            assert!(expected.len() == 6 && expected["P_BACK"] == "1", "{expected:?}");
        }
    }
    let path = dir.join("whole.h").display().to_string();
    // A condition, so that a compiler is needed.
    for (text, compilers) in [
        (format!("{PUSHED}#if 1\n#endif\n"), &["gcc", "clang"][..]),
        (format!("{PUSHED}{OPERATORS}"), &["clang"]),
    ] {
        fs::write(&path, &text).unwrap();
        for compiler in compilers {
            let header = Header::new(&path).compiler(compiler).read().unwrap();
            assert_eq!(found(&header), listed(compiler, &path), "{compiler}");
            let back = header.constant("P_BACK").unwrap();
            assert_eq!((&*back.place.file, back.place.line), (&*path, 2), "{compiler}");
        }
    }
}

/// All arrays and constants, however the header is read.
#[test]
fn what_is_read_is_what_gcc_says() {
    let dir = directory("pushed-claims");
    let path = dir.join("whole.h").display().to_string();
    for (text, compilers) in [
        (PUSHED.to_owned(), &["no-such-compiler"][..]),
        (format!("{PUSHED}{OPERATORS}"), &["gcc", "clang"]),
    ] {
        fs::write(&path, &text).unwrap();
        for compiler in compilers {
            let header = Header::new(&path).compiler(compiler).read().unwrap();
            let skipped: Vec<String> = header.skipped().iter().map(|s| s.to_string()).collect();
            if *compiler == "gcc" {
                // gcc tells nobody what an operator has pushed.
                let line = text.lines().position(|l| l.starts_with("_Pragma")).unwrap() + 1;
                let reason = "expected `#pragma push_macro`: what an operator pushes is unknown";
                assert_eq!(skipped, [format!("{path}:{line}: P_OPERATOR: {reason}")]);
                assert!(header.constant("P_OPERATOR").is_none());
            } else {
                assert_eq!(skipped, Vec::<String>::new(), "{compiler}");
            }
            let (mut claims, count) = claims::claims(&header);
            assert!(count.macros >= 4, "{count:?}");
            for variable in &header.declarations().variables {
                let size = variable.ty.layout().unwrap().size();
                let _ =
                    writeln!(claims, "_Static_assert(sizeof {} == {size}, \"\");", variable.name);
            }
            let include = format!("#include \"{path}\"\n");
            let refusals = claims::refusals(&["gcc".to_owned()], &include, &claims);
            assert_eq!(refusals, Vec::<String>::new(), "{compiler}");
        }
    }
}

/// A header that says it is from elsewhere: what is no ordinary file is not read, and nothing many times.
#[test]
fn files_that_are_named_by_a_header() {
    let dir = directory("pushed-files");
    let large = dir.join("large.h");
    fs::write(&large, "/* */\n".repeat(1 << 20)).unwrap();
    let mut text = "#if 1\n#endif\n#line 1 \"/proc/kmsg\"\n#line 1 \"/dev/zero\"\n".to_owned();
    for i in 0..2000 {
        let again = "./".repeat(i);
        let _ = writeln!(text, "#line 1 \"{}/{again}large.h\"\nint x{i};", dir.display());
    }
    let path = dir.join("lies.h").display().to_string();
    fs::write(&path, text).unwrap();
    let start = std::time::Instant::now();
    let header = Header::new(&path).compiler("gcc").read().unwrap();
    assert_eq!(header.declarations().variables.len(), 2000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let _ = fs::remove_dir_all(&dir);
}

/// What cannot be followed without a compiler is not guessed.
#[test]
fn other_forms_need_a_compiler() {
    let dir = directory("pushed-forms");
    for text in [
        "#define A 1\n_Pragma(\"push_macro(\\\"A\\\")\")\n",
        "#define A 1\n#pragma push_macro(A)\n",
        "#define A 1\n#pragma push_macro(\"A\") more\n",
        "#define A 1\n__pragma(push_macro(\"A\"))\n",
    ] {
        let path = dir.join("form.h").display().to_string();
        fs::write(&path, text).unwrap();
        let error = Header::new(&path).compiler("no-such-compiler").read().unwrap_err();
        assert!(error.to_string().starts_with("no C compiler preprocesses"), "{text}: {error}");
    }
    // Words that only look like it are none.
    let path = dir.join("words.h").display().to_string();
    fs::write(&path, "int rl_push_macro_input(char *);\n").unwrap();
    Header::new(&path).compiler("no-such-compiler").read().unwrap();
}
