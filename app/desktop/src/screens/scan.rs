//! Scan: paper in, nothing lost. The last page large, all pages in a strip, counts against what is expected.

use std::collections::BTreeSet;
use std::time::Instant;

use eframe::egui;
use egui::{
    Align, Align2, CentralPanel, ComboBox, Context, FontId, Frame, Key, Layout, Margin, Modal, Panel, Rect, RichText,
    ScrollArea, Sense, Stroke, TextEdit, TextureHandle, TextureOptions, Ui, WidgetInfo, vec2,
};
use serde::{Deserialize, Serialize};
use sohoa_model::ids::{BatchId, PageId};
use sohoa_pipeline::scan::{self, BatchTarget, Device, Parting, Profile, ScanPlan, Settings};
use sohoa_shell::{Failure, Texts};

use crate::command::Command;
use crate::desk::{Deed, Dossier, Found, Page};
use crate::feeder::{Arrived, Ending};
use crate::gallery::Gallery;
use crate::kept;
use crate::lens;
use crate::parts::{self, Action, Mark, Notice, Thumb};
use crate::regions;
use crate::screens::page_keys::{self, Looking};
use crate::screens::{Act, Screen};
use crate::theme::{UNTINTED, semibold, tokens};

/// The finding of printed page numbers that leave some out.
const GAP: &str = "page-number-gap";
/// Points of a card in the strip.
const THUMB: egui::Vec2 = vec2(100.0, 163.0);

/// Where the next sheets go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seat {
    /// Behind the pages that are there.
    #[default]
    End,
    /// In front of a page, which has this number.
    Before(PageId, usize),
    /// In the place of pages, of which the first has this number.
    Instead(Vec<PageId>, usize),
}

/// What stands over the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reconciling {
    sheets: String,
    reason: String,
    asks_why: bool,
}

impl Reconciling {
    /// What is known before anything is typed.
    fn of(dossier: &Dossier, sheets: &str) -> Self {
        let counted = dossier.open().and_then(|open| open.sheets).map(|sheets| sheets.to_string());
        Self { sheets: counted.unwrap_or_else(|| sheets.to_owned()), reason: String::new(), asks_why: false }
    }
}

/// A page that came and is being stored.
struct Coming {
    batch: BatchId,
    number: u32,
    delivered: Instant,
    texture: TextureHandle,
}

/// What the screen remembers.
#[derive(Default)]
pub struct State {
    /// The page that is looked at.
    pub looking: Looking,
    seat: Seat,
    sheets: String,
    parting: Option<Parting>,
    device: Option<String>,
    profile: Option<String>,
    devices: Option<Result<Vec<Device>, Failure>>,
    profiles: Vec<(String, Profile)>,
    ending: Option<Ending>,
    copy_failed: Option<Failure>,
    refused: Option<Failure>,
    hint: Option<&'static str>,
    reconciling: Option<Reconciling>,
    /// The page that came last and is not known to be filed; whether the last frame showed it.
    arrived: Option<(Coming, bool)>,
    /// When the first page of this run was filed and the last, in seconds, each with its number in the batch.
    filed: Option<[(f64, u64); 2]>,
}

/// What the screen shows besides its state.
pub struct Seen<'a> {
    /// The texts.
    pub texts: &'a Texts,
    /// The dossier on the desk.
    pub dossier: &'a Dossier,
    /// Whether sheets are being fed.
    pub is_feeding: bool,
    /// Whether they stop after this one.
    pub is_stopping: bool,
    /// Whether there is something to undo.
    pub can_undo: bool,
    /// The dossier of the inventory that is to be scanned next.
    pub next: Option<&'a str>,
}

impl State {
    /// Another dossier lies on the desk.
    pub fn begin(&mut self) {
        let Self { device, profile, devices, profiles, parting, .. } = std::mem::take(self);
        *self = Self { device, profile, devices, profiles, parting, ..Self::default() };
    }

    /// Whether it is known which scanners there are.
    pub fn knows_devices(&self) -> bool {
        self.devices.is_some()
    }

    /// The scanners that are there.
    pub fn devices(&mut self, devices: Result<Vec<Device>, Failure>) {
        self.devices = Some(devices);
    }

    /// The profiles of the archive.
    pub fn profiles(&mut self, profiles: Vec<(String, Profile)>) {
        self.profiles = profiles;
    }

    /// A page came, and is being stored.
    pub fn arrived(&mut self, ctx: &Context, page: Arrived) {
        let Arrived { batch, number, image, delivered } = page;
        let texture = ctx.load_texture("arrived", image, TextureOptions::LINEAR);
        self.arrived = Some((Coming { batch, number, delivered, texture }, false));
    }

    /// The page that the last frame showed while it was being stored.
    pub fn shows_arrived(&self) -> Option<(u32, Instant)> {
        self.arrived.as_ref().filter(|(_, is_shown)| *is_shown).map(|(page, _)| (page.number, page.delivered))
    }

    /// A page was filed: when, in seconds, and which of its batch.
    pub fn filed(&mut self, at: f64, number: u64) {
        let first = self.filed.map_or((at, number), |[first, _]| first);
        self.filed = Some([first, (at, number)]);
    }

    /// Pages a minute of this run, once there is something to say.
    pub fn speed(&self) -> Option<u64> {
        let [(began, first), (at, last)] = self.filed?;
        let pages = last.checked_sub(first).filter(|pages| *pages > 0)?;
        let seconds = at - began;
        (seconds > 1.0).then(|| (pages as f64 * 60.0 / seconds).round() as u64)
    }

    /// A run ended.
    pub fn ended(&mut self, ending: Ending) {
        if matches!(ending, Ending::Empty | Ending::Stopped) {
            // The batch knows its count; the next stack has another.
            self.sheets.clear();
        }
        self.seat = Seat::End;
        self.filed = None;
        self.arrived = None;
        self.ending = Some(ending);
    }

