//! What all parts of the parser share: the current token and the one after it, names, limits, faults.

use super::declarator::Part;
use super::lexer::Lexer;
use super::output::Declarations;
use super::token::{Keyword, Kind, Mark, Token};
use crate::error::LayoutError;
use crate::target::Target;
use crate::types::{Layout, Measuring, Qualifiers, RecordId, Type, Types};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How deep expressions, declarators and records may be nested in one another. A pair of parentheses
/// in an expression counts as three levels, and so does a record in a record. C11 5.2.4.1 asks for 63.
pub const MAX_DEPTH: u32 = 128;

/// How much may be done in one text beyond reading it: how many parts may the types have, together, that
/// are copied, compared and measured, those of the members of a record each time that one of them is
/// looked for. The largest headers come to a twentieth of it, and it takes some seconds.
const MAX_WORK: u64 = 1 << 22;

const TOO_MUCH: &str = "the text takes too much work to read";

pub(super) struct Parser<'t, 'e> {
    pub(super) lexer: Lexer<'t>,
    pub(super) token: Token<'t>,
    ahead: Option<Token<'t>>,
    /// Where the token before this one ended.
    pub(super) end_of_last: u32,
    pub(super) types: &'e Types,
    pub(super) target: &'e Target,
    pub(super) is_native: bool,
    /// Ordinary names that this text has declared.
    pub(super) names: HashMap<&'t str, Name>,
    /// Parameters of the functions that are being declared, whose values nobody knows, and enumerators
    /// among them: they end with the parentheses (C11 6.2.1p4).
    pub(super) params: Vec<(&'t str, Name)>,
    /// Tags of what parameter lists define, which end with the parentheses too.
    pub(super) inner_tags: Vec<(&'t str, Type)>,
    /// In how many parameter lists the current token is.
    pub(super) prototypes: u32,
    /// Functions of which only `()` is known.
    pub(super) unspecified: HashSet<&'t str>,
    /// The parts of the declarators that are being read.
    pub(super) parts: Vec<Part<'t>>,
    /// Whether the declarator that is being read is that of a parameter.
    pub(super) in_parameters: bool,
    /// How many braces are open, and how many of them belong to `extern "C"`.
    pub(super) braces: u32,
    pub(super) braces_outside: u32,
    /// Whether the token before this one closed a parenthesis, as before the body of a function.
    pub(super) last_was_paren: bool,
    /// Whether the outermost braces that were opened last are those of a function.
    pub(super) is_body: bool,
    /// The name that the current declaration declares, for a report.
    pub(super) current: Option<Token<'t>>,
    pub(super) found: Declarations,
    depth: u32,
    work: u64,
    /// Sizes and layouts on the target.
    measuring: Measuring<'e>,
    layouts: HashMap<(RecordId, u32, Qualifiers), Rc<Layout>>,
    /// What the namespace said of names, which it takes time to ask.
    remembered: RefCell<HashMap<&'t str, Name>>,
}

/// What an ordinary identifier stands for.
#[derive(Clone)]
pub(super) enum Name {
    Typedef(Type),
    /// An enumerator, or a `constexpr` variable.
    Constant(i128, Type),
    /// A variable or function, with the alignment in bytes that is said of it beside its type.
    Object(Type, Option<u64>),
}

impl Name {
    fn renewed(&self) -> Name {
        match self {
            Name::Typedef(ty) => Name::Typedef(ty.renewed()),
            other => other.clone(),
        }
    }
}

/// Why something could not be understood, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: u32,
    pub(super) len: u32,
    pub(super) line: u32,
    pub(super) file: u32,
    pub(super) message: String,
}

pub(super) type Parsed<T> = Result<T, Box<Fault>>;

impl<'t, 'e> Parser<'t, 'e> {
    pub(super) fn new(lexer: Lexer<'t>, types: &'e Types, target: &'e Target) -> Parser<'t, 'e> {
        let mut parser = Parser {
            lexer,
            token: Token { kind: Kind::End, text: "", at: 0, line: 1, file: 0 },
            ahead: None,
            end_of_last: 0,
            types,
            target,
            is_native: *target == Target::NATIVE,
            names: HashMap::new(),
            params: Vec::new(),
            inner_tags: Vec::new(),
            prototypes: 0,
            unspecified: HashSet::new(),
            parts: Vec::new(),
            in_parameters: false,
            braces: 0,
            braces_outside: 0,
            last_was_paren: false,
            is_body: false,
            current: None,
            found: Declarations::default(),
            depth: 0,
            work: 0,
            measuring: Measuring::on(target),
            layouts: HashMap::new(),
            remembered: RefCell::default(),
        };
        parser.token = parser.lexer.next();
        parser.count_brace(true);
        parser
    }

