//! Publishing: records of the hub go down to the stations of a unit, and what they order takes effect in the same
//! transaction.

pub mod from_file;

use sohoa_wire::body::{Assignment, BodyError, Decided, Decision};
use sohoa_wire::kind::Writer;
use sohoa_wire::record::RecordError;
use sohoa_wire::{Kind, Record, RecordId, StationId};
use sqlx_postgres::{PgPool, PgTransaction};

use crate::database::{rows, sql, value};

/// Why a record does not go down.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The line is not a record.
    #[error("line {line} is not a record")]
    Record {
        /// Its number, from 1.
        line: usize,
        /// Why.
        #[source]
        source: RecordError,
    },
    /// Only stations write this kind.
    #[error("line {line}: only stations write records of the kind {kind}")]
    Kind {
        /// Its number, from 1.
        line: usize,
        /// The kind.
        kind: Kind,
    },
    /// The body is not what its kind asks for.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// There is no such unit.
    #[error("there is no unit {0}")]
    UnknownUnit(String),
    /// There is no such station in the unit.
    #[error("there is no station {0} in the unit")]
    UnknownStation(StationId),
    /// Accounts go to the stations that they are assigned to, never to all.
    #[error("line {line}: an account goes to one station; say which")]
    AccountForAll {
        /// Its number, from 1.
        line: usize,
    },
    /// The dossier is held, and nothing is decided about it.
    #[error("the dossier is held")]
    Held,
    /// No hold of the dossier is ordered that could be taken back.
    #[error("no hold of the dossier {0} is ordered in this unit")]
    NotOrdered(RecordId),
    /// The dossier has another revision than the one that somebody decided about.
    #[error("the dossier has another revision by now")]
    Changed,
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

/// Publishes lines to the stations of a unit, or to one of them; all or none. The answer is the last cursor.
pub async fn publish(
    pool: &PgPool,
    unit: &str,
    station: Option<StationId>,
    lines: &[&[u8]],
) -> Result<u64, PublishError> {
    let mut transaction = pool.begin().await?;
    let cursor = put(&mut transaction, unit, station, lines).await?;
    transaction.commit().await?;
    Ok(cursor)
}

/// Publishes what somebody decided about a dossier, of which a revision was shown, in a transaction that wrote down who did.
///
/// # Errors
/// `Held` or `Changed` if the dossier is held or has another revision by now: then nothing is done. To a hold that was taken back
/// a new order (`is_order`) may follow.
pub async fn decide(
    transaction: &mut PgTransaction<'_>,
    unit: &str,
    station: StationId,
    (dossier, shown, is_order): (RecordId, i32, bool),
    line: &[u8],
) -> Result<(), PublishError> {
    let rev: Option<i32> = value("SELECT rev FROM dossier WHERE dossier = $1 FOR NO KEY UPDATE")
        .bind(dossier.0)
        .fetch_optional(&mut **transaction)
        .await?;
    // A statement of its own: it sees a hold that came while the row was waited for.
    let held: bool = value("SELECT EXISTS (SELECT FROM hold WHERE dossier = $1 AND (withdrawn IS NULL OR NOT $2))")
        .bind(dossier.0)
        .bind(is_order)
        .fetch_one(&mut **transaction)
        .await?;
    if held {
        return Err(PublishError::Held);
    }
    if rev != Some(shown) {
        return Err(PublishError::Changed);
    }
    put(transaction, unit, Some(station), &[line]).await?;
    Ok(())
}

/// Publishes that a hold which the hub ordered is not asked for any more, in the same way.
///
/// # Errors
/// `NotOrdered` if there is no such order: then nothing is done.
pub async fn withdraw(
    transaction: &mut PgTransaction<'_>,
    unit: &str,
    station: StationId,
    line: &[u8],
) -> Result<(), PublishError> {
    put(transaction, unit, Some(station), &[line]).await?;
    Ok(())
}

