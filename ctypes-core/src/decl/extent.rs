//! `sizeof` and the alignment operators (C11 6.5.3.4; gcc's manual, "Determining the Alignment of
//! Functions, Types or Variables").
//!
//! Of an object or a member, gcc and clang tell the alignment that it got, not that of its type; so they
//! do for `_Alignof` of an expression, which C does not have.

use super::operand::{Align, Arithmetic, Operand, Value, arithmetic};
use super::parser::{Parsed, Parser};
use super::token::{Mark, Token};
use crate::target::{Compiler, Extent, LongDoubleFormat};
use crate::types::{Type, TypeKind};

/// What is asked for the size or alignment.
enum Asked {
    Type(Type),
    Operand(Operand),
}

impl<'t> Parser<'t, '_> {
    /// `sizeof`, which is the current token.
    pub(super) fn sizeof(&mut self) -> Parsed<Operand> {
        let at = self.advance();
        let ty = match self.asked()? {
            Asked::Type(ty) => ty,
            Asked::Operand(operand) => operand.ty,
        };
        let size = self.size_of(&ty).map_err(|reason| self.fault_at(at, reason))?;
        Ok(Operand::size(size, self.target))
    }

    /// `_Alignof`, `alignof` or `__alignof__`, behind the word.
    pub(super) fn alignof(&mut self, word: Token<'t>) -> Parsed<Operand> {
        let align = match self.asked()? {
            Asked::Operand(Operand { align: Align::Object(n), .. }) => Ok(n.into()),
            Asked::Operand(Operand { align: Align::Bits, .. }) => {
                Err("a bit field has no alignment".to_owned())
            }
            Asked::Operand(operand) => match operand.ty.kind() {
                TypeKind::IncompleteArray { of } => self.preferred_align_of(&of),
                _ => self.preferred_align_of(&operand.ty),
            },
            Asked::Type(ty) if word.text.starts_with("__") => self.preferred_align_of(&ty),
            Asked::Type(ty) => self.align_of(&ty),
        };
        let align = align.map_err(|reason| self.fault_at(word, reason))?;
        Ok(Operand::size(align, self.target))
    }

    /// A type in parentheses, or an expression.
    fn asked(&mut self) -> Parsed<Asked> {
        let next = self.peek();
        if !self.is(Mark::Open) || !self.begins_type(next) {
            return Ok(Asked::Operand(self.unary()?));
        }
        self.advance();
        let ty = self.type_name()?;
        self.expect(Mark::Close)?;
        // `sizeof (int){1}`
        if self.is(Mark::OpenBrace) {
            return Ok(Asked::Operand(self.cast(ty)?));
        }
        Ok(Asked::Type(ty))
    }

    /// The alignment that a variable gets, which the ABI of i386 makes larger than that of a member.
    fn preferred_align_of(&mut self, ty: &Type) -> Result<u64, String> {
        let align = self.align_of(ty)?;
        let is_larger = self.target.align8 < 8 && self.is_long_scalar(ty);
        Ok(if is_larger { align.max(8) } else { align })
    }

    /// Whether a type is a scalar of 8 bytes, or an array of them, of which no typedef says the alignment.
    fn is_long_scalar(&self, ty: &Type) -> bool {
        let ty = ty.bottom();
        match arithmetic(ty, self.target) {
            _ if ty.1.align != 0 => false,
            Some(Arithmetic::Int(of)) => of.bits == 64,
            Some(Arithmetic::Real(of) | Arithmetic::Complex(of)) => {
                of.scalar().extent(self.target).size == 8
            }
            None => false,
        }
    }

    /// What gcc remembers of the alignment when it converts a pointer that is no constant.
    pub(super) fn align_through(&mut self, operand: &Operand, ty: &Type) -> Align {
        let (Some(from), Some(to), Value::None(_), Compiler::Gcc) =
            (operand.ty.pointee(), ty.pointee(), &operand.value, self.target.compiler)
        else {
            return Align::OfType;
        };
        let before = match operand.align {
            Align::Address(_) if from == to => return operand.align,
            Align::Pointee(n) => n.into(),
            _ => self.align_of(&from).unwrap_or(1),
        };
        match self.align_of(&to) {
            Ok(n) if n < before => Align::Pointee(before as u32),
            _ => Align::OfType,
        }
    }

    /// What is remembered of the alignment where a pointer is followed.
    pub(super) fn align_behind(&self, pointer: &Operand) -> Align {
        match pointer.align {
            Align::Address(n) | Align::Pointee(n) if self.target.compiler == Compiler::Gcc => {
                Align::Object(n)
            }
            _ => Align::OfType,
        }
    }

    /// Size and alignment on the target.
    pub(super) fn extent_of(&mut self, ty: &Type) -> Result<Extent, String> {
        if self.is_native
            && let Some(extent) = ty.native_extent()
        {
            return Ok(extent);
        }
        self.measured(|measuring| measuring.extent(ty))
    }

    /// GNU C gives `void` and functions a size of 1.
    pub(super) fn size_of(&mut self, ty: &Type) -> Result<u64, String> {
        match ty.kind() {
            TypeKind::Void | TypeKind::Function(_) => Ok(1),
            _ => self.extent_of(ty).map(|e| e.size),
        }
    }

    /// The alignment in bytes; `void` has 1 in GNU C, and functions have one too.
    pub(super) fn align_of(&mut self, ty: &Type) -> Result<u64, String> {
        match ty.kind() {
            TypeKind::Void => Ok(1),
            TypeKind::Function(_) => match (self.target.compiler, self.target.long_double) {
                (Compiler::Clang | Compiler::Msvc, _) => Ok(4),
                (Compiler::Gcc, LongDoubleFormat::X87) => Ok(1),
                (Compiler::Gcc, _) => {
                    Err("the alignment of a function depends on the compiler's options".to_owned())
                }
            },
            _ => self.extent_of(ty).map(|e| e.align),
        }
    }
}
