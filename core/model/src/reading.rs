//! A reading: what recognition says of one page, with everything needed to say later how it came about.

use crate::finding::Finding;
use crate::geometry::Rotation;
use crate::hash::Sha256;
use crate::language::Language;
use crate::page_text::PageText;

/// How the reading of a page ended; never a silent gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadingState {
    /// Read.
    Done,
    /// There is nothing on the page.
    Blank,
    /// Read, but with so little confidence that a person should look.
    LowConfidence,
    /// Recognition took longer than it may.
    TimedOut,
    /// Recognition broke off.
    Failed,
}

impl ReadingState {
    /// The word in records: `done`, `blank`, `low-confidence`, `timed-out`, `failed`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Blank => "blank",
            Self::LowConfidence => "low-confidence",
            Self::TimedOut => "timed-out",
            Self::Failed => "failed",
        }
    }

    /// The state of a record.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Blank, Self::LowConfidence, Self::TimedOut, Self::Failed]
            .into_iter()
            .find(|s| s.word() == word)
    }

    /// Whether the page was read to its end, so that its text (or its emptiness) can be relied on for secrecy marks.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Done | Self::Blank | Self::LowConfidence)
    }
}

/// Which language to read a page in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LanguageChoice {
    /// Chosen for each page by what the page shows; the hint is tried first.
    Auto(Option<Language>),
    /// Given by a person.
    Given(Language),
}

/// The parameters of clean-up and recognition; its hash names them in records.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recipe {
    /// Rises whenever the same page would be read differently.
    pub version: u32,
    /// Which language.
    pub language: LanguageChoice,
    /// Mean confidence in percent below which a page is [`ReadingState::LowConfidence`].
    pub low_confidence: u8,
    /// Seconds that the recognition of one page may take.
    pub seconds: u32,
}

impl Recipe {
    /// The recipe of this version of the software.
    pub fn current(language: LanguageChoice) -> Self {
        Self { version: 3, language, low_confidence: 60, seconds: 120 }
    }

    /// Canonical text of all parameters; two recipes are the same if and only if their texts are.
    pub fn canonical(&self) -> String {
        let language = match self.language {
            LanguageChoice::Auto(None) => "auto".to_owned(),
            LanguageChoice::Auto(Some(hint)) => format!("auto:{hint}"),
            LanguageChoice::Given(language) => language.to_string(),
        };
        format!(
            "recipe/{} language={language} low-confidence={} seconds={}",
            self.version, self.low_confidence, self.seconds
        )
    }

    /// The hash of [`Recipe::canonical`].
    pub fn hash(&self) -> Sha256 {
        Sha256::of(self.canonical().as_bytes())
    }
}

/// Measured facts about the look of a page.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PageQuality {
    /// Skew in degrees, counter-clockwise positive, as seen on the upright page.
    pub skew: f32,
    /// Share of dark pixels, 0 to 1.
    pub ink: f32,
}

/// What recognition says of one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// How it ended.
    pub state: ReadingState,
    /// The turn that makes the stored frame upright: what the file states and what was detected, together.
    pub rotation: Rotation,
    /// The language it was read in; `None` if it was not read.
    pub language: Option<Language>,
    /// Engine and version, e.g. `tesseract 5.3.0`.
    pub engine: String,
    /// Hash of the model that was loaded.
    pub model: Option<Sha256>,
    /// Hash of the recipe.
    pub recipe: Sha256,
    /// Hash of the gray samples that the engine was given.
    pub input: Option<Sha256>,
    /// Mean confidence, 0 to 100.
    pub confidence: Option<f32>,
    /// Milliseconds of the whole reading.
    pub milliseconds: u64,
    /// Look of the page.
    pub quality: PageQuality,
    /// The text; empty when blank, timed out or failed.
    pub text: PageText,
    /// What a person should look at.
    pub findings: Vec<Finding>,
}
