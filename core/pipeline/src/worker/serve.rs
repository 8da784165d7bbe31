//! The child's side: answers requests on a pair of streams until the parent closes them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use sohoa_catalog::facts_record::FactsRecord;
use sohoa_describe::inventory;
use sohoa_imaging::ImagingError;
use sohoa_imaging::decode::decode_gray;
use sohoa_imaging::inspect::{self, Limits};
use sohoa_imaging::repack::{self, Repacked};
use sohoa_imaging::sniff::{self, HEAD_LENGTH};
use sohoa_imaging::thumbnail::{Picture, Samples, Shrink};
use sohoa_imaging::view;
use sohoa_model::Timestamp;
use sohoa_model::frame::{FileFormat, FrameFacts, GrayImage};
use sohoa_model::geometry::Rotation;
use sohoa_model::language::Language;
use sohoa_model::part::FramePart;
use sohoa_model::reading::LanguageChoice;
use sohoa_ocr::{Models, Reader};
use sohoa_sign::TrustAnchors;

use crate::error::error_chain;
use crate::read_page::{self, read_page};
use crate::worker::inventory_record::InventoryRecord;
use crate::worker::protocol::{self, RecipeRecord, Request, Response};
use crate::worker::reading_record::ReadingRecord;

/// Answers until `input` ends. The caller has confined the process already (see [`confine`](crate::worker::confine)).
///
/// # Errors
/// Only if the streams break; what is wrong with a file is an answer.
pub fn serve(mut input: impl Read, mut output: impl Write, models: PathBuf) -> io::Result<()> {
    let mut server = Server { models, reader: None, seen: None };
    while let Some((request, _)) = protocol::read_message::<Request>(&mut input)? {
        let (response, payload) = server.answer(request);
        protocol::write_message(&mut output, &response, &payload)?;
    }
    Ok(())
}

struct Server {
    models: PathBuf,
    reader: Option<Reader>,
    /// What was looked at last: its parts are asked for one by one.
    seen: Option<Seen>,
}

/// A picture that was made, and of what.
struct Seen {
    path: PathBuf,
    frame: u32,
    shown: FramePart,
    rotation: Rotation,
    factor: u32,
    picture: Picture,
}

/// A page in a request: the facts of its frame, and what it shows of that.
struct Shown {
    facts: FrameFacts,
    part: FramePart,
}

impl Shown {
    fn of(record: &FactsRecord, shown: Option<[u32; 4]>) -> Result<Self, Response> {
        let facts = facts_of(record).ok_or_else(|| refused("bad-request", "facts"))?;
        let part = match shown {
            Some(numbers) => FramePart::of(&facts, numbers).ok_or_else(|| refused("bad-request", "shown"))?,
            None => FramePart::whole(&facts),
        };
        Ok(Self { facts, part })
    }

    /// Its samples as stored, before any turning.
    fn gray(&self, path: &Path) -> Result<GrayImage, Response> {
        let image = open(path).and_then(|mut file| decode_gray(&mut file, &self.facts, &Limits::default()));
        let image = image.map_err(|error| refused_image(&error))?;
        Ok(if self.part == FramePart::whole(&self.facts) { image } else { image.cut(&self.part.rect()) })
    }
}

fn refused(code: &str, detail: impl ToString) -> Response {
    Response::Refused { code: code.to_owned(), detail: detail.to_string() }
}

fn refused_image(error: &ImagingError) -> Response {
    match error {
        ImagingError::DamagedPdf { cause } => refused(error.code(), cause),
        _ => refused(error.code(), error),
    }
}

