//! Sizes, alignments and offsets on every named target, judged by C compilers.
//!
//! Each test writes one C file of records and of `_Static_assert`s with the numbers of
//! `Type::at(&target)`: clang judges it for each named target, gcc for this platform. Nothing is
//! linked or run and no header is needed, since the scalars come from the compilers' own macros.
//! `time_t` is the C library's and not the compiler's: only gcc with this platform's headers judges it.
//!
//! A failure names the seed and the record, with every field left out that it does not take.

#[path = "oracle/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;

#[path = "common/programs.rs"]
mod programs;

use core::ffi::{c_char, c_int, c_long, c_short, c_ulong};
use ctypes_core::layout::RecordKind;
use ctypes_core::target::{Endian, LongDoubleFormat, Target};
use ctypes_core::types::{Scalar, ScalarClass};
use ctypes_wrap::{CStruct, CType, CallConv, LongDouble, Type, Types};
use random::Random;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What a target is called by `clang --target`.
const TRIPLES: &[(Target, &str)] = &[
    (Target::X86_64_LINUX, "x86_64-linux-gnu"),
    (Target::I686_LINUX, "i686-linux-gnu"),
    (Target::AARCH64_LINUX, "aarch64-linux-gnu"),
    (Target::ARMV7_LINUX, "armv7-linux-gnueabihf"),
    (Target::RISCV64_LINUX, "riscv64-linux-gnu"),
    (Target::S390X_LINUX, "s390x-linux-gnu"),
    (Target::POWERPC64LE_LINUX, "powerpc64le-linux-gnu"),
    (Target::X86_64_WINDOWS_MSVC, "x86_64-pc-windows-msvc"),
    (Target::X86_64_WINDOWS_GNU, "x86_64-w64-mingw32"),
    (Target::I686_WINDOWS_MSVC, "i686-pc-windows-msvc"),
    (Target::I686_WINDOWS_GNU, "i686-w64-mingw32"),
    (Target::AARCH64_WINDOWS_MSVC, "aarch64-pc-windows-msvc"),
    (Target::X86_64_APPLE, "x86_64-apple-darwin"),
    (Target::AARCH64_APPLE, "arm64-apple-macos"),
    (Target::AARCH64_WINDOWS_GNU, "aarch64-w64-mingw32"),
    (Target::I686_LINUX_MUSL, "i686-linux-musl"),
    (Target::ARMV7_LINUX_MUSL, "armv7-linux-musleabihf"),
    (Target::POWERPC64LE_LINUX_MUSL, "powerpc64le-linux-musl"),
];

/// The typedefs that freestanding C has no names for.
const PRELUDE: &str = "\
typedef __SIZE_TYPE__ size_t; typedef __PTRDIFF_TYPE__ ssize_t, ptrdiff_t;
typedef __INTPTR_TYPE__ intptr_t; typedef __UINTPTR_TYPE__ uintptr_t;
typedef __WCHAR_TYPE__ wchar_t; typedef __CHAR16_TYPE__ char16_t; typedef __CHAR32_TYPE__ char32_t;
typedef __INT8_TYPE__ int8_t; typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t; typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t; typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t; typedef __UINT64_TYPE__ uint64_t;
typedef unsigned char char8_t;
";

const HEADERS: &str = "\
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <uchar.h>
#include <wchar.h>
typedef unsigned char char8_t; /* C23 7.30 */
";

#[test]
fn every_named_target_has_a_judge() {
    let judged: Vec<Target> = TRIPLES.iter().map(|(target, _)| *target).collect();
    assert_eq!(judged, Target::ALL);
}

#[test]
fn scalars_of_every_target() {
    for (target, triple) in TRIPLES {
        let scalars = judged(target).filter(|s| **s != Scalar::Time);
        let text = format!("{PRELUDE}{}{}", model(target), scalar_assertions(scalars, target));
        if let Err(complaints) = clang(triple, &text) {
            panic!("{} ({triple}):\n{complaints}", target.name);
        }
    }
}

#[test]
fn scalars_of_this_platform_with_its_headers() {
    let target = &Target::NATIVE;
    let text = format!("{HEADERS}{}{}", model(target), scalar_assertions(judged(target), target));
    if let Err(complaints) = gcc(&text) {
        panic!("{complaints}");
    }
}

#[test]
fn records_of_every_target() {
    let seed = seed();
    let records = records(seed);
    for (target, triple) in TRIPLES {
        judge(seed, &records, target, triple, &|text| clang(triple, text));
    }
    judge(seed, &records, &Target::NATIVE, "gcc", &gcc);
}

