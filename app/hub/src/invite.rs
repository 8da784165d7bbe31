//! Inviting a station: a one-time code for a person to carry, of which the hub keeps only the digest.

use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sohoa_wire::enrolment::{EnrolmentCode, Invitation};
use sohoa_wire::{Hash, StationId};
use sqlx_postgres::PgPool;

use crate::database::{sql, value};
use crate::hub;
use crate::settings::Settings;

/// Hours for which a code can be used.
pub const HOURS: i32 = 72;

/// Who is invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// A new station of a unit.
    New {
        /// Code of the unit; an unknown one is made.
        unit: String,
        /// Name of the unit, where it is made.
        unit_name: Option<String>,
        /// Name of the station.
        name: String,
    },
    /// A station again: its next epoch, which fences the machine that had the one before.
    Again(StationId),
}

/// Why nobody is invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// There is no such station.
    #[error("there is no station {0}")]
    UnknownStation(StationId),
    /// The authority's certificate cannot be read.
    #[error("the certificate {0} cannot be read as PEM")]
    Authority(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

/// Makes a code; whoever has the answer can enrol one machine within [`HOURS`] hours.
pub async fn invite(pool: &PgPool, settings: &Settings, invited: &Invited) -> Result<Invitation, InviteError> {
    let ca = match settings.tls.as_ref().and_then(|tls| tls.authority.as_ref()) {
        Some(path) => {
            let certificate = CertificateDer::from_pem_file(path);
            let certificate = certificate.map_err(|error| InviteError::Authority(path.clone(), error))?;
            Some(Hash::of(&certificate))
        }
        None => None,
    };
    let code = EnrolmentCode::new(hub::random().map_err(InviteError::Random)?);
    let mut transaction = pool.begin().await?;
    let (unit_no, station_no, name): (i32, Option<i32>, String) = match invited {
        Invited::New { unit, unit_name, name } => {
            let unit_no = value(
                "INSERT INTO unit (code, name) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET code = excluded.code \
                 RETURNING unit_no",
            );
            let unit_name = unit_name.as_deref().unwrap_or(unit);
            (unit_no.bind(unit).bind(unit_name).fetch_one(&mut *transaction).await?, None, name.clone())
        }
        Invited::Again(station) => {
            crate::database::rows("SELECT unit_no, station_no, name FROM station WHERE station = $1")
                .bind(station.0)
                .fetch_optional(&mut *transaction)
                .await?
                .ok_or(InviteError::UnknownStation(*station))?
        }
    };
    sql("INSERT INTO enrolment_code (code_sha256, unit_no, station_no, name, expires_at) \
         VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5))")
    .bind(code.digest().0.as_slice())
    .bind(unit_no)
    .bind(station_no)
    .bind(name)
    .bind(HOURS)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Invitation { hub: settings.public_url.clone(), code, ca, key: None })
}
