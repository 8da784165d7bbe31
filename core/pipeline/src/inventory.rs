//! `inventory import`: a list of dossiers, CSV or XLSX, becomes the new version of the inventory.
//!
//! The file itself is kept in the vault, so that every denominator can be shown to come from a paper that was handed in.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use sohoa_model::Cancel;
use sohoa_model::inventory::{InventoryChange, ParsedInventory};
use sohoa_store::StoreError;
use sohoa_store::vault::hash_file;

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::progress::{Phase, Sink};
use crate::worker::Worker;
use crate::worker::protocol::{Request, Response};

/// After so many rows it is told how far the import is.
const TOLD_AFTER: u64 = 500;
/// A large inventory takes so long at most.
const PARSE_LIMIT: Duration = Duration::from_secs(60);

/// What an import of an inventory did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryOutcome {
    /// What the new version changes.
    pub change: InventoryChange,
    /// Rows that were read, and rows that were refused.
    pub parsed: ParsedInventory,
}

/// What importing an inventory would do; nothing is written.
pub fn preview_inventory(archive: &Archive, path: &Path, cancel: &Cancel) -> Result<InventoryOutcome, PipelineError> {
    hash_file(path, cancel).map_err(readable)?;
    let parsed = parsed(archive, path, cancel)?;
    let change = archive.catalog().preview_inventory(&parsed.rows)?;
    Ok(InventoryOutcome { change, parsed })
}

/// Imports an inventory: the good rows go in, each bad one is named with row, column and reason.
pub fn import_inventory(
    archive: &Archive,
    path: &Path,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<InventoryOutcome, PipelineError> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    import_named(archive, path, &name, cancel, sink)
}

/// The same of a file whose name says nothing.
pub(crate) fn import_named(
    archive: &Archive,
    path: &Path,
    name: &str,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<InventoryOutcome, PipelineError> {
    let looked_at = hash_file(path, cancel).map_err(readable)?;
    let parsed = parsed(archive, path, cancel)?;
    let stored = archive.vault().put_file(path, cancel).map_err(readable)?;
    if stored.sha256 != looked_at.sha256 {
        return Err(PipelineError::record(path.display(), "the file changed while it was read"));
    }
    let (taken, all) = (Cell::new(0), parsed.rows.len() as u64);
    // It is asked about each row in its turn.
    let missing = |row: &sohoa_model::inventory::InventoryRow| {
        if taken.replace(taken.get() + 1) % TOLD_AFTER == 0 {
            sink.step(Phase::Listing, taken.get(), all);
        }
        u32::try_from(sohoa_describe::mandatory::missing_fields(row).len()).unwrap_or(u32::MAX)
    };
    let change = archive.catalog().import_inventory(name, stored.sha256, &parsed.rows, missing, &archive.act())?;
    archive.write_stale_manifests()?;
    Ok(InventoryOutcome { change, parsed })
}

fn readable(error: StoreError) -> PipelineError {
    match error {
        StoreError::Read { path, source } => PipelineError::Unreadable { path, source },
        other => other.into(),
    }
}

/// The rows of a file, read by a worker.
fn parsed(archive: &Archive, path: &Path, cancel: &Cancel) -> Result<ParsedInventory, PipelineError> {
    let mut worker = Worker::new(archive.session().worker.clone());
    let request = Request::Inventory { path: path.to_owned() };
    let parsed = match worker.call(&request, PARSE_LIMIT, cancel)?.0 {
        Response::Inventory { inventory } => inventory.parsed(),
        Response::Refused { detail, .. } => return Err(PipelineError::Inventory { path: path.to_owned(), detail }),
        _ => None,
    };
    parsed.ok_or_else(|| PipelineError::record(path.display(), "the worker gave another answer"))
}
