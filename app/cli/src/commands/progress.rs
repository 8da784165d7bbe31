//! `progress`: how much of the inventory is digitized, per target, fonds, series, value class and week.

use serde::Serialize;
use sohoa_catalog::progress::{Amount, Progress, TargetNow, TargetProgress, Totals};
use sohoa_model::day::Day;
use sohoa_model::forecast::{Forecast, NoForecast};
use sohoa_pipeline::PipelineError;
use sohoa_shell::report::Report;
use sohoa_shell::{Exit, Texts, UiLanguage, history};

use crate::args::ProgressArgs;
use crate::commands::plan::{TargetRecord, percent};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

/// Progress as JSON; all that depends on the clock stands under `now`.
#[derive(Serialize)]
struct Record<'a> {
    targets: Vec<ReachedRecord<'a>>,
    total: TotalsRecord,
    by_fonds: Vec<Group<'a>>,
    by_series: Vec<Group<'a>>,
    by_value_class: Vec<Group<'a>>,
    by_week: Vec<Week<'a>>,
    by_state: Vec<State>,
    not_in_inventory: u64,
    now: Now<'a>,
}

#[derive(Serialize)]
struct ReachedRecord<'a> {
    #[serde(flatten)]
    target: TargetRecord<'a>,
    all: u64,
    done: u64,
    required: u64,
    left: u64,
    below_standard: u64,
    done_percent: f64,
    met: bool,
}

#[derive(Serialize)]
struct TotalsRecord {
    all: AmountRecord,
    done: AmountRecord,
    below_standard: AmountRecord,
    done_percent: f64,
}

#[derive(Serialize)]
struct AmountRecord {
    dossiers: u64,
    sheets: u64,
    pages: u64,
}

#[derive(Serialize)]
struct Group<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fonds: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_class: Option<&'a str>,
    #[serde(flatten)]
    totals: TotalsRecord,
}

#[derive(Serialize)]
struct Week<'a> {
    week: &'a str,
    #[serde(flatten)]
    accepted: AmountRecord,
}

#[derive(Serialize)]
struct State {
    state: &'static str,
    #[serde(flatten)]
    amount: AmountRecord,
}

#[derive(Serialize)]
struct Now<'a> {
    at: String,
    targets: Vec<NowTarget<'a>>,
}

#[derive(Serialize)]
struct NowTarget<'a> {
    name: &'a str,
    days_left: i64,
    past: bool,
    /// Left to do after the last day was over.
    missed_by: Option<u64>,
    forecast: Option<ForecastRecord>,
    no_forecast: Option<&'static str>,
}

/// Days are `null` if they are later than in ten years.
#[derive(Serialize)]
struct ForecastRecord {
    interval_percent: u8,
    earliest: Option<String>,
    median: Option<String>,
    latest: Option<String>,
    per_working_day: f64,
    working_days: usize,
}

impl From<Forecast> for ForecastRecord {
    fn from(forecast: Forecast) -> Self {
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        Self {
            interval_percent: 80,
            earliest: day(forecast.earliest),
            median: day(forecast.median),
            latest: day(forecast.latest),
            per_working_day: (forecast.per_working_day * 100.0).round() / 100.0,
            working_days: forecast.working_days,
        }
    }
}

impl From<&Amount> for AmountRecord {
    fn from(amount: &Amount) -> Self {
        Self { dossiers: amount.dossiers, sheets: amount.sheets, pages: amount.pages }
    }
}

impl From<&Totals> for TotalsRecord {
    fn from(totals: &Totals) -> Self {
        Self {
            all: (&totals.listed).into(),
            done: (&totals.done).into(),
            below_standard: (&totals.below_standard).into(),
            done_percent: f64::from(hundredths(totals.done.dossiers, totals.listed.dossiers)) / 100.0,
        }
    }
}

/// A share in hundredths of a percent, rounded down: nothing is complete before it is.
fn hundredths(done: u64, all: u64) -> u32 {
    match u128::from(done) * 10_000 / u128::from(all.max(1)) {
        _ if all == 0 => 0,
        share => u32::try_from(share).unwrap_or(u32::MAX),
    }
}

