//! The store: whole objects under keys that are used once, and objects that arrive in parts; a bucket or a folder.
//!
//! A key is never used twice, so an operation that lands late touches only its own object. An object in parts is seen only
//! once it is complete.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{BoxStream, StreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, Checksum};
use object_store::local::LocalFileSystem;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};

use crate::settings::{S3Checksum, S3Settings, StoreSettings};

mod folder_parts;

/// How long a bucket may be silent before a request counts as lost.
const SILENCE: Duration = Duration::from_secs(20);
/// For how long, and how often, a request to a bucket is made again: with the silence of the last one this ends before the
/// lease of a file (60 s) and the patience of a station (90 s).
const AGAIN: Duration = Duration::from_secs(20);
const TIMES: usize = 3;

/// Where bytes are kept.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    parts: Parts,
}

/// An object as a listing tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub bytes: u64,
    /// When it was written, by the clock of the store.
    pub at: DateTime<Utc>,
}

/// How an object arrives in parts.
#[derive(Debug, Clone)]
enum Parts {
    /// By the multipart uploads of S3.
    Bucket(Arc<AmazonS3>),
    /// As files beside each other, joined at the end: a folder has no multipart uploads.
    Folder(PathBuf),
}

/// Why bytes were not stored or found.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The secret key of the bucket cannot be read.
    #[error("the secret key {0} cannot be read")]
    Secret(PathBuf, #[source] std::io::Error),
    /// The folder cannot be made.
    #[error("the folder {0} cannot be made")]
    Folder(PathBuf, #[source] std::io::Error),
    /// The service does not take the key.
    #[error("the bucket refuses the access key: look at access_key, secret_key_file and what the key may do at {key}")]
    Denied {
        /// Which object.
        key: String,
        /// Why.
        #[source]
        source: object_store::Error,
    },
    /// The service has no such bucket.
    #[error("the service has no such bucket: look at bucket, region and endpoint")]
    NoBucket(#[source] object_store::Error),
    /// The service does not know what is asked of it.
    #[error("the service does not know this request; if it has no checksums by SHA-256, set checksum = \"none\"")]
    Unknown(#[source] object_store::Error),
    /// The service or the file system refuses.
    #[error("the store failed at {key}")]
    Object {
        /// Which object.
        key: String,
        /// Why.
        #[source]
        source: object_store::Error,
    },
    /// A part cannot be written or joined.
    #[error("the parts of {key} cannot be stored")]
    Part {
        /// Which object.
        key: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl StoreError {
    /// Whether there is no room left.
    pub fn is_full(&self) -> bool {
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::StorageFull) {
                return true;
            }
            // What a bucket says is text: its quota, or its disk.
            let is_of_bucket = error.is::<object_store::Error>();
            if is_of_bucket && ["QuotaExceeded<", "StorageFull<"].iter().any(|code| error.to_string().contains(code)) {
                return true;
            }
            source = error.source();
        }
        false
    }

    /// Whether there is no such object.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Object { source: object_store::Error::NotFound { .. }, .. })
    }
}

impl Store {
    /// Opens a store.
    pub fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        match settings {
            StoreSettings::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| StoreError::Folder(folder.clone(), error))?;
                let files = LocalFileSystem::new_with_prefix(folder).map_err(failed("the folder"))?.with_fsync(true);
                Ok(Self { objects: Arc::new(files), parts: Parts::Folder(folder.clone()) })
            }
            StoreSettings::S3(settings) => {
                let bucket = Arc::new(bucket(settings)?);
                Ok(Self { objects: Arc::clone(&bucket) as Arc<dyn ObjectStore>, parts: Parts::Bucket(bucket) })
            }
        }
    }

    /// Whether the store answers, changing nothing in it.
    pub async fn answers(&self) -> Result<(), StoreError> {
        match self.get("readiness").await {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    /// Stores a whole object, in one piece or several.
    pub async fn put(&self, key: &str, bytes: impl Into<PutPayload>) -> Result<(), StoreError> {
        self.objects.put(&Path::from(key), bytes.into()).await.map_err(failed(key))?;
        Ok(())
    }

    /// A whole object, in memory.
    pub async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        let found = self.objects.get(&Path::from(key)).await.map_err(failed(key))?;
        found.bytes().await.map_err(failed(key))
    }

    /// An object or a range of it, to be passed on.
    pub async fn open_object(&self, key: &str, range: Option<GetRange>) -> Result<GetResult, StoreError> {
        let options = GetOptions { range, ..GetOptions::default() };
        self.objects.get_opts(&Path::from(key), options).await.map_err(failed(key))
    }

    /// A range of an object, in memory.
    pub async fn read_range(&self, key: &str, range: GetRange) -> Result<Bytes, StoreError> {
        self.open_object(key, Some(range)).await?.bytes().await.map_err(failed(key))
    }

    /// The bytes of an object.
    pub async fn size(&self, key: &str) -> Result<u64, StoreError> {
        Ok(self.objects.head(&Path::from(key)).await.map_err(failed(key))?.size)
    }

    /// Every object below a prefix, in no order; one whose writing was broken off is not seen.
    pub fn list(&self, prefix: &str) -> BoxStream<'static, Result<Listed, StoreError>> {
        let name = prefix.to_owned();
        let objects = self.objects.list(Some(&Path::from(prefix)));
        objects
            .map(move |found| {
                let found = found.map_err(failed(&name))?;
                Ok(Listed { key: found.location.to_string(), bytes: found.size, at: found.last_modified })
            })
            .boxed()
    }

    /// Removes an object; one that is not there counts as removed.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.objects.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(key)(error)),
        }
    }

    /// Begins an object in parts; the answer names the upload.
    pub async fn begin(&self, key: &str, random: &str) -> Result<String, StoreError> {
        match &self.parts {
            Parts::Bucket(bucket) => bucket.create_multipart(&Path::from(key)).await.map_err(failed(key)),
            Parts::Folder(folder) => {
                folder_parts::begin(folder, random).await.map_err(part_failed(key))?;
                Ok(random.to_owned())
            }
        }
    }

    /// Stores a part; the answer is what [`Store::complete`] wants to know of it.
    pub async fn part(&self, key: &str, upload: &str, number: u32, bytes: Bytes) -> Result<String, StoreError> {
        match &self.parts {
            Parts::Bucket(bucket) => {
                let payload = PutPayload::from_bytes(bytes);
                let upload = upload.to_owned();
                let part = bucket.put_part(&Path::from(key), &upload, number as usize, payload).await;
                Ok(part.map_err(failed(key))?.content_id)
            }
            Parts::Folder(folder) => folder_parts::write(folder, upload, number, bytes).await.map_err(part_failed(key)),
        }
    }

    /// Joins the parts to the object, which is seen from now on.
    pub async fn complete(&self, key: &str, upload: &str, parts: Vec<String>) -> Result<(), StoreError> {
        match &self.parts {
            Parts::Bucket(bucket) => {
                let parts = parts.into_iter().map(|content_id| PartId { content_id }).collect();
                bucket.complete_multipart(&Path::from(key), &upload.to_owned(), parts).await.map_err(failed(key))?;
                Ok(())
            }
            Parts::Folder(folder) => folder_parts::join(folder, key, upload, parts).await.map_err(part_failed(key)),
        }
    }

    /// Forgets the parts.
    pub async fn abort(&self, key: &str, upload: &str) -> Result<(), StoreError> {
        match &self.parts {
            Parts::Bucket(bucket) => match bucket.abort_multipart(&Path::from(key), &upload.to_owned()).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(failed(key)(error)),
            },
            Parts::Folder(folder) => folder_parts::abort(folder, upload).await.map_err(part_failed(key)),
        }
    }

    /// The uploads that have parts here, and when the last of them came. A bucket keeps its own by its life-cycle rule, and
    /// tells of none.
    pub async fn begun(&self) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        match &self.parts {
            Parts::Bucket(_) => Ok(Vec::new()),
            Parts::Folder(folder) => folder_parts::begun(folder).await.map_err(part_failed("staging")),
        }
    }

    /// What was being written as an object of a file when its hub died, and is no object: a bucket keeps nothing of that.
    pub async fn torn(&self) -> Result<Vec<Listed>, StoreError> {
        match &self.parts {
            Parts::Bucket(_) => Ok(Vec::new()),
            Parts::Folder(folder) => folder_parts::torn(folder).await.map_err(part_failed("f")),
        }
    }

    /// Removes what [`Store::torn`] found.
    pub async fn remove_torn(&self, key: &str) -> Result<(), StoreError> {
        match &self.parts {
            Parts::Bucket(_) => Ok(()),
            Parts::Folder(folder) => folder_parts::remove_torn(folder, key).await.map_err(part_failed(key)),
        }
    }
}

