//! Texts that are wrong: the message, its place, and what of the rest can be used.

use ctypes_core::decl::{MAX_DEPTH, MAX_SKIPPED, Source};
use ctypes_core::types::CallConv;
use ctypes_core::{Signature, Target, Types};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A text, and what the error says. All of them are wrong to gcc too but for those that begin with
/// `//`, which say why they are not.
#[rustfmt::skip]
const WRONG: &[(&str, &str)] = &[
    ("int f(unknown x);", "1:7: unknown type name `unknown`"),
    ("// gcc only warns, and takes it for a parameter's name\nint f(unknown);", "2:7: unknown type name `unknown`"),
    ("int f(int (*)(unknown), int);", "1:15: unknown type name `unknown`"),
    ("unknown f(void);", "1:1: unknown type name `unknown`"),
    ("struct s { int x; }; s f(void);", "1:22: unknown type name `s`; there is a `struct s`"),
    ("int f(int x;", "1:12: expected `,` or `)`, found `;`"),
    ("int f(int x", "1:12: expected `,` or `)`, found the end of the text"),
    ("int f(int x)", "1:13: expected `,` or `;`, found the end of the text"),
    ("struct s { int x;", "1:10: `{` is never closed"),
    ("struct s { int x; } } int y;", "1:21: expected a name, found `}`"),
    ("int a[3;", "1:8: expected `]`, found `;`"),
    ("int f(void) { if (1) { }", "1:13: `{` is never closed"),
    ("int f(void) { ( } )", "1:17: expected `)`, found `}`"),
    ("}", "1:1: expected a declaration, found `}`"),
    ("int;;)", "1:6: expected a declaration, found `)`"),
    ("long long long x;", "1:11: expected at most two `long`"),
    ("short double x;", "1:1: no type is called `s"),
    ("int char x;", "1:1: no type is called `int char`"),
    ("signed unsigned x;", "1:1: no type is called `s"),
    ("int x : 3;", "1:7: expected `,` or `;`"),
    ("int *;", "1:6: expected a name"),
    ("int a[-1];", "1:7: the length of an array is -1"),
    ("int a[1.5];", "1:7: expected an integer as the length"),
    ("int a[n];", "1:7: `n` is not declared"),
    ("int n; int a[n];", "1:14: expected a constant as the length of an array"),
    ("int a[1 / 0];", "1:7: expected a constant as the length of an array: division by zero"),
    ("int a[0x7fffffffffffffff];", "1:6: cannot make an array of 9223372036854775807 `int`"),
    ("// To gcc both have one element.\nstruct p { int x, y; } a[] = { 1, 2 }, b[] = { [0].y = 1 }; enum { N = sizeof(a) };", "2:72: `struct p []` has no size: the length of the array is not known"),
    ("extern int a[]; int b[sizeof a];", "1:23: `int []` has no size: the length of the array is not known"),
    ("struct f { int n; char c[]; }; int b[sizeof ((struct f *)0)->c];", "1:38: `char []` has no size: the length of the array is not known"),
    ("typedef int t[]; struct s { int n; t x; int m; };", "1:38: `struct s`, field `x`: expected a flexible array as the last member"),
    ("int b[_Alignof(int[])];", "1:7: `int []` has no size: the length of the array is not known"),
    ("typedef int t[]; int b[sizeof(t)];", "1:24: `t` has no size: the length of the array is not known"),
    ("int a[];  int b[][];", "an array cannot be of `int []`"),
    ("typedef int t[]; t a[3];", "an array cannot be of `t`"),
    ("typedef int t[]; t f(void);", "a function cannot return `t`"),
    ("extern int a[]; extern long a[];", "1:29: `long a[]` is declared as `int a[]` before"),
    ("extern int a[3]; extern int a[4];", "1:29: `int a[4]` is declared as `int a[3]` before"),
    ("int a[] = { 1, 2;", "1:17: expected `,` or `}`, found `;`"),
    ("int a[] = { [1.5] = 3 };", "1:14: expected an integer constant: found a `double`"),
    ("int a[] = { 1, 2", "1:17: expected `,` or `}`, found the end of the text"),
    ("int f(void)[3];", "a function cannot return `int [3]`"),
    ("int f(void)(void);", "a function cannot return `int (void)`"),
    ("int a[3](void);", "an array cannot be of `int (void)`"),
    ("void x = 1;", "1:6: a variable cannot be `void`"),
    ("void a[3];", "1:7: an array cannot be of `void`"),
    ("int f(void x) { }", "1:7: a parameter cannot be `void`"),
    ("struct s { int x : 40; };", "1:16: `struct s`, field `x`: expected a bit field of at most 32 bits"),
    ("struct s { int x : -1; };", "1:20: the width of a bit field is -1"),
    ("struct s { int x : 0; };", "1:16: `struct s`, field `x`: expected a bit field of at least 1 bit"),
    ("struct s { float x : 3; };", "1:18: `struct s`, field `x`: expected an integer"),
    ("struct s { int x; int x; };", "1:23: `struct s` has two fields of the name `x`"),
    ("struct s { struct s x; };", "1:21: field `x` of `struct s` is that record itself"),
    ("struct s { struct t x; };", "1:21: field `x` of `struct s` cannot be a `struct t`"),
    ("struct s { int f(void); };", "1:16: a member cannot be a function"),
    ("struct s { int a[]; int b; };", "1:16: `struct s`, field `a`: expected a flexible array as the last member"),
    ("struct s { int x; }; struct s { long x; };", "1:29: a definition of `struct s` that differs"),
    ("struct s { int x; }; union s { int x; };", "1:28: `union s` cannot be declared: its tag is in use as a struct"),
    ("struct s; enum s { A };", "its tag is in use as a struct"),
    ("void f(struct s { int a; } *p); int x[sizeof(struct s)];", "1:39: `struct s` has no size: the record is declared but not defined"),
    ("void f(enum e { A } x); int y[A];", "1:31: `A` is not declared"),
    ("void f(struct s { int a; } *p, union s *q);", "1:38: `s` is in use as another tag"),
    ("enum e x[2];", "1:9: cannot make an array"),
    ("struct s { enum e x; };", "1:19: field `x` of `struct s` cannot be a `enum e`"),
    ("int a[sizeof(enum e)];", "1:7: `enum e` has no size: the enumeration is declared but not defined"),
    ("enum e { A = sizeof(enum e) };", "1:14: `enum e` has no size"),
    ("struct e; enum e *p;", "its tag is in use as a struct"),
    ("enum e *p; struct e { int x; };", "its tag is in use as a enum"),
    ("enum e { A, A };", "1:13: `A` is declared as something else before"),
    ("enum e { A }; enum e { B };", "`enum e` is already defined"),
    ("enum e { A }; int A;", "1:19: `A` is declared as something else before"),
    ("enum e { A = 1.5 };", "1:14: expected an integer constant: found a `double`"),
    ("enum e { A = unknown };", "1:14: `unknown` is not declared"),
    ("// a warning to gcc\nenum e { A = -1, B = 0xffffffffffffffff };", "values that no one integer type holds"),
    ("typedef int t; typedef long t;", "1:29: `t` is a typedef of `int` already"),
    ("typedef int t; int t(void);", "1:20: `t` is declared as something else"),
    ("int f(int); int f(long);", "1:17: `int f(long)` is declared as `int f(int)` before"),
    ("int x; long x;", "1:13: `long x` is declared as `int x` before"),
    ("_Static_assert(sizeof(int) == 5, \"why\");", "1:1: the assertion fails: \"why\""),
    ("int n; _Static_assert(n, \"\");", "1:8: expected a constant: the value of an object"),
    ("typedef int t __attribute__((aligned(3)));", "1:38: expected an alignment that is a power of two from 1 to 2^28, found 3"),
    ("_Alignas(5) int x;", "1:10: expected an alignment"),
    ("typedef int t __attribute__((mode(ZZ)));", "unknown machine mode `ZZ`"),
    ("struct z { int x; }; typedef struct z t __attribute__((vector_size(16)));", "expected a scalar as the element of a vector"),
    ("int x = 'a;", "1:9: expected `,` or `;`, found a literal without an end"),
    ("int x @ y;", "1:7: expected `,` or `;`, found `@`"),
    ("int x; /* never", "1:8: the comment has no end"),
    ("\n\n  int f(\n    foo x);\n", "4:5: unknown type name `foo`"),
    ("#include <stdio.h>\n", "1:1: this text has not been preprocessed"),
    ("#if 1\nint x;\n#endif\n", "1:1: this text has not been preprocessed"),
    ("struct;", "1:7: expected a tag or `{`, found `;`"),
    ("enum;", "1:5: expected a tag or `{`, found `;`"),
    ("typedef;", ""),
    ("extern \"C\" { int x;", ""),
    ("// to gcc a convention with a warning only\nvoid f(void) __attribute__((regcall));", "2:7: the calling convention regcall is not supported"),
    ("// a macro of Microsoft's compiler\nint __vectorcall f(double);", "2:19: the calling convention vectorcall is not supported"),
    ("// gcc has it\n_Complex unsigned int x;", "2:1: GNU's complex integers are not supported"),
    ("// gcc has it where the processor's ABI does\nint x, y(_Decimal64);", "2:10: decimal floats are not supported"),
    ("// where pointers have 8 bytes\nint *__ptr32 p;", "2:6: pointers of another size than the target's are not supported"),
    ("// a warning to gcc\n#pragma pack(3)\n", "2:1: expected 1, 2, 4, 8 or 16 in `#pragma pack`"),
];

