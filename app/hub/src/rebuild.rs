//! Rebuild: the projections are made again from the batch bodies of the store, by the code that made them from batches.
//!
//! Projections are the tables that follow from what stations sent; what people and the hub itself decided (stations, keys,
//! orders, people, figures) stays. Every body is judged by its row, its chain and its station's signature, and applied in the
//! order of commits to tables of this session, which stand before the hub's by the same names. Only then the two are
//! compared, and the hub's rows that differ are replaced. All of it is one transaction on one snapshot: whatever goes wrong,
//! nothing has changed, and a comparison may run beside hubs that serve.

mod body;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use sohoa_wire::head::{self, Ruling};
use sohoa_wire::{Chain, Hash, Head, StationId};
use sqlx_core::raw_sql::raw_sql;
use sqlx_postgres::{PgPool, PgTransaction};
use uuid::Uuid;

use crate::Refusal;
use crate::database::{rows, sql, value};
use crate::ingest;
use crate::refusal::chain_of;
use crate::store::{Store, StoreError};

pub use body::Fault;

use body::Row;

/// Whether what differs is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is only told, and hubs go on meanwhile.
    Compare,
    /// It is replaced; batches that come meanwhile are put off.
    Mend,
}

/// What was read, and what differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The logs, by the number of their station.
    pub logs: Vec<Log>,
    /// The tables that differed from what the bodies say.
    pub differences: Vec<Difference>,
}

/// A log that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Log {
    /// Whose.
    pub station: StationId,
    /// The name of the station.
    pub name: String,
    /// Batches of it.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
}

/// How a table differed from what the bodies say, in rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub table: String,
    /// Rows that the bodies say, and that were not there.
    pub missing: i64,
    /// Rows that no body says.
    pub odd: i64,
    /// Rows with other values.
    pub other: i64,
}

/// Records of a log that are one batch, and where its body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    station: String,
    first: u64,
    last: u64,
    key: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { station, first, last, key } = self;
        write!(f, "records {first} to {last} of {station} ({key})")
    }
}

