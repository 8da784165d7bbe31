//! TIFF files that the tests make and what inspection and decoding must say of them.

use std::io::Cursor;

use sohoa_imaging::decode::decode_gray;
use sohoa_imaging::inspect::{self, Limits, inspect};
use sohoa_model::frame::{Conversion, Embedding, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use tiff::encoder::colortype::{Gray8, RGB8};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder};

use crate::build::{TiffPage, assert_close, bilevel_page, fax_to_gray, group4, luma, packed, page, tiff as file_of};
use crate::{cut_everywhere, damaged_everywhere, facts, gray, only, refusal, repacked_gray};

/// A Group 4 page in strips of some rows.
fn group4_page(width: u32, height: u32, rows: u32, photometric: u32) -> TiffPage {
    let pixels = bilevel_page(width, height);
    let stored: Vec<u8> = if photometric == 0 { pixels } else { pixels.iter().map(|sample| 255 - sample).collect() };
    let strips = stored.chunks((width * rows) as usize).map(|strip| group4(strip, width)).collect();
    TiffPage::new(width, height, 1, 4, photometric).strips(rows, strips)
}

fn reversed(page: &TiffPage) -> TiffPage {
    let mut page = page.clone().with(266, &[2]);
    page.chunks.iter_mut().flatten().for_each(|byte| *byte = byte.reverse_bits());
    page
}

#[test]
fn group_4_passes_strip_by_strip_in_both_senses_and_byte_orders() {
    let (width, height) = (101, 70);
    let ink = bilevel_page(width, height);
    for (rows, photometric, big_endian) in [(70, 0, false), (16, 0, true), (16, 1, false), (7, 1, true)] {
        let what = format!("{rows} rows a strip, photometric {photometric}, big endian {big_endian}");
        let plain = group4_page(width, height, rows, photometric);
        let file = file_of(std::slice::from_ref(&plain), big_endian);
        let facts = only(&file);
        let Embedding::CcittG4 { strips, min_is_white } = &facts.embedding else { panic!("{:?}", facts.embedding) };
        assert_eq!((facts.samples, *min_is_white), (Samples::Bilevel, photometric == 0), "{what}");
        let mut joined = Vec::new();
        for (range, rows) in strips {
            joined.extend(fax_to_gray(&file[range.start as usize..range.end as usize], width, *rows));
        }
        if photometric == 1 {
            joined.iter_mut().for_each(|sample| *sample = 255 - *sample);
        }
        assert_eq!(joined, ink, "{what}");
        assert_eq!(gray(&file).pixels, ink, "{what}");
        assert_eq!(repacked_gray(&file, &facts), ink, "{what}");
        // The other bit order can't pass.
        let other = file_of(&[reversed(&plain)], big_endian);
        assert_eq!(only(&other).embedding, Embedding::Repack, "{what}");
        assert_eq!(gray(&other).pixels, ink, "{what}");
        assert_eq!(repacked_gray(&other, &only(&other)), ink, "{what}");
    }
}

#[test]
fn a_strip_with_too_few_rows_is_refused() {
    let (width, height) = (101, 70);
    for (keep, code) in [(0, "truncated"), (20, "truncated"), (90, "truncated")] {
        let mut page = group4_page(width, height, 35, 0);
        page.chunks[1].truncate(keep);
        assert_eq!(refusal(&file_of(&[page], false)), code, "{keep}");
    }
    let mut page = group4_page(width, height, 35, 0);
    page.chunks[1] = group4(&bilevel_page(width, 34), width);
    assert_eq!(refusal(&file_of(&[page], false)), "corrupt");
    let page = group4_page(width, height, 35, 0).with(293, &[2]);
    assert_eq!(refusal(&file_of(&[page], false)), "unsupported-samples");
}

