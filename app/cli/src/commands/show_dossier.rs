//! `show DOSSIER`: what a dossier is, how far it is, what is missing and what to do next.

use serde::Serialize;
use sohoa_catalog::finding::{Openness, RecordedFinding};
use sohoa_catalog::query::{DocumentView, DossierRow, DossierView, PageView};
use sohoa_model::inventory::InventoryRow;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::{decide, refile};
use sohoa_shell::{Exit, Texts, UiLanguage, history, reasons};

use crate::commands::findings::FindingRecord;
use crate::commands::log::EventRecord;
use crate::commands::show_batches::BatchRecord;
use crate::commands::show_pages::PageRecord;
use crate::commands::{findings, show, show_batches, show_pages};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::{Table, one_line};

/// So many lines of the log are shown.
const EVENTS: usize = 15;

#[derive(Serialize)]
struct Record {
    code: String,
    description: Description,
    state: &'static str,
    held: bool,
    rescan: bool,
    listed: bool,
    cleared_by: Option<String>,
    accepted_at: Option<String>,
    accepted_by: Option<String>,
    pages: u32,
    pages_read: u32,
    below_standard_pages: u32,
    missing: Vec<&'static str>,
    next_step: String,
    documents: Vec<DocumentRecord>,
    page_list: Vec<PageRecord>,
    batches: Vec<BatchRecord>,
    /// Whether the paper may go back onto the shelf; null if nothing was scanned here.
    safe_to_refile: Option<bool>,
    /// What it waits for: `sheets`, `rescan`, `copy`.
    refile_waits_for: Vec<&'static str>,
    findings: Vec<FindingRecord>,
    holds: Vec<HoldRecord>,
    events: Vec<EventRecord>,
}

#[derive(Serialize)]
struct Description {
    title: String,
    fonds: String,
    series: String,
    #[serde(rename = "box")]
    box_code: String,
    start_date: Option<String>,
    end_date: Option<String>,
    retention: Option<&'static str>,
    access_level: Option<&'static str>,
    language: Option<&'static str>,
    condition: Option<&'static str>,
    paper_file_code: String,
    value_class: String,
    sheets: Option<u32>,
    pages: Option<u32>,
}

#[derive(Serialize)]
struct DocumentRecord {
    name: String,
    ordinal: Option<u32>,
    pages: u32,
    pdfa_sha256: Option<String>,
    signed_sha256: Option<String>,
    signer: Option<String>,
    signed_at: Option<String>,
    path: Option<String>,
}

#[derive(Serialize)]
struct HoldRecord {
    reason: String,
    at: String,
    operator: String,
    released_at: Option<String>,
    released_by: Option<String>,
    release_reason: Option<String>,
}

pub(super) fn run(front: &mut Front, archive: &Archive, code: &str, as_json: bool) -> Result<Exit, Stop> {
    let view = archive.catalog().dossier(code)?;
    let code = view.dossier.description.code.clone();
    let findings = archive.catalog().findings(Some(&code), Openness::All)?;
    if as_json {
        let record = record(front, archive, &view, &findings)?;
        front.output.json(&record);
        return Ok(Exit::Done);
    }
    describe(front, &view);
    let missing = missing(&view.dossier);
    if !missing.is_empty() {
        heading(front, "show-missing");
        for word in missing {
            let line = front.text(&format!("missing-{word}"));
            front.output.data(format!("  {line}"));
        }
    }
    heading(front, "show-next");
    let next = next_step(&front.texts, &view.dossier);
    front.output.data(format!("  {next}"));
    if is_ready(&view.dossier) {
        for (document, page) in decide::sample(archive, &code)? {
            let line = front.texts.say("accept-sample", &[("document", document.into()), ("page", page.into())]);
            front.output.data(format!("  {line}"));
        }
    }
    documents(front, archive, &view.documents);
    let waits = refile::of_dossier(archive, &code)?;
    show_batches::tell(front, &archive.catalog().batches(&code)?, waits.as_deref());
    holds(front, &view);
    let open: Vec<_> = findings.iter().filter(|finding| finding.closed.is_none()).collect();
    if !open.is_empty() {
        heading(front, "show-findings");
        let pages = archive.catalog().pages(&code)?;
        for finding in open {
            tell_finding(front, finding, &place(&front.texts, &view.documents, &pages, finding));
        }
    }
    events(front, archive, &code)?;
    Ok(Exit::Done)
}

