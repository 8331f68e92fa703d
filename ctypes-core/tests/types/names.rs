//! Qualifiers, typedef names, ordinary names and records without a tag.

use super::assert_freed;
use ctypes_core::error::DefineError;
use ctypes_core::layout::RecordKind;
use ctypes_core::types::{ConstValue, OrdinaryName, Place, Qualifiers, Scalar};
use ctypes_core::{CallConv, Target, Type, Types};

const CONST: Qualifiers = Qualifiers::CONST;
const VOLATILE: Qualifiers = Qualifiers::VOLATILE;

/// C11 6.7.3p9, in C23's words (6.7.3p10): an array is as its elements are.
#[test]
fn arrays_and_elements_are_qualified_alike() {
    let rows = Type::INT.array(2).unwrap().typedef("row").unwrap().array(3).unwrap();
    let constant = rows.with_qualifiers(CONST);
    let said_of_elements = Type::INT.with_qualifiers(CONST).array(2).unwrap().array(3).unwrap();
    assert_eq!(constant, said_of_elements);
    assert_eq!(constant.declare("x"), "const row x[3]");
    assert_eq!(said_of_elements.declare("x"), "const int x[3][2]");
    assert!(said_of_elements.is_const() && constant.is_const() && !rows.is_const());
    assert_eq!(constant.unqualified(), rows);
    assert_eq!(constant.unqualified().to_string(), "row [3]");
    // `_Atomic` elements do not make an atomic array.
    let atomic = Type::LONGLONG.with_qualifiers(Qualifiers::ATOMIC).array(3).unwrap();
    assert!(atomic.qualifiers().is_empty());
    assert_eq!(atomic.at(&Target::I686_LINUX).unwrap().align(), 8);
}

/// What the derive's `static` descriptors say is what run-time types say.
#[test]
fn const_behind_a_pointer_is_the_pointees() {
    use ctypes_core::CType;
    let made = Type::CHAR.with_qualifiers(CONST).pointer();
    assert_eq!(Type::CONST_CHAR_PTR, made);
    assert_eq!(Type::CONST_CHAR_PTR.pointee(), made.pointee());
    assert!(made.pointee().unwrap().is_const() && !made.is_const());
    assert_eq!(<*const i32>::TYPE, &Type::I32.const_pointer());
    let function = Type::function(CallConv::C, &Type::VOID, [], false);
    assert_eq!(function.with_qualifiers(CONST), function);
    assert_eq!(Type::INT.with_qualifiers(Qualifiers::RESTRICT | Qualifiers::NONNULL), Type::INT);
}

#[test]
fn qualifiers_take_part_in_equality_on_every_level() {
    let types: Vec<Type> = [Qualifiers::NONE, CONST, VOLATILE, CONST | VOLATILE]
        .iter()
        .flat_map(|q| {
            let ty = Type::INT.with_qualifiers(*q);
            [ty.clone(), ty.pointer(), ty.pointer().pointer(), ty.pointer().with_qualifiers(*q)]
        })
        .collect();
    let unlike = |a: &Type, b: &Type| a != b && a.to_string() != b.to_string();
    for (i, a) in types.iter().enumerate() {
        // The first and the last kind are the same without qualifiers.
        let same = |j: usize| i == j || [i, j] == [1, 3] || [i, j] == [3, 1];
        for (j, b) in types.iter().enumerate() {
            assert!(same(j) == (a == b) && (same(j) || unlike(a, b)), "{a} and {b}");
        }
    }
    // C11 6.7.6.3p15: the type of a function has nothing of its parameters' own qualifiers.
    let f = |param: Type| Type::function(CallConv::C, &Type::VOID, [&param], false);
    assert_eq!(f(Type::INT.with_qualifiers(CONST)), f(Type::INT));
    assert_ne!(f(Type::INT.const_pointer()), f(Type::INT.pointer()));
    // C11 6.2.5p27: an atomic type need not have the representation of the other one.
    let atomic = Type::INT.with_qualifiers(Qualifiers::ATOMIC);
    assert!(!atomic.is_compatible(&Type::INT) && types[0].is_compatible(&types[4]));
}

