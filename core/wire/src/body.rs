//! The bodies of records, a type for each kind; what a type does not know, a newer minor may hold.
//!
//! Texts are as they were read or typed, counts are integers, shares are parts per million, and what is not known is left
//! out. `schema/<kind>.1.json` says the same for other programs, and a test holds the two together.

mod dossier;
mod down;
mod station;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

pub use dossier::{Document, Dossier, Finding, Page, Release, Rendition};
pub use down::{Account, Assignment, Decided, Decision, FileWanted, Inventory, Notice, Plan, Profile, Rescan, Target};
pub use station::{Checkpoint, Event, Outcome, Receipt, ReceiptOf, Station};

use crate::Kind;

/// A body of one kind.
pub trait Body: Serialize + DeserializeOwned {
    /// The kind that it is the body of.
    const KIND: Kind;
    /// The minor version that this program writes.
    const MINOR: u16 = 0;
}

/// Why a map is not the body of its kind.
#[derive(Debug, thiserror::Error)]
#[error("the body is not that of a {kind}")]
pub struct BodyError {
    /// The kind.
    pub kind: Kind,
    /// Which field, and what is wrong with it.
    #[source]
    pub source: serde_json::Error,
}

/// Reads a body; unknown fields are ignored.
pub fn read<B: Body>(body: &Map<String, Value>) -> Result<B, BodyError> {
    serde_json::from_value(Value::Object(body.clone())).map_err(|source| BodyError { kind: B::KIND, source })
}

/// Whether a map is a body of a kind.
pub fn check(kind: Kind, body: &Map<String, Value>) -> Result<(), BodyError> {
    match kind {
        Kind::Station => read::<Station>(body).map(drop),
        Kind::Dossier => read::<Dossier>(body).map(drop),
        Kind::Document => read::<Document>(body).map(drop),
        Kind::Page => read::<Page>(body).map(drop),
        Kind::Rendition => read::<Rendition>(body).map(drop),
        Kind::Finding => read::<Finding>(body).map(drop),
        Kind::Event => read::<Event>(body).map(drop),
        Kind::Receipt => read::<Receipt>(body).map(drop),
        Kind::Release => read::<Release>(body).map(drop),
        Kind::Checkpoint => read::<Checkpoint>(body).map(drop),
        Kind::Inventory => read::<Inventory>(body).map(drop),
        Kind::Assignment => read::<Assignment>(body).map(drop),
        Kind::Plan => read::<Plan>(body).map(drop),
        Kind::Profile => read::<Profile>(body).map(drop),
        Kind::Account => read::<Account>(body).map(drop),
        Kind::Decision => read::<Decision>(body).map(drop),
        Kind::Rescan => read::<Rescan>(body).map(drop),
        Kind::Notice => read::<Notice>(body).map(drop),
        Kind::FileWanted => read::<FileWanted>(body).map(drop),
    }
}

/// A word of a closed list of `core/model`: read strictly, written as it is.
macro_rules! model_word {
    ($module:ident, $type:ty) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

            pub(super) fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value.word())
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let word = String::deserialize(deserializer)?;
                <$type>::from_word(&word).ok_or_else(|| D::Error::custom("not a word of the list"))
            }
        }
    };
}
use model_word;
