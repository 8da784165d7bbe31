//! `/progress`: the share, the targets, fonds by state, stations, and what wants a person.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;
use sohoa_model::day::Day;
use sohoa_model::forecast;
use sohoa_wire::body::{Plan, Target};

use super::chart::Chart;
use super::frame::{self, Mark, mark};
use super::session::{self, NotShown, Visitor};
use super::stations;
use crate::Hub;
use crate::database::{rows, value};
use crate::words::Language;

/// The state from which on a dossier counts as digitized: accepted.
const ACCEPTED: i16 = 7;
/// Fonds on one page; the rest is one row that says how many.
const FONDS: i64 = 200;

/// A fonds with its dossiers by state.
struct Fonds {
    number: i32,
    code: String,
    by_state: [i64; 9],
    rescan: i64,
}

impl Fonds {
    fn whole(&self) -> i64 {
        self.by_state.iter().sum()
    }

    fn done(&self) -> i64 {
        self.by_state[7] + self.by_state[8]
    }
}

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let fonds = read_fonds(&hub, &visitor).await?;
    let (whole, done) = (fonds.iter().map(Fonds::whole).sum(), fonds.iter().map(Fonds::done).sum());
    let by_day = read_days(&hub, &visitor).await?;
    let today = Day::of(hub.now());
    let targets = read_targets(&hub, &visitor).await?;
    let left = u64::try_from(whole - done).unwrap_or(0);
    let began = by_day.keys().next().copied();
    let foretold = forecast::forecast(&by_day, began, left, today);
    let mut sum = 0;
    let over_time: Vec<(Day, i64)> = by_day
        .iter()
        .map(|(day, count)| {
            sum += i64::try_from(*count).unwrap_or(0);
            (*day, sum)
        })
        .collect();
    let chart = Chart { language, done: &over_time, whole, today, forecast: foretold.ok(), goal: 1.0 };
    let stations = stations::read(&hub, &visitor).await?;
    let held: i64 = value(
        "SELECT count(*) FROM hold h JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
         WHERE $1::int IS NULL OR f.unit_no = $1",
    )
    .bind(visitor.unit_no)
    .fetch_one(&hub.pool)
    .await?;
    let content = html! {
        h1 { (say("Số hóa tài liệu lưu trữ có giá trị", "Digitization of valuable records")) }
        p .muted { (say("Số liệu lúc ", "Figures of ")) (hub.now().short_vietnam()) "." }
        div .grid.wide {
            section .card aria-labelledby="share" {
                p #share .figure {
                    strong { (language.share(done, whole)) }
                    " " (language.count(done)) " / " (language.count(whole)) " "
                    (say("hồ sơ mà máy chủ biết", "dossiers that the hub knows of"))
                }
                (chart.draw())
                p .muted { (forecast_sentence(language, foretold.as_ref())) }
            }
            section .card aria-labelledby="targets" {
                h2 #targets { (say("Các mốc", "Targets")) }
                (targets_list(language, &targets, today))
            }
        }
        (fonds_table(language, &fonds))
        div .grid.wide {
            section .card aria-labelledby="stations" {
                h2 #stations { (say("Trạm quét", "Stations")) }
                (stations::table(language, &stations))
            }
            section .card aria-labelledby="attention" {
                h2 #attention { (say("Cần lãnh đạo xem", "What wants a person")) }
                (attention(language, &stations, held))
            }
        }
    };
    Ok(frame::page(&visitor, "/progress", say("Tiến độ", "Progress"), &content))
}

async fn read_fonds(hub: &Hub, visitor: &Visitor) -> Result<Vec<Fonds>, NotShown> {
    let counted: Vec<(i32, String, i16, i64)> = rows(
        "SELECT f.fonds_no, f.code, p.state, sum(p.dossiers)::bigint FROM progress p JOIN fonds f USING (fonds_no) \
         WHERE $1::int IS NULL OR f.unit_no = $1 GROUP BY 1, 2, 3 HAVING sum(p.dossiers) <> 0 ORDER BY f.code, 1, 3",
    )
    .bind(visitor.unit_no)
    .fetch_all(&hub.pool)
    .await?;
    let rescan: Vec<(i32, i64)> =
        rows("SELECT fonds_no, count(*) FROM dossier WHERE rescan AND NOT retired GROUP BY 1")
            .fetch_all(&hub.pool)
            .await?;
    let rescan: BTreeMap<i32, i64> = rescan.into_iter().collect();
    let mut fonds: Vec<Fonds> = Vec::new();
    for (number, code, state, dossiers) in counted {
        if fonds.last().is_none_or(|last| last.number != number) {
            let rescan = rescan.get(&number).copied().unwrap_or(0);
            fonds.push(Fonds { number, code, by_state: [0; 9], rescan });
        }
        if let (Some(last), Ok(state)) = (fonds.last_mut(), usize::try_from(state))
            && let Some(count) = last.by_state.get_mut(state)
        {
            *count += dossiers;
        }
    }
    Ok(fonds)
}

