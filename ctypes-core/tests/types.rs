//! Types made at run time: what a namespace accepts and refuses, equality of cyclic types, their
//! memory, and sharing between threads. Their C text is held against gcc in `declarations.rs`.

use ctypes_core::error::{DefineError, LayoutError};
use ctypes_core::layout::{LayoutFault, MAX_NESTING};
use ctypes_core::target::Target;
use ctypes_core::types::{
    Field, FieldLayout, FunctionType, Layout, Record, RecordBuilder, RecordDecl, TypeKind,
};
use ctypes_core::{CallConv, Type, Types};
use std::alloc::{GlobalAlloc, System};
use std::cell::Cell;
use std::thread;

#[path = "types/names.rs"]
mod names;

/// Counts what this thread has allocated and not freed, so that a leak cannot hide.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    // A thread that ends has no counter any more, and nobody who reads it.
    let _ = LIVE.try_with(|live| live.set(live.get() + change));
}

// SAFETY: everything is handed to the system's allocator with the caller's own arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        count(1);
        // SAFETY: the caller keeps `alloc`'s requirements.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: std::alloc::Layout) {
        count(-1);
        // SAFETY: the caller keeps `dealloc`'s requirements; the block is from the same allocator.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A list as two programs would make it, each with declarations in its own order.
fn list() -> (Type, Type) {
    let types = Types::new();
    let node = types.declare_struct("node").unwrap();
    let list = types.declare_struct("list").unwrap();
    let visit = Type::function(CallConv::C, &Type::VOID, [&node.pointer()], false);
    let node = node
        .define(|r| {
            r.field("value", Type::INT).field("next", node.pointer()).field("owner", list.pointer())
        })
        .unwrap();
    let list = list
        .define(|r| {
            r.field("heads", node.pointer().array(4).unwrap())
                .field("first", &node)
                .field("visit", visit.pointer())
        })
        .unwrap();
    (node, list)
}

fn list_made_otherwise() -> (Type, Type) {
    let types = Types::new();
    types.declare_union("unused").unwrap();
    let list = types.declare_struct("list").unwrap();
    let node = types.declare_struct("node").unwrap();
    node.define(|r| {
        r.field("value", Type::INT).field("next", node.pointer()).field("owner", list.pointer())
    })
    .unwrap();
    let complete = types.get("node").unwrap();
    let visit = Type::function(CallConv::C, &Type::VOID, [&node.pointer()], false);
    let list = list
        .define(|r| {
            r.field("heads", node.pointer().array(4).unwrap())
                .field("first", complete)
                .field("visit", visit.pointer())
        })
        .unwrap();
    (node.ty(), list)
}

#[test]
fn declaring_twice_gives_the_same_record() {
    let types = Types::new();
    let first = types.declare_struct("s").unwrap();
    let second = types.declare_struct("s").unwrap();
    assert_eq!(first.ty(), second.ty());
    assert!(!first.record().unwrap().is_complete());
    second.define(|r| r.field("x", Type::INT)).unwrap();
    assert!(first.record().unwrap().is_complete());
    assert_eq!(first.size(), 4);
    assert_eq!(types.get("s"), Some(first.ty()));
    assert_eq!(types.get("t"), None);
}

#[test]
fn a_handle_from_before_the_definition_sees_it() {
    let types = Types::new();
    let decl = types.declare_struct("late").unwrap();
    let (early, pointer) = (decl.ty(), decl.pointer());
    assert!(matches!(early.layout(), Err(LayoutError::NoSize { .. })));
    decl.define(|r| r.field("x", Type::DOUBLE)).unwrap();
    assert_eq!(early.layout().unwrap().size(), 8);
    assert_eq!(pointer.pointee().unwrap().fields().len(), 1);
}

#[test]
fn what_a_definition_refuses() {
    let types = Types::new();
    let decl = |name: &str| types.declare_struct(name).unwrap();

    let twice = decl("twice");
    twice.define(|r| r.field("x", Type::INT)).unwrap();
    assert_eq!(
        twice.define(|r| r.field("y", Type::INT)).unwrap_err(),
        DefineError::AlreadyDefined { record: "struct twice".to_owned() }
    );
    assert_eq!(twice.ty().fields()[0].name(), "x");

    assert_eq!(
        decl("dup").define(|r| r.field("x", Type::INT).field("x", Type::CHAR)).unwrap_err(),
        DefineError::DuplicateField { record: "struct dup".to_owned(), field: "x".to_owned() }
    );

    let own = decl("own");
    assert_eq!(
        own.define(|r| r.field("me", own.ty())).unwrap_err(),
        DefineError::ContainsItself { record: "struct own".to_owned(), field: "me".to_owned() }
    );
    own.define(|r| r.field("me", own.pointer())).expect("a refused definition leaves it open");

    let (other, user) = (decl("other"), decl("user"));
    for incomplete in [other.ty(), Type::VOID] {
        let error = user.define(|r| r.field("x", incomplete)).unwrap_err();
        assert!(matches!(&error, DefineError::IncompleteField { .. }), "{error}");
    }
    let function = Type::function(CallConv::C, &Type::VOID, [], false);
    let error = user.define(|r| r.field("f", function)).unwrap_err();
    assert!(error.to_string().contains("its pointer has"), "{error}");
    assert!(other.array(3).unwrap_err().to_string().contains("declared but not defined"));
}

