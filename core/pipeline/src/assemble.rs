//! Assembly: the pages of one document become one PDF/A-2u in the vault, streamed, with the scanner's bytes untouched.
//!
//! Pages that show parts of one frame share its image, which enters the file once.
//!
//! The moment that enters the file is drawn once into an intent, so that doing it again after a crash gives the same
//! bytes.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter, Cursor, Read, Write};
use std::time::Duration;

use sohoa_catalog::facts_record::FactsRecord;
use sohoa_catalog::rendition::{DocumentDetail, DocumentJob, DocumentPage, INTENT_PDFA, PdfaRecord};
use sohoa_catalog::text_record;
use sohoa_describe::collation::Collation;
use sohoa_model::frame::RowFilter;
use sohoa_model::geometry::Rotation;
use sohoa_model::ids::PageId;
use sohoa_model::page_text::PageText;
use sohoa_model::{Cancel, Finding, Language, Sha256, Timestamp, crash};
use sohoa_pdfa::{DocumentInfo, ImageData, ImageEncoding, PageImage, PageInput, Pdfa, RangeReader, Strip};
use sohoa_store::StoreError;

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::worker::Worker;
use crate::worker::protocol::{Request, Response};

/// Rises whenever the same input would become other bytes; part of the recipe hash of every PDF/A.
pub const PDFA_RECIPE: &str = "pdfa-2u/1";
/// The text of one page in the vault is at most so long.
pub(crate) const LONGEST_TEXT: u64 = 64 << 20;
/// Packing one large frame may take so long.
const REPACK_LIMIT: Duration = Duration::from_secs(60);

