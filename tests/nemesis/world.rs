//! The world of a run: PostgreSQL, two hubs on one store, a faulty network before them and before the store; and what
//! happens to processes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use sohoa_model::crash;
use sohoa_tests::hub::Hub;
use sohoa_tests::proxy::Proxy;
use sohoa_tests::s3::S3;
use sohoa_tests::station::Said;

use crate::Libraries;
use crate::plan::{Mischief, Plan};
use crate::post::Post;
use crate::tally::{Property, Tally};

/// What stations sync with.
pub(crate) struct World {
    pub(crate) hubs: Mutex<[Hub; 2]>,
    /// Before the hubs: the address that stations know.
    pub(crate) network: Proxy,
    /// Before the bucket.
    pub(crate) to_store: Option<Proxy>,
    bucket: Option<S3>,
    /// What a hub loads whose store is to be full.
    full: Option<OsString>,
    manifest: Mutex<Option<PathBuf>>,
    /// Hubs that are to fail, by their places: at a point, or for want of space.
    doomed: Mutex<BTreeMap<usize, Option<&'static str>>>,
}

impl World {
    /// A new world, unless something that it needs is missing.
    pub(crate) fn new(plan: &Plan, libraries: &Libraries) -> Option<Self> {
        let bucket = if plan.bucket { Some(S3::start()?) } else { None };
        let to_store = bucket.as_ref().map(|bucket| Proxy::before(&[&bucket.endpoint]));
        let store = bucket.as_ref().zip(to_store.as_ref()).map(|(bucket, proxy)| bucket.settings(&proxy.url));
        let mut first = Hub::plan(store.as_deref())?;
        let mut second = first.another("second");
        let network = Proxy::before(&[&first.url, &second.url]);
        for (hub, drift) in [&mut first, &mut second].into_iter().zip(plan.hub_drifts) {
            hub.settle(&network.url);
            if let Some(clock) = &libraries.clock {
                hub.set("LD_PRELOAD", clock);
                hub.set("CLOCK_OFFSET", drift.to_string());
            }
            hub.serve();
        }
        Some(Self {
            hubs: Mutex::new([first, second]),
            network,
            to_store,
            bucket,
            full: libraries.both(),
            manifest: Mutex::default(),
            doomed: Mutex::default(),
        })
    }

    /// The folder of the store's objects.
    pub(crate) fn store(&self) -> PathBuf {
        match &self.bucket {
            Some(bucket) => bucket.objects(),
            None => self.hubs.lock().unwrap()[0].store(),
        }
    }

    /// The store has nothing that its service stumbles over.
    pub(crate) fn forget_torn(&self) {
        if let Some(bucket) = &self.bucket {
            bucket.forget_torn();
        }
    }

    /// What a question answers; none while PostgreSQL is down.
    pub(crate) fn ask(&self, question: &str) -> Option<String> {
        self.hubs.lock().unwrap()[0].try_sql(question)
    }

    /// The same where it must be up.
    pub(crate) fn sql(&self, question: &str) -> String {
        self.ask(question).unwrap_or_else(|| panic!("{question}"))
    }

