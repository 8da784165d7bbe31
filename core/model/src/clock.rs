//! Moments in time: UTC milliseconds inside, shown in the zone of Viet Nam; the clock itself is an argument.

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, TimeZone, Utc};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Where the present moment comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still, for reproducible runs.
#[derive(Debug, Clone, Copy)]
pub struct FrozenClock(pub Timestamp);

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl Timestamp {
    fn vietnam(self) -> DateTime<FixedOffset> {
        let zone = FixedOffset::east_opt(7 * 3600).expect("seven hours are a valid offset");
        Utc.timestamp_millis_opt(self.0).single().unwrap_or_default().with_timezone(&zone)
    }

    /// ISO 8601 with seconds in the zone of Viet Nam, e.g. `2026-11-22T09:30:05+07:00`.
    pub fn iso_vietnam(self) -> String {
        self.vietnam().format("%Y-%m-%dT%H:%M:%S+07:00").to_string()
    }

    /// Day and time as people in Viet Nam write them, e.g. `22/11/2026 09:30`.
    pub fn short_vietnam(self) -> String {
        self.vietnam().format("%d/%m/%Y %H:%M").to_string()
    }

    /// The time of day in Viet Nam as a clock shows it, e.g. `09:30`.
    pub fn time_vietnam(self) -> String {
        self.vietnam().format("%H:%M").to_string()
    }

    /// For how many milliseconds, at least one, a clock without seconds shows the same.
    pub fn until_next_minute(self) -> u64 {
        60_000 - self.0.rem_euclid(60_000).unsigned_abs()
    }

    /// A PDF date (ISO 32000-1, 7.9.4), e.g. `D:20261122093005+07'00'`.
    pub fn pdf_date(self) -> String {
        self.vietnam().format("D:%Y%m%d%H%M%S+07'00'").to_string()
    }

    /// The calendar day in Viet Nam as `YYYY-MM-DD`.
    pub fn day_vietnam(self) -> String {
        self.vietnam().format("%Y-%m-%d").to_string()
    }

    /// The ISO week in Viet Nam, e.g. `2026-W47`.
    pub fn iso_week_vietnam(self) -> String {
        let week = self.vietnam().iso_week();
        format!("{:04}-W{:02}", week.year(), week.week())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso_vietnam())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_in_the_zone_of_viet_nam() {
        let t = Timestamp(1_795_314_605_000);
        assert_eq!(t.iso_vietnam(), "2026-11-22T09:30:05+07:00");
        assert_eq!((t.time_vietnam().as_str(), t.until_next_minute()), ("09:30", 55_000));
        assert_eq!((Timestamp(0).until_next_minute(), Timestamp(-1).until_next_minute()), (60_000, 1));
        assert_eq!(t.pdf_date(), "D:20261122093005+07'00'");
        assert_eq!(t.iso_week_vietnam(), "2026-W47");
        assert_eq!(t.day_vietnam(), "2026-11-22");
    }
}
