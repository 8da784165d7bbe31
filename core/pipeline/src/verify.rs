//! `verify`: a verdict on a file, on a dossier or on every dossier: bytes as recorded, PDF/A by construction, signature.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use sohoa_catalog::rendition::{DocumentDetail, Seal};
use sohoa_model::{Cancel, Timestamp, Verdict};
use sohoa_sign::{SignatureReport, TrustAnchors};
use sohoa_store::StoreError;
use sohoa_store::vault::hash_file;

use crate::archive::Archive;
use crate::error::{PipelineError, error_chain};
use crate::progress::{Phase, Sink};

/// How the name of this software begins in `/Producer`.
const OURS: &str = "sohoa ";
const FOREIGN: &str = "another program made this file";

/// The verdict on one document or file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Path of the file, or name of the document.
    pub name: String,
    /// Code of the dossier; empty for a file.
    pub dossier: String,
    /// The masters are what they were when they were captured; passed for a file.
    pub masters: Verdict,
    /// It is PDF/A-2u.
    pub pdfa: Verdict,
    /// Another program made it: whether it is PDF/A is for veraPDF to say and does not count here.
    pub is_foreign: bool,
    /// Its signature holds.
    pub signature: Verdict,
    /// What can be said of each signature.
    pub signatures: Vec<SignatureReport>,
    /// Who signed, as the certificate says; empty if nobody did.
    pub signer: String,
    /// When, as the signature claims.
    pub signed_at: Option<Timestamp>,
}

impl Judged {
    /// The gravest of the verdicts.
    pub fn verdict(&self) -> Verdict {
        let pdfa = if self.is_foreign { Verdict::Passed } else { self.pdfa.clone() };
        self.masters.clone().and(pdfa).and(self.signature.clone())
    }
}

/// Judges a PDF file wherever it lies; `trust` says in which certificates chains may end.
pub fn verify_file(path: &Path, trust: &TrustAnchors, now: Timestamp) -> Result<Judged, PipelineError> {
    let file = File::open(path).map_err(|source| PipelineError::Unreadable { path: path.to_owned(), source })?;
    let mut judged = Judged {
        name: path.to_string_lossy().into_owned(),
        dossier: String::new(),
        masters: Verdict::Passed,
        pdfa: Verdict::Passed,
        is_foreign: false,
        signature: Verdict::Passed,
        signatures: Vec::new(),
        signer: String::new(),
        signed_at: None,
    };
    let software = judge_pdf(&mut BufReader::new(file), trust, now, &mut judged)?;
    // A file that can't be taken apart far enough to name its program is judged as ours would be.
    judged.is_foreign =
        !software.is_empty() && !software.starts_with(OURS) || software.is_empty() && !judged.signatures.is_empty();
    if judged.is_foreign {
        judged.pdfa = Verdict::Indeterminate(FOREIGN.to_owned());
    }
    Ok(judged)
}

/// Judges the documents of some dossiers, or of all.
pub fn verify_dossiers(
    archive: &Archive,
    codes: &[String],
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<Vec<Judged>, PipelineError> {
    let codes = if codes.is_empty() { archive.catalog().captured_codes()? } else { codes.to_vec() };
    let trust = archive.settings().trust_anchors()?;
    let now = archive.session().clock.now();
    let mut judged = Vec::new();
    for (i, code) in codes.iter().enumerate() {
        for document in archive.catalog().dossier(code)?.documents {
            if cancel.is_requested() {
                return Err(PipelineError::Cancelled);
            }
            let detail = archive.catalog().document_detail(document.id)?;
            judged.push(judge_document(archive, code, &detail, &trust, now)?);
        }
        sink.step(Phase::Checking, i as u64 + 1, codes.len() as u64);
    }
    Ok(judged)
}

fn judge_document(
    archive: &Archive,
    code: &str,
    detail: &DocumentDetail,
    trust: &TrustAnchors,
    now: Timestamp,
) -> Result<Judged, PipelineError> {
    let missing = || Verdict::Indeterminate("there is no PDF/A yet".to_owned());
    let mut judged = Judged {
        name: detail.name.clone(),
        dossier: code.to_owned(),
        masters: judge_masters(archive, detail),
        pdfa: missing(),
        is_foreign: false,
        signature: missing(),
        signatures: Vec::new(),
        signer: String::new(),
        signed_at: None,
    };
    let kept = match detail.seal() {
        Seal::Kept(master) => Some(master),
        Seal::Open | Seal::Broken => None,
    };
    let made = detail.signed.as_ref().or(detail.pdfa.as_ref()).map(|made| made.sha256);
    let Some(current) = kept.or(made) else { return Ok(judged) };
    let bytes_as_recorded = match archive.vault().verify(&current) {
        Ok(_) => Verdict::Passed,
        Err(error) => Verdict::Failed(error.to_string()),
    };
    if bytes_as_recorded == Verdict::Passed {
        let mut source = BufReader::new(archive.vault().open(&current)?);
        judge_pdf(&mut source, trust, now, &mut judged)?;
        if kept.is_some() {
            (judged.is_foreign, judged.pdfa) = (true, Verdict::Indeterminate(FOREIGN.to_owned()));
        }
    } else {
        judged.pdfa = bytes_as_recorded.clone();
        judged.signature = bytes_as_recorded;
    }
    if detail.signed.is_some() {
        let published = archive.recorded_file(detail);
        let same = match hash_file(&published, &Cancel::new()) {
            Ok(found) if found.sha256 == current => Verdict::Passed,
            Ok(_) => Verdict::Failed(format!("{} is not the signed file", published.display())),
            Err(error) => Verdict::Failed(error.to_string()),
        };
        judged.pdfa = judged.pdfa.and(same);
    }
    Ok(judged)
}

fn judge_masters(archive: &Archive, detail: &DocumentDetail) -> Verdict {
    let mut masters: Vec<_> = detail.pages.iter().map(|page| page.view.master).collect();
    masters.sort();
    masters.dedup();
    for master in masters {
        match archive.vault().verify(&master) {
            Ok(_) => {}
            Err(error @ (StoreError::Missing(_) | StoreError::Torn { .. })) => {
                return Verdict::Failed(error.to_string());
            }
            Err(error) => return Verdict::Indeterminate(error.to_string()),
        }
    }
    Verdict::Passed
}

/// Judges PDF/A and signatures, and says which program made the file.
fn judge_pdf<R: Read + Seek>(
    source: &mut R,
    trust: &TrustAnchors,
    now: Timestamp,
    judged: &mut Judged,
) -> Result<String, PipelineError> {
    let mut software = String::new();
    judged.pdfa = match sohoa_pdfa::check(&mut *source) {
        Ok(report) => {
            software = report.facts.software;
            report.verdict
        }
        Err(error) => Verdict::Indeterminate(error_chain(&error)),
    };
    source.rewind().map_err(|e| PipelineError::record(&judged.name, e))?;
    let report = sohoa_sign::verify(source, trust, now)?;
    judged.signature = report.verdict;
    if let Some(last) = report.signatures.last() {
        judged.signer.clone_from(&last.signer);
        judged.signed_at = last.claimed_time;
    }
    judged.signatures = report.signatures;
    Ok(software)
}
