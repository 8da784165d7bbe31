//! A frame as it is looked at on a screen: in colour, its pixels made fewer by a factor while its rows come.

use std::io::{Read, Seek};

use sohoa_model::frame::FrameFacts;
use sohoa_model::geometry::Rect;
use sohoa_model::part::FramePart;

use crate::decode::{Row, each_row};
use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::thumbnail::{Picture, Samples, Shrink};

/// The picture of a part of a frame as stored (not turned), each pixel the mean of a square of `factor` by `factor`.
///
/// # Errors
/// Those of [`inspect`](crate::inspect::inspect); also `corrupt` if the frame is not the one that `facts` describe.
pub fn view<R: Read + Seek>(
    source: &mut R,
    facts: &FrameFacts,
    part: FramePart,
    limits: &Limits,
    factor: u32,
) -> Result<Picture, ImagingError> {
    limits.check(facts.index, u64::from(facts.width), u64::from(facts.height))?;
    let (area, is_whole) = (part.rect(), part == FramePart::whole(facts));
    let mut shrink: Option<Shrink> = None;
    let mut taken: Vec<u8> = Vec::new();
    let mut y = 0;
    each_row(source, facts, limits, &mut |row| {
        y += 1;
        if y <= area.top || y > area.bottom {
            return Ok(());
        }
        taken.clear();
        let (samples, bytes) = match row {
            Row::Bilevel(bits) if is_whole => (Samples::Ink, bits),
            // A part need not begin with a byte.
            Row::Bilevel(bits) => {
                let is_ink = |x: u32| bits.get(x as usize / 8).is_some_and(|byte| byte >> (7 - x % 8) & 1 == 1);
                taken.extend((area.left..area.right).map(|x| if is_ink(x) { 0 } else { 255 }));
                (Samples::Gray, taken.as_slice())
            }
            Row::Gray(bytes) => (Samples::Gray, cut(bytes, area, 1)),
            Row::Rgb(bytes) => (Samples::Rgb, cut(bytes, area, 3)),
            Row::Gray16(bytes) => {
                taken.extend(cut(bytes, area, 2).iter().step_by(2));
                (Samples::Gray, taken.as_slice())
            }
            Row::Rgb16(bytes) => {
                taken.extend(cut(bytes, area, 6).iter().step_by(2));
                (Samples::Rgb, taken.as_slice())
            }
        };
        shrink.get_or_insert_with(|| Shrink::by(factor, samples, part.width(), bytes.len())).rows(bytes);
        Ok(())
    })?;
    let picture = shrink.and_then(Shrink::finish);
    picture.ok_or_else(|| ImagingError::corrupt(facts.index, "it has no rows"))
}

/// The columns of an area in a row of so many bytes a pixel.
fn cut(row: &[u8], area: Rect, bytes: usize) -> &[u8] {
    row.get(area.left as usize * bytes..area.right as usize * bytes).unwrap_or_default()
}
