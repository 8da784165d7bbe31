//! `GET /v1/log?after=SEQ`: a station gets its own records back, the very bytes, a stored batch (or its rest) at a time.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LINK};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sohoa_wire::{ProblemKind, batch, codec};

use super::number_in;
use crate::database::rows;
use crate::{Hub, Refusal, auth};

/// The position of the first line of the answer.
const FIRST: HeaderName = HeaderName::from_static("sohoa-log-first");

pub(super) async fn read(State(hub): State<Arc<Hub>>, request: Request) -> Result<Response, Refusal> {
    let (parts, caller) = auth::bare(&hub, request).await?;
    let after = number_in(parts.uri.query(), "after")?.unwrap_or(0);
    let found: Option<(String, i64, i64)> = rows(
        "SELECT key, first_seq, last_seq FROM batch WHERE station_no = $1 AND last_seq > $2 ORDER BY first_seq LIMIT 1",
    )
    .bind(caller.station_no)
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .fetch_optional(&hub.pool)
    .await?;
    let Some((key, first, last)) = found else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let (first, last) = (first.unsigned_abs(), last.unsigned_abs());
    let object = hub.store.get(&key).await?;
    let skip = usize::try_from(after.saturating_sub(first - 1)).unwrap_or(usize::MAX);
    let packed = body_of(&object)?;
    let cut = tokio::task::spawn_blocking(move || {
        let lines = codec::decode(&packed)?;
        codec::encode(lines.iter().skip(skip).map(Vec::as_slice))
    });
    let cut = cut.await.map_err(|error| broken().because(error))?.map_err(|error| broken().because(error))?;
    let mut response = ([(CONTENT_TYPE, batch::MEDIA_TYPE), (CONTENT_ENCODING, "zstd")], cut).into_response();
    let headers = response.headers_mut();
    headers.insert(FIRST, HeaderValue::from(first.max(after + 1)));
    let next = format!("</v1/log?after={last}>; rel=\"next\"");
    headers.insert(LINK, HeaderValue::from_str(&next).map_err(|error| broken().because(error))?);
    Ok(response)
}

/// The body of a stored batch, behind the line of its header.
pub(crate) fn body_of(object: &Bytes) -> Result<Bytes, Refusal> {
    let end = object.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    Ok(object.slice(end + 1..))
}

fn broken() -> Refusal {
    Refusal::new(ProblemKind::Internal).detail("a stored batch cannot be read")
}
