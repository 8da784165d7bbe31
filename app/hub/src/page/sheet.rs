//! A table that somebody takes away: as comma-separated values, or as a workbook.

use std::io::Cursor;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::csv;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(i64),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) heads: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl Sheet {
    /// With the mark that spreadsheets know UTF-8 by.
    pub(super) fn csv(&self) -> String {
        let mut out = "\u{feff}".to_owned();
        out += &csv::line(self.heads.iter().map(|head| (*head).to_owned()));
        for row in &self.rows {
            out += &csv::line(row.iter().map(|cell| match cell {
                Cell::Text(text) => text.clone(),
                Cell::Number(number) => number.to_string(),
            }));
        }
        out
    }

    /// As a workbook of one sheet; texts are texts there, never formulas.
    pub(super) fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet();
        let name: String = self.title.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).take(31).collect();
        sheet.set_name(name)?;
        for (column, head) in (0_u16..).zip(&self.heads) {
            sheet.write_with_format(0, column, *head, &bold)?;
            sheet.set_column_width(column, 22)?;
        }
        for (place, row) in (1_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Text(text) => sheet.write_string(place, column, text)?,
                    Cell::Number(number) => sheet.write(place, column, *number)?,
                };
            }
        }
        let mut out = Cursor::new(Vec::new());
        book.save_to_writer(&mut out)?;
        Ok(out.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_written_both_ways() {
        let row = vec![Cell::text("=HYPERLINK(\"x\")"), Cell::Number(-3)];
        let sheet = Sheet { title: "Hồ sơ [1]".to_owned(), heads: vec!["Mã", "Trang"], rows: vec![row] };
        assert_eq!(sheet.csv(), "\u{feff}Mã,Trang\r\n\"'=HYPERLINK(\"\"x\"\")\",-3\r\n");
        assert!(sheet.xlsx().unwrap().starts_with(b"PK"));
    }
}
