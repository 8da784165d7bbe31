//! The chart of a share over time, with the plan and with the forecast as a band: SVG that needs no script, and the same as a
//! table.

use maud::{Markup, html};
use sohoa_model::day::Day;
use sohoa_model::forecast::Forecast;

use super::figures::Course;
use crate::words::Language;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 200.0;
/// Rows of the table: the last so many days on which something changed.
const ROWS: usize = 30;
/// Months that are named, at most.
const MONTHS: usize = 7;
/// Days behind the last that matters.
const AROUND: i64 = 10;
/// Days behind which a forecast without an end leaves the chart: ten years.
const FAR: i64 = 3650;

/// What a chart shows.
pub(super) struct Chart<'a> {
    pub(super) language: Language,
    /// What names it on its page.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// The forecast in words.
    pub(super) words: &'a str,
    /// How much was done by the end of a day, the days in their order.
    pub(super) done: &'a [(Day, i64)],
    pub(super) whole: i64,
    pub(super) today: Day,
    pub(super) forecast: Option<Forecast>,
    /// The share that the forecast is of.
    pub(super) goal: f64,
    /// Which share is to be reached by the end of which day, in the order of the days.
    pub(super) plan: &'a [(Day, f64)],
}

impl<'a> Chart<'a> {
    /// The chart of all dossiers up to a day, with the forecast in words.
    pub(super) fn of_all(language: Language, course: &'a Course, words: &'a str, whole: i64, today: Day) -> Self {
        Self {
            language,
            id: "share-chart",
            title: language.say("Tỷ lệ hồ sơ đã số hóa theo thời gian", "Share of dossiers digitized over time"),
            words,
            done: &course.over_time,
            whole,
            today,
            forecast: course.foretold.ok(),
            goal: 1.0,
            plan: &[],
        }
    }

    fn x(&self, day: Day) -> f64 {
        let (first, last) = self.span();
        LEFT + (RIGHT - LEFT) * (day.0 - first.0) as f64 / (last.0 - first.0).max(1) as f64
    }

