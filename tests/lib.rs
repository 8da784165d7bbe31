//! What the tests stand on: places in the repository, and a station that runs the program `sohoa`.
//!
//! The tests of this crate see what a user sees: public interfaces, the program, and the files that it leaves. They never
//! reach into a crate.

pub mod hub;
pub mod places;
pub mod postgres;
pub mod preload;
pub mod proxy;
pub mod s3;
pub mod station;

use std::io::Write as _;

/// Prints one line that is seen even when the test passes, for what a reader of the log should know: counts, skips.
///
/// The line goes to standard error past the capture of the test harness.
pub fn announce(line: &str) {
    // Nobody reads the log if standard error is closed; the test's verdict does not hang on it.
    let _ = writeln!(std::io::stderr(), "{line}");
}
