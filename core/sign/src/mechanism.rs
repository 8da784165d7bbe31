//! Mechanisms: in which ways a key can sign, always over SHA-256.
//!
//! TT 15/2025/TT-BKHCN asks for RSASSA-PSS or ECDSA; the government's tokens have signed with RSA PKCS#1 v1.5 so far. So it is
//! a setting of the station, and what a key can do decides first.

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};

use der::asn1::{Null, ObjectIdentifier};

use crate::asn1::{context, element, encoded, sequence};
use crate::error::SignError;
use crate::signed_data::{SHA_256, SHA_256_WITH_RSA};

const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MASK_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// Length of the salt of RSASSA-PSS in bytes: that of the digest (RFC 4055, 3.1).
const SALT: u8 = 32;

/// A way to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1,
    /// RSASSA-PSS (RFC 8017, 8.1), mask and salt by SHA-256 as well.
    RsaPss,
    /// ECDSA (FIPS 186-5).
    Ecdsa,
}

impl Mechanism {
    /// All.
    pub const ALL: [Self; 3] = [Self::RsaPkcs1, Self::RsaPss, Self::Ecdsa];

    /// The word in settings: `rsa-pkcs1`, `rsa-pss`, `ecdsa`.
    pub fn word(self) -> &'static str {
        match self {
            Self::RsaPkcs1 => "rsa-pkcs1",
            Self::RsaPss => "rsa-pss",
            Self::Ecdsa => "ecdsa",
        }
    }

    /// The mechanism of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| mechanism.word() == word)
    }

    /// What a kind of key signs with if nothing else is asked for.
    pub(crate) fn usual(key: Id) -> Option<Self> {
        match key {
            Id::RSA => Some(Self::RsaPkcs1),
            Id::RSA_PSS => Some(Self::RsaPss),
            Id::EC => Some(Self::Ecdsa),
            _ => None,
        }
    }

    /// Whether a kind of key can sign so.
    pub(crate) fn fits(self, key: Id) -> bool {
        Self::usual(key) == Some(self) || (key == Id::RSA && self == Self::RsaPss)
    }

    /// The `AlgorithmIdentifier` of the signature in DER (RFC 5754, 3; RFC 4055, 3.1).
    pub(crate) fn identifier(self) -> Vec<u8> {
        match self {
            Self::RsaPkcs1 => sequence(&[&encoded(&SHA_256_WITH_RSA), &encoded(&Null)]),
            Self::RsaPss => {
                let digest = sequence(&[&encoded(&SHA_256), &encoded(&Null)]);
                let mask = sequence(&[&encoded(&MASK_1), &digest]);
                let salt = element(context(2), &encoded(&SALT));
                let parameters = sequence(&[&element(context(0), &digest), &element(context(1), &mask), &salt]);
                sequence(&[&encoded(&RSA_PSS), &parameters])
            }
            Self::Ecdsa => sequence(&[&encoded(&ECDSA_WITH_SHA_256)]),
        }
    }

    pub(crate) fn sign(self, key: &PKey<Private>, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
        let made = Signer::new(MessageDigest::sha256(), key).and_then(|mut signer| {
            if self == Self::RsaPss {
                signer.set_rsa_padding(Padding::PKCS1_PSS)?;
                signer.set_rsa_mgf1_md(MessageDigest::sha256())?;
                signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(SALT.into()))?;
            }
            signer.sign_oneshot_to_vec(bytes)
        });
        made.map_err(SignError::crypto("sign with the private key"))
    }

    /// Whether a signature over bytes is one of a key.
    pub(crate) fn holds(self, key: &PKey<Public>, bytes: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
        let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
        if self == Self::RsaPss {
            verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
            verifier.set_rsa_mgf1_md(MessageDigest::sha256())?;
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(SALT.into()))?;
        }
        verifier.verify_oneshot(signature, bytes)
    }
}
