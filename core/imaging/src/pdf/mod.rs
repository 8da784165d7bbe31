//! Scanned PDF files (ISO 32000-1): each page one image, taken out as it is stored.
//!
//! A page is a scan if the last thing seen on it is one image that fills it; text below the image or without ink does not
//! count. Whatever else is on a page would be lost, so such a file is refused, and it says which page. Encrypted files and
//! files that carry a signature are told apart.

mod content;
mod image;
mod tree;

use std::io::{Read, Seek};

use sohoa_model::frame::{Conversion, Embedding, FrameFacts, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_pdf::{Dict, File, Object, PdfError};

use crate::decode::{RowSink, mirrored_back};
use crate::error::ImagingError;
use crate::exif::{self, Orientation, Resolution};
use crate::inspect::{Limits, OUTLINE_DPI};
use crate::pdf::content::Placed;
use crate::pdf::image::PageImage;
use crate::pdf::tree::Leaf;

/// An open file and its pages.
pub(crate) struct Document<'s, R> {
    file: File<&'s mut R>,
    leaves: Vec<Leaf>,
}

/// The image of a page and how it lies on it.
pub(crate) struct Page {
    index: u32,
    /// One, or its strips from top to bottom.
    images: Vec<PageImage>,
    resolution: Option<Resolution>,
    orientation: Orientation,
    is_annotated: bool,
}

/// Opens a file and finds its pages; an encrypted one is refused.
pub(crate) fn open<'s, R: Read + Seek>(source: &'s mut R, limits: &Limits) -> Result<Document<'s, R>, ImagingError> {
    let mut file = File::open(source).map_err(of_file)?;
    if file.trailer().contains("Encrypt") {
        return Err(ImagingError::Encrypted);
    }
    let leaves = tree::leaves(&mut file, limits)?;
    Ok(Document { file, leaves })
}

