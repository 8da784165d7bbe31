//! What can go wrong when the catalog is asked or told something.

use std::path::PathBuf;

use sohoa_model::dossier_state::DossierState;
use sohoa_model::ids::PageId;

/// Why the catalog could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// There is no catalog file.
    #[error("there is no catalog at {0}")]
    Missing(PathBuf),
    /// A catalog is to be made where a file is.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The file is an SQLite database of something else.
    #[error("{0} is not a catalog of Sohoa")]
    NotACatalog(PathBuf),
    /// A later version of the software wrote the catalog.
    #[error("the catalog has schema {found}, this software knows schemas up to {known}")]
    Newer {
        /// The schema of the file.
        found: u32,
        /// The latest schema that is known.
        known: u32,
    },
    /// The catalog has an older schema and was opened for reading only.
    #[error("the catalog has schema {found}, reading needs schema {known}")]
    Older {
        /// The schema of the file.
        found: u32,
        /// The schema that is needed.
        known: u32,
    },
    /// The catalog was made for a rebuild and has not got its facts yet.
    #[error("the catalog does not say which archive it belongs to")]
    NoArchive,
    /// A code names no dossier.
    #[error("there is no dossier {0}")]
    UnknownDossier(String),
    /// An id names nothing.
    #[error("there is no {noun} {id}")]
    Unknown {
        /// What was asked for, e.g. `page`.
        noun: &'static str,
        /// Its id or name.
        id: String,
    },
    /// Something to be recorded contradicts what is recorded.
    #[error("{noun} {id} is recorded already")]
    Twice {
        /// What was to be recorded, e.g. `file`.
        noun: &'static str,
        /// Its id or name.
        id: String,
    },
    /// A document is to be parted where it begins.
    #[error("the document begins with page {0} already")]
    FirstOfDocument(String),
    /// A signed document would have to be renamed.
    #[error("document {0} behind it is signed under its name")]
    Signed(String),
    /// Two parts are not the halves of a page.
    #[error("these parts do not make up page {0}")]
    NotHalves(PageId),
    /// A page was read or corrected again after somebody saw its text.
    #[error("page {0} has another text by now")]
    TextChanged(PageId),
    /// A box can't have moved so.
    #[error("box {code} is {last}")]
    BoxElsewhere {
        /// Its code.
        code: String,
        /// What happened to it last: `handed-out`, `returned`, `refiled` or `never-out`.
        last: &'static str,
    },
    /// A value in the catalog or in a manifest is not of its kind.
    #[error("the value of {0} is not one that this software writes")]
    Corrupt(String),
    /// A manifest is not JSON of its schema.
    #[error("a manifest of {subject} could not be read")]
    Manifest {
        /// The schema that was expected.
        subject: &'static str,
        /// What the reader says.
        #[source]
        source: serde_json::Error,
    },
    /// The database itself failed.
    #[error("the database of the catalog failed")]
    Database(#[from] rusqlite::Error),
}

impl CatalogError {
    /// Whether the medium is full.
    pub fn is_disk_full(&self) -> bool {
        // Without room for its index of the log SQLite speaks of input and output instead.
        let no_room = |e: &rusqlite::ffi::Error| {
            e.code == rusqlite::ErrorCode::DiskFull || e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
        };
        matches!(self, Self::Database(e) if e.sqlite_error().is_some_and(no_room))
    }

    /// Whether the system could not read or write the database, which says nothing about what stands in it.
    pub fn is_unreachable(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly, SystemIoFailure};
        let unreachable = |code| matches!(code, CannotOpen | PermissionDenied | ReadOnly | SystemIoFailure);
        matches!(self, Self::Database(e) if e.sqlite_error_code().is_some_and(unreachable))
    }

    /// Whether another process kept the database locked for longer than the time that is waited.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Database(e) if matches!(
            e.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
        ))
    }
}

/// Why a person's decision is not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// The person who captured a dossier can't be the one who accepts it.
    #[error("{code} was captured by {captured_by}, another person has to accept it")]
    SamePerson {
        /// The dossier.
        code: String,
        /// Who captured it.
        captured_by: String,
    },
    /// Evidence is missing.
    #[error("{code} is not ready to be accepted")]
    NotReady {
        /// The dossier.
        code: String,
        /// The states whose guards do not hold yet.
        missing: Vec<DossierState>,
    },
    /// The dossier is held.
    #[error("{code} is held: {}", reasons.join(", "))]
    Held {
        /// The dossier.
        code: String,
        /// Why.
        reasons: Vec<String>,
    },
    /// The dossier is not held, so that nothing can be released.
    #[error("{0} is not held")]
    NotHeld(String),
    /// A decision needs a reason.
    #[error("a reason is needed")]
    NoReason,
    /// There is nothing that could be decided on.
    #[error("{0} has no pages")]
    Empty(String),
    /// The catalog could not do its work.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl From<rusqlite::Error> for DecisionError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Catalog(source.into())
    }
}
