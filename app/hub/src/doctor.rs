//! The doctor: looks at everything a hub needs and at every station, and says what is not as it should be.

use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use serde::Serialize;

use crate::database::{self, rows, value};
use crate::fixity::{self, Extent, Looked};
use crate::hub;
use crate::marker::{Marker, MarkerError};
use crate::quota;
use crate::refusal::chain_of;
use crate::settings::Settings;
use crate::store::Store;
use crate::texts;

/// So much is told of what a service said.
const CAUSE_CHARACTERS: usize = 400;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// As it should be.
    Fine,
    /// Somebody should look.
    Look,
    /// The hub cannot work so.
    Broken,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave.
    pub weight: Weight,
    /// What was looked at.
    pub about: String,
    /// What was found.
    pub found: String,
}

/// Looks at everything; nothing is changed but one object that is written, read and removed.
///
/// Files are read again if it is said which, and whether they are marked as lost also where none is there; lost ones are.
pub async fn examine(settings: &Settings, files: Option<(Extent, bool)>) -> Vec<Finding> {
    let mut findings = vec![key(settings), store(settings).await];
    match database::connect(&settings.database).await {
        Ok(pool) => {
            findings.push(match database::check_schema(&pool).await {
                Ok(()) => finding(Weight::Fine, "database", "answers, and its schema is this hub's"),
                Err(error) => finding(Weight::Broken, "database", error),
            });
            if findings.iter().all(|finding| finding.about != "database" || finding.weight == Weight::Fine) {
                if let Some((extent, anyway)) = files {
                    findings.extend(read_again(&pool, settings, extent, anyway).await);
                }
                if let Ok(store) = Store::open(&settings.store)
                    && let Err(error @ (MarkerError::Missing | MarkerError::Foreign)) =
                        Marker::look(&pool, &store).await
                {
                    findings.push(finding(Weight::Broken, "store", error));
                }
                match stations(&pool).await {
                    Ok(found) => findings.extend(found),
                    Err(error) => findings.push(finding(Weight::Broken, "stations", error)),
                }
            }
        }
        Err(error) => findings.push(finding(Weight::Broken, "database", error)),
    }
    findings
}

fn finding(weight: Weight, about: &str, found: impl std::fmt::Display) -> Finding {
    Finding { weight, about: about.to_owned(), found: found.to_string() }
}

fn key(settings: &Settings) -> Finding {
    let path = &settings.key_file;
    if let Err(error) = hub::read_key(path) {
        return finding(Weight::Broken, "key", error);
    }
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            finding(Weight::Look, "key", format!("others may read {}: chmod 600", path.display()))
        }
        Ok(_) => finding(Weight::Fine, "key", "is there, and its owner's alone"),
        Err(error) => finding(Weight::Broken, "key", error),
    }
}

async fn store(settings: &Settings) -> Finding {
    let trial = async {
        let store = Store::open(&settings.store)?;
        let random = hub::random::<8>().map(u64::from_be_bytes).unwrap_or_default();
        let key = format!("doctor/{random:016x}");
        store.put(&key, Bytes::from_static(b"doctor")).await?;
        let same = store.get(&key).await? == "doctor";
        store.delete(&key).await?;
        Ok::<_, crate::store::StoreError>(same)
    };
    match trial.await {
        Ok(true) => finding(Weight::Fine, "store", "writes, reads and removes"),
        Ok(false) => finding(Weight::Broken, "store", "gives back other bytes than were written"),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            // A service may say much, in lines.
            let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
            let cause: String = cause.chars().take(CAUSE_CHARACTERS).collect();
            finding(Weight::Broken, "store", format!("{error}{cause}"))
        }
    }
}