    /// Goes on to the next token and gives the one that was current.
    #[inline]
    pub(super) fn advance(&mut self) -> Token<'t> {
        let next = match self.ahead.take() {
            Some(token) => token,
            None => self.lexer.next(),
        };
        self.end_of_last = self.token.at + self.token.text.len() as u32;
        self.last_was_paren = self.token.kind == Kind::Mark(Mark::Close);
        self.count_brace(false);
        let last = std::mem::replace(&mut self.token, next);
        self.count_brace(true);
        last
    }

    /// A brace counts as open while one of the two or what is between them is the current token.
    #[inline]
    fn count_brace(&mut self, arrives: bool) {
        match self.token.kind {
            Kind::Mark(Mark::OpenBrace) if arrives => {
                self.braces += 1;
                if self.braces == self.braces_outside + 1 {
                    self.is_body = self.last_was_paren;
                }
            }
            Kind::Mark(Mark::CloseBrace) if !arrives => self.braces = self.braces.saturating_sub(1),
            _ => {}
        }
    }

    pub(super) fn reset_depth(&mut self) {
        self.depth = 0;
    }

    /// The token after the current one.
    pub(super) fn peek(&mut self) -> Token<'t> {
        match self.ahead {
            Some(token) => token,
            None => {
                let token = self.lexer.next();
                self.ahead = Some(token);
                token
            }
        }
    }

    #[inline]
    pub(super) fn is(&self, mark: Mark) -> bool {
        self.token.kind == Kind::Mark(mark)
    }

    #[inline]
    pub(super) fn is_word(&self, keyword: Keyword) -> bool {
        self.token.kind == Kind::Keyword(keyword)
    }

    /// Goes past the mark if it is the current token.
    #[inline]
    pub(super) fn eat(&mut self, mark: Mark) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn eat_word(&mut self, keyword: Keyword) -> bool {
        let found = self.is_word(keyword);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: Mark) -> Parsed<()> {
        if self.eat(mark) { Ok(()) } else { Err(self.expected(&format!("`{}`", mark.text()))) }
    }

    pub(super) fn identifier(&mut self) -> Parsed<Token<'t>> {
        if self.token.kind == Kind::Identifier {
            Ok(self.advance())
        } else {
            Err(self.expected("a name"))
        }
    }

    /// A fault at the current token, which is named as what was found.
    #[cold]
    pub(super) fn expected(&self, what: &str) -> Box<Fault> {
        let found = match self.token.kind {
            Kind::End => "the end of the text".to_owned(),
            Kind::Stray if self.token.text.starts_with(['"', '\'']) => {
                "a literal without an end".to_owned()
            }
            _ => format!("`{}`", shortened(self.token.text)),
        };
        self.fault_at(self.token, format!("expected {what}, found {found}"))
    }

    #[cold]
    pub(super) fn fault_at(&self, token: Token<'_>, message: impl Into<String>) -> Box<Fault> {
        Box::new(Fault {
            at: token.at,
            len: token.text.len() as u32,
            line: token.line,
            file: token.file,
            message: message.into(),
        })
    }

    /// Calls `inner` one level deeper.
    #[inline]
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.deeper_by(1, inner)
    }

    /// Calls `inner` so many levels deeper: as many as its share of the stack.
    #[inline]
    pub(super) fn deeper_by<T>(
        &mut self,
        levels: u32,
        inner: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<T> {
        if self.depth + levels > MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += levels;
        let result = inner(self);
        self.depth -= levels;
        result
    }

    #[cold]
    fn too_deep(&self) -> Box<Fault> {
        let message = format!("expected at most {MAX_DEPTH} levels of nesting, found more");
        self.fault_at(self.token, message)
    }

    /// Accounts for work that is not proportional to the text read.
    pub(super) fn charge(&mut self, work: usize) -> Parsed<()> {
        self.work = self.work.saturating_add(work as u64);
        if self.is_exhausted() {
            return Err(self.fault_at(self.token, TOO_MUCH));
        }
        Ok(())
    }

    /// Accounts for names that are looked through, which is done in a moment.
    pub(super) fn charge_glance(&mut self, names: usize) -> Parsed<()> {
        self.charge(names / 32)
    }

    /// Accounts for a type that is copied or compared.
    pub(super) fn charge_for(&mut self, ty: &Type) -> Parsed<()> {
        self.charge(ty.part_count())
    }

    /// What `inner` finds out of sizes and layouts on the target.
    pub(super) fn measured<T>(
        &mut self,
        inner: impl FnOnce(&mut Measuring<'e>) -> Result<T, LayoutError>,
    ) -> Result<T, String> {
        if self.is_exhausted() {
            return Err(TOO_MUCH.to_owned());
        }
        let result = inner(&mut self.measuring);
        self.work = self.work.saturating_add(self.measuring.take_work());
        result.map_err(|e| e.to_string())
    }

    /// The layout of a type on the target, of which the members are looked through.
    pub(super) fn layout_of(&mut self, ty: &Type) -> Result<Rc<Layout>, String> {
        let id = ty.record().filter(|r| r.is_complete()).map(|r| r.id());
        let key = id.map(|id| (id, ty.1.align, ty.qualifiers()));
        if let Some(layout) = key.and_then(|key| self.layouts.get(&key)).cloned() {
            // Names are found much faster than places.
            let glance = layout.named_fields().count() / 32;
            self.charge(glance).map_err(|fault| fault.message)?;
            return Ok(layout);
        }
        let layout = Rc::new(self.measured(|measuring| measuring.layout(ty))?);
        if let Some(key) = key {
            self.layouts.insert(key, layout.clone());
        }
        Ok(layout)
    }

    /// Whether the text has taken all the work that it may.
    pub(super) fn is_exhausted(&self) -> bool {
        self.work > MAX_WORK
    }

    /// Skips what is in parentheses, brackets or braces, of which the opening mark is current.
    pub(super) fn skip_group(&mut self) -> Parsed<()> {
        let opening = self.token;
        let mut closers: Vec<Mark> = Vec::new();
        loop {
            match self.token.kind {
                Kind::Mark(Mark::Open) => closers.push(Mark::Close),
                Kind::Mark(Mark::OpenBrace) => closers.push(Mark::CloseBrace),
                Kind::Mark(Mark::OpenBracket) => closers.push(Mark::CloseBracket),
                Kind::Mark(mark @ (Mark::Close | Mark::CloseBrace | Mark::CloseBracket)) => {
                    match closers.pop() {
                        Some(closer) if closer == mark => {}
                        Some(closer) => {
                            return Err(self.expected(&format!("`{}`", closer.text())));
                        }
                        None => return Ok(()),
                    }
                }
                Kind::End => {
                    let message = format!("`{}` is never closed", shortened(opening.text));
                    return Err(self.fault_at(opening, message));
                }
                _ => {}
            }
            self.advance();
            if closers.is_empty() {
                return Ok(());
            }
        }
    }

    /// The type of a tag that a parameter list around here defines.
    pub(super) fn inner_tag(&self, tag: &str) -> Option<&Type> {
        self.inner_tags.iter().rev().find(|(t, _)| *t == tag).map(|(_, ty)| ty)
    }

    /// What an identifier stands for: a parameter, what this text declared, or the namespace knows.
    pub(super) fn look_up(&self, name: &'t str) -> Option<Name> {
        if let Some((_, found)) = self.params.iter().rev().find(|(n, _)| *n == name) {
            return Some(found.clone());
        }
        if let Some(found) = self.names.get(name) {
            return Some(found.renewed());
        }
        if let Some(found) = self.remembered.borrow().get(name) {
            return Some(found.renewed());
        }
        let found = super::output::known(self.types, name)?;
        self.remembered.borrow_mut().insert(name, found.clone());
        Some(found)
    }
}

/// At most so much of a token as fits a message.
pub(super) fn shortened(text: &str) -> &str {
    match text.char_indices().nth(40) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
