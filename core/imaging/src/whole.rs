//! Formats that are decoded whole: WebP (RFC 9649) and JPEG 2000 (ISO/IEC 15444-1).
//!
//! Their decoders give all pixels at once, so a frame may be no larger than [`MOST_BYTES`]. What comes out is grey or
//! colour of 8 or 16 bits, laid on white where it is transparent.

use std::io::{Cursor, Read, Seek};

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image_webp::WebPDecoder;
use sohoa_model::frame::{Conversion, Embedding, FileFormat, FrameFacts, Samples};

use crate::decode::{Alpha, Row, RowSink, lay_on_white};
use crate::error::ImagingError;
use crate::exif::{self, Orientation, Resolution};
use crate::inspect::Limits;
use crate::source::{Source, zeroed};

/// The most bytes that the decoded samples of a frame may take; their decoders need a multiple of it beside them.
const MOST_BYTES: u64 = 160 << 20;

/// A decoded frame.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) width: u32,
    pub(crate) height: u32,
    samples: Samples,
    pixels: Vec<u8>,
    conversion: Option<Conversion>,
    resolution: Option<Resolution>,
    pub(crate) orientation: Orientation,
}

/// Decodes a file of one of the formats.
pub(crate) fn read<R: Read + Seek>(source: &mut R, format: FileFormat, limits: &Limits) -> Result<Whole, ImagingError> {
    let mut source = Source::new(source)?;
    let length = source.length();
    let bytes = source.read(0..length, 0, "it could not be read whole")?;
    match format {
        FileFormat::Webp => webp(&bytes, limits),
        _ => jpeg_2000(&bytes, limits),
    }
}

impl Whole {
    /// The facts of the one frame.
    pub(crate) fn facts(&self) -> FrameFacts {
        let rotation = self.orientation.rotation;
        let (dpi, dpi_stated) = exif::dpi(self.resolution, rotation, self.width, self.height);
        FrameFacts {
            is_sealed: false,
            index: 0,
            width: self.width,
            height: self.height,
            dpi,
            dpi_stated,
            samples: self.samples,
            stated_rotation: rotation,
            embedding: Embedding::Repack,
            conversion: self.conversion,
        }
    }

    /// What the decoded samples are.
    pub(crate) fn samples(&self) -> Samples {
        self.samples
    }

    /// What of the decoded samples is not as stored.
    pub(crate) fn conversion(&self) -> Option<Conversion> {
        self.conversion
    }

    /// Hands over the rows.
    pub(crate) fn rows(&self, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let bytes = match self.samples {
            Samples::Bilevel | Samples::Gray8 => 1,
            Samples::Gray16 => 2,
            Samples::Rgb8 => 3,
            Samples::Rgb16 => 6,
        };
        for row in self.pixels.chunks_exact(self.width as usize * bytes) {
            sink(match self.samples {
                Samples::Bilevel | Samples::Gray8 => Row::Gray(row),
                Samples::Gray16 => Row::Gray16(row),
                Samples::Rgb8 => Row::Rgb(row),
                Samples::Rgb16 => Row::Rgb16(row),
            })?;
        }
        Ok(())
    }
}

/// Checks the size that a header claims, and that its samples fit.
fn check(limits: &Limits, width: u32, height: u32, bytes: u64) -> Result<u64, ImagingError> {
    limits.check(0, u64::from(width), u64::from(height))?;
    let all = u64::from(width) * u64::from(height) * bytes;
    if all > MOST_BYTES {
        return Err(ImagingError::TooLarge { frame: 0, width: u64::from(width), height: u64::from(height) });
    }
    Ok(all)
}