#[test]
fn messages_and_places() {
    let mut failures = Vec::new();
    for (text, expected) in WRONG {
        match Types::new().parse(text) {
            Ok(_) if expected.is_empty() => {}
            Ok(found) => failures.push(format!("{text}\nis read as {found:?}")),
            Err(error) if expected.is_empty() => failures.push(format!("{text}\n{error}")),
            Err(error) if error.to_string().contains(expected) => {}
            Err(error) => failures.push(format!("{text}\nexpected {expected}\n{error}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// What we refuse, gcc refuses.
#[test]
fn gcc_agrees() {
    let mut failures = Vec::new();
    for (text, expected) in WRONG {
        let is_ours = text.starts_with("//") || text.starts_with('#') || expected.is_empty();
        if is_ours {
            continue;
        }
        if gcc_accepts(text) {
            failures.push(*text);
        }
    }
    assert!(failures.is_empty(), "gcc accepts:\n{}", failures.join("\n"));
    assert!(gcc_accepts("int x;"), "gcc refuses everything");
}

fn gcc_accepts(text: &str) -> bool {
    let mut child = Command::new("gcc")
        .args(["-std=gnu17", "-fsyntax-only", "-w", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("gcc runs (Debian's package `gcc`)");
    child.stdin.take().expect("stdin is piped").write_all(text.as_bytes()).expect("gcc reads");
    child.wait().expect("gcc ends").success()
}

/// One bad declaration takes nothing else with it.
#[test]
fn the_rest_is_usable() {
    let types = Types::new();
    let text = "
        typedef int first;
        struct broken { foo x; int y; };
        first before(void);
        int bad(struct { unknown x; } y), other;
        static inline int body(void) { return unknown; }
        int worse(void) { ) }
        struct fine { first x; };
        bar baz(qux), quux;
        typedef struct { int a; baz b; } nameless;
        enum { A = foo, B };
        struct fine after(struct broken *);
    ";
    let found = Source::new(text).file("mixed.h").read(&types);
    let names: Vec<&str> = found.functions.iter().map(|f| &*f.name).collect();
    assert_eq!(names, ["before", "after"]);
    assert_eq!(found.inline_functions[0].name.as_ref(), "body");
    assert_eq!(
        found.inline_functions[0].text.as_ref(),
        "static inline int body(void) { return unknown; }"
    );
    assert!(types.get("struct fine").is_some_and(|s| s.size() == 4));
    let skipped: Vec<(Option<&str>, String)> =
        found.skipped.iter().map(|s| (s.name.as_deref(), s.error.place.to_string())).collect();
    assert_eq!(
        skipped,
        [
            (Some("broken"), "mixed.h:3".to_owned()),
            (Some("bad"), "mixed.h:5".to_owned()),
            (Some("worse"), "mixed.h:7".to_owned()),
            (None, "mixed.h:9".to_owned()),
            (None, "mixed.h:10".to_owned()),
            (None, "mixed.h:11".to_owned()),
        ]
    );
}

/// Far beyond every limit: an error, in time, on a small stack.
#[test]
fn deep_and_endless() {
    let deep = |open: &str, close: &str, n: usize| open.repeat(n) + close.repeat(n).as_str();
    let n = 200_000;
    let texts = [
        format!("int x[{}1{}];", "(".repeat(n), ")".repeat(n)),
        format!("int x[{}1];", "-".repeat(n)),
        format!("int x[{}1];", "- ".repeat(n)),
        format!("int x[{}1];", "!".repeat(n)),
        format!("int x[{}1];", "sizeof ".repeat(n)),
        format!("int x[{}1{}];", "1?".repeat(n), ":1".repeat(n)),
        format!("int x[{}1];", "1?1:".repeat(n)),
        format!("int x[{}1];", "1+".repeat(n)),
        format!("int x[{}1];", "(int)".repeat(n)),
        format!("int x[{}1];", "x=".repeat(n)),
        format!("int x[{}1];", "(1+".repeat(n)),
        format!("int x[{}1];", "1(".repeat(n)),
        format!("extern int *x; int y[{}1];", "x[".repeat(n)),
        format!("extern int *x; int y[{}1];", "1(x[".repeat(n)),
        format!("int x[{}1];", "__builtin_constant_p(".repeat(n)),
        format!("int x[{}1];", "__builtin_choose_expr(1, 1, ".repeat(n)),
        format!("int x[{}1];", "sizeof(struct { int a[".repeat(n)),
        format!("int x[] = {{ [{}1] = 1 }};", "1(".repeat(n)),
        format!("int x{};", "[1]".repeat(n)),
        format!("int x{};", deep("(", ")", n)),
        format!("int {}x{};", "(".repeat(n), ")".repeat(n)),
        format!("int {}x{};", "(*".repeat(n), ")".repeat(n)),
        format!("int {}x{};", "(*".repeat(n), ")(void)".repeat(n)),
        format!("int f{}", "(int (".repeat(n)),
        format!("int {}x;", "*".repeat(n)),
        format!("{}x;{}", "struct { int ".repeat(n), "} y;".repeat(n)),
        format!("{};", "struct s {".repeat(n)),
        "{".repeat(n),
        "}".repeat(n),
        "(".repeat(n),
        "extern \"C\" {".repeat(n),
        format!("int f(void) {}", deep("{", "}", n)),
        format!("typeof({}1{}) x;", "typeof(".repeat(n), ")".repeat(n)),
        format!("int x[{}1{}];", "_Generic(1, int: ".repeat(n), ")".repeat(n)),
        format!("int x __attribute__(({}", "a(".repeat(n)),
        format!("{}int x;", "__attribute__((aligned(8))) ".repeat(n)),
        format!("{}int x;", "const ".repeat(n)),
        format!("char *s = {};", "\"x\" ".repeat(n)),
        format!("int x[sizeof({})];", "\"x\" ".repeat(n)),
        format!("/*{}", "*".repeat(n)),
        format!("{}\nint x;", "#pragma pack(push, 1)\n".repeat(n)),
        format!("enum {{ {} }};", (0..n).map(|i| format!("a{i},")).collect::<String>()),
        format!(
            "struct s {{ {} }};",
            (0..20_000).map(|i| format!("int a{i};")).collect::<String>()
        ),
        format!("int {};", vec!["x"; n].join(",")),
        "#".repeat(n),
        "\"".repeat(n),
        "'".repeat(n),
        "\\\n".repeat(n),
        "0x".repeat(n),
        format!("int x[(int)0x{}p0];", "1".repeat(n)),
        format!("int f({});", (0..n).map(|i| format!("int a{i},")).collect::<String>()),
        "é".repeat(n),
        "int x = {".repeat(n),
        "typedef struct a a; struct a { a *b; ".repeat(1000),
    ];
    let small = std::thread::Builder::new().stack_size(5 << 18).spawn(move || {
        for text in texts {
            let start = std::time::Instant::now();

            let types = Types::new();
            let found = Source::new(&text).read(&types);
            assert!(found.skipped.len() <= MAX_SKIPPED + 1);
            let shown: String = text.chars().take(40).collect();
            for error in &found.skipped {
                assert!(error.error.to_string().len() < 2000, "{shown}");
            }
            drop((found, types));
            assert!(start.elapsed().as_secs() < 20, "{shown} takes {:?}", start.elapsed());
        }
    });
    small.expect("a thread starts").join().expect("nothing panics");
}

/// C11 5.2.4.1 asks for 63 levels.
#[test]
fn what_the_standard_asks_for() {
    let types = Types::new();
    let n = 63;
    let parentheses = format!("int a[{}1{}];", "(".repeat(n), ")".repeat(n));
    let declarators = format!("int {}b{};", "(".repeat(n), ")".repeat(n));
    let structs = format!("{}int x; {};", "struct { ".repeat(n), "} y;".repeat(n - 1) + "} z");
    let initial = "int ".to_owned() + &"*".repeat(12) + "p;";
    types
        .parse(&(parentheses + &declarators + &structs + &initial))
        .unwrap_or_else(|e| panic!("{e}"));
    let over = format!("int a[{}1{}];", "(".repeat(500), ")".repeat(500));
    let error = types.parse(&over).unwrap_err();
    assert!(error.message.contains(&format!("at most {MAX_DEPTH} levels")), "{error}");
}

/// A long chain of typedefs, each used twice by the next: exponential if anyone walks it naively.
#[test]
fn doubling() {
    let mut text = "typedef struct { char c; } t0;".to_owned();
    for i in 1..60 {
        text += &format!("typedef struct {{ t{0} a, b; }} t{i};", i - 1);
    }
    for i in 1..200 {
        let last = if i == 1 { "int".to_owned() } else { format!("f{}", i - 1) };
        text += &format!("typedef int (*f{i})({last}, {last});");
    }
    text += "f199 g(f199); enum { S = sizeof(t30) };";
    let found = Source::new(&text).read(&Types::new());
    assert_eq!(found.constants.last().map(|c| c.value), Some(1 << 30));
}

#[test]
fn conventions() {
    let conv = |text, target| {
        let types = Types::new();
        let found =
            Source::new(text).target(target).parse(&types).unwrap_or_else(|e| panic!("{e}"));
        let ty = found.functions.first().map(|f| f.ty.clone());
        let ty = ty.or_else(|| found.variables.first().and_then(|v| v.ty.pointee())).unwrap();
        match ty.kind() {
            ctypes_core::types::TypeKind::Function(f) => f.conv(),
            _ => panic!("{text} is {ty}"),
        }
    };
    let (x86, x64) = (Target::I686_WINDOWS_MSVC, Target::X86_64_WINDOWS_MSVC);
    for text in [
        "int __stdcall f(int);",
        "__stdcall int f(int);",
        "int (__stdcall *f)(int);",
        "int (__stdcall f)(int);",
        "int f(int) __attribute__((stdcall));",
        "__attribute__((__stdcall__)) int f(int);",
        "int (__attribute__((stdcall)) *f)(int);",
        "typedef int __stdcall t(int); t f;",
        "typedef int (__stdcall *t)(int); extern t f;",
        "char *__stdcall f(int (*)(void));",
    ] {
        assert_eq!(conv(text, x86), CallConv::Stdcall, "{text}");
        // Compilers for x86-64 accept the word and ignore it.
        assert_eq!(conv(text, x64), CallConv::C, "{text}");
        assert_eq!(conv(text, Target::I686_LINUX), CallConv::Stdcall, "{text}");
    }
    assert_eq!(conv("int (*__cdecl f(int))(void);", x86), CallConv::C);
    assert_eq!(conv("void __fastcall f(void);", x86), CallConv::Fastcall);
    assert_eq!(
        conv("void f(void) __attribute__((ms_abi));", Target::X86_64_LINUX),
        CallConv::Win64
    );
}

#[test]
fn one_prototype() {
    for (text, expected) in [
        ("int", "expected a function type"),
        ("int x;", "expected a function type"),
        ("int f(void); int g(void);", "expected the end of the text, found `int`"),
        ("foo f(void)", "unknown type name `foo`"),
    ] {
        let error = Signature::parse(text).map(|s| s.to_string()).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
    // Names are for messages, where the text has some.
    for (text, names) in [
        ("double frexp(double x, int *exp);", [Some("x"), Some("exp")]),
        ("double (double, int *exp)", [None, Some("exp")]),
        ("double (*)(double x, int *)", [Some("x"), None]),
        (
            "void (*signal(int sig, void (*func)(int number)))(int again)",
            [Some("sig"), Some("func")],
        ),
    ] {
        let sig = Signature::parse(text).unwrap();
        assert_eq!([sig.name(0), sig.name(1)], names, "{text}");
    }
    let library = ctypes_core::Library::this();
    let error = library.declare("int abs(int); int labs(int);").unwrap_err();
    assert!(
        error.to_string().contains("expected the declaration of one function, found 2"),
        "{error}"
    );
    let error = library.declare("int no_such_function_anywhere(int);").unwrap_err();
    assert!(error.to_string().contains("no_such_function_anywhere"), "{error}");
    let renamed = library.declare("int other(int) __asm__(\"abs\");").unwrap();
    // SAFETY: that is the signature of `abs`.
    assert_eq!(unsafe { renamed.call::<i32>((-3,)) }.unwrap(), 3);
    let types = Types::new();
    for _ in 0..2 {
        assert!(library.declare_in(&types, "int abs(int);").is_ok());
    }
}
