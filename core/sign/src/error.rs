//! What could not be done when a key was opened, a file was signed or a signature was read.

use std::io;

use openssl::error::ErrorStack;
use sohoa_model::Timestamp;

use crate::mechanism::Mechanism;

/// Why a key can't be used or a file can't be signed or read.
///
/// A signature that does not hold is no error: it is a [`Verdict`](sohoa_model::Verdict).
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The bytes are not a PKCS#12 container.
    #[error("the key file is not a PKCS#12 container (.p12, .pfx)")]
    NotPkcs12,
    /// The password does not open the container.
    #[error("the password does not open the key file")]
    WrongPassword,
    /// The container is enciphered with something that this machine's OpenSSL does not have.
    #[error("the key file is enciphered in a way that this machine can't read")]
    Unreadable(#[source] ErrorStack),
    /// There is no private key in the container.
    #[error("the key file holds no private key")]
    NoKey,
    /// There is no certificate for the private key in the container.
    #[error("the key file holds no certificate for its private key")]
    NoCertificate,
    /// The key is of a kind that this version can't sign with.
    #[error("keys of the kind {0} can't sign here, only RSA and EC")]
    KeyKind(String),
    /// The key can't sign with this mechanism.
    #[error("a key of the kind {key} does not sign with {}", .mechanism.word())]
    MechanismUnfit {
        /// The kind of key.
        key: String,
        /// What was asked for.
        mechanism: Mechanism,
    },
    /// The key is too short (TT 15/2025/TT-BKHCN wants 2048 bits of RSA or 256 of an elliptic curve, or more).
    #[error("the key has {bits} bits; at least {least} are needed")]
    KeyTooShort {
        /// Length of the modulus, or of the order of the curve.
        bits: u32,
        /// How long it has to be.
        least: u32,
    },
    /// The certificate was no longer valid at the signing time.
    #[error("the signing certificate expired at {until}")]
    CertificateExpired {
        /// Last moment of its validity.
        until: Timestamp,
    },
    /// The certificate was not yet valid at the signing time.
    #[error("the signing certificate becomes valid only at {from}")]
    CertificateNotYetValid {
        /// First moment of its validity.
        from: Timestamp,
    },
    /// Key usage of the certificate excludes signatures on documents.
    #[error("the certificate does not allow signing documents (key usage)")]
    CertificateForbidsSigning,
    /// The bytes are not an X.509 certificate.
    #[error("a certificate can't be read")]
    BadCertificate(#[source] ErrorStack),
    /// A certificate breaks the encoding rules.
    #[error("a certificate is not encoded as DER")]
    Encoding(#[source] der::Error),
    /// The cryptographic library could not do its work.
    #[error("could not {doing}")]
    Crypto {
        /// What was being done.
        doing: &'static str,
        /// The library's reasons.
        #[source]
        source: ErrorStack,
    },
    /// The private key was there and is not any more: its token was taken out, or the driver of it stopped.
    #[error("the key can't be reached any more")]
    KeyGone,
    /// The signature made does not agree with the certificate.
    #[error("the signature made does not agree with the signing certificate")]
    SignatureMismatch,
    /// The file carries a signature already.
    #[error("the file is signed already")]
    AlreadySigned,
    /// The file was not written by this software, so that it can't be extended safely.
    #[error("the structure of the file is not one that this software writes: {0}")]
    ForeignStructure(&'static str),
    /// The file can't be read as a PDF of our writer.
    #[error("the structure of the file is not one that this software writes")]
    UnreadableStructure(#[source] sohoa_pdf::PdfError),
    /// The organisation's name is empty or too long for the visible block.
    #[error("the organisation's name has {characters} characters; between 1 and 200 are needed")]
    OrganisationLength {
        /// Number of characters after trimming.
        characters: usize,
    },
    /// The font of the visible block lacks a character.
    #[error("the font of the visible signature has no letter for {0:?}")]
    NoGlyph(char),
    /// The name of the field is not one that a signature field can have.
    #[error("{0:?} can't be the name of a signature field")]
    FieldName(String),
    /// The font could not be cut down to the letters needed.
    #[error("could not embed the font of the visible signature")]
    Font(#[source] subsetter::Error),
    /// The signature is larger than the place reserved for it.
    #[error("the signature takes {bytes} bytes; {reserved} are reserved")]
    TooLarge {
        /// Length of the CMS structure.
        bytes: usize,
        /// Room in `/Contents`.
        reserved: usize,
    },
    /// The file could not be read.
    #[error("could not read the file")]
    Read(#[source] io::Error),
    /// The signed file could not be written.
    #[error("could not write the signed file")]
    Write(#[source] io::Error),
}

impl SignError {
    /// Names what was being done when the cryptographic library gave up.
    pub(crate) fn crypto(doing: &'static str) -> impl FnOnce(ErrorStack) -> Self {
        move |source| Self::Crypto { doing, source }
    }
}
