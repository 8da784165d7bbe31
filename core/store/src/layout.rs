//! The layout of an archive on disk: where everything lies below its folder.

use std::path::{Path, PathBuf};

use sohoa_model::Sha256;
use sohoa_model::ids::DocumentId;
use sohoa_model::part::FramePart;

/// The folder of one archive.
#[derive(Debug, Clone)]
pub struct ArchiveLayout {
    root: PathBuf,
}

impl ArchiveLayout {
    /// The layout below a folder, whether it exists or not.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `catalog.sqlite`.
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog.sqlite")
    }

    /// `catalog.copy.sqlite`: a whole copy of the catalog, no more than an hour of work behind.
    pub fn catalog_copy(&self) -> PathBuf {
        self.root.join("catalog.copy.sqlite")
    }

    /// `sohoa.toml`: settings of the archive.
    pub fn settings(&self) -> PathBuf {
        self.root.join("sohoa.toml")
    }

    /// `.lock`: shared by ordinary work, exclusive for repair, rebuild and migrations.
    pub fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// `.lock-documents`: whoever assembles, signs or publishes a document has it.
    pub fn documents_lock(&self) -> PathBuf {
        self.root.join(".lock-documents")
    }

    /// `.lock-sync`: whoever speaks to the hub has it.
    pub fn sync_lock(&self) -> PathBuf {
        self.root.join(".lock-sync")
    }

    /// `.lock-manifests`: whoever writes a manifest and records it has it.
    pub fn manifests_lock(&self) -> PathBuf {
        self.root.join(".lock-manifests")
    }

    /// `vault/`.
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }

    /// `vault/<aa>/<sha256>`, no extension.
    pub fn object(&self, sha256: &Sha256) -> PathBuf {
        let name = sha256.to_string();
        self.vault().join(&name[..2]).join(name)
    }

    /// `thumbnails/<aa>/<sha256>.jpg`: pages in small, that can be made again; behind the first frame of a file
    /// `<sha256>-<index>.jpg`, and of a page that shows a part of its frame `<sha256>-<index>-<part>.jpg`.
    pub fn thumbnail(&self, sha256: &Sha256, frame: u32, part: Option<FramePart>) -> PathBuf {
        let name = sha256.to_string();
        let file = match (frame, part) {
            (0, None) => format!("{name}.jpg"),
            (frame, None) => format!("{name}-{frame}.jpg"),
            (frame, Some(part)) => format!("{name}-{frame}-{part}.jpg"),
        };
        self.root.join("thumbnails").join(&name[..2]).join(file)
    }

    /// `vault/manifest/`.
    pub fn manifests(&self) -> PathBuf {
        self.vault().join("manifest")
    }

    /// `vault/manifest/<dossier>.<rev>.json`; `folder_name` is the safe form of the dossier's code.
    pub fn manifest(&self, folder_name: &str, revision: u32) -> PathBuf {
        self.manifests().join(format!("{folder_name}.{revision}.json"))
    }

    /// `vault/manifest/.archive.<rev>.json`: what belongs to no dossier. No safe name starts with a dot.
    pub fn archive_manifest(&self, revision: u32) -> PathBuf {
        self.manifests().join(format!(".archive.{revision}.json"))
    }

    /// `typing/<document>.json`: what is typed into the form of a document and is not written yet.
    pub fn typed(&self, document: DocumentId) -> PathBuf {
        self.typing().join(format!("{document}.json"))
    }

    /// `typing/`: those files, and a lock for each window that has one.
    pub fn typing(&self) -> PathBuf {
        self.root.join("typing")
    }

    /// `pdf/<fonds>/<dossier>/`; both in their safe forms.
    pub fn pdf_folder(&self, fonds: &str, folder_name: &str) -> PathBuf {
        self.root.join("pdf").join(fonds).join(folder_name)
    }
}
