//! The page tree, each page and its images.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Name, Object, PdfError, Stream};

use super::fonts::Used;
use super::jpeg::{self, FrameHeader};
use super::{Report, content};

const MAX_TREE_DEPTH: usize = 8;
/// Within how many bytes the frame header of a JPEG must lie: behind some EXIF and profile segments.
const JPEG_HEAD: u64 = 64 << 20;

/// The object numbers of all pages in order.
pub(super) fn numbers<R: Read + Seek>(file: &mut File<R>, report: &mut Report) -> Result<Vec<u32>, PdfError> {
    let (_, catalog) = file.catalog()?;
    let Some(root) = catalog.get("Pages").and_then(Object::as_reference) else {
        report.add("32000 7.7.3", 0, "there is no page tree");
        return Ok(Vec::new());
    };
    let (mut pages, mut seen, mut counted) = (Vec::new(), BTreeSet::new(), 0);
    let mut waiting = vec![(root.number, 0)];
    while let Some((number, depth)) = waiting.pop() {
        if !seen.insert(number) || depth > MAX_TREE_DEPTH {
            report.add("32000 7.7.3", number, "the page tree comes back to itself");
            continue;
        }
        let dict = file.dict(number)?;
        let kids = dict.get("Kids").and_then(Object::as_array);
        match kids {
            Some(kids) => {
                if depth == 0 {
                    counted = dict.get("Count").and_then(Object::as_int).unwrap_or(-1);
                }
                let kids = kids.iter().filter_map(Object::as_reference);
                let at = waiting.len();
                waiting.extend(kids.map(|kid| (kid.number, depth + 1)));
                waiting[at..].reverse();
            }
            None if dict.get("Type").is_some_and(|kind| kind.is_name("Page")) => pages.push(number),
            None => report.add("32000 7.7.3", number, "the page tree holds something that is no page"),
        }
    }
    let sound = !pages.is_empty() && counted == pages.len() as i64;
    report.want(sound, "32000 7.7.3", root.number, "the number of pages is not the one stated");
    Ok(pages)
}

/// The images of a page by their names.
pub(super) fn images<R: Read + Seek>(file: &mut File<R>, page: &Dict) -> Result<Vec<(Name, u32)>, PdfError> {
    resources(file, page, "XObject")
}

/// The entries of one kind of resource that are references.
pub(super) fn resources<R: Read + Seek>(
    file: &mut File<R>,
    page: &Dict,
    kind: &str,
) -> Result<Vec<(Name, u32)>, PdfError> {
    let resources = file.get(page, "Resources")?;
    let Some(resources) = resources.as_dict() else { return Ok(Vec::new()) };
    let entries = file.get(resources, kind)?;
    let entries = entries.as_dict().cloned().unwrap_or_default();
    Ok(entries.iter().filter_map(|(name, value)| Some((name.clone(), value.as_reference()?.number))).collect())
}

/// One page: its box, its turn, its images, its content.
pub(super) fn page<R: Read + Seek>(
    file: &mut File<R>,
    number: u32,
    used: &mut Used,
    report: &mut Report,
) -> Result<(), PdfError> {
    let dict = file.dict(number)?;
    let bounds: Option<Vec<f64>> = dict
        .get("MediaBox")
        .and_then(Object::as_array)
        .map(|sides| sides.iter().filter_map(Object::as_number).collect());
    let sound = match bounds.as_deref() {
        Some([left, bottom, right, top]) => {
            let side = |length: f64| (2.999..=14_400.001).contains(&length);
            side(right - left) && side(top - bottom)
        }
        _ => false,
    };
    report.want(sound, "6.1.13", number, "a page without bounds of 3 to 14 400 units");
    let turn = dict.get("Rotate").and_then(Object::as_int).unwrap_or(0);
    report.want(turn % 90 == 0, "32000 7.7.3.3", number, "a page turned by something else than quarters");
    report.want(!dict.contains("Group"), "6.2.10", number, "a page with a transparency group");
    let images = images(file, &dict)?;
    report.want(!images.is_empty(), "6.2.8", number, "a page without an image");
    for (_, image) in &images {
        self::image(file, *image, report)?;
    }
    let fonts = resources(file, &dict, "Font")?;
    let Some(stream) = dict.get("Contents").and_then(Object::as_reference) else {
        report.add("6.2.2", number, "a page without one content stream");
        return Ok(());
    };
    if !used.first_time(stream.number) {
        report.add("6.2.2", number, "a page that shares its content with another");
        return Ok(());
    }
    let bounds = bounds.as_deref().and_then(|sides| <[f64; 4]>::try_from(sides).ok()).unwrap_or_default();
    content::check(file, stream.number, &content::OfPage { bounds, images: &images, fonts: &fonts }, used, report)
}

