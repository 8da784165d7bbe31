//! Decisions: a second person accepts or rejects, somebody holds, releases or clears; always with a name and a reason.
//!
//! An acceptance is bound to the exact pages and signed files it was given for (see `evidence`).

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use sohoa_model::ids::DossierId;
use sohoa_model::{Act, Finding, Timestamp};
use uuid::Uuid;

use crate::column::{self, Id};
use crate::error::{CatalogError, DecisionError};
use crate::finding::Place;
use crate::query::evidence;
use crate::reading::{SECRECY_MARK, STAMP_UNREAD};
use crate::{Catalog, Writing};

/// The finding that a rejection opens; it closes when the dossier is captured again.
pub const REJECTED: &str = "rejected";

/// Whether the one who accepts must be another person than the one who captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoPersons {
    /// Another person has to accept.
    Required,
    /// The profile lets the same person do it.
    Waived,
}

/// A hold of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldView {
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Who, or in whose name the software did.
    pub operator: String,
    /// When, by whom and why it was lifted.
    pub released: Option<(Timestamp, String, String)>,
}

/// A decision on a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionView {
    /// `accept`, `reject` or `clear`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub operator: String,
    /// Why, for a rejection or a clearance.
    pub reason: String,
    /// What was looked at, as canonical JSON.
    pub evidence: String,
    /// When and why it became void.
    pub void: Option<(Timestamp, String)>,
}

