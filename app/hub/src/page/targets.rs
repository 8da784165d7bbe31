//! The targets of the published plans: how much of each is done, over time, by when it will be reached, and its dossiers.
//!
//! Everything comes from counters, so that no page is counted when somebody looks.

use maud::{Markup, html};
use serde_json::Value;
use sohoa_model::day::Day;
use sohoa_model::forecast::Forecast;
use sohoa_wire::body::{Plan, Target};
use sqlx_postgres::PgPool;

use super::chart::Chart;
use super::figures::{self, Accepted, Course};
use super::frame::{Mark, mark};
use super::session::NotShown;
use super::wanted::Wanted;
use crate::database::rows;
use crate::words::Language;

/// Targets that have a chart; the rest has a line each.
const CHARTS: usize = 12;

/// A target, and what of it is done.
pub(super) struct Standing {
    pub(super) target: Target,
    pub(super) unit_no: i32,
    /// Name of its unit.
    unit: String,
    /// What is done, and the whole; `None` for sheets, which stations do not send.
    pub(super) amounts: Option<(i64, i64)>,
}

/// The targets of the plans of a unit, or of all.
pub(super) async fn read(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Standing>, NotShown> {
    let plans: Vec<(i32, String, String)> = rows(
        "SELECT unit_no, u.name, p.body::text FROM plan p JOIN unit u USING (unit_no) \
         WHERE $1::int IS NULL OR unit_no = $1 ORDER BY unit_no",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    let mut standings = Vec::new();
    for (unit_no, unit, plan) in plans {
        let plan: Option<Plan> =
            serde_json::from_str::<Value>(&plan).ok().and_then(|plan| serde_json::from_value(plan).ok());
        for target in plan.into_iter().flat_map(|plan| plan.targets) {
            let unit = unit.clone();
            if target.unit == "sheets" {
                standings.push(Standing { target, unit_no, unit, amounts: None });
                continue;
            }
            let amounts: (i64, i64) = rows(
                "SELECT coalesce(sum(n) FILTER (WHERE is_done AND ($3 OR NOT below_standard)), 0)::bigint, \
                 coalesce(sum(n), 0)::bigint \
                 FROM (SELECT CASE WHEN $4 THEN pages ELSE dossiers END AS n, is_done, below_standard FROM amount \
                 WHERE unit_no = $1 AND ($2::text IS NULL OR value_class = $2)) c",
            )
            .bind(unit_no)
            .bind(&target.value_class)
            .bind(target.counts_below_standard)
            .bind(target.unit == "pages")
            .fetch_one(pool)
            .await?;
            standings.push(Standing { target, unit_no, unit, amounts: Some(amounts) });
        }
    }
    Ok(standings)
}

impl Standing {
    /// How much must be done.
    fn required(&self) -> Option<i64> {
        let (_, whole) = self.amounts?;
        let parts = i128::from(whole) * i128::from(self.target.share_ppm);
        i64::try_from((parts + 999_999) / 1_000_000).ok()
    }

    /// Whether enough is done.
    pub(super) fn is_reached(&self) -> bool {
        self.amounts.zip(self.required()).is_some_and(|((done, whole), required)| whole > 0 && done >= required)
    }

    /// Its course, of what counts for it alone.
    fn course(&self, accepted: &[Accepted], today: Day) -> Option<Course> {
        let (done, _) = self.amounts?;
        let target = &self.target;
        let counts = |row: &&Accepted| {
            row.unit_no == self.unit_no
                && target.value_class.as_ref().is_none_or(|class| *class == row.value_class)
                && (target.counts_below_standard || !row.below_standard)
        };
        let amount = |row: &Accepted| (row.day, if target.unit == "pages" { row.pages } else { row.dossiers });
        let by_day = figures::by_day(accepted.iter().filter(counts).map(amount));
        let dated = i64::try_from(by_day.values().sum::<u64>()).unwrap_or(i64::MAX);
        Some(figures::course(&by_day, (done - dated).max(0), self.required()?, today))
    }

    /// All its dossiers.
    fn all(&self) -> Wanted {
        Wanted { unit: Some(self.unit_no), value: self.target.value_class.clone(), ..Wanted::default() }
    }

    /// Those of them that count as done.
    fn done(&self) -> Wanted {
        Wanted { state: "done".to_owned(), standard: !self.target.counts_below_standard, ..self.all() }
    }

    fn outlook(&self, forecast: Option<Forecast>, today: Day) -> Mark {
        let deadline = Day::parse(&self.target.deadline);
        if self.is_reached() {
            Mark::Pass
        } else if self.amounts.is_some() && deadline.is_some_and(|deadline| deadline < today) {
            Mark::Reject
        } else if forecast.is_some_and(|forecast| deadline < forecast.latest || forecast.latest.is_none()) {
            Mark::Warn
        } else {
            Mark::Open
        }
    }

    /// What a working day must bring from today on, and what it brings.
    fn pace(&self, language: Language, forecast: Option<Forecast>, today: Day) -> Option<String> {
        let (deadline, now) = (Day::parse(&self.target.deadline)?, forecast?.per_working_day);
        let left = self.required()? - self.amounts?.0;
        let days = (today.0..=deadline.0).filter(|day| Day(*day).is_working()).count();
        if left <= 0 || days == 0 {
            return None;
        }
        let (needed, now) = (language.tenths(left as f64 / days as f64), language.tenths(now));
        let unit = unit_name(language, &self.target.unit);
        Some(match language {
            Language::Vietnamese => format!("Để kịp cần {needed} {unit} mỗi ngày làm việc, hiện {now}."),
            Language::English => format!("To be in time it takes {needed} {unit} a working day; now it is {now}."),
        })
    }

    fn name(&self, with_unit: bool) -> String {
        if with_unit { format!("{}: {}", self.unit, self.target.name) } else { self.target.name.clone() }
    }

    /// Whether another target is of the same plan and counts the same: then both lie on one line.
    fn is_beside(&self, other: &Self) -> bool {
        let (mine, others) = (&self.target, &other.target);
        self.unit_no == other.unit_no
            && (&mine.unit, &mine.value_class, mine.counts_below_standard)
                == (&others.unit, &others.value_class, others.counts_below_standard)
    }
}

/// What a target counts.
pub(super) fn unit_name(language: Language, unit: &str) -> &str {
    match unit {
        "dossiers" => language.say("hồ sơ", "dossiers"),
        "pages" => language.say("trang", "pages"),
        "sheets" => language.say("tờ", "sheets"),
        other => other,
    }
}

/// Targets with their courses, ready to be drawn.
pub(super) struct Targets<'a> {
    language: Language,
    today: Day,
    all: Vec<(&'a Standing, Option<Course>)>,
    with_unit: bool,
}

impl<'a> Targets<'a> {
    pub(super) fn of(language: Language, standings: &'a [Standing], accepted: &[Accepted], today: Day) -> Self {
        let with_unit = standings.windows(2).any(|two| two[0].unit_no != two[1].unit_no);
        let course = |(at, standing): (usize, &'a Standing)| {
            (standing, (at < CHARTS).then(|| standing.course(accepted, today)).flatten())
        };
        Self { language, today, all: standings.iter().enumerate().map(course).collect(), with_unit }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The lines of a list.
    pub(super) fn lines(&self) -> Markup {
        let say = |vi, en| self.language.say(vi, en);
        let language = self.language;
        html! {
            @for (standing, course) in &self.all {
                @let forecast = course.as_ref().and_then(|course| course.foretold.ok());
                @let deadline = Day::parse(&standing.target.deadline);
                @let late = deadline.is_some_and(|deadline| deadline < self.today);
                li {
                    (mark(standing.outlook(forecast, self.today), None))
                    div {
                        strong { (standing.name(self.with_unit)) }
                        @if let Some(deadline) = deadline { " · " (say("đến hết", "by")) " " (deadline.short()) }
                        @if let Some((done, whole)) = standing.amounts {
                            p .muted {
                                (if standing.is_reached() { say("Đã đạt: ", "Reached: ") } else if late { say("Đã quá hạn: ", "Past: ") } else { say("Hiện có: ", "Now: ") })
                                (language.share(done, whole)) " ("
                                a href=(standing.done().link()) { (language.count(done)) } " / "
                                a href=(standing.all().link()) { (language.count(whole)) } " "
                                (unit_name(language, &standing.target.unit)) ")"
                            }
                        } @else {
                            p .muted { (say("Chỉ tiêu theo tờ chưa được tính ở đây.", "Sheets are not counted here yet.")) }
                        }
                    }
                }
            }
        }
    }

    /// A chart for each: its share over time, the plan, and where it leads.
    pub(super) fn charts(&self) -> Markup {
        let language = self.language;
        let drawn =
            self.all.iter().enumerate().filter_map(|(at, (standing, course))| Some((at, standing, course.as_ref()?)));
        html! {
            div .targets {
                @for (at, standing, course) in drawn {
                    @let name = standing.name(self.with_unit);
                    @let forecast = course.foretold.ok();
                    @let words = figures::sentence(language, standing.target.share_ppm, &course.foretold);
                    @let id = format!("target-{}", at + 1);
                    section .card aria-labelledby=(id) {
                        h2 id=(id) { (name) }
                        (Chart {
                            language,
                            id: &format!("{id}-chart"),
                            title: &name,
                            words: &words,
                            done: &course.over_time,
                            whole: standing.amounts.map_or(0, |(_, whole)| whole),
                            today: self.today,
                            forecast,
                            goal: f64::from(standing.target.share_ppm) / 1e6,
                            plan: &self.plan(standing),
                        }.draw())
                        p .muted {
                            (words)
                            @if let Some(pace) = standing.pace(language, forecast, self.today) { " " (pace) }
                        }
                    }
                }
            }
            @let more = self.all.len().saturating_sub(CHARTS);
            @if more > 0 {
                p .muted { (language.count(more as i64)) " " (language.say("mốc nữa không có biểu đồ ở đây.", "more targets have no chart here.")) }
            }
        }
    }

    /// Days and shares of all targets that lie on one line with a target.
    fn plan(&self, of: &Standing) -> Vec<(Day, f64)> {
        let milestone =
            |other: &Standing| Some((Day::parse(&other.target.deadline)?, f64::from(other.target.share_ppm) / 1e6));
        let mut plan: Vec<_> = self
            .all
            .iter()
            .filter(|(other, _)| of.is_beside(other))
            .filter_map(|(other, _)| milestone(other))
            .collect();
        plan.sort_by_key(|(day, _)| *day);
        plan
    }
}
