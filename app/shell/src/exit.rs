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
    /// Somebody asked to stop.
    Interrupted = 130,
}

impl Exit {
    /// The code that the process ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}
