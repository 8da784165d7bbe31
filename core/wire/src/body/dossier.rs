//! What stations say of dossiers: the dossier, its documents, pages, renditions, findings, and that it is given up.

use serde::{Deserialize, Serialize};
use sohoa_model::Severity;
use sohoa_model::dossier_state::DossierState;

use super::{Body, model_word};
use crate::{Hash, Kind, RecordId};

model_word!(state_word, sohoa_model::dossier_state::DossierState);
model_word!(severity_word, sohoa_model::Severity);

/// A dossier (hồ sơ) as its station sees it; its record's identifier is the dossier's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Code, unique in its archive.
    pub code: String,
    /// Title of the inventory or the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Code of its fonds (phông).
    pub fonds: String,
    /// Code of its box (hộp).
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "box")]
    pub carton: Option<String>,
    /// Value class of the inventory, which targets select by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_class: Option<String>,
    /// How far it has come.
    #[serde(with = "state_word")]
    pub state: DossierState,
    /// Pages captured.
    pub pages: u32,
    /// Pages that the inventory expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_pages: Option<u32>,
    /// Documents.
    pub documents: u32,
    /// Pages counted as A4, in thousandths.
    #[serde(default)]
    pub a4_thousandths: u64,
    /// Bytes of its masters.
    #[serde(default)]
    pub bytes: u64,
    /// Whether pages of it are to be captured again.
    #[serde(default)]
    pub rescan: bool,
    /// Whether it is below the standard that targets ask for.
    #[serde(default)]
    pub below_standard: bool,
    /// Day of acceptance, `YYYY-MM-DD` in Viet Nam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_on: Option<String>,
    /// Number of the assignment by which the station has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<u32>,
    /// Why it is no longer to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
}

/// A document (văn bản) of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Place in the dossier, from 1.
    pub ordinal: u32,
    /// Pages.
    pub pages: u32,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Number and symbol, e.g. `12/QĐ-TA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Day, `YYYY-MM-DD`, or a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Why it is no longer to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
}

/// A page (trang) of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The document that it belongs to.
    pub document: RecordId,
    /// Place in the document, from 1.
    pub ordinal: u32,
    /// Folio, e.g. `12r`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folio: Option<String>,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pixels per inch.
    pub dpi: u32,
    /// The frame of the master that it shows, from 0; left out: the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
    /// How it stands: clockwise from the stored samples, 0, 90, 180 or 270 degrees; left out: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<u32>,
    /// The part of the frame that it shows, `left,top,width,height` in stored pixels; left out: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The preserved original, whether or not it travels.
    pub master_sha256: Hash,
    /// Its bytes.
    pub master_bytes: u64,
    /// How reading it ended: a word of the station's reading states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// Words read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<u32>,
    /// Mean confidence of the words, in parts per million.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_ppm: Option<u32>,
    /// Why it is no longer to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
}

/// Something derived from masters: a PDF/A, a text, a thumbnail; the file itself is in the record's `files` if it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// The document or page that it shows.
    pub of: RecordId,
    /// `pdfa`, `text` or `thumbnail`.
    pub role: String,
    /// Its digest.
    pub sha256: Hash,
    /// Its bytes.
    pub bytes: u64,
    /// The verdict on its signature: `passed`, `indeterminate` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Why it is no longer to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable name, e.g. `below-standard`.
    pub code: String,
    /// How grave.
    #[serde(with = "severity_word")]
    pub severity: Severity,
    /// Whether it still waits for a person.
    pub open: bool,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The page or document that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<RecordId>,
}

/// A station gives a dossier up; its last word on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Number of the assignment that ends.
    pub assignment: u32,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Body for Dossier {
    const KIND: Kind = Kind::Dossier;
}
impl Body for Document {
    const KIND: Kind = Kind::Document;
}
impl Body for Page {
    const KIND: Kind = Kind::Page;
    const MINOR: u16 = 1;
}
impl Body for Rendition {
    const KIND: Kind = Kind::Rendition;
}
impl Body for Finding {
    const KIND: Kind = Kind::Finding;
}
impl Body for Release {
    const KIND: Kind = Kind::Release;
}
