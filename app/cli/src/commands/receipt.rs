//! `receipt`: what an import says it did, right after it and ever after.

use std::collections::BTreeSet;

use serde::Serialize;
use sohoa_catalog::receipt::ReceiptSummary;
use sohoa_model::ids::ReceiptId;
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_pipeline::process::ProcessOutcome;
use sohoa_shell::{Exit, Failure, Texts, reasons};

use crate::args::ReceiptArgs;
use crate::commands::process::{self, WorkRecord};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::{Table, one_line};

/// So many skipped files are named right after an import.
const SKIPPED_SHOWN: usize = 20;

/// Reasons of which only the number of files is said right after an import: an import that goes on has thousands.
const COUNTED: [&str; 2] = ["already-taken", "interrupted"];

/// How much of a receipt is written for people.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// What a person needs right after the import.
    Short,
    /// Every file that was not taken.
    Whole,
}

/// A receipt to be shown.
pub(super) struct Shown<'a> {
    pub(super) lines: &'a [ReceiptLine],
    pub(super) id: Option<ReceiptId>,
    pub(super) work: Option<&'a ProcessOutcome>,
    pub(super) interrupted: bool,
    pub(super) dry_run: bool,
}

/// The JSON form; the first three fields and theirs are promised.
#[derive(Serialize)]
struct ReceiptRecord<'a> {
    taken: Vec<TakenRecord<'a>>,
    skipped: Vec<SkippedRecord<'a>>,
    refused: Vec<RefusedRecord<'a>>,
    receipt: Option<String>,
    interrupted: bool,
    dry_run: bool,
    work: Option<WorkRecord<'a>>,
    hint: Option<String>,
}

#[derive(Serialize)]
struct TakenRecord<'a> {
    path: &'a str,
    sha256: String,
    pages: u32,
    dossier: &'a str,
}

#[derive(Serialize)]
struct SkippedRecord<'a> {
    path: &'a str,
    reason: String,
    code: &'a str,
    detail: &'a str,
}

#[derive(Serialize)]
struct RefusedRecord<'a> {
    path: &'a str,
    reason: String,
    hint: String,
    code: &'a str,
    detail: &'a str,
}

impl Shown<'_> {
    /// Whether any file was refused.
    pub(super) fn any_refused(&self) -> bool {
        self.lines.iter().any(|line| matches!(line, ReceiptLine::Refused { .. }))
    }

    /// Writes the receipt as JSON.
    pub(super) fn json(&self, front: &mut Front) {
        let record = self.record(&front.texts);
        front.output.json(&record);
    }

    fn record(&self, texts: &Texts) -> ReceiptRecord<'_> {
        let mut record = ReceiptRecord {
            taken: Vec::new(),
            skipped: Vec::new(),
            refused: Vec::new(),
            receipt: self.id.map(|id| id.to_string()),
            interrupted: self.interrupted,
            dry_run: self.dry_run,
            work: self.work.map(WorkRecord::from),
            hint: self.work.filter(|work| work.unsigned > 0).map(|_| texts.hint("work-unsigned", &[])),
        };
        for line in self.lines {
            match line {
                ReceiptLine::Taken { path, sha256, pages, dossier } => {
                    record.taken.push(TakenRecord { path, sha256: sha256.to_string(), pages: *pages, dossier });
                }
                ReceiptLine::Skipped { path, reason } => {
                    let sentence = reasons::reason(texts, reason).sentence;
                    record.skipped.push(SkippedRecord {
                        path,
                        reason: sentence,
                        code: &reason.code,
                        detail: &reason.detail,
                    });
                }
                ReceiptLine::Refused { path, reason } => {
                    let explained = reasons::reason(texts, reason);
                    record.refused.push(RefusedRecord {
                        path,
                        reason: explained.sentence,
                        hint: explained.hint,
                        code: &reason.code,
                        detail: &reason.detail,
                    });
                }
            }
        }
        record
    }

    /// Writes the receipt for people: counts, every file refused, files skipped, what was done with the pages.
    pub(super) fn summary(&self, front: &mut Front, extent: Extent) {
        if self.dry_run {
            front.output.data(front.texts.get("import-dry-run"));
        }
        let (mut files, mut pages, mut dossiers) = (0u64, 0u64, BTreeSet::new());
        let mut skipped: Vec<(&str, &Reason)> = Vec::new();
        let mut refused: Vec<(&str, &Reason)> = Vec::new();
        for line in self.lines {
            match line {
                ReceiptLine::Taken { pages: of_file, dossier, .. } => {
                    files += 1;
                    pages += u64::from(*of_file);
                    dossiers.insert(dossier);
                }
                ReceiptLine::Skipped { path, reason } => skipped.push((path, reason)),
                ReceiptLine::Refused { path, reason } => refused.push((path, reason)),
            }
        }
        let args = [("files", files.into()), ("pages", pages.into()), ("dossiers", dossiers.len().into())];
        let id = if self.dry_run { "import-would-take" } else { "import-taken" };
        front.output.data(front.texts.say(id, &args));
        front.output.data(front.texts.say("import-skipped", &[("files", skipped.len().into())]));
        let shown = match extent {
            Extent::Whole => usize::MAX,
            Extent::Short => {
                count_alike(front, &mut skipped);
                SKIPPED_SHOWN
            }
        };
        for (path, reason) in skipped.iter().take(shown) {
            let sentence = reasons::reason(&front.texts, reason).sentence;
            front.output.data(format!("  {}: {sentence}", one_line(path)));
        }
        if skipped.len() > shown {
            let count = skipped.len() - shown;
            front.output.data(format!("  {}", front.texts.say("import-more", &[("count", count.into())])));
        }
        front.output.data(front.texts.say("import-refused", &[("files", refused.len().into())]));
        let mut refused = refused.into_iter().peekable();
        while let Some((path, reason)) = refused.next() {
            let explained = reasons::reason(&front.texts, reason);
            front.output.data(format!("  {}: {}", one_line(path), explained.sentence));
            // One hint for neighbours that were refused for the same reason.
            if refused.peek().is_none_or(|(_, next)| next.code != reason.code) {
                front.output.data(format!("    {}", explained.hint));
            }
        }
        if self.lines.is_empty() && !self.interrupted {
            front.output.data(front.texts.get("import-empty"));
        }
        if let Some(work) = self.work.filter(|_| !self.dry_run) {
            process::tell(front, work);
        }
        if let Some(id) = self.id {
            front.output.data(front.texts.say("import-receipt", &[("id", id.to_string().into())]));
        }
        if self.interrupted {
            front.output.data(front.texts.get("import-interrupted"));
        }
    }
}

