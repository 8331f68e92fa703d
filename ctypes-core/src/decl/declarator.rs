//! Declarators (C11 6.7.6): pointers, arrays and functions around a name.
//!
//! C writes them inside out. Their parts go on a stack in the order in which they are applied to the
//! type of the specifiers: pointers, then what is behind the name from the right, then the same for
//! what is in parentheses.

use super::attributes::{Attributes, Conv};
use super::parser::{Name, Parsed, Parser};
use super::specifier::Specifiers;
use super::token::{Keyword, Kind, Mark, Token};
use crate::types::{CallConv, Qualifiers, Repr, Type, TypeKind};

/// A part of a declarator.
#[derive(Debug)]
pub(super) enum Part<'t> {
    Pointer {
        qualifiers: Qualifiers,
        /// The convention of the function that it points at, as in `(__stdcall *f)(int)`.
        conv: Option<Conv>,
    },
    Array {
        len: Len,
        /// Those of the pointer that a parameter becomes.
        qualifiers: Qualifiers,
        at: Token<'t>,
    },
    Function(Box<Parameters<'t>>),
}

/// The length of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Len {
    Known(u64),
    /// `[]`
    Missing,
    /// `[n]` or `[*]`: known only when a function runs.
    Variable,
}

/// What is in the parentheses of a function declarator.
#[derive(Debug)]
pub(super) struct Parameters<'t> {
    pub(super) names: Vec<&'t str>,
    pub(super) types: Vec<Type>,
    pub(super) variadic: bool,
    pub(super) conv: Option<Conv>,
    /// Names only, as before C89; their types follow.
    pub(super) old_style: bool,
    /// `()`, which before C23 said nothing of the parameters.
    pub(super) unspecified: bool,
    pub(super) at: Token<'t>,
}

/// A declarator, of which the parts are still on the stack.
pub(super) struct Declarator<'t> {
    pub(super) name: Option<Token<'t>>,
    from: usize,
}

/// Something declared: a name with its type.
pub(super) struct Declared<'t> {
    pub(super) name: Option<Token<'t>>,
    pub(super) ty: Type,
    /// Of an array whose length is known only when a function runs.
    pub(super) variable: bool,
    /// The names of the parameters, if it is a function.
    pub(super) function: Option<Box<Parameters<'t>>>,
    /// The same, if it is a pointer to a function.
    pub(super) pointed_at: Option<Box<Parameters<'t>>>,
}

/// Whether a declarator has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Named,
    Unnamed,
    Either,
}

