//! Signing: PAdES baseline signatures on the PDF/A files of our writer, and verdicts on the signatures of any file.
//!
//! [`SoftKey`] opens a key, [`sign()`] appends a signature (ETSI EN 319 142-1, level B-B) as a stream, [`verify()`] judges.
//! Times come in as arguments, files as readers and writers; a signed file is never changed in place.

mod asn1;
mod block;
mod certificate;
mod demo;
mod error;
mod field;
pub mod font;
mod increment;
mod key;
mod mechanism;
mod page_one;
mod secret;
mod sign;
mod signed_data;
mod trust;
mod verify;

pub use block::{Corner, SMALLEST, VisibleBlock};
pub use certificate::Certificate;
pub use demo::{DemoKey, NOT_FOR_RECORDS, demo_key};
pub use error::SignError;
pub use increment::{Digested, Prepared, RESERVED, Signed};
pub use key::{Signer, SoftKey};
pub use mechanism::Mechanism;
pub use secret::Secret;
pub use sign::{SignedFile, SigningRequest, sign};
pub use trust::TrustAnchors;
pub use verify::{Changes, Coverage, Report, SignatureReport, is_signed, verify};
