//! What the pointers in a block keep alive.
//!
//! A pointer that was stored by a safe function keeps what it points at: so it can be followed by one. That
//! a place has an entry says nothing of the bytes there: they may have been changed since. An address is
//! followed only if it lies inside of something that is kept, whatever it was kept for.
#![forbid(unsafe_code)]

use super::block::{Block, Owner, Span};
use super::heap::HeapInner;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What pointers keep alive, by the offset of the pointer in its block.
#[derive(Default)]
pub(super) struct Kept<'m>(BTreeMap<usize, Target<'m>>);

/// What one pointer keeps alive.
#[derive(Clone)]
pub(super) enum Target<'m> {
    /// The block itself, which would never be freed if it held itself.
    Own,
    /// Another block of the same heap, which must not hold its heap.
    Sibling(Arc<Block<'m>>),
    Other(Owner<'m>),
    /// Something that is no memory to be read, as a callback.
    Thing(#[allow(dead_code)] Arc<dyn Send + Sync + 'm>),
}

impl<'m> Kept<'m> {
    pub(super) fn points_inside(&self) -> bool {
        self.0.values().any(|target| matches!(target, Target::Own))
    }

    /// Sets what the pointer at `offset` keeps; answers with what is to be dropped once the lock is gone.
    pub(super) fn replace(
        &mut self,
        offset: usize,
        target: Option<Target<'m>>,
    ) -> Option<Target<'m>> {
        match target {
            Some(target) => self.0.insert(offset, target),
            None => self.0.remove(&offset),
        }
    }

    /// What the pointers from `offset` on keep, taken from here.
    pub(super) fn cut(&mut self, offset: usize) -> Kept<'m> {
        Kept(self.0.split_off(&offset))
    }

    /// What the pointer at `offset` keeps.
    pub(super) fn get(&self, offset: usize) -> Option<&Target<'m>> {
        self.0.get(&offset)
    }

    fn range(&self, from: usize, len: usize) -> Vec<(usize, Target<'m>)> {
        let range = self.0.range(from..from.saturating_add(len));
        range.map(|(offset, target)| (offset - from, target.clone())).collect()
    }
}

impl<'m> Span<'m> {
    /// What a pointer in this block holds of another span.
    pub(super) fn target(&self, of: &Span<'m>) -> Target<'m> {
        self.held(of.owner().clone())
    }

    fn held(&self, owner: Owner<'m>) -> Target<'m> {
        let own = self.owner();
        if Arc::ptr_eq(&own.block, &owner.block) {
            return Target::Own;
        }
        match (&own.heap, &owner.heap) {
            (Some(own), Some(heap)) if own.is_same(heap) => Target::Sibling(owner.block),
            _ => Target::Other(owner),
        }
    }

    /// The same target as it is to be held by whom is not in this block or its heap.
    fn freed(&self, target: Target<'m>) -> Result<Owner<'m>, Target<'m>> {
        match target {
            Target::Own => Ok(self.owner().clone()),
            Target::Sibling(block) => Ok(Owner { block, heap: self.owner().heap.clone() }),
            Target::Other(owner) => Ok(owner),
            thing @ Target::Thing(_) => Err(thing),
        }
    }

    /// Stores the bytes of a pointer together with what it keeps alive; false, without a change, if there is
    /// no room or the memory is read only.
    #[must_use]
    pub(super) fn store_pointer(
        &self,
        at: usize,
        address: usize,
        target: Option<Target<'m>>,
    ) -> bool {
        let mut kept = self.owner().block.kept();
        let stored = self.store(at, address.to_ne_bytes());
        let old = if stored { kept.replace(self.offset() + at, target) } else { None };
        drop(kept);
        drop(old);
        stored
    }

    /// What the pointer at `at` keeps alive, as a pointer in `to` is to hold it.
    pub(super) fn target_for(&self, at: usize, to: &Span<'m>) -> Option<Target<'m>> {
        let target = self.owner().block.kept().get(self.offset() + at).cloned()?;
        Some(self.handed(target, to))
    }

    /// A target of this block, as another block is to hold it.
    fn handed(&self, target: Target<'m>, to: &Span<'m>) -> Target<'m> {
        self.freed(target).map_or_else(|thing| thing, |owner| to.held(owner))
    }

    /// The memory behind an address that the pointer at `at` holds, if something here keeps it alive.
    pub(super) fn follow(&self, at: usize, address: usize) -> Option<Span<'m>> {
        let behind = |target: &Target<'m>| {
            let owner = self.freed(target.clone()).ok()?;
            Span::behind(owner, address)
        };
        let kept = self.owner().block.kept();
        let own = kept.get(self.offset() + at).and_then(behind);
        // A function in C may have moved pointers about.
        own.or_else(|| self.owner().heap.as_ref()?.find(address))
            .or_else(|| kept.0.values().find_map(behind))
            .or_else(|| behind(&Target::Own))
    }

