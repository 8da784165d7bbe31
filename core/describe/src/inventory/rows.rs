//! The rows of an inventory being read: headings first, then one dossier after the other, taken or refused.

use std::collections::HashSet;

use sohoa_model::code_list::{AccessLevel, Condition, PaperLanguage, Retention};
use sohoa_model::date::PartialDate;
use sohoa_model::inventory::{InventoryRow, ParsedInventory, RowRefusal};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::column::Column;
use super::{InventoryError, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS};
use crate::fold::fold;

/// The longest piece of a refused text that is shown, in characters.
const LONGEST_FOUND: usize = 80;

/// Takes rows in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Rows {
    headings: Option<Headings>,
    codes: HashSet<String>,
    parsed: ParsedInventory,
}

/// Where each field stands.
#[derive(Debug)]
struct Headings {
    /// Field, place in the row, heading as in the file.
    columns: Vec<(Column, usize, String)>,
}

impl Rows {
    /// Takes the row with this number, from 1; the first that isn't empty gives the headings.
    pub(super) fn row(&mut self, number: u32, cells: &[String]) -> Result<(), InventoryError> {
        if number > MOST_ROWS {
            return Err(InventoryError::TooManyRows);
        }
        if cells.len() > MOST_COLUMNS {
            return Err(InventoryError::TooManyColumns { row: number });
        }
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let Some(headings) = &self.headings else {
            let (headings, ignored) = Headings::read(cells)?;
            self.headings = Some(headings);
            self.parsed.ignored_columns = ignored;
            return Ok(());
        };
        let mut reading = RowReading { number, cells, headings, refused: Vec::new() };
        let row = reading.dossier();
        if reading.refused.is_empty() {
            if self.codes.insert(row.code.clone()) {
                self.parsed.rows.push(row);
                return Ok(());
            }
            reading.refuse(Column::Code, "duplicate", &row.code);
        }
        self.parsed.refused.append(&mut reading.refused);
        Ok(())
    }

    /// What was read.
    pub(super) fn finish(self) -> Result<ParsedInventory, InventoryError> {
        if self.headings.is_none() {
            return Err(InventoryError::Empty);
        }
        Ok(self.parsed)
    }
}

impl Headings {
    /// Finds the columns, and the headings that mean none.
    fn read(cells: &[String]) -> Result<(Self, Vec<String>), InventoryError> {
        let mut columns: Vec<(Column, usize, String)> = Vec::new();
        let mut ignored = Vec::new();
        for (place, cell) in cells.iter().enumerate() {
            let heading: String = plain(cell).chars().take(LONGEST_FOUND).collect();
            let Some(column) = Column::of_heading(&heading) else {
                if !heading.is_empty() {
                    ignored.push(heading);
                }
                continue;
            };
            if let Some((.., first)) = columns.iter().find(|(known, ..)| *known == column) {
                return Err(InventoryError::ColumnTwice { first: first.clone(), second: heading });
            }
            columns.push((column, place, heading));
        }
        if !columns.iter().any(|(column, ..)| *column == Column::Code) {
            let headings = ignored.iter().chain(columns.iter().map(|(.., heading)| heading));
            let headings = headings.map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(InventoryError::NoCodeColumn { headings: headings.chars().take(300).collect() });
        }
        Ok((Self { columns }, ignored))
    }
}

/// One row while its fields are read; what is wrong with it gathers in `refused`.
struct RowReading<'a> {
    number: u32,
    cells: &'a [String],
    headings: &'a Headings,
    refused: Vec<RowRefusal>,
}

