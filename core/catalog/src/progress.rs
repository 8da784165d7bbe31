//! Progress: shares of the inventory that are digitized, per target, fonds, series, value class and week.
//!
//! Answered from the rows of the dossiers alone, by a walk over two covering indices. A dossier counts from `accepted` on
//! and only if the current inventory lists it; one with pages below the standard counts only for targets that say so,
//! and is shown apart. Every figure opens to its dossiers: the same conditions give the number and the codes.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params, params_from_iter};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::forecast::{self, Forecast, NoForecast};
use sohoa_model::plan::{Target, Unit};

use crate::error::CatalogError;
use crate::{Catalog, column};

/// A number of dossiers, and the sheets and pages that the inventory expects of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Dossiers.
    pub dossiers: u64,
    /// Sheets expected; dossiers for which no number is known add none.
    pub sheets: u64,
    /// Pages expected; dossiers for which no number is known add none.
    pub pages: u64,
}

impl Amount {
    /// The number in a unit.
    pub fn of(&self, unit: Unit) -> u64 {
        match unit {
            Unit::Dossiers => self.dossiers,
            Unit::Sheets => self.sheets,
            Unit::Pages => self.pages,
        }
    }

    fn add(&mut self, other: &Self) {
        self.dossiers += other.dossiers;
        self.sheets += other.sheets;
        self.pages += other.pages;
    }
}

/// What is there and what of it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// What the inventory lists.
    pub listed: Amount,
    /// What counts as digitized, at the standard.
    pub done: Amount,
    /// What is accepted, but has pages below the standard.
    pub below_standard: Amount,
}

/// How far a target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetProgress {
    /// The target.
    pub target: Target,
    /// How much of its unit the inventory lists.
    pub denominator: u64,
    /// How much of it is done.
    pub done: u64,
    /// How much has to be done: the share, rounded up.
    pub required: u64,
    /// Accepted, but below the standard; in `done` only if the target counts it.
    pub below_standard: u64,
    /// Whether enough is done; never of an empty inventory.
    pub met: bool,
}

/// What of a target depends on the present moment.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetNow {
    /// Name of the target.
    pub name: String,
    /// Days until the end of its last day; negative when it is past.
    pub days_left: i64,
    /// Whether its last day is over.
    pub past: bool,
    /// When what is left will be done, or why nobody can say.
    pub forecast: Result<Forecast, NoForecast>,
}

/// What depends on the present moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Now {
    /// The moment.
    pub at: Timestamp,
    /// The targets, in the order of [`Progress::targets`].
    pub targets: Vec<TargetNow>,
}

/// How far an archive is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Per target, by deadline and name.
    pub targets: Vec<TargetProgress>,
    /// The whole inventory.
    pub total: Totals,
    /// Per fonds.
    pub by_fonds: BTreeMap<String, Totals>,
    /// Per fonds and series.
    pub by_series: BTreeMap<(String, String), Totals>,
    /// Per value class.
    pub by_value_class: BTreeMap<String, Totals>,
    /// What was accepted at the standard, per ISO week in Viet Nam.
    pub by_week: BTreeMap<String, Amount>,
    /// Listed dossiers per state; every state is there.
    pub by_state: BTreeMap<DossierState, Amount>,
    /// Dossiers that no current inventory lists; they count for nothing.
    pub unlisted: u64,
    /// What depends on the clock.
    pub now: Now,
}

/// Which dossiers a figure is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole inventory.
    All,
    /// The value class of a target, and with `done` what this target counts.
    Target(String),
    /// A fonds.
    Fonds(String),
    /// A series of a fonds.
    Series(String, String),
    /// A value class.
    ValueClass(String),
    /// What was accepted in an ISO week.
    Week(String),
}

/// Which number of a scope a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the inventory lists.
    Listed,
    /// What counts as digitized.
    Done,
    /// What is listed and does not count as digitized.
    NotDone,
    /// What is accepted, but below the standard.
    BelowStandard,
    /// What is in a state.
    State(DossierState),
}

/// A figure of [`Progress`]: it opens to its dossiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Which dossiers.
    pub scope: Scope,
    /// Which number.
    pub part: Part,
}

/// Accepted or further, by the words of [`DossierState`].
const ACCEPTED: &str = "state IN ('accepted', 'delivered')";

/// What was accepted on a day.
struct Accepted {
    day: Day,
    value_class: String,
    below_standard: bool,
    amount: Amount,
}

struct Group {
    value_class: String,
    fonds: String,
    series: String,
    state: DossierState,
    all: Amount,
    below: Amount,
}

impl Group {
    fn accepted(&self) -> bool {
        self.state >= DossierState::Accepted
    }

