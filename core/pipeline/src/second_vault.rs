//! The second vault: a copy of everything that can't be made again, on a medium beside the archive.
//!
//! It has the layout of an archive without a catalog, so that `check --rebuild` makes an archive of it when the first one
//! is lost. A copy counts once it was read back and hashed. A folder is taken for the second vault only if it says for
//! which archive: an empty mount point is none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sohoa_catalog::query::VaultRole;
use sohoa_model::{Cancel, Sha256};
use sohoa_store::vault::hash_file;
use sohoa_store::{ArchiveLayout, StoreError, Vault, atomic};

use crate::archive::Archive;
use crate::check::set_aside;
use crate::error::PipelineError;
use crate::progress::{Phase, Sink};
use crate::settings::SecondVaultSection;

/// The file that says which archive a second vault belongs to.
const MARKER: &str = ".sohoa-second-vault";
/// Copies that are written down together.
const AT_ONCE: usize = 64;

/// What a copy did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// Objects that were copied and verified, or were there and verified.
    pub objects: u64,
    /// Manifests and settings that were copied.
    pub manifests: u64,
    /// Objects whose copies were found missing or damaged, and that were copied again.
    pub mended: u64,
}

/// Lets a folder be the second vault; it is made if need be.
///
/// # Errors
/// [`PipelineError::Nested`] if it lies in the archive or the archive in it, [`PipelineError::SecondVaultOfAnother`] if it
/// belongs to another archive.
pub fn set(archive: &mut Archive, folder: &Path) -> Result<(), PipelineError> {
    let nested = |folder: &Path, root: &Path| {
        let nested = || PipelineError::Nested { folder: folder.to_owned(), archive: root.to_owned() };
        if folder.starts_with(root) || root.starts_with(folder) { Err(nested()) } else { Ok(()) }
    };
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| StoreError::read(path, error));
    nested(&absolute(folder)?, &absolute(archive.layout().root())?)?;
    atomic::make_folder(folder)?;
    // Once more without links.
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| StoreError::read(path, error));
    let (folder, root) = (real(folder)?, real(archive.layout().root())?);
    nested(&folder, &root)?;
    let id = archive.facts().id.to_string();
    match fs::read_to_string(folder.join(MARKER)) {
        Ok(marked) if marked.trim() == id => {}
        Ok(_) => return Err(PipelineError::SecondVaultOfAnother(folder)),
        Err(_) => atomic::write(&folder.join(MARKER), format!("{id}\n").as_bytes())?,
    }
    let mut settings = archive.latest_settings()?;
    settings.second_vault = Some(SecondVaultSection { folder });
    archive.replace_settings(settings)?;
    // What was copied to another folder is not in this one.
    archive.catalog().forget_copies(None)?;
    Ok(())
}

/// Lets there be no second vault any more; what lies in it stays.
pub fn unset(archive: &mut Archive) -> Result<(), PipelineError> {
    let mut settings = archive.latest_settings()?;
    settings.second_vault = None;
    archive.replace_settings(settings)?;
    Ok(archive.catalog().forget_copies(None)?)
}

/// Where the second vault is to be; `None` if none is kept.
pub fn folder(archive: &Archive) -> Option<PathBuf> {
    archive.settings().second_vault.as_ref().map(|section| section.folder.clone())
}

/// The second vault, if one is kept.
///
/// # Errors
/// [`PipelineError::SecondVaultAway`] if it can't be reached, or another archive's lies there.
fn layout(archive: &Archive) -> Result<Option<ArchiveLayout>, PipelineError> {
    let Some(folder) = folder(archive) else { return Ok(None) };
    let id = archive.facts().id.to_string();
    match fs::read_to_string(folder.join(MARKER)) {
        Ok(marked) if marked.trim() == id => Ok(Some(ArchiveLayout::new(folder))),
        Ok(_) => Err(PipelineError::SecondVaultOfAnother(folder)),
        Err(_) => Err(PipelineError::SecondVaultAway(folder)),
    }
}

/// Copies the masters of a dossier (or of all) that have no verified copy yet; says how many were copied.
pub fn copy_masters(
    archive: &Archive,
    dossier: Option<&str>,
    cancel: &Cancel,
    sink: &dyn Sink,
) -> Result<u64, PipelineError> {
    let Some(layout) = layout(archive)? else { return Ok(0) };
    let second = Vault::new(layout);
    let masters = archive.catalog().masters_not_copied(dossier)?;
    let mut copied = 0;
    for some in masters.chunks(AT_ONCE) {
        for master in some {
            copy(archive, &second, master, cancel)?;
        }
        archive.catalog().set_copied(some, archive.act().at)?;
        copied += some.len() as u64;
        sink.step(Phase::Copying, copied, masters.len() as u64);
        sink.rest();
    }
    if copied > 0 {
        let detail = json!({ "masters": copied, "folder": folder(archive) });
        archive.catalog().log("replication", None, &detail, &archive.act())?;
    }
    Ok(copied)
}

