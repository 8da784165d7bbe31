//! The window driven as a person with a screen reader would: by the names of things. A letter without a glyph fails.

#[path = "../common/mod.rs"]
mod common;
mod keys;
mod picking;

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use common::{PATIENCE, Window, session, shows};
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sohoa_desktop::app::{App, Station};
use sohoa_desktop::desk::Dossier;
use sohoa_model::Language;
use sohoa_model::geometry::Rotation;
use sohoa_model::reading::{LanguageChoice, ReadingState};
use sohoa_pipeline::accounts::{self, Role as Rank, Secret};
use sohoa_pipeline::archive::{Archive, NewArchive};
use sohoa_pipeline::import::{ImportPlan, import};
use sohoa_pipeline::inventory::import_inventory;
use sohoa_pipeline::pages::{self, Edit};
use sohoa_pipeline::pictures;
use sohoa_pipeline::progress::{Phase, Silent, Sink};
use sohoa_pipeline::scan::{self, Parting, Profile, ScanPlan};
use sohoa_pipeline::settings::TrustedRoot;
use sohoa_pipeline::worker::Worker;
use sohoa_shell::station::Station as StationSettings;
use sohoa_shell::worker::scanners;
use sohoa_shell::{Texts, UiLanguage};

fn new_archive(root: &Path) -> Archive {
    let new =
        NewArchive { title: "Kho Sở Tư pháp".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: false };
    Archive::init(root, &new, &session()).expect("an archive")
}

/// An archive with two dossiers of which one is held.
fn archive(root: &Path) {
    let archive = new_archive(root);
    for code in ["HS.01", "HS.02"] {
        let settings = Default::default();
        let batch = sohoa_catalog::batch::NewBatch {
            dossier: code,
            device: "simulated:0",
            settings: &settings,
            sides: 1,
            sheets: Some(3),
            document: None,
            target: sohoa_catalog::batch::BatchTarget::Append,
        };
        archive.catalog().begin_batch(&batch, &archive.act()).expect("a batch");
    }
    archive.catalog().hold("HS.02", "dấu MẬT", &archive.act()).expect("a hold");
}

/// An archive with an inventory of two dossiers in a box, of which nothing is scanned.
fn listed(folder: &Path, root: &Path) {
    let list = "mã hồ sơ,tên phông,mục lục số,hộp số,tiêu đề hồ sơ,số lượng trang\n\
                HS.01,Phông Sở Tư pháp,Mục lục 02,14,Sổ đăng ký khai sinh xã Nhân Khang,3\n\
                HS.02,Phông Sở Tư pháp,Mục lục 02,14,Quyết định cho thôi quốc tịch,2\n";
    let path = folder.join("danh mục.csv");
    std::fs::write(&path, list).expect("a list");
    let archive = new_archive(root);
    let outcome = import_inventory(&archive, &path, &sohoa_model::Cancel::new(), &Silent).expect("an inventory");
    assert_eq!(outcome.change.added.len(), 2);
}

/// So many sheets of the first dossier, from the simulated scanner.
fn simulated(sheets: u32) -> ScanPlan {
    ScanPlan {
        dossier: "HS.01".to_owned(),
        document: None,
        parting: Parting::None,
        device: "simulated:0".to_owned(),
        settings: Profile::default().settings,
        sheets: Some(sheets),
        new_dossier: false,
        reason: None,
        target: Default::default(),
        blank_backs: Default::default(),
    }
}

/// A window over an archive with a simulated scanner, and without anything that is still to come.
fn window_with(root: &Path, language: UiLanguage, simulated: &str) -> Window {
    let station = Station {
        root: root.to_owned(),
        session: session(),
        simulated: Some(simulated.to_owned()),
        settings: Some(root.with_extension("station")),
        free: None,
    };
    let app = App::new(Texts::for_window(language), station, &eframe::egui::Context::default());
    let mut window =
        Harness::builder().with_size([1440.0, 900.0]).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", App::is_settled);
    window.run_steps(3);
    window
}

fn window(root: &Path, language: UiLanguage) -> Window {
    window_with(root, language, "sheets=3")
}

/// Frames until something is so.
fn until(window: &mut Window, what: &str, is_so: impl Fn(&App) -> bool) {
    common::until(window, what, |window| is_so(window.state()));
}

/// Frames until something is so of the dossier on the desk.
fn until_dossier(window: &mut Window, what: &str, is_so: impl Fn(&Dossier) -> bool) {
    until(window, what, |app| app.is_settled() && app.dossier().is_some_and(&is_so));
}

/// Presses the button with this name.
fn press(window: &Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
}

/// Presses a key.
fn key(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    // A letter is held back for a moment: it might be the first of a barcode.
    window.run_steps(3);
}

#[test]
fn what_waits_opens_its_list_and_typing_narrows_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root);
    for (language, held, inventory, filter) in [
        (UiLanguage::Vietnamese, "Đang giữ lại 1", "Danh mục", "Lọc:"),
        (UiLanguage::English, "Held 1", "Inventory", "Filter:"),
    ] {
        let mut window = window(&root, language);
        press(&window, held);
        window.run_steps(3);
        assert!(
            window.query_by_label_contains("HS.02 ·").is_some() && window.query_by_label_contains("HS.01 ·").is_none()
        );
        press(&window, inventory);
        window.run_steps(2);
        let all = if language == UiLanguage::English { "All  2" } else { "Tất cả  2" };
        press(&window, all);
        window.run_steps(2);
        assert!(window.query_by_label_contains("HS.01 ·").is_some());
        window.get_by_role_and_label(Role::TextInput, filter).focus();
        window.run_steps(2);
        window.get_by_role_and_label(Role::TextInput, filter).type_text("hs.02");
        window.run_steps(3);
        assert!(
            window.query_by_label_contains("HS.02 ·").is_some() && window.query_by_label_contains("HS.01 ·").is_none()
        );
    }
}

