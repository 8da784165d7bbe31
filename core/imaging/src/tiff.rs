//! TIFF files (TIFF 6.0, BigTIFF): each page a frame.
//!
//! Taken in: one or many pages, strips or tiles, stored plain, PackBits, LZW, Deflate, CCITT Group 3 or 4 or JPEG; grey of
//! 1, 2, 4, 8 and 16 bits in both photometric senses, palettes of up to 8 bits, RGB of 8 and 16 bits and CMYK of 8 bits,
//! in one plane or several, with or without transparency. A page that is marked as
//! a reduced image and is at most half as wide and high as the page before it is its thumbnail, and one that is marked as a
//! mask belongs to another page: neither is a frame. A page decodes without its predecessors.

use std::io::{Read, Seek};
use std::ops::Range;

use sohoa_model::frame::{Conversion, Embedding, FrameFacts};

use crate::ccitt::Group3;
use crate::colors::Colors;
use crate::decode::{Alpha, RowSink, lay_on_white};
use crate::error::ImagingError;
use crate::exif::{self, Orientation, Resolution};
use crate::ifd::{Directory, directories};
use crate::inspect::Limits;
use crate::jpeg::{self, Stored};
use crate::source::{Source, zeroed};
use crate::strip::{Compression, Packing};

/// The longest JPEG tables of a page.
const LONGEST_TABLES: u64 = 1 << 16;

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    index: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    colors: Colors,
    packing: Packing,
    planes: Planes,
    /// Channels beside the colours, and what the first of them is.
    extra: u8,
    alpha: Option<Alpha>,
    /// Size of each strip or tile; the last strip may have fewer rows.
    chunk: (u32, u32),
    is_tiled: bool,
    ranges: Vec<Range<u64>>,
    /// The parts of the one JPEG that is the whole page and can enter a PDF; none else.
    jpeg: Vec<Range<u64>>,
    resolution: Option<Resolution>,
    pub(crate) orientation: Orientation,
}

/// Where the samples of a pixel lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planes {
    /// One beside the other.
    Together,
    /// Each channel in strips or tiles of its own.
    Apart,
}

/// Reads the directories of all pages, without their pixels.
pub(crate) fn pages<R: Read + Seek>(source: &mut R, limits: &Limits) -> Result<Vec<Page>, ImagingError> {
    let mut source = Source::new(source)?;
    let mut pages: Vec<Page> = Vec::new();
    for directory in directories(&mut source, limits)? {
        let index = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut fields = Fields { directory: &directory, source: &mut source, index };
        if !fields.is_beside(pages.last())? {
            pages.push(fields.page(limits)?);
        }
    }
    Ok(pages)
}

impl Page {
    /// The facts of the page.
    pub(crate) fn facts(&self) -> FrameFacts {
        let rotation = self.orientation.rotation;
        let (dpi, dpi_stated) = exif::dpi(self.resolution, rotation, self.width, self.height);
        FrameFacts {
            is_sealed: false,
            index: self.index,
            width: self.width,
            height: self.height,
            dpi,
            dpi_stated,
            samples: self.colors.samples(),
            stated_rotation: rotation,
            embedding: self.embedding(),
            conversion: match (&self.colors, self.alpha) {
                (Colors::Cmyk, _) => Some(Conversion::Cmyk),
                (_, Some(_)) => Some(Conversion::Transparency),
                _ => None,
            },
        }
    }

    fn embedding(&self) -> Embedding {
        if !self.jpeg.is_empty() && !self.orientation.mirrored {
            return Embedding::Jpeg { components: self.colors.channels(), ranges: self.jpeg.clone() };
        }
        let Colors::Gray { bits: 1, min_is_white } = self.colors else { return Embedding::Repack };
        let passes = self.packing.compression == Compression::Group4
            && !self.packing.reversed_bits
            && !self.is_tiled
            && !self.orientation.mirrored;
        if !passes {
            return Embedding::Repack;
        }
        let rows = (0..self.height).step_by(self.chunk.1 as usize).map(|top| self.chunk.1.min(self.height - top));
        Embedding::CcittG4 { strips: self.ranges.iter().cloned().zip(rows).collect(), min_is_white }
    }

