//! `POST /v1/batches`: signature, size, lines, chain, then a look at the head, the body to the store, the transaction, and
//! the signed acknowledgement.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sohoa_wire::batch::{self, BatchError};
use sohoa_wire::{Ack, Batch, BatchHeader, ProblemKind, Signed, limits};

use crate::{Hub, Refusal, auth, body, ingest};

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
    ingest::take(&hub, &caller, &batch, &bytes).await.map(reply)
}

fn reply(ack: Signed<Ack>) -> Response {
    ([(CONTENT_TYPE, "application/json")], ack.text).into_response()
}

/// Why a batch is none.
pub(crate) fn refuse(error: BatchError) -> Refusal {
    let mut refusal = Refusal::new(error.problem());
    if let BatchError::Chain { found } = &error {
        refusal.problem.chain = Some(*found);
    }
    refusal.explained(error)
}
