//! An atomic file: written beside its target under a temporary name, checked, synced, renamed, its folder synced.
//!
//! After [`AtomicFile::commit`] the file is there for good; before it, nothing is. A process that dies in between leaves
//! a temporary file whose name starts with [`TEMPORARY_PREFIX`], which the next start sweeps away.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sohoa_model::crash;

use crate::error::StoreError;
use crate::lock;

/// Temporary files carry this prefix, then the name of the process; no safe name starts with a dot.
pub const TEMPORARY_PREFIX: &str = ".new-";

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A file on its way to its name. Dropped without [`commit`](Self::commit), it leaves nothing behind.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    temporary: PathBuf,
    written: u64,
    done: bool,
}

impl AtomicFile {
    /// Begins a file in `folder`, which is made if need be.
    pub fn begin(folder: &Path) -> Result<Self, StoreError> {
        make_folder(folder)?;
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{TEMPORARY_PREFIX}{}-{number}", lock::this_process()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&temporary)
            .map_err(|e| StoreError::write(&temporary, e))?;
        crash::point("store.temp-created");
        Ok(Self { file, temporary, written: 0, done: false })
    }

    /// The temporary path, for a worker process that reads what was written so far.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Takes what another library wrote under [`path`](Self::path) for what is to be there.
    ///
    /// # Errors
    /// [`StoreError::Write`] if the length can't be asked for.
    pub fn written_by_others(&mut self) -> Result<(), StoreError> {
        self.written = self.file.metadata().map_err(|e| StoreError::write(&self.temporary, e))?.len();
        Ok(())
    }

    /// Takes the right to write away from everybody, so that no program changes the file in place, through whatever link.
    pub fn protect(&self) -> Result<(), StoreError> {
        let fail = |e| StoreError::write(&self.temporary, e);
        let mut permissions = self.file.metadata().map_err(fail)?.permissions();
        permissions.set_readonly(true);
        self.file.set_permissions(permissions).map_err(fail)
    }

    /// Lets nobody but the owner read it.
    pub fn keep_private(&self) -> Result<(), StoreError> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let private = fs::Permissions::from_mode(0o600);
            self.file.set_permissions(private).map_err(|e| StoreError::write(&self.temporary, e))?;
        }
        Ok(())
    }

    /// Makes the file durable under `target`, replacing what is there.
    ///
    /// # Errors
    /// [`StoreError::Write`] if the length on disk is not what was written, or if a sync or the rename fails.
    pub fn commit(mut self, target: &Path) -> Result<(), StoreError> {
        crash::point("store.temp-written");
        let fail = |e| StoreError::write(target, e);
        let length = self.file.metadata().map_err(fail)?.len();
        if length != self.written {
            let short = io::Error::other(format!("{length} bytes on disk instead of {}", self.written));
            return Err(StoreError::write(target, short));
        }
        self.file.sync_all().map_err(fail)?;
        crash::point("store.temp-synced");
        fs::rename(&self.temporary, target).map_err(fail)?;
        self.done = true;
        crash::point("store.renamed");
        if let Some(folder) = target.parent() {
            sync_folder(folder)?;
        }
        crash::point("store.folder-synced");
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        let position = self.file.stream_position()?;
        self.written = self.written.max(position);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for AtomicFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Writes a whole small file durably.
pub fn write(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = AtomicFile::begin(folder)?;
    file.write_all(bytes).map_err(|e| StoreError::write(target, e))?;
    file.commit(target)
}

/// Makes a folder and its parents, each durable in its own parent.
pub fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|p| !p.as_os_str().is_empty()) {
        make_folder(parent)?;
        match fs::create_dir(folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(StoreError::write(folder, e)),
            _ => {}
        }
        return sync_folder(parent);
    }
    fs::create_dir_all(folder).map_err(|e| StoreError::write(folder, e))
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        let folder_or_here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder_or_here).and_then(|f| f.sync_all()).map_err(|e| StoreError::write(folder, e))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Removes temporary files in one folder that belong to no living process; returns how many.
pub fn sweep(folder: &Path) -> Result<u32, StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(StoreError::read(folder, e)),
    };
    let mut swept = 0;
    for entry in entries {
        let entry = entry.map_err(|e| StoreError::read(folder, e))?;
        let name = entry.file_name();
        let Some(owner) = name.to_str().and_then(|n| n.strip_prefix(TEMPORARY_PREFIX)) else { continue };
        if owner.split('-').next().is_some_and(lock::is_alive) {
            continue;
        }
        fs::remove_file(entry.path()).map_err(|e| StoreError::write(entry.path(), e))?;
        swept += 1;
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a/b/hồ sơ.json");
        let mut file = AtomicFile::begin(target.parent().unwrap()).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!target.exists());
        drop(file);
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 0);
        write(&target, b"whole").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
    }

    #[test]
    fn what_a_dead_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let dead = folder.path().join(format!("{TEMPORARY_PREFIX}999999999-0"));
        let earlier = folder.path().join(format!("{TEMPORARY_PREFIX}{}.1-0", std::process::id()));
        let mine = folder.path().join(format!("{TEMPORARY_PREFIX}{}-77", lock::this_process()));
        for path in [&dead, &earlier, &mine] {
            fs::write(path, b"x").unwrap();
        }
        assert_eq!(sweep(folder.path()).unwrap(), 2);
        assert!(!dead.exists() && mine.exists());
    }

    #[test]
    fn a_file_patched_in_the_middle_keeps_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        let mut file = AtomicFile::begin(folder.path()).unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(SeekFrom::Start(2)).unwrap();
        file.write_all(b"ab").unwrap();
        file.commit(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"01ab456789");
    }
}