fn bucket(settings: &S3Settings) -> Result<AmazonS3, StoreError> {
    let secret = std::fs::read_to_string(&settings.secret_key_file)
        .map_err(|error| StoreError::Secret(settings.secret_key_file.clone(), error))?;
    let again = RetryConfig { backoff: BackoffConfig::default(), max_retries: TIMES, retry_timeout: AGAIN };
    // A large file may be passed on for as long as it moves.
    let client = ClientOptions::new().with_timeout_disabled().with_read_timeout(SILENCE);
    let builder = AmazonS3Builder::new()
        .with_client_options(client)
        .with_retry(again)
        // One object is one request: some services have no list of deletions.
        .with_config(AmazonS3ConfigKey::DisableBulkDelete, "true")
        .with_endpoint(&settings.endpoint)
        .with_region(&settings.region)
        .with_bucket_name(&settings.bucket)
        .with_access_key_id(&settings.access_key)
        .with_secret_access_key(secret.trim())
        .with_allow_http(settings.allow_http);
    let builder = match settings.checksum {
        S3Checksum::Sha256 => builder.with_checksum_algorithm(Checksum::SHA256),
        S3Checksum::None => builder,
    };
    builder.build().map_err(failed("the bucket"))
}

fn failed(key: &str) -> impl FnOnce(object_store::Error) -> StoreError {
    use object_store::Error::{Generic, NotFound, PermissionDenied, Unauthenticated};

    let key = key.to_owned();
    move |source| match &source {
        PermissionDenied { .. } | Unauthenticated { .. } => StoreError::Denied { key, source },
        NotFound { source: said, .. } if said.to_string().contains("<Code>NoSuchBucket</Code>") => {
            StoreError::NoBucket(source)
        }
        Generic { source: said, .. } if said.to_string().contains("<Code>NotImplemented</Code>") => {
            StoreError::Unknown(source)
        }
        _ => StoreError::Object { key, source },
    }
}

fn part_failed(key: &str) -> impl FnOnce(std::io::Error) -> StoreError {
    let key = key.to_owned();
    move |source| StoreError::Part { key, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_is_understood() {
        let said = |code: &str| {
            let text = format!("Server returned non-2xx status code: <Error><Code>{code}</Code></Error>");
            failed("f/aa/x.1")(object_store::Error::Generic { store: "S3", source: text.into() })
        };
        assert!(said("QuotaExceeded").is_full() && said("XMinioStorageFull").is_full());
        assert!(!said("SlowDown").is_full() && !said("SlowDown").is_missing());
        assert!(matches!(said("NotImplemented"), StoreError::Unknown(_)));
        assert!(matches!(said("SlowDown"), StoreError::Object { .. }));
    }
}
