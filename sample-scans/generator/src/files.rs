//! The files that a scanner would write: JPEG and PNG in colour, TIFF in black and white, all saying 200 dpi.

use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use jpeg_encoder::{ColorType, PixelDensity, SamplingFactor};

/// What kind of file a document is scanned to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One colour JPEG a page.
    Jpeg,
    /// One colour PNG a page, without loss.
    Png,
    /// One TIFF of bilevel pages, CCITT Group 4.
    Tiff,
}

/// Red, green, blue, three bytes a pixel.
#[derive(Debug, Clone)]
pub struct Pixels {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The samples.
    pub rgb: Vec<u8>,
}

/// Why a page could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodingError {
    /// The JPEG encoder refused.
    #[error("could not encode a JPEG")]
    Jpeg(#[from] jpeg_encoder::EncodingError),
    /// The PNG encoder refused.
    #[error("could not encode a PNG")]
    Png(#[from] png::EncodingError),
    /// A page is larger than its format allows.
    #[error("a page of {width} × {height} pixels is too large")]
    TooLarge {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
}

/// A colour JPEG, chroma halved both ways.
///
/// # Errors
/// If the page is too large.
pub fn jpeg(page: &Pixels, quality: u8) -> Result<Vec<u8>, EncodingError> {
    let side =
        |n: usize| u16::try_from(n).map_err(|_| EncodingError::TooLarge { width: page.width, height: page.height });
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    encoder.set_density(PixelDensity::dpi(200));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(&page.rgb, side(page.width)?, side(page.height)?, ColorType::Rgb)?;
    Ok(bytes)
}

/// A grey PNG of 16 shades, as a copier writes it.
///
/// # Errors
/// If the page is too large.
pub fn png(page: &Pixels) -> Result<Vec<u8>, EncodingError> {
    let side =
        |n: usize| u32::try_from(n).map_err(|_| EncodingError::TooLarge { width: page.width, height: page.height });
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side(page.width)?, side(page.height)?);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_compression(png::Compression::High);
    // 200 dpi is 7874 pixels a metre.
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 7874, yppu: 7874, unit: png::Unit::Meter }));
    let mut packed = Vec::with_capacity(page.height * page.width.div_ceil(2));
    for row in page.rgb.chunks(page.width * 3) {
        for pair in row.chunks(6) {
            let shade = |rgb: &[u8]| (luma(rgb) / 16).min(15) as u8;
            let (first, second) = (shade(&pair[..3]), if pair.len() == 6 { shade(&pair[3..]) } else { 0 });
            packed.push(first << 4 | second);
        }
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&packed)?;
    writer.finish()?;
    Ok(bytes)
}

/// A TIFF of bilevel pages, little-endian, one Group 4 strip a page.
///
/// # Errors
/// If the file grows beyond 4 GiB.
pub fn tiff(pages: &[Pixels]) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for page in pages {
        let too_large = || EncodingError::TooLarge { width: page.width, height: page.height };
        let number = |n: usize| u32::try_from(n).map_err(|_| too_large());
        let strip = group4(page, too_large)?;
        let strip_at = bytes.len();
        bytes.extend_from_slice(&strip);
        let resolution_at = bytes.len() + bytes.len() % 2;
        bytes.resize(resolution_at, 0);
        bytes.extend_from_slice(&[200_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat());
        let directory_at = number(bytes.len())?;
        bytes[link..link + 4].copy_from_slice(&directory_at.to_le_bytes());
        // Tag, type (3 = SHORT, 4 = LONG, 5 = RATIONAL), value (TIFF 6.0, bilevel images).
        let entries: [(u16, u16, u32); 12] = [
            (256, 4, number(page.width)?),
            (257, 4, number(page.height)?),
            (258, 3, 1),
            (259, 3, 4),
            (262, 3, 0),
            (273, 4, number(strip_at)?),
            (277, 3, 1),
            (278, 4, number(page.height)?),
            (279, 4, number(strip.len())?),
            (282, 5, number(resolution_at)?),
            (283, 5, number(resolution_at)?),
            (296, 3, 2),
        ];
        bytes.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            bytes.extend_from_slice(&tag.to_le_bytes());
            bytes.extend_from_slice(&kind.to_le_bytes());
            bytes.extend_from_slice(&1_u32.to_le_bytes());
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        link = bytes.len();
        bytes.extend_from_slice(&[0; 4]);
    }
    Ok(bytes)
}

/// One page in CCITT Group 4 (ITU-T T.6).
fn group4(page: &Pixels, too_large: impl Fn() -> EncodingError) -> Result<Vec<u8>, EncodingError> {
    // The encoder counts columns in 15 bits.
    let width = u16::try_from(page.width).ok().filter(|width| *width < 0x7FFF).ok_or_else(too_large)?;
    let mut encoder = Encoder::new(VecWriter::new());
    for row in page.rgb.chunks(page.width * 3) {
        let dots = row.chunks(3).map(|rgb| if luma(rgb) < 158 { Color::Black } else { Color::White });
        let Ok(()) = encoder.encode_line(dots, u32::from(width));
    }
    let Ok(writer) = encoder.finish();
    Ok(writer.finish())
}

fn luma(rgb: &[u8]) -> u32 {
    (u32::from(rgb[0]) * 299 + u32::from(rgb[1]) * 587 + u32::from(rgb[2]) * 114) / 1000
}
