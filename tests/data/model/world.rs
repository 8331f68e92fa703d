//! The objects of a run twice: as the crate has them, and as byte vectors with a list of who keeps whom.

use super::random::Random;
use super::shape::{Part, Shape, Universe};
use super::watch;
use ctypes_core::{CData, Heap};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What a pointer keeps alive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kept {
    Block(usize),
    Thing(usize),
}

#[derive(Debug, Clone)]
pub enum Origin {
    /// Watched under that number.
    Owned(usize),
    /// Memory of this program.
    Borrowed,
    Const,
    /// Its guard tells when it is dropped.
    Guarded(Arc<AtomicBool>),
}

#[derive(Debug)]
pub struct Block {
    pub bytes: Vec<u8>,
    pub base: usize,
    pub kept: BTreeMap<usize, Kept>,
    pub heap: Option<usize>,
    pub origin: Origin,
    pub is_exposed: bool,
    pub is_freed: bool,
}

pub struct Handle {
    pub data: CData<'static>,
    pub block: usize,
    pub start: usize,
    pub room: usize,
    pub shape: Shape,
}

/// Something that is dropped when nothing keeps it any more.
pub struct Guard {
    pub gone: Arc<AtomicBool>,
    pub memory: Vec<u128>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.gone.store(true, Relaxed);
    }
}

#[derive(Default)]
pub struct World {
    pub universe: Option<Universe>,
    pub blocks: Vec<Block>,
    pub handles: Vec<Handle>,
    pub heaps: Vec<Option<Heap<'static>>>,
    pub things: Vec<(Arc<AtomicBool>, bool)>,
    /// Memory that is lent to the crate; freed when the world ends.
    pub lent: Vec<(*mut u128, usize)>,
}

/// A heap or a block that is in none: what is freed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Block(usize),
    Heap(usize),
}

impl World {
    pub fn universe(&self) -> &Universe {
        self.universe.as_ref().expect("until the end")
    }

    fn unit(&self, block: usize) -> Unit {
        self.blocks[block].heap.map_or(Unit::Block(block), Unit::Heap)
    }

    fn blocks_of(&self, unit: Unit) -> Vec<usize> {
        match unit {
            Unit::Block(block) => vec![block],
            Unit::Heap(_) => (0..self.blocks.len())
                .filter(|b| !self.blocks[*b].is_freed && self.unit(*b) == unit)
                .collect(),
        }
    }

    fn reached(&self, from: impl IntoIterator<Item = Unit>) -> (BTreeSet<Unit>, BTreeSet<usize>) {
        let (mut units, mut things) = (BTreeSet::new(), BTreeSet::new());
        let mut waiting: Vec<Unit> = from.into_iter().collect();
        while let Some(unit) = waiting.pop() {
            if !units.insert(unit) {
                continue;
            }
            for block in self.blocks_of(unit) {
                for kept in self.blocks[block].kept.values() {
                    match kept {
                        Kept::Block(to) => waiting.push(self.unit(*to)),
                        Kept::Thing(thing) => drop(things.insert(*thing)),
                    }
                }
            }
        }
        (units, things)
    }

    /// Whether a pointer from one block into another makes no circle of what is freed separately.
    pub fn may_point(&self, from: usize, to: usize) -> bool {
        let (from, to) = (self.unit(from), self.unit(to));
        from == to || !self.reached([to]).0.contains(&from)
    }

    /// How many handles there are to a block, and whether a pointer in another block keeps it.
    pub fn shares(&self, block: usize) -> (usize, bool) {
        let handles = self.handles.iter().filter(|h| h.block == block).count();
        let others = self.blocks.iter().enumerate().filter(|(i, b)| !b.is_freed && *i != block);
        let is_kept = others.flat_map(|(_, b)| b.kept.values()).any(|k| *k == Kept::Block(block));
        (handles, is_kept)
    }

    /// That what is to be alive is, and the rest is not.
    pub fn check_lives(&mut self) -> Result<(), String> {
        let handles = self.handles.iter().map(|h| self.unit(h.block));
        let heaps =
            self.heaps.iter().enumerate().filter(|(_, h)| h.is_some()).map(|(i, _)| Unit::Heap(i));
        let (units, things) = self.reached(handles.chain(heaps).collect::<Vec<_>>());
        for i in 0..self.blocks.len() {
            if self.blocks[i].is_freed {
                continue;
            }
            let expected = units.contains(&self.unit(i));
            let block = &self.blocks[i];
            let found = match &block.origin {
                Origin::Owned(watched) => match watch::address(*watched) {
                    Some(at) if at != block.base => {
                        return Err(format!("block {i} is at {at:#x}, was at {:#x}", block.base));
                    }
                    at => at.is_some(),
                },
                Origin::Guarded(gone) => !gone.load(Relaxed),
                Origin::Borrowed | Origin::Const => expected,
            };
            if expected != found {
                return Err(format!(
                    "block {i}: expected alive {expected}, found {found}: {block:?}"
                ));
            }
            self.blocks[i].is_freed = !found;
        }
        for (i, (gone, is_dead)) in self.things.iter_mut().enumerate().filter(|(_, t)| !t.1) {
            let (expected, found) = (things.contains(&i), !gone.load(Relaxed));
            if expected != found {
                return Err(format!("thing {i}: expected alive {expected}, found {found}"));
            }
            *is_dead = !found;
        }
        Ok(())
    }

