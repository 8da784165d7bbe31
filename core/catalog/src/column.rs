//! Columns: how values of the model stand in the rows of the catalog and come back out of them.

use std::str::FromStr;

use rusqlite::Row;
use rusqlite::types::Type;
use sohoa_model::code_list::{AccessLevel, Condition, PaperLanguage, Retention};
use sohoa_model::date::PartialDate;
use sohoa_model::ids::{ArchiveId, BatchId, DocumentId, DossierId, EventId, PageId, ReceiptId};
use sohoa_model::inventory::InventoryRow;
use sohoa_model::{Sha256, Timestamp, Verdict};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// The columns of a description, in the order of [`description`] and [`description_values`], without the code.
pub(crate) const DESCRIPTION: &str = "fonds, series, box_code, title, start_date, end_date, retention, access, \
     paper_file_code, value_class, sheets, expected_pages, language, condition";

/// A named id and its sixteen bytes.
pub(crate) trait Id: Copy {
    /// The id of these bytes.
    fn of(uuid: Uuid) -> Self;
    /// The bytes of the id.
    fn bytes(self) -> [u8; 16];
}

macro_rules! ids {
    ($($name:ident),+) => { $(impl Id for $name {
        fn of(uuid: Uuid) -> Self { Self(uuid) }
        fn bytes(self) -> [u8; 16] { self.0.into_bytes() }
    })+ };
}
ids!(ArchiveId, BatchId, DossierId, DocumentId, EventId, PageId, ReceiptId);

/// A code in its one form (NFC, no white space around it).
pub(crate) fn code(text: &str) -> String {
    text.trim().nfc().collect()
}

/// A stored value that nobody writes.
pub(crate) fn corrupt(column: &str) -> rusqlite::Error {
    let source = crate::error::CatalogError::Corrupt(column.to_owned());
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(source))
}

/// The id in a column.
pub(crate) fn id<T: Id>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    Ok(T::of(Uuid::from_bytes(row.get(column)?)))
}

/// The id in a column that may be empty.
pub(crate) fn optional_id<T: Id>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(|bytes| T::of(Uuid::from_bytes(bytes))))
}

/// The hash in a column.
pub(crate) fn hash(row: &Row<'_>, column: &str) -> rusqlite::Result<Sha256> {
    Ok(Sha256(row.get(column)?))
}

/// The hash in a column that may be empty.
pub(crate) fn optional_hash(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Sha256>> {
    Ok(row.get::<_, Option<[u8; 32]>>(column)?.map(Sha256))
}

/// The moment in a column.
pub(crate) fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Ok(Timestamp(row.get(column)?))
}

/// The moment in a column that may be empty.
pub(crate) fn optional_moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

/// What a word in a column stands for.
pub(crate) fn word<T>(row: &Row<'_>, column: &str, from: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    from(&row.get::<_, String>(column)?).ok_or_else(|| corrupt(column))
}

/// What a word in a column that may be empty stands for.
pub(crate) fn optional_word<T>(
    row: &Row<'_>,
    column: &str,
    from: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    from(&text).map(Some).ok_or_else(|| corrupt(column))
}

/// The verdict in the columns `verdict` and `verdict_reason`.
pub(crate) fn verdict(row: &Row<'_>) -> rusqlite::Result<Verdict> {
    let reason: String = row.get("verdict_reason")?;
    word(row, "verdict", |text| Verdict::from_record(text, &reason))
}

/// The description in a row that has `code` and the columns of [`DESCRIPTION`].
pub(crate) fn description(row: &Row<'_>) -> rusqlite::Result<InventoryRow> {
    let date = |column| optional_word(row, column, |text| PartialDate::from_str(text).ok());
    Ok(InventoryRow {
        fonds: row.get("fonds")?,
        series: row.get("series")?,
        box_code: row.get("box_code")?,
        code: row.get("code")?,
        title: row.get("title")?,
        start: date("start_date")?,
        end: date("end_date")?,
        retention: optional_word(row, "retention", Retention::from_code)?,
        access: optional_word(row, "access", AccessLevel::from_code)?,
        paper_file_code: row.get("paper_file_code")?,
        value_class: row.get("value_class")?,
        sheets: row.get("sheets")?,
        pages: row.get("expected_pages")?,
        language: optional_word(row, "language", PaperLanguage::from_code)?,
        condition: optional_word(row, "condition", Condition::from_code)?,
    })
}

/// The values of a description in the order of [`DESCRIPTION`].
pub(crate) fn description_values(row: &InventoryRow) -> [Box<dyn rusqlite::ToSql>; 14] {
    [
        Box::new(row.fonds.clone()),
        Box::new(row.series.clone()),
        Box::new(row.box_code.clone()),
        Box::new(row.title.clone()),
        Box::new(row.start.map(|d| d.to_string())),
        Box::new(row.end.map(|d| d.to_string())),
        Box::new(row.retention.map(|r| r.code())),
        Box::new(row.access.map(|a| a.code())),
        Box::new(row.paper_file_code.clone()),
        Box::new(row.value_class.clone()),
        Box::new(row.sheets),
        Box::new(row.pages),
        Box::new(row.language.map(|l| l.code())),
        Box::new(row.condition.map(|c| c.code())),
    ]
}
