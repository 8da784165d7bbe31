//! History: the events of an archive as people read them, neighbours of one kind on one line.
//!
//! A dossier of a thousand pages has a thousand events of recognition; together they say one thing. What an event holds
//! beyond its sentence stays in the log as data.

use serde_json::Value;
use sohoa_catalog::event::Event;

use crate::reasons;
use crate::texts::{Arg, Texts, UiLanguage};

/// Kinds of events, each with its text.
pub const KINDS: &[&str] = &[
    "acceptance",
    "acceptance void",
    "access",
    "access clearance",
    "account removed",
    "account set",
    "archive creation",
    "assignment",
    "batch closed",
    "batch opened",
    "box handed out",
    "box refiled",
    "box returned",
    "bundle written",
    "capture incident",
    "catalog rebuild",
    "delivery",
    "description",
    "digital signature generation",
    "digital signature validation",
    "document description",
    "document parted",
    "document separated",
    "enrolment",
    "export",
    "file wanted",
    "finding",
    "finding closed",
    "finding opened again",
    "fixity check",
    "hold",
    "hold too late",
    "hold withdrawn",
    "import",
    "import begun",
    "ingestion",
    "inventory",
    "manifest",
    "page moved",
    "page passed",
    "page rejection",
    "page removed",
    "page restored",
    "page split",
    "page turned",
    "pdf creation",
    "plan",
    "recognition",
    "recognition asked for",
    "record withheld",
    "rejection",
    "release",
    "replication",
    "scan profile",
    "sheets counted",
    "sync stop",
    "text correction",
    "trust",
];

/// Kinds of what machines do, in the order in which a sheet meets it; none of them says what stands on a page.
pub const OF_MACHINES: &[&str] = &[
    "import begun",
    "import",
    "batch opened",
    "batch closed",
    "capture incident",
    "recognition",
    "pdf creation",
    "digital signature generation",
    "digital signature validation",
    "replication",
    "fixity check",
    "export",
    "catalog rebuild",
    "enrolment",
    "sync stop",
    "file wanted",
];

/// Kinds of which neighbours are told together, by their number.
const TOGETHER: &[&str] = &[
    "digital signature generation",
    "digital signature validation",
    "ingestion",
    "manifest",
    "pdf creation",
    "recognition",
];

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When, to the minute, in Vietnam's time; of several the last.
    pub moment: String,
    /// Who.
    pub operator: String,
    /// With which version of the program.
    pub software: String,
    /// The dossier's code; empty if the archive as a whole is meant.
    pub dossier: String,
    /// What, in words.
    pub sentence: String,
}

/// Tells events, which come oldest first, in the language of the texts.
pub fn tell(texts: &Texts, events: &[Event]) -> Vec<Happening> {
    events.chunk_by(together).filter_map(|group| group.last().map(|last| happening(texts, group, last))).collect()
}

fn together(a: &Event, b: &Event) -> bool {
    TOGETHER.contains(&a.kind.as_str())
        && (&a.kind, &a.operator, &a.software, &a.dossier) == (&b.kind, &b.operator, &b.software, &b.dossier)
}

fn happening(texts: &Texts, group: &[Event], last: &Event) -> Happening {
    Happening {
        moment: last.at.short_vietnam(),
        operator: last.operator.clone(),
        software: last.software.clone(),
        dossier: last.dossier.clone().unwrap_or_default(),
        sentence: sentence(texts, group, last),
    }
}

