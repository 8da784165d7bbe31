//! The daily report on progress: one content, as a form for the wall, as a workbook, as text for other programs.

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use sohoa_catalog::progress::{Progress, TargetNow, TargetProgress, Totals};
use sohoa_catalog::work::Work;
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_model::forecast::NoForecast;
use sohoa_pipeline::printed::{A4, Align, Printed};

use crate::forms::{self, MARGINS, TEXT, style};
use crate::history;
use crate::texts::Texts;

/// Endings of the files that a report is written to.
pub const ENDINGS: [&str; 3] = ["pdf", "xlsx", "csv"];
/// Points that the columns of a table fill: A4 less its margins.
const ROOM: f64 = 453.5;
/// Height of the places for signatures, with the space above them.
const SIGNATURES: f64 = 110.0;

/// How a target looks from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Enough is done.
    Met,
    /// Its last day is over.
    Missed,
    /// It will be met in time in nine of ten futures.
    InTime,
    /// It may be late, or nobody can say.
    Doubtful,
}

/// How a target looks from today, and in words: the interval, never a day alone.
pub fn outlook(texts: &Texts, target: &TargetProgress, now: &TargetNow) -> (Outlook, String) {
    if target.denominator == 0 {
        return (Outlook::Doubtful, texts.get("ui-nothing-listed"));
    }
    if target.met {
        return (Outlook::Met, texts.get("ui-met"));
    }
    if now.past {
        let left = target.required.saturating_sub(target.done);
        return (Outlook::Missed, texts.say("ui-missed-by", &[("left", left.into())]));
    }
    match &now.forecast {
        Err(NoForecast::Done) => (Outlook::Met, texts.get("ui-met")),
        Err(why) => (Outlook::Doubtful, texts.get(&format!("ui-no-forecast-{}", why.word()))),
        Ok(forecast) => {
            let day = |day: Option<Day>| day.map_or_else(|| texts.get("ui-later"), Day::short);
            let values = [("earliest", day(forecast.earliest).into()), ("latest", day(forecast.latest).into())];
            let last = Day::parse(&target.target.deadline);
            let is_in_time = forecast.latest.is_some_and(|latest| Some(latest) <= last);
            (if is_in_time { Outlook::InTime } else { Outlook::Doubtful }, texts.say("ui-forecast", &values))
        }
    }
}

/// A share as people read it, with one decimal.
pub fn percent(texts: &Texts, done: u64, all: u64) -> String {
    let tenths = done.saturating_mul(1000).checked_div(all).unwrap_or(0);
    format!("{} %", history::decimal(texts, tenths))
}

/// A value in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Text(String),
    Number(u64),
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A table of the report.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    title: String,
    /// Heads, with the share of the width and whether numbers stand below.
    columns: Vec<(String, f64, bool)>,
    rows: Vec<Vec<Cell>>,
}

/// A dossier in a list: code, title, fonds, series, box and state in words, its pages, and those that are expected.
pub type DossierCells = ([String; 6], u32, Option<u32>);

/// The report of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    title: String,
    lead: Vec<String>,
    tables: Vec<Table>,
}

