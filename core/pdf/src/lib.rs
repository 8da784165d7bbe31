//! PDF syntax (ISO 32000-1, clause 7): objects, a bounded parser, a serialiser, a file read at random, a file written in order.
//!
//! Both the stage that writes PDF/A and the stage that signs speak this syntax; neither knows the other. Files may be of
//! any length: [`File`] keeps only where objects lie, [`ObjectWriter`] only where it has put them. Foreign bytes are
//! hostile: depth, sizes and counts are bounded, and nothing panics.

mod content;
mod decode;
mod error;
mod file;
mod filters;
mod object;
mod parse;
mod serialise;
mod text;
mod writer;
mod xref;

pub use content::{Operation, Operations};
pub use error::PdfError;
pub use file::{File, Snapshot};
pub use filters::Filter;
pub use object::{Dict, Name, Object, Reference, Stream};
pub use parse::{MAX_DEPTH, MAX_ITEMS, MAX_OBJECT_BYTES, parse_object};
pub use text::{decode_text, text_string};
pub use writer::{Closed, ObjectWriter};
pub use xref::{MAX_OBJECTS, MAX_REVISIONS, Revision};
