//! What the PDF/A stage writes, as its readers see it: veraPDF's rules, qpdf, poppler, and our own checker.

#![expect(clippy::unwrap_used, reason = "a test ends at the first failure")]
#![expect(clippy::print_stdout, reason = "a test says what it skipped and how well words came back")]

mod checked;
mod conformance;
mod documents;
mod judged;
mod made;
mod words;
