//! Large files in parts, in order, through any hub: the digest so far lies beside the upload, and whoever gets the next
//! part goes on from it. Only when the last part brought the right digest is the object completed, so a wrong file never
//! appears.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sha2::digest::common::hazmat::SerializableState;
use sha2::{Digest, Sha256};
use sohoa_model::crash;
use sohoa_wire::api::{UploadBegin, UploadState};
use sohoa_wire::{Hash, ProblemKind, limits};

use super::{answer, digest_in, files, question};
use crate::auth::{self, Caller};
use crate::database::{rows, sql};
use crate::metrics::Metrics;
use crate::{Hub, Refusal, body, hub};

/// Seconds for which nobody else may take an upload over; each part renews them.
const LEASE_S: i32 = 600;

/// An upload as the database has it.
struct Upload {
    key: String,
    id: String,
    bytes: u64,
    next_part: u64,
    midstate: Vec<u8>,
    parts: Vec<String>,
}

/// Key, name at the store, bytes, next part, state of the digest, parts.
type Row = (String, String, i64, i32, Vec<u8>, Vec<String>);

impl Upload {
    fn count(&self) -> u64 {
        self.bytes.div_ceil(limits::PART_BYTES)
    }

    fn part_bytes(&self, part: u64) -> u64 {
        (self.bytes - part * limits::PART_BYTES).min(limits::PART_BYTES)
    }

    fn hasher(&self) -> Result<Sha256, Refusal> {
        let state = self.midstate.as_slice().try_into();
        let state =
            state.map_err(|_| Refusal::new(ProblemKind::Internal).detail("the state of an upload is broken"))?;
        Sha256::deserialize(state)
            .map_err(|_| Refusal::new(ProblemKind::Internal).detail("the state of an upload is broken"))
    }
}

async fn find(hub: &Hub, caller: &Caller, digest: Hash) -> Result<Option<Upload>, Refusal> {
    let found: Option<Row> =
        rows("SELECT key, upload_id, bytes, next_part, midstate, parts FROM upload WHERE sha256 = $1 AND unit_no = $2")
            .bind(digest.0.as_slice())
            .bind(caller.unit_no)
            .fetch_optional(&hub.pool)
            .await?;
    Ok(found.map(|(key, id, bytes, next_part, midstate, parts)| Upload {
        key,
        id,
        bytes: bytes.unsigned_abs(),
        next_part: u64::from(next_part.unsigned_abs()),
        midstate,
        parts,
    }))
}

/// `POST /v1/files/<sha256>/upload`: begins an upload, or says how far it is.
pub(super) async fn begin(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let caller = auth::station(&hub, &parts).await?;
    let digest = digest_in(&name)?;
    let asked: UploadBegin = question(sent, caller.digest).await?;
    if asked.bytes == 0 || asked.bytes > limits::PARTS * limits::PART_BYTES {
        return Err(Refusal::new(ProblemKind::TooLarge).detail("a file has 1 to 1000 parts"));
    }
    let state = |next_part| {
        let lease_s = u64::from(LEASE_S.unsigned_abs());
        answer(StatusCode::OK, &UploadState { part_bytes: limits::PART_BYTES, next_part, lease_s })
    };
    if files::has(&hub, &caller, digest).await? {
        return state(asked.bytes.div_ceil(limits::PART_BYTES));
    }
    if let Some(upload) = find(&hub, &caller, digest).await? {
        // One that was collected, or whose file came whole meanwhile, begins anew.
        if upload.bytes == asked.bytes && files::renew(&hub, &upload.key, LEASE_S).await? {
            if upload.next_part == upload.count() {
                finish(&hub, &caller, digest, &upload).await?;
            }
            return state(upload.next_part);
        }
        forget(&hub, &caller, digest, &upload).await?;
    }
    let key = files::intend(&hub, &caller, digest, asked.bytes, LEASE_S).await?;
    crash::point("hub.after-intent");
    let id = match hub.store.begin(&key, &hub::random_name()?).await {
        Ok(id) => id,
        Err(error) => {
            files::give_up(&hub, &key).await;
            return Err(error.into());
        }
    };
    sql("INSERT INTO upload (sha256, unit_no, key, upload_id, bytes, midstate) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (sha256, unit_no) DO UPDATE SET key = excluded.key, upload_id = excluded.upload_id, \
         bytes = excluded.bytes, next_part = 0, midstate = excluded.midstate, parts = '{}'")
    .bind(digest.0.as_slice())
    .bind(caller.unit_no)
    .bind(&key)
    .bind(&id)
    .bind(i64::try_from(asked.bytes).unwrap_or(i64::MAX))
    .bind(Sha256::new().serialize().as_slice())
    .execute(&hub.pool)
    .await?;
    state(0)
}