#[test]
fn a_digit_with_another_key_is_no_digit_even_if_that_is_up_again_in_the_same_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root);
    let mut window = window(&root, UiLanguage::Vietnamese);
    let strike = |window: &mut Window, modifiers| {
        let event = Event::Key { key: Key::Num1, physical_key: None, pressed: true, repeat: false, modifiers };
        window.input_mut().events.push(event);
        window.run_steps(3);
    };
    strike(&mut window, Modifiers::ALT);
    assert!(window.query_by_label_contains("HS.02 ·").is_none());
    strike(&mut window, Modifiers::NONE);
    window.run_steps(2);
    assert!(window.query_by_label_contains("HS.02 ·").is_some());
}

#[test]
fn progress_says_that_there_is_nothing_to_count_and_the_language_can_be_switched() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root);
    let mut window = window(&root, UiLanguage::Vietnamese);
    press(&window, "Tiến độ");
    window.run_steps(3);
    assert!(window.query_by_label_contains("Chưa có danh mục").is_some());
    press(&window, "English");
    window.run_steps(3);
    assert!(window.query_by_label("Progress of digitization").is_some());
    press(&window, "Keys");
    window.run_steps(3);
    assert!(window.query_by_label_contains("Larger window").is_some());
}

#[test]
fn an_archive_that_can_not_be_opened_says_what_is_safe_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(&folder.path().join("không có"), UiLanguage::Vietnamese);
    assert!(window.query_by_label("Dữ liệu vẫn nguyên, không có gì bị thay đổi.").is_some());
    assert!(window.query_all_by_label("Đọc lại").count() >= 1);
}

#[test]
fn a_new_archive_is_made_where_there_was_none_and_another_one_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("kho cũ");
    archive(&other);
    let mut window = window(&folder.path().join("không có"), UiLanguage::Vietnamese);
    let new = folder.path().join("kho mới");
    for (field, text) in [
        ("Thư mục mới, chưa có gì bên trong", other.to_str().expect("a path")),
        ("Tên kho", "Kho Phòng Công chứng số 1"),
        ("Cơ quan ký số", "Phòng Công chứng số 1"),
    ] {
        type_into(&mut window, field, text);
    }
    // What is there already is never written over.
    press(&window, "Tạo kho");
    until(&mut window, "a refusal", App::is_refused);
    window.get_by_role_and_label(Role::TextInput, "Thư mục mới, chưa có gì bên trong").focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    type_into(&mut window, "Thư mục mới, chưa có gì bên trong", new.to_str().expect("a path"));
    press(&window, "Tạo kho");
    until(&mut window, "the new archive", |app| app.is_settled() && app.root() == new);
    window.run_steps(3);
    assert!(shows(&window, "Kho Phòng Công chứng số 1"));
    window.key_press_modifiers(Modifiers::CTRL, Key::O);
    window.run_steps(3);
    type_into(&mut window, "Thư mục của kho", other.to_str().expect("a path"));
    press(&window, "Mở kho");
    until(&mut window, "the other archive", |app| app.is_settled() && app.root() == other);
    window.run_steps(3);
    assert!(shows(&window, "Kho Sở Tư pháp"));
}

/// Types into the field with this name.
fn type_into(window: &mut Window, name: &str, text: &str) {
    type_as(window, Role::TextInput, name, text);
}

fn type_as(window: &mut Window, role: Role, name: &str, text: &str) {
    window.get_by_role_and_label(role, name).focus();
    window.run_steps(2);
    window.get_by_role_and_label(role, name).type_text(text);
    window.run_steps(2);
}

/// The words of a journey in one language.
struct Words {
    scan_this: &'static str,
    sheets: &'static str,
    refile: &'static str,
    keep: &'static str,
    checks: &'static str,
    sent_back: &'static str,
    rescan_now: &'static str,
    instead: &'static str,
    next: &'static str,
    progress: &'static str,
}

const VIETNAMESE: Words = Words {
    scan_this: "Quét hồ sơ này",
    sheets: "Số tờ đếm bằng tay",
    refile: "Cất được",
    keep: "Chưa được cất",
    checks: "Kiểm tra",
    sent_back: "Trang bị trả về để quét lại",
    rescan_now: "Quét lại tờ này ngay",
    instead: "Quét lại trang 2",
    next: "Hồ sơ kế: HS.02",
    progress: "Tiến độ số hóa",
};

const ENGLISH: Words = Words {
    scan_this: "Scan this dossier",
    sheets: "Sheets counted by hand",
    refile: "Safe to refile",
    keep: "Not yet safe to refile",
    checks: "Check",
    sent_back: "Page sent back to be scanned again",
    rescan_now: "Rescan this sheet now",
    instead: "Rescan page 2",
    next: "Next: HS.02",
    progress: "Progress of digitization",
};

