//! Read and describe, driven by the names of things: words that were read wrong, and the form of a document.

mod common;

use std::path::Path;
use std::time::Instant;

use common::{PATIENCE, Window, session, shows};
use eframe::egui::accesskit::Role;
use eframe::egui::{Context, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sohoa_catalog::description::DescriptionView;
use sohoa_catalog::search::Markers;
use sohoa_desktop::app::{App, Station};
use sohoa_model::Language;
use sohoa_model::description::{DocumentDescription, DocumentField, FieldValue, Origin};
use sohoa_model::page_text::Bounds;
use sohoa_model::reading::LanguageChoice;
use sohoa_pipeline::archive::{Archive, NewArchive, Session};
use sohoa_pipeline::import::{ImportPlan, import};
use sohoa_pipeline::inventory::import_inventory;
use sohoa_pipeline::pages;
use sohoa_pipeline::progress::Silent;
use sohoa_shell::{Texts, UiLanguage};

/// An archive whose pages are read.
fn read_archive(root: &Path) -> Archive {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let new = NewArchive { title: "Kho".to_owned(), organisation: "Sở Tư pháp".to_owned(), demo: true };
    let archive = Archive::init(root, &new, &session()).expect("an archive");
    let cancel = sohoa_model::Cancel::new();
    import_inventory(&archive, &tests.join("pages.csv"), &cancel, &Silent).expect("an inventory");
    let plan = ImportPlan {
        root: tests.join("pages"),
        jobs: 2,
        language: LanguageChoice::Given(Language::Vietnamese),
        rule: None,
    };
    import(&archive, &plan, None, &cancel, &Silent).expect("pages");
    archive
}

fn window(root: &Path, language: UiLanguage) -> Window {
    window_of(root, session(), language)
}

fn window_of(root: &Path, session: Session, language: UiLanguage) -> Window {
    let station = Station {
        root: root.to_owned(),
        session,
        simulated: Some("sheets=1".to_owned()),
        settings: Some(root.with_extension("station")),
        free: None,
    };
    let app = App::new(Texts::for_window(language), station, &Context::default());
    let mut window =
        Harness::builder().with_size([1440.0, 900.0]).build_ui_state(|ui, app: &mut App| app.frame(ui), app);
    until(&mut window, "the archive", App::is_settled);
    window.run_steps(3);
    window
}

/// Frames until something is so.
fn until(window: &mut Window, what: &str, is_so: impl Fn(&App) -> bool) {
    common::until(window, what, |window| is_so(window.state()));
}

/// Frames until something in the archive is so.
fn until_in(window: &mut Window, what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "not seen in time: {what}");
        window.run_steps(1);
    }
    window.run_steps(2);
}

fn until_shown(window: &mut Window, words: &str) {
    let end = Instant::now() + PATIENCE;
    while !shows(window, words) {
        assert!(Instant::now() < end, "not shown in time: {words}");
        window.run_steps(1);
    }
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(4);
}

/// Puts a text into the place of what stands in a field.
fn fill(window: &mut Window, role: Role, field: &str, text: &str) {
    window.get_by_role_and_label(role, field).focus();
    window.run_steps(2);
    press(window, Modifiers::CTRL | Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(role, field).type_text(text);
    window.run_steps(3);
}

/// From the inventory to the description of the first dossier.
fn describe_first(window: &mut Window, screen: &str) {
    press(window, Modifiers::CTRL, Key::Num2);
    press(window, Modifiers::NONE, Key::Enter);
    until(window, "the dossier", |app| {
        app.is_settled() && app.dossier().is_some_and(|dossier| dossier.code == "HS.01")
    });
    press(window, Modifiers::CTRL, Key::Num5);
    until(window, "the documents", |app| app.is_settled());
    until_shown(window, screen);
}

#[test]
fn a_word_that_was_read_wrong_is_put_right_as_a_new_reading_and_found_by_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let archive = read_archive(&root);
    let page = archive.catalog().pages("HS.01").expect("pages").remove(0).id;
    let before = archive.catalog().reading(page).expect("a reading").expect("it was read");
    let text = pages::text(&archive, page).expect("a text").expect("it was read");
    let line = text.blocks.iter().flat_map(|block| &block.lines).find(|line| (2..=6).contains(&line.words.len()));
    let line = line.expect("a short line");
    let words: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
    let assembled = archive.catalog().dossier("HS.01").expect("a dossier").dossier.evidence.documents_assembled;
    assert!(assembled > 0, "there is a PDF/A of the text as it was");

    let mut window = window(&root, UiLanguage::Vietnamese);
    describe_first(&mut window, "Mô tả văn bản");
    until_shown(&mut window, &words.join(" "));
    // A click on a line chooses the word there; it stands in the field.
    window.get_by_label(&words.join(" ")).click();
    window.run_steps(4);
    until_shown(&mut window, "Từ đang sửa");
    fill(&mut window, Role::TextInput, "Từ đang sửa", "Khuỷu");
    press(&mut window, Modifiers::CTRL, Key::Enter);
    until_in(&mut window, "a new reading", || {
        archive.catalog().reading(page).expect("a reading").is_some_and(|reading| reading.text != before.text)
    });
    let after = archive.catalog().reading(page).expect("a reading").expect("it was read");
    assert!(after.engine.starts_with(&before.engine) && after.engine.ends_with("corrected by hand"));
    assert!(archive.vault().contains(&before.text), "the reading before is kept");
    let text = pages::text(&archive, page).expect("a text").expect("it was read");
    assert_eq!(text.words().filter(|word| word.text == "Khuỷu" && word.confidence == 100.0).count(), 1);
    let view = archive.catalog().dossier("HS.01").expect("a dossier").dossier.evidence;
    assert!(view.documents_assembled < assembled, "what was made of the old text is outdated");
    let found = archive.catalog().search("khuỷu", 10, Markers { open: "", close: "" }).expect("hits");
    assert_eq!(found.hits.len(), 1);
    let events = archive.catalog().events(Some("HS.01"), 100).expect("events");
    let corrected: Vec<_> = events.iter().filter(|event| event.kind == "text correction").collect();
    assert!(corrected.len() == 1 && corrected[0].operator == "Nguyễn Thị Lan");
}

