//! Everything that can be done with a key: one list from which the rail, the buttons, the status line and the sheet of
//! keys are made.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};
use lucide_icons::Icon;
use sohoa_shell::Texts;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// What waits.
    ShowStart,
    /// All dossiers.
    ShowInventory,
    /// Sheets go through a scanner.
    ShowScan,
    /// What was scanned is looked at.
    ShowCheck,
    /// What was read is put right, documents are described.
    ShowDescribe,
    /// What is ready is signed.
    ShowSign,
    /// How far the archive is.
    ShowProgress,
    /// Words are looked for.
    ShowSearch,
    /// What the machine does.
    ShowJobs,
    /// What the archive and the station keep.
    ShowSettings,
    /// Every command and every dossier, by a few letters.
    ShowPalette,
    /// Another archive.
    ChooseArchive,
    /// Somebody else works, or nobody for a while.
    Lock,
    /// Look at the archive again.
    Refresh,
    /// The other language.
    SwitchLanguage,
    /// The other theme.
    SwitchTheme,
    /// The sheet of keys.
    ShowKeys,
    /// Take back what was done last.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Feed sheets.
    Feed,
    /// Stop feeding after this sheet.
    StopFeed,
    /// The page before.
    Previous,
    /// The page behind.
    Next,
    /// The first page.
    First,
    /// The last page.
    Last,
    /// The next page that needs a look.
    NextException,
    /// The whole page, or each pixel as one on the screen.
    Fit,
    /// Larger.
    Larger,
    /// Smaller.
    Smaller,
    /// Turn to the left.
    TurnLeft,
    /// Turn to the right.
    TurnRight,
    /// One of the first profiles, before the first sheet.
    ChooseProfile,
    /// Scan the page again.
    Rescan,
    /// Scan sheets in front of the page.
    Insert,
    /// The page shows two: it becomes two.
    Split,
    /// A document begins with the page.
    NewDocument,
    /// The page is blank, and does not count.
    Blank,
    /// Take the page out.
    Remove,
    /// Compare counts, and close the batch.
    Reconcile,
    /// Two pages side by side.
    Compare,
    /// The page as it lies in the archive, or as recognition is given it.
    BeforeAfter,
    /// The page is good.
    Pass,
    /// The page is good for a reason.
    PassBecause,
    /// The page is to be scanned again.
    SendBack,
    /// By gravity, or by number.
    Order,
    /// The recognised text beside the page, with the words that are in doubt marked on it.
    ShowText,
    /// Take the next step of what is chosen.
    Open,
    /// A spreadsheet becomes the next version of the inventory.
    ImportInventory,
    /// The daily report, to be printed.
    PrintReport,
    /// Pages are read, PDF/A files assembled.
    Work,
    /// That waits before its next page, or goes on.
    PauseWork,
    /// That, or signing, stops at the next safe place.
    StopWork,
    /// Progress as a workbook, as text, and the chart as a picture.
    Export,
    /// The description of the document is complete; or a word that is put right is taken.
    Finish,
    /// The next word, field or document that needs a person.
    NextDoubt,
    /// The word in doubt before.
    PreviousDoubt,
    /// Where the value of the field was read.
    ShowSource,
    /// The list of documents.
    ShowDocuments,
    /// The dossier must not travel.
    Hold,
    /// What the document before says.
    CopyPrevious,
    /// The page of the document before.
    PageBefore,
    /// The page of the document behind.
    PageAfter,
    /// The next place on the page where a word was found.
    NextPlace,
    /// A box, or a dossier, by its code.
    GoToBox,
    /// The inspector at the right is folded away, or back.
    FoldInspector,
    /// The next region of the window has the focus.
    NextRegion,
    /// The region before.
    PreviousRegion,
    /// All of the window larger.
    Enlarge,
    /// All of the window smaller.
    Shrink,
    /// The window in its usual size.
    UsualSize,
    /// The window over the whole screen, or back.
    FillScreen,
    /// The next dossier with a page that is to be scanned again.
    NextRescan,
    /// What is typed goes into the filter, or into the search.
    Find,
    /// The row above.
    RowAbove,
    /// The row below.
    RowBelow,
    /// One of the lines of what waits.
    OpenWaiting,
    /// One of the tables below the chart.
    ChooseTable,
    /// What is ready is signed.
    Sign,
    /// An administrator looks at what is held.
    Reveal,
}

