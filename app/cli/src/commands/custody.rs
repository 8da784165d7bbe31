//! `box`: who has a box of papers, its label, the minutes of its hand-over, and that it went back onto its shelf.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::custody::{self, BoxView, Movement, MovementKind, Paper};
use sohoa_pipeline::printed::Printed;
use sohoa_shell::{Exit, forms};

use crate::args::{BoxArgs, BoxCommand};
use crate::commands::show_batches;
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

#[derive(Serialize)]
struct BoxRecord {
    #[serde(rename = "box")]
    code: String,
    fonds: String,
    /// `handed-out`, `returned`, `refiled`, or null if it was never handed out.
    place: Option<&'static str>,
    /// Whether the paper of every dossier may go back onto the shelf.
    safe_to_refile: bool,
    dossiers: Vec<DossierRecord>,
    movements: Vec<MovementRecord>,
}

#[derive(Serialize)]
struct DossierRecord {
    code: String,
    title: String,
    pages: u32,
    state: &'static str,
    /// What keeps it on the table: `sheets`, `rescan`, `copy`, `not-scanned`.
    waits_for: Vec<&'static str>,
}

#[derive(Serialize)]
struct MovementRecord {
    kind: &'static str,
    at: String,
    operator: String,
    person: String,
    note: String,
}

impl MovementRecord {
    fn of(movement: &Movement) -> Self {
        Self {
            kind: movement.kind.word(),
            at: movement.at.iso_vietnam(),
            operator: movement.operator.clone(),
            person: movement.person.clone(),
            note: movement.note.clone(),
        }
    }
}

#[derive(Serialize)]
struct AwayRecord {
    #[serde(rename = "box")]
    code: String,
    fonds: String,
    #[serde(flatten)]
    last: MovementRecord,
}

pub(super) fn run(front: &mut Front, command: &BoxCommand) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let find = |args: &BoxArgs| custody::find(&archive, &args.box_code, args.box_fonds.as_deref());
    match command {
        BoxCommand::List(args) => {
            away(front, &archive, args.json)?;
            Ok(Exit::Done)
        }
        BoxCommand::Show(args) => show(front, &archive, find(args)?, args.json),
        BoxCommand::HandOut(args) => {
            let view = find(&args.which)?;
            let note = args.note.as_deref().unwrap_or_default();
            custody::pass(&archive, &view, MovementKind::HandedOut, &args.handed_to, note)?;
            show(front, &archive, find(&args.which)?, args.which.json)
        }
        BoxCommand::Return(args) => {
            let view = find(&args.which)?;
            let note = args.note.as_deref().unwrap_or_default();
            custody::pass(&archive, &view, MovementKind::Returned, &args.given_by, note)?;
            show(front, &archive, find(&args.which)?, args.which.json)
        }
        BoxCommand::Refile(args) => {
            custody::refile(&archive, &find(&args.which)?, args.reason.as_deref())?;
            show(front, &archive, find(&args.which)?, args.which.json)
        }
        BoxCommand::Label(args) => {
            let label = forms::label(&front.texts, &archive.settings().archive.organisation, &find(&args.which)?);
            print(front, &label, &args.new_pdf, args.which.json)
        }
        BoxCommand::Minutes(args) => {
            let view = find(&args.which)?;
            // Nobody hands anything over when a box goes onto its shelf.
            let Some(last) = view.movements.iter().rfind(|movement| movement.kind != MovementKind::Refiled) else {
                return Err(PipelineError::BoxElsewhere { code: view.name.code, last: "never-out" }.into());
            };
            let organisation = &archive.settings().archive.organisation;
            let minutes = forms::minutes(&front.texts, organisation, &view, last, archive.act().at);
            print(front, &minutes, &args.new_pdf, args.which.json)
        }
    }
}

