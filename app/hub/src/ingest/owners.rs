//! Whose a dossier is, and whether it may travel: asked for every dossier that a batch names.

use std::collections::BTreeMap;

use sohoa_wire::body::Event;
use sohoa_wire::{Kind, ProblemKind, Record, RecordId};
use sqlx_postgres::PgTransaction;
use uuid::Uuid;

use super::content::Content;
use crate::Refusal;
use crate::database::{rows, sql};

/// A dossier: its station by its records, its station by assignment and whether that was released, whether a
/// hold is ordered, the decision that took such an order back.
type Known = (Uuid, Option<i32>, Option<i32>, Option<bool>, bool, Option<Uuid>);

pub(super) async fn check(
    transaction: &mut PgTransaction<'_>,
    station_no: i32,
    content: &Content<'_>,
) -> Result<(), Refusal> {
    let named: Vec<Uuid> = content.dossiers.keys().map(|id| id.0).collect();
    let known: Vec<Known> = rows(
        "SELECT w.dossier, d.station_no, a.station_no, a.released, h.dossier IS NOT NULL AND h.withdrawn IS NULL, \
         h.withdrawn \
         FROM unnest($1::uuid[]) AS w(dossier) LEFT JOIN dossier d USING (dossier) \
         LEFT JOIN assignment a USING (dossier) LEFT JOIN hold h USING (dossier)",
    )
    .bind(&named)
    .fetch_all(&mut **transaction)
    .await?;
    let known: BTreeMap<Uuid, Known> = known.into_iter().map(|row| (row.0, row)).collect();
    for (dossier, first) in &content.dossiers {
        let Some((_, told_by, assigned_to, released, held, _)) = known.get(&dossier.0) else { continue };
        let owner = match (assigned_to, released) {
            (Some(_), Some(true)) => None,
            (Some(assigned), _) => Some(*assigned),
            (None, _) => Some(told_by.unwrap_or(station_no)),
        };
        let told_now = content.newest.contains_key(&(Kind::Dossier, RecordId(dossier.0)));
        let kind = if *held {
            ProblemKind::Held
        } else if owner != Some(station_no) {
            ProblemKind::NotOwner
        } else if told_by.is_none() && !told_now {
            ProblemKind::Dangling
        } else {
            continue;
        };
        return Err(Refusal::new(kind).at(first.seq).detail(dossier.to_string()));
    }
    let withdrawn = known.into_values().filter_map(|(dossier, .., withdrawn)| Some((dossier, withdrawn?)));
    end_holds(transaction, content, withdrawn.collect()).await
}

/// Ends the holds that a batch answers to, judging nothing.
pub(super) async fn hear(transaction: &mut PgTransaction<'_>, content: &Content<'_>) -> Result<(), Refusal> {
    let named: Vec<Uuid> = content.dossiers.keys().map(|id| id.0).collect();
    let withdrawn: Vec<(Uuid, Uuid)> =
        rows("SELECT dossier, withdrawn FROM hold WHERE dossier = ANY($1) AND withdrawn IS NOT NULL")
            .bind(&named)
            .fetch_all(&mut **transaction)
            .await?;
    end_holds(transaction, content, withdrawn).await
}

/// What the hub took back is over when the station tells that it heard of that: it cannot while it holds the dossier itself.
async fn end_holds(
    transaction: &mut PgTransaction<'_>,
    content: &Content<'_>,
    withdrawn: Vec<(Uuid, Uuid)>,
) -> Result<(), Refusal> {
    for (dossier, order) in withdrawn {
        if heard(content, RecordId(dossier), order) {
            sql("DELETE FROM hold WHERE dossier = $1 AND withdrawn = $2")
                .bind(dossier)
                .bind(order)
                .execute(&mut **transaction)
                .await?;
        }
    }
    Ok(())
}

/// Whether a batch tells that its station heard of a decision about a dossier that took an order to hold back.
fn heard(content: &Content<'_>, dossier: RecordId, order: Uuid) -> bool {
    let is_it = |record: &Record| {
        let event = record.body::<Event>().ok().filter(|event| event.event_type == "hold withdrawn");
        event.and_then(|event| event.detail).is_some_and(|detail| detail.contains(&order.to_string()))
    };
    let of_kind = content.newest.iter().filter(|((kind, _), _)| *kind == Kind::Event);
    of_kind.map(|(_, placed)| placed.record).any(|record| record.dossier == Some(dossier) && is_it(record))
}
