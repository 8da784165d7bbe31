//! The PDF/A writer: pages go to the sink one by one; only offsets and the characters met stay in memory.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use sohoa_model::Sha256;
use sohoa_model::crash;
use sohoa_model::frame::FrameFacts;
use sohoa_model::geometry::Rotation;
use sohoa_model::hash::Hasher;
use sohoa_model::page_text::PageText;
use sohoa_model::part::FramePart;
use sohoa_pdf::{Dict, Object, ObjectWriter, PdfError, Reference, text_string};

use crate::document::{DocumentInfo, Metadata, clean};
use crate::font::{Fonts, write_flate};
use crate::image::{self, ImageData};
use crate::text_layer::{self, PageSpace, short};
use crate::{icc, xmp};

/// Pages under one node of the page tree.
const KIDS: usize = 200;
/// The greatest side of a page in points (ISO 19005-2, 6.1.13).
const MAX_SIDE: f64 = 14_400.0;
/// The least side of a page in points.
const MIN_SIDE: f64 = 3.0;

/// One page to be added.
pub struct PageInput<'a> {
    /// Size as stored and resolution of the frame.
    pub facts: &'a FrameFacts,
    /// What the page shows of the frame; all of it if none is said.
    pub part: Option<FramePart>,
    /// The turn that makes the frame upright.
    pub rotation: Rotation,
    /// What the reader shows instead of the number, e.g. the folio `12v`.
    pub label: Option<String>,
    /// The text in upright pixels of what the page shows, if it was read.
    pub text: Option<&'a PageText>,
    /// The image of the frame.
    pub image: PageImage<'a>,
}

/// The image of the frame of a page.
pub enum PageImage<'a> {
    /// Its bytes as stored.
    Stored(ImageData<'a>),
    /// That of an earlier page, by its place from 0: both show parts of one frame, which enters the file once.
    Of(u32),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Number of pages.
    pub pages: u32,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Digest of the whole file.
    pub sha256: Sha256,
    /// Object number of the catalog.
    pub catalog: u32,
    /// Object number of the first page.
    pub first_page: u32,
}

/// Why a PDF/A could not be written or checked.
#[derive(Debug, thiserror::Error)]
pub enum PdfaError {
    /// The sink, an image source or the syntax failed.
    #[error("the PDF/A could not be written or read")]
    Pdf(#[from] PdfError),
    /// The image of a page can't enter a PDF as it is described.
    #[error("the image of page {page} has {what}")]
    Image {
        /// Number of the page, from 1.
        page: u32,
        /// What is wrong.
        what: &'static str,
    },
    /// The sides of a page differ so much that no scale makes it a PDF page.
    #[error("page {page} is too long and narrow for a PDF")]
    PageShape {
        /// Number of the page, from 1.
        page: u32,
    },
    /// A page is to show a frame that no earlier page shows a part of.
    #[error("page {page} has no image")]
    NoImage {
        /// Number of the page, from 1.
        page: u32,
    },
    /// A document without pages is no PDF.
    #[error("the document has no pages")]
    NoPages,
}

/// A PDF/A-2u being written.
pub struct Pdfa<W: Write> {
    writer: ObjectWriter<BufWriter<Hashing<W>>>,
    metadata: Metadata,
    id: [u8; 16],
    fonts: Fonts,
    labels: Vec<(u32, Option<String>)>,
    catalog: Reference,
    root: Reference,
    nodes: Vec<Reference>,
    node: Option<Reference>,
    kids: Vec<Reference>,
    /// The images of pages that show parts of their frames, by the place of the page.
    shared: BTreeMap<u32, Vec<(Reference, u32)>>,
    first_page: u32,
    pages: u32,
}

impl<W: Write> Pdfa<W> {
    /// Starts a file; nothing else than this document may go to `out`.
    pub fn begin(out: W, info: &DocumentInfo) -> Result<Self, PdfaError> {
        let hashing = Hashing { out, hasher: Hasher::new() };
        let mut writer = ObjectWriter::new_file(BufWriter::with_capacity(1 << 16, hashing))?;
        let (catalog, root) = (writer.allocate()?, writer.allocate()?);
        Ok(Self {
            writer,
            metadata: Metadata::of(info),
            id: info.id_seed,
            fonts: Fonts::default(),
            labels: Vec::new(),
            catalog,
            root,
            nodes: Vec::new(),
            node: None,
            kids: Vec::new(),
            shared: BTreeMap::new(),
            first_page: 0,
            pages: 0,
        })
    }

