//! A walk over a folder of foreign files, for whoever has one: nothing in it may panic, and what is taken in decodes.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sohoa_imaging::decode::{decode_gray, upright};
use sohoa_imaging::inspect::{Limits, inspect};
use sohoa_imaging::repack::repack;

#[test]
fn every_file_of_a_folder_is_decoded_or_refused() {
    let Some(folder) = std::env::var_os("SOHOA_SCANS") else {
        println!("skipped: SOHOA_SCANS names no folder");
        return;
    };
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    files.sort();
    assert!(!files.is_empty(), "the folder is empty");
    let limits = Limits::default();
    for path in files {
        let begun = Instant::now();
        let mut source = BufReader::new(File::open(&path).expect("a readable file"));
        let outcome = match inspect(&mut source, &limits) {
            Err(error) => format!("{}: {error} {:?}", error.code(), std::error::Error::source(&error)),
            Ok(frames) => {
                for frame in &frames {
                    let image = decode_gray(&mut source, frame, &limits).expect("inspected before");
                    assert_eq!(image.pixels.len(), frame.width as usize * frame.height as usize);
                    upright(image, frame.stated_rotation);
                    repack(&mut source, frame, &limits).expect("inspected before");
                }
                format!("{} frames, first {:?}", frames.len(), frames.first().map(brief))
            }
        };
        println!("{:>6} ms  {}  {outcome}", begun.elapsed().as_millis(), path.display());
    }
}

fn brief(frame: &sohoa_model::frame::FrameFacts) -> String {
    let embedding = format!("{:?}", frame.embedding).split([' ', '{']).next().unwrap_or_default().to_owned();
    let sizes = (frame.width, frame.height, frame.dpi.0, frame.dpi_stated);
    format!("{sizes:?} {:?} {:?} {embedding}", frame.samples, frame.stated_rotation)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