impl Catalog {
    /// Accepts a dossier: it counts as digitized as long as its pages and signed files stay what they are now.
    ///
    /// `looked_at` says which pages were looked at. A dossier that is accepted already stays so, without a new event.
    pub fn accept(
        &self,
        code: &str,
        looked_at: &Value,
        two_persons: TwoPersons,
        act: &Act,
    ) -> Result<(), DecisionError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let reasons: Vec<String> =
                holds(&w.tx, dossier)?.into_iter().filter(|h| h.released.is_none()).map(|h| h.reason).collect();
            if !reasons.is_empty() {
                return Err(DecisionError::Held { code: code.to_owned(), reasons });
            }
            let sql = "SELECT * FROM dossier WHERE id = ?1";
            let evidence = w.tx.query_row(sql, [dossier.bytes()], evidence)?;
            let missing = evidence.missing_before_acceptance();
            if !missing.is_empty() {
                return Err(DecisionError::NotReady { code: code.to_owned(), missing });
            }
            if two_persons == TwoPersons::Required
                && let Some(captured_by) = w.captured_by(dossier, &act.operator)?
            {
                return Err(DecisionError::SamePerson { code: code.to_owned(), captured_by });
            }
            if evidence.accepted {
                return Ok(());
            }
            let bound_to = w.bound_set(dossier)?;
            w.insert_decision(dossier, "accept", "", looked_at, Some(bound_to.0), act)?;
            let detail = json!({
                "bound_to": bound_to.to_string(), "looked_at": looked_at,
                "two_persons": two_persons == TwoPersons::Required,
            });
            w.conclude("acceptance", dossier, &detail, act)?;
            Ok(())
        })
    }

    /// Rejects a dossier: an acceptance becomes void, and the dossier waits to be captured again.
    pub fn reject(&self, code: &str, reason: &str, act: &Act) -> Result<(), DecisionError> {
        let reason = given(reason)?;
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let sql = "SELECT pages FROM dossier WHERE id = ?1";
            if w.tx.query_row(sql, [dossier.bytes()], |row| row.get::<_, u32>(0))? == 0 {
                return Err(DecisionError::Empty(code.to_owned()));
            }
            w.void_decisions(dossier, "accept", REJECTED, act)?;
            w.insert_decision(dossier, "reject", reason, &Value::Null, None, act)?;
            w.insert_finding(Place::dossier(dossier, "decision"), &Finding::reject(REJECTED, reason), act)?;
            w.conclude("rejection", dossier, &json!({ "reason": reason }), act)?;
            Ok(())
        })
    }

    /// Holds a dossier: it must not travel.
    pub fn hold(&self, code: &str, reason: &str, act: &Act) -> Result<(), DecisionError> {
        let reason = given(reason)?;
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            w.insert_hold(dossier, reason, act)?;
            w.conclude("hold", dossier, &json!({ "reason": reason }), act)?;
            Ok(())
        })
    }

    /// Writes down that who ordered a hold from afar does not ask for it any more; the hold stays until somebody lifts it here.
    /// `order` is the decision that says so: the hub waits for the event that names it.
    pub fn hold_withdrawn(&self, code: &str, reason: &str, order: Uuid, act: &Act) -> Result<(), DecisionError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            w.event("hold withdrawn", Some(dossier), &json!({ "order": order.to_string(), "reason": reason }), act)?;
            Ok(())
        })
    }

    /// Lifts every hold of a dossier and closes its findings of marks of secrecy; it returns to where it was.
    pub fn release(&self, code: &str, reason: &str, act: &Act) -> Result<(), DecisionError> {
        let reason = given(reason)?;
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let sql = "UPDATE hold SET released_at = ?2, released_by = ?3, release_reason = ?4
                       WHERE dossier = ?1 AND released_at IS NULL";
            if w.tx.execute(sql, params![dossier.bytes(), act.at.0, act.operator, reason])? == 0 {
                return Err(DecisionError::NotHeld(code.to_owned()));
            }
            for code in [SECRECY_MARK, STAMP_UNREAD] {
                w.close_where("dossier = ?4 AND code = ?5", &[&dossier.bytes(), &code], reason, act)?;
            }
            w.conclude("release", dossier, &json!({ "reason": reason }), act)?;
            Ok(())
        })
    }

    /// Clears a dossier whose access level is not public for use outside, in the name of a person.
    pub fn clear(&self, code: &str, reason: &str, act: &Act) -> Result<(), DecisionError> {
        let reason = given(reason)?;
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            w.void_decisions(dossier, "clear", "replaced", act)?;
            w.insert_decision(dossier, "clear", reason, &Value::Null, None, act)?;
            w.conclude("access clearance", dossier, &json!({ "reason": reason }), act)?;
            Ok(())
        })
    }

    /// The decisions on a dossier, oldest first.
    pub fn decisions(&self, code: &str) -> Result<Vec<DecisionView>, CatalogError> {
        let connection = self.read();
        let dossier = crate::query::dossier_id(&connection, code)?;
        let mut statement = connection.prepare_cached("SELECT * FROM decision WHERE dossier = ?1 ORDER BY number")?;
        let rows = statement.query_map([dossier.bytes()], |row| {
            let void_reason: Option<String> = row.get("void_reason")?;
            Ok(DecisionView {
                kind: row.get("kind")?,
                at: column::moment(row, "at_ms")?,
                operator: row.get("operator")?,
                reason: row.get("reason")?,
                evidence: row.get("evidence")?,
                void: column::optional_moment(row, "void_at")?.zip(void_reason),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writing<'_> {
    /// Holds a dossier unless it is held for that reason already.
    pub(crate) fn insert_hold(&self, dossier: DossierId, reason: &str, act: &Act) -> Result<(), CatalogError> {
        self.tx
            .prepare_cached(
                "INSERT INTO hold (dossier, number, reason, at_ms, operator)
                 SELECT ?1, (SELECT coalesce(max(number), 0) + 1 FROM hold WHERE dossier = ?1), ?2, ?3, ?4
                 WHERE NOT EXISTS
                    (SELECT 1 FROM hold WHERE dossier = ?1 AND reason = ?2 AND released_at IS NULL)",
            )?
            .execute(params![dossier.bytes(), reason, act.at.0, act.operator])?;
        Ok(())
    }

    fn insert_decision(
        &self,
        dossier: DossierId,
        kind: &str,
        reason: &str,
        evidence: &Value,
        bound_to: Option<[u8; 32]>,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.tx.execute(
            "INSERT INTO decision (dossier, number, kind, at_ms, operator, software, reason, evidence, bound_to)
             VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM decision WHERE dossier = ?1),
                ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                dossier.bytes(),
                kind,
                act.at.0,
                act.operator,
                act.software,
                reason,
                crate::event::canonical(evidence),
                bound_to
            ],
        )?;
        Ok(())
    }

    /// The name of this person as one of those who captured the dossier; `None` if somebody else did it all.
    fn captured_by(&self, dossier: DossierId, operator: &str) -> Result<Option<String>, CatalogError> {
        let mut statement = self.tx.prepare(
            "SELECT DISTINCT taken_by FROM file WHERE dossier = ?1 AND superseded_at IS NULL ORDER BY taken_by",
        )?;
        let names: Vec<String> = statement.query_map([dossier.bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let person = |name: &str| column::code(name).to_lowercase();
        Ok(names.into_iter().find(|name| person(name) == person(operator)))
    }
}

/// The holds of a dossier, oldest first.
pub(crate) fn holds(connection: &Connection, dossier: DossierId) -> Result<Vec<HoldView>, CatalogError> {
    let mut statement = connection.prepare_cached("SELECT * FROM hold WHERE dossier = ?1 ORDER BY number")?;
    let rows = statement.query_map([dossier.bytes()], |row| {
        let released = match column::optional_moment(row, "released_at")? {
            Some(at) => Some((at, row.get("released_by")?, row.get("release_reason")?)),
            None => None,
        };
        Ok(HoldView {
            reason: row.get("reason")?,
            at: column::moment(row, "at_ms")?,
            operator: row.get("operator")?,
            released,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Catalog {
    /// Whether a dossier is held.
    pub fn is_held(&self, code: &str) -> Result<bool, CatalogError> {
        let connection = self.read();
        let held = connection
            .prepare_cached("SELECT held FROM dossier WHERE code = ?1")?
            .query_row([column::code(code)], |row| row.get(0))
            .optional()?;
        held.ok_or_else(|| CatalogError::UnknownDossier(code.to_owned()))
    }
}

fn given(reason: &str) -> Result<&str, DecisionError> {
    match reason.trim() {
        "" => Err(DecisionError::NoReason),
        reason => Ok(reason),
    }
}
