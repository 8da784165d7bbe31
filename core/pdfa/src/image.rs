//! Images as they enter a PDF: the stored bytes unchanged, and a dictionary that says how to read them.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use sohoa_model::frame::{Embedding, RowFilter};
use sohoa_pdf::{Dict, Object, ObjectWriter, PdfError, Reference};

/// The bytes of a page image with their encoding.
pub struct ImageData<'a> {
    /// How the bytes are to be read.
    pub encoding: ImageEncoding,
    /// The bytes; strips follow each other. Exactly as many as the encoding says must come.
    pub data: &'a mut dyn Read,
}

/// How stored image bytes are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageEncoding {
    /// A JPEG (DCTDecode).
    Jpeg {
        /// 1 (grey) or 3 (colour).
        components: u8,
        /// Bytes.
        length: u64,
    },
    /// CCITT Group 4 strips from top to bottom (CCITTFaxDecode, K = -1); each becomes an XObject.
    CcittG4 {
        /// The strips; their rows add up to the height of the frame.
        strips: Vec<Strip>,
        /// Whether a 0 bit is white, as fax has it.
        min_is_white: bool,
    },
    /// Zlib data (FlateDecode).
    Flate {
        /// 1 (grey, or indices if there is a palette) or 3 (colour).
        components: u8,
        /// Bits a component: 1, 2, 4, 8 or 16.
        bits: u8,
        /// Red, green, blue for each index.
        palette: Option<Vec<u8>>,
        /// Whether rows carry PNG filters.
        rows: RowFilter,
        /// Bytes.
        length: u64,
    },
}

/// One strip of a bilevel image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip {
    /// Bytes.
    pub length: u64,
    /// Rows.
    pub rows: u32,
}

impl ImageEncoding {
    /// The encoding of a frame within its file of `file_length` bytes, and which bytes of the file are to be read, in order.
    ///
    /// `None` for [`Embedding::Repack`]: the decoded pixels must be packed first.
    pub fn of(embedding: &Embedding, file_length: u64) -> Option<(Self, Vec<Range<u64>>)> {
        let length = |range: &Range<u64>| range.end.saturating_sub(range.start);
        let total = |ranges: &[Range<u64>]| ranges.iter().map(length).fold(0_u64, u64::saturating_add);
        match embedding {
            Embedding::Jpeg { components, ranges } => {
                let whole = || std::iter::once(0..file_length).collect();
                let ranges = if ranges.is_empty() { whole() } else { ranges.clone() };
                Some((Self::Jpeg { components: *components, length: total(&ranges) }, ranges))
            }
            Embedding::CcittG4 { strips, min_is_white } => {
                let ranges = strips.iter().map(|(range, _)| range.clone()).collect();
                let strips = strips.iter().map(|(range, rows)| Strip { length: length(range), rows: *rows }).collect();
                Some((Self::CcittG4 { strips, min_is_white: *min_is_white }, ranges))
            }
            Embedding::Flate { ranges, components, bits, palette, rows } => {
                let (components, bits, palette, length) = (*components, *bits, palette.clone(), total(ranges));
                Some((Self::Flate { components, bits, palette, rows: *rows, length }, ranges.clone()))
            }
            Embedding::Repack => None,
        }
    }
}

/// Byte ranges of a source, read one after the other as if they were one.
#[derive(Debug)]
pub struct RangeReader<R> {
    source: R,
    ranges: std::vec::IntoIter<Range<u64>>,
    left: u64,
}

impl<R: Read + Seek> RangeReader<R> {
    /// A reader of these ranges in order.
    pub fn new(source: R, ranges: Vec<Range<u64>>) -> Self {
        Self { source, ranges: ranges.into_iter(), left: 0 }
    }
}

impl<R: Read + Seek> Read for RangeReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            let Some(range) = self.ranges.next() else { return Ok(0) };
            self.source.seek(SeekFrom::Start(range.start))?;
            self.left = range.end.saturating_sub(range.start);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.source.read(&mut buffer[..most])?;
        if count == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// What is wrong with an encoding for a frame of this size, if anything.
