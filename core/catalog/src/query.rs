//! Questions about dossiers: what they are, how far they are, what they are made of.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use sohoa_model::dossier_state::{DossierState, Evidence};
use sohoa_model::frame::FrameFacts;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::{DocumentId, DossierId, PageId};
use sohoa_model::inventory::InventoryRow;
use sohoa_model::natural;
use sohoa_model::part::FramePart;
use sohoa_model::reading::ReadingState;
use sohoa_model::safe_name::{nth, safe_name};
use sohoa_model::{Sha256, Timestamp};

use crate::batch::BatchPage;
use crate::column::{self, Id};
use crate::decision::HoldView;
use crate::error::CatalogError;
use crate::facts_record::FactsRecord;
use crate::rendition::RenditionView;
use crate::{Catalog, decision, rendition};

/// A dossier as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierRow {
    /// Its id.
    pub id: DossierId,
    /// Its description; the code is in it.
    pub description: InventoryRow,
    /// The safe form of its code.
    pub folder: String,
    /// Its state.
    pub state: DossierState,
    /// What the state follows from.
    pub evidence: Evidence,
    /// Whether it is held.
    pub held: bool,
    /// Whether it was rejected and waits to be captured again.
    pub rescan: bool,
    /// Who cleared it for use outside, if its access level is not public.
    pub cleared_by: Option<String>,
    /// Pages below the standard.
    pub below_standard_pages: u32,
    /// Open findings of every severity.
    pub open_findings: u32,
    /// When and by whom it was accepted; `None` unless that acceptance stands.
    pub accepted: Option<(Timestamp, String)>,
    /// Revision of its latest manifest, 0 before the first.
    pub manifest_revision: u32,
    /// Hash of that manifest.
    pub manifest: Option<Sha256>,
}

/// What a list of all dossiers says of one, lent while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DossierEntry<'r> {
    /// Its code.
    pub code: &'r str,
    /// Its title.
    pub title: &'r str,
    /// The fonds.
    pub fonds: &'r str,
    /// The series.
    pub series: &'r str,
    /// The box.
    pub box_code: &'r str,
    /// Its state.
    pub state: DossierState,
    /// Whether it is held.
    pub held: bool,
    /// Whether it waits to be captured again.
    pub rescan: bool,
    /// Pages that count.
    pub pages: u32,
    /// Pages that the inventory expects.
    pub expected_pages: Option<u32>,
}

/// A dossier with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierView {
    /// The dossier.
    pub dossier: DossierRow,
    /// Its documents by ordinal, the dossier as a whole first.
    pub documents: Vec<DocumentView>,
    /// Its holds, oldest first.
    pub holds: Vec<HoldView>,
}

/// A document of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// Its id.
    pub id: DocumentId,
    /// Its ordinal; `None` is the dossier as one document.
    pub ordinal: Option<u32>,
    /// Its file name without extension.
    pub name: String,
    /// Pages that count.
    pub pages: u32,
    /// The current PDF/A before signing.
    pub pdfa: Option<RenditionView>,
    /// The current signed PDF/A.
    pub signed: Option<RenditionView>,
}

/// A page as it stands in its document.
#[derive(Debug, Clone, PartialEq)]
pub struct PageView {
    /// Its id.
    pub id: PageId,
    /// Its document.
    pub document: DocumentId,
    /// Place in the document, from 1; 0 for a page that does not count.
    pub number: u32,
    /// The turn from the stored samples that a person gave.
    pub turn: Option<Rotation>,
    /// How it stands, clockwise from the stored samples: as a person turned it, as it was read, or as its file says.
    pub stands: Rotation,
    /// Its label: the original name without extension, with the frame (from 1) if the file has more than one, and with
    /// the letters of its half if it shows a part of its frame.
    pub label: String,
    /// Path below the imported folder.
    pub path: String,
    /// Original name without extension.
    pub stem: String,
    /// Number of frames of its file that the pages of the document show.
    pub file_pages: u32,
    /// Hash of the master.
    pub master: Sha256,
    /// What is known of the frame.
    pub facts: FrameFacts,
    /// The part of the frame that it shows, and the letters of the halves that led to it; `None` if it shows all of it.
    pub part: Option<(FramePart, String)>,
    /// Whether it is below the standard.
    pub below_standard: bool,
    /// How its reading ended; `None` before.
    pub reading: Option<ReadingState>,
}

