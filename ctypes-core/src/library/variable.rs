//! Variables of libraries: [`Variable`] with a Rust type, and C objects whose type exists at run time.
//!
//! Checked where the system tells: that the symbol is no function and not thread-local, that it has at least the
//! size of the type, and whether its memory may be written. Not checked: that it is of that type.

use super::{Library, Symbol, os};
use crate::error::{Expected, SymbolError};
use crate::memory::{AccessError, AccessFault, CData};
use crate::types::{CType, Type, TypeKind};
use core::fmt;
use core::marker::PhantomData;

/// A variable of a library, as a type of Rust. It keeps the library open.
///
/// C may write to it at any time, so there is no way to a `&T`: only copies and the address.
///
/// # Python equivalent
/// `c_int.in_dll(lib, "name")`
#[doc(alias = "in_dll")]
pub struct Variable<T> {
    symbol: Symbol,
    is_read_only: bool,
    variable: PhantomData<fn() -> *mut T>,
}

impl Library {
    /// A variable of the library, as a type of Rust.
    ///
    /// ```
    /// use core::ffi::c_int;
    /// use ctypes_core::Library;
    /// # if cfg!(all(target_os = "linux", target_env = "gnu")) {
    /// // SAFETY: C declares `extern int opterr;`, and no other thread uses it.
    /// unsafe {
    ///     let opterr = Library::this().variable::<c_int>("opterr")?;
    ///     assert_eq!(opterr.read(), 1);
    ///     opterr.write(0)?;
    /// }
    /// let error = unsafe { Library::this().variable::<c_int>("strlen") }.err().unwrap();
    /// assert!(error.to_string().ends_with("it is a function"));
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Safety
    ///
    /// If there is a variable of that name, it is a `T`.
    ///
    /// # Errors
    ///
    /// [`SymbolError`] as for [`symbol`](Library::symbol), and if it is a function, is thread-local, is smaller than a `T` or is not
    /// aligned for it.
    ///
    /// # Platform behaviour
    ///
    /// ELF tells what a symbol is and its size. Windows tells only whether it lies in code, Apple's systems
    /// neither. What is unknown is no error.
    pub unsafe fn variable<T: CType>(&self, name: &str) -> Result<Variable<T>, SymbolError> {
        let found = self.find_variable(name, T::TYPE)?;
        let Found { symbol, is_read_only, .. } = found;
        self.check_alignment(&symbol, align_of::<T>())?;
        Ok(Variable { symbol, is_read_only, variable: PhantomData })
    }

    /// A variable of the library, as a C object of that type. It keeps the library open.
    ///
    /// An array without a length (or of length 0) has as many elements as there is room in the variable, where the
    /// system tells. What lies in read-only memory cannot be stored to, which is an error then.
    ///
    /// ```
    /// use ctypes_core::{Library, Type};
    /// # if cfg!(all(target_os = "linux", target_env = "gnu")) {
    /// // SAFETY: C declares `extern int opterr;`, and nobody uses it but through this handle.
    /// let opterr = unsafe { Library::this().variable_as("opterr", &Type::INT)? };
    /// opterr.set("", 0)?;
    /// assert_eq!(opterr.get::<i32>("")?, 0);
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Safety
    ///
    /// If there is a variable of that name, it is of that type, and its memory is used as
    /// [`CData::from_ptr`] demands for as long as there are handles to it.
    ///
    /// # Errors
    ///
    /// As [`variable`](Library::variable), and if the type has no size.
    ///
    /// # Python equivalent
    ///
    /// `T.in_dll(lib, "name")`
    #[doc(alias = "in_dll")]
    pub unsafe fn variable_as(&self, name: &str, ty: &Type) -> Result<CData<'static>, SymbolError> {
        let Found { symbol, is_read_only, ty, size } = self.find_variable(name, ty)?;
        let address = symbol.as_ptr();
        let guard: Box<dyn Send + Sync> = Box::new(symbol);
        // SAFETY: the caller's promise; the guard keeps the library open, and memory that must not be written is not.
        unsafe { CData::foreign(&ty, address, size, is_read_only, Some(guard)) }
            .map_err(|e| self.symbol_error(name, Expected::Variable, e.to_string()))
    }

    /// The variable that a C declaration names, as a C object of its type.
    ///
    /// ```
    /// use ctypes_core::Library;
    /// # if cfg!(all(target_os = "linux", target_env = "gnu")) {
    /// // SAFETY: the declaration is that of libc, and nobody uses it but through this handle.
    /// let optind = unsafe { Library::this().declare_variable("extern int optind;")? };
    /// assert_eq!(optind.get::<i32>("")?, 1);
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Safety
    ///
    /// As for [`variable_as`](Library::variable_as), of the type that is declared.
    ///
    /// # Errors
    ///
    /// [`ParseError`](crate::decl::ParseError) if the text is not the declaration of one variable;
    /// [`SymbolError`] as for [`variable_as`](Library::variable_as).
    #[cfg(feature = "decl")]
    #[doc(alias = "cdef")]
    pub unsafe fn declare_variable(&self, text: &str) -> Result<CData<'static>, crate::Error> {
        // SAFETY: the caller's promise.
        unsafe { self.declare_variable_in(&crate::Types::new(), text) }
    }

    /// As [`declare_variable`](Library::declare_variable), with the types of a namespace. The text may declare types
    /// before the variable.
    ///
    /// # Safety
    ///
    /// As for [`declare_variable`](Library::declare_variable).
    ///
    /// # Errors
    ///
    /// As [`declare_variable`](Library::declare_variable).
    #[cfg(feature = "decl")]
    pub unsafe fn declare_variable_in(
        &self,
        types: &crate::Types,
        text: &str,
    ) -> Result<CData<'static>, crate::Error> {
        let variable = crate::decl::Source::new(text).variable(types)?;
        let name = variable.symbol.as_ref().unwrap_or(&variable.name);
        // SAFETY: the caller's promise.
        Ok(unsafe { self.variable_as(name, &variable.ty)? })
    }

    fn find_variable(&self, name: &str, ty: &Type) -> Result<Found, SymbolError> {
        let (symbol, about) = self.describe(name, Expected::Variable)?;
        let fail = |reason| self.symbol_error(name, Expected::Variable, reason);
        let mut ty = ty.renewed();
        if let (TypeKind::IncompleteArray { of } | TypeKind::Array { of, len: 0 }, Some(size)) =
            (ty.kind(), about.size)
        {
            let each = of.layout().map_or(0, |layout| layout.size());
            let len = (size as u64).checked_div(each).unwrap_or(0);
            ty = of.array(len as usize).map_err(|e| fail(e.to_string()))?;
        }
        let expected = ty.layout().map_err(|e| fail(e.to_string()))?.size();
        let size = about.size.unwrap_or(expected as usize);
        self.check_size(&symbol, size, expected, &ty)?;
        let is_read_only = os::is_read_only(symbol.as_ptr(), size);
        Ok(Found { symbol, is_read_only, ty, size })
    }
}

