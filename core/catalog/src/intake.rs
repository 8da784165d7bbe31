//! Intake: files that lie in the vault become pages of a document of a dossier, once for each dossier.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use sohoa_model::frame::{FileFormat, FrameFacts};
use sohoa_model::ids::{DocumentId, DossierId, PageId, ReceiptId};
use sohoa_model::{Act, Finding, Sha256, Timestamp};

use crate::batch::{BatchPage, BatchTarget};
use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::facts_record::FactsRecord;
use crate::finding::Place;
use crate::inventory::NOT_IN_INVENTORY;
use crate::page_edit::Gone;
use crate::{Catalog, Writing};

/// The finding of a file that has the name of another one in its dossier, but other bytes.
pub const SAME_NAME: &str = "same-name-other-bytes";

/// A file whose bytes are safe in the vault, to be taken into a dossier.
#[derive(Debug, Clone)]
pub struct TakenFile {
    /// The code of the dossier; one that is not known yet is made.
    pub dossier: String,
    /// The document's ordinal; `None` is the dossier as one document.
    pub document_ordinal: Option<u32>,
    /// Path below the imported folder, `/` between its parts.
    pub path: String,
    /// The name without folder and extension.
    pub stem: String,
    /// The hash of the file.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
    /// Its kind.
    pub format: FileFormat,
    /// Its frames in order.
    pub frames: Vec<TakenFrame>,
    /// What was found, on a frame (by its index) or on the file as a whole.
    pub findings: Vec<(Option<u32>, Finding)>,
    /// The receipt of the import.
    pub receipt: ReceiptId,
    /// Its place in a batch, if a scanner gave it.
    pub batch: Option<BatchPage>,
    /// Whether it is blank and does not count unless a person brings it back.
    pub left_out: bool,
}

/// A frame that becomes a page.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenFrame {
    /// What is known of it.
    pub facts: FrameFacts,
    /// Whether it is below the standard (bilevel, too few dots per inch).
    pub below_standard: bool,
}

/// Where a file went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenResult {
    /// The dossier.
    pub dossier: DossierId,
    /// The safe form of its code.
    pub folder: String,
    /// The document.
    pub document: DocumentId,
    /// The new pages in the order of the frames.
    pub pages: Vec<PageId>,
}

/// A file that its dossier has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// The path it came from.
    pub path: String,
    /// When it was taken.
    pub at: Timestamp,
    /// Number of its frames.
    pub pages: u32,
    /// Whether the reading of every page of it ended.
    pub complete: bool,
}

