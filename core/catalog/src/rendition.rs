//! Renditions in the catalog: the PDF/A of a document and its signed form, each bound to what it was made from.
//!
//! A rendition is never changed. It is *current* as long as its input is the document's input of today; a new page, a
//! new reading or a new description makes it outdated, in the transaction that brings the change. What enters bytes by
//! chance (times, random values) is drawn once into an *intent*, which a process that goes on after a crash finds again.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use sohoa_model::hash::Hasher;
use sohoa_model::ids::{DocumentId, DossierId, PageId};
use sohoa_model::inventory::InventoryRow;
use sohoa_model::{Act, Finding, Sha256, Timestamp, Verdict};
use uuid::Uuid;

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::query::{self, PageView};
use crate::{Catalog, Writing};

/// The kind of a PDF/A before signing.
pub(crate) const PDFA: &str = "pdfa";
/// The kind of a signed PDF/A.
pub(crate) const SIGNED: &str = "signed";

/// The kind of the intent to assemble a document.
pub const INTENT_PDFA: &str = "pdfa";
/// The kind of the intent to sign a document.
pub const INTENT_SIGN: &str = "sign";

/// A document that waits for a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentJob {
    /// The document.
    pub document: DocumentId,
    /// The code of its dossier.
    pub dossier: String,
    /// Number of its pages.
    pub pages: u32,
    /// What a rendition of it is made from today.
    pub input: Sha256,
}

/// Everything that a rendition of a document is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentDetail {
    /// The document.
    pub document: DocumentId,
    /// Its dossier.
    pub dossier: DossierId,
    /// The description of the dossier; only the code is filled when no inventory lists it.
    pub description: InventoryRow,
    /// The safe form of the dossier's code.
    pub folder: String,
    /// The ordinal of the document.
    pub ordinal: Option<u32>,
    /// Its file name without extension: `<folder>` or `<folder>.<7-digit ordinal>`.
    pub name: String,
    /// Its pages in the order in which people count.
    pub pages: Vec<DocumentPage>,
    /// The hash of all this; `None` as long as a page's reading has not ended.
    pub input: Option<Sha256>,
    /// The current PDF/A before signing.
    pub pdfa: Option<RenditionView>,
    /// The current signed PDF/A.
    pub signed: Option<RenditionView>,
}

/// Whether the pages of a document come from a file that carries a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// None does: a PDF/A is made of them.
    Open,
    /// All come from this one file, which is the document and is kept as it is.
    Kept(Sha256),
    /// Some do: no one file can hold all of them and leave that one as it is.
    Broken,
}

impl DocumentDetail {
    /// Whether the pages come from a signed file.
    pub fn seal(&self) -> Seal {
        let sealed = self.pages.iter().filter(|page| page.view.facts.is_sealed).count();
        match self.pages.first() {
            Some(first) if sealed == self.pages.len() => {
                let master = first.view.master;
                let is_one = self.pages.iter().all(|page| page.view.master == master);
                if is_one { Seal::Kept(master) } else { Seal::Broken }
            }
            _ if sealed > 0 => Seal::Broken,
            _ => Seal::Open,
        }
    }
}

/// A page as a rendition needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPage {
    /// The page with its place, its label and the facts of its frame.
    pub view: PageView,
    /// Degrees clockwise that make the frame upright: of the reading, before it of the file.
    pub rotation: u16,
    /// The vault object of its text.
    pub text: Option<Sha256>,
    /// The name of the model of its language, e.g. `vie`.
    pub language: Option<String>,
    /// The engine that read it, e.g. `tesseract 5.3.0`.
    pub engine: Option<String>,
}

/// A rendition as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenditionView {
    /// The vault object.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What its check said.
    pub verdict: Verdict,
    /// What it was made from (PDF/A).
    pub input: Option<Sha256>,
    /// The recipe it was made by (PDF/A).
    pub recipe: Option<Sha256>,
    /// The signature (signed PDF/A).
    pub signature: Option<SignatureView>,
}

