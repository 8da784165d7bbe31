//! What a hub publishes takes effect through the verbs that people use: a list becomes a version of the inventory, a profile
//! is kept under its name, an account may sign in. The archive is opened under the hub's name, so events say who it was.

use std::collections::BTreeMap;
use std::path::Path;

use argon2::password_hash::phc::PasswordHash;
use serde_json::json;
use sohoa_model::Cancel;

use crate::accounts::{Account, Role};
use crate::archive::Archive;
use crate::error::PipelineError;
use crate::inventory;
use crate::progress::Silent;
use crate::scan::{self, Profile};

/// Imports the rows of an inventory, named as the hub named them; gives how many rows were refused.
pub fn inventory(archive: &Archive, name: &str, rows: &Path) -> Result<usize, PipelineError> {
    let outcome = inventory::import_named(archive, rows, name, &Cancel::new(), &Silent)?;
    Ok(outcome.parsed.refused.len())
}

/// Keeps a scan profile; what its texts leave out is as usual.
pub fn profile(archive: &Archive, name: &str, texts: &BTreeMap<String, String>) -> Result<(), PipelineError> {
    let profile = read_profile(texts).map_err(|(key, known)| PipelineError::record(name, format!("{key}: {known}")))?;
    scan::set_profile(archive, name, &profile)
}

/// Lets somebody sign in with the password whose hash the hub sent, or no more.
pub fn account(
    archive: &mut Archive,
    name: &str,
    roles: &[String],
    password_hash: Option<&str>,
    is_active: bool,
) -> Result<(), PipelineError> {
    let mut settings = archive.latest_settings()?;
    settings.people.accounts.retain(|account| account.name != name);
    if !is_active {
        archive.replace_settings(settings)?;
        archive.catalog().log("account removed", None, &json!({ "name": name }), &archive.act())?;
        return Ok(());
    }
    let hash = password_hash.ok_or_else(|| PipelineError::record(name, "no password for a station"))?;
    let parsed = PasswordHash::new(hash).map_err(|error| PipelineError::record(name, error))?;
    if parsed.algorithm.as_str() != "argon2id" {
        return Err(PipelineError::record(name, "a password that is not kept by Argon2id"));
    }
    let roles: Result<Vec<Role>, String> = roles.iter().map(|role| role.parse()).collect();
    let role = roles.map_err(|known| PipelineError::record(name, known))?.into_iter().max();
    let role = role.ok_or_else(|| PipelineError::record(name, "no role"))?;
    settings.people.accounts.push(Account { name: name.to_owned(), role, password: hash.to_owned() });
    settings.people.accounts.sort_by(|a, b| a.name.cmp(&b.name));
    archive.replace_settings(settings)?;
    archive.catalog().log("account set", None, &json!({ "name": name, "role": role.word() }), &archive.act())?;
    Ok(())
}

/// The profile that texts say; the key that is not understood, with what would be, if one is not.
fn read_profile(texts: &BTreeMap<String, String>) -> Result<Profile, (String, String)> {
    let mut profile = Profile::default();
    for (key, text) in texts {
        let wrong = |known: &str| (key.clone(), known.to_owned());
        match key.as_str() {
            "device" => profile.device = Some(text.clone()),
            "source" => profile.settings.source = text.parse().map_err(|known: String| wrong(&known))?,
            "mode" => profile.settings.mode = text.parse().map_err(|known: String| wrong(&known))?,
            "blank_backs" => profile.blank_backs = text.parse().map_err(|known: String| wrong(&known))?,
            "dpi" => {
                let dpi = text.parse::<f64>().ok().filter(|dpi| (50.0..=2_400.0).contains(dpi));
                profile.settings.dpi = dpi.ok_or_else(|| wrong("50–2400"))?;
            }
            "paper" => {
                let side = |text: &str| text.parse::<f64>().ok().filter(|side| (10.0..=2_000.0).contains(side));
                let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
                profile.settings.paper = sides.ok_or_else(|| wrong("210x297"))?;
            }
            _ => return Err(wrong("device, source, mode, dpi, paper, blank_backs")),
        }
    }
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[(&str, &str)]) -> Result<Profile, (String, String)> {
        read_profile(&texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_profile_is_understood_whole_or_not_at_all() {
        let profile =
            read(&[("source", "flatbed"), ("dpi", "300"), ("paper", "297x420"), ("blank_backs", "leave-out")]);
        let profile = profile.unwrap();
        assert_eq!((profile.settings.dpi, profile.settings.paper), (300.0, (297.0, 420.0)));
        assert_eq!(read(&[]).unwrap(), Profile::default());
        for (key, text) in [("dpi", "1e9"), ("dpi", "NaN"), ("paper", "a4"), ("source", "tray"), ("colour", "red")] {
            assert_eq!(read(&[(key, text)]).unwrap_err().0, key, "{text}");
        }
    }
}
