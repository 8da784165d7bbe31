//! Receipts in the catalog: begun before the first file is touched, finished when every file has its line.

use rusqlite::{Row, params};
use serde_json::{Value, json};
use sohoa_model::ids::ReceiptId;
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_model::{Act, Timestamp};

use crate::Catalog;
use crate::column::{self, Id};
use crate::error::CatalogError;

/// What a receipt says in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptSummary {
    /// Its id.
    pub id: ReceiptId,
    /// The folder that was imported.
    pub root: String,
    /// The options of the import, canonical JSON.
    pub options: String,
    /// When it began.
    pub begun: Timestamp,
    /// When it was finished; `None` while it is not.
    pub finished: Option<Timestamp>,
    /// Who imported.
    pub operator: String,
    /// With which version of the program.
    pub software: String,
    /// Number of files taken.
    pub taken: u32,
    /// Number of files skipped.
    pub skipped: u32,
    /// Number of files refused.
    pub refused: u32,
}

impl Catalog {
    /// Begins a receipt.
    pub fn begin_receipt(&self, root: &str, options: &Value, act: &Act) -> Result<ReceiptId, CatalogError> {
        self.write(|w| {
            let id = ReceiptId::new(act.at, w.randomness);
            w.tx.execute(
                "INSERT INTO receipt (id, root, options, begun_at, operator, software) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![id.bytes(), root, crate::event::canonical(options), act.at.0, act.operator, act.software],
            )?;
            w.event("import begun", None, &json!({ "receipt": id.to_string(), "root": root }), act)?;
            Ok(id)
        })
    }

    /// Adds lines to a receipt; what they tell of has its own events.
    pub fn add_receipt_lines(&self, id: ReceiptId, lines: &[ReceiptLine]) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "SELECT coalesce(max(number), 0) FROM receipt_line WHERE receipt = ?1";
            let last: i64 = w.tx.query_row(sql, [id.bytes()], |row| row.get(0))?;
            let mut insert =
                w.tx.prepare_cached("INSERT INTO receipt_line VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
            for (number, line) in (last + 1..).zip(lines) {
                let (outcome, path, taken, reason) = match line {
                    ReceiptLine::Taken { path, sha256, pages, dossier } => {
                        ("taken", path, Some((sha256.0, *pages, dossier)), None)
                    }
                    ReceiptLine::Skipped { path, reason } => ("skipped", path, None, Some(reason)),
                    ReceiptLine::Refused { path, reason } => ("refused", path, None, Some(reason)),
                };
                insert.execute(params![
                    id.bytes(),
                    number,
                    outcome,
                    path,
                    taken.map(|t| t.0),
                    taken.map(|t| t.1),
                    taken.map(|t| t.2),
                    reason.map(|r| &r.code),
                    reason.map(|r| &r.detail)
                ])?;
            }
            drop(insert);
            w.tx.execute(
                "UPDATE receipt SET (taken, skipped, refused) = (SELECT coalesce(sum(outcome = 'taken'), 0),
                    coalesce(sum(outcome = 'skipped'), 0), coalesce(sum(outcome = 'refused'), 0)
                    FROM receipt_line WHERE receipt = ?1) WHERE id = ?1",
                [id.bytes()],
            )?;
            Ok(())
        })
    }

    /// Finishes a receipt.
    pub fn finish_receipt(&self, id: ReceiptId, act: &Act) -> Result<ReceiptSummary, CatalogError> {
        self.write(|w| {
            let sql = "UPDATE receipt SET finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL RETURNING *";
            let done = w.tx.query_row(sql, params![id.bytes(), act.at.0], summary).map_err(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => {
                    CatalogError::Unknown { noun: "unfinished receipt", id: id.to_string() }
                }
                other => other.into(),
            })?;
            let detail = json!({
                "receipt": id.to_string(), "taken": done.taken, "skipped": done.skipped, "refused": done.refused,
            });
            w.event("import", None, &detail, act)?;
            Ok(done)
        })
    }

    /// The lines of a receipt in the order in which they were written.
    pub fn receipt(&self, id: ReceiptId) -> Result<Vec<ReceiptLine>, CatalogError> {
        let connection = self.read();
        let mut statement =
            connection.prepare_cached("SELECT * FROM receipt_line WHERE receipt = ?1 ORDER BY number")?;
        let lines = statement.query_map([id.bytes()], line)?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// All receipts, oldest first.
    pub fn receipts(&self) -> Result<Vec<ReceiptSummary>, CatalogError> {
        self.list_receipts("SELECT * FROM receipt ORDER BY begun_at, id")
    }

    /// Receipts of imports that broke off or still run, oldest first.
    pub fn unfinished_receipts(&self) -> Result<Vec<ReceiptSummary>, CatalogError> {
        self.list_receipts("SELECT * FROM receipt WHERE finished_at IS NULL ORDER BY begun_at, id")
    }

    fn list_receipts(&self, sql: &str) -> Result<Vec<ReceiptSummary>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], summary)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<ReceiptSummary> {
    Ok(ReceiptSummary {
        id: column::id(row, "id")?,
        root: row.get("root")?,
        options: row.get("options")?,
        begun: column::moment(row, "begun_at")?,
        finished: column::optional_moment(row, "finished_at")?,
        operator: row.get("operator")?,
        software: row.get("software")?,
        taken: row.get("taken")?,
        skipped: row.get("skipped")?,
        refused: row.get("refused")?,
    })
}

fn line(row: &Row<'_>) -> rusqlite::Result<ReceiptLine> {
    let path = row.get("path")?;
    let reason = || Ok::<_, rusqlite::Error>(Reason { code: row.get("reason")?, detail: row.get("detail")? });
    match row.get::<_, String>("outcome")?.as_str() {
        "taken" => Ok(ReceiptLine::Taken {
            path,
            sha256: column::hash(row, "sha256")?,
            pages: row.get("pages")?,
            dossier: row.get("dossier")?,
        }),
        "skipped" => Ok(ReceiptLine::Skipped { path, reason: reason()? }),
        "refused" => Ok(ReceiptLine::Refused { path, reason: reason()? }),
        _ => Err(column::corrupt("outcome")),
    }
}
