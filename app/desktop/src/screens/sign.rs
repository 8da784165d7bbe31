//! Sign: what is ready and what blocks the rest, the key, its password once, and how far the signing is.

use std::sync::PoisonError;

use eframe::egui;
use egui::{Layout, Margin, Panel, RichText, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, vec2};
use sohoa_catalog::progress::{Figure, Part, Scope};
use sohoa_catalog::work::Lot;
use sohoa_model::Verdict;
use sohoa_model::dossier_state::DossierState;
use sohoa_pipeline::accounts::Secret;
use sohoa_shell::station::Validity;
use sohoa_shell::{Texts, details};

use crate::command::Command;
use crate::mill::Mill;
use crate::model::{Chip, DossierLine, Snapshot};
use crate::parts::{self, Action, Mark, Notice};
use crate::regions;
use crate::screens::{Act, Screen, inventory, jobs};
use crate::theme::{semibold, tokens};

/// Height of a row.
const ROW: f32 = 34.0;
/// Files that were just signed and are shown, at most.
const SHOWN: usize = 200;

/// What is typed.
#[derive(Default)]
pub struct State {
    password: String,
    /// Whether the password had the focus once.
    had_focus: bool,
}

/// What is ready to be signed.
fn is_ready(line: &DossierLine) -> bool {
    Chip::Unsigned.takes(line)
}

fn can_sign(state: &State, ready: usize, mill: &Mill) -> bool {
    let has_key = matches!(&mill.key, Some(Ok(Some(_))));
    has_key
        && !matches!(mill.validity(), Some(Validity::Ended(_)))
        && ready > 0
        && !state.password.is_empty()
        && mill.running.is_none()
}

/// The password that was typed, if there is something to sign and a key to sign with; it is typed once for a batch.
pub fn password(state: &mut State, snapshot: &Snapshot, mill: &Mill) -> Option<Secret> {
    let can = can_sign(state, of(snapshot, is_ready).len(), mill);
    can.then(|| Secret::new(std::mem::take(&mut state.password)))
}

/// The way to where the key is chosen.
fn choose_key(ui: &mut Ui, texts: &Texts, acts: &mut Vec<Act>) {
    ui.add_space(8.0);
    let (word, cap) = (texts.get("ui-choose-key"), Command::ShowSettings.cap(texts));
    let width = ui.available_width();
    if Action::new(&word, &cap).icon(Command::ShowSettings.icon()).show(ui, Some(width)).clicked() {
        acts.push(Act::Command(Command::ShowSettings));
    }
}

/// Draws it.
pub fn show(ui: &mut Ui, texts: &Texts, snapshot: &Snapshot, mill: &Mill, state: &mut State, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    let ready = of(snapshot, is_ready);
    let blocked = of(snapshot, |line| line.pages > 0 && line.state < DossierState::Signed && !is_ready(line));
    let frame = egui::Frame::new().fill(t.app).inner_margin(Margin { left: 12, ..Margin::ZERO });
    Panel::right("sign-inspector").exact_size(330.0).resizable(false).show_separator_line(false).frame(frame).show(
        ui,
        |ui| {
            regions::region(ui, &texts.get("ui-signing-key"));
            inspector(ui, texts, mill, state, ready.len(), acts);
        },
    );
    ui.horizontal(|ui| {
        ui.label(RichText::new(texts.get("ui-sign")).font(semibold(20.0)).color(t.text));
        // What went upstream, and what waits.
        if let (Some(upstream), Some((mark, words))) = (&snapshot.upstream, snapshot.upstream_words(texts)) {
            ui.add_space(12.0);
            let in_state = |state| Lot::Figure(Figure { scope: Scope::All, part: Part::State(state) });
            for (id, dossiers, lot) in [
                ("ui-delivered-count", upstream.delivered as u64, in_state(DossierState::Delivered)),
                ("ui-accepted-count", upstream.accepted as u64, in_state(DossierState::Accepted)),
                ("ui-unsynced-count", upstream.unsent, Lot::Unsent),
            ] {
                let words = RichText::new(texts.say(id, &[("dossiers", dossiers.into())])).color(t.accent_text);
                let button = ui.add_enabled(dossiers > 0, egui::Button::new(words).frame(false));
                if button.on_hover_text(texts.get("ui-open-list")).clicked() {
                    acts.push(Act::Lot(lot));
                }
            }
            ui.label(RichText::new(words).color(if mark == Mark::Warn { t.warn.fg } else { t.text2 }));
        }
    });
    ui.add_space(6.0);
    let half = (ui.available_height() - 12.0) / 2.0;
    let head = texts.say("ui-ready-to-sign", &[("dossiers", ready.len().into())]);
    list(ui, texts, "ready", [&head, "ui-nothing-to-sign"], &ready, half, acts);
    ui.add_space(8.0);
    let head = texts.say("ui-not-ready-to-sign", &[("dossiers", blocked.len().into())]);
    list(ui, texts, "blocked", [&head, "ui-nothing-blocked"], &blocked, half - 8.0, acts);
}