#[test]
fn paper_goes_through_the_scanner_is_checked_and_counted_with_keys_alone() {
    for (language, words) in [(UiLanguage::Vietnamese, VIETNAMESE), (UiLanguage::English, ENGLISH)] {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("kho");
        listed(folder.path(), &root);

        // Three sheets, counted beforehand; the batch closes itself when they all came.
        let mut scanning = window(&root, language);
        press(&scanning, words.scan_this);
        until_dossier(&mut scanning, "the dossier", |dossier| dossier.code == "HS.01");
        assert!(shows(&scanning, words.keep));
        type_into(&mut scanning, words.sheets, "3");
        key(&mut scanning, Key::Enter);
        key(&mut scanning, Key::Space);
        until_dossier(&mut scanning, "three pages", |dossier| dossier.pages.len() == 3 && dossier.open().is_none());
        assert!(shows(&scanning, words.refile) && shows(&scanning, words.next));

        // Out and back, turned and turned back: nothing is lost by it.
        key(&mut scanning, Key::A);
        key(&mut scanning, Key::X);
        until_dossier(&mut scanning, "a page less", |dossier| dossier.pages.len() == 2 && dossier.gone.len() == 1);
        key(&mut scanning, Key::Z);
        until_dossier(&mut scanning, "the page", |dossier| dossier.pages.len() == 3 && dossier.gone.is_empty());
        key(&mut scanning, Key::Home);
        key(&mut scanning, Key::W);
        let turned = |dossier: &Dossier| dossier.pages[0].view.turn.is_some_and(|turn| turn.degrees() == 90);
        until_dossier(&mut scanning, "a turned page", turned);
        key(&mut scanning, Key::Z);
        let upright = |dossier: &Dossier| dossier.pages[0].view.stands.degrees() == 0;
        until_dossier(&mut scanning, "an upright page", upright);
        key(&mut scanning, Key::D);
        key(&mut scanning, Key::T);
        until_dossier(&mut scanning, "two documents", |dossier| dossier.pages[1].begins);
        key(&mut scanning, Key::Z);
        until_dossier(&mut scanning, "one document", |dossier| !dossier.pages.iter().any(|page| page.begins));
        drop(scanning);

        // The second page is sent back and scanned again, in its place.
        let mut checking = window_with(&root, language, "sheets=1 first=7");
        scan_again(&mut checking, &words);
        checking.key_press_modifiers(Modifiers::CTRL, Key::Num7);
        checking.run_steps(3);
        assert!(shows(&checking, words.progress));
        // The report is kept beside the archive, once for each time.
        for n in 1..=2 {
            checking.key_press_modifiers(Modifiers::CTRL, Key::P);
            until(&mut checking, "a report", |_| reports(&root, "pdf") == n);
        }
        checking.key_press_modifiers(Modifiers::CTRL, Key::E);
        until(&mut checking, "a workbook", |_| reports(&root, "xlsx") == 1 && reports(&root, "csv") == 1);
    }
}

