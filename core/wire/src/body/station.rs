//! What stations say of themselves and of what they did: their state, events, receipts, checkpoints.

use serde::{Deserialize, Serialize};

use super::Body;
use crate::{Hash, Kind, RecordId, Signature};

/// A station about itself; its record's identifier is the station's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    /// Version of the software.
    pub software: String,
    /// Free bytes on the disk of the archive.
    pub disk_free: u64,
    /// Bytes of that disk.
    pub disk_total: u64,
    /// Records that wait to be acknowledged.
    pub backlog: u64,
    /// The hub's clock less the station's, in milliseconds, as last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// Pages captured in the last full hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages_last_hour: Option<u64>,
    /// Share of pages of the last day with a finding of severity reject, in parts per million.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_ppm: Option<u32>,
}

/// How an event ended (PREMIS 3, eventOutcome).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As meant.
    Success,
    /// Done, and a person should look.
    Warning,
    /// Not done.
    Failure,
}

/// A PREMIS event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened, in the words of the event log, e.g. `ingestion`.
    pub event_type: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Who or what did it.
    pub agent: String,
    /// More, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What it happened to, besides the dossier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<RecordId>,
}

/// What a receipt is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptOf {
    /// An import.
    Import,
    /// The feed: applied up to a cursor.
    Feed,
}

/// What an import took, or up to where the feed was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What it is of.
    pub of: ReceiptOf,
    /// For the feed: the last cursor applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<u64>,
    /// For an import: files taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<u64>,
    /// For an import: files that were there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u64>,
    /// For an import: files refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<u64>,
}

/// The signed head of the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Events up to here.
    pub events: u64,
    /// The chain over them.
    pub head: Hash,
    /// The station's signature over `sohoa-checkpoint-1`, a NUL and the head's 32 bytes.
    pub signature: Signature,
}

impl Body for Station {
    const KIND: Kind = Kind::Station;
}
impl Body for Event {
    const KIND: Kind = Kind::Event;
}
impl Body for Receipt {
    const KIND: Kind = Kind::Receipt;
}
impl Body for Checkpoint {
    const KIND: Kind = Kind::Checkpoint;
}
