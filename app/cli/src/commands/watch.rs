//! `watch`: a hot folder, from which files are taken as they come.

use std::cell::RefCell;
use std::time::Duration;

use serde::Serialize;
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_pipeline::import::ImportPlan;
use sohoa_pipeline::watch::{self, Listener, WatchPlan};
use sohoa_shell::{Exit, reasons};

use crate::args::WatchArgs;
use crate::commands::import::jobs;
use crate::commands::process::{self, WorkRecord};
use crate::front::Front;
use crate::stop::Stop;

#[derive(Serialize)]
struct WatchRecord<'a> {
    taken: u64,
    skipped: u64,
    refused: u64,
    work: WorkRecord<'a>,
}

pub(super) fn run(front: &mut Front, args: &WatchArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let key = match args.work.no_sign {
        true => None,
        false => front.signing_key(&archive, args.work.password_fd)?,
    };
    let plan = WatchPlan {
        import: ImportPlan {
            root: args.folder.clone(),
            jobs: jobs(&args.work),
            language: args.work.lang,
            rule: args.rule.clone(),
        },
        settle: Duration::from_secs(args.settle.into()),
        once: args.once,
    };
    front.stop_cleanly_on_request();
    if !args.once && !args.json {
        let line = front.texts.say("watch-begins", &[("path", args.folder.display().to_string().into())]);
        front.output.note(line);
    }
    let texts = front.texts.clone();
    let (cancel, bar) = (front.cancel.clone(), front.bar());
    let told = RefCell::new(&mut front.output);
    let outcome = {
        let listener = Listener {
            told: &|line| {
                if args.json {
                    return;
                }
                let path = line.path();
                let sentence = match line {
                    ReceiptLine::Taken { pages, dossier, .. } => texts.say(
                        "watch-taken",
                        &[("path", path.into()), ("pages", (*pages).into()), ("dossier", dossier.into())],
                    ),
                    ReceiptLine::Skipped { reason, .. } => {
                        format!("{path}: {}", reasons::reason(&texts, reason).sentence)
                    }
                    ReceiptLine::Refused { reason, .. } => format!("{path}: {}", explain(&texts, reason)),
                };
                told.borrow_mut().data_now(sentence);
            },
            explain: &|reason| explain(&texts, reason).replace("  ", "\n"),
            sink: &bar,
        };
        watch::watch(&archive, &plan, key.as_ref(), &cancel, &listener)?
    };
    drop(bar);
    front.make_copies(&archive);
    if args.json {
        let work = WorkRecord::from(&outcome.processed);
        let (taken, skipped, refused) = (outcome.taken, outcome.skipped, outcome.refused);
        front.output.json(&WatchRecord { taken, skipped, refused, work });
    } else {
        process::tell(front, &outcome.processed);
    }
    Ok(match process::exit(&outcome.processed) {
        _ if front.cancel.is_requested() => Exit::Interrupted,
        Exit::Done if outcome.refused > 0 => Exit::Partial,
        exit => exit,
    })
}

fn explain(texts: &sohoa_shell::Texts, reason: &Reason) -> String {
    let explained = reasons::reason(texts, reason);
    if explained.hint.is_empty() { explained.sentence } else { format!("{}  {}", explained.sentence, explained.hint) }
}
