//! Named points at which a test kills the process, so that recovery is shown and not believed.
//!
//! In release builds [`point`] is empty. In debug builds a front-end may [`arm`] one point; the process then ends there
//! as `kill -9` would end it: no destructor, no buffer flushed.

#[cfg(debug_assertions)]
use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

#[cfg(debug_assertions)]
static ARMED: OnceLock<(String, AtomicU32)> = OnceLock::new();

/// The names of all points, in the order in which an import, a sync, a hub and a bundle pass them first; a test kills at each.
pub const POINTS: &[&str] = &[
    "store.temp-created",
    "store.temp-written",
    "store.temp-synced",
    "store.renamed",
    "store.folder-synced",
    "import.receipt-begun",
    "import.before-vault",
    "import.after-vault",
    "import.after-inspect",
    "scan.batch-opened",
    "scan.page-written",
    "scan.page-stored",
    "scan.page-filed",
    "scan.batch-settled",
    "watch.taken",
    "watch.moved",
    "catalog.before-commit",
    "catalog.after-commit",
    "import.page-read",
    "import.text-stored",
    "pdfa.intent-written",
    "pdfa.half-written",
    "pdfa.written",
    "pdfa.checked",
    "pdfa.recorded",
    "sign.intent-written",
    "sign.digested",
    "sign.written",
    "sign.verified",
    "sign.recorded",
    "sign.published",
    "import.manifest-written",
    "import.manifest-recorded",
    "import.receipt-finished",
    "sync.before-seal",
    "sync.after-seal",
    "sync.before-batch",
    "sync.after-batch",
    "hub.after-intent",
    "hub.after-put",
    "hub.after-durable",
    "hub.after-part",
    "hub.after-body",
    "hub.before-commit",
    "hub.after-commit",
    "collect.marked",
    "collect.deleted",
    "bundle.file",
    "bundle.lines",
    "bundle.complete",
    "bundle.named",
    "bundle.received-file",
    "bundle.received-batch",
    "bundle.answer-written",
    "bundle.answer-taken",
];

/// The variable in which a test names the point that a front-end is to [`arm`].
pub const VARIABLE: &str = "SOHOA_CRASH_AT";

/// Arms one point, `name` or `name:nth`: the process is killed when `name` is passed for the `nth` time (1 = the first).
///
/// Does nothing in release builds, and nothing when a point is armed already.
pub fn arm(wanted: &str) {
    #[cfg(debug_assertions)]
    {
        let (name, nth) = wanted.split_once(':').unwrap_or((wanted, "1"));
        let _ = ARMED.set((name.to_owned(), AtomicU32::new(nth.parse().unwrap_or(1))));
    }
    #[cfg(not(debug_assertions))]
    {
        let _ = wanted;
    }
}

/// A place at which the process may be killed by a test.
#[inline]
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    {
        debug_assert!(POINTS.contains(&name), "the point {name} is not listed");
        if let Some((armed, left)) = ARMED.get()
            && armed == name
            && left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            std::process::abort();
        }
    }
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
    }
}
