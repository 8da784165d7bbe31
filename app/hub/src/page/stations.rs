//! `/stations`: when a station was last heard of, what waits there, and what is wrong.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sqlx_postgres::PgPool;

use super::export;
use super::frame::{self, Mark, mark};
use super::session::{self, NotShown};
use super::wanted::{INGESTION, Wanted, Work};
use crate::Hub;
use crate::database::rows;
use crate::quota::{self, Use};
use crate::words::Language;

/// A station as supervisors see it.
pub(super) struct Station {
    pub(super) number: i32,
    pub(super) name: String,
    pub(super) seen_at: Option<DateTime<Utc>>,
    silent_hours: Option<f64>,
    still_hours: Option<f64>,
    pub(super) backlog: i64,
    pub(super) pages: i64,
    /// Pages captured today.
    pub(super) today: i64,
    /// Pages of the last 28 days that were captured in the place of others, and all.
    again: (i64, i64),
    skew_ms: i64,
    revoked: bool,
}

/// The row of a station.
type Row =
    (i32, String, Option<DateTime<Utc>>, Option<f64>, Option<f64>, Option<i64>, i64, i64, i64, i64, Option<i64>, bool);

/// The stations that somebody sees.
pub(super) async fn read(pool: &PgPool, unit_no: Option<i32>) -> Result<Vec<Station>, NotShown> {
    let found: Vec<Row> = rows(
        "WITH done AS (SELECT station_no, sum(pages) AS pages, sum(again) AS again, \
             coalesce(sum(pages) FILTER (WHERE day = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date), 0) AS today \
             FROM shown_work WHERE event = 'ingestion' AND day > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 28 GROUP BY 1) \
         SELECT s.station_no, s.name, s.seen_at, (extract(epoch FROM now() - s.seen_at) / 3600)::float8, \
         (extract(epoch FROM now() - s.moved_at) / 3600)::float8, s.backlog, \
         coalesce((SELECT sum(t.pages) FROM progress_top t WHERE t.station_no = s.station_no), 0)::bigint, \
         coalesce(w.today, 0)::bigint, coalesce(w.again, 0)::bigint, coalesce(w.pages, 0)::bigint, s.skew_ms, s.revoked \
         FROM station s LEFT JOIN done w USING (station_no) \
         WHERE $1::int IS NULL OR s.unit_no = $1 ORDER BY s.name, s.station_no",
    )
    .bind(unit_no)
    .fetch_all(pool)
    .await?;
    let station =
        |(number, name, seen_at, silent_hours, still_hours, backlog, pages, today, again, all, skew, revoked): Row| {
            Station {
                number,
                name,
                seen_at,
                silent_hours,
                still_hours,
                backlog: backlog.unwrap_or(0),
                pages,
                today,
                again: (again, all),
                skew_ms: skew.unwrap_or(0),
                revoked,
            }
        };
    Ok(found.into_iter().map(station).collect())
}

impl Station {
    /// The share of pages that were captured again.
    pub(super) fn again(&self, language: Language) -> String {
        let (again, all) = self.again;
        if all > 0 { language.share(again, all) } else { "–".to_owned() }
    }

    /// What is worst about it, in words.
    pub(super) fn worst(&self, language: Language) -> (Mark, String) {
        let say = |vi, en| language.say(vi, en);
        if self.revoked {
            return (Mark::Reject, say("đã bị thu hồi", "is revoked").to_owned());
        }
        match self.silent_hours {
            None => return (Mark::Open, say("chưa liên lạc lần nào", "was never heard of").to_owned()),
            Some(hours) if hours > 24.0 * 7.0 => {
                let days = language.count((hours / 24.0) as i64);
                return (Mark::Reject, format!("{} {days} {}", say("im lặng", "silent for"), say("ngày", "days")));
            }
            Some(hours) if hours > 24.0 => {
                let hours = language.count(hours as i64);
                return (Mark::Warn, format!("{} {hours} {}", say("im lặng", "silent for"), say("giờ", "hours")));
            }
            Some(_) => {}
        }
        if self.backlog > 0 && self.still_hours.is_none_or(|hours| hours > 1.0) {
            let words = say("có bản ghi chờ gửi nhưng hàng chờ không chạy", "has a queue that does not move");
            return (Mark::Reject, words.to_owned());
        }
        if self.skew_ms.abs() > 5 * 60 * 1000 {
            let minutes = language.count(self.skew_ms / 60_000);
            return (
                Mark::Warn,
                format!("{} {minutes} {}", say("đồng hồ sai", "has a clock that is wrong by"), say("phút", "minutes")),
            );
        }
        (Mark::Pass, say("bình thường", "as it should be").to_owned())
    }
}