/// Writes, checks and records the PDF/A of one document.
pub fn assemble(
    archive: &Archive,
    job: &DocumentJob,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<(), PipelineError> {
    let detail = archive.catalog().document_detail(job.document)?;
    let created = archive.drawn_moment(INTENT_PDFA, job, &job.input.to_string())?;
    crash::point("pdfa.intent-written");
    let mut file = archive.vault().begin()?;
    let collation = {
        let out = BufWriter::with_capacity(1 << 20, &mut file);
        write(archive, &detail, &job.input, created, out, worker, cancel)?
    };
    crash::point("pdfa.written");
    let stored = archive.vault().finish(file)?;
    let mut source = BufReader::new(archive.vault().open(&stored.sha256)?);
    let report = sohoa_pdfa::check(&mut source)?;
    crash::point("pdfa.checked");
    archive.keep_recipe(PDFA_RECIPE)?;
    let record = PdfaRecord {
        sha256: stored.sha256,
        bytes: stored.bytes,
        input: job.input,
        recipe: Sha256::of(PDFA_RECIPE.as_bytes()),
        verdict: report.verdict,
        findings: on_pages(&detail, &collation),
    };
    archive.catalog().record_pdfa(job.document, &record, &archive.act())?;
    crash::point("pdfa.recorded");
    Ok(())
}

/// What the pages of a document show when they are taken together, with the page of each.
fn on_pages(detail: &DocumentDetail, collation: &Collation) -> Vec<(PageId, Finding)> {
    let found = collation.findings().into_iter();
    found.filter_map(|(place, finding)| Some((detail.pages.get(place)?.view.id, finding))).collect()
}

/// Writes the file; gives back what its pages say of their order.
fn write(
    archive: &Archive,
    detail: &DocumentDetail,
    input: &Sha256,
    created: Timestamp,
    out: impl Write,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<Collation, PipelineError> {
    let mut seed = [0; 16];
    seed.copy_from_slice(&input.0[..16]);
    let info = DocumentInfo {
        title: title(detail),
        dossier_code: detail.description.code.clone(),
        document_name: detail.name.clone(),
        organisation: archive.settings().archive.organisation.clone(),
        language: main_language(detail),
        creator_software: archive.session().software.clone(),
        created,
        keywords: Vec::new(),
        id_seed: seed,
    };
    let mut pdf = Pdfa::begin(out, &info)?;
    let mut collation = Collation::default();
    // The place of the first page that shows something of a frame.
    let mut frames = BTreeMap::new();
    for (place, page) in (0..).zip(&detail.pages) {
        if cancel.is_requested() {
            return Err(PipelineError::Cancelled);
        }
        let text = page_text(archive, page)?;
        let first = *frames.entry((page.view.master, page.view.facts.index)).or_insert(place);
        collation.add(text.as_ref(), first as usize);
        if first < place {
            pdf.add_page(input_of(page, text.as_ref(), PageImage::Of(first)))?;
        } else {
            add_page(archive, page, text.as_ref(), &mut pdf, worker, cancel)?;
        }
    }
    pdf.finish()?;
    Ok(collation)
}

/// The title of the dossier; its code if no inventory gives one.
fn title(detail: &DocumentDetail) -> String {
    if detail.description.title.is_empty() { detail.name.clone() } else { detail.description.title.clone() }
}

/// The language that most pages were read in; the first of the list among equals.
fn main_language(detail: &DocumentDetail) -> Option<Language> {
    let pages_in = |language: Language| {
        detail.pages.iter().filter(|page| page.language.as_deref() == Some(language.model())).count()
    };
    let best = Language::ALL.into_iter().rev().max_by_key(|language| pages_in(*language))?;
    (pages_in(best) > 0).then_some(best)
}

fn add_page<W: Write>(
    archive: &Archive,
    page: &DocumentPage,
    text: Option<&PageText>,
    pdf: &mut Pdfa<W>,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<(), PipelineError> {
    let file = archive.vault().open(&page.view.master)?;
    let length = file.metadata().map_err(|e| StoreError::read(archive.vault().path(&page.view.master), e))?.len();
    let (mut stored, mut packed);
    let (encoding, data): (_, &mut dyn Read) = match ImageEncoding::of(&page.view.facts.embedding, length) {
        Some((encoding, ranges)) => {
            stored = RangeReader::new(BufReader::with_capacity(1 << 18, file), ranges);
            (encoding, &mut stored)
        }
        None => {
            let (encoding, bytes) = repacked(archive, page, worker, cancel)?;
            packed = Cursor::new(bytes);
            (encoding, &mut packed)
        }
    };
    pdf.add_page(input_of(page, text, PageImage::Stored(ImageData { encoding, data })))?;
    Ok(())
}

fn input_of<'a>(page: &'a DocumentPage, text: Option<&'a PageText>, image: PageImage<'a>) -> PageInput<'a> {
    PageInput {
        facts: &page.view.facts,
        part: page.view.part.as_ref().map(|(part, _)| *part),
        rotation: Rotation::from_degrees(i32::from(page.rotation)).unwrap_or_default(),
        label: Some(page.view.label.clone()),
        text,
        image,
    }
}

/// The frame of a page packed without loss by a worker, for bytes that can't enter a PDF as they are.
fn repacked(
    archive: &Archive,
    page: &DocumentPage,
    worker: &mut Worker,
    cancel: &Cancel,
) -> Result<(ImageEncoding, Vec<u8>), PipelineError> {
    let path = archive.vault().path(&page.view.master);
    let request = Request::Repack { path, facts: Box::new(FactsRecord::of(&page.view.facts)) };
    let (response, bytes) = worker.call(&request, REPACK_LIMIT, cancel)?;
    let length = bytes.len() as u64;
    let encoding = match response {
        Response::Flate { components, bits, .. } => {
            ImageEncoding::Flate { components, bits, palette: None, rows: RowFilter::Png, length }
        }
        Response::CcittG4 { height, .. } => {
            ImageEncoding::CcittG4 { strips: vec![Strip { length, rows: height }], min_is_white: true }
        }
        Response::Refused { code, detail } => {
            return Err(PipelineError::record(&page.view.path, format!("{code}: {detail}")));
        }
        _ => return Err(PipelineError::record(&page.view.path, "the worker gave another answer")),
    };
    Ok((encoding, bytes))
}

/// The text of a page from the vault; none if there is nothing on it.
pub(crate) fn page_text(archive: &Archive, page: &DocumentPage) -> Result<Option<PageText>, PipelineError> {
    let Some(sha256) = page.text else { return Ok(None) };
    let bytes = archive.vault().read(&sha256, LONGEST_TEXT)?;
    let text = text_record::from_bytes(&bytes).map_err(|e| PipelineError::record(sha256, e))?;
    let has_words = text.words().next().is_some();
    Ok(has_words.then_some(text))
}
