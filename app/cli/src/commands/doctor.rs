//! `doctor`: whether machine, station and archive are ready for work.

use std::time::Duration;

use serde::Serialize;
use sohoa_model::{Cancel, Language};
use sohoa_pipeline::worker::protocol::Request;
use sohoa_pipeline::worker::{Worker, WorkerFault};
use sohoa_pipeline::{check, models};
use sohoa_shell::station::Validity;
use sohoa_shell::worker::models_folder;
use sohoa_shell::{Exit, environment, failure, reasons};
use sohoa_store::disk;

use crate::args::DoctorArgs;
use crate::front::Front;
use crate::stop::Stop;

/// A worker answers within this time, or something is wrong with it.
const WORKER_LIMIT: Duration = Duration::from_secs(10);

/// What was looked at.
#[derive(Default, Serialize)]
struct Report {
    software: String,
    operator: String,
    archive: Option<String>,
    station: String,
    key: Option<String>,
    #[serde(skip)]
    validity: Option<Validity>,
    models: String,
    models_missing: Vec<&'static str>,
    worker_runs: bool,
    free_bytes: Option<u64>,
    dossiers: u64,
    documents: u64,
    pages: u64,
    pages_unread: u64,
    held: u64,
    unfinished_receipts: u64,
    open_findings: Vec<(String, u64)>,
    /// What was mended.
    mended: Vec<String>,
    #[serde(skip)]
    title: String,
}

pub(super) fn run(front: &mut Front, args: &DoctorArgs) -> Result<Exit, Stop> {
    let mended = if args.mend { mend(front)? } else { Mended::default() };
    let report = Report { mended: mended.what, ..look(front)? };
    let ready =
        report.models_missing.is_empty() && report.worker_runs && report.key.is_some() && report.archive.is_some();
    if args.json {
        front.output.json(&report);
    } else {
        tell(front, &report);
    }
    Ok(if mended.damaged {
        Exit::Damage
    } else if ready {
        Exit::Done
    } else {
        Exit::Partial
    })
}

/// What mending did, and whether something is left that it can't mend.
#[derive(Default)]
struct Mended {
    what: Vec<String>,
    damaged: bool,
}

/// Mends what can be mended without asking: publishes again, writes manifests again, sets aside what belongs to nothing.
fn mend(front: &mut Front) -> Result<Mended, Stop> {
    let Some(archive) = front.open_if_there()? else { return Ok(Mended::default()) };
    front.stop_cleanly_on_request();
    let bar = front.bar();
    let report = check::repair(archive, &front.cancel, &bar)?;
    Ok(Mended { what: report.repaired, damaged: !report.damage.is_empty() })
}

fn look(front: &Front) -> Result<Report, Stop> {
    let folder = models_folder(None, &environment);
    let key = front.station.key()?;
    let mut report = Report {
        software: front.session.software.clone(),
        operator: front.session.operator.clone(),
        station: front.station.folder().display().to_string(),
        validity: key.as_ref().and_then(|key| key.validity(front.session.clock.now())),
        key: key.map(|key| key.subject),
        models_missing: models_missing(front),
        models: folder.display().to_string(),
        worker_runs: worker_runs(front),
        ..Report::default()
    };
    let Some(archive) = front.open_if_there()? else { return Ok(report) };
    let root = archive.layout().root();
    let counts = archive.catalog().counts(front.session.clock.now())?;
    report.archive = Some(root.canonicalize().unwrap_or_else(|_| root.to_owned()).display().to_string());
    report.title = archive.facts().title.clone();
    report.free_bytes = Some(disk::free_bytes(root)?);
    report.dossiers = counts.dossiers;
    report.documents = counts.documents;
    report.pages = counts.pages;
    report.pages_unread = counts.pages_unread;
    report.held = counts.held;
    report.unfinished_receipts = counts.unfinished_receipts;
    report.open_findings = counts.open_findings;
    Ok(report)
}

/// The models that are not there, or that the manifest of the program does not list.
fn models_missing(front: &Front) -> Vec<&'static str> {
    let all = models::look(&front.session.worker, &Cancel::new());
    all.into_iter().filter(|(_, is_there)| !is_there).map(|(language, _)| language.model()).collect()
}

/// Whether a worker answers at all; what it says of a file that is not there does not matter.
fn worker_runs(front: &Front) -> bool {
    let mut worker = Worker::new(front.session.worker.clone());
    let request = Request::Inspect { path: front.station.folder().join("no such file") };
    match worker.call(&request, WORKER_LIMIT, &Cancel::new()) {
        Ok(_) => true,
        Err(WorkerFault::Start(_) | WorkerFault::Silent(_) | WorkerFault::Died | WorkerFault::Cancelled) => false,
    }
}

fn tell(front: &mut Front, report: &Report) {
    let texts = front.texts.clone();
    let mut say = |id: &str, args: &sohoa_shell::texts::Args<'_>| {
        front.output.data(texts.say(id, args));
        let hint = texts.hint(id, args);
        if !hint.is_empty() {
            front.output.data(format!("  {hint}"));
        }
    };
    for what in &report.mended {
        say("check-repaired", &[("what", what.into())]);
    }
    say("doctor-program", &[("software", (&report.software).into())]);
    say("doctor-operator", &[("operator", (&report.operator).into())]);
    say("doctor-station", &[("path", (&report.station).into())]);
    match &report.key {
        Some(subject) => {
            say("doctor-key", &[("subject", subject.into())]);
            if let Some((id, at)) = report.validity.map(Validity::words) {
                say(id, &[("moment", at.short_vietnam().into())]);
            }
        }
        None => say("doctor-no-key", &[]),
    }
    if report.models_missing.is_empty() {
        let names = Language::ALL.map(Language::model).join(", ");
        say("doctor-models", &[("path", (&report.models).into()), ("names", names.into())]);
    } else {
        let names = report.models_missing.join(", ");
        say("doctor-no-models", &[("path", (&report.models).into()), ("names", names.into())]);
    }
    say(if report.worker_runs { "doctor-worker" } else { "doctor-worker-broken" }, &[]);
    let Some(path) = &report.archive else {
        say("doctor-no-archive", &[("path", ".".into())]);
        return;
    };
    say("doctor-archive", &[("path", path.into()), ("title", (&report.title).into())]);
    say("doctor-space", &[("free", failure::bytes(&texts, report.free_bytes.unwrap_or_default()).into())]);
    let counts =
        [("dossiers", report.dossiers.into()), ("documents", report.documents.into()), ("pages", report.pages.into())];
    say("doctor-counts", &counts);
    let waiting = [
        ("doctor-unread", "pages", report.pages_unread),
        ("doctor-held", "dossiers", report.held),
        ("doctor-unfinished", "receipts", report.unfinished_receipts),
    ];
    for (id, name, count) in waiting.into_iter().filter(|(_, _, count)| *count > 0) {
        say(id, &[(name, count.into())]);
    }
    for (code, count) in &report.open_findings {
        say("doctor-findings", &[("finding", reasons::name(&texts, code).into()), ("count", (*count).into())]);
    }
}
