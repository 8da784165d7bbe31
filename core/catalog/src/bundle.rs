//! Bundles: ranges of the log that went out on a disk, whose acknowledgement comes back on one.

use std::collections::BTreeSet;

use rusqlite::params;
use serde_json::json;
use sohoa_model::{Act, Sha256};
use uuid::Uuid;

use crate::error::CatalogError;
use crate::outbox::seq_column;
use crate::{Catalog, column};

/// A line of the log, as far as its place in a bundle hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Its position, from 1.
    pub seq: u64,
    /// The bytes of its line; none if it is withheld.
    pub bytes: Option<u64>,
    /// The files that it names: hash and length. None of a withheld line.
    pub files: Vec<(Sha256, u64)>,
}

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenBundle {
    /// Its name.
    pub id: Uuid,
    /// Position of its first line.
    pub first: u64,
    /// Position of its last line.
    pub last: u64,
    /// Lines of it that were withheld.
    pub withheld: BTreeSet<u64>,
}

impl WrittenBundle {
    /// The lines from one position to another that it told in full.
    pub fn told(&self, first: u64, last: u64) -> BTreeSet<u64> {
        (self.first.max(first)..=self.last.min(last)).filter(|seq| !self.withheld.contains(seq)).collect()
    }
}

impl Catalog {
    /// The lines of the log behind a position, in their order.
    pub fn log_extents(&self, after: u64) -> Result<Vec<Extent>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached(
            "SELECT log.seq, length(body) AS length, log_file.sha256, log_file.bytes FROM log
             LEFT JOIN log_file ON log_file.seq = log.seq AND body IS NOT NULL
             WHERE log.seq > ?1 ORDER BY log.seq, log_file.sha256",
        )?;
        let mut rows = statement.query([seq_column(after)?])?;
        let mut extents: Vec<Extent> = Vec::new();
        while let Some(row) = rows.next()? {
            let seq = row.get::<_, i64>("seq")?.unsigned_abs();
            if extents.last().is_none_or(|last| last.seq != seq) {
                let bytes = row.get::<_, Option<i64>>("length")?.map(i64::unsigned_abs);
                extents.push(Extent { seq, bytes, files: Vec::new() });
            }
            if let (Some(sha256), Some(last)) = (column::optional_hash(row, "sha256")?, extents.last_mut()) {
                last.files.push((sha256, row.get::<_, i64>("bytes")?.unsigned_abs()));
            }
        }
        Ok(extents)
    }

    /// Whether an acknowledged line names a file: the hub has it, as far as is known here.
    pub fn is_file_acknowledged(&self, sha256: &Sha256) -> Result<bool, CatalogError> {
        let connection = self.read();
        let sql = "SELECT EXISTS (SELECT 1 FROM log_file JOIN log USING (seq) WHERE log_file.sha256 = ?1
                   AND body IS NOT NULL AND seq <= (SELECT acked_seq FROM sync_state))";
        Ok(connection.prepare_cached(sql)?.query_row([sha256.0], |row| row.get(0))?)
    }

    /// Keeps that a bundle was written.
    pub fn keep_bundle(&self, bundle: &WrittenBundle, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let WrittenBundle { id, first, last, withheld } = bundle;
            w.tx.execute(
                "INSERT OR REPLACE INTO bundle VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    id.into_bytes(),
                    seq_column(*first)?,
                    seq_column(*last)?,
                    act.at.0,
                    json!(withheld).to_string()
                ],
            )?;
            let detail = json!({ "first": first, "last": last, "records": last - first + 1 });
            w.event("bundle written", None, &detail, act)?;
            Ok(())
        })
    }

    /// The bundles whose lines are not all acknowledged.
    pub fn bundles_on_their_way(&self) -> Result<Vec<WrittenBundle>, CatalogError> {
        self.bundles(
            "SELECT * FROM bundle WHERE last_seq > (SELECT acked_seq FROM sync_state) ORDER BY at_ms, first_seq",
        )
    }

    /// All bundles that were written.
    pub fn written_bundles(&self) -> Result<Vec<WrittenBundle>, CatalogError> {
        self.bundles("SELECT * FROM bundle ORDER BY at_ms, first_seq")
    }

    fn bundles(&self, sql: &str) -> Result<Vec<WrittenBundle>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let withheld = serde_json::from_str(&row.get::<_, String>("withheld")?);
            Ok(WrittenBundle {
                id: Uuid::from_bytes(row.get("id")?),
                first: row.get::<_, i64>("first_seq")?.unsigned_abs(),
                last: row.get::<_, i64>("last_seq")?.unsigned_abs(),
                withheld: withheld.map_err(|_| column::corrupt("withheld"))?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
