//! The table of rules stays true: every rule once, every test that it names is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules of the PDF/A-2U profile of veraPDF 1.28.2.
const RULES: usize = 146;

fn sources(folder: &Path, found: &mut String) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_rule_stands_once_in_the_table_and_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("src/conformance/PDF_A2.md")).unwrap();
    let mut code = String::new();
    for folder in ["src", "tests", "../pdf/src", "../pdf/tests"] {
        sources(&root.join(folder), &mut code);
    }
    let mut rules = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| 6.")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [rule, _, asks, kind, how, test] = cells.as_slice() else { panic!("six cells: {row}") };
        assert!(rules.insert(*rule), "{rule} stands twice");
        assert!(!asks.is_empty() && !how.is_empty(), "{rule}");
        assert!(["written", "never written", "left to signing"].contains(kind), "{rule}: {kind}");
        let test = test.trim_matches('`');
        assert!(
            code.contains(&format!("#[test]\n    fn {test}()")) || code.contains(&format!("#[test]\nfn {test}()")),
            "{test}"
        );
    }
    assert_eq!(rules.len(), RULES);
}
