//! What Scan and Check have in common: a chosen page, how it is looked at, and the keys that mean the same on both.

use eframe::egui;
use egui::{Align2, FontId, Rect, TextureHandle, Ui, vec2};
use sohoa_catalog::query::PageView;
use sohoa_model::Sha256;
use sohoa_model::finding::Severity;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::PageId;
use sohoa_pipeline::pages::Edit;
use sohoa_shell::Texts;

use crate::command::Command;
use crate::desk::{Deed, Dossier, Found, Page};
use crate::gallery::Gallery;
use crate::lens::{self, Lens};
use crate::parts::{self, Mark};
use crate::screens::Act;
use crate::screens::splitting::Splitting;
use crate::theme::{semibold, tokens};

/// The page that is chosen, and how it is looked at.
#[derive(Debug, Clone, Default)]
pub struct Looking {
    /// The page; the last one if none is said.
    pub chosen: Option<PageId>,
    /// Whether the page before it is shown beside it.
    pub compares: bool,
    /// Places that are marked on the chosen page, in its pixels.
    pub marked: Vec<[f32; 4]>,
    /// Whether another page was chosen since the strip was drawn last.
    pub has_moved: bool,
    /// How the chosen page is looked at.
    pub lens: Lens,
    /// How the other one is.
    other: Lens,
    /// Where the page was drawn last.
    place: Option<Rect>,
    /// The cut that is being chosen, if the page is to be split.
    pub splitting: Option<Splitting>,
    /// The frame of the chosen page: where that was split or joined, what shows it now is looked at.
    frame: Option<(Sha256, u32)>,
}

impl Looking {
    /// Follows the chosen page where it was split or joined; says whether there is a chosen one.
    pub fn settle(&mut self, dossier: &Dossier) -> bool {
        if dossier.held.is_some() {
            self.splitting = None;
        }
        let Some(chosen) = self.chosen else { return false };
        let frame = |page: &Page| (page.view.master, page.view.facts.index);
        if let Some(page) = dossier.pages.iter().find(|page| page.view.id == chosen) {
            self.frame = Some(frame(page));
            return true;
        }
        let shows_it = dossier.pages.iter().find(|page| Some(frame(page)) == self.frame);
        self.chosen = shows_it.map(|page| page.view.id);
        shows_it.is_some()
    }

    /// Hears the keys of a cut that is being chosen; first thing in a frame, for they mean nothing else then.
    pub fn hear(&mut self, ui: &Ui) {
        if let Some(splitting) = &mut self.splitting {
            splitting.hear(ui);
        }
    }

    /// The place of the chosen page in the dossier.
    pub fn at(&self, dossier: &Dossier) -> Option<usize> {
        let chosen = self.chosen.and_then(|chosen| dossier.pages.iter().position(|page| page.view.id == chosen));
        chosen.or(dossier.pages.len().checked_sub(1))
    }

    /// The chosen page.
    pub fn page<'d>(&self, dossier: &'d Dossier) -> Option<&'d Page> {
        dossier.pages.get(self.at(dossier)?)
    }

    /// Draws the chosen page, and the one before it where two are compared.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        texts: &Texts,
        dossier: &Dossier,
        gallery: &mut Gallery,
        acts: &mut Vec<Act>,
    ) {
        let Some(at) = self.at(dossier) else { return };
        let page = &dossier.pages[at];
        let before = at.checked_sub(1).filter(|_| self.compares).map(|at| &dossier.pages[at]);
        let place = match before {
            Some(before) => {
                let [left, right] = lens::halves(rect);
                ui.push_id("other", |ui| self.other.show(ui, left, before, gallery, &name(texts, before)));
                numbered(ui, left, texts, before);
                right
            }
            None => rect,
        };
        self.place = Some(place);
        if gallery.is_lost(&page.view) {
            let words = texts.say("ui-page-lost", &[("page", page.number.into())]);
            if lens::lost(ui, place, &words, &texts.get("ui-try-again")) {
                acts.push(Act::TryPictures);
            }
            return;
        }
        let response = self.lens.show_view(ui, place, &page.view, gallery, &name(texts, page), &self.marked);
        if let Some(mut splitting) = self.splitting.take().filter(|splitting| splitting.is_of(page)) {
            if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked()) {
                splitting.press(pointer, &self.lens);
            }
            let goes_on = splitting.show(ui, place, &self.lens, page, texts, acts);
            self.splitting = goes_on.then_some(splitting);
        }
        if self.lens.shows_after() {
            tagged(ui, place, &texts.get("ui-after"));
        } else if before.is_some() {
            numbered(ui, place, texts, page);
        }
    }

    /// Carries out what means the same on both screens; says whether it was that.
    pub fn carry_out(
        &mut self,
        command: Command,
        dossier: &Dossier,
        texts: &Texts,
        ctx: &egui::Context,
        acts: &mut Vec<Act>,
    ) -> bool {
        let Some(at) = self.at(dossier) else { return false };
        let page = &dossier.pages[at];
        let edit = |edit: Edit, reason: String| Act::Do(Deed::Pages { pages: vec![page.view.id], edit, reason });
        let pixels = ctx.pixels_per_point();
        match command {
            Command::Previous => self.choose(dossier, at.saturating_sub(1)),
            Command::Next => self.choose(dossier, at + 1),
            Command::First => self.choose(dossier, 0),
            Command::Last => self.choose(dossier, dossier.pages.len()),
            Command::NextException => {
                let order = (at + 1..dossier.pages.len()).chain(0..at);
                if let Some(next) = order.into_iter().find(|&at| dossier.pages[at].exception().is_some()) {
                    self.choose(dossier, next);
                }
            }
            Command::Fit => self.lens.toggle(pixels),
            Command::Larger | Command::Smaller => {
                if let Some(place) = self.place {
                    self.lens.zoom(place, page, if command == Command::Larger { 1.25 } else { 0.8 });
                }
            }
            Command::Compare => self.compares = !self.compares,
            Command::BeforeAfter => self.lens.is_after = !self.lens.is_after,
            Command::TurnLeft => acts.push(edit(Edit::Turn(Rotation::ThreeQuarters), String::new())),
            Command::TurnRight => acts.push(edit(Edit::Turn(Rotation::Quarter), String::new())),
            Command::NewDocument => acts.push(edit(Edit::Part, String::new())),
            Command::Split if dossier.held.is_none() => {
                // The line stands over the page as it lies in the archive, and by itself.
                (self.compares, self.lens.is_after) = (false, false);
                self.chosen = Some(page.view.id);
                self.splitting = Some(Splitting::of(page, acts));
            }
            Command::Blank | Command::Remove => {
                let reason = if command == Command::Blank { "ui-reason-blank" } else { "ui-reason-removed" };
                acts.push(edit(Edit::Remove, texts.get(reason)));
                // The page behind it takes its place.
                self.chosen = dossier.pages.get(at + 1).map(|page| page.view.id);
            }
            _ => return false,
        }
        true
    }

    /// Chooses the page at a place; the last one is followed.
    pub fn choose(&mut self, dossier: &Dossier, at: usize) {
        let is_behind = at + 1 < dossier.pages.len();
        self.chosen = dossier.pages.get(at).filter(|_| is_behind).map(|page| page.view.id);
        self.has_moved = true;
    }
}

