//! The pages of a dossier with how each was read: engine, model, parameters, input, confidence, duration, state.

use serde::Serialize;
use sohoa_catalog::query::DocumentView;
use sohoa_catalog::reading::ReadingView;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::{pictures, refile};

use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

/// The text of a recipe is a line.
const LONGEST_RECIPE: u64 = 4096;

/// A page as JSON.
#[derive(Serialize)]
pub(super) struct PageRecord {
    document: String,
    number: u32,
    label: String,
    path: String,
    master_sha256: String,
    /// The part of the frame that the page shows, `left,top,width,height`; null if it shows all of it.
    part: Option<String>,
    /// Pixels across and down of what it shows, as stored.
    width: u32,
    height: u32,
    dpi: f32,
    dpi_stated: bool,
    below_standard: bool,
    /// Whether the bytes are safe: durable, and verified in the second vault where one is kept.
    safe: bool,
    /// Whether its sheet may go back onto the shelf; null if nothing of the dossier was scanned here.
    safe_to_refile: Option<bool>,
    thumbnail: Option<String>,
    reading: Option<ReadingRecord>,
}

#[derive(Serialize)]
struct ReadingRecord {
    state: &'static str,
    language: Option<String>,
    rotation: u16,
    confidence: Option<f64>,
    engine: String,
    model_sha256: Option<String>,
    recipe_sha256: String,
    parameters: Option<String>,
    input_sha256: Option<String>,
    text_sha256: String,
    milliseconds: u64,
    at: String,
}

/// The pages of a dossier in their order; `refile` is whether its paper may be refiled.
pub(super) fn records(
    archive: &Archive,
    documents: &[DocumentView],
    code: &str,
    refile: Option<bool>,
) -> Result<Vec<PageRecord>, Stop> {
    let mut records = Vec::new();
    let without_copy = refile::unsafe_masters(archive, code)?;
    for page in archive.catalog().pages(code)? {
        let reading = archive.catalog().reading(page.id)?.map(|reading| reading_record(archive, reading));
        let document = documents.iter().find(|document| document.id == page.document);
        let thumbnail = pictures::path(archive, &page);
        records.push(PageRecord {
            document: document.map(|document| document.name.clone()).unwrap_or_default(),
            number: page.number,
            master_sha256: page.master.to_string(),
            part: page.part.as_ref().map(|(part, _)| part.to_string()),
            width: page.shown().width(),
            height: page.shown().height(),
            dpi: page.facts.dpi.0,
            dpi_stated: page.facts.dpi_stated,
            below_standard: page.below_standard,
            safe: !without_copy.contains(&page.master),
            safe_to_refile: refile,
            thumbnail: thumbnail.is_file().then(|| thumbnail.display().to_string()),
            reading,
            label: page.label,
            path: page.path,
        });
    }
    Ok(records)
}

/// Tells the pages as a table.
pub(super) fn tell(front: &mut Front, pages: &[PageRecord]) {
    let headings = ["name", "page", "reading", "language", "confidence", "seconds", "paper", "file"];
    let mut table = Table::new(headings.map(|id| front.text(&format!("field-{id}")))).right(&[1, 4, 5]);
    for page in pages {
        let reading = page.reading.as_ref();
        let state = reading.map_or("none", |reading| reading.state);
        let confidence = reading.and_then(|reading| reading.confidence);
        table.row([
            page.document.clone(),
            page.number.to_string(),
            front.text(&format!("reading-{state}")),
            reading.and_then(|reading| reading.language.clone()).unwrap_or_default(),
            confidence.map(|percent| format!("{percent:.0} %")).unwrap_or_default(),
            reading.map(|reading| format!("{:.1}", reading.milliseconds as f64 / 1000.0)).unwrap_or_default(),
            page.safe_to_refile
                .map(|safe| front.text(if safe { "page-refile" } else { "page-keep" }))
                .unwrap_or_default(),
            page.path.clone(),
        ]);
    }
    front.output.table(&table);
}

fn reading_record(archive: &Archive, reading: ReadingView) -> ReadingRecord {
    let recipe = archive.vault().read(&reading.recipe, LONGEST_RECIPE).ok();
    ReadingRecord {
        state: reading.state.word(),
        language: reading.language,
        rotation: reading.rotation,
        confidence: reading.confidence.map(|percent| (percent * 10.0).round() / 10.0),
        engine: reading.engine,
        model_sha256: reading.model.map(|hash| hash.to_string()),
        recipe_sha256: reading.recipe.to_string(),
        parameters: recipe.and_then(|bytes| String::from_utf8(bytes).ok()),
        input_sha256: reading.input.map(|hash| hash.to_string()),
        text_sha256: reading.text.to_string(),
        milliseconds: reading.milliseconds,
        at: reading.at.iso_vietnam(),
    }
}
