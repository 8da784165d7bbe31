//! A receipt: what an import says it did with every file it saw.

use crate::hash::Sha256;

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptLine {
    /// It is in the vault.
    Taken {
        /// Path below the imported folder, `/` between its parts.
        path: String,
        /// Digest of the file.
        sha256: Sha256,
        /// Number of pages it gave.
        pages: u32,
        /// The dossier it went to.
        dossier: String,
    },
    /// It need not be taken.
    Skipped {
        /// Path below the imported folder.
        path: String,
        /// Why.
        reason: Reason,
    },
    /// It can't be taken.
    Refused {
        /// Path below the imported folder.
        path: String,
        /// Why.
        reason: Reason,
    },
}

impl ReceiptLine {
    /// The path that the line speaks of.
    pub fn path(&self) -> &str {
        match self {
            Self::Taken { path, .. } | Self::Skipped { path, .. } | Self::Refused { path, .. } => path,
        }
    }
}

/// A reason: a stable name that has a sentence and a hint in both languages (`app/shell`), and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable name, e.g. `already-taken`, `not-an-image`, `truncated`, `too-large`, `symbolic-link`.
    pub code: String,
    /// What was seen: a number, a name, the decoder's words; may be empty.
    pub detail: String,
}

impl Reason {
    /// A reason with what was seen.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into() }
    }
}
