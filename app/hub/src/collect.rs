//! Collecting: what was uploaded and never named by a record is removed once nobody touched it for a while, and so are objects
//! that no row names. What a record names is never touched.
//!
//! A row says that its file is being deleted before the object goes, and goes after it: whoever dies in between leaves what the
//! next run finishes. A station that sends the file again meanwhile writes under a key of its own. Rows come before their
//! objects, so an object that was listed and is of no row then is of nobody. After a restore nothing is removed until every
//! station has spoken to the restored database, for objects without rows are what such a one may need.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream::TryStreamExt;
use sohoa_model::crash;
use sohoa_wire::Hash;
use sqlx_core::connection::Connection as _;
use sqlx_postgres::{PgConnection, PgPool};

use crate::database::{rows, sql, value};
use crate::store::{Listed, Store, StoreError};

/// Days after which a file that no record names is collected.
pub const DAYS: u32 = 30;
/// Days after which an object that no row names is swept.
pub const ORPHAN_DAYS: u32 = 7;
/// Rows that are taken at once.
const AT_ONCE: i64 = 500;
/// Keys that are asked about at once.
const ASKED: usize = 1000;
/// Objects that are swept in one run, at most.
const SWEPT: usize = 100_000;
/// The lock of PostgreSQL that says which hub of a group looks after the store: `Sohoa` and a number.
const TURN: i64 = 0x53_6f68_6f61_0001;

/// What may be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Files that no record names, untouched for so many days.
    pub days: u32,
    /// Objects that no row names, and so old.
    pub orphan_days: u32,
    /// Whether anything is.
    pub mode: Mode,
    /// Also where objects without rows may be needed: after a restore, or where they are more than those that rows name.
    pub anyway: bool,
}

/// Whether it is done or told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is done.
    Remove,
    /// It is only told.
    Tell,
}

impl Order {
    /// What hubs do by themselves.
    pub const DAILY: Self = Self { days: DAYS, orphan_days: ORPHAN_DAYS, mode: Mode::Remove, anyway: false };
}

/// What was removed, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files that no record named.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Uploads in parts that nobody completes.
    pub uploads: u64,
    /// Objects that no row named.
    pub orphans: u64,
    /// Their bytes.
    pub orphan_bytes: u64,
    /// Such objects that stay, for they are more than those that rows name: the store may be another database's.
    pub left_alone: u64,
}

/// Why nothing is collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Another hub of the group looks after the store.
    #[error("another hub of the group looks after the store now")]
    Busy,
    /// The database was restored, and stations have not spoken to it since.
    #[error(
        "nothing is removed: the database was restored, and {0} of its stations have not spoken to it yet; what they sent \
         after the backup may lie in the store. If they never will: sohoa-hub revoke STATION, or --anyway"
    )]
    Restored(i64),
    /// The database was restored, and nobody can have spoken to it.
    #[error(
        "nothing is removed: the database was restored and has no station yet; what was sent after the backup may lie in the \
         store. If nobody comes back: --anyway"
    )]
    NoStation,
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The turn of the one hub of a group that looks after the store; it ends with the connection at the latest.
#[derive(Debug)]
pub struct Turn(PgConnection);

impl Turn {
    /// Takes it, unless another hub has it.
    pub async fn take(pool: &PgPool) -> Result<Option<Self>, sqlx_core::Error> {
        let mut connection = pool.acquire().await?.detach();
        let taken: bool = value("SELECT pg_try_advisory_lock($1)").bind(TURN).fetch_one(&mut connection).await?;
        Ok(taken.then_some(Self(connection)))
    }