/// Why nothing is rebuilt.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// A body is not in the store.
    #[error("the body of {0} is not in the store")]
    Missing(Box<Place>),
    /// The store does not give a body.
    #[error("the body of {0} cannot be read")]
    Store(Box<Place>, #[source] StoreError),
    /// A body is not what its row says.
    #[error("the body of {0} is damaged")]
    Damaged(Box<Place>, #[source] Fault),
    /// A batch does not follow the one before it.
    #[error("{0} do not follow what the rows of batches have before them")]
    Gap(Box<Place>),
    /// The batches do not lead to the head.
    #[error("the batches of {station} lead to record {found}, and its head is another, at record {head}")]
    Head {
        /// The name of the station.
        station: String,
        /// Where its batches end.
        found: u64,
        /// Where its head is.
        head: u64,
    },
    /// The records are what the station signed, and cannot be put into the tables.
    #[error("{place} cannot be applied: {why}")]
    Applied {
        /// Which batch.
        place: Box<Place>,
        /// Why, as a station would be told, with what is behind it.
        why: String,
    },
    /// The counters that the bodies lead to are wrong, which is a fault of this program.
    #[error("{0} counters that the bodies lead to are not what a recount says: this is a fault of the program")]
    Recount(i64),
    /// Somebody else changed the same rows, or would not let go of them.
    #[error("others were changing the same tables; run the command again")]
    Disturbed(#[source] sqlx_core::Error),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Statement(#[source] sqlx_core::Error),
}

impl From<sqlx_core::Error> for RebuildError {
    fn from(error: sqlx_core::Error) -> Self {
        // A serialization failure, a deadlock, a lock that was not free.
        let is_disturbed = |code: &str| matches!(code, "40001" | "40P01" | "55P03");
        match error.as_database_error().and_then(|fault| fault.code()) {
            Some(code) if is_disturbed(&code) => Self::Disturbed(error),
            _ => Self::Statement(error),
        }
    }
}

/// The log of a station, as far as it was read.
struct Reading {
    log: Log,
    /// Where its batches lead.
    found: Head,
    /// Where they must lead.
    head: (u64, Chain),
}

/// Makes the projections again, compares, and replaces what differs if that is the purpose. Nobody is put off to find that
/// nothing differs: only if something does, all is read once more, with batches kept waiting.
///
/// # Errors
/// Nothing was changed then.
pub async fn rebuild(pool: &PgPool, store: &Store, purpose: Purpose) -> Result<Report, RebuildError> {
    let report = read(pool, store, Purpose::Compare).await?;
    if purpose == Purpose::Compare || report.differences.is_empty() {
        return Ok(report);
    }
    read(pool, store, Purpose::Mend).await
}

/// Reads every body in one transaction, and compares.
async fn read(pool: &PgPool, store: &Store, purpose: Purpose) -> Result<Report, RebuildError> {
    let mut transaction = begin(pool, purpose).await?;
    raw_sql(include_str!("rebuild/aside.sql")).execute(&mut *transaction).await?;
    let mut readings = readings(&mut transaction).await?;
    loop {
        let batches: Vec<Row> = rows("FETCH 100 FROM body").fetch_all(&mut *transaction).await?;
        if batches.is_empty() {
            break;
        }
        for row in &batches {
            replay(&mut transaction, store, row, &mut readings).await?;
        }
    }
    for Reading { log, found, head } in readings.values() {
        if (found.seq, found.chain) != *head {
            return Err(RebuildError::Head { station: log.name.clone(), found: found.seq, head: head.0 });
        }
    }
    raw_sql(include_str!("rebuild/compare.sql")).execute(&mut *transaction).await?;
    let wrong: i64 = value(include_str!("rebuild/recount.sql")).fetch_one(&mut *transaction).await?;
    if wrong > 0 {
        return Err(RebuildError::Recount(wrong));
    }
    let differences: Vec<(String, i64, i64, i64)> =
        rows("SELECT name, lacking, odd, other FROM difference WHERE lacking + odd + other > 0 ORDER BY place")
            .fetch_all(&mut *transaction)
            .await?;
    if purpose == Purpose::Mend && !differences.is_empty() {
        raw_sql(include_str!("rebuild/mend.sql")).execute(&mut *transaction).await?;
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    let difference = |(table, missing, odd, other)| Difference { table, missing, odd, other };
    Ok(Report {
        logs: readings.into_values().map(|reading| reading.log).collect(),
        differences: differences.into_iter().map(difference).collect(),
    })
}

/// A transaction that sees one moment, for as long as it takes; to mend, one that no batch comes between.
async fn begin(pool: &PgPool, purpose: Purpose) -> Result<PgTransaction<'static>, RebuildError> {
    let mut transaction = pool.begin().await?;
    sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *transaction).await?;
    // Statements are planned for the tables as they grow.
    raw_sql(
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
         SET LOCAL lock_timeout = '30s'; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL temp_buffers = '64MB'",
    )
    .execute(&mut *transaction)
    .await?;
    if purpose == Purpose::Mend {
        // Before the snapshot: each batch locks its station's row first, and waits here.
        sql("LOCK TABLE public.station IN EXCLUSIVE MODE").execute(&mut *transaction).await?;
    }
    Ok(transaction)
}

/// The logs, none of which was read yet.
async fn readings(transaction: &mut PgTransaction<'_>) -> Result<BTreeMap<i32, Reading>, RebuildError> {
    let stations: Vec<(i32, Uuid, String, i64, Vec<u8>)> =
        rows("SELECT station_no, station, name, seq, chain FROM public.station ORDER BY station_no")
            .fetch_all(&mut **transaction)
            .await?;
    let reading = |(number, station, name, seq, chain): (i32, Uuid, String, i64, Vec<u8>)| {
        let station = StationId(station);
        let found = Head { epoch: 0, seq: 0, chain: Chain::start(station) };
        // A chain of another length is no chain: no batch leads to it.
        let chain = Chain(Hash::from_slice(&chain).unwrap_or(Hash([0; 32])));
        let log = Log { station, name, batches: 0, records: 0 };
        (number, Reading { log, found, head: (seq.unsigned_abs(), chain) })
    };
    Ok(stations.into_iter().map(reading).collect())
}

/// Reads the body of a batch, judges it, and applies it.
async fn replay(
    transaction: &mut PgTransaction<'_>,
    store: &Store,
    row: &Row,
    readings: &mut BTreeMap<i32, Reading>,
) -> Result<(), RebuildError> {
    let Some(reading) = readings.get_mut(&row.station_no) else { return Ok(()) };
    let place = Box::new(Place {
        station: reading.log.name.clone(),
        first: row.first_seq.unsigned_abs(),
        last: row.last_seq.unsigned_abs(),
        key: row.key.clone(),
    });
    let object: Bytes = match store.get(&row.key).await {
        Ok(object) => object,
        Err(error) if error.is_missing() => return Err(RebuildError::Missing(place)),
        Err(error) => return Err(RebuildError::Store(place, error)),
    };
    let batch = match row.open(reading.log.station, &object) {
        Ok(batch) => batch,
        Err(fault) => return Err(RebuildError::Damaged(place, fault)),
    };
    let claim = &batch.header.claim;
    let Ruling::Extends(found) = head::judge(&Head { epoch: claim.epoch, ..reading.found }, claim) else {
        return Err(RebuildError::Gap(place));
    };
    if let Err(refusal) = ingest::replay(transaction, &row.sender(), &batch).await {
        return Err(not_applied(place, refusal));
    }
    reading.found = found;
    reading.log.batches += 1;
    reading.log.records += claim.count;
    Ok(())
}

fn not_applied(place: Box<Place>, refusal: Refusal) -> RebuildError {
    let detail = refusal.problem.detail.as_deref().unwrap_or_default();
    let cause = refusal.cause.as_deref().map(|cause| chain_of(cause)).unwrap_or_default();
    let words = [refusal.kind.code().to_owned(), detail.to_owned(), cause];
    RebuildError::Applied {
        place,
        why: words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(": "),
    }
}