fn sentence(texts: &Texts, group: &[Event], event: &Event) -> String {
    let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
    let detail = &detail;
    let say = |id: &str, args: &[(&str, Arg<'_>)]| texts.say(id, args);
    let text = |name: &str| Arg::from(word(detail, name));
    let count = Arg::from(group.len());
    let id = format!("event-{}", event.kind.replace(' ', "-"));
    match event.kind.as_str() {
        "hold" => say(&id, &[("reason", reasons::hold(texts, &word(detail, "reason")).into())]),
        "rejection" | "release" | "access clearance" => say(&id, &[("reason", text("reason"))]),
        "finding" => say(&id, &[("finding", reasons::hold(texts, &word(detail, "code")).into())]),
        "finding closed" => {
            say(&id, &[("finding", reasons::name(texts, &word(detail, "code")).into()), ("reason", text("reason"))])
        }
        "finding opened again" => {
            say(&id, &[("findings", detail.get("findings").and_then(Value::as_u64).unwrap_or(0).into())])
        }
        "inventory" if detail.get("listed") == Some(&Value::Bool(false)) => say("event-inventory-unlisted", &[]),
        "inventory" if event.dossier.is_some() => say("event-inventory-listed", &[]),
        "inventory" => {
            let names = ["version", "source", "rows", "added", "changed", "removed"];
            say(&id, &names.map(|name| (name, text(name))))
        }
        "plan" if detail.get("removed").is_some() => say("event-plan-removed", &[("name", text("removed"))]),
        "plan" => {
            let ppm = detail.get("share_ppm").and_then(Value::as_u64).unwrap_or_default();
            let share = decimal(texts, ppm / 1_000);
            say(&id, &[("name", text("set")), ("share", share.into()), ("deadline", text("deadline"))])
        }
        "import" => say(&id, &["taken", "skipped", "refused"].map(|name| (name, text(name)))),
        "import begun" => say(&id, &[("folder", text("root"))]),
        "ingestion" => {
            let pages: u64 = group.iter().map(pages).sum();
            say(&id, &[("files", count), ("pages", pages.into())])
        }
        "recognition" | "pdf creation" | "digital signature validation" => say(&id, &[("count", count)]),
        "digital signature generation" => say(&id, &[("count", count), ("signer", text("signer"))]),
        "recognition asked for" => say(&id, &[("pages", text("pages"))]),
        "manifest" => say(&id, &[("revision", text("revision"))]),
        "archive creation" => say(&id, &[("title", text("title"))]),
        "trust" => say(&id, &[("name", text("name"))]),
        "export" => {
            let reason = match word(detail, "reason") {
                reason if reason.is_empty() => String::new(),
                reason => format!(": {reason}"),
            };
            say(&id, &[("format", text("as")), ("reason", reason.into())])
        }
        "batch opened" => say(&id, &[("device", text("device"))]),
        "batch closed" => match word(detail, "reason") {
            reason if reason.is_empty() => say(&id, &[]),
            reason => say("event-batch-overridden", &[("reason", reason.into())]),
        },
        "scan profile" if detail.get("removed").is_some() => {
            say("event-scan-profile-removed", &[("name", text("removed"))])
        }
        "account set" => {
            let role = texts.get(&format!("role-{}", word(detail, "role")));
            say(&id, &[("name", text("name")), ("role", role.into())])
        }
        "enrolment" => say(&id, &[("hub", text("hub")), ("epoch", text("epoch"))]),
        "assignment" => {
            let is_anothers = detail.get("ours") == Some(&Value::Bool(false));
            let id = if is_anothers { "event-assignment-away" } else { id.as_str() };
            say(id, &[("code", text("code")), ("number", text("number"))])
        }
        "bundle written" => say(&id, &["first", "last"].map(|name| (name, text(name)))),
        "sync stop" => say(&id, &[("why", text("why"))]),
        "file wanted" => say(&id, &[("file", text("sha256"))]),
        "hold too late" => say(&id, &[("hub", text("hub"))]),
        "hold withdrawn" => say(&id, &[("reason", text("reason"))]),
        "record withheld" => say(&id, &[("seq", text("seq")), ("reason", text("reason"))]),
        "text correction" => say(&id, &[("before", text("word")), ("after", text("corrected"))]),
        "document description" if detail.get("done") == Some(&Value::Bool(false)) => say("event-document-draft", &[]),
        "account removed" => say(&id, &[("name", text("name"))]),
        "scan profile" => say(&id, &[("name", text("set"))]),
        "document parted" | "page moved" | "page passed" | "page rejection" | "page removed" | "page restored"
        | "page split" | "page turned" => {
            let pages = detail.get("pages").and_then(Value::as_array).map_or(0, Vec::len);
            let reason = match word(detail, "reason") {
                reason if reason.is_empty() => String::new(),
                reason => format!(": {reason}"),
            };
            say(&id, &[("pages", pages.into()), ("degrees", text("degrees")), ("reason", reason.into())])
        }
        "document separated" => say(&id, &[("document", text("document"))]),
        "sheets counted" => say(&id, &[("sheets", text("sheets"))]),
        "capture incident" => {
            let what = say(&format!("incident-{}", word(detail, "code")), &[("detail", text("detail"))]);
            say(&id, &[("what", what.into())])
        }
        "box handed out" | "box refiled" | "box returned" => {
            let note = match word(detail, "note") {
                note if note.is_empty() => String::new(),
                note => format!(": {note}"),
            };
            say(&id, &[("box", text("box")), ("person", text("person"))]) + &note
        }
        "replication" => say(&id, &[("masters", text("masters"))]),
        "fixity check" => say(&id, &["objects", "damage"].map(|name| (name, text(name)))),
        "catalog rebuild" => say(&id, &[("dossiers", text("dossiers"))]),
        _ if texts.has(&id) => say(&id, &[]),
        other => other.to_owned(),
    }
}

fn pages(event: &Event) -> u64 {
    let detail: Value = serde_json::from_str(&event.detail).unwrap_or_default();
    detail.get("pages").and_then(Value::as_u64).unwrap_or_default()
}

/// A value of the detail as a word; empty if it is not there.
fn word(detail: &Value, name: &str) -> String {
    match detail.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Tenths as a decimal number, with the sign that the language puts before decimals: `333` is `33,3` in Vietnamese.
pub fn decimal(texts: &Texts, tenths: u64) -> String {
    let sign = if texts.language() == UiLanguage::Vietnamese { ',' } else { '.' };
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}{sign}{tenth}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use sohoa_model::Timestamp;
    use sohoa_model::ids::EventId;

    use super::*;

    fn event(kind: &str, dossier: Option<&str>, detail: &str) -> Event {
        Event {
            seq: 1,
            id: EventId(Default::default()),
            at: Timestamp(0),
            kind: kind.to_owned(),
            operator: "Lê Lan".to_owned(),
            software: "sohoa 0.1.0".to_owned(),
            dossier: dossier.map(str::to_owned),
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn every_kind_has_a_text_in_both_languages() {
        for language in [UiLanguage::Vietnamese, UiLanguage::English] {
            let texts = Texts::new(language);
            for kind in KINDS {
                let told = tell(&texts, &[event(kind, None, "{}")]).remove(0).sentence;
                assert!(texts.has(&format!("event-{}", kind.replace(' ', "-"))), "{kind} in {language:?}");
                assert!(!told.contains("{$"), "{told}");
            }
        }
    }

    #[test]
    fn neighbours_of_one_kind_stand_on_one_line() {
        let texts = Texts::new(UiLanguage::English);
        let read = event("recognition", Some("H49.1"), r#"{"page":"x"}"#);
        let taken = event("ingestion", Some("H49.1"), r#"{"pages":3}"#);
        let other = event("recognition", Some("H49.2"), "{}");
        let told = tell(&texts, &[taken.clone(), taken, read.clone(), read.clone(), other, read]);
        let sentences: Vec<_> = told.iter().map(|happening| happening.sentence.as_str()).collect();
        assert_eq!(sentences, ["2 files taken, 6 pages", "2 pages read", "1 page read", "1 page read"]);
    }

    #[test]
    fn an_event_of_a_later_version_is_shown_as_it_is() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        assert_eq!(tell(&texts, &[event("migration", None, "not JSON")])[0].sentence, "migration");
        let held = event("hold", Some("H49.1"), r#"{"reason":"ông Minh yêu cầu"}"#);
        assert_eq!(tell(&texts, &[held])[0].sentence, "giữ lại: ông Minh yêu cầu");
    }

    #[test]
    fn decimals_are_written_as_the_language_writes_them() {
        assert_eq!(decimal(&Texts::new(UiLanguage::Vietnamese), 333), "33,3");
        assert_eq!(decimal(&Texts::new(UiLanguage::English), 1_000), "100");
    }
}