impl PageView {
    /// What it shows of its frame.
    pub fn shown(&self) -> FramePart {
        self.part.as_ref().map_or_else(|| FramePart::whole(&self.facts), |(part, _)| *part)
    }

    /// The letters of its half; empty if it shows all of its frame.
    pub fn half(&self) -> &str {
        self.part.as_ref().map_or("", |(_, name)| name)
    }

    /// Its pixels across and down as it stands.
    pub fn size(&self) -> (u32, u32) {
        self.stands.turned(self.shown().width(), self.shown().height())
    }
}

/// Which dossiers are asked for; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DossierFilter {
    /// Only in this state.
    pub state: Option<DossierState>,
    /// Only of this fonds.
    pub fonds: Option<String>,
    /// Only of this series.
    pub series: Option<String>,
    /// Only of this value class.
    pub value_class: Option<String>,
    /// Only held ones, or only others.
    pub held: Option<bool>,
    /// Only ones that are to be captured again, or only others.
    pub rescan: Option<bool>,
    /// Only ones that the inventory lists, or only others.
    pub listed: Option<bool>,
}

/// What a hash that the catalog names stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VaultRole {
    /// The parameters of readings and renditions.
    Recipe,
    /// A file that an inventory came from.
    Inventory,
    /// A master.
    Master,
    /// The text of a page.
    Text,
    /// A PDF/A that was not signed; a signed one begins with its bytes and stands in for it.
    Pdfa,
    /// A signed PDF/A.
    Signed,
}

/// An object of the vault that the catalog names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultReference {
    /// Its hash.
    pub sha256: Sha256,
    /// Its length, where the catalog knows it.
    pub bytes: Option<u64>,
    /// What it is.
    pub role: VaultRole,
    /// The code of the dossier that names it; empty for an inventory and a recipe.
    pub dossier: String,
}

/// Numbers for a look at the health of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Schema of the catalog.
    pub schema: u32,
    /// Dossiers, listed or not.
    pub dossiers: u64,
    /// Documents.
    pub documents: u64,
    /// Pages that count.
    pub pages: u64,
    /// Pages that wait to be read.
    pub pages_unread: u64,
    /// Pages that a process holds at the given moment.
    pub pages_leased: u64,
    /// Dossiers that are held.
    pub held: u64,
    /// Events.
    pub events: u64,
    /// Intents that were not ended.
    pub open_intents: u64,
    /// Receipts that were not finished.
    pub unfinished_receipts: u64,
    /// Open findings by code.
    pub open_findings: Vec<(String, u64)>,
}

impl Catalog {
    /// A dossier with what it is made of.
    pub fn dossier(&self, code: &str) -> Result<DossierView, CatalogError> {
        let connection = self.read();
        let id = dossier_id(&connection, code)?;
        let dossier =
            connection.prepare_cached("SELECT * FROM dossier WHERE id = ?1")?.query_row([id.bytes()], dossier_row)?;
        let documents = documents(&connection, id, &dossier.folder)?;
        let holds = decision::holds(&connection, id)?;
        Ok(DossierView { dossier, documents, holds })
    }

