//! Decisions of people about dossiers: accept, reject, hold, release, clear. Each is an event with who and why.

use std::collections::BTreeMap;

use serde_json::json;
use sohoa_catalog::decision::TwoPersons;
use sohoa_model::Sha256;
use sohoa_model::ids::DocumentId;

use crate::archive::Archive;
use crate::error::PipelineError;

/// A decision about one dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The second person found it good.
    Accept,
    /// The second person sends it back to be scanned again.
    Reject(String),
    /// It must not travel.
    Hold(String),
    /// It may travel again; administrators only.
    Release(String),
    /// A named person clears its access level; administrators only.
    Clear(String),
}

/// A page that a second person should look at before accepting: document name and page number from 1.
pub type SampledPage = (String, u32);

/// Carries a decision out. For an acceptance, returns the pages that were drawn for looking at.
pub fn decide(archive: &Archive, code: &str, decision: &Decision) -> Result<Vec<SampledPage>, PipelineError> {
    let act = archive.act();
    let mut sampled = Vec::new();
    match decision {
        Decision::Accept => {
            sampled = sample(archive, code)?;
            let two_persons = match archive.settings().acceptance.two_person_rule {
                true => TwoPersons::Required,
                false => TwoPersons::Waived,
            };
            archive.catalog().accept(code, &json!(sampled), two_persons, &act)?;
        }
        Decision::Reject(reason) => archive.catalog().reject(code, reason, &act)?,
        Decision::Hold(reason) => archive.catalog().hold(code, reason, &act)?,
        Decision::Release(reason) => {
            archive.require_administrator()?;
            archive.catalog().release(code, reason, &act)?;
        }
        Decision::Clear(reason) => {
            archive.require_administrator()?;
            archive.catalog().clear(code, reason, &act)?;
        }
    }
    archive.write_stale_manifests()?;
    Ok(sampled)
}

/// Lets an administrator look at the pages of a dossier that is held; it stands in the log.
pub fn reveal(archive: &Archive, code: &str) -> Result<(), PipelineError> {
    archive.require_administrator()?;
    archive.catalog().log("access", Some(code), &json!({ "held": true }), &archive.act())?;
    archive.write_stale_manifests()
}

/// Draws the share of pages that the settings ask for, at least one, spread by a hash so that nobody chooses them.
pub fn sample(archive: &Archive, code: &str) -> Result<Vec<SampledPage>, PipelineError> {
    let view = archive.catalog().dossier(code)?;
    let names: BTreeMap<DocumentId, String> = view.documents.into_iter().map(|d| (d.id, d.name)).collect();
    let pages = archive.catalog().pages(code)?;
    let percent = usize::from(archive.settings().acceptance.sample_percent.min(100));
    let wanted = (pages.len() * percent).div_ceil(100).max(1).min(pages.len());
    let mut drawn: Vec<(Sha256, SampledPage)> = pages
        .iter()
        .map(|page| {
            let name = names.get(&page.document).cloned().unwrap_or_default();
            (Sha256::of(format!("{code}\n{name}\n{}", page.number).as_bytes()), (name, page.number))
        })
        .collect();
    drawn.sort();
    let mut sampled: Vec<SampledPage> = drawn.into_iter().take(wanted).map(|(_, page)| page).collect();
    sampled.sort();
    Ok(sampled)
}
