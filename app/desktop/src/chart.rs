//! The share of a target over time: what was done, what is planned, and where it leads, as an interval.

use eframe::egui;
use egui::{Stroke, Ui};
use egui_plot::{FilledArea, GridMark, Line, LineStyle, MarkerShape, Plot, Points, VLine};
use sohoa_catalog::progress::{Progress, TargetProgress};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_shell::Texts;
use std::collections::BTreeMap;

use crate::theme::tokens;

/// Days shown before the first and behind the last that matters.
const AROUND: f64 = 7.0;

/// Where a target leads: from today's share to the required one, at the earliest and at the latest.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Band {
    earliest: f64,
    latest: f64,
    required: f64,
}

/// The lines of a chart; x is days since 1970, y percent of all that the target counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    actual: Vec<[f64; 2]>,
    plan: Vec<[f64; 2]>,
    milestones: Vec<[f64; 2]>,
    band: Option<Band>,
    today: f64,
}

impl Chart {
    /// Of the target at a place in the list; `weeks` is what was accepted of it by ISO week.
    pub fn of(progress: &Progress, at: usize, weeks: &BTreeMap<String, u64>) -> Option<Self> {
        let target = progress.targets.get(at)?;
        let now = progress.now.targets.get(at)?;
        let today = Day::of(progress.now.at);
        let percent = |amount: u64| 100.0 * amount as f64 / target.denominator.max(1) as f64;
        let mut done = 0;
        let mut actual: Vec<[f64; 2]> = Vec::new();
        for (week, amount) in weeks {
            let Some(end) = Day::end_of_week(week) else { continue };
            if actual.is_empty() {
                actual.push([(end.0 - 7) as f64, 0.0]);
            }
            done += amount;
            actual.push([end.0.min(today.0) as f64, percent(done)]);
        }
        actual.push([today.0 as f64, percent(target.done)]);
        let first = actual[0][0];
        let is_of_plan = |other: &&TargetProgress| {
            other.target.unit == target.target.unit && other.target.value_class == target.target.value_class
        };
        let milestone = |other: &TargetProgress| {
            let day = Day::parse(&other.target.deadline)?;
            Some([day.0 as f64, f64::from(other.target.share_ppm) / 10_000.0])
        };
        let mut milestones: Vec<[f64; 2]> = progress.targets.iter().filter(is_of_plan).filter_map(milestone).collect();
        milestones.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut plan = vec![[first, 0.0]];
        plan.extend(milestones.iter().filter(|[day, _]| *day > first));
        let band = now.forecast.as_ref().ok().and_then(|forecast| {
            let earliest = forecast.earliest?.0 as f64;
            // What comes later than in ten years leaves the chart at its side.
            let latest = forecast.latest.map_or(today.0 as f64 + 3650.0, |day| day.0 as f64);
            Some(Band { earliest, latest, required: percent(target.required) })
        });
        Some(Self { actual, plan, milestones, band, today: today.0 as f64 })
    }

    /// The first and the last day that are shown.
    fn span(&self) -> (f64, f64) {
        let all = self.actual.iter().chain(&self.plan).chain(&self.milestones).map(|point| point[0]);
        let first = all.clone().fold(self.today, f64::min).max(self.today - 760.0);
        let mut last = all.fold(self.today, f64::max);
        if let Some(band) = self.band {
            // A forecast far behind the plan does not press all else together.
            last = last.max(band.latest.min(self.today + 1.5 * (last - first).max(60.0)));
        }
        (first - AROUND, last + AROUND)
    }

    /// The forecast as an area: days, and the least and the greatest share on each.
    fn area(&self) -> Option<(Vec<f64>, Vec<f64>, Vec<f64>)> {
        let band = self.band?;
        let now = self.actual.last()?[1];
        let toward = |end: f64, day: f64| match end - self.today {
            days if days < 1.0 => band.required,
            days => (now + (band.required - now) * (day - self.today) / days).min(band.required),
        };
        let days = vec![self.today, band.earliest.max(self.today), band.latest.max(self.today)];
        let low = days.iter().map(|day| toward(band.latest, *day)).collect();
        let high = days.iter().map(|day| toward(band.earliest, *day)).collect();
        Some((days, low, high))
    }