    /// The code of a dossier, if it is here.
    pub fn code_of(&self, dossier: DossierId) -> Result<Option<String>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT code FROM dossier WHERE id = ?1")?;
        Ok(statement.query_row([dossier.bytes()], |row| row.get(0)).optional()?)
    }

    /// Dossiers, by code.
    pub fn dossiers(&self, filter: &DossierFilter) -> Result<Vec<DossierRow>, CatalogError> {
        let connection = self.read();
        let mut sql = "SELECT * FROM dossier WHERE 1".to_owned();
        let mut values: Vec<Box<dyn rusqlite::ToSql>> = Vec::new();
        let mut add = |column: &str, value: Option<Box<dyn rusqlite::ToSql>>| {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {column} = ?{}", values.len()));
            }
        };
        let text = |text: &Option<String>| text.clone().map(|t| Box::new(t) as Box<dyn rusqlite::ToSql>);
        let flag = |flag: Option<bool>| flag.map(|f| Box::new(f) as Box<dyn rusqlite::ToSql>);
        add("state", filter.state.map(|s| Box::new(s.word()) as Box<dyn rusqlite::ToSql>));
        add("fonds", text(&filter.fonds));
        add("series", text(&filter.series));
        add("value_class", text(&filter.value_class));
        add("held", flag(filter.held));
        add("rescan", flag(filter.rescan));
        add("listed", flag(filter.listed));
        sql.push_str(" ORDER BY code");
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(values), dossier_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Walks over all dossiers, by code; nothing is kept of those that were seen.
    pub fn each_dossier(&self, mut see: impl FnMut(DossierEntry<'_>)) -> Result<(), CatalogError> {
        let connection = self.read();
        let sql = "SELECT code, title, fonds, series, box_code, state, held, rescan, pages, expected_pages
                   FROM dossier ORDER BY code";
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
            see(DossierEntry {
                code: text(0)?,
                title: text(1)?,
                fonds: text(2)?,
                series: text(3)?,
                box_code: text(4)?,
                state: column::word(row, "state", DossierState::from_word)?,
                held: row.get(6)?,
                rescan: row.get(7)?,
                pages: row.get(8)?,
                expected_pages: row.get(9)?,
            });
        }
        Ok(())
    }

    /// The code of every dossier that has pages, sorted.
    pub fn captured_codes(&self) -> Result<Vec<String>, CatalogError> {
        self.codes("SELECT code FROM dossier WHERE pages > 0 ORDER BY code")
    }

    /// Where pages stand that count: the name of the document and the place in it, from 1.
    pub fn page_places(
        &self,
        pages: impl IntoIterator<Item = PageId>,
    ) -> Result<BTreeMap<PageId, (String, u32)>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT page.document, document.ordinal, dossier.folder FROM page
                   JOIN document ON document.id = page.document JOIN dossier ON dossier.id = page.dossier
                   WHERE page.id = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let mut places = BTreeMap::new();
        let mut documents = BTreeSet::new();
        for page in pages {
            if places.contains_key(&page) {
                continue;
            }
            let (document, name) = statement.query_row([page.bytes()], |row| {
                let folder: String = row.get("folder")?;
                Ok((column::id::<DocumentId>(row, "document")?, document_name(&folder, row.get("ordinal")?)))
            })?;
            if documents.insert(document) {
                let views = pages_of(&connection, document)?;
                places.extend(views.into_iter().map(|view| (view.id, (name.clone(), view.number))));
            }
        }
        Ok(places)
    }

    /// The pages of a dossier that count: by document, then in the order in which people count.
    pub fn pages(&self, code: &str) -> Result<Vec<PageView>, CatalogError> {
        let connection = self.read();
        let dossier = dossier_id(&connection, code)?;
        let sql = "SELECT id FROM document WHERE dossier = ?1 ORDER BY coalesce(ordinal, -1)";
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement.query_map([dossier.bytes()], |row| column::id::<DocumentId>(row, "id"))?;
        let mut all = Vec::new();
        for document in ids {
            all.extend(pages_of(&connection, document?)?);
        }
        Ok(all)
    }

    /// Documents of a dossier whose pages all went elsewhere.
    pub fn emptied_documents(&self, code: &str) -> Result<Vec<DocumentId>, CatalogError> {
        let connection = self.read();
        let dossier = dossier_id(&connection, code)?;
        let sql = "SELECT id FROM document WHERE dossier = ?1 AND NOT EXISTS
                    (SELECT 1 FROM page WHERE document = document.id AND superseded_at IS NULL)";
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement.query_map([dossier.bytes()], |row| column::id(row, "id"))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Whether a dossier may leave: not held, every page read without a mark, and public or cleared by a person.
    ///
    /// A page that was read with low confidence may carry a mark that nobody saw, so such a dossier waits for a person.
    pub fn is_cleared(&self, code: &str) -> Result<bool, CatalogError> {
        let connection = self.read();
        let id = dossier_id(&connection, code)?;
        let sql = format!("SELECT {CLEARED} FROM dossier WHERE id = ?1");
        Ok(connection.prepare_cached(&sql)?.query_row([id.bytes()], |row| row.get(0))?)
    }

    /// Every object of the vault that the catalog names, with each dossier that names it, by hash.
    pub fn vault_references(&self) -> Result<Vec<VaultReference>, CatalogError> {
        let connection = self.read();
        let mut all = Vec::new();
        for (role, sql) in [
            (VaultRole::Recipe, "SELECT DISTINCT recipe, NULL, '' FROM reading"),
            (VaultRole::Recipe, "SELECT DISTINCT recipe, NULL, '' FROM rendition WHERE recipe IS NOT NULL"),
            (VaultRole::Inventory, "SELECT source_sha256, NULL, '' FROM inventory_version"),
            (VaultRole::Master, "SELECT sha256, bytes, code FROM file JOIN dossier ON dossier.id = file.dossier"),
            (
                VaultRole::Text,
                "SELECT text_sha256, NULL, code FROM reading JOIN page ON page.id = reading.page
                 JOIN dossier ON dossier.id = page.dossier",
            ),
            (
                VaultRole::Pdfa,
                "SELECT sha256, bytes, code FROM rendition JOIN dossier ON dossier.id = rendition.dossier
                 WHERE kind = 'pdfa' AND NOT EXISTS (SELECT 1 FROM rendition AS signed
                    WHERE signed.kind = 'signed' AND signed.before_sha256 = rendition.sha256)",
            ),
            (
                VaultRole::Signed,
                "SELECT sha256, bytes, code FROM rendition JOIN dossier ON dossier.id = rendition.dossier
                 WHERE kind = 'signed'",
            ),
        ] {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                let bytes = row.get::<_, Option<i64>>(1)?.map(i64::unsigned_abs);
                Ok(VaultReference { sha256: Sha256(row.get(0)?), bytes, role, dossier: row.get(2)? })
            })?;
            for row in rows {
                all.push(row?);
            }
        }
        all.sort_by(|a, b| (a.sha256, a.role, &a.dossier).cmp(&(b.sha256, b.role, &b.dossier)));
        all.dedup();
        Ok(all)
    }

    /// Numbers for a look at the health of the archive.
    pub fn counts(&self, now: Timestamp) -> Result<Counts, CatalogError> {
        let connection = self.read();
        let count = |sql: &str| -> Result<u64, CatalogError> {
            Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        let leased = "SELECT count(*) FROM page WHERE reading_state IS NULL AND lease_until > ?1";
        Ok(Counts {
            schema: crate::SCHEMA,
            dossiers: count("SELECT count(*) FROM dossier")?,
            documents: count("SELECT count(*) FROM document")?,
            pages: count("SELECT count(*) FROM page WHERE superseded_at IS NULL")?,
            pages_unread: count("SELECT count(*) FROM page WHERE reading_state IS NULL AND superseded_at IS NULL")?,
            pages_leased: connection.query_row(leased, [now.0], |row| row.get::<_, i64>(0))?.unsigned_abs(),
            held: count("SELECT count(*) FROM dossier WHERE held = 1")?,
            events: count("SELECT count(*) FROM event")?,
            open_intents: count("SELECT count(*) FROM intent")?,
            unfinished_receipts: count("SELECT count(*) FROM receipt WHERE finished_at IS NULL")?,
            open_findings: crate::finding::open_by_code(&connection)?,
        })
    }

    pub(crate) fn codes(&self, sql: &str) -> Result<Vec<String>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Whether a row of `dossier` may leave, as a condition; see [`Catalog::is_cleared`]. Access level 01 is public.
pub(crate) const CLEARED: &str = "(dossier.held = 0 AND dossier.pages > 0 AND dossier.pages_read = dossier.pages
    AND (dossier.cleared_by IS NOT NULL OR (dossier.listed = 1 AND coalesce(dossier.access, '') = '01' AND NOT EXISTS
        (SELECT 1 FROM page WHERE page.dossier = dossier.id AND superseded_at IS NULL
            AND reading_state = 'low-confidence'))))";

