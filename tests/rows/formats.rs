//! Formats of buffers (PEP 3118): what Python says of the same types of ctypes, and what it finds in their bytes.

use ctypes_wrap::error::LayoutError;
use ctypes_wrap::prelude::*;
use ctypes_wrap::types::RecordBuilder;
use ctypes_wrap::{Complex, Target};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Reads `class \t format` lines, and prints what is wrong with each.
///
/// Of the two formats padding is not compared, since Python before 3.12 has none; instead `struct` finds every
/// number in the bytes of an object by the format, where the attributes of the object say that it is. The order of
/// single bytes has no meaning.
const JUDGE: &str = r#"
import re, struct, sys
from ctypes import *

class Pair(Structure):
    _fields_ = [("c", c_char), ("s", c_short)]
class Numbers(Structure):
    _fields_ = [("c", c_char), ("b", c_byte), ("B", c_ubyte), ("t", c_bool), ("h", c_short), ("H", c_ushort),
                ("i", c_int), ("I", c_uint), ("l", c_long), ("L", c_ulong), ("q", c_longlong), ("Q", c_ulonglong),
                ("n", c_size_t), ("f", c_float), ("d", c_double), ("x", c_char)]
class Arrays(Structure):
    _fields_ = [("c", c_char), ("row", c_int * 3), ("rows", (c_short * 2) * 3), ("p", Pair), ("ps", Pair * 2)]
class Node(Structure):
    pass
Node._fields_ = [("v", c_char), ("n", POINTER(Node)), ("i", POINTER(c_int)), ("pp", POINTER(POINTER(c_double))),
                 ("v2", c_void_p), ("f", CFUNCTYPE(c_int, c_int)), ("a", POINTER(c_int * 3)), ("p", POINTER(Pair)),
                 ("g", c_longdouble)]
class Big(BigEndianStructure):
    _fields_ = [("c", c_char), ("i", c_int), ("h", c_ushort * 3), ("d", c_double)]

def leaves(cls, obj, name=""):
    """The numbers of an object, in order."""
    if issubclass(cls, Array):
        for item in obj:
            yield from leaves(cls._type_, item, name)
    elif issubclass(cls, Structure):
        for field, of in cls._fields_:
            yield from leaves(of, getattr(obj, field), field)
    else:
        yield name, obj

def plain(fmt):
    """The format in the words of `struct`."""
    fmt = re.sub(r":\w+:", "", fmt).replace("X{}", "Q")
    fmt = re.sub(r"&+(T\{[^}]*\}|\(\d+\)<i|<?\w)", "Q", fmt).replace("<P", "Q")
    order = ">" if ">" in fmt else "<"
    def repeated(found):
        n = 1
        for length in found[1].split(","):
            n *= int(length)
        return found[2] * n
    while "(" in fmt:
        fmt = re.sub(r"\(([\d,]+)\)(T\{[^}]*\}|[<>]?\w)", repeated, fmt)
    return order + re.sub(r"[T{}<>]", "", fmt).replace("g", "16s")

def compared(fmt):
    fmt = re.sub(r"(?<=[{:])\d*x(?=[^:])", "", fmt)
    return re.sub(r"[<>](?=[cbB?])", "", fmt)

for line in sys.stdin:
    name, fmt = line.rstrip("\n").split("\t")
    cls = globals()[name]
    view = memoryview(cls())
    if compared(view.format) != compared(fmt):
        print(f"{name}: expected {view.format}, found {fmt}")
    words = plain(fmt)
    if struct.calcsize(words) != sizeof(cls):
        print(f"{name}: expected {sizeof(cls)} bytes, found {struct.calcsize(words)} in {fmt}")
        continue
    # Alike in no two places, and 0 or 1 where there is a truth value.
    data = bytearray((i * 7 + 1) % 251 for i in range(sizeof(cls)))
    if name == "Numbers":
        data[Numbers.t.offset] = 1
    obj = cls.from_buffer_copy(bytes(data))
    for (field, expected), found in zip(leaves(cls, obj), struct.unpack(words, bytes(data))):
        if isinstance(expected, (int, float, bytes)) and not isinstance(found, bytes) or isinstance(found, bytes) and len(found) == 1:
            if expected != found:
                print(f"{name}.{field}: expected {expected!r}, found {found!r} by {words}")
print("done", sys.version_info[:2])
"#;

