//! Declaration specifiers (C11 6.7): what stands before the declarators.

use super::attributes::{Attributes, Mode, VectorSize};
use super::operand::{Arithmetic, arithmetic, pointer, size_type};
use super::parser::{Name, Parsed, Parser, shortened};
use super::token::{Keyword, Kind, Mark, Token};
use crate::types::{Qualifiers, Scalar, Type, TypeKind};

/// What the specifiers of a declaration say.
pub(super) struct Specifiers {
    pub(super) ty: Type,
    pub(super) storage: Storage,
    pub(super) inline: bool,
    pub(super) constexpr: bool,
    /// `auto` without a type, as C23 infers it, or GNU's `__auto_type`.
    pub(super) inferred: bool,
    /// Whether a struct, union or enumeration was named, so that a declaration without declarators
    /// says something.
    pub(super) names_tag: bool,
    pub(super) attributes: Attributes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    None,
    Typedef,
    Extern,
    Static,
    Auto,
    Register,
}

/// The words of an arithmetic type, in any order.
mod words {
    pub(super) const VOID: u32 = 1;
    pub(super) const BOOL: u32 = 1 << 1;
    pub(super) const CHAR: u32 = 1 << 2;
    pub(super) const SHORT: u32 = 1 << 3;
    pub(super) const INT: u32 = 1 << 4;
    pub(super) const LONG: u32 = 1 << 5;
    pub(super) const LONG_LONG: u32 = 1 << 6;
    pub(super) const SIGNED: u32 = 1 << 7;
    pub(super) const UNSIGNED: u32 = 1 << 8;
    pub(super) const FLOAT: u32 = 1 << 9;
    pub(super) const DOUBLE: u32 = 1 << 10;
    pub(super) const COMPLEX: u32 = 1 << 11;
    pub(super) const INT128: u32 = 1 << 12;
    pub(super) const INT8: u32 = 1 << 13;
    pub(super) const BIT_INT: u32 = 1 << 14;
}
use words::*;

/// The scalar that a set of words names (C11 6.7.2p2).
fn scalar_of(words: u32) -> Option<Scalar> {
    // `signed` and `int` say nothing where another word says the size.
    let sized = words & (SHORT | LONG | LONG_LONG) != 0;
    let plain = if sized { words & !INT } else { words };
    let plain = if plain & (INT | SHORT | LONG | LONG_LONG | INT128) != 0 {
        plain & !SIGNED
    } else {
        plain
    };
    const UNSIGNED_INT: u32 = UNSIGNED | INT;
    const UNSIGNED_SHORT: u32 = UNSIGNED | SHORT;
    const UNSIGNED_LONG: u32 = UNSIGNED | LONG;
    const UNSIGNED_LONG_LONG: u32 = UNSIGNED | LONG_LONG;
    const UNSIGNED_CHAR: u32 = UNSIGNED | CHAR;
    const SIGNED_CHAR: u32 = SIGNED | CHAR;
    const LONG_DOUBLE: u32 = LONG | DOUBLE;
    const FLOAT_COMPLEX: u32 = FLOAT | COMPLEX;
    const DOUBLE_COMPLEX: u32 = DOUBLE | COMPLEX;
    const LONG_DOUBLE_COMPLEX: u32 = LONG | DOUBLE | COMPLEX;
    const UNSIGNED_128: u32 = UNSIGNED | INT128;
    const SIGNED_INT8: u32 = SIGNED | INT8;
    const UNSIGNED_INT8: u32 = UNSIGNED | INT8;
    Some(match plain {
        BOOL => Scalar::Bool,
        CHAR | INT8 => Scalar::Char,
        SIGNED_CHAR | SIGNED_INT8 => Scalar::SChar,
        UNSIGNED_CHAR | UNSIGNED_INT8 => Scalar::UChar,
        SHORT => Scalar::Short,
        UNSIGNED_SHORT => Scalar::UShort,
        INT | SIGNED => Scalar::Int,
        UNSIGNED | UNSIGNED_INT => Scalar::UInt,
        LONG => Scalar::Long,
        UNSIGNED_LONG => Scalar::ULong,
        LONG_LONG => Scalar::LongLong,
        UNSIGNED_LONG_LONG => Scalar::ULongLong,
        INT128 => Scalar::Int128,
        UNSIGNED_128 => Scalar::UInt128,
        FLOAT => Scalar::Float,
        DOUBLE => Scalar::Double,
        LONG_DOUBLE => Scalar::LongDouble,
        FLOAT_COMPLEX => Scalar::FloatComplex,
        // GNU C: `_Complex` alone is that of double.
        DOUBLE_COMPLEX | COMPLEX => Scalar::DoubleComplex,
        LONG_DOUBLE_COMPLEX => Scalar::LongDoubleComplex,
        _ => return None,
    })
}

