//! Other indicators of a plan, handed in as data: so much of a whole on a day, and the share that is aimed at.
//!
//! A file has the columns of [`HEADS`]; all of its rows are taken or none. The same indicator of the same day is replaced.

use std::collections::BTreeMap;

use sohoa_model::day::Day;
use sqlx_postgres::PgPool;

use crate::access::{self, About, Deed};
use crate::csv;
use crate::database::{rows, sql};

/// The heads of a file, in their order.
pub const HEADS: [&str; 6] = ["unit", "name", "as_of", "part", "whole", "target_percent"];
/// Bytes and rows of a file, at most.
pub const BYTES: usize = 1024 * 1024;
const ROWS: usize = 5_000;
/// Letters of a name.
const LETTERS: usize = 200;
/// The largest count.
const MOST: i64 = 1_000_000_000_000;

/// Why figures are not taken.
#[derive(Debug, thiserror::Error)]
pub enum IndicatorError {
    /// The text is no table.
    #[error("line {0}: a quotation mark is not closed, or stands inside a value")]
    Quotes(usize),
    /// It is too much.
    #[error("a file has at most {ROWS} rows and {BYTES} bytes")]
    TooMuch,
    /// The first line is not the heads.
    #[error("the first line must be: {}", HEADS.join(","))]
    Heads,
    /// There is nothing below the heads.
    #[error("there is no row below the heads")]
    Empty,
    /// A value is none.
    #[error("line {line}: {what}")]
    Value {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// There is no such unit, or it is not that of who hands the file in.
    #[error("line {line}: there is no unit {unit}")]
    Unit {
        /// The line, from 1.
        line: usize,
        /// The code.
        unit: String,
    },
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    line: usize,
    unit: String,
    name: String,
    as_of: Day,
    part: i64,
    whole: i64,
    target_ppm: i32,
}

/// Takes a file; the answer is how many rows it had. Who is of a unit hands in figures of that unit alone.
pub async fn import(pool: &PgPool, text: &str, unit_no: Option<i32>, by: &str) -> Result<usize, IndicatorError> {
    let read = read(text)?;
    let units: Vec<(String, i32)> = rows("SELECT code, unit_no FROM unit WHERE $1::int IS NULL OR unit_no = $1")
        .bind(unit_no)
        .fetch_all(pool)
        .await?;
    let units: BTreeMap<String, i32> = units.into_iter().collect();
    let mut transaction = pool.begin().await?;
    for row in &read {
        let unit = units.get(&row.unit);
        let unit = unit.ok_or_else(|| IndicatorError::Unit { line: row.line, unit: row.unit.clone() })?;
        sql("INSERT INTO indicator (unit_no, name, as_of, part, whole, target_ppm, imported_by) \
             VALUES ($1, $2, $3::text::date, $4, $5, $6, $7) ON CONFLICT (unit_no, name, as_of) DO UPDATE SET \
             part = excluded.part, whole = excluded.whole, target_ppm = excluded.target_ppm, imported_at = now(), \
             imported_by = excluded.imported_by")
        .bind(unit)
        .bind(&row.name)
        .bind(row.as_of.to_string())
        .bind(row.part)
        .bind(row.whole)
        .bind(row.target_ppm)
        .bind(by)
        .execute(&mut *transaction)
        .await?;
    }
    let detail = format!("rows: {}", read.len());
    access::write(&mut *transaction, by, Deed::Figures, About { detail: Some(&detail), ..About::default() }).await?;
    transaction.commit().await?;
    Ok(read.len())
}

fn read(text: &str) -> Result<Vec<Row>, IndicatorError> {
    if text.len() > BYTES {
        return Err(IndicatorError::TooMuch);
    }
    let mut found = csv::read(text).map_err(IndicatorError::Quotes)?.into_iter();
    let heads = found.next().map(|(_, heads)| heads).unwrap_or_default();
    if !heads.iter().map(|head| head.trim()).eq(HEADS) {
        return Err(IndicatorError::Heads);
    }
    let rows: Vec<Row> = found.map(|(line, values)| row(line, &values)).collect::<Result<_, _>>()?;
    match rows.len() {
        0 => Err(IndicatorError::Empty),
        rows if rows > ROWS => Err(IndicatorError::TooMuch),
        _ => Ok(rows),
    }
}

fn row(line: usize, values: &[String]) -> Result<Row, IndicatorError> {
    let wrong = |what| IndicatorError::Value { line, what };
    let [unit, name, as_of, part, whole, target] = values else { return Err(wrong("it has not six values")) };
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LETTERS || name.chars().any(char::is_control) {
        return Err(wrong("a name has 1 to 200 letters"));
    }
    let as_of = Day::parse(as_of.trim()).ok_or_else(|| wrong("the day is not written YYYY-MM-DD"))?;
    let count = |text: &str| text.trim().parse::<i64>().ok().filter(|count| (0..=MOST).contains(count));
    let part = count(part).ok_or_else(|| wrong("the part is no count"))?;
    let whole = count(whole).filter(|whole| *whole > 0).ok_or_else(|| wrong("the whole is no count above 0"))?;
    if part > whole {
        return Err(wrong("the part is more than the whole"));
    }
    let target: f64 = target.trim().parse().map_err(|_| wrong("the target is no number"))?;
    if !(0.0..=100.0).contains(&target) {
        return Err(wrong("the target is not between 0 and 100"));
    }
    let target_ppm = (target * 10_000.0).round() as i32;
    Ok(Row { line, unit: unit.trim().to_owned(), name: name.to_owned(), as_of, part, whole, target_ppm })
}

/// An indicator as it stands: unit, name, day, part, whole, target in parts per million.
pub type Standing = (String, String, String, i64, i64, i32);

/// The newest figures of each indicator.
pub async fn standing(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Standing>, sqlx_core::Error> {
    rows(
        "SELECT DISTINCT ON (u.code, i.name) u.name, i.name, i.as_of::text, i.part, i.whole, i.target_ppm \
         FROM indicator i JOIN unit u USING (unit_no) WHERE $1::int IS NULL OR i.unit_no = $1 \
         ORDER BY u.code, i.name, i.as_of DESC LIMIT 200",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_whole_or_refused_with_its_line() {
        let heads = HEADS.join(",");
        let good = read(&format!("\u{feff}{heads}\r\nTTLT,\"Tiếp nhận, số hóa\",2026-11-20,64,100,80\r\n")).unwrap();
        assert_eq!((good[0].part, good[0].whole, good[0].target_ppm, good[0].line), (64, 100, 800_000, 2));
        for (row, what) in [
            ("TTLT,x,2026-11-20,64,100", "six values"),
            ("TTLT,,2026-11-20,64,100,80", "a name"),
            ("TTLT,x,20/11/2026,64,100,80", "YYYY-MM-DD"),
            ("TTLT,x,2026-02-30,64,100,80", "YYYY-MM-DD"),
            ("TTLT,x,2026-11-20,-1,100,80", "the part is no count"),
            ("TTLT,x,2026-11-20,6.5,100,80", "the part is no count"),
            ("TTLT,x,2026-11-20,0,0,80", "the whole"),
            ("TTLT,x,2026-11-20,101,100,80", "more than the whole"),
            ("TTLT,x,2026-11-20,64,100,80 %", "no number"),
            ("TTLT,x,2026-11-20,64,100,NaN", "between 0 and 100"),
            ("TTLT,x,2026-11-20,64,100,101", "between 0 and 100"),
            ("TTLT,\"x,2026-11-20,64,100,101", "quotation mark"),
        ] {
            let error = read(&format!("{heads}\n{row}\n")).unwrap_err().to_string();
            assert!(error.starts_with("line 2: ") && error.contains(what), "{row}: {error}");
        }
        assert!(matches!(read("name,unit\n"), Err(IndicatorError::Heads)));
        assert!(matches!(read(&heads), Err(IndicatorError::Empty)));
    }
}
