//! A forecast: when what is left of a target will be done, with an interval that holds in 80 of 100 cases.
//!
//! The past speaks by its working days: how much was done on each of the last eight weeks. A future is drawn by a bootstrap
//! in two steps: the days are drawn with replacement once, which says how well their mean is known, and the future is drawn
//! from those, which says how much days differ. The draws come from a fixed seed: the same past gives the same forecast.

use std::collections::BTreeMap;

use crate::day::Day;

/// How many days back the past reaches: eight weeks.
pub const WINDOW_DAYS: i64 = 56;

/// From so many days of work on there is a forecast.
pub const LEAST_DAYS: i64 = 14;

/// Working days after which nothing is foretold: ten years.
const HORIZON: usize = 2_600;

/// Futures that are drawn.
const FUTURES: usize = 1_000;

/// When what is left will be done. `None` in place of a day: later than in ten years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// In one of ten futures it is done earlier.
    pub earliest: Option<Day>,
    /// In half of the futures it is done by then.
    pub median: Option<Day>,
    /// In one of ten futures it is done later.
    pub latest: Option<Day>,
    /// What was done on a working day, on average.
    pub per_working_day: f64,
    /// How many working days the past has.
    pub working_days: usize,
}

/// Why there is no forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoForecast {
    /// Nothing is left.
    Done,
    /// Work began less than [`LEAST_DAYS`] ago, or not at all.
    TooFewDays,
    /// Nothing was done in the last eight weeks.
    Idle,
}

impl NoForecast {
    /// The word in records: `done`, `too-few-days`, `idle`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::TooFewDays => "too-few-days",
            Self::Idle => "idle",
        }
    }
}

/// Foretells when `left` will be done.
///
/// `done` says how much was done on which day; `began` is the first day of all work, which may lie before those; `today` is
/// not over yet and does not count as past.
pub fn forecast(done: &BTreeMap<Day, u64>, began: Option<Day>, left: u64, today: Day) -> Result<Forecast, NoForecast> {
    if left == 0 {
        return Err(NoForecast::Done);
    }
    let Some(began) = began.filter(|began| today.0 - began.0 >= LEAST_DAYS) else { return Err(NoForecast::TooFewDays) };
    let past = working_days(done, began.max(Day(today.0 - WINDOW_DAYS)), today);
    let sum: u64 = past.iter().sum();
    if sum == 0 {
        return Err(NoForecast::Idle);
    }
    let mut dice = Dice(0x50_48_4F_41);
    let mut drawn = vec![0; past.len()];
    let mut ends: Vec<usize> = (0..FUTURES)
        .map(|_| {
            drawn.fill_with(|| past[dice.below(past.len())]);
            let mut still = left;
            let end = (1..=HORIZON).find(|_| {
                still = still.saturating_sub(drawn[dice.below(drawn.len())]);
                still == 0
            });
            end.unwrap_or(HORIZON + 1)
        })
        .collect();
    ends.sort_unstable();
    let day = |share: usize| Some(ends[FUTURES * share / 100]).filter(|end| *end <= HORIZON).map(|n| after(today, n));
    Ok(Forecast {
        earliest: day(10),
        median: day(50),
        latest: day(90),
        per_working_day: sum as f64 / past.len() as f64,
        working_days: past.len(),
    })
}

/// How much was done on each working day; what was done on a weekend counts for the working day before it.
fn working_days(done: &BTreeMap<Day, u64>, from: Day, before: Day) -> Vec<u64> {
    let mut past: Vec<u64> = Vec::new();
    let mut early = 0;
    for day in (from.0..before.0).map(Day) {
        let amount = done.get(&day).copied().unwrap_or_default();
        match past.last_mut() {
            _ if day.is_working() => past.push(amount + std::mem::take(&mut early)),
            Some(last) => *last += amount,
            None => early += amount,
        }
    }
    past
}

