//! What the catalog marked, as the records that travel: read when it is sealed, so that many changes of one thing are one
//! record, and what says the same as before is not said again.

use std::collections::{BTreeMap, BTreeSet};

use sohoa_catalog::Catalog;
use sohoa_catalog::description::DescriptionView;
use sohoa_catalog::finding::{Openness, RecordedFinding};
use sohoa_catalog::outbox::Mark;
use sohoa_catalog::query::{DossierView, PageView};
use sohoa_catalog::reading::ReadingView;
use sohoa_catalog::rendition::RenditionView;
use sohoa_model::description::DocumentField;
use sohoa_model::ids::{DocumentId, DossierId};
use sohoa_model::{Sha256, Timestamp};
use sohoa_store::Vault;
use sohoa_wire::body::{self, Body};
use sohoa_wire::moment::Moment;
use sohoa_wire::{FileRef, Hash, Kind, Record, RecordId};
use uuid::Uuid;

use crate::error::SyncError;

/// The longest detail of an event or a finding that travels, in characters.
const LONGEST_DETAIL: usize = 8_000;
/// An A4 sheet at 1 dpi is 8.27 by 11.69 inches.
const A4_SQUARE_INCHES: f64 = 210.0 * 297.0 / (25.4 * 25.4);

/// A record that is not sealed yet; its revision is still 1.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) record: Record,
    pub(crate) dossier: Option<DossierId>,
    /// The code of its dossier.
    pub(crate) code: Option<String>,
}

impl Draft {
    /// The hash of what it says, whatever its revision and moment.
    pub(crate) fn content(&self) -> Result<Hash, SyncError> {
        content(&self.record)
    }
}

/// The hash of what a record says, whatever its revision and moment.
pub(crate) fn content(record: &Record) -> Result<Hash, SyncError> {
    let record = Record { rev: 1, at: Moment(Timestamp(0)), ..record.clone() };
    Ok(record.line()?.hash)
}

/// The records of some marks, what is above before what is below it.
pub(crate) fn of_marks(
    catalog: &Catalog,
    vault: &Vault,
    marks: &[Mark],
    now: Timestamp,
) -> Result<Vec<Draft>, SyncError> {
    let mut opened: BTreeMap<String, Opened> = BTreeMap::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut made_already = BTreeSet::new();
    for mark in marks {
        let made = match &mark.dossier {
            None => of_archive(catalog, mark, now)?.into_iter().collect(),
            Some(code) => {
                if mark.kind == "event"
                    && let Some(draft) = event_of_known(catalog, mark)?
                {
                    drafts.push(draft);
                    continue;
                }
                if !opened.contains_key(code) {
                    opened.insert(code.clone(), Opened::read(catalog, code)?);
                }
                let opened = &opened[code];
                let mut made = Vec::new();
                // After a hold was lifted the dossier may be marked behind what is in it, and the hub wants it first.
                if mark.kind != "dossier" && is_untold(catalog, opened.view.dossier.id)? {
                    made.push(opened.draft(opened.own_record(now)?, mark));
                }
                made.extend(opened.of_mark(catalog, vault, mark, now)?);
                made
            }
        };
        drafts.extend(made.into_iter().filter(|draft| made_already.insert((draft.record.kind, draft.record.id))));
    }
    Ok(drafts)
}

/// Whether the hub knows nothing of a dossier, or nothing that was not withheld.
fn is_untold(catalog: &Catalog, dossier: DossierId) -> Result<bool, SyncError> {
    let last = catalog.revision(Kind::Dossier.word(), dossier.0)?;
    Ok(last.is_none_or(|(_, said)| said == Sha256([0; 32])))
}

/// The record of an event of a dossier that the hub knows: there are many, and the dossier need not be read for them.
fn event_of_known(catalog: &Catalog, mark: &Mark) -> Result<Option<Draft>, SyncError> {
    let Some((event, Some(dossier))) = catalog.event(mark.id)? else { return Ok(None) };
    if is_untold(catalog, dossier)? {
        return Ok(None);
    }
    let record = record(mark.id, event.at, &event_body(&event, true))?.of_dossier(RecordId(dossier.0));
    Ok(Some(Draft { record, dossier: Some(dossier), code: mark.dossier.clone() }))
}

