//! Whether a preprocessor is that of a target: what it predefines against what the target says.
//!
//! These macros are gcc's, and clang has them too. One that is missing tells nothing, but for the size
//! of a pointer: a compiler that does not say even that is refused.

use ctypes_core::decl::Macro;
use ctypes_core::target::{Endian, LongDoubleFormat, Target};

/// What differs, a line each; empty if nothing does.
pub(super) fn differences(macros: &[Macro], target: &Target) -> Vec<String> {
    let find = |name: &str| {
        macros.iter().find(|m| *m.name == *name && m.params.is_none()).map(|m| &*m.body)
    };
    let mut differences = Vec::new();
    let mut compare = |name: &str, expected: &str, found: Option<&str>| {
        if let Some(found) = found
            && found != expected
        {
            differences.push(format!("{name}: expected {expected}, found {found}"));
        }
    };
    let pointer = find("__SIZEOF_POINTER__").unwrap_or("no such macro");
    compare("__SIZEOF_POINTER__", &target.pointer.to_string(), Some(pointer));
    for (name, size) in [
        ("__SIZEOF_INT__", u64::from(target.int)),
        ("__SIZEOF_LONG__", u64::from(target.long)),
        ("__SIZEOF_WCHAR_T__", u64::from(target.wchar)),
        ("__SIZEOF_LONG_DOUBLE__", target.long_double_extent.size),
    ] {
        compare(name, &size.to_string(), find(name));
    }
    let order = match target.endian {
        Endian::Little => "__ORDER_LITTLE_ENDIAN__",
        Endian::Big => "__ORDER_BIG_ENDIAN__",
    };
    compare("__BYTE_ORDER__", order, find("__BYTE_ORDER__"));
    let mantissa = match target.long_double {
        LongDoubleFormat::Double => "53",
        LongDoubleFormat::X87 => "64",
        LongDoubleFormat::Quad => "113",
        LongDoubleFormat::DoubleDouble => "106",
        _ => "another number",
    };
    compare("__LDBL_MANT_DIG__", mantissa, find("__LDBL_MANT_DIG__"));
    let sign = |signed: bool| if signed { "signed" } else { "unsigned" };
    let char_signed = find("__CHAR_UNSIGNED__").is_none();
    compare("char", sign(target.char_signed), Some(sign(char_signed)));
    let wchar = find("__WCHAR_TYPE__").map(|ty| sign(!ty.contains("unsigned")));
    compare("wchar_t", sign(target.wchar_signed), wchar);
    let apple = |yes: bool| if yes { "Apple's" } else { "not Apple's" };
    let is_apple = target.name.ends_with("apple");
    let native = target.name == Target::NATIVE.name;
    if !native || cfg!(target_vendor = "apple") {
        compare("system", apple(is_apple || native), Some(apple(find("__APPLE__").is_some())));
    }
    differences
}
