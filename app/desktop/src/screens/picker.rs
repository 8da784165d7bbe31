//! The picker: the file or folder of a field is looked for in a list of its own. No frame waits for a disk.
//!
//! The arrows choose, letters filter, Enter opens a folder or takes a file, Backspace goes up, Ctrl Enter takes the folder.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui;
use egui::{
    Align, Context, Event, FontId, Id, Key, Layout, Margin, Modal, Modifiers, Rect, RichText, Role, ScrollArea, Sense,
    Stroke, TextEdit, Ui, UiBuilder, WidgetInfo, vec2,
};
use lucide_icons::Icon;
use sohoa_model::fold;
use sohoa_pipeline::PipelineError;
use sohoa_shell::{Exit, Failure, Texts, environment};
use sohoa_store::StoreError;

use crate::errand::Errand;
use crate::lister::{self, Entry, Listing, Made, Read, Wanted};
use crate::parts::{self, Action};
use crate::screens::picker_rows::{ROW, nothing, place_row, row};
use crate::theme::{semibold, tokens};

/// How large the picker is, at most.
const LARGEST: egui::Vec2 = vec2(860.0, 640.0);
/// What stays free around it.
const AROUND: egui::Vec2 = vec2(48.0, 32.0);
/// Width of the places at its left.
const PLACES: f32 = 176.0;
/// Height of what stands below the list.
const FOOT: f32 = 74.0;
/// Seconds after which it is said that a folder is being read, and after which a way out is told.
const SLOW: [f64; 2] = [0.4, 4.0];
/// Letters of a place in the path above the list, at most.
const LONGEST_PLACE: usize = 28;

/// The picker of a field.
pub(super) struct Picker {
    id: Id,
    wanted: Wanted,
    home: Option<PathBuf>,
    /// Where it was when it was closed last.
    last: Option<PathBuf>,
    disks: Vec<PathBuf>,
    asked_disks: Errand<(), Vec<PathBuf>>,
    /// The folder that is shown, or read.
    folder: PathBuf,
    /// What is read, and since when.
    reading: Option<(Errand<(), Read>, f64)>,
    known: Option<Result<Listing, Failure>>,
    filter: String,
    /// The places of the entries that fit the filter.
    left: Vec<usize>,
    /// Which of these is chosen.
    chosen: usize,
    /// What is to be chosen once the folder is read.
    came_from: Option<OsString>,
    /// How far the list is scrolled, how much of it is seen, and whether the chosen entry is to be.
    scrolled: (f32, f32),
    scrolls: bool,
    /// The name of a new folder, while it is typed.
    name: Option<String>,
    making: Option<Errand<(), Made>>,
    refused: Option<Failure>,
    takes_focus: bool,
}

/// What somebody does.
enum Deed {
    Go(PathBuf),
    Up,
    Again,
    Take(PathBuf),
    Name,
    Make,
    Leave,
}