impl Server {
    fn answer(&mut self, request: Request) -> (Response, Vec<u8>) {
        match request {
            Request::Inspect { path } => (inspect(&path), Vec::new()),
            Request::Models { recipe } => (self.check_models(&recipe), Vec::new()),
            Request::Read { path, facts, shown, turn, recipe } => {
                let read = Shown::of(&facts, shown).and_then(|page| self.read(&path, &page, turn, &recipe));
                (read.unwrap_or_else(|refusal| refusal), Vec::new())
            }
            Request::Inventory { path } => (inventory(&path), Vec::new()),
            Request::Judge { path, trust, at } => (judge(&path, &trust, Timestamp(at)), Vec::new()),
            Request::Repack { path, facts } => repack(&path, &facts),
            Request::Prepared { path, facts, shown, rotation, factor } => {
                let made = Shown::of(&facts, shown).and_then(|page| prepared(&path, &page, rotation, factor));
                made.unwrap_or_else(|refusal| (refusal, Vec::new()))
            }
            Request::View { path, facts, shown, rotation, factor, part } => {
                let rotation = Rotation::from_degrees(i32::from(rotation)).unwrap_or_default();
                match Shown::of(&facts, shown).and_then(|page| self.view(path, &page, rotation, factor)) {
                    Ok(picture) => {
                        let cut = part.map(|part| picture.part(part));
                        let Picture { width, height, pixels } = cut.unwrap_or_else(|| picture.clone());
                        (Response::Picture { width, height }, pixels)
                    }
                    Err(refusal) => (refusal, Vec::new()),
                }
            }
        }
    }

    fn view(&mut self, path: PathBuf, page: &Shown, rotation: Rotation, factor: u32) -> Result<&Picture, Response> {
        let (frame, shown) = (page.facts.index, page.part);
        let is_it = |seen: &Seen| {
            (&seen.path, seen.frame, seen.shown, seen.rotation, seen.factor) == (&path, frame, shown, rotation, factor)
        };
        if !self.seen.as_ref().is_some_and(is_it) {
            // The last one goes first: two at a time might not fit.
            self.seen = None;
            let made =
                open(&path).and_then(|mut file| view::view(&mut file, &page.facts, shown, &Limits::default(), factor));
            let picture = made.map_err(|error| refused_image(&error))?.turned(rotation);
            self.seen = Some(Seen { path, frame, shown, rotation, factor, picture });
        }
        match &self.seen {
            Some(seen) => Ok(&seen.picture),
            None => Err(refused("bad-request", "view")),
        }
    }

    fn check_models(&self, recipe: &RecipeRecord) -> Response {
        let Some(recipe) = recipe.recipe() else { return refused("bad-request", "recipe") };
        let models = match Models::open(&self.models) {
            Ok(models) => models,
            Err(error) => return refused("models", error_chain(&error)),
        };
        let mut needed: Vec<Language> = match recipe.language {
            LanguageChoice::Given(language) => vec![language],
            LanguageChoice::Auto(_) => Language::ALL.into_iter().filter(|&language| models.has(language)).collect(),
        };
        if needed.is_empty() {
            needed.push(Language::Vietnamese);
        }
        match needed.into_iter().find_map(|language| models.identify(language).err()) {
            None => Response::Ready,
            Some(error) => refused("models", error_chain(&error)),
        }
    }

    fn read(
        &mut self,
        path: &Path,
        page: &Shown,
        turn: Option<u16>,
        recipe: &RecipeRecord,
    ) -> Result<Response, Response> {
        let turn = turn.and_then(|degrees| Rotation::from_degrees(i32::from(degrees)));
        let recipe = recipe.recipe().ok_or_else(|| refused("bad-request", "recipe"))?;
        let reader = match &mut self.reader {
            Some(reader) => reader,
            empty => match Models::open(&self.models) {
                Ok(models) => empty.insert(Reader::new(models)),
                Err(error) => return Err(refused("models", error)),
            },
        };
        let image = page.gray(path)?;
        let start = Instant::now();
        let now = move || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let reading = read_page(image, &page.facts, turn, &recipe, reader, &now);
        Ok(Response::Reading { reading: Box::new(ReadingRecord::from(&reading)) })
    }
}

fn facts_of(record: &FactsRecord) -> Option<FrameFacts> {
    record.facts().ok()
}

