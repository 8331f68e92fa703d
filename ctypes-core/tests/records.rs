//! Records made at run time: what can be said of their members, what is found by name, what is refused,
//! and how a layout is shown. Numbers of layouts are the oracle's business (the workspace's
//! `tests/layouts.rs`); here they are only compared with each other or with rustc's.

use ctypes_core::error::DefineError;
use ctypes_core::layout::{LayoutFault, RecordKind};
use ctypes_core::target::{BitRule, Target};
use ctypes_core::types::{FieldRole, RecordBuilder, Scalar};
use ctypes_core::{Type, Types};

fn record(build: impl FnOnce(RecordBuilder) -> RecordBuilder) -> Result<Type, DefineError> {
    Types::new().declare_struct("s").unwrap().define(build)
}

fn fault(build: impl FnOnce(RecordBuilder) -> RecordBuilder) -> LayoutFault {
    match record(build) {
        Err(DefineError::Layout { fault, .. }) => fault,
        other => panic!("expected a fault, found {other:?}"),
    }
}

#[test]
fn impossible_fields_are_named() {
    let wide = fault(|r| r.bits("a", Type::INT, 33));
    assert_eq!(wide, LayoutFault::TooWide { width: 33, limit: 32 });
    let boolean = fault(|r| r.bits("a", Type::BOOL, 2));
    assert_eq!(boolean, LayoutFault::TooWide { width: 2, limit: 1 });
    assert_eq!(fault(|r| r.bits("a", Type::INT, 0)), LayoutFault::NamedZeroWidth);
    assert_eq!(fault(|r| r.bits("a", Type::FLOAT, 3)), LayoutFault::NotAnInteger);
    assert_eq!(fault(|r| r.bits("a", Type::VOID_PTR, 3)), LayoutFault::NotAnInteger);
    assert_eq!(fault(|r| r.bits("a", Type::INT.array(1).unwrap(), 3)), LayoutFault::NotAnInteger);
    assert_eq!(fault(|r| r.field("a", Type::INT).aligned(3)), LayoutFault::BadAlignment(3));
    assert_eq!(fault(|r| r.aligned(0)), LayoutFault::BadAlignment(0));
    assert_eq!(fault(|r| r.pack(1 << 29)), LayoutFault::BadAlignment(1 << 29));
    let error = record(|r| r.field("x", Type::INT).bits("flags", Type::INT, 40)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("flags") && text.contains("struct s") && text.contains("40"), "{text}");
}

#[test]
fn a_width_that_another_target_does_not_have_is_an_error_there() {
    if size_of::<core::ffi::c_long>() == 8 {
        let ty = record(|r| r.bits("a", Type::LONG, 40)).unwrap();
        let error = ty.at(&Target::ARMV7_LINUX).unwrap_err().to_string();
        assert!(error.contains("`a`") && error.contains("40"), "{error}");
    }
}

#[test]
fn flexible_arrays_end_structs() {
    let ty = record(|r| r.field("n", Type::INT).flexible("items", Type::LONGLONG)).unwrap();
    let layout = ty.layout().unwrap();
    assert_eq!(layout.field("items").unwrap().offset(), layout.size());
    assert!(ty.definition().contains("long long items[];"), "{}", ty.definition());
    assert_eq!(layout.locate("items[3]").unwrap().1.offset, layout.size() + 24);
    for none in ["items[18446744073709551615]", "items[2305843009213693951]", "n[0]", "x", "items["]
    {
        assert!(layout.locate(none).is_none(), "{none}");
    }
    for (only, last) in [(true, true), (false, false)] {
        let found = fault(|mut r| {
            if !only {
                r = r.field("n", Type::INT);
            }
            r = r.flexible("items", Type::INT);
            if last { r } else { r.field("m", Type::INT) }
        });
        assert_eq!(found, LayoutFault::MisplacedFlexible);
    }
}

