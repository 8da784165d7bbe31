//! Signing: the current PDF/A of a document gets its signature as a new rendition, which is verified before it counts.
//!
//! The moment of signing is drawn once into an intent. The unsigned rendition is the beginning of the signed one, byte
//! for byte, and is removed once the signed one is recorded.

use std::io::BufReader;

use serde::{Deserialize, Serialize};
use sohoa_catalog::rendition::{DocumentJob, INTENT_SIGN, SignedRecord, Standing};
use sohoa_model::ids::DocumentId;
use sohoa_model::{Cancel, Verdict, crash};
pub use sohoa_sign::{Certificate, Mechanism, SignError, Signer};
use sohoa_sign::{SigningRequest, VisibleBlock};
use sohoa_store::lock::ArchiveLock;

use crate::archive::Archive;
use crate::error::PipelineError;

/// A key that is open for this run: in memory, or in a token.
pub struct SigningKey(pub Box<dyn Signer + Send + Sync>);

#[derive(Debug, Serialize, Deserialize)]
struct Publication {
    before: String,
    after: String,
}

/// Signs, verifies, records and publishes one document; gives the verdict on it.
pub fn sign_document(archive: &Archive, job: &DocumentJob, key: &SigningKey) -> Result<Verdict, PipelineError> {
    let detail = archive.catalog().document_detail(job.document)?;
    let Some(before) = detail.pdfa.as_ref().map(|pdfa| pdfa.sha256) else {
        return Err(PipelineError::record(&detail.name, "there is no PDF/A to sign"));
    };
    let at = archive.drawn_moment(INTENT_SIGN, job, &before.to_string())?;
    crash::point("sign.intent-written");
    let request = SigningRequest {
        organisation: archive.settings().archive.organisation.clone(),
        reason: None,
        at,
        field_name: "Signature1".to_owned(),
        block: VisibleBlock::default(),
    };
    let mut source = BufReader::new(archive.vault().open(&before)?);
    let mut file = archive.vault().begin()?;
    sohoa_sign::sign(&mut source, &mut file, &request, &*key.0)?;
    crash::point("sign.written");
    let stored = archive.vault().finish(file)?;
    let trust = archive.settings().trust_anchors()?;
    let mut source = BufReader::new(archive.vault().open(&stored.sha256)?);
    let report = sohoa_sign::verify(&mut source, &trust, at)?;
    let algorithm = report.signatures.first().map(|s| s.algorithm.clone()).unwrap_or_default();
    crash::point("sign.verified");
    let certificate = key.0.chain().first().ok_or(SignError::NoCertificate)?;
    let record = SignedRecord {
        before,
        after: stored.sha256,
        bytes: stored.bytes,
        signer: certificate.common_name(),
        issuer: certificate.issuer_common_name(),
        algorithm,
        level: "B-B".to_owned(),
        signed_at: at,
        verdict: report.verdict.clone(),
        published_path: archive.published_path(&detail),
        predecessor: None,
    };
    let pending = serde_json::to_value(Publication { before: before.to_string(), after: stored.sha256.to_string() })
        .map_err(|e| PipelineError::record("intent", e))?;
    archive.catalog().begin_intent("publish", job.document.0, &pending, &archive.act())?;
    let standing = archive.catalog().record_signed(job.document, &record, &archive.act())?;
    crash::point("sign.recorded");
    if standing == Standing::Current {
        let detail = archive.catalog().document_detail(job.document)?;
        archive.publish(&detail, &stored.sha256)?;
        archive.withdraw_earlier(&detail)?;
    }
    archive.vault().discard(&before)?;
    crash::point("sign.published");
    archive.catalog().end_intent("publish", job.document.0)?;
    Ok(report.verdict)
}

/// Checks signatures again that were not passed before, e.g. because their certificate was not trusted yet.
///
/// Says how many are passed now. As when they were made, each is judged as of the time in it.
pub fn judge_again(archive: &Archive, cancel: &Cancel) -> Result<u64, PipelineError> {
    let trust = archive.settings().trust_anchors()?;
    let mut passed = 0;
    for (document, signed, at) in archive.catalog().signatures_in_doubt()? {
        if cancel.is_requested() {
            return Err(PipelineError::Cancelled);
        }
        let mut source = BufReader::new(archive.vault().open(&signed)?);
        let verdict = sohoa_sign::verify(&mut source, &trust, at)?.verdict;
        if verdict == Verdict::Passed {
            archive.catalog().record_signature_verdict(document, signed, &verdict, &archive.act())?;
            passed += 1;
        }
    }
    archive.write_stale_manifests()?;
    Ok(passed)
}

/// Ends what a process that died between recording and publishing left open.
pub(crate) fn finish_publications(archive: &Archive, cancel: &Cancel) -> Result<(), PipelineError> {
    let open = || archive.catalog().open_intents().map(|all| all.into_iter().filter(|intent| intent.kind == "publish"));
    if open()?.next().is_none() {
        return Ok(());
    }
    // The one who has the turn may be about to publish: only what is still open then was left behind.
    let lock = archive.layout().documents_lock();
    let Some(_turn) = ArchiveLock::in_turn(&lock, &|| cancel.is_requested())? else { return Ok(()) };
    for intent in open()? {
        let document = DocumentId(intent.subject);
        let pending: Publication =
            serde_json::from_value(intent.payload).map_err(|e| PipelineError::record("intent", e))?;
        let detail = archive.catalog().document_detail(document)?;
        if let Some(after) = detail.signed.as_ref().map(|s| s.sha256).filter(|s| s.to_string() == pending.after) {
            archive.publish(&detail, &after)?;
            archive.withdraw_earlier(&detail)?;
            if let Ok(before) = pending.before.parse() {
                archive.vault().discard(&before)?;
            }
        }
        archive.catalog().end_intent("publish", intent.subject)?;
    }
    Ok(())
}