#[test]
fn what_a_declaration_refuses() {
    let types = Types::new();
    types.declare_struct("s").unwrap();
    assert_eq!(
        types.declare_union("s").unwrap_err(),
        DefineError::OtherKind { record: "union s".to_owned(), found: "struct" }
    );
    for name in ["", "1x", "a b", "a-b", "struct s", "a\0", "x;"] {
        let bad = DefineError::BadName { name: name.to_owned() };
        assert_eq!(types.declare_struct(name).unwrap_err(), bad);
        let field = types.declare_struct("fields").unwrap().define(|r| r.field(name, Type::INT));
        assert_eq!(field.unwrap_err(), bad);
    }
    types.declare_struct("_größe1").expect("C11 6.4.2 allows universal characters");
}

#[test]
fn alignments_that_are_none() {
    let types = Types::new();
    let decl = types.declare_struct("s").unwrap();
    for n in [0, 3, 6, (1 << 28) + 1, 1 << 29, u64::MAX] {
        let fault = LayoutFault::BadAlignment(n);
        let expected =
            Err(DefineError::Layout { record: "struct s".to_owned(), field: None, fault });
        assert_eq!(decl.define(|r| r.field("x", Type::INT).pack(n)), expected);
        assert_eq!(decl.define(|r| r.field("x", Type::INT).align(n)), expected);
    }
    let largest = decl.define(|r| r.field("x", Type::INT).align(1 << 28)).unwrap();
    assert_eq!((largest.size(), largest.align()), (1 << 28, 1 << 28));
}

#[test]
fn sizes_that_are_too_large() {
    let max = Target::NATIVE.max_size();
    assert_eq!(max, isize::MAX as u64);
    let huge = Type::CHAR.array(max as usize).unwrap();
    assert!(Type::CHAR.array(max as usize + 1).is_err());
    assert!(Type::INT.array(usize::MAX).is_err());
    assert!(huge.array(2).is_err());

    let types = Types::new();
    let decl = types.declare_struct("s").unwrap();
    let error = decl.define(|r| r.field("a", &huge).field("b", Type::CHAR)).unwrap_err();
    assert_eq!(
        error,
        DefineError::Layout {
            record: "struct s".to_owned(),
            field: Some("b".to_owned()),
            fault: LayoutFault::TooLarge,
        }
    );
    // The tail padding alone is too much.
    let padded = decl.define(|r| r.field("a", &huge).align(2));
    assert!(matches!(padded, Err(DefineError::Layout { field: None, .. })));

    #[cfg(target_pointer_width = "64")]
    {
        let of_64_bits = Type::CHAR.array(1 << 33).unwrap();
        assert!(matches!(of_64_bits.at(&Target::I686_LINUX), Err(LayoutError::Fault { .. })));
    }
}

/// Each record holds two of the one before: exponentially many parts, but little work.
#[test]
fn doubling_takes_no_exponential_time() {
    let make = || {
        let types = Types::new();
        let mut inner = Type::CHAR.array(0).unwrap();
        for i in 0..60 {
            let decl = types.declare_struct(&format!("s{i}")).unwrap();
            inner = decl.define(|r| r.field("a", &inner).field("b", &inner)).unwrap();
        }
        inner
    };
    let (first, second) = (make(), make());
    assert_eq!(first.size(), 0);
    assert_eq!(first.at(&Target::S390X_LINUX).unwrap().size(), 0);
    assert_eq!(first, second);
}

