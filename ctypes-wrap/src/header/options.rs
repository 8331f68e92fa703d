//! What a header is read with: search paths, macros, packages, the target.

use super::compiler::{self, Candidate};
use super::preprocess::{self, Failure, Preprocessed, Wanted};
use super::{Header, SkippedItem, check, constants, plain, pushed};
use ctypes_core::decl::{Declarations, MAX_TEXT, Source};
use ctypes_core::error::HeaderError;
use ctypes_core::{Target, Types};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A header that is to be read, and how; made by [`Header::new`].
#[derive(Debug, Clone)]
#[must_use]
pub struct HeaderBuilder(Options);

#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) name: String,
    before: Vec<String>,
    dirs: Vec<PathBuf>,
    /// Macros with their values, or without one to be undefined.
    macros: Vec<(String, Option<String>)>,
    packages: Vec<String>,
    args: Vec<OsString>,
    compiler: Option<String>,
    target: Target,
    pub(super) time_limit: Duration,
}

/// How long a compiler may take unless it is said.
const TIME_LIMIT: Duration = Duration::from_secs(60);

impl HeaderBuilder {
    pub(super) fn new(name: &str) -> HeaderBuilder {
        HeaderBuilder(Options {
            name: name.to_owned(),
            before: Vec::new(),
            dirs: Vec::new(),
            macros: Vec::new(),
            packages: Vec::new(),
            args: Vec::new(),
            compiler: None,
            target: Target::NATIVE,
            time_limit: TIME_LIMIT,
        })
    }

    /// Includes another header first, for one that does not include what it needs.
    pub fn include(mut self, name: &str) -> HeaderBuilder {
        self.0.before.push(name.to_owned());
        self
    }

    /// Looks for headers in a directory before the system's: `-I`.
    pub fn include_dir(mut self, dir: impl Into<PathBuf>) -> HeaderBuilder {
        self.0.dirs.push(dir.into());
        self
    }

    /// Defines a macro: `-D`. The usual value of one that is only a flag is `1`.
    pub fn define(mut self, name: &str, value: &str) -> HeaderBuilder {
        self.0.macros.push((name.to_owned(), Some(value.to_owned())));
        self
    }

    /// Takes back the definition of a macro: `-U`.
    pub fn undef(mut self, name: &str) -> HeaderBuilder {
        self.0.macros.push((name.to_owned(), None));
        self
    }

    /// Compiles with what pkg-config says of a package. The variable `PKG_CONFIG` names the program.
    pub fn pkg_config(mut self, package: &str) -> HeaderBuilder {
        self.0.packages.push(package.to_owned());
        self
    }

    /// The target whose preprocessor and whose sizes count; this platform unless it is said.
    pub fn target(mut self, target: Target) -> HeaderBuilder {
        self.0.target = target;
        self
    }

    /// The command of the compiler, with its options, instead of the one that would be found.
    pub fn compiler(mut self, command: &str) -> HeaderBuilder {
        self.0.compiler = Some(command.to_owned());
        self
    }

    /// Another option for the compiler, such as `-pthread`.
    pub fn arg(mut self, arg: impl Into<OsString>) -> HeaderBuilder {
        self.0.args.push(arg.into());
        self
    }

    /// How long each program that is run may take: the compiler, pkg-config. A minute unless it is said;
    /// [`Duration::MAX`] is no limit.
    ///
    /// # Platform behaviour
    /// Unix: a program that takes longer is killed together with the processes that it started, as far
    /// as they are in its process group, which is one of its own. Elsewhere only the program is killed,
    /// and threads that read its output stay until all that it started has ended.
    pub fn time_limit(mut self, limit: Duration) -> HeaderBuilder {
        self.0.time_limit = limit;
        self
    }

    /// Reads the header into a namespace of its own.
    ///
    /// # Errors
    /// [`HeaderError`]: there is no compiler for the target, it does not find the header or one that
    /// is included, it is for another target, it does not end in [time](HeaderBuilder::time_limit) or
    /// writes more than [`MAX_TEXT`] bytes, pkg-config does not know a package. Declarations that
    /// cannot be read are no errors but listed in [`Header::skipped`].
    pub fn read(&self) -> Result<Header, HeaderError> {
        self.read_into(&Types::new())
    }

    /// Reads the header into a namespace that may know other headers already.
    ///
    /// # Errors
    /// As [`HeaderBuilder::read`].
    pub fn read_into(&self, types: &Types) -> Result<Header, HeaderError> {
        let options = &self.0;
        options.check()?;
        let (found, file) = match options.plain()? {
            Some((text, path)) => (Text { text, skipped: Vec::new() }, path),
            None => (options.preprocess()?, "<command line>".to_owned()),
        };
        let source = Source::new(&found.text).file(&file).target(options.target);
        let declarations = source.read(types);
        let name = options.name.clone();
        Ok(constants::header(name, types, options.target, declarations, found.skipped))
    }
}

/// What a preprocessor leaves of a header.
struct Text {
    text: String,
    /// Macros that are not known any more.
    skipped: Vec<SkippedItem>,
}

impl Options {
    fn check(&self) -> Result<(), HeaderError> {
        let bad =
            |expected, found: &str| Err(HeaderError::BadName { expected, found: found.to_owned() });
        for name in self.before.iter().chain([&self.name]) {
            if name.is_empty() || name.contains(['"', '\n', '\r', '\0']) {
                return bad("the name of a header", name);
            }
        }
        for (name, value) in &self.macros {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty()
                || !name.chars().all(is_word)
                || name.starts_with(|c: char| c.is_ascii_digit())
            {
                return bad("the name of a macro", name);
            }
            if let Some(value) = value.as_ref().filter(|v| v.contains(['\n', '\r', '\0'])) {
                return bad("the value of a macro, on one line", value);
            }
        }
        match self.packages.iter().find(|p| p.is_empty() || p.contains('\0')) {
            Some(package) => bad("the name of a package", package),
            None => Ok(()),
        }
    }

