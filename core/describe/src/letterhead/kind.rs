//! The kind of document and what it is about: a title in capitals with its abstract, or the `V/v` of a letter.

use sohoa_model::code_list::DocumentType;

use super::Value;
use super::issuer::{is_authority, trimmed};
use super::number::NumberLine;
use super::runs::{Run, Sheet, folded, starts};

/// The share of the page's height, from its top, in which a title begins.
const ZONE: f32 = 0.5;

/// From baseline to baseline within an abstract, in heights of its tallest word, at most.
const PITCH: f32 = 2.6;

/// The most lines that an abstract has.
const LINES: usize = 8;

/// Folded names of kinds that the list of the circular does not have: legal texts, whose abstract stands below.
const LEGAL: [&str; 11] = [
    "hien phap",
    "luat",
    "phap lenh",
    "lenh",
    "sac lenh",
    "sac luat",
    "nghi dinh",
    "thong tu lien tich",
    "thong tu",
    "thong tri",
    "nghi quyet lien tich",
];

/// Folded names of forms, certificates and registers, which have no abstract.
const FORMS: [&str; 12] = [
    "to khai",
    "giay khai sinh",
    "giay chung nhan",
    "giay chung tu",
    "giay khai tu",
    "giay chung sinh",
    "giay di duong",
    "so dang ky",
    "don xin",
    "don de nghi",
    "so yeu ly lich",
    "ban cam ket",
];

/// Abbreviations of kinds in a notation that mean nothing else; `CT`, `KH`, `TC`, `HĐ` and others also name bodies.
const ABBREVIATIONS: [(&str, DocumentType); 15] = [
    ("NQ", DocumentType::Resolution),
    ("QĐ", DocumentType::Decision),
    ("QyĐ", DocumentType::Regulation),
    ("TB", DocumentType::Notice),
    ("CTr", DocumentType::Programme),
    ("BC", DocumentType::Report),
    ("BB", DocumentType::Minutes),
    ("TTr", DocumentType::Submission),
    ("GUQ", DocumentType::PowerOfAttorney),
    ("BGN", DocumentType::Memorandum),
    ("GM", DocumentType::Invitation),
    ("GGT", DocumentType::Introduction),
    ("GNP", DocumentType::LeavePermit),
    ("NĐ", DocumentType::Other),
    ("TTLT", DocumentType::Other),
];

/// Folded words that begin a line of the body.
const STOPS: [&str; 16] = [
    "kinh gui",
    "can cu",
    "dieu",
    "chuong",
    "phan",
    "muc",
    "hom nay",
    "thuc hien",
    "xet",
    "theo",
    "chung toi",
    "ho va ten",
    "so",
    "nam",
    "quyen so",
    "ngay",
];

/// Folded words that a capital line of an abstract begins with.
const CAPITAL_ABSTRACTS: [&str; 14] = [
    "ve",
    "v/v",
    "ket qua",
    "tinh hinh",
    "tong ket",
    "so ket",
    "cong tac",
    "hop",
    "ban giao",
    "ban hanh",
    "thuc hien",
    "giao",
    "kiem tra",
    "nghiem thu",
];

/// A title: the line with the kind of document in capitals.
#[derive(Debug)]
pub(super) struct Title<'a> {
    /// Where it stands, by its place in the sheet's runs.
    pub(super) run: usize,
    kind: DocumentType,
    /// Whether an abstract may stand below.
    is_form: bool,
    /// The words of the kind; the rest of the line is behind them.
    name: Value<'a>,
}

/// The title of a page: the first line below the motto that begins with a kind, before the body.
pub(super) fn title<'a>(sheet: &Sheet<'a>) -> Option<Title<'a>> {
    let numbered = |run: &Run<'_>| run.folded.starts_with("so:") && run.middle() < sheet.width * 0.5;
    let mut headed = false;
    for (place, run) in sheet.runs.iter().enumerate() {
        if run.base > sheet.height * ZONE || STOPS[..4].iter().any(|words| run.starts(words)) {
            return None;
        }
        headed |= run.is_motto() || numbered(run) || run.bare.contains("dangcongsanvietnam");
        if sheet.motto.is_some_and(|motto| run.base <= motto) || run.is_motto() || !run.is_capital() {
            continue;
        }
        let middle = run.middle() / sheet.width;
        // `QUYẾT ĐỊNH:` opens the articles, it is no title.
        let opens = run.words.last().is_some_and(|piece| piece.word.text.ends_with(':'));
        if !(0.3..=0.7).contains(&middle) || opens {
            continue;
        }
        if let Some((kind, is_form, name)) = named(run, headed) {
            let words = trimmed(&run.words);
            let name = Value { text: kind.code().to_owned(), words: words[..name.min(words.len())].to_vec() };
            return Some(Title { run: place, kind, is_form, name });
        }
    }
    None
}

/// The kind that a line in capitals begins with, whether it is a form, and how many words its name has.
fn named(run: &Run<'_>, headed: bool) -> Option<(DocumentType, bool, usize)> {
    let listed =
        DocumentType::ALL.iter().filter(|kind| !matches!(kind, DocumentType::OfficialLetter | DocumentType::Other));
    let names = listed.map(|kind| (folded(kind.vietnamese()), *kind, false));
    let legal = LEGAL.iter().map(|name| ((*name).to_owned(), DocumentType::Other, false));
    let forms = FORMS.iter().map(|name| ((*name).to_owned(), DocumentType::Other, true));
    let line: Vec<String> =
        trimmed(&run.words).iter().map(|piece| bare(&piece.word.text)).filter(|w| !w.is_empty()).collect();
    let line = line.join(" ");
    let all = run.words.len();
    let mut begun = None;
    for (name, kind, is_form) in names.chain(legal).chain(forms) {
        // Letters may be set apart.
        if run.bare == name.replace(' ', "") {
            return Some((kind, is_form, all));
        }
        let chapter = line.starts_with("quy dinh chung");
        if begun.is_none() && headed && name.contains(' ') && starts(&line, &name) && !chapter {
            begun = Some((kind, is_form, name.split(' ').count()));
        }
    }
    begun
}