impl Picker {
    /// Begins where the field is, else where it was last, else at home.
    pub(super) fn new(ctx: &Context, id: Id, wanted: Wanted, typed: &Path) -> Self {
        let home = environment("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        let last = last(ctx);
        // Of a path that is wrong what is right of it.
        let typed = typed.ancestors().filter(|folder| folder.is_absolute() && folder.parent().is_some());
        let folders: Vec<PathBuf> = typed
            .map(Path::to_owned)
            .chain([last.clone(), home.clone(), Some(PathBuf::from("/"))].into_iter().flatten())
            .collect();
        Self {
            id,
            wanted,
            home,
            last,
            disks: Vec::new(),
            asked_disks: lister::disks(ctx),
            folder: folders.first().cloned().unwrap_or_default(),
            reading: Some((lister::read(ctx, folders, wanted), now(ctx))),
            known: None,
            filter: String::new(),
            left: Vec::new(),
            chosen: 0,
            came_from: None,
            scrolled: (0.0, 0.0),
            scrolls: false,
            name: None,
            making: None,
            refused: None,
            takes_focus: true,
        }
    }

    /// Draws it; gives what was picked, or nothing once it is left.
    pub(super) fn show(&mut self, ui: &Ui, texts: &Texts, words: &str) -> Option<Option<PathBuf>> {
        self.hear(ui.ctx(), texts);
        let mut deed = None;
        let size = LARGEST.min(ui.ctx().content_rect().size() - AROUND);
        let frame = parts::modal(ui);
        let inside = size - frame.total_margin().sum();
        let shown = Modal::new(self.id).frame(frame).show(ui.ctx(), |ui| {
            ui.set_width(inside.x);
            let top = ui.cursor().top();
            let field = ui.scope_id().with("typed");
            deed = self.keys(ui, field);
            head(ui, texts, self.wanted, words);
            self.path(ui, texts, &mut deed);
            self.typed(ui, texts, field, &mut deed);
            let height = (inside.y - FOOT - (ui.cursor().top() - top)).max(ROW * 2.0);
            let (rect, _) = ui.allocate_exact_size(vec2(inside.x, height), Sense::hover());
            let mut list = rect;
            if rect.width() > 2.5 * PLACES {
                let places = Rect::from_min_size(rect.min, vec2(PLACES, height));
                list.min.x = places.right() + 12.0;
                let mut child = ui.new_child(UiBuilder::new().max_rect(places));
                self.places(&mut child, texts, &mut deed);
            }
            let mut child = ui.new_child(UiBuilder::new().max_rect(list.shrink(2.0)));
            self.list(&mut child, texts, &mut deed);
            let line = Stroke::new(1.0, tokens(ui.ctx()).line);
            ui.painter().rect_stroke(list, 8.0, line, egui::StrokeKind::Inside);
            self.foot(ui, texts, &mut deed);
            if let Some(path) = parts::dropped(ui) {
                deed = Some(Deed::Take(path));
            }
        });
        if shown.should_close() {
            deed = Some(Deed::Leave);
        }
        match deed? {
            Deed::Take(path) => return Some(Some(path)),
            Deed::Leave => return Some(None),
            Deed::Go(folder) => self.go(ui.ctx(), folder, None),
            Deed::Again => self.go(ui.ctx(), self.folder.clone(), None),
            Deed::Up => {
                if let Some(above) = self.folder.parent() {
                    let came_from = self.folder.file_name().map(OsString::from);
                    self.go(ui.ctx(), above.to_owned(), came_from);
                }
            }
            Deed::Name => {
                self.name = if self.name.is_some() { None } else { Some(String::new()) };
                self.refused = None;
                self.takes_focus = true;
            }
            Deed::Make => {
                let name = self.name.as_deref().unwrap_or_default().trim();
                self.making = Some(lister::make(ui.ctx(), self.folder.join(name)));
            }
        }
        ui.ctx().request_repaint();
        None
    }

    /// Reads another folder; what is still read meanwhile is not waited for.
    fn go(&mut self, ctx: &Context, folder: PathBuf, came_from: Option<OsString>) {
        self.reading = Some((lister::read(ctx, vec![folder.clone()], self.wanted), now(ctx)));
        self.folder = folder;
        self.known = None;
        self.filter.clear();
        self.left.clear();
        self.came_from = came_from;
        (self.name, self.making, self.refused) = (None, None, None);
        self.takes_focus = true;
    }

    /// Takes what the threads brought.
    fn hear(&mut self, ctx: &Context, texts: &Texts) {
        if let Some(disks) = self.asked_disks.answer() {
            self.disks = disks;
        }
        match self.making.as_ref().and_then(Errand::answer) {
            Some(Ok(folder)) => self.go(ctx, folder, None),
            Some(Err((path, error))) => {
                self.making = None;
                self.refused = Some(unmade(texts, path, error));
            }
            None => {}
        }
        let Some(read) = self.reading.as_ref().and_then(|(reading, _)| reading.answer()) else { return };
        self.reading = None;
        match read {
            Ok(listing) => {
                self.folder.clone_from(&listing.folder);
                ctx.data_mut(|data| data.insert_temp(Id::unique("picker-last"), listing.folder.clone()));
                self.known = Some(Ok(listing));
            }
            Err((path, error)) => {
                self.known = Some(Err(unread(texts, &path, error)));
                self.folder = path;
            }
        }
        self.find();
        let came_from = self.came_from.take();
        let is_it = |entry: &Entry| came_from.as_ref() == Some(&entry.name);
        let place = self.left.iter().position(|at| self.entry_at(*at).is_some_and(is_it));
        self.chosen = place.unwrap_or(0);
    }

    /// Looks again which entries fit; the first of them is chosen.
    fn find(&mut self) {
        let wanted: String = fold::letters(&self.filter).collect();
        let entries = self.known.as_ref().and_then(|known| known.as_ref().ok()).map_or(&[][..], |known| &known.entries);
        self.left = (0..entries.len()).filter(|at| entries[*at].matches(&wanted)).collect();
        self.chosen = 0;
        self.scrolls = true;
    }

    fn entry_at(&self, at: usize) -> Option<&Entry> {
        self.known.as_ref()?.as_ref().ok()?.entries.get(at)
    }

    fn chosen(&self) -> Option<&Entry> {
        self.entry_at(*self.left.get(self.chosen)?)
    }

    /// What comes of the chosen entry.
    fn open(&self) -> Option<Deed> {
        let entry = self.chosen()?;
        let path = self.folder.join(&entry.name);
        Some(if entry.is_folder { Deed::Go(path) } else { Deed::Take(path) })
    }

    /// The folder itself, where one is wanted and it can be read.
    fn this_folder(&self) -> Option<Deed> {
        let is_there = matches!(self.known, Some(Ok(_))) && !matches!(self.wanted, Wanted::File(_));
        (is_there && self.name.is_none()).then(|| Deed::Take(self.folder.clone()))
    }

    fn can_make(&self) -> bool {
        self.wanted == Wanted::NewFolder && matches!(self.known, Some(Ok(_)))
    }

    fn is_named(&self) -> bool {
        self.name.as_ref().is_some_and(|name| lister::is_name(name.trim())) && self.making.is_none()
    }

    /// What the keys mean; those of the list are its own while nothing else has the focus.
    fn keys(&mut self, ui: &Ui, field: Id) -> Option<Deed> {
        if !parts::is_uncovered(ui) {
            return None;
        }
        let focused = ui.memory(|memory| memory.focused());
        let is_in_field = focused.is_none_or(|id| id == field);
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::CTRL, Key::Enter) {
            return self.this_folder();
        }
        if pressed(Modifiers::CTRL, Key::N) {
            return self.can_make().then_some(Deed::Name);
        }
        let struck = |key| is_in_field && pressed(Modifiers::NONE, key);
        if self.name.is_some() {
            if pressed(Modifiers::NONE, Key::Escape) {
                return Some(Deed::Name);
            }
            return (struck(Key::Enter) && self.is_named()).then_some(Deed::Make);
        }
        // A key that is held to take letters away does not go on with folders.
        let is_back = |event: &Event| matches!(event, Event::Key { key: Key::Backspace, pressed: true, repeat: false, modifiers, .. } if modifiers.is_none());
        if is_in_field && self.filter.is_empty() && ui.input(|input| input.events.iter().any(is_back)) {
            return Some(Deed::Up);
        }
        let (last, page) = (self.left.len().saturating_sub(1), (self.scrolled.1 / ROW) as usize);
        let page = page.saturating_sub(1).max(1);
        for (key, to) in [
            (Key::ArrowDown, self.chosen + 1),
            (Key::ArrowUp, self.chosen.saturating_sub(1)),
            (Key::PageDown, self.chosen + page),
            (Key::PageUp, self.chosen.saturating_sub(page)),
            (Key::Home, 0),
            (Key::End, last),
        ] {
            if struck(key) {
                self.chosen = to.min(last);
                self.scrolls = true;
            }
        }
        if struck(Key::Enter) { self.open() } else { None }
    }

