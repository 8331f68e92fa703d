//! The ends of objects that hang together: chains of any length, circles in a heap, from any thread.

use crate::random::Random;
use ctypes_core::memory::Init;
use ctypes_core::{CData, Error, Heap, Type, Types};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc;
use std::time::Duration;

/// As many as a program may link; valgrind gets fewer.
fn length() -> usize {
    std::env::var("CTYPES_TEST_LENGTH").map_or(1_000_000, |n| n.parse().expect("a number"))
}

fn node() -> Result<Type, Error> {
    let types = Types::new();
    types.parse("struct node { int value; struct node *next; };")?;
    Ok(types.get("struct node").expect("just parsed"))
}

/// Runs it where a drop that recurses overflows soon.
fn on_a_small_stack(work: impl FnOnce() -> Result<(), Error> + Send) -> Result<(), Error> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(128 << 10).spawn_scoped(scope, work);
        thread.expect("a thread starts").join().expect("no panic")
    })
}

/// A guard at the far end tells that all of it is freed.
fn end(freed: &Arc<AtomicBool>, heap: Option<&Heap<'static>>) -> Result<CData<'static>, Error> {
    struct Last(Arc<AtomicBool>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }
    let last = Arc::new(Last(freed.clone()));
    let node = node()?;
    let end = heap.map_or_else(|| CData::new(&node), |heap| CData::new_in(heap, &node))?;
    end.set("next", Init::kept(core::ptr::without_provenance(8), node.pointer(), last))?;
    Ok(end)
}

#[test]
fn a_list_of_objects_of_their_own() -> Result<(), Error> {
    let freed = Arc::default();
    on_a_small_stack(|| {
        let mut head = end(&freed, None)?;
        for _ in 0..length() {
            let next = CData::new(head.ty())?;
            next.set("next", &head)?;
            head = next;
        }
        assert!(!freed.load(Relaxed));
        drop(head);
        Ok(())
    })?;
    assert!(freed.load(Relaxed));
    Ok(())
}

#[test]
fn a_circle_in_a_heap() -> Result<(), Error> {
    let freed = Arc::default();
    on_a_small_stack(|| {
        let heap = Heap::new();
        let first = end(&freed, Some(&heap))?;
        let mut last = CData::new_in(&heap, first.ty())?;
        let circle = last.clone();
        for _ in 0..length() {
            let next = CData::new_in(&heap, first.ty())?;
            last.set("next", &next)?;
            last = next;
        }
        last.set("next", &circle)?;
        drop((heap, last, circle));
        assert!(!freed.load(Relaxed));
        drop(first);
        Ok(())
    })?;
    assert!(freed.load(Relaxed));
    Ok(())
}

#[test]
fn a_chain_of_heaps() -> Result<(), Error> {
    let freed = Arc::default();
    on_a_small_stack(|| {
        let mut head = end(&freed, Some(&Heap::new()))?;
        for i in 0..length() / 4 {
            // Into the next heap, by way of a second object of the same heap, or of one of its own.
            let heap = Heap::new();
            let (a, b) = (CData::new_in(&heap, head.ty())?, CData::new_in(&heap, head.ty())?);
            let b = if i % 3 == 0 { CData::new(head.ty())? } else { b };
            a.set("next", &b)?;
            b.set("next", &head)?;
            head = a;
        }
        assert!(!freed.load(Relaxed));
        drop(head);
        Ok(())
    })?;
    assert!(freed.load(Relaxed));
    Ok(())
}

/// The pointer in the middle is set to something else: a part of the list goes while its head stays.
#[test]
fn a_list_cut_in_two() -> Result<(), Error> {
    let freed = Arc::default();
    on_a_small_stack(|| {
        let mut head = end(&freed, None)?;
        let mut middle = None;
        for i in 0..length() / 4 {
            let next = CData::new(head.ty())?;
            next.set("next", &head)?;
            if i == length() / 8 {
                middle = Some(next.clone());
            }
            head = next;
        }
        middle.expect("there is one").set("next", None)?;
        assert!(freed.load(Relaxed));
        drop(head);
        Ok(())
    })
}

/// Two threads that assign in opposite directions, swap, and drop what the other follows, come to an end.
#[test]
fn no_two_threads_wait_for_each_other() -> Result<(), Error> {
    let types = Types::new();
    types.parse("struct both { int value; struct both *one, *other; };")?;
    let ty = types.get("struct both").expect("just parsed");
    let (sender, done) = mpsc::channel();
    let heap = Heap::new();
    let shared = [CData::new_in(&heap, &ty)?, CData::new_in(&heap, &ty)?];
    for thread in 0..2_u64 {
        let (shared, sender, ty) = (shared.clone(), sender.clone(), ty.clone());
        std::thread::spawn(move || {
            let mut random = Random(thread);
            let [mine, yours] = if thread == 0 { [0, 1] } else { [1, 0] };
            for _ in 0..length() / 20 {
                let done = match random.below(6) {
                    0 => shared[mine].set("", &shared[yours]),
                    1 => shared[mine].set("one", &shared[yours]),
                    2 => shared[yours].swap("one", "other"),
                    3 => CData::new(&ty).and_then(|new| shared[mine].set("other", &new)),
                    4 => shared[yours].contents("other").and_then(|there| there.set("value", 3)),
                    _ => shared[mine].set("", &shared[mine]),
                };
                // The other thread may have set the pointer to NULL.
                drop(done);
            }
            sender.send(()).expect("the test waits");
        });
    }
    for _ in 0..2 {
        done.recv_timeout(Duration::from_secs(120)).expect("no thread waits for ever");
    }
    Ok(())
}
