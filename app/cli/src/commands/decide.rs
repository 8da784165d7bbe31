//! `accept`, `reject`, `hold`, `release`, `clear`: what people decide about dossiers.

use serde::Serialize;
use sohoa_catalog::query::DossierFilter;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::decide::{self, Decision, SampledPage};
use sohoa_shell::{Exit, Failure};

use crate::args::AcceptArgs;
use crate::front::Front;
use crate::stop::Stop;

/// What `accept` did.
#[derive(Serialize)]
struct AcceptRecord {
    accepted: Vec<AcceptedRecord>,
    passed_over: Vec<PassedOverRecord>,
}

#[derive(Serialize)]
struct AcceptedRecord {
    dossier: String,
    /// The pages that were drawn for looking at.
    sampled: Vec<SampledRecord>,
}

#[derive(Serialize)]
struct SampledRecord {
    document: String,
    page: u32,
}

#[derive(Serialize)]
struct PassedOverRecord {
    dossier: String,
    reason: String,
    hint: String,
}

/// A decision that was carried out.
#[derive(Serialize)]
struct DecisionRecord<'a> {
    dossier: &'a str,
    decision: &'static str,
}

pub(super) fn accept(front: &mut Front, args: AcceptArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let codes = if args.all_ready { ready(&archive)? } else { args.dossiers };
    if codes.is_empty() && !args.json {
        let line = front.text("accept-none");
        front.output.note(line);
        return Ok(Exit::Done);
    }
    if args.all_ready && !args.json {
        tell_ready(front, &archive, &codes)?;
    }
    let one = !args.all_ready && codes.len() == 1;
    let mut record = AcceptRecord { accepted: Vec::new(), passed_over: Vec::new() };
    for code in codes {
        match decide::decide(&archive, &code, &Decision::Accept).map_err(Stop::from) {
            Ok(sampled) => {
                if !args.json {
                    tell_accepted(front, &code, &sampled);
                }
                let sampled = sampled.into_iter().map(|(document, page)| SampledRecord { document, page });
                record.accepted.push(AcceptedRecord { dossier: code, sampled: sampled.collect() });
            }
            Err(stop) if one => return Err(stop),
            Err(stop) => match stop.failure(&front.texts) {
                Failure { exit: Exit::Rule | Exit::NotFound, sentence, hint, .. } => {
                    record.passed_over.push(PassedOverRecord { dossier: code, reason: sentence, hint });
                }
                failure => return Err(failure.into()),
            },
        }
    }
    let exit = if record.passed_over.is_empty() { Exit::Done } else { Exit::Partial };
    if args.json {
        front.output.json(&record);
    } else if !one {
        let line = front.texts.say("accept-count", &[("count", record.accepted.len().into())]);
        front.output.note(line);
        for over in &record.passed_over {
            let args = [("code", (&over.dossier).into()), ("cause", (&over.reason).into())];
            front.output.warn(front.texts.say("accept-passed-over", &args));
            if !over.hint.is_empty() {
                front.output.warn(&over.hint);
            }
        }
    }
    Ok(exit)
}

fn tell_accepted(front: &mut Front, code: &str, sampled: &[SampledPage]) {
    let page = |(document, page): &SampledPage| {
        front.texts.say("show-page", &[("document", document.into()), ("page", (*page).into())])
    };
    let pages = sampled.iter().map(page).collect::<Vec<_>>().join("; ");
    let id = if pages.is_empty() { "accepted" } else { "accept-sampled" };
    let line = front.texts.say(id, &[("code", code.into()), ("pages", pages.into())]);
    front.output.note(line);
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

pub(super) fn decide(front: &mut Front, code: &str, decision: Decision, as_json: bool) -> Result<Exit, Stop> {
    let archive = front.open()?;
    decide::decide(&archive, code, &decision)?;
    let (word, id) = match decision {
        Decision::Accept => ("accept", "accepted"),
        Decision::Reject(_) => ("reject", "rejected"),
        Decision::Hold(_) => ("hold", "held"),
        Decision::Release(_) => ("release", "released"),
        Decision::Clear(_) => ("clear", "cleared"),
    };
    if as_json {
        front.output.json(&DecisionRecord { dossier: code, decision: word });
    } else {
        let line = front.texts.say(id, &[("code", code.into())]);
        front.output.note(line);
    }
    Ok(Exit::Done)
}
