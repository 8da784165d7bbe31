//! A key that signs: the trait that every holder of a private key meets, and the soft key from a PKCS#12 file.
//!
//! A [`Signer`] gives its certificates and signs bytes; whether the private key lies in memory or in a token is its own
//! affair. [`SoftKey`] opens PKCS#12 (RFC 7292), also the old kind enciphered with RC2 or triple DES.

use std::fmt;
use std::sync::OnceLock;

use openssl::error::ErrorStack;
use openssl::pkcs12::{ParsedPkcs12_2, Pkcs12};
use openssl::pkey::{Id, PKey, Private};
use openssl::provider::Provider;
use sohoa_model::Timestamp;

use crate::certificate::Certificate;
use crate::error::SignError;
use crate::mechanism::Mechanism;
use crate::secret::Secret;

/// Who can sign: a soft key now, a token later.
pub trait Signer {
    /// The signing certificate, then its issuers as far as they are known.
    fn chain(&self) -> &[Certificate];

    /// How it signs.
    fn mechanism(&self) -> Mechanism;

    /// Signs bytes with its mechanism and SHA-256; the signer hashes.
    ///
    /// # Errors
    /// [`SignError::Crypto`] when the private key can't be used, [`SignError::KeyGone`] when it is not there any more.
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// A private key in memory with its certificates.
pub struct SoftKey {
    key: PKey<Private>,
    mechanism: Mechanism,
    chain: Vec<Certificate>,
}

/// Largest key file that is looked at, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Most certificates of a chain.
const LONGEST_CHAIN: usize = 8;
/// Shortest RSA modulus in bits (TT 15/2025/TT-BKHCN).
const SHORTEST_RSA: u32 = 2048;
/// Shortest order of an elliptic curve in bits (TT 15/2025/TT-BKHCN).
const SHORTEST_EC: u32 = 256;
/// `ERR_LIB_PKCS12` and its reason "mac verify failure" in OpenSSL's `err.h` and `pkcs12err.h`.
const MAC_FAILURE: (i32, i32) = (35, 113);

impl SoftKey {
    /// Opens a PKCS#12 container.
    ///
    /// # Errors
    /// [`SignError::NotPkcs12`], [`SignError::WrongPassword`], [`SignError::Unreadable`], [`SignError::NoKey`],
    /// [`SignError::NoCertificate`], [`SignError::KeyKind`], [`SignError::KeyTooShort`], [`SignError::BadCertificate`].
    pub fn open(p12: &[u8], password: &Secret) -> Result<Self, SignError> {
        if p12.len() > LARGEST {
            return Err(SignError::NotPkcs12);
        }
        let container = Pkcs12::from_der(p12).map_err(|_| SignError::NotPkcs12)?;
        let parsed = parse(&container, password)?;
        let key = parsed.pkey.ok_or(SignError::NoKey)?;
        let mechanism = Mechanism::usual(key.id()).ok_or_else(|| SignError::KeyKind(kind_name(key.id())))?;
        let least = if mechanism == Mechanism::Ecdsa { SHORTEST_EC } else { SHORTEST_RSA };
        if key.bits() < least {
            return Err(SignError::KeyTooShort { bits: key.bits(), least });
        }
        let leaf = parsed.cert.ok_or(SignError::NoCertificate)?;
        let fits = leaf.public_key().is_ok_and(|public| public.public_eq(&key));
        if !fits {
            return Err(SignError::NoCertificate);
        }
        let mut others = Vec::new();
        for other in parsed.ca.iter().flatten() {
            others.push(Certificate::from_x509(&other.to_owned())?);
        }
        Ok(Self { key, mechanism, chain: ordered_chain(Certificate::from_x509(&leaf)?, others) })
    }

    /// The same key, signing with another mechanism.
    ///
    /// # Errors
    /// [`SignError::MechanismUnfit`].
    pub fn signing_with(self, mechanism: Mechanism) -> Result<Self, SignError> {
        if !mechanism.fits(self.key.id()) {
            return Err(SignError::MechanismUnfit { key: kind_name(self.key.id()), mechanism });
        }
        Ok(Self { mechanism, ..self })
    }

    /// The certificate of the key.
    pub fn certificate(&self) -> &Certificate {
        &self.chain[0]
    }
}

impl Signer for SoftKey {
    fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
        self.mechanism.sign(&self.key, bytes)
    }
}

impl SoftKey {
    /// Whether its certificate may sign at a moment.
    ///
    /// # Errors
    /// [`SignError::CertificateExpired`], [`SignError::CertificateNotYetValid`], [`SignError::CertificateForbidsSigning`].
    pub fn check_may_sign(&self, at: Timestamp) -> Result<(), SignError> {
        check_may_sign(self.certificate(), at)
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftKey({:?})", self.certificate())
    }
}

/// Refuses a certificate that may not sign at a moment (NĐ 68/2024, Điều 29: checked before signing).
pub(crate) fn check_may_sign(certificate: &Certificate, at: Timestamp) -> Result<(), SignError> {
    if at < certificate.valid_from() {
        return Err(SignError::CertificateNotYetValid { from: certificate.valid_from() });
    }
    if at > certificate.valid_until() {
        return Err(SignError::CertificateExpired { until: certificate.valid_until() });
    }
    if !certificate.allows_signing() {
        return Err(SignError::CertificateForbidsSigning);
    }
    Ok(())
}

fn parse(container: &Pkcs12, password: &Secret) -> Result<ParsedPkcs12_2, SignError> {
    if password.reveal().contains('\0') {
        return Err(SignError::WrongPassword);
    }
    let first = match container.parse2(password.reveal()) {
        Ok(parsed) => return Ok(parsed),
        Err(reason) => reason,
    };
    if is_wrong_password(&first) {
        return Err(SignError::WrongPassword);
    }
    if !load_old_ciphers() {
        return Err(SignError::Unreadable(first));
    }
    container.parse2(password.reveal()).map_err(|reason| {
        if is_wrong_password(&reason) { SignError::WrongPassword } else { SignError::Unreadable(reason) }
    })
}

fn is_wrong_password(reasons: &ErrorStack) -> bool {
    reasons.errors().iter().any(|reason| (reason.library_code(), reason.reason_code()) == MAC_FAILURE)
}

/// Loads OpenSSL's legacy provider once, for RC2 and other ciphers of old containers; says whether it is there.
fn load_old_ciphers() -> bool {
    static OLD_CIPHERS: OnceLock<Option<Provider>> = OnceLock::new();
    OLD_CIPHERS.get_or_init(|| Provider::try_load(None, "legacy", true).ok()).is_some()
}

fn kind_name(id: Id) -> String {
    match id {
        Id::EC => "EC".to_owned(),
        Id::RSA => "RSA".to_owned(),
        Id::RSA_PSS => "RSA-PSS".to_owned(),
        Id::DSA => "DSA".to_owned(),
        Id::ED25519 => "Ed25519".to_owned(),
        Id::ED448 => "Ed448".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Leaf first, each next certificate the issuer of the one before; certificates that do not belong are left out.
fn ordered_chain(leaf: Certificate, mut others: Vec<Certificate>) -> Vec<Certificate> {
    let mut chain = vec![leaf];
    while chain.len() < LONGEST_CHAIN {
        let last = &chain[chain.len() - 1];
        if last.is_self_issued() {
            break;
        }
        let Some(at) = others.iter().position(|other| last.is_issued_by(other)) else { break };
        chain.push(others.swap_remove(at));
    }
    chain
}
