//! Bundles: ranges of the log that went out on a disk, whose acknowledgement comes back on one.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;
use sohoa_model::{Act, Sha256};
use uuid::Uuid;

use crate::error::CatalogError;
use crate::outbox::{seq_column, withheld_lines};
use crate::{Catalog, Writing, column};

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
    /// Whether it tells a line in full.
    fn tells(&self, seq: u64) -> bool {
        (self.first..=self.last).contains(&seq) && !self.withheld.contains(&seq)
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

    /// Whether an acknowledged line names a file, and the hub does not ask for it again: it has it, as far as is known here.
    pub fn is_file_acknowledged(&self, sha256: &Sha256) -> Result<bool, CatalogError> {
        let connection = self.read();
        let sql = "SELECT EXISTS (SELECT 1 FROM log_file JOIN log USING (seq) WHERE log_file.sha256 = ?1
                   AND body IS NOT NULL AND seq <= (SELECT acked_seq FROM sync_state))
                   AND NOT EXISTS (SELECT 1 FROM wanted_file WHERE sha256 = ?1)";
        Ok(connection.prepare_cached(sql)?.query_row([sha256.0], |row| row.get(0))?)
    }

    /// Keeps that a bundle was written; if other lines are withheld by now than it says, nothing is kept, and it says so.
    ///
    /// One that was written before tells what either tells: the earlier disk may be the one that arrives.
    pub fn keep_bundle(&self, bundle: &WrittenBundle, act: &Act) -> Result<bool, CatalogError> {
        self.write(|w| {
            let WrittenBundle { id, first, last, withheld } = bundle;
            let now: BTreeSet<u64> = withheld_lines(&w.tx, *first, *last)?.into_iter().map(|(seq, _)| seq).collect();
            if now != *withheld {
                return Ok(false);
            }
            let id = id.into_bytes();
            let before: Option<WrittenBundle> =
                w.tx.query_row("SELECT * FROM bundle WHERE id = ?1", [id], written).optional()?;
            let withheld: BTreeSet<u64> = match before {
                Some(before) => before.withheld.intersection(withheld).copied().collect(),
                None => now,
            };
            w.tx.execute(
                "INSERT OR REPLACE INTO bundle VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, seq_column(*first)?, seq_column(*last)?, act.at.0, json!(withheld).to_string()],
            )?;
            let detail = json!({ "first": first, "last": last, "records": last - first + 1 });
            w.event("bundle written", None, &detail, act)?;
            Ok(true)
        })
    }

    /// The bundles whose lines are not all acknowledged.
    pub fn bundles_on_their_way(&self) -> Result<Vec<WrittenBundle>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached(
            "SELECT * FROM bundle WHERE last_seq > (SELECT acked_seq FROM sync_state) ORDER BY at_ms, first_seq",
        )?;
        let rows = statement.query_map([], written)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writing<'_> {
    /// Writes down the dossiers that were held when their lines, which are acknowledged now, had gone out in full: `told`
    /// over the network, or on a disk.
    pub(crate) fn hold_too_late(
        &self,
        told: &BTreeSet<u64>,
        (before, now): (u64, u64),
        hub: &str,
        act: &Act,
    ) -> Result<(), CatalogError> {
        if before >= now {
            return Ok(());
        }
        let mut statement = self.tx.prepare_cached("SELECT * FROM bundle WHERE last_seq > ?1 AND first_seq <= ?2")?;
        let bundles = statement.query_map([seq_column(before)?, seq_column(now)?], written)?;
        let bundles: Vec<WrittenBundle> = bundles.collect::<Result<_, _>>()?;
        let lines = withheld_lines(&self.tx, before + 1, now)?;
        let is_told = |seq: &u64| told.contains(seq) || bundles.iter().any(|bundle| bundle.tells(*seq));
        let late: BTreeSet<String> =
            lines.into_iter().filter(|(seq, _)| is_told(seq)).filter_map(|(_, code)| code).collect();
        for code in late {
            self.event("hold too late", Some(self.dossier_id(&code)?), &json!({ "hub": hub }), act)?;
        }
        Ok(())
    }
}

fn written(row: &Row<'_>) -> rusqlite::Result<WrittenBundle> {
    let withheld = serde_json::from_str(&row.get::<_, String>("withheld")?);
    Ok(WrittenBundle {
        id: Uuid::from_bytes(row.get("id")?),
        first: row.get::<_, i64>("first_seq")?.unsigned_abs(),
        last: row.get::<_, i64>("last_seq")?.unsigned_abs(),
        withheld: withheld.map_err(|_| column::corrupt("withheld"))?,
    })
}
