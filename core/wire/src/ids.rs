//! Names on the wire: stations, records, and the key that signed a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of 36 lower-case characters")]
pub struct IdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = Uuid::try_parse(text).map_err(|_| IdError)?;
                // One spelling only: the parser also takes capitals, braces and URNs.
                if id.hyphenated().to_string() == text { Ok(Self(id)) } else { Err(IdError) }
            }
        }

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

id!(
    /// Names a station for ever, whatever its keys and epochs become.
    StationId
);
id!(
    /// Names what a record is about; a dossier's record has the dossier's own identifier.
    RecordId
);

/// Which key signed a request: `keyid` of RFC 9421, 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyId {
    /// The key that a station got with an epoch, written `<station>/<epoch>`.
    Station(StationId, u32),
    /// The key that the request itself brings to be enrolled, written `new`.
    New,
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Station(station, epoch) => write!(f, "{station}/{epoch}"),
            Self::New => f.write_str("new"),
        }
    }
}

impl FromStr for KeyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text == "new" {
            return Ok(Self::New);
        }
        let (station, epoch) = text.split_once('/').ok_or(IdError)?;
        let number: u32 = epoch.parse().map_err(|_| IdError)?;
        if number == 0 || number > i32::MAX as u32 || number.to_string() != epoch {
            return Err(IdError);
        }
        Ok(Self::Station(station.parse()?, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01970000-0000-7000-8000-00000000000a";

    #[test]
    fn an_identifier_has_one_spelling() {
        assert_eq!(ID.parse::<RecordId>().unwrap().to_string(), ID);
        for other in [ID.to_uppercase(), ID.replace('-', ""), format!("urn:uuid:{ID}"), format!("{{{ID}}}")] {
            assert_eq!(other.parse::<RecordId>(), Err(IdError), "{other}");
        }
    }

    #[test]
    fn a_key_is_named_by_station_and_epoch() {
        let name = format!("{ID}/7");
        assert_eq!(name.parse::<KeyId>(), Ok(KeyId::Station(ID.parse().unwrap(), 7)));
        assert_eq!(name.parse::<KeyId>().unwrap().to_string(), name);
        assert_eq!("new".parse::<KeyId>(), Ok(KeyId::New));
        for other in [format!("{ID}/0"), format!("{ID}/07"), format!("{ID}/-1"), ID.to_owned(), "x/1".to_owned()] {
            assert_eq!(other.parse::<KeyId>(), Err(IdError), "{other}");
        }
    }
}
