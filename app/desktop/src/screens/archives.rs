//! Archives: another one is opened, or a new one made.

use std::path::PathBuf;

use eframe::egui;
use egui::{Context, FontId, Margin, Rect, RichText, Role, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};
use sohoa_pipeline::archive::NewArchive;
use sohoa_shell::{Failure, Texts};

use crate::keeper::{Known, Stands};
use crate::kept;
use crate::lister::Wanted;
use crate::parts::{self, Action};
use crate::screens::path_field::PathField;
use crate::theme::{semibold, tokens};

/// What is typed.
#[derive(Default)]
pub struct State {
    /// The archives that were opened last, the newest first.
    pub known: Vec<Known>,
    folder: PathField,
    new_folder: PathField,
    title: String,
    organisation: String,
    /// Why no archive could be made.
    pub refused: Option<Failure>,
}

/// The fields of a new archive, by the names under which what is typed into them is kept.
const FIELDS: [&str; 3] = ["archive/folder", "archive/title", "archive/organisation"];

/// The new archive is made: what was typed for it is done with.
pub fn made(ctx: &Context) {
    FIELDS.iter().for_each(|field| kept::forget(ctx, field));
}

/// What was decided.
pub enum Choice {
    /// The archive in this folder is taken off the list.
    Forget(PathBuf),
    /// The archive in this folder is opened.
    Open(PathBuf),
    /// One is made in this folder, and opened.
    Make(PathBuf, NewArchive),
}

/// Draws both ways, of which making is the next thing to do where there is no archive yet.
pub fn show(ui: &mut Ui, texts: &Texts, state: &mut State, makes_first: bool) -> Option<Choice> {
    let t = tokens(ui.ctx());
    let mut choice = None;
    if !state.known.is_empty() {
        parts::card(ui).show(ui, |ui| choice = list(ui, texts, &state.known));
        ui.add_space(12.0);
    }
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width().min(560.0));
        ui.label(RichText::new(texts.get("ui-open-archive")).font(semibold(16.0)).color(t.text));
        path(ui, texts, "ui-archive-folder", &mut state.folder, Wanted::Folder);
        let word = texts.get("ui-open-it");
        let is_typed = !state.folder.is_empty();
        let mut action = Action::new(&word, "").icon(lucide_icons::Icon::FolderOpen).enabled(is_typed);
        action.is_primary = !makes_first;
        if action.show(ui, None).clicked() {
            choice = Some(Choice::Open(state.folder.path()));
        }
    });
    ui.add_space(12.0);
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width().min(560.0));
        ui.label(RichText::new(texts.get("ui-make-archive")).font(semibold(16.0)).color(t.text));
        if let Some(failure) = &state.refused {
            parts::failed(ui, failure, &texts.get("ui-data-untouched"));
        }
        state.new_folder.keep(ui, FIELDS[0]);
        kept::keep(ui.ctx(), FIELDS[1], &mut state.title, &String::new());
        kept::keep(ui.ctx(), FIELDS[2], &mut state.organisation, &String::new());
        path(ui, texts, "ui-new-folder", &mut state.new_folder, Wanted::NewFolder);
        field(ui, &texts.get("ui-archive-title"), &mut state.title);
        field(ui, &texts.get("ui-organisation"), &mut state.organisation);
        let [title, organisation] = [&state.title, &state.organisation].map(|text| text.trim().to_owned());
        let word = texts.get("ui-make-it");
        let is_whole = !state.new_folder.is_empty() && !title.is_empty() && !organisation.is_empty();
        let mut action = Action::new(&word, "").icon(lucide_icons::Icon::Archive).enabled(is_whole);
        action.is_primary = makes_first;
        if action.show(ui, None).clicked() {
            let new = NewArchive { title, organisation, demo: false };
            choice = Some(Choice::Make(state.new_folder.path(), new));
        }
    });
    // A folder that has something in it is more often an archive than the place for a new one.
    if let Some(path) = parts::dropped(ui) {
        state.folder.fill(path);
    }
    choice
}

/// The archives that were opened last, each with the way to take it off the list.
fn list(ui: &mut Ui, texts: &Texts, known: &[Known]) -> Option<Choice> {
    let t = tokens(ui.ctx());
    let mut choice = None;
    ui.set_width(ui.available_width().min(592.0));
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.label(RichText::new(texts.get("ui-archives-known")).font(semibold(16.0)).color(t.text));
    });
    for Known { archive, stands } in known {
        let folder = archive.folder.display().to_string();
        let id = match stands {
            Stands::Open => "ui-archive-is-open",
            Stands::There => "ui-archive-there",
            Stands::Away => "ui-archive-away",
        };
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::hover());
        let cross = Rect::from_center_size(pos2(rect.right() - 26.0, rect.center().y), vec2(32.0, 32.0));
        let whole = Rect::from_min_max(rect.min, pos2(cross.left() - 4.0, rect.bottom()));
        let sense = if *stands == Stands::There { Sense::click() } else { Sense::hover() };
        let row = ui.interact(whole, ui.scope_id().with(&archive.folder), sense);
        let is_live = *stands == Stands::There && (row.hovered() || row.has_focus());
        ui.painter().rect_filled(rect.shrink(1.0), 0.0, if is_live { t.hover } else { t.surface });
        ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.line));
        if row.has_focus() {
            ui.painter().rect_stroke(whole.shrink(2.0), 4.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
        }
        let words = texts.get(id);
        let colour = if *stands == Stands::Away { t.warn.fg } else { t.text2 };
        let beside = ui.painter().layout_no_wrap(words.clone(), FontId::proportional(13.0), colour);
        let right = whole.right() - 8.0 - beside.size().x;
        ui.painter().galley(pos2(right, rect.center().y - beside.size().y / 2.0), beside, colour);
        for (y, words, size, colour) in [(-9.0, &archive.title, 14.0, t.text), (10.0, &folder, 12.0, t.text3)] {
            let galley = parts::cut(ui, words, FontId::proportional(size), colour, right - rect.left() - 28.0);
            let at = pos2(rect.left() + 16.0, rect.center().y + y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, colour);
        }
        let name = format!("{} · {folder} · {words}", archive.title);
        row.widget_info(|| WidgetInfo::labeled(Role::Button, *stands == Stands::There, &name));
        if row.clicked() {
            choice = Some(Choice::Open(archive.folder.clone()));
        }
        let name = texts.say("ui-forget-archive", &[("title", (&archive.title).into())]);
        let sign = RichText::new(char::from(lucide_icons::Icon::X)).color(t.text2);
        let button = ui.put(cross, egui::Button::new(sign).frame(false));
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if button.on_hover_text(&name).clicked() {
            choice = Some(Choice::Forget(archive.folder.clone()));
        }
    }
    choice
}

fn path(ui: &mut Ui, texts: &Texts, id: &str, field: &mut PathField, wanted: Wanted) {
    let t = tokens(ui.ctx());
    let words = texts.get(id);
    let label = ui.label(RichText::new(&words).small().color(t.text2));
    ui.horizontal(|ui| {
        let width = ui.available_width();
        field.show(ui, texts, &words, wanted, width, true).labelled_by(label.id);
    });
}

fn field(ui: &mut Ui, words: &str, text: &mut String) {
    let t = tokens(ui.ctx());
    let label = ui.label(RichText::new(words).small().color(t.text2));
    let field = TextEdit::singleline(text).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 7));
    ui.add(field).labelled_by(label.id);
}
