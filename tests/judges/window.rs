//! A real window: under Xvfb the desktop opens the demo archive, walks its screens by keys, and what an X server shows of
//! it is looked at.

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sohoa_tests::announce;
use sohoa_tests::places::repository;
use sohoa_tests::station::{Station, desktop};

use crate::exhibits;

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What an X server shows: how many colours, the colour of a point of the rail, and every pixel.
struct Shot {
    colours: usize,
    rail: [u8; 3],
    pixels: Vec<[u8; 3]>,
}

fn shot(import: &Path, display: &str, path: &Path) -> Shot {
    let mut taken = Command::new(import);
    taken.env("DISPLAY", display).args(["-window", "root", "-depth", "8"]).arg(format!("PNG24:{}", path.display()));
    assert!(taken.status().expect("import starts").success());
    let file = std::fs::File::open(path).expect("a screenshot");
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("it fits")];
    let frame = reader.next_frame(&mut pixels).expect("pixels");
    let pixels: Vec<[u8; 3]> = pixels.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let rail = pixels[(frame.height as usize / 2) * frame.width as usize + 2];
    let colours = pixels.iter().collect::<std::collections::BTreeSet<_>>().len();
    Shot { colours, rail, pixels }
}

/// An X server with a keyboard, and eyes that look at it.
struct Screen {
    xdotool: &'static Path,
    import: &'static Path,
    display: String,
    _server: Running,
}

impl Screen {
    /// Starts one; none where a tool is missing, which in CI is a failure.
    fn start() -> Option<Self> {
        let tools = ["/usr/bin/Xvfb", "xdotool", "import"].map(|name| exhibits::judge(Path::new(name)));
        let [Some(xvfb), Some(xdotool), Some(import)] = tools else { return None };
        let mut server = Command::new(xvfb);
        server
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = Running(server.spawn().expect("Xvfb starts"));
        let mut number = String::new();
        let out = server.0.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut number).expect("Xvfb says its number");
        Some(Self { xdotool, import, display: format!(":{}", number.trim()), _server: server })
    }

    /// Opens the window over the archive of a station; the scanner is simulated.
    fn open(&self, station: &Station, simulated: &str) -> Running {
        let runtime = station.folder().join("runtime");
        std::fs::create_dir_all(&runtime).expect("a folder");
        let mut window = Command::new(desktop());
        window.arg("--archive").arg(station.archive()).args(["--ui-lang", "vi", "--operator", "Nguyễn Thị Lan"]);
        window
            .env("DISPLAY", &self.display)
            .env("XDG_RUNTIME_DIR", runtime)
            // What is chosen here is not kept for whoever works at this machine.
            .env("SOHOA_CONFIG_DIR", station.folder().join("window"))
            .env("SOHOA_SIMULATED_SCANNER", simulated)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY");
        let window = Running(window.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the window starts"));
        self.tool(&["search", "--sync", "--onlyvisible", "--name", "Sohoa", "windowfocus"]);
        window
    }

    fn tool(&self, args: &[&str]) {
        let mut tool = Command::new(self.xdotool);
        let done = tool.env("DISPLAY", &self.display).args(args).stdout(Stdio::null()).status();
        assert!(done.expect("xdotool starts").success(), "{args:?}");
    }

    fn key(&self, keys: &str) {
        self.tool(&["key", keys]);
    }

    /// What is shown once it is what is wanted. A frame may come late; one that never comes is a failure.
    fn shown(&self, station: &Station, what: &str, wanted: impl Fn(&Shot) -> bool) -> Shot {
        let path = station.folder().join("shot.png");
        let shots = (0..200).map(|_| shot(self.import, &self.display, &path));
        let found = shots.into_iter().find(|shot| shot.colours > 60 && wanted(shot));
        found.unwrap_or_else(|| panic!("the window does not show {what}"))
    }

    /// Strikes the key that feeds until it does: the scanner may still be looked for. Not too often, for a stack that was
    /// fed to its end would be fed again.
    fn feed(&self, is_fed: impl Fn() -> bool) {
        let last = Cell::new(None::<Instant>);
        until("a page", || {
            let is_fed = is_fed();
            if !is_fed && last.get().is_none_or(|at| at.elapsed() > BETWEEN) {
                self.key("space");
                last.set(Some(Instant::now()));
            }
            is_fed
        });
    }
}

/// A key that did nothing is struck again after so long.
const BETWEEN: Duration = Duration::from_secs(5);
/// What is waited for comes in this time.
const PATIENCE: Duration = Duration::from_secs(90);
/// The colour of the rail.
const RAIL_BY_DAY: [u8; 3] = [0x1C, 0x29, 0x35];

