//! C compilers as the judges of layouts: random records, the C text that shows their bytes, and the
//! comparison with what `Type::at` says.
//!
//! The record is written as C by `Type::definition`. Beside it goes a constant-initialised object with
//! a marker, the size, the alignment, the offsets, and one instance of the record for each bit field,
//! with that field set to all ones. The object file is never linked: the marker is looked for in its
//! bytes. So nothing here knows a rule of any target, and no header, linker or emulator is needed.
//!
//! A failure prints the seed and the smallest record found that still shows the difference.

pub mod compilers;
pub mod evidence;
pub mod generate;
pub mod passing;
pub mod random;
pub mod run;
pub mod shrink;
