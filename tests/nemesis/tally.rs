//! A tally: what was done, what went wrong on purpose, and how often each property was looked at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What must hold, whatever happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Property {
    Kept,
    Once,
    Readable,
    Drained,
    Silent,
    Counted,
    Fenced,
    Held,
    Absent,
    Unspoilt,
    Carried,
    Rebuilt,
    Swept,
    Sound,
}

impl Property {
    const ALL: [Self; 14] = [
        Self::Kept,
        Self::Once,
        Self::Readable,
        Self::Drained,
        Self::Silent,
        Self::Counted,
        Self::Fenced,
        Self::Held,
        Self::Absent,
        Self::Unspoilt,
        Self::Carried,
        Self::Rebuilt,
        Self::Swept,
        Self::Sound,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Kept => "P1 what was acknowledged is at the hub, and its bytes are those of the station",
            Self::Once => "P2 nothing is there twice; the chain of the stored lines is the hub's and the station's",
            Self::Readable => "P3 what records name can be read, meanwhile and afterwards",
            Self::Drained => "P4 the queue drains once nothing goes wrong any more",
            Self::Silent => "P5 a second sync sends nothing",
            Self::Counted => "P6 counters are what a recount says",
            Self::Fenced => "P7 of two copies of a station one goes on, and the other stops",
            Self::Held => "P8 nothing leaves of what was held before it could",
            Self::Absent => "P9 a station without a network for weeks goes on with its work, and says what it lacks",
            Self::Unspoilt => "P10 of bytes with a flipped bit nothing is acknowledged, and what is sent again arrives",
            Self::Carried => "P11 what a disk carried is acknowledged by the answer on it, to the last record",
            Self::Rebuilt => "P12 the tables are what a rebuild from the stored batches gives",
            Self::Swept => "P13 what nobody names is swept, and nothing else",
            Self::Sound => "no panic, no fault that is the program's own",
        }
    }
}

/// The tally of a run or of several.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    operations: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
    checks: BTreeMap<Property, u64>,
    failures: Vec<String>,
    story: Vec<String>,
    began: Option<Instant>,
    hub_kilobytes: u64,
}

impl Tally {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new story begins.
    pub(crate) fn begin(&self, text: &str) {
        let mut counts = self.lock();
        counts.began = Some(Instant::now());
        counts.story = vec![text.to_owned()];
    }

    /// Something happened.
    pub(crate) fn tell(&self, text: &str) {
        let mut counts = self.lock();
        let time = counts.began.map_or(0.0, |began| began.elapsed().as_secs_f64());
        counts.story.push(format!("{time:7.2} {text}"));
    }

    /// Something was done.
    pub(crate) fn operation(&self, kind: &str) {
        *self.lock().operations.entry(kind.to_owned()).or_default() += 1;
    }

    /// Something went wrong on purpose.
    pub(crate) fn faults(&self, kind: &str, number: u64) {
        if number > 0 {
            *self.lock().faults.entry(kind.to_owned()).or_default() += number;
        }
    }

    /// A property was looked at.
    pub(crate) fn check(&self, property: Property, holds: bool, what: impl FnOnce() -> String) {
        *self.lock().checks.entry(property).or_default() += 1;
        if !holds {
            let text = format!("{}: {}", property.words(), what());
            self.tell(&format!("FAILED {text}"));
            self.lock().failures.push(text);
        }
    }

    /// A hub had so much in memory.
    pub(crate) fn hub_memory(&self, kilobytes: u64) {
        let mut counts = self.lock();
        counts.hub_kilobytes = counts.hub_kilobytes.max(kilobytes);
    }

    /// Adds another run's figures.
    pub(crate) fn add(&self, other: &Self) {
        let (mut counts, other) = (self.lock(), other.lock());
        for (kind, number) in &other.operations {
            *counts.operations.entry(kind.clone()).or_default() += number;
        }
        for (kind, number) in &other.faults {
            *counts.faults.entry(kind.clone()).or_default() += number;
        }
        for (property, number) in &other.checks {
            *counts.checks.entry(*property).or_default() += number;
        }
        counts.hub_kilobytes = counts.hub_kilobytes.max(other.hub_kilobytes);
    }

    /// The figures.
    pub(crate) fn figures(&self) -> String {
        let counts = self.lock();
        let sum = |of: &BTreeMap<String, u64>| of.values().sum::<u64>();
        let list = |of: &BTreeMap<String, u64>| {
            of.iter().map(|(kind, number)| format!("{kind} {number}")).collect::<Vec<_>>().join(", ")
        };
        let mut text = format!("{} operations, {} faults\n", sum(&counts.operations), sum(&counts.faults));
        let _ = writeln!(text, "  operations: {}", list(&counts.operations));
        let _ = writeln!(text, "  faults: {}", list(&counts.faults));
        for property in Property::ALL {
            let number = counts.checks.get(&property).copied().unwrap_or(0);
            let _ = writeln!(text, "  {number:6} checks: {}", property.words());
        }
        let _ = write!(text, "  largest hub: {} MB", counts.hub_kilobytes / 1000);
        text
    }

    /// The story so far, if something failed.
    pub(crate) fn failed(&self) -> Option<String> {
        let counts = self.lock();
        (!counts.failures.is_empty()).then(|| format!("{}\n\n{}", counts.story.join("\n"), counts.failures.join("\n")))
    }

    /// Properties that nobody looked at.
    pub(crate) fn unseen(&self) -> Vec<&'static str> {
        let counts = self.lock();
        Property::ALL
            .into_iter()
            .filter(|property| !counts.checks.contains_key(property))
            .map(Property::words)
            .collect()
    }
}
