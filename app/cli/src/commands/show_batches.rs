//! The batches of a dossier that were scanned, and whether its paper may go back onto the shelf.

use serde::Serialize;
use sohoa_pipeline::refile::Waits;
use sohoa_pipeline::scan::{BatchView, Closing};
use sohoa_shell::Texts;

use crate::front::Front;
use crate::table::Table;

/// A batch as JSON.
#[derive(Serialize)]
pub(super) struct BatchRecord {
    batch: String,
    device: String,
    opened: String,
    closed: Option<String>,
    pages: u32,
    expected: Option<u32>,
    /// `open`, `reconciled` or `overridden`.
    state: &'static str,
    reason: Option<String>,
}

impl BatchRecord {
    pub(super) fn of(batch: &BatchView) -> Self {
        let (state, reason) = batch.state();
        Self {
            batch: batch.id.to_string(),
            device: batch.device.clone(),
            opened: batch.opened.iso_vietnam(),
            closed: batch.closed.as_ref().map(|(at, _)| at.iso_vietnam()),
            pages: batch.pages,
            expected: batch.expected(),
            state,
            reason: reason.map(str::to_owned),
        }
    }
}

/// Whether the paper may go back onto the shelf, and what it waits for.
pub(super) fn paper(texts: &Texts, waits: Option<&[Waits]>) -> String {
    match waits {
        None => String::new(),
        Some([]) => texts.get("paper-refile"),
        Some(waits) => {
            let why: Vec<String> =
                waits.iter().map(|wait| texts.get(&format!("paper-waits-{}", wait.word()))).collect();
            texts.say("paper-keep", &[("why", why.join("; ").into())])
        }
    }
}

/// Tells the batches of a dossier and what to do with its paper.
pub(super) fn tell(front: &mut Front, batches: &[BatchView], waits: Option<&[Waits]>) {
    if waits.is_none() {
        return;
    }
    let texts = front.texts.clone();
    front.output.data("");
    front.output.data(texts.get("show-batches"));
    let mut table = Table::default();
    for batch in batches {
        let expected = batch.expected().map_or_else(|| "?".to_owned(), |pages| pages.to_string());
        let state = match &batch.closed {
            None => texts.get("batch-state-open"),
            Some((_, Closing::Reconciled)) => texts.get("batch-state-reconciled"),
            Some((_, Closing::Overridden { reason })) => {
                texts.say("batch-state-overridden", &[("reason", reason.into())])
            }
        };
        let count = texts.say("batch-count", &[("pages", batch.pages.into()), ("expected", expected.into())]);
        table.row([batch.opened.short_vietnam(), batch.device.clone(), count, state]);
    }
    front.output.table(&table);
    front.output.data(format!("  {}", paper(&texts, waits)));
}
