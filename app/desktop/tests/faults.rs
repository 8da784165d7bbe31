//! What goes wrong has a state of the window that says what happened, what is safe and what to do, with a way on.

mod common;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use common::{Window, session, shows, unnamed, until};
use eframe::egui::accesskit::Role;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sohoa_catalog::outbox::{NewEnrolment, SyncHealth};
use sohoa_desktop::app::{App, Station};
use sohoa_model::reading::{LanguageChoice, ReadingState};
use sohoa_model::{Cancel, Sha256};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::accounts::Secret;
use sohoa_pipeline::archive::{Archive, NewArchive, Session};
use sohoa_pipeline::import::{ImportPlan, import};
use sohoa_pipeline::inventory::import_inventory;
use sohoa_pipeline::process::{ProcessPlan, process};
use sohoa_pipeline::progress::Silent;
use sohoa_pipeline::signing::{Certificate, Mechanism, SignError, Signer, SigningKey};
use sohoa_shell::station::Station as StationSettings;
use sohoa_shell::{Failure, Texts, UiLanguage};

/// What every failure says of the data.
const SAFE: &str = "Dữ liệu vẫn nguyên, không có gì bị thay đổi.";
/// The user version of an SQLite file stands here, four bytes, the high one first.
const USER_VERSION: u64 = 60;

/// An archive with two dossiers of which nothing is scanned.
fn archive(folder: &Path) -> PathBuf {
    let root = folder.join("kho");
    let list = folder.join("danh mục.csv");
    let rows = "mã hồ sơ,tên phông,tiêu đề hồ sơ,số lượng trang\nHS.01,Phông Sở Tư pháp,Sổ đăng ký khai sinh,3\n\
                HS.02,Phông Sở Tư pháp,Quyết định cho thôi quốc tịch,2\n";
    fs::write(&list, rows).expect("a list");
    let new = NewArchive { title: "Kho".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: false };
    let archive = Archive::init(&root, &new, &session()).expect("an archive");
    import_inventory(&archive, &list, &Cancel::new(), &Silent).expect("an inventory");
    root
}

/// The archive once the pages of the tests are in it.
fn with_pages(root: &Path) -> Archive {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pages");
    let archive = Archive::open(root, &session()).expect("an archive");
    let plan = ImportPlan {
        root: pages,
        jobs: 2,
        language: LanguageChoice::Given(sohoa_model::Language::Vietnamese),
        rule: None,
    };
    import(&archive, &plan, None, &Cancel::new(), &Silent).expect("pages");
    archive
}

fn window(root: &Path, session: Session, simulated: &str, free: Option<u64>) -> Window {
    window_of([1440.0, 900.0], root, session, simulated, free)
}

fn window_of(size: [f32; 2], root: &Path, session: Session, simulated: &str, free: Option<u64>) -> Window {
    let settings = Some(root.with_extension("station"));
    let station = Station { root: root.to_owned(), session, simulated: Some(simulated.to_owned()), settings, free };
    let app = App::new(Texts::for_window(UiLanguage::Vietnamese), station, &egui::Context::default());
    let mut window = Harness::builder().with_size(size).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", |window| window.state().is_settled());
    window
}

fn press(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
    window.run_steps(3);
}

fn user_version(root: &Path, version: u32) -> u32 {
    let catalog = fs::File::options().read(true).write(true).open(root.join("catalog.sqlite")).expect("a catalog");
    let mut before = [0; 4];
    catalog.read_exact_at(&mut before, USER_VERSION).expect("its version");
    catalog.write_all_at(&version.to_be_bytes(), USER_VERSION).expect("another version");
    u32::from_be_bytes(before)
}

