//! `check`: re-hashes every object and manifest, compares with the catalog, and says what is missing, changed or extra.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sohoa_model::{Cancel, Sha256};
use sohoa_store::lock::ArchiveLock;
use sohoa_store::vault::hash_file;
use sohoa_store::{StoreError, atomic};

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::progress::{Phase, Sink};
use crate::signing;

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
    report.unnamed.extend(strangers.iter().map(|path| path.display().to_string()));
    let detail = serde_json::json!({ "objects": report.objects, "damage": report.damage.len() });
    archive.catalog().log("fixity check", None, &detail, &archive.act())?;
    Ok(report)
}

/// Files outside the vault whose bytes are on record: path below the archive, digest, `manifest` or `published`.
fn recorded_files(archive: &Archive) -> Result<Vec<(String, Sha256, &'static str)>, PipelineError> {
    let mut files = Vec::new();
    let below = |path: &Path| path.strip_prefix(archive.layout().root()).unwrap_or(path).display().to_string();
    for code in archive.catalog().captured_codes()? {
        let view = archive.catalog().dossier(&code)?;
        if let Some(manifest) = view.dossier.manifest {
            let path = archive.layout().manifest(&view.dossier.folder, view.dossier.manifest_revision);
            files.push((below(&path), manifest, "manifest"));
        }
        for signed in view.documents.iter().filter_map(|document| document.signed.as_ref()) {
            if let Some(signature) = &signed.signature {
                files.push((signature.published_path.clone(), signed.sha256, "published"));
            }
        }
    }
    Ok(files)
}

/// Checks, then mends what can be mended without losing anything: publishes again, writes manifests again, and sets
/// objects that nothing names aside in `set-aside/`.
///
/// # Errors
/// [`StoreError::Locked`] if anybody else works on the archive.
pub fn repair(mut archive: Archive, cancel: &Cancel, sink: &dyn Sink) -> Result<CheckReport, PipelineError> {
    let _alone: ArchiveLock = archive.take_alone()?;
    signing::finish_publications(&archive)?;
    let mut report = check(&archive, cancel, sink)?;
    for code in archive.catalog().captured_codes()? {
        for document in archive.catalog().dossier(&code)?.documents {
            let detail = archive.catalog().document_detail(document.id)?;
            let Some(signed) = detail.signed.as_ref().map(|s| s.sha256) else { continue };
            let path = archive.published_path(&detail);
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
    let aside = archive.layout().root().join("set-aside");
    for unnamed in std::mem::take(&mut report.unnamed) {
        let from = match unnamed.parse::<Sha256>() {
            Ok(sha256) => archive.vault().path(&sha256),
            Err(_) => Path::new(&unnamed).to_owned(),
        };
        let Some(name) = from.file_name() else { continue };
        atomic::make_folder(&aside)?;
        fs::rename(&from, aside.join(name)).map_err(|e| StoreError::write(&from, e))?;
        report.repaired.push(format!("set-aside/{}", name.to_string_lossy()));
    }
    let repaired = std::mem::take(&mut report.repaired);
    let mut after = check(&archive, cancel, sink)?;
    after.repaired = repaired;
    Ok(after)
}