/// Writes lines into the feed of a unit; the answer is the last cursor.
pub(crate) async fn put(
    transaction: &mut PgTransaction<'_>,
    unit: &str,
    station: Option<StationId>,
    lines: &[&[u8]],
) -> Result<u64, PublishError> {
    let unit_no: Option<i32> =
        value("SELECT unit_no FROM unit WHERE code = $1").bind(unit).fetch_optional(&mut **transaction).await?;
    let unit_no = unit_no.ok_or_else(|| PublishError::UnknownUnit(unit.to_owned()))?;
    let station_no = match station {
        Some(station) => Some(number(transaction, unit_no, station).await?),
        None => None,
    };
    let mut cursor = 0_i64;
    for (index, bytes) in lines.iter().enumerate() {
        let line = index + 1;
        let record = Record::read(bytes).map_err(|source| PublishError::Record { line, source })?;
        if record.kind.writer() != Writer::Hub {
            return Err(PublishError::Kind { line, kind: record.kind });
        }
        if record.kind == Kind::Account && station_no.is_none() {
            return Err(PublishError::AccountForAll { line });
        }
        take_effect(transaction, unit_no, &record).await?;
        // The head is locked until the commit: a later cursor is never seen before an earlier one.
        cursor = value(
            "INSERT INTO feed_head AS h (unit_no, pos) VALUES ($1, 1) \
             ON CONFLICT (unit_no) DO UPDATE SET pos = h.pos + 1 RETURNING pos",
        )
        .bind(unit_no)
        .fetch_one(&mut **transaction)
        .await?;
        sql("INSERT INTO feed (unit_no, pos, station_no, line) VALUES ($1, $2, $3, $4)")
            .bind(unit_no)
            .bind(cursor)
            .bind(station_no)
            .bind(String::from_utf8_lossy(bytes))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(cursor.unsigned_abs())
}

async fn number(transaction: &mut PgTransaction<'_>, unit_no: i32, station: StationId) -> Result<i32, PublishError> {
    let found: Option<(i32,)> = rows("SELECT station_no FROM station WHERE station = $1 AND unit_no = $2")
        .bind(station.0)
        .bind(unit_no)
        .fetch_optional(&mut **transaction)
        .await?;
    found.map(|(number,)| number).ok_or(PublishError::UnknownStation(station))
}

/// What the hub itself does because of a record of its own.
async fn take_effect(transaction: &mut PgTransaction<'_>, unit_no: i32, record: &Record) -> Result<(), PublishError> {
    if record.kind == Kind::Plan {
        let body = serde_json::to_string(&record.body).unwrap_or_default();
        sql("INSERT INTO plan (unit_no, body) VALUES ($1, $2::jsonb) \
             ON CONFLICT (unit_no) DO UPDATE SET body = excluded.body")
        .bind(unit_no)
        .bind(body)
        .execute(&mut **transaction)
        .await?;
    }
    let Some(dossier) = record.dossier else { return Ok(()) };
    match record.kind {
        Kind::Assignment => {
            let assignment: Assignment = record.body()?;
            let station_no = number(transaction, unit_no, assignment.station).await?;
            sql("INSERT INTO assignment AS a (dossier, station_no, number) VALUES ($1, $2, $3) \
                 ON CONFLICT (dossier) DO UPDATE SET station_no = excluded.station_no, number = excluded.number, \
                 released = false WHERE excluded.number > a.number")
            .bind(dossier.0)
            .bind(station_no)
            .bind(i32::try_from(assignment.number).unwrap_or(i32::MAX))
            .execute(&mut **transaction)
            .await?;
        }
        Kind::Decision => {
            let decision: Decision = record.body()?;
            if decision.decided == Decided::HoldOrdered && decision.withdrawn {
                // Of this unit: what no station is told of would be hidden for ever.
                let done = sql("UPDATE hold SET withdrawn = $2 WHERE dossier = $1 AND withdrawn IS NULL AND EXISTS \
                     (SELECT FROM dossier d JOIN station s USING (station_no) WHERE d.dossier = $1 AND s.unit_no = $3)")
                .bind(dossier.0)
                .bind(record.id.0)
                .bind(unit_no)
                .execute(&mut **transaction)
                .await?;
                if done.rows_affected() != 1 {
                    return Err(PublishError::NotOrdered(dossier));
                }
            } else if decision.decided == Decided::HoldOrdered {
                sql("INSERT INTO hold (dossier, by, reason, at) VALUES ($1, $2, $3, now()) \
                     ON CONFLICT (dossier) DO UPDATE SET by = excluded.by, reason = excluded.reason, at = excluded.at, \
                     withdrawn = NULL WHERE hold.withdrawn IS NOT NULL")
                .bind(dossier.0)
                .bind(&decision.by)
                .bind(decision.reason.as_deref().unwrap_or_default())
                .execute(&mut **transaction)
                .await?;
            }
        }
        _ => {}
    }
    Ok(())
}
