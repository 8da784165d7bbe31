//! The plan: targets as data, e.g. 30 % of the valuable dossiers by the end of 2025.

use crate::clock::Timestamp;

/// What a target counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Dossiers (hồ sơ).
    Dossiers,
    /// Sheets (tờ) that the inventory expects.
    Sheets,
    /// Pages (trang) that the inventory expects.
    Pages,
}

impl Unit {
    /// The word in records and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dossiers => "dossiers",
            Self::Sheets => "sheets",
            Self::Pages => "pages",
        }
    }

    /// The unit of a record.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Dossiers, Self::Sheets, Self::Pages].into_iter().find(|u| u.word() == word)
    }
}

/// A target: a share of something by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name, unique in the plan.
    pub name: String,
    /// Share in parts per million, 1 to 1 000 000.
    pub share_ppm: u32,
    /// What is counted.
    pub unit: Unit,
    /// Which value class it is a share of; empty means the whole inventory.
    pub value_class: String,
    /// Last day, `YYYY-MM-DD`, in the zone of Viet Nam.
    pub deadline: String,
    /// Whether imports below the standard (bilevel, too few dpi) count.
    pub counts_below_standard: bool,
}

impl Target {
    /// Whether its last day is over at a moment.
    pub fn is_past(&self, now: Timestamp) -> bool {
        now.day_vietnam() > self.deadline
    }
}
