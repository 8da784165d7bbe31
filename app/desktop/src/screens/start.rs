//! Start: the dossier to go on with, what waits for a person, and how the station is.

use eframe::egui;
use egui::{
    Align, Align2, FontId, Key, Layout, Margin, Modifiers, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};
use sohoa_catalog::work::Lot;
use sohoa_shell::report::percent;
use sohoa_shell::station::Validity;
use sohoa_shell::{Texts, failure};

use crate::command::Command;
use crate::gallery::Gallery;
use crate::model::{Chip, Snapshot, Waiting};
use crate::parts::{self, Action, Mark, Row};
use crate::screens::progress::first_pass;
use crate::screens::{Act, Screen};
use crate::theme::{semibold, tokens};

/// Width of the column at the right.
const SIDE: f32 = 320.0;
/// The keys of what waits, by its place.
const KEYS: [Key; 7] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7];

/// Something that waits for a person.
enum Waits<'a> {
    /// Dossiers that wait for the same.
    For(&'a Waiting),
    /// So many dossiers of which something did not reach the hub yet.
    Unsent(u64),
}

/// What waits, gravest first; what is on its way to the hub last, for it goes by itself.
fn all(snapshot: &Snapshot) -> Vec<Waits<'_>> {
    let unsent = snapshot.upstream.as_ref().map_or(0, |upstream| upstream.unsent);
    let last = (unsent > 0).then_some(Waits::Unsent(unsent));
    snapshot.waiting.iter().map(Waits::For).chain(last).collect()
}

impl Waits<'_> {
    /// Opens its dossiers.
    fn open(&self) -> Act {
        match self {
            Self::For(waiting) => Act::List(waiting.chip),
            Self::Unsent(_) => Act::Lot(Lot::Unsent),
        }
    }

    /// Draws its line; says whether it was pressed.
    fn row(&self, ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, key: &str) -> bool {
        let (mark, title, hint, count) = match self {
            Self::For(waiting) => {
                (mark(waiting.chip), waiting.chip.label(), waiting.first.clone(), waiting.count as u64)
            }
            Self::Unsent(dossiers) => {
                let (mark, words) = snapshot.upstream_words(texts).unwrap_or((Mark::Unsaved, String::new()));
                (mark, "ui-unsynced", words, *dossiers)
            }
        };
        let row = Row { mark, title: &texts.get(title), hint: &hint, figure: &count.to_string(), key };
        row.show(ui).clicked()
    }
}

/// Draws it.
pub fn show(
    ui: &mut Ui,
    texts: &Texts,
    snapshot: &Snapshot,
    station: &str,
    validity: Option<Validity>,
    gallery: &mut Gallery,
    acts: &mut Vec<Act>,
) {
    let t = tokens(ui.ctx());
    let waiting = all(snapshot);
    if parts::is_live(ui)
        && let Some(at) = KEYS.iter().position(|key| parts::is_struck(ui, *key))
    {
        acts.extend(waiting.get(at).map(Waits::open));
    }
    let width = (ui.available_width() - SIDE - 16.0).max(320.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 16.0;
        let left = Layout::top_down(Align::Min);
        ui.allocate_ui_with_layout(vec2(width, ui.available_height()), left, |ui| {
            ScrollArea::vertical().id_salt("start").show(ui, |ui| {
                ui.set_width(width - 12.0);
                let title = match (&snapshot.resume, waiting.is_empty()) {
                    (Some(resume), _) => {
                        texts.say("ui-being-scanned", &[("dossier", (&snapshot.dossiers[resume.at].code).into())])
                    }
                    (None, true) => texts.get("ui-nothing-waits"),
                    (None, false) => texts.get("ui-waits"),
                };
                ui.label(RichText::new(title).font(semibold(28.0)).color(t.text));
                let share = snapshot.progress.total.done.dossiers;
                let values = [("done", share.into()), ("all", snapshot.dossiers.len().into())];
                ui.label(RichText::new(texts.say("ui-accepted-of", &values)).color(t.text2));
                ui.add_space(10.0);
                next_card(ui, texts, snapshot, gallery, acts);
                if waiting.is_empty() {
                    today(ui, texts, snapshot, acts);
                    return;
                }
                ui.add_space(12.0);
                parts::card(ui).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    egui::Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
                        ui.label(RichText::new(texts.get("ui-waiting-for-me")).font(semibold(16.0)).color(t.text));
                    });
                    for (at, waiting) in waiting.iter().enumerate() {
                        if waiting.row(ui, texts, snapshot, KEYS.get(at).map_or("", |key| key.name())) {
                            acts.push(waiting.open());
                        }
                    }
                });
                today(ui, texts, snapshot, acts);
            });
        });
        ui.vertical(|ui| {
            health(ui, texts, snapshot, station, validity);
            let (word, cap) = (texts.get(Command::ChooseArchive.label()), Command::ChooseArchive.cap(texts));
            let action = Action::new(&word, &cap).icon(Command::ChooseArchive.icon());
            if action.show(ui, None).clicked() {
                acts.push(Act::Command(Command::ChooseArchive));
            }
        });
    });
}