/// A share as people read it, with one decimal, rounded down as well.
fn share(texts: &Texts, done: u64, all: u64) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    let tenths = hundredths(done, all) / 10;
    let sign = if texts.language() == UiLanguage::Vietnamese { ',' } else { '.' };
    format!("{}{sign}{} %", tenths / 10, tenths % 10)
}

pub(super) fn run(front: &mut Front, args: &ProgressArgs) -> Result<Exit, Stop> {
    let archive = front.open()?;
    let now = front.session.clock.now();
    let progress = archive.catalog().progress(now)?;
    if let Some(path) = &args.report {
        let work = archive.catalog().work(Day::of(now))?;
        let report = Report::of(&front.texts, &archive.facts().title, &progress, &work);
        let organisation = &archive.settings().archive.organisation;
        let written = report.write(path, &front.texts, organisation, now);
        let lacking = written.map_err(|source| PipelineError::Unreadable { path: path.clone(), source })?;
        if !lacking.is_empty() {
            let line = front.texts.say("box-form-lacks", &[("letters", lacking.into())]);
            front.output.warn(line);
        }
        let line = front.texts.say("report-written", &[("path", path.display().to_string().into())]);
        front.output.data(line);
    } else if args.json {
        front.output.json(&record(&progress));
    } else if args.csv {
        for line in csv(&progress) {
            front.output.data(line);
        }
    } else {
        tables(front, &progress);
    }
    Ok(Exit::Done)
}

fn record(progress: &Progress) -> Record<'_> {
    let group =
        |fonds, series, value_class, totals: &Totals| Group { fonds, series, value_class, totals: totals.into() };
    Record {
        targets: progress.targets.iter().map(reached_record).collect(),
        total: (&progress.total).into(),
        by_fonds: progress.by_fonds.iter().map(|(fonds, t)| group(Some(fonds.as_str()), None, None, t)).collect(),
        by_series: progress
            .by_series
            .iter()
            .map(|((fonds, series), t)| group(Some(fonds.as_str()), Some(series.as_str()), None, t))
            .collect(),
        by_value_class: progress
            .by_value_class
            .iter()
            .map(|(class, t)| group(None, None, Some(class.as_str()), t))
            .collect(),
        by_week: progress.by_week.iter().map(|(week, amount)| Week { week, accepted: amount.into() }).collect(),
        by_state: progress
            .by_state
            .iter()
            .map(|(state, amount)| State { state: state.word(), amount: amount.into() })
            .collect(),
        not_in_inventory: progress.unlisted,
        now: Now {
            at: progress.now.at.iso_vietnam(),
            targets: progress.targets.iter().zip(&progress.now.targets).map(|(p, now)| now_record(p, now)).collect(),
        },
    }
}

fn reached_record(progress: &TargetProgress) -> ReachedRecord<'_> {
    ReachedRecord {
        target: (&progress.target).into(),
        all: progress.denominator,
        done: progress.done,
        required: progress.required,
        left: progress.required.saturating_sub(progress.done),
        below_standard: progress.below_standard,
        done_percent: f64::from(hundredths(progress.done, progress.denominator)) / 100.0,
        met: progress.met,
    }
}

fn now_record<'a>(progress: &TargetProgress, now: &'a TargetNow) -> NowTarget<'a> {
    NowTarget {
        name: &now.name,
        days_left: now.days_left,
        past: now.past,
        missed_by: (now.past && !progress.met).then(|| progress.required.saturating_sub(progress.done)),
        forecast: now.forecast.ok().map(Into::into),
        no_forecast: now.forecast.err().map(NoForecast::word),
    }
}

