//! Jobs: what the machine does now, how far it is, what came of it, and the way to stop it.

use std::time::Duration;

use eframe::egui;
use egui::{Align, Frame, Layout, Margin, Panel, RichText, ScrollArea, Ui};
use lucide_icons::Icon;
use sohoa_pipeline::progress::Phase;
use sohoa_shell::history::Happening;
use sohoa_shell::{Failure, Texts, work};

use crate::command::Command;
use crate::courier::Courier;
use crate::mill::{Mill, Running};
use crate::model::{Chip, Doing, Snapshot};
use crate::parts::{self, Action, Mark, Notice};
use crate::regions;
use crate::screens::Act;
use crate::theme::{semibold, tokens};

/// Width of the log.
const LOG: f32 = 360.0;
/// How soon work that is under way is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Lines of the log that are shown, at most.
const LINES: usize = 100;

/// What the screen shows.
pub struct Seen<'a> {
    /// The texts.
    pub texts: &'a Texts,
    /// The archive.
    pub snapshot: &'a Snapshot,
    /// What reads, assembles and copies.
    pub mill: &'a Mill,
    /// Sheets that are being fed, if any are.
    pub feeding: Option<Feeding>,
    /// What else takes its time.
    pub doing: Option<Doing>,
    /// What speaks to the hub.
    pub courier: &'a Courier,
    /// What the machine did lately, the last first, once it is known.
    pub log: Option<&'a Result<Vec<Happening>, Failure>>,
}

/// Sheets that are being fed.
pub struct Feeding {
    /// Whether that was told to stop.
    pub is_stopping: bool,
    /// The dossier that they go to.
    pub dossier: String,
    /// Pages of it.
    pub pages: u64,
    /// Pages that it is to have, if that is known.
    pub expected: Option<u64>,
    /// Seconds until they are there, once there is something to say.
    pub seconds_left: Option<u64>,
}

/// Draws it.
pub fn show(ui: &mut Ui, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let Seen { texts, snapshot, mill, .. } = *seen;
    if ui.available_width() > 900.0 && !regions::is_folded(ui.ctx()) {
        let frame = Frame::new().outer_margin(Margin { left: 12, ..Margin::ZERO });
        Panel::right("jobs-log").exact_size(LOG).resizable(false).show_separator_line(false).frame(frame).show(
            ui,
            |ui| {
                regions::region(ui, &texts.get("ui-log"));
                log(ui, seen, acts);
            },
        );
    }
    ui.label(RichText::new(texts.get("ui-jobs")).font(semibold(20.0)).color(t.text));
    ui.add_space(8.0);
    ScrollArea::vertical().id_salt("jobs").auto_shrink([false, false]).show(ui, |ui| {
        job(ui, |ui| {
            match &mill.running {
                Some(running) => progress(ui, texts, running),
                None => idle(ui, texts, snapshot),
            }
            if mill.running.is_some() || snapshot.to_read + snapshot.to_assemble > 0 {
                ui.add_space(10.0);
                ui.horizontal(|ui| {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| buttons(ui, texts, snapshot, mill, acts));
                });
            }
        });
        ended(ui, texts, mill);
        if let Some(fed) = &seen.feeding {
            job(ui, |ui| feeding(ui, texts, fed, acts));
        }
        if let Some(doing) = &seen.doing {
            job(ui, |ui| other(ui, texts, doing));
        }
        if let Some((mark, words)) = snapshot.upstream_words(texts) {
            job(ui, |ui| upstream(ui, seen, mark, &words, acts));
        }
    });
}

/// The card of a job.
fn job(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        add(ui);
    });
    ui.add_space(12.0);
}

/// Sheets that are fed.
fn feeding(ui: &mut Ui, texts: &Texts, fed: &Feeding, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        Mark::Running.show(ui, t.surface);
        let words = texts.get(if fed.is_stopping { "ui-stopping" } else { "ui-feeding" });
        ui.label(RichText::new(words).font(semibold(16.0)).color(t.text));
        ui.label(RichText::new(&fed.dossier).color(t.text2));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let word = texts.get(Command::StopFeed.label());
            let action = Action::new(&word, "").icon(Command::StopFeed.icon()).enabled(!fed.is_stopping);
            if action.show(ui, None).clicked() {
                acts.push(Act::Command(Command::StopFeed));
            }
        });
    });
    match fed.expected {
        Some(expected) => how_far(ui, texts, (fed.pages, expected), fed.seconds_left),
        None => {
            let words = texts.say("ui-pages-named", &[("pages", fed.pages.into())]);
            ui.label(RichText::new(words).color(t.text2));
        }
    }
}

/// Something else that takes its time, and the way to stop it where it can be stopped.
fn other(ui: &mut Ui, texts: &Texts, doing: &Doing) {
    let t = tokens(ui.ctx());
    ui.horizontal(|ui| {
        Mark::Running.show(ui, t.surface);
        ui.label(RichText::new(texts.get(doing.what)).font(semibold(16.0)).color(t.text));
        let Some(cancel) = &doing.cancel else { return };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let word = texts.get(Command::StopWork.label());
            let action = Action::new(&word, "").icon(Command::StopWork.icon()).enabled(!cancel.is_requested());
            if action.show(ui, None).clicked() {
                cancel.request();
            }
        });
    });
    if let Some((steps, seconds_left)) = doing.how_far() {
        how_far(ui, texts, steps, seconds_left);
        ui.ctx().request_repaint_after(LOOK_AGAIN);
    }
}

