//! Network scanners: SANE's own `sane-airscan` talks eSCL to a scanner on the loopback, whose address was set by hand. The
//! scanner here is as contrary as real ones: it lets a page wait (503), ends its feed with 404 or 409, stops too early, is busy, and
//! goes off the network in the middle of a page.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use sohoa_tests::announce;
use sohoa_tests::station::{ARCHIVIST, Said, Station};

use crate::scanning::sheet_of;

/// What the scanner does when a page is asked for that it has not.
#[derive(Clone, Copy)]
enum Quirk {
    /// It says that there is none: `404`.
    Ends,
    /// It says that the job is in conflict, as some do at the end and others when paper jams: `409`.
    Conflict,
    /// Its paper is jammed, which it says when asked how it is: `409`.
    Jams,
    /// It says twice that the page is not ready: `503`.
    LetsWait,
    /// Somebody else uses it: it takes no job, `503`.
    Busy,
    /// Its network is cut in the middle of the second page; no connection is answered any more.
    Cut,
}

/// The how-manieth page is the one in whose middle the network is cut.
const CUT_AT: u32 = 2;

struct NetworkScanner {
    port: u16,
    /// Pages that lie in its feeder.
    pages: Arc<AtomicU32>,
}

const HEAD: &str =
    r#"xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm""#;

impl NetworkScanner {
    /// Listens until the test ends.
    fn start(quirk: Quirk) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let pages = Arc::new(AtomicU32::new(0));
        let (feeder, waits) = (pages.clone(), Arc::new(AtomicU32::new(0)));
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (feeder, waits) = (feeder.clone(), waits.clone());
                thread::spawn(move || connection.map(|stream| answer(stream, quirk, &feeder, &waits)));
            }
        });
        Self { port, pages }
    }

    /// The program on this scanner, whose address stands in the configuration.
    fn run(&self, station: &Station, arguments: &[&str]) -> Said {
        let url = format!("http://127.0.0.1:{}/eSCL/", self.port);
        with_airscan(station, &format!("[devices]\n\"May quet mang\" = {url}, eSCL\n"), arguments)
    }

    /// The name of a device that is nothing but its address.
    fn by_address(&self) -> String {
        format!("airscan:escl:Tầng 2:http://127.0.0.1:{}/eSCL/", self.port)
    }
}

/// The program with `sane-airscan` as its only driver, which looks for nothing by itself and knows these devices.
fn with_airscan(station: &Station, devices: &str, arguments: &[&str]) -> Said {
    let text = format!("{devices}[options]\ndiscovery = disable\n");
    station.finish(&mut configured(station, &text, arguments))
}

/// The program with `sane-airscan` as its only driver, and this as its `airscan.conf`.
fn configured(station: &Station, airscan: &str, arguments: &[&str]) -> Command {
    let folder = station.folder().join("sane.d");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("dll.conf"), "airscan\n").unwrap();
    fs::write(folder.join("airscan.conf"), airscan).unwrap();
    let mut command = station.command_as(ARCHIVIST);
    command.env("SANE_CONFIG_DIR", folder).args(arguments);
    command
}

/// The device that stands in the configuration.
const CONFIGURED: &str = "airscan:e0:May quet mang";

/// Scans a batch of three sheets from a device, or goes on with it.
fn scan_three(device: &str) -> [&str; 10] {
    ["scan", "HS.01", "--new-dossier", "--device", device, "--paper", "74x52", "--sheets", "3", "--json"]
}

