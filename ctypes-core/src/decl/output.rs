//! What a text declares, and what of it was skipped.

use super::attributes::Attributes;
use super::compatible::Relation;
use super::declaration::{integer_value, names_of};
use super::declarator::{Declared, Parameters};
use super::error::ParseError;
use super::operand::{Value, is_apple};
use super::parser::{Fault, Name, Parsed, Parser};
use super::token::Token;
use crate::error::DefineError;
use crate::layout::RecordKind;
use crate::types::{ConstValue, OrdinaryName, Place, RecordDecl, Scalar, Type, TypeKind, Types};
use std::borrow::Cow;
use std::sync::Arc;

/// What a text has declared beside what its namespace knows by name.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Declarations {
    /// Functions, in order.
    pub functions: Vec<FunctionDecl>,
    /// Variables, in order.
    pub variables: Vec<VariableDecl>,
    /// Enumerators and `constexpr` objects, in order.
    pub constants: Vec<ConstantDecl>,
    /// Typedef names, in order.
    pub typedefs: Vec<TypedefDecl>,
    /// Macros that are defined at the end of the text.
    pub macros: Vec<Macro>,
    /// `static` and `inline` functions, which have no symbol, with their text.
    pub inline_functions: Vec<InlineFunction>,
    /// What was skipped, and why.
    pub skipped: Vec<Skipped>,
}

/// A function that another object exports.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FunctionDecl {
    /// Its name in C.
    pub name: Arc<str>,
    /// The name of its symbol, where an asm label gives it another one.
    pub symbol: Option<Arc<str>>,
    /// Its type.
    pub ty: Type,
    /// The names of its parameters; empty for one without.
    pub params: Vec<Arc<str>>,
    /// Whether it never returns.
    pub noreturn: bool,
    /// Whether it may be missing.
    pub weak: bool,
    /// Whether its use is discouraged.
    pub deprecated: bool,
    /// Where it is declared.
    pub place: Place,
}

/// A variable that another object exports.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VariableDecl {
    /// Its name in C.
    pub name: Arc<str>,
    /// The name of its symbol, where an asm label gives it another one.
    pub symbol: Option<Arc<str>>,
    /// Its type, which is [`TypeKind::IncompleteArray`] if no declaration says the length of an array.
    pub ty: Type,
    /// Where it is declared.
    pub place: Place,
}

/// A name for an integer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConstantDecl {
    /// The name.
    pub name: Arc<str>,
    /// The value.
    pub value: i128,
    /// Its type.
    pub ty: Type,
    /// Where it is declared.
    pub place: Place,
}

/// A name for a type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TypedefDecl {
    /// The name.
    pub name: Arc<str>,
    /// The type, by that name.
    pub ty: Type,
    /// Where it is declared.
    pub place: Place,
}

/// A macro as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Macro {
    /// The name.
    pub name: Arc<str>,
    /// The names of its parameters, if it is like a function; the last may be `...`.
    pub params: Option<Vec<Arc<str>>>,
    /// What it stands for.
    pub body: Arc<str>,
    /// Where it is defined.
    pub place: Place,
}

/// A function that is defined in the text and exported by nobody.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InlineFunction {
    /// The name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// The names of its parameters; empty for one without.
    pub params: Vec<Arc<str>>,
    /// The whole definition.
    pub text: Arc<str>,
    /// Where it is defined.
    pub place: Place,
}

/// A declaration that was skipped.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Skipped {
    /// What it declares, if that much was understood.
    pub name: Option<Arc<str>>,
    /// Why it was skipped, and where.
    pub error: ParseError,
}

/// How many skipped declarations are reported; the text is not read beyond that.
pub const MAX_SKIPPED: usize = 1000;

/// What an ordinary name stands for in a namespace.
pub(super) fn known(types: &Types, name: &str) -> Option<Name> {
    Some(match types.ordinary(name)? {
        OrdinaryName::Typedef(ty) => Name::Typedef(ty),
        OrdinaryName::Constant { value: ConstValue::Int(value), ty } => Name::Constant(value, ty),
        OrdinaryName::Constant { ty, .. } => Name::Object(ty, None),
        OrdinaryName::Object(ty) => Name::Object(ty, types.object_align(name)),
    })
}