#[test]
fn a_typedef_is_a_synonym() {
    let size = Type::ULONG.typedef("size_t").unwrap();
    let mine = size.typedef("my_size").unwrap();
    assert_eq!(mine, Type::ULONG);
    let aliases = |ty: &Type| ty.alias().map(|a| a.name().to_owned());
    assert_eq!(aliases(&mine).as_deref(), Some("my_size"));
    assert_eq!(aliases(&mine.alias().unwrap().ty()).as_deref(), Some("size_t"));
    assert_eq!(aliases(&mine.resolved()), None);
    let text = Type::CHAR_PTR.typedef("text").unwrap().with_qualifiers(CONST);
    assert_eq!(text.declare("s"), "const text s");
    assert_eq!(text.resolved().declare("s"), "char *const s");
    let constant = text.typedef("constant").unwrap();
    assert_eq!(constant.with_qualifiers(CONST | VOLATILE).to_string(), "volatile constant");
    assert_eq!(constant.unqualified().to_string(), "text");
    assert!(matches!(size.typedef("size t"), Err(DefineError::BadName { .. })));
    assert!(size.typedef_aligned("x", 3).is_err() && size.typedef_aligned("x", 1 << 29).is_err());
    // An alignment is a fact, of which another type cannot take the place by value.
    let unaligned = Type::INT.typedef_aligned("unaligned", 1).unwrap();
    assert!(unaligned != Type::INT && !unaligned.is_compatible(&Type::INT));
    assert!(Type::INT.typedef_aligned("same", 4).unwrap().is_compatible(&Type::INT));
    let wide = Type::INT.typedef_aligned("wide", 16).unwrap();
    assert!(wide.array(2).unwrap_err().to_string().contains("multiple of their alignment"));
}

/// What compilers do not agree on is no number.
#[test]
fn what_a_target_has_not_is_an_error() {
    let error = |ty: &Type, target: &Target| ty.at(target).unwrap_err().to_string();
    assert_eq!(error(&Type::I128, &Target::I686_LINUX), "`__int128` does not exist on i686-linux");
    assert!(Type::I128.at(&Target::X86_64_WINDOWS_MSVC).is_err());
    assert!(Type::FLOAT128.at(&Target::AARCH64_APPLE).is_err());
    let wide = Type::bit_int(65, true).unwrap();
    assert!(wide.at(&Target::X86_64_LINUX).is_ok());
    assert_eq!(
        error(&wide, &Target::AARCH64_LINUX),
        "`_BitInt(65)` does not exist on aarch64-linux"
    );
    let wide = Type::INT.typedef_aligned("wide", 16).unwrap();
    assert!(wide.with_qualifiers(Qualifiers::ATOMIC).layout().is_err());
    for bad in [0, 65_536, u32::MAX] {
        assert!(Type::bit_int(bad, false).is_err());
    }
    for (of, size) in [
        (Scalar::Int, 0),
        (Scalar::Int, 2),
        (Scalar::Int, 12),
        (Scalar::Bool, 16),
        (Scalar::Int, 1 << 40),
    ] {
        assert!(Type::vector(of, size).is_err(), "{size} bytes of {of:?}");
    }
    // A record is made only of what this platform has too.
    if Scalar::Int128.is_available(&Target::NATIVE) {
        let decl = Types::new().declare_struct("s").unwrap();
        let record = decl.define(|r| r.field("x", Type::I128)).unwrap();
        assert!(error(&record, &Target::ARMV7_LINUX).contains("`__int128`"));
    }
}

