//! Signing: from a PDF/A of our writer and a key to the same file with a PAdES B-B signature appended.

use std::io::{Read, Seek, Write};

use sohoa_model::{Sha256, Timestamp};

use crate::block::VisibleBlock;
use crate::error::SignError;
use crate::increment::Prepared;
use crate::key::{Signer, check_may_sign};

/// What a signature is to say.
#[derive(Debug, Clone, PartialEq)]
pub struct SigningRequest {
    /// Name of the organisation, shown in the visible block.
    pub organisation: String,
    /// Why it is signed, kept in the signature dictionary.
    pub reason: Option<String>,
    /// The signing time: shown, and claimed in `/M`.
    pub at: Timestamp,
    /// Partial name of the signature field, without full stops.
    pub field_name: String,
    /// How the visible block is set.
    pub block: VisibleBlock,
}

/// What signing made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedFile {
    /// Digest of the file before it was signed.
    pub sha256_before: Sha256,
    /// Digest of the signed file.
    pub sha256_after: Sha256,
    /// Length of the signed file.
    pub bytes: u64,
}

/// Signs a PDF/A of our writer: copies it to `out`, which must be empty, and appends the signature.
///
/// Memory does not grow with the file. Nothing is written when the certificate may not sign at `request.at`; after any
/// other error what stands in `out` is worthless.
///
/// # Errors
/// [`SignError::CertificateExpired`], [`SignError::CertificateNotYetValid`], [`SignError::CertificateForbidsSigning`];
/// those of [`Prepared::write`](crate::Prepared::write) and [`Digested::signed`](crate::Digested::signed).
pub fn sign<R: Read + Seek, W: Write + Seek>(
    source: R,
    out: W,
    request: &SigningRequest,
    signer: &dyn Signer,
) -> Result<SignedFile, SignError> {
    let certificate = signer.chain().first().ok_or(SignError::NoCertificate)?;
    check_may_sign(certificate, request.at)?;
    let prepared = Prepared::write(source, out, request, certificate)?;
    let signed = prepared.digested(signer.chain())?.signed(signer)?;
    Ok(signed.file())
}
