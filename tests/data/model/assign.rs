//! Values that are stored: what C's rules and the documentation of `CData::set` say of each.

use super::operate::{Checked, agree};
use super::random::Random;
use super::shape::{Part, Shape, int};
use super::values::{Number, decode, encode, read, write};
use super::watch;
use super::world::{Block, Guard, Kept, Origin, World};
use ctypes_core::memory::{Init, ViewValue};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

#[derive(Debug)]
enum Given {
    Number(Number),
    Null,
    Data(usize),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<i128>),
    Thing,
}

fn number(random: &mut Random) -> Number {
    let wide = u128::from(random.next()) << 64 | u128::from(random.next());
    match random.below(14) {
        0 => Number::Bool(random.once_in(2)),
        1 => Number::F32(f32::from_bits(random.next() as u32)),
        2 => Number::F64(f64::from_bits(random.next())),
        3 => Number::F64((random.next() % 1000) as f64 / 8.0),
        4 => Number::Int((1 << 53) + 1),
        5 => Number::Int(wide as i128 >> random.below(127)),
        6 => Number::UInt(wide >> random.below(127)),
        7 => Number::Int(-(1_i128 << random.below(127))),
        8 => Number::Int((1_i128 << random.below(127)) - 1),
        9 => Number::Address(0x1000 + random.below(1 << 40)),
        _ => Number::Int(random.below(400) as i128 - 200),
    }
}

fn given(world: &World, handle: usize, part: &Part, len: usize, random: &mut Random) -> Given {
    let any_handle = |random: &mut Random| world.pick(random).map_or(Given::Null, Given::Data);
    let like = |random: &mut Random, fits: &dyn Fn(&Shape) -> bool| {
        let mut fitting: Vec<usize> =
            (0..world.handles.len()).filter(|h| fits(&world.handles[*h].shape)).collect();
        // Half of the time what is in the same heap, if there is such.
        let heap = |h: usize| world.blocks[world.handles[h].block].heap;
        if random.once_in(2) && fitting.iter().any(|h| heap(*h) == heap(handle)) {
            fitting.retain(|h| heap(*h) == heap(handle));
        }
        if fitting.is_empty() { Given::Null } else { Given::Data(*random.of(&fitting)) }
    };
    if random.once_in(8) {
        return match random.below(5) {
            0 => any_handle(random),
            1 => Given::Text("seven".to_owned()),
            2 => Given::Bytes(vec![7; len.saturating_sub(random.below(2) as usize)]),
            3 => Given::List(vec![1, 2]),
            _ => Given::Number(number(random)),
        };
    }
    match &part.shape {
        Shape::Pointer(to) => match random.below(10) {
            0 => Given::Null,
            1 => Given::Number(Number::Address(0x1000 + random.below(1 << 40))),
            2 => Given::Text("text".repeat(random.below(4) as usize)),
            3 => Given::Thing,
            4 => any_handle(random),
            5 => Given::Bytes((0..len).map(|_| random.next() as u8).collect()),
            _ => like(random, &|shape| may_point_at(to, shape)),
        },
        Shape::Record(_) | Shape::Array(..) | Shape::Flexible(_) => match random.below(4) {
            0 => Given::Bytes((0..len).map(|_| random.next() as u8 & 0x7f).collect()),
            1 if random.once_in(2) => Given::Text("äx".repeat(random.below(4) as usize)),
            1 => {
                Given::List((0..random.below(5)).map(|_| random.below(300) as i128 - 20).collect())
            }
            _ => like(random, &|shape| *shape == part.shape),
        },
        Shape::Enum if random.once_in(3) => {
            Given::Text(random.of(&["RED", "BLUE", "PINK"]).to_string())
        }
        Shape::Char if random.once_in(3) => {
            Given::Text(random.of(&["a", "", "ab", "ä"]).to_string())
        }
        _ if random.once_in(6) => Given::Bytes((0..len).map(|_| random.next() as u8).collect()),
        Shape::Bool => Given::Number(Number::Bool(random.once_in(2))),
        _ if random.once_in(6) => like(random, &|shape| !is_aggregate(shape)),
        _ => Given::Number(number(random)),
    }
}