    /// Does something to a process.
    pub(crate) fn do_mischief(&self, mischief: Mischief, posts: &[Mutex<Option<u32>>], tally: &Tally) {
        tally.tell(&format!("{mischief:?}"));
        match mischief {
            Mischief::KillStation(place) => {
                if signal(*posts[place].lock().unwrap(), "KILL") {
                    tally.faults("station killed", 1);
                }
            }
            Mischief::PauseStation(place, time) => {
                let process = *posts[place].lock().unwrap();
                if signal(process, "STOP") {
                    wait(time);
                    signal(process, "CONT");
                    tally.faults("station paused", 1);
                }
            }
            Mischief::KillHub(place, point) => {
                self.kill_hub(place, tally);
                let mut hubs = self.hubs.lock().unwrap();
                if hubs[place].try_serve(point, &[]) && point.is_some() {
                    self.doomed.lock().unwrap().insert(place, point);
                }
                tally.faults("hub killed", 1);
            }
            Mischief::PauseHub(place, time) => {
                let process = self.hubs.lock().unwrap()[place].process();
                if signal(process, "STOP") {
                    wait(time);
                    signal(process, "CONT");
                    tally.faults("hub paused", 1);
                }
            }
            Mischief::FillHub(place, change) => {
                let Some(full) = self.full.as_ref().filter(|_| self.bucket.is_none()) else { return };
                self.kill_hub(place, tally);
                let mut hubs = self.hubs.lock().unwrap();
                let (store, log) = (hubs[place].store(), hubs[place].folder().join("recorder.log"));
                let from = format!("full:{change}");
                let with: [(&str, &Path); 4] = [
                    ("LD_PRELOAD", Path::new(full)),
                    ("RECORDER_ROOT", &store),
                    ("RECORDER_LOG", &log),
                    ("RECORDER_FAIL", Path::new(&from)),
                ];
                hubs[place].try_serve(None, &with);
                self.doomed.lock().unwrap().insert(place, None);
                tally.faults("store of a hub without space", 1);
            }
            Mischief::CrashPostgres => {
                self.hubs.lock().unwrap()[0].cluster().crash();
                tally.faults("PostgreSQL crashed", 1);
            }
            Mischief::PausePostgres(time) => {
                let hubs = self.hubs.lock().unwrap();
                hubs[0].cluster().signal_all("STOP");
                wait(time);
                hubs[0].cluster().signal_all("CONT");
                tally.faults("PostgreSQL paused", 1);
            }
        }
    }

    fn kill_hub(&self, place: usize, tally: &Tally) {
        self.note(place, tally);
        self.hubs.lock().unwrap()[place].stop();
    }

    /// Writes down how large a hub was and whether it died where it was to.
    fn note(&self, place: usize, tally: &Tally) {
        let mut hubs = self.hubs.lock().unwrap();
        let doom = self.doomed.lock().unwrap().remove(&place);
        if hubs[place].is_serving() {
            tally.hub_memory(hubs[place].process().map_or(0, peak_kilobytes));
        } else if let Some(Some(point)) = doom {
            assert!(crash::POINTS.contains(&point));
            tally.faults("hub killed at a point", 1);
        }
    }

    /// Hubs that died, or would, are started again.
    pub(crate) fn revive(&self, tally: &Tally) {
        for place in 0..2 {
            let is_doomed = self.doomed.lock().unwrap().contains_key(&place);
            self.note(place, tally);
            let mut hubs = self.hubs.lock().unwrap();
            if is_doomed || !hubs[place].is_serving() {
                hubs[place].serve();
            }
        }
    }

    /// Nothing goes wrong from now on.
    pub(crate) fn heal(&self, tally: &Tally) {
        self.network.heal();
        if let Some(proxy) = &self.to_store {
            proxy.heal();
        }
        for place in 0..2 {
            self.note(place, tally);
            let mut hubs = self.hubs.lock().unwrap();
            hubs[place].serve();
        }
        self.end_leases();
    }

    /// What the clock does: the leases of hubs that died are over.
    pub(crate) fn end_leases(&self) {
        self.sql("UPDATE staged SET lease_until = now() - interval '1 second' WHERE state = 0");
    }

    /// The database is backed up.
    pub(crate) fn back_up(&self) {
        let hubs = self.hubs.lock().unwrap();
        let said = hubs[0].run(&["backup", hubs[0].folder().join("backups").to_str().unwrap()]).done();
        *self.manifest.lock().unwrap() = Some(PathBuf::from(said.stdout.trim()));
    }

