//! A reading on its way from a worker: the versioned twin of [`Reading`].

use serde::{Deserialize, Serialize};
use sohoa_catalog::text_record::TextRecord;
use sohoa_model::finding::{Finding, Severity};
use sohoa_model::geometry::Rotation;
use sohoa_model::reading::{PageQuality, Reading, ReadingState};

/// See [`Reading`]; hashes are hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadingRecord {
    state: String,
    rotation: u16,
    language: Option<String>,
    engine: String,
    model: Option<String>,
    recipe: String,
    input: Option<String>,
    confidence: Option<f32>,
    milliseconds: u64,
    skew: f32,
    ink: f32,
    text: TextRecord,
    findings: Vec<(String, String, String)>,
}

impl From<&Reading> for ReadingRecord {
    fn from(reading: &Reading) -> Self {
        Self {
            state: reading.state.word().to_owned(),
            rotation: reading.rotation.degrees(),
            language: reading.language.map(|l| l.model().to_owned()),
            engine: reading.engine.clone(),
            model: reading.model.map(|h| h.to_string()),
            recipe: reading.recipe.to_string(),
            input: reading.input.map(|h| h.to_string()),
            confidence: reading.confidence,
            milliseconds: reading.milliseconds,
            skew: reading.quality.skew,
            ink: reading.quality.ink,
            text: TextRecord::of(&reading.text),
            findings: reading
                .findings
                .iter()
                .map(|f| (f.code.clone(), f.severity.word().to_owned(), f.detail.clone()))
                .collect(),
        }
    }
}

impl ReadingRecord {
    /// The reading, unless a word or a hash in it is unknown.
    pub fn reading(self) -> Option<Reading> {
        let findings = self
            .findings
            .into_iter()
            .map(|(code, severity, detail)| Some(Finding { code, severity: Severity::from_word(&severity)?, detail }));
        Some(Reading {
            state: ReadingState::from_word(&self.state)?,
            rotation: Rotation::from_degrees(i32::from(self.rotation))?,
            language: self.language.map(|l| l.parse()).transpose().ok()?,
            engine: self.engine,
            model: self.model.map(|h| h.parse()).transpose().ok()?,
            recipe: self.recipe.parse().ok()?,
            input: self.input.map(|h| h.parse()).transpose().ok()?,
            confidence: self.confidence,
            milliseconds: self.milliseconds,
            quality: PageQuality { skew: self.skew, ink: self.ink },
            text: self.text.text().ok()?,
            findings: findings.collect::<Option<_>>()?,
        })
    }
}
