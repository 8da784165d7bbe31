//! Looks: language, theme, size and motion of the window, as its operator chose them.

use eframe::egui::{Context, Theme};
use sohoa_shell::UiLanguage;
use sohoa_shell::window::Look;

use crate::theme;

/// How the window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The language.
    pub language: UiLanguage,
    /// Whether it is dark.
    pub is_dark: bool,
    /// Its size in percent.
    pub zoom: u32,
    /// Whether nothing glides or fades.
    pub is_still: bool,
}

impl Shown {
    /// Has the window look like this; the language is what its texts are in.
    pub fn apply(self, ctx: &Context) {
        ctx.set_theme(if self.is_dark { Theme::Dark } else { Theme::Light });
        ctx.set_zoom_factor(self.zoom as f32 / 100.0);
        theme::move_or_not(ctx, self.is_still);
    }
}

/// What was chosen, and what is shown.
#[derive(Debug, Default)]
pub struct Looks {
    /// What the operator chose.
    chosen: Look,
    /// What is shown; none until it is known what was chosen.
    shown: Option<Shown>,
    /// Whether the language was asked for when the window was opened: it stays then, whatever was chosen before.
    pub keeps_language: bool,
    /// Whether nothing glides or fades.
    pub is_still: bool,
}

impl Looks {
    /// Whether it is known what was chosen.
    pub fn is_known(&self) -> bool {
        self.shown.is_some()
    }

    /// The same before it is known what another operator chose.
    pub fn of_another(self) -> Self {
        Self { chosen: Look::default(), shown: None, ..self }
    }

    /// What is shown now.
    pub fn now(&self, language: UiLanguage, ctx: &Context) -> Shown {
        let zoom = (ctx.zoom_factor() * 100.0).round() as u32;
        Shown { language, is_dark: ctx.theme() == Theme::Dark, zoom, is_still: self.is_still }
    }

    /// Takes up what an operator chose; what they did not choose stays as it is.
    pub fn take_up(&mut self, chosen: Look, now: Shown, ctx: &Context) -> Shown {
        let language = chosen.language.filter(|_| !self.keeps_language);
        let shown = Shown {
            language: language.unwrap_or(now.language),
            is_dark: chosen.is_dark.unwrap_or(now.is_dark),
            zoom: chosen.zoom.unwrap_or(now.zoom).clamp(50, 300),
            is_still: chosen.is_still.unwrap_or(now.is_still),
        };
        shown.apply(ctx);
        (self.chosen, self.shown, self.is_still) = (chosen, Some(shown), shown.is_still);
        shown
    }

    /// What is to be kept, if something was chosen since by whatever key or button.
    pub fn chosen_since(&mut self, now: Shown) -> Option<Look> {
        let before = self.shown.filter(|before| *before != now)?;
        self.shown = Some(now);
        let look = &mut self.chosen;
        look.language = if before.language == now.language { look.language } else { Some(now.language) };
        look.is_dark = if before.is_dark == now.is_dark { look.is_dark } else { Some(now.is_dark) };
        look.zoom = if before.zoom == now.zoom { look.zoom } else { Some(now.zoom) };
        look.is_still = if before.is_still == now.is_still { look.is_still } else { Some(now.is_still) };
        Some(*look)
    }
}
