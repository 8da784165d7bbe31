//! What the tests of the window share: who works, and how to wait for what threads bring.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sohoa_desktop::app::App;
use sohoa_pipeline::archive::Session;
use sohoa_pipeline::worker::WorkerProgram;
use sohoa_shell::system;

/// A window without a screen.
pub(crate) type Window = Harness<'static, App>;

/// What is waited for comes in this time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Nguyễn Thị Lan works; workers are processes of the window's own program.
pub(crate) fn session() -> Session {
    Session {
        operator: "Nguyễn Thị Lan".to_owned(),
        software: "test".to_owned(),
        station: "Trạm 03".to_owned(),
        clock: Arc::new(system::SystemClock),
        randomness: Arc::new(system::SystemRandomness),
        worker: WorkerProgram {
            program: env!("CARGO_BIN_EXE_sohoa-desktop").into(),
            arguments: vec!["worker".to_owned()],
        },
    }
}

/// Frames until something is so. Whatever is there by then has a name.
pub(crate) fn until(window: &mut Window, what: &str, is_so: impl Fn(&Window) -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so(window) {
        assert!(Instant::now() < end, "not seen in time: {what}");
        window.run_steps(1);
        std::thread::yield_now();
    }
    window.run_steps(3);
    let unnamed = unnamed(window);
    assert!(unnamed.is_empty(), "without a name: {}", unnamed.join("\n"));
}

/// Whether something has this name, or a part of it.
pub(crate) fn shows(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

/// What can be pressed, chosen or typed into and has no name that a screen reader could say.
pub(crate) fn unnamed<State>(window: &Harness<'_, State>) -> Vec<String> {
    window
        .root()
        .children_recursive()
        .filter(|node| {
            let node = node.accesskit_node();
            let acts = matches!(
                node.role(),
                Role::Button
                    | Role::CheckBox
                    | Role::RadioButton
                    | Role::ComboBox
                    | Role::Slider
                    | Role::SpinButton
                    | Role::Tab
                    | Role::Link
                    | Role::TextInput
                    | Role::MultilineTextInput
                    | Role::PasswordInput
                    | Role::ListItem
                    | Role::Row
                    | Role::Cell
            );
            acts && node.label().is_none_or(|label| !label.chars().any(char::is_alphanumeric))
        })
        .map(|node| format!("{:?} at {:?}", node.accesskit_node().role(), node.rect()))
        .collect()
}