/// Where keys hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On every screen.
    Everywhere,
    /// On Start.
    Start,
    /// On Inventory.
    Inventory,
    /// On Scan.
    Scan,
    /// On Check.
    Check,
    /// On Read and describe.
    Describe,
    /// On Progress.
    Progress,
    /// On Sign.
    Sign,
    /// On Jobs.
    Jobs,
    /// On Search.
    Search,
}

impl Command {
    /// Those that hold everywhere, in the order in which people meet them.
    pub const EVERYWHERE: [Self; 25] = [
        Self::ShowStart,
        Self::ShowInventory,
        Self::ShowScan,
        Self::ShowCheck,
        Self::ShowDescribe,
        Self::ShowSign,
        Self::ShowProgress,
        Self::ShowSearch,
        Self::ShowJobs,
        Self::ShowSettings,
        Self::ShowPalette,
        Self::ChooseArchive,
        Self::Lock,
        Self::Refresh,
        Self::SwitchLanguage,
        Self::SwitchTheme,
        Self::FoldInspector,
        Self::NextRegion,
        Self::PreviousRegion,
        Self::Enlarge,
        Self::Shrink,
        Self::UsualSize,
        Self::FillScreen,
        Self::NextRescan,
        Self::ShowKeys,
    ];

    /// Whether the screen itself hears its key, for only that knows what is meant by it.
    pub fn is_of_screen(self) -> bool {
        matches!(
            self,
            Self::Open
                | Self::PassBecause
                | Self::ChooseProfile
                | Self::RowAbove
                | Self::RowBelow
                | Self::OpenWaiting
                | Self::ChooseTable
        )
    }

