//! The derives and `#[bitfield]`, as a user writes them, against a C compiler: layouts, the bits of
//! every field, and passing by value. Refusals are in `ui_derive.rs`.
#![cfg(target_os = "linux")]
#![deny(warnings, missing_docs, clippy::all)]

mod bit_order;
mod bitfield_items;
mod bitfields;
mod blocks;
mod byte_order;
mod c;
mod combinations;
mod enums;
mod members;
mod memory;
#[allow(dead_code, missing_docs, unreachable_pub)]
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../common/programs.rs"]
mod programs;
mod shapes;
mod unions;
// Where C has `__int128`.
#[cfg(target_pointer_width = "64")]
mod wide_bits;
