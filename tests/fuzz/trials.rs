//! Drives every fuzz body with damaged copies of sound files, by a fixed seed: what failed once fails again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jpeg_encoder::{ColorType, Encoder};
use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::text_record;
use sohoa_fuzz::BODIES;
use sohoa_model::frame::{Embedding, FrameFacts, RowFilter, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_model::page_text::{BlockRole, PageText, TextBlock, TextLine, Word};
use sohoa_model::{Sha256, Timestamp};
use sohoa_pdf::{Dict, Object, ObjectWriter};
use sohoa_sign::{SigningRequest, SoftKey, VisibleBlock, demo_key, sign};

/// Damaged copies of each seed that each body gets.
const COPIES: usize = 1000;

/// The longest that one input may take, even in a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);

/// 2025-01-02T09:30:05+07:00.
const AT: Timestamp = Timestamp(1_735_785_005_000);

/// Numbers that look drawn: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// A copy with one to eight things done to it.
    fn damage(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            let length = 1 + self.below(64).min(bytes.len().saturating_sub(at + 1));
            match self.below(7) {
                _ if bytes.is_empty() => bytes.push(self.next() as u8),
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = [0, 0xFF, 0x7F, 0x80, b'9', b'-', b'(', b'<'][self.below(8)],
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(at..(at + length).min(bytes.len()))),
                4 => {
                    let copy = bytes[at..(at + length).min(bytes.len())].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, copy);
                }
                5 => {
                    let noise: Vec<u8> = (0..length).map(|_| self.next() as u8).collect();
                    bytes.splice(at..at, noise);
                }
                _ => {
                    let large = (self.next() as u32 | 0x7000_0000).to_le_bytes();
                    let end = (at + 4).min(bytes.len());
                    bytes.splice(at..end, large);
                }
            }
        }
        bytes
    }
}

/// A sound file for each kind of parser; all are small, so that damage hits what matters.
fn seeds() -> Vec<Vec<u8>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read(repository.join(path)).expect("the repository holds it");
    let original = pdf();
    let demo = demo_key(AT).expect("randomness");
    let key = SoftKey::open(&demo.p12, &demo.password).expect("a sound key");
    let request = SigningRequest {
        organisation: "Sở Tư pháp".to_owned(),
        reason: None,
        at: AT,
        field_name: "Sohoa-1".to_owned(),
        block: VisibleBlock::default(),
    };
    let mut signed = std::io::Cursor::new(Vec::new());
    sign(std::io::Cursor::new(&original), &mut signed, &request, &key).expect("a sound file");
    let signed = signed.into_inner();
    let grown = with_increment(&signed);
    vec![
        jpeg(ColorType::Luma, false),
        jpeg(ColorType::Rgb, true),
        png(),
        tiff(),
        bitmap(),
        scans(),
        original,
        signed,
        demo.p12,
        demo.root_pem.into_bytes(),
        read("tests/pages.csv"),
        read("sample-scans/inventory.xlsx"),
        text(),
        facts(),
        b"\x12\0\0\0{\"verb\":\"inspect\"}\0\0\0\0\0\0\0\0".to_vec(),
        "BT /F1 12 Tf (S\\303\\264 1) Tj [<00> -5 (x)] TJ ET".as_bytes().to_vec(),
        "Phông 1/Mục lục 2/HS.01/HS.01.0000001.jpg".as_bytes().to_vec(),
        grown,
        packed(),
        format!("{0}  data/trang 1.jpg\n\\{0} *b\\nc\nSHA256 (d) = {0}\n", Sha256::of(b"a")).into_bytes(),
    ]
}

/// The file with its catalog written once more.
fn with_increment(bytes: &[u8]) -> Vec<u8> {
    let mut file = sohoa_pdf::File::open(std::io::Cursor::new(bytes)).expect("a PDF");
    let (root, catalog) = file.catalog().expect("a catalog");
    let mut writer = ObjectWriter::increment(Vec::new(), file.length(), file.size(), file.last_startxref());
    writer.object(root, &catalog.into()).expect("memory");
    [bytes, &writer.close(file.trailer().clone()).expect("memory").out].concat()
}

