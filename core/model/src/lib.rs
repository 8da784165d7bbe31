//! The nouns of Sohoa: what every stage speaks of, and nothing that touches a disk, a clock or a screen.
//!
//! A stage takes model types and gives model types back; stages never see each other. Nothing in here does I/O,
//! reads the environment or asks for the time: times, identifiers and randomness come in as arguments.

pub mod act;
pub mod cancel;
pub mod clock;
pub mod code_list;
pub mod crash;
pub mod date;
pub mod day;
pub mod description;
pub mod dossier_state;
pub mod finding;
pub mod fold;
pub mod forecast;
pub mod frame;
pub mod geometry;
pub mod grouped;
pub mod hash;
pub mod ids;
pub mod inventory;
pub mod language;
pub mod natural;
pub mod page_text;
pub mod part;
pub mod plan;
pub mod reading;
pub mod receipt;
pub mod safe_name;
pub mod verdict;
pub mod xml;

pub use act::Act;
pub use cancel::Cancel;
pub use clock::{Clock, Timestamp};
pub use finding::{Finding, Severity};
pub use hash::Sha256;
pub use language::Language;
pub use verdict::Verdict;
