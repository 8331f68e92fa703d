//! Memory of foreign targets through `CView` and `CViewMut`, judged by C compilers and by readelf.
//!
//! Each compiler writes a constant-initialised record into an object file; a marker tells where. The values
//! that a view reads there are those of the C text, and what a view writes is what the compiler writes for
//! the changed text. A compiler that is missing fails the test.

#[allow(dead_code, unreachable_pub)]
#[path = "oracle/compilers.rs"]
mod compilers;

use compilers::{JUDGES, Judge, USER_MADE};
use core::ffi::{c_double, c_float, c_int, c_long, c_longlong, c_short, c_uchar, c_uint, c_void};
use ctypes_core::Error;
use ctypes_core::memory::{AccessFault, ViewValue};
use ctypes_core::target::Target;
use ctypes_wrap::prelude::*;
use std::process::Command;

const MARKER: [u8; 8] = [0x9e, 0x43, 0x54, 0xf9, 0x50, 0x45, 0xd1, 0x7b];

const TEXT: &str = "
enum colour { RED, GREEN = 7, BLUE = 300 };
struct inner { short a; long b; };
struct rec {
    unsigned char tag; unsigned int f1 : 3; int f2 : 9; unsigned int f3 : 20;
    long n; void *p; enum colour c; double d; float f; _Bool flag;
    struct inner in[2]; long long ll; long double ld;
    union { unsigned int u; unsigned char ub[4]; };
};
struct __attribute__((packed)) show { unsigned char m[8]; struct rec r; };
struct show shown = { {MARKER}, VALUES };
";

const BEFORE: &str =
    "{ 0xa5, 5, -200, 0xabcde, -123456789, (void *)0x8765abcd, BLUE, -2.5, 0.1f, 1,
    {{-2, 0x1234567}, {3, -4}}, -0x123456789abcdefLL, 0.33333333333333333333333333333333333333L, {0x01020304} }";

const AFTER: &str =
    "{ 0x5a, 2, 255, 0x54321, 987654321, (void *)0x10203040, GREEN, 1e-300, -1e10f, 0,
    {{-2, 0x7ffffff}, {-32768, -4}}, 0x7fffffffffffffffLL, (long double)-0.1, {0xfffefdfc} }";

fn run_time_record() -> Result<Type, Error> {
    let types = Types::new();
    let colour = Type::enumeration("colour", [("RED", 0), ("GREEN", 7), ("BLUE", 300)])?;
    let inner = types.declare_struct("inner")?;
    let inner = inner.define(|r| r.field("a", Type::SHORT).field("b", Type::LONG))?;
    let bytes = Type::UCHAR.array(4)?;
    let nameless = types.declare_union("nameless")?;
    let nameless = nameless.define(|r| r.field("u", Type::UINT).field("ub", bytes))?;
    let pair = inner.array(2)?;
    let rec = types.declare_struct("rec")?.define(|r| {
        r.field("tag", Type::UCHAR)
            .bits("f1", Type::UINT, 3)
            .bits("f2", Type::INT, 9)
            .bits("f3", Type::UINT, 20)
            .field("n", Type::LONG)
            .field("p", Type::VOID_PTR)
            .field("c", colour)
            .field("d", Type::DOUBLE)
            .field("f", Type::FLOAT)
            .field("flag", Type::BOOL)
            .field("in", pair)
            .field("ll", Type::LONGLONG)
            .field("ld", Type::LONGDOUBLE)
            .anonymous(nameless)
    })?;
    Ok(rec)
}

#[derive(CEnum, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(dead_code, clippy::upper_case_acronyms)]
enum Colour {
    RED = 0,
    GREEN = 7,
    BLUE = 300,
}

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Inner {
    a: c_short,
    b: c_long,
}

#[bitfield]
#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct Rec {
    tag: c_uchar,
    #[bits(3)]
    f1: c_uint,
    #[bits(9)]
    f2: c_int,
    #[bits(20)]
    f3: c_uint,
    n: c_long,
    p: *mut c_void,
    c: Raw<Colour>,
    d: c_double,
    f: c_float,
    flag: Raw<bool>,
    r#in: [Inner; 2],
    ll: c_longlong,
    ld: LongDouble,
    ub: [c_uchar; 4],
}

