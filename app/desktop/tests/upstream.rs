//! The window and a real hub: who sits at the station enrols it, what may leave goes up, and what the hub decides shows.

mod common;

use std::fs;
use std::time::Instant;

use common::{PATIENCE, Window, session, shows, until};
use eframe::egui::accesskit::Role;
use eframe::egui::{Context, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sohoa_desktop::app::{self, App};
use sohoa_desktop::screens::Screen;
use sohoa_pipeline::archive::{Archive, NewArchive};
use sohoa_shell::{Texts, UiLanguage};
use sohoa_tests::hub::Hub;
use sohoa_tests::places::repository;
use sohoa_tests::station::Station;

/// A station with two read dossiers of three pages, and its window, whose operator is the administrator.
fn window(station: &Station) -> Window {
    let root = station.archive();
    let (title, organisation) = ("Kho Sở Tư pháp".to_owned(), "Sở Tư pháp".to_owned());
    Archive::init(&root, &NewArchive { title, organisation, demo: true }, &session()).expect("an archive");
    let tests = repository().join("tests");
    // The second dossier is not public.
    let list = fs::read_to_string(tests.join("pages.csv")).expect("a list");
    let lines = list
        .lines()
        .map(|line| if line.contains(",HS.02,") { line.replace(",01,LT", ",02,LT") } else { line.to_owned() });
    let path = station.folder().join("danh mục.csv");
    fs::write(&path, lines.collect::<Vec<_>>().join("\n")).expect("a list");
    station.run(["inventory", "import", path.to_str().expect("UTF-8")]).done();
    station.run(["import", tests.join("pages").to_str().expect("UTF-8"), "--lang", "vie", "--jobs", "2", "--no-sign"]);
    let settings = Some(station.settings());
    let place = app::Station { root, session: session(), simulated: None, settings, free: None };
    let app = App::new(Texts::for_window(UiLanguage::Vietnamese), place, &Context::default());
    let mut window =
        Harness::builder().with_size([1440.0, 900.0]).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", |window| window.state().is_settled());
    window
}

fn press(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).scroll_to_me();
    window.run_steps(3);
    window.get_by_role_and_label(role, name).click();
    window.run_steps(3);
}

fn control(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::CTRL, key);
    window.run_steps(3);
}

/// Asks for a sync with its key until something is so: one that runs already may have begun too early.
fn sync_until(window: &mut Window, what: &str, is_so: impl Fn(&Window) -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so(window) {
        assert!(Instant::now() < end, "not seen in time: {what}");
        window.key_press(Key::F5);
        window.run_steps(5);
    }
}

#[test]
fn a_station_is_enrolled_in_its_window_sends_what_may_leave_and_shows_what_the_hub_decided() {
    let Some(mut hub) = Hub::start() else { return };
    let station = Station::empty();
    let mut window = window(&station);
    control(&mut window, Key::Num1);
    until(&mut window, "no hub", |window| shows(window, "chưa ghi danh"));

    control(&mut window, Key::Comma);
    until(&mut window, "the settings", |window| window.state().is_settled());
    press(&mut window, Role::Tab, "Máy chủ trung tâm");
    window.get_by_role_and_label(Role::TextInput, "Mã mời").focus();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, "Mã mời").type_text(&hub.invite("Trạm 03"));
    window.run_steps(2);
    press(&mut window, Role::Button, "Ghi danh");
    until(&mut window, "the hub", |window| shows(window, "thay đổi chờ gửi"));
    assert_eq!(hub.sql("SELECT name FROM station"), "Trạm 03");

    control(&mut window, Key::Num1);
    sync_until(&mut window, "nothing unsynced", |window| shows(window, "Đã đồng bộ"));
    assert!(!shows(&window, "thay đổi chờ gửi"));
    let with_files = "SELECT count(*) FROM page WHERE NOT retired AND master_sha256 IN (SELECT sha256 FROM file)";
    assert_eq!(hub.sql(with_files), "2", "what is not public stays");

    // Until an administrator lets it leave, who says why.
    window.state_mut().open("HS.02".to_owned(), Screen::Check);
    until(&mut window, "what stays", |window| shows(window, "Ở lại trạm này"));
    let (why, word) = ("Vì sao được rời trạm?", "Cho hồ sơ này rời trạm");
    window.get_by_role_and_label(Role::TextInput, why).focus();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, why).type_text("Sở cho phép, công văn 12/STP-VP");
    window.run_steps(2);
    press(&mut window, Role::Button, word);
    until(&mut window, "nothing that stays", |window| !shows(window, "Ở lại trạm này"));
    control(&mut window, Key::Num1);
    sync_until(&mut window, "all of it", |_| hub.sql(with_files) == "5");
    let log = station.run(["log", "HS.02"]).done().stdout;
    assert!(log.contains("công văn 12/STP-VP"), "{log}");

    // What is done here while the hub is away waits, and goes up when it is back.
    hub.stop();
    station.run(["page", "turn", "HS.02", "1.1", "--by", "180"]).done();
    window.key_press(Key::F5);
    until(&mut window, "it waits", |window| shows(window, "thay đổi chờ gửi"));
    hub.serve();
    sync_until(&mut window, "nothing unsynced again", |window| shows(window, "Đã đồng bộ"));

    assert!(!shows(&window, "Đang giữ lại 1"));
    let dossier = hub.sql("SELECT dossier FROM dossier WHERE code = 'HS.01'");
    let line = format!(
        "{{\"at\":\"2026-11-21T10:15:02.120+07:00\",\"body\":{{\"by\":\"Trần Văn Minh\",\"decided\":\"hold_ordered\",\
         \"reason\":\"có đơn khiếu nại\"}},\"dossier\":\"{dossier}\",\"id\":\"01970000-0000-7000-8000-000000000012\",\
         \"kind\":\"decision\",\"rev\":1,\"schema\":\"decision/1.0\"}}\n"
    );
    let file = station.folder().join("decision.ndjson");
    fs::write(&file, line).expect("a record");
    hub.run(&["publish", "--unit", "so-tu-phap", file.to_str().expect("UTF-8")]).done();
    sync_until(&mut window, "the hold", |window| shows(window, "Đang giữ lại 1"));
    let log = station.run(["log", "HS.01"]).done().stdout;
    assert!(log.contains("Trần Văn Minh") && log.contains("có đơn khiếu nại"), "{log}");
}
