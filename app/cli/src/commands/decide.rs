//! `accept`, `reject`, `hold`, `release`, `clear`: what people decide about dossiers.

use sohoa_catalog::query::DossierFilter;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::decide::{self, Decision};
use sohoa_shell::{Exit, Failure};

use crate::args::AcceptArgs;
use crate::front::Front;
use crate::output;
use crate::stop::Stop;

pub(super) fn accept(front: &mut Front, args: AcceptArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let codes = if args.all_ready { ready(&archive)? } else { args.dossiers };
    if codes.is_empty() {
        let line = front.text("accept-none");
        front.output.note(line);
        return Ok(Exit::Done);
    }
    if args.all_ready {
        tell_ready(front, &archive, &codes)?;
    } else if let [code] = &codes[..] {
        accept_one(front, &archive, code)?;
        return Ok(Exit::Done);
    }
    let mut accepted = 0u64;
    let mut passed_over = Vec::new();
    for code in &codes {
        match accept_one(front, &archive, code) {
            Ok(()) => accepted += 1,
            Err(stop) => match stop.failure(&front.texts) {
                failure @ Failure { exit: Exit::Rule | Exit::NotFound, .. } => passed_over.push((code, failure)),
                failure => return Err(failure.into()),
            },
        }
    }
    let line = front.texts.say("accept-count", &[("count", accepted.into())]);
    front.output.note(line);
    for (code, failure) in &passed_over {
        let args = [("code", (*code).into()), ("cause", (&failure.sentence).into())];
        let sentence = front.texts.say("accept-passed-over", &args);
        output::say_failure(&Failure { sentence, ..failure.clone() }, false);
    }
    Ok(if passed_over.is_empty() { Exit::Done } else { Exit::Partial })
}

fn accept_one(front: &mut Front, archive: &Archive, code: &str) -> Result<(), Stop> {
    let sampled = decide::decide(archive, code, &Decision::Accept)?;
    let pages = sampled
        .into_iter()
        .map(|(document, page)| front.texts.say("show-page", &[("document", document.into()), ("page", page.into())]));
    let pages = pages.collect::<Vec<_>>().join("; ");
    let id = if pages.is_empty() { "accepted" } else { "accept-sampled" };
    let line = front.texts.say(id, &[("code", code.into()), ("pages", pages.into())]);
    front.output.note(line);
    Ok(())
}

/// Says before anything is decided how many dossiers and sampled pages it is about.
fn tell_ready(front: &mut Front, archive: &Archive, codes: &[String]) -> Result<(), Stop> {
    let mut pages = 0usize;
    for code in codes {
        pages += decide::sample(archive, code)?.len();
    }
    let line = front.texts.say("accept-ready", &[("dossiers", codes.len().into()), ("pages", pages.into())]);
    front.output.note(line);
    Ok(())
}

/// Dossiers that lack nothing but the acceptance.
fn ready(archive: &Archive) -> Result<Vec<String>, Stop> {
    let filter = DossierFilter { held: Some(false), rescan: Some(false), ..DossierFilter::default() };
    let rows = archive.catalog().dossiers(&filter)?;
    let ready = |row: &sohoa_catalog::query::DossierRow| {
        !row.evidence.accepted && row.evidence.missing_before_acceptance().is_empty()
    };
    Ok(rows.into_iter().filter(ready).map(|row| row.description.code).collect())
}

pub(super) fn decide(front: &mut Front, code: &str, decision: Decision) -> Result<Exit, Stop> {
    let archive = front.open()?;
    decide::decide(&archive, code, &decision)?;
    let id = match decision {
        Decision::Accept => "accepted",
        Decision::Reject(_) => "rejected",
        Decision::Hold(_) => "held",
        Decision::Release(_) => "released",
        Decision::Clear(_) => "cleared",
    };
    let line = front.texts.say(id, &[("code", code.into())]);
    front.output.note(line);
    Ok(Exit::Done)
}