#[test]
fn a_document_is_described_with_keys_alone_and_a_draft_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let archive = read_archive(&root);
    for (language, screen, kind, subject, date, wrong, done) in [
        (
            UiLanguage::Vietnamese,
            "Mô tả văn bản",
            "Tên loại văn bản",
            "Trích yếu nội dung",
            "Ngày ban hành",
            "Viết 14/05/1998",
            "Xong",
        ),
        (
            UiLanguage::English,
            "Description",
            "Kind of document",
            "Abstract",
            "Day of issue",
            "Write 14/05/1998",
            "done",
        ),
    ] {
        let mut window = window(&root, language);
        describe_first(&mut window, screen);
        let written = |archive: &Archive| archive.catalog().descriptions("HS.01").expect("descriptions");
        // Two digits choose a kind.
        window.get_by_role_and_label(Role::ComboBox, kind).focus();
        window.run_steps(2);
        window.get_by_role_and_label(Role::ComboBox, kind).type_text("2");
        window.run_steps(2);
        window.get_by_role_and_label(Role::ComboBox, kind).type_text("2");
        window.run_steps(3);
        let role = Role::MultilineTextInput;
        fill(&mut window, role, subject, "V/v đăng ký khai sinh quá hạn");
        // Some seconds later a draft is kept, and what was typed stands as it was.
        until_in(&mut window, "a draft", || written(&archive).values().any(|view| view.number > 0));
        window.run_steps(40);
        let typed = window.get_by_role_and_label(role, subject).value();
        assert_eq!(typed.as_deref(), Some("V/v đăng ký khai sinh quá hạn"));
        fill(&mut window, Role::TextInput, date, "31/2/1998");
        assert!(shows(&window, wrong), "what is no date is said at once");
        // Not complete: nothing is written as done, and the field has the focus.
        press(&mut window, Modifiers::CTRL, Key::Enter);
        let is_done =
            |view: &DescriptionView| view.is_done && view.description.text(DocumentField::IssuedDate) == "31/2/1998";
        assert!(!written(&archive).values().any(is_done), "{done}");
        fill(&mut window, Role::TextInput, date, "5/1998");
        // Another screen, and back: what was typed is there.
        press(&mut window, Modifiers::CTRL, Key::Num1);
        press(&mut window, Modifiers::CTRL, Key::Num5);
        press(&mut window, Modifiers::CTRL, Key::Enter);
        until_in(&mut window, "a description", || {
            written(&archive).values().any(|view| view.is_done && view.operator == "Nguyễn Thị Lan")
        });
        let all = written(&archive);
        let view = all.values().find(|view| view.is_done).expect("a description");
        assert_eq!(view.description.text(DocumentField::TypeName), "22");
        assert_eq!(view.description.text(DocumentField::IssuedDate), "05/1998");
        assert_eq!(view.description.values[&DocumentField::Subject].origin, Origin::Person);
        assert!(view.description.missing().is_empty());
        // The form shows what stands written, and shows it after another look, too.
        window.run_steps(10);
        press(&mut window, Modifiers::CTRL, Key::Num1);
        press(&mut window, Modifiers::CTRL, Key::Num5);
        let shown = window.query_all_by_role_and_label(role, subject).next().and_then(|field| field.value());
        assert!(shown.is_some(), "{screen}");
        let all = written(&archive);
        window.run_steps(40);
        assert_eq!(written(&archive), all, "looking writes nothing");
    }
    let found = archive.catalog().search("quá hạn", 10, Markers { open: "", close: "" }).expect("hits");
    assert!(found.hits.iter().any(|hit| hit.dossier == "HS.01"), "a dossier is found by what its documents say");
}

