//! The lock of an archive: many may work on it at once; repair, rebuild and migrations want it for themselves.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use crate::error::StoreError;

/// How often somebody who waits for his turn looks whether it has come.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

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

    /// Waits until nobody else has the lock, thread or process, and takes it; `None` if `give_up` says so before.
    pub fn in_turn(path: &Path, give_up: &dyn Fn() -> bool) -> Result<Option<Self>, StoreError> {
        let file = open(path)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if give_up() => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_AGAIN),
                Err(TryLockError::Error(e)) => return Err(StoreError::write(path, e)),
            }
        }
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

/// The name of this process among all that work on an archive: its number and, where the system tells, its start.
///
/// The start keeps a later process of the same number from being taken for it, as happens in containers.
pub fn this_process() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let number = std::process::id();
        match start_of(number) {
            Some(start) => format!("{number}.{start}"),
            None => number.to_string(),
        }
    })
}

/// Whether the process of this name (see [`this_process`]) lives on this machine.
pub fn is_alive(name: &str) -> bool {
    let (number, start) = name.split_once('.').map_or((name, None), |(number, start)| (number, Some(start)));
    let Ok(number) = number.parse::<u32>() else { return false };
    #[cfg(target_os = "linux")]
    {
        let found = start_of(number);
        found.is_some() && start.is_none_or(|start| found.as_deref() == Some(start))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (number, start);
        true
    }
}

/// When a process started, in ticks since the machine did; `None` if there is no such process or no such file.
fn start_of(process: u32) -> Option<String> {
    let facts = std::fs::read_to_string(Path::new("/proc").join(process.to_string()).join("stat")).ok()?;
    // The name of the program stands in parentheses and may contain anything; the start is the 20th field behind it.
    let (_, behind) = facts.rsplit_once(')')?;
    behind.split_whitespace().nth(19).map(str::to_owned)
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

    #[test]
    fn a_turn_comes_when_the_one_before_ends_and_waiting_can_be_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".lock-documents");
        let first = ArchiveLock::in_turn(&path, &|| false).unwrap();
        assert!(first.is_some());
        assert!(ArchiveLock::in_turn(&path, &|| true).unwrap().is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| ArchiveLock::in_turn(&path, &|| false).unwrap().is_some());
            drop(first);
            assert!(waiting.join().unwrap());
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_later_process_of_the_same_number_is_another_one() {
        let mine = this_process();
        assert!(is_alive(mine));
        let (number, start) = mine.split_once('.').unwrap();
        assert!(is_alive(number), "a name without a start says only the number");
        assert!(!is_alive(&format!("{number}.{start}1")));
        assert!(!is_alive("999999999") && !is_alive("999999999.1") && !is_alive("x"));
    }
}
