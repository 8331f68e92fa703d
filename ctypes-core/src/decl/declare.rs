//! Functions and signatures from their prototypes.

use super::source::Source;
use crate::error::Error;
use crate::types::Types;

impl crate::Signature {
    /// The signature that a prototype says, with the names of its parameters; the name of the function is not needed.
    ///
    /// ```
    /// use ctypes_core::Signature;
    /// let sig = Signature::parse("int (const char *format, ...)")?;
    /// assert_eq!(sig.to_string(), "int (const char *, ...)");
    /// assert_eq!(sig.name(0), Some("format"));
    /// assert_eq!(Signature::parse("double pow(double, double);")?.to_string(), "double (double, double)");
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ParseError`](crate::decl::ParseError) if the text is no type of a function, or of a pointer to one; a signature that
    /// cannot be called here.
    pub fn parse(text: &str) -> Result<crate::Signature, Error> {
        crate::Signature::parse_in(&Types::new(), text)
    }

    /// As [`Signature::parse`](crate::Signature::parse), with the types of a namespace.
    ///
    /// # Errors
    /// As [`Signature::parse`](crate::Signature::parse).
    pub fn parse_in(types: &Types, text: &str) -> Result<crate::Signature, Error> {
        let (ty, names) = Source::new(text).prototype(types)?;
        Ok(crate::Signature::of(&ty)?.with_names(names))
    }
}

#[cfg(feature = "load")]
impl crate::Library {
    /// The function that a prototype declares, ready to be called.
    ///
    /// ```
    /// use ctypes_core::Library;
    /// # if cfg!(unix) {
    /// let math = unsafe { Library::open("m")? };
    /// let pow = math.declare("double pow(double, double);")?;
    /// assert_eq!(unsafe { pow.call::<f64>((2.0, 10.0))? }, 1024.0);
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ParseError`](crate::decl::ParseError) if the text is not the declaration of one function, a signature that cannot be
    /// called here, a symbol that the library does not export.
    ///
    /// # Python equivalent
    /// `lib.pow.argtypes = …; lib.pow.restype = …`, and `ffi.cdef` of cffi.
    #[doc(alias = "cdef")]
    #[doc(alias = "argtypes")]
    #[doc(alias = "restype")]
    pub fn declare(&self, prototype: &str) -> Result<crate::Function, Error> {
        self.declare_in(&Types::new(), prototype)
    }

    /// As [`declare`](crate::Library::declare), with the types of a namespace. The text may declare types
    /// before the function.
    ///
    /// ```
    /// use ctypes_core::{Library, Types};
    /// # if cfg!(unix) {
    /// let types = Types::new();
    /// types.parse("typedef struct { int quot, rem; } div_t;")?;
    /// let div = Library::this().declare_in(&types, "div_t div(int, int);")?;
    /// assert_eq!(div.signature().to_string(), "div_t (int, int)");
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`declare`](crate::Library::declare).
    pub fn declare_in(&self, types: &Types, prototype: &str) -> Result<crate::Function, Error> {
        let source = Source::new(prototype);
        let found = source.parse(types)?;
        let [function] = &found.functions[..] else {
            let found = match (found.functions.len(), found.variables.len()) {
                (0, variables @ 1..) => format!("{variables} of variables"),
                (functions, _) => functions.to_string(),
            };
            return Err(source.not_one("function", &found).into());
        };
        let signature =
            crate::Signature::of(&function.ty)?.with_names(function.params.iter().cloned());
        match &function.symbol {
            Some(symbol) => Ok(self.function(symbol, &signature)?),
            None => Ok(self.function(&function.name, &signature)?),
        }
    }
}
