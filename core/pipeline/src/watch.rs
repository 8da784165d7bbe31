//! `watch`: takes what other programs drop into a folder, once, and moves it away with what became of it.
//!
//! The folder is listed again and again instead of waiting for the system's notices: shares of a network give none. Taking
//! never waits for reading, which goes on beside it. Whatever happens between taking and moving, the next look finds the
//! file taken and moves it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use sohoa_capture::folder;
use sohoa_capture::hot_folder::{DONE, REFUSED, Settling};
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_model::{Cancel, crash};

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::import::{self, ImportPlan};
use crate::process::{self, ProcessOutcome, ProcessPlan};
use crate::progress::Sink;
use crate::signing::SigningKey;

/// Pause between two looks at the folder.
const PAUSE: Duration = Duration::from_millis(500);
/// Reasons of files that may be unfinished.
const MAYBE_UNFINISHED: [&str; 5] = ["truncated", "corrupt", "empty-file", "pdf-damaged", "changed-meanwhile"];

/// What to watch, and how.
#[derive(Debug, Clone)]
pub struct WatchPlan {
    /// The folder, and how its files are taken and read.
    pub import: ImportPlan,
    /// A file is complete when it has not changed for so long.
    pub settle: Duration,
    /// Whether to end when nothing waits any more.
    pub once: bool,
}

/// What watching did.
#[derive(Debug, Default)]
pub struct WatchOutcome {
    /// Files that were taken.
    pub taken: u64,
    /// Files that were in the archive already.
    pub skipped: u64,
    /// Files that were refused.
    pub refused: u64,
    /// What became of the pages.
    pub processed: ProcessOutcome,
}

/// Who is told, and who says why.
pub struct Listener<'a> {
    /// Told of each file when it has been moved away.
    pub told: &'a dyn Fn(&ReceiptLine),
    /// The text that is laid beside a refused file.
    pub explain: &'a (dyn Fn(&Reason) -> String + Sync),
    /// Told how far reading is.
    pub sink: &'a dyn Sink,
}

/// Watches until somebody asks to stop, or, with `once`, until nothing waits.
pub fn watch(
    archive: &Archive,
    plan: &WatchPlan,
    key: Option<&SigningKey>,
    cancel: &Cancel,
    listener: &Listener<'_>,
) -> Result<WatchOutcome, PipelineError> {
    let root = import::canonical_root(archive, &plan.import.root)?;
    process::check_models(archive, plan.import.language, cancel)?;
    let failed = Cancel::new();
    thread::scope(|scope| {
        let (sender, taken) = mpsc::channel();
        let reading = scope.spawn(|| {
            let read = read_on(archive, &plan.import, key, cancel, listener.sink, taken);
            if read.is_err() {
                failed.request();
            }
            read
        });
        let mut outcome = WatchOutcome::default();
        let mut settling = Settling::new(plan.settle);
        // What an earlier run took waits to be read.
        let _ = sender.send(());
        let watched = loop {
            if cancel.is_requested() || failed.is_requested() {
                break Ok(());
            }
            match look(archive, plan, &root, cancel, &mut settling, listener, &mut outcome) {
                Ok(0) if plan.once && !settling.is_waiting() => break Ok(()),
                Ok(0) => thread::sleep(PAUSE),
                Ok(_) => drop(sender.send(())),
                Err(error) => break Err(error),
            }
        };
        drop(sender);
        let read =
            reading.join().unwrap_or_else(|_| Err(PipelineError::record("watch", "the reading thread broke off")));
        watched?;
        outcome.processed = read?;
        Ok(outcome)
    })
}

/// Takes what is complete and moves it away; says how many files were moved.
fn look(
    archive: &Archive,
    plan: &WatchPlan,
    root: &Path,
    cancel: &Cancel,
    settling: &mut Settling,
    listener: &Listener<'_>,
    outcome: &mut WatchOutcome,
) -> Result<u64, PipelineError> {
    let items = settling.complete(folder::list(root)?, Instant::now());
    if items.is_empty() {
        return Ok(0);
    }
    let lines = import::take_items(archive, &plan.import, root, items, cancel)?;
    crash::point("watch.taken");
    let mut moved = 0;
    for line in lines {
        let (to, reason) = match &line {
            ReceiptLine::Skipped { reason, .. } if reason.code == "interrupted" => continue,
            ReceiptLine::Refused { path, reason } => {
                let may_grow = MAYBE_UNFINISHED.contains(&reason.code.as_str());
                if may_grow && settling.postpone(path) {
                    continue;
                }
                outcome.refused += 1;
                (REFUSED, Some((listener.explain)(reason)))
            }
            ReceiptLine::Skipped { .. } => {
                outcome.skipped += 1;
                (DONE, None)
            }
            ReceiptLine::Taken { .. } => {
                outcome.taken += 1;
                (DONE, None)
            }
        };
        move_away(root, line.path(), to, reason.as_deref())?;
        crash::point("watch.moved");
        settling.forget(line.path());
        (listener.told)(&line);
        moved += 1;
    }
    Ok(moved)
}

/// Moves a file below the folder into another one of it, under a name that is free, with a text beside it.
fn move_away(root: &Path, relative: &str, to: &str, reason: Option<&str>) -> Result<(), PipelineError> {
    let fault = |source: io::Error| PipelineError::Unreadable { path: root.join(relative), source };
    let target = free(root.join(to).join(relative));
    let parent = target.parent().unwrap_or(root);
    fs::create_dir_all(parent).map_err(fault)?;
    if let Some(reason) = reason {
        let mut name = target.clone().into_os_string();
        name.push(".txt");
        fs::write(PathBuf::from(name), format!("{reason}\n")).map_err(fault)?;
    }
    match fs::rename(root.join(relative), &target) {
        // Somebody renamed or removed it meanwhile: it is seen again under its new name, and skipped as taken.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved.map_err(fault),
    }
}

/// A path that nothing lies at: the same, or with `~2`, `~3` … before its extension.
fn free(path: PathBuf) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let named = |number: u32| match number {
        1 => path.clone(),
        _ => path.with_file_name(format!("{stem}~{number}{extension}")),
    };
    (1..).map(named).find(|path| !path.exists()).unwrap_or(path)
}

/// Reads, assembles and signs whenever something was taken, until nothing more can come.
fn read_on(
    archive: &Archive,
    plan: &ImportPlan,
    key: Option<&SigningKey>,
    cancel: &Cancel,
    sink: &dyn Sink,
    taken: Receiver<()>,
) -> Result<ProcessOutcome, PipelineError> {
    let plan = ProcessPlan { jobs: plan.jobs, language: plan.language, dossier: None };
    let mut all = ProcessOutcome::default();
    while taken.recv().is_ok() {
        while taken.try_recv().is_ok() {}
        if cancel.is_requested() {
            break;
        }
        let some = process::process(archive, &plan, key, cancel, sink)?;
        all.pages += some.pages;
        all.pages_not_read += some.pages_not_read;
        all.assembled += some.assembled;
        all.signed += some.signed;
        all.unsigned = some.unsigned;
        all.problems = some.problems;
    }
    Ok(all)
}
