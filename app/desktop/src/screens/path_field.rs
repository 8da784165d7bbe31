//! A field for a path: typed, picked beside it, or dropped on the window.

use std::path::PathBuf;

use eframe::egui;
use egui::{Margin, Response, Role, TextEdit, Ui, WidgetInfo};
use lucide_icons::Icon;
use sohoa_shell::Texts;

use crate::kept;
use crate::lister::{self, Wanted};
use crate::parts::Action;
use crate::screens::picker::Picker;

/// The spreadsheets that an inventory is read from.
pub const TABLES: Wanted = Wanted::File(&["csv", "tsv", "xlsx"]);
/// Key files.
pub const KEYS: Wanted = Wanted::File(&["p12", "pfx"]);
/// Certificates, as text or not.
pub const CERTIFICATES: Wanted = Wanted::File(&["pem", "crt", "cer", "der"]);

/// Width of the button beside a field.
pub const BUTTON: f32 = 112.0;

/// A field for a path, which is typed, picked or dropped.
#[derive(Default)]
pub struct PathField {
    text: String,
    /// What was picked: a path may hold bytes that no text has.
    picked: Option<PathBuf>,
    was_filled: bool,
    picker: Option<Box<Picker>>,
}

impl PathField {
    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The path.
    pub fn path(&self) -> PathBuf {
        let is_it = |picked: &&PathBuf| lister::shown(picked.as_os_str()) == self.text;
        self.picked.as_ref().filter(is_it).cloned().unwrap_or_else(|| PathBuf::from(self.text.trim()))
    }

    /// Takes a path that was picked or dropped.
    pub fn fill(&mut self, path: PathBuf) {
        self.text = lister::shown(path.as_os_str());
        self.picked = Some(path);
        self.was_filled = true;
    }

    /// Whether a path was picked or dropped since this was asked last.
    pub fn was_filled(&mut self) -> bool {
        std::mem::take(&mut self.was_filled)
    }

    /// What is typed is there again after a kill.
    pub(super) fn keep(&mut self, ui: &Ui, name: &str) {
        kept::keep(ui.ctx(), name, &mut self.text, &String::new());
    }

    /// Whether its picker stands above the screen.
    pub fn is_picking(&self) -> bool {
        self.picker.is_some()
    }

    /// Draws the field and its button; `words` name it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        texts: &Texts,
        words: &str,
        wanted: Wanted,
        width: f32,
        is_enabled: bool,
    ) -> Response {
        let field = TextEdit::singleline(&mut self.text).margin(Margin::symmetric(10, 7));
        let field = field.desired_width(width - BUTTON - ui.spacing().item_spacing.x);
        let mut response = ui.add_enabled(is_enabled, field);
        let word = texts.get("ui-browse");
        let button = Action::new(&word, "").icon(Icon::FolderOpen).enabled(is_enabled).show(ui, Some(BUTTON));
        let name = texts.say("ui-browse-for", &[("field", words.into())]);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, &name));
        if let Some(left) = self.picker.as_mut().and_then(|picker| picker.show(ui, texts, words)) {
            self.picker = None;
            response.request_focus();
            if let Some(path) = left {
                self.fill(path);
                response.mark_changed();
            }
        }
        // Drawn from the next frame on: the Enter of this one was meant for the button.
        if button.clicked() {
            let id = ui.scope_id().with((words, "picker"));
            self.picker = Some(Box::new(Picker::new(ui.ctx(), id, wanted, &self.path())));
            ui.ctx().request_repaint();
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn what_was_picked_is_meant_byte_for_byte_until_something_else_is_typed() {
        let mut field = PathField::default();
        assert!(field.is_empty() && !field.was_filled());
        for bytes in [b"/kho/kh\xF4ng.csv".to_vec(), b"/kho/hai\nd\xC3\xB2ng.csv".to_vec(), b"/kho/ a ".to_vec()] {
            let path = PathBuf::from(OsString::from_vec(bytes));
            field.fill(path.clone());
            assert_eq!((field.path(), field.was_filled(), field.was_filled()), (path, true, false));
        }
        field.text.push('b');
        assert_eq!(field.path(), PathBuf::from("/kho/ a b"));
    }
}
