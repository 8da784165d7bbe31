//! Evidence: the counters and the state of a dossier, counted anew from its rows inside every transaction that touches it.
//!
//! Nothing else writes these columns. An acceptance is bound to the exact pages and signed files it was given for; when
//! they are no longer the same it becomes void here, in the transaction that changed them.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;
use sohoa_model::dossier_state::Evidence;
use sohoa_model::hash::Hasher;
use sohoa_model::ids::DossierId;
use sohoa_model::{Act, Sha256, Timestamp};

use crate::Writing;
use crate::column::{Id, code};
use crate::error::CatalogError;
use crate::query::evidence;

impl Writing<'_> {
    /// The dossier of a code.
    pub(crate) fn dossier_id(&self, code: &str) -> Result<DossierId, CatalogError> {
        crate::query::dossier_id(&self.tx, code)
    }

    /// Makes a dossier that nothing is known of but its code.
    pub(crate) fn insert_dossier(&self, text: &str, at: Timestamp) -> Result<DossierId, CatalogError> {
        let id = DossierId::new(at, self.randomness);
        let code = code(text);
        let folder = crate::query::free_folder(&self.tx, &code)?;
        self.tx
            .prepare_cached("INSERT INTO dossier (id, code, folder, created_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id.bytes(), code, folder, at.0])?;
        Ok(id)
    }

    /// Counts the evidence of a dossier anew and sets its counters, flags and state from it.
    pub(crate) fn refresh(&self, dossier: DossierId, act: &Act) -> Result<Evidence, CatalogError> {
        self.void_acceptance(dossier, act)?;
        self.tx
            .prepare_cached(
                "UPDATE dossier SET
                    pages = n.pages, pages_ended = n.ended, pages_read = n.read, below_standard_pages = n.below,
                    documents = (SELECT count(*) FROM document d WHERE d.dossier = ?1 AND EXISTS
                        (SELECT 1 FROM page p WHERE p.document = d.id AND p.superseded_at IS NULL)),
                    documents_assembled = (SELECT count(*) FROM rendition
                        WHERE dossier = ?1 AND kind = 'pdfa' AND current = 1 AND verdict = 'passed'),
                    documents_signed = (SELECT count(*) FROM rendition
                        WHERE dossier = ?1 AND kind = 'signed' AND current = 1 AND verdict = 'passed'),
                    open_findings = (SELECT count(*) FROM finding WHERE dossier = ?1 AND closed_at IS NULL),
                    open_rejects = (SELECT count(*) FROM finding
                        WHERE dossier = ?1 AND closed_at IS NULL AND severity = 'reject'),
                    rescan = EXISTS (SELECT 1 FROM finding
                        WHERE dossier = ?1 AND closed_at IS NULL AND code IN ('rejected', 'page-rejected')),
                    held = EXISTS (SELECT 1 FROM hold WHERE dossier = ?1 AND released_at IS NULL),
                    cleared_by = (SELECT operator FROM decision
                        WHERE dossier = ?1 AND kind = 'clear' AND void_at IS NULL ORDER BY number DESC LIMIT 1),
                    (accepted_at, accepted_by) = (SELECT max(at_ms), operator FROM decision
                        WHERE dossier = ?1 AND kind = 'accept' AND void_at IS NULL)
                 FROM (SELECT count(*) AS pages, count(reading_state) AS ended,
                        coalesce(sum(reading_state IN ('done', 'blank', 'low-confidence')), 0) AS read,
                        coalesce(sum(below_standard), 0) AS below
                    FROM page WHERE dossier = ?1 AND superseded_at IS NULL) AS n
                 WHERE id = ?1",
            )?
            .execute([dossier.bytes()])?;
        let (evidence, accepted_at) = self
            .tx
            .prepare_cached("SELECT * FROM dossier WHERE id = ?1")?
            .query_row([dossier.bytes()], |row| Ok((evidence(row)?, row.get::<_, Option<i64>>("accepted_at")?)))?;
        let week = accepted_at.map(|at| Timestamp(at).iso_week_vietnam()).unwrap_or_default();
        self.tx.prepare_cached("UPDATE dossier SET state = ?2, accepted_week = ?3 WHERE id = ?1")?.execute(params![
            dossier.bytes(),
            evidence.state().word(),
            week
        ])?;
        Ok(evidence)
    }

    /// Counts anew and says that it happened, in this order, so that the event sees the dossier as it is then.
    pub(crate) fn conclude(
        &self,
        kind: &str,
        dossier: DossierId,
        detail: &serde_json::Value,
        act: &Act,
    ) -> Result<Evidence, CatalogError> {
        let evidence = self.refresh(dossier, act)?;
        self.event(kind, Some(dossier), detail, act)?;
        Ok(evidence)
    }

    /// What an acceptance is bound to: every page that counts, with the part of its frame that it shows, and every signed
    /// file, as one hash.
    pub(crate) fn bound_set(&self, dossier: DossierId) -> Result<Sha256, CatalogError> {
        let mut hasher = Hasher::new();
        let mut add = |row: &Row<'_>| -> rusqlite::Result<()> {
            hasher.update(&row.get::<_, [u8; 32]>(0)?);
            hasher.update(&row.get::<_, u32>(1)?.to_be_bytes());
            // Nothing for a whole frame, so that what was accepted before there were parts stays accepted.
            hasher.update(row.get::<_, Option<String>>(2)?.unwrap_or_default().as_bytes());
            Ok(())
        };
        for sql in [
            "SELECT sha256, frame, part FROM page WHERE dossier = ?1 AND superseded_at IS NULL
             ORDER BY sha256, frame, part",
            "SELECT sha256, 0, NULL FROM rendition WHERE dossier = ?1 AND kind = 'signed' AND current = 1
             ORDER BY sha256",
        ] {
            let mut statement = self.tx.prepare_cached(sql)?;
            let mut rows = statement.query([dossier.bytes()])?;
            while let Some(row) = rows.next()? {
                add(row)?;
            }
        }
        Ok(hasher.finish())
    }

    fn void_acceptance(&self, dossier: DossierId, act: &Act) -> Result<(), CatalogError> {
        let standing: Option<(i64, [u8; 32])> = self
            .tx
            .prepare_cached(
                "SELECT number, bound_to FROM decision
                 WHERE dossier = ?1 AND kind = 'accept' AND void_at IS NULL ORDER BY number DESC LIMIT 1",
            )?
            .query_row([dossier.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((number, bound_to)) = standing else { return Ok(()) };
        if self.bound_set(dossier)?.0 == bound_to {
            return Ok(());
        }
        self.void_decisions(dossier, "accept", "changed", act)?;
        self.event("acceptance void", Some(dossier), &json!({ "decision": number, "reason": "changed" }), act)?;
        Ok(())
    }

    /// Makes the standing decisions of a kind void; says how many there were.
    pub(crate) fn void_decisions(
        &self,
        dossier: DossierId,
        kind: &str,
        reason: &str,
        act: &Act,
    ) -> Result<usize, CatalogError> {
        let sql = "UPDATE decision SET void_at = ?3, void_reason = ?4
                   WHERE dossier = ?1 AND kind = ?2 AND void_at IS NULL";
        Ok(self.tx.execute(sql, params![dossier.bytes(), kind, act.at.0, reason])?)
    }
}