impl<R: Read + Seek> Document<'_, R> {
    /// How many pages there are.
    pub(crate) fn pages(&self) -> u32 {
        u32::try_from(self.leaves.len()).unwrap_or(u32::MAX)
    }

    /// All pages as large as they are shown, whatever is on them.
    pub(crate) fn outline(&self) -> Vec<FrameFacts> {
        let of = |(index, leaf): (usize, &Leaf)| {
            let [left, bottom, right, top] = leaf.sides;
            let pixels = |units: f64| ((units * leaf.user_unit / 72.0 * OUTLINE_DPI).round() as u32).max(1);
            FrameFacts {
                is_sealed: true,
                index: u32::try_from(index).unwrap_or(u32::MAX),
                width: pixels(right - left),
                height: pixels(top - bottom),
                dpi: Dpi(OUTLINE_DPI as f32),
                dpi_stated: true,
                samples: Samples::Rgb8,
                stated_rotation: Rotation::from_degrees(leaf.rotate).unwrap_or_default(),
                embedding: Embedding::Repack,
                conversion: None,
            }
        };
        self.leaves.iter().enumerate().map(of).collect()
    }

    /// The image of a page; refuses a page that is no scan.
    pub(crate) fn page(&mut self, index: u32, limits: &Limits) -> Result<Page, ImagingError> {
        let no_page = ImagingError::corrupt(index, "it is not the frame that was inspected");
        let leaf = self.leaves.get(index as usize).ok_or(no_page)?.clone();
        let (placed, matrix) = content::only_image(&mut self.file, &leaf, index)?;
        let mut images = Vec::new();
        for Placed { image, is_black, .. } in placed {
            images.push(image::read(&mut self.file, image, is_black, index, limits)?);
        }
        let (width, height) = size(&images);
        limits.check(index, width.into(), height.into())?;
        if images.iter().any(|strip| strip.width != width || strip.samples() != images[0].samples()) {
            return Err(ImagingError::NotScanned { frame: index, what: "several images" });
        }
        let unit = leaf.user_unit;
        let inches = |a: f64, b: f64| a.hypot(b) * unit / 72.0;
        let (across, down) = (inches(matrix[0], matrix[1]), inches(matrix[2], matrix[3]));
        let resolution = Resolution::in_unit(2, f64::from(width) / across, f64::from(height) / down);
        let orientation = orientation(matrix, leaf.rotate);
        let orientation = orientation.ok_or(ImagingError::NotScanned { frame: index, what: "an image set askew" })?;
        let is_annotated = self.has_visible_notes(&leaf.dict)?;
        Ok(Page { index, images, resolution, orientation, is_annotated })
    }

    /// Decodes a page.
    pub(crate) fn rows(&mut self, page: &Page, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let (width, _) = page.size();
        for image in &page.images {
            image.rows(&mut self.file, page.index, &mut |row| mirrored_back(row, page.orientation, width, sink))?;
        }
        Ok(())
    }

    /// Whether something is laid over the page that a reader shows (12.5.3): links, pop-ups and hidden notes are not.
    fn has_visible_notes(&mut self, page: &Dict) -> Result<bool, ImagingError> {
        const MOST_LOOKED_AT: usize = 1_000;
        let notes = self.file.get(page, "Annots").map_err(of_file)?;
        for note in notes.as_array().unwrap_or_default().iter().take(MOST_LOOKED_AT) {
            let Ok(Object::Dict(note)) = self.file.resolve(note) else { continue };
            let is = |name: &str| note.get("Subtype").is_some_and(|kind| kind.is_name(name));
            let flags = note.get("F").and_then(Object::as_int).unwrap_or(0);
            if !is("Link") && !is("Popup") && flags & 0b10_0010 == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Page {
    /// The facts of the page.
    pub(crate) fn facts(&self) -> FrameFacts {
        let Orientation { rotation, mirrored } = self.orientation;
        let (width, height) = self.size();
        let (dpi, dpi_stated) = exif::dpi(self.resolution, rotation, width, height);
        FrameFacts {
            is_sealed: false,
            index: self.index,
            width,
            height,
            dpi,
            dpi_stated,
            samples: self.images[0].samples(),
            stated_rotation: rotation,
            embedding: self.embedding(mirrored),
            conversion: if self.is_annotated { Some(Conversion::Annotations) } else { self.images[0].conversion() },
        }
    }

    /// Columns and rows as stored.
    pub(crate) fn size(&self) -> (u32, u32) {
        size(&self.images)
    }

    /// How the stored bytes can enter another PDF: those of one image, or of strips in Group 4.
    fn embedding(&self, mirrored: bool) -> Embedding {
        if let [image] = self.images.as_slice() {
            return image.embedding(mirrored);
        }
        let (mut all, mut sense) = (Vec::new(), None);
        for image in &self.images {
            match image.embedding(mirrored) {
                Embedding::CcittG4 { strips, min_is_white } if *sense.get_or_insert(min_is_white) == min_is_white => {
                    all.extend(strips);
                }
                _ => return Embedding::Repack,
            }
        }
        Embedding::CcittG4 { strips: all, min_is_white: sense.unwrap_or(true) }
    }
}

/// Columns and rows of an image or of its strips.
fn size(images: &[PageImage]) -> (u32, u32) {
    let width = images.first().map_or(0, |image| image.width);
    (width, images.iter().map(|image| image.height).fold(0, u32::saturating_add))
}

/// What the reader of PDF says, as a refusal.
pub(crate) fn of_file(cause: PdfError) -> ImagingError {
    match cause {
        PdfError::Io(cause) => ImagingError::ReadFailed { cause },
        cause => ImagingError::DamagedPdf { cause: Box::new(cause) },
    }
}

/// How an image stands that a matrix puts on a page which is shown turned by so many degrees; `None` if it is askew.
fn orientation(matrix: [f64; 6], rotate: i32) -> Option<Orientation> {
    const STRAIGHT: f64 = 1.0;
    let [a, b, c, d, ..] = matrix;
    let mirrored = a * d - b * c < 0.0;
    let across = if mirrored { (-b).atan2(-a) } else { b.atan2(a) }.to_degrees();
    let up = d.atan2(c).to_degrees() - 90.0;
    let quarter = (across / 90.0).round() * 90.0;
    let off = |angle: f64| ((angle - quarter + 540.0).rem_euclid(360.0) - 180.0).abs();
    if off(across) > STRAIGHT || off(up) > STRAIGHT {
        return None;
    }
    let rotation = Rotation::from_degrees((rotate - quarter as i32).rem_euclid(360))?;
    Some(Orientation { mirrored, rotation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_says_how_an_image_stands() {
        let stands = |matrix: [f64; 4], rotate: i32| {
            let [a, b, c, d] = matrix;
            orientation([a, b, c, d, 5.0, 5.0], rotate).map(|o| (o.mirrored, o.rotation.degrees()))
        };
        assert_eq!(stands([595.0, 0.0, 0.0, 842.0], 0), Some((false, 0)));
        assert_eq!(stands([595.0, 0.0, 0.0, 842.0], 90), Some((false, 90)));
        // Turned counter-clockwise by the matrix, and back by the page.
        assert_eq!(stands([0.0, 842.0, -595.0, 0.0], 0), Some((false, 270)));
        assert_eq!(stands([0.0, 842.0, -595.0, 0.0], 90), Some((false, 0)));
        assert_eq!(stands([-595.0, 0.0, 0.0, -842.0], 0), Some((false, 180)));
        assert_eq!(stands([-595.0, 0.0, 0.0, 842.0], 0), Some((true, 0)));
        assert_eq!(stands([595.0, 0.0, 0.0, -842.0], 0), Some((true, 180)));
        assert_eq!(stands([590.0, 60.0, -60.0, 840.0], 0), None);
        assert_eq!(stands([595.0, 0.0, 100.0, 842.0], 0), None);
    }
}