/// The judges of these tests: both byte orders, both widths, every format of `long double`.
fn judges() -> impl Iterator<Item = &'static Judge> {
    let wanted = [
        Target::S390X_LINUX,
        Target::ARMV7_LINUX,
        Target::I686_LINUX,
        Target::X86_64_LINUX,
        Target::POWERPC64LE_LINUX,
        Target::X86_64_WINDOWS_GNU,
        Target::I686_WINDOWS_GNU,
    ];
    let named = JUDGES.iter().filter(move |j| wanted.contains(&j.target));
    named.chain([user_made("armv7eb"), user_made("aarch64_be")])
}

fn user_made(name: &str) -> &'static Judge {
    USER_MADE.iter().find(|j| j.target.name == name).expect("a judge of that name")
}

fn marker() -> String {
    MARKER.map(|b| b.to_string()).join(",")
}

/// What the compiler wrote, up to the end of the object file.
fn compiled(judge: &Judge, text: &str) -> Vec<u8> {
    let object =
        judge.compile(&text.replace("MARKER", &marker())).unwrap_or_else(|e| panic!("{e}"));
    let at = object.windows(8).position(|w| w == MARKER).expect("the marker is in the object file");
    object[at + 8..].to_vec()
}

fn record(judge: &Judge, values: &str, size: u64) -> Vec<u8> {
    let mut bytes = compiled(judge, &TEXT.replace("VALUES", values));
    bytes.truncate(size as usize);
    bytes
}

#[test]
fn a_view_reads_and_writes_what_the_compiler_wrote() -> Result<(), Error> {
    for ty in [run_time_record()?, Rec::TYPE.clone()] {
        for judge in judges() {
            let layout = ty.at(&judge.target)?;
            let mut bytes = record(judge, BEFORE, layout.size());
            let expected = record(judge, AFTER, layout.size());
            read(&layout, &bytes, judge)?;
            write(&layout, &mut bytes)?;
            assert_eq!(bytes, expected, "{} on {}", ty, judge.target.name);
        }
    }
    Ok(())
}

fn read(layout: &ctypes_core::types::Layout, bytes: &[u8], judge: &Judge) -> Result<(), Error> {
    let name = judge.target.name;
    let v = CView::new(layout, bytes)?;
    assert_eq!(v.get::<u8>("tag")?, 0xa5, "{name}");
    assert_eq!((v.get::<u8>("f1")?, v.get::<i16>("f2")?), (5, -200), "{name}");
    assert_eq!((v.get::<u32>("f3")?, v.get::<i64>("n")?), (0xabcde, -123456789), "{name}");
    assert_eq!(v.address("p")?, 0x8765abcd, "{name}");
    assert_eq!((v.enumerator("c")?.as_deref(), v.get::<u16>("c")?), (Some("BLUE"), 300), "{name}");
    assert_eq!((v.get::<f64>("d")?, v.get::<f32>("f")?), (-2.5, 0.1), "{name}");
    assert_eq!((v.get::<bool>("flag")?, v.get::<f64>("ld")?), (true, 1.0 / 3.0), "{name}");
    let (a, b) = (v.get::<i16>("in[0].a")?, v.get::<i32>("in[0].b")?);
    assert_eq!((a, b), (-2, 0x1234567), "{name}");
    let second = v.at("in[1]")?;
    assert_eq!((second.get::<u8>("a")?, second.get::<i128>("b")?), (3, -4), "{name}");
    assert_eq!(v.get::<i64>("ll")?, -0x123456789abcdef, "{name}");
    let big = judge.target.endian == ctypes_core::target::Endian::Big;
    let order = if big { [1, 2, 3, 4] } else { [4, 3, 2, 1] };
    assert_eq!(v.bytes("ub")?, order, "{name}");
    assert_eq!(v.value("ub")?, ViewValue::Bytes(&order), "{name}");
    assert!(v.fields().all(|(_, value)| value.is_ok()), "{name}");
    // Kept paths say the same.
    assert_eq!(v.get_at::<i16>(&layout.path("in[0].a")?)?, -2, "{name}");
    Ok(())
}

