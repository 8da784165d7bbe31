//! The lock of an archive: many may work on it at once; repair, rebuild and migrations want it for themselves.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::StoreError;

/// A held lock; given back when dropped, and by the system when the process dies.
#[derive(Debug)]
pub struct ArchiveLock {
    _file: File,
}

impl ArchiveLock {
    /// Joins the others who work on the archive.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if somebody has it for himself.
    pub fn shared(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        held(path, file.try_lock_shared())?;
        Ok(Self { _file: file })
    }

    /// Takes the archive for itself.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if anybody works on it.
    pub fn exclusive(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        held(path, file.try_lock())?;
        Ok(Self { _file: file })
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| StoreError::write(path, e))
}

fn held(path: &Path, result: Result<(), TryLockError>) -> Result<(), StoreError> {
    match result {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(e)) => Err(StoreError::write(path, e)),
    }
}

/// Whether a process of this number lives on this machine.
pub fn is_alive(process: u32) -> bool {
    #[cfg(target_os = "linux")]
    {
        Path::new("/proc").join(process.to_string()).exists()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_and_one_excludes_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".lock");
        let first = ArchiveLock::shared(&path).unwrap();
        let second = ArchiveLock::shared(&path).unwrap();
        assert!(matches!(ArchiveLock::exclusive(&path), Err(StoreError::Locked { .. })));
        drop((first, second));
        let alone = ArchiveLock::exclusive(&path).unwrap();
        assert!(matches!(ArchiveLock::shared(&path), Err(StoreError::Locked { .. })));
        drop(alone);
        ArchiveLock::shared(&path).unwrap();
    }
}