/// The number of a page, in its upper left corner.
fn numbered(ui: &Ui, rect: Rect, texts: &Texts, page: &Page) {
    tagged(ui, rect, &texts.say("ui-page-n", &[("page", page.number.into())]));
}

/// What a page is, in its upper left corner.
fn tagged(ui: &Ui, rect: Rect, words: &str) {
    let t = tokens(ui.ctx());
    let galley = ui.painter().layout_no_wrap(words.to_owned(), semibold(13.0), t.on_dark);
    let place = Rect::from_min_size(rect.min + vec2(12.0, 12.0), galley.size() + vec2(16.0, 8.0));
    ui.painter().rect_filled(place, 4.0, t.rail);
    ui.painter().galley(place.min + vec2(8.0, 4.0), galley, t.on_dark);
    parts::said(ui, place, words);
}

/// Covers the page of a dossier that is held; says whether it is.
pub fn covered(ui: &Ui, rect: Rect, texts: &Texts, dossier: &Dossier) -> bool {
    let t = tokens(ui.ctx());
    if !dossier.is_covered() {
        return false;
    }
    Mark::Held.paint(ui, rect.center() - vec2(0.0, 28.0), t.stage);
    let words = texts.get("ui-held-covered");
    let place = ui.painter().text(rect.center(), Align2::CENTER_CENTER, &words, FontId::proportional(14.0), t.text2);
    parts::said(ui, place, &words);
    true
}

/// A page in small, unless its dossier is held.
pub fn small(gallery: &mut Gallery, dossier: &Dossier, page: &Page) -> Option<TextureHandle> {
    if dossier.is_covered() { None } else { gallery.small(&page.view) }
}

/// The marks of a page in a strip: whether its bytes are safe, and what is open about it.
pub fn marks(page: &Page) -> Vec<Mark> {
    let mut marks = vec![if page.is_safe { Mark::Safe } else { Mark::Unsaved }];
    // What is only worth knowing is said where the page is looked at.
    let shown = |found: &&Found| found.severity > Severity::Note || mark(found) == Mark::Blank;
    marks.extend(page.found.iter().find(shown).map(mark));
    marks
}

/// The mark of a finding.
pub fn mark(found: &Found) -> Mark {
    match found.severity {
        _ if found.code == sohoa_catalog::finding::PAGE_REJECTED => Mark::Rescan,
        Severity::Note if found.code == sohoa_pipeline::scan::BLANK_BACK => Mark::Blank,
        Severity::Note => Mark::Pass,
        Severity::Warn => Mark::Warn,
        Severity::Reject => Mark::Reject,
    }
}

/// The name of a page for screen readers: number, sheet and side, safety, what is open about it.
pub fn name(texts: &Texts, page: &Page) -> String {
    let mut parts = vec![texts.say("ui-page-n", &[("page", page.number.into())])];
    parts.extend(sheet(texts, page));
    parts.push(texts.get(if page.is_safe { "ui-page-safe" } else { "ui-page-unsaved" }));
    let open: Vec<&str> = page.found.iter().map(|found| found.name.as_str()).collect();
    if !open.is_empty() {
        parts.push(texts.say("ui-page-look", &[("found", open.join(", ").into())]));
    }
    parts.join(", ")
}

/// Resolution and pixels of what a page shows.
pub fn facts(texts: &Texts, page: &PageView) -> String {
    let shown = page.shown();
    let values = [
        ("dpi", format!("{:.0}", page.facts.dpi.0).into()),
        ("width", shown.width().to_string().into()),
        ("height", shown.height().to_string().into()),
    ];
    texts.say("ui-page-facts", &values)
}

/// The sheet and side of a page, if it was scanned, and which half of an image it is, if it is one.
pub fn sheet(texts: &Texts, page: &Page) -> Option<String> {
    let side = page.sheet.map(|(sheet, is_back)| {
        texts.say(if is_back { "ui-sheet-back" } else { "ui-sheet-front" }, &[("sheet", sheet.into())])
    });
    let half = page.view.half();
    let half = (!half.is_empty()).then(|| texts.say("ui-page-half", &[("half", half.into())]));
    let parts: Vec<String> = side.into_iter().chain(half).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
