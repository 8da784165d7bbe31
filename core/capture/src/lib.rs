//! Stage 1: where frames come from: scanners, folders that are imported, and folders that are watched.

pub mod checksums;
pub mod folder;
pub mod frame_file;
pub mod hot_folder;
pub mod naming;
pub mod rule;
pub mod sane;
pub mod scanner;
pub mod separator;
pub mod simulated;

pub use checksums::{Checksums, Companion};
pub use folder::{FolderError, FolderItem, ItemKind, list};
pub use naming::{Place, place_of};
pub use rule::{Rule, RuleError};
