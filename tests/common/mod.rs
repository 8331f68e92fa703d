//! What the tests of calls share: the fixture library, and the comparison of what C received with what was sent.
//!
//! Every checked C function leaves a checksum of the bytes that it received, field by field. [`Native::check`] computes
//! the same from what was sent and the *declared* types, and says where they differ. `wrong_bindings.rs` tests that it
//! does find differences.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod generate;
pub(crate) mod programs;
mod values;

pub(crate) use values::{bytes_of, class, value_of};

use ctypes_wrap::convert::Value;
use ctypes_wrap::layout::RecordKind;
use ctypes_wrap::prelude::*;
use ctypes_wrap::types::{Scalar, ScalarClass, TypeKind};

/// A library of checked functions.
pub(crate) struct Native {
    pub(crate) library: Library,
    last_checksum: Function,
}

/// The compiled `tests/native/fixture.c`.
pub(crate) fn fixture() -> Native {
    Native::open(env!("CTYPES_FIXTURE_LIB"))
}

impl Native {
    pub(crate) fn open(path: &str) -> Native {
        // SAFETY: a library without initialisers, built from this repository.
        let library = unsafe { Library::open_path(path) }
            .unwrap_or_else(|e| panic!("the C fixture was not built: {e}"));
        let sig = Signature::new(CallConv::C, &Type::U64, []).expect("no parameters");
        let last_checksum = library.function("last_checksum", &sig).expect("a checked library");
        Native { library, last_checksum }
    }

    /// The function `name` with that type.
    pub(crate) fn function(&self, name: &str, result: &Type, params: &[Type]) -> Function {
        let sig = Signature::new(CallConv::C, result, params)
            .unwrap_or_else(|e| panic!("signature of {name}: {e}"));
        self.library.function(name, &sig).unwrap_or_else(|e| panic!("{e}"))
    }

    /// What the last checked function on this thread received.
    pub(crate) fn last_checksum(&self) -> u64 {
        // SAFETY: the function has that type, and no demands.
        unsafe { self.last_checksum.call(()) }.expect("no arguments")
    }

    /// Calls a checked function and compares what it received with what was sent.
    pub(crate) fn check(&self, f: &Function, sent: &[Value]) -> Result<Value, String> {
        let mut args = Args::new();
        sent.iter().for_each(|v| args.push(v.clone()));
        // SAFETY: checked functions only look at their arguments; the wrong declarations of
        // `wrong_bindings.rs` are such that they still find all of them.
        let result = unsafe { f.call_args(&mut args) }.map_err(|e| e.to_string())?;
        let expected = checksum(f.signature().params(), sent);
        let found = self.last_checksum();
        if expected != found {
            return Err(format!(
                "{f:?} received other bytes than {sent:?}: expected the checksum {expected:016x}, found {found:016x}"
            ));
        }
        Ok(result)
    }
}

