//! Runs: the lines of a page, cut where columns part, with their place as if the page lay level.

use sohoa_model::fold;
use sohoa_model::page_text::{BlockRole, PageText, TextLine, Word};

/// A gap wider than this many heights of a word parts columns; dots left for a hand to fill in are narrower.
const GAP: f32 = 1.5;

/// The most runs of a line that are put together again.
const RUNS: usize = 8;

/// Folded words that a state's name or motto begins with.
const MOTTO_STARTS: [[&str; 2]; 3] = [["cong", "hoa"], ["doc", "lap"], ["viet", "nam"]];

/// Parts of a state's name or motto, folded, without blanks.
const MOTTO: [&str; 5] = ["conghoaxahoi", "chunghiavietnam", "danchuconghoa", "tudohanhphuc", "doclaptudo"];

/// A word with the angle of its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) word: &'a Word,
    pub(super) angle: f32,
}

/// Words of a line that belong together.
#[derive(Debug, Clone)]
pub(super) struct Run<'a> {
    pub(super) words: Vec<Piece<'a>>,
    /// Which line of the page it is of, counted in reading order.
    pub(super) line: usize,
    /// Which run of its line it is.
    pub(super) place: usize,
    pub(super) role: BlockRole,
    pub(super) left: f32,
    pub(super) right: f32,
    /// Y of its baseline.
    pub(super) base: f32,
    /// Height of its tallest word.
    pub(super) tall: f32,
    /// Its words in lower case without marks, parted by a blank.
    pub(super) folded: String,
    /// The letters and digits of `folded`.
    pub(super) bare: String,
}

impl Run<'_> {
    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.left, self.right)
    }

    /// Whether it has next to no letters: a rule, a speck.
    pub(super) fn is_noise(&self) -> bool {
        self.bare.chars().filter(|c| c.is_alphabetic()).count() < 2
    }

    /// Whether it is a state's name or motto, or a part of one.
    pub(super) fn is_motto(&self) -> bool {
        MOTTO.iter().any(|part| self.bare.contains(part))
    }

    /// Whether its letters are capitals but for a few.
    pub(super) fn is_capital(&self) -> bool {
        let letters = || self.words.iter().flat_map(|piece| piece.word.text.chars());
        let capital = letters().filter(|c| c.is_uppercase()).count();
        capital > 1 && letters().filter(|c| c.is_lowercase()).count() * 5 <= capital
    }

    /// Whether it begins with some folded words.
    pub(super) fn starts(&self, words: &str) -> bool {
        starts(&self.folded, words)
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right
    }
}

/// Whether a folded text begins with some folded words, as words.
pub(super) fn starts(folded: &str, words: &str) -> bool {
    folded.strip_prefix(words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// A word in lower case without marks.
pub(super) fn folded(text: &str) -> String {
    fold::letters(text).collect()
}

/// A page as runs, from top to bottom.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) runs: Vec<Run<'a>>,
    /// The runs of each line, by their places in `runs`.
    lines: Vec<Vec<usize>>,
    /// Y of the lowest line of the state's name and motto, if the page has them.
    pub(super) motto: Option<f32>,
}

impl<'a> Sheet<'a> {
    /// The runs of a page; `None` if the page has no size, so that nothing can be said of its parts.
    pub(super) fn of(text: &'a PageText) -> Option<Self> {
        if text.width == 0 || text.height == 0 {
            return None;
        }
        let lines = || text.blocks.iter().flat_map(|block| block.lines.iter().map(move |line| (block.role, line)));
        let mut angles: Vec<f32> = lines().filter(|(_, line)| line.words.len() > 1).map(|(_, l)| l.angle).collect();
        angles.sort_by(f32::total_cmp);
        // The usual angle of the lines is the page's; papers are never far from level.
        let angle = angles.get(angles.len() / 2).copied().filter(|angle| angle.abs() < 15.0).unwrap_or(0.0);
        let mut runs: Vec<Run<'a>> = Vec::new();
        for (place, (role, line)) in lines().enumerate() {
            let mut of_line = 0;
            cut(line, |words| {
                let found = run(words, line.angle, angle, (place, of_line), role);
                of_line += usize::from(found.is_some());
                runs.extend(found);
            });
        }
        runs.sort_by(|a, b| a.base.total_cmp(&b.base));
        let mut of_lines = vec![Vec::new(); lines().count()];
        let mut order: Vec<usize> = (0..runs.len()).collect();
        order.sort_by_key(|place| runs[*place].place);
        for place in order {
            of_lines[runs[place].line].push(place);
        }
        let (width, height) = (text.width as f32, text.height as f32);
        let head = runs.iter().filter(|run| run.base < height * 0.4 && run.is_motto());
        let motto = head.map(|run| run.base).reduce(f32::max);
        Some(Self { width, height, runs, lines: of_lines, motto })
    }

    /// The words of a line from a run of it on: what was cut there may belong together after all.
    pub(super) fn rest_of_line(&self, run: &Run<'a>) -> Vec<Piece<'a>> {
        let rest = self.lines[run.line][run.place..].iter().take(RUNS);
        rest.flat_map(|place| self.runs[*place].words.iter().copied()).collect()
    }
}

/// Hands over the words of a line, cut at wide gaps and before a state's name or motto.
fn cut<'a>(line: &'a TextLine, mut take: impl FnMut(&'a [Word])) {
    let mut start = 0;
    for (i, pair) in line.words.windows(2).enumerate() {
        let tall = (pair[0].ascent + pair[0].descent).max(pair[1].ascent + pair[1].descent);
        let wide = pair[1].x - (pair[0].x + pair[0].width) > tall * GAP;
        let motto = line.words.get(i + 2).is_some_and(|second| {
            // Only capitals: running text has these words too.
            pair[1].text.starts_with(char::is_uppercase)
                && MOTTO_STARTS.iter().any(|s| folded(&pair[1].text) == s[0] && folded(&second.text) == s[1])
        }) && starts_motto(&line.words[i + 1..]);
        if wide || motto {
            take(&line.words[start..=i]);
            start = i + 1;
        }
    }
    take(&line.words[start..]);
}

/// Whether the first words of a few are a state's name or motto.
fn starts_motto(words: &[Word]) -> bool {
    let bare: String =
        words.iter().take(8).flat_map(|word| fold::letters(&word.text)).filter(|c| c.is_alphanumeric()).collect();
    ["conghoaxahoi", "vietnamdanchuconghoa", "doclaptudo"].iter().any(|part| bare.starts_with(part))
}

fn run<'a>(words: &'a [Word], own: f32, angle: f32, (line, place): (usize, usize), role: BlockRole) -> Option<Run<'a>> {
    let (first, last) = (words.first()?, words.last()?);
    let (sin, cos) = angle.to_radians().sin_cos();
    let level = |x: f32, y: f32| (x * cos - y * sin, x * sin + y * cos);
    let (left, base) = level(first.x, first.y);
    let folded = words.iter().map(|word| folded(&word.text)).collect::<Vec<_>>().join(" ");
    Some(Run {
        words: words.iter().map(|word| Piece { word, angle: own }).collect(),
        line,
        place,
        role,
        left,
        right: level(last.x + last.width, last.y).0,
        base,
        tall: words.iter().map(|word| word.ascent + word.descent).fold(0.0, f32::max),
        bare: folded.chars().filter(|c| c.is_alphanumeric()).collect(),
        folded,
    })
}
