//! `POST /v1/batches`: signature, size, lines, chain, then a look at the head, the body to the store, the transaction, and
//! the signed acknowledgement.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use sohoa_model::crash;
use sohoa_wire::batch::{self, BatchError};
use sohoa_wire::{Ack, Batch, BatchHeader, Hash, ProblemKind, Signed, json, limits};

use crate::auth::{self, Caller};
use crate::ingest::{self, Moved, Stored};
use crate::metrics::Metrics;
use crate::{Hub, Refusal, body, hub};

/// The first line of a stored batch: all that is needed to judge it again without the database.
#[derive(Serialize)]
struct StoredHeader {
    batch: String,
    received_ms: i64,
    skew_ms: i64,
}

pub(super) async fn take(State(hub): State<Arc<Hub>>, request: Request) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let caller = auth::station(&hub, &parts).await?;
    if auth::header(&parts.headers, CONTENT_TYPE.as_str())? != Some(batch::MEDIA_TYPE)
        || auth::header(&parts.headers, CONTENT_ENCODING.as_str())? != Some("zstd")
    {
        return Err(Refusal::new(ProblemKind::UnsupportedMedia));
    }
    let field = auth::header(&parts.headers, batch::FIELD)?;
    let field = field.ok_or_else(|| Refusal::new(ProblemKind::Malformed).detail("there is no field Sohoa-Batch"))?;
    let header = BatchHeader::read(field).map_err(refuse)?;
    if header.station != caller.station {
        return Err(Refusal::new(ProblemKind::NotOwner).detail("the batch is of another station's log"));
    }
    header.verify(&caller.key).map_err(|error| refuse(error.into()))?;
    let _room = hub.bodies.acquire().await.map_err(|error| Refusal::new(ProblemKind::Unavailable).because(error))?;
    let bytes = body::read(sent, limits::BATCH_COMPRESSED_BYTES, caller.digest).await?;
    let packed = bytes.clone();
    let opened = tokio::task::spawn_blocking(move || Batch::open(header, &packed));
    let batch = opened.await.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?.map_err(refuse)?;
    if let Some(ack) = ingest::look(&hub, &caller, &header).await? {
        Metrics::add(&hub.metrics.repeated_batches, 1);
        return Ok(reply(ack));
    }
    let stored = store(&hub, &caller, &batch, &bytes).await?;
    match ingest::extend(&hub, &caller, &stored).await {
        Ok(Moved::Now) => {}
        Ok(Moved::WasThere) => {
            Metrics::add(&hub.metrics.repeated_batches, 1);
            remove(&hub, &stored.key).await;
        }
        // Whether a commit that failed took place is unknown: the body stays, for the log may need it.
        Err(refusal) if refusal.kind.status() >= 500 => return Err(refusal),
        Err(refusal) => {
            remove(&hub, &stored.key).await;
            return Err(refusal);
        }
    }
    ingest::acknowledge(&hub, &caller).await.map(reply)
}

/// Puts the body under a key that was never used before, with its header as the first line.
async fn store<'a>(hub: &Hub, caller: &Caller, batch: &'a Batch, body: &Bytes) -> Result<Stored<'a>, Refusal> {
    let header = &batch.header;
    let claim = &header.claim;
    let first_line = StoredHeader { batch: header.to_string(), received_ms: hub.now().0, skew_ms: caller.skew_ms };
    let first_line =
        json::canonical(&first_line).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    let object = Bytes::from([first_line.as_bytes(), b"\n", body].concat());
    let random = hub::random_name()?;
    let key = format!("b/{}/{}/{:020}-{}.{random}", header.station, claim.epoch, claim.first, claim.chain);
    hub.store.put(&key, object).await?;
    crash::point("hub.after-body");
    Ok(Stored { batch, key, body_sha256: Hash::of(body) })
}

/// Removes a body that no log has; one that stays behind is found by its missing row.
async fn remove(hub: &Hub, key: &str) {
    if let Err(error) = hub.store.delete(key).await {
        tracing::warn!(key, %error, "a batch body without a row stays in the store");
    }
}

fn reply(ack: Signed<Ack>) -> Response {
    ([(CONTENT_TYPE, "application/json")], ack.text).into_response()
}

fn refuse(error: BatchError) -> Refusal {
    let mut refusal = Refusal::new(error.problem());
    if let BatchError::Chain { found } = &error {
        refusal.problem.chain = Some(*found);
    }
    refusal.explained(error)
}
