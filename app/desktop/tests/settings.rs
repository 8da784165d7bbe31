//! The settings driven as a person with a screen reader would: by the names of things, in both languages.

mod common;

use std::path::{Path, PathBuf};

use common::{Window, session, shows, until};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sohoa_desktop::app::{App, Station};
use sohoa_model::Cancel;
use sohoa_pipeline::accounts::{self, Role as Rank, Secret};
use sohoa_pipeline::archive::{Archive, NewArchive};
use sohoa_pipeline::progress::Silent;
use sohoa_pipeline::scan::{self, Parting, Profile, ScanPlan, Source};
use sohoa_pipeline::second_vault;
use sohoa_shell::station::{KeyEntry, Station as StationSettings};
use sohoa_shell::worker::scanners;
use sohoa_shell::{Texts, UiLanguage};

/// Who works.
const OPERATOR: &str = "Nguyễn Thị Lan";

/// An archive in a folder; the settings of the station lie beside it.
fn archive(root: &Path, demo: bool) -> Archive {
    let (title, organisation) = ("Kho Sở Tư pháp".to_owned(), "Sở Tư pháp".to_owned());
    Archive::init(root, &NewArchive { title, organisation, demo }, &session()).expect("an archive")
}

fn opened(root: &Path) -> Archive {
    Archive::open(root, &session()).expect("an archive")
}

fn settings_of(root: &Path) -> PathBuf {
    root.with_file_name("trạm")
}

fn station(root: &Path) -> StationSettings {
    station_in(&settings_of(root))
}

fn station_in(folder: &Path) -> StationSettings {
    let folder = folder.display().to_string();
    StationSettings::locate(&|name| (name == "SOHOA_CONFIG_DIR").then(|| folder.clone())).expect("a station")
}

/// A demonstration key of another station, its password, and a file with the certificate that it is trusted by.
fn key_elsewhere(folder: &Path) -> (KeyEntry, String, PathBuf) {
    let elsewhere = folder.join("trạm khác");
    let (entry, pem) = station_in(&elsewhere).use_demo_key(session().clock.now()).expect("a key");
    let password = std::fs::read_to_string(elsewhere.join("keys/demo.password")).expect("its password");
    let certificate = folder.join("gốc.pem");
    std::fs::write(&certificate, pem).expect("a certificate");
    (entry, password, certificate)
}

fn app(root: &Path, language: UiLanguage) -> App {
    let station = Station {
        root: root.to_owned(),
        session: session(),
        simulated: Some("sheets=1".to_owned()),
        settings: Some(settings_of(root)),
        free: None,
    };
    App::new(Texts::for_window(language), station, &eframe::egui::Context::default())
}

fn window_over(app: App) -> Window {
    let mut window =
        Harness::builder().with_size([1440.0, 900.0]).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", |window| window.state().is_settled());
    window
}

/// A window with its settings shown.
fn window(root: &Path, language: UiLanguage) -> Window {
    let mut window = window_over(app(root, language));
    window.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    window.run_steps(3);
    until(&mut window, "the settings", |window| window.state().is_settled());
    window
}

/// Frames until something has this name, or a part of it.
fn until_shown(window: &mut Window, words: &str) {
    until(window, words, |window| shows(window, words));
}

fn press_as(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).scroll_to_me();
    window.run_steps(3);
    window.get_by_role_and_label(role, name).click();
    window.run_steps(3);
}

fn press(window: &mut Window, name: &str) {
    press_as(window, Role::Button, name);
}

fn tab(window: &mut Window, name: &str) {
    press_as(window, Role::Tab, name);
}

fn type_as(window: &mut Window, role: Role, name: &str, text: &str) {
    window.get_by_role_and_label(role, name).focus();
    window.run_steps(2);
    window.get_by_role_and_label(role, name).type_text(text);
    window.run_steps(2);
}

/// Chooses from the list with this name.
fn choose(window: &mut Window, list: &str, wanted: &str) {
    press_as(window, Role::ComboBox, list);
    // The list is drawn last.
    window.get_all_by_role_and_label(Role::Button, wanted).last().expect("what is wanted").click();
    window.run_steps(3);
}

