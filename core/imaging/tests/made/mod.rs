//! The made pages of sample-scans, for tests that count over all of them.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use sohoa_imaging::decode::{decode_gray, upright};
use sohoa_imaging::inspect::{Limits, inspect};
use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::Dpi;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Every made page that is an image, upright, with its resolution.
pub(crate) fn pages() -> Vec<(String, GrayImage, Dpi)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-scans/pages");
    let (mut found, mut pages, limits) = (Vec::new(), Vec::new(), Limits::default());
    files(&folder, &mut found);
    found.sort();
    for path in found {
        let mut source = BufReader::new(File::open(&path).expect("a readable file"));
        let Ok(frames) = inspect(&mut source, &limits) else { continue };
        for frame in frames {
            let image = decode_gray(&mut source, &frame, &limits).expect("inspected before");
            let name = format!("{} {}", path.strip_prefix(&folder).expect("below").display(), frame.index);
            pages.push((name, upright(image, frame.stated_rotation), frame.dpi));
        }
    }
    pages
}