/// A record of something that belongs to no dossier.
fn of_archive(catalog: &Catalog, mark: &Mark, now: Timestamp) -> Result<Option<Draft>, SyncError> {
    let record = match mark.kind.as_str() {
        "event" => match catalog.event(mark.id)? {
            // What it tells may name dossiers that must not travel.
            Some((event, _)) => record(mark.id, event.at, &event_body(&event, false))?,
            None => return Ok(None),
        },
        "receipt" => {
            let receipts = catalog.receipts()?;
            let Some(receipt) = receipts.into_iter().find(|receipt| receipt.id.0 == mark.id) else { return Ok(None) };
            let body = body::Receipt {
                of: body::ReceiptOf::Import,
                cursor: None,
                taken: Some(receipt.taken.into()),
                skipped: Some(receipt.skipped.into()),
                refused: Some(receipt.refused.into()),
            };
            record(mark.id, receipt.finished.unwrap_or(now), &body)?
        }
        _ => return Ok(None),
    };
    Ok(Some(Draft { record, dossier: None, code: None }))
}

/// A dossier with all that its records are made of.
struct Opened {
    view: DossierView,
    pages: Vec<PageView>,
    gone: Vec<PageView>,
    /// The number of the assignment by which it is this station's.
    assignment: Option<u32>,
    descriptions: BTreeMap<DocumentId, DescriptionView>,
    /// Bytes of its masters.
    masters: BTreeMap<Sha256, u64>,
}

impl Opened {
    fn read(catalog: &Catalog, code: &str) -> Result<Self, SyncError> {
        let view = catalog.dossier(code)?;
        Ok(Self {
            assignment: catalog.assignment(view.dossier.id)?,
            view,
            pages: catalog.pages(code)?,
            gone: catalog.superseded_pages(code)?,
            descriptions: catalog.descriptions(code)?,
            masters: catalog.master_bytes(code)?,
        })
    }

    fn own_record(&self, now: Timestamp) -> Result<Record, SyncError> {
        record(self.view.dossier.id.0, now, &self.dossier())
    }

    fn draft(&self, record: Record, mark: &Mark) -> Draft {
        let dossier = self.view.dossier.id;
        Draft { record: record.of_dossier(RecordId(dossier.0)), dossier: Some(dossier), code: mark.dossier.clone() }
    }