#[test]
fn a_profile_that_is_made_in_the_window_is_the_one_that_scanning_knows_and_its_removal_is_asked_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, false);
    let mut window = window(&root, UiLanguage::Vietnamese);
    assert!(shows(&window, "Kho chưa có cấu hình nào"));
    type_as(&mut window, Role::TextInput, "Tên cấu hình", "bản đồ");
    choose(&mut window, "Nguồn giấy", "khay nạp, hai mặt");
    choose(&mut window, "Độ phân giải", "300 dpi");
    choose(&mut window, "Khổ giấy", "A3 · 297 × 420 mm");
    choose(&mut window, "Mặt sau trắng", "không tính mặt sau trắng");
    press(&mut window, "Lưu cấu hình");
    until_shown(&mut window, "bản đồ · màu · 300 dpi · khay nạp, hai mặt · A3");
    let (name, profile) = scan::profiles(&opened(&root)).expect("profiles").remove(0);
    assert_eq!((name.as_str(), profile.settings.source), ("bản đồ", Source::AdfDuplex));
    assert_eq!((profile.settings.dpi, profile.settings.paper), (300.0, (297.0, 420.0)));
    assert_eq!((profile.blank_backs.word(), profile.device), ("leave-out", None));

    // It is changed under its name, and then removed.
    let row = "bản đồ · màu · 300 dpi · khay nạp, hai mặt · A3 · 297 × 420 mm · không tính mặt sau trắng";
    press(&mut window, row);
    // Grey is below the standard: scanning would refuse it.
    press_as(&mut window, Role::ComboBox, "Màu");
    assert!(!shows(&window, "xám"));
    window.key_press(Key::Escape);
    window.run_steps(3);
    choose(&mut window, "Độ phân giải", "600 dpi");
    press(&mut window, "Thay cấu hình");
    until_shown(&mut window, "bản đồ · màu · 600 dpi");
    assert_eq!(scan::profiles(&opened(&root)).expect("profiles").len(), 1);
    press(&mut window, &row.replace("300 dpi", "600 dpi"));
    press(&mut window, "Bỏ cấu hình");
    assert!(shows(&window, "Bỏ cấu hình bản đồ?"));
    press(&mut window, "Để sau");
    assert_eq!(scan::profiles(&opened(&root)).expect("profiles").len(), 1);
    press(&mut window, "Bỏ cấu hình");
    window.run_steps(5);
    window.get_all_by_role_and_label(Role::Button, "Bỏ cấu hình").last().expect("the one in the question").click();
    until_shown(&mut window, "Kho chưa có cấu hình nào");
    assert!(scan::profiles(&opened(&root)).expect("profiles").is_empty());
}

#[test]
fn a_key_is_taken_with_its_password_alone_and_never_from_inside_the_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, true);
    // A key that lies elsewhere, and one inside the archive.
    let (entry, password, certificate) = key_elsewhere(folder.path());
    let inside = root.join("khóa.p12");
    std::fs::copy(&entry.path, &inside).expect("a copy");

    let mut window = window(&root, UiLanguage::Vietnamese);
    tab(&mut window, "Khóa ký");
    assert!(shows(&window, "Trạm chưa có khóa ký."));
    let take = |window: &mut Window, path: &Path, password: &str| {
        let field = "Tệp khóa (.p12, .pfx)";
        window.get_by_role_and_label(Role::TextInput, field).focus();
        window.run_steps(2);
        window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::A);
        window.run_steps(2);
        type_as(window, Role::TextInput, field, path.to_str().expect("a path"));
        type_as(window, Role::PasswordInput, "Mật khẩu của khóa", password);
        press(window, "Dùng khóa này");
    };
    take(&mut window, &entry.path, "sai");
    until_shown(&mut window, "Mật khẩu không mở được khóa ký.");
    assert!(shows(&window, "Cài đặt trước đó vẫn nguyên.") && shows(&window, "Caps Lock"), "what is safe, what next");
    take(&mut window, &inside, password.trim());
    until_shown(&mut window, "nằm trong kho");
    assert_eq!(station(&root).key().expect("settings"), None);
    take(&mut window, &entry.path, password.trim());
    until_shown(&mut window, "NOT FOR RECORDS");
    let taken = station(&root).key().expect("settings").expect("a key");
    assert_eq!(taken.fingerprint, entry.fingerprint);

    assert!(shows(&window, "Kho chưa tin cậy chứng thư số nào."));
    type_as(&mut window, Role::TextInput, "Tệp chứng thư số (PEM, DER)", certificate.to_str().expect("a path"));
    press(&mut window, "Tin cậy");
    until_shown(&mut window, "Kho đã tin cậy chứng thư số");
    assert_eq!(opened(&root).settings().trust.len(), 1);
    // Sign knows it without being told.
    window.key_press_modifiers(Modifiers::CTRL, Key::Num6);
    window.run_steps(3);
    until_shown(&mut window, "NOT FOR RECORDS");
}