/// `PUT /v1/files/<sha256>/parts/<n>`.
pub(super) async fn part(
    State(hub): State<Arc<Hub>>,
    Path((name, number)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let caller = auth::station(&hub, &parts).await?;
    let digest = digest_in(&name)?;
    let number = number.parse::<u64>().map_err(|error| Refusal::new(ProblemKind::Malformed).because(error))?;
    let Some(upload) = find(&hub, &caller, digest).await? else { return Err(Refusal::new(ProblemKind::NotFound)) };
    if number != upload.next_part || number >= upload.count() {
        return Err(out_of_order(&upload));
    }
    let _room = hub.bodies.acquire().await.map_err(|error| Refusal::new(ProblemKind::Unavailable).because(error))?;
    let size = upload.part_bytes(number);
    let bytes = body::read(sent, usize::try_from(size).unwrap_or(usize::MAX), caller.digest).await?;
    if bytes.len() as u64 != size {
        return Err(Refusal::new(ProblemKind::Malformed).detail(format!("part {number} has {size} bytes")));
    }
    let mut hasher = upload.hasher()?;
    hasher.update(&bytes);
    let is_last = number + 1 == upload.count();
    if is_last && Hash(hasher.clone().finalize().into()) != digest {
        forget(&hub, &caller, digest, &upload).await?;
        return Err(Refusal::new(ProblemKind::DigestMismatch));
    }
    if !files::renew(&hub, &upload.key, LEASE_S).await? {
        return Err(Refusal::new(ProblemKind::Unavailable).detail("the upload was given up: begin it anew"));
    }
    let plain = u32::try_from(number).map_err(|error| Refusal::new(ProblemKind::Malformed).because(error))?;
    let stored = hub.store.part(&upload.key, &upload.id, plain, bytes).await?;
    crash::point("hub.after-part");
    let moved = sql("UPDATE upload SET next_part = next_part + 1, midstate = $4, parts = parts || $5::text \
         WHERE key = $1 AND next_part = $2 AND unit_no = $3")
    .bind(&upload.key)
    .bind(plain.cast_signed())
    .bind(caller.unit_no)
    .bind(hasher.serialize().as_slice())
    .bind(&stored)
    .execute(&hub.pool)
    .await?;
    let Some(upload) = find(&hub, &caller, digest).await? else { return Err(Refusal::new(ProblemKind::Unavailable)) };
    if moved.rows_affected() == 0 {
        return Err(out_of_order(&upload));
    }
    if is_last {
        finish(&hub, &caller, digest, &upload).await?;
        return Ok(StatusCode::CREATED.into_response());
    }
    let lease_s = u64::from(LEASE_S.unsigned_abs());
    answer(StatusCode::OK, &UploadState { part_bytes: limits::PART_BYTES, next_part: upload.next_part, lease_s })
}

/// `DELETE /v1/files/<sha256>/upload`.
pub(super) async fn abort(
    State(hub): State<Arc<Hub>>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let (_, caller) = auth::bare(&hub, request).await?;
    let digest = digest_in(&name)?;
    if let Some(upload) = find(&hub, &caller, digest).await? {
        forget(&hub, &caller, digest, &upload).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Completes an upload whose parts are all there and whose digest was compared; may be done again after a crash.
async fn finish(hub: &Hub, caller: &Caller, digest: Hash, upload: &Upload) -> Result<(), Refusal> {
    if let Err(error) = hub.store.complete(&upload.key, &upload.id, upload.parts.clone()).await {
        // A hub that died after completing leaves no parts behind, but the object.
        let is_there = hub.store.size(&upload.key).await.is_ok_and(|size| size == upload.bytes);
        if !is_there {
            forget(hub, caller, digest, upload).await?;
            return Err(error.into());
        }
    }
    files::make_durable(hub, &upload.key).await?;
    sql("DELETE FROM upload WHERE key = $1").bind(&upload.key).execute(&hub.pool).await?;
    Metrics::add(&hub.metrics.files, 1);
    Metrics::add(&hub.metrics.file_bytes, upload.bytes);
    Ok(())
}

/// Forgets an upload: its rows go first, then its parts.
async fn forget(hub: &Hub, caller: &Caller, digest: Hash, upload: &Upload) -> Result<(), Refusal> {
    let mut transaction = hub.pool.begin().await?;
    sql("DELETE FROM upload WHERE key = $1").bind(&upload.key).execute(&mut *transaction).await?;
    sql("DELETE FROM staged WHERE sha256 = $1 AND unit_no = $2 AND key = $3 AND state = 0")
        .bind(digest.0.as_slice())
        .bind(caller.unit_no)
        .bind(&upload.key)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(hub.store.abort(&upload.key, &upload.id).await?)
}

fn out_of_order(upload: &Upload) -> Refusal {
    let mut refusal = Refusal::new(ProblemKind::PartOutOfOrder);
    refusal.problem.next_part = Some(upload.next_part);
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_goes_on_from_its_state() {
        let mut first = Sha256::new();
        first.update(vec![1; 100]);
        let state = first.serialize();
        let upload = Upload {
            key: String::new(),
            id: String::new(),
            bytes: 2 * limits::PART_BYTES + 1,
            next_part: 1,
            midstate: state.to_vec(),
            parts: Vec::new(),
        };
        let mut second = upload.hasher().unwrap();
        second.update(vec![2; 3]);
        assert_eq!(Hash(second.finalize().into()), Hash::of(&[vec![1; 100], vec![2; 3]].concat()));
        assert_eq!((upload.count(), upload.part_bytes(1), upload.part_bytes(2)), (3, limits::PART_BYTES, 1));
        assert!(Upload { midstate: vec![0; 3], ..upload }.hasher().is_err());
    }
}