#[test]
fn an_archive_of_a_newer_program_is_left_alone_and_opens_with_that_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    let version = user_version(&root, 9999);
    let before = fs::read(root.join("catalog.sqlite")).expect("the catalog");
    let mut window = window(&root, session(), "sheets=1", None);
    assert!(shows(&window, "Kho này do một bản phần mềm mới hơn tạo ra.") && shows(&window, SAFE));
    // An older program would make an older catalog of it.
    assert!(!shows(&window, "Dựng lại danh mục"));
    assert!(fs::read(root.join("catalog.sqlite")).expect("the catalog") == before);
    // As after an update.
    user_version(&root, version);
    window.key_press_modifiers(Modifiers::NONE, Key::F5);
    until(&mut window, "the archive", |window| window.state().is_settled() && shows(window, "HS.01"));
}

#[test]
fn a_damaged_catalog_is_made_again_from_the_folder_and_the_old_one_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    drop(with_pages(&root));
    let catalog = fs::File::options().write(true).open(root.join("catalog.sqlite")).expect("a catalog");
    let length = catalog.metadata().expect("its length").len();
    catalog.write_all_at(&vec![0xAA; length as usize - 4096], 4096).expect("damage");
    drop(catalog);
    let mut window = window(&root, session(), "sheets=1", None);
    assert!(shows(&window, "Cơ sở dữ liệu của kho bị lỗi") && shows(&window, SAFE));
    press(&mut window, "Dựng lại danh mục");
    until(&mut window, "the dossiers", |window| shows(window, "Đã dựng lại cơ sở dữ liệu với 2 hồ sơ."));
    until(&mut window, "the archive", |window| window.state().is_settled());
    window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    until(&mut window, "the inventory", |window| shows(window, "Quyết định cho thôi quốc tịch"));
    // Its log goes with it where two connections that ended at once left one.
    let kept = fs::read_dir(&root).expect("the archive").flatten().map(|entry| entry.file_name());
    let kept = kept.filter(|name| name.to_string_lossy().starts_with("catalog.before-"));
    let kept: Vec<_> = kept.filter(|name| name.to_string_lossy().ends_with(".sqlite")).collect();
    let [kept] = &kept[..] else { panic!("the damaged catalog: {kept:?}") };
    assert!(fs::read(root.join(kept)).expect("the old catalog")[4096..].iter().all(|byte| *byte == 0xAA));
}

#[test]
fn an_alarm_of_the_hub_is_told_where_work_begins_and_names_the_way_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    let archive = Archive::open(&root, &session()).expect("an archive");
    let enrolment = NewEnrolment {
        station: Default::default(),
        hub: "https://hub.example".to_owned(),
        authority: String::new(),
        receipt: "{}".to_owned(),
        epoch: 1,
        generation: 1,
        seq: 0,
        chain: Sha256([7; 32]),
    };
    archive.catalog().enrol(&enrolment, [], &archive.act()).expect("an enrolment");
    archive.catalog().set_sync_health(SyncHealth::Forked, "", &archive.act()).expect("an alarm");
    drop(archive);
    let mut window = window(&root, session(), "sheets=1", None);
    let words = "Đã dừng gửi: kho này là bản sao của một kho khác đang gửi. Xin mã mới của bộ phận tin học.";
    assert!(shows(&window, words), "Start");
    for (key, screen) in [(Key::Num6, "Sign"), (Key::Num9, "Jobs")] {
        window.key_press_modifiers(Modifiers::CTRL, key);
        window.run_steps(3);
        assert!(shows(&window, words), "{screen}");
    }
}

#[test]
fn a_scanner_that_is_unplugged_leaves_whole_sheets_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    let mut gone = window(&root, session(), "sheets=3 fault=unplug@2", None);
    press(&mut gone, "Quét hồ sơ này");
    until(&mut gone, "the dossier", |window| window.state().dossier().is_some());
    gone.key_press_modifiers(Modifiers::NONE, Key::Space);
    until(&mut gone, "one sheet", |window| {
        let pages = window.state().dossier().map_or(0, |dossier| dossier.pages.len());
        window.state().is_settled() && pages == 1
    });
    assert!(shows(&gone, "Máy quét trả lời không đúng") && shows(&gone, "1 tờ đã an toàn."));
    assert!(shows(&gone, "Tắt bật máy, xem lại cáp") && shows(&gone, "Quét tiếp từ tờ 2"));
}