    /// The second vault was brought up to date, or not.
    pub fn copied(&mut self, failure: Option<Failure>) {
        self.copy_failed = failure;
    }

    /// Something could not be done.
    pub fn refused(&mut self, failure: Failure) {
        self.refused = Some(failure);
    }

    /// Something was done.
    pub fn done(&mut self) {
        self.refused = None;
        self.hint = None;
    }

    /// The sheet of a page is to be scanned again; refused while a batch is open.
    pub fn replace(&mut self, dossier: &Dossier, page: PageId) {
        self.hint = dossier.open().is_some().then_some("ui-close-first");
        if let Some(page) = dossier.pages.iter().find(|other| other.view.id == page && self.hint.is_none()) {
            self.looking.chosen = Some(page.view.id);
            self.seat = instead(dossier, page);
        }
    }

    /// Whether a field or a question stands over the screen, so that its letters are not keys.
    pub fn is_asking(&self) -> bool {
        self.reconciling.is_some() || self.looking.splitting.is_some()
    }

    fn chosen_profile(&self) -> Profile {
        let named = |name: &String| self.profiles.iter().find(|(other, _)| other == name);
        self.profile.as_ref().and_then(named).map(|(_, profile)| profile.clone()).unwrap_or_default()
    }

    /// The scanners that were found.
    pub fn found(&self) -> &[Device] {
        self.devices.as_ref().and_then(|found| found.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    fn chosen_device(&self) -> Option<String> {
        let is_there = |id: &&String| self.found().iter().any(|device| device.id == **id);
        let by_hand = self.device.as_ref().filter(is_there).cloned();
        by_hand.or_else(|| self.chosen_profile().device).or_else(|| self.found().first().map(|first| first.id.clone()))
    }

    fn counted(&self) -> Option<u32> {
        self.sheets.trim().parse().ok().filter(|sheets| *sheets > 0)
    }

    fn plan(&self, dossier: &Dossier) -> Option<ScanPlan> {
        let mut profile = self.chosen_profile();
        // A batch goes on as it was begun.
        let open = dossier.open();
        profile.settings = open.and_then(scan::settings_of).unwrap_or(profile.settings);
        let sides = profile.settings.source.sides();
        let (target, sheets) = match &self.seat {
            Seat::End => (BatchTarget::Append, self.counted().filter(|_| dossier.open().is_none())),
            Seat::Before(page, _) => (BatchTarget::Before(*page), Some(1)),
            Seat::Instead(pages, _) => {
                (BatchTarget::InsteadOf(pages.clone()), Some((pages.len() as u32).div_ceil(sides)))
            }
        };
        Some(ScanPlan {
            dossier: dossier.code.clone(),
            document: None,
            parting: self.parting.filter(|_| self.seat == Seat::End).unwrap_or(Parting::None),
            device: self.chosen_device()?,
            settings: profile.settings,
            sheets,
            new_dossier: false,
            reason: None,
            target,
            blank_backs: profile.blank_backs,
        })
    }

    /// Carries out a command of this screen; says whether it was one.
    pub fn carry_out(&mut self, command: Command, seen: &Seen<'_>, ctx: &egui::Context, acts: &mut Vec<Act>) -> bool {
        let dossier = seen.dossier;
        if self.looking.carry_out(command, dossier, seen.texts, ctx, acts) {
            return true;
        }
        match command {
            Command::Feed if !seen.is_feeding && dossier.held.is_none() => {
                self.refused = None;
                self.hint = None;
                match self.plan(dossier) {
                    Some(plan) => {
                        self.ending = None;
                        self.looking.chosen = None;
                        acts.push(Act::Feed(Box::new(plan)));
                    }
                    None if self.devices.is_none() => self.hint = Some("ui-looking-for-scanners"),
                    None => self.hint = Some("ui-no-scanner"),
                }
            }
            Command::StopFeed if !seen.is_feeding && self.seat != Seat::End => self.seat = Seat::End,
            Command::Rescan | Command::Insert if !seen.is_feeding => {
                let Some(page) = self.looking.page(dossier) else { return true };
                if command == Command::Rescan {
                    self.replace(dossier, page.view.id);
                    return true;
                }
                self.hint = dossier.open().is_some().then_some("ui-close-first");
                if self.hint.is_none() {
                    self.seat = Seat::Before(page.view.id, page.number);
                }
            }
            Command::Reconcile if !seen.is_feeding => {
                self.reconciling = Some(Reconciling::of(dossier, &self.sheets));
            }
            _ => return false,
        }
        true
    }
}

/// Both sides of the sheet of a page, for the sheet is what goes through the scanner again.
fn instead(dossier: &Dossier, page: &Page) -> Seat {
    let of_sheet = |other: &&Page| match (other.sheet, page.sheet) {
        (Some((other, _)), Some((sheet, _))) => other == sheet,
        _ => other.view.id == page.view.id,
    };
    // A side that was split goes through the scanner once.
    let mut sides = BTreeSet::new();
    let pages = dossier.pages.iter().filter(of_sheet);
    let pages: Vec<&Page> = pages.filter(|page| sides.insert((page.view.master, page.view.facts.index))).collect();
    let first = pages.first().map_or(page.number, |page| page.number);
    Seat::Instead(pages.iter().map(|page| page.view.id).collect(), first)
}

/// Draws the screen.
pub fn show(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    state.looking.settle(seen.dossier);
    state.looking.hear(ui);
    let width = if ui.available_width() < 1290.0 { 296.0 } else { 320.0 };
    let frame = Frame::new().fill(t.panel).stroke(Stroke::new(1.0, t.line)).inner_margin(Margin::same(16));
    if !regions::is_folded(ui.ctx()) {
        Panel::right("scan-inspector").exact_size(width).resizable(false).frame(frame).show(ui, |ui| {
            regions::region(ui, &seen.dossier.code);
            inspector(ui, state, seen, acts);
        });
    }
    let frame = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(16, 12));
    Panel::bottom("scan-verbs").exact_size(56.0).resizable(false).frame(frame).show(ui, |ui| {
        let width = ui.available_width();
        ui.horizontal_centered(|ui| {
            for (at, command) in [
                Command::Rescan,
                Command::Insert,
                Command::TurnRight,
                Command::Split,
                Command::NewDocument,
                Command::Blank,
                Command::Remove,
                Command::Undo,
            ]
            .into_iter()
            .enumerate()
            {
                let (word, cap) = (seen.texts.get(command.label()), command.cap(seen.texts));
                // Where there is little room, arrows that turn speak for themselves.
                let is_plain = matches!(command, Command::TurnRight | Command::Undo);
                let is_worded = at < 2 || width > 1130.0 || width > 1000.0 && !is_plain;
                let action = Action { is_worded, ..Action::new(&word, &cap).icon(command.icon()) };
                let can = if command == Command::Undo { seen.can_undo } else { !seen.dossier.pages.is_empty() };
                if action.enabled(can).show(ui, None).clicked() {
                    acts.push(Act::Command(command));
                }
            }
        });
    });
    let frame = Frame::new().fill(t.panel).inner_margin(Margin { left: 0, right: 0, top: 12, bottom: 12 });
    Panel::bottom("scan-strip").exact_size(THUMB.y + 24.0).resizable(false).frame(frame).show(ui, |ui| {
        regions::region(ui, &seen.texts.get("ui-pages"));
        strip(ui, state, seen, gallery);
    });
    CentralPanel::default().frame(Frame::new().fill(t.stage)).show(ui, |ui| {
        regions::region(ui, &seen.texts.get("ui-page"));
        stage(ui, state, seen, gallery, acts);
    });
    if state.reconciling.is_some() {
        reconcile(ui, state, seen, gallery, acts);
    }
}

fn stage(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let (texts, dossier) = (seen.texts, seen.dossier);
    let rect = ui.max_rect();
    if let Some((page, _)) = &state.arrived
        && dossier.batches.iter().any(|batch| batch.id == page.batch && batch.pages >= page.number)
    {
        state.arrived = None;
    }
    let is_free = state.looking.chosen.is_none() && !state.looking.compares && state.looking.splitting.is_none();
    if let Some((page, is_shown)) = &mut state.arrived {
        *is_shown = is_free && !dossier.is_covered();
        if *is_shown {
            coming(ui, rect, texts, page);
            return;
        }
    }
    let Some(page) = state.looking.page(dossier).cloned() else {
        let words = match dossier.expected() {
            Some(expected) => texts.say("ui-lay-first-of", &[("pages", expected.into())]),
            None => texts.get("ui-lay-first"),
        };
        let place =
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, &words, FontId::proportional(16.0), t.text2);
        parts::said(ui, place, &words);
        return;
    };
    if page_keys::covered(ui, rect, texts, dossier) {
        return;
    }
    state.looking.show(ui, rect, texts, dossier, gallery, acts);
    tools(ui, rect, texts, acts);
    if state.looking.compares || state.looking.splitting.is_some() {
        // The pages take all the room, and carry their numbers themselves; a cut needs it.
        return;
    }
    let is_last = state.looking.chosen.is_none();
    let corner = rect.min + vec2(16.0, 14.0);
    let painter = ui.painter();
    let small = FontId::proportional(13.0);
    let head = texts.get(if is_last { "ui-last-page" } else { "ui-chosen-page" });
    let text = |y: f32, words: &str, font: FontId, colour| {
        let place = painter.text(corner + vec2(0.0, y), Align2::LEFT_TOP, words, font, colour);
        parts::said(ui, place, words);
    };
    text(0.0, &head, small.clone(), t.text2);
    text(16.0, &page.number.to_string(), semibold(28.0), t.text);
    if let Some(sheet) = page_keys::sheet(texts, &page) {
        text(54.0, &sheet, small, t.text2);
    }
    let lines = [
        page_keys::facts(texts, &page.view),
        texts.get(if page.is_safe { "ui-page-written" } else { "ui-page-no-copy" }),
    ];
    let foot = egui::pos2(rect.left() + 16.0, rect.bottom() - 14.0);
    for (at, line) in lines.iter().rev().enumerate() {
        let at = foot - vec2(0.0, 18.0 * at as f32);
        let place = ui.painter().text(at, Align2::LEFT_BOTTOM, line, FontId::proportional(13.0), t.text2);
        parts::said(ui, place, line);
    }
}