/// What is known of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureView {
    /// The hash of the file before signing.
    pub before: Sha256,
    /// Who signed, as the certificate says.
    pub signer: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// The algorithms.
    pub algorithm: String,
    /// The level, e.g. `B-B`.
    pub level: String,
    /// The time in the signature.
    pub signed_at: Timestamp,
    /// Path of the published file below the archive.
    pub published_path: String,
}

/// A PDF/A that lies in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfaRecord {
    /// The vault object.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
    /// What it was made from, as [`DocumentDetail::input`] said.
    pub input: Sha256,
    /// The hash of the recipe.
    pub recipe: Sha256,
    /// What its check said.
    pub verdict: Verdict,
    /// What its pages, taken together, show that a person should look at.
    pub findings: Vec<(PageId, Finding)>,
}

/// A signed PDF/A that lies in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRecord {
    /// The hash of the file before signing: a current PDF/A of the document.
    pub before: Sha256,
    /// The vault object.
    pub after: Sha256,
    /// Its length.
    pub bytes: u64,
    /// Who signed.
    pub signer: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// The algorithms.
    pub algorithm: String,
    /// The level, e.g. `B-B`.
    pub level: String,
    /// The time in the signature.
    pub signed_at: Timestamp,
    /// What the check of the signature said.
    pub verdict: Verdict,
    /// Path of the published file below the archive.
    pub published_path: String,
    /// The signed file whose level this one raises.
    pub predecessor: Option<Sha256>,
}

/// Whether what was recorded is what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was made from what the document is today.
    Current,
    /// The document changed meanwhile; the rendition is kept as history.
    Outdated,
}

/// An intent that was not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// Its kind, e.g. [`INTENT_PDFA`].
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
    /// What was drawn.
    pub payload: Value,
    /// When.
    pub at: Timestamp,
}

/// What is so of a document that waits to be a PDF/A.
const TO_ASSEMBLE: &str =
    "NOT EXISTS (SELECT 1 FROM rendition r WHERE r.document = d.id AND r.kind = 'pdfa' AND r.current = 1)";

/// The documents whose pages are all read and of which something is so; of the dossier with the id `?1`, or of all.
fn of_jobs(condition: &str) -> String {
    // The counters of the dossier come first: most dossiers are done, and are passed over without a look at pages.
    format!(
        "FROM dossier JOIN document d ON d.dossier = dossier.id
         WHERE dossier.pages > 0 AND (?1 IS NULL OR dossier.id = ?1)
           AND EXISTS (SELECT 1 FROM page p WHERE p.document = d.id AND p.superseded_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM page p
               WHERE p.document = d.id AND p.superseded_at IS NULL AND p.reading_state IS NULL)
           AND {condition}"
    )
}

impl Catalog {
    /// Documents whose pages are all read and that have no current PDF/A, of one dossier or of all.
    pub fn documents_to_assemble(&self, code: Option<&str>) -> Result<Vec<DocumentJob>, CatalogError> {
        self.jobs(code, TO_ASSEMBLE)
    }

    /// How many documents there are of which a PDF/A can be made.
    pub fn count_documents_to_assemble(&self) -> Result<u64, CatalogError> {
        let sql = format!("SELECT count(*) {}", of_jobs(TO_ASSEMBLE));
        let count: i64 = self.read().query_row(&sql, [None::<[u8; 16]>], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Documents with a current PDF/A that passed and no current signed one, of one dossier or of all. What is to be captured
    /// again, or whose sheets have not all come, is not signed before.
    pub fn documents_to_sign(&self, code: Option<&str>) -> Result<Vec<DocumentJob>, CatalogError> {
        self.jobs(
            code,
            "EXISTS (SELECT 1 FROM rendition r WHERE r.document = d.id AND r.kind = 'pdfa' AND r.current = 1
                AND r.verdict = 'passed')
             AND NOT EXISTS (SELECT 1 FROM rendition r
                WHERE r.document = d.id AND r.kind = 'signed' AND r.current = 1)
             AND dossier.rescan = 0
             AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.dossier = dossier.id AND b.closed_at IS NULL)",
        )
    }

