//! Pages and documents made for the tests: real JPEG, Group 4 and PNG data of small drawings, and texts to lay over them.

use std::io::Cursor;

use sohoa_model::frame::{Embedding, FrameFacts, RowFilter, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_model::page_text::{BlockRole, PageText, TextBlock, TextLine, Word};
use sohoa_model::part::FramePart;
use sohoa_model::{Language, Timestamp};
use sohoa_pdfa::{DocumentInfo, ImageData, ImageEncoding, PageImage, PageInput, Pdfa, RangeReader, Strip, Summary};

/// The bytes of a picture as a file keeps them.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) encoding: ImageEncoding,
    pub(crate) bytes: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// One page to be written.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) picture: Picture,
    /// What it shows of the picture: left, top, width, height.
    pub(crate) part: Option<[u32; 4]>,
    pub(crate) rotation: Rotation,
    pub(crate) dpi: f32,
    pub(crate) label: Option<String>,
    pub(crate) text: Option<PageText>,
}

pub(crate) fn info(title: &str) -> DocumentInfo {
    DocumentInfo {
        title: title.to_owned(),
        dossier_code: "H05.02.01.1985.12".to_owned(),
        document_name: "Quyết định số 12/QĐ-UB & phụ lục".to_owned(),
        language: Some(Language::Vietnamese),
        creator_software: "Sohoa 0.1.0".to_owned(),
        organisation: "Sở Tư pháp tỉnh Nghệ An".to_owned(),
        created: Timestamp(1_795_314_605_000),
        keywords: vec!["hộ tịch".to_owned(), "<đất>".to_owned()],
        id_seed: *b"0123456789abcdef",
    }
}

pub(crate) fn facts(picture: &Picture, dpi: f32) -> FrameFacts {
    FrameFacts {
        is_sealed: false,
        index: 0,
        width: picture.width,
        height: picture.height,
        dpi: Dpi(dpi),
        dpi_stated: true,
        samples: Samples::Gray8,
        stated_rotation: Rotation::None,
        embedding: Embedding::Repack,
        conversion: None,
    }
}

pub(crate) fn page(picture: Picture, dpi: f32) -> Page {
    Page { picture, part: None, rotation: Rotation::None, dpi, label: None, text: None }
}

/// Writes a document and gives its bytes; pages that show parts of one picture share it.
pub(crate) fn write(info: &DocumentInfo, pages: &[Page]) -> (Vec<u8>, Summary) {
    let mut bytes = Vec::new();
    let mut pdfa = Pdfa::begin(&mut bytes, info).unwrap();
    for (at, page) in pages.iter().enumerate() {
        let facts = facts(&page.picture, page.dpi);
        let is_shared =
            |other: &Page| page.part.is_some() && other.part.is_some() && other.picture.bytes == page.picture.bytes;
        let mut bytes = &page.picture.bytes[..];
        let stored = ImageData { encoding: page.picture.encoding.clone(), data: &mut bytes };
        let input = PageInput {
            facts: &facts,
            part: page.part.map(|part| FramePart::of(&facts, part).unwrap()),
            rotation: page.rotation,
            label: page.label.clone(),
            text: page.text.as_ref(),
            image: match pages[..at].iter().position(is_shared) {
                Some(first) => PageImage::Of(first as u32),
                None => PageImage::Stored(stored),
            },
        };
        pdfa.add_page(input).unwrap();
    }
    let summary = pdfa.finish().unwrap();
    (bytes, summary)
}

/// Whether the drawing is dark here: a frame, a big L in the upper left part, and stripes that a seam would break.
pub(crate) fn ink(x: u32, y: u32, width: u32, height: u32) -> bool {
    let border = x < 4 || y < 4 || x + 4 >= width || y + 4 >= height;
    let (u, v) = (x * 100 / width, y * 100 / height);
    let letter = (10..20).contains(&u) && (10..50).contains(&v) || (10..40).contains(&u) && (40..50).contains(&v);
    border || letter || (60..90).contains(&u) && (x / 6).is_multiple_of(2)
}

fn gray(width: u32, height: u32) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    pixels.map(|(x, y)| if ink(x, y, width, height) { 20 } else { 235 }).collect()
}

fn rgb(width: u32, height: u32) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    pixels.flat_map(|(x, y)| if ink(x, y, width, height) { [150, 20, 20] } else { [240, 235, 200] }).collect()
}

pub(crate) fn jpeg(width: u32, height: u32, components: u8) -> Picture {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
    let (pixels, kind) = match components {
        1 => (gray(width, height), jpeg_encoder::ColorType::Luma),
        _ => (rgb(width, height), jpeg_encoder::ColorType::Rgb),
    };
    encoder.encode(&pixels, width as u16, height as u16, kind).unwrap();
    let encoding = ImageEncoding::Jpeg { components, length: bytes.len() as u64 };
    Picture { encoding, bytes, width, height }
}

