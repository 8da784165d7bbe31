//! Revoking a station: what its key signs is refused from now on; what it sent stays.

use sohoa_wire::StationId;
use sqlx_postgres::PgPool;

use crate::database::{rows, sql};

/// Why a station is not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// There is no such station.
    #[error("there is no station {0}")]
    UnknownStation(StationId),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

/// What was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Name of the station.
    pub name: String,
    /// Position of its log: what was taken and stays.
    pub seq: i64,
    /// Invitations for it that nobody can use any more.
    pub invitations: u64,
}

/// Revokes a station, and the invitations for it that were not used.
pub async fn revoke(pool: &PgPool, station: StationId) -> Result<Revoked, RevokeError> {
    let mut transaction = pool.begin().await?;
    let found: Option<(i32, String, i64)> =
        rows("UPDATE station SET revoked = true WHERE station = $1 RETURNING station_no, name, seq")
            .bind(station.0)
            .fetch_optional(&mut *transaction)
            .await?;
    let (number, name, seq) = found.ok_or(RevokeError::UnknownStation(station))?;
    let invitations = sql("DELETE FROM enrolment_code WHERE station_no = $1 AND used_key IS NULL")
        .bind(number)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(Revoked { name, seq, invitations })
}