    /// Those of a place, in the order of the sheet of keys.
    pub fn of(place: Place) -> &'static [Self] {
        match place {
            Place::Everywhere => &Self::EVERYWHERE,
            Place::Start => &[Self::Open, Self::OpenWaiting],
            Place::Inventory => &[
                Self::Open,
                Self::RowAbove,
                Self::RowBelow,
                Self::Find,
                Self::GoToBox,
                Self::ImportInventory,
                Self::Export,
            ],
            Place::Progress => &[Self::PrintReport, Self::Export, Self::ChooseTable],
            Place::Sign => &[Self::Sign, Self::StopWork],
            Place::Search => &[Self::Open, Self::RowAbove, Self::RowBelow, Self::Find, Self::NextPlace],
            Place::Describe => &[
                Self::Finish,
                Self::NextDoubt,
                Self::PreviousDoubt,
                Self::ShowSource,
                Self::ShowText,
                Self::ShowDocuments,
                Self::Hold,
                Self::CopyPrevious,
                Self::PageBefore,
                Self::PageAfter,
            ],
            Place::Jobs => &[Self::Work, Self::PauseWork, Self::StopWork],
            Place::Scan => &[
                Self::Feed,
                Self::Open,
                Self::ChooseProfile,
                Self::StopFeed,
                Self::Previous,
                Self::Next,
                Self::NextException,
                Self::Rescan,
                Self::Insert,
                Self::TurnLeft,
                Self::TurnRight,
                Self::Split,
                Self::NewDocument,
                Self::Blank,
                Self::Remove,
                Self::Undo,
                Self::Redo,
                Self::Fit,
                Self::Larger,
                Self::Smaller,
                Self::Compare,
                Self::Reconcile,
                Self::First,
                Self::Last,
            ],
            Place::Check => &[
                Self::Pass,
                Self::PassBecause,
                Self::SendBack,
                Self::Open,
                Self::Reveal,
                Self::Previous,
                Self::Next,
                Self::NextException,
                Self::Order,
                Self::ShowText,
                Self::BeforeAfter,
                Self::TurnLeft,
                Self::TurnRight,
                Self::Split,
                Self::Blank,
                Self::Remove,
                Self::Undo,
                Self::Redo,
                Self::Fit,
                Self::Larger,
                Self::Smaller,
                Self::Compare,
                Self::First,
                Self::Last,
            ],
        }
    }

    /// The text that names it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ShowStart => "ui-start",
            Self::ShowInventory => "ui-inventory",
            Self::ShowScan => "ui-scan",
            Self::ShowCheck => "ui-check",
            Self::ShowDescribe => "ui-describe",
            Self::ShowSign => "ui-sign",
            Self::ShowProgress => "ui-progress",
            Self::ShowSearch => "ui-search",
            Self::ShowJobs => "ui-jobs",
            Self::ShowSettings => "ui-settings",
            Self::ShowPalette => "ui-palette",
            Self::ImportInventory => "ui-import-inventory",
            Self::ChooseArchive => "ui-open-archive",
            Self::Lock => "ui-switch-operator",
            Self::Refresh => "ui-refresh",
            Self::SwitchLanguage => "ui-language",
            Self::SwitchTheme => "ui-theme",
            Self::ShowKeys => "ui-keys",
            Self::Undo => "ui-undo",
            Self::Redo => "ui-redo",
            Self::Feed => "ui-feed",
            Self::StopFeed => "ui-stop-feed",
            Self::Previous => "ui-previous",
            Self::Next => "ui-next",
            Self::First => "ui-first",
            Self::Last => "ui-last",
            Self::NextException => "ui-next-exception",
            Self::Fit => "ui-fit",
            Self::Larger => "ui-larger",
            Self::Smaller => "ui-smaller",
            Self::TurnLeft => "ui-turn-left",
            Self::TurnRight => "ui-turn-right",
            Self::Rescan => "ui-rescan",
            Self::Insert => "ui-insert",
            Self::Split => "ui-split",
            Self::NewDocument => "ui-new-document",
            Self::Blank => "ui-blank",
            Self::Remove => "ui-remove",
            Self::Reconcile => "ui-reconcile",
            Self::Compare => "ui-compare",
            Self::BeforeAfter => "ui-before-after",
            Self::Pass => "ui-pass",
            Self::PassBecause => "ui-pass-because",
            Self::ChooseProfile => "ui-choose-profile",
            Self::SendBack => "ui-send-back",
            Self::Order => "ui-order",
            Self::ShowText => "ui-show-text",
            Self::Open => "ui-open",
            Self::PrintReport => "ui-print-report",
            Self::Work => "ui-work",
            Self::PauseWork => "ui-pause-work",
            Self::StopWork => "ui-stop-work",
            Self::Export => "ui-export",
            Self::Finish => "ui-finish",
            Self::NextDoubt => "ui-next-doubt",
            Self::PreviousDoubt => "ui-previous-doubt",
            Self::ShowSource => "ui-show-source",
            Self::ShowDocuments => "ui-show-documents",
            Self::Hold => "ui-hold",
            Self::CopyPrevious => "ui-copy-previous",
            Self::PageBefore => "ui-page-before",
            Self::PageAfter => "ui-page-after",
            Self::NextPlace => "ui-next-place",
            Self::GoToBox => "ui-go-to-box",
            Self::FoldInspector => "ui-fold-inspector",
            Self::NextRegion => "ui-next-region",
            Self::PreviousRegion => "ui-previous-region",
            Self::Enlarge => "ui-enlarge",
            Self::Shrink => "ui-shrink",
            Self::UsualSize => "ui-usual-size",
            Self::FillScreen => "ui-fill-screen",
            Self::NextRescan => "ui-next-rescan",
            Self::Find => "ui-find",
            Self::RowAbove => "ui-row-above",
            Self::RowBelow => "ui-row-below",
            Self::OpenWaiting => "ui-open-waiting",
            Self::ChooseTable => "ui-choose-table",
            Self::Sign => "ui-sign-ready",
            Self::Reveal => "ui-reveal",
        }
    }

    /// Its sign.
    pub fn icon(self) -> Icon {
        match self {
            Self::ShowStart => Icon::House,
            Self::ShowInventory => Icon::ListTree,
            Self::ShowScan | Self::Feed | Self::Open => Icon::ScanLine,
            Self::ShowCheck => Icon::ScanEye,
            Self::ShowDescribe => Icon::FileText,
            Self::ShowSign => Icon::FileCheck,
            Self::ShowProgress => Icon::ChartLine,
            Self::ShowSearch => Icon::Search,
            Self::ShowJobs => Icon::ListChecks,
            Self::ShowSettings => Icon::Settings,
            Self::ShowPalette => Icon::Command,
            Self::ImportInventory => Icon::Upload,
            Self::ChooseArchive => Icon::FolderOpen,
            Self::Lock => Icon::Lock,
            Self::Refresh => Icon::RefreshCw,
            Self::SwitchLanguage => Icon::Languages,
            Self::SwitchTheme => Icon::SunMoon,
            Self::ShowKeys => Icon::Keyboard,
            Self::Undo => Icon::Undo2,
            Self::Redo => Icon::Redo2,
            Self::StopFeed => Icon::Pause,
            Self::Previous | Self::First => Icon::ChevronLeft,
            Self::Next | Self::Last | Self::NextException => Icon::ChevronRight,
            Self::Fit => Icon::Maximize,
            Self::Larger => Icon::ZoomIn,
            Self::Smaller => Icon::ZoomOut,
            Self::TurnLeft => Icon::RotateCcw,
            Self::TurnRight => Icon::RotateCw,
            Self::Rescan | Self::SendBack => Icon::RefreshCw,
            Self::Insert => Icon::FilePlus,
            Self::Split => Icon::SquareSplitHorizontal,
            Self::NewDocument => Icon::FileStack,
            Self::Blank => Icon::File,
            Self::Remove => Icon::X,
            Self::Reconcile => Icon::ListChecks,
            Self::Compare => Icon::Columns2,
            Self::BeforeAfter => Icon::ChevronsLeftRight,
            Self::Pass => Icon::Check,
            Self::PassBecause => Icon::PencilLine,
            Self::ChooseProfile => Icon::Scale,
            Self::Order => Icon::ArrowUpDown,
            Self::ShowText => Icon::ScanText,
            Self::PrintReport => Icon::Printer,
            Self::Work => Icon::FileCog,
            Self::PauseWork => Icon::Pause,
            Self::StopWork => Icon::CircleStop,
            Self::Export => Icon::Download,
            Self::Finish => Icon::Check,
            Self::NextDoubt => Icon::ChevronRight,
            Self::PreviousDoubt | Self::PageBefore => Icon::ChevronLeft,
            Self::ShowSource => Icon::Target,
            Self::ShowDocuments => Icon::FileStack,
            Self::Hold => Icon::Lock,
            Self::CopyPrevious => Icon::Copy,
            Self::PageAfter | Self::NextPlace | Self::NextRegion => Icon::ChevronRight,
            Self::PreviousRegion => Icon::ChevronLeft,
            Self::GoToBox => Icon::Archive,
            Self::FoldInspector => Icon::PanelRight,
            Self::Enlarge => Icon::ZoomIn,
            Self::Shrink => Icon::ZoomOut,
            Self::UsualSize | Self::FillScreen => Icon::Maximize,
            Self::NextRescan => Icon::RefreshCw,
            Self::Find => Icon::Search,
            Self::RowAbove => Icon::ChevronUp,
            Self::RowBelow => Icon::ChevronDown,
            Self::OpenWaiting | Self::ChooseTable => Icon::ListChecks,
            Self::Sign => Icon::FileCheck,
            Self::Reveal => Icon::Eye,
        }
    }

    /// Its key.
    pub fn shortcut(self) -> KeyboardShortcut {
        let control = |key| KeyboardShortcut::new(Modifiers::CTRL, key);
        let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
        match self {
            Self::ShowStart => control(Key::Num1),
            Self::ShowInventory => control(Key::Num2),
            Self::ShowScan => control(Key::Num3),
            Self::ShowCheck => control(Key::Num4),
            Self::ShowDescribe => control(Key::Num5),
            Self::ShowSign => control(Key::Num6),
            Self::ShowProgress => control(Key::Num7),
            Self::ShowSearch => control(Key::Num8),
            Self::ShowJobs => control(Key::Num9),
            Self::ShowSettings => control(Key::Comma),
            Self::ShowPalette => control(Key::K),
            Self::ImportInventory => control(Key::I),
            Self::ChooseArchive => control(Key::O),
            Self::Lock => control(Key::L),
            Self::Refresh => plain(Key::F5),
            Self::SwitchLanguage => control(Key::J),
            Self::SwitchTheme => KeyboardShortcut::new(Modifiers::CTRL | Modifiers::SHIFT, Key::D),
            Self::ShowKeys => plain(Key::F1),
            Self::Undo => plain(Key::Z),
            Self::Redo => KeyboardShortcut::new(Modifiers::CTRL | Modifiers::SHIFT, Key::Z),
            Self::Feed | Self::Pass | Self::PauseWork => plain(Key::Space),
            Self::StopFeed => plain(Key::Escape),
            Self::Previous => plain(Key::A),
            Self::Next => plain(Key::D),
            Self::First => plain(Key::Home),
            Self::Last => plain(Key::End),
            Self::NextException => plain(Key::G),
            Self::Fit => plain(Key::V),
            Self::Larger => plain(Key::Plus),
            Self::Smaller => plain(Key::Minus),
            Self::TurnLeft => plain(Key::Q),
            Self::TurnRight => plain(Key::W),
            Self::Rescan | Self::SendBack => plain(Key::R),
            Self::Insert => plain(Key::E),
            Self::Split => plain(Key::S),
            Self::NewDocument => plain(Key::T),
            Self::Blank => plain(Key::B),
            Self::Remove => plain(Key::X),
            Self::Reconcile => plain(Key::F),
            Self::Compare => plain(Key::C),
            // Any of 1 to 5: the place of the reason in its list.
            Self::PassBecause => plain(Key::Num1),
            // Any of 1 to 4: the place of the profile in its list.
            Self::ChooseProfile => plain(Key::Num1),
            Self::BeforeAfter => plain(Key::Backtick),
            Self::Order => plain(Key::O),
            Self::ShowText => plain(Key::F4),
            Self::Open => plain(Key::Enter),
            Self::PrintReport => control(Key::P),
            Self::Work => control(Key::Enter),
            Self::StopWork => plain(Key::Escape),
            Self::Export => control(Key::E),
            Self::Finish => control(Key::Enter),
            Self::NextDoubt => plain(Key::F8),
            Self::PreviousDoubt => KeyboardShortcut::new(Modifiers::SHIFT, Key::F8),
            Self::ShowSource | Self::NextPlace => plain(Key::F3),
            Self::GoToBox => control(Key::G),
            Self::FoldInspector => control(Key::B),
            Self::NextRegion => plain(Key::F6),
            Self::PreviousRegion => KeyboardShortcut::new(Modifiers::SHIFT, Key::F6),
            Self::ShowDocuments => plain(Key::F2),
            Self::Hold => plain(Key::F9),
            Self::CopyPrevious => control(Key::D),
            Self::PageBefore => plain(Key::PageUp),
            Self::PageAfter => plain(Key::PageDown),
            Self::Enlarge => control(Key::Plus),
            Self::Shrink => control(Key::Minus),
            Self::UsualSize => control(Key::Num0),
            Self::FillScreen => plain(Key::F11),
            Self::NextRescan => KeyboardShortcut::new(Modifiers::CTRL | Modifiers::SHIFT, Key::R),
            Self::Find => control(Key::F),
            Self::RowAbove => plain(Key::ArrowUp),
            Self::RowBelow => plain(Key::ArrowDown),
            // Any of 1 to 7: the place in the list of what waits.
            Self::OpenWaiting => plain(Key::Num1),
            // Any of 1 to 4: the place of the table.
            Self::ChooseTable => plain(Key::Num1),
            Self::Sign => control(Key::Enter),
            Self::Reveal => control(Key::U),
        }
    }

    /// Another key that means it too.
    pub fn other_shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::Undo => Some(KeyboardShortcut::new(Modifiers::CTRL, Key::Z)),
            // The same key without Shift.
            Self::Enlarge => Some(KeyboardShortcut::new(Modifiers::CTRL, Key::Equals)),
            Self::ShowKeys => Some(KeyboardShortcut::new(Modifiers::NONE, Key::Questionmark)),
            _ => None,
        }
    }

    /// The key as it stands on caps.
    pub fn cap(self, texts: &Texts) -> String {
        let KeyboardShortcut { modifiers, logical_key } = self.shortcut();
        let key = match logical_key {
            _ if self == Self::PassBecause => "1–5".to_owned(),
            _ if matches!(self, Self::ChooseProfile | Self::ChooseTable) => "1–4".to_owned(),
            _ if self == Self::OpenWaiting => "1–7".to_owned(),
            Key::Num0 => "0".to_owned(),
            Key::ArrowUp => char::from(Icon::ArrowUp).to_string(),
            Key::ArrowDown => char::from(Icon::ArrowDown).to_string(),
            Key::Space => texts.get("ui-key-space"),
            Key::Escape => "Esc".to_owned(),
            Key::Plus => "+".to_owned(),
            Key::Backtick => "`".to_owned(),
            Key::Comma => ",".to_owned(),
            Key::Minus => "–".to_owned(),
            key => key.name().to_owned(),
        };
        let control = if modifiers.ctrl { "Ctrl " } else { "" };
        let shift = if modifiers.shift { "Shift " } else { "" };
        format!("{control}{shift}{key}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for place in [
            Place::Start,
            Place::Inventory,
            Place::Scan,
            Place::Check,
            Place::Describe,
            Place::Progress,
            Place::Sign,
            Place::Jobs,
            Place::Search,
        ] {
            let all = Command::of(place).iter().chain(&Command::EVERYWHERE);
            let mut seen: Vec<KeyboardShortcut> = Vec::new();
            for command in all {
                let shortcut = command.shortcut();
                assert!(!seen.contains(&shortcut), "{command:?} in {place:?}");
                seen.push(shortcut);
            }
        }
    }
}
