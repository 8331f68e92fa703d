//! Attributes in all spellings: GNU `__attribute__((…))`, C23 `[[…]]`, Microsoft's `__declspec(…)`,
//! `_Alignas`, and the keywords of calling conventions.
//!
//! Those that change a layout, a call or a symbol are kept; the others are hints for a compiler and
//! are passed over, whatever they are called.

use super::parser::{Parsed, Parser};
use super::token::{Keyword, Kind, Mark};
use crate::target::{BitRule, Endian, Target};
use crate::types::{CallConv, Scalar};

/// What attributes say.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes {
    pub(super) packed: bool,
    /// The strictest of all `aligned`, in bytes.
    pub(super) align: Option<u64>,
    /// Elements of a vector: its size in bytes, or how many they are.
    pub(super) vector: Option<VectorSize>,
    pub(super) mode: Option<Mode>,
    pub(super) bit_rule: Option<BitRule>,
    pub(super) storage_order: Option<Endian>,
    pub(super) conv: Option<Conv>,
    pub(super) transparent_union: bool,
    pub(super) noreturn: bool,
    pub(super) weak: bool,
    pub(super) deprecated: bool,
}

/// A calling convention, or the name of one that nothing here can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conv {
    Known(CallConv),
    Unknown(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VectorSize {
    Bytes(u64),
    Elements(u64),
}

/// gcc's machine modes: the size of a scalar instead of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Integer(u32),
    Pointer,
    Word,
    Real(Scalar),
    Complex(Scalar),
}

impl Attributes {
    /// Adds what `more` says.
    pub(super) fn merge(&mut self, more: &Attributes) {
        self.packed |= more.packed;
        self.align = self.align.max(more.align);
        self.vector = more.vector.or(self.vector);
        self.mode = more.mode.or(self.mode);
        self.bit_rule = more.bit_rule.or(self.bit_rule);
        self.storage_order = more.storage_order.or(self.storage_order);
        self.conv = more.conv.or(self.conv);
        self.transparent_union |= more.transparent_union;
        self.noreturn |= more.noreturn;
        self.weak |= more.weak;
        self.deprecated |= more.deprecated;
    }
}

/// Whether the target is a 32-bit x86, the only one where Microsoft's conventions differ from C's.
fn is_x86_32(target: &Target) -> bool {
    target.pointer == 4 && (target.align8 == 4 || target.bit_rule == BitRule::Ms)
}