/// The judge is not asleep: a wrong number fails, and the failure is told.
#[test]
fn a_wrong_layout_is_noticed() {
    let types = Types::new();
    let record = types.declare_struct("wrong").unwrap();
    let record = record.define(|r| r.field("a", Type::CHAR).field("b", Type::DOUBLE)).unwrap();
    let lie = Target { align8: 4, ..Target::X86_64_LINUX };
    let text = unit(std::slice::from_ref(&record), std::slice::from_ref(&record), &lie);
    let complaints = clang("x86_64-linux-gnu", &text).unwrap_err();
    assert!(complaints.contains("wrong.b at 4"), "{complaints}");
}

/// The scalars that each compiler has known for long; tests/layouts.rs has the others too.
fn judged(target: &Target) -> impl Iterator<Item = &'static Scalar> {
    use Scalar::{
        BFloat16, Float16, Float16Complex, Float32, Float32x, Float64, Float64x, Float128,
    };
    let is_new = |s: &Scalar| {
        let half = matches!(s, BFloat16 | Float16 | Float16Complex);
        half || matches!(s, Float32 | Float32x | Float64 | Float64x | Float128)
    };
    let target = *target;
    Scalar::ALL.iter().filter(move |s| s.is_available(&target) && !is_new(s))
}

fn seed() -> u64 {
    match std::env::var("CTYPES_TEST_SEED") {
        Ok(seed) => seed.parse().expect("CTYPES_TEST_SEED is a decimal number"),
        Err(_) => 20_050_101,
    }
}

/// What the compiler is told of `target` beside sizes.
fn model(target: &Target) -> String {
    let order = match target.endian {
        Endian::Little => "__ORDER_LITTLE_ENDIAN__",
        Endian::Big => "__ORDER_BIG_ENDIAN__",
    };
    let digits = match target.long_double {
        LongDoubleFormat::Double => 53,
        LongDoubleFormat::X87 => 64,
        LongDoubleFormat::Quad => 113,
        LongDoubleFormat::DoubleDouble => 106,
        other => panic!("{other:?} has no number of digits here"),
    };
    format!(
        "_Static_assert(__BYTE_ORDER__ == {order}, \"byte order\");\n\
         _Static_assert(__LDBL_MANT_DIG__ == {digits}, \"digits of long double\");\n"
    )
}

fn scalar_assertions<'a>(scalars: impl IntoIterator<Item = &'a Scalar>, target: &Target) -> String {
    let mut text = String::new();
    for scalar in scalars {
        let (name, extent) = (scalar.c_name(), scalar.extent(target));
        // On s390x the alignment of __int128 is 8 (ELF ABI supplement, and gcc), which clang before 16
        // gets wrong.
        let guarded = matches!(scalar, Scalar::Int128 | Scalar::UInt128);
        if guarded {
            text += "#if defined __SIZEOF_INT128__ \
                     && !(defined __s390x__ && defined __clang__ && __clang_major__ < 16)\n";
        }
        writeln!(text, "_Static_assert(sizeof({name}) == {}, \"size of {name}\");", extent.size)
            .unwrap();
        writeln!(
            text,
            "_Static_assert(__builtin_offsetof(struct {{ char c; {name} x; }}, x) == {}, \
             \"alignment of {name}\");",
            extent.align
        )
        .unwrap();
        let is_signed = match scalar.class(target) {
            ScalarClass::Signed => 1,
            ScalarClass::Unsigned | ScalarClass::Bool => 0,
            ScalarClass::Float | ScalarClass::Complex => continue, // none of them is guarded
        };
        writeln!(text, "_Static_assert((({name})-1 < 0) == {is_signed}, \"sign of {name}\");")
            .unwrap();
        if guarded {
            text += "#endif\n";
        }
    }
    text
}

/// A C file that defines `defined` in order and asserts the layouts of `judged` on `target`.
fn unit(defined: &[Type], judged: &[Type], target: &Target) -> String {
    let mut text = PRELUDE.to_owned();
    for ty in defined {
        text += &definition(ty);
    }
    for ty in judged {
        let (name, layout) = (ty.to_string(), ty.at(target).unwrap());
        let tag = ty.record().unwrap().name().to_owned();
        let (size, align) = (layout.size(), layout.align());
        writeln!(text, "_Static_assert(sizeof({name}) == {size}, \"{tag} of size {size}\");")
            .unwrap();
        writeln!(
            text,
            "_Static_assert(_Alignof({name}) == {align}, \"{tag} aligned to {align}\");"
        )
        .unwrap();
        for field in layout.fields() {
            let (member, offset) = (field.name(), field.offset());
            writeln!(
                text,
                "_Static_assert(__builtin_offsetof({name}, {member}) == {offset}, \
                 \"{tag}.{member} at {offset}\");"
            )
            .unwrap();
        }
    }
    text
}

