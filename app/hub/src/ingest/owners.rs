//! Whose a dossier is, and whether it may travel: asked for every dossier that a batch names.

use std::collections::BTreeMap;

use sohoa_wire::{Kind, ProblemKind, RecordId};
use sqlx_postgres::PgTransaction;
use uuid::Uuid;

use super::content::Content;
use crate::Refusal;
use crate::database::{rows, sql};

/// A dossier: its station by its records, its station by assignment and whether that was released, whether a hold is ordered.
type Known = (Uuid, Option<i32>, Option<i32>, Option<bool>, bool);

pub(super) async fn check(
    transaction: &mut PgTransaction<'_>,
    station_no: i32,
    content: &Content<'_>,
) -> Result<(), Refusal> {
    let named: Vec<Uuid> = content.dossiers.keys().map(|id| id.0).collect();
    let known: Vec<Known> = rows(
        "SELECT w.dossier, d.station_no, a.station_no, a.released, coalesce(NOT h.withdrawn, false) \
         FROM unnest($1::uuid[]) AS w(dossier) LEFT JOIN dossier d USING (dossier) \
         LEFT JOIN assignment a USING (dossier) LEFT JOIN hold h USING (dossier)",
    )
    .bind(&named)
    .fetch_all(&mut **transaction)
    .await?;
    let known: BTreeMap<Uuid, Known> = known.into_iter().map(|row| (row.0, row)).collect();
    for (dossier, first) in &content.dossiers {
        let Some((_, told_by, assigned_to, released, held)) = known.get(&dossier.0) else { continue };
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
    // The station lifted its hold, or it would not tell of the dossier: what the hub took back is over now.
    sql("DELETE FROM hold WHERE dossier = ANY($1) AND withdrawn").bind(&named).execute(&mut **transaction).await?;
    Ok(())
}