/// One row a figure; nothing in it depends on the clock.
fn csv(progress: &Progress) -> Vec<String> {
    let mut lines = vec!["scope,name,series,unit,all,done,below_standard,done_percent,required,met".to_owned()];
    let mut row = |scope: &str, name: &str, series: &str, unit: &str, numbers: [u64; 3], more: [String; 2]| {
        let [all, done, below] = numbers;
        let percent = percent(hundredths(done, all).saturating_mul(100));
        let [required, met] = more;
        let (name, series) = (cell(name), cell(series));
        lines.push(format!("{scope},{name},{series},{unit},{all},{done},{below},{percent},{required},{met}"));
    };
    for p in &progress.targets {
        let more = [p.required.to_string(), p.met.to_string()];
        row("target", &p.target.name, "", p.target.unit.word(), [p.denominator, p.done, p.below_standard], more);
    }
    let mut groups: Vec<(&str, &str, &str, &Totals)> = vec![("total", "", "", &progress.total)];
    groups.extend(progress.by_fonds.iter().map(|(fonds, t)| ("fonds", fonds.as_str(), "", t)));
    groups.extend(progress.by_series.iter().map(|((fonds, series), t)| ("series", fonds.as_str(), series.as_str(), t)));
    groups.extend(progress.by_value_class.iter().map(|(class, t)| ("value_class", class.as_str(), "", t)));
    for (scope, name, series, totals) in groups {
        for unit in sohoa_model::plan::Unit::from_word("dossiers").into_iter().chain(OTHER_UNITS) {
            let numbers = [&totals.listed, &totals.done, &totals.below_standard].map(|amount| amount.of(unit));
            row(scope, name, series, unit.word(), numbers, Default::default());
        }
    }
    for (week, amount) in &progress.by_week {
        row("week", week, "", "dossiers", [amount.dossiers, amount.dossiers, 0], Default::default());
    }
    lines
}

const OTHER_UNITS: [sohoa_model::plan::Unit; 2] = [sohoa_model::plan::Unit::Sheets, sohoa_model::plan::Unit::Pages];

/// A text as a cell of CSV; one that a spreadsheet would take for a formula is marked as text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn tables(front: &mut Front, progress: &Progress) {
    if progress.total.listed.dossiers == 0 {
        let line = front.text("progress-empty");
        front.output.note(line);
    }
    if !progress.targets.is_empty() {
        let headings = ["target", "wanted", "share", "done", "all", "below-standard", "deadline", "standing"];
        let mut table = Table::new(headings.map(|id| front.text(&format!("field-{id}")))).right(&[1, 2, 3, 4, 5]);
        for (p, now) in progress.targets.iter().zip(&progress.now.targets) {
            table.row([
                p.target.name.clone(),
                format!("{} %", history::decimal(&front.texts, u64::from(p.target.share_ppm / 1_000))),
                share(&front.texts, p.done, p.denominator),
                p.done.to_string(),
                format!("{} {}", p.denominator, front.text(&format!("unit-{}", p.target.unit.word()))),
                p.below_standard.to_string(),
                p.target.deadline.clone(),
                standing(front, p, now),
            ]);
        }
        title(front, "progress-targets");
        front.output.table(&table);
        for (p, now) in progress.targets.iter().zip(&progress.now.targets) {
            if let Some(line) = foretold(front, p, now) {
                front.output.data(line);
            }
        }
    }
    let total = vec![(front.text("whole-archive"), &progress.total)];
    group(front, "progress-total", total);
    let fonds = progress.by_fonds.iter().map(|(fonds, t)| (fonds.clone(), t)).collect();
    group(front, "progress-by-fonds", fonds);
    let series = progress.by_series.iter().map(|((fonds, series), t)| (format!("{fonds} / {series}"), t)).collect();
    group(front, "progress-by-series", series);
    let classes = progress.by_value_class.iter().map(|(class, t)| (class.clone(), t)).collect();
    group(front, "progress-by-value-class", classes);
    if !progress.by_week.is_empty() {
        title(front, "progress-by-week");
        let headings = ["field-week", "unit-dossiers", "unit-sheets", "unit-pages"];
        let mut table = Table::new(headings.map(|id| front.text(id))).right(&[1, 2, 3]);
        for (week, amount) in &progress.by_week {
            let [dossiers, sheets, pages] = [amount.dossiers, amount.sheets, amount.pages].map(|n| n.to_string());
            table.row([week.clone(), dossiers, sheets, pages]);
        }
        front.output.table(&table);
    }
    if !progress.targets.is_empty() {
        let line = front.text("progress-open");
        front.output.note(line);
    }
}

