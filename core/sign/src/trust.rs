//! Trust anchors: the certificates at which a chain may end.

use openssl::x509::X509;

use crate::certificate::Certificate;
use crate::error::SignError;

/// Certificates that are trusted because somebody put them here; empty at first, the system's are never used.
#[derive(Debug, Clone, Default)]
pub struct TrustAnchors(Vec<Certificate>);

/// Largest file of anchors that is looked at, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

impl TrustAnchors {
    /// No anchor.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the certificates of a PEM text, or the one of a DER file.
    ///
    /// # Errors
    /// [`SignError::BadCertificate`].
    pub fn add(&mut self, pem_or_der: &[u8]) -> Result<(), SignError> {
        let bytes = if pem_or_der.len() > LARGEST { &[] } else { pem_or_der };
        if bytes.first() == Some(&0x30) {
            self.0.push(Certificate::from_der(bytes)?);
            return Ok(());
        }
        let stack = X509::stack_from_pem(bytes).map_err(SignError::BadCertificate)?;
        if stack.is_empty() {
            // OpenSSL reads a text without certificates as none; reading it as one certificate names the cause.
            self.0.push(Certificate::from_x509(&X509::from_pem(bytes).map_err(SignError::BadCertificate)?)?);
        }
        for x509 in &stack {
            self.0.push(Certificate::from_x509(x509)?);
        }
        Ok(())
    }

    /// The anchors in the order in which they were added.
    pub fn certificates(&self) -> &[Certificate] {
        &self.0
    }
}
