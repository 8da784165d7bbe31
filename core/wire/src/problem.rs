//! What the hub refuses with: `application/problem+json` (RFC 9457), one code for each reason.
//!
//! The type is the contract; the title is for people, in their language, and comes from the hub.

use serde::{Deserialize, Serialize};

use crate::{Chain, Hash};

/// The media type of a refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";
const TYPES: &str = "https://sohoa.invalid/problems/";

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $status:literal $code:literal),+ $(,)?) => {
        /// A reason to refuse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemKind {
            $($(#[$doc])* $name,)+
        }

        impl ProblemKind {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The last part of its type.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The status of its reply.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)+
                }
            }
        }
    };
}

problems! {
    /// Not a request of this protocol.
    Malformed = 400 "malformed",
    /// The nonce is missing or old; a new one comes with the reply.
    UseNonce = 401 "use-nonce",
    /// The signature does not fit.
    BadSignature = 401 "bad-signature",
    /// The key was never enrolled here.
    UnknownKey = 401 "unknown-key",
    /// The station may not speak any more.
    Revoked = 403 "revoked",
    /// The dossier, or the file, is another's.
    NotOwner = 403 "not-owner",
    /// The unit has sent as much as it may.
    Quota = 403 "quota",
    /// An enrolment receipt is not this hub's.
    ReceiptInvalid = 403 "receipt-invalid",
    /// No such thing.
    NotFound = 404 "not-found",
    /// No such one-time code.
    CodeUnknown = 404 "code-unknown",
    /// Not with this method.
    MethodNotAllowed = 405 "method-not-allowed",
    /// The request took too long to arrive.
    RequestTimeout = 408 "request-timeout",
    /// The batch does not extend the log: compare with the head that comes with the reply.
    HeadMoved = 409 "head-moved",
    /// Another machine was enrolled in this one's place.
    EpochFenced = 409 "epoch-fenced",
    /// Records name files that are not stored.
    FilesMissing = 409 "files-missing",
    /// Another part is next.
    PartOutOfOrder = 409 "part-out-of-order",
    /// Records name the file.
    Referenced = 409 "referenced",
    /// Another station was enrolled later.
    NewerExists = 409 "newer-exists",
    /// The one-time code was used.
    CodeUsed = 410 "code-used",
    /// The one-time code is too old.
    CodeExpired = 410 "code-expired",
    /// The feed no longer reaches back so far: take the snapshot.
    FeedCompacted = 410 "feed-compacted",
    /// More than may travel in one request.
    TooLarge = 413 "too-large",
    /// Another media type or encoding.
    UnsupportedMedia = 415 "unsupported-media",
    /// No such range of the file.
    RangeNotSatisfiable = 416 "range-not-satisfiable",
    /// The lines do not lead to the chain of the header.
    ChainMismatch = 422 "chain-mismatch",
    /// A line is not a record.
    RecordInvalid = 422 "record-invalid",
    /// The hub must be updated first.
    SchemaTooNew = 422 "schema-too-new",
    /// The bytes are not those of the digest.
    DigestMismatch = 422 "digest-mismatch",
    /// A record names something that no record told of.
    Dangling = 422 "dangling",
    /// The same revision with another content.
    RevConflict = 422 "rev-conflict",
    /// The dossier is held.
    Held = 422 "held",
    /// The hub is being restored.
    Frozen = 423 "frozen",
    /// Too many requests.
    TooManyRequests = 429 "too-many-requests",
    /// A fault of the hub.
    Internal = 500 "internal",
    /// Not now; ask again.
    Unavailable = 503 "unavailable",
    /// No room for the bytes.
    StoreFull = 507 "store-full",
}

impl ProblemKind {
    /// Its type: the contract.
    pub fn type_uri(self) -> String {
        format!("{TYPES}{}", self.code())
    }

    /// The reason that a type names.
    pub fn from_type_uri(uri: &str) -> Option<Self> {
        let code = uri.strip_prefix(TYPES)?;
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// Whether the same request may succeed later without a person; all others stop the sender.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::UseNonce
                | Self::RequestTimeout
                | Self::HeadMoved
                | Self::FilesMissing
                | Self::PartOutOfOrder
                | Self::Frozen
                | Self::TooManyRequests
                | Self::Internal
                | Self::Unavailable
                | Self::StoreFull
        )
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Problem {
    /// The type.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// For people.
    pub title: String,
    /// The status of the reply.
    pub status: u16,
    /// More about this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Name of the request in the hub's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// With `files-missing`: up to 100 of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Hash>,
    /// With `head-moved`: the head. With faults of a record: its position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// With `head-moved`: the chain of the head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<Chain>,
    /// With `head-moved`: the generation of the hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// With `epoch-fenced`: the epoch that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u32>,
    /// With `part-out-of-order`: the part that is next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_part: Option<u64>,
}

impl Problem {
    /// A refusal without more to say.
    pub fn new(kind: ProblemKind, title: impl Into<String>) -> Self {
        Self { type_uri: kind.type_uri(), title: title.into(), status: kind.status(), ..Self::default() }
    }

    /// Its reason, if this program knows it.
    pub fn kind(&self) -> Option<ProblemKind> {
        ProblemKind::from_type_uri(&self.type_uri)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_reason_has_a_type_of_its_own() {
        let codes: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert_eq!(ProblemKind::from_type_uri(&kind.type_uri()), Some(*kind));
            assert!((400..=599).contains(&kind.status()));
            assert!(kind.status() < 500 || kind.is_passing(), "{kind:?}: a fault of the hub is not the sender's");
        }
        assert_eq!(ProblemKind::from_type_uri("https://sohoa.invalid/problems/x"), None);
    }

    #[test]
    fn a_refusal_reads_back() {
        let mut problem = Problem::new(ProblemKind::HeadMoved, "x");
        (problem.seq, problem.chain) = (Some(3), Some(Chain(Hash::of(b""))));
        let text = serde_json::to_string(&problem).unwrap();
        let read: Problem = serde_json::from_str(&text).unwrap();
        assert_eq!((read.kind(), &read), (Some(ProblemKind::HeadMoved), &problem));
    }
}
