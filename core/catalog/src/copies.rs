//! Which masters have a verified copy in the second vault of the station.
//!
//! It is what this station knows of a medium beside it, not history of the dossiers: it stands in no manifest, and a
//! catalog that was made again verifies the copies anew.

use std::collections::BTreeSet;

use rusqlite::params;
use sohoa_model::{Sha256, Timestamp};

use crate::Catalog;
use crate::column::{self, Id};
use crate::error::CatalogError;

impl Catalog {
    /// Masters without a verified copy, of one dossier or of all.
    pub fn masters_not_copied(&self, code: Option<&str>) -> Result<Vec<Sha256>, CatalogError> {
        let connection = self.read();
        let dossier = code.map(|code| crate::query::dossier_id(&connection, code)).transpose()?.map(Id::bytes);
        let filter = if dossier.is_some() { "dossier = ?1" } else { "?1 IS NULL" };
        let sql = format!("SELECT DISTINCT sha256 FROM file WHERE copied_at IS NULL AND {filter}");
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([dossier], |row| column::hash(row, "sha256"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many masters have no verified copy.
    pub fn count_masters_not_copied(&self) -> Result<u64, CatalogError> {
        let sql = "SELECT count(DISTINCT sha256) FROM file WHERE copied_at IS NULL";
        let count: i64 = self.read().query_row(sql, [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Writes down that the copies of masters were verified; in any dossier that has them.
    pub fn set_copied(&self, masters: &[Sha256], at: Timestamp) -> Result<(), CatalogError> {
        self.write(|w| {
            let mut statement = w.tx.prepare_cached("UPDATE file SET copied_at = ?2 WHERE sha256 = ?1")?;
            for master in masters {
                statement.execute(params![master.0, at.0])?;
            }
            Ok(())
        })
    }

    /// Forgets that masters were copied: their copies are missing or damaged. With none given, all.
    pub fn forget_copies(&self, masters: Option<&BTreeSet<Sha256>>) -> Result<(), CatalogError> {
        self.write(|w| {
            let Some(masters) = masters else {
                w.tx.execute("UPDATE file SET copied_at = NULL WHERE copied_at IS NOT NULL", [])?;
                return Ok(());
            };
            let mut statement = w.tx.prepare_cached("UPDATE file SET copied_at = NULL WHERE sha256 = ?1")?;
            for master in masters {
                statement.execute([master.0])?;
            }
            Ok(())
        })
    }
}
