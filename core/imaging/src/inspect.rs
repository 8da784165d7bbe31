//! Inspection: what a file holds, frame by frame, and the proof that every frame decodes to its last pixel.
//!
//! One frame is in memory at a time. Sizes are checked against [`Limits`] before anything is allocated for them.

use std::io::{Read, Seek, SeekFrom};

use sohoa_model::frame::{FileFormat, FrameFacts};

use crate::error::ImagingError;
use crate::sniff::{HEAD_LENGTH, lookalike, sniff};
use crate::source::read_failed;
use crate::{bmp, jpeg, pdf, png, tiff, whole};

/// Dots per inch at which a page without pixels is as large as its outline says.
pub const OUTLINE_DPI: f64 = 200.0;

/// What is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of a frame.
    pub pixels: u64,
    /// Frames of a file.
    pub frames: u32,
    /// Columns or rows of a frame.
    pub side: u32,
}

impl Default for Limits {
    /// 400 million pixels a frame (A2 at 600 dpi is 139 million), 10 000 frames, 100 000 pixels a side.
    fn default() -> Self {
        Self { pixels: 400_000_000, frames: 10_000, side: 100_000 }
    }
}

impl Limits {
    /// Checks the size that a header claims.
    pub(crate) fn check(&self, frame: u32, width: u64, height: u64) -> Result<(), ImagingError> {
        if width == 0 || height == 0 {
            return Err(ImagingError::corrupt(frame, "it has no pixels"));
        }
        let side = u64::from(self.side);
        if width > side || height > side || width.saturating_mul(height) > self.pixels {
            return Err(ImagingError::TooLarge { frame, width, height });
        }
        Ok(())
    }
}

/// Reads the facts of each frame of a file, in file order, and decodes each frame to its end.
///
/// A thumbnail (marked as a reduced image, at most half as wide and high as the page before it) or a mask inside a TIFF is
/// no frame.
///
/// # Errors
/// A refusal of the whole file: one bad frame refuses it, and the error names the frame.
pub fn inspect<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Vec<FrameFacts>, ImagingError> {
    match recognise(source)? {
        FileFormat::Jpeg => {
            let file = jpeg::read(source, limits)?;
            file.rows(&mut |_| Ok(()))?;
            Ok(vec![file.facts()])
        }
        FileFormat::Png => {
            let file = png::read(source, limits)?;
            file.rows(source, &mut |_| Ok(()))?;
            Ok(vec![file.facts()])
        }
        FileFormat::Tiff => {
            let pages = tiff::pages(source, limits)?;
            for page in &pages {
                page.rows(source, &mut |_| Ok(()))?;
            }
            Ok(pages.iter().map(tiff::Page::facts).collect())
        }
        FileFormat::Bmp => {
            let file = bmp::read(source, limits)?;
            file.rows(source, &mut |_| Ok(()))?;
            Ok(vec![file.facts()])
        }
        FileFormat::Pdf => {
            let mut document = pdf::open(source, limits)?;
            let mut facts = Vec::new();
            for index in 0..document.pages() {
                let page = document.page(index, limits)?;
                document.rows(&page, &mut |_| Ok(()))?;
                facts.push(page.facts());
            }
            Ok(facts)
        }
        format @ (FileFormat::Webp | FileFormat::Jp2) => Ok(vec![whole::read(source, format, limits)?.facts()]),
    }
}

/// The facts of one frame, counted from 0, as its header has them; `None` if the file has no such frame.
///
/// No pixel is decoded, but for a WebP and a JPEG 2000, whose only frame is read as a whole.
///
/// # Errors
/// Those of `inspect` that headers show.
pub fn facts<R: Read + Seek>(source: &mut R, frame: u32, limits: &Limits) -> Result<Option<FrameFacts>, ImagingError> {
    let format = recognise(source)?;
    let only = match format {
        FileFormat::Tiff => {
            let pages = tiff::pages(source, limits)?;
            return Ok(pages.get(frame as usize).map(tiff::Page::facts));
        }
        FileFormat::Pdf => {
            let mut document = pdf::open(source, limits)?;
            if frame >= document.pages() {
                return Ok(None);
            }
            return Ok(Some(document.page(frame, limits)?.facts()));
        }
        _ if frame > 0 => return Ok(None),
        FileFormat::Jpeg => jpeg::read(source, limits)?.facts(),
        FileFormat::Png => png::read(source, limits)?.facts(),
        FileFormat::Bmp => bmp::read(source, limits)?.facts(),
        FileFormat::Webp | FileFormat::Jp2 => whole::read(source, format, limits)?.facts(),
    };
    Ok(Some(only))
}

/// The pages of a PDF that is kept as it is although they are no scans: as large as they are shown, at [`OUTLINE_DPI`].
///
/// # Errors
/// Those of `inspect` for an encrypted or damaged file.
pub fn outline<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Vec<FrameFacts>, ImagingError> {
    Ok(pdf::open(source, limits)?.outline())
}

/// Recognises the format, or says what the file looks like instead.
pub(crate) fn recognise<R: Read + Seek>(source: &mut R) -> Result<FileFormat, ImagingError> {
    source.seek(SeekFrom::Start(0)).map_err(read_failed)?;
    let mut head = Vec::with_capacity(HEAD_LENGTH);
    source.by_ref().take(HEAD_LENGTH as u64).read_to_end(&mut head).map_err(read_failed)?;
    if let Some(format) = sniff(&head) {
        return Ok(format);
    }
    let looks_like = lookalike(&head);
    Err(match looks_like {
        crate::sniff::Lookalike::Empty => ImagingError::EmptyFile,
        image if image.is_image() => ImagingError::UnsupportedFormat { looks_like: image.name() },
        other => ImagingError::NotAnImage { looks_like: other.name() },
    })
}
