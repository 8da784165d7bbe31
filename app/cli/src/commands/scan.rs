//! `scan`: sheets go through a scanner into a dossier, and are counted until the count is right.

use serde::Serialize;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::scan::{
    self, BatchTarget, BatchView, Closing, Driver, Ended, Parting, Profile, ScanError, ScanOutcome, ScanPlan, Settings,
};
use sohoa_pipeline::{pages, refile};
use sohoa_shell::Exit;

use crate::args::ScanArgs;
use crate::commands::{profile, show_batches};
use crate::front::Front;
use crate::stop::Stop;

#[derive(Serialize)]
struct BatchRecord {
    batch: String,
    device: String,
    pages: u32,
    sheets: Option<u32>,
    expected: Option<u32>,
    /// `open`, `reconciled` or `overridden`.
    state: &'static str,
    reason: Option<String>,
    /// Pages of this run.
    new_pages: u32,
    /// Code of what stopped the run: `empty`, or what the device said.
    ended: Option<&'static str>,
    /// Milliseconds from the last row of a page to its being durable and filed, of 99 in 100 pages of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    safe_ms_p99: Option<u64>,
    /// What the device was set to.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Settings>,
}

impl BatchRecord {
    fn of(batch: &BatchView) -> Self {
        let (state, reason) = batch.state();
        Self {
            batch: batch.id.to_string(),
            device: batch.device.clone(),
            pages: batch.pages,
            sheets: batch.sheets,
            expected: batch.expected(),
            state,
            reason: reason.map(str::to_owned),
            new_pages: 0,
            ended: None,
            safe_ms_p99: None,
            granted: None,
        }
    }
}

pub(super) fn run(front: &mut Front, args: &ScanArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    if args.close {
        let batch = scan::close(&archive, &args.dossier, args.sheets, args.reason.as_deref())?;
        if args.json {
            front.output.json(&BatchRecord::of(&batch));
        } else {
            tell(front, args, &batch);
            tell_paper(front, &archive, &args.dossier)?;
        }
        return Ok(Exit::Done);
    }
    front.stop_cleanly_on_request();
    let mut driver = front.scanners();
    let profile = match &args.profile {
        Some(name) => scan::profile(&archive, name)?,
        None => Profile::default(),
    };
    let Profile { device, settings, blank_backs } = profile::settled(&args.settings, profile);
    let device = match device {
        Some(device) => device,
        None => the_only(&mut driver)?,
    };
    let plan = ScanPlan {
        dossier: args.dossier.clone(),
        document: args.document,
        parting: match args.split {
            _ if args.separators => Parting::Separators,
            _ if args.split_at_blank => Parting::Blank,
            Some(sheets) => Parting::Every(sheets),
            None => Parting::None,
        },
        device,
        settings,
        sheets: args.sheets,
        new_dossier: args.new_dossier,
        reason: args.reason.clone(),
        target: target(&archive, args)?,
        blank_backs,
    };
    let outcome = scanned(front, &archive, &plan, &mut driver)?;
    front.make_copies(&archive);
    if args.json {
        let ended = match &outcome.ended {
            Ended::Empty => "empty",
            Ended::Fault(error) => error.code(),
        };
        let granted = Some(outcome.granted.settings.clone());
        let record = BatchRecord {
            safe_ms_p99: p99(&outcome),
            new_pages: outcome.pages,
            ended: Some(ended),
            granted,
            ..BatchRecord::of(&outcome.batch)
        };
        front.output.json(&record);
    } else {
        let asked = &plan.settings;
        let granted = &outcome.granted.settings;
        if (granted.dpi - asked.dpi).abs() > 0.01 || granted.paper != asked.paper {
            let paper = format!("{:.0} × {:.0} mm", granted.paper.0, granted.paper.1);
            let values = [("dpi", format!("{:.0}", granted.dpi).into()), ("paper", paper.into())];
            let line = front.texts.say("scan-rounded", &values);
            front.output.data(line);
        }
        let line =
            front.texts.say("scan-pages", &[("pages", outcome.pages.into()), ("dossier", (&args.dossier).into())]);
        front.output.data(line);
        tell(front, args, &outcome.batch);
        tell_paper(front, &archive, &args.dossier)?;
    }
    ended(&outcome)
}

