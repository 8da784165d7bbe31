//! The languages that Sohoa reads, and their codes in Tesseract, in PDF and in TT 05/2025.

use std::fmt;
use std::str::FromStr;

/// A language that a page is read in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Vietnamese.
    Vietnamese,
    /// French.
    French,
    /// English.
    English,
    /// Chinese in traditional characters.
    Chinese,
}

impl Language {
    /// All languages, in the order in which they are tried.
    pub const ALL: [Self; 4] = [Self::Vietnamese, Self::French, Self::English, Self::Chinese];

    /// The name of the Tesseract model: `vie`, `fra`, `eng`, `chi_tra`.
    pub fn model(self) -> &'static str {
        match self {
            Self::Vietnamese => "vie",
            Self::French => "fra",
            Self::English => "eng",
            Self::Chinese => "chi_tra",
        }
    }

    /// The name of the Tesseract model for lines that run from top to bottom, in a language that has such lines.
    pub fn vertical_model(self) -> Option<&'static str> {
        match self {
            Self::Chinese => Some("chi_tra_vert"),
            Self::Vietnamese | Self::French | Self::English => None,
        }
    }

    /// The BCP 47 tag for PDF `/Lang` and XMP: `vi`, `fr`, `en`, `zh-Hant`.
    pub fn bcp47(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::French => "fr",
            Self::English => "en",
            Self::Chinese => "zh-Hant",
        }
    }
}

/// Why a text names no language that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of vie, fra, eng, chi_tra")]
pub struct LanguageError(pub String);

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        Self::ALL.into_iter().find(|language| language.model() == text).ok_or_else(|| LanguageError(text.to_owned()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.model())
    }
}
