//! `log`: what happened, when, by whose hand and with which version of the program.

use serde::Serialize;
use serde_json::Value;
use sohoa_catalog::event::Event;
use sohoa_shell::{Exit, history};

use crate::args::LogArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

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
    let headings = ["time", "operator", "code", "event", "program"].map(|id| front.text(&format!("field-{id}")));
    let mut table = Table::new(headings);
    for told in history::tell(&front.texts, &events) {
        table.row([told.moment, told.operator, told.dossier, told.sentence, told.software]);
    }
    front.output.table(&table);
    Ok(Exit::Done)
}