/// The dossier to go on with: the one that is being scanned, else the first that is not.
fn next_card(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, gallery: &mut Gallery, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let resume = snapshot.resume.as_ref();
    let line = resume.map(|resume| &*snapshot.dossiers[resume.at]).or_else(|| snapshot.next_to_scan(""));
    let Some(line) = line else { return };
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 20.0;
            if let Some(page) = resume.and_then(|resume| resume.last.as_ref()) {
                let (rect, _) = ui.allocate_exact_size(vec2(92.0, 130.0), Sense::hover());
                match gallery.small(page) {
                    Some(texture) => {
                        let size = texture.size_vec2();
                        let scale = (rect.width() / size.x).min(rect.height() / size.y);
                        parts::picture(ui, &texture, Rect::from_center_size(rect.center(), size * scale));
                    }
                    None => drop(ui.painter().rect_filled(rect, 0.0, t.paper)),
                }
            }
            let word = texts.get(if resume.is_some() { "ui-scan-on" } else { "ui-scan-this" });
            let cap = Command::Open.cap(texts);
            let width = (ui.available_width() - 240.0).max(160.0);
            ui.allocate_ui_with_layout(vec2(width, 110.0), Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                let mut place = vec![line.code.clone(), line.series.clone()];
                if !line.box_code.is_empty() {
                    place.push(texts.say("ui-box-n", &[("box", (&line.box_code).into())]));
                }
                place.retain(|word| !word.is_empty());
                ui.label(RichText::new(place.join(" · ")).small().color(t.text2));
                ui.label(RichText::new(&line.title).font(semibold(16.0)).color(t.text));
                let expected = resume.and_then(|resume| resume.counted).or(line.expected);
                let words = match expected {
                    Some(all) => texts.say("ui-pages-of", &[("pages", line.pages.into()), ("all", all.into())]),
                    None => texts.say("ui-pages-named", &[("pages", line.pages.into())]),
                };
                let share = expected.map_or(0.0, |all| line.pages as f32 / all.max(1) as f32);
                ui.horizontal(|ui| {
                    parts::bar(ui, (width - 180.0).max(80.0), share, None, &words);
                    ui.label(RichText::new(&words).color(t.text2));
                });
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let action = Action::new(&word, &cap).primary().icon(Command::ShowScan.icon());
                let is_entered =
                    parts::is_live(ui) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
                if action.show(ui, None).clicked() || is_entered {
                    acts.push(Act::Open(line.code.clone(), Screen::Scan));
                }
            });
        });
    });
}

/// Pages captured today, by the hour, which opens its dossiers, and how good the last weeks were.
fn today(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, acts: &mut Vec<Act>) {
    const FIRST: u32 = 7;
    const LAST: u32 = 18;
    let t = tokens(ui.ctx());
    let hours = &snapshot.work.by_hour;
    ui.add_space(12.0);
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 24.0;
            ui.vertical(|ui| {
                ui.set_width(130.0);
                ui.label(RichText::new(texts.get("ui-pages-today")).small().color(t.text2));
                ui.label(RichText::new(texts.count(snapshot.work.today())).font(semibold(28.0)).color(t.text));
            });
            let first = hours.keys().next().copied().unwrap_or(FIRST).min(FIRST);
            let last = hours.keys().last().copied().unwrap_or(LAST).max(LAST);
            let most = hours.values().max().copied().unwrap_or(1).max(1);
            let width = (ui.available_width() - 250.0).clamp(160.0, 520.0);
            let (rect, _) = ui.allocate_exact_size(vec2(width, 84.0), Sense::hover());
            let step = width / (last - first + 1) as f32;
            let base = rect.bottom() - 18.0;
            for hour in first..=last {
                let pages = hours.get(&hour).copied().unwrap_or(0);
                let left = rect.left() + step * (hour - first) as f32;
                let height = (base - rect.top()) * pages as f32 / most as f32;
                let column = Rect::from_min_max(pos2(left + 3.0, base - height), pos2(left + step - 3.0, base));
                ui.painter().rect_filled(column, 2.0, t.accent);
                let (at, small) = (pos2(left + step / 2.0, base + 10.0), FontId::proportional(12.0));
                ui.painter().text(at, Align2::CENTER_CENTER, hour, small, t.text3);
                if pages == 0 {
                    continue;
                }
                let all = Rect::from_min_max(pos2(left, rect.top()), pos2(left + step, rect.bottom()));
                let response = ui.interact(all, ui.scope_id().with(hour), Sense::click());
                if response.hovered() || response.has_focus() {
                    ui.painter().rect_stroke(all, 2.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
                }
                let name = texts.say("ui-pages-in-hour", &[("hour", hour.into()), ("pages", pages.into())]);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                if response.on_hover_text(&name).clicked() {
                    acts.push(Act::Lot(Lot::Hour(hour)));
                }
            }
            ui.painter().hline(rect.x_range(), base, Stroke::new(1.0, t.line2));
            let (pages, again) = snapshot.work.pages();
            for (id, figure) in
                [("report-again", percent(texts, again, pages)), ("ui-first-pass", first_pass(texts, pages, again))]
            {
                ui.vertical(|ui| {
                    ui.label(RichText::new(texts.get(id)).small().color(t.text2));
                    ui.label(RichText::new(figure).font(semibold(20.0)).color(t.text));
                });
            }
        });
    });
}

