//! The vault: masters and renditions by the SHA-256 of their bytes, written once, never changed.
//!
//! An object is acknowledged only after it was synced, dropped from the page cache, read back and re-hashed.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sohoa_model::hash::Hasher;
use sohoa_model::{Cancel, Sha256};

use crate::atomic::{self, AtomicFile};
use crate::disk;
use crate::error::StoreError;
use crate::layout::ArchiveLayout;

const CHUNK: usize = 256 * 1024;

/// The vault of one archive.
#[derive(Debug, Clone)]
pub struct Vault {
    layout: ArchiveLayout,
}

/// An object that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The name of the object.
    pub sha256: Sha256,
    /// Its length.
    pub bytes: u64,
}

impl Vault {
    /// The vault below an archive's folder.
    pub fn new(layout: ArchiveLayout) -> Self {
        Self { layout }
    }

    /// Where an object lies.
    pub fn path(&self, sha256: &Sha256) -> PathBuf {
        self.layout.object(sha256)
    }

    /// Whether an object of this name is there (its bytes are not looked at).
    pub fn contains(&self, sha256: &Sha256) -> bool {
        self.path(sha256).is_file()
    }

    /// Opens an object for reading.
    pub fn open(&self, sha256: &Sha256) -> Result<File, StoreError> {
        let path = self.path(sha256);
        File::open(&path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => StoreError::Missing(*sha256),
            _ => StoreError::read(path, e),
        })
    }

    /// Begins an object whose bytes are written bit by bit.
    pub fn begin(&self) -> Result<AtomicFile, StoreError> {
        AtomicFile::begin(&self.layout.vault())
    }

    /// Ends an object begun with [`Vault::begin`]: hashes what is on disk and makes it durable under that name.
    pub fn finish(&self, mut file: AtomicFile) -> Result<Stored, StoreError> {
        let temporary = file.path().to_owned();
        io::Seek::rewind(&mut file).map_err(|e| StoreError::read(&temporary, e))?;
        let stored = hash_reader(&mut file, &temporary, &Cancel::new())?;
        self.settle(file, stored)
    }

    /// Stores bytes that are at hand.
    pub fn put(&self, bytes: &[u8]) -> Result<Stored, StoreError> {
        let stored = Stored { sha256: Sha256::of(bytes), bytes: bytes.len() as u64 };
        if self.verify(&stored.sha256).is_ok() {
            return Ok(stored);
        }
        let mut file = self.begin()?;
        file.write_all(bytes).map_err(|e| StoreError::write(self.path(&stored.sha256), e))?;
        self.settle(file, stored)
    }

    /// Copies a file into the vault; the source is only read.
    pub fn put_file(&self, source: &Path, cancel: &Cancel) -> Result<Stored, StoreError> {
        let (file, stored) = self.copy_in(source, cancel)?;
        self.settle(file, stored)
    }

    /// Copies a file that was hashed before into the vault; `None`, and nothing is left, if its bytes are others now.
    pub fn put_file_unchanged(
        &self,
        source: &Path,
        expected: &Sha256,
        cancel: &Cancel,
    ) -> Result<Option<Stored>, StoreError> {
        let (file, stored) = self.copy_in(source, cancel)?;
        if stored.sha256 != *expected {
            return Ok(None);
        }
        self.settle(file, stored).map(Some)
    }

    fn copy_in(&self, source: &Path, cancel: &Cancel) -> Result<(AtomicFile, Stored), StoreError> {
        let mut input = open_regular(source)?;
        let mut file = self.begin()?;
        let mut hasher = Hasher::new();
        let mut buffer = vec![0; CHUNK];
        loop {
            if cancel.is_requested() {
                return Err(StoreError::Cancelled);
            }
            let n = input.read(&mut buffer).map_err(|e| StoreError::read(source, e))?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            file.write_all(&buffer[..n]).map_err(|e| StoreError::write(file.path(), e))?;
        }
        Ok((file, Stored { bytes: hasher.bytes(), sha256: hasher.finish() }))
    }

    /// Gives a written file its name, and reads it back before it is acknowledged.
    fn settle(&self, file: AtomicFile, stored: Stored) -> Result<Stored, StoreError> {
        let path = self.path(&stored.sha256);
        if path.exists() && self.verify(&stored.sha256).is_ok() {
            // Whoever gave it this name may have died before the name was durable.
            path.parent().map_or(Ok(()), atomic::sync_folder)?;
            return Ok(stored);
        }
        if let Some(folder) = path.parent() {
            atomic::make_folder(folder)?;
        }
        file.protect()?;
        file.commit(&path)?;
        let written = File::open(&path).map_err(|e| StoreError::read(&path, e))?;
        disk::drop_from_page_cache(&written);
        self.verify(&stored.sha256)?;
        Ok(stored)
    }

    /// Reads an object and compares its digest with its name; returns its length.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not there, [`StoreError::Torn`] if its bytes have changed.
    pub fn verify(&self, sha256: &Sha256) -> Result<u64, StoreError> {
        let path = self.path(sha256);
        let mut file = self.open(sha256)?;
        let found = hash_reader(&mut file, &path, &Cancel::new())?;
        if found.sha256 != *sha256 {
            return Err(StoreError::Torn { path, expected: *sha256, found: found.sha256 });
        }
        Ok(found.bytes)
    }

    /// The whole of a small object, re-hashed while it is read.
    pub fn read(&self, sha256: &Sha256, limit: u64) -> Result<Vec<u8>, StoreError> {
        let path = self.path(sha256);
        let mut bytes = Vec::new();
        self.open(sha256)?
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|e| StoreError::read(&path, e))?;
        if bytes.len() as u64 > limit {
            return Err(StoreError::read(path, io::Error::other(format!("larger than {limit} bytes"))));
        }
        let found = Sha256::of(&bytes);
        if found != *sha256 {
            return Err(StoreError::Torn { path, expected: *sha256, found });
        }
        Ok(bytes)
    }

    /// Removes an object that nothing names; only for what an unfinished intent left behind.
    pub fn discard(&self, sha256: &Sha256) -> Result<(), StoreError> {
        let path = self.path(sha256);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(StoreError::write(path, e)),
            _ => Ok(()),
        }
    }

    /// The names of all objects, in their order; files with other names are given apart, as paths.
    pub fn objects(&self) -> Result<(Vec<Sha256>, Vec<PathBuf>), StoreError> {
        let (mut objects, mut strangers) = (Vec::new(), Vec::new());
        let root = self.layout.vault();
        for folder in entries(&root)? {
            if folder == self.layout.manifests() {
                continue;
            }
            if !folder.is_dir() {
                strangers.push(folder);
                continue;
            }
            for path in entries(&folder)? {
                let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
                match name.parse::<Sha256>() {
                    Ok(sha256) if self.path(&sha256) == path => objects.push(sha256),
                    _ => strangers.push(path),
                }
            }
        }
        Ok((objects, strangers))
    }

    /// Removes what dead processes left half-written anywhere in the vault; returns how many files.
    pub fn sweep(&self) -> Result<u32, StoreError> {
        Ok(atomic::sweep(&self.layout.vault())? + atomic::sweep(&self.layout.manifests())?)
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = Vec::new();
    match fs::read_dir(folder) {
        Ok(found) => {
            for entry in found {
                paths.push(entry.map_err(|e| StoreError::read(folder, e))?.path());
            }
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(StoreError::read(folder, e)),
    }
    paths.sort();
    Ok(paths)
}

/// Hashes everything from here to the end.
fn hash_reader(reader: &mut impl Read, path: &Path, cancel: &Cancel) -> Result<Stored, StoreError> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        if cancel.is_requested() {
            return Err(StoreError::Cancelled);
        }
        match reader.read(&mut buffer).map_err(|e| StoreError::read(path, e))? {
            0 => return Ok(Stored { bytes: hasher.bytes(), sha256: hasher.finish() }),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// The digest and length of a file outside the vault, read as a stream.
pub fn hash_file(path: &Path, cancel: &Cancel) -> Result<Stored, StoreError> {
    let mut file = open_regular(path)?;
    hash_reader(&mut file, path, cancel)
}

/// Opens a file outside the vault for reading; what has become a pipe or a device since it was listed is an error, and
/// nobody waits for it.
pub fn open_regular(path: &Path) -> Result<File, StoreError> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(|e| StoreError::read(path, e))?;
    match file.metadata() {
        Ok(facts) if facts.is_file() => Ok(file),
        Ok(_) => Err(StoreError::read(path, io::Error::other("it is no regular file"))),
        Err(e) => Err(StoreError::read(path, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> (tempfile::TempDir, Vault) {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::new(ArchiveLayout::new(folder.path()));
        (folder, vault)
    }

    #[test]
    fn an_object_is_named_by_its_bytes_and_reads_back() {
        let (folder, vault) = vault();
        let source = folder.path().join("tờ 1.jpg");
        fs::write(&source, b"pixels").unwrap();
        let stored = vault.put_file(&source, &Cancel::new()).unwrap();
        assert_eq!(stored, vault.put(b"pixels").unwrap());
        assert_eq!(stored.sha256, Sha256::of(b"pixels"));
        assert_eq!(vault.read(&stored.sha256, 100).unwrap(), b"pixels");
        assert_eq!(vault.objects().unwrap(), (vec![stored.sha256], vec![]));
        assert!(vault.read(&stored.sha256, 3).is_err());
    }

    #[test]
    fn a_changed_byte_is_reported_and_a_put_heals_it() {
        let (_folder, vault) = vault();
        let stored = vault.put(b"pixels").unwrap();
        assert!(fs::metadata(vault.path(&stored.sha256)).unwrap().permissions().readonly());
        fs::remove_file(vault.path(&stored.sha256)).unwrap();
        fs::write(vault.path(&stored.sha256), b"pixelZ").unwrap();
        assert!(matches!(vault.verify(&stored.sha256), Err(StoreError::Torn { .. })));
        vault.put(b"pixels").unwrap();
        assert_eq!(vault.verify(&stored.sha256).unwrap(), 6);
        assert!(matches!(vault.verify(&Sha256::of(b"other")), Err(StoreError::Missing(_))));
    }

    #[test]
    fn a_file_that_changed_since_it_was_hashed_is_not_stored() {
        let (folder, vault) = vault();
        let source = folder.path().join("tờ 1.jpg");
        fs::write(&source, b"pixels").unwrap();
        let expected = Sha256::of(b"pixels");
        fs::write(&source, b"other pixels").unwrap();
        assert_eq!(vault.put_file_unchanged(&source, &expected, &Cancel::new()).unwrap(), None);
        assert_eq!(vault.objects().unwrap(), (vec![], vec![]));
        fs::write(&source, b"pixels").unwrap();
        assert_eq!(vault.put_file_unchanged(&source, &expected, &Cancel::new()).unwrap().unwrap().sha256, expected);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_waits_for_a_pipe() {
        let (folder, vault) = vault();
        let pipe = folder.path().join("tờ 1.jpg");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(matches!(hash_file(&pipe, &Cancel::new()), Err(StoreError::Read { .. })));
        assert!(matches!(vault.put_file(&pipe, &Cancel::new()), Err(StoreError::Read { .. })));
    }

    #[test]
    fn a_stopped_copy_leaves_nothing() {
        let (folder, vault) = vault();
        let source = folder.path().join("a");
        fs::write(&source, b"pixels").unwrap();
        let cancel = Cancel::new();
        cancel.request();
        assert!(matches!(vault.put_file(&source, &cancel), Err(StoreError::Cancelled)));
        assert_eq!(vault.objects().unwrap(), (vec![], vec![]));
    }
}
