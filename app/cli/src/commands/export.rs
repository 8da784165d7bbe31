//! `export`: texts or PDFs into a folder; what is held stays unless a reason is given.

use serde::Serialize;
use sohoa_pipeline::export::{self, ExportKind, ExportPlan};
use sohoa_shell::Exit;

use crate::args::{ExportArgs, ExportFormat};
use crate::front::Front;
use crate::stop::Stop;

#[derive(Serialize)]
struct Record<'a> {
    files: u64,
    dossiers: &'a [String],
    kept_back: &'a [String],
    without_pdf: &'a [String],
}

pub(super) fn run(front: &mut Front, args: ExportArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let kind = match args.format {
        ExportFormat::Text => ExportKind::Text,
        ExportFormat::Hocr => ExportKind::Hocr,
        ExportFormat::Alto => ExportKind::Alto,
        ExportFormat::Pdf => ExportKind::Pdf,
    };
    let plan = ExportPlan { kind, to: args.to, dossiers: args.dossiers, held_reason: args.held_reason };
    front.stop_cleanly_on_request();
    let outcome = export::export(&archive, &plan, &front.cancel)?;
    let complete = outcome.kept_back.is_empty() && outcome.without_pdf.is_empty();
    if args.json {
        front.output.json(&Record {
            files: outcome.files,
            dossiers: &outcome.dossiers,
            kept_back: &outcome.kept_back,
            without_pdf: &outcome.without_pdf,
        });
        return Ok(if complete { Exit::Done } else { Exit::Partial });
    }
    let said = [
        ("files", outcome.files.into()),
        ("dossiers", outcome.dossiers.len().into()),
        ("path", plan.to.display().to_string().into()),
    ];
    front.output.data(front.texts.say("export-done", &said));
    for name in &outcome.without_pdf {
        front.output.data(front.texts.say("export-without-pdf", &[("name", name.into())]));
    }
    for code in &outcome.kept_back {
        let line = front.texts.say("export-kept-back", &[("code", code.into())]);
        front.output.warn(line);
    }
    if !outcome.kept_back.is_empty() {
        let hint = front.texts.hint("export-kept-back", &[]);
        front.output.warn(hint);
    }
    Ok(if complete { Exit::Done } else { Exit::Partial })
}