pub(crate) fn fault(encoding: &ImageEncoding, width: u32, height: u32) -> Option<&'static str> {
    if width == 0 || height == 0 {
        return Some("no pixels");
    }
    match encoding {
        ImageEncoding::Jpeg { components, .. } if !matches!(components, 1 | 3) => Some("neither 1 nor 3 components"),
        ImageEncoding::CcittG4 { strips, .. } => {
            let rows: u64 = strips.iter().map(|strip| u64::from(strip.rows)).sum();
            let empty = strips.iter().any(|strip| strip.rows == 0 || strip.length == 0);
            (rows != u64::from(height) || empty).then_some("strips that do not make up the height")
        }
        ImageEncoding::Flate { components, bits, palette, .. } => match palette {
            _ if !matches!(bits, 1 | 2 | 4 | 8 | 16) => Some("a number of bits that PDF does not have"),
            _ if !matches!(components, 1 | 3) => Some("neither 1 nor 3 components"),
            Some(palette) if palette.is_empty() || palette.len() % 3 != 0 || palette.len() > 768 => {
                Some("a palette that is not 1 to 256 colours")
            }
            Some(_) if *components != 1 || *bits > 8 => Some("a palette for samples that are no indices"),
            _ => None,
        },
        ImageEncoding::Jpeg { .. } => None,
    }
}

/// Writes the XObjects of an image from top to bottom and gives each with its rows.
pub(crate) fn write<W: Write>(
    writer: &mut ObjectWriter<W>,
    image: ImageData<'_>,
    width: u32,
    height: u32,
) -> Result<Vec<(Reference, u32)>, PdfError> {
    let base = |rows: u32| {
        Dict::new()
            .with("Type", Object::name("XObject"))
            .with("Subtype", Object::name("Image"))
            .with("Width", width)
            .with("Height", rows)
    };
    let mut written = Vec::new();
    match image.encoding {
        ImageEncoding::Jpeg { components, length } => {
            let dict = base(height)
                .with("BitsPerComponent", 8)
                .with("ColorSpace", device_space(components))
                .with("Filter", Object::name("DCTDecode"));
            let reference = writer.allocate()?;
            writer.stream_from(reference, &dict, image.data, length)?;
            written.push((reference, height));
        }
        ImageEncoding::CcittG4 { strips, min_is_white } => {
            for Strip { length, rows } in strips {
                let parameters = Dict::new()
                    .with("K", -1)
                    .with("Columns", width)
                    .with("Rows", rows)
                    .with("BlackIs1", !min_is_white)
                    .with("EndOfBlock", false);
                let dict = base(rows)
                    .with("BitsPerComponent", 1)
                    .with("ColorSpace", device_space(1))
                    .with("Filter", Object::name("CCITTFaxDecode"))
                    .with("DecodeParms", parameters);
                let reference = writer.allocate()?;
                writer.stream_from(reference, &dict, &mut (&mut *image.data).take(length), length)?;
                written.push((reference, rows));
            }
        }
        ImageEncoding::Flate { components, bits, palette, rows, length } => {
            let space = match palette {
                None => device_space(components),
                Some(palette) => Object::Array(vec![
                    Object::name("Indexed"),
                    Object::name("DeviceRGB"),
                    Object::Int(palette.len() as i64 / 3 - 1),
                    Object::String(palette),
                ]),
            };
            let mut dict = base(height)
                .with("BitsPerComponent", bits)
                .with("ColorSpace", space)
                .with("Filter", Object::name("FlateDecode"));
            if rows == RowFilter::Png {
                let parameters = Dict::new()
                    .with("Predictor", 15)
                    .with("Colors", components)
                    .with("BitsPerComponent", bits)
                    .with("Columns", width);
                dict.set("DecodeParms", parameters);
            }
            let reference = writer.allocate()?;
            writer.stream_from(reference, &dict, image.data, length)?;
            written.push((reference, height));
        }
    }
    Ok(written)
}

/// The device colour space, which the output intent makes definite (ISO 19005-2, 6.2.4.3).
fn device_space(components: u8) -> Object {
    Object::name(if components == 1 { "DeviceGray" } else { "DeviceRGB" })
}