    /// Decodes the page.
    pub(crate) fn rows<R: Read + Seek>(&self, source: &mut R, sink: &mut RowSink<'_>) -> Result<(), ImagingError> {
        let mut source = Source::new(source)?;
        let (mut converted, mut laid) = (Vec::new(), Vec::new());
        let planes = if self.planes == Planes::Apart { usize::from(self.colors.channels() + self.extra) } else { 1 };
        let across = self.width.div_ceil(self.chunk.0) as usize;
        let down = self.height.div_ceil(self.chunk.1) as usize;
        for (band, top) in (0..self.height).step_by(self.chunk.1 as usize).enumerate() {
            let rows = self.chunk.1.min(self.height - top);
            let mut pixels = Vec::new();
            for plane in 0..planes {
                let from = (plane * down + band) * across;
                let data = self.band(&mut source, &self.ranges[from..from + across], rows)?;
                if planes == 1 {
                    pixels = data;
                } else {
                    self.interleave(&data, plane, planes, &mut pixels)?;
                }
            }
            let stride = self.packing.row_bytes(self.width) as usize * planes;
            for row in pixels.chunks_exact_mut(stride) {
                if self.extra > 0 {
                    self.without_extra(row, &mut laid);
                    self.colors.pass(&mut laid, self.width, &mut converted, sink)?;
                } else {
                    self.colors.pass(row, self.width, &mut converted, sink)?;
                }
            }
        }
        Ok(())
    }

    /// Strips or tiles that lie side by side, as rows of the page.
    fn band<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        ranges: &[Range<u64>],
        rows: u32,
    ) -> Result<Vec<u8>, ImagingError> {
        let stride = self.packing.row_bytes(self.width) as usize;
        // Tiles are stored whole, strips end with the page.
        let stored_rows = if self.is_tiled { self.chunk.1 } else { rows };
        let chunk_stride = self.packing.row_bytes(self.chunk.0) as usize;
        let mut pixels = zeroed(stride as u64 * u64::from(rows), self.index)?;
        for (column, range) in ranges.iter().enumerate() {
            let data = self.packing.unpack(source, range.clone(), self.chunk.0, stored_rows, self.index)?;
            let left = column * chunk_stride;
            let used = chunk_stride.min(stride - left);
            for (target, row) in pixels.chunks_exact_mut(stride).zip(data.chunks_exact(chunk_stride)) {
                target[left..left + used].copy_from_slice(&row[..used]);
            }
        }
        Ok(pixels)
    }

    /// Puts the samples of one plane between those of the others.
    fn interleave(&self, data: &[u8], plane: usize, planes: usize, pixels: &mut Vec<u8>) -> Result<(), ImagingError> {
        let bytes = usize::from(self.packing.bits / 8);
        if plane == 0 {
            *pixels = zeroed(data.len() as u64 * planes as u64, self.index)?;
        }
        for (pixel, sample) in pixels.chunks_exact_mut(planes * bytes).zip(data.chunks_exact(bytes)) {
            pixel[plane * bytes..(plane + 1) * bytes].copy_from_slice(sample);
        }
        Ok(())
    }

    /// The colours of a row: laid on white if the first other channel is their transparency, else by themselves.
    fn without_extra(&self, row: &[u8], colors: &mut Vec<u8>) {
        let bytes = usize::from(self.packing.bits / 8);
        let channels = usize::from(self.colors.channels());
        let all = channels + usize::from(self.extra);
        let kept = if self.alpha.is_some() { channels + 1 } else { channels };
        let kept: Vec<u8> = row.chunks_exact(all * bytes).flat_map(|pixel| &pixel[..kept * bytes]).copied().collect();
        match self.alpha {
            Some(alpha) => lay_on_white(&kept, channels, self.packing.bits, alpha, colors),
            None => *colors = kept,
        }
    }
}

/// What the channels of a pixel are.
struct Channels {
    colors: Colors,
    bits: u8,
    extra: u8,
    alpha: Option<Alpha>,
    jpeg_stores: Stored,
}