/// What Python has against these formats.
fn ask(formats: &[(&str, String)]) -> String {
    let mut python = Command::new("python3")
        .args(["-c", JUDGE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("this test needs python3 (Debian's package `python3`): {e}"));
    let mut stdin = python.stdin.take().expect("piped");
    for (name, format) in formats {
        writeln!(stdin, "{name}\t{format}").expect("it reads");
    }
    drop(stdin);
    let output = python.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("done"), "{text}{errors}");
    text.lines().filter(|l| !l.starts_with("done")).collect::<Vec<_>>().join("\n")
}

fn define(name: &str, build: impl FnOnce(RecordBuilder) -> RecordBuilder) -> Type {
    let record = Types::new().declare_struct(name).expect("a name");
    record.define(build).unwrap_or_else(|e| panic!("{e}"))
}

fn format(ty: &Type, target: &Target) -> String {
    ty.at(target).and_then(|l| l.struct_format()).unwrap_or_else(|e| panic!("{e}"))
}

fn small(ty: &Type, len: usize) -> Type {
    ty.array(len).expect("small")
}

fn pair() -> Type {
    define("Pair", |r| r.field("c", Type::CHAR).field("s", Type::SHORT))
}

fn formats() -> Vec<(&'static str, String)> {
    let numbers = define("Numbers", |r| {
        let r = r.field("c", Type::CHAR).field("b", Type::SCHAR).field("B", Type::UCHAR);
        let r = r.field("t", Type::BOOL).field("h", Type::SHORT).field("H", Type::USHORT);
        let r = r.field("i", Type::INT).field("I", Type::UINT).field("l", Type::LONG);
        let r = r.field("L", Type::ULONG).field("q", Type::LONGLONG).field("Q", Type::ULONGLONG);
        let r = r.field("n", Type::SIZE).field("f", Type::FLOAT).field("d", Type::DOUBLE);
        r.field("x", Type::CHAR)
    });
    let arrays = define("Arrays", |r| {
        let r = r.field("c", Type::CHAR).field("row", small(&Type::INT, 3));
        let r = r.field("rows", small(&small(&Type::SHORT, 2), 3));
        r.field("p", pair()).field("ps", small(&pair(), 2))
    });
    let types = Types::new();
    let node = types.declare_struct("Node").expect("a name");
    let function = Type::function(CallConv::C, &Type::INT, [&Type::INT], false);
    let node = node
        .define(|r| {
            let r = r.field("v", Type::CHAR).field("n", node.pointer());
            let r = r.field("i", Type::INT.pointer()).field("pp", Type::DOUBLE.pointer().pointer());
            let r = r.field("v2", Type::VOID_PTR).field("f", function.pointer());
            let r = r.field("a", small(&Type::INT, 3).pointer()).field("p", pair().pointer());
            r.field("g", Type::LONGDOUBLE)
        })
        .expect("fine");
    let big = define("Big", |r| {
        let r = r.field("c", Type::CHAR).field("i", Type::INT);
        r.field("h", small(&Type::USHORT, 3)).field("d", Type::DOUBLE)
    });
    let native = [("Pair", pair()), ("Numbers", numbers), ("Arrays", arrays), ("Node", node)];
    let mut formats: Vec<_> =
        native.iter().map(|(name, ty)| (*name, format(ty, &Target::X86_64_LINUX))).collect();
    formats.push(("Big", format(&big, &Target::S390X_LINUX)));
    formats
}

