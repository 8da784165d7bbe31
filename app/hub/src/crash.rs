//! Named points at which a test kills a hub, so that "killed between two steps" is shown and not believed.
//!
//! Only debug builds die here, and only where the variable `SOHOA_HUB_CRASH` names the point.

/// The names of all points, in the order in which an upload and a batch pass them.
pub const POINTS: &[&str] =
    &["after-intent", "after-put", "after-durable", "after-part", "after-body", "before-commit", "after-commit"];

/// A place at which the process may be killed by a test: as `kill -9` would, nothing is cleaned up.
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    {
        debug_assert!(POINTS.contains(&name), "the point {name} is not listed");
        if std::env::var_os("SOHOA_HUB_CRASH").is_some_and(|armed| armed == name) {
            std::process::abort();
        }
    }
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
    }
}
