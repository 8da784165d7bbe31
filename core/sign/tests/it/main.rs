//! Signing and judging as the rest of the program sees it, with other programs as witnesses.

mod judges;
mod keys;
mod sample;
mod signing;
mod tampering;