impl Report {
    /// How far the archive is, and what was done lately.
    pub fn of(texts: &Texts, title: &str, progress: &Progress, work: &Work) -> Self {
        let at = progress.now.at;
        let head = |id: &str, share: f64, is_number: bool| (texts.get(id), share, is_number);
        let targets = progress.targets.iter().zip(&progress.now.targets).map(|(target, now)| {
            let last = Day::parse(&target.target.deadline).map_or_else(|| target.target.deadline.clone(), Day::short);
            vec![
                Cell::Text(target.target.name.clone()),
                Cell::Text(last),
                Cell::Number(target.required),
                Cell::Number(target.done),
                Cell::Text(percent(texts, target.done, target.denominator)),
                Cell::Text(outlook(texts, target, now).1),
            ]
        });
        let amount = |name: &str, totals: &Totals| {
            vec![
                Cell::Text(name.to_owned()),
                Cell::Number(totals.listed.dossiers),
                Cell::Number(totals.done.dossiers),
                Cell::Text(percent(texts, totals.done.dossiers, totals.listed.dossiers)),
                Cell::Number(totals.listed.pages),
                Cell::Number(totals.done.pages),
            ]
        };
        let mut fonds: Vec<_> = progress.by_fonds.iter().map(|(name, totals)| amount(name, totals)).collect();
        fonds.push(amount(&texts.get("report-total"), &progress.total));
        let people = work.people.iter().map(|(name, person)| {
            vec![
                Cell::Text(name.clone()),
                Cell::Number(person.pages),
                Cell::Number(person.again),
                Cell::Text(percent(texts, person.again, person.pages)),
                Cell::Number(person.accepted),
            ]
        });
        let stations = work.stations.iter().filter(|(name, _)| !name.is_empty()).map(|(name, station)| {
            vec![
                Cell::Text(name.clone()),
                Cell::Number(station.batches),
                Cell::Number(station.pages),
                Cell::Number(station.again),
                Cell::Text(station.last.short_vietnam()),
            ]
        });
        let filled = progress.by_state.iter().filter(|(_, amount)| amount.dossiers > 0);
        let states = filled.map(|(state, amount)| {
            let name = texts.get(&format!("state-{}", state.word()));
            vec![Cell::Text(name), Cell::Number(amount.dossiers), Cell::Number(amount.pages)]
        });
        let tables = vec![
            Table {
                title: texts.get("report-targets"),
                columns: vec![
                    head("report-target", 0.17, false),
                    head("report-deadline", 0.14, false),
                    head("report-required", 0.12, true),
                    head("report-done", 0.12, true),
                    head("report-share", 0.12, true),
                    head("report-outlook", 0.33, false),
                ],
                rows: targets.collect(),
            },
            Table {
                title: texts.get("progress-by-fonds"),
                columns: vec![
                    head("report-fonds", 0.32, false),
                    head("report-listed", 0.14, true),
                    head("report-done", 0.13, true),
                    head("report-share", 0.13, true),
                    head("report-listed-pages", 0.14, true),
                    head("report-done-pages", 0.14, true),
                ],
                rows: fonds,
            },
            Table {
                title: texts.get("ui-by-state"),
                columns: vec![
                    head("report-state", 0.5, false),
                    head("report-dossiers", 0.25, true),
                    head("report-pages", 0.25, true),
                ],
                rows: states.collect(),
            },
            Table {
                title: texts.get("report-people"),
                columns: vec![
                    head("report-person", 0.36, false),
                    head("report-captured", 0.16, true),
                    head("report-again", 0.16, true),
                    head("report-rework", 0.16, true),
                    head("report-accepted", 0.16, true),
                ],
                rows: people.collect(),
            },
            Table {
                title: texts.get("report-stations"),
                columns: vec![
                    head("report-station", 0.30, false),
                    head("report-batches", 0.14, true),
                    head("report-captured", 0.14, true),
                    head("report-again", 0.14, true),
                    head("report-last-batch", 0.28, false),
                ],
                rows: stations.collect(),
            },
        ];
        let (pages, again) = work.pages();
        let today = texts.say("report-today", &[("pages", work.today().into())]);
        let values = [("pages", pages.into()), ("rework", percent(texts, again, pages).into())];
        let lead = vec![
            texts.say("report-day", &[("day", Day::of(at).short().into())]),
            texts.say("report-of", &[("archive", title.into())]),
            today,
            texts.say("report-lately", &values),
        ];
        let tables = tables.into_iter().filter(|table: &Table| !table.rows.is_empty()).collect();
        Self { title: texts.get("report-title"), lead, tables }
    }

