//! What was read before never changes what is read now, on real pages of `SOHOA_SCANS` (a folder with `vie/*.png`).

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sohoa_model::Language;
use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::{Dpi, Rect};
use sohoa_model::page_text::{BlockRole, TextBlock};
use sohoa_ocr::{EngineError, Models, OcrError, PageMode, Reader, Region};

const MODELS: &str = "/usr/share/tesseract-ocr/5/tessdata";

/// The first pages of the folder, or nothing if there are none or no models.
fn pages() -> Option<Vec<PathBuf>> {
    let folder = PathBuf::from(std::env::var_os("SOHOA_SCANS")?).join("vie");
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut pages: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "png")).collect();
    pages.sort();
    pages.truncate(2);
    (pages.len() == 2 && Path::new(MODELS).is_dir()).then_some(pages)
}

/// The upper half of a page of one bit or eight bits a pixel.
fn upper_half(path: &Path) -> GrayImage {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path).expect("opened")));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("decoded");
    assert_eq!(info.color_type, png::ColorType::Grayscale);
    let height = info.height / 2;
    pixels.truncate(info.width as usize * height as usize);
    GrayImage { width: info.width, height, pixels }
}

fn reader() -> Reader {
    Reader::new(Models::open(Path::new(MODELS)).expect("models"))
}

fn read(reader: &mut Reader, image: &GrayImage, at_most: Duration) -> Result<Vec<TextBlock>, OcrError> {
    let rect = Rect { left: 0, top: 0, right: image.width, bottom: image.height };
    let region = Region { rect, role: BlockRole::Body, mode: PageMode::Column };
    reader.recognise(image, Some(Dpi(200.0)), &[region], Language::Vietnamese, &|| at_most)
}

#[test]
fn a_page_reads_the_same_whatever_was_read_before() {
    let Some(pages) = pages() else {
        println!("skipped: SOHOA_SCANS names no folder with Vietnamese pages, or there are no models");
        return;
    };
    let long = Duration::from_secs(100);
    let [a, b] = [upper_half(&pages[0]), upper_half(&pages[1])];
    let mut one = reader();
    let first = read(&mut one, &a, long).expect("read");
    let other = read(&mut one, &b, long).expect("read");
    let again = read(&mut one, &a, long).expect("read");
    assert!(first.iter().flat_map(|block| &block.lines).count() > 5);
    assert_eq!(first, again);
    assert_eq!(other, read(&mut reader(), &b, long).expect("read"));
}

#[test]
fn a_page_out_of_time_breaks_off_and_the_next_one_is_read() {
    let Some(pages) = pages() else {
        println!("skipped: SOHOA_SCANS names no folder with Vietnamese pages, or there are no models");
        return;
    };
    let a = upper_half(&pages[0]);
    let mut one = reader();
    let late = read(&mut one, &a, Duration::ZERO);
    assert!(matches!(late, Err(OcrError::Engine { source: EngineError::BrokeOff, .. })), "{late:?}");
    assert!(!read(&mut one, &a, Duration::from_secs(100)).expect("read").is_empty());
}
