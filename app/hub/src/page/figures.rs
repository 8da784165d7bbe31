//! Figures: what the progress page, the report and the exports say, read from counters and projections.

use std::collections::BTreeMap;

use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::forecast::{self, Forecast, NoForecast};
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
    pub(super) unit_no: i32,
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
        Self { number: 0, code: String::new(), unit_no: 0, unit: String::new(), by_state, rescan }
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
    let counted: Vec<(i32, String, i32, String, i16, i64)> = rows(
        "SELECT f.fonds_no, f.code, unit_no, u.name, p.state, sum(p.dossiers)::bigint FROM progress p \
         JOIN fonds f USING (fonds_no) JOIN unit u USING (unit_no) \
         WHERE $1::int IS NULL OR f.unit_no = $1 GROUP BY u.code, 1, 2, 3, 4, 5 HAVING sum(p.dossiers) <> 0 \
         ORDER BY u.code, f.code, 1, 5",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    let rescan: Vec<(i32, i64)> = rows(
        "SELECT fonds_no, count(*) FROM dossier d WHERE rescan AND NOT retired \
             AND NOT EXISTS (SELECT FROM hold h WHERE h.dossier = d.dossier) GROUP BY 1",
    )
    .fetch_all(pool)
    .await?;
    let rescan: BTreeMap<i32, i64> = rescan.into_iter().collect();
    let mut fonds: Vec<Fonds> = Vec::new();
    for (number, code, unit_no, unit, state, dossiers) in counted {
        if fonds.last().is_none_or(|last| last.number != number) {
            let rescan = rescan.get(&number).copied().unwrap_or(0);
            fonds.push(Fonds { number, code, unit_no, unit, by_state: [0; STATES], rescan });
        }
        if let (Some(last), Ok(state)) = (fonds.last_mut(), usize::try_from(state))
            && let Some(count) = last.by_state.get_mut(state)
        {
            *count += dossiers;
        }
    }
    Ok(fonds)
}

/// What was accepted on a day, by what targets tell apart.
pub(super) struct Accepted {
    pub(super) day: Day,
    pub(super) unit_no: i32,
    /// Empty: none.
    pub(super) value_class: String,
    pub(super) below_standard: bool,
    pub(super) dossiers: i64,
    pub(super) pages: i64,
}

/// What counts as digitized, by the day of its acceptance; what an older hub took without a day is left out.
pub(super) async fn accepted(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Accepted>, NotShown> {
    let found: Vec<(String, i32, String, bool, i64, i64)> = rows(
        "SELECT accepted_on, unit_no, value_class, below_standard, sum(dossiers)::bigint, sum(pages)::bigint \
         FROM accepted_day WHERE $1::int IS NULL OR unit_no = $1 GROUP BY 1, 2, 3, 4 HAVING sum(dossiers) <> 0",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    let read = |(day, unit_no, value_class, below_standard, dossiers, pages): (String, _, _, _, _, _)| {
        Some(Accepted { day: Day::parse(&day)?, unit_no, value_class, below_standard, dossiers, pages })
    };
    Ok(found.into_iter().filter_map(read).collect())
}

/// Amounts as the sum of each day.
pub(super) fn by_day(amounts: impl Iterator<Item = (Day, i64)>) -> BTreeMap<Day, u64> {
    let mut days = BTreeMap::new();
    for (day, amount) in amounts {
        *days.entry(day).or_insert(0) += amount.unsigned_abs();
    }
    days
}

/// All dossiers that were accepted, by day.
pub(super) fn dossiers_by_day(accepted: &[Accepted]) -> BTreeMap<Day, u64> {
    by_day(accepted.iter().map(|row| (row.day, row.dossiers)))
}

/// Dossiers that are held.
pub(super) async fn held(pool: &PgPool, unit_no: Option<i32>) -> Result<i64, NotShown> {
    let held = value(
        "SELECT count(*) FROM hold h JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
         WHERE NOT d.retired AND ($1::int IS NULL OR f.unit_no = $1)",
    );
    Ok(held.bind(unit_no).fetch_one(pool).await?)
}

/// How much was done over time, and when it will be enough.
pub(super) struct Course {
    /// How much was done by the end of a day.
    pub(super) over_time: Vec<(Day, i64)>,
    /// When the goal will be reached.
    pub(super) foretold: Result<Forecast, NoForecast>,
}

/// The course up to a day, towards a goal; what was done on no known day was done before all others.
pub(super) fn course(by_day: &BTreeMap<Day, u64>, undated: i64, goal: i64, today: Day) -> Course {
    let by_day: BTreeMap<Day, u64> = by_day.range(..=today).map(|(day, count)| (*day, *count)).collect();
    let mut sum = undated;
    let over_time: Vec<(Day, i64)> = by_day
        .iter()
        .map(|(day, count)| {
            sum += i64::try_from(*count).unwrap_or(0);
            (*day, sum)
        })
        .collect();
    let left = u64::try_from(goal - sum).unwrap_or(0);
    let began = by_day.keys().next().copied();
    let foretold = forecast::forecast(&by_day, began, left, today);
    Course { over_time, foretold }
}

/// The forecast in words, of a share in parts per million: the interval, never a day alone.
pub(super) fn sentence(language: Language, share_ppm: u32, foretold: &Result<Forecast, NoForecast>) -> String {
    let say = |vi, en| language.say(vi, en);
    match foretold {
        Ok(forecast) => {
            let day =
                |day: Option<Day>| day.map_or_else(|| say("sau mười năm", "in over ten years").to_owned(), Day::short);
            let (earliest, latest) = (day(forecast.earliest), day(forecast.latest));
            let share = language.share(i64::from(share_ppm), 1_000_000);
            match language {
                Language::Vietnamese => {
                    format!("Dự báo đạt {share} trong khoảng {earliest} – {latest} (khoảng tin cậy 80 %).")
                }
                Language::English => format!("{share} are expected {earliest} – {latest}, in 80 of 100 cases."),
            }
        }
        Err(NoForecast::Done) => say("Đã đạt.", "Reached.").to_owned(),
        Err(NoForecast::TooFewDays) => {
            say("Chưa đủ ngày làm việc để dự báo.", "Too few days of work for a forecast.").to_owned()
        }
        Err(NoForecast::Idle) => {
            say("Tám tuần qua chưa có hồ sơ nào được nhận.", "Nothing was accepted in the last eight weeks.").to_owned()
        }
    }
}
