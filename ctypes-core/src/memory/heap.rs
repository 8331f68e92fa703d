//! [`Heap`]: memory that is freed together, cycles included.
#![forbid(unsafe_code)]

use super::block::{Block, Owner, Span};
use super::keep::{Kept, bury};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

/// Memory that lives and dies together.
///
/// Objects that are made in a heap live until the heap and every handle to one of them are gone. They
/// may point at one another in circles, which objects of their own would never be freed of; and a pointer
/// from one to another can be followed whoever has stored it, also a C function.
///
/// ```
/// use ctypes_core::{CData, Heap, Type, Types};
///
/// let types = Types::new();
/// let node = types.declare_struct("node")?;
/// let node = node.define(|r| r.field("value", Type::INT).field("next", node.pointer()))?;
///
/// let heap = Heap::new();
/// let (a, b) = (CData::new_in(&heap, &node)?, CData::new_in(&heap, &node)?);
/// a.set("next", &b)?;
/// b.set("next", &a)?;
/// b.set("value", 7)?;
/// assert_eq!(a.contents("next")?.contents("next")?.contents("next")?.get::<i32>("value")?, 7);
/// # Ok::<(), ctypes_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Heap<'m>(Arc<HeapInner<'m>>);

/// The blocks by their addresses.
#[derive(Default)]
pub(super) struct HeapInner<'m>(Mutex<BTreeMap<usize, Arc<Block<'m>>>>);

impl<'m> Heap<'m> {
    /// An empty heap.
    pub fn new() -> Heap<'m> {
        Heap::default()
    }

    /// How many objects there are in it.
    pub fn len(&self) -> usize {
        self.blocks().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks().is_empty()
    }

    fn blocks(&self) -> MutexGuard<'_, BTreeMap<usize, Arc<Block<'m>>>> {
        self.0.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub(super) fn adopt(&self, block: Block<'m>) -> Owner<'m> {
        let block = Arc::new(block);
        self.blocks().insert(block.address(), block.clone());
        Owner { block, heap: Some(self.clone()) }
    }

    pub(super) fn is_same(&self, other: &Heap<'m>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The memory behind an address in one of the blocks.
    pub(super) fn find(&self, address: usize) -> Option<Span<'m>> {
        let block = self.blocks().range(..=address).next_back()?.1.clone();
        Span::behind(Owner { block, heap: Some(self.clone()) }, address)
    }
}

impl<'m> HeapInner<'m> {
    /// The heap itself, if that was the last handle to it.
    pub(super) fn last(heap: Heap<'m>) -> Option<HeapInner<'m>> {
        Arc::into_inner(heap.0)
    }

    /// What all the blocks keep alive: without that they are free of one another.
    pub(super) fn take_kept(&mut self) -> Vec<Kept<'m>> {
        let blocks = self.0.get_mut().unwrap_or_else(|e| e.into_inner());
        blocks.values().map(|block| core::mem::take(&mut *block.kept())).collect()
    }
}

impl Drop for HeapInner<'_> {
    fn drop(&mut self) {
        self.take_kept().into_iter().for_each(bury);
    }
}

impl fmt::Debug for Heap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heap({} objects)", self.len())
    }
}
