//! CCITT Group 4 (ITU-T T.6), decoded strictly and encoded; Group 3 (ITU-T T.4) and its rows without marks, decoded.
//!
//! The decoder accepts exactly the rows it is asked for: data that ends early is `truncated`, a code that does not exist or
//! a row that does not end at its edge is `corrupt`. The code tables and the encoder come from the `fax` crate.

use std::convert::Infallible;

use fax::encoder::Encoder;
use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, Color, VecWriter};

use crate::error::ImagingError;

/// The widest row that the encoder can count.
pub(crate) const WIDEST_ENCODED: u32 = 32_767;

/// Decodes rows of `width` pixels, most significant bit first, 1 for black; padding bits are 0.
///
/// Returns `rows * ceil(width / 8)` bytes.
pub(crate) fn decode(data: &[u8], width: u32, rows: u32, frame: u32) -> Result<Vec<u8>, ImagingError> {
    let stride = width.div_ceil(8) as usize;
    let mut pixels = crate::source::zeroed(stride as u64 * u64::from(rows), frame)?;
    let mut bits = SliceBits { data, at: 0 };
    let (mut reference, mut current) = (Vec::new(), Vec::new());
    for row in pixels.chunks_exact_mut(stride.max(1)) {
        decode_row(&mut bits, width, &reference, &mut current).map_err(|wrong| {
            if bits.at >= data.len() * 8 || wrong == Wrong::Data && bits.at + 16 > data.len() * 8 {
                ImagingError::Truncated { frame, what: "the Group 4 data ends before the last row" }
            } else {
                ImagingError::corrupt(frame, wrong.what())
            }
        })?;
        paint(row, width, &current);
        std::mem::swap(&mut reference, &mut current);
    }
    if bits.at > data.len() * 8 {
        return Err(ImagingError::Truncated { frame, what: "the Group 4 data ends before the last row" });
    }
    Ok(pixels)
}

/// The kinds of CCITT data that are only decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group3 {
    /// Rows without end marks, each from a byte of its own (TIFF compression 2).
    ByteAligned,
    /// Rows coded by themselves, with or without end-of-line codes.
    OneDimensional,
    /// Rows coded by themselves or after the row before, as a bit behind the end-of-line code says.
    TwoDimensional,
}

/// Decodes rows of `width` pixels, as [`decode`] does.
pub(crate) fn decode_group3(
    data: &[u8],
    width: u32,
    rows: u32,
    kind: Group3,
    frame: u32,
) -> Result<Vec<u8>, ImagingError> {
    let cut = ImagingError::Truncated { frame, what: "the Group 3 data ends before the last row" };
    let stride = width.div_ceil(8) as usize;
    let mut pixels = crate::source::zeroed(stride as u64 * u64::from(rows), frame)?;
    let mut bits = SliceBits { data, at: 0 };
    let (mut reference, mut current) = (Vec::new(), Vec::new());
    for row in pixels.chunks_exact_mut(stride.max(1)) {
        let mut own = true;
        if kind == Group3::ByteAligned {
            bits.at = bits.at.next_multiple_of(8);
        } else if bits.end_of_line() && kind == Group3::TwoDimensional {
            own = bits.peek(1) != Some(0);
            bits.at += 1;
        }
        if bits.at >= data.len() * 8 {
            return Err(cut);
        }
        let decoded = if own {
            decode_own_row(&mut bits, width, &mut current)
        } else {
            decode_row(&mut bits, width, &reference, &mut current)
        };
        if decoded.is_err() && bits.at + 16 > data.len() * 8 {
            return Err(cut);
        }
        decoded.map_err(|wrong| ImagingError::corrupt(frame, wrong.what()))?;
        paint(row, width, &current);
        std::mem::swap(&mut reference, &mut current);
    }
    if bits.at > data.len() * 8 {
        return Err(cut);
    }
    Ok(pixels)
}

