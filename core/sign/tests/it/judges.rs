//! Other programs judge what we sign: pdfsig and qpdf here, the rest over the samples that these tests leave behind.

use std::path::{Path, PathBuf};
use std::process::Command;

use sohoa_sign::{Corner, SigningRequest, VisibleBlock};

use crate::sample::{demo, pdf, request, signed, signed_as};

/// Runs a judge; `None` when it is not installed and this is not a CI run.
pub(crate) fn judge(program: &str, arguments: &[&str], file: &Path) -> Option<(bool, String)> {
    match Command::new(program).args(arguments).arg(file).output() {
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
        }
        Err(_) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: {program} is not installed");
            None
        }
        Err(error) => panic!("{program} is needed: {error}"),
    }
}

/// The folder of samples for the judges of the whole workspace.
fn judged() -> PathBuf {
    let folder = std::env::var_os("SOHOA_JUDGED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/judged"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn other_programs_accept_what_was_signed_on_pages_of_every_turn() {
    std::fs::write(judged().join("demo-root.pem"), &demo().2).unwrap();
    for rotate in [0, 90, 180, 270] {
        accepted(
            &format!("signed-rotate-{rotate}"),
            &signed(&pdf(595, 842, rotate, 60)).0,
            "Sở Tư pháp tỉnh Quảng Ngãi",
        );
    }
    let organisation = "Trung tâm Lưu trữ lịch sử trực thuộc Sở Nội vụ tỉnh Bà Rịa – Vũng Tàu, Chi nhánh huyện Đất Đỏ";
    let block = VisibleBlock { corner: Corner::UpperLeft, ..VisibleBlock::default() };
    let request = SigningRequest { organisation: organisation.to_owned(), reason: None, block, ..request() };
    accepted("signed-long-name", &signed_as(&pdf(842, 595, 0, 60), &request).0, organisation);
}

/// Leaves a sample and asks the judges for the signature, the syntax and the text of the visible block.
fn accepted(name: &str, bytes: &[u8], organisation: &str) {
    let path = judged().join(name).with_extension("pdf");
    std::fs::write(&path, bytes).unwrap();
    if let Some((done, text)) = judge("pdfsig", &["-nocert"], &path) {
        assert!(done, "{text}");
        for line in ["Signature is Valid.", "Total document signed", "ETSI.CAdES.detached", "SHA-256"] {
            assert!(text.contains(line), "{line} is missing: {text}");
        }
    }
    if let Some((done, text)) = judge("qpdf", &["--check"], &path) {
        assert!(done && text.contains("No syntax or stream encoding errors"), "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.pdf");
    std::fs::write(&copy, bytes).unwrap();
    if let Some((done, text)) = judge("pdftotext", &["-raw"], &copy) {
        assert!(done, "{text}");
        let text = std::fs::read_to_string(copy.with_extension("txt")).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(organisation), "{text}");
        assert!(text.contains("2025-01-02T09:30:05+07:00"), "{text}");
    }
}
