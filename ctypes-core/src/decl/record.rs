//! Structs and unions (C11 6.7.2.1).

use super::attributes::Attributes;
use super::declarator::Naming;
use super::parser::{Fault, Parsed, Parser};
use super::token::{Keyword, Kind, Mark, Token};
use crate::error::DefineError;
use crate::layout::RecordKind;
use crate::target::{BitRule, Compiler};
use crate::types::{FieldRole, FieldRules, RecordBuilder, RecordDecl, Type, TypeKind};

/// A member that was read.
struct Member<'t> {
    name: &'t str,
    at: Token<'t>,
    ty: Type,
    rules: FieldRules,
}

impl<'t> Parser<'t, '_> {
    /// `struct tag`, `struct { … }` or both, of which the keyword is current.
    pub(super) fn record(&mut self, is_union: bool) -> Parsed<Type> {
        let keyword = self.advance();
        let kind = if is_union { RecordKind::Union } else { RecordKind::Struct };
        let mut attributes = Attributes::default();
        self.attributes(&mut attributes)?;
        let tag = match self.token.kind {
            Kind::Identifier => Some(self.advance()),
            _ => None,
        };
        let at = tag.unwrap_or(keyword);
        self.current = self.current.or(tag);
        if !self.is(Mark::OpenBrace) {
            let Some(tag) = tag else { return Err(self.expected("a tag or `{`")) };
            if let Some(inner) = self.inner_tag(tag.text) {
                let inner = inner.renewed();
                return match inner.record() {
                    Some(record) if record.rules().kind == kind => Ok(inner),
                    _ => {
                        Err(self.fault_at(tag, format!("`{}` is in use as another tag", tag.text)))
                    }
                };
            }
            return match self.tagged(kind, tag) {
                Ok(record) => Ok(record.ty()),
                Err(e) => Err(self.fault_at(tag, e.to_string())),
            };
        }
        let declared = match tag {
            // C11 6.2.1p4: nothing outside of the parameter list can name it.
            Some(tag) if self.prototypes > 0 => {
                self.charge_glance(self.inner_tags.len())?;
                let inner = self.unnamed(kind, tag);
                self.inner_tags.push((tag.text, inner.ty()));
                Ok(inner)
            }
            Some(tag) => self.tagged(kind, tag),
            None => Ok(self.unnamed(kind, keyword)),
        };
        let record = declared.map_err(|e| self.fault_at(at, e.to_string()))?;
        // clang takes the pack value where the braces open, gcc where they close.
        let pack_before = self.lexer.around.pragmas.pack;
        let outside = std::mem::replace(&mut self.in_parameters, false);
        let members = self.deeper_by(3, |p| p.members(kind));
        self.in_parameters = outside;
        let members = members?;
        let pack = match self.target.compiler {
            Compiler::Gcc => self.lexer.around.pragmas.pack,
            _ => pack_before,
        };
        let bit_rule = self.lexer.around.pragmas.bit_rule;
        let order = self.lexer.around.pragmas.storage_order;
        self.expect(Mark::CloseBrace)?;
        self.attributes(&mut attributes)?;
        if attributes.storage_order.or(order).is_some_and(|e| e != self.target.endian) {
            return Err(
                self.fault_at(at, "a byte order of its own for a whole record is not supported")
            );
        }
        attributes.bit_rule = attributes.bit_rule.or(bit_rule);
        let build = |builder| build(builder, &attributes, pack, &members);
        let known = record.record().is_some_and(|r| r.is_complete());
        if known {
            // C23 6.7.2.1p8: a second definition must say the same.
            let again = self.unnamed(kind, keyword);
            let again = again.define(build).map_err(|e| self.member_fault(e, at, &members))?;
            if !same_members(&record.ty(), &again) {
                let message =
                    format!("a definition of `{}` that differs from the one before", record.ty());
                return Err(self.fault_at(at, message));
            }
            return Ok(record.ty());
        }
        record.define(build).map_err(|e| self.member_fault(e, at, &members))
    }

    /// The members up to the closing brace, of which the opening one is current.
    fn members(&mut self, kind: RecordKind) -> Parsed<Vec<Member<'t>>> {
        let open = self.advance();
        let mut found = Vec::new();
        while !self.is(Mark::CloseBrace) {
            if self.token.kind == Kind::End {
                return Err(self.fault_at(open, "`{` is never closed"));
            }
            if self.eat(Mark::Semicolon) || self.static_assertion()? {
                continue;
            }
            self.member(kind, &mut found)?;
            self.charge(1)?;
        }
        Ok(found)
    }

    /// One declaration of members, with its semicolon.
    fn member(&mut self, kind: RecordKind, found: &mut Vec<Member<'t>>) -> Parsed<()> {
        let first = self.token;
        let spec = self.specifiers()?;
        if self.is(Mark::Semicolon) {
            self.advance();
            if let TypeKind::Record(record) = spec.ty.kind() {
                // With a tag it is a member only to Microsoft's compiler and mingw's.
                let is_tagged = !record.name().is_empty()
                    || self.inner_tags.iter().any(|(_, inner)| *inner == spec.ty);
                let is_member = !is_tagged || self.target.bit_rule == BitRule::Ms;
                if is_member {
                    let rules = FieldRules { role: FieldRole::Anonymous, ..FieldRules::PLAIN };
                    // All names in it are looked at.
                    let _ = self.layout_of(&spec.ty);
                    self.charge_for(&spec.ty)?;
                    found.push(Member { name: "", at: first, ty: spec.ty, rules });
                }
            }
            return Ok(());
        }
        loop {
            let mut attributes = Attributes::default();
            let at = self.token;
            let (name, mut ty) = if self.is(Mark::Colon) {
                let ty = self.attributed(spec.ty.clone(), &spec.attributes, at)?;
                (None, ty)
            } else {
                let declarator = self.declarator(Naming::Named, &mut attributes)?;
                self.attributes(&mut attributes)?;
                let declared = self.declare(&spec, declarator, &attributes)?;
                if declared.variable {
                    return Err(
                        self.fault_at(at, "the length of an array in a record is no constant")
                    );
                }
                (declared.name, declared.ty)
            };
            let mut rules = FieldRules::PLAIN;
            if self.eat(Mark::Colon) {
                let width = self.token;
                let bits = self.count("the width of a bit field")?;
                let Ok(bits) = u32::try_from(bits) else {
                    return Err(
                        self.fault_at(width, format!("a bit field cannot be {bits} bits wide"))
                    );
                };
                rules = if name.is_some() {
                    FieldRules::bits(bits)
                } else {
                    FieldRules::unnamed_bits(bits)
                };
                self.attributes(&mut attributes)?;
            }
            if let TypeKind::Function(_) = ty.kind() {
                return Err(
                    self.fault_at(at, "a member cannot be a function; a pointer to one can")
                );
            }
            rules.align = attributes.align.max(spec.attributes.align);
            rules.packed = attributes.packed || spec.attributes.packed;
            if let TypeKind::IncompleteArray { of } = ty.kind() {
                // In a union, Microsoft's compiler takes it for one without elements.
                if kind == RecordKind::Struct {
                    rules.role = FieldRole::Flexible;
                    ty = of;
                } else {
                    ty = of.array(0).map_err(|e| self.fault_at(at, e.to_string()))?;
                }
            }
            self.charge_for(&ty)?;
            let name_token = name.unwrap_or(at);
            found.push(Member { name: name.map_or("", |n| n.text), at: name_token, ty, rules });
            if !self.eat(Mark::Comma) {
                break;
            }
        }
        // The last semicolon may be missing in GNU C.
        if self.is(Mark::CloseBrace) { Ok(()) } else { self.expect(Mark::Semicolon) }
    }

    /// Puts what is wrong with a record at the member that is to blame.
    fn member_fault(
        &self,
        error: DefineError,
        at: Token<'t>,
        members: &[Member<'t>],
    ) -> Box<Fault> {
        let field = match &error {
            DefineError::DuplicateField { field, .. }
            | DefineError::ContainsItself { field, .. }
            | DefineError::IncompleteField { field, .. }
            | DefineError::Layout { field: Some(field), .. } => Some(field.as_str()),
            _ => None,
        };
        let blamed = members.iter().rev().find(|m| field.is_some_and(|f| f == m.name));
        self.fault_at(blamed.map_or(at, |m| m.at), error.to_string())
    }

    fn tagged(&mut self, kind: RecordKind, tag: Token<'t>) -> Result<RecordDecl, DefineError> {
        match kind {
            RecordKind::Struct => self.types.declare_struct(tag.text),
            RecordKind::Union => self.types.declare_union(tag.text),
        }
    }

    /// Whether a `_Static_assert` was next; it must hold.
    pub(super) fn static_assertion(&mut self) -> Parsed<bool> {
        let is_soft = self.token.kind == Kind::Identifier
            && self.token.text == "static_assert"
            && self.look_up("static_assert").is_none();
        if !is_soft && !self.is_word(Keyword::StaticAssert) {
            return Ok(false);
        }
        let at = self.advance();
        self.expect(Mark::Open)?;
        let condition = self.conditional()?.read();
        let text = if self.eat(Mark::Comma) { self.token.text } else { "" };
        while self.token.kind == Kind::Text {
            self.advance();
        }
        self.expect(Mark::Close)?;
        self.eat(Mark::Semicolon);
        match condition.truth() {
            Ok(true) => Ok(true),
            Ok(false) => Err(self.fault_at(at, format!("the assertion fails: {text}"))),
            Err(reason) => Err(self.fault_at(at, format!("expected a constant: {reason}"))),
        }
    }
}

fn build(
    mut builder: RecordBuilder,
    attributes: &Attributes,
    pack: Option<u64>,
    members: &[Member<'_>],
) -> RecordBuilder {
    if attributes.packed {
        builder = builder.packed_record();
    }
    if let Some(n) = pack {
        builder = builder.pack(n);
    }
    if let Some(n) = attributes.align {
        builder = builder.align(n);
    }
    if let Some(rule) = attributes.bit_rule {
        builder = builder.bit_rule(rule);
    }
    if attributes.transparent_union {
        builder = builder.transparent_union();
    }
    for member in members {
        builder = builder.member(member.name, member.ty.clone(), member.rules);
    }
    builder
}

/// Whether two complete records have the same rules and members.
fn same_members(a: &Type, b: &Type) -> bool {
    let (Some(a), Some(b)) = (a.record(), b.record()) else { return false };
    let (fields_a, fields_b) = (a.fields(), b.fields());
    a.rules() == b.rules()
        && fields_a.len() == fields_b.len()
        && fields_a
            .iter()
            .zip(&fields_b)
            .all(|(x, y)| x.name() == y.name() && x.rules() == y.rules() && x.ty() == y.ty())
}
