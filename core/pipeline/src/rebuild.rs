//! `check --rebuild`: makes the catalog again from the folder alone: manifests, texts and the vault.
//!
//! The old catalog, if there is one, is kept beside the new one under another name; nothing else is changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sohoa_catalog::{Catalog, CatalogError, text_record};
use sohoa_model::Sha256;
use sohoa_store::lock::ArchiveLock;
use sohoa_store::{ArchiveLayout, StoreError, Vault, atomic};

use crate::archive::{Archive, Session};
use crate::error::PipelineError;

/// A manifest is at most so long: a register of some ten thousand pages fits in it.
const LONGEST_MANIFEST: u64 = 1 << 30;
/// The text of one page in the vault is at most so long.
const LONGEST_TEXT: u64 = 64 << 20;

/// What stands for a dossier's name in the file name of the archive's own manifest.
pub(crate) const ARCHIVE_MANIFEST: &str = ".archive";

/// What was made again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Dossiers taken from their manifests.
    pub dossiers: u64,
    /// Texts that manifests name and the vault lacks; their pages are not found by a search.
    pub missing_texts: Vec<Sha256>,
    /// Where the old catalog is kept.
    pub old_catalog: Option<PathBuf>,
}

/// Whether a folder has what a catalog is made again from.
pub fn is_possible(root: &Path) -> bool {
    let layout = ArchiveLayout::new(root);
    layout.settings().is_file() && layout.manifests().is_dir()
}

/// Makes the catalog again.
pub fn rebuild(root: &Path, session: &Session) -> Result<(Archive, RebuildReport), PipelineError> {
    let layout = ArchiveLayout::new(root);
    if !is_possible(root) {
        return Err(PipelineError::NotAnArchive(root.to_owned()));
    }
    let alone = ArchiveLock::exclusive(&layout.lock())?;
    let vault = Vault::new(layout.clone());
    let mut newest = newest_manifests(&layout)?;
    let Some((_, archive_manifest)) = newest.remove(ARCHIVE_MANIFEST) else {
        return Err(PipelineError::NotAnArchive(root.to_owned()));
    };
    let fresh = root.join(".new-catalog.sqlite");
    remove_catalog(&fresh)?;
    let mut report = RebuildReport::default();
    {
        let catalog = Catalog::create_empty(&fresh, session.randomness.clone())?;
        let act = session.act();
        let in_file = |path: &Path, error: CatalogError| PipelineError::record(path.display(), error);
        let bytes = read(&archive_manifest)?;
        catalog.restore_archive(&bytes, &act).map_err(|e| in_file(&archive_manifest, e))?;
        for (_, path) in newest.values() {
            let mut text_of = |sha256: &Sha256| {
                let bytes = vault.read(sha256, LONGEST_TEXT).ok()?;
                text_record::from_bytes(&bytes).ok().map(|text| text.plain())
            };
            let restored = catalog.restore_dossier(&read(path)?, &mut text_of, &act).map_err(|e| in_file(path, e))?;
            report.dossiers += 1;
            report.missing_texts.extend(restored.missing_texts);
        }
        catalog.log("catalog rebuild", None, &serde_json::json!({ "dossiers": report.dossiers }), &act)?;
        catalog.checkpoint()?;
    }
    // A log without its catalog, left by a rebuild that died or by a hand that removed the file, is moved too: it would
    // be played into the new one.
    let old = root.join(format!("catalog.before-{}.sqlite", session.clock.now().0));
    for suffix in ["", "-wal", "-shm"] {
        let from = with_suffix(&layout.catalog(), suffix);
        if from.exists() {
            fs::rename(&from, with_suffix(&old, suffix)).map_err(|e| StoreError::write(&from, e))?;
        }
    }
    report.old_catalog = old.exists().then_some(old);
    fs::rename(&fresh, layout.catalog()).map_err(|e| StoreError::write(&fresh, e))?;
    atomic::sync_folder(root)?;
    drop(alone);
    Ok((Archive::open(root, session)?, report))
}

/// The newest manifest of each dossier, by the safe form of its code, and of the archive (`.archive`).
fn newest_manifests(layout: &ArchiveLayout) -> Result<BTreeMap<String, (u32, PathBuf)>, PipelineError> {
    let folder = layout.manifests();
    let mut newest: BTreeMap<String, (u32, PathBuf)> = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(|e| StoreError::read(&folder, e))? {
        let path = entry.map_err(|e| StoreError::read(&folder, e))?.path();
        let Some((name, revision)) = manifest_name(&path) else { continue };
        let known = newest.get(name).map_or(0, |(known, _)| *known);
        if revision > known {
            newest.insert(name.to_owned(), (revision, path.clone()));
        }
    }
    Ok(newest)
}

/// What a manifest's file name says: the safe form of the dossier's code or [`ARCHIVE_MANIFEST`], and the revision.
pub(crate) fn manifest_name(path: &Path) -> Option<(&str, u32)> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".json")?;
    let (name, revision) = stem.rsplit_once('.')?;
    Some((name, revision.parse().ok()?))
}

fn read(path: &Path) -> Result<Vec<u8>, PipelineError> {
    let length = fs::metadata(path).map_err(|e| StoreError::read(path, e))?.len();
    if length > LONGEST_MANIFEST {
        return Err(PipelineError::record(path.display(), "longer than a manifest may be"));
    }
    Ok(fs::read(path).map_err(|e| StoreError::read(path, e))?)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove_catalog(path: &Path) -> Result<(), PipelineError> {
    for path in [path.to_owned(), with_suffix(path, "-wal"), with_suffix(path, "-shm")] {
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::write(path, e).into()),
            _ => {}
        }
    }
    Ok(())
}
