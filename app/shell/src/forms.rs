//! Printed forms of a box: its label, and the minutes of its hand-over as administrative papers are laid out.

use sohoa_capture::separator::code_of;
use sohoa_model::Timestamp;
use sohoa_pipeline::custody::{BoxView, Movement, MovementKind};
use sohoa_pipeline::printed::{A4, A6, Align, Printed, Style};

use crate::texts::{Arg, Texts};

/// Left, right, top and bottom margins of A4 in points: 30, 20, 20 and 20 mm.
pub(crate) const MARGINS: (f64, f64, f64, f64) = (85.0, 56.7, 56.7, 56.7);
/// Size of the letters of running text.
pub(crate) const TEXT: f64 = 13.0;
/// Size of the letters in tables.
const CELL: f64 = 11.0;
/// Height of the places for signatures, with the space above them.
const SIGNATURES: f64 = 120.0;
/// The columns of the list of dossiers: their widths, which with the margins fill the page, and whether they hold numbers.
const COLUMNS: [(f64, bool); 6] =
    [(28.0, true), (112.0, false), (163.0, false), (42.0, true), (46.0, true), (62.5, false)];

/// What the code on a label says of a box.
pub fn box_mark(view: &BoxView) -> String {
    format!("SOHOA:BOX:1:{}:{}", view.name.fonds, view.name.code)
}

/// Letters of a size.
pub(crate) fn style(size: f64, bold: bool, align: Align) -> Style {
    Style { size, bold, align }
}

/// The label of a box, A6.
pub fn label(texts: &Texts, organisation: &str, view: &BoxView) -> Printed {
    let mut page = Printed::new(A6);
    let (width, height) = page.size();
    let (middle, room) = (width / 2.0, width - 48.0);
    let mut y = 34.0;
    for line in page.wrapped(&organisation.to_uppercase(), 10.0, room) {
        page.text(middle, y, style(10.0, false, Align::Middle), &line);
        y += 13.0;
    }
    page.line((middle - 40.0, y - 5.0), (middle + 40.0, y - 5.0), 0.6);
    y += 16.0;
    page.text(middle, y, style(13.0, false, Align::Middle), &texts.get("box-label-box"));
    // As large as fits.
    let code = &view.name.code;
    let size = (room / page.width(code, 1.0).max(0.1)).min(54.0);
    y += size * 0.95 + 4.0;
    page.text(middle, y, style(size, true, Align::Middle), code);
    y += 24.0;
    for line in page.wrapped(&view.name.fonds, 13.0, room) {
        page.text(middle, y, style(13.0, true, Align::Middle), &line);
        y += 16.0;
    }
    let codes = view.dossiers.iter().map(|dossier| dossier.description.code.as_str());
    let (first, last) = (codes.clone().min().unwrap_or_default(), codes.clone().max().unwrap_or_default());
    let values = [("count", view.dossiers.len().into()), ("first", first.into()), ("last", last.into())];
    for line in page.wrapped(&texts.say("box-label-dossiers", &values), 11.0, room) {
        page.text(middle, y, style(11.0, false, Align::Middle), &line);
        y += 14.0;
    }
    let (modules, dark) = code_of(&box_mark(view));
    let side = (height - y - 30.0).clamp(90.0, 130.0);
    page.code(middle - side / 2.0, height - side - 24.0, side, modules, &dark);
    page
}