#[test]
fn a_word_that_is_being_put_right_is_there_again_after_a_kill_and_wherever_somebody_went() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let archive = read_archive(&root);
    let page = archive.catalog().pages("HS.01").expect("pages").remove(0).id;
    let text = pages::text(&archive, page).expect("a text").expect("it was read");
    let line = text.blocks.iter().flat_map(|block| &block.lines).find(|line| (2..=6).contains(&line.words.len()));
    let words: Vec<&str> = line.expect("a short line").words.iter().map(|word| word.text.as_str()).collect();
    // And a line of the page behind it, if the document has one.
    let second = archive.catalog().pages("HS.01").expect("pages").remove(1).id;
    let second = pages::text(&archive, second).expect("a text").expect("it was read");
    let line = second.blocks.iter().flat_map(|block| &block.lines).find(|line| (2..=6).contains(&line.words.len()));
    let behind: Vec<&str> = line.expect("a short line").words.iter().map(|word| word.text.as_str()).collect();
    let files = || std::fs::read_dir(root.join("typing")).into_iter().flatten().filter_map(Result::ok);
    let jotted = |typed: &str| {
        let text = |path| std::fs::read_to_string(path).unwrap_or_default();
        let json = files().map(|file| file.path()).filter(|path| path.extension().is_some_and(|it| it == "json"));
        json.map(text).any(|text| text.contains(typed))
    };
    for (language, screen, word, again) in [
        (UiLanguage::Vietnamese, "Mô tả văn bản", "Từ đang sửa", "Chữ gõ lần trước chưa kịp ghi đã có lại"),
        (UiLanguage::English, "Description", "Word", "What was typed last time"),
    ] {
        let old;
        {
            let mut window = window(&root, language);
            describe_first(&mut window, screen);
            until_shown(&mut window, &words.join(" "));
            window.get_by_label(&words.join(" ")).click();
            window.run_steps(4);
            old = window.get_by_role_and_label(Role::TextInput, word).value().expect("a word");
            fill(&mut window, Role::TextInput, word, "Khuỷu tay");
            until_in(&mut window, "a file", || jotted("Khuỷu tay"));
            // The window is gone as a kill leaves it.
        }
        let mut window = window(&root, language);
        describe_first(&mut window, screen);
        until_shown(&mut window, again);
        common::until(&mut window, "the word", |window| {
            let field = window.query_by_role_and_label(Role::TextInput, word);
            field.and_then(|field| field.value()).as_deref() == Some("Khuỷu tay")
        });
        assert!(jotted("Khuỷu tay"), "it is not written yet");
        // To another dossier and back, and turning the page: it is in its field again.
        for away in [[Key::Num2, Key::Num5], [Key::PageDown, Key::PageUp]] {
            for key in away {
                let modifiers = if matches!(key, Key::Num2 | Key::Num5) { Modifiers::CTRL } else { Modifiers::NONE };
                press(&mut window, modifiers, key);
            }
            common::until(&mut window, "the word again", |window| {
                let field = window.query_by_role_and_label(Role::TextInput, word);
                field.and_then(|field| field.value()).as_deref() == Some("Khuỷu tay")
            });
        }
        window.state_mut().open("HS.02".to_owned(), sohoa_desktop::screens::Screen::Describe);
        until(&mut window, "the other dossier", |app| {
            app.is_settled() && app.dossier().is_some_and(|dossier| dossier.code == "HS.02")
        });
        assert!(jotted("Khuỷu tay"));
        window.state_mut().open("HS.01".to_owned(), sohoa_desktop::screens::Screen::Describe);
        common::until(&mut window, "the word after another dossier", |window| {
            let field = window.query_by_role_and_label(Role::TextInput, word);
            field.and_then(|field| field.value()).as_deref() == Some("Khuỷu tay")
        });
        // A word of another page beside it: the file has both, and each is in its field where its page is.
        press(&mut window, Modifiers::NONE, Key::PageDown);
        until_shown(&mut window, &behind.join(" "));
        window.get_by_label(&behind.join(" ")).click();
        window.run_steps(4);
        let behind_old = window.get_by_role_and_label(Role::TextInput, word).value().expect("a word");
        fill(&mut window, Role::TextInput, word, "Đầu gối");
        until_in(&mut window, "both words in the file", || jotted("Khuỷu tay") && jotted("Đầu gối"));
        for (key, typed) in [(Key::PageUp, "Khuỷu tay"), (Key::PageDown, "Đầu gối"), (Key::PageUp, "Khuỷu tay")]
        {
            press(&mut window, Modifiers::NONE, key);
            common::until(&mut window, typed, |window| {
                let field = window.query_by_role_and_label(Role::TextInput, word);
                field.and_then(|field| field.value()).as_deref() == Some(typed)
            });
        }
        press(&mut window, Modifiers::NONE, Key::PageDown);
        common::until(&mut window, "the second word", |window| {
            let field = window.query_by_role_and_label(Role::TextInput, word);
            field.and_then(|field| field.value()).as_deref() == Some("Đầu gối")
        });
        fill(&mut window, Role::TextInput, word, &behind_old);
        until_in(&mut window, "one word in the file", || jotted("Khuỷu tay") && !jotted("Đầu gối"));
        press(&mut window, Modifiers::NONE, Key::PageUp);
        common::until(&mut window, "the first word", |window| {
            let field = window.query_by_role_and_label(Role::TextInput, word);
            field.and_then(|field| field.value()).as_deref() == Some("Khuỷu tay")
        });
        // Taken back to what was read, nothing is typed, and no file is left.
        fill(&mut window, Role::TextInput, word, &old);
        until_in(&mut window, "no file any more", || !jotted("Khuỷu tay"));
    }
}

