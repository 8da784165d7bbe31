//! `export`: texts or PDFs of dossiers into a folder. What is held or not cleared leaves only with a written reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sohoa_catalog::query::PageView;
use sohoa_catalog::rendition::{DocumentDetail, DocumentPage, Seal};
use sohoa_model::geometry::Rotation;
use sohoa_model::page_text::PageText;
use sohoa_model::safe_name;
use sohoa_model::{Cancel, Sha256};
use sohoa_ocr::alto;
use sohoa_ocr::hocr::{self, PageSource};
use sohoa_store::StoreError;
use sohoa_store::atomic::{self, AtomicFile};

use crate::archive::Archive;
use crate::assemble;
use crate::error::PipelineError;

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// One text a page: `<dossier>/<original stem>[.<frame>][<half>].txt`.
    Text,
    /// One hOCR file a page: `<dossier>/<original stem>[.<frame>][<half>].hocr`.
    Hocr,
    /// One ALTO file a page: `<dossier>/<original stem>[.<frame>][<half>].alto.xml`.
    Alto,
    /// One PDF a document: `<dossier>/<name>.pdf`.
    Pdf,
}

impl ExportKind {
    /// The word in events and on the command line: `text`, `hocr`, `alto`, `pdf`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Hocr => "hocr",
            Self::Alto => "alto",
            Self::Pdf => "pdf",
        }
    }
}

/// What to export, where to, and why although held.
#[derive(Debug, Clone)]
pub struct ExportPlan {
    /// What to write.
    pub kind: ExportKind,
    /// The folder to write to.
    pub to: PathBuf,
    /// Codes of the dossiers; all when empty.
    pub dossiers: Vec<String>,
    /// Why dossiers that are held or not cleared are exported all the same.
    pub held_reason: Option<String>,
}

/// What was written and what was kept back.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ExportOutcome {
    /// Files written.
    pub files: u64,
    /// Dossiers exported.
    pub dossiers: Vec<String>,
    /// Dossiers that were kept back because they are held or not cleared.
    pub kept_back: Vec<String>,
    /// Documents that have no PDF yet.
    pub without_pdf: Vec<String>,
}

/// Exports dossiers.
pub fn export(archive: &Archive, plan: &ExportPlan, cancel: &Cancel) -> Result<ExportOutcome, PipelineError> {
    atomic::make_folder(&plan.to)?;
    let unreadable = |path: &Path, source| PipelineError::Unreadable { path: path.to_owned(), source };
    let to = plan.to.canonicalize().map_err(|e| unreadable(&plan.to, e))?;
    let home = archive.layout().root().canonicalize().map_err(|e| unreadable(archive.layout().root(), e))?;
    if to.starts_with(&home) {
        return Err(PipelineError::Nested { folder: to, archive: home });
    }
    let reason = plan.held_reason.as_deref().map(str::trim);
    if reason == Some("") {
        return Err(PipelineError::NoReason);
    }
    let codes = if plan.dossiers.is_empty() { archive.catalog().captured_codes()? } else { plan.dossiers.clone() };
    let mut outcome = ExportOutcome::default();
    for code in codes {
        if cancel.is_requested() {
            return Err(PipelineError::Cancelled);
        }
        let view = archive.catalog().dossier(&code)?;
        let cleared = archive.catalog().is_cleared(&code)?;
        if !cleared && reason.is_none() {
            outcome.kept_back.push(code);
            continue;
        }
        let why = if cleared { None } else { reason };
        let detail = serde_json::json!({ "as": plan.kind.word(), "reason": why });
        archive.catalog().log("export", Some(&code), &detail, &archive.act())?;
        let folder = to.join(&view.dossier.folder);
        for document in view.documents {
            let detail = archive.catalog().document_detail(document.id)?;
            match plan.kind {
                ExportKind::Text | ExportKind::Hocr | ExportKind::Alto => {
                    outcome.files += export_texts(archive, plan.kind, &detail, &folder)?;
                }
                ExportKind::Pdf => match pdf_of(&detail) {
                    Some(sha256) => {
                        copy_out(archive, &sha256, &folder, &detail.name)?;
                        outcome.files += 1;
                    }
                    None => outcome.without_pdf.push(detail.name),
                },
            }
        }
        outcome.dossiers.push(code);
    }
    Ok(outcome)
}

