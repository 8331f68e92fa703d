//! An allocator that tells when memory is freed.
//!
//! A thread watches addresses, a few hundred until it forgets all; whoever frees one marks it. Blocks that change their
//! place in `realloc` are watched on at the new one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

const MOST: usize = 512;

thread_local! {
    static WATCHED: [Cell<usize>; MOST] = const { [const { Cell::new(0) }; MOST] };
    static END: Cell<usize> = const { Cell::new(0) };
}

pub struct Watching;

/// Calls `f` with the place where `at` is watched.
fn find(at: usize, f: impl FnOnce(&Cell<usize>)) {
    // A thread that ends watches nothing any more.
    let _ = WATCHED.try_with(|cells| {
        let end = END.try_with(Cell::get).unwrap_or(0);
        if let Some(cell) = cells[..end].iter().find(|cell| cell.get() == at) {
            f(cell);
        }
    });
}

// SAFETY: everything is the system's allocator; what is kept beside it does not allocate.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        let new = unsafe { System.realloc(at, layout, size) };
        if !new.is_null() {
            find(at.addr(), |cell| cell.set(new.addr()));
        }
        new
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        find(at.addr(), |cell| cell.set(0));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Watches an address; the number is what to ask for.
pub fn watch(address: usize) -> usize {
    WATCHED.with(|cells| {
        // A number is not used again: who has it asks for memory that may have been freed.
        let at = END.get();
        cells[at].set(address);
        END.set(at + 1);
        at
    })
}

/// Where the memory is; `None` if it has been freed.
pub fn address(watched: usize) -> Option<usize> {
    WATCHED.with(|cells| Some(cells[watched].get()).filter(|at| *at != 0))
}

/// Watches nothing any more.
pub fn forget_all() {
    WATCHED.with(|cells| cells.iter().for_each(|cell| cell.set(0)));
    END.set(0);
}