/// One page: a tone of its own, A7 at 200 dpi.
fn page(number: u32) -> Vec<u8> {
    let (width, height) = (583, 413);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    let pixels: Vec<u8> =
        (0..width * height * 3).map(|at| if at / 3 / width % 20 < 4 { 40 + number as u8 } else { 240 }).collect();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

fn answer(stream: TcpStream, quirk: Quirk, feeder: &AtomicU32, waits: &AtomicU32) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        let _ = reader.read_exact(&mut body);
        let (method, path) = request.split_once(' ').unwrap_or_default();
        let path = path.split(' ').next().unwrap_or_default();
        let loaded = feeder.load(Ordering::SeqCst);
        if matches!(quirk, Quirk::Cut) && waits.load(Ordering::SeqCst) >= CUT_AT {
            return;
        }
        let (status, kind, body): (&str, &str, Vec<u8>) = match (method, path) {
            ("GET", "/eSCL/ScannerCapabilities") => ("200 OK", "text/xml", capabilities().into_bytes()),
            ("GET", "/eSCL/ScannerStatus") => {
                let state = match quirk {
                    _ if loaded > 0 => "ScannerAdfLoaded",
                    Quirk::Jams if waits.load(Ordering::SeqCst) > 0 => "ScannerAdfJam",
                    _ => "ScannerAdfEmpty",
                };
                let xml = format!(
                    "<scan:ScannerStatus {HEAD}><pwg:Version>2.63</pwg:Version><pwg:State>Idle</pwg:State>\
                     <scan:AdfState>{state}</scan:AdfState></scan:ScannerStatus>"
                );
                ("200 OK", "text/xml", xml.into_bytes())
            }
            ("POST", "/eSCL/ScanJobs") if matches!(quirk, Quirk::Busy) => {
                ("503 Service Unavailable", "text/plain", Vec::new())
            }
            ("POST", "/eSCL/ScanJobs") => ("201 Created\r\nLocation: /eSCL/ScanJobs/7", "text/plain", Vec::new()),
            ("GET", "/eSCL/ScanJobs/7/NextDocument") => match quirk {
                Quirk::LetsWait if waits.fetch_add(1, Ordering::SeqCst) % 3 < 2 => {
                    ("503 Service Unavailable\r\nRetry-After: 1", "text/plain", Vec::new())
                }
                Quirk::Cut if waits.fetch_add(1, Ordering::SeqCst) + 1 == CUT_AT => {
                    let page = page(loaded);
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n", page.len());
                    let _ = out.write_all(head.as_bytes()).and_then(|()| out.write_all(&page[..page.len() / 2]));
                    return;
                }
                _ if loaded > 0 => {
                    feeder.fetch_sub(1, Ordering::SeqCst);
                    ("200 OK", "image/png", page(loaded))
                }
                Quirk::Jams => {
                    waits.fetch_add(1, Ordering::SeqCst);
                    ("409 Conflict", "text/plain", Vec::new())
                }
                Quirk::Conflict => ("409 Conflict", "text/plain", Vec::new()),
                _ => ("404 Not Found", "text/plain", Vec::new()),
            },
            ("DELETE", _) => ("200 OK", "text/plain", Vec::new()),
            _ => ("404 Not Found", "text/plain", Vec::new()),
        };
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
        if out.write_all(head.as_bytes()).and_then(|()| out.write_all(&body)).is_err() {
            return;
        }
    }
}

fn capabilities() -> String {
    let profile = "<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes><scan:ColorMode>RGB24</scan:ColorMode>\
        <scan:ColorMode>Grayscale8</scan:ColorMode></scan:ColorModes><scan:DocumentFormats>\
        <pwg:DocumentFormat>image/png</pwg:DocumentFormat><scan:DocumentFormatExt>image/png</scan:DocumentFormatExt>\
        </scan:DocumentFormats><scan:SupportedResolutions><scan:DiscreteResolutions><scan:DiscreteResolution>\
        <scan:XResolution>200</scan:XResolution><scan:YResolution>200</scan:YResolution></scan:DiscreteResolution>\
        <scan:DiscreteResolution><scan:XResolution>300</scan:XResolution><scan:YResolution>300</scan:YResolution>\
        </scan:DiscreteResolution></scan:DiscreteResolutions></scan:SupportedResolutions></scan:SettingProfile>\
        </scan:SettingProfiles>";
    let sizes = "<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth><scan:MinHeight>16</scan:MinHeight>\
        <scan:MaxHeight>3508</scan:MaxHeight>";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><scan:ScannerCapabilities {HEAD}><pwg:Version>2.63</pwg:Version>\
         <pwg:MakeAndModel>Loopback 1</pwg:MakeAndModel><pwg:SerialNumber>LB-1</pwg:SerialNumber>\
         <scan:Platen><scan:PlatenInputCaps>{sizes}{profile}</scan:PlatenInputCaps></scan:Platen>\
         <scan:Adf><scan:AdfSimplexInputCaps>{sizes}{profile}</scan:AdfSimplexInputCaps></scan:Adf>\
         </scan:ScannerCapabilities>"
    )
}