fn definition(ty: &Type) -> String {
    let record = ty.record().unwrap();
    let rules = record.rules();
    let align = rules.align.map(|n| format!("__attribute__((aligned({n}))) ")).unwrap_or_default();
    let mut text = format!("{} {align}{} {{", rules.kind.keyword(), record.name());
    for field in record.fields() {
        write!(text, " {};", field.ty().declare(field.name())).unwrap();
    }
    text += " };\n";
    match rules.pack {
        Some(n) => format!("#pragma pack(push, {n})\n{text}#pragma pack(pop)\n"),
        None => text,
    }
}

type Judge<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Lets a compiler judge all records at once; if it objects, finds one small record that shows why.
fn judge(seed: u64, records: &[Type], target: &Target, judge_name: &str, ask: Judge) {
    let Err(complaints) = ask(&unit(records, records, target)) else { return };
    let objects = |ty: &Type| {
        let defined: Vec<Type> = records.iter().cloned().chain([ty.clone()]).collect();
        ask(&unit(&defined, std::slice::from_ref(ty), target)).is_err()
    };
    let guilty = records
        .iter()
        .position(|ty| ask(&unit(records, std::slice::from_ref(ty), target)).is_err());
    let smallest = match guilty {
        Some(index) => shrink(&records[index], &objects),
        None => panic!("{judge_name} objects to the file, but to no record:\n{complaints}"),
    };
    panic!(
        "{judge_name} objects to the layout for {} (seed {seed}).\nThe smallest record found:\n{}\n{}\n\
         It said of the whole:\n{complaints}",
        target.name,
        definition(&smallest),
        smallest.at(target).unwrap(),
    );
}

/// Drops fields as long as the compiler still objects.
fn shrink(guilty: &Type, objects: &dyn Fn(&Type) -> bool) -> Type {
    let without = |ty: &Type, dropped: Option<usize>| {
        let rules = ty.record().unwrap().rules();
        let types = Types::new();
        let decl = match rules.kind {
            RecordKind::Struct => types.declare_struct("smaller"),
            RecordKind::Union => types.declare_union("smaller"),
        };
        let kept = |mut r: ctypes_core::types::RecordBuilder| {
            for (_, field) in
                ty.fields().into_iter().enumerate().filter(|(i, _)| Some(*i) != dropped)
            {
                r = r.field(field.name(), field.ty());
            }
            if let Some(n) = rules.pack {
                r = r.pack(n);
            }
            if let Some(n) = rules.align {
                r = r.align(n);
            }
            r
        };
        decl.unwrap().define(kept).unwrap()
    };
    let mut smallest = without(guilty, None);
    if !objects(&smallest) {
        return guilty.clone();
    }
    loop {
        let mut smaller = (0..smallest.fields().len()).map(|i| without(&smallest, Some(i)));
        match smaller.find(|ty| !ty.fields().is_empty() && objects(ty)) {
            Some(ty) => smallest = ty,
            None => return smallest,
        }
    }
}

fn clang(triple: &str, text: &str) -> Result<(), String> {
    compile("clang", &[&format!("--target={triple}"), "-ffreestanding"], text)
}

fn gcc(text: &str) -> Result<(), String> {
    compile(programs::compiler(), &[], text)
}