    /// A list of dossiers: code, title, fonds, series, box, state, pages, and pages that are expected.
    pub fn of_dossiers(texts: &Texts, title: &str, dossiers: impl Iterator<Item = DossierCells>) -> Self {
        let head = |id: &str, share: f64, is_number: bool| (texts.get(id), share, is_number);
        let columns = vec![
            head("field-code", 0.16, false),
            head("field-title", 0.30, false),
            head("field-fonds", 0.14, false),
            head("field-series", 0.10, false),
            head("field-box", 0.06, false),
            head("field-state", 0.10, false),
            head("field-pages", 0.07, true),
            head("ui-expected", 0.07, true),
        ];
        let row = |(words, pages, expected): DossierCells| {
            let number = |number: Option<u32>| number.map_or(Cell::Text(String::new()), |n| Cell::Number(u64::from(n)));
            let words = words.into_iter().map(Cell::Text);
            words.chain([number(Some(pages)), number(expected)]).collect()
        };
        let title = title.to_owned();
        let table = Table { title: texts.get("ui-inventory"), columns, rows: dossiers.map(row).collect() };
        Self { title, lead: Vec::new(), tables: vec![table] }
    }

    /// As an administrative paper, on as many pages as it takes.
    pub fn printed(&self, texts: &Texts, organisation: &str, now: Timestamp) -> Printed {
        let mut page = Printed::new(A4);
        let (left, _, top, bottom) = MARGINS;
        let height = page.size().1;
        let middle = left + ROOM / 2.0;
        let mut y = forms::heading(&mut page, texts, organisation) + 30.0;
        page.text(middle, y, style(14.0, true, Align::Middle), &self.title);
        y += 18.0;
        for (at, line) in self.lead.iter().enumerate() {
            let (x, align) = if at < 2 { (middle, Align::Middle) } else { (left, Align::Left) };
            y += if at == 2 { 8.0 } else { 0.0 };
            page.text(x, y, style(TEXT, false, align), line);
            y += 17.0;
        }
        for table in &self.tables {
            let columns: Vec<(f64, bool)> =
                table.columns.iter().map(|(_, share, is_number)| (share * ROOM, *is_number)).collect();
            let heads: Vec<String> = table.columns.iter().map(|(head, ..)| head.clone()).collect();
            y += 14.0;
            if y + 70.0 > height - bottom {
                forms::next_page(&mut page);
                y = top + 14.0;
            }
            page.text(left, y, style(TEXT, true, Align::Left), &table.title);
            y = forms::row(&mut page, &columns, &heads, y + 6.0, true);
            for cells in &table.rows {
                let cells: Vec<String> = cells.iter().map(Cell::shown).collect();
                if y + forms::height_of(&page, &columns, &cells) > height - bottom {
                    forms::next_page(&mut page);
                    y = forms::row(&mut page, &columns, &heads, top, true);
                }
                y = forms::row(&mut page, &columns, &cells, y, false);
            }
            y += 8.0;
        }
        if y + SIGNATURES > height - bottom {
            forms::next_page(&mut page);
            y = top;
        }
        y += 24.0;
        for (at, title) in [(0.22, "report-by"), (0.78, "report-head")] {
            let x = left + ROOM * at;
            page.text(x, y, style(TEXT, true, Align::Middle), &texts.get(title));
            page.text(x, y + 16.0, style(11.0, false, Align::Middle), &texts.get("minutes-sign"));
        }
        let printed = texts.say("minutes-printed", &[("moment", now.short_vietnam().into())]);
        page.text(left, height - 30.0, style(9.0, false, Align::Left), &printed);
        page
    }

