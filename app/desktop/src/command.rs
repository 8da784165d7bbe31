//! Everything that can be done: one list from which the rail, the keys, the buttons and the sheet of keys are made.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};
use lucide_icons::Icon;

/// What can be done anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// What waits.
    ShowStart,
    /// All dossiers.
    ShowInventory,
    /// How far the archive is.
    ShowProgress,
    /// Look at the archive again.
    Refresh,
    /// The other language.
    SwitchLanguage,
    /// The other theme.
    SwitchTheme,
    /// The sheet of keys.
    ShowKeys,
}

impl Command {
    /// All, in the order in which people meet them.
    pub const ALL: [Self; 7] = [
        Self::ShowStart,
        Self::ShowInventory,
        Self::ShowProgress,
        Self::Refresh,
        Self::SwitchLanguage,
        Self::SwitchTheme,
        Self::ShowKeys,
    ];

    /// The text that names it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ShowStart => "ui-start",
            Self::ShowInventory => "ui-inventory",
            Self::ShowProgress => "ui-progress",
            Self::Refresh => "ui-refresh",
            Self::SwitchLanguage => "ui-language",
            Self::SwitchTheme => "ui-theme",
            Self::ShowKeys => "ui-keys",
        }
    }

    /// Its sign.
    pub fn icon(self) -> Icon {
        match self {
            Self::ShowStart => Icon::House,
            Self::ShowInventory => Icon::ListTree,
            Self::ShowProgress => Icon::ChartLine,
            Self::Refresh => Icon::RefreshCw,
            Self::SwitchLanguage => Icon::Languages,
            Self::SwitchTheme => Icon::SunMoon,
            Self::ShowKeys => Icon::Keyboard,
        }
    }

    /// Its key, and how the key is written on caps.
    pub fn shortcut(self) -> (KeyboardShortcut, &'static str) {
        let control = |key| KeyboardShortcut::new(Modifiers::CTRL, key);
        match self {
            Self::ShowStart => (control(Key::Num1), "Ctrl 1"),
            Self::ShowInventory => (control(Key::Num2), "Ctrl 2"),
            Self::ShowProgress => (control(Key::Num7), "Ctrl 7"),
            Self::Refresh => (KeyboardShortcut::new(Modifiers::NONE, Key::F5), "F5"),
            Self::SwitchLanguage => (control(Key::J), "Ctrl J"),
            Self::SwitchTheme => (control(Key::D), "Ctrl D"),
            Self::ShowKeys => (KeyboardShortcut::new(Modifiers::NONE, Key::F1), "F1"),
        }
    }
}