pub(super) fn run(front: &mut Front, args: &ReceiptArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let all = archive.catalog().receipts()?;
    let Some(wanted) = &args.id else {
        list(front, &all, args.json);
        return Ok(Exit::Done);
    };
    let Some(found) = all.iter().find(|receipt| receipt.id.to_string() == *wanted) else {
        return Err(Failure::new(&front.texts, "error-unknown", &[("name", wanted.into())], Exit::NotFound).into());
    };
    let lines = archive.catalog().receipt(found.id)?;
    let interrupted = found.finished.is_none();
    let shown = Shown { lines: &lines, id: Some(found.id), work: None, interrupted, dry_run: false };
    if args.json {
        shown.json(front);
    } else {
        shown.summary(front, Extent::Whole);
    }
    Ok(Exit::Done)
}

/// Says of the reasons that many files share how many there are, and leaves the others.
fn count_alike(front: &mut Front, skipped: &mut Vec<(&str, &Reason)>) {
    for code in COUNTED {
        let alike: Vec<&Reason> = skipped.iter().map(|(_, reason)| *reason).filter(|r| r.code == code).collect();
        if let Some(first) = alike.first() {
            let reason = reasons::reason(&front.texts, first).sentence;
            let args = [("files", alike.len().into()), ("reason", reason.into())];
            front.output.data(format!("  {}", front.texts.say("import-skipped-group", &args)));
        }
        skipped.retain(|(_, reason)| reason.code != code);
    }
}

fn list(front: &mut Front, receipts: &[ReceiptSummary], as_json: bool) {
    #[derive(Serialize)]
    struct Summary<'a> {
        receipt: String,
        folder: &'a str,
        begun: String,
        finished: Option<String>,
        operator: &'a str,
        software: &'a str,
        taken: u32,
        skipped: u32,
        refused: u32,
    }
    if as_json {
        let receipts: Vec<_> = receipts
            .iter()
            .map(|r| Summary {
                receipt: r.id.to_string(),
                folder: &r.root,
                begun: r.begun.iso_vietnam(),
                finished: r.finished.map(|at| at.iso_vietnam()),
                operator: &r.operator,
                software: &r.software,
                taken: r.taken,
                skipped: r.skipped,
                refused: r.refused,
            })
            .collect();
        front.output.json(&receipts);
        return;
    }
    let headings = ["receipt", "time", "operator", "taken", "skipped", "refused", "folder"];
    let mut table = Table::new(headings.map(|id| front.text(&format!("field-{id}")))).right(&[3, 4, 5]);
    for r in receipts {
        let mut folder = r.root.clone();
        if r.finished.is_none() {
            folder = format!("{folder} {}", front.text("receipt-unfinished"));
        }
        let counts = [r.taken, r.skipped, r.refused].map(|n| n.to_string());
        let [taken, skipped, refused] = counts;
        table.row([r.id.to_string(), r.begun.short_vietnam(), r.operator.clone(), taken, skipped, refused, folder]);
    }
    front.output.table(&table);
}

#[cfg(test)]
mod tests {
    use sohoa_model::Sha256;
    use sohoa_shell::UiLanguage;

    use super::*;

    #[test]
    fn the_json_of_a_receipt_has_the_promised_fields() {
        let lines = [
            ReceiptLine::Taken {
                path: "H49.1/tờ 1.jpg".into(),
                sha256: Sha256::of(b""),
                pages: 1,
                dossier: "H49.1".into(),
            },
            ReceiptLine::Skipped { path: "a".into(), reason: Reason::new("already-taken", "") },
            ReceiptLine::Refused { path: "b".into(), reason: Reason::new("empty-file", "") },
        ];
        let shown = Shown { lines: &lines, id: None, work: None, interrupted: false, dry_run: true };
        let json = serde_json::to_value(shown.record(&Texts::new(UiLanguage::Vietnamese))).unwrap();
        assert_eq!(json["taken"][0]["path"], "H49.1/tờ 1.jpg");
        assert_eq!(json["taken"][0]["pages"], 1);
        assert_eq!(json["taken"][0]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(json["skipped"][0]["reason"], "Tệp này đã có trong kho.");
        assert!(!json["refused"][0]["hint"].as_str().unwrap().is_empty());
        assert!(shown.any_refused());
    }
}
