//! Scan profiles in the catalog: how a kind of paper is scanned, under a name that people choose.

use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use sohoa_model::Act;

use crate::error::CatalogError;
use crate::{Catalog, column};

impl Catalog {
    /// Sets a profile; one of this name is replaced.
    pub fn set_scan_profile(&self, name: &str, settings: &Value, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            let sql = "INSERT OR REPLACE INTO scan_profile VALUES (?1, ?2)";
            w.tx.execute(sql, params![name, crate::event::canonical(settings)])?;
            w.event("scan profile", None, &json!({ "set": name, "settings": settings }), act)?;
            Ok(())
        })
    }

    /// Removes a profile.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] if there is none of this name.
    pub fn remove_scan_profile(&self, name: &str, act: &Act) -> Result<(), CatalogError> {
        self.write(|w| {
            if w.tx.execute("DELETE FROM scan_profile WHERE name = ?1", [name])? == 0 {
                return Err(CatalogError::Unknown { noun: "scan profile", id: name.to_owned() });
            }
            w.event("scan profile", None, &json!({ "removed": name }), act)?;
            Ok(())
        })
    }

    /// The settings of a profile.
    ///
    /// # Errors
    /// [`CatalogError::Unknown`] if there is none of this name.
    pub fn scan_profile(&self, name: &str) -> Result<Value, CatalogError> {
        let connection = self.read();
        let sql = "SELECT settings FROM scan_profile WHERE name = ?1";
        let text: Option<String> = connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?;
        let unknown = || CatalogError::Unknown { noun: "scan profile", id: name.to_owned() };
        let value = serde_json::from_str(&text.ok_or_else(unknown)?).map_err(|_| column::corrupt("settings"))?;
        Ok(value)
    }

    /// All profiles by name.
    pub fn scan_profiles(&self) -> Result<Vec<(String, Value)>, CatalogError> {
        let connection = self.read();
        let mut statement = connection.prepare_cached("SELECT name, settings FROM scan_profile ORDER BY name")?;
        let profiles = statement.query_map([], |row| {
            let settings = serde_json::from_str(&row.get::<_, String>("settings")?);
            Ok((row.get("name")?, settings.map_err(|_| column::corrupt("settings"))?))
        })?;
        Ok(profiles.collect::<Result<_, _>>()?)
    }
}
