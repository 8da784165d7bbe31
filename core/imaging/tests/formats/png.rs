//! PNG files that the tests make and what inspection and decoding must say of them.

use std::io::Cursor;

use sohoa_imaging::inspect::Limits;
use sohoa_imaging::view::view;
use sohoa_model::frame::{Conversion, Embedding, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_model::part::FramePart;

use crate::build::{bilevel_page, exif, ihdr, luma, packed, page, png_of_chunks};
use crate::{cut_everywhere, damaged_everywhere, gray, only, refusal, repacked_gray};

/// Zlib data of rows without filters.
fn unfiltered(rows: &[u8], stride: usize) -> Vec<u8> {
    let data: Vec<u8> = rows.chunks_exact(stride).flat_map(|row| [&[0], row].concat()).collect();
    miniz_oxide::deflate::compress_to_vec_zlib(&data, 6)
}

#[test]
fn plain_files_pass_with_the_ranges_of_their_data() {
    let (width, height) = (45, 33);
    let (tones, ink) = (page(width, height), bilevel_page(width, height));
    let colors: Vec<u8> = tones.iter().flat_map(|sample| [*sample, 255 - sample, 7]).collect();
    let palette = [10, 10, 10, 250, 240, 230];
    let cases = [
        ("grey", 8, 0, tones.clone(), tones.clone(), Samples::Gray8, 1),
        ("colour", 8, 2, colors.clone(), colors.chunks_exact(3).map(luma).collect(), Samples::Rgb8, 3),
        ("bilevel", 1, 0, packed(&ink, width, 255), ink.clone(), Samples::Bilevel, 1),
        (
            "palette",
            1,
            3,
            packed(&ink, width, 255),
            ink.iter().map(|sample| luma(if *sample == 0 { &palette[..3] } else { &palette[3..] })).collect(),
            Samples::Rgb8,
            1,
        ),
    ];
    for (what, bits, color, rows, expected, samples, components) in cases {
        let data = unfiltered(&rows, rows.len() / height as usize);
        let (first, second) = data.split_at(data.len() / 3);
        let mut chunks = vec![ihdr(width, height, bits, color, 0)];
        if color == 3 {
            chunks.push((*b"PLTE", palette.to_vec()));
        }
        chunks.push((
            *b"pHYs",
            [11_811u32.to_be_bytes(), 11_811u32.to_be_bytes()].concat().into_iter().chain([1]).collect(),
        ));
        chunks.push((*b"IDAT", first.to_vec()));
        chunks.push((*b"IDAT", second.to_vec()));
        let file = png_of_chunks(&chunks);
        let facts = only(&file);
        assert_eq!((facts.samples, facts.dpi_stated), (samples, true), "{what}");
        assert!((facts.dpi.0 - 300.0).abs() < 0.01, "{what}");
        let Embedding::Flate { ranges, components: found, bits: depth, palette: entries, .. } = &facts.embedding else {
            panic!("{what}: {:?}", facts.embedding);
        };
        assert_eq!((*found, *depth), (components, bits), "{what}");
        assert_eq!(entries.as_deref(), (color == 3).then_some(&palette[..]), "{what}");
        let joined: Vec<u8> =
            ranges.iter().flat_map(|range| &file[range.start as usize..range.end as usize]).copied().collect();
        assert_eq!(joined, data, "{what}");
        assert_eq!(gray(&file).pixels, expected, "{what}");
        assert_eq!(repacked_gray(&file, &facts), expected, "{what}");
        cut_everywhere(&file, file.len());
        damaged_everywhere(&file);
    }
}

#[test]
fn transparency_is_laid_on_white_and_repacked() {
    // Black ink that fades out.
    let row: Vec<u8> = (0..16u8).flat_map(|x| [0, 0, 0, x * 17]).collect();
    let file = png_of_chunks(&[ihdr(16, 1, 8, 6, 0), (*b"IDAT", unfiltered(&row, 64))]);
    let expected: Vec<u8> = (0..16u8).map(|x| 255 - x * 17).collect();
    assert_eq!(only(&file).embedding, Embedding::Repack);
    assert_eq!(gray(&file).pixels, expected);
    assert_eq!(repacked_gray(&file, &only(&file)), expected);
    // A palette whose first entry can't be seen.
    let chunks = [
        ihdr(8, 1, 1, 3, 0),
        (*b"PLTE", vec![0, 0, 0, 90, 90, 90]),
        (*b"tRNS", vec![0]),
        (*b"IDAT", unfiltered(&[0b0101_0101], 1)),
    ];
    let file = png_of_chunks(&chunks);
    assert_eq!(only(&file).embedding, Embedding::Repack);
    assert_eq!(gray(&file).pixels, [255, 90, 255, 90, 255, 90, 255, 90]);
}

#[test]
fn interlaced_files_are_repacked() {
    let (width, height) = (13, 11);
    let tones = page(width, height);
    let mut data = Vec::new();
    for (x0, y0, dx, dy) in
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    {
        for y in (y0..height).step_by(dy) {
            data.push(0);
            data.extend((x0..width).step_by(dx).map(|x| tones[(y * width + x) as usize]));
        }
    }
    let data = miniz_oxide::deflate::compress_to_vec_zlib(&data, 6);
    let file = png_of_chunks(&[ihdr(width, height, 8, 0, 1), (*b"IDAT", data)]);
    assert_eq!(only(&file).embedding, Embedding::Repack);
    assert_eq!(gray(&file).pixels, tones);
    assert_eq!(repacked_gray(&file, &only(&file)), tones);
    cut_everywhere(&file, file.len());
}

#[test]
fn the_exif_chunk_turns_and_16_bits_pass() {
    let data = unfiltered(&[1, 2, 3, 4], 2);
    let file = png_of_chunks(&[ihdr(2, 2, 8, 0, 0), (*b"eXIf", exif(6)), (*b"IDAT", data.clone())]);
    assert_eq!(only(&file).stated_rotation, Rotation::Quarter);
    assert_eq!((only(&file).dpi, only(&file).dpi_stated), (Dpi(200.0), false));
    let file = png_of_chunks(&[ihdr(1, 2, 16, 0, 0), (*b"IDAT", data)]);
    let Embedding::Flate { bits, components, .. } = only(&file).embedding else { panic!("{:?}", only(&file)) };
    assert_eq!((only(&file).samples, bits, components), (Samples::Gray16, 16, 1));
    assert_eq!(gray(&file).pixels, [1, 3]);
    // With transparency they are packed again, in 16 bits.
    let data = unfiltered(&[0x12, 0x34, 0xFF, 0xFF, 0x12, 0x34, 0, 0], 4);
    let file = png_of_chunks(&[ihdr(1, 2, 16, 4, 0), (*b"IDAT", data)]);
    assert_eq!((only(&file).samples, only(&file).conversion), (Samples::Gray16, Some(Conversion::Transparency)));
    assert_eq!(gray(&file).pixels, [0x12, 0xFF]);
    assert_eq!(repacked_gray(&file, &only(&file)), [0x12, 0xFF]);
}

#[test]
fn claimed_sizes_cost_nothing() {
    let data = unfiltered(&[0], 1);
    for (width, height, code) in [
        (0xFFFF_FFFF, 0xFFFF_FFFF, "too-large"),
        (90_000, 90_000, "too-large"),
        (100_001, 1, "too-large"),
        (0, 5, "corrupt"),
        (20_000, 20_000, "corrupt"),
    ] {
        let file = png_of_chunks(&[ihdr(width, height, 8, 0, 0), (*b"IDAT", data.clone())]);
        assert_eq!(refusal(&file), code, "{width} x {height}");
    }
}

#[test]
fn a_part_of_a_frame_is_seen_to_the_pixel_whatever_its_samples_are() {
    let (width, height) = (45, 33);
    let (tones, ink) = (page(width, height), bilevel_page(width, height));
    let high: Vec<u8> = tones.iter().flat_map(|sample| [*sample, 3]).collect();
    let colors: Vec<u8> = tones.iter().flat_map(|sample| [*sample, 255 - sample, 7]).collect();
    let cases = [
        ("grey", 8, 0, tones.clone(), tones.iter().map(|&v| [v; 3]).collect::<Vec<_>>()),
        ("sixteen bits", 16, 0, high, tones.iter().map(|&v| [v; 3]).collect()),
        ("bilevel", 1, 0, packed(&ink, width, 255), ink.iter().map(|&v| [v; 3]).collect()),
        ("colour", 8, 2, colors, tones.iter().map(|&v| [v, 255 - v, 7]).collect()),
    ];
    for (what, bits, color, rows, expected) in cases {
        let data = unfiltered(&rows, rows.len() / height as usize);
        let file = png_of_chunks(&[ihdr(width, height, bits, color, 0), (*b"IDAT", data)]);
        let facts = only(&file);
        // Neither edge at a byte of a bilevel row; and the whole frame.
        for [left, top, across, down] in [[11, 4, 23, 20], [0, 0, width, height], [44, 32, 1, 1]] {
            let part = FramePart::of(&facts, [left, top, across, down]).unwrap();
            let seen = view(&mut Cursor::new(&file), &facts, part, &Limits::default(), 1).unwrap();
            let wanted: Vec<u8> = (top..top + down)
                .flat_map(|y| (left..left + across).map(move |x| (y * width + x) as usize))
                .flat_map(|at| expected[at])
                .collect();
            assert_eq!((seen.width, seen.height), (across, down), "{what}");
            assert!(seen.pixels == wanted, "{what} {part}");
        }
        let part = FramePart::of(&facts, [11, 4, 23, 20]).unwrap();
        let small = view(&mut Cursor::new(&file), &facts, part, &Limits::default(), 4).unwrap();
        assert_eq!((small.width, small.height), (6, 5), "{what}");
    }
}
