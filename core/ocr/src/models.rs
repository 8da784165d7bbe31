//! The models that may be loaded: a folder of `NAME.traineddata` files, each checked against the manifest by its hash.
//!
//! A model decides what every page of an archive is said to contain, so one that nobody listed is never loaded. The
//! manifest (`ocr-models/manifest.toml`) is part of the program; a file is read once, and the bytes that were hashed are
//! the bytes that the engine gets.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;
use sohoa_model::{Language, Sha256};

/// The manifest as it was when the program was built.
const MANIFEST: &str = include_str!("../../../ocr-models/manifest.toml");

/// Bytes above which a file is no model of ours; the largest listed one has 59 MB.
const LARGEST: u64 = 128 << 20;

/// A folder of models and the list of those that may be used.
#[derive(Debug, Clone)]
pub struct Models {
    folder: PathBuf,
    listed: Vec<ListedModel>,
}

/// One entry of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedModel {
    /// The name of the file without `.traineddata`.
    pub name: String,
    /// The package it comes from, with its version.
    pub source: String,
    /// The licence of the trained data.
    pub licence: String,
    /// The hash of the file.
    pub sha256: Sha256,
    /// Bytes of the file.
    pub size: u64,
}

/// A model whose hash is listed.
pub(crate) struct CheckedModel {
    pub(crate) bytes: Vec<u8>,
    pub(crate) sha256: Sha256,
}

/// Why a model can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The folder is none.
    #[error("{} is no folder of models", .0.display())]
    NoFolder(PathBuf),
    /// The file can't be read.
    #[error("could not read the model {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file is read, but its hash stands in no entry of that name.
    #[error("the model {} with SHA-256 {sha256} is not listed", path.display())]
    UnlistedModel {
        /// The file.
        path: PathBuf,
        /// Its hash.
        sha256: Sha256,
    },
    /// The file is larger than any model.
    #[error("the model {} has more than {LARGEST} bytes", .0.display())]
    TooLarge(PathBuf),
    /// The manifest is not what it should be.
    #[error("the list of models can't be read")]
    Manifest(#[source] toml::de::Error),
    /// A hash of the manifest is none.
    #[error("the list of models has a hash for {0} that is none")]
    ManifestHash(String),
}

impl Models {
    /// Opens a folder of models under the manifest of the program; no model is read yet.
    ///
    /// # Errors
    /// Fails if `folder` is none, or if the manifest is broken.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        Self::with_manifest(folder, MANIFEST)
    }

    fn with_manifest(folder: &Path, manifest: &str) -> Result<Self, ModelError> {
        if !folder.is_dir() {
            return Err(ModelError::NoFolder(folder.to_owned()));
        }
        let stored: StoredManifest = toml::from_str(manifest).map_err(ModelError::Manifest)?;
        let listed = stored.model.into_iter().map(ListedModel::try_from).collect::<Result<_, _>>()?;
        Ok(Self { folder: folder.to_owned(), listed })
    }

    /// Every entry of the manifest.
    pub fn listed(&self) -> &[ListedModel] {
        &self.listed
    }

    /// Whether there is a file for a language, and for its vertical lines; it may still be refused when it is loaded.
    pub fn has(&self, language: Language) -> bool {
        Self::names(language).all(|name| self.path(name).is_file())
    }

    fn names(language: Language) -> impl Iterator<Item = &'static str> {
        std::iter::once(language.model()).chain(language.vertical_model())
    }

    /// The entry that a language's file matches; its file for vertical lines has to be there, too.
    ///
    /// # Errors
    /// Fails if a file can't be read or is not listed.
    pub fn identify(&self, language: Language) -> Result<&ListedModel, ModelError> {
        language.vertical_model().map(|name| self.load(name)).transpose()?;
        let sha256 = self.load(language.model())?.sha256;
        let found = self.listed.iter().find(|model| model.name == language.model() && model.sha256 == sha256);
        found.ok_or_else(|| ModelError::UnlistedModel { path: self.path(language.model()), sha256 })
    }

    /// Reads a model and refuses it if it is not listed under this name.
    pub(crate) fn load(&self, name: &str) -> Result<CheckedModel, ModelError> {
        let path = self.path(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
        if let Err(source) = read {
            return Err(ModelError::Unreadable { path, source });
        }
        if bytes.len() as u64 > LARGEST {
            return Err(ModelError::TooLarge(path));
        }
        let sha256 = Sha256::of(&bytes);
        if !self.listed.iter().any(|model| model.name == name && model.sha256 == sha256) {
            return Err(ModelError::UnlistedModel { path, sha256 });
        }
        Ok(CheckedModel { bytes, sha256 })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.traineddata"))
    }
}