/// The table of stations.
pub(super) fn table(language: Language, stations: &[Station], today: Day) -> Markup {
    let say = |vi, en| language.say(vi, en);
    html! {
        table {
            caption .hidden { (say("Trạm quét", "Stations")) }
            thead { tr {
                th scope="col" { (say("Trạm", "Station")) }
                th scope="col" { (say("Liên lạc", "Heard of")) }
                th .number scope="col" { (say("Bản ghi chờ gửi", "Records waiting")) }
                th .number scope="col" { (say("Trang hôm nay", "Pages today")) }
                th .number scope="col" { (say("Trang đã gửi", "Pages sent")) }
                th .number scope="col" { (say("Quét lại, 28 ngày", "Again, 28 days")) }
            } }
            tbody {
                @for station in stations {
                    @let (mark_of, words) = station.worst(language);
                    @let all = Wanted::of_station(station.number);
                    @let of_today = Wanted { work: Work::captured_on(today), ..all.clone() };
                    @let again = Wanted { work: Work::of(INGESTION, Day(today.0 - 27)).again(), ..all.clone() };
                    tr {
                        th scope="row" { (mark(mark_of, Some(&words))) " " a href=(all.link()) { (station.name) } }
                        td { (station.seen_at.map_or_else(|| "–".to_owned(), |at| Timestamp(at.timestamp_millis()).short_vietnam())) }
                        td .number { (language.count(station.backlog)) }
                        td .number { a href=(of_today.link()) { (language.count(station.today)) } }
                        td .number { a href=(all.link()) { (language.count(station.pages)) } }
                        td .number { a href=(again.link()) { (station.again(language)) } }
                    }
                }
            }
        }
        @if stations.is_empty() { p .muted { (say("Chưa có trạm nào.", "There is no station yet.")) } }
    }
}

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::looking(&hub, &headers, "/stations").await?;
    let language = visitor.language;
    let stations = read(&hub.pool, visitor.unit_no).await?;
    let uses = quota::uses(&hub.pool, visitor.unit_no).await?;
    let title = language.say("Trạm quét", "Stations");
    let content = html! {
        div .title {
            h1 { (title) }
            div .tools { (export::links("stations", "", language)) }
        }
        section .card {
            (table(language, &stations, Day::of(hub.now())))
        }
        section .card aria-labelledby="words" {
            h2 #words { (language.say("Tình trạng", "How they are")) }
            ul .plain {
                @for station in &stations {
                    @let (mark_of, words) = station.worst(language);
                    li { (mark(mark_of, None)) div { (station.name) ": " (words) } }
                }
            }
        }
        section .card aria-labelledby="room" {
            h2 #room { (language.say("Dung lượng theo đơn vị", "Room by unit")) }
            (room(language, &uses))
        }
    };
    Ok(frame::page(&visitor, "/stations", title, &content))
}

/// What units have, and what they may have.
fn room(language: Language, uses: &[Use]) -> Markup {
    let say = |vi, en| language.say(vi, en);
    html! {
        table {
            caption .hidden { (say("Dung lượng theo đơn vị", "Room by unit")) }
            thead { tr {
                th scope="col" { (say("Đơn vị", "Unit")) }
                th .number scope="col" { (say("Đã dùng (MB)", "Used (MB)")) }
                th .number scope="col" { (say("Hạn mức (MB)", "Quota (MB)")) }
                th .number scope="col" { (say("Tỷ lệ", "Share")) }
            } }
            tbody {
                @for Use { name, bytes, quota } in uses {
                    tr {
                        th scope="row" { (name) }
                        td .number { (language.count(bytes / 1_000_000)) }
                        td .number { (quota.map_or_else(|| say("không đặt", "none").to_owned(), |quota| language.count(quota / 1_000_000))) }
                        td .number { (quota.map_or_else(|| "–".to_owned(), |quota| language.share(*bytes, quota))) }
                    }
                }
            }
        }
    }
}
