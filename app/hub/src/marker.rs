//! The marker of a store: the object `store-id` holds the id of the database that the store belongs to.
//!
//! The first who uses a store writes it. A folder that is not mounted, a bucket of another name and another database's store do
//! not have it, and nothing is removed from them, and nothing in them is taken for lost. Copies of one database have one id: two
//! of them on one store are not told apart by it.

use bytes::Bytes;
use sqlx_postgres::PgPool;

use crate::database::{rows, sql, value};
use crate::store::{Store, StoreError};

/// The key of the object.
pub const KEY: &str = "store-id";
/// Files that are looked for in a store that was used before there were markers: with one of them there, it is the one.
const KNOWN: i64 = 20;

/// Why a store is not used.
#[derive(Debug, thiserror::Error)]
pub enum MarkerError {
    /// It lacks the marker, and files are named that should be in it.
    #[error(
        "the store has no object `{KEY}` of this database, which names files that should be there: is it mounted, and the right \
         one? If its files are lost, or are to be brought back here: sohoa-hub doctor --files --anyway"
    )]
    Missing,
    /// It has another database's.
    #[error(
        "the object `{KEY}` of the store is another database's, and a store belongs to one alone. If that database is gone for \
         good and this one takes its place: remove the object, then sohoa-hub doctor --files --anyway"
    )]
    Foreign,
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
    /// It does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The id that a store must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    /// The marker of a store; it is written if this is its first use, or if no file is named that should be in it.
    pub async fn ensure(pool: &PgPool, store: &Store) -> Result<Self, MarkerError> {
        let (marker, is_marked) = Self::of(pool).await?;
        match marker.check(store).await {
            Ok(()) if is_marked => return Ok(marker),
            Err(MarkerError::Missing) if !may_be_first(pool, store, is_marked).await? => {
                return Err(MarkerError::Missing);
            }
            Ok(()) | Err(MarkerError::Missing) => {}
            Err(error) => return Err(error),
        }
        marker.write(pool, store).await
    }

    /// The same for a store that an operator says is the one: it gets the marker unless it has another database's.
    pub async fn renew(pool: &PgPool, store: &Store) -> Result<Self, MarkerError> {
        let (marker, _) = Self::of(pool).await?;
        match marker.check(store).await {
            Ok(()) => Ok(marker),
            Err(MarkerError::Missing) => marker.write(pool, store).await,
            Err(error) => Err(error),
        }
    }

    /// Whether a store that was used already has the marker; nothing is written.
    pub async fn look(pool: &PgPool, store: &Store) -> Result<(), MarkerError> {
        let (marker, is_marked) = Self::of(pool).await?;
        match marker.check(store).await {
            Err(MarkerError::Missing) if !is_marked || is_without_files(pool).await? => Ok(()),
            looked => looked,
        }
    }

    /// Whether the store has it.
    pub async fn check(&self, store: &Store) -> Result<(), MarkerError> {
        match store.get(KEY).await {
            Ok(found) if found.trim_ascii() == self.0.as_bytes() => Ok(()),
            Ok(_) => Err(MarkerError::Foreign),
            Err(error) if error.is_missing() => Err(MarkerError::Missing),
            Err(error) => Err(error.into()),
        }
    }

    async fn of(pool: &PgPool) -> Result<(Self, bool), sqlx_core::Error> {
        let (id, is_marked): (String, bool) =
            rows("SELECT store_id::text, store_is_marked FROM hub").fetch_one(pool).await?;
        Ok((Self(id), is_marked))
    }

    /// Hubs that do so at once write the same.
    async fn write(self, pool: &PgPool, store: &Store) -> Result<Self, MarkerError> {
        store.put(KEY, Bytes::from(format!("{}\n", self.0))).await?;
        sql("UPDATE hub SET store_is_marked = true WHERE NOT store_is_marked").execute(pool).await?;
        Ok(self)
    }
}

/// Whether a store without a marker may be used for the first time: no file should be in it, or it comes from before there were
/// markers, and one is.
async fn may_be_first(pool: &PgPool, store: &Store, is_marked: bool) -> Result<bool, MarkerError> {
    let known: Vec<String> = value("SELECT key FROM file WHERE state = 0 LIMIT $1").bind(KNOWN).fetch_all(pool).await?;
    if known.is_empty() {
        return Ok(is_without_files(pool).await?);
    }
    if is_marked {
        return Ok(false);
    }
    for key in known {
        match store.size(&key).await {
            Ok(_) => return Ok(true),
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

async fn is_without_files(pool: &PgPool) -> Result<bool, sqlx_core::Error> {
    value("SELECT NOT EXISTS (SELECT FROM file)").fetch_one(pool).await
}
