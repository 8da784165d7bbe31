//! The properties, looked at from outside: rows, objects and lines are read by means that are not the hub's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sohoa_model::Sha256;
use walkdir::WalkDir;

use crate::post::Post;
use crate::tally::{Property, Tally};
use crate::world::World;

/// Reads along while things go wrong: whatever a record names can be read at once.
pub(crate) fn read_along(world: &World, over: &AtomicBool, tally: &Tally) {
    let mut seen = BTreeSet::new();
    while !over.load(Ordering::SeqCst) {
        let rows = world.ask("SELECT key, encode(sha256, 'hex') FROM file WHERE state = 0").unwrap_or_default();
        for row in rows.lines().filter(|row| !seen.contains(*row)).map(str::to_owned).collect::<Vec<_>>() {
            readable(&world.store(), &row, tally);
            seen.insert(row);
        }
        std::thread::park_timeout(Duration::from_millis(300));
    }
}

fn readable(store: &Path, row: &str, tally: &Tally) -> Option<Sha256> {
    let (key, digest) = row.split_once('|').unwrap_or_default();
    let found = fs::read(store.join(key)).map(|bytes| Sha256::of(&bytes));
    let holds = found.as_ref().is_ok_and(|found| found.to_string() == digest);
    tally.check(Property::Readable, holds, || format!("{key}: {found:?}"));
    found.ok().filter(|_| holds)
}

/// Looks at everything when all is quiet.
pub(crate) fn look(world: &World, posts: &[Post], tally: &Tally) {
    let store = world.store();
    swept(world, &store, tally);
    let rows = world.sql("SELECT key, encode(sha256, 'hex') FROM file WHERE state = 0");
    let files: BTreeSet<Sha256> = rows.lines().filter_map(|row| readable(&store, row, tally)).collect();
    for post in posts {
        kept(world, post, &files, tally);
        once(world, post, &store, tally);
    }
    for (question, what) in [
        (
            "SELECT count(*) FROM (SELECT station_no, fonds_no, state, count(*) AS d, sum(pages) AS p, \
             sum(a4_thousandths) AS a, sum(bytes) AS b FROM dossier WHERE NOT retired GROUP BY 1, 2, 3) c \
             FULL JOIN (SELECT * FROM progress WHERE dossiers <> 0) q USING (station_no, fonds_no, state) \
             WHERE (c.d, c.p, c.a, c.b) IS DISTINCT FROM (q.dossiers, q.pages, q.a4_thousandths, q.bytes)",
            "of each fonds",
        ),
        (
            "SELECT count(*) FROM (SELECT station_no, state, sum(dossiers) AS d, sum(pages) AS p FROM progress \
             GROUP BY 1, 2) c FULL JOIN progress_top q USING (station_no, state) \
             WHERE (c.d, c.p) IS DISTINCT FROM (q.dossiers, q.pages)",
            "of each station",
        ),
        (
            "SELECT count(*) FROM (SELECT unit_no, accepted_on, coalesce(value_class, '') AS value_class, below_standard, \
             count(*) AS d, sum(coalesce(expected_pages, pages)) AS p FROM dossier JOIN fonds USING (fonds_no) \
             WHERE state >= 7 AND NOT retired AND accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4) c \
             FULL JOIN (SELECT unit_no, accepted_on, value_class, below_standard, sum(dossiers) AS d, sum(pages) AS p \
             FROM accepted_day GROUP BY 1, 2, 3, 4 HAVING sum(dossiers) <> 0) q \
             USING (unit_no, accepted_on, value_class, below_standard) WHERE (c.d, c.p) IS DISTINCT FROM (q.d, q.p)",
            "of each day",
        ),
        (
            "SELECT count(*) FROM (SELECT unit_no, coalesce(value_class, '') AS value_class, below_standard, \
             state >= 7 AS is_done, count(*) AS d, sum(coalesce(expected_pages, pages)) AS p \
             FROM dossier JOIN fonds USING (fonds_no) WHERE NOT retired GROUP BY 1, 2, 3, 4) c \
             FULL JOIN (SELECT unit_no, value_class, below_standard, is_done, sum(dossiers) AS d, sum(pages) AS p \
             FROM amount GROUP BY 1, 2, 3, 4 HAVING sum(dossiers) <> 0) q \
             USING (unit_no, value_class, below_standard, is_done) WHERE (c.d, c.p) IS DISTINCT FROM (q.d, q.p)",
            "of each class of value",
        ),
    ] {
        let wrong = world.sql(question);
        tally.check(Property::Counted, wrong == "0", || format!("{wrong} counters {what}"));
    }
    for table in ["page", "dossier"] {
        let doubled = world.sql(&format!("SELECT count(*) - count(DISTINCT {table}) FROM {table}"));
        tally.check(Property::Once, doubled == "0", || format!("{doubled} of {table}"));
    }
    let rebuilt = world.compare();
    tally.check(Property::Rebuilt, rebuilt.code == Some(0), || format!("{rebuilt:?}"));
    held(world, posts, &store, tally);
    for (line, status) in world.network.flipped() {
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        tally.check(Property::Unspoilt, !is_taken, || format!("{line} with a flipped bit: {status:?}"));
    }
    world.check_logs(tally);
}

