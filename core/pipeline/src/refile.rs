//! Whether paper may go back onto the shelf: never by guess.
//!
//! Every page that a scanner gave is durable, read back and hashed before it counts. What is left to ask: did all sheets
//! come, must nothing be scanned again, and is the copy in the second vault verified, where one is kept.

use std::collections::BTreeSet;

use sohoa_model::Sha256;

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::second_vault;

/// What keeps paper on the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waits {
    /// A batch is open: not all sheets came, or nobody counted them.
    ForSheets,
    /// A page, or the dossier, has to be scanned again.
    ForRescan,
    /// A page has no verified copy in the second vault.
    ForCopy,
}

impl Waits {
    /// The word in records: `sheets`, `rescan` or `copy`.
    pub fn word(self) -> &'static str {
        match self {
            Self::ForSheets => "sheets",
            Self::ForRescan => "rescan",
            Self::ForCopy => "copy",
        }
    }
}

/// What keeps the paper of a dossier on the table, nothing if it may be refiled; `None` if nothing was scanned here.
pub fn of_dossier(archive: &Archive, code: &str) -> Result<Option<Vec<Waits>>, PipelineError> {
    let batches = archive.catalog().batches(code)?;
    if batches.is_empty() {
        return Ok(None);
    }
    let rejects = archive.catalog().dossier(code)?.dossier.evidence.open_rejects;
    let open = batches.iter().filter(|batch| batch.closed.is_none()).count();
    let mut waits = Vec::new();
    waits.extend((open > 0).then_some(Waits::ForSheets));
    // An open batch is a reject finding itself.
    waits.extend((rejects > open as u32).then_some(Waits::ForRescan));
    waits.extend((!unsafe_masters(archive, code)?.is_empty()).then_some(Waits::ForCopy));
    Ok(Some(waits))
}

/// Masters of a dossier whose bytes are not safe yet: a second vault is kept, and has no verified copy of them.
pub fn unsafe_masters(archive: &Archive, code: &str) -> Result<BTreeSet<Sha256>, PipelineError> {
    match second_vault::folder(archive) {
        Some(_) => Ok(archive.catalog().masters_not_copied(Some(code))?.into_iter().collect()),
        None => Ok(BTreeSet::new()),
    }
}
