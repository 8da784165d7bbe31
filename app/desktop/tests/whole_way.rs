//! One dossier goes the whole way in the window: scanned, checked, read, described, signed, accepted, counted. A second
//! one stays on the shelf, so that the share is told apart from everything.

mod common;

use std::path::{Path, PathBuf};

use common::{Window, session, shows, until};
use eframe::egui::accesskit::Role;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{By, NodeT, Queryable};
use sohoa_desktop::app::{App, Station};
use sohoa_desktop::desk::Dossier;
use sohoa_model::Cancel;
use sohoa_model::dossier_state::DossierState;
use sohoa_pipeline::archive::{Archive, NewArchive, Session};
use sohoa_pipeline::inventory::import_inventory;
use sohoa_pipeline::progress::Silent;
use sohoa_pipeline::settings::TrustedRoot;
use sohoa_shell::station::Station as StationSettings;
use sohoa_shell::{Texts, UiLanguage};

/// The words of a language.
struct Words {
    language: UiLanguage,
    scan_this: &'static str,
    sheets: &'static str,
    refile: &'static str,
    read: &'static str,
    describe: &'static str,
    kind: &'static str,
    subject: &'static str,
    ready: &'static str,
    password: &'static str,
    signed: &'static str,
    accept: &'static str,
    progress: &'static str,
    share: &'static str,
    set_targets: &'static str,
    accepted: &'static str,
    only: &'static str,
}

const VIETNAMESE: Words = Words {
    language: UiLanguage::Vietnamese,
    scan_this: "Quét hồ sơ này",
    sheets: "Số tờ đếm bằng tay",
    refile: "Cất được",
    read: "Đã nhận dạng: 2 trang",
    describe: "Mô tả văn bản",
    kind: "Tên loại văn bản",
    subject: "Trích yếu nội dung",
    ready: "Sẵn sàng ký (1 hồ sơ)",
    password: "Mật khẩu của khóa",
    signed: "Đã ký số: 1 văn bản",
    accept: "Nghiệm thu hồ sơ",
    progress: "Tiến độ số hóa",
    share: "50 %",
    set_targets: "Đặt chỉ tiêu của Bộ: 30 % đến hết 2025, 100 % đến hết 2026",
    accepted: "được nghiệm thu ·",
    only: "bấm để bỏ lọc",
};

const ENGLISH: Words = Words {
    language: UiLanguage::English,
    scan_this: "Scan this dossier",
    sheets: "Sheets counted by hand",
    refile: "Safe to refile",
    read: "Read: 2 pages",
    describe: "Description",
    kind: "Kind of document",
    subject: "Abstract",
    ready: "Ready to sign (1 dossier)",
    password: "Password of the key",
    signed: "Signed: 1 document",
    accept: "Accept the dossier",
    progress: "Progress of digitization",
    share: "50 %",
    set_targets: "Set the targets of the Ministry: 30 % by the end of 2025, 100 % by the end of 2026",
    accepted: "accepted ·",
    only: "press to drop this filter",
};

/// A demonstration archive with two dossiers on the shelf and a key; the password of that.
fn archive(folder: &Path) -> (PathBuf, String) {
    let root = folder.join("kho");
    let list = folder.join("danh mục.csv");
    let rows = "fonds,series,box,dossier_code,title,start_date,end_date,retention,access_level,paper_file_code,\
                value_class,expected_sheets,expected_pages,language,physical_condition\n\
                Phông Tư pháp,Mục lục 1,Hộp 1,HS.01,Hồ sơ khai sinh,1996,12/1996,01,01,LT.01.12,valuable,2,2,01,02\n\
                Phông Tư pháp,Mục lục 1,Hộp 1,HS.02,Sổ hộ tịch,1998,1998,01,01,LT.01.45,valuable,3,3,01,02\n";
    std::fs::write(&list, rows).expect("a list");
    let new = NewArchive { title: "Kho".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: true };
    let mut archive = Archive::init(&root, &new, &session()).expect("an archive");
    import_inventory(&archive, &list, &Cancel::new(), &Silent).expect("an inventory");
    let station = StationSettings::locate(&|name| {
        (name == "SOHOA_CONFIG_DIR").then(|| root.with_extension("station").display().to_string())
    });
    let (key, pem) = station.expect("settings").use_demo_key(archive.act().at).expect("a key");
    let mut settings = archive.settings().clone();
    settings.trust.push(TrustedRoot { name: "demo root".to_owned(), pem });
    archive.replace_settings(settings).expect("settings");
    let password = std::fs::read_to_string(key.demo_password_file.expect("a demonstration key")).expect("its password");
    (root, password.trim().to_owned())
}

