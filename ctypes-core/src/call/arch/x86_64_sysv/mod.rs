//! Entries for x86-64 systems but Windows (AMD64 psABI).
//!
//! An entry loads its number and jumps to [`body`], which saves the registers that arguments can be in to a [`Frame`]
//! below the caller's stack and calls [`enter`]. There the signature's [`Places`] say where in the frame each argument is;
//! the result is left in the frame, and `body` loads the registers from it.
//!
//! Entries begin with ENDBR64, since they are reached by indirect calls only. Unwinders and debuggers see through them: the
//! CFI is written out, as rustc emits none for naked functions. Nothing unwinds through them, however.

mod places;

pub(crate) use places::Places;

use crate::call::args::INLINE;
use crate::call::tag::{Slot, Tag};
use crate::callback::slots::GRAVES;
use crate::callback::{Context, slots};
use core::arch::naked_asm;
use core::ffi::c_void;
use core::mem::{MaybeUninit, offset_of};
use places::{Back, FLOATS, INTEGERS, Place};

/// How many entries there are: for 4,096 callbacks at a time, and for those that ended last, whose entries rest.
pub(crate) const SLOTS: usize = 4096 + GRAVES;

/// What an entry takes in bytes: ENDBR64 (4), a move (6) and a jump (5, or 2 near the end).
const ENTRY: usize = 16;

/// The registers of the caller, room for the result, and then what the stack has: words of eight bytes.
#[repr(C)]
struct Frame {
    /// Of the registers for floats the lower half, the only one that any type here is in.
    registers: [Slot; INTEGERS + FLOATS],
    /// Aligned to 16, since two `long double` may be in it.
    result: [Slot; 4],
    /// The caller's rbp, and where it goes on. The arguments that it has put on the stack follow.
    _saved: [Slot; 2],
}

/// The word of a frame that the first argument on the stack is in.
const STACK: u32 = (size_of::<Frame>() / 8) as u32;

const _: () =
    assert!(offset_of!(Frame, result).is_multiple_of(16) && size_of::<Frame>().is_multiple_of(16));

/// The address of an entry.
pub(crate) fn slot(number: usize) -> *const c_void {
    assert!(number < SLOTS, "there are {SLOTS} entries");
    first().wrapping_byte_add(number * ENTRY)
}

/// The number of the entry at an address.
pub(crate) fn number(code: *const c_void) -> Option<usize> {
    let offset = code.addr().wrapping_sub(first().addr());
    (offset.is_multiple_of(ENTRY) && offset / ENTRY < SLOTS).then_some(offset / ENTRY)
}

/// The address of the first entry: the next multiple of its size.
fn first() -> *const c_void {
    let text = entries as *const c_void;
    text.wrapping_byte_add(text.addr().wrapping_neg() % ENTRY)
}

/// All entries, one after another. Each is called by C as a function of some signature.
///
/// # Safety
/// Not called: the address is that of padding before the first.
#[unsafe(naked)]
unsafe extern "C" fn entries() {
    // r11 is free at the entry of any function (psABI figure 3.4).
    naked_asm!(
        ".cfi_startproc",
        ".balign {entry}",
        ".set .Lctypes_entry, 0",
        ".rept {slots}",
        "endbr64",
        "movl $.Lctypes_entry, %r11d",
        "jmp {body}",
        ".balign {entry}",
        ".set .Lctypes_entry, .Lctypes_entry + 1",
        ".endr",
        ".cfi_endproc",
        entry = const ENTRY,
        slots = const SLOTS,
        body = sym body,
        options(att_syntax),
    )
}