    /// Draws it.
    pub fn show(&self, ui: &mut Ui, texts: &Texts, height: f32) -> egui::Rect {
        let t = tokens(ui.ctx());
        let (first, last) = self.span();
        let month = |day: f64| Timestamp(Day(day as i64).start().0 + 12 * 3_600_000).day_vietnam();
        let step = ((last - first) / 12.0 / 30.0).ceil().max(1.0) as usize;
        let response = Plot::new("progress")
            .height(height)
            .show_background(false)
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .show_x(false)
            .show_y(false)
            .y_axis_min_width(48.0)
            .grid_color(t.line)
            .default_x_bounds(first, last)
            .default_y_bounds(0.0, 104.0)
            .auto_bounds(false)
            .x_grid_spacer(move |_| months(first, last, step))
            .y_grid_spacer(|_| (0..=4).map(|n| GridMark { value: f64::from(n) * 25.0, step_size: 25.0 }).collect())
            .x_axis_formatter(move |mark, _| {
                let day = month(mark.value);
                let (year, rest) = day.split_at(4);
                format!("{}/{}", rest.get(1..3).unwrap_or_default(), year.get(2..).unwrap_or_default())
            })
            .y_axis_formatter(|mark, _| format!("{:.0} %", mark.value))
            .show(ui, |plot| {
                if let Some((days, low, high)) = self.area() {
                    plot.add(FilledArea::new(texts.get("ui-chart-forecast"), &days, &low, &high).fill_color(t.band));
                }
                let dashed = LineStyle::Dashed { length: 6.0 };
                let plan = Line::new(texts.get("ui-chart-plan"), self.plan.clone());
                plot.line(plan.style(dashed).stroke(Stroke::new(1.5, t.text3)));
                let today = VLine::new(texts.get("ui-chart-today"), self.today);
                plot.vline(today.stroke(Stroke::new(1.0, t.line2)));
                let actual = Line::new(texts.get("ui-chart-actual"), self.actual.clone());
                plot.line(actual.stroke(Stroke::new(2.5, t.accent_text)));
                let milestones = Points::new(texts.get("ui-chart-milestone"), self.milestones.clone());
                plot.points(milestones.shape(MarkerShape::Diamond).radius(6.0).color(t.warn.fg));
                if let Some(now) = self.actual.last() {
                    plot.points(Points::new(texts.get("ui-chart-today"), vec![*now]).radius(4.5).color(t.accent_text));
                }
            });
        response.response.rect
    }
}

/// The first days of months, so many months apart.
fn months(first: f64, last: f64, step: usize) -> Vec<GridMark> {
    let is_first = |day: &i64| Timestamp(Day(*day).start().0 + 3_600_000).day_vietnam().ends_with("-01");
    let days = (first as i64..=last as i64).filter(is_first).step_by(step);
    days.map(|day| GridMark { value: day as f64, step_size: 30.0 * step as f64 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(band: Option<Band>) -> Chart {
        let today = 20_785.0;
        Chart {
            actual: vec![[20_600.0, 0.0], [today, 60.0]],
            plan: vec![[20_600.0, 0.0], [20_818.0, 100.0]],
            milestones: vec![[20_818.0, 100.0]],
            band,
            today,
        }
    }

    #[test]
    fn the_forecast_is_a_fan_from_today_that_ends_at_what_is_required() {
        let band = Band { earliest: 20_805.0, latest: 20_825.0, required: 100.0 };
        let (days, low, high) = chart(Some(band)).area().expect("an area");
        assert_eq!(days, [20_785.0, 20_805.0, 20_825.0]);
        assert_eq!((low, high), (vec![60.0, 80.0, 100.0], vec![60.0, 100.0, 100.0]));
        assert_eq!(chart(None).area(), None);
    }

    #[test]
    fn a_forecast_far_away_does_not_press_the_rest_together() {
        let far = Band { earliest: 21_000.0, latest: 24_000.0, required: 100.0 };
        let (first, last) = chart(Some(far)).span();
        assert!(first < 20_600.0 && last < 21_200.0, "{first} {last}");
    }

    #[test]
    fn months_are_marked_where_they_begin() {
        // 2026-11-01 and 2026-12-01.
        let days: Vec<f64> = months(20_750.0, 20_790.0, 1).iter().map(|mark| mark.value).collect();
        assert_eq!(days, [20_758.0, 20_788.0]);
    }
}
