//! JBIG2 (ITU-T T.88) as PDF embeds it, decoded by `hayro-jbig2`; strict: what is damaged is refused, not guessed.

use hayro_jbig2::{DecodeError, DecodeSettings, Decoder, Globals, Page};

use crate::error::ImagingError;
use crate::source::zeroed;

/// Decodes rows of `width` pixels, most significant bit first, 1 for black; padding bits are 0.
pub(crate) fn decode(
    data: &[u8],
    globals: Option<&[u8]>,
    width: u32,
    height: u32,
    frame: u32,
) -> Result<Vec<u8>, ImagingError> {
    let fault = |cause: DecodeError| ImagingError::Corrupt {
        frame,
        what: "the JBIG2 decoder gave up",
        cause: Some(cause.to_string().into()),
    };
    let settings = DecodeSettings { strict: true };
    let globals = globals.map(|data| Globals::new(data, &settings)).transpose().map_err(fault)?;
    let page = Page::new_embedded(data, globals.as_ref(), &settings).map_err(fault)?;
    if (page.width(), page.height()) != (width, height) {
        return Err(ImagingError::corrupt(frame, "the JBIG2 data in it has another size"));
    }
    let stride = width.div_ceil(8) as usize;
    let mut rows = Rows { pixels: zeroed(stride as u64 * u64::from(height), frame)?, stride, row: 0, x: 0 };
    page.decode(&mut rows).map_err(fault)?;
    Ok(rows.pixels)
}

/// Takes pixels in; what lies beyond the page falls off.
struct Rows {
    pixels: Vec<u8>,
    stride: usize,
    row: usize,
    x: usize,
}

impl Decoder for Rows {
    fn push_pixel(&mut self, black: bool) {
        let at = self.row * self.stride + self.x / 8;
        if black
            && self.x / 8 < self.stride
            && let Some(byte) = self.pixels.get_mut(at)
        {
            *byte |= 0x80 >> (self.x % 8);
        }
        self.x += 1;
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        let from = self.x / 8;
        let count = (chunk_count as usize).min(self.stride.saturating_sub(from));
        let start = self.row * self.stride + from;
        if black && let Some(bytes) = self.pixels.get_mut(start..start + count) {
            bytes.fill(0xFF);
        }
        self.x += chunk_count as usize * 8;
    }

    fn next_line(&mut self) {
        self.row += 1;
        self.x = 0;
    }
}
