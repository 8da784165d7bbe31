//! PostgreSQL: the connection, the numbered migrations, and what a fault of it means for a request.

use std::time::Duration;

use sqlx_core::connection::Connection as _;
use sqlx_core::migrate::{Migration, MigrationType, Migrator};
use sqlx_core::query::{Query, query};
use sqlx_core::query_as::{QueryAs, query_as};
use sqlx_core::query_scalar::{QueryScalar, query_scalar};
use sqlx_core::sql_str::SqlSafeStr;
use sqlx_postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow, PgTransaction, Postgres};

/// The migrations in their order; numbers are only ever added.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "log and projections", include_str!("../migrations/0001_log_and_projections.sql")),
    (2, "people", include_str!("../migrations/0002_people.sql")),
    (3, "backups", include_str!("../migrations/0003_backups.sql")),
    (10, "reading", include_str!("../migrations/0010_reading.sql")),
    (11, "work, indicators, quotas", include_str!("../migrations/0011_work_indicators_quotas.sql")),
    (30, "days", include_str!("../migrations/0030_days.sql")),
    (31, "withdrawn orders", include_str!("../migrations/0031_withdrawn.sql")),
    (32, "course of targets", include_str!("../migrations/0032_course_of_targets.sql")),
    (33, "shown work", include_str!("../migrations/0033_shown_work.sql")),
    (34, "words of fonds", include_str!("../migrations/0034_words_of_fonds.sql")),
    (35, "place of batches", include_str!("../migrations/0035_place_of_batches.sql")),
    (36, "looked after", include_str!("../migrations/0036_looked_after.sql")),
    (37, "marker of the store", include_str!("../migrations/0037_marker_of_store.sql")),
];

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address is no address of PostgreSQL.
    #[error("the setting `database` is no address of PostgreSQL")]
    Address(#[source] sqlx_core::Error),
    /// It does not answer.
    #[error("PostgreSQL does not answer")]
    Connect(#[source] sqlx_core::Error),
    /// A migration failed, or the database is of a newer hub.
    #[error("the database cannot be brought up to date")]
    Migrate(#[source] sqlx_core::migrate::MigrateError),
    /// It was made by another version.
    #[error("the database has schema {found} and this hub needs {needed}: run `sohoa-hub migrate`")]
    Schema {
        /// What it has.
        found: i64,
        /// What this program needs.
        needed: i64,
    },
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Statement(#[from] sqlx_core::Error),
}

/// A statement without an answer.
pub fn sql(text: &'static str) -> Query<'static, Postgres, PgArguments> {
    query(text)
}

/// A statement whose answer is rows.
pub fn rows<T>(text: &'static str) -> QueryAs<'static, Postgres, T, PgArguments>
where
    T: for<'r> sqlx_core::from_row::FromRow<'r, PgRow>,
{
    query_as(text)
}

/// A statement whose answer is one value.
pub fn value<T>(text: &'static str) -> QueryScalar<'static, Postgres, T, PgArguments>
where
    (T,): for<'r> sqlx_core::from_row::FromRow<'r, PgRow>,
{
    query_scalar(text)
}

/// A transaction of somebody who looks: no statement of it takes longer than so many seconds, and each is planned for what is
/// asked, not for what might be.
pub async fn look(pool: &PgPool, seconds: u32) -> Result<PgTransaction<'static>, sqlx_core::Error> {
    let mut transaction = pool.begin().await?;
    sql("SELECT set_config('statement_timeout', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)")
        .bind(format!("{seconds}s"))
        .execute(&mut *transaction)
        .await?;
    Ok(transaction)
}

/// A connection that rested so long is asked whether it still is one.
const RESTED: Duration = Duration::from_secs(1);

/// Connects; nothing waits for a lock for longer than five seconds.
pub async fn connect(address: &str) -> Result<PgPool, DatabaseError> {
    let options: PgConnectOptions = address.parse().map_err(DatabaseError::Address)?;
    let options = options.application_name("sohoa-hub").options([
        ("statement_timeout", "30s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "30s"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(10))
        // Asking before each use would double the ways to PostgreSQL; one that rested a while may be gone.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
    pool.connect_with(options).await.map_err(DatabaseError::Connect)
}

/// Applies the migrations that are missing.
pub async fn migrate(pool: &PgPool) -> Result<(), DatabaseError> {
    let migrations = MIGRATIONS.iter().map(|(number, name, text)| {
        Migration::new(*number, (*name).into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    let mut connection = pool.acquire().await?;
    // An index over a large table takes longer than a request may.
    sql("SET statement_timeout = 0").execute(&mut *connection).await?;
    let done = Migrator::with_migrations(migrations.collect()).run(&mut *connection).await;
    connection.close().await?;
    done.map_err(DatabaseError::Migrate)?;
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| DatabaseError::Connect(sqlx_core::Error::Io(error.into())))?;
    sql("INSERT INTO hub (nonce_secret) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(secret.as_slice())
        .execute(pool)
        .await?;
    Ok(())
}

/// Whether the schema is the one that this program was made for.
pub async fn check_schema(pool: &PgPool) -> Result<(), DatabaseError> {
    let needed = MIGRATIONS.last().map_or(0, |(number, ..)| *number);
    let known: Option<String> = value("SELECT to_regclass('_sqlx_migrations')::text").fetch_one(pool).await?;
    let found: Option<i64> = match known {
        Some(_) => value("SELECT max(version) FROM _sqlx_migrations WHERE success").fetch_one(pool).await?,
        None => None,
    };
    let found = found.unwrap_or(0);
    if found == needed { Ok(()) } else { Err(DatabaseError::Schema { found, needed }) }
}
