//! Parts in a folder: files of their own under `staging/<upload>/`, joined under a temporary name and renamed at the end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sohoa_wire::Hash;

use super::Listed;

/// What stands in the name of an object that is being written: `object_store` renames it when it is whole.
const WRITING: char = '#';

/// Makes the place of an upload.
pub(super) async fn begin(folder: &Path, upload: &str) -> io::Result<()> {
    let place = place(folder, upload);
    blocking(move || fs::create_dir_all(place)).await
}

/// Writes a part for good; the answer is its digest, as a bucket would give its ETag.
pub(super) async fn write(folder: &Path, upload: &str, number: u32, bytes: Bytes) -> io::Result<String> {
    let place = place(folder, upload);
    blocking(move || {
        let digest = Hash::of(&bytes).to_string();
        // Under the digest: two hubs that write the same part do not tear each other's.
        let temporary = place.join(format!("{number}.{digest}.temporary"));
        let mut file = File::create(&temporary)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(temporary, place.join(number.to_string()))?;
        Ok(digest)
    })
    .await
}

/// Joins the parts, each of which must still be what was written.
pub(super) async fn join(folder: &Path, key: &str, upload: &str, parts: Vec<String>) -> io::Result<()> {
    let (place, target) = (place(folder, upload), folder.join(key));
    blocking(move || {
        let whole = place.join("whole");
        let mut file = File::create(&whole)?;
        for (number, digest) in parts.iter().enumerate() {
            let bytes = fs::read(place.join(number.to_string()))?;
            if Hash::of(&bytes).to_string() != *digest {
                return Err(io::Error::other("a part was overwritten with other bytes"));
            }
            file.write_all(&bytes)?;
        }
        file.sync_all()?;
        let parent = target.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(parent)?;
        fs::rename(&whole, &target)?;
        File::open(parent)?.sync_all()?;
        fs::remove_dir_all(&place)
    })
    .await
}

/// Forgets the parts.
pub(super) async fn abort(folder: &Path, upload: &str) -> io::Result<()> {
    let place = place(folder, upload);
    blocking(move || match fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
    .await
}

/// The uploads that have a place, and when something last came into it.
pub(super) async fn begun(folder: &Path) -> io::Result<Vec<(String, DateTime<Utc>)>> {
    let staging = folder.join("staging");
    blocking(move || Ok(within(&staging)?.into_iter().map(|found| (found.name, found.at)).collect())).await
}

/// What was being written as an object of a file when its hub died, by its path in the folder.
pub(super) async fn torn(folder: &Path) -> io::Result<Vec<Listed>> {
    let files = folder.join("f");
    blocking(move || {
        let mut torn = Vec::new();
        for place in within(&files)? {
            for found in within(&files.join(&place.name))?.into_iter().filter(|found| found.name.contains(WRITING)) {
                torn.push(Listed { key: format!("f/{}/{}", place.name, found.name), bytes: found.bytes, at: found.at });
            }
        }
        Ok(torn)
    })
    .await
}

/// Removes what [`torn`] found.
pub(super) async fn remove_torn(folder: &Path, key: &str) -> io::Result<()> {
    let path = folder.join(key);
    blocking(move || match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
    .await
}

/// Something in a folder.
struct Found {
    name: String,
    bytes: u64,
    at: DateTime<Utc>,
}

/// What is in a folder; nothing is in one that is not there, or is none.
fn within(folder: &Path) -> io::Result<Vec<Found>> {
    let is_gone = |error: &io::Error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
    let entries = match fs::read_dir(folder) {
        Err(error) if is_gone(&error) => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut all = Vec::new();
    for entry in entries {
        let entry = entry?;
        let metadata = match entry.metadata() {
            // Meanwhile.
            Err(error) if is_gone(&error) => continue,
            metadata => metadata?,
        };
        if let Ok(name) = entry.file_name().into_string() {
            all.push(Found { name, bytes: metadata.len(), at: metadata.modified()?.into() });
        }
    }
    Ok(all)
}

fn place(folder: &Path, upload: &str) -> PathBuf {
    folder.join("staging").join(upload)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
