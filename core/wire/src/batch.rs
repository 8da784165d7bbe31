//! A batch: a range of a station's log, with a signature of the station that outlives the request that carried it.
//!
//! The header is a dictionary of RFC 9651. The signature covers hashes and not bytes, so a withheld line does not break it,
//! and it is the same on the network, in the hub's store and on a disk.

use serde::Serialize;
use sfv::{BareItem, Dictionary, KeyRef, ListEntry, Parser, RefBareItem, StringRef};

use crate::codec::{self, CodecError};
use crate::head::Claim;
use crate::json;
use crate::key::KeyError;
use crate::record::RecordError;
use crate::{Chain, Hash, LogLine, ProblemKind, PublicKey, SecretKey, Signature, StationId, limits};

/// The name of the header field.
pub const FIELD: &str = "sohoa-batch";
/// The media type of a batch's lines.
pub const MEDIA_TYPE: &str = "application/x-ndjson";
const PURPOSE: &[u8] = b"sohoa-batch-1\0";
/// RFC 9651, 3.3.1: an integer has at most 15 digits.
const LARGEST: u64 = 999_999_999_999_999;

/// What the header field `Sohoa-Batch` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    /// Whose log.
    pub station: StationId,
    /// Which range of it, and the chain before and after.
    pub claim: Claim,
    /// The station's signature over both.
    pub signature: Signature,
}

/// A batch whose lines were hashed and found to lead from its `prev` to its `chain`.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Its header.
    pub header: BatchHeader,
    /// Its lines.
    pub lines: Vec<LogLine>,
}

/// Why a header and a body are no batch.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The header field is not what it must be.
    #[error("the field Sohoa-Batch {0}")]
    Header(&'static str),
    /// The signature is not the station's.
    #[error("the batch is not signed by its station")]
    Signature(#[from] KeyError),
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] CodecError),
    /// The header promises another number of lines.
    #[error("the batch has {found} lines and says that it has {said}")]
    Count {
        /// Lines in the body.
        found: u64,
        /// Lines by the header.
        said: u64,
    },
    /// The lines do not lead to the chain that the header names.
    #[error("the chain of the batch is {found} and not what its header says")]
    Chain {
        /// The chain after the last line.
        found: Chain,
    },
}

#[derive(Serialize)]
struct SignedPart {
    station: StationId,
    epoch: u32,
    first: u64,
    count: u64,
    prev: Chain,
    chain: Chain,
}

impl BatchHeader {
    /// Signs the header of a range of a log.
    pub fn sign(station: StationId, claim: Claim, key: &SecretKey) -> Self {
        Self { station, claim, signature: key.sign(&signed_bytes(station, &claim)) }
    }

    /// Whether it is signed by a key.
    pub fn verify(&self, key: &PublicKey) -> Result<(), KeyError> {
        key.verify(&signed_bytes(self.station, &self.claim), &self.signature)
    }

    /// Reads the value of the header field: each member once, none unknown, no parameters.
    pub fn read(value: &str) -> Result<Self, BatchError> {
        let fault = BatchError::Header;
        let members: Dictionary =
            Parser::new(value).parse().map_err(|_| fault("is not a dictionary of structured fields"))?;
        if members.len() != 7 {
            return Err(fault("has other members than station, epoch, first, count, prev, chain and sig"));
        }
        let item = |name: &str| match members.get(name) {
            Some(ListEntry::Item(item)) if item.params.is_empty() => Ok(&item.bare_item),
            _ => Err(fault("lacks a member")),
        };
        let number = |name: &str| match item(name)? {
            BareItem::Integer(number) => u64::try_from(i64::from(*number)).map_err(|_| fault("has a number below 0")),
            _ => Err(fault("has a member that should be a number")),
        };
        let bytes = |name: &str| match item(name)? {
            BareItem::ByteSequence(bytes) => Ok(bytes.as_slice()),
            _ => Err(fault("has a member that should be bytes")),
        };
        let chain = |name: &str| {
            Hash::from_slice(bytes(name)?).map(Chain).map_err(|_| fault("has a chain that is not 32 bytes"))
        };
        let BareItem::String(station) = item("station")? else { return Err(fault("has no station")) };
        let claim = Claim {
            epoch: u32::try_from(number("epoch")?).map_err(|_| fault("has a senseless epoch"))?,
            first: number("first")?,
            count: number("count")?,
            prev: chain("prev")?,
            chain: chain("chain")?,
        };
        if claim.count == 0 || claim.count > limits::BATCH_RECORDS as u64 || claim.first == 0 || claim.epoch == 0 {
            return Err(fault("has a range that no batch has"));
        }
        Ok(Self {
            station: station.as_str().parse().map_err(|_| fault("has no station"))?,
            claim,
            signature: Signature::from_slice(bytes("sig")?)?,
        })
    }
}