    /// Takes it, and waits a little for who has it: one that died a moment ago may hold it still.
    async fn wait(pool: &PgPool) -> Result<Self, CollectError> {
        for _ in 0..10 {
            if let Some(turn) = Self::take(pool).await? {
                return Ok(turn);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(CollectError::Busy)
    }

    /// Gives it back.
    pub async fn end(mut self) -> Result<(), sqlx_core::Error> {
        sql("SELECT pg_advisory_unlock($1)").bind(TURN).execute(&mut self.0).await?;
        self.0.close().await
    }
}

/// Removes what an order allows, or tells what it would.
pub async fn collect(pool: &PgPool, store: &Store, order: Order) -> Result<Collected, CollectError> {
    let turn = Turn::wait(pool).await?;
    let collected = in_turn(pool, store, order).await;
    turn.end().await?;
    collected
}

/// The same for who has the turn.
pub(crate) async fn in_turn(pool: &PgPool, store: &Store, order: Order) -> Result<Collected, CollectError> {
    settle(pool, order).await?;
    let mut collected = Collected::default();
    staged(pool, store, order, &mut collected).await?;
    uploads(pool, store, order, &mut collected).await?;
    orphans(pool, store, order, &mut collected).await?;
    Ok(collected)
}

/// Refused as long as a restored database has not heard of all its stations; once it has, that is never asked again.
async fn settle(pool: &PgPool, order: Order) -> Result<(), CollectError> {
    let is_settled: bool = value("SELECT settled_generation >= generation FROM hub").fetch_one(pool).await?;
    if is_settled {
        return Ok(());
    }
    let (all, silent): (i64, i64) = rows(
        "SELECT count(*), count(*) FILTER (WHERE s.generation <> hub.generation) FROM station s, hub WHERE NOT s.revoked",
    )
    .fetch_one(pool)
    .await?;
    // Those that were enrolled after the backup come back by their receipts.
    match (all, silent) {
        _ if order.anyway => {}
        (0, _) => return Err(CollectError::NoStation),
        (_, 0) => {}
        (_, silent) => return Err(CollectError::Restored(silent)),
    }
    if order.mode == Mode::Remove {
        sql("UPDATE hub SET settled_generation = generation").execute(pool).await?;
    }
    Ok(())
}

/// The moment so many days ago, by the clock of PostgreSQL.
async fn before(pool: &PgPool, days: u32) -> Result<DateTime<Utc>, sqlx_core::Error> {
    value("SELECT now() - make_interval(days => $1)").bind(days.cast_signed()).fetch_one(pool).await
}

/// Files that no record names and that nobody touched for a while; those whose deletion was begun are finished.
async fn staged(pool: &PgPool, store: &Store, order: Order, collected: &mut Collected) -> Result<(), CollectError> {
    // One moment for the whole run: it does not go after what comes meanwhile.
    let untouched_since = before(pool, order.days).await?;
    if order.mode == Mode::Tell {
        let told: (i64, i64, i64) = rows(
            "SELECT count(*), coalesce(sum(s.bytes), 0)::bigint, count(u.key) FROM staged s LEFT JOIN upload u USING (key) \
             WHERE s.state = 2 OR (s.touched_at <= $1 AND (s.state = 1 OR s.lease_until < now()))",
        )
        .bind(untouched_since)
        .fetch_one(pool)
        .await?;
        let (files, bytes, uploads) = told;
        collected.files = files.unsigned_abs();
        collected.bytes = bytes.unsigned_abs();
        collected.uploads = uploads.unsigned_abs();
        return Ok(());
    }
    loop {
        // A batch that claims a file has its row locked, and whoever writes it has a lease.
        let taken: Vec<(String, i64)> = rows(
            "UPDATE staged SET state = 2 WHERE key = ANY(ARRAY(SELECT key FROM staged \
             WHERE state = 2 OR (touched_at <= $1 AND (state = 1 OR lease_until < now())) \
             ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING key, bytes",
        )
        .bind(untouched_since)
        .bind(AT_ONCE)
        .fetch_all(pool)
        .await?;
        if taken.is_empty() {
            return Ok(());
        }
        crash::point("collect.marked");
        for (key, bytes) in taken {
            let upload: Option<String> =
                value("SELECT upload_id FROM upload WHERE key = $1").bind(&key).fetch_optional(pool).await?;
            if let Some(upload) = &upload {
                store.abort(&key, upload).await?;
                collected.uploads += 1;
            }
            store.delete(&key).await?;
            crash::point("collect.deleted");
            let mut transaction = pool.begin().await?;
            sql("DELETE FROM upload WHERE key = $1").bind(&key).execute(&mut *transaction).await?;
            // Whoever sent it again meanwhile has the row under another key.
            sql("DELETE FROM staged WHERE key = $1 AND state = 2").bind(&key).execute(&mut *transaction).await?;
            transaction.commit().await?;
            collected.files += 1;
            collected.bytes += bytes.unsigned_abs();
        }
    }
}

/// Uploads in parts whose file came another way, or is no longer written.
async fn uploads(pool: &PgPool, store: &Store, order: Order, collected: &mut Collected) -> Result<(), CollectError> {
    let dead: Vec<(String, String)> = rows(
        "SELECT key, upload_id FROM upload u \
         WHERE NOT EXISTS (SELECT FROM staged s WHERE s.key = u.key AND s.state <> 1)",
    )
    .fetch_all(pool)
    .await?;
    collected.uploads += dead.len() as u64;
    if order.mode == Mode::Tell {
        return Ok(());
    }
    for (key, upload) in dead {
        store.abort(&key, &upload).await?;
        sql("DELETE FROM upload WHERE key = $1").bind(&key).execute(pool).await?;
    }
    Ok(())
}

/// Objects of files, and places of parts, that no row names.
async fn orphans(pool: &PgPool, store: &Store, order: Order, collected: &mut Collected) -> Result<(), CollectError> {
    let before = before(pool, order.orphan_days).await?;
    let (mut named, mut found) = (0, Vec::new());
    let mut listing = store.list("f").try_chunks(ASKED);
    while let Some(some) = listing.try_next().await.map_err(|error| error.1)? {
        // What is not named as files are is nobody's business here.
        let files: Vec<(Hash, Listed)> =
            some.into_iter().filter_map(|object| Some((digest_in(&object.key)?, object))).collect();
        let listed = files.len();
        let of_nobody = of_nobody(pool, files).await?;
        named += listed - of_nobody.len();
        found.extend(of_nobody.into_iter().filter(|object| object.at <= before));
        // The rest comes with the next run.
        if found.len() >= SWEPT {
            break;
        }
    }
    if found.len() > named && !order.anyway {
        collected.left_alone = found.len() as u64;
        return Ok(());
    }
    for Listed { key, bytes, .. } in found {
        if order.mode == Mode::Remove {
            store.delete(&key).await?;
        }
        collected.orphans += 1;
        collected.orphan_bytes += bytes;
    }
    for Listed { key, bytes, .. } in store.torn().await?.into_iter().filter(|object| object.at <= before) {
        if order.mode == Mode::Remove {
            store.remove_torn(&key).await?;
        }
        collected.orphans += 1;
        collected.orphan_bytes += bytes;
    }
    let begun: Vec<String> =
        store.begun().await?.into_iter().filter(|(_, at)| *at <= before).map(|(upload, _)| upload).collect();
    let known: Vec<String> =
        value("SELECT upload_id FROM upload WHERE upload_id = ANY($1)").bind(&begun).fetch_all(pool).await?;
    let known: BTreeSet<String> = known.into_iter().collect();
    for upload in begun.iter().filter(|upload| !known.contains(*upload)) {
        if order.mode == Mode::Remove {
            store.abort("staging", upload).await?;
        }
        collected.uploads += 1;
    }
    Ok(())
}

/// Those of some objects of files that no row names.
async fn of_nobody(pool: &PgPool, files: Vec<(Hash, Listed)>) -> Result<Vec<Listed>, CollectError> {
    let keys: Vec<&str> = files.iter().map(|(_, object)| object.key.as_str()).collect();
    let digests: Vec<&[u8]> = files.iter().map(|(digest, _)| digest.0.as_slice()).collect();
    // A file that moves from one table to the other is in one of them for each statement.
    let lone: Vec<String> = value(
        "SELECT w.key FROM unnest($1::text[], $2::bytea[]) AS w(key, sha256) \
         WHERE NOT EXISTS (SELECT FROM staged s WHERE s.key = w.key) \
         AND NOT EXISTS (SELECT FROM file f WHERE f.sha256 = w.sha256 AND f.key = w.key)",
    )
    .bind(&keys)
    .bind(&digests)
    .fetch_all(pool)
    .await?;
    let lone: BTreeSet<String> = lone.into_iter().collect();
    Ok(files.into_iter().map(|(_, object)| object).filter(|object| lone.contains(&object.key)).collect())
}

/// The digest that the key of a file names.
fn digest_in(key: &str) -> Option<Hash> {
    let (_, name) = key.strip_prefix("f/")?.split_once('/')?;
    name.split_once('.')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub;

    #[test]
    fn keys_of_files_name_their_digest_and_others_none() {
        let digest = Hash::of(b"x");
        assert_eq!(digest_in(&hub::file_key(digest, "0123456789abcdef")), Some(digest));
        for other in ["f/aa/x.1", "b/aa/1", "f/readme", "staging/1", ""] {
            assert_eq!(digest_in(other), None, "{other}");
        }
    }
}
