//! Entry points: a text with its target, and what may be asked of it.

use super::declaration::names_of;
use super::declarator::Naming;
use super::directive::Surroundings;
use super::error::ParseError;
use super::lexer::Lexer;
use super::operand::Value;
#[cfg(feature = "load")]
use super::output::VariableDecl;
use super::output::{Declarations, Skipped};
use super::parser::{Fault, Parsed, Parser};
use super::token::{Kind, Mark};
use crate::target::Target;
use crate::types::{ConstValue, Type, Types};
use std::sync::Arc;

/// The longest text that is read, in bytes.
pub const MAX_TEXT: usize = 1 << 26;

/// A C text that is to be read, and how.
///
/// # Examples
/// A header as the preprocessor leaves it, for another target, with something in it that nobody can
/// read:
/// ```
/// use ctypes_core::{Target, Types, decl::Source};
///
/// let text = "# 7 \"list.h\"\nlong length(struct list *);\nint oddity(unheard_of x);\n#define LIMIT 64\n";
/// let types = Types::new();
/// let found = Source::new(text).target(Target::I686_LINUX).read(&types);
/// assert_eq!(found.functions[0].place.to_string(), "list.h:7");
/// assert_eq!(&*found.macros[0].body, "64");
/// assert_eq!(found.skipped[0].name.as_deref(), Some("oddity"));
/// assert!(found.skipped[0].error.to_string().starts_with("list.h:8:12: unknown type name `unheard_of`"));
/// ```
#[derive(Debug, Clone)]
pub struct Source<'t> {
    text: &'t str,
    file: &'t str,
    target: Target,
}

/// The value of an expression, and its type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Constant {
    /// The value. A pointer is its address as an integer without a sign; an integer of an unsigned
    /// type of 128 bits is kept as the same bits.
    pub value: ConstValue,
    /// The type, by C's rules for the operators that made it.
    pub ty: Type,
}

impl<'t> Source<'t> {
    /// A text for this platform.
    pub fn new(text: &'t str) -> Source<'t> {
        Source { text, file: "<text>", target: Target::NATIVE }
    }

    /// The name of the file up to the first line marker; `<text>` unless it is said.
    pub fn file(mut self, name: &'t str) -> Source<'t> {
        self.file = name;
        self
    }

    /// The target whose compiler decides sizes, and so the values of constants.
    pub fn target(mut self, target: Target) -> Source<'t> {
        self.target = target;
        self
    }

    /// Reads all declarations into the namespace. What cannot be understood is skipped and listed in
    /// [`Declarations::skipped`].
    pub fn read(&self, types: &Types) -> Declarations {
        match self.parser(types) {
            Ok(mut parser) => {
                parser.declarations();
                parser.found
            }
            Err(error) => Declarations {
                skipped: vec![Skipped { name: None, error }],
                ..Declarations::default()
            },
        }
    }

    /// As [`Source::read`], where nothing may be skipped.
    ///
    /// # Errors
    /// The first error, with the number of those that follow. What was declared before and after it
    /// stays in the namespace.
    pub fn parse(&self, types: &Types) -> Result<Declarations, ParseError> {
        let found = self.read(types);
        match found.skipped.first() {
            None => Ok(found),
            Some(first) => Err(ParseError { more: found.skipped.len() - 1, ..first.error.clone() }),
        }
    }

    /// The value of the text as an expression, such as what a macro stands for.
    ///
    /// # Errors
    /// If the text is no expression, names something that is not declared, or has no value that is
    /// known before a program runs.
    pub fn evaluate(&self, types: &Types) -> Result<Constant, ParseError> {
        self.whole(types, |p| {
            let from = p.token;
            let operand = p.expression()?;
            let operand = if let Value::Text(_) = operand.value { operand } else { operand.read() };
            let value = match operand.value {
                Value::Int(v) => ConstValue::Int(v),
                Value::Real(v) => ConstValue::Float(v),
                Value::Text(text) => text.to_constant(),
                Value::Place(_) => {
                    return Err(p.fault_at(from, "the value of an object is no constant"));
                }
                Value::None(reason) => {
                    let mut fault = p.fault_at(from, format!("expected a constant: {reason}"));
                    fault.len = p.end_of_last.saturating_sub(from.at);
                    return Err(fault);
                }
            };
            Ok(Constant { value, ty: operand.ty })
        })
    }

    /// The text as the name of a type: `const char *[4]`.
    ///
    /// # Errors
    /// If the text is something else.
    pub fn type_name(&self, types: &Types) -> Result<Type, ParseError> {
        self.whole(types, |p| p.type_name())
    }

    /// One declaration without initialiser; the name may be missing, as may the semicolon. Its type, and if that is of a
    /// function or a pointer to one the names of the parameters.
    pub(super) fn prototype(&self, types: &Types) -> Result<(Type, Vec<Arc<str>>), ParseError> {
        self.whole(types, |p| {
            let spec = p.specifiers()?;
            let mut attributes = spec.attributes.clone();
            let declarator = p.declarator(Naming::Either, &mut attributes)?;
            p.attributes(&mut attributes)?;
            let declared = p.declare(&spec, declarator, &attributes)?;
            p.eat(Mark::Semicolon);
            let names = names_of(declared.function.or(declared.pointed_at).as_deref());
            Ok((declared.ty.renewed(), names))
        })
    }

    /// The declaration of one variable; the text may declare types before it.
    #[cfg(feature = "load")]
    pub(crate) fn variable(&self, types: &Types) -> Result<VariableDecl, ParseError> {
        let mut found = self.parse(types)?;
        match (found.variables.len(), found.functions.len()) {
            (1, _) => Ok(found.variables.remove(0)),
            (0, functions @ 1..) => {
                let functions = format!("{functions} of functions");
                Err(self.not_one("variable", &functions))
            }
            (count, _) => Err(self.not_one("variable", &count.to_string())),
        }
    }

    /// That the text does not declare what it should.
    #[cfg(feature = "load")]
    pub(super) fn not_one(&self, expected: &str, found: &str) -> ParseError {
        let message = format!("expected the declaration of one {expected}, found {found}");
        let fault = Fault { at: 0, len: self.text.len() as u32, line: 1, file: 0, message };
        ParseError::new(&fault, self.text, &[self.file.into()])
    }

    fn parser<'e>(&'e self, types: &'e Types) -> Result<Parser<'t, 'e>, ParseError> {
        if self.text.len() > MAX_TEXT {
            let message = format!("expected at most {MAX_TEXT} bytes, found {}", self.text.len());
            let fault = Fault { at: 0, len: 1, line: 1, file: 0, message };
            return Err(ParseError::new(&fault, self.text, &[self.file.into()]));
        }
        let lexer = Lexer::new(self.text, Surroundings::new(self.file));
        Ok(Parser::new(lexer, types, &self.target))
    }