#[test]
fn one_image_becomes_two_pages_where_a_line_is_laid_and_one_again() {
    for (language, upright, across, how, leave, sheet) in [
        (UiLanguage::Vietnamese, "Đường cắt dọc", "Đường cắt ngang", "ở 50,5 %", "Thôi", "tờ 1, mặt trước, nửa a"),
        (UiLanguage::English, "Upright cut", "Cut across", "at 50.5 %", "Leave", "sheet 1, front, half a"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("kho");
        listed(folder.path(), &root);
        let mut scanning = window(&root, language);
        press(&scanning, if language == UiLanguage::English { ENGLISH } else { VIETNAMESE }.scan_this);
        until_dossier(&mut scanning, "the dossier", |dossier| dossier.code == "HS.01");
        let counted = if language == UiLanguage::English { ENGLISH } else { VIETNAMESE }.sheets;
        type_into(&mut scanning, counted, "3");
        key(&mut scanning, Key::Enter);
        key(&mut scanning, Key::Space);
        until_dossier(&mut scanning, "three pages", |dossier| dossier.pages.len() == 3 && dossier.open().is_none());

        // The line runs through the longer side; the key again gives it the other direction, Esc leaves.
        let line = |window: &Window, name: &str| window.query_by_role_and_label(Role::Slider, name).is_some();
        key(&mut scanning, Key::Home);
        key(&mut scanning, Key::S);
        assert!(line(&scanning, across), "an upright image is cut across");
        key(&mut scanning, Key::S);
        assert!(line(&scanning, upright) && !line(&scanning, across));
        // Letters are no keys meanwhile.
        key(&mut scanning, Key::X);
        key(&mut scanning, Key::ArrowLeft);
        key(&mut scanning, Key::ArrowRight);
        key(&mut scanning, Key::ArrowRight);
        assert!(scanning.query_by_label_contains(how).is_some(), "{how}: {scanning:?}");
        key(&mut scanning, Key::Escape);
        assert!(!line(&scanning, upright));
        assert!(scanning.state().dossier().is_some_and(|dossier| dossier.pages.len() == 3));

        // Two pages of one sheet; the first of them is looked at, and one more is expected.
        key(&mut scanning, Key::S);
        key(&mut scanning, Key::S);
        // The mouse lays the line where the page is pressed, here in its middle.
        scanning.get_by_role(Role::Image).click();
        scanning.run_steps(3);
        assert!(scanning.query_by_label_contains(" 50 %").is_some(), "{scanning:?}");
        key(&mut scanning, Key::ArrowRight);
        // Enter cuts, and means nothing else: the next dossier, which it opens else, is not.
        key(&mut scanning, Key::Enter);
        until_dossier(&mut scanning, "two halves", |dossier| dossier.pages.len() == 4);
        let pages = |window: &Window| window.state().dossier().map(|dossier| dossier.pages.clone()).unwrap_or_default();
        let split = pages(&scanning);
        assert_eq!([split[0].view.half(), split[1].view.half()], ["a", "b"]);
        assert_eq!((split[0].sheet, split[0].view.master), (split[1].sheet, split[1].view.master));
        let (whole, (left, right)) = (split[2].view.size(), (split[0].view.size(), split[1].view.size()));
        assert_eq!((left.0 + right.0, left.1, right.1), (whole.0, whole.1, whole.1));
        assert!(left.0 > right.0, "{left:?} {right:?}");
        assert_eq!(scanning.state().dossier().and_then(Dossier::expected), Some(4));
        scanning.run_steps(3);
        assert!(scanning.query_all_by_label_contains(sheet).count() >= 1, "{sheet}");

        // Back and again, each as it was.
        key(&mut scanning, Key::Z);
        until_dossier(&mut scanning, "the whole", |dossier| dossier.pages.len() == 3 && dossier.gone.is_empty());
        scanning.key_press_modifiers(Modifiers::CTRL | Modifiers::SHIFT, Key::Z);
        until_dossier(&mut scanning, "the halves again", |dossier| dossier.pages.len() == 4);
        let ids = |pages: &[sohoa_desktop::desk::Page]| pages.iter().map(|page| page.view.id).collect::<Vec<_>>();
        assert_eq!(ids(&pages(&scanning)), ids(&split));

        // The same key on Check, and a button for each key.
        scanning.key_press_modifiers(Modifiers::CTRL, Key::Num4);
        scanning.run_steps(3);
        key(&mut scanning, Key::S);
        assert!(line(&scanning, upright) || line(&scanning, across));
        press(&scanning, leave);
        scanning.run_steps(3);
        assert!(!line(&scanning, upright) && !line(&scanning, across));
        // Who goes elsewhere leaves the line behind.
        key(&mut scanning, Key::S);
        scanning.key_press_modifiers(Modifiers::CTRL, Key::Num3);
        scanning.run_steps(3);
        key(&mut scanning, Key::Home);
        key(&mut scanning, Key::X);
        until_dossier(&mut scanning, "a page less", |dossier| dossier.pages.len() == 3);
    }
}

/// Reports of an archive with this ending.
fn reports(root: &Path, ending: &str) -> usize {
    let Ok(entries) = std::fs::read_dir(root.join("reports")) else { return 0 };
    entries.flatten().filter(|entry| entry.path().extension().is_some_and(|other| other == ending)).count()
}

/// From the inventory to Check, a page sent back, and its sheet scanned again.
fn scan_again(window: &mut Window, words: &Words) {
    window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    window.run_steps(3);
    key(window, Key::Enter);
    until_dossier(window, "the dossier", |dossier| dossier.code == "HS.01");
    assert!(window.query_all_by_role_and_label(Role::Button, words.checks).next().is_some());
    let before = window.state().dossier().expect("it is there").pages[1].view.master;
    key(window, Key::D);
    key(window, Key::R);
    until_dossier(window, "a page that was sent back", |dossier| dossier.pages[1].exception().is_some());
    assert!(shows(window, words.sent_back) && shows(window, words.keep));
    // Taken back, and decided again.
    key(window, Key::Z);
    until_dossier(window, "no exception", |dossier| dossier.pages.iter().all(|page| page.exception().is_none()));
    key(window, Key::R);
    until_dossier(window, "a page that was sent back", |dossier| dossier.pages[1].exception().is_some());
    press(window, words.rescan_now);
    window.run_steps(3);
    assert!(shows(window, words.instead));
    key(window, Key::Space);
    until_dossier(window, "another page in its place", |dossier| {
        dossier.pages.len() == 3 && dossier.pages[1].view.master != before && dossier.may_be_refiled()
    });
    assert!(shows(window, words.refile));
}

#[test]
fn a_feeder_that_stops_says_how_many_sheets_are_safe_and_where_to_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let mut jammed = window_with(&root, UiLanguage::Vietnamese, "sheets=3 fault=jam@3");
    press(&jammed, VIETNAMESE.scan_this);
    until_dossier(&mut jammed, "the dossier", |dossier| dossier.code == "HS.01");
    key(&mut jammed, Key::Space);
    until_dossier(&mut jammed, "two sheets", |dossier| dossier.pages.len() == 2);
    assert!(
        shows(&jammed, "2 tờ đã an toàn.") && shows(&jammed, "Máy quét bị kẹt giấy."),
        "what happened, what is safe"
    );
    assert!(shows(&jammed, "Quét tiếp từ tờ 3"));
    // Nobody counted: the reconciliation asks for the number, and tells what is missing.
    key(&mut jammed, Key::F);
    assert!(shows(&jammed, "Đếm số tờ giấy"));
    type_into(&mut jammed, "Số tờ đếm bằng tay", "3");
    assert!(shows(&jammed, "Hiện thiếu 1 trang"));
    key(&mut jammed, Key::Escape);
    drop(jammed);

    // The next window goes on where that one ended, and a person closes the batch with a reason.
    let mut going_on = window_with(&root, UiLanguage::Vietnamese, "sheets=1 first=3");
    assert!(shows(&going_on, "Hồ sơ HS.01 đang quét dở."));
    key(&mut going_on, Key::Enter);
    until_dossier(&mut going_on, "the dossier", |dossier| dossier.code == "HS.01");
    key(&mut going_on, Key::Space);
    until_dossier(&mut going_on, "three sheets", |dossier| dossier.pages.len() == 3);
    key(&mut going_on, Key::F);
    type_into(&mut going_on, "Số tờ đếm bằng tay", "4");
    assert!(shows(&going_on, "Hiện thiếu 1 trang"));
    press(&going_on, "Đóng thiếu, ghi lý do…");
    going_on.run_steps(3);
    type_into(&mut going_on, "Vì sao đóng khi số chưa khớp?", "tờ 4 đã mất từ năm 1999");
    let notes = || {
        let files = std::fs::read_dir(root.join("typing")).into_iter().flatten().filter_map(Result::ok);
        files.filter(|file| file.path().extension().is_some_and(|ending| ending == "notes")).count()
    };
    until(&mut going_on, "a file", |_| notes() == 1);
    // The window is gone as a kill leaves it; the count and the reason are there again in the next one.
    drop(going_on);
    let mut going_on = window_with(&root, UiLanguage::Vietnamese, "sheets=1 first=3");
    key(&mut going_on, Key::Enter);
    until_dossier(&mut going_on, "the dossier", |dossier| dossier.pages.len() == 3);
    key(&mut going_on, Key::F);
    let reason = going_on.get_by_role_and_label(Role::TextInput, "Vì sao đóng khi số chưa khớp?").value();
    assert_eq!(reason.as_deref(), Some("tờ 4 đã mất từ năm 1999"));
    assert!(shows(&going_on, "Hiện thiếu 1 trang"));
    press(&going_on, "Đóng, ghi lý do");
    until_dossier(&mut going_on, "a closed batch", |dossier| dossier.open().is_none() && dossier.may_be_refiled());
    until(&mut going_on, "no file any more", |_| notes() == 0);
}

