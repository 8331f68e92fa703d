//! `#[derive(CStruct)]` as a user writes it. Sizes and offsets are held against rustc's `size_of` and
//! `offset_of!`; other targets against C compilers in `targets.rs`; refusals in `ui_derive.rs`.
#![deny(warnings, missing_docs, clippy::all)]

#[cfg(unix)]
#[path = "derive/mirrors.rs"]
mod mirrors;

use core::ffi::{c_char, c_double, c_float, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};
use core::marker::{PhantomData, PhantomPinned};
use core::mem::offset_of;
use core::ptr::NonNull;
use ctypes_core::error::LayoutError;
use ctypes_core::layout::RecordKind;
use ctypes_wrap::{CStruct, CType, CallConv, Target, Type, Types};

#[allow(non_camel_case_types)]
type size_t = usize;

#[derive(CStruct, Debug, Clone, Copy)]
#[repr(C)]
struct Point {
    x: c_double,
    y: c_double,
}

#[derive(CStruct)]
#[repr(C)]
struct Node {
    value: c_int,
    next: *mut Node,
}

#[derive(CStruct)]
#[repr(C)]
struct Tree {
    root: *const Branch,
    corners: [Point; 3],
    on_change: Option<unsafe extern "C" fn(*mut Self, size_t) -> *const c_char>,
}

#[derive(CStruct)]
#[repr(C)]
struct Branch {
    tree: *mut Tree,
    children: [*mut Branch; 4],
    leaf: Point,
    name: [c_char; 6],
}

/// What the fields of `$ty` say of themselves equals what rustc says.
macro_rules! assert_as_rustc {
    ($ty:ty { $($field:tt),* }) => {{
        let ty = <$ty as CType>::TYPE;
        let layout = ty.layout().unwrap();
        assert_eq!(layout.size(), size_of::<$ty>() as u64);
        assert_eq!(layout.align(), align_of::<$ty>() as u64);
        assert_eq!((ty.size(), ty.align()), (size_of::<$ty>(), align_of::<$ty>()));
        let names: Vec<&str> = layout.fields().iter().map(|f| f.name()).collect();
        assert_eq!(names, [$(stringify!($field)),*]);
        $(assert_eq!(
            layout.field(stringify!($field)).unwrap().offset(),
            offset_of!($ty, $field) as u64,
        );)*
    }};
}

fn declarations(ty: &Type) -> Vec<String> {
    ty.fields().iter().map(|f| f.ty().declare(f.name())).collect()
}

#[test]
fn layouts_are_those_of_rustc() {
    assert_as_rustc!(Point { x, y });
    assert_as_rustc!(Node { value, next });
    assert_as_rustc!(Tree { root, corners, on_change });
    assert_as_rustc!(Branch { tree, children, leaf, name });
}

#[test]
fn size_is_a_constant() {
    const SIZE: usize = Node::TYPE.size();
    const BYTES: [u8; Branch::TYPE.size()] = [0; size_of::<Branch>()];
    assert_eq!((SIZE, BYTES.len()), (size_of::<Node>(), size_of::<Branch>()));
}

#[test]
fn recursion_leads_back() {
    let next = Node::TYPE.fields()[1].ty().pointee().unwrap();
    assert_eq!(&next, Node::TYPE);
    let branch = Tree::TYPE.fields()[0].ty().pointee().unwrap();
    let tree = branch.fields()[0].ty().pointee().unwrap();
    assert_eq!(&tree, Tree::TYPE);
    assert_ne!(&branch, Tree::TYPE);
}

#[test]
fn fields_are_spelled_as_in_c() {
    assert_eq!(
        declarations(Tree::TYPE),
        [
            "const struct Branch *root",
            "struct Point corners[3]",
            "const char *(*on_change)(struct Tree *, size_t)",
        ]
    );
    assert_eq!(
        declarations(Branch::TYPE),
        ["struct Tree *tree", "struct Branch *children[4]", "struct Point leaf", "char name[6]"]
    );
}

type Alias = c_long;

#[derive(CStruct)]
#[repr(C)]
struct Spelled {
    exact: i64,
    by_path: core::ffi::c_long,
    table: [[c_ulong; 2]; 3],
    nullable: Option<NonNull<c_uchar>>,
    never_null: NonNull<c_char>,
    untyped: *mut c_void,
    names: *const *const c_char,
    #[ctype("long")]
    said: Alias,
    #[ctype("int unsigned")]
    said_of_elements: [u32; 2],
    #[ctype("long")]
    said_of_pointee: *mut Alias,
    flag: bool,
    system: Option<extern "system" fn(c_uint)>,
    word: usize,
}

#[test]
fn every_way_to_say_what_a_field_is_in_c() {
    assert_eq!(
        declarations(Spelled::TYPE),
        [
            "int64_t exact",
            "long by_path",
            "unsigned long table[3][2]",
            "unsigned char *nullable",
            "char *never_null",
            "void *untyped",
            "const char *const *names",
            "long said",
            "unsigned int said_of_elements[2]",
            "long *said_of_pointee",
            "_Bool flag",
            "void (*system)(unsigned int)",
            "uintptr_t word",
        ]
    );
    let system = Spelled::TYPE.fields()[11].ty().pointee().unwrap();
    assert_eq!(system, Type::function(CallConv::System, &Type::VOID, [&Type::UINT], false));
}

