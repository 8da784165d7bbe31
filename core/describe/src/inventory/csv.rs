//! Separated text: the rows of a CSV file, numbered as a spreadsheet numbers them, empty lines included.
//!
//! RFC 4180 as spreadsheets write it: fields may be quoted, a quoted field may hold separators and line breaks, a quote
//! in it is doubled. The first line may be `sep=;`. A quote inside an unquoted field is an ordinary character.

use super::{InventoryError, LONGEST_CELL, MOST_COLUMNS, Rows};

/// Which character parts the fields.
#[derive(Debug, Clone, Copy)]
pub(super) enum Separator {
    /// The one of comma, semicolon and tab that the headings use most.
    Detected,
    /// This one.
    Given(char),
}

/// Hands every row of the file to `rows`.
pub(super) fn read(bytes: &[u8], separator: Separator, rows: &mut Rows) -> Result<(), InventoryError> {
    let mut text = text(bytes)?;
    let mut separator = match separator {
        Separator::Given(given) => given,
        Separator::Detected => detect(text),
    };
    if let Some((stated, rest)) = stated_separator(text) {
        (separator, text) = (stated, rest);
    }
    let mut characters = text.chars().peekable();
    let mut row = 0_u32;
    let mut cells: Vec<String> = Vec::new();
    while characters.peek().is_some() {
        row = row.checked_add(1).ok_or(InventoryError::TooManyRows)?;
        cells.clear();
        loop {
            let mut cell = String::new();
            let mut length = 0_usize;
            let quoted = characters.next_if_eq(&'"').is_some();
            let mut open = quoted;
            let ended_row = loop {
                let Some(c) = characters.next() else {
                    if open {
                        return Err(InventoryError::UnclosedQuote { row });
                    }
                    break true;
                };
                match c {
                    '"' if open && characters.next_if_eq(&'"').is_none() => {
                        open = false;
                        continue;
                    }
                    '\r' | '\n' if !open => {
                        if c == '\r' {
                            characters.next_if_eq(&'\n');
                        }
                        break true;
                    }
                    c if c == separator && !open => break false,
                    _ => {}
                }
                // One more than the limit is kept, so that the row is refused and not cut in silence.
                if length <= LONGEST_CELL {
                    cell.push(c);
                    length += 1;
                }
            };
            if cells.len() >= MOST_COLUMNS {
                return Err(InventoryError::TooManyColumns { row });
            }
            cells.push(cell);
            if ended_row {
                break;
            }
        }
        rows.row(row, &cells)?;
    }
    Ok(())
}

/// The file as text without its byte order mark.
fn text(bytes: &[u8]) -> Result<&str, InventoryError> {
    let encoding = |found| Err(InventoryError::Encoding { found });
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return encoding("UTF-16"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(InventoryError::Kind { found: "an old Excel file (XLS)" }),
        [b'%', b'P', b'D', b'F', ..] => return Err(InventoryError::Kind { found: "a PDF" }),
        _ => {}
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.contains(&0) {
        return encoding("binary data or UTF-16 without a mark");
    }
    std::str::from_utf8(bytes).or_else(|_| encoding("another encoding (TCVN3, VNI, windows-1258 or the like)"))
}

/// The separator that a first line `sep=;` states, and the text after that line.
fn stated_separator(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix("sep=")?;
    let separator = rest.chars().next().filter(|c| ",;\t".contains(*c))?;
    let rest = &rest[separator.len_utf8()..];
    rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).map(|rest| (separator, rest))
}

/// The separator that occurs most often in the first line that holds anything, outside of quotes.
fn detect(text: &str) -> char {
    let headings = text.lines().find(|line| line.chars().any(char::is_alphanumeric)).unwrap_or_default();
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for c in headings.chars() {
        quoted ^= c == '"';
        if !quoted && let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == c) {
            *count += 1;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(',', |(separator, _)| *separator)
}
