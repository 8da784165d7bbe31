//! Exit codes: how a command ended, for scripts; the table stands in `docs/manual.md`.

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for was done.
    Done = 0,
    /// Something failed that should not.
    Unexpected = 1,
    /// The command line was not understood.
    Usage = 2,
    /// A part was done; the rest is named.
    Partial = 3,
    /// No archive, no file or no dossier where one was named.
    NotFound = 4,
    /// A file given can't be understood.
    NotUnderstood = 5,
    /// Damage was found, or a verification failed.
    Damage = 6,
    /// A verification came to no verdict.
    Indeterminate = 7,
    /// The medium is full.
    NoSpace = 8,
    /// The signing key or its password.
    Key = 9,
    /// A rule forbids it.
    Rule = 10,
    /// Another process holds the archive.
    Busy = 11,
    /// The hub can't be reached or is not ready.
    Offline = 12,
    /// Sync stopped, and waits for a person.
    SyncStopped = 13,
    /// Somebody asked to stop.
    Interrupted = 130,
}

impl Exit {
    /// All, by their codes.
    pub const ALL: [Self; 15] = [
        Self::Done,
        Self::Unexpected,
        Self::Usage,
        Self::Partial,
        Self::NotFound,
        Self::NotUnderstood,
        Self::Damage,
        Self::Indeterminate,
        Self::NoSpace,
        Self::Key,
        Self::Rule,
        Self::Busy,
        Self::Offline,
        Self::SyncStopped,
        Self::Interrupted,
    ];

    /// The code that the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_manual_are_those_of_the_program() {
        let manual = include_str!("../../../docs/manual.md");
        let table = manual.split("## Exit codes").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a table");
        let codes = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse::<u8>().ok());
        assert_eq!(codes.collect::<Vec<_>>(), Exit::ALL.map(Exit::code));
    }
}