fn bare(text: &str) -> String {
    folded(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The kind of document, by its title, by its notation, or as a letter; `None` if they say different things.
pub(super) fn type_name<'a>(
    sheet: &Sheet<'a>,
    title: Option<&Title<'a>>,
    number: Option<&NumberLine<'a>>,
    about: Option<&Value<'a>>,
) -> Option<Value<'a>> {
    let notation = number.and_then(|number| number.notation.as_ref());
    let noted = notation.and_then(|notation| Some((noted(&notation.text)?, notation)));
    if let Some(title) = title {
        // A letter with a title has something else below its letterhead.
        let same = noted.map_or(about.is_none(), |(kind, _)| kind == title.kind);
        return same.then(|| title.name.clone());
    }
    let value =
        |kind: DocumentType, words: &Value<'a>| Value { text: kind.code().to_owned(), words: words.words.clone() };
    if let Some((kind, notation)) = noted {
        return Some(value(kind, notation));
    }
    // A letter says what it is about below its number, and whom it is to.
    let to =
        sheet.runs.iter().take_while(|run| run.base < sheet.height * 0.7).any(|run| run.bare.starts_with("kinhgui"));
    about.filter(|_| to).map(|about| value(DocumentType::OfficialLetter, about))
}

/// The kind that the first part of a notation stands for; a second one may name a body.
fn noted(notation: &str) -> Option<DocumentType> {
    let mut kinds = notation
        .split(['/', '-', '–', '—'])
        .filter_map(|part| ABBREVIATIONS.iter().find(|(short, _)| *short == part).map(|(_, kind)| *kind));
    let first = kinds.next()?;
    kinds.all(|kind| kind == first).then_some(first)
}

/// What a letter is about: the `V/v` below its number.
pub(super) fn about<'a>(sheet: &Sheet<'a>, number: &NumberLine<'a>) -> Option<Value<'a>> {
    let above = &sheet.runs[number.run];
    let below = sheet.runs[number.run + 1..].iter().filter(|run| run.middle() < sheet.width * 0.5 && !run.is_noise());
    let mut lines: Vec<&Run<'a>> = Vec::new();
    let mut last = above;
    for run in below {
        let step = run.base - last.base;
        if lines.is_empty() {
            if step > above.tall * 5.0 {
                return None;
            }
            if ["v/v", "v/ v", "v /v", "ve viec"].iter().any(|words| run.starts(words)) {
                lines.push(run);
                last = run;
            }
            continue;
        }
        if step > run.tall.max(last.tall) * PITCH
            || run.starts("kinh gui")
            || !lines[0].overlaps(run)
            || run.is_capital()
        {
            break;
        }
        lines.push(run);
        last = run;
    }
    whole(&lines)
}

/// The abstract below a title.
pub(super) fn subject<'a>(sheet: &Sheet<'a>, title: &Title<'a>) -> Option<Value<'a>> {
    if title.is_form {
        return None;
    }
    let head = &sheet.runs[title.run];
    let mut lines: Vec<&Run<'a>> = Vec::new();
    let mut last = head;
    for run in &sheet.runs[title.run + 1..] {
        let step = run.base - last.base;
        let tall = run.tall.max(last.tall);
        // A rule ends the abstract.
        if run.is_noise() {
            if lines.is_empty() { continue } else { break }
        }
        let usual =
            if lines.len() > 1 { (last.base - lines[0].base) / (lines.len() - 1) as f32 * 1.3 } else { tall * PITCH };
        let far = if lines.is_empty() { step > tall * 3.0 } else { step > usual };
        let centred = (run.middle() - head.middle()).abs() < sheet.width * 0.035;
        if far || !centred || begins_body(run, lines.is_empty()) {
            break;
        }
        lines.push(run);
        last = run;
    }
    if lines.is_empty() {
        return None;
    }
    whole(&lines)
}

/// Whether a line belongs to what follows an abstract.
fn begins_body(run: &Run<'_>, first: bool) -> bool {
    let stop = STOPS.iter().any(|words| run.starts(words));
    let listed = run.folded.starts_with(['(', '-', '+', '*', '1', 'i'])
        && (run.folded.starts_with(['(', '-', '+', '*']) || {
            let mark = run.folded.split(' ').next().unwrap_or_default();
            mark.ends_with(['.', ')', '/'])
        });
    let capital = run.is_capital();
    let abstracts = || CAPITAL_ABSTRACTS.iter().any(|words| run.starts(words));
    (stop && first)
        || run.starts("kinh gui")
        || run.starts("can cu")
        || listed
        || (capital && (is_authority(run) || !abstracts()))
}

/// The words of lines that make a whole; `None` if they break off or are too many.
fn whole<'a>(lines: &[&Run<'a>]) -> Option<Value<'a>> {
    const LINKS: [&str; 8] = ["va", "cua", "cho", "ve", "tai", "voi", "trong", "theo"];
    if lines.len() > LINES {
        return None;
    }
    let words: Vec<_> = lines.iter().flat_map(|run| trimmed(&run.words)).copied().collect();
    let (first, last) = (words.first()?, words.last()?);
    let begins = first.word.text.starts_with(char::is_uppercase);
    let breaks = last.word.text.ends_with([',', '-']) || LINKS.contains(&folded(&last.word.text).as_str());
    (begins && !breaks && words.len() > 1).then(|| Value::of_words(words))
}