fn events(front: &mut Front, archive: &Archive, code: &str) -> Result<(), Stop> {
    heading(front, "show-events");
    let told = history::tell(&front.texts, &archive.catalog().events(Some(code), usize::MAX)?);
    let earlier = told.len().saturating_sub(EVENTS);
    let mut table = Table::default();
    for told in told.into_iter().skip(earlier) {
        table.row([told.moment, told.operator, told.sentence, told.software]);
    }
    front.output.table(&table);
    if earlier > 0 {
        let line = front.texts.say("show-earlier", &[("count", earlier.into()), ("code", code.into())]);
        front.output.note(line);
    }
    Ok(())
}

fn heading(front: &mut Front, id: &str) {
    let text = front.text(id);
    front.output.data("");
    front.output.data(text);
}

fn describe(front: &mut Front, view: &DossierView) {
    let texts = front.texts.clone();
    let row = &view.dossier;
    let about = &row.description;
    let vietnamese = texts.language() == UiLanguage::Vietnamese;
    let listed = |vi: &str, en: &str| if vietnamese { vi.to_owned() } else { en.to_owned() };
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let mut state = show::state(&texts, row);
    if let Some((at, by)) = &row.accepted {
        let args = [("moment", at.short_vietnam().into()), ("operator", by.into())];
        state = format!("{state} ({})", texts.say("show-accepted", &args));
    }
    let fields = [
        ("code", about.code.clone()),
        ("title", about.title.clone()),
        ("state", state),
        ("fonds", about.fonds.clone()),
        ("series", about.series.clone()),
        ("box", about.box_code.clone()),
        ("dates", dates(about)),
        ("retention", about.retention.map(|r| listed(r.vietnamese(), r.english())).unwrap_or_default()),
        ("access", about.access.map(|a| listed(a.vietnamese(), a.english())).unwrap_or_default()),
        ("language", about.language.map(|l| listed(l.vietnamese(), l.english())).unwrap_or_default()),
        ("condition", about.condition.map(|c| listed(c.vietnamese(), c.english())).unwrap_or_default()),
        ("paper-file-code", about.paper_file_code.clone()),
        ("value-class", about.value_class.clone()),
        ("sheets", number(about.sheets)),
        ("pages", show::pages(&texts, row)),
    ];
    let unknown = texts.get("nothing-known");
    let mut table = Table::default();
    for (id, value) in fields {
        let value = if value.is_empty() { unknown.clone() } else { value };
        table.row([texts.get(&format!("field-{id}")), value]);
    }
    front.output.table(&table);
}

fn dates(about: &InventoryRow) -> String {
    let shown: Vec<String> = [about.start, about.end].into_iter().flatten().map(|date| date.to_string()).collect();
    shown.join(" – ")
}

fn documents(front: &mut Front, archive: &Archive, documents: &[DocumentView]) {
    if documents.is_empty() {
        return;
    }
    heading(front, "show-documents");
    let mut table =
        Table::new(["name", "pages", "signer", "source"].map(|id| front.text(&format!("field-{id}")))).right(&[1]);
    for document in documents {
        let record = document_record(archive, document);
        table.row([
            record.name,
            record.pages.to_string(),
            record.signer.unwrap_or_default(),
            record.path.unwrap_or_default(),
        ]);
    }
    front.output.table(&table);
}

fn document_record(archive: &Archive, document: &DocumentView) -> DocumentRecord {
    let signature = document.signed.as_ref().and_then(|signed| signed.signature.as_ref());
    let current = document.signed.as_ref().or(document.pdfa.as_ref());
    let root = archive.layout().root();
    let path = match signature {
        Some(signature) => Some(root.join(&signature.published_path)),
        None => current.map(|rendition| archive.vault().path(&rendition.sha256)),
    };
    DocumentRecord {
        name: document.name.clone(),
        ordinal: document.ordinal,
        pages: document.pages,
        pdfa_sha256: document.pdfa.as_ref().map(|pdfa| pdfa.sha256.to_string()),
        signed_sha256: document.signed.as_ref().map(|signed| signed.sha256.to_string()),
        signer: signature.map(|signature| signature.signer.clone()),
        signed_at: signature.map(|signature| signature.signed_at.iso_vietnam()),
        path: path.map(|path| path.display().to_string()),
    }
}

fn holds(front: &mut Front, view: &DossierView) {
    if view.holds.is_empty() {
        return;
    }
    heading(front, "show-holds");
    for hold in &view.holds {
        let args = [
            ("moment", hold.at.short_vietnam().into()),
            ("operator", (&hold.operator).into()),
            ("reason", reasons::hold(&front.texts, &hold.reason).into()),
        ];
        front.output.data(format!("  {}", front.texts.say("show-hold-line", &args)));
        if let Some((at, by, why)) = &hold.released {
            let args = [("moment", at.short_vietnam().into()), ("operator", by.into()), ("reason", why.into())];
            front.output.data(format!("    {}", front.texts.say("show-hold-released", &args)));
        }
    }
}