fn write(layout: &ctypes_core::types::Layout, bytes: &mut [u8]) -> Result<(), Error> {
    let big = layout.target().endian == ctypes_core::target::Endian::Big;
    let mut v = CViewMut::new(layout, bytes)?;
    v.set("tag", 0x5a)?;
    v.set("f1", 2)?;
    v.set("f2", 255)?;
    v.set("f3", 0x54321)?;
    v.set("n", 987654321)?;
    v.set_address("p", 0x10203040)?;
    v.set_enumerator("c", "GREEN")?;
    v.set("d", 1e-300)?;
    v.set("f", -1e10)?;
    v.set("flag", false)?;
    v.set("in[0].b", 0x7ffffff)?;
    v.at("in[1]")?.set("a", -32768)?;
    v.set_at(&layout.path("ll")?, i64::MAX)?;
    v.set("ld", -0.1)?;
    let u = 0xfffefdfc_u32;
    let order = if big { u.to_be_bytes() } else { u.to_le_bytes() };
    v.set("ub", &order[..])?;
    Ok(())
}

#[test]
fn a_flexible_array_goes_as_far_as_the_bytes() -> Result<(), Error> {
    let text = "struct flex { unsigned char m[8]; int n; char c; short items[]; };
        struct flex shown = { {MARKER}, 3, 4, {-1, 2, 0x1234} };";
    let types = Types::new();
    let flex = types.declare_struct("flex")?.define(|r| {
        r.field("n", Type::INT).field("c", Type::CHAR).flexible("items", Type::SHORT)
    })?;
    for judge in judges() {
        let layout = flex.at(&judge.target)?;
        let mut bytes = compiled(judge, text);
        bytes.truncate(6 + 3 * 2 + 1);
        let v = CView::new(&layout, &bytes)?;
        assert_eq!((v.len("items")?, v.bytes("items")?.len()), (3, 6));
        let items: Result<Vec<i16>, _> = (0..3).map(|i| v.get(&format!("items[{i}]"))).collect();
        assert_eq!(items?, [-1, 2, 0x1234], "{}", judge.target.name);
        let beyond = v.get::<i16>("items[3]").unwrap_err().fault;
        assert_eq!(*beyond, AccessFault::TooShort { expected: 14, found: 13 });
        assert!(v.get::<i16>("items[18446744073709551615]").is_err());
    }
    Ok(())
}

macro_rules! elf_header {
    ($name:ident, $word:ty) => {
        #[derive(CStruct, Clone, Copy)]
        #[repr(C)]
        struct $name {
            e_ident: [u8; 16],
            e_type: u16,
            e_machine: u16,
            e_version: u32,
            e_entry: $word,
            e_phoff: $word,
            e_shoff: $word,
            e_flags: u32,
            e_ehsize: u16,
            e_phentsize: u16,
            e_phnum: u16,
            e_shentsize: u16,
            e_shnum: u16,
            e_shstrndx: u16,
        }
    };
}

elf_header!(Elf64Ehdr, u64);
elf_header!(Elf32Ehdr, u32);

#[test]
fn elf_headers_are_as_readelf_has_them() -> Result<(), Error> {
    let named = |target: Target| JUDGES.iter().find(|j| j.target == target).expect("a judge");
    let cases = [
        (named(Target::S390X_LINUX), Elf64Ehdr::TYPE),
        (user_made("armv7eb"), Elf32Ehdr::TYPE),
        (named(Target::I686_LINUX), Elf32Ehdr::TYPE),
    ];
    for (judge, ty) in cases {
        let object = judge.compile("int a = 1; int f(void) { return a; }").unwrap();
        let file = std::env::temp_dir().join(format!(
            "ctypes-views-{}-{}.o",
            std::process::id(),
            judge.target.name
        ));
        std::fs::write(&file, &object).unwrap();
        let output = Command::new("readelf").arg("-h").arg(&file).env("LC_ALL", "C").output();
        let _ = std::fs::remove_file(&file);
        let output = output.expect("readelf does not run: install Debian's package `binutils`");
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let layout = ty.at(&judge.target)?;
        let view = CView::new(&layout, &object)?;
        for (label, field) in [
            ("Start of section headers:", "e_shoff"),
            ("Flags:", "e_flags"),
            ("Size of this header:", "e_ehsize"),
            ("Size of section headers:", "e_shentsize"),
            ("Number of section headers:", "e_shnum"),
            ("Section header string table index:", "e_shstrndx"),
        ] {
            let line = text.lines().find_map(|l| l.trim().strip_prefix(label)).expect(label);
            let said = line.trim().split([' ', ',']).next().unwrap();
            let said = match said.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16),
                None => said.parse(),
            };
            assert_eq!(Ok(view.get(field)?), said, "{field} on {}", judge.target.name);
        }
        let magic = text.lines().find_map(|l| l.trim().strip_prefix("Magic:")).expect("Magic");
        let ident: Vec<String> =
            view.bytes("e_ident")?.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(magic.trim(), ident.join(" "));
    }
    Ok(())
}

