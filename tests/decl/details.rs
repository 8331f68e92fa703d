//! What is told of declarations beside their types.

use ctypes_core::decl::Source;
use ctypes_core::layout::RecordKind;
use ctypes_core::types::{Qualifiers, TypeKind};
use ctypes_core::{Library, Signature, Target, Types};

#[test]
fn functions() {
    let types = Types::new();
    let text = "# 3 \"a.h\"
        int plain(int first, char *, double last) __attribute__((weak, deprecated(\"no\")));
        _Noreturn void gone(void) __asm__(\"_gone_1\");
        # 90 \"b.h\" 2
        #pragma redefine_extname renamed other_name
        int renamed(void);
        static inline int twice(int n)
        {
        # 7 \"c.h\"
        #define INNER 1
            return n + n; /* { */
        }
        int plain(int again, char *, double);
    ";
    let found = Source::new(text).target(Target::X86_64_LINUX).read(&types);
    assert!(found.skipped.is_empty(), "{:?}", found.skipped);
    let [plain, gone, renamed] = &found.functions[..] else { panic!("{:?}", found.functions) };
    let params: Vec<&str> = plain.params.iter().map(|p| &**p).collect();
    assert_eq!(params, ["first", "", "last"]);
    assert!(plain.weak && plain.deprecated && !plain.noreturn);
    assert_eq!(plain.place.to_string(), "a.h:3");
    assert!(gone.noreturn);
    assert_eq!(gone.symbol.as_deref(), Some("_gone_1"));
    assert_eq!(renamed.symbol.as_deref(), Some("other_name"));
    assert_eq!(renamed.place.to_string(), "b.h:91");
    let twice = &found.inline_functions[0];
    assert_eq!(&*twice.name, "twice");
    assert_eq!(twice.place.to_string(), "b.h:92");
    let text = twice.text.as_ref();
    assert!(text.starts_with("static inline int twice(int n)") && text.ends_with('}'), "{text}");
    assert!(text.contains("return n + n; /* { */") && !text.contains('#'), "{text}");
    // On Apple's systems a label has the underscore of the object file.
    let found = Source::new(text).target(Target::AARCH64_APPLE).read(&Types::new());
    assert!(found.functions.is_empty());
    let apple = Source::new("int f(void) __asm(\"_f$X\");").target(Target::AARCH64_APPLE);
    assert_eq!(apple.read(&Types::new()).functions[0].symbol.as_deref(), Some("f$X"));
}

#[test]
fn macros() {
    let text = "#define A 1 + \\\n 2\n#define F(a, b, ...) a ## b\n#define EMPTY\n#define NO() 0\n\
                #undef A\n#define A 3\n#define G (x)\n#undef EMPTY\n";
    let found = Source::new(text).file("m.h").read(&Types::new());
    let shown: Vec<String> = found
        .macros
        .iter()
        .map(|m| format!("{} {:?} {} {}", m.name, m.params, m.body, m.place.line))
        .collect();
    assert_eq!(
        shown,
        [
            "F Some([\"a\", \"b\", \"...\"]) a ## b 3",
            "NO Some([]) 0 5",
            "A None 3 7",
            "G None (x) 8",
        ]
    );
}

/// A header that was not preprocessed is read all the same if it includes nothing and decides nothing.
#[test]
fn the_guard_of_a_header() {
    let text = "/* licence */\n#ifndef H\n#define H\n#pragma once\nint f(void);\n#endif /* H */\n";
    let found = Source::new(text).read(&Types::new());
    assert!(found.skipped.is_empty(), "{:?}", found.skipped);
    assert_eq!(found.functions[0].place.line, 5);
}

#[test]
fn names_of_a_namespace() {
    let types = Types::new();
    types.parse("typedef unsigned id_t; enum { LIMIT = 8 }; id_t next(void);").unwrap();
    // Later texts know them.
    let found = types.parse("id_t all[LIMIT]; __typeof__(next()) one;").unwrap();
    assert_eq!(found.variables[0].ty.to_string(), "id_t [8]");
    assert_eq!(found.variables[1].ty.to_string(), "id_t");
    let sig = Signature::parse_in(&types, "id_t (id_t, id_t [LIMIT])").unwrap();
    assert_eq!(sig.to_string(), "id_t (id_t, id_t *)");
    let error = types.parse("typedef int id_t;").unwrap_err();
    assert!(error.message.contains("a typedef of `unsigned int` already"), "{error}");
    // C's own names need no declaration, and can have one.
    types
        .parse("size_t length(const char *); typedef unsigned long size_t; size_t again;")
        .unwrap();
}

/// A later declaration may say more, and an earlier one more than a later.
#[test]
fn completed() {
    let types = Types::new();
    let text =
        "int f(); extern int a[]; int f(int); int f(); extern int a[4], a[]; int g(void); int g();";
    let found = types.parse(text).unwrap();
    let shown: Vec<String> = found.functions.iter().map(|f| f.ty.declare(&f.name)).collect();
    assert_eq!(shown, ["int f(int)", "int g(void)"]);
    assert_eq!(found.variables.len(), 1);
    assert_eq!(found.variables[0].ty.to_string(), "int [4]");
    // Texts that come later complete what is in a namespace, too.
    let types = Types::new();
    types.parse("extern int a[];").unwrap();
    assert_eq!(types.parse("extern int a[];").unwrap().variables[0].ty.declare("a"), "int a[]");
    types.parse("extern int a[3];").unwrap();
    let again = types.parse("extern int a[];").unwrap();
    assert_eq!(again.variables[0].ty.declare("a"), "int a[3]");
    let size = types.evaluate("sizeof(a)").unwrap().value;
    assert_eq!(size, ctypes_core::types::ConstValue::Int(12));
    for wrong in ["int f(); long f(int);", "int a[3]; int a[4];", "int g(void); int g(int);"] {
        assert!(Types::new().parse(wrong).is_err(), "{wrong}");
    }
}

/// What a handle was taken of before its definition is known afterwards.
#[test]
fn forward() {
    let types = Types::new();
    let found = types.parse(
        "typedef struct later later; struct holder { later *p; }; struct later { later *next; int x[4]; };
         later *f(later);",
    );
    let found = found.unwrap();
    assert_eq!(found.typedefs[0].ty.size(), size_of::<*mut u8>() + 16);
    assert!(Signature::of(&found.functions[0].ty).is_ok());
}

/// As with records; until then nothing says its size.
#[test]
fn enumerations_before_their_definition() {
    let types = Types::new();
    let found = types.parse("enum later *before(enum later);").unwrap();
    assert!(Signature::of(&found.functions[0].ty).is_err());
    let later = types.get("enum later").unwrap();
    assert!(
        later.layout().is_err() && matches!(later.kind(), TypeKind::Enum(e) if !e.is_complete())
    );
    assert_eq!(later.definition(), "enum later;\n");
    types.parse("enum later { MANY = 0x100000000 };").unwrap();
    assert_eq!(later.layout().unwrap().size(), 8);
    assert_eq!(types.get("enum later"), Some(later));
    let sig = Signature::of(&found.functions[0].ty).unwrap();
    assert_eq!(sig.params()[0].size(), 8);
    // A definition that says another type than the declaration is another one.
    assert!(types.parse("enum fixed : char; enum fixed : long { A };").is_err());
}

#[test]
fn qualifiers() {
    let types = Types::new();
    let ty = types.parse_type("const volatile int *restrict const *").unwrap();
    let inner = ty.pointee().unwrap();
    assert_eq!(inner.qualifiers(), Qualifiers::CONST | Qualifiers::RESTRICT);
    assert_eq!(inner.pointee().unwrap().qualifiers(), Qualifiers::CONST | Qualifiers::VOLATILE);
    assert!(types.parse_type("int *_Nonnull").unwrap().is_nonnull());
}

#[test]
fn transparent_unions() {
    let types = Types::new();
    types
        .parse(
            "typedef union { const struct sockaddr *a; const struct sockaddr_in *b; } any
                 __attribute__((__transparent_union__));
             int connect_any(int, any);",
        )
        .unwrap();
    let any = types.get("any").unwrap();
    let TypeKind::Record(record) = any.kind() else { panic!("{any}") };
    assert!(record.rules().kind == RecordKind::Union && record.rules().transparent_union);
    let sig = Signature::parse_in(&types, "int connect_any(int, any);").unwrap();
    assert_eq!(sig.to_string(), "int (int, const struct sockaddr *)");
}

#[test]
fn declared_functions_are_called() {
    let types = Types::new();
    types.parse("typedef struct { int quot, rem; } div_t; typedef int (*compare)(const void *, const void *);").unwrap();
    let program = Library::this();
    let abs = program.declare("int abs(int);").unwrap();
    // SAFETY: that is its signature.
    assert_eq!(unsafe { abs.call::<i32>((-5,)) }.unwrap(), 5);
    let qsort = "void qsort(void *base, size_t count, size_t size, compare c);";
    let qsort = program.declare_in(&types, qsort).unwrap();
    assert_eq!(qsort.signature().to_string(), "void (void *, size_t, size_t, compare)");
}
