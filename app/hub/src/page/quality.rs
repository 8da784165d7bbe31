//! `/quality`: how much was captured again, what was found, and how much of what was decided was accepted.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;
use sohoa_model::day::Day;

use super::frame::{self, Mark, mark};
use super::session::{self, NotShown};
use super::wanted::{ACCEPTANCE, INGESTION, REJECTION, Wanted, Work};
use crate::Hub;
use crate::database::rows;

/// Days that are looked back.
const DAYS: i64 = 28;

/// A station: number, name, pages, pages again, acceptances, rejections.
type Station = (i32, String, i64, i64, i64, i64);
/// A kind of finding: code, severity, open, all, dossiers with an open one.
type Finding = (String, String, i64, i64, i64, i64);

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::looking(&hub, &headers, "/quality").await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let from = Day(Day::of(hub.now()).0 - DAYS + 1);
    let stations: Vec<Station> = rows(
        "SELECT s.station_no, s.name, coalesce(sum(w.pages), 0)::bigint, coalesce(sum(w.again), 0)::bigint, \
         coalesce(sum(w.times) FILTER (WHERE w.event = 'acceptance'), 0)::bigint, \
         coalesce(sum(w.times) FILTER (WHERE w.event = 'rejection'), 0)::bigint FROM station s \
         LEFT JOIN shown_work w ON w.station_no = s.station_no AND w.day >= $2::text::date \
         WHERE $1::int IS NULL OR s.unit_no = $1 GROUP BY 1, 2 ORDER BY 2, 1",
    )
    .bind(visitor.unit_no)
    .bind(from.to_string())
    .fetch_all(&hub.pool)
    .await?;
    let findings: Vec<Finding> = rows(
        "SELECT i.body->>'code', i.body->>'severity', count(*) FILTER (WHERE i.body->>'open' = 'true'), count(*), \
         count(DISTINCT i.dossier) FILTER (WHERE i.body->>'open' = 'true'), count(DISTINCT i.dossier) \
         FROM item i JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
         WHERE i.kind = 'finding' AND NOT d.retired AND ($1::int IS NULL OR f.unit_no = $1) \
         AND NOT EXISTS (SELECT FROM hold h WHERE h.dossier = d.dossier) GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 100",
    )
    .bind(visitor.unit_no)
    .fetch_all(&hub.pool)
    .await?;
    let sum = |amount: fn(&Station) -> i64| stations.iter().map(amount).sum::<i64>();
    let (pages, again, accepted, rejected) = (sum(|s| s.2), sum(|s| s.3), sum(|s| s.4), sum(|s| s.5));
    let share = |part, whole| if whole > 0 { language.share(part, whole) } else { "–".to_owned() };
    let title = say("Chất lượng", "Quality");
    let captured = Work::of(INGESTION, from);
    let at = |station: Option<i32>, count: i64, work: &Work| {
        let wanted = Wanted { station, work: work.clone(), ..Wanted::default() };
        html! { a href=(wanted.link()) { (language.count(count)) } }
    };
    let number = |count: i64, work: &Work| at(None, count, work);
    let content = html! {
        h1 { (title) }
        p .muted { (say("Quét lại và quyết định: 28 ngày qua. Điều cần xem: tất cả.", "Captured again and decisions: the last 28 days. Findings: all.")) }
        div .figures {
            p .card { strong { (share(again, pages)) } span { (say("trang phải quét lại", "of pages captured again")) " (" (number(again, &captured.clone().again())) " / " (number(pages, &captured)) ")" } }
            p .card { strong { (share(accepted, accepted + rejected)) } span { (say("quyết định là nhận", "of decisions accept")) " (" (number(accepted, &Work::of(ACCEPTANCE, from))) " + " (number(rejected, &Work::of(REJECTION, from))) ")" } }
        }
        section .card aria-labelledby="stations" {
            h2 #stations { (say("Theo trạm", "By station")) }
            table {
                caption .hidden { (say("Chất lượng theo trạm", "Quality by station")) }
                thead { tr {
                    th scope="col" { (say("Trạm", "Station")) }
                    th .number scope="col" { (say("Trang", "Pages")) }
                    th .number scope="col" { (say("Quét lại", "Again")) }
                    th .number scope="col" { (say("Tỷ lệ quét lại", "Share again")) }
                    th .number scope="col" { (say("Nhận", "Accepted")) }
                    th .number scope="col" { (say("Không nhận", "Rejected")) }
                } }
                tbody {
                    @for (number, name, pages, again, accepted, rejected) in &stations {
                        tr {
                            th scope="row" { a href=(Wanted::of_station(*number).link()) { (name) } }
                            @let here = Some(*number);
                            td .number { (at(here, *pages, &captured)) }
                            td .number { (at(here, *again, &captured.clone().again())) }
                            td .number { (share(*again, *pages)) }
                            td .number { (at(here, *accepted, &Work::of(ACCEPTANCE, from))) }
                            td .number { (at(here, *rejected, &Work::of(REJECTION, from))) }
                        }
                    }
                }
            }
        }
        section .card aria-labelledby="findings" {
            h2 #findings { (say("Điều cần xem theo loại", "Findings by kind")) }
            @if findings.is_empty() { p .muted { (say("Không có gì.", "Nothing.")) } }
            @else {
                table {
                    caption .hidden { (say("Điều cần xem theo loại", "Findings by kind")) }
                    thead { tr {
                        th scope="col" { (say("Loại", "Kind")) }
                        th scope="col" { (say("Mức", "Severity")) }
                        th .number scope="col" { (say("Còn mở", "Open")) }
                        th .number scope="col" { (say("Tất cả", "All")) }
                        th .number scope="col" { (say("Hồ sơ: còn mở / tất cả", "Dossiers: open / all")) }
                    } }
                    tbody {
                        @for (code, severity, open, all, dossiers, of_all) in &findings {
                            @let link = Wanted { finding: Some(code.clone()), ..Wanted::default() };
                            @let with_settled = Wanted { settled: true, ..link.clone() };
                            tr {
                                th scope="row" { (language.finding(code)) }
                                td {
                                    @match severity.as_str() {
                                        "reject" => { (mark(Mark::Reject, None)) " " }
                                        "warn" => { (mark(Mark::Warn, None)) " " }
                                        _ => {}
                                    }
                                    (language.severity(severity))
                                }
                                td .number { a href=(link.link()) { (language.count(*open)) } }
                                td .number { a href=(with_settled.link()) { (language.count(*all)) } }
                                td .number { a href=(link.link()) { (language.count(*dossiers)) } " / " a href=(with_settled.link()) { (language.count(*of_all)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(frame::page(&visitor, "/quality", title, &content))
}