#[test]
fn letters_that_are_typed_are_never_commands_and_a_held_dossier_is_covered() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let mut typing = window(&root, UiLanguage::Vietnamese);
    press(&typing, VIETNAMESE.scan_this);
    until_dossier(&mut typing, "the dossier", |dossier| dossier.code == "HS.01");
    typing.get_by_role_and_label(Role::TextInput, "Số tờ đếm bằng tay").focus();
    typing.run_steps(2);
    for letter in [Key::X, Key::F, Key::R, Key::Space] {
        key(&mut typing, letter);
    }
    assert!(typing.state().is_settled() && typing.state().dossier().is_some_and(|dossier| dossier.batches.is_empty()));
    assert!(!shows(&typing, "Đối chiếu hồ sơ"), "a letter in a field opened the reconciliation");
    drop(typing);

    let archive = Archive::open(&root, &session()).expect("an archive");
    archive.catalog().hold("HS.01", "dấu MẬT", &archive.act()).expect("a hold");
    drop(archive);
    let mut held = window(&root, UiLanguage::Vietnamese);
    held.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    held.run_steps(3);
    key(&mut held, Key::Enter);
    until_dossier(&mut held, "the held dossier", |dossier| dossier.held.is_some());
    assert!(shows(&held, "Hồ sơ ở lại trạm này"));
    key(&mut held, Key::Space);
    assert!(held.state().is_settled(), "a held dossier is not scanned");
}

/// Types a code as a barcode scanner does.
fn type_fast(window: &mut Window, code: &str) {
    for letter in code.chars() {
        window.input_mut().events.push(Event::Text(letter.to_string()));
    }
    let (key, modifiers) = (Key::Enter, Modifiers::NONE);
    let enter = Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    window.input_mut().events.push(enter);
    window.run_steps(3);
}

#[test]
fn a_barcode_opens_its_dossier_and_its_letters_are_no_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let mut window = window(&root, UiLanguage::Vietnamese);
    type_fast(&mut window, "hs.02");
    until_dossier(&mut window, "the dossier of the barcode", |dossier| dossier.code == "HS.02");
    type_fast(&mut window, "HS.99");
    assert!(shows(&window, "Không có hồ sơ mang mã HS.99."));
}

/// What a verb told of its steps.
#[derive(Default)]
struct Told(Mutex<Vec<(Phase, u64, u64)>>);

impl Sink for Told {
    fn step(&self, phase: Phase, done: u64, total: u64) {
        self.0.lock().expect("steps").push((phase, done, total));
    }
}

#[test]
fn the_code_of_a_box_opens_it_and_f6_goes_from_region_to_region() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let list = "mã hồ sơ,tên phông,mục lục số,hộp số,tiêu đề hồ sơ,số lượng trang\n\
                HS.01,Phông Sở Tư pháp,Mục lục 02,H.0014,Sổ đăng ký khai sinh xã Nhân Khang,3\n\
                HS.02,Phông Sở Tư pháp,Mục lục 02,H.0015,Quyết định cho thôi quốc tịch,2\n";
    let path = folder.path().join("danh mục.csv");
    std::fs::write(&path, list).expect("a list");
    let told = Told::default();
    import_inventory(&new_archive(&root), &path, &sohoa_model::Cancel::new(), &told).expect("an inventory");
    assert_eq!(*told.0.lock().expect("steps"), [(Phase::Listing, 1, 2)], "how far it is");
    let mut window = window(&root, UiLanguage::Vietnamese);
    // From any screen, as a barcode scanner types it.
    type_fast(&mut window, "H.0015");
    assert!(shows(&window, "HS.02 ·") && !shows(&window, "HS.01 ·"), "only the dossiers of the box");
    // By its code with a few keys.
    window.key_press_modifiers(Modifiers::CTRL, Key::G);
    window.run_steps(3);
    window.get_by_role_and_label(Role::TextInput, "Mã hộp hoặc mã hồ sơ").type_text("h.0014");
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::NONE, Key::Enter);
    window.run_steps(4);
    assert!(shows(&window, "HS.01 ·") && !shows(&window, "HS.02 ·"));

    // Regions in the order of the eye, and back.
    let focused = |window: &Window| {
        let is_focused = |node: &egui_kittest::Node<'_>| node.is_focused();
        let found = window.query_all_by_role(Role::Region).find(is_focused);
        found.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    };
    let mut seen = Vec::new();
    for _ in 0..5 {
        window.key_press_modifiers(Modifiers::NONE, Key::F6);
        window.run_steps(2);
        seen.push(focused(&window));
    }
    assert_eq!(seen[..2], ["Các màn hình", "Màn hình"]);
    assert!(seen.contains(&"Danh mục".to_owned()) && seen.contains(&"HS.01".to_owned()), "{seen:?}");
    window.key_press_modifiers(Modifiers::SHIFT, Key::F6);
    window.run_steps(2);
    assert_eq!(focused(&window), seen[3]);
    // The panel at the right goes away, and comes back.
    let has_panel = |window: &Window| shows(window, "Các bước");
    assert!(has_panel(&window));
    for is_there in [false, true] {
        window.key_press_modifiers(Modifiers::CTRL, Key::B);
        window.run_steps(3);
        assert_eq!(has_panel(&window), is_there);
    }
}