impl<'t> Parser<'t, '_> {
    /// Whether a token can begin the name of a type.
    pub(super) fn begins_type(&self, token: Token<'t>) -> bool {
        use Keyword::*;
        match token.kind {
            Kind::Keyword(
                Atomic | AutoType | BitInt | Bool | Char | Complex | Const | Double | Enum | Float
                | Int | Int8 | Int16 | Int32 | Int64 | Int128 | Long | Register | Restrict | Short
                | Signed | Struct | Typeof | TypeofUnqual | Union | Unsigned | Void | Volatile
                | PointerWidth,
            ) => true,
            Kind::Identifier => self.names_type(token.text),
            _ => false,
        }
    }

    fn names_type(&self, name: &'t str) -> bool {
        match self.look_up(name) {
            Some(Name::Typedef(_)) => true,
            Some(_) => false,
            None => matches!(name, "typeof" | "typeof_unqual") || self.predeclared(name).is_some(),
        }
    }

    /// Reads specifiers, at least one.
    pub(super) fn specifiers(&mut self) -> Parsed<Specifiers> {
        let first = self.token;
        let mut spec = Specifiers {
            ty: Type::INT,
            storage: Storage::None,
            inline: false,
            constexpr: false,
            inferred: false,
            names_tag: false,
            attributes: Attributes::default(),
        };
        let mut words = 0_u32;
        let mut long = 0;
        let mut width = 0;
        let mut named: Option<Type> = None;
        let mut qualifiers = Qualifiers::NONE;
        loop {
            self.attributes(&mut spec.attributes)?;
            let token = self.token;
            let keyword = match token.kind {
                Kind::Keyword(keyword) => keyword,
                Kind::Identifier => {
                    match self.soft_keyword(token, words & !COMPLEX != 0 || named.is_some()) {
                        Some(SoftKeyword::Constexpr) => {
                            self.advance();
                            spec.constexpr = true;
                            qualifiers = qualifiers | Qualifiers::CONST;
                            continue;
                        }
                        Some(SoftKeyword::Thread) => {
                            self.advance();
                            continue;
                        }
                        Some(SoftKeyword::Typeof(unqualified)) => {
                            self.advance();
                            named = Some(self.typeof_operand(unqualified)?);
                            continue;
                        }
                        Some(SoftKeyword::Type(ty)) => {
                            self.advance();
                            named = Some(ty);
                            continue;
                        }
                        None => break,
                    }
                }
                _ => break,
            };
            let word = match keyword {
                Keyword::Void => VOID,
                Keyword::Bool => BOOL,
                Keyword::Char => CHAR,
                Keyword::Short => SHORT,
                Keyword::Int | Keyword::Int32 => INT,
                Keyword::Signed => SIGNED,
                Keyword::Unsigned => UNSIGNED,
                Keyword::Float => FLOAT,
                Keyword::Double => DOUBLE,
                Keyword::Complex => COMPLEX,
                Keyword::Int8 => INT8,
                Keyword::Int16 => SHORT,
                Keyword::Int64 => LONG_LONG,
                Keyword::Int128 => INT128,
                Keyword::Long => {
                    long += 1;
                    match long {
                        1 => LONG,
                        2 => {
                            words &= !LONG;
                            LONG_LONG
                        }
                        _ => return Err(self.expected("at most two `long`")),
                    }
                }
                Keyword::BitInt => {
                    self.advance();
                    self.expect(Mark::Open)?;
                    width = self.count("the width of a _BitInt")?;
                    self.expect(Mark::Close)?;
                    words |= BIT_INT;
                    continue;
                }
                _ => 0,
            };
            if word != 0 {
                // `int` and `signed` may be repeated by nobody; `long` was counted.
                if words & word != 0 || named.is_some() && word != COMPLEX {
                    return Err(self.expected("one type"));
                }
                words |= word;
                self.advance();
                continue;
            }
            match keyword {
                Keyword::Const => qualifiers = qualifiers | Qualifiers::CONST,
                Keyword::Volatile => qualifiers = qualifiers | Qualifiers::VOLATILE,
                Keyword::Restrict => qualifiers = qualifiers | Qualifiers::RESTRICT,
                Keyword::Nonnull => qualifiers = qualifiers | Qualifiers::NONNULL,
                Keyword::Nullable | Keyword::Thread => {}
                Keyword::Atomic => {
                    self.advance();
                    qualifiers = qualifiers | Qualifiers::ATOMIC;
                    if words == 0 && named.is_none() && self.eat(Mark::Open) {
                        named = Some(self.type_name()?);
                        self.expect(Mark::Close)?;
                    }
                    continue;
                }
                Keyword::Typedef => spec.storage = Storage::Typedef,
                Keyword::Extern => spec.storage = Storage::Extern,
                Keyword::Static => spec.storage = Storage::Static,
                Keyword::Auto => spec.storage = Storage::Auto,
                Keyword::Register => spec.storage = Storage::Register,
                Keyword::AutoType => spec.inferred = true,
                Keyword::Inline => spec.inline = true,
                Keyword::Struct | Keyword::Union | Keyword::Enum
                    if words == 0 && named.is_none() =>
                {
                    spec.names_tag = true;
                    named = Some(if keyword == Keyword::Enum {
                        self.enumeration()?
                    } else {
                        self.record(keyword == Keyword::Union)?
                    });
                    continue;
                }
                Keyword::Typeof | Keyword::TypeofUnqual if words == 0 && named.is_none() => {
                    self.advance();
                    named = Some(self.typeof_operand(keyword == Keyword::TypeofUnqual)?);
                    continue;
                }
                _ => break,
            }
            self.advance();
        }
        let ty = match named {
            Some(ty) if words == COMPLEX => self.complex_of(&ty, first)?,
            Some(ty) => ty,
            None if words == VOID => Type::VOID,
            None if words & BIT_INT != 0 && words & !(BIT_INT | SIGNED | UNSIGNED) == 0 => {
                let width = u32::try_from(width).unwrap_or(u32::MAX);
                Type::bit_int(width, words & UNSIGNED == 0)
                    .map_err(|e| self.fault_at(first, e.to_string()))?
            }
            None if words != 0 => match scalar_of(words) {
                Some(scalar) => Type::scalar(scalar),
                None if words & COMPLEX != 0 && words & (FLOAT | DOUBLE | VOID | BOOL) == 0 => {
                    let message = "GNU's complex integers are not supported";
                    return Err(self.fault_at(first, message));
                }
                None => {
                    let words = self.lexer.text.get(first.at as usize..self.end_of_last as usize);
                    let message = format!("no type is called `{}`", shortened(words.unwrap_or("")));
                    return Err(self.fault_at(first, message));
                }
            },
            None if spec.inferred => Type::INT,
            None if spec.storage == Storage::Auto => {
                spec.inferred = true;
                Type::INT
            }
            None if self.token.at == first.at => return Err(self.no_type()),
            // C89's implicit int, but not where a name that nobody knows may be meant as the type.
            None if self.token.kind == Kind::Identifier
                && matches!(self.peek().kind, Kind::Identifier | Kind::Mark(Mark::Star)) =>
            {
                return Err(self.no_type());
            }
            None => Type::INT,
        };
        spec.ty = if qualifiers.is_empty() { ty } else { ty.with_qualifiers(qualifiers) };
        Ok(spec)
    }

    fn no_type(&mut self) -> Box<super::parser::Fault> {
        if self.token.kind == Kind::Identifier {
            let is_called = self.peek().kind == Kind::Mark(Mark::Open);
            self.unknown_type_before(self.token, is_called)
        } else {
            self.expected("a declaration")
        }
    }

    /// A name that stands where a type should.
    pub(super) fn unknown_type(&self, at: Token<'t>) -> Box<super::parser::Fault> {
        self.unknown_type_before(at, false)
    }

    /// The same, and whether a parenthesis follows, as behind the name of a function.
    fn unknown_type_before(&self, at: Token<'t>, is_called: bool) -> Box<super::parser::Fault> {
        let name = at.text;
        let unsupported = match name {
            "_Decimal32" | "_Decimal64" | "_Decimal128" => Some("decimal floats"),
            "_Imaginary" => Some("imaginary numbers"),
            _ => None,
        };
        if let Some(what) = unsupported {
            return self.fault_at(at, format!("{what} are not supported"));
        }
        let hint = match self.types.get(name) {
            Some(tagged) => format!("; there is a `{tagged}`"),
            None if is_called => {
                "; before a function's name stands the type of its result".to_owned()
            }
            None => String::new(),
        };
        self.fault_at(at, format!("unknown type name `{name}`{hint}"))
    }

    /// What an identifier means among specifiers.
    fn soft_keyword(&self, token: Token<'t>, has_type: bool) -> Option<SoftKeyword> {
        let known = match self.look_up(token.text) {
            Some(Name::Typedef(ty)) => return (!has_type).then_some(SoftKeyword::Type(ty)),
            Some(_) => return None,
            None => token.text,
        };
        match known {
            "constexpr" => Some(SoftKeyword::Constexpr),
            "thread_local" => Some(SoftKeyword::Thread),
            "typeof" if !has_type => Some(SoftKeyword::Typeof(false)),
            "typeof_unqual" if !has_type => Some(SoftKeyword::Typeof(true)),
            name if !has_type => self.predeclared(name).map(SoftKeyword::Type),
            _ => None,
        }
    }

    /// `(type)` or `(expression)` behind `typeof`.
    fn typeof_operand(&mut self, unqualified: bool) -> Parsed<Type> {
        self.expect(Mark::Open)?;
        let ty = if self.begins_type(self.token) {
            self.type_name()?
        } else {
            self.deeper(|p| p.expression())?.ty
        };
        self.expect(Mark::Close)?;
        Ok(if unqualified { ty.unqualified() } else { ty })
    }

    /// A type as in a cast: specifiers and a declarator without a name.
    pub(super) fn type_name(&mut self) -> Parsed<Type> {
        self.deeper_by(3, |p| {
            let spec = p.specifiers()?;
            let declared = p.abstract_declarator(&spec)?;
            Ok(declared)
        })
    }

    /// `_Float64 _Complex`.
    fn complex_of(&self, ty: &Type, at: Token<'_>) -> Parsed<Type> {
        let scalar = match ty.kind() {
            TypeKind::Scalar(Scalar::Float16) => Scalar::Float16Complex,
            TypeKind::Scalar(Scalar::Float | Scalar::Float32) => Scalar::FloatComplex,
            TypeKind::Scalar(Scalar::Double | Scalar::Float64 | Scalar::Float32x) => {
                Scalar::DoubleComplex
            }
            TypeKind::Scalar(Scalar::LongDouble | Scalar::Float64x) => Scalar::LongDoubleComplex,
            _ => {
                let message = format!("`_Complex {ty}` is not supported");
                return Err(self.fault_at(at, message));
            }
        };
        Ok(Type::scalar(scalar))
    }

    /// The type with the mode and the vector size that attributes give it.
    pub(super) fn attributed(
        &mut self,
        ty: Type,
        attributes: &Attributes,
        at: Token<'_>,
    ) -> Parsed<Type> {
        let mut ty = ty;
        if let Some(mode) = attributes.mode {
            ty = self.in_mode(&ty, mode, at)?;
        }
        if let Some(vector) = attributes.vector {
            let element = match ty.kind() {
                TypeKind::Scalar(scalar) => scalar,
                TypeKind::Pointer { .. }
                | TypeKind::Record(_)
                | TypeKind::Array { .. }
                | TypeKind::IncompleteArray { .. } => {
                    let message =
                        format!("expected a scalar as the element of a vector, found `{ty}`");
                    return Err(self.fault_at(at, message));
                }
                // What is a vector already stays as it is.
                _ => return Ok(ty),
            };
            let bytes = match vector {
                VectorSize::Bytes(n) => n,
                VectorSize::Elements(n) => n.saturating_mul(element.extent(self.target).size),
            };
            ty = Type::vector(element, bytes)
                .map_err(|e| self.fault_at(at, e.to_string()))?
                .with_qualifiers(ty.qualifiers());
        }
        Ok(ty)
    }

    fn in_mode(&self, ty: &Type, mode: Mode, at: Token<'_>) -> Parsed<Type> {
        let signed = match arithmetic(ty, self.target) {
            Some(Arithmetic::Int(i)) => i.signed,
            _ => true,
        };
        let bits = match mode {
            Mode::Integer(bits) => bits,
            Mode::Pointer => pointer(self.target).bits,
            // gcc's word is a register; only where pointers are narrower is that another size.
            Mode::Word => match arithmetic(&size_type(self.target), self.target) {
                Some(Arithmetic::Int(i)) => i.bits,
                _ => 64,
            },
            Mode::Real(scalar) | Mode::Complex(scalar) => {
                return Ok(Type::scalar(scalar).with_qualifiers(ty.qualifiers()));
            }
        };
        let target = self.target;
        let int = u32::from(target.int) * 8;
        let scalar = match (bits, signed) {
            (8, true) => Scalar::SChar,
            (8, false) => Scalar::UChar,
            (n, true) if n == int => Scalar::Int,
            (n, false) if n == int => Scalar::UInt,
            (16, true) => Scalar::Short,
            (16, false) => Scalar::UShort,
            (n, true) if n == u32::from(target.long) * 8 => Scalar::Long,
            (n, false) if n == u32::from(target.long) * 8 => Scalar::ULong,
            (64, true) => Scalar::LongLong,
            (64, false) => Scalar::ULongLong,
            (128, true) => Scalar::Int128,
            (128, false) => Scalar::UInt128,
            _ => return Err(self.fault_at(at, format!("`{ty}` has no such machine mode"))),
        };
        Ok(Type::scalar(scalar).with_qualifiers(ty.qualifiers()))
    }
}

enum SoftKeyword {
    Constexpr,
    Thread,
    Typeof(bool),
    Type(Type),
}