    fn jobs(&self, code: Option<&str>, condition: &str) -> Result<Vec<DocumentJob>, CatalogError> {
        let connection = self.read();
        let dossier = code.map(|code| query::dossier_id(&connection, code)).transpose()?.map(Id::bytes);
        let sql =
            format!("SELECT d.id, dossier.code {} ORDER BY dossier.code, coalesce(d.ordinal, -1)", of_jobs(condition));
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([dossier], |row| Ok((column::id(row, "id")?, row.get("code")?)))?;
        let mut jobs = Vec::new();
        for row in rows {
            let (document, dossier) = row?;
            let detail = detail(&connection, document)?;
            let Some(input) = detail.input else { continue };
            let pages = u32::try_from(detail.pages.len()).unwrap_or(u32::MAX);
            jobs.push(DocumentJob { document, dossier, pages, input });
        }
        Ok(jobs)
    }

    /// Everything that a rendition of a document is made from.
    pub fn document_detail(&self, document: DocumentId) -> Result<DocumentDetail, CatalogError> {
        detail(&self.read(), document)
    }

    /// Where signed renditions of a document were published that are no longer current.
    pub fn earlier_published_paths(&self, document: DocumentId) -> Result<Vec<String>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT DISTINCT published_path FROM rendition
                   WHERE document = ?1 AND kind = 'signed' AND current = 0 ORDER BY number";
        let mut statement = connection.prepare_cached(sql)?;
        let paths = statement.query_map([document.bytes()], |row| row.get(0))?;
        Ok(paths.collect::<Result<_, _>>()?)
    }

    /// Begins an intent: what is drawn for it is kept; if there is one already, its payload is given back instead.
    pub fn begin_intent(&self, kind: &str, subject: Uuid, payload: &Value, act: &Act) -> Result<Value, CatalogError> {
        self.write(|w| w.begin_intent(kind, subject, payload, act))
    }

    /// Ends an intent; one that was ended already is no error.
    pub fn end_intent(&self, kind: &str, subject: Uuid) -> Result<(), CatalogError> {
        self.write(|w| w.end_intent(kind, subject))
    }

    /// Intents that were not ended, oldest first.
    pub fn open_intents(&self) -> Result<Vec<Intent>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare("SELECT * FROM intent ORDER BY at_ms, kind, subject")?;
        let intents = statement.query_map([], |row| {
            Ok(Intent {
                kind: row.get("kind")?,
                subject: Uuid::from_bytes(row.get("subject")?),
                payload: payload(&row.get::<_, String>("payload")?)?,
                at: column::moment(row, "at_ms")?,
            })
        })?;
        Ok(intents.collect::<Result<_, _>>()?)
    }

    /// Records a PDF/A and ends the intent to make it.
    pub fn record_pdfa(&self, document: DocumentId, record: &PdfaRecord, act: &Act) -> Result<Standing, CatalogError> {
        self.write(|w| {
            let detail = detail(&w.tx, document)?;
            let standing = if detail.input == Some(record.input) { Standing::Current } else { Standing::Outdated };
            if standing == Standing::Current {
                w.set_outdated(document)?;
                w.replace_collation(detail.dossier, document, &record.findings, act)?;
            }
            let number = w.next_rendition(document)?;
            w.tx.execute(
                "INSERT INTO rendition (document, dossier, number, kind, current, at_ms, sha256, bytes, input, recipe,
                    verdict, verdict_reason) VALUES (?1, ?2, ?3, 'pdfa', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    document.bytes(),
                    detail.dossier.bytes(),
                    number,
                    standing == Standing::Current,
                    act.at.0,
                    record.sha256.0,
                    length(record.bytes)?,
                    record.input.0,
                    record.recipe.0,
                    record.verdict.word(),
                    record.verdict.reason()
                ],
            )?;
            w.end_intent(INTENT_PDFA, document.0)?;
            let event = json!({
                "document": document.to_string(), "sha256": record.sha256.to_string(),
                "input": record.input.to_string(), "recipe": record.recipe.to_string(),
                "verdict": record.verdict.to_string(), "current": standing == Standing::Current,
            });
            w.conclude("pdf creation", detail.dossier, &event, act)?;
            Ok(standing)
        })
    }

    /// Current signed files whose check said anything but passed, with the time in their signature.
    pub fn signatures_in_doubt(&self) -> Result<Vec<(DocumentId, Sha256, Timestamp)>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached(
            "SELECT document, sha256, signed_at FROM rendition
             WHERE kind = 'signed' AND current = 1 AND verdict <> 'passed' ORDER BY document",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((column::id(row, "document")?, column::hash(row, "sha256")?, column::moment(row, "signed_at")?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records what a later check of a signed file said; nothing if the file is no longer the current one.
    pub fn record_signature_verdict(
        &self,
        document: DocumentId,
        signed: Sha256,
        verdict: &Verdict,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "UPDATE rendition SET verdict = ?3, verdict_reason = ?4
                       WHERE document = ?1 AND sha256 = ?2 AND kind = 'signed' AND current = 1 RETURNING dossier";
            let values = params![document.bytes(), signed.0, verdict.word(), verdict.reason()];
            let dossier: Option<DossierId> =
                w.tx.query_row(sql, values, |row| column::id(row, "dossier")).optional()?;
            if let Some(dossier) = dossier {
                let detail = json!({
                    "document": document.to_string(), "sha256": signed.to_string(), "verdict": verdict.to_string(),
                });
                w.conclude("digital signature validation", dossier, &detail, act)?;
            }
            Ok(())
        })
    }

    /// Records a signed PDF/A and ends the intent to make it.
    pub fn record_signed(
        &self,
        document: DocumentId,
        record: &SignedRecord,
        act: &Act,
    ) -> Result<Standing, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_of(document)?;
            let pdfa = current(&w.tx, document, PDFA)?;
            let standing = match pdfa {
                Some(pdfa) if pdfa.sha256 == record.before => Standing::Current,
                _ => Standing::Outdated,
            };
            if standing == Standing::Current {
                let sql = "UPDATE rendition SET current = 0 WHERE document = ?1 AND kind = 'signed' AND current = 1";
                w.tx.execute(sql, [document.bytes()])?;
            }
            let number = w.next_rendition(document)?;
            w.tx.execute(
                "INSERT INTO rendition (document, dossier, number, kind, current, at_ms, sha256, bytes, before_sha256,
                    predecessor, signer, issuer, algorithm, level, signed_at, published_path, verdict, verdict_reason)
                 VALUES (?1, ?2, ?3, 'signed', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                params![
                    document.bytes(),
                    dossier.bytes(),
                    number,
                    standing == Standing::Current,
                    act.at.0,
                    record.after.0,
                    length(record.bytes)?,
                    record.before.0,
                    record.predecessor.map(|hash| hash.0),
                    record.signer,
                    record.issuer,
                    record.algorithm,
                    record.level,
                    record.signed_at.0,
                    record.published_path,
                    record.verdict.word(),
                    record.verdict.reason()
                ],
            )?;
            w.end_intent(INTENT_SIGN, document.0)?;
            let event = json!({
                "document": document.to_string(), "before": record.before.to_string(),
                "after": record.after.to_string(), "signer": record.signer, "issuer": record.issuer,
                "algorithm": record.algorithm, "level": record.level, "signed_at": record.signed_at.iso_vietnam(),
                "verdict": record.verdict.to_string(), "current": standing == Standing::Current,
            });
            w.conclude("digital signature generation", dossier, &event, act)?;
            Ok(standing)
        })
    }
}