#[test]
fn a_real_archive_takes_no_key_and_no_certificate_for_demonstration() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, false);
    let (entry, password, certificate) = key_elsewhere(folder.path());
    let mut window = window(&root, UiLanguage::Vietnamese);
    tab(&mut window, "Khóa ký");
    type_as(&mut window, Role::TextInput, "Tệp khóa (.p12, .pfx)", entry.path.to_str().expect("a path"));
    type_as(&mut window, Role::PasswordInput, "Mật khẩu của khóa", password.trim());
    press(&mut window, "Dùng khóa này");
    until_shown(&mut window, "Khóa trình diễn không được dùng trong kho thật.");
    assert_eq!(station(&root).key().expect("settings"), None);
    tab(&mut window, "Giao diện");
    tab(&mut window, "Khóa ký");
    assert!(!shows(&window, "Khóa trình diễn không được dùng trong kho thật."), "what was told is over");
    type_as(&mut window, Role::TextInput, "Tệp chứng thư số (PEM, DER)", certificate.to_str().expect("a path"));
    press(&mut window, "Tin cậy");
    until_shown(&mut window, "Khóa trình diễn không được dùng trong kho thật.");
    assert!(opened(&root).settings().trust.is_empty());
}

#[test]
fn a_second_vault_is_set_filled_and_given_up_and_one_inside_the_archive_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let archive = archive(&root, false);
    let cancel = Cancel::new();
    let mut driver = scanners(&session().worker, &cancel, &|_| Some("sheets=1".to_owned()));
    let plan = ScanPlan {
        dossier: "HS.01".to_owned(),
        document: None,
        parting: Parting::None,
        device: "simulated:0".to_owned(),
        settings: Profile::default().settings,
        sheets: Some(1),
        new_dossier: true,
        reason: None,
        target: Default::default(),
        blank_backs: Default::default(),
    };
    scan::scan(&archive, &plan, &mut driver, &cancel, &Silent).expect("a page");
    drop(archive);
    let mut window = window(&root, UiLanguage::Vietnamese);
    tab(&mut window, "Kho thứ hai");
    let field = "Thư mục trên ổ khác";
    type_as(&mut window, Role::TextInput, field, root.join("vault/2").to_str().expect("a path"));
    press(&mut window, "Dùng thư mục này");
    until_shown(&mut window, "nằm trong nhau");
    assert_eq!(second_vault::folder(&opened(&root)), None);
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    let second = folder.path().join("ổ khác");
    type_as(&mut window, Role::TextInput, field, second.to_str().expect("a path"));
    press(&mut window, "Dùng thư mục này");
    until_shown(&mut window, "1 bản gốc chưa có bản sao");
    press(&mut window, "Sao ngay");
    until_shown(&mut window, "mọi bản gốc đã có bản sao đã kiểm");
    assert!(shows(&window, "Đã kiểm"), "what came of it");
    let archive = opened(&root);
    assert!(archive.catalog().masters_not_copied(None).expect("masters").is_empty());
    assert!(second.join("sohoa.toml").is_file());
    press(&mut window, "Thôi dùng kho thứ hai");
    window.run_steps(5);
    assert!(shows(&window, "Thôi dùng kho thứ hai?"));
    window.get_all_by_role_and_label(Role::Button, "Thôi dùng kho thứ hai").last().expect("in the question").click();
    until_shown(&mut window, "Đặt kho thứ hai");
    assert_eq!(second_vault::folder(&opened(&root)), None);
    assert!(second.join("sohoa.toml").is_file(), "what was copied stays");
}

