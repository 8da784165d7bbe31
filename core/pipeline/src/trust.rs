//! Trust: the certificates in which an archive lets chains of signatures end.
//!
//! They stand in `sohoa.toml`. One that is for demonstration is trusted in an archive for demonstration alone.

use std::io::Read;
use std::path::Path;

use serde_json::json;
use sohoa_model::Cancel;
use sohoa_sign::{NOT_FOR_RECORDS, TrustAnchors};

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::settings::TrustedRoot;
use crate::signing;

/// Longest file of certificates that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// What became of the certificates of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted {
    /// Names of those that are trusted from now on.
    pub added: Vec<String>,
    /// Names of those that were trusted before.
    pub before: Vec<String>,
    /// Documents whose signature passes now.
    pub documents_passed: u64,
}

/// Whether the name in a certificate says that it is not for records.
pub fn is_for_demonstration(common_name: &str) -> bool {
    common_name.contains(NOT_FOR_RECORDS)
}

/// Makes the archive trust every certificate of a file, and judges anew what was in doubt for want of it.
///
/// # Errors
/// [`PipelineError::NotAdministrator`] unless an administrator does it, [`PipelineError::ForDemonstration`] if one of them
/// is not for records and the archive is; nothing is trusted then.
pub fn add_file(archive: &mut Archive, path: &Path, cancel: &Cancel) -> Result<Trusted, PipelineError> {
    archive.require_administrator()?;
    let unreadable = |source| PipelineError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
    let mut anchors = TrustAnchors::new();
    anchors.add(&bytes)?;
    let is_refused = |name: &str| is_for_demonstration(name) && !archive.facts().demo;
    if anchors.certificates().iter().any(|certificate| is_refused(&certificate.common_name())) {
        return Err(PipelineError::ForDemonstration);
    }
    let mut trusted = Trusted::default();
    for certificate in anchors.certificates() {
        let name = match certificate.common_name() {
            name if name.is_empty() => certificate.serial(),
            name => name,
        };
        match add(archive, &name, certificate.to_pem()?)? {
            true => trusted.added.push(name),
            false => trusted.before.push(name),
        }
    }
    trusted.documents_passed = signing::judge_again(archive, cancel)?;
    Ok(trusted)
}

/// Makes the archive trust a certificate, PEM; says whether it did not before.
pub fn add(archive: &mut Archive, name: &str, pem: String) -> Result<bool, PipelineError> {
    let mut settings = archive.latest_settings()?;
    if settings.trust.iter().any(|root| root.pem.trim() == pem.trim()) {
        return Ok(false);
    }
    settings.trust.push(TrustedRoot { name: name.to_owned(), pem });
    settings.trust_anchors()?;
    archive.replace_settings(settings)?;
    archive.catalog().log("trust", None, &json!({ "name": name }), &archive.act())?;
    archive.write_archive_manifest()?;
    Ok(true)
}