    /// Copies `len` bytes with what their pointers keep alive; false, without a change, if one of the ranges is not
    /// inside or the memory is read only.
    #[must_use]
    pub(super) fn copy_from(&self, at: usize, from: &Span<'m>, from_at: usize, len: usize) -> bool {
        from.lifted(from_at, len).is_some_and(|lifted| self.drop_in(at, lifted))
    }

    /// Stores bytes, of which pointers keep these alive and nothing else any more.
    #[must_use]
    pub(super) fn put(&self, at: usize, bytes: &[u8], targets: Vec<(usize, Target<'m>)>) -> bool {
        let mut kept = self.owner().block.kept();
        if !self.write(at, bytes) {
            return false;
        }
        let base = self.offset() + at;
        // A pointer that only the end of the range cuts into stays: what is kept too long harms nobody.
        let inside = base..base.saturating_add(bytes.len());
        let old: Vec<usize> = kept.0.range(inside).map(|(offset, _)| *offset).collect();
        let mut dead: Vec<_> = old.iter().filter_map(|offset| kept.0.remove(offset)).collect();
        dead.extend(
            targets.into_iter().filter_map(|(at, target)| kept.0.insert(base + at, target)),
        );
        drop(kept);
        drop(dead);
        true
    }

    /// The bytes of a range with what their pointers keep, to be put somewhere.
    pub(super) fn lifted(&self, at: usize, len: usize) -> Option<Lifted<'m>> {
        let mut bytes = vec![0; len];
        let targets = self.owner().block.kept().range(self.offset() + at, len);
        self.read(at, &mut bytes).then(|| Lifted { bytes, targets, from: self.clone() })
    }

    #[must_use]
    pub(super) fn drop_in(&self, at: usize, lifted: Lifted<'m>) -> bool {
        let Lifted { bytes, targets, from } = lifted;
        let targets = targets.into_iter().map(|(at, target)| (at, from.handed(target, self)));
        self.put(at, &bytes, targets.collect())
    }
}

/// Bytes on their way, with what their pointers keep alive.
pub(super) struct Lifted<'m> {
    bytes: Vec<u8>,
    targets: Vec<(usize, Target<'m>)>,
    from: Span<'m>,
}

/// Drops what was kept without recursion: a program may have linked a chain of any length.
pub(super) fn bury(kept: Kept<'_>) {
    if kept.0.is_empty() {
        return;
    }
    let mut waiting = vec![kept];
    while let Some(Kept(targets)) = waiting.pop() {
        for target in targets.into_values() {
            let (block, heap) = match target {
                Target::Own | Target::Thing(_) => continue,
                Target::Sibling(block) => (block, None),
                Target::Other(Owner { block, heap }) => (block, heap),
            };
            if let Some(mut last) = Arc::into_inner(block) {
                waiting.push(last.take_kept());
            }
            if let Some(mut last) = heap.and_then(HeapInner::last) {
                waiting.extend(last.take_kept());
            }
        }
    }
}