#[test]
fn members_are_found_through_anonymous_ones() {
    let types = Types::new();
    let inner = types.declare_union("inner").unwrap();
    let inner = inner.define(|r| r.field("i", Type::INT).bits("low", Type::UINT, 5)).unwrap();
    let middle = types.declare_struct("middle").unwrap();
    let middle = middle.define(|r| r.field("m", Type::DOUBLE).anonymous(&inner)).unwrap();
    let outer = types.declare_struct("outer").unwrap();
    let outer = outer.define(|r| r.base(&middle).field("o", Type::CHAR)).unwrap();
    let layout = outer.layout().unwrap();
    assert_eq!(layout.field("m").unwrap().offset(), 0);
    let low = layout.field("low").unwrap();
    assert_eq!((low.offset(), low.width()), (8, Some(5)));
    assert_eq!(layout.field("o").unwrap().offset(), middle.layout().unwrap().size());
    let names: Vec<&str> = layout.named_fields().map(|f| f.name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert_eq!(outer.fields()[0].rules().role, FieldRole::Base);
    assert_eq!(layout.locate("low").unwrap().2, low.bits());

    let twice = types.declare_struct("twice").unwrap();
    let error = twice.define(|r| r.field("i", Type::INT).anonymous(&inner)).unwrap_err();
    assert!(matches!(&error, DefineError::DuplicateField { field, .. } if field == "i"), "{error}");
    assert_eq!(fault(|r| r.anonymous(&inner).packed()), LayoutFault::AttributeWithoutName);
}

/// Doubling of members without a name must not double the work.
#[test]
fn nameless_members_are_walked_once() {
    let types = Types::new();
    let mut ty = types.declare_struct("s0").unwrap().define(|r| r).unwrap();
    for i in 1..200 {
        let next = types.declare_struct(&format!("s{i}")).unwrap();
        ty = next.define(|r| r.anonymous(&ty).anonymous(&ty)).unwrap();
    }
    assert_eq!(ty.layout().unwrap().named_fields().count(), 0);
}

#[test]
fn choosing_a_rule() {
    let ms =
        |r: RecordBuilder| r.bit_rule(BitRule::Ms).bits("a", Type::CHAR, 3).bits("b", Type::INT, 3);
    let types = Types::new();
    let decl = types.declare_struct("s").unwrap();
    if Target::NATIVE.bit_rule_by_attribute {
        let ty = decl.define(ms).unwrap();
        let linux = ty.at(&Target::X86_64_LINUX).unwrap();
        let mingw = ty.at(&Target::X86_64_WINDOWS_GNU).unwrap();
        assert_eq!(linux.diff(&mingw), [] as [String; 0]);
        assert!(ty.at(&Target::AARCH64_LINUX).unwrap_err().to_string().contains("rule"));
        assert!(ty.definition().contains("ms_struct"));
    }
}

#[test]
fn enumerations() {
    let types = Types::new();
    let colour = types.declare_enum("colour", [("RED", 0), ("GREEN", 1)]).unwrap();
    assert_eq!(types.declare_enum("colour", [("RED", 0), ("GREEN", 1)]).unwrap(), colour);
    assert!(types.declare_enum("colour", [("RED", 1)]).is_err());
    assert!(types.declare_struct("colour").is_err());
    let record = types.declare_struct("pixel").unwrap();
    let record = record.define(|r| r.bits("c", &colour, 3).field("whole", &colour)).unwrap();
    assert!(types.declare_enum("pixel", [("A", 0)]).is_err());
    assert_eq!(record.fields()[1].ty().to_string(), "enum colour");
    assert_eq!(record.definition().lines().count(), 4, "{}", record.definition());
    let bytes = Type::enumeration_of("byte", Some(Scalar::UInt8), [("TOP", 255)]).unwrap();
    assert_eq!(bytes.size(), 1);
    assert!(Type::enumeration_of("byte", Some(Scalar::UInt8), [("TOP", 256)]).is_err());
    assert!(Type::enumeration("none", [("A", -1), ("B", i128::from(u64::MAX))]).is_err());
    assert!(Type::enumeration("twice", [("A", 1), ("A", 2)]).is_err());
    assert!(Type::enumeration("1", [("A", 1)]).is_err());
    assert!(colour.is_compatible(&Type::UINT) != cfg!(target_env = "msvc"));
    let large = Type::enumeration("large", [("L", 1 << 40)]);
    if let Ok(large) = large {
        assert!(large.at(&Target::X86_64_WINDOWS_MSVC).is_err());
        assert_eq!(large.at(&Target::I686_LINUX).unwrap().size(), 8);
    }
}

#[test]
fn listings_show_bits_and_holes() {
    let ty = record(|r| {
        r.field("kind", Type::CHAR)
            .bits("flags", Type::UINT, 3)
            .unnamed_bits(Type::UINT, 0)
            .field("text", Type::CHAR.array(61).unwrap())
            .field("next", Type::LONGLONG)
    })
    .unwrap();
    let layout = ty.at(&Target::X86_64_LINUX).unwrap();
    let text = layout.to_string();
    for part in ["unsigned int flags : 3;", "bit 0 width 3", "hole of", "cache line 1 (64 bytes)"] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    let (field, mask) = (layout.field("flags").unwrap(), layout.field("flags").unwrap().mask());
    assert_eq!((field.offset(), mask), (1, vec![0b111]));
    let big = ty.at(&Target::S390X_LINUX).unwrap();
    assert_eq!(big.field("flags").unwrap().mask(), [0b1110_0000]);
    let bytes: Vec<u8> = (0..layout.size() as u8).collect();
    let dump = layout.hex_dump(&bytes);
    assert!(dump.contains("flags = 0x1") && dump.contains("(hole)"), "{dump}");
    // Too few bytes are no error, but show less.
    assert!(layout.hex_dump(&bytes[..3]).len() < dump.len());
    assert_eq!(layout.hex_dump(&[]), "");
}

#[test]
fn holes_add_up() {
    let types = Types::new();
    for kind in [RecordKind::Struct, RecordKind::Union] {
        let decl = match kind {
            RecordKind::Struct => types.declare_struct("a"),
            RecordKind::Union => types.declare_union("b"),
        };
        let ty = decl.unwrap();
        let build = |r: RecordBuilder| {
            r.field("a", Type::CHAR)
                .bits("b", Type::INT, 7)
                .field("c", Type::LONGLONG)
                .field("d", Type::CHAR)
        };
        let layout = ty.define(build).unwrap().layout().unwrap();
        let holes: u128 = layout.holes().iter().map(|h| h.bits).sum();
        let tail = layout.tail_padding().map_or(0, |t| t.bits);
        let used = if kind == RecordKind::Struct { 8 + 7 + 64 + 8 } else { 64 };
        assert_eq!(holes + tail + used, u128::from(layout.size()) * 8);
    }
}

/// Units that C reads are inside the record, and hold all the bits.
#[test]
fn units_hold_their_bits() {
    let ty = record(|r| {
        r.packed().field("a", Type::CHAR).bits("b", Type::LONGLONG, 33).bits("c", Type::UINT, 30)
    })
    .unwrap();
    for target in Target::ALL {
        let layout = ty.at(target).unwrap();
        for field in layout.fields().iter().filter(|f| f.bits().is_some()) {
            let (unit, bytes) = (field.unit(), field.bits().unwrap().bytes());
            assert!(unit.offset <= bytes.offset);
            assert!(unit.offset + unit.size >= bytes.offset + bytes.size);
            assert!(unit.offset + unit.size <= layout.size(), "{layout}");
        }
    }
}
