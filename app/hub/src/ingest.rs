//! The one transaction that moves a log: under the lock of the station's row the head rule is applied, files are claimed,
//! records are projected, counters move, and the head moves; all of it or nothing.
//!
//! Locks are taken in one order (station, staged files by digest, dossiers, counters), so two batches never wait for each
//! other in a ring. Before them comes the turn that batches share and a rebuild has alone; who does not get it does not wait.

mod claim_files;
mod content;
mod owners;
mod project;
mod work;

use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sohoa_model::Timestamp;
use sohoa_model::crash;
use sohoa_wire::head::{self, Ruling};
use sohoa_wire::moment::Moment;
use sohoa_wire::{Ack, Batch, BatchHeader, Chain, Hash, Head, ProblemKind, Signed, json};
use sqlx_core::executor::Executor;
use sqlx_postgres::{PgTransaction, Postgres};

use crate::auth::Caller;
use crate::database::{rows, sql, value};
use crate::metrics::Metrics;
use crate::{Hub, Refusal, hub};

pub use content::state_number;

use content::Content;

/// The name of the advisory lock that transactions of batches share, and that who replaces what they write has alone.
pub(crate) const TURN: i64 = i64::from_be_bytes(*b"sohoa-in");
/// Seconds after which a station asks again whose batch is put off.
const PUT_OFF_S: u32 = 5;

/// The first line of a stored batch: all that is needed to judge it again without the database.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredHeader {
    /// The field `Sohoa-Batch`.
    pub(crate) batch: String,
    /// When the body was stored, in milliseconds; the batch row has the moment of its transaction.
    pub(crate) received_ms: i64,
    /// The hub's clock less the station's.
    pub(crate) skew_ms: i64,
}

/// A batch whose body is in the store.
#[derive(Debug)]
struct Stored<'a> {
    batch: &'a Batch,
    /// Where its body is.
    key: String,
    /// The digest of the body as it was sent.
    body_sha256: Hash,
}

/// Whose batch it is, and what of its arrival enters the tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender {
    /// The number of the station.
    pub(crate) station_no: i32,
    /// The number of its unit.
    pub(crate) unit_no: i32,
    /// The hub's clock less the station's, as its batch row has it.
    pub(crate) skew_ms: i64,
    /// When the hub took it, as its batch row has it.
    pub(crate) received: Timestamp,
}

/// Takes a batch, however it came here: a look at the head, the body to the store, the transaction; gives what it comes to.
pub async fn take(hub: &Hub, caller: &Caller, batch: &Batch, bytes: &Bytes) -> Result<Signed<Ack>, Refusal> {
    if let Some(ack) = look(hub, caller, &batch.header).await? {
        Metrics::add(&hub.metrics.repeated_batches, 1);
        return Ok(ack);
    }
    // Who would be put off anyway stores nothing.
    share_turn(&hub.pool).await?;
    let stored = store(hub, caller, batch, bytes).await?;
    // It is never closed.
    let turn = hub.ingests.acquire().await.ok();
    let began = Instant::now();
    let transaction = match extend(hub, caller, &stored).await {
        Ok(Some(transaction)) => transaction,
        Ok(None) => {
            Metrics::add(&hub.metrics.repeated_batches, 1);
            remove(hub, &stored.key).await;
            return acknowledge(hub, caller).await;
        }
        // A commit was not tried: no log has the body.
        Err(refusal) => {
            remove(hub, &stored.key).await;
            return Err(refusal);
        }
    };
    crash::point("hub.before-commit");
    // Whether a commit that failed took place is unknown: the body stays, for the log may need it.
    transaction.commit().await?;
    crash::point("hub.after-commit");
    drop(turn);
    let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Metrics::add(&hub.metrics.ingest_microseconds, took);
    Metrics::add(&hub.metrics.batches, 1);
    Metrics::add(&hub.metrics.records, batch.header.claim.count);
    acknowledge(hub, caller).await
}

