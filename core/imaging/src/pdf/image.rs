//! An image of a PDF (ISO 32000-1, 8.9.5): what its dictionary says, its samples, and how its bytes can pass.

use std::io::{Cursor, Read, Seek};
use std::ops::Range;

use sohoa_model::frame::{Conversion, Embedding, RowFilter, Samples};
use sohoa_pdf::{Dict, File, Filter, Object};

use crate::ccitt::{self, Group3};
use crate::colors::Colors;
use crate::decode::{Row, RowSink};
use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::jbig2;
use crate::jpeg::{self, Stored};
use crate::pdf::of_file;
use crate::whole::{self, Whole};

/// Bytes of an image as they are stored.
const LONGEST_STORED: usize = 512 << 20;
/// Bytes of its samples when it is decoded whole.
const MOST_BYTES: u64 = 512 << 20;
/// Bytes that may follow behind the samples.
const SLACK: u64 = 1 << 16;
/// Bytes of the palette, or of the symbols that JBIG2 images share.
const LONGEST_TABLE: usize = 16 << 20;

/// An image.
pub(super) struct PageImage {
    pub(super) width: u32,
    pub(super) height: u32,
    colors: Colors,
    coding: Coding,
    /// Filters that give bytes, undone before the coding.
    filters: Vec<Filter>,
    number: u32,
    range: Range<u64>,
}