#[test]
fn a_disk_that_is_almost_full_is_told_on_every_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    let mut window = window(&root, session(), "sheets=1", Some(5 << 30));
    let screens = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num6, Key::Num7, Key::Num8, Key::Num9, Key::Comma];
    for screen in screens {
        window.key_press_modifiers(Modifiers::CTRL, screen);
        window.run_steps(3);
        assert!(shows(&window, "Ổ đĩa sắp đầy: còn 5"), "{screen:?}");
    }
    // A press leads to what is safe and what to do.
    assert!(!shows(&window, "Những gì đã quét vẫn an toàn."));
    window.get_by_label_contains("Ổ đĩa sắp đầy").click();
    window.run_steps(3);
    assert!(shows(&window, "Những gì đã quét vẫn an toàn.") && shows(&window, "chuyển kho sang ổ lớn hơn"));
}

#[test]
fn a_missing_model_stops_reading_says_what_to_install_and_loses_no_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    let archive = with_pages(&root);
    archive.catalog().read_again("HS.01", &[ReadingState::Done], &archive.act()).expect("pages that wait");
    drop(archive);

    // Workers of this window find no model.
    let mut session = session();
    let program = std::mem::replace(&mut session.worker.program, "/usr/bin/env".into());
    let models = format!("SOHOA_TESSDATA={}", folder.path().join("không có").display());
    session.worker.arguments = vec![models, program.display().to_string(), "worker".to_owned()];
    let mut window = window(&root, session, "sheets=1", None);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num9);
    window.run_steps(3);
    assert!(shows(&window, "2 trang chờ nhận dạng"));
    window.key_press_modifiers(Modifiers::CTRL, Key::Enter);
    until(&mut window, "an end", |window| window.state().is_settled() && window.state().work().is_some());
    assert!(shows(&window, "Không dùng được mô hình nhận dạng") && shows(&window, "tesseract-ocr-vie"));
    assert!(shows(&window, "2 trang chờ nhận dạng"), "they still wait");
}

#[test]
fn at_two_hundred_per_cent_of_a_full_hd_screen_nothing_lies_over_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    drop(with_pages(&root));
    // 1920 by 1080 at 200 %.
    let mut window = window_of([960.0, 540.0], &root, session(), "sheets=1", None);
    for screen in [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num6, Key::Num7, Key::Num8, Key::Num9] {
        window.key_press_modifiers(Modifiers::CTRL, screen);
        window.run_steps(3);
        until(&mut window, "the screen", |window| window.state().is_settled());
        window.run_steps(3);
        // The header with its words, and the tools below it; what is further down is scrolled.
        let mut controls: Vec<(String, egui::Rect)> = Vec::new();
        for node in window.root().children_recursive() {
            let role = node.accesskit_node().role();
            if !matches!(role, Role::Label | Role::Button | Role::TextInput | Role::ComboBox) {
                continue;
            }
            let rect = node.rect();
            let is_word = role == Role::Label && rect.bottom() < 48.0;
            let is_tool = role != Role::Label && rect.bottom() < 140.0;
            if is_word || is_tool {
                controls.push((format!("{role:?} {:?}", node.accesskit_node().label()), rect));
            }
        }
        assert!(!controls.is_empty(), "{screen:?}");
        for (at, (name, rect)) in controls.iter().enumerate() {
            for (other, beside) in &controls[at + 1..] {
                let both = rect.intersect(*beside);
                let is_over = both.width() > 1.0 && both.height() > 1.0;
                let is_inside = rect.contains_rect(*beside) || beside.contains_rect(*rect);
                assert!(!is_over || is_inside, "{screen:?}: {name} {rect:?} lies over {other} {beside:?}");
            }
        }
    }
}

