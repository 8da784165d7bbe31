//! An inventory on its way from a worker: the versioned twin of [`ParsedInventory`].

use serde::{Deserialize, Serialize};
use sohoa_model::code_list::{AccessLevel, Condition, PaperLanguage, Retention};
use sohoa_model::date::PartialDate;
use sohoa_model::inventory::{InventoryRow, ParsedInventory, RowRefusal};

/// See [`ParsedInventory`]; code-list items travel as their codes, dates as text.
#[derive(Debug, Serialize, Deserialize)]
pub struct InventoryRecord {
    rows: Vec<RowRecord>,
    refused: Vec<(u32, String, String, String)>,
    ignored_columns: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RowRecord {
    fonds: String,
    series: String,
    box_code: String,
    code: String,
    title: String,
    start: Option<String>,
    end: Option<String>,
    retention: Option<String>,
    access: Option<String>,
    paper_file_code: String,
    value_class: String,
    sheets: Option<u32>,
    pages: Option<u32>,
    language: Option<String>,
    condition: Option<String>,
}

impl From<ParsedInventory> for InventoryRecord {
    fn from(parsed: ParsedInventory) -> Self {
        Self {
            rows: parsed.rows.into_iter().map(RowRecord::from).collect(),
            refused: parsed.refused.into_iter().map(|r| (r.row, r.column, r.reason, r.found)).collect(),
            ignored_columns: parsed.ignored_columns,
        }
    }
}

impl InventoryRecord {
    /// The inventory, unless a code or a date in it is unknown.
    pub fn parsed(self) -> Option<ParsedInventory> {
        let refused = self.refused.into_iter();
        Some(ParsedInventory {
            rows: self.rows.into_iter().map(RowRecord::row).collect::<Option<_>>()?,
            refused: refused.map(|(row, column, reason, found)| RowRefusal { row, column, reason, found }).collect(),
            ignored_columns: self.ignored_columns,
        })
    }
}

impl From<InventoryRow> for RowRecord {
    fn from(row: InventoryRow) -> Self {
        Self {
            fonds: row.fonds,
            series: row.series,
            box_code: row.box_code,
            code: row.code,
            title: row.title,
            start: row.start.map(|d| d.to_string()),
            end: row.end.map(|d| d.to_string()),
            retention: row.retention.map(|item| item.code().to_owned()),
            access: row.access.map(|item| item.code().to_owned()),
            paper_file_code: row.paper_file_code,
            value_class: row.value_class,
            sheets: row.sheets,
            pages: row.pages,
            language: row.language.map(|item| item.code().to_owned()),
            condition: row.condition.map(|item| item.code().to_owned()),
        }
    }
}

impl RowRecord {
    fn row(self) -> Option<InventoryRow> {
        let date = |text: Option<String>| text.map(|t| t.parse::<PartialDate>()).transpose().ok();
        Some(InventoryRow {
            fonds: self.fonds,
            series: self.series,
            box_code: self.box_code,
            code: self.code,
            title: self.title,
            start: date(self.start)?,
            end: date(self.end)?,
            retention: item(self.retention, Retention::from_code)?,
            access: item(self.access, AccessLevel::from_code)?,
            paper_file_code: self.paper_file_code,
            value_class: self.value_class,
            sheets: self.sheets,
            pages: self.pages,
            language: item(self.language, PaperLanguage::from_code)?,
            condition: item(self.condition, Condition::from_code)?,
        })
    }
}

/// The item of a code; `Some(None)` if there is no code, `None` if the code is unknown.
fn item<T>(code: Option<String>, find: fn(&str) -> Option<T>) -> Option<Option<T>> {
    match code {
        None => Some(None),
        Some(code) => find(&code).map(Some),
    }
}