/// The page that came last, before it is safe.
fn coming(ui: &Ui, rect: Rect, texts: &Texts, page: &Coming) {
    let t = tokens(ui.ctx());
    let paper = lens::paper(ui, rect, page.texture.size_vec2());
    let all = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    ui.painter().image(page.texture.id(), paper, all, UNTINTED);
    let words = texts.get("ui-page-coming");
    let name = format!("{}, {words}", texts.say("ui-page-n", &[("page", page.number.into())]));
    let image = ui.interact(paper, ui.scope_id().with("coming"), Sense::hover());
    image.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &name));
    let corner = rect.min + vec2(16.0, 14.0);
    let small = FontId::proportional(13.0);
    let head = texts.get("ui-last-page");
    let place = ui.painter().text(corner, Align2::LEFT_TOP, &head, small.clone(), t.text2);
    parts::said(ui, place, &head);
    let foot = egui::pos2(rect.left() + 16.0, rect.bottom() - 14.0);
    let place = ui.painter().text(foot, Align2::LEFT_BOTTOM, &words, small, t.warn.fg);
    parts::said(ui, place, &words);
}

/// How the page is looked at, in the upper right corner.
fn tools(ui: &mut Ui, rect: Rect, texts: &Texts, acts: &mut Vec<Act>) {
    let corner = Rect::from_min_size(egui::pos2(rect.right() - 176.0, rect.top() + 14.0), vec2(160.0, 76.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(corner), |ui| {
        ui.with_layout(Layout::top_down(Align::Max), |ui| {
            for command in [Command::Fit, Command::Compare] {
                let (word, cap) = (texts.get(command.label()), command.cap(texts));
                if Action::new(&word, &cap).icon(command.icon()).show(ui, None).clicked() {
                    acts.push(Act::Command(command));
                }
            }
        });
    });
}

/// All pages in a row, the newest at the right, which stays in view unless the operator looks elsewhere.
fn strip(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery) {
    let (texts, dossier) = (seen.texts, seen.dossier);
    let chosen = state.looking.at(dossier);
    let step = THUMB.x + 8.0;
    let mut pressed = None;
    ScrollArea::horizontal().id_salt("strip").stick_to_right(true).auto_shrink([false, false]).show_viewport(
        ui,
        |ui, view| {
            let count = dossier.pages.len();
            ui.set_width(step * count as f32 + 24.0);
            ui.set_height(THUMB.y);
            let first = ((view.left() - 16.0) / step).floor().max(0.0) as usize;
            let last = (((view.right() - 16.0) / step).ceil().max(0.0) as usize).min(count);
            let origin = ui.max_rect().min + vec2(16.0, 0.0);
            for at in first..last {
                let page = &dossier.pages[at];
                let place = Rect::from_min_size(origin + vec2(step * at as f32, 0.0), THUMB);
                let marks = page_keys::marks(page);
                let name = page_keys::name(texts, page);
                let number = match page.begins {
                    true => format!("{} {}", page.number, char::from(Command::NewDocument.icon())),
                    false => page.number.to_string(),
                };
                let thumb = Thumb {
                    size: THUMB,
                    texture: page_keys::small(gallery, dossier, page),
                    number: &number,
                    marks: &marks,
                    is_chosen: chosen == Some(at),
                    name: &name,
                };
                ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
                    if thumb.show(ui).clicked() {
                        pressed = Some(at);
                    }
                });
            }
            // What the keys chose comes into view; what the mouse scrolled to stays.
            if let Some(chosen) = chosen.filter(|_| std::mem::take(&mut state.looking.has_moved)) {
                let place = Rect::from_min_size(origin + vec2(step * chosen as f32, 0.0), THUMB);
                ui.scroll_to_rect(place.expand2(vec2(24.0, 0.0)), None);
            }
        },
    );
    if let Some(at) = pressed {
        state.looking.choose(dossier, at);
    }
}

