//! Collecting: what was uploaded and never named by a record is removed once nobody touched it for a while; if an operator asks for
//! it, so are objects that no row names. What a record names is never touched.
//!
//! A row says that its file is being deleted before the object goes, and goes after it: whoever dies in between leaves what the
//! next run finishes. A station that sends the file again meanwhile writes under a key of its own. Objects without rows are what
//! a restored database may need, so they are swept only where the batch bodies of the store tell of nothing that the database
//! lacks (`strays`), and never by a hub of itself.

mod strays;
mod sweep;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sohoa_model::crash;
use sqlx_core::connection::Connection as _;
use sqlx_postgres::{PgConnection, PgPool};

use crate::database::{rows, sql, value};
use crate::marker::{Marker, MarkerError};
use crate::refusal::chain_of;
use crate::store::{Store, StoreError};

pub use strays::{Stray, Tells};

/// Days after which a file that no record names is collected.
pub const DAYS: u32 = 30;
/// Days after which an object that no row names is swept.
pub const ORPHAN_DAYS: u32 = 7;
/// Days after which parts of which no row tells are removed.
const PARTS_DAYS: u32 = 7;
/// Rows that are taken at once.
const AT_ONCE: i64 = 500;
/// Keys that are asked about at once.
const ASKED: usize = 1000;
/// Things that cannot be removed and are named, at most.
const NAMED: usize = 20;
/// The lock of PostgreSQL that says which hub of a group looks after the store: `Sohoa` and a number.
const TURN: i64 = 0x53_6f68_6f61_0001;

/// What may be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Files that no record names, untouched for so many days.
    pub days: u32,
    /// Whether objects that no row names are swept, too.
    pub sweep: Option<Sweep>,
    /// Whether anything is.
    pub mode: Mode,
}

/// Which objects that no row names are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// Those that are so many days old.
    pub days: u32,
    /// Also where they may be needed: after a restore, where batch bodies tell of what the database lacks, and where such objects
    /// are more than those that rows name.
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
    pub const DAILY: Self = Self { days: DAYS, sweep: None, mode: Mode::Remove };
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
    /// Such objects that stay, for the object that a row names instead is not whole.
    pub kept: u64,
    /// Rows that got such an object, for their own was missing or damaged.
    pub mended: u64,
    /// Things that could not be removed.
    pub stuck: u64,
    /// The first of them: the key, and why.
    pub stuck_first: Vec<String>,
}

/// Why nothing is collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Another hub of the group looks after the store.
    #[error("another hub of the group looks after the store now")]
    Busy,
    /// The database was restored, and stations have not spoken to it since.
    #[error(
        "nothing is swept: the database was restored, and {0} of its stations have not spoken to it yet; what they sent after the \
         backup may lie in the store. If it is not needed: --anyway"
    )]
    Restored(i64),
    /// The database was restored, and nobody can have spoken to it.
    #[error(
        "nothing is swept: the database was restored and has no station yet; what was sent after the backup may lie in the store. \
         If it is not needed: --anyway"
    )]
    NoStation,
    /// The store knows more than the database.
    #[error(
        "nothing is swept: the batch body {0}, so objects that no row names may be the only copy of what it names. Was the \
         database restored, or is the store another one's, too? If they are not needed: --anyway"
    )]
    Stray(Stray),
    /// The store is not the one of the database.
    #[error(transparent)]
    Marker(#[from] MarkerError),
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
    let marker = Marker::ensure(pool, store).await?;
    if let Some(sweep) = order.sweep {
        may_sweep(pool, store, sweep, order.mode).await?;
    }
    let mut run = Run { pool, store, marker, mode: order.mode, collected: Collected::default() };
    staged(&mut run, order.days).await?;
    uploads(&mut run).await?;
    begun(&mut run).await?;
    if let Some(sweep) = order.sweep {
        sweep::objects(&mut run, sweep).await?;
    }
    Ok(run.collected)
}

/// A run of the collector.
struct Run<'a> {
    pool: &'a PgPool,
    store: &'a Store,
    marker: Marker,
    mode: Mode,
    collected: Collected,
}

impl Run<'_> {
    /// Notes what could not be removed: the next run tries it again. A store that does not answer at all ends the run.
    async fn stuck(&mut self, key: &str, error: StoreError) -> Result<(), CollectError> {
        self.marker.check(self.store).await?;
        self.collected.stuck += 1;
        if self.collected.stuck_first.len() < NAMED {
            let why = chain_of(&error);
            tracing::error!(key, why, "what nobody names cannot be removed from the store");
            self.collected.stuck_first.push(format!("{key}: {why}"));
        }
        Ok(())
    }
}

/// Refused where objects without rows may be needed.
async fn may_sweep(pool: &PgPool, store: &Store, sweep: Sweep, mode: Mode) -> Result<(), CollectError> {
    if !sweep.anyway {
        let hour = value("SELECT now() - interval '1 hour'").fetch_one(pool).await?;
        if let Some(stray) = strays::first(pool, store, hour).await? {
            return Err(CollectError::Stray(stray));
        }
    }
    settle(pool, sweep, mode).await
}

