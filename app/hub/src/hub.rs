//! A hub at work: its connections, its keys, its limits; shared by all requests, and nothing in it outlives the process.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::{Engine, prelude::BASE64_STANDARD};
use sohoa_model::Timestamp;
use sohoa_wire::nonce::NonceSecret;
use sohoa_wire::{Hash, ProblemKind, SecretKey};
use sqlx_postgres::PgPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::Refusal;
use crate::database::{self, DatabaseError, rows};
use crate::marker::{Marker, MarkerError};
use crate::metrics::Metrics;
use crate::refusal::chain_of;
use crate::settings::Settings;
use crate::store::{Store, StoreError};

/// Transactions of batches at once: more only adds waiting.
const INGESTS: usize = 4;
/// Bodies in memory at once, of at most 8 MiB each.
const BODIES: usize = 16;
/// Masters that are made into pictures at once: each may take half a gigabyte.
const PICTURES: usize = 2;
/// Passwords that are compared at once: each takes 19 MiB.
const PASSWORDS: usize = 2;
/// Searches and tables at once: each may read much, and PostgreSQL has the stations to serve as well.
const LOOKS: usize = 4;
/// Seconds that a statement of a search or list may take.
pub const LOOK_S: u32 = 8;
/// How long one waits for its turn.
const LOOK_PATIENCE: Duration = Duration::from_secs(15);
/// Requests of one station at once.
const REQUESTS_OF_A_STATION: usize = 4;

/// A hub at work.
#[derive(Debug)]
pub struct Hub {
    /// Its settings.
    pub settings: Settings,
    /// PostgreSQL.
    pub pool: PgPool,
    /// Files and batch bodies.
    pub store: Store,
    /// What it signs with.
    pub key: SecretKey,
    /// The secret that all hubs of the group share.
    pub nonces: NonceSecret,
    /// Number of the database.
    pub generation: u32,
    /// What it counted since it was started.
    pub metrics: Metrics,
    /// The turns of transactions.
    pub ingests: Semaphore,
    /// The turns of bodies.
    pub bodies: Semaphore,
    /// The turns of pictures.
    pub pictures: Arc<Semaphore>,
    /// The turns of passwords.
    pub passwords: Semaphore,
    /// The turns of searches and tables.
    pub looks: Semaphore,
    stations: Mutex<BTreeMap<i32, Arc<Semaphore>>>,
}

/// Why a hub cannot work.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is not the one of the database.
    #[error(transparent)]
    Marker(#[from] MarkerError),
    /// The key file cannot be read or made.
    #[error("the key file {0} cannot be used")]
    Key(PathBuf, #[source] std::io::Error),
    /// The key file holds no key.
    #[error("the key file {0} does not hold a key of 32 bytes in base64")]
    KeyText(PathBuf),
    /// The secret of nonces in the database is not one: with a guessed one anybody could make nonces.
    #[error("the database holds no secret of 32 bytes for nonces")]
    NonceSecret,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
}

impl Hub {
    /// Connects to everything.
    pub async fn open(settings: Settings) -> Result<Self, HubError> {
        let pool = database::connect(&settings.database).await?;
        database::check_schema(&pool).await?;
        let (generation, secret): (i32, Vec<u8>) = rows("SELECT generation, nonce_secret FROM hub")
            .fetch_one(&pool)
            .await
            .map_err(DatabaseError::Statement)?;
        let secret: [u8; 32] = secret.try_into().map_err(|_| HubError::NonceSecret)?;
        let store = Store::open(&settings.store)?;
        match Marker::ensure(&pool, &store).await {
            // It may come back; until then nothing is taken.
            Err(MarkerError::Store(error)) => {
                tracing::warn!(
                    cause = chain_of(&error),
                    "the store does not answer, so nobody knows whether it is the one"
                )
            }
            marked => drop(marked?),
        }
        Ok(Self {
            store,
            key: read_key(&settings.key_file)?,
            nonces: NonceSecret::new(secret),
            generation: generation.unsigned_abs(),
            metrics: Metrics::default(),
            ingests: Semaphore::new(INGESTS),
            bodies: Semaphore::new(BODIES),
            pictures: Arc::new(Semaphore::new(PICTURES)),
            passwords: Semaphore::new(PASSWORDS),
            looks: Semaphore::new(LOOKS),
            stations: Mutex::default(),
            pool,
            settings,
        })
    }

    /// The hub's clock.
    pub fn now(&self) -> Timestamp {
        now()
    }

    /// A turn of a search or table; who looks waits for it.
    pub async fn look(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let late = |_| {
            Refusal::new(ProblemKind::Unavailable).detail("too much is searched at once").said(
                "Máy chủ đang bận tìm kiếm và lập bảng cho người khác. Hãy thử lại sau ít phút.",
                "The hub is busy with searches and tables of others. Try again in a few minutes.",
            )
        };
        let turn = tokio::time::timeout(LOOK_PATIENCE, self.looks.acquire()).await.map_err(late)?;
        turn.map_err(|error| Refusal::new(ProblemKind::Unavailable).because(error))
    }

    /// A turn of a station; one that asks for too much at once is told to wait.
    pub fn turn(&self, station_no: i32) -> Result<OwnedSemaphorePermit, Refusal> {
        let mut stations = self.stations.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = stations.entry(station_no).or_insert_with(|| Arc::new(Semaphore::new(REQUESTS_OF_A_STATION)));
        Arc::clone(turns).try_acquire_owned().map_err(|_| Refusal::new(ProblemKind::TooManyRequests))
    }
}

/// The present moment.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Random bytes of the system.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Sixteen random hexadecimal digits: what makes a key one that was never used before.
pub fn random_digits() -> Result<String, getrandom::Error> {
    Ok(format!("{:016x}", u64::from_be_bytes(random()?)))
}

/// The same for a request.
pub fn random_name() -> Result<String, Refusal> {
    random_digits().map_err(|error| Refusal::new(ProblemKind::Internal).because(HubError::Random(error)))
}

/// A key of the store for a file; what is random makes it one that was never used before.
pub fn file_key(digest: Hash, random: &str) -> String {
    let name = digest.to_string();
    format!("f/{}/{name}.{random}", &name[..2])
}

/// Makes the key file if it is not there; says whether it was made.
pub fn ensure_key(path: &Path) -> Result<bool, HubError> {
    if path.exists() {
        read_key(path)?;
        return Ok(false);
    }
    let secret: [u8; 32] = random().map_err(HubError::Random)?;
    let failed = |error| HubError::Key(path.to_owned(), error);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    writeln!(file, "{}", BASE64_STANDARD.encode(secret)).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(true)
}

/// Reads the key file.
pub fn read_key(path: &Path) -> Result<SecretKey, HubError> {
    let text = fs::read_to_string(path).map_err(|error| HubError::Key(path.to_owned(), error))?;
    let bytes = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(|bytes| SecretKey::from_bytes(&bytes)).ok_or_else(|| HubError::KeyText(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub.key");
        assert!(ensure_key(&path).unwrap());
        let key = read_key(&path).unwrap().public();
        assert!(!ensure_key(&path).unwrap());
        assert_eq!(read_key(&path).unwrap().public(), key);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, "x").unwrap();
        assert!(matches!(ensure_key(&path), Err(HubError::KeyText(_))));
    }
}
