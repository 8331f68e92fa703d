//! The operations, each done to the crate's objects and to the model.

use super::assign;
use super::random::Random;
use super::shape::{Part, Shape, array, int, pointer};
use super::values::{Number, decode, read};
use super::world::{Guard, Handle, Kept, Origin, World, address_of};
use ctypes_core::memory::ViewValue;
use ctypes_core::{CData, Heap};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// One operation: what it is about is found by its number among what there is when it runs, so that a list
/// of operations can be run without some of them.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub kind: u8,
    pub seed: u64,
}

pub const KINDS: u8 = 44;

pub type Checked = Result<(), String>;

/// That an operation has succeeded or failed as expected.
pub fn agree<T, E: std::fmt::Display>(what: &str, expected: bool, found: &Result<T, E>) -> Checked {
    match found {
        Ok(_) if !expected => Err(format!("{what}: expected an error, found success")),
        Err(e) if expected => Err(format!("{what}: expected success, found the error: {e}")),
        _ => Ok(()),
    }
}

pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Checked {
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what}: expected {expected:?}, found {found:?}"))
    }
}

impl World {
    pub fn operate(&mut self, operation: Operation) -> Checked {
        let random = &mut Random(operation.seed);
        let too_many = self.handles.len() > 30;
        match operation.kind {
            0..=3 if !too_many => self.create(random)?,
            4 if self.heaps.iter().flatten().count() < 3 => self.heaps.push(Some(Heap::new())),
            5 if random.once_in(3) => {
                if let Some(open) = self.heaps.iter().rposition(Option::is_some) {
                    self.heaps[open] = None;
                }
            }
            0..=5 => {}
            kind => {
                let Some(handle) = self.pick(random) else { return Ok(()) };
                self.do_to_handle(kind, handle, too_many, random)?;
            }
        }
        self.check_lives()
    }

    fn do_to_handle(
        &mut self,
        kind: u8,
        handle: usize,
        too_many: bool,
        random: &mut Random,
    ) -> Checked {
        let h = &self.handles[handle];
        let part = self.universe().part(&h.shape, h.room, random);
        match kind {
            6..=15 => assign::set(self, handle, &part, random)?,
            16 | 17 => self.get(handle, &part)?,
            18 => assign::set_wrapping(self, handle, &part, random)?,
            19 | 20 if !too_many => self.at(handle, &part)?,
            21..=24 if !too_many => self.element(handle, &part, random)?,
            25 if !too_many => self.cast(handle, random)?,
            26 if !too_many => self.view_as(handle, random)?,
            27 if !too_many => self.slice(handle, random)?,
            28 => self.swap(handle, &part, random)?,
            29 => self.advance(handle, &part, random)?,
            30 if !too_many => self.duplicate(handle)?,
            31 => self.text(handle, &part)?,
            32 => self.write_bytes(handle, random)?,
            33 => self.resize(handle, random)?,
            34 => self.as_mut_bytes(handle, random)?,
            35 if !too_many => {
                let (data, shape) =
                    (self.handles[handle].data.clone(), self.handles[handle].shape.clone());
                let (block, start, room) = {
                    let h = &self.handles[handle];
                    (h.block, h.start, h.room)
                };
                self.handles.push(Handle { data, block, start, room, shape });
            }
            36 => self.compare(handle, random)?,
            37 if random.once_in(4) => {
                self.handles[handle].data.as_ptr();
                let block = self.handles[handle].block;
                self.blocks[block].is_exposed = true;
            }
            38 => self.to_vec(handle, &part)?,
            39 => self.iterate(handle)?,
            40..=43 => {
                self.handles.swap_remove(handle);
                return Ok(());
            }
            _ => return Ok(()),
        }
        self.check_bytes(handle)
    }

