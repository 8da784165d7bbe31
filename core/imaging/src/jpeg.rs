//! JPEG files (ISO 10918-1): baseline and progressive; one or three components of eight bits, or four with Adobe's mark.
//!
//! The markers are walked here and the coded blocks are counted by [`scan`](crate::scan), so that a file that was cut off,
//! even one that somebody closed with an end mark, is told from a whole one; the pixels come from `zune-jpeg`.

use std::io::{Read, Seek};

use sohoa_model::frame::{Conversion, Embedding, FrameFacts, Samples};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::decode::{Row, RowSink};
use crate::error::ImagingError;
use crate::exif::{self, Orientation, Resolution};
use crate::inspect::Limits;
use crate::scan::{Coding, MOST_SCANS, Scans, Tables};
use crate::source::Source;

/// What stands in the place of a cut.
const CUT_SEGMENT: &str = "it ends inside a segment";
const CUT_SCAN: &str = "the coded pixels end too early";

/// A JPEG file, read into memory and walked from its start to its end mark.
#[derive(Debug)]
pub(crate) struct Jpeg {
    bytes: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    components: u8,
    /// Each component has a scan of its own, not one scan in which they alternate.
    planar: bool,
    /// The three components are red, green and blue, not luma and chroma.
    is_rgb: bool,
    resolution: Option<Resolution>,
    pub(crate) orientation: Orientation,
}

/// Reads and walks a file.
pub(crate) fn read<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Jpeg, ImagingError> {
    read_stored(source, Stored::AsMarked, limits)
}

/// Reads and walks a file of which something around it may say what its components are.
pub(crate) fn read_stored<R: Read + Seek>(
    source: &mut R,
    stored: Stored,
    limits: &Limits,
) -> Result<Jpeg, ImagingError> {
    let mut source = Source::new(source)?;
    let length = source.length();
    let bytes = source.read(0..length, 0, CUT_SEGMENT)?;
    Walk::default().through(bytes, stored, limits)
}

impl Jpeg {
    /// The facts of the one frame.
    pub(crate) fn facts(&self) -> FrameFacts {
        let rotation = self.orientation.rotation;
        let (dpi, dpi_stated) = exif::dpi(self.resolution, rotation, self.width, self.height);
        // Inks can't pass: a PDF/A that shows them needs a profile, and the file has none that is known.
        let passes = !self.orientation.mirrored && self.components != 4;
        let embedding = match passes {
            true => Embedding::Jpeg { components: self.components, ranges: Vec::new() },
            false => Embedding::Repack,
        };
        FrameFacts {
            is_sealed: false,
            index: 0,
            width: self.width,
            height: self.height,
            dpi,
            dpi_stated,
            samples: if self.components == 1 { Samples::Gray8 } else { Samples::Rgb8 },
            stated_rotation: rotation,
            embedding,
            conversion: (self.components == 4).then_some(Conversion::Cmyk),
        }
    }

    /// Decodes the frame.
    pub(crate) fn rows(&self, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let samples = if self.components == 1 { 1 } else { 3 };
        let pixels = self.interleaved(Stored::AsMarked)?;
        let width = self.width as usize * samples;
        let rows = pixels.chunks_exact(width);
        if rows.len() != self.height as usize {
            return Err(ImagingError::corrupt(0, "it decodes to another size than its header says"));
        }
        for row in rows {
            sink(if samples == 1 { Row::Gray(row) } else { Row::Rgb(row) })?;
        }
        Ok(())
    }

    /// Decodes the frame straight to luma where the file stores luma.
    pub(crate) fn luma(&self) -> Result<Option<Vec<u8>>, ImagingError> {
        if self.is_rgb || self.planar || self.orientation.mirrored || self.components == 4 {
            return Ok(None);
        }
        let pixels = self.decoded(ColorSpace::Luma)?;
        Ok((pixels.len() == self.width as usize * self.height as usize).then_some(pixels))
    }

    /// All samples, one byte each: grey, or red, green and blue.
    pub(crate) fn interleaved(&self, stored: Stored) -> Result<Vec<u8>, ImagingError> {
        match (self.components, stored) {
            (1, _) => self.decoded(ColorSpace::Luma),
            (3, Stored::AsRgb) if !self.is_rgb && !self.planar => self.decoded(ColorSpace::YCbCr),
            // Of four, too: with Adobe's mark inks are stored as what is left of the light, which is what the decoder expects.
            _ => self.decoded(ColorSpace::RGB),
        }
    }

