//! The kinds of records and the versions of their schemas.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What a record tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)+
        }

        impl Kind {
            /// All kinds of version 1.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word in records.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

kinds! {
    /// A station about itself: version, disk, backlog.
    Station = "station",
    /// A dossier: state, counts.
    Dossier = "dossier",
    /// A document of a dossier.
    Document = "document",
    /// A page of a document.
    Page = "page",
    /// Something derived from masters.
    Rendition = "rendition",
    /// Something that a person should look at.
    Finding = "finding",
    /// A PREMIS event.
    Event = "event",
    /// What an import took, or up to where the feed was applied.
    Receipt = "receipt",
    /// A station gives a dossier up.
    Release = "release",
    /// The signed head of the event log.
    Checkpoint = "checkpoint",
    /// The manifest of a version of the inventory; its rows are a file.
    Inventory = "inventory",
    /// A dossier is a station's to scan.
    Assignment = "assignment",
    /// Targets with their dates.
    Plan = "plan",
    /// Settings that a unit's stations follow.
    Profile = "profile",
    /// A person who may work at the stations of a unit.
    Account = "account",
    /// What a supervisor decided about a dossier.
    Decision = "decision",
    /// A supervisor wants something scanned again.
    Rescan = "rescan",
    /// Something that operators should know.
    Notice = "notice",
    /// The hub lost a file and wants it again.
    FileWanted = "file_wanted",
}

/// Who writes a kind; the other side answers with a record of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A station: the record goes up.
    Station,
    /// The hub: the record goes down.
    Hub,
}

impl Kind {
    /// Who writes it.
    pub fn writer(self) -> Writer {
        match self {
            Self::Station
            | Self::Dossier
            | Self::Document
            | Self::Page
            | Self::Rendition
            | Self::Finding
            | Self::Event
            | Self::Receipt
            | Self::Release
            | Self::Checkpoint => Writer::Station,
            Self::Inventory
            | Self::Assignment
            | Self::Plan
            | Self::Profile
            | Self::Account
            | Self::Decision
            | Self::Rescan
            | Self::Notice
            | Self::FileWanted => Writer::Hub,
        }
    }

    /// Whether a record of it must name its dossier.
    pub fn needs_dossier(self) -> bool {
        matches!(
            self,
            Self::Dossier
                | Self::Document
                | Self::Page
                | Self::Rendition
                | Self::Release
                | Self::Assignment
                | Self::Decision
        )
    }

    /// The newest major version that this program reads and writes.
    pub fn major(self) -> u16 {
        1
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a word is no kind, or a text no schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    /// A kind that this program does not know.
    #[error("a kind of record that is not known here")]
    Unknown,
    /// Not `kind/major.minor`.
    #[error("not a schema of the form kind/major.minor")]
    Spelling,
}

impl FromStr for Kind {
    type Err = KindError;

    fn from_str(word: &str) -> Result<Self, KindError> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word).ok_or(KindError::Unknown)
    }
}

/// The schema of a record's body: `page/1.0`. A minor only adds optional fields; everything else is a new major.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Schema {
    /// The kind.
    pub kind: Kind,
    /// Changes of meaning.
    pub major: u16,
    /// Additions.
    pub minor: u16,
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}.{}", self.kind, self.major, self.minor)
    }
}

impl FromStr for Schema {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let (kind, version) = text.split_once('/').ok_or(KindError::Spelling)?;
        let (major, minor) = version.split_once('.').ok_or(KindError::Spelling)?;
        let number = |text: &str| text.parse::<u16>().ok().filter(|n| n.to_string() == text);
        let (Some(major), Some(minor)) = (number(major), number(minor)) else { return Err(KindError::Spelling) };
        if major == 0 {
            return Err(KindError::Spelling);
        }
        Ok(Self { kind: kind.parse()?, major, minor })
    }
}

macro_rules! spelt_as_shown {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

spelt_as_shown!(Kind);
spelt_as_shown!(Schema);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_reads_back_and_has_one_spelling() {
        let schema: Schema = "file_wanted/1.12".parse().unwrap();
        assert_eq!(schema, Schema { kind: Kind::FileWanted, major: 1, minor: 12 });
        assert_eq!(schema.to_string(), "file_wanted/1.12");
        for wrong in ["page", "page/1", "page/0.1", "page/01.0", "page/1.+1", "page/1.0.0", "page/99999.0", "/1.0"] {
            assert!(wrong.parse::<Schema>().is_err(), "{wrong}");
        }
        assert_eq!("poem/1.0".parse::<Schema>(), Err(KindError::Unknown));
    }
}
