//! How the station stands with its hub: the hub's head is compared with the own log, and what does not fit stops sending.

use std::collections::BTreeSet;

use sohoa_catalog::Catalog;
use sohoa_catalog::outbox::{Acknowledgement, SyncHealth, SyncState};
use sohoa_model::{Act, Timestamp};
use sohoa_wire::Chain;
use sohoa_wire::head::{self, Standing};

use crate::error::SyncError;

/// How far the hub says it is.
pub(crate) struct Seen<'a> {
    pub(crate) seq: u64,
    pub(crate) chain: Chain,
    pub(crate) generation: u32,
    pub(crate) stable: u64,
    /// When it said so.
    pub(crate) at: Timestamp,
    /// The signed text that says so, or what else it comes from.
    pub(crate) text: &'a str,
}

/// The state of an enrolled station, unless it stopped until somebody looks.
pub(crate) fn begin(catalog: &Catalog) -> Result<SyncState, SyncError> {
    let state = catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;
    if matches!(state.health, SyncHealth::Behind | SyncHealth::Forked | SyncHealth::Fenced) {
        return Err(SyncError::Stopped { health: state.health, why: state.why });
    }
    Ok(state)
}

/// Compares the hub's head with the own log: goes on from there, or stops.
pub(crate) fn stand(catalog: &Catalog, state: &SyncState, seen: &Seen, act: &Act) -> Result<(), SyncError> {
    if seen.generation < state.generation {
        return Err(stop(catalog, SyncHealth::Refused, "the hub went back to an older database", act)?);
    }
    let mut failed = None;
    let own = |seq: u64| match catalog.chain_at(seq) {
        Ok(chain) => chain.map(|chain| Chain(chain.into())),
        Err(error) => {
            failed = Some(error);
            None
        }
    };
    let standing = head::compare(seen.seq, seen.chain, state.sealed, own);
    if let Some(error) = failed {
        return Err(error.into());
    }
    match standing {
        Standing::GoOn if seen.seq < state.acknowledged && seen.generation == state.generation => {
            let why = "the hub has less than it acknowledged: its database was restored as if nothing had happened";
            Err(stop(catalog, SyncHealth::Refused, why, act)?)
        }
        Standing::GoOn => {
            let acknowledgement = Acknowledgement {
                generation: seen.generation,
                seq: seen.seq,
                chain: seen.chain.0.into(),
                stable: seen.stable,
                heard: seen.at,
                told: BTreeSet::new(),
                text: seen.text.to_owned(),
            };
            catalog.acknowledge(&acknowledgement, act)?;
            Ok(())
        }
        Standing::Behind => {
            Err(stop(catalog, SyncHealth::Behind, "this catalog was restored from an older copy", act)?)
        }
        Standing::Forked => Err(stop(catalog, SyncHealth::Forked, "the hub has another history of this station", act)?),
    }
}

/// Keeps why sending stops until a person does something.
pub(crate) fn stop(catalog: &Catalog, health: SyncHealth, why: &str, act: &Act) -> Result<SyncError, SyncError> {
    catalog.set_sync_health(health, why, act)?;
    Ok(SyncError::Stopped { health, why: why.to_owned() })
}
