//! Stage 5: page images, their text and a description become a PDF/A-2u (ISO 19005-2, level U), written in one pass.
//!
//! [`Pdfa`] writes: what PDF/A forbids is never written, so a file conforms by construction (`src/conformance/PDF_A2.md` goes
//! through the rules one by one). Image bytes pass unchanged; the text lies invisible over the ink. Memory does not grow
//! with the pages but for some bytes each. [`check()`] reads any file that this stage has made, also after signing. The same input gives the same bytes: times and identifiers are arguments.

mod check;
mod document;
mod font;
mod glyphless;
mod icc;
mod image;
mod text_layer;
mod writer;
mod xmp;

pub use check::{Checked, Facts, ImageFact, Violation, check, for_each_image};
pub use document::DocumentInfo;
pub use image::{ImageData, ImageEncoding, RangeReader, Strip};
pub use writer::{PageImage, PageInput, Pdfa, PdfaError, Summary};
