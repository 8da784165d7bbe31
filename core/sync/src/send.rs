//! The sealed log goes up in batches, one at a time; the hub's signed answer says how far it is.

use std::collections::BTreeSet;

use sohoa_catalog::Catalog;
use sohoa_catalog::outbox::{Acknowledgement, SyncHealth, SyncState};
use sohoa_model::{Act, Cancel};
use sohoa_store::Vault;
use sohoa_wire::signed::Signed;
use sohoa_wire::{Ack, Problem, ProblemKind, PublicKey, SecretKey};
use sohoa_wire::{batch, limits};

use crate::error::{Misfit, SyncError};
use crate::hub::{Content, Hub, Refusal};
use crate::standing::{self, Seen};
use crate::{cut, upload};

/// Times that a batch is sent again because the hub lost files of it.
const TRIES: u32 = 3;

/// Who sends, and whom it believes.
pub(crate) struct Sender<'a> {
    pub(crate) hub: &'a Hub<'a>,
    pub(crate) catalog: &'a Catalog,
    pub(crate) vault: &'a Vault,
    pub(crate) key: &'a SecretKey,
    pub(crate) hub_key: PublicKey,
}

impl Sender<'_> {
    /// Sends what is sealed and not acknowledged; gives the number of records.
    pub(crate) fn send(&self, cancel: &Cancel, act: &dyn Fn() -> Act) -> Result<u64, SyncError> {
        let mut sent = 0;
        let mut most = limits::BATCH_RECORDS;
        let mut tries = 0;
        loop {
            if cancel.is_requested() {
                return Err(SyncError::Cancelled);
            }
            let state = self.catalog.sync_state()?.ok_or(SyncError::NotEnrolled)?;
            if state.acknowledged >= state.sealed {
                return Ok(sent);
            }
            let rows = self.catalog.log_rows(state.acknowledged, most, limits::BATCH_BYTES)?;
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
                let why = "records that the hub lacks are no longer here";
                return Err(standing::stop(self.catalog, SyncHealth::Refused, why, &act())?);
            };
            let (first, last) = (first.seq, last.seq);
            let Some(prev) = self.catalog.chain_at(state.acknowledged)? else {
                return Err(standing::stop(
                    self.catalog,
                    SyncHealth::Refused,
                    "the log does not begin where the hub is",
                    &act(),
                )?);
            };
            let cut = match cut::cut(&state, prev, &rows, self.key) {
                Ok(Some(cut)) => cut,
                // Texts of another kind than usual pack worse than usual.
                Ok(None) => {
                    most = rows.len() / 2;
                    continue;
                }
                Err(_) => {
                    let why = "a record that fits into no batch";
                    return Err(standing::stop(self.catalog, SyncHealth::Refused, why, &act())?);
                }
            };
            let header = cut.header.to_string();
            let content = Content {
                body: &cut.body,
                media_type: Some(batch::MEDIA_TYPE),
                encoding: Some("zstd"),
                batch: Some(&header),
            };
            sohoa_model::crash::point("sync.before-batch");
            match self.hub.ask("POST", "/v1/batches", content) {
                Ok(reply) => {
                    sohoa_model::crash::point("sync.after-batch");
                    let ack = Signed::<Ack>::read(&reply.body, &self.hub_key)
                        .map_err(|_| SyncError::Untrusted { hub: state.hub.clone(), what: Misfit::Acknowledgement })?;
                    let told = rows.iter().filter(|row| row.body.is_some()).map(|row| row.seq).collect();
                    if self.taken(&state, &ack, told, &act())? {
                        sent += rows.len() as u64;
                        (most, tries) = (limits::BATCH_RECORDS, 0);
                    } else {
                        tries += 1;
                        if tries >= TRIES {
                            return Err(self.hub.answer("an acknowledgement of something else"));
                        }
                    }
                }
                Err(Refusal::Problem(problem)) => {
                    tries += 1;
                    if tries > TRIES {
                        return Err(self.hub.failure(Refusal::Problem(problem)));
                    }
                    self.refused(&state, *problem, (first, last), cancel, &act())?;
                }
                Err(refusal) => return Err(self.hub.failure(refusal)),
            }
        }
    }

    /// Takes an acknowledgement of a batch that told some lines in full, if it is one of this log.
    fn taken(&self, state: &SyncState, ack: &Signed<Ack>, told: BTreeSet<u64>, act: &Act) -> Result<bool, SyncError> {
        let said = &ack.statement;
        if said.station.0 != state.station || said.epoch != state.epoch {
            return Ok(false);
        }
        let acknowledgement = Acknowledgement {
            generation: said.generation,
            seq: said.seq,
            chain: said.chain.0.into(),
            stable: said.stable_seq,
            heard: act.at,
            told,
            text: ack.text.clone(),
        };
        Ok(self.catalog.acknowledge(&acknowledgement, act)?)
    }

    /// Mends what a refused batch lacks, or stops.
    fn refused(
        &self,
        state: &SyncState,
        problem: Problem,
        (first, last): (u64, u64),
        cancel: &Cancel,
        act: &Act,
    ) -> Result<(), SyncError> {
        match problem.kind() {
            Some(ProblemKind::FilesMissing) => {
                let files = self.catalog.log_files(first, last)?;
                let uploaded = upload::upload(self.hub, self.vault, &files, &|_| Ok(true), cancel)?;
                match uploaded.damaged.first() {
                    Some(damaged) => {
                        let why = format!("the file {damaged} is damaged here and the hub lacks it");
                        Err(standing::stop(self.catalog, SyncHealth::Refused, &why, act)?)
                    }
                    None => Ok(()),
                }
            }
            Some(ProblemKind::HeadMoved) => {
                let (Some(seq), Some(chain)) = (problem.seq, problem.chain) else {
                    return Err(self.hub.answer("a head without its place"));
                };
                let generation = problem.generation.unwrap_or(state.generation);
                standing::stand(
                    self.catalog,
                    state,
                    &Seen { seq, chain, generation, stable: state.stable, at: act.at, text: "head" },
                    act,
                )
            }
            Some(ProblemKind::EpochFenced) => Err(standing::stop(
                self.catalog,
                SyncHealth::Fenced,
                "another machine was enrolled in this one's place",
                act,
            )?),
            Some(ProblemKind::Held) => {
                let code = problem.seq.map(|seq| self.catalog.dossier_of_line(seq)).transpose()?.flatten();
                let code = code.ok_or_else(|| self.hub.answer("a hold of nothing"))?;
                let by = Act { operator: "hub".to_owned(), ..act.clone() };
                // What the hub holds is held here too: its lines go out as hashes, and nobody else waits for them.
                self.catalog.hold(&code, &problem.title, &by).map_err(|_| self.hub.answer("a hold of nothing"))?;
                Ok(())
            }
            // It changed on its way, and is sent again.
            Some(ProblemKind::DigestMismatch) => Ok(()),
            Some(kind) if !kind.is_passing() => {
                let why = why(kind, &problem);
                self.catalog.set_sync_health(SyncHealth::Refused, &why, act)?;
                Err(SyncError::Refused { kind, title: why })
            }
            _ => Err(self.hub.failure(Refusal::Problem(Box::new(problem)))),
        }
    }
}

/// Why a batch was refused, with the line that it is about, which can be withheld.
fn why(kind: ProblemKind, problem: &Problem) -> String {
    let line = problem.seq.map(|seq| format!(" (#{seq})")).unwrap_or_default();
    format!("{}: {}{line}", kind.code(), problem.title)
}
