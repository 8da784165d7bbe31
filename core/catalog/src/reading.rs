//! Readings in the catalog: pages are leased to a process, read there, and their readings recorded for good.
//!
//! A lease is book-keeping, not history: it writes no event. A newer reading replaces the one before, which is kept.

use rusqlite::{OptionalExtension, params};
use serde_json::json;
use sohoa_model::code_list::PaperLanguage;
use sohoa_model::frame::FrameFacts;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::{DocumentId, DossierId, PageId};
use sohoa_model::part::FramePart;
use sohoa_model::reading::{Reading, ReadingState};
use sohoa_model::{Act, Finding, Sha256, Timestamp};

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::facts_record::FactsRecord;
use crate::finding::Place;
use crate::{Catalog, Writing, description, search_fold};

/// The finding, and the reason of the hold, of a page that carries a mark of secrecy.
pub const SECRECY_MARK: &str = "secrecy-mark";
/// The finding of a framed stamp that could not be read: it may be a mark of secrecy.
pub const STAMP_UNREAD: &str = "stamp-unread";

/// What stands behind the engine of a text in which a person corrected words.
const CORRECTED: &str = ", corrected by hand";

/// A page that is to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct PageJob {
    /// The page.
    pub page: PageId,
    /// The code of its dossier.
    pub dossier: String,
    /// Path below the imported folder.
    pub path: String,
    /// The hash of its master.
    pub master: Sha256,
    /// The format of its master: `jpeg`, `png` or `tiff`.
    pub format: String,
    /// What is known of the frame.
    pub facts: FrameFacts,
    /// The part of the frame that the page shows; `None` if it shows all of it.
    pub part: Option<FramePart>,
    /// The turn from the stored samples that a person gave.
    pub turn: Option<Rotation>,
    /// The language that the inventory gives.
    pub language: Option<PaperLanguage>,
    /// How often the page was leased before.
    pub attempts: u32,
}

/// The reading of a page without its text.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingView {
    /// When it was recorded.
    pub at: Timestamp,
    /// How it ended.
    pub state: ReadingState,
    /// Degrees clockwise that make the frame upright.
    pub rotation: u16,
    /// The name of the model of its language, e.g. `vie`.
    pub language: Option<String>,
    /// Engine and version.
    pub engine: String,
    /// Hash of the model.
    pub model: Option<Sha256>,
    /// Hash of the recipe.
    pub recipe: Sha256,
    /// Hash of what the engine was given.
    pub input: Option<Sha256>,
    /// Mean confidence, 0 to 100.
    pub confidence: Option<f64>,
    /// Milliseconds of the whole reading.
    pub milliseconds: u64,
    /// The vault object of the text.
    pub text: Sha256,
}

/// What a person changed in the text of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction<'a> {
    /// The page.
    pub page: PageId,
    /// The vault object of the text that the person saw.
    pub before: Sha256,
    /// The vault object of the text as it is to be.
    pub after: Sha256,
    /// That text as people read it.
    pub plain: &'a str,
    /// Mean confidence of that text, 0 to 100.
    pub confidence: Option<f32>,
    /// How the reading stands with that text.
    pub state: ReadingState,
    /// What that text says about its own secrecy.
    pub findings: &'a [Finding],
    /// The word before and after, for the log.
    pub word: (&'a str, &'a str),
}

impl Catalog {
    /// Leases pages that nobody has read or is reading, by dossier in the order in which they came.
    ///
    /// A lease that ended before `now` counts for nothing. `code` limits the search to one dossier.
    pub fn pages_to_read(
        &self,
        limit: u32,
        owner: &str,
        until: Timestamp,
        now: Timestamp,
        code: Option<&str>,
    ) -> Result<Vec<PageJob>, CatalogError> {
        self.write(|w| {
            let dossier = code.map(|code| w.dossier_id(code)).transpose()?.map(Id::bytes);
            let filter = if dossier.is_some() { "page.dossier = ?3" } else { "?3 IS NULL" };
            let sql = format!(
                "SELECT page.*, file.path, file.format, dossier.code, dossier.language FROM page
                 JOIN file ON file.dossier = page.dossier AND file.sha256 = page.sha256
                 JOIN dossier ON dossier.id = page.dossier
                 WHERE reading_state IS NULL AND page.superseded_at IS NULL
                   AND (lease_until IS NULL OR lease_until <= ?2) AND {filter}
                 ORDER BY page.dossier, page.number LIMIT ?1"
            );
            let mut statement = w.tx.prepare_cached(&sql)?;
            let jobs: Vec<PageJob> = statement
                .query_map(params![limit, now.0, dossier], |row| {
                    let facts: FactsRecord =
                        serde_json::from_str(&row.get::<_, String>("facts")?).map_err(|_| column::corrupt("facts"))?;
                    let facts = facts.facts().map_err(|_| column::corrupt("facts"))?;
                    Ok(PageJob {
                        part: crate::query::part(row, &facts)?.map(|(part, _)| part),
                        page: column::id(row, "id")?,
                        dossier: row.get("code")?,
                        path: row.get("path")?,
                        master: column::hash(row, "sha256")?,
                        format: row.get("format")?,
                        facts,
                        turn: row.get::<_, Option<i32>>("turn")?.and_then(Rotation::from_degrees),
                        language: column::optional_word(row, "language", PaperLanguage::from_code)?,
                        attempts: row.get("attempts")?,
                    })
                })?
                .collect::<Result<_, _>>()?;
            let sql = "UPDATE page SET lease_owner = ?2, lease_until = ?3, attempts = attempts + 1 WHERE id = ?1";
            let mut lease = w.tx.prepare_cached(sql)?;
            for job in &jobs {
                lease.execute(params![job.page.bytes(), owner, until.0])?;
            }
            Ok(jobs)
        })
    }

