//! What people do to pages after they were captured: turn, take out and bring back, move, part a document; how one is
//! split stands in [`page_split`](crate::page_split).
//!
//! Nothing is lost by it: a page that does not count stays with its file, and the log says who did what, when and why.
//! Documents whose pages changed are assembled again, pages that were turned or brought back are read again.

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::{DocumentId, DossierId, PageId};
use sohoa_model::{Act, Timestamp};

use crate::batch::{BatchPage, BatchTarget};
use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::finding::names;
use crate::page_split::SPLIT;
use crate::query::{OrderedPage, PageView, READ, document_name, ordered_pages, page_view};
use crate::rendition::{SIGNED, current};
use crate::{Catalog, Writing};

/// Why the findings of a page that was taken out are closed.
const TAKEN_OUT: &str = "the page was taken out";

/// Where pages are moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// In front of a page.
    Before(PageId),
    /// Behind a page.
    After(PageId),
}

/// Why a page does not count any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// A person took it out.
    Removed,
    /// Another one took its place.
    Replaced,
    /// It is blank, and the profile leaves blank backs out or a blank sheet parted two documents.
    Blank,
    /// Its halves count instead of it.
    Split,
    /// It is a half, and what it was split from counts again: it comes back only by splitting that again.
    Joined,
}

impl Gone {
    /// The word in the catalog and in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Replaced => "replaced",
            Self::Blank => "blank",
            Self::Split => "split",
            Self::Joined => "joined",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Removed, Self::Replaced, Self::Blank, Self::Split, Self::Joined];
        all.into_iter().find(|gone| gone.word() == word)
    }
}

/// A page that does not count, and can be brought back.
#[derive(Debug, Clone, PartialEq)]
pub struct GonePage {
    /// The page; it has no number.
    pub page: PageView,
    /// The name of its document.
    pub document: String,
    /// Why.
    pub gone: Gone,
    /// Since when.
    pub at: Timestamp,
}

impl Catalog {
    /// The pages of a dossier that were taken out, replaced, left out or split, in the order in which that was done.
    pub fn gone_pages(&self, code: &str) -> Result<Vec<GonePage>, CatalogError> {
        let connection = self.read();
        let dossier = crate::query::dossier_id(&connection, code)?;
        let sql = format!(
            "SELECT page.*, file.path, file.stem, document.ordinal, dossier.folder, {READ} FROM page
             JOIN file ON file.dossier = page.dossier AND file.sha256 = page.sha256
             JOIN document ON document.id = page.document JOIN dossier ON dossier.id = page.dossier
             WHERE page.dossier = ?1 AND gone <> 'joined' ORDER BY page.superseded_at, page.number"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([dossier.bytes()], |row| {
            let folder: String = row.get("folder")?;
            Ok(GonePage {
                page: page_view(row)?,
                document: document_name(&folder, row.get("ordinal")?),
                gone: column::word(row, "gone", Gone::from_word)?,
                at: column::moment(row, "superseded_at")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Turns pages by so much from how they stand now, clockwise; they are read again as the person left them.
    pub fn turn_pages(
        &self,
        code: &str,
        pages: &[PageId],
        by: Rotation,
        reason: &str,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            for &page in pages {
                let turn = w.page(dossier, page)?.stands.then(by);
                let sql = "UPDATE page SET turn = ?2 WHERE id = ?1";
                w.tx.prepare_cached(sql)?.execute(params![page.bytes(), turn.degrees()])?;
                w.read_page_again(page)?;
            }
            w.changed("page turned", dossier, pages, &json!({ "degrees": by.degrees() }), reason, act)
        })
    }

    /// Takes pages out: they stay, but count no more.
    pub fn remove_pages(&self, code: &str, pages: &[PageId], reason: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            for &page in pages {
                w.set_gone(dossier, page, Gone::Removed, TAKEN_OUT, act)?;
            }
            w.unindex_superseded(dossier)?;
            w.changed("page removed", dossier, pages, &Value::Null, reason, act)
        })
    }

