//! What the hub lost goes up once more from the vault, if the hub lacks it still and a dossier that names it may leave. It goes
//! behind the queue, so that a file which is not whole here either keeps nothing back.

use std::cell::RefCell;
use std::collections::BTreeSet;

use sohoa_catalog::wanted::WantedFile;
use sohoa_model::{Cancel, Sha256};
use sohoa_wire::limits;

use crate::error::SyncError;
use crate::hub::Hub;
use crate::run::{Station, SyncOutcome};
use crate::upload;

/// Sends what the hub asks for again; what is not whole here, or may not leave, stays wanted.
pub(crate) fn send(
    hub: &Hub<'_>,
    station: &Station<'_>,
    cancel: &Cancel,
    outcome: &mut SyncOutcome,
) -> Result<(), SyncError> {
    let catalog = station.catalog;
    let (free, kept): (Vec<WantedFile>, Vec<WantedFile>) =
        catalog.wanted_files()?.into_iter().partition(|file| file.may_leave);
    outcome.wanted_kept_back += kept.len() as u64;
    for some in free.chunks(limits::QUERY_FILES) {
        let files: Vec<(Sha256, u64)> = some.iter().map(|file| (file.sha256, file.bytes)).collect();
        let held_meanwhile = RefCell::new(BTreeSet::new());
        let may_go = |(sha256, _): &(Sha256, u64)| {
            let may = catalog.may_wanted_leave(sha256)?;
            if !may {
                held_meanwhile.borrow_mut().insert(*sha256);
            }
            Ok(may)
        };
        let uploaded = upload::upload(hub, station.vault, &files, &may_go, cancel)?;
        outcome.files += uploaded.sent.len() as u64;
        outcome.file_bytes += uploaded.bytes;
        let damaged: BTreeSet<Sha256> = uploaded.damaged.into_iter().collect();
        let held = held_meanwhile.into_inner();
        outcome.wanted_kept_back += held.len() as u64;
        let lacking = some.iter().filter(|file| damaged.contains(&file.sha256));
        outcome.lacking.extend(lacking.map(|file| (file.dossier.clone(), file.sha256)));
        // What it did not ask for it has from somebody else.
        let has = files.iter().map(|(sha256, _)| *sha256);
        let has: Vec<Sha256> = has.filter(|sha256| !damaged.contains(sha256) && !held.contains(sha256)).collect();
        catalog.forget_wanted(&has)?;
    }
    Ok(())
}
