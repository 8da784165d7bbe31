//! A collation: what the pages of one document say of their own order, by the numbers printed on them and by their texts.
//!
//! [`Collation::add`] takes the pages in their order and keeps little of each; [`Collation::findings`] tells numbers that
//! are missing or out of order, and pages that say what an earlier page says. A number counts only if it stands by
//! itself in the head or the foot of its page, and a gap only if the pages on both sides agree on it: recognition
//! misreads a number now and then, and a new paper begins at 1 again.

use sohoa_model::Finding;
use sohoa_model::page_text::{PageText, TextLine};

use crate::fold::fold;

/// Share of the page's height at its top and at its bottom in which its number stands.
const MARGIN: f32 = 0.1;
/// Pages in a row that agree on their numbering before it is believed.
const AGREEING: usize = 2;
/// Numbers missing at one place, up to which a gap is believed.
const WIDEST_GAP: i64 = 50;
/// Pages with fewer pairs of words say too little to be compared.
const FEW_PAIRS: usize = 25;
/// Hashes that stand for the text of a page.
const MINIMA: usize = 256;
/// Two ways to repeat a page: the least share of common word pairs, the fewest numbers, the least share of common ones.
///
/// Papers of one form have the same words and other dates and numbers; pages of a table that is hard to read have few
/// pairs of words in common, but most of their many numbers.
const WAYS: [(f32, usize, f32); 3] = [(0.72, 0, 0.35), (0.5, 8, 0.55), (0.72, 0, 0.0)];
/// Pages with fewer numbers are not told apart by them: the last of [`WAYS`] is theirs.
const FEW_NUMBERS: usize = 4;

/// What the pages of a document say of their own order.
#[derive(Debug, Clone, Default)]
pub struct Collation {
    pages: Vec<Sketch>,
}

/// What is kept of a page.
#[derive(Debug, Clone, Default)]
struct Sketch {
    /// The number printed on it.
    number: Option<i64>,
    /// The least hash of its word pairs under each of many orders; `None` if it has few words.
    minima: Option<Box<[u32; MINIMA]>>,
    /// Hashes of the different words that begin with a digit, sorted.
    numbers: Vec<u32>,
    /// The image that it was taken from.
    frame: usize,
}

impl Sketch {
    fn of(text: &PageText) -> Self {
        let words = text.words().map(|word| fold(&word.text));
        let mut numbers: Vec<u32> = words
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .map(|word| mixed(fnv(word.bytes())))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self { number: printed_number(text), minima: minima(text), numbers, frame: 0 }
    }

    /// Whether two pages say nearly the same.
    fn repeats(&self, other: &Self) -> bool {
        let (Some(minima), Some(others)) = (&self.minima, &other.minima) else { return false };
        let common = minima.iter().zip(others.iter()).filter(|(a, b)| a == b).count();
        let pairs = common as f32 / MINIMA as f32;
        let common = self.numbers.iter().filter(|number| other.numbers.binary_search(number).is_ok()).count();
        let most = self.numbers.len().max(other.numbers.len());
        let share = common as f32 / most.max(1) as f32;
        let ways = if most < FEW_NUMBERS { &WAYS[2..] } else { &WAYS[..2] };
        ways.iter().any(|&(least, numbers, common)| pairs >= least && most >= numbers && share >= common)
    }
}

impl Collation {
    /// Takes the next page; `None` if there is no text on it. Pages of one `frame` are no sheet that went through twice,
    /// however alike they are.
    pub fn add(&mut self, text: Option<&PageText>, frame: usize) {
        self.pages.push(Sketch { frame, ..text.map(Sketch::of).unwrap_or_default() });
    }

    /// What a person should look at, each with the place of its page, from 0, in the order of the pages.
    pub fn findings(&self) -> Vec<(usize, Finding)> {
        let mut findings = self.numbering();
        findings.extend(self.repeated());
        findings.sort_by_key(|(place, _)| *place);
        findings
    }

