//! Whole documents: titles, labels, many pages, unchanged bytes, the same bytes twice, what can't be written.

use std::ffi::OsStr;
use std::io::{self, Cursor, Read};
use std::path::Path;

use sohoa_model::geometry::Rotation;
use sohoa_model::{Language, Sha256, Verdict};
use sohoa_pdfa::{ImageData, ImageEncoding, PageImage, PageInput, Pdfa, PdfaError, check, for_each_image};

use crate::judged::{judge, tool};
use crate::made::{self, Page};

#[test]
fn titles_of_every_script_pass_the_judges() {
    let titles = [
        ("vietnamese", "Sổ đăng ký khai sinh – quyển 3 & “phụ lục” <1985> ]]> %%EOF (a\\b)"),
        ("chinese", "地簿 河內省 嗣德三十年"),
        ("nom", "𡨸喃 𠀋 Quốc âm thi tập"),
        ("control", "a\u{0}b\u{1}\u{1B}c\r\nd\u{FEFF}\u{FFFE}\u{85}"),
        ("empty", "  \u{7}  "),
    ];
    for (name, title) in titles {
        let mut info = made::info(title);
        info.organisation = title.to_owned();
        info.keywords = vec![title.to_owned(), String::new()];
        info.language = if name == "chinese" { Some(Language::Chinese) } else { None };
        let (bytes, _) = made::write(&info, &[made::page(made::jpeg(60, 80, 1), 100.0)]);
        let path = judge(&format!("title-{name}"), &bytes);
        let checked = check(Cursor::new(bytes)).unwrap();
        assert_eq!(checked.verdict, Verdict::Passed, "{name}: {:?}", checked.violations);
        if matches!(name, "vietnamese" | "nom")
            && let Some(found) = tool("pdfinfo", &[path.as_os_str()])
        {
            assert!(String::from_utf8(found).unwrap().contains(title), "{name}");
        }
    }
}

#[test]
fn sixty_pages_with_labels_pass_and_memory_holds_only_numbers() {
    let picture = made::jpeg(60, 80, 1);
    let mut pages: Vec<Page> = (0..60).map(|_| made::page(picture.clone(), 100.0)).collect();
    for (i, page) in pages.iter_mut().enumerate().take(20) {
        page.label = Some(format!("tờ {}{}", i / 2 + 1, if i % 2 == 0 { "a" } else { "b" }));
    }
    let (bytes, summary) = made::write(&made::info("60 trang"), &pages);
    assert_eq!((summary.pages, summary.bytes, summary.sha256), (60, bytes.len() as u64, Sha256::of(&bytes)));
    judge("sixty-pages", &bytes);
    let checked = check(Cursor::new(bytes)).unwrap();
    assert_eq!((checked.verdict, checked.facts.pages), (Verdict::Passed, 60));
}

#[test]
fn more_pages_than_one_node_holds_stay_in_order() {
    let picture = made::jpeg(16, 16, 1);
    for count in [200, 401] {
        let pages: Vec<Page> = (0..count).map(|_| made::page(picture.clone(), 50.0)).collect();
        let (bytes, _) = made::write(&made::info("many"), &pages);
        let checked = check(Cursor::new(&bytes)).unwrap();
        assert_eq!((checked.verdict, checked.facts.pages), (Verdict::Passed, count));
    }
}

#[test]
fn a_jpeg_comes_out_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    for components in [1, 3] {
        let picture = made::jpeg(200, 300, components);
        let (bytes, _) = made::write(&made::info("bytes"), &[made::page(picture.clone(), 100.0)]);
        let path = folder.path().join("in.pdf");
        std::fs::write(&path, &bytes).unwrap();
        let prefix = folder.path().join("out");
        if tool("pdfimages", &["-j".as_ref(), path.as_os_str(), prefix.as_os_str()]).is_some() {
            assert_eq!(std::fs::read(folder.path().join("out-000.jpg")).unwrap(), picture.bytes);
        }
    }
}

#[test]
fn a_document_of_more_characters_than_one_font_holds_reads_back() {
    let all: Vec<char> = ('\u{20000}'..'\u{3FFF0}').filter(|c| *c as u32 & 0xFFFE != 0xFFFE).take(66_000).collect();
    // Each word takes characters from both ends, so that the last ones change the font within themselves.
    let words: Vec<String> = (0..660).map(|i| (0..100).map(|k| all[(i + k * 660) % all.len()]).collect()).collect();
    let lines = (0..660).map(|i| made::line(&[words[i].as_str()], 10.0, 50.0 + 5.0 * i as f32, 44.0, 0.0, 0.0));
    let mut page = made::page(made::jpeg(248, 351, 1), 30.0);
    page.text = Some(made::text(2480, 3510, lines.collect()));
    let (bytes, _) = made::write(&made::info("two fonts"), &[page]);
    let path = judge("two-fonts", &bytes);
    let Some(raw) = tool("pdftotext", &["-raw".as_ref(), path.as_os_str(), "-".as_ref()]) else { return };
    let raw = String::from_utf8(raw).unwrap();
    assert!(raw.split_whitespace().eq(words.iter().map(String::as_str)));
}

