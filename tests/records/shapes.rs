//! The judge of records whose members are methods: C's loads and stores of every member and ours must
//! agree on memory full of graffiti.

use crate::c;
use crate::memory::{Memory, Number, VALUES};
use crate::oracle::compilers::JUDGES;
use crate::oracle::evidence;
use core::ffi::{c_double, c_int, c_longlong};
use core::hash::{Hash, Hasher};
use ctypes_wrap::{Be, CType, Le, Library, Target, Type};
use std::collections::hash_map::DefaultHasher;

macro_rules! ordered {
    ($($order:ident $int:ident,)*) => {$(
        impl Number for $order<$int> {
            fn number(self) -> i64 {
                self.get() as i64
            }
            fn from_number(number: i64) -> $order<$int> {
                $order::new(number as $int)
            }
        }
    )*};
}

ordered! { Be i16, Be u16, Be i32, Be u32, Be u64, Le u16, Le i32, Le u64, }

/// A record in both languages.
pub(crate) trait Shape: CType + Copy {
    const NAME: &'static str;
    /// The type, with what must stand on a line of its own before an `@`.
    const C: &'static str;
    const MEMBERS: &'static [Member<Self>];
}

pub(crate) struct Member<T> {
    pub(crate) name: &'static str,
    pub(crate) get: fn(&T) -> i64,
    pub(crate) set: fn(&mut T, i64),
    pub(crate) with: fn(T, i64) -> T,
}

/// Implements [`Shape`] and makes a function that declares all of them in C, or checks them.
macro_rules! shapes {
    ($all:ident: $($name:ident $(<$t:ty>)? = $label:literal $c:literal
        [$($member:ident $set:ident $with:ident),*];)*) => {
        $(impl $crate::shapes::Shape for $name $(<$t>)? {
            const NAME: &'static str = $label;
            const C: &'static str = $c;
            const MEMBERS: &'static [$crate::shapes::Member<Self>] = &[$($crate::shapes::Member {
                name: stringify!($member),
                get: |s| $crate::memory::Number::number(s.$member()),
                set: |s, n| s.$set($crate::memory::Number::from_number(n)),
                with: |s, n| s.$with($crate::memory::Number::from_number(n)),
            }),*];
        })*
        fn $all(name: &str) {
            let mut text = String::new();
            $($crate::shapes::declare::<$name $(<$t>)?>(&mut text);)*
            let lib = $crate::c::library(name, &text);
            $($crate::shapes::check::<$name $(<$t>)?>(&lib);)*
        }
    };
}

pub(crate) use shapes;

pub(crate) fn declare<T: Shape>(text: &mut String) {
    c::declare(text, T::NAME, T::C, T::MEMBERS.iter().map(|m| m.name));
}

pub(crate) fn check<T: Shape>(lib: &Library) {
    c::assert_extent::<T>(lib, T::NAME);
    assert_eq!(unlike(lib, T::MEMBERS), None, "{}", T::NAME);
    if T::BY_VALUE {
        pass::<T>(lib);
    }
}

/// Calls C by value, with floating-point and integer registers beside.
fn pass<T: Shape>(lib: &Library) {
    let name = T::NAME;
    // SAFETY: the text declares the function so.
    let bump: unsafe extern "C" fn(c_double, T, c_int) -> T =
        unsafe { c::get(lib, &format!("{name}_bump")) };
    for seed in 100..132 {
        let mut memory = Memory::graffiti(seed);
        let mut here: T = *memory.as_record();
        // SAFETY: the declaration is the text's.
        let back = unsafe { bump(1.5, here, 7) };
        for member in T::MEMBERS {
            let more = (member.get)(&here).wrapping_add(1);
            (member.set)(&mut here, more);
        }
        let numbers = |t: &T| T::MEMBERS.iter().map(|m| (m.get)(t)).collect::<Vec<_>>();
        assert_eq!(numbers(&back), numbers(&here), "{name} by value");
    }
}

/// The first member of which C and Rust do not think the same, with the seed.
pub(crate) fn unlike<T: Shape>(lib: &Library, members: &[Member<T>]) -> Option<(String, u8)> {
    for member in members {
        let of = |what| format!("{}_{what}_{}", T::NAME, member.name);
        // SAFETY: the text declares the functions so.
        let (get, set) = unsafe {
            let get: unsafe extern "C" fn(*const T) -> c_longlong = c::get(lib, &of("get"));
            let set: unsafe extern "C" fn(*mut T, c_longlong) = c::get(lib, &of("set"));
            (get, set)
        };
        for seed in 0..32 {
            let mut memory = Memory::graffiti(seed);
            let record: &mut T = memory.as_record();
            // SAFETY: the record is one.
            if (member.get)(record) != unsafe { get(&raw const *record) } {
                return Some((of("get"), seed));
            }
            for value in VALUES {
                let (mut ours, mut theirs, mut copied) = (memory, memory, memory);
                (member.set)(ours.as_record(), value);
                // SAFETY: as above.
                unsafe { set(theirs.as_record(), value) };
                if ours != theirs {
                    return Some((of("set"), seed));
                }
                let with = (member.with)(*copied.as_record(), value);
                *copied.as_record() = with;
                let numbers = |memory: &mut Memory| {
                    let record: &mut T = memory.as_record();
                    members.iter().map(|m| (m.get)(record)).collect::<Vec<_>>()
                };
                if numbers(&mut copied) != numbers(&mut ours) {
                    return Some((of("with"), seed));
                }
            }
        }
    }
    None
}

/// Compares what is known of the records on each named target with what its compiler says, if that is one of
/// those that are asked.
pub(crate) fn judge_everywhere(records: &[&Type], is_asked: impl Fn(&Target) -> bool) {
    let records: Vec<Type> = records.iter().map(|ty| (*ty).clone()).collect();
    for judge in JUDGES.iter().filter(|judge| is_asked(&judge.target)) {
        judge.check().unwrap_or_else(|e| panic!("{e}"));
        let text = evidence::unit(&records, &judge.target).expect("every field is spelled");
        let object = judge.compile(&text).unwrap_or_else(|e| panic!("{}: {e}", judge.target.name));
        let found = evidence::differences(&records, &judge.target, &object);
        assert_eq!(found, Ok(Vec::new()), "{}", judge.target.name);
    }
}

pub(crate) fn hash<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