fn window(root: &Path, session: Session, language: UiLanguage) -> Window {
    let station = Station {
        root: root.to_owned(),
        session,
        simulated: Some("sheets=2".to_owned()),
        settings: Some(root.with_extension("station")),
        free: None,
    };
    let app = App::new(Texts::for_window(language), station, &egui::Context::default());
    let mut window =
        Harness::builder().with_size([1440.0, 900.0]).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", |window| window.state().is_settled());
    window
}

fn key(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(4);
}

fn type_into(window: &mut Window, role: Role, name: &str, text: &str) {
    window.get_by_role_and_label(role, name).focus();
    window.run_steps(2);
    for letter in text.chars() {
        window.get_by_role_and_label(role, name).type_text(&letter.to_string());
        window.run_steps(2);
    }
}

fn until_dossier(window: &mut Window, what: &str, is_so: impl Fn(&Dossier) -> bool) {
    until(window, what, |window| window.state().is_settled() && window.state().dossier().is_some_and(&is_so));
}

fn state_of(root: &Path) -> DossierState {
    let archive = Archive::open(root, &session()).expect("an archive");
    archive.catalog().dossier("HS.01").expect("a dossier").dossier.state
}

#[test]
fn a_dossier_goes_from_the_shelf_to_the_share_that_is_done_in_both_languages() {
    for words in [VIETNAMESE, ENGLISH] {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, password) = archive(folder.path());

        // Scan.
        let mut lan = window(&root, session(), words.language);
        lan.get_by_role_and_label(Role::Button, words.scan_this).click();
        until_dossier(&mut lan, "the dossier", |dossier| dossier.code == "HS.01");
        type_into(&mut lan, Role::TextInput, words.sheets, "2");
        key(&mut lan, Modifiers::NONE, Key::Enter);
        key(&mut lan, Modifiers::NONE, Key::Space);
        until_dossier(&mut lan, "two pages", |dossier| dossier.pages.len() == 2 && dossier.open().is_none());
        assert!(shows(&lan, words.refile));
        // Read.
        key(&mut lan, Modifiers::CTRL, Key::Num9);
        key(&mut lan, Modifiers::CTRL, Key::Enter);
        until(&mut lan, "two pages read", |window| window.state().work().is_some() && window.state().is_settled());
        assert!(shows(&lan, words.read), "{}", words.read);
        // Check: the scanner's noise is ink without letters, which is passed with a reason.
        key(&mut lan, Modifiers::CTRL, Key::Num4);
        let left = |dossier: &Dossier| dossier.pages.iter().filter(|page| page.exception().is_some()).count();
        until_dossier(&mut lan, "what was found", |dossier| left(dossier) == 2);
        for after in [1, 0] {
            key(&mut lan, Modifiers::NONE, Key::Num1);
            until_dossier(&mut lan, "a page that is passed", |dossier| left(dossier) == after);
        }
        // Describe.
        key(&mut lan, Modifiers::CTRL, Key::Num5);
        until(&mut lan, "the form", |window| shows(window, words.describe) && window.state().is_settled());
        until(&mut lan, "its fields", |window| window.query_by_role_and_label(Role::ComboBox, words.kind).is_some());
        type_into(&mut lan, Role::ComboBox, words.kind, "22");
        type_into(&mut lan, Role::MultilineTextInput, words.subject, "V/v cấp giấy khai sinh");
        key(&mut lan, Modifiers::CTRL, Key::Enter);
        let catalog = Archive::open(&root, &session()).expect("an archive");
        until(&mut lan, "a description", |_| {
            catalog.catalog().descriptions("HS.01").expect("descriptions").values().any(|view| view.is_done)
        });
        drop(catalog);
        // Sign.
        key(&mut lan, Modifiers::CTRL, Key::Num6);
        until(&mut lan, "what is ready", |window| shows(window, words.ready));
        type_into(&mut lan, Role::PasswordInput, words.password, &password);
        key(&mut lan, Modifiers::CTRL, Key::Enter);
        until(&mut lan, words.signed, |window| window.state().is_settled() && shows(window, words.signed));
        key(&mut lan, Modifiers::CTRL, Key::Num7);
        until(&mut lan, "progress", |window| shows(window, words.progress) && window.state().is_settled());
        assert!(!shows(&lan, words.share), "nothing is done before it is accepted");
        // There is no target yet; those of the Ministry are set with a press.
        lan.get_by_role_and_label(Role::Button, words.set_targets).click();
        until(&mut lan, "a target", |window| shows(window, "2025-30%") && shows(window, "2026-100%"));
        drop(lan);
        assert_eq!(state_of(&root), DossierState::Signed);

        // Another person accepts.
        let session = Session { operator: "Trần Văn Bình".to_owned(), ..session() };
        let mut binh = window(&root, session, words.language);
        key(&mut binh, Modifiers::CTRL, Key::Num2);
        key(&mut binh, Modifiers::NONE, Key::Enter);
        until_dossier(&mut binh, "the sample", |dossier| dossier.code == "HS.01" && !dossier.sample.is_empty());
        // The sample is looked at first; a page of it that is in sight is seen.
        let sample = binh.state().dossier().map_or(0, |dossier| dossier.sample.len());
        assert!(sample > 0);
        for _ in 0..sample {
            if !shows(&binh, words.accept) {
                key(&mut binh, Modifiers::NONE, Key::Enter);
            }
        }
        until(&mut binh, words.accept, |window| shows(window, words.accept));
        key(&mut binh, Modifiers::NONE, Key::Enter);
        until_dossier(&mut binh, "an accepted dossier", |dossier| dossier.state == DossierState::Accepted);
        assert_eq!(state_of(&root), DossierState::Accepted);
        // Half of the dossiers are done.
        key(&mut binh, Modifiers::CTRL, Key::Num7);
        until(&mut binh, "progress", |window| shows(window, words.progress) && window.state().is_settled());
        until(&mut binh, words.share, |window| shows(window, words.share));
        // The share of the target opens what is done of it.
        let share = binh.query_all(By::new().role(Role::Button).label_contains(words.share));
        share
            .into_iter()
            .find(|button| button.accesskit_node().label().is_some_and(|label| label.contains("2026")))
            .expect("a share")
            .click();
        until(&mut binh, words.only, |window| shows(window, words.only));
        assert!(shows(&binh, "HS.01 ·") && !shows(&binh, "HS.02 ·"));
        key(&mut binh, Modifiers::CTRL, Key::Num7);
        // Every figure opens its dossiers: whoever captured, the station, the week, the state.
        for (table, row) in
            [(Key::Num1, "Nguyễn Thị Lan ·"), (Key::Num2, "Trạm 03 ·"), (Key::Num3, "W"), (Key::Num4, words.accepted)]
        {
            key(&mut binh, Modifiers::NONE, table);
            let row = binh.query_all(By::new().role(Role::Button).label_contains(row)).last().expect(row);
            row.click();
            until(&mut binh, words.only, |window| shows(window, words.only));
            assert!(shows(&binh, "HS.01 ·") && !shows(&binh, "HS.02 ·"), "{table:?}");
            key(&mut binh, Modifiers::CTRL, Key::Num7);
        }
    }
}
