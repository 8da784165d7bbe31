//! The station's key: 32 secret bytes in one file that only its owner reads, outside the archive and outside of backups.
//!
//! A catalog that is copied to another machine therefore can't send.

use std::fs;
use std::io;
use std::path::Path;

use sohoa_store::StoreError;
use sohoa_store::atomic::{self, AtomicFile};
use sohoa_wire::{Hash, PublicKey, SecretKey};

use crate::error::SyncError;

/// Writes a new key; the file is there and durable afterwards, readable by its owner only.
pub fn write(path: &Path, secret: &[u8; 32]) -> Result<SecretKey, SyncError> {
    use std::io::Write;

    let folder = path.parent().unwrap_or(Path::new("."));
    atomic::make_folder(folder)?;
    let mut file = AtomicFile::begin(folder)?;
    file.keep_private()?;
    writeln!(file, "{}", Hash(*secret)).map_err(|e| StoreError::write(path, e))?;
    file.commit(path)?;
    Ok(SecretKey::from_bytes(secret))
}

/// Reads the key of a station by what others verify it with; one that was written just before a crash is found beside it.
pub fn find(path: &Path, public: &PublicKey) -> Result<SecretKey, SyncError> {
    let fits = |key: &SecretKey| key.public() == *public;
    match read(path) {
        Ok(key) if fits(&key) => Ok(key),
        other => match read(&path.with_extension("new")) {
            Ok(key) if fits(&key) => Ok(key),
            _ => other.and_then(|_| Err(SyncError::NoKey(path.to_owned()))),
        },
    }
}

/// Reads the key of a station.
pub fn read(path: &Path) -> Result<SecretKey, SyncError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(SyncError::NoKey(path.to_owned())),
        Err(_) => return Err(SyncError::BadKey(path.to_owned())),
    };
    // Spelt as a digest is: 64 hexadecimal digits.
    let Hash(secret) = text.trim().parse().map_err(|_| SyncError::BadKey(path.to_owned()))?;
    Ok(SecretKey::from_bytes(&secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("khóa/hub.key");
        assert!(matches!(read(&path), Err(SyncError::NoKey(_))));
        let key = write(&path, &[7; 32]).unwrap();
        assert_eq!(read(&path).unwrap().public(), key.public());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        }
        let other = write(&path.with_extension("new"), &[8; 32]).unwrap();
        assert_eq!(find(&path, &key.public()).unwrap().public(), key.public());
        assert_eq!(find(&path, &other.public()).unwrap().public(), other.public());
        let third = SecretKey::from_bytes(&[9; 32]).public();
        assert!(matches!(find(&path, &third), Err(SyncError::NoKey(_))), "the key of another machine");
        for wrong in ["", "zz", &"0".repeat(63), &"0".repeat(66), "é"] {
            fs::write(&path, wrong).unwrap();
            assert!(matches!(read(&path), Err(SyncError::BadKey(_))), "{wrong}");
        }
    }
}