fn print(front: &mut Front, form: &Printed, path: &Path, as_json: bool) -> Result<Exit, Stop> {
    let file = File::create_new(path).map_err(|source| PipelineError::Unreadable { path: path.to_owned(), source })?;
    let mut out = BufWriter::new(file);
    let written = form.write(&mut out, &front.text("box-form-title")).and_then(|()| Ok(out.flush()?));
    written.map_err(|error| PipelineError::record(path.display(), error))?;
    if !form.lacking().is_empty() {
        let letters: String = form.lacking().iter().collect();
        let line = front.texts.say("box-form-lacks", &[("letters", letters.into())]);
        front.output.warn(line);
    }
    if as_json {
        front.output.json(&serde_json::json!({ "path": path, "pages": form.pages() }));
    } else {
        let values = [("path", path.display().to_string().into()), ("pages", form.pages().into())];
        let line = front.texts.say("box-form-written", &values);
        front.output.data(line);
    }
    Ok(Exit::Done)
}

fn show(front: &mut Front, archive: &Archive, view: BoxView, as_json: bool) -> Result<Exit, Stop> {
    let papers = custody::papers(archive, &view)?;
    let is_safe = papers.iter().all(|paper| matches!(paper, Paper::Free { .. }));
    let last = view.movements.last().map(|movement| movement.kind.word());
    let texts = front.texts.clone();
    if as_json {
        let dossier = |(row, paper): (&sohoa_catalog::query::DossierRow, &Paper)| DossierRecord {
            code: row.description.code.clone(),
            title: row.description.title.clone(),
            pages: row.evidence.pages,
            state: row.state.word(),
            waits_for: match paper {
                Paper::Waits(waits) => waits.iter().map(|wait| wait.word()).collect(),
                Paper::NotScanned => vec!["not-scanned"],
                Paper::Free { .. } => Vec::new(),
            },
        };
        front.output.json(&BoxRecord {
            code: view.name.code.clone(),
            fonds: view.name.fonds.clone(),
            place: last,
            safe_to_refile: is_safe,
            dossiers: view.dossiers.iter().zip(&papers).map(dossier).collect(),
            movements: view.movements.iter().map(MovementRecord::of).collect(),
        });
        return Ok(Exit::Done);
    }
    let place = texts.get(&format!("box-place-{}", last.unwrap_or("never-out")));
    let values = [("box", (&view.name.code).into()), ("fonds", (&view.name.fonds).into()), ("place", place.into())];
    front.output.data(texts.say("box-is", &values));
    let mut table = Table::default().right(&[2]);
    for (row, paper) in view.dossiers.iter().zip(&papers) {
        let code = &row.description.code;
        let paper = match paper {
            Paper::NotScanned => texts.get("paper-not-scanned"),
            Paper::Waits(waits) => show_batches::paper(&texts, Some(waits)),
            Paper::Free { scanned } => show_batches::paper(&texts, scanned.then_some(&[])),
        };
        let pages = row.evidence.pages.to_string();
        table.row([code.clone(), texts.get(&format!("state-{}", row.state.word())), pages, paper]);
    }
    front.output.table(&table);
    for movement in &view.movements {
        front.output.data(format!("  {}", forms::movement_line(&texts, movement)));
    }
    // What a box on its shelf lacks is no warning, unless paper of it should not be there.
    let is_away = matches!(last, Some("handed-out" | "returned"));
    if is_away || papers.iter().any(|paper| matches!(paper, Paper::Waits(_))) {
        front.output.data(texts.get(if is_safe { "box-safe" } else { "box-keep" }));
    }
    Ok(Exit::Done)
}

fn away(front: &mut Front, archive: &Archive, as_json: bool) -> Result<(), Stop> {
    let away = archive.catalog().boxes_away()?;
    if as_json {
        let record = |(name, last): &(custody::BoxName, Movement)| AwayRecord {
            code: name.code.clone(),
            fonds: name.fonds.clone(),
            last: MovementRecord::of(last),
        };
        front.output.json(&away.iter().map(record).collect::<Vec<_>>());
        return Ok(());
    }
    if away.is_empty() {
        let line = front.text("boxes-none-away");
        front.output.note(line);
    }
    let mut table = Table::default();
    for (name, last) in away {
        let place = front.text(&format!("box-place-{}", last.kind.word()));
        table.row([name.fonds, name.code, place, last.person, last.at.short_vietnam()]);
    }
    front.output.table(&table);
    Ok(())
}