fn image<R: Read + Seek>(file: &mut File<R>, number: u32, report: &mut Report) -> Result<(), PdfError> {
    let (stream, length) = file.stream(number)?;
    let dict = &stream.dict;
    let int = |key: &str| dict.get(key).and_then(Object::as_int);
    let is = |key: &str, name: &str| dict.get(key).is_some_and(|value| value.is_name(name));
    report.want(is("Subtype", "Image"), "6.2.9", number, "an XObject that is no image");
    report.want(dict.get("Interpolate") != Some(&Object::Bool(true)), "6.2.8", number, "Interpolate");
    let (width, height) = (int("Width").unwrap_or(0), int("Height").unwrap_or(0));
    report.want(width > 0 && height > 0 && length > 0, "6.2.8", number, "an image without pixels");
    report.want(matches!(int("BitsPerComponent"), Some(1 | 2 | 4 | 8 | 16)), "6.2.8", number, "BitsPerComponent");
    let Some(components) = dict.get("ColorSpace").and_then(components) else {
        report.add("6.2.4.3", number, "a colour space that this stage never writes");
        return Ok(());
    };
    let parameters = file.get(dict, "DecodeParms")?.as_dict().cloned().unwrap_or_default();
    let given = |key: &str| parameters.get(key).and_then(Object::as_int);
    let sound = match dict.get("Filter").and_then(Object::as_name) {
        Some(filter) if filter.is("DCTDecode") => frame_header(file, &stream, length)?.is_some_and(|header| {
            let stated = (Some(i64::from(header.bits)), i64::from(header.width), i64::from(header.height));
            stated == (int("BitsPerComponent"), width, height) && i64::from(header.components) == components
        }),
        Some(filter) if filter.is("CCITTFaxDecode") => {
            given("K") == Some(-1) && given("Columns") == Some(width) && given("Rows") == Some(height)
        }
        Some(filter) if filter.is("FlateDecode") => match given("Predictor") {
            None => true,
            Some(_) => {
                given("Columns") == Some(width)
                    && given("Colors") == Some(components)
                    && given("BitsPerComponent") == int("BitsPerComponent")
            }
        },
        _ => false,
    };
    report.want(sound, "6.2.8", number, "image data that is not what its dictionary says");
    Ok(())
}

/// The frame header of a JPEG, looked for in the first 64 KiB and then in more: metadata before it may be long.
fn frame_header<R: Read + Seek>(
    file: &mut File<R>,
    stream: &Stream,
    length: u64,
) -> Result<Option<FrameHeader>, PdfError> {
    for most in [1 << 16, 1 << 20, JPEG_HEAD] {
        let mut head: Vec<u8> = Vec::new();
        file.for_each_piece(stream.data_offset, stream.data_offset + length.min(most), |piece| head.extend(piece))?;
        let header = jpeg::frame_header(&head);
        if header.is_some() || length <= most {
            return Ok(header);
        }
    }
    Ok(None)
}

/// How many components a colour space has that this stage writes.
fn components(space: &Object) -> Option<i64> {
    if space.is_name("DeviceGray") {
        return Some(1);
    }
    if space.is_name("DeviceRGB") {
        return Some(3);
    }
    let [kind, base, high, Object::String(table)] = space.as_array()? else { return None };
    let colours = high.as_int()?.checked_add(1)?;
    let sound = kind.is_name("Indexed") && base.is_name("DeviceRGB") && colours.checked_mul(3)? == table.len() as i64;
    sound.then_some(1)
}
