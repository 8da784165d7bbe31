//! Pages as people see them: small ones, written when they are scanned or first looked at so that a strip of pages opens
//! at once, and large ones, made by a worker in parts of the size of a screen. All can be made again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::query::PageView;
pub use sohoa_imaging::thumbnail::Picture;
use sohoa_imaging::thumbnail::factor;
use sohoa_model::geometry::Rotation;
use sohoa_model::part::FramePart;
use sohoa_model::{Cancel, Sha256};
use sohoa_store::StoreError;

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::worker::Worker;
use crate::worker::protocol::{Request, Response};

/// A thumbnail is at most so long.
const LONGEST: u64 = 4 << 20;
/// Decoding one page may take so long.
const DECODE_LIMIT: Duration = Duration::from_secs(120);

/// Where the thumbnail of a page lies.
pub fn path(archive: &Archive, page: &PageView) -> PathBuf {
    let part = page.part.as_ref().map(|(part, _)| *part);
    archive.layout().thumbnail(&page.master, page.facts.index, part)
}

/// Writes the thumbnail of the only frame of a master; of all that is written for a page it alone is not waited for on the
/// medium.
pub(crate) fn keep(archive: &Archive, master: &Sha256, small: &Picture) -> Result<(), PipelineError> {
    write(archive.layout().thumbnail(master, 0, None), small)
}

fn write(path: PathBuf, small: &Picture) -> Result<(), PipelineError> {
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
    let _ = fs::remove_file(archive.layout().thumbnail(master, 0, None));
}

/// The thumbnail of the only frame of a master, all of it, as stored (not turned); `None` if there is none that can be read.
pub(crate) fn load(archive: &Archive, master: &Sha256) -> Option<Picture> {
    read(&archive.layout().thumbnail(master, 0, None))
}

fn read(path: &Path) -> Option<Picture> {
    let length = fs::metadata(path).ok()?.len();
    let bytes = (length <= LONGEST).then(|| fs::read(path).ok()).flatten()?;
    Picture::read(&bytes)
}

/// The thumbnail of a page as it stands. One that is not there yet is made by the worker and kept.
pub fn small(
    archive: &Archive,
    page: &PageView,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Picture, PipelineError> {
    let path = path(archive, page);
    if let Some(picture) = read(&path) {
        return Ok(picture.turned(page.stands));
    }
    let factor = factor(page.shown().width(), page.shown().height());
    let picture = seen(archive, page, Rotation::None, factor, None, worker, cancel)?;
    // A medium that takes nothing more still shows its pages.
    let _ = write(path, &picture);
    Ok(picture.turned(page.stands))
}

/// A page as it stands, its pixels across and down made fewer by a factor; all of it, or a part of what results: left,
/// top, width, height.
pub fn large(
    archive: &Archive,
    page: &PageView,
    factor: u32,
    part: Option<[u32; 4]>,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Picture, PipelineError> {
    seen(archive, page, page.stands, factor, part, worker, cancel)
}

/// A page as recognition is given it: gray, level, as it stands; its pixels made fewer by a factor.
pub fn prepared(
    archive: &Archive,
    page: &PageView,
    factor: u32,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Picture, PipelineError> {
    let facts = Box::new(FactsRecord::of(&page.facts));
    let path = archive.vault().path(&page.master);
    let request = Request::Prepared { path, facts, shown: shown(page), rotation: page.stands.degrees(), factor };
    made(page, &request, worker, cancel)
}

fn seen(
    archive: &Archive,
    page: &PageView,
    rotation: Rotation,
    factor: u32,
    part: Option<[u32; 4]>,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Picture, PipelineError> {
    let facts = Box::new(FactsRecord::of(&page.facts));
    let path = archive.vault().path(&page.master);
    let request = Request::View { path, facts, shown: shown(page), rotation: rotation.degrees(), factor, part };
    made(page, &request, worker, cancel)
}

fn shown(page: &PageView) -> Option<[u32; 4]> {
    page.part.as_ref().map(|(part, _)| FramePart::numbers(*part))
}

fn made(page: &PageView, request: &Request, worker: &mut Worker, cancel: &Cancel) -> Result<Picture, PipelineError> {
    match worker.call(request, DECODE_LIMIT, cancel)? {
        (Response::Picture { width, height }, pixels)
            if pixels.len() as u64 == u64::from(width) * u64::from(height) * 3 =>
        {
            Ok(Picture { width, height, pixels })
        }
        (Response::Refused { code, detail }, _) => Err(PipelineError::record(&page.path, format!("{code}: {detail}"))),
        _ => Err(PipelineError::record(&page.path, "the worker gave another answer")),
    }
}
