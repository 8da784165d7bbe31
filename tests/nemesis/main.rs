//! The nemesis: stations, two hubs, PostgreSQL and a store, with kills, pauses, a faulty network, wrong clocks, full disks,
//! restored and copied machines, weeks without a network, flipped bits and travelling disks; and what must be so all the same.
//!
//! All that happens is drawn from a seed beforehand. Fixed seeds and a new one run with every test run;
//! `make nemesis SEED=N MINUTES=M` runs one seed after the other, from N on, for so many minutes. `UNTIL=R` runs the first
//! R rounds of a seed alone, to find out where it begins to go wrong. How the processes interleave is the machine's: a seed
//! repeats the plan, not every step.
#![expect(clippy::unwrap_used, reason = "a test that can't go on says where")]

mod absence;
mod disk;
mod plan;
mod post;
mod properties;
mod run;
mod spoilt;
mod tally;
mod world;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sohoa_tests::preload::preloaded;

use crate::plan::Plan;
use crate::tally::Tally;

/// Seeds of every test run: one on a folder, one in a bucket.
const FIXED: [u64; 2] = [1, 2];
const SHORT_ROUNDS: usize = 7;
const LONG_ROUNDS: usize = 14;

#[test]
fn nothing_is_lost_doubled_or_let_out() {
    let folder = tempfile::tempdir().unwrap();
    let libraries = Libraries::build(folder.path());
    let until = number("SOHOA_NEMESIS_UNTIL").map(|until| usize::try_from(until).unwrap());
    let new = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (first, minutes) = (number("SOHOA_NEMESIS_SEED"), number("SOHOA_NEMESIS_MINUTES"));
    let tally = Tally::default();
    let began = Instant::now();
    let mut seeds = Vec::new();
    if first.is_none() && minutes.is_none() {
        seeds.extend(FIXED.into_iter().chain([new]));
        // Before anything begins: a run that breaks off has not lost its seed.
        sohoa_tests::announce(&format!("nemesis: begins with seeds {seeds:?}"));
        // At once: most of the time is waiting.
        let ran: Vec<Option<Tally>> = std::thread::scope(|scope| {
            let runs: Vec<_> =
                seeds.iter().map(|seed| scope.spawn(|| one(*seed, SHORT_ROUNDS, until, &libraries))).collect();
            runs.into_iter().map(|run| run.join().expect("the run says what failed")).collect()
        });
        for run in ran {
            let Some(run) = run else { return };
            tally.add(&run);
        }
    } else {
        let rounds = number("SOHOA_NEMESIS_ROUNDS").map_or(LONG_ROUNDS, |rounds| usize::try_from(rounds).unwrap());
        let time = Duration::from_secs(60 * minutes.unwrap_or(0));
        for seed in first.unwrap_or(new).. {
            sohoa_tests::announce(&format!("nemesis: begins with seed {seed}"));
            let Some(run) = one(seed, rounds, until, &libraries) else { return };
            tally.add(&run);
            seeds.push(seed);
            sohoa_tests::announce(&format!("nemesis: seed {seed} is through, after {} s", began.elapsed().as_secs()));
            if began.elapsed() >= time {
                break;
            }
        }
    }
    let seconds = began.elapsed().as_secs();
    let seeds = seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    sohoa_tests::announce(&format!("nemesis: seeds {seeds}, {seconds} s: {}", tally.figures()));
    let unseen = tally.unseen();
    assert!(unseen.is_empty() || until.is_some(), "nobody looked at {unseen:?}");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs one seed; none if something that it needs is missing.
fn one(seed: u64, rounds: usize, until: Option<usize>, libraries: &Libraries) -> Option<Tally> {
    let mut plan = Plan::draw(seed, rounds);
    plan.rounds.truncate(until.unwrap_or(rounds));
    let tally = Tally::default();
    let ran = run::run(&plan, libraries, &tally);
    if let Some(story) = tally.failed() {
        panic!("{story}\n\nagain: make nemesis SEED={seed} ROUNDS={rounds}; the first rounds alone: UNTIL=N");
    }
    ran.then_some(tally)
}

/// What is loaded into programs with `LD_PRELOAD`; none, after saying so, without a C compiler.
#[derive(Debug, Default)]
pub(crate) struct Libraries {
    /// Makes disks full.
    pub(crate) recorder: Option<PathBuf>,
    /// Gives another clock.
    pub(crate) clock: Option<PathBuf>,
}

impl Libraries {
    fn build(folder: &Path) -> Self {
        Self { recorder: preloaded(folder, "recorder"), clock: preloaded(folder, "clock") }
    }

    /// Both, as one process loads them.
    pub(crate) fn both(&self) -> Option<OsString> {
        let mut both = self.recorder.clone()?.into_os_string();
        if let Some(clock) = &self.clock {
            both.push(":");
            both.push(clock);
        }
        Some(both)
    }
}
