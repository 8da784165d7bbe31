//! `/people`: who captured how many pages, week by week, and who signs in here; for supervisors.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use sohoa_model::Timestamp;
use sohoa_model::day::Day;
use sohoa_wire::ProblemKind;

use super::session::{self, NotShown, Visitor};
use super::sheet::{Cell, Sheet};
use super::wanted::{ACCEPTANCE, INGESTION, Wanted, Work};
use super::{export, frame};
use crate::database::rows;
use crate::{Hub, Refusal, access};

/// Weeks that are shown.
const WEEKS: usize = 4;
/// People that are shown.
const MOST: i64 = 500;

/// What one person did in the weeks that are shown.
#[derive(Debug, Default)]
struct Person {
    by_week: BTreeMap<String, i64>,
    pages: i64,
    again: i64,
    accepted: i64,
}

/// Who did what, and the weeks, the newest first.
struct People {
    people: BTreeMap<String, Person>,
    weeks: Vec<String>,
}

async fn read(hub: &Hub, visitor: &Visitor) -> Result<People, NotShown> {
    let weeks: Vec<(String,)> = rows(
        "SELECT to_char(day, 'IYYY-\"W\"IW') FROM generate_series((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 21, \
         (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, interval '7 days') AS day ORDER BY 1 DESC",
    )
    .fetch_all(&hub.pool)
    .await?;
    let weeks: Vec<String> = weeks.into_iter().map(|(week,)| week).take(WEEKS).collect();
    let found: Vec<(String, String, i64, i64, i64)> = rows(
        "SELECT w.agent, to_char(w.day, 'IYYY-\"W\"IW'), sum(w.pages)::bigint, sum(w.again)::bigint, \
         coalesce(sum(w.times) FILTER (WHERE w.event = 'acceptance'), 0)::bigint FROM shown_work w \
         JOIN station s USING (station_no) WHERE w.day > now() - interval '36 days' \
         AND to_char(w.day, 'IYYY-\"W\"IW') = ANY($2) AND ($1::int IS NULL OR s.unit_no = $1) \
         GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $3",
    )
    .bind(visitor.unit_no)
    .bind(&weeks)
    .bind(MOST * WEEKS as i64)
    .fetch_all(&hub.pool)
    .await?;
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for (agent, week, pages, again, accepted) in found {
        let person = people.entry(agent).or_default();
        person.by_week.insert(week, pages);
        person.pages += pages;
        person.again += again;
        person.accepted += accepted;
    }
    Ok(People { people, weeks })
}

/// The table to take away.
pub(super) async fn sheet(hub: &Hub, visitor: &Visitor) -> Result<Sheet, NotShown> {
    let say = |vi, en| visitor.language.say(vi, en);
    let work = read(hub, visitor).await?;
    let mut rows = Vec::new();
    for (name, person) in &work.people {
        for week in &work.weeks {
            let pages = person.by_week.get(week).copied().unwrap_or(0);
            rows.push(vec![Cell::text(name), Cell::text(week), Cell::Number(pages)]);
        }
    }
    let heads = vec![say("Người làm", "Person"), say("Tuần", "Week"), say("Trang", "Pages")];
    Ok(Sheet { title: say("Người làm", "People").to_owned(), heads, rows })
}

