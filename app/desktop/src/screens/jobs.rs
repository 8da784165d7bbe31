//! Jobs: what the machine does now, how far it is, what came of it, and the way to stop it.

use eframe::egui;
use egui::{Align, Layout, Margin, RichText, ScrollArea, Ui};
use sohoa_pipeline::progress::Phase;
use sohoa_shell::{Texts, work};

use crate::command::Command;
use crate::mill::{Mill, Running};
use crate::model::Snapshot;
use crate::parts::{self, Action, Mark, Notice};
use crate::screens::Act;
use crate::theme::{semibold, tokens};

/// Draws it.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, mill: &Mill, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    ui.label(RichText::new(texts.get("ui-jobs")).font(semibold(20.0)).color(t.text));
    ui.add_space(8.0);
    ScrollArea::vertical().id_salt("jobs").auto_shrink([false, false]).show(ui, |ui| {
        parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
            ui.set_width(ui.available_width().min(860.0));
            match &mill.running {
                Some(running) => progress(ui, texts, running),
                None => idle(ui, texts, snapshot),
            }
            ui.add_space(10.0);
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| buttons(ui, texts, snapshot, mill, acts));
            });
        });
        ui.add_space(12.0);
        ui.scope(|ui| {
            ui.set_max_width(894.0);
            ended(ui, texts, mill);
        });
    });
}

fn buttons(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, mill: &Mill, acts: &mut Vec<Act>) {
    if let Some(running) = &mill.running {
        let word = texts.get(if running.is_stopping() { "ui-stopping-work" } else { "ui-stop-work" });
        let cap = Command::StopWork.cap(texts);
        let action = Action::new(&word, &cap).icon(Command::StopWork.icon()).enabled(!running.is_stopping());
        if action.show(ui, None).clicked() {
            acts.push(Act::Command(Command::StopWork));
        }
        return;
    }
    if snapshot.to_read + snapshot.to_assemble == 0 {
        return;
    }
    let values = [("pages", snapshot.to_read.into()), ("documents", snapshot.to_assemble.into())];
    let (word, cap) = (texts.say("ui-read-and-assemble", &values), Command::Work.cap(texts));
    if Action::new(&word, &cap).primary().icon(Command::Work.icon()).show(ui, None).clicked() {
        acts.push(Act::Command(Command::Work));
    }
}

fn idle(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot) {
    let t = tokens(ui.ctx());
    let is_done = snapshot.to_read + snapshot.to_assemble == 0;
    ui.horizontal(|ui| {
        let mark = if is_done { Mark::Pass } else { Mark::Planned };
        mark.show(ui, t.surface);
        let title = texts.get(if is_done { "ui-machine-idle" } else { "ui-work-waits" });
        ui.label(RichText::new(title).font(semibold(16.0)).color(t.text));
    });
    let values = [("pages", snapshot.to_read.into()), ("documents", snapshot.to_assemble.into())];
    ui.label(RichText::new(texts.say("ui-work-amount", &values)).color(t.text2));
}

/// How far the running work is, for this screen and for Sign.
pub fn progress(ui: &mut Ui, texts: &Texts, running: &Running) {
    let t = tokens(ui.ctx());
    let id = match running.step {
        Some((Phase::Reading, ..)) => "ui-phase-reading",
        Some((Phase::Assembling, ..)) => "ui-phase-assembling",
        Some((Phase::Copying, ..)) => "ui-phase-copying",
        _ => "ui-phase-begins",
    };
    ui.horizontal(|ui| {
        Mark::Running.show(ui, t.surface);
        ui.label(RichText::new(texts.get(id)).font(semibold(16.0)).color(t.text));
    });
    let Some((_, done, total)) = running.step else { return };
    let words = texts.say("ui-done-of-all", &[("done", done.into()), ("all", total.into())]);
    let share = if total == 0 { 0.0 } else { done as f32 / total as f32 };
    let width = ui.available_width();
    parts::bar(ui, width, share, None, &words);
    ui.horizontal(|ui| {
        ui.label(RichText::new(words).color(t.text2));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(seconds) = running.seconds_left() {
                let left = match seconds {
                    0..=90 => texts.say("ui-seconds-left", &[("seconds", seconds.into())]),
                    seconds => texts.say("ui-minutes-left", &[("minutes", seconds.div_ceil(60).into())]),
                };
                ui.label(RichText::new(left).color(t.text2));
            }
        });
    });
}

/// What came of the last work; what failed stays until the next.
pub fn ended(ui: &mut Ui, texts: &Texts, mill: &Mill) {
    let t = tokens(ui.ctx());
    match &mill.ended {
        None => {}
        Some(Err(failure)) => {
            let safe = texts.get("ui-work-safe");
            let (title, lines) = (&failure.sentence, [safe.as_str(), failure.hint.as_str()]);
            Notice { mark: Mark::Reject, state: t.reject, title, lines: &lines }.show(ui);
        }
        Some(Ok((outcome, was_stopped))) => {
            let lines = work::lines(texts, outcome);
            let lines: Vec<&str> = lines.iter().map(|line| line.sentence.as_str()).collect();
            let is_whole = outcome.problems.is_empty() && outcome.pages_not_read == 0;
            let (mark, state, id) = match (is_whole, was_stopped) {
                (false, _) => (Mark::Warn, t.warn, "ui-work-in-part"),
                (true, true) => (Mark::Warn, t.warn, "ui-work-stopped"),
                (true, false) => (Mark::Pass, t.pass, "ui-work-done"),
            };
            Notice { mark, state, title: &texts.get(id), lines: &lines }.show(ui);
        }
    }
}
