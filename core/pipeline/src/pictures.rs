//! Pages as people see them: small ones, written when they are scanned or first looked at so that a strip of pages opens
//! at once, and large ones, made by a worker in parts of the size of a screen. All can be made again.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::query::PageView;
pub use sohoa_imaging::thumbnail::Picture;
use sohoa_imaging::thumbnail::factor;
use sohoa_model::geometry::Rotation;
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

/// Where the thumbnail of a frame of a master lies.
pub fn path(archive: &Archive, master: &Sha256, frame: u32) -> PathBuf {
    archive.layout().thumbnail(master, frame)
}

/// Writes the thumbnail of a frame; of all that is written for a page it alone is not waited for on the medium.
pub(crate) fn keep(archive: &Archive, master: &Sha256, frame: u32, small: &Picture) -> Result<(), PipelineError> {
    let path = path(archive, master, frame);
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
    let _ = fs::remove_file(path(archive, master, 0));
}

/// The thumbnail of a frame as stored (not turned); `None` if there is none that can be read.
pub fn load(archive: &Archive, master: &Sha256, frame: u32) -> Option<Picture> {
    let path = path(archive, master, frame);
    let length = fs::metadata(&path).ok()?.len();
    let bytes = (length <= LONGEST).then(|| fs::read(&path).ok()).flatten()?;
    Picture::read(&bytes)
}

/// The thumbnail of a page as it stands. One that is not there yet is made by the worker and kept.
pub fn small(
    archive: &Archive,
    page: &PageView,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Picture, PipelineError> {
    let frame = page.facts.index;
    if let Some(picture) = load(archive, &page.master, frame) {
        return Ok(picture.turned(page.stands));
    }
    let factor = factor(page.facts.width, page.facts.height);
    let picture = seen(archive, page, Rotation::None, factor, None, worker, cancel)?;
    // A medium that takes nothing more still shows its pages.
    let _ = keep(archive, &page.master, frame, &picture);
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
    made(page, &Request::Prepared { path, facts, rotation: page.stands.degrees(), factor }, worker, cancel)
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
    made(page, &Request::View { path, facts, rotation: rotation.degrees(), factor, part }, worker, cancel)
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
