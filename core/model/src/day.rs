//! Calendar days (Gregorian, as counted in Viet Nam) that can be subtracted and asked for their weekday.

use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta};

use crate::clock::Timestamp;

/// The years of what is read as a day.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2136;

/// A calendar day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day in Viet Nam of a moment.
    pub fn of(moment: Timestamp) -> Self {
        const VIETNAM_MS: i64 = 7 * 3_600_000;
        Self(moment.0.saturating_add(VIETNAM_MS).div_euclid(86_400_000))
    }

    /// The day of `YYYY-MM-DD`, of the years 1970 to 2136.
    ///
    /// Who goes from one day to another comes to an end.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        if text.len() != 10 || !text.bytes().enumerate().all(fits) {
            return None;
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| YEARS.contains(&date.year()))?;
        Some(Self(date.signed_duration_since(epoch()).num_days()))
    }

    /// The last day, a Sunday, of an ISO week such as `2026-W47`.
    pub fn end_of_week(week: &str) -> Option<Self> {
        let (year, number) = week.split_once("-W")?;
        let date = NaiveDate::from_isoywd_opt(year.parse().ok()?, number.parse().ok()?, chrono::Weekday::Sun)?;
        Some(Self(date.signed_duration_since(epoch()).num_days()))
    }

    /// The first moment of the day in Viet Nam.
    pub fn start(self) -> Timestamp {
        Timestamp((self.0 * 24 - 7) * 3_600_000)
    }

    /// Whether it is one from Monday to Friday.
    pub fn is_working(self) -> bool {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) < 5
    }

    /// As people in Viet Nam write it, e.g. `22/11/2026`.
    pub fn short(self) -> String {
        let date = self.date();
        format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
    }

    /// The first day of the next month.
    pub fn next_month(self) -> Option<Self> {
        let first = self.date().with_day(1)?.checked_add_months(Months::new(1))?;
        Some(Self(first.signed_duration_since(epoch()).num_days()))
    }

    fn date(self) -> NaiveDate {
        let days = TimeDelta::try_days(self.0).unwrap_or_default();
        epoch().checked_add_signed(days).unwrap_or(epoch())
    }
}

impl fmt::Display for Day {
    /// As `YYYY-MM-DD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

fn epoch() -> NaiveDate {
    DateTime::UNIX_EPOCH.date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years_and_come_back() {
        for (day, n) in [("1970-01-01", 0), ("2000-03-01", 11_017), ("2024-02-29", 19_782), ("2026-11-22", 20_779)] {
            assert_eq!(Day::parse(day), Some(Day(n)), "{day}");
            assert_eq!(Day(n).to_string(), day);
            assert_eq!(Day::of(Day(n).start()), Day(n));
            assert_eq!(Day::of(Timestamp(Day(n).start().0 - 1)), Day(n - 1));
        }
        for none in [
            "soon",
            "-262143-01-01",
            "+2026-11-22",
            "1969-12-31",
            "2137-01-01",
            "2026-02-29",
            "2026-1-02",
            " 2026-1-02",
            "2026-11-22 ",
            "٢٠٢٦-",
            "",
        ] {
            assert_eq!(Day::parse(none), None, "{none}");
        }
        assert_eq!(Day::parse("2136-12-31").map(|day| day.to_string()).as_deref(), Some("2136-12-31"));
        for (day, next) in [("2024-01-31", "2024-02-01"), ("2026-12-01", "2027-01-01")] {
            assert_eq!(Day::parse(day).and_then(Day::next_month), Day::parse(next));
        }
        assert_eq!(Day::end_of_week("2026-W47"), Some(Day(20_779)));
        assert_eq!(Day::end_of_week(&Day(20_779).start().iso_week_vietnam()), Some(Day(20_779)));
        assert_eq!((Day::end_of_week("2026-W99"), Day::end_of_week("W47")), (None, None));
        // A Sunday.
        assert_eq!((Day(20_779).short().as_str(), Day(20_779).is_working()), ("22/11/2026", false));
        assert!((20_780..20_785).all(|day| Day(day).is_working()) && !Day(20_785).is_working());
    }
}