    /// Gives a page back unread; the attempt stays counted.
    pub fn release_lease(&self, page: PageId) -> Result<(), CatalogError> {
        self.write(|w| {
            w.tx.execute("UPDATE page SET lease_owner = NULL, lease_until = NULL WHERE id = ?1", [page.bytes()])?;
            Ok(())
        })
    }

    /// Gives back every page that an owner holds, e.g. when its process ends; says how many.
    pub fn release_leases_of(&self, owner: &str) -> Result<usize, CatalogError> {
        self.write(|w| {
            let sql = "UPDATE page SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = ?1";
            Ok(w.tx.execute(sql, [owner])?)
        })
    }

    /// Records the reading of a page, whose text lies in the vault as `text`; a mark of secrecy holds the dossier.
    pub fn record_reading(&self, page: PageId, reading: &Reading, text: Sha256, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "SELECT number, dossier, document, superseded_at IS NULL AS counts FROM page WHERE id = ?1";
            let (number, dossier, document, counts): (i64, DossierId, DocumentId, bool) =
                w.tx.prepare_cached(sql)?
                    .query_row([page.bytes()], |row| {
                        Ok((row.get(0)?, column::id(row, "dossier")?, column::id(row, "document")?, row.get("counts")?))
                    })
                    .optional()?
                    .ok_or_else(|| CatalogError::Unknown { noun: "page", id: page.to_string() })?;
            w.insert_reading(page, reading, text, act)?;
            w.close_where("page = ?4 AND origin = 'reading'", &[&page.bytes()], "the page was read again", act)?;
            for finding in &reading.findings {
                let place = Place { dossier, document: Some(document), page: Some(page), origin: "reading" };
                w.insert_finding(place, finding, act)?;
            }
            if counts {
                w.index_page(number, &reading.text.plain())?;
            }
            w.outdate(document)?;
            w.hold_for_marks(dossier, page, &reading.findings, act)?;
            let detail = json!({
                "page": page.to_string(), "state": reading.state.word(), "engine": reading.engine,
                "language": reading.language.map(|l| l.model()), "recipe": reading.recipe.to_string(),
                "text": text.to_string(),
            });
            w.conclude("recognition", dossier, &detail, act)?;
            Ok(())
        })
    }

    /// Records a corrected text as a new reading of its page; the one before is kept, and what was made of it is outdated.
    ///
    /// A mark of secrecy that stands in the new text holds the dossier; one that no longer does lifts no hold.
    ///
    /// # Errors
    /// [`CatalogError::TextChanged`] if the page has another text by now.
    pub fn record_correction(&self, correction: &Correction<'_>, act: &Act) -> Result<(), CatalogError> {
        let Correction { page, before, after, .. } = *correction;
        self.write(|w| {
            let sql = "SELECT page.number, page.dossier, page.document, reading.text_sha256 FROM page
                       JOIN reading ON reading.page = page.id AND reading.number = page.reading
                       WHERE page.id = ?1 AND page.superseded_at IS NULL AND reading_state IS NOT NULL";
            let (number, dossier, document, current): (i64, DossierId, DocumentId, Sha256) =
                w.tx.prepare_cached(sql)?
                    .query_row([page.bytes()], |row| {
                        let current = column::hash(row, "text_sha256")?;
                        Ok((row.get(0)?, column::id(row, "dossier")?, column::id(row, "document")?, current))
                    })
                    .optional()?
                    // It is to be read anew, or does not count any more.
                    .ok_or(CatalogError::TextChanged(page))?;
            if current != before {
                return Err(CatalogError::TextChanged(page));
            }
            let next: i64 = w.tx.query_row(
                "INSERT INTO reading (page, number, at_ms, state, rotation, language, engine, model, recipe, input,
                    confidence, milliseconds, skew, ink, text_sha256)
                 SELECT page, (SELECT max(number) + 1 FROM reading WHERE page = ?1), ?2, ?3, rotation, language,
                    CASE WHEN engine LIKE '%' || ?4 THEN engine ELSE engine || ?4 END, model, recipe, input, ?5, 0, skew,
                    ink, ?6
                 FROM reading WHERE page = ?1 AND number = (SELECT reading FROM page WHERE id = ?1) RETURNING number",
                params![
                    page.bytes(),
                    act.at.0,
                    correction.state.word(),
                    CORRECTED,
                    correction.confidence.map(f64::from),
                    after.0
                ],
                |row| row.get(0),
            )?;
            w.tx.execute(
                "UPDATE page SET reading = ?2, reading_state = ?3 WHERE id = ?1",
                params![page.bytes(), next, correction.state.word()],
            )?;
            if correction.state == ReadingState::Done {
                let reason = "the text was corrected";
                w.close_where("page = ?4 AND code = 'low-confidence'", &[&page.bytes()], reason, act)?;
            }
            let sql = "SELECT code, detail FROM finding WHERE page = ?1 AND origin = 'reading'";
            let mut statement = w.tx.prepare_cached(sql)?;
            let known: Vec<(String, String)> = statement
                .query_map([page.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let is_new = |finding: &&Finding| {
                !known.iter().any(|(code, detail)| *code == finding.code && *detail == finding.detail)
            };
            let new: Vec<Finding> = correction.findings.iter().filter(is_new).cloned().collect();
            for finding in &new {
                let place = Place { dossier, document: Some(document), page: Some(page), origin: "reading" };
                w.insert_finding(place, finding, act)?;
            }
            w.index_page(number, correction.plain)?;
            w.outdate(document)?;
            w.hold_for_marks(dossier, page, &new, act)?;
            let detail = json!({
                "page": page.to_string(), "before": before.to_string(), "after": after.to_string(),
                "word": correction.word.0, "corrected": correction.word.1,
            });
            w.conclude("text correction", dossier, &detail, act)?;
            Ok(())
        })
    }

    /// Puts the pages of a dossier whose reading ended in one of these states back into the queue; says how many.
    ///
    /// The readings stay until new ones replace them, but no longer count.
    pub fn read_again(&self, code: &str, states: &[ReadingState], act: &Act) -> Result<usize, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let sql = "UPDATE page SET reading_state = NULL, attempts = 0, lease_owner = NULL, lease_until = NULL
                       WHERE dossier = ?1 AND reading_state = ?2 AND superseded_at IS NULL";
            let mut pages = 0;
            for state in states {
                pages += w.tx.prepare_cached(sql)?.execute(params![dossier.bytes(), state.word()])?;
            }
            if pages > 0 {
                let words: Vec<_> = states.iter().map(|state| state.word()).collect();
                w.outdate_documents(dossier)?;
                w.conclude("recognition asked for", dossier, &json!({ "pages": pages, "states": words }), act)?;
            }
            Ok(pages)
        })
    }

    /// The current reading of a page.
    pub fn reading(&self, page: PageId) -> Result<Option<ReadingView>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT reading.* FROM page JOIN reading ON reading.page = page.id AND reading.number = page.reading
                   WHERE page.id = ?1";
        let reading = connection
            .prepare_cached(sql)?
            .query_row([page.bytes()], |row| {
                Ok(ReadingView {
                    at: column::moment(row, "at_ms")?,
                    state: column::word(row, "state", ReadingState::from_word)?,
                    rotation: row.get("rotation")?,
                    language: row.get("language")?,
                    engine: row.get("engine")?,
                    model: column::optional_hash(row, "model")?,
                    recipe: column::hash(row, "recipe")?,
                    input: column::optional_hash(row, "input")?,
                    confidence: row.get("confidence")?,
                    milliseconds: row.get::<_, i64>("milliseconds")?.unsigned_abs(),
                    text: column::hash(row, "text_sha256")?,
                })
            })
            .optional()?;
        Ok(reading)
    }

    /// The plain text of a page as it was read last; `None` before.
    pub fn plain_text(&self, page: PageId) -> Result<Option<String>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT plain FROM page_text JOIN page ON page.number = page_text.number WHERE page.id = ?1";
        Ok(connection.prepare_cached(sql)?.query_row([page.bytes()], |row| row.get(0)).optional()?)
    }
}

