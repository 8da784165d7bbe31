//! Batches: what a scanner delivers for a dossier, counted page by page until the count is reconciled.
//!
//! A dossier has at most one open batch; it goes on with it after a jam, a crash or a night. As long as a batch is open the
//! dossier carries the finding [`BATCH_OPEN`] and is not `checked`.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};
use serde_json::{Value, json};
use sohoa_model::finding::Finding;
use sohoa_model::ids::{BatchId, DossierId, PageId};
use sohoa_model::{Act, Timestamp};
use uuid::Uuid;

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::finding::Place;
use crate::{Catalog, Writing};

/// The finding of a dossier whose batch is not closed.
pub const BATCH_OPEN: &str = "batch-open";

/// A batch as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchView {
    /// Its name.
    pub id: BatchId,
    /// The device it began on.
    pub device: String,
    /// What was asked for and granted when it began.
    pub settings: Value,
    /// Pages that a sheet gives.
    pub sides: u32,
    /// Sheets as the operator counted them.
    pub sheets: Option<u32>,
    /// Pages that are durable.
    pub pages: u32,
    /// The ordinal of the document that pages go to now; `None` if the dossier is one document.
    pub document: Option<u32>,
    /// Pages that were there before this document began.
    pub document_from: u32,
    /// Where its pages go.
    pub target: BatchTarget,
    /// When it was opened.
    pub opened: Timestamp,
    /// When and how it was closed.
    pub closed: Option<(Timestamp, Closing)>,
}

impl BatchView {
    /// Pages that are expected, if the sheets were counted.
    pub fn expected(&self) -> Option<u32> {
        self.sheets.map(|sheets| sheets.saturating_mul(self.sides))
    }

    /// How it stands, for records: `open`, `reconciled` or `overridden`, and why it was overridden.
    pub fn state(&self) -> (&'static str, Option<&str>) {
        match &self.closed {
            None => ("open", None),
            Some((_, Closing::Reconciled)) => ("reconciled", None),
            Some((_, Closing::Overridden { reason })) => ("overridden", Some(reason)),
        }
    }
}

/// How a batch was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// As many pages came as sheets were counted.
    Reconciled,
    /// A person says why that is right all the same.
    Overridden {
        /// Why.
        reason: String,
    },
}

/// Where the pages of a batch go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BatchTarget {
    /// Behind those that are there.
    #[default]
    Append,
    /// In front of a page.
    Before(PageId),
    /// Each in the place of one that was captured before, and of the other half where that one was split; further ones
    /// behind the last.
    InsteadOf(Vec<PageId>),
}

/// What a batch begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBatch<'a> {
    /// The code of the dossier; one that is not known yet is made.
    pub dossier: &'a str,
    /// The device.
    pub device: &'a str,
    /// What was asked for and granted.
    pub settings: &'a Value,
    /// Pages that a sheet gives.
    pub sides: u32,
    /// Sheets as the operator counted them.
    pub sheets: Option<u32>,
    /// The ordinal of the first document; `None` if the dossier is one document.
    pub document: Option<u32>,
    /// Where its pages go.
    pub target: BatchTarget,
}

/// A page's place in its batch; those of an earlier batch come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchPage {
    /// The batch.
    pub batch: BatchId,
    /// From 1.
    pub number: u32,
}

impl BatchPage {
    /// The path under which the file of the page is filed.
    pub fn path(self) -> String {
        format!("scan/{}/{:04}.png", self.batch, self.number)
    }

    /// The page that is filed under a path; `None` of a file that no scanner gave.
    pub fn of_path(path: &str) -> Option<Self> {
        let (batch, name) = path.strip_prefix("scan/")?.split_once('/')?;
        let page =
            Self { batch: BatchId(Uuid::parse_str(batch).ok()?), number: name.strip_suffix(".png")?.parse().ok()? };
        (page.path() == path).then_some(page)
    }
}