#[test]
fn plain_samples_of_every_depth_come_out_with_ink_as_zero() {
    let (width, height) = (37, 19);
    let (ink, tones) = (bilevel_page(width, height), page(width, height));
    let inverted: Vec<u8> = tones.iter().map(|sample| 255 - sample).collect();
    let nibbles: Vec<u8> = tones
        .chunks(width as usize)
        .flat_map(|row| row.chunks(2).map(|two| two[0] & 0xF0 | two.get(1).unwrap_or(&0) >> 4))
        .collect();
    let coarse: Vec<u8> = tones.iter().map(|sample| (sample >> 4) * 17).collect();
    let ramp: Vec<u32> = (0..3u32).flat_map(|_| (0..256).map(|index| index * 257)).collect();
    let cases = [
        ("bilevel, 0 is white", TiffPage::new(width, height, 1, 1, 0), packed(&ink, width, 0), &ink),
        ("bilevel, 0 is black", TiffPage::new(width, height, 1, 1, 1), packed(&ink, width, 255), &ink),
        ("grey, 0 is white", TiffPage::new(width, height, 8, 1, 0), inverted, &tones),
        ("grey, 0 is black", TiffPage::new(width, height, 8, 1, 1), tones.clone(), &tones),
        ("4 bits", TiffPage::new(width, height, 4, 1, 1), nibbles, &coarse),
        ("PackBits", TiffPage::new(width, height, 8, 32_773, 1), tones.clone(), &tones),
        ("palette", TiffPage::new(width, height, 8, 1, 3).with(320, &ramp), tones.clone(), &tones),
    ];
    for (what, spec, bytes, expected) in cases {
        let stride = bytes.len() / height as usize;
        let pack = |strip: &[u8]| if what == "PackBits" { packbits(strip) } else { strip.to_vec() };
        let strips: Vec<Vec<u8>> = bytes.chunks(stride * 5).map(pack).collect();
        let file = file_of(&[spec.strips(5, strips)], false);
        assert_eq!(only(&file).embedding, Embedding::Repack, "{what}");
        assert_eq!(&gray(&file).pixels, expected, "{what}");
        assert_eq!(&repacked_gray(&file, &only(&file)), expected, "{what}");
        damaged_everywhere(&file);
    }
}

/// Runs as runs, all else as literals of one to three bytes, and a byte that means nothing before each.
fn packbits(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let run = rest.iter().take(128).take_while(|byte| *byte == first).count();
        let length = if run > 1 { run } else { rest.len().min(3) };
        packed.push(0x80);
        if run > 1 {
            packed.extend([(257 - run) as u8, *first]);
        } else {
            packed.push(length as u8 - 1);
            packed.extend(&rest[..length]);
        }
        rest = &rest[length..];
    }
    packed
}

#[test]
fn the_compressions_of_another_encoder_are_read() {
    let (width, height) = (67, 30);
    let tones = page(width, height);
    let colors: Vec<u8> = tones.iter().flat_map(|sample| [*sample, 255 - sample, sample / 3]).collect();
    let brightness: Vec<u8> = colors.chunks_exact(3).map(luma).collect();
    for (name, compression, predictor) in [
        ("plain", Compression::Uncompressed, Predictor::None),
        ("LZW", Compression::Lzw, Predictor::None),
        ("LZW", Compression::Lzw, Predictor::Horizontal),
        ("Deflate", Compression::Deflate(DeflateLevel::Balanced), Predictor::None),
        ("Deflate", Compression::Deflate(DeflateLevel::Balanced), Predictor::Horizontal),
    ] {
        let what = format!("{name} {predictor:?}");
        let mut file = Cursor::new(Vec::new());
        let encoder = TiffEncoder::new(&mut file).expect("memory");
        let mut encoder = encoder.with_compression(compression).with_predictor(predictor);
        encoder.write_image::<Gray8>(width, height, &tones).expect("memory");
        encoder.write_image::<RGB8>(width, height, &colors).expect("memory");
        let file = file.into_inner();
        let limits = Limits::default();
        let frames = facts(&file).expect(&what);
        assert_eq!(
            frames.iter().map(|frame| (frame.index, frame.samples)).collect::<Vec<_>>(),
            [(0, Samples::Gray8), (1, Samples::Rgb8)]
        );
        let images =
            frames.iter().map(|frame| decode_gray(&mut Cursor::new(&file), frame, &limits).expect(&what).pixels);
        assert_eq!(images.collect::<Vec<_>>(), [tones.clone(), brightness.clone()], "{what}");
        assert_eq!(repacked_gray(&file, &frames[1]), brightness, "{what}");
        damaged_everywhere(&file);
        cut_everywhere(&file, file.len());
    }
}