#[test]
fn ordinary_names_share_one_space_and_tags_another() {
    let types = Types::new();
    let node = types.declare_struct("node").unwrap();
    let alias = types.typedef("node", &node).unwrap();
    assert_eq!(alias.to_string(), "node");
    assert_eq!(types.get("struct node").unwrap().to_string(), "struct node");
    // The typedef sees the definition, as the tag does.
    assert!(alias.layout().is_err());
    node.define(|r| r.field("next", alias.pointer())).unwrap();
    assert!(alias.layout().is_ok() && alias.alias().unwrap().ty().size() > 0);
    let known = types.get("node").unwrap();
    assert_eq!(known.size(), size_of::<usize>());
    assert_eq!(known.fields()[0].ty().to_string(), "node *");

    let error = types.declare_constant("node", &Type::INT, ConstValue::Int(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`node` cannot be declared: it is a typedef of type `struct node` already"
    );
    let f = Type::function(CallConv::C, &Type::INT, [&known.pointer()], false);
    types.declare_object("f", &f).unwrap();
    types.declare_object("f", &f).unwrap();
    assert!(types.declare_object("f", &Type::INT).is_err());
    assert!(types.typedef("f", &Type::INT).is_err());
    assert_eq!(types.ordinary("f"), Some(OrdinaryName::Object(f)));
    assert_eq!(types.ordinary("g"), None);
    let text = ConstValue::Str((*b"1.0").into());
    types.declare_constant("VERSION", &Type::CHAR.array(4).unwrap(), text.clone()).unwrap();
    types.declare_constant("VERSION", &Type::CHAR.array(4).unwrap(), text).unwrap();
    assert!(types.declare_constant("VERSION", &Type::INT, ConstValue::Int(1)).is_err());
    assert!(types.declare_object("not a name", &Type::INT).is_err());
}

#[test]
fn records_without_a_tag_are_told_apart() {
    let types = Types::new();
    let declare = |line| types.declare_unnamed(RecordKind::Union, Place::new("a.h", line));
    let define = |line| declare(line).define(|r| r.field("x", Type::INT)).unwrap();
    let (one, other) = (define(1), define(2));
    assert_ne!(one, other);
    assert!(one.is_compatible(&other) && one == define(1));
    let e = |line| {
        let place = Place::new("a.h", line);
        Type::unnamed_enumeration(place, None, [("A", 1)]).unwrap()
    };
    assert!(e(1) == e(1) && e(1) != e(2));
    assert_eq!(e(3).to_string(), "enum (unnamed at a.h:3)");
    let outer = types.declare_struct("outer").unwrap();
    let outer = outer
        .define(|r| r.anonymous(&one).field("u", other.array(2).unwrap()).field("e", e(3)))
        .unwrap();
    assert_eq!(
        outer.definition(),
        "struct outer {\n    union {\n        int x;\n    };\n    union {\n        int x;\n    } u[2];\n    \
         enum {\n        A = 1,\n    } e;\n};\n"
    );
}

#[test]
fn namespaces_with_names_are_freed() {
    let work = || {
        let types = Types::new();
        let node = types.declare_struct("node").unwrap();
        let alias = types.typedef("node", &node).unwrap().with_qualifiers(CONST);
        let f = Type::function(CallConv::C, &alias, [&alias.pointer()], false).pointer();
        node.define(|r| r.field("f", f.typedef("fn").unwrap()).field("n", alias.pointer()))
            .unwrap();
        types.declare_object("f", &f).unwrap();
        types.declare_constant("c", &alias.pointer(), ConstValue::Int(0)).unwrap();
        node.ty()
    };
    assert_freed(work);
}

/// Nothing that a type is asked for recurses along its names.
#[test]
fn names_of_names() {
    let mut deep = Type::INT;
    for i in 0..200_000 {
        deep = deep.typedef(if i % 2 == 0 { "a" } else { "b" }).unwrap();
    }
    assert_eq!((deep.to_string().as_str(), deep.size()), ("b", 4));
    assert!(deep == Type::INT && deep.with_qualifiers(CONST).unqualified() == Type::INT);
    let types = Types::new();
    let error = types.typedef("deep", &deep).unwrap_err();
    assert!(error.to_string().contains("declarators"), "{error}");
}