/// How samples are coded once the filters that give bytes are undone.
enum Coding {
    Plain,
    Jpeg(Stored),
    Fax(Fax),
    Jbig2 { globals: Option<u32> },
    Jp2(Box<Whole>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fax {
    Group4,
    Group3(Group3),
}

/// What a dictionary says of samples.
struct Facts {
    width: u32,
    height: u32,
    bits: u8,
    space: Object,
    is_inverted: bool,
    is_stencil: bool,
}

/// Reads what is to be known of an image before its pixels; `is_black` tells the ink of a stencil.
pub(super) fn read<R: Read + Seek>(
    file: &mut File<R>,
    number: u32,
    is_black: bool,
    index: u32,
    limits: &Limits,
) -> Result<PageImage, ImagingError> {
    let unsupported = |what: String| ImagingError::unsupported(index, what);
    let (stream, length) = file.stream(number).map_err(of_file)?;
    let facts = facts(file, &stream.dict, index, limits)?;
    if facts.is_stencil && !is_black {
        return Err(unsupported("a stencil that paints another colour than black".into()));
    }
    let range = stream.data_offset..stream.data_offset + length;
    let mut filters = file.filters(&stream.dict).map_err(of_file)?;
    let last = filters.pop_if(|filter| !filter.gives_bytes());
    if let Some(other) = filters.iter().find(|filter| !filter.gives_bytes()) {
        return Err(unsupported(format!("the filter {}", text(&other.name.0))));
    }
    let Facts { width, height, bits, is_inverted, .. } = facts;
    let mut image = PageImage {
        width,
        height,
        colors: Colors::Gray { bits: 1, min_is_white: is_inverted },
        coding: Coding::Plain,
        filters,
        number,
        range,
    };
    match last.as_ref().map(|filter| (text(&filter.name.0), &filter.parameters)) {
        None => {
            let bits = if facts.is_stencil { 1 } else { bits };
            let space = if facts.is_stencil { Object::name("DeviceGray") } else { facts.space };
            image.colors = colors(file, &space, bits, is_inverted, index)?;
            let needed = image.row_bytes() * u64::from(height);
            if needed > MOST_BYTES {
                return Err(ImagingError::TooLarge { frame: index, width: width.into(), height: height.into() });
            }
        }
        Some((name, parameters)) => match name.as_str() {
            "DCTDecode" => {
                let inks = parameters.get("ColorTransform").and_then(Object::as_int);
                image.coding = Coding::Jpeg(if inks == Some(0) { Stored::AsRgb } else { Stored::AsMarked });
                image.colors = jpeg_colors(file, &facts.space, is_inverted, index)?;
            }
            "CCITTFaxDecode" => {
                let (fax, black_is_1) = fax(parameters, width).map_err(unsupported)?;
                image.coding = Coding::Fax(fax);
                image.colors = Colors::Gray { bits: 1, min_is_white: black_is_1 == is_inverted };
            }
            "JBIG2Decode" => {
                let globals = parameters.get("JBIG2Globals").and_then(Object::as_reference);
                image.coding = Coding::Jbig2 { globals: globals.map(|reference| reference.number) };
                image.colors = Colors::Gray { bits: 1, min_is_white: !is_inverted };
            }
            "JPXDecode" if is_inverted => return Err(unsupported("inverted JPEG 2000".into())),
            "JPXDecode" => {
                let whole = whole::jpeg_2000(&image.bytes(file, index)?, limits);
                let whole = whole.map_err(|error| error.in_frame(index))?;
                if (whole.width, whole.height) != (width, height) {
                    return Err(ImagingError::corrupt(index, "the JPEG 2000 in it has another size"));
                }
                image.coding = Coding::Jp2(Box::new(whole));
            }
            other => return Err(unsupported(format!("the filter {other}"))),
        },
    }
    Ok(image)
}

impl PageImage {
    /// What the samples are once decoded.
    pub(super) fn samples(&self) -> Samples {
        match &self.coding {
            Coding::Jp2(whole) => whole.samples(),
            _ => self.colors.samples(),
        }
    }

    /// What is not as stored once the samples are decoded.
    pub(super) fn conversion(&self) -> Option<Conversion> {
        match &self.coding {
            Coding::Jp2(whole) => whole.conversion(),
            _ => (self.colors == Colors::Cmyk).then_some(Conversion::Cmyk),
        }
    }

    /// How the stored bytes can enter another PDF.
    pub(super) fn embedding(&self, mirrored: bool) -> Embedding {
        let ranges = || std::iter::once(self.range.clone()).collect();
        match (&self.coding, self.filters.as_slice(), &self.colors) {
            _ if mirrored => Embedding::Repack,
            (Coding::Jpeg(Stored::AsMarked), [], Colors::Gray { min_is_white: false, .. }) => {
                Embedding::Jpeg { components: 1, ranges: ranges() }
            }
            (Coding::Jpeg(Stored::AsMarked), [], Colors::Rgb { .. }) => {
                Embedding::Jpeg { components: 3, ranges: ranges() }
            }
            (Coding::Fax(Fax::Group4), [], Colors::Gray { min_is_white, .. }) => {
                let strip = (self.range.clone(), self.height);
                Embedding::CcittG4 { strips: vec![strip], min_is_white: *min_is_white }
            }
            (Coding::Plain, [flate], colors) if flate.name.is("FlateDecode") => match self.filtered_rows(flate) {
                Some(rows) => flate_embedding(colors, rows, ranges()),
                None => Embedding::Repack,
            },
            _ => Embedding::Repack,
        }
    }

    /// How the rows inside Flate data are filtered; `None` if not as the image has it.
    fn filtered_rows(&self, flate: &Filter) -> Option<RowFilter> {
        let parameter = |key: &str, default: i64| flate.parameters.get(key).and_then(Object::as_int).unwrap_or(default);
        match parameter("Predictor", 1) {
            1 => Some(RowFilter::Plain),
            10..=15 => {
                let stated = (parameter("Colors", 1), parameter("BitsPerComponent", 8), parameter("Columns", 1));
                let own = (self.colors.channels().into(), self.colors.bits().into(), self.width.into());
                (stated == own).then_some(RowFilter::Png)
            }
            _ => None,
        }
    }

    /// Bytes of a stored row.
    fn row_bytes(&self) -> u64 {
        let samples = u64::from(self.width) * u64::from(self.colors.channels());
        (samples * u64::from(self.colors.bits())).div_ceil(8)
    }

    /// The stored bytes with the filters undone that give bytes.
    fn bytes<R: Read + Seek>(&self, file: &mut File<R>, index: u32) -> Result<Vec<u8>, ImagingError> {
        let mut data = file.stream_data(self.number, LONGEST_STORED).map_err(of_file)?;
        let limit = match self.coding {
            // A filter byte for each row, and what some writers put behind the last.
            Coding::Plain => self.row_bytes() * u64::from(self.height) + u64::from(self.height) + SLACK,
            _ => LONGEST_STORED as u64,
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        for filter in &self.filters {
            data = filter.undo(&data, limit).map_err(|_| ImagingError::corrupt(index, "its data can't be unpacked"))?;
        }
        Ok(data)
    }

    /// Decodes the image.
    pub(super) fn rows<R: Read + Seek>(
        &self,
        file: &mut File<R>,
        index: u32,
        sink: &mut RowSink<'_>,
    ) -> Result<(), ImagingError> {
        if let Coding::Jp2(whole) = &self.coding {
            return whole.rows(sink);
        }
        let (width, height) = (self.width, self.height);
        let bytes = self.bytes(file, index)?;
        let mut pixels = match self.coding {
            Coding::Plain | Coding::Jp2(_) => bytes,
            Coding::Jpeg(stored) => return self.jpeg_rows(bytes, stored, index, sink),
            Coding::Fax(Fax::Group4) => ccitt::decode(&bytes, width, height, index)?,
            Coding::Fax(Fax::Group3(kind)) => ccitt::decode_group3(&bytes, width, height, kind, index)?,
            Coding::Jbig2 { globals } => {
                let globals = globals.map(|number| file.decoded(number, LONGEST_TABLE)).transpose();
                jbig2::decode(&bytes, globals.map_err(of_file)?.as_deref(), width, height, index)?
            }
        };
        let stride = self.row_bytes() as usize;
        if pixels.len() < stride * height as usize {
            return Err(ImagingError::Truncated { frame: index, what: "its data ends before the last row" });
        }
        let mut converted = Vec::new();
        for row in pixels.chunks_exact_mut(stride).take(height as usize) {
            self.colors.pass(row, width, &mut converted, sink)?;
        }
        Ok(())
    }

    fn jpeg_rows(
        &self,
        bytes: Vec<u8>,
        stored: Stored,
        index: u32,
        sink: &mut RowSink<'_>,
    ) -> Result<(), ImagingError> {
        let limits = Limits { pixels: u64::MAX, frames: 1, side: u32::MAX };
        let in_frame = |error: ImagingError| error.in_frame(index);
        let jpeg = jpeg::read_stored(&mut Cursor::new(bytes), stored, &limits).map_err(in_frame)?;
        if (jpeg.width, jpeg.height, jpeg.components()) != (self.width, self.height, self.colors.channels()) {
            return Err(ImagingError::corrupt(index, "the JPEG in it has another size or number of colours"));
        }
        let mut pixels = jpeg.interleaved(stored).map_err(in_frame)?;
        let mut converted = Vec::new();
        // Inks become red, green and blue while they are decoded.
        let samples = if jpeg.components() == 1 { 1 } else { 3 };
        for row in pixels.chunks_exact_mut(self.width as usize * samples) {
            match &self.colors {
                Colors::Cmyk => sink(Row::Rgb(row))?,
                colors => colors.pass(row, self.width, &mut converted, sink)?,
            }
        }
        Ok(())
    }
}

/// How Flate data of these colours enters a PDF.
fn flate_embedding(colors: &Colors, rows: RowFilter, ranges: Vec<Range<u64>>) -> Embedding {
    let palette = match colors {
        Colors::Palette { entries, .. } => Some(entries.concat()),
        Colors::Gray { min_is_white: true, .. } | Colors::Cmyk => return Embedding::Repack,
        Colors::Gray { .. } | Colors::Rgb { .. } => None,
    };
    Embedding::Flate { ranges, components: colors.channels(), bits: colors.bits(), palette, rows }
}

/// Reads the entries that every image has (table 89).
fn facts<R: Read + Seek>(file: &mut File<R>, dict: &Dict, index: u32, limits: &Limits) -> Result<Facts, ImagingError> {
    if dict.contains("SMask") || dict.contains("Mask") || dict.get("SMaskInData").and_then(Object::as_int) > Some(0) {
        return Err(ImagingError::unsupported(index, "a mask over its image"));
    }
    let mut get = |key: &str| file.get(dict, key).map_err(of_file);
    let mut side = |key: &str| Ok(get(key)?.as_int().and_then(|side| u64::try_from(side).ok()).unwrap_or(0));
    let (width, height): (u64, u64) = (side("Width")?, side("Height")?);
    limits.check(index, width, height)?;
    let is_stencil = get("ImageMask")?.as_bool() == Some(true);
    let bits = get("BitsPerComponent")?.as_int().and_then(|bits| u8::try_from(bits).ok()).unwrap_or(8);
    let decode = get("Decode")?;
    let pairs: Vec<f64> = decode.as_array().unwrap_or_default().iter().filter_map(Object::as_number).collect();
    let space = get("ColorSpace")?;
    let is_indexed = space.as_array().and_then(<[Object]>::first).is_some_and(|name| name.is_name("Indexed"));
    let all = |pair: [f64; 2]| !pairs.is_empty() && pairs.chunks(2).all(|other| other == pair);
    let is_default =
        pairs.is_empty() || all([0.0, 1.0]) || is_indexed && all([0.0, f64::from((1_u16 << bits.min(8)) - 1)]);
    let is_inverted = !is_indexed && all([1.0, 0.0]);
    if !is_default && !is_inverted {
        return Err(ImagingError::unsupported(index, "samples that are mapped to other values"));
    }
    Ok(Facts { width: width as u32, height: height as u32, bits, space, is_inverted, is_stencil })
}

/// What samples of a colour space mean.
fn colors<R: Read + Seek>(
    file: &mut File<R>,
    space: &Object,
    bits: u8,
    is_inverted: bool,
    index: u32,
) -> Result<Colors, ImagingError> {
    let unsupported = |what: String| Err(ImagingError::unsupported(index, what));
    if let Some([name, base, highest, table]) = space.as_array()
        && name.is_name("Indexed")
    {
        let channels = channels(file, base, index)?;
        if !matches!(bits, 1 | 2 | 4 | 8) {
            return unsupported(format!("indices of {bits} bits"));
        }
        let entries = palette(file, highest, table, channels, index)?;
        return Ok(Colors::Palette { bits, entries });
    }
    match (channels(file, space, index)?, bits) {
        (1, 1 | 2 | 4 | 8 | 16) => Ok(Colors::Gray { bits, min_is_white: is_inverted }),
        (3, 8 | 16) if !is_inverted => Ok(Colors::Rgb { bits }),
        (4, 8) if !is_inverted => Ok(Colors::Cmyk),
        (channels, _) => unsupported(format!("{channels} colours of {bits} bits")),
    }
}

/// What the components of a JPEG mean; inks are stored as what is left of the light, and the dictionary says so.
fn jpeg_colors<R: Read + Seek>(
    file: &mut File<R>,
    space: &Object,
    is_inverted: bool,
    index: u32,
) -> Result<Colors, ImagingError> {
    match (channels(file, space, index)?, is_inverted) {
        (1, _) => Ok(Colors::Gray { bits: 8, min_is_white: is_inverted }),
        (3, false) => Ok(Colors::Rgb { bits: 8 }),
        (4, true) => Ok(Colors::Cmyk),
        (channels, _) => {
            Err(ImagingError::unsupported(index, format!("a JPEG of {channels} colours stored in this sense")))
        }
    }
}

/// The number of components of a colour space (8.6): grey, red-green-blue or inks.
fn channels<R: Read + Seek>(file: &mut File<R>, space: &Object, index: u32) -> Result<u8, ImagingError> {
    let space = file.resolve(space).map_err(of_file)?;
    let name = space.as_name().or_else(|| space.as_array()?.first()?.as_name());
    let name = name.map(|name| text(&name.0)).unwrap_or_default();
    match name.as_str() {
        "DeviceGray" | "G" | "CalGray" => Ok(1),
        "DeviceRGB" | "RGB" | "CalRGB" => Ok(3),
        "DeviceCMYK" | "CMYK" => Ok(4),
        "ICCBased" => {
            let profile = space.as_array().and_then(|array| array.get(1)).and_then(Object::as_reference);
            let profile = profile.ok_or(ImagingError::corrupt(index, "its colour profile is missing"))?;
            let profile = file.dict(profile.number).map_err(of_file)?;
            match profile.get("N").and_then(Object::as_int) {
                Some(count @ (1 | 3 | 4)) => Ok(count as u8),
                _ => Err(ImagingError::corrupt(index, "its colour profile has no number of colours")),
            }
        }
        "" => Err(ImagingError::corrupt(index, "it does not say what its samples mean")),
        other => Err(ImagingError::unsupported(index, format!("{other} colours"))),
    }
}

/// Red, green and blue of each index.
fn palette<R: Read + Seek>(
    file: &mut File<R>,
    highest: &Object,
    table: &Object,
    channels: u8,
    index: u32,
) -> Result<Vec<[u8; 3]>, ImagingError> {
    let wrong = ImagingError::corrupt(index, "its palette is wrong");
    let highest = file.resolve(highest).map_err(of_file)?.as_int().filter(|highest| (0..256).contains(highest));
    let Some(highest) = highest else { return Err(wrong) };
    let bytes = match (file.resolve(table).map_err(of_file)?, table.as_reference()) {
        (Object::String(bytes), _) => bytes,
        (Object::Stream(_), Some(reference)) => file.decoded(reference.number, LONGEST_TABLE).map_err(of_file)?,
        _ => return Err(wrong),
    };
    let channels = usize::from(channels);
    let entries = bytes.chunks_exact(channels).take(highest as usize + 1).map(|entry| match entry {
        [gray] => [*gray; 3],
        [red, green, blue] => [*red, *green, *blue],
        [c, m, y, k, ..] => crate::decode::cmyk_to_rgb([*c, *m, *y, *k]),
        _ => [0; 3],
    });
    let entries: Vec<[u8; 3]> = entries.collect();
    if entries.len() <= highest as usize { Err(wrong) } else { Ok(entries) }
}

/// What the parameters of fax data say (table 11): its kind, and whether a 1 is black.
fn fax(parameters: &Dict, width: u32) -> Result<(Fax, bool), String> {
    let number = |key: &str, default: i64| parameters.get(key).and_then(Object::as_int).unwrap_or(default);
    let flag = |key: &str| parameters.get(key).and_then(Object::as_bool).unwrap_or(false);
    if number("Columns", 1728) != i64::from(width) {
        return Err("fax data of another width".into());
    }
    let fax = match (number("K", 0), flag("EncodedByteAlign")) {
        (..0, false) => Fax::Group4,
        (..0, true) => return Err("Group 4 data whose rows start with a byte".into()),
        (0, true) if !flag("EndOfLine") => Fax::Group3(Group3::ByteAligned),
        (0, _) => Fax::Group3(Group3::OneDimensional),
        (1.., _) => Fax::Group3(Group3::TwoDimensional),
    };
    Ok((fax, flag("BlackIs1")))
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
