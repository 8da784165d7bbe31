//! Publishing: signed renditions under names that people read, `pdf/<fonds>/<dossier>/<name>.pdf`; rebuildable.

use std::fs;
use std::path::{Component, Path, PathBuf};

use sohoa_catalog::rendition::DocumentDetail;
use sohoa_model::Sha256;
use sohoa_model::ids::DocumentId;
use sohoa_store::StoreError;
use sohoa_store::atomic::{self, AtomicFile, TEMPORARY_PREFIX};
use sohoa_store::lock;

use crate::archive::Archive;
use crate::error::PipelineError;

impl Archive {
    /// Where the signed PDF of a document is published, below the archive's folder, `/` between parts.
    pub fn published_path(&self, detail: &DocumentDetail) -> String {
        let path = self.published_file(detail);
        let below = path.strip_prefix(self.layout().root()).unwrap_or(&path);
        below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// The published file of the current signed rendition, where it was recorded to be: a dossier that moved to another
    /// fonds since then has its file in the folder of the earlier one.
    pub(crate) fn recorded_file(&self, detail: &DocumentDetail) -> PathBuf {
        let recorded = detail.signed.as_ref().and_then(|signed| signed.signature.as_ref());
        let recorded = recorded.map(|signature| Path::new(&signature.published_path));
        match recorded.filter(|path| lies_among_published(path)) {
            Some(path) => self.layout().root().join(path),
            None => self.published_file(detail),
        }
    }

    /// Removes the files of earlier signed renditions of a document that lie under another name than today's.
    pub(crate) fn withdraw_earlier(&self, detail: &DocumentDetail) -> Result<(), PipelineError> {
        self.withdraw(detail.document, Some(&self.recorded_file(detail)))
    }

    /// Removes the published files of documents whose pages all went elsewhere.
    pub(crate) fn withdraw_emptied(&self, code: &str) -> Result<(), PipelineError> {
        let emptied = self.catalog().emptied_documents(code)?;
        emptied.into_iter().try_for_each(|document| self.withdraw(document, None))
    }

    fn withdraw(&self, document: DocumentId, current: Option<&Path>) -> Result<(), PipelineError> {
        for earlier in self.catalog().earlier_published_paths(document)? {
            let path = self.layout().root().join(&earlier);
            if Some(path.as_path()) == current || !lies_among_published(Path::new(&earlier)) {
                continue;
            }
            match fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::write(path, e).into()),
                _ => {}
            }
        }
        Ok(())
    }

    fn published_file(&self, detail: &DocumentDetail) -> PathBuf {
        self.pdf_folder(&detail.description.fonds, &detail.folder).join(format!("{}.pdf", detail.name))
    }

    /// Gives a signed rendition its readable name: a hard link where the medium can, else a copy.
    pub fn publish(&self, detail: &DocumentDetail, sha256: &Sha256) -> Result<(), PipelineError> {
        let target = self.recorded_file(detail);
        let source = self.vault().path(sha256);
        let folder = target.parent().unwrap_or(self.layout().root()).to_owned();
        atomic::make_folder(&folder)?;
        atomic::sweep(&folder)?;
        let link = folder.join(format!("{TEMPORARY_PREFIX}{}-link", lock::this_process()));
        let _ = fs::remove_file(&link);
        if fs::hard_link(&source, &link).is_ok() {
            fs::rename(&link, &target).map_err(|e| StoreError::write(&target, e))?;
            // A rename between two links of one file does nothing and leaves both.
            let _ = fs::remove_file(&link);
            return Ok(atomic::sync_folder(&folder)?);
        }
        let mut copy = AtomicFile::begin(&folder)?;
        std::io::copy(&mut self.vault().open(sha256)?, &mut copy).map_err(|e| StoreError::write(&target, e))?;
        Ok(copy.commit(&target)?)
    }
}

/// Whether a recorded path leads into `pdf/` and nowhere else: a manifest may have been in other hands.
fn lies_among_published(path: &Path) -> bool {
    path.starts_with("pdf") && path.components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_path_never_leads_out_of_the_published_files() {
        for (path, lies) in [
            ("pdf/Phông Tư pháp/HS.01/HS.01.pdf", true),
            ("pdf/../vault/x", false),
            ("../pdf/x", false),
            ("/etc/passwd", false),
            ("vault/aa/x", false),
            ("", false),
        ] {
            assert_eq!(lies_among_published(Path::new(path)), lies, "{path}");
        }
    }
}