#[test]
fn the_first_account_is_that_of_who_makes_it_and_others_follow() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, false);
    let mut window = window(&root, UiLanguage::Vietnamese);
    tab(&mut window, "Người làm");
    let fill = |window: &mut Window, password: &str, again: &str| {
        type_as(window, Role::PasswordInput, "Mật khẩu mới", password);
        type_as(window, Role::PasswordInput, "Gõ lại mật khẩu", again);
    };
    fill(&mut window, "ngắn", "ngắn");
    press(&mut window, "Lưu tài khoản");
    until_shown(&mut window, "Mật khẩu phải có ít nhất 8 chữ.");
    fill(&mut window, "một câu dễ nhớ", "một câu");
    assert!(shows(&window, "Hai lần gõ chưa giống nhau"));
    type_as(&mut window, Role::PasswordInput, "Gõ lại mật khẩu", " dễ nhớ");
    press(&mut window, "Lưu tài khoản");
    until_shown(&mut window, "Nguyễn Thị Lan · quản trị");
    assert!(!window.state().is_locked(), "who has just typed the password is not asked for it");
    type_as(&mut window, Role::TextInput, "Họ và tên", "Trần Văn Minh");
    choose(&mut window, "Quyền", "giám sát");
    fill(&mut window, "câu của người khác", "câu của người khác");
    press(&mut window, "Lưu tài khoản");
    until(&mut window, "the second account", |window| {
        window.query_by_role_and_label(Role::Button, "Trần Văn Minh · giám sát").is_some()
    });
    let archive = opened(&root);
    let role = accounts::sign_in(archive.settings(), "Trần Văn Minh", &Secret::new("câu của người khác"));
    assert_eq!(role.expect("a role"), Rank::Supervisor);
    press(&mut window, "Nguyễn Thị Lan · quản trị");
    assert!(window.get_by_role_and_label(Role::Button, "Bỏ tài khoản").accesskit_node().is_disabled());
    press(&mut window, "Trần Văn Minh · giám sát");
    press(&mut window, "Bỏ tài khoản");
    window.run_steps(5);
    window.get_all_by_role_and_label(Role::Button, "Bỏ tài khoản").last().expect("in the question").click();
    until(&mut window, "one account", |_| opened(&root).settings().people.accounts.len() == 1);
}

#[test]
fn what_an_operator_chose_is_there_in_the_next_window_unless_another_language_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, false);
    let mut first = window(&root, UiLanguage::Vietnamese);
    tab(&mut first, "Giao diện");
    choose(&mut first, "Sáng, tối của cửa sổ", "tối");
    choose(&mut first, "Cỡ chữ và hình", "120 %");
    press_as(&mut first, Role::CheckBox, "Giảm chuyển động");
    choose(&mut first, "Ngôn ngữ", "English");
    until_shown(&mut first, "Reduce motion");
    let kept = |root: &Path| station(root).window().expect("settings").looks.get(OPERATOR).copied();
    let is_whole = |root: &Path| kept(root).is_some_and(|look| look.language == Some(UiLanguage::English));
    until(&mut first, "the choice on the disk", |_| is_whole(&root));
    drop(first);

    let mut second = window(&root, UiLanguage::Vietnamese);
    assert!(shows(&second, "Scan profiles"), "in English");
    assert_eq!(second.ctx.theme(), Theme::Dark);
    assert!((second.ctx.zoom_factor() - 1.2).abs() < 0.001);
    assert_eq!(second.ctx.style_of(Theme::Dark).animation_time, 0.0);
    // A key does the same as the form, and the rest stays.
    second.key_press_modifiers(Modifiers::CTRL | Modifiers::SHIFT, Key::D);
    second.run_steps(3);
    until(&mut second, "the other theme on the disk", |_| kept(&root).is_some_and(|look| look.is_dark == Some(false)));
    assert_eq!(kept(&root).expect("a look").zoom, Some(120));
    drop(second);

    let asked = window_over(app(&root, UiLanguage::Vietnamese).in_this_language());
    assert!(shows(&asked, "Danh mục") && !shows(&asked, "Inventory"));
    assert_eq!(asked.ctx.theme(), Theme::Light);
    assert_eq!(kept(&root).expect("a look").language, Some(UiLanguage::English), "asked for once is not chosen");
}