/// Refused as long as a restored database has not heard of all its stations; once it has, that is never asked again.
async fn settle(pool: &PgPool, sweep: Sweep, mode: Mode) -> Result<(), CollectError> {
    let is_settled: bool = value("SELECT settled_generation >= generation FROM hub").fetch_one(pool).await?;
    if is_settled {
        return Ok(());
    }
    let (all, silent): (i64, i64) = rows(
        "SELECT count(*), count(*) FILTER (WHERE s.generation <> hub.generation) FROM station s, hub WHERE NOT s.revoked",
    )
    .fetch_one(pool)
    .await?;
    match (all, silent) {
        _ if sweep.anyway => {}
        (0, _) => return Err(CollectError::NoStation),
        (_, 0) => {}
        (_, silent) => return Err(CollectError::Restored(silent)),
    }
    if mode == Mode::Remove {
        sql("UPDATE hub SET settled_generation = generation").execute(pool).await?;
    }
    Ok(())
}

/// The moment so many days ago, by the clock of PostgreSQL.
async fn before(pool: &PgPool, days: u32) -> Result<DateTime<Utc>, sqlx_core::Error> {
    value("SELECT now() - make_interval(days => $1)").bind(days.cast_signed()).fetch_one(pool).await
}

/// Files that no record names and that nobody touched for a while; those whose deletion was begun are finished.
async fn staged(run: &mut Run<'_>, days: u32) -> Result<(), CollectError> {
    let (pool, store) = (run.pool, run.store);
    // One moment for the whole run: it does not go after what comes meanwhile.
    let untouched_since = before(pool, days).await?;
    if run.mode == Mode::Tell {
        let told: (i64, i64, i64) = rows(
            "SELECT count(*), coalesce(sum(s.bytes), 0)::bigint, count(u.key) FROM staged s LEFT JOIN upload u USING (key) \
             WHERE s.state = 2 OR (s.touched_at <= $1 AND (s.state = 1 OR s.lease_until < now()))",
        )
        .bind(untouched_since)
        .fetch_one(pool)
        .await?;
        let (files, bytes, uploads) = told;
        run.collected.files = files.unsigned_abs();
        run.collected.bytes = bytes.unsigned_abs();
        run.collected.uploads = uploads.unsigned_abs();
        return Ok(());
    }
    let mut stuck: Vec<String> = Vec::new();
    loop {
        // A batch that claims a file has its row locked, and whoever writes it has a lease.
        let taken: Vec<(String, i64)> = rows(
            "UPDATE staged SET state = 2 WHERE key = ANY(ARRAY(SELECT key FROM staged \
             WHERE (state = 2 OR (touched_at <= $1 AND (state = 1 OR lease_until < now()))) AND key <> ALL($3) \
             ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING key, bytes",
        )
        .bind(untouched_since)
        .bind(AT_ONCE)
        .bind(&stuck)
        .fetch_all(pool)
        .await?;
        if taken.is_empty() {
            return Ok(());
        }
        crash::point("collect.marked");
        for (key, bytes) in taken {
            let upload: Option<String> =
                value("SELECT upload_id FROM upload WHERE key = $1").bind(&key).fetch_optional(pool).await?;
            let aborted = match &upload {
                Some(upload) => store.abort(&key, upload).await,
                None => Ok(()),
            };
            let removed = match aborted {
                Ok(()) => store.delete(&key).await,
                Err(error) => Err(error),
            };
            if let Err(error) = removed {
                run.stuck(&key, error).await?;
                stuck.push(key);
                continue;
            }
            crash::point("collect.deleted");
            let mut transaction = pool.begin().await?;
            sql("DELETE FROM upload WHERE key = $1").bind(&key).execute(&mut *transaction).await?;
            // Whoever sent it again meanwhile has the row under another key.
            sql("DELETE FROM staged WHERE key = $1 AND state = 2").bind(&key).execute(&mut *transaction).await?;
            transaction.commit().await?;
            run.collected.uploads += u64::from(upload.is_some());
            run.collected.files += 1;
            run.collected.bytes += bytes.unsigned_abs();
        }
    }
}

/// Uploads in parts whose file came another way, or is no longer written.
async fn uploads(run: &mut Run<'_>) -> Result<(), CollectError> {
    let dead: Vec<(String, String)> = rows(
        "SELECT key, upload_id FROM upload u \
         WHERE NOT EXISTS (SELECT FROM staged s WHERE s.key = u.key AND s.state <> 1)",
    )
    .fetch_all(run.pool)
    .await?;
    for (key, upload) in dead {
        if run.mode == Mode::Remove {
            if let Err(error) = run.store.abort(&key, &upload).await {
                run.stuck(&key, error).await?;
                continue;
            }
            sql("DELETE FROM upload WHERE key = $1").bind(&key).execute(run.pool).await?;
        }
        run.collected.uploads += 1;
    }
    Ok(())
}

/// Places of parts of which no row tells: nothing of them was ever whole.
async fn begun(run: &mut Run<'_>) -> Result<(), CollectError> {
    let before = before(run.pool, PARTS_DAYS).await?;
    let begun: Vec<String> =
        run.store.begun().await?.into_iter().filter(|(_, at)| *at <= before).map(|(upload, _)| upload).collect();
    let known: Vec<String> =
        value("SELECT upload_id FROM upload WHERE upload_id = ANY($1)").bind(&begun).fetch_all(run.pool).await?;
    let known: BTreeSet<String> = known.into_iter().collect();
    for upload in begun.iter().filter(|upload| !known.contains(*upload)) {
        if run.mode == Mode::Remove
            && let Err(error) = run.store.abort("staging", upload).await
        {
            run.stuck(&format!("staging/{upload}"), error).await?;
            continue;
        }
        run.collected.uploads += 1;
    }
    Ok(())
}