pub(crate) const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, as the fixture has it.
pub(crate) fn fold(h: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(h, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The checksum of values of those types.
pub(crate) fn checksum(types: &[Type], values: &[Value]) -> u64 {
    types.iter().zip(values).fold(SEED, |h, (ty, value)| {
        let bytes = bytes_of(ty, value);
        leaves(ty).iter().fold(h, |h, leaf| fold(h, &bytes[leaf.at..leaf.at + leaf.meaningful()]))
    })
}

/// A scalar somewhere in a type.
#[derive(Clone)]
pub(crate) struct Leaf {
    pub(crate) at: usize,
    pub(crate) ty: Type,
}

impl Leaf {
    /// Of a long double in the x87 format, 10 of 16 bytes mean something.
    pub(crate) fn meaningful(&self) -> usize {
        let x87 = cfg!(any(target_arch = "x86", target_arch = "x86_64"));
        let size = self.ty.size();
        if x87 && matches!(self.ty.kind(), TypeKind::Scalar(Scalar::LongDouble)) {
            size.min(10)
        } else {
            size
        }
    }
}

/// The type of the real and the imaginary part of a complex number.
pub(crate) fn complex_part(ty: &Type) -> Option<Type> {
    match ty.kind() {
        TypeKind::Scalar(Scalar::FloatComplex) => Some(Type::FLOAT),
        TypeKind::Scalar(Scalar::DoubleComplex) => Some(Type::DOUBLE),
        TypeKind::Scalar(Scalar::LongDoubleComplex) => Some(Type::LONGDOUBLE),
        _ => None,
    }
}

/// The scalars of a type in order, of a complex number its parts; of a union those of its first largest member.
pub(crate) fn leaves(ty: &Type) -> Vec<Leaf> {
    fn walk(ty: &Type, at: usize, out: &mut Vec<Leaf>) {
        match ty.kind() {
            TypeKind::Array { of, len } => {
                (0..len as usize).for_each(|i| walk(&of, at + i * of.size(), out));
            }
            TypeKind::Record(record) => {
                let layout = ty.layout().expect("complete");
                let fields = layout.fields();
                let largest = (0..fields.len()).rev().max_by_key(|i| fields[*i].size());
                for (i, f) in fields.iter().enumerate() {
                    if record.rules().kind == RecordKind::Struct || Some(i) == largest {
                        walk(f.ty(), at + f.offset() as usize, out);
                    }
                }
            }
            _ => match complex_part(ty) {
                Some(part) => {
                    out.push(Leaf { at, ty: part.clone() });
                    out.push(Leaf { at: at + part.size(), ty: part });
                }
                None => out.push(Leaf { at, ty: ty.clone() }),
            },
        }
    }
    let mut out = Vec::new();
    walk(ty, 0, &mut out);
    out
}

/// Whether two values of a type are the same but for padding.
pub(crate) fn same(ty: &Type, a: &Value, b: &Value) -> bool {
    let (a, b) = (bytes_of(ty, a), bytes_of(ty, b));
    let void = matches!(ty.kind(), TypeKind::Void);
    void || leaves(ty).iter().all(|leaf| {
        let range = leaf.at..leaf.at + leaf.meaningful();
        a[range.clone()] == b[range]
    })
}

/// A small generator of random numbers (a linear congruential one, Knuth's MMIX constants).
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ self.0 >> 29
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.bits() >> 33) as usize % n
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A value of a type with bytes that are all over the place, but finite floats and valid bools.
pub(crate) fn graffiti(ty: &Type, random: &mut Random) -> Value {
    value_by(ty, &mut |leaf| {
        let mut wide = [random.bits().to_ne_bytes(), random.bits().to_ne_bytes()].concat();
        match class(leaf) {
            Some(ScalarClass::Bool) => wide[0] &= 1,
            Some(ScalarClass::Float) => match leaf.size() {
                4 => wide[..4].copy_from_slice(&finite32(random.bits()).to_ne_bytes()),
                8 => wide[..8].copy_from_slice(&finite64(random.bits()).to_ne_bytes()),
                // x87: the leading bit is explicit, and the exponent neither least nor most.
                _ => {
                    wide[7] |= 0x80;
                    wide[9] &= 0xbf;
                    wide[8] |= 1;
                }
            },
            _ => {}
        }
        wide
    })
}

fn finite32(bits: u64) -> f32 {
    f32::from_bits(bits as u32 & !(1 << 30))
}

fn finite64(bits: u64) -> f64 {
    f64::from_bits(bits & !(1 << 62))
}

/// The result that a checked function makes of a checksum: `MAKE_…` of the fixture's header.
pub(crate) fn made(ty: &Type, mut h: u64) -> Value {
    value_by(ty, &mut |leaf| {
        let mut state = Random(h);
        let bits = state.bits();
        h = state.0;
        let small = (bits >> 32) as i32 >> 8;
        match (class(leaf), leaf.size()) {
            (Some(ScalarClass::Bool), _) => vec![bits as u8 & 1],
            (Some(ScalarClass::Float), 4) => (small as f32).to_ne_bytes().to_vec(),
            (Some(ScalarClass::Float), 8) => f64::from(small).to_ne_bytes().to_vec(),
            (Some(ScalarClass::Float), _) => x87(small).to_vec(),
            (_, 16) => {
                let high = state.bits();
                h = state.0;
                [bits.to_ne_bytes(), high.to_ne_bytes()].concat()
            }
            _ => bits.to_ne_bytes().to_vec(),
        }
    })
}

/// An integer in the x87 format (Intel SDM vol. 1, 4.2.2): 64 bits of significand, biased exponent, sign.
pub(crate) fn x87(v: i32) -> [u8; 16] {
    let mut bytes = [0; 16];
    if v != 0 {
        let magnitude = u64::from(v.unsigned_abs());
        let shift = magnitude.leading_zeros();
        let exponent = 16383 + 63 - shift as u16;
        bytes[..8].copy_from_slice(&(magnitude << shift).to_le_bytes());
        bytes[8..10].copy_from_slice(&(exponent | u16::from(v < 0) << 15).to_le_bytes());
    }
    bytes
}

/// A value whose scalars have the bytes that `scalar` gives for each, from the first on.
fn value_by(ty: &Type, scalar: &mut impl FnMut(&Type) -> Vec<u8>) -> Value {
    if matches!(ty.kind(), TypeKind::Void) {
        return Value::Void;
    }
    let mut bytes = vec![0; ty.size()];
    for leaf in leaves(ty) {
        let n = leaf.meaningful();
        bytes[leaf.at..leaf.at + n].copy_from_slice(&scalar(&leaf.ty)[..n]);
    }
    value_of(ty, &bytes)
}

/// A struct of a namespace of its own.
pub(crate) fn structure(name: &str, fields: &[(&str, Type)]) -> Type {
    let types = Types::new();
    let record = types.declare_struct(name).expect("a name");
    record.define(|r| fields.iter().fold(r, |r, (n, t)| r.field(n, t))).expect("a struct")
}

/// A union of a namespace of its own.
pub(crate) fn union(name: &str, fields: &[(&str, Type)]) -> Type {
    let types = Types::new();
    let record = types.declare_union(name).expect("a name");
    record.define(|r| fields.iter().fold(r, |r, (n, t)| r.field(n, t))).expect("a union")
}

pub(crate) fn array(of: &Type, len: usize) -> Type {
    of.array(len).expect("a small array")
}