    /// As a workbook, a sheet for each table.
    ///
    /// # Errors
    /// If a name is none that a sheet can have, or the sink fails.
    pub fn xlsx(&self, out: impl Write + std::io::Seek + Send) -> Result<(), XlsxError> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        for table in &self.tables {
            let sheet = book.add_worksheet();
            // A name of at most 31 letters, without these.
            let name: String = table.title.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
            sheet.set_name(name)?;
            for (column, (head, share, _)) in (0_u16..).zip(&table.columns) {
                sheet.write_with_format(0, column, head, &bold)?;
                sheet.set_column_width(column, (share * 110.0).max(10.0))?;
            }
            for (row, cells) in (1_u32..).zip(&table.rows) {
                for (column, cell) in (0_u16..).zip(cells) {
                    match cell {
                        Cell::Text(text) => sheet.write(row, column, text)?,
                        Cell::Number(number) => sheet.write(row, column, *number)?,
                    };
                }
            }
        }
        book.save_to_writer(out)
    }

    /// As comma-separated values (RFC 4180) with the mark that spreadsheets know UTF-8 by; a table below the other.
    pub fn csv(&self) -> String {
        let quoted = |text: &str| match text.contains(['"', ',', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text.to_owned(),
        };
        let mut out = "\u{FEFF}".to_owned();
        for table in &self.tables {
            let line = |cells: Vec<String>| cells.join(",") + "\r\n";
            out += &line(vec![quoted(&table.title)]);
            out += &line(table.columns.iter().map(|(head, ..)| quoted(head)).collect());
            for row in &table.rows {
                out += &line(row.iter().map(|cell| quoted(&cell.shown())).collect());
            }
            out += "\r\n";
        }
        out
    }

    /// Writes it to a new file; its ending says how: `pdf`, `xlsx` or `csv`. Gives the letters that the form lacks.
    ///
    /// # Errors
    /// If the file is there already or can't be written, or the ending is none of these.
    pub fn write(
        &self,
        path: &Path,
        texts: &Texts,
        organisation: &str,
        now: Timestamp,
    ) -> Result<String, std::io::Error> {
        let other = |error: Box<dyn std::error::Error + Send + Sync>| std::io::Error::other(error);
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        if !ENDINGS.contains(&ending.as_str()) {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, ENDINGS.join(", ")));
        }
        let mut lacking = String::new();
        let mut bytes = std::io::Cursor::new(Vec::new());
        match ending.as_str() {
            "pdf" => {
                let form = self.printed(texts, organisation, now);
                form.write(&mut bytes, &self.title).map_err(|error| other(error.into()))?;
                lacking = form.lacking().iter().collect();
            }
            "xlsx" => self.xlsx(&mut bytes).map_err(|error| other(error.into()))?,
            _ => bytes = std::io::Cursor::new(self.csv().into_bytes()),
        }
        let mut file = std::fs::File::create_new(path)?;
        if let Err(error) = file.write_all(bytes.get_ref()) {
            // A part of a report is none; what it was made from stays in the catalog.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        Ok(lacking)
    }
}

#[cfg(test)]
mod tests {
    use sohoa_catalog::work::Person;

    use super::*;
    use crate::texts::UiLanguage;

    fn report() -> Report {
        Report {
            title: "Báo cáo".to_owned(),
            lead: Vec::new(),
            tables: vec![Table {
                title: "Theo phông".to_owned(),
                columns: vec![("Phông".to_owned(), 0.7, false), ("Hồ sơ".to_owned(), 0.3, true)],
                rows: vec![vec![Cell::Text("Sở \"Tư pháp\", Hà Nam".to_owned()), Cell::Number(12)]],
            }],
        }
    }

    #[test]
    fn values_with_commas_and_quotation_marks_stay_one_value() {
        let csv = report().csv();
        assert_eq!(csv, "\u{FEFF}Theo phông\r\nPhông,Hồ sơ\r\n\"Sở \"\"Tư pháp\"\", Hà Nam\",12\r\n\r\n");
    }

    #[test]
    fn a_report_is_written_once_and_only_in_a_form_that_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let texts = Texts::new(UiLanguage::Vietnamese);
        for name in ["a.pdf", "a.xlsx", "a.csv"] {
            let path = folder.path().join(name);
            report().write(&path, &texts, "Sở Tư pháp", Timestamp(0)).expect("a file");
            let again = report().write(&path, &texts, "Sở Tư pháp", Timestamp(0)).map_err(|error| error.kind());
            assert_eq!(again, Err(std::io::ErrorKind::AlreadyExists), "{name}");
        }
        let odd = report().write(&folder.path().join("a.txt"), &texts, "", Timestamp(0)).map_err(|error| error.kind());
        assert_eq!(odd, Err(std::io::ErrorKind::InvalidInput));
    }

    #[test]
    fn rework_is_the_share_of_pages_that_were_captured_again() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        let people = [("Lan".to_owned(), Person { pages: 200, again: 3, accepted: 1 })].into();
        let work = Work { people, ..Work::default() };
        assert_eq!(percent(&texts, work.pages().1, work.pages().0), "1,5 %");
        assert_eq!(percent(&texts, 0, 0), "0 %");
    }
}