/// So many of so many, as a bar and in words, and how long it still takes.
fn how_far(ui: &mut Ui, texts: &Texts, (done, all): (u64, u64), seconds_left: Option<u64>) {
    let t = tokens(ui.ctx());
    let words = texts.say("ui-done-of-all", &[("done", done.into()), ("all", all.into())]);
    let share = if all == 0 { 0.0 } else { (done as f32 / all as f32).min(1.0) };
    let width = ui.available_width();
    parts::bar(ui, width, share, None, &words);
    ui.horizontal(|ui| {
        ui.label(RichText::new(words).color(t.text2));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(seconds) = seconds_left {
                let left = match seconds {
                    0..=90 => texts.say("ui-seconds-left", &[("seconds", seconds.into())]),
                    seconds => texts.say("ui-minutes-left", &[("minutes", seconds.div_ceil(60).into())]),
                };
                ui.label(RichText::new(left).color(t.text2));
            }
        });
    });
}

/// How the station stands with its hub, how far what is sent has come, and the ways to stop that or to speak now.
fn upstream(ui: &mut Ui, seen: &Seen<'_>, mark: Mark, words: &str, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    let speaking = seen.courier.speaking();
    let hub = seen.snapshot.upstream.as_ref().map_or("", |upstream| upstream.hub.as_str());
    ui.horizontal(|ui| {
        mark.show(ui, t.surface);
        ui.label(RichText::new(texts.get("ui-hub")).font(semibold(16.0)).color(t.text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (word, cap) = (texts.get("ui-sync-now"), Command::Refresh.cap(texts));
            let action = Action::new(&word, &cap).icon(Command::Refresh.icon()).enabled(speaking.is_none());
            if action.show(ui, None).clicked() {
                acts.push(Act::Command(Command::Refresh));
            }
            let word = texts.get("ui-stop-sync");
            let can = !seen.courier.is_stopped();
            if Action::new(&word, "").icon(Command::StopWork.icon()).enabled(can).show(ui, None).clicked() {
                seen.courier.stop();
            }
        });
    });
    match &speaking {
        Some(speaking) if speaking.all > 0 => {
            how_far(ui, texts, (speaking.sent, speaking.all), speaking.seconds_left());
        }
        Some(_) => drop(ui.label(RichText::new(texts.get("ui-syncing")).color(t.text2))),
        None if seen.courier.is_stopped() => {
            ui.label(RichText::new(texts.get("ui-sync-stopped")).color(t.warn.fg));
        }
        None => {}
    }
    ui.label(RichText::new(words).color(t.text2));
    ui.label(RichText::new(hub).small().color(t.text3));
}

/// What the machine did lately, and what needs a person.
fn log(ui: &mut Ui, seen: &Seen<'_>, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let texts = seen.texts;
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_height(ui.available_height());
        let waiting = seen.snapshot.count(Chip::Findings);
        if waiting > 0 {
            let frame = Frame::new().inner_margin(Margin { top: 10, ..Margin::ZERO });
            Panel::bottom("jobs-next").resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
                let word = texts.say("ui-look-at-findings", &[("dossiers", waiting.into())]);
                let width = ui.available_width();
                if Action::new(&word, "").icon(Command::ShowCheck.icon()).show(ui, Some(width)).clicked() {
                    acts.push(Act::List(Chip::Findings));
                }
            });
        }
        ui.label(RichText::new(texts.get("ui-log")).font(semibold(16.0)).color(t.text));
        ScrollArea::vertical().id_salt("log").auto_shrink([false, false]).show(ui, |ui| match seen.log {
            None => drop(ui.label(RichText::new(texts.get("ui-reading")).color(t.text2))),
            Some(Err(failure)) => {
                parts::failed(ui, failure, &texts.get("ui-data-untouched"));
            }
            Some(Ok(log)) if log.is_empty() => drop(ui.label(RichText::new(texts.get("ui-log-empty")).color(t.text2))),
            Some(Ok(log)) => {
                for happening in log.iter().take(LINES) {
                    let small = |words: &str| RichText::new(words).small();
                    ui.add_space(4.0);
                    let place = format!("{}  {}", happening.moment, happening.dossier);
                    ui.label(small(place.trim_end()).color(t.text3));
                    ui.add(egui::Label::new(small(&happening.sentence).color(t.text)).wrap());
                }
            }
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
        if running.may_pause() {
            let word = texts.get(if running.is_paused() { "ui-go-on-working" } else { "ui-pause-work" });
            let icon = if running.is_paused() { Icon::Play } else { Command::PauseWork.icon() };
            let cap = Command::PauseWork.cap(texts);
            let action = Action::new(&word, &cap).icon(icon);
            if action.show(ui, None).clicked() {
                acts.push(Act::Command(Command::PauseWork));
            }
        }
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
        _ if running.is_paused() => "ui-work-paused",
        Some((Phase::Reading, ..)) => "ui-phase-reading",
        Some((Phase::Assembling, ..)) => "ui-phase-assembling",
        Some((Phase::Signing, ..)) => "ui-phase-signing",
        Some((Phase::Copying, ..)) => "ui-phase-copying",
        _ => "ui-phase-begins",
    };
    ui.horizontal(|ui| {
        let mark = if running.is_paused() { Mark::Planned } else { Mark::Running };
        mark.show(ui, t.surface);
        ui.label(RichText::new(texts.get(id)).font(semibold(16.0)).color(t.text));
    });
    if let Some((_, done, total)) = running.step {
        how_far(ui, texts, (done, total), running.seconds_left());
    }
}

/// What came of the last work; what failed stays until the next.
pub fn ended(ui: &mut Ui, texts: &Texts, mill: &Mill) {
    let t = tokens(ui.ctx());
    match &mill.ended {
        None => {}
        Some(Err(failure)) => {
            parts::failed(ui, failure, &texts.get("ui-work-safe"));
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