/// The PDF of a document: the one that was made of its pages, or the signed file that it is.
fn pdf_of(detail: &DocumentDetail) -> Option<Sha256> {
    match detail.seal() {
        Seal::Kept(master) => Some(master),
        Seal::Open | Seal::Broken => detail.signed.as_ref().or(detail.pdfa.as_ref()).map(|made| made.sha256),
    }
}

fn export_texts(
    archive: &Archive,
    kind: ExportKind,
    detail: &DocumentDetail,
    folder: &Path,
) -> Result<u64, PipelineError> {
    let mut frames: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for page in &detail.pages {
        frames.entry(&page.view.path).or_default().insert(page.view.facts.index);
    }
    let mut stems: BTreeMap<String, String> = BTreeMap::new();
    for page in &detail.pages {
        let mut stem = safe_name::safe_name(&page.view.stem);
        if frames[page.view.path.as_str()].len() > 1 {
            stem = format!("{stem}.{}", page.view.facts.index + 1);
        }
        stem.push_str(page.view.half());
        let owner = format!("{}#{}{}", page.view.path, page.view.facts.index, page.view.half());
        let mut n = 1;
        while stems.get(&safe_name::nth(&stem, n)).is_some_and(|other| *other != owner) {
            n += 1;
        }
        let name = safe_name::nth(&stem, n);
        let text = match assemble::page_text(archive, page)? {
            Some(text) => text,
            None => empty_page(page),
        };
        let source = PageSource {
            image: &image_of(&page.view),
            engine: page.engine.as_deref().unwrap_or_default(),
            language: page.language.as_deref().and_then(|model| model.parse().ok()),
        };
        let (written, extension) = match kind {
            ExportKind::Hocr => (hocr::hocr(&text, &source), "hocr"),
            ExportKind::Alto => (alto::alto(&text, &source), "alto.xml"),
            ExportKind::Text | ExportKind::Pdf => (text.plain(), "txt"),
        };
        atomic::write(&folder.join(format!("{name}.{extension}")), written.as_bytes())?;
        stems.insert(name, owner);
    }
    Ok(detail.pages.len() as u64)
}

/// A page without words has its size all the same.
fn empty_page(page: &DocumentPage) -> PageText {
    let shown = page.view.shown();
    let rotation = Rotation::from_degrees(page.rotation.into()).unwrap_or(Rotation::None);
    let (width, height) = rotation.turned(shown.width(), shown.height());
    PageText { width, height, blocks: Vec::new() }
}

/// The file of a page; of a part of its frame with the place of that (W3C Media Fragments 1.0, 4.2.2).
fn image_of(page: &PageView) -> String {
    match &page.part {
        Some((part, _)) => format!("{}#xywh={part}", page.path),
        None => page.path.clone(),
    }
}

fn copy_out(archive: &Archive, sha256: &Sha256, folder: &Path, name: &str) -> Result<(), PipelineError> {
    let target = folder.join(format!("{name}.pdf"));
    let mut copy = AtomicFile::begin(folder)?;
    std::io::copy(&mut archive.vault().open(sha256)?, &mut copy).map_err(|e| StoreError::write(&target, e))?;
    copy.commit(&target)?;
    let copied = sohoa_store::vault::hash_file(&target, &Cancel::new())?;
    if copied.sha256 != *sha256 {
        let _ = fs::remove_file(&target);
        return Err(StoreError::Torn { path: target, expected: *sha256, found: copied.sha256 }.into());
    }
    Ok(())
}
