//! A plan: all that will be done and all that will go wrong, drawn from a seed before anything begins.

use sohoa_model::crash;
use sohoa_tests::proxy::Fault;

/// Stations of a run.
pub(crate) const POSTS: usize = 3;
/// Points at which a sync is killed, of all that it comes by.
fn station_points() -> Vec<&'static str> {
    let is_of_sync = |point: &&str| point.starts_with("sync.") || point.starts_with("catalog.");
    crash::POINTS.iter().copied().filter(is_of_sync).collect()
}
/// Points at which a hub is killed, of all that it has.
fn hub_points() -> Vec<&'static str> {
    crash::POINTS.iter().copied().filter(|point| point.starts_with("hub.")).collect()
}

/// Numbers that look drawn: SplitMix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, count: u16) -> u16 {
        (self.next() % u64::from(count)) as u16
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.next() % of.len() as u64) as usize]
    }
}

/// What is done at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A dossier of so many pages is scanned, read and cleared.
    Scan(u16),
    /// The same with one page, and it is held before anything of it could leave.
    ScanHeld,
    /// A dossier of one page with a master over 8 MiB.
    ScanLarge,
    /// A page is turned and read again: a new revision.
    Turn,
    /// A dossier is held.
    Hold,
    /// A hold is lifted.
    Lift,
}

/// How a sync of a station goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    Plain,
    /// Killed at a named point, passed for the n-th time.
    DiesAt(&'static str, u16),
    /// There is no space from the n-th change on.
    DiskFull(u16),
    /// The clock is wrong by so many days.
    Clock(i8),
    /// On a disk, there and back; on the way there a bit of it flips, and it is written once more.
    ByDisk {
        spoilt: bool,
    },
}

/// What is done to processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mischief {
    KillStation(usize),
    PauseStation(usize, u16),
    /// Killed; the next one of its place dies at a point, if one is named.
    KillHub(usize, Option<&'static str>),
    PauseHub(usize, u16),
    /// Its next one has no space from the n-th change of its store on; a folder only.
    FillHub(usize, u16),
    CrashPostgres,
    PausePostgres(u16),
}

/// What people do with the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admin {
    BackUpHub,
    RestoreHub,
    BackUpPost(usize),
    RestorePost(usize),
    /// The station's machine is copied; both go on, and the copy or the original speaks first.
    CopyPost(usize, bool),
    /// A station works for weeks without a network.
    Absent(usize),
    /// A bit of a file that is half here flips where it lies.
    SpoilPart(usize),
}

/// A round: work, then everything at once, then people.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    pub(crate) work: [Vec<Work>; POSTS],
    pub(crate) syncs: [Vec<Sync>; POSTS],
    pub(crate) network: Vec<Fault>,
    pub(crate) store: Vec<Fault>,
    /// Milliseconds to wait, then what to do.
    pub(crate) mischief: Vec<(u16, Mischief)>,
    pub(crate) admin: Option<Admin>,
}

/// All of a run.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Whether the store is a bucket: every second seed.
    pub(crate) bucket: bool,
    /// How far the clocks of the stations are off, in seconds.
    pub(crate) drifts: [i64; POSTS],
    /// How far those of the hubs are: they share nonces, which are good for ten minutes.
    pub(crate) hub_drifts: [i64; 2],
    pub(crate) rounds: Vec<Round>,
}

impl Plan {
    /// The plan of a seed.
    pub(crate) fn draw(seed: u64, rounds: usize) -> Self {
        let mut dice = Dice::new(seed);
        let mut place = || usize::from(dice.below(POSTS as u16));
        let mut admins = vec![Some(Admin::Absent(place())), Some(Admin::BackUpHub), Some(Admin::SpoilPart(place()))];
        let post = place();
        admins.push(Some(Admin::BackUpPost(post)));
        admins.push(Some(Admin::RestoreHub));
        admins.push(Some(Admin::RestorePost(post)));
        admins.push(Some(Admin::CopyPost(usize::from(dice.below(POSTS as u16)), dice.below(2) == 0)));
        let rounds = (0..rounds)
            .map(|number| {
                let admin = match admins.get(number) {
                    Some(admin) => *admin,
                    None => draw_admin(&mut dice),
                };
                draw_round(&mut dice, number, admin)
            })
            .collect();
        let mut drift = |most: u16| i64::from(dice.below(2 * most + 1)) - i64::from(most);
        let drifts = std::array::from_fn(|_| drift(20 * 24) * 3600 + drift(1800));
        let hub_drifts = std::array::from_fn(|_| drift(240));
        Self { seed, bucket: seed.is_multiple_of(2), drifts, hub_drifts, rounds }
    }
}

