//! Manifests: what the catalog knows, as canonical JSON beside the masters, so that the folder alone is the archive.
//!
//! A dossier has a manifest of its own (`sohoa-dossier/1`), what belongs to no dossier stands in the archive's
//! (`sohoa-archive/1`). A manifest can't hold its own hash: it says which event will tell of it, and the rebuild makes
//! that event again from the bytes. What enters the bytes by chance is drawn once and found again after a crash.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use sohoa_model::ids::{DossierId, EventId};
use sohoa_model::{Act, Sha256, Timestamp};
use uuid::Uuid;

use crate::column::{self, Id};
use crate::error::CatalogError;
use crate::event::{MANIFEST, canonical};
use crate::manifest_record::{DOSSIER, OF_ARCHIVE, OF_DOSSIER, Row};
use crate::query::{dossier_id, pages_of};
use crate::{Catalog, Writing};

/// The form of a dossier's manifest.
pub const DOSSIER_SCHEMA: &str = "sohoa-dossier/1";
/// The form of an archive's manifest.
pub const ARCHIVE_SCHEMA: &str = "sohoa-archive/1";

/// The kind of the intent to write a manifest; its subject is the dossier or the archive.
pub const INTENT_MANIFEST: &str = "manifest";

/// A manifest that is to be written and then recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The code of the dossier; `None` is the archive.
    pub dossier: Option<String>,
    /// The safe form of the dossier's code; empty for the archive.
    pub folder: String,
    /// Its revision, from 1.
    pub revision: u32,
    /// Canonical JSON.
    pub bytes: Vec<u8>,
    /// The hash of the bytes.
    pub sha256: Sha256,
}

/// What was restored from a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The code of the dossier; empty for the archive.
    pub code: String,
    /// The revision of the manifest.
    pub revision: u32,
    /// Texts that the manifest names and that could not be brought; their pages are not found by a search.
    pub missing_texts: Vec<Sha256>,
}

/// What is drawn once for a manifest.
struct Drawn {
    revision: u32,
    change: i64,
    seq: i64,
    event: EventId,
    act: Act,
}

impl Catalog {
    /// Codes of dossiers whose last change is newer than their recorded manifest, sorted.
    pub fn dossiers_with_stale_manifest(&self) -> Result<Vec<String>, CatalogError> {
        self.codes("SELECT code FROM dossier WHERE change > manifest_change ORDER BY code")
    }

    /// Whether the last change of what belongs to no dossier is newer than the recorded manifest of the archive.
    pub fn archive_manifest_is_stale(&self) -> Result<bool, CatalogError> {
        let sql = "SELECT change > manifest_change FROM archive";
        self.read().query_row(sql, [], |row| row.get(0)).optional()?.ok_or(CatalogError::NoArchive)
    }

