//! Pictures of Scan, Check and Progress by day and by night, compared with those in `tests/snapshots`.
//!
//! `SOHOA_SNAPSHOTS=write cargo test -p sohoa-desktop --test snapshots` writes them anew. What changes by itself stands
//! still: the clock, the ids, the free bytes of the disk.

mod raster;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use raster::{Picture, Textures};
use sohoa_catalog::Catalog;
use sohoa_catalog::decision::TwoPersons;
use sohoa_catalog::intake::{TakenFile, TakenFrame};
use sohoa_catalog::rendition::{PdfaRecord, SignedRecord};
use sohoa_desktop::app::{App, Station};
use sohoa_desktop::screens::Screen;
use sohoa_model::clock::FrozenClock;
use sohoa_model::frame::{Embedding, FileFormat, FrameFacts, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_model::ids::{Randomness, ReceiptId};
use sohoa_model::page_text::PageText;
use sohoa_model::plan::{Target, Unit};
use sohoa_model::reading::{PageQuality, Reading, ReadingState};
use sohoa_model::{Act, Cancel, Language, Sha256, Timestamp, Verdict};
use sohoa_pipeline::archive::{Archive, NewArchive, Session};
use sohoa_pipeline::inventory::import_inventory;
use sohoa_pipeline::pages::{self, Edit};
use sohoa_pipeline::progress::Silent;
use sohoa_pipeline::scan::{self, Parting, Profile, ScanPlan};
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::worker::scanners;
use sohoa_shell::{Texts, UiLanguage};

type Window = Harness<'static, App>;

/// What is waited for comes in this time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pixels across and down.
const SIZE: [usize; 2] = [1440, 900];
/// The harness leaves so many pixels empty around what it shows.
const AROUND: usize = 8;
/// Now: 2026-11-20T15:42:00+07:00, a Friday.
const NOW: Timestamp = Timestamp(1_795_164_120_000);
const DAY: i64 = 86_400_000;
/// A channel that differs by no more is the same.
const STEP: u8 = 16;
/// One pixel of so many may differ.
const RARE: usize = 1000;
/// Frames after which no remark stands on the screen any more.
const REMARK: usize = 40;

/// Ten bytes that count up, so that what is made at the same moment keeps its order.
#[derive(Default)]
struct Counting(AtomicU64);

impl Randomness for Counting {
    fn ten_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes
    }
}

fn session() -> Session {
    Session {
        operator: "Nguyễn Thu Hà".to_owned(),
        software: "test".to_owned(),
        station: "Trạm 03".to_owned(),
        clock: Arc::new(FrozenClock(NOW)),
        randomness: Arc::new(Counting::default()),
        worker: WorkerProgram {
            program: env!("CARGO_BIN_EXE_sohoa-desktop").into(),
            arguments: vec!["worker".to_owned()],
        },
    }
}

/// An archive with an inventory; a line has code, fonds, series, box, title and pages.
fn archive(folder: &Path, session: &Session, lines: impl Iterator<Item = String>) -> Archive {
    let new =
        NewArchive {
            title: "Kho lưu trữ Sở Tư pháp".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: false
        };
    let archive = Archive::init(&folder.join("kho"), &new, session).expect("an archive");
    let head = "mã hồ sơ,tên phông,mục lục số,hộp số,tiêu đề hồ sơ,số lượng trang,số lượng tờ,thời hạn lưu trữ,\
                mức độ tiếp cận,ngôn ngữ,thời gian bắt đầu,thời gian kết thúc,mã hồ sơ gốc giấy";
    let list: Vec<String> =
        std::iter::once(head.to_owned()).chain(lines.map(|line| line + ",2,01,01,01,1997,1998,H49.K1")).collect();
    let path = folder.join("danh mục.csv");
    std::fs::write(&path, list.join("\n")).expect("a list");
    import_inventory(&archive, &path, &Cancel::new(), &Silent).expect("an inventory");
    archive
}