    /// The last backup is restored into a new database; false if there is none.
    pub(crate) fn restore(&self, tally: &Tally) -> bool {
        let Some(manifest) = self.manifest.lock().unwrap().clone() else { return false };
        for place in 0..2 {
            self.kill_hub(place, tally);
        }
        let mut hubs = self.hubs.lock().unwrap();
        hubs[0].use_new_database();
        for hub in hubs.iter_mut() {
            hub.settle(&self.network.url);
        }
        hubs[0].run(&["restore", manifest.to_str().unwrap()]).done();
        for hub in hubs.iter_mut() {
            hub.serve();
        }
        true
    }

    /// The folder in which uploads lie that are under way; none of a bucket.
    pub(crate) fn staging(&self) -> Option<PathBuf> {
        self.bucket.is_none().then(|| self.store().join("staging"))
    }

    /// A hub takes what lies on a disk.
    pub(crate) fn receive(&self, disk: &Path) -> Said {
        let mut command = self.hubs.lock().unwrap()[0].command(&["receive", disk.to_str().unwrap(), "--json"]);
        Said::of(&mut command)
    }

    /// What a rebuild from the stored batches would change.
    pub(crate) fn compare(&self) -> Said {
        let mut command = self.hubs.lock().unwrap()[0].command(&["rebuild", "--compare"]);
        Said::of(&mut command)
    }

    /// Collects what nobody names whatever its age; what came of it.
    pub(crate) fn collect(&self, more: &[&str], tally: &Tally) -> Said {
        let line = [["collect", "--days", "0"].as_slice(), more].concat();
        let mut command = self.hubs.lock().unwrap()[1].command(&line);
        let said = Said::of(&mut command);
        tally.operation(if said.code == Some(0) { "collect" } else { "collect that was broken off" });
        tally.tell(&format!("collect → {:?} {}{}", said.code, said.stdout.replace('\n', "; "), said.stderr.trim()));
        tally.check(Property::Sound, !said.stderr.contains("panicked"), || said.stderr.clone());
        said
    }

    /// How many records the hub has of a station; none while PostgreSQL is down.
    pub(crate) fn head(&self, post: &Post) -> Option<String> {
        self.ask(&format!("SELECT epoch, seq FROM station WHERE name = 'Trạm {}'", post.number % 100))
    }

    /// From now on no request arrives, or every one does again.
    pub(crate) fn connect(&self, is_connected: bool) {
        let hubs = self.hubs.lock().unwrap();
        let [first, second] = [hubs[0].url.as_str(), hubs[1].url.as_str()];
        if is_connected { self.network.aim(&[first, second]) } else { self.network.aim(&[]) }
    }

    /// An invitation for a station: a new one, or a new machine of one that is known.
    pub(crate) fn invite(&self, post: &Post) -> String {
        let hubs = self.hubs.lock().unwrap();
        let name = format!("Trạm {}", post.number % 100);
        let id = hubs[0].sql(&format!("SELECT station FROM station WHERE name = '{name}'"));
        if id.is_empty() { hubs[0].invite(&name) } else { hubs[0].invite_again(&id) }
    }

    /// Hubs say nothing of a fault of their own.
    pub(crate) fn check_logs(&self, tally: &Tally) {
        for hub in self.hubs.lock().unwrap().iter() {
            let log = hub.log();
            let bad = log.lines().find(|line| line.contains("panicked") || line.contains("\"code\":\"internal\""));
            tally.check(Property::Sound, bad.is_none(), || format!("a hub says {}", bad.unwrap_or_default()));
        }
    }
}

/// Waits as a plan says.
pub(crate) fn wait(milliseconds: u16) {
    let end = Instant::now() + Duration::from_millis(milliseconds.into());
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        std::thread::park_timeout(left);
    }
}

/// Sends a signal; false if there is no such process.
fn signal(process: Option<u32>, name: &str) -> bool {
    let Some(process) = process else { return false };
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &process.to_string()]).stderr(std::process::Stdio::null());
    kill.status().is_ok_and(|status| status.success())
}

fn peak_kilobytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
