//! What people do to the pages of a dossier: turn, take out, bring back, move, split, part a document.

use std::collections::BTreeSet;

use sohoa_catalog::CatalogError;
pub use sohoa_catalog::page_edit::{Gone, GonePage, Seat};
use sohoa_catalog::page_split::Halving;
use sohoa_catalog::query::PageView;
use sohoa_catalog::text_record;
use sohoa_imaging::gutter;
use sohoa_model::Cancel;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::{DocumentId, PageId};
use sohoa_model::page_text::PageText;
use sohoa_model::part::{Cut, Run, Share};

use crate::archive::Archive;
use crate::assemble::LONGEST_TEXT;
use crate::error::PipelineError;
use crate::pictures;
use crate::worker::Worker;

/// Pages by the numbers that people see: `7`, `3-5`, and `2.7` or `2.3-5` in the document with ordinal 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRange {
    document: Option<u32>,
    first: u32,
    last: u32,
}

impl PageRange {
    /// One page or some in a row; `None` if the text says neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (document, range) = match text.split_once('.') {
            Some((document, range)) => (Some(document.parse().ok()?), range),
            None => (None, text),
        };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        (first >= 1 && first <= last).then_some(Self { document, first, last })
    }
}

/// Where pages are split; what is not said is found on each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Split {
    /// Which way the cut runs; else through the longer side.
    pub run: Option<Run>,
    /// Where; else in the gutter, or in the middle where none is seen.
    pub at: Option<Share>,
    /// How the page stood before the person who chose that; else as it stands now.
    pub stands: Option<Rotation>,
}

/// What is done to pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// They are turned clockwise from how they stand.
    Turn(Rotation),
    /// They do not count any more.
    Remove,
    /// They count again.
    Restore,
    /// They are moved, in the order in which they are given.
    Move(Seat),
    /// Each becomes two.
    Split(Split),
    /// A document begins with each.
    Part,
    /// They are good with all that was found on them.
    Pass,
    /// They are sent back to be scanned again.
    Reject,
}

/// The pages that ranges name, in the order in which they are named.
///
/// # Errors
/// [`PipelineError::NoSuchPage`] if one is not there, or if several documents have it and none was said.
pub fn select(archive: &Archive, dossier: &str, ranges: &[PageRange]) -> Result<Vec<PageId>, PipelineError> {
    let view = archive.catalog().dossier(dossier)?;
    let pages = archive.catalog().pages(dossier)?;
    let filled: Vec<DocumentId> = view.documents.iter().filter(|d| d.pages > 0).map(|d| d.id).collect();
    let mut selected = Vec::new();
    for range in ranges {
        let document = match range.document {
            Some(ordinal) => view.documents.iter().find(|d| d.ordinal == Some(ordinal)).map(|d| d.id),
            None => filled.first().copied().filter(|_| filled.len() == 1),
        };
        for number in range.first..=range.last {
            let is_meant = |page: &&PageView| Some(page.document) == document && page.number == number;
            let Some(page) = pages.iter().find(is_meant) else {
                let several = range.document.is_none() && filled.len() > 1;
                return Err(PipelineError::NoSuchPage { dossier: dossier.to_owned(), number, several });
            };
            selected.push(page.id);
        }
    }
    Ok(selected)
}

/// Does it, with the reason in the log. Gives the numbers of the findings that a verdict closed or made.
pub fn edit(
    archive: &Archive,
    dossier: &str,
    pages: &[PageId],
    edit: &Edit,
    reason: &str,
) -> Result<Vec<i64>, PipelineError> {
    let (catalog, act) = (archive.catalog(), archive.act());
    if catalog.is_held(dossier)? {
        return Err(PipelineError::Held(dossier.to_owned()));
    }
    if matches!(edit, Edit::Remove | Edit::Restore | Edit::Pass | Edit::Reject) && reason.trim().is_empty() {
        return Err(PipelineError::NoReason);
    }
    let none = |()| Vec::new();
    let done = match edit {
        Edit::Turn(by) => catalog.turn_pages(dossier, pages, *by, reason, &act).map(none),
        Edit::Remove => catalog.remove_pages(dossier, pages, reason, &act).map(none),
        Edit::Restore => catalog.restore_pages(dossier, pages, reason, &act).map(none),
        Edit::Move(seat) => catalog.move_pages(dossier, pages, *seat, reason, &act).map(none),
        Edit::Split(split) => {
            let halvings = halvings(archive, dossier, pages, split)?;
            catalog.split_pages(dossier, &halvings, reason, &act).map(|_| Vec::new())
        }
        Edit::Pass => catalog.pass_pages(dossier, pages, reason, &act),
        Edit::Reject => catalog.reject_pages(dossier, pages, reason, &act),
        // From the last, so that each is still where it was named.
        Edit::Part => {
            let part = |&page| catalog.part_document(dossier, page, reason, &act);
            pages.iter().rev().try_for_each(part).map(none)
        }
    };
    let findings = match done {
        Err(CatalogError::FirstOfDocument(_)) => Err(PipelineError::BeginsAlready),
        Err(CatalogError::Signed(_)) => Err(PipelineError::SignedBehind),
        other => Ok(other?),
    }?;
    archive.withdraw_emptied(dossier)?;
    archive.write_stale_manifests()?;
    Ok(findings)
}

