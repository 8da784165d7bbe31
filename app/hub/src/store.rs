//! The store: whole objects under keys that are used once, and objects that arrive in parts; a bucket or a folder.
//!
//! A key is never used twice, so an operation that lands late touches only its own object. An object in parts is seen only
//! once it is complete.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::local::LocalFileSystem;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt, PutPayload};

use crate::settings::{S3Settings, StoreSettings};

mod folder_parts;

/// Where bytes are kept.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    parts: Parts,
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

    /// Stores a whole object.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.objects.put(&Path::from(key), PutPayload::from_bytes(bytes)).await.map_err(failed(key))?;
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

    /// The bytes of an object.
    pub async fn size(&self, key: &str) -> Result<u64, StoreError> {
        Ok(self.objects.head(&Path::from(key)).await.map_err(failed(key))?.size)
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
            Parts::Bucket(bucket) => {
                bucket.abort_multipart(&Path::from(key), &upload.to_owned()).await.map_err(failed(key))
            }
            Parts::Folder(folder) => folder_parts::abort(folder, upload).await.map_err(part_failed(key)),
        }
    }
}

fn bucket(settings: &S3Settings) -> Result<AmazonS3, StoreError> {
    let secret = std::fs::read_to_string(&settings.secret_key_file)
        .map_err(|error| StoreError::Secret(settings.secret_key_file.clone(), error))?;
    AmazonS3Builder::new()
        .with_endpoint(&settings.endpoint)
        .with_region(&settings.region)
        .with_bucket_name(&settings.bucket)
        .with_access_key_id(&settings.access_key)
        .with_secret_access_key(secret.trim())
        .with_allow_http(settings.allow_http)
        .with_checksum_algorithm(Checksum::SHA256)
        .build()
        .map_err(failed("the bucket"))
}

fn failed(key: &str) -> impl FnOnce(object_store::Error) -> StoreError {
    let key = key.to_owned();
    move |source| StoreError::Object { key, source }
}

fn part_failed(key: &str) -> impl FnOnce(std::io::Error) -> StoreError {
    let key = key.to_owned();
    move |source| StoreError::Part { key, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn a_whole_object_is_kept_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreSettings::Folder(folder.path().to_owned())).unwrap();
        run(async {
            store.put("f/aa/x.1", Bytes::from_static(b"abc")).await.unwrap();
            assert_eq!(store.get("f/aa/x.1").await.unwrap(), "abc");
            assert_eq!(store.size("f/aa/x.1").await.unwrap(), 3);
            store.delete("f/aa/x.1").await.unwrap();
            store.delete("f/aa/x.1").await.unwrap();
            assert!(store.get("f/aa/x.1").await.unwrap_err().is_missing());
        });
    }

    #[test]
    fn an_object_in_parts_is_seen_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreSettings::Folder(folder.path().to_owned())).unwrap();
        run(async {
            let upload = store.begin("f/aa/x.2", "0123456789abcdef").await.unwrap();
            let mut parts = Vec::new();
            for (number, text) in ["ab", "cd", "e"].into_iter().enumerate() {
                let number = u32::try_from(number).unwrap();
                // A part that comes twice is there once.
                store.part("f/aa/x.2", &upload, number, Bytes::from_static(b"??")).await.unwrap();
                parts.push(store.part("f/aa/x.2", &upload, number, Bytes::from_static(text.as_bytes())).await.unwrap());
                assert!(store.get("f/aa/x.2").await.unwrap_err().is_missing());
            }
            store.complete("f/aa/x.2", &upload, parts).await.unwrap();
            assert_eq!(store.get("f/aa/x.2").await.unwrap(), "abcde");
            store.abort("f/aa/x.2", &upload).await.unwrap();
            assert_eq!(store.get("f/aa/x.2").await.unwrap(), "abcde");
            assert_eq!(std::fs::read_dir(folder.path().join("staging")).unwrap().count(), 0, "nothing is left over");
        });
    }

    #[test]
    fn a_part_that_was_overwritten_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreSettings::Folder(folder.path().to_owned())).unwrap();
        run(async {
            let upload = store.begin("f/aa/x.3", "0123456789abcdef").await.unwrap();
            let first = store.part("f/aa/x.3", &upload, 0, Bytes::from_static(b"ab")).await.unwrap();
            store.part("f/aa/x.3", &upload, 0, Bytes::from_static(b"xy")).await.unwrap();
            assert!(store.complete("f/aa/x.3", &upload, vec![first]).await.is_err());
            assert!(store.get("f/aa/x.3").await.unwrap_err().is_missing());
        });
    }
}
