//! `verify`: a verdict on a file, a dossier or the whole archive.

use std::path::Path;

use serde::Serialize;
use sohoa_model::Verdict;
use sohoa_pipeline::verify::{self, Judged};
use sohoa_shell::{Exit, Texts, details};
use sohoa_sign::{Coverage, SignatureReport, TrustAnchors};

use crate::args::VerifyArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::one_line;

/// How the reason of a signature begins whose certificate nobody trusts yet.
const UNTRUSTED: &str = "NO_CERTIFICATE_CHAIN_FOUND";

#[derive(Serialize)]
struct JudgedRecord<'a> {
    name: &'a str,
    dossier: &'a str,
    verdict: VerdictRecord,
    masters: VerdictRecord,
    pdfa: VerdictRecord,
    signature: VerdictRecord,
    signer: &'a str,
    signed_at: Option<String>,
    signatures: Vec<SignatureRecord<'a>>,
}

#[derive(Serialize)]
struct SignatureRecord<'a> {
    field: &'a str,
    signer: &'a str,
    organisation: &'a str,
    signed_at: Option<String>,
    algorithm: &'a str,
    intact: bool,
    coverage: &'static str,
    bytes_after: u64,
    changes: &'static str,
    verdict: VerdictRecord,
}

#[derive(Serialize)]
struct VerdictRecord {
    verdict: &'static str,
    reason: String,
}

impl From<&Verdict> for VerdictRecord {
    fn from(verdict: &Verdict) -> Self {
        Self { verdict: verdict.word(), reason: verdict.reason().to_owned() }
    }
}

pub(super) fn run(front: &mut Front, args: &VerifyArgs) -> Result<Exit, Stop> {
    let judged = match &args.what {
        Some(what) if is_file(what) => {
            let trust = match front.open_if_there()? {
                Some(archive) => archive.settings().trust_anchors()?,
                None => TrustAnchors::new(),
            };
            vec![verify::verify_file(Path::new(what), &trust, front.session.clock.now())?]
        }
        dossier => {
            let archive = front.open()?;
            let codes: Vec<String> = dossier.iter().cloned().collect();
            front.stop_cleanly_on_request();
            let bar = front.bar();
            verify::verify_dossiers(&archive, &codes, &front.cancel, &bar)?
        }
    };
    if args.json {
        let records: Vec<_> = judged.iter().map(record).collect();
        front.output.json(&records);
    } else {
        tell(front, &judged);
    }
    Ok(exit(&judged))
}

/// Whether a file is meant and not a dossier: it is there, or it looks like one.
fn is_file(what: &str) -> bool {
    Path::new(what).is_file() || what.to_ascii_lowercase().ends_with(".pdf")
}

fn record(judged: &Judged) -> JudgedRecord<'_> {
    JudgedRecord {
        name: &judged.name,
        dossier: &judged.dossier,
        verdict: (&judged.verdict()).into(),
        masters: (&judged.masters).into(),
        pdfa: (&judged.pdfa).into(),
        signature: (&judged.signature).into(),
        signer: &judged.signer,
        signed_at: judged.signed_at.map(|at| at.iso_vietnam()),
        signatures: judged.signatures.iter().map(signature_record).collect(),
    }
}

fn signature_record(signature: &SignatureReport) -> SignatureRecord<'_> {
    SignatureRecord {
        field: &signature.field,
        signer: &signature.signer,
        organisation: &signature.organisation,
        signed_at: signature.claimed_time.map(|at| at.iso_vietnam()),
        algorithm: &signature.algorithm,
        intact: signature.is_intact,
        coverage: signature.coverage.word(),
        bytes_after: signature.bytes_after,
        changes: signature.changes.word(),
        verdict: (&signature.verdict).into(),
    }
}

fn tell(front: &mut Front, judged: &[Judged]) {
    if judged.is_empty() {
        let line = front.text("verify-none");
        front.output.note(line);
        return;
    }
    for one in judged {
        let verdict = one.verdict();
        let id = if verdict == Verdict::Passed { "verdict" } else { "verdict-name" };
        let mut line = format!("{}: {}", one_line(&one.name), front.text(&format!("{id}-{}", verdict.word())));
        if !one.signer.is_empty() {
            let at = one.signed_at.map(|at| at.short_vietnam()).unwrap_or_default();
            line.push_str(&format!(" ({}, {at})", one_line(&one.signer)));
        }
        front.output.data(line);
        let parts = [("masters", &one.masters), ("pdfa", &one.pdfa), ("signature", &one.signature)];
        for (id, verdict) in parts.into_iter().filter(|(_, verdict)| **verdict != Verdict::Passed) {
            let what = front.text(&format!("verify-{id}"));
            front.output.data(format!("  {what}: {}", words(&front.texts, verdict)));
        }
        // One signature over the whole file is told by the lines above.
        let is_plain = |signature: &SignatureReport| signature.coverage == Coverage::WholeFile;
        if one.dossier.is_empty() && (one.signatures.len() > 1 || !one.signatures.iter().all(is_plain)) {
            for signature in &one.signatures {
                let line = tell_signature(front, signature);
                front.output.data(line);
            }
        }
    }
    let count = |word: &str| judged.iter().filter(|one| one.verdict().word() == word).count();
    let args = ["passed", "indeterminate", "failed"].map(|word| (word, count(word).into()));
    let line = front.texts.say("verify-summary", &args);
    front.output.note(line);
    if judged.iter().any(|one| one.signature.reason().starts_with(UNTRUSTED)) {
        let line = front.text("verify-trust");
        front.output.note(line);
    }
}

/// A signature of several: its field, who signed when, its verdict, and what was done to the file since.
fn tell_signature(front: &Front, signature: &SignatureReport) -> String {
    let at = signature.claimed_time.map(|at| at.short_vietnam()).unwrap_or_default();
    let name = one_line(&signature.field);
    let who =
        if signature.signer.is_empty() { String::new() } else { format!(" ({}, {at})", one_line(&signature.signer)) };
    let verdict = match &signature.verdict {
        Verdict::Passed => front.text("verdict-passed"),
        other => words(&front.texts, other),
    };
    let integrity = front.text(if signature.is_intact { "signature-intact" } else { "signature-not-intact" });
    let since = front.text(&format!("signature-changes-{}", signature.changes.word()));
    format!("  {name}{who}: {verdict}; {integrity}; {since}")
}

fn words(texts: &Texts, verdict: &Verdict) -> String {
    texts.say(
        &format!("verdict-{}", verdict.word()),
        &[("reason", one_line(&details::tell(texts, verdict.reason())).into())],
    )
}

fn exit(judged: &[Judged]) -> Exit {
    let worst = judged.iter().map(Judged::verdict).fold(Verdict::Passed, Verdict::and);
    match worst {
        Verdict::Passed => Exit::Done,
        Verdict::Indeterminate(_) => Exit::Indeterminate,
        Verdict::Failed(_) => Exit::Damage,
    }
}
