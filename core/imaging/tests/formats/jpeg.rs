//! JPEG files that the tests make and what inspection and decoding must say of them.

use jpeg_encoder::{ColorType, Encoder, PixelDensity, SamplingFactor};
use sohoa_model::frame::{Conversion, Embedding, Samples};
use sohoa_model::geometry::{Dpi, Rotation};

use crate::build::{assert_close, exif, luma, page};
use crate::{cut_everywhere, damaged_everywhere, gray, only, refusal, repacked_gray};

/// Encodes the page with some settings.
fn encoded(width: u32, height: u32, color: ColorType, settings: impl Fn(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let samples: Vec<u8> = match color {
        ColorType::Luma => page(width, height),
        ColorType::Rgb => colored(width, height),
        _ => page(width * 4, height),
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    settings(&mut encoder);
    encoder.encode(&samples, width as u16, height as u16, color).expect("memory");
    file
}

fn colored(width: u32, height: u32) -> Vec<u8> {
    page(width, height).into_iter().flat_map(|sample| [sample, sample / 2, 255 - sample]).collect()
}

#[test]
fn baseline_and_progressive_grey_and_colour_pass_and_decode() {
    let (width, height) = (203, 151);
    for (color, components) in [(ColorType::Luma, 1), (ColorType::Rgb, 3)] {
        // With optimised tables the encoder writes one scan a component, which decoders have got wrong.
        for (progressive, optimised, restart, sampling) in [
            (false, false, 0, SamplingFactor::F_1_1),
            (false, false, 7, SamplingFactor::F_2_2),
            (false, false, 0, SamplingFactor::F_2_1),
            (false, true, 0, SamplingFactor::F_2_2),
            (false, true, 3, SamplingFactor::F_2_1),
            (true, false, 0, SamplingFactor::F_1_1),
            (true, true, 5, SamplingFactor::F_2_2),
        ] {
            let file = encoded(width, height, color, |encoder| {
                encoder.set_progressive(progressive);
                encoder.set_optimized_huffman_tables(optimised);
                encoder.set_restart_interval(restart);
                encoder.set_sampling_factor(sampling);
                encoder.set_density(PixelDensity::dpi(300));
            });
            let facts = only(&file);
            let what =
                format!("{color:?} progressive {progressive} optimised {optimised} restart {restart} {sampling:?}");
            assert_eq!((facts.width, facts.height), (width, height), "{what}");
            assert_eq!((facts.dpi, facts.dpi_stated), (Dpi(300.0), true), "{what}");
            assert_eq!(facts.embedding, Embedding::Jpeg { components, ranges: Vec::new() }, "{what}");
            assert_eq!(facts.samples, if components == 1 { Samples::Gray8 } else { Samples::Rgb8 });
            let expected: Vec<u8> = match color {
                ColorType::Luma => page(width, height),
                _ => colored(width, height).chunks_exact(3).map(luma).collect(),
            };
            assert_close(&gray(&file).pixels, &expected, 40, &what);
            let repacked = repacked_gray(&file, &facts);
            // Luma that is decoded straight from the file is not clipped to the colours that exist.
            assert_close(&repacked, &gray(&file).pixels, if components == 1 { 0 } else { 12 }, &what);
        }
    }
}

#[test]
fn a_cut_file_is_never_taken_for_whole_even_with_an_end_mark() {
    for (color, progressive) in [(ColorType::Luma, false), (ColorType::Rgb, false), (ColorType::Rgb, true)] {
        let file = encoded(203, 151, color, |encoder| encoder.set_progressive(progressive));
        cut_everywhere(&file, file.len());
        let pixels = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a scan") + 20;
        for length in (pixels..file.len() - 4).step_by(97) {
            let mut closed = file[..length].to_vec();
            if closed.last() == Some(&0xFF) {
                closed.pop();
            }
            closed.extend([0xFF, 0xD9]);
            assert_ne!(refusal(&closed), "taken in", "{color:?} {progressive} closed at {length} of {}", file.len());
        }
    }
}

#[test]
fn damage_never_panics() {
    for progressive in [false, true] {
        damaged_everywhere(&encoded(61, 45, ColorType::Rgb, |encoder| {
            encoder.set_progressive(progressive);
            encoder.set_restart_interval(3);
        }));
    }
}

#[test]
fn what_pdf_readers_do_not_decode_alike_is_refused() {
    let mut inks = encoded(16, 16, ColorType::Cmyk, |_| ());
    let mark = inks.windows(5).position(|name| name == b"Adobe").expect("the mark of the encoder");
    inks[mark] = b'X';
    assert_eq!(refusal(&inks), "unsupported-samples");
    let file = encoded(16, 16, ColorType::Luma, |_| ());
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame header");
    for (offset, value, code) in [
        (1, 0xC3, "unsupported-samples"),
        (1, 0xC9, "unsupported-samples"),
        (1, 0xC5, "unsupported-samples"),
        (4, 12, "unsupported-samples"),
        (6, 0, "unsupported-samples"),
        (8, 0, "corrupt"),
    ] {
        let mut other = file.clone();
        other[frame + offset] = value;
        assert_eq!(refusal(&other), code, "{offset} {value}");
    }
}

#[test]
fn inks_with_adobes_mark_become_red_green_and_blue() {
    // Cyan, magenta, yellow and black of 60 %, and no ink at all, in stripes of 16 pixels.
    let inks = [[153, 0, 0, 0], [0, 153, 0, 0], [0, 0, 153, 0], [0, 0, 0, 153], [0; 4]];
    let pixels: Vec<u8> = (0..32).flat_map(|_| (0..80).flat_map(|x| inks[x / 16])).collect();
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let mut file = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut file, 100);
        encoder.encode(&pixels, 80, 32, color).expect("memory");
        let facts = only(&file);
        assert_eq!((facts.samples, facts.conversion), (Samples::Rgb8, Some(Conversion::Cmyk)), "{color:?}");
        assert_eq!(facts.embedding, Embedding::Repack, "{color:?}");
        let expected = [[102, 255, 255], [255, 102, 255], [255, 255, 102], [102; 3], [255; 3]].map(|rgb| luma(&rgb));
        let found = gray(&file);
        for (stripe, expected) in expected.into_iter().enumerate() {
            let at = found.pixels[10 * 80 + stripe * 16 + 8];
            assert!(at.abs_diff(expected) <= 4, "{color:?} stripe {stripe}: {at} for {expected}");
        }
        assert_close(&repacked_gray(&file, &facts), &found.pixels, 1, "repacked");
    }
}

