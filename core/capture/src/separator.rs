//! Separator sheets: printed sheets with a QR code that part a stack of papers into documents.
//!
//! The code stands in the middle of the sheet, so that it is found however the sheet lies in the feeder; it is no page.

use qrcode::{EcLevel, QrCode};
use sohoa_model::frame::GrayImage;

/// What the code says.
pub const MARK: &str = "SOHOA:SEPARATOR:1";

/// The longer side of the image in which the code is looked for, in pixels: letters are gone, the code is not.
const LOOKED_AT: u32 = 1_200;

/// The code: modules of a side, and row by row which of them are dark.
pub fn modules() -> (usize, Vec<bool>) {
    // Of this text and level there is always one.
    code_of(MARK)
}

/// The QR code of a text in the same form; of one that is too long 0 modules.
pub fn code_of(text: &str) -> (usize, Vec<bool>) {
    match QrCode::with_error_correction_level(text, EcLevel::H) {
        Ok(code) => (code.width(), code.to_colors().iter().map(|color| *color == qrcode::Color::Dark).collect()),
        Err(_) => (0, Vec::new()),
    }
}

/// Whether a page is a separator sheet.
pub fn is_separator(page: &GrayImage) -> bool {
    let step = (page.width.max(page.height)).div_ceil(LOOKED_AT).max(1);
    let (width, height) = (page.width / step, page.height / step);
    if width == 0 || height == 0 {
        return false;
    }
    let small = shrunk(page, step, width, height);
    let sample = |x: usize, y: usize| small[y * width as usize + x];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, sample);
    let grids = image.detect_grids();
    grids.iter().any(|grid| grid.decode().is_ok_and(|(_, text)| text == MARK))
}

/// The means of squares of `step` pixels.
fn shrunk(page: &GrayImage, step: u32, width: u32, height: u32) -> Vec<u8> {
    let mut small = Vec::with_capacity((width * height) as usize);
    let mut sums = vec![0_u32; width as usize];
    for y in 0..height {
        sums.fill(0);
        for row in y * step..(y + 1) * step {
            let row = page.row(row);
            for (sum, square) in sums.iter_mut().zip(row.chunks_exact(step as usize)) {
                *sum += square.iter().map(|tone| u32::from(*tone)).sum::<u32>();
            }
        }
        small.extend(sums.iter().map(|sum| (sum / (step * step)) as u8));
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet of `width` by `height` with the code in its middle, `module` pixels a module, `turn` quarter turns.
    fn sheet(width: u32, height: u32, module: u32, turn: u32) -> GrayImage {
        let (side, dark) = modules();
        let size = side as u32 * module;
        let (left, top) = ((width - size) / 2, (height - size) / 2);
        let mut pixels = vec![228_u8; (width * height) as usize];
        for y in 0..size {
            for x in 0..size {
                let (column, row) = ((x / module) as usize, (y / module) as usize);
                let at = match turn {
                    0 => row * side + column,
                    1 => (side - 1 - column) * side + row,
                    _ => (side - 1 - row) * side + (side - 1 - column),
                };
                if dark[at] {
                    pixels[((top + y) * width + left + x) as usize] = 35 + ((x * 7 + y * 13) % 20) as u8;
                }
            }
        }
        GrayImage { width, height, pixels }
    }

    #[test]
    fn a_separator_is_known_however_it_lies_and_a_page_is_none() {
        for turn in 0..3 {
            assert!(is_separator(&sheet(1_654, 2_339, 24, turn)), "{turn}");
            assert!(is_separator(&sheet(2_480, 3_508, 36, turn)), "{turn}");
        }
        let lines = |x: u32, y: u32| if y % 40 < 14 && x % 23 < 15 { 40 } else { 230 };
        let pixels = (0..2_339).flat_map(|y| (0..1_654).map(move |x| lines(x, y))).collect();
        assert!(!is_separator(&GrayImage { width: 1_654, height: 2_339, pixels }));
        assert!(!is_separator(&GrayImage { width: 3, height: 2, pixels: vec![0; 6] }));
    }
}
