//! `log`: what happened, when, by whose hand and with which version of the program.

use serde::Serialize;
use serde_json::Value;
use sohoa_catalog::event::Event;
use sohoa_shell::Exit;

use crate::args::LogArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::one_line;

/// An event as JSON.
#[derive(Serialize)]
pub(super) struct EventRecord {
    id: String,
    at: String,
    event: String,
    operator: String,
    software: String,
    dossier: Option<String>,
    detail: Value,
}

impl From<&Event> for EventRecord {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.to_string(),
            at: event.at.iso_vietnam(),
            event: event.kind.clone(),
            operator: event.operator.clone(),
            software: event.software.clone(),
            dossier: event.dossier.clone(),
            detail: serde_json::from_str(&event.detail).unwrap_or_else(|_| Value::String(event.detail.clone())),
        }
    }
}

pub(super) fn run(front: &mut Front, args: &LogArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let events = archive.catalog().events(args.dossier.as_deref(), limit)?;
    if args.json {
        let records: Vec<_> = events.iter().map(EventRecord::from).collect();
        front.output.json(&records);
        return Ok(Exit::Done);
    }
    for event in &events {
        front.output.data(event_line(event));
    }
    Ok(Exit::Done)
}

/// An event on one line.
pub(super) fn event_line(event: &Event) -> String {
    let parts = [
        event.at.short_vietnam(),
        event.operator.clone(),
        event.software.clone(),
        event.kind.clone(),
        event.dossier.clone().unwrap_or_default(),
        event.detail.clone(),
    ];
    let parts: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(|part| one_line(part)).collect();
    parts.join("  ")
}