fn compile(compiler: impl AsRef<OsStr>, options: &[&str], text: &str) -> Result<(), String> {
    let compiler = compiler.as_ref();
    let mut child = Command::new(compiler)
        .args(options)
        .args(["-std=gnu11", "-fsyntax-only", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| {
            panic!("this test needs {compiler:?} (Debian's package of that name) in PATH: {e}")
        });
    let mut stdin = child.stdin.take().unwrap();
    // The output is short until the input has been read, so that neither side waits for the other.
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = stderr.lines().filter(|l| l.contains("error")).take(20).collect();
    Err(errors.join("\n"))
}

#[derive(CStruct)]
#[repr(C)]
struct DerivedInner {
    tag: c_char,
    value: i64,
    text: [c_short; 3],
}

#[derive(CStruct)]
#[repr(C, packed(2))]
struct DerivedPacked {
    tag: u8,
    inner: DerivedInner,
    handler: Option<unsafe extern "C" fn(*mut DerivedPacked, c_ulong) -> *const c_char>,
}

#[derive(CStruct)]
#[repr(C, align(32))]
struct DerivedAligned {
    number: LongDouble,
    packed: [DerivedPacked; 2],
    next: *mut DerivedAligned,
    count: c_long,
    wide: c_int,
    flag: bool,
}

/// Those that are chosen, those that were derived, and random ones, each after what it is made of.
fn records(seed: u64) -> Vec<Type> {
    let types = Types::new();
    let mut records = chosen(&types);
    records
        .extend([DerivedInner::TYPE, DerivedPacked::TYPE, DerivedAligned::TYPE].map(Type::clone));
    let mut random = Random(seed);
    for i in 0..300 {
        let record = random_record(&types, &format!("r{i}"), &records, &mut random);
        records.push(record);
    }
    records
}

/// Records in which the targets are known to differ, or in which layout algorithms go wrong.
fn chosen(types: &Types) -> Vec<Type> {
    let define = |name: &str, pack: Option<u64>, align: Option<u64>, fields: &[&Type]| {
        types
            .declare_struct(name)
            .unwrap()
            .define(|mut r| {
                for (i, ty) in fields.iter().enumerate() {
                    r = r.field(&format!("f{i}"), *ty);
                }
                if let Some(n) = pack {
                    r = r.pack(n);
                }
                if let Some(n) = align {
                    r = r.align(n);
                }
                r
            })
            .unwrap()
    };
    let plain = |name, fields: &[&Type]| define(name, None, None, fields);
    let (c, s, i, l) = (&Type::CHAR, &Type::SHORT, &Type::INT, &Type::LONG);
    let (ll, d, ld) = (&Type::LONGLONG, &Type::DOUBLE, &Type::LONGDOUBLE);
    let callback = Type::function(CallConv::C, i, [&Type::VOID_PTR], false).pointer();
    let char_int = plain("char_int", &[c, i]);
    let packed = define("packed_1", Some(1), None, &[c, d, s]);
    let aligned = define("aligned_16", None, Some(16), &[c]);
    let union = types.declare_union("int_double").unwrap();
    let union =
        union.define(|r| r.field("i", i).field("d", d).field("text", c.array(9).unwrap())).unwrap();
    let mut all = vec![
        plain("char_double", &[c, d]),
        plain("char_longlong", &[c, ll]),
        plain("char_longdouble", &[c, ld]),
        plain("char_long_char", &[c, l, c]),
        plain("descending", &[ld, ll, i, s, c]),
        plain("ascending", &[c, s, i, ll, ld]),
        plain("wide_text", &[c, &Type::WCHAR, &Type::CHAR16, &Type::CHAR32]),
        plain("sizes", &[&Type::BOOL, &Type::SIZE, &Type::BOOL, &Type::PTRDIFF]),
        plain("complex", &[c, &Type::FLOAT_COMPLEX, c, &Type::DOUBLE_COMPLEX]),
        plain("pointers", &[c, &Type::VOID_PTR, c, &callback]),
        plain("arrays", &[c, &d.array(3).unwrap(), c, &c.array(5).unwrap().array(3).unwrap()]),
    ];
    all.extend([char_int.clone(), packed.clone(), aligned.clone(), union.clone()]);
    all.extend([
        plain("nested", &[c, &char_int, s, &char_int.array(2).unwrap()]),
        plain("around_packed", &[c, &packed, i, &packed.array(3).unwrap()]),
        plain("around_union", &[c, &union, c]),
        plain("around_aligned", &[c, &aligned, c]),
        define("packed_2", Some(2), None, &[c, i, c, d]),
        define("packed_4", Some(4), None, &[c, ll, c, ld]),
        define("packed_8", Some(8), None, &[c, ld, c, ll]),
        define("packed_around", Some(1), None, &[c, &char_int, &union]),
        define("packed_and_aligned", Some(1), Some(8), &[c, i, c]),
        define("less_aligned_than_it_is", None, Some(2), &[c, ll]),
    ]);
    all
}

fn random_record(types: &Types, name: &str, before: &[Type], random: &mut Random) -> Type {
    let is_union = random.below(8) == 0;
    let decl =
        if is_union { types.declare_union(name) } else { types.declare_struct(name) }.unwrap();
    let pack = (random.below(3) == 0).then(|| 1 << random.below(5));
    let align = (random.below(4) == 0).then(|| 1 << random.below(7));
    decl.define(|mut r| {
        for i in 0..=random.below(7) {
            r = r.field(&format!("f{i}"), random_type(before, random, 0));
        }
        if let Some(n) = pack {
            r = r.pack(n);
        }
        if let Some(n) = align {
            r = r.align(n);
        }
        r
    })
    .unwrap()
}

fn random_type(before: &[Type], random: &mut Random, depth: u32) -> Type {
    match random.below(if depth > 2 { 6 } else { 12 }) {
        6 => random_type(before, random, depth + 1).pointer(),
        7 => random_type(before, random, depth + 1).const_pointer(),
        8 | 9 => {
            random_type(before, random, depth + 1).array(1 + random.below(4) as usize).unwrap()
        }
        10 => random.of(before).clone(),
        11 => {
            let result = random_type(&[], random, 3);
            let param = random_type(before, random, 3);
            Type::function(CallConv::C, &result, [&param], false).pointer()
        }
        _ => loop {
            let scalar = *random.of(Scalar::ALL);
            // Of the targets, some have no others.
            let everywhere = judged(&Target::I686_WINDOWS_MSVC).any(|s| *s == scalar);
            if everywhere && scalar != Scalar::Time {
                break Type::scalar(scalar);
            }
        },
    }
}
