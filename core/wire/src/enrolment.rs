//! Enrolment: a one-time code in a person's hand becomes a station's key in the hub's list.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bundle::Listed;
use crate::moment::Moment;
use crate::signed::Statement;
use crate::{Chain, Hash, PublicKey, StationId};

/// Crockford's base 32: no I, L, O, U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 20;

/// A one-time code of 100 random bits, typed by a person as five groups of four.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode([u8; LENGTH]);

/// Why a text is no code or invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// Not twenty letters and digits.
    #[error("not a one-time code of twenty letters and digits")]
    Code,
    /// Not an address with a code behind `#`.
    #[error("not an invitation: an https address, a # and a code")]
    Invitation,
}

impl EnrolmentCode {
    /// A code of random bytes, of which 100 bits are used.
    pub fn new(random: [u8; 13]) -> Self {
        let bit = |n: usize| random[n / 8] >> (7 - n % 8) & 1;
        Self(std::array::from_fn(|letter| {
            let value = (0..5).fold(0, |value, n| value << 1 | bit(letter * 5 + n));
            LETTERS[usize::from(value)]
        }))
    }

    /// What the hub keeps of it. A plain digest is enough: 100 random bits cannot be guessed.
    pub fn digest(&self) -> Hash {
        Hash::of(&self.0)
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.iter().enumerate() {
            if index > 0 && index % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(…)")
    }
}

impl FromStr for EnrolmentCode {
    type Err = EnrolmentError;

    fn from_str(text: &str) -> Result<Self, EnrolmentError> {
        let letters =
            text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')).map(|byte| match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            });
        let letters: Vec<u8> = letters.take(LENGTH + 1).collect();
        let letters: [u8; LENGTH] = letters.try_into().map_err(|_| EnrolmentError::Code)?;
        if letters.iter().all(|letter| LETTERS.contains(letter)) {
            Ok(Self(letters))
        } else {
            Err(EnrolmentError::Code)
        }
    }
}

/// What the hub prints for a person and the station takes: `https://hub.example#K7QF-…&ca=<digest>&key=<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The hub's address, without a path.
    pub hub: String,
    /// The code.
    pub code: EnrolmentCode,
    /// SHA-256 of the certificate (DER) that the hub's own ends at, where it is no public one.
    pub ca: Option<Hash>,
    /// The hub's key, for a station that enrols on a disk: there no certificate says whose answer it is. Spelt in hexadecimal
    /// digits, for people type it.
    pub key: Option<PublicKey>,
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.hub, self.code)?;
        self.ca.map_or(Ok(()), |ca| write!(f, "&ca={ca}"))?;
        self.key.map_or(Ok(()), |key| write!(f, "&key={}", Hash(key.to_bytes())))
    }
}

impl FromStr for Invitation {
    type Err = EnrolmentError;

    fn from_str(text: &str) -> Result<Self, EnrolmentError> {
        let (hub, rest) = text.trim().split_once('#').ok_or(EnrolmentError::Invitation)?;
        let hub = hub.trim_end_matches('/');
        let host = hub.strip_prefix("https://").or_else(|| hub.strip_prefix("http://"));
        let is_host =
            |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        if !host.is_some_and(is_host) {
            return Err(EnrolmentError::Invitation);
        }
        let mut parts = rest.split('&');
        let code = parts.next().unwrap_or_default().parse()?;
        let (mut ca, mut key) = (None, None);
        for part in parts {
            let (name, value) = part.split_once('=').ok_or(EnrolmentError::Invitation)?;
            let value: Hash = value.parse().map_err(|_| EnrolmentError::Invitation)?;
            match name {
                "ca" => ca = Some(value),
                "key" => key = Some(PublicKey::from_bytes(&value.0).map_err(|_| EnrolmentError::Invitation)?),
                _ => return Err(EnrolmentError::Invitation),
            }
        }
        Ok(Self { hub: hub.to_owned(), code, ca, key })
    }
}

/// The body of `POST /v1/enrolments`, or what lies sealed on a disk; it is signed by the key that it brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentRequest {
    /// The code as it was typed.
    pub code: String,
    /// The station's new key.
    pub public_key: PublicKey,
    /// Version of the station's software.
    pub software: String,
}

impl Statement for EnrolmentRequest {
    const PURPOSE: &'static str = "sohoa-enrolment-request-1";
}