impl Writing<'_> {
    /// The dossier of a document.
    pub(crate) fn dossier_of(&self, document: DocumentId) -> Result<DossierId, CatalogError> {
        let sql = "SELECT dossier FROM document WHERE id = ?1";
        let found = self.tx.prepare_cached(sql)?.query_row([document.bytes()], |row| column::id(row, "dossier"));
        found.optional()?.ok_or_else(|| CatalogError::Unknown { noun: "document", id: document.to_string() })
    }

    pub(crate) fn begin_intent(
        &self,
        kind: &str,
        subject: Uuid,
        drawn: &Value,
        act: &Act,
    ) -> Result<Value, CatalogError> {
        let sql = "INSERT INTO intent VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let text = crate::event::canonical(drawn);
        self.tx.prepare_cached(sql)?.execute(params![kind, subject.into_bytes(), text, act.at.0])?;
        let sql = "SELECT payload FROM intent WHERE kind = ?1 AND subject = ?2";
        let stored: String =
            self.tx.prepare_cached(sql)?.query_row(params![kind, subject.into_bytes()], |row| row.get(0))?;
        Ok(payload(&stored)?)
    }

    pub(crate) fn end_intent(&self, kind: &str, subject: Uuid) -> Result<(), CatalogError> {
        let sql = "DELETE FROM intent WHERE kind = ?1 AND subject = ?2";
        self.tx.prepare_cached(sql)?.execute(params![kind, subject.into_bytes()])?;
        Ok(())
    }

    /// Makes the renditions of a document outdated if their input is no longer the document's.
    pub(crate) fn outdate(&self, document: DocumentId) -> Result<(), CatalogError> {
        let Some(pdfa) = current(&self.tx, document, PDFA)? else { return Ok(()) };
        if detail(&self.tx, document)?.input != pdfa.input {
            self.set_outdated(document)?;
        }
        Ok(())
    }

    /// [`Writing::outdate`] for every document of a dossier.
    pub(crate) fn outdate_documents(&self, dossier: DossierId) -> Result<(), CatalogError> {
        let mut statement = self.tx.prepare_cached("SELECT id FROM document WHERE dossier = ?1")?;
        let documents: Vec<DocumentId> =
            statement.query_map([dossier.bytes()], |row| column::id(row, "id"))?.collect::<Result<_, _>>()?;
        documents.into_iter().try_for_each(|document| self.outdate(document))
    }

    fn set_outdated(&self, document: DocumentId) -> Result<(), CatalogError> {
        let sql = "UPDATE rendition SET current = 0 WHERE document = ?1 AND current = 1";
        self.tx.prepare_cached(sql)?.execute([document.bytes()])?;
        Ok(())
    }

    fn next_rendition(&self, document: DocumentId) -> Result<i64, CatalogError> {
        let sql = "SELECT coalesce(max(number), 0) + 1 FROM rendition WHERE document = ?1";
        Ok(self.tx.prepare_cached(sql)?.query_row([document.bytes()], |row| row.get(0))?)
    }
}

