//! A bundle: the same batches and files as on the network, on a disk; and the hub's answer on the same disk.
//!
//! Two folders beside each other. A station writes `sohoa-bundle-<station>-<first>-<last>/`: a signed manifest, a list of
//! all other files with sizes and digests, batches, files, and last `COMPLETE`. The hub writes `sohoa-answer-<station>/`:
//! a signed answer with its acknowledgement and what became of each bundle, a list, pieces of the feed, files that these
//! name. Names come from numbers and digests only; whatever is not listed is refused. Unless it is plain, every listed
//! file is sealed for the other side ([`crate::age`]); manifests and lists are not, they hold numbers and digests.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::FileOffer;
use crate::json::{self, JsonError};
use crate::moment::Moment;
use crate::signed::Statement;
use crate::{Chain, Hash, Problem, RecordId, StationId};

/// What a manifest calls its format.
pub const BUNDLE_FORMAT: &str = "sohoa-bundle/1";
/// What an answer calls its format.
pub const ANSWER_FORMAT: &str = "sohoa-answer/1";
/// The signed statement of a bundle.
pub const MANIFEST: &str = "manifest.json";
/// The signed statement of an answer.
pub const ANSWER: &str = "answer.json";
/// The list of all files but the signed one, [`COMPLETE`] and [`README`].
pub const LIST: &str = "list.ndjson";
/// Written last; holds the digest of the signed file.
pub const COMPLETE: &str = "COMPLETE";
/// For people.
pub const README: &str = "README.txt";
/// The most bytes that a list may have: a line has about 300.
pub const LIST_BYTES: u64 = 1 << 30;

/// What a station says of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`BUNDLE_FORMAT`].
    pub format: String,
    /// Its name, the same for the same range of the same log.
    pub id: RecordId,
    /// Whose log.
    pub station: StationId,
    /// Number of the enrolment whose key signed.
    pub epoch: u32,
    /// Number of the hub's database, as last heard.
    pub generation: u32,
    /// Position of its first record.
    pub first: u64,
    /// Position of its last record.
    pub last: u64,
    /// The chain before the first.
    pub prev: Chain,
    /// The chain with the last.
    pub chain: Chain,
    /// Which part of what was written at once, from 1.
    pub part: u32,
    /// How many parts.
    pub parts: u32,
    /// Up to where the station received the feed.
    pub feed_cursor: u64,
    /// Whether batches and files are sealed for the hub.
    pub sealed: bool,
    /// The list.
    pub list: Listed,
    /// When it was written.
    pub at: Moment,
}

impl Statement for Manifest {
    const PURPOSE: &'static str = "sohoa-bundle-1";
}

/// What the hub says on a disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// [`ANSWER_FORMAT`].
    pub format: String,
    /// To whom.
    pub station: StationId,
    /// Under which enrolment.
    pub epoch: u32,
    /// Number of the hub's database.
    pub generation: u32,
    /// The signed acknowledgement ([`crate::Ack`]), as on the network.
    pub ack: Value,
    /// What became of each bundle on the disk.
    pub receipts: Vec<BundleReceipt>,
    /// The feed on the disk begins behind this cursor.
    pub feed_after: u64,
    /// It ends at this one.
    pub feed_next: u64,
    /// Whether the feed and its files are sealed for the station.
    pub sealed: bool,
    /// The list.
    pub list: Listed,
    /// When it was written.
    pub at: Moment,
}

impl Statement for Answer {
    const PURPOSE: &'static str = "sohoa-answer-1";
}

/// What became of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleReceipt {
    /// Which.
    pub bundle: RecordId,
    /// Position of its first record.
    pub first: u64,
    /// Position of its last record.
    pub last: u64,
    /// Records that were taken now.
    pub taken: u64,
    /// Records that had been taken before.
    pub had: u64,
    /// Why what came behind them was refused; none of that was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Problem>,
}

/// A file as it lies on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its bytes.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Hash,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// A batch of the station's log, or a piece of the feed: lines in one zstd frame.
    Lines {
        /// Position of the first line, or the cursor behind which the piece begins.
        first: u64,
        /// For a batch its header, as the field of a request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch: Option<String>,
        /// As it lies on the disk.
        stored: Listed,
    },
    /// A file that records name.
    File {
        /// What it is without its seal.
        file: FileOffer,
        /// As it lies on the disk.
        stored: Listed,
    },
}