/// The fields of one directory while a page is made of them.
struct Fields<'f, 's, R> {
    directory: &'f Directory,
    source: &'f mut Source<'s, R>,
    index: u32,
}

impl<R: Read + Seek> Fields<'_, '_, R> {
    fn number(&mut self, tag: u16, default: u64) -> Result<u64, ImagingError> {
        Ok(self.directory.number(self.source, tag)?.unwrap_or(default))
    }

    fn corrupt(&self, what: &'static str) -> ImagingError {
        ImagingError::corrupt(self.index, what)
    }

    /// Whether the directory is a thumbnail of, or a mask for, another page.
    fn is_beside(&mut self, before: Option<&Page>) -> Result<bool, ImagingError> {
        let kind = self.number(254, 0)?;
        let Some(before) = before else { return Ok(false) };
        let half = |small: u64, whole: u32| small.saturating_mul(2) <= u64::from(whole);
        let is_small = half(self.number(256, 0)?, before.width) && half(self.number(257, 0)?, before.height);
        Ok(kind & 4 != 0 || kind & 1 != 0 && is_small)
    }

    fn page(mut self, limits: &Limits) -> Result<Page, ImagingError> {
        let (width, height) = (self.number(256, 0)?, self.number(257, 0)?);
        limits.check(self.index, width, height)?;
        let (width, height) = (width as u32, height as u32);
        let compression = self.compression()?;
        let Channels { colors, bits, extra, alpha, jpeg_stores } = self.channels(compression)?;
        let all = colors.channels() + extra;
        let planes = match self.number(284, 1)? {
            2 if all > 1 => Planes::Apart,
            1 | 2 => Planes::Together,
            _ => return Err(self.corrupt("its planar configuration is wrong")),
        };
        if planes == Planes::Apart && compression == Compression::Jpeg {
            return Err(ImagingError::unsupported(self.index, "JPEG data with a plane for each colour"));
        }
        let samples = if planes == Planes::Apart { 1 } else { all };
        let predicts = match self.number(317, 1)? {
            1 => false,
            2 if bits >= 8 && matches!(compression, Compression::Lzw | Compression::Deflate) => true,
            // The other compressions have no predictor and ignore the field.
            2 if bits >= 8 => false,
            _ => return Err(ImagingError::unsupported(self.index, "a predictor other than that for 8 or 16 bits")),
        };
        let packing = Packing {
            compression,
            reversed_bits: match self.number(266, 1)? {
                1 => false,
                2 => compression != Compression::Jpeg,
                _ => return Err(self.corrupt("its fill order is wrong")),
            },
            bits,
            samples,
            predicts,
            little_endian: self.directory.is_little_endian(),
            jpeg_tables: self.directory.blob(self.source, 347, LONGEST_TABLES)?,
            jpeg_stores,
        };
        let is_tiled = !self.directory.numbers(self.source, 324)?.is_empty();
        let chunk = self.chunk(width, height, is_tiled, limits)?;
        if is_tiled && !(u64::from(chunk.0) * u64::from(bits) * u64::from(samples)).is_multiple_of(8) {
            return Err(self.corrupt("its tiles do not end with a byte"));
        }
        let a_plane = u64::from(width.div_ceil(chunk.0)) * u64::from(height.div_ceil(chunk.1));
        let count = if planes == Planes::Apart { a_plane * u64::from(all) } else { a_plane };
        let ranges = self.ranges(is_tiled, count, packing.row_bytes(chunk.0) * u64::from(chunk.1), compression)?;
        let jpeg = match ranges.as_slice() {
            [strip] if !is_tiled && extra == 0 => self.whole_jpeg(&packing, &colors, strip, (width, height))?,
            _ => Vec::new(),
        };
        let (unit, x) = (self.number(296, 2)?, self.directory.fraction(self.source, 282)?);
        let y = self.directory.fraction(self.source, 283)?.or(x);
        let resolution = x.zip(y).and_then(|(x, y)| Resolution::in_unit(unit, x, y));
        let orientation = Orientation::of_tag(self.number(274, 1)?);
        Ok(Page {
            index: self.index,
            width,
            height,
            colors,
            packing,
            planes,
            extra,
            alpha,
            chunk,
            is_tiled,
            ranges,
            jpeg,
            resolution,
            orientation,
        })
    }

