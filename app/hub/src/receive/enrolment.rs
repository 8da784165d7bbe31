//! Requests for enrolment that lie on a disk: opened with the hub's key, admitted like those of the network, answered beside
//! them with the receipt and with the log that the hub has of the station.

use std::io::Read;
use std::path::Path;

use serde::Serialize;
use sohoa_store::carried::{self, CarriedError};
use sohoa_wire::age::Opened;
use sohoa_wire::bundle::{self, Entry, Listed};
use sohoa_wire::enrolment::{self, EnrolmentAnswer, EnrolmentCode, EnrolmentReceipt, EnrolmentRequest};
use sohoa_wire::{Hash, Signed, limits};

use super::{ReceiveError, answer};
use crate::api::{enrolments, log};
use crate::database::rows;
use crate::refusal::chain_of;
use crate::words::{self, Language};
use crate::{Hub, Refusal, auth, ingest};

/// What came of a request for enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Admitted {
    /// The name of its folder.
    pub name: String,
    /// The station that it made, or made again, with its unit.
    pub station: Option<(String, String)>,
    /// Why it was refused.
    pub refused: Option<String>,
}

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Carried(#[from] CarriedError),
    #[error(
        "its request was changed, or is sealed for another hub; nothing was changed: have the station write it again"
    )]
    Changed,
    #[error("{} Nothing was changed.", words::title(.0.kind, Language::English))]
    Refused(Box<Refusal>),
    #[error("the station is enrolled, but the answer could not be written: run the command again")]
    Unanswered(#[source] Box<ReceiveError>),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// Answers a request for enrolment.
pub(super) async fn take(hub: &Hub, folder: &Path, name: String) -> Admitted {
    match admit(hub, folder, &name).await {
        Ok(EnrolmentReceipt { name: station, unit, .. }) => {
            Admitted { name, station: Some((station, unit)), refused: None }
        }
        Err(fault) => {
            tracing::warn!(name, %fault, "a request for enrolment was refused");
            Admitted { name, station: None, refused: Some(chain_of(&fault)) }
        }
    }
}

async fn admit(hub: &Hub, folder: &Path, name: &str) -> Result<EnrolmentReceipt, Fault> {
    let sealed = carried::read_small(&folder.join(name), enrolment::REQUEST, limits::LINE_BYTES as u64)?;
    let mut text = Vec::new();
    let read = Opened::new(&hub.key, sealed.as_slice()).map(|opened| opened.take(limits::LINE_BYTES as u64));
    read.map_err(|_| Fault::Changed)?.read_to_end(&mut text).map_err(|_| Fault::Changed)?;
    let asked = Signed::<EnrolmentRequest>::peek(&text).map_err(|_| Fault::Changed)?;
    Signed::<EnrolmentRequest>::read(&text, &asked.public_key).map_err(|_| Fault::Changed)?;
    let code: EnrolmentCode = asked.code.parse().map_err(|_| Fault::Changed)?;
    let names = [enrolment::request_folder, enrolment::answer_folder].map(|of| of(&asked.public_key, &code));
    if names[0] != name {
        return Err(Fault::Changed);
    }
    let (_, receipt) = enrolments::admit(hub, &asked).await?;
    answer(hub, &folder.join(&names[1]), &receipt).await.map_err(|source| Fault::Unanswered(Box::new(source)))
}

/// Writes the answer, which may be written as often as it is asked for.
async fn answer(hub: &Hub, place: &Path, receipt: &str) -> Result<EnrolmentReceipt, ReceiveError> {
    let value = sohoa_wire::json::read(receipt.as_bytes()).map_err(answer::internal)?;
    let said: EnrolmentReceipt = sohoa_wire::json::read_as(receipt.as_bytes()).map_err(answer::internal)?;
    let caller = auth::of_disk(hub, said.station, said.epoch).await?;
    let (head, _) = ingest::read_head(&hub.pool, caller.station_no, "").await?;
    let begun = answer::begin(place)?;
    let batches: Vec<(String, i64)> =
        rows("SELECT key, first_seq FROM batch WHERE station_no = $1 AND last_seq <= $2 ORDER BY first_seq")
            .bind(caller.station_no)
            .bind(i64::try_from(head.seq).unwrap_or(i64::MAX))
            .fetch_all(&hub.pool)
            .await
            .map_err(Refusal::from)?;
    let mut entries = Vec::new();
    for (key, first) in batches {
        let first = first.unsigned_abs();
        let body = log::body_of(&hub.store.get(&key).await.map_err(Refusal::from)?)?;
        let stored = answer::seal(hub, &said.public_key, &begun.join(bundle::lines_path(first, true)), &body)?;
        entries.push(Entry::Lines { first, batch: None, stored });
    }
    let list = bundle::write_list(&entries).map_err(answer::internal)?;
    let listed = Listed { bytes: list.len() as u64, sha256: Hash::of(&list) };
    let answer =
        EnrolmentAnswer { receipt: value, generation: hub.generation, seq: head.seq, chain: head.chain, list: listed };
    answer::finish(hub, &begun, place, answer, &list)?;
    Ok(said)
}
