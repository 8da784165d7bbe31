//! Figures: what the progress page, the report and the exports say, read from counters and projections.

use std::collections::BTreeMap;

use serde_json::Value;
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::forecast::{self, Forecast, NoForecast};
use sohoa_wire::body::{Plan, Target};
use sqlx_postgres::PgPool;

use super::session::NotShown;
use crate::database::{rows, value};
use crate::words::Language;

/// How many states there are.
const STATES: usize = DossierState::ALL.len();

/// A fonds with its dossiers by state.
pub(super) struct Fonds {
    pub(super) number: i32,
    pub(super) code: String,
    /// Name of its unit.
    pub(super) unit: String,
    by_state: [i64; STATES],
    pub(super) rescan: i64,
}

impl Fonds {
    /// All of some together, as of a unit.
    pub(super) fn sum<'a>(of: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let by_state = std::array::from_fn(|state| of.clone().map(|one| one.by_state[state]).sum());
        let rescan = of.map(|one| one.rescan).sum();
        Self { number: 0, code: String::new(), unit: String::new(), by_state, rescan }
    }

    /// All its dossiers.
    pub(super) fn whole(&self) -> i64 {
        self.by_state.iter().sum()
    }

    /// Those that count as digitized.
    pub(super) fn done(&self) -> i64 {
        self.between(DossierState::Accepted, DossierState::Delivered)
    }

    /// Those in a state from one to another.
    pub(super) fn between(&self, first: DossierState, last: DossierState) -> i64 {
        self.by_state[first as usize..=last as usize].iter().sum()
    }
}

/// The fonds of a unit, or of all, unit after unit.
pub(super) async fn fonds(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Fonds>, NotShown> {
    let counted: Vec<(i32, String, String, i16, i64)> = rows(
        "SELECT f.fonds_no, f.code, u.name, p.state, sum(p.dossiers)::bigint FROM progress p \
         JOIN fonds f USING (fonds_no) JOIN unit u USING (unit_no) \
         WHERE $1::int IS NULL OR f.unit_no = $1 GROUP BY u.code, 1, 2, 3, 4 HAVING sum(p.dossiers) <> 0 \
         ORDER BY u.code, f.code, 1, 4",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    let rescan: Vec<(i32, i64)> =
        rows("SELECT fonds_no, count(*) FROM dossier WHERE rescan AND NOT retired GROUP BY 1").fetch_all(pool).await?;
    let rescan: BTreeMap<i32, i64> = rescan.into_iter().collect();
    let mut fonds: Vec<Fonds> = Vec::new();
    for (number, code, unit, state, dossiers) in counted {
        if fonds.last().is_none_or(|last| last.number != number) {
            let rescan = rescan.get(&number).copied().unwrap_or(0);
            fonds.push(Fonds { number, code, unit, by_state: [0; STATES], rescan });
        }
        if let (Some(last), Ok(state)) = (fonds.last_mut(), usize::try_from(state))
            && let Some(count) = last.by_state.get_mut(state)
        {
            *count += dossiers;
        }
    }
    Ok(fonds)
}

/// Dossiers that count as digitized, by the day of their acceptance.
pub(super) async fn days(pool: &PgPool, unit_no: Option<i32>) -> Result<BTreeMap<Day, u64>, NotShown> {
    let days: Vec<(String, i64)> = rows(
        "SELECT accepted_on, sum(dossiers)::bigint FROM accepted_day WHERE $1::int IS NULL OR unit_no = $1 \
         GROUP BY 1 HAVING sum(dossiers) <> 0",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    let read = |(day, count): (String, i64)| Some((Day::parse(&day)?, count.unsigned_abs()));
    Ok(days.into_iter().filter_map(read).collect())
}

/// A target, and what of it is done.
pub(super) struct Standing {
    pub(super) target: Target,
    /// What is done, and the whole; `None` for sheets, which stations do not send.
    pub(super) amounts: Option<(i64, i64)>,
}

/// The targets of the plans of a unit, or of all.
pub(super) async fn targets(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Standing>, NotShown> {
    let plans: Vec<(i32, String)> =
        rows("SELECT unit_no, body::text FROM plan WHERE $1::int IS NULL OR unit_no = $1 ORDER BY unit_no")
            .bind(unit_no)
            .fetch_all(pool)
            .await?;
    let mut standings = Vec::new();
    for (unit_no, plan) in plans {
        let plan: Option<Plan> =
            serde_json::from_str::<Value>(&plan).ok().and_then(|plan| serde_json::from_value(plan).ok());
        for target in plan.into_iter().flat_map(|plan| plan.targets) {
            if target.unit == "sheets" {
                standings.push(Standing { target, amounts: None });
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
            standings.push(Standing { target, amounts: Some(amounts) });
        }
    }
    Ok(standings)
}

/// Dossiers that are held.
pub(super) async fn held(pool: &PgPool, unit_no: Option<i32>) -> Result<i64, NotShown> {
    let held = value(
        "SELECT count(*) FROM hold h JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
         WHERE NOT d.retired AND ($1::int IS NULL OR f.unit_no = $1)",
    );
    Ok(held.bind(unit_no).fetch_one(pool).await?)
}

impl Standing {
    /// Whether enough is done.
    pub(super) fn is_reached(&self) -> bool {
        self.amounts.is_some_and(|(done, whole)| {
            whole > 0 && i128::from(done) * 1_000_000 >= i128::from(whole) * i128::from(self.target.share_ppm)
        })
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

/// The share over time, and when it will be whole.
pub(super) struct Course {
    /// Dossiers done by the end of a day.
    pub(super) over_time: Vec<(Day, i64)>,
    /// When all will be done.
    pub(super) foretold: Result<Forecast, NoForecast>,
}

/// The course up to a day.
pub(super) fn course(by_day: &BTreeMap<Day, u64>, whole: i64, today: Day) -> Course {
    let by_day: BTreeMap<Day, u64> = by_day.range(..=today).map(|(day, count)| (*day, *count)).collect();
    let mut sum = 0;
    let over_time: Vec<(Day, i64)> = by_day
        .iter()
        .map(|(day, count)| {
            sum += i64::try_from(*count).unwrap_or(0);
            (*day, sum)
        })
        .collect();
    let left = u64::try_from(whole - sum).unwrap_or(0);
    let began = by_day.keys().next().copied();
    let foretold = forecast::forecast(&by_day, began, left, today);
    Course { over_time, foretold }
}

/// The forecast in words: the interval, never a day alone.
pub(super) fn sentence(language: Language, foretold: &Result<Forecast, NoForecast>) -> String {
    let say = |vi, en| language.say(vi, en);
    match foretold {
        Ok(forecast) => {
            let day =
                |day: Option<Day>| day.map_or_else(|| say("sau mười năm", "in over ten years").to_owned(), Day::short);
            let (earliest, latest) = (day(forecast.earliest), day(forecast.latest));
            match language {
                Language::Vietnamese => {
                    format!("Dự báo xong trong khoảng {earliest} – {latest} (khoảng tin cậy 80 %).")
                }
                Language::English => format!("Expected to be done {earliest} – {latest}, in 80 of 100 cases."),
            }
        }
        Err(NoForecast::Done) => say("Đã xong.", "Done.").to_owned(),
        Err(NoForecast::TooFewDays) => {
            say("Chưa đủ ngày làm việc để dự báo.", "Too few days of work for a forecast.").to_owned()
        }
        Err(NoForecast::Idle) => {
            say("Tám tuần qua chưa có hồ sơ nào được nhận.", "Nothing was accepted in the last eight weeks.").to_owned()
        }
    }
}
