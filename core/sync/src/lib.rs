//! Sync: what a station's catalog marked goes up to the hub, and what the hub decided comes down.
//!
//! Files go first, then their records are sealed into the log, then the log is sent; no lock and no transaction is held over
//! the network, and whatever breaks off is taken up where it stood, because the hub's head says how far it is. A station
//! whose log no longer fits that head was restored or copied: it stops sending, never scanning, and waits for a person.
//! Where there is no network the same batches and files go on a disk ([`bundle`]), and the hub's answer comes back on it
//! ([`answer`]).

pub mod answer;
pub mod bundle;
mod cut;
pub mod enrol;
pub mod error;
mod feed;
pub mod hub;
pub mod key;
mod records;
pub mod run;
mod send;
mod standing;
mod upload;
mod wanted;

pub use error::{Flaw, Misfit, SyncError};
pub use feed::Verbs;
pub use run::{Station, SyncOutcome, sync};
pub use sohoa_wire::ProblemKind;
pub use sohoa_wire::bundle::BundleReceipt;