#[test]
fn a_cut_strip_at_the_end_of_the_file_is_noticed() {
    let (width, height) = (101, 70);
    // Directory first, pixels last, as scanners write: moved by hand, so that a cut loses pixels only.
    for (spec, slack) in [
        (group4_page(width, height, 70, 0), 4),
        (TiffPage::new(width, height, 8, 1, 1).strips(70, vec![page(width, height)]), 0),
        (
            TiffPage::new(width, height, 8, 8, 1)
                .strips(70, vec![miniz_oxide::deflate::compress_to_vec_zlib(&page(width, height), 6)]),
            0,
        ),
        (
            TiffPage::new(width, height, 8, 5, 1).strips(
                70,
                vec![
                    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
                        .encode(&page(width, height))
                        .expect("memory"),
                ],
            ),
            3,
        ),
    ] {
        let strip = spec.chunks[0].clone();
        let mut empty = spec.clone();
        empty.chunks[0].clear();
        let length = file_of(std::slice::from_ref(&empty), false).len() as u32;
        // Strip fields that point behind the directory.
        let mut moved = TiffPage { chunks: Vec::new(), is_tiled: true, ..empty };
        moved = moved.with(273, &[length]).with(279, &[strip.len() as u32]);
        moved.fields.iter_mut().filter(|(tag, _, _)| *tag == 273 || *tag == 279).for_each(|field| field.1 = 4);
        let head = file_of(&[moved.clone()], false);
        moved.fields.iter_mut().filter(|(tag, _, _)| *tag == 273).for_each(|field| field.2[0] = head.len() as u32);
        let file = [file_of(&[moved], false), strip].concat();
        assert_eq!(only(&file).width, width);
        cut_everywhere(&file, file.len() - slack);
    }
}

#[test]
fn tiles_are_joined() {
    let (width, height) = (50, 40);
    let ink = bilevel_page(width, height);
    let mut tiles = Vec::new();
    for (top, left) in [(0, 0), (0, 32), (32, 0), (32, 32)] {
        let mut tile = Vec::new();
        for y in top..top + 32 {
            tile.extend((left..left + 32).map(
                |x| {
                    if x < width && y < height { ink[(y * width + x) as usize] } else { 0 }
                },
            ));
        }
        tiles.push(tile);
    }
    let plain = tiles.iter().map(|tile| packed(tile, 32, 0)).collect();
    let coded = tiles.iter().map(|tile| group4(tile, 32)).collect();
    for (compression, tiles) in [(1, plain), (4, coded)] {
        let file = file_of(&[TiffPage::new(width, height, 1, compression, 0).tiles(32, 32, tiles)], false);
        assert_eq!(only(&file).embedding, Embedding::Repack);
        assert_eq!(gray(&file).pixels, ink);
        assert_eq!(repacked_gray(&file, &only(&file)), ink);
        damaged_everywhere(&file);
    }
}

#[test]
fn a_bilevel_frame_too_wide_for_the_group_4_encoder_is_repacked_as_bits() {
    let (width, height) = (40_001, 3);
    let ink = bilevel_page(width, height);
    let strip = packed(&ink, width, 0);
    let file = file_of(&[TiffPage::new(width, height, 1, 1, 0).strips(3, vec![strip])], false);
    assert_eq!(gray(&file).pixels, ink);
    assert_eq!(repacked_gray(&file, &only(&file)), ink);
}

