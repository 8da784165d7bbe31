//! Bitmaps that the tests make and what must come out of them.

use sohoa_model::frame::{Conversion, Samples};

use crate::build::{bilevel_page, luma, packed, page};
use crate::{cut_everywhere, damaged_everywhere, gray, only, refusal, repacked_gray};

/// A bitmap with a header of 40 bytes; rows from top to bottom in `rows`, which are stored as `bottom_up` says.
fn bitmap(width: i32, height: i32, bits: u16, palette: &[[u8; 4]], rows: &[Vec<u8>]) -> Vec<u8> {
    let start = 54 + 4 * palette.len() as u32;
    let mut file = b"BM\0\0\0\0\0\0\0\0".to_vec();
    file.extend(start.to_le_bytes());
    file.extend(40_u32.to_le_bytes());
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([1, 0]);
    file.extend(bits.to_le_bytes());
    file.extend([0; 8]);
    // 300 dots an inch.
    file.extend([11_811_u32, 11_811, palette.len() as u32, 0].iter().flat_map(|number| number.to_le_bytes()));
    file.extend(palette.iter().flatten());
    let mut stored: Vec<Vec<u8>> = rows.to_vec();
    if height > 0 {
        stored.reverse();
    }
    for mut row in stored {
        row.resize(row.len().next_multiple_of(4), 0xAA);
        file.extend(row);
    }
    file
}

#[test]
fn bitmaps_of_every_depth_are_taken_in_either_way_up() {
    let (width, height) = (37_u32, 21_u32);
    let (ink, tones) = (bilevel_page(width, height), page(width, height));
    let rows = |bytes: Vec<u8>| bytes.chunks(bytes.len() / height as usize).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let grays: Vec<[u8; 4]> = (0..=255).map(|value| [value, value, value, 0]).collect();
    let black_and_white = [[0, 0, 0, 0], [255, 255, 255, 0]];
    let colors: Vec<u8> = tones.iter().map(|tone| luma(&[*tone, 255 - *tone, *tone / 3])).collect();
    let of_colors = |fill: Option<u8>| -> Vec<u8> {
        tones.iter().flat_map(|t| [t / 3, 255 - t, *t].into_iter().chain(fill)).collect()
    };
    let cases = [
        ("1 bit", 1, black_and_white.to_vec(), rows(packed(&ink, width, 255)), &ink, Samples::Bilevel),
        ("8 bits", 8, grays, rows(tones.clone()), &tones, Samples::Gray8),
        ("24 bits", 24, vec![], rows(of_colors(None)), &colors, Samples::Rgb8),
        ("32 bits", 32, vec![], rows(of_colors(Some(0))), &colors, Samples::Rgb8),
    ];
    for (what, bits, palette, rows, expected, samples) in cases {
        for height in [height as i32, -(height as i32)] {
            let file = bitmap(width as i32, height, bits, &palette, &rows);
            let facts = only(&file);
            assert_eq!((facts.samples, facts.dpi.0.round(), facts.dpi_stated), (samples, 300.0, true), "{what}");
            let close = |found: &[u8]| found.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= 1);
            assert!(close(&gray(&file).pixels), "{what} {height}");
            assert!(close(&repacked_gray(&file, &facts)), "{what} {height}");
            cut_everywhere(&file, file.len());
            damaged_everywhere(&file);
        }
    }
}

#[test]
fn transparency_of_a_long_header_is_laid_on_white_and_the_rest_is_refused_by_name() {
    let mut file = bitmap(2, -1, 32, &[], &[vec![10, 20, 30, 0, 10, 10, 10, 255]]);
    file[14] = 108;
    file[30] = 3;
    file[10] = 14 + 108;
    let masks = [0x00FF_0000_u32, 0x0000_FF00, 0x0000_00FF, 0xFF00_0000];
    let header: Vec<u8> = masks.iter().flat_map(|mask| mask.to_le_bytes()).chain([0; 52]).collect();
    file.splice(54..54, header);
    assert_eq!(only(&file).conversion, Some(Conversion::Transparency));
    assert_eq!(gray(&file).pixels, [255, 10]);

    let plain = bitmap(4, 1, 8, &[[0; 4], [255, 255, 255, 0]], &[vec![0, 1, 0, 1]]);
    for (at, value, code) in [
        (30, 1, "unsupported-samples"),
        (30, 4, "unsupported-samples"),
        (28, 16, "unsupported-samples"),
        (28, 5, "unsupported-samples"),
        (25, 0x7F, "too-large"),
        (18, 0, "corrupt"),
        (21, 0x80, "too-large"),
    ] {
        let mut other = plain.clone();
        other[at] = value;
        assert_eq!(refusal(&other), code, "{at} {value}");
    }
}
