//! The signatures of a PDF: pdfsig judges the mathematics, pyHanko the chain, the AdES rules and the form of B-B.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sohoa_tests::places;

use crate::exhibits;

/// The bytes after the header that every PDF of ours carries: signed, and without any meaning of their own.
const MARK: &[u8] = b"%PDF-1.7\n%";
const SPOILT_MARK: &[u8] = b"%PDF-1.7\r%";

#[test]
fn pdfsig_finds_every_signature_valid_and_the_whole_file_signed() {
    let Some(pdfsig) = exhibits::judge(Path::new("pdfsig")) else { return };
    let signed = exhibits::signed();
    let folder = tempfile::tempdir().expect("the machine has room for temporary files");
    let control = folder.path().join("spoilt.pdf");
    exhibits::spoilt(&signed[0], MARK, SPOILT_MARK, &control);

    assert!(pdfsig_fault(pdfsig, &control).is_some(), "pdfsig passes a file that was changed after signing");
    let faults: Vec<_> = signed
        .iter()
        .filter_map(|exhibit| Some(format!("{}: {}", exhibits::name(exhibit), pdfsig_fault(pdfsig, exhibit)?)))
        .collect();
    exhibits::verdict("pdfsig", signed.len(), &faults);
}

/// What pdfsig finds wrong with any signature of a file. Whom to trust is not asked here: its store knows no roots.
fn pdfsig_fault(pdfsig: &Path, file: &Path) -> Option<String> {
    let output = Command::new(pdfsig)
        .args(["-nocert"])
        .arg(file)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .expect("pdfsig can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    let count =
        |words: &str| said.lines().filter(|line| line.trim().trim_start_matches("- ").starts_with(words)).count();
    let (signatures, valid) = (count("Signature #"), count("Signature Validation: Signature is Valid."));
    let whole = count("Total document signed");
    if signatures > 0 && valid == signatures && whole > 0 {
        return None;
    }
    Some(format!("{signatures} signature(s), {valid} valid, {whole} over the whole document: {}", said.trim()))
}

#[test]
fn pyhanko_trusts_every_signature_by_ades_and_by_the_profile_b_b() {
    let python = places::tools().join("venv/bin/python");
    let Some(python) = exhibits::judge(&python) else { return };
    let signed = exhibits::signed();
    let folder = tempfile::tempdir().expect("the machine has room for temporary files");
    let roots = folder.path().join("roots.pem");
    fs::write(&roots, exhibits::roots()).expect("a temporary file can be written");
    let control = folder.path().join("spoilt.pdf");
    exhibits::spoilt(&signed[0], MARK, SPOILT_MARK, &control);

    let mut files = signed.clone();
    files.push(control.clone());
    let verdicts = pyhanko_said(python, &roots, &files);
    let of_control: Vec<_> = verdicts.iter().filter(|verdict| verdict.file == control).collect();
    for check in ["validate", "ades"] {
        let refused = of_control.iter().any(|verdict| verdict.check == check && !verdict.passed);
        assert!(refused, "pyHanko's {check} passes a file that was changed after signing");
    }

    for check in ["validate", "ades", "profile"] {
        let faults: Vec<_> = signed
            .iter()
            .filter_map(|exhibit| {
                let mut of_file = verdicts.iter().filter(|verdict| verdict.file == *exhibit && verdict.check == check);
                let first = of_file.next().map_or_else(|| Some("no verdict".to_owned()), Verdict::fault);
                let fault = first.or_else(|| of_file.find_map(Verdict::fault))?;
                Some(format!("{}: {fault}", exhibits::name(exhibit)))
            })
            .collect();
        exhibits::verdict(&format!("pyHanko {check}"), signed.len(), &faults);
    }
}

/// One line of pyHanko's: a check of one signature in one file.
struct Verdict {
    file: PathBuf,
    check: String,
    passed: bool,
    reason: String,
}

impl Verdict {
    fn fault(&self) -> Option<String> {
        (!self.passed).then(|| self.reason.clone())
    }
}

/// Runs pyHanko once over all files.
fn pyhanko_said(python: &Path, roots: &Path, files: &[PathBuf]) -> Vec<Verdict> {
    let output = Command::new(python)
        .arg(places::repository().join("tests/judges/pyhanko_judge.py"))
        .arg(roots)
        .args(files)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::null())
        .output()
        .expect("python can be started");
    assert!(output.status.success(), "pyHanko could not judge: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("the script writes UTF-8");
    said.lines()
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let [file, _field, check, verdict, reason] = columns[..] else { panic!("not a verdict: {line}") };
            Verdict { file: file.into(), check: check.to_owned(), passed: verdict == "PASS", reason: reason.to_owned() }
        })
        .collect()
}