async fn read_days(hub: &Hub, visitor: &Visitor) -> Result<BTreeMap<Day, u64>, NotShown> {
    let days: Vec<(String, i64)> = rows(
        "SELECT d.accepted_on, count(*) FROM dossier d JOIN fonds f USING (fonds_no) \
         WHERE d.state >= $2 AND NOT d.retired AND d.accepted_on IS NOT NULL AND ($1::int IS NULL OR f.unit_no = $1) \
         GROUP BY 1",
    )
    .bind(visitor.unit_no)
    .bind(ACCEPTED)
    .fetch_all(&hub.pool)
    .await?;
    let read = |(day, count): (String, i64)| Some((Day::parse(&day)?, count.unsigned_abs()));
    Ok(days.into_iter().filter_map(read).collect())
}

/// A target, and what of it is done.
struct Standing {
    target: Target,
    done: i64,
    whole: i64,
}

async fn read_targets(hub: &Hub, visitor: &Visitor) -> Result<Vec<Standing>, NotShown> {
    let plans: Vec<(i32, String)> =
        rows("SELECT unit_no, body::text FROM plan WHERE $1::int IS NULL OR unit_no = $1 ORDER BY unit_no")
            .bind(visitor.unit_no)
            .fetch_all(&hub.pool)
            .await?;
    let mut standings = Vec::new();
    for (unit_no, plan) in plans {
        let plan: Option<Plan> =
            serde_json::from_str::<Value>(&plan).ok().and_then(|plan| serde_json::from_value(plan).ok());
        for target in plan.into_iter().flat_map(|plan| plan.targets) {
            let (whole, done): (i64, i64) = rows(
                "SELECT coalesce(sum(n), 0)::bigint, coalesce(sum(n) FILTER (WHERE state >= $3 \
                 AND ($4 OR NOT below_standard)), 0)::bigint \
                 FROM (SELECT CASE WHEN $5 THEN coalesce(d.expected_pages, d.pages) ELSE 1 END AS n, d.state, \
                 d.below_standard FROM dossier d JOIN fonds f USING (fonds_no) \
                 WHERE f.unit_no = $1 AND NOT d.retired AND ($2::text IS NULL OR d.value_class = $2)) c",
            )
            .bind(unit_no)
            .bind(&target.value_class)
            .bind(ACCEPTED)
            .bind(target.counts_below_standard)
            .bind(target.unit == "pages")
            .fetch_one(&hub.pool)
            .await?;
            standings.push(Standing { target, done, whole });
        }
    }
    Ok(standings)
}

fn targets_list(language: Language, standings: &[Standing], today: Day) -> Markup {
    let say = |vi, en| language.say(vi, en);
    html! {
        @if standings.is_empty() {
            p .muted { (say("Chưa có kế hoạch nào được gửi xuống.", "No plan was published yet.")) }
        }
        ul .plain {
            @for Standing { target, done, whole } in standings {
                @let reached = i128::from(*done) * 1_000_000 >= i128::from(*whole) * i128::from(target.share_ppm) && *whole > 0;
                @let deadline = Day::parse(&target.deadline);
                @let late = deadline.is_some_and(|deadline| deadline < today);
                li {
                    (mark(if reached { Mark::Pass } else if late { Mark::Reject } else { Mark::Open }, None))
                    div {
                        strong { (target.name) }
                        @if let Some(deadline) = deadline { " · " (say("đến hết", "by")) " " (deadline.short()) }
                        @if target.unit == "sheets" {
                            p .muted { (say("Chỉ tiêu theo tờ chưa được tính ở đây.", "Sheets are not counted here yet.")) }
                        } @else {
                            p .muted {
                                (if reached { say("Đã đạt: ", "Reached: ") } else if late { say("Đã quá hạn: ", "Past: ") } else { say("Hiện có: ", "Now: ") })
                                (language.share(*done, *whole)) " ("
                                (language.count(*done)) " / " (language.count(*whole)) " "
                                (if target.unit == "pages" { say("trang", "pages") } else { say("hồ sơ", "dossiers") }) ")"
                            }
                        }
                    }
                }
            }
        }
    }
}