fn open(path: &Path) -> Result<BufReader<File>, ImagingError> {
    File::open(path).map(BufReader::new).map_err(|cause| ImagingError::ReadFailed { cause })
}

fn inspect(path: &Path) -> Response {
    let facts = open(path).and_then(|mut file| {
        let mut head = [0; HEAD_LENGTH];
        let n = file.read(&mut head).map_err(|cause| ImagingError::ReadFailed { cause })?;
        file.rewind().map_err(|cause| ImagingError::ReadFailed { cause })?;
        let format = sniff::sniff(&head[..n]);
        let frames = inspect::inspect(&mut file, &Limits::default());
        if format != Some(FileFormat::Pdf) || matches!(frames, Err(ImagingError::Encrypted)) || !is_signed(&mut file)? {
            return Ok((format, frames?));
        }
        // Signed, it is kept as it is, scan or not: what can't be taken out of it is not read.
        let frames = match frames {
            Ok(mut frames) => {
                frames.iter_mut().for_each(|facts| facts.is_sealed = true);
                frames
            }
            Err(_) => inspect::outline(&mut file, &Limits::default())?,
        };
        Ok((format, frames))
    });
    match facts {
        Ok((format, frames)) => Response::Facts {
            frames: frames.iter().map(FactsRecord::of).collect(),
            format: format.map_or("", |f| f.name()).to_owned(),
        },
        Err(error) => refused_image(&error),
    }
}

fn is_signed(file: &mut BufReader<File>) -> Result<bool, ImagingError> {
    sohoa_sign::is_signed(file).map_err(|cause| ImagingError::DamagedPdf { cause: Box::new(cause) })
}

fn judge(path: &Path, trust: &[String], at: Timestamp) -> Response {
    let mut anchors = TrustAnchors::new();
    if let Some(error) = trust.iter().find_map(|pem| anchors.add(pem.as_bytes()).err()) {
        return refused("bad-request", error_chain(&error));
    }
    let file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) => return refused("read-failed", error),
    };
    match sohoa_sign::verify(file, &anchors, at) {
        Ok(report) => {
            Response::Judged { verdict: report.verdict.word().to_owned(), reason: report.verdict.reason().to_owned() }
        }
        Err(error) => refused("read-failed", error_chain(&error)),
    }
}

fn inventory(path: &Path) -> Response {
    let mut bytes = Vec::new();
    let limit = inventory::LARGEST_FILE as u64 + 1;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let parsed = match File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)) {
        Ok(_) => inventory::parse(&name, &bytes),
        Err(error) => return refused("read-failed", error),
    };
    match parsed {
        Ok(parsed) => Response::Inventory { inventory: Box::new(InventoryRecord::from(parsed)) },
        Err(error) => refused("not-an-inventory", error_chain(&error)),
    }
}

/// The samples that recognition is given of a page, as a picture.
fn prepared(path: &Path, page: &Shown, rotation: u16, factor: u32) -> Result<(Response, Vec<u8>), Response> {
    let rotation = Rotation::from_degrees(i32::from(rotation)).unwrap_or_default();
    let image = read_page::prepared(page.gray(path)?, rotation);
    let mut small = Shrink::by(factor, Samples::Gray, image.width, image.width as usize);
    small.rows(&image.pixels);
    let Picture { width, height, pixels } = small.finish().ok_or_else(|| refused("bad-request", "factor"))?;
    Ok((Response::Picture { width, height }, pixels))
}

fn repack(path: &Path, facts: &FactsRecord) -> (Response, Vec<u8>) {
    let Some(facts) = facts_of(facts) else { return (refused("bad-request", "facts"), Vec::new()) };
    match open(path).and_then(|mut file| repack::repack(&mut file, &facts, &Limits::default())) {
        Ok(Repacked::Flate { width, height, components, bits, data }) => {
            (Response::Flate { width, height, components, bits }, data)
        }
        Ok(Repacked::CcittG4 { data }) => (Response::CcittG4 { width: facts.width, height: facts.height }, data),
        Err(error) => (refused_image(&error), Vec::new()),
    }
}
