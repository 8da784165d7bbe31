//! The keys that no journey needs: each does what its cap says, in both languages.

use std::path::PathBuf;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::scan::{self, Profile, Source};
use sohoa_shell::UiLanguage;
use tempfile::TempDir;

use super::{
    ENGLISH, VIETNAMESE, Window, key, listed, press, session, shows, type_into, until, until_dossier, window,
    window_with,
};

const BOTH: [UiLanguage; 2] = [UiLanguage::Vietnamese, UiLanguage::English];

fn in_words(language: UiLanguage, vietnamese: &'static str, english: &'static str) -> &'static str {
    if language == UiLanguage::English { english } else { vietnamese }
}

/// Three pages of the first dossier, in a batch that closed itself.
fn three_pages(window: &mut Window, language: UiLanguage) {
    let words = if language == UiLanguage::English { ENGLISH } else { VIETNAMESE };
    press(window, words.scan_this);
    until_dossier(window, "the dossier", |dossier| dossier.code == "HS.01");
    type_into(window, words.sheets, "3");
    key(window, Key::Enter);
    key(window, Key::Space);
    until_dossier(window, "three pages", |dossier| dossier.pages.len() == 3 && dossier.open().is_none());
}

/// A window over an archive with three pages of the first dossier; the folder goes when it is dropped.
fn scanned(language: UiLanguage) -> (TempDir, PathBuf, Window) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let mut window = window(&root, language);
    three_pages(&mut window, language);
    (folder, root, window)
}

/// The names of the pictures of pages that are shown large.
fn large(window: &Window) -> Vec<String> {
    window.query_all_by_role(Role::Image).filter_map(|image| image.accesskit_node().label()).collect()
}

#[test]
fn a_page_is_turned_left_blank_inserted_before_compared_and_seen_from_near() {
    for language in BOTH {
        let (_folder, root, mut scanning) = scanned(language);
        key(&mut scanning, Key::Home);
        key(&mut scanning, Key::Q);
        let turned = |degrees| move |dossier: &super::Dossier| dossier.pages[0].view.stands.degrees() == degrees;
        until_dossier(&mut scanning, "a page turned left", turned(270));
        key(&mut scanning, Key::Z);
        until_dossier(&mut scanning, "an upright page", turned(0));
        key(&mut scanning, Key::B);
        until_dossier(&mut scanning, "a blank page", |dossier| dossier.pages.len() == 2 && dossier.gone.len() == 1);
        key(&mut scanning, Key::Z);
        until_dossier(&mut scanning, "the page", |dossier| dossier.pages.len() == 3);

        // Two pages side by side, each with its number.
        key(&mut scanning, Key::End);
        assert_eq!(large(&scanning).len(), 1);
        key(&mut scanning, Key::C);
        let seen = large(&scanning);
        let named = |n: u32| format!("{} {n}", in_words(language, "Trang", "Page"));
        assert!(seen.len() == 2 && seen[0].starts_with(&named(2)) && seen[1].starts_with(&named(3)), "{seen:?}");
        assert!(scanning.query_all_by_role_and_label(Role::Label, &named(2)).next().is_some());
        key(&mut scanning, Key::C);
        assert_eq!(large(&scanning).len(), 1);

        // Each pixel as one of the screen, nearer, farther, and the whole page.
        let near = |window: &Window, percent: &str| large(window)[0].ends_with(percent);
        key(&mut scanning, Key::V);
        assert!(near(&scanning, "100 %"), "{:?}", large(&scanning));
        key(&mut scanning, Key::Plus);
        assert!(near(&scanning, "125 %"), "{:?}", large(&scanning));
        key(&mut scanning, Key::Minus);
        assert!(near(&scanning, "100 %"), "{:?}", large(&scanning));
        key(&mut scanning, Key::V);
        assert!(!near(&scanning, "%"), "{:?}", large(&scanning));
        drop(scanning);

        // One sheet in front of the second page; Esc takes the wish back.
        let mut inserting = window_with(&root, language, "sheets=1 first=9");
        inserting.key_press_modifiers(Modifiers::CTRL, Key::Num2);
        inserting.run_steps(3);
        key(&mut inserting, Key::Enter);
        until_dossier(&mut inserting, "the dossier", |dossier| dossier.code == "HS.01");
        inserting.key_press_modifiers(Modifiers::CTRL, Key::Num3);
        inserting.run_steps(3);
        key(&mut inserting, Key::Home);
        key(&mut inserting, Key::D);
        let wish = in_words(language, "chèn trước trang 2", "in front of page 2");
        key(&mut inserting, Key::E);
        assert!(shows(&inserting, wish));
        key(&mut inserting, Key::Escape);
        assert!(!shows(&inserting, wish));
        let before = inserting.state().dossier().expect("it is there").pages.clone();
        key(&mut inserting, Key::E);
        key(&mut inserting, Key::Space);
        until_dossier(&mut inserting, "a page in between", |dossier| {
            dossier.pages.len() == 4
                && dossier.pages[0].view.id == before[0].view.id
                && dossier.pages[2].view.id == before[1].view.id
        });
    }
}

