//! [`Span`]: memory that several handles share, read and written piece by piece.
//!
//! Any handle may be used by any thread at any time, so every access is atomic, and relaxed: an ordinary
//! load or store for the processor. Atomic accesses that overlap must be of one size (std,
//! "Memory model for atomic accesses"), and memory is looked at as `int` here and as bytes there; so all
//! of it goes by grains of four bytes, and by single bytes only where a grain is not wholly inside the
//! memory. What is smaller than a grain is stored by exchange, what is larger piece by piece.

use super::heap::Heap;
use super::keep::{Kept, bury};
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering::Relaxed};
use std::alloc;
use std::sync::{Arc, Mutex, MutexGuard};

const GRAIN: usize = size_of::<AtomicU32>();
const _: () = assert!(GRAIN == 4 && align_of::<AtomicU32>() <= GRAIN);

/// A piece of memory, with what its pointers keep alive.
pub(super) struct Block<'m> {
    start: *mut u8,
    len: usize,
    origin: Origin<'m>,
    is_const: bool,
    /// An address was handed out that nobody takes back.
    is_exposed: AtomicBool,
    kept: Mutex<Kept<'m>>,
}

enum Origin<'m> {
    /// Allocated, with that layout; not at all if its size is 0.
    Owned(alloc::Layout),
    Borrowed(PhantomData<&'m mut [u8]>),
    /// Somebody else has promised that it lasts; with what is dropped when it need not any more.
    Foreign(#[allow(dead_code)] Option<Box<dyn Send + Sync + 'm>>),
}

// SAFETY: the memory may be used from any thread: what is allocated or borrowed mutably is this block's alone and
// accessed atomically, of foreign memory its giver has promised it. All the rest is Send and Sync by itself.
unsafe impl Send for Block<'_> {}
// SAFETY: as above.
unsafe impl Sync for Block<'_> {}

impl<'m> Block<'m> {
    fn at(start: *mut u8, len: usize, origin: Origin<'m>) -> Block<'m> {
        let is_exposed = AtomicBool::new(false);
        Block { start, len, origin, is_const: false, is_exposed, kept: Mutex::default() }
    }

    /// Zeroed memory; `None` if there is not as much.
    pub(super) fn zeroed(len: usize, align: usize) -> Option<Block<'m>> {
        let layout = room_for(len, align)?;
        // SAFETY: the size is not 0.
        let start = unsafe { alloc::alloc_zeroed(layout) };
        (!start.is_null()).then(|| Block::at(start, len, Origin::Owned(layout)))
    }

    pub(super) fn borrowed(bytes: &'m mut [u8]) -> Block<'m> {
        Block::at(bytes.as_mut_ptr(), bytes.len(), Origin::Borrowed(PhantomData))
    }

    /// Memory at an address.
    ///
    /// # Safety
    /// For as long as the block exists: the bytes are initialised, and readable (and writable, unless `is_const`)
    /// by every thread; and nobody accesses them otherwise but for reading, or synchronised with the
    /// accesses of the block.
    pub(super) unsafe fn foreign(
        start: *mut u8,
        len: usize,
        is_const: bool,
        guard: Option<Box<dyn Send + Sync + 'm>>,
    ) -> Block<'m> {
        let mut block = Block::at(start, len, Origin::Foreign(guard));
        block.is_const = is_const;
        block
    }

    pub(super) fn address(&self) -> usize {
        self.start.addr()
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept<'m>> {
        self.kept.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub(super) fn take_kept(&mut self) -> Kept<'m> {
        core::mem::take(self.kept.get_mut().unwrap_or_else(|e| e.into_inner()))
    }

    /// The part of the addresses that consists of whole grains.
    fn grains(&self) -> (usize, usize) {
        let len = match &self.origin {
            // What was allocated to make the last grain whole is nobody else's.
            Origin::Owned(layout) => layout.size(),
            _ => self.len,
        };
        let from = self.start.addr();
        (from.next_multiple_of(GRAIN), (from + len) & !(GRAIN - 1))
    }

    /// The piece that starts at `at` and is no longer than `left`, which is not 0.
    fn piece(&self, at: *mut u8, left: usize) -> Piece<'_> {
        let (lowest, end) = self.grains();
        let skip = at.addr() % GRAIN;
        let base = at.addr() - skip;
        if base >= lowest && base < end {
            // SAFETY: the grain is wholly inside the memory, which lives as long as self; it is aligned; and
            // its bytes are never accessed but as this grain, or by someone who is synchronised.
            let cell = unsafe { AtomicU32::from_ptr(at.wrapping_sub(skip).cast()) };
            Piece::Grain { cell, skip, len: left.min(GRAIN - skip) }
        } else {
            // SAFETY: as above, for bytes that are part of no whole grain.
            Piece::Byte(unsafe { AtomicU8::from_ptr(at) })
        }
    }
}

