//! Files and folders are picked by keys alone, in both languages, or dropped on the window.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{DroppedFile, Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use sohoa_pipeline::archive::{Archive, NewArchive};
use sohoa_pipeline::second_vault;
use sohoa_shell::UiLanguage;
use sohoa_shell::station::Station as StationSettings;
use tempfile::TempDir;

use super::{Window, common, key, new_archive, press, session, shows, type_as, type_into, until, window};

const LIST: &str = "mã hồ sơ,tiêu đề hồ sơ\nHS.01,Sổ đăng ký khai sinh\nHS.02,Quyết định cho thôi quốc tịch\n";

/// The words of a journey in one language.
struct Words {
    inventory: &'static str,
    added: &'static str,
    keys: &'static str,
    key: &'static str,
    password: &'static str,
    use_key: &'static str,
    certificate: &'static str,
    second_vault: &'static str,
    second_folder: &'static str,
    new_name: &'static str,
    no_folder: &'static str,
    use_folder: &'static str,
    up: &'static str,
    filter: &'static str,
    browse: &'static str,
    gone: &'static str,
    again: &'static str,
}

const VIETNAMESE: Words = Words {
    inventory: "Tệp bảng tính: CSV hoặc XLSX",
    added: "Thêm 2",
    keys: "Khóa ký",
    key: "Tệp khóa (.p12, .pfx)",
    password: "Mật khẩu của khóa",
    use_key: "Dùng khóa này",
    certificate: "Tệp chứng thư số (PEM, DER)",
    second_vault: "Kho thứ hai",
    second_folder: "Thư mục trên ổ khác",
    new_name: "Tên thư mục mới:",
    no_folder: "Ở đây không có thư mục nào.",
    use_folder: "Dùng thư mục này",
    up: "Lên thư mục trên",
    filter: "Lọc:",
    browse: "Chọn",
    gone: "Không thấy thư mục",
    again: "Đọc lại",
};

const ENGLISH: Words = Words {
    inventory: "Spreadsheet: CSV or XLSX",
    added: "Added 2",
    keys: "Signing key",
    key: "Key file (.p12, .pfx)",
    password: "Password of the key",
    use_key: "Use this key",
    certificate: "Certificate file (PEM, DER)",
    second_vault: "Second vault",
    second_folder: "Folder on another medium",
    new_name: "Name of the new folder:",
    no_folder: "There is no folder in here.",
    use_folder: "Use this folder",
    up: "Up to the folder above",
    filter: "Filter:",
    browse: "Browse",
    gone: "is not there.",
    again: "Read again",
};

/// A folder that is not hidden, as those of people are not.
fn folder() -> TempDir {
    tempfile::Builder::new().prefix("Bàn làm việc ").tempdir().expect("a folder")
}

fn until_shown(window: &mut Window, words: &str) {
    common::until(window, words, |window| shows(window, words));
}

/// What the field of this name holds.
fn typed(window: &Window, name: &str) -> String {
    let field = window.get_all_by_role_and_label(Role::TextInput, name).last().expect("the field");
    field.accesskit_node().value().unwrap_or_default()
}

/// Opens the picker of the field with this name, as Tab and Enter do.
fn open(window: &mut Window, words: &Words, field: &str) {
    window.get_by_role_and_label(Role::Button, &format!("{}: {field}", words.browse)).focus();
    window.run_steps(2);
    key(window, Key::Enter);
    until_shown(window, words.up);
}

fn letters(window: &mut Window, words: &Words, text: &str) {
    window.get_all_by_role_and_label(Role::TextInput, words.filter).last().expect("the filter").type_text(text);
    window.run_steps(3);
}

/// Chooses an entry by a part of its name and the arrows.
fn choose(window: &mut Window, words: &Words, text: &str, name: &str) {
    letters(window, words, text);
    let name = format!("{name} ·");
    common::until(window, &name, |window| window.query_all_by_role(Role::Row).any(|row| of(&row).0.starts_with(&name)));
    if chosen(window).starts_with(&name) {
        return;
    }
    key(window, Key::Home);
    for _ in 0..100 {
        if chosen(window).starts_with(&name) {
            return;
        }
        key(window, Key::ArrowDown);
    }
    panic!("{name} can't be chosen by the arrows");
}

/// The name of the chosen row.
fn chosen(window: &Window) -> String {
    window.query_all_by_role(Role::Row).map(|row| of(&row)).find(|(_, is)| *is).unwrap_or_default().0
}

/// The name of a row, and whether it is chosen.
fn of<'t>(row: &impl NodeT<'t>) -> (String, bool) {
    let row = row.accesskit_node();
    (row.label().unwrap_or_default(), row.toggled() == Some(Toggled::True))
}

/// Goes to the topmost folder.
fn go_up(window: &mut Window, words: &Words) {
    let is_top = |window: &Window| window.get_by_role_and_label(Role::Button, words.up).accesskit_node().is_disabled();
    for _ in 0..100 {
        if is_top(window) {
            return;
        }
        key(window, Key::Backspace);
    }
    panic!("no way up");
}

