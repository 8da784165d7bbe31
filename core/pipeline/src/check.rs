//! `check`: re-hashes every object and manifest, compares with the catalog, and says what is missing, changed or extra.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sohoa_catalog::query::DossierFilter;
use sohoa_model::{Cancel, Sha256};
use sohoa_store::lock::ArchiveLock;
use sohoa_store::vault::hash_file;
use sohoa_store::{ArchiveLayout, StoreError, atomic};

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::progress::{Phase, Sink};
use crate::rebuild::{ARCHIVE_MANIFEST, manifest_name};
use crate::{second_vault, signing};

/// What is wrong with one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Stable name: `object-missing`, `object-changed`, `published-missing`, `published-changed`, `manifest-missing`,
    /// `manifest-changed`, `catalog-damaged`, `unreadable`.
    pub code: String,
    /// What it is: a digest, a path.
    pub subject: String,
    /// What it is for, or the system's words.
    pub detail: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Objects re-hashed.
    pub objects: u64,
    /// Bytes re-hashed.
    pub bytes: u64,
    /// Manifests re-hashed.
    pub manifests: u64,
    /// Published files re-hashed.
    pub published: u64,
    /// What is wrong, graver first.
    pub damage: Vec<Damage>,
    /// Objects and files that nothing names: left by a process that died, or put there by somebody.
    pub unnamed: Vec<String>,
    /// What a repair did.
    pub repaired: Vec<String>,
}

/// Looks at everything and changes nothing.
pub fn check(archive: &Archive, cancel: &Cancel, sink: &dyn Sink) -> Result<CheckReport, PipelineError> {
    let mut report = CheckReport::default();
    let references: BTreeMap<Sha256, String> = archive
        .catalog()
        .vault_references()?
        .into_iter()
        .map(|reference| (reference.sha256, format!("{:?} {}", reference.role, reference.dossier)))
        .collect();
    let (objects, strangers) = archive.vault().objects()?;
    let total = (objects.len() + references.len()) as u64;
    let mut damage = |code: &str, subject: String, detail: String| {
        report.damage.push(Damage { code: code.to_owned(), subject, detail });
    };
    for line in archive.catalog().integrity()? {
        damage("catalog-damaged", "catalog.sqlite".to_owned(), line);
    }
    let present: BTreeSet<Sha256> = objects.iter().copied().collect();
    for (i, object) in objects.iter().enumerate() {
        if cancel.is_requested() {
            return Err(PipelineError::Cancelled);
        }
        let role = references.get(object).cloned().unwrap_or_default();
        match archive.vault().verify(object) {
            Ok(bytes) => {
                report.objects += 1;
                report.bytes += bytes;
            }
            Err(StoreError::Torn { found, .. }) => {
                damage("object-changed", object.to_string(), format!("{role} {found}"))
            }
            Err(error) => damage("unreadable", object.to_string(), error.to_string()),
        }
        if role.is_empty() {
            report.unnamed.push(object.to_string());
        }
        sink.step(Phase::Checking, i as u64 + 1, total);
    }
    for (sha256, role) in &references {
        if !present.contains(sha256) {
            damage("object-missing", sha256.to_string(), role.clone());
        }
    }
    for (path, expected, role) in recorded_files(archive)? {
        let file = archive.layout().root().join(&path);
        match hash_file(&file, cancel) {
            Ok(found) if found.sha256 == expected => match role {
                "manifest" => report.manifests += 1,
                _ => report.published += 1,
            },
            Ok(found) => damage(&format!("{role}-changed"), path, found.sha256.to_string()),
            Err(StoreError::Cancelled) => return Err(PipelineError::Cancelled),
            Err(StoreError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                damage(&format!("{role}-missing"), path, String::new());
            }
            Err(error) => damage("unreadable", path, error.to_string()),
        }
    }
    report.unnamed.extend(strangers.iter().chain(&strange_manifests(archive)?).map(|path| path.display().to_string()));
    let detail = serde_json::json!({ "objects": report.objects, "damage": report.damage.len() });
    archive.catalog().log("fixity check", None, &detail, &archive.act())?;
    Ok(report)
}

