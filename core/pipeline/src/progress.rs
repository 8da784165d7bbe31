//! How far a verb has come, told to whoever looks at it.

use std::time::Instant;

use sohoa_imaging::thumbnail::Picture;
use sohoa_model::Verdict;
use sohoa_model::ids::BatchId;

/// What a verb is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Files are hashed, looked at and taken into the vault.
    Taking,
    /// Rows of an inventory are taken.
    Listing,
    /// Pages are read.
    Reading,
    /// PDF/A files are written and checked.
    Assembling,
    /// PDF/A files are signed, each is verified.
    Signing,
    /// Objects are re-hashed.
    Checking,
    /// Objects are copied to the second vault.
    Copying,
}

/// Where a verb tells how far it has come. Called from many threads.
pub trait Sink: Sync {
    /// `done` of `total` steps of a phase are over; `total` may grow.
    fn step(&self, phase: Phase, done: u64, total: u64);

    /// A place where nothing is locked and nothing is half done: work that is paused waits here.
    fn rest(&self) {}

    /// A page came from the scanner whole; it is being stored, and is not safe before it is filed.
    fn arrived(&self, _page: &Arrival<'_>) {}

    /// A document was signed and verified; this is the verdict on it.
    fn signed(&self, _document: &str, _verdict: &Verdict) {}
}

/// A page that came from the scanner.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The batch that it is for.
    pub batch: BatchId,
    /// Its number in the batch, from 1; that of a sheet that is not filed in the end is given again.
    pub number: u32,
    /// What it shows, in small.
    pub small: &'a Picture,
    /// When its last row came.
    pub delivered: Instant,
}

/// Nobody looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Sink for Silent {
    fn step(&self, _: Phase, _: u64, _: u64) {}
}
