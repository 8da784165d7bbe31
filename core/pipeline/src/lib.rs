//! The verbs: they run the stages over dossiers, carry values from one stage to the next, and write down what was done.
//!
//! A front-end makes a [`Session`], opens an [`Archive`] with it and calls one verb. Verbs report through
//! [`progress::Sink`], stop when their [`Cancel`](sohoa_model::Cancel) is asked to, and go on where they were when they
//! are called again.

pub mod accounts;
pub mod archive;
pub mod assemble;
pub mod check;
mod checksums;
pub mod custody;
pub mod decide;
pub mod describe;
pub mod error;
pub mod export;
pub mod from_hub;
pub mod import;
mod intent;
pub mod inventory;
pub mod manifest;
pub mod models;
pub mod pages;
pub mod pictures;
pub mod plan;
pub mod printed;
pub mod process;
pub mod progress;
pub mod publish;
pub mod read_page;
pub mod rebuild;
pub mod refile;
pub mod scan;
pub mod scanner;
pub mod second_vault;
pub mod separators;
pub mod settings;
pub mod signing;
pub mod trust;
pub mod verify;
pub mod watch;
pub mod worker;

pub use archive::{Archive, Session};
pub use error::PipelineError;
