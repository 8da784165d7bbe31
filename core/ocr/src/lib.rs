//! Recognition: from the gray samples of an upright page to words with their place and the engine's confidence.
//!
//! A [`Reader`] belongs to one worker. It loads a language's model when the first page needs it, keeps one handle a
//! language, and forgets each page before the next: what was read before never changes what is read now. Which part of a
//! page is which is not decided here; the caller gives [`Region`]s in reading order.
//!
//! The environment must hold `OMP_THREAD_LIMIT=1` before the process starts: several threads in one recognition cost
//! more time than they save.

pub mod alto;
pub mod hocr;
pub mod language_guess;
pub mod models;
pub mod reader;
#[expect(unsafe_code, reason = "the C interface of Tesseract; the only place of this crate that calls foreign code")]
mod tesseract;
mod words;

pub use models::{ModelError, Models};
pub use reader::{OcrError, Reader, Region, engine};
pub use tesseract::{EngineError, PageMode};
