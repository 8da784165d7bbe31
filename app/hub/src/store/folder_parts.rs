//! Parts in a folder: files of their own under `staging/<upload>/`, joined under a temporary name and renamed at the end.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sohoa_wire::Hash;

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

fn place(folder: &Path, upload: &str) -> PathBuf {
    folder.join("staging").join(upload)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