    /// The parts of a file that together are a JPEG of just this page, as any reader takes it: the tables that the
    /// directory holds without their end mark, and the strip without its beginning mark.
    fn whole_jpeg(
        &mut self,
        packing: &Packing,
        colors: &Colors,
        strip: &Range<u64>,
        (width, height): (u32, u32),
    ) -> Result<Vec<Range<u64>>, ImagingError> {
        const CUT: &str = "it ends before its pixels";
        let plain =
            packing.jpeg_stores == Stored::AsMarked && !matches!(colors, Colors::Gray { min_is_white: true, .. });
        if packing.compression != Compression::Jpeg || !plain {
            return Ok(Vec::new());
        }
        let bytes = self.source.read(strip.clone(), self.index, CUT)?;
        let is_whole = jpeg::stated_size(&bytes) == Some((width, height, colors.channels()));
        let tables = self.directory.blob_range(347);
        Ok(match (is_whole && bytes.starts_with(b"\xFF\xD8"), packing.jpeg_tables.as_slice()) {
            (false, _) => Vec::new(),
            (true, []) => vec![strip.clone()],
            (true, [0xFF, 0xD8, .., 0xFF, 0xD9]) => vec![tables.start..tables.end - 2, strip.start + 2..strip.end],
            (true, _) => Vec::new(),
        })
    }

    fn compression(&mut self) -> Result<Compression, ImagingError> {
        let name = match self.number(259, 1)? {
            1 => return Ok(Compression::None),
            4 => {
                if self.number(293, 0)? & 2 != 0 {
                    return Err(ImagingError::unsupported(self.index, "Group 4 data with uncompressed parts"));
                }
                return Ok(Compression::Group4);
            }
            5 => return Ok(Compression::Lzw),
            8 | 32_946 => return Ok(Compression::Deflate),
            32_773 => return Ok(Compression::PackBits),
            2 => return Ok(Compression::Group3(Group3::ByteAligned)),
            3 => {
                let options = self.number(292, 0)?;
                if options & 2 != 0 {
                    return Err(ImagingError::unsupported(self.index, "Group 3 data with uncompressed parts"));
                }
                let two = options & 1 != 0;
                return Ok(Compression::Group3(if two { Group3::TwoDimensional } else { Group3::OneDimensional }));
            }
            7 => return Ok(Compression::Jpeg),
            6 => "JPEG compression of the old kind".into(),
            other => format!("compression number {other}"),
        };
        Err(ImagingError::unsupported(self.index, name))
    }

