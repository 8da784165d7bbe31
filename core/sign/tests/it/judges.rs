//! Other programs judge what we sign: pdfsig and qpdf here, the rest over the samples that these tests leave behind.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sample::{demo, pdf, signed};

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
    let folder = judged();
    std::fs::write(folder.join("demo-root.pem"), &demo().2).unwrap();
    for rotate in [0, 90, 180, 270] {
        let (bytes, _) = signed(&pdf(595, 842, rotate, 60));
        let path = folder.join(format!("signed-rotate-{rotate}.pdf"));
        std::fs::write(&path, &bytes).unwrap();
        if let Some((done, text)) = judge("pdfsig", &["-nocert"], &path) {
            assert!(done, "{text}");
            for line in ["Signature is Valid.", "Total document signed", "ETSI.CAdES.detached", "SHA-256"] {
                assert!(text.contains(line), "{line} is missing: {text}");
            }
        }
        if let Some((done, text)) = judge("qpdf", &["--check"], &path) {
            assert!(done && text.contains("No syntax or stream encoding errors"), "{text}");
        }
        if let Some((done, text)) = judge("pdftotext", &["-raw"], &path) {
            assert!(done, "{text}");
            let text = std::fs::read_to_string(path.with_extension("txt")).unwrap();
            std::fs::remove_file(path.with_extension("txt")).unwrap();
            assert!(text.contains("Sở Tư pháp tỉnh Quảng Ngãi"), "{text}");
            assert!(text.contains("2025-01-02T09:30:05+07:00"), "{text}");
        }
    }
}