fn draw_admin(dice: &mut Dice) -> Option<Admin> {
    let post = usize::from(dice.below(POSTS as u16));
    match dice.below(12) {
        0 => Some(Admin::BackUpHub),
        1 => Some(Admin::RestoreHub),
        2 | 3 => Some(Admin::BackUpPost(post)),
        4 => Some(Admin::RestorePost(post)),
        5 => Some(Admin::CopyPost(post, dice.below(2) == 0)),
        6 => Some(Admin::Absent(post)),
        7 => Some(Admin::SpoilPart(post)),
        _ => None,
    }
}

fn draw_round(dice: &mut Dice, number: usize, admin: Option<Admin>) -> Round {
    let mut work: [Vec<Work>; POSTS] = Default::default();
    for (place, list) in work.iter_mut().enumerate() {
        // What every run wants to see stands at the beginning.
        list.push(match (number, place) {
            (0, 0) => Work::ScanHeld,
            (0, _) => Work::Scan(2),
            (1, 0) => Work::ScanLarge,
            _ => match dice.below(9) {
                0..=3 => Work::Scan(1 + dice.below(3)),
                4 | 5 => Work::Turn,
                6 => Work::Hold,
                7 => Work::Lift,
                _ => Work::ScanHeld,
            },
        });
    }
    let syncs = std::array::from_fn(|place| {
        let first = match dice.below(10) {
            _ if (number, place) == (2, 1) => Sync::ByDisk { spoilt: true },
            8 | 9 => Sync::ByDisk { spoilt: dice.below(3) == 0 },
            0 | 1 => Sync::DiesAt(dice.one(&station_points()), 1 + dice.below(4)),
            2 => Sync::DiskFull(1 + dice.below(120)),
            3 => Sync::Clock(dice.one(&[-40, 40])),
            _ => Sync::Plain,
        };
        vec![first, Sync::Plain, Sync::Plain]
    });
    let one_of = dice.one(&[3, 6, 12]);
    let network = (0..60).map(|_| draw_fault(dice, one_of)).collect();
    // A store that is away for long is another thing than one that stumbles: the hub asks it again by itself.
    let is_away = dice.below(3) == 0;
    let store =
        (0..60).map(|place| if is_away && place < 40 { Fault::Answered(503) } else { draw_fault(dice, one_of) });
    let store = store.collect();
    let mischief = (0..1 + dice.below(3)).map(|_| (50 + dice.below(700), draw_mischief(dice))).collect();
    Round { work, syncs, network, store, mischief, admin }
}

/// One request of so many goes wrong.
fn draw_fault(dice: &mut Dice, one_of: u16) -> Fault {
    if dice.below(one_of) != 0 {
        return Fault::Pass;
    }
    let time = 50 + dice.below(450);
    match dice.below(14) {
        0 => Fault::Lost,
        1 => Fault::AnswerLost,
        2 => Fault::HoleUp(2 * time),
        3 => Fault::HoleDown(2 * time),
        4 => Fault::Delayed(time),
        5 => Fault::Doubled,
        6 => Fault::Raced,
        7 => Fault::Repeated(2 * time),
        8 => Fault::Overtaken,
        9 => Fault::Truncated,
        10 => Fault::Cut(dice.below(400)),
        11 => Fault::Flipped(dice.below(u16::MAX)),
        12 => Fault::Halved(time),
        _ => Fault::Answered(dice.one(&[500, 503])),
    }
}

fn draw_mischief(dice: &mut Dice) -> Mischief {
    let (post, hub, time) = (usize::from(dice.below(POSTS as u16)), usize::from(dice.below(2)), 100 + dice.below(900));
    match dice.below(13) {
        0 | 1 => Mischief::KillStation(post),
        2 => Mischief::PauseStation(post, time),
        3..=5 => {
            let point = dice.one(&hub_points());
            Mischief::KillHub(hub, (dice.below(3) > 0).then_some(point))
        }
        6 => Mischief::PauseHub(hub, time),
        7..=10 => Mischief::FillHub(hub, 1 + dice.below(8)),
        11 => Mischief::CrashPostgres,
        _ => Mischief::PausePostgres(time),
    }
}

#[test]
fn a_seed_has_one_plan() {
    let text = |seed| format!("{:?}", Plan::draw(seed, 8));
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}