/// The manifest as it is stored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredManifest {
    model: Vec<StoredModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredModel {
    name: String,
    #[serde(rename = "language")]
    _language: String,
    source: String,
    licence: String,
    sha256: String,
    size: u64,
}

impl TryFrom<StoredModel> for ListedModel {
    type Error = ModelError;

    fn try_from(stored: StoredModel) -> Result<Self, ModelError> {
        let Ok(sha256) = Sha256::from_str(&stored.sha256) else {
            return Err(ModelError::ManifestHash(stored.name));
        };
        Ok(Self { name: stored.name, source: stored.source, licence: stored.licence, sha256, size: stored.size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, content: &[u8]) -> String {
        format!(
            "[[model]]\nname = \"{name}\"\nlanguage = \"{name}\"\nsource = \"a test\"\nlicence = \"Apache-2.0\"\n\
             sha256 = \"{}\"\nsize = {}\n",
            Sha256::of(content),
            content.len()
        )
    }

    #[test]
    fn the_manifest_of_the_program_lists_every_language_more_than_once() {
        let models = Models::open(&std::env::temp_dir()).expect("the manifest is sound");
        for language in Language::ALL {
            assert!(models.listed().iter().filter(|m| m.name == language.model()).count() >= 3, "{language}");
        }
        assert!(models.listed().iter().any(|m| m.name == "osd"));
        assert!(models.listed().iter().all(|m| m.size > 0 && m.size < LARGEST && m.licence == "Apache-2.0"));
    }

    #[test]
    fn a_model_with_other_bytes_or_another_name_is_refused_with_its_hash() {
        let folder = tempfile::tempdir().expect("a folder");
        let vie = folder.path().join("vie.traineddata");
        std::fs::write(&vie, b"tri\xe1\xbb\x87n").expect("written");
        std::fs::copy(&vie, folder.path().join("fra.traineddata")).expect("copied");

        let models = Models::with_manifest(folder.path(), &manifest("vie", b"tri\xe1\xbb\x87n")).expect("opened");
        assert_eq!(models.load("vie").map(|m| m.sha256).ok(), Some(Sha256::of(b"tri\xe1\xbb\x87n")));
        assert_eq!(models.identify(Language::Vietnamese).map(|m| m.name.as_str()).ok(), Some("vie"));
        assert!(matches!(models.load("fra"), Err(ModelError::UnlistedModel { .. })));
        assert!(matches!(models.load("eng"), Err(ModelError::Unreadable { .. })));

        std::fs::write(&vie, b"tri\xe1\xbb\x87m").expect("written");
        let Err(ModelError::UnlistedModel { path, sha256 }) = models.load("vie") else { panic!("refused") };
        assert_eq!((path, sha256), (vie, Sha256::of(b"tri\xe1\xbb\x87m")));
    }

    #[test]
    fn a_folder_that_is_none_and_a_broken_list_are_refused() {
        assert!(matches!(Models::open(Path::new("/không/có")), Err(ModelError::NoFolder(_))));
        let folder = std::env::temp_dir();
        assert!(matches!(Models::with_manifest(&folder, "model = 3"), Err(ModelError::Manifest(_))));
        let short = manifest("vie", b"x").replace("sha256 = \"", "sha256 = \"0");
        assert!(matches!(Models::with_manifest(&folder, &short), Err(ModelError::ManifestHash(_))));
    }
}