    /// That a handle shows the bytes that the model has.
    pub fn check_bytes(&self, handle: usize) -> Result<(), String> {
        let h = &self.handles[handle];
        if h.data.size() != h.room {
            return Err(format!(
                "handle {handle}: expected {} bytes, found {}",
                h.room,
                h.data.size()
            ));
        }
        let mut found = vec![0; h.room];
        h.data.read_bytes(0, &mut found).map_err(|e| e.to_string())?;
        let expected = &self.blocks[h.block].bytes[h.start..h.start + h.room];
        if found == expected {
            return Ok(());
        }
        Err(format!("handle {handle}, {:?}: expected {expected:02x?}, found {found:02x?}", h.shape))
    }

    /// Where an address is that a pointer in `block` at `at` holds, if a safe function may follow it.
    pub fn follow(&self, block: usize, at: usize, address: usize) -> Option<(usize, usize)> {
        let own = &self.blocks[block];
        let siblings = (0..self.blocks.len())
            .filter(|b| own.heap.is_some() && self.blocks[*b].heap == own.heap);
        let first =
            own.kept.get(&at).into_iter().chain(own.kept.values()).filter_map(|kept| match kept {
                Kept::Block(block) => Some(*block),
                Kept::Thing(_) => None,
            });
        first.chain(siblings).chain([block]).find_map(|block| {
            let there = &self.blocks[block];
            let at = address.checked_sub(there.base)?;
            (!there.is_freed && at <= there.bytes.len()).then_some((block, at))
        })
    }

    /// Stores bytes as a whole: pointers that were there keep nothing any more.
    pub fn put(&mut self, block: usize, at: usize, bytes: &[u8], kept: &[(usize, Kept)]) {
        let block = &mut self.blocks[block];
        block.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        block.kept.retain(|offset, _| *offset < at || *offset >= at + bytes.len());
        block.kept.extend(kept.iter().map(|(offset, kept)| (at + offset, *kept)));
    }

    /// What is at a place, to be put elsewhere.
    pub fn lift(&self, block: usize, at: usize, len: usize) -> (Vec<u8>, Vec<(usize, Kept)>) {
        let block = &self.blocks[block];
        let kept = block.kept.range(at..at + len).map(|(offset, kept)| (offset - at, *kept));
        (block.bytes[at..at + len].to_vec(), kept.collect())
    }

    pub fn store_pointer(&mut self, block: usize, at: usize, address: usize, kept: Option<Kept>) {
        let block = &mut self.blocks[block];
        block.bytes[at..at + size_of::<usize>()].copy_from_slice(&address.to_ne_bytes());
        match kept {
            Some(kept) => drop(block.kept.insert(at, kept)),
            None => drop(block.kept.remove(&at)),
        }
    }

    /// A new block of the crate's, and a handle to all of it.
    pub fn adopt(
        &mut self,
        data: CData<'static>,
        shape: Shape,
        bytes: Vec<u8>,
        origin: Option<Origin>,
        heap: Option<usize>,
    ) {
        let base = address_of(&data);
        let origin = origin.unwrap_or_else(|| Origin::Owned(watch::watch(base)));
        let room = bytes.len();
        let kept = BTreeMap::new();
        self.blocks.push(Block {
            bytes,
            base,
            kept,
            heap,
            origin,
            is_exposed: false,
            is_freed: false,
        });
        self.handles.push(Handle { data, block: self.blocks.len() - 1, start: 0, room, shape });
    }

    /// The first byte and the end of a part in its block, or nothing if it is beyond the handle's room.
    pub fn range(&self, handle: usize, part: &Part) -> Option<(usize, usize)> {
        let h = &self.handles[handle];
        let size = match part.bits {
            Some((bit, width)) => (bit + width).div_ceil(8),
            None => self.universe().size(&part.shape),
        };
        (part.offset + size <= h.room)
            .then(|| (h.start + part.offset, h.start + part.offset + size))
    }

    /// The same; of an array without a length up to the last whole element.
    pub fn filled(&self, handle: usize, part: &Part) -> Option<(usize, usize)> {
        let (from, end) = self.range(handle, part)?;
        let h = &self.handles[handle];
        Some(match &part.shape {
            Shape::Flexible(of) | Shape::Array(of, 0) => {
                let all = h.start + h.room - from;
                (from, from + all - all % self.universe().size(of))
            }
            _ => (from, end),
        })
    }

    pub fn pick(&self, random: &mut Random) -> Option<usize> {
        (!self.handles.is_empty()).then(|| random.below(self.handles.len() as u64) as usize)
    }

    /// Ends the run: the namespace goes first, then everything else in any order.
    pub fn end(&mut self, random: &mut Random) -> Result<(), String> {
        self.universe = None;
        while !self.handles.is_empty() || self.heaps.iter().any(Option::is_some) {
            (0..self.handles.len()).try_for_each(|h| self.check_bytes(h))?;
            match self.pick(random) {
                Some(handle) if random.below(4) > 0 => drop(self.handles.swap_remove(handle)),
                _ => {
                    let open = self.heaps.iter().position(Option::is_some);
                    match open {
                        Some(heap) => self.heaps[heap] = None,
                        None => drop(self.handles.pop()),
                    }
                }
            }
            self.check_lives()?;
        }
        match self.blocks.iter().any(|b| !b.is_freed) {
            true => Err("something is alive that nothing keeps".to_owned()),
            false => Ok(()),
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.handles.clear();
        self.heaps.clear();
        for (memory, len) in self.lent.drain(..) {
            // SAFETY: made of a box of this length; no object lives that borrowed it.
            drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(memory, len)) });
        }
        watch::forget_all();
    }
}

/// Where an object is, without handing out its address.
pub fn address_of(data: &CData<'static>) -> usize {
    let pointer = data.pointer().expect("there is memory");
    pointer.address("").expect("a pointer")
}
