//! Spoilt: a bit flips in a file where it lies, on a disk that is carried or on the hub's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sohoa_tests::proxy::Fault;
use walkdir::WalkDir;

use crate::Libraries;
use crate::plan::{Dice, Sync, Work};
use crate::post::Post;
use crate::run::settle;
use crate::tally::{Property, Tally};
use crate::world::World;

/// Flips a bit of one of the files below a folder that fit; which file, if there is one.
pub(crate) fn flip(folder: &Path, dice: &mut Dice, fits: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files: Vec<PathBuf> = files
        .filter(|entry| entry.file_type().is_file() && entry.metadata().is_ok_and(|about| about.len() > 0))
        .map(walkdir::DirEntry::into_path)
        .filter(|path| fits(path))
        .collect();
    let file = files.get(dice.next() as usize % files.len().max(1))?;
    let mut bytes = fs::read(file).ok()?;
    let place = dice.next() as usize % bytes.len();
    bytes[place] ^= 1 << dice.below(8);
    fs::write(file, bytes).ok()?;
    Some(file.clone())
}

/// A file is half here when a bit of its first part flips: it does not become a file of any record, and goes up once more.
/// False if there is no such file: a bucket has parts elsewhere.
pub(crate) fn part(world: &World, post: &mut Post, tally: &Tally) -> bool {
    let Some(staging) = world.staging() else { return false };
    if !settle(world, post, tally) {
        return false;
    }
    post.work(Work::ScanLarge, tally);
    world.network.plan_for("/parts/1", Fault::Lost);
    let none = Mutex::default();
    post.sync(Sync::Plain, &Libraries::default(), &none, tally);
    world.network.heal();
    let is_first = |path: &Path| path.file_name().is_some_and(|name| name == "0");
    let Some(file) = flip(&staging, &mut post.dice, is_first) else { return false };
    tally.tell(&format!("a bit of {} flips", file.display()));
    tally.faults("bit of a part flipped on the hub's disk", 1);
    let settled = settle(world, post, tally);
    let master = post.books.scanned.values().flatten().find(|master| {
        let key = world.sql(&format!("SELECT key FROM file WHERE sha256 = '\\x{master}'"));
        let found = fs::read(world.store().join(key)).map(|bytes| sohoa_model::Sha256::of(&bytes));
        post.books.acknowledged.contains(master) && !found.is_ok_and(|found| found == **master)
    });
    tally.check(Property::Unspoilt, settled && master.is_none(), || {
        format!("station {}: settled {settled}, spoilt {master:?}", post.number)
    });
    true
}