/// A demonstration archive, a list beside it, and a key in a folder that goes with another station.
fn desk(folder: &Path) -> (PathBuf, PathBuf) {
    let root = folder.join("kho");
    let new = NewArchive { title: "Kho".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: true };
    Archive::init(&root, &new, &session()).expect("an archive");
    std::fs::create_dir(folder.join("Danh mục")).expect("a folder");
    for name in ["Danh mục 2.csv", "danh mục 10.csv", "Danh mục 1.pdf"] {
        std::fs::write(folder.join("Danh mục").join(name), LIST).expect("a list");
    }
    let elsewhere = folder.join("Trạm Đông Anh");
    let station =
        StationSettings::locate(&|name| (name == "SOHOA_CONFIG_DIR").then(|| elsewhere.display().to_string()));
    let (entry, _) = station.expect("a station").use_demo_key(session().clock.now()).expect("a key");
    let password = std::fs::read_to_string(entry.demo_password_file.expect("its file")).expect("its password");
    std::fs::write(folder.join("mật khẩu"), password).expect("a file");
    (root, entry.path)
}

#[test]
fn a_list_a_key_and_a_folder_are_picked_by_keys_alone() {
    for (language, words) in [(UiLanguage::Vietnamese, VIETNAMESE), (UiLanguage::English, ENGLISH)] {
        let folder = folder();
        let (root, key_file) = desk(folder.path());
        let mut window = window(&root, language);
        window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
        window.run_steps(3);
        window.key_press_modifiers(Modifiers::CTRL, Key::I);
        window.run_steps(3);

        // From the top of the machine down to the list, which is previewed at once. The Tab of the field leads to the button.
        key(&mut window, Key::Tab);
        key(&mut window, Key::Enter);
        until_shown(&mut window, words.up);
        go_up(&mut window, &words);
        for name in folder.path().iter().skip(1).filter_map(OsStr::to_str) {
            choose(&mut window, &words, name, name);
            key(&mut window, Key::Enter);
        }
        choose(&mut window, &words, "danh muc", "Danh mục");
        key(&mut window, Key::Enter);
        choose(&mut window, &words, "CSV", "Danh mục 2.csv");
        assert!(!shows(&window, "Danh mục 1.pdf"), "no list");
        assert_eq!(window.query_all_by_role(Role::Row).map(|row| of(&row).1).collect::<Vec<_>>(), [true, false]);
        key(&mut window, Key::End);
        key(&mut window, Key::Enter);
        until_shown(&mut window, words.added);
        let list = folder.path().join("Danh mục/danh mục 10.csv");
        assert_eq!(typed(&window, words.inventory), list.to_str().expect("a path"));
        key(&mut window, Key::Escape);

        // The next one begins where the last one was.
        window.key_press_modifiers(Modifiers::CTRL, Key::Comma);
        window.run_steps(3);
        until(&mut window, "the settings", |app| app.is_settled());
        window.get_by_role_and_label(Role::Tab, words.keys).click();
        window.run_steps(3);
        open(&mut window, &words, words.key);
        common::until(&mut window, "where it was", |window| shows(window, "Danh mục") && !shows(window, "csv ·"));
        key(&mut window, Key::Backspace);
        choose(&mut window, &words, "tram dong", "Trạm Đông Anh");
        key(&mut window, Key::Enter);
        choose(&mut window, &words, "", "keys");
        key(&mut window, Key::Enter);
        let name = key_file.file_name().and_then(OsStr::to_str).expect("a name");
        choose(&mut window, &words, "", name);
        key(&mut window, Key::Enter);
        assert_eq!(typed(&window, words.key), key_file.to_str().expect("a path"));
        let password = std::fs::read_to_string(folder.path().join("mật khẩu")).expect("the password");
        type_as(&mut window, Role::PasswordInput, words.password, password.trim());
        press(&window, words.use_key);
        until_shown(&mut window, "NOT FOR RECORDS");

        // A folder that is made on the way; the picker leaves with Esc, a name that is typed before it.
        window.get_by_role_and_label(Role::Tab, words.second_vault).click();
        window.run_steps(3);
        open(&mut window, &words, words.second_folder);
        key(&mut window, Key::Backspace);
        key(&mut window, Key::Backspace);
        choose(&mut window, &words, "", "Danh mục");
        window.key_press_modifiers(Modifiers::CTRL, Key::N);
        window.run_steps(3);
        assert!(shows(&window, words.new_name));
        key(&mut window, Key::Escape);
        assert!(!shows(&window, words.new_name) && shows(&window, words.up));
        window.key_press_modifiers(Modifiers::CTRL, Key::N);
        window.run_steps(3);
        type_into(&mut window, words.new_name, "Ổ khác");
        key(&mut window, Key::Enter);
        until_shown(&mut window, words.no_folder);
        window.key_press_modifiers(Modifiers::CTRL, Key::Enter);
        window.run_steps(3);
        let second = folder.path().join("Ổ khác");
        assert_eq!(typed(&window, words.second_folder), second.to_str().expect("a path"));
        press(&window, words.use_folder);
        // What was typed is not needed any more.
        common::until(&mut window, "the second vault", |window| typed(window, words.second_folder).is_empty());
        let archive = Archive::open(&root, &session()).expect("an archive");
        assert_eq!(second_vault::folder(&archive), Some(second));
        drop(archive);
        open(&mut window, &words, words.second_folder);
        key(&mut window, Key::Escape);
        assert!(!shows(&window, words.up) && shows(&window, words.use_folder));
    }
}