/// Whether what is known of a row of `dossier` may be told upstream, as a condition: it may leave, or it is on a public list
/// and nothing of it was captured yet; and it is not another station's.
pub(crate) fn travels() -> String {
    let is_listed_only =
        "dossier.pages = 0 AND dossier.held = 0 AND dossier.listed = 1 AND coalesce(dossier.access, '') = '01'";
    let is_anothers = "EXISTS (SELECT 1 FROM assignment WHERE assignment.dossier = dossier.id
        AND assignment.station <> (SELECT station FROM sync_state))";
    format!("(({CLEARED} OR ({is_listed_only})) AND NOT {is_anothers})")
}

/// The dossier of a code, if there is one.
pub(crate) fn find_dossier(connection: &Connection, code: &str) -> Result<Option<DossierId>, CatalogError> {
    let id = connection
        .prepare_cached("SELECT id FROM dossier WHERE code = ?1")?
        .query_row([column::code(code)], |row| column::id(row, "id"))
        .optional()?;
    Ok(id)
}

/// The dossier of a code.
pub(crate) fn dossier_id(connection: &Connection, code: &str) -> Result<DossierId, CatalogError> {
    find_dossier(connection, code)?.ok_or_else(|| CatalogError::UnknownDossier(code.to_owned()))
}