#[allow(non_camel_case_types)]
type handle_t = c_long;

#[derive(CStruct, Clone, Copy)]
#[repr(C)]
struct HostOnly {
    handle: handle_t,
}

#[test]
fn a_record_of_the_host_only_says_so_with_the_field() {
    let error = HostOnly::TYPE.at(&Target::I686_LINUX).unwrap_err().to_string();
    assert!(error.contains("field `handle` of `struct HostOnly`"), "{error}");
    assert!(error.contains("#[ctype("), "{error}");
}

/// What an access says that fails.
fn refusal<T>(result: Result<T, ctypes_core::memory::AccessError>) -> String {
    result.err().expect("a refusal").to_string()
}

#[test]
fn refusals_say_what_where_expected_and_found() -> Result<(), Error> {
    let layout = run_time_record()?.at(&Target::S390X_LINUX)?;
    let mut bytes = vec![0x80; layout.size() as usize];
    let before = bytes.clone();
    let mut v = CViewMut::new(&layout, &mut bytes)?;
    let head = |path: &str| format!("`{path}` of `struct rec` on s390x-linux: ");
    let cases = [
        (refusal(v.set("f2", 256)), "f2", "expected -256 to 255 for `int` of 9 bits, found 256"),
        (refusal(v.set("f1", -1)), "f1", "expected 0 to 7 for `unsigned int` of 3 bits, found -1"),
        (
            refusal(v.set("tag", 1.0)),
            "tag",
            "expected what converts to `unsigned char`, found `double`",
        ),
        (refusal(v.set("f", 1e300)), "f", "expected a value that fits for `float`, found 1e300"),
        (refusal(v.set("p", 1)), "p", "expected what converts to `void *`, found `integer`"),
        (
            refusal(v.set("ub", &[1_u8][..])),
            "ub",
            "expected 4 bytes for `unsigned char [4]`, found 1",
        ),
        (
            refusal(v.set_enumerator("c", "PINK")),
            "c",
            "expected an enumerator of `enum colour`, found `PINK`",
        ),
        (refusal(v.get::<i8>("tag")), "tag", "expected a value that fits i8, found 128"),
        (refusal(v.get::<u64>("d")), "d", "expected what converts to u64, found `double`"),
        (refusal(v.get::<u64>("p")), "p", "expected what converts to u64, found `void *`"),
        (refusal(v.get::<bool>("flag")), "flag", "expected 0 or 1 for `_Bool`, found 0x80"),
        (refusal(v.at("f1")), "f1", "expected a part with an address, found `unsigned int : 3`"),
        (
            refusal(v.get::<u8>("in[2].a")),
            "in[2].a",
            "at byte 2 of the path: the index is 2, `struct inner [2]` has 2 elements",
        ),
    ];
    for (said, path, expected) in cases {
        assert_eq!(said, head(path) + expected);
    }
    assert_eq!(bytes, before, "a refused value changes nothing");
    let wide = Type::VOID_PTR.at(&Target::ARMV7_LINUX)?;
    let mut pointer = [0; 4];
    let mut v = CViewMut::new(&wide, &mut pointer)?;
    assert!(refusal(v.set_address("", 1 << 32)).contains("0x0 to 0xffffffff"));
    // A path of another target would read other bytes.
    let other = run_time_record()?.at(&Target::I686_LINUX)?;
    let view = CView::new(&layout, &before)?;
    assert!(refusal(view.get_at::<i64>(&other.path("n")?)).contains("on i686-linux"));
    Ok(())
}

