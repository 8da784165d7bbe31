//! A frame as it is kept: the pixels of a page as non-interlaced PNG, packed while they come, with where they come from.
//!
//! Nothing is lost: what was packed is what the device gave, bit for bit. The compressed rows can enter a PDF unchanged.

use std::io::{self, Write};

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};

use crate::scanner::{Mode, PageShape};

/// The keyword under which the provenance stands in the file.
pub const PROVENANCE: &str = "Sohoa provenance";
/// Bytes that go to the compressor in one go.
const PACK_AT_ONCE: usize = 1 << 16;

/// Why a page could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum FrameFileError {
    /// The sink failed.
    #[error("the page could not be written")]
    Write(#[from] io::Error),
    /// The device gave other pixels than it announced.
    #[error("the device gave {given} bytes of a page of {announced}")]
    Size {
        /// Bytes that came.
        given: u64,
        /// Bytes that were announced.
        announced: u64,
    },
}

/// Packs a page of `height` rows into a sink; `provenance` is a text that stays in the file, `next` gives whole rows until
/// there are none.
///
/// # Errors
/// [`FrameFileError`], and what `next` says.
pub fn pack<W: Write, E: From<FrameFileError>>(
    sink: W,
    shape: &PageShape,
    height: u32,
    dpi: f64,
    provenance: &str,
    mut next: impl FnMut() -> Result<Option<Vec<u8>>, E>,
) -> Result<(), E> {
    let failed = |error: png::EncodingError| E::from(FrameFileError::Write(error.into()));
    let mut encoder = Encoder::new(sink, shape.width, height);
    let (color, depth) = match shape.mode {
        Mode::Color => (ColorType::Rgb, BitDepth::Eight),
        Mode::Gray => (ColorType::Grayscale, BitDepth::Eight),
        Mode::Bilevel => (ColorType::Grayscale, BitDepth::One),
    };
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(if shape.mode == Mode::Bilevel { Filter::NoFilter } else { Filter::Up });
    let metre = (dpi / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: metre, yppu: metre, unit: Unit::Meter }));
    encoder.add_itxt_chunk(PROVENANCE.to_owned(), provenance.to_owned()).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    let mut stream = writer.stream_writer_with_size(PACK_AT_ONCE).map_err(failed)?;
    let row_bytes = shape.row_bytes();
    let announced = row_bytes as u64 * u64::from(height);
    let mut given = 0;
    while let Some(mut rows) = next()? {
        given += rows.len() as u64;
        if given > announced {
            return Err(FrameFileError::Size { given, announced }.into());
        }
        if shape.mode == Mode::Bilevel {
            invert(&mut rows, row_bytes, shape.width);
        }
        stream.write_all(&rows).map_err(FrameFileError::Write)?;
    }
    if given != announced {
        return Err(FrameFileError::Size { given, announced }.into());
    }
    stream.finish().map_err(failed)?;
    writer.finish().map_err(failed)
}

/// The device has 1 for black, PNG for white; what pads a row is white.
fn invert(rows: &mut [u8], row_bytes: usize, width: u32) {
    let padding = row_bytes as u32 * 8 - width;
    for row in rows.chunks_exact_mut(row_bytes) {
        row.iter_mut().for_each(|byte| *byte = !*byte);
        if let Some(last) = row.last_mut() {
            *last |= ((1_u16 << padding) - 1) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_come_back_as_they_were_given() {
        for (mode, width) in [(Mode::Color, 33), (Mode::Gray, 41), (Mode::Bilevel, 21)] {
            let shape = PageShape { width, height: Some(7), mode };
            let pixels: Vec<u8> = (0..shape.row_bytes() * 7).map(|i| (i * 37 % 251) as u8).collect();
            let mut file = Vec::new();
            let mut blocks = pixels.chunks(shape.row_bytes() * 3).map(<[u8]>::to_vec);
            pack(&mut file, &shape, 7, 300.0, "máy quét", || Ok::<_, FrameFileError>(blocks.next())).expect("memory");
            let mut reader = png::Decoder::new(io::Cursor::new(&file)).read_info().expect("a PNG");
            let mut found = vec![0; reader.output_buffer_size().expect("small")];
            reader.next_frame(&mut found).expect("whole");
            let info = reader.info();
            assert_eq!(info.pixel_dims.map(|dims| dims.xppu), Some(11_811));
            assert_eq!(info.utf8_text[0].get_text().ok().as_deref(), Some("máy quét"));
            match mode {
                Mode::Bilevel => {
                    for (found, given) in found.chunks(3).zip(pixels.chunks(3)) {
                        assert_eq!((found[0], found[1], found[2] >> 3), (!given[0], !given[1], !given[2] >> 3));
                    }
                }
                _ => assert_eq!(found, pixels),
            }
        }
    }

    #[test]
    fn rows_that_are_missing_or_too_many_are_noticed() {
        let shape = PageShape { width: 8, height: Some(2), mode: Mode::Gray };
        let of = |bytes: usize| {
            let mut rows = Some(vec![0; bytes]);
            pack(Vec::new(), &shape, 2, 200.0, "", || Ok::<_, FrameFileError>(rows.take()))
        };
        assert!(matches!(of(8), Err(FrameFileError::Size { given: 8, announced: 16 })));
        assert!(matches!(of(24), Err(FrameFileError::Size { .. })));
        assert!(of(16).is_ok());
    }
}
