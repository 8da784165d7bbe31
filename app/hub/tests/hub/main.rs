//! The hub as a station meets it: the real program, a real PostgreSQL that the tests start themselves, real HTTP.
//!
//! Without PostgreSQL these tests say that they were skipped; where `CI` is set that is a failure.

#![expect(clippy::unwrap_used, reason = "a test that can't go on says where")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod auditing;
mod backing_up;
mod browser;
mod cluster;
mod enrolling;
mod faults;
mod feeding;
mod files;
mod group;
mod hostile;
mod judged;
mod log;
mod looking;
mod looking_after;
mod openapi;
mod operating;
mod owners;
mod reading;
mod rebuilding;
mod shutting;
mod slow;
mod station;
mod storing;
mod supervising;
