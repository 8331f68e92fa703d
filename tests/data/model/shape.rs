//! Types as the model knows them: sizes, offsets and bits by a few lines of arithmetic of its own.

use super::random::Random;
use ctypes_core::target::Endian;
use ctypes_core::types::Scalar;
use ctypes_core::{Error, Type, Types};

pub const NATIVE_IS_BIG: bool = cfg!(target_endian = "big");

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Void,
    Bool,
    Char,
    Int {
        size: usize,
        signed: bool,
        swapped: bool,
    },
    Float(usize),
    Enum,
    Pointer(Box<Shape>),
    Array(Box<Shape>, usize),
    /// An array without a length.
    Flexible(Box<Shape>),
    Record(&'static str),
}
use Shape::{Array, Bool, Char, Enum, Flexible, Float, Int, Pointer, Record, Void};

#[derive(Debug, Clone)]
pub struct Member {
    pub name: &'static str,
    pub shape: Shape,
    pub offset: usize,
    /// The first bit, counted from the start of the record, and the width.
    pub bits: Option<(usize, usize)>,
    pub is_big: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Members {
    pub all: Vec<Member>,
    pub size: usize,
    pub align: usize,
}

/// A type with a name for messages.
pub const fn int(size: usize, signed: bool) -> Shape {
    Int { size, signed, swapped: false }
}

pub fn pointer(to: Shape) -> Shape {
    Pointer(Box::new(to))
}

pub fn array(of: Shape, len: usize) -> Shape {
    Array(Box::new(of), len)
}

const SOURCE: &str = "
    enum colour { RED, GREEN = 7, BLUE };
    struct pair { short x; int y; };
    struct mix { signed char c; short s; long long l; unsigned char uc; float f; double d; _Bool b;
                 enum colour colour; unsigned u; __int128 wide; };
    struct node;
    union any { int i; double d; unsigned char raw[8]; struct node *p; void *v; struct pair pair; };
    struct node { int value; struct node *next; void *any; char name[6]; struct pair where[2];
                  int *nums; union any u; char *text; };
    struct bits { unsigned a : 3; int b : 7; unsigned c : 22; long long d : 40; unsigned e : 1; };
    struct tail { unsigned char n; unsigned short data[]; };
    struct links { int n; struct node *to[]; };
";

const RECORDS: [&str; 9] =
    ["pair", "mix", "any", "node", "bits", "tail", "links", "wide", "swapped"];

/// The types, in a namespace that may be dropped before what is made of them.
pub struct Universe {
    types: Vec<(&'static str, Type, Members)>,
    colour: Type,
}

impl Universe {
    pub fn new() -> Result<Universe, Error> {
        let types = Types::new();
        types.parse(SOURCE)?;
        types.declare_struct("wide")?.define(|r| {
            r.packed_record().bits("a", Type::U128, 3).bits("b", Type::I128, 128).bits(
                "c",
                Type::U8,
                5,
            )
        })?;
        let big = |scalar| Type::ordered(scalar, Endian::Big);
        types.declare_struct("swapped")?.define(|r| {
            r.field("h", big(Scalar::UInt16))
                .field("w", big(Scalar::Int32))
                .bits("a", Type::U32, 5)
                .ordered(Endian::Big)
                .bits("b", Type::I32, 11)
                .ordered(Endian::Big)
                .bits("c", Type::U32, 16)
                .ordered(Endian::Big)
                .field("q", big(Scalar::UInt64))
        })?;
        let named = |name: &str| {
            types.get(&format!("struct {name}")).or_else(|| types.get(&format!("union {name}")))
        };
        let all = RECORDS.map(|name| (name, named(name).expect("declared above"), members(name)));
        Ok(Universe { types: all.to_vec(), colour: types.get("enum colour").expect("above") })
    }

    pub fn ty(&self, shape: &Shape) -> Type {
        match shape {
            Void => Type::VOID,
            Bool => Type::BOOL,
            Char => Type::CHAR,
            Enum => self.colour.clone(),
            Float(4) => Type::FLOAT,
            Float(_) => Type::DOUBLE,
            Int { size, signed, swapped: false } => match (size, signed) {
                (1, true) => Type::SCHAR,
                (1, false) => Type::UCHAR,
                (2, true) => Type::SHORT,
                (2, false) => Type::USHORT,
                (4, true) => Type::INT,
                (4, false) => Type::UINT,
                (8, true) => Type::LONGLONG,
                (8, false) => Type::ULONGLONG,
                (_, true) => Type::I128,
                (_, false) => Type::U128,
            },
            Int { size, signed, .. } => {
                let scalar = match (size, signed) {
                    (2, _) => Scalar::UInt16,
                    (4, _) => Scalar::Int32,
                    _ => Scalar::UInt64,
                };
                Type::ordered(scalar, Endian::Big)
            }
            Pointer(to) => self.ty(to).pointer(),
            Array(of, len) => self.ty(of).array(*len).expect("small"),
            Flexible(of) => self.ty(of).array(0).expect("small"),
            Record(name) => self.record(name).1.clone(),
        }
    }