fn inspector(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let dossier = seen.dossier;
    Panel::bottom("scan-next").resizable(false).show_separator_line(false).frame(Frame::new()).show(ui, |ui| {
        device(ui, state, seen, acts);
        next_step(ui, state, seen, acts);
    });
    ScrollArea::vertical().id_salt("scan-inspector").auto_shrink([false, false]).show(ui, |ui| {
        counter(ui, state, seen);
        ui.add_space(6.0);
        light(ui, seen);
        ui.add_space(6.0);
        incidents(ui, state, seen, acts);
        looks(ui, state, seen);
        if dossier.open().is_none() && !seen.is_feeding && state.seat == Seat::End {
            ui.add_space(10.0);
            preparation(ui, state, seen);
        } else if dossier.open().is_some() {
            // The batch knows its count.
            kept::forget(ui.ctx(), &format!("sheets/{}", dossier.code));
        }
    });
}

fn counter(ui: &mut Ui, state: &State, seen: &Seen<'_>) {
    let t = tokens(ui.ctx());
    let (texts, dossier) = (seen.texts, seen.dossier);
    let pages = dossier.pages.len();
    ui.horizontal(|ui| {
        ui.label(RichText::new(texts.count(pages as u64)).font(semibold(44.0)).color(t.text));
        let of = match dossier.expected() {
            Some(expected) => texts.say("ui-of-pages", &[("pages", expected.into())]),
            None => texts.get("ui-pages-small"),
        };
        ui.label(RichText::new(of).size(16.0).color(t.text2));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(open) = dossier.open() {
                let values = [("sheets", dossier.sheets().into()), ("all", open.sheets.unwrap_or(0).into())];
                let id = if open.sheets.is_some() { "ui-sheets-of" } else { "ui-sheets" };
                ui.label(RichText::new(texts.say(id, &values)).color(t.text2));
            }
        });
    });
    if let Some(speed) = state.speed().filter(|_| seen.is_feeding) {
        ui.label(RichText::new(texts.say("ui-pages-a-minute", &[("pages", speed.into())])).small().color(t.text2));
    }
    let share = dossier.expected().map_or(0.0, |expected| pages as f32 / expected.max(1) as f32);
    let width = ui.available_width();
    let name = texts.say("ui-pages-named", &[("pages", pages.into())]);
    parts::bar(ui, width, share, None, &name);
    ui.horizontal(|ui| {
        let delivered = texts.say("ui-delivered", &[("pages", dossier.delivered().into())]);
        ui.label(RichText::new(delivered).small().color(t.text2));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let listed = match dossier.listed {
                Some(listed) => texts.say("ui-listed", &[("pages", listed.into())]),
                None => texts.get("ui-not-listed"),
            };
            ui.label(RichText::new(listed).small().color(t.text2));
        });
    });
}

