//! Publishing: signed renditions under names that people read, `pdf/<fonds>/<dossier>/<name>.pdf`; rebuildable.

use std::fs;
use std::path::PathBuf;

use sohoa_catalog::rendition::DocumentDetail;
use sohoa_model::Sha256;
use sohoa_store::StoreError;
use sohoa_store::atomic::{self, AtomicFile, TEMPORARY_PREFIX};

use crate::archive::Archive;
use crate::error::PipelineError;

impl Archive {
    /// Where the signed PDF of a document is published, below the archive's folder, `/` between parts.
    pub fn published_path(&self, detail: &DocumentDetail) -> String {
        let path = self.published_file(detail);
        let below = path.strip_prefix(self.layout().root()).unwrap_or(&path);
        below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    fn published_file(&self, detail: &DocumentDetail) -> PathBuf {
        self.pdf_folder(&detail.description.fonds, &detail.folder).join(format!("{}.pdf", detail.name))
    }

    /// Gives a signed rendition its readable name: a hard link where the medium can, else a copy.
    pub fn publish(&self, detail: &DocumentDetail, sha256: &Sha256) -> Result<(), PipelineError> {
        let target = self.published_file(detail);
        let source = self.vault().path(sha256);
        let folder = self.pdf_folder(&detail.description.fonds, &detail.folder);
        atomic::make_folder(&folder)?;
        let link = folder.join(format!("{TEMPORARY_PREFIX}{}-link-{}", std::process::id(), detail.name));
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
