//! Leases seen from outside: which processes hold pages, and how many pages wait.

use rusqlite::params;

use crate::Catalog;
use crate::column::Id;
use crate::error::CatalogError;

impl Catalog {
    /// The owners of leases on pages that were not read yet.
    pub fn lease_owners(&self) -> Result<Vec<String>, CatalogError> {
        let connection = self.read();
        // Only pages that wait have a lease that matters, and an index knows those: so a large archive opens as fast as a small one.
        let sql = "SELECT DISTINCT lease_owner FROM page INDEXED BY page_unread
                   WHERE reading_state IS NULL AND superseded_at IS NULL AND lease_owner IS NOT NULL";
        let mut statement = connection.prepare(sql)?;
        let owners = statement.query_map([], |row| row.get(0))?;
        Ok(owners.collect::<Result<_, _>>()?)
    }

    /// How many pages wait to be read, of one dossier or of all.
    pub fn count_pages_to_read(&self, code: Option<&str>) -> Result<u64, CatalogError> {
        let connection = self.read();
        let dossier = code.map(|code| crate::query::dossier_id(&connection, code)).transpose()?.map(Id::bytes);
        let filter = if dossier.is_some() { "dossier = ?1" } else { "?1 IS NULL" };
        let sql =
            format!("SELECT count(*) FROM page WHERE reading_state IS NULL AND superseded_at IS NULL AND {filter}");
        let pages: i64 = connection.query_row(&sql, params![dossier], |row| row.get(0))?;
        Ok(pages.unsigned_abs())
    }

    /// Whether some dossier has a file that came from this path and has this length; its bytes are not compared.
    pub fn has_file(&self, path: &str, bytes: u64) -> Result<bool, CatalogError> {
        let connection = self.read();
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let sql = "SELECT EXISTS (SELECT 1 FROM file WHERE path = ?1 AND bytes = ?2)";
        Ok(connection.prepare_cached(sql)?.query_row(params![path, bytes], |row| row.get(0))?)
    }
}