/// What all entries have in common.
///
/// # Safety
/// Only entries jump here, with their number in r11d and everything else as their caller left it.
#[unsafe(naked)]
unsafe extern "C" fn body() {
    naked_asm!(
        ".cfi_startproc",
        "pushq %rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset %rbp, -16",
        "movq %rsp, %rbp",
        ".cfi_def_cfa_register %rbp",
        "subq ${below}, %rsp",
        "movq %rdi, (%rsp)",
        "movq %rsi, 8(%rsp)",
        "movq %rdx, 16(%rsp)",
        "movq %rcx, 24(%rsp)",
        "movq %r8, 32(%rsp)",
        "movq %r9, 40(%rsp)",
        "movq %xmm0, 48(%rsp)",
        "movq %xmm1, 56(%rsp)",
        "movq %xmm2, 64(%rsp)",
        "movq %xmm3, 72(%rsp)",
        "movq %xmm4, 80(%rsp)",
        "movq %xmm5, 88(%rsp)",
        "movq %xmm6, 96(%rsp)",
        "movq %xmm7, 104(%rsp)",
        "movq %rsp, %rdi",
        "movl %r11d, %esi",
        "call {enter}",
        "movl %eax, %ecx",
        "movq {result}(%rsp), %rax",
        "movq {result} + 8(%rsp), %rdx",
        "movq %rax, %xmm0",
        "movq %rdx, %xmm1",
        "testl %ecx, %ecx",
        "jne 3f",
        "2:",
        "leave",
        ".cfi_remember_state",
        ".cfi_def_cfa %rsp, 8",
        ".cfi_restore %rbp",
        "ret",
        ".cfi_restore_state",
        "3:",
        "cmpl ${float_integer}, %ecx",
        "jb 4f",
        "je 5f",
        "cmpl ${x87_pair}, %ecx",
        "jb 6f",
        "je 7f",
        // In the caller's memory.
        "movq (%rsp), %rax",
        "jmp 2b",
        // An integer and a float.
        "4:",
        "movq %rdx, %xmm0",
        "jmp 2b",
        // A float and an integer.
        "5:",
        "movq %rdx, %rax",
        "jmp 2b",
        // One long double, or two.
        "7:",
        "fldt {result} + 16(%rsp)",
        "6:",
        "fldt {result}(%rsp)",
        "jmp 2b",
        ".cfi_endproc",
        below = const offset_of!(Frame, _saved),
        result = const offset_of!(Frame, result),
        enter = sym enter,
        float_integer = const Back::FloatInteger as u32,
        x87_pair = const Back::X87Pair as u32,
        options(att_syntax),
    )
}

/// Runs the callback whose entry has that number; says where the result is to go.
///
/// # Safety
/// Called by [`body`] with the frame that it made, for a call from C whose arguments are as the callback's signature says.
unsafe extern "sysv64" fn enter(frame: *mut Frame, number: usize) -> Back {
    let context = slots::context(number);
    // SAFETY: alive, since C calls no callback that was never there, and what has ended is kept until its entry is used
    // again.
    let Some(places) = unsafe { (*context).signature() }.places() else {
        std::process::abort();
    };
    let mut few = [MaybeUninit::uninit(); INLINE];
    let mut many = Vec::new();
    let list = if places.args.len() <= INLINE {
        &mut few[..places.args.len()]
    } else {
        many.resize(places.args.len(), MaybeUninit::uninit());
        &mut many[..]
    };
    // Each of them is in a register of either kind, of which there are but six of the one.
    let mut whole = [MaybeUninit::<[Slot; 2]>::uninit(); INTEGERS];
    let mut joined = 0;
    for (address, place) in list.iter_mut().zip(&places.args) {
        let word = |i: u32| frame.cast::<Slot>().wrapping_add(i as usize);
        let at: *const Slot = match *place {
            Place::At(first) => word(first),
            Place::Apart(first, second) => {
                // SAFETY: both are words of the frame, which `body` has written.
                let words = unsafe { [word(first).read(), word(second).read()] };
                joined += 1;
                whole[joined - 1].write(words).as_ptr()
            }
        };
        address.write(at.cast::<c_void>());
    }
    // SAFETY: each element was written: there are as many as places.
    let args = unsafe { core::slice::from_raw_parts(list.as_ptr().cast(), list.len()) };
    // SAFETY: the frame is writable and nothing else looks at it; for a result in memory the caller has left the address
    // of the room for it in rdi.
    let ret: *mut u8 = unsafe {
        (&raw mut (*frame).result[0]).write(Slot::ZERO);
        match places.back {
            Back::Memory => frame.cast::<*mut u8>().read(),
            _ => (&raw mut (*frame).result).cast(),
        }
    };
    // SAFETY: the context is alive as above; the arguments are where the places say; a result that is not in memory
    // takes at most two long doubles.
    let tag = unsafe { Context::enter(context, args, ret) };
    let word = ret.cast::<u64>();
    // Callers may count on an extended sign. Unsigned ones are extended by the zeros that were there.
    // SAFETY: a scalar is at the start of the frame's room for the result.
    unsafe {
        match tag {
            Tag::I8 => word.write(i64::from(ret.cast::<i8>().read()) as u64),
            Tag::I16 => word.write(i64::from(ret.cast::<i16>().read()) as u64),
            Tag::I32 => word.write(i64::from(ret.cast::<i32>().read()) as u64),
            _ => {}
        }
    }
    places.back
}