/// What the hub answers, under its signature; the station keeps it for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentReceipt {
    /// The station's name from now on.
    pub station: StationId,
    /// Number of this enrolment.
    pub epoch: u32,
    /// Number of the hub's database.
    pub generation: u32,
    /// Code of the unit that the station works for.
    pub unit: String,
    /// The station's name for people.
    pub name: String,
    /// The key that was enrolled.
    pub public_key: PublicKey,
    /// Name of the hub's key.
    pub hub_key: String,
    /// The hub's key: acknowledgements are signed with it.
    pub hub_public_key: PublicKey,
    /// When.
    pub at: Moment,
}

impl Statement for EnrolmentReceipt {
    const PURPOSE: &'static str = "sohoa-enrolment-1";
}

/// What the hub answers on a disk: the receipt, and where the station's log stands. Its lines lie beside it, in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentAnswer {
    /// The signed receipt ([`EnrolmentReceipt`]), as on the network.
    pub receipt: Value,
    /// Number of the hub's database.
    pub generation: u32,
    /// Position of the last record that the hub has of the station.
    pub seq: u64,
    /// The chain at that position.
    pub chain: Chain,
    /// The list of what lies beside it.
    pub list: Listed,
}

impl Statement for EnrolmentAnswer {
    const PURPOSE: &'static str = "sohoa-enrolment-answer-1";
}

/// The name of the folder of a request on a disk, by the key that it brings and its code: another invitation is another
/// request, also of the same key.
pub fn request_folder(key: &PublicKey, code: &EnrolmentCode) -> String {
    format!("{REQUEST_FOLDER}{}", name(key, code))
}

/// The name of the folder of the answer to it.
pub fn answer_folder(key: &PublicKey, code: &EnrolmentCode) -> String {
    format!("sohoa-enrolled-{}", name(key, code))
}

fn name(key: &PublicKey, code: &EnrolmentCode) -> String {
    let digest = Hash::of(&[key.to_bytes(), code.digest().0].concat());
    format!("{:.16}", digest.to_string())
}

/// What the name of a request's folder begins with.
pub const REQUEST_FOLDER: &str = "sohoa-enrolment-";
/// The file of a request: sealed for the hub, because its code is worth something until it is used.
pub const REQUEST: &str = "request.json.age";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = EnrolmentCode::new([0x9f, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0, 0, 0x10, 0xff]);
        let shown = code.to_string();
        assert_eq!(shown.len(), 24);
        assert_eq!(shown.parse::<EnrolmentCode>().unwrap().digest(), code.digest());
        let typed = format!(" {} ", shown.to_lowercase().replace('0', "o").replace('1', "l").replace('-', " "));
        assert_eq!(typed.parse::<EnrolmentCode>(), Ok(code));
        for wrong in ["", "K7QF", &shown[1..], &format!("{shown}A"), &shown.replace(['0', '1'], "U"), "ÀÀÀÀ-…"] {
            assert_eq!(wrong.parse::<EnrolmentCode>(), Err(EnrolmentError::Code), "{wrong}");
        }
    }

    #[test]
    fn different_bits_make_different_codes() {
        for bit in 0..100 {
            let mut random = [0; 13];
            random[bit / 8] = 0x80 >> (bit % 8);
            assert_ne!(EnrolmentCode::new(random), EnrolmentCode::new([0; 13]), "{bit}");
        }
    }

    #[test]
    fn an_invitation_reads_back() {
        let code = EnrolmentCode::new([3; 13]);
        let some = crate::SecretKey::from_bytes(&[5; 32]).public();
        for (ca, key) in
            [(None, None), (Some(Hash::of(b"ca")), None), (None, Some(some)), (Some(Hash::of(b"ca")), Some(some))]
        {
            let invitation = Invitation { hub: "https://hub.example:8443".to_owned(), code: code.clone(), ca, key };
            assert_eq!(invitation.to_string().parse(), Ok(invitation));
        }
        let valid = Invitation { hub: "https://hub.example".to_owned(), code, ca: None, key: None }.to_string();
        for more in ["&key=00", "&ca=", "&", "&x=00", &format!("&key={}", Hash([0; 32]))] {
            assert!(format!("{valid}{more}").parse::<Invitation>().is_err(), "{more}");
        }
        for wrong in ["", "https://hub.example", "ftp://x#K", "https://#K", "https://a b#K", "https://x/../y#K"] {
            assert!(wrong.parse::<Invitation>().is_err(), "{wrong}");
        }
    }
}
