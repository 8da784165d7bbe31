//! Stage 2: from the foreign bytes of an image file to the facts of its frames, their pixels, and what can enter a PDF.
//!
//! [`inspect`](inspect::inspect) says what a file holds, [`decode`] gives grey pixels for recognition, [`repack`] packs
//! pixels without loss. All bytes are hostile: sizes are checked before memory is taken, and whatever can't be decoded to
//! its last pixel is refused with a stable [code](ImagingError::code).

mod bmp;
mod ccitt;
mod colors;
pub mod decode;
mod error;
mod exif;
pub mod gutter;
mod ifd;
pub mod inspect;
mod jbig2;
mod jpeg;
pub mod layout;
pub mod normalise;
pub mod orientation;
mod pdf;
mod png;
pub mod quality;
pub mod repack;
mod scan;
pub mod skew;
pub mod sniff;
mod source;
mod strip;
pub mod thumbnail;
mod tiff;
pub mod view;
mod whole;

pub use error::ImagingError;