/// Shares the turn of batches to the end of a transaction, or refuses at once because somebody has it alone.
async fn share_turn<'e>(from: impl Executor<'e, Database = Postgres>) -> Result<(), Refusal> {
    if value("SELECT pg_try_advisory_xact_lock_shared($1)").bind(TURN).fetch_one(from).await? {
        return Ok(());
    }
    let refusal = Refusal::new(ProblemKind::Unavailable).detail("the tables are being rebuilt");
    Err(Refusal { retry_after: Some(PUT_OFF_S), ..refusal })
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

/// What the head says of a header, without a lock: a batch that cannot extend the log need not be stored.
async fn look(hub: &Hub, caller: &Caller, header: &BatchHeader) -> Result<Option<Signed<Ack>>, Refusal> {
    let (head, _) = read_head(&hub.pool, caller.station_no, "").await?;
    match head::judge(&head, &header.claim) {
        Ruling::Extends(_) => Ok(None),
        Ruling::IsHead => acknowledge(hub, caller).await.map(Some),
        ruling => Err(refuse(hub, ruling, &head)),
    }
}

/// Moves the log in a transaction that only lacks its commit, or says why not; none if the batch is the head already.
async fn extend(hub: &Hub, caller: &Caller, stored: &Stored<'_>) -> Result<Option<PgTransaction<'static>>, Refusal> {
    let content = Content::of(stored.batch)?;
    let mut transaction = hub.pool.begin().await?;
    share_turn(&mut *transaction).await?;
    let (head, _) = read_head(&mut *transaction, caller.station_no, "FOR UPDATE").await?;
    let claim = &stored.batch.header.claim;
    let after = match head::judge(&head, claim) {
        Ruling::Extends(after) => after,
        Ruling::IsHead => return Ok(None),
        ruling => return Err(refuse(hub, ruling, &head)),
    };
    let received = hub.now();
    let Caller { station_no, unit_no, skew_ms, .. } = *caller;
    claim_files::claim(&mut transaction, unit_no, &content).await?;
    owners::check(&mut transaction, station_no, &content).await?;
    apply(&mut transaction, &Sender { station_no, unit_no, skew_ms, received }, &content).await?;
    let received = moment(received)?;
    sql("INSERT INTO batch (station_no, epoch, first_seq, last_seq, chain, key, body_sha256, received_at, skew_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(caller.station_no)
    .bind(claim.epoch.cast_signed())
    .bind(position(claim.first)?)
    .bind(position(after.seq)?)
    .bind(after.chain.0.0.as_slice())
    .bind(&stored.key)
    .bind(stored.body_sha256.0.as_slice())
    .bind(received)
    .bind(caller.skew_ms)
    .execute(&mut *transaction)
    .await?;
    sql("UPDATE station SET seq = $2, chain = $3, moved_at = $4, seen_at = $4, skew_ms = $5 WHERE station_no = $1")
        .bind(caller.station_no)
        .bind(position(after.seq)?)
        .bind(after.chain.0.0.as_slice())
        .bind(received)
        .bind(caller.skew_ms)
        .execute(&mut *transaction)
        .await?;
    Ok(Some(transaction))
}

/// Writes what a batch tells into the tables.
async fn apply(transaction: &mut PgTransaction<'_>, sender: &Sender, content: &Content<'_>) -> Result<(), Refusal> {
    project::project(transaction, sender, content).await?;
    work::count(transaction, sender, content).await
}

/// Applies a batch of a log once more, and gives the files that it names. Whether its station might tell of its dossiers by the
/// hub's orders was judged when it was taken, by what was so then; what it answers to orders of the hub is heard again.
pub(crate) async fn replay(
    transaction: &mut PgTransaction<'_>,
    sender: &Sender,
    batch: &Batch,
) -> Result<Vec<(Hash, u64)>, Refusal> {
    let content = Content::of(batch)?;
    owners::hear(transaction, &content).await?;
    apply(transaction, sender, &content).await?;
    Ok(content.files.iter().map(|(digest, (bytes, _))| (*digest, *bytes)).collect())
}

/// The signed acknowledgement of a station's head.
pub async fn acknowledge(hub: &Hub, caller: &Caller) -> Result<Signed<Ack>, Refusal> {
    let (head, stable) = read_head(&hub.pool, caller.station_no, "").await?;
    let last: Option<DateTime<Utc>> =
        value("SELECT received_at FROM batch WHERE station_no = $1 ORDER BY first_seq DESC LIMIT 1")
            .bind(caller.station_no)
            .fetch_optional(&hub.pool)
            .await?;
    let ack = Ack {
        station: caller.station,
        epoch: head.epoch,
        generation: hub.generation,
        seq: head.seq,
        chain: head.chain,
        stable_seq: stable,
        at: Moment(Timestamp(last.map_or(0, |last| last.timestamp_millis()))),
        hub_key: hub.settings.key_name.clone(),
    };
    Signed::new(ack, &hub.key).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))
}

/// The head of a station and its stable position; one that is locked is refused if the station was revoked meanwhile.
pub async fn read_head<'e>(
    from: impl Executor<'e, Database = Postgres>,
    station_no: i32,
    lock: &'static str,
) -> Result<(Head, u64), Refusal> {
    let text = match lock {
        "FOR UPDATE" => "SELECT epoch, seq, chain, stable_seq, revoked FROM station WHERE station_no = $1 FOR UPDATE",
        _ => "SELECT epoch, seq, chain, stable_seq, revoked FROM station WHERE station_no = $1",
    };
    let (epoch, seq, chain, stable, revoked): (i32, i64, Vec<u8>, i64, bool) =
        rows(text).bind(station_no).fetch_one(from).await?;
    if revoked && lock == "FOR UPDATE" {
        return Err(Refusal::new(ProblemKind::Revoked));
    }
    let chain = Hash::from_slice(&chain).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    Ok((Head { epoch: epoch.cast_unsigned(), seq: seq.unsigned_abs(), chain: Chain(chain) }, stable.unsigned_abs()))
}

fn refuse(hub: &Hub, ruling: Ruling, head: &Head) -> Refusal {
    if ruling == Ruling::Fenced {
        let mut refusal = Refusal::new(ProblemKind::EpochFenced);
        refusal.problem.epoch = Some(head.epoch);
        return refusal;
    }
    head_moved(hub, head)
}

/// The refusal of a batch that does not extend the log: it names the head.
pub fn head_moved(hub: &Hub, head: &Head) -> Refusal {
    let mut refusal = Refusal::new(ProblemKind::HeadMoved).at(head.seq);
    refusal.problem.chain = Some(head.chain);
    refusal.problem.generation = Some(hub.generation);
    refusal
}

/// A position of the log as the database has it.
fn position(seq: u64) -> Result<i64, Refusal> {
    i64::try_from(seq).map_err(|error| Refusal::new(ProblemKind::Malformed).because(error))
}

/// A moment as the database has it.
fn moment(at: Timestamp) -> Result<DateTime<Utc>, Refusal> {
    DateTime::from_timestamp_millis(at.0).ok_or_else(|| Refusal::new(ProblemKind::Internal).detail("the hub's clock"))
}