#[test]
fn a_file_is_picked_though_its_name_has_two_lines_and_a_folder_that_went_away_can_be_read_again() {
    let folder = folder();
    let root = folder.path().join("kho");
    new_archive(&root);
    let lists = folder.path().join("danh mục");
    std::fs::create_dir_all(lists.join("ổ")).expect("a folder");
    std::fs::write(lists.join("hai\ndòng.csv"), LIST).expect("a list");
    for (language, words) in [(UiLanguage::Vietnamese, VIETNAMESE), (UiLanguage::English, ENGLISH)] {
        let mut window = window(&root, language);
        window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
        window.run_steps(3);
        window.key_press_modifiers(Modifiers::CTRL, Key::I);
        window.run_steps(3);
        // It begins where the typed path leads, however far that is right.
        type_into(&mut window, words.inventory, lists.join("x").to_str().expect("a path"));
        open(&mut window, &words, words.inventory);
        choose(&mut window, &words, "", "ổ");
        std::fs::remove_dir(lists.join("ổ")).expect("it goes away");
        key(&mut window, Key::Enter);
        until_shown(&mut window, words.gone);
        std::fs::create_dir(lists.join("ổ")).expect("it is there again");
        window.get_all_by_role_and_label(Role::Button, words.again).last().expect("in the picker").click();
        common::until(&mut window, "an empty folder", |window| shows(window, "csv, tsv, xlsx"));
        // Back to where it came from, which is chosen then.
        std::fs::create_dir(lists.join("a")).expect("a folder before it");
        key(&mut window, Key::Backspace);
        common::until(&mut window, "where it came from", |window| chosen(window).starts_with("ổ ·"));
        std::fs::remove_dir(lists.join("a")).expect("it goes away");
        choose(&mut window, &words, "DONG", "hai\u{FFFD}dòng.csv");
        key(&mut window, Key::Enter);
        until_shown(&mut window, words.added);
        // Esc leaves the picker, and what it was opened from with the next one.
        open(&mut window, &words, words.inventory);
        key(&mut window, Key::Escape);
        assert!(!shows(&window, words.up) && shows(&window, words.added));
        key(&mut window, Key::Escape);
        assert!(!shows(&window, words.added));
    }
}

/// What a file manager brings.
#[derive(Debug)]
struct Brought(PathBuf);

impl DroppedFile for Brought {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nothing reads it here".to_owned())
    }
}

fn drop_on(window: &mut Window, path: &Path) {
    window.input_mut().dropped_files.push(Arc::new(Brought(path.to_owned())));
    window.run_steps(3);
}

#[test]
fn what_is_dropped_on_the_window_fills_the_field_that_it_is_for() {
    let folder = folder();
    let root = folder.path().join("kho");
    new_archive(&root);
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("danh mục.csv"), LIST).expect("a list");
    let words = VIETNAMESE;
    let mut window = window(&root, UiLanguage::Vietnamese);
    // Where no such field is, nothing comes of it.
    drop_on(&mut window, &at("danh mục.csv"));
    window.key_press_modifiers(Modifiers::CTRL, Key::Num2);
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::CTRL, Key::I);
    window.run_steps(3);
    assert_eq!(typed(&window, words.inventory), "");
    drop_on(&mut window, &at("danh mục.csv"));
    until_shown(&mut window, words.added);
    key(&mut window, Key::Escape);
    window.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    window.run_steps(3);
    until(&mut window, "the settings", |app| app.is_settled());
    let path = |name: &str| at(name).to_str().expect("a path").to_owned();
    window.get_by_role_and_label(Role::Tab, words.keys).click();
    window.run_steps(3);
    drop_on(&mut window, &at("khóa.P12"));
    drop_on(&mut window, &at("gốc.pem"));
    assert_eq!([words.key, words.certificate].map(|field| typed(&window, field)), ["khóa.P12", "gốc.pem"].map(path));
    // What stands above the screen keeps it from what is below.
    press(&window, "Phím tắt");
    window.run_steps(3);
    drop_on(&mut window, &at("khóa khác.p12"));
    key(&mut window, Key::Escape);
    assert_eq!(typed(&window, words.key), path("khóa.P12"));
    window.get_by_role_and_label(Role::Tab, words.second_vault).click();
    window.run_steps(3);
    // A picker takes it as if it was picked.
    open(&mut window, &words, words.second_folder);
    drop_on(&mut window, &at("Ổ khác"));
    assert_eq!(typed(&window, words.second_folder), path("Ổ khác"));
    assert!(!shows(&window, words.up));
    window.key_press_modifiers(Modifiers::CTRL, Key::O);
    window.run_steps(3);
    drop_on(&mut window, &at("kho cũ"));
    assert_eq!(typed(&window, "Thư mục của kho"), path("kho cũ"));
}
