//! What the tags of EXIF and TIFF say about how an image stands and how large it is: orientation and resolution.
//!
//! The EXIF block is a small TIFF; only its first directory is read, only four tags of it, and nothing is followed.

use sohoa_model::geometry::{Dpi, Rotation};

/// The most entries of an EXIF directory that are looked at.
const MOST_ENTRIES: usize = 1024;

/// How stored rows and columns relate to the upright image (TIFF 6.0, Orientation; EXIF 2.3, 4.6.4).
///
/// A mirrored frame is first mirrored back left to right, then turned: the values 2, 4, 5 and 7 are 1, 3, 8 and 6 of the
/// frame mirrored so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Orientation {
    /// The rows have to be reversed, left to right, before the turn.
    pub(crate) mirrored: bool,
    /// The turn that makes the (mirrored back) frame upright.
    pub(crate) rotation: Rotation,
}

impl Orientation {
    /// The orientation of a tag value; what is not 1 to 8 says nothing and counts as upright.
    pub(crate) fn of_tag(value: u64) -> Self {
        let (mirrored, rotation) = match value {
            2 => (true, Rotation::None),
            3 => (false, Rotation::Half),
            4 => (true, Rotation::Half),
            5 => (true, Rotation::ThreeQuarters),
            6 => (false, Rotation::Quarter),
            7 => (true, Rotation::Quarter),
            8 => (false, Rotation::ThreeQuarters),
            _ => (false, Rotation::None),
        };
        Self { mirrored, rotation }
    }
}

/// A resolution as stored: dots per inch along the stored rows and columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Resolution {
    /// Along a stored row.
    pub(crate) x: f64,
    /// Along a stored column.
    pub(crate) y: f64,
}

impl Resolution {
    /// The resolution of a TIFF ResolutionUnit: 2 is inch, 3 is centimetre, 1 is none.
    pub(crate) fn in_unit(unit: u64, x: f64, y: f64) -> Option<Self> {
        let factor = match unit {
            2 => 1.0,
            3 => 2.54,
            _ => return None,
        };
        let stated = Self { x: x * factor, y: y * factor };
        (is_believable(stated.x) && is_believable(stated.y)).then_some(stated)
    }

    /// The one figure for the upright page: the mean if both agree within 1 %, else that along the upright rows.
    fn upright(self, rotation: Rotation) -> f64 {
        if (self.x - self.y).abs() <= 0.01 * self.x.max(self.y) {
            return f64::midpoint(self.x, self.y);
        }
        match rotation {
            Rotation::None | Rotation::Half => self.x,
            Rotation::Quarter | Rotation::ThreeQuarters => self.y,
        }
    }
}

/// The resolution of a frame, and whether the file states it.
///
/// Without a believable statement the long side is taken for that of A4, 297 mm, if that gives 72 to 1 200 dpi; else 200.
pub(crate) fn dpi(stated: Option<Resolution>, rotation: Rotation, width: u32, height: u32) -> (Dpi, bool) {
    if let Some(stated) = stated {
        return (Dpi(stated.upright(rotation) as f32), true);
    }
    let as_a4 = f64::from(width.max(height)) * 25.4 / 297.0;
    let guess = if (72.0..=1200.0).contains(&as_a4) { as_a4.round() } else { 200.0 };
    (Dpi(guess as f32), false)
}

fn is_believable(dpi: f64) -> bool {
    (50.0..=2400.0).contains(&dpi)
}

/// What an EXIF block says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Exif {
    /// Tag 0x0112.
    pub(crate) orientation: Orientation,
    /// Tags 0x011A, 0x011B and 0x0128, if believable.
    pub(crate) resolution: Option<Resolution>,
}

/// Reads an EXIF block that begins with its byte order mark; a damaged block says nothing.
pub(crate) fn parse(block: &[u8]) -> Exif {
    directory(block).unwrap_or_default()
}

fn directory(block: &[u8]) -> Option<Exif> {
    let little = match block.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u64> {
        let bytes: [u8; 2] = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(u64::from(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }))
    };
    let long = |at: usize| -> Option<u64> {
        let bytes: [u8; 4] = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(u64::from(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }))
    };
    let rational = |at: usize| -> Option<f64> {
        let at = usize::try_from(long(at)?).ok()?;
        Some(long(at)? as f64 / long(at.checked_add(4)?)? as f64)
    };
    let start = usize::try_from(long(4)?).ok()?;
    let entries = usize::try_from(short(start)?).ok()?.min(MOST_ENTRIES);
    let (mut orientation, mut unit, mut x, mut y) = (Orientation::default(), 2, None, None);
    for index in 0..entries {
        let at = start.checked_add(2 + 12 * index)?;
        let (Some(tag), Some(kind)) = (short(at), short(at.checked_add(2)?)) else { break };
        let value = at.checked_add(8)?;
        match (tag, kind) {
            (0x0112, 3) => orientation = Orientation::of_tag(short(value).unwrap_or(1)),
            (0x0128, 3) => unit = short(value).unwrap_or(1),
            (0x011A, 5) => x = rational(value),
            (0x011B, 5) => y = rational(value),
            _ => {}
        }
    }
    let resolution = x.and_then(|x| Resolution::in_unit(unit, x, y.unwrap_or(x)));
    Some(Exif { orientation, resolution })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An EXIF block in big-endian order with an orientation, 118 dots per centimetre and two entries of no interest.
    fn block(orientation: u16) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08\0\x05".to_vec();
        for (tag, kind, value) in [
            (0x010Fu16, 2u16, 0u32),
            (0x0112, 3, u32::from(orientation) << 16),
            (0x011A, 5, 80),
            (0x011B, 5, 80),
            (0x0128, 3, 3 << 16),
        ] {
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(1u32.to_be_bytes());
            bytes.extend(value.to_be_bytes());
        }
        bytes.resize(80, 0);
        bytes.extend(118u32.to_be_bytes());
        bytes.extend(1u32.to_be_bytes());
        bytes
    }

    #[test]
    fn orientation_and_resolution_are_read_and_a_cut_block_never_panics() {
        let whole = block(6);
        let exif = parse(&whole);
        assert_eq!(exif.orientation, Orientation { mirrored: false, rotation: Rotation::Quarter });
        assert_eq!(dpi(exif.resolution, Rotation::None, 10, 10), (Dpi(299.72), true));
        for length in 0..whole.len() {
            let _ = parse(&whole[..length]);
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xFF;
            let _ = parse(&damaged);
        }
    }

    #[test]
    fn the_guess_is_a4_where_that_is_believable() {
        let cases = [(2480, 3508, 300.0), (3508, 2480, 300.0), (100, 100, 200.0), (90_000, 10, 200.0)];
        for (width, height, expected) in cases {
            assert_eq!(dpi(None, Rotation::None, width, height), (Dpi(expected), false));
        }
    }

    #[test]
    fn unequal_resolutions_give_that_of_the_upright_rows() {
        let cases = [
            (204.0, 196.0, Rotation::None, 204.0),
            (204.0, 196.0, Rotation::Quarter, 196.0),
            (300.0, 302.0, Rotation::None, 301.0),
        ];
        for (x, y, rotation, expected) in cases {
            assert_eq!(dpi(Resolution::in_unit(2, x, y), rotation, 1, 1), (Dpi(expected), true));
        }
        for (unit, x) in [(2, 49.0), (2, 2401.0), (1, 300.0), (2, f64::NAN), (2, f64::INFINITY)] {
            assert_eq!(Resolution::in_unit(unit, x, x), None, "{unit} {x}");
        }
    }
}