impl<'t> Parser<'t, '_> {
    fn place(&self, at: Token<'t>) -> Place {
        Place { file: self.lexer.around.files[at.file as usize].clone(), line: at.line }
    }

    pub(super) fn skip(&mut self, fault: Fault) {
        let error = ParseError::new(&fault, self.lexer.text, &self.lexer.around.files);
        let name = self.current.map(|n| n.text.into());
        self.found.skipped.push(Skipped { name, error });
    }

    pub(super) fn is_full(&self) -> bool {
        self.found.skipped.len() >= MAX_SKIPPED || self.is_exhausted()
    }

    pub(super) fn end_of_declarations(&mut self) {
        let unfollowed = std::mem::take(&mut self.lexer.around.unfollowed);
        for directive in unfollowed {
            let len = directive.text.lines().next().map_or(1, str::len) as u32 + 1;
            let fault = Fault {
                at: directive.at,
                len,
                line: directive.line,
                file: directive.file,
                message: directive.reason.to_owned(),
            };
            self.current = None;
            self.skip(fault);
        }
        // Handles that were taken before a record was defined do not know its size.
        let typedefs = self.found.typedefs.iter_mut().map(|t| &mut t.ty);
        for ty in typedefs.chain(self.found.variables.iter_mut().map(|v| &mut v.ty)) {
            *ty = ty.renewed();
        }
        let files = &self.lexer.around.files;
        self.found.macros = self
            .lexer
            .around
            .macros()
            .map(|m| Macro {
                name: m.name.into(),
                params: m.params.map(|p| {
                    p.split(',').map(str::trim).filter(|p| !p.is_empty()).map(Arc::from).collect()
                }),
                body: m.body.into(),
                place: Place { file: files[m.file as usize].clone(), line: m.line },
            })
            .collect();
    }

    pub(super) fn unnamed(&mut self, kind: RecordKind, at: Token<'t>) -> RecordDecl {
        self.types.declare_unnamed(kind, self.place(at))
    }

    pub(super) fn tagged_enum<'v>(
        &mut self,
        tag: Token<'t>,
        fixed: Option<Scalar>,
        values: impl Iterator<Item = (&'v str, i128)>,
    ) -> Result<Type, DefineError> {
        self.types.declare_enum_of(tag.text, fixed, values)
    }

    pub(super) fn unnamed_enum<'v>(
        &mut self,
        at: Token<'t>,
        fixed: Option<Scalar>,
        values: impl Iterator<Item = (&'v str, i128)>,
    ) -> Result<Type, DefineError> {
        Type::unnamed_enumeration(self.place(at), fixed, values)
    }

    /// `enum tag` without values.
    pub(super) fn mentioned(&mut self, tag: Token<'t>, fixed: Option<Scalar>) -> Parsed<Type> {
        if let Some(inner) = self.inner_tag(tag.text) {
            return match inner.kind() {
                TypeKind::Enum(_) => Ok(inner.clone()),
                _ => Err(self.fault_at(tag, format!("`{}` is in use as another tag", tag.text))),
            };
        }
        self.types.mention_enum(tag.text, fixed).map_err(|e| self.fault_at(tag, e.to_string()))
    }

    /// Makes an enumerator known to what follows it.
    pub(super) fn know_enumerator(&mut self, name: Token<'t>, constant: Name) {
        if self.prototypes > 0 {
            self.params.push((name.text, constant));
        } else {
            self.names.insert(name.text, constant);
        }
    }

    pub(super) fn declare_enumerator(&mut self, name: Token<'t>, constant: Name) -> Parsed<()> {
        if self.prototypes > 0 {
            self.know_enumerator(name, constant);
            return Ok(());
        }
        if let Name::Constant(value, ty) = &constant {
            let place = self.place(name);
            let (value, ty) = (*value, ty.clone());
            let known = self.types.declare_constant(name.text, &ty, ConstValue::Int(value));
            self.publish(name, known)?;
            self.found.constants.push(ConstantDecl { name: name.text.into(), value, ty, place });
        }
        self.names.insert(name.text, constant);
        Ok(())
    }

    /// Makes a name known to the namespace.
    pub(super) fn publish(
        &mut self,
        name: Token<'t>,
        result: Result<(), DefineError>,
    ) -> Parsed<()> {
        result.map_err(|e| self.fault_at(name, e.to_string()))
    }

    pub(super) fn declare_typedef(
        &mut self,
        name: Token<'t>,
        ty: Type,
        attributes: &Attributes,
    ) -> Parsed<()> {
        self.charge_for(&ty)?;
        match self.look_up(name.text) {
            Some(Name::Typedef(before)) if before == ty => return Ok(()),
            Some(Name::Typedef(before)) => {
                let message =
                    format!("`{}` is a typedef of `{}` already", name.text, before.resolved());
                return Err(self.fault_at(name, message));
            }
            Some(_) => {
                let message = format!("`{}` is declared as something else before", name.text);
                return Err(self.fault_at(name, message));
            }
            None => {}
        }
        let ty = if attributes.transparent_union { self.transparent(name, ty)? } else { ty };
        let named = match attributes.align {
            Some(n) => self.types.typedef_aligned(name.text, &ty, n),
            None => self.types.typedef(name.text, &ty),
        };
        let ty = named.map_err(|e| self.fault_at(name, e.to_string()))?;
        let place = self.place(name);
        self.names.insert(name.text, Name::Typedef(ty.clone()));
        self.found.typedefs.push(TypedefDecl { name: name.text.into(), ty, place });
        Ok(())
    }

    /// `typedef union { … } name __attribute__((transparent_union))`: the attribute comes when the union
    /// is defined already, so that the name stands for one like it.
    fn transparent(&mut self, name: Token<'t>, ty: Type) -> Parsed<Type> {
        let Some(record) = ty.record().filter(|r| {
            let rules = r.rules();
            r.name().is_empty() && rules.kind == RecordKind::Union && !rules.transparent_union
        }) else {
            return Ok(ty);
        };
        let fields = record.fields();
        self.charge(fields.len())?;
        let like_it = self.types.declare_unnamed(RecordKind::Union, self.place(name));
        let defined = like_it.define(|builder| {
            fields
                .iter()
                .fold(builder, |b, f| b.member(f.name(), f.ty().clone(), f.rules()))
                .transparent_union()
        });
        defined.map_err(|e| self.fault_at(name, e.to_string()))
    }

    /// The name of the symbol, where an asm label or a pragma says it.
    fn symbol_of(&self, name: Token<'t>, label: Option<String>) -> Option<Arc<str>> {
        let renamed = self.lexer.around.pragmas.renamed.get(name.text).map(|to| Arc::from(*to));
        // A label is the name in the object file, where Apple's systems put an underscore before
        // each that dlsym knows.
        let is_apple = is_apple(self.target);
        let label = label.map(|label| match label.strip_prefix('_') {
            Some(plain) if is_apple => Arc::from(plain),
            _ => Arc::from(label),
        });
        label.or(renamed)
    }

    pub(super) fn declare_function(
        &mut self,
        name: Token<'t>,
        ty: Type,
        parameters: Option<Box<Parameters<'t>>>,
        attributes: &Attributes,
        symbol: Option<String>,
    ) -> Parsed<()> {
        let unspecified = parameters.as_ref().is_some_and(|p| p.unspecified);
        let (relation, ty) = self.relation(name, &ty, unspecified)?;
        self.declare_object(name, &ty, attributes.align, relation)?;
        if relation == Relation::Same {
            return Ok(());
        }
        if unspecified {
            self.unspecified.insert(name.text);
        }
        if relation == Relation::Completes {
            self.unspecified.remove(name.text);
            self.charge_glance(self.found.functions.len())?;
            self.found.functions.retain(|f| *f.name != *name.text);
        }
        let place = self.place(name);
        self.found.functions.push(FunctionDecl {
            name: name.text.into(),
            symbol: self.symbol_of(name, symbol),
            ty,
            params: names_of(parameters.as_deref()),
            noreturn: attributes.noreturn,
            weak: attributes.weak,
            deprecated: attributes.deprecated,
            place,
        });
        Ok(())
    }

    pub(super) fn inline_function(&mut self, declared: Declared<'t>, text: &str) -> Parsed<()> {
        let Some(name) = declared.name else { return Ok(()) };
        self.charge_for(&declared.ty)?;
        let place = self.place(name);
        let known = self.types.declare_object(name.text, &declared.ty);
        self.publish(name, known)?;
        self.names.insert(name.text, Name::Object(declared.ty.clone(), None));
        self.found.inline_functions.push(InlineFunction {
            name: name.text.into(),
            ty: declared.ty,
            params: names_of(declared.function.as_deref()),
            text: without_directives(text).into(),
            place,
        });
        Ok(())
    }

    pub(super) fn declare_constant(
        &mut self,
        name: Token<'t>,
        ty: Type,
        value: Value,
    ) -> Parsed<()> {
        match integer_value(&ty, &value, self.target) {
            Some(value) => self.declare_enumerator(name, Name::Constant(value, ty)),
            None => {
                self.names.insert(name.text, Name::Object(ty, None));
                Ok(())
            }
        }
    }

    pub(super) fn declare_variable(
        &mut self,
        name: Token<'t>,
        declared: Declared<'t>,
        attributes: &Attributes,
        symbol: Option<String>,
    ) -> Parsed<()> {
        let (relation, ty) = self.relation(name, &declared.ty, false)?;
        self.declare_object(name, &ty, attributes.align, relation)?;
        if relation == Relation::Same {
            return Ok(());
        }
        if relation == Relation::Completes {
            self.charge_glance(self.found.variables.len())?;
            self.found.variables.retain(|v| *v.name != *name.text);
        }
        let place = self.place(name);
        self.found.variables.push(VariableDecl {
            name: name.text.into(),
            symbol: self.symbol_of(name, symbol),
            ty,
            place,
        });
        Ok(())
    }
}

/// A definition without the line markers and definitions of macros inside it.
fn without_directives(text: &str) -> Cow<'_, str> {
    let is_noise = |line: &str| {
        let Some(directive) = line.trim_start().strip_prefix('#') else { return false };
        let word = directive.trim_start();
        word.starts_with(|c: char| c.is_ascii_digit())
            || ["line", "define", "undef"].iter().any(|w| word.starts_with(w))
    };
    if !text.lines().any(is_noise) {
        return Cow::Borrowed(text);
    }
    let kept: Vec<&str> = text.lines().filter(|line| !is_noise(line)).collect();
    Cow::Owned(kept.join("\n"))
}