fn of(snapshot: &Snapshot, is_so: impl Fn(&DossierLine) -> bool) -> Vec<&DossierLine> {
    snapshot.dossiers.iter().map(|line| &**line).filter(|line| is_so(line)).collect()
}

/// Dossiers under a head; without any, a text that says so.
fn list(
    ui: &mut Ui,
    texts: &Texts,
    id: &str,
    [head, empty]: [&str; 2],
    lines: &[&DossierLine],
    height: f32,
    acts: &mut Vec<Act>,
) {
    let t = tokens(ui.ctx());
    parts::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_height(height - 4.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
            ui.label(RichText::new(head).font(semibold(16.0)).color(t.text));
            if lines.is_empty() {
                ui.label(RichText::new(texts.get(empty)).color(t.text2));
            }
        });
        ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).show_rows(ui, ROW, lines.len(), |ui, range| {
            for line in &lines[range] {
                let (why, way) = way_on(texts, line);
                if row(ui, line, &why).clicked() {
                    acts.push(way);
                }
            }
        });
    });
}

/// What a dossier waits for before it can be signed, and where that is done.
fn way_on(texts: &Texts, line: &DossierLine) -> (String, Act) {
    let open = |screen| Act::Open(line.code.clone(), screen);
    let others = line.expected.filter(|expected| *expected != line.pages);
    match line.state {
        _ if line.held => (texts.get("ui-blocked-held"), open(Screen::Check)),
        _ if line.batch_open => (texts.get("ui-blocked-batch"), open(Screen::Scan)),
        _ if line.rescan => (texts.get("ui-chip-rescan"), open(Screen::Scan)),
        DossierState::Assembled => (texts.get("state-assembled"), open(Screen::Check)),
        _ if line.exceptions > 0 => {
            (texts.say("ui-blocked-findings", &[("count", line.exceptions.into())]), open(Screen::Check))
        }
        DossierState::Captured if others.is_some() => {
            let values = [("pages", line.pages.into()), ("expected", others.unwrap_or_default().into())];
            (texts.say("ui-blocked-pages", &values), open(Screen::Scan))
        }
        DossierState::Planned | DossierState::Captured | DossierState::Checked => {
            (texts.get("ui-blocked-reading"), Act::Command(Command::ShowJobs))
        }
        _ => (texts.get("ui-blocked-assembling"), Act::Command(Command::ShowJobs)),
    }
}

fn row(ui: &mut Ui, line: &DossierLine, why: &str) -> egui::Response {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let ground = if response.hovered() || response.has_focus() { t.hover } else { t.surface };
    ui.painter().rect_filled(rect.shrink(1.0), 0.0, ground);
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, t.line));
    inventory::mark(line).paint(ui, egui::pos2(rect.left() + 24.0, rect.center().y), ground);
    let room = rect.width() - 64.0;
    let mut x = rect.left() + 44.0;
    let code = format!("{}  {}", line.code, line.title);
    for (words, share, colour) in [(code.as_str(), 0.6, t.text), (why, 0.4, t.text2)] {
        let galley = parts::cut(ui, words, egui::FontId::proportional(13.0), colour, room * share - 8.0);
        ui.painter().galley(egui::pos2(x, rect.center().y - galley.size().y / 2.0), galley, colour);
        x += room * share;
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("{} · {why}", line.code)));
    response
}

/// Until when the certificate is valid; what has ended, or ends soon, with what to do.
pub(super) fn valid(ui: &mut Ui, texts: &Texts, validity: Validity) {
    let t = tokens(ui.ctx());
    let (words, hint) = validity.tell(texts);
    let (mark, state) = match validity {
        Validity::Ended(_) => (Mark::Reject, t.reject),
        Validity::Ending(_) => (Mark::Warn, t.warn),
        Validity::Lasting(_) => {
            ui.label(RichText::new(words).small().color(t.text3));
            return;
        }
    };
    ui.add_space(6.0);
    Notice { mark, state, title: &words, lines: &[&hint] }.show(ui);
}

