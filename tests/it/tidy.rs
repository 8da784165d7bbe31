//! A tidy rule keeps documents, arrows and style true to the code; each test here is one rule over the repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use sohoa_model::crash;
use sohoa_tests::places::repository;
use walkdir::WalkDir;

/// Which crates of the workspace a crate may name: every arrow there is, and nothing else.
///
/// Stages never import each other; only `store` writes durably; only `pipeline` sees all stages.
const ARROWS: &[(&str, &[&str])] = &[
    ("core/model", &[]),
    ("core/store", &["model"]),
    ("core/sane", &[]),
    ("core/capture", &["model", "sane"]),
    ("core/imaging", &["model", "pdf"]),
    ("core/ocr", &["model"]),
    ("core/describe", &["model"]),
    ("core/pdf", &["model"]),
    ("core/pdfa", &["model", "pdf"]),
    ("core/sign", &["model", "pdf"]),
    ("core/catalog", &["model"]),
    ("core/wire", &["model"]),
    ("core/sync", &["model", "wire", "store", "catalog"]),
    ("core/pipeline", &["model", "store", "capture", "imaging", "ocr", "describe", "pdf", "pdfa", "sign", "catalog"]),
    ("app/shell", &["model", "store", "capture", "sign", "catalog", "sync", "pipeline"]),
    ("app/cli", &["model", "store", "sign", "catalog", "sync", "pipeline", "shell"]),
    ("app/desktop", &["model", "store", "catalog", "sync", "pipeline", "shell", "tests"]),
    ("app/hub", &["model", "imaging", "store", "describe", "wire", "tests"]),
    ("sample-scans/generator", &[]),
    ("tests", &["model"]),
    ("tests/scale", &["model", "wire", "hub"]),
    ("tests/fuzz", &["model", "capture", "imaging", "describe", "pdf", "pdfa", "sign", "catalog", "pipeline"]),
];

