//! Memory does not grow with the pages: a register of a thousand pages is written in the memory of one of twenty.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends at the first failure")]

use std::io::{self, Read};

use sohoa_model::Timestamp;
use sohoa_model::frame::{Embedding, FrameFacts, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_model::page_text::{BlockRole, PageText, TextBlock, TextLine, Word};
use sohoa_pdfa::{DocumentInfo, ImageData, ImageEncoding, PageImage, PageInput, Pdfa};

/// Bytes of one image; the writer never looks into them.
const IMAGE: u64 = 200_000;

/// The greatest resident memory of this process so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn text() -> PageText {
    let word = |i: u32| Word {
        text: format!("chữ{i}"),
        confidence: 90.0,
        x: 200.0 + (i % 10) as f32 * 200.0,
        y: 200.0 + (i / 10) as f32 * 60.0,
        width: 150.0,
        ascent: 30.0,
        descent: 8.0,
    };
    let lines = (0..30).map(|line| TextLine { angle: 0.0, words: (line * 10..line * 10 + 10).map(word).collect() });
    PageText { width: 2480, height: 3508, blocks: vec![TextBlock { role: BlockRole::Body, lines: lines.collect() }] }
}

fn write(pages: u32) {
    let info = DocumentInfo {
        title: "Sổ đăng ký".to_owned(),
        dossier_code: "H05.1".to_owned(),
        document_name: String::new(),
        language: None,
        creator_software: "Sohoa".to_owned(),
        organisation: String::new(),
        created: Timestamp(0),
        keywords: Vec::new(),
        id_seed: [7; 16],
    };
    let facts = FrameFacts {
        is_sealed: false,
        index: 0,
        width: 2480,
        height: 3508,
        dpi: Dpi(300.0),
        dpi_stated: true,
        samples: Samples::Gray8,
        stated_rotation: Rotation::None,
        embedding: Embedding::Jpeg { components: 1, ranges: Vec::new() },
        conversion: None,
    };
    let text = text();
    let mut pdfa = Pdfa::begin(io::sink(), &info).unwrap();
    for _ in 0..pages {
        let mut data = io::repeat(0x55).take(IMAGE);
        let image = ImageData { encoding: ImageEncoding::Jpeg { components: 1, length: IMAGE }, data: &mut data };
        let image = PageImage::Stored(image);
        let page =
            PageInput { facts: &facts, part: None, rotation: Rotation::None, label: None, text: Some(&text), image };
        pdfa.add_page(page).unwrap();
    }
    assert_eq!(pdfa.finish().unwrap().pages, pages);
}

#[test]
fn a_thousand_pages_take_the_memory_of_twenty() {
    write(20);
    let few = peak();
    write(1000);
    let many = peak();
    println!("peak memory: {few} KiB for 20 pages, {many} KiB for 1 000 pages");
    assert!(many < few + 4096, "{few} KiB for 20 pages, {many} KiB for 1 000");
}
