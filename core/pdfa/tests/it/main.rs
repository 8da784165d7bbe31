//! What the PDF/A stage writes, as its readers see it: veraPDF's rules, qpdf, poppler, and our own checker.

#![expect(clippy::unwrap_used, reason = "a test ends at the first failure")]

mod judged;
mod made;
