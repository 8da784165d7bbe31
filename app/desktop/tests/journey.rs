//! The window driven as a person with a screen reader would: by the names of things. A letter without a glyph fails.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sohoa_desktop::app::App;
use sohoa_desktop::model::Reader;
use sohoa_pipeline::archive::{Archive, NewArchive, Session};
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::{Texts, UiLanguage, system};

fn session() -> Session {
    Session {
        operator: "Nguyễn Thị Lan".to_owned(),
        software: "test".to_owned(),
        station: "Trạm 03".to_owned(),
        clock: Arc::new(system::SystemClock),
        randomness: Arc::new(system::SystemRandomness),
        worker: WorkerProgram { program: "/nonexistent".into(), arguments: Vec::new() },
    }
}

/// An archive with two dossiers of which one is held.
fn archive(root: &Path) {
    let new =
        NewArchive { title: "Kho Sở Tư pháp".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: false };
    let archive = Archive::init(root, &new, &session()).expect("an archive");
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

fn window(root: &Path, language: UiLanguage) -> Harness<'static, App> {
    let root = root.to_owned();
    let ctx = eframe::egui::Context::default();
    let reader = Reader::start(root, session(), ctx);
    let app = App::new(Texts::new(language), reader, "Nguyễn Thị Lan".to_owned(), "Trạm 03".to_owned());
    let mut harness =
        Harness::builder().with_size([1440.0, 900.0]).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    settle(&mut harness);
    harness
}

/// Frames until the reading thread has answered.
fn settle(harness: &mut Harness<'static, App>) {
    for _ in 0..20_000 {
        harness.run_steps(1);
        if harness.state().is_settled() {
            harness.run_steps(3);
            return;
        }
        std::thread::yield_now();
    }
    panic!("the archive was not read");
}

/// Presses the button with this name.
fn press(window: &Harness<'static, App>, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
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
    assert!(window.query_by_label("Larger, smaller, usual size").is_some());
}

#[test]
fn an_archive_that_can_not_be_opened_says_what_is_safe_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(&folder.path().join("không có"), UiLanguage::Vietnamese);
    assert!(window.query_by_label("Dữ liệu vẫn nguyên, không có gì bị thay đổi.").is_some());
    assert!(window.query_all_by_label("Đọc lại").count() >= 1);
}
