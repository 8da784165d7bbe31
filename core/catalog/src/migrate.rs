//! Migrations: numbered SQL files, only ever added, that bring a catalog from one schema to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::CatalogError;

/// Every schema in order; the number of a schema is its place, from 1.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_events_are_not_replaced.sql"),
    include_str!("migrations/0003_scanning.sql"),
    include_str!("migrations/0004_pages.sql"),
    include_str!("migrations/0005_custody.sql"),
    include_str!("migrations/0006_custody_is_not_changed.sql"),
    include_str!("migrations/0007_work.sql"),
    include_str!("migrations/0008_descriptions.sql"),
    include_str!("migrations/0009_parts_of_frames.sql"),
    include_str!("migrations/0010_outbox.sql"),
    include_str!("migrations/0011_bundles.sql"),
    include_str!("migrations/0012_assignments.sql"),
    include_str!("migrations/0013_wanted_files.sql"),
];

/// Marks the database file as a catalog (`PRAGMA application_id`): the letters `Soho`.
const APPLICATION_ID: u32 = 0x536f_686f;

/// The latest schema that this software knows.
pub const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// The schema of a catalog: 0 of an empty database.
pub(crate) fn schema_of(connection: &Connection, path: &Path) -> Result<u32, CatalogError> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: u32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION_ID && (version != 0 || application != 0 || has_tables(connection)?) {
        return Err(CatalogError::NotACatalog(path.to_owned()));
    }
    if version > SCHEMA {
        return Err(CatalogError::Newer { found: version, known: SCHEMA });
    }
    Ok(version)
}

/// Brings a catalog to the latest schema, each step in a transaction of its own.
///
/// A table that is made anew is dropped under its name, which foreign keys forbid (SQLite, "ALTER TABLE", 7): they are
/// off on this connection until its caller turns them on, and each step is looked through before it counts.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), CatalogError> {
    while schema_of(connection, path)? < SCHEMA {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = schema_of(&step, path)?;
        if let Some(sql) = MIGRATIONS.get(version as usize) {
            step.execute_batch(sql)?;
            if step.prepare("PRAGMA foreign_key_check")?.exists([])? {
                return Err(CatalogError::Corrupt(format!("schema {}", version + 1)));
            }
            step.pragma_update(None, "user_version", version + 1)?;
            step.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        step.commit()?;
    }
    Ok(())
}

fn has_tables(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}