/// The first safe form of a code that no dossier has.
pub(crate) fn free_folder(connection: &Connection, code: &str) -> Result<String, CatalogError> {
    let mut taken = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM dossier WHERE folder = ?1)")?;
    let name = safe_name(code);
    let mut n = 1;
    loop {
        let folder = nth(&name, n);
        if !taken.query_row([&folder], |row| row.get::<_, bool>(0))? {
            return Ok(folder);
        }
        n += 1;
    }
}

/// The file name of a document without extension: the folder, and seven digits of the ordinal if it has one.
pub(crate) fn document_name(folder: &str, ordinal: Option<u32>) -> String {
    match ordinal {
        Some(ordinal) => format!("{folder}.{ordinal:07}"),
        None => folder.to_owned(),
    }
}

/// The evidence in the columns of a dossier.
pub(crate) fn evidence(row: &Row<'_>) -> rusqlite::Result<Evidence> {
    Ok(Evidence {
        listed: row.get("listed")?,
        pages: row.get("pages")?,
        expected_pages: row.get("expected_pages")?,
        open_rejects: row.get("open_rejects")?,
        pages_ended: row.get("pages_ended")?,
        pages_read: row.get("pages_read")?,
        missing_fields: row.get("missing_fields")?,
        documents: row.get("documents")?,
        documents_assembled: row.get("documents_assembled")?,
        documents_signed: row.get("documents_signed")?,
        accepted: row.get::<_, Option<i64>>("accepted_at")?.is_some(),
        delivered: row.get::<_, Option<i64>>("delivered_at")?.is_some(),
    })
}

