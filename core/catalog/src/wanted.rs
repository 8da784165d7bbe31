//! Wanted files: what the hub had, lost and asks for again. Each is kept from the transaction that settles its line of the
//! feed until the hub has it, with the dossiers that name it: it leaves again only while one of them may, and names it.
//!
//! What a record names now may go, and what one named that the hub acknowledged in full. Nothing else leaves because it is
//! asked for: the master of a page that was taken out before it was sent is nobody's but this station's. What shows a page that
//! was taken out (its master, its texts, the PDFs of its dossier that are not the newest) does not go a second time either.

use rusqlite::params;
use serde_json::json;
use sohoa_model::ids::DossierId;
use sohoa_model::{Act, Sha256};

use crate::Catalog;
use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::outbox::seq_column;
use crate::query::{CLEARED, travels};

/// A line of the feed by which the hub asks for a file again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WantedLine {
    /// Its number in this catalog.
    pub number: i64,
    /// The digest of the file.
    pub sha256: Sha256,
    /// Its bytes.
    pub bytes: u64,
}

/// A file that the hub asks for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedFile {
    /// Its digest.
    pub sha256: Sha256,
    /// Its bytes.
    pub bytes: u64,
    /// The code of the first of the dossiers that name it.
    pub dossier: String,
    /// Whether one of them may leave.
    pub may_leave: bool,
}

/// Whether the dossier of a row of `wanted_of` names its file in a record, or did in one that the hub has; as a condition.
const NAMES: &str =
    "(EXISTS (SELECT 1 FROM page WHERE page.dossier = wanted_of.dossier AND page.sha256 = wanted_of.sha256
        AND superseded_at IS NULL)
    OR EXISTS (SELECT 1 FROM page CROSS JOIN reading ON reading.page = page.id AND reading.number = page.reading
        WHERE page.dossier = wanted_of.dossier AND superseded_at IS NULL AND text_sha256 = wanted_of.sha256)
    OR EXISTS (SELECT 1 FROM rendition WHERE rendition.dossier = wanted_of.dossier AND current = 1
        AND rendition.sha256 = wanted_of.sha256)
    OR EXISTS (SELECT 1 FROM log_file CROSS JOIN log USING (seq) WHERE log_file.sha256 = wanted_of.sha256
        AND log.dossier = wanted_of.dossier AND body IS NOT NULL AND seq <= (SELECT acked_seq FROM sync_state))
        AND NOT EXISTS (SELECT 1 FROM page WHERE page.dossier = wanted_of.dossier AND gone = 'removed'
            AND (page.sha256 = wanted_of.sha256
                OR EXISTS (SELECT 1 FROM reading WHERE reading.page = page.id AND text_sha256 = wanted_of.sha256)
                OR EXISTS (SELECT 1 FROM rendition WHERE rendition.dossier = page.dossier
                    AND rendition.sha256 = wanted_of.sha256))))";

/// Whether the file of a row of `wanted_of` may leave with its row of `dossier`, as a condition.
fn leaves() -> String {
    format!("({CLEARED} AND {} AND {NAMES})", travels())
}

