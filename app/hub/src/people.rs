//! People who look at the hub's page: their passwords, what they may do, and what happens to who guesses.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use clap::ValueEnum;
use sqlx_postgres::PgPool;

use crate::database::{sql, value};
use crate::guesses::{self, Place};
use crate::{Hub, Refusal, hub};
use sohoa_wire::ProblemKind;

/// Letters of a password, at least.
pub const SHORTEST: usize = 10;
/// Wrong passwords in a row, after which a name waits.
const FAILURES: i32 = 5;
/// Verified where there is no such name, so that the time that it takes tells nothing.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$0bKrI1m6x3m5b0mZcBqV0m1cB0YxN1x3m5b0mZcBqV0";

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Looks at lists and numbers.
    Viewer,
    /// Looks, and sees pictures and texts of pages.
    Reader,
    /// Decides about dossiers, and knows which are held.
    Supervisor,
}

impl Role {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reader => "reader",
            Self::Supervisor => "supervisor",
        }
    }
}

/// Why somebody cannot be let in.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The password is too short.
    #[error("a password has at least {SHORTEST} letters")]
    Short,
    /// The name is empty or too long.
    #[error("a name has 1 to 100 letters")]
    Name,
    /// There is no such unit.
    #[error("there is no unit {0}")]
    UnknownUnit(String),
    /// There is no such person.
    #[error("nobody is called {0} here")]
    UnknownPerson(String),
    /// The password could not be hashed.
    #[error("the password cannot be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

/// Lets somebody in, or gives a new password; sessions that were open end.
pub async fn set(
    pool: &PgPool,
    login: &str,
    name: &str,
    role: Role,
    unit: Option<&str>,
    password: &str,
) -> Result<(), PeopleError> {
    if password.chars().count() < SHORTEST {
        return Err(PeopleError::Short);
    }
    if [login, name].iter().any(|text| text.trim().is_empty() || text.chars().count() > 100) {
        return Err(PeopleError::Name);
    }
    let unit_no: Option<i32> = match unit {
        Some(unit) => {
            let found = value("SELECT unit_no FROM unit WHERE code = $1").bind(unit).fetch_optional(pool).await?;
            Some(found.ok_or_else(|| PeopleError::UnknownUnit(unit.to_owned()))?)
        }
        None => None,
    };
    let salt: [u8; 16] = hub::random().map_err(PeopleError::Random)?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(PeopleError::Hash)?;
    let mut transaction = pool.begin().await?;
    sql("INSERT INTO person (login, name, password_hash, role, unit_no) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (login) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash, \
         role = excluded.role, unit_no = excluded.unit_no, failures = 0, locked_until = NULL, active = true")
    .bind(login)
    .bind(name)
    .bind(hash.to_string())
    .bind(role.word())
    .bind(unit_no)
    .execute(&mut *transaction)
    .await?;
    sql("DELETE FROM session WHERE login = $1").bind(login).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Shuts somebody out, whose sessions end at once, or lets them in again with the password they had.
pub async fn set_active(pool: &PgPool, login: &str, active: bool) -> Result<(), PeopleError> {
    let mut transaction = pool.begin().await?;
    let done = sql("UPDATE person SET active = $2, failures = 0, locked_until = NULL WHERE login = $1")
        .bind(login)
        .bind(active)
        .execute(&mut *transaction)
        .await?;
    if done.rows_affected() == 0 {
        return Err(PeopleError::UnknownPerson(login.to_owned()));
    }
    sql("DELETE FROM session WHERE login = $1 AND NOT $2").bind(login).bind(active).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Whether a password is that of a name. Who is wrong five times in a row waits for a quarter of an hour, and the answer
/// is the same for a wrong name, a wrong password and one who waits.
///
/// A try is counted before it is known whether it is right: many at once have no more tries than one after another.
pub async fn may_enter(hub: &Hub, address: &str, login: &str, password: String) -> Result<bool, Refusal> {
    let pool = &hub.pool;
    let turn = hub.passwords.acquire().await;
    let _turn = turn.map_err(|error| Refusal::new(ProblemKind::Unavailable).because(error))?;
    if guesses::too_many(pool, Place::SignIn, address).await? {
        return Err(Refusal::new(ProblemKind::TooManyRequests));
    }
    guesses::count(&mut *pool.acquire().await?, Place::SignIn, address).await?;
    let open: Option<String> = value(
        "UPDATE person SET failures = (failures + 1) % $2, \
         locked_until = CASE WHEN failures + 1 >= $2 THEN now() + interval '15 minutes' END \
         WHERE login = $1 AND active AND coalesce(locked_until < now(), true) RETURNING password_hash",
    )
    .bind(login)
    .bind(FAILURES)
    .fetch_optional(pool)
    .await?;
    let (hash, open) = open.map_or_else(|| (NOBODY.to_owned(), false), |hash| (hash, true));
    let verified = tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash).ok();
        hash.is_some_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    let right = verified.await.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    if right && open {
        sql("UPDATE person SET failures = 0, locked_until = NULL WHERE login = $1").bind(login).execute(pool).await?;
        guesses::take_back(&mut *pool.acquire().await?, Place::SignIn, address).await?;
        return Ok(true);
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_there_costs_as_much_as_a_wrong_password() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let real = Argon2::default().hash_password_with_salt(b"0123456789", &[7; 16]).unwrap();
        assert_eq!(hash.params.to_string(), real.params.to_string());
        assert!(Argon2::default().verify_password(b"0123456789", &hash).is_err());
        assert!(Argon2::default().verify_password(b"0123456789", &real).is_ok());
    }
}
