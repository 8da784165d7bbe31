//! The medium under an archive: how much space is left on it.

use std::path::Path;

use crate::error::StoreError;

/// Bytes that an ordinary user may still write on the medium of `path`.
pub fn free_bytes(path: &Path) -> Result<u64, StoreError> {
    Ok(space(path)?.0)
}

/// Bytes that the medium of `path` has in all.
pub fn total_bytes(path: &Path) -> Result<u64, StoreError> {
    Ok(space(path)?.1)
}

/// Free and all bytes.
fn space(path: &Path) -> Result<(u64, u64), StoreError> {
    #[cfg(unix)]
    {
        use std::ffi::CString;
        use std::io;
        use std::os::unix::ffi::OsStrExt;

        let name =
            CString::new(path.as_os_str().as_bytes()).map_err(|e| StoreError::read(path, io::Error::other(e)))?;
        // SAFETY: `name` is a C string that lives through the call, `facts` is a plain struct that the call fills in.
        #[expect(unsafe_code, reason = "the standard library does not tell free space")]
        let facts = unsafe {
            let mut facts: libc::statvfs = std::mem::zeroed();
            if libc::statvfs(name.as_ptr(), &mut facts) != 0 {
                return Err(StoreError::read(path, io::Error::last_os_error()));
            }
            facts
        };
        Ok((facts.f_bavail.saturating_mul(facts.f_frsize), facts.f_blocks.saturating_mul(facts.f_frsize)))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok((u64::MAX, u64::MAX))
    }
}

/// Asks the system to forget its cached copy of a file's bytes, so that reading back reads the medium.
pub(crate) fn drop_from_page_cache(file: &std::fs::File) {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        // SAFETY: the descriptor is open for as long as `file` is borrowed; the call only gives advice.
        #[expect(unsafe_code, reason = "the standard library has no call for this advice")]
        unsafe {
            libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_medium_has_some_space_and_a_wrong_path_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert!(free_bytes(&folder.path().join("nowhere")).is_err());
    }
}
