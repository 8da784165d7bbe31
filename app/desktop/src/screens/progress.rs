//! Progress: how much is done against each target, by when it will be, where it lags, and who did what.

use eframe::egui;
use egui::{
    Align, Align2, FontId, Frame, Key, Layout, Margin, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};
use sohoa_catalog::progress::{Figure, Part, Scope};
use sohoa_catalog::work::Lot;
use sohoa_model::day::Day;
use sohoa_pipeline::accounts;
use sohoa_shell::Texts;
use sohoa_shell::report::{self, Outlook, percent};

use crate::chart::Chart;
use crate::command::Command;
use crate::model::{Chip, Snapshot};
use crate::parts::{self, Action, Mark};
use crate::screens::Act;
use crate::theme::{Semantic, Tokens, semibold, tokens};

/// A card with the chart that is narrower than this has a line for each thing.
const NARROW: f32 = 560.0;
/// The tables below the chart, by their keys.
const TABLES: [(&str, Key); 4] =
    [("ui-people", Key::Num1), ("ui-stations", Key::Num2), ("progress-by-week", Key::Num3), ("ui-by-state", Key::Num4)];

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    /// The target that a person chose; else the first that is not met.
    target: Option<usize>,
    table: usize,
    /// Where the chart was drawn last.
    pub chart: Option<Rect>,
}

/// Draws it.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, state: &mut State, operator: &str, acts: &mut Vec<Act>) {
    let progress = &snapshot.progress;
    title(ui, texts, acts);
    ui.add_space(6.0);
    let t = tokens(ui.ctx());
    if progress.total.listed.dossiers == 0 {
        ui.label(RichText::new(texts.get("progress-empty")).color(t.text2));
        return;
    }
    if parts::is_live(ui)
        && let Some(at) = TABLES.iter().position(|(_, key)| parts::is_struck(ui, *key))
    {
        state.table = at;
    }
    ScrollArea::vertical().id_salt("progress").auto_shrink([false, false]).show(ui, |ui| {
        let side = if ui.available_width() < 1200.0 { 360.0 } else { 440.0 };
        let left = (ui.available_width() - side - 12.0).max(360.0);
        let down = Layout::top_down(Align::Min);
        let upper = (ui.available_height() * 0.54).max(340.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            ui.allocate_ui_with_layout(vec2(left, upper), down, |ui| {
                target_card(ui, texts, snapshot, state, upper, acts);
            });
            ui.allocate_ui_with_layout(vec2(side, upper), down, |ui| fonds_card(ui, texts, snapshot, upper, acts));
        });
        ui.add_space(6.0);
        let lower = (ui.available_height() - 4.0).max(230.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            ui.allocate_ui_with_layout(vec2(left, lower), down, |ui| {
                tables(ui, texts, snapshot, state, operator, lower, acts);
            });
            ui.allocate_ui_with_layout(vec2(side, lower), down, |ui| rework(ui, texts, snapshot, lower, acts));
        });
    });
}

fn title(ui: &mut Ui, texts: &Texts, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        ui.label(RichText::new(texts.get("ui-progress-title")).font(semibold(20.0)).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (command, is_primary) in [(Command::PrintReport, true), (Command::Export, false)] {
                let (word, cap) = (texts.get(command.label()), command.cap(texts));
                let action = Action { is_primary, ..Action::new(&word, &cap).icon(command.icon()) };
                if action.show(ui, None).clicked() {
                    acts.push(Act::Command(command));
                }
            }
        });
    });
}

fn share(done: u64, all: u64) -> f32 {
    if all == 0 { 0.0 } else { done as f32 / all as f32 }
}

fn of_outlook(outlook: Outlook, t: &Tokens) -> (Mark, Semantic) {
    match outlook {
        Outlook::Met | Outlook::InTime => (Mark::Pass, t.pass),
        Outlook::Missed => (Mark::Reject, t.reject),
        Outlook::Doubtful => (Mark::Warn, t.warn),
    }
}

/// A card that fills a place.
fn card(ui: &mut Ui, height: f32, add: impl FnOnce(&mut Ui)) {
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_height(height - 2.0);
        add(ui);
    });
}