fn title(front: &mut Front, id: &str) {
    let text = front.text(id);
    front.output.gap();
    front.output.data(text);
}

fn group(front: &mut Front, id: &str, rows: Vec<(String, &Totals)>) {
    if rows.is_empty() {
        return;
    }
    title(front, id);
    let headings = ["field-name", "field-share", "field-done", "field-left", "field-all", "field-below-standard"];
    let mut table = Table::new(headings.map(|id| front.text(id))).right(&[1, 2, 3, 4, 5]);
    for (name, totals) in rows {
        let (done, all) = (totals.done.dossiers, totals.listed.dossiers);
        let name = if name.is_empty() { front.text("nothing-known") } else { name };
        table.row([
            name,
            share(&front.texts, done, all),
            done.to_string(),
            all.saturating_sub(done).to_string(),
            all.to_string(),
            totals.below_standard.dossiers.to_string(),
        ]);
    }
    front.output.table(&table);
}

/// Whether a target is met, and what is left to do by when if it is not.
fn standing(front: &Front, progress: &TargetProgress, now: &TargetNow) -> String {
    let unit = front.text(&format!("unit-{}", progress.target.unit.word()));
    let args = [
        ("left", progress.required.saturating_sub(progress.done).into()),
        ("unit", unit.into()),
        ("days", now.days_left.unsigned_abs().into()),
    ];
    match (progress.met, now.past) {
        (true, _) => front.text("target-met"),
        (false, true) => front.texts.say("target-past", &args),
        (false, false) => front.texts.say("target-open", &args),
    }
}

/// The forecast of a target in words; nothing where nothing is left.
fn foretold(front: &Front, progress: &TargetProgress, now: &TargetNow) -> Option<String> {
    let forecast = match now.forecast {
        Ok(forecast) => forecast,
        Err(NoForecast::Done) => return None,
        Err(reason) => {
            return Some(
                front.texts.say(&format!("forecast-{}", reason.word()), &[("target", now.name.as_str().into())]),
            );
        }
    };
    let deadline = Day::parse(&progress.target.deadline);
    let (early, late) = (forecast.earliest, forecast.latest);
    // Where the deadline lies against the interval; a day that is not known is later than any deadline.
    let standing = match deadline {
        _ if now.past => "past",
        Some(deadline) if late.is_some_and(|late| late <= deadline) => "held",
        Some(deadline) if early.is_none_or(|early| early > deadline) => "missed",
        _ => "open",
    };
    let tenths = (forecast.per_working_day * 10.0).round() as u64;
    let day = |day: Option<Day>| day.map_or_else(|| front.text("forecast-far"), Day::short);
    let args = [
        ("target", now.name.as_str().into()),
        ("early", day(early).into()),
        ("late", day(late).into()),
        ("rate", history::decimal(&front.texts, tenths).into()),
        ("unit", front.text(&format!("unit-{}", progress.target.unit.word())).into()),
        ("standing", standing.into()),
    ];
    let id = match (early, late) {
        (None, _) => "forecast-only-far",
        (Some(early), Some(late)) if early == late => "forecast-day",
        _ => "forecast-interval",
    };
    Some(front.texts.say(id, &args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_up_to_complete() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        assert_eq!(share(&texts, 9_999_999, 10_000_000), "99,9 %");
        assert_eq!(share(&texts, 3, 10), "30,0 %");
        assert_eq!(share(&texts, 0, 0), "–");
    }

    #[test]
    fn a_cell_is_never_taken_for_a_formula() {
        let cases = [
            ("Phông A", "Phông A"),
            ("=1+1", "'=1+1"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("-", "'-"),
            ("+84 24", "'+84 24"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text), expected);
        }
    }
}
