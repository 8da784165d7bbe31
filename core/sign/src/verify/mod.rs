//! Verdicts: what can be said of the signatures in a file, after the building blocks of ETSI EN 319 102-1.
//!
//! A verdict is `Passed` only if the digest and the signature agree, the byte range covers the whole file or a revision after
//! which nothing was done but what a signed file may undergo (see [`Changes`]), the signing certificate is the one that was
//! signed along, may sign, and leads to a trust anchor. Reasons start with the
//! standard's name of what is wrong (`HASH_FAILURE`, `NO_CERTIFICATE_CHAIN_FOUND`, …). Without a timestamp the signing
//! time is only the signer's claim in `/M`: certificates are judged at that time, and nothing here proves it. Whether
//! a certificate was revoked is not asked at this level.

mod byte_range;
mod chain;
mod changes;
mod claimed_time;
mod cms;

use std::io::{Read, Seek};

use openssl::hash::{Hasher, MessageDigest};
use sohoa_model::{Timestamp, Verdict};
use sohoa_pdf::{File, PdfError};

use crate::certificate::Certificate;
use crate::error::SignError;
use crate::field::{SignatureField, signature_fields};
use crate::trust::TrustAnchors;
use byte_range::ByteRange;
pub use changes::Changes;
use cms::SignerRecord;

/// What can be said of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One entry for each signature, in the order of the form.
    pub signatures: Vec<SignatureReport>,
    /// The gravest verdict of all; indeterminate when there is no signature.
    pub verdict: Verdict,
}

/// What can be said of one signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureReport {
    /// Full name of the signature field.
    pub field: String,
    /// Common name of the signer; empty when no certificate was found.
    pub signer: String,
    /// Organisation of the signer; may be empty.
    pub organisation: String,
    /// When the signer claims to have signed; nothing proves it.
    pub claimed_time: Option<Timestamp>,
    /// Whether the bytes that it covers are those that were signed, by the key of the certificate that it brings.
    pub is_intact: bool,
    /// What it covers.
    pub coverage: Coverage,
    /// How many bytes follow what it covers.
    pub bytes_after: u64,
    /// What those bytes change in the document.
    pub changes: Changes,
    /// Algorithms, e.g. `RSA PKCS#1 v1.5, SHA-256`; empty when they could not be read.
    pub algorithm: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// What a signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Every byte of the file but the signature itself.
    WholeFile,
    /// A whole revision: all that the file was when it was signed.
    Revision,
    /// Something else, or it is not known.
    Unclear,
}

impl Coverage {
    /// The word for records.
    pub fn word(self) -> &'static str {
        match self {
            Self::WholeFile => "whole-file",
            Self::Revision => "revision",
            Self::Unclear => "unclear",
        }
    }
}

/// The kind of PAdES signatures (ETSI EN 319 142-1, 6.3).
const PADES: &str = "ETSI.CAdES.detached";
/// Most signatures that are judged in one file.
const MOST_SIGNATURES: usize = 64;
/// Milliseconds by which the signer's clock may run ahead of ours.
const CLOCK_SKEW: i64 = 5 * 60 * 1000;

/// Judges all signatures of a file at the moment `at`; the file is read as a stream.
///
/// A file whose structure can't be read here gets an indeterminate verdict, not an error.
///
/// # Errors
/// [`SignError::Read`], and [`SignError::Crypto`] when the cryptographic library gives up.
pub fn verify<R: Read + Seek>(source: R, trust: &TrustAnchors, at: Timestamp) -> Result<Report, SignError> {
    let opened = File::open(source).and_then(|mut file| Ok((signature_fields(&mut file)?, file)));
    let (fields, mut file) = match opened {
        Ok(opened) => opened,
        Err(PdfError::Io(error)) => return Err(SignError::Read(error)),
        Err(error) => return Ok(Report { signatures: Vec::new(), verdict: structure_verdict(&error) }),
    };
    if file.trailer().contains("Encrypt") {
        let verdict = Verdict::Indeterminate("the file is encrypted; it can't be judged here".to_owned());
        return Ok(Report { signatures: Vec::new(), verdict });
    }
    if fields.is_empty() || fields.len() > MOST_SIGNATURES {
        let reason = if fields.is_empty() { "no signature" } else { "more signatures than are judged here" };
        return Ok(Report { signatures: Vec::new(), verdict: Verdict::Indeterminate(reason.to_owned()) });
    }
    let mut signatures = Vec::new();
    for field in &fields {
        signatures.push(judge(&mut file, field, trust, at)?);
    }
    let verdict = signatures.iter().fold(Verdict::Passed, |all, signature| all.and(signature.verdict.clone()));
    Ok(Report { signatures, verdict })
}