    /// Brings pages back to where they were; they are read again. Halves of one that was split are taken out by it.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] if one was not taken out.
    pub fn restore_pages(&self, code: &str, pages: &[PageId], reason: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let mut joined = Vec::new();
            for &page in pages {
                let sql = "UPDATE page SET superseded_at = NULL, gone = NULL
                           WHERE id = ?1 AND dossier = ?2 AND gone <> 'joined'";
                if w.tx.prepare_cached(sql)?.execute(params![page.bytes(), dossier.bytes()])? == 0 {
                    return Err(CatalogError::Unknown { noun: "page that was taken out", id: page.to_string() });
                }
                let sql = "UPDATE file SET superseded_at = NULL
                           WHERE (dossier, sha256) = (SELECT dossier, sha256 FROM page WHERE id = ?1)";
                w.tx.prepare_cached(sql)?.execute([page.bytes()])?;
                let sql = "UPDATE finding SET closed_at = NULL, closed_by = NULL, closed_reason = NULL
                           WHERE page = ?1 AND (origin = 'intake' AND closed_reason = ?2
                                OR origin IN ('intake', 'check') AND closed_reason = ?3)";
                w.tx.prepare_cached(sql)?.execute(params![page.bytes(), TAKEN_OUT, SPLIT])?;
                w.read_page_again(page)?;
                joined.extend(w.join_halves(dossier, page, act)?);
            }
            w.unindex_superseded(dossier)?;
            let what = if joined.is_empty() { Value::Null } else { json!({ "joined": names(&joined) }) };
            w.changed("page restored", dossier, pages, &what, reason, act)
        })
    }

    /// Moves pages, in the given order, in front of another or behind it, also into its document.
    pub fn move_pages(
        &self,
        code: &str,
        pages: &[PageId],
        seat: Seat,
        reason: &str,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let (Seat::Before(beside) | Seat::After(beside)) = seat;
            if pages.contains(&beside) {
                return Err(CatalogError::Twice { noun: "page to be moved", id: beside.to_string() });
            }
            let target = w.document_of(dossier, beside)?;
            for &page in pages {
                w.document_of(dossier, page)?;
            }
            let mut order = w.order(target)?;
            order.retain(|page| !pages.contains(page));
            let at = order.iter().position(|&page| page == beside).unwrap_or(0);
            let at = if matches!(seat, Seat::After(_)) { at + 1 } else { at };
            order.splice(at..at, pages.iter().copied());
            w.set_order(target, &order)?;
            let place = match seat {
                Seat::Before(_) => json!({ "before": beside.to_string() }),
                Seat::After(_) => json!({ "after": beside.to_string() }),
            };
            w.changed("page moved", dossier, pages, &place, reason, act)
        })
    }

    /// Lets a new document begin with a page; the documents behind it keep their ordinals unless one is in the way.
    ///
    /// # Errors
    /// [`CatalogError::FirstOfDocument`] if it begins one already, [`CatalogError::Signed`] if a signed document behind
    /// it would get another ordinal.
    pub fn part_document(&self, code: &str, page: PageId, reason: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let document = w.document_of(dossier, page)?;
            let pages = ordered_pages(&w.tx, document)?;
            let at = pages.iter().position(|other| other.view.id == page).unwrap_or(0);
            if !pages[..at].iter().any(|page| page.counts) {
                return Err(CatalogError::FirstOfDocument(page.to_string()));
            }
            let new = w.document_behind(dossier, document, act)?;
            let ids = |pages: &[OrderedPage]| pages.iter().map(|page| page.view.id).collect::<Vec<_>>();
            w.set_order(document, &ids(&pages[..at]))?;
            w.set_order(new, &ids(&pages[at..]))?;
            w.changed("document parted", dossier, &[page], &json!({ "document": new.to_string() }), reason, act)
        })
    }
}

