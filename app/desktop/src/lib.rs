//! The window of a station: what waits, every dossier, how far the archive is. It reads the archive and changes nothing.
//!
//! A frame takes what the reading thread brought, draws, and carries out the commands that came of it.

pub mod app;
pub mod command;
pub mod model;
pub mod parts;
pub mod screens;
pub mod theme;