#[test]
fn the_exif_orientation_is_a_turn_and_a_mirror_is_undone_by_repacking() {
    let (width, height) = (48, 32);
    let plain = gray(&encoded(width, height, ColorType::Luma, |_| ()));
    for (orientation, rotation, is_mirrored) in [
        (1, Rotation::None, false),
        (2, Rotation::None, true),
        (3, Rotation::Half, false),
        (4, Rotation::Half, true),
        (5, Rotation::ThreeQuarters, true),
        (6, Rotation::Quarter, false),
        (7, Rotation::Quarter, true),
        (8, Rotation::ThreeQuarters, false),
    ] {
        let file = encoded(width, height, ColorType::Luma, |encoder| {
            encoder.add_exif_metadata(&exif(orientation)).expect("short");
        });
        let facts = only(&file);
        assert_eq!(facts.stated_rotation, rotation, "{orientation}");
        assert_eq!(facts.embedding == Embedding::Repack, is_mirrored, "{orientation}");
        let mut expected = plain.pixels.clone();
        if is_mirrored {
            expected.chunks_exact_mut(width as usize).for_each(<[u8]>::reverse);
        }
        assert_eq!(gray(&file).pixels, expected, "{orientation}");
        assert_eq!(repacked_gray(&file, &facts), expected, "{orientation}");
    }
}

#[test]
fn densities_in_centimetres_and_none_at_all() {
    use jpeg_encoder::PixelDensityUnit::{Centimeters, Inches, PixelAspectRatio};
    for (density, unit, expected) in [
        (118, Centimeters, (299.72, true)),
        (300, Inches, (300.0, true)),
        (1, PixelAspectRatio, (200.0, false)),
        (20, Inches, (200.0, false)),
    ] {
        let file = encoded(64, 40, ColorType::Luma, |encoder| {
            encoder.set_density(PixelDensity { density: (density, density), unit });
        });
        let facts = only(&file);
        assert_eq!((facts.dpi, facts.dpi_stated), (Dpi(expected.0), expected.1), "{density} {unit:?}");
    }
}
