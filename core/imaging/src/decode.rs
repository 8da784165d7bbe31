//! Decoding: the stored samples of one frame as rows, and from them the grey image that recognition reads.
//!
//! All formats hand over their rows top to bottom, one row at a time, each with every sample of the row; a frame with
//! fewer rows than its header promises is an error, never a shorter image. Mirrored frames are mirrored back here, so that
//! only a plain turn remains for [`upright`].

use std::io::{Read, Seek};

use sohoa_model::frame::{FileFormat, FrameFacts, GrayImage};
use sohoa_model::geometry::Rotation;

use crate::error::ImagingError;
use crate::exif::Orientation;
use crate::inspect::{Limits, recognise};
use crate::source::zeroed;
use crate::{jpeg, png, tiff};

/// One row of a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    /// One bit a pixel, most significant first; 1 is black, padding bits are 0.
    Bilevel(&'a [u8]),
    /// One byte a pixel, 0 is black.
    Gray(&'a [u8]),
    /// Three bytes a pixel: red, green, blue.
    Rgb(&'a [u8]),
}

/// Where rows go.
pub(crate) type RowSink<'s> = dyn FnMut(Row<'_>) -> Result<(), ImagingError> + 's;

/// Decodes a frame to grey, as stored (not turned): colour by its luma, bilevel to 0 (ink) and 255.
///
/// `facts` come from [`inspect`](crate::inspect::inspect) of the same bytes. A mirrored frame is mirrored back left to right.
///
/// # Errors
/// Those of `inspect`; also `corrupt` if the frame is not the one that `facts` describe.
pub fn decode_gray<R: Read + Seek>(
    source: &mut R,
    facts: &FrameFacts,
    limits: &Limits,
) -> Result<GrayImage, ImagingError> {
    let (width, height) = (facts.width, facts.height);
    limits.check(facts.index, u64::from(width), u64::from(height))?;
    if recognise(source)? == FileFormat::Jpeg {
        let file = jpeg::read(source, limits)?;
        if let Some(pixels) = file.luma()?.filter(|_| (file.width, file.height) == (width, height)) {
            return Ok(GrayImage { width, height, pixels });
        }
    }
    let mut pixels = zeroed(u64::from(width) * u64::from(height), facts.index)?;
    let mut unfilled = pixels.chunks_exact_mut(width as usize);
    each_row(source, facts, limits, &mut |row| {
        if let Some(target) = unfilled.next() {
            to_gray(row, target);
        }
        Ok(())
    })?;
    Ok(GrayImage { width, height, pixels })
}

/// Turns an image.
pub fn upright(image: GrayImage, rotation: Rotation) -> GrayImage {
    let (width, height) = rotation.turned(image.width, image.height);
    match rotation {
        Rotation::None => image,
        Rotation::Half => {
            let mut pixels = image.pixels;
            pixels.reverse();
            GrayImage { width, height, pixels }
        }
        Rotation::Quarter | Rotation::ThreeQuarters => {
            let mut pixels = vec![0; image.pixels.len()];
            let (columns, rows) = (image.width as usize, image.height as usize);
            for (y, row) in image.pixels.chunks_exact(columns.max(1)).enumerate() {
                for (x, sample) in row.iter().enumerate() {
                    let target = match rotation {
                        Rotation::Quarter => x * rows + (rows - 1 - y),
                        _ => (columns - 1 - x) * rows + y,
                    };
                    pixels[target] = *sample;
                }
            }
            GrayImage { width, height, pixels }
        }
    }
}

/// Hands all rows of a frame to a sink, mirrored back where the file says that they are mirrored.
pub(crate) fn each_row<R: Read + Seek>(
    source: &mut R,
    facts: &FrameFacts,
    limits: &Limits,
    sink: &mut RowSink<'_>,
) -> Result<(), ImagingError> {
    let unlike = || ImagingError::corrupt(facts.index, "it is not the frame that was inspected");
    let same = |width: u32, height: u32| (width, height) == (facts.width, facts.height);
    match recognise(source)? {
        FileFormat::Jpeg => {
            let file = jpeg::read(source, limits)?;
            if !same(file.width, file.height) {
                return Err(unlike());
            }
            file.rows(&mut |row| mirrored_back(row, file.orientation, facts.width, sink))
        }
        FileFormat::Png => {
            let file = png::read(source, limits)?;
            if !same(file.width, file.height) {
                return Err(unlike());
            }
            file.rows(source, &mut |row| mirrored_back(row, file.orientation, facts.width, sink))
        }
        FileFormat::Tiff => {
            let pages = tiff::pages(source, limits)?;
            let page = pages.get(facts.index as usize).ok_or_else(unlike)?;
            if !same(page.width, page.height) {
                return Err(unlike());
            }
            page.rows(source, &mut |row| mirrored_back(row, page.orientation, facts.width, sink))
        }
    }
}

/// The luma of a colour (ITU-R BT.601, as JPEG has it).
pub(crate) fn luma(rgb: &[u8]) -> u8 {
    let (red, green, blue) = (u32::from(rgb[0]), u32::from(rgb[1]), u32::from(rgb[2]));
    ((red * 19_595 + green * 38_470 + blue * 7_471 + 32_768) >> 16) as u8
}

fn to_gray(row: Row<'_>, target: &mut [u8]) {
    match row {
        Row::Bilevel(bits) => {
            for (x, pixel) in target.iter_mut().enumerate() {
                *pixel = if bit(bits, x) { 0 } else { 255 };
            }
        }
        Row::Gray(samples) => target.copy_from_slice(samples),
        Row::Rgb(samples) => {
            for (pixel, rgb) in target.iter_mut().zip(samples.chunks_exact(3)) {
                *pixel = luma(rgb);
            }
        }
    }
}

fn bit(bits: &[u8], x: usize) -> bool {
    bits[x / 8] & (0x80 >> (x % 8)) != 0
}

fn mirrored_back(
    row: Row<'_>,
    orientation: Orientation,
    width: u32,
    sink: &mut RowSink<'_>,
) -> Result<(), ImagingError> {
    if !orientation.mirrored {
        return sink(row);
    }
    match row {
        Row::Bilevel(bits) => {
            let width = width as usize;
            let mut reversed = vec![0; bits.len()];
            for x in (0..width).filter(|x| bit(bits, *x)) {
                let target = width - 1 - x;
                reversed[target / 8] |= 0x80 >> (target % 8);
            }
            sink(Row::Bilevel(&reversed))
        }
        Row::Gray(samples) => sink(Row::Gray(&samples.iter().rev().copied().collect::<Vec<u8>>())),
        Row::Rgb(samples) => sink(Row::Rgb(&samples.chunks_exact(3).rev().flatten().copied().collect::<Vec<u8>>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_moves_every_pixel_clockwise() {
        // 1 2 3
        // 4 5 6
        let image = GrayImage { width: 3, height: 2, pixels: vec![1, 2, 3, 4, 5, 6] };
        let cases = [
            (Rotation::None, 3, vec![1, 2, 3, 4, 5, 6]),
            (Rotation::Quarter, 2, vec![4, 1, 5, 2, 6, 3]),
            (Rotation::Half, 3, vec![6, 5, 4, 3, 2, 1]),
            (Rotation::ThreeQuarters, 2, vec![3, 6, 2, 5, 1, 4]),
        ];
        for (rotation, width, pixels) in cases {
            let turned = upright(image.clone(), rotation);
            assert_eq!((turned.width, turned.pixels), (width, pixels), "{rotation:?}");
        }
    }
}