#[test]
fn archives_that_were_opened_are_offered_again_and_one_that_is_away_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("kho một"), folder.path().join("kho hai"));
    archive(&one, false);
    archive(&two, false);
    let real = |path: &Path| path.canonicalize().expect("a folder").display().to_string();
    for root in [&one, &two] {
        let mut window = window_over(app(root, UiLanguage::Vietnamese));
        let folder = real(root);
        let is_known = |known: &[sohoa_shell::window::KnownArchive]| known[0].folder == Path::new(&folder);
        until(&mut window, "the list", |_| {
            let kept = station(root).window().expect("settings").archives;
            !kept.is_empty() && is_known(&kept)
        });
    }
    let mut window = window_over(app(&two, UiLanguage::Vietnamese));
    window.key_press_modifiers(Modifiers::CTRL, Key::O);
    until_shown(&mut window, &format!("{} · đang mở", real(&two)));
    // Another screen covers the choice, and its key shows it again.
    window.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    until_shown(&mut window, "Cấu hình mới");
    assert!(!shows(&window, "Kho đã mở gần đây"));
    window.key_press_modifiers(Modifiers::CTRL, Key::O);
    until_shown(&mut window, "Kho đã mở gần đây");
    let name = format!("Kho Sở Tư pháp · {} · mở được", real(&one));
    window.get_by_role_and_label(Role::Button, &name).focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::NONE, Key::Enter);
    window.run_steps(2);
    let first = PathBuf::from(real(&one));
    until(&mut window, "the first archive", |window| window.state().is_settled() && window.state().root() == first);
    drop(window);

    let away = real(&two);
    std::fs::remove_dir_all(&two).expect("it is taken away");
    let mut window = window_over(app(&one, UiLanguage::English));
    window.key_press_modifiers(Modifiers::CTRL, Key::O);
    until_shown(&mut window, &format!("{away} · folder not there"));
    window
        .get_all_by_role_and_label(Role::Button, "Take Kho Sở Tư pháp off the list")
        .last()
        .expect("the other")
        .click();
    until(&mut window, "a shorter list", |window| !shows(window, &away));
    assert_eq!(station(&one).window().expect("settings").archives.len(), 1);
}

#[test]
fn every_part_is_there_in_english_and_says_which_models_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, false);
    let mut window = window(&root, UiLanguage::English);
    for (name, heading) in [
        ("Scan profiles", "New profile"),
        ("Signing key", "Choose another key"),
        ("Second vault", "Set a second vault"),
        ("People", "New account"),
        ("Appearance", "Reduce motion"),
        ("Recognition models", "Folder of the models"),
    ] {
        tab(&mut window, name);
        until_shown(&mut window, heading);
    }
    let models = sohoa_pipeline::models::look(&session().worker, &Cancel::new());
    let there = models.iter().filter(|(_, is_there)| *is_there).count();
    let count = |window: &Window, words| window.query_all_by_label(words).count();
    assert_eq!((count(&window, "there"), count(&window, "missing")), (there, models.len() - there));
    assert!(shows(&window, "Vietnamese (vie)") && shows(&window, "Chinese (traditional) (chi_tra, chi_tra_vert)"));
}