#[test]
fn a_feed_stops_after_a_sheet_and_a_profile_is_chosen_by_its_digit() {
    for language in BOTH {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("kho");
        listed(folder.path(), &root);
        let mut profile = Profile::default();
        profile.settings.dpi = 300.0;
        scan::set_profile(&Archive::open(&root, &session()).expect("an archive"), "Sổ lớn", &profile)
            .expect("a profile");
        let mut scanning = window_with(&root, language, "sheets=400");
        press(&scanning, if language == UiLanguage::English { ENGLISH } else { VIETNAMESE }.scan_this);
        until_dossier(&mut scanning, "the dossier", |dossier| dossier.code == "HS.01");
        let chosen = |window: &Window| {
            let profile = in_words(language, "Cấu hình quét", "Scan profile");
            window.get_by_role_and_label(Role::ComboBox, profile).accesskit_node().value().unwrap_or_default()
        };
        for (digit, is_chosen) in [(Key::Num2, true), (Key::Num1, false), (Key::Num2, true)] {
            key(&mut scanning, digit);
            assert_eq!(chosen(&scanning).starts_with("Sổ lớn"), is_chosen, "{}", chosen(&scanning));
        }
        key(&mut scanning, Key::Space);
        until(&mut scanning, "a page", |app| app.dossier().is_some_and(|dossier| !dossier.pages.is_empty()));
        key(&mut scanning, Key::Escape);
        assert!(shows(&scanning, in_words(language, "Đang dừng sau tờ này", "Stopping after this sheet")));
        until_dossier(&mut scanning, "a feed that stopped", |dossier| (1..400).contains(&dossier.pages.len()));
        let pages = scanning.state().dossier().map_or(0, |dossier| dossier.pages.len());
        let goes_on = format!("{} {}", in_words(language, "Quét tiếp từ tờ", "Continue from sheet"), pages + 1);
        assert!(shows(&scanning, &goes_on), "{goes_on}");
        let page = scanning.state().dossier().expect("it is there").pages[0].view.facts.dpi.0;
        assert_eq!(page.round(), 300.0);
    }
}

#[test]
fn a_page_is_seen_as_soon_as_it_came_and_is_not_called_safe_before_it_is() {
    for language in BOTH {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("kho");
        listed(folder.path(), &root);
        let mut profile = Profile::default();
        profile.settings.source = Source::AdfDuplex;
        scan::set_profile(&Archive::open(&root, &session()).expect("an archive"), "Hai mặt", &profile)
            .expect("a profile");
        // The front of the second sheet came, its back never does: a sheet is filed with both of its sides.
        let mut scanning = window_with(&root, language, "sheets=2 fault=hang@4");
        press(&scanning, if language == UiLanguage::English { ENGLISH } else { VIETNAMESE }.scan_this);
        until_dossier(&mut scanning, "the dossier", |dossier| dossier.code == "HS.01");
        key(&mut scanning, Key::Num2);
        key(&mut scanning, Key::Space);
        let coming = in_words(language, "Đang lưu, chưa an toàn", "Being stored, not safe yet");
        until(&mut scanning, "the third page", |app| app.arrived().is_some_and(|(number, _)| number == 3));
        until(&mut scanning, "the first sheet", |app| app.dossier().is_some_and(|dossier| dossier.pages.len() == 2));
        assert!(shows(&scanning, coming) && scanning.state().arrived().is_some());
        let picture = format!("{}, {coming}", in_words(language, "Trang 3", "Page 3"));
        assert!(scanning.query_by_role_and_label(Role::Image, &picture).is_some());
        // Who looks at another page is left in peace.
        key(&mut scanning, Key::Home);
        assert!(!shows(&scanning, coming) && scanning.state().arrived().is_none());
        key(&mut scanning, Key::End);
        assert!(shows(&scanning, coming));
        key(&mut scanning, Key::Escape);
        key(&mut scanning, Key::Escape);
        until_dossier(&mut scanning, "the end of the feed", |dossier| dossier.pages.len() == 2);
        assert!(!shows(&scanning, coming) && scanning.state().arrived().is_none(), "what broke off is not shown");
    }
}