/// Asks until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "not in time: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_window_opens_the_demo_archive_and_walks_its_screens() {
    let Some(screen) = Screen::start() else { return };
    let station = Station::with_demo_archive();
    let inventory = repository().join("sample-scans/inventory.xlsx");
    station.run(["inventory", "import", inventory.to_str().expect("a path")]).done();
    station.run(["plan", "example"]).done();
    let mut window = screen.open(&station, "sheets=3");
    let mut before = screen.shown(&station, "a rail by day", |shot| shot.rail == RAIL_BY_DAY);
    // Scan asks for a dossier, and is given the first of the inventory.
    let keys = [
        "ctrl+2",
        "ctrl+3",
        "Return",
        "ctrl+4",
        "ctrl+5",
        "ctrl+6",
        "ctrl+7",
        "2",
        "ctrl+8",
        "ctrl+9",
        "ctrl+comma",
        "ctrl+k",
        "Escape",
        "F1",
        "Escape",
        "ctrl+plus",
        "ctrl+0",
        "ctrl+j",
        "ctrl+1",
    ];
    for keys in keys {
        screen.key(keys);
        let what = format!("anything new after {keys}");
        before = screen.shown(&station, &what, |shot| shot.pixels != before.pixels);
        assert!(window.0.try_wait().expect("it can be asked").is_none(), "the window closed after {keys}");
    }
    // The chart as a picture: a PNG with the colours of a chart.
    screen.key("ctrl+7");
    screen.shown(&station, "progress", |shot| shot.pixels != before.pixels);
    let picture = || {
        let reports = std::fs::read_dir(station.archive().join("reports")).into_iter().flatten().flatten();
        reports.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|ending| ending == "png"))
    };
    screen.key("ctrl+e");
    let decoded = || {
        let file = std::fs::File::open(picture()?).ok()?;
        let mut reader = png::Decoder::new(BufReader::new(file)).read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut pixels).ok()?;
        let colours = pixels.chunks_exact(4).collect::<std::collections::BTreeSet<_>>().len();
        Some((frame.width, frame.height, colours))
    };
    until("a chart as a picture", || decoded().is_some());
    let (width, height, colours) = decoded().expect("a picture");
    assert!(width > 400 && height > 150 && colours > 20, "{width} × {height}, {colours} colours");
    screen.key("ctrl+shift+d");
    screen.shown(&station, "a rail by night", |shot| shot.rail == [0x0B, 0x10, 0x15]);
    announce(&format!("a window under Xvfb: {} keys, each shows something new", keys.len() + 3));
}

#[test]
fn a_window_that_is_killed_while_it_feeds_loses_no_sheet_and_the_next_goes_on() {
    let Some(screen) = Screen::start() else { return };
    let station = Station::with_demo_archive();
    let list = station.folder().join("danh mục.csv");
    std::fs::write(&list, "mã hồ sơ,tên phông,tiêu đề hồ sơ,số lượng trang\nHS.01,Phông Sở Tư pháp,Sổ khai sinh,400\n")
        .expect("a list");
    station.run(["inventory", "import", list.to_str().expect("a path")]).done();
    let pages = || {
        let said = station.run(["show", "--json"]).done().json();
        let dossiers = said.as_array().expect("a list");
        let dossier = dossiers.iter().find(|dossier| dossier["code"] == "HS.01").expect("it is listed");
        dossier["pages"].as_u64().expect("a number")
    };
    let rail = |shot: &Shot| shot.rail == RAIL_BY_DAY;

    // Enter on Start lays the dossier on the desk, Space feeds.
    let mut window = screen.open(&station, "sheets=400");
    let start = screen.shown(&station, "Start", rail);
    screen.key("Return");
    screen.shown(&station, "Scan", |shot| shot.pixels != start.pixels);
    screen.feed(|| pages() > 0);
    until("some pages", || pages() >= 5);
    window.0.kill().expect("it is killed");
    window.0.wait().expect("it ends");
    let filed = pages();
    assert!((5..400).contains(&filed), "{filed} pages");
    station.run(["check"]).done();
    assert_eq!(pages(), filed, "nothing comes behind a window that is gone");

    // The next window goes on with the sheet behind the last that was filed.
    let goes_on = format!("sheets=3 first={}", filed + 1);
    let _window = screen.open(&station, &goes_on);
    let start = screen.shown(&station, "Start", rail);
    screen.key("Return");
    screen.shown(&station, "Scan", |shot| shot.pixels != start.pixels);
    screen.feed(|| pages() > filed);
    until("the other pages", || pages() == filed + 3);
    station.run(["check"]).done();
    announce(&format!("a window killed while it feeds: {filed} pages before, {} behind, none lost", pages() - filed));
}