    /// Places where the printed numbers leave some out or fall back.
    fn numbering(&self) -> Vec<(usize, Finding)> {
        let numbered = self.pages.iter().enumerate().filter_map(|(place, page)| Some((place as i64, page.number?)));
        let mut runs: Vec<Run> = Vec::new();
        for (place, number) in numbered {
            match runs.last_mut() {
                Some(run) if run.offset == number - place => (run.last, run.pages) = (place, run.pages + 1),
                _ => runs.push(Run { offset: number - place, first: place, last: place, pages: 1 }),
            }
        }
        let mut findings = swapped(&runs);
        // A page by itself is misread more often than missing.
        runs.retain(|run| run.pages >= AGREEING);
        let mut merged: Vec<Run> = Vec::new();
        for run in runs {
            match merged.last_mut() {
                Some(before) if before.offset == run.offset => before.last = run.last,
                _ => merged.push(run),
            }
        }
        for pair in merged.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            let (last, next) = (before.last + before.offset, after.first + after.offset);
            let missing = after.offset - before.offset;
            let place = usize::try_from(after.first).unwrap_or(0);
            if (1..=WIDEST_GAP).contains(&missing) {
                findings.push((place, Finding::warn("page-number-gap", format!("{last} → {next}"))));
            } else if missing < 0 && next > 2 {
                findings.push((place, Finding::warn("page-number-back", format!("{last} → {next}"))));
            }
        }
        findings
    }

    /// Pages that say what an earlier one says.
    fn repeated(&self) -> Vec<(usize, Finding)> {
        let mut findings = Vec::new();
        for (place, page) in self.pages.iter().enumerate() {
            let earlier = self.pages[..place].iter().position(|other| other.frame != page.frame && page.repeats(other));
            if let Some(earlier) = earlier {
                findings.push((place, Finding::warn("near-duplicate", (earlier + 1).to_string())));
            }
        }
        findings
    }
}

/// Pages in a row whose printed numbers go on by one.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Printed number less place.
    offset: i64,
    first: i64,
    last: i64,
    pages: usize,
}

/// Two neighbours that bear each other's number between pages that agree.
fn swapped(runs: &[Run]) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    for four in runs.windows(4) {
        let [before, one, other, after] = four else { continue };
        let lone = one.pages == 1 && other.pages == 1 && other.first == one.first + 1;
        let agree = before.offset == after.offset && before.pages >= AGREEING;
        if lone && agree && one.offset == before.offset + 1 && other.offset == before.offset - 1 {
            let (number, next) = (one.first + one.offset, other.first + other.offset);
            let place = usize::try_from(one.first).unwrap_or(0);
            findings.push((place, Finding::warn("page-number-back", format!("{number} → {next}"))));
        }
    }
    findings
}

/// The number in the head or the foot of a page: a line of its own, `7`, `- 7 -`, `Trang 7`, `7/12`.
fn printed_number(text: &PageText) -> Option<i64> {
    let height = text.height as f32;
    let at_edge = |line: &&TextLine| {
        line.words.first().is_some_and(|word| word.y < MARGIN * height || word.y > (1.0 - MARGIN) * height)
    };
    let mut numbers = text.blocks.iter().flat_map(|block| &block.lines).filter(at_edge).filter_map(number_of);
    let number = numbers.next()?;
    // Two numbers of their own: who can say which is that of the page.
    numbers.next().is_none().then_some(number)
}

fn number_of(line: &TextLine) -> Option<i64> {
    let text = line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ").to_lowercase();
    let text = text.trim_matches(|c: char| c.is_whitespace() || "-–—_.~|·".contains(c));
    let text = ["trang", "page", "tr.", "p."].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text).trim();
    let number = text.split_once(['/', '|']).map_or(text, |(number, _)| number.trim());
    let digits = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    number.parse().ok().filter(|number| digits && *number > 0)
}

/// The least hashes of the pairs of words of a page, which two pages have in common as often as pairs (Broder 1997).
fn minima(text: &PageText) -> Option<Box<[u32; MINIMA]>> {
    let words: Vec<String> = text.words().map(|word| fold(&word.text)).filter(|word| !word.is_empty()).collect();
    if words.len() <= FEW_PAIRS {
        return None;
    }
    let mut minima = Box::new([u32::MAX; MINIMA]);
    for pair in words.windows(2) {
        let hash = fnv(pair[0].bytes().chain([b' ']).chain(pair[1].bytes()));
        for (order, least) in (1_u64..).zip(minima.iter_mut()) {
            *least = (*least).min(mixed(hash ^ order.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        }
    }
    Some(minima)
}

/// FNV-1a, 64 bits.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The last steps of SplitMix64, which spread every bit over all.
fn mixed(value: u64) -> u32 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value >> 32) as u32
}

#[cfg(test)]
mod tests {
    use sohoa_model::page_text::{BlockRole, TextBlock, Word};

    use super::*;

