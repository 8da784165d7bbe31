//! Manifests: the truth about a dossier, and about the archive, beside the vault, so that the catalog can be made anew.
//!
//! A manifest is written durably first and then recorded with its hash in the event log; one that no event names was
//! left by a process that died in between, and is written over. Processes do so in turn: what one has drawn for a
//! manifest, another one would draw anew as soon as the dossier changes.

use sohoa_catalog::manifest::Manifest;
use sohoa_model::crash;
use sohoa_store::atomic;
use sohoa_store::lock::ArchiveLock;

use crate::archive::Archive;
use crate::error::PipelineError;

impl Archive {
    /// Writes the next manifest of a dossier and records it.
    pub fn write_manifest(&self, code: &str) -> Result<(), PipelineError> {
        let _turn = self.manifests_turn()?;
        let manifest = self.catalog().manifest(code, &self.act())?;
        atomic::write(&self.layout().manifest(&manifest.folder, manifest.revision), &manifest.bytes)?;
        self.record(&manifest)
    }

    /// Writes the next manifest of the archive itself and records it, if anything changed.
    pub fn write_archive_manifest(&self) -> Result<(), PipelineError> {
        let _turn = self.manifests_turn()?;
        if !self.catalog().archive_manifest_is_stale()? {
            return Ok(());
        }
        let manifest = self.catalog().archive_manifest(&self.act())?;
        atomic::write(&self.layout().archive_manifest(manifest.revision), &manifest.bytes)?;
        self.record(&manifest)
    }

    /// Writes the manifests that lag behind. A dossier that is only planned stands in the archive's.
    pub fn write_stale_manifests(&self) -> Result<(), PipelineError> {
        for code in self.catalog().dossiers_with_stale_manifest()? {
            let dossier = self.catalog().dossier(&code)?.dossier;
            if dossier.evidence.pages > 0 || dossier.held || dossier.manifest_revision > 0 {
                self.write_manifest(&code)?;
            }
        }
        self.write_archive_manifest()
    }

    fn manifests_turn(&self) -> Result<Option<ArchiveLock>, PipelineError> {
        Ok(ArchiveLock::in_turn(&self.layout().manifests_lock(), &|| false)?)
    }

    fn record(&self, manifest: &Manifest) -> Result<(), PipelineError> {
        crash::point("import.manifest-written");
        self.catalog().record_manifest(manifest)?;
        crash::point("import.manifest-recorded");
        Ok(())
    }
}