#[test]
fn a_station_without_a_hub_says_so_and_what_is_no_invitation_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, false);
    let mut window = window(&root, UiLanguage::Vietnamese);
    window.key_press_modifiers(Modifiers::CTRL, Key::Num1);
    until_shown(&mut window, "chưa ghi danh");
    window.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    until(&mut window, "the settings", |window| window.state().is_settled());
    tab(&mut window, "Máy chủ trung tâm");
    assert!(shows(&window, "Trạm làm việc không cần mạng."));
    for (typed, said) in [
        ("K7QF-1234", "Dòng chữ này không phải là mã mời của máy chủ trung tâm."),
        ("http://hub.example#K7QF-AAAA-AAAA-AAAA-AAAA", "không được mã hóa"),
        ("https://127.0.0.1:1#K7QF-AAAA-AAAA-AAAA-AAAA", "Không liên lạc được với máy chủ https://127.0.0.1:1."),
    ] {
        window.get_by_role_and_label(Role::TextInput, "Mã mời").focus();
        window.run_steps(2);
        window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::A);
        window.run_steps(2);
        type_as(&mut window, Role::TextInput, "Mã mời", typed);
        press(&mut window, "Ghi danh");
        until_shown(&mut window, said);
    }
    assert!(opened(&root).catalog().sync_state().expect("a state").is_none());
}

#[test]
fn a_form_of_the_settings_is_there_again_after_a_kill_and_no_password_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, true);
    let notes = || {
        let files = std::fs::read_dir(root.join("typing")).into_iter().flatten().filter_map(Result::ok);
        let files = files.filter(|file| file.path().extension().is_some_and(|ending| ending == "notes"));
        files.map(|file| std::fs::read_to_string(file.path()).expect("notes")).collect::<String>()
    };
    let value = |window: &Window, role, name: &str| window.get_by_role_and_label(role, name).value();
    {
        let mut window = window(&root, UiLanguage::Vietnamese);
        type_as(&mut window, Role::TextInput, "Tên cấu hình", "Sổ hộ tịch khổ lớn");
        choose(&mut window, "Độ phân giải", "400 dpi");
        tab(&mut window, "Khóa ký");
        type_as(&mut window, Role::TextInput, "Tệp khóa (.p12, .pfx)", "/media/usb/khóa của Lan.p12");
        type_as(&mut window, Role::PasswordInput, "Mật khẩu của khóa", "rất-bí-mật-2026");
        until(&mut window, "notes", |_| notes().contains("khóa của Lan"));
        assert!(notes().contains("Sổ hộ tịch") && !notes().contains("bí-mật"), "{}", notes());
        // The window is gone as a kill leaves it.
    }
    let mut window = window(&root, UiLanguage::English);
    until(&mut window, "the form", |window| {
        value(window, Role::TextInput, "Name of the profile").as_deref() == Some("Sổ hộ tịch khổ lớn")
    });
    assert_eq!(value(&window, Role::ComboBox, "Resolution").as_deref(), Some("400 dpi"));
    tab(&mut window, "Signing key");
    let path = value(&window, Role::TextInput, "Key file (.p12, .pfx)");
    assert_eq!(path.as_deref(), Some("/media/usb/khóa của Lan.p12"));
    assert_eq!(value(&window, Role::PasswordInput, "Password of the key").unwrap_or_default(), "");
    // Kept, it is a profile, and nothing of it is typed any more.
    tab(&mut window, "Scan profiles");
    press(&mut window, "Keep profile");
    until(&mut window, "what is left of the notes", |_| !notes().contains("Sổ hộ tịch"));
    assert_eq!(scan::profile(&opened(&root), "Sổ hộ tịch khổ lớn").expect("the profile").settings.dpi, 400.0);
}