impl RowReading<'_> {
    fn dossier(&mut self) -> InventoryRow {
        let row = InventoryRow {
            fonds: self.text(Column::Fonds),
            series: self.text(Column::Series),
            box_code: self.text(Column::BoxCode),
            code: self.text(Column::Code),
            title: self.text(Column::Title),
            start: self.date(Column::Start),
            end: self.date(Column::End),
            retention: self
                .item(Column::Retention, Retention::ALL, Retention::code, |item| [item.vietnamese(), item.english()]),
            access: self
                .item(Column::Access, AccessLevel::ALL, AccessLevel::code, |item| [item.vietnamese(), item.english()]),
            paper_file_code: self.text(Column::PaperFileCode),
            value_class: self.text(Column::ValueClass),
            sheets: self.count(Column::Sheets),
            pages: self.count(Column::Pages),
            language: self.item(Column::Language, PaperLanguage::ALL, PaperLanguage::code, |item| {
                [item.vietnamese(), item.english()]
            }),
            condition: self
                .item(Column::Condition, Condition::ALL, Condition::code, |item| [item.vietnamese(), item.english()]),
        };
        if row.code.is_empty() && !self.refused.iter().any(|refusal| refusal.column == self.heading(Column::Code)) {
            self.refuse(Column::Code, "missing", "");
        }
        if let (Some(start), Some(end)) = (row.start, row.end)
            && surely_before(end, start)
        {
            self.refuse(Column::End, "end-before-start", &format!("{start} – {end}"));
        }
        row
    }

    /// The text of a field: NFC, white space at the ends gone and inside made plain; empty if there is none.
    fn text(&mut self, column: Column) -> String {
        let Some((_, place, _)) = self.headings.columns.iter().find(|(known, ..)| *known == column) else {
            return String::new();
        };
        let Some(cell) = self.cells.get(*place) else {
            return String::new();
        };
        let text = plain(cell);
        let length = text.chars().count();
        if length > column.longest() || cell.chars().nth(LONGEST_CELL).is_some() {
            self.refuse(column, "too-long", &text);
            return String::new();
        }
        if text.chars().any(char::is_control) {
            self.refuse(column, "control-character", &text);
            return String::new();
        }
        text
    }

    fn date(&mut self, column: Column) -> Option<PartialDate> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let date = text.parse().ok();
        if date.is_none() {
            self.refuse(column, "not-a-date", &text);
        }
        date
    }

    /// A number of sheets or pages, in plain digits.
    fn count(&mut self, column: Column) -> Option<u32> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let count = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        if count.is_none() {
            self.refuse(column, "not-a-number", &text);
        }
        count
    }

    /// An item of a code list: by its code, with or without the leading zero, or by its name.
    fn item<T: Copy>(
        &mut self,
        column: Column,
        list: &[T],
        code: fn(T) -> &'static str,
        names: fn(T) -> [&'static str; 2],
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let find = |is: &dyn Fn(T) -> bool| list.iter().copied().find(|item| is(*item));
        let by_code = find(&|item| text == code(item) || Some(text.as_str()) == code(item).strip_prefix('0'));
        // Folding is dear; most files spell the names as the lists do.
        let item =
            by_code.or_else(|| find(&|item| names(item).contains(&text.to_lowercase().as_str()))).or_else(|| {
                let folded = fold(&text);
                let named = folded.strip_prefix("tieng").unwrap_or(&folded);
                find(&|item| names(item).into_iter().any(|name| fold(name) == named))
            });
        if item.is_none() {
            self.refuse(column, "not-in-list", &text);
        }
        item
    }

    fn heading(&self, column: Column) -> String {
        let heading = self.headings.columns.iter().find(|(known, ..)| *known == column);
        heading.map(|(.., heading)| heading.clone()).unwrap_or_default()
    }

    fn refuse(&mut self, column: Column, reason: &str, found: &str) {
        self.refused.push(RowRefusal {
            row: self.number,
            column: self.heading(column),
            reason: reason.to_owned(),
            found: found.chars().take(LONGEST_FOUND).collect(),
        });
    }
}

/// NFC, with every run of white space (line breaks, no-break spaces) made one space and none at the ends.
fn plain(text: &str) -> String {
    let nfc = if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() };
    nfc.split(|c: char| c.is_whitespace() || c == '\u{FEFF}')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether `end` lies before `start` whatever their unknown parts are: 1945 isn't before 03/1945.
fn surely_before(end: PartialDate, start: PartialDate) -> bool {
    let latest = (end.year, end.month.unwrap_or(12), end.day.unwrap_or(31));
    let earliest = (start.year, start.month.unwrap_or(1), start.day.unwrap_or(1));
    latest < earliest
}