    /// What `inner` makes of the whole text.
    fn whole<T>(
        &self,
        types: &Types,
        inner: impl FnOnce(&mut Parser<'t, '_>) -> Parsed<T>,
    ) -> Result<T, ParseError> {
        let mut parser = self.parser(types)?;
        let result = inner(&mut parser).and_then(|value| match parser.token.kind {
            Kind::End => Ok(value),
            _ => Err(parser.expected("the end of the text")),
        });
        result.map_err(|fault| ParseError::new(&fault, self.text, &parser.lexer.around.files))
    }
}

impl Types {
    /// Reads C declarations for this platform: types, functions, variables, constants.
    ///
    /// ```
    /// use ctypes_core::Types;
    /// let types = Types::new();
    /// types.parse("struct node { int value; struct node *next; };")?;
    /// let error = types.parse("struct node f(struct node x); int f(node x);").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "<text>:1:37: unknown type name `node`; there is a `struct node`
    ///     struct node f(struct node x); int f(node x);
    ///                                         ^^^^",
    /// );
    /// # Ok::<(), ctypes_core::decl::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Source::parse`].
    #[doc(alias = "cdef")]
    pub fn parse(&self, text: &str) -> Result<Declarations, ParseError> {
        Source::new(text).parse(self)
    }

    /// As [`Types::parse`], as the compiler of a target does: where it matters, as for `sizeof` in the
    /// length of an array, sizes are those of the target.
    ///
    /// # Errors
    /// As [`Source::parse`].
    pub fn parse_for(&self, text: &str, target: &Target) -> Result<Declarations, ParseError> {
        Source::new(text).target(*target).parse(self)
    }

    /// The type of that name, which may have pointers, arrays and functions around it.
    ///
    /// ```
    /// use ctypes_core::{Type, Types};
    /// let ty = Types::new().parse_type("const char *[4]")?;
    /// assert_eq!(ty, Type::CONST_CHAR_PTR.array(4).unwrap());
    /// # Ok::<(), ctypes_core::decl::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Source::type_name`].
    pub fn parse_type(&self, text: &str) -> Result<Type, ParseError> {
        Source::new(text).type_name(self)
    }

    /// The value of a C expression in this namespace, for this platform.
    ///
    /// ```
    /// use ctypes_core::{Types, types::ConstValue};
    /// let types = Types::new();
    /// types.parse("enum { A = 3 }; struct s { char c; long l; };")?;
    /// assert_eq!(types.evaluate("A << 4 | 0x0Fu")?.value, ConstValue::Int(63));
    /// assert_eq!(types.evaluate("A << 4 | 0x0Fu")?.ty.to_string(), "unsigned int");
    /// assert_eq!(types.evaluate("1 / 4.0")?.value, ConstValue::Float(0.25));
    /// assert!(types.evaluate("2147483647 + 1").unwrap_err().message.contains("does not fit"));
    /// # Ok::<(), ctypes_core::decl::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Source::evaluate`].
    pub fn evaluate(&self, text: &str) -> Result<Constant, ParseError> {
        Source::new(text).evaluate(self)
    }
}