    fn record(&self, name: &str) -> &(&'static str, Type, Members) {
        self.types.iter().find(|(n, ..)| *n == name).expect("one of the records")
    }

    pub fn members(&self, name: &str) -> &Members {
        &self.record(name).2
    }

    pub fn size(&self, shape: &Shape) -> usize {
        size_align(shape).0
    }

    pub fn align(&self, shape: &Shape) -> usize {
        size_align(shape).1
    }

    /// A type to make an object of.
    pub fn any(&self, random: &mut Random) -> Shape {
        let scalars = [
            Bool,
            Char,
            Enum,
            Float(4),
            Float(8),
            int(1, true),
            int(1, false),
            int(2, true),
            int(4, true),
            int(4, false),
            int(8, true),
            int(8, false),
            int(16, true),
            int(16, false),
        ];
        let pointers = [
            pointer(Void),
            pointer(int(4, true)),
            pointer(Char),
            pointer(Record("node")),
            pointer(Record("pair")),
            pointer(pointer(Record("node"))),
            pointer(int(1, false)),
        ];
        let arrays = [
            array(int(4, true), 5),
            array(Char, 9),
            array(Record("pair"), 3),
            array(Float(8), 2),
            array(pointer(Record("node")), 3),
            array(array(int(2, false), 3), 2),
            array(int(1, false), 7),
            array(Record("node"), 2),
            array(int(4, true), 0),
        ];
        match random.below(10) {
            0 => random.of(&scalars).clone(),
            1 | 2 => random.of(&pointers).clone(),
            3 | 4 => random.of(&arrays).clone(),
            5..=7 => Record("node"),
            _ => Record(RECORDS[random.below(RECORDS.len() as u64) as usize]),
        }
    }
}

fn size_align(shape: &Shape) -> (usize, usize) {
    match shape {
        Void => (0, 1),
        Bool | Char => (1, 1),
        Enum => (4, 4),
        Int { size, .. } => (*size, *size),
        Float(size) => (*size, *size),
        Pointer(_) => (size_of::<usize>(), size_of::<usize>()),
        Array(of, len) => (size_align(of).0 * len, size_align(of).1),
        Flexible(of) => (0, size_align(of).1),
        Record(name) => {
            let Members { size, align, .. } = members(name);
            (size, align)
        }
    }
}

/// The members of a record, laid out as the x86-64 psABI does (3.1.2): each at the next multiple of its
/// alignment, a bit field where it fits into a unit of its type.
fn members(name: &str) -> Members {
    let mut m = Members { all: Vec::new(), size: 0, align: 1 };
    let node = || pointer(Record("node"));
    let mut bit = 0_usize;
    let is_union = name == "any";
    let mut add = |name: &'static str, shape: Shape| {
        let (size, align) = size_align(&shape);
        let offset = if is_union { 0 } else { m.size.next_multiple_of(align) };
        m.align = m.align.max(align);
        m.size = m.size.max(offset + size);
        let is_big = Part::whole(&shape).is_big;
        m.all.push(Member { name, shape, offset, bits: None, is_big });
    };
    let mut bits = Vec::new();
    match name {
        "pair" => [("x", int(2, true)), ("y", int(4, true))].map(|(n, s)| add(n, s)).len(),
        "mix" => [
            ("c", int(1, true)),
            ("s", int(2, true)),
            ("l", int(8, true)),
            ("uc", int(1, false)),
            ("f", Float(4)),
            ("d", Float(8)),
            ("b", Bool),
            ("colour", Enum),
            ("u", int(4, false)),
            ("wide", int(16, true)),
        ]
        .map(|(n, s)| add(n, s))
        .len(),
        "any" => [
            ("i", int(4, true)),
            ("d", Float(8)),
            ("raw", array(int(1, false), 8)),
            ("p", node()),
            ("v", pointer(Void)),
            ("pair", Record("pair")),
        ]
        .map(|(n, s)| add(n, s))
        .len(),
        "node" => [
            ("value", int(4, true)),
            ("next", node()),
            ("any", pointer(Void)),
            ("name", array(Char, 6)),
            ("where", array(Record("pair"), 2)),
            ("nums", pointer(int(4, true))),
            ("u", Record("any")),
            ("text", pointer(Char)),
        ]
        .map(|(n, s)| add(n, s))
        .len(),
        "tail" => [("n", int(1, false)), ("data", Flexible(Box::new(int(2, false))))]
            .map(|(n, s)| add(n, s))
            .len(),
        "links" => {
            [("n", int(4, true)), ("to", Flexible(Box::new(node())))].map(|(n, s)| add(n, s)).len()
        }
        "bits" => {
            for (name, size, signed, width) in [
                ("a", 4, false, 3),
                ("b", 4, true, 7),
                ("c", 4, false, 22),
                ("d", 8, true, 40),
                ("e", 4, false, 1),
            ] {
                if bit / (size * 8) != (bit + width - 1) / (size * 8) {
                    bit = bit.next_multiple_of(size * 8);
                }
                bits.push((name, int(size, signed), bit, width, NATIVE_IS_BIG));
                bit += width;
            }
            (m.size, m.align) = (bit.div_ceil(8).next_multiple_of(8), 8);
            0
        }
        // Packed: each bit field right behind the one before.
        "wide" => {
            bits.push(("a", int(16, false), 0, 3, NATIVE_IS_BIG));
            bits.push(("b", int(16, true), 3, 128, NATIVE_IS_BIG));
            bits.push(("c", int(1, false), 131, 5, NATIVE_IS_BIG));
            (m.size, m.align) = (17, 1);
            0
        }
        "swapped" => {
            let swapped = |size, signed| Int { size, signed, swapped: !NATIVE_IS_BIG };
            add("h", swapped(2, false));
            add("w", swapped(4, true));
            bits.push(("a", int(4, false), 64, 5, true));
            bits.push(("b", int(4, true), 69, 11, true));
            bits.push(("c", int(4, false), 80, 16, true));
            m.size = 12;
            let q = Member {
                name: "q",
                shape: swapped(8, false),
                offset: 16,
                bits: None,
                is_big: true,
            };
            m.all.push(q);
            (m.size, m.align) = (24, 8);
            0
        }
        _ => unreachable!("a record of this model"),
    };
    for (name, shape, bit, width, is_big) in bits {
        m.all.push(Member { name, shape, offset: bit / 8, bits: Some((bit % 8, width)), is_big });
    }
    m.size = m.size.next_multiple_of(m.align);
    m
}

/// A part of an object.
#[derive(Debug, Clone)]
pub struct Part {
    pub path: String,
    pub shape: Shape,
    pub offset: usize,
    pub bits: Option<(usize, usize)>,
    pub is_big: bool,
}

impl Part {
    pub fn whole(shape: &Shape) -> Part {
        let is_big =
            if let Int { swapped: true, .. } = shape { !NATIVE_IS_BIG } else { NATIVE_IS_BIG };
        Part { path: String::new(), shape: shape.clone(), offset: 0, bits: None, is_big }
    }
}

impl Universe {
    /// A random part, perhaps the whole; now and then beyond the end of an array without a length.
    pub fn part(&self, shape: &Shape, room: usize, random: &mut Random) -> Part {
        let mut part = Part::whole(shape);
        loop {
            if random.once_in(6) {
                return part;
            }
            match part.shape.clone() {
                Record(name) => {
                    let member = random.of(&self.members(name).all);
                    let dot = if part.path.is_empty() { "" } else { "." };
                    part.path = format!("{}{dot}{}", part.path, member.name);
                    part.offset += member.offset;
                    part.shape = member.shape.clone();
                    (part.bits, part.is_big) = (member.bits, member.is_big);
                }
                Array(of, len) if len > 0 => {
                    self.step(&mut part, &of, random.below(len as u64) as usize)
                }
                Flexible(of) | Array(of, 0) => {
                    let size = self.size(&of);
                    let len = room.saturating_sub(part.offset) / size;
                    let index = random.below(len as u64 + 1) as usize;
                    self.step(&mut part, &of, index);
                }
                _ => return part,
            }
        }
    }

    fn step(&self, part: &mut Part, of: &Shape, index: usize) {
        part.path = format!("{}[{index}]", part.path);
        part.offset += self.size(of) * index;
        part.shape = of.clone();
        part.is_big = Part::whole(of).is_big;
    }
}
