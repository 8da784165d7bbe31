//! The bodies of the hub's answers and questions that are neither records nor signed; see docs/hub.md for the paths.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::{Chain, Hash, StationId, limits};

/// `GET /v1/station`: everything that a station asks before it sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Who is asking.
    pub station: StationId,
    /// Number of its enrolment.
    pub epoch: u32,
    /// Number of the hub's database.
    pub generation: u32,
    /// Records of this station in the database.
    pub seq: u64,
    /// The chain over them.
    pub chain: Chain,
    /// Records that a finished backup covers.
    pub stable_seq: u64,
    /// What is read here: `page/1`, ….
    pub majors: Vec<String>,
    /// What may be sent at once.
    pub limits: Limits,
    /// The last cursor of the unit's feed.
    pub feed_head: u64,
    /// The hub's clock.
    pub hub_time: Moment,
    /// Name of the key that acknowledgements are signed with.
    pub hub_key: String,
}

/// What may be sent at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Records in a batch.
    pub batch_records: u64,
    /// Bytes of its lines.
    pub batch_bytes: u64,
    /// Bytes of it as it is sent.
    pub batch_compressed_bytes: u64,
    /// Bytes of a part; files of up to as many travel whole.
    pub part_bytes: u64,
    /// Hashes in one question.
    pub query_files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch_records: limits::BATCH_RECORDS as u64,
            batch_bytes: limits::BATCH_BYTES as u64,
            batch_compressed_bytes: limits::BATCH_COMPRESSED_BYTES as u64,
            part_bytes: limits::PART_BYTES,
            query_files: limits::QUERY_FILES as u64,
        }
    }
}

/// `POST /v1/files/query`: which of these are to be sent?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesQuery {
    /// The files in question.
    pub files: Vec<FileOffer>,
}

/// A file in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOffer {
    /// Its digest.
    pub sha256: Hash,
    /// Its bytes.
    pub bytes: u64,
}

/// The answer: these are to be sent, the others are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesMissing {
    /// In the order of the question.
    pub missing: Vec<Hash>,
    /// Bytes of a part.
    pub part_bytes: u64,
}

/// `POST /v1/files/<sha256>/upload`: a file is to be sent in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadBegin {
    /// Its bytes.
    pub bytes: u64,
}

/// How far a file that is sent in parts has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadState {
    /// Bytes of every part but the last.
    pub part_bytes: u64,
    /// Number of the part that is next, from 0.
    pub next_part: u64,
    /// Seconds for which nobody else may take the upload over.
    pub lease_s: u64,
}