/// The current rendition of a kind.
pub(crate) fn current(
    connection: &Connection,
    document: DocumentId,
    kind: &str,
) -> Result<Option<RenditionView>, CatalogError> {
    let sql = "SELECT * FROM rendition WHERE document = ?1 AND kind = ?2 AND current = 1";
    let found = connection.prepare_cached(sql)?.query_row(params![document.bytes(), kind], rendition).optional()?;
    Ok(found)
}

fn rendition(row: &Row<'_>) -> rusqlite::Result<RenditionView> {
    let signature = match column::optional_hash(row, "before_sha256")? {
        Some(before) => Some(SignatureView {
            before,
            signer: row.get("signer")?,
            issuer: row.get("issuer")?,
            algorithm: row.get("algorithm")?,
            level: row.get("level")?,
            signed_at: column::moment(row, "signed_at")?,
            published_path: row.get("published_path")?,
        }),
        None => None,
    };
    Ok(RenditionView {
        sha256: column::hash(row, "sha256")?,
        bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
        at: column::moment(row, "at_ms")?,
        verdict: column::verdict(row)?,
        input: column::optional_hash(row, "input")?,
        recipe: column::optional_hash(row, "recipe")?,
        signature,
    })
}

fn detail(connection: &Connection, document: DocumentId) -> Result<DocumentDetail, CatalogError> {
    let sql = "SELECT dossier.*, document.ordinal FROM document JOIN dossier ON dossier.id = document.dossier
               WHERE document.id = ?1";
    let (dossier, description, folder, ordinal) = connection
        .prepare_cached(sql)?
        .query_row([document.bytes()], |row| {
            let folder: String = row.get("folder")?;
            Ok((column::id(row, "id")?, column::description(row)?, folder, row.get("ordinal")?))
        })
        .optional()?
        .ok_or_else(|| CatalogError::Unknown { noun: "document", id: document.to_string() })?;
    let sql = "SELECT rotation, text_sha256, reading.language, reading.engine FROM page
               JOIN reading ON reading.page = page.id AND reading.number = page.reading WHERE page.id = ?1";
    let mut reading = connection.prepare_cached(sql)?;
    let mut pages = Vec::new();
    for view in query::pages_of(connection, document)? {
        let stated = view.turn.unwrap_or(view.facts.stated_rotation).degrees();
        let page = reading
            .query_row([view.id.bytes()], |row| {
                let text = Some(column::hash(row, "text_sha256")?);
                let (rotation, language, engine) = (row.get(0)?, row.get(2)?, Some(row.get(3)?));
                Ok(DocumentPage { view: view.clone(), rotation, text, language, engine })
            })
            .optional()?;
        let unread = || DocumentPage { view, rotation: stated, text: None, language: None, engine: None };
        pages.push(page.unwrap_or_else(unread));
    }
    let input = input(&description, ordinal, &pages);
    Ok(DocumentDetail {
        document,
        dossier,
        name: query::document_name(&folder, ordinal),
        folder,
        ordinal,
        pages,
        input,
        pdfa: current(connection, document, PDFA)?,
        signed: current(connection, document, SIGNED)?,
        description,
    })
}

