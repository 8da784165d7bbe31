//! The structure of a PDF: veraPDF judges the conformance to PDF/A-2u, qpdf the file's syntax and streams.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sohoa_tests::places;

use crate::exhibits;

#[test]
fn verapdf_passes_every_exhibit_as_pdf_a_2u() {
    let jar = places::tools().join("verapdf.jar");
    let (Some(jar), Some(java)) = (exhibits::judge(&jar), exhibits::judge(Path::new("java"))) else { return };
    let exhibits = exhibits::all();
    let folder = tempfile::tempdir().expect("the machine has room for temporary files");
    let control = folder.path().join("spoilt.pdf");
    exhibits::spoilt(&exhibits[0], b"pdfaid:part", b"pdfaid:prat", &control);

    let output = Command::new(java)
        .args(["-Xmx1g", "-Djava.awt.headless=true", "-cp"])
        .arg(jar)
        .args(["org.verapdf.apps.GreenfieldCliWrapper", "--flavour", "2u", "--format", "text", "--verbose"])
        .args(&exhibits)
        .arg(&control)
        .stdin(Stdio::null())
        .output()
        .expect("java can be started");
    let said = verapdf_said(&String::from_utf8_lossy(&output.stdout));

    let control_rules = said.get(&control).expect("veraPDF says something about the spoilt file");
    assert!(control_rules.is_err(), "veraPDF passes a file whose identification was spoilt");
    let faults: Vec<_> = exhibits
        .iter()
        .filter_map(|exhibit| match said.get(exhibit) {
            Some(Ok(())) => None,
            Some(Err(rules)) => Some(format!("{}: {}", exhibits::name(exhibit), rules.join(", "))),
            None => {
                let trouble = String::from_utf8_lossy(&output.stderr);
                let trouble: Vec<_> = trouble.lines().filter(|line| line.contains(&exhibits::name(exhibit))).collect();
                Some(format!("{}: no verdict {}", exhibits::name(exhibit), trouble.join(" ")))
            }
        })
        .collect();
    exhibits::verdict("veraPDF (PDF/A-2u)", exhibits.len(), &faults);
}

/// Reads veraPDF's text report: `PASS <file> 2u`, or `FAIL <file> 2u` and an indented line for each broken rule.
fn verapdf_said(report: &str) -> BTreeMap<PathBuf, Result<(), Vec<String>>> {
    let mut said = BTreeMap::new();
    let mut failing: Option<PathBuf> = None;
    for line in report.lines() {
        if let Some(rule) = line.strip_prefix("  ") {
            if let Some(Err(rules)) = failing.as_ref().and_then(|file| said.get_mut(file)) {
                let rules: &mut Vec<String> = rules;
                rules.push(rule.trim().trim_start_matches("FAIL ").to_owned());
            }
            continue;
        }
        let Some((word, rest)) = line.split_once(' ') else { continue };
        let file = PathBuf::from(rest.strip_suffix(" 2u").unwrap_or(rest));
        failing = (word == "FAIL").then(|| file.clone());
        match word {
            "PASS" => said.insert(file, Ok(())),
            "FAIL" => said.insert(file, Err(Vec::new())),
            _ => continue,
        };
    }
    said
}

#[test]
fn qpdf_finds_no_fault_in_any_exhibit() {
    let Some(qpdf) = exhibits::judge(Path::new("qpdf")) else { return };
    let exhibits = exhibits::all();
    let folder = tempfile::tempdir().expect("the machine has room for temporary files");
    let control = folder.path().join("spoilt.pdf");
    exhibits::spoilt(&exhibits[0], b"startxref", b"startyref", &control);

    assert!(qpdf_fault(qpdf, &control).is_some(), "qpdf passes a file without a cross-reference");
    let faults: Vec<_> = exhibits
        .iter()
        .filter_map(|exhibit| Some(format!("{}: {}", exhibits::name(exhibit), qpdf_fault(qpdf, exhibit)?)))
        .collect();
    exhibits::verdict("qpdf --check", exhibits.len(), &faults);
}

/// What `qpdf --check` finds wrong; a warning counts, as its exit code is then 3.
fn qpdf_fault(qpdf: &Path, file: &Path) -> Option<String> {
    let output =
        Command::new(qpdf).arg("--check").arg(file).stdin(Stdio::null()).output().expect("qpdf can be started");
    if output.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Some(said.lines().take(3).collect::<Vec<_>>().join("; "))
}
