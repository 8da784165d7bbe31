//! `GET /v1/feed?after=CURSOR`: what goes down, in commit order; asks the database again until something is there or the
//! station's patience ends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sohoa_wire::batch;
use tokio::time::Instant;

use super::number_in;
use crate::database::rows;
use crate::{Hub, Refusal, auth};

/// The cursor to ask after next time.
const NEXT: HeaderName = HeaderName::from_static("sohoa-feed-next");
const MOST_LINES: u64 = 500;
const MOST_SECONDS: u64 = 25;
/// How often the database is asked while a station waits.
const STEP: Duration = Duration::from_millis(500);

pub(super) async fn read(State(hub): State<Arc<Hub>>, request: Request) -> Result<Response, Refusal> {
    let (parts, caller) = auth::bare(&hub, request).await?;
    let query = parts.uri.query();
    let after = number_in(query, "after")?.unwrap_or(0);
    let limit = number_in(query, "limit")?.unwrap_or(MOST_LINES).clamp(1, MOST_LINES);
    let wait = number_in(query, "wait")?.unwrap_or(0).min(MOST_SECONDS);
    let until = Instant::now() + Duration::from_secs(wait);
    loop {
        // The cursor runs over all lines of the unit; those for another station are passed over, not sent.
        let found: Vec<(i64, Option<i32>, String)> =
            rows("SELECT pos, station_no, line FROM feed WHERE unit_no = $1 AND pos > $2 ORDER BY pos LIMIT $3")
                .bind(caller.unit_no)
                .bind(i64::try_from(after).unwrap_or(i64::MAX))
                .bind(i64::try_from(limit).unwrap_or(1))
                .fetch_all(&hub.pool)
                .await?;
        if let Some((last, ..)) = found.last() {
            let mine = found.iter().filter(|(_, station, _)| station.is_none_or(|no| no == caller.station_no));
            let text: String = mine.map(|(_, _, line)| format!("{line}\n")).collect();
            let mut response = ([(CONTENT_TYPE, batch::MEDIA_TYPE)], text).into_response();
            response.headers_mut().insert(NEXT, HeaderValue::from(*last));
            return Ok(response);
        }
        if Instant::now() >= until {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        tokio::time::sleep_until((Instant::now() + STEP).min(until)).await;
    }
}
