//! The separator sheets that are printed are known again when they are scanned: Poppler prints them, our decoder reads them.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use sohoa_capture::separator::is_separator;
use sohoa_imaging::decode::decode_gray;
use sohoa_imaging::inspect::{Limits, inspect};
use sohoa_model::frame::GrayImage;

/// The first page as Poppler draws it; `None` without Poppler where that is allowed.
fn drawn(pdf: &Path, dpi: &str) -> Option<GrayImage> {
    let target = pdf.with_extension("");
    let mut poppler = Command::new("pdftoppm");
    poppler.args(["-r", dpi, "-gray", "-png", "-singlefile"]).arg(pdf).arg(&target).stdin(Stdio::null());
    let Ok(output) = poppler.output() else {
        assert!(std::env::var_os("CI").is_none(), "pdftoppm is missing: packaging/setup judges installs it");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(target.with_extension("png")).expect("Poppler wrote it");
    let mut source = Cursor::new(bytes);
    let frames = inspect(&mut source, &Limits::default()).expect("a PNG");
    Some(decode_gray(&mut source, &frames[0], &Limits::default()).expect("a PNG"))
}

#[test]
fn a_printed_separator_is_known_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let pdf = folder.path().join("to.pdf");
    let file = fs::File::create(&pdf).expect("room");
    sohoa_pipeline::separators::print(file, 2, "Sohoa: (van ban) moi").expect("room");
    for dpi in ["100", "200", "300"] {
        let Some(image) = drawn(&pdf, dpi) else { return };
        assert!(is_separator(&image), "{dpi}");
    }
}
