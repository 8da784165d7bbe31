//! Reasons: the sentence and the hint for each stable code that a receipt, a finding, a row of an inventory or a check
//! carries.

use sohoa_catalog::finding::RecordedFinding;
use sohoa_model::description::{DocumentField, FieldFault};
use sohoa_model::finding::Finding;
use sohoa_model::inventory::RowRefusal;
use sohoa_model::receipt::Reason;

use crate::details;
use crate::texts::{Texts, UiLanguage};

/// Codes of receipts.
pub const RECEIPT: &[&str] = &[
    "already-taken",
    "bad-name",
    "bag-tag-file",
    "changed-meanwhile",
    "checksum-differs",
    "checksums",
    "checksums-missing",
    "checksums-of-another-kind",
    "checksums-too-large",
    "checksums-unreadable",
    "corrupt",
    "decoding-broke-off",
    "decoding-took-too-long",
    "empty-file",
    "interrupted",
    "name-not-unicode",
    "not-an-image",
    "pdf-damaged",
    "pdf-encrypted",
    "pdf-not-scanned",
    "read-failed",
    "same-bytes-in-dossier",
    "special-file",
    "symbolic-link",
    "too-deep",
    "too-large",
    "too-many-frames",
    "truncated",
    "unsupported-format",
    "unsupported-samples",
];

/// Codes of findings, and of reasons for which the software holds a dossier.
pub const FINDINGS: &[&str] = &[
    "access-level-secret",
    "askew",
    "batch-open",
    "below-standard",
    "black-border",
    "blurred",
    "converted",
    "faint",
    "low-confidence",
    "near-duplicate",
    "page-doubled",
    "page-rejected",
    "blank-back",
    "no-text",
    "not-in-inventory",
    "page-number-back",
    "page-number-gap",
    "reading-failed",
    "reading-timed-out",
    "receipt-stamp",
    "recognition-failed",
    "rejected",
    "resolution-guessed",
    "same-bytes-elsewhere",
    "same-name-other-bytes",
    "secrecy-mark",
    "secrecy-words",
    "shadows-clipped",
    "signed-elsewhere",
    "soft-focus",
    "stamp-unread",
    "text-cut-off",
    "timed-out",
    "too-dark",
    "turned",
];

/// Codes of rows that an inventory could not give.
pub const ROWS: &[&str] = &[
    "control-character",
    "duplicate",
    "end-before-start",
    "missing",
    "not-a-date",
    "not-a-number",
    "not-in-list",
    "too-long",
];

/// Codes of what a check finds.
pub const DAMAGE: &[&str] = &[
    "catalog-damaged",
    "manifest-changed",
    "manifest-missing",
    "object-changed",
    "object-missing",
    "published-changed",
    "published-missing",
    "unreadable",
];

/// A code as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What is so.
    pub sentence: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// Explains a line of a receipt.
pub fn reason(texts: &Texts, reason: &Reason) -> Explained {
    explain(texts, "reason", &reason.code, &details::tell(texts, &reason.detail))
}

/// Explains a finding.
pub fn finding(texts: &Texts, finding: &Finding) -> Explained {
    explain(texts, "finding", &finding.code, &finding.detail)
}

/// Explains a finding of the catalog: with who closed it and why, if somebody did.
pub fn recorded(texts: &Texts, recorded: &RecordedFinding) -> Explained {
    let mut explained = finding(texts, &recorded.finding);
    if let Some((at, by, why)) = &recorded.closed {
        let args = [("moment", at.short_vietnam().into()), ("operator", by.into()), ("reason", why.into())];
        explained.hint = texts.say("finding-closed", &args);
    }
    explained
}

/// Explains why a row of an inventory was refused.
pub fn row(texts: &Texts, row: &RowRefusal) -> Explained {
    explain(texts, "row", &row.reason, &row.found)
}

/// Explains what a check found.
pub fn damage(texts: &Texts, code: &str, detail: &str) -> Explained {
    explain(texts, "damage", code, detail)
}

/// Explains why a dossier is held: a code of ours, or the words of a person as they are.
pub fn hold(texts: &Texts, reason: &str) -> String {
    let code = reason.split([' ', ':']).next().unwrap_or_default();
    let id = format!("finding-{code}");
    if FINDINGS.contains(&code) && texts.has(&id) {
        return match reason[code.len()..].trim_start_matches([' ', ':']) {
            "" => name(texts, code),
            detail => texts.say(&id, &[("detail", detail.into())]),
        };
    }
    reason.to_owned()
}

