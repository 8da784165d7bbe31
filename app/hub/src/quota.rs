//! Quotas: how many bytes a unit may have at the hub, asked before any are taken.

use sohoa_wire::ProblemKind;
use sqlx_core::executor::Executor;
use sqlx_postgres::{PgConnection, PgPool, PgTransaction, Postgres};

use crate::Refusal;
use crate::database::{rows, sql, value};

/// A unit with what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its name.
    pub name: String,
    /// Bytes of files that records name and that are not lost, and of those that were uploaded and wait for their record.
    pub bytes: i64,
    /// Bytes that it may have; none: as many as fit.
    pub quota: Option<i64>,
}

/// The units, or one of them.
pub async fn uses<'e>(
    from: impl Executor<'e, Database = Postgres>,
    unit_no: Option<i32>,
) -> Result<Vec<Use>, sqlx_core::Error> {
    let found: Vec<(String, i64, Option<i64>)> = rows(
        "SELECT u.name, coalesce((SELECT sum(bytes) FROM unit_use x WHERE x.unit_no = u.unit_no), 0)::bigint \
         + coalesce((SELECT sum(bytes) FROM staged s WHERE s.unit_no = u.unit_no), 0)::bigint \
         - coalesce((SELECT sum(bytes) FROM lost_file l WHERE l.unit_no = u.unit_no AND mended_at IS NULL), 0)::bigint, \
         u.quota_bytes \
         FROM unit u WHERE $1::int IS NULL OR u.unit_no = $1 ORDER BY u.code",
    )
    .bind(unit_no)
    .fetch_all(from)
    .await?;
    Ok(found.into_iter().map(|(name, bytes, quota)| Use { name, bytes, quota }).collect())
}

/// Why a file is refused: what the unit has already.
#[derive(Debug, thiserror::Error)]
#[error("the unit has as much as its quota allows")]
struct OverQuota;

/// Refuses a file that would lead a unit beyond its quota: 507, which stations take as a full store and try again later.
pub async fn check(connection: &mut PgConnection, unit_no: i32, more: u64) -> Result<(), Refusal> {
    let quota = value("SELECT quota_bytes FROM unit WHERE unit_no = $1").bind(unit_no);
    match quota.fetch_one(&mut *connection).await? {
        Some(quota) => within(connection, unit_no, quota, more).await,
        None => Ok(()),
    }
}

async fn within(connection: &mut PgConnection, unit_no: i32, quota: i64, more: u64) -> Result<(), Refusal> {
    let bytes: i64 = uses(connection, Some(unit_no)).await?.iter().map(|unit| unit.bytes).sum();
    if bytes.saturating_add(i64::try_from(more).unwrap_or(i64::MAX)) > quota {
        return Err(Refusal::new(ProblemKind::StoreFull).detail(OverQuota.to_string()).because(OverQuota));
    }
    Ok(())
}

/// The same for what a transaction added: where there is a quota the unit's row stays locked to the end of it, so that files
/// that are begun at once are counted one after another. Without one they do not wait for each other.
pub async fn check_added(transaction: &mut PgTransaction<'_>, unit_no: i32) -> Result<(), Refusal> {
    let quota = "SELECT quota_bytes FROM unit WHERE unit_no = $1 AND quota_bytes IS NOT NULL FOR NO KEY UPDATE";
    match value(quota).bind(unit_no).fetch_optional(&mut **transaction).await? {
        Some(quota) => within(transaction, unit_no, quota, 0).await,
        None => Ok(()),
    }
}

/// Whether a file was refused because of a quota, which is its unit's alone: the store has room for others.
pub fn is_over(refusal: &Refusal) -> bool {
    refusal.cause.as_ref().is_some_and(|cause| cause.is::<OverQuota>())
}

/// Sets the quota of a unit, or takes it away; false if there is no such unit.
pub async fn set(pool: &PgPool, unit: &str, quota: Option<i64>) -> Result<bool, sqlx_core::Error> {
    let done = sql("UPDATE unit SET quota_bytes = $2 WHERE code = $1").bind(unit).bind(quota).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}
