//! The frame around the screens: rail, header, status line, keys.

use std::sync::Arc;

use eframe::egui;
use egui::{
    Align, Align2, CentralPanel, Context, FontId, Frame, Layout, Margin, Modal, Panel, Rect, RichText, Role, Sense,
    Stroke, Theme, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use sohoa_shell::{Failure, Texts, UiLanguage, failure};

use crate::command::Command;
use crate::model::{Chip, Reader, Snapshot};
use crate::parts::{self, Mark};
use crate::screens::{inventory, progress, start};
use crate::theme::{self, tokens};

/// The screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// What waits.
    Start,
    /// All dossiers.
    Inventory,
    /// How far the archive is.
    Progress,
}

/// What the archive is known to be.
enum Known {
    /// It is being read for the first time.
    Waiting,
    /// What was read last.
    Read(Box<Snapshot>),
    /// Why it can't be read.
    Failed(Failure),
}

/// The window.
pub struct App {
    texts: Arc<Texts>,
    reader: Reader,
    known: Known,
    screen: Screen,
    shows_keys: bool,
    operator: String,
    station: String,
    filter: inventory::Filter,
    is_set_up: bool,
}

impl App {
    /// The window over an archive that a thread reads.
    pub fn new(texts: Texts, reader: Reader, operator: String, station: String) -> Self {
        let texts = Arc::new(texts);
        reader.ask(&texts);
        Self {
            texts,
            reader,
            known: Known::Waiting,
            screen: Screen::Start,
            shows_keys: false,
            operator,
            station,
            filter: inventory::Filter::new(String::new(), Chip::All),
            is_set_up: false,
        }
    }

    /// Whether the archive was read, or could not be.
    pub fn is_settled(&self) -> bool {
        !matches!(self.known, Known::Waiting)
    }

    /// One frame.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        if !std::mem::replace(&mut self.is_set_up, true) {
            theme::fonts(&ctx);
            theme::apply(&ctx);
            ctx.set_theme(Theme::Light);
            ctx.options_mut(|options| options.zoom_with_keyboard = true);
            ctx.request_repaint();
            return;
        }
        while let Some(answer) = self.reader.answer() {
            self.filter.forget();
            self.known = match answer {
                Ok(snapshot) => Known::Read(Box::new(snapshot)),
                Err(failure) => Known::Failed(failure),
            };
        }
        let mut wished: Vec<Command> = Command::ALL
            .into_iter()
            .filter(|command| ctx.input_mut(|input| input.consume_shortcut(&command.shortcut().0)))
            .collect();
        let mut chip = None;
        self.rail(ui, &mut wished);
        self.header(ui);
        self.status(ui);
        let t = tokens(&ctx);
        CentralPanel::default().frame(Frame::new().fill(t.app).inner_margin(Margin::same(16))).show(
            ui,
            |ui| match &self.known {
                Known::Waiting => {
                    ui.label(RichText::new(self.texts.get("ui-reading")).color(t.text2));
                }
                Known::Failed(failure) => {
                    if failed(ui, &self.texts, failure) {
                        wished.push(Command::Refresh);
                    }
                }
                Known::Read(snapshot) => match self.screen {
                    Screen::Start => chip = start::show(ui, &self.texts, snapshot, &self.station),
                    Screen::Inventory => inventory::show(ui, &self.texts, snapshot, &mut self.filter),
                    Screen::Progress => {
                        if let Some(fonds) = progress::show(ui, &self.texts, snapshot) {
                            self.filter = inventory::Filter::new(fonds, Chip::All);
                            self.screen = Screen::Inventory;
                        }
                    }
                },
            },
        );
        if let Some(chip) = chip {
            self.filter = inventory::Filter::new(String::new(), chip);
            self.screen = Screen::Inventory;
        }
        if self.shows_keys {
            self.keys(&ctx);
        }
        wished.into_iter().for_each(|command| self.carry_out(command, &ctx));
    }

    fn carry_out(&mut self, command: Command, ctx: &Context) {
        match command {
            Command::ShowStart => self.screen = Screen::Start,
            Command::ShowInventory => self.screen = Screen::Inventory,
            Command::ShowProgress => self.screen = Screen::Progress,
            Command::Refresh => self.reader.ask(&self.texts),
            Command::SwitchLanguage => {
                let other = match self.texts.language() {
                    UiLanguage::Vietnamese => UiLanguage::English,
                    UiLanguage::English => UiLanguage::Vietnamese,
                };
                self.texts = Arc::new(Texts::new(other));
                self.reader.ask(&self.texts);
            }
            Command::SwitchTheme => {
                ctx.set_theme(if ctx.theme() == Theme::Dark { Theme::Light } else { Theme::Dark });
            }
            Command::ShowKeys => self.shows_keys = !self.shows_keys,
        }
    }

    fn rail(&self, ui: &mut Ui, wished: &mut Vec<Command>) {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(t.rail).inner_margin(Margin::symmetric(4, 8));
        Panel::left("rail").exact_size(84.0).resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for (command, screen) in [
                (Command::ShowStart, Screen::Start),
                (Command::ShowInventory, Screen::Inventory),
                (Command::ShowProgress, Screen::Progress),
            ] {
                if rail_item(ui, &self.texts, command, self.screen == screen) {
                    wished.push(command);
                }
            }
            ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
                for command in [Command::ShowKeys, Command::SwitchTheme, Command::SwitchLanguage, Command::Refresh] {
                    if rail_item(ui, &self.texts, command, false) {
                        wished.push(command);
                    }
                }
            });
        });
    }

    fn header(&self, ui: &mut Ui) {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(16, 0));
        Panel::top("header").exact_size(48.0).resizable(false).frame(frame).show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let name = match self.screen {
                    Screen::Start => Command::ShowStart,
                    Screen::Inventory => Command::ShowInventory,
                    Screen::Progress => Command::ShowProgress,
                };
                if let Known::Read(snapshot) = &self.known {
                    ui.label(RichText::new(&snapshot.title).color(t.text2));
                    ui.label(RichText::new(char::from(lucide_icons::Icon::ChevronRight)).color(t.text3));
                }
                ui.label(RichText::new(self.texts.get(name.label())).font(theme::semibold(14.0)).color(t.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let operator = format!("{}  {}", char::from(lucide_icons::Icon::UserRound), self.operator);
                    ui.label(RichText::new(operator).color(t.text2));
                    let Known::Read(snapshot) = &self.known else { return };
                    ui.separator();
                    let free = failure::bytes(snapshot.free);
                    let disk = format!("{}  {free}", char::from(lucide_icons::Icon::HardDrive));
                    ui.label(RichText::new(disk).color(t.text2)).on_hover_text(self.texts.get("ui-free"));
                    if snapshot.demo {
                        ui.separator();
                        ui.label(RichText::new(self.texts.get("ui-demo")).color(t.unsaved.fg));
                    }
                });
            });
        });
    }

    fn status(&self, ui: &mut Ui) {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(16, 0));
        Panel::bottom("status").exact_size(28.0).resizable(false).frame(frame).show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                for command in Command::ALL {
                    parts::keycap(ui, command.shortcut().1);
                    ui.label(RichText::new(self.texts.get(command.label())).small().color(t.text2));
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(RichText::new(&self.station).small().color(t.text2));
                });
            });
        });
    }

    /// The sheet of keys.
    fn keys(&mut self, ctx: &Context) {
        let shown = Modal::new(egui::Id::unique("keys")).show(ctx, |ui| {
            ui.set_width(360.0);
            ui.heading(self.texts.get("ui-keys"));
            for command in Command::ALL {
                ui.horizontal(|ui| {
                    ui.label(format!("{}  {}", char::from(command.icon()), self.texts.get(command.label())));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| parts::keycap(ui, command.shortcut().1));
                });
            }
            ui.horizontal(|ui| {
                ui.label(self.texts.get("ui-zoom"));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| parts::keycap(ui, "Ctrl + - 0"));
            });
        });
        self.shows_keys = !shown.should_close();
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.frame(ui);
    }
}