/// The last of `count` working days, of which today is the first if it is one.
fn after(today: Day, count: usize) -> Day {
    (today.0..).map(Day).filter(|day| day.is_working()).nth(count - 1).unwrap_or(today)
}

/// Numbers that look drawn: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(bits ^ (bits >> 31)) * count as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday.
    const TODAY: Day = Day(20_780);

    fn steady(days: i64, amount: u64) -> BTreeMap<Day, u64> {
        (TODAY.0 - days..TODAY.0).map(Day).filter(|day| day.is_working()).map(|day| (day, amount)).collect()
    }

    #[test]
    fn a_steady_past_foretells_one_day() {
        let found = forecast(&steady(56, 10), Some(Day(0)), 95, TODAY).expect("eight weeks of work");
        // Ten working days from Monday on end on the Friday of the second week.
        assert_eq!([found.earliest, found.median, found.latest], [Some(Day(TODAY.0 + 11)); 3]);
        assert_eq!((found.per_working_day, found.working_days), (10.0, 40));
        // What was done on a Sunday counts for the Friday before.
        let mut weekend = steady(28, 10);
        weekend.insert(Day(TODAY.0 - 1), 400);
        let found = forecast(&weekend, Some(Day(TODAY.0 - 28)), 95, TODAY).expect("four weeks of work");
        assert_eq!((found.per_working_day, found.working_days), (30.0, 20));
    }

    #[test]
    fn where_nothing_can_be_foretold_the_reason_is_given() {
        let of = |past: &BTreeMap<Day, u64>, began: Option<i64>, left| {
            forecast(past, began.map(|days| Day(TODAY.0 - days)), left, TODAY).map(|_| ())
        };
        assert_eq!(of(&steady(56, 10), Some(60), 0), Err(NoForecast::Done));
        assert_eq!(of(&steady(13, 10), Some(13), 5), Err(NoForecast::TooFewDays));
        assert_eq!(of(&steady(14, 10), Some(14), 5), Ok(()));
        assert_eq!(of(&BTreeMap::new(), None, 5), Err(NoForecast::TooFewDays));
        assert_eq!(of(&BTreeMap::new(), Some(90), 5), Err(NoForecast::Idle));
        let far = forecast(&steady(56, 1), Some(Day(0)), 1_000_000, TODAY).expect("eight weeks of work");
        assert_eq!((far.earliest, far.latest), (None, None));
    }

    #[test]
    fn the_interval_holds_in_about_eighty_of_a_hundred_made_series() {
        let mut dice = Dice(7);
        let (mut inside, series) = (0_u32, 500);
        for _ in 0..series {
            // A crew has a mean, days that differ by more than half of it, now and then a day without work, and weeks that
            // differ a little.
            let mean = 4 + dice.below(60);
            let weeks = 3 + dice.below(6) as i64;
            let mut week = 100;
            let mut day_of_work = |day: Day| {
                if day.0 % 7 == 4 {
                    week = 90 + dice.below(21);
                }
                let idle = dice.below(12) == 0;
                if idle { 0 } else { (mean * week / 100 * (40 + dice.below(121)) / 100) as u64 }
            };
            let past: BTreeMap<Day, u64> = (TODAY.0 - 7 * weeks..TODAY.0)
                .map(Day)
                .filter(|day| day.is_working())
                .map(|day| (day, day_of_work(day)))
                .collect();
            let left = (mean * (5 + (past.len() * 37 + mean * 11) % 150)) as u64;
            let found = forecast(&past, past.keys().next().copied(), left, TODAY).expect("three weeks or more");
            let mut still = left;
            let truth = (TODAY.0..).map(Day).filter(|day| day.is_working()).find(|day| {
                still = still.saturating_sub(day_of_work(*day));
                still == 0
            });
            inside += u32::from(found.earliest <= truth && truth <= found.latest);
        }
        let share = f64::from(inside) / f64::from(series);
        assert!((0.75..=0.85).contains(&share), "{share}");
    }
}