/// Each file that was signed, the last first, with the verdict on it.
fn signed(ui: &mut Ui, texts: &Texts, mill: &Mill) {
    let t = tokens(ui.ctx());
    let signed = mill.signed.lock().unwrap_or_else(PoisonError::into_inner);
    if signed.is_empty() {
        return;
    }
    ui.add_space(10.0);
    ui.label(RichText::new(texts.get("ui-signed-files")).font(semibold(13.0)).color(t.text2));
    for (document, verdict) in signed.iter().rev().take(SHOWN) {
        let mark = match verdict {
            Verdict::Passed => Mark::Pass,
            Verdict::Indeterminate(_) => Mark::Warn,
            Verdict::Failed(_) => Mark::Reject,
        };
        let told = match verdict {
            Verdict::Passed => texts.get("verdict-passed"),
            Verdict::Indeterminate(why) | Verdict::Failed(why) => {
                texts.say(&format!("verdict-{}", verdict.word()), &[("reason", details::tell(texts, why).into())])
            }
        };
        let words = texts.say("ui-signed-file", &[("document", document.into()), ("verdict", told.into())]);
        ui.horizontal(|ui| {
            mark.show(ui, t.surface);
            ui.add(egui::Label::new(RichText::new(&words).small().color(t.text)).truncate()).on_hover_text(&words);
        });
    }
}

fn inspector(ui: &mut Ui, texts: &Texts, mill: &Mill, state: &mut State, ready: usize, acts: &mut Vec<Act>) {
    let t = tokens(ui.ctx());
    parts::card(ui).inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_height(ui.available_height());
        let width = ui.available_width();
        Panel::bottom("sign-next").resizable(false).show_separator_line(false).frame(egui::Frame::new()).show(
            ui,
            |ui| {
                if let Some(running) = &mill.running {
                    let word = texts.get(if running.is_stopping() { "ui-stopping-work" } else { "ui-stop-after-file" });
                    let cap = Command::StopWork.cap(texts);
                    let action =
                        Action::new(&word, &cap).icon(Command::StopWork.icon()).enabled(!running.is_stopping());
                    if action.show(ui, Some(width)).clicked() {
                        acts.push(Act::Command(Command::StopWork));
                    }
                    return;
                }
                let word = texts.say("ui-sign-dossiers", &[("dossiers", ready.into())]);
                let (can, cap) = (can_sign(state, ready, mill), Command::Sign.cap(texts));
                let action = Action::new(&word, &cap).primary().icon(Command::Sign.icon()).enabled(can);
                if action.show(ui, Some(width)).clicked() {
                    acts.push(Act::Command(Command::Sign));
                }
            },
        );
        ScrollArea::vertical().id_salt("sign-inspector").auto_shrink([false, false]).show(ui, |ui| {
            ui.label(RichText::new(texts.get("ui-signing-key")).font(semibold(16.0)).color(t.text));
            match &mill.key {
                None => drop(ui.label(RichText::new(texts.get("ui-reading")).color(t.text3))),
                Some(Err(failure)) => {
                    parts::failed(ui, failure, &texts.get("ui-data-untouched"));
                    choose_key(ui, texts, acts);
                }
                Some(Ok(None)) => {
                    let (title, hint) = (texts.get("ui-no-key"), texts.get("ui-no-key-next"));
                    Notice { mark: Mark::Warn, state: t.warn, title: &title, lines: &[&hint] }.show(ui);
                    choose_key(ui, texts, acts);
                }
                Some(Ok(Some(key))) => {
                    ui.label(RichText::new(&key.subject).color(t.text));
                    let path = key.path.display().to_string();
                    ui.add(egui::Label::new(RichText::new(&path).small().color(t.text3)).truncate())
                        .on_hover_text(path);
                    ui.label(
                        RichText::new(format!("SHA-256 {}…", &key.fingerprint[..key.fingerprint.len().min(16)]))
                            .small()
                            .color(t.text3),
                    );
                    if let Some(validity) = mill.validity() {
                        valid(ui, texts, validity);
                        if matches!(validity, Validity::Ended(_)) {
                            choose_key(ui, texts, acts);
                        }
                    }
                    ui.add_space(8.0);
                    let label = ui.label(RichText::new(texts.get("ui-key-password")).small().color(t.text2));
                    let field = TextEdit::singleline(&mut state.password)
                        .password(true)
                        .desired_width(f32::INFINITY)
                        .margin(Margin::symmetric(10, 8));
                    let field = ui.add_enabled(mill.running.is_none(), field).labelled_by(label.id);
                    if !std::mem::replace(&mut state.had_focus, true) {
                        field.request_focus();
                    }
                    ui.label(RichText::new(texts.get("ui-password-once")).small().color(t.text3));
                }
            }
            ui.add_space(12.0);
            if let Some(running) = &mill.running {
                ui.with_layout(Layout::top_down(egui::Align::Min), |ui| jobs::progress(ui, texts, running));
            }
            jobs::ended(ui, texts, mill);
            signed(ui, texts, mill);
        });
    });
}
