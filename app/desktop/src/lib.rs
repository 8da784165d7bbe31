//! The window of a station: what waits, every dossier, sheets through a scanner, pages looked at, how far the archive is.
//!
//! A frame takes what the threads brought, draws, and carries out the acts that came of it. The archive is read and written
//! by threads alone: [`model`] reads it as a whole, [`desk`] the dossier at hand, [`feeder`] scans, [`mill`] reads pages,
//! assembles and signs, [`finder`] searches, [`gallery`] makes pictures, [`keeper`] keeps settings,
//! [`jotter`] keeps what is typed, of other forms what [`kept`] says, [`lister`] lists folders.

pub mod app;
pub mod chart;
pub mod command;
pub mod courier;
pub mod desk;
pub mod errand;
pub mod feeder;
pub mod finder;
pub mod gallery;
pub mod jotter;
pub mod keeper;
pub mod kept;
pub mod lens;
pub mod lister;
pub mod looks;
pub mod mill;
pub mod model;
pub mod parts;
pub mod regions;
pub mod screens;
pub mod theme;
pub mod wedge;
