//! A header's functions and variables in a library.

use super::{Header, compiler};
use ctypes_core::error::{Error, HeaderError};
use ctypes_core::{Function, Library, Signature, Symbol, Type};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A header together with the library that it describes; made by [`Header::bind`].
///
/// Functions are looked up when they are first asked for. It is cheap to clone, and all clones share
/// what was found.
#[derive(Debug, Clone)]
pub struct BoundHeader(Arc<Bound>);

#[derive(Debug)]
struct Bound {
    header: Header,
    library: Library,
    /// Positions of functions by name.
    index: HashMap<Arc<str>, usize>,
    functions: RwLock<HashMap<Arc<str>, Function>>,
}

impl Header {
    /// Makes the functions that the header declares callable, as the library exports them.
    ///
    /// ```
    /// use ctypes_wrap::{Library, header::Header};
    /// # if cfg!(unix) {
    /// let math = Header::read("math.h")?.bind(&unsafe { Library::open("m")? })?;
    /// let hypot = math.function("hypot")?;
    /// assert_eq!(unsafe { hypot.call::<f64>((3.0, 4.0))? }, 5.0);
    /// let error = math.function("hypott").unwrap_err();
    /// assert_eq!(error.to_string(), "`math.h` declares no function `hypott`");
    /// # }
    /// # Ok::<(), ctypes_wrap::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`HeaderError::OtherTarget`] if the header was read for another target. What the library does not
    /// export is an error only when it is asked for.
    pub fn bind(&self, library: &Library) -> Result<BoundHeader, HeaderError> {
        if !compiler::is_native(&self.target) {
            return Err(HeaderError::OtherTarget {
                header: self.name.clone(),
                target: self.target.name.to_owned(),
            });
        }
        let functions = self.declarations.functions.iter().enumerate();
        Ok(BoundHeader(Arc::new(Bound {
            index: functions.map(|(i, f)| (f.name.clone(), i)).collect(),
            header: self.clone(),
            library: library.clone(),
            functions: RwLock::default(),
        })))
    }
}

impl BoundHeader {
    /// The header.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// A function by its name in C, also by one that a macro gives it.
    ///
    /// # Errors
    /// The header declares no such function, the library does not export it, its signature cannot be
    /// called here.
    pub fn function(&self, name: &str) -> Result<Function, Error> {
        let Bound { header, library, index, functions } = &*self.0;
        if let Some(found) = functions.read().unwrap_or_else(|e| e.into_inner()).get(name) {
            return Ok(found.clone());
        }
        let at = index.get(name).or_else(|| {
            let alias = header.aliases.iter().find(|a| *a.name == *name)?;
            index.get(&alias.to)
        });
        let Some(declared) = at.map(|i| &header.declarations.functions[*i]) else {
            return Err(header.undeclared("function", name).into());
        };
        let signature = Signature::of(&declared.ty)?.with_names(declared.params.iter().cloned());
        let symbol = declared.symbol.as_ref().unwrap_or(&declared.name);
        let function = library.function(symbol, &signature)?;
        let mut functions = functions.write().unwrap_or_else(|e| e.into_inner());
        functions.insert(name.into(), function.clone());
        Ok(function)
    }

    /// Where the library has a variable, and its type.
    ///
    /// # Errors
    /// The header declares no such variable, or the library does not export it.
    pub fn variable(&self, name: &str) -> Result<(Symbol, Type), Error> {
        let Bound { header, library, .. } = &*self.0;
        let declared = header.declarations.variables.iter().find(|v| *v.name == *name);
        let declared = declared.ok_or_else(|| header.undeclared("variable", name))?;
        let symbol = library.symbol(declared.symbol.as_ref().unwrap_or(&declared.name))?;
        Ok((symbol, declared.ty.clone()))
    }

    /// The functions that the header declares and the library does not export.
    pub fn missing(&self) -> Vec<&str> {
        let Bound { header, library, .. } = &*self.0;
        let functions = header.declarations.functions.iter();
        let missing = functions
            .filter(|f| library.find_symbol(f.symbol.as_ref().unwrap_or(&f.name)).is_none());
        missing.map(|f| &*f.name).collect()
    }
}

impl Header {
    fn undeclared(&self, kind: &'static str, name: &str) -> HeaderError {
        let found = &self.declarations;
        let close = if found.inline_functions.iter().any(|f| *f.name == *name) {
            "it is defined in the header, so that no library exports it"
        } else if found.macros.iter().any(|m| *m.name == *name) {
            "it is a macro"
        } else if self.skipped.iter().any(|s| s.name.as_deref() == Some(name)) {
            "its declaration was skipped"
        } else {
            ""
        };
        HeaderError::Undeclared {
            header: self.name.clone(),
            kind,
            name: name.to_owned(),
            close: close.to_owned(),
        }
    }
}