/// Somebody who may sign in: login, name, role, whether active, last time, times in four weeks.
type Account = (String, String, String, bool, Option<DateTime<Utc>>, i64);

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    if !visitor.may_decide {
        return Err(Refusal::new(ProblemKind::NotFound).into());
    }
    access::write_list(&hub.pool, &visitor.login, "/people").await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let work = read(&hub, &visitor).await?;
    let accounts: Vec<Account> = rows(
        "SELECT p.login, p.name, p.role, p.active, max(a.at), \
         count(a.at) FILTER (WHERE a.at > now() - interval '28 days') FROM person p \
         LEFT JOIN access a ON a.login = p.login AND a.what = 'sign-in' \
         WHERE $1::int IS NULL OR p.unit_no = $1 GROUP BY 1, 2, 3, 4 ORDER BY p.name, p.login LIMIT $2",
    )
    .bind(visitor.unit_no)
    .bind(MOST)
    .fetch_all(&hub.pool)
    .await?;
    let title = say("Người làm", "People");
    let content = html! {
        div .title {
            h1 { (title) }
            div .tools { (export::links("people", "", language)) }
        }
        section .card aria-labelledby="work" {
            h2 #work { (say("Trang đã quét theo người và tuần", "Pages captured by person and week")) }
            (table(&visitor, &work))
        }
        section .card aria-labelledby="accounts" {
            h2 #accounts { (say("Đăng nhập trang này", "Who signs in here")) }
            table {
                caption .hidden { (say("Đăng nhập trang này", "Who signs in here")) }
                thead { tr {
                    th scope="col" { (say("Họ tên", "Name")) }
                    th scope="col" { (say("Vai trò", "Role")) }
                    th scope="col" { (say("Lần cuối", "Last time")) }
                    th .number scope="col" { (say("Lần trong 28 ngày", "Times in 28 days")) }
                } }
                tbody {
                    @for (login, name, role, active, last, times) in &accounts {
                        tr {
                            th scope="row" { (name) " (" (login) ")" }
                            td {
                                @match role.as_str() {
                                    "supervisor" => (say("lãnh đạo", "supervisor")),
                                    "reader" => (say("người đọc", "reader")),
                                    _ => (say("người xem", "viewer")),
                                }
                                @if !active { ", " (say("đã khóa", "shut out")) }
                            }
                            td { (last.map_or_else(|| "–".to_owned(), |at| Timestamp(at.timestamp_millis()).short_vietnam())) }
                            td .number { (language.count(*times)) }
                        }
                    }
                }
            }
        }
    };
    Ok(frame::page(&visitor, "/people", title, &content))
}

fn table(visitor: &Visitor, work: &People) -> Markup {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let link = |agent: &str, work: Work| {
        Wanted { work: Work { agent: Some(agent.to_owned()), ..work }, ..Wanted::default() }.link()
    };
    // Captured in a week: by week; the sums: from the first day of the weeks that are shown.
    let in_week =
        |week: &String| Work { week: Some(week.clone()), event: Some(INGESTION.to_owned()), ..Work::default() };
    let first = work.weeks.last().and_then(|week| Day::end_of_week(week)).map_or(Day(0), |sunday| Day(sunday.0 - 6));
    html! {
        @if work.people.is_empty() { p .muted { (say("Bốn tuần qua chưa có việc nào được gửi.", "No work of the last four weeks was sent.")) } }
        @else {
            table {
                caption .hidden { (say("Trang đã quét theo người và tuần", "Pages captured by person and week")) }
                thead { tr {
                    th scope="col" { (say("Người làm", "Person")) }
                    @for week in &work.weeks { th .number scope="col" { (week) } }
                    th .number scope="col" { (say("Quét lại", "Again")) }
                    th .number scope="col" { (say("Đã nhận", "Accepted")) }
                } }
                tbody {
                    @for (name, person) in &work.people {
                        tr {
                            th scope="row" { a href=(link(name, Work::default())) { (name) } }
                            @for week in &work.weeks {
                                td .number {
                                    @match person.by_week.get(week) {
                                        Some(pages) => a href=(link(name, in_week(week))) { (language.count(*pages)) },
                                        None => "0",
                                    }
                                }
                            }
                            td .number { a href=(link(name, Work::of(INGESTION, first).again())) { (language.count(person.again)) } " (" (language.share(person.again, person.pages)) ")" }
                            td .number { a href=(link(name, Work::of(ACCEPTANCE, first))) { (language.count(person.accepted)) } }
                        }
                    }
                }
            }
        }
    }
}
