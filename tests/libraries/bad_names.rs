//! Names that no library or symbol has: an error, soon, whatever they are.

use crate::tools::{Scratch, open};
use ctypes_core::{CallConv, Library, Signature, Type};

fn odd_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "",
        "\0",
        "a\0b",
        " ",
        "a b",
        "\n",
        "%s%n",
        "\u{1b}[2J",
        "ü",
        "\u{202e}x",
        "@",
        "f@@V_1",
        "#1",
        "-",
    ]
    .map(String::from)
    .into();
    names.extend(["x".repeat(1 << 20), "ü".repeat(1 << 19), "a/".repeat(1 << 19)]);
    names
}

#[test]
fn odd_names_of_libraries_are_refused() {
    for name in odd_names() {
        for opened in [
            // SAFETY: there is no such library.
            unsafe { Library::open(&name) },
            // SAFETY: as above.
            unsafe { Library::open_path(&name) },
            // SAFETY: as above.
            unsafe { Library::open_any([&name]) },
        ] {
            let text = opened.expect_err("there is no such library").to_string();
            assert!(!text.contains('\u{1b}') && !text.contains('\0'), "{text:?}");
        }
    }
}

#[test]
fn odd_names_of_symbols_are_refused() {
    let scratch = Scratch::new("odd");
    let library = open(&scratch.library("odd", "int x; int f(void) { return x; }", &[]));
    let signature = Signature::new(CallConv::C, &Type::INT, []).unwrap();
    for library in [library, Library::this()] {
        for name in odd_names() {
            let errors = [
                library.symbol(&name).map(|_| ()),
                library.function(&name, &signature).map(|_| ()),
                // SAFETY: there is no such variable.
                unsafe { library.variable::<i32>(&name) }.map(|_| ()),
                // SAFETY: as above.
                unsafe { library.variable_as(&name, &Type::INT) }.map(|_| ()),
            ];
            for error in errors {
                let text = error.expect_err("there is no such symbol").to_string();
                assert!(!text.contains('\u{1b}') && !text.contains('\0'), "{text:?}");
            }
        }
    }
}

/// A symbol may have any name that an assembler takes.
#[test]
fn odd_symbols_that_exist_are_found() {
    let scratch = Scratch::new("exist");
    // Quoted for the assembler.
    let source = r#"
        int x __asm__("\"a b\"") = 4;
        int y __asm__("größe") = 5;
        int z __asm__("\"$%(\"") = 6;
    "#;
    let library = open(&scratch.library("exist", source, &[]));
    for (name, value) in [("a b", 4), ("größe", 5), ("$%(", 6)] {
        // SAFETY: so it is declared, and no other thread uses it.
        assert_eq!(unsafe { library.variable::<i32>(name).unwrap().read() }, value, "{name}");
    }
}

#[test]
fn what_came_from_a_library_keeps_it_open() {
    let scratch = Scratch::new("closing");
    let library = open(&scratch.library("closing", "int f(void) { return 3; }", &[]));
    let function = library.declare("int f(void);").unwrap();
    // SAFETY: nothing of the library is used if it is closed.
    let error = unsafe { library.close() }.unwrap_err();
    assert!(error.to_string().contains("other clones or symbols"), "{error}");
    // SAFETY: so it is declared.
    assert_eq!(unsafe { function.call::<i32>(()) }.unwrap(), 3);
}