    /// The way up, and the folders above this one: as many as there is room for.
    fn path(&self, ui: &mut Ui, texts: &Texts, deed: &mut Option<Deed>) {
        let t = tokens(ui.ctx());
        ui.horizontal(|ui| {
            ui.set_min_height(32.0);
            let word = texts.get("ui-picker-up");
            let up = Action { is_worded: false, ..Action::new(&word, "Backspace").icon(Icon::CornerLeftUp) };
            if up.enabled(self.folder.parent().is_some()).show(ui, None).clicked() {
                *deed = Some(Deed::Up);
            }
            ui.add_space(4.0);
            ui.spacing_mut().item_spacing.x = 5.0;
            let sign = char::from(Icon::ChevronRight).to_string();
            let width = |words: &str, font| ui.painter().layout_no_wrap(words.to_owned(), font, t.text).size().x;
            let step = width(&sign, FontId::proportional(14.0)) + 10.0;
            let mut room = ui.available_width() - width("…", FontId::proportional(14.0)) - step;
            let all: Vec<(&Path, String)> =
                self.folder.ancestors().map(|folder| (folder, place(folder, texts))).collect();
            let fitting = all.iter().take_while(|(_, words)| {
                room -= width(&brief(words), semibold(14.0)) + step;
                room > 0.0
            });
            let count = fitting.count().max(1);
            let mut link = |ui: &mut Ui, folder: &Path, words: &str, name: &str| {
                let button = ui.add(egui::Button::new(RichText::new(words).color(t.text2)).frame(false));
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
                if button.on_hover_text(lister::shown(folder.as_os_str())).clicked() {
                    *deed = Some(Deed::Go(folder.to_owned()));
                }
                ui.label(RichText::new(&sign).color(t.text3));
            };
            if let Some((folder, name)) = all.get(count) {
                link(ui, folder, "…", name);
            }
            for (folder, words) in all[1..count].iter().rev() {
                link(ui, folder, &brief(words), words);
            }
            let here = egui::Label::new(RichText::new(&all[0].1).font(semibold(14.0)).color(t.text)).truncate();
            ui.add(here).on_hover_text(lister::shown(self.folder.as_os_str()));
        });
    }

