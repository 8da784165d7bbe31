//! The batches of a dossier that were scanned, and whether its paper may go back onto the shelf.

use serde::Serialize;
use sohoa_pipeline::scan::{BatchView, Closing};

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

/// Whether the paper may be refiled: every page that was scanned is durable before it counts, so what is left to ask is
/// whether all came and nothing has to be scanned again. `None` if nothing was scanned here.
pub(super) fn may_be_refiled(batches: &[BatchView], open_rejects: u32) -> Option<bool> {
    let closed = batches.iter().all(|batch| batch.closed.is_some());
    (!batches.is_empty()).then_some(closed && open_rejects == 0)
}

/// Tells the batches of a dossier and what to do with its paper.
pub(super) fn tell(front: &mut Front, batches: &[BatchView], open_rejects: u32) {
    let Some(refile) = may_be_refiled(batches, open_rejects) else { return };
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
    let id = if refile { "paper-refile" } else { "paper-keep" };
    front.output.data(format!("  {}", texts.get(id)));
}
