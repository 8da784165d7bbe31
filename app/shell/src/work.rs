//! What reading, assembling and signing came to, or making a catalog again, line by line; what did not happen is left out.

use sohoa_pipeline::process::ProcessOutcome;
use sohoa_pipeline::rebuild::RebuildReport;

use crate::details;
use crate::texts::Texts;

/// A line, and what to do about it where there is something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was done, or could not be.
    pub sentence: String,
    /// What to do next; may be empty.
    pub hint: String,
}

/// The lines of an outcome.
pub fn lines(texts: &Texts, outcome: &ProcessOutcome) -> Vec<Line> {
    let counts = [
        ("work-pages", "pages", outcome.pages),
        ("work-not-read", "pages", outcome.pages_not_read),
        ("work-assembled", "documents", outcome.assembled),
        ("work-signed", "documents", outcome.signed),
        ("work-unsigned", "documents", outcome.unsigned),
    ];
    let said = counts
        .into_iter()
        .filter(|(.., count)| *count > 0)
        .map(|(id, name, count)| Line { sentence: texts.say(id, &[(name, count.into())]), hint: texts.hint(id, &[]) });
    let problems = outcome.problems.iter().map(|(name, cause)| {
        let values = [("name", name.into()), ("cause", details::tell(texts, cause).into())];
        Line { sentence: texts.say("work-problem", &values), hint: String::new() }
    });
    said.chain(problems).collect()
}

/// What making a catalog again came to.
pub fn rebuilt(texts: &Texts, report: &RebuildReport) -> Vec<String> {
    let mut lines = vec![texts.say("rebuild-done", &[("dossiers", report.dossiers.into())])];
    if let Some(path) = &report.old_catalog {
        lines.push(texts.say("rebuild-kept", &[("path", path.display().to_string().into())]));
    }
    if !report.missing_texts.is_empty() {
        lines.push(texts.say("rebuild-missing-texts", &[("count", report.missing_texts.len().into())]));
    }
    lines
}