fn webp(bytes: &[u8], limits: &Limits) -> Result<Whole, ImagingError> {
    let fault = |cause: image_webp::DecodingError| ImagingError::Corrupt {
        frame: 0,
        what: "the WebP decoder gave up",
        cause: Some(Box::new(cause)),
    };
    // The header says how much follows it (RFC 9649, 2.4).
    let stated = bytes.get(4..8).map(|size| size.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)));
    if stated.is_none_or(|size| size + 8 > bytes.len() as u64) {
        return Err(ImagingError::Truncated { frame: 0, what: "it ends before its last pixel" });
    }
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(fault)?;
    if decoder.is_animated() {
        return Err(ImagingError::unsupported(0, "moving pictures"));
    }
    let (width, height) = decoder.dimensions();
    let has_alpha = decoder.has_alpha();
    let all = check(limits, width, height, if has_alpha { 4 } else { 3 })?;
    decoder.set_memory_limit(MOST_BYTES as usize);
    let exif = decoder.exif_metadata().map_err(fault)?;
    let exif = exif.map(|block| exif::parse(block.strip_prefix(b"Exif\0\0").unwrap_or(&block))).unwrap_or_default();
    let mut pixels = zeroed(all, 0)?;
    decoder.read_image(&mut pixels).map_err(fault)?;
    if has_alpha {
        let mut laid = Vec::new();
        lay_on_white(&pixels, 3, 8, Alpha::Apart, &mut laid);
        pixels = laid;
    }
    Ok(Whole {
        width,
        height,
        samples: Samples::Rgb8,
        pixels,
        conversion: has_alpha.then_some(Conversion::Transparency),
        resolution: exif.resolution,
        orientation: exif.orientation,
    })
}

/// Decodes JPEG 2000, boxed or bare.
pub(crate) fn jpeg_2000(bytes: &[u8], limits: &Limits) -> Result<Whole, ImagingError> {
    let fault = |cause: hayro_jpeg2000::DecodeError| ImagingError::Corrupt {
        frame: 0,
        what: "the JPEG 2000 decoder gave up",
        cause: Some(cause.to_string().into()),
    };
    // Strict: what is cut off or damaged is refused, not guessed.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings).map_err(fault)?;
    let (width, height) = (image.width(), image.height());
    let channels = match image.color_space() {
        ColorSpace::Gray => 1,
        ColorSpace::RGB => 3,
        ColorSpace::CMYK => 4,
        // A profile is not applied; its colours are taken for grey or red, green, blue by their number.
        ColorSpace::Icc { num_channels, .. } | ColorSpace::Unknown { num_channels } => usize::from(*num_channels),
    };
    let has_alpha = image.has_alpha();
    if !matches!(channels, 1 | 3 | 4) || channels == 4 && has_alpha {
        return Err(ImagingError::unsupported(0, format!("{channels} channels")));
    }
    let deep = image.original_bit_depth() > 8;
    let all_channels = channels + usize::from(has_alpha);
    // The decoder holds each sample as a number of four bytes.
    check(limits, width, height, all_channels as u64 * 4)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(fault)?;
    let components = decoded.components();
    let count = width as usize * height as usize;
    if components.len() != all_channels || components.iter().any(|component| component.samples().len() != count) {
        return Err(ImagingError::unsupported(0, "channels of unequal size"));
    }
    let bytes_each = if deep { 2 } else { 1 };
    let mut pixels = zeroed((count * all_channels * bytes_each) as u64, 0)?;
    for (channel, component) in components.iter().enumerate() {
        let full = ((1_u32 << component.bit_depth().min(16)) - 1).max(1) as f32;
        let scale = if deep { 65_535.0 } else { 255.0 } / full;
        for (pixel, sample) in pixels.chunks_exact_mut(all_channels * bytes_each).zip(component.samples()) {
            let value = (sample * scale).round().clamp(0.0, 65_535.0) as u16;
            if deep {
                pixel[channel * 2..channel * 2 + 2].copy_from_slice(&value.to_be_bytes());
            } else {
                pixel[channel] = value.min(255) as u8;
            }
        }
    }
    let mut conversion = None;
    if has_alpha {
        let mut laid = Vec::new();
        lay_on_white(&pixels, channels, bytes_each as u8 * 8, Alpha::Apart, &mut laid);
        pixels = laid;
        conversion = Some(Conversion::Transparency);
    }
    if channels == 4 {
        if deep {
            return Err(ImagingError::unsupported(0, "CMYK colours of more than 8 bits"));
        }
        pixels = pixels
            .chunks_exact(4)
            .flat_map(|inks| crate::decode::cmyk_to_rgb([inks[0], inks[1], inks[2], inks[3]]))
            .collect();
        conversion = Some(Conversion::Cmyk);
    }
    let samples = match (channels, deep) {
        (1, false) => Samples::Gray8,
        (1, true) => Samples::Gray16,
        (_, false) => Samples::Rgb8,
        (_, true) => Samples::Rgb16,
    };
    let orientation = Orientation::default();
    Ok(Whole { width, height, samples, pixels, conversion, resolution: None, orientation })
}
