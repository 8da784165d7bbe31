//! Which dossiers a list has: what an address asks for, and what a number on a page opens down to; the two are one type, so
//! that every link is understood.

use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;

use super::session::Visitor;
use super::{field, fields};
use crate::words::Language;

/// Days without a new revision after which a dossier in work is stuck.
pub(super) const STUCK_DAYS: i32 = 14;
/// Events that people's work is counted by, as links name them.
pub(super) const INGESTION: &str = "ingestion";
pub(super) const ACCEPTANCE: &str = "acceptance";
pub(super) const REJECTION: &str = "rejection";

/// Which dossiers.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) fonds: Option<i32>,
    /// Whose they are; where work is asked for, where it was done.
    pub(super) station: Option<i32>,
    pub(super) unit: Option<i32>,
    /// `rescan`, `held` or `stuck`; nothing: all.
    pub(super) only: String,
    /// `done`, `signed`, `working` or `planned`; nothing: all.
    pub(super) state: String,
    /// Value class.
    pub(super) value: Option<String>,
    /// Not those below the standard.
    pub(super) standard: bool,
    /// The days of acceptance, from one to another.
    pub(super) accepted: (Option<Day>, Option<Day>),
    pub(super) finding: Option<String>,
    /// Findings that are settled count too.
    pub(super) settled: bool,
    pub(super) work: Work,
}

/// What people did to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub(super) agent: Option<String>,
    /// ISO week.
    pub(super) week: Option<String>,
    /// A kind of event.
    pub(super) event: Option<String>,
    /// Pages in the place of others alone.
    pub(super) again: bool,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

impl Work {
    /// A kind of event, from a day on.
    pub(super) fn of(event: &str, from: Day) -> Self {
        Self { event: Some(event.to_owned()), from: Some(from), ..Self::default() }
    }

    /// Pages that were captured, on one day alone.
    pub(super) fn captured_on(day: Day) -> Self {
        Self { to: Some(day), ..Self::of(INGESTION, day) }
    }

    /// The same, of pages that were captured again.
    pub(super) fn again(self) -> Self {
        Self { again: true, ..self }
    }

    /// Whether it is asked for at all.
    pub(super) fn is_asked(&self) -> bool {
        *self != Self::default()
    }
}

impl Wanted {
    /// Those of a station.
    pub(super) fn of_station(number: i32) -> Self {
        Self { station: Some(number), ..Self::default() }
    }

    /// What the query of an address asks for; who did what is asked by who may know it alone.
    pub(super) fn of(query: Option<&str>, visitor: &Visitor) -> Self {
        let fields = fields(query.unwrap_or_default().as_bytes());
        let text = |name| Some(field(&fields, name).to_owned()).filter(|text| !text.is_empty());
        let day = |name| Day::parse(field(&fields, name));
        Self {
            fonds: field(&fields, "fonds").parse().ok(),
            station: field(&fields, "station").parse().ok(),
            unit: field(&fields, "unit").parse().ok(),
            only: field(&fields, "only").to_owned(),
            state: field(&fields, "state").to_owned(),
            value: text("value"),
            standard: field(&fields, "standard") == "1",
            accepted: (day("accepted-from"), day("accepted-to")),
            finding: text("finding"),
            settled: field(&fields, "settled") == "1",
            work: Work {
                agent: text("agent").filter(|_| visitor.may_decide),
                week: text("week").filter(|_| visitor.may_decide),
                event: text("event"),
                again: field(&fields, "again") == "1",
                from: day("from"),
                to: day("to"),
            },
        }
    }

    /// Whether what is held may be in the list. It shows its code, its fonds, by that its unit, and the reason: narrowed by
    /// anything else, a list would tell the rest by having it or not.
    pub(super) fn may_have_held(&self) -> bool {
        let Self { fonds: _, unit: _, settled: _, station, only, state, value, standard, accepted, finding, work } =
            self;
        matches!(only.as_str(), "" | "held")
            && station.is_none()
            && state.is_empty()
            && value.is_none()
            && !standard
            && *accepted == (None, None)
            && finding.is_none()
            && !work.is_asked()
    }