/// Reads files again and says what they are.
async fn read_again(pool: &sqlx_postgres::PgPool, settings: &Settings, extent: Extent, anyway: bool) -> Vec<Finding> {
    let broken = |found: String| finding(Weight::Broken, "files", found);
    let looked = match Store::open(&settings.store) {
        Ok(store) => fixity::look(pool, &store, extent, anyway).await,
        Err(error) => Err(MarkerError::Store(error).into()),
    };
    let Looked { files, bytes, missing, damaged, unreadable, is_elsewhere, whole_again, asked } = match looked {
        Ok(looked) => looked,
        Err(error) => return vec![broken(format!("could not be read to the end: {}", chain_of(&error)))],
    };
    let mut findings = Vec::new();
    let read = format!("{files} were read again, {bytes} bytes");
    findings.push(match (missing + damaged, is_elsewhere) {
        (0, _) => finding(Weight::Fine, "files", format!("{read}: none is missing, none is damaged")),
        (_, false) => broken(format!("{read}: {missing} are missing, {damaged} are damaged")),
        (_, true) => broken(format!(
            "{read}: none of them is in the store. Is it the one of this database? Nothing was marked; if they are lost: --anyway"
        )),
    });
    if whole_again > 0 {
        findings.push(finding(Weight::Fine, "files", format!("{whole_again} that were lost are whole again")));
    }
    if let Some((count, first)) = unreadable {
        let why = chain_of(&first);
        let what = "if the medium is broken there, remove the object and look again, so that stations are asked for it";
        findings.push(broken(format!("{count} could not be read ({why}); {what}")));
    }
    if asked > 0 {
        findings.push(finding(Weight::Look, "files", format!("stations are asked for {asked} that are lost")));
    }
    findings
}

/// A station: name, whether it may speak, days since it was seen, backlog, hours since its log moved, clock.
type Seen = (String, bool, Option<f64>, Option<i64>, Option<f64>, Option<i64>);

async fn stations(pool: &sqlx_postgres::PgPool) -> Result<Vec<Finding>, sqlx_core::Error> {
    let seen: Vec<Seen> = rows(
        "SELECT name, revoked, (extract(epoch FROM now() - seen_at) / 86400)::float8, backlog, \
         (extract(epoch FROM now() - moved_at) / 3600)::float8, skew_ms FROM station ORDER BY station_no",
    )
    .fetch_all(pool)
    .await?;
    let mut findings = Vec::new();
    for (name, revoked, days, backlog, hours, skew) in seen {
        let about = format!("station {name}");
        if revoked {
            findings.push(finding(Weight::Look, &about, "is revoked"));
        }
        match days {
            None => findings.push(finding(Weight::Look, &about, "was never seen")),
            Some(days) if days > 7.0 => {
                findings.push(finding(Weight::Look, &about, format!("was not seen for {days:.0} days")));
            }
            Some(_) => {}
        }
        if backlog.unwrap_or(0) > 0 && hours.is_none_or(|hours| hours > 24.0) {
            findings.push(finding(Weight::Look, &about, "has a backlog, but its log does not move"));
        }
        if skew.unwrap_or(0).abs() > 5 * 60 * 1000 {
            let minutes = skew.unwrap_or(0) / 60_000;
            findings.push(finding(Weight::Look, &about, format!("has a clock that is wrong by {minutes} minutes")));
        }
    }
    let hours: Option<f64> =
        value("SELECT (extract(epoch FROM now() - max(at)) / 3600)::float8 FROM backup").fetch_one(pool).await?;
    match hours {
        None => findings.push(finding(Weight::Look, "backup", "there was none yet: stations forget nothing")),
        Some(hours) if hours > 24.0 => {
            findings.push(finding(Weight::Look, "backup", format!("the last one was {hours:.0} hours ago")));
        }
        Some(_) => findings.push(finding(Weight::Fine, "backup", "is of the last day")),
    }
    let waiting: i64 =
        value("SELECT count(*) FROM staged WHERE touched_at < now() - interval '30 days'").fetch_one(pool).await?;
    if waiting > 0 {
        let found =
            format!("{waiting} files were uploaded over 30 days ago and are named by no record: sohoa-hub collect");
        findings.push(finding(Weight::Look, "files", found));
    }
    let unread: i64 = value("SELECT count(*) FROM text_waiting WHERE tries >= $1 AND taken_until < now()")
        .bind(texts::TRIES)
        .fetch_one(pool)
        .await?;
    if unread > 0 {
        let found = format!("{unread} texts of pages could not be read from the store and are not searched");
        findings.push(finding(Weight::Look, "texts", found));
    }
    for unit in quota::uses(pool, None).await? {
        let Some(quota) = unit.quota else { continue };
        let found = format!("has {} of {quota} bytes", unit.bytes);
        // Stations wait when it is used up: somebody should know before.
        let weight = if unit.bytes / 9 >= quota / 10 { Weight::Look } else { Weight::Fine };
        findings.push(finding(weight, &format!("unit {}", unit.name), found));
    }
    let lost: i64 = value("SELECT count(*) FROM lost_file WHERE mended_at IS NULL").fetch_one(pool).await?;
    if lost > 0 {
        findings.push(finding(Weight::Broken, "files", format!("{lost} files are lost")));
    }
    Ok(findings)
}
