//! Fuzz bodies: for each parser of foreign bytes a plain function that any driver can call.
//!
//! A body returns whatever happens; what it must never do is panic, hang, or take memory that its input does not warrant.
//! `trials.rs` drives them with a fixed seed in every test run; a coverage-guided fuzzer can call the same functions.

use std::io::Cursor;

use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::text_record;
use sohoa_imaging::decode::decode_gray;
use sohoa_imaging::inspect::{Limits, inspect};
use sohoa_imaging::repack::repack;
use sohoa_imaging::sniff;
use sohoa_model::Timestamp;
use sohoa_pipeline::worker::protocol::{self, Request, Response};
use sohoa_sign::{Secret, SoftKey, TrustAnchors};

/// A body and its name.
pub type Body = (&'static str, fn(&[u8]));

/// All bodies.
pub const BODIES: [Body; 11] = [
    ("image", image),
    ("pdf", pdf),
    ("pdf content", content),
    ("pdfa", pdfa),
    ("signature", signature),
    ("key", key),
    ("certificate", certificate),
    ("inventory", inventory),
    ("record", record),
    ("name", name),
    ("checksums", checksums),
];

/// An image file: recognised, inspected, and every frame decoded and repacked.
pub fn image(bytes: &[u8]) {
    // Small limits, so that a header that promises much is refused and not decoded for minutes.
    let limits = Limits { pixels: 1 << 18, frames: 20, side: 4096 };
    let _ = sniff::lookalike(bytes);
    let mut source = Cursor::new(bytes);
    let Ok(frames) = inspect(&mut source, &limits) else { return };
    for frame in frames {
        let _ = decode_gray(&mut source, &frame, &limits);
        let _ = repack(&mut source, &frame, &limits);
    }
}

/// A PDF: its structure, every object, every stream.
pub fn pdf(bytes: &[u8]) {
    let _ = sohoa_pdf::parse_object(bytes);
    let Ok(mut file) = sohoa_pdf::File::open(Cursor::new(bytes)) else { return };
    let _ = file.catalog();
    let numbers: Vec<u32> = file.numbers().take(1000).collect();
    for number in numbers {
        let _ = file.object(number);
        let _ = file.stream_data(number, 1 << 20);
        let _ = file.decoded(number, 1 << 20);
    }
}

/// A content stream or character map, and a text string.
pub fn content(bytes: &[u8]) {
    let _ = sohoa_pdf::Operations::new(bytes).count();
    let _ = sohoa_pdf::decode_text(bytes);
}

/// A PDF as the checker of PDF/A looks at it.
pub fn pdfa(bytes: &[u8]) {
    let _ = sohoa_pdfa::check(Cursor::new(bytes));
    let _ = sohoa_pdfa::for_each_image(Cursor::new(bytes), |_| ());
}

/// A PDF as the judge of signatures looks at it.
pub fn signature(bytes: &[u8]) {
    let _ = sohoa_sign::verify(Cursor::new(bytes), &TrustAnchors::new(), Timestamp(1_795_314_605_000));
}

/// A PKCS#12 container.
pub fn key(bytes: &[u8]) {
    let _ = SoftKey::open(bytes, &Secret::new("mật khẩu"));
}

/// Certificates in PEM or DER.
pub fn certificate(bytes: &[u8]) {
    let _ = TrustAnchors::new().add(bytes);
}

/// An inventory, as CSV and as XLSX.
pub fn inventory(bytes: &[u8]) {
    let _ = sohoa_describe::inventory::parse_csv(bytes);
    let _ = sohoa_describe::inventory::parse_xlsx(bytes);
}

/// Records that come out of the vault, or out of a process that decodes foreign bytes.
pub fn record(bytes: &[u8]) {
    let _ = text_record::from_bytes(bytes);
    let _ = serde_json::from_slice::<FactsRecord>(bytes).map(|record| record.facts());
    let _ = protocol::read_message::<Request>(&mut Cursor::new(bytes));
    let _ = protocol::read_message::<Response>(&mut Cursor::new(bytes));
}

/// A path below a folder that is imported.
pub fn name(bytes: &[u8]) {
    let path = String::from_utf8_lossy(bytes);
    let _ = sohoa_capture::place_of(&path, "HS");
    let _ = sohoa_model::safe_name::safe_name(&path);
}

/// A list of checksums beside scans, as a list of a sender's and as a manifest of a BagIt package.
pub fn checksums(bytes: &[u8]) {
    for list in ["HS/so.sha256", "HS/manifest-sha256.txt"] {
        let mut checksums = sohoa_capture::Checksums::default();
        if checksums.add_list(list, bytes).is_ok() {
            let _ = checksums.missing(list, &std::collections::BTreeSet::new());
        }
    }
}
