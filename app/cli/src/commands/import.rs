//! `import`: a folder of scans goes in; one receipt says what became of every file.

use std::path::PathBuf;

use sohoa_pipeline::import::{self, ImportPlan};
use sohoa_shell::Exit;

use crate::args::{ImportArgs, WorkArgs};
use crate::commands::{process, receipt};
use crate::front::Front;
use crate::stop::Stop;

pub(super) fn run(front: &mut Front, args: &ImportArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let plan = ImportPlan {
        root: PathBuf::from(&args.folder),
        jobs: jobs(&args.work),
        language: args.work.lang,
        rule: args.rule.clone(),
    };
    let key = match args.dry_run || args.work.no_sign {
        true => None,
        false => front.signing_key(&archive, args.work.password_fd)?,
    };
    front.stop_cleanly_on_request();
    let bar = front.bar();
    let outcome = match args.dry_run {
        true => import::preview(&archive, &plan, &front.cancel, &bar)?,
        false => import::import(&archive, &plan, key.as_ref(), &front.cancel, &bar)?,
    };
    drop(bar);
    if !outcome.interrupted && !args.dry_run {
        front.make_copies(&archive);
    }
    let receipt = receipt::Shown {
        lines: &outcome.lines,
        id: outcome.receipt,
        work: Some(&outcome.processed),
        interrupted: outcome.interrupted,
        dry_run: args.dry_run,
    };
    if args.json {
        receipt.json(front);
    } else {
        receipt.summary(front, receipt::Extent::Short);
    }
    Ok(match (outcome.interrupted, receipt.any_refused(), process::exit(&outcome.processed)) {
        (true, _, _) => Exit::Interrupted,
        (false, true, _) => Exit::Partial,
        (false, false, exit) => exit,
    })
}

/// How many processes work: as many as were asked for, else one a core.
pub(super) fn jobs(work: &WorkArgs) -> usize {
    work.jobs.map_or_else(cores, |jobs| jobs as usize)
}

/// Cores that this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
