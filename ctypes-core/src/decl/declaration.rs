//! External declarations (C11 6.9): what a header consists of.

use super::attributes::Attributes;
use super::declarator::{Declared, Naming, Parameters};
use super::operand::{Arithmetic, Value, arithmetic};
use super::parser::{Fault, Parsed, Parser};
use super::specifier::{Specifiers, Storage};
use super::token::{Keyword, Kind, Mark, Token};
use crate::types::{Type, TypeKind};

impl<'t> Parser<'t, '_> {
    /// Reads everything; what cannot be understood is skipped up to its end, and reported.
    pub(super) fn declarations(&mut self) {
        let mut linkage = 0_u32;
        while self.token.kind != Kind::End {
            let at = self.token.at;
            self.current = None;
            self.is_body = false;
            let kind = self.token.kind;
            let result = match kind {
                Kind::Mark(Mark::Semicolon) => {
                    self.advance();
                    Ok(())
                }
                Kind::Mark(Mark::CloseBrace) if linkage > 0 => {
                    linkage -= 1;
                    self.braces_outside -= 1;
                    self.advance();
                    Ok(())
                }
                Kind::Keyword(Keyword::Extern) if self.peek().kind == Kind::Text => {
                    self.advance();
                    self.advance();
                    if self.is(Mark::OpenBrace) {
                        linkage += 1;
                        self.braces_outside += 1;
                        self.advance();
                    }
                    Ok(())
                }
                _ => self.declaration(),
            };
            if let Err(fault) = result {
                self.parts.clear();
                self.params.clear();
                self.inner_tags.clear();
                self.in_parameters = false;
                self.reset_depth();
                self.skip(*fault);
                if self.is_full() {
                    break;
                }
                self.resynchronize(at);
            }
        }
        self.end_of_declarations();
    }

    /// Goes past the end of a declaration that was not understood.
    fn resynchronize(&mut self, from: u32) {
        if self.token.at == from && self.token.kind != Kind::End {
            // A closing brace that nothing opened.
            if self.is(Mark::CloseBrace) {
                self.advance();
                return;
            }
            self.advance();
        }
        loop {
            match self.token.kind {
                Kind::End => return,
                Kind::Mark(Mark::Semicolon) if self.braces <= self.braces_outside => {
                    self.advance();
                    return;
                }
                // The end of `extern "C"` is for the caller.
                Kind::Mark(Mark::CloseBrace)
                    if self.braces_outside > 0 && self.braces <= self.braces_outside =>
                {
                    return;
                }
                // The body of a function ends its definition.
                Kind::Mark(Mark::CloseBrace)
                    if self.is_body && self.braces == self.braces_outside + 1 =>
                {
                    self.advance();
                    return;
                }
                _ => {}
            }
            self.advance();
        }
    }

    fn declaration(&mut self) -> Parsed<()> {
        if self.static_assertion()? {
            return Ok(());
        }
        if self.is_word(Keyword::Asm) {
            return Err(self.assembler());
        }
        let first = self.token;
        let mut leading = Attributes::default();
        self.attributes(&mut leading)?;
        if self.eat(Mark::Semicolon) {
            return Ok(());
        }
        let mut spec = self.specifiers()?;
        spec.attributes.merge(&leading);
        if self.eat(Mark::Semicolon) {
            return Ok(());
        }
        loop {
            let mut attributes = Attributes::default();
            let declarator = self.declarator(Naming::Named, &mut attributes)?;
            let mut symbol = None;
            loop {
                self.attributes(&mut attributes)?;
                if !self.is_word(Keyword::Asm) {
                    break;
                }
                symbol = self.asm_label()?;
            }
            let mut declared = self.declare(&spec, declarator, &attributes)?;
            attributes.merge(&spec.attributes);
            if declared.function.as_ref().is_some_and(|f| f.old_style)
                && !matches!(self.token.kind, Kind::Mark(_))
            {
                self.old_style_parameters(&mut declared)?;
            }
            if self.is(Mark::OpenBrace) && declared.function.is_some() {
                self.skip_group()?;
                return self.definition(&spec, declared, &attributes, symbol, first);
            }
            if declared.variable {
                let at = declared.name.unwrap_or(first);
                return Err(self.fault_at(at, "the length of an array is no constant"));
            }
            let mut value = None;
            if self.eat(Mark::Assign) {
                value = self.initializer(&spec, &mut declared)?;
            } else if spec.inferred {
                return Err(self.expected("an initializer, which gives the type"));
            }
            self.record_declared(&spec, declared, &attributes, symbol, value)?;
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        if self.eat(Mark::Semicolon) { Ok(()) } else { Err(self.expected("`,` or `;`")) }
    }

    fn assembler(&mut self) -> Box<Fault> {
        let fault = self.fault_at(self.token, "assembler code declares nothing");
        self.advance();
        fault
    }

    /// `__asm__("name")`: the name of the symbol.
    fn asm_label(&mut self) -> Parsed<Option<String>> {
        self.advance();
        self.expect(Mark::Open)?;
        let mut name = String::new();
        while self.token.kind == Kind::Text {
            let text = self.advance().text;
            name.push_str(&text[1..text.len() - 1]);
        }
        self.expect(Mark::Close)?;
        Ok((!name.is_empty()).then_some(name))
    }

    /// The types of the parameters of a K&R definition, between its declarator and its body.
    fn old_style_parameters(&mut self, declared: &mut Declared<'t>) -> Parsed<()> {
        let mut found: Vec<(&str, Type)> = Vec::new();
        while !self.is(Mark::OpenBrace) {
            if self.token.kind == Kind::End {
                return Err(self.expected("`{`"));
            }
            let spec = self.specifiers()?;
            loop {
                let mut attributes = Attributes::default();
                let outside = std::mem::replace(&mut self.in_parameters, true);
                let declarator = self.declarator(Naming::Named, &mut attributes);
                let parameter = match declarator {
                    Ok(declarator) => self.declare(&spec, declarator, &attributes),
                    Err(fault) => Err(fault),
                };
                self.in_parameters = outside;
                let parameter = parameter?;
                found.push((parameter.name.map_or("", |n| n.text), parameter.ty));
                if !self.eat(Mark::Comma) {
                    break;
                }
            }
            self.expect(Mark::Semicolon)?;
        }
        let TypeKind::Function(f) = declared.ty.kind() else { return Ok(()) };
        let Some(parameters) = &declared.function else { return Ok(()) };
        self.charge_glance(parameters.names.len().saturating_mul(found.len()))?;
        let types = parameters
            .names
            .iter()
            .map(|name| found.iter().find(|f| f.0 == *name).map_or(Type::INT, |f| promoted(&f.1)))
            .collect();
        declared.ty = Type::function_of(f.conv(), f.result(), types, false);
        Ok(())
    }

    fn definition(
        &mut self,
        spec: &Specifiers,
        declared: Declared<'t>,
        attributes: &Attributes,
        symbol: Option<String>,
        first: Token<'t>,
    ) -> Parsed<()> {
        let text = self.lexer.text.get(first.at as usize..self.end_of_last as usize).unwrap_or("");
        if spec.inline || spec.storage == Storage::Static {
            self.inline_function(declared, text)
        } else {
            self.record_declared(spec, declared, attributes, symbol, None)
        }
    }

    /// What one declarator of a declaration declares.
    fn record_declared(
        &mut self,
        spec: &Specifiers,
        declared: Declared<'t>,
        attributes: &Attributes,
        symbol: Option<String>,
        value: Option<Value>,
    ) -> Parsed<()> {
        let Some(name) = declared.name else { return Err(self.expected("a name")) };
        if spec.storage == Storage::Typedef {
            return self.declare_typedef(name, declared.ty, attributes);
        }
        if let TypeKind::Function(_) = declared.ty.kind() {
            return self.declare_function(name, declared.ty, declared.function, attributes, symbol);
        }
        if matches!(declared.ty.kind(), TypeKind::Void) {
            return Err(self.fault_at(name, "a variable cannot be `void`"));
        }
        if let Some(value) = value {
            return self.declare_constant(name, declared.ty, value);
        }
        self.declare_variable(name, declared, attributes, symbol)
    }
}

