//! Scanned PDFs: the image of each page comes out as it is stored, and whatever is no plain scan is told apart.

use jpeg_encoder::{ColorType, Encoder};
use miniz_oxide::deflate::compress_to_vec_zlib;
use sohoa_model::frame::{Conversion, Embedding, RowFilter, Samples};
use sohoa_model::geometry::{Dpi, Rotation};

use crate::build::{assert_close, bilevel_page, fax_to_gray, group4, packed, page};
use crate::{facts, gray, only, refusal, repacked_gray};

const WIDTH: u32 = 101;
const HEIGHT: u32 = 70;
/// The page in units: the image is 101 pixels wide, so it has 200 dots an inch.
const PAGE: &str = "36.36 0 0 25.2";

/// An object: its dictionary without `<<` and `>>`, and the data of its stream.
type Thing = (String, Option<Vec<u8>>);

/// A file of these objects, numbered from 1; the first is the catalog.
fn file_of(objects: &[Thing]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (i, (dict, data)) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n<<{dict}", i + 1).bytes());
        match data {
            Some(data) => {
                file.extend(format!(" /Length {}>>\nstream\n", data.len()).bytes());
                file.extend(data);
                file.extend(b"\nendstream\nendobj\n");
            }
            None => file.extend(b">>\nendobj\n"),
        }
    }
    let start = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
    offsets.iter().for_each(|at| file.extend(format!("{at:010} 00000 n \n").bytes()));
    let size = offsets.len() + 1;
    file.extend(format!("trailer\n<</Size {size} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

/// The objects of a file of one page; the fourth is its content, the fifth the image, others may follow.
fn objects(page: &str, content: &str, image: &str, data: &[u8]) -> Vec<Thing> {
    vec![
        ("/Type /Catalog /Pages 2 0 R".into(), None),
        ("/Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 36.36 25.2] /Resources <</XObject <</Im 5 0 R /Fm 6 0 R>>>>".into(), None),
        (format!("/Type /Page /Parent 2 0 R /Contents 4 0 R {page}"), None),
        (String::new(), Some(content.into())),
        (format!("/Type /XObject /Subtype /Image /Width {WIDTH} /Height {HEIGHT} {image}"), Some(data.to_vec())),
    ]
}

fn scan(image: &str, data: &[u8]) -> Vec<u8> {
    file_of(&objects("", &format!("q {PAGE} 0 0 cm /Im Do Q"), image, data))
}

fn jpeg(color: ColorType, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    Encoder::new(&mut file, 90).encode(pixels, WIDTH as u16, HEIGHT as u16, color).expect("memory");
    file
}

fn stored(file: &[u8], embedding: &Embedding) -> Vec<u8> {
    let ranges = match embedding {
        Embedding::Jpeg { ranges, .. } | Embedding::Flate { ranges, .. } => ranges.clone(),
        Embedding::CcittG4 { strips, .. } => strips.iter().map(|(range, _)| range.clone()).collect(),
        Embedding::Repack => panic!("nothing passes"),
    };
    ranges.iter().flat_map(|range| &file[range.start as usize..range.end as usize]).copied().collect()
}

#[test]
fn a_jpeg_is_taken_out_byte_for_byte() {
    let pixels = page(WIDTH, HEIGHT);
    let data = jpeg(ColorType::Luma, &pixels);
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", &data);
    let found = only(&file);
    assert_eq!((found.width, found.height, found.samples), (WIDTH, HEIGHT, Samples::Gray8));
    assert!(found.dpi_stated && (found.dpi.0 - 200.0).abs() < 0.1, "{:?}", found.dpi);
    assert!(matches!(found.embedding, Embedding::Jpeg { components: 1, .. }));
    assert_eq!(stored(&file, &found.embedding), data);
    assert_close(&gray(&file).pixels, &pixels, 60, "grey");
    // A profile and a filter in an array change nothing; a filter around the JPEG keeps it from passing.
    let mut all = objects(
        "",
        &format!("q {PAGE} 0 0 cm /Im Do Q"),
        "/ColorSpace [/ICCBased 6 0 R] /BitsPerComponent 8 /Filter [/DCTDecode]",
        &data,
    );
    all.push(("/N 1".into(), Some(b"profile".to_vec())));
    assert_eq!(stored(&file_of(&all), &only(&file_of(&all)).embedding), data);
    let wrapped = compress_to_vec_zlib(&data, 6);
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [/FlateDecode /DCTDecode]", &wrapped);
    let found = only(&file);
    assert_eq!(found.embedding, Embedding::Repack);
    assert_close(&repacked_gray(&file, &found), &pixels, 60, "wrapped");
    let colors: Vec<u8> = pixels.iter().flat_map(|sample| [*sample, *sample / 2, 255 - *sample]).collect();
    let data = jpeg(ColorType::Rgb, &colors);
    let file = scan("/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", &data);
    let found = only(&file);
    assert!(matches!(found.embedding, Embedding::Jpeg { components: 3, .. }));
    assert_eq!((found.samples, stored(&file, &found.embedding)), (Samples::Rgb8, data));
}

#[test]
fn fax_data_passes_in_every_sense() {
    let ink = bilevel_page(WIDTH, HEIGHT);
    let negative: Vec<u8> = ink.iter().map(|sample| 255 - sample).collect();
    let data = group4(&ink, WIDTH);
    for (sense, decode, is_straight) in [
        ("", "", true),
        ("/BlackIs1 true", "", false),
        ("/BlackIs1 true", "/Decode [1 0]", true),
        ("", "/Decode [1 0]", false),
    ] {
        let what = format!("{sense} {decode}");
        let parameters = format!("/Filter /CCITTFaxDecode /DecodeParms <</K -1 /Columns {WIDTH} {sense}>>");
        let file = scan(&format!("/ColorSpace /DeviceGray /BitsPerComponent 1 {decode} {parameters}"), &data);
        let found = only(&file);
        let Embedding::CcittG4 { min_is_white, .. } = &found.embedding else { panic!("{what}: {found:?}") };
        assert_eq!(*min_is_white, is_straight, "{what}");
        assert_eq!(fax_to_gray(&stored(&file, &found.embedding), WIDTH, HEIGHT), ink, "{what}");
        let expected = if is_straight { &ink } else { &negative };
        assert_eq!(&gray(&file).pixels, expected, "{what}");
        assert_eq!(&repacked_gray(&file, &found), expected, "{what}");
    }
    // As a stencil that paints black it looks the same.
    let stencil =
        format!("/ImageMask true /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms <</K -1 /Columns {WIDTH}>>");
    assert_eq!(gray(&scan(&stencil, &data)).pixels, ink);
    let red = objects("", &format!("q 1 0 0 rg {PAGE} 0 0 cm /Im Do Q"), &stencil, &data);
    assert_eq!(refusal(&file_of(&red)), "unsupported-samples");
}

#[test]
fn flate_passes_plain_and_with_the_filters_of_png() {
    let pixels = page(WIDTH, HEIGHT);
    let plain = compress_to_vec_zlib(&pixels, 6);
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode", &plain);
    let found = only(&file);
    assert!(matches!(found.embedding, Embedding::Flate { rows: RowFilter::Plain, components: 1, bits: 8, .. }));
    assert_eq!((stored(&file, &found.embedding), gray(&file).pixels), (plain, pixels.clone()));
    let rows: Vec<u8> = pixels.chunks(WIDTH as usize).flat_map(|row| [&[0], row].concat()).collect();
    let filtered = compress_to_vec_zlib(&rows, 6);
    let with = format!(
        "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /DecodeParms <</Predictor 15 /Columns {WIDTH}>>"
    );
    let file = scan(&with, &filtered);
    let found = only(&file);
    assert!(matches!(found.embedding, Embedding::Flate { rows: RowFilter::Png, .. }));
    assert_eq!((stored(&file, &found.embedding), gray(&file).pixels), (filtered, pixels.clone()));
    // Of one bit, of a palette, upside down in tone, in 16 bits, and without any filter.
    let ink = bilevel_page(WIDTH, HEIGHT);
    let data = compress_to_vec_zlib(&packed(&ink, WIDTH, 255), 6);
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode", &data);
    assert_eq!((only(&file).samples, gray(&file).pixels), (Samples::Bilevel, ink.clone()));
    let file = scan(
        "/ColorSpace [/Indexed /DeviceRGB 1 <FFFFFF 000000>] /BitsPerComponent 1 /Filter /FlateDecode",
        &compress_to_vec_zlib(&packed(&ink, WIDTH, 0), 6),
    );
    let found = only(&file);
    assert_eq!(gray(&file).pixels, ink);
    assert!(
        matches!(&found.embedding, Embedding::Flate { palette: Some(palette), .. } if palette == &[255, 255, 255, 0, 0, 0])
    );
    let negative: Vec<u8> = pixels.iter().map(|sample| 255 - sample).collect();
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 8 /Decode [1 0]", &negative);
    assert_eq!((only(&file).embedding, gray(&file).pixels), (Embedding::Repack, pixels.clone()));
    let deep: Vec<u8> = pixels.iter().flat_map(|sample| [*sample, 7]).collect();
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 16", &deep);
    assert_eq!((only(&file).samples, gray(&file).pixels), (Samples::Gray16, pixels.clone()));
    let inks: Vec<u8> = pixels.iter().flat_map(|sample| [0, 0, 0, 255 - *sample]).collect();
    let file = scan("/ColorSpace /DeviceCMYK /BitsPerComponent 8", &inks);
    assert_eq!((only(&file).conversion, gray(&file).pixels), (Some(Conversion::Cmyk), pixels));
}

#[test]
fn jbig2_is_decoded_to_its_last_pixel() {
    let ink = bilevel_page(WIDTH, HEIGHT);
    let file = scan("/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode", &jbig2(&group4(&ink, WIDTH)));
    let found = only(&file);
    assert_eq!((found.samples, &found.embedding), (Samples::Bilevel, &Embedding::Repack));
    assert_eq!(gray(&file).pixels, ink);
    assert_eq!(repacked_gray(&file, &found), ink);
    let cut = jbig2(&group4(&ink, WIDTH)[..40]);
    assert_eq!(refusal(&scan("/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode", &cut)), "corrupt");
}

/// A JBIG2 page (ITU-T T.88) whose one region is coded as Group 4 codes it.
fn jbig2(group4: &[u8]) -> Vec<u8> {
    let segment = |number: u32, kind: u8, data: &[u8]| {
        let head = [&number.to_be_bytes()[..], &[kind, 0, 1], &(data.len() as u32).to_be_bytes()];
        [&head.concat()[..], data].concat()
    };
    let size = [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat();
    let information = [&size[..], &[0; 8], &[0, 0, 0]].concat();
    let region = [&size[..], &[0; 8], &[0], &[1], group4].concat();
    [segment(0, 48, &information), segment(1, 38, &region)].concat()
}

#[test]
fn a_page_says_how_its_image_stands() {
    let pixels = page(WIDTH, HEIGHT);
    let data = compress_to_vec_zlib(&pixels, 6);
    let image = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode";
    let stands =
        |page: &str, matrix: &str| only(&file_of(&objects(page, &format!("{matrix} cm /Im Do"), image, &data)));
    assert_eq!(stands("/Rotate 90", "36.36 0 0 25.2 0 0").stated_rotation, Rotation::Quarter);
    let turned = stands("/MediaBox [0 0 25.2 36.36]", "0 36.36 -25.2 0 25.2 0");
    assert_eq!(turned.stated_rotation, Rotation::ThreeQuarters);
    let mirrored = stands("", "-36.36 0 0 25.2 36.36 0");
    assert_eq!((mirrored.stated_rotation, mirrored.embedding), (Rotation::None, Embedding::Repack));
    let mirrored = file_of(&objects("", "-36.36 0 0 25.2 36.36 0 cm /Im Do", image, &data));
    let expected: Vec<u8> = pixels.chunks(WIDTH as usize).flat_map(|row| row.iter().rev()).copied().collect();
    assert_eq!(gray(&mirrored).pixels, expected);
    let large = stands("/UserUnit 2", "36.36 0 0 25.2 0 0");
    assert!((large.dpi.0 - 100.0).abs() < 0.1);
    let noted = stands("/Annots [<</Subtype /Stamp /F 4>>]", "36.36 0 0 25.2 0 0");
    assert_eq!(noted.conversion, Some(Conversion::Annotations));
    let linked = stands("/Annots [<</Subtype /Link>> <</Subtype /Text /F 2>>]", "36.36 0 0 25.2 0 0");
    assert_eq!(linked.conversion, None);
    let unbelievable = stands("/MediaBox [0 0 3636 2520]", "3636 0 0 2520 0 0");
    assert_eq!((unbelievable.dpi, unbelievable.dpi_stated), (Dpi(200.0), false));
}

#[test]
fn text_without_ink_or_below_the_image_is_no_loss() {
    let data = compress_to_vec_zlib(&page(WIDTH, HEIGHT), 6);
    let image = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode";
    let with = |content: &str| {
        let mut all = objects("", content, image, &data);
        all.push(("/Type /XObject /Subtype /Form /BBox [0 0 9 9]".into(), Some(b"BT 3 Tr (chu an) Tj ET".to_vec())));
        facts(&file_of(&all)).map_or_else(|error| error.to_string(), |facts| format!("{} page", facts.len()))
    };
    for content in [
        "q 36.36 0 0 25.2 0 0 cm /Im Do Q BT 3 Tr (chu) Tj ET",
        "q 36.36 0 0 25.2 0 0 cm /Im Do Q /Fm Do",
        "BT (chu duoi anh) Tj ET 1 1 1 rg 0 0 36 25 re f q 36.36 0 0 25.2 0 0 cm /Im Do Q",
        "q 0 0 36.36 25.2 re W n 30 0 0 20 3 2 cm /Im Do Q /None Do",
    ] {
        assert_eq!(with(content), "1 page", "{content}");
    }
    for (content, what) in [
        ("q 36.36 0 0 25.2 0 0 cm /Im Do Q BT (chu) Tj ET", "visible text"),
        ("q 36.36 0 0 25.2 0 0 cm /Im Do Q 0 0 m 5 5 l S", "drawings"),
        ("q 6 0 0 5 0 0 cm /Im Do Q", "an image that does not fill it"),
        ("q 30 0 0 20 0 0 cm /Im Do Q q 30 0 0 20 1 1 cm /Im Do Q", "several images"),
        ("q 36 3 -3 25 0 0 cm /Im Do Q", "an image set askew"),
        ("BT ET", "nothing on it"),
        ("BI /W 1 /H 1 ID x EI", "an image inside its content"),
    ] {
        assert_eq!(with(content), format!("frame 0 holds {what}"), "{content}");
    }
}

#[test]
fn what_is_no_plain_scan_is_refused_by_its_name() {
    let data = compress_to_vec_zlib(&page(WIDTH, HEIGHT), 6);
    let image = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode";
    let good = scan(image, &data);
    let replaced = |from: &[u8], to: &[u8]| {
        let at = good.windows(from.len()).position(|window| window == from).unwrap();
        [&good[..at], to, &good[at + from.len()..]].concat()
    };
    assert_eq!(refusal(&replaced(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 1 0 R")), "pdf-encrypted");
    assert_eq!(refusal(&good[..good.len() - 30]), "pdf-damaged");
    assert_eq!(refusal(&replaced(b"/Kids [3 0 R]", b"/Kids [2 0 R]")), "corrupt");
    assert_eq!(refusal(&replaced(b"/Kids [3 0 R]", b"/Kids [9 0 R]")), "corrupt");
    let other = |image: &str, data: &[u8]| refusal(&scan(image, data));
    assert_eq!(other("/ColorSpace [/Lab] /BitsPerComponent 8 /Filter /FlateDecode", &data), "unsupported-samples");
    assert_eq!(other(&format!("{image} /SMask 5 0 R"), &data), "unsupported-samples");
    assert_eq!(other(&format!("{image} /Decode [0 .5]"), &data), "unsupported-samples");
    assert_eq!(other("/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode", &data), "truncated");
    assert_eq!(other(image, b"no zlib data"), "corrupt");
    let bomb = compress_to_vec_zlib(&vec![0; 1 << 22], 9);
    assert_eq!(other(image, &bomb), "corrupt");
    assert_eq!(other("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", b"\xFF\xD8\xFF"), "truncated");
    assert_eq!(other("/Filter /Unheard", &data), "unsupported-samples");
}

#[test]
fn each_page_of_a_file_is_a_frame() {
    let pixels = page(WIDTH, HEIGHT);
    let image = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode";
    let mut all = objects("", &format!("q {PAGE} 0 0 cm /Im Do Q"), image, &compress_to_vec_zlib(&pixels, 6));
    all[1].0 = all[1].0.replace("[3 0 R]", "[3 0 R 6 0 R]");
    all.push(("/Type /Pages /Parent 2 0 R /Kids [7 0 R] /Rotate 180".into(), None));
    all.push(("/Type /Page /Parent 6 0 R /Contents [4 0 R]".into(), None));
    let found = facts(&file_of(&all)).unwrap();
    let stand: Vec<_> = found.iter().map(|facts| (facts.index, facts.stated_rotation)).collect();
    assert_eq!(stand, [(0, Rotation::None), (1, Rotation::Half)]);
}

#[test]
fn strips_that_lie_edge_to_edge_are_one_image() {
    let ink = bilevel_page(WIDTH, HEIGHT);
    let (upper, lower) = ink.split_at(WIDTH as usize * 40);
    let fax = format!(
        "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms <</K -1 /Columns {WIDTH}>>"
    );
    let strip = |rows: u32, image: &str, data: &[u8]| {
        (format!("/Type /XObject /Subtype /Image /Width {WIDTH} /Height {rows} {image}"), Some(data.to_vec()))
    };
    let of = |content: &str, upper: Thing, lower: Thing| {
        let mut all = objects("", content, "", &[]);
        (all[4], _) = (upper, all.push(lower));
        file_of(&all)
    };
    let content = "q 36.36 0 0 10.8 0 0 cm /Fm Do Q q 36.36 0 0 14.4 0 10.8 cm /Im Do Q";
    let (one, other) = (group4(upper, WIDTH), group4(lower, WIDTH));
    let file = of(content, strip(40, &fax, &one), strip(30, &fax, &other));
    let found = only(&file);
    assert_eq!((found.width, found.height, gray(&file).pixels), (WIDTH, HEIGHT, ink));
    assert!((found.dpi.0 - 200.0).abs() < 0.1, "{:?}", found.dpi);
    assert_eq!(stored(&file, &found.embedding), [one.clone(), other].concat());
    // Strips of other kinds are packed again; what overlaps is no strip.
    let gray_strip = "/ColorSpace /DeviceGray /BitsPerComponent 8";
    let pixels = page(WIDTH, HEIGHT);
    let (upper, lower) = pixels.split_at(WIDTH as usize * 40);
    let file = of(content, strip(40, gray_strip, upper), strip(30, gray_strip, lower));
    assert_eq!((only(&file).embedding, gray(&file).pixels), (Embedding::Repack, pixels.clone()));
    let file = of(content, strip(40, gray_strip, upper), strip(40, &fax, &one));
    assert_eq!(refusal(&file), "pdf-not-scanned");
    let file = of(&content.replace("0 10.8 cm", "0 9 cm"), strip(40, gray_strip, upper), strip(30, gray_strip, lower));
    assert_eq!(refusal(&file), "pdf-not-scanned");
}
