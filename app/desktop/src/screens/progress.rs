//! Progress: how much is done against each target, by when it will be, and where it lags.

use eframe::egui;
use egui::{Align, Layout, Margin, RichText, ScrollArea, Sense, Stroke, Ui, pos2, vec2};
use sohoa_catalog::progress::{TargetNow, TargetProgress};
use sohoa_model::forecast::NoForecast;
use sohoa_shell::{Texts, history};

use crate::model::Snapshot;
use crate::parts::{self, Mark};
use crate::theme::{Semantic, semibold, tokens};

/// Draws it; says which fonds to open.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) -> Option<String> {
    let t = tokens(ui.ctx());
    let progress = &snapshot.progress;
    let mut chosen = None;
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.label(RichText::new(texts.get("ui-progress-title")).font(semibold(20.0)).color(t.text));
        ui.add_space(8.0);
        if progress.total.listed.dossiers == 0 {
            ui.label(RichText::new(texts.get("progress-empty")).color(t.text2));
            return;
        }
        if progress.targets.is_empty() {
            parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.label(RichText::new(texts.get("ui-no-target")).color(t.text2));
            });
        }
        for (target, now) in progress.targets.iter().zip(&progress.now.targets) {
            target_card(ui, texts, target, now);
            ui.add_space(6.0);
        }
        ui.add_space(6.0);
        let half = (ui.available_width() - 20.0) / 2.0;
        ui.horizontal_top(|ui| {
            let down = Layout::top_down(Align::Min);
            ui.allocate_ui_with_layout(vec2(half, 10.0), down, |ui| chosen = fonds_card(ui, texts, snapshot));
            ui.allocate_ui_with_layout(vec2(half, 10.0), down, |ui| {
                states_card(ui, texts, snapshot);
                ui.add_space(6.0);
                weeks_card(ui, texts, snapshot);
            });
        });
    });
    chosen
}

fn percent(texts: &Texts, done: u64, all: u64) -> String {
    let tenths = done.saturating_mul(1000).checked_div(all).unwrap_or(0);
    format!("{} %", history::decimal(texts, tenths))
}

fn share(done: u64, all: u64) -> f32 {
    if all == 0 { 0.0 } else { done as f32 / all as f32 }
}

fn target_card(ui: &mut Ui, texts: &Texts, target: &TargetProgress, now: &TargetNow) {
    let t = tokens(ui.ctx());
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(RichText::new(percent(texts, target.done, target.denominator)).font(semibold(28.0)).color(t.text));
            let unit = texts.get(&format!("unit-{}", target.target.unit.word()));
            let of = [("done", target.done.into()), ("all", target.denominator.into()), ("unit", unit.into())];
            ui.label(RichText::new(texts.say("ui-done-of", &of)).color(t.text2));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (mark, state, words) = forecast(texts, target, now, t);
                egui::Frame::new().fill(state.soft).corner_radius(4).inner_margin(Margin::symmetric(8, 4)).show(
                    ui,
                    |ui| {
                        ui.label(RichText::new(words).font(semibold(12.0)).color(state.fg));
                        mark.show(ui, state.soft);
                    },
                );
            });
        });
        let goal = target.target.share_ppm as f32 / 1_000_000.0;
        let name = format!("{} {}", target.target.name, percent(texts, target.done, target.denominator));
        let width = ui.available_width();
        parts::bar(ui, width, share(target.done, target.denominator), Some(goal), &name);
        let deadline = &target.target.deadline;
        let deadline = sohoa_model::day::Day::parse(deadline).map_or_else(|| deadline.clone(), |day| day.short());
        let share = history::decimal(texts, u64::from(target.target.share_ppm) / 1_000);
        let values = [
            ("name", (&target.target.name).into()),
            ("share", share.into()),
            ("deadline", deadline.into()),
            ("required", target.required.into()),
        ];
        ui.label(RichText::new(texts.say("ui-target-is", &values)).small().color(t.text3));
    });
}

/// What is to be said of the end: the interval, never a day alone.
fn forecast(
    texts: &Texts,
    target: &TargetProgress,
    now: &TargetNow,
    t: &crate::theme::Tokens,
) -> (Mark, Semantic, String) {
    if target.met {
        return (Mark::Pass, t.pass, texts.get("ui-met"));
    }
    if now.past {
        let left = target.required.saturating_sub(target.done);
        return (Mark::Reject, t.reject, texts.say("ui-missed-by", &[("left", left.into())]));
    }
    match &now.forecast {
        Err(NoForecast::Done) => (Mark::Pass, t.pass, texts.get("ui-met")),
        Err(why) => (Mark::Warn, t.warn, texts.get(&format!("ui-no-forecast-{}", why.word()))),
        Ok(forecast) => {
            let day = |day: Option<sohoa_model::day::Day>| day.map_or_else(|| texts.get("ui-later"), |day| day.short());
            let values = [("earliest", day(forecast.earliest).into()), ("latest", day(forecast.latest).into())];
            let words = texts.say("ui-forecast", &values);
            let in_time = forecast
                .latest
                .is_some_and(|latest| Some(latest) <= sohoa_model::day::Day::parse(&target.target.deadline));
            if in_time { (Mark::Pass, t.pass, words) } else { (Mark::Warn, t.warn, words) }
        }
    }
}

