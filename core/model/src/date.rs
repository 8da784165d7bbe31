//! Dates as historical papers give them: a day, a month or only a year; what is missing is never invented.

use std::fmt;
use std::str::FromStr;

/// A date of which the day, or the day and the month, may be unknown (TT 05/2025: DD/MM/YYYY, MM/YYYY, YYYY).
///
/// Ordered by year, then month, then day; an unknown part sorts before every known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    /// Year, 1 to 9999.
    pub year: u16,
    /// Month, 1 to 12, if known.
    pub month: Option<u8>,
    /// Day of the month, if known; only with a month.
    pub day: Option<u8>,
}

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date of the form DD/MM/YYYY, MM/YYYY or YYYY")]
pub struct DateError(pub String);

impl FromStr for PartialDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let wrong = || DateError(text.to_owned());
        let parts: Vec<&str> = text.trim().split('/').collect();
        let number = |part: &str, longest: usize| -> Result<u16, DateError> {
            if part.is_empty() || part.len() > longest || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(wrong());
            }
            part.parse().map_err(|_| wrong())
        };
        let year = |part: &str| match number(part, 4) {
            Ok(year) if part.len() == 4 && year > 0 => Ok(year),
            _ => Err(wrong()),
        };
        let (year, month, day) = match parts[..] {
            [y] => (year(y)?, None, None),
            [m, y] => (year(y)?, Some(number(m, 2)?), None),
            [d, m, y] => (year(y)?, Some(number(m, 2)?), Some(number(d, 2)?)),
            _ => return Err(wrong()),
        };
        let month = month.map(|m| if (1..=12).contains(&m) { Ok(m as u8) } else { Err(wrong()) }).transpose()?;
        let day = match (day, month) {
            (Some(day), Some(month)) => {
                if !(1..=u16::from(days_in(year, month))).contains(&day) {
                    return Err(wrong());
                }
                Some(day as u8)
            }
            _ => None,
        };
        Ok(Self { year, month, day })
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.day {
            write!(f, "{day:02}/")?;
        }
        if let Some(month) = self.month {
            write!(f, "{month:02}/")?;
        }
        write!(f, "{:04}", self.year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_what_it_knows_and_invents_nothing() {
        for text in ["05/03/2020", "03/2020", "1945", "29/02/1904"] {
            assert_eq!(text.parse::<PartialDate>().unwrap().to_string(), text);
        }
        assert_eq!("5/3/1945".parse::<PartialDate>().unwrap().to_string(), "05/03/1945");
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in
            ["", "45", "13/1945", "31/04/1945", "29/02/1900", "1945-03-05", "00/1945", "0000", "1/2/3/4", "+1/1945"]
        {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn less_known_dates_sort_first() {
        let d = |t: &str| t.parse::<PartialDate>().unwrap();
        assert!(d("1945") < d("01/1945") && d("01/1945") < d("01/01/1945") && d("31/12/1945") < d("1946"));
    }
}