    /// What of it is at the standard.
    fn at_standard(&self) -> Amount {
        Amount {
            dossiers: self.all.dossiers.saturating_sub(self.below.dossiers),
            sheets: self.all.sheets.saturating_sub(self.below.sheets),
            pages: self.all.pages.saturating_sub(self.below.pages),
        }
    }

    fn add_to(&self, totals: &mut Totals) {
        totals.listed.add(&self.all);
        if self.accepted() {
            totals.done.add(&self.at_standard());
            totals.below_standard.add(&self.below);
        }
    }
}

impl Catalog {
    /// How far the archive is.
    pub fn progress(&self, now: Timestamp) -> Result<Progress, CatalogError> {
        let targets = self.targets()?;
        let groups = self.groups()?;
        let unlisted = self
            .read()
            .query_row("SELECT count(*) FROM dossier WHERE listed = 0", [], |row| row.get::<_, i64>(0))?
            .unsigned_abs();
        let reached: Vec<TargetProgress> = targets.iter().map(|target| target_progress(target, &groups)).collect();
        let now = Now { at: now, targets: self.targets_now(&reached, now)? };
        let mut progress = Progress {
            targets: reached,
            total: Totals::default(),
            by_fonds: BTreeMap::new(),
            by_series: BTreeMap::new(),
            by_value_class: BTreeMap::new(),
            by_week: self.weeks()?,
            by_state: DossierState::ALL.into_iter().map(|state| (state, Amount::default())).collect(),
            unlisted,
            now,
        };
        for group in &groups {
            group.add_to(&mut progress.total);
            group.add_to(progress.by_fonds.entry(group.fonds.clone()).or_default());
            group.add_to(progress.by_series.entry((group.fonds.clone(), group.series.clone())).or_default());
            group.add_to(progress.by_value_class.entry(group.value_class.clone()).or_default());
            progress.by_state.entry(group.state).or_default().add(&group.all);
        }
        Ok(progress)
    }

