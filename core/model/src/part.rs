//! A part of a frame: what one page shows of it, where two pages lie on one image.
//!
//! An open book or two small papers on one glass are one frame with two pages. The frame stays as it is; each page says
//! which part of it is its own. People cut a page as it stands before them, so a [`Cut`] is turned back to the frame.

use std::fmt;
use std::str::FromStr;

use crate::frame::FrameFacts;
use crate::geometry::{Rect, Rotation};

/// Pixels that a half must have across and down: less can neither be read nor be a page of a PDF.
pub const LEAST: u32 = 64;

/// A part of a frame in pixels of the frame as captured: origin in its upper left corner, before any turning.
///
/// Its word in records is a region as IIIF Image API 3.0 (4.1) writes one: `left,top,width,height`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FramePart {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

/// Which way a cut runs through a page as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// From top to bottom: a left and a right half.
    Upright,
    /// From left to right: an upper and a lower half.
    Across,
}

/// A share of a length, in parts per million of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub u32);

/// A straight cut through a page as it stands: at a share of its width from the left, or of its height from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Which way it runs.
    pub run: Run,
    /// Where.
    pub at: Share,
}

impl FramePart {
    /// The part of a frame; `None` if it has no pixels or reaches beyond the frame.
    pub fn of(facts: &FrameFacts, [left, top, width, height]: [u32; 4]) -> Option<Self> {
        let fits =
            |from: u32, length: u32, of: u32| length > 0 && from.checked_add(length).is_some_and(|end| end <= of);
        let part = Self { left, top, width, height };
        (fits(left, width, facts.width) && fits(top, height, facts.height)).then_some(part)
    }

    /// All of a frame.
    pub fn whole(facts: &FrameFacts) -> Self {
        Self { left: 0, top: 0, width: facts.width, height: facts.height }
    }

    /// Left, top, width and height.
    pub fn numbers(self) -> [u32; 4] {
        [self.left, self.top, self.width, self.height]
    }

    /// Its box in the frame.
    pub fn rect(self) -> Rect {
        Rect { left: self.left, top: self.top, right: self.left + self.width, bottom: self.top + self.height }
    }

    /// Its columns.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Its rows.
    pub fn height(self) -> u32 {
        self.height
    }

    /// Whether it lies within another, or is that.
    pub fn is_within(self, other: Self) -> bool {
        let (a, b) = (self.rect(), other.rect());
        a.left >= b.left && a.top >= b.top && a.right <= b.right && a.bottom <= b.bottom
    }

    /// Whether two parts make it up, leaving nothing out and showing nothing twice.
    pub fn is_made_of(self, [a, b]: [Self; 2]) -> bool {
        let area = |part: Self| u64::from(part.width) * u64::from(part.height);
        let beside = a.left + a.width == b.left || b.left + b.width == a.left;
        let above = a.top + a.height == b.top || b.top + b.height == a.top;
        a.is_within(self) && b.is_within(self) && (beside || above) && area(a) + area(b) == area(self)
    }

    /// The two halves into which a cut parts it where it stands so: first the left or upper one. `None` if one of them
    /// would have fewer than [`LEAST`] pixels across or down.
    pub fn halves(self, stands: Rotation, cut: Cut) -> Option<[Self; 2]> {
        let (width, height) = stands.turned(self.width, self.height);
        let (length, breadth) = if cut.run == Run::Upright { (width, height) } else { (height, width) };
        let at = cut.at.of(length);
        if at > length || at < LEAST || length - at < LEAST || breadth < LEAST {
            return None;
        }
        let seen = match cut.run {
            Run::Upright => [[0, 0, at, height], [at, 0, width - at, height]],
            Run::Across => [[0, 0, width, at], [0, at, width, height - at]],
        };
        Some(seen.map(|seen| self.turned_back(stands, seen)))
    }

    /// A box on the part as it stands (left, top, width, height), in the frame.
    fn turned_back(self, stands: Rotation, [x, y, width, height]: [u32; 4]) -> Self {
        let (dx, dy, width, height) = match stands {
            Rotation::None => (x, y, width, height),
            Rotation::Quarter => (y, self.height - x - width, height, width),
            Rotation::Half => (self.width - x - width, self.height - y - height, width, height),
            Rotation::ThreeQuarters => (self.width - y - height, x, height, width),
        };
        Self { left: self.left + dx, top: self.top + dy, width, height }
    }
}

impl fmt::Display for FramePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.left, self.top, self.width, self.height)
    }
}

/// Why a text is no part of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not left,top,width,height")]
pub struct NoPart;

impl FromStr for FramePart {
    type Err = NoPart;

