//! A record: immutable bytes about one thing, written by one side; its line and the digest of that line.
//!
//! Position is not in it: station, epoch and seq belong to the batch. A receiver keeps the bytes that it received, so fields
//! that it does not know survive.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::body::{self, Body, BodyError};
use crate::json::{self, JsonError};
use crate::kind::KindError;
use crate::moment::Moment;
use crate::{Hash, Kind, RecordId, Schema, limits};

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it tells of.
    pub kind: Kind,
    /// Which one; unique within its kind.
    pub id: RecordId,
    /// 1, 2, … by its writer.
    pub rev: u32,
    /// Version of its body.
    pub schema: Schema,
    /// When it was written, by its writer's clock.
    pub at: Moment,
    /// The dossier that it belongs to.
    pub dossier: Option<RecordId>,
    /// The files that travel with it.
    pub files: Vec<FileRef>,
    /// What it tells.
    pub body: Map<String, Value>,
}

/// A file that a record names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Its digest.
    pub sha256: Hash,
    /// Its bytes.
    pub bytes: u64,
    /// What it is to the record: `master`, `pdfa`, `text`, `thumbnail`, `rows`.
    pub role: String,
}

/// The bytes of a record or of a withheld one, without the line feed, and their place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The digest that the chain runs over.
    pub hash: Hash,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq)]
pub enum LogLine {
    /// A record, and its bytes as they were received.
    Record(Box<Record>, Line),
    /// A record that is kept back; its digest keeps its place in the chain.
    Withheld(Line),
}