/// A dossier in a row of all columns.
pub(crate) fn dossier_row(row: &Row<'_>) -> rusqlite::Result<DossierRow> {
    let accepted_by: Option<String> = row.get("accepted_by")?;
    Ok(DossierRow {
        id: column::id(row, "id")?,
        description: column::description(row)?,
        folder: row.get("folder")?,
        state: column::word(row, "state", DossierState::from_word)?,
        evidence: evidence(row)?,
        held: row.get("held")?,
        rescan: row.get("rescan")?,
        cleared_by: row.get("cleared_by")?,
        below_standard_pages: row.get("below_standard_pages")?,
        open_findings: row.get("open_findings")?,
        accepted: column::optional_moment(row, "accepted_at")?.zip(accepted_by),
        manifest_revision: row.get("manifest_revision")?,
        manifest: column::optional_hash(row, "manifest_sha256")?,
    })
}

/// The pages of a document that count, in the order in which people count.
pub(crate) fn pages_of(connection: &Connection, document: DocumentId) -> Result<Vec<PageView>, CatalogError> {
    let mut pages: Vec<PageView> =
        ordered_pages(connection, document)?.into_iter().filter_map(|page| page.counts.then_some(page.view)).collect();
    let mut of_file: BTreeMap<Sha256, BTreeSet<u32>> = BTreeMap::new();
    for page in &pages {
        of_file.entry(page.master).or_default().insert(page.facts.index);
    }
    for (number, page) in (1..).zip(&mut pages) {
        page.number = number;
        page.file_pages = of_file[&page.master].len() as u32;
        page.label = match page.file_pages {
            1 => format!("{}{}", page.stem, page.half()),
            _ => format!("{}.{}{}", page.stem, page.facts.index.saturating_add(1), page.half()),
        };
    }
    Ok(pages)
}

/// A page in the order of its document, whether it counts or not.
pub(crate) struct OrderedPage {
    pub(crate) view: PageView,
    pub(crate) counts: bool,
    pub(crate) place: Option<u32>,
}

/// All pages of a document in their order: where a person put them, the others behind by the names of their files.
pub(crate) fn ordered_pages(connection: &Connection, document: DocumentId) -> Result<Vec<OrderedPage>, CatalogError> {
    let sql = format!(
        "SELECT page.*, page.superseded_at IS NULL AS counts, file.path, file.stem, {READ} FROM page
         JOIN file ON file.dossier = page.dossier AND file.sha256 = page.sha256 WHERE page.document = ?1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([document.bytes()], |row| {
        Ok(OrderedPage { view: page_view(row)?, counts: row.get("counts")?, place: row.get("place")? })
    })?;
    let mut pages: Vec<OrderedPage> = rows.collect::<Result<_, _>>()?;
    pages.sort_by(|a, b| {
        let place = |page: &OrderedPage| page.place.unwrap_or(u32::MAX);
        place(a)
            .cmp(&place(b))
            .then_with(|| by_path(&a.view.path, &b.view.path))
            .then_with(|| a.view.master.cmp(&b.view.master))
            .then_with(|| a.view.facts.index.cmp(&b.view.facts.index))
            .then_with(|| a.view.part.cmp(&b.view.part))
    });
    Ok(pages)
}

/// Files as people count them; what a scanner gave in the order in which it came, whatever the names of batches look like.
fn by_path(a: &str, b: &str) -> Ordering {
    match (BatchPage::of_path(a), BatchPage::of_path(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // As a whole they stand where their folder does.
        (Some(_), None) => natural::compare("scan/", b),
        (None, Some(_)) => natural::compare(a, "scan/"),
        (None, None) => natural::compare(a, b),
    }
}

/// How a page was read, as a column of a row of it.
pub(crate) const READ: &str = "(SELECT rotation FROM reading WHERE reading.page = page.id
    AND reading.number = page.reading AND reading_state IS NOT NULL) AS read";

/// A page in a row of its columns, those of its file, and `read`, how it was read; its number and label are not known yet.
pub(crate) fn page_view(row: &Row<'_>) -> rusqlite::Result<PageView> {
    let record: FactsRecord =
        serde_json::from_str(&row.get::<_, String>("facts")?).map_err(|_| column::corrupt("facts"))?;
    let facts = record.facts().map_err(|_| column::corrupt("facts"))?;
    let turned = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i32>>(column)?.and_then(Rotation::from_degrees));
    let (turn, read) = (turned("turn")?, turned("read")?);
    let stem: String = row.get("stem")?;
    let part = part(row, &facts)?;
    Ok(PageView {
        id: column::id(row, "id")?,
        document: column::id(row, "document")?,
        number: 0,
        turn,
        stands: turn.or(read).unwrap_or(facts.stated_rotation),
        label: format!("{stem}{}", part.as_ref().map_or("", |(_, name)| name)),
        path: row.get("path")?,
        stem,
        file_pages: 0,
        master: column::hash(row, "sha256")?,
        facts,
        part,
        below_standard: row.get("below_standard")?,
        reading: column::optional_word(row, "reading_state", ReadingState::from_word)?,
    })
}

