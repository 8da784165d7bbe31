//! Reading an inventory (mục lục hồ sơ): the file, CSV or XLSX, that lists the dossiers that exist.
//!
//! The first row that isn't empty holds the headings; columns are found by them in any order (the
//! names of TT 05/2025/TT-BNV, plain English ones and Vietnamese ones are known). A row that can't be taken is refused with its number,
//! column and reason, and the rest goes in. Invariant: the rows that come out keep the limits of
//! [`InventoryRow`](sohoa_model::inventory::InventoryRow), and no two have the same code.
//!
//! The bytes are hostile: a file has at most [`LARGEST_FILE`] bytes, [`MOST_ROWS`] rows, [`MOST_COLUMNS`] columns, and
//! an XLSX unpacks to at most [`LARGEST_UNPACKED`] bytes, which is counted before anything is read from it.

mod column;
mod csv;
mod rows;
#[cfg(test)]
mod tests;
mod xlsx;

use sohoa_model::inventory::ParsedInventory;

use rows::Rows;

/// The largest inventory file, in bytes.
pub const LARGEST_FILE: usize = 64 << 20;
/// The most rows that an inventory may have, its headings and its empty rows included.
pub const MOST_ROWS: u32 = 1_000_000;
/// The most columns that an inventory may have.
pub const MOST_COLUMNS: usize = 200;
/// The longest text of a cell, in characters; a spreadsheet holds no more.
pub const LONGEST_CELL: usize = 32_767;
/// The most bytes that the parts of an XLSX may unpack to, all together.
pub const LARGEST_UNPACKED: u64 = 512 << 20;

/// Why a file could not be read as an inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The file is larger than [`LARGEST_FILE`].
    #[error("the inventory has {bytes} bytes, more than {LARGEST_FILE}")]
    TooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// An XLSX unpacks to more than [`LARGEST_UNPACKED`] bytes, or has thousands of parts.
    #[error("the workbook unpacks to more than {LARGEST_UNPACKED} bytes or has too many parts")]
    UnpacksTooLarge,
    /// More rows than [`MOST_ROWS`].
    #[error("the inventory has more than {MOST_ROWS} rows")]
    TooManyRows,
    /// More columns than [`MOST_COLUMNS`].
    #[error("row {row} of the inventory has more than {MOST_COLUMNS} columns")]
    TooManyColumns {
        /// Row in the file, from 1.
        row: u32,
    },
    /// The text is not UTF-8.
    #[error("the inventory is not UTF-8 text but {found}")]
    Encoding {
        /// What it looks like.
        found: &'static str,
    },
    /// The file is of a kind that isn't read.
    #[error("the inventory is {found}, not CSV or XLSX")]
    Kind {
        /// What it looks like.
        found: &'static str,
    },
    /// A quoted field of a CSV has no end.
    #[error("the quoted field that starts in row {row} of the inventory has no end")]
    UnclosedQuote {
        /// Row in the file, from 1.
        row: u32,
    },
    /// The container of an XLSX is damaged.
    #[error("could not unpack the workbook")]
    Container(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The contents of an XLSX are damaged.
    #[error("could not read the workbook")]
    Workbook(#[source] Box<calamine::XlsxError>),
    /// The workbook has no sheet of cells.
    #[error("the workbook has no worksheet")]
    NoSheet,
    /// No row has anything in it.
    #[error("the inventory is empty")]
    Empty,
    /// No heading names the dossier code.
    #[error("no column of the inventory holds the dossier code; its headings are {headings}")]
    NoCodeColumn {
        /// The headings that were found, parted by commas, cut to 300 characters.
        headings: String,
    },
    /// Two headings mean the same field.
    #[error("the columns {first:?} and {second:?} of the inventory mean the same field")]
    ColumnTwice {
        /// Heading of the first.
        first: String,
        /// Heading of the second.
        second: String,
    },
}

/// Reads an inventory, telling XLSX and CSV apart by what the file holds, whatever it is called.
///
/// The name only helps where the contents leave it open: in a file called `….tsv` the separator is the tab.
///
/// # Errors
/// If the file as a whole can't be read; single bad rows are in [`ParsedInventory::refused`].
pub fn parse(file_name: &str, bytes: &[u8]) -> Result<ParsedInventory, InventoryError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return parse_xlsx(bytes);
    }
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    if extension.as_deref() == Some("tsv") {
        return parse_separated(bytes, csv::Separator::Given('\t'));
    }
    parse_csv(bytes)
}

/// Reads an inventory from CSV in UTF-8, with or without byte order mark, separated by commas, semicolons or tabs.
///
/// # Errors
/// If the file as a whole can't be read; single bad rows are in [`ParsedInventory::refused`].
pub fn parse_csv(bytes: &[u8]) -> Result<ParsedInventory, InventoryError> {
    parse_separated(bytes, csv::Separator::Detected)
}

/// Reads an inventory from the first worksheet of an XLSX workbook.
///
/// A cell formatted as a date gives what its format shows: the day, only the month, or only the year.
///
/// # Errors
/// If the file as a whole can't be read; single bad rows are in [`ParsedInventory::refused`].
pub fn parse_xlsx(bytes: &[u8]) -> Result<ParsedInventory, InventoryError> {
    check_size(bytes)?;
    let mut rows = Rows::default();
    xlsx::read(bytes, &mut rows)?;
    rows.finish()
}

fn parse_separated(bytes: &[u8], separator: csv::Separator) -> Result<ParsedInventory, InventoryError> {
    check_size(bytes)?;
    let mut rows = Rows::default();
    csv::read(bytes, separator, &mut rows)?;
    rows.finish()
}

fn check_size(bytes: &[u8]) -> Result<(), InventoryError> {
    if bytes.len() > LARGEST_FILE {
        return Err(InventoryError::TooLarge { bytes: bytes.len() });
    }
    Ok(())
}