#[test]
fn f3_shows_where_a_value_was_read_and_a_question_mark_in_a_field_is_a_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let archive = read_archive(&root);
    // Its number was read on the first page.
    let view = archive.catalog().pages("HS.01").expect("pages").remove(0);
    let (page, place) = (view.id, Bounds { left: 200.0, top: 300.0, right: 420.0, bottom: 340.0 });
    let field = DocumentField::CodeNumber;
    let number = FieldValue { text: "217".to_owned(), origin: Origin::Recognition { page, place } };
    let read = DocumentDescription { values: [(field, number)].into() };
    archive.catalog().record_description(view.document, &read, false, &archive.act()).expect("a draft");
    for (language, screen, shown) in [
        (UiLanguage::Vietnamese, "Mô tả văn bản", "Chỗ đọc được giá trị này"),
        (UiLanguage::English, "Description", "Where this value was read"),
    ] {
        let mut window = window(&root, language);
        describe_first(&mut window, screen);
        let name = Texts::for_window(language).get(&format!("ead-{}", field.word()));
        until_shown(&mut window, &name);
        let role = Role::TextInput;
        window.get_by_role_and_label(role, &name).focus();
        window.run_steps(3);
        press(&mut window, Modifiers::NONE, Key::Questionmark);
        assert!(!shows(&window, "F11"), "the sheet of keys opened in a field");
        assert!(!shows(&window, shown));
        press(&mut window, Modifiers::NONE, Key::F3);
        until_shown(&mut window, shown);
    }
}

#[test]
fn a_window_that_is_killed_loses_no_letter_that_was_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("kho");
    let archive = read_archive(&root);
    let (subject, role) = ("Trích yếu nội dung", Role::MultilineTextInput);
    let typed = "V/v đăng ký khai sinh quá hạn";
    let kept = || {
        let files = std::fs::read_dir(root.join("typing")).into_iter().flatten().filter_map(Result::ok);
        files.filter(|file| file.path().extension().is_some_and(|ending| ending == "json")).count()
    };
    {
        let mut window = window(&root, UiLanguage::Vietnamese);
        describe_first(&mut window, "Mô tả văn bản");
        fill(&mut window, role, subject, typed);
        until_in(&mut window, "a file", || kept() == 1);
        // The window is gone as a kill leaves it: nobody told it to close, and no draft is due yet.
    }
    let written = |archive: &Archive| archive.catalog().descriptions("HS.01").expect("descriptions");
    assert!(written(&archive).is_empty(), "nothing was written");

    // Another person does not go on with it under their name.
    let shown = |window: &Window| window.get_by_role_and_label(role, subject).value();
    {
        let session = Session { operator: "Trần Văn Bình".to_owned(), ..session() };
        let mut window = window_of(&root, session, UiLanguage::Vietnamese);
        describe_first(&mut window, "Mô tả văn bản");
        window.run_steps(10);
        assert_ne!(shown(&window).as_deref(), Some(typed));
    }
    let mut window = window(&root, UiLanguage::Vietnamese);
    describe_first(&mut window, "Mô tả văn bản");
    until_shown(&mut window, "Chữ gõ lần trước chưa kịp ghi đã có lại");
    assert_eq!(shown(&window).as_deref(), Some(typed));
    until_in(&mut window, "a draft", || {
        written(&archive).values().any(|view| view.description.text(DocumentField::Subject) == typed)
    });
    until_in(&mut window, "no file any more", || kept() == 0);
}