/// The mark of what waits.
fn mark(chip: Chip) -> Mark {
    match chip {
        Chip::All => Mark::Planned,
        Chip::BatchOpen => Mark::Unsaved,
        Chip::Rescan => Mark::Rescan,
        Chip::Findings | Chip::Unsigned | Chip::Unaccepted => Mark::Warn,
        Chip::Held => Mark::Held,
    }
}

/// The right column: disk, second vault, boxes, where the archive lies.
fn health(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, station: &str, validity: Option<Validity>) {
    let t = tokens(ui.ctx());
    ui.set_width(SIDE);
    ui.spacing_mut().item_spacing.x = 10.0;
    ui.label(RichText::new(station).font(semibold(16.0)).color(t.text));
    let disk = if snapshot.is_scarce() { Mark::Warn } else { Mark::Pass };
    let second = match &snapshot.second_vault {
        None => (Mark::Planned, texts.get("ui-second-vault-none")),
        Some((_, 0)) => (Mark::Safe, texts.get("ui-second-vault-whole")),
        Some((_, masters)) => (Mark::Unsaved, texts.say("ui-second-vault-behind", &[("masters", (*masters).into())])),
    };
    let boxes = match snapshot.boxes_away {
        0 => (Mark::Pass, texts.get("ui-boxes-home")),
        boxes => (Mark::Unsaved, texts.say("ui-boxes-away", &[("boxes", boxes.into())])),
    };
    let free = if snapshot.is_scarce() { "ui-disk-scarce-next" } else { "ui-free-of" };
    let free = texts.say(free, &[("free", failure::bytes(texts, snapshot.free).into())]);
    let hub = snapshot.upstream_words(texts).unwrap_or_else(|| (Mark::Planned, texts.get("ui-hub-none")));
    let key = match validity {
        Some(ends @ Validity::Ended(_)) => Some((Mark::Reject, ends)),
        Some(ends @ Validity::Ending(_)) => Some((Mark::Warn, ends)),
        Some(Validity::Lasting(_)) | None => None,
    };
    let key = key.map(|(mark, ends)| (mark, texts.get("ui-signing-key"), ends.tell(texts).0));
    let rows = [
        (disk, texts.get("ui-disk"), free),
        (second.0, texts.get("ui-second-vault"), second.1),
        (hub.0, texts.get("ui-hub"), hub.1),
        (boxes.0, texts.get("ui-boxes"), boxes.1),
    ];
    parts::card(ui).inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
        for (at, (mark, title, hint)) in key.into_iter().chain(rows).enumerate() {
            if at > 0 {
                ui.separator();
            }
            ui.horizontal(|ui| {
                mark.show(ui, t.surface);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.label(RichText::new(title).color(t.text));
                    ui.label(RichText::new(hint).small().color(t.text3));
                });
            });
        }
    });
    ui.add_space(12.0);
    ui.label(RichText::new(texts.get("ui-archive")).font(semibold(16.0)).color(t.text));
    parts::card(ui).inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.set_width(SIDE - 34.0);
        ui.label(RichText::new(&snapshot.title).color(t.text));
        let folder = snapshot.folder.display().to_string();
        ui.add(egui::Label::new(RichText::new(folder).small().color(t.text3)).truncate());
    });
}