fn view(row: &Row<'_>) -> rusqlite::Result<BatchView> {
    let closing = match row.get::<_, Option<String>>("closed_how")?.as_deref() {
        None => None,
        Some("reconciled") => Some(Closing::Reconciled),
        Some(_) => {
            Some(Closing::Overridden { reason: row.get::<_, Option<String>>("closed_reason")?.unwrap_or_default() })
        }
    };
    let closed = row.get::<_, Option<i64>>("closed_at")?.map(Timestamp);
    let target = match (column::optional_id(row, "before_page")?, row.get::<_, Option<String>>("instead_of")?) {
        (Some(page), _) => BatchTarget::Before(page),
        (None, Some(pages)) => {
            let ids = pages.split(' ').map(|id| Uuid::parse_str(id).map(PageId));
            BatchTarget::InsteadOf(ids.collect::<Result<_, _>>().map_err(|_| column::corrupt("instead_of"))?)
        }
        (None, None) => BatchTarget::Append,
    };
    Ok(BatchView {
        id: column::id(row, "id")?,
        device: row.get("device")?,
        settings: serde_json::from_str(&row.get::<_, String>("settings")?).map_err(|_| column::corrupt("settings"))?,
        sides: row.get("sides")?,
        sheets: row.get("sheets")?,
        pages: row.get("pages")?,
        document: row.get("document")?,
        document_from: row.get("document_from")?,
        target,
        opened: column::moment(row, "opened_at")?,
        closed: closed.zip(closing),
    })
}

impl Catalog {
    /// The open batch of a dossier.
    pub fn open_batch(&self, code: &str) -> Result<Option<BatchView>, CatalogError> {
        let connection = self.read();
        let Some(dossier) = crate::query::find_dossier(&connection, code)? else { return Ok(None) };
        let sql = "SELECT * FROM batch WHERE dossier = ?1 AND closed_at IS NULL";
        Ok(connection.prepare_cached(sql)?.query_row([dossier.bytes()], view).optional()?)
    }

    /// All batches of a dossier, the oldest first.
    pub fn batches(&self, code: &str) -> Result<Vec<BatchView>, CatalogError> {
        let connection = self.read();
        let dossier = crate::query::dossier_id(&connection, code)?;
        let mut statement =
            connection.prepare_cached("SELECT * FROM batch WHERE dossier = ?1 ORDER BY opened_at, id")?;
        let batches = statement.query_map([dossier.bytes()], view)?.collect::<Result<_, _>>()?;
        Ok(batches)
    }