/// Whether the paper may go back, of the dossier and of its box.
fn light(ui: &mut Ui, seen: &Seen<'_>) {
    let t = tokens(ui.ctx());
    let (texts, dossier) = (seen.texts, seen.dossier);
    let (is_free, title, lines) = refile_words(texts, dossier);
    let (mark, state) = match is_free {
        true => (Mark::Safe, t.safe),
        false if dossier.paper.is_none() && !dossier.pages.is_empty() => (Mark::Planned, t.plain),
        false => (Mark::Unsaved, t.unsaved),
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Notice { mark, state, title: &title, lines: &lines }.show(ui);
    // The box has a light of its own: it goes back with all its dossiers, or stays.
    let Some(in_box) = &dossier.in_box else { return };
    ui.add_space(6.0);
    let values = [("box", (&in_box.code).into()), ("free", in_box.free.into()), ("all", in_box.all.into())];
    let is_free = in_box.free == in_box.all;
    let (mark, state) = if is_free { (Mark::Safe, t.safe) } else { (Mark::Unsaved, t.unsaved) };
    let title = texts.say(if is_free { "ui-box-free" } else { "ui-box-waits" }, &values);
    Notice { mark, state, title: &title, lines: &[] }.show(ui);
}

/// Whether the paper of a dossier may go back, said in a few words, and why not.
pub fn refile_words(texts: &Texts, dossier: &Dossier) -> (bool, String, Vec<String>) {
    if dossier.may_be_refiled() {
        return (true, texts.get("ui-refile"), Vec::new());
    }
    if dossier.paper.is_none() && !dossier.pages.is_empty() {
        return (false, texts.get("ui-came-as-files"), vec![texts.get("ui-nothing-scanned")]);
    }
    let values = [("safe", dossier.safe().into()), ("pages", dossier.pages.len().into())];
    let mut why = vec![texts.say("ui-safe-of", &values)];
    match &dossier.paper {
        None => why = vec![texts.get("ui-nothing-scanned")],
        Some(waits) => why.extend(waits.iter().map(|wait| texts.get(&format!("paper-waits-{}", wait.word())))),
    }
    (false, texts.get("ui-keep"), vec![why.join(" · ")])
}

/// What stopped the feeder, what could not be done, what holds the dossier: each with what to do.
fn incidents(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let (texts, dossier) = (seen.texts, seen.dossier);
    if let Some(reason) = &dossier.held {
        let line = texts.get("ui-held-stays");
        Notice { mark: Mark::Held, state: t.held, title: reason, lines: &[&line] }.show(ui);
        ui.add_space(6.0);
    }
    let safe = texts.say("ui-sheets-safe", &[("sheets", dossier.sheets().into())]);
    match &state.ending {
        Some(Ending::Fault(code, failure)) => {
            let gone = matches!(*code, "no-device" | "device-broken" | "driver-died" | "device-silent");
            let (mark, colours) = if gone { (Mark::Reject, t.reject) } else { (Mark::Warn, t.warn) };
            Notice { mark, state: colours, title: &failure.sentence, lines: &[&safe, &failure.hint] }.show(ui);
            ui.add_space(6.0);
            if gone && ui.button(texts.get("ui-look-for-scanners")).clicked() {
                acts.push(Act::LookForScanners);
            }
        }
        Some(Ending::Refused(failure)) => {
            parts::failed(ui, failure, &safe);
            ui.add_space(6.0);
        }
        Some(Ending::Empty) if dossier.open().is_some_and(|open| open.expected() != Some(open.pages)) => {
            let (title, line) = (texts.get("ui-feeder-empty"), texts.get("ui-feeder-empty-next"));
            Notice { mark: Mark::Warn, state: t.warn, title: &title, lines: &[&line] }.show(ui);
            ui.add_space(6.0);
        }
        Some(Ending::Empty | Ending::Stopped) | None => {}
    }
    if let Some(failure) = &state.refused {
        parts::failed(ui, failure, &texts.get("ui-data-untouched"));
        ui.add_space(6.0);
    }
    if let Some(failure) = &state.copy_failed {
        let title = texts.say("masters-not-copied", &[("cause", failure.sentence.as_str().into())]);
        Notice { mark: Mark::Unsaved, state: t.unsaved, title: &title, lines: &[&failure.hint] }.show(ui);
        ui.add_space(6.0);
    }
    if let Some(hint) = state.hint {
        Notice { mark: Mark::Warn, state: t.warn, title: &texts.get(hint), lines: &[] }.show(ui);
        ui.add_space(6.0);
    }
    let seat = match &state.seat {
        Seat::End => return,
        Seat::Before(_, number) => texts.say("ui-insert-before", &[("page", (*number).into())]),
        Seat::Instead(pages, number) => {
            let last = *number + pages.len() - 1;
            texts.say("ui-instead-of", &[("page", (*number).into()), ("last", last.into())])
        }
    };
    let line = texts.get("ui-seat-back");
    Notice { mark: Mark::Rescan, state: t.reject, title: &seat, lines: &[&line] }.show(ui);
}

/// What needs a look, worst first; a press shows the page.
fn looks(ui: &mut Ui, state: &mut State, seen: &Seen<'_>) {
    let t = tokens(ui.ctx());
    let (texts, dossier) = (seen.texts, seen.dossier);
    let mut all: Vec<(usize, &Found)> =
        dossier.pages.iter().enumerate().filter_map(|(at, page)| Some((at, page.exception()?))).collect();
    all.sort_by_key(|(_, found)| std::cmp::Reverse(found.severity));
    if all.is_empty() {
        return;
    }
    ui.add_space(4.0);
    let head = texts.say("ui-needs-look", &[("count", all.len().into())]);
    ui.label(RichText::new(head).font(semibold(13.0)).color(t.text2));
    let mut chosen = None;
    parts::card(ui).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (at, found) in all.iter().take(6) {
            let mark = page_keys::mark(found);
            let number = dossier.pages[*at].number.to_string();
            let row = parts::Row { mark, title: &found.name, hint: &found.sentence, figure: &number, key: "" };
            if row.show(ui).on_hover_text(&found.sentence).clicked() {
                chosen = Some(*at);
            }
        }
    });
    if let Some(at) = chosen {
        state.looking.choose(dossier, at);
    }
}

