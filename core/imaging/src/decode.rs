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
use crate::{bmp, jpeg, pdf, png, tiff, whole};

/// One row of a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    /// One bit a pixel, most significant first; 1 is black, padding bits are 0.
    Bilevel(&'a [u8]),
    /// One byte a pixel, 0 is black.
    Gray(&'a [u8]),
    /// Three bytes a pixel: red, green, blue.
    Rgb(&'a [u8]),
    /// Two bytes a pixel, the high one first; 0 is black.
    Gray16(&'a [u8]),
    /// Six bytes a pixel: red, green, blue, the high byte first.
    Rgb16(&'a [u8]),
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
    GrayImage { width, height, pixels: turned(image.pixels, image.width, 1, rotation) }
}

/// Turns pixels of so many bytes each, in rows of `width` pixels.
pub(crate) fn turned(mut pixels: Vec<u8>, width: u32, bytes: usize, rotation: Rotation) -> Vec<u8> {
    match rotation {
        Rotation::None => pixels,
        Rotation::Half => {
            // All bytes from last to first, then those of each pixel back.
            pixels.reverse();
            if bytes > 1 {
                pixels.chunks_exact_mut(bytes).for_each(<[u8]>::reverse);
            }
            pixels
        }
        Rotation::Quarter | Rotation::ThreeQuarters => {
            let mut turned = vec![0; pixels.len()];
            let columns = (width as usize).max(1);
            let rows = pixels.len() / bytes / columns;
            for (y, row) in pixels.chunks_exact(columns * bytes).enumerate() {
                for (x, pixel) in row.chunks_exact(bytes).enumerate() {
                    let target = match rotation {
                        Rotation::Quarter => x * rows + (rows - 1 - y),
                        _ => (columns - 1 - x) * rows + y,
                    };
                    turned[target * bytes..(target + 1) * bytes].copy_from_slice(pixel);
                }
            }
            turned
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
        FileFormat::Bmp => {
            let file = bmp::read(source, limits)?;
            if !same(file.width, file.height) {
                return Err(unlike());
            }
            file.rows(source, sink)
        }
        FileFormat::Pdf => {
            let mut document = pdf::open(source, limits)?;
            let page = document.page(facts.index, limits)?;
            let (width, height) = page.size();
            if !same(width, height) {
                return Err(unlike());
            }
            document.rows(&page, sink)
        }
        format @ (FileFormat::Webp | FileFormat::Jp2) => {
            let image = whole::read(source, format, limits)?;
            if !same(image.width, image.height) {
                return Err(unlike());
            }
            image.rows(&mut |row| mirrored_back(row, image.orientation, facts.width, sink))
        }
    }
}

/// The luma of a colour (ITU-R BT.601, as JPEG has it).
pub(crate) fn luma(rgb: &[u8]) -> u8 {
    let (red, green, blue) = (u32::from(rgb[0]), u32::from(rgb[1]), u32::from(rgb[2]));
    ((red * 19_595 + green * 38_470 + blue * 7_471 + 32_768) >> 16) as u8
}

/// Red, green and blue of printing inks without a profile: 255 less ink, less black; 0 is no ink.
pub(crate) fn cmyk_to_rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let light = u16::from(255 - black);
    [cyan, magenta, yellow].map(|ink| ((u16::from(255 - ink) * light + 127) / 255) as u8)
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
        Row::Gray16(samples) => {
            for (pixel, sample) in target.iter_mut().zip(samples.chunks_exact(2)) {
                *pixel = sample[0];
            }
        }
        Row::Rgb16(samples) => {
            for (pixel, rgb) in target.iter_mut().zip(samples.chunks_exact(6)) {
                *pixel = luma(&[rgb[0], rgb[2], rgb[4]]);
            }
        }
    }
}

fn bit(bits: &[u8], x: usize) -> bool {
    bits[x / 8] & (0x80 >> (x % 8)) != 0
}

pub(crate) fn mirrored_back(
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
        Row::Gray(samples) => sink(Row::Gray(&reversed(samples, 1))),
        Row::Rgb(samples) => sink(Row::Rgb(&reversed(samples, 3))),
        Row::Gray16(samples) => sink(Row::Gray16(&reversed(samples, 2))),
        Row::Rgb16(samples) => sink(Row::Rgb16(&reversed(samples, 6))),
    }
}

/// The pixels of so many bytes each from last to first.
fn reversed(samples: &[u8], bytes: usize) -> Vec<u8> {
    samples.chunks_exact(bytes).rev().flatten().copied().collect()
}

/// How a channel of transparency goes with the colours beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpha {
    /// The colours are what they are where nothing shines through.
    Apart,
    /// The colours are dimmed already.
    Multiplied,
}

/// Lays pixels of so many colours and one channel of transparency on white; samples of 8 bits or of 16, high byte first.
pub(crate) fn lay_on_white(row: &[u8], colors: usize, bits: u8, alpha: Alpha, target: &mut Vec<u8>) {
    target.clear();
    let bytes = usize::from(bits / 8);
    let full = if bits == 16 { u32::from(u16::MAX) } else { 255 };
    let value = |sample: &[u8]| sample.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
    for pixel in row.chunks_exact((colors + 1) * bytes) {
        let (samples, through) = pixel.split_at(colors * bytes);
        let through = value(through);
        for sample in samples.chunks_exact(bytes) {
            let color = match alpha {
                Alpha::Apart => (u64::from(value(sample)) * u64::from(through) / u64::from(full)) as u32,
                Alpha::Multiplied => value(sample).min(through),
            };
            let laid = (color + full - through).to_be_bytes();
            target.extend_from_slice(&laid[4 - bytes..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thumbnail::Picture;

    #[test]
    fn what_is_transparent_is_laid_on_white() {
        let mut laid = Vec::new();
        lay_on_white(&[10, 255, 10, 0, 100, 51], 1, 8, Alpha::Apart, &mut laid);
        assert_eq!(laid, [10, 255, 224]);
        lay_on_white(&[20, 40, 60, 102], 3, 8, Alpha::Multiplied, &mut laid);
        assert_eq!(laid, [173, 193, 213]);
        lay_on_white(&[0x12, 0x34, 0xFF, 0xFF, 0x12, 0x34, 0, 0], 1, 16, Alpha::Apart, &mut laid);
        assert_eq!(laid, [0x12, 0x34, 0xFF, 0xFF]);
    }

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
            assert_eq!((turned.width, &turned.pixels), (width, &pixels), "{rotation:?}");
            let colours = |grey: &[u8]| grey.iter().flat_map(|grey| [*grey, 0, 255]).collect::<Vec<u8>>();
            let picture = Picture { width: 3, height: 2, pixels: colours(&image.pixels) }.turned(rotation);
            assert_eq!((picture.width, picture.pixels), (width, colours(&pixels)), "{rotation:?}");
        }
    }
}
