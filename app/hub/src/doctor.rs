//! The doctor: looks at everything a hub needs and at every station, and says what is not as it should be.

use std::os::unix::fs::PermissionsExt;

use bytes::Bytes;
use serde::Serialize;

use crate::database::{self, rows, value};
use crate::hub;
use crate::quota;
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
pub async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![key(settings), store(settings).await];
    match database::connect(&settings.database).await {
        Ok(pool) => {
            findings.push(match database::check_schema(&pool).await {
                Ok(()) => finding(Weight::Fine, "database", "answers, and its schema is this hub's"),
                Err(error) => finding(Weight::Broken, "database", error),
            });
            if findings.iter().all(|finding| finding.about != "database" || finding.weight == Weight::Fine) {
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
        let found = format!("{waiting} files were uploaded over 30 days ago and are named by no record");
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
    let lost: i64 = value("SELECT count(*) FROM file WHERE state = 1").fetch_one(pool).await?;
    if lost > 0 {
        findings.push(finding(Weight::Broken, "files", format!("{lost} files are lost")));
    }
    Ok(findings)
}