/// Where the pages go: pages that are to be replaced or gone before are named as they are numbered now.
fn target(archive: &Archive, args: &ScanArgs) -> Result<BatchTarget, PipelineError> {
    // An open batch knows its own, and pages may have got other numbers since.
    if archive.catalog().open_batch(&args.dossier)?.is_some_and(|open| open.target != BatchTarget::Append) {
        return Ok(BatchTarget::Append);
    }
    match &args.before {
        Some(page) => {
            let page = pages::select(archive, &args.dossier, std::slice::from_ref(page))?;
            Ok(BatchTarget::Before(page[0]))
        }
        None if args.replace.is_empty() => Ok(BatchTarget::Append),
        None => {
            let chosen = pages::select(archive, &args.dossier, &args.replace)?;
            Ok(BatchTarget::InsteadOf(pages::one_of_each_frame(archive, &args.dossier, chosen)?))
        }
    }
}

fn p99(outcome: &ScanOutcome) -> Option<u64> {
    let mut waits = outcome.waits.clone();
    waits.sort();
    let place = (waits.len() * 99).div_ceil(100).checked_sub(1)?;
    u64::try_from(waits.get(place)?.as_millis()).ok()
}

fn scanned(front: &Front, archive: &Archive, plan: &ScanPlan, driver: &mut dyn Driver) -> Result<ScanOutcome, Stop> {
    let bar = front.bar();
    let outcome = scan::scan(archive, plan, driver, &front.cancel, &bar);
    drop(bar);
    Ok(outcome?)
}

/// The device, if there is just one.
fn the_only(driver: &mut dyn Driver) -> Result<String, Stop> {
    let found = driver.devices().map_err(PipelineError::Scan)?;
    match found.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => Err(PipelineError::Scan(ScanError::NoDevice { id: String::new() }).into()),
        several => {
            let possible = several.iter().map(|device| device.id.as_str()).collect::<Vec<_>>().join(", ");
            let unsupported = ScanError::Unsupported { what: "device".to_owned(), wanted: "?".to_owned(), possible };
            Err(PipelineError::Scan(unsupported).into())
        }
    }
}

/// Says how a batch stands and what to do next.
fn tell(front: &mut Front, args: &ScanArgs, batch: &BatchView) {
    let id = match (&batch.closed, batch.expected()) {
        (Some((_, Closing::Reconciled)), _) => "scan-reconciled",
        (Some((_, Closing::Overridden { .. })), _) => "scan-overridden",
        (None, None) => "scan-uncounted",
        (None, Some(expected)) if batch.pages < expected => "scan-short",
        (None, Some(_)) => "scan-long",
    };
    let values = [
        ("pages", batch.pages.into()),
        ("expected", batch.expected().unwrap_or(0).into()),
        ("dossier", (&args.dossier).into()),
        ("next", (batch.pages / batch.sides + 1).into()),
    ];
    let (line, hint) = (front.texts.say(id, &values), front.texts.hint(id, &values));
    front.output.data(line);
    if !hint.is_empty() {
        front.output.data(format!("  {hint}"));
    }
}

/// Says whether the paper may go back onto the shelf.
fn tell_paper(front: &mut Front, archive: &Archive, dossier: &str) -> Result<(), Stop> {
    let waits = refile::of_dossier(archive, dossier)?;
    let line = show_batches::paper(&front.texts, waits.as_deref());
    front.output.data(line);
    Ok(())
}

fn ended(outcome: &ScanOutcome) -> Result<Exit, Stop> {
    match &outcome.ended {
        Ended::Fault(ScanError::Cancelled) => Ok(Exit::Interrupted),
        Ended::Fault(error) => Err(PipelineError::Scan(error.clone()).into()),
        Ended::Empty => {
            let is_open = outcome.batch.closed.is_none() && outcome.batch.expected().is_some();
            Ok(if is_open { Exit::Partial } else { Exit::Done })
        }
    }
}