impl Writing<'_> {
    /// Holds the dossier for each kind of mark that was found on a page.
    fn hold_for_marks(
        &self,
        dossier: DossierId,
        page: PageId,
        findings: &[Finding],
        act: &Act,
    ) -> Result<(), CatalogError> {
        for reason in [SECRECY_MARK, STAMP_UNREAD] {
            if findings.iter().any(|finding| finding.code == reason) {
                self.insert_hold(dossier, reason, act)?;
                self.event("hold", Some(dossier), &json!({ "reason": reason, "page": page.to_string() }), act)?;
            }
        }
        Ok(())
    }

    fn insert_reading(&self, page: PageId, reading: &Reading, text: Sha256, act: &Act) -> Result<(), CatalogError> {
        let number: i64 = self
            .tx
            .prepare_cached("SELECT coalesce(max(number), 0) + 1 FROM reading WHERE page = ?1")?
            .query_row([page.bytes()], |row| row.get(0))?;
        self.tx
            .prepare_cached(
                "INSERT INTO reading (page, number, at_ms, state, rotation, language, engine, model, recipe, input,
                    confidence, milliseconds, skew, ink, text_sha256)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?
            .execute(params![
                page.bytes(),
                number,
                act.at.0,
                reading.state.word(),
                reading.rotation.degrees(),
                reading.language.map(|language| language.model()),
                reading.engine,
                reading.model.map(|hash| hash.0),
                reading.recipe.0,
                reading.input.map(|hash| hash.0),
                reading.confidence.filter(|n| n.is_finite()).map(f64::from),
                i64::try_from(reading.milliseconds).unwrap_or(i64::MAX),
                f64::from(if reading.quality.skew.is_finite() { reading.quality.skew } else { 0.0 }),
                f64::from(if reading.quality.ink.is_finite() { reading.quality.ink } else { 0.0 }),
                text.0
            ])?;
        self.tx
            .prepare_cached(
                "UPDATE page SET reading = ?2, reading_state = ?3, lease_owner = NULL, lease_until = NULL WHERE id = ?1",
            )?
            .execute(params![page.bytes(), number, reading.state.word()])?;
        Ok(())
    }

    /// Keeps the plain text of a page and makes it findable.
    pub(crate) fn index_page(&self, number: i64, plain: &str) -> Result<(), CatalogError> {
        self.unindex_page(number)?;
        self.tx
            .prepare_cached("INSERT INTO page_text (number, plain) VALUES (?1, ?2)")?
            .execute(params![number, plain])?;
        self.tx
            .prepare_cached("INSERT INTO page_search (rowid, body) VALUES (?1, ?2)")?
            .execute(params![number, search_fold::body(plain)])?;
        Ok(())
    }

    fn unindex_page(&self, number: i64) -> Result<(), CatalogError> {
        if self.tx.prepare_cached("DELETE FROM page_text WHERE number = ?1")?.execute([number])? > 0 {
            self.tx.prepare_cached("DELETE FROM page_search WHERE rowid = ?1")?.execute([number])?;
        }
        Ok(())
    }

    /// Takes pages that no longer count out of the search.
    pub(crate) fn unindex_superseded(&self, dossier: DossierId) -> Result<(), CatalogError> {
        let sql = "SELECT number FROM page WHERE dossier = ?1 AND superseded_at IS NOT NULL";
        let mut statement = self.tx.prepare_cached(sql)?;
        let numbers: Vec<i64> = statement.query_map([dossier.bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        numbers.into_iter().try_for_each(|number| self.unindex_page(number))
    }

    /// Makes the code, the title and the paper file code of a dossier findable, and what its documents were described with.
    pub(crate) fn index_dossier(&self, dossier: DossierId) -> Result<(), CatalogError> {
        let (number, text): (i64, String) = self
            .tx
            .prepare_cached(
                "SELECT number, code || char(10) || title || char(10) || paper_file_code FROM dossier WHERE id = ?1",
            )?
            .query_row([dossier.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let text = text + &description::words(&self.tx, dossier)?;
        self.tx.prepare_cached("DELETE FROM dossier_search WHERE rowid = ?1")?.execute([number])?;
        self.tx
            .prepare_cached("INSERT INTO dossier_search (rowid, body) VALUES (?1, ?2)")?
            .execute(params![number, search_fold::body(&text)])?;
        Ok(())
    }
}
