//! `show`: lists dossiers, so that every figure of `progress` opens down to its dossiers; with a code, one dossier.

use std::collections::BTreeSet;

use serde::Serialize;
use sohoa_catalog::Catalog;
use sohoa_catalog::progress::{Figure, Part, Scope};
use sohoa_catalog::query::{DossierFilter, DossierRow};
use sohoa_pipeline::refile;
use sohoa_shell::{Exit, Texts};

use crate::args::ShowArgs;
use crate::commands::{show_dossier, show_pages};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

/// A dossier of the list as JSON.
#[derive(Serialize)]
struct Listed<'a> {
    code: &'a str,
    title: &'a str,
    fonds: &'a str,
    series: &'a str,
    value_class: &'a str,
    state: &'static str,
    held: bool,
    rescan: bool,
    listed: bool,
    below_standard_pages: u32,
    pages: u32,
    expected_pages: Option<u32>,
    documents: u32,
    documents_signed: u32,
    open_findings: u32,
}

pub(super) fn run(front: &mut Front, args: ShowArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    if let Some(code) = args.dossier.as_ref().filter(|_| args.pages && !args.json) {
        let view = archive.catalog().dossier(code)?;
        let refile = refile::of_dossier(&archive, code)?.map(|waits| waits.is_empty());
        let pages = show_pages::records(&archive, &view.documents, code, refile)?;
        show_pages::tell(front, &pages);
        return Ok(Exit::Done);
    }
    if let Some(code) = &args.dossier {
        return show_dossier::run(front, &archive, code, args.json);
    }
    let rows = chosen(archive.catalog(), &args)?;
    if args.json {
        let listed: Vec<_> = rows.iter().map(listed).collect();
        front.output.json(&listed);
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        let line = front.text("show-none");
        front.output.note(line);
        return Ok(Exit::Done);
    }
    let headings = ["code", "state", "pages", "documents", "findings", "title"];
    let mut table = Table::new(headings.map(|id| front.text(&format!("field-{id}")))).right(&[2, 3, 4]);
    let limit = if args.limit == 0 { rows.len() } else { args.limit };
    for row in rows.iter().take(limit) {
        table.row([
            row.description.code.clone(),
            state(&front.texts, row),
            pages(&front.texts, row),
            row.evidence.documents.to_string(),
            row.open_findings.to_string(),
            row.description.title.clone(),
        ]);
    }
    front.output.table(&table);
    let line = match rows.len().saturating_sub(limit) {
        0 => front.texts.say("show-count", &[("count", rows.len().into())]),
        more => front.texts.say("show-more", &[("count", more.into())]),
    };
    front.output.note(line);
    Ok(Exit::Done)
}

/// The dossiers that meet all conditions, by code.
fn chosen(catalog: &Catalog, args: &ShowArgs) -> Result<Vec<DossierRow>, Stop> {
    let yes = |wanted: bool| wanted.then_some(true);
    let filter = DossierFilter {
        state: args.state,
        fonds: args.fonds.clone(),
        series: args.series.clone(),
        value_class: args.value_class.clone(),
        held: yes(args.held),
        rescan: yes(args.rescan),
        listed: args.not_listed.then_some(false),
    };
    let mut rows = catalog.dossiers(&filter)?;
    let part = match (args.met, args.unmet, args.below_standard) {
        (true, _, _) => Some(Part::Done),
        (_, true, _) => Some(Part::NotDone),
        (_, _, true) => Some(Part::BelowStandard),
        _ => None,
    };
    let mut figures = Vec::new();
    if args.target.is_some() || part.is_some() {
        let scope = args.target.clone().map_or(Scope::All, Scope::Target);
        figures.push(Figure { scope, part: part.unwrap_or(Part::Listed) });
    }
    if let Some(week) = &args.week {
        figures.push(Figure { scope: Scope::Week(week.clone()), part: Part::Done });
    }
    for figure in figures {
        let codes: BTreeSet<String> = catalog.figure_dossiers(&figure)?.into_iter().collect();
        rows.retain(|row| codes.contains(&row.description.code));
    }
    Ok(rows)
}

fn listed(row: &DossierRow) -> Listed<'_> {
    Listed {
        code: &row.description.code,
        title: &row.description.title,
        fonds: &row.description.fonds,
        series: &row.description.series,
        value_class: &row.description.value_class,
        state: row.state.word(),
        held: row.held,
        rescan: row.rescan,
        listed: row.evidence.listed,
        below_standard_pages: row.below_standard_pages,
        pages: row.evidence.pages,
        expected_pages: row.evidence.expected_pages,
        documents: row.evidence.documents,
        documents_signed: row.evidence.documents_signed,
        open_findings: row.open_findings,
    }
}

/// The state and the flags beside it, in words.
pub(super) fn state(texts: &Texts, row: &DossierRow) -> String {
    let mut words = vec![texts.get(&format!("state-{}", row.state.word()))];
    let flags = [
        ("flag-held", row.held),
        ("flag-rescan", row.rescan),
        ("flag-below-standard", row.below_standard_pages > 0),
        ("flag-not-listed", !row.evidence.listed),
    ];
    words.extend(flags.into_iter().filter(|(_, set)| *set).map(|(id, _)| texts.get(id)));
    words.join(", ")
}

/// Pages that are there, and pages that are expected if that is known.
pub(super) fn pages(texts: &Texts, row: &DossierRow) -> String {
    match row.evidence.expected_pages {
        Some(expected) => {
            texts.say("pages-of-expected", &[("pages", row.evidence.pages.into()), ("expected", expected.into())])
        }
        None => row.evidence.pages.to_string(),
    }
}