/// A window over the archive in a folder, and what paints it.
fn window(folder: &Path, session: Session, simulated: &str) -> (Window, Textures) {
    let root = folder.join("kho");
    let station = Station {
        settings: Some(root.with_extension("station")),
        root,
        session,
        simulated: Some(simulated.to_owned()),
        free: Some(412_000_000_000),
    };
    let app = App::new(Texts::for_window(UiLanguage::Vietnamese), station, &eframe::egui::Context::default());
    let textures = Textures::default();
    let mut window = Harness::builder()
        .with_size(SIZE.map(|side| (side + 2 * AROUND) as f32))
        .renderer(textures.clone())
        .build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", App::is_settled);
    (window, textures)
}

/// Frames until something is so.
fn until(window: &mut Window, what: &str, is_so: impl Fn(&App) -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so(window.state()) {
        assert!(Instant::now() < end, "not seen in time: {what}");
        window.run_steps(1);
        std::thread::yield_now();
    }
    window.run_steps(2);
}

/// Compares the window by day and by night with the pictures of this name.
fn compare_both(window: &mut Window, textures: &Textures, name: &str) {
    compare(window, textures, name);
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::SHIFT, Key::D);
    window.run_steps(2);
    compare(window, textures, &format!("{name}-dark"));
}

/// Compares what the window shows with the picture of this name, once all its pages are seen.
fn compare(window: &mut Window, textures: &Textures, name: &str) {
    window.run_steps(REMARK);
    until(window, "pages that can be seen", App::has_pictures);
    window.run_steps(REMARK);
    let all = textures.paint(&window.ctx, window.output(), SIZE.map(|side| side + 2 * AROUND));
    let seen = coarse(&inner(&all));
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.png"));
    if std::env::var("SOHOA_SNAPSHOTS").is_ok_and(|wish| wish == "write") {
        write(&kept, &seen);
        return;
    }
    let expected = read(&kept);
    assert_eq!((expected.width, expected.pixels.len()), (seen.width, seen.pixels.len()), "{}", kept.display());
    let differs = |(a, b): (&[u8; 3], &[u8; 3])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > STEP);
    let different: Vec<bool> = expected.pixels.iter().zip(&seen.pixels).map(differs).collect();
    let count = different.iter().filter(|differs| **differs).count();
    if count * RARE <= seen.pixels.len() {
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [new, marked] = ["new", "difference"].map(|what| folder.join(format!("{name}-{what}.png")));
    write(&new, &seen);
    // What is the same stands pale behind what is not.
    let mark = |(differs, pixel): (&bool, &[u8; 3])| match differs {
        true => [220, 0, 0],
        false => pixel.map(|channel| 192 + channel / 4),
    };
    let pixels = different.iter().zip(&seen.pixels).map(mark).collect();
    write(&marked, &Picture { width: seen.width, pixels });
    panic!(
        "{name}: {count} of {} pixels differ from {}; the new picture is {}, the difference {}",
        seen.pixels.len(),
        kept.display(),
        new.display(),
        marked.display()
    );
}

/// With 52 steps a channel: the grain of paper is not kept, and the file is small.
fn coarse(picture: &Picture) -> Picture {
    let step = |channel: u8| (channel / 5 + u8::from(channel % 5 > 2)) * 5;
    Picture { pixels: picture.pixels.iter().map(|pixel| pixel.map(step)).collect(), width: picture.width }
}

/// Without what the harness leaves empty.
fn inner(picture: &Picture) -> Picture {
    let rows = picture.pixels.chunks(picture.width).skip(AROUND).take(SIZE[1]);
    let pixels = rows.flat_map(|row| &row[AROUND..AROUND + SIZE[0]]).copied().collect();
    Picture { width: SIZE[0], pixels }
}

fn write(path: &Path, picture: &Picture) {
    let file = std::fs::File::create(path).expect("a file for a picture");
    let height = picture.pixels.len() / picture.width;
    let mut encoder = png::Encoder::new(file, picture.width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::Adaptive);
    let mut writer = encoder.write_header().expect("a picture");
    writer.write_image_data(picture.pixels.as_flattened()).expect("a picture");
    writer.finish().expect("a picture");
}

fn read(path: &Path) -> Picture {
    let file = std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().expect("a picture");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a picture of a window")];
    let info = reader.next_frame(&mut bytes).expect("a picture");
    Picture { width: info.width as usize, pixels: bytes.as_chunks::<3>().0.to_vec() }
}

