//! The issuing body: the lowest body named above the number.

use super::Value;
use super::number::NumberLine;
use super::runs::{Piece, Run, Sheet, starts};

/// Folded words that the name of a body begins with.
const BODIES: [&str; 68] = [
    "uy ban",
    "ubnd",
    "ubhc",
    "hoi dong",
    "hdnd",
    "bo",
    "cuc",
    "so",
    "phong",
    "ban",
    "van phong",
    "tong cuc",
    "vu",
    "vien",
    "truong",
    "trung tam",
    "chi cuc",
    "cong ty",
    "tong cong ty",
    "tap doan",
    "chinh phu",
    "thu tuong",
    "chu tich",
    "quoc hoi",
    "toa an",
    "cong an",
    "thanh tra",
    "dang uy",
    "dang bo",
    "huyen uy",
    "tinh uy",
    "thanh uy",
    "quan uy",
    "doan",
    "lien doan",
    "tong lien doan",
    "hoi",
    "hiep hoi",
    "lien hiep",
    "mat tran",
    "ngan hang",
    "bao hiem",
    "kho bac",
    "chi nhanh",
    "benh vien",
    "tram",
    "xi nghiep",
    "hop tac xa",
    "nong truong",
    "lam truong",
    "nha may",
    "nha xuat ban",
    "dai",
    "hoc vien",
    "dai hoc",
    "phan vien",
    "phu thu tuong",
    "nha",
    "ty",
    "doi",
    "to",
    "kiem toan",
    "bo chi huy",
    "bo tu lenh",
    "quan khu",
    "tong thanh tra",
    "thi hanh an",
    "hat kiem lam",
];

/// Folded names that only say a kind of body: the next line goes on with them.
const UNFINISHED: [&str; 24] = [
    "uybannhandan",
    "uybanhanhchinh",
    "uybankhangchienhanhchinh",
    "ubnd",
    "hoidongnhandan",
    "vanphong",
    "ban",
    "chicuc",
    "cuc",
    "so",
    "bo",
    "phong",
    "trungtam",
    "congty",
    "tongcongty",
    "banchidao",
    "banquanly",
    "banchaphanh",
    "hoidong",
    "truong",
    "vien",
    "vienkiemsat",
    "toaan",
    "chinhanh",
];

/// Folded words at the end of a line that the next line goes on from.
const LINKS: [&str; 6] = ["va", "cua", "ve", "thuoc", "tai", "cho"];

/// Folded words that begin a line which goes on from the line before.
const CONTINUING: [&str; 9] = ["va", "tinh", "huyen", "xa", "quan", "phuong", "thanh pho", "thi xa", "thi tran"];

/// The body that issued the paper; `None` if no line above the number begins with a word for a body.
pub(super) fn body<'a>(sheet: &Sheet<'a>, number: &NumberLine<'_>) -> Option<Value<'a>> {
    let line = &sheet.runs[number.run];
    let mut lines: Vec<&Run<'a>> = Vec::new();
    let mut below = line;
    for run in sheet.runs[..number.run].iter().rev() {
        if run.base > below.base - below.tall * 0.5 || run.middle() > sheet.width * 0.5 {
            continue;
        }
        // Specks and the rule below the name.
        if run.is_noise() {
            continue;
        }
        if below.base - run.base > run.tall.max(below.tall) * 4.0 || run.is_motto() || !run.is_capital() {
            break;
        }
        if lines.last().is_some_and(|last| !last.overlaps(run)) {
            break;
        }
        lines.push(run);
        below = run;
        if lines.len() == 6 {
            break;
        }
    }
    lines.reverse();
    let first = (0..lines.len()).rev().find(|&place| begins(&lines, place))?;
    let words = lines[first..].iter().flat_map(|run| trimmed(&run.words)).copied().collect();
    Some(Value::of_words(words))
}

/// Whether a body's name begins with a line, which may not go on from the line before.
fn begins(lines: &[&Run<'_>], place: usize) -> bool {
    let run = lines[place];
    let goes_on = place.checked_sub(1).map(|before| lines[before]).is_some_and(|before| {
        UNFINISHED.contains(&before.bare.as_str())
            || before.folded.trim_end_matches('-').split(' ').next_back().is_some_and(|last| LINKS.contains(&last))
    });
    let continuing = CONTINUING.iter().any(|words| run.starts(words));
    !goes_on && !continuing && BODIES.iter().any(|words| starts(&run.folded, words))
}

/// The words of a line without specks at its ends.
pub(super) fn trimmed<'r, 'a>(words: &'r [Piece<'a>]) -> &'r [Piece<'a>] {
    let says = |piece: &Piece<'_>| piece.word.text.contains(char::is_alphanumeric);
    let first = words.iter().position(says).unwrap_or(words.len());
    let last = words.iter().rposition(says).map_or(first, |last| last + 1);
    &words[first..last]
}

/// Whether a line names a body or an office, as the line below an abstract does.
pub(super) fn is_authority(run: &Run<'_>) -> bool {
    const OFFICES: [&str; 9] =
        ["giam doc", "tong giam doc", "bo truong", "truong", "pho", "chanh", "hieu truong", "cua", "tong"];
    BODIES.iter().chain(&OFFICES).any(|words| run.starts(words))
}