#[test]
fn a_page_is_seen_as_recognition_is_given_it_and_a_dossier_held_from_where_it_is_described() {
    for language in BOTH {
        let (_folder, _, mut window) = scanned(language);
        window.key_press_modifiers(Modifiers::CTRL, Key::Num4);
        window.run_steps(3);
        let after = in_words(language, "Sau: ảnh đưa vào nhận dạng", "After: what recognition is given");
        assert!(!shows(&window, after));
        key(&mut window, Key::Backtick);
        super::common::until(&mut window, "the page as it is read", |window| shows(window, after));
        key(&mut window, Key::Backtick);
        assert!(!shows(&window, after));
        let sent_back =
            |dossier: &super::Dossier| dossier.pages.iter().filter(|page| page.exception().is_some()).count();
        key(&mut window, Key::R);
        until_dossier(&mut window, "a page sent back", |dossier| sent_back(dossier) == 1);
        window.key_press_modifiers(Modifiers::CTRL | Modifiers::SHIFT, Key::R);
        window.run_steps(3);
        let none = in_words(language, "Không còn hồ sơ nào chờ quét lại", "No other dossier waits to be scanned again");
        assert!(shows(&window, none), "it is the only one");
        // A reason with its digit: the page is good all the same.
        key(&mut window, Key::Num1);
        until_dossier(&mut window, "a page that is passed", |dossier| sent_back(dossier) == 0);

        window.key_press_modifiers(Modifiers::CTRL, Key::Num5);
        window.run_steps(3);
        window.key_press_modifiers(Modifiers::NONE, Key::F9);
        window.run_steps(3);
        assert!(shows(&window, in_words(language, "Giữ lại hồ sơ HS.01?", "Hold dossier HS.01?")));
        window.key_press_modifiers(Modifiers::NONE, Key::Escape);
        window.run_steps(3);
        assert!(!shows(&window, in_words(language, "Giữ lại hồ sơ HS.01?", "Hold dossier HS.01?")));
    }
}

#[test]
fn the_window_grows_and_shrinks_by_keys_and_what_is_typed_goes_where_ctrl_f_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    listed(folder.path(), &root);
    let mut window = window(&root, UiLanguage::Vietnamese);
    let zoom = |window: &Window| (window.ctx.zoom_factor() * 100.0).round();
    for (pressed, percent) in
        [(Key::Plus, 110.0), (Key::Equals, 120.0), (Key::Minus, 110.0), (Key::Num0, 100.0), (Key::Minus, 90.0)]
    {
        window.key_press_modifiers(Modifiers::CTRL, pressed);
        window.run_steps(3);
        assert_eq!(zoom(&window), percent, "{pressed:?}");
    }
    window.key_press_modifiers(Modifiers::CTRL, Key::Minus);
    window.run_steps(3);
    assert_eq!(zoom(&window), 90.0, "not smaller than can be read");
    window.key_press_modifiers(Modifiers::CTRL, Key::Num0);
    for (screen, field) in [(Key::Num2, "Lọc:"), (Key::Num8, "Tìm:")] {
        window.key_press_modifiers(Modifiers::CTRL, screen);
        window.run_steps(3);
        window.key_press_modifiers(Modifiers::CTRL, Key::F);
        window.run_steps(3);
        assert!(window.get_by_role_and_label(Role::TextInput, field).accesskit_node().is_focused(), "{field}");
    }
    window.key_press_modifiers(Modifiers::CTRL, Key::Num1);
    window.run_steps(3);
    // The sheet of keys opens by ? too, and tells all of them.
    key(&mut window, Key::Questionmark);
    for words in ["Phóng to cửa sổ", "Toàn màn hình", "Phiếu quét lại kế tiếp", "Mở việc đang chờ theo số"]
    {
        assert!(shows(&window, words), "{words}");
    }
}

