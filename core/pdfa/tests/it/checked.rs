//! Our own checker: passes what was written, also with an increment behind it, and names what was broken.

use std::io::Cursor;

use sohoa_model::{Sha256, Verdict};
use sohoa_pdf::{Dict, File, Object, ObjectWriter, Reference, text_string};
use sohoa_pdfa::{Checked, ImageEncoding, check, for_each_image};

use crate::made::{self, Page, Picture, PngKind};

fn check_bytes(bytes: &[u8]) -> Checked {
    check(Cursor::new(bytes)).unwrap()
}

fn sample() -> Vec<u8> {
    let mut first = made::page(made::jpeg(120, 160, 3), 100.0);
    first.text = Some(made::text(120, 160, vec![made::line(&["Sổ", "địa", "bạ", "𡨸喃"], 10.0, 40.0, 12.0, 4.0, 3.0)]));
    let second = made::page(made::g4(121, 160, 50, true), 100.0);
    let third = made::page(made::png(121, 160, PngKind::Palette), 100.0);
    made::write(&made::info("Sổ địa bạ & <phụ lục>"), &[first, second, third]).0
}

/// The file with an increment that replaces an object or adds one.
fn changed(bytes: &[u8], change: impl FnOnce(&mut File<Cursor<&[u8]>>) -> (u32, Object)) -> Vec<u8> {
    let mut file = File::open(Cursor::new(bytes)).unwrap();
    let (number, object) = change(&mut file);
    let mut trailer = file.trailer().clone();
    trailer.remove("Prev");
    let mut writer = ObjectWriter::increment(Vec::new(), file.length(), file.size(), file.last_startxref());
    if number == file.size() {
        writer.allocate().unwrap();
    }
    writer.object(Reference::new(number), &object).unwrap();
    [bytes, &writer.close(trailer).unwrap().out].concat()
}

/// The file with one key of the catalog set.
fn with_catalog(bytes: &[u8], key: &str, value: Object) -> Vec<u8> {
    changed(bytes, |file| {
        let (root, mut catalog) = file.catalog().unwrap();
        catalog.set(key, value);
        (root.number, catalog.into())
    })
}

#[test]
fn what_was_written_passes_and_says_what_it_is() {
    let bytes = sample();
    let checked = check_bytes(&bytes);
    assert_eq!(checked.verdict, Verdict::Passed, "{:?}", checked.violations);
    assert_eq!((checked.facts.pages, checked.facts.revisions), (3, 1));
    assert_eq!(checked.facts.bytes, bytes.len() as u64);
    assert_eq!(checked.facts.title, "Sổ địa bạ & <phụ lục>");
    assert_eq!(checked.facts.dossier_code, "H05.02.01.1985.12");
}

#[test]
fn an_increment_passes_and_is_counted() {
    let bytes = with_catalog(&sample(), "Extensions", Dict::new().into());
    let checked = check_bytes(&bytes);
    assert_eq!(checked.verdict, Verdict::Passed, "{:?}", checked.violations);
    assert_eq!((checked.facts.pages, checked.facts.revisions), (3, 2));
}

#[test]
fn every_image_is_found_with_the_digest_of_its_master() {
    let jpeg = made::jpeg(120, 160, 1);
    let g4 = made::g4(121, 160, 50, true);
    let pages: Vec<Page> = [&jpeg, &g4].map(|picture| made::page(picture.clone(), 100.0)).into();
    let (bytes, _) = made::write(&made::info("images"), &pages);
    let mut found = Vec::new();
    for_each_image(Cursor::new(bytes), |image| found.push(image)).unwrap();
    assert_eq!(found[0].sha256, Sha256::of(&jpeg.bytes));
    assert_eq!((found[0].page, found[0].filter.as_str(), found[0].length), (1, "DCTDecode", jpeg.bytes.len() as u64));
    assert_eq!(found.iter().skip(1).map(|image| image.height).collect::<Vec<_>>(), [50, 50, 50, 10]);
    assert!(found.iter().skip(1).all(|image| image.page == 2 && image.filter == "CCITTFaxDecode"));
}

