//! Work: what people did, counted from the events of a batch, by dossier, day, person and kind of event.
//!
//! Each event is one line of a log, and a line is ingested once; so counters need no memory of what they counted.

use std::collections::BTreeMap;

use serde_json::Value;
use sohoa_model::Timestamp;
use sohoa_wire::Kind;
use sohoa_wire::body::Event;
use sqlx_postgres::PgTransaction;
use uuid::Uuid;

use super::Sender;
use super::content::{Content, Placed, body};
use crate::Refusal;
use crate::database::sql;

/// The events that are counted; others are only in the log.
const COUNTED: [&str; 7] = [
    "ingestion",
    "document description",
    "text correction",
    "digital signature generation",
    "acceptance",
    "rejection",
    "page rejection",
];
/// Letters of a person's name that count.
const LETTERS: usize = 100;
/// From this difference of clocks on the day is the hub's.
const DAY_MS: i64 = 86_400_000;
/// Pages that one file can have, at most, in what is counted.
const PAGES: u64 = 100_000;

/// Times, pages, and pages in the place of others.
type Sums = (i64, i64, i64);

pub(super) async fn count(
    transaction: &mut PgTransaction<'_>,
    sender: &Sender,
    content: &Content<'_>,
) -> Result<(), Refusal> {
    let mut sums: BTreeMap<(Uuid, String, String, String), Sums> = BTreeMap::new();
    for placed in content.of_kind(Kind::Event) {
        let event: Event = body(&placed)?;
        let Some(dossier) = placed.record.dossier else { continue };
        if !COUNTED.contains(&event.event_type.as_str()) {
            continue;
        }
        let (pages, again) = captured(&event);
        let agent: String = event.agent.chars().filter(|letter| *letter != '\0').take(LETTERS).collect();
        let sum = sums.entry((dossier.0, day(sender, &placed), agent, event.event_type)).or_default();
        *sum = (sum.0 + 1, sum.1 + pages, sum.2 + again);
    }
    if sums.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = sums.keys().collect();
    sql("INSERT INTO work AS w (station_no, dossier, day, agent, event, times, pages, again) \
         SELECT $1, i.dossier, i.day::date, i.agent, i.event, i.times, i.pages, i.again FROM unnest($2::uuid[], \
             $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[]) \
             AS i(dossier, day, agent, event, times, pages, again) \
         ON CONFLICT (dossier, day, agent, event) DO UPDATE SET times = w.times + excluded.times, \
             pages = w.pages + excluded.pages, again = w.again + excluded.again")
    .bind(sender.station_no)
    .bind(keys.iter().map(|key| key.0).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.1.clone()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.2.clone()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.3.clone()).collect::<Vec<_>>())
    .bind(sums.values().map(|sum| sum.0).collect::<Vec<_>>())
    .bind(sums.values().map(|sum| sum.1).collect::<Vec<_>>())
    .bind(sums.values().map(|sum| sum.2).collect::<Vec<_>>())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The day of an event in Viet Nam: the station's, unless its clock is off by more than a day.
fn day(sender: &Sender, placed: &Placed<'_>) -> String {
    let at: Timestamp = if sender.skew_ms.abs() > DAY_MS { sender.received } else { placed.record.at.0 };
    at.day_vietnam()
}

/// Pages that an event of ingestion captured, and those of them that stand in the place of others.
fn captured(event: &Event) -> (i64, i64) {
    if event.event_type != "ingestion" {
        return (0, 0);
    }
    let detail: Value = event.detail.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let pages = detail["pages"].as_u64().unwrap_or(0).min(PAGES) as i64;
    let again = ["replaces", "instead_of"].iter().any(|name| detail[*name].is_string());
    (pages, if again { pages } else { 0 })
}
