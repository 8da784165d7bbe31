//! Backup and restore of the database: what a finished backup holds is *stable*, and a restored database is a new
//! generation, so that nobody takes its older heads for the newer ones they were.
//!
//! The dump and the heads are of one snapshot. A backup counts only when it was read back to its end and its digest lies
//! beside it. Files and batch bodies lie in the store, which is copied by its own means; the hub's key is in neither.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use sohoa_model::hash::Hasher;
use sohoa_wire::Hash;
use sohoa_wire::moment::Moment;
use sqlx_postgres::PgPool;

use crate::database::{self, DatabaseError, rows, sql, value};
use crate::hub;
use crate::settings::Settings;

/// What lies beside a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `sohoa-hub-backup/1`.
    pub format: String,
    /// Name of the dump.
    pub dump: String,
    /// Its digest.
    pub sha256: Hash,
    /// Its bytes.
    pub bytes: u64,
    /// Number of the database.
    pub generation: u32,
    /// When it was begun.
    pub at: Moment,
}

const FORMAT: &str = "sohoa-hub-backup/1";

/// Why there is no backup, or nothing is restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A program of PostgreSQL cannot be started.
    #[error("{0} cannot be started")]
    Start(PathBuf, #[source] io::Error),
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Which.
        program: PathBuf,
        /// Its last words.
        said: String,
    },
    /// A file cannot be read or written.
    #[error("{0} cannot be read or written")]
    File(PathBuf, #[source] io::Error),
    /// The manifest is not one.
    #[error("{0} is not the manifest of a backup")]
    Manifest(PathBuf),
    /// The dump is not the one of the manifest.
    #[error("{0} was changed since it was made")]
    Damaged(PathBuf),
    /// There is something in the database already.
    #[error("the database is not empty: restore into a new one")]
    NotEmpty,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Statement(#[from] sqlx_core::Error),
}

/// Makes a backup in a folder and reads it back; only then is what it holds stable. The answer is its manifest's path.
pub async fn backup(pool: &PgPool, settings: &Settings, folder: &Path) -> Result<PathBuf, BackupError> {
    fs::create_dir_all(folder).map_err(|error| BackupError::File(folder.to_owned(), error))?;
    let at = hub::now();
    let mut transaction = pool.begin().await?;
    sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *transaction).await?;
    // The dump may take longer than the hub lets a transaction be idle.
    sql("SET LOCAL idle_in_transaction_session_timeout = 0").execute(&mut *transaction).await?;
    let snapshot: String = value("SELECT pg_export_snapshot()").fetch_one(&mut *transaction).await?;
    let heads: Vec<(i32, i64)> =
        rows("SELECT station_no, seq FROM station ORDER BY station_no").fetch_all(&mut *transaction).await?;
    let generation: i32 = value("SELECT generation FROM hub").fetch_one(&mut *transaction).await?;
    let name = format!("hub-{generation}-{}.dump", at.0);
    let (dump, part) = (folder.join(&name), folder.join(format!("{name}.part")));
    let argument = format!("--snapshot={snapshot}");
    let arguments =
        [argument.as_ref(), "--format=custom".as_ref(), "--no-owner".as_ref(), "--file".as_ref(), part.as_os_str()];
    run(settings, "pg_dump", &arguments, Database::Named).await?;
    transaction.rollback().await?;
    let written = |error| BackupError::File(part.clone(), error);
    File::open(&part).and_then(|file| file.sync_all()).map_err(written)?;
    // To the end: a dump that cannot be unpacked is none.
    run(settings, "pg_restore", &["--file=/dev/null".as_ref(), part.as_os_str()], Database::None).await?;
    let (sha256, bytes) = digest(&part)?;
    fs::rename(&part, &dump).map_err(written)?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        dump: name.clone(),
        sha256,
        bytes,
        generation: generation.unsigned_abs(),
        at: Moment(at),
    };
    let path = dump.with_extension("json");
    let text = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    let failed = |error| BackupError::File(path.clone(), error);
    fs::write(&path, text).map_err(failed)?;
    File::open(&path).and_then(|file| file.sync_all()).map_err(failed)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    let (stations, positions): (Vec<i32>, Vec<i64>) = heads.into_iter().unzip();
    let mut transaction = pool.begin().await?;
    sql("INSERT INTO backup (at, name, sha256, bytes) VALUES (to_timestamp($1::float8 / 1000), $2, $3, $4)")
        .bind(at.0)
        .bind(&name)
        .bind(sha256.0.as_slice())
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
    sql("UPDATE station s SET stable_seq = b.seq FROM unnest($1::int[], $2::bigint[]) AS b(station_no, seq) \
         WHERE s.station_no = b.station_no AND s.stable_seq < b.seq")
    .bind(&stations)
    .bind(&positions)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(path)
}