    fn of_mark(&self, catalog: &Catalog, vault: &Vault, mark: &Mark, now: Timestamp) -> Result<Vec<Draft>, SyncError> {
        let id = DocumentId(mark.id);
        let records = match mark.kind.as_str() {
            "dossier" => vec![self.own_record(now)?],
            // The places of all its pages may have changed with one of them.
            "document" => {
                let mut records = vec![record(mark.id, now, &self.document(id))?];
                for page in self.pages.iter().filter(|page| page.document == id) {
                    records.push(self.page(catalog, vault, page, now)?);
                }
                records
            }
            "page" => {
                let is_it = |page: &&PageView| page.id.0 == mark.id;
                match (self.pages.iter().find(is_it), self.gone.iter().find(is_it)) {
                    (Some(page), _) => vec![self.page(catalog, vault, page, now)?],
                    (None, Some(page)) => vec![self.page_gone(catalog, page, now)?],
                    (None, None) => Vec::new(),
                }
            }
            "rendition" => self.renditions(catalog, id, now)?,
            "finding" => {
                let code = self.view.dossier.description.code.as_str();
                let findings = catalog.findings(Some(code), Openness::All)?;
                findings.iter().map(|found| self.finding(found, now)).collect::<Result<_, _>>()?
            }
            "event" => match catalog.event(mark.id)? {
                Some((event, _)) => vec![record(mark.id, event.at, &event_body(&event, true))?],
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        Ok(records.into_iter().map(|record| self.draft(record, mark)).collect())
    }

    fn dossier(&self) -> body::Dossier {
        let row = &self.view.dossier;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let a4: f64 = self.pages.iter().map(|page| sheets(page) * 1000.0).sum();
        body::Dossier {
            code: row.description.code.clone(),
            title: text(&row.description.title),
            fonds: row.description.fonds.clone(),
            carton: text(&row.description.box_code),
            value_class: text(&row.description.value_class),
            state: row.state,
            pages: row.evidence.pages,
            expected_pages: row.evidence.expected_pages,
            documents: row.evidence.documents,
            a4_thousandths: a4.round() as u64,
            bytes: self.masters.values().sum(),
            rescan: row.rescan,
            below_standard: row.below_standard_pages > 0,
            accepted_on: row.accepted.as_ref().map(|(at, _)| at.day_vietnam()),
            assignment: self.assignment,
            retired: None,
        }
    }

    fn document(&self, id: DocumentId) -> body::Document {
        let view = self.view.documents.iter().find(|document| document.id == id);
        let description = self.descriptions.get(&id).filter(|view| view.is_done).map(|view| &view.description);
        let text = |field| description.map(|d| d.text(field).to_owned()).filter(|text| !text.is_empty());
        let number: Vec<String> =
            [DocumentField::CodeNumber, DocumentField::CodeNotation].into_iter().filter_map(text).collect();
        body::Document {
            ordinal: view.and_then(|view| view.ordinal).unwrap_or(1).max(1),
            pages: view.map_or(0, |view| view.pages),
            title: text(DocumentField::Subject),
            number: (!number.is_empty()).then(|| number.join("/")),
            date: text(DocumentField::IssuedDate).map(|date| iso(&date)),
            issuer: text(DocumentField::OrganName),
            retired: view.is_none().then(|| "empty".to_owned()),
        }
    }

    /// A page that counts, with its master and text.
    fn page(&self, catalog: &Catalog, vault: &Vault, page: &PageView, now: Timestamp) -> Result<Record, SyncError> {
        let reading = catalog.reading(page.id)?;
        let body = self.page_body(page, reading.as_ref());
        let mut files = vec![file(page.master, body.master_bytes, "master")];
        if let Some(text) = reading.filter(|_| page.reading.is_some()).map(|reading| reading.text)
            && let Some(bytes) = length(vault, &text)
        {
            files.push(file(text, bytes, "text"));
        }
        Ok(record(page.id.0, now, &body)?.with_files(files))
    }

    /// A page that no longer counts.
    fn page_gone(&self, catalog: &Catalog, page: &PageView, now: Timestamp) -> Result<Record, SyncError> {
        let reading = catalog.reading(page.id)?;
        let retired = Some("superseded".to_owned());
        record(page.id.0, now, &body::Page { retired, ..self.page_body(page, reading.as_ref()) })
    }

    fn page_body(&self, page: &PageView, reading: Option<&ReadingView>) -> body::Page {
        let shown = page.shown();
        let confidence = reading.and_then(|reading| reading.confidence);
        body::Page {
            document: RecordId(page.document.0),
            ordinal: page.number.max(1),
            folio: None,
            width: shown.width(),
            height: shown.height(),
            dpi: page.facts.dpi.0.round() as u32,
            frame: Some(page.facts.index).filter(|frame| *frame > 0),
            turned: Some(page.stands.degrees().into()),
            part: page.part.as_ref().map(|(part, _)| part.to_string()),
            master_sha256: page.master.into(),
            master_bytes: self.masters.get(&page.master).copied().unwrap_or(0),
            reading: page.reading.map(|state| state.word().to_owned()),
            words: None,
            confidence_ppm: confidence.map(|share| (share * 10_000.0).round() as u32),
            retired: None,
        }
    }

    /// The signed PDF/A of a document, or the one that is not signed yet; one that is outdated is taken back.
    fn renditions(&self, catalog: &Catalog, document: DocumentId, now: Timestamp) -> Result<Vec<Record>, SyncError> {
        let view = self.view.documents.iter().find(|view| view.id == document);
        let shown: Option<&RenditionView> = view.and_then(|view| view.signed.as_ref().or(view.pdfa.as_ref()));
        // One record for each document: the next PDF/A is its next revision.
        let id = derived(&[b"rendition", document.0.as_bytes()]);
        let body = |sha256: Sha256, bytes| body::Rendition {
            of: RecordId(document.0),
            role: "pdfa".to_owned(),
            sha256: sha256.into(),
            bytes,
            signature: None,
            retired: None,
        };
        if let Some(shown) = shown {
            let signature = shown.signature.as_ref().map(|_| shown.verdict.word().to_owned());
            let body = body::Rendition { signature, ..body(shown.sha256, shown.bytes) };
            return Ok(vec![record(id, now, &body)?.with_files(vec![file(shown.sha256, shown.bytes, "pdfa")])]);
        }
        if catalog.revision(Kind::Rendition.word(), id)?.is_none() {
            return Ok(Vec::new());
        }
        let Some((sha256, bytes)) = catalog.last_rendition(document)? else { return Ok(Vec::new()) };
        let body = body::Rendition { retired: Some("outdated".to_owned()), ..body(sha256, bytes) };
        Ok(vec![record(id, now, &body)?])
    }

    /// A finding has no id of its own; what never changes of it is its name.
    fn finding(&self, found: &RecordedFinding, now: Timestamp) -> Result<Record, SyncError> {
        let of = found.page.map(|page| page.0).or(found.document.map(|document| document.0));
        let id = derived(&[
            b"finding",
            self.view.dossier.id.0.as_bytes(),
            of.unwrap_or_default().as_bytes(),
            found.finding.code.as_bytes(),
            &found.at.0.to_be_bytes(),
            found.finding.detail.as_bytes(),
        ]);
        let body = body::Finding {
            code: found.finding.code.to_owned(),
            severity: found.finding.severity,
            open: found.closed.is_none(),
            detail: short(&found.finding.detail),
            of: of.map(RecordId),
        };
        record(id, now, &body)
    }
}

fn event_body(event: &sohoa_catalog::event::Event, with_detail: bool) -> body::Event {
    body::Event {
        event_type: event.kind.clone(),
        outcome: body::Outcome::Success,
        agent: event.operator.clone(),
        detail: if with_detail { short(&event.detail) } else { None },
        objects: Vec::new(),
    }
}

/// The record of a station about itself.
pub(crate) fn station(id: Uuid, now: Timestamp, body: &body::Station) -> Result<Draft, SyncError> {
    Ok(Draft { record: record(id, now, body)?, dossier: None, code: None })
}

/// Whether the hub reads what this program writes; the first kind that it does not.
pub(crate) fn unread_by(majors: &[String]) -> Option<String> {
    let up = Kind::ALL.iter().filter(|kind| kind.writer() == sohoa_wire::kind::Writer::Station);
    up.map(|kind| format!("{kind}/{}", kind.major())).find(|major| !majors.contains(major))
}

fn record<B: Body>(id: Uuid, at: Timestamp, body: &B) -> Result<Record, SyncError> {
    Ok(Record::new(RecordId(id), 1, Moment(at), body)?)
}

fn file(sha256: Sha256, bytes: u64, role: &str) -> FileRef {
    FileRef { sha256: sha256.into(), bytes, role: role.to_owned() }
}

fn length(vault: &Vault, sha256: &Sha256) -> Option<u64> {
    vault.open(sha256).ok()?.metadata().ok().map(|metadata| metadata.len())
}

fn short(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.chars().take(LONGEST_DETAIL).collect())
}

/// `14/05/1998` and its parts as ISO 8601 writes them.
fn iso(date: &str) -> String {
    date.rsplit('/').collect::<Vec<_>>().join("-")
}

/// How many A4 sheets a page covers.
fn sheets(page: &PageView) -> f64 {
    let dpi = f64::from(page.facts.dpi.0).max(1.0);
    let shown = page.shown();
    f64::from(shown.width()) * f64::from(shown.height()) / (dpi * dpi) / A4_SQUARE_INCHES
}

/// An id that follows from what it names (RFC 9562, version 8).
pub(crate) fn derived(parts: &[&[u8]]) -> Uuid {
    let mut hasher = sohoa_model::hash::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finish().0[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_turned_and_names_follow_from_what_they_name() {
        assert_eq!(["14/05/1998", "05/1998", "1998"].map(iso), ["1998-05-14", "1998-05", "1998"]);
        assert_ne!(derived(&[b"ab", b"c"]), derived(&[b"a", b"bc"]));
        assert_eq!(derived(&[b"ab"]), derived(&[b"ab"]));
        assert_eq!(derived(&[b"ab"]).get_version_num(), 8);
        assert_eq!(unread_by(&["page/1".to_owned()]).as_deref(), Some("station/1"));
        let all: Vec<String> = Kind::ALL.iter().map(|kind| format!("{kind}/1")).collect();
        assert_eq!(unread_by(&all), None);
    }
}
