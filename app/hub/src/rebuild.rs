//! Rebuild: the projections are made again from the batch bodies of the store, by the code that made them from batches.
//!
//! Projections are the tables that follow from what stations sent; what people and the hub itself decided (stations, keys,
//! orders, people, figures) stays. Every body is judged by its row, its chain and its station's signature, and applied in the
//! order of commits to tables of this session, which stand before the hub's by the same names. Only then the two are
//! compared, and the hub's rows that differ are replaced. All of it is one transaction on one snapshot: whatever goes wrong,
//! nothing has changed, and a comparison may run beside hubs that serve. Whoever replaces has the turn of batches alone.

mod body;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use sohoa_wire::head::{self, Ruling};
use sohoa_wire::{Chain, Hash, Head, StationId};
use sqlx_core::connection::Connection as _;
use sqlx_core::raw_sql::raw_sql;
use sqlx_postgres::{PgConnection, PgPool, PgTransaction};
use uuid::Uuid;

use crate::Refusal;
use crate::database::{rows, sql};
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
    /// Whether it stays: no body mends it.
    pub lasting: bool,
}

impl Report {
    /// Whether something differs that the bodies mend.
    pub fn can_be_mended(&self) -> bool {
        self.differences.iter().any(|difference| !difference.lasting)
    }
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
    /// PostgreSQL did not put the records of a batch into the tables.
    #[error("PostgreSQL failed at {0}")]
    Replay(Box<Place>, #[source] Arc<dyn Error + Send + Sync>),
    /// It did not say what came of the commit.
    #[error("PostgreSQL did not say whether it made the change; compare again")]
    Commit(#[source] sqlx_core::Error),
    /// Somebody else changed the same rows, or would not let go of them.
    #[error("others were changing the same tables; run the command again")]
    Disturbed(#[source] sqlx_core::Error),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Statement(#[source] sqlx_core::Error),
}

impl From<sqlx_core::Error> for RebuildError {
    fn from(error: sqlx_core::Error) -> Self {
        // A serialization failure, a deadlock, a lock that was not free, a row that somebody else made first.
        let is_disturbed = |code: &str| matches!(code, "40001" | "40P01" | "55P03" | "23505");
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

/// What a station said of itself: its number, software, disk free and in total, pages of the last hour, share of rejects.
type Said = (i32, Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// Makes the projections again, compares, and replaces what differs if that is the purpose. Nobody is put off to find that
/// nothing differs: only if something does, all is read once more, with batches put off.
///
/// # Errors
/// Nothing was changed then, but for `Commit`, where that is not known.
pub async fn rebuild(pool: &PgPool, store: &Store, purpose: Purpose) -> Result<Report, RebuildError> {
    let report = read(pool, store, Purpose::Compare).await?;
    if purpose == Purpose::Compare || !report.can_be_mended() {
        return Ok(report);
    }
    read(pool, store, Purpose::Mend).await
}

/// Reads every body in one transaction, and compares.
async fn read(pool: &PgPool, store: &Store, purpose: Purpose) -> Result<Report, RebuildError> {
    // Its own, for what is set and had ends with it, however that comes.
    let mut connection = pool.acquire().await?.detach();
    prepare(&mut connection, purpose).await?;
    let mut transaction = connection.begin().await?;
    sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *transaction).await?;
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
    let differences: Vec<(String, i64, i64, i64, bool)> = rows(
        "SELECT name, lacking, odd, other, lasting FROM difference WHERE lacking + odd + other > 0 ORDER BY place, lasting",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let difference = |(table, missing, odd, other, lasting)| Difference { table, missing, odd, other, lasting };
    let report = Report {
        logs: readings.into_values().map(|reading| reading.log).collect(),
        differences: differences.into_iter().map(difference).collect(),
    };
    if purpose == Purpose::Mend && report.can_be_mended() {
        mend(pool, transaction).await?;
    } else {
        transaction.rollback().await?;
    }
    if purpose == Purpose::Mend {
        // The end of the connection would give the turn back a moment after who ran this saw its end.
        sql("SELECT pg_advisory_unlock($1)").bind(ingest::TURN).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(report)
}

/// Prepares a connection for long statements; to mend, it gets the turn that no batch has meanwhile.
async fn prepare(connection: &mut PgConnection, purpose: Purpose) -> Result<(), RebuildError> {
    // Statements are planned for the tables as they grow. Whoever runs this may be gone without a word: then it ends by itself.
    raw_sql(
        "SET statement_timeout = 0; SET lock_timeout = '30s'; SET plan_cache_mode = force_custom_plan; \
         SET temp_buffers = '64MB'; SET client_connection_check_interval = '10s'; \
         SET idle_in_transaction_session_timeout = '5min'; SET idle_session_timeout = '5min'",
    )
    .execute(&mut *connection)
    .await?;
    if purpose == Purpose::Mend {
        // Before the snapshot. Batches that have begun are waited for, those that come are put off.
        sql("SELECT pg_advisory_lock($1)").bind(ingest::TURN).execute(connection).await?;
    }
    Ok(())
}

/// Replaces what differs. What stations say of themselves stands in rows that each hello changes: those are changed as they are
/// now, not as they were at the snapshot, and kept until all the rest is there.
async fn mend(pool: &PgPool, mut transaction: PgTransaction<'_>) -> Result<(), RebuildError> {
    raw_sql(include_str!("rebuild/mend.sql")).execute(&mut *transaction).await?;
    let said: Vec<Said> = rows(
        "SELECT t.station_no, t.software, t.disk_free, t.disk_total, t.pages_last_hour, t.reject_ppm \
         FROM public.station h JOIN pg_temp.station t USING (station_no) \
         WHERE (h.software, h.disk_free, h.disk_total, h.pages_last_hour, h.reject_ppm) \
         IS DISTINCT FROM (t.software, t.disk_free, t.disk_total, t.pages_last_hour, t.reject_ppm) ORDER BY station_no",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let mut stations = pool.begin().await?;
    for (station_no, software, disk_free, disk_total, pages_last_hour, reject_ppm) in said {
        sql(
            "UPDATE station SET software = $2, disk_free = $3, disk_total = $4, pages_last_hour = $5, reject_ppm = $6 \
             WHERE station_no = $1",
        )
        .bind(station_no)
        .bind(software)
        .bind(disk_free)
        .bind(disk_total)
        .bind(pages_last_hour)
        .bind(reject_ppm)
        .execute(&mut *stations)
        .await?;
    }
    transaction.commit().await.map_err(RebuildError::Commit)?;
    stations.commit().await.map_err(RebuildError::Commit)
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
    let files = match ingest::replay(transaction, &row.sender(), &batch).await {
        Ok(files) => files,
        Err(refusal) => return Err(not_applied(place, refusal)),
    };
    look_for(transaction, row.sender().unit_no, &files).await?;
    reading.found = found;
    reading.log.batches += 1;
    reading.log.records += claim.count;
    Ok(())
}

/// Takes note of the files that the hub has no row of, neither as named nor as sent anew.
async fn look_for(
    transaction: &mut PgTransaction<'_>,
    unit_no: i32,
    files: &[(Hash, u64)],
) -> Result<(), RebuildError> {
    if files.is_empty() {
        return Ok(());
    }
    sql("INSERT INTO missing_file SELECT w.sha256, $3, w.bytes, f.sha256 IS NULL \
         FROM unnest($1::bytea[], $2::bigint[]) AS w(sha256, bytes) \
         LEFT JOIN file f ON f.sha256 = w.sha256 AND f.unit_no = $3 \
         LEFT JOIN staged s ON s.sha256 = w.sha256 AND s.unit_no = $3 AND s.bytes = w.bytes AND s.state = 1 \
         WHERE f.bytes <> w.bytes OR (f.sha256 IS NULL AND s.sha256 IS NULL) ON CONFLICT DO NOTHING")
    .bind(files.iter().map(|(digest, _)| digest.0.to_vec()).collect::<Vec<_>>())
    .bind(files.iter().map(|(_, bytes)| bytes.cast_signed()).collect::<Vec<_>>())
    .bind(unit_no)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Why a batch is not applied: a fault of PostgreSQL is told apart from one of the records.
fn not_applied(place: Box<Place>, refusal: Refusal) -> RebuildError {
    let Refusal { kind, problem, cause, .. } = refusal;
    match cause {
        Some(cause) if kind.status() >= 500 => RebuildError::Replay(place, cause),
        cause => {
            let cause = cause.map(|cause| chain_of(&*cause)).unwrap_or_default();
            let words = [kind.code().to_owned(), problem.detail.unwrap_or_default(), cause];
            let why = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(": ");
            RebuildError::Applied { place, why }
        }
    }
}
