//! The integration tests, in one binary so that they link once: each module is one side of what Sohoa promises.
#![expect(clippy::unwrap_used, reason = "a test that can't go on says where")]

mod bundles;
mod certificates;
mod checksums;
mod collation;
mod command_line;
mod crashes;
mod custody;
mod describing;
mod healing;
mod hostile;
mod journey;
mod meanwhile;
mod network_scanner;
mod newcomers;
mod odd_files;
mod pages;
mod power;
mod publishing;
mod scanning;
mod second_vault;
mod secrecy;
mod syncing;
mod tidy;
mod upgrading;
mod vertical;
mod watching;