/// Whether `sane-airscan` is there; in CI it has to be.
fn airscan() -> bool {
    let folders =
        ["/usr/lib/x86_64-linux-gnu/sane", "/usr/lib/aarch64-linux-gnu/sane", "/usr/lib/sane", "/usr/lib64/sane"];
    let there = folders.iter().any(|folder| fs::exists(format!("{folder}/libsane-airscan.so.1")).unwrap_or(false));
    assert!(there || std::env::var_os("CI").is_none(), "sane-airscan is missing: packaging/setup build");
    if !there {
        announce("network scanners: SKIPPED, sane-airscan is not installed (packaging/setup build)");
    }
    there
}

#[test]
fn a_network_scanner_set_by_hand_is_found_scans_and_is_never_believed_about_the_end() {
    if !airscan() {
        return;
    }
    for (name, quirk) in [("404", Quirk::Ends), ("409", Quirk::Conflict), ("503", Quirk::LetsWait)] {
        let station = Station::with_demo_archive();
        let scanner = NetworkScanner::start(quirk);
        let devices = scanner.run(&station, &["devices", "--json"]).done().json();
        let id = devices[0]["id"].as_str().unwrap().to_owned();
        assert!(id.starts_with("airscan:"), "{devices}");
        let able = scanner.run(&station, &["devices", "--device", &id, "--json"]).done().json();
        assert!(able[0]["abilities"]["sources"].to_string().contains("adf"), "{able}");
        let scan = scan_three(&id);
        // Nothing lies in the feeder.
        let empty = scanner.run(&station, &scan).done_in_part();
        assert!(empty.stderr.contains("no paper in the feeder"), "{name}: {}", empty.stderr);
        // Two of three: a claim that it is the end is an incident.
        scanner.pages.store(2, Ordering::SeqCst);
        let short = scanner.run(&station, &scan);
        assert_ne!(short.code, Some(0), "{name}: {}", short.stdout);
        let shown = station.run(["show", "HS.01", "--json"]).done().json();
        assert_eq!((&shown["pages"], &shown["batches"][0]["state"]), (&2.into(), &"open".into()), "{name}: {shown}");
        // The rest, and the batch is whole.
        scanner.pages.store(1, Ordering::SeqCst);
        let done = scanner.run(&station, &scan);
        let shown = station.run(["show", "HS.01", "--json"]).done().json();
        assert_eq!(shown["pages"], 3, "{name}: {} {}", done.stdout, done.stderr);
        if done.code != Some(0) {
            // The scanner called its end a conflict: all had come, and the closing is asked for.
            station.run(["scan", "HS.01", "--close"]).done();
        }
        let shown = station.run(["show", "HS.01", "--json"]).done().json();
        assert_eq!(shown["batches"][0]["state"], "reconciled", "{name}");
    }
    // A jam is told from an empty feeder by what the scanner says of itself.
    let station = Station::with_demo_archive();
    let scanner = NetworkScanner::start(Quirk::Jams);
    scanner.pages.store(2, Ordering::SeqCst);
    let jammed = scanner.run(&station, &scan_three(CONFIGURED)).done_in_part();
    assert!(jammed.stderr.contains("jam"), "{}", jammed.stderr);
    let shown = station.run(["show", "HS.01", "--json"]).done().json();
    assert_eq!((&shown["pages"], &shown["batches"][0]["state"]), (&2.into(), &"open".into()), "{shown}");
    announce("network scanners: an end by 404, by 409, pages that wait (503), a short feed and a jam are told apart");
}

#[test]
fn a_network_scanner_that_is_busy_begins_nothing() {
    if !airscan() {
        return;
    }
    let station = Station::with_demo_archive();
    let scanner = NetworkScanner::start(Quirk::Busy);
    scanner.pages.store(3, Ordering::SeqCst);
    let busy = scanner.run(&station, &scan_three(CONFIGURED)).ended_with(11);
    assert!(busy.stderr.contains("The scanner is busy."), "{}", busy.stderr);
    assert_eq!(station.run(["show", "--limit", "0", "--json"]).done().json(), serde_json::json!([]));
}

