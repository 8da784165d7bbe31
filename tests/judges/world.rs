//! Signatures that other programs made: what `sohoa verify` says of each is what pyHanko says.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sohoa_tests::{
    announce, places,
    station::{SUPERVISOR, Station},
};

use crate::exhibits;

/// What is said of one signature: its field, the verdict, whether it is intact, what it covers, what was changed since.
type Line = (String, String, bool, &'static str, &'static str);

#[test]
fn every_signature_of_others_is_judged_as_pyhanko_judges_it() {
    let python = places::tools().join("venv/bin/python");
    let Some(python) = exhibits::judge(&python) else { return };
    let Some(qpdf) = exhibits::judge(Path::new("qpdf")) else { return };
    let folder = tempfile::tempdir().expect("the machine has room for temporary files");
    let packed = folder.path().join("unsigned.pdf");
    let unsigned = exhibits::all().into_iter().find(|path| !exhibits::name(path).contains("signed"));
    let unsigned = unsigned.expect("there is an exhibit without a signature");
    let done = Command::new(qpdf).arg("--object-streams=generate").arg(unsigned).arg(&packed).status();
    assert!(done.expect("qpdf can be started").success(), "qpdf could not pack an exhibit");
    pyhanko(python, &[Path::new("make"), &exhibits::signed()[0], &packed, folder.path()]);

    let made = ["again", "changed", "spoilt", "packed", "packed-again"];
    let mut files: Vec<PathBuf> = made.iter().map(|name| folder.path().join(format!("{name}.pdf"))).collect();
    match places::real_scans() {
        None => announce("signatures of others: the real files are skipped, SOHOA_SCANS is not set"),
        Some(scans) => {
            let entries = fs::read_dir(scans.join("signed")).expect("the folder of signed files can be read");
            let mut real: Vec<_> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
            real.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
            real.sort();
            files.extend(real);
        }
    }
    let roots = folder.path().join("roots.pem");
    let other = fs::read_to_string(folder.path().join("other-root.pem")).expect("pyHanko wrote its root");
    fs::write(&roots, format!("{}\n{other}", exhibits::roots())).expect("a temporary file can be written");
    // Who makes an archive is its administrator, and may say whom it trusts.
    let station = Station::empty();
    let archive = station.archive();
    station.finish(station.bare().args(["--operator", SUPERVISOR, "init", "--demo"]).arg(&archive)).done();
    station.run_as(SUPERVISOR, [Path::new("key"), Path::new("trust"), &roots]).done();

    let mut arguments = vec![Path::new("levels"), &roots];
    arguments.extend(files.iter().map(PathBuf::as_path));
    let said = pyhanko(python, &arguments);
    let (mut faults, mut signatures) = (Vec::new(), 0);
    for file in &files {
        let theirs: Vec<Line> = said.lines().filter_map(|line| their_line(line, file)).collect();
        let ours = our_lines(&station, file);
        for line in &ours {
            announce(&format!("{}: {line:?}", exhibits::name(file)));
        }
        signatures += theirs.len();
        let missing = theirs.iter().filter(|line| !ours.contains(line));
        faults.extend(missing.map(|line| format!("{}: pyHanko says {line:?}, we say {ours:?}", exhibits::name(file))));
        if theirs.len() != ours.len() {
            faults.push(format!(
                "{}: pyHanko sees {} signatures, we {}",
                exhibits::name(file),
                theirs.len(),
                ours.len()
            ));
        }
    }
    assert!(signatures >= 8, "pyHanko saw {signatures} signatures");
    let judged: Vec<String> = files.iter().flat_map(|file| our_lines(&station, file)).map(|line| line.1).collect();
    for verdict in ["passed", "indeterminate", "failed"] {
        assert!(judged.iter().any(|word| word == verdict), "no signature is {verdict}");
    }
    exhibits::verdict("pyHanko of signatures of others", signatures, &faults);
}

fn pyhanko(python: &Path, arguments: &[&Path]) -> String {
    let output = Command::new(python)
        .arg(places::repository().join("tests/judges/pyhanko_world.py"))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::null())
        .output()
        .expect("python can be started");
    assert!(output.status.success(), "pyHanko failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the script writes UTF-8")
}

/// A line of pyHanko's in our words; `None` if it is of another file, or of a file that pyHanko can't read.
fn their_line(line: &str, file: &Path) -> Option<Line> {
    let columns: Vec<_> = line.split('\t').collect();
    let [path, field, verdict, intact, coverage, level] = columns[..] else { panic!("not a verdict: {line}") };
    if Path::new(path) != file || field == "-" {
        return None;
    }
    let coverage = match coverage {
        "ENTIRE_FILE" => "whole-file",
        "ENTIRE_REVISION" => "revision",
        _ => "unclear",
    };
    // pyHanko counts signing again as filling in a form.
    let changes = match level {
        "NONE" => "none",
        "LTA_UPDATES" => "updates",
        "FORM_FILLING" => "form",
        _ => "other",
    };
    Some((field.to_owned(), verdict.to_owned(), intact == "true", coverage, changes))
}

fn our_lines(station: &Station, file: &Path) -> Vec<Line> {
    let judged = station.run([Path::new("verify"), file, Path::new("--json")]).json();
    let signatures = judged[0]["signatures"].as_array().expect("signatures are told").clone();
    let word = |value: &serde_json::Value| value.as_str().expect("a word").to_owned();
    signatures
        .iter()
        .map(|signature| {
            let coverage = match word(&signature["coverage"]).as_str() {
                "whole-file" => "whole-file",
                "revision" => "revision",
                _ => "unclear",
            };
            let changes = match word(&signature["changes"]).as_str() {
                "none" => "none",
                "updates" => "updates",
                "signed-again" | "form-filled" => "form",
                _ => "other",
            };
            let intact = signature["intact"].as_bool().expect("intact or not");
            (word(&signature["field"]), word(&signature["verdict"]["verdict"]), intact, coverage, changes)
        })
        .collect()
}
