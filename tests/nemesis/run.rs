//! A run: the plan is carried out, everything is healed, and then every property is looked at.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::plan::{Admin, Plan, Round, Sync};
use crate::post::Post;
use crate::tally::{Property, Tally};
use crate::world::{World, wait};
use crate::{Libraries, absence, disk, properties, spoilt};

/// When a round's collector begins, in milliseconds.
const COLLECTED: u16 = 400;
/// How long the queue may take to drain.
const DRAIN: Duration = Duration::from_secs(90);

/// Carries out a plan, or its first rounds; false if something that it needs is missing.
pub(crate) fn run(plan: &Plan, libraries: &Libraries, tally: &Tally) -> bool {
    let Some(world) = World::new(plan, libraries) else { return false };
    let store = if plan.bucket { "bucket" } else { "folder" };
    tally.begin(&format!("seed {}, {} rounds, store: {store}", plan.seed, plan.rounds.len()));
    let mut posts: Vec<Post> = std::thread::scope(|scope| {
        let made: Vec<_> =
            (0..crate::plan::POSTS).map(|place| scope.spawn(move || Post::new(place, plan, libraries))).collect();
        made.into_iter().map(|post| post.join().expect("a station")).collect()
    });
    for post in &mut posts {
        post.administer(&["enrol", &world.invite(post)]).done();
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| properties::read_along(&world, &over, tally));
        for (number, round) in plan.rounds.iter().enumerate() {
            tally.tell(&format!("round {number}"));
            go(&world, &mut posts, round, libraries, tally);
            if let Some(admin) = round.admin {
                administer(&world, &mut posts, admin, tally);
            }
        }
        world.heal(tally);
        drain(&world, &mut posts, tally);
        over.store(true, Ordering::SeqCst);
        reader.thread().unpark();
    });
    properties::look(&world, &posts, tally);
    let drifts = plan.drifts.iter().chain(&plan.hub_drifts).filter(|drift| **drift != 0);
    tally.faults("clock of a station or a hub apart", libraries.clock.as_ref().map_or(0, |_| drifts.count() as u64));
    for proxy in [Some(&world.network), world.to_store.as_ref()].into_iter().flatten() {
        for (kind, number) in proxy.counts().into_iter().filter(|(kind, _)| *kind != "pass") {
            tally.faults(kind, number);
        }
    }
    true
}

/// A round: stations work, then all sync while things happen.
fn go(world: &World, posts: &mut [Post], round: &Round, libraries: &Libraries, tally: &Tally) {
    std::thread::scope(|scope| {
        for post in posts.iter_mut() {
            let list = &round.work[post.number];
            scope.spawn(move || list.iter().for_each(|work| post.work(*work, tally)));
        }
    });
    world.network.plan(round.network.iter().copied());
    if let Some(proxy) = &world.to_store {
        proxy.plan(round.store.iter().copied());
    }
    let processes: Vec<Mutex<Option<u32>>> = posts.iter().map(|_| Mutex::default()).collect();
    std::thread::scope(|scope| {
        for post in posts.iter_mut() {
            let (list, process) = (&round.syncs[post.number], &processes[post.number]);
            scope.spawn(move || {
                for how in list {
                    if post.is_stopped {
                        let invitation = post.invitation.take().unwrap_or_else(|| world.invite(post));
                        enrol(post, invitation, tally);
                    }
                    match how {
                        Sync::ByDisk { spoilt } => disk::carry(world, post, *spoilt, process, tally),
                        how => {
                            post.sync(*how, libraries, process, tally);
                        }
                    }
                }
            });
        }
        // Uploads whose record is on its way are collected as well: they go up again.
        scope.spawn(|| {
            wait(COLLECTED);
            world.collect(&[], tally);
        });
        for (time, mischief) in &round.mischief {
            wait(*time);
            world.do_mischief(*mischief, &processes, tally);
        }
    });
    world.network.heal();
    if let Some(proxy) = &world.to_store {
        proxy.heal();
    }
    world.revive(tally);
    world.end_leases();
}

/// A person takes the code to the station; what breaks off is tried again with the same code.
fn enrol(post: &mut Post, invitation: String, tally: &Tally) {
    let said = post.administer(&["enrol", &invitation]);
    tally.operation("enrol again");
    tally.tell(&format!(
        "station {}: enrol → {:?} {}",
        post.number,
        said.code,
        said.stderr.lines().next().unwrap_or("")
    ));
    match said.code {
        Some(0) => {
            post.is_stopped = false;
            post.books.changed.extend(post.books.scanned.keys().cloned());
        }
        Some(12) => post.invitation = Some(invitation),
        // The code may be one of a database that is gone.
        _ => post.invitation = None,
    }
}