/// A value of a field as people read it: a code with its name.
pub fn code(texts: &Texts, field: DocumentField, value: &str) -> String {
    let codes = field.codes().unwrap_or_default();
    match codes.iter().find(|(code, ..)| *code == value) {
        Some((code, vietnamese, _)) if texts.language() == UiLanguage::Vietnamese => format!("{code} {vietnamese}"),
        Some((code, _, english)) => format!("{code} {english}"),
        None => value.to_owned(),
    }
}

/// Why a text is no value of a field of a description.
pub fn fault(texts: &Texts, fault: FieldFault) -> String {
    match fault {
        FieldFault::TooLong { longest, found } => {
            texts.say("fault-too-long", &[("longest", longest.into()), ("found", found.into())])
        }
        fault => texts.get(&format!("fault-{}", fault.word())),
    }
}

/// The name of a kind of findings, for lists and counts; the code itself if it is of a later version.
pub fn name(texts: &Texts, code: &str) -> String {
    let id = format!("finding-name-{code}");
    if texts.has(&id) { texts.get(&id) } else { code.to_owned() }
}

fn explain(texts: &Texts, kind: &str, code: &str, detail: &str) -> Explained {
    let id = format!("{kind}-{code}");
    if !texts.has(&id) {
        let args = [("code", code.into()), ("detail", detail.into())];
        return Explained { sentence: texts.say("reason-unknown", &args), hint: texts.hint("reason-unknown", &args) };
    }
    let args = [("detail", detail.into())];
    Explained { sentence: texts.say(&id, &args), hint: texts.hint(&id, &args) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::texts::UiLanguage;

    #[test]
    fn every_code_has_a_text_in_both_languages() {
        for language in [UiLanguage::Vietnamese, UiLanguage::English] {
            let texts = Texts::new(language);
            for (kind, codes) in [("reason", RECEIPT), ("finding", FINDINGS), ("row", ROWS), ("damage", DAMAGE)] {
                for code in codes {
                    let explained = explain(&texts, kind, code, "x");
                    assert!(texts.has(&format!("{kind}-{code}")), "{kind}-{code} in {language:?}");
                    assert!(!explained.sentence.contains("{$"), "{}", explained.sentence);
                }
            }
            for code in FINDINGS {
                assert!(texts.has(&format!("finding-name-{code}")), "finding-name-{code} in {language:?}");
            }
            for code in RECEIPT {
                assert!(!explain(&texts, "reason", code, "x").hint.is_empty(), "reason-{code} has no hint");
            }
        }
    }

    /// The codes that the library writes, found by the calls that carry them.
    fn codes_in_use(call: &str) -> Vec<(String, PathBuf)> {
        fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, found);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    found.push(path);
                }
            }
        }
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core"), &mut files);
        let mut codes = Vec::new();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            for after in shipped.split(call).skip(1) {
                let code: String = after.chars().take_while(|c| *c != '"').collect();
                codes.push((code, file.clone()));
            }
        }
        codes
    }

    #[test]
    fn no_code_of_the_library_is_without_a_text() {
        let calls: [(&str, &[&str]); 5] = [
            ("Reason::new(\"", RECEIPT),
            ("return refused(\"", RECEIPT),
            ("Finding::note(\"", FINDINGS),
            ("Finding::warn(\"", FINDINGS),
            ("Finding::reject(\"", FINDINGS),
        ];
        let mut seen = 0;
        for (call, known) in calls {
            for (code, file) in codes_in_use(call) {
                // Only the import refuses by a call of this name; others have functions of their own called so.
                if call.starts_with("return refused") && !file.ends_with("pipeline/src/import.rs") {
                    continue;
                }
                assert!(known.contains(&code.as_str()), "{code} of {} has no text", file.display());
                seen += 1;
            }
        }
        assert!(seen > 10, "only {seen} codes were found: the calls are written in another way now");
    }

    #[test]
    fn a_code_of_a_later_version_is_shown_as_it_is() {
        let texts = Texts::new(UiLanguage::English);
        let explained = reason(&texts, &Reason::new("from-the-future", "42"));
        assert!(explained.sentence.contains("from-the-future"), "{explained:?}");
        assert_eq!(hold(&texts, "ông Minh yêu cầu"), "ông Minh yêu cầu");
    }
}
