//! Libraries made for the purpose: their variables, what is loaded, how they are opened, what they lack. The judges
//! are gcc, readelf, the loader and the kernel's list of mappings.
//!
//! Needs gcc, its cross compilers for AArch64 and i686, readelf and nm; a test whose tool is missing fails.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod bad_names;
mod declared;
mod loaded;
mod missing;
mod modes;
#[path = "../common/programs.rs"]
mod programs;
mod tools;
mod variables;
