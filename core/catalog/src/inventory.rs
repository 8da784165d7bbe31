//! The inventory in the catalog: versions of the list of what exists, the denominator of every share.
//!
//! A row stands from one version to another; the current rows are copied into the dossiers, so that progress is
//! answered from dossiers alone. A dossier is never removed: one that is no longer listed counts for nothing.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use serde_json::json;
use sohoa_model::code_list::AccessLevel;
use sohoa_model::ids::DossierId;
use sohoa_model::inventory::{InventoryChange, InventoryRow};
use sohoa_model::{Act, Sha256, Timestamp};

use crate::column::{self, DESCRIPTION, Id};
use crate::error::CatalogError;
use crate::{Catalog, Writing};

/// Why a dossier that the inventory calls secret is held before anything is scanned.
pub const HOLD_SECRET: &str = "access-level-secret";

/// The finding of a dossier that no inventory lists.
pub const NOT_IN_INVENTORY: &str = "not-in-inventory";

/// A version of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryVersion {
    /// Its number, from 1.
    pub version: u32,
    /// The name of the file it came from.
    pub source_name: String,
    /// The hash of that file.
    pub source: Sha256,
    /// When it came.
    pub at: Timestamp,
    /// Number of dossiers it lists.
    pub rows: u32,
}

impl Catalog {
    /// Takes the rows of an inventory as its new version and says what that changes; the same rows again change nothing.
    ///
    /// `missing_fields` says how many mandatory fields a row lacks.
    pub fn import_inventory(
        &self,
        source_name: &str,
        source: Sha256,
        rows: &[InventoryRow],
        missing_fields: impl Fn(&InventoryRow) -> u32,
        act: &Act,
    ) -> Result<InventoryChange, CatalogError> {
        self.write(|w| {
            let mut old = w.current_rows()?;
            let last: u32 =
                w.tx.query_row("SELECT coalesce(max(version), 0) FROM inventory_version", [], |row| row.get(0))?;
            let mut change = InventoryChange { version: last + 1, ..InventoryChange::default() };
            let mut new: BTreeMap<String, InventoryRow> = BTreeMap::new();
            for row in rows {
                let code = column::code(&row.code);
                new.entry(code.clone()).or_insert_with(|| InventoryRow { code, ..row.clone() });
            }
            w.tx.execute(
                "INSERT INTO inventory_version VALUES (?1, ?2, ?3, ?4, ?5)",
                params![change.version, source_name, source.0, act.at.0, u32::try_from(new.len()).unwrap_or(u32::MAX)],
            )?;
            for (code, row) in &new {
                let missing = missing_fields(row);
                match old.remove(code) {
                    Some((before, lacked)) if before == *row => {
                        change.unchanged += 1;
                        if lacked != missing {
                            w.set_missing(code, missing, act)?;
                        }
                    }
                    Some((before, _)) => {
                        w.end_row(code, last)?;
                        w.insert_row(row, missing, change.version)?;
                        w.apply_row(row, missing, Some(&before), act)?;
                        change.changed.push((code.clone(), differences(&before, row)));
                    }
                    None => {
                        w.insert_row(row, missing, change.version)?;
                        w.apply_row(row, missing, None, act)?;
                        change.added.push(code.clone());
                    }
                }
            }
            for code in old.into_keys() {
                w.end_row(&code, last)?;
                w.unlist(&code, act)?;
                change.removed.push(code);
            }
            if change.added.is_empty() && change.changed.is_empty() && change.removed.is_empty() && last > 0 {
                w.tx.execute("DELETE FROM inventory_version WHERE version = ?1", [change.version])?;
                change.version = last;
                return Ok(change);
            }
            let detail = json!({
                "version": change.version, "source": source_name, "sha256": source.to_string(), "rows": new.len(),
                "added": change.added.len(), "changed": change.changed.len(), "removed": change.removed.len(),
            });
            w.event("inventory", None, &detail, act)?;
            Ok(change)
        })
    }

    /// What taking these rows as a new version would change; nothing is written.
    pub fn preview_inventory(&self, rows: &[InventoryRow]) -> Result<InventoryChange, CatalogError> {
        let last = self.inventory_versions()?.last().map_or(0, |version| version.version);
        let mut old: BTreeMap<String, InventoryRow> =
            self.inventory()?.into_iter().map(|row| (row.code.clone(), row)).collect();
        let mut change = InventoryChange::default();
        let mut seen = BTreeSet::new();
        for row in rows {
            let code = column::code(&row.code);
            if !seen.insert(code.clone()) {
                continue;
            }
            let row = InventoryRow { code: code.clone(), ..row.clone() };
            match old.remove(&code) {
                Some(before) if before == row => change.unchanged += 1,
                Some(before) => change.changed.push((code, differences(&before, &row))),
                None => change.added.push(code),
            }
        }
        change.added.sort();
        change.changed.sort();
        change.removed = old.into_keys().collect();
        let is_same = change.added.is_empty() && change.changed.is_empty() && change.removed.is_empty();
        change.version = if is_same && last > 0 { last } else { last + 1 };
        Ok(change)
    }