/// A PDF whose objects lie in a compressed stream, told by a cross-reference stream with a predictor.
fn packed() -> Vec<u8> {
    let objects = miniz_oxide::deflate::compress_to_vec_zlib(b"1 0 2 17 <</Pages 2 0 R>> <</Count 0/Kids[]>>", 6);
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let length = objects.len();
    bytes.extend(format!("3 0 obj\n<</Type/ObjStm/N 2/First 9/Filter/FlateDecode/Length {length}>>stream\n").bytes());
    bytes.extend(objects);
    bytes.extend(b"\nendstream\nendobj\n");
    let start = bytes.len();
    let rows = [
        [2, 2, 0, 3, 0],
        [2, 0, 0, 0, 1],
        [2, 255, 0, 6, 255],
        [2, 0, (start >> 8) as u8, (start as u8).wrapping_sub(9), 0],
    ];
    let rows = miniz_oxide::deflate::compress_to_vec_zlib(&rows.concat(), 6);
    let length = rows.len();
    let parameters = "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>";
    let head =
        format!("4 0 obj\n<</Type/XRef/Size 5/Root 1 0 R/W[1 2 1]/Index[1 4]{parameters}/Length {length}>>stream\n");
    bytes.extend(head.bytes());
    bytes.extend(rows);
    bytes.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

fn text() -> Vec<u8> {
    let word =
        Word { text: "Nguyễn".to_owned(), confidence: 91.5, x: 1.0, y: 9.0, width: 8.0, ascent: 4.0, descent: 1.0 };
    let line = TextLine { angle: 0.5, words: vec![word] };
    let block = TextBlock { role: BlockRole::Letterhead, lines: vec![line] };
    text_record::to_bytes(&PageText { width: 20, height: 10, blocks: vec![block] })
}

fn facts() -> Vec<u8> {
    let embedding = Embedding::Flate {
        ranges: vec![20..90, 102..130],
        components: 1,
        bits: 8,
        palette: Some(vec![0; 6]),
        rows: RowFilter::Png,
    };
    let facts = FrameFacts {
        is_sealed: false,
        index: 0,
        width: 20,
        height: 10,
        dpi: Dpi(200.0),
        dpi_stated: true,
        samples: Samples::Rgb8,
        stated_rotation: Rotation::Quarter,
        embedding,
        conversion: None,
    };
    serde_json::to_vec(&FactsRecord::of(&facts)).expect("a record")
}

fn jpeg(color: ColorType, progressive: bool) -> Vec<u8> {
    let samples: Vec<u8> = (0..32 * 24 * 3_u32).map(|i| (i * 37 % 251) as u8).collect();
    let count = if color == ColorType::Luma { 32 * 24 } else { 32 * 24 * 3 };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 80);
    encoder.set_progressive(progressive);
    encoder.encode(&samples[..count], 32, 24, color).expect("memory");
    file
}

fn png() -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let body = [name.as_slice(), data].concat();
        let mut crc = u32::MAX;
        for byte in &body {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            }
        }
        [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
    };
    let rows: Vec<u8> = (0..16).flat_map(|y: u8| [[0].as_slice(), &[y * 16; 16]].concat()).collect();
    let data = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6);
    let header = [0, 0, 0, 16, 0, 0, 0, 16, 8, 0, 0, 0, 0];
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", &[])].concat()
}

fn tiff() -> Vec<u8> {
    let tags: [(u16, u32); 8] = [(256, 8), (257, 8), (258, 8), (259, 1), (262, 1), (273, 8), (278, 8), (279, 64)];
    let mut file = b"II*\0".to_vec();
    file.extend(72_u32.to_le_bytes());
    file.extend(0..64);
    file.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        file.extend([tag.to_le_bytes(), 4_u16.to_le_bytes()].concat());
        file.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.extend([0; 4]);
    file
}

