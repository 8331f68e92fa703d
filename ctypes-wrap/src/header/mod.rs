//! C headers: read as a compiler of their target reads them, and callable at once.
//!
//! [`Header::read`] runs the preprocessor of the platform's C compiler over a header and reads what is
//! left with the C front end ([`ctypes_core::decl`]): types, functions, variables and constants, macros
//! among them. No other part of a compiler is needed, and no libclang.
//!
//! ```
//! use ctypes_wrap::{header::Header, types::ConstValue};
//! # if cfg!(unix) {
//! let header = Header::read("sys/socket.h")?;
//! assert_eq!(header.constant("SOL_SOCKET").map(|c| c.value), Some(ConstValue::Int(1)));
//! let address = header.types().get("struct sockaddr").unwrap();
//! assert_eq!(address.layout()?.field("sa_data").unwrap().offset(), 2);
//! # }
//! # Ok::<(), ctypes_wrap::Error>(())
//! ```
//!
//! # Which compiler
//! For this platform that which `CC_<target>` or `CC` names, else `cc`; for another one that which
//! `CC_<target>` or `TARGET_CC` names, else the cross gcc of the usual name, else `clang --target`: the
//! rules of the `cc` crate. What the compiler predefines is compared with the [`Target`]; where the two
//! disagree nothing is read. A header that includes nothing, has no conditions but its guard and uses
//! nothing that compilers predefine is read without one, for any target.
//!
//! # Macros
//! Macros without parameters become constants ([`Header::constants`]) by C's rules: integers, floats,
//! characters, strings, with casts, `sizeof`, enumerators, and whatever other macros they are made of.
//! One that stands for another name or a type is an alias ([`Header::aliases`]). The text of all of them,
//! those with parameters too, is in [`Declarations::macros`](ctypes_core::decl::Declarations::macros).
//! What has no value before a program runs is in [`Header::skipped`], with the reason.
//!
//! # Trust
//! A header may be hostile to the front end, whose time and memory are bounded, and may keep a compiler
//! busy, whose time ([`HeaderBuilder::time_limit`]) and output are bounded. What the compiler does, the
//! variables that name it and pkg-config are trusted.

#[cfg(all(feature = "load", feature = "dynamic"))]
mod bind;
mod check;
mod compiler;
mod constants;
mod expand;
mod options;
mod plain;
mod preprocess;
mod process;
mod pushed;
mod token;

#[cfg(all(feature = "load", feature = "dynamic"))]
pub use bind::BoundHeader;
pub use ctypes_core::error::HeaderError;
pub use options::HeaderBuilder;

use ctypes_core::decl::Declarations;
use ctypes_core::types::{ConstValue, Place};
use ctypes_core::{Target, Type, Types};
use std::fmt;
use std::sync::Arc;

/// A header that was read.
#[derive(Clone)]
pub struct Header {
    name: String,
    types: Types,
    target: Target,
    declarations: Declarations,
    constants: Vec<MacroConstant>,
    aliases: Vec<MacroAlias>,
    skipped: Vec<SkippedItem>,
}

/// A macro that stands for a value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MacroConstant {
    /// The name.
    pub name: Arc<str>,
    /// The value.
    pub value: ConstValue,
    /// Its type, by C's rules for the expression.
    pub ty: Type,
    /// The constant whose name is all that the macro consists of.
    pub alias_of: Option<Arc<str>>,
    /// Where it is defined.
    pub place: Place,
}

/// A macro that stands for another name, or for a type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MacroAlias {
    /// The name.
    pub name: Arc<str>,
    /// What it stands for, with all macros in it replaced.
    pub to: Arc<str>,
    /// The type, or that of the function or variable; none if it stands for a macro with parameters.
    pub ty: Option<Type>,
    /// Where it is defined.
    pub place: Place,
}

/// What could not be read or has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedItem {
    /// The name, if that much was understood.
    pub name: Option<Arc<str>>,
    /// Where it stands.
    pub place: Place,
    /// Why.
    pub reason: String,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({} for {})", self.name, self.target.name)
    }
}

impl fmt::Display for SkippedItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or("(unnamed)");
        write!(f, "{}: {name}: {}", self.place, self.reason)
    }
}

impl Header {
    /// Reads a header for this platform: `sqlite3.h`, which the compiler finds, or the path of a file.
    ///
    /// # Errors
    /// As [`HeaderBuilder::read`].
    #[doc(alias = "h2xml")]
    pub fn read(name: &str) -> Result<Header, HeaderError> {
        Header::new(name).read()
    }

    /// A header that is to be read with options.
    ///
    /// ```
    /// use ctypes_wrap::{Target, header::Header};
    /// # let dir = std::env::temp_dir().join(format!("ctypes-header-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir).unwrap();
    /// # std::fs::write(dir.join("packet.h"), "struct packet { char kind; long size[LANES]; };\n").unwrap();
    /// // packet.h: struct packet { char kind; long size[LANES]; };
    /// let header = Header::new("packet.h")
    ///     .include_dir(&dir)
    ///     .define("LANES", "2")
    ///     .target(Target::I686_LINUX)
    ///     .read()?;
    /// let packet = header.types().get("struct packet").unwrap();
    /// assert_eq!(packet.at(&Target::I686_LINUX)?.size(), 12);
    /// # std::fs::remove_dir_all(&dir).unwrap();
    /// # Ok::<(), ctypes_wrap::Error>(())
    /// ```
    #[allow(clippy::new_ret_no_self, reason = "the options of a header are what one makes first")]
    pub fn new(name: &str) -> HeaderBuilder {
        HeaderBuilder::new(name)
    }

    /// The name by which it was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace that knows all its types, functions, variables and constants by name.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// The target that it was read for.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What it and the headers that it includes declare, in order.
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// The macros that stand for values, in order.
    pub fn constants(&self) -> &[MacroConstant] {
        &self.constants
    }

    /// The macros that stand for other names or for types, in order.
    pub fn aliases(&self) -> &[MacroAlias] {
        &self.aliases
    }

    /// What could not be read, and macros that have no value, each with its place and the reason.
    pub fn skipped(&self) -> &[SkippedItem] {
        &self.skipped
    }

    /// The value of a macro or enumerator.
    pub fn constant(&self, name: &str) -> Option<MacroConstant> {
        if let Some(found) = self.constants.iter().find(|c| *c.name == *name) {
            return Some(found.clone());
        }
        let found = self.declarations.constants.iter().find(|c| *c.name == *name)?;
        Some(MacroConstant {
            name: found.name.clone(),
            value: ConstValue::Int(found.value),
            ty: found.ty.clone(),
            alias_of: None,
            place: found.place.clone(),
        })
    }
}