impl Entry {
    /// As it lies on the disk.
    pub fn stored(&self) -> Listed {
        match self {
            Self::Lines { stored, .. } | Self::File { stored, .. } => *stored,
        }
    }

    /// Where it lies in its folder, parts parted by `/`.
    pub fn path(&self, sealed: bool) -> String {
        match self {
            Self::Lines { first, .. } => lines_path(*first, sealed),
            Self::File { file, .. } => file_path(file.sha256, sealed),
        }
    }
}

/// Reads a list; a line that is no entry makes it none.
pub fn read_list(bytes: &[u8]) -> Result<Vec<Entry>, JsonError> {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(|byte| *byte == b'\n').map(json::read_as).collect()
}

/// Writes a list.
pub fn write_list(entries: &[Entry]) -> Result<Vec<u8>, JsonError> {
    let lines: Result<Vec<String>, JsonError> = entries.iter().map(json::canonical).collect();
    Ok(lines?.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect::<String>().into_bytes())
}

/// Where lines lie: `lines/000000004001.ndjson.zst`.
pub fn lines_path(first: u64, sealed: bool) -> String {
    format!("lines/{first:012}.ndjson.zst{}", suffix(sealed))
}

/// Where a file lies: `files/9f/9f2c…`.
pub fn file_path(sha256: Hash, sealed: bool) -> String {
    let name = sha256.to_string();
    format!("files/{}/{name}{}", &name[..2], suffix(sealed))
}

fn suffix(sealed: bool) -> &'static str {
    if sealed { ".age" } else { "" }
}

/// The name of a bundle's folder.
pub fn bundle_folder(station: StationId, first: u64, last: u64) -> String {
    format!("sohoa-bundle-{station}-{first}-{last}")
}

/// The name of an answer's folder.
pub fn answer_folder(station: StationId) -> String {
    format!("sohoa-answer-{station}")
}

/// Whether a folder's name is that of a finished bundle.
pub fn is_bundle_folder(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("sohoa-bundle-") else { return false };
    let mut parts = rest.rsplitn(3, '-');
    let is_number = |part: Option<&str>| part.is_some_and(|part| part.parse::<u64>().is_ok());
    is_number(parts.next())
        && is_number(parts.next())
        && parts.next().is_some_and(|station| station.parse::<StationId>().is_ok())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn names_are_of_numbers_and_digests_only() {
        let station = StationId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_000a));
        let name = bundle_folder(station, 1, 40);
        assert_eq!(name, "sohoa-bundle-01970000-0000-7000-8000-00000000000a-1-40");
        assert!(is_bundle_folder(&name));
        for other in ["", "sohoa-bundle-x-1-2", &format!("{name}.incomplete"), &answer_folder(station)] {
            assert!(!is_bundle_folder(other), "{other}");
        }
        assert_eq!(lines_path(4001, false), "lines/000000004001.ndjson.zst");
        let sha256 = Hash::of(b"");
        assert_eq!(file_path(sha256, true), format!("files/e3/{sha256}.age"));
    }

    #[test]
    fn entries_are_told_apart() {
        let stored = Listed { bytes: 9, sha256: Hash::of(b"x") };
        let file = FileOffer { sha256: Hash::of(b""), bytes: 0 };
        let entries = [
            Entry::Lines { first: 3, batch: Some("station=…".to_owned()), stored },
            Entry::Lines { first: 0, batch: None, stored },
            Entry::File { file, stored },
        ];
        assert_eq!(read_list(&write_list(&entries).unwrap()).unwrap(), entries);
        assert!(read_list(&write_list(&[]).unwrap()).unwrap().is_empty());
        for hostile in ["{}", "[]", "\n\n", "{\"first\":1}", "{\"file\":{\"bytes\":1,\"sha256\":\"../x\"}}"] {
            assert!(read_list(hostile.as_bytes()).is_err(), "{hostile}");
        }
    }
}
