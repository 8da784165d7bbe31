//! The inventory: the imported, versioned list of the dossiers that exist; the denominator of every share.

use crate::code_list::{AccessLevel, Condition, PaperLanguage, Retention};
use crate::date::PartialDate;

/// One dossier as the inventory describes it; names and limits after TT 05/2025, EAD.xml of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryRow {
    /// Fonds (phông), ≤ 100 characters.
    pub fonds: String,
    /// Series (mục lục), ≤ 100 characters; may be empty.
    pub series: String,
    /// Box (hộp), ≤ 100 characters; may be empty.
    pub box_code: String,
    /// Dossier code (mã hồ sơ, `arcFileCode`), 1 to 100 characters, unique in the inventory.
    pub code: String,
    /// Title (tiêu đề hồ sơ), ≤ 1000 characters.
    pub title: String,
    /// First date (thời gian bắt đầu).
    pub start: Option<PartialDate>,
    /// Last date (thời gian kết thúc); not before the first.
    pub end: Option<PartialDate>,
    /// Retention (thời hạn lưu trữ).
    pub retention: Option<Retention>,
    /// Access level (mức độ tiếp cận).
    pub access: Option<AccessLevel>,
    /// Paper file code (mã hồ sơ gốc giấy), ≤ 100 characters.
    pub paper_file_code: String,
    /// Value class that targets are set for (e.g. `valuable`); free text ≤ 30 characters, may be empty.
    pub value_class: String,
    /// Sheets expected (số lượng tờ).
    pub sheets: Option<u32>,
    /// Pages expected (số trang).
    pub pages: Option<u32>,
    /// Language (ngôn ngữ).
    pub language: Option<PaperLanguage>,
    /// Physical condition (tình trạng vật lý).
    pub condition: Option<Condition>,
}

/// Why a row, or a field of it, was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRefusal {
    /// Row in the file, from 1, the heading included.
    pub row: u32,
    /// Heading of the column, empty if the row as a whole is meant.
    pub column: String,
    /// Stable name of the reason, e.g. `not-a-date`, `too-long`, `missing`, `duplicate`, `not-in-list`, `not-a-number`.
    pub reason: String,
    /// The text that was found, cut to 80 characters.
    pub found: String,
}

/// An inventory file as read: the good rows and what was refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParsedInventory {
    /// Rows that can be taken, in the order of the file.
    pub rows: Vec<InventoryRow>,
    /// Rows that can't, each with row, column and reason.
    pub refused: Vec<RowRefusal>,
    /// Headings of columns that stand for no field of a row and were not read, in the order of the file.
    pub ignored_columns: Vec<String>,
}

/// What a new version of the inventory changes against the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InventoryChange {
    /// Number of the new version, from 1; the old one if nothing changed.
    pub version: u32,
    /// Codes that are new.
    pub added: Vec<String>,
    /// Codes whose row differs, with the names of the fields.
    pub changed: Vec<(String, Vec<String>)>,
    /// Codes that the new version no longer lists.
    pub removed: Vec<String>,
    /// Number of rows that are the same.
    pub unchanged: u32,
}