#[test]
fn imports_follow_the_arrows_of_the_design() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut faults = Vec::new();
    for member in members() {
        let manifest = manifest(&member);
        let Some(allowed) = arrows.get(member.as_str()) else {
            faults.push(format!("{member} has no row in the table of arrows"));
            continue;
        };
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
            for name in dependencies.keys().filter_map(|name| name.strip_prefix("sohoa-")) {
                if !allowed.contains(&name) {
                    faults.push(format!("{member} may not import {name} ({table})"));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_architecture_names_every_crate_and_no_other() {
    let text = read("ARCHITECTURE.md");
    let members: BTreeSet<_> = members().into_iter().collect();
    let mut faults: Vec<_> = members
        .iter()
        .filter(|member| !names_path(&text, member))
        .map(|member| format!("{member} is not named"))
        .collect();
    for path in paths_named_in(&text) {
        let is_crate = repository().join(&path).join("Cargo.toml").is_file();
        let looks_like_a_crate = ["core/", "app/"].iter().any(|folder| path.starts_with(folder))
            && path.trim_end_matches('/').split('/').count() == 2
            && !path.contains('.');
        if (is_crate || looks_like_a_crate) && !members.contains(path.trim_end_matches('/')) {
            faults.push(format!("{path} is named but is no member of the workspace"));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_path_in_a_document_exists() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document is UTF-8");
        let folder = document.parent().expect("a document lies in a folder");
        for path in paths_named_in(&text) {
            seen += 1;
            if !repository().join(&path).exists() {
                faults.push(format!("{}: {path}", shown(&document)));
            }
        }
        for target in links_in(&text) {
            seen += 1;
            if !folder.join(&target).exists() {
                faults.push(format!("{}: the link {target}", shown(&document)));
            }
        }
    }
    assert!(seen > 10, "only {seen} paths were found in the documents; the search is blind");
    assert_none(&faults);
}

#[test]
fn the_core_has_no_terminal_and_no_environment() {
    let forbidden = [
        concat!("print", "ln!"),
        concat!("eprint", "ln!"),
        concat!("pri", "nt!("),
        concat!("std::", "env"),
        concat!("db", "g!("),
    ];
    let mut faults = Vec::new();
    let is_shipped = |file: &PathBuf| shown(file).starts_with("core/") && shown(file).contains("/src/");
    for file in sources().into_iter().filter(is_shipped) {
        for (number, line) in shipped_code(&file) {
            faults.extend(
                forbidden
                    .iter()
                    .filter(|word| line.contains(*word))
                    .map(|word| format!("{}:{number}: {word}", shown(&file))),
            );
        }
    }
    assert_none(&faults);
}

#[test]
fn nothing_is_ignored_expected_to_panic_or_left_for_later() {
    let forbidden = [
        concat!("#[", "ignore"),
        concat!("#[", "should_panic"),
        concat!("#[", "allow("),
        concat!("#![", "allow("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("thread::", "sleep"),
    ];
    let mut faults = Vec::new();
    for file in sources() {
        let text = fs::read_to_string(&file).expect("a source is UTF-8");
        let waits_by_design = shown(&file).starts_with("core/") || shown(&file).starts_with("app/");
        for (number, line) in text.lines().enumerate() {
            for word in forbidden.iter().filter(|word| line.contains(*word)) {
                // The program itself may wait, between two looks at a child process; a test may not.
                if *word == concat!("thread::", "sleep") && waits_by_design {
                    continue;
                }
                faults.push(format!("{}:{}: {word}", shown(&file), number + 1));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_module_says_what_it_is() {
    let faults: Vec<_> = sources()
        .into_iter()
        .filter(|file| {
            let text = fs::read_to_string(file).expect("a source is UTF-8");
            let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            first.strip_prefix("//! ").is_none_or(|sentence| sentence.trim().len() <= 20)
        })
        .map(|file| format!("{} does not begin with a sentence about itself", shown(&file)))
        .collect();
    assert_none(&faults);
}

#[test]
fn every_kill_point_is_passed_somewhere() {
    let code: String = sources()
        .into_iter()
        .filter(|file| ["core/", "app/hub/"].iter().any(|folder| shown(file).starts_with(folder)))
        .filter(|file| !shown(file).starts_with("core/model/"))
        .flat_map(|file| shipped_code(&file).into_iter().map(|(_, line)| line + "\n"))
        .collect();
    let faults: Vec<_> = crash::POINTS
        .iter()
        .filter(|point| !code.contains(&format!("\"{point}\"")))
        .map(|point| format!("{point} is listed, but no code passes it"))
        .collect();
    assert_none(&faults);
}

#[test]
fn a_crate_takes_version_lints_and_licence_from_the_workspace() {
    let mut faults = Vec::new();
    for member in members() {
        let manifest = manifest(&member);
        let from_workspace = |table: &str, key: &str| {
            let entry = manifest.get(table).and_then(|table| if key.is_empty() { Some(table) } else { table.get(key) });
            entry.and_then(|entry| entry.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
        };
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            if !from_workspace("package", key) {
                faults.push(format!("{member}: package.{key}"));
            }
        }
        if !from_workspace("lints", "") {
            faults.push(format!("{member}: lints"));
        }
        for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
            for name in dependencies.keys().filter(|name| !from_workspace(table, name)) {
                faults.push(format!("{member}: {table}.{name}"));
            }
        }
    }
    assert_none(&faults);
}

/// The members of the workspace, as folders below the root.
fn members() -> Vec<String> {
    let manifest: toml::Value = read("Cargo.toml").parse::<toml::Table>().expect("the root manifest is TOML").into();
    let members = manifest["workspace"]["members"].as_array().expect("the workspace lists its members");
    members.iter().map(|member| member.as_str().expect("a member is a path").to_owned()).collect()
}

fn manifest(member: &str) -> toml::Value {
    read(&format!("{member}/Cargo.toml")).parse::<toml::Table>().expect("a manifest is TOML").into()
}

/// Every Rust file of the repository.
fn sources() -> Vec<PathBuf> {
    let files = files_ending_in("rs");
    assert!(files.len() > 40, "only {} sources were found; the search is blind", files.len());
    files
}

/// Every document of the repository.
fn documents() -> Vec<PathBuf> {
    files_ending_in("md")
}

fn files_ending_in(extension: &str) -> Vec<PathBuf> {
    let is_ours = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !(entry.file_name() == "target" || entry.file_name() == ".git")
    };
    WalkDir::new(repository())
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_ours)
        .map(|entry| entry.expect("the repository can be read").into_path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|found| found == extension))
        .collect()
}

/// The numbered lines of a source that are shipped: no comment lines, and nothing from the tests at its end.
fn shipped_code(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).expect("a source is UTF-8");
    let lines: Vec<_> = text.lines().collect();
    let end = lines
        .windows(2)
        .position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod tests"))
        .unwrap_or(lines.len());
    let code = lines[..end].iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.map(|(index, line)| (index + 1, (*line).to_owned())).collect()
}

/// What a document sets in code type and what can only be a path of this repository.
fn paths_named_in(text: &str) -> BTreeSet<String> {
    let folders = ["core/", "app/", "tests/", "docs/", "packaging/", "sample-scans/", "ocr-models/", ".ci/"];
    let words = text.split(|c: char| c.is_whitespace() || "`()[]|,;\"'".contains(c));
    words
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| folders.iter().any(|folder| word.starts_with(folder)))
        .filter(|word| !word.contains(['<', '*', '{', '…', '$']))
        .map(ToOwned::to_owned)
        .collect()
}

/// Whether a document names a path itself and not only something longer.
fn names_path(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + path.len()..].trim_start_matches('/').chars().next();
        !before.is_some_and(is_in_path) && !after.is_some_and(is_in_path)
    })
}

fn is_in_path(c: char) -> bool {
    c.is_alphanumeric() || "-_/".contains(c)
}

/// The targets of a Markdown document's links that are files and not addresses.
fn links_in(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for (at, _) in text.match_indices("](") {
        let Some(target) = text[at + 2..].split([')', '#', ' ']).next() else { continue };
        if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
            links.push(target.to_owned());
        }
    }
    links
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{} fault(s):\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn only_the_theme_of_the_window_names_a_colour() {
    let sources = repository().join("app/desktop/src");
    let mut faults = Vec::new();
    for entry in walkdir::WalkDir::new(&sources) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("theme.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let names = ["from_rgb", "from_black", "from_gray", "Color32::WHITE", "Color32::BLACK", "Color32::RED"];
            faults.extend(
                names.iter().filter(|name| text.contains(**name)).map(|name| format!("{}: {name}", path.display())),
            );
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