/// Why bytes are no record, or a record has no line.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not JSON of the subset, or not the fields of a record.
    #[error("a line is not a record")]
    Json(#[from] JsonError),
    /// A kind or version that this program is too old for.
    #[error("the schema {0} is newer than this program")]
    TooNew(String),
    /// Fields that contradict each other or a limit.
    #[error("a {kind} record {fault}")]
    Fields {
        /// Its kind.
        kind: Kind,
        /// What is wrong.
        fault: &'static str,
    },
    /// The body is not that of its kind.
    #[error(transparent)]
    Body(#[from] BodyError),
}

/// The fields as they stand on the line.
#[derive(Serialize, Deserialize)]
struct Fields {
    at: Moment,
    body: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dossier: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileRef>,
    id: RecordId,
    kind: Kind,
    rev: u32,
    schema: Schema,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Withheld {
    withheld: Hash,
}

impl Record {
    /// A record of the version that this program writes.
    pub fn new<B: Body>(id: RecordId, rev: u32, at: Moment, body: &B) -> Result<Self, RecordError> {
        let Value::Object(body) = serde_json::to_value(body).map_err(JsonError::Refused)? else {
            return Err(RecordError::Fields { kind: B::KIND, fault: "has a body that is no object" });
        };
        let schema = Schema { kind: B::KIND, major: B::KIND.major(), minor: B::MINOR };
        Ok(Self { kind: B::KIND, id, rev, schema, at, dossier: None, files: Vec::new(), body })
    }

    /// The same record, of a dossier.
    #[must_use]
    pub fn of_dossier(mut self, dossier: RecordId) -> Self {
        self.dossier = Some(dossier);
        self
    }

    /// The same record, with files that travel.
    #[must_use]
    pub fn with_files(mut self, files: Vec<FileRef>) -> Self {
        self.files = files;
        self
    }

    /// Its body as the type of its kind.
    pub fn body<B: Body>(&self) -> Result<B, BodyError> {
        body::read(&self.body)
    }

    /// Its line.
    pub fn line(&self) -> Result<Line, RecordError> {
        self.check()?;
        let text = json::canonical(&Fields {
            at: self.at,
            body: self.body.clone(),
            dossier: self.dossier,
            files: self.files.clone(),
            id: self.id,
            kind: self.kind,
            rev: self.rev,
            schema: self.schema,
        })?;
        if text.len() > limits::LINE_BYTES {
            return Err(JsonError::TooLong(text.len()).into());
        }
        Ok(Line { hash: Hash::of(text.as_bytes()), bytes: text.into_bytes() })
    }

    /// Reads a line that holds a record.
    pub fn read(line: &[u8]) -> Result<Self, RecordError> {
        let value = json::read(line)?;
        refuse_newer(&value)?;
        let fields: Fields = serde_json::from_value(value).map_err(JsonError::Refused)?;
        let Fields { at, body, dossier, files, id, kind, rev, schema } = fields;
        let record = Self { kind, id, rev, schema, at, dossier, files, body };
        record.check()?;
        Ok(record)
    }

    fn check(&self) -> Result<(), RecordError> {
        let is_role = |role: &str| {
            (1..=32).contains(&role.len()) && role.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let fault = if self.schema.kind != self.kind {
            "has the schema of another kind"
        } else if self.rev == 0 || self.rev > i32::MAX as u32 {
            "has a senseless revision"
        } else if self.kind.needs_dossier() && self.dossier.is_none() {
            "names no dossier"
        } else if self.kind == Kind::Dossier && self.dossier != Some(self.id) {
            "is not about the dossier that it names"
        } else if self.files.len() > limits::FILES_PER_RECORD {
            "names too many files"
        } else if self.files.iter().any(|file| !is_role(&file.role)) {
            "names a file by a role that is no word"
        } else {
            return Ok(body::check(self.kind, &self.body)?);
        };
        Err(RecordError::Fields { kind: self.kind, fault })
    }
}

/// Says that a record is newer than this program before anything else is found fault with.
fn refuse_newer(value: &Value) -> Result<(), RecordError> {
    let Some(text) = value.get("schema").and_then(Value::as_str) else { return Ok(()) };
    let too_new = match text.parse::<Schema>() {
        Ok(schema) => schema.major > schema.kind.major(),
        Err(KindError::Unknown) => true,
        Err(KindError::Spelling) => false,
    };
    if too_new { Err(RecordError::TooNew(text.chars().take(64).collect())) } else { Ok(()) }
}

impl LogLine {
    /// Reads a line of a log, without its line feed.
    pub fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        if let Ok(Withheld { withheld }) = serde_json::from_slice(bytes)
            && bytes.len() <= limits::LINE_BYTES
        {
            return Ok(Self::Withheld(Line { bytes: bytes.to_vec(), hash: withheld }));
        }
        let record = Record::read(bytes)?;
        Ok(Self::Record(Box::new(record), Line { bytes: bytes.to_vec(), hash: Hash::of(bytes) }))
    }

    /// The line that stands for a record that is kept back.
    pub fn withheld(hash: Hash) -> Self {
        let bytes = format!("{{\"withheld\":\"{hash}\"}}").into_bytes();
        Self::Withheld(Line { bytes, hash })
    }

    /// Its bytes and digest.
    pub fn line(&self) -> &Line {
        match self {
            Self::Record(_, line) | Self::Withheld(line) => line,
        }
    }

    /// Its record, unless it is kept back.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Self::Record(record, _) => Some(record),
            Self::Withheld(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Document, FileWanted};

    const LINE: &str = "{\"at\":\"2026-11-21T10:15:02.120+07:00\",\
        \"body\":{\"ordinal\":1,\"pages\":2,\"title\":\"Bản án\"},\
        \"dossier\":\"01970000-0000-7000-8000-00000000000a\",\
        \"files\":[{\"bytes\":3,\"role\":\"pdfa\",\
        \"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}],\
        \"id\":\"01970000-0000-7000-8000-00000000000b\",\"kind\":\"document\",\"rev\":1,\"schema\":\"document/1.0\"}";

    #[test]
    fn a_line_reads_back_to_the_same_bytes() {
        let record = Record::read(LINE.as_bytes()).unwrap();
        let line = record.line().unwrap();
        assert_eq!(String::from_utf8_lossy(&line.bytes), LINE);
        assert_eq!(line.hash, Hash::of(LINE.as_bytes()));
        assert_eq!(record.body::<Document>().unwrap().title.as_deref(), Some("Bản án"));
    }

    #[test]
    fn what_a_newer_minor_adds_survives() {
        let newer = LINE.replace("\"pages\":2", "\"pages\":2,\"shelf\":[1]").replace("/1.0", "/1.7");
        let LogLine::Record(record, line) = LogLine::read(newer.as_bytes()).unwrap() else { panic!("a record") };
        assert_eq!(line.bytes, newer.as_bytes());
        assert_eq!(record.schema.minor, 7);
        assert_eq!(record.body::<Document>().unwrap().pages, 2);
    }

    #[test]
    fn a_newer_major_or_kind_is_told_apart_from_a_fault() {
        let newer = LINE.replace("document/1.0", "document/2.0");
        assert!(matches!(Record::read(newer.as_bytes()), Err(RecordError::TooNew(_))));
        let other = LINE.replace("document", "poem");
        assert!(matches!(Record::read(other.as_bytes()), Err(RecordError::TooNew(schema)) if schema == "poem/1.0"));
    }

    #[test]
    fn records_that_contradict_themselves_are_refused() {
        for (from, to) in [
            ("document/1.0", "page/1.0"),
            ("\"rev\":1", "\"rev\":0"),
            ("\"rev\":1", "\"rev\":4294967296"),
            ("\"rev\":1", "\"rev\":\"1\""),
            ("\"dossier\":\"01970000-0000-7000-8000-00000000000a\",", ""),
            ("\"pages\":2", "\"pages\":-2"),
            ("\"pages\":2", "\"pages\":\"2\""),
            ("\"ordinal\":1,", ""),
            ("\"role\":\"pdfa\"", "\"role\":\"../pdfa\""),
            ("\"role\":\"pdfa\"", "\"role\":\"\""),
            ("\"bytes\":3", "\"bytes\":-3"),
            ("2026-11-21T", "2026-13-21T"),
            ("0000000b", "0000000B"),
            ("ba7816", "BA7816"),
        ] {
            assert!(LINE.contains(from), "{from}");
            assert!(Record::read(LINE.replacen(from, to, 1).as_bytes()).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_withheld_line_keeps_its_place() {
        let hash = Hash::of(LINE.as_bytes());
        let withheld = LogLine::withheld(hash);
        assert_eq!(LogLine::read(&withheld.line().bytes).unwrap(), withheld);
        assert_eq!(withheld.line().hash, hash);
        assert!(withheld.record().is_none());
        assert!(LogLine::read(format!("{{\"withheld\":\"{hash}\",\"x\":1}}").as_bytes()).is_err());
        assert!(LogLine::read(b"{\"withheld\":\"no\"}").is_err());
    }

    #[test]
    fn a_record_too_long_has_no_line() {
        let record = Record::read(LINE.as_bytes()).unwrap();
        let body = Document { title: Some("x".repeat(limits::LINE_BYTES)), ..record.body().unwrap() };
        let record = Record::new(record.id, 1, record.at, &body).unwrap().of_dossier(record.id);
        assert!(matches!(record.line(), Err(RecordError::Json(JsonError::TooLong(_)))));
    }

    #[test]
    fn hub_records_need_no_dossier() {
        let record = Record::read(LINE.as_bytes()).unwrap();
        let body = FileWanted { sha256: Hash::of(b"abc"), bytes: 3 };
        let line = Record::new(record.id, 1, record.at, &body).unwrap().line().unwrap();
        assert_eq!(Record::read(&line.bytes).unwrap().body::<FileWanted>().unwrap(), body);
    }
}