#[test]
fn what_is_broken_is_named_by_its_clause() {
    let bytes = sample();
    let script = Dict::new().with("S", Object::name("JavaScript"));
    let info = |file: &mut File<Cursor<&[u8]>>| {
        let number = file.trailer().get("Info").and_then(Object::as_reference).unwrap().number;
        (number, file.dict(number).unwrap())
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("6.5.1", with_catalog(&bytes, "OpenAction", script.into())),
        ("6.4.2", with_catalog(&bytes, "NeedsRendering", Object::Bool(false))),
        ("6.2.3", with_catalog(&bytes, "OutputIntents", Object::Array(Vec::new()))),
        ("6.6.3", with_catalog(&bytes, "Lang", text_string("fr"))),
        ("6.6.2.1", with_catalog(&bytes, "Metadata", Object::Null)),
        ("32000 7.3.10", with_catalog(&bytes, "Extensions", Reference::new(9999).into())),
        ("6.1.13", with_catalog(&bytes, "Extensions", Object::Int(3_000_000_000))),
        ("6.1.13", with_catalog(&bytes, "Extensions", Object::String(vec![b'x'; 32_768]))),
        (
            "6.3.2",
            with_catalog(&bytes, "Extensions", {
                Dict::new().with("Type", Object::name("Annot")).with("Subtype", Object::name("Widget")).into()
            }),
        ),
        (
            "6.6.3",
            changed(&bytes, |file| {
                let (number, mut dict) = info(file);
                dict.set("Title", text_string("another"));
                (number, dict.into())
            }),
        ),
        ("32000 7.5", changed(&bytes, |file| (file.size(), Object::Null))),
        // A page that is wider than what is laid on it.
        (
            "6.2.2",
            changed(&bytes, |file| {
                let is_page = |dict: &Dict| dict.get("Type").is_some_and(|kind| kind.is_name("Page"));
                let mut dicts = (1..file.size()).filter_map(|number| Some((number, file.dict(number).ok()?)));
                let (number, mut page) = dicts.find(|(_, dict)| is_page(dict)).unwrap();
                page.set("MediaBox", Object::array([0.0, 0.0, 90.0, 115.2]));
                (number, page.into())
            }),
        ),
        ("6.1.3", [&bytes[..], b"%more\n"].concat()),
    ];
    for (clause, broken) in cases {
        let checked = check_bytes(&broken);
        assert!(checked.violations.iter().any(|violation| violation.clause == clause), "{clause}: {checked:?}");
        assert!(matches!(checked.verdict, Verdict::Failed(_)), "{clause}");
    }
}

#[test]
fn a_jpeg_that_is_not_what_its_page_says_is_named() {
    for change in [|page: &mut Page| page.picture.width += 1, |page: &mut Page| page.picture = relabelled()] {
        let mut page = made::page(made::jpeg(120, 160, 3), 100.0);
        change(&mut page);
        let checked = check_bytes(&made::write(&made::info("relabelled"), &[page]).0);
        assert_eq!(checked.violations.first().map(|violation| violation.clause), Some("6.2.8"), "{checked:?}");
    }
}

/// A colour JPEG that claims to be grey.
fn relabelled() -> Picture {
    let colour = made::jpeg(120, 160, 3);
    let encoding = ImageEncoding::Jpeg { components: 1, length: colour.bytes.len() as u64 };
    Picture { encoding, ..colour }
}

#[test]
fn a_flipped_or_cut_file_never_panics_and_a_cut_one_never_passes() {
    let bytes = sample();
    for length in (0..bytes.len()).step_by(97) {
        assert_ne!(check_bytes(&bytes[..length]).verdict, Verdict::Passed, "{length}");
    }
    for at in (0..bytes.len()).step_by(41) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x21;
        let _ = check(Cursor::new(flipped));
    }
}

#[test]
fn a_jpeg_may_begin_with_megabytes_of_metadata() {
    let mut picture = made::jpeg(120, 160, 3);
    let segment = [&[0xFF, 0xFE, 0xFF, 0xFF][..], &[b'x'; 0xFFFD]].concat();
    picture.bytes.splice(2..2, segment.repeat(40));
    picture.encoding = ImageEncoding::Jpeg { components: 3, length: picture.bytes.len() as u64 };
    let (bytes, _) = made::write(&made::info("metadata"), &[made::page(picture, 100.0)]);
    assert_eq!(check_bytes(&bytes).verdict, Verdict::Passed);
}

#[test]
fn a_foreign_kind_of_file_is_indeterminate() {
    let stream = "%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 1/W[1 2 1]/Length 4>>stream\n\0\0\0\0\nendstream\nendobj\nstartxref\n9\n%%EOF\n";
    assert!(matches!(check_bytes(stream.as_bytes()).verdict, Verdict::Indeterminate(_)));
    assert!(matches!(check_bytes(b"").verdict, Verdict::Failed(_)));
}