/// Group 4 data in strips of at most `rows_per_strip` rows.
pub(crate) fn g4(width: u32, height: u32, rows_per_strip: u32, min_is_white: bool) -> Picture {
    let (mut bytes, mut strips) = (Vec::new(), Vec::new());
    for top in (0..height).step_by(rows_per_strip as usize) {
        let rows = rows_per_strip.min(height - top);
        let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
        for y in top..top + rows {
            let row = (0..width).map(|x| match ink(x, y, width, height) == min_is_white {
                true => fax::Color::Black,
                false => fax::Color::White,
            });
            encoder.encode_line(row, width).unwrap();
        }
        let data = encoder.finish().unwrap().finish();
        strips.push(Strip { length: data.len() as u64, rows });
        bytes.extend(data);
    }
    Picture { encoding: ImageEncoding::CcittG4 { strips, min_is_white }, bytes, width, height }
}

/// The kinds of PNG whose IDAT passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PngKind {
    Gray,
    Rgb,
    Palette,
    OneBit,
}

/// A PNG file taken apart as the imaging stage does: the ranges of its IDAT data are read from the whole file.
pub(crate) fn png(width: u32, height: u32, kind: PngKind) -> Picture {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    let one_bit = |stride: usize| -> Vec<u8> {
        let mut packed = vec![0; stride * height as usize];
        for y in 0..height {
            for x in (0..width).filter(|x| !ink(*x, y, width, height)) {
                packed[y as usize * stride + x as usize / 8] |= 0x80 >> (x % 8);
            }
        }
        packed
    };
    let palette = vec![120, 10, 10, 245, 240, 220];
    let (color, depth, pixels) = match kind {
        PngKind::Gray => (png::ColorType::Grayscale, png::BitDepth::Eight, gray(width, height)),
        PngKind::Rgb => (png::ColorType::Rgb, png::BitDepth::Eight, rgb(width, height)),
        PngKind::Palette => (png::ColorType::Indexed, png::BitDepth::One, one_bit(width.div_ceil(8) as usize)),
        PngKind::OneBit => (png::ColorType::Grayscale, png::BitDepth::One, one_bit(width.div_ceil(8) as usize)),
    };
    encoder.set_color(color);
    encoder.set_depth(depth);
    if kind == PngKind::Palette {
        encoder.set_palette(palette.clone());
    }
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();

    let mut ranges = Vec::new();
    let mut at = 8;
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        if &file[at + 4..at + 8] == b"IDAT" {
            ranges.push((at + 8) as u64..(at + 8 + length) as u64);
        }
        at += 12 + length;
    }
    let embedding = Embedding::Flate {
        rows: RowFilter::Png,
        ranges,
        components: if kind == PngKind::Rgb { 3 } else { 1 },
        bits: if matches!(kind, PngKind::Gray | PngKind::Rgb) { 8 } else { 1 },
        palette: (kind == PngKind::Palette).then_some(palette),
    };
    let (encoding, ranges) = ImageEncoding::of(&embedding, file.len() as u64).unwrap();
    let mut bytes = Vec::new();
    std::io::copy(&mut RangeReader::new(Cursor::new(file), ranges), &mut bytes).unwrap();
    Picture { encoding, bytes, width, height }
}

/// Unfiltered grey samples, as a repacked frame has them.
pub(crate) fn repacked(width: u32, height: u32) -> Picture {
    let bytes = miniz_oxide::deflate::compress_to_vec_zlib(&gray(width, height), 6);
    let encoding = ImageEncoding::Flate {
        components: 1,
        bits: 8,
        palette: None,
        rows: RowFilter::Plain,
        length: bytes.len() as u64,
    };
    Picture { encoding, bytes, width, height }
}

/// A line of words set as print sets them, `step` pixels from the end of a word to the next, from `x`, `y` at an angle.
pub(crate) fn line(words: &[&str], x: f32, y: f32, height: f32, step: f32, angle: f32) -> TextLine {
    let (sin, cos) = angle.to_radians().sin_cos();
    let mut along = 0.0;
    let words = words.iter().map(|text| {
        let width = text.chars().count() as f32 * height * 0.45;
        let (ascent, descent) = (height * 0.8, height * 0.2);
        let (x, y) = (x + along * cos, y - along * sin);
        along += width + step;
        Word { text: (*text).to_owned(), confidence: 90.0, x, y, width, ascent, descent }
    });
    TextLine { angle, words: words.collect() }
}

pub(crate) fn text(width: u32, height: u32, lines: Vec<TextLine>) -> PageText {
    PageText { width, height, blocks: vec![TextBlock { role: BlockRole::Body, lines }] }
}
