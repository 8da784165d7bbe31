//! Custody of boxes: handed out, given back, and refiled once the paper of every dossier may be.

use sohoa_catalog::CatalogError;
pub use sohoa_catalog::custody::{BoxName, BoxView, Movement, MovementKind};

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::refile::{self, Waits};

/// How the paper of a dossier stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    /// It was scanned here and may be refiled, or its pages came as files and no paper of it moved.
    Free {
        /// Whether it was scanned here.
        scanned: bool,
    },
    /// It waits for something.
    Waits(Vec<Waits>),
    /// There is no page of it.
    NotScanned,
}

/// The box with this code.
///
/// # Errors
/// [`PipelineError::NoSuchBox`] if there is none, or several fonds have one and none was said.
pub fn find(archive: &Archive, code: &str, fonds: Option<&str>) -> Result<BoxView, PipelineError> {
    let all = archive.catalog().boxes_named(code)?;
    let fitting: Vec<_> = all.iter().filter(|name| fonds.is_none_or(|fonds| name.fonds == fonds)).collect();
    match fitting.as_slice() {
        [name] => Ok(archive.catalog().box_view(name)?),
        several => {
            let fonds = several.iter().map(|name| name.fonds.clone()).collect();
            Err(PipelineError::NoSuchBox { code: code.to_owned(), fonds })
        }
    }
}

/// How the paper of each dossier of a box stands, in the order of its dossiers.
pub fn papers(archive: &Archive, view: &BoxView) -> Result<Vec<Paper>, PipelineError> {
    let mut papers = Vec::with_capacity(view.dossiers.len());
    for dossier in &view.dossiers {
        papers.push(match refile::of_dossier(archive, &dossier.description.code)? {
            Some(waits) if !waits.is_empty() => Paper::Waits(waits),
            None if dossier.evidence.pages == 0 => Paper::NotScanned,
            scanned => Paper::Free { scanned: scanned.is_some() },
        });
    }
    Ok(papers)
}

/// Writes down that a box was handed out or given back.
pub fn pass(
    archive: &Archive,
    view: &BoxView,
    kind: MovementKind,
    person: &str,
    note: &str,
) -> Result<(), PipelineError> {
    let moved = archive.catalog().move_box(&view.name, kind, person, note, &archive.act());
    moved.map_err(|error| match error {
        CatalogError::BoxElsewhere { code, last } => PipelineError::BoxElsewhere { code, last },
        other => other.into(),
    })?;
    archive.write_archive_manifest()?;
    Ok(())
}

/// Writes down that a box went back onto its shelf.
///
/// # Errors
/// [`PipelineError::BoxNotSafe`] if the paper of a dossier has to stay; dossiers of which nothing was scanned need a reason.
pub fn refile(archive: &Archive, view: &BoxView, reason: Option<&str>) -> Result<(), PipelineError> {
    let keeps = |paper: &Paper| match paper {
        Paper::Free { .. } => false,
        Paper::Waits(_) => true,
        Paper::NotScanned => reason.is_none(),
    };
    let papers = papers(archive, view)?;
    let kept = view.dossiers.iter().zip(&papers).filter(|(_, paper)| keeps(paper));
    let grave: Vec<String> = kept.map(|(dossier, _)| dossier.description.code.clone()).collect();
    if !grave.is_empty() {
        return Err(PipelineError::BoxNotSafe { code: view.name.code.clone(), dossiers: grave });
    }
    let operator = archive.act().operator;
    pass(archive, view, MovementKind::Refiled, &operator, reason.unwrap_or_default())
}