#[test]
fn scan_looks_as_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = session();
    let lines = [
        "HS.0217,Phông Sở Tư pháp,Mục lục 02,14,Công văn về công tác hộ tịch năm 1998,4",
        "HS.0218,Phông Sở Tư pháp,Mục lục 02,14,Sổ đăng ký khai sinh xã Nhân Khang,12",
    ];
    drop(archive(folder.path(), &session, lines.iter().map(|line| (*line).to_owned())));
    // The third sheet shows what the second showed: it may have gone through twice.
    let (mut window, textures) = window(folder.path(), session, "sheets=3 again=3");
    window.state_mut().open("HS.0217".to_owned(), Screen::Scan);
    until(&mut window, "the dossier", |app| app.is_settled() && app.dossier().is_some());
    window.key_press_modifiers(Modifiers::NONE, Key::Space);
    window.run_steps(2);
    until(&mut window, "three sheets", |app| {
        app.is_settled() && app.dossier().is_some_and(|dossier| dossier.pages.len() == 3)
    });
    assert!(window.state().dossier().is_some_and(|dossier| dossier.pages[2].exception().is_some()), "a finding");
    compare_both(&mut window, &textures, "scan");
}

#[test]
fn check_looks_as_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = session();
    let line = "HS.0214,Phông Sở Tư pháp,Mục lục 02,14,Danh sách các trường hợp đăng ký khai sinh quý I năm 1998,12";
    let archive = archive(folder.path(), &session, std::iter::once(line.to_owned()));
    let cancel = Cancel::new();
    let mut driver = scanners(&session.worker, &cancel, &|_| Some("sheets=12 again=8 blank-every=10".to_owned()));
    let plan = ScanPlan {
        dossier: "HS.0214".to_owned(),
        document: None,
        parting: Parting::None,
        device: "simulated:0".to_owned(),
        settings: Profile::default().settings,
        sheets: Some(12),
        new_dossier: false,
        reason: None,
        target: Default::default(),
        blank_backs: Default::default(),
    };
    scan::scan(&archive, &plan, &mut driver, &cancel, &Silent).expect("pages");
    let all = archive.catalog().pages("HS.0214").expect("pages");
    for (at, why) in [(2, "nghiêng, cắt mất chữ"), (4, "mờ, mất nét")] {
        pages::edit(&archive, "HS.0214", &[all[at].id], &Edit::Reject, why).expect("a page that is sent back");
    }
    drop(archive);
    let (mut window, textures) = window(folder.path(), session, "sheets=1");
    window.state_mut().open("HS.0214".to_owned(), Screen::Check);
    until(&mut window, "the dossier", |app| app.is_settled() && app.dossier().is_some());
    let exceptions =
        |app: &App| app.dossier().map(|dossier| dossier.pages.iter().filter_map(|page| page.exception()).count());
    assert!(exceptions(window.state()) >= Some(3), "pages that a person should look at");
    compare_both(&mut window, &textures, "check");
}