/// The minutes of the hand-over of a box.
pub fn minutes(texts: &Texts, organisation: &str, view: &BoxView, last: &Movement, now: Timestamp) -> Printed {
    let mut page = Printed::new(A4);
    let (left, right, _, bottom) = MARGINS;
    let (width, height) = page.size();
    let room = width - left - right;
    let mut y = heading(&mut page, texts, organisation) + 30.0;
    page.text(width / 2.0 + (left - right) / 2.0, y, style(14.0, true, Align::Middle), &texts.get("minutes-title"));
    y += 18.0;
    let of_box = [("box", Arg::from(&view.name.code)), ("fonds", Arg::from(&view.name.fonds))];
    let middle = left + room / 2.0;
    for line in page.wrapped(&texts.say("minutes-of-box", &of_box), TEXT, room) {
        page.text(middle, y, style(TEXT, false, Align::Middle), &line);
        y += 17.0;
    }
    y += 12.0;
    // Who wrote it down stands for the archive; a box that is given back comes from the person.
    let (from, to) = match last.kind {
        MovementKind::HandedOut => (&last.operator, &last.person),
        MovementKind::Returned | MovementKind::Refiled => (&last.person, &last.operator),
    };
    let day = last.at.short_vietnam();
    let mut lines = vec![
        texts.say("minutes-when", &[("moment", day.into())]),
        texts.say("minutes-from", &[("person", from.into())]),
        texts.say("minutes-to", &[("person", to.into())]),
    ];
    if !last.note.is_empty() {
        lines.push(texts.say("minutes-note", &[("note", (&last.note).into())]));
    }
    lines.push(texts.say("minutes-list", &[("count", view.dossiers.len().into())]));
    for line in lines {
        for part in page.wrapped(&line, TEXT, room) {
            page.text(left, y, style(TEXT, false, Align::Left), &part);
            y += 17.0;
        }
    }
    y += 2.0;
    y = table(&mut page, texts, view, y, height - bottom);
    y = movements(&mut page, texts, view, y + 22.0) + 24.0;
    for (at, title, person) in [(0.22, "minutes-giver", from), (0.78, "minutes-taker", to)] {
        let x = left + room * at;
        page.text(x, y, style(TEXT, true, Align::Middle), &texts.get(title));
        page.text(x, y + 16.0, style(11.0, false, Align::Middle), &texts.get("minutes-sign"));
        page.text(x, y + 88.0, style(TEXT, false, Align::Middle), person);
    }
    let printed = texts.say("minutes-printed", &[("moment", now.short_vietnam().into())]);
    page.text(left, height - 30.0, style(9.0, false, Align::Left), &printed);
    page
}

/// A movement as one line.
pub fn movement_line(texts: &Texts, movement: &Movement) -> String {
    let note = if movement.note.is_empty() { String::new() } else { format!(": {}", movement.note) };
    let values = [
        ("moment", Arg::from(movement.at.short_vietnam())),
        ("person", Arg::from(&movement.person)),
        ("operator", Arg::from(&movement.operator)),
        ("note", Arg::from(note)),
    ];
    texts.say(&format!("minutes-{}", movement.kind.word()), &values)
}

/// The movements of the box, on as many pages as they take; says where they end.
///
/// The last one stays with the signatures, so that nobody signs an empty page.
fn movements(page: &mut Printed, texts: &Texts, view: &BoxView, from: f64) -> f64 {
    let (left, right, top, bottom) = MARGINS;
    let (width, height) = page.size();
    let mut y = from;
    for (at, movement) in view.movements.iter().enumerate() {
        let lines = page.wrapped(&movement_line(texts, movement), 12.0, width - left - right - 14.0);
        let (is_first, is_last) = (at == 0, at + 1 == view.movements.len());
        let beside = if is_first { 17.0 } else { 0.0 } + if is_last { SIGNATURES } else { 0.0 };
        if y + beside + 16.0 * lines.len() as f64 > height - bottom {
            next_page(page);
            y = top + 14.0;
        }
        if is_first {
            page.text(left, y, style(TEXT, false, Align::Left), &texts.get("minutes-movements"));
            y += 17.0;
        }
        for line in lines {
            page.text(left + 14.0, y, style(12.0, false, Align::Left), &line);
            y += 16.0;
        }
    }
    y
}

/// Begins a page with its number in the middle of the upper margin, as administrative papers have it from the second on.
pub(crate) fn next_page(page: &mut Printed) {
    page.new_page();
    let (middle, number) = (page.size().0 / 2.0, page.pages().to_string());
    page.text(middle, MARGINS.2 - 20.0, style(TEXT, false, Align::Middle), &number);
}