    /// The manifest of a dossier as it is now; asked again before it is recorded, and nothing changed, the same bytes.
    pub fn manifest(&self, code: &str, act: &Act) -> Result<Manifest, CatalogError> {
        self.write(|w| {
            let dossier = w.dossier_id(code)?;
            let drawn = w.draw(Some(dossier), dossier.0, act)?;
            let mut object = drawn.heading(DOSSIER_SCHEMA);
            let archive: [u8; 16] = w.tx.query_row("SELECT id FROM archive", [], |row| row.get(0))?;
            object.insert("archive", canonical(&Uuid::from_bytes(archive).to_string().into()));
            let of_dossier = DOSSIER.dump(&w.tx, [dossier.bytes()])?.pop();
            object.insert(DOSSIER.name, of_dossier.map_or_else(|| "null".to_owned(), |row| row.json));
            for record in OF_DOSSIER {
                let mut rows = record.dump(&w.tx, [dossier.bytes()])?;
                if record.table == "page" {
                    w.sort_pages(dossier, &mut rows)?;
                }
                object.insert(record.name, list_of(rows));
            }
            let sql = "SELECT code, folder FROM dossier WHERE id = ?1";
            let (code, folder) = w.tx.query_row(sql, [dossier.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(drawn.manifest(Some(code), folder, object))
        })
    }

    /// The manifest of what belongs to no dossier.
    pub fn archive_manifest(&self, act: &Act) -> Result<Manifest, CatalogError> {
        let archive = self.archive()?.id;
        self.write(|w| {
            let drawn = w.draw(None, archive.0, act)?;
            let mut object = drawn.heading(ARCHIVE_SCHEMA);
            for record in OF_ARCHIVE {
                object.insert(record.name, list_of(record.dump(&w.tx, [])?));
            }
            Ok(drawn.manifest(None, String::new(), object))
        })
    }

    /// Records that a manifest lies in the vault, ending its intent; one that is recorded already is no error.
    pub fn record_manifest(&self, manifest: &Manifest) -> Result<(), CatalogError> {
        let archive = self.archive()?.id;
        self.write(|w| {
            let dossier = manifest.dossier.as_deref().map(|code| w.dossier_id(code)).transpose()?;
            let subject = dossier.map_or(archive.0, |dossier| dossier.0);
            let drawn = match w.drawn(subject)? {
                Some(drawn) if drawn.revision == manifest.revision => drawn,
                _ if w.recorded_manifest(dossier)? == Some(manifest.sha256) => return Ok(()),
                _ => {
                    let id = format!("{} revision {}", manifest.folder, manifest.revision);
                    return Err(CatalogError::Unknown { noun: "manifest", id });
                }
            };
            w.end_intent(INTENT_MANIFEST, subject)?;
            w.set_manifest(dossier, &drawn, manifest.sha256)
        })
    }

    /// Restores what belongs to no dossier from the manifest of an archive, into an empty catalog.
    pub fn restore_archive(&self, bytes: &[u8], act: &Act) -> Result<Restored, CatalogError> {
        let value = parse(bytes, ARCHIVE_SCHEMA)?;
        let drawn = Drawn::of_manifest(&value)?;
        self.write(|w| {
            for record in OF_ARCHIVE {
                // Manifests of the first versions have no profiles and no custody, and then there was none.
                if matches!(record.table, "scan_profile" | "custody") && value.get(record.name).is_none() {
                    continue;
                }
                record.load(&w.tx, list(&value, record.name)?, None)?;
            }
            let mut statement = w.tx.prepare("SELECT id FROM dossier")?;
            let planned: Vec<DossierId> =
                statement.query_map([], |row| column::id(row, "id"))?.collect::<Result<_, _>>()?;
            for dossier in planned {
                w.describe_from_inventory(dossier)?;
                w.refresh(dossier, act)?;
            }
            w.tx.execute("UPDATE archive SET change = ?1", [drawn.change])?;
            w.set_manifest(None, &drawn, Sha256::of(bytes))?;
            w.count_events()?;
            Ok(Restored { code: String::new(), revision: drawn.revision, missing_texts: Vec::new() })
        })
    }

    /// Restores a dossier from its manifest, after the archive; `text_of` brings the plain text of a vault object.
    pub fn restore_dossier(
        &self,
        bytes: &[u8],
        text_of: &mut dyn FnMut(&Sha256) -> Option<String>,
        act: &Act,
    ) -> Result<Restored, CatalogError> {
        let value = parse(bytes, DOSSIER_SCHEMA)?;
        let drawn = Drawn::of_manifest(&value)?;
        let corrupt = || CatalogError::Corrupt("dossier.id".to_owned());
        let of_dossier = value.get(DOSSIER.name).ok_or_else(corrupt)?;
        let id = of_dossier.get("id").and_then(Value::as_str).ok_or_else(corrupt)?;
        let dossier = DossierId(Uuid::parse_str(id).map_err(|_| corrupt())?);
        self.write(|w| {
            w.remove_planned(dossier)?;
            DOSSIER.load(&w.tx, std::slice::from_ref(of_dossier), None)?;
            for record in OF_DOSSIER {
                // Manifests of earlier versions have no batches or no descriptions, and then there were none.
                if matches!(record.table, "batch" | "description") && value.get(record.name).is_none() {
                    continue;
                }
                record.load(&w.tx, list(&value, record.name)?, Some(dossier))?;
            }
            w.describe_from_inventory(dossier)?;
            let missing_texts = w.restore_texts(dossier, text_of)?;
            w.refresh(dossier, act)?;
            let sql = "UPDATE dossier SET change = ?2 WHERE id = ?1 AND change = 0";
            w.tx.execute(sql, params![dossier.bytes(), drawn.change])?;
            w.set_manifest(Some(dossier), &drawn, Sha256::of(bytes))?;
            w.count_events()?;
            let sql = "SELECT code FROM dossier WHERE id = ?1";
            let code = w.tx.query_row(sql, [dossier.bytes()], |row| row.get(0))?;
            Ok(Restored { code, revision: drawn.revision, missing_texts })
        })
    }

    /// The recorded revision and hash of the manifest of a dossier, or of the archive.
    pub fn recorded_manifest(&self, code: Option<&str>) -> Result<Option<(u32, Sha256)>, CatalogError> {
        let connection = self.read();
        let read = |row: &rusqlite::Row<'_>| {
            let sha256 = column::optional_hash(row, "manifest_sha256")?;
            Ok((row.get::<_, u32>("manifest_revision")?, sha256))
        };
        let (revision, sha256) = match code {
            Some(code) => {
                let dossier = dossier_id(&connection, code)?;
                connection.query_row("SELECT * FROM dossier WHERE id = ?1", [dossier.bytes()], read)?
            }
            None => connection.query_row("SELECT * FROM archive", [], read)?,
        };
        Ok(sha256.map(|sha256| (revision, sha256)))
    }
}

impl Drawn {
    fn payload(&self) -> Value {
        json!({
            "revision": self.revision, "change": self.change, "seq": self.seq, "id": self.event.to_string(),
            "at_ms": self.act.at.0, "operator": self.act.operator, "software": self.act.software,
        })
    }

    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            revision: u32::try_from(value.get("revision")?.as_u64()?).ok()?,
            change: value.get("change")?.as_i64()?,
            seq: value.get("seq")?.as_i64()?,
            event: EventId(Uuid::parse_str(value.get("id")?.as_str()?).ok()?),
            act: Act {
                at: Timestamp(value.get("at_ms")?.as_i64()?),
                operator: value.get("operator")?.as_str()?.to_owned(),
                software: value.get("software")?.as_str()?.to_owned(),
            },
        })
    }

    fn of_manifest(value: &Value) -> Result<Self, CatalogError> {
        value.get("recorded").and_then(Self::of).ok_or_else(|| CatalogError::Corrupt("recorded".to_owned()))
    }

    /// The first fields of a manifest, each as canonical JSON.
    fn heading(&self, schema: &str) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("schema", canonical(&schema.into())),
            ("revision", self.revision.to_string()),
            ("recorded", canonical(&self.payload())),
        ])
    }

    fn manifest(&self, dossier: Option<String>, folder: String, object: BTreeMap<&'static str, String>) -> Manifest {
        let fields = object.into_iter().map(|(name, json)| format!("{}:{json}", canonical(&name.into())));
        let bytes = braced('{', fields, '}').into_bytes();
        Manifest { dossier, folder, revision: self.revision, sha256: Sha256::of(&bytes), bytes }
    }
}