/// The figure, what is to be expected in words, and the chart of the chosen target.
fn target_card(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, state: &mut State, height: f32, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let progress = &snapshot.progress;
    card(ui, height, |ui| {
        Frame::new().inner_margin(Margin::same(14)).show(ui, |ui| {
            let unmet = progress.targets.iter().position(|target| !target.met);
            let chosen = state.target.or(unmet).unwrap_or(0).min(progress.targets.len().saturating_sub(1));
            let (Some(target), Some(now)) = (progress.targets.get(chosen), progress.now.targets.get(chosen)) else {
                ui.label(RichText::new(texts.get("ui-no-target")).color(t.text2));
                let word = texts.get("ui-set-targets");
                if snapshot.role >= accounts::Role::Supervisor && Action::new(&word, "").show(ui, None).clicked() {
                    acts.push(Act::SetTargets);
                }
                return;
            };
            if progress.targets.len() > 1 {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    for (at, target) in progress.targets.iter().enumerate() {
                        let name = &target.target.name;
                        if parts::chip(ui, None, name, name, at == chosen).clicked() {
                            state.target = Some(at);
                        }
                    }
                });
            }
            // Enlarged on a small screen each has a line of its own.
            let is_narrow = ui.available_width() < NARROW;
            let outlook = |ui: &mut Ui| {
                let (outlook, words) = report::outlook(texts, target, now);
                let (mark, state) = of_outlook(outlook, t);
                let frame = Frame::new().fill(state.soft).corner_radius(4).inner_margin(Margin::symmetric(8, 4));
                frame.show(ui, |ui| {
                    ui.label(RichText::new(words).font(semibold(12.0)).color(state.fg));
                    mark.show(ui, state.soft);
                });
            };
            ui.horizontal(|ui| {
                let done = percent(texts, target.done, target.denominator);
                let opens = |ui: &mut Ui, words: RichText, part: Part| {
                    let name = format!("{} · {}", words.text(), target.target.name);
                    let button = ui.add(egui::Button::new(words).frame(false));
                    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                    if button.on_hover_text(texts.get("ui-open-list")).clicked() {
                        let scope = Scope::Target(target.target.name.clone());
                        return Some(Act::Lot(Lot::Figure(Figure { scope, part })));
                    }
                    None
                };
                acts.extend(opens(ui, RichText::new(done).font(semibold(28.0)).color(t.text), Part::Done));
                let unit = texts.get(&format!("unit-{}", target.target.unit.word()));
                let of = [("done", target.done.into()), ("all", target.denominator.into()), ("unit", (&unit).into())];
                acts.extend(opens(ui, RichText::new(texts.say("ui-done-of", &of)).color(t.text2), Part::Listed));
                let rest = target.denominator.saturating_sub(target.done);
                if rest > 0 {
                    let words = texts.say("ui-rest-of-target", &[("rest", rest.into()), ("unit", unit.into())]);
                    acts.extend(opens(ui, RichText::new(words).color(t.accent_text), Part::NotDone));
                }
                if !is_narrow {
                    ui.with_layout(Layout::right_to_left(Align::Center), outlook);
                }
            });
            if is_narrow {
                ui.horizontal(outlook);
            }
            let deadline = &target.target.deadline;
            let values = [
                ("name", (&target.target.name).into()),
                ("share", sohoa_shell::history::decimal(texts, u64::from(target.target.share_ppm) / 1_000).into()),
                ("deadline", Day::parse(deadline).map_or_else(|| deadline.clone(), Day::short).into()),
                ("required", target.required.into()),
            ];
            let words = texts.say("ui-target-is", &values);
            ui.horizontal(|ui| {
                ui.label(RichText::new(&words).small().color(t.text3));
                if !is_narrow {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| legend(ui, texts));
                }
            });
            if is_narrow {
                ui.horizontal(|ui| legend(ui, texts));
            }
            let weeks = snapshot.weeks.get(chosen);
            if let Some(chart) = weeks.and_then(|weeks| Chart::of(progress, chosen, weeks)) {
                let room = ui.available_height() - 4.0;
                let place = chart.show(ui, texts, room);
                let name = format!("{} {words}", percent(texts, target.done, target.denominator));
                let response = ui.interact(place, ui.scope_id().with("chart"), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
                state.chart = Some(place);
            }
        });
    });
}

/// What the lines of the chart are, from the right.
fn legend(ui: &mut Ui, texts: &Texts) {
    let t = tokens(ui.ctx());
    for (id, colour, is_dashed, width) in [
        ("ui-chart-forecast", t.band, false, 10.0),
        ("ui-chart-plan", t.text3, true, 1.5),
        ("ui-chart-actual", t.accent_text, false, 2.5),
    ] {
        ui.label(RichText::new(texts.get(id)).small().color(t.text2));
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 14.0), Sense::hover());
        let ends = [rect.left_center(), rect.right_center()];
        let stroke = Stroke::new(width, colour);
        if is_dashed {
            ui.painter().extend(egui::Shape::dashed_line(&ends, stroke, 5.0, 3.0));
        } else {
            ui.painter().line_segment(ends, stroke);
        }
    }
}