    /// The versions of the inventory, oldest first.
    pub fn inventory_versions(&self) -> Result<Vec<InventoryVersion>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare("SELECT * FROM inventory_version ORDER BY version")?;
        let versions = statement.query_map([], |row| {
            Ok(InventoryVersion {
                version: row.get("version")?,
                source_name: row.get("source_name")?,
                source: column::hash(row, "source_sha256")?,
                at: column::moment(row, "at_ms")?,
                rows: row.get("row_count")?,
            })
        })?;
        Ok(versions.collect::<Result<_, _>>()?)
    }

    /// The rows of the current inventory, sorted by code.
    pub fn inventory(&self) -> Result<Vec<InventoryRow>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare("SELECT * FROM inventory_row WHERE version_to IS NULL ORDER BY code")?;
        let rows = statement.query_map([], column::description)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Writing<'_> {
    fn current_rows(&self) -> Result<BTreeMap<String, (InventoryRow, u32)>, CatalogError> {
        let mut statement = self.tx.prepare("SELECT * FROM inventory_row WHERE version_to IS NULL")?;
        let rows = statement.query_map([], |row| {
            let description = column::description(row)?;
            Ok((description.code.clone(), (description, row.get("missing_fields")?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn insert_row(&self, row: &InventoryRow, missing: u32, version: u32) -> Result<(), CatalogError> {
        let sql = format!(
            "INSERT INTO inventory_row (code, version_from, missing_fields, {DESCRIPTION}) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
        );
        let values = column::description_values(row);
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&row.code, &version, &missing];
        all.extend(values.iter().map(|value| &**value));
        self.tx.prepare_cached(&sql)?.execute(&all[..])?;
        Ok(())
    }

    fn end_row(&self, code: &str, last: u32) -> Result<(), CatalogError> {
        let sql = "UPDATE inventory_row SET version_to = ?2 WHERE code = ?1 AND version_to IS NULL";
        self.tx.prepare_cached(sql)?.execute(params![code, last])?;
        Ok(())
    }

    fn set_missing(&self, code: &str, missing: u32, act: &Act) -> Result<(), CatalogError> {
        let sql = "UPDATE inventory_row SET missing_fields = ?2 WHERE code = ?1 AND version_to IS NULL";
        self.tx.execute(sql, params![code, missing])?;
        self.tx.execute("UPDATE dossier SET missing_fields = ?2 WHERE code = ?1", params![code, missing])?;
        let dossier = self.dossier_id(code)?;
        self.conclude("description", dossier, &json!({ "missing_fields": missing }), act)?;
        Ok(())
    }

    /// Copies a row of the inventory into its dossier, which is made if need be.
    fn apply_row(
        &self,
        row: &InventoryRow,
        missing: u32,
        before: Option<&InventoryRow>,
        act: &Act,
    ) -> Result<(), CatalogError> {
        let known = crate::query::find_dossier(&self.tx, &row.code)?;
        let dossier = match known {
            Some(dossier) => dossier,
            None => self.insert_dossier(&row.code, act.at)?,
        };
        self.describe(dossier, row, missing)?;
        if known.is_some() {
            let condition = "dossier = ?4 AND code = ?5";
            self.close_where(condition, &[&dossier.bytes(), &NOT_IN_INVENTORY], "listed by an inventory", act)?;
            self.outdate_documents(dossier)?;
        }
        let secret = |row: &InventoryRow| row.access == Some(AccessLevel::Secret);
        if secret(row) && !before.is_some_and(secret) {
            self.insert_hold(dossier, HOLD_SECRET, act)?;
            self.conclude("hold", dossier, &json!({ "reason": HOLD_SECRET }), act)?;
        } else if known.is_some() && self.has_own_record(dossier)? {
            let fields = before.map(|before| differences(before, row));
            self.conclude("inventory", dossier, &json!({ "listed": true, "changed": fields }), act)?;
        }
        // Without pages, holds or decisions there is nothing to count: the dossier is `planned` as it was made.
        Ok(())
    }

    /// Writes a description into a dossier and makes it findable.
    pub(crate) fn describe(&self, dossier: DossierId, row: &InventoryRow, missing: u32) -> Result<(), CatalogError> {
        let sql = format!(
            "UPDATE dossier SET listed = 1, missing_fields = ?2, ({DESCRIPTION}) = \
             (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) WHERE id = ?1"
        );
        let values = column::description_values(row);
        let id = dossier.bytes();
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&id, &missing];
        all.extend(values.iter().map(|value| &**value));
        self.tx.prepare_cached(&sql)?.execute(&all[..])?;
        self.index_dossier(dossier)
    }

    fn unlist(&self, code: &str, act: &Act) -> Result<(), CatalogError> {
        let dossier = self.dossier_id(code)?;
        self.tx.execute("UPDATE dossier SET listed = 0 WHERE id = ?1", [dossier.bytes()])?;
        if self.has_own_record(dossier)? {
            self.conclude("inventory", dossier, &json!({ "listed": false }), act)?;
        } else {
            self.refresh(dossier, act)?;
        }
        Ok(())
    }

    /// Whether a dossier is more than a row of the inventory, so that its changes belong into its own events.
    fn has_own_record(&self, dossier: DossierId) -> Result<bool, CatalogError> {
        let sql = "SELECT pages > 0 OR change > 0 OR manifest_revision > 0 FROM dossier WHERE id = ?1";
        Ok(self.tx.prepare_cached(sql)?.query_row([dossier.bytes()], |row| row.get(0))?)
    }
}

/// The names of the fields in which two rows differ.
fn differences(a: &InventoryRow, b: &InventoryRow) -> Vec<String> {
    [
        ("fonds", a.fonds != b.fonds),
        ("series", a.series != b.series),
        ("box", a.box_code != b.box_code),
        ("title", a.title != b.title),
        ("start", a.start != b.start),
        ("end", a.end != b.end),
        ("retention", a.retention != b.retention),
        ("access", a.access != b.access),
        ("paper_file_code", a.paper_file_code != b.paper_file_code),
        ("value_class", a.value_class != b.value_class),
        ("sheets", a.sheets != b.sheets),
        ("pages", a.pages != b.pages),
        ("language", a.language != b.language),
        ("condition", a.condition != b.condition),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name.to_owned())
    .collect()
}