#[test]
fn an_alias_is_known_on_this_platform_only() {
    #[derive(CStruct)]
    #[repr(C)]
    struct Aliased {
        first: c_int,
        mask: [Alias; 2],
    }
    #[derive(CStruct)]
    #[repr(C)]
    struct Pointing {
        mask: *mut Alias,
    }

    assert!(Aliased::TYPE.layout().is_ok());
    let other = if cfg!(windows) { Target::X86_64_LINUX } else { Target::X86_64_WINDOWS_MSVC };
    let error = Aliased::TYPE.at(&other).unwrap_err();
    assert!(matches!(&error, LayoutError::HostOnly { field, .. } if field == "mask"), "{error}");
    assert!(Spelled::TYPE.at(&other).is_ok());
    assert!(Pointing::TYPE.at(&other).is_ok());
}

#[derive(CStruct)]
#[repr(C, packed)]
struct Packed {
    tag: u8,
    length: u32,
    rest: c_double,
}

#[derive(CStruct)]
#[repr(C, packed(2))]
struct Packed2(u8, u32, u8, f64);

#[derive(CStruct)]
#[repr(C, align(32))]
struct Aligned {
    byte: u8,
}

#[derive(CStruct)]
#[repr(C)]
struct Around {
    byte: u8,
    packed: [Packed; 3],
    packed2: Packed2,
    aligned: Aligned,
}

#[test]
fn packing_and_alignment() {
    assert_as_rustc!(Packed { tag, length, rest });
    assert_as_rustc!(Packed2 { 0, 1, 2, 3 });
    assert_as_rustc!(Aligned { byte });
    assert_as_rustc!(Around { byte, packed, packed2, aligned });
    let rules = Packed2::TYPE.record().unwrap().rules();
    assert_eq!((rules.kind, rules.pack, rules.align), (RecordKind::Struct, Some(2), None));
    assert_eq!(Aligned::TYPE.record().unwrap().rules().align, Some(32));
}

#[derive(CStruct)]
#[repr(C)]
struct Opaque {
    _private: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

#[derive(CStruct)]
#[repr(transparent)]
struct Handle(*mut Opaque, PhantomData<Node>);

#[derive(CStruct)]
#[repr(transparent)]
struct Ticks<T>(T);

#[derive(CStruct)]
#[repr(transparent)]
struct Id<Of>(u32, PhantomData<Of>);

#[derive(CStruct)]
#[repr(transparent)]
struct Name {
    #[ctype("char")]
    bytes: [c_char; 16],
}

#[test]
fn opaque_and_transparent() {
    assert_eq!(Opaque::TYPE.size(), 0);
    assert_eq!(Handle::TYPE, &Opaque::TYPE.pointer());
    assert_eq!(<Ticks<u32>>::TYPE, &Type::U32);
    assert_eq!(<Id<String>>::TYPE, &Type::U32);
    assert_eq!(Name::TYPE, &Type::CHAR.array(16).unwrap());
    let flags = |by_value, any_bits| (by_value, any_bits);
    assert_eq!(flags(Opaque::BY_VALUE, Opaque::ANY_BITS), (false, true));
    assert_eq!(flags(Handle::BY_VALUE, Handle::ANY_BITS), (true, true));
    assert_eq!(flags(Name::BY_VALUE, Name::BY_VALUE_IN_RECORD), (false, true));
    assert_eq!(flags(<Ticks<bool>>::BY_VALUE, <Ticks<bool>>::ANY_BITS), (true, false));
}

#[derive(CStruct)]
#[repr(C)]
struct List<T, const N: usize>
where
    T: Copy,
{
    items: [T; N],
    next: *mut List<T, N>,
    raw: T,
}

#[test]
fn generic_structs() {
    assert_as_rustc!(List<u16, 3> { items, next, raw });
    assert_as_rustc!(List<Point, 2> { items, next, raw });
    assert_ne!(<List<u16, 3>>::TYPE, <List<u16, 4>>::TYPE);
    let next = <List<u16, 3>>::TYPE.fields()[1].ty().pointee().unwrap();
    assert_eq!(&next, <List<u16, 3>>::TYPE);
}

#[test]
fn by_value_and_any_bits_follow_the_fields() {
    #[derive(CStruct)]
    #[repr(C)]
    struct Flagged {
        flag: bool,
        row: [c_float; 2],
    }
    #[derive(CStruct)]
    #[repr(C)]
    struct Wide {
        number: ctypes_wrap::LongDouble,
    }
    const {
        assert!(Point::BY_VALUE && Point::ANY_BITS);
        assert!(Flagged::BY_VALUE && !Flagged::ANY_BITS);
        // Where every record goes by memory, this one does too.
        assert!(!Wide::BY_VALUE || cfg!(not(target_arch = "x86_64")));
        assert!(Wide::ANY_BITS);
        assert!(!Tree::ANY_BITS, "a function pointer is not any bits");
        assert!(Branch::BY_VALUE, "an array does not forbid passing what is around it");
        assert!(!<[Point; 2]>::BY_VALUE);
    }
    assert_eq!(Wide::TYPE.fields()[0].ty(), &Type::LONGDOUBLE);
}

#[test]
fn names_of_c() {
    #[derive(CStruct)]
    #[repr(C)]
    #[ctypes(name = "stat")]
    struct Renamed {
        r#type: c_int,
    }
    assert_eq!(Renamed::TYPE.to_string(), "struct stat");
    assert_eq!(declarations(Renamed::TYPE), ["int type"]);
}

/// A record made at run time equals the derived one: name, rules, fields and all.
#[test]
fn run_time_records_equal_derived_ones() {
    let types = Types::new();
    let point = types.declare_struct("Point").unwrap();
    let point = point.define(|r| r.field("x", Type::DOUBLE).field("y", Type::DOUBLE)).unwrap();
    let (tree, branch) =
        (types.declare_struct("Tree").unwrap(), types.declare_struct("Branch").unwrap());
    let callback =
        Type::function(CallConv::C, &Type::CONST_CHAR_PTR, [&tree.pointer(), &Type::SIZE], false);
    let tree = tree
        .define(|r| {
            r.field("root", branch.const_pointer())
                .field("corners", point.array(3).unwrap())
                .field("on_change", callback.pointer())
        })
        .unwrap();
    assert_ne!(&tree, Tree::TYPE, "the branch is not defined yet");
    let branch = branch
        .define(|r| {
            r.field("tree", tree.pointer())
                .field("children", branch.pointer().array(4).unwrap())
                .field("leaf", &point)
                .field("name", Type::CHAR.array(6).unwrap())
        })
        .unwrap();
    assert_eq!(&tree, Tree::TYPE);
    assert_eq!(&branch, Branch::TYPE);

    let packed = types.declare_struct("Packed2").unwrap();
    let packed = packed
        .define(|r| {
            let r = r.pack(2).field("_0", Type::U8).field("_1", Type::U32);
            r.field("_2", Type::U8).field("_3", Type::DOUBLE)
        })
        .unwrap();
    assert_ne!(&packed, Packed2::TYPE, "the names of the fields differ");
    assert_eq!(packed.size(), Packed2::TYPE.size());
    let unpacked = types.declare_struct("Node").unwrap();
    let unpacked = unpacked
        .define(|r| r.align(64).field("value", Type::INT).field("next", Node::TYPE.pointer()))
        .unwrap();
    assert_ne!(&unpacked, Node::TYPE, "the alignment differs");
}

/// Nothing that the expansion names is looked up in the user's scope.
#[no_implicit_prelude]
mod bogus {
    #![allow(dead_code, unused_macros, non_camel_case_types, non_upper_case_globals)]

