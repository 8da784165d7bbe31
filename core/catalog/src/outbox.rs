//! The outbox and the sealed log of a station: what the hub is to know, what it was told, what it said it has.
//!
//! Whatever changes is *marked* by triggers of the schema, in the transaction that changes it. Marks of dossiers that may
//! leave are *sealed*: their records get their place in the log, whose hash chain the hub follows. A dossier that is held
//! or not cleared keeps its marks, and keeps nobody else's back. What is *acknowledged* is in the hub's database, what is
//! *stable* in a backup of it. The catalog knows lines as bytes and hashes; `core/wire` knows what they say.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;
use sohoa_model::ids::{DocumentId, DossierId, EventId};
use sohoa_model::{Act, Sha256, Timestamp};
use uuid::Uuid;

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::event::Event;
use crate::query::{self, PageView, READ, page_view, travels};
use crate::{Catalog, Writing};

/// How the station stands with its hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncHealth {
    /// Nothing is against sending.
    Fine,
    /// The hub has more of this log than this catalog: it was restored.
    Behind,
    /// The hub has another history: this catalog was copied, or restored and used.
    Forked,
    /// Another machine was enrolled in this one's place.
    Fenced,
    /// The hub refused something that trying again does not mend.
    Refused,
}

/// What a catalog knows of its hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// The name of the station at the hub.
    pub station: Uuid,
    /// The address of the hub.
    pub hub: String,
    /// The certificate that the hub's own ends at, PEM; empty if it is a public one.
    pub authority: String,
    /// What the hub signed at the enrolment.
    pub receipt: String,
    /// Number of the enrolment.
    pub epoch: u32,
    /// Number of the hub's database, as last heard.
    pub generation: u32,
    /// How the station stands with its hub.
    pub health: SyncHealth,
    /// Why it is not fine, in the words of the program.
    pub why: String,
    /// Records that the hub had when this enrolment began, behind which the log begins.
    pub base: u64,
    /// The chain over them.
    pub base_chain: Sha256,
    /// Records in the log.
    pub sealed: u64,
    /// The chain over them.
    pub chain: Sha256,
    /// Records that the hub has.
    pub acknowledged: u64,
    /// Records that a backup of the hub has.
    pub stable: u64,
    /// The last cursor of the feed that was applied.
    pub feed_cursor: u64,
    /// The hub's clock less this station's, in milliseconds, as last heard.
    pub clock_offset: Option<i64>,
    /// When the hub was last spoken to.
    pub contact: Option<Timestamp>,
    /// When the station last spoke of itself.
    pub told: Option<Timestamp>,
    /// When the acknowledged records last moved, nothing waited any more, or the enrolment began.
    pub moved: Timestamp,
}

/// An enrolment at a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnrolment {
    /// The name of the station at the hub.
    pub station: Uuid,
    /// The address of the hub.
    pub hub: String,
    /// The certificate that the hub's own ends at, PEM; empty if it is a public one.
    pub authority: String,
    /// What the hub signed.
    pub receipt: String,
    /// Number of the enrolment.
    pub epoch: u32,
    /// Number of the hub's database.
    pub generation: u32,
    /// Records that the hub has of this station.
    pub seq: u64,
    /// The chain over them.
    pub chain: Sha256,
}

/// The last revision of a record, which the hub told or the log holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The kind of the record.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// 1, 2, …
    pub rev: u32,
    /// The hash of what it says, without revision and moment.
    pub content: Sha256,
}

/// Something that changed and is not sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its place; what is marked first is sealed first.
    pub oid: i64,
    /// What kind of thing: `dossier`, `document`, `page`, `rendition` (of a document), `finding` (of a dossier), `event`,
    /// `receipt`.
    pub kind: String,
    /// Which one.
    pub id: Uuid,
    /// The code of its dossier.
    pub dossier: Option<String>,
    /// How often it changed since it was marked.
    pub version: i64,
}

/// A record that is to be sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// Which record, in which revision.
    pub revision: Revision,
    /// The dossier that it belongs to.
    pub dossier: Option<DossierId>,
    /// The hash of its line.
    pub sha256: Sha256,
    /// The chain with it.
    pub chain: Sha256,
    /// Its line.
    pub body: Vec<u8>,
    /// The files that it names: hash and length.
    pub files: Vec<(Sha256, u64)>,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its position, from 1.
    pub seq: u64,
    /// The hash of its line.
    pub sha256: Sha256,
    /// The chain with it.
    pub chain: Sha256,
    /// Its line; none if it is withheld.
    pub body: Option<Vec<u8>>,
}

/// What the hub acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Number of the hub's database.
    pub generation: u32,
    /// Records that it has.
    pub seq: u64,
    /// The chain over them.
    pub chain: Sha256,
    /// Records that a backup of it has.
    pub stable: u64,
    /// When the hub said so: now over the network, earlier on a disk.
    pub heard: Timestamp,
    /// The lines that have just gone to it in full.
    pub told: BTreeSet<u64>,
    /// The signed text, kept as evidence.
    pub text: String,
}

/// Something that came down from the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLine {
    /// Its number in this catalog.
    pub number: i64,
    /// The kind of its record.
    pub kind: String,
    /// Its line as it was received.
    pub body: Vec<u8>,
}

/// What waits to reach the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Marked things that may leave.
    pub marked: u64,
    /// Marked things of dossiers that are held or not cleared.
    pub kept_back: u64,
    /// Sealed records that are not acknowledged.
    pub unacknowledged: u64,
    /// Dossiers that these are of, without those that are kept back.
    pub dossiers: u64,
}

/// The codes of the dossiers of which something may leave and is not acknowledged, as a query.
pub(crate) fn unsent() -> String {
    format!(
        "SELECT code FROM dossier WHERE id IN (SELECT dossier FROM outbox WHERE dossier IS NOT NULL) AND {}
         UNION SELECT code FROM log JOIN dossier ON dossier.id = log.dossier
         WHERE seq > (SELECT acked_seq FROM sync_state) AND body IS NOT NULL",
        travels()
    )
}

