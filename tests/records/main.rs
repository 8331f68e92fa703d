//! The derives and `#[bitfield]`, as a user writes them, against a C compiler: layouts, the bits of
//! every field, and passing by value. Refusals are in `ui_derive.rs`.
#![cfg(target_os = "linux")]
#![deny(warnings, missing_docs, clippy::all)]

mod bitfield_items;
mod bitfields;
mod blocks;
mod byte_order;
mod c;
mod enums;
mod members;
mod unions;