/// Whether a file carries a signature of any kind.
///
/// # Errors
/// What the reader of PDF reports.
pub fn is_signed<R: Read + Seek>(source: R) -> Result<bool, PdfError> {
    Ok(!signature_fields(&mut File::open(source)?)?.is_empty())
}

fn structure_verdict(error: &PdfError) -> Verdict {
    Verdict::Indeterminate(match error {
        PdfError::CrossReferenceStream { .. } => {
            "this file's structure (cross-reference stream) can't be judged here".to_owned()
        }
        PdfError::NoHeader => "this is not a PDF file".to_owned(),
        other => format!("this file's structure can't be judged here: {other}"),
    })
}

/// An end of judging: a verdict that is not [`Verdict::Passed`].
enum Stop {
    Verdict(Verdict),
    Error(SignError),
}

impl Stop {
    fn failed(reason: impl Into<String>) -> Self {
        Self::Verdict(Verdict::Failed(reason.into()))
    }

    fn indeterminate(reason: impl Into<String>) -> Self {
        Self::Verdict(Verdict::Indeterminate(reason.into()))
    }
}

impl From<SignError> for Stop {
    fn from(error: SignError) -> Self {
        Self::Error(error)
    }
}

impl From<PdfError> for Stop {
    fn from(error: PdfError) -> Self {
        match error {
            PdfError::Io(error) => Self::Error(SignError::Read(error)),
            other => Self::Verdict(structure_verdict(&other)),
        }
    }
}

fn judge<R: Read + Seek>(
    file: &mut File<R>,
    field: &SignatureField,
    trust: &TrustAnchors,
    at: Timestamp,
) -> Result<SignatureReport, SignError> {
    let mut report = SignatureReport {
        field: field.name.clone(),
        signer: String::new(),
        organisation: String::new(),
        claimed_time: None,
        is_intact: false,
        coverage: Coverage::Unclear,
        bytes_after: 0,
        changes: Changes::Unknown,
        algorithm: String::new(),
        verdict: Verdict::Passed,
    };
    report.verdict = match examine(file, field, trust, at, &mut report) {
        Ok(()) => Verdict::Passed,
        Err(Stop::Verdict(verdict)) => verdict,
        Err(Stop::Error(error)) => return Err(error),
    };
    Ok(report)
}