impl<'t> Parser<'t, '_> {
    /// Reads a declarator.
    pub(super) fn declarator(
        &mut self,
        naming: Naming,
        attributes: &mut Attributes,
    ) -> Parsed<Declarator<'t>> {
        let from = self.parts.len();
        let mut declarator = Declarator { name: None, from };
        let result = self.level(naming, &mut declarator, attributes);
        if result.is_err() {
            self.parts.truncate(from);
        }
        result.map(|()| declarator)
    }

    fn level(
        &mut self,
        naming: Naming,
        declarator: &mut Declarator<'t>,
        attributes: &mut Attributes,
    ) -> Parsed<()> {
        let mut own = Attributes::default();
        let mut any = false;
        loop {
            any |= self.attributes(&mut own)?;
            // Apple's blocks are pointers to what they point at.
            if !self.eat(Mark::Star) && !self.eat(Mark::Xor) {
                break;
            }
            let conv = own.conv.take();
            let mut qualifiers = Qualifiers::NONE;
            loop {
                any |= self.attributes(&mut own)?;
                let Some(more) = self.qualifier() else { break };
                qualifiers = qualifiers | more;
            }
            self.parts.push(Part::Pointer { qualifiers, conv });
        }
        let conv = own.conv.take();
        if any {
            attributes.merge(&own);
        }
        let inner = self.parts.len();
        if self.is(Mark::Open) && self.is_nested(naming) {
            self.advance();
            self.deeper(|p| p.level(naming, declarator, attributes))?;
            self.expect(Mark::Close)?;
        } else if naming != Naming::Unnamed && self.token.kind == Kind::Identifier {
            declarator.name = Some(self.advance());
            if naming == Naming::Named && !self.in_parameters && self.braces <= self.braces_outside
            {
                self.current = declarator.name;
            }
        } else if naming == Naming::Named {
            return Err(self.expected("a name"));
        }
        let suffixes = self.parts.len();
        loop {
            let kind = self.token.kind;
            match kind {
                Kind::Mark(Mark::Open) => {
                    let parameters = self.parameters(conv)?;
                    self.parts.push(Part::Function(Box::new(parameters)));
                }
                Kind::Mark(Mark::OpenBracket)
                    if self.peek().kind == Kind::Mark(Mark::OpenBracket) =>
                {
                    self.attributes(attributes)?;
                }
                Kind::Mark(Mark::OpenBracket) => {
                    let part = self.array()?;
                    self.parts.push(part);
                }
                _ => break,
            }
        }
        self.parts[suffixes..].reverse();
        self.parts[inner..].rotate_left(suffixes - inner);
        // A convention in parentheses without a pointer belongs to the function behind them.
        if let Some(conv) = conv
            && suffixes == self.parts.len()
        {
            attributes.conv = Some(conv);
        }
        Ok(())
    }

    /// Whether a parenthesis begins a declarator inside, rather than parameters.
    fn is_nested(&mut self, naming: Naming) -> bool {
        let next = self.peek();
        match next.kind {
            Kind::Mark(Mark::Close | Mark::Ellipsis) => naming == Naming::Named,
            Kind::Mark(Mark::OpenBracket) => true,
            _ => {
                naming == Naming::Named
                    || !self.begins_type(next) && next.kind != Kind::Keyword(Keyword::Void)
            }
        }
    }

    /// A qualifier of a pointer, if one is next.
    fn qualifier(&mut self) -> Option<Qualifiers> {
        let found = match self.token.kind {
            Kind::Keyword(Keyword::Const) => Qualifiers::CONST,
            Kind::Keyword(Keyword::Volatile) => Qualifiers::VOLATILE,
            Kind::Keyword(Keyword::Restrict) => Qualifiers::RESTRICT,
            Kind::Keyword(Keyword::Atomic) => Qualifiers::ATOMIC,
            Kind::Keyword(Keyword::Nonnull) => Qualifiers::NONNULL,
            Kind::Keyword(Keyword::Nullable) => Qualifiers::NONE,
            _ => return None,
        };
        self.advance();
        Some(found)
    }

    /// `[]`, `[3]`, `[static 3]`, `[const n]`, `[*]`.
    fn array(&mut self) -> Parsed<Part<'t>> {
        let at = self.advance();
        let mut qualifiers = Qualifiers::NONE;
        loop {
            if let Some(more) = self.qualifier() {
                qualifiers = qualifiers | more;
            } else if !self.eat_word(Keyword::Static) {
                break;
            }
        }
        if self.eat(Mark::CloseBracket) {
            return Ok(Part::Array { len: Len::Missing, qualifiers, at });
        }
        if self.is(Mark::Star) && self.peek().kind == Kind::Mark(Mark::CloseBracket) {
            self.advance();
            self.advance();
            return Ok(Part::Array { len: Len::Variable, qualifiers, at });
        }
        let from = self.token;
        let operand = self.assignment()?.read();
        let len = match (&operand.value, super::operand::arithmetic(&operand.ty, self.target)) {
            (super::operand::Value::Int(n), Some(super::operand::Arithmetic::Int(_))) => {
                match u64::try_from(*n) {
                    Ok(n) => Len::Known(n),
                    Err(_) => {
                        let message = format!("the length of an array is {n}");
                        return Err(self.fault_at(from, message));
                    }
                }
            }
            (_, Some(super::operand::Arithmetic::Int(_))) if self.in_parameters => Len::Variable,
            (super::operand::Value::None(reason), Some(super::operand::Arithmetic::Int(_))) => {
                let message = format!("expected a constant as the length of an array: {reason}");
                return Err(self.fault_at(from, message));
            }
            _ => {
                let message = format!(
                    "expected an integer as the length of an array, found `{}`",
                    operand.ty
                );
                return Err(self.fault_at(from, message));
            }
        };
        self.expect(Mark::CloseBracket)?;
        Ok(Part::Array { len, qualifiers, at })
    }

    fn parameters(&mut self, conv: Option<Conv>) -> Parsed<Parameters<'t>> {
        let at = self.advance();
        let (names, tags) = (self.params.len(), self.inner_tags.len());
        let outside = std::mem::replace(&mut self.in_parameters, true);
        self.prototypes += 1;
        let result = self.deeper_by(3, |p| p.parameter_list(at, conv));
        self.prototypes -= 1;
        self.in_parameters = outside;
        self.params.truncate(names);
        self.inner_tags.truncate(tags);
        result
    }

    fn parameter_list(&mut self, at: Token<'t>, conv: Option<Conv>) -> Parsed<Parameters<'t>> {
        let mut found = Parameters {
            names: Vec::new(),
            types: Vec::new(),
            variadic: false,
            conv,
            old_style: false,
            unspecified: false,
            at,
        };
        if self.eat(Mark::Close) {
            found.unspecified = true;
            return Ok(found);
        }
        if self.is_word(Keyword::Void) && self.peek().kind == Kind::Mark(Mark::Close) {
            self.advance();
            self.advance();
            return Ok(found);
        }
        if self.token.kind == Kind::Identifier
            && !self.begins_type(self.token)
            && matches!(self.peek().kind, Kind::Mark(Mark::Comma | Mark::Close))
        {
            return self.old_names(found);
        }
        loop {
            if self.eat(Mark::Ellipsis) {
                found.variadic = true;
                break;
            }
            let (name, ty) = self.parameter()?;
            found.names.push(name);
            found.types.push(ty);
            if self.eat(Mark::Comma) {
                continue;
            }
            // GNU's forward declarations of parameters.
            let next = self.peek();
            if self.is(Mark::Semicolon) && self.begins_type(next) {
                self.advance();
                found.names.clear();
                found.types.clear();
                continue;
            }
            break;
        }
        if !self.eat(Mark::Close) {
            return Err(self.expected("`,` or `)`"));
        }
        Ok(found)
    }

    fn old_names(&mut self, mut found: Parameters<'t>) -> Parsed<Parameters<'t>> {
        let unknown = self.unknown_type(self.token);
        found.old_style = true;
        loop {
            found.names.push(self.identifier()?.text);
            found.types.push(Type::INT);
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        self.expect(Mark::Close)?;
        // Only a definition may have names alone, and goes on with their types or with its body
        // (C11 6.7.6.3p3): else they are meant as types.
        match self.token.kind {
            Kind::Mark(Mark::OpenBrace) | Kind::Identifier | Kind::Keyword(_) => Ok(found),
            _ => Err(unknown),
        }
    }

    fn parameter(&mut self) -> Parsed<(&'t str, Type)> {
        let first = self.token;
        let spec = self.specifiers()?;
        let mut attributes = Attributes::default();
        let declarator = self.declarator(Naming::Either, &mut attributes)?;
        self.attributes(&mut attributes)?;
        let declared = self.declare(&spec, declarator, &attributes)?;
        let name = declared.name.map_or("", |n| n.text);
        if matches!(declared.ty.kind(), TypeKind::Void) {
            return Err(self.fault_at(first, "a parameter cannot be `void`"));
        }
        // Every name that follows is looked for among them.
        self.charge_glance(self.params.len())?;
        self.params.push((name, Name::Object(declared.ty.clone(), None)));
        Ok((name, declared.ty))
    }

    /// The declarator of a type name.
    pub(super) fn abstract_declarator(&mut self, spec: &Specifiers) -> Parsed<Type> {
        let mut attributes = Attributes::default();
        let outside = std::mem::replace(&mut self.in_parameters, false);
        let declarator = self.declarator(Naming::Unnamed, &mut attributes);
        self.in_parameters = outside;
        Ok(self.declare(spec, declarator?, &attributes)?.ty)
    }

    /// Applies the parts of a declarator to the type of the specifiers. Parameters are adjusted to
    /// pointers while their function's parentheses are open.
    pub(super) fn declare(
        &mut self,
        spec: &Specifiers,
        declarator: Declarator<'t>,
        attributes: &Attributes,
    ) -> Parsed<Declared<'t>> {
        let at = declarator.name.unwrap_or(self.token);
        let mut ty = spec.ty.clone();
        if spec.attributes.mode.is_some() || spec.attributes.vector.is_some() {
            ty = self.attributed(ty, &spec.attributes, at)?;
        }
        if attributes.mode.is_some() || attributes.vector.is_some() {
            ty = self.attributed(ty, attributes, at)?;
        }
        let Declarator { name, from } = declarator;
        let mut declared = Declared { name, ty, variable: false, function: None, pointed_at: None };
        if from == self.parts.len() {
            declared.ty = self.adjusted(declared.ty);
            return Ok(declared);
        }
        let parts: smallvec::SmallVec<[Part<'t>; 4]> = self.parts.drain(from..).collect();
        let outer_conv = attributes.conv.or(spec.attributes.conv);
        let last_function = parts.iter().rposition(|p| matches!(p, Part::Function(_)));
        let count = parts.len();
        let convs: smallvec::SmallVec<[Option<Conv>; 4]> = (0..count)
            .map(|i| match parts.get(i + 1) {
                Some(Part::Pointer { conv, .. }) => *conv,
                _ => None,
            })
            .collect();
        for (i, part) in parts.into_iter().enumerate() {
            let is_last = i + 1 == count;
            match part {
                Part::Pointer { qualifiers, .. } => {
                    declared.ty = declared.ty.pointer();
                    if !qualifiers.is_empty() {
                        declared.ty = declared.ty.with_qualifiers(qualifiers);
                    }
                    declared.pointed_at = declared.function.take();
                }
                Part::Array { len, qualifiers, at } => {
                    self.apply_array(&mut declared, len, qualifiers, at, is_last)?;
                }
                Part::Function(mut parameters) => {
                    let own = convs[i].or(parameters.conv);
                    let own = if last_function == Some(i) { own.or(outer_conv) } else { own };
                    parameters.conv = own;
                    self.apply_function(&mut declared, parameters)?;
                }
            }
        }
        declared.ty = self.adjusted(declared.ty);
        Ok(declared)
    }

    /// The type of a parameter while its function's parentheses are open: what a typedef names needs
    /// the same adjustment as what is written out (C11 6.7.6.3p7).
    fn adjusted(&self, ty: Type) -> Type {
        if !self.in_parameters {
            return ty;
        }
        match &ty.0 {
            Repr::Function(_) => ty.pointer(),
            Repr::Array { of, .. } | Repr::IncompleteArray { of } => of.get().pointer(),
            _ => ty,
        }
    }

    fn apply_array(
        &mut self,
        declared: &mut Declared<'t>,
        len: Len,
        qualifiers: Qualifiers,
        at: Token<'t>,
        is_last: bool,
    ) -> Parsed<()> {
        // The length of what a function's parameter is made of may not be known before it runs.
        if declared.variable
            && let TypeKind::IncompleteArray { of } = declared.ty.kind()
        {
            declared.ty = of.array(0).map_err(|e| self.fault_at(at, e.to_string()))?;
        }
        if matches!(
            declared.ty.kind(),
            TypeKind::Function(_) | TypeKind::Void | TypeKind::IncompleteArray { .. }
        ) {
            let message = format!("an array cannot be of `{}`", declared.ty);
            return Err(self.fault_at(at, message));
        }
        declared.function = None;
        if is_last && self.in_parameters {
            declared.ty = declared.ty.pointer().with_qualifiers(qualifiers);
            return Ok(());
        }
        declared.variable |= len == Len::Variable;
        let array = match len {
            Len::Known(n) => match usize::try_from(n) {
                Ok(n) => declared.ty.array(n).map_err(|e| e.to_string()),
                Err(_) => Err("the array is too large".to_owned()),
            },
            Len::Missing | Len::Variable => {
                declared.ty.incomplete_array().map_err(|e| e.to_string())
            }
        };
        match array {
            Ok(array) => declared.ty = array,
            Err(message) => return Err(self.fault_at(at, message)),
        }
        if matches!(len, Len::Known(_))
            && let Err(message) = self.extent_of(&declared.ty)
        {
            return Err(self.fault_at(at, message));
        }
        Ok(())
    }

    fn apply_function(
        &mut self,
        declared: &mut Declared<'t>,
        mut parameters: Box<Parameters<'t>>,
    ) -> Parsed<()> {
        if matches!(
            declared.ty.kind(),
            TypeKind::Function(_) | TypeKind::Array { .. } | TypeKind::IncompleteArray { .. }
        ) {
            let message = format!("a function cannot return `{}`", declared.ty);
            return Err(self.fault_at(parameters.at, message));
        }
        let conv = match parameters.conv {
            None => CallConv::C,
            Some(Conv::Known(conv)) => conv,
            Some(Conv::Unknown(name)) => {
                let message = format!("the calling convention {name} is not supported");
                return Err(self.fault_at(parameters.at, message));
            }
        };
        let types = std::mem::take(&mut parameters.types);
        let result = std::mem::replace(&mut declared.ty, Type::VOID);
        declared.ty = Type::function_of(conv, result, types, parameters.variadic);
        declared.function = Some(parameters);
        Ok(())
    }
}