fn is_aggregate(shape: &Shape) -> bool {
    matches!(shape, Shape::Record(_) | Shape::Array(..) | Shape::Flexible(_))
}

fn is_byte(shape: &Shape) -> bool {
    *shape == Shape::Char || matches!(shape, Shape::Int { size: 1, .. })
}

/// Whether an object of this shape may become a pointer to `to`, in one way or another.
fn may_point_at(to: &Shape, shape: &Shape) -> bool {
    stands_for(to, shape)
        || match shape {
            Shape::Array(of, _) | Shape::Flexible(of) => stands_for(to, of),
            Shape::Pointer(at) => stands_for(to, at),
            _ => false,
        }
}

/// C's compatible types: the same, or an enumeration and its integer type (C11 6.7.2.2p4). An array without a
/// length at the end of a record is one of no elements, as gcc has it.
fn is_compatible(a: &Shape, b: &Shape) -> bool {
    let is_unsigned = |shape: &Shape| *shape == int(4, false);
    match (a, b) {
        (Shape::Array(a, n), Shape::Array(b, m)) => n == m && is_compatible(a, b),
        (Shape::Flexible(a), Shape::Flexible(b) | Shape::Array(b, 0))
        | (Shape::Array(a, 0), Shape::Flexible(b)) => is_compatible(a, b),
        (Shape::Pointer(a), Shape::Pointer(b)) => is_compatible(a, b),
        (Shape::Enum, other) | (other, Shape::Enum) if is_unsigned(other) => true,
        _ => a == b,
    }
}

/// Whether a pointer to one may be used for a pointer to the other: compatible types, `void`, bytes.
fn stands_for(to: &Shape, other: &Shape) -> bool {
    *to == Shape::Void
        || *other == Shape::Void
        || is_byte(to) && is_byte(other)
        || is_compatible(to, other)
}

/// What a pointer to `to` becomes when it is set to an object: the address and what is kept.
fn address(world: &World, to: &Shape, handle: usize) -> Option<(usize, Option<Kept>)> {
    let h = &world.handles[handle];
    let block = &world.blocks[h.block];
    match &h.shape {
        // What a pointer is declared to point at is meant itself, be it a pointer.
        shape if is_compatible(to, shape) => {
            Some((block.base + h.start, Some(Kept::Block(h.block))))
        }
        Shape::Pointer(at) if stands_for(to, at) => {
            Some((world.address(h.block, h.start), block.kept.get(&h.start).copied()))
        }
        Shape::Array(of, _) | Shape::Flexible(of) if stands_for(to, of) => {
            Some((block.base + h.start, Some(Kept::Block(h.block))))
        }
        shape => stands_for(to, shape).then(|| (block.base + h.start, Some(Kept::Block(h.block)))),
    }
}

/// What is stored, and what becomes of it: `None` if the value is refused.
enum Stored {
    /// Bits of a number, which change nothing of what pointers keep.
    Bits(u128),
    /// All bytes of the part, with what their pointers keep.
    Bytes(Vec<u8>, Vec<(usize, Kept)>),
    Pointer(usize, Option<Kept>),
    /// Values for the first elements, and whether all fit.
    Elements(Vec<u128>, bool),
    /// A pointer to a copy of this text.
    Text(Vec<u8>),
    Thing,
}