fn heading(ui: &mut Ui, words: &str, beside: &str) {
    let t = tokens(ui.ctx());
    Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words).font(semibold(16.0)).color(t.text));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(beside).small().color(t.text3));
            });
        });
    });
}

/// Each fonds with its share; a press opens its dossiers.
fn fonds_card(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, height: f32, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    card(ui, height, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        heading(ui, &texts.get("progress-by-fonds"), &texts.get("ui-open-list"));
        let all: Vec<_> = snapshot.progress.by_fonds.iter().collect();
        let area = ScrollArea::vertical().id_salt("fonds").auto_shrink([false, false]);
        area.show_rows(ui, 49.0, all.len(), |ui, range| {
            for (fonds, totals) in &all[range] {
                let (done, listed) = (totals.done.dossiers, totals.listed.dossiers);
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 49.0), Sense::click());
                let ground = if response.hovered() || response.has_focus() { t.hover } else { t.surface };
                let painter = ui.painter();
                painter.rect_filled(rect.shrink(1.0), 0.0, ground);
                painter.hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.line));
                let (left, right) = (rect.left() + 16.0, rect.right() - 24.0);
                let values = [("done", done.into()), ("all", listed.into())];
                let count = texts.say("ui-dossiers-of", &values);
                let small = FontId::proportional(12.0);
                let shown = painter.text(pos2(right, rect.top() + 14.0), Align2::RIGHT_CENTER, count, small, t.text3);
                let name = parts::cut(ui, fonds, FontId::proportional(13.0), t.text, shown.left() - left - 8.0);
                painter.galley(pos2(left, rect.top() + 14.0 - name.size().y / 2.0), name, t.text);
                let words = percent(texts, done, listed);
                let figure = pos2(right, rect.top() + 35.0);
                painter.text(figure, Align2::RIGHT_CENTER, &words, semibold(13.0), t.text);
                let track = Rect::from_min_max(pos2(left, rect.top() + 32.0), pos2(right - 64.0, rect.top() + 39.0));
                painter.rect_filled(track, 3.5, t.track);
                let mut filled = track;
                filled.set_width(track.width() * share(done, listed));
                painter.rect_filled(filled, 3.5, t.accent);
                let arrow = pos2(rect.right() - 14.0, rect.center().y);
                let icon = char::from(lucide_icons::Icon::ChevronRight);
                painter.text(arrow, Align2::CENTER_CENTER, icon, FontId::proportional(14.0), t.text3);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{fonds} {words}")));
                if response.on_hover_text(texts.get("ui-open-list")).clicked() {
                    let scope = Scope::Fonds((*fonds).clone());
                    acts.push(Act::Lot(Lot::Figure(Figure { scope, part: Part::Listed })));
                }
            }
        });
    });
}

/// The tables below the chart, one at a time; a press on a row opens its dossiers.
fn tables(
    ui: &mut Ui,
    texts: &Texts,
    snapshot: &Snapshot,
    state: &mut State,
    operator: &str,
    height: f32,
    acts: &mut Vec<Act>,
) {
    card(ui, height, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        Frame::new().inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                for (at, (id, _)) in TABLES.iter().enumerate() {
                    let words = texts.get(id);
                    if parts::chip(ui, None, &words, &words, at == state.table).clicked() {
                        state.table = at;
                    }
                }
            });
        });
        let chosen = match state.table {
            0 => people(ui, texts, snapshot, operator),
            1 => stations(ui, texts, snapshot),
            2 => weeks(ui, texts, snapshot),
            _ => states(ui, texts, snapshot),
        };
        acts.extend(chosen.map(Act::Lot));
    });
}

/// The heads of a table.
fn head(ui: &mut Ui, cells: &[String], shares: &[f32]) {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, t.panel);
    fill_in(ui, rect, cells, shares, true);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, cells.join(" · ")));
}

/// A row of a table; says whether it was pressed.
fn row(ui: &mut Ui, texts: &Texts, cells: &[String], shares: &[f32]) -> bool {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 0.0, t.hover);
    }
    fill_in(ui, rect, cells, shares, false);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, cells.join(" · ")));
    response.on_hover_text(texts.get("ui-open-list")).clicked()
}

