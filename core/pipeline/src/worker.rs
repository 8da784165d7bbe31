//! A worker: a child process of the same binary that does everything with foreign bytes and all recognition.
//!
//! It has no key and no catalog, little address space and a low priority; it is killed when it stays silent. A hang, a
//! crash or a bomb costs one attempt at one file or page. [`protocol`] is what the two sides say to each other,
//! [`serve`] the child's side, [`client`] the parent's.

pub mod client;
pub mod confine;
pub mod inventory_record;
pub mod protocol;
pub mod reading_record;
pub mod serve;

pub use client::{Worker, WorkerFault, WorkerProgram};