/// The rendered page as grey samples.
fn render(name: &str, page: Page, dpi: u32) -> Option<(usize, usize, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, made::write(&made::info(name), &[page]).0).unwrap();
    rendered(&path, 1, dpi)
}

fn rendered(path: &Path, page: u32, dpi: u32) -> Option<(usize, usize, Vec<u8>)> {
    let (dpi, page) = (dpi.to_string(), page.to_string());
    let [dpi, page]: [&OsStr; 2] = [dpi.as_ref(), page.as_ref()];
    let of_page = ["-f".as_ref(), page, "-l".as_ref(), page];
    let pgm = tool("pdftoppm", &[&["-gray".as_ref(), "-r".as_ref(), dpi], &of_page[..], &[path.as_os_str()]].concat())?;
    let mut parts = pgm.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(parts.next().unwrap(), b"P5");
    let mut number = || std::str::from_utf8(parts.next().unwrap()).unwrap().parse::<usize>().unwrap();
    let (width, height) = (number(), number());
    let samples = parts.next().unwrap();
    let start = samples.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    Some((width, height, samples[start..].to_vec()))
}

#[test]
fn strips_meet_without_a_seam() {
    for min_is_white in [true, false] {
        for dpi in [72, 91, 100, 150] {
            let page = made::page(made::g4(301, 420, 37, min_is_white), 100.0);
            let Some((width, height, samples)) = render("strips", page, dpi) else { return };
            // The border of the drawing is four pixels wide: down its middle every row must be black, beside it white.
            let column = (2.0 * dpi as f32 / 100.0) as usize;
            for y in 0..height {
                assert!(samples[y * width + column] < 100, "row {y} at {dpi} dpi");
                let beside = y > height / 10 && y < height * 9 / 10;
                assert!(!beside || samples[y * width + width / 20] > 200, "row {y} at {dpi} dpi");
            }
        }
    }
}

#[test]
fn a_turned_page_shows_its_mark_where_the_turn_puts_it() {
    for (rotation, right, down) in [
        (Rotation::None, false, false),
        (Rotation::Quarter, true, false),
        (Rotation::Half, true, true),
        (Rotation::ThreeQuarters, false, true),
    ] {
        let mut page = made::page(made::jpeg(200, 200, 1), 72.0);
        page.rotation = rotation;
        let Some((width, _, samples)) = render("turned", page, 72) else { return };
        // The corner of the L lies at 15 % and 45 % of the stored drawing, the foot of its stem.
        let (x, y) = match rotation {
            Rotation::None => (30, 90),
            Rotation::Quarter => (200 - 90, 30),
            Rotation::Half => (200 - 30, 200 - 90),
            Rotation::ThreeQuarters => (90, 200 - 30),
        };
        assert!(samples[y * width + x] < 80, "{rotation:?}");
        let empty = (if right { 200 - 10 } else { 10 }, if down { 200 - 10 } else { 10 });
        assert!(samples[empty.1 * width + empty.0] > 200, "{rotation:?}");
    }
}