/// Once all is collected the store has the files that records name, and no other.
fn swept(world: &World, store: &Path, tally: &Tally) {
    world.forget_torn();
    let said = world.collect(&["--sweep", "--orphan-days", "0", "--anyway"], tally);
    let keys = world.sql("SELECT key FROM file");
    let named: BTreeSet<String> = keys.lines().map(str::to_owned).collect();
    let files = WalkDir::new(store.join("f")).into_iter().filter_map(Result::ok).filter(|e| e.file_type().is_file());
    let there: BTreeSet<String> =
        files.map(|entry| entry.path().strip_prefix(store).unwrap().to_str().unwrap().to_owned()).collect();
    let is_it = said.code == Some(0) && there == named && world.sql("SELECT count(*) FROM staged") == "0";
    let differ = || there.symmetric_difference(&named).collect::<Vec<_>>();
    tally.check(Property::Swept, is_it, || format!("{said:?}: {:?}", differ()));
}

/// What a station showed as acknowledged is there, and what both have is the same.
fn kept(world: &World, post: &Post, files: &BTreeSet<Sha256>, tally: &Tally) {
    let pages = "SELECT d.code, encode(p.master_sha256, 'hex') FROM page p JOIN dossier d USING (dossier) \
        JOIN station s ON s.station_no = p.station_no";
    let own = format!("{pages} WHERE s.name = 'Trạm {}'", post.number);
    let mut at_hub: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let rows = world.sql(&format!("{own} AND NOT p.retired"));
    for (code, master) in rows.lines().filter_map(|row| row.split_once('|')) {
        at_hub.entry(code.to_owned()).or_default().insert(master.to_owned());
    }
    let all = world.sql(&own);
    for master in &post.books.acknowledged {
        let holds = all.contains(&master.to_string()) && files.contains(master);
        tally
            .check(Property::Kept, holds, || format!("station {}: {master} was acknowledged and is gone", post.number));
    }
    for code in post.books.scanned.keys().filter(|code| !post.books.held.contains(*code)) {
        let masters = post.masters(code);
        let here: BTreeSet<String> = masters.iter().map(ToString::to_string).collect();
        let there = at_hub.get(code).cloned().unwrap_or_default();
        let have_bytes = masters.iter().all(|master| files.contains(master));
        tally.check(Property::Kept, here == there && have_bytes, || format!("{code}: here {here:?}, there {there:?}"));
    }
}

/// The stored lines of a station follow each other, none is there twice, and their chain is the head.
fn once(world: &World, post: &Post, store: &Path, tally: &Tally) {
    let name = format!("Trạm {}", post.number);
    let head = world.sql(&format!("SELECT station, seq, encode(chain, 'hex') FROM station WHERE name = '{name}'"));
    let [id, seq, chain] = head.split('|').collect::<Vec<_>>()[..] else { panic!("{head}") };
    let keys = world.sql(&format!(
        "SELECT key FROM batch JOIN station USING (station_no) WHERE name = '{name}' ORDER BY first_seq"
    ));
    let plain = id.replace('-', "");
    let bytes: Vec<u8> =
        (0..16).map(|place| u8::from_str_radix(&plain[2 * place..2 * place + 2], 16).unwrap()).collect();
    let mut own = Sha256::of(&[b"sohoa-log-1".as_slice(), &bytes].concat());
    let (mut count, mut revisions, mut doubled) = (0_u64, BTreeSet::new(), Vec::new());
    for key in keys.lines() {
        for line in lines(&store.join(key)) {
            let record: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
            let digest = match record["withheld"].as_str() {
                Some(digest) => digest.parse().expect("a digest"),
                None => Sha256::of(&line),
            };
            own = Sha256::of(&[[1].as_slice(), &own.0, &digest.0].concat());
            count += 1;
            let name = format!("{} {} {}", record["kind"], record["id"], record["rev"]);
            if record["withheld"].is_null() && !revisions.insert(name.clone()) {
                doubled.push(name);
            }
        }
    }
    tally.check(Property::Once, doubled.is_empty(), || format!("{name}: {doubled:?}"));
    let holds = count.to_string() == seq && own.to_string() == chain;
    tally.check(Property::Once, holds, || format!("{name}: {count} lines, {own}; the head is {seq}, {chain}"));
    // The station compares its own chain with the head whenever it syncs, and shows what it takes for acknowledged.
    let shown = post.station.run(["sync", "--status", "--json"]).json();
    let holds = shown["acknowledged"].as_u64() == seq.parse().ok();
    tally.check(Property::Once, holds, || format!("{name} shows {}, the hub has {seq}", shown["acknowledged"]));
}

/// The lines of a stored batch.
fn lines(object: &Path) -> Vec<Vec<u8>> {
    let mut command = Command::new("sh");
    command.args(["-c", "tail -n +2 \"$0\" | zstd -dcq"]).arg(object).stderr(Stdio::inherit());
    let output = command.output().expect("a shell");
    output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// Of what was held before it could leave there is nothing: not in the network, not in the store, not in the database.
fn held(world: &World, posts: &[Post], store: &Path, tally: &Tally) {
    let sent = world.network.log().join("\n");
    let hub = world.hubs.lock().unwrap();
    let dump = hub[0].dump();
    let objects = WalkDir::new(store).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    let stored: BTreeSet<Sha256> = objects.filter_map(|e| fs::read(e.path()).ok()).map(|b| Sha256::of(&b)).collect();
    for post in posts {
        for code in &post.books.never_left {
            for master in &post.books.scanned[code] {
                let name = master.to_string();
                let left = sent.contains(&name) || stored.contains(master) || dump.contains(&name);
                tally.check(Property::Held, !left, || format!("{code}: {name}"));
            }
        }
    }
}