/// Restores a backup into an empty database; the answer is the new generation.
pub async fn restore(pool: &PgPool, settings: &Settings, path: &Path) -> Result<u32, BackupError> {
    let text = fs::read(path).map_err(|error| BackupError::File(path.to_owned(), error))?;
    let manifest: Option<Manifest> = serde_json::from_slice(&text).ok();
    let is_name = |manifest: &Manifest| manifest.format == FORMAT && !manifest.dump.contains(['/', '\\']);
    let manifest = manifest.filter(is_name).ok_or_else(|| BackupError::Manifest(path.to_owned()))?;
    let dump = path.with_file_name(&manifest.dump);
    if digest(&dump)? != (manifest.sha256, manifest.bytes) {
        return Err(BackupError::Damaged(dump));
    }
    let tables: i64 = value(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'public'",
    )
    .fetch_one(pool)
    .await?;
    if tables > 0 {
        return Err(BackupError::NotEmpty);
    }
    let arguments =
        ["--single-transaction".as_ref(), "--exit-on-error".as_ref(), "--no-owner".as_ref(), dump.as_os_str()];
    run(settings, "pg_restore", &arguments, Database::Named).await?;
    database::check_schema(pool).await?;
    let secret: [u8; 32] = hub::random().map_err(BackupError::Random)?;
    let mut transaction = pool.begin().await?;
    let generation: i32 = value("UPDATE hub SET generation = generation + 1, nonce_secret = $1 RETURNING generation")
        .bind(secret.as_slice())
        .fetch_one(&mut *transaction)
        .await?;
    // The heads are those of a backup, which is there.
    sql("UPDATE station SET stable_seq = seq").execute(&mut *transaction).await?;
    // What was uploaded but not named may have been taken back since: it is asked for again.
    sql("DELETE FROM upload").execute(&mut *transaction).await?;
    sql("DELETE FROM staged").execute(&mut *transaction).await?;
    // What was mended since is lost again, and stations have heard of it once: they are asked anew.
    sql("UPDATE lost_file SET asked_at = NULL WHERE mended_at IS NULL").execute(&mut *transaction).await?;
    sql("DELETE FROM session").execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(generation.unsigned_abs())
}

/// Whether a program is told the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Database {
    Named,
    None,
}

/// Runs a program of PostgreSQL; a password goes by its environment, where other users of the machine do not see it.
async fn run(
    settings: &Settings,
    name: &str,
    arguments: &[&std::ffi::OsStr],
    database: Database,
) -> Result<(), BackupError> {
    let program = settings.postgresql_programs.as_ref().map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
    let mut command = Command::new(&program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    if database == Database::Named {
        let (address, password) = without_password(&settings.database);
        command.arg("--dbname").arg(address);
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
    }
    let started = program.clone();
    let output = tokio::task::spawn_blocking(move || command.output()).await.map_err(io::Error::other);
    let output = output.and_then(|output| output).map_err(|error| BackupError::Start(started, error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned();
    Err(BackupError::Program { program, said })
}

/// An address of PostgreSQL without its password, and the password.
fn without_password(address: &str) -> (String, Option<String>) {
    let plain = || (address.to_owned(), None);
    let Some((scheme, rest)) = address.split_once("://") else { return plain() };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let Some((user, host)) = authority.rsplit_once('@') else { return plain() };
    let Some((user, password)) = user.split_once(':') else { return plain() };
    (format!("{scheme}://{user}@{host}{path}"), Some(percent_decoded(password)))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.filter(|_| *first == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digest(path: &Path) -> Result<(Hash, u64), BackupError> {
    let failed = |error| BackupError::File(path.to_owned(), error);
    let mut hasher = Hasher::new();
    let bytes = io::copy(&mut File::open(path).map_err(failed)?, &mut hasher).map_err(failed)?;
    Ok((hasher.finish().into(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_go_by_the_command_line() {
        for (address, plain, password) in [
            ("postgres:///sohoa?host=/run/postgresql", "postgres:///sohoa?host=/run/postgresql", None),
            ("postgres://sohoa@db/sohoa", "postgres://sohoa@db/sohoa", None),
            ("postgres://sohoa:p%40ss%2@db:5433/sohoa", "postgres://sohoa@db:5433/sohoa", Some("p@ss%2")),
            ("postgres://sohoa:x@db", "postgres://sohoa@db", Some("x")),
        ] {
            assert_eq!(without_password(address), (plain.to_owned(), password.map(ToOwned::to_owned)), "{address}");
        }
    }
}