impl Catalog {
    /// Keeps that the hub wants files, which their dossiers' logs say from then on, and that the lines which say so are applied.
    ///
    /// A file that no dossier names, or none any more, is not this station's to send.
    pub fn want_files(&self, lines: &[WantedLine], act: &Act) -> Result<(), CatalogError> {
        let is_any = "SELECT EXISTS (SELECT 1 FROM wanted_file)";
        if lines.is_empty() && !self.read().query_row(is_any, [], |row| row.get::<_, bool>(0))? {
            return Ok(());
        }
        self.write(|w| {
            let mut want = w.tx.prepare_cached("INSERT OR IGNORE INTO wanted_file VALUES (?1, ?2, ?3)")?;
            let mut settle = w.tx.prepare_cached("UPDATE feed SET outcome = 'applied' WHERE number = ?1")?;
            for line in lines {
                want.execute(params![line.sha256.0, seq_column(line.bytes)?, act.at.0])?;
                settle.execute([line.number])?;
            }
            // Those of before are of somebody already. Readings and renditions are not ordered by digest: they are read through
            // once for all.
            let named = "WITH new AS MATERIALIZED (SELECT sha256 FROM wanted_file
                     WHERE NOT EXISTS (SELECT 1 FROM wanted_of WHERE wanted_of.sha256 = wanted_file.sha256))
                 INSERT INTO wanted_of
                 SELECT new.sha256, file.dossier FROM new CROSS JOIN file USING (sha256)
                 UNION SELECT new.sha256, log.dossier FROM new CROSS JOIN log_file USING (sha256) CROSS JOIN log USING (seq)
                     WHERE log.dossier IS NOT NULL
                 UNION SELECT sha256, dossier FROM rendition WHERE sha256 IN (SELECT sha256 FROM new)
                 UNION SELECT text_sha256, page.dossier FROM reading CROSS JOIN page ON page.id = reading.page
                     WHERE text_sha256 IN (SELECT sha256 FROM new)
                 RETURNING sha256, dossier";
            let new: Vec<(Sha256, DossierId)> = match lines {
                [] => Vec::new(),
                _ =>
                    w.tx.prepare(named)?
                        .query_map([], |row| Ok((column::hash(row, "sha256")?, column::id(row, "dossier")?)))?
                        .collect::<Result<_, _>>()?,
            };
            w.tx.execute(&format!("DELETE FROM wanted_of WHERE NOT {NAMES}"), [])?;
            w.tx.execute("DELETE FROM wanted_file WHERE sha256 NOT IN (SELECT sha256 FROM wanted_of)", [])?;
            let mut stays = w.tx.prepare_cached("SELECT 1 FROM wanted_of WHERE sha256 = ?1 AND dossier = ?2")?;
            for (sha256, dossier) in new {
                if stays.exists(params![sha256.0, dossier.bytes()])? {
                    w.event("file wanted", Some(dossier), &json!({ "sha256": sha256.to_string() }), act)?;
                }
            }
            Ok(())
        })
    }

    /// The files that the hub asks for again.
    pub fn wanted_files(&self) -> Result<Vec<WantedFile>, CatalogError> {
        let connection = self.read();
        let sql = format!(
            "SELECT wanted_file.sha256, wanted_file.bytes, min(dossier.code) AS code, max({}) AS may_leave FROM wanted_file
             JOIN wanted_of USING (sha256) JOIN dossier ON dossier.id = wanted_of.dossier
             GROUP BY wanted_file.sha256 ORDER BY wanted_file.sha256",
            leaves()
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| {
            Ok(WantedFile {
                sha256: column::hash(row, "sha256")?,
                bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
                dossier: row.get("code")?,
                may_leave: row.get("may_leave")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a wanted file may leave, now.
    pub fn may_wanted_leave(&self, sha256: &Sha256) -> Result<bool, CatalogError> {
        let connection = self.read();
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM wanted_of JOIN dossier ON dossier.id = wanted_of.dossier
             WHERE wanted_of.sha256 = ?1 AND {})",
            leaves()
        );
        Ok(connection.prepare_cached(&sql)?.query_row([sha256.0], |row| row.get(0))?)
    }

    /// Forgets files that the hub has by now.
    pub fn forget_wanted(&self, files: &[Sha256]) -> Result<(), CatalogError> {
        self.write(|w| {
            for sql in ["DELETE FROM wanted_of WHERE sha256 = ?1", "DELETE FROM wanted_file WHERE sha256 = ?1"] {
                let mut forget = w.tx.prepare_cached(sql)?;
                for sha256 in files {
                    forget.execute([sha256.0])?;
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::fixture::{Fixture, act, fixture, row};
    use crate::outbox::NewEnrolment;

    /// The hub asks for files by lines that did not come before.
    fn want(f: &Fixture, files: &[Sha256], at: i64) {
        let line = |sha256: &Sha256| ("file_wanted".to_owned(), [sha256.0.as_slice(), &at.to_le_bytes()].concat());
        f.catalog.receive_feed(&files.iter().map(line).collect::<Vec<_>>(), 1, &act("an", at)).unwrap();
        let waiting = f.catalog.waiting_feed("1").unwrap();
        let lines = waiting.iter().zip(files);
        let lines: Vec<_> =
            lines.map(|(line, sha256)| WantedLine { number: line.number, sha256: *sha256, bytes: 9 }).collect();
        assert_eq!(lines.len(), files.len());
        f.catalog.want_files(&lines, &act("hub", at)).unwrap();
        assert!(f.catalog.waiting_feed("1").unwrap().is_empty(), "they are settled");
    }

    /// Two dossiers whose only pages were signed, and what the first names: master, text, PDF.
    fn signed() -> (Fixture, [Sha256; 3]) {
        let f = fixture();
        f.list(&[row("H.1", 1), row("H.2", 1)]);
        f.to_signed(&["H.1", "H.2"]);
        let page = f.catalog.pages("H.1").unwrap()[0].clone();
        let text = f.catalog.reading(page.id).unwrap().unwrap().text;
        let pdf = f.catalog.dossier("H.1").unwrap().documents[0].signed.as_ref().unwrap().sha256;
        (f, [page.master, text, pdf])
    }

    #[test]
    fn what_is_wanted_is_of_the_dossiers_that_name_it_and_leaves_while_one_of_them_may() {
        let (f, [master, text, pdf]) = signed();
        want(&f, &[master, text, pdf, Sha256([9; 32])], 7);
        let wanted = || f.catalog.wanted_files().unwrap();
        assert_eq!(wanted().len(), 3, "what nobody names here is nobody's here: {:?}", wanted());
        let may = |sha256: &Sha256| f.catalog.may_wanted_leave(sha256).unwrap();
        assert!(wanted().iter().all(|file| file.dossier == "H.1" && file.bytes == 9 && file.may_leave));
        assert!([master, text, pdf].iter().all(may));
        let told = || {
            let events = f.catalog.events(Some("H.1"), 1000).unwrap();
            events.into_iter().filter(|event| event.kind == "file wanted").count()
        };
        assert_eq!(told(), 3);
        f.catalog.hold("H.1", "dấu MẬT", &act("an", 8)).unwrap();
        assert!(!may(&master));
        let held: Vec<_> = wanted().into_iter().filter(|file| !file.may_leave).map(|file| file.sha256).collect();
        assert!(held.contains(&master), "{held:?}");
        want(&f, &[master], 9);
        assert_eq!((wanted().len(), told()), (3, 3), "once");
        f.catalog.release("H.1", "đã xem", &act("an", 10)).unwrap();
        assert!(may(&master));
        f.catalog.forget_wanted(&[master, text]).unwrap();
        assert_eq!(wanted().iter().map(|file| file.sha256).collect::<Vec<_>>(), [pdf]);
        assert!(!may(&master));
    }

    #[test]
    fn nothing_leaves_because_it_is_asked_for_that_no_record_named() {
        let (f, [master, text, pdf]) = signed();
        want(&f, &[master, text, pdf], 7);
        let page = f.catalog.pages("H.1").unwrap()[0].id;
        f.catalog.remove_pages("H.1", &[page], "chép nhầm", &act("an", 8)).unwrap();
        f.catalog.clear("H.1", "đã xem", &act("an", 9)).unwrap();
        let may = |sha256: &Sha256| f.catalog.may_wanted_leave(sha256).unwrap();
        assert!(!may(&master), "it was taken out before it went");
        f.catalog.want_files(&[], &act("hub", 10)).unwrap();
        assert!(!f.catalog.wanted_files().unwrap().iter().any(|file| file.sha256 == master), "it is wanted no more");
        want(&f, &[master], 11);
        assert!(!f.catalog.wanted_files().unwrap().iter().any(|file| file.sha256 == master), "nor again");
    }

    /// The station is enrolled at a hub, which has a line of a dossier that names files.
    fn told(f: &Fixture, code: &str, files: &[Sha256]) {
        enrol(f, 1);
        let connection = f.catalog.read();
        connection
            .execute(
                "INSERT INTO log (seq, dossier, kind, id, rev, sha256, chain, body) SELECT 1, id, 'page', id, 1, id, id, x'7b7d'
                 FROM dossier WHERE code = ?1",
                [code],
            )
            .unwrap();
        for sha256 in files {
            connection.execute("INSERT INTO log_file VALUES (1, ?1, 9)", [sha256.0]).unwrap();
        }
        connection.execute("UPDATE sync_state SET sealed_seq = 1, acked_seq = 1", []).unwrap();
    }

    fn enrol(f: &Fixture, station: u128) {
        let new = NewEnrolment {
            station: Uuid::from_u128(station),
            hub: "https://hub.example".into(),
            authority: String::new(),
            receipt: "{}".into(),
            epoch: 1,
            generation: 1,
            seq: 0,
            chain: Sha256([1; 32]),
        };
        f.catalog.enrol(&new, Vec::new(), &act("an", 1)).unwrap();
    }

    #[test]
    fn what_shows_a_page_that_was_taken_out_does_not_go_a_second_time() {
        let (f, [master, text, pdf]) = signed();
        let manifest = Sha256([7; 32]);
        // The same text and PDF are the other dossier's, too.
        f.catalog.hold("H.2", "dấu MẬT", &act("an", 6)).unwrap();
        told(&f, "H.1", &[master, text, pdf, manifest]);
        let may = |sha256: &Sha256| f.catalog.may_wanted_leave(sha256).unwrap();
        want(&f, &[master, text, pdf, manifest], 7);
        assert!([master, text, pdf, manifest].iter().all(may));
        let page = f.catalog.pages("H.1").unwrap()[0].id;
        f.catalog.remove_pages("H.1", &[page], "dấu MẬT", &act("an", 8)).unwrap();
        f.catalog.clear("H.1", "đã xem", &act("an", 9)).unwrap();
        // As if another page were left.
        f.catalog.read().execute("UPDATE dossier SET pages = 1, pages_read = 1", []).unwrap();
        assert!(may(&manifest), "the hub had it, and nothing is against it");
        assert!(![master, text, pdf].iter().any(may), "it had them, and shall not get them again");
    }

    #[test]
    fn what_a_hub_wants_is_forgotten_at_another_and_not_at_the_same() {
        let (f, [master, ..]) = signed();
        enrol(&f, 1);
        want(&f, &[master], 7);
        enrol(&f, 1);
        assert_eq!(f.catalog.wanted_files().unwrap().len(), 1);
        enrol(&f, 2);
        assert!(f.catalog.wanted_files().unwrap().is_empty());
    }
}
