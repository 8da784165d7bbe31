//! The recognised text of a page, and the field in which one of its words is put right.

use eframe::egui;
use egui::text::LayoutJob;
use egui::{
    Align, FontId, Frame, Key, Layout, Margin, Panel, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, TextEdit,
    TextFormat, Ui, pos2, vec2,
};
use sohoa_model::ids::PageId;
use sohoa_shell::Texts;

use crate::command::Command;
use crate::desk::{Page, Read};
use crate::gallery::Gallery;
use crate::parts;
use crate::screens::describe::Editing;
use crate::theme::{UNTINTED, semibold, tokens};

/// Size of the recognised letters.
const LETTERS: f32 = 13.0;

/// What a person asks for in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The word at this place is looked at.
    Choose(usize),
    /// The word that is looked at is taken as it was typed.
    Take,
}

/// Draws both.
pub fn show(
    ui: &mut Ui,
    editing: &mut Option<Editing>,
    texts: &Texts,
    page: &Page,
    text: Option<&(PageId, Vec<Vec<Read>>)>,
    is_signed: bool,
    gallery: &mut Gallery,
) -> Option<Asked> {
    let t = tokens(ui.ctx());
    let mut asked = None;
    let lines = text.filter(|(of, _)| *of == page.view.id).map_or(&[][..], |(_, lines)| lines.as_slice());
    let head = Frame::new().inner_margin(Margin::symmetric(14, 0));
    Panel::top("text-head").exact_size(48.0).resizable(false).frame(head).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            ui.label(RichText::new(texts.get("ui-text-head")).font(semibold(14.0)).color(t.text));
            if let Some(sure) = confidence(lines) {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let words = texts.say("ui-confidence", &[("percent", sure.into())]);
                    ui.label(RichText::new(words).small().color(t.text2));
                });
            }
        });
    });
    if let Some(word) = editing
        && let Some(read) = lines.iter().flatten().nth(word.at).filter(|read| read.text == word.old)
    {
        let frame = Frame::new().fill(t.panel).inner_margin(14);
        let panel = Panel::bottom("word").resizable(false).frame(frame);
        let shown = panel.show(ui, |ui| {
            let is_taken = editor(ui, word, texts, page, read, gallery);
            if is_signed {
                ui.label(RichText::new(texts.get("ui-signed-again")).small().color(t.warn.fg));
            }
            is_taken
        });
        if shown.inner {
            asked = Some(Asked::Take);
        }
    }
    let frame = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(14, 8));
    egui::CentralPanel::default().frame(frame).show(ui, |ui| {
        if page.view.reading.is_none() {
            ui.label(RichText::new(texts.get("ui-not-read-yet")).color(t.text2));
            return;
        }
        ScrollArea::vertical().id_salt("recognised").auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let mut first = 0;
            for line in lines {
                if let Some(at) = one(ui, editing, line, first) {
                    asked = Some(Asked::Choose(at));
                }
                first += line.len();
            }
        });
    });
    asked
}

/// The mean of all words, by their letters, in percent.
fn confidence(lines: &[Vec<Read>]) -> Option<u32> {
    let letters = |word: &Read| word.text.chars().count() as f32;
    let all: f32 = lines.iter().flatten().map(letters).sum();
    let sum: f32 = lines.iter().flatten().map(|word| word.confidence * letters(word)).sum();
    (all > 0.0).then(|| (sum / all).round() as u32)
}

/// A line; says which of its words was clicked on.
fn one(ui: &mut Ui, editing: &mut Option<Editing>, line: &[Read], first: usize) -> Option<usize> {
    let t = tokens(ui.ctx());
    let chosen = editing.as_ref().and_then(|word| word.at.checked_sub(first)).filter(|at| *at < line.len());
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let plain = TextFormat { font_id: FontId::proportional(LETTERS), color: t.text, ..TextFormat::default() };
    let doubtful = TextFormat { underline: Stroke::new(1.5, t.warn.fg), background: t.warn.soft, ..plain.clone() };
    let held = TextFormat { underline: Stroke::new(2.0, t.reject.fg), background: t.hit, ..plain.clone() };
    let mut ends = Vec::new();
    let mut letters = 0;
    for (at, word) in line.iter().enumerate() {
        let format = match (chosen == Some(at), word.is_doubtful) {
            (true, _) => &held,
            (false, true) => &doubtful,
            (false, false) => &plain,
        };
        job.append(&word.text, 0.0, format.clone());
        letters += word.text.chars().count();
        ends.push(letters);
        job.append(" ", 0.0, plain.clone());
        letters += 1;
    }
    let words: Vec<&str> = line.iter().map(|word| word.text.as_str()).collect();
    let words = words.join(" ");
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y), Sense::click());
    ui.painter().galley(rect.min, galley.clone(), t.text);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    if chosen.is_some() && editing.as_mut().is_some_and(|word| std::mem::take(&mut word.scrolls)) {
        ui.scroll_to_rect(rect, Some(Align::Center));
    }
    let point = response.interact_pointer_pos().filter(|_| response.clicked())?;
    let letter = galley.cursor_from_pos(point - rect.min).index.0;
    let at = ends.iter().position(|end| letter <= *end).unwrap_or(line.len().saturating_sub(1));
    (!line.is_empty()).then_some(first + at)
}

/// The word as it stands on the paper, and the field below it; says whether the word is taken.
fn editor(ui: &mut Ui, word: &mut Editing, texts: &Texts, page: &Page, read: &Read, gallery: &mut Gallery) -> bool {
    let t = tokens(ui.ctx());
    let width = ui.available_width();
    let (cut, _) = ui.allocate_exact_size(vec2(width, 44.0), Sense::hover());
    ui.painter().rect(cut, 4.0, t.paper, Stroke::new(1.0, t.line2), egui::StrokeKind::Inside);
    let (wide, high) = page.view.size();
    if let Some(texture) = gallery.whole(&page.view).or_else(|| gallery.small(&page.view)) {
        let uv = around(read.place, cut.aspect_ratio(), wide as f32, high as f32);
        ui.painter().image(texture.id(), cut.shrink(1.0), uv, UNTINTED);
    }
    ui.add_space(8.0);
    let label = ui.label(RichText::new(texts.get("ui-word")).small().color(t.text2));
    let mut is_taken = false;
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            parts::keycap(ui, &Command::Finish.cap(texts));
            let edit =
                TextEdit::singleline(&mut word.typed).desired_width(f32::INFINITY).margin(Margin::symmetric(10, 7));
            let field = ui.add(edit).labelled_by(label.id);
            if std::mem::take(&mut word.wants_focus) {
                field.request_focus();
            }
            is_taken = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        });
    });
    let words = texts.say("ui-word-sure", &[("percent", (read.confidence.round() as u32).into())]);
    ui.label(RichText::new(words).small().color(t.text2));
    is_taken
}

/// The part of a page around a word, in shares of its width and height, as wide for its height as the place it is shown in.
fn around([left, top, right, bottom]: [f32; 4], aspect: f32, wide: f32, high: f32) -> Rect {
    let height = (bottom - top).max(8.0) * 2.0;
    let width = (height * aspect).max((right - left) * 1.1);
    let height = width / aspect;
    let middle = pos2((left + right) / 2.0, (top + bottom) / 2.0);
    let corner = |x: f32, y: f32| -> Pos2 { pos2((middle.x + x) / wide.max(1.0), (middle.y + y) / high.max(1.0)) };
    Rect::from_min_max(corner(-width / 2.0, -height / 2.0), corner(width / 2.0, height / 2.0))
}
