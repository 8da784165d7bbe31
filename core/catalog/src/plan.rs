//! The plan in the catalog: targets by name; a target that is set again replaces the one of its name.

use rusqlite::params;
use serde_json::json;
use sohoa_model::Act;
use sohoa_model::plan::{Target, Unit};

use crate::error::CatalogError;
use crate::{Catalog, column};

impl Catalog {
    /// Sets a target.
    pub fn set_target(&self, target: &Target, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            w.tx.execute(
                "INSERT OR REPLACE INTO target VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    target.name,
                    target.share_ppm,
                    target.unit.word(),
                    target.value_class,
                    target.deadline,
                    target.counts_below_standard
                ],
            )?;
            let detail = json!({
                "set": target.name, "share_ppm": target.share_ppm, "unit": target.unit.word(),
                "value_class": target.value_class, "deadline": target.deadline,
                "counts_below_standard": target.counts_below_standard,
            });
            w.event("plan", None, &detail, act)?;
            Ok(())
        })
    }

    /// Removes a target.
    pub fn remove_target(&self, name: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            if w.tx.execute("DELETE FROM target WHERE name = ?1", [name])? == 0 {
                return Err(CatalogError::Unknown { noun: "target", id: name.to_owned() });
            }
            w.event("plan", None, &json!({ "removed": name }), act)?;
            Ok(())
        })
    }

    /// The targets, by deadline and name.
    pub fn targets(&self) -> Result<Vec<Target>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT * FROM target ORDER BY deadline, name")?;
        let targets = statement.query_map([], |row| {
            Ok(Target {
                name: row.get("name")?,
                share_ppm: row.get("share_ppm")?,
                unit: column::word(row, "unit", Unit::from_word)?,
                value_class: row.get("value_class")?,
                deadline: row.get("deadline")?,
                counts_below_standard: row.get("counts_below_standard")?,
            })
        })?;
        Ok(targets.collect::<Result<_, _>>()?)
    }
}
