//! A certificate: its bytes as they came, and the facts that people and verdicts need of it.

use std::fmt;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::x509::{X509, X509KeyUsage, X509NameRef};
use sohoa_model::{Sha256, Timestamp};

use crate::error::SignError;

/// An X.509 certificate (RFC 5280); compared by its bytes.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    x509: X509,
    valid_from: Timestamp,
    valid_until: Timestamp,
}

/// Largest certificate that is looked at, in bytes.
const LARGEST: usize = 64 * 1024;

impl Certificate {
    /// Reads a certificate from its DER form.
    ///
    /// # Errors
    /// [`SignError::BadCertificate`].
    pub fn from_der(der: &[u8]) -> Result<Self, SignError> {
        let der = if der.len() > LARGEST { &[] } else { der };
        let x509 = X509::from_der(der).map_err(SignError::BadCertificate)?;
        let valid_from = moment(x509.not_before()).map_err(SignError::BadCertificate)?;
        let valid_until = moment(x509.not_after()).map_err(SignError::BadCertificate)?;
        Ok(Self { der: der.to_vec(), x509, valid_from, valid_until })
    }

    pub(crate) fn from_x509(x509: &X509) -> Result<Self, SignError> {
        Self::from_der(&x509.to_der().map_err(SignError::BadCertificate)?)
    }

    /// The bytes as they came.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The PEM form, for a file that other programs read.
    ///
    /// # Errors
    /// [`SignError::BadCertificate`] when the library can't write it.
    pub fn to_pem(&self) -> Result<String, SignError> {
        let pem = self.x509.to_pem().map_err(SignError::BadCertificate)?;
        Ok(String::from_utf8_lossy(&pem).into_owned())
    }

    /// Common name (CN) of the subject; empty if there is none.
    pub fn common_name(&self) -> String {
        entry(self.x509.subject_name(), Nid::COMMONNAME)
    }

    /// Organisation (O) of the subject; empty if there is none.
    pub fn organisation(&self) -> String {
        entry(self.x509.subject_name(), Nid::ORGANIZATIONNAME)
    }

    /// Common name of the issuer; empty if there is none.
    pub fn issuer_common_name(&self) -> String {
        entry(self.x509.issuer_name(), Nid::COMMONNAME)
    }

    /// Serial number as upper-case hexadecimal digits.
    pub fn serial(&self) -> String {
        let number = self.x509.serial_number().to_bn().and_then(|n| n.to_hex_str());
        number.map(|n| n.to_string()).unwrap_or_default()
    }

    /// First moment at which it is valid.
    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }

    /// Last moment at which it is valid.
    pub fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Digest of its bytes.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.der)
    }

    /// Whether its key usage, if it states any, allows signatures on documents (RFC 5280, 4.2.1.3).
    pub fn allows_signing(&self) -> bool {
        let wanted = X509KeyUsage::DIGITAL_SIGNATURE | X509KeyUsage::NON_REPUDIATION;
        self.x509.key_usage().is_none_or(|usage| usage.intersects(wanted))
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.x509.subject_name().try_cmp(self.x509.issuer_name()).is_ok_and(|order| order.is_eq())
    }

    /// Whether `issuer` signed it.
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        let named = self.x509.issuer_name().try_cmp(issuer.x509.subject_name()).is_ok_and(|order| order.is_eq());
        named && issuer.x509.public_key().and_then(|key| self.x509.verify(&key)).unwrap_or(false)
    }

    pub(crate) fn x509(&self) -> &X509 {
        &self.x509
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({:?}, serial {})", self.common_name(), self.serial())
    }
}

fn entry(name: &X509NameRef, nid: Nid) -> String {
    let Some(entry) = name.entries_by_nid(nid).next() else { return String::new() };
    entry.data().to_string().unwrap_or_default()
}

fn moment(time: &Asn1TimeRef) -> Result<Timestamp, ErrorStack> {
    let since = Asn1Time::from_unix(0)?.diff(time)?;
    Ok(Timestamp((i64::from(since.days) * 86_400 + i64::from(since.secs)) * 1000))
}
