//! `findings`: the pages that a person should look at, worst first, over one dossier or the whole archive.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use sohoa_catalog::finding::{Openness, RecordedFinding};
use sohoa_model::Severity;
use sohoa_model::ids::PageId;
use sohoa_shell::{Exit, Texts, reasons};

use crate::args::FindingsArgs;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::one_line;

/// A finding as JSON.
#[derive(Serialize)]
pub(super) struct FindingRecord {
    code: String,
    severity: &'static str,
    detail: String,
    sentence: String,
    hint: String,
    open: bool,
    at: String,
    page: Option<String>,
}

/// A finding with its sentence in the language of the texts.
pub(super) fn record(texts: &Texts, finding: &RecordedFinding) -> FindingRecord {
    let explained = reasons::recorded(texts, finding);
    FindingRecord {
        code: finding.finding.code.clone(),
        severity: finding.finding.severity.word(),
        detail: finding.finding.detail.clone(),
        sentence: explained.sentence,
        hint: explained.hint,
        open: finding.closed.is_none(),
        at: finding.at.iso_vietnam(),
        page: finding.page.map(|page| page.to_string()),
    }
}

/// A page, or a dossier as a whole, with what was found on it.
#[derive(Serialize)]
struct PlaceRecord {
    dossier: String,
    document: Option<String>,
    page: Option<u32>,
    severity: &'static str,
    findings: Vec<FindingRecord>,
}

/// Tells open findings by page: the gravest first, then the most.
pub(super) fn run(front: &mut Front, args: &FindingsArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let least = if args.notes { Severity::Note } else { Severity::Warn };
    let mut found = archive.catalog().findings(args.dossier.as_deref(), Openness::Open)?;
    found.retain(|finding| finding.finding.severity >= least);
    let mut places: BTreeMap<(String, Option<PageId>), Vec<RecordedFinding>> = BTreeMap::new();
    for finding in found {
        places.entry((finding.dossier.clone(), finding.page)).or_default().push(finding);
    }
    let mut places: Vec<_> = places.into_iter().collect();
    for (_, findings) in &mut places {
        findings.sort_by_key(|finding| Reverse(finding.finding.severity));
    }
    let graveness = |findings: &[RecordedFinding]| {
        [Severity::Reject, Severity::Warn, Severity::Note]
            .map(|severity| findings.iter().filter(|finding| finding.finding.severity == severity).count())
    };
    places.sort_by_key(|(_, findings)| Reverse(graveness(findings)));
    let all = places.len();
    if args.limit > 0 {
        places.truncate(args.limit);
    }
    let on_pages = archive.catalog().page_places(places.iter().filter_map(|((_, page), _)| *page))?;
    let mut records = Vec::with_capacity(places.len());
    for ((dossier, page), findings) in places {
        let place = page.and_then(|page| on_pages.get(&page));
        let (document, number) = place.cloned().unzip();
        let severity = findings.first().map_or(Severity::Note, |finding| finding.finding.severity).word();
        let findings = findings.iter().map(|finding| record(&front.texts, finding)).collect();
        records.push(PlaceRecord { dossier, document, page: number, severity, findings });
    }
    if args.json {
        front.output.json(&records);
        return Ok(Exit::Done);
    }
    if records.is_empty() {
        let line = front.text("findings-none");
        front.output.note(line);
    }
    for place in &records {
        tell(front, place);
    }
    if all > records.len() {
        let line = front.texts.say("findings-more", &[("count", (all - records.len()).into())]);
        front.output.note(line);
    }
    Ok(Exit::Done)
}

fn tell(front: &mut Front, place: &PlaceRecord) {
    let line = match (&place.document, place.page) {
        (Some(document), Some(page)) => front.texts.say(
            "search-page",
            &[("dossier", (&place.dossier).into()), ("document", document.into()), ("page", page.into())],
        ),
        _ => place.dossier.clone(),
    };
    front.output.data(one_line(&line));
    for finding in &place.findings {
        let severity = front.text(&format!("severity-{}", finding.severity));
        front.output.data(format!("  {severity}: {}", one_line(&finding.sentence)));
        if !finding.hint.is_empty() {
            front.output.data(format!("    {}", one_line(&finding.hint)));
        }
    }
}