impl SyncHealth {
    const ALL: [Self; 5] = [Self::Fine, Self::Behind, Self::Forked, Self::Fenced, Self::Refused];

    /// The word in the catalog and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Behind => "behind",
            Self::Forked => "forked",
            Self::Fenced => "fenced",
            Self::Refused => "refused",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.word() == word)
    }
}

impl Catalog {
    /// What is known of the hub; none if the station is not enrolled.
    pub fn sync_state(&self) -> Result<Option<SyncState>, CatalogError> {
        sync_state(&self.read())
    }

    /// Enrols the station, or enrols it again; the log goes on behind what the hub has, and everything is marked.
    ///
    /// `known` are the records that the hub has of this station, in their order: what they say is not said again.
    pub fn enrol(
        &self,
        new: &NewEnrolment,
        known: impl IntoIterator<Item = Revision>,
        act: &Act,
    ) -> Result<(), CatalogError> {
        self.write(|w| {
            // What another hub lost is nothing to this one.
            if sync_state(&w.tx)?.is_some_and(|before| before.station != new.station) {
                w.tx.execute_batch("DELETE FROM wanted_of; DELETE FROM wanted_file")?;
            }
            for table in ["sync_state", "outbox", "record", "log", "log_file", "bundle"] {
                w.tx.execute(&format!("DELETE FROM {table}"), [])?;
            }
            let mut keep = w.tx.prepare(
                "INSERT INTO record VALUES (?1, ?2, ?3, ?4) ON CONFLICT (kind, id) DO UPDATE
                 SET rev = excluded.rev, content = excluded.content WHERE excluded.rev >= rev",
            )?;
            for Revision { kind, id, rev, content } in known {
                keep.execute(params![kind, id.into_bytes(), rev, content.0])?;
            }
            drop(keep);
            let seq = seq_column(new.seq)?;
            w.tx.execute(
                "INSERT INTO sync_state (one, station, hub, authority, receipt, epoch, generation, state, base_seq,
                     base_chain, sealed_seq, sealed_chain, acked_seq, stable_seq, moved_ms)
                 VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, 'ok', ?7, ?8, ?7, ?8, ?7, 0, ?9)",
                params![
                    new.station.into_bytes(),
                    new.hub,
                    new.authority,
                    new.receipt,
                    new.epoch,
                    new.generation,
                    seq,
                    new.chain.0,
                    act.at.0
                ],
            )?;
            // What is above stands before what is below it.
            for (kind, id, dossier, from) in [
                ("dossier", "id", "id", "dossier ORDER BY number"),
                ("document", "id", "dossier", "document ORDER BY created_at, id"),
                ("page", "id", "dossier", "page ORDER BY number"),
                ("rendition", "document", "dossier", "rendition ORDER BY at_ms"),
                ("finding", "dossier", "dossier", "finding"),
                ("event", "id", "dossier", "event ORDER BY seq"),
                ("receipt", "id", "NULL", "receipt WHERE finished_at IS NOT NULL"),
            ] {
                let sql = format!(
                    "INSERT OR IGNORE INTO outbox (kind, id, dossier) SELECT '{kind}', {id}, {dossier} FROM {from}"
                );
                w.tx.execute(&sql, [])?;
            }
            let detail = json!({ "station": new.station.to_string(), "hub": new.hub, "epoch": new.epoch });
            w.event("enrolment", None, &detail, act)?;
            Ok(())
        })
    }

    /// Things that changed, of dossiers that may leave, behind a place.
    pub fn marks(&self, after: i64, limit: usize) -> Result<Vec<Mark>, CatalogError> {
        let (connection, travels) = (self.read(), travels());
        let sql = format!(
            "SELECT outbox.oid, outbox.kind, outbox.id, outbox.version, dossier.code FROM outbox
             LEFT JOIN dossier ON dossier.id = outbox.dossier
             WHERE oid > ?1 AND (outbox.dossier IS NULL OR {travels}) ORDER BY oid LIMIT ?2"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![after, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            Ok(Mark {
                oid: row.get("oid")?,
                kind: row.get("kind")?,
                id: Uuid::from_bytes(row.get("id")?),
                dossier: row.get("code")?,
                version: row.get("version")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last revision of a record.
    pub fn revision(&self, kind: &str, id: Uuid) -> Result<Option<(u32, Sha256)>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT rev, content FROM record WHERE kind = ?1 AND id = ?2")?;
        let found = statement
            .query_row(params![kind, id.into_bytes()], |row| Ok((row.get("rev")?, column::hash(row, "content")?)));
        Ok(found.optional()?)
    }

    /// Seals records behind the first `after`, and takes away the marks that they come from unless these changed again.
    ///
    /// Nothing is sealed, and it says so, if the log is longer by now or one of the dossiers may no longer leave.
    pub fn seal(&self, after: u64, lines: &[NewLine], marks: &[Mark]) -> Result<bool, CatalogError> {
        self.write(|w| {
            let Some(state) = sync_state(&w.tx)? else { return Ok(false) };
            if state.sealed != after || !w.may_all_leave(lines)? {
                return Ok(false);
            }
            let mut line_sql = w.tx.prepare_cached("INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
            let mut file_sql = w.tx.prepare_cached("INSERT OR IGNORE INTO log_file VALUES (?1, ?2, ?3)")?;
            let mut record_sql = w.tx.prepare_cached(
                "INSERT INTO record VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, content = excluded.content",
            )?;
            let mut seq = after;
            for line in lines {
                seq += 1;
                let Revision { kind, id, rev, content } = &line.revision;
                let (at, id) = (seq_column(seq)?, id.into_bytes());
                let dossier = line.dossier.map(Id::bytes);
                line_sql.execute(params![at, dossier, kind, id, rev, line.sha256.0, line.chain.0, line.body])?;
                record_sql.execute(params![kind, id, rev, content.0])?;
                for (sha256, bytes) in &line.files {
                    file_sql.execute(params![at, sha256.0, seq_column(*bytes)?])?;
                }
            }
            if let Some(last) = lines.last() {
                w.tx.execute(
                    "UPDATE sync_state SET sealed_seq = ?1, sealed_chain = ?2",
                    params![seq_column(seq)?, last.chain.0],
                )?;
            }
            let mut taken = w.tx.prepare_cached("DELETE FROM outbox WHERE oid = ?1 AND version = ?2")?;
            for mark in marks {
                taken.execute(params![mark.oid, mark.version])?;
            }
            Ok(true)
        })
    }

    /// Lines of the log behind a position, of so many bytes at most, but one at least.
    pub fn log_rows(&self, after: u64, limit: usize, bytes: usize) -> Result<Vec<LogRow>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT * FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = statement.query(params![seq_column(after)?, i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let (mut lines, mut taken) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let line = LogRow {
                seq: row.get::<_, i64>("seq")?.unsigned_abs(),
                sha256: column::hash(row, "sha256")?,
                chain: column::hash(row, "chain")?,
                body: row.get("body")?,
            };
            // A withheld line is its hash and little else.
            taken += line.body.as_ref().map_or(80, Vec::len) + 1;
            if taken > bytes && !lines.is_empty() {
                break;
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// The files that lines of the log name which are not withheld, from one position to another: hash and length.
    pub fn log_files(&self, first: u64, last: u64) -> Result<Vec<(Sha256, u64)>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT DISTINCT log_file.sha256, bytes FROM log_file JOIN log USING (seq)
                   WHERE seq BETWEEN ?1 AND ?2 AND body IS NOT NULL ORDER BY log_file.sha256";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![seq_column(first)?, seq_column(last)?], |row| {
            Ok((column::hash(row, "sha256")?, row.get::<_, i64>("bytes")?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The chain of the own log at a position; none for one that this log does not reach or that lies before its beginning.
    pub fn chain_at(&self, seq: u64) -> Result<Option<Sha256>, CatalogError> {
        let connection = self.read();
        let Some(state) = sync_state(&connection)? else { return Ok(None) };
        if seq == state.sealed {
            return Ok(Some(state.chain));
        }
        if seq == state.base {
            return Ok(Some(state.base_chain));
        }
        let sql = "SELECT chain FROM log WHERE seq = ?1";
        let found = connection
            .prepare_cached(sql)?
            .query_row([seq_column(seq)?], |row| column::hash(row, "chain"))
            .optional()?;
        Ok(found)
    }

    /// Takes an acknowledgement; one of another chain or of an older database changes nothing, and it says so.
    ///
    /// Dossiers that were accepted and of which all is stable are delivered by it. One that is held and went out in full
    /// before, now or on a disk, is written down: the hub may have it. The feed of another database is read from its beginning.
    pub fn acknowledge(&self, ack: &Acknowledgement, act: &Act) -> Result<bool, CatalogError> {
        let own = self.chain_at(ack.seq)?;
        self.write(|w| {
            let Some(state) = sync_state(&w.tx)? else { return Ok(false) };
            if ack.generation < state.generation || own != Some(ack.chain) {
                return Ok(false);
            }
            // A hub that was restored may have less than before: it is sent again.
            let is_new = ack.generation > state.generation;
            if ack.seq < state.acknowledged && !is_new {
                return Ok(false);
            }
            let moved = if ack.seq == state.acknowledged { state.moved } else { act.at };
            let stable = ack.stable.min(ack.seq);
            // An answer on a disk may be older than what was heard over the network.
            let (stable, cursor) = if is_new { (stable, 0) } else { (stable.max(state.stable), state.feed_cursor) };
            let contact = state.contact.map_or(ack.heard.0, |contact| contact.0.max(ack.heard.0)).min(act.at.0);
            w.tx.execute(
                "UPDATE sync_state SET generation = ?1, acked_seq = ?2, stable_seq = ?3, contact_ms = ?4, moved_ms = ?5,
                 feed_cursor = ?6",
                params![
                    ack.generation,
                    seq_column(ack.seq)?,
                    seq_column(stable)?,
                    contact,
                    moved.0,
                    seq_column(cursor)?
                ],
            )?;
            w.hold_too_late(&ack.told, (state.acknowledged, ack.seq), &state.hub, act)?;
            if ack.seq != state.acknowledged {
                w.tx.execute(
                    "INSERT OR REPLACE INTO hub_receipt VALUES (?1, ?2, ?3)",
                    params![seq_column(ack.seq)?, act.at.0, ack.text],
                )?;
            }
            w.deliver(stable, act)?;
            Ok(true)
        })
    }

    /// Keeps that the hub was spoken to, and how far its clock is ahead.
    pub fn heard_hub(&self, clock_offset: i64, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "UPDATE sync_state SET contact_ms = ?1, clock_offset_ms = ?2";
            w.tx.execute(sql, params![act.at.0, clock_offset])?;
            Ok(())
        })
    }

    /// Keeps what came down the feed, and up to where it was received; what is there already stays as it is.
    pub fn receive_feed(&self, lines: &[(String, Vec<u8>)], cursor: u64, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let mut keep = w.tx.prepare_cached(
                "INSERT OR IGNORE INTO feed (sha256, kind, at_ms, body, outcome) VALUES (?1, ?2, ?3, ?4, 'waits')",
            )?;
            for (kind, body) in lines {
                keep.execute(params![Sha256::of(body).0, kind, act.at.0, body])?;
            }
            w.tx.execute("UPDATE sync_state SET feed_cursor = max(feed_cursor, ?1)", [seq_column(cursor)?])?;
            Ok(())
        })
    }

    /// Keeps that the station spoke of itself.
    pub fn told_hub(&self, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            w.tx.execute("UPDATE sync_state SET told_ms = ?1", [act.at.0])?;
            Ok(())
        })
    }

    /// Keeps that nothing waited at a moment: from then on it is counted how long the queue does not move.
    pub fn nothing_waited(&self, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            w.tx.execute("UPDATE sync_state SET moved_ms = ?1", [act.at.0])?;
            Ok(())
        })
    }

    /// The dossier of a line of the log.
    pub fn dossier_of_line(&self, seq: u64) -> Result<Option<String>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT code FROM dossier JOIN log ON log.dossier = dossier.id WHERE seq = ?1";
        Ok(connection.prepare_cached(sql)?.query_row([seq_column(seq)?], |row| row.get(0)).optional()?)
    }

    /// Keeps a line back that the hub does not take: it goes out as its hash, and what waits behind it goes on.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] if there is no such line, or it is acknowledged or withheld already.
    pub fn withhold(&self, seq: u64, reason: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "UPDATE log SET body = NULL WHERE seq = ?1 AND body IS NOT NULL
                       AND seq > (SELECT acked_seq FROM sync_state) RETURNING dossier";
            let found: Option<Option<[u8; 16]>> =
                w.tx.query_row(sql, [seq_column(seq)?], |row| row.get(0)).optional()?;
            let dossier = found.ok_or(CatalogError::Unknown { noun: "line that waits", id: seq.to_string() })?;
            let dossier = dossier.map(|bytes| DossierId::of(Uuid::from_bytes(bytes)));
            w.event("record withheld", dossier, &json!({ "seq": seq, "reason": reason }), act)?;
            Ok(())
        })
    }

    /// Which lines from one position to another are withheld, with the codes of their dossiers.
    pub fn withheld_lines(&self, first: u64, last: u64) -> Result<Vec<(u64, Option<String>)>, CatalogError> {
        withheld_lines(&self.read(), first, last)
    }

    /// The masters of a dossier with their bytes.
    pub fn master_bytes(&self, code: &str) -> Result<BTreeMap<Sha256, u64>, CatalogError> {
        let connection = self.read();
        let dossier = query::dossier_id(&connection, code)?;
        let mut statement = connection.prepare_cached("SELECT sha256, bytes FROM file WHERE dossier = ?1")?;
        let rows = statement.query_map([dossier.bytes()], |row| {
            Ok((column::hash(row, "sha256")?, row.get::<_, i64>("bytes")?.unsigned_abs()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The last rendition of a document, whether it is outdated or not: hash and bytes.
    pub fn last_rendition(&self, document: DocumentId) -> Result<Option<(Sha256, u64)>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT sha256, bytes FROM rendition WHERE document = ?1 ORDER BY number DESC LIMIT 1";
        let found = connection.prepare_cached(sql)?.query_row([document.bytes()], |row| {
            Ok((column::hash(row, "sha256")?, row.get::<_, i64>("bytes")?.unsigned_abs()))
        });
        Ok(found.optional()?)
    }

    /// What came down the feed and is not applied yet, in its order; what a program left to a newer one, that one alone.
    pub fn waiting_feed(&self, software: &str) -> Result<Vec<FeedLine>, CatalogError> {
        let connection = self.read();
        let sql =
            "SELECT * FROM feed WHERE outcome = 'waits' OR (outcome LIKE 'waits for newer than %' AND outcome <> ?1)
                   ORDER BY number";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([left_by(software)], |row| {
            Ok(FeedLine { number: row.get("number")?, kind: row.get("kind")?, body: row.get("body")? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Leaves something that came down the feed to a newer program.
    pub fn leave_feed(&self, number: i64, software: &str) -> Result<(), CatalogError> {
        self.settle_feed(number, &left_by(software))
    }

    /// Keeps what became of something that came down the feed.
    pub fn settle_feed(&self, number: i64, outcome: &str) -> Result<(), CatalogError> {
        self.write(|w| {
            w.tx.execute("UPDATE feed SET outcome = ?2 WHERE number = ?1", params![number, outcome])?;
            Ok(())
        })
    }

    /// The pages of a dossier that no longer count, whatever took them out.
    pub fn superseded_pages(&self, code: &str) -> Result<Vec<PageView>, CatalogError> {
        let connection = self.read();
        let dossier = query::dossier_id(&connection, code)?;
        let sql = format!(
            "SELECT page.*, file.path, file.stem, {READ} FROM page
             JOIN file ON file.dossier = page.dossier AND file.sha256 = page.sha256
             WHERE page.dossier = ?1 AND page.superseded_at IS NOT NULL ORDER BY page.number"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([dossier.bytes()], page_view)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files of withheld lines that are not forgotten yet: what the hub may have of them is to be taken back.
    pub fn withheld_files(&self) -> Result<Vec<Sha256>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT DISTINCT log_file.sha256 FROM log INDEXED BY log_withheld CROSS JOIN log_file USING (seq)
                   WHERE body IS NULL AND NOT EXISTS (SELECT 1 FROM log_file AS other JOIN log AS line ON line.seq = other.seq
                       WHERE other.sha256 = log_file.sha256 AND line.body IS NOT NULL)
                   ORDER BY log_file.sha256";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| column::hash(row, "sha256"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Forgets that withheld lines named a file.
    pub fn forget_withheld_file(&self, sha256: Sha256) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "DELETE FROM log_file WHERE sha256 = ?1 AND seq IN (SELECT seq FROM log WHERE body IS NULL)";
            w.tx.execute(sql, [sha256.0])?;
            Ok(())
        })
    }

    /// Keeps how the station stands with its hub; a change for the worse is an event.
    pub fn set_sync_health(&self, health: SyncHealth, why: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let Some(state) = sync_state(&w.tx)? else { return Ok(()) };
            if state.health == health && state.why == why {
                return Ok(());
            }
            w.tx.execute("UPDATE sync_state SET state = ?1, why = ?2", params![health.word(), why])?;
            if health != SyncHealth::Fine {
                w.event("sync stop", None, &json!({ "state": health.word(), "why": why }), act)?;
            }
            Ok(())
        })
    }

    /// What waits to reach the hub.
    pub fn backlog(&self) -> Result<Backlog, CatalogError> {
        let connection = self.read();
        let Some(state) = sync_state(&connection)? else { return Ok(Backlog::default()) };
        let travels = travels();
        // A dossier that is on a list and on a shelf only keeps nothing back.
        let sql = format!(
            "SELECT count(*) FILTER (WHERE outbox.dossier IS NULL OR {travels}),
                count(*) FILTER (WHERE dossier.pages > 0 AND NOT {travels}) FROM outbox
             LEFT JOIN dossier ON dossier.id = outbox.dossier"
        );
        let (marked, kept_back): (i64, i64) =
            connection.prepare_cached(&sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let dossiers = format!("SELECT count(*) FROM ({})", unsent());
        let dossiers: i64 = connection.prepare_cached(&dossiers)?.query_row([], |row| row.get(0))?;
        Ok(Backlog {
            dossiers: dossiers.unsigned_abs(),
            marked: marked.unsigned_abs(),
            kept_back: kept_back.unsigned_abs(),
            unacknowledged: state.sealed - state.acknowledged.min(state.sealed),
        })
    }

    /// An event by its id.
    pub fn event(&self, id: Uuid) -> Result<Option<(Event, Option<DossierId>)>, CatalogError> {
        let connection = self.read();
        let sql = "SELECT event.*, event.dossier AS dossier_id, dossier.code FROM event
                   LEFT JOIN dossier ON dossier.id = event.dossier WHERE event.id = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_row([EventId(id).bytes()], |row| {
            Ok((crate::event::event(row)?, column::optional_id(row, "dossier_id")?))
        });
        Ok(found.optional()?)
    }
}

impl Writing<'_> {
    /// Whether all dossiers of some lines may leave, now.
    fn may_all_leave(&self, lines: &[NewLine]) -> Result<bool, CatalogError> {
        let mut dossiers: Vec<DossierId> = lines.iter().filter_map(|line| line.dossier).collect();
        dossiers.sort_unstable();
        dossiers.dedup();
        let mut statement = self.tx.prepare_cached(&format!("SELECT {} FROM dossier WHERE id = ?1", travels()))?;
        for dossier in dossiers {
            if !statement.query_row([dossier.bytes()], |row| row.get::<_, bool>(0))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Dossiers that were accepted and of which everything is stable are delivered.
    fn deliver(&self, stable: u64, act: &Act) -> Result<(), CatalogError> {
        let sql = "SELECT id FROM dossier WHERE state = 'accepted' AND delivered_at IS NULL
                   AND ?1 >= (SELECT base_seq FROM sync_state)
                   AND EXISTS (SELECT 1 FROM record WHERE kind = 'dossier' AND record.id = dossier.id)
                   AND NOT EXISTS (SELECT 1 FROM log WHERE log.dossier = dossier.id AND seq > ?1)
                   AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.dossier = dossier.id)";
        let dossiers: Vec<DossierId> = self
            .tx
            .prepare_cached(sql)?
            .query_map([seq_column(stable)?], |row| column::id(row, "id"))?
            .collect::<Result<_, _>>()?;
        for dossier in dossiers {
            let sql = "UPDATE dossier SET delivered_at = ?2 WHERE id = ?1";
            self.tx.execute(sql, params![dossier.bytes(), act.at.0])?;
            self.conclude("delivery", dossier, &json!({ "stable": stable }), act)?;
        }
        Ok(())
    }
}

/// [`Catalog::withheld_lines`] within whatever goes on.
pub(crate) fn withheld_lines(
    connection: &Connection,
    first: u64,
    last: u64,
) -> Result<Vec<(u64, Option<String>)>, CatalogError> {
    let sql = "SELECT seq, code FROM log LEFT JOIN dossier ON dossier.id = log.dossier
               WHERE body IS NULL AND seq BETWEEN ?1 AND ?2 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![seq_column(first)?, seq_column(last)?], |row| {
        Ok((row.get::<_, i64>("seq")?.unsigned_abs(), row.get("code")?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sync_state(connection: &Connection) -> Result<Option<SyncState>, CatalogError> {
    let mut statement = connection.prepare_cached("SELECT * FROM sync_state")?;
    Ok(statement.query_row([], state_row).optional()?)
}

fn state_row(row: &Row<'_>) -> rusqlite::Result<SyncState> {
    let number = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.unsigned_abs());
    Ok(SyncState {
        station: Uuid::from_bytes(row.get("station")?),
        hub: row.get("hub")?,
        authority: row.get("authority")?,
        receipt: row.get("receipt")?,
        epoch: row.get("epoch")?,
        generation: row.get("generation")?,
        health: column::word(row, "state", SyncHealth::from_word)?,
        why: row.get("why")?,
        base: number("base_seq")?,
        base_chain: column::hash(row, "base_chain")?,
        sealed: number("sealed_seq")?,
        chain: column::hash(row, "sealed_chain")?,
        acknowledged: number("acked_seq")?,
        stable: number("stable_seq")?,
        feed_cursor: number("feed_cursor")?,
        clock_offset: row.get("clock_offset_ms")?,
        contact: column::optional_moment(row, "contact_ms")?,
        told: column::optional_moment(row, "told_ms")?,
        moved: column::moment(row, "moved_ms")?,
    })
}

/// The outcome of what this program does not apply.
fn left_by(software: &str) -> String {
    format!("waits for newer than {software}")
}

/// A count as SQLite holds it.
pub(crate) fn seq_column(seq: u64) -> Result<i64, CatalogError> {
    i64::try_from(seq).map_err(|_| CatalogError::Corrupt("seq".to_owned()))
}

#[cfg(test)]
mod tests {
    use sohoa_model::day::Day;
    use sohoa_model::geometry::Rotation;

    use super::*;
    use crate::bundle::WrittenBundle;
    use crate::decision::TwoPersons;
    use crate::fixture::{Fixture, act, described, file, fixture, row};
    use crate::work::Lot;

    const STATION: Uuid = Uuid::from_u128(7);

    fn enrolled() -> Fixture {
        let f = fixture();
        f.list(&[row("H.1", 1), row("H.2", 1)]);
        enrol(&f, 1, 0, Sha256([1; 32]), Vec::new());
        f
    }

    fn enrol(f: &Fixture, epoch: u32, seq: u64, chain: Sha256, known: Vec<Revision>) {
        let new = NewEnrolment {
            station: STATION,
            hub: "https://hub.example".into(),
            authority: String::new(),
            receipt: "{}".into(),
            epoch,
            generation: 1,
            seq,
            chain,
        };
        f.catalog.enrol(&new, known, &act("an", 1)).unwrap();
    }

    fn marks(f: &Fixture) -> Vec<Mark> {
        f.catalog.marks(0, 1000).unwrap()
    }

    /// Seals all that may leave, a record each, without looking at what it says.
    fn seal(f: &Fixture) -> u64 {
        let marks = marks(f);
        let state = f.catalog.sync_state().unwrap().unwrap();
        let mut chain = state.chain;
        let lines: Vec<NewLine> = marks
            .iter()
            .map(|mark| {
                let rev = f.catalog.revision(&mark.kind, mark.id).unwrap().map_or(1, |(rev, _)| rev + 1);
                let body = format!("{} {} {rev}", mark.kind, mark.id).into_bytes();
                let sha256 = Sha256::of(&body);
                chain = Sha256::of(&[chain.0, sha256.0].concat());
                let revision = Revision { kind: mark.kind.clone(), id: mark.id, rev, content: sha256 };
                let dossier = mark.dossier.as_ref().map(|code| f.catalog.dossier(code).unwrap().dossier.id);
                let files = if mark.kind == "page" { vec![(Sha256::of(mark.id.as_bytes()), 9)] } else { Vec::new() };
                NewLine { revision, dossier, sha256, chain, body, files }
            })
            .collect();
        assert!(f.catalog.seal(state.sealed, &lines, &marks).unwrap());
        state.sealed + lines.len() as u64
    }

    fn ack(f: &Fixture, generation: u32, seq: u64, stable: u64) -> bool {
        let chain = f.catalog.chain_at(seq).unwrap().unwrap_or(Sha256([9; 32]));
        let (heard, told, text) = (act("an", 9).at, BTreeSet::new(), "{}".into());
        let ack = Acknowledgement { generation, seq, chain, stable, heard, told, text };
        f.catalog.acknowledge(&ack, &act("an", 9)).unwrap()
    }

    #[test]
    fn a_hold_that_came_after_a_bundle_is_written_down_whoever_brings_the_acknowledgement() {
        let f = enrolled();
        f.to_signed(&["H.1", "H.2"]);
        let sealed = seal(&f);
        let late = |f: &Fixture| -> Vec<String> {
            let events = f.catalog.events(None, 1000).unwrap();
            let late = events.into_iter().filter(|event| event.kind == "hold too late");
            late.filter_map(|event| event.dossier).collect()
        };
        let keep = |withheld: BTreeSet<u64>| {
            let bundle = WrittenBundle { id: Uuid::from_u128(3), first: 1, last: sealed, withheld };
            f.catalog.keep_bundle(&bundle, &act("an", 5)).unwrap()
        };
        assert!(keep(BTreeSet::new()));
        f.catalog.hold("H.2", "MẬT", &act("an", 6)).unwrap();
        let withheld = || f.catalog.withheld_lines(1, sealed).unwrap().into_iter().map(|(seq, _)| seq).collect();
        assert!(!keep(BTreeSet::new()), "not as what it is no more");
        // Written once more without it: the disk before it is not forgotten.
        assert!(keep(withheld()));
        assert!(late(&f).is_empty());
        assert!(ack(&f, 1, sealed, 0));
        assert_eq!(late(&f), ["H.2"]);
        assert!(ack(&f, 1, sealed, 0));
        assert_eq!(late(&f), ["H.2"], "once");
    }

    #[test]
    fn an_older_answer_lowers_nothing_and_another_database_is_read_from_its_beginning() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        let sealed = seal(&f);
        let state = || f.catalog.sync_state().unwrap().unwrap();
        assert!(ack(&f, 1, sealed, sealed));
        f.catalog.receive_feed(&[("plan".into(), b"{}".to_vec())], 7, &act("an", 9)).unwrap();
        let said = |generation, heard, now| {
            let (chain, told, text) = (state().chain, BTreeSet::new(), "{}".into());
            let (seq, stable, heard) = (sealed, 0, act("an", heard).at);
            let ack = Acknowledgement { generation, seq, chain, stable, heard, told, text };
            assert!(f.catalog.acknowledge(&ack, &act("an", now)).unwrap());
        };
        said(1, 5, 20);
        assert_eq!((state().stable, state().contact, state().feed_cursor), (sealed, Some(act("an", 9).at), 7));
        said(1, 15, 20);
        assert_eq!(state().contact, Some(act("an", 15).at));
        said(1, 99, 20);
        assert_eq!(state().contact, Some(act("an", 20).at), "not in days to come");
        said(2, 20, 20);
        assert_eq!((state().stable, state().feed_cursor), (0, 0));
    }

    #[test]
    fn nothing_is_marked_before_a_station_is_enrolled_and_everything_then() {
        let f = fixture();
        f.list(&[row("H.1", 1)]);
        f.to_signed(&["H.1"]);
        let count = |f: &Fixture| -> i64 {
            f.catalog.read().query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(&f), 0);
        assert_eq!(f.catalog.backlog().unwrap(), Backlog::default());
        enrol(&f, 1, 0, Sha256([1; 32]), Vec::new());
        let kinds: BTreeSet<String> = marks(&f).into_iter().map(|mark| mark.kind).collect();
        let expected = ["document", "dossier", "event", "page", "rendition"].map(str::to_owned);
        assert_eq!(kinds, BTreeSet::from(expected));
        let order: Vec<String> = marks(&f).into_iter().map(|mark| mark.kind).take(3).collect();
        assert_eq!(order, ["dossier", "document", "page"], "what is above comes first");
    }

    /// Columns that say nothing to the hub: book-keeping of this station. A new column is in a trigger or here.
    const UNMARKED: &[(&str, &[&str])] = &[
        (
            "dossier",
            &[
                "number",
                "id",
                "folder",
                "created_at",
                "missing_fields",
                "accepted_week",
                "change",
                "manifest_revision",
                "manifest_sha256",
                "manifest_change",
            ],
        ),
        ("page", &["number", "id", "dossier", "sha256", "frame", "attempts", "lease_owner", "lease_until"]),
        ("document", &["id", "dossier", "created_at", "ordinal"]),
    ];

    #[test]
    fn every_column_that_can_change_marks_its_row_or_is_known_to_say_nothing() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        let connection = f.catalog.read();
        let version = |kind: &str| -> i64 {
            let sql = "SELECT coalesce(sum(version), 0) FROM outbox WHERE kind = ?1";
            connection.query_row(sql, [kind], |row| row.get(0)).unwrap()
        };
        let mut checked = 0;
        for (table, unmarked) in UNMARKED {
            let sql = format!("SELECT name FROM pragma_table_info('{table}')");
            let names: Vec<String> = connection
                .prepare(&sql)
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            for name in &names {
                let before = version(table);
                connection.execute(&format!("UPDATE {table} SET {name} = {name}"), []).unwrap();
                assert_eq!(version(table) > before, !unmarked.contains(&name.as_str()), "{table}.{name}");
                checked += 1;
            }
            let unknown: Vec<_> = unmarked.iter().filter(|name| !names.iter().any(|n| n == *name)).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
        }
        assert!(checked > 50, "{checked}");
    }

    #[test]
    fn verbs_mark_what_they_change() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        seal(&f);
        assert!(marks(&f).is_empty());
        let page = f.catalog.pages("H.1").unwrap()[0].clone();
        let verb = |expected: &[&str]| {
            let kinds: BTreeSet<String> = {
                let connection = f.catalog.read();
                let mut statement = connection.prepare("SELECT DISTINCT kind FROM outbox").unwrap();
                statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
            };
            for kind in expected {
                assert!(kinds.contains(*kind), "{kind} of {kinds:?}");
            }
            f.catalog.read().execute("DELETE FROM outbox", []).unwrap();
        };
        f.catalog.record_description(page.document, &described("khai sinh"), true, &act("an", 6)).unwrap();
        verb(&["document", "event"]);
        f.catalog.accept("H.1", &serde_json::Value::Null, TwoPersons::Required, &act("trưởng phòng", 7)).unwrap();
        verb(&["dossier", "event"]);
        f.catalog.turn_pages("H.1", &[page.id], Rotation::Quarter, "ngược", &act("an", 8)).unwrap();
        verb(&["document", "dossier", "event", "page", "rendition"]);
        f.catalog.reject("H.1", "mờ", &act("an", 9)).unwrap();
        verb(&["dossier", "event", "finding"]);
        f.list(&[row("H.1", 1), row("H.2", 2)]);
        verb(&["dossier", "event"]);
    }

    #[test]
    fn what_is_held_or_not_cleared_keeps_its_marks_and_nobody_elses_back() {
        let f = enrolled();
        f.take(&file("H.1", "H.1/1.jpg", 1));
        f.to_signed(&["H.2"]);
        f.catalog.hold("H.2", "dấu MẬT", &act("an", 6)).unwrap();
        f.catalog.release("H.2", "đã xem", &act("an", 7)).unwrap();
        f.catalog.hold("H.1", "dấu MẬT", &act("an", 8)).unwrap();
        let codes: BTreeSet<_> = marks(&f).into_iter().filter_map(|mark| mark.dossier).collect();
        assert_eq!(codes, BTreeSet::from(["H.2".to_owned()]));
        let backlog = f.catalog.backlog().unwrap();
        assert!(backlog.kept_back > 0 && backlog.marked > 0 && backlog.unacknowledged == 0, "{backlog:?}");
        let unsent = f.catalog.lot(&Lot::Unsent, Day(0)).unwrap();
        assert_eq!((unsent, backlog.dossiers), (BTreeSet::from(["H.2".to_owned()]), 1));
    }

    #[test]
    fn a_hold_withholds_what_is_sealed_and_not_acknowledged_and_the_chain_goes_on() {
        let f = enrolled();
        f.to_signed(&["H.1", "H.2"]);
        let sealed = seal(&f);
        let before = f.catalog.log_rows(0, 1000, 1 << 20).unwrap();
        assert_eq!(before.len() as u64, sealed);
        f.catalog.hold("H.1", "dấu MẬT", &act("an", 6)).unwrap();
        let unsent = f.catalog.lot(&Lot::Unsent, Day(0)).unwrap();
        assert_eq!(unsent, BTreeSet::from(["H.2".to_owned()]), "what is withheld waits for no hub");
        let after = f.catalog.log_rows(0, 1000, 1 << 20).unwrap();
        let hashes = |rows: &[LogRow]| rows.iter().map(|row| (row.seq, row.sha256, row.chain)).collect::<Vec<_>>();
        assert_eq!(hashes(&after), hashes(&before));
        let gone: Vec<_> = before.iter().zip(&after).filter(|(_, after)| after.body.is_none()).collect();
        assert!(!gone.is_empty() && gone.len() < before.len());
        let text = |rows: &[LogRow]| rows.iter().filter_map(|row| row.body.clone()).flatten().collect::<Vec<_>>();
        let id = f.catalog.dossier("H.1").unwrap().dossier.id.to_string();
        assert!(!String::from_utf8(text(&after)).unwrap().contains(&id), "nothing of it is left to be sent");
        assert_eq!(f.catalog.withheld_files().unwrap().len(), 1);
        assert_eq!(f.catalog.log_files(1, sealed).unwrap().len(), 1, "the page of the other dossier");
        // Once it is lifted all of it is said again, as the next revision.
        assert!(marks(&f).iter().all(|mark| mark.dossier.as_deref() != Some("H.1")));
        f.catalog.release("H.1", "đã xem", &act("an", 7)).unwrap();
        let kinds: BTreeSet<_> =
            marks(&f).into_iter().filter(|mark| mark.dossier.as_deref() == Some("H.1")).map(|mark| mark.kind).collect();
        for kind in ["document", "dossier", "event", "page", "rendition"] {
            assert!(kinds.contains(kind), "{kind}");
        }
        let page = f.catalog.pages("H.1").unwrap()[0].id;
        let (rev, content) = f.catalog.revision("page", page.0).unwrap().unwrap();
        assert!(rev == 1 && content == Sha256([0; 32]));
    }

    #[test]
    fn nothing_is_sealed_of_a_dossier_that_was_held_meanwhile_or_behind_another_head() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        let marks = marks(&f);
        let dossier = f.catalog.dossier("H.1").unwrap().dossier.id;
        let revision = Revision { kind: "page".into(), id: Uuid::from_u128(1), rev: 1, content: Sha256([2; 32]) };
        let line = NewLine {
            revision,
            dossier: Some(dossier),
            sha256: Sha256([3; 32]),
            chain: Sha256([4; 32]),
            body: b"{}".to_vec(),
            files: Vec::new(),
        };
        assert!(!f.catalog.seal(5, std::slice::from_ref(&line), &marks).unwrap());
        f.catalog.hold("H.1", "dấu MẬT", &act("an", 6)).unwrap();
        assert!(!f.catalog.seal(0, std::slice::from_ref(&line), &marks).unwrap());
        f.catalog.release("H.1", "đã xem", &act("an", 7)).unwrap();
        assert!(f.catalog.seal(0, &[line], &marks).unwrap());
        // What changed since it was looked at stays marked.
        let again: BTreeSet<_> = self::marks(&f).into_iter().map(|mark| mark.kind).collect();
        assert!(again.contains("dossier") && !again.contains("page"), "{again:?}");
    }

    #[test]
    fn only_what_fits_the_own_log_is_acknowledged_and_a_restored_hub_lowers_it() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        let sealed = seal(&f);
        assert!(ack(&f, 1, sealed, 0));
        let state = f.catalog.sync_state().unwrap().unwrap();
        assert_eq!((state.acknowledged, state.stable, state.generation), (sealed, 0, 1));
        assert!(!ack(&f, 1, sealed + 1, 0), "more than there is");
        assert!(!ack(&f, 0, sealed, sealed), "an older database");
        assert!(!ack(&f, 1, sealed - 1, 0), "an older answer");
        let forged = Acknowledgement {
            generation: 1,
            seq: sealed,
            chain: Sha256([9; 32]),
            stable: sealed,
            heard: Timestamp(9),
            told: BTreeSet::new(),
            text: String::new(),
        };
        assert!(!f.catalog.acknowledge(&forged, &act("an", 9)).unwrap(), "another chain");
        assert_eq!(f.catalog.sync_state().unwrap().unwrap(), state);
        assert!(ack(&f, 2, sealed - 2, 0), "restored from a backup");
        assert_eq!(f.catalog.backlog().unwrap().unacknowledged, 2);
    }

    #[test]
    fn an_accepted_dossier_is_delivered_once_all_of_it_is_stable() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        f.catalog.accept("H.1", &serde_json::Value::Null, TwoPersons::Required, &act("trưởng phòng", 7)).unwrap();
        let sealed = seal(&f);
        let state = |f: &Fixture| f.catalog.dossier("H.1").unwrap().dossier.state.word();
        assert!(ack(&f, 1, sealed, sealed - 1));
        assert_eq!(state(&f), "accepted");
        assert!(ack(&f, 1, sealed, sealed));
        assert_eq!(state(&f), "delivered");
        // The delivery itself is told.
        let kinds: Vec<_> = marks(&f).into_iter().map(|mark| mark.kind).collect();
        assert_eq!(kinds, ["dossier", "event"]);
    }

    #[test]
    fn a_station_that_is_enrolled_again_goes_on_behind_what_the_hub_has() {
        let f = enrolled();
        f.to_signed(&["H.1"]);
        seal(&f);
        let page = f.catalog.pages("H.1").unwrap()[0].id;
        let known = |rev| Revision { kind: "page".into(), id: page.0, rev, content: Sha256([rev as u8; 32]) };
        enrol(&f, 2, 40, Sha256([5; 32]), vec![known(1), known(3), known(2)]);
        let state = f.catalog.sync_state().unwrap().unwrap();
        assert_eq!((state.epoch, state.sealed, state.acknowledged, state.chain), (2, 40, 40, Sha256([5; 32])));
        assert_eq!(f.catalog.revision("page", page.0).unwrap(), Some((3, Sha256([3; 32]))));
        assert!(f.catalog.log_rows(0, 10, 1 << 20).unwrap().is_empty());
        assert!(marks(&f).iter().any(|mark| mark.kind == "page"), "it is looked at again");
        assert_eq!(f.catalog.chain_at(40).unwrap(), Some(Sha256([5; 32])));
        assert_eq!(seal(&f), 40 + f.catalog.log_rows(0, 1000, 1 << 20).unwrap().len() as u64);
        assert_eq!(f.catalog.chain_at(40).unwrap(), Some(Sha256([5; 32])), "where the log begins");
    }
}