    /// Adds a page after those that are there: its image, its invisible text, its label.
    pub fn add_page(&mut self, page: PageInput<'_>) -> Result<(), PdfaError> {
        let number = self.pages + 1;
        let facts = page.facts;
        let shown = page.part.unwrap_or_else(|| FramePart::whole(facts));
        if let PageImage::Stored(image) = &page.image
            && let Some(what) = image::fault(&image.encoding, facts.width, facts.height)
        {
            return Err(PdfaError::Image { page: number, what });
        }
        let space = page_space(facts, shown, page.rotation).ok_or(PdfaError::PageShape { page: number })?;
        let images = match page.image {
            PageImage::Stored(image) => image::write(&mut self.writer, image, facts.width, facts.height)?,
            PageImage::Of(place) => self.shared.get(&place).cloned().ok_or(PdfaError::NoImage { page: number })?,
        };
        if page.part.is_some() {
            self.shared.insert(self.pages, images.clone());
        }

        let mut content = placed(&images, facts, shown, space);
        let (text, used) = match page.text {
            Some(text) => text_layer::content(text, shown, space, &mut self.fonts),
            None => (String::new(), Vec::new()),
        };
        content.push_str(&text);
        self.fonts.allocate(&mut self.writer)?;
        let stream = self.writer.allocate()?;
        write_flate(&mut self.writer, stream, &Dict::new(), content.as_bytes())?;

        let mut pictures = Dict::new();
        for (i, (reference, _)) in images.iter().enumerate() {
            pictures.set(format!("Im{i}").as_str(), *reference);
        }
        let mut resources = Dict::new().with("XObject", pictures);
        if !used.is_empty() {
            let mut fonts = Dict::new();
            used.iter().for_each(|font| fonts.set(format!("F{font}").as_str(), self.fonts.reference(*font)));
            resources.set("Font", fonts);
        }
        let node = match self.node {
            Some(node) => node,
            None => *self.node.insert(self.writer.allocate()?),
        };
        let bounds = [0.0, 0.0, space.width, space.height];
        let dict = Dict::new()
            .with("Type", Object::name("Page"))
            .with("Parent", node)
            .with("MediaBox", Object::array(bounds))
            .with("Rotate", page.rotation.degrees())
            .with("Resources", resources)
            .with("Contents", stream);
        let reference = self.writer.allocate()?;
        self.writer.object(reference, &dict.into())?;
        self.enter(reference, page.label)?;
        if number == 1 {
            crash::point("pdfa.half-written");
        }
        Ok(())
    }

    /// Writes what belongs to the whole document, closes the file and flushes the sink.
    pub fn finish(mut self) -> Result<Summary, PdfaError> {
        if self.pages == 0 {
            return Err(PdfaError::NoPages);
        }
        self.write_page_tree()?;
        self.fonts.write(&mut self.writer)?;
        let info = self.writer.allocate()?;
        self.writer.object(info, &self.metadata.info().into())?;
        let metadata = self.writer.allocate()?;
        let kind = Dict::new().with("Type", Object::name("Metadata")).with("Subtype", Object::name("XML"));
        self.writer.stream(metadata, &kind, &xmp::packet(&self.metadata))?;
        let profile = self.writer.allocate()?;
        write_flate(&mut self.writer, profile, &Dict::new().with("N", 3), &icc::srgb())?;
        let catalog = self.catalog_dict(metadata, profile);
        self.writer.object(self.catalog, &catalog.into())?;

        let id = Object::array([Object::String(self.id.to_vec()), Object::String(self.id.to_vec())]);
        let trailer = Dict::new().with("Root", self.catalog).with("Info", info).with("ID", id);
        let closed = self.writer.close(trailer)?;
        let hashing = closed.out.into_inner().map_err(|error| PdfError::Io(error.into_error()))?;
        Ok(Summary {
            pages: self.pages,
            bytes: closed.length,
            sha256: hashing.hasher.finish(),
            catalog: self.catalog.number,
            first_page: self.first_page,
        })
    }

    /// Enters a page into the tree and among the labels.
    fn enter(&mut self, page: Reference, label: Option<String>) -> Result<(), PdfaError> {
        let label = label.map(|label| clean(&label).chars().take(200).collect::<String>());
        let label = label.filter(|label| !label.is_empty());
        // A run of plain numbers needs one entry, a label one for itself.
        if label.is_some() || self.labels.last().is_none_or(|(_, last)| last.is_some()) {
            self.labels.push((self.pages, label));
        }
        if self.pages == 0 {
            self.first_page = page.number;
        }
        self.pages += 1;
        self.kids.push(page);
        if self.kids.len() == KIDS {
            self.close_node()?;
        }
        Ok(())
    }