#[test]
fn progress_looks_as_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = session();
    let fonds = ["Sở Tư pháp", "Phòng Công chứng số 1", "Thi hành án dân sự", "Đoàn Luật sư"];
    let dossiers: Vec<(String, &str)> = (0..60)
        .map(|n| (format!("HS.{:04}", n + 1), fonds[[0, 0, 0, 1, 1, 2][n % 6] + usize::from(n % 15 == 14)]))
        .collect();
    let lines = dossiers.iter().enumerate().map(|(n, (code, fonds))| {
        format!("{code},{fonds},Mục lục 0{},{},Hồ sơ số {},{}", n % 3 + 1, n / 6 + 1, n + 1, 4 + n % 5)
    });
    let archive = archive(folder.path(), &session, lines);
    let catalog = archive.catalog();
    for (name, share_ppm, deadline) in [("mốc 1", 300_000, "2026-10-31"), ("mốc 2", 1_000_000, "2026-12-31")] {
        let target = Target {
            name: name.to_owned(),
            share_ppm,
            unit: Unit::Dossiers,
            value_class: String::new(),
            deadline: deadline.to_owned(),
            counts_below_standard: false,
        };
        catalog.set_target(&target, &archive.act()).expect("a target");
    }
    // Ten weeks, four or five dossiers a week, on its days in turn.
    let people = ["Lê Minh Đức", "Phạm Thị Lan", "Nguyễn Thu Hà"];
    for (n, (code, _)) in dossiers.iter().take(46).enumerate() {
        let week = (n * 10 / 46) as i64;
        let at = Timestamp(NOW.0 - (9 - week) * 7 * DAY - (n as i64 % 4) * DAY);
        let act = Act { at, operator: people[n % 3].to_owned(), software: "test".to_owned() };
        capture(catalog, code, 4 + n as u32 % 5, &act);
        let act = Act { operator: "Vũ Đình Nam".to_owned(), ..act };
        let is_done = n < 43;
        if is_done {
            catalog.accept(code, &Default::default(), TwoPersons::Required, &act).expect("an acceptance");
        } else {
            let page = catalog.pages(code).expect("pages")[0].id;
            let why = ["nghiêng, cắt mất chữ", "hai tờ dính nhau", "nghiêng, cắt mất chữ"][n - 43];
            catalog.reject_pages(code, &[page], why, &act).expect("a page that is sent back");
        }
    }
    drop(archive);
    let (mut window, textures) = window(folder.path(), session, "sheets=1");
    window.get_by_role_and_label(Role::Button, "Tiến độ").click();
    window.run_steps(3);
    window.remove_cursor();
    compare_both(&mut window, &textures, "progress");
}

/// A dossier captured, read, assembled and signed, as far as the catalog knows.
fn capture(catalog: &Catalog, code: &str, pages: u32, act: &Act) {
    let frame = |index| TakenFrame {
        facts: FrameFacts {
            is_sealed: false,
            index,
            width: 1654,
            height: 2339,
            dpi: Dpi(200.0),
            dpi_stated: true,
            samples: Samples::Gray8,
            stated_rotation: Rotation::None,
            embedding: Embedding::Jpeg { components: 1, ranges: Vec::new() },
            conversion: None,
        },
        below_standard: false,
    };
    let file = TakenFile {
        batch: None,
        left_out: false,
        dossier: code.to_owned(),
        document_ordinal: None,
        path: format!("{code}.tif"),
        stem: code.to_owned(),
        sha256: Sha256::of(code.as_bytes()),
        bytes: 1000,
        format: FileFormat::Tiff,
        frames: (0..pages).map(frame).collect(),
        findings: Vec::new(),
        receipt: ReceiptId::new(act.at, &Counting::default()),
    };
    catalog.take_file(&file, act).expect("a file");
    let reading = Reading {
        state: ReadingState::Done,
        rotation: Rotation::None,
        language: Some(Language::Vietnamese),
        engine: "test".to_owned(),
        model: None,
        recipe: Sha256::of(b"recipe"),
        input: None,
        confidence: Some(90.0),
        milliseconds: 1000,
        quality: PageQuality { skew: 0.0, ink: 0.05 },
        text: PageText { width: 1654, height: 2339, blocks: Vec::new() },
        findings: Vec::new(),
    };
    for page in catalog.pages(code).expect("pages") {
        catalog.record_reading(page.id, &reading, Sha256::of(b"text"), act).expect("a reading");
    }
    for job in catalog.documents_to_assemble(Some(code)).expect("a document") {
        let before = Sha256::of(&job.input.0);
        let record = PdfaRecord {
            sha256: before,
            bytes: 5000,
            input: job.input,
            recipe: Sha256::of(b"pdfa"),
            verdict: Verdict::Passed,
            findings: Vec::new(),
        };
        catalog.record_pdfa(job.document, &record, act).expect("a PDF/A");
        let record = SignedRecord {
            before,
            after: Sha256::of(&before.0),
            bytes: 37_000,
            signer: "Sở Tư pháp".to_owned(),
            issuer: "test".to_owned(),
            algorithm: "RSA-SHA256".to_owned(),
            level: "B-B".to_owned(),
            signed_at: act.at,
            verdict: Verdict::Passed,
            published_path: format!("pdf/{code}.pdf"),
            predecessor: None,
        };
        catalog.record_signed(job.document, &record, act).expect("a signature");
    }
}