/// The part of its frame that a page in a row shows, and its name.
pub(crate) fn part(row: &Row<'_>, facts: &FrameFacts) -> rusqlite::Result<Option<(FramePart, String)>> {
    let in_frame = |word: &str| FramePart::of(facts, word.parse::<FramePart>().ok()?.numbers());
    let part = column::optional_word(row, "part", in_frame)?;
    Ok(part.zip(row.get("part_name")?))
}

fn documents(connection: &Connection, dossier: DossierId, folder: &str) -> Result<Vec<DocumentView>, CatalogError> {
    // One whose pages all went elsewhere is no document any more.
    let sql = "SELECT id, ordinal, (SELECT count(*) FROM page WHERE document = document.id AND superseded_at IS NULL)
               AS pages FROM document WHERE dossier = ?1 AND EXISTS
                    (SELECT 1 FROM page WHERE document = document.id AND superseded_at IS NULL)
               ORDER BY coalesce(ordinal, -1)";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([dossier.bytes()], |row| {
        let ordinal = row.get("ordinal")?;
        let id = column::id(row, "id")?;
        Ok((id, ordinal, row.get("pages")?))
    })?;
    let mut views = Vec::new();
    for row in rows {
        let (id, ordinal, pages) = row?;
        let pdfa = rendition::current(connection, id, rendition::PDFA)?;
        let signed = rendition::current(connection, id, rendition::SIGNED)?;
        views.push(DocumentView { id, ordinal, name: document_name(folder, ordinal), pages, pdfa, signed });
    }
    Ok(views)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_come_in_the_order_of_their_batches_and_files_by_their_names() {
        // Read as numbers, the second batch would come first.
        let (earlier, later) = ("01a21eb4-f9f1-7cf2-8491-b54c748a66b5", "01a21eb4-fa10-7cf2-8491-b54c748a66b5");
        let (number_9, number_10) = ("01a21eb4-0f9f-7cf2-8491-b54c748a66b5", "01a21eb4-0f10-7cf2-8491-b54c748a66b5");
        let scanned = |batch: &str, number: u32| format!("scan/{batch}/{number:04}.png");
        let expected = [
            "HS.01/p2.jpg".to_owned(),
            "HS.01/p10.jpg".to_owned(),
            scanned(number_10, 1),
            scanned(number_9, 1),
            scanned(earlier, 1),
            scanned(earlier, 2),
            scanned(earlier, 10_000),
            scanned(later, 1),
            "scan/p1.jpg".to_owned(),
            "z.jpg".to_owned(),
        ];
        let mut paths = expected.to_vec();
        paths.reverse();
        paths.sort_by(|a, b| by_path(a, b));
        assert_eq!(paths, expected);
        for path in &expected {
            assert_eq!(BatchPage::of_path(path).is_some(), path.ends_with(".png"), "{path}");
        }
        for other in ["scan/x/0001.png", "scan/01a21eb4f9f17cf28491b54c748a66b5/0001.png"] {
            assert_eq!(BatchPage::of_path(other), None, "{other}");
        }
    }
}
