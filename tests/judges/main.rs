//! The judges: programs of other people that look at every PDF the tests have left in `target/judged`.
//!
//! Our own verifier is never the only witness of what we write. Each judge also gets one file that was spoilt on purpose
//! and has to refuse it, so that a judge that sees nothing is noticed. Runs last and by name; see the Makefile. A judge
//! that is not installed is a failure under continuous integration and a line in the log elsewhere.

mod exhibits;
mod forms;
mod hub_page;
mod scanned;
mod signatures;
mod structure;
mod unit;
mod window;
mod world;