/// A token that is taken out after some signatures.
struct Token {
    key: Box<dyn Signer + Send + Sync>,
    left: AtomicU32,
}

impl Signer for Token {
    fn chain(&self) -> &[Certificate] {
        self.key.chain()
    }

    fn mechanism(&self) -> Mechanism {
        self.key.mechanism()
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SignError> {
        match self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => self.key.sign(bytes),
            Err(_) => Err(SignError::KeyGone),
        }
    }
}

#[test]
fn a_token_that_is_taken_out_leaves_whole_signatures_and_the_rest_is_signed_when_it_is_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = archive(folder.path());
    let archive = with_pages(&root);
    let station = StationSettings::locate(&|name| {
        (name == "SOHOA_CONFIG_DIR").then(|| root.with_extension("station").display().to_string())
    });
    let station = station.expect("settings");
    let (entry, _) = station.use_demo_key(archive.act().at).expect("a key");
    let password = fs::read_to_string(entry.demo_password_file.as_ref().expect("a demonstration key")).expect("it");
    let token = |left| {
        let key = station.open_key(&entry, &Secret::new(password.trim())).expect("a key");
        SigningKey(Box::new(Token { key: Box::new(key), left: AtomicU32::new(left) }))
    };
    let plan = ProcessPlan { jobs: 1, language: LanguageChoice::Auto(None), dossier: None };
    let waiting = || archive.catalog().documents_to_sign(None).expect("a list").len();
    let all = waiting();
    assert!(all >= 3, "{all}");
    let error = process(&archive, &plan, Some(&token(1)), &Cancel::new(), &Silent).expect_err("it is gone");
    assert!(matches!(error, PipelineError::Sign(SignError::KeyGone)), "{error}");
    assert_eq!(waiting(), all - 1, "one is signed, none by halves");
    for (language, said, next) in [
        (UiLanguage::Vietnamese, "thiết bị khóa đã bị rút ra", "Cắm lại thiết bị rồi ký tiếp."),
        (UiLanguage::English, "the token was taken out", "Put the token back and sign on."),
    ] {
        let failure = Failure::of(&error, &Texts::for_window(language));
        assert!(failure.sentence.contains(said) && failure.hint.contains(next), "{failure:?}");
    }
    // The window shows what is left to sign.
    let mut window = window(&root, session(), "sheets=1", None);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num6);
    until(&mut window, "what waits", |window| window.state().is_settled() && shows(window, "Sẵn sàng ký"));
    let outcome = process(&archive, &plan, Some(&token(100)), &Cancel::new(), &Silent).expect("it is back");
    assert_eq!((outcome.signed as usize, waiting()), (all - 1, 0));
}

#[test]
fn a_button_with_nothing_but_a_sign_would_be_told() {
    let mut window = Harness::new_ui_state(
        |ui, _: &mut ()| {
            for name in ["…", "Quét"] {
                let button = ui.allocate_response(egui::vec2(20.0, 20.0), egui::Sense::click());
                button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
            }
        },
        (),
    );
    window.run_steps(2);
    assert_eq!(unnamed(&window).len(), 1);
}

#[test]
fn a_letter_that_no_face_has_fails_whatever_test_draws_it() {
    let drawn = |words: &'static str| {
        let draw = move || {
            let mut window = Harness::new_ui_state(
                move |ui, is_ready: &mut bool| {
                    if !std::mem::replace(is_ready, true) {
                        sohoa_desktop::theme::fonts(ui.ctx());
                    }
                    ui.label(words);
                },
                false,
            );
            window.run_steps(3);
        };
        std::panic::catch_unwind(draw).map_err(|why| why.downcast_ref::<String>().cloned().unwrap_or_default())
    };
    assert_eq!(drawn("Quyết định số 7"), Ok(()));
    let why = drawn("Quyết định \u{13000}").expect_err("there is no glyph for it");
    assert!(why.starts_with("No glyph for"), "{why}");
}