/// Words at the left, numbers at the right of their columns.
fn fill_in(ui: &Ui, rect: Rect, cells: &[String], shares: &[f32], is_head: bool) {
    let t = tokens(ui.ctx());
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, t.line));
    let mut left = rect.left() + 16.0;
    let room = rect.width() - 32.0;
    for (at, (cell, share)) in cells.iter().zip(shares).enumerate() {
        let right = left + room * share;
        let (font, colour) = match is_head {
            true => (semibold(13.0), t.text2),
            false => (FontId::proportional(13.0), t.text),
        };
        let galley = parts::cut(ui, cell, font, colour, right - left - 8.0);
        let x = if at == 0 { left } else { right - galley.size().x };
        painter.galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, colour);
        left = right;
    }
}

fn people(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, operator: &str) -> Option<Lot> {
    const SHARES: [f32; 5] = [0.4, 0.15, 0.15, 0.15, 0.15];
    let t = tokens(ui.ctx());
    let heads = ["report-person", "report-captured", "report-again", "ui-first-pass", "report-accepted"];
    head(ui, &heads.map(|id| texts.get(id)), &SHARES);
    let mut chosen = None;
    if snapshot.work.people.is_empty() {
        note(ui, &texts.get("ui-no-work"), t);
    }
    ScrollArea::vertical().id_salt("people").auto_shrink([false, false]).show(ui, |ui| {
        let is_seen = |name: &str| snapshot.role >= accounts::Role::Supervisor || name == operator;
        for (name, person) in snapshot.work.people.iter().filter(|(name, _)| is_seen(name)) {
            let cells = [
                name.clone(),
                texts.count(person.pages),
                texts.count(person.again),
                first_pass(texts, person.pages, person.again),
                texts.count(person.accepted),
            ];
            if row(ui, texts, &cells, &SHARES) {
                chosen = Some(Lot::Person(name.clone()));
            }
        }
    });
    chosen
}

fn stations(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) -> Option<Lot> {
    const SHARES: [f32; 6] = [0.28, 0.12, 0.14, 0.12, 0.14, 0.2];
    let t = tokens(ui.ctx());
    let heads =
        ["report-station", "report-batches", "report-captured", "report-again", "ui-first-pass", "report-last-batch"];
    head(ui, &heads.map(|id| texts.get(id)), &SHARES);
    let mut chosen = None;
    if snapshot.work.stations.is_empty() {
        note(ui, &texts.get("ui-no-station"), t);
    }
    ScrollArea::vertical().id_salt("stations").auto_shrink([false, false]).show(ui, |ui| {
        for (name, station) in &snapshot.work.stations {
            let cells = [
                if name.is_empty() { texts.get("ui-unnamed-station") } else { name.clone() },
                texts.count(station.batches),
                texts.count(station.pages),
                texts.count(station.again),
                first_pass(texts, station.pages, station.again),
                station.last.short_vietnam(),
            ];
            if row(ui, texts, &cells, &SHARES) {
                chosen = Some(Lot::Station(name.clone()));
            }
        }
    });
    chosen
}

/// The share of pages that were good the first time; a dash where there are none.
pub fn first_pass(texts: &Texts, pages: u64, again: u64) -> String {
    if pages == 0 { "–".to_owned() } else { percent(texts, pages.saturating_sub(again), pages) }
}

fn states(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) -> Option<Lot> {
    const SHARES: [f32; 4] = [0.46, 0.18, 0.18, 0.18];
    let heads = ["report-state", "report-dossiers", "report-share", "report-pages"];
    head(ui, &heads.map(|id| texts.get(id)), &SHARES);
    let mut chosen = None;
    let all = snapshot.progress.total.listed.dossiers;
    ScrollArea::vertical().id_salt("states").auto_shrink([false, false]).show(ui, |ui| {
        for (state, amount) in &snapshot.progress.by_state {
            let cells = [
                texts.get(&format!("state-{}", state.word())),
                texts.count(amount.dossiers),
                percent(texts, amount.dossiers, all),
                texts.count(amount.pages),
            ];
            if row(ui, texts, &cells, &SHARES) {
                chosen = Some(Lot::Figure(Figure { scope: Scope::All, part: Part::State(*state) }));
            }
        }
    });
    chosen
}

