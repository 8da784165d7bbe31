//! The real libsane with its `test` backend: a flatbed and a feeder that fail, stall and round as they are told to.
//!
//! Which backends SANE loads stands in the folder that `SANE_CONFIG_DIR` names when the process starts, so the tests run
//! in a process that this one starts with that variable set.

use std::path::Path;
use std::process::Command;

use sohoa_sane::{Constraint, Fault, Frame, Kind, Sane, SaneError, Scanner, Unit, Value};

const FEEDER: &str = "Automatic Document Feeder";

#[test]
fn pages_come_from_the_real_library() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sane.d");
    if std::env::var_os("SANE_CONFIG_DIR").is_some_and(|set| Path::new(&set) == folder) {
        let sane = Sane::open().expect("libsane");
        assert_eq!(Sane::open().err(), Some(SaneError::AlreadyOpen));
        devices_and_options(&sane);
        kinds_of_pages(&sane);
        a_feeder_to_its_end(&sane);
        faults(&sane);
        a_broken_off_page(&sane);
        drop(sane);
        // Once closed it can be opened again.
        Sane::open().expect("libsane, again");
        return;
    }
    let this = std::env::current_exe().expect("a test is a program");
    let child = Command::new(this).arg("--nocapture").env("SANE_CONFIG_DIR", folder).output().expect("started");
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn scanner<'s>(sane: &'s Sane, source: &str, mode: &str, dpi: f64) -> Scanner<'s> {
    let mut scanner = sane.scanner("test:0").expect("a device");
    for (name, value) in [("source", text(source)), ("mode", text(mode)), ("resolution", Value::Number(dpi))] {
        scanner.set(name, &value).expect("an option");
    }
    scanner
}

/// The next page whole; `None` if the feeder is empty.
fn page(scanner: &mut Scanner<'_>) -> Result<Option<(Frame, Vec<u8>)>, SaneError> {
    let Some(frame) = scanner.next_page()? else { return Ok(None) };
    let (mut pixels, mut buffer) = (Vec::new(), vec![0; 40_000]);
    loop {
        match scanner.read(&mut buffer)? {
            0 => return Ok(Some((frame, pixels))),
            count => pixels.extend_from_slice(&buffer[..count]),
        }
    }
}

fn devices_and_options(sane: &Sane) {
    let devices = sane.devices().expect("a list");
    let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(names, ["test:0", "test:1"]);
    assert_eq!((devices[0].vendor.as_str(), devices[0].kind.as_str()), ("Noname", "virtual device"));
    assert!(matches!(sane.scanner("test:9"), Err(SaneError::Backend { call: "sane_open", .. })));
    assert!(sane.scanner("te\0st").is_err());

    let mut scanner = sane.scanner("test:0").expect("a device");
    let resolution = scanner.option("resolution").expect("each has one");
    assert_eq!((resolution.kind, resolution.unit, resolution.is_settable), (Kind::Fixed, Unit::Dpi, true));
    assert_eq!(resolution.constraint, Constraint::Range { min: 50.0, max: 1200.0, quant: 1.0 });
    let Constraint::Texts(sources) = &scanner.option("source").expect("each has one").constraint else {
        panic!("texts")
    };
    assert!(sources.iter().any(|source| source == FEEDER), "{sources:?}");
    // What is rounded comes back as it was rounded; an option that is not there, or of another kind, is an error.
    assert_eq!(scanner.set("resolution", &Value::Number(199.6)), Ok(Value::Number(200.0)));
    assert_eq!(scanner.get("resolution"), Ok(Value::Number(200.0)));
    assert_eq!(scanner.set("mode", &text("Gray")), Ok(text("Gray")));
    assert!(matches!(scanner.set("no-such-option", &Value::Bool(true)), Err(SaneError::NoOption(_))));
    assert!(matches!(scanner.set("resolution", &text("300")), Err(SaneError::BadValue(_))));
    assert!(matches!(scanner.set("mode", &text(&"x".repeat(10_000))), Err(SaneError::BadValue(_))));
    assert!(matches!(scanner.set("mode", &text("Sepia")), Err(SaneError::Backend { fault: Fault::Invalid, .. })));
}