#[test]
fn resolution_units_and_orientations() {
    let base = group4_page(40, 60, 60, 0);
    for (unit, over, under, expected) in [
        (2, 300, 1, (300.0, true)),
        (3, 1181, 10, (299.974, true)),
        (1, 300, 1, (200.0, false)),
        (2, 0, 0, (200.0, false)),
        (2, 72_000, 1, (200.0, false)),
    ] {
        let mut page = base.clone().with(296, &[unit]);
        page.fractions = vec![(282, over, under), (283, over, under)];
        let facts = only(&file_of(&[page], false));
        assert_eq!((facts.dpi, facts.dpi_stated), (Dpi(expected.0), expected.1), "{unit} {over}/{under}");
    }
    let ink = bilevel_page(40, 60);
    let mut mirrored = ink.clone();
    mirrored.chunks_exact_mut(40).for_each(<[u8]>::reverse);
    for (orientation, rotation, expected) in [
        (1, Rotation::None, &ink),
        (3, Rotation::Half, &ink),
        (6, Rotation::Quarter, &ink),
        (8, Rotation::ThreeQuarters, &ink),
        (2, Rotation::None, &mirrored),
        (5, Rotation::ThreeQuarters, &mirrored),
    ] {
        let file = file_of(&[base.clone().with(274, &[orientation])], false);
        let facts = only(&file);
        assert_eq!(facts.stated_rotation, rotation, "{orientation}");
        assert_eq!(facts.embedding == Embedding::Repack, expected == &mirrored, "{orientation}");
        assert_eq!(&gray(&file).pixels, expected, "{orientation}");
        assert_eq!(&repacked_gray(&file, &facts), expected, "{orientation}");
    }
}

#[test]
fn pages_decode_alone_thumbnails_and_masks_are_no_frames_and_loops_end() {
    let pages = [
        group4_page(40, 60, 60, 0),
        group4_page(20, 30, 30, 0).with(254, &[1]),
        group4_page(40, 60, 60, 0).with(254, &[4]),
        group4_page(64, 20, 20, 0),
        group4_page(40, 60, 60, 1).with(254, &[1]),
    ];
    let file = file_of(&pages, false);
    let frames = facts(&file).expect("whole");
    let sizes: Vec<_> = frames.iter().map(|frame| (frame.index, frame.width, frame.height)).collect();
    assert_eq!(sizes, [(0, 40, 60), (1, 64, 20), (2, 40, 60)]);
    let limits = Limits::default();
    let second = decode_gray(&mut Cursor::new(&file), &frames[1], &limits).expect("inspected before");
    assert_eq!(second.pixels, bilevel_page(64, 20));
    // The earlier page is not looked at: its pixels may be gone.
    let mut damaged = file.clone();
    damaged[8..40].fill(0);
    let second = decode_gray(&mut Cursor::new(&damaged), &frames[1], &limits).expect("inspected before");
    assert_eq!(second.pixels, bilevel_page(64, 20));
    assert_eq!(inspect(&mut Cursor::new(&damaged), &limits).expect_err("the first page").code(), "corrupt");
    for (place, frame) in (0..).zip(frames.iter().map(Some).chain([None])) {
        let facts = inspect::facts(&mut Cursor::new(&damaged), place, &limits).expect("its headers are whole");
        assert_eq!(facts.as_ref(), frame, "the headers of one frame say what was inspected");
    }

    let few = Limits { frames: 4, ..limits };
    assert_eq!(inspect(&mut Cursor::new(&file), &few).expect_err("five").code(), "too-many-frames");
    let mut looped = file.clone();
    let end = looped.len();
    looped.copy_within(4..8, end - 4);
    assert_eq!(refusal(&looped), "corrupt");
}

