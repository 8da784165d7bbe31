//! The catalog: what exists, where, since when and who says so; one SQLite file that nobody can quietly rewrite.
//!
//! Every function that changes something is one transaction: it changes rows, counts the evidence of the dossier anew,
//! makes its state from that evidence and appends a PREMIS event. Counters therefore move with what they count, and a
//! crash leaves all of it or nothing. The catalog is an index of the archive: `manifest` writes what it knows as
//! canonical JSON, and the same module makes the catalog again from those files alone.
//!
//! Several processes share one catalog (WAL, a busy time-out of 30 seconds, leased pages). The catalog touches no file
//! but its own database.

pub mod assignment;
pub mod batch;
pub mod bundle;
mod column;
mod copies;
pub mod custody;
pub mod decision;
pub mod description;
pub mod error;
pub mod event;
mod evidence;
pub mod facts_record;
pub mod finding;
pub mod intake;
pub mod inventory;
mod lease;
pub mod manifest;
mod manifest_record;
mod migrate;
pub mod outbox;
pub mod page_edit;
pub mod page_split;
pub mod plan;
pub mod progress;
pub mod query;
pub mod reading;
pub mod receipt;
pub mod rendition;
pub mod scan_profile;
pub mod search;
mod search_fold;
pub mod text_record;
pub mod wanted;
pub mod work;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::json;
use sohoa_model::ids::{ArchiveId, Randomness};
use sohoa_model::{Act, crash};

pub use error::{CatalogError, DecisionError};
pub use migrate::SCHEMA;

use column::Id;

/// How long a process waits for another one's transaction.
const BUSY: Duration = Duration::from_secs(30);

/// The catalog of one archive; shared between threads by reference, between processes by the file.
pub struct Catalog {
    connection: Mutex<Connection>,
    randomness: Arc<dyn Randomness>,
}

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFacts {
    /// Its id, for ever.
    pub id: ArchiveId,
    /// Its title, for people.
    pub title: String,
    /// The organisation that keeps it.
    pub organisation: String,
    /// Whether it is for demonstration: demo certificates are trusted in it.
    pub demo: bool,
}

/// A transaction that changes the catalog.
pub(crate) struct Writing<'a> {
    pub(crate) tx: Transaction<'a>,
    pub(crate) randomness: &'a dyn Randomness,
}

impl Catalog {
    /// Makes a new catalog; a file that exists is never touched.
    pub fn create(
        path: &Path,
        facts: &ArchiveFacts,
        act: &Act,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, CatalogError> {
        let catalog = Self::create_empty(path, randomness)?;
        catalog.write(|w| -> Result<(), CatalogError> {
            insert_archive(w, facts, act.at.0)?;
            let detail = json!({ "archive": facts.id.to_string(), "title": facts.title, "demo": facts.demo });
            w.event("archive creation", None, &detail, act)?;
            Ok(())
        })?;
        Ok(catalog)
    }

    /// Makes a new catalog without facts, to be filled from manifests.
    pub fn create_empty(path: &Path, randomness: Arc<dyn Randomness>) -> Result<Self, CatalogError> {
        if path.exists() {
            return Err(CatalogError::Exists(path.to_owned()));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, randomness)
    }

    /// Opens a catalog for work, bringing its schema up to date.
    pub fn open(path: &Path, randomness: Arc<dyn Randomness>) -> Result<Self, CatalogError> {
        if !path.is_file() {
            return Err(CatalogError::Missing(path.to_owned()));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, randomness)
    }

    /// Opens a catalog for questions only.
    pub fn open_read_only(path: &Path, randomness: Arc<dyn Randomness>) -> Result<Self, CatalogError> {
        if !path.is_file() {
            return Err(CatalogError::Missing(path.to_owned()));
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(BUSY)?;
        let found = migrate::schema_of(&connection, path)?;
        if found < SCHEMA {
            return Err(CatalogError::Older { found, known: SCHEMA });
        }
        Ok(Self { connection: Mutex::new(connection), randomness })
    }

    fn connect(path: &Path, flags: OpenFlags, randomness: Arc<dyn Randomness>) -> Result<Self, CatalogError> {
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        migrate::schema_of(&connection, path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.set_prepared_statement_cache_capacity(64);
        migrate::migrate(&mut connection, path)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(Self { connection: Mutex::new(connection), randomness })
    }

    /// What the archive says of itself.
    pub fn archive(&self) -> Result<ArchiveFacts, CatalogError> {
        self.read()
            .query_row("SELECT id, title, organisation, demo FROM archive", [], |row| {
                Ok(ArchiveFacts {
                    id: column::id(row, "id")?,
                    title: row.get("title")?,
                    organisation: row.get("organisation")?,
                    demo: row.get("demo")?,
                })
            })
            .optional()?
            .ok_or(CatalogError::NoArchive)
    }

    /// What SQLite says of its own file; empty when it is whole.
    pub fn integrity(&self) -> Result<Vec<String>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
        let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// Moves everything from the write-ahead log into the database file, e.g. before it is copied.
    pub fn checkpoint(&self) -> Result<(), CatalogError> {
        self.read().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Writes all of it into another file, which has to be new or empty, as one consistent state; other work goes on.
    pub fn copy_into(&self, path: &Path) -> Result<(), CatalogError> {
        // As bytes: a path need not be UTF-8.
        self.read().execute("VACUUM INTO CAST(?1 AS TEXT)", [path.as_os_str().as_encoded_bytes()])?;
        Ok(())
    }

    pub(crate) fn read(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere rolled its transaction back when it unwound: the connection is whole.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does some work as one transaction: all of it is durable afterwards, or none.
    pub(crate) fn write<T, E>(&self, work: impl FnOnce(&Writing<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<CatalogError>,
    {
        let mut connection = self.read();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(CatalogError::from)?;
        let writing = Writing { tx, randomness: &*self.randomness };
        let done = work(&writing)?;
        crash::point("catalog.before-commit");
        writing.tx.commit().map_err(CatalogError::from)?;
        crash::point("catalog.after-commit");
        Ok(done)
    }
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Catalog")
    }
}

pub(crate) fn insert_archive(w: &Writing<'_>, facts: &ArchiveFacts, created_at: i64) -> Result<(), CatalogError> {
    w.tx.execute(
        "INSERT INTO archive (one, id, title, organisation, demo, created_at) VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        params![facts.id.bytes(), facts.title, facts.organisation, facts.demo, created_at],
    )?;
    Ok(())
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
