//! `GET /v1/station`: what a station asks before it sends anything.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use sohoa_wire::Kind;
use sohoa_wire::api::{Hello, Limits};
use sohoa_wire::kind::Writer;
use sohoa_wire::moment::Moment;

use super::{answer, number_in};
use crate::database::{sql, value};
use crate::{Hub, Refusal, auth, ingest};

pub(super) async fn hello(State(hub): State<Arc<Hub>>, request: Request) -> Result<Response, Refusal> {
    let (parts, caller) = auth::bare(&hub, request).await?;
    let waiting = number_in(parts.uri.query(), "waiting")?.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let (head, stable_seq) = ingest::read_head(&hub.pool, caller.station_no, "").await?;
    let feed_head: Option<i64> =
        value("SELECT pos FROM feed_head WHERE unit_no = $1").bind(caller.unit_no).fetch_optional(&hub.pool).await?;
    // Written every few seconds, and without waiting for the disk: a crash forgets when a station was seen, nothing else.
    sql("WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) \
         UPDATE station SET seen_at = now(), skew_ms = $2, backlog = coalesce($3, backlog), generation = $4 \
         FROM quick WHERE station_no = $1 \
         AND (seen_at IS NULL OR seen_at < now() - interval '5 seconds' OR abs(coalesce(skew_ms, 0) - $2) > 1000 \
         OR coalesce($3, backlog) IS DISTINCT FROM backlog OR generation <> $4)")
    .bind(caller.station_no)
    .bind(caller.skew_ms)
    .bind(waiting)
    .bind(hub.generation.cast_signed())
    .execute(&hub.pool)
    .await?;
    let kinds = Kind::ALL.iter().filter(|kind| kind.writer() == Writer::Station);
    answer(
        StatusCode::OK,
        &Hello {
            station: caller.station,
            epoch: head.epoch,
            generation: hub.generation,
            seq: head.seq,
            chain: head.chain,
            stable_seq,
            majors: kinds.map(|kind| format!("{kind}/{}", kind.major())).collect(),
            limits: Limits::default(),
            feed_head: feed_head.unwrap_or(0).unsigned_abs(),
            hub_time: Moment(hub.now()),
            hub_key: hub.settings.key_name.clone(),
        },
    )
}
