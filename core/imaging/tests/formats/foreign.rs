//! Files that libtiff, libwebp and OpenJPEG write: what comes out is what went in.
//!
//! The programs come with `packaging/setup judges`. Without them the tests say that they skipped; under CI that is a failure.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};

use sohoa_model::frame::{Embedding, Samples};
use tiff::encoder::TiffEncoder;
use tiff::encoder::colortype::{Gray8, Gray16, RGB8, RGB16};

use crate::build::{TiffPage, assert_close, bilevel_page, ihdr, luma, packed, page, png_of_chunks, tiff as file_of};
use crate::{cut_everywhere, damaged_everywhere, gray, only, repacked_gray};

const WIDTH: u32 = 203;
const HEIGHT: u32 = 140;

/// Whether the program is there; prints that the test is skipped if not.
fn has(program: &str) -> bool {
    let found = Command::new("which").arg(program).stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    assert!(found || std::env::var_os("CI").is_none(), "{program} is missing: packaging/setup judges installs it");
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Runs a program on a file and gives back what it wrote.
fn through(program: &str, arguments: &[&str], input: &[u8], names: (&str, &str), order: Order) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (folder.path().join(names.0), folder.path().join(names.1));
    fs::write(&from, input).expect("room");
    let path = |path: &Path| path.to_str().expect("ASCII").to_owned();
    let mut command = Command::new(program);
    match order {
        Order::Plain => command.args(arguments).arg(path(&from)).arg(path(&to)),
        Order::Named => command.args(arguments).args(["-i", &path(&from), "-o", &path(&to)]),
        Order::OutputNamed => command.args(arguments).arg(path(&from)).args(["-o", &path(&to)]),
    };
    let output = command.output().expect("the program is there");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read(to).expect("a written file")
}

/// How a program is told its files.
#[derive(Clone, Copy)]
enum Order {
    Plain,
    Named,
    OutputNamed,
}

fn tiffcp(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    through("tiffcp", arguments, input, ("in.tif", "out.tif"), Order::Plain)
}

