//! The plan of an archive: targets as data, several at once.

use sohoa_model::plan::{Target, Unit};

use crate::PipelineError;
use crate::archive::Archive;

/// What the plan of the Ministry asks of valuable archives: name, share in parts per million, deadline.
const OF_THE_MINISTRY: [(&str, u32, &str); 2] =
    [("2025-30%", 300_000, "2025-12-31"), ("2026-100%", 1_000_000, "2026-12-31")];
/// The value class that it is about.
const VALUABLE: &str = "valuable";

/// Sets a target; one with this name is replaced.
pub fn set(archive: &Archive, target: &Target) -> Result<(), PipelineError> {
    archive.catalog().set_target(target, &archive.act())?;
    archive.write_archive_manifest()?;
    Ok(())
}

/// Sets the targets of the Ministry, and gives them.
pub fn set_of_the_ministry(archive: &Archive) -> Result<Vec<Target>, PipelineError> {
    let target = |(name, share_ppm, deadline): (&str, u32, &str)| Target {
        name: name.to_owned(),
        share_ppm,
        unit: Unit::Dossiers,
        value_class: VALUABLE.to_owned(),
        deadline: deadline.to_owned(),
        counts_below_standard: false,
    };
    let targets: Vec<Target> = OF_THE_MINISTRY.into_iter().map(target).collect();
    for target in &targets {
        archive.catalog().set_target(target, &archive.act())?;
    }
    archive.write_archive_manifest()?;
    Ok(targets)
}