    /// The filter, or the name of a new folder.
    fn typed(&mut self, ui: &mut Ui, texts: &Texts, id: Id, deed: &mut Option<Deed>) {
        let t = tokens(ui.ctx());
        let (can_make, is_named) = (self.can_make(), self.is_named());
        ui.horizontal(|ui| {
            ui.set_min_height(34.0);
            let is_naming = self.name.is_some();
            let label = texts.get(if is_naming { "ui-picker-name" } else { "ui-filter" });
            let label = ui.label(RichText::new(label).color(t.text2));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let word = texts.get(if is_naming { "ui-picker-make" } else { "ui-picker-new" });
                if is_naming {
                    if Action::new(&word, "Enter").icon(Icon::FolderPlus).enabled(is_named).show(ui, None).clicked() {
                        *deed = Some(Deed::Make);
                    }
                } else if self.wanted == Wanted::NewFolder
                    && Action::new(&word, "Ctrl N").icon(Icon::FolderPlus).enabled(can_make).show(ui, None).clicked()
                {
                    *deed = Some(Deed::Name);
                }
                let text = self.name.as_mut().unwrap_or(&mut self.filter);
                let hint = if is_naming { String::new() } else { texts.get("ui-no-marks-needed") };
                let field = TextEdit::singleline(text).id(id).hint_text(hint).margin(Margin::symmetric(10, 7));
                let field = ui.add(field.desired_width(f32::INFINITY)).labelled_by(label.id);
                let is_lost = ui.memory(|memory| memory.focused().is_none());
                if std::mem::take(&mut self.takes_focus) || is_lost && parts::is_uncovered(ui) {
                    field.request_focus();
                }
                if field.changed() {
                    self.refused = None;
                    if !is_naming {
                        self.find();
                    }
                }
            });
        });
        ui.add_space(2.0);
    }

    /// Home, where it was last, and the disks.
    fn places(&self, ui: &mut Ui, texts: &Texts, deed: &mut Option<Deed>) {
        ui.spacing_mut().item_spacing.y = 2.0;
        ScrollArea::vertical().id_salt("places").auto_shrink([false, false]).show(ui, |ui| {
            let mut known: Vec<&Path> = Vec::new();
            let home = self.home.as_deref().map(|home| (Icon::House, texts.get("ui-picker-home"), home));
            let disks = self.disks.iter().map(|disk| (Icon::HardDrive, place(disk, texts), disk.as_path()));
            let last = self.last.as_deref().map(|last| (Icon::History, place(last, texts), last));
            let root = (Icon::Monitor, texts.get("ui-picker-root"), Path::new("/"));
            for (icon, words, folder) in home.into_iter().chain([root]).chain(disks).chain(last) {
                // A place that is there under another name needs no second one.
                if known.contains(&folder) {
                    continue;
                }
                known.push(folder);
                if place_row(ui, icon, &words, folder == self.folder)
                    .on_hover_text(lister::shown(folder.as_os_str()))
                    .clicked()
                {
                    *deed = Some(Deed::Go(folder.to_owned()));
                }
            }
        });
    }

    /// What the folder has, or why it has nothing.
    fn list(&mut self, ui: &mut Ui, texts: &Texts, deed: &mut Option<Deed>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let inner = ui.max_rect().shrink2(vec2(14.0, 10.0));
        if let Some(failure) = &self.refused {
            ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
                parts::failed(ui, failure, &texts.get("ui-data-untouched"));
            });
            return;
        }
        match &self.known {
            None => {
                let since = self.reading.as_ref().map_or(0.0, |(_, since)| now(ui.ctx()) - since);
                let next = SLOW.iter().find(|seconds| since < **seconds);
                if let Some(next) = next {
                    ui.ctx().request_repaint_after(Duration::from_secs_f64(next - since));
                }
                if since >= SLOW[0] {
                    let hint = if since >= SLOW[1] { texts.hint("ui-picker-reading", &[]) } else { String::new() };
                    nothing(ui, inner, &texts.get("ui-picker-reading"), &hint);
                }
                return;
            }
            Some(Err(failure)) => {
                ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
                    parts::failed(ui, failure, &texts.get("ui-data-untouched"));
                    ui.add_space(10.0);
                    let word = texts.get("ui-refresh");
                    if Action::new(&word, "").icon(Icon::RefreshCw).show(ui, None).clicked() {
                        *deed = Some(Deed::Again);
                    }
                });
                return;
            }
            Some(Ok(_)) if self.left.is_empty() => {
                let (words, hint) = match self.wanted {
                    _ if !self.filter.trim().is_empty() => {
                        let values = [("filter", self.filter.trim().into())];
                        (texts.say("ui-picker-no-match", &values), texts.hint("ui-picker-no-match", &values))
                    }
                    Wanted::File(endings) => {
                        let values = [("endings", endings.join(", ").into())];
                        (texts.say("ui-picker-no-file", &values), texts.hint("ui-picker-no-file", &values))
                    }
                    Wanted::Folder | Wanted::NewFolder => {
                        (texts.get("ui-picker-no-folder"), texts.hint("ui-picker-no-folder", &[]))
                    }
                };
                nothing(ui, inner, &words, &hint);
                return;
            }
            Some(Ok(_)) => {}
        }
        let seen = ui.available_height();
        let mut area = ScrollArea::vertical().id_salt(("entries", &self.folder)).auto_shrink([false, false]);
        if std::mem::take(&mut self.scrolls) {
            let (top, offset) = (ROW * self.chosen as f32, self.scrolled.0);
            area = area.vertical_scroll_offset(offset.min(top).max(top + ROW - seen).max(0.0));
        }
        let mut pressed = None;
        let shown = area.show_rows(ui, ROW, self.left.len(), |ui, range| {
            for at in range {
                let Some(entry) = self.entry_at(self.left[at]) else { continue };
                let response = row(ui, texts, entry, at == self.chosen);
                if response.clicked() || response.double_clicked() {
                    pressed = Some((at, response.double_clicked()));
                }
            }
        });
        self.scrolled = (shown.state.clamped_offset().y, seen);
        if let Some((at, is_double)) = pressed {
            self.chosen = at;
            if is_double {
                *deed = self.open();
            }
        }
    }

    /// What is to be known of the list, and what can be done.
    fn foot(&self, ui: &mut Ui, texts: &Texts, deed: &mut Option<Deed>) {
        let t = tokens(ui.ctx());
        ui.add_space(2.0);
        let (words, colour) = match &self.known {
            Some(Ok(listing)) => (self.counted(texts, listing), if listing.more > 0 { t.warn.fg } else { t.text3 }),
            _ => (String::new(), t.text3),
        };
        ui.add(egui::Label::new(RichText::new(&words).small().color(colour)).truncate());
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            ui.set_min_height(40.0);
            if Action::new(&texts.get("ui-leave"), "Esc").show(ui, None).clicked() {
                *deed = Some(Deed::Leave);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (id, cap, done) = match (self.wanted, self.chosen()) {
                    (Wanted::File(_), Some(entry)) if entry.is_folder => ("ui-picker-open", "Enter", self.open()),
                    (Wanted::File(_), _) => ("ui-picker-take-file", "Enter", self.open()),
                    (Wanted::Folder | Wanted::NewFolder, _) => {
                        ("ui-picker-take-folder", "Ctrl Enter", self.this_folder())
                    }
                };
                let word = texts.get(id);
                let action = Action::new(&word, cap).primary().enabled(done.is_some() && self.name.is_none());
                if action.show(ui, None).clicked() {
                    *deed = done;
                }
            });
        });
    }

    /// How many entries there are, and what is left out.
    fn counted(&self, texts: &Texts, listing: &Listing) -> String {
        let number = |count: usize| (count as u64).into();
        let more =
            || texts.say("ui-picker-more", &[("shown", number(listing.entries.len())), ("more", number(listing.more))]);
        let count = || texts.say("ui-picker-count", &[("entries", number(self.left.len()))]);
        let others = || texts.say("ui-picker-others", &[("files", number(listing.others))]);
        let counts_others = listing.others > 0 && matches!(self.wanted, Wanted::File(_));
        [(listing.more > 0).then(more), (listing.more == 0).then(count), counts_others.then(others)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

fn now(ctx: &Context) -> f64 {
    ctx.input(|input| input.time)
}

/// The folder that was seen last.
fn last(ctx: &Context) -> Option<PathBuf> {
    ctx.data(|data| data.get_temp(Id::unique("picker-last")))
}

/// The name of a folder; the topmost one is that of the machine.
fn place(folder: &Path, texts: &Texts) -> String {
    folder.file_name().map_or_else(|| texts.get("ui-picker-root"), lister::shown)
}

/// A name that is cut where it is too long for a place above the list.
fn brief(name: &str) -> String {
    match name.chars().count() {
        0..=LONGEST_PLACE => name.to_owned(),
        _ => name.chars().take(LONGEST_PLACE - 1).chain(['…']).collect(),
    }
}

/// Why a folder can't be read.
fn unread(texts: &Texts, path: &Path, source: io::Error) -> Failure {
    match source.kind() {
        io::ErrorKind::NotFound => {
            let values = [("path", lister::shown(path.as_os_str()).into())];
            Failure::new(texts, "ui-picker-gone", &values, Exit::NotFound)
        }
        _ => Failure::of(&PipelineError::Unreadable { path: path.to_owned(), source }, texts),
    }
}

/// Why a folder can't be made.
fn unmade(texts: &Texts, path: PathBuf, source: io::Error) -> Failure {
    let error = match source.kind() {
        io::ErrorKind::AlreadyExists => PipelineError::Unreadable { path, source },
        _ => PipelineError::Store(StoreError::Write { path, source }),
    };
    Failure::of(&error, texts)
}

/// What is picked, and for what.
fn head(ui: &mut Ui, texts: &Texts, wanted: Wanted, words: &str) {
    let t = tokens(ui.ctx());
    let id = if matches!(wanted, Wanted::File(_)) { "ui-picker-file" } else { "ui-picker-folder" };
    ui.horizontal(|ui| {
        ui.label(RichText::new(texts.get(id)).font(semibold(18.0)).color(t.text));
        ui.add(egui::Label::new(RichText::new(words).color(t.text2)).truncate());
    });
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;
    use sohoa_shell::UiLanguage;

    use super::*;
    use crate::theme;

    #[test]
    fn a_disk_that_does_not_answer_is_told_and_another_folder_is_read_meanwhile() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("trên/ổ mạng")).expect("a folder");
        let texts = Texts::for_window(UiLanguage::Vietnamese);
        let draw = move |ui: &mut Ui, picker: &mut Option<Picker>| match picker {
            None => {
                theme::fonts(ui.ctx());
                let mut new = Picker::new(ui.ctx(), Id::unique("test"), Wanted::Folder, folder.path());
                new.folder = folder.path().join("trên/ổ mạng");
                // It waits for a wish that never comes.
                let hangs = Errand::start(ui.ctx(), |wishes, _| _ = wishes.recv());
                new.reading = Some((hangs, now(ui.ctx())));
                *picker = Some(new);
            }
            Some(picker) => assert!(picker.show(ui, &texts, "Thư mục").is_none()),
        };
        let mut window = Harness::builder().with_size([720.0, 450.0]).with_step_dt(0.02).build_ui_state(draw, None);
        let says = |window: &Harness<'_, Option<Picker>>, words: &str| {
            window.query_all_by_label_contains(words).next().is_some()
        };
        window.run_steps(2);
        assert!(!says(&window, "Đang đọc"), "most are read before anybody could read that");
        window.run_steps(30);
        assert!(says(&window, "Đang đọc thư mục…") && !says(&window, "Ổ đĩa trả lời chậm."));
        window.run_steps(200);
        assert!(says(&window, "Ổ đĩa trả lời chậm."));
        window.key_press(Key::Backspace);
        window.run_steps(2);
        let end = std::time::Instant::now() + Duration::from_secs(60);
        while !says(&window, "ổ mạng · thư mục") {
            assert!(std::time::Instant::now() < end, "the folder above is not read");
            window.run_steps(1);
        }
    }

    #[test]
    fn what_can_not_be_read_or_made_says_what_to_do_next() {
        for language in [UiLanguage::Vietnamese, UiLanguage::English] {
            let texts = Texts::for_window(language);
            let path = Path::new("/media/lan/Ô USB");
            use io::ErrorKind::{AlreadyExists, NotFound, Other, PermissionDenied, ReadOnlyFilesystem};
            let unread = [NotFound, PermissionDenied, Other].map(|kind| unread(&texts, path, kind.into()));
            let unmade = [AlreadyExists, PermissionDenied, ReadOnlyFilesystem, Other]
                .map(|kind| unmade(&texts, path.to_owned(), kind.into()));
            for failure in unread.into_iter().chain(unmade) {
                let names_it = failure.sentence.contains("Ô USB") || failure.sentence.contains("/media");
                assert!(names_it && !failure.hint.is_empty(), "{failure:?}");
                assert!(!failure.hint.contains("sohoa ") && !failure.hint.contains("command"), "{failure:?}");
            }
        }
    }
}
