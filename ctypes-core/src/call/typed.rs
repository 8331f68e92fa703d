//! A function with a run-time signature as a plain function pointer, after one check.

use super::function::Function;
use super::signature::Signature;
use crate::callback::FnPointer;
use crate::error::CallError;
use crate::target::Target;
use crate::types::{CType, CallConv, Type, TypeKind};

impl Function {
    /// The function as a plain function pointer, whose calls are checked no further: for a signature
    /// that is known at compile time after all.
    ///
    /// It may be called as long as this `Function` or another handle keeps the library open. The pointer is
    /// `unsafe` to call, by the same demands as [`Function::call`]; a panic in a callback is not caught.
    ///
    /// ```
    /// # #[cfg(feature = "decl")] {
    /// use ctypes_core::Library;
    ///
    /// let lib = unsafe { Library::open("m")? };
    /// let pow = lib.declare("double pow(double x, double y);")?;
    /// let raw = pow.typed::<unsafe extern "C" fn(f64, f64) -> f64>()?;
    /// assert_eq!(unsafe { raw(2.0, 10.0) }, 1024.0);
    ///
    /// let error = pow.typed::<unsafe extern "C" fn(f64, f32) -> f64>().unwrap_err();
    /// assert!(error.to_string().ends_with("parameter 2 (`y`) is a `double`, found `float`"));
    /// # }
    /// # Ok::<(), ctypes_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`CallError::PointerType`] if the convention, the number of parameters, or the type of one or of the result
    /// differs (pointers as in calls: those to `void` and to bytes fit others), if the result may be what is no value of
    /// the Rust type (NULL for a `NonNull`), if the function is variadic, or if rustc passes one of the types in another way than C, as it does with `long double`.
    #[doc(alias = "CFUNCTYPE")]
    pub fn typed<F: CType + FnPointer>(&self) -> Result<F, CallError> {
        match difference(self.signature(), F::TYPE) {
            // SAFETY: the address is that of a function with the signature, which was found to be F's.
            None => Ok(unsafe { F::from_code(self.as_ptr()) }),
            Some(reason) => Err(CallError::PointerType {
                function: self.name().to_owned(),
                signature: self.signature().to_string(),
                asked: F::TYPE.to_string(),
                reason,
            }),
        }
    }
}

/// Why a function with that signature is not to be called through a pointer of that type.
fn difference(signature: &Signature, pointer: &Type) -> Option<String> {
    let to = match pointer.kind() {
        TypeKind::Pointer { to, .. } => to,
        _ => pointer.clone(),
    };
    let TypeKind::Function(asked) = to.kind() else {
        return Some("it is no pointer to a function".to_owned());
    };
    let (conv, wanted) = (canonical(signature.conv()), canonical(asked.conv()));
    if conv != wanted {
        return Some(format!("its calling convention is \"{conv}\", found \"{wanted}\""));
    }
    if signature.is_variadic() {
        return Some("it is variadic, and takes other arguments in each call".to_owned());
    }
    let (params, asked_params) = (signature.params(), asked.params());
    if params.len() != asked_params.len() {
        let (n, s) = (params.len(), if params.len() == 1 { "" } else { "s" });
        return Some(format!("it has {n} parameter{s}, found {}", asked_params.len()));
    }
    let parts = params.iter().zip(&asked_params).enumerate().map(|(i, (param, asked))| {
        let name = signature.name(i).map_or_else(String::new, |name| format!(" (`{name}`)"));
        (format!("parameter {}{name}", i + 1), param, asked)
    });
    let (given, result) = (signature.result(), asked.result());
    parts.chain([("the result".to_owned(), given, &result)]).find_map(|(what, ours, asked)| {
        if !(ours.is_compatible(asked) || ours.points_like(asked)) {
            return Some(format!("{what} is a `{ours}`, found `{asked}`"));
        }
        if ours.holds_any_bits() && !asked.holds_any_bits() && what == "the result" {
            return Some(format!("{what} is a `{ours}`, which need not be a valid `{asked}`"));
        }
        let as_in_c = is_void(ours) || ours.by_value_at(&Target::NATIVE).unwrap_or(false);
        (!as_in_c)
            .then(|| format!("{what} is a `{ours}`, which rustc passes in another way than C"))
    })
}

fn is_void(ty: &Type) -> bool {
    matches!(ty.kind(), TypeKind::Void)
}

/// Conventions that are one on this platform.
fn canonical(conv: CallConv) -> CallConv {
    match conv {
        CallConv::System if cfg!(all(windows, target_arch = "x86")) => CallConv::Stdcall,
        CallConv::System => CallConv::C,
        CallConv::SysV64 if cfg!(all(target_arch = "x86_64", not(windows))) => CallConv::C,
        CallConv::Win64 if cfg!(all(target_arch = "x86_64", windows)) => CallConv::C,
        other => other,
    }
}
