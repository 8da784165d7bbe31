//! Signing and judging as the rest of the program sees it, with other programs as witnesses.

#![expect(clippy::unwrap_used, reason = "a test ends at the first failure")]
#![expect(clippy::print_stderr, reason = "a judge that is skipped says so")]

mod authority;
mod foreign;
mod judges;
mod keys;
mod sample;
mod signing;
mod tampering;
