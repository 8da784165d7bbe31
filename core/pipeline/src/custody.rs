//! Custody of boxes: handed out, given back, and refiled once the paper of every dossier may be.

use sohoa_catalog::CatalogError;
pub use sohoa_catalog::custody::{BoxName, BoxView, Movement, MovementKind};

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::refile::{self, Waits};

/// Why a dossier keeps its box from the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Its paper waits for something.
    Waits(Vec<Waits>),
    /// Nothing of it was scanned.
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

/// The dossiers of a box that keep it from the shelf, by code.
pub fn blocked(archive: &Archive, view: &BoxView) -> Result<Vec<(String, Blocked)>, PipelineError> {
    let mut blocked = Vec::new();
    for dossier in &view.dossiers {
        let code = &dossier.description.code;
        match refile::of_dossier(archive, code)? {
            Some(waits) if !waits.is_empty() => blocked.push((code.clone(), Blocked::Waits(waits))),
            None if dossier.evidence.pages == 0 => blocked.push((code.clone(), Blocked::NotScanned)),
            _ => {}
        }
    }
    Ok(blocked)
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
    let not_safe = blocked(archive, view)?.into_iter();
    let grave: Vec<String> = not_safe
        .filter(|(_, why)| reason.is_none() || matches!(why, Blocked::Waits(_)))
        .map(|(code, _)| code)
        .collect();
    if !grave.is_empty() {
        return Err(PipelineError::BoxNotSafe { code: view.name.code.clone(), dossiers: grave });
    }
    let operator = archive.act().operator;
    pass(archive, view, MovementKind::Refiled, &operator, reason.unwrap_or_default())
}
