//! Assignments: whose a dossier is, by the word of the hub. The highest number counts; what is another station's is kept
//! here and told of no more.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use sohoa_model::Act;
use sohoa_model::ids::DossierId;
use uuid::Uuid;

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::{Catalog, query};

/// What an assignment came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// It counts now.
    Now,
    /// One with a higher number counts.
    Older,
    /// A dossier of this code is here under another name, so the two can't be the same.
    OtherName,
}

impl Catalog {
    /// Keeps whose a dossier is.
    pub fn assign(
        &self,
        dossier: DossierId,
        code: &str,
        station: Uuid,
        number: u32,
        act: &Act,
    ) -> Result<Assigned, CatalogError> {
        self.write(|w| {
            let here = query::find_dossier(&w.tx, code)?;
            if here.is_some_and(|here| here != dossier) {
                return Ok(Assigned::OtherName);
            }
            let changed = w.tx.execute(
                "INSERT INTO assignment VALUES (?1, ?2, ?3, ?4) ON CONFLICT (dossier) DO UPDATE
                 SET station = excluded.station, number = excluded.number WHERE excluded.number > number",
                params![dossier.bytes(), column::code(code), station.into_bytes(), number],
            )?;
            if changed == 0 {
                return Ok(Assigned::Older);
            }
            let own: Option<[u8; 16]> =
                w.tx.query_row("SELECT station FROM sync_state", [], |row| row.get(0)).optional()?;
            let is_ours = own == Some(station.into_bytes());
            w.event("assignment", here, &json!({ "code": code, "ours": is_ours, "number": number }), act)?;
            Ok(Assigned::Now)
        })
    }

    /// The number of the assignment by which this station has a dossier, if the hub said so.
    pub fn assignment(&self, dossier: DossierId) -> Result<Option<u32>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT number FROM assignment WHERE dossier = ?1 AND station = (SELECT station FROM sync_state)";
        let found = connection.prepare_cached(sql)?.query_row([dossier.bytes()], |row| row.get(0));
        Ok(found.optional()?)
    }
}