    /// The same as a query.
    pub(super) fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, &value);
            }
        };
        let one = |asked: bool| asked.then(|| "1".to_owned());
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        add("fonds", self.fonds.map(|number| number.to_string()));
        add("station", self.station.map(|number| number.to_string()));
        add("unit", self.unit.map(|number| number.to_string()));
        add("only", Some(self.only.clone()));
        add("state", Some(self.state.clone()));
        add("value", self.value.clone());
        add("standard", one(self.standard));
        add("accepted-from", day(self.accepted.0));
        add("accepted-to", day(self.accepted.1));
        add("finding", self.finding.clone());
        add("settled", one(self.settled));
        add("agent", self.work.agent.clone());
        add("week", self.work.week.clone());
        add("event", self.work.event.clone());
        add("again", one(self.work.again));
        add("from", day(self.work.from));
        add("to", day(self.work.to));
        query.finish()
    }

    /// Where their list is.
    pub(super) fn link(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/dossiers".to_owned(),
            query => format!("/dossiers?{query}"),
        }
    }

    /// The first and the last state.
    pub(super) fn states(&self) -> (DossierState, DossierState) {
        use DossierState::{Accepted, Assembled, Captured, Delivered, Planned, Signed};
        match self.state.as_str() {
            "done" => (Accepted, Delivered),
            "signed" => (Signed, Signed),
            "working" => (Captured, Assembled),
            "planned" => (Planned, Planned),
            _ => (Planned, Delivered),
        }
    }

    /// What it is narrowed to, in words.
    pub(super) fn words(&self, language: Language) -> Vec<String> {
        let say = |vi, en| language.say(vi, en);
        let only = match self.only.as_str() {
            "rescan" => Some(say("cần quét lại", "to scan again").to_owned()),
            "held" => Some(say("đang bị giữ", "held").to_owned()),
            "stuck" => {
                let (before, after) = (say("không đổi đã", "unchanged for"), say("ngày", "days"));
                Some(format!("{before} {STUCK_DAYS} {after}"))
            }
            _ => None,
        };
        let state = match self.state.as_str() {
            "done" => Some(say("được nhận", "accepted").to_owned()),
            "signed" => Some(say("đã ký, chờ nhận", "signed, not accepted yet").to_owned()),
            "working" => Some(say("đang làm", "in work").to_owned()),
            "planned" => Some(say("chưa quét", "not scanned").to_owned()),
            _ => None,
        };
        let period = |what: &str, from: Option<Day>, to: Option<Day>| {
            let part = |word: &'static str, day: Option<Day>| day.map(|day| format!("{word} {}", day.short()));
            let days: Vec<_> =
                [part(say("từ", "from"), from), part(say("đến", "to"), to)].into_iter().flatten().collect();
            (!days.is_empty()).then(|| format!("{what}{}", days.join(" ")))
        };
        let value = self.value.as_ref().map(|value| format!("{}: {value}", say("giá trị", "value class")));
        let standard = self.standard.then(|| say("đạt chuẩn", "at the standard").to_owned());
        let accepted = period(say("nhận ", "accepted "), self.accepted.0, self.accepted.1);
        let finding =
            self.finding.as_ref().map(|code| format!("{}: {}", say("điều cần xem", "finding"), language.finding(code)));
        let settled = self.settled.then(|| say("kể cả đã xong", "settled ones too").to_owned());
        let agent = self.work.agent.as_ref().map(|agent| format!("{}: {agent}", say("người làm", "done by")));
        let week = self.work.week.as_ref().map(|week| format!("{} {week}", say("tuần", "week")));
        let event = self.work.event.as_ref().map(|event| match event.as_str() {
            INGESTION => say("có trang được quét", "with pages captured").to_owned(),
            ACCEPTANCE => say("có quyết định nhận", "with a decision to accept").to_owned(),
            REJECTION => say("có quyết định không nhận", "with a decision to reject").to_owned(),
            other => format!("{}: {other}", say("việc", "event")),
        });
        let again = self.work.again.then(|| say("có trang phải quét lại", "with pages captured again").to_owned());
        let days = period("", self.work.from, self.work.to);
        [only, state, value, standard, accepted, finding, settled, agent, week, event, again, days]
            .into_iter()
            .flatten()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_understood_as_what_it_was_made_of() {
        let visitor = |may_decide| Visitor {
            login: String::new(),
            name: String::new(),
            may_decide,
            may_read: true,
            unit_no: None,
            form_token: String::new(),
            language: Language::English,
        };
        let text = |text: &str| Some(text.to_owned());
        let wanted = Wanted {
            fonds: Some(1),
            station: Some(2),
            unit: Some(3),
            only: "rescan".to_owned(),
            state: "done".to_owned(),
            value: text("a&b=c"),
            standard: true,
            accepted: (Some(Day(20_000)), Some(Day(20_001))),
            finding: text("rejected"),
            settled: true,
            work: Work {
                agent: text("Lê Thị Lan"),
                week: text("2026-W48"),
                event: text(INGESTION),
                again: true,
                from: Some(Day(20_002)),
                to: Some(Day(20_003)),
            },
        };
        let read = Wanted::of(Some(&wanted.query()), &visitor(true));
        assert_eq!(format!("{read:?}"), format!("{wanted:?}"));
        assert_eq!(read.words(Language::English).len(), 12);
        let read = Wanted::of(Some(&wanted.query()), &visitor(false));
        assert_eq!(
            (read.work.agent, read.work.week, read.work.again),
            (None, None, true),
            "who did what is for who decides"
        );
        assert_eq!(Wanted::default().link(), "/dossiers");
        assert!(!Wanted::of(Some("from=x&to=9999999-01-01&again=0"), &visitor(true)).work.is_asked());
    }
}
