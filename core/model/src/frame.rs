//! A frame: pixels as a device or a file gives them. Widths and heights are as stored, before any rotation.

use std::ops::Range;

use crate::geometry::{Dpi, Rect, Rotation};

/// The kinds of file that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// JPEG, ISO 10918-1.
    Jpeg,
    /// PNG, ISO 15948.
    Png,
    /// TIFF 6.0, one or many frames.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// WebP, RFC 9649.
    Webp,
    /// JPEG 2000, ISO/IEC 15444-1, boxed or bare.
    Jp2,
    /// PDF, ISO 32000-1, each page one image.
    Pdf,
}

impl FileFormat {
    /// The PRONOM-like short name in records: `jpeg`, `png`, `tiff`, `bmp`, `webp`, `jp2`, `pdf`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Webp => "webp",
            Self::Jp2 => "jp2",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::Bmp => "image/bmp",
            Self::Webp => "image/webp",
            Self::Jp2 => "image/jp2",
            Self::Pdf => "application/pdf",
        }
    }
}

/// What the samples of a frame are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Samples {
    /// One bit a pixel, black or white.
    Bilevel,
    /// Eight bits a pixel, grey.
    Gray8,
    /// Three times eight bits a pixel, red, green, blue.
    Rgb8,
    /// Sixteen bits a pixel, grey.
    Gray16,
    /// Three times sixteen bits a pixel, red, green, blue.
    Rgb16,
}

/// What had to be done to stored samples that no page of a PDF/A can have as they are; the master keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Conversion {
    /// Inks without a profile became red, green, blue: 255 less ink, less black.
    Cmyk,
    /// What is transparent was laid on white.
    Transparency,
    /// Notes, stamps or forms that a PDF lays over the image are not part of it.
    Annotations,
}

impl Conversion {
    /// All.
    pub const ALL: [Self; 3] = [Self::Cmyk, Self::Transparency, Self::Annotations];

    /// The word in records: `cmyk`, `transparency`, `annotations`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cmyk => "cmyk",
            Self::Transparency => "transparency",
            Self::Annotations => "annotations",
        }
    }

    /// The conversion of a record.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|conversion| conversion.word() == word)
    }
}

/// What is known of one frame of a file without reading its letters.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameFacts {
    /// Position in the file, from 0.
    pub index: u32,
    /// Columns as stored.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Resolution that the file states, or the guess that stands in for it (see `dpi_stated`).
    pub dpi: Dpi,
    /// Whether the file states a believable resolution (50 to 2 400 dpi).
    pub dpi_stated: bool,
    /// What the samples are once decoded.
    pub samples: Samples,
    /// The turn that the file itself asks for (EXIF or TIFF orientation 1, 6, 3, 8).
    pub stated_rotation: Rotation,
    /// How the stored bytes can enter a PDF.
    pub embedding: Embedding,
    /// What the decoded samples are not any more; `None` if they are those of the file.
    pub conversion: Option<Conversion>,
    /// Whether the file carries a signature: it is kept as it is, and its pages enter no other PDF.
    pub is_sealed: bool,
}

/// Whether the rows inside Flate data are filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFilter {
    /// Samples as they are, each row from a new byte.
    Plain,
    /// Each row starts with the number of its PNG filter (predictor 15), as in IDAT.
    Png,
}

/// How the stored bytes of a frame can enter a PDF. Byte ranges count from the start of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Embedding {
    /// A JPEG of 1 or 3 components of 8 bits that every PDF reader decodes (DCTDecode).
    Jpeg {
        /// 1 (grey) or 3 (colour).
        components: u8,
        /// Where it lies, to be joined in order; empty if it is the whole file.
        ranges: Vec<Range<u64>>,
    },
    /// CCITT Group 4 strips, top to bottom, most significant bit first (CCITTFaxDecode, K = -1).
    CcittG4 {
        /// Each strip's bytes and its number of rows.
        strips: Vec<(Range<u64>, u32)>,
        /// Whether a 0 bit is white, as fax has it (`/BlackIs1 false` draws it right); else the image is inverted.
        min_is_white: bool,
    },
    /// Zlib data (FlateDecode) in these ranges, to be joined in order.
    Flate {
        /// Where the compressed data lies.
        ranges: Vec<Range<u64>>,
        /// 1 (grey), 3 (colour) or 1 with a palette.
        components: u8,
        /// Bits a component: 1, 2, 4, 8 or 16.
        bits: u8,
        /// Red, green, blue for each index, if the samples are indices.
        palette: Option<Vec<u8>>,
        /// Whether rows carry PNG filters.
        rows: RowFilter,
    },
    /// The bytes can't pass as they are; the decoded pixels are packed without loss instead.
    Repack,
}

/// Decoded samples of a frame for recognition: 8 bits a pixel, 0 is black, rows from top to bottom without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrayImage {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height` samples.
    pub pixels: Vec<u8>,
}

impl GrayImage {
    /// The samples of row `y`.
    pub fn row(&self, y: u32) -> &[u8] {
        let width = self.width as usize;
        &self.pixels[y as usize * width..(y as usize + 1) * width]
    }

    /// A part of it, cut where it would reach beyond.
    #[must_use]
    pub fn cut(&self, area: &Rect) -> Self {
        let (left, right) = (area.left.min(self.width) as usize, area.right.min(self.width) as usize);
        let rows = area.top.min(self.height)..area.bottom.min(self.height);
        let height = rows.len() as u32;
        let pixels = rows.flat_map(|y| &self.row(y)[left..right]).copied().collect();
        Self { width: (right - left) as u32, height, pixels }
    }
}