/// What is accessed at once.
enum Piece<'a> {
    Grain { cell: &'a AtomicU32, skip: usize, len: usize },
    Byte(&'a AtomicU8),
}

/// Stores those bits of a grain that `which` has.
#[inline]
fn merge(cell: &AtomicU32, new: [u8; GRAIN], which: [u8; GRAIN]) {
    let (new, which) = (u32::from_ne_bytes(new), u32::from_ne_bytes(which));
    if which == u32::MAX {
        cell.store(new, Relaxed);
    } else {
        let merged = |old| Some(old & !which | new & which);
        // It never fails, since there is always something to store.
        let _ = cell.fetch_update(Relaxed, Relaxed, merged);
    }
}

fn room_for(len: usize, align: usize) -> Option<alloc::Layout> {
    let size = len.max(1).checked_next_multiple_of(GRAIN)?;
    alloc::Layout::from_size_align(size, align.max(GRAIN)).ok()
}

impl Drop for Block<'_> {
    fn drop(&mut self) {
        bury(self.take_kept());
        if let Origin::Owned(layout) = self.origin {
            // SAFETY: it was allocated with this layout, and this is the one owner's end.
            unsafe { alloc::dealloc(self.start, layout) };
        }
    }
}

/// A share in a block, which keeps it alive; and the heap that it is part of.
#[derive(Clone)]
pub(super) struct Owner<'m> {
    pub(super) block: Arc<Block<'m>>,
    pub(super) heap: Option<Heap<'m>>,
}

/// A part of a block.
#[derive(Clone)]
pub struct Span<'m> {
    owner: Owner<'m>,
    // Inside of the block, with `room` bytes behind it.
    start: *mut u8,
    room: usize,
}

// SAFETY: a pointer into a block that is itself Send and Sync, used by the rules of the block only.
unsafe impl Send for Span<'_> {}
// SAFETY: as above.
unsafe impl Sync for Span<'_> {}

/// Why memory does not change its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fixed {
    NotOwned,
    Shared,
    Pointed,
    NoMemory,
}

impl<'m> Span<'m> {
    pub(super) fn new(owner: Owner<'m>) -> Span<'m> {
        let (start, room) = (owner.block.start, owner.block.len);
        Span { owner, start, room }
    }

    pub(super) fn owner(&self) -> &Owner<'m> {
        &self.owner
    }