#[test]
fn a_network_that_is_cut_in_the_middle_of_a_page_costs_that_page_only() {
    if !airscan() {
        return;
    }
    let station = Station::with_demo_archive();
    let scanner = NetworkScanner::start(Quirk::Cut);
    scanner.pages.store(3, Ordering::SeqCst);
    let cut = scanner.run(&station, &scan_three(CONFIGURED)).ended_with(1);
    assert!(cut.stderr.contains("does not answer as it should"), "{}", cut.stderr);
    let shown = station.run(["show", "HS.01", "--json"]).done().json();
    assert_eq!((&shown["pages"], &shown["batches"][0]["state"]), (&1.into(), &"open".into()), "{shown}");
    // As long as it is off the network, nothing changes.
    let off = scanner.run(&station, &scan_three(CONFIGURED)).ended_with(4);
    assert!(off.stderr.contains("There is no scanner"), "{}", off.stderr);
    assert_eq!(station.run(["show", "HS.01", "--json"]).done().json()["pages"], 1);
    // It is back, with the sheets that were not counted.
    let back = NetworkScanner::start(Quirk::Ends);
    back.pages.store(2, Ordering::SeqCst);
    let done = back.run(&station, &scan_three(CONFIGURED)).done().json();
    assert_eq!((&done["pages"], &done["state"]), (&3.into(), &"reconciled".into()), "{done}");
    let shown = station.run(["show", "HS.01", "--pages", "--json"]).done().json();
    let sheets = shown["page_list"].as_array().unwrap().iter().map(|page| sheet_of(&station, page));
    assert_eq!(sheets.collect::<Vec<_>>(), [3, 2, 1], "the sheets, of which the scanner counts the rest");
    station.run(["check"]).done();
}

#[test]
fn a_network_scanner_is_named_by_its_address_alone() {
    if !airscan() {
        return;
    }
    let station = Station::with_demo_archive();
    let scanner = NetworkScanner::start(Quirk::Ends);
    scanner.pages.store(3, Ordering::SeqCst);
    let id = scanner.by_address();
    assert_eq!(with_airscan(&station, "", &["devices", "--json"]).done().json(), serde_json::json!([]));
    let able = with_airscan(&station, "", &["devices", "--device", &id, "--json"]).done().json();
    assert!(able[0]["abilities"]["sources"].to_string().contains("adf"), "{able}");
    // A profile keeps it.
    station.run(["profile", "set", "tầng 2", "--device", &id, "--paper", "74x52"]).done();
    let scan = ["scan", "HS.01", "--new-dossier", "--profile", "tầng 2", "--sheets", "3", "--json"];
    let done = with_airscan(&station, "", &scan).done().json();
    assert_eq!((&done["pages"], &done["device"]), (&3.into(), &id.as_str().into()), "{done}");
    // Nobody is at that address: it is said, whether the address stands in the configuration or is the name.
    let nobody = NetworkScanner { port: 9, pages: Arc::default() };
    for said in
        [nobody.run(&station, &scan_three(CONFIGURED)), with_airscan(&station, "", &scan_three(&nobody.by_address()))]
    {
        assert!(said.ended_with(4).stderr.contains("There is no scanner"));
    }
}

#[test]
fn without_an_avahi_daemon_it_is_said_what_network_scanners_need() {
    if !airscan() {
        return;
    }
    let station = Station::with_demo_archive();
    let scanner = NetworkScanner::start(Quirk::Ends);
    // The backend asks the system's bus for Avahi, and gives up all its devices where there is no bus.
    let text = "[options]\ndiscovery = enable\nws-discovery = off\n";
    let without_bus = |arguments: &[&str]| {
        let nowhere = format!("unix:path={}", station.folder().join("no-bus").display());
        station.finish(configured(&station, text, arguments).env("DBUS_SYSTEM_BUS_ADDRESS", nowhere))
    };
    let none = without_bus(&["devices"]).done();
    assert!(none.stdout.contains("avahi-daemon"), "{}", none.stdout);
    let refused = without_bus(&scan_three(&scanner.by_address())).ended_with(4);
    assert!(refused.stderr.contains("There is no scanner"), "{}", refused.stderr);
    assert!(refused.stderr.contains("avahi-daemon"), "{}", refused.stderr);
}