    fn create(&mut self, random: &mut Random) -> Checked {
        let kind = random.below(12);
        if matches!(kind, 1..=4) && !self.heaps.iter().any(Option::is_some) {
            self.heaps.push(Some(Heap::new()));
        }
        let universe = self.universe();
        let shape = if kind == 0 && random.once_in(2) {
            Shape::Record("links")
        } else {
            universe.any(random)
        };
        let (ty, size, align) =
            (universe.ty(&shape), universe.size(&shape), universe.align(&shape));
        let more = size + random.below(40) as usize;
        let words = more.div_ceil(16).max(1);
        let heaps: Vec<usize> =
            (0..self.heaps.len()).filter(|i| self.heaps[*i].is_some()).collect();
        let made = |r: Result<CData<'static>, _>| {
            r.map_err(|e: ctypes_core::memory::AccessError| e.to_string())
        };
        match kind {
            0 => self.adopt(made(CData::with_room(&ty, more))?, shape, vec![0; more], None, None),
            1..=4 => {
                let heap = *random.of(&heaps);
                let open = self.heaps[heap].as_ref().expect("open");
                let data = made(CData::new_in(open, &ty))?;
                self.adopt(data, shape, vec![0; size], None, Some(heap));
            }
            5 => {
                let bytes: Vec<u8> = (0..more).map(|_| random.next() as u8).collect();
                let short = size > 0 && random.once_in(8);
                let found = CData::copy_of(&ty, if short { &bytes[..size - 1] } else { &bytes });
                agree("copy_of", !short, &found)?;
                if let Ok(data) = found {
                    self.adopt(data, shape, bytes, None, None);
                }
            }
            6 => {
                let gone = Arc::new(AtomicBool::new(false));
                let mut guard = Box::new(Guard { gone: gone.clone(), memory: vec![0; words] });
                let address = guard.memory.as_mut_ptr().cast();
                // SAFETY: as much memory, which lives as long as the guard; nobody else uses it.
                let data = made(unsafe { CData::from_ptr_with(&ty, address, more, Some(guard)) })?;
                self.adopt(data, shape, vec![0; more], Some(Origin::Guarded(gone)), None);
            }
            7 => {
                // Somewhere in a piece of memory, often not aligned.
                let skip = random.below(17) as usize;
                let room = more + skip;
                let memory = Box::leak(vec![0_u128; room.div_ceil(16).max(1)].into_boxed_slice());
                self.lent.push((memory.as_mut_ptr(), memory.len()));
                // SAFETY: as many bytes, borrowed for as long as the world lasts.
                let bytes = unsafe {
                    core::slice::from_raw_parts_mut(memory.as_mut_ptr().cast::<u8>(), room)
                };
                let found = CData::borrow(&ty, &mut bytes[skip..]);
                agree("borrow", skip.is_multiple_of(align), &found)?;
                if let Ok(data) = found {
                    self.adopt(data, shape, vec![0; more], Some(Origin::Borrowed), None);
                }
            }
            8 if random.once_in(3) => {
                let memory = Box::leak(vec![u128::from(random.next()); words].into_boxed_slice());
                let bytes: Vec<u8> =
                    memory.iter().flat_map(|w| w.to_ne_bytes()).take(size).collect();
                self.lent.push((memory.as_mut_ptr(), memory.len()));
                // SAFETY: as many bytes for as long as the world lasts.
                let data = made(unsafe { CData::from_const_ptr(&ty, memory.as_ptr().cast()) })?;
                self.adopt(data, shape, bytes, Some(Origin::Const), None);
            }
            _ => self.adopt(made(CData::new(&ty))?, shape, vec![0; size], None, None),
        }
        self.handles.len().checked_sub(1).map_or(Ok(()), |last| self.check_bytes(last))
    }

    fn get(&self, handle: usize, part: &Part) -> Checked {
        let data = &self.handles[handle].data;
        let size = self.universe().size(&part.shape);
        let block = &self.blocks[self.handles[handle].block].bytes;
        let number = self
            .range(handle, part)
            .and_then(|(from, end)| decode(part, read_all(part, &block[from..end], size)?, size));
        let found = data.scalar(&part.path);
        agree(&format!("scalar `{}`", part.path), number.is_some(), &found)?;
        let resolved = data.path(&part.path).map_err(|e| e.to_string())?;
        let (Some(number), Ok(found)) = (number, found) else {
            agree("get", false, &data.get::<i128>(&part.path))?;
            return agree("get_at", false, &data.get_at::<f64>(&resolved));
        };
        let is_same = match (number, found) {
            (Number::Bool(a), ViewValue::Bool(b)) => a == b,
            (Number::Int(a), ViewValue::Int(b)) => a == b,
            (Number::UInt(a), ViewValue::UInt(b)) => a == b,
            (Number::F32(a), ViewValue::F32(b)) => a.to_bits() == b.to_bits(),
            (Number::F64(a), ViewValue::F64(b)) => a.to_bits() == b.to_bits(),
            (Number::Address(a), ViewValue::Address(b)) => a == b,
            _ => false,
        };
        if !is_same {
            return Err(format!("scalar `{}`: expected {number:?}, found {found:?}", part.path));
        }
        match number {
            Number::Int(v) => {
                same("get", i16::try_from(v).ok(), data.get(&part.path).ok())?;
                same("get_at", u64::try_from(v).ok(), data.get_at(&resolved).ok())
            }
            Number::UInt(v) => {
                same("get", i16::try_from(v).ok(), data.get(&part.path).ok())?;
                same("get_at", u64::try_from(v).ok(), data.get_at(&resolved).ok())
            }
            Number::Bool(v) => same("get", Some(v), data.get_at(&resolved).ok()),
            Number::F64(v) => {
                same("get", Some(v.to_bits()), data.get_at(&resolved).ok().map(f64::to_bits))
            }
            Number::Address(v) => same("address", Some(v as usize), data.address(&part.path).ok()),
            Number::F32(_) => Ok(()),
        }
    }

    /// Where a part that is an object of its own would be.
    fn inside(&self, handle: usize, part: &Part) -> Option<(usize, usize)> {
        let h = &self.handles[handle];
        let (from, end) = self.range(handle, part).filter(|_| part.bits.is_none())?;
        let is_last = end - h.start >= self.universe().size(&h.shape)
            || matches!(part.shape, Shape::Flexible(_) | Shape::Array(_, 0));
        Some((from, if is_last { h.start + h.room - from } else { end - from }))
    }

    fn at(&mut self, handle: usize, part: &Part) -> Checked {
        let place = self.inside(handle, part);
        let data = &self.handles[handle].data;
        let found = data.at(&part.path);
        agree(&format!("at `{}`", part.path), place.is_some(), &found)?;
        let again = data.path(&part.path).and_then(|path| data.at_path(&path));
        agree("at_path", place.is_some(), &again)?;
        if let (Some((start, room)), Ok(data)) = (place, found) {
            same("at_path", Some(true), again.ok().map(|again| again.is_same(&data)))?;
            let block = self.handles[handle].block;
            self.handles.push(Handle { data, block, start, room, shape: part.shape.clone() });
            return self.check_bytes(self.handles.len() - 1);
        }
        Ok(())
    }

    fn pointed(
        &self,
        handle: usize,
        part: &Part,
        index: isize,
    ) -> Option<(usize, usize, usize, Shape)> {
        let (from, _) = self.range(handle, part)?;
        let Shape::Pointer(to) = &part.shape else { return None };
        let block = self.handles[handle].block;
        let address = self.address(block, from);
        if address == 0 || **to == Shape::Void {
            return None;
        }
        let size = self.universe().size(to);
        let address = address.checked_add_signed(index.checked_mul(size as isize)?)?;
        let (block, start) = self.follow(block, from, address)?;
        let room = self.blocks[block].bytes.len() - start;
        (size <= room).then(|| (block, start, room, (**to).clone()))
    }

    pub fn address(&self, block: usize, at: usize) -> usize {
        let bytes = &self.blocks[block].bytes[at..at + size_of::<usize>()];
        usize::from_ne_bytes(bytes.try_into().expect("as many"))
    }

    fn element(&mut self, handle: usize, part: &Part, random: &mut Random) -> Checked {
        let index = if random.once_in(2) { 0 } else { random.below(9) as isize - 4 };
        let expected = match &part.shape {
            Shape::Array(of, _) | Shape::Flexible(of) => {
                self.filled(handle, part).and_then(|(from, end)| {
                    let size = self.universe().size(of);
                    let len = (end - from) / size;
                    let at =
                        if index < 0 { len.checked_add_signed(index)? } else { index as usize };
                    let offset = part.offset + at * size;
                    let inner = Part { offset, shape: (**of).clone(), ..part.clone() };
                    let (start, room) = self.inside(handle, &inner).filter(|_| at < len)?;
                    Some((self.handles[handle].block, start, room, inner.shape))
                })
            }
            _ => self.pointed(handle, part, index),
        };
        let data = &self.handles[handle].data;
        let found = data.element(&part.path, index);
        agree(&format!("element `{}` {index}", part.path), expected.is_some(), &found)?;
        if index == 0 && matches!(part.shape, Shape::Pointer(_)) {
            agree("contents", expected.is_some(), &data.contents(&part.path))?;
        }
        if let (Some((block, start, room, shape)), Ok(data)) = (expected, found) {
            same("address", self.blocks[block].base + start, address_of(&data))?;
            self.handles.push(Handle { data, block, start, room, shape });
            return self.check_bytes(self.handles.len() - 1);
        }
        Ok(())
    }

    fn cast(&mut self, handle: usize, random: &mut Random) -> Checked {
        let to = random
            .of(&[
                int(1, false),
                Shape::Void,
                Shape::Record("node"),
                Shape::Record("pair"),
                int(8, true),
            ])
            .clone();
        let shape = pointer(to);
        let ty = self.universe().ty(&shape);
        let h = &self.handles[handle];
        let (address, kept) = match &h.shape {
            Shape::Pointer(_) => (
                Some(self.address(h.block, h.start)),
                self.blocks[h.block].kept.get(&h.start).copied(),
            ),
            Shape::Array(..) | Shape::Flexible(_) => {
                (Some(self.blocks[h.block].base + h.start), Some(Kept::Block(h.block)))
            }
            _ => (None, None),
        };
        let found = h.data.cast(&ty);
        agree("cast", address.is_some(), &found)?;
        if let (Some(address), Ok(data)) = (address, found) {
            self.adopt(data, shape, vec![0; size_of::<usize>()], None, None);
            self.store_pointer(self.blocks.len() - 1, 0, address, kept);
            return self.check_bytes(self.handles.len() - 1);
        }
        let h = &self.handles[handle];
        let (block, start, shape) = (h.block, h.start, pointer(h.shape.clone()));
        let data = h.data.pointer().map_err(|e| e.to_string())?;
        // A pointer to a pointer takes its value where the types allow both, as for `void`.
        self.adopt(data, shape, vec![0; size_of::<usize>()], None, None);
        let address = self.blocks[block].base + start;
        self.store_pointer(self.blocks.len() - 1, 0, address, Some(Kept::Block(block)));
        self.check_bytes(self.handles.len() - 1)
    }

    fn view_as(&mut self, handle: usize, random: &mut Random) -> Checked {
        let shape = self.universe().any(random);
        let (ty, size) = (self.universe().ty(&shape), self.universe().size(&shape));
        let h = &self.handles[handle];
        let found = h.data.view_as(&ty);
        agree("view_as", size <= h.room, &found)?;
        if let Ok(data) = found {
            let (block, start, room) = (h.block, h.start, h.room);
            self.handles.push(Handle { data, block, start, room, shape });
            return self.check_bytes(self.handles.len() - 1);
        }
        Ok(())
    }

    fn slice(&mut self, handle: usize, random: &mut Random) -> Checked {
        let (from, to) = (random.below(6) as usize, random.below(7) as usize);
        let h = &self.handles[handle];
        let whole = Part::whole(&h.shape);
        let expected = match &h.shape {
            Shape::Array(of, _) | Shape::Flexible(of) => {
                let size = self.universe().size(of);
                let all = self.filled(handle, &whole).map_or(0, |(from, end)| (end - from) / size);
                (from <= to && to <= all)
                    .then(|| (h.start + from * size, (to - from) * size, (**of).clone()))
            }
            _ => None,
        };
        let found = h.data.slice(from..to);
        agree("slice", expected.is_some(), &found)?;
        if let (Some((start, room, of)), Ok(data)) = (expected, found) {
            let block = h.block;
            self.handles.push(Handle { data, block, start, room, shape: array(of, to - from) });
            return self.check_bytes(self.handles.len() - 1);
        }
        Ok(())
    }

    fn swap(&mut self, handle: usize, a: &Part, random: &mut Random) -> Checked {
        let h = &self.handles[handle];
        let b = (0..8)
            .map(|_| self.universe().part(&h.shape, h.room, random))
            .find(|b| b.shape == a.shape && b.path != a.path);
        let b = b.unwrap_or_else(|| self.universe().part(&h.shape, h.room, random));
        let ranges = self.range(handle, a).zip(self.range(handle, &b));
        let is_const = matches!(self.blocks[h.block].origin, Origin::Const);
        // A bit field has the shape of what it is declared with, and no address.
        let expected = a.shape == b.shape
            && a.bits.is_none()
            && b.bits.is_none()
            && ranges.is_some()
            && !is_const;
        let found = h.data.swap(&a.path, &b.path);
        agree(&format!("swap `{}` `{}`", a.path, b.path), expected, &found)?;
        if let (true, Some(((from, end), (to, _)))) = (expected, ranges) {
            let block = h.block;
            let (first, second) =
                (self.lift(block, from, end - from), self.lift(block, to, end - from));
            self.put(block, from, &second.0, &second.1);
            self.put(block, to, &first.0, &first.1);
        }
        Ok(())
    }

    fn advance(&mut self, handle: usize, part: &Part, random: &mut Random) -> Checked {
        let by = random.below(5) as isize - 2;
        let block = self.handles[handle].block;
        let is_const = matches!(self.blocks[block].origin, Origin::Const);
        let place = self.range(handle, part).filter(|_| !is_const);
        let expected = match (&part.shape, place) {
            (Shape::Pointer(to), Some((from, _))) if **to != Shape::Void => {
                let address = self.address(block, from);
                let by = by * self.universe().size(to) as isize;
                (address != 0)
                    .then(|| address.checked_add_signed(by))
                    .flatten()
                    .map(|address| (from, address))
            }
            _ => None,
        };
        let found = self.handles[handle].data.advance(&part.path, by);
        agree(&format!("advance `{}`", part.path), expected.is_some(), &found)?;
        if let Some((from, address)) = expected {
            let kept = self.blocks[block].kept.get(&from).copied();
            self.store_pointer(block, from, address, kept);
        }
        Ok(())
    }

    fn duplicate(&mut self, handle: usize) -> Checked {
        let h = &self.handles[handle];
        let copy = h.data.duplicate().map_err(|e| e.to_string())?;
        same("equal", true, copy == h.data)?;
        let ((bytes, kept), shape) = (self.lift(h.block, h.start, h.room), h.shape.clone());
        self.adopt(copy, shape, bytes.clone(), None, None);
        self.put(self.blocks.len() - 1, 0, &bytes, &kept);
        Ok(())
    }

    fn text(&self, handle: usize, part: &Part) -> Checked {
        let block = &self.blocks[self.handles[handle].block];
        let is_byte =
            |shape: &Shape| *shape == Shape::Char || matches!(shape, Shape::Int { size: 1, .. });
        let expected = match &part.shape {
            Shape::Array(of, _) | Shape::Flexible(of) if is_byte(of) => {
                self.filled(handle, part).map(|(from, end)| {
                    let bytes = &block.bytes[from..end];
                    bytes[..bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len())].to_vec()
                })
            }
            Shape::Pointer(to) if is_byte(to) => {
                self.pointed(handle, part, 0).and_then(|(block, start, ..)| {
                    let bytes = &self.blocks[block].bytes[start..];
                    Some(bytes[..bytes.iter().position(|b| *b == 0)?].to_vec())
                })
            }
            // Characters of two bytes are the business of other tests.
            Shape::Array(of, _) | Shape::Flexible(of) | Shape::Pointer(of)
                if **of == int(2, false) =>
            {
                return Ok(());
            }
            _ => None,
        };
        let data = &self.handles[handle].data;
        let text = expected.clone().and_then(|bytes| String::from_utf8(bytes).ok());
        same("text", text, data.text(&part.path).ok())?;
        let found = data.text_bytes(&part.path);
        agree(&format!("text_bytes `{}`", part.path), expected.is_some(), &found)?;
        same("text_bytes", expected, found.ok())
    }

    fn write_bytes(&mut self, handle: usize, random: &mut Random) -> Checked {
        let h = &self.handles[handle];
        let (block, start) = (h.block, h.start);
        let offset = random.below(h.room as u64 + 4) as usize;
        let len = random.below(20) as usize;
        let is_const = matches!(self.blocks[block].origin, Origin::Const);
        let expected = offset + len <= h.room && !is_const;
        let bytes: Vec<u8> = if random.once_in(2) {
            let bytes: Vec<u8> = (0..len).map(|_| random.next() as u8).collect();
            agree("write_bytes", expected, &h.data.write_bytes(offset, &bytes))?;
            bytes
        } else {
            let byte = random.next() as u8;
            agree("fill", expected, &h.data.fill(offset, byte, len))?;
            vec![byte; len]
        };
        if expected {
            self.put(block, start + offset, &bytes, &[]);
        }
        Ok(())
    }

    fn resize(&mut self, handle: usize, random: &mut Random) -> Checked {
        let size = random.below(150) as usize;
        let least = self.universe().size(&self.handles[handle].shape);
        let h = &self.handles[handle];
        let (number, block) = (h.block, &self.blocks[h.block]);
        let points_inside = block.kept.values().any(|kept| *kept == Kept::Block(number));
        let expected = size >= least
            && matches!(block.origin, Origin::Owned(_))
            && block.heap.is_none()
            && self.shares(number) == (1, false)
            && !block.is_exposed
            && !points_inside
            && (h.start, h.room) == (0, block.bytes.len());
        let found = self.handles[handle].data.resize(size);
        agree(&format!("resize to {size}"), expected, &found)?;
        if expected {
            let base = address_of(&self.handles[handle].data);
            self.handles[handle].room = size;
            let block = &mut self.blocks[number];
            block.bytes.resize(size, 0);
            block.kept.retain(|offset, _| *offset < size);
            block.base = base;
        }
        Ok(())
    }

    fn as_mut_bytes(&mut self, handle: usize, random: &mut Random) -> Checked {
        let h = &self.handles[handle];
        let (number, start, block) = (h.block, h.start, &self.blocks[h.block]);
        let expected = matches!(block.origin, Origin::Owned(_) | Origin::Borrowed)
            && block.heap.is_none()
            && self.shares(number) == (1, false)
            && !block.is_exposed;
        match self.handles[handle].data.as_mut_bytes() {
            Some(bytes) if expected => {
                if let Some(at) = random.below(bytes.len() as u64 + 1).checked_sub(1) {
                    bytes[at as usize] = 0x5a;
                    self.blocks[number].bytes[start + at as usize] = 0x5a;
                }
                Ok(())
            }
            None if !expected => Ok(()),
            found => Err(format!("as_mut_bytes: expected {expected}, found {}", found.is_some())),
        }
    }

    fn compare(&self, handle: usize, random: &mut Random) -> Checked {
        let other = self.pick(random).unwrap_or(handle);
        let (a, b) = (&self.handles[handle], &self.handles[other]);
        let bytes = |h: &Handle| &self.blocks[h.block].bytes[h.start..h.start + h.room];
        let is_equal =
            self.universe().ty(&a.shape) == self.universe().ty(&b.shape) && bytes(a) == bytes(b);
        same("==", is_equal, a.data == b.data)?;
        let is_same = (a.block, a.start) == (b.block, b.start)
            && self.universe().ty(&a.shape) == self.universe().ty(&b.shape);
        same("is_same", is_same, a.data.is_same(&b.data))?;
        let shown = format!("{:?}", a.data);
        if shown.is_empty() { Err("nothing is shown".to_owned()) } else { Ok(()) }
    }

    fn to_vec(&self, handle: usize, part: &Part) -> Checked {
        let h = &self.handles[handle];
        let expected = self
            .filled(handle, part)
            .map(|(from, end)| self.blocks[h.block].bytes[from..end].to_vec());
        let found = h.data.to_vec(&part.path);
        agree("to_vec", expected.is_some(), &found)?;
        same("to_vec", expected, found.ok())
    }

    fn iterate(&self, handle: usize) -> Checked {
        let h = &self.handles[handle];
        let (Shape::Array(of, _) | Shape::Flexible(of)) = &h.shape else {
            return agree("iter", false, &h.data.iter().map(drop));
        };
        let size = self.universe().size(of);
        let len = self
            .filled(handle, &Part::whole(&h.shape))
            .map_or(0, |(from, end)| (end - from) / size);
        same("len", Some(len), h.data.len("").ok())?;
        let bytes = &self.blocks[h.block].bytes[h.start..h.start + h.room];
        for (item, expected) in
            h.data.iter().map_err(|e| e.to_string())?.zip(bytes.chunks_exact(size))
        {
            same("item", Some(expected.to_vec()), item.to_vec("").ok())?;
        }
        same("iter", Some(len), h.data.iter().ok().map(|i| i.len()))
    }
}

/// The bits of a number; nothing for what is none.
fn read_all(part: &Part, bytes: &[u8], size: usize) -> Option<u128> {
    match part.shape {
        Shape::Array(..) | Shape::Flexible(_) | Shape::Record(_) | Shape::Void => None,
        _ => Some(read(part, bytes, size)),
    }
}