#[test]
fn pages_are_seen_as_they_stand_in_small_as_a_whole_and_in_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let archive = Archive::open(&root, &session()).expect("an archive");
    let cancel = sohoa_model::Cancel::new();
    let mut driver = scanners(&session().worker, &cancel, &|_| Some("sheets=1".to_owned()));
    scan::scan(&archive, &simulated(1), &mut driver, &cancel, &Silent).expect("a page");
    let page = archive.catalog().pages("HS.01").expect("pages").remove(0);
    let turn = Edit::Turn(Rotation::Quarter);
    pages::edit(&archive, "HS.01", &[page.id], &turn, "").expect("a turn");
    let page = archive.catalog().pages("HS.01").expect("pages").remove(0);
    let (width, height) = (page.facts.height, page.facts.width);

    let mut worker = Worker::new(session().worker);
    let kept = pictures::small(&archive, &page, &mut worker, &cancel).expect("a thumbnail");
    let path = pictures::path(&archive, &page);
    std::fs::remove_file(&path).expect("it was kept");
    let made = pictures::small(&archive, &page, &mut worker, &cancel).expect("a thumbnail");
    assert_eq!((made.width, made.height), (kept.width, kept.height));
    assert!(path.is_file() && made.width > made.height, "it is made once, and turned");

    let mut seen =
        |factor, part| pictures::large(&archive, &page, factor, part, &mut worker, &cancel).expect("a picture");
    let whole = seen(1, None);
    assert_eq!((whole.width, whole.height), (width, height));
    let half = seen(2, None);
    assert_eq!((half.width, half.height), (width.div_ceil(2), height.div_ceil(2)));
    let part = [width / 2, height / 3, width, 10];
    let cut = seen(1, Some(part));
    assert_eq!((cut.width, cut.height), (width - width / 2, 10), "cut with the page");
    assert_eq!(cut, whole.part(part));
}

#[test]
fn where_there_are_accounts_somebody_signs_in_and_events_carry_the_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let mut archive = Archive::open(&root, &session()).expect("an archive");
    let password = Secret::new("một câu dễ nhớ");
    accounts::set(&mut archive, "Nguyễn Thu Hà", Rank::Archivist, &password).expect("an account");
    archive.catalog().hold("HS.02", "dấu MẬT", &archive.act()).expect("a hold");
    drop(archive);
    let mut window = window(&root, UiLanguage::Vietnamese);
    assert!(window.state().is_locked() && !shows(&window, "HS.01"), "nothing is shown before");
    window.key_press_modifiers(Modifiers::CTRL, Key::Num3);
    window.run_steps(3);
    assert!(window.state().is_locked() && !shows(&window, "HS.01"));
    // Who can't read it may enlarge it.
    window.key_press_modifiers(Modifiers::CTRL, Key::Plus);
    window.run_steps(3);
    assert_eq!((window.ctx.zoom_factor() * 100.0).round(), 110.0);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num0);
    window.run_steps(3);
    press(&window, "Nguyễn Thu Hà · lưu trữ viên");
    window.run_steps(3);
    type_as(&mut window, Role::PasswordInput, "Mật khẩu", "một câu khác");
    press(&window, "Đăng nhập");
    let end = Instant::now() + PATIENCE;
    while !shows(&window, "Tên hoặc mật khẩu không đúng.") {
        assert!(Instant::now() < end, "a wrong password is refused");
        window.run_steps(1);
    }
    type_as(&mut window, Role::PasswordInput, "Mật khẩu", "một câu dễ nhớ");
    press(&window, "Đăng nhập");
    until(&mut window, "the archive", |app| app.is_settled() && !app.is_locked());
    window.run_steps(3);
    // The title of what is held is not for an archivist.
    window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    window.run_steps(3);
    assert!(shows(&window, "HS.02 ·") && !shows(&window, "quốc tịch"));
    window.key_press_modifiers(Modifiers::CTRL, Key::Num1);
    window.run_steps(3);
    press(&window, VIETNAMESE.scan_this);
    until_dossier(&mut window, "the dossier", |dossier| dossier.code == "HS.01");
    key(&mut window, Key::Space);
    until_dossier(&mut window, "three sheets", |dossier| dossier.pages.len() == 3);
    let archive = Archive::open(&root, &session()).expect("an archive");
    let events = archive.catalog().events(Some("HS.01"), 100).expect("events");
    let scanned: Vec<_> = events.iter().filter(|event| event.kind == "batch opened").collect();
    assert_eq!(scanned.len(), 1);
    assert_eq!(scanned[0].operator, "Nguyễn Thu Hà");
    // An archivist can't close a batch that is short.
    key(&mut window, Key::F);
    type_into(&mut window, "Số tờ đếm bằng tay", "4");
    press(&window, "Đóng thiếu, ghi lý do…");
    window.run_steps(3);
    type_into(&mut window, "Vì sao đóng khi số chưa khớp?", "mất một tờ");
    press(&window, "Đóng, ghi lý do");
    let end = Instant::now() + PATIENCE;
    while !shows(&window, "Nguyễn Thu Hà không đủ quyền làm việc này.") {
        assert!(Instant::now() < end, "an archivist is refused");
        window.run_steps(1);
    }
    window.key_press_modifiers(Modifiers::CTRL, Key::L);
    window.run_steps(3);
    assert!(window.state().is_locked() && !shows(&window, "HS.01"));
}

