//! The samples in the repository are what the generator makes, and hang together with the inventory.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use sohoa_sample_scans::files::{self, Pixels};
use sohoa_sample_scans::fonts::{FOLDERS, FontError, Fonts};
use sohoa_sample_scans::{checksum_line, holdings, produce_dossier, produce_papers};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sums() -> String {
    fs::read_to_string(samples().join("SHA256SUMS")).expect("the checksums are in the repository")
}

/// The fonts that the samples were made with, or why there is nothing to compare.
fn fonts() -> Result<Fonts, String> {
    match Fonts::load(&FOLDERS.map(PathBuf::from)) {
        Ok(fonts) if sums().starts_with(&format!("# fonts {}\n", fonts.digest())) => Ok(fonts),
        Ok(_) => Err("the samples were made with other versions of the fonts".to_owned()),
        Err(error @ FontError::Missing { .. }) => Err(error.to_string()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_sample_is_listed_with_its_checksum_and_nothing_else_lies_there() {
    let mut found = String::new();
    let mut folders = vec![samples().join("pages"), samples().join("truth")];
    let mut paths = vec![samples().join("inventory.xlsx")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { paths.push(path) }
        }
    }
    let mut size = 0;
    let mut lines: Vec<String> = Vec::new();
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        size += bytes.len();
        let path = path.strip_prefix(samples()).unwrap().to_str().unwrap().to_owned();
        lines.push(checksum_line(&sohoa_sample_scans::Product { path, bytes }));
    }
    lines.sort_by(|a, b| a[66..].cmp(&b[66..]));
    found.push_str(&lines.concat());
    let sums = sums();
    assert_eq!(sums.split_once('\n').unwrap().1, found);
    assert!(size <= 12_000_000, "{size} bytes");
}

#[test]
fn the_generator_makes_the_same_bytes_again() {
    for product in produce_papers().unwrap() {
        assert!(sums().contains(&checksum_line(&product)), "{}", product.path);
    }
    let fonts = match fonts() {
        Ok(fonts) => fonts,
        Err(why) => {
            eprintln!("skipped: {why}");
            return;
        }
    };
    for code in ["H49.61.8.2018.05", "RSB.F04.1934.051", "H49.61.9.2012.04"] {
        for product in produce_dossier(&fonts, code).unwrap() {
            assert!(sums().contains(&checksum_line(&product)), "{}", product.path);
        }
    }
}

#[test]
fn the_inventory_expects_the_pages_that_lie_there_but_for_one_dossier() {
    let mut pages: BTreeMap<String, u32> = BTreeMap::new();
    for line in sums().lines() {
        if let Some((code, _)) = line.split_once("  truth/").and_then(|(_, path)| path.split_once('/')) {
            *pages.entry(code.to_owned()).or_default() += 1;
        }
    }
    assert!(pages.values().sum::<u32>() >= 60);
    let inventory = holdings::inventory();
    assert!(inventory.len() >= 3 * pages.len());
    let short: Vec<(&str, u32, u32)> = inventory
        .iter()
        .filter_map(|dossier| {
            let there = *pages.get(&dossier.code)?;
            (there != dossier.pages).then_some((dossier.code.as_str(), there, dossier.pages))
        })
        .collect();
    assert_eq!(short, [("H49.61.9.2012.09", 4, 5)]);
    assert_eq!(holdings::scanned().count(), pages.len());
    let mut codes: Vec<&str> = inventory.iter().map(|dossier| dossier.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), inventory.len());
}

#[test]
fn a_bilevel_file_gives_back_its_pages() {
    let page = |black: std::ops::Range<usize>| {
        let (width, height) = (37, 21);
        let rgb = (0..width * height).flat_map(|i| if black.contains(&i) { [0; 3] } else { [255; 3] }).collect();
        Pixels { width, height, rgb }
    };
    let pages = [page(0..40), page(100..101), page(0..0)];
    let bytes = files::tiff(&pages).unwrap();
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).unwrap();
    for (i, page) in pages.iter().enumerate() {
        if i > 0 {
            decoder.next_image().unwrap();
        }
        assert_eq!(decoder.dimensions().unwrap(), (37, 21));
        let tiff::decoder::DecodingResult::U8(bits) = decoder.read_image().unwrap() else { panic!("not bits") };
        for y in 0..page.height {
            for x in 0..page.width {
                let black = bits[y * page.width.div_ceil(8) + x / 8] >> (7 - x % 8) & 1 == 0;
                assert_eq!(black, page.rgb[(y * page.width + x) * 3] == 0, "page {i}, {x}, {y}");
            }
        }
    }
    assert!(decoder.next_image().is_err());
}