fn tell_finding(front: &mut Front, finding: &RecordedFinding, place: &str) {
    let explained = reasons::recorded(&front.texts, finding);
    front.output.data(format!("  {}", one_line(&format!("{place}{}", explained.sentence))));
    if !explained.hint.is_empty() {
        front.output.data(format!("    {}", one_line(&explained.hint)));
    }
}

/// Where a finding is: on which page of which document; empty if it is on the dossier.
fn place(texts: &Texts, documents: &[DocumentView], pages: &[PageView], finding: &RecordedFinding) -> String {
    let Some(page) = pages.iter().find(|page| Some(page.id) == finding.page) else { return String::new() };
    let document = documents.iter().find(|document| document.id == page.document);
    let name = document.map_or("", |document| document.name.as_str());
    format!("{}: ", texts.say("show-page", &[("document", name.into()), ("page", page.number.into())]))
}

/// The states that are missing before an acceptance; none once it is accepted.
fn missing(row: &DossierRow) -> Vec<&'static str> {
    if row.evidence.accepted {
        return Vec::new();
    }
    row.evidence.missing_before_acceptance().into_iter().map(|state| state.word()).collect()
}

fn is_ready(row: &DossierRow) -> bool {
    !row.held && !row.rescan && !row.evidence.accepted && missing(row).is_empty()
}

fn next_step(texts: &Texts, row: &DossierRow) -> String {
    let missing = missing(row);
    // Whatever else is missing of a dossier that nobody listed, the inventory comes first.
    let first = if row.evidence.listed || row.evidence.pages == 0 { missing.first() } else { Some(&"described") };
    let id = match (row.held, row.rescan, first) {
        (true, _, _) => "next-held".to_owned(),
        (_, true, _) => "next-rescan".to_owned(),
        (_, _, Some(word)) => format!("next-{word}"),
        (_, _, None) if row.evidence.accepted => "next-nothing".to_owned(),
        (_, _, None) => "next-accepted".to_owned(),
    };
    texts.get(&id)
}

fn record(front: &Front, archive: &Archive, view: &DossierView, findings: &[RecordedFinding]) -> Result<Record, Stop> {
    let row = &view.dossier;
    let about = &row.description;
    let accepted = row.accepted.as_ref();
    let batches = archive.catalog().batches(&about.code)?;
    let events = archive.catalog().events(Some(&about.code), usize::MAX)?;
    let holds = view.holds.iter().map(|hold| {
        let released = hold.released.as_ref();
        HoldRecord {
            reason: hold.reason.clone(),
            at: hold.at.iso_vietnam(),
            operator: hold.operator.clone(),
            released_at: released.map(|(at, _, _)| at.iso_vietnam()),
            released_by: released.map(|(_, by, _)| by.clone()),
            release_reason: released.map(|(_, _, why)| why.clone()),
        }
    });
    let waits = refile::of_dossier(archive, &about.code)?;
    let refile = waits.as_ref().map(Vec::is_empty);
    Ok(Record {
        code: about.code.clone(),
        description: Description {
            title: about.title.clone(),
            fonds: about.fonds.clone(),
            series: about.series.clone(),
            box_code: about.box_code.clone(),
            start_date: about.start.map(|date| date.to_string()),
            end_date: about.end.map(|date| date.to_string()),
            retention: about.retention.map(|item| item.code()),
            access_level: about.access.map(|item| item.code()),
            language: about.language.map(|item| item.code()),
            condition: about.condition.map(|item| item.code()),
            paper_file_code: about.paper_file_code.clone(),
            value_class: about.value_class.clone(),
            sheets: about.sheets,
            pages: about.pages,
        },
        state: row.state.word(),
        held: row.held,
        rescan: row.rescan,
        listed: row.evidence.listed,
        cleared_by: row.cleared_by.clone(),
        accepted_at: accepted.map(|(at, _)| at.iso_vietnam()),
        accepted_by: accepted.map(|(_, by)| by.clone()),
        pages: row.evidence.pages,
        pages_read: row.evidence.pages_read,
        below_standard_pages: row.below_standard_pages,
        missing: missing(row),
        next_step: next_step(&front.texts, row),
        safe_to_refile: refile,
        refile_waits_for: waits.iter().flatten().map(|wait| wait.word()).collect(),
        batches: batches.iter().map(BatchRecord::of).collect(),
        documents: view.documents.iter().map(|document| document_record(archive, document)).collect(),
        page_list: show_pages::records(archive, &view.documents, &about.code, refile)?,
        findings: findings.iter().map(|finding| findings::record(&front.texts, finding)).collect(),
        holds: holds.collect(),
        events: events.iter().map(EventRecord::from).collect(),
    })
}
