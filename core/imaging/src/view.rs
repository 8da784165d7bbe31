//! A frame as it is looked at on a screen: in colour, its pixels made fewer by a factor while its rows come.

use std::io::{Read, Seek};

use sohoa_model::frame::FrameFacts;

use crate::decode::{Row, each_row};
use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::thumbnail::{Picture, Samples, Shrink};

/// The picture of a frame as stored (not turned), each pixel the mean of a square of `factor` by `factor`.
///
/// # Errors
/// Those of [`inspect`](crate::inspect::inspect); also `corrupt` if the frame is not the one that `facts` describe.
pub fn view<R: Read + Seek>(
    source: &mut R,
    facts: &FrameFacts,
    limits: &Limits,
    factor: u32,
) -> Result<Picture, ImagingError> {
    let width = facts.width;
    limits.check(facts.index, u64::from(width), u64::from(facts.height))?;
    let mut shrink: Option<Shrink> = None;
    let mut high = Vec::new();
    each_row(source, facts, limits, &mut |row| {
        let (samples, bytes) = match row {
            Row::Bilevel(bits) => (Samples::Ink, bits),
            Row::Gray(bytes) => (Samples::Gray, bytes),
            Row::Rgb(bytes) => (Samples::Rgb, bytes),
            Row::Gray16(bytes) | Row::Rgb16(bytes) => {
                high.clear();
                high.extend(bytes.iter().step_by(2));
                (if matches!(row, Row::Gray16(_)) { Samples::Gray } else { Samples::Rgb }, high.as_slice())
            }
        };
        shrink.get_or_insert_with(|| Shrink::by(factor, samples, width, bytes.len())).rows(bytes);
        Ok(())
    })?;
    let picture = shrink.and_then(Shrink::finish);
    picture.ok_or_else(|| ImagingError::corrupt(facts.index, "it has no rows"))
}