/// Python's own machine, which this program need not be for, has to be x86-64.
#[test]
fn formats_are_those_of_python() {
    let complaints = ask(&formats());
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn a_wrong_format_is_noticed() {
    for (wrong, name) in [
        ("T{<c:c:<h:s:}", "Pair"),
        ("T{<c:c:x<H:s:}", "Pair"),
        ("T{<c:d:x<h:s:}", "Pair"),
        ("T{<h:s:<c:c:x}", "Pair"),
        ("T{>c:c:3x<i:i:(3)>H:h:2x>d:d:}", "Big"),
    ] {
        assert!(!ask(&[(name, wrong.to_owned())]).is_empty(), "{wrong}");
    }
}

/// What PEP 3118 has no word for stands as bytes, so that sizes and all else are right; each row is as the table of
/// `Layout::struct_format` says.
#[test]
fn what_python_does_not_tell() {
    let types = Types::new();
    let number = types.declare_union("number").expect("a name");
    let number = number.define(|r| r.field("i", Type::INT).field("d", Type::DOUBLE)).expect("fine");
    let here = |build: fn(RecordBuilder) -> RecordBuilder| {
        format(&define("s", build), &Target::X86_64_LINUX)
    };
    let ty = define("s", |r| r.field("u", &number).anonymous(&number).field("c", Type::CHAR));
    assert_eq!(format(&ty, &Target::X86_64_LINUX), "T{(8)B:u:(8)B<c:c:7x}");
    assert_eq!(format(&number, &Target::X86_64_LINUX), "(8)B");
    let ty = define("s", |r| r.base(pair()).anonymous(pair_of("x", "y")).field("z", Type::INT));
    assert_eq!(format(&ty, &Target::X86_64_LINUX), "T{<c:c:x<h:s:<c:x:x<h:y:<i:z:}");
    let bits = |r: RecordBuilder| {
        let r = r.field("c", Type::CHAR).bits("a", Type::UINT, 3).bits("b", Type::UINT, 7);
        r.unnamed_bits(Type::UINT, 0).bits("d", Type::UINT, 9).field("e", Type::SHORT)
    };
    assert_eq!(here(bits), "T{<c:c:(2)Bx(2)B<h:e:}");
    assert_eq!(here(|r| r.pack(1).field("c", Type::CHAR).field("i", Type::INT)), "T{<c:c:<i:i:}");
    assert_eq!(
        here(|r| r.field("w", Type::WCHAR).field("v", Type::CHAR16).field("b", Type::I128)),
        "T{<w:w:<u:v:10x(16)B:b:}"
    );
    assert_eq!(
        here(|r| r.field("n", Type::INT).flexible("rest", Type::SHORT)),
        "T{<i:n:(0)<h:rest:}"
    );
    let ordered = define("s", |r| r.field("x", <Be<u32>>::TYPE).field("y", <Le<f64>>::TYPE));
    assert_eq!(format(&ordered, &Target::S390X_LINUX), "T{>I:x:4x<d:y:}");
    let complex =
        define("s", |r| r.field("z", Complex::<f32>::TYPE).field("d", Type::DOUBLE_COMPLEX));
    assert_eq!(format(&complex, &Target::X86_64_LINUX), "T{<Zf:z:<Zd:d:}");
    let colour = types.declare_enum("colour", [("RED", -1)]).expect("fine");
    assert_eq!(format(&colour, &Target::X86_64_LINUX), "<i");
    assert_eq!(format(&small(&small(&Type::LONG, 2), 5), &Target::I686_LINUX), "(5,2)<i");
    let opaque = types.declare_struct("opaque").expect("a name");
    assert_eq!(format(&opaque.pointer(), &Target::X86_64_LINUX), "&B");
}

fn pair_of(first: &str, second: &str) -> Type {
    define("p", |r| r.field(first, Type::CHAR).field(second, Type::SHORT))
}

/// Neither long texts nor deep types take long, or much.
#[test]
fn hostile_types_are_refused() {
    let mut doubled = define("d", |r| r.field("x", Type::CHAR));
    for _ in 0..60 {
        doubled = match Types::new()
            .declare_struct("d")
            .expect("a name")
            .define(|r| r.field("a", &doubled).field("b", doubled.pointer()))
        {
            Ok(ty) => ty,
            Err(_) => break,
        };
    }
    // Each is described once behind pointers.
    assert!(format(&doubled, &Target::X86_64_LINUX).len() < 10_000);
    let mut wide = define("d", |r| r.field("x", small(&Type::CHAR, 0)));
    for _ in 0..60 {
        wide = define("d", |r| r.field("a", &wide).field("b", &wide));
    }
    let error = wide.layout().and_then(|l| l.struct_format()).expect_err("too long");
    assert!(matches!(error, LayoutError::LongFormat { limit: 65_536, .. }), "{error}");
    let mut deep = Type::INT;
    for _ in 0..100_000 {
        deep = deep.pointer();
    }
    let error = deep.layout().and_then(|l| l.struct_format()).expect_err("too long");
    assert!(matches!(error, LayoutError::LongFormat { .. }), "{error}");
    // As deep by value as a type may be.
    let mut nested = Type::INT;
    for _ in 1..ctypes_wrap::layout::MAX_NESTING {
        nested = define("n", |r| r.field("a", &nested));
    }
    assert!(format(&nested, &Target::X86_64_LINUX).contains("<i:a:"));
}