fn administer(world: &World, posts: &mut [Post], admin: Admin, tally: &Tally) {
    tally.tell(&format!("{admin:?}"));
    let done = match admin {
        Admin::BackUpHub => {
            world.back_up();
            for post in posts {
                post.books.stable.clone_from(&post.books.acknowledged);
            }
            "hub backed up"
        }
        Admin::RestoreHub => {
            if !world.restore(tally) {
                return;
            }
            for post in posts {
                post.invitation = None;
                // What came after the backup is the station's to send again. If the station is restored too, it is lost.
                post.books.acknowledged.clone_from(&post.books.stable);
                post.books.changed.extend(post.books.scanned.keys().cloned());
            }
            "hub restored"
        }
        Admin::BackUpPost(place) => {
            posts[place].back_up();
            "station backed up"
        }
        Admin::RestorePost(place) => {
            if !posts[place].restore() {
                return;
            }
            "station restored"
        }
        Admin::CopyPost(place, copy_first) => {
            copied(world, &mut posts[place], copy_first, tally);
            "station copied"
        }
        Admin::Absent(place) => {
            absence::weeks(world, &mut posts[place], tally);
            "weeks without a network"
        }
        Admin::SpoilPart(place) => {
            if !spoilt::part(world, &mut posts[place], tally) {
                return;
            }
            "upload that is spoilt on the hub's disk"
        }
    };
    tally.operation(done);
}

/// Two machines with one identity: one goes on, the other stops and says so.
fn copied(world: &World, post: &mut Post, copy_first: bool, tally: &Tally) {
    if !settle(world, post, tally) {
        return;
    }
    let Some(code) = post.books.scanned.keys().find(|code| !post.books.held.contains(*code)).cloned() else { return };
    let mut twin = post.copy();
    for (machine, by) in [(&*post, "90"), (&twin, "180")] {
        machine.station.run(["page", "turn", &code, "1", "--by", by]).done();
        machine.station.run(["process", &code, "--lang", "vie", "--no-sign", "--jobs", "1"]);
        machine.administer(&["clear", &code, "--reason", "đã xem"]).done();
    }
    post.books.changed.insert(code.clone());
    twin.books.changed.insert(code);
    let mut order = [&mut *post, &mut twin];
    if copy_first {
        order.reverse();
    }
    let ends = order.map(|machine| {
        let none = Mutex::default();
        let went = machine.sync(Sync::Plain, &Libraries::default(), &none, tally).is_some();
        (went, machine.is_stopped)
    });
    tally.check(Property::Fenced, ends == [(true, false), (false, true)], || format!("{ends:?}"));
}

/// Syncs a station until nothing waits; a person brings a code where one is needed. False if it does not come to an end.
pub(crate) fn settle(world: &World, post: &mut Post, tally: &Tally) -> bool {
    let end = Instant::now() + DRAIN;
    let none = Mutex::default();
    while Instant::now() < end {
        if post.is_stopped {
            let invitation = post.invitation.take().unwrap_or_else(|| world.invite(post));
            enrol(post, invitation, tally);
        }
        if post.sync(Sync::Plain, &Libraries::default(), &none, tally).is_some_and(|said| said["waiting"] == 0) {
            return true;
        }
        wait(100);
    }
    false
}

fn drain(world: &World, posts: &mut [Post], tally: &Tally) {
    for post in posts {
        let drained = settle(world, post, tally);
        let status = post.station.run(["sync", "--status", "--json"]);
        tally.check(Property::Drained, drained && status.code == Some(0), || {
            format!("station {}: {status:?}", post.number)
        });
        // What the clock had put off is said now; from here on there is nothing to say.
        let none = Mutex::default();
        post.sync(Sync::Plain, &Libraries::default(), &none, tally);
        let before = world.network.log().len();
        let second = post.sync(Sync::Plain, &Libraries::default(), &none, tally);
        let sent: Vec<String> = world.network.log().split_off(before);
        let is_silent = second.as_ref().is_some_and(|said| said["records"] == 0 && said["files"] == 0)
            && !sent.iter().any(|line| line.starts_with("PUT") || line.contains("/v1/batches"));
        tally.check(Property::Silent, is_silent, || format!("station {}: {second:?} {sent:?}", post.number));
    }
}
