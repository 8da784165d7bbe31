//! `verify`: a verdict on a file, a dossier or the whole archive.

use std::path::Path;

use serde::Serialize;
use sohoa_model::Verdict;
use sohoa_pipeline::verify::{self, Judged};
use sohoa_shell::{Exit, Texts, details};
use sohoa_sign::TrustAnchors;

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
