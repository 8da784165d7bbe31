//! A suspicion about orientation: whether the lines of a page run down instead of across.
//!
//! It costs two passes over an ink map, so that the expensive detection by the engine is asked about suspects only.

use crate::normalise::InkMap;

/// How much stronger the stripes across must be in the suspected direction.
const STRONGER: f64 = 1.6;

/// Whether lines seem to run from top to bottom: the page lies on its side.
pub fn seems_sideways(map: &InkMap) -> bool {
    across_and_down(map).is_some_and(|(across, down)| down > across * STRONGER)
}

/// Whether lines run rather from top to bottom than across, as those of old Chinese papers do.
pub fn runs_down(map: &InkMap) -> bool {
    across_and_down(map).is_some_and(|(across, down)| down > across)
}

/// Strength of the stripes that lines across, and lines down, make; `None` without enough ink.
fn across_and_down(map: &InkMap) -> Option<(f64, f64)> {
    let (mx, my) = (map.width / 12, map.height / 12);
    if map.width < 60 || map.height < 60 {
        return None;
    }
    let mut rows = vec![0_u32; map.height - 2 * my];
    let mut columns = vec![0_u32; map.width - 2 * mx];
    for (y, row) in rows.iter_mut().enumerate() {
        for (x, column) in columns.iter_mut().enumerate() {
            if map.at(x + mx, y + my) {
                *row += 1;
                *column += 1;
            }
        }
    }
    if rows.iter().map(|&n| u64::from(n)).sum::<u64>() < 300 {
        return None;
    }
    Some((stripes(&rows, columns.len()), stripes(&columns, rows.len())))
}

/// Strength of stripes: the mean square of the change from one row to the third next, relative to full ink.
fn stripes(profile: &[u32], full: usize) -> f64 {
    let changes = profile.windows(4).map(|w| (f64::from(w[3]) - f64::from(w[0])) / full as f64);
    let n = profile.len().saturating_sub(3).max(1) as f64;
    changes.map(|change| change * change).sum::<f64>() / n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(width: usize, height: usize, ink: impl Fn(usize, usize) -> bool) -> InkMap {
        let ink = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| ink(x, y)).collect();
        InkMap { width, height, scale: 1, ink }
    }

    #[test]
    fn lines_across_are_upright_and_lines_down_are_sideways() {
        let text = |along: usize, over: usize| over % 16 < 6 && (along * 7 + over / 16 * 13) % 31 < 20;
        assert!(!seems_sideways(&lines(700, 990, text)) && !runs_down(&lines(700, 990, text)));
        assert!(runs_down(&lines(700, 990, |x, y| text(y, x))));
        assert!(seems_sideways(&lines(700, 990, |x, y| text(y, x))));
        assert!(seems_sideways(&lines(990, 700, |x, y| text(y, x))));
    }

    #[test]
    fn nothing_is_suspected_without_ink() {
        assert!(!seems_sideways(&lines(700, 990, |_, _| false)));
        assert!(!seems_sideways(&lines(10, 10, |_, _| true)));
    }
}
