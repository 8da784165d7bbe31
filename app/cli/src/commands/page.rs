//! `page`: what a person does to pages after they were captured: turn, take out, bring back, move, split, part,
//! pass, send back.

use serde::Serialize;
use sohoa_model::part::Run;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::pages::{self, Edit, GonePage, PageRange, Seat, Split};
use sohoa_pipeline::{PipelineError, pictures};
use sohoa_shell::Exit;

use crate::args::{PageCommand, PagesArgs};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

#[derive(Serialize)]
struct EditRecord<'a> {
    dossier: &'a str,
    pages: usize,
}

#[derive(Serialize)]
struct GoneRecord {
    /// What `page restore` is given.
    number: usize,
    document: String,
    label: String,
    /// `removed`, `replaced`, `blank` or `split`.
    gone: &'static str,
    at: String,
    master_sha256: String,
    thumbnail: Option<String>,
}

pub(super) fn run(front: &mut Front, command: &PageCommand) -> Result<Exit, Stop> {
    match command {
        PageCommand::Turn(args) => edit(front, &args.pages, Edit::Turn(args.by)),
        PageCommand::Remove(args) => edit(front, args, Edit::Remove),
        PageCommand::Split(args) => {
            let run = match (args.across, args.upright) {
                (true, _) => Some(Run::Across),
                (_, true) => Some(Run::Upright),
                (false, false) => None,
            };
            edit(front, &args.pages, Edit::Split(Split { run, at: args.cut_at, stands: None }))
        }
        PageCommand::Part(args) => edit(front, args, Edit::Part),
        PageCommand::Pass(args) => edit(front, args, Edit::Pass),
        PageCommand::Reject(args) => edit(front, args, Edit::Reject),
        PageCommand::Restore(args) => {
            let archive = front.open()?;
            let gone = archive.catalog().gone_pages(&args.dossier)?;
            let mut chosen = Vec::new();
            for &number in &args.numbers {
                let page = number.checked_sub(1).and_then(|at| gone.get(at as usize));
                let absent = || PipelineError::NoSuchPage { dossier: args.dossier.clone(), number, several: false };
                chosen.push(page.ok_or_else(absent)?.page.id);
            }
            pages::edit(&archive, &args.dossier, &chosen, &Edit::Restore, &args.reason)?;
            tell(front, &args.dossier, chosen.len(), args.json);
            Ok(Exit::Done)
        }
        PageCommand::Removed(args) => removed(front, &args.dossier, args.json),
        PageCommand::Move(args) => {
            let archive = front.open()?;
            let beside = |range: &PageRange| -> Result<_, PipelineError> {
                Ok(pages::select(&archive, &args.pages.dossier, std::slice::from_ref(range))?[0])
            };
            let seat = match (&args.before, &args.after) {
                (Some(page), _) => Seat::Before(beside(page)?),
                (None, Some(page)) => Seat::After(beside(page)?),
                (None, None) => return Err(PipelineError::NoReason.into()),
            };
            edit(front, &args.pages, Edit::Move(seat))
        }
    }
}

fn edit(front: &mut Front, args: &PagesArgs, edit: Edit) -> Result<Exit, Stop> {
    let archive: Archive = front.open()?;
    let chosen = pages::select(&archive, &args.dossier, &args.page_ranges)?;
    pages::edit(&archive, &args.dossier, &chosen, &edit, args.reason.as_deref().unwrap_or_default())?;
    tell(front, &args.dossier, chosen.len(), args.json);
    Ok(Exit::Done)
}

fn tell(front: &mut Front, dossier: &str, pages: usize, as_json: bool) {
    if as_json {
        front.output.json(&EditRecord { dossier, pages });
        return;
    }
    let values = [("pages", pages.into()), ("dossier", dossier.into())];
    let (line, hint) = (front.texts.say("pages-edited", &values), front.texts.hint("pages-edited", &values));
    front.output.data(line);
    front.output.data(format!("  {hint}"));
}

fn removed(front: &mut Front, dossier: &str, as_json: bool) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let gone = archive.catalog().gone_pages(dossier)?;
    let record = |(number, page): (usize, &GonePage)| {
        let thumbnail = pictures::path(&archive, &page.page);
        GoneRecord {
            number,
            document: page.document.clone(),
            label: page.page.label.clone(),
            gone: page.gone.word(),
            at: page.at.iso_vietnam(),
            master_sha256: page.page.master.to_string(),
            thumbnail: thumbnail.is_file().then(|| thumbnail.display().to_string()),
        }
    };
    let records: Vec<GoneRecord> = (1..).zip(&gone).map(record).collect();
    if as_json {
        front.output.json(&records);
        return Ok(Exit::Done);
    }
    if records.is_empty() {
        let line = front.text("pages-none-removed");
        front.output.note(line);
    }
    let mut table = Table::default();
    for (record, page) in records.iter().zip(&gone) {
        let why = front.text(&format!("page-gone-{}", record.gone));
        table.row([
            record.number.to_string(),
            record.document.clone(),
            record.label.clone(),
            why,
            page.at.short_vietnam(),
        ]);
    }
    front.output.table(&table);
    Ok(Exit::Done)
}
