//! False alarms and misses of the look of a page, counted over all made pages: as they are, and each spoilt in turn.

mod made;

use sohoa_imaging::normalise::InkMap;
use sohoa_imaging::quality::Look;
use sohoa_imaging::skew;
use sohoa_imaging::thumbnail::{Picture, Samples, Shrink};
use sohoa_model::frame::GrayImage;
use sohoa_model::geometry::Dpi;
use sohoa_model::{Finding, Severity};

fn warnings(image: &GrayImage, dpi: Dpi) -> Vec<Finding> {
    let map = InkMap::of(image);
    let look = Look::of(image, &map, skew::estimate(&map), Some(dpi));
    look.findings().into_iter().filter(|finding| finding.severity > Severity::Note).collect()
}

/// Means of five pixels across and down, three times over: a lens well out of focus.
fn out_of_focus(image: &GrayImage) -> GrayImage {
    let (width, height) = (image.width as usize, image.height as usize);
    let mut pixels = image.pixels.clone();
    for _ in 0..3 {
        for stride in [1, width] {
            let before = pixels.clone();
            for at in 2 * stride..(width * height).saturating_sub(2 * stride) {
                let sum: u32 = (0..5).map(|n| u32::from(before[at + n * stride - 2 * stride])).sum();
                pixels[at] = (sum / 5) as u8;
            }
        }
    }
    GrayImage { width: image.width, height: image.height, pixels }
}

/// What is left if the sheet lay too far to one side: the first letters of most lines are cut.
fn cut_at_the_left(image: &GrayImage) -> Option<GrayImage> {
    let map = InkMap::of(image);
    let column_of = |y: usize| (0..map.width).find(|&x| map.at(x, y) && map.at(x + 1, y));
    let mut starts: Vec<usize> = (0..map.height).filter_map(column_of).filter(|x| *x > 8).collect();
    starts.sort_unstable();
    // Far enough in for a quarter of the inked rows to be cut.
    let cut = starts.get(starts.len() / 4).filter(|_| starts.len() > 150)? * map.scale as usize + 14;
    let width = image.width as usize;
    let pixels = image.pixels.chunks(width).flat_map(|row| row[cut..].to_vec()).collect();
    Some(GrayImage { width: (width - cut) as u32, height: image.height, pixels })
}

#[test]
fn good_pages_pass_and_spoilt_ones_are_told() {
    let pages = made::pages();
    assert!(pages.len() >= 60, "{} pages", pages.len());
    let (mut alarmed, mut focus, mut cut, mut dark) = (0, (0, 0), (0, 0), (0, 0));
    for (number, (name, image, dpi)) in pages.iter().enumerate() {
        let found = warnings(image, *dpi);
        if !found.is_empty() {
            alarmed += 1;
            println!("{name}: {found:?}");
        }
        let has = |image: &GrayImage, codes: &[&str]| {
            warnings(image, *dpi).iter().any(|finding| codes.contains(&finding.code.as_str()))
        };
        // Every other page is spoilt: enough to count, and half the time.
        if number % 2 == 1 {
            continue;
        }
        let map = InkMap::of(image);
        if map.share() > 0.01 {
            focus.1 += 1;
            if has(&out_of_focus(image), &["soft-focus", "blurred"]) {
                focus.0 += 1;
            } else {
                println!("{name}: not told out of focus");
            }
            if let Some(spoilt) = cut_at_the_left(image) {
                cut.1 += 1;
                if has(&spoilt, &["text-cut-off"]) {
                    cut.0 += 1;
                } else {
                    println!("{name}: not told cut");
                }
            }
        }
        let mut spoilt = image.clone();
        spoilt.pixels.iter_mut().for_each(|value| *value /= 4);
        let bilevel = image.pixels.iter().all(|value| matches!(value, 0 | 255));
        if !bilevel {
            dark.1 += 1;
            dark.0 += u32::from(has(&spoilt, &["too-dark"]));
        }
    }
    println!(
        "{} made pages: false alarms on {alarmed}; told: out of focus {}/{}, cut off {}/{}, too dark {}/{}",
        pages.len(),
        focus.0,
        focus.1,
        cut.0,
        cut.1,
        dark.0,
        dark.1
    );
    assert!(alarmed * 20 <= pages.len(), "false alarms on {alarmed} of {} pages", pages.len());
    assert!(focus.0 * 10 >= focus.1 * 9 && focus.1 > 20, "{focus:?}");
    assert!(cut.0 * 10 >= cut.1 * 9 && cut.1 > 20, "{cut:?}");
    assert_eq!(dark.0, dark.1);
}

/// A page in small, as a device would have given it turned by `degrees` and moved down by `moved` pixels.
fn scanned(image: &GrayImage, degrees: f32, moved: usize) -> Option<Picture> {
    let image = if degrees == 0.0 { image.clone() } else { skew::Straightened::of(image, degrees).image };
    let width = image.width as usize;
    let mut shrink = Shrink::new(Samples::Gray, image.width, image.height - moved as u32, width);
    shrink.rows(&image.pixels[moved * width..]);
    shrink.finish()
}

#[test]
fn a_sheet_that_went_through_twice_is_told_from_the_next_one() {
    let pages: Vec<_> = made::pages().into_iter().filter(|(_, image, _)| image.width > 600).collect();
    let small: Vec<_> = pages.iter().filter_map(|(_, image, _)| scanned(image, 0.0, 0)).collect();
    let words: Vec<_> = small.iter().map(Picture::words).collect();
    let (mut told, mut of, mut alarms, mut pairs) = (0, 0, 0, 0);
    let mut nearest: f32 = 0.0;
    for (at, (name, image, dpi)) in pages.iter().enumerate() {
        if small[at].is_blank() {
            continue;
        }
        // Half a degree, and 2 mm lower.
        if let Some(again) = scanned(image, 0.5, (dpi.0 / 12.7) as usize) {
            of += 1;
            let again = again.words();
            if words[at].show_the_same(&again) {
                told += 1;
            } else {
                println!("not told: {name} {}", words[at].likeness(&again));
            }
        }
        // Pages of one dossier and of its neighbours: what lies in one stack.
        for other in at + 1..pages.len().min(at + 9) {
            let likeness = words[at].likeness(&words[other]);
            pairs += 1;
            if words[at].show_the_same(&words[other]) {
                alarms += 1;
                println!("alarm: {name} and {} {likeness}", pages[other].0);
            } else {
                nearest = nearest.max(likeness);
            }
        }
    }
    println!("doubled sheets: {told} of {of} told; {alarms} false alarms in {pairs} pairs, the nearest {nearest:.2}");
    assert!(alarms == 0, "{alarms} false alarms in {pairs} pairs");
    assert!(told * 4 >= of * 3, "{told} of {of} told");
}