/// What is said before the first sheet: how many there are, and how the stack is parted.
fn preparation(ui: &mut Ui, state: &mut State, seen: &Seen<'_>) {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let words = texts.get("ui-count-sheets");
    let label = ui.label(RichText::new(&words).small().color(t.text2));
    let sides = state.chosen_profile().settings.source.sides();
    let listed = seen.dossier.listed.map(|pages| pages.div_ceil(sides).to_string()).unwrap_or_default();
    kept::keep(ui.ctx(), &format!("sheets/{}", seen.dossier.code), &mut state.sheets, &String::new());
    let field = TextEdit::singleline(&mut state.sheets).desired_width(96.0).margin(Margin::symmetric(10, 6));
    let field = field.hint_text(listed);
    let field = ui.add(field).labelled_by(label.id);
    if field.changed() {
        state.sheets.retain(|c| c.is_ascii_digit());
        state.sheets.truncate(5);
    }
    if field.has_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        field.surrender_focus();
    }
    ui.add_space(4.0);
    let words = texts.get("ui-parting");
    let label = ui.label(RichText::new(&words).small().color(t.text2));
    let all = [
        (None, "ui-parting-none"),
        (Some(Parting::Separators), "ui-parting-separators"),
        (Some(Parting::Blank), "ui-parting-blank"),
    ];
    let id = all.iter().find(|(parting, _)| *parting == state.parting).map_or("ui-parting-none", |(_, id)| *id);
    let width = ui.available_width() - 8.0;
    let combo = ComboBox::from_id_salt("parting").selected_text(texts.get(id)).width(width).show_ui(ui, |ui| {
        for (parting, id) in all {
            ui.selectable_value(&mut state.parting, parting, texts.get(id));
        }
    });
    combo.response.labelled_by(label.id);
}

/// The keys of the first profiles.
const PROFILE_KEYS: [Key; 4] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4];

/// The scanner and the profile.
fn device(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let small = |words: &str| RichText::new(words).small().color(t.text2);
    let width = ui.available_width() - 8.0;
    let label = ui.label(small(&texts.get("ui-scanner")));
    let chosen = state.chosen_device();
    match &state.devices {
        None => {
            ui.label(RichText::new(texts.get("ui-looking-for-scanners")).color(t.text3));
        }
        Some(Err(failure)) => {
            parts::failed(ui, failure, &texts.get("ui-data-untouched"));
        }
        Some(Ok(devices)) if devices.is_empty() && chosen.is_none() => {
            let (title, hint) = (texts.get("devices-none"), texts.hint("devices-none", &[]));
            Notice { mark: Mark::Warn, state: t.warn, title: &title, lines: &[&hint] }.show(ui);
            if ui.button(texts.get("ui-look-for-scanners")).clicked() {
                acts.push(Act::LookForScanners);
            }
        }
        Some(Ok(devices)) => {
            let name = |device: &Device| match device.model.is_empty() {
                true => device.id.clone(),
                false => format!("{} {}", device.vendor, device.model),
            };
            let id = chosen.unwrap_or_default();
            let shown = devices.iter().find(|device| device.id == id).map_or_else(|| id.clone(), name);
            ui.add_enabled_ui(!seen.is_feeding, |ui| {
                let combo = ComboBox::from_id_salt("device").selected_text(shown).width(width).show_ui(ui, |ui| {
                    for device in devices {
                        if ui.selectable_label(device.id == id, name(device)).clicked() {
                            state.device = Some(device.id.clone());
                        }
                    }
                });
                combo.response.labelled_by(label.id);
            });
        }
    }
    ui.add_space(4.0);
    let label = ui.label(small(&texts.get("ui-profile")));
    let described = |name: &str, settings: &Settings| {
        let what = format!(
            "{} {:.0} dpi, {}",
            texts.get(&format!("ui-mode-{}", settings.mode.word())),
            settings.dpi,
            texts.get(&format!("ui-source-{}", settings.source.word()))
        );
        if name.is_empty() { what } else { format!("{name} · {what}") }
    };
    let begun = seen.dossier.open().and_then(scan::settings_of);
    if begun.is_none() && !seen.is_feeding && parts::is_live(ui) {
        // The first key is for the usual settings, the others for the profiles in the order of the list.
        let names = std::iter::once(None).chain(state.profiles.iter().map(|(name, _)| Some(name.clone())));
        let struck = PROFILE_KEYS.into_iter().zip(names).find(|(key, _)| parts::is_struck(ui, *key));
        if let Some((_, name)) = struck {
            state.profile = name;
        }
    }
    let shown = match &begun {
        Some(settings) => described("", settings),
        None => described(state.profile.as_deref().unwrap_or_default(), &state.chosen_profile().settings),
    };
    ui.add_enabled_ui(!seen.is_feeding && begun.is_none(), |ui| {
        let combo = ComboBox::from_id_salt("profile").selected_text(shown).width(width).show_ui(ui, |ui| {
            ui.selectable_value(&mut state.profile, None, described("", &Profile::default().settings));
            for (name, profile) in &state.profiles {
                ui.selectable_value(&mut state.profile, Some(name.clone()), described(name, &profile.settings));
            }
        });
        combo.response.labelled_by(label.id);
    });
}

