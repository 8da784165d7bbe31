//! What can go wrong when something is stored, read back or locked.

use std::io;
use std::path::PathBuf;

use sohoa_model::Sha256;

/// Why the store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder could not be written.
    #[error("could not write {path}")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A file could not be read.
    #[error("could not read {path}")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The medium is full.
    #[error("no space left to write {path}")]
    DiskFull {
        /// What was to be written.
        path: PathBuf,
    },
    /// What was read back is not what was written.
    #[error("{path} read back as {found}, not as {expected}")]
    Torn {
        /// The object.
        path: PathBuf,
        /// The digest of what was written.
        expected: Sha256,
        /// The digest of what was read.
        found: Sha256,
    },
    /// An object that should be in the vault is not.
    #[error("{0} is not in the vault")]
    Missing(Sha256),
    /// Another process holds the archive for itself.
    #[error("another process holds {path}")]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The work was asked to stop.
    #[error("stopped on request")]
    Cancelled,
}

impl StoreError {
    /// A failed write of `path`; a full medium is told apart.
    pub fn write(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Write { path, source },
        }
    }

    /// A failed read of `path`.
    pub fn read(path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Read { path: path.into(), source }
    }
}
