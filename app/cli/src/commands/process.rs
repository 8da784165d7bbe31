//! `process` and `sign`: go on with what waits.

use serde::Serialize;
use sohoa_model::reading::LanguageChoice;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::process::{self, ProcessOutcome, ProcessPlan};
use sohoa_pipeline::signing::SigningKey;
use sohoa_shell::{Exit, work};

use crate::args::{ProcessArgs, SignArgs};
use crate::commands::import::{cores, jobs};
use crate::front::Front;
use crate::stop::Stop;

/// What was done, as JSON.
#[derive(Serialize)]
pub(super) struct WorkRecord<'a> {
    pages: u64,
    pages_not_read: u64,
    assembled: u64,
    signed: u64,
    unsigned: u64,
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    document: &'a str,
    reason: &'a str,
}

impl<'a> From<&'a ProcessOutcome> for WorkRecord<'a> {
    fn from(outcome: &'a ProcessOutcome) -> Self {
        Self {
            pages: outcome.pages,
            pages_not_read: outcome.pages_not_read,
            assembled: outcome.assembled,
            signed: outcome.signed,
            unsigned: outcome.unsigned,
            problems: outcome.problems.iter().map(|(document, reason)| Problem { document, reason }).collect(),
        }
    }
}

pub(super) fn process(front: &mut Front, args: ProcessArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let key = match args.work.no_sign {
        true => None,
        false => front.signing_key(&archive, args.work.password_fd)?,
    };
    if args.again {
        process::read_again(&archive, args.dossier.as_deref())?;
    }
    let plan = ProcessPlan { jobs: jobs(&args.work), language: args.work.lang, dossier: args.dossier };
    work(front, &archive, &plan, key.as_ref(), args.json)
}

pub(super) fn sign(front: &mut Front, args: SignArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let Some(key) = front.signing_key(&archive, args.password_fd)? else { return Err(PipelineError::NoKey.into()) };
    let plan = ProcessPlan { jobs: cores(), language: LanguageChoice::Auto(None), dossier: args.dossier };
    work(front, &archive, &plan, Some(&key), args.json)
}

fn work(
    front: &mut Front,
    archive: &Archive,
    plan: &ProcessPlan,
    key: Option<&SigningKey>,
    as_json: bool,
) -> Result<Exit, Stop> {
    if let Some(code) = &plan.dossier {
        archive.catalog().dossier(code)?;
    }
    front.stop_cleanly_on_request();
    let bar = front.bar();
    let outcome = process::process(archive, plan, key, &front.cancel, &bar)?;
    drop(bar);
    if !front.cancel.is_requested() {
        front.make_copies(archive);
    }
    if as_json {
        front.output.json(&WorkRecord::from(&outcome));
    } else if outcome == ProcessOutcome::default() {
        let line = front.text("work-nothing");
        front.output.note(line);
    } else {
        tell(front, &outcome);
    }
    if front.cancel.is_requested() {
        return Ok(Exit::Interrupted);
    }
    Ok(exit(&outcome))
}

/// Says what was done with pages and documents; what did not happen is left out.
pub(super) fn tell(front: &mut Front, outcome: &ProcessOutcome) {
    for line in work::lines(&front.texts, outcome) {
        front.output.data(line.sentence);
        if !line.hint.is_empty() {
            front.output.data(format!("  {}", line.hint));
        }
    }
}

/// How a command ends that did this work; that documents wait for a key is no failure.
pub(super) fn exit(outcome: &ProcessOutcome) -> Exit {
    if outcome.pages_not_read > 0 || !outcome.problems.is_empty() { Exit::Partial } else { Exit::Done }
}
