//! A verdict on a signature or a file: three-valued, after ETSI EN 319 102-1; never a bool.

use std::fmt;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that was asked for holds.
    Passed,
    /// It cannot be said: something needed for a verdict is missing.
    Indeterminate(String),
    /// It does not hold.
    Failed(String),
}

impl Verdict {
    /// The word for tables and records: `passed`, `indeterminate` or `failed`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Indeterminate(_) => "indeterminate",
            Self::Failed(_) => "failed",
        }
    }

    /// The reason, empty for [`Verdict::Passed`].
    pub fn reason(&self) -> &str {
        match self {
            Self::Passed => "",
            Self::Indeterminate(reason) | Self::Failed(reason) => reason,
        }
    }

    /// Puts a verdict together from the word and the reason of a record.
    pub fn from_record(word: &str, reason: &str) -> Option<Self> {
        match word {
            "passed" => Some(Self::Passed),
            "indeterminate" => Some(Self::Indeterminate(reason.to_owned())),
            "failed" => Some(Self::Failed(reason.to_owned())),
            _ => None,
        }
    }

    /// The graver of two verdicts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Failed(_), _) | (Self::Indeterminate(_), Self::Passed | Self::Indeterminate(_)) => self,
            _ => other,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Indeterminate(reason) => write!(f, "indeterminate: {reason}"),
            Self::Failed(reason) => write!(f, "failed: {reason}"),
        }
    }
}
