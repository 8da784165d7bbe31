//! Quotas: how many bytes a unit may have at the hub, asked before any are taken.

use sohoa_wire::ProblemKind;
use sqlx_postgres::PgPool;

use crate::Refusal;
use crate::database::{rows, sql, value};

/// A unit with what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its name.
    pub name: String,
    /// Bytes of files that records name, and of those that were uploaded and wait for their record.
    pub bytes: i64,
    /// Bytes that it may have; none: as many as fit.
    pub quota: Option<i64>,
}

/// The units, or one of them.
pub async fn uses(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Use>, sqlx_core::Error> {
    let found: Vec<(String, i64, Option<i64>)> = rows(
        "SELECT u.name, coalesce((SELECT sum(bytes) FROM unit_use x WHERE x.unit_no = u.unit_no), 0)::bigint \
         + coalesce((SELECT sum(bytes) FROM staged s WHERE s.unit_no = u.unit_no), 0)::bigint, u.quota_bytes \
         FROM unit u WHERE $1::int IS NULL OR u.unit_no = $1 ORDER BY u.code",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    Ok(found.into_iter().map(|(name, bytes, quota)| Use { name, bytes, quota }).collect())
}

/// Refuses a file that would lead a unit beyond its quota: 507, which stations take as a full store and try again later.
pub async fn check(pool: &PgPool, unit_no: i32, more: u64) -> Result<(), Refusal> {
    let limited: bool =
        value("SELECT quota_bytes IS NOT NULL FROM unit WHERE unit_no = $1").bind(unit_no).fetch_one(pool).await?;
    if !limited {
        return Ok(());
    }
    for unit in uses(pool, Some(unit_no)).await? {
        let after = unit.bytes.saturating_add(i64::try_from(more).unwrap_or(i64::MAX));
        if unit.quota.is_some_and(|quota| after > quota) {
            return Err(Refusal::new(ProblemKind::StoreFull).detail("the unit has as much as its quota allows"));
        }
    }
    Ok(())
}

/// Sets the quota of a unit, or takes it away; false if there is no such unit.
pub async fn set(pool: &PgPool, unit: &str, quota: Option<i64>) -> Result<bool, sqlx_core::Error> {
    let done = sql("UPDATE unit SET quota_bytes = $2 WHERE code = $1").bind(unit).bind(quota).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}
