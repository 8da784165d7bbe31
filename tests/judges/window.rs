//! A real window: under Xvfb the desktop opens the demo archive, walks its screens by keys, and what an X server shows of
//! it is looked at.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

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

#[test]
fn a_window_opens_the_demo_archive_and_walks_its_screens() {
    let tools = ["/usr/bin/Xvfb", "xdotool", "import"].map(|name| exhibits::judge(Path::new(name)));
    let [Some(xvfb), Some(xdotool), Some(import)] = tools else { return };
    let program = desktop();
    let station = Station::with_demo_archive();
    let inventory = repository().join("sample-scans/inventory.xlsx");
    station.run(["inventory", "import", inventory.to_str().expect("a path")]).done();

    let mut server = Command::new(xvfb);
    server
        .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut server = Running(server.spawn().expect("Xvfb starts"));
    let mut number = String::new();
    let out = server.0.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut number).expect("Xvfb says its number");
    let display = format!(":{}", number.trim());
    let key = |keys: &str| {
        let done = Command::new(xdotool).env("DISPLAY", &display).args(["key", keys]).status();
        assert!(done.expect("xdotool starts").success());
    };
    let runtime = station.folder().join("runtime");
    std::fs::create_dir(&runtime).expect("a folder");
    let mut window = Command::new(program);
    window.arg("--archive").arg(station.archive()).args(["--ui-lang", "vi", "--operator", "Nguyễn Thị Lan"]);
    window
        .env("DISPLAY", &display)
        .env("XDG_RUNTIME_DIR", runtime)
        // What is chosen here is not kept for whoever works at this machine.
        .env("SOHOA_CONFIG_DIR", station.folder().join("window"))
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env_remove("WAYLAND_DISPLAY");
    let mut window = Running(window.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the window starts"));
    let found = Command::new(xdotool)
        .env("DISPLAY", &display)
        .args(["search", "--sync", "--name", "Sohoa", "windowfocus"])
        .stdout(Stdio::null())
        .status();
    assert!(found.expect("xdotool starts").success(), "no window");

    let path = station.folder().join("shot.png");
    // A frame may come late; one that never comes is a failure.
    let shown = |what: &str, wanted: &dyn Fn(&Shot) -> bool| {
        let shots = (0..200).map(|_| shot(import, &display, &path));
        let found = shots.into_iter().find(|shot| shot.colours > 60 && wanted(shot));
        found.unwrap_or_else(|| panic!("the window does not show {what}"))
    };
    let mut before = shown("a rail by day", &|shot| shot.rail == [0x1C, 0x29, 0x35]);
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
        "ctrl+j",
        "ctrl+1",
    ];
    for keys in keys {
        key(keys);
        before = shown(&format!("anything new after {keys}"), &|shot| shot.pixels != before.pixels);
        assert!(window.0.try_wait().expect("it can be asked").is_none(), "the window closed after {keys}");
    }
    key("ctrl+shift+d");
    shown("a rail by night", &|shot| shot.rail == [0x0B, 0x10, 0x15]);
    announce(&format!("a window under Xvfb: {} keys, each shows something new", keys.len() + 1));
}