#[test]
fn no_path_panics() -> Result<(), Error> {
    let layout = run_time_record()?.at(&Target::S390X_LINUX)?;
    let bytes = vec![1; layout.size() as usize];
    let view = CView::new(&layout, &bytes)?;
    let pieces = [
        "in",
        "a",
        "[",
        "]",
        ".",
        "1",
        "[1]",
        "99999999999999999999",
        "-",
        "+1",
        " ",
        "é",
        "ub",
        "\0",
        "u",
        "p",
    ];
    let mut seed = 42_u64;
    for _ in 0..20_000 {
        let mut path = String::new();
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mut choice = seed >> 16;
        for _ in 0..seed >> 61 {
            path += pieces[(choice % pieces.len() as u64) as usize];
            choice /= pieces.len() as u64;
        }
        let value = view.value(&path);
        assert_eq!(layout.path(&path).is_ok(), value.is_ok(), "{path}");
    }
    for bad in [
        ".", "in.", "in[", "in[]", "in[+1]", "in[1]a", "in[1].", ".tag", "tag.", "p.x", "in..a",
        "[0]", "é",
    ] {
        assert!(layout.path(bad).is_err(), "{bad}");
    }
    Ok(())
}

#[test]
fn an_enumerator_that_wraps_around_keeps_its_name() -> Result<(), Error> {
    let text = "enum e { ZERO, FORCE_DWORD = 0xffffffff };
        struct __attribute__((packed)) { unsigned char m[8]; enum e e[2]; } shown =
        { {MARKER}, {FORCE_DWORD, ZERO} };";
    let wrapping = Type::enumeration("e", [("ZERO", 0), ("FORCE_DWORD", 0xffff_ffff)])?;
    let pair = wrapping.array(2)?;
    let msvc = JUDGES.iter().find(|j| j.target == Target::X86_64_WINDOWS_MSVC).expect("a judge");
    for judge in judges().chain([msvc]) {
        let layout = pair.at(&judge.target)?;
        let mut bytes = compiled(judge, text);
        bytes.truncate(8);
        let v = CView::new(&layout, &bytes)?;
        assert_eq!(v.enumerator("[0]")?.as_deref(), Some("FORCE_DWORD"), "{}", judge.target.name);
        let before = bytes.clone();
        let mut v = CViewMut::new(&layout, &mut bytes)?;
        v.set_enumerator("[0]", "ZERO")?;
        v.set_enumerator("[0]", "FORCE_DWORD")?;
        assert_eq!(bytes, before, "{}", judge.target.name);
    }
    Ok(())
}

/// What IANA's and the ELF standards have in network order is the same on every target. The bytes stand in the test as
/// a wire has them: the most significant first for `Be`, last for `Le`.
#[test]
fn numbers_with_an_order_of_their_own() {
    #[derive(CStruct, Clone, Copy)]
    #[repr(C)]
    struct Wire {
        port: Be<u16>,
        size: Le<u16>,
        ratio: Be<f32>,
        delta: Be<i32>,
    }
    for target in [Target::X86_64_LINUX, Target::S390X_LINUX] {
        let layout = Wire::TYPE.at(&target).expect("a layout");
        // 0x3fc00000 is 1.5 in binary32 (IEEE 754).
        let mut bytes = [0, 80, 7, 0, 0x3f, 0xc0, 0, 0, 0xff, 0xff, 0xff, 0xfe];
        let view = CView::new(&layout, &bytes).expect("long enough");
        assert_eq!(view.get::<u16>("port"), Ok(80));
        assert_eq!(view.get::<u32>("size"), Ok(7));
        assert_eq!(view.get::<f64>("ratio"), Ok(1.5));
        assert_eq!(view.get::<i64>("delta"), Ok(-2));
        let mut view = CViewMut::new(&layout, &mut bytes).expect("long enough");
        view.set("port", 0x0102).expect("it fits");
        view.set("size", 0x0304).expect("it fits");
        assert!(view.set("port", 70_000).is_err());
        assert_eq!(bytes[..4], [1, 2, 4, 3]);
    }
}