/// The head of administrative papers: who issues it at the left, the state and its motto at the right.
pub(crate) fn heading(page: &mut Printed, texts: &Texts, organisation: &str) -> f64 {
    let (left, right, top, _) = MARGINS;
    let (width, _) = page.size();
    let (at_left, at_right) = (left + 92.0, width - right - 125.0);
    let mut y = top + 12.0;
    page.text(at_right, y, style(11.5, true, Align::Middle), &texts.get("minutes-state"));
    let motto = texts.get("minutes-motto");
    page.text(at_right, y + 15.0, style(12.5, true, Align::Middle), &motto);
    let half = page.width(&motto, 12.5) / 2.0;
    page.line((at_right - half, y + 19.5), (at_right + half, y + 19.5), 0.7);
    let lines = page.wrapped(&organisation.to_uppercase(), 11.5, 184.0);
    for line in &lines {
        page.text(at_left, y, style(11.5, true, Align::Middle), line);
        y += 15.0;
    }
    page.line((at_left - 30.0, y - 8.5), (at_left + 30.0, y - 8.5), 0.7);
    y.max(top + 42.0)
}

/// The dossiers of the box, with the heads of the columns on each page; says where it ends.
fn table(page: &mut Printed, texts: &Texts, view: &BoxView, from: f64, end: f64) -> f64 {
    let heads =
        ["number", "code", "title", "sheets", "pages", "state"].map(|id| texts.get(&format!("minutes-head-{id}")));
    let mut y = row(page, &COLUMNS, &heads, from, true);
    for (number, dossier) in (1..).zip(&view.dossiers) {
        let about = &dossier.description;
        let number: u32 = number;
        let cells = [
            number.to_string(),
            about.code.clone(),
            about.title.clone(),
            about.sheets.map(|sheets| sheets.to_string()).unwrap_or_default(),
            dossier.evidence.pages.to_string(),
            texts.get(&format!("state-{}", dossier.state.word())),
        ];
        if y + height_of(page, &COLUMNS, &cells) > end {
            next_page(page);
            y = row(page, &COLUMNS, &heads, MARGINS.2, true);
        }
        y = row(page, &COLUMNS, &cells, y, false);
    }
    y
}

fn cell_lines(page: &Printed, columns: &[(f64, bool)], cells: &[String]) -> Vec<Vec<String>> {
    columns.iter().zip(cells).map(|((width, _), cell)| page.wrapped(cell, CELL, width - 8.0)).collect()
}

/// How high a row is.
pub(crate) fn height_of(page: &Printed, columns: &[(f64, bool)], cells: &[String]) -> f64 {
    cell_lines(page, columns, cells).iter().map(Vec::len).max().unwrap_or(1) as f64 * 13.5 + 8.0
}

/// A row of a ruled table; columns say how wide they are and whether they hold numbers. Gives where it ends.
pub(crate) fn row(page: &mut Printed, columns: &[(f64, bool)], cells: &[String], y: f64, is_head: bool) -> f64 {
    let (lines, height) = (cell_lines(page, columns, cells), height_of(page, columns, cells));
    let mut x = MARGINS.0;
    let full: f64 = columns.iter().map(|(width, _)| width).sum();
    page.line((x, y), (x + full, y), 0.5);
    page.line((x, y + height), (x + full, y + height), 0.5);
    for ((width, is_number), lines) in columns.iter().zip(&lines) {
        page.line((x, y), (x, y + height), 0.5);
        for (n, line) in (0_u8..).zip(lines) {
            let baseline = y + 14.0 + f64::from(n) * 13.5;
            let (place, align) = match (is_head, is_number) {
                (true, _) => (x + width / 2.0, Align::Middle),
                (false, true) => (x + width - 4.0, Align::Right),
                (false, false) => (x + 4.0, Align::Left),
            };
            page.text(place, baseline, style(CELL, is_head, align), line);
        }
        x += width;
    }
    page.line((x, y), (x, y + height), 0.5);
    y + height
}
