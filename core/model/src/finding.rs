//! A finding: something about a page, a document or a dossier that a person should look at.

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// A person should look.
    Warn,
    /// The dossier can't pass the check while it is open.
    Reject,
}

impl Severity {
    /// The word in records: `note`, `warn`, `reject`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Reject => "reject",
        }
    }

    /// The severity of a record.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Note, Self::Warn, Self::Reject].into_iter().find(|s| s.word() == word)
    }
}

/// A finding; its code is stable and has a sentence in both languages (`app/shell`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// Stable name, e.g. `not-in-inventory`, `below-standard`, `resolution-guessed`, `secrecy-mark`.
    pub code: String,
    /// How grave.
    pub severity: Severity,
    /// What was seen, for a person: a number, a word, a name; may be empty.
    pub detail: String,
}

impl Finding {
    /// A finding worth knowing.
    pub fn note(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), severity: Severity::Note, detail: detail.into() }
    }

    /// A finding that a person should look at.
    pub fn warn(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), severity: Severity::Warn, detail: detail.into() }
    }

    /// A finding that keeps the dossier from passing.
    pub fn reject(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), severity: Severity::Reject, detail: detail.into() }
    }
}