impl<'t> Parser<'t, '_> {
    /// Reads all attributes that stand here into `into`; whether there were any.
    #[inline]
    pub(super) fn attributes(&mut self, into: &mut Attributes) -> Parsed<bool> {
        let mut any = false;
        while self.one_attribute(into)? {
            any = true;
        }
        Ok(any)
    }

    fn one_attribute(&mut self, into: &mut Attributes) -> Parsed<bool> {
        let kind = self.token.kind;
        match kind {
            Kind::Keyword(Keyword::Attribute) => {
                self.advance();
                self.expect(Mark::Open)?;
                self.expect(Mark::Open)?;
                self.attribute_list(into, Mark::Close)?;
                self.expect(Mark::Close)?;
                self.expect(Mark::Close)?;
            }
            Kind::Keyword(Keyword::Declspec) => {
                self.advance();
                self.expect(Mark::Open)?;
                self.attribute_list(into, Mark::Close)?;
                self.expect(Mark::Close)?;
            }
            Kind::Mark(Mark::OpenBracket) if self.peek().kind == Kind::Mark(Mark::OpenBracket) => {
                self.advance();
                self.advance();
                self.attribute_list(into, Mark::CloseBracket)?;
                self.expect(Mark::CloseBracket)?;
                self.expect(Mark::CloseBracket)?;
            }
            Kind::Keyword(Keyword::Alignas) => {
                self.advance();
                self.alignas(into)?;
            }
            Kind::Identifier
                if self.token.text == "alignas" && self.peek().kind == Kind::Mark(Mark::Open) =>
            {
                self.advance();
                self.alignas(into)?;
            }
            Kind::Keyword(Keyword::Noreturn) => {
                self.advance();
                into.noreturn = true;
            }
            Kind::Keyword(Keyword::Extension) => {
                self.advance();
            }
            Kind::Keyword(Keyword::PointerWidth) => {
                let width = match self.token.text.trim_start_matches('_') {
                    "ptr32" => 4,
                    "ptr64" => 8,
                    _ => self.target.pointer,
                };
                if width != self.target.pointer {
                    return Err(self.fault_at(
                        self.token,
                        "pointers of another size than the target's are not supported",
                    ));
                }
                self.advance();
            }
            Kind::Keyword(keyword) => {
                let Some(conv) = self.convention(keyword) else { return Ok(false) };
                self.advance();
                into.conv = Some(conv);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The convention that a keyword of Microsoft's stands for. Compilers for other processors than
    /// 32-bit x86 accept and ignore the words.
    fn convention(&self, keyword: Keyword) -> Option<Conv> {
        let conv = match keyword {
            Keyword::Cdecl => CallConv::C,
            Keyword::Stdcall => CallConv::Stdcall,
            Keyword::Fastcall => CallConv::Fastcall,
            Keyword::Thiscall => CallConv::Thiscall,
            Keyword::Vectorcall => return Some(Conv::Unknown("vectorcall")),
            _ => return None,
        };
        Some(Conv::Known(if is_x86_32(self.target) { conv } else { CallConv::C }))
    }

    /// `_Alignas(type)` or `_Alignas(constant)`, behind the keyword. 0 has no effect (C11 6.7.5p6).
    fn alignas(&mut self, into: &mut Attributes) -> Parsed<()> {
        self.expect(Mark::Open)?;
        let at = self.token;
        let align = if self.begins_type(self.token) {
            let ty = self.type_name()?;
            self.align_of(&ty).map_err(|reason| self.fault_at(at, reason))?
        } else {
            self.count("an alignment")?
        };
        self.expect(Mark::Close)?;
        if align != 0 {
            into.align = into.align.max(Some(self.alignment(align, at)?));
        }
        Ok(())
    }

    fn alignment(&self, n: u64, at: super::token::Token<'_>) -> Parsed<u64> {
        if n.is_power_of_two() && n <= 1 << 28 {
            return Ok(n);
        }
        let message =
            format!("expected an alignment that is a power of two from 1 to 2^28, found {n}");
        Err(self.fault_at(at, message))
    }

    /// Attributes with commas, or only spaces, between them.
    fn attribute_list(&mut self, into: &mut Attributes, end: Mark) -> Parsed<()> {
        while !self.is(end) {
            if self.eat(Mark::Comma) {
                continue;
            }
            let mut name = match self.token.kind {
                Kind::Identifier | Kind::Keyword(_) => self.advance(),
                _ => return Err(self.expected("the name of an attribute")),
            };
            // `gnu::packed`; what it is in other vocabularies than gcc's and clang's matters not.
            if self.eat(Mark::ColonColon) {
                name = match self.token.kind {
                    Kind::Identifier | Kind::Keyword(_) => self.advance(),
                    _ => return Err(self.expected("the name of an attribute")),
                };
            }
            self.attribute(name.text, into)?;
        }
        Ok(())
    }

    fn attribute(&mut self, name: &'t str, into: &mut Attributes) -> Parsed<()> {
        let name = name.strip_prefix("__").and_then(|n| n.strip_suffix("__")).unwrap_or(name);
        let has_arguments = self.is(Mark::Open);
        match name {
            "packed" => into.packed = true,
            "aligned" | "align" if has_arguments => {
                self.advance();
                let at = self.token;
                let n = if self.begins_type(self.token) {
                    let ty = self.type_name()?;
                    self.align_of(&ty).map_err(|reason| self.fault_at(at, reason))?
                } else {
                    self.count("an alignment")?
                };
                into.align = into.align.max(Some(self.alignment(n, at)?));
                return self.expect(Mark::Close);
            }
            "aligned" => into.align = into.align.max(Some(biggest_alignment(self.target))),
            "vector_size" | "ext_vector_type" | "neon_vector_type" if has_arguments => {
                self.advance();
                let n = self.count("the size of a vector")?;
                into.vector = Some(if name == "vector_size" {
                    VectorSize::Bytes(n)
                } else {
                    VectorSize::Elements(n)
                });
                return self.expect(Mark::Close);
            }
            "mode" if has_arguments => {
                let open = self.advance();
                let mode = self.advance();
                into.mode = Some(self.mode(mode.text).ok_or_else(|| {
                    self.fault_at(open, format!("unknown machine mode `{}`", mode.text))
                })?);
                return self.expect(Mark::Close);
            }
            "ms_struct" => into.bit_rule = Some(BitRule::Ms),
            "gcc_struct" => into.bit_rule = Some(BitRule::Gcc),
            "scalar_storage_order" if has_arguments => {
                self.advance();
                let order = self.advance();
                into.storage_order = match order.text.trim_matches('"') {
                    "big-endian" => Some(Endian::Big),
                    "little-endian" => Some(Endian::Little),
                    _ => None,
                };
                return self.expect(Mark::Close);
            }
            "cdecl" => into.conv = Some(Conv::Known(CallConv::C)),
            "stdcall" => into.conv = self.convention(Keyword::Stdcall),
            "fastcall" => into.conv = self.convention(Keyword::Fastcall),
            "thiscall" => into.conv = self.convention(Keyword::Thiscall),
            "vectorcall" => into.conv = self.convention(Keyword::Vectorcall),
            "ms_abi" => into.conv = Some(Conv::Known(CallConv::Win64)),
            "sysv_abi" => into.conv = Some(Conv::Known(CallConv::SysV64)),
            // Elsewhere there are enough registers, and compilers ignore it.
            "regparm" if is_x86_32(self.target) => into.conv = Some(Conv::Unknown("regparm")),
            "regcall" => into.conv = Some(Conv::Unknown("regcall")),
            "preserve_most" => into.conv = Some(Conv::Unknown("preserve_most")),
            "preserve_all" => into.conv = Some(Conv::Unknown("preserve_all")),
            "swiftcall" => into.conv = Some(Conv::Unknown("swiftcall")),
            "aarch64_vector_pcs" => into.conv = Some(Conv::Unknown("aarch64_vector_pcs")),
            "transparent_union" => into.transparent_union = true,
            "noreturn" | "_Noreturn" => into.noreturn = true,
            "weak" => into.weak = true,
            "deprecated" => into.deprecated = true,
            _ => {}
        }
        if has_arguments { self.skip_group() } else { Ok(()) }
    }

    fn mode(&self, name: &str) -> Option<Mode> {
        let name = name.strip_prefix("__").and_then(|n| n.strip_suffix("__")).unwrap_or(name);
        Some(match name {
            "QI" | "byte" => Mode::Integer(8),
            "HI" => Mode::Integer(16),
            "SI" => Mode::Integer(32),
            "DI" => Mode::Integer(64),
            "TI" => Mode::Integer(128),
            "word" | "unwind_word" => Mode::Word,
            "pointer" => Mode::Pointer,
            "SF" => Mode::Real(Scalar::Float),
            "DF" => Mode::Real(Scalar::Double),
            "XF" => Mode::Real(Scalar::LongDouble),
            "TF" | "KF" => Mode::Real(self.quad()),
            "SC" => Mode::Complex(Scalar::FloatComplex),
            "DC" => Mode::Complex(Scalar::DoubleComplex),
            "XC" => Mode::Complex(Scalar::LongDoubleComplex),
            "TC" | "KC" => Mode::Complex(self.quad_complex()),
            _ => return None,
        })
    }
}

/// gcc's `__BIGGEST_ALIGNMENT__`, which `aligned` without a number means.
fn biggest_alignment(target: &Target) -> u64 {
    // ARM's and IBM z's compilers have no larger one than that of `__int128`.
    if target.align16 < 16 { 8 } else { 16 }
}