    /// Number of components: 1, 3 or 4.
    pub(crate) fn components(&self) -> u8 {
        self.components
    }

    fn decoded(&self, space: ColorSpace) -> Result<Vec<u8>, ImagingError> {
        let gave_up = |cause: Box<dyn std::error::Error + Send + Sync>| ImagingError::Corrupt {
            frame: 0,
            what: "the JPEG decoder gave up",
            cause: Some(cause),
        };
        if self.planar {
            // zune-jpeg 0.5.15 leaves every other band of blocks empty in such a file when chroma is subsampled.
            return jpeg_decoder::Decoder::new(self.bytes.as_slice()).decode().map_err(|cause| gave_up(cause.into()));
        }
        let options = DecoderOptions::default()
            .set_max_width(self.width as usize)
            .set_max_height(self.height as usize)
            .jpeg_set_max_scans(MOST_SCANS)
            .jpeg_set_out_colorspace(space);
        JpegDecoder::new_with_options(ZCursor::new(self.bytes.as_slice()), options)
            .decode()
            .map_err(|cause| gave_up(cause.into()))
    }
}

/// What the three components of a JPEG are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// What its marks say: luma and chroma if they say nothing.
    AsMarked,
    /// Red, green and blue, as a TIFF around it says.
    AsRgb,
}

/// What the walk over the markers has met so far.
#[derive(Debug, Default)]
struct Walk {
    scans: Option<Scans>,
    restart_interval: u32,
    adobe_transform: Option<u8>,
    jfif: bool,
    jfif_resolution: Option<Resolution>,
    exif: Option<exif::Exif>,
    tables: Tables,
}