fn heading(ui: &mut Ui, texts: &Texts, id: &str) {
    let t = tokens(ui.ctx());
    egui::Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.label(RichText::new(texts.get(id)).font(semibold(16.0)).color(t.text));
    });
}

fn fonds_card(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) -> Option<String> {
    let t = tokens(ui.ctx());
    let mut chosen = None;
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = 20.0;
        heading(ui, texts, "progress-by-fonds");
        for (fonds, totals) in &snapshot.progress.by_fonds {
            let (done, all) = (totals.done.dossiers, totals.listed.dossiers);
            let shown = percent(texts, done, all);
            let inside = egui::Frame::new().inner_margin(Margin::symmetric(16, 6)).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.label(RichText::new(fonds).color(t.text));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let values = [("done", done.into()), ("all", all.into())];
                        ui.label(RichText::new(texts.say("ui-dossiers-of", &values)).small().color(t.text3));
                        ui.label(RichText::new(&shown).font(semibold(13.0)).color(t.text));
                    });
                });
                let width = ui.available_width();
                parts::bar(ui, width, share(done, all), None, &format!("{fonds} {shown}"));
            });
            let response = ui.interact(inside.response.rect, ui.scope_id().with(fonds), Sense::click());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, fonds));
            if response.on_hover_text(texts.get("ui-open-list")).clicked() {
                chosen = Some(fonds.clone());
            }
        }
        ui.add_space(8.0);
    });
    chosen
}

fn states_card(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) {
    let t = tokens(ui.ctx());
    let all = snapshot.progress.total.listed.dossiers.max(1);
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = 20.0;
        heading(ui, texts, "ui-by-state");
        for (state, amount) in &snapshot.progress.by_state {
            egui::Frame::new().inner_margin(Margin::symmetric(16, 2)).show(ui, |ui| {
                ui.horizontal(|ui| {
                    let name = texts.get(&format!("state-{}", state.word()));
                    let (label, _) = ui.allocate_exact_size(vec2(150.0, 20.0), Sense::hover());
                    let (at, font) = (label.left_center(), egui::FontId::proportional(13.0));
                    ui.painter().text(at, egui::Align2::LEFT_CENTER, &name, font, t.text);
                    let width = (ui.available_width() - 60.0).max(40.0);
                    let shown = amount.dossiers.to_string();
                    parts::bar(ui, width, share(amount.dossiers, all), None, &format!("{name} {shown}"));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.label(RichText::new(shown).font(semibold(13.0)).color(t.text));
                    });
                });
            });
        }
        ui.add_space(10.0);
    });
}

fn weeks_card(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) {
    let t = tokens(ui.ctx());
    let weeks: Vec<_> = snapshot.progress.by_week.iter().rev().take(12).collect();
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts, "progress-by-week");
        if weeks.is_empty() {
            egui::Frame::new().inner_margin(Margin::symmetric(16, 6)).show(ui, |ui| {
                ui.label(RichText::new(texts.get("ui-no-weeks")).color(t.text2));
            });
            return;
        }
        let most = weeks.iter().map(|(_, amount)| amount.dossiers).max().unwrap_or(1).max(1);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 132.0), Sense::hover());
        let step = (rect.width() - 32.0) / 12.0;
        for (at, (week, amount)) in weeks.iter().rev().enumerate() {
            let left = rect.left() + 16.0 + step * at as f32;
            let height = 84.0 * amount.dossiers as f32 / most as f32;
            let base = rect.bottom() - 26.0;
            let column = egui::Rect::from_min_max(pos2(left + 4.0, base - height), pos2(left + step - 4.0, base));
            ui.painter().rect_filled(column, 2.0, t.accent);
            let middle = left + step / 2.0;
            let small = egui::FontId::proportional(12.0);
            let number = week.rsplit('W').next().unwrap_or(week);
            let (below, above) = (pos2(middle, base + 12.0), pos2(middle, base - height - 9.0));
            ui.painter().text(below, egui::Align2::CENTER_CENTER, number, small.clone(), t.text3);
            ui.painter().text(above, egui::Align2::CENTER_CENTER, amount.dossiers, small, t.text2);
        }
        let base = rect.bottom() - 26.0;
        ui.painter().hline(rect.left() + 16.0..=rect.right() - 16.0, base, Stroke::new(1.0, t.line2));
    });
}