#[test]
fn nesting_by_value_has_a_limit() {
    let types = Types::new();
    let mut ty = Type::CHAR;
    for i in 0..MAX_NESTING / 2 {
        let decl = types.declare_struct(&format!("s{i}")).unwrap();
        ty = decl.define(|r| r.field("inner", ty.array(1).unwrap())).unwrap();
    }
    assert!(ty.array(1).unwrap_err().to_string().contains("nested"));
    let refused = types.declare_struct("too_deep").unwrap().define(|r| r.field("inner", &ty));
    let fault = LayoutFault::TooDeep;
    assert!(matches!(refused, Err(DefineError::Layout { fault: found, .. }) if found == fault));
    assert!(ty.pointer().array(1).is_ok(), "a pointer starts anew");
    assert_eq!(ty.at(&Target::I686_LINUX).unwrap().size(), 1);
}

/// Whatever walks over a type does so on a thread's stack, also in a build without optimisation.
#[test]
fn what_nests_as_deep_as_it_may_is_walked() {
    let mut record = Type::CHAR;
    let mut anonymous = Type::CHAR;
    for i in 0..MAX_NESTING {
        let define = |build: &dyn Fn(RecordBuilder) -> RecordBuilder| {
            let decl = Types::new().declare_struct("s").unwrap();
            decl.define(build)
        };
        record = define(&|r| r.field("inner", &record)).unwrap();
        anonymous = match i {
            0 => define(&|r| r.field("c", Type::CHAR)).unwrap(),
            _ => define(&|r| r.anonymous(&anonymous)).unwrap(),
        };
    }
    for ty in [&record, &anonymous] {
        assert!(ty.array(1).is_err(), "the last level");
        for target in [&Target::X86_64_LINUX, &Target::I686_WINDOWS_MSVC, &Target::S390X_LINUX] {
            let layout = ty.at(target).unwrap();
            assert_eq!(layout.size(), 1);
            assert!(layout.struct_format().unwrap().contains("c"));
            assert!(!layout.hex_dump(&[1]).is_empty() && !layout.to_string().is_empty());
            ty.passing_at(target).unwrap();
            ty.by_value_at(target).unwrap();
        }
        assert!(ty.holds_any_bits() && *ty == ty.clone() && !ty.definition().is_empty());
        assert!(!ty.record().unwrap().is_empty());
    }
}

/// A chain of pointers has no limit, and comparing two takes no stack.
#[test]
fn long_chains_are_compared() {
    let chain = |last: &Type| {
        let types = Types::new();
        let decls: Vec<RecordDecl> =
            (0..100_000).map(|i| types.declare_struct(&format!("s{i}")).unwrap()).collect();
        for pair in decls.windows(2) {
            pair[0].define(|r| r.field("next", pair[1].pointer())).unwrap();
        }
        decls.last().unwrap().define(|r| r.field("last", last)).unwrap();
        decls[0].ty()
    };
    let first = chain(&Type::INT);
    assert_eq!(first, chain(&Type::INT));
    assert_ne!(first, chain(&Type::UINT));
}

#[test]
fn separately_made_lists_are_equal() {
    let ((node, list), (other_node, other_list)) = (list(), list_made_otherwise());
    assert_eq!(node, other_node);
    assert_eq!(list, other_list);
    assert!(list.is_compatible(&other_list));
    assert_ne!(node, list);
}

#[test]
fn equality_is_of_names_and_compatibility_of_members() {
    let record = |tag: &str, field: &str, ty: &Type, pack: Option<u64>| {
        let decl = Types::new().declare_struct(tag).unwrap();
        let next = decl.pointer();
        decl.define(|r| {
            let r = r.field(field, ty).field("next", next);
            pack.into_iter().fold(r, |r, n| r.pack(n))
        })
        .unwrap()
    };
    let base = record("s", "x", &Type::INT, None);
    let spelled = record("s", "x", &Type::I32, None);
    assert_ne!(base, spelled);
    assert!(base.is_compatible(&spelled));
    assert!(base.is_compatible(&record("t", "x", &Type::INT, None)), "C11 6.2.7p1");
    for other in [
        record("s", "y", &Type::INT, None),
        record("s", "x", &Type::UINT, None),
        record("s", "x", &Type::FLOAT, None),
        record("s", "x", &Type::INT, Some(2)),
    ] {
        assert_ne!(base, other);
        assert!(!base.is_compatible(&other));
    }
    assert_ne!(record("t", "x", &Type::INT, None), base);
    assert_ne!(Type::CHAR_PTR, Type::CONST_CHAR_PTR);
    assert!(Type::CHAR_PTR.is_compatible(&Type::CONST_CHAR_PTR));
    assert_ne!(Type::INT.array(2).unwrap(), Type::INT.array(3).unwrap());
}

