//! Lengths and turns. Coordinates are page pixels: origin in the upper left corner, x to the right, y down, unless said.

/// Dots per inch.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Dpi(pub f32);

/// A turn by a multiple of 90 degrees, clockwise, that makes a stored frame upright (PDF `/Rotate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Rotation {
    /// Upright as stored.
    #[default]
    None,
    /// 90 degrees clockwise.
    Quarter,
    /// Upside down.
    Half,
    /// 270 degrees clockwise.
    ThreeQuarters,
}

impl Rotation {
    /// The turn in degrees, clockwise: 0, 90, 180 or 270.
    pub fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }

    /// The turn of so many degrees clockwise, if it is a multiple of 90.
    pub fn from_degrees(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            0 => Some(Self::None),
            90 => Some(Self::Quarter),
            180 => Some(Self::Half),
            270 => Some(Self::ThreeQuarters),
            _ => None,
        }
    }

    /// This turn followed by another.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        Self::from_degrees(i32::from(self.degrees() + other.degrees())).expect("multiples of 90 add up to one")
    }

    /// Width and height after the turn.
    pub fn turned(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::None | Self::Half => (width, height),
            Self::Quarter | Self::ThreeQuarters => (height, width),
        }
    }
}

/// An axis-parallel box in page pixels; `right` and `bottom` are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rect {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// One past the last column.
    pub right: u32,
    /// One past the last row.
    pub bottom: u32,
}

impl Rect {
    /// Number of columns.
    pub fn width(&self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Number of rows.
    pub fn height(&self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }
}
