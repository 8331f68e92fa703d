//! What must hold for the text of any header that needs no compiler.

use ctypes_core::Target;
use ctypes_wrap::header::{Header, HeaderError};
use std::path::PathBuf;

/// A file that holds one header after another; it goes when this does.
pub(crate) struct File(PathBuf);

impl File {
    pub(crate) fn new(name: &str) -> File {
        let name = format!("ctypes-any-text-{name}-{}.h", std::process::id());
        File(std::env::temp_dir().join(name))
    }

    /// Reads a text as a header; whether that needed no compiler, of which there is none.
    pub(crate) fn read(&self, text: &str, target: &Target) -> bool {
        std::fs::write(&self.0, text).expect("the directory for temporary files can be written");
        let name = self.0.display().to_string();
        let header = match Header::new(&name).target(*target).compiler("").read() {
            Ok(header) => header,
            Err(HeaderError::NoCompiler { .. }) => return false,
            Err(error @ HeaderError::Unreadable { .. }) => {
                assert!(error.to_string().starts_with(&name), "{error}");
                return true;
            }
            Err(error) => panic!("{error}"),
        };
        for constant in header.constants() {
            let found = header.constant(&constant.name).expect("it is found by its name");
            let _ = (format!("{found:?}"), constant.ty.to_string(), constant.ty.at(target));
        }
        for alias in header.aliases() {
            let _ = alias.ty.as_ref().map(|ty| (ty.to_string(), ty.at(target).is_ok()));
        }
        for skipped in header.skipped() {
            let shown = skipped.to_string();
            assert!(!skipped.reason.is_empty() && !shown.contains('\r'), "{shown}");
        }
        for record in header.types().records() {
            let _ = record.at(target).map(|layout| layout.to_string());
        }
        true
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
