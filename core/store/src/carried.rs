//! A folder that is carried between machines: written so that every file was read back from the medium before it counts,
//! read so that nothing counts that is not listed: no link, no other file, no other size, no other digest.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sohoa_model::hash::Hasher;
use sohoa_model::{Cancel, Sha256};

use crate::atomic::{self, AtomicFile};
use crate::disk;
use crate::error::StoreError;
use crate::vault::{self, Stored};

/// Why what lies in a carried folder is not what its list says.
#[derive(Debug, thiserror::Error)]
pub enum CarriedError {
    /// A link or a special file.
    #[error("{0} is a link or no regular file")]
    Link(PathBuf),
    /// Something that is not listed.
    #[error("{0} is not listed")]
    Unlisted(PathBuf),
    /// Something that is listed and not there.
    #[error("{0} is missing")]
    Missing(PathBuf),
    /// Another size or another digest than the list says.
    #[error("{0} is not what the list says")]
    Changed(PathBuf),
    /// The medium failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a file so that it is on the medium: synced, named, dropped from the page cache, read back and compared.
pub fn write(
    target: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    cancel: &Cancel,
) -> Result<Stored, StoreError> {
    let mut file =
        Hashing { file: AtomicFile::begin(target.parent().unwrap_or(Path::new(".")))?, hasher: Hasher::new() };
    fill(&mut file).map_err(|error| StoreError::write(target, error))?;
    let written = Stored { bytes: file.hasher.bytes(), sha256: file.hasher.finish() };
    file.file.commit(target)?;
    let found = read_back(target, cancel)?;
    if found != written {
        let _ = fs::remove_file(target);
        return Err(StoreError::Torn { path: target.to_owned(), expected: written.sha256, found: found.sha256 });
    }
    Ok(written)
}

/// The digest and length of a file as the medium has it.
pub fn read_back(path: &Path, cancel: &Cancel) -> Result<Stored, StoreError> {
    disk::drop_from_page_cache(&File::open(path).map_err(|error| StoreError::read(path, error))?);
    vault::hash_file(path, cancel)
}

/// Reads a small file that no list needs to name.
pub fn read_small(folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, CarriedError> {
    let path = folder.join(name);
    let mut bytes = Vec::new();
    let file = open(folder, name)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| StoreError::read(&path, error))?;
    if bytes.len() as u64 > limit { Err(CarriedError::Changed(path)) } else { Ok(bytes) }
}

/// Opens a file of a carried folder; `name` is of numbers and digests, its parts parted by `/`.
pub fn open(folder: &Path, name: &str) -> Result<File, CarriedError> {
    let path = folder.join(name);
    match fs::symlink_metadata(&path) {
        Ok(facts) if facts.is_file() => Ok(vault::open_regular(&path)?),
        Ok(_) => Err(CarriedError::Link(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(CarriedError::Missing(path)),
        Err(error) => Err(StoreError::read(path, error).into()),
    }
}

/// Whether a folder holds exactly what is listed, to the byte; every file is read.
pub fn check(folder: &Path, listed: &BTreeMap<String, (u64, Sha256)>, cancel: &Cancel) -> Result<(), CarriedError> {
    match fs::symlink_metadata(folder) {
        Ok(facts) if facts.is_dir() => {}
        _ => return Err(CarriedError::Link(folder.to_owned())),
    }
    let mut found = BTreeMap::new();
    walk(folder, "", listed, &mut found)?;
    // Sizes cost nothing: what is short is known before anything is hashed.
    for (name, (bytes, _)) in listed {
        match found.get(name) {
            None => return Err(CarriedError::Missing(folder.join(name))),
            Some(size) if size != bytes => return Err(CarriedError::Changed(folder.join(name))),
            Some(_) => {}
        }
    }
    for (name, (bytes, sha256)) in listed {
        let path = folder.join(name);
        if vault::hash_file(&path, cancel)? != (Stored { bytes: *bytes, sha256: *sha256 }) {
            return Err(CarriedError::Changed(path));
        }
    }
    Ok(())
}

fn walk(
    folder: &Path,
    prefix: &str,
    listed: &BTreeMap<String, (u64, Sha256)>,
    found: &mut BTreeMap<String, u64>,
) -> Result<(), CarriedError> {
    for entry in fs::read_dir(folder).map_err(|error| StoreError::read(folder, error))? {
        let path = entry.map_err(|error| StoreError::read(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(CarriedError::Unlisted(path));
        };
        let name = format!("{prefix}{name}");
        // The path itself, never what a link in its place leads to.
        let facts = fs::symlink_metadata(&path).map_err(|error| StoreError::read(&path, error))?;
        if facts.is_dir() {
            let inside = format!("{name}/");
            if !listed.range(inside.clone()..).next().is_some_and(|(first, _)| first.starts_with(&inside)) {
                return Err(CarriedError::Unlisted(path));
            }
            walk(&path, &inside, listed, found)?;
        } else if !facts.is_file() {
            return Err(CarriedError::Link(path));
        } else if listed.contains_key(&name) {
            found.insert(name, facts.len());
        } else {
            return Err(CarriedError::Unlisted(path));
        }
    }
    Ok(())
}

/// Whether a real folder lies at a place. What else lies there is removed: of a link never what it leads to.
pub fn is_real_folder(place: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(place) {
        Ok(facts) if facts.is_dir() => Ok(true),
        Ok(_) => match fs::remove_file(place).or_else(|_| fs::remove_dir(place)) {
            Ok(()) => Ok(false),
            Err(error) => Err(StoreError::write(place, error)),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::read(place, error)),
    }
}

/// Removes what lies in a folder that was begun and is no file among `wanted`: of an earlier try, of a process that died,
/// or a link that somebody put there.
///
/// # Errors
/// [`StoreError`] if the medium fails, or the folder itself is a link.
pub fn keep_only(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<(), StoreError> {
    no_link(folder)?;
    remove_others(folder, "", wanted)
}

/// A folder that is listed to its end must lie on the medium itself.
fn no_link(folder: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(folder) {
        Ok(facts) if !facts.is_dir() => Err(StoreError::read(folder, io::ErrorKind::NotADirectory.into())),
        _ => Ok(()),
    }
}

fn remove_others(folder: &Path, prefix: &str, wanted: &dyn Fn(&str) -> bool) -> Result<(), StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::read(folder, error)),
    };
    for entry in entries {
        let path = entry.map_err(|error| StoreError::read(folder, error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let facts = fs::symlink_metadata(&path).map_err(|error| StoreError::read(&path, error))?;
        if facts.is_dir() {
            remove_others(&path, &format!("{prefix}{name}/"), wanted)?;
            // One that is not empty stays.
            let _ = fs::remove_dir(&path);
        } else if !facts.is_file() || !wanted(&format!("{prefix}{name}")) {
            fs::remove_file(&path).map_err(|error| StoreError::write(&path, error))?;
        }
    }
    Ok(())
}

/// Bytes of all files below a folder; what a link leads to is not below it.
///
/// # Errors
/// [`StoreError`] if the medium fails, or the folder itself is a link.
pub fn bytes_below(folder: &Path) -> Result<u64, StoreError> {
    no_link(folder)?;
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(|error| StoreError::read(folder, error))? {
        let path = entry.map_err(|error| StoreError::read(folder, error))?.path();
        let facts = fs::symlink_metadata(&path).map_err(|error| StoreError::read(&path, error))?;
        bytes += if facts.is_dir() { bytes_below(&path)? } else { facts.len() };
    }
    Ok(bytes)
}

/// Gives a finished folder its name.
pub fn rename_folder(from: &Path, to: &Path) -> Result<(), StoreError> {
    atomic::sync_folder(from)?;
    fs::rename(from, to).map_err(|error| StoreError::write(to, error))?;
    to.parent().map_or(Ok(()), atomic::sync_folder)
}

struct Hashing {
    file: AtomicFile,
    hasher: Hasher,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(files: &[(&str, &[u8])]) -> BTreeMap<String, (u64, Sha256)> {
        files.iter().map(|(name, bytes)| ((*name).to_owned(), (bytes.len() as u64, Sha256::of(bytes)))).collect()
    }

    #[test]
    fn only_what_is_listed_counts() {
        let medium = tempfile::tempdir().unwrap();
        let folder = medium.path().join("carried");
        let files: [(&str, &[u8]); 3] = [("a.json", b"{}"), ("files/9f/9f2c", b"page"), ("lines/1", b"line")];
        for (name, bytes) in files {
            let stored = write(&folder.join(name), |out| out.write_all(bytes), &Cancel::new()).unwrap();
            assert_eq!((stored.bytes, stored.sha256), (bytes.len() as u64, Sha256::of(bytes)));
        }
        let list = listed(&files);
        let checked = || check(&folder, &list, &Cancel::new());
        checked().unwrap();
        let page = folder.join("files/9f/9f2c");
        for (bytes, same_size) in [(&b"pag3"[..], true), (b"pages", false)] {
            fs::write(&page, bytes).unwrap();
            assert!(matches!(checked(), Err(CarriedError::Changed(path)) if path == page), "{same_size}");
        }
        fs::remove_file(&page).unwrap();
        assert!(matches!(checked(), Err(CarriedError::Missing(path)) if path == page));
        #[cfg(unix)]
        {
            fs::write(medium.path().join("elsewhere"), b"page").unwrap();
            std::os::unix::fs::symlink(medium.path().join("elsewhere"), &page).unwrap();
            assert!(matches!(checked(), Err(CarriedError::Link(_))));
            assert!(matches!(open(&folder, "files/9f/9f2c"), Err(CarriedError::Link(_))));
            fs::remove_file(&page).unwrap();
        }
        fs::write(&page, b"page").unwrap();
        checked().unwrap();
        for extra in ["x", "files/9f/x", "files/aa/x", "lines/1.tmp"] {
            let extra = folder.join(extra);
            atomic::make_folder(extra.parent().unwrap()).unwrap();
            fs::write(&extra, b"").unwrap();
            assert!(matches!(checked(), Err(CarriedError::Unlisted(_))), "{}", extra.display());
            fs::remove_file(&extra).unwrap();
            let _ = fs::remove_dir(folder.join("files/aa"));
        }
        assert!(matches!(read_small(&folder, "files/9f/9f2c", 3), Err(CarriedError::Changed(_))));
        keep_only(&folder, &|name| name == "a.json").unwrap();
        assert_eq!(bytes_below(&folder).unwrap(), 2);
        assert!(!folder.join("files").exists(), "no empty folder stays");
        assert!(!page.exists() && folder.join("a.json").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_removed_and_what_it_leads_to_stays() {
        use std::os::unix::fs::symlink;
        let medium = tempfile::tempdir().unwrap();
        let (folder, outside) = (medium.path().join("carried"), medium.path().join("outside"));
        fs::create_dir_all(outside.join("inner")).unwrap();
        fs::write(outside.join("kept"), b"kept").unwrap();
        symlink(&outside, &folder).unwrap();
        assert!(bytes_below(&folder).is_err() && keep_only(&folder, &|_| false).is_err());
        assert!(!is_real_folder(&folder).unwrap() && fs::symlink_metadata(&folder).is_err());
        fs::create_dir(&folder).unwrap();
        assert!(is_real_folder(&folder).unwrap());
        symlink(&outside, folder.join("files")).unwrap();
        symlink(outside.join("kept"), folder.join("a.json")).unwrap();
        keep_only(&folder, &|_| true).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "a link is no file, whatever its name");
        assert!(outside.join("inner").is_dir());
        assert_eq!(fs::read(outside.join("kept")).unwrap(), b"kept");
    }
}
