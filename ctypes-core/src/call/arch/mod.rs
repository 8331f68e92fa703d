//! What is written for one calling convention: how C enters Rust without code that is made at run time.
//!
//! Each convention has one file or folder, which is all that a port to another one adds. It has [`SLOTS`] entries of machine code
//! in the program's text, [`slot`] says where each is, [`number`] the reverse, and [`Places`] where a function of a signature finds its
//! arguments once it is entered. An entry calls [`Context::enter`](crate::callback::Context::enter) with the context that
//! [`crate::callback::slots`] has for its number.

#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(windows)))]
#[path = "x86_64_sysv/mod.rs"]
mod native;
#[cfg(not(all(target_arch = "x86_64", target_pointer_width = "64", not(windows))))]
#[path = "absent.rs"]
mod native;

pub(crate) use native::{Places, SLOTS, number, slot};
