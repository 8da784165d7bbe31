//! A disk travels from a station to a hub and back, in the middle of all else.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;
use sohoa_tests::station::ARCHIVIST;
use walkdir::WalkDir;

use crate::post::Post;
use crate::spoilt::flip;
use crate::tally::{Property, Tally};
use crate::world::World;

/// What writing or reading a disk may end with while things go wrong: as a sync, or there is no answer, or not a whole one.
const EXPECTED: [i32; 9] = [0, 3, 4, 6, 8, 9, 11, 12, 13];

/// Once there and back. If a bit flips on the way there, nothing of it is taken, and it is written and carried again.
pub(crate) fn carry(world: &World, post: &mut Post, spoilt: bool, process: &Mutex<Option<u32>>, tally: &Tally) {
    let disk = post.station.folder().join("đĩa");
    let _ = fs::remove_dir_all(&disk);
    let Some(mut written) = step(post, "--to", &disk, process, tally) else { return };
    if spoilt && last(&written).is_some() {
        let before = world.head(post);
        let is_listed = |path: &Path| !path.ends_with("README.txt") && !path.ends_with("COMPLETE");
        let Some(file) = flip(&disk, &mut post.dice, is_listed) else { return };
        tally.faults("bit of a disk flipped", 1);
        let said = receive(world, post, &disk, tally);
        let after = world.head(post);
        let is_same = before.is_none() || after.is_none() || before == after;
        tally.check(Property::Unspoilt, is_same && said != Some(0), || {
            format!("station {}: {} was taken: {before:?} → {after:?}, {said:?}", post.number, file.display())
        });
        match step(post, "--to", &disk, process, tally) {
            Some(again) => written = again,
            None => return,
        }
    }
    for master in post.books.never_left.iter().flat_map(|code| &post.books.scanned[code]) {
        let name = master.to_string();
        let tells = files(&disk).any(|path| {
            path.to_string_lossy().contains(&name)
                || path.ends_with("list.ndjson") && fs::read_to_string(&path).is_ok_and(|text| text.contains(&name))
        });
        tally.check(Property::Held, !tells, || format!("station {}: {name} is on a disk", post.number));
    }
    let received = receive(world, post, &disk, tally);
    let taken = step(post, "--from", &disk, process, tally);
    if let (Some(last), Some(0), Some(_)) = (last(&written), received, taken) {
        let status = post.station.run(["sync", "--status", "--json"]).json();
        let acknowledged = status["acknowledged"].as_u64();
        tally.check(Property::Carried, acknowledged >= Some(last), || {
            format!("station {}: {acknowledged:?} of {last}", post.number)
        });
    }
}

/// The position of the last record that was written.
fn last(written: &Value) -> Option<u64> {
    let name = written["bundles"].as_array()?.last()?.as_str()?;
    name.rsplit_once('-')?.1.parse().ok()
}

fn files(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    WalkDir::new(folder).into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path)
}

/// Writes the disk, or reads the answer on it; what the program says if all was done.
fn step(post: &mut Post, way: &str, disk: &Path, process: &Mutex<Option<u32>>, tally: &Tally) -> Option<Value> {
    let mut command = post.station.command_as(ARCHIVIST);
    command.args(["sync", way]).arg(disk).arg("--json");
    let (code, out, err) = post.watched(&mut command, &format!("sync {way} a disk"), process, tally);
    let is_sound = !err.contains("panicked") && code.is_none_or(|code| EXPECTED.contains(&code));
    tally.check(Property::Sound, is_sound, || format!("station {}: {way}: {code:?}\n{err}", post.number));
    post.learn(code, &out)
}

fn receive(world: &World, post: &Post, disk: &Path, tally: &Tally) -> Option<i32> {
    let said = world.receive(disk);
    tally.operation("disk received");
    let words = format!("{}{}", said.stdout, said.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    tally.tell(&format!("disk of station {} → {:?} {words}", post.number, said.code));
    tally.check(Property::Sound, !words.contains("panicked") && matches!(said.code, Some(0 | 1)), || words.clone());
    said.code
}