/// A list of rows as canonical JSON.
fn list_of(rows: Vec<Row>) -> String {
    braced('[', rows.into_iter().map(|row| row.json), ']')
}

/// Items between two brackets, parted by commas.
fn braced(open: char, items: impl Iterator<Item = String>, close: char) -> String {
    let mut text = String::from(open);
    for item in items {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&item);
    }
    text.push(close);
    text
}

impl Writing<'_> {
    /// What was drawn for a manifest that was not recorded yet.
    fn drawn(&self, subject: Uuid) -> Result<Option<Drawn>, CatalogError> {
        let sql = "SELECT payload FROM intent WHERE kind = ?1 AND subject = ?2";
        let text: Option<String> =
            self.tx.query_row(sql, params![INTENT_MANIFEST, subject.into_bytes()], |row| row.get(0)).optional()?;
        let Some(text) = text else { return Ok(None) };
        let drawn = serde_json::from_str(&text).ok().as_ref().and_then(Drawn::of);
        drawn.map(Some).ok_or_else(|| CatalogError::Corrupt("intent.payload".to_owned()))
    }

    /// Draws revision, time and event of a manifest, or finds what was drawn for this very state.
    fn draw(&self, dossier: Option<DossierId>, subject: Uuid, act: &Act) -> Result<Drawn, CatalogError> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (change, last): (i64, u32) = match dossier {
            Some(dossier) => {
                let sql = "SELECT change, manifest_revision FROM dossier WHERE id = ?1";
                self.tx.query_row(sql, [dossier.bytes()], read)?
            }
            None => self.tx.query_row("SELECT change, manifest_revision FROM archive", [], read)?,
        };
        let before = self.drawn(subject)?;
        // A file of the earlier revision may lie in the vault already: another state gets another name.
        let last = before.as_ref().map_or(last, |drawn| drawn.revision.max(last));
        if let Some(drawn) = before.filter(|drawn| drawn.change == change) {
            return Ok(drawn);
        }
        self.end_intent(INTENT_MANIFEST, subject)?;
        let event = EventId::new(act.at, self.randomness);
        let drawn = Drawn { revision: last + 1, change, seq: self.next_seq()?, event, act: act.clone() };
        self.begin_intent(INTENT_MANIFEST, subject, &drawn.payload(), act)?;
        Ok(drawn)
    }

    fn recorded_manifest(&self, dossier: Option<DossierId>) -> Result<Option<Sha256>, CatalogError> {
        let read = |row: &rusqlite::Row<'_>| column::optional_hash(row, "manifest_sha256");
        Ok(match dossier {
            Some(id) => self.tx.query_row("SELECT manifest_sha256 FROM dossier WHERE id = ?1", [id.bytes()], read)?,
            None => self.tx.query_row("SELECT manifest_sha256 FROM archive", [], read)?,
        })
    }

    fn set_manifest(&self, dossier: Option<DossierId>, drawn: &Drawn, sha256: Sha256) -> Result<(), CatalogError> {
        let detail = json!({ "revision": drawn.revision, "sha256": sha256.to_string() });
        self.append(drawn.seq, drawn.event, MANIFEST, dossier, &detail, &drawn.act)?;
        let set = "SET manifest_revision = ?1, manifest_sha256 = ?2, manifest_change = ?3";
        match dossier {
            Some(id) => self.tx.execute(
                &format!("UPDATE dossier {set} WHERE id = ?4"),
                params![drawn.revision, sha256.0, drawn.change, id.bytes()],
            )?,
            None => {
                self.tx.execute(&format!("UPDATE archive {set}"), params![drawn.revision, sha256.0, drawn.change])?
            }
        };
        Ok(())
    }

    /// Puts pages into the order in which people count, those that no longer count last.
    fn sort_pages(&self, dossier: DossierId, rows: &mut [Row]) -> Result<(), CatalogError> {
        let mut statement =
            self.tx.prepare("SELECT id FROM document WHERE dossier = ?1 ORDER BY coalesce(ordinal, -1)")?;
        let mut order = BTreeMap::new();
        for document in statement.query_map([dossier.bytes()], |row| column::id(row, "id"))? {
            for page in pages_of(&self.tx, document?)? {
                order.insert(page.id.to_string(), order.len());
            }
        }
        let place = |row: &Row| order.get(row.id.as_ref()?).copied();
        rows.sort_by_key(|row| place(row).unwrap_or(usize::MAX));
        Ok(())
    }

    /// Gives a dossier the description of its last row in the inventory; it is listed if that row is current.
    fn describe_from_inventory(&self, dossier: DossierId) -> Result<(), CatalogError> {
        let sql = "SELECT inventory_row.*, version_to IS NULL AS is_current FROM inventory_row
                   JOIN dossier ON dossier.code = inventory_row.code
                   WHERE dossier.id = ?1 ORDER BY version_from DESC LIMIT 1";
        let row = self
            .tx
            .prepare_cached(sql)?
            .query_row([dossier.bytes()], |row| {
                Ok((column::description(row)?, row.get("missing_fields")?, row.get::<_, bool>("is_current")?))
            })
            .optional()?;
        let Some((description, missing, is_current)) = row else { return self.index_dossier(dossier) };
        self.describe(dossier, &description, missing)?;
        if !is_current {
            self.tx.execute("UPDATE dossier SET listed = 0 WHERE id = ?1", [dossier.bytes()])?;
        }
        Ok(())
    }

    /// Removes what the archive's manifest said of a dossier that has one of its own.
    fn remove_planned(&self, dossier: DossierId) -> Result<(), CatalogError> {
        let sql = "DELETE FROM dossier_search WHERE rowid = (SELECT number FROM dossier WHERE id = ?1)";
        self.tx.execute(sql, [dossier.bytes()])?;
        let sql = "DELETE FROM dossier WHERE id = ?1 AND pages = 0 AND manifest_revision = 0";
        self.tx.execute(sql, [dossier.bytes()])?;
        Ok(())
    }

    fn restore_texts(
        &self,
        dossier: DossierId,
        text_of: &mut dyn FnMut(&Sha256) -> Option<String>,
    ) -> Result<Vec<Sha256>, CatalogError> {
        let sql = "SELECT page.number, text_sha256 FROM page
                   JOIN reading ON reading.page = page.id AND reading.number = page.reading
                   WHERE dossier = ?1 AND superseded_at IS NULL ORDER BY page.number";
        let mut statement = self.tx.prepare(sql)?;
        let texts: Vec<(i64, Sha256)> = statement
            .query_map([dossier.bytes()], |row| Ok((row.get(0)?, column::hash(row, "text_sha256")?)))?
            .collect::<Result<_, _>>()?;
        let mut missing = Vec::new();
        for (number, sha256) in texts {
            match text_of(&sha256) {
                Some(plain) => self.index_page(number, &plain)?,
                None => missing.push(sha256),
            }
        }
        Ok(missing)
    }

    /// Lets the log go on after its last event.
    fn count_events(&self) -> Result<(), CatalogError> {
        let sql = "UPDATE counter SET value = max(value, (SELECT coalesce(max(seq), 0) FROM event))
                   WHERE name = 'event'";
        self.tx.execute(sql, [])?;
        Ok(())
    }
}