fn note(ui: &mut Ui, words: &str, t: &Tokens) {
    Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
        ui.label(RichText::new(words).color(t.text2));
    });
}

/// What was accepted in the last weeks.
fn weeks(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) -> Option<Lot> {
    const SHOWN: usize = 16;
    let t = tokens(ui.ctx());
    let weeks: Vec<_> = snapshot.progress.by_week.iter().rev().take(SHOWN).collect();
    if weeks.is_empty() {
        note(ui, &texts.get("ui-no-weeks"), t);
        return None;
    }
    let mut chosen = None;
    let most = weeks.iter().map(|(_, amount)| amount.dossiers).max().unwrap_or(1).max(1);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ui.available_height() - 4.0), Sense::hover());
    let step = (rect.width() - 32.0) / SHOWN as f32;
    let base = rect.bottom() - 26.0;
    for (at, (week, amount)) in weeks.iter().rev().enumerate() {
        let left = rect.left() + 16.0 + step * at as f32;
        let height = (base - rect.top() - 24.0) * amount.dossiers as f32 / most as f32;
        let column = Rect::from_min_max(pos2(left + 5.0, base - height), pos2(left + step - 5.0, base));
        let all = Rect::from_min_max(pos2(left, rect.top()), pos2(left + step, rect.bottom()));
        let response = ui.interact(all, ui.scope_id().with(at), Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(all, 2.0, t.hover);
        }
        ui.painter().rect_filled(column, 2.0, t.accent);
        let middle = left + step / 2.0;
        let small = FontId::proportional(12.0);
        let number = week.rsplit('W').next().unwrap_or(week);
        ui.painter().text(pos2(middle, base + 12.0), Align2::CENTER_CENTER, number, small.clone(), t.text3);
        let above = pos2(middle, base - height - 9.0);
        ui.painter().text(above, Align2::CENTER_CENTER, texts.count(amount.dossiers), small, t.text2);
        let name = format!("{week}: {}", texts.count(amount.dossiers));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.on_hover_text(texts.get("ui-open-list")).clicked() {
            chosen = Some(Lot::Figure(Figure { scope: Scope::Week((*week).clone()), part: Part::Done }));
        }
    }
    ui.painter().hline(rect.left() + 16.0..=rect.right() - 16.0, base, Stroke::new(1.0, t.line2));
    chosen
}

/// Why pages were sent back; a reason opens its dossiers, the last line those that wait.
fn rework(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, height: f32, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    card(ui, height, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let (pages, again) = snapshot.work.pages();
        let values = [("pages", pages.into()), ("rework", percent(texts, again, pages).into())];
        heading(ui, &texts.get("ui-rework"), &texts.say("ui-rework-of", &values));
        if snapshot.work.rejections.is_empty() {
            note(ui, &texts.get("ui-no-rework"), t);
        }
        let most = snapshot.work.rejections.first().map_or(1, |(_, times)| *times).max(1);
        for (reason, times) in &snapshot.work.rejections {
            Frame::new().inner_margin(Margin::symmetric(16, 5)).show(ui, |ui| {
                ui.horizontal(|ui| {
                    let room = ui.available_width();
                    let (label, response) = ui.allocate_exact_size(vec2(room * 0.42, 20.0), Sense::click());
                    if response.hovered() || response.has_focus() {
                        ui.painter().rect_filled(label.expand2(vec2(4.0, 3.0)), 4.0, t.hover);
                    }
                    let galley = parts::cut(ui, reason, FontId::proportional(13.0), t.text, label.width());
                    ui.painter().galley(pos2(label.left(), label.center().y - galley.size().y / 2.0), galley, t.text);
                    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, reason));
                    let is_pressed = response.on_hover_text(reason).clicked();
                    let bar = parts::bar(ui, room * 0.42, share(*times, most), None, &format!("{reason} {times}"));
                    let bar = bar.interact(Sense::click()).on_hover_text(texts.get("ui-open-list"));
                    if is_pressed || bar.clicked() {
                        acts.push(Act::Lot(Lot::Rejection(reason.clone())));
                    }
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.label(RichText::new(texts.count(*times)).font(semibold(13.0)).color(t.text));
                    });
                });
            });
        }
        let waiting = snapshot.count(Chip::Rescan);
        if waiting > 0 {
            Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
                let words = texts.say("ui-rescan-waits", &[("dossiers", waiting.into())]);
                if ui.link(words).clicked() {
                    acts.push(Act::List(Chip::Rescan));
                }
            });
        }
    });
}