    fn from_str(text: &str) -> Result<Self, NoPart> {
        let numbers: Vec<u32> = text.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| NoPart)?;
        let [left, top, width, height] = numbers[..] else { return Err(NoPart) };
        let is_sound =
            width > 0 && height > 0 && left.checked_add(width).is_some() && top.checked_add(height).is_some();
        is_sound.then_some(Self { left, top, width, height }).ok_or(NoPart)
    }
}

impl Run {
    /// Which way pages that lie beside each other are parted: through the longer side of what both lie on.
    pub fn through_the_longer(width: u32, height: u32) -> Self {
        if height > width { Self::Across } else { Self::Upright }
    }

    /// The other way.
    #[must_use]
    pub fn other(self) -> Self {
        if self == Self::Upright { Self::Across } else { Self::Upright }
    }
}

impl Share {
    /// A half.
    pub const MIDDLE: Self = Self(500_000);

    /// So much of a length, to the nearest pixel.
    pub fn of(self, length: u32) -> u32 {
        let pixels = (u64::from(length) * u64::from(self.0) + 500_000) / 1_000_000;
        u32::try_from(pixels).unwrap_or(u32::MAX)
    }

    /// The share that a pixel is of a length, which is not 0.
    pub fn at(pixel: u32, length: u32) -> Self {
        let length = u64::from(length.max(1));
        let share = (u64::from(pixel) * 1_000_000 + length / 2) / length;
        Self(u32::try_from(share).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(numbers: [u32; 4]) -> FramePart {
        let [left, top, width, height] = numbers;
        FramePart { left, top, width, height }
    }

    fn cut(run: Run, at: u32) -> Cut {
        Cut { run, at: Share(at) }
    }

    #[test]
    fn halves_are_left_and_right_as_the_page_stands() {
        let whole = part([0, 0, 1000, 600]);
        let expected = [
            // Turned by a quarter the left of what is seen is the lower end of the frame.
            (Rotation::None, Run::Upright, [[0, 0, 400, 600], [400, 0, 600, 600]]),
            (Rotation::Half, Run::Upright, [[600, 0, 400, 600], [0, 0, 600, 600]]),
            (Rotation::Quarter, Run::Upright, [[0, 360, 1000, 240], [0, 0, 1000, 360]]),
            (Rotation::ThreeQuarters, Run::Upright, [[0, 0, 1000, 240], [0, 240, 1000, 360]]),
            (Rotation::None, Run::Across, [[0, 0, 1000, 240], [0, 240, 1000, 360]]),
            (Rotation::Half, Run::Across, [[0, 360, 1000, 240], [0, 0, 1000, 360]]),
            (Rotation::Quarter, Run::Across, [[0, 0, 400, 600], [400, 0, 600, 600]]),
            (Rotation::ThreeQuarters, Run::Across, [[600, 0, 400, 600], [0, 0, 600, 600]]),
        ];
        for (stands, run, halves) in expected {
            let found = whole.halves(stands, cut(run, 400_000)).unwrap();
            assert_eq!(found.map(FramePart::numbers), halves, "{stands:?} {run:?}");
            assert!(whole.is_made_of(found));
        }
    }

    #[test]
    fn a_half_is_split_within_itself_and_nothing_is_lost() {
        let half = part([400, 100, 601, 500]);
        for stands in [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters] {
            for run in [Run::Upright, Run::Across] {
                let halves = half.halves(stands, cut(run, 333_333)).unwrap();
                assert!(half.is_made_of(halves), "{halves:?}");
                assert!(!halves[0].is_made_of(halves));
            }
        }
        let [a, b] = half.halves(Rotation::None, cut(Run::Upright, 500_000)).unwrap();
        assert!(!half.is_made_of([a, a]) && !half.is_made_of([half, b]));
    }

    #[test]
    fn a_strip_that_is_too_narrow_is_no_page() {
        let whole = part([0, 0, 1000, 600]);
        for (at, is_one) in [(0, false), (63_000, false), (64_000, true), (936_000, true), (937_000, false)] {
            assert_eq!(whole.halves(Rotation::None, cut(Run::Upright, at)).is_some(), is_one, "{at}");
        }
        assert_eq!(whole.halves(Rotation::None, cut(Run::Upright, 1_000_001)), None);
        assert_eq!(part([0, 0, 1000, 50]).halves(Rotation::None, cut(Run::Upright, 500_000)), None);
    }

    #[test]
    fn a_part_comes_back_from_its_word() {
        let half = part([827, 0, 827, 2339]);
        assert_eq!(half.to_string(), "827,0,827,2339");
        assert_eq!("827,0,827,2339".parse(), Ok(half));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "-1,2,3,4", "a,2,3,4", "4294967295,0,1,1", "1, 2,3,4"] {
            assert_eq!(wrong.parse::<FramePart>(), Err(NoPart), "{wrong}");
        }
    }
}