fn rail_item(ui: &mut Ui, texts: &Texts, command: Command, is_selected: bool) -> bool {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 55.0), Sense::click());
    let painter = ui.painter();
    if is_selected || response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 6.0, t.rail_selected);
    }
    if is_selected {
        let strip = Rect::from_min_size(pos2(rect.left() - 4.0, rect.top() + 16.0), vec2(3.0, rect.height() - 32.0));
        painter.rect_filled(strip, 1.0, t.focus);
    }
    let colour = if is_selected { t.on_dark } else { t.rail_text };
    let (icon, word) = (pos2(rect.center().x, rect.top() + 19.0), pos2(rect.center().x, rect.top() + 41.0));
    painter.text(icon, Align2::CENTER_CENTER, char::from(command.icon()), FontId::proportional(20.0), colour);
    let label = texts.get(command.label());
    painter.text(word, Align2::CENTER_CENTER, &label, FontId::proportional(12.0), colour);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &label));
    response.on_hover_text(format!("{label}  {}", command.shortcut().1)).clicked()
}

/// Three lines: what happened, what is safe, what to do next; says whether to try again.
fn failed(ui: &mut Ui, texts: &Texts, failure: &Failure) -> bool {
    let t = tokens(ui.ctx());
    parts::card(ui)
        .inner_margin(Margin::same(16))
        .stroke(Stroke::new(1.0, t.reject.fg))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                Mark::Reject.show(ui, t.surface);
                ui.label(RichText::new(&failure.sentence).font(theme::semibold(16.0)));
            });
            ui.label(RichText::new(texts.get("ui-data-untouched")).color(t.text2));
            ui.label(RichText::new(&failure.hint).color(t.text2));
            ui.scope_builder(UiBuilder::new(), |ui| ui.button(texts.get("ui-refresh")).clicked()).inner
        })
        .inner
}
