//! Events: what happened to an archive or a dossier, when, by whose hand and with which software (PREMIS 3.0 events).
//!
//! The table is append-only; the database itself refuses to change or remove a row. The detail is canonical JSON.

use rusqlite::{Row, params};
use serde_json::{Map, Value};
use sohoa_model::ids::{DossierId, EventId};
use sohoa_model::{Act, Timestamp};

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::{Catalog, Writing};

/// The type of the event that says that a manifest was written; it alone makes no manifest stale.
pub(crate) const MANIFEST: &str = "manifest";

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the log; rises, with gaps.
    pub seq: i64,
    /// Its id.
    pub id: EventId,
    /// The moment.
    pub at: Timestamp,
    /// What happened, e.g. `ingestion`.
    pub kind: String,
    /// Who.
    pub operator: String,
    /// With which version of the program.
    pub software: String,
    /// The code of the dossier; `None` if the archive as a whole is meant.
    pub dossier: Option<String>,
    /// What else is known, as canonical JSON.
    pub detail: String,
}

/// JSON with sorted keys and no white space: equal values have equal bytes.
pub fn canonical(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by_key(|(key, _)| key.as_str());
                Value::Object(entries.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }
    sorted(value).to_string()
}

impl Catalog {
    /// Appends an event that changes nothing else, e.g. a fixity check or a rebuild.
    pub fn log(&self, kind: &str, code: Option<&str>, detail: &Value, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let dossier = code.map(|code| w.dossier_id(code)).transpose()?;
            w.event(kind, dossier, detail, act)?;
            Ok(())
        })
    }

    /// The latest events in their order, of one dossier or of everything.
    pub fn events(&self, code: Option<&str>, limit: usize) -> Result<Vec<Event>, CatalogError> {
        let connection = self.read();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = |filter: &str| {
            format!(
                "SELECT event.*, dossier.code FROM event LEFT JOIN dossier ON dossier.id = event.dossier {filter} \
                 ORDER BY seq DESC LIMIT ?1"
            )
        };
        let mut events: Vec<Event> = match code {
            Some(code) => {
                let dossier = crate::query::dossier_id(&connection, code)?;
                connection
                    .prepare_cached(&sql("WHERE event.dossier = ?2"))?
                    .query_map(params![limit, dossier.bytes()], event)?
                    .collect::<Result<_, _>>()?
            }
            None => connection.prepare_cached(&sql(""))?.query_map([limit], event)?.collect::<Result<_, _>>()?,
        };
        events.reverse();
        Ok(events)
    }

    /// The latest events of some kinds, in their order.
    pub fn events_of(&self, kinds: &[&str], limit: usize) -> Result<Vec<Event>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT event.*, dossier.code FROM event LEFT JOIN dossier ON dossier.id = event.dossier
                   WHERE type IN (SELECT value FROM json_each(?1)) ORDER BY seq DESC LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = params![serde_json::json!(kinds).to_string(), limit];
        let mut events: Vec<Event> =
            connection.prepare_cached(sql)?.query_map(rows, event)?.collect::<Result<_, _>>()?;
        events.reverse();
        Ok(events)
    }
}

impl Writing<'_> {
    /// Draws the next place in the log.
    pub(crate) fn next_seq(&self) -> Result<i64, CatalogError> {
        let sql = "UPDATE counter SET value = value + 1 WHERE name = 'event' RETURNING value";
        Ok(self.tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Appends an event and marks what it speaks of as changed.
    pub(crate) fn event(
        &self,
        kind: &str,
        dossier: Option<DossierId>,
        detail: &Value,
        act: &Act,
    ) -> Result<i64, CatalogError> {
        let seq = self.next_seq()?;
        let id = EventId::new(act.at, self.randomness);
        self.append(seq, id, kind, dossier, detail, act)?;
        match dossier {
            Some(id) => self
                .tx
                .prepare_cached("UPDATE dossier SET change = ?2 WHERE id = ?1")?
                .execute(params![id.bytes(), seq])?,
            None => self.tx.execute("UPDATE archive SET change = ?1", [seq])?,
        };
        Ok(seq)
    }

    /// Appends an event whose place and id were drawn before.
    pub(crate) fn append(
        &self,
        seq: i64,
        id: EventId,
        kind: &str,
        dossier: Option<DossierId>,
        detail: &Value,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.tx
            .prepare_cached(
                "INSERT INTO event (seq, id, at_ms, type, operator, software, dossier, detail) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                seq,
                id.bytes(),
                act.at.0,
                kind,
                act.operator,
                act.software,
                dossier.map(Id::bytes),
                canonical(detail)
            ])?;
        Ok(())
    }
}

pub(crate) fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: row.get("seq")?,
        id: column::id(row, "id")?,
        at: column::moment(row, "at_ms")?,
        kind: row.get("type")?,
        operator: row.get("operator")?,
        software: row.get("software")?,
        dossier: row.get("code")?,
        detail: row.get("detail")?,
    })
}