/// The buttons at the lower right, of which one is the next thing to do.
fn next_step(ui: &mut Ui, state: &State, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let (texts, dossier) = (seen.texts, seen.dossier);
    ui.add_space(8.0);
    let half = (ui.available_width() - 8.0) / 2.0;
    let open = dossier.open();
    let is_full = open.is_some_and(|open| open.expected().is_some_and(|expected| open.pages >= expected));
    let beside = match is_full && !seen.is_feeding {
        // The next thing to do is below; more may be fed all the same.
        true => (Command::Feed, true),
        false => (Command::Reconcile, !seen.is_feeding && !dossier.batches.is_empty()),
    };
    ui.horizontal(|ui| {
        for (command, is_enabled) in [(Command::StopFeed, seen.is_feeding || state.seat != Seat::End), beside] {
            let (word, cap) = (texts.get(command.label()), command.cap(texts));
            if Action::new(&word, &cap).enabled(is_enabled).show(ui, Some(half)).clicked() {
                acts.push(Act::Command(command));
            }
        }
    });
    ui.add_space(2.0);
    let cap = Command::Feed.cap(texts);
    let width = ui.available_width();
    let is_done = dossier.open().is_none() && !dossier.batches.is_empty() && state.seat == Seat::End;
    if let Some(next) = seen.next.filter(|_| is_done && !seen.is_feeding) {
        let word = texts.say("ui-next-dossier", &[("dossier", next.into())]);
        let can = state.looking.splitting.is_none();
        let go = Action::new(&word, "Enter").primary().icon(Command::Open.icon()).enabled(can);
        let is_entered = parts::is_entered(ui);
        if go.show(ui, Some(width)).clicked() || is_entered {
            acts.push(Act::Open(next.to_owned(), Screen::Scan));
        }
        let more = texts.get("ui-scan-more");
        if Action::new(&more, &cap).show(ui, Some(width)).clicked() {
            acts.push(Act::Command(Command::Feed));
        }
        return;
    }
    if is_full && !seen.is_feeding {
        let (word, cap) = (texts.get(Command::Reconcile.label()), Command::Reconcile.cap(texts));
        let action = Action::new(&word, &cap).primary().icon(Command::Reconcile.icon());
        if action.show(ui, Some(width)).clicked() {
            acts.push(Act::Command(Command::Reconcile));
        }
        return;
    }
    let sheet = open.map(|open| open.pages / open.sides.max(1) + 1);
    let word = match (&state.seat, sheet) {
        _ if seen.is_stopping => texts.get("ui-stopping"),
        _ if seen.is_feeding => texts.get("ui-feeding"),
        (Seat::Before(_, number), _) => texts.say("ui-scan-before", &[("page", (*number).into())]),
        (Seat::Instead(_, number), _) => texts.say("ui-scan-instead", &[("page", (*number).into())]),
        (Seat::End, Some(sheet)) => texts.say("ui-continue-from", &[("sheet", sheet.into())]),
        (Seat::End, None) => texts.get("ui-begin"),
    };
    // One thing at a time: a cut that is being chosen is taken or left first.
    let can = !seen.is_feeding && dossier.held.is_none() && state.looking.splitting.is_none();
    let go = Action::new(&word, &cap).primary().icon(Command::Feed.icon()).enabled(can);
    if go.show(ui, Some(width)).clicked() {
        acts.push(Act::Command(Command::Feed));
    }
}