fn outcome(world: &World, handle: usize, part: &Part, value: &Given) -> Option<Stored> {
    let (from, end) = world.filled(handle, part)?;
    let h = &world.handles[handle];
    // Of an empty list there is nothing to refuse.
    let is_nothing = matches!(value, Given::List(values) if values.is_empty());
    if matches!(world.blocks[h.block].origin, Origin::Const) && !is_nothing {
        return None;
    }
    let (len, size) = (end - from, world.universe().size(&part.shape));
    match (&part.shape, value) {
        (_, Given::Bytes(bytes)) => (bytes.len() == len && part.bits.is_none())
            .then(|| Stored::Bytes(bytes.clone(), Vec::new())),
        (Shape::Pointer(_), Given::Null) => Some(Stored::Pointer(0, None)),
        (Shape::Pointer(_), Given::Number(Number::Address(a))) => {
            Some(Stored::Pointer(*a as usize, None))
        }
        (Shape::Pointer(to), Given::Data(data)) => {
            address(world, to, *data).map(|(address, kept)| Stored::Pointer(address, kept))
        }
        (Shape::Pointer(to), Given::Text(text)) => {
            (is_byte(to) || **to == Shape::Void).then(|| Stored::Text(text.as_bytes().to_vec()))
        }
        (Shape::Pointer(_), Given::Thing) => Some(Stored::Thing),
        (Shape::Pointer(_), _) => None,
        (shape, Given::Data(data)) if is_aggregate(shape) => {
            let data = &world.handles[*data];
            if !is_compatible(&data.shape, shape) || len > data.room {
                return None;
            }
            let (bytes, kept) = world.lift(data.block, data.start, len);
            Some(Stored::Bytes(bytes, kept))
        }
        (Shape::Array(of, _) | Shape::Flexible(of), Given::Text(text)) if is_byte(of) => {
            let mut bytes = text.as_bytes().to_vec();
            if bytes.len() < len {
                bytes.push(0);
            }
            (bytes.len() <= len).then_some(Stored::Bytes(bytes, Vec::new()))
        }
        (Shape::Array(of, _) | Shape::Flexible(of), Given::List(values)) if !is_aggregate(of) => {
            let size = world.universe().size(of);
            let element = Part::whole(of);
            let bits = values.iter().map_while(|v| encode(&element, size, Number::Int(*v)));
            let bits: Vec<u128> = bits.collect();
            let fits = bits.len() == values.len();
            (values.len() * size <= len).then_some(Stored::Elements(bits, fits))
        }
        (shape, _) if is_aggregate(shape) => None,
        (_, Given::Number(v)) => encode(part, size, *v).map(Stored::Bits),
        (_, Given::Data(data)) => {
            let data = &world.handles[*data];
            let from = Part::whole(&data.shape);
            let size_of_data = world.universe().size(&data.shape);
            if is_aggregate(&data.shape) {
                return None;
            }
            let bytes = &world.blocks[data.block].bytes[data.start..];
            let value = decode(&from, read(&from, bytes, size_of_data), size_of_data)?;
            encode(part, size, value).map(Stored::Bits)
        }
        (Shape::Enum, Given::Text(name)) => match name.as_str() {
            "RED" => Some(Stored::Bits(0)),
            "GREEN" => Some(Stored::Bits(7)),
            "BLUE" => Some(Stored::Bits(8)),
            _ => None,
        },
        // One character, of which as of all bytes pointers keep nothing.
        (Shape::Char, Given::Text(text)) => {
            (text.len() == 1).then(|| Stored::Bytes(text.as_bytes().to_vec(), Vec::new()))
        }
        _ => None,
    }
}

