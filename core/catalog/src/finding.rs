//! Findings in the catalog: each on a dossier, a document or a page, open until somebody or something closes it.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use serde_json::json;
use sohoa_model::ids::{DocumentId, DossierId, PageId};
use sohoa_model::{Act, Finding, Severity, Timestamp};

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::{Catalog, Writing};

/// A finding with its place and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedFinding {
    /// Its number in this catalog; a rebuild numbers anew.
    pub number: i64,
    /// The code of the dossier.
    pub dossier: String,
    /// The document, if the finding is on one.
    pub document: Option<DocumentId>,
    /// The page, if the finding is on one.
    pub page: Option<PageId>,
    /// What was found.
    pub finding: Finding,
    /// When.
    pub at: Timestamp,
    /// When, by whom and why it was closed.
    pub closed: Option<(Timestamp, String, String)>,
}

/// The finding of a page that a person sent back to be scanned again.
pub const PAGE_REJECTED: &str = "page-rejected";

/// Which findings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// Only those that are open.
    Open,
    /// All that ever were.
    All,
}

/// What a finding is on, and which stage found it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) dossier: DossierId,
    pub(crate) document: Option<DocumentId>,
    pub(crate) page: Option<PageId>,
    pub(crate) origin: &'static str,
}

impl Place {
    pub(crate) fn dossier(dossier: DossierId, origin: &'static str) -> Self {
        Self { dossier, document: None, page: None, origin }
    }
}

impl Catalog {
    /// Findings of one dossier or of all, in the order in which they were found.
    pub fn findings(&self, code: Option<&str>, openness: Openness) -> Result<Vec<RecordedFinding>, CatalogError> {
        let connection = self.read();
        let mut sql = "SELECT finding.*, dossier.code AS dossier_code FROM finding \
                       JOIN dossier ON dossier.id = finding.dossier WHERE 1"
            .to_owned();
        if openness == Openness::Open {
            sql.push_str(" AND closed_at IS NULL");
        }
        let mut id = Vec::new();
        if let Some(code) = code {
            sql.push_str(" AND finding.dossier = ?1");
            id.push(crate::query::dossier_id(&connection, code)?.bytes());
        }
        sql.push_str(" ORDER BY finding.number");
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(rusqlite::params_from_iter(id), recorded)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Dossiers with open findings that a person should look at, by code, with how many.
    pub fn exceptions(&self) -> Result<BTreeMap<String, u32>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT dossier.code, count(*) AS open FROM finding JOIN dossier ON dossier.id = finding.dossier
                   WHERE closed_at IS NULL AND severity <> 'note' GROUP BY dossier.code";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get("code")?, row.get("open")?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a finding on a dossier as a whole.
    pub fn add_finding(&self, code: &str, finding: &Finding, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            w.insert_finding(Place::dossier(dossier, "check"), finding, act)?;
            let detail = json!({ "code": finding.code, "detail": finding.detail });
            w.conclude("finding", dossier, &detail, act)?;
            Ok(())
        })
    }

    /// Closes a finding that a person looked at.
    pub fn close_finding(&self, number: i64, reason: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let (dossier, code): ([u8; 16], String) = w
                .tx
                .query_row("SELECT dossier, code FROM finding WHERE number = ?1 AND closed_at IS NULL", [number], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })
                .map_err(|_| CatalogError::Unknown { noun: "open finding", id: number.to_string() })?;
            let dossier = DossierId::of(uuid::Uuid::from_bytes(dossier));
            w.close_where("number = ?4", &[&number], reason, act)?;
            w.conclude("finding closed", dossier, &json!({ "code": code, "reason": reason }), act)?;
            Ok(())
        })
    }

    /// Passes pages with all that was found on them, for a reason; gives the numbers of the findings that are closed by it.
    pub fn pass_pages(&self, code: &str, pages: &[PageId], reason: &str, act: &Act) -> Result<Vec<i64>, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let mut closed = Vec::new();
            let mut statement = w
                .tx
                .prepare_cached("SELECT number FROM finding WHERE page = ?1 AND dossier = ?2 AND closed_at IS NULL")?;
            for &page in pages {
                let numbers = statement.query_map(params![page.bytes(), dossier.bytes()], |row| row.get(0))?;
                closed.extend(numbers.collect::<Result<Vec<i64>, _>>()?);
            }
            for number in &closed {
                w.close_where("number = ?4", &[number], reason, act)?;
            }
            if !closed.is_empty() {
                let detail = json!({ "pages": names(pages), "reason": reason, "findings": closed.len() });
                w.conclude("page passed", dossier, &detail, act)?;
            }
            Ok(closed)
        })
    }

    /// Sends pages back to be scanned again; what replaces one closes its finding. Gives the numbers of the findings.
    pub fn reject_pages(
        &self,
        code: &str,
        pages: &[PageId],
        reason: &str,
        act: &Act,
    ) -> Result<Vec<i64>, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let mut made = Vec::new();
            for &page in pages {
                let document = Some(w.document_of(dossier, page)?);
                let place = Place { dossier, document, page: Some(page), origin: "check" };
                w.insert_finding(place, &Finding::reject(PAGE_REJECTED, reason), act)?;
                made.push(w.tx.last_insert_rowid());
            }
            w.void_decisions(dossier, "accept", PAGE_REJECTED, act)?;
            w.conclude("page rejection", dossier, &json!({ "pages": names(pages), "reason": reason }), act)?;
            Ok(made)
        })
    }

    /// Opens findings again that a person closed by mistake.
    pub fn reopen_findings(&self, code: &str, numbers: &[i64], act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let sql = "UPDATE finding SET closed_at = NULL, closed_by = NULL, closed_reason = NULL
                       WHERE number = ?1 AND dossier = ?2 AND closed_at IS NOT NULL";
            for number in numbers {
                if w.tx.prepare_cached(sql)?.execute(params![number, dossier.bytes()])? == 0 {
                    return Err(CatalogError::Unknown { noun: "closed finding", id: number.to_string() });
                }
            }
            w.conclude("finding opened again", dossier, &json!({ "findings": numbers.len() }), act)?;
            Ok(())
        })
    }
}