/// The pages of a selection, only the first of each frame: a sheet that shows two pages goes through the scanner once.
pub fn one_of_each_frame(archive: &Archive, dossier: &str, chosen: Vec<PageId>) -> Result<Vec<PageId>, PipelineError> {
    let pages = archive.catalog().pages(dossier)?;
    let frame = |id: &PageId| pages.iter().find(|page| page.id == *id).map(|page| (page.master, page.facts.index));
    let mut seen = BTreeSet::new();
    Ok(chosen.into_iter().filter(|id| frame(id).is_none_or(|frame| seen.insert(frame))).collect())
}

/// Where a page would be split if nobody says where: in its gutter, or in the middle.
pub fn proposed_cut(archive: &Archive, page: &PageView, run: Run, worker: &mut Worker) -> Result<Cut, PipelineError> {
    let picture = pictures::small(archive, page, worker, &Cancel::new())?;
    Ok(Cut { run, at: gutter::find(&picture, run) })
}

/// What the halves of each page show.
fn halvings(archive: &Archive, dossier: &str, chosen: &[PageId], split: &Split) -> Result<Vec<Halving>, PipelineError> {
    let pages = archive.catalog().pages(dossier)?;
    let mut worker = Worker::new(archive.session().worker.clone());
    let mut halvings = Vec::new();
    for &id in chosen {
        let page = pages.iter().find(|page| page.id == id);
        let mut page = page.cloned().ok_or_else(|| CatalogError::Unknown { noun: "page", id: id.to_string() })?;
        if page.facts.is_sealed {
            return Err(PipelineError::SealKept);
        }
        page.stands = split.stands.unwrap_or(page.stands);
        let (width, height) = page.size();
        let run = split.run.unwrap_or_else(|| Run::through_the_longer(width, height));
        let cut = match split.at {
            Some(at) => Cut { run, at },
            None => proposed_cut(archive, &page, run, &mut worker)?,
        };
        let halves = page.shown().halves(page.stands, cut).ok_or(PipelineError::TooNarrow { page: page.number })?;
        halvings.push(Halving { page: id, halves, stands: page.stands });
    }
    Ok(halvings)
}

/// The recognised text of a page, in pixels of the page as it stands; `None` if it was not read.
pub fn text(archive: &Archive, page: PageId) -> Result<Option<PageText>, PipelineError> {
    let Some(reading) = archive.catalog().reading(page)? else { return Ok(None) };
    let bytes = archive.vault().read(&reading.text, LONGEST_TEXT)?;
    let text = text_record::from_bytes(&bytes).map_err(|error| PipelineError::record(reading.text, error))?;
    Ok(Some(text))
}

/// Takes back a verdict on pages: findings that it closed are open again, those that it made are closed.
pub fn take_back(archive: &Archive, dossier: &str, verdict: &Edit, findings: &[i64]) -> Result<(), PipelineError> {
    let (catalog, act) = (archive.catalog(), archive.act());
    match verdict {
        Edit::Pass => catalog.reopen_findings(dossier, findings, &act)?,
        _ => findings.iter().try_for_each(|&number| catalog.close_finding(number, "taken back", &act))?,
    }
    archive.write_stale_manifests()
}

#[cfg(test)]
mod tests {
    use super::PageRange;

    #[test]
    fn ranges_say_pages_and_documents() {
        let range = |document, first, last| Some(PageRange { document, first, last });
        assert_eq!(PageRange::parse("7"), range(None, 7, 7));
        assert_eq!(PageRange::parse("3-5"), range(None, 3, 5));
        assert_eq!(PageRange::parse("2.7"), range(Some(2), 7, 7));
        assert_eq!(PageRange::parse("12.3-5"), range(Some(12), 3, 5));
        for wrong in ["", "0", "5-3", "a", "1.", ".1", "1.2.3", "-1", "1-"] {
            assert_eq!(PageRange::parse(wrong), None, "{wrong}");
        }
    }
}