fn bitmap() -> Vec<u8> {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x08\0\0\0\x08\0\0\0\x01\0\x18\0".to_vec();
    file.resize(54, 0);
    file.extend((0..8 * 8 * 3_u32).map(|i| i as u8));
    file
}

/// A PDF of five scanned pages, each coded in its own way; all but the first are white.
fn scans() -> Vec<u8> {
    let picture = jpeg(ColorType::Luma, false);
    let zipped = miniz_oxide::deflate::compress_to_vec_zlib(&[[2].as_slice(), &[0; 8]].concat().repeat(8), 6);
    // Each row of Group 4 is like the one before: one bit.
    let region = [&[0, 0, 0, 8, 0, 0, 0, 8][..], &[0; 8], &[0, 1, 0xFF]].concat();
    let page = [&[0, 0, 0, 8, 0, 0, 0, 8][..], &[0; 11]].concat();
    let segment = |number: u8, kind: u8, data: &[u8]| {
        [&[0, 0, 0, number, kind, 0, 1, 0, 0, 0, data.len() as u8][..], data].concat()
    };
    let jbig2 = [segment(0, 48, &page), segment(1, 38, &region)].concat();
    let gray = "/ColorSpace/DeviceGray/BitsPerComponent";
    let images: [(&str, String, &[u8]); 5] = [
        ("/Width 32/Height 24", format!("{gray} 8/Filter[/DCTDecode]"), &picture),
        ("/Width 8/Height 8", format!("{gray} 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 8>>"), &[0xFF]),
        ("/Width 8/Height 8", format!("{gray} 1/Filter/JBIG2Decode"), &jbig2),
        ("/Width 8/Height 8", format!("{gray} 8/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 8>>"), &zipped),
        (
            "/Width 2/Height 2",
            "/ColorSpace[/Indexed/DeviceRGB 1<00FF00 FFFFFF>]/BitsPerComponent 8/Filter[/AHx/RL]".into(),
            b"0300010100>",
        ),
    ];
    let mut objects: Vec<(String, &[u8])> = Vec::new();
    let kids: Vec<String> = (0..images.len()).map(|i| format!("{} 0 R", 4 + 2 * i)).collect();
    objects.push(("/Type/Catalog/Pages 2 0 R".into(), b""));
    objects.push((format!("/Type/Pages/MediaBox[0 0 72 72]/Kids[{}]/Count {}", kids.join(" "), kids.len()), b""));
    objects.push((String::new(), b"q 72 0 0 72 0 0 cm/Im Do Q BT 3 Tr(x)Tj ET"));
    for (i, (size, coding, data)) in images.iter().enumerate() {
        let image = 5 + 2 * i;
        objects.push((format!("/Type/Page/Parent 2 0 R/Contents 3 0 R/Resources<</XObject<</Im {image} 0 R>>>>"), b""));
        objects.push((format!("/Subtype/Image{size}{coding}"), data));
    }
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, (dict, data)) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj<<{dict}/Length {}>>", i + 1, data.len()).bytes());
        if !data.is_empty() {
            file.extend([b"stream\n", *data, b"\nendstream"].concat());
        }
        file.extend(b"\nendobj\n");
    }
    let end = format!("{table}trailer<</Size {}/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", objects.len() + 1, file.len());
    file.extend(end.bytes());
    file
}

fn pdf() -> Vec<u8> {
    let mut writer = ObjectWriter::new_file(Vec::new()).expect("memory");
    let [catalog, pages, page, content] = std::array::from_fn(|_| writer.allocate().expect("few objects"));
    writer.stream(content, &Dict::new(), b"1 w 45 45 100 100 re S\n").expect("memory");
    let leaf = Dict::new().with("Type", Object::name("Page")).with("Parent", pages).with("Contents", content);
    writer.object(page, &leaf.into()).expect("memory");
    let tree = Dict::new()
        .with("Type", Object::name("Pages"))
        .with("Kids", Object::array([page]))
        .with("Count", 1)
        .with("MediaBox", Object::array([0, 0, 595, 842]));
    writer.object(pages, &tree.into()).expect("memory");
    writer
        .object(catalog, &Dict::new().with("Type", Object::name("Catalog")).with("Pages", pages).into())
        .expect("memory");
    let id = Object::String(b"0123456789abcdef".to_vec());
    writer.close(Dict::new().with("Root", catalog).with("ID", vec![id.clone(), id])).expect("memory").out
}

