//! A moment as records spell it: RFC 3339 with milliseconds in the zone of Viet Nam.

use chrono::{DateTime, FixedOffset, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sohoa_model::Timestamp;

/// A moment, e.g. `2026-11-21T10:15:02.120+07:00`; any offset is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl Moment {
    /// The moment in milliseconds since 1970.
    pub fn milliseconds(self) -> i64 {
        self.0.0
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let zone = FixedOffset::east_opt(7 * 3600).expect("seven hours are a valid offset");
        let moment = Utc.timestamp_millis_opt(self.0.0).single().unwrap_or_default().with_timezone(&zone);
        write!(f, "{}", moment.format("%Y-%m-%dT%H:%M:%S%.3f+07:00"))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = DateTime::parse_from_rfc3339(&text).map_err(|_| D::Error::custom("not a moment of RFC 3339"))?;
        Ok(Self(Timestamp(moment.timestamp_millis())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_its_milliseconds() {
        let text = "\"2026-11-21T10:15:02.120+07:00\"";
        let moment: Moment = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), text);
        assert_eq!(serde_json::from_str::<Moment>("\"2026-11-21T03:15:02.12Z\"").unwrap(), moment);
        for wrong in ["\"2026-11-21\"", "\"2026-02-30T00:00:00Z\"", "1", "\"\""] {
            assert!(serde_json::from_str::<Moment>(wrong).is_err(), "{wrong}");
        }
    }
}