impl Library {
    /// The symbol of a variable that is declared in Rust, by the checks of [`variable`](Library::variable).
    pub(crate) fn declared_variable(&self, name: &str, room: &Room) -> Result<Symbol, SymbolError> {
        let (symbol, about) = self.describe(name, Expected::Variable)?;
        if let Some(size) = about.size {
            self.check_size(&symbol, size, room.size as u64, &(room.ty)())?;
        }
        self.check_alignment(&symbol, room.align)?;
        Ok(symbol)
    }

    fn check_size(
        &self,
        symbol: &Symbol,
        size: usize,
        expected: u64,
        ty: &dyn fmt::Display,
    ) -> Result<(), SymbolError> {
        if (size as u64) < expected {
            let reason = format!("it has {size} bytes, and `{ty}` has {expected}");
            return Err(self.symbol_error(symbol.name(), Expected::Variable, reason));
        }
        Ok(())
    }

    fn check_alignment(&self, symbol: &Symbol, align: usize) -> Result<(), SymbolError> {
        let at = symbol.as_ptr();
        if !at.addr().is_multiple_of(align) {
            let reason = format!("expected an address that is a multiple of {align}, found {at:p}");
            return Err(self.symbol_error(symbol.name(), Expected::Variable, reason));
        }
        Ok(())
    }
}

/// What a variable has to be for a type of Rust that need not describe itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    size: usize,
    align: usize,
    /// The type's name.
    ty: fn() -> &'static str,
}

impl Room {
    pub(crate) const fn of<T>() -> Room {
        Room { size: size_of::<T>(), align: align_of::<T>(), ty: core::any::type_name::<T> }
    }
}

/// Whether a variable of the type is known to lie in memory that must not be written.
pub(crate) fn is_read_only<T>(variable: *const T) -> bool {
    os::is_read_only(variable.cast(), size_of::<T>())
}

/// A variable with what is known of it.
struct Found {
    symbol: Symbol,
    is_read_only: bool,
    ty: Type,
    size: usize,
}

impl<T: CType> Variable<T> {
    /// The address, which is aligned and never null.
    #[must_use]
    pub fn as_ptr(&self) -> *mut T {
        self.symbol.as_ptr().cast()
    }

    /// The symbol that it was found as.
    #[must_use]
    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// Whether it is known to lie in memory that must not be written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// Copies the value out.
    ///
    /// # Safety
    /// No other thread writes to the variable meanwhile, and its bytes are a valid `T`.
    #[must_use]
    pub unsafe fn read(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: the address is that of a `T` (`Library::variable`), aligned, and the symbol keeps the library open; the
        // rest is the caller's promise.
        unsafe { self.as_ptr().read() }
    }

    /// Stores a value.
    ///
    /// # Safety
    /// No other thread uses the variable meanwhile, and the library allows the value.
    ///
    /// # Errors
    /// If the variable lies in read-only memory: it is `const` in C.
    pub unsafe fn write(&self, value: T) -> Result<(), AccessError>
    where
        T: Copy,
    {
        if self.is_read_only {
            let reason = format!("the variable `{}` lies in read-only memory", self.symbol.name());
            return Err(AccessError::here(T::TYPE, "", AccessFault::ReadOnly { reason }));
        }
        // SAFETY: as in `read`.
        unsafe { self.as_ptr().write(value) };
        Ok(())
    }
}

impl<T> Clone for Variable<T> {
    fn clone(&self) -> Self {
        let (symbol, is_read_only) = (self.symbol.clone(), self.is_read_only);
        Variable { symbol, is_read_only, variable: PhantomData }
    }
}

impl<T> fmt::Debug for Variable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Variable").field(&self.symbol).finish()
    }
}