/// Copies everything that is missing or damaged, after every copy that is there was hashed again.
pub fn copy_all(archive: &Archive, cancel: &Cancel, sink: &dyn Sink) -> Result<Copied, PipelineError> {
    let Some(layout) = layout(archive)? else { return Err(PipelineError::NoSecondVault) };
    let second = Vault::new(layout.clone());
    second.sweep()?;
    let references = archive.catalog().vault_references()?;
    let objects: BTreeSet<Sha256> = references.iter().map(|reference| reference.sha256).collect();
    let without: BTreeSet<Sha256> = archive.catalog().masters_not_copied(None)?.into_iter().collect();
    let masters = references.iter().filter(|reference| reference.role == VaultRole::Master);
    let copied: BTreeSet<Sha256> = masters.map(|master| master.sha256).filter(|hash| !without.contains(hash)).collect();
    let mut report = Copied::default();
    let mut verified = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        let bad = match second.verify(object) {
            Ok(_) => false,
            Err(StoreError::Missing(_)) => copied.contains(object),
            Err(StoreError::Torn { path, .. }) => {
                set_aside(&layout, &path)?;
                true
            }
            Err(error) => return Err(error.into()),
        };
        if bad {
            archive.catalog().forget_copies(Some(&BTreeSet::from([*object])))?;
        }
        copy(archive, &second, object, cancel)?;
        report.objects += 1;
        report.mended += u64::from(bad);
        verified.push(*object);
        if verified.len() == AT_ONCE {
            archive.catalog().set_copied(&std::mem::take(&mut verified), archive.act().at)?;
        }
        sink.step(Phase::Copying, at as u64 + 1, objects.len() as u64);
        sink.rest();
    }
    archive.catalog().set_copied(&verified, archive.act().at)?;
    report.manifests = copy_records(archive, &layout, cancel)?;
    let detail = json!({ "masters": report.objects, "mended": report.mended, "folder": folder(archive) });
    archive.catalog().log("replication", None, &detail, &archive.act())?;
    Ok(report)
}

/// Brings an object of the archive that is missing or damaged back from its copy; says whether there was a good one.
pub(crate) fn restore(archive: &Archive, object: &Sha256, cancel: &Cancel) -> Result<bool, PipelineError> {
    let Ok(Some(layout)) = layout(archive) else { return Ok(false) };
    let second = Vault::new(layout);
    if second.verify(object).is_err() {
        return Ok(false);
    }
    let damaged = archive.vault().path(object);
    if damaged.exists() {
        set_aside(archive.layout(), &damaged)?;
    }
    Ok(archive.vault().put_file_unchanged(&second.path(object), object, cancel)?.is_some())
}

fn copy(archive: &Archive, second: &Vault, object: &Sha256, cancel: &Cancel) -> Result<(), PipelineError> {
    let source = archive.vault().path(object);
    match second.put_file_unchanged(&source, object, cancel)? {
        Some(_) => Ok(()),
        // The first one is damaged, so no copy of it is made.
        None => {
            let found = hash_file(&source, cancel)?.sha256;
            Err(StoreError::Torn { path: source, expected: *object, found }.into())
        }
    }
}

/// The newest manifests, and the settings: with the objects they are the archive.
fn copy_records(archive: &Archive, second: &ArchiveLayout, cancel: &Cancel) -> Result<u64, PipelineError> {
    let folder = archive.layout().manifests();
    atomic::make_folder(&second.manifests())?;
    let mut copied = 0;
    for entry in fs::read_dir(&folder).map_err(|error| StoreError::read(&folder, error))? {
        let entry = entry.map_err(|error| StoreError::read(&folder, error))?;
        let target = second.manifests().join(entry.file_name());
        let is_manifest = crate::rebuild::manifest_name(&entry.path()).is_some();
        if !is_manifest || target.exists() {
            continue;
        }
        if cancel.is_requested() {
            return Err(PipelineError::Cancelled);
        }
        let bytes = fs::read(entry.path()).map_err(|error| StoreError::read(entry.path(), error))?;
        atomic::write(&target, &bytes)?;
        copied += 1;
    }
    let settings = archive.layout().settings();
    let bytes = fs::read(&settings).map_err(|error| StoreError::read(&settings, error))?;
    atomic::write(&second.settings(), &bytes)?;
    Ok(copied)
}