#[test]
fn the_form_of_a_new_archive_is_there_again_after_a_kill_until_the_archive_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let new = root.display().to_string();
    let notes = || {
        let files = std::fs::read_dir(settings_of(&root).join("typing")).into_iter().flatten();
        files.flatten().filter(|file| file.path().extension().is_some_and(|ending| ending == "notes")).count()
    };
    let value = |window: &Window, name: &str| window.get_by_role_and_label(Role::TextInput, name).value();
    {
        let mut window = window_over(app(&root, UiLanguage::Vietnamese));
        type_as(&mut window, Role::TextInput, "Thư mục mới, chưa có gì bên trong", &new);
        type_as(&mut window, Role::TextInput, "Tên kho", "Kho lưu trữ Sở Tư pháp");
        until(&mut window, "notes", |_| notes() == 1);
        // The window is gone as a kill leaves it; nothing lies where the archive will be.
        assert!(!root.exists());
    }
    let mut window = window_over(app(&root, UiLanguage::Vietnamese));
    until(&mut window, "the form", |window| value(window, "Tên kho").as_deref() == Some("Kho lưu trữ Sở Tư pháp"));
    assert_eq!(value(&window, "Thư mục mới, chưa có gì bên trong"), Some(new));
    type_as(&mut window, Role::TextInput, "Cơ quan ký số", "Sở Tư pháp");
    press(&mut window, "Tạo kho");
    until(&mut window, "the archive", |window| window.state().is_settled() && root.join("catalog.sqlite").is_file());
    until(&mut window, "notes that are done with", |_| notes() == 0);
    assert_eq!(opened(&root).facts().title, "Kho lưu trữ Sở Tư pháp");
}

#[test]
fn what_is_typed_once_an_archive_is_there_that_was_away_lies_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, away) = (folder.path().join("kho"), folder.path().join("chưa gắn"));
    archive(&root, true);
    std::fs::rename(&root, &away).expect("a disk that is taken out");
    let mut window = window_over(app(&root, UiLanguage::Vietnamese));
    std::fs::rename(&away, &root).expect("a disk that is back");
    window.key_press_modifiers(Modifiers::NONE, Key::F5);
    until(&mut window, "the archive", |window| window.state().is_settled() && shows(window, "Kho Sở Tư pháp"));
    window.key_press_modifiers(Modifiers::CTRL, Key::Comma);
    window.run_steps(3);
    type_as(&mut window, Role::TextInput, "Tên cấu hình", "Sổ hộ tịch khổ lớn");
    let notes = || {
        let files = std::fs::read_dir(root.join("typing")).into_iter().flatten().flatten();
        files.filter(|file| file.path().extension().is_some_and(|ending| ending == "notes")).count()
    };
    until(&mut window, "notes in the archive", |_| notes() == 1);
}

#[test]
fn a_certificate_that_ends_soon_is_told_before_somebody_wants_to_sign_and_one_that_ended_signs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    archive(&root, true);
    let now = session().clock.now();
    station(&root).use_demo_key(now).expect("a key");
    let file = settings_of(&root).join("station.toml");
    let whole = std::fs::read_to_string(&file).expect("the settings");
    let until_then = station(&root).key().expect("settings").and_then(|key| key.valid_until_ms).expect("its end");
    let day = 86_400_000;
    for (left, vietnamese, english) in [
        (29 * day, "Chứng thư số hết hạn lúc", "The certificate ends at"),
        (-day, "Chứng thư số đã hết hạn lúc", "The certificate expired at"),
    ] {
        let end = sohoa_model::Timestamp(now.0 + left);
        let text = whole.replace(&until_then.to_string(), &end.0.to_string());
        assert_ne!(text, whole);
        std::fs::write(&file, text).expect("the settings");
        for (language, words) in [(UiLanguage::Vietnamese, vietnamese), (UiLanguage::English, english)] {
            let words = format!("{words} {}", end.short_vietnam());
            let mut window = window(&root, language);
            for screen in [Key::Num1, Key::Num6] {
                window.key_press_modifiers(Modifiers::CTRL, screen);
                window.run_steps(3);
                until_shown(&mut window, &words);
            }
            let settings = if language == UiLanguage::Vietnamese {
                "Chọn khóa ở Cài đặt"
            } else {
                "Choose a key in Settings"
            };
            assert_eq!(shows(&window, settings), left < 0, "what ended leads to Settings");
        }
    }
}