    /// What the channels of a pixel are.
    fn channels(&mut self, compression: Compression) -> Result<Channels, ImagingError> {
        let all = self.number(277, 1)?;
        let bits = self.directory.numbers(self.source, 258)?;
        let depth = bits.first().copied().unwrap_or(1);
        let formats = self.directory.numbers(self.source, 339)?;
        let index = self.index;
        let refused = |what: String| Err(ImagingError::unsupported(index, what));
        if bits.iter().any(|other| *other != depth) {
            return refused("samples of unequal depth".into());
        }
        if formats.iter().any(|format| *format != 1) {
            return refused("samples that are not whole numbers".into());
        }
        let is_fax = matches!(compression, Compression::Group4 | Compression::Group3(_));
        let photometric = match self.directory.number(self.source, 262)? {
            Some(photometric) => photometric,
            None if is_fax => 0,
            None => return Err(self.corrupt("it does not say what its samples mean")),
        };
        if is_fax && (all, depth) != (1, 1) {
            return Err(self.corrupt("its fax data is not of one bit a pixel"));
        }
        if compression == Compression::Jpeg && depth != 8 {
            return refused(format!("JPEG data of {depth} bits a sample"));
        }
        let mut jpeg_stores = Stored::AsMarked;
        let bits = depth as u8;
        let colors = match (photometric, depth) {
            (0 | 1, 1 | 2 | 4 | 8 | 16) => Colors::Gray { bits, min_is_white: photometric == 0 },
            (3, 1 | 2 | 4 | 8) if compression != Compression::Jpeg => {
                Colors::Palette { bits, entries: self.palette(1 << depth)? }
            }
            (2, 8 | 16) => {
                jpeg_stores = Stored::AsRgb;
                Colors::Rgb { bits }
            }
            // A JPEG turns its luma and chroma into red, green and blue itself.
            (6, 8) if compression == Compression::Jpeg => Colors::Rgb { bits },
            (5, 8) if compression != Compression::Jpeg && self.number(332, 1)? == 1 => Colors::Cmyk,
            (0..=3, 9..) => return refused(format!("{depth} bits a sample")),
            (4, _) => return refused("a mask in place of an image".into()),
            (5, _) => return refused("inks that are not CMYK of 8 bits".into()),
            (6, _) => return refused("YCbCr colours".into()),
            (8..=10, _) => return refused("CIELab colours".into()),
            _ => return refused(format!("{all} samples of {depth} bits in photometric sense {photometric}")),
        };
        let Some(extra) = all.checked_sub(u64::from(colors.channels())) else {
            return Err(self.corrupt("it has fewer samples than colours"));
        };
        if extra > 4
            || extra > 0 && (depth < 8 || compression == Compression::Jpeg || matches!(colors, Colors::Palette { .. }))
        {
            return refused("extra samples".into());
        }
        let alpha = match self.directory.number(self.source, 338)? {
            _ if extra == 0 => None,
            Some(1) => Some(Alpha::Multiplied),
            Some(2) => Some(Alpha::Apart),
            // Nobody says what the other samples are: the colours stand by themselves.
            _ => None,
        };
        if alpha.is_some() && matches!(colors, Colors::Cmyk | Colors::Gray { min_is_white: true, .. }) {
            return refused("transparent inks".into());
        }
        Ok(Channels { colors, bits, extra: extra as u8, alpha, jpeg_stores })
    }

    fn palette(&mut self, count: usize) -> Result<Vec<[u8; 3]>, ImagingError> {
        let map = self.directory.numbers(self.source, 320)?;
        if map.len() < 3 * count {
            return Err(self.corrupt("its palette is too short"));
        }
        // Some writers give 8 bits where the format has 16.
        let shift = if map.iter().all(|value| *value < 256) { 0 } else { 8 };
        let value = |index: usize| (map[index] >> shift) as u8;
        Ok((0..count).map(|index| [value(index), value(count + index), value(2 * count + index)]).collect())
    }

    /// Width and height of a strip or a tile.
    fn chunk(&mut self, width: u32, height: u32, is_tiled: bool, limits: &Limits) -> Result<(u32, u32), ImagingError> {
        if is_tiled {
            let (width, height) = (self.number(322, 0)?, self.number(323, 0)?);
            limits.check(self.index, width, height)?;
            return Ok((width as u32, height as u32));
        }
        match self.number(278, u64::from(height))? {
            0 => Err(self.corrupt("its strips have no rows")),
            rows => Ok((width, rows.min(u64::from(height)) as u32)),
        }
    }

    fn ranges(
        &mut self,
        is_tiled: bool,
        count: u64,
        plain_length: u64,
        compression: Compression,
    ) -> Result<Vec<Range<u64>>, ImagingError> {
        let (offsets_tag, lengths_tag) = if is_tiled { (324, 325) } else { (273, 279) };
        let offsets = self.directory.numbers(self.source, offsets_tag)?;
        let mut lengths = self.directory.numbers(self.source, lengths_tag)?;
        if lengths.is_empty() && compression == Compression::None {
            lengths = vec![plain_length; offsets.len()];
        }
        if (offsets.len() as u64) < count || (lengths.len() as u64) < count {
            return Err(self.corrupt("strips or tiles are missing"));
        }
        let length = self.source.length();
        let range = |(start, size): (&u64, &u64)| {
            // A length that leads past the end is cut to the file; whether all pixels are there is for the decoder to say.
            if *start >= length {
                return Err(ImagingError::Truncated { frame: self.index, what: "it ends before its pixels" });
            }
            Ok(*start..start.saturating_add(*size).min(length))
        };
        offsets.iter().zip(&lengths).take(count as usize).map(range).collect()
    }
}