/// A file outside the vault whose bytes are on record: path below the archive, digest, `manifest` or `published`.
type RecordedFile = (String, Sha256, &'static str);

fn recorded_files(archive: &Archive) -> Result<Vec<RecordedFile>, PipelineError> {
    let mut files = Vec::new();
    let below = |path: &Path| path.strip_prefix(archive.layout().root()).unwrap_or(path).display().to_string();
    if let Some((revision, sha256)) = archive.catalog().recorded_manifest(None)? {
        files.push((below(&archive.layout().archive_manifest(revision)), sha256, "manifest"));
    }
    for dossier in archive.catalog().dossiers(&DossierFilter::default())? {
        if let Some(manifest) = dossier.manifest {
            let path = archive.layout().manifest(&dossier.folder, dossier.manifest_revision);
            files.push((below(&path), manifest, "manifest"));
        }
        if dossier.evidence.pages == 0 {
            continue;
        }
        let view = archive.catalog().dossier(&dossier.description.code)?;
        for signed in view.documents.iter().filter_map(|document| document.signed.as_ref()) {
            if let Some(signature) = &signed.signature {
                files.push((signature.published_path.clone(), signed.sha256, "published"));
            }
        }
    }
    Ok(files)
}

/// Files among the manifests that are no manifest on record and no earlier revision of one; a rebuild would take a
/// later revision for the truth.
fn strange_manifests(archive: &Archive) -> Result<Vec<PathBuf>, PipelineError> {
    let mut newest: BTreeMap<String, u32> = BTreeMap::new();
    let of_archive = archive.catalog().recorded_manifest(None)?.map_or(0, |(revision, _)| revision);
    newest.insert(ARCHIVE_MANIFEST.to_owned(), of_archive);
    for dossier in archive.catalog().dossiers(&DossierFilter::default())? {
        newest.insert(dossier.folder, dossier.manifest_revision);
    }
    let folder = archive.layout().manifests();
    let mut strange = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|e| StoreError::read(&folder, e))? {
        let path = entry.map_err(|e| StoreError::read(&folder, e))?.path();
        let known = manifest_name(&path).is_some_and(|(name, revision)| {
            newest.get(name).is_some_and(|newest| (1..=*newest).contains(&revision)) && path.is_file()
        });
        if !known {
            strange.push(path);
        }
    }
    strange.sort();
    Ok(strange)
}

/// Checks, then mends what can be mended without losing anything: brings objects back from the second vault, publishes
/// again, writes manifests again, and sets objects that nothing names aside in `set-aside/`.
///
/// # Errors
/// [`StoreError::Locked`] if anybody else works on the archive.
pub fn repair(mut archive: Archive, cancel: &Cancel, sink: &dyn Sink) -> Result<CheckReport, PipelineError> {
    let _alone: ArchiveLock = archive.take_alone()?;
    signing::finish_publications(&archive, cancel)?;
    let mut report = check(&archive, cancel, sink)?;
    for damage in &report.damage {
        if !matches!(damage.code.as_str(), "object-missing" | "object-changed") {
            continue;
        }
        if let Ok(object) = damage.subject.parse::<Sha256>()
            && second_vault::restore(&archive, &object, cancel)?
        {
            report.repaired.push(damage.subject.clone());
        }
    }
    for code in archive.catalog().captured_codes()? {
        for document in archive.catalog().dossier(&code)?.documents {
            let detail = archive.catalog().document_detail(document.id)?;
            let Some(signed) = &detail.signed else { continue };
            let Some(path) = signed.signature.as_ref().map(|signature| signature.published_path.clone()) else {
                continue;
            };
            let signed = signed.sha256;
            if report.damage.iter().any(|d| d.subject == path) && archive.vault().verify(&signed).is_ok() {
                archive.publish(&detail, &signed)?;
                report.repaired.push(path);
            }
        }
    }
    let lost_manifest = report.damage.iter().any(|d| d.code.starts_with("manifest-"));
    if lost_manifest {
        for code in archive.catalog().captured_codes()? {
            archive.write_manifest(&code)?;
            report.repaired.push(format!("manifest {code}"));
        }
        archive.write_archive_manifest()?;
    }
    for unnamed in std::mem::take(&mut report.unnamed) {
        let from = match unnamed.parse::<Sha256>() {
            Ok(sha256) => archive.vault().path(&sha256),
            Err(_) => Path::new(&unnamed).to_owned(),
        };
        report.repaired.extend(set_aside(archive.layout(), &from)?);
    }
    let repaired = std::mem::take(&mut report.repaired);
    let mut after = check(&archive, cancel, sink)?;
    after.repaired = repaired;
    Ok(after)
}

/// Moves a file to `set-aside/` of an archive, where people may look at it; says under which name.
pub(crate) fn set_aside(layout: &ArchiveLayout, from: &Path) -> Result<Option<String>, PipelineError> {
    let aside = layout.root().join("set-aside");
    let Some(name) = from.file_name() else { return Ok(None) };
    atomic::make_folder(&aside)?;
    let name = free_name(&aside, &name.to_string_lossy());
    fs::rename(from, aside.join(&name)).map_err(|e| StoreError::write(from, e))?;
    Ok(Some(format!("set-aside/{name}")))
}

/// A name that nothing in a folder has yet: what was set aside before is not written over.
fn free_name(folder: &Path, name: &str) -> String {
    let mut free = name.to_owned();
    let mut n = 2;
    while folder.join(&free).symlink_metadata().is_ok() {
        free = format!("{name}~{n}");
        n += 1;
    }
    free
}