#[test]
fn inks_planes_depth_and_transparency_come_out_as_they_should_look() {
    let (width, height) = (19, 12);
    let tones = page(width, height);
    let pixels = |of: &dyn Fn(u8) -> Vec<u8>| tones.iter().flat_map(|tone| of(*tone)).collect::<Vec<u8>>();
    let plane = |channel: usize| tones.iter().map(|tone| [*tone, 255 - *tone, *tone / 3][channel]).collect::<Vec<u8>>();
    let colored: Vec<u8> = tones.iter().map(|tone| luma(&[*tone, 255 - *tone, *tone / 3])).collect();
    let new =
        |bits, photometric, samples: u32| TiffPage::new(width, height, bits, 1, photometric).with(277, &[samples]);
    let cases = [
        (
            "black ink",
            new(8, 5, 4),
            vec![pixels(&|tone| vec![0, 0, 0, 255 - tone])],
            tones.clone(),
            Some(Conversion::Cmyk),
        ),
        ("three planes", new(8, 2, 3).with(284, &[2]), (0..3).map(plane).collect(), colored.clone(), None),
        (
            "three planes of 16 bits",
            new(16, 2, 3).with(284, &[2]),
            (0..3).map(|channel| plane(channel).iter().flat_map(|sample| [7, *sample]).collect()).collect(),
            colored.clone(),
            None,
        ),
        ("16 bits", new(16, 1, 1), vec![pixels(&|tone| vec![7, tone])], tones.clone(), None),
        ("16 bits, 0 is white", new(16, 0, 1), vec![pixels(&|tone| vec![7, 255 - tone])], tones.clone(), None),
        (
            "3 × 16 bits",
            new(16, 2, 3),
            vec![pixels(&|tone| vec![7, tone, 7, 255 - tone, 7, tone / 3])],
            colored.clone(),
            None,
        ),
        (
            "fourth sample that nobody explains",
            new(8, 2, 4),
            vec![pixels(&|t| vec![t, 255 - t, t / 3, 0])],
            colored.clone(),
            None,
        ),
        (
            "transparent",
            new(8, 2, 4).with(338, &[2]),
            vec![pixels(&|_| vec![0, 0, 0, 0])],
            vec![255; tones.len()],
            Some(Conversion::Transparency),
        ),
    ];
    for (what, spec, strips, expected, conversion) in cases {
        let file = file_of(&[spec.strips(height, strips)], false);
        assert_eq!(only(&file).conversion, conversion, "{what}");
        assert_close(&gray(&file).pixels, &expected, 1, what);
        assert_close(&repacked_gray(&file, &only(&file)), &expected, 1, what);
        damaged_everywhere(&file);
    }
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    let gray = |bits, compression, photometric| {
        TiffPage::new(8, 8, bits, compression, photometric).strips(8, vec![vec![0; 512]])
    };
    for (page, what) in [
        (gray(12, 1, 1), "12 bits"),
        (gray(8, 1, 5).with(277, &[4]).with(332, &[2]), "inks"),
        (gray(16, 1, 5).with(277, &[4]), "inks"),
        (gray(4, 1, 1).with(277, &[2]), "extra"),
        (gray(8, 1, 9).with(277, &[3]), "CIELab"),
        (gray(8, 6, 6).with(277, &[3]), "JPEG compression of the old kind"),
        (gray(8, 1, 6).with(277, &[3]).with(258, &[8, 8, 8]), "YCbCr"),
        (gray(8, 7, 6).with(277, &[3]).with(284, &[2]), "plane"),
        (gray(1, 3, 0).with(292, &[2]), "Group 3"),
        (gray(8, 1, 1).with(339, &[3]), "whole numbers"),
        (gray(8, 5, 1).with(317, &[3]), "predictor"),
    ] {
        let error = facts(&file_of(&[page], false)).expect_err(what);
        assert_eq!(error.code(), "unsupported-samples", "{error}");
        assert!(error.to_string().contains(what), "{error}");
    }
    for (page, code) in [
        (gray(8, 1, 1).with(257, &[4_000_000_000]), "too-large"),
        (gray(8, 1, 1).with(256, &[0]), "corrupt"),
        (gray(8, 1, 1).with(257, &[90]).with(278, &[90]), "truncated"),
        (gray(8, 1, 1).with(278, &[4]), "corrupt"),
        (gray(8, 1, 3), "corrupt"),
        (gray(8, 7, 1), "truncated"),
        (gray(1, 3, 0), "corrupt"),
        (gray(8, 1, 2), "corrupt"),
    ] {
        assert_eq!(refusal(&file_of(&[page], false)), code);
    }
}