fn kinds_of_pages(sane: &Sane) {
    // 210 by 297 mm at 100 dpi.
    for (mode, depth, samples) in [("Color", 8, 3), ("Gray", 8, 1), ("Gray", 1, 1), ("Color", 16, 3), ("Gray", 16, 1)] {
        let mut scanner = scanner(sane, "Flatbed", mode, 100.0);
        scanner.set("depth", &Value::Number(f64::from(depth))).expect("an option");
        let (frame, pixels) = page(&mut scanner).expect("scanned").expect("a page");
        let what = format!("{mode} of {depth} bits: {frame:?}");
        assert_eq!((frame.depth as i32, frame.is_color), (depth, samples == 3), "{what}");
        let height = frame.height.expect("known");
        assert!((820..=830).contains(&frame.width) && (1160..=1172).contains(&height), "{what}");
        assert_eq!(frame.line_bytes(), (frame.width * frame.depth * samples).div_ceil(8), "{what}");
        assert_eq!(pixels.len(), frame.line_bytes() * height, "{what}");
    }
    // Padding at the end of lines is no pixel, however the bytes are cut.
    let plain = page(&mut scanner(sane, "Flatbed", "Color", 60.0)).expect("scanned").expect("a page");
    for loss in [1.0, 7.0] {
        let mut padded = scanner(sane, "Flatbed", "Color", 60.0);
        padded.set("ppl-loss", &Value::Number(loss)).expect("an option");
        padded.set("read-limit", &Value::Bool(true)).expect("an option");
        padded.set("read-limit-size", &Value::Number(997.0)).expect("an option");
        let (frame, pixels) = page(&mut padded).expect("scanned").expect("a page");
        assert_eq!(frame.width, plain.0.width - loss as usize);
        assert_eq!(pixels.len(), frame.line_bytes() * frame.height.expect("known"));
        let lines = pixels.chunks(frame.line_bytes()).zip(plain.1.chunks(plain.0.line_bytes()));
        assert!(lines.take(20).all(|(padded, plain)| *padded == plain[..padded.len()]), "{loss}");
    }
    // A scanner that is drawn by hand learns its height as it goes.
    let mut by_hand = scanner(sane, "Flatbed", "Gray", 100.0);
    by_hand.set("hand-scanner", &Value::Bool(true)).expect("an option");
    let (frame, pixels) = page(&mut by_hand).expect("scanned").expect("a page");
    assert_eq!(frame.height, None);
    assert!(!pixels.is_empty() && pixels.len().is_multiple_of(frame.line_bytes()));
    assert!(matches!(sane.scanner("test:0"), Err(SaneError::Backend { fault: Fault::Busy, .. })));
    drop(by_hand);
    let mut three = scanner(sane, "Flatbed", "Color", 100.0);
    three.set("three-pass", &Value::Bool(true)).expect("an option");
    assert!(matches!(page(&mut three), Err(SaneError::Backend { fault: Fault::Unsupported, .. })));
}

fn a_feeder_to_its_end(sane: &Sane) {
    let mut feeder = scanner(sane, FEEDER, "Gray", 50.0);
    let mut sheets = 0;
    while page(&mut feeder).expect("scanned").is_some() {
        sheets += 1;
    }
    assert_eq!(sheets, 10);
}

fn faults(sane: &Sane) {
    for (status, fault) in [
        ("SANE_STATUS_JAMMED", Fault::Jammed),
        ("SANE_STATUS_COVER_OPEN", Fault::CoverOpen),
        ("SANE_STATUS_IO_ERROR", Fault::Io),
        ("SANE_STATUS_NO_DOCS", Fault::NoDocs),
        ("SANE_STATUS_ACCESS_DENIED", Fault::Denied),
        ("SANE_STATUS_DEVICE_BUSY", Fault::Busy),
        ("SANE_STATUS_NO_MEM", Fault::NoMemory),
        ("SANE_STATUS_CANCELLED", Fault::Cancelled),
        ("SANE_STATUS_INVAL", Fault::Invalid),
        ("SANE_STATUS_UNSUPPORTED", Fault::Unsupported),
    ] {
        let mut scanner = scanner(sane, FEEDER, "Gray", 50.0);
        scanner.set("read-return-value", &text(status)).expect("an option");
        assert_eq!(page(&mut scanner).err(), Some(SaneError::Backend { call: "sane_read", fault }), "{status}");
        // The fault ended the batch, not the device.
        scanner.set("read-return-value", &text("Default")).expect("an option");
        assert!(page(&mut scanner).expect("scanned").is_some(), "{status}");
    }
}

fn a_broken_off_page(sane: &Sane) {
    let mut slow = scanner(sane, FEEDER, "Gray", 50.0);
    slow.set("read-delay", &Value::Bool(true)).expect("an option");
    slow.set("read-limit", &Value::Bool(true)).expect("an option");
    slow.set("read-limit-size", &Value::Number(100.0)).expect("an option");
    let mut buffer = [0; 512];
    slow.next_page().expect("started").expect("a page");
    assert!(slow.read(&mut buffer).expect("read") > 0);
    slow.end_batch();
    assert_eq!(slow.read(&mut buffer), Ok(0));
    slow.set("read-delay", &Value::Bool(false)).expect("an option");
    assert!(slow.next_page().expect("started").is_some());
}
