//! Whole files: asked for, sent, read, taken back. A file belongs to the unit that sent it, and no other unit learns of it.
//!
//! The order is what makes it safe: a row with a key never used before, then the object, then the row says durable. A hub
//! that dies in between leaves a row whose lease ends, and at worst an object that no row names.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use object_store::GetRange;
use sohoa_model::crash;
use sohoa_wire::api::{FilesMissing, FilesQuery};
use sohoa_wire::{Hash, ProblemKind, limits};

use super::{answer, digest_in, question};
use crate::auth::{self, Caller};
use crate::database::{rows, sql, value};
use crate::metrics::Metrics;
use crate::{Hub, Refusal, body, hub, quota};

/// Seconds for which nobody else may write a whole file that somebody is writing.
const LEASE_S: i32 = 60;

/// `POST /v1/files/query`.
pub(super) async fn query(State(hub): State<Arc<Hub>>, request: Request) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let caller = auth::station(&hub, &parts).await?;
    let asked: FilesQuery = question(sent, caller.digest).await?;
    if asked.files.len() > limits::QUERY_FILES {
        return Err(Refusal::new(ProblemKind::TooLarge).detail(format!("over {} files", limits::QUERY_FILES)));
    }
    let digests: Vec<Vec<u8>> = asked.files.iter().map(|file| file.sha256.0.to_vec()).collect();
    let sizes: Vec<i64> = asked.files.iter().map(|file| i64::try_from(file.bytes).unwrap_or(i64::MAX)).collect();
    let missing: Vec<Vec<u8>> = value(
        "SELECT w.sha256 FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS w(sha256, bytes, place) \
         WHERE NOT EXISTS (SELECT FROM file f WHERE f.sha256 = w.sha256 AND f.unit_no = $3 AND f.bytes = w.bytes \
             AND f.state = 0) \
         AND NOT EXISTS (SELECT FROM staged s WHERE s.sha256 = w.sha256 AND s.unit_no = $3 AND s.bytes = w.bytes \
             AND s.state = 1) ORDER BY w.place",
    )
    .bind(&digests)
    .bind(&sizes)
    .bind(caller.unit_no)
    .fetch_all(&hub.pool)
    .await?;
    let missing = missing.iter().filter_map(|digest| Hash::from_slice(digest).ok()).collect();
    answer(StatusCode::OK, &FilesMissing { missing, part_bytes: limits::PART_BYTES })
}

/// `PUT /v1/files/<sha256>`.
pub(super) async fn put(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let caller = auth::station(&hub, &parts).await?;
    let digest = digest_in(&name)?;
    if digest != caller.digest {
        return Err(Refusal::new(ProblemKind::DigestMismatch).detail("Content-Digest is not the digest in the address"));
    }
    // Who states no length is asked again below, when the bytes are known.
    let stated = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    if caller.has_quota && !has(&hub, &caller, digest).await? {
        quota::check(&mut *hub.pool.acquire().await?, caller.unit_no, stated).await?;
    }
    let _room = hub.bodies.acquire().await.map_err(|error| Refusal::new(ProblemKind::Unavailable).because(error))?;
    let limit = usize::try_from(limits::PART_BYTES).unwrap_or(usize::MAX);
    let pieces = body::read_pieces(sent, limit, digest).await?;
    let size = pieces.iter().map(|piece| piece.len() as u64).sum();
    let key = match intend_at_once(&hub, &caller, digest, size, LEASE_S).await? {
        Some(key) => key,
        None if has(&hub, &caller, digest).await? => return Ok(StatusCode::OK.into_response()),
        None => intend(&hub, &caller, digest, size, LEASE_S).await?,
    };
    crash::point("hub.after-intent");
    if let Err(error) = hub.store.put(&key, pieces).await {
        give_up(&hub, &key).await;
        return Err(error.into());
    }
    crash::point("hub.after-put");
    make_durable(&hub, &key).await?;
    crash::point("hub.after-durable");
    Metrics::add(&hub.metrics.files, 1);
    Metrics::add(&hub.metrics.file_bytes, size);
    Ok(StatusCode::CREATED.into_response())
}

