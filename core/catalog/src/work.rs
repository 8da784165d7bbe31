//! What was done lately, and by whom: pages that were captured, those that had to be captured again, dossiers accepted.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{ToSql, params};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_model::plan::{Target, Unit};

use crate::Catalog;
use crate::error::CatalogError;
use crate::finding::PAGE_REJECTED;
use crate::outbox::unsent;
use crate::progress::Figure;

/// Days that "lately" reaches back: four weeks.
pub const LATELY: i64 = 28;
/// Reasons of rejections that are told, at most.
const REASONS: i64 = 8;

/// Whether a page was captured again: one that was split was captured once, and once again if one of its halves was.
const AGAIN: &str = "gone = 'replaced' OR gone = 'split' AND EXISTS
    (SELECT 1 FROM page half WHERE half.dossier = page.dossier AND half.sha256 = page.sha256
     AND half.frame = page.frame AND half.gone = 'replaced')";

/// What one person did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Pages captured.
    pub pages: u64,
    /// Those of them that another page replaced since.
    pub again: u64,
    /// Dossiers accepted.
    pub accepted: u64,
}

/// What one station scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StationWork {
    /// Batches opened.
    pub batches: u64,
    /// Pages of them.
    pub pages: u64,
    /// Those of them that another page replaced since.
    pub again: u64,
    /// When the last of them was opened.
    pub last: Timestamp,
}

/// Dossiers that a figure stands for. Where nothing else is said they are those of the last [`LATELY`] days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lot {
    /// Those that a figure of progress counts.
    Figure(Figure),
    /// Those that somebody captured or accepted something of.
    Person(String),
    /// Those that a station opened a batch of; without a name where the batch names none.
    Station(String),
    /// Those that were sent back for a reason, whole or a page of them.
    Rejection(String),
    /// Those of which pages were captured today, in an hour in Viet Nam.
    Hour(u32),
    /// Those of which something may leave and is not acknowledged by the hub; now, not lately.
    Unsent,
}

/// What was done on the last [`LATELY`] days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// Pages captured today, by the hour in Viet Nam.
    pub by_hour: BTreeMap<u32, u64>,
    /// By the name of the person.
    pub people: BTreeMap<String, Person>,
    /// What was scanned, by the name of the station; empty where a batch names none.
    pub stations: BTreeMap<String, StationWork>,
    /// Why pages and dossiers were sent back, the most frequent first.
    pub rejections: Vec<(String, u64)>,
}

impl Work {
    /// Pages captured, and those of them that were captured again.
    pub fn pages(&self) -> (u64, u64) {
        self.people.values().fold((0, 0), |(pages, again), person| (pages + person.pages, again + person.again))
    }

    /// Pages captured today.
    pub fn today(&self) -> u64 {
        self.by_hour.values().sum()
    }
}

