//! Why a PDF could not be read or written.

use std::io;

/// Why bytes are not a PDF file that can be worked with.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The source or the sink failed.
    #[error("the bytes of the PDF could not be read or written")]
    Io(#[from] io::Error),
    /// There is no `%PDF-1.n` at the very start.
    #[error("the file does not start with a PDF header")]
    NoHeader,
    /// There is no `startxref` with `%%EOF` near the end.
    #[error("the file does not end with startxref and %%EOF")]
    NoStartxref,
    /// Bytes break the syntax of clause 7.
    #[error("malformed PDF at byte {offset}: {what}")]
    Syntax {
        /// Where, from the start of the file (or of the bytes given).
        offset: u64,
        /// What was expected or wrong.
        what: &'static str,
    },
    /// A limit on depth, length or count was passed.
    #[error("the PDF passes a limit at byte {offset}: {what}")]
    Limit {
        /// Where, from the start of the file (or of the bytes given).
        offset: u64,
        /// Which limit.
        what: &'static str,
    },
    /// The file keeps its cross-references or objects in compressed streams (ISO 32000-1, 7.5.7 and 7.5.8).
    #[error("the PDF uses a cross-reference stream at byte {offset}, which is not supported")]
    CrossReferenceStream {
        /// Where the stream or the trailer that names it lies.
        offset: u64,
    },
    /// The chain of cross-reference sections comes back to where it was.
    #[error("the chain of cross-reference sections loops at byte {offset}")]
    PrevLoop {
        /// The section met twice.
        offset: u64,
    },
    /// No object of this number is in use.
    #[error("object {0} is missing")]
    MissingObject(u32),
    /// An object is not of the kind that was asked for.
    #[error("object {object} is not a {expected}")]
    WrongKind {
        /// The object number; 0 for the trailer.
        object: u32,
        /// What it should have been.
        expected: &'static str,
    },
    /// A source gave fewer or more bytes than were announced for a stream.
    #[error("a stream of {announced} bytes was announced, but its source gave {given}")]
    StreamLength {
        /// Bytes announced.
        announced: u64,
        /// Bytes that came, at least.
        given: u64,
    },
    /// An object was allocated but never written, or written twice.
    #[error("object {0} was not written exactly once")]
    NotWrittenOnce(u32),
    /// An offset does not fit into the ten digits of a cross-reference entry.
    #[error("byte {0} is beyond what a cross-reference table can name")]
    OffsetTooLarge(u64),
}
