//! An act: who does something, when, with which software; every event in the catalog carries one (PREMIS agent).

use crate::clock::Timestamp;

/// Who, when and with which version: the part of a PREMIS event that is the same for everything done in one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The moment that is written down for the act.
    pub at: Timestamp,
    /// The person, as signed in or as the operating system names them.
    pub operator: String,
    /// Name and version of the program, e.g. `sohoa 0.1.0`.
    pub software: String,
}