impl Catalog {
    /// What was done on the last [`LATELY`] days, of which `today` is the last.
    pub fn work(&self, today: Day) -> Result<Work, CatalogError> {
        let connection = self.read();
        let since = Day(today.0 - LATELY + 1).start().0;
        let mut work = Work::default();
        let sql = "SELECT (taken_at + 25200000) / 3600000 % 24 AS hour, count(*) AS pages
                   FROM file JOIN page ON page.dossier = file.dossier AND page.sha256 = file.sha256
                   WHERE taken_at >= ?1 AND part IS NULL GROUP BY hour";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([today.start().0], |row| Ok((row.get("hour")?, row.get::<_, i64>("pages")?)))?;
        for row in rows {
            let (hour, pages) = row?;
            work.by_hour.insert(hour, pages.unsigned_abs());
        }
        let sql = format!(
            "SELECT taken_by, count(*) AS pages, coalesce(sum({AGAIN}), 0) AS again
             FROM file JOIN page ON page.dossier = file.dossier AND page.sha256 = file.sha256
             WHERE taken_at >= ?1 AND part IS NULL GROUP BY taken_by"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([since], |row| {
            let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok((row.get("taken_by")?, Person { pages: number("pages")?, again: number("again")?, accepted: 0 }))
        })?;
        work.people = rows.collect::<Result<_, _>>()?;
        let sql = "SELECT operator, count(*) AS accepted FROM decision
                   WHERE kind = 'accept' AND void_at IS NULL AND at_ms >= ?1 GROUP BY operator";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([since], |row| Ok((row.get("operator")?, row.get::<_, i64>("accepted")?)))?;
        for row in rows {
            let (operator, accepted): (String, i64) = row?;
            work.people.entry(operator).or_default().accepted = accepted.unsigned_abs();
        }
        // The names of batches are in the order in which they were made; the path of a scanned page names its batch.
        let sql = format!(
            "SELECT coalesce(json_extract(settings, '$.station'), '') AS station, count(*) AS batches,
                 sum(pages) AS pages, max(opened_at) AS last, coalesce(sum(again), 0) AS again
             FROM batch LEFT JOIN (SELECT unhex(replace(substr(path, 6, 36), '-', '')) AS batch, sum({AGAIN}) AS again
                 FROM file JOIN page ON page.dossier = file.dossier AND page.sha256 = file.sha256
                 WHERE taken_at >= ?2 AND part IS NULL AND path LIKE 'scan/%' GROUP BY batch) ON batch = id
             WHERE id >= ?1 GROUP BY station"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![first_batch(since), since], |row| {
            let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
            let (batches, pages, again) = (number("batches")?, number("pages")?, number("again")?);
            Ok((row.get("station")?, StationWork { batches, pages, again, last: Timestamp(row.get("last")?) }))
        })?;
        work.stations = rows.collect::<Result<_, _>>()?;
        let sql = "SELECT detail, count(*) AS times FROM finding
                   WHERE code IN (?2, 'rejected') AND at_ms >= ?1 GROUP BY detail ORDER BY times DESC, detail LIMIT ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![since, PAGE_REJECTED, REASONS], |row| {
            Ok((row.get("detail")?, row.get::<_, i64>("times")?.unsigned_abs()))
        })?;
        work.rejections = rows.collect::<Result<_, _>>()?;
        Ok(work)
    }

    /// The codes of the dossiers of a lot; `today` is the last day of those that reach back.
    pub fn lot(&self, lot: &Lot, today: Day) -> Result<BTreeSet<String>, CatalogError> {
        let since = Day(today.0 - LATELY + 1).start().0;
        let (first, midnight) = (first_batch(since), today.start().0);
        let of_dossiers =
            |sql: &str| format!("SELECT DISTINCT code FROM dossier JOIN ({sql}) AS lot ON lot.dossier = id");
        let (sql, params): (String, Vec<(&str, &dyn ToSql)>) = match lot {
            Lot::Figure(figure) => return Ok(self.figure_dossiers(figure)?.into_iter().collect()),
            Lot::Person(name) => (
                of_dossiers(
                    "SELECT dossier FROM file WHERE taken_at >= :since AND taken_by = :name
                     UNION SELECT dossier FROM decision
                     WHERE kind = 'accept' AND void_at IS NULL AND at_ms >= :since AND operator = :name",
                ),
                vec![(":name", name), (":since", &since)],
            ),
            Lot::Station(name) => (
                of_dossiers(
                    "SELECT dossier FROM batch
                     WHERE id >= :first AND coalesce(json_extract(settings, '$.station'), '') = :name",
                ),
                vec![(":name", name), (":first", &first)],
            ),
            Lot::Rejection(reason) => (
                of_dossiers(
                    "SELECT dossier FROM finding
                     WHERE code IN (:page, 'rejected') AND at_ms >= :since AND detail = :reason",
                ),
                vec![(":reason", reason), (":page", &PAGE_REJECTED), (":since", &since)],
            ),
            Lot::Hour(hour) => (
                of_dossiers(
                    "SELECT dossier FROM file WHERE taken_at >= :today AND (taken_at + 25200000) / 3600000 % 24 = :hour",
                ),
                vec![(":hour", hour), (":today", &midnight)],
            ),
            Lot::Unsent => (unsent(), Vec::new()),
        };
        let connection = self.read();
        let mut statement = connection.prepare_cached(&sql)?;
        let codes = statement.query_map(params.as_slice(), |row| row.get(0))?;
        Ok(codes.collect::<Result<_, _>>()?)
    }

    /// What was accepted of a target, in its unit, by ISO week in Viet Nam.
    pub fn target_weeks(&self, target: &Target) -> Result<BTreeMap<String, u64>, CatalogError> {
        let unit = match target.unit {
            Unit::Dossiers => "count(*)",
            Unit::Sheets => "coalesce(sum(sheets), 0)",
            Unit::Pages => "coalesce(sum(expected_pages), 0)",
        };
        let sql = format!(
            "SELECT accepted_week, {unit} AS amount FROM dossier INDEXED BY dossier_week
             WHERE listed = 1 AND accepted_week <> '' AND state IN ('accepted', 'delivered')
                 AND (?1 = '' OR value_class = ?1) AND (?2 OR below_standard_pages = 0)
             GROUP BY accepted_week"
        );
        let connection = self.read();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![target.value_class, target.counts_below_standard], |row| {
            Ok((row.get("accepted_week")?, row.get::<_, i64>("amount")?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Before the name of any batch that was opened at or after a moment.
fn first_batch(since: i64) -> [u8; 16] {
    let mut name = [0; 16];
    name[..6].copy_from_slice(&since.max(0).to_be_bytes()[2..]);
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::batch::{BatchPage, BatchTarget, NewBatch};
    use crate::column::Id;
    use crate::decision::TwoPersons;
    use crate::fixture::{START, act, file, fixture, row};
    use crate::progress::{Part, Scope};
    use crate::query::DossierFilter;

    #[test]
    fn what_was_captured_sent_back_and_accepted_is_counted_for_who_did_it() {
        let f = fixture();
        f.list(&[row("H.1", 1), row("H.2", 1)]);
        f.to_signed(&["H.1", "H.2"]);
        f.catalog.accept("H.1", &serde_json::Value::Null, TwoPersons::Required, &act("chi", 6)).unwrap();
        let page = f.catalog.pages("H.2").unwrap()[0].id;
        f.catalog.reject_pages("H.2", &[page], "mờ", &act("chi", 7)).unwrap();
        let today = Day::of(Timestamp(START));
        let work = f.catalog.work(today).unwrap();
        let captured = f.catalog.dossiers(&DossierFilter::default()).unwrap();
        let pages: u64 = captured.iter().map(|dossier| u64::from(dossier.evidence.pages)).sum();
        assert_eq!((work.pages(), work.today()), ((pages, 0), pages));
        assert_eq!(work.people["chi"], Person { pages: 0, again: 0, accepted: 1 });
        assert_eq!(work.rejections, [("mờ".to_owned(), 1)]);
        assert_eq!(f.catalog.work(Day(today.0 + LATELY)).unwrap(), Work::default());
        let lot = |lot: Lot, today: Day| f.catalog.lot(&lot, today).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(lot(Lot::Rejection("mờ".into()), today), ["H.2"]);
        assert_eq!(lot(Lot::Person("chi".into()), today), ["H.1"]);
        let hours: Vec<u32> = work.by_hour.keys().copied().collect();
        assert_eq!(hours.len(), 1);
        assert_eq!(lot(Lot::Hour(hours[0]), today), ["H.1", "H.2"]);
        assert_eq!(lot(Lot::Hour((hours[0] + 1) % 24), today), [""; 0]);
        assert_eq!(lot(Lot::Hour(hours[0]), Day(today.0 + 1)), [""; 0]);
        let of_week = |week: &str| Lot::Figure(Figure { scope: Scope::Week(week.to_owned()), part: Part::Done });
        assert_eq!(lot(of_week("2026-W47"), today), ["H.1"]);
        assert_eq!(lot(of_week("2026-W46"), today), [""; 0]);
        assert_eq!(lot(Lot::Person("chi".into()), Day(today.0 + LATELY)), [""; 0]);
    }

    #[test]
    fn batches_are_counted_for_the_station_that_opened_them() {
        let f = fixture();
        f.list(&[row("H.1", 1), row("H.2", 1), row("H.3", 1)]);
        let today = Day::of(Timestamp(START));
        for (dossier, settings) in
            [("H.1", json!({ "station": "Trạm 03" })), ("H.2", json!({ "station": "Trạm 03" })), ("H.3", json!({}))]
        {
            let target = BatchTarget::Append;
            let new = NewBatch {
                dossier,
                device: "test",
                settings: &settings,
                sides: 1,
                sheets: None,
                target,
                document: None,
            };
            f.catalog.begin_batch(&new, &act("an", 2)).unwrap();
        }
        let stations = f.catalog.work(today).unwrap().stations;
        assert_eq!(stations.keys().collect::<Vec<_>>(), ["", "Trạm 03"]);
        assert_eq!(stations["Trạm 03"], StationWork { batches: 2, pages: 0, again: 0, last: act("an", 2).at });
        let lot = f.catalog.lot(&Lot::Station("Trạm 03".into()), today).unwrap();
        assert_eq!(lot.into_iter().collect::<Vec<_>>(), ["H.1", "H.2"]);
        assert!(f.catalog.work(Day(today.0 + LATELY)).unwrap().stations.is_empty());
    }

    #[test]
    fn a_page_that_another_replaced_was_captured_again_by_its_station() {
        let f = fixture();
        f.list(&[row("H.1", 2)]);
        let settings = json!({ "station": "Trạm 03" });
        let new = NewBatch {
            dossier: "H.1",
            device: "test",
            settings: &settings,
            sides: 1,
            sheets: None,
            target: BatchTarget::Append,
            document: None,
        };
        let batch = f.catalog.begin_batch(&new, &act("an", 2)).unwrap().id;
        for number in 1..=2 {
            f.take(&file("H.1", &BatchPage { batch, number }.path(), 1));
        }
        let again = || f.catalog.work(Day::of(Timestamp(START))).unwrap().stations["Trạm 03"].again;
        assert_eq!(again(), 0);
        let first = f.catalog.pages("H.1").unwrap()[0].id;
        let replaced = "UPDATE page SET gone = 'replaced' WHERE id = ?1";
        f.catalog.read().execute(replaced, [first.bytes()]).unwrap();
        assert_eq!(again(), 1);
    }

    #[test]
    fn the_weeks_of_a_target_add_up_to_what_is_done_of_it() {
        let f = fixture();
        f.list(&[row("H.1", 3), row("H.2", 4)]);
        let target = |unit| Target {
            name: "all".into(),
            share_ppm: 1_000_000,
            unit,
            value_class: String::new(),
            deadline: "2026-12-31".into(),
            counts_below_standard: true,
        };
        f.take(&file("H.1", "H.1/0001.jpg", 3));
        f.read_all("chữ");
        f.assemble_all();
        f.sign_all();
        f.catalog.accept("H.1", &serde_json::Value::Null, TwoPersons::Required, &act("chi", 6)).unwrap();
        for (unit, expected) in [(Unit::Dossiers, 1), (Unit::Pages, 3)] {
            let weeks = f.catalog.target_weeks(&target(unit)).unwrap();
            assert_eq!(weeks.into_iter().collect::<Vec<_>>(), [("2026-W47".to_owned(), expected)], "{unit:?}");
        }
    }
}