    /// The codes of the dossiers that have an open batch.
    pub fn dossiers_with_open_batch(&self) -> Result<BTreeSet<String>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT code FROM batch JOIN dossier ON dossier.id = batch.dossier WHERE closed_at IS NULL";
        let mut statement = connection.prepare_cached(sql)?;
        let codes = statement.query_map([], |row| row.get(0))?;
        Ok(codes.collect::<Result<_, _>>()?)
    }

    /// Opens a batch.
    ///
    /// # Errors
    /// [`CatalogError::Twice`] if the dossier has an open one.
    pub fn begin_batch(&self, new: &NewBatch<'_>, act: &Act) -> Result<BatchView, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_or_new(new.dossier, act)?;
            let open = "SELECT EXISTS (SELECT 1 FROM batch WHERE dossier = ?1 AND closed_at IS NULL)";
            if w.tx.query_row(open, [dossier.bytes()], |row| row.get(0))? {
                return Err(CatalogError::Twice { noun: "open batch", id: new.dossier.to_owned() });
            }
            let id = BatchId::new(act.at, w.randomness);
            let (before, instead) = match &new.target {
                BatchTarget::Append => (None, None),
                BatchTarget::Before(page) => (Some(page.bytes()), None),
                BatchTarget::InsteadOf(pages) => {
                    (None, Some(pages.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
                }
            };
            w.tx.execute(
                "INSERT INTO batch (id, dossier, device, settings, sides, sheets, document, opened_at, opened_by,
                    before_page, instead_of)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    id.bytes(),
                    dossier.bytes(),
                    new.device,
                    crate::event::canonical(new.settings),
                    new.sides,
                    new.sheets,
                    new.document,
                    act.at.0,
                    act.operator,
                    before,
                    instead
                ],
            )?;
            w.insert_finding(Place::dossier(dossier, "scan"), &Finding::reject(BATCH_OPEN, ""), act)?;
            let detail = json!({
                "batch": id.to_string(), "device": new.device, "settings": new.settings, "sheets": new.sheets,
            });
            w.conclude("batch opened", dossier, &detail, act)?;
            w.batch(id)
        })
    }

    /// Writes down how many sheets the operator counted.
    pub fn count_sheets(&self, batch: BatchId, sheets: u32, act: &Act) -> Result<BatchView, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_of_batch(batch)?;
            w.tx.execute("UPDATE batch SET sheets = ?2 WHERE id = ?1", params![batch.bytes(), sheets])?;
            w.conclude("sheets counted", dossier, &json!({ "batch": batch.to_string(), "sheets": sheets }), act)?;
            w.batch(batch)
        })
    }

    /// Lets the next pages of a batch go to the next document; says to which. A document without pages stays the one.
    pub fn next_document(&self, batch: BatchId, act: &Act) -> Result<Option<u32>, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_of_batch(batch)?;
            let sql = "UPDATE batch SET document = document + 1, document_from = pages
                       WHERE id = ?1 AND document IS NOT NULL AND pages > document_from";
            let moved = w.tx.execute(sql, [batch.bytes()])? > 0;
            let now = w.batch(batch)?;
            if moved {
                let detail = json!({ "batch": batch.to_string(), "document": now.document });
                w.conclude("document separated", dossier, &detail, act)?;
            }
            Ok(now.document)
        })
    }

    /// Writes down what kept a batch from going on: a jam, a short feed, a process that died.
    pub fn batch_incident(&self, batch: BatchId, code: &str, detail: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_of_batch(batch)?;
            let detail = json!({ "batch": batch.to_string(), "code": code, "detail": detail });
            w.conclude("capture incident", dossier, &detail, act)?;
            Ok(())
        })
    }

    /// Closes a batch; reconciled only if as many pages came as were expected.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] if it is not open, or not reconciled.
    pub fn close_batch(&self, batch: BatchId, closing: &Closing, act: &Act) -> Result<BatchView, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_of_batch(batch)?;
            let (how, reason) = match closing {
                Closing::Reconciled => ("reconciled", None),
                Closing::Overridden { reason } => ("overridden", Some(reason)),
            };
            let closed = w.tx.execute(
                "UPDATE batch SET closed_at = ?2, closed_by = ?3, closed_how = ?4, closed_reason = ?5
                 WHERE id = ?1 AND closed_at IS NULL AND (?4 = 'overridden' OR pages = sheets * sides)",
                params![batch.bytes(), act.at.0, act.operator, how, reason],
            )?;
            if closed == 0 {
                return Err(CatalogError::Unknown { noun: "reconciled open batch", id: batch.to_string() });
            }
            let why = reason.map_or("reconciled", String::as_str);
            w.close_where("dossier = ?4 AND code = 'batch-open'", &[&dossier.bytes()], why, act)?;
            let detail = json!({ "batch": batch.to_string(), "how": how, "reason": reason });
            w.conclude("batch closed", dossier, &detail, act)?;
            w.batch(batch)
        })
    }
}

impl Writing<'_> {
    pub(crate) fn batch(&self, id: BatchId) -> Result<BatchView, CatalogError> {
        Ok(self.tx.query_row("SELECT * FROM batch WHERE id = ?1", [id.bytes()], view)?)
    }

    fn dossier_of_batch(&self, id: BatchId) -> Result<DossierId, CatalogError> {
        let sql = "SELECT dossier FROM batch WHERE id = ?1";
        let found = self.tx.query_row(sql, [id.bytes()], |row| column::id(row, "dossier")).optional()?;
        found.ok_or_else(|| CatalogError::Unknown { noun: "batch", id: id.to_string() })
    }

    /// Counts a page that was filed; it has to be the next of an open batch.
    pub(crate) fn count_page(&self, page: BatchPage) -> Result<(), CatalogError> {
        let sql = "UPDATE batch SET pages = pages + 1 WHERE id = ?1 AND pages + 1 = ?2 AND closed_at IS NULL";
        match self.tx.prepare_cached(sql)?.execute(params![page.batch.bytes(), page.number])? {
            1 => Ok(()),
            _ => Err(CatalogError::Twice { noun: "page of a batch", id: page.number.to_string() }),
        }
    }
}