#[test]
fn pages_are_read_found_and_signed_and_a_second_person_accepts_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let new = NewArchive { title: "Kho".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: true };
    let mut archive = Archive::init(&root, &new, &session()).expect("an archive");
    let cancel = sohoa_model::Cancel::new();
    import_inventory(&archive, &tests.join("pages.csv"), &cancel, &Silent).expect("an inventory");
    // Two of the pages that are read here are left to the window to read again.
    let plan = ImportPlan {
        root: tests.join("pages"),
        jobs: 2,
        language: LanguageChoice::Given(Language::Vietnamese),
        rule: None,
    };
    import(&archive, &plan, None, &cancel, &Silent).expect("pages");
    archive.catalog().read_again("HS.01", &[ReadingState::Done], &archive.act()).expect("pages that wait");
    let station = StationSettings::locate(&|name| {
        let folder = root.with_extension("station");
        (name == "SOHOA_CONFIG_DIR").then(|| folder.display().to_string())
    });
    let station = station.expect("settings");
    let (key, root_pem) = station.use_demo_key(archive.act().at).expect("a key");
    let mut settings = archive.settings().clone();
    settings.trust.push(TrustedRoot { name: "demo root".to_owned(), pem: root_pem });
    archive.replace_settings(settings).expect("settings");
    let password = std::fs::read_to_string(key.demo_password_file.expect("a demonstration key")).expect("its password");
    drop(archive);

    let mut window = window(&root, UiLanguage::Vietnamese);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num9);
    window.run_steps(3);
    assert!(shows(&window, "2 trang chờ nhận dạng"));
    window.key_press_modifiers(Modifiers::CTRL, Key::Enter);
    until(&mut window, "pages that were read", |app| app.is_settled() && app.work().is_some());
    assert!(shows(&window, "Đã nhận dạng: 2 trang"));

    window.key_press_modifiers(Modifiers::CTRL, Key::Num8);
    window.run_steps(3);
    type_into(&mut window, "Tìm:", "khai sinh");
    until(&mut window, "hits", App::is_settled);
    window.run_steps(3);
    until(&mut window, "the page of a hit", App::is_settled);
    assert!(shows(&window, "HS.01"), "a hit in the dossier");
    // Only where it is looked for.
    for (scope, hits) in [("Tiêu đề và mô tả", "1 kết quả"), ("Nội dung trang", "1 kết quả"), ("Mọi nơi", "2 kết quả")]
    {
        press(&window, scope);
        window.run_steps(2);
        until(&mut window, scope, App::is_settled);
        window.run_steps(3);
        until(&mut window, "the page of a hit", App::is_settled);
        assert!(shows(&window, hits) && shows(&window, "HS.01"), "{scope}");
    }

    // The same in the other language: hits, what blocks a signature, what was done.
    window.key_press_modifiers(Modifiers::CTRL, Key::J);
    window.run_steps(3);
    for (scope, hits) in [("Titles and descriptions", "1 hit"), ("Text of pages", "1 hit"), ("Everywhere", "2 hits")] {
        press(&window, scope);
        window.run_steps(2);
        until(&mut window, scope, App::is_settled);
        window.run_steps(3);
        until(&mut window, "the page of a hit", App::is_settled);
        assert!(shows(&window, hits) && window.query_by_role_and_label(Role::TextInput, "Find:").is_some(), "{scope}");
    }
    for (screen, words) in [
        (Key::Num9, "Read: 2 pages"),
        (Key::Num6, "Ready to sign (2 dossiers)"),
        (Key::Num2, "assembled"),
        (Key::Comma, "Settings"),
    ] {
        window.key_press_modifiers(Modifiers::CTRL, screen);
        window.run_steps(3);
        until(&mut window, words, App::is_settled);
        assert!(shows(&window, words), "{words}");
    }
    window.key_press_modifiers(Modifiers::CTRL, Key::J);
    window.run_steps(3);

    window.key_press_modifiers(Modifiers::CTRL, Key::Num6);
    until(&mut window, "the key", App::is_settled);
    window.run_steps(3);
    assert!(shows(&window, "Sẵn sàng ký (2 hồ sơ)") && shows(&window, "NOT FOR RECORDS"));
    for (typed, wanted) in [("sai", "Mật khẩu"), (password.trim(), "Đã ký số: 3 văn bản")] {
        type_as(&mut window, Role::PasswordInput, "Mật khẩu của khóa", typed);
        window.key_press_modifiers(Modifiers::CTRL, Key::Enter);
        window.run_steps(2);
        until(&mut window, "an answer of the key", |app| app.is_settled() && app.work().is_some());
        assert!(shows(&window, wanted), "{wanted}");
    }

    assert_eq!(window.query_all_by_label_contains("chữ ký đạt").count(), 3, "each file with the verdict on it");

    // Who captured does not accept.
    window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    window.run_steps(3);
    key_of(&mut window, Key::Enter);
    until_dossier(&mut window, "the dossier", |dossier| dossier.code == "HS.01" && !dossier.sample.is_empty());
    // The text stands beside the page.
    key_of(&mut window, Key::F4);
    let end = Instant::now() + PATIENCE;
    while !shows(&window, "KHAI SINH") && !shows(&window, "khai sinh") {
        assert!(Instant::now() < end, "the recognised text");
        window.run_steps(1);
    }
    for _ in 0..3 {
        key_of(&mut window, Key::Enter);
    }
    let end = Instant::now() + PATIENCE;
    while !shows(&window, "Nguyễn Thị Lan") || !shows(&window, "người khác") {
        assert!(Instant::now() < end, "who captured is refused");
        window.run_steps(1);
    }
}