impl Catalog {
    /// The file with this hash in this dossier, if it was taken.
    pub fn known_file(&self, code: &str, sha256: &Sha256) -> Result<Option<KnownFile>, CatalogError> {
        let connection = self.read();
        let Some(dossier) = crate::query::find_dossier(&connection, code)? else { return Ok(None) };
        let sql = "SELECT path, taken_at, count(DISTINCT page.frame) AS pages, count(page.id) = count(CASE WHEN
                       reading_state IS NOT NULL OR page.superseded_at IS NOT NULL THEN 1 END) AS complete
                   FROM file LEFT JOIN page ON page.dossier = file.dossier AND page.sha256 = file.sha256
                   WHERE file.dossier = ?1 AND file.sha256 = ?2 GROUP BY file.dossier, file.sha256";
        let known = connection
            .prepare_cached(sql)?
            .query_row(params![dossier.bytes(), sha256.0], |row| {
                Ok(KnownFile {
                    path: row.get("path")?,
                    at: column::moment(row, "taken_at")?,
                    pages: row.get("pages")?,
                    complete: row.get("complete")?,
                })
            })
            .optional()?;
        Ok(known)
    }

    /// Every dossier that has a file with this hash, by code, and the path it came from.
    pub fn files_elsewhere(&self, sha256: &Sha256) -> Result<Vec<(String, String)>, CatalogError> {
        let connection = self.read();
        let sql =
            "SELECT code, path FROM file JOIN dossier ON dossier.id = file.dossier WHERE sha256 = ?1 ORDER BY code";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([sha256.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The safe form of a code: the one that was given to its dossier, or the one that a new dossier would get now.
    pub fn folder_name_for(&self, code: &str) -> Result<String, CatalogError> {
        let connection = self.read();
        let code = column::code(code);
        let given =
            connection.query_row("SELECT folder FROM dossier WHERE code = ?1", [&code], |row| row.get(0)).optional()?;
        match given {
            Some(folder) => Ok(folder),
            None => crate::query::free_folder(&connection, &code),
        }
    }

    /// Takes a file into its dossier: the dossier and the document are made if need be, its frames become pages.
    ///
    /// Current renditions of the document become outdated. In a dossier that was rejected, a file with the path of an
    /// earlier one takes its place; otherwise both stay, with the finding [`SAME_NAME`].
    pub fn take_file(&self, file: &TakenFile, act: &Act) -> Result<TakenResult, CatalogError> {
        self.write(|w| w.take_file(file, act))
    }

    /// Takes several files, all or none.
    pub fn take_files(&self, files: &[TakenFile], act: &Act) -> Result<(), CatalogError> {
        self.write(|w| files.iter().try_for_each(|file| w.take_file(file, act).map(drop)))
    }
}

impl Writing<'_> {
    fn take_file(&self, file: &TakenFile, act: &Act) -> Result<TakenResult, CatalogError> {
        let dossier = self.dossier_or_new(&file.dossier, act)?;
        let target = match file.batch {
            Some(page) => self.batch(page.batch)?.target,
            None => BatchTarget::Append,
        };
        let document = match self.target_document(dossier, &target)? {
            Some(document) => document,
            None => self.document(dossier, file.document_ordinal, act)?,
        };
        let replaced = self.replace_rejected(dossier, file, act)?;
        let pages = self.insert_file(dossier, document, file, act)?;
        let mut instead_of = None;
        if let (Some(batch), [page]) = (file.batch, pages.as_slice()) {
            instead_of = self.seat(dossier, *page, batch, &target, act)?;
            if file.left_out {
                self.set_gone(dossier, *page, Gone::Blank, "the page is blank", act)?;
            }
        }
        self.outdate(document)?;
        file.batch.map(|page| self.count_page(page)).transpose()?;
        let detail = json!({
            "batch": file.batch.map(|page| json!([page.batch.to_string(), page.number])),
            "path": file.path, "sha256": file.sha256.to_string(), "bytes": file.bytes,
            "format": file.format.name(), "pages": pages.len(), "document": document.to_string(),
            "receipt": file.receipt.to_string(), "replaces": replaced.map(|sha256| sha256.to_string()),
            "instead_of": instead_of.map(|page| page.to_string()), "left_out": file.left_out,
        });
        self.conclude("ingestion", dossier, &detail, act)?;
        let folder = self
            .tx
            .prepare_cached("SELECT folder FROM dossier WHERE id = ?1")?
            .query_row([dossier.bytes()], |row| row.get(0))?;
        Ok(TakenResult { dossier, folder, document, pages })
    }

    /// The dossier of a code; one that is not known is made, with a finding.
    pub(crate) fn dossier_or_new(&self, code: &str, act: &Act) -> Result<DossierId, CatalogError> {
        if let Some(dossier) = crate::query::find_dossier(&self.tx, code)? {
            return Ok(dossier);
        }
        let dossier = self.insert_dossier(code, act.at)?;
        let finding = Finding::warn(NOT_IN_INVENTORY, code);
        self.insert_finding(Place::dossier(dossier, "intake"), &finding, act)?;
        self.index_dossier(dossier)?;
        Ok(dossier)
    }

    fn document(&self, dossier: DossierId, ordinal: Option<u32>, act: &Act) -> Result<DocumentId, CatalogError> {
        let known = self
            .tx
            .prepare_cached("SELECT id FROM document WHERE dossier = ?1 AND coalesce(ordinal, -1) = coalesce(?2, -1)")?
            .query_row(params![dossier.bytes(), ordinal], |row| column::id(row, "id"))
            .optional()?;
        if let Some(id) = known {
            return Ok(id);
        }
        let id = DocumentId::new(act.at, self.randomness);
        self.tx
            .prepare_cached("INSERT INTO document (id, dossier, ordinal, created_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id.bytes(), dossier.bytes(), ordinal, act.at.0])?;
        Ok(id)
    }

    fn insert_file(
        &self,
        dossier: DossierId,
        document: DocumentId,
        file: &TakenFile,
        act: &Act,
    ) -> Result<Vec<PageId>, CatalogError> {
        let known: bool = self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM file WHERE dossier = ?1 AND sha256 = ?2)")?
            .query_row(params![dossier.bytes(), file.sha256.0], |row| row.get(0))?;
        if known {
            return Err(CatalogError::Twice { noun: "file", id: file.path.clone() });
        }
        let bytes = i64::try_from(file.bytes).map_err(|_| CatalogError::Corrupt("bytes".to_owned()))?;
        self.tx
            .prepare_cached(
                "INSERT INTO file (dossier, sha256, document, path, stem, bytes, format, receipt, taken_at, taken_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                dossier.bytes(),
                file.sha256.0,
                document.bytes(),
                file.path,
                file.stem,
                bytes,
                file.format.name(),
                file.receipt.bytes(),
                act.at.0,
                act.operator
            ])?;
        let mut pages = Vec::with_capacity(file.frames.len());
        for frame in &file.frames {
            let page = PageId::new(act.at, self.randomness);
            let facts = serde_json::to_value(FactsRecord::of(&frame.facts))
                .map_err(|source| CatalogError::Manifest { subject: "a frame", source })?;
            self.tx
                .prepare_cached(
                    "INSERT INTO page (id, dossier, document, sha256, frame, facts, below_standard)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    page.bytes(),
                    dossier.bytes(),
                    document.bytes(),
                    file.sha256.0,
                    frame.facts.index,
                    crate::event::canonical(&facts),
                    frame.below_standard
                ])?;
            pages.push(page);
        }
        for (index, finding) in &file.findings {
            let at = index.and_then(|index| file.frames.iter().position(|frame| frame.facts.index == index));
            let page = at.and_then(|at| pages.get(at).copied());
            let place = Place { dossier, document: Some(document), page, origin: "intake" };
            self.insert_finding(place, finding, act)?;
        }
        Ok(pages)
    }

    /// In a rejected dossier, lets the file take the place of an earlier one with its path; says of which.
    fn replace_rejected(
        &self,
        dossier: DossierId,
        file: &TakenFile,
        act: &Act,
    ) -> Result<Option<Sha256>, CatalogError> {
        let sql = "SELECT sha256, document FROM file
                   WHERE dossier = ?1 AND path = ?2 AND sha256 <> ?3 AND superseded_at IS NULL";
        let earlier: Option<(Sha256, DocumentId)> = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![dossier.bytes(), file.path, file.sha256.0], |row| {
                Ok((column::hash(row, "sha256")?, column::id(row, "document")?))
            })
            .optional()?;
        // A rejection is answered by one import: all its files may replace, though the first one closes the finding.
        let answer = format!("captured again, receipt {}", file.receipt);
        let sql = "SELECT EXISTS (SELECT 1 FROM finding WHERE dossier = ?1 AND code = 'rejected'
                   AND (closed_at IS NULL OR closed_reason = ?2))";
        let rejected: bool =
            self.tx.prepare_cached(sql)?.query_row(params![dossier.bytes(), answer], |row| row.get(0))?;
        if rejected {
            self.close_where("dossier = ?4 AND code = 'rejected'", &[&dossier.bytes()], &answer, act)?;
        }
        let Some((sha256, document)) = earlier else { return Ok(None) };
        if !rejected {
            let finding = Finding::warn(SAME_NAME, file.path.clone());
            self.insert_finding(Place::dossier(dossier, "intake"), &finding, act)?;
            return Ok(None);
        }
        for table in ["file", "page"] {
            let sql = format!("UPDATE {table} SET superseded_at = ?3 WHERE dossier = ?1 AND sha256 = ?2");
            self.tx.execute(&sql, params![dossier.bytes(), sha256.0, act.at.0])?;
        }
        let pages = "page IN (SELECT id FROM page WHERE dossier = ?4 AND sha256 = ?5)";
        self.close_where(pages, &[&dossier.bytes(), &sha256.0], "the page was captured again", act)?;
        self.unindex_superseded(dossier)?;
        self.outdate(document)?;
        Ok(Some(sha256))
    }
}
