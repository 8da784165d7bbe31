//! The records that travel between stations and the hub: their types, their one spelling, and the rules both sides share.
//!
//! A record is one line of canonical JSON ([`record`]); a station's log is a hash chain over those lines ([`chain`]); the
//! hub accepts only what extends the head that it has of a station ([`head`]). Batches ([`batch`], [`codec`]), signed
//! requests ([`request`], [`nonce`]), acknowledgements ([`ack`]), refusals ([`problem`]) and enrolment ([`enrolment`]) are
//! spelt here once, so that the two sides cannot disagree. No database, no network; times and randomness are arguments.

pub mod ack;
pub mod age;
pub mod api;
pub mod batch;
pub mod body;
pub mod bundle;
pub mod chain;
pub mod codec;
pub mod enrolment;
pub mod hash;
pub mod head;
pub mod ids;
pub mod json;
pub mod key;
pub mod kind;
pub mod limits;
pub mod moment;
pub mod nonce;
pub mod problem;
pub mod record;
pub mod request;
pub mod signed;

pub use ack::Ack;
pub use batch::{Batch, BatchHeader};
pub use body::Body;
pub use chain::Chain;
pub use hash::Hash;
pub use head::{Claim, Head};
pub use ids::{KeyId, RecordId, StationId};
pub use key::{PublicKey, SecretKey, Signature};
pub use kind::{Kind, Schema};
pub use problem::{Problem, ProblemKind};
pub use record::{FileRef, Line, LogLine, Record};
pub use signed::Signed;
