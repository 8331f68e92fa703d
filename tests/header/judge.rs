//! A header of the corpus: read, and held against gcc and clang.

use crate::claims::{self, Count};
use ctypes_core::Target;
use ctypes_wrap::header::Header;
use std::fmt::Write as _;
use std::process::Command;

/// What gcc says otherwise, and why that is let pass.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[(
    "I_RpcServerInqAddressChangeFn is RPC_ADDRESS_CHANGE_FN *",
    "in `F *__stdcall f(void)`, where F is a function, gcc gives the convention to F and not to f",
)];

/// How a header is read, and by whom it is judged.
pub(crate) struct Case<'a> {
    /// The headers to include; the last one is meant.
    pub(crate) names: Vec<&'a str>,
    /// For pkg-config.
    pub(crate) packages: Vec<&'a str>,
    pub(crate) target: Target,
    /// The compiler of the target, if it is not this platform's.
    pub(crate) compiler: Option<&'a str>,
    /// What makes clang a compiler of the target.
    pub(crate) clang: &'a [&'a str],
}

impl<'a> Case<'a> {
    pub(crate) fn native(names: &'a str, packages: &'a str) -> Case<'a> {
        Case {
            names: names.split(' ').collect(),
            packages: packages.split(' ').filter(|p| !p.is_empty()).collect(),
            target: Target::NATIVE,
            compiler: None,
            clang: &[],
        }
    }

    fn read(&self, compiler: Option<&str>) -> Result<Header, String> {
        let (name, before) = self.names.split_last().expect("a header is named");
        let mut header = Header::new(name).target(self.target);
        for name in before {
            header = header.include(name);
        }
        for package in &self.packages {
            header = header.pkg_config(package);
        }
        if let Some(compiler) = compiler {
            header = header.compiler(compiler);
        }
        header.read().map_err(|e| e.to_string())
    }

    /// What is wrong, a line each; with the number of claims.
    pub(crate) fn judge(&self) -> (Vec<String>, Count) {
        let header = match self.read(self.compiler.or(Some("gcc"))) {
            Ok(header) => header,
            Err(error) => return (vec![error], Count::default()),
        };
        let mut wrong: Vec<String> =
            header.declarations().skipped.iter().map(|s| s.error.to_string()).collect();
        let mut includes = String::new();
        for name in &self.names {
            let _ = writeln!(includes, "#include \"{name}\"");
        }
        let flags = self.package_flags();
        let mut command = vec![self.compiler.unwrap_or("gcc").to_owned()];
        command.extend(flags.iter().cloned());
        let (text, count) = claims::claims(&header);
        if let Some(dir) = std::env::var_os("CTYPES_KEEP_CLAIMS") {
            let file = self.names.join("_").replace('/', "_");
            let path = std::path::Path::new(&dir).join(format!("{file}.c"));
            std::fs::write(path, format!("{includes}{text}")).expect("the directory is there");
        }
        let refusals = claims::refusals(&command, &includes, &text);
        let is_known =
            |line: &String| KNOWN_DIFFERENCES.iter().any(|(what, _)| line.contains(what));
        wrong.extend(refusals.into_iter().filter(|line| !is_known(line)));
        // The same preprocessor for both: headers ask which compiler it is.
        let clang = [&["clang"], self.clang].concat().join(" ");
        let flags: Vec<String> = self.clang.iter().map(|f| (*f).to_owned()).chain(flags).collect();
        match (self.read(Some(&clang)), claims::clang_functions(&flags, &includes)) {
            (Ok(header), Ok(names)) => {
                let differ = claims::functions_differ(&header, &names);
                wrong.extend(differ.into_iter().map(|line| format!("{line} ({clang})")));
            }
            (Err(error), _) | (_, Err(error)) => wrong.push(error),
        }
        (wrong, count)
    }

    fn package_flags(&self) -> Vec<String> {
        if self.packages.is_empty() {
            return Vec::new();
        }
        let output = Command::new("pkg-config").arg("--cflags").args(&self.packages).output();
        let output = output.expect("pkg-config runs: install Debian's package `pkg-config`");
        String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_owned).collect()
    }
}