/// The counts side by side, the gap that is suspected, and the ways on.
fn reconcile(ui: &mut Ui, state: &mut State, seen: &Seen<'_>, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let (texts, dossier) = (seen.texts, seen.dossier);
    let t = tokens(ui.ctx());
    let Some(mut asked) = state.reconciling.take() else { return };
    let kept = format!("reconcile/{}", dossier.code);
    kept::keep(ui.ctx(), &kept, &mut asked, &Reconciling::of(dossier, &state.sheets));
    let sides = dossier.open().map_or(1, |open| open.sides.max(1));
    let closed: u32 = dossier.batches.iter().filter(|batch| batch.closed.is_some()).map(|batch| batch.pages).sum();
    let typed = asked.sheets.trim().parse::<u32>().ok();
    let counted = typed.map(|sheets| sheets * sides).filter(|_| dossier.open().is_some());
    let open_pages = dossier.open().map_or(0, |open| open.pages);
    let is_equal = dossier.open().is_none() || counted == Some(open_pages);
    let mut stays = true;
    let mut close = None;
    let mut command = None;
    let shown = Modal::new(egui::Id::unique("reconcile")).frame(parts::modal(ui)).show(ui.ctx(), |ui| {
        ui.set_width(680.0);
        ui.spacing_mut().item_spacing.y = 4.0;
        let title = texts.say("ui-reconcile-title", &[("dossier", (&dossier.code).into())]);
        ui.label(RichText::new(title).font(semibold(20.0)).color(t.text));
        let values = [
            ("missing", counted.map_or(0, |counted| counted.saturating_sub(open_pages)).into()),
            ("over", counted.map_or(0, |counted| open_pages.saturating_sub(counted)).into()),
        ];
        let id = match counted {
            _ if dossier.open().is_none() => "ui-reconcile-closed",
            None => "ui-reconcile-uncounted",
            Some(counted) if counted > open_pages => "ui-reconcile-short",
            Some(counted) if counted < open_pages => "ui-reconcile-long",
            Some(_) => "ui-reconcile-equal",
        };
        ui.label(RichText::new(texts.say(id, &values)).color(t.text2));
        ui.add_space(8.0);
        let right = |is_right| if is_right { Mark::Pass } else { Mark::Warn };
        let gone = dossier.delivered().saturating_sub(dossier.pages.len() as u32);
        let beside = if gone > 0 { texts.say("ui-not-counted", &[("pages", gone.into())]) } else { String::new() };
        figure(ui, Mark::Pass, &texts.get("ui-written"), dossier.pages.len() as u32, &beside);
        let runs = texts.say("ui-batches", &[("batches", dossier.batches.len().into())]);
        figure(ui, Mark::Pass, &texts.get("ui-delivered-row"), dossier.delivered(), &runs);
        if dossier.open().is_some() {
            ui.horizontal(|ui| {
                right(is_equal).show(ui, t.surface);
                let label = ui.label(RichText::new(texts.get("ui-counted-row")).color(t.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let pages = closed + counted.unwrap_or(0);
                    let words = texts.say("ui-makes-pages", &[("pages", pages.into())]);
                    ui.add_sized([120.0, 20.0], egui::Label::new(RichText::new(words).small().color(t.text2)));
                    let field =
                        TextEdit::singleline(&mut asked.sheets).desired_width(72.0).margin(Margin::symmetric(10, 6));
                    ui.add(field).labelled_by(label.id);
                });
            });
        }
        if let Some(listed) = dossier.listed {
            let is_right = listed as usize == dossier.pages.len();
            figure(ui, right(is_right), &texts.get("ui-listed-row"), listed, "");
        }
        gap(ui, seen, gallery);
        if asked.asks_why {
            ui.add_space(8.0);
            let label = ui.label(RichText::new(texts.get("ui-why-close")).color(t.text2));
            let field =
                TextEdit::singleline(&mut asked.reason).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 7));
            ui.add(field).labelled_by(label.id);
        }
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            let back = texts.get("ui-back-to-scan");
            if Action::new(&back, "Esc").show(ui, None).clicked() {
                stays = false;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let is_typing = ui.ctx().egui_wants_keyboard_input();
                let pressed = |ui: &Ui, key| ui.input(|input| input.key_pressed(key)) && !is_typing;
                let is_open = dossier.open().is_some();
                let word = match (is_open, is_equal, asked.asks_why) {
                    (false, _, _) => texts.get("ui-fine"),
                    (true, true, _) => texts.get("ui-close-batch"),
                    (true, false, true) => texts.get("ui-close-short"),
                    (true, false, false) => {
                        let sheet = open_pages / sides + 1;
                        texts.say("ui-continue-from", &[("sheet", sheet.into())])
                    }
                };
                let is_repair = is_open && !is_equal && !asked.asks_why;
                let (cap, key) =
                    if is_repair { (Command::Feed.cap(texts), Key::Space) } else { ("Enter".to_owned(), Key::Enter) };
                let can = !asked.asks_why || is_equal || !asked.reason.trim().is_empty();
                let by_key = match key {
                    Key::Enter => ui.input(|input| input.key_pressed(Key::Enter)),
                    key => pressed(ui, key),
                };
                if Action::new(&word, &cap).primary().enabled(can).show(ui, None).clicked() || by_key && can {
                    stays = false;
                    match (is_open, is_repair) {
                        (false, _) => {}
                        (true, true) => command = Some(Command::Feed),
                        (true, false) => {
                            let reason = Some(asked.reason.trim().to_owned()).filter(|_| !is_equal);
                            close = Some(Deed::Close { sheets: typed, reason });
                        }
                    }
                }
                if is_repair {
                    let word = texts.get("ui-close-anyway");
                    if Action::new(&word, "L").show(ui, None).clicked() || pressed(ui, Key::L) {
                        asked.asks_why = true;
                    }
                }
            });
        });
    });
    if stays && !shown.should_close() {
        state.reconciling = Some(asked);
    } else {
        kept::forget(ui.ctx(), &kept);
    }
    acts.extend(close.map(Act::Do));
    acts.extend(command.map(Act::Command));
}

/// A line of the reconciliation: what was counted, how many, and what is to be known of it.
fn figure(ui: &mut Ui, mark: Mark, words: &str, count: u32, beside: &str) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        ui.set_height(32.0);
        mark.show(ui, t.surface);
        ui.label(RichText::new(words).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_sized([120.0, 20.0], egui::Label::new(RichText::new(beside).small().color(t.text2)));
            ui.label(RichText::new(count.to_string()).font(semibold(16.0)).color(t.text));
        });
    });
}

/// The gap that printed page numbers show, drawn between its neighbours.
fn gap(ui: &mut Ui, seen: &Seen<'_>, gallery: &mut Gallery) {
    let (texts, dossier) = (seen.texts, seen.dossier);
    let t = tokens(ui.ctx());
    let behind = dossier.pages.iter().position(|page| page.found.iter().any(|found| found.code == GAP));
    let Some((before, behind)) = behind.and_then(|at| Some((at.checked_sub(1)?, at))) else { return };
    let (before, behind) = (&dossier.pages[before], &dossier.pages[behind]);
    let Some(found) = behind.found.iter().find(|found| found.code == GAP) else { return };
    ui.add_space(8.0);
    ui.label(RichText::new(texts.get("ui-suspected-gap")).font(semibold(13.0)).color(t.text2));
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        for (at, page) in [before, behind].into_iter().enumerate() {
            if at == 1 {
                let (rect, _) = ui.allocate_exact_size(THUMB, Sense::hover());
                let corners =
                    [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
                ui.painter().extend(egui::Shape::dashed_line(&corners, Stroke::new(2.0, t.warn.fg), 6.0, 4.0));
                Mark::Warn.paint(ui, rect.center() - vec2(0.0, 14.0), t.surface);
                let words = texts.get("ui-missing-sheet");
                let at = rect.center() + vec2(0.0, 12.0);
                let font = FontId::proportional(13.0);
                let place = ui.painter().text(at, Align2::CENTER_CENTER, &words, font, t.warn.fg);
                parts::said(ui, place, &words);
            }
            let thumb = Thumb {
                size: THUMB,
                texture: gallery.small(&page.view),
                number: &page.number.to_string(),
                marks: &page_keys::marks(page),
                is_chosen: false,
                name: &page_keys::name(texts, page),
            };
            thumb.show(ui);
        }
        ui.label(RichText::new(&found.sentence).color(t.text2));
    });
}
