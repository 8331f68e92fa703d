//! Variables against gcc's libraries, `readelf` and the kernel's protection of their pages.

use crate::tools::{Scratch, mappings, open, output, path};
use core::ffi::{c_int, c_longlong, c_short};
use ctypes_core::library::find_library;
use ctypes_core::{CallConv, Library, Signature, Type, Types};
use std::path::PathBuf;

const SOURCE: &str = "
int number = 7;
const int constant = 42;
extern const char *const table[];
const char *const table[] = { \"a\", \"b\", \"c\" };
short narrow = 3;
int array[] = { 1, 2, 3, 4, 5 };
_Thread_local int mine = 5;
struct point { int x, y; } origin = { 1, 2 };
char packed[16] __attribute__((aligned(16)));
__asm__(\".globl odd\\n.set odd, packed + 1\\n.globl untyped\\n.set untyped, number\\n\");
int get_number(void) { return number; }
int is_mine(const int *p) { return p == &mine; }
static int (*find_nothing(void))(void) { return 0; }
int nothing(void) __attribute__((ifunc(\"find_nothing\")));
extern int absent __attribute__((weak));
int *absent_address(void) { return &absent; }
";

fn fixture(scratch: &Scratch, name: &str) -> PathBuf {
    scratch.library(name, SOURCE, &["-Wl,-z,relro"])
}

fn call_int(library: &Library, name: &str) -> c_int {
    let signature = Signature::new(CallConv::C, &Type::INT, []).unwrap();
    let function = library.function(name, &signature).unwrap();
    // SAFETY: the fixture's function takes nothing and returns an int.
    unsafe { function.call::<c_int>(()) }.unwrap()
}

#[test]
fn c_sees_what_is_written() {
    let scratch = Scratch::new("typed");
    let library = open(&fixture(&scratch, "typed"));
    // SAFETY: the types are those of the source, and no other thread uses the variables.
    unsafe {
        let number = library.variable::<c_int>("number").unwrap();
        assert_eq!(number.read(), 7);
        number.write(8).unwrap();
        assert_eq!(call_int(&library, "get_number"), 8);
        assert_eq!(library.variable::<c_short>("narrow").unwrap().read(), 3);
        assert_eq!(library.variable::<[c_int; 5]>("array").unwrap().read(), [1, 2, 3, 4, 5]);
        // What has no type and no size in the file is believed.
        assert_eq!(library.variable::<c_int>("untyped").unwrap().as_ptr(), number.as_ptr());

        let number = library.variable_as("number", &Type::INT).unwrap();
        number.set("", 9).unwrap();
        assert_eq!(call_int(&library, "get_number"), 9);
        let types = Types::new();
        types.parse("struct point { int x, y; };").unwrap();
        let origin = library.declare_variable_in(&types, "extern struct point origin;").unwrap();
        assert_eq!((origin.get::<i32>("x").unwrap(), origin.get::<i32>("y").unwrap()), (1, 2));
        let number = library.declare_variable("extern int other __asm__(\"number\");").unwrap();
        assert_eq!(number.get::<i32>("").unwrap(), 9);
    }
}

#[test]
fn an_array_without_a_length_gets_the_one_that_it_has() {
    let scratch = Scratch::new("array");
    let library = open(&fixture(&scratch, "array"));
    // SAFETY: the types are those of the source, and no other thread uses the variables.
    unsafe {
        let array = library.declare_variable("extern int array[];").unwrap();
        assert_eq!(array.ty().to_string(), "int [5]");
        assert_eq!(array.get::<i32>("[4]").unwrap(), 5);
        assert!(array.get::<i32>("[5]").is_err());
        let table = library.declare_variable("extern const char *const table[];").unwrap();
        assert_eq!(table.size(), 3 * size_of::<usize>());
    }
}

#[test]
fn read_only_memory_is_not_written() {
    let scratch = Scratch::new("const");
    let library = open(&fixture(&scratch, "const"));
    let mappings = mappings();
    // `table` is written by the loader and protected afterwards (RELRO).
    for (name, words) in [("number", 1), ("constant", 1), ("table", 3), ("array", 1), ("narrow", 1)]
    {
        let ty = if name == "table" { Type::UINTPTR.array(words).unwrap() } else { Type::I16 };
        // SAFETY: any bytes are such numbers, and no other thread uses the variables.
        let variable = unsafe { library.variable_as(name, &ty) }.unwrap();
        let at = library.symbol(name).unwrap().as_ptr().addr();
        let mapping = mappings.iter().find(|m| (m.start..m.end).contains(&at)).unwrap();
        let stored = match name {
            "table" => variable.set("[0]", 0_usize),
            _ => variable.set("", 1_i16),
        };
        assert_eq!(stored.is_ok(), mapping.is_writable, "{name}: {stored:?}, {mapping:?}");
        if let Err(error) = stored {
            assert!(error.to_string().ends_with("the memory is read only"), "{error}");
        }
    }
    // SAFETY: as in the source.
    let constant = unsafe { library.variable::<c_int>("constant") }.unwrap();
    assert!(constant.is_read_only());
    // SAFETY: as above; nothing is written.
    let error = unsafe { constant.write(1) }.unwrap_err();
    assert_eq!(error.to_string(), "`int32_t`: the variable `constant` lies in read-only memory");
    // SAFETY: as above.
    assert_eq!(unsafe { constant.read() }, 42);
}

#[test]
fn what_is_no_such_variable_is_refused() {
    let scratch = Scratch::new("refused");
    let file = fixture(&scratch, "refused");
    let library = open(&file);
    // SAFETY: what is found is believed to be an int only after it has been refused.
    let refused = |name: &str| unsafe { library.variable::<c_int>(name) }.unwrap_err().to_string();
    let here = format!("in library `{0}` ({0}): ", file.display());
    let wide = refused("narrow");
    assert_eq!(wide, format!("no variable `narrow` {here}it has 2 bytes, and `int32_t` has 4"));
    assert_eq!(refused("get_number"), format!("no variable `get_number` {here}it is a function"));
    assert!(refused("mine").ends_with("it is thread-local: each thread has another one"));
    assert!(refused("odd").contains("expected an address that is a multiple of 4, found 0x"));
    assert!(refused("nothing").ends_with("its address is null"));
    assert!(refused("absent").ends_with("it is not exported"));
    assert!(refused("numbr").ends_with("did you mean `number`?"));
    assert!(library.find_symbol("nothing").is_none() && library.find_symbol("absent").is_none());

    let signature = Signature::new(CallConv::C, &Type::INT, []).unwrap();
    let error = library.function("number", &signature).unwrap_err();
    assert_eq!(error.to_string(), format!("no function `number` {here}it is a variable"));
    let error = library.declare("int number(void);").unwrap_err();
    assert!(error.to_string().ends_with("it is a variable"), "{error}");

    // SAFETY: nothing is found.
    let declared = |text: &str| unsafe { library.declare_variable(text) }.unwrap_err().to_string();
    assert!(
        declared("int get_number(void);")
            .contains("expected the declaration of one variable, found 1 of functions")
    );
    assert!(declared("int a, b;").contains("of one variable, found 2"));
    assert!(declared("").contains("of one variable, found 0"));
    assert!(declared("extern struct unknown number;").contains("struct unknown"));
    let error = library.declare("extern int number;").unwrap_err().to_string();
    assert!(error.contains("of one function, found 1 of variables"), "{error}");
    let error = library.ordinal(1).unwrap_err().to_string();
    assert!(error.contains("no symbol `#1`") && error.contains("only Windows"), "{error}");
}

#[test]
fn a_variable_keeps_its_library_open() {
    let scratch = Scratch::new("keep");
    let library = open(&fixture(&scratch, "keep"));
    // SAFETY: as in the source.
    let typed = unsafe { library.variable::<c_int>("number") }.unwrap();
    // SAFETY: as in the source.
    let object = unsafe { library.variable_as("number", &Type::INT) }.unwrap();
    let again = library.clone();
    // SAFETY: nothing of the library is used if it is closed.
    unsafe { library.close() }.unwrap_err();
    drop(typed.clone());
    drop(typed);
    let library = again.clone();
    // SAFETY: as above.
    unsafe { again.close() }.unwrap_err();
    assert_eq!(object.at("").unwrap().get::<i32>("").unwrap(), 7);
    drop(object);
    // SAFETY: nothing of the library is used afterwards.
    unsafe { library.close() }.unwrap();
}

/// Symbols of all kinds: what we say of each is what `readelf` says.
#[test]
fn kinds_and_sizes_are_those_of_readelf() {
    let signature = Signature::new(CallConv::C, &Type::INT, []).unwrap();
    for (library, least) in [("c", 2000), ("sqlite3", 200), ("m", 500)] {
        let file = find_library(library).expect("these tests need the library");
        let opened = open(&file);
        let text = output("readelf", &["--dyn-syms", "-W", path(&file)]);
        let mut checked = 0;
        for line in text.lines() {
            // Num: Value Size Type Bind Vis Ndx Name
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, _, size, kind, "GLOBAL" | "WEAK", "DEFAULT", section, name, ..] = words[..]
            else {
                continue;
            };
            // Of several versions the loader takes the default one, which readelf shows with two signs.
            let is_default = !name.contains('@') || name.contains("@@");
            let name = name.split('@').next().unwrap();
            if section == "UND" || section == "ABS" || !is_default {
                continue;
            }
            let function = opened.function(name, &signature).map_err(|e| e.reason);
            // SAFETY: nothing is done with what is found.
            let is_bytes = |n| unsafe { opened.variable_as(name, &Type::U8.array(n).unwrap()) };
            match kind {
                "FUNC" | "IFUNC" => {
                    assert!(function.is_ok(), "{line}: {function:?}");
                    let bytes = is_bytes(1).map(|_| line).map_err(|e| e.reason);
                    assert_eq!(bytes.expect_err(line), "it is a function", "{line}");
                }
                "OBJECT" => {
                    assert_eq!(function.unwrap_err(), "it is a variable", "{line}");
                    let size = match size.strip_prefix("0x") {
                        Some(size) => usize::from_str_radix(size, 16).unwrap(),
                        None => size.parse::<usize>().unwrap(),
                    };
                    assert!(is_bytes(size).is_ok(), "{line}");
                    let reason = is_bytes(size + 1).unwrap_err().reason;
                    assert!(
                        reason.starts_with(&format!("it has {size} bytes")),
                        "{line}: {reason}"
                    );
                }
                "TLS" => assert!(function.unwrap_err().contains("thread-local"), "{line}"),
                _ => continue,
            }
            checked += 1;
        }
        assert!(checked > least, "{library}: only {checked} symbols: {text}");
    }
}

/// Clears e_shoff, e_shnum and e_shstrndx (System V gABI, chapter 4), as some packers do.
fn strip_section_headers(file: &std::path::Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let (offset, counts) =
        if size_of::<usize>() == 8 { (40..48, 60..64) } else { (32..36, 48..52) };
    bytes[offset].fill(0);
    bytes[counts].fill(0);
    std::fs::write(file, bytes).unwrap();
    assert!(output("readelf", &["-SW", path(file)]).contains("no sections"));
}

/// Lets the loader map the symbol tables writable, where tools that edit libraries put them: sets PF_W in p_flags of the
/// first PT_LOAD (System V gABI, chapter 5).
fn make_tables_writable(file: &std::path::Path) {
    let (first, size, flags) = if size_of::<usize>() == 8 { (64, 56, 4) } else { (52, 32, 24) };
    let mut bytes = std::fs::read(file).unwrap();
    let is_load = |at: &usize| bytes[*at..at + 4] == 1_u32.to_ne_bytes();
    let header = (first..).step_by(size).find(is_load).unwrap();
    let lowest = if cfg!(target_endian = "big") { 3 } else { 0 };
    bytes[header + flags + lowest] |= 2;
    std::fs::write(file, bytes).unwrap();
    let text = output("readelf", &["-lW", path(file)]);
    assert!(
        text.lines().any(|l| l.contains("LOAD") && l.contains("0x000000 ") && l.contains("RW"))
    );
}

/// A library without section headers, and one with the old hash table only, tell as much.
#[test]
fn neither_section_headers_nor_one_kind_of_hash_table_are_needed() {
    let scratch = Scratch::new("bare");
    let many: String =
        (0..100).map(|i| format!("int extra_{i}(void) {{ return {i}; }}\n")).collect();
    let source = format!("{SOURCE}{many}");
    let types = ["-Wl,--hash-style=sysv", "-Wl,--hash-style=gnu", "-Wl,--hash-style=both"];
    for (index, style) in types.into_iter().chain(["-Wl,-z,now"]).enumerate() {
        let name = format!("bare{index}");
        let file = scratch.library(&name, &source, &[style]);
        strip_section_headers(&file);
        if index == types.len() {
            make_tables_writable(&file);
        }
        let library = open(&file);
        // SAFETY: refused.
        let error = unsafe { library.variable::<c_longlong>("number") }.unwrap_err();
        assert_eq!(error.reason, "it has 4 bytes, and `int64_t` has 8", "{style}");
        let error = library.symbol("get_numbr").unwrap_err();
        assert_eq!(error.similar, ["get_number"], "{style}");
        for i in 0..100 {
            let error = library.symbol(&format!("xtra_{i}")).unwrap_err();
            assert!(error.similar.contains(&format!("extra_{i}")), "{style}: {error}");
            // SAFETY: refused.
            let error = unsafe { library.variable::<i8>(&format!("extra_{i}")) }.unwrap_err();
            assert_eq!(error.reason, "it is a function", "{style}");
        }
    }
}