/// `GET /v1/files/<sha256>`, whole or a range of it.
pub(super) async fn get(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, caller) = auth::bare(&hub, request).await?;
    let digest = digest_in(&name)?;
    let found: Option<(String, i64)> = rows(
        "SELECT key, bytes FROM file WHERE sha256 = $1 AND unit_no = $2 AND state = 0 \
         UNION ALL SELECT key, bytes FROM staged WHERE sha256 = $1 AND unit_no = $2 AND state = 1 LIMIT 1",
    )
    .bind(digest.0.as_slice())
    .bind(caller.unit_no)
    .fetch_optional(&hub.pool)
    .await?;
    let Some((key, bytes)) = found else { return Err(Refusal::new(ProblemKind::NotFound)) };
    let (bytes, etag) = (bytes.unsigned_abs(), format!("\"{digest}\""));
    if auth::header(&parts.headers, IF_NONE_MATCH.as_str())? == Some(etag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    let range = auth::header(&parts.headers, RANGE.as_str())?.map(|text| range_in(text, bytes)).transpose()?.flatten();
    let object = hub.store.open_object(&key, range.clone().map(GetRange::Bounded)).await?;
    let sent = range.clone().unwrap_or(0..bytes);
    let mut response = Response::new(Body::from_stream(object.into_stream()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(sent.end - sent.start));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let text =
        |text: String| HeaderValue::from_str(&text).map_err(|error| Refusal::new(ProblemKind::Internal).because(error));
    headers.insert(ETAG, text(etag)?);
    if let Some(range) = range {
        headers.insert(CONTENT_RANGE, text(format!("bytes {}-{}/{bytes}", range.start, range.end - 1))?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// `DELETE /v1/files/<sha256>`: a file of a dossier that is held is taken back, unless a record names it already.
pub(super) async fn take_back(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let (_, caller) = auth::bare(&hub, request).await?;
    let digest = digest_in(&name)?;
    let key: Option<String> =
        value("DELETE FROM staged WHERE sha256 = $1 AND unit_no = $2 AND state <> 0 RETURNING key")
            .bind(digest.0.as_slice())
            .bind(caller.unit_no)
            .fetch_optional(&hub.pool)
            .await?;
    if let Some(key) = key {
        hub.store.delete(&key).await?;
    } else if is_referenced(&hub, &caller, digest).await? {
        return Err(Refusal::new(ProblemKind::Referenced));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether the unit's file is here for good.
pub(crate) async fn has(hub: &Hub, caller: &Caller, digest: Hash) -> Result<bool, Refusal> {
    let here: bool = value(
        "SELECT EXISTS (SELECT FROM file WHERE sha256 = $1 AND unit_no = $2 AND state = 0) \
         OR EXISTS (SELECT FROM staged WHERE sha256 = $1 AND unit_no = $2 AND state = 1)",
    )
    .bind(digest.0.as_slice())
    .bind(caller.unit_no)
    .fetch_one(&hub.pool)
    .await?;
    Ok(here)
}

async fn is_referenced(hub: &Hub, caller: &Caller, digest: Hash) -> Result<bool, Refusal> {
    let named = value("SELECT EXISTS (SELECT FROM file WHERE sha256 = $1 AND unit_no = $2)");
    Ok(named.bind(digest.0.as_slice()).bind(caller.unit_no).fetch_one(&hub.pool).await?)
}

/// The same as [`intend`] in one statement, for the usual case: the unit has no quota, the station may speak, nobody has or
/// writes the file. `None` says that it is not the usual case.
async fn intend_at_once(
    hub: &Hub,
    caller: &Caller,
    digest: Hash,
    bytes: u64,
    lease_s: i32,
) -> Result<Option<String>, Refusal> {
    // Nobody waits for the disk here: a row that a crash forgot is not there to be made durable, and its object is of no row.
    let taken = value(
        "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) \
         INSERT INTO staged AS s (sha256, unit_no, key, bytes, state, lease_until) \
         SELECT $1, $2, $3, $4, 0, now() + make_interval(secs => $5) FROM quick, station t JOIN unit u USING (unit_no) \
         WHERE t.station_no = $6 AND NOT t.revoked AND u.quota_bytes IS NULL \
         AND NOT EXISTS (SELECT FROM file f WHERE f.sha256 = $1 AND f.unit_no = $2 AND f.state = 0) \
         ON CONFLICT (sha256, unit_no) DO UPDATE SET key = excluded.key, bytes = excluded.bytes, \
         state = 0, lease_until = excluded.lease_until, touched_at = now() \
         WHERE s.state = 2 OR (s.state = 0 AND s.lease_until < now()) RETURNING key",
    );
    let taken = taken
        .bind(digest.0.as_slice())
        .bind(caller.unit_no)
        .bind(hub::file_key(digest, &hub::random_name()?))
        .bind(signed(bytes)?);
    Ok(taken.bind(f64::from(lease_s)).bind(caller.station_no).fetch_optional(&hub.pool).await?)
}

/// Writes down which key is about to be written; one that somebody else is writing is left to them until their lease ends, and
/// one that is being deleted goes on being deleted under its own key. Refused if the unit has no room for it, or the station was revoked meanwhile.
pub(crate) async fn intend(
    hub: &Hub,
    caller: &Caller,
    digest: Hash,
    bytes: u64,
    lease_s: i32,
) -> Result<String, Refusal> {
    let mut transaction = hub.pool.begin().await?;
    let taken: Option<String> = value(
        "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) \
         INSERT INTO staged AS s (sha256, unit_no, key, bytes, state, lease_until) \
         SELECT $1, $2, $3, $4, 0, now() + make_interval(secs => $5) FROM quick \
         ON CONFLICT (sha256, unit_no) DO UPDATE SET key = excluded.key, bytes = excluded.bytes, \
         state = 0, lease_until = excluded.lease_until, touched_at = now() \
         WHERE s.state = 2 OR (s.state = 0 AND s.lease_until < now()) RETURNING key",
    )
    .bind(digest.0.as_slice())
    .bind(caller.unit_no)
    .bind(hub::file_key(digest, &hub::random_name()?))
    .bind(signed(bytes)?)
    .bind(f64::from(lease_s))
    .fetch_optional(&mut *transaction)
    .await?;
    let being_written = || Refusal::new(ProblemKind::Unavailable).detail("the file is being written by somebody else");
    let key = taken.ok_or_else(being_written)?;
    quota::check_added(&mut transaction, caller.unit_no).await?;
    let revoked: bool = value("SELECT revoked FROM station WHERE station_no = $1")
        .bind(caller.station_no)
        .fetch_one(&mut *transaction)
        .await?;
    if revoked {
        return Err(Refusal::new(ProblemKind::Revoked));
    }
    transaction.commit().await?;
    Ok(key)
}

fn signed(bytes: u64) -> Result<i64, Refusal> {
    i64::try_from(bytes).map_err(|error| Refusal::new(ProblemKind::TooLarge).because(error))
}

/// Begins a lease anew; false if nobody writes under the key any more, for the file was taken over or collected.
pub(crate) async fn renew(hub: &Hub, key: &str, lease_s: i32) -> Result<bool, Refusal> {
    let renewed = sql("UPDATE staged SET lease_until = now() + make_interval(secs => $2), touched_at = now() \
         WHERE key = $1 AND state = 0")
    .bind(key)
    .bind(f64::from(lease_s))
    .execute(&hub.pool)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Says that the object under a key is whole; somebody who took the file over meanwhile makes this fail. A file that the hub
/// had lost is mended by it.
pub(crate) async fn make_durable(hub: &Hub, key: &str) -> Result<(), Refusal> {
    // Nobody waits for the disk here: a batch looks again in its transaction, and a file that a crash forgot is asked for.
    let done = sql("WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) \
         UPDATE staged s SET state = 1, touched_at = now() FROM quick WHERE key = $1 AND state = 0 AND NOT EXISTS \
         (SELECT FROM lost_file l WHERE l.sha256 = s.sha256 AND l.unit_no = s.unit_no AND l.mended_at IS NULL)")
    .bind(key)
    .execute(&hub.pool)
    .await?;
    if done.rows_affected() == 1 || mend(hub, key).await? {
        return Ok(());
    }
    Err(Refusal::new(ProblemKind::Unavailable).detail("the lease ended before the file was whole"))
}

/// Gives the row of a file that was lost the object under a key, in one statement; the object before it is of no row from then
/// on. False if the file is not lost, or nobody writes under the key.
async fn mend(hub: &Hub, key: &str) -> Result<bool, Refusal> {
    let done =
        sql("WITH moved AS (DELETE FROM staged WHERE key = $1 AND state = 0 RETURNING sha256, unit_no, key, bytes) \
         UPDATE file f SET key = m.key, state = 0 FROM moved m \
         WHERE f.sha256 = m.sha256 AND f.unit_no = m.unit_no AND f.bytes = m.bytes AND f.state = 1");
    let mut transaction = hub.pool.begin().await?;
    let mended = done.bind(key).execute(&mut *transaction).await?.rows_affected() == 1;
    if mended {
        transaction.commit().await?;
    }
    Ok(mended)
}

/// Ends a lease at once, so that the next try need not wait for its end; the key itself is never used again.
pub(crate) async fn give_up(hub: &Hub, key: &str) {
    let ended = sql("UPDATE staged SET lease_until = now() WHERE key = $1 AND state = 0").bind(key).execute(&hub.pool);
    if let Err(error) = ended.await {
        tracing::warn!(key, %error, "a lease goes on until its end");
    }
}

/// One range of RFC 9110, 14.1.2; several ranges or another unit are answered with the whole file.
fn range_in(text: &str, bytes: u64) -> Result<Option<Range<u64>>, Refusal> {
    let Some(range) = text.strip_prefix("bytes=") else { return Ok(None) };
    let Some((first, last)) = range.split_once('-') else { return Ok(None) };
    let number = |text: &str| text.parse::<u64>().ok();
    let range = match (first, last) {
        ("", last) => number(last).map(|suffix| bytes.saturating_sub(suffix)..bytes),
        (first, "") => number(first).map(|first| first..bytes),
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Some(first..bytes.min(last.saturating_add(1))),
            _ => None,
        },
    };
    match range {
        Some(range) if range.start >= range.end => Err(Refusal::new(ProblemKind::RangeNotSatisfiable)),
        range => Ok(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_rfc_9110() {
        let cases: [(&str, Option<Range<u64>>); 9] = [
            ("bytes=0-0", Some(0..1)),
            ("bytes=2-5", Some(2..6)),
            ("bytes=2-", Some(2..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-30", Some(0..10)),
            ("bytes=2-500", Some(2..10)),
            ("bytes=1-2,4-5", None),
            ("lines=1-2", None),
            ("bytes=5-2", None),
        ];
        for (text, range) in cases {
            assert_eq!(range_in(text, 10).unwrap(), range, "{text}");
        }
        for text in ["bytes=10-", "bytes=-0", "bytes=18446744073709551615-"] {
            assert_eq!(range_in(text, 10).unwrap_err().kind, ProblemKind::RangeNotSatisfiable, "{text}");
        }
    }
}
