//! The screens, each a function of what is known.

pub mod inventory;
pub mod progress;
pub mod start;
