//! The gutter: where two pages that lie on one image meet.
//!
//! It is told from a picture in small, and only where it is plain to see: the shadow of an open book from the upper edge to
//! the lower one. Else the middle it is, moved only if it would run through ink and a strip of bare paper lies near.

use sohoa_model::part::{Run, Share};

use crate::thumbnail::Picture;

/// Between these shares of the length the gutter is looked for.
const NEAR: (f32, f32) = (0.35, 0.65);
/// By how much ink or a shadow is darker than the paper beside it, of 255.
const DARKER: u8 = 40;
/// Share of a line that is dark in the shadow of a gutter; rules of a table leave the margins free.
const SHADOW: f32 = 0.97;
/// Share of a line that may be dark where there is bare paper: dust.
const BARE: f32 = 0.01;
/// Share of the length that a strip of bare paper takes at least.
const STRIP: f32 = 0.015;

/// Where a cut should run through a page as it stands: in the shadow of the gutter, else in the middle or through the bare
/// paper next to it.
pub fn find(page: &Picture, run: Run) -> Share {
    let dark = dark_shares(page, run);
    let length = dark.len();
    let at = |share: f32| (length as f32 * share) as usize;
    let (first, last) = (at(NEAR.0), at(NEAR.1).min(length));
    if last <= first {
        return Share::MIDDLE;
    }
    let middle = length / 2;
    let off = |line: usize| line.abs_diff(middle);
    let share = |line: f32| Share((line / length as f32 * 1e6) as u32);
    let shadow = runs(&dark[first..last], |dark| dark >= SHADOW);
    if let Some((from, to)) = shadow.into_iter().min_by_key(|(from, to)| off(first + (from + to) / 2)) {
        return share((first + from + first + to) as f32 / 2.0);
    }
    let strips = runs(&dark[first..last], |dark| dark <= BARE);
    let strips = strips.into_iter().map(|(from, to)| (first + from, first + to));
    let wide = |(from, to): &(usize, usize)| (to - from) as f32 >= length as f32 * STRIP;
    let distance = |&(from, to): &(usize, usize)| if (from..to).contains(&middle) { 0 } else { off(from).min(off(to)) };
    match strips.filter(wide).min_by_key(distance) {
        Some((from, to)) if !(from..to).contains(&middle) => share((from + to) as f32 / 2.0),
        _ => Share::MIDDLE,
    }
}

/// For each line along the cut, from the left or the upper edge, the share of it that is darker than its paper.
fn dark_shares(page: &Picture, run: Run) -> Vec<f32> {
    let (width, height) = (page.width as usize, page.height as usize);
    let grey = |x: usize, y: usize| page.pixels[(y * width + x) * 3 + 1];
    let (length, breadth) = if run == Run::Upright { (width, height) } else { (height, width) };
    let mut dark = vec![0_usize; length];
    let mut across = Vec::with_capacity(length);
    for j in 0..breadth {
        across.clear();
        across.extend((0..length).map(|i| if run == Run::Upright { grey(i, j) } else { grey(j, i) }));
        let mut sorted = across.clone();
        sorted.sort_unstable();
        // Paper is what most of a line is made of; both pages are in it.
        let paper = sorted.get(length * 7 / 10).copied().unwrap_or(255);
        let level = paper.saturating_sub(DARKER);
        across.iter().zip(&mut dark).for_each(|(&pixel, dark)| *dark += usize::from(pixel < level));
    }
    dark.into_iter().map(|dark| dark as f32 / breadth.max(1) as f32).collect()
}

/// Neighbours of which something is so: the first, and one past the last.
fn runs(values: &[f32], is_so: impl Fn(f32) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, &value) in values.iter().enumerate() {
        match found.last_mut() {
            Some((_, end)) if *end == at && is_so(value) => *end = at + 1,
            _ if is_so(value) => found.push((at, at + 1)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use sohoa_model::geometry::Rotation;

    use super::*;

    /// Two pages of 140 × 200 on one image, with lines of words from `left` to `right` across both but for a strip.
    fn spread(strip: std::ops::Range<u32>, shadow: Option<u32>) -> Picture {
        let (width, height) = (280_u32, 200_u32);
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| {
            let in_line = (20..180).contains(&y) && y % 8 < 3 && (20..260).contains(&x) && x % 11 < 8;
            let dark = shadow.is_some_and(|at| x.abs_diff(at) < 3);
            [match (dark, in_line && !strip.contains(&x)) {
                (true, _) => 90_u8,
                (_, true) => 60,
                _ => 230,
            }; 3]
        });
        Picture { width, height, pixels: pixels.collect() }
    }

    fn near(found: Share, expected: f32) -> bool {
        (found.0 as f32 / 1e6 - expected).abs() < 0.01
    }

    #[test]
    fn the_shadow_of_a_book_is_found_whichever_way_it_lies() {
        let book = spread(120..140, Some(123));
        assert!(near(find(&book, Run::Upright), 123.0 / 280.0), "{:?}", find(&book, Run::Upright));
        let turned = book.turned(Rotation::Quarter);
        assert!(near(find(&turned, Run::Across), 123.0 / 280.0));
    }

    #[test]
    fn ink_is_not_cut_where_bare_paper_lies_near_and_the_middle_stays_where_it_is_bare() {
        let aside = find(&spread(146..166, None), Run::Upright);
        assert!(near(aside, 156.0 / 280.0), "{aside:?}");
        assert_eq!(find(&spread(120..150, None), Run::Upright), Share::MIDDLE);
        // Words all across: nothing is better than the middle.
        assert_eq!(find(&spread(0..0, None), Run::Upright), Share::MIDDLE);
    }

    #[test]
    fn a_rule_of_a_table_is_no_gutter() {
        let mut page = spread(0..280, None);
        for y in 16..184 {
            let at = (y * 280 + 120) * 3;
            page.pixels[at..at + 9].fill(40);
        }
        assert_eq!(find(&page, Run::Upright), Share::MIDDLE);
        let tiny = Picture { width: 1, height: 1, pixels: vec![255; 3] };
        assert_eq!(find(&tiny, Run::Upright), Share::MIDDLE);
    }
}