#[test]
fn the_seeds_are_sound_so_that_damage_reaches_what_lies_deep() {
    let seeds = seeds();
    let limits = sohoa_imaging::inspect::Limits::default();
    for (seed, count) in seeds[..6].iter().zip([1, 1, 1, 1, 1, 5]) {
        let frames = sohoa_imaging::inspect::inspect(&mut std::io::Cursor::new(seed), &limits);
        assert_eq!(frames.expect("an image").len(), count);
    }
    for seed in &seeds[5..8] {
        let mut file = sohoa_pdf::File::open(std::io::Cursor::new(seed)).expect("a PDF");
        file.catalog().expect("a catalog");
    }
    let report = sohoa_sign::verify(std::io::Cursor::new(&seeds[7]), &sohoa_sign::TrustAnchors::new(), AT);
    assert_eq!(report.expect("readable").signatures.len(), 1);
    sohoa_sign::TrustAnchors::new().add(&seeds[9]).expect("a certificate");
    sohoa_describe::inventory::parse_csv(&seeds[10]).expect("an inventory");
    sohoa_describe::inventory::parse_xlsx(&seeds[11]).expect("an inventory");
    text_record::from_bytes(&seeds[12]).expect("a text");
    serde_json::from_slice::<FactsRecord>(&seeds[13]).expect("a record").facts().expect("facts");
    let report = sohoa_sign::verify(std::io::Cursor::new(&seeds[17]), &sohoa_sign::TrustAnchors::new(), AT);
    assert_eq!(report.expect("readable").signatures[0].coverage, sohoa_sign::Coverage::Revision);
    let mut file = sohoa_pdf::File::open(std::io::Cursor::new(&seeds[18])).expect("a PDF");
    assert!(file.catalog().expect("a catalog in a stream").1.contains("Pages"));
    assert!(file.dict(2).expect("an object in a stream").contains("Kids"));
    assert_eq!(sohoa_capture::Checksums::default().add_list("so.sha256", &seeds[19]), Ok(3));
    assert_eq!(sohoa_pdf::Operations::new(&seeds[15]).filter_map(Result::ok).count(), 5);
}

#[test]
fn damaged_files_never_stop_a_parser() {
    let seeds = seeds();
    let mut dice = Dice(1);
    for (body, run) in BODIES {
        for (number, seed) in seeds.iter().enumerate() {
            run(seed);
            for copy in 0..COPIES {
                let damaged = dice.damage(seed);
                let began = Instant::now();
                let done = std::panic::catch_unwind(|| run(&damaged));
                let took = began.elapsed();
                if done.is_err() || took > LONGEST {
                    let left = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{body}-{number}-{copy}"));
                    fs::write(&left, &damaged).expect("room");
                    panic!("{body} took {took:?} or panicked on {}", left.display());
                }
            }
        }
    }
}

#[test]
fn files_that_broke_other_programs_never_stop_a_parser() {
    let Some(scans) = std::env::var_os("SOHOA_SCANS").map(PathBuf::from) else {
        println!("skipped: SOHOA_SCANS names no folder");
        return;
    };
    let mut folders = vec![scans.join("odd-files"), scans.join("signed")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of scans") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("a readable file");
            seen += 1;
            for (body, run) in BODIES {
                let began = Instant::now();
                run(&bytes);
                assert!(began.elapsed() < LONGEST, "{body} took {:?} for {}", began.elapsed(), path.display());
            }
        }
    }
    assert!(seen > 100, "only {seen} files");
}