    /// The codes of the dossiers that a figure counts, sorted.
    pub fn figure_dossiers(&self, figure: &Figure) -> Result<Vec<String>, CatalogError> {
        let mut values: Vec<String> = Vec::new();
        let mut counts_below = false;
        let mut sql = "SELECT code FROM dossier WHERE listed = 1".to_owned();
        let mut equals = |column: &str, value: &str| {
            values.push(value.to_owned());
            sql.push_str(&format!(" AND {column} = ?{}", values.len()));
        };
        match &figure.scope {
            Scope::All => {}
            Scope::Target(name) => {
                let target = self.targets()?.into_iter().find(|target| target.name == *name);
                let target = target.ok_or_else(|| CatalogError::Unknown { noun: "target", id: name.clone() })?;
                counts_below = target.counts_below_standard;
                if !target.value_class.is_empty() {
                    equals("value_class", &target.value_class);
                }
            }
            Scope::Fonds(fonds) => equals("fonds", fonds),
            Scope::Series(fonds, series) => {
                equals("fonds", fonds);
                equals("series", series);
            }
            Scope::ValueClass(class) => equals("value_class", class),
            Scope::Week(week) => {
                equals("accepted_week", week);
                sql.push_str(&format!(" AND {ACCEPTED}"));
            }
        }
        let done = if counts_below { ACCEPTED.to_owned() } else { format!("{ACCEPTED} AND below_standard_pages = 0") };
        match figure.part {
            Part::Listed => {}
            Part::Done => sql.push_str(&format!(" AND {done}")),
            Part::NotDone => sql.push_str(&format!(" AND NOT ({done})")),
            Part::BelowStandard => sql.push_str(&format!(" AND {ACCEPTED} AND below_standard_pages > 0")),
            Part::State(state) => sql.push_str(&format!(" AND state = '{}'", state.word())),
        }
        sql.push_str(" ORDER BY code");
        let connection = self.read();
        let mut statement = connection.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was accepted at the standard, per week.
    fn weeks(&self) -> Result<BTreeMap<String, Amount>, CatalogError> {
        let connection = self.read();
        let sql = format!(
            "SELECT accepted_week, count(*) AS dossiers, coalesce(sum(sheets), 0) AS sheets,
                 coalesce(sum(expected_pages), 0) AS pages
             FROM dossier INDEXED BY dossier_week
             WHERE listed = 1 AND accepted_week <> '' AND {ACCEPTED} AND below_standard_pages = 0
             GROUP BY accepted_week"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| {
            let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
            let amount = Amount { dossiers: number("dossiers")?, sheets: number("sheets")?, pages: number("pages")? };
            Ok((row.get("accepted_week")?, amount))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What of each target depends on the present moment.
    fn targets_now(&self, targets: &[TargetProgress], now: Timestamp) -> Result<Vec<TargetNow>, CatalogError> {
        let today = Day::of(now);
        let accepted = self.accepted_since(Day(today.0 - forecast::WINDOW_DAYS))?;
        let mut all = Vec::new();
        for progress in targets {
            let target = &progress.target;
            let counts = |row: &&Accepted| {
                (target.value_class.is_empty() || row.value_class == target.value_class)
                    && (target.counts_below_standard || !row.below_standard)
            };
            let mut days = BTreeMap::new();
            for row in accepted.iter().filter(counts) {
                *days.entry(row.day).or_insert(0) += row.amount.of(target.unit);
            }
            let began = self.first_accepted(target)?;
            let left = progress.required.saturating_sub(progress.done);
            all.push(TargetNow {
                name: target.name.clone(),
                days_left: Day::parse(&target.deadline).map_or(0, |deadline| deadline.0 - today.0),
                past: target.is_past(now),
                forecast: forecast::forecast(&days, began, left, today),
            });
        }
        Ok(all)
    }

    /// The dossiers that were accepted on a day or later, summed by day and by what targets tell apart.
    fn accepted_since(&self, since: Day) -> Result<Vec<Accepted>, CatalogError> {
        let connection = self.read();
        // A week bounds the walk over the index; the day is in the row.
        let sql = format!(
            "SELECT (accepted_at + 25200000) / 86400000 AS day, value_class, below_standard_pages > 0 AS below,
                 count(*) AS dossiers, coalesce(sum(sheets), 0) AS sheets, coalesce(sum(expected_pages), 0) AS pages
             FROM dossier INDEXED BY dossier_week
             WHERE listed = 1 AND accepted_week <> '' AND {ACCEPTED} AND accepted_week >= ?1 AND accepted_at >= ?2
             GROUP BY day, value_class, below"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let start = since.start();
        let rows = statement.query_map(params![start.iso_week_vietnam(), start.0], |row| {
            let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok(Accepted {
                day: Day(row.get("day")?),
                value_class: row.get("value_class")?,
                below_standard: row.get("below")?,
                amount: Amount { dossiers: number("dossiers")?, sheets: number("sheets")?, pages: number("pages")? },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The day on which the first dossier that counts for a target was accepted.
    fn first_accepted(&self, target: &Target) -> Result<Option<Day>, CatalogError> {
        let connection = self.read();
        // In the order of the index: the first row that fits is of the first week.
        let sql = format!(
            "SELECT accepted_at FROM dossier INDEXED BY dossier_week
             WHERE listed = 1 AND accepted_week <> '' AND {ACCEPTED} AND (?1 = '' OR value_class = ?1)
                 AND (?2 OR below_standard_pages = 0)
             ORDER BY accepted_week LIMIT 1"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let first = statement.query_row(params![target.value_class, target.counts_below_standard], |row| row.get(0));
        Ok(first.optional()?.map(|at| Day::of(Timestamp(at))))
    }

    fn groups(&self) -> Result<Vec<Group>, CatalogError> {
        let connection = self.read();
        // The groups come in the order of the index: one walk, nothing to sort.
        let sql = "SELECT value_class, fonds, series, state,
                       count(*) AS dossiers, coalesce(sum(sheets), 0) AS sheets,
                       coalesce(sum(expected_pages), 0) AS pages,
                       sum(below_standard_pages > 0) AS below_dossiers,
                       coalesce(sum(iif(below_standard_pages > 0, sheets, 0)), 0) AS below_sheets,
                       coalesce(sum(iif(below_standard_pages > 0, expected_pages, 0)), 0) AS below_pages
                   FROM dossier INDEXED BY dossier_progress WHERE listed = 1
                   GROUP BY value_class, fonds, series, state";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| {
            let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
            Ok(Group {
                value_class: row.get("value_class")?,
                fonds: row.get("fonds")?,
                series: row.get("series")?,
                state: column::word(row, "state", DossierState::from_word)?,
                all: Amount { dossiers: number("dossiers")?, sheets: number("sheets")?, pages: number("pages")? },
                below: Amount {
                    dossiers: number("below_dossiers")?,
                    sheets: number("below_sheets")?,
                    pages: number("below_pages")?,
                },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn target_progress(target: &Target, groups: &[Group]) -> TargetProgress {
    let mut totals = Totals::default();
    for group in groups.iter().filter(|g| target.value_class.is_empty() || g.value_class == target.value_class) {
        group.add_to(&mut totals);
    }
    let denominator = totals.listed.of(target.unit);
    let below_standard = totals.below_standard.of(target.unit);
    let done = totals.done.of(target.unit) + if target.counts_below_standard { below_standard } else { 0 };
    let required = (u128::from(denominator) * u128::from(target.share_ppm)).div_ceil(1_000_000);
    let required = u64::try_from(required).unwrap_or(u64::MAX);
    let met = denominator > 0 && done >= required;
    TargetProgress { target: target.clone(), denominator, done, required, below_standard, met }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::TwoPersons;
    use crate::fixture::{START, act, file, fixture, row};

    fn target(name: &str, share_ppm: u32, unit: Unit, class: &str, below: bool) -> Target {
        Target {
            name: name.into(),
            share_ppm,
            unit,
            value_class: class.into(),
            deadline: "2026-12-31".into(),
            counts_below_standard: below,
        }
    }

    #[test]
    fn every_figure_opens_to_its_dossiers() {
        let f = fixture();
        let mut rows: Vec<_> = (1..=7).map(|n| row(&format!("H.{n}"), 1)).collect();
        rows[5].value_class = String::new();
        rows[6].fonds = "Phông khác".into();
        f.list(&rows);
        f.catalog.set_target(&target("30 %", 300_000, Unit::Dossiers, "valuable", false), &act("an", 1)).unwrap();
        f.catalog.set_target(&target("all", 1_000_000, Unit::Pages, "", true), &act("an", 1)).unwrap();
        let mut below = file("H.3", "H.3/0001.jpg", 1);
        below.frames[0].below_standard = true;
        f.take(&below);
        f.to_signed(&["H.1", "H.2", "không có"]);
        for code in ["H.1", "H.2", "H.3"] {
            f.catalog.accept(code, &serde_json::Value::Null, TwoPersons::Required, &act("chi", 6)).unwrap();
        }
        let progress = f.catalog.progress(Timestamp(START)).unwrap();
        let [first, all] = &progress.targets[..] else { panic!("two targets") };
        assert_eq!((first.denominator, first.done, first.required, first.met), (6, 2, 2, true));
        assert_eq!((first.below_standard, all.below_standard), (1, 1));
        assert_eq!((all.denominator, all.done, all.required, all.met), (7, 3, 7, false));
        assert_eq!(progress.now.targets[0].days_left, 39);
        assert_eq!(first.required.saturating_sub(first.done), 0);
        assert_eq!(progress.now.targets[0].forecast, Err(NoForecast::Done));
        assert_eq!(progress.now.targets[1].forecast, Err(NoForecast::TooFewDays));
        let later = f.catalog.progress(Timestamp(START + 20 * 86_400_000)).unwrap();
        let foretold = later.now.targets[1].forecast.expect("accepted twenty days ago");
        let done = all.done as f64;
        assert_eq!(foretold.per_working_day, done / foretold.working_days as f64);
        let idle = f.catalog.progress(Timestamp(START + 200 * 86_400_000)).unwrap();
        assert_eq!(idle.now.targets[1].forecast, Err(NoForecast::Idle));
        assert_eq!(progress.unlisted, 1);
        assert_eq!(progress.by_week["2026-W47"].dossiers, 2);

        let count = |scope: Scope, part| f.catalog.figure_dossiers(&Figure { scope, part }).unwrap().len() as u64;
        assert_eq!(count(Scope::Week("2026-W47".into()), Part::Done), 2);
        for t in &progress.targets {
            let scope = || Scope::Target(t.target.name.clone());
            assert_eq!(count(scope(), Part::Listed), t.denominator);
            assert_eq!(count(scope(), Part::Done), t.done);
            assert_eq!(count(scope(), Part::NotDone), t.denominator - t.done);
            assert_eq!(count(scope(), Part::BelowStandard), t.below_standard);
        }
        let mut figures = vec![(Scope::All, progress.total)];
        figures.extend(progress.by_fonds.iter().map(|(f, t)| (Scope::Fonds(f.clone()), *t)));
        figures.extend(progress.by_series.iter().map(|((f, s), t)| (Scope::Series(f.clone(), s.clone()), *t)));
        figures.extend(progress.by_value_class.iter().map(|(c, t)| (Scope::ValueClass(c.clone()), *t)));
        assert_eq!(figures.len(), 1 + 2 + 2 + 2);
        for (scope, totals) in figures {
            assert_eq!(count(scope.clone(), Part::Listed), totals.listed.dossiers, "{scope:?}");
            assert_eq!(count(scope.clone(), Part::Done), totals.done.dossiers, "{scope:?}");
            assert_eq!(count(scope.clone(), Part::BelowStandard), totals.below_standard.dossiers, "{scope:?}");
        }
        for (state, amount) in progress.by_state {
            assert_eq!(count(Scope::All, Part::State(state)), amount.dossiers, "{state:?}");
        }
    }
}