/// A parameter of a function without a prototype is passed promoted (C11 6.5.2.2p6).
fn promoted(ty: &Type) -> Type {
    use crate::types::Scalar;
    match ty.kind() {
        TypeKind::Scalar(Scalar::Float) => Type::DOUBLE,
        TypeKind::Scalar(
            Scalar::Bool
            | Scalar::Char
            | Scalar::SChar
            | Scalar::UChar
            | Scalar::Short
            | Scalar::UShort,
        ) => Type::INT,
        _ => ty.clone(),
    }
}

/// The names of parameters; empty where one has none.
pub(super) fn names_of(parameters: Option<&Parameters<'_>>) -> Vec<std::sync::Arc<str>> {
    // The default is shared, so that most prototypes allocate no names.
    let shared = |name: &&str| if name.is_empty() { Default::default() } else { (*name).into() };
    parameters.map(|p| p.names.iter().map(shared).collect()).unwrap_or_default()
}

/// Whether a value is one that arithmetic can use.
pub(super) fn integer_value(
    ty: &Type,
    value: &Value,
    target: &crate::target::Target,
) -> Option<i128> {
    match (value, arithmetic(ty, target)) {
        (Value::Int(v), Some(Arithmetic::Int(_))) => Some(*v),
        _ => None,
    }
}