    fn close_node(&mut self) -> Result<(), PdfaError> {
        let Some(node) = self.node.take() else { return Ok(()) };
        let kids = std::mem::take(&mut self.kids);
        let count = kids.len() as u32;
        let dict = Dict::new()
            .with("Type", Object::name("Pages"))
            .with("Parent", self.root)
            .with("Count", count)
            .with("Kids", Object::array(kids));
        self.writer.object(node, &dict.into())?;
        self.nodes.push(node);
        Ok(())
    }

    fn write_page_tree(&mut self) -> Result<(), PdfaError> {
        self.close_node()?;
        let root = Dict::new()
            .with("Type", Object::name("Pages"))
            .with("Count", self.pages)
            .with("Kids", Object::array(self.nodes.iter().copied()));
        self.writer.object(self.root, &root.into())?;
        Ok(())
    }

    fn catalog_dict(&self, metadata: Reference, profile: Reference) -> Dict {
        let intent = Dict::new()
            .with("Type", Object::name("OutputIntent"))
            .with("S", Object::name("GTS_PDFA1"))
            .with("OutputConditionIdentifier", text_string("sRGB"))
            .with("Info", text_string("sRGB IEC61966-2.1"))
            .with("DestOutputProfile", profile);
        let mut catalog = Dict::new()
            .with("Type", Object::name("Catalog"))
            .with("Pages", self.root)
            .with("Metadata", metadata)
            .with("OutputIntents", Object::array([intent]))
            .with("ViewerPreferences", Dict::new().with("DisplayDocTitle", true));
        if let Some(language) = self.metadata.language {
            catalog.set("Lang", text_string(language.bcp47()));
        }
        if self.labels.iter().any(|(_, label)| label.is_some()) {
            let numbers = self.labels.iter().flat_map(|(page, label)| {
                let style = match label {
                    Some(label) => Dict::new().with("P", text_string(label)),
                    None => Dict::new().with("S", Object::name("D")).with("St", page + 1),
                };
                [Object::from(*page), style.into()]
            });
            catalog.set("PageLabels", Dict::new().with("Nums", Object::array(numbers)));
        }
        catalog
    }
}

/// The page in points at the true resolution, brought into what PDF allows; `None` if no scale does.
fn page_space(facts: &FrameFacts, shown: FramePart, rotation: Rotation) -> Option<PageSpace> {
    let dpi = f64::from(facts.dpi.0);
    let scale = 72.0 / if dpi.is_finite() && dpi > 0.0 { dpi } else { 300.0 };
    let (width, height) = (f64::from(shown.width()), f64::from(shown.height()));
    let (longer, shorter) = (width.max(height), width.min(height));
    let scale = scale.min(MAX_SIDE / longer).max(MIN_SIDE / shorter);
    if longer * scale > MAX_SIDE + 1e-6 {
        return None;
    }
    let side = |pixels: f64| (pixels * scale * 1e5).round() / 1e5;
    Some(PageSpace { scale, width: side(width), height: side(height), rotation })
}

/// The operators that lay the images of a frame so that what is shown of it fills the page; the rest lies beyond the
/// MediaBox, where it is clipped.
fn placed(images: &[(Reference, u32)], facts: &FrameFacts, shown: FramePart, space: PageSpace) -> String {
    let area = shown.rect();
    let points = |pixels: f64| (pixels * 1e5).round() / 1e5;
    // Of a whole frame exactly the sides of the page.
    let across = points(space.width * f64::from(facts.width) / f64::from(shown.width()));
    let left = points(-space.width * f64::from(area.left) / f64::from(shown.width()));
    // The same number for the strip above and the one below, so that there is no seam.
    let edge = |row: u32| {
        let below = (f64::from(row) - f64::from(area.top)) / f64::from(shown.height());
        points(space.height * (1.0 - below))
    };
    let mut content = String::new();
    let mut top = 0_u32;
    for (i, (_, rows)) in images.iter().enumerate() {
        let (from, to) = (edge(top), edge(top + rows));
        content.push_str(&format!("q {across:.5} 0 0 {:.5} {} {to:.5} cm /Im{i} Do Q\n", from - to, short(left)));
        top += rows;
    }
    content
}

/// Hashes what passes to the sink.
struct Hashing<W> {
    out: W,
    hasher: Hasher,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
