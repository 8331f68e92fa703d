//! Tokens and keywords.
//!
//! Every spelling of a keyword that some compiler knows (`const`, `__const`, `__const__`) is one
//! [`Keyword`]. Words that only C23 reserves (`bool`, `nullptr`, `constexpr`) are identifiers here:
//! older headers declare them, and the parser knows their meaning where nobody did.

/// A token: what it is, how it is written, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    /// The byte at which it begins.
    pub(super) at: u32,
    /// Its line, by the line markers.
    pub(super) line: u32,
    /// The index of its file.
    pub(super) file: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    End,
    Identifier,
    Keyword(Keyword),
    Number,
    Char,
    Text,
    Mark(Mark),
    /// A byte that begins no token, or a literal without an end.
    Stray,
}

macro_rules! marks {
    ($($variant:ident $text:literal,)*) => {
        /// Punctuators.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Mark { $($variant,)* }

        impl Mark {
            pub(super) const fn text(self) -> &'static str {
                match self { $(Mark::$variant => $text,)* }
            }
        }
    };
}

marks! {
    Open "(", Close ")", OpenBrace "{", CloseBrace "}", OpenBracket "[", CloseBracket "]",
    Semicolon ";", Comma ",", Colon ":", ColonColon "::", Question "?", Dot ".", Ellipsis "...", Arrow "->",
    Plus "+", Minus "-", Star "*", Slash "/", Percent "%", Tilde "~", Not "!",
    And "&", Or "|", Xor "^", AndAnd "&&", OrOr "||",
    Less "<", Greater ">", LessEqual "<=", GreaterEqual ">=", Equal "==", NotEqual "!=",
    ShiftLeft "<<", ShiftRight ">>", Increment "++", Decrement "--",
    Assign "=", AssignWith "+=", Hash "#",
}

macro_rules! keywords {
    ($($variant:ident: $($text:literal)+,)*) => {
        /// Words with a meaning of their own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Keyword { $($variant,)* }

        const WORDS: &[(&str, Keyword)] = &[$($(($text, Keyword::$variant),)+)*];
    };
}

keywords! {
    Alignas: "_Alignas",
    Alignof: "_Alignof" "__alignof" "__alignof__",
    Asm: "asm" "__asm" "__asm__",
    Atomic: "_Atomic",
    Attribute: "__attribute__" "__attribute",
    Auto: "auto",
    AutoType: "__auto_type",
    BitInt: "_BitInt" "_ExtInt",
    Bool: "_Bool",
    Char: "char",
    ChooseExpr: "__builtin_choose_expr",
    Complex: "_Complex" "__complex__" "__complex",
    Const: "const" "__const" "__const__",
    Declspec: "__declspec" "_declspec",
    Double: "double",
    Enum: "enum",
    Extension: "__extension__",
    Extern: "extern",
    Float: "float",
    Generic: "_Generic",
    Imaginary: "_Imaginary",
    ImagPart: "__imag__" "__imag",
    Inline: "inline" "__inline" "__inline__" "_inline" "__forceinline",
    Int: "int",
    Int8: "__int8" "_int8",
    Int16: "__int16" "_int16",
    Int32: "__int32" "_int32",
    Int64: "__int64" "_int64",
    Int128: "__int128",
    Long: "long",
    Nonnull: "_Nonnull" "__nonnull",
    Noreturn: "_Noreturn",
    Nullable: "_Nullable" "_Null_unspecified" "_Nullable_result" "__nullable" "__null_unspecified",
    Offsetof: "__builtin_offsetof",
    Pragma: "_Pragma" "__pragma",
    PointerWidth: "__ptr32" "__ptr64" "_ptr32" "_ptr64" "__sptr" "__uptr" "__unaligned" "_unaligned" "__w64" "_w64",
    RealPart: "__real__" "__real",
    Register: "register",
    Restrict: "restrict" "__restrict" "__restrict__" "_restrict",
    Short: "short",
    Signed: "signed" "__signed" "__signed__",
    Sizeof: "sizeof",
    Statement: "break" "case" "continue" "default" "do" "else" "for" "goto" "if" "return" "switch" "while",
    Static: "static",
    StaticAssert: "_Static_assert",
    Struct: "struct",
    Thread: "_Thread_local" "__thread",
    Typedef: "typedef",
    Typeof: "__typeof__" "__typeof",
    TypeofUnqual: "__typeof_unqual__" "__typeof_unqual",
    TypesCompatible: "__builtin_types_compatible_p",
    Union: "union",
    Unsigned: "unsigned" "__unsigned" "__unsigned__",
    VaArg: "__builtin_va_arg",
    Void: "void",
    Volatile: "volatile" "__volatile" "__volatile__",
    Cdecl: "__cdecl" "_cdecl" "__cdecl__",
    Stdcall: "__stdcall" "_stdcall" "__stdcall__",
    Fastcall: "__fastcall" "_fastcall" "__fastcall__",
    Thiscall: "__thiscall" "_thiscall" "__thiscall__",
    Vectorcall: "__vectorcall" "_vectorcall" "__regcall" "__pascal" "_pascal",
}

/// Mixes the length and three bytes of a word: the table has no cluster longer than a few entries.
const fn slot(word: &[u8]) -> usize {
    let n = word.len();
    let (first, last) = (word[0] as usize, word[n - 1] as usize);
    let middle = word[n / 2] as usize;
    let third = word[if n > 2 { 2 } else { 0 }] as usize;
    (n * 37 + first * 11 + last * 71 + middle * 131 + third * 257) % SLOTS
}

const SLOTS: usize = 512;

/// Open addressing, made at compile time; 0 is empty, otherwise 1 + the index in `WORDS`.
static TABLE: [u8; SLOTS] = {
    let mut table = [0_u8; SLOTS];
    let mut i = 0;
    while i < WORDS.len() {
        let mut at = slot(WORDS[i].0.as_bytes());
        while table[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        table[at] = i as u8 + 1;
        i += 1;
    }
    table
};

/// The keyword that is written so.
pub(super) fn keyword(word: &str) -> Option<Keyword> {
    let mut at = slot(word.as_bytes());
    loop {
        match TABLE[at] {
            0 => return None,
            i => {
                let (text, keyword) = WORDS[i as usize - 1];
                if text == word {
                    return Some(keyword);
                }
            }
        }
        at = (at + 1) % SLOTS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found() {
        for (text, expected) in WORDS {
            assert_eq!(keyword(text), Some(*expected), "{text}");
        }
        for other in ["x", "in", "constant", "__const_", "structure", "size_t", "bool"] {
            assert_eq!(keyword(other), None, "{other}");
        }
    }
}