/// The value of the header field.
impl std::fmt::Display for BatchHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let station = self.station.to_string();
        let station = StringRef::from_str(&station).expect("an identifier is of ASCII characters");
        let claim = &self.claim;
        let number = |n: u64| sfv::integer(i64::try_from(n.min(LARGEST)).expect("fifteen digits fit"));
        let mut dictionary = sfv::DictSerializer::new();
        let members: [(&str, RefBareItem<'_>); 7] = [
            ("station", RefBareItem::String(station)),
            ("epoch", RefBareItem::Integer(number(claim.epoch.into()))),
            ("first", RefBareItem::Integer(number(claim.first))),
            ("count", RefBareItem::Integer(number(claim.count))),
            ("prev", RefBareItem::ByteSequence(&claim.prev.0.0)),
            ("chain", RefBareItem::ByteSequence(&claim.chain.0.0)),
            ("sig", RefBareItem::ByteSequence(&self.signature.0)),
        ];
        for (name, value) in members {
            let _ = dictionary.bare_item(KeyRef::from_str(name).expect("the names are keys"), value);
        }
        f.write_str(&dictionary.finish().expect("it has members"))
    }
}

impl Batch {
    /// Opens a body under its header: everything but the signature and the head is checked.
    pub fn open(header: BatchHeader, body: &[u8]) -> Result<Self, BatchError> {
        let lines = codec::read(body)?;
        if lines.len() as u64 != header.claim.count {
            return Err(BatchError::Count { found: lines.len() as u64, said: header.claim.count });
        }
        let found = header.claim.prev.then_all(lines.iter().map(|line| line.line().hash));
        if found != header.claim.chain {
            return Err(BatchError::Chain { found });
        }
        Ok(Self { header, lines })
    }

    /// The lines with their positions in the log.
    pub fn positions(&self) -> impl Iterator<Item = (u64, &LogLine)> {
        (self.header.claim.first..).zip(&self.lines)
    }
}

impl BatchError {
    /// What the hub answers.
    pub fn problem(&self) -> ProblemKind {
        match self {
            Self::Header(_) => ProblemKind::Malformed,
            Self::Signature(_) => ProblemKind::BadSignature,
            Self::Count { .. } | Self::Chain { .. } => ProblemKind::ChainMismatch,
            Self::Body(CodecError::TooLong { .. } | CodecError::TooMany) => ProblemKind::TooLarge,
            Self::Body(CodecError::Zstd(_) | CodecError::Cut) => ProblemKind::Malformed,
            Self::Body(CodecError::Line { source: RecordError::TooNew(_), .. }) => ProblemKind::SchemaTooNew,
            Self::Body(CodecError::Line { .. }) => ProblemKind::RecordInvalid,
        }
    }
}

