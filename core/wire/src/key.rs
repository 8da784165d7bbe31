//! Ed25519 keys and signatures (RFC 8032), in the one spelling that records and headers use.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, prelude::BASE64_STANDARD};
use curve25519_dalek::MontgomeryPoint;
use ed25519_dalek::Signer;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Why bytes or a text are no key or signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not base64 of the right length.
    #[error("not the base64 of a key or signature")]
    Spelling,
    /// The point is not on the curve, or of small order.
    #[error("not a usable Ed25519 key")]
    Weak,
    /// The signature is not that of this key over these bytes.
    #[error("the signature does not fit")]
    Forged,
}

/// The key that a station or hub signs with; never shown, overwritten when dropped.
#[derive(Clone)]
pub struct SecretKey(ed25519_dalek::SigningKey);

impl SecretKey {
    /// A key from its 32 secret bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(bytes))
    }

    /// The 32 secret bytes, for the one file that keeps them.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key that others verify with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The same key as a scalar of X25519, by the map that RFC 8032 and RFC 7748 share.
    pub(crate) fn scalar(&self) -> [u8; 32] {
        self.0.to_scalar_bytes()
    }

    /// Signs; the same bytes always get the same signature.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// The key that others verify with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// A key from its 32 bytes; keys of small order are refused, for they verify what nobody signed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::Spelling)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Weak)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// The 32 bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The same key as a point of X25519 (RFC 7748, 4.1).
    pub(crate) fn point(&self) -> MontgomeryPoint {
        self.0.to_montgomery()
    }

    /// Verifies without the leniency of RFC 8032 that lets a signature have several forms.
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> Result<(), KeyError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(bytes, &signature).map_err(|_| KeyError::Forged)
    }
}

/// A signature of 64 bytes; base64 in texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// A signature from bytes of a header or a column.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes.try_into().map(Self).map_err(|_| KeyError::Spelling)
    }
}

macro_rules! spelt_in_base64 {
    ($name:ident, $bytes:expr, $read:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE64_STANDARD.encode($bytes(self)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                $read(&BASE64_STANDARD.decode(text).map_err(|_| KeyError::Spelling)?)
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

spelt_in_base64!(PublicKey, |key: &PublicKey| key.to_bytes(), PublicKey::from_bytes);
spelt_in_base64!(Signature, |signature: &Signature| signature.0, Signature::from_slice);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fits_its_bytes_and_key_only() {
        let key = SecretKey::from_bytes(&[7; 32]);
        let signature = key.sign(b"abc");
        assert_eq!(key.public().verify(b"abc", &signature), Ok(()));
        assert_eq!(key.public().verify(b"abd", &signature), Err(KeyError::Forged));
        assert_eq!(SecretKey::from_bytes(&[8; 32]).public().verify(b"abc", &signature), Err(KeyError::Forged));
        assert_eq!(signature.to_string().parse(), Ok(signature));
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        assert_eq!(format!("{key:?}"), "SecretKey(…)");
    }

    #[test]
    fn weak_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Weak));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Weak));
        assert_eq!(PublicKey::from_bytes(&[7; 31]), Err(KeyError::Spelling));
    }
}