impl Walk {
    fn through(mut self, bytes: Vec<u8>, stored: Stored, limits: &Limits) -> Result<Jpeg, ImagingError> {
        let mut at = 2;
        loop {
            let marker = next_marker(&bytes, &mut at)?;
            match marker {
                0xD9 => break,
                0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let length = bytes.get(at..at + 2).ok_or(truncated(CUT_SEGMENT))?;
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            if length < 2 {
                return Err(ImagingError::corrupt(0, "a segment has no length"));
            }
            let segment = bytes.get(at + 2..at + length).ok_or(truncated(CUT_SEGMENT))?;
            at += length;
            match marker {
                0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => self.start_of_frame(marker, segment, limits)?,
                0xC4 => self.tables.define(segment)?,
                0xCC => return Err(ImagingError::unsupported(0, "arithmetic coding")),
                0xDA => self.scan(segment, &bytes, &mut at)?,
                0xDC => return Err(ImagingError::unsupported(0, "a height that is given after the pixels")),
                0xDD => {
                    let interval = segment.first_chunk().ok_or(ImagingError::corrupt(0, "a short segment"))?;
                    self.restart_interval = u32::from(u16::from_be_bytes(*interval));
                }
                0xE0 => self.jfif(segment),
                0xE1 if self.exif.is_none() => {
                    self.exif = segment.strip_prefix(b"Exif\0").and_then(|rest| rest.get(1..)).map(exif::parse);
                }
                0xEE if segment.starts_with(b"Adobe") => self.adobe_transform = segment.get(11).copied(),
                _ => {}
            }
        }
        self.finish(bytes, stored)
    }

    fn start_of_frame(&mut self, marker: u8, segment: &[u8], limits: &Limits) -> Result<(), ImagingError> {
        let coding = match marker {
            0xC0 | 0xC1 => Coding::Sequential,
            0xC2 => Coding::Progressive,
            0xC3 | 0xC7 | 0xCB | 0xCF => return Err(ImagingError::unsupported(0, "lossless JPEG coding")),
            0xC9 | 0xCA | 0xCD | 0xCE => return Err(ImagingError::unsupported(0, "arithmetic coding")),
            _ => return Err(ImagingError::unsupported(0, "hierarchical JPEG coding")),
        };
        if self.scans.is_some() {
            return Err(ImagingError::corrupt(0, "it has two frame headers"));
        }
        let [precision, h1, h0, w1, w0, components, specs @ ..] = segment else {
            return Err(ImagingError::corrupt(0, "its frame header is short"));
        };
        if *precision != 8 {
            return Err(ImagingError::unsupported(0, format!("{precision} bits a sample")));
        }
        let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
        if height == 0 {
            return Err(ImagingError::unsupported(0, "a height that is given after the pixels"));
        }
        limits.check(0, u64::from(width), u64::from(height))?;
        match components {
            1 | 3 | 4 => {}
            other => return Err(ImagingError::unsupported(0, format!("{other} components"))),
        }
        if specs.len() != 3 * usize::from(*components) {
            return Err(ImagingError::corrupt(0, "its frame header has a wrong length"));
        }
        self.scans = Some(Scans::new(coding, u32::from(width), u32::from(height), specs)?);
        Ok(())
    }

    fn scan(&mut self, header: &[u8], bytes: &[u8], at: &mut usize) -> Result<(), ImagingError> {
        let start = *at;
        let end = end_of_scan(bytes, start).ok_or(truncated(CUT_SCAN))?;
        *at = end;
        let scans = self.scans.as_mut().ok_or(ImagingError::corrupt(0, "pixels come before the frame header"))?;
        scans.read(header, &bytes[start..end], &self.tables, self.restart_interval)
    }

    fn jfif(&mut self, segment: &[u8]) {
        let [b'J', b'F', b'I', b'F', 0, _, _, unit, x1, x0, y1, y0, ..] = segment else { return };
        self.jfif = true;
        let (x, y) = (u16::from_be_bytes([*x1, *x0]), u16::from_be_bytes([*y1, *y0]));
        // JFIF counts its units from 1 (inch), TIFF from 2.
        self.jfif_resolution =
            Resolution::in_unit(u64::from(*unit) + 1, f64::from(x), f64::from(y)).filter(|_| *unit > 0);
    }

    fn finish(self, bytes: Vec<u8>, stored: Stored) -> Result<Jpeg, ImagingError> {
        let scans = self.scans.ok_or(ImagingError::corrupt(0, "it has no frame header"))?;
        scans.check_complete()?;
        let components = scans.component_ids().len();
        // Readers agree about RGB only if the Adobe mark says it and no JFIF mark contradicts.
        let marked_rgb = components == 3 && self.adobe_transform == Some(0);
        let named_rgb = scans.component_ids() == b"RGB";
        let named_so = named_rgb && stored == Stored::AsRgb;
        if marked_rgb && self.jfif || named_rgb && !marked_rgb && !named_so {
            return Err(ImagingError::unsupported(0, "colours about which its marks disagree"));
        }
        if components == 4 && !matches!(self.adobe_transform, Some(0 | 2)) {
            return Err(ImagingError::unsupported(0, "four components without a mark that says what they are"));
        }
        let exif = self.exif.unwrap_or_default();
        Ok(Jpeg {
            bytes,
            width: scans.width(),
            height: scans.height(),
            components: components as u8,
            planar: components > 1 && scans.is_sequential() && scans.count() > 1,
            is_rgb: marked_rgb || named_so,
            resolution: self.jfif_resolution.or(exif.resolution),
            orientation: exif.orientation,
        })
    }
}

/// Columns, rows and number of components that the frame header says; `None` if there is none.
pub(crate) fn stated_size(bytes: &[u8]) -> Option<(u32, u32, u8)> {
    let mut at = 2;
    loop {
        let marker = next_marker(bytes, &mut at).ok()?;
        if matches!(marker, 0xD8 | 0x01 | 0xD0..=0xD7) {
            continue;
        }
        let segment = bytes.get(at..)?;
        if matches!(marker, 0xC0..=0xC2) {
            let [_, _, _, h1, h0, w1, w0, components, ..] = segment else { return None };
            let (width, height) = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
            return Some((width.into(), height.into(), *components));
        }
        at += usize::from(u16::from_be_bytes(*segment.first_chunk()?));
    }
}

fn truncated(what: &'static str) -> ImagingError {
    ImagingError::Truncated { frame: 0, what }
}

/// Skips to the next marker, over fill bytes and stray bytes, and past it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, ImagingError> {
    loop {
        let found = bytes.get(*at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF));
        *at += found.ok_or(truncated("its end mark is missing"))? + 1;
        let marker = *bytes.get(*at).ok_or(truncated("its end mark is missing"))?;
        if marker == 0xFF {
            continue;
        }
        *at += 1;
        if marker != 0 {
            return Ok(marker);
        }
    }
}

/// Where the coded data that begins at `start` ends: at the first marker that is no restart.
fn end_of_scan(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}