#[test]
fn two_pages_share_one_image_and_each_shows_its_part_of_it() {
    // The L stands in the left third, the stripes in the right one; a stroke of three pixels at the cut belongs to one.
    for (name, picture) in [("jpeg", made::jpeg(300, 200, 1)), ("strips", made::g4(300, 200, 37, true))] {
        let halves = [[0, 0, 130, 200], [130, 0, 170, 200]];
        for rotation in [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters] {
            let pages = halves.map(|part| {
                let mut page = made::page(picture.clone(), 72.0);
                let (width, height) = rotation.turned(part[2], part[3]);
                let words = if part[0] == 0 { "tờ bên trái" } else { "tờ bên phải" };
                let words: Vec<&str> = words.split(' ').collect();
                page.text = Some(made::text(width, height, vec![made::line(&words, 10.0, 60.0, 12.0, 8.0, 0.0)]));
                Page { part: Some(part), rotation, ..page }
            });
            let (bytes, _) = made::write(&made::info("hai trang"), &pages);
            let path = judge(&format!("halves-{name}-{}", rotation.degrees()), &bytes);
            let checked = check(Cursor::new(&bytes)).unwrap();
            assert_eq!((&checked.verdict, checked.facts.pages), (&Verdict::Passed, 2), "{:?}", checked.violations);
            let mut images = Vec::new();
            for_each_image(Cursor::new(&bytes), |image| images.push((image.page, image.sha256))).unwrap();
            let (first, second) = images.split_at(images.len() / 2);
            assert!(first.iter().map(|image| image.1).eq(second.iter().map(|image| image.1)), "both show one image");
            let stored = bytes.windows(15).filter(|window| window == b"/Subtype /Image").count();
            assert_eq!(stored, first.len(), "and it is stored once");
            for (number, part) in (1..).zip(halves) {
                let Some((width, height, samples)) = rendered(&path, number, 72) else { return };
                assert_eq!((width as u32, height as u32), rotation.turned(part[2], part[3]));
                for (x, y) in (5..part[3] - 5).step_by(7).flat_map(|y| (5..part[2] - 5).step_by(5).map(move |x| (x, y)))
                {
                    let near = |dx: u32, dy: u32| made::ink(part[0] + x + dx - 2, part[1] + y + dy - 2, 300, 200);
                    let inside = near(2, 2);
                    // Away from edges, where JPEG and rendering soften.
                    if (0..5).any(|d| near(d, 0) != inside || near(d, 4) != inside || near(0, d) != inside) {
                        continue;
                    }
                    let (right, down) = (part[2] - 1 - x, part[3] - 1 - y);
                    let (at_x, at_y) = match rotation {
                        Rotation::None => (x, y),
                        Rotation::Quarter => (down, x),
                        Rotation::Half => (right, down),
                        Rotation::ThreeQuarters => (y, right),
                    };
                    let dark = samples[at_y as usize * width + at_x as usize] < 128;
                    assert_eq!(dark, inside, "{name} {rotation:?} page {number} at {x},{y}");
                }
                let number = number.to_string();
                let arguments =
                    ["-f".as_ref(), number.as_ref(), "-l".as_ref(), number.as_ref(), path.as_os_str(), "-".as_ref()];
                let Some(text) = tool("pdftotext", &arguments) else { return };
                let expected = if part[0] == 0 { "tờ bên trái" } else { "tờ bên phải" };
                assert_eq!(String::from_utf8(text).unwrap().trim(), expected, "{name} {rotation:?}");
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let document = || {
        let mut page = made::page(made::g4(121, 160, 50, true), 100.0);
        let words: Vec<String> = ('a'..='z').chain('à'..='ỹ').map(|c| c.to_string()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        page.text = Some(made::text(1210, 1600, vec![made::line(&words, 10.0, 400.0, 12.0, 4.0, 0.0)]));
        made::write(&made::info("same"), &[page.clone(), page])
    };
    assert_eq!(document(), document());
}

#[test]
fn odd_resolutions_and_shapes_become_pages_that_pdf_allows() {
    for (name, width, height, dpi) in [
        ("coarse", 300, 420, 1.0),
        ("fine", 300, 420, 100_000.0),
        ("unknown", 300, 420, f32::NAN),
        ("narrow", 9000, 2, 300.0),
    ] {
        let (bytes, _) = made::write(&made::info(name), &[made::page(made::g4(width, height, height, true), dpi)]);
        judge(&format!("shape-{name}"), &bytes);
        assert_eq!(check(Cursor::new(bytes)).unwrap().verdict, Verdict::Passed, "{name}");
    }
}

fn try_page(width: u32, height: u32, encoding: ImageEncoding, data: &mut dyn Read) -> Result<(), PdfaError> {
    let mut facts = made::facts(&made::jpeg(8, 8, 1), 100.0);
    (facts.width, facts.height) = (width, height);
    let mut pdfa = Pdfa::begin(io::sink(), &made::info("refused"))?;
    let image = PageImage::Stored(ImageData { encoding, data });
    pdfa.add_page(PageInput { facts: &facts, part: None, rotation: Rotation::None, label: None, text: None, image })?;
    pdfa.finish().map(|_| ())
}

#[test]
fn what_can_not_become_a_page_is_refused() {
    let facts = made::facts(&made::jpeg(8, 8, 1), 100.0);
    let mut pdfa = Pdfa::begin(io::sink(), &made::info("refused")).unwrap();
    let image = PageImage::Of(0);
    let again = PageInput { facts: &facts, part: None, rotation: Rotation::None, label: None, text: None, image };
    assert!(matches!(pdfa.add_page(again), Err(PdfaError::NoImage { page: 1 })));
    let jpeg = |length| ImageEncoding::Jpeg { components: 1, length };
    let cmyk = ImageEncoding::Jpeg { components: 4, length: 3 };
    assert!(matches!(try_page(8, 8, cmyk, &mut &b"abc"[..]), Err(PdfaError::Image { page: 1, .. })));
    assert!(matches!(try_page(0, 8, jpeg(3), &mut &b"abc"[..]), Err(PdfaError::Image { .. })));
    assert!(matches!(try_page(8, 8, jpeg(4), &mut &b"abc"[..]), Err(PdfaError::Pdf(_))));
    assert!(matches!(try_page(8, 8, jpeg(2), &mut &b"abc"[..]), Err(PdfaError::Pdf(_))));
    assert!(matches!(try_page(50_000, 1, jpeg(3), &mut &b"abc"[..]), Err(PdfaError::PageShape { page: 1 })));
    let strips = ImageEncoding::CcittG4 { strips: Vec::new(), min_is_white: true };
    assert!(matches!(try_page(8, 8, strips, &mut &b"abc"[..]), Err(PdfaError::Image { .. })));
    let empty = Pdfa::begin(io::sink(), &made::info("empty")).unwrap();
    assert!(matches!(empty.finish(), Err(PdfaError::NoPages)));
}