    /// What the preprocessor reads.
    pub(super) fn includes(&self) -> String {
        let mut text = String::new();
        for name in self.before.iter().chain([&self.name]).filter(|name| !name.is_empty()) {
            let _ = writeln!(text, "#include \"{name}\"");
        }
        text
    }

    /// The text of the header and its path, if it needs no preprocessor.
    fn plain(&self) -> Result<Option<(String, String)>, HeaderError> {
        let here = [PathBuf::new()];
        let mut paths = here.iter().chain(&self.dirs).map(|dir| dir.join(&self.name));
        let Some(path) = paths.find(|path| path.exists()) else { return Ok(None) };
        let text = read(&path)?;
        if !self.before.is_empty() || !self.packages.is_empty() || !plain::is_plain(&text) {
            return Ok(None);
        }
        let file = path.display().to_string();
        let mut whole = String::new();
        for (name, value) in &self.macros {
            let _ = match value {
                Some(value) => writeln!(whole, "#define {name} {value}"),
                None => writeln!(whole, "#undef {name}"),
            };
        }
        if !whole.is_empty() {
            whole.push_str("# 1\n");
        }
        whole.push_str(&text);
        let unreadable = |reason| HeaderError::Unreadable { path: file.clone(), reason };
        let text = plain::expanded(&whole, &file).map_err(unreadable)?;
        Ok(Some((text, file)))
    }

    fn preprocess(&self) -> Result<Text, HeaderError> {
        let mut flags = preprocess::package_flags(&self.packages, self.time_limit)?;
        for dir in &self.dirs {
            flags.push("-I".into());
            flags.push(dir.into());
        }
        for (name, value) in &self.macros {
            flags.push(match value {
                Some(value) => format!("-D{name}={value}").into(),
                None => format!("-U{name}").into(),
            });
        }
        flags.extend_from_slice(&self.args);
        let candidates = match &self.compiler {
            Some(command) => Vec::from_iter(compiler::chosen(command)),
            None => compiler::candidates(&self.target),
        };
        let mut tried = Vec::new();
        // A compiler of the target that has no such header is worth more words than one of another.
        let mut first = None;
        for candidate in &candidates {
            match self.ask(candidate, &flags) {
                Ok(text) => return Ok(text),
                Err(Failure::Missing(reason)) => {
                    tried.push(reason);
                    if candidate.is_final {
                        break;
                    }
                }
                Err(Failure::Other(error)) => {
                    let differs = matches!(error, HeaderError::Mismatch { .. });
                    if candidate.is_final || !differs {
                        return Err(error);
                    }
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| HeaderError::NoCompiler {
            header: self.name.clone(),
            target: self.target.name.to_owned(),
            tried,
        }))
    }

    /// The header as a compiler's preprocessor leaves it, if that is one of the target.
    fn ask(&self, candidate: &Candidate, flags: &[OsString]) -> Result<Text, Failure> {
        let found = match preprocess::preprocess(self, candidate, flags, Wanted::Text) {
            Ok(found) => found,
            Err(Failure::Other(error)) => {
                // A compiler of another target has other headers: that is then the better reason.
                let empty = Options { before: Vec::new(), name: String::new(), ..self.clone() };
                if !compiler::is_native(&self.target)
                    && !matches!(error, HeaderError::TimedOut { .. })
                    && let Ok(found) = preprocess::preprocess(&empty, candidate, &[], Wanted::Text)
                {
                    self.compare(&found)?;
                }
                return Err(Failure::Other(error));
            }
            Err(missing) => return Err(missing),
        };
        self.compare(&found)?;
        let (mut text, mut skipped) = (found.text, Vec::new());
        let pushed = pushed::names(&text);
        if !pushed.is_empty() {
            let found = preprocess::preprocess(self, candidate, flags, Wanted::Definitions)?;
            let directives;
            (directives, skipped) = pushed::directives(&pushed, &text, &found.text);
            text.push('\n');
            text.push_str(&directives);
        }
        Ok(Text { text, skipped })
    }

    fn compare(&self, found: &Preprocessed) -> Result<(), Failure> {
        let differences = check::differences(&predefined(&found.text).macros, &self.target);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Failure::Other(HeaderError::Mismatch {
            target: self.target.name.to_owned(),
            command: found.command.clone(),
            differences,
        }))
    }
}

/// The macros that the compiler has defined before all headers.
fn predefined(text: &str) -> Declarations {
    // Line markers tell that a file begins; the main one does twice, before and after what is built in.
    let mut end = text.len();
    let mut at = 0;
    let mut seen = false;
    for line in text.split_inclusive('\n') {
        let is_marker = line.starts_with("# ");
        let ends = if is_marker { !line.contains('<') } else { !line.starts_with('#') };
        if seen && ends && !line.trim().is_empty() {
            end = at;
            break;
        }
        seen |= line.starts_with("#define");
        at += line.len();
    }
    Source::new(&text[..end]).read(&Types::new())
}

pub(super) fn read(path: &Path) -> Result<String, HeaderError> {
    let unreadable = |reason| HeaderError::Unreadable { path: path.display().to_string(), reason };
    let file = std::fs::metadata(path).map_err(|e| unreadable(e.to_string()))?;
    // Opening a named pipe would wait for a writer, here or in the compiler.
    if !file.is_file() {
        return Err(unreadable("is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
    file.take(MAX_TEXT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() > MAX_TEXT {
        return Err(unreadable(format!("expected at most {MAX_TEXT} bytes, found more")));
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}
