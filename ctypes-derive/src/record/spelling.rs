//! C's scalar types as Rust paths and as C text name them.
//!
//! Each entry leads to an associated constant of the run-time crate's `Type`, which decides what the
//! scalar is on a target; no size is known here.

/// A C scalar: its constant in `Type`, C's name, and the names that Rust paths end in for it.
pub(crate) struct Spelling {
    pub(crate) konst: &'static str,
    pub(crate) c: &'static str,
    rust: &'static [&'static str],
}

macro_rules! spellings {
    ($($konst:ident $c:literal [$($rust:literal)*],)*) => {
        const SPELLINGS: &[Spelling] =
            &[$(Spelling { konst: stringify!($konst), c: $c, rust: &[$($rust),*] },)*];
    };
}

spellings! {
    BOOL "_Bool" ["c_bool"],
    CHAR "char" ["c_char"],
    SCHAR "signed char" ["c_schar"],
    UCHAR "unsigned char" ["c_uchar"],
    SHORT "short" ["c_short"],
    USHORT "unsigned short" ["c_ushort"],
    INT "int" ["c_int"],
    UINT "unsigned int" ["c_uint"],
    LONG "long" ["c_long"],
    ULONG "unsigned long" ["c_ulong"],
    LONGLONG "long long" ["c_longlong"],
    ULONGLONG "unsigned long long" ["c_ulonglong"],
    I8 "int8_t" ["int8_t"],
    U8 "uint8_t" ["uint8_t"],
    I16 "int16_t" ["int16_t"],
    U16 "uint16_t" ["uint16_t"],
    I32 "int32_t" ["int32_t"],
    U32 "uint32_t" ["uint32_t"],
    I64 "int64_t" ["int64_t"],
    U64 "uint64_t" ["uint64_t"],
    I128 "__int128" [],
    U128 "unsigned __int128" [],
    SIZE "size_t" ["size_t" "c_size_t"],
    SSIZE "ssize_t" ["ssize_t" "c_ssize_t"],
    PTRDIFF "ptrdiff_t" ["ptrdiff_t" "c_ptrdiff_t"],
    INTPTR "intptr_t" ["intptr_t"],
    UINTPTR "uintptr_t" ["uintptr_t"],
    TIME "time_t" ["time_t"],
    WCHAR "wchar_t" ["wchar_t"],
    CHAR16 "char16_t" ["char16_t"],
    CHAR32 "char32_t" ["char32_t"],
    FLOAT "float" ["c_float"],
    DOUBLE "double" ["c_double"],
    LONGDOUBLE "long double" ["LongDouble" "c_longdouble"],
    FLOAT_COMPLEX "float _Complex" [],
    DOUBLE_COMPLEX "double _Complex" [],
    LONGDOUBLE_COMPLEX "long double _Complex" [],
}

/// Rust's primitives: what they are does not depend on a name in C.
pub(crate) fn is_primitive(ident: &str) -> bool {
    matches!(
        ident,
        "i8" | "u8"
            | "i16"
            | "u16"
            | "i32"
            | "u32"
            | "i64"
            | "u64"
            | "i128"
            | "u128"
            | "isize"
            | "usize"
            | "f32"
            | "f64"
            | "bool"
    )
}

/// The scalar that a Rust path of this last segment means.
pub(crate) fn by_rust_name(ident: &str) -> Option<&'static Spelling> {
    SPELLINGS.iter().find(|s| s.rust.contains(&ident))
}

/// The scalar that C text names, its specifiers in any order (C11 6.7.2p2).
pub(super) fn by_c_name(text: &str) -> Option<&'static Spelling> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let canonical = specifiers(&words).unwrap_or_else(|| words.join(" "));
    SPELLINGS.iter().find(|s| s.c == canonical)
}

/// The list of C's names, for messages.
pub(super) fn c_names() -> String {
    let names: Vec<String> = SPELLINGS.iter().map(|s| format!("`{}`", s.c)).collect();
    names.join(", ")
}

/// The usual form of a list of type specifiers: `long unsigned int` is `unsigned long`.
fn specifiers(words: &[&str]) -> Option<String> {
    let count = |word| words.iter().filter(|w| **w == word).count();
    let modifiers = ["signed", "unsigned", "short", "long", "_Complex"];
    let mut bases = words.iter().filter(|w| !modifiers.contains(w));
    let (base, extra) = (bases.next().copied(), bases.next());
    let (signed, unsigned) = (count("signed"), count("unsigned"));
    let (short, long, complex) = (count("short"), count("long"), count("_Complex"));
    if extra.is_some() || signed + unsigned > 1 || short > 1 || complex > 1 {
        return None;
    }
    let integer = |name: &str| match unsigned {
        0 => name.to_owned(),
        _ => format!("unsigned {name}"),
    };
    let plain = signed + unsigned + short == 0;
    let name = match (base, short, long) {
        (Some("double"), 0, 0 | 1) if plain => {
            let name = if long == 1 { "long double" } else { "double" };
            return Some(if complex == 1 { format!("{name} _Complex") } else { name.to_owned() });
        }
        (Some("float"), 0, 0) if plain && complex == 1 => "float _Complex".to_owned(),
        _ if complex == 1 => return None,
        (Some("bool"), 0, 0) if plain => "_Bool".to_owned(),
        (Some("char"), 0, 0) if signed == 1 => "signed char".to_owned(),
        (Some("char"), 0, 0) => integer("char"),
        (Some("__int128"), 0, 0) => integer("__int128"),
        (None, 0, 0) if plain => return None,
        (Some("int") | None, 0, 0) => integer("int"),
        (Some("int") | None, 1, 0) => integer("short"),
        (Some("int") | None, 0, 1) => integer("long"),
        (Some("int") | None, 0, 2) => integer("long long"),
        _ => return None,
    };
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C11 6.7.2p2, the list of what each multiset of specifiers means.
    #[test]
    fn specifiers_come_in_any_order() {
        for (text, expected) in [
            ("long", "LONG"),
            ("signed long int", "LONG"),
            ("int long", "LONG"),
            ("unsigned", "UINT"),
            ("signed", "INT"),
            ("long unsigned  int", "ULONG"),
            ("long int long unsigned", "ULONGLONG"),
            ("short signed int", "SHORT"),
            ("char", "CHAR"),
            ("char signed", "SCHAR"),
            ("char unsigned", "UCHAR"),
            ("double long", "LONGDOUBLE"),
            ("_Complex long double", "LONGDOUBLE_COMPLEX"),
            ("_Complex float", "FLOAT_COMPLEX"),
            ("bool", "BOOL"),
            ("_Bool", "BOOL"),
            ("float", "FLOAT"),
            ("__int128 unsigned", "U128"),
            (" size_t ", "SIZE"),
        ] {
            assert_eq!(by_c_name(text).map(|s| s.konst), Some(expected), "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_scalar() {
        for text in [
            "",
            "foo",
            "unsigned double",
            "long long long",
            "short long",
            "signed unsigned",
            "long char",
            "int int",
            "unsigned size_t",
            "_Complex",
            "_Complex int",
            "short float",
            "void",
            "int *",
            "long bool",
            "long long double",
        ] {
            assert!(by_c_name(text).is_none(), "{text}");
        }
    }

    #[test]
    fn every_c_name_is_found() {
        for spelling in SPELLINGS {
            assert_eq!(by_c_name(spelling.c).map(|s| s.konst), Some(spelling.konst));
        }
    }
}
