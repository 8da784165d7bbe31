//! Other programs judge what we sign: pdfsig and qpdf here, the rest over the samples that these tests leave behind.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use sohoa_model::Verdict;
use sohoa_sign::{Corner, Mechanism, SigningRequest, VisibleBlock, sign, verify};

use crate::authority::{Authority, Usage};
use crate::sample::{AT, ORGANISATION, demo, pdf, request, signed, signed_as};

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

#[test]
fn other_programs_accept_every_mechanism() {
    let authority = Authority::lasting(AT);
    std::fs::write(judged().join("mechanisms-root.pem"), authority.root_pem()).unwrap();
    let rsa = PKey::from_rsa(Rsa::generate(3072).unwrap()).unwrap();
    let curve = |id| PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(id).unwrap()).unwrap()).unwrap();
    for (name, key, mechanism, algorithm) in [
        ("rsa-pkcs1", rsa.clone(), Mechanism::RsaPkcs1, "RSA PKCS#1 v1.5, SHA-256"),
        ("rsa-pss", rsa, Mechanism::RsaPss, "RSA-PSS, SHA-256"),
        ("ecdsa-256", curve(Nid::X9_62_PRIME256V1), Mechanism::Ecdsa, "ECDSA, SHA-256"),
        ("ecdsa-384", curve(Nid::SECP384R1), Mechanism::Ecdsa, "ECDSA, SHA-256"),
    ] {
        let key = authority.issue_for(&key, Usage::Signing).signing_with(mechanism).unwrap();
        let mut out = Cursor::new(Vec::new());
        sign(Cursor::new(pdf(595, 842, 0, 60)), &mut out, &request(), &key).unwrap();
        let bytes = out.into_inner();
        let report = verify(Cursor::new(&bytes), &authority.trust(), AT).unwrap();
        assert_eq!((&report.verdict, report.signatures[0].algorithm.as_str()), (&Verdict::Passed, algorithm), "{name}");
        accepted(&format!("signed-{name}"), &bytes, ORGANISATION);
    }
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
