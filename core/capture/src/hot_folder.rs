//! A hot folder: overhead cameras and other programs drop files into it, which are taken once they are complete.
//!
//! A file is complete when neither its length nor its time has changed for a while. What was taken lies below [`DONE`]
//! afterwards, what was refused below [`REFUSED`]; what is hidden or named like half a download is let alone.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant, SystemTime};

use crate::folder::{FolderItem, ItemKind};

/// The folder that taken files are moved to.
pub const DONE: &str = "done";
/// The folder that refused files are moved to.
pub const REFUSED: &str = "refused";

/// How often as long as it takes to be complete a file must have rested before it is refused as cut off: its writer may
/// have paused.
const PATIENCE: u32 = 10;

/// Ends of names that programs give to files they have not finished.
const UNFINISHED: [&str; 5] = [".part", ".tmp", ".crdownload", ".partial", ".filepart"];

/// Which files of a folder rest, and since when.
#[derive(Debug)]
pub struct Settling {
    settle: Duration,
    seen: BTreeMap<String, Seen>,
}

#[derive(Debug)]
struct Seen {
    bytes: u64,
    modified: Option<SystemTime>,
    since: Instant,
    /// It was looked at and is not to be looked at again before it changed or rested for long.
    is_postponed: bool,
}

impl Settling {
    /// Files are complete when they have rested for so long.
    pub fn new(settle: Duration) -> Self {
        Self { settle, seen: BTreeMap::new() }
    }

    /// The items that are complete now; of files that are gone nothing is kept.
    pub fn complete(&mut self, items: Vec<FolderItem>, now: Instant) -> Vec<FolderItem> {
        let mut before = std::mem::take(&mut self.seen);
        let mut complete = Vec::new();
        for item in items.into_iter().filter(|item| is_for_us(&item.relative)) {
            let ItemKind::File { bytes } = item.kind else {
                // What is no file never changes into one while it lies there.
                complete.push(item);
                continue;
            };
            let modified = fs::symlink_metadata(&item.path).and_then(|data| data.modified()).ok();
            let same = before.remove(&item.relative).filter(|seen| (seen.bytes, seen.modified) == (bytes, modified));
            let seen = same.unwrap_or(Seen { bytes, modified, since: now, is_postponed: false });
            let rest = now.saturating_duration_since(seen.since);
            let needed = if seen.is_postponed { self.settle * PATIENCE } else { self.settle };
            let name = item.relative.clone();
            if rest >= needed {
                complete.push(item);
            }
            self.seen.insert(name, seen);
        }
        complete
    }

    /// Whether files wait.
    pub fn is_waiting(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Lets a file that seems to be cut off rest for longer; `false` if it did already.
    pub fn postpone(&mut self, relative: &str) -> bool {
        match self.seen.get_mut(relative) {
            Some(seen) if !seen.is_postponed => {
                seen.is_postponed = true;
                true
            }
            _ => false,
        }
    }

    /// Forgets a file that was moved away.
    pub fn forget(&mut self, relative: &str) {
        self.seen.remove(relative);
    }
}

/// Whether a file is one to be taken: not moved away, not hidden, not half a download.
fn is_for_us(relative: &str) -> bool {
    let mut parts = relative.split('/');
    let first = parts.next().unwrap_or_default();
    let is_moved = parts.next().is_some() && (first == DONE || first == REFUSED);
    let is_hidden = relative.split('/').any(|part| part.starts_with('.') || part.starts_with('~'));
    let lower = relative.to_lowercase();
    !is_moved && !is_hidden && !UNFINISHED.iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::list;

    #[test]
    fn a_file_is_complete_when_it_has_rested() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("room");
        fs::create_dir(folder.path().join(DONE)).expect("room");
        write("tờ 1.jpg", "nửa");
        write("tờ 2.jpg.part", "nửa");
        write(".ẩn.jpg", "x");
        write("done/tờ 0.jpg", "x");
        let mut settling = Settling::new(Duration::from_secs(3));
        let start = Instant::now();
        let complete = |seconds: u64, settling: &mut Settling| -> Vec<String> {
            let items = list(folder.path()).expect("listed");
            let now = start + Duration::from_secs(seconds);
            settling.complete(items, now).into_iter().map(|item| item.relative).collect()
        };
        assert_eq!(complete(0, &mut settling), [""; 0]);
        assert_eq!(complete(2, &mut settling), [""; 0]);
        write("tờ 1.jpg", "nửa và nửa kia");
        assert_eq!(complete(4, &mut settling), [""; 0], "it changed");
        assert_eq!(complete(7, &mut settling), ["tờ 1.jpg"]);
        // It seems to be cut off: it gets more time, once.
        assert!(settling.postpone("tờ 1.jpg") && !settling.postpone("tờ 1.jpg"));
        assert_eq!(complete(8, &mut settling), [""; 0]);
        assert_eq!(complete(34, &mut settling), ["tờ 1.jpg"]);
        fs::remove_file(folder.path().join("tờ 1.jpg")).expect("there");
        assert_eq!(complete(40, &mut settling), [""; 0]);
        assert!(!settling.is_waiting());
    }
}
