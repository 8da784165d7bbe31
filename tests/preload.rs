//! Libraries of `tests/recorder` that are loaded into programs with `LD_PRELOAD`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::announce;
use crate::places::{in_ci, repository};

/// Compiles a library into a folder; `None`, after saying so, if there is no C compiler and that is allowed.
pub fn preloaded(folder: &Path, name: &str) -> Option<PathBuf> {
    let library = folder.join(format!("{name}.so"));
    let source = repository().join("tests/recorder").join(format!("{name}.c"));
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]).arg(&library).arg(source);
    match compiler.output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(library)
        }
        Err(_) if !in_ci() => {
            announce(&format!("skipped what needs {name}.c: there is no C compiler"));
            None
        }
        Err(error) => panic!("cc is needed: {error}"),
    }
}