    mod core {}
    mod std {}
    mod ctypes_core {}
    mod ctypes_wrap {}
    struct Some;
    struct None;
    trait CType {}
    struct Type;
    struct FieldOf;
    const record: () = ();
    const verdict: () = ();
    const described: () = ();
    macro_rules! assert {
        () => {};
    }
    macro_rules! panic {
        () => {};
    }

    #[derive(::ctypes_wrap::CStruct)]
    #[repr(C, align(16))]
    pub(super) struct Shadowed<T> {
        pub(super) record: ::core::ffi::c_int,
        pub(super) verdict: *mut Shadowed<T>,
        pub(super) marker: ::core::marker::PhantomData<T>,
        pub(super) callback: ::core::option::Option<extern "C" fn(::core::ffi::c_char)>,
        pub(super) row: [T; 2],
    }

    #[derive(::ctypes_wrap::CStruct)]
    #[repr(C)]
    #[ctypes(crate = ::ctypes_core)]
    pub(super) struct Explicit {
        pub(super) described: ::core::primitive::u8,
    }
}

#[test]
fn shadowed_names_do_not_matter() {
    assert_eq!(
        declarations(<bogus::Shadowed<u8>>::TYPE),
        ["int record", "struct Shadowed *verdict", "void (*callback)(char)", "uint8_t row[2]"]
    );
    assert_eq!(bogus::Explicit::TYPE.size(), 1);
}

/// Types that come through `macro_rules` fragments are wrapped in invisible groups.
#[test]
fn macros_may_write_the_struct() {
    macro_rules! record {
        ($name:ident { $($field:ident: $ty:ty),* }) => {
            #[derive(CStruct)]
            #[repr(C)]
            struct $name { $($field: $ty),* }
        };
    }
    record!(FromMacro { count: size_t, row: [c_long; 4], to: *mut FromMacro });
    assert_eq!(
        declarations(FromMacro::TYPE),
        ["size_t count", "long row[4]", "struct FromMacro *to"]
    );
}

/// The documented public type of a crate that documents everything.
pub mod documented {
    use super::*;

    /// A type with docs; the derive adds nothing that wants some.
    #[derive(CStruct, Default)]
    #[repr(C)]
    pub struct Public {
        /// A field.
        pub field: c_int,
    }
}
