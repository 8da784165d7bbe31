//! Stage 4, description: what an archivist knows of a dossier, and what its pages say of themselves.
//!
//! Takes the bytes of an inventory file or the text of a page, gives model types back; no disk, no clock, no network.
//! Invariant: nothing is invented. What a file or a page doesn't say stays unknown, and what can't be understood is
//! handed back with its place and a reason.

pub mod collation;
mod fold;
pub mod inventory;
pub mod letterhead;
pub mod mandatory;
pub mod secrecy;
