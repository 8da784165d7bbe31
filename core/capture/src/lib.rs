//! Stage 1: where frames come from. For now an import folder; devices and hot folders come in through the same door.

pub mod checksums;
pub mod folder;
pub mod naming;
pub mod rule;

pub use checksums::{Checksums, Companion};
pub use folder::{FolderError, FolderItem, ItemKind, list};
pub use naming::{Place, place_of};
pub use rule::{Rule, RuleError};