    fn y(share: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0)
    }

    fn point(&self, day: Day, share: f64) -> String {
        format!("{:.1},{:.1}", self.x(day), Self::y(share))
    }

    /// From the first day of work to a little after forecast and plan, at most two years on.
    fn span(&self) -> (Day, Day) {
        let first = self.done.first().map_or(Day(self.today.0 - 30), |(day, _)| Day(day.0.min(self.today.0 - 30)));
        let forecast = self.forecast.and_then(|forecast| forecast.latest.or(forecast.median));
        let last = forecast.into_iter().chain(self.plan.last().map(|(day, _)| *day)).max();
        let last = last.map_or(self.today.0 + 30, |day| (day.0 + AROUND).clamp(self.today.0 + 30, self.today.0 + 730));
        (first, Day(last))
    }

    fn share(&self, done: i64) -> f64 {
        if self.whole > 0 { done as f64 / self.whole as f64 } else { 0.0 }
    }

    /// The forecast as an area from today's share to the goal, at the earliest and at the latest.
    fn band(&self, now: f64) -> Option<String> {
        let forecast = self.forecast?;
        let latest = forecast.latest.unwrap_or(Day(self.today.0 + FAR));
        let [from, early, late] = [(self.today, now), (forecast.earliest?, self.goal), (latest, self.goal)]
            .map(|(day, y)| self.point(day, y));
        Some(format!("{from} {early} {late}"))
    }

    /// The first days of some months.
    fn months(&self) -> Vec<Day> {
        let (first, last) = self.span();
        let months = std::iter::successors(Day(first.0 - 1).next_month(), |month| month.next_month());
        let months: Vec<Day> = months.take_while(|month| *month <= last).collect();
        let step = months.len().div_ceil(MONTHS).max(1);
        months.into_iter().step_by(step).collect()
    }

    pub(super) fn draw(&self) -> Markup {
        let say = |vi, en| self.language.say(vi, en);
        let (first, _) = self.span();
        let done = self.done.last().map_or(0, |(_, done)| *done);
        let now = self.share(done);
        let mut line: Vec<String> = self.done.iter().map(|(day, done)| self.point(*day, self.share(*done))).collect();
        line.push(self.point(self.today, now));
        let band = self.band(now);
        let median = self.forecast.and_then(|forecast| forecast.median);
        let median = median.map(|median| format!("{} {}", self.point(self.today, now), self.point(median, self.goal)));
        let milestones: Vec<_> = self.plan.iter().filter(|(day, _)| *day > first).collect();
        let plan: Vec<String> = std::iter::once(self.point(first, 0.0))
            .chain(milestones.iter().map(|(day, share)| self.point(*day, *share)))
            .collect();
        let share = self.language.share(done, self.whole);
        let (x, y) = (self.x(self.today), Self::y(now));
        // Below the line, which rises, and beside it where there is room.
        let (value_x, value_anchor) = if x < RIGHT - 60.0 { (x + 8.0, "start") } else { (x - 8.0, "end") };
        let value_y = if y > BOTTOM - 24.0 { y - 8.0 } else { y + 18.0 };
        html! {
            ul .legend {
                li { span class="key done-key" {} (say("Đã số hóa", "Digitized")) }
                @if !milestones.is_empty() { li { span class="key plan-key" {} (say("Kế hoạch", "Plan")) } }
                @if band.is_some() {
                    li { span class="key band-key" {} (say("Dự báo, khoảng tin cậy 80 %", "Forecast, 80 of 100 cases")) }
                }
            }
            svg .chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img"
                aria-labelledby={ (self.id) "-title " (self.id) "-words" } {
                title id={ (self.id) "-title" } { (self.title) }
                desc id={ (self.id) "-words" } { (self.today.short()) ": " (share) ". " (self.words) }
                @for quarter in 0..=4_u8 {
                    @let y = Self::y(f64::from(quarter) / 4.0);
                    line .grid x1=(LEFT) x2=(RIGHT) y1=(y) y2=(y) {}
                    text .axis x=(LEFT - 8.0) y=(y + 4.0) text-anchor="end" { (quarter * 25) "\u{a0}%" }
                }
                // What leads out of it is cut off at its side.
                svg x=(LEFT) y="0" width=(RIGHT - LEFT) height=(HEIGHT) viewBox={ (LEFT) " 0 " (RIGHT - LEFT) " " (HEIGHT) } {
                    @if let Some(band) = band { polygon .band points=(band) {} }
                    @if !milestones.is_empty() { polyline .plan points=(plan.join(" ")) {} }
                    @if let Some(median) = median { polyline .median points=(median) {} }
                    polyline .done points=(line.join(" ")) {}
                    @for (day, share) in &milestones {
                        @let (x, y) = (self.x(*day), Self::y(*share));
                        path .milestone d={ "M" (format!("{x:.1} {:.1}", y - 6.0)) "l6 6-6 6-6-6z" } {}
                    }
                }
                circle .now cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="4" {}
                text .value x=(format!("{value_x:.1}")) y=(format!("{value_y:.1}")) text-anchor=(value_anchor) { (share) }
                @for month in self.months() {
                    @let x = self.x(month);
                    text .axis x=(format!("{x:.1}")) y=(HEIGHT - 10.0) text-anchor=(if x > RIGHT - 20.0 { "end" } else { "middle" }) { (&month.short()[3..]) }
                }
            }
            details {
                summary { (say("Số liệu của biểu đồ", "The figures of the chart")) span .hidden { ": " (self.title) } }
                table {
                    caption .hidden { (self.title) }
                    thead { tr {
                        th scope="col" { (say("Ngày", "Day")) }
                        th .number scope="col" { (say("Đã số hóa", "Digitized")) }
                        th .number scope="col" { (say("Tỷ lệ", "Share")) }
                    } }
                    tbody {
                        @for (day, done) in self.done.iter().rev().take(ROWS) {
                            tr {
                                th scope="row" { (day.short()) }
                                td .number { (self.language.count(*done)) }
                                td .number { (self.language.share(*done, self.whole)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
