//! What is taken in and what is refused, format by format, on files that the tests make themselves.

#![expect(clippy::print_stdout, reason = "a test says what it skipped")]

mod bmp;
mod build;
mod foreign;
mod jpeg;
mod pdf;
mod png;
mod scans;
mod tiff;

use std::io::Cursor;

use sohoa_imaging::decode::decode_gray;
use sohoa_imaging::inspect::{Limits, inspect};
use sohoa_imaging::repack::{Repacked, repack};
use sohoa_imaging::{ImagingError, sniff};
use sohoa_model::frame::{FrameFacts, GrayImage, Samples};

/// Inspects a file.
fn facts(bytes: &[u8]) -> Result<Vec<FrameFacts>, ImagingError> {
    inspect(&mut Cursor::new(bytes), &Limits::default())
}

/// Inspects a file of one frame.
fn only(bytes: &[u8]) -> FrameFacts {
    let mut all = facts(bytes).expect("it is taken in");
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// Decodes the first frame.
fn gray(bytes: &[u8]) -> GrayImage {
    decode_gray(&mut Cursor::new(bytes), &only(bytes), &Limits::default()).expect("inspected before")
}

/// The code of the refusal.
fn refusal(bytes: &[u8]) -> &'static str {
    facts(bytes).map_or_else(|error| error.code(), |_| "taken in")
}

/// Repacks the frame and reads the new data with other decoders than ours, as grey.
fn repacked_gray(bytes: &[u8], facts: &FrameFacts) -> Vec<u8> {
    match repack(&mut Cursor::new(bytes), facts, &Limits::default()).expect("inspected before") {
        Repacked::CcittG4 { data } => {
            assert_eq!(facts.samples, Samples::Bilevel);
            build::fax_to_gray(&data, facts.width, facts.height)
        }
        Repacked::Flate { width, height, components, bits, data } => {
            assert_eq!((width, height), (facts.width, facts.height));
            build::predicted_rows_to_gray(width, height, components, bits, &data)
        }
    }
}

/// Cuts a file at many lengths: it is refused as truncated, or, past `complete`, taken in whole.
fn cut_everywhere(bytes: &[u8], complete: usize) {
    let step = (bytes.len() / 400).max(1);
    for length in (0..bytes.len()).step_by(step).chain(bytes.len().saturating_sub(40)..bytes.len()) {
        let cut = &bytes[..length];
        match facts(cut) {
            Ok(_) => assert!(length >= complete, "cut at {length} of {} and taken in", bytes.len()),
            Err(error) => {
                let expected = if length == 0 {
                    "empty-file"
                } else if sniff::sniff(cut).is_none() {
                    // A bitmap's mark is two bytes, and what must follow is cut.
                    if sniff::lookalike(cut).is_image() { "unsupported-format" } else { "not-an-image" }
                } else {
                    "truncated"
                };
                assert_eq!(error.code(), expected, "cut at {length} of {}: {error}", bytes.len());
            }
        }
    }
}

/// Damages a file byte by byte: whatever is still taken in decodes to its full size, and nothing panics.
fn damaged_everywhere(bytes: &[u8]) {
    let limits = Limits { pixels: 1 << 22, ..Limits::default() };
    let step = (bytes.len() / 200).max(1);
    for at in (0..bytes.len().min(200)).chain((200..bytes.len()).step_by(step)) {
        for value in [0, 0xFF, bytes[at] ^ 0x08, bytes[at].wrapping_add(1)] {
            let mut damaged = bytes.to_vec();
            damaged[at] = value;
            let mut source = Cursor::new(&damaged);
            let Ok(frames) = inspect(&mut source, &limits) else { continue };
            for frame in frames {
                let image = decode_gray(&mut source, &frame, &limits).expect("inspected before");
                assert_eq!(image.pixels.len() as u64, u64::from(frame.width) * u64::from(frame.height));
                repack(&mut source, &frame, &limits).expect("inspected before");
            }
        }
    }
}