    /// A page of 1000 by 1400 pixels with a number at its head and a text.
    fn page(head: &str, text: &str) -> PageText {
        let line = |y: f32, text: &str| TextLine {
            angle: 0.0,
            words: text
                .split_whitespace()
                .map(|text| Word {
                    text: text.to_owned(),
                    confidence: 90.0,
                    x: 100.0,
                    y,
                    width: 50.0,
                    ascent: 20.0,
                    descent: 5.0,
                })
                .collect(),
        };
        let lines = [line(60.0, head), line(700.0, text)].into_iter().filter(|line| !line.words.is_empty()).collect();
        PageText { width: 1000, height: 1400, blocks: vec![TextBlock { role: BlockRole::Body, lines }] }
    }

    fn found(heads: &[&str]) -> Vec<String> {
        let mut collation = Collation::default();
        let pages = heads.iter().map(|head| (head, page(head, ""))).enumerate();
        pages.for_each(|(at, (head, page))| collation.add(Some(&page).filter(|_| !head.is_empty()), at));
        collation.findings().into_iter().map(|(place, f)| format!("{} {} {}", place + 1, f.code, f.detail)).collect()
    }

    #[test]
    fn numbers_that_go_on_raise_nothing() {
        for heads in [
            &["1", "2", "3", "4"][..],
            &["", "- 2 -", "- 3 -", "- 4 -"],
            &["Trang 5/12", "Trang 6/12", "Trang 7/12"],
            // A misread number, a second paper that begins anew, its first page without a number.
            &["1", "2", "8", "4", "5"],
            &["1", "2", "3", "1", "2", "3"],
            &["", "2", "3", "4", "", "2", "3"],
            &["Số: 12/QĐ-UBND", "2", "3"],
            &[],
        ] {
            assert_eq!(found(heads), [] as [String; 0], "{heads:?}");
        }
    }

    #[test]
    fn missing_and_misplaced_pages_are_told() {
        assert_eq!(found(&["1", "2", "4", "5", "6"]), ["3 page-number-gap 2 → 4"]);
        assert_eq!(found(&["", "2", "3", "", "7", "8"]), ["5 page-number-gap 3 → 7"]);
        assert_eq!(found(&["1", "2", "4", "3", "5", "6"]), ["3 page-number-back 4 → 3"]);
        assert_eq!(found(&["5", "6", "7", "3", "4"]), ["4 page-number-back 7 → 3"]);
    }

    #[test]
    fn a_page_that_says_what_an_earlier_one_says_is_told() {
        let words = |from: usize| (from..from + 120).map(|n| format!("chữ{n} ")).collect::<String>();
        let mut collation = Collation::default();
        collation.add(Some(&page("", &words(0))), 0);
        collation.add(Some(&page("", &words(500))), 1);
        // Read a second time, every sixteenth word differently.
        let again: String = (0..120).map(|n| if n % 16 == 4 { "?x ".to_owned() } else { format!("CHỮ{n} ") }).collect();
        collation.add(Some(&page("", &again)), 2);
        collation.add(None, 3);
        // Half of the words of a form are the same on every sheet.
        let form = words(500).split(' ').take(60).collect::<Vec<_>>().join(" ") + &words(900);
        collation.add(Some(&page("", &form)), 4);
        // One form letter after the other: the same words, other dates and numbers.
        for n in [11, 52] {
            let dated = format!("{} số {n}1 ngày {n} tháng {n}2 năm 19{n}", words(1300));
            collation.add(Some(&page("", &dated)), n);
        }
        let found: Vec<_> = collation.findings().into_iter().map(|(n, f)| (n, f.code, f.detail)).collect();
        assert_eq!(found, [(2, "near-duplicate".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn two_papers_on_one_glass_are_no_sheet_that_went_through_twice() {
        let text: String = (0..120).map(|n| format!("chữ{n} ")).collect();
        let of = |frames: [usize; 3]| {
            let mut collation = Collation::default();
            frames.iter().for_each(|&frame| collation.add(Some(&page("", &text)), frame));
            collation.findings().into_iter().map(|(place, found)| (place, found.detail)).collect::<Vec<_>>()
        };
        assert_eq!(of([0, 0, 0]), []);
        assert_eq!(of([0, 0, 1]), [(2, "1".to_owned())]);
        assert_eq!(of([0, 1, 1]), [(1, "1".to_owned()), (2, "1".to_owned())]);
    }
}
