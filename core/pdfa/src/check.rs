//! The checker: reads any file that this stage has made, also after signing, and says whether it is still sound.
//!
//! It looks at every object once and keeps only their numbers, so that a register of a thousand pages is checked in little
//! memory. It knows what this stage writes and fails on everything else; it is not a judge of any PDF/A, veraPDF is.

mod content;
mod fonts;
mod jpeg;
mod metadata;
mod objects;
mod pages;
mod xml;

use std::io::{Read, Seek};

use sohoa_model::hash::Hasher;
use sohoa_model::{Sha256, Verdict};
use sohoa_pdf::{File, Object, PdfError, decode_text};

use crate::PdfaError;

/// How many violations are kept; more are only counted.
const MAX_VIOLATIONS: usize = 64;
/// Longest decoded stream that is looked into.
const MAX_DECODED: usize = 32 << 20;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Passed; failed with the first violation; indeterminate if the file is of a kind that this stage never writes.
    pub verdict: Verdict,
    /// What was violated, in the order of finding, at most 64.
    pub violations: Vec<Violation>,
    /// What the file says of itself, as far as it was read.
    pub facts: Facts,
}

/// A rule that a file breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The clause of ISO 19005-2 or, with a leading `32000`, of ISO 32000-1.
    pub clause: &'static str,
    /// The object number; 0 for the file as a whole.
    pub object: u32,
    /// What is wrong.
    pub detail: String,
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Number of pages.
    pub pages: u32,
    /// Length in bytes.
    pub bytes: u64,
    /// Number of revisions: 1 as written, one more for each increment.
    pub revisions: u32,
    /// The program that made it, as `/Producer` says; empty if it says nothing.
    pub software: String,
    /// Title (`dc:title`).
    pub title: String,
    /// Code of the dossier (`dc:identifier`).
    pub dossier_code: String,
}

/// One image of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFact {
    /// Number of the page, from 1.
    pub page: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Name of the filter, e.g. `DCTDecode`.
    pub filter: String,
    /// Bytes as stored.
    pub length: u64,
    /// Digest of the bytes as stored: for a JPEG that of the whole master.
    pub sha256: Sha256,
}

/// Checks a file that this stage has made.
///
/// Fails only when the source can't be read; a broken file is a verdict.
pub fn check<R: Read + Seek>(source: R) -> Result<Checked, PdfaError> {
    let mut report = Report::default();
    let mut facts = Facts::default();
    let verdict = match run(source, &mut report, &mut facts) {
        Err(PdfError::Io(error)) => return Err(PdfError::Io(error).into()),
        Err(error @ PdfError::CrossReferenceStream { .. }) => Verdict::Indeterminate(error.to_string()),
        Err(error) => Verdict::Failed(error.to_string()),
        Ok(()) => match report.violations.first() {
            None => Verdict::Passed,
            Some(first) => {
                let more = report.count - 1;
                let tail = if more == 0 { String::new() } else { format!(" (and {more} more)") };
                Verdict::Failed(format!("{}: {}{tail}", first.clause, first.detail))
            }
        },
    };
    Ok(Checked { verdict, violations: report.violations, facts })
}

/// Hands every image of every page to `take`, in the order of the pages and of the strips.
pub fn for_each_image<R: Read + Seek>(source: R, mut take: impl FnMut(ImageFact)) -> Result<(), PdfaError> {
    let mut file = File::open(source)?;
    let mut report = Report::default();
    for (page, number) in (1..).zip(pages::numbers(&mut file, &mut report)?) {
        let dict = file.dict(number)?;
        let images = pages::images(&mut file, &dict)?;
        for (_, image) in images {
            let (stream, length) = file.stream(image)?;
            let mut hasher = Hasher::new();
            file.for_each_piece(stream.data_offset, stream.data_offset + length, |piece| hasher.update(piece))?;
            let side = |key| stream.dict.get(key).and_then(Object::as_int).and_then(|side| u32::try_from(side).ok());
            let filter = stream.dict.get("Filter").and_then(Object::as_name);
            take(ImageFact {
                page,
                width: side("Width").unwrap_or(0),
                height: side("Height").unwrap_or(0),
                filter: filter.map_or_else(String::new, |name| String::from_utf8_lossy(&name.0).into_owned()),
                length,
                sha256: hasher.finish(),
            });
        }
    }
    Ok(())
}

/// Violations as they are found.
#[derive(Debug, Default)]
struct Report {
    violations: Vec<Violation>,
    count: usize,
}

impl Report {
    fn add(&mut self, clause: &'static str, object: u32, detail: impl Into<String>) {
        self.count += 1;
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(Violation { clause, object, detail: detail.into() });
        }
    }

    fn want(&mut self, holds: bool, clause: &'static str, object: u32, detail: &str) {
        if !holds {
            self.add(clause, object, detail);
        }
    }
}

fn run<R: Read + Seek>(source: R, report: &mut Report, facts: &mut Facts) -> Result<(), PdfError> {
    let mut file = File::open(source)?;
    facts.software = producer(&mut file)?;
    file.without_streams_of_structure()?;
    facts.bytes = file.length();
    facts.revisions = file.revisions().len() as u32;
    objects::frame(&mut file, report)?;
    objects::walk(&mut file, report)?;
    let (root, catalog) = file.catalog()?;
    metadata::catalog(&mut file, root.number, &catalog, report)?;
    metadata::compare(&mut file, &catalog, report, facts)?;
    let numbers = pages::numbers(&mut file, report)?;
    facts.pages = numbers.len() as u32;
    let mut used = fonts::Used::default();
    for number in numbers {
        pages::page(&mut file, number, &mut used, report)?;
    }
    fonts::check(&mut file, &used, report)
}

fn producer<R: Read + Seek>(file: &mut File<R>) -> Result<String, PdfError> {
    let info = file.trailer().get("Info").cloned().unwrap_or(Object::Null);
    let info = file.resolve(&info)?;
    let Some(info) = info.as_dict() else { return Ok(String::new()) };
    Ok(file.get(info, "Producer")?.as_string().map(decode_text).unwrap_or_default())
}

/// The decoded data of a stream without a filter or with Flate; `None` if it can't be decoded.
fn decoded<R: Read + Seek>(file: &mut File<R>, number: u32) -> Result<Option<Vec<u8>>, PdfError> {
    let (stream, _) = file.stream(number)?;
    let data = file.stream_data(number, MAX_DECODED)?;
    Ok(match stream.dict.get("Filter") {
        None => Some(data),
        Some(filter) if filter.is_name("FlateDecode") && !stream.dict.contains("DecodeParms") => {
            miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&data, MAX_DECODED).ok()
        }
        Some(_) => None,
    })
}
