//! The one place that writes durably: atomic files, the vault of masters and renditions by hash, the lock of an archive.
//!
//! Every file appears whole or not at all (see [`atomic`]); every vault object is named by the SHA-256 of its bytes and
//! is read back and re-hashed before anybody may rely on it. Nothing in the vault is ever opened for writing again.

pub mod atomic;
pub mod carried;
pub mod disk;
pub mod error;
pub mod layout;
pub mod lock;
pub mod vault;

pub use error::StoreError;
pub use layout::ArchiveLayout;
pub use vault::Vault;
