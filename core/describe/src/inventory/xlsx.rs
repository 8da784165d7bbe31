//! Workbooks: the rows of the first worksheet of an XLSX file, cell by cell, never as one grid in memory.

use std::io::{self, Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Style, Xlsx};
use zip::ZipArchive;

use super::{InventoryError, LARGEST_UNPACKED, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Rows};

/// The most parts that a workbook may have.
const MOST_PARTS: usize = 10_000;

/// Hands every row of the first worksheet to `rows`.
pub(super) fn read(bytes: &[u8], rows: &mut Rows) -> Result<(), InventoryError> {
    check_unpacked_size(bytes)?;
    let damaged = |source| InventoryError::Workbook(Box::new(source));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets = workbook.sheets_metadata();
    let sheet = sheets.iter().find(|sheet| sheet.typ == SheetType::WorkSheet).ok_or(InventoryError::NoSheet)?;
    let name = sheet.name.clone();
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
    let mut number = 0_u32;
    let mut row: Vec<String> = Vec::new();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(damaged)? {
        let (at_row, at_column) = cell.get_position();
        let text = text(cell.get_value(), cells.styles().get(style));
        if text.is_empty() {
            continue;
        }
        if at_row >= MOST_ROWS {
            return Err(InventoryError::TooManyRows);
        }
        let at_number = at_row + 1;
        if at_number != number {
            rows.row(number, &row)?;
            row.clear();
            number = at_number;
        }
        let column = at_column as usize;
        if column >= MOST_COLUMNS {
            return Err(InventoryError::TooManyColumns { row: number });
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column] = text;
    }
    rows.row(number, &row)
}

/// Unpacks every part into nothing and counts: what the directory of the container states may be a lie.
fn check_unpacked_size(bytes: &[u8]) -> Result<(), InventoryError> {
    let damaged = |source: zip::result::ZipError| InventoryError::Container(Box::new(source));
    let mut container = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if container.len() > MOST_PARTS {
        return Err(InventoryError::UnpacksTooLarge);
    }
    if container.index_for_name("xl/workbook.xml").is_none() && container.index_for_name("mimetype").is_some() {
        return Err(InventoryError::Kind { found: "an OpenDocument file" });
    }
    let mut left = LARGEST_UNPACKED;
    for index in 0..container.len() {
        let part = container.by_index(index).map_err(damaged)?;
        if part.size() > left {
            return Err(InventoryError::UnpacksTooLarge);
        }
        let unpacked = io::copy(&mut part.take(left.saturating_add(1)), &mut io::sink())
            .map_err(|source| InventoryError::Container(Box::new(source)))?;
        left = left.checked_sub(unpacked).ok_or(InventoryError::UnpacksTooLarge)?;
    }
    Ok(())
}

/// What a cell says, as a person would type it.
fn text(value: &DataRef<'_>, style: Option<&Style>) -> String {
    let cut = |text: &str| text.chars().take(LONGEST_CELL + 1).collect();
    match value {
        DataRef::Int(number) => number.to_string(),
        // Display of a whole f64 has no point: 1, 2017; a code typed as 2017.01 keeps its point.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => cut(text),
        DataRef::SharedString(text) => cut(text),
        DataRef::Bool(value) => if *value { "1" } else { "0" }.to_owned(),
        DataRef::DateTime(moment) => date(moment, style),
        DataRef::DateTimeIso(text) => iso_date(text),
        DataRef::DurationIso(text) => cut(text),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A date cell, only as far as its number format shows it: typing 03/1945 makes Excel store a day nobody gave.
fn date(moment: &ExcelDateTime, style: Option<&Style>) -> String {
    if !moment.is_datetime() || !(1.0..2_958_466.0).contains(&moment.as_f64()) {
        return moment.as_f64().to_string();
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let shown = style.and_then(|style| style.number_format.as_ref()).map(|format| shown_letters(&format.format_code));
    match shown {
        Some(shown) if shown.contains('d') => format!("{day:02}/{month:02}/{year:04}"),
        Some(shown) if shown.contains('m') && shown.contains('y') => format!("{month:02}/{year:04}"),
        Some(shown) if shown.contains('y') => format!("{year:04}"),
        _ => format!("{day:02}/{month:02}/{year:04}"),
    }
}

/// The letters of the first section of a number format that stand for something, in lower case.
fn shown_letters(format: &str) -> String {
    let mut shown = String::new();
    let mut characters = format.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => while characters.next().is_some_and(|c| c != '"') {},
            '[' => while characters.next().is_some_and(|c| c != ']') {},
            '\\' => drop(characters.next()),
            ';' => break,
            c => shown.extend(c.to_lowercase()),
        }
    }
    shown
}

/// `1945-03-05T…` as DD/MM/YYYY; any other text as it is, to be refused where a date is wanted.
fn iso_date(text: &str) -> String {
    let mut parts = text.split('T').next().unwrap_or_default().split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day), None) => format!("{day}/{month}/{year}"),
        _ => text.chars().take(LONGEST_CELL + 1).collect(),
    }
}
