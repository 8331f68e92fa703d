//! Options of the commands that read a header.

use crate::{Failure, report};
use clap::Args;
use ctypes_wrap::Target;
use ctypes_wrap::header::Header;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct HeaderArguments {
    /// The header: a name that the compiler finds, such as sqlite3.h, or the path of a file
    pub(crate) header: String,
    /// Looks for headers in this directory first
    #[arg(short = 'I', value_name = "DIR")]
    include_dirs: Vec<PathBuf>,
    /// Defines a macro
    #[arg(short = 'D', value_name = "NAME[=VALUE]")]
    defines: Vec<String>,
    /// Takes back the definition of a macro
    #[arg(short = 'U', value_name = "NAME")]
    undefines: Vec<String>,
    /// Includes another header before this one
    #[arg(long, value_name = "HEADER")]
    include: Vec<String>,
    /// Asks pkg-config for the options of a package
    #[arg(long, value_name = "PACKAGE")]
    pkg_config: Vec<String>,
    /// The compiler that preprocesses the header, with its options
    #[arg(long, value_name = "COMMAND")]
    compiler: Option<String>,
    /// How long the compiler may take; a minute unless it is said
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time_limit: Option<Duration>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "expected a number of seconds, such as 2.5".to_owned())
}

impl HeaderArguments {
    pub(crate) fn read(&self, target: &Target) -> Result<Header, Failure> {
        let mut header = Header::new(&self.header).target(*target);
        for dir in &self.include_dirs {
            header = header.include_dir(dir);
        }
        for define in &self.defines {
            let (name, value) = define.split_once('=').unwrap_or((define, "1"));
            header = header.define(name, value);
        }
        for name in &self.undefines {
            header = header.undef(name);
        }
        for name in &self.include {
            header = header.include(name);
        }
        for package in &self.pkg_config {
            header = header.pkg_config(package);
        }
        if let Some(command) = &self.compiler {
            header = header.compiler(command);
        }
        if let Some(limit) = self.time_limit {
            header = header.time_limit(limit);
        }
        let header = header.read()?;
        for skipped in &header.declarations().skipped {
            report("warning", &format!("skipped {}", skipped.error));
        }
        Ok(header)
    }
}

/// A target by its name or a triple; with what the user calls it.
#[derive(Clone)]
pub(crate) struct NamedTarget {
    pub(crate) name: String,
    pub(crate) target: Target,
}

impl NamedTarget {
    pub(crate) fn parse(name: &str) -> Result<NamedTarget, String> {
        let target = Target::parse(name).map_err(|e| e.to_string())?;
        Ok(NamedTarget { name: name.to_owned(), target })
    }

    /// This platform, by the name of the target that is like it.
    pub(crate) fn native() -> NamedTarget {
        let same = |t: &&Target| Target { name: Target::NATIVE.name, ..**t } == Target::NATIVE;
        let target = *Target::ALL.iter().find(same).unwrap_or(&Target::NATIVE);
        NamedTarget { name: target.name.to_owned(), target }
    }
}
