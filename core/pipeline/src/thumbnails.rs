//! Pages in small, written when they are scanned, so that a strip of pages opens at once. They can be made again.

use std::fs;
use std::io;
use std::path::PathBuf;

use sohoa_imaging::thumbnail::Thumbnail;
use sohoa_model::Sha256;
use sohoa_store::StoreError;

use crate::archive::Archive;
use crate::error::PipelineError;

/// A thumbnail is at most so long.
const LONGEST: u64 = 4 << 20;

/// Where the thumbnail of a master of one frame lies.
pub fn path(archive: &Archive, master: &Sha256) -> PathBuf {
    archive.layout().thumbnail(master)
}

/// Writes the thumbnail of a master; of all that is written for a page it alone is not waited for on the medium.
pub(crate) fn keep(archive: &Archive, master: &Sha256, small: &Thumbnail) -> Result<(), PipelineError> {
    let path = path(archive, master);
    let failed = |error: io::Error| StoreError::write(&path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let new = path.with_extension("new");
    let mut bytes = Vec::new();
    small.write(&mut bytes).and_then(|()| fs::write(&new, &bytes)).map_err(failed)?;
    fs::rename(&new, &path).map_err(failed)?;
    Ok(())
}

/// Removes the thumbnail of a page that was not kept; one that can't be removed does no harm.
pub(crate) fn discard(archive: &Archive, master: &Sha256) {
    let _ = fs::remove_file(path(archive, master));
}

/// The thumbnail of a master; `None` if there is none that can be read.
pub fn load(archive: &Archive, master: &Sha256) -> Option<Thumbnail> {
    let path = path(archive, master);
    let length = fs::metadata(&path).ok()?.len();
    let bytes = (length <= LONGEST).then(|| fs::read(&path).ok()).flatten()?;
    Thumbnail::read(&bytes)
}
