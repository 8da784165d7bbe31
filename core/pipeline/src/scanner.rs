//! Scanners of this station, each driven by a child process of its own: a vendor's code may crash or hang there and takes
//! nothing with it. [`protocol`] is what the two sides say, [`serve`] the child's side, [`remote`] the parent's.

pub mod protocol;
pub mod remote;
pub mod serve;

pub use remote::RemoteDriver;
