//! The time that a signer claims in `/M`, a PDF date (ISO 32000-1, 7.9.4).

use chrono::NaiveDate;
use sohoa_model::Timestamp;

/// Reads `D:YYYYMMDDHHmmSSOHH'mm'`; what is missing after the year is the earliest, a missing zone is UTC.
pub(super) fn parse(date: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(date).ok()?;
    let text = text.strip_prefix("D:").unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (date, zone) = text.split_at(digits);
    if digits > 14 {
        return None;
    }
    let part = |from: usize, to: usize, default: u32| match date.get(from..to) {
        Some(part) => part.parse().ok(),
        None if date.len() <= from => Some(default),
        None => None,
    };
    let year = date.get(..4)?.parse().ok()?;
    let day = NaiveDate::from_ymd_opt(year, part(4, 6, 1)?, part(6, 8, 1)?)?;
    let moment = day.and_hms_opt(part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?)?.and_utc();
    Some(Timestamp(moment.timestamp_millis() - i64::from(offset_minutes(zone)?) * 60_000))
}

/// `Z`, nothing, `+07'00'`, `+07'00`, `+07`: minutes east of Greenwich.
fn offset_minutes(zone: &str) -> Option<i32> {
    let sign = match zone.bytes().next() {
        None | Some(b'Z') => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let mut parts = zone[1..].splitn(3, '\'').map(|part| if part.is_empty() { Some(0) } else { part.parse().ok() });
    let hours: i32 = parts.next()??;
    let minutes: i32 = parts.next().unwrap_or(Some(0))?;
    ((0..24).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimed_time_is_read_with_its_zone() {
        let cases = [
            ("D:20261122093005+07'00'", Some(1_795_314_605_000)),
            ("D:20261122093005+07'00", Some(1_795_314_605_000)),
            ("D:20261122023005Z", Some(1_795_314_605_000)),
            ("20261122023005", Some(1_795_314_605_000)),
            ("D:2026", Some(1_767_225_600_000)),
            ("D:20261322", None),
            ("D:20261122093005+é", None),
            ("D:2026112209300", None),
            ("D:202611220930055", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text.as_bytes()).map(|t| t.0), expected, "{text}");
        }
        let now = Timestamp(1_795_314_605_000);
        assert_eq!(parse(now.pdf_date().as_bytes()), Some(now));
    }
}