fn signed_bytes(station: StationId, claim: &Claim) -> Vec<u8> {
    let Claim { epoch, first, count, prev, chain } = *claim;
    let part = SignedPart { station, epoch, first, count, prev, chain };
    let text = json::canonical(&part).unwrap_or_default();
    [PURPOSE, text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use sohoa_model::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::body::FileWanted;
    use crate::moment::Moment;
    use crate::{Line, Record, RecordId};

    fn station() -> StationId {
        StationId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_000a))
    }

    fn key() -> SecretKey {
        SecretKey::from_bytes(&[7; 32])
    }

    fn lines(count: u8) -> Vec<Line> {
        let line = |n| {
            let body = FileWanted { sha256: Hash::of(&[n]), bytes: n.into() };
            let id = RecordId(Uuid::from_u128(n.into()));
            Record::new(id, 1, Moment(Timestamp(0)), &body).unwrap().line().unwrap()
        };
        (1..=count).map(line).collect()
    }

    fn header(lines: &[Line]) -> BatchHeader {
        let prev = Chain::start(station());
        let chain = prev.then_all(lines.iter().map(|line| line.hash));
        BatchHeader::sign(station(), Claim { epoch: 1, first: 1, count: lines.len() as u64, prev, chain }, &key())
    }

    fn body(lines: &[Line]) -> Vec<u8> {
        codec::encode(lines.iter().map(|line| line.bytes.as_slice())).unwrap()
    }

    #[test]
    fn a_header_reads_back() {
        let header = header(&lines(3));
        let value = header.to_string();
        assert!(
            value.starts_with("station=\"01970000-0000-7000-8000-00000000000a\", epoch=1, first=1, count=3, prev=:")
        );
        assert_eq!(BatchHeader::read(&value).unwrap(), header);
        assert_eq!(header.verify(&key().public()), Ok(()));
        let moved = BatchHeader { claim: Claim { first: 2, ..header.claim }, ..header };
        assert_eq!(moved.verify(&key().public()), Err(KeyError::Forged));
    }

    #[test]
    fn hostile_headers_are_refused() {
        let value = header(&lines(1)).to_string();
        for (from, to) in [
            ("epoch=1", "epoch=0"),
            ("epoch=1", "epoch=-1"),
            ("epoch=1", "epoch=4294967296"),
            ("epoch=1", "epoch=1;x=1"),
            ("epoch=1", "epoch=1.0"),
            ("epoch=1", "epoch"),
            ("epoch=1", "epoch=(1)"),
            ("epoch=1, ", ""),
            ("epoch=1", "epoch=1, extra=1"),
            ("first=1", "first=0"),
            ("count=1", "count=0"),
            ("count=1", "count=2001"),
            ("count=1", "count=9999999999999999"),
            ("prev=:", "prev=:AAAA"),
            ("station=\"0", "station=\"'; DROP TABLE station; --"),
        ] {
            assert!(value.contains(from), "{from}");
            assert!(BatchHeader::read(&value.replacen(from, to, 1)).is_err(), "{from} -> {to}");
        }
        assert!(BatchHeader::read("").is_err());
    }

    #[test]
    fn lines_must_lead_to_the_chain_of_the_header() {
        let sent = lines(4);
        let header = header(&sent);
        assert_eq!(Batch::open(header, &body(&sent)).unwrap().lines.len(), 4);
        let mut turned = sent.clone();
        turned.swap(1, 2);
        assert!(matches!(Batch::open(header, &body(&turned)), Err(BatchError::Chain { .. })));
        assert!(matches!(Batch::open(header, &body(&sent[..3])), Err(BatchError::Count { found: 3, said: 4 })));
    }

    #[test]
    fn a_withheld_line_breaks_neither_chain_nor_signature() {
        let sent = lines(4);
        let header = header(&sent);
        let mut kept = sent.clone();
        kept[2] = LogLine::withheld(sent[2].hash).line().clone();
        let batch = Batch::open(header, &body(&kept)).unwrap();
        assert_eq!(batch.lines.iter().filter(|line| line.record().is_none()).count(), 1);
        assert_eq!(batch.positions().map(|(seq, _)| seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn each_fault_has_its_answer() {
        let header = header(&lines(1));
        let with = |line: &[u8]| Batch::open(header, &codec::encode([line]).unwrap()).unwrap_err().problem();
        assert_eq!(with(b"{\"schema\":\"page/2.0\"}"), ProblemKind::SchemaTooNew);
        assert_eq!(with(b"{\"a\":1}"), ProblemKind::RecordInvalid);
        assert_eq!(with("[".repeat(60_000).as_bytes()), ProblemKind::RecordInvalid);
        assert_eq!(with(&lines(2)[1].bytes), ProblemKind::ChainMismatch);
        assert_eq!(Batch::open(header, b"?").unwrap_err().problem(), ProblemKind::Malformed);
    }
}