/// Decodes a row that does not look at the one before: runs of white and black in turn.
fn decode_own_row(bits: &mut SliceBits<'_>, width: u32, changes: &mut Vec<u32>) -> Result<(), Wrong> {
    changes.clear();
    let (mut here, mut color) = (0_u32, Color::White);
    while here < width {
        let length = run(bits, color).ok_or(Wrong::Data)?;
        here = here.checked_add(length).filter(|end| *end <= width).ok_or(Wrong::Overrun)?;
        push(changes, here);
        color = !color;
    }
    while changes.last().is_some_and(|change| *change >= width) {
        changes.pop();
    }
    Ok(())
}

/// Encodes packed rows, 1 for black, as one stream with its end mark. `width` is at most [`WIDEST_ENCODED`].
pub(crate) fn encode(pixels: &[u8], width: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(VecWriter::new());
    for row in pixels.chunks_exact(width.div_ceil(8) as usize) {
        let pels = fax::slice_bits(row).take(width as usize).map(|bit| if bit { Color::Black } else { Color::White });
        let Ok(()) = encoder.encode_line(pels, width);
    }
    let Ok(writer) = encoder.finish();
    writer.finish()
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Data,
    Overrun,
    Ended,
    Extension,
}

impl Wrong {
    fn what(self) -> &'static str {
        match self {
            Self::Data => "the fax data has a code that does not exist",
            Self::Overrun => "a row of the fax data does not end at its edge",
            Self::Ended => "the Group 4 data ends before the last row",
            Self::Extension => "the Group 4 data has uncompressed parts",
        }
    }
}

/// Decodes one row into the places where the colour changes: strictly the even ones from white to black.
fn decode_row(bits: &mut SliceBits<'_>, width: u32, reference: &[u32], changes: &mut Vec<u32>) -> Result<(), Wrong> {
    changes.clear();
    let mut here = 0;
    let mut begun = false;
    let mut color = Color::White;
    // How many changes of the reference row lie at or left of `here`, which never goes back.
    let mut behind = 0;
    while here < width {
        while reference.get(behind).is_some_and(|change| *change < here || (*change == here && begun)) {
            behind += 1;
        }
        let opposite = if (behind % 2 == 0) == (color == Color::White) { behind } else { behind + 1 };
        let above = |index: usize| reference.get(index).copied().unwrap_or(width);
        match mode::decode(bits).ok_or(Wrong::Data)? {
            Mode::Pass => here = above(opposite + 1),
            Mode::Vertical(step) => {
                let change = above(opposite).checked_add_signed(i32::from(step)).ok_or(Wrong::Overrun)?;
                if change > width || change < here {
                    return Err(Wrong::Overrun);
                }
                push(changes, change);
                here = change;
                color = !color;
            }
            Mode::Horizontal => {
                for color in [color, !color] {
                    let length = run(bits, color).ok_or(Wrong::Data)?;
                    here = here.checked_add(length).filter(|end| *end <= width).ok_or(Wrong::Overrun)?;
                    push(changes, here);
                }
            }
            Mode::Extension => return Err(Wrong::Extension),
            Mode::EOF => return Err(Wrong::Ended),
        }
        begun = true;
    }
    // The edge of the row is no change.
    while changes.last().is_some_and(|change| *change >= width) {
        changes.pop();
    }
    Ok(())
}

/// Adds a change; a second one at the same place takes the first back, for a run of no pixels is none.
fn push(changes: &mut Vec<u32>, change: u32) {
    if changes.last() == Some(&change) {
        changes.pop();
    } else {
        changes.push(change);
    }
}

/// A run: make-up codes and one terminating code.
fn run(bits: &mut SliceBits<'_>, color: Color) -> Option<u32> {
    let mut sum = 0u32;
    loop {
        let part = match color {
            Color::White => white::decode(bits),
            Color::Black => black::decode(bits),
        }?;
        sum = sum.checked_add(u32::from(part))?;
        if part < 64 {
            return Some(sum);
        }
    }
}

/// Blackens the runs between each pair of changes.
fn paint(row: &mut [u8], width: u32, changes: &[u32]) {
    for pair in changes.chunks(2) {
        let end = pair.get(1).copied().unwrap_or(width);
        for x in pair[0]..end {
            row[x as usize / 8] |= 0x80 >> (x % 8);
        }
    }
}