/// Goes from the bytes to the trust anchor and stops at the first thing that does not hold; what breaks the
/// cryptographic proof comes before what only leaves it open.
fn examine<R: Read + Seek>(
    file: &mut File<R>,
    field: &SignatureField,
    trust: &TrustAnchors,
    at: Timestamp,
    report: &mut SignatureReport,
) -> Result<(), Stop> {
    let time = file.get(&field.signature, "M")?;
    report.claimed_time = time.as_string().and_then(claimed_time::parse);
    let kind = file.get(&field.signature, "SubFilter")?;
    let kind = kind.as_name().map(|name| String::from_utf8_lossy(&name.0).into_owned()).unwrap_or_default();
    if ![PADES, "adbe.pkcs7.detached"].contains(&kind.as_str()) {
        return Err(Stop::indeterminate(format!("signatures of the kind {kind:?} can't be judged here")));
    }
    let range = ByteRange::read(file, &field.signature)?;
    report.bytes_after = file.length() - range.end;
    if range.loose.is_none() {
        (report.coverage, report.changes) = what_follows(file, field, range.end)?;
    }

    let record = SignerRecord::parse(&range.contents)?;
    report.algorithm = record.algorithm();
    let certificate = record.signing_certificate()?;
    report.signer = certificate.common_name();
    report.organisation = certificate.organisation();
    if digest_of(file, &range, record.digest)? != record.message_digest {
        // A byte range that was moved explains why the digest does not fit.
        return Err(Stop::failed(match range.loose {
            Some(what) => format!("FORMAT_FAILURE: {what}"),
            None => "HASH_FAILURE: the file was changed after it was signed".to_owned(),
        }));
    }
    check_signature(&record, &certificate)?;
    report.is_intact = true;
    if let Some(what) = range.loose {
        return Err(Stop::failed(format!("FORMAT_FAILURE: {what}")));
    }
    let bytes = report.bytes_after;
    let since = match report.changes {
        Changes::Other => "the document was changed in a way that its signature does not allow".to_owned(),
        Changes::Unknown => format!("{bytes} bytes follow what the signature covers"),
        Changes::None | Changes::Updates | Changes::Signed | Changes::Filled => String::new(),
    };
    if !since.is_empty() {
        return Err(Stop::indeterminate(format!("changed after signing: {since}")));
    }
    if let Some(reason) = &record.constraint {
        return Err(Stop::indeterminate(reason.clone()));
    }
    record.check_certificate_was_signed(&certificate, kind == PADES)?;
    if !certificate.allows_signing() {
        return Err(Stop::indeterminate("CHAIN_CONSTRAINTS_FAILURE: the certificate does not allow signing documents"));
    }
    let claimed = report.claimed_time.unwrap_or(at);
    if claimed.0 > at.0.saturating_add(CLOCK_SKEW) {
        return Err(Stop::indeterminate("the claimed signing time lies in the future"));
    }
    chain::check(&certificate, &record.certificates, trust, claimed)
}

/// What a byte range that ends at `end` covers, and what was done to the document after that.
fn what_follows<R: Read + Seek>(
    file: &mut File<R>,
    field: &SignatureField,
    end: u64,
) -> Result<(Coverage, Changes), PdfError> {
    if end == file.length() {
        return Ok((Coverage::WholeFile, Changes::None));
    }
    let Some(revision) = changes::revision_that_ends_at(file, end)? else {
        return Ok((Coverage::Unclear, Changes::Unknown));
    };
    // What follows the last revision belongs to no document.
    if file.revisions().last() == Some(&revision) {
        return Ok((Coverage::Revision, Changes::Unknown));
    }
    match changes::since(file, revision, field) {
        Err(PdfError::Io(error)) => Err(error.into()),
        changes => Ok((Coverage::Revision, changes.unwrap_or(Changes::Unknown))),
    }
}

fn digest_of<R: Read + Seek>(file: &mut File<R>, range: &ByteRange, digest: MessageDigest) -> Result<Vec<u8>, Stop> {
    let doing = "hash the file";
    let mut hasher = Hasher::new(digest).map_err(SignError::crypto(doing))?;
    let mut fault = None;
    for (start, end) in [(0, range.gap_start), (range.gap_end, range.end)] {
        file.for_each_piece(start, end, |piece| fault = fault.take().or(hasher.update(piece).err()))?;
    }
    if let Some(source) = fault {
        return Err(SignError::Crypto { doing, source }.into());
    }
    Ok(hasher.finish().map_err(SignError::crypto(doing))?.to_vec())
}

fn check_signature(record: &SignerRecord, certificate: &Certificate) -> Result<(), Stop> {
    let wrong = || Stop::failed("SIG_CRYPTO_FAILURE: the signature does not fit the signing certificate's key");
    let key = certificate.x509().public_key().map_err(|_| wrong())?;
    if !record.scheme.fits(key.id()) {
        return Err(wrong());
    }
    let verifier = record.scheme.verifier(record.signature_digest, &key);
    let holds = verifier.and_then(|mut verifier| verifier.verify_oneshot(&record.signature, &record.signed_attributes));
    if holds.unwrap_or(false) { Ok(()) } else { Err(wrong()) }
}
