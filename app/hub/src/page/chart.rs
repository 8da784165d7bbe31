//! The chart of the share over time, with the forecast as a band: SVG that needs no script, and the same as a table.

use maud::{Markup, html};
use sohoa_model::day::Day;
use sohoa_model::forecast::Forecast;

use crate::words::Language;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 200.0;
/// Rows of the table: the last so many days on which something changed.
const ROWS: usize = 30;

/// What a chart shows.
pub(super) struct Chart<'a> {
    pub(super) language: Language,
    /// Dossiers done by the end of a day, the days in their order.
    pub(super) done: &'a [(Day, i64)],
    pub(super) whole: i64,
    pub(super) today: Day,
    pub(super) forecast: Option<Forecast>,
    /// The share that the forecast is of.
    pub(super) goal: f64,
}

impl Chart<'_> {
    fn x(&self, day: Day) -> f64 {
        let (first, last) = self.span();
        LEFT + (WIDTH - LEFT - 12.0) * (day.0 - first.0) as f64 / (last.0 - first.0).max(1) as f64
    }

    fn y(share: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0)
    }

    /// From the first day of work to a little after the forecast, at most two years on.
    fn span(&self) -> (Day, Day) {
        let first = self.done.first().map_or(Day(self.today.0 - 30), |(day, _)| Day(day.0.min(self.today.0 - 30)));
        let forecast = self.forecast.and_then(|forecast| forecast.latest.or(forecast.median));
        let last = forecast.map_or(self.today.0 + 30, |day| day.0.clamp(self.today.0 + 30, self.today.0 + 730));
        (first, Day(last))
    }

    fn share(&self, done: i64) -> f64 {
        if self.whole > 0 { done as f64 / self.whole as f64 } else { 0.0 }
    }

    pub(super) fn draw(&self) -> Markup {
        let say = |vi, en| self.language.say(vi, en);
        let (first, last) = self.span();
        let now = self.share(self.done.last().map_or(0, |(_, done)| *done));
        let mut line: Vec<String> = self
            .done
            .iter()
            .map(|(day, done)| format!("{:.1},{:.1}", self.x(*day), Self::y(self.share(*done))))
            .collect();
        line.push(format!("{:.1},{:.1}", self.x(self.today), Self::y(now)));
        let band = self.forecast.and_then(|forecast| {
            let (earliest, latest) = (forecast.earliest?, forecast.latest?);
            let goal = Self::y(self.goal);
            Some(format!(
                "{:.1},{:.1} {:.1},{goal:.1} {:.1},{goal:.1}",
                self.x(self.today),
                Self::y(now),
                self.x(earliest).min(WIDTH - 12.0),
                self.x(latest).min(WIDTH - 12.0),
            ))
        });
        let median = self.forecast.and_then(|forecast| forecast.median).map(|median| {
            let goal = (self.x(median).min(WIDTH - 12.0), Self::y(self.goal));
            format!("{:.1},{:.1} {:.1},{:.1}", self.x(self.today), Self::y(now), goal.0, goal.1)
        });
        html! {
            ul .legend {
                li { span class="key done-key" {} (say("Đã số hóa", "Digitized")) }
                @if band.is_some() {
                    li { span class="key band-key" {} (say("Dự báo, khoảng tin cậy 80 %", "Forecast, 80 of 100 cases")) }
                }
            }
            svg .chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img"
                aria-label=(say("Tỷ lệ hồ sơ đã số hóa theo thời gian", "Share of dossiers digitized over time")) {
                @for quarter in 0..=4_u8 {
                    @let y = Self::y(f64::from(quarter) / 4.0);
                    line .grid x1=(LEFT) x2=(WIDTH - 12.0) y1=(y) y2=(y) {}
                    text .axis x=(LEFT - 8.0) y=(y + 4.0) text-anchor="end" { (quarter * 25) "\u{a0}%" }
                }
                @if let Some(band) = band { polygon .band points=(band) {} }
                @if let Some(median) = median { polyline .median points=(median) {} }
                polyline .done points=(line.join(" ")) {}
                circle .now cx=(format!("{:.1}", self.x(self.today))) cy=(format!("{:.1}", Self::y(now))) r="4" {}
                text .axis x=(LEFT) y=(HEIGHT - 10.0) { (first.short()) }
                text .axis x=(WIDTH - 12.0) y=(HEIGHT - 10.0) text-anchor="end" { (last.short()) }
            }
            details {
                summary { (say("Số liệu của biểu đồ", "The figures of the chart")) }
                table {
                    caption .hidden { (say("Hồ sơ đã số hóa theo ngày", "Dossiers digitized by day")) }
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