fn parse(bytes: &[u8], subject: &'static str) -> Result<Value, CatalogError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|source| CatalogError::Manifest { subject, source })?;
    match value.get("schema").and_then(Value::as_str) {
        Some(schema) if schema == subject => Ok(value),
        _ => Err(CatalogError::Corrupt("schema".to_owned())),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], CatalogError> {
    let rows = value.get(name).and_then(Value::as_array);
    rows.map(Vec::as_slice).ok_or_else(|| CatalogError::Corrupt(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::TwoPersons;
    use crate::finding::Openness;
    use crate::fixture::{Fixture, START, act, counting, described, file, fixture, reading, row, text_sha};
    use crate::query::DossierFilter;
    use crate::search::Markers;
    use sohoa_model::code_list::AccessLevel;
    use sohoa_model::plan::{Target, Unit};

    /// A catalog in which everything happened once.
    fn everything() -> Fixture {
        let f = fixture();
        let mut secret = row("H.5", 1);
        secret.access = Some(AccessLevel::Secret);
        f.list(&[row("H.1", 1), row("H.2", 1), row("H.3", 3), row("H.4", 1), secret, row("H.6", 2)]);
        let target = Target {
            name: "30 %".into(),
            share_ppm: 300_000,
            unit: Unit::Dossiers,
            value_class: "valuable".into(),
            deadline: "2025-12-31".into(),
            counts_below_standard: false,
        };
        f.catalog.set_target(&target, &act("an", 1)).unwrap();
        let receipt = f.catalog.begin_receipt("/scan", &json!({ "jobs": 1 }), &act("bình", 1)).unwrap();
        f.to_signed(&["H.1", "H.2", "lạ"]);
        f.catalog.finish_receipt(receipt, &act("bình", 6)).unwrap();
        f.catalog.accept("H.1", &json!(["0001"]), TwoPersons::Required, &act("chi", 7)).unwrap();
        f.catalog.reject("H.2", "mờ", &act("chi", 7)).unwrap();
        let mut again = file("H.2", "H.2/0001.jpg", 1);
        again.sha256 = Sha256::of(b"sharper");
        f.take(&again);
        for name in ["10", "9"] {
            f.take(&file("H.3", &format!("H.3/tờ {name}.jpg"), 1));
        }
        let page = f.catalog.pages("H.1").unwrap()[0].id;
        let read = reading("bệnh viện tỉnh");
        f.catalog.record_reading(page, &read, text_sha(&read), &act("bình", 8)).unwrap();
        let document = f.catalog.dossier("H.3").unwrap().documents[0].id;
        for (subject, is_done) in [("bản nháp", false), ("V/v quản lý hộ tịch", true)] {
            f.catalog.record_description(document, &described(subject), is_done, &act("an", 8)).unwrap();
        }
        f.catalog.hold("H.4", "chờ", &act("an", 8)).unwrap();
        f.catalog.clear("H.4", "được phép", &act("an", 8)).unwrap();
        let mut retitled = row("H.3", 3);
        retitled.title = "Địa bạ 地簿".into();
        let mut secret = row("H.5", 1);
        secret.access = Some(AccessLevel::Secret);
        f.list(&[row("H.1", 1), row("H.2", 1), retitled, row("H.4", 1), secret]);
        f
    }

    fn write_manifests(f: &Fixture) -> Vec<Manifest> {
        let mut all = Vec::new();
        for code in f.catalog.dossiers_with_stale_manifest().unwrap() {
            let manifest = f.catalog.manifest(&code, &act("bình", 9)).unwrap();
            f.catalog.record_manifest(&manifest).unwrap();
            all.push(manifest);
        }
        let manifest = f.catalog.archive_manifest(&act("bình", 9)).unwrap();
        f.catalog.record_manifest(&manifest).unwrap();
        all.push(manifest);
        assert!(f.catalog.dossiers_with_stale_manifest().unwrap().is_empty());
        assert!(!f.catalog.archive_manifest_is_stale().unwrap());
        assert!(f.catalog.open_intents().unwrap().is_empty());
        all
    }

    #[test]
    fn a_catalog_comes_back_from_its_manifests() {
        let f = everything();
        let mut manifests = write_manifests(&f);
        assert_eq!(manifests.len(), 7, "five captured or decided on, one held, the archive");
        let copy = Catalog::create_empty(&f.folder.path().join("again.sqlite"), counting()).unwrap();
        let restore_act = act("an", 99);
        let mut texts: BTreeMap<Sha256, String> = BTreeMap::new();
        let read = reading("bệnh viện tỉnh");
        texts.insert(text_sha(&read), read.text.plain());
        copy.restore_archive(&manifests.pop().unwrap().bytes, &restore_act).unwrap();
        for manifest in manifests.iter().rev() {
            let restored =
                copy.restore_dossier(&manifest.bytes, &mut |sha256| texts.get(sha256).cloned(), &restore_act).unwrap();
            assert_eq!(Some(restored.code), manifest.dossier);
            assert!(restored.missing_texts.is_empty());
        }
        let now = Timestamp(START);
        let all = DossierFilter::default();
        assert_eq!(copy.archive().unwrap(), f.catalog.archive().unwrap());
        assert_eq!(copy.progress(now).unwrap(), f.catalog.progress(now).unwrap());
        assert_eq!(copy.progress(now).unwrap().total.done.dossiers, 1);
        assert_eq!(copy.events(None, 999).unwrap(), f.catalog.events(None, 999).unwrap());
        assert_eq!(copy.dossiers(&all).unwrap(), f.catalog.dossiers(&all).unwrap());
        assert_eq!(copy.inventory_versions().unwrap(), f.catalog.inventory_versions().unwrap());
        assert_eq!(copy.inventory().unwrap(), f.catalog.inventory().unwrap());
        assert_eq!(copy.receipts().unwrap(), f.catalog.receipts().unwrap());
        assert_eq!(copy.vault_references().unwrap(), f.catalog.vault_references().unwrap());
        let found = |c: &Catalog| -> Vec<_> {
            let hits = c.search("benh vien tinh", 99, Markers { open: "<", close: ">" }).unwrap().hits;
            let mut hits: Vec<_> = hits.into_iter().map(|hit| (hit.dossier, hit.page, hit.snippet)).collect();
            hits.sort_by(|a, b| a.0.cmp(&b.0));
            hits
        };
        assert_eq!(found(&copy), found(&f.catalog));
        assert_eq!(found(&copy).len(), 2);
        assert_eq!(copy.search("ho tich", 9, Markers { open: "<", close: ">" }).unwrap().hits.len(), 1);
        for dossier in f.catalog.dossiers(&all).unwrap() {
            let code = &dossier.description.code;
            assert_eq!(copy.dossier(code).unwrap(), f.catalog.dossier(code).unwrap());
            assert_eq!(copy.pages(code).unwrap(), f.catalog.pages(code).unwrap());
            assert_eq!(copy.descriptions(code).unwrap(), f.catalog.descriptions(code).unwrap());
            assert_eq!(copy.decisions(code).unwrap(), f.catalog.decisions(code).unwrap());
            let findings = |c: &Catalog| -> Vec<_> {
                let all = c.findings(Some(code), Openness::All).unwrap();
                all.into_iter().map(|f| (f.finding, f.page, f.closed)).collect()
            };
            assert_eq!(findings(&copy), findings(&f.catalog));
            assert_eq!(copy.is_cleared(code).unwrap(), f.catalog.is_cleared(code).unwrap());
        }
        assert!(copy.dossiers_with_stale_manifest().unwrap().is_empty());
        assert!(!copy.archive_manifest_is_stale().unwrap());
        copy.hold("H.1", "sau khi dựng lại", &restore_act).unwrap();
        assert_eq!(copy.events(None, 1).unwrap()[0].kind, "hold", "the log goes on at its end");
    }

    #[test]
    fn a_manifest_asked_for_again_has_the_same_bytes() {
        let f = everything();
        let first = f.catalog.manifest("H.3", &act("bình", 9)).unwrap();
        assert_eq!(f.catalog.manifest("H.3", &act("chi", 10)).unwrap(), first);
        let text = String::from_utf8(first.bytes.clone()).unwrap();
        assert!(text.find("tờ 9.jpg").is_some() && text.contains("Địa bạ 地簿"));
        f.catalog.hold("H.3", "khác", &act("an", 11)).unwrap();
        let second = f.catalog.manifest("H.3", &act("bình", 12)).unwrap();
        assert_eq!((first.revision, second.revision), (1, 2));
        assert!(f.catalog.record_manifest(&first).is_err(), "another state was drawn for");
        f.catalog.record_manifest(&second).unwrap();
        f.catalog.record_manifest(&second).unwrap();
        assert_eq!(f.catalog.recorded_manifest(Some("H.3")).unwrap(), Some((2, second.sha256)));
        let value: Value = serde_json::from_slice(&second.bytes).unwrap();
        let last = f.catalog.pages("H.3").unwrap()[1].id.to_string();
        assert_eq!(value["pages"][1]["id"], last, "10 comes after 9");
    }

    #[test]
    fn a_manifest_that_is_not_one_is_refused_and_leaves_nothing() {
        let f = everything();
        let manifests = write_manifests(&f);
        let good: Value = serde_json::from_slice(&manifests[0].bytes).unwrap();
        let broken: [(&str, Value); 4] = [
            ("schema", json!("sohoa-dossier/9")),
            ("pages", json!([{ "id": "x" }])),
            ("recorded", json!({})),
            ("dossier", json!({ "id": "../../etc" })),
        ];
        let copy = Catalog::create_empty(&f.folder.path().join("again.sqlite"), counting()).unwrap();
        copy.restore_archive(&manifests[manifests.len() - 1].bytes, &act("an", 99)).unwrap();
        let before = copy.events(None, 999).unwrap();
        for (name, value) in broken {
            let mut bad = good.clone();
            bad[name] = value;
            let bytes = bad.to_string().into_bytes();
            assert!(copy.restore_dossier(&bytes, &mut |_| None, &act("an", 99)).is_err(), "{name}");
        }
        assert!(copy.restore_dossier(b"{", &mut |_| None, &act("an", 99)).is_err());
        assert_eq!(copy.events(None, 999).unwrap(), before);
        let restored = copy.restore_dossier(&manifests[0].bytes, &mut |_| None, &act("an", 99)).unwrap();
        assert_eq!(restored.missing_texts.len(), 1);
    }
}
