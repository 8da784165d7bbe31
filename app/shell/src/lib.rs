//! What the front-ends share: texts in both languages, errors as people read them, and the station's own settings.
//!
//! Nothing here prints but [`worker`] to its parent, and nothing here works on an archive. [`texts::Texts`] and [`station::Station`] are values that a
//! front-end makes once and passes on; the environment is read through a [`Variables`] that it brings.

pub mod details;
pub mod exit;
pub mod failure;
pub mod forms;
pub mod history;
pub mod reasons;
pub mod report;
pub mod station;
pub mod system;
pub mod texts;
pub mod upstream;
pub mod window;
pub mod work;
pub mod worker;

pub use exit::Exit;
pub use failure::Failure;
pub use texts::{Texts, UiLanguage};

/// Gives the value of an environment variable; empty ones count as absent.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
