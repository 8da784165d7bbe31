//! An import folder: every regular file below it, once, in the order in which people count.
//!
//! Nothing is followed out of the folder: symbolic links and special files are listed as what they are, to be refused.

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};

use sohoa_model::natural;
use walkdir::WalkDir;

/// Folders may be nested this deep below the imported one.
pub const DEEPEST: usize = 64;

/// Something that lies in an import folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderItem {
    /// Path below the imported folder with `/` between its parts; unreadable characters are replaced.
    pub relative: String,
    /// Path to open it by.
    pub path: PathBuf,
    /// What it is.
    pub kind: ItemKind,
}

/// What an item of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A regular file of so many bytes.
    File {
        /// Its length.
        bytes: u64,
    },
    /// A regular file whose name is not Unicode.
    NamelessFile,
    /// A symbolic link, wherever it leads.
    SymbolicLink,
    /// A device, pipe or socket.
    Special,
    /// A folder nested deeper than [`DEEPEST`]; what is below it was not looked at.
    TooDeep,
}

/// Why a folder could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is not a folder or can't be read.
    #[error("could not list the folder {path}")]
    Unreadable {
        /// The folder, or what lies below it.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

/// Lists everything below a folder in natural order, folder by folder.
///
/// # Errors
/// [`FolderError::Unreadable`] if the folder or anything below it can't be listed: a list with gaps would lose pages.
pub fn list(root: &Path) -> Result<Vec<FolderItem>, FolderError> {
    let unreadable = |path: &Path, source| FolderError::Unreadable { path: path.to_owned(), source };
    if !std::fs::metadata(root).map_err(|e| unreadable(root, e))?.is_dir() {
        return Err(unreadable(root, io::Error::from(io::ErrorKind::NotADirectory)));
    }
    let mut items = Vec::new();
    for entry in WalkDir::new(root).min_depth(1).max_depth(DEEPEST).follow_links(false) {
        let entry = entry.map_err(|e| {
            let path = e.path().unwrap_or(root).to_owned();
            unreadable(&path, e.into_io_error().unwrap_or_else(|| io::Error::other("a loop of folders")))
        })?;
        let path = entry.path().to_owned();
        let below = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let relative = parts.join("/");
        let file_type = entry.file_type();
        let kind = if file_type.is_dir() {
            if entry.depth() < DEEPEST {
                continue;
            }
            ItemKind::TooDeep
        } else if file_type.is_symlink() {
            ItemKind::SymbolicLink
        } else if !file_type.is_file() {
            ItemKind::Special
        } else if below.to_str().is_none() {
            ItemKind::NamelessFile
        } else {
            let facts = entry.metadata().map_err(|e| unreadable(&path, e.into()))?;
            ItemKind::File { bytes: facts.len() }
        };
        items.push(FolderItem { relative, path, kind });
    }
    items.sort_by(|a, b| in_order(&a.relative, &b.relative));
    Ok(items)
}

/// Compares two relative paths part by part in natural order.
pub fn in_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('/'), b.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) => match natural::compare(l, r) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_file_is_listed_once_in_natural_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["Hồ sơ 10/tờ 1.jpg", "Hồ sơ 2/tờ 10.jpg", "Hồ sơ 2/tờ 9.jpg", "Hồ sơ 2-b/x", "z.txt"]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        let names: Vec<String> = list(folder.path()).unwrap().into_iter().map(|i| i.relative).collect();
        assert_eq!(names, ["Hồ sơ 2/tờ 9.jpg", "Hồ sơ 2/tờ 10.jpg", "Hồ sơ 2-b/x", "Hồ sơ 10/tờ 1.jpg", "z.txt"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_listed_as_a_link_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        let items = list(folder.path()).unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].kind, ItemKind::SymbolicLink);
    }

    #[test]
    fn what_is_no_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(list(&folder.path().join("nowhere")).is_err());
        fs::write(folder.path().join("file"), b"x").unwrap();
        assert!(list(&folder.path().join("file")).is_err());
    }
}