#[test]
fn work_that_is_paused_reads_no_further_page_until_it_goes_on() {
    let lanes = std::thread::available_parallelism().map_or(1, usize::from) as u32;
    let sheets = lanes + 4;
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let archive = Archive::open(&root, &session()).expect("an archive");
    let cancel = sohoa_model::Cancel::new();
    let mut driver = scanners(&session().worker, &cancel, &|_| Some(format!("sheets={sheets}")));
    scan::scan(&archive, &simulated(sheets), &mut driver, &cancel, &Silent).expect("pages");
    let left = || archive.catalog().count_pages_to_read(None).expect("a count");

    let mut window = window(&root, UiLanguage::Vietnamese);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num9);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::CTRL, Key::Enter);
    window.run_steps(3);
    key(&mut window, Key::Space);
    assert!(shows(&window, "Đang tạm dừng") && shows(&window, "Làm tiếp"));
    // Pages that were begun are ended; after that none is.
    let mut seen = left();
    let mut since = Instant::now();
    while since.elapsed() < std::time::Duration::from_secs(3) {
        window.run_steps(1);
        if left() != seen {
            (seen, since) = (left(), Instant::now());
        }
    }
    assert!(seen >= u64::from(sheets - lanes), "{seen} pages are left of {sheets}");
    key(&mut window, Key::Space);
    until(&mut window, "a page more", |_| left() < seen);
    key(&mut window, Key::Escape);
    until(&mut window, "the end", |app| app.is_settled() && app.work().is_some());
    assert!(shows(&window, "Đã nhận dạng"), "what was read is kept");
    let read = |window: &Window| shows(window, "Nhật ký của máy") && shows(window, "HS.01");
    common::until(&mut window, "the log with what was read", read);
}

/// Presses a key where no field has the focus.
fn key_of(window: &mut Window, pressed: Key) {
    key(window, pressed);
    window.run_steps(2);
}

#[test]
fn a_spreadsheet_is_previewed_before_it_becomes_the_inventory_and_a_few_letters_open_a_dossier() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let list = "mã hồ sơ,tên phông,tiêu đề hồ sơ,số lượng trang\n\
                HS.02,Phông Sở Tư pháp,Quyết định cho nhập quốc tịch,2\n\
                HS.03,Phông Sở Tư pháp,Hồ sơ bổ nhiệm công chứng viên,mười\nHS.04,Phông Sở Tư pháp,Sổ hộ tịch,4\n";
    let path = folder.path().join("bản 2.csv");
    std::fs::write(&path, list).expect("a list");
    let mut window = window(&root, UiLanguage::Vietnamese);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::CTRL, Key::I);
    window.run_steps(3);
    type_into(&mut window, "Tệp bảng tính: CSV hoặc XLSX", path.to_str().expect("a path"));
    press(&window, "Xem trước thay đổi");
    let end = Instant::now() + PATIENCE;
    while !shows(&window, "Thêm 1") {
        assert!(Instant::now() < end, "a preview");
        window.run_steps(1);
    }
    assert!(
        shows(&window, "Thay đổi 1") && shows(&window, "Vắng 1 (không xóa gì)") && shows(&window, "1 chỗ không nhập")
    );
    let archive = Archive::open(&root, &session()).expect("an archive");
    assert_eq!(archive.catalog().inventory().expect("rows").len(), 2, "a preview changes nothing");
    // The question has found its place.
    window.run_steps(5);
    press(&window, "Nhập bản 2");
    let end = Instant::now() + PATIENCE;
    while archive.catalog().inventory_versions().expect("versions").len() < 2 {
        assert!(Instant::now() < end, "the second version");
        window.run_steps(1);
    }
    let codes: Vec<String> = archive.catalog().inventory().expect("rows").into_iter().map(|row| row.code).collect();
    assert_eq!(codes, ["HS.02", "HS.04"]);
    until(&mut window, "the inventory", |app| app.is_settled());
    window.run_steps(5);
    let end = Instant::now() + PATIENCE;
    while shows(&window, "Nhập bản 2") {
        assert!(Instant::now() < end, "the question is answered");
        window.run_steps(1);
    }
    // What the list shows is written down beside the archive.
    window.key_press_modifiers(Modifiers::CTRL, Key::E);
    until(&mut window, "a list", |_| reports(&root, "xlsx") == 1 && reports(&root, "csv") == 1);
    let list = std::fs::read_dir(root.join("reports")).expect("reports").flatten().map(|entry| entry.path());
    let list = list.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "csv")).expect("a list");
    let list = std::fs::read_to_string(list).expect("text");
    assert!(list.contains("HS.04,Sổ hộ tịch,Phông Sở Tư pháp"), "{list}");

    window.key_press_modifiers(Modifiers::CTRL, Key::K);
    window.run_steps(3);
    type_into(&mut window, "Lệnh hoặc mã hồ sơ", "hs.04");
    until(&mut window, "the new dossier", |app| app.is_settled());
    let end = Instant::now() + PATIENCE;
    while !shows(&window, "HS.04  Sổ hộ tịch") {
        assert!(Instant::now() < end, "the new dossier in the palette");
        window.run_steps(1);
    }
    key(&mut window, Key::Enter);
    until_dossier(&mut window, "the dossier", |dossier| dossier.code == "HS.04");
    // A command by its name, without marks.
    window.key_press_modifiers(Modifiers::CTRL, Key::K);
    window.run_steps(3);
    type_into(&mut window, "Lệnh hoặc mã hồ sơ", "tien do");
    key(&mut window, Key::Enter);
    window.run_steps(3);
    assert!(shows(&window, "Tiến độ số hóa"));
}