/// Pages as events name them.
pub(crate) fn names(pages: &[PageId]) -> Vec<String> {
    pages.iter().map(ToString::to_string).collect()
}

impl Writing<'_> {
    pub(crate) fn insert_finding(&self, place: Place, finding: &Finding, act: &Act) -> Result<(), CatalogError> {
        self.tx
            .prepare_cached(
                "INSERT INTO finding (dossier, document, page, origin, code, severity, detail, at_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                place.dossier.bytes(),
                place.document.map(Id::bytes),
                place.page.map(Id::bytes),
                place.origin,
                finding.code,
                finding.severity.word(),
                finding.detail,
                act.at.0
            ])?;
        Ok(())
    }

    /// Sets what the pages of a document show when they are taken together; what a person closed stays closed.
    pub(crate) fn replace_collation(
        &self,
        dossier: DossierId,
        document: DocumentId,
        findings: &[(PageId, Finding)],
        act: &Act,
    ) -> Result<(), CatalogError> {
        let closed_by_us = "the pages were taken together again";
        let sql = "SELECT number, page, code, detail, closed_at IS NULL AS open FROM finding
                   WHERE document = ?1 AND origin = 'collation' AND closed_reason IS NOT ?2";
        let mut statement = self.tx.prepare_cached(sql)?;
        let known: Vec<(i64, Option<PageId>, String, String, bool)> = statement
            .query_map(params![document.bytes(), closed_by_us], |row| {
                let page = column::optional_id(row, "page")?;
                Ok((row.get("number")?, page, row.get("code")?, row.get("detail")?, row.get("open")?))
            })?
            .collect::<Result<_, _>>()?;
        let same = |page: Option<PageId>, code: &str, detail: &str, (other, finding): &(PageId, Finding)| {
            page == Some(*other) && code == finding.code && detail == finding.detail
        };
        for (number, page, code, detail, open) in &known {
            if *open && !findings.iter().any(|finding| same(*page, code, detail, finding)) {
                self.close_where("number = ?4", &[number], closed_by_us, act)?;
            }
        }
        for found in findings {
            if !known.iter().any(|(_, page, code, detail, _)| same(*page, code, detail, found)) {
                let place = Place { dossier, document: Some(document), page: Some(found.0), origin: "collation" };
                self.insert_finding(place, &found.1, act)?;
            }
        }
        Ok(())
    }

    /// Closes the open findings that a condition names; its own parameters start at `?4`.
    pub(crate) fn close_where(
        &self,
        condition: &str,
        parameters: &[&dyn rusqlite::ToSql],
        reason: &str,
        act: &Act,
    ) -> Result<usize, CatalogError> {
        let sql = format!(
            "UPDATE finding SET closed_at = ?1, closed_by = ?2, closed_reason = ?3 \
             WHERE closed_at IS NULL AND {condition}"
        );
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&act.at.0, &act.operator, &reason];
        all.extend_from_slice(parameters);
        Ok(self.tx.prepare_cached(&sql)?.execute(&all[..])?)
    }
}

/// Number of open findings of each code, sorted by code.
pub(crate) fn open_by_code(connection: &Connection) -> Result<Vec<(String, u64)>, CatalogError> {
    let mut statement =
        connection.prepare("SELECT code, count(*) FROM finding WHERE closed_at IS NULL GROUP BY code ORDER BY code")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<RecordedFinding> {
    let closed = match column::optional_moment(row, "closed_at")? {
        Some(at) => Some((at, row.get("closed_by")?, row.get("closed_reason")?)),
        None => None,
    };
    Ok(RecordedFinding {
        number: row.get("number")?,
        dossier: row.get("dossier_code")?,
        document: column::optional_id(row, "document")?,
        page: column::optional_id(row, "page")?,
        finding: Finding {
            code: row.get("code")?,
            severity: column::word(row, "severity", Severity::from_word)?,
            detail: row.get("detail")?,
        },
        at: column::moment(row, "at_ms")?,
        closed,
    })
}