pub fn set(world: &mut World, handle: usize, part: &Part, random: &mut Random) -> Checked {
    let len = world.filled(handle, part).map_or(0, |(from, end)| end - from);
    let value = given(world, handle, part, len, random);
    // A fitting list for members in their order is the business of other tests.
    if matches!((&part.shape, &value), (Shape::Record(_), Given::List(_))) {
        return Ok(());
    }
    // So is text of wide characters, and lists in arrays of arrays.
    let of = if let Shape::Array(of, _) | Shape::Flexible(of) = &part.shape {
        Some(&**of)
    } else {
        None
    };
    let to = if let Shape::Pointer(to) = &part.shape { Some(&**to) } else { of };
    match (of, &value) {
        (_, Given::Text(_)) if matches!(to, Some(Shape::Int { size: 2, .. })) => return Ok(()),
        (Some(of), Given::List(_)) if is_aggregate(of) || matches!(of, Shape::Pointer(_)) => {
            return Ok(());
        }
        _ => {}
    }
    let stored = outcome(world, handle, part, &value);
    let block = world.handles[handle].block;
    let kept: Vec<Kept> = match &stored {
        Some(Stored::Bytes(_, kept)) => kept.iter().map(|(_, kept)| *kept).collect(),
        Some(Stored::Pointer(_, kept)) => kept.iter().copied().collect(),
        _ => Vec::new(),
    };
    let makes_circle =
        |kept: &Kept| matches!(kept, Kept::Block(to) if !world.may_point(block, *to));
    if kept.iter().any(makes_circle) {
        return Ok(());
    }
    let gone = Arc::new(AtomicBool::new(false));
    let data = &world.handles[handle].data;
    let numbers: Vec<i128>;
    let init: Init<'_, 'static> = match &value {
        Given::Number(Number::Bool(v)) => (*v).into(),
        Given::Number(Number::Int(v)) => (*v).into(),
        Given::Number(Number::UInt(v)) => (*v).into(),
        Given::Number(Number::F32(v)) => (*v).into(),
        Given::Number(Number::F64(v)) => (*v).into(),
        Given::Number(Number::Address(v)) => ViewValue::Address(*v).into(),
        Given::Null => Init::Null,
        Given::Data(other) => (&world.handles[*other].data).into(),
        Given::Text(text) => text.into(),
        Given::Bytes(bytes) => bytes[..].into(),
        Given::List(values) => {
            numbers = values.clone();
            numbers.into()
        }
        Given::Thing => {
            let guard = Arc::new(Guard { gone: gone.clone(), memory: Vec::new() });
            Init::kept(
                core::ptr::without_provenance(0x1234),
                world.universe().ty(&part.shape),
                guard,
            )
        }
    };
    let found = if random.once_in(2) {
        data.set(&part.path, init)
    } else {
        let resolved = data.path(&part.path).map_err(|e| e.to_string())?;
        data.set_at(&resolved, init)
    };
    let is_set = !matches!(stored, None | Some(Stored::Elements(_, false)));
    agree(&format!("set `{}`, {:?}, to {value:?}", part.path, part.shape), is_set, &found)?;
    let Some((from, end)) = world.range(handle, part) else { return Ok(()) };
    let size = world.universe().size(&part.shape);
    match stored {
        None => {}
        Some(Stored::Bits(bits)) => {
            write(part, &mut world.blocks[block].bytes[from..end], size, bits)
        }
        Some(Stored::Bytes(bytes, kept)) => world.put(block, from, &bytes, &kept),
        Some(Stored::Pointer(address, kept)) => world.store_pointer(block, from, address, kept),
        Some(Stored::Elements(values, _)) => {
            let Some(of) = of else { return Ok(()) };
            let (size, element) = (world.universe().size(of), Part::whole(of));
            for (i, bits) in values.iter().enumerate() {
                let at = from + i * size;
                write(&element, &mut world.blocks[block].bytes[at..at + size], size, *bits);
            }
        }
        Some(Stored::Text(mut bytes)) => {
            bytes.push(0);
            let base = world.handles[handle].data.address(&part.path).map_err(|e| e.to_string())?;
            let origin = Origin::Owned(watch::watch(base));
            let kept = BTreeMap::new();
            let text =
                Block { bytes, base, kept, heap: None, origin, is_exposed: false, is_freed: false };
            world.blocks.push(text);
            world.store_pointer(block, from, base, Some(Kept::Block(world.blocks.len() - 1)));
        }
        Some(Stored::Thing) => {
            world.things.push((gone, false));
            world.store_pointer(block, from, 0x1234, Some(Kept::Thing(world.things.len() - 1)));
        }
    }
    Ok(())
}

pub fn set_wrapping(world: &mut World, handle: usize, part: &Part, random: &mut Random) -> Checked {
    let value =
        (u128::from(random.next()) << 64 | u128::from(random.next())) as i128 >> random.below(128);
    let block = world.handles[handle].block;
    let is_const = matches!(world.blocks[block].origin, Origin::Const);
    let is_integer = matches!(part.shape, Shape::Char | Shape::Int { .. } | Shape::Enum);
    let place = world.range(handle, part).filter(|_| is_integer && !is_const);
    let found = world.handles[handle].data.set_wrapping(&part.path, value);
    agree(&format!("set_wrapping `{}`", part.path), place.is_some(), &found)?;
    if let Some((from, end)) = place {
        let size = world.universe().size(&part.shape);
        write(part, &mut world.blocks[block].bytes[from..end], size, value as u128);
    }
    Ok(())
}