impl Writing<'_> {
    /// Ends an edit: what was assembled of the dossier is looked at again, and the log says it.
    pub(crate) fn changed(
        &self,
        event: &str,
        dossier: DossierId,
        pages: &[PageId],
        what: &Value,
        reason: &str,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.outdate_documents(dossier)?;
        let mut detail = json!({ "pages": names(pages), "reason": reason });
        if let (Value::Object(detail), Value::Object(what)) = (&mut detail, what) {
            detail.extend(what.clone());
        }
        self.conclude(event, dossier, &detail, act)?;
        Ok(())
    }

    /// The document of a page that counts.
    pub(crate) fn document_of(&self, dossier: DossierId, page: PageId) -> Result<DocumentId, CatalogError> {
        let sql = "SELECT document FROM page WHERE id = ?1 AND dossier = ?2 AND superseded_at IS NULL";
        let mut statement = self.tx.prepare_cached(sql)?;
        let found = statement.query_row(params![page.bytes(), dossier.bytes()], |row| column::id(row, "document"));
        found.optional()?.ok_or_else(|| CatalogError::Unknown { noun: "page", id: page.to_string() })
    }

    /// A page that counts; its number is not known.
    pub(crate) fn page(&self, dossier: DossierId, page: PageId) -> Result<PageView, CatalogError> {
        let sql = format!(
            "SELECT page.*, file.path, file.stem, {READ} FROM page
             JOIN file ON file.dossier = page.dossier AND file.sha256 = page.sha256
             WHERE page.id = ?1 AND page.dossier = ?2 AND page.superseded_at IS NULL"
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let found = statement.query_row(params![page.bytes(), dossier.bytes()], page_view).optional()?;
        found.ok_or_else(|| CatalogError::Unknown { noun: "page", id: page.to_string() })
    }

    pub(crate) fn read_page_again(&self, page: PageId) -> Result<(), CatalogError> {
        let sql = "UPDATE page SET reading_state = NULL, attempts = 0, lease_owner = NULL, lease_until = NULL
                   WHERE id = ?1";
        self.tx.prepare_cached(sql)?.execute([page.bytes()])?;
        Ok(())
    }

    /// Lets a page that counts count no more, and closes its findings.
    pub(crate) fn set_gone(
        &self,
        dossier: DossierId,
        page: PageId,
        gone: Gone,
        why: &str,
        act: &Act,
    ) -> Result<(), CatalogError> {
        let sql = "UPDATE page SET superseded_at = ?3, gone = ?4
                   WHERE id = ?1 AND dossier = ?2 AND superseded_at IS NULL";
        let values = params![page.bytes(), dossier.bytes(), act.at.0, gone.word()];
        if self.tx.prepare_cached(sql)?.execute(values)? == 0 {
            return Err(CatalogError::Unknown { noun: "page", id: page.to_string() });
        }
        // A file counts as long as a page of it does.
        let sql = "UPDATE file SET superseded_at = ?2
                   WHERE (dossier, sha256) = (SELECT dossier, sha256 FROM page WHERE id = ?1) AND NOT EXISTS
                    (SELECT 1 FROM page WHERE page.dossier = file.dossier AND page.sha256 = file.sha256
                     AND superseded_at IS NULL)";
        self.tx.prepare_cached(sql)?.execute(params![page.bytes(), act.at.0])?;
        self.close_where("page = ?4", &[&page.bytes()], why, act)?;
        Ok(())
    }

    /// The pages of a document in their order, also those that do not count.
    pub(crate) fn order(&self, document: DocumentId) -> Result<Vec<PageId>, CatalogError> {
        Ok(ordered_pages(&self.tx, document)?.into_iter().map(|page| page.view.id).collect())
    }

    /// Puts pages into a document, in this order.
    pub(crate) fn set_order(&self, document: DocumentId, pages: &[PageId]) -> Result<(), CatalogError> {
        let sql = "UPDATE page SET place = ?2, document = ?3 WHERE id = ?1";
        let mut statement = self.tx.prepare_cached(sql)?;
        for (place, page) in (0_i64..).zip(pages) {
            statement.execute(params![page.bytes(), place, document.bytes()])?;
        }
        Ok(())
    }

    /// A new document behind another; where ordinals would meet, those behind it move on.
    fn document_behind(&self, dossier: DossierId, document: DocumentId, act: &Act) -> Result<DocumentId, CatalogError> {
        let sql = "SELECT id, ordinal FROM document WHERE dossier = ?1 ORDER BY coalesce(ordinal, -1)";
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement.query_map([dossier.bytes()], |row| Ok((column::id(row, "id")?, row.get("ordinal")?)))?;
        let mut documents: Vec<(DocumentId, Option<u32>)> = rows.collect::<Result<_, _>>()?;
        let at = documents.iter().position(|(id, _)| *id == document).unwrap_or(0) + 1;
        let new = DocumentId::new(act.at, self.randomness);
        documents.insert(at, (new, None));
        let mut moved = Vec::new();
        let mut last = 0;
        for (i, (id, ordinal)) in documents.iter().enumerate() {
            let wanted = ordinal.filter(|&ordinal| i < at || ordinal > last).unwrap_or(last + 1).max(last + 1);
            last = wanted;
            if *ordinal != Some(wanted) {
                moved.push((*id, wanted));
            }
        }
        for (id, _) in moved.iter().filter(|(id, _)| *id != new) {
            if current(&self.tx, *id, SIGNED)?.is_some() {
                return Err(CatalogError::Signed(id.to_string()));
            }
        }
        // From the last: so no two have the same ordinal at any moment.
        for (id, ordinal) in moved.iter().rev() {
            if *id == new {
                let sql = "INSERT INTO document (id, dossier, ordinal, created_at) VALUES (?1, ?2, ?3, ?4)";
                self.tx.execute(sql, params![id.bytes(), dossier.bytes(), ordinal, act.at.0])?;
            } else {
                self.tx.execute("UPDATE document SET ordinal = ?2 WHERE id = ?1", params![id.bytes(), ordinal])?;
            }
        }
        Ok(new)
    }

    /// The document that a page of a batch belongs to by the batch's target; `None` leaves it to the batch.
    pub(crate) fn target_document(
        &self,
        dossier: DossierId,
        target: &BatchTarget,
    ) -> Result<Option<DocumentId>, CatalogError> {
        let beside = match target {
            BatchTarget::Append => return Ok(None),
            BatchTarget::Before(page) => *page,
            BatchTarget::InsteadOf(pages) => match pages.first() {
                Some(page) => *page,
                None => return Ok(None),
            },
        };
        let sql = "SELECT document FROM page WHERE id = ?1 AND dossier = ?2";
        let mut statement = self.tx.prepare_cached(sql)?;
        let found = statement.query_row(params![beside.bytes(), dossier.bytes()], |row| column::id(row, "document"));
        found.optional()?.map(Some).ok_or_else(|| CatalogError::Unknown { noun: "page", id: beside.to_string() })
    }

    /// Puts a page of a batch where the batch goes; says which page it took the place of.
    pub(crate) fn seat(
        &self,
        dossier: DossierId,
        page: PageId,
        of: BatchPage,
        target: &BatchTarget,
        act: &Act,
    ) -> Result<Option<PageId>, CatalogError> {
        let Some(document) = self.target_document(dossier, target)? else { return Ok(None) };
        let mut order = self.order(document)?;
        order.retain(|&other| other != page);
        let place = |wanted: PageId, order: &[PageId]| order.iter().position(|&other| other == wanted);
        let (at, replaced) = match target {
            BatchTarget::Append => return Ok(None),
            BatchTarget::Before(beside) => (place(*beside, &order), None),
            BatchTarget::InsteadOf(pages) => {
                let n = of.number.saturating_sub(1) as usize;
                match (pages.get(n), pages.last()) {
                    (Some(old), _) => (place(*old, &order), Some(*old)),
                    // More came than there was: behind those that came.
                    (None, Some(last)) => (place(*last, &order).map(|at| at + 1 + n - pages.len()), None),
                    (None, None) => return Ok(None),
                }
            }
        };
        let at = at.unwrap_or(order.len()).min(order.len());
        order.insert(at, page);
        self.set_order(document, &order)?;
        // A page that was taken out since, or replaced already, is so; of one that was split the halves are replaced.
        let Some(old) = replaced else { return Ok(None) };
        let shown = self.of_its_frame(dossier, old)?;
        for &page in shown.iter().filter(|&&shown| shown != page) {
            self.set_gone(dossier, page, Gone::Replaced, "the page was captured again", act)?;
        }
        self.unindex_superseded(dossier)?;
        Ok(shown.first().map(|_| old))
    }
}
