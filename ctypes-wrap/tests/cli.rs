//! The command `ctypes`, run as a user runs it.

#[path = "../../tests/common/programs.rs"]
mod programs;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PACKET: &str = "\
#define LANES 2
struct lane { unsigned kind : 3; unsigned : 2; unsigned size : 11; short next; };
typedef struct {
    char tag;
    struct lane lanes[LANES];
    union { int number; unsigned char bytes[4]; };
    void *rest;
} packet_t;
enum { LIMIT = 1 << 5 };
#define NAME \"pack\" \"et\"
#define RATIO 1.5
#define FLUSH flush()
";

/// A directory with `packet.h` in it, which goes when the test ends.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("ctypes-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("packet.h"), PACKET).unwrap();
        Directory(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command() -> Command {
    programs::program(env!("CARGO_BIN_EXE_ctypes"))
}

fn ctypes(dir: &Path, args: &[&str]) -> Output {
    command().args(args).current_dir(dir).output().unwrap()
}

/// What the command writes if all goes well.
fn said(dir: &Path, args: &[&str]) -> String {
    let output = ctypes(dir, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    assert_eq!(stderr, "", "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it says if something goes wrong, with that status.
fn refused(dir: &Path, args: &[&str], status: i32) -> String {
    let output = ctypes(dir, args);
    assert_eq!(output.status.code(), Some(status), "{args:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn layout_as_text() {
    let dir = Directory::new("text");
    let text = said(&dir.0, &["layout", "packet.h", "packet_t", "--target", "i686-linux"]);
    assert!(text.contains("struct lane lanes[2];") && text.contains("/* i686-linux */"), "{text}");
    assert!(!text.contains('\x1b'), "no colours where there is no terminal");
    let all = said(&dir.0, &["layout", "packet.h"]);
    assert!(all.contains("struct lane {") && all.contains("packet_t"), "{all}");
}

/// The masks and offsets are those that gcc shows: a program sets each field to all ones and prints the
/// bytes of the record.
#[test]
fn layout_as_json_is_what_gcc_says() {
    let dir = Directory::new("json");
    let args = ["layout", "packet.h", "packet_t", "lane", "--json", "--target", "x86_64-linux"];
    let records: Value = serde_json::from_str(&said(&dir.0, &args)).unwrap();
    let records = records.as_array().unwrap();
    assert_eq!(records.len(), 2);
    let mut program = String::from(
        "#include <stdio.h>\n#include <string.h>\n#include \"packet.h\"\nint main(void) {\n",
    );
    let mut expected = Vec::new();
    for record in records {
        let name = record["name"].as_str().unwrap();
        assert_eq!(record["target"], "x86_64-linux");
        let c = if name == "lane" { "struct lane" } else { name };
        program += &format!("printf(\"%zu %zu\\n\", sizeof({c}), _Alignof({c}));\n");
        expected.push(format!("{} {}", record["size"], record["align"]));
        for field in record["fields"].as_array().unwrap() {
            let path = field["path"].as_str().unwrap();
            let set = match field["bit_width"].as_u64() {
                Some(width) => format!("r.{path} = (1u << {width}) - 1;"),
                None => format!("memset(&r.{path}, 0xff, sizeof r.{path});"),
            };
            program += &format!(
                "{{ {c} r; memset(&r, 0, sizeof r); {set} for (size_t i = 0; i < sizeof r; i++) printf(\"%02x\", ((unsigned char *)&r)[i]); puts(\"\"); }}\n"
            );
            expected.push(field["mask"].as_str().unwrap().to_owned());
            if field["bit_width"].is_null() {
                program += &format!(
                    "printf(\"%zu %zu\\n\", __builtin_offsetof({c}, {path}), sizeof((({c} *)0)->{path}));\n"
                );
                expected.push(format!("{} {}", field["offset"], field["size"]));
            }
        }
    }
    program += "}\n";
    assert!(expected.len() > 20, "{expected:?}");
    std::fs::write(dir.0.join("probe.c"), program).unwrap();
    let mut gcc = Command::new(programs::compiler());
    let gcc = gcc.args(["-w", "probe.c", "-o", "probe"]).current_dir(&dir.0).status();
    assert!(gcc.expect("gcc runs: install Debian's package `gcc`").success());
    let output = programs::program(dir.0.join("probe")).output().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_target_without_a_compiler() {
    let dir = Directory::new("targets");
    let mut args = vec!["layout", "packet.h", "lane", "--json"];
    for target in ["s390x-unknown-linux-gnu", "aarch64-apple-darwin", "i686-pc-windows-msvc"] {
        args.extend(["--target", target]);
    }
    let records: Value = serde_json::from_str(&said(&dir.0, &args)).unwrap();
    let masks: Vec<&str> = records
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["fields"][0]["mask"].as_str().unwrap())
        .collect();
    // The first bits of a big-endian machine are the high ones.
    assert_eq!(masks[0], "e0000000");
    assert!(masks[1] == "07000000" && masks[2] == "0700000000000000", "{masks:?}");
    assert_eq!(records[0]["target"], "s390x-unknown-linux-gnu");
}

#[test]
fn constants() {
    let dir = Directory::new("consts");
    let text = said(&dir.0, &["consts", "packet.h"]);
    assert_eq!(text, "LIMIT = 32\nLANES = 2\nNAME = \"packet\"\nRATIO = 1.5\n");
    assert_eq!(said(&dir.0, &["consts", "packet.h", "^L.*S$"]), "LANES = 2\n");
    assert_eq!(said(&dir.0, &["consts", "packet.h", "LANES", "-D", "UNUSED=1"]), "LANES = 2\n");
    let json: Value =
        serde_json::from_str(&said(&dir.0, &["consts", "packet.h", "--json", "LIMIT"])).unwrap();
    assert_eq!(json[0]["value"], 32);
    let skipped = said(&dir.0, &["consts", "packet.h", "--skipped"]);
    assert!(skipped.starts_with("packet.h:12: FLUSH: "), "{skipped}");
    let system = said(&dir.0, &["consts", "errno.h", "^ENOENT$"]);
    assert_eq!(system, "ENOENT = 2\n");
}

#[test]
fn calls() {
    let dir = Directory::new("call");
    let call = |args: &[&str]| said(&dir.0, &[&["call"], args].concat());
    assert_eq!(call(&["m", "double cos(double)", "0"]), "1\n");
    assert_eq!(call(&["m", "double pow(double, double);", "2", "-2"]), "0.25\n");
    assert_eq!(call(&["c", "size_t strlen(const char *)", "twelve"]), "6\n");
    assert_eq!(call(&["c", "int abs(int)", "-0x10"]), "16\n");
    assert_eq!(
        call(&["c", "int printf(const char *, ...)", "%d %s %.1f\n", "7", "seven", "7.5"]),
        "7 seven 7.5\n12\n"
    );
    assert_eq!(call(&["c", "char *strchr(const char *, int)", "a/b", "'/'"]), "\"/b\"\n");
    assert_eq!(call(&["c", "void tzset(void)"]), "");
    // Records, by the C standard's own example of one (C11 7.22.6.2).
    assert_eq!(
        call(&["c", "struct d { int quot, rem; } div(int, int)", "7", "-2"]),
        "struct d { quot: -3, rem: 1 }\n"
    );
    let nested = "struct d { long quot; struct { long rem; } in; } ldiv(long, long)";
    assert_eq!(call(&["c", nested, "7", "2"]), "struct d { quot: 3, in: { rem: 1 } }\n");
    // Edges of types, arguments that look like options, text with what shells and C care about.
    assert_eq!(call(&["c", "long labs(long)", "-9223372036854775807"]), "9223372036854775807\n");
    let unsigned = "unsigned long long strtoull(const char *, char **, int)";
    assert_eq!(
        call(&["c", unsigned, "18446744073709551615", "NULL", "0"]),
        "18446744073709551615\n"
    );
    assert_eq!(call(&["c", "size_t strlen(const char *)", "--", "--help"]), "6\n");
    assert_eq!(call(&["c", "size_t strlen(const char *)", ""]), "0\n");
    assert_eq!(call(&["c", "size_t strlen(const char *)", "\"a\\n\" \"b\""]), "3\n");
    assert_eq!(call(&["c", "size_t strlen(const char *)", &"\u{e9}".repeat(40_000)]), "80000\n");
    let print = "int snprintf(char *, size_t, const char *, ...)";
    assert_eq!(call(&["c", print, "NULL", "0", "%d %s %ld", "12", "abc", "5L"]), "8\n");
    assert_eq!(call(&["c", "char *getenv(const char *)", "CTYPES_NO_SUCH_VARIABLE"]), "NULL\n");
}

#[test]
fn symbols() {
    let dir = Directory::new("symbols");
    let text = said(&dir.0, &["symbols", "m"]);
    assert!(text.lines().any(|l| l == "cos") && text.lines().is_sorted(), "{text}");
    assert_eq!(said(&dir.0, &["symbols", "m", "^cosh?$"]), "cos\ncosh\n");
    // All that nm says of it: the size, the version.
    let path = ctypes_wrap::library::find_library("m").unwrap();
    let nm = Command::new("nm").args(["-D", "-S", "--with-symbol-versions"]).arg(path).output();
    let nm = String::from_utf8(nm.expect("nm runs: install Debian's package `binutils`").stdout);
    let nm = nm.unwrap();
    let line = nm.lines().find(|l| l.contains(" cosh@@")).unwrap();
    let [_, size, _, name] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    let size = u64::from_str_radix(size, 16).unwrap();
    let long = said(&dir.0, &["symbols", "m", "^cosh$", "--long"]);
    assert_eq!(long.split_whitespace().collect::<Vec<_>>(), ["function", &size.to_string(), name]);
    let json: Value =
        serde_json::from_str(&said(&dir.0, &["symbols", "m", "^cosh$", "--json"])).unwrap();
    assert_eq!((&json[0]["name"], &json[0]["size"]), (&"cosh".into(), &size.into()));
    assert_eq!(format!("cosh@@{}", json[0]["version"].as_str().unwrap()), name);
    let both = refused(&dir.0, &["symbols", "m", "--json", "--long"], 2);
    assert!(both.contains("cannot be used with"), "{both}");
}

#[test]
fn what_goes_wrong() {
    let dir = Directory::new("wrong");
    for (args, status, words) in [
        (&["layout", "nowhere.h"][..], 1, "nowhere.h: No such file or directory"),
        (&["layout", "packet.h", "packett"], 1, "declares no type `packett`"),
        (&["layout", "packet.h", "lan"], 1, "there is struct lane"),
        (&["layout", "packet.h", "--target", "pdp11"], 2, "expected a target triple"),
        (&["layout", "stdio.h", "--target", "x86_64-apple-darwin"], 1, "stdio.h"),
        (&["layout", "stdio.h", "--compiler", "no-such-cc"], 1, "no-such-cc"),
        (&["consts", "packet.h", "("], 2, "regex parse error"),
        (&["call", "c", "int abs(int", "1"], 1, "expected `,` or `)`"),
        (&["call", "c", "int abs(int)", "one"], 1, "argument 1"),
        (&["call", "c", "int abs(int)"], 1, "abs"),
        (&["call", "c", "int no_such_function(void)"], 1, "no_such_function"),
        (&["call", "c", "int abs(int)", "1", "2"], 1, "`abs` takes 1 argument, found 2"),
        (&["call", "c", "int abs(int)", "4294967296"], 1, "argument 1 of `abs`: expected `int`"),
        (&["call", "c", "int abs(int)", "1.5"], 1, "a float never becomes an integer"),
        (&["call", "c", "int abs(int)", ""], 1, "argument 1: "),
        (&["call", "c", "int abs(int)", "1; int x"], 1, "argument 1: "),
        (&["call", "c", "int atoi(const char *)", "\"12"], 1, "a literal without an end"),
        (&["call", "c", "int printf(const char *, ...)"], 1, "`printf` takes at least 1 argument"),
        (&["call", "c", "void free(void *)", "1"], 1, "an integer is no pointer"),
        (&["call", "c", "int abs(struct s { int i; } x)", "1"], 1, "argument 1 (`x`) of `abs`"),
        (&["call", "c", "int abs(struct s x)", "1"], 1, "declared but not defined"),
        (&["call", "c", "int errno"], 1, "expected the declaration of one function"),
        (
            &["call", "c", "int f(void); int g(void);"],
            1,
            "expected the declaration of one function",
        ),
        (&["call", "c", ""], 1, "expected the declaration of one function"),
        (&["call", "c"], 2, "required arguments were not provided"),
        (&["call", "", "int f(void)"], 1, "the name is empty"),
        (&["call", "/", "int f(void)"], 1, "is a directory"),
        (&["call", "./packet.h", "int f(void)"], 1, "is no library"),
        (&["layout", "/"], 1, "is not a regular file"),
        (&["layout", "/dev/null"], 1, "is not a regular file"),
        (&["consts", "/dev/zero"], 1, "is not a regular file"),
        (&["layout", ""], 1, "expected the name of a header"),
        (&["layout", "packet.h", ""], 1, "declares no type ``"),
        (&["layout", "packet.h", "-D", "1=2"], 1, "expected the name of a macro"),
        (&["layout", "packet.h", "--pkg-config", "no-such-package"], 1, "no-such-package"),
        (&["layout", "packet.h", "--compiler"], 2, "a value is required"),
        (&["symbols", "c", "["], 2, "regex parse error"),
        (&["symbols", "/"], 1, "is not a regular file"),
        (&["symbols", "/dev/null"], 1, "is not a regular file"),
        (&["symbols", ""], 1, "expected a library or its path"),
        (&["layout", "\x1b[31m.h"], 1, "\u{fffd}[31m.h"),
        (&["call", "no-such-library", "int f(void)"], 1, "no-such-library"),
        (
            &["symbols", "packet.h"],
            1,
            "packet.h: expected a library in ELF, PE or Mach-O, found \"#define \"",
        ),
        (&["symbols", "no-such-library"], 1, "no-such-library"),
        (&["dance"], 2, "dance"),
    ] {
        let said = refused(&dir.0, args, status);
        assert!(said.starts_with("error: ") && said.contains(words), "{args:?}: {said}");
        assert!(!said.contains('\x1b'), "{args:?}: {said:?}");
    }
    let name = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff.h");
    let name: &std::ffi::OsStr = name;
    let output = command().arg("layout").arg(name).output();
    assert_eq!(output.unwrap().status.code(), Some(2));
}

/// A compiler or pkg-config that never ends is killed, with all that it started.
#[test]
fn programs_that_never_end() {
    let dir = Directory::new("endless");
    std::fs::write(dir.0.join("sleeps"), "#!/bin/sh\nsleep 1000\nexit 0\n").unwrap();
    let made = Command::new("chmod").args(["+x", "sleeps"]).current_dir(&dir.0).status().unwrap();
    assert!(made.success());
    let limit = ["consts", "stdio.h", "--time-limit", "0.3"];
    let said = refused(&dir.0, &[&limit[..], &["--compiler", "./sleeps"]].concat(), 1);
    assert!(said.ends_with("expected it to end within 300ms, and killed it\n"), "{said}");
    let start = std::time::Instant::now();
    let output = command()
        .args(limit)
        .args(["--pkg-config", "gtk"])
        .env("PKG_CONFIG", "./sleeps")
        .current_dir(&dir.0)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.ends_with(":\n    did not end within 300ms\n"), "{said}");
    assert!(output.status.code() == Some(1) && start.elapsed().as_secs() < 10);
    for bad in ["-1", "soon", "1e400", "nan"] {
        let option = format!("--time-limit={bad}");
        let said = refused(&dir.0, &["consts", "stdio.h", &option], 2);
        assert!(said.contains("expected a number of seconds"), "{said}");
    }
}

/// Who stops reading has seen enough; who cannot write has failed.
#[test]
fn standard_output_that_ends() {
    let dir = Directory::new("pipe");
    let mut child = command()
        .args(["consts", "linux/input.h"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe is closed before anything is written to it.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output =
        command().args(["consts", "packet.h"]).current_dir(&dir.0).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: standard output: No space left on device"), "{said}");
}

/// script(1) is a terminal to what it runs.
#[test]
fn colours_are_for_terminals() {
    let dir = Directory::new("colours");
    let on_terminal = |command: &str, no_color: &str| {
        let command = programs::line(env!("CARGO_BIN_EXE_ctypes"), command);
        let output = Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env("NO_COLOR", no_color)
            .env("TERM", "xterm")
            .current_dir(&dir.0)
            .output();
        let output = output.expect("script runs: install Debian's package `bsdutils`");
        String::from_utf8(output.stdout).unwrap()
    };
    for command in ["layout packet.h lane", "layout packet.h nothing"] {
        assert!(on_terminal(command, "").contains('\x1b'), "{command}");
        let plain = on_terminal(command, "1");
        assert!(!plain.contains('\x1b') && plain.len() > 20, "{command}: {plain}");
    }
}

#[test]
fn what_is_skipped_is_said() {
    let dir = Directory::new("skipped");
    std::fs::write(dir.0.join("odd.h"), "int f(unheard x);\nstruct s { int i; };\n").unwrap();
    let output = ctypes(&dir.0, &["layout", "odd.h"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("warning: skipped odd.h:1:7: unknown type name `unheard`"), "{stderr}");
    assert!(output.status.success() && !output.stdout.is_empty());
}

/// `CC_<target>` and `CC` choose the compiler, and one for something else is not believed.
#[test]
fn variables_name_the_compiler() {
    let dir = Directory::new("variables");
    let run = |variable: &str, value: &str, target: &str| {
        let output = command()
            .args(["consts", "limits.h", "^LONG_MAX$", "--target", target])
            .env(variable, value)
            .env_remove(if variable == "CC" { "CXX" } else { "CC" })
            .current_dir(&dir.0)
            .output()
            .unwrap();
        String::from_utf8(if output.status.success() { output.stdout } else { output.stderr })
            .unwrap()
    };
    let long = "LONG_MAX = 9223372036854775807\n";
    assert_eq!(run("CC", "gcc -pthread", "x86_64-linux"), long);
    let named = run("CC_aarch64_unknown_linux_gnu", "aarch64-linux-gnu-gcc", "aarch64-linux");
    assert_eq!(named, long);
    let wrong = run("CC_aarch64_unknown_linux_gnu", "gcc", "aarch64-linux");
    assert!(
        wrong.contains("(from CC_aarch64_unknown_linux_gnu)` does not compile for aarch64-linux"),
        "{wrong}"
    );
    // CC is often that of the platform: then the usual one of the target is tried.
    assert_eq!(run("CC", "gcc", "aarch64-linux"), long);
    assert_eq!(run("CC", "gcc", "i686-windows-gnu"), "LONG_MAX = 2147483647\n");
}