fn forecast_sentence(language: Language, foretold: Result<&forecast::Forecast, &forecast::NoForecast>) -> String {
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
        Err(forecast::NoForecast::Done) => say("Đã xong.", "Done.").to_owned(),
        Err(forecast::NoForecast::TooFewDays) => {
            say("Chưa đủ ngày làm việc để dự báo.", "Too few days of work for a forecast.").to_owned()
        }
        Err(forecast::NoForecast::Idle) => {
            say("Tám tuần qua chưa có hồ sơ nào được nhận.", "Nothing was accepted in the last eight weeks.").to_owned()
        }
    }
}

fn fonds_table(language: Language, fonds: &[Fonds]) -> Markup {
    let say = |vi, en| language.say(vi, en);
    let shown = usize::try_from(FONDS).unwrap_or(usize::MAX);
    html! {
        section .card aria-labelledby="fonds" {
            div .head {
                h2 #fonds { (say("Phông và trạng thái", "Fonds by state")) }
                ul .legend {
                    @for (class, name) in groups(language) { li { span class={ "key " (class) } {} (name) } }
                }
            }
            table {
                caption .hidden { (say("Hồ sơ theo phông và trạng thái", "Dossiers by fonds and state")) }
                thead { tr {
                    th scope="col" { (say("Phông", "Fonds")) }
                    th scope="col" { (say("Hồ sơ theo trạng thái", "Dossiers by state")) }
                    th .number scope="col" { (say("Đã số hóa", "Digitized")) }
                    th .number scope="col" { (say("Tổng hồ sơ", "Dossiers")) }
                    th .number scope="col" { (say("Quét lại", "Rescan")) }
                } }
                tbody {
                    @for one in fonds.iter().take(shown) {
                        tr {
                            th scope="row" { a href={ "/fonds/" (one.number) } { (one.code) } }
                            td { (state_bar(language, one)) }
                            td .number { strong { (language.share(one.done(), one.whole())) } }
                            td .number { a href={ "/fonds/" (one.number) } { (language.count(one.whole())) } }
                            td .number { a href={ "/fonds/" (one.number) "?only=rescan" } { (language.count(one.rescan)) } }
                        }
                    }
                }
            }
            @if fonds.is_empty() { p .muted { (say("Chưa trạm nào gửi hồ sơ.", "No station sent a dossier yet.")) } }
            @if fonds.len() > shown {
                p .muted { (language.count((fonds.len() - shown) as i64)) " " (say("phông nữa không hiện ở đây.", "more fonds are not shown here.")) }
            }
        }
    }
}

/// The parts of a bar: class and name.
fn groups(language: Language) -> [(&'static str, &'static str); 4] {
    [
        ("accepted", language.say("Được nhận", "Accepted")),
        ("signed", language.say("Đã ký, chờ nhận", "Signed, not accepted yet")),
        ("working", language.say("Đang làm", "In work")),
        ("planned", language.say("Chưa quét", "Not scanned")),
    ]
}

fn state_bar(language: Language, fonds: &Fonds) -> Markup {
    const WIDTH: f64 = 400.0;
    let counts = [fonds.done(), fonds.by_state[6], fonds.by_state[1..6].iter().sum(), fonds.by_state[0]];
    let whole = fonds.whole().max(1) as f64;
    let mut at = 0.0;
    let parts: Vec<(f64, f64, &str, String)> = groups(language)
        .into_iter()
        .zip(counts)
        .map(|((class, name), count)| {
            let width = WIDTH * count as f64 / whole;
            at += width;
            (at - width, width, class, format!("{name}: {}", language.count(count)))
        })
        .collect();
    let words: Vec<&str> = parts.iter().map(|(.., text)| text.as_str()).collect();
    html! {
        svg .states viewBox={ "0 0 " (WIDTH) " 16" } preserveAspectRatio="none" role="img" aria-label=(words.join("; ")) {
            @for (x, width, class, text) in &parts {
                rect class=(class) x=(format!("{x:.1}")) width=(format!("{width:.1}")) height="16" { title { (text) } }
            }
        }
    }
}

fn attention(language: Language, stations: &[stations::Station], held: i64) -> Markup {
    let say = |vi, en| language.say(vi, en);
    html! {
        ul .plain {
            @for station in stations.iter().filter(|station| station.worst(language).0 != Mark::Pass) {
                @let (mark_of, words) = station.worst(language);
                li { (mark(mark_of, None)) div { (station.name) ": " (words) } }
            }
            @if held > 0 {
                li { (mark(Mark::Held, None)) div { (language.count(held)) " " (say("hồ sơ đang bị giữ.", "dossiers are held.")) } }
            }
            @if held == 0 && stations.iter().all(|station| station.worst(language).0 == Mark::Pass) {
                li { (mark(Mark::Pass, None)) div { (say("Không có gì.", "Nothing.")) } }
            }
        }
    }
}
