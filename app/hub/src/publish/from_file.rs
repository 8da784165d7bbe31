//! Records that the hub publishes, made from the files that people keep: an inventory as a table, profiles and accounts as
//! TOML. Everything is checked before anything is published, so that no station is the first to find a mistake.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use argon2::password_hash::phc::PasswordHash;
use bytes::Bytes;
use serde::Deserialize;
use sohoa_describe::inventory::{self, InventoryError};
use sohoa_wire::body::{self, Body};
use sohoa_wire::moment::Moment;
use sohoa_wire::record::RecordError;
use sohoa_wire::{FileRef, Hash, Record, RecordId, limits};
use sqlx_postgres::PgPool;

use crate::database::{sql, value};
use crate::hub;
use crate::store::{Store, StoreError};

/// Rows that are named in an error.
const NAMED: usize = 5;
/// What a profile may say.
const PROFILE: [&str; 6] = ["device", "source", "mode", "dpi", "paper", "blank_backs"];
const ROLES: [&str; 3] = ["archivist", "supervisor", "administrator"];

/// Why a file is not published.
#[derive(Debug, thiserror::Error)]
pub enum FromFileError {
    /// It can't be read.
    #[error("{0} cannot be read")]
    Read(PathBuf, #[source] std::io::Error),
    /// It is no inventory.
    #[error("the file is no inventory")]
    Inventory(#[from] InventoryError),
    /// Rows of an inventory can't be taken.
    #[error("{count} rows cannot be taken: {first}")]
    Rows {
        /// How many.
        count: usize,
        /// The first of them, with column and reason.
        first: String,
    },
    /// It is not TOML of this kind. The cause would quote the line, where a password or its digest may stand, and what fails
    /// is written down.
    #[error("the file is not understood: line {line}: {what}")]
    Toml {
        /// The line, from 1.
        line: usize,
        /// What is wrong, without what stands there.
        what: String,
    },
    /// A profile says what profiles do not.
    #[error("the profile {name} says {key}; known are {}", PROFILE.join(", "))]
    Setting {
        /// Which profile.
        name: String,
        /// What.
        key: String,
    },
    /// An account has no known role.
    #[error("the account {name} needs roles of {}", ROLES.join(", "))]
    Role {
        /// Whose.
        name: String,
    },
    /// An account has no password, or one that is not kept by Argon2id.
    #[error("the account {name} needs a password_hash of Argon2id, or a person of this login at the hub")]
    Password {
        /// Whose.
        name: String,
    },
    /// There is no such unit.
    #[error("there is no unit {0}")]
    UnknownUnit(String),
    /// Two stations that tell of the same dossiers would count them twice.
    #[error("the unit has several stations: an inventory goes to one of them; say which with --station")]
    SeveralStations,
    /// A record is longer than records may be.
    #[error("an entry is too long")]
    Record(#[from] RecordError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// The store cannot keep the file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    profile: Vec<ProfileEntry>,
}

#[derive(Deserialize)]
struct ProfileEntry {
    name: String,
    #[serde(flatten)]
    settings: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    account: Vec<AccountEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    login: String,
    name: String,
    roles: Vec<String>,
    password_hash: Option<String>,
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, FromFileError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        // A value of the wrong kind is named in quotation marks of one kind or the other; a field that is not known may be told.
        let marks = if error.message().starts_with("invalid") { &['"', '`'][..] } else { &['"'][..] };
        let what = match (error.message().find(marks), error.message().rfind(marks)) {
            (Some(first), Some(last)) => format!("{}…{}", &error.message()[..=first], &error.message()[last..]),
            _ => error.message().to_owned(),
        };
        FromFileError::Toml { line: before.matches('\n').count() + 1, what }
    })
}

/// Scan profiles: `[[profile]]` with `name` and what it sets.
pub fn profiles(text: &str) -> Result<Vec<Vec<u8>>, FromFileError> {
    let profiles: Profiles = read(text)?;
    let mut lines = Vec::new();
    for ProfileEntry { name, settings } in profiles.profile {
        if let Some(key) = settings.keys().find(|key| !PROFILE.contains(&key.as_str())) {
            return Err(FromFileError::Setting { name, key: key.clone() });
        }
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        let settings = settings.into_iter().map(|(key, value)| (key, text(value))).collect();
        lines.push(line(&body::Profile { name, settings }, Vec::new())?);
    }
    Ok(lines)
}

/// Accounts: `[[account]]` with `login`, `name`, `roles` and `password_hash`; without one, that of the hub's person is taken.
pub async fn accounts(pool: &PgPool, text: &str) -> Result<Vec<Vec<u8>>, FromFileError> {
    let accounts: Accounts = read(text)?;
    let mut lines = Vec::new();
    for AccountEntry { login, name, roles, password_hash, active } in accounts.account {
        if roles.is_empty() || roles.iter().any(|role| !ROLES.contains(&role.as_str())) {
            return Err(FromFileError::Role { name });
        }
        let password_hash = match password_hash {
            None if active => {
                value("SELECT password_hash FROM person WHERE login = $1").bind(&login).fetch_optional(pool).await?
            }
            given => given,
        };
        let is_argon2 = |hash: &String| PasswordHash::new(hash).is_ok_and(|hash| hash.algorithm.as_str() == "argon2id");
        if active && !password_hash.as_ref().is_some_and(is_argon2) {
            return Err(FromFileError::Password { name });
        }
        lines.push(line(&body::Account { login, name, password_hash, roles, active }, Vec::new())?);
    }
    Ok(lines)
}

/// An inventory: its rows are stored as the unit's file, and its record names them as the next version.
pub async fn inventory(
    pool: &PgPool,
    store: &Store,
    unit: &str,
    is_for_one: bool,
    path: &Path,
) -> Result<Vec<Vec<u8>>, FromFileError> {
    let title = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = std::fs::read(path).map_err(|error| FromFileError::Read(path.to_owned(), error))?;
    let parsed = inventory::parse(&title, &bytes)?;
    if !parsed.refused.is_empty() {
        let row =
            |row: &sohoa_model::inventory::RowRefusal| format!("row {} ({}: {})", row.row, row.column, row.reason);
        let first: Vec<String> = parsed.refused.iter().take(NAMED).map(row).collect();
        return Err(FromFileError::Rows { count: parsed.refused.len(), first: first.join(", ") });
    }
    let unit_no: Option<i32> =
        value("SELECT unit_no FROM unit WHERE code = $1").bind(unit).fetch_optional(pool).await?;
    let unit_no = unit_no.ok_or_else(|| FromFileError::UnknownUnit(unit.to_owned()))?;
    let stations: i64 =
        value("SELECT count(*) FROM station WHERE unit_no = $1 AND NOT revoked").bind(unit_no).fetch_one(pool).await?;
    if stations > 1 && !is_for_one {
        return Err(FromFileError::SeveralStations);
    }
    let version: i32 = value(
        "SELECT 1 + coalesce(max((line::jsonb -> 'body' ->> 'version')::int), 0) FROM feed \
         WHERE unit_no = $1 AND line::jsonb ->> 'kind' = 'inventory'",
    )
    .bind(unit_no)
    .fetch_one(pool)
    .await?;
    let (sha256, length) = (Hash::of(&bytes), bytes.len() as u64);
    debug_assert!(length <= limits::FEED_FILE_BYTES, "what is parsed is no longer");
    let is_here: bool = value("SELECT EXISTS (SELECT FROM file WHERE sha256 = $1 AND unit_no = $2 AND state = 0)")
        .bind(sha256.0.as_slice())
        .bind(unit_no)
        .fetch_one(pool)
        .await?;
    if !is_here {
        let key = hub::file_key(sha256, &hub::random_digits().map_err(FromFileError::Random)?);
        store.put(&key, Bytes::from(bytes)).await?;
        sql("INSERT INTO file (sha256, unit_no, key, bytes) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (sha256, unit_no) DO UPDATE SET key = excluded.key, state = 0")
        .bind(sha256.0.as_slice())
        .bind(unit_no)
        .bind(&key)
        .bind(i64::try_from(length).unwrap_or(i64::MAX))
        .execute(pool)
        .await?;
    }
    let body = body::Inventory { version: version.unsigned_abs(), title, rows: parsed.rows.len() as u64 };
    Ok(vec![line(&body, vec![FileRef { sha256, bytes: length, role: "rows".to_owned() }])?])
}

/// A record of the hub that has just been made, as a line.
pub(crate) fn line<B: Body>(body: &B, files: Vec<FileRef>) -> Result<Vec<u8>, FromFileError> {
    let at = hub::now();
    let milliseconds = u64::try_from(at.0).unwrap_or(0);
    let random = hub::random().map_err(FromFileError::Random)?;
    let id = RecordId(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid());
    Ok(Record::new(id, 1, Moment(at), body)?.with_files(files).line()?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_and_what_no_profile_says_is_refused() {
        let lines = profiles("[[profile]]\nname = 'bản đồ'\ndpi = 300\nsource = 'flatbed'\n").unwrap();
        let record = Record::read(&lines[0]).unwrap();
        let body: body::Profile = record.body().unwrap();
        assert_eq!((body.name.as_str(), body.settings["dpi"].as_str()), ("bản đồ", "300"));
        let wrong = profiles("[[profile]]\nname = 'x'\ncolour = 'red'\n");
        assert!(matches!(wrong, Err(FromFileError::Setting { key, .. }) if key == "colour"));
        assert!(matches!(profiles("profile = 3"), Err(FromFileError::Toml { line: 1, .. })));
    }

    #[test]
    fn what_is_not_understood_is_told_by_its_line_and_never_quoted() {
        let head = "[[account]]\nlogin = 'lan'\nname = 'Lan'\nroles = ['archivist']\n";
        for (line, word) in [
            ("password = 'bí mật'", "unknown field `password`"),
            ("password_hash = '$bí mật", "string"),
            ("active = 'bí \" mật'", "expected a boolean"),
            ("password_hash = bí mật", ""),
            ("password_hash = 19750430", "expected a string"),
        ] {
            let error = read::<Accounts>(&format!("{head}{line}\n")).err().expect("it is wrong");
            assert!(matches!(error, FromFileError::Toml { line: 5, .. }), "{error:?}");
            let told = crate::refusal::chain_of(&error);
            assert!(told.contains(word) && !told.contains("bí") && !told.contains("mật"), "{told}");
            assert!(!told.contains("1975"), "{told}");
        }
    }
}
