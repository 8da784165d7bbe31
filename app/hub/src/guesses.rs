//! Guesses: wrong codes and wrong passwords, counted by the address that they came from for an hour, then swept.

use sqlx_core::executor::Executor;
use sqlx_postgres::{PgConnection, Postgres};

use crate::database::{sql, value};

/// What was guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A code of enrolment.
    Enrolment,
    /// A password of the page.
    SignIn,
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::SignIn => "sign-in",
        }
    }

    /// Guesses from one address within an hour, after which it waits. All who stand behind a proxy have one.
    fn most(self) -> i64 {
        match self {
            Self::Enrolment => 5,
            Self::SignIn => 50,
        }
    }
}

/// Whether an address has guessed too often.
pub async fn too_many<'e>(
    from: impl Executor<'e, Database = Postgres>,
    place: Place,
    address: &str,
) -> Result<bool, sqlx_core::Error> {
    let tries: i64 =
        value("SELECT count(*) FROM guess WHERE address = $1 AND place = $2 AND at > now() - interval '1 hour'")
            .bind(address)
            .bind(place.word())
            .fetch_one(from)
            .await?;
    Ok(tries >= place.most())
}

/// Takes a guess back that was counted before it was known to be right.
pub async fn take_back(connection: &mut PgConnection, place: Place, address: &str) -> Result<(), sqlx_core::Error> {
    sql("DELETE FROM guess WHERE ctid = (SELECT ctid FROM guess WHERE place = $1 AND address = $2 \
         ORDER BY at DESC LIMIT 1 FOR UPDATE SKIP LOCKED)")
    .bind(place.word())
    .bind(address)
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts a guess, and sweeps those that count no more.
pub async fn count(connection: &mut PgConnection, place: Place, address: &str) -> Result<(), sqlx_core::Error> {
    sql("DELETE FROM guess WHERE at < now() - interval '1 hour'").execute(&mut *connection).await?;
    sql("INSERT INTO guess (place, address) VALUES ($1, $2)")
        .bind(place.word())
        .bind(address)
        .execute(connection)
        .await?;
    Ok(())
}