#[test]
fn keys_with_alt_are_left_to_input_methods_and_a_ticket_waits_for_a_question_to_be_answered() {
    let (_folder, _, mut window) = scanned(UiLanguage::Vietnamese);
    for modifiers in [Modifiers::ALT, Modifiers::CTRL | Modifiers::ALT] {
        for pressed in [Key::X, Key::Z, Key::Num2] {
            window.key_press_modifiers(modifiers, pressed);
            window.run_steps(3);
        }
    }
    assert!(window.state().is_settled() && window.state().dossier().is_some_and(|dossier| dossier.pages.len() == 3));
    assert!(shows(&window, "Trang vừa quét"), "Scan is still there");
    // The reconciliation stays, with what was typed.
    key(&mut window, Key::F);
    assert!(shows(&window, "Đối chiếu hồ sơ HS.01"));
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::SHIFT, Key::R);
    window.run_steps(3);
    assert!(shows(&window, "Đối chiếu hồ sơ HS.01"));
    key(&mut window, Key::Escape);
    // The places above the dossier open their lists.
    press(&window, "Hộp 14");
    window.run_steps(3);
    assert!(shows(&window, "HS.01 ·") && shows(&window, "HS.02 ·"));
}

#[test]
fn an_administrator_lifts_a_hold_with_a_reason() {
    for language in BOTH {
        let (_folder, root, mut window) = scanned(language);
        let archive = Archive::open(&root, &session()).expect("an archive");
        archive.catalog().hold("HS.01", "dấu MẬT", &archive.act()).expect("a hold");
        window.key_press_modifiers(Modifiers::NONE, Key::F5);
        until_dossier(&mut window, "a hold", |dossier| dossier.held.is_some());
        window.key_press_modifiers(Modifiers::CTRL, Key::Num4);
        window.run_steps(3);
        let lift = in_words(language, "Thôi giữ lại hồ sơ này", "Lift the hold");
        press(&window, lift);
        window.run_steps(3);
        assert!(archive.catalog().is_held("HS.01").expect("an answer"), "not without a reason");
        type_into(
            &mut window,
            in_words(language, "Vì sao thôi giữ lại?", "Why is the hold lifted?"),
            "dấu của sổ cũ, đã xem",
        );
        press(&window, lift);
        until_dossier(&mut window, "no hold", |dossier| dossier.held.is_none());
        let events = archive.catalog().events(Some("HS.01"), 100).expect("events");
        assert!(events.iter().any(|event| event.detail.to_string().contains("đã xem")), "the reason stands in the log");
    }
}

#[test]
fn figures_of_the_day_and_of_a_station_open_their_dossiers() {
    for language in BOTH {
        let (_folder, _, mut window) = scanned(language);
        window.key_press_modifiers(Modifiers::CTRL, Key::Num1);
        window.run_steps(3);
        // The hour of today in which something was captured.
        let column = in_words(language, "giờ: 3 trang", "h: 3 pages");
        window.get_by_label_contains(column).click();
        let lot = in_words(language, "Quét hôm nay lúc", "Captured today at");
        super::common::until(&mut window, "the dossiers of the hour", |window| shows(window, lot));
        assert!(shows(&window, "HS.01 ·") && !shows(&window, "HS.02 ·"));
        window.key_press_modifiers(Modifiers::CTRL, Key::Num7);
        window.run_steps(3);
        // The tables by their digits: what the station captured, and how much of it again.
        key(&mut window, Key::Num2);
        let station = "Trạm 03 · 1 · 3 · 0 · 100 %";
        assert!(shows(&window, station), "{station}");
    }
}