/// The hash over everything that enters a PDF/A; `None` without pages or before all of them are read.
fn input(description: &InventoryRow, ordinal: Option<u32>, pages: &[DocumentPage]) -> Option<Sha256> {
    if pages.is_empty() || pages.iter().any(|page| page.view.reading.is_none()) {
        return None;
    }
    let mut hasher = Hasher::new();
    let heading = json!([
        "sohoa-input/1",
        description.code,
        description.title,
        description.language.map(|language| language.code()),
        ordinal
    ]);
    hasher.update(heading.to_string().as_bytes());
    for page in pages {
        let mut line = vec![
            json!(page.view.master.to_string()),
            json!(page.view.facts.index),
            json!(page.view.label),
            json!(page.rotation),
            json!(page.text?.to_string()),
            json!(page.language),
        ];
        // A page of a whole frame says nothing of parts: what was made before there were any stays current.
        line.extend(page.view.part.as_ref().map(|(part, _)| json!(part.to_string())));
        let line = serde_json::Value::from(line);
        hasher.update(b"\n");
        hasher.update(line.to_string().as_bytes());
    }
    Some(hasher.finish())
}

fn payload(text: &str) -> rusqlite::Result<Value> {
    serde_json::from_str(text).map_err(|_| column::corrupt("payload"))
}

fn length(bytes: u64) -> Result<i64, CatalogError> {
    i64::try_from(bytes).map_err(|_| CatalogError::Corrupt("bytes".to_owned()))
}