/// Two cycles that differ only far from where the comparison starts.
#[test]
fn a_difference_deep_in_a_cycle_is_found() {
    let ring = |last: &Type| {
        let types = Types::new();
        let decls: Vec<RecordDecl> =
            (0..20).map(|i| types.declare_struct(&format!("s{i}")).unwrap()).collect();
        for (i, decl) in decls.iter().enumerate() {
            let value = if i == 19 { last } else { &Type::INT };
            let next = decls[(i + 1) % 20].pointer();
            decl.define(|r| r.field("value", value).field("next", next)).unwrap();
        }
        decls[0].ty()
    };
    assert_eq!(ring(&Type::INT), ring(&Type::INT));
    assert_ne!(ring(&Type::INT), ring(&Type::I32));
    assert!(ring(&Type::INT).is_compatible(&ring(&Type::I32)));
    assert!(!ring(&Type::INT).is_compatible(&ring(&Type::LONGLONG)));
}

/// That what `work` makes leaves no allocation behind when it is dropped.
fn assert_freed<T>(work: impl Fn() -> T) {
    drop(work()); // whatever is set up on first use
    let before = LIVE.get();
    let last = work();
    assert!(LIVE.get() > before, "the counter counts");
    drop(last);
    assert_eq!(LIVE.get(), before);
}

#[test]
fn cyclic_namespaces_are_freed() {
    let work = || {
        let ((node, list), (other_node, _)) = (list(), list_made_otherwise());
        assert!(node == other_node && list.layout().is_ok());
        // The last handle is one that came out of the cycle.
        let next = node.fields()[1].ty().pointee().unwrap();
        drop((node, list, other_node));
        assert_eq!(next.fields()[2].ty().pointee().unwrap().fields().len(), 3);
        next
    };
    assert_freed(work);
}

/// Any number of namespaces whose types point in circles, each gone with its last handle.
#[test]
fn a_hundred_thousand_cycles_leave_nothing() {
    let work = || {
        let types = Types::new();
        let node = types.declare_struct("node").unwrap();
        let edge = types.declare_struct("edge").unwrap();
        let node =
            node.define(|r| r.field("edges", edge.pointer()).field("me", node.pointer())).unwrap();
        edge.define(|r| r.field("ends", node.pointer().array(2).unwrap())).unwrap();
        node
    };
    drop(work()); // whatever is set up on first use
    let before = LIVE.get();
    let mut most = 0;
    for _ in 0..100_000 {
        let node = work();
        most = most.max(LIVE.get() - before);
        drop(node);
    }
    assert_eq!(LIVE.get(), before);
    assert!((1..100).contains(&most), "{most} allocations at a time");
}

#[test]
fn types_are_shared_between_threads() {
    let types = Types::new();
    let results: Vec<Type> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let types = types.clone();
                scope.spawn(move || {
                    for n in 0..50 {
                        types.declare_struct(&format!("s{n}")).unwrap();
                    }
                    let shared = types.declare_struct("shared").unwrap();
                    let own = types.declare_struct(&format!("own{i}")).unwrap();
                    // Exactly one definition wins, and all see that one.
                    let _ = shared.define(|r| r.field("x", Type::INT).field("own", own.pointer()));
                    assert_eq!(shared.ty().fields().len(), 2);
                    shared.ty()
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn markers() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    is_shared::<Type>();
    is_shared::<Types>();
    is_shared::<RecordDecl>();
    is_shared::<Record>();
    is_shared::<Field>();
    is_shared::<FunctionType>();
    is_shared::<TypeKind>();
    is_shared::<Layout>();
    is_shared::<FieldLayout>();
    is_shared::<DefineError>();
    is_shared::<LayoutError>();
}

#[test]
fn a_million_pointers_deep() {
    // Made by a loop that did not end when it should have. Nothing that a type is asked for recurses.
    let mut deep = Type::INT;
    for _ in 0..1_000_000 {
        deep = deep.pointer();
    }
    let again = deep.clone();
    assert!(deep == again && deep.is_compatible(&again));
    assert_eq!(deep.size(), size_of::<*const u8>());
    let types = Types::new();
    let record = types.declare_struct("deep").expect("a name");
    let error = record.define(|r| r.field("p", deep)).expect_err("too deep");
    assert!(error.to_string().contains("`struct deep`, field `p`: its declarators"), "{error}");
}

#[test]
fn functions_made_of_functions() {
    // Forty levels of two parameters each: written out, or compared part by part, without an end.
    let made = || {
        let mut f = Type::INT;
        for _ in 0..40 {
            f = Type::function(CallConv::C, &f, [&f.pointer(), &f.pointer()], false).pointer();
        }
        f
    };
    let (one, other) = (made(), made());
    assert!(one == other && one.is_compatible(&other));
    assert!(one.to_string().contains("/* … */"));
}