#[test]
fn what_libtiff_writes_comes_out_as_it_went_in() {
    if !has("tiffcp") {
        return;
    }
    let (ink, tones) = (bilevel_page(WIDTH, HEIGHT), page(WIDTH, HEIGHT));
    let fax = file_of(&[TiffPage::new(WIDTH, HEIGHT, 1, 1, 0).strips(HEIGHT, vec![packed(&ink, WIDTH, 0)])], false);
    let faxes: [&[&str]; 9] = [
        &["-c", "g3:1d"],
        &["-c", "g3:2d"],
        &["-c", "g3:1d:fill"],
        &["-c", "g3:2d:fill", "-r", "16"],
        &["-c", "g4", "-B"],
        &["-c", "g3:1d", "-f", "lsb2msb"],
        &["-8", "-c", "g3:2d"],
        &["-c", "packbits", "-t", "-w", "64", "-l", "32"],
        &["-8", "-c", "g4", "-t", "-w", "128", "-l", "128"],
    ];
    for arguments in faxes {
        let file = tiffcp(arguments, &fax);
        let facts = only(&file);
        assert_eq!(facts.samples, Samples::Bilevel, "{arguments:?}");
        assert_eq!(gray(&file).pixels, ink, "{arguments:?}");
        assert_eq!(repacked_gray(&file, &facts), ink, "{arguments:?}");
        damaged_everywhere(&file);
    }
    let colors: Vec<u8> = tones.iter().flat_map(|tone| [*tone, 255 - *tone, *tone / 3]).collect();
    let deep = |samples: &[u8]| samples.iter().map(|s| u16::from(*s) << 8 | 0x21).collect::<Vec<u16>>();
    let (mut gray8, mut rgb8, mut gray16, mut rgb16) =
        (Cursor::new(vec![]), Cursor::new(vec![]), Cursor::new(vec![]), Cursor::new(vec![]));
    TiffEncoder::new(&mut gray8).unwrap().write_image::<Gray8>(WIDTH, HEIGHT, &tones).unwrap();
    TiffEncoder::new(&mut rgb8).unwrap().write_image::<RGB8>(WIDTH, HEIGHT, &colors).unwrap();
    TiffEncoder::new(&mut gray16).unwrap().write_image::<Gray16>(WIDTH, HEIGHT, &deep(&tones)).unwrap();
    TiffEncoder::new(&mut rgb16).unwrap().write_image::<RGB16>(WIDTH, HEIGHT, &deep(&colors)).unwrap();
    let bright: Vec<u8> = colors.chunks_exact(3).map(luma).collect();
    let lossless: [&[&str]; 8] = [
        &["-c", "lzw:2"],
        &["-c", "zip:2", "-B"],
        &["-c", "lzw:2", "-p", "separate"],
        &["-c", "none", "-p", "separate", "-t", "-w", "64", "-l", "48"],
        &["-8", "-c", "zip", "-t", "-w", "64", "-l", "48"],
        &["-8", "-B", "-c", "none", "-r", "7"],
        &["-c", "packbits", "-r", "3"],
        &["-c", "lzw", "-p", "separate", "-B", "-r", "11"],
    ];
    for (what, input, expected, samples) in [
        ("grey", gray8.into_inner(), &tones, Samples::Gray8),
        ("colour", rgb8.clone().into_inner(), &bright, Samples::Rgb8),
        ("deep grey", gray16.into_inner(), &tones, Samples::Gray16),
        ("deep colour", rgb16.into_inner(), &bright, Samples::Rgb16),
    ] {
        for arguments in lossless {
            if what.starts_with("deep") && arguments.contains(&"separate") {
                // tiffcp takes samples of 8 bits apart only; `tiff.rs` makes such a file itself.
                continue;
            }
            let file = tiffcp(arguments, &input);
            let facts = only(&file);
            let what = format!("{what} {arguments:?}");
            assert_eq!((facts.samples, facts.conversion), (samples, None), "{what}");
            assert_close(&gray(&file).pixels, expected, 1, &what);
            assert_close(&repacked_gray(&file, &facts), expected, 1, &what);
        }
    }
    // Lossy: luma stays near.
    let jpegs: [&[&str]; 4] = [
        &["-c", "jpeg:95", "-r", "144"],
        &["-c", "jpeg:r:95", "-r", "48"],
        &["-c", "jpeg:95", "-r", "16"],
        &["-c", "jpeg:95", "-t", "-w", "64", "-l", "64"],
    ];
    for arguments in jpegs {
        let file = tiffcp(arguments, &rgb8.clone().into_inner());
        let found = gray(&file);
        let far = found.pixels.iter().zip(&bright).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
        assert!(far < 6 * bright.len() as u64, "{arguments:?}: {far}");
        assert_close(&repacked_gray(&file, &only(&file)), &found.pixels, 1, &format!("{arguments:?}"));
        // One strip whose tables lie in the directory is a JPEG once they are joined; its parts pass as they are.
        match only(&file).embedding {
            Embedding::Jpeg { components: 3, ranges } => {
                assert_eq!((arguments, ranges.len()), (jpegs[0], 2));
                let parts = ranges.iter().flat_map(|part| &file[part.start as usize..part.end as usize]);
                assert_close(&gray(&parts.copied().collect::<Vec<u8>>()).pixels, &found.pixels, 1, "joined");
            }
            embedding => assert_eq!((embedding, arguments != jpegs[0]), (Embedding::Repack, true), "{arguments:?}"),
        }
        damaged_everywhere(&file);
    }
}

#[test]
fn what_libwebp_and_openjpeg_write_without_loss_comes_out_as_it_went_in() {
    if !has("cwebp") || !has("opj_compress") {
        return;
    }
    for (width, height) in [(WIDTH, HEIGHT), (37, 21)] {
        let tones = page(width, height);
        let colors: Vec<u8> = tones.iter().flat_map(|tone| [*tone, 255 - *tone, *tone / 3]).collect();
        let bright: Vec<u8> = colors.chunks_exact(3).map(luma).collect();
        let rows: Vec<u8> =
            colors.chunks(width as usize * 3).flat_map(|row| std::iter::once(0).chain(row.iter().copied())).collect();
        let data = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6);
        let input = png_of_chunks(&[ihdr(width, height, 8, 2, 0), (*b"IDAT", data)]);
        let files = [
            ("WebP", through("cwebp", &["-quiet", "-lossless"], &input, ("in.png", "out.webp"), Order::OutputNamed)),
            ("JP2", through("opj_compress", &["-n", "4"], &input, ("in.png", "out.jp2"), Order::Named)),
            ("J2K", through("opj_compress", &["-n", "3"], &input, ("in.png", "out.j2k"), Order::Named)),
            (
                "tiles",
                through("opj_compress", &["-n", "3", "-t", "20,64"], &input, ("in.png", "out.jp2"), Order::Named),
            ),
        ];
        for (what, file) in files {
            let facts = only(&file);
            assert_eq!((facts.width, facts.height, facts.samples), (width, height, Samples::Rgb8), "{what}");
            assert_eq!(facts.embedding, Embedding::Repack, "{what}");
            assert_close(&gray(&file).pixels, &bright, 1, what);
            assert_close(&repacked_gray(&file, &facts), &bright, 1, what);
            if what == "WebP" {
                cut_everywhere(&file, file.len());
            }
            if width < WIDTH {
                damaged_everywhere(&file);
            }
        }
    }
}