    /// How many bytes there are.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.room
    }

    pub(super) fn is_const(&self) -> bool {
        self.owner.block.is_const
    }

    /// The offset in the block.
    pub(super) fn offset(&self) -> usize {
        self.start.addr() - self.owner.block.start.addr()
    }

    /// The address, to be stored as bytes, of which whoever reads them makes a pointer again.
    pub(super) fn stored(&self) -> usize {
        self.start.expose_provenance()
    }

    /// The address, for comparisons.
    pub(super) fn address(&self) -> usize {
        self.start.addr()
    }

    /// The address, for as long as a handle is borrowed.
    #[cfg(feature = "dynamic")]
    pub(super) fn lent(&self) -> *mut u8 {
        self.start
    }

    /// The address, for whoever will use it.
    pub(super) fn expose(&self) -> *mut u8 {
        self.owner.block.is_exposed.store(true, Relaxed);
        self.start
    }

    /// A part of this part.
    pub(super) fn part(&self, at: usize, room: usize) -> Option<Span<'m>> {
        let end = at.checked_add(room)?;
        (end <= self.room).then(|| Span {
            owner: self.owner.clone(),
            start: self.start.wrapping_add(at),
            room,
        })
    }

    /// The memory behind an address inside of `owner`'s block, or at its end.
    pub(super) fn behind(owner: Owner<'m>, address: usize) -> Option<Span<'m>> {
        let at = address.checked_sub(owner.block.start.addr())?;
        let room = owner.block.len.checked_sub(at)?;
        let start = owner.block.start.wrapping_add(at);
        Some(Span { owner, start, room })
    }

    /// `N` bytes; `None` if they are not all inside.
    #[inline]
    pub(super) fn load<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        if at.checked_add(N)? > self.room {
            return None;
        }
        let from = self.start.wrapping_add(at);
        let mut bytes = [0; N];
        if N.is_multiple_of(GRAIN) && from.addr().is_multiple_of(GRAIN) {
            for (i, grain) in bytes.chunks_exact_mut(GRAIN).enumerate() {
                // SAFETY: the range was checked, so that these are whole grains inside of the block, as in
                // `piece`.
                let cell = unsafe { AtomicU32::from_ptr(from.wrapping_add(i * GRAIN).cast()) };
                grain.copy_from_slice(&cell.load(Relaxed).to_ne_bytes());
            }
        } else if matches!(N, 1..GRAIN)
            && let Piece::Grain { cell, skip, len } = self.owner.block.piece(from, N)
            && len == N
        {
            bytes.copy_from_slice(&cell.load(Relaxed).to_ne_bytes()[skip..skip + N]);
        } else {
            self.load_pieces(from, &mut bytes);
        }
        Some(bytes)
    }

    /// Stores `N` bytes; false, without a change, if they are not all inside or the memory is read only.
    #[inline]
    #[must_use]
    pub(super) fn store<const N: usize>(&self, at: usize, bytes: [u8; N]) -> bool {
        match at.checked_add(N) {
            Some(end) if end <= self.room && !self.is_const() => {}
            _ => return false,
        }
        let to = self.start.wrapping_add(at);
        if N.is_multiple_of(GRAIN) && to.addr().is_multiple_of(GRAIN) {
            for (i, grain) in bytes.chunks_exact(GRAIN).enumerate() {
                let Some(grain) = grain.first_chunk() else { continue };
                // SAFETY: as in `load`; the memory is writable.
                let cell = unsafe { AtomicU32::from_ptr(to.wrapping_add(i * GRAIN).cast()) };
                cell.store(u32::from_ne_bytes(*grain), Relaxed);
            }
        } else if matches!(N, 1..GRAIN)
            && let Piece::Grain { cell, skip, len } = self.owner.block.piece(to, N)
            && len == N
        {
            let (mut new, mut which) = ([0; GRAIN], [0; GRAIN]);
            new[skip..skip + N].copy_from_slice(&bytes);
            which[skip..skip + N].fill(0xff);
            merge(cell, new, which);
        } else {
            self.store_pieces(to, &bytes, |_| 0xff);
        }
        true
    }

    /// As many bytes as `bytes` has; false if they are not all inside.
    #[must_use]
    pub(super) fn read(&self, at: usize, bytes: &mut [u8]) -> bool {
        let inside = at.checked_add(bytes.len()).is_some_and(|end| end <= self.room);
        if inside {
            self.load_pieces(self.start.wrapping_add(at), bytes);
        }
        inside
    }

    /// Stores the bytes; false, without a change, if they are not all inside or the memory is read only.
    #[must_use]
    pub(super) fn write(&self, at: usize, bytes: &[u8]) -> bool {
        self.write_masked(at, bytes, |_| 0xff)
    }

    /// As [`Span::write`], but only the bits of each byte that its mask has.
    #[must_use]
    pub(super) fn write_masked(&self, at: usize, bytes: &[u8], mask: impl Fn(usize) -> u8) -> bool {
        let inside = at.checked_add(bytes.len()).is_some_and(|end| end <= self.room);
        if !inside || self.is_const() {
            return false;
        }
        self.store_pieces(self.start.wrapping_add(at), bytes, mask);
        true
    }

    /// The caller has checked the range.
    #[inline(never)]
    fn load_pieces(&self, mut from: *mut u8, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            let done = match self.owner.block.piece(from, bytes.len()) {
                Piece::Grain { cell, skip, len } => {
                    let grain = cell.load(Relaxed).to_ne_bytes();
                    bytes[..len].copy_from_slice(&grain[skip..skip + len]);
                    len
                }
                Piece::Byte(cell) => {
                    bytes[0] = cell.load(Relaxed);
                    1
                }
            };
            (from, bytes) = (from.wrapping_add(done), &mut bytes[done..]);
        }
    }

    /// The caller has checked the range, and that the memory is writable.
    #[inline(never)]
    fn store_pieces(&self, to: *mut u8, bytes: &[u8], mask: impl Fn(usize) -> u8) {
        let mut at = 0;
        while at < bytes.len() {
            at += match self.owner.block.piece(to.wrapping_add(at), bytes.len() - at) {
                Piece::Grain { cell, skip, len } => {
                    let (mut new, mut which) = ([0; GRAIN], [0; GRAIN]);
                    new[skip..skip + len].copy_from_slice(&bytes[at..at + len]);
                    for (i, byte) in which[skip..skip + len].iter_mut().enumerate() {
                        *byte = mask(at + i);
                    }
                    merge(cell, new, which);
                    len
                }
                Piece::Byte(cell) => {
                    let (new, which) = (bytes[at], mask(at));
                    let _ =
                        cell.fetch_update(Relaxed, Relaxed, |old| Some(old & !which | new & which));
                    1
                }
            };
        }
    }

    /// The bytes as a slice, if nobody else can see them.
    pub(super) fn alone(&mut self) -> Option<&mut [u8]> {
        let block = Arc::get_mut(&mut self.owner.block)?;
        if *block.is_exposed.get_mut() || matches!(block.origin, Origin::Foreign(_)) {
            return None;
        }
        // SAFETY: the bytes are inside the block, initialised, and owned or mutably borrowed by it; there is
        // no other handle to the block, and this one is borrowed for as long as the slice is.
        Some(unsafe { core::slice::from_raw_parts_mut(self.start, self.room) })
    }

    /// Makes the block `len` bytes long; what is new is zero.
    pub(super) fn resize(&mut self, len: usize) -> Result<(), Fixed> {
        if !matches!(self.owner.block.origin, Origin::Owned(_)) || self.owner.heap.is_some() {
            return Err(Fixed::NotOwned);
        }
        let Some(block) = Arc::get_mut(&mut self.owner.block) else { return Err(Fixed::Shared) };
        let Origin::Owned(old) = block.origin else { return Err(Fixed::NotOwned) };
        if *block.is_exposed.get_mut() {
            return Err(Fixed::Pointed);
        }
        if self.start != block.start || self.room != block.len {
            return Err(Fixed::NotOwned);
        }
        if block.kept().points_inside() {
            return Err(Fixed::Pointed);
        }
        let new = room_for(len, old.align()).ok_or(Fixed::NoMemory)?;
        // SAFETY: allocated with the old layout; the new size is not 0 and is a valid one with this alignment.
        let start = unsafe { alloc::realloc(block.start, old, new.size()) };
        if start.is_null() {
            return Err(Fixed::NoMemory);
        }
        if let Some(added) = new.size().checked_sub(block.len) {
            // SAFETY: from the end of what was in use to the end of what is allocated.
            unsafe { start.add(block.len).write_bytes(0, added) };
        }
        (block.start, block.len, block.origin) = (start, len, Origin::Owned(new));
        let cut_off = block.kept().cut(len);
        (self.start, self.room) = (start, len);
        bury(cut_off);
        Ok(())
    }
}