/// Bits of a slice; past its end come zeros, so that a code that ends with the last bit is found.
struct SliceBits<'d> {
    data: &'d [u8],
    at: usize,
}

impl SliceBits<'_> {
    /// Passes an end-of-line code with the zeros that fill up before it; says whether there was one.
    fn end_of_line(&mut self) -> bool {
        let start = self.at;
        while self.peek(1) == Some(0) {
            self.at += 1;
        }
        if self.at - start >= 11 && self.peek(1) == Some(1) {
            self.at += 1;
            return true;
        }
        self.at = start;
        false
    }
}

impl BitReader for SliceBits<'_> {
    type Error = Infallible;

    fn peek(&self, bits: u8) -> Option<u16> {
        if bits == 0 || bits > 16 || self.at >= self.data.len() * 8 {
            return None;
        }
        let byte = self.at / 8;
        let window = (0..3)
            .fold(0u32, |window, index| window << 8 | u32::from(self.data.get(byte + index).copied().unwrap_or(0)));
        Some((window << (8 + self.at % 8) >> (32 - u32::from(bits))) as u16)
    }

    fn consume(&mut self, bits: u8) -> Result<(), Infallible> {
        self.at += usize::from(bits);
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        ((8 - self.at % 8) % 8) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with runs of many lengths, edges in the first and last column, blank and full rows.
    fn pattern(width: u32, rows: u32) -> Vec<u8> {
        let stride = width.div_ceil(8) as usize;
        let mut pixels = vec![0; stride * rows as usize];
        let mut state = 7u32;
        for (y, row) in pixels.chunks_exact_mut(stride).enumerate() {
            let mut x = 0;
            let mut black = y % 3 == 0;
            while x < width {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let run = match y % 5 {
                    0 => width,
                    1 => 1 + (state >> 29),
                    _ => 1 + (state >> 16) % 300,
                };
                let end = (x + run).min(width);
                if black {
                    (x..end).for_each(|x| row[x as usize / 8] |= 0x80 >> (x % 8));
                }
                (x, black) = (end, !black);
            }
        }
        pixels
    }

    #[test]
    fn what_the_encoder_writes_is_read_back_and_the_fax_crate_agrees() {
        for (width, rows) in [(1, 1), (7, 3), (8, 9), (300, 41), (2480, 60), (WIDEST_ENCODED, 7)] {
            let pixels = pattern(width, rows);
            let data = encode(&pixels, width);
            assert_eq!(decode(&data, width, rows, 0).expect("own data"), pixels, "{width} x {rows}");
            let mut theirs = Vec::new();
            fax::decoder::decode_g4(data.iter().copied(), width, Some(rows), |changes| {
                let mut row = vec![0u8; width.div_ceil(8) as usize];
                for (x, color) in fax::decoder::pels(changes, width).enumerate() {
                    if color == Color::Black {
                        row[x / 8] |= 0x80 >> (x % 8);
                    }
                }
                theirs.extend(row);
            })
            .expect("the fax crate reads its own data");
            assert!(theirs == pixels, "{width} x {rows}");
        }
    }

    #[test]
    fn data_that_is_cut_anywhere_is_never_taken_for_whole() {
        let (width, rows) = (700, 50);
        let pixels = pattern(width, rows);
        let data = encode(&pixels, width);
        // The end mark takes 24 bits; without it all rows are still there.
        for length in 0..data.len() - 4 {
            let error = decode(&data[..length], width, rows, 3).expect_err("rows are missing");
            assert_eq!(error.code(), "truncated", "{length}: {error}");
        }
        assert_eq!(decode(&data, width, rows + 1, 3).expect_err("one row too many").code(), "corrupt");
    }

    #[test]
    fn damaged_data_never_panics() {
        let (width, rows) = (700, 50);
        let data = encode(&pattern(width, rows), width);
        for at in 0..data.len() {
            for value in [0, 0xFF, data[at] ^ 0x10] {
                let mut damaged = data.clone();
                damaged[at] = value;
                let _ = decode(&damaged, width, rows, 0);
                let _ = decode(&damaged, 1, 1, 0);
            }
        }
    }
}
