//! `/dossiers` and `/fonds/<n>`: dossiers in the order of their codes, a hundred at a time; what a number opens down to.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::ProblemKind;
use sqlx_core::query_as::QueryAs;
use sqlx_postgres::{PgArguments, PgPool, PgTransaction, Postgres};
use uuid::Uuid;

use super::session::{self, NotShown, Visitor};
use super::wanted::{INGESTION, STUCK_DAYS, Wanted};
use super::{export, field, fields, figures, frame};
use crate::database::{self, rows};
use crate::hub::LOOK_S;
use crate::ingest::state_number;
use crate::words::Language;
use crate::{Hub, Refusal, access};

/// Dossiers on one page.
const ROWS: i64 = 100;

/// A dossier in the list: name, code, title, fonds, state, pages, expected pages, rescan, held.
pub(super) type Row = (Uuid, String, Option<String>, String, i16, i32, Option<i32>, bool, bool);

/// What is counted of all dossiers of a list: themselves; of those that are not held pages, pages as listed, findings; times,
/// pages and pages again of the work that is asked for.
type Totals = (i64, i64, i64, i64, i64, i64, i64);

/// The work of a dossier that is asked for.
macro_rules! work {
    () => {
        "FROM work w WHERE w.dossier = d.dossier AND ($15::text IS NULL OR w.agent = $15) \
         AND ($16::text IS NULL OR to_char(w.day, 'IYYY-\"W\"IW') = $16) AND ($17::text IS NULL OR w.event = $17) \
         AND (NOT $18 OR w.again > 0) AND ($19::text IS NULL OR w.day >= $19::date) \
         AND ($20::text IS NULL OR w.day <= $20::date) AND ($4::int IS NULL OR w.station_no = $4)"
    };
}

/// The findings of a dossier that are asked for.
macro_rules! findings {
    () => {
        "FROM item i WHERE i.dossier = d.dossier AND i.kind = 'finding' AND ($13 OR i.body->>'open' = 'true') \
         AND i.body->>'code' = $12"
    };
}

/// The dossiers that are asked for. Those that are held are there for who may know alone, and only where what narrows the list
/// tells nothing of them.
macro_rules! chosen {
    ($($more:expr),*) => {
        concat!(
            "FROM dossier d JOIN fonds f USING (fonds_no) LEFT JOIN hold h USING (dossier) \
             LEFT JOIN (SELECT b.station_no, max(b.last_seq) AS seq FROM batch b \
                 WHERE $5 = 'stuck' AND b.received_at < now() - make_interval(days => $8) GROUP BY 1) old \
                 ON old.station_no = d.station_no ",
            $($more,)*
            "WHERE NOT d.retired AND ($1::int IS NULL OR f.unit_no = $1) AND ($2 OR h.dossier IS NULL) \
             AND ($3::int IS NULL OR d.fonds_no = $3) AND ($4::int IS NULL OR $14 OR d.station_no = $4) \
             AND ($21::int IS NULL OR f.unit_no = $21) \
             AND ($5 <> 'rescan' OR d.rescan) AND ($5 <> 'held' OR h.dossier IS NOT NULL) \
             AND ($5 <> 'stuck' OR (d.state > $6 AND d.state < $7 AND d.seq <= old.seq)) \
             AND d.state BETWEEN $9 AND $10 AND ($11::text IS NULL OR d.value_class = $11) \
             AND (NOT $22 OR NOT d.below_standard) \
             AND ($23::text IS NULL OR d.accepted_on >= $23) AND ($24::text IS NULL OR d.accepted_on <= $24) \
             AND ($12::text IS NULL OR EXISTS (SELECT ", findings!(), ")) \
             AND (NOT $14 OR EXISTS (SELECT ", work!(), ")) "
        )
    };
}

type Asked<T> = QueryAs<'static, Postgres, T, PgArguments>;

/// Gives a statement what chooses the dossiers.
fn choose<T>(statement: Asked<T>, visitor: &Visitor, wanted: &Wanted) -> Asked<T> {
    let (first, last) = wanted.states();
    let day = |day: Option<sohoa_model::day::Day>| day.map(|day| day.to_string());
    statement
        .bind(visitor.unit_no)
        .bind(visitor.may_decide && wanted.may_have_held())
        .bind(wanted.fonds)
        .bind(wanted.station)
        .bind(wanted.only.clone())
        .bind(state_number(DossierState::Planned))
        .bind(state_number(DossierState::Accepted))
        .bind(STUCK_DAYS)
        .bind(state_number(first))
        .bind(state_number(last))
        .bind(wanted.value.clone())
        .bind(wanted.finding.clone())
        .bind(wanted.settled)
        .bind(wanted.work.is_asked())
        .bind(wanted.work.agent.clone())
        .bind(wanted.work.week.clone())
        .bind(wanted.work.event.clone())
        .bind(wanted.work.again)
        .bind(day(wanted.work.from))
        .bind(day(wanted.work.to))
        .bind(wanted.unit)
        .bind(wanted.standard)
        .bind(day(wanted.accepted.0))
        .bind(day(wanted.accepted.1))
}

/// Some dossiers behind a place in the list.
pub(super) async fn read(
    transaction: &mut PgTransaction<'_>,
    visitor: &Visitor,
    wanted: &Wanted,
    after: (&str, Uuid),
    most: i64,
) -> Result<Vec<Row>, NotShown> {
    let statement = rows(concat!(
        "SELECT d.dossier, d.code, d.title, f.code, d.state, d.pages, d.expected_pages, d.rescan, h.dossier IS NOT NULL ",
        chosen!(),
        "AND (d.code, d.dossier) > ($25, $26) ORDER BY d.code, d.dossier LIMIT $27"
    ));
    let statement = choose(statement, visitor, wanted).bind(after.0).bind(after.1).bind(most);
    Ok(statement.fetch_all(&mut **transaction).await?)
}

/// What is counted of all of them.
async fn totals(transaction: &mut PgTransaction<'_>, visitor: &Visitor, wanted: &Wanted) -> Result<Totals, NotShown> {
    let statement = rows(concat!(
        "SELECT count(*), coalesce(sum(d.pages) FILTER (WHERE h.dossier IS NULL), 0)::bigint, \
         coalesce(sum(coalesce(d.expected_pages, d.pages)) FILTER (WHERE h.dossier IS NULL), 0)::bigint, \
         coalesce(sum(n.findings), 0)::bigint, coalesce(sum(t.times), 0)::bigint, coalesce(sum(t.pages), 0)::bigint, \
         coalesce(sum(t.again), 0)::bigint ",
        chosen!(
            "LEFT JOIN LATERAL (SELECT sum(w.times) AS times, sum(w.pages) AS pages, sum(w.again) AS again ",
            work!(),
            ") t ON $14 LEFT JOIN LATERAL (SELECT count(*) AS findings ",
            findings!(),
            ") n ON $12::text IS NOT NULL "
        )
    ));
    Ok(choose(statement, visitor, wanted).fetch_one(&mut **transaction).await?)
}

/// The same in words.
fn counted(language: Language, wanted: &Wanted, totals: Totals) -> Markup {
    let say = |vi, en| language.say(vi, en);
    let (dossiers, pages, listed, findings, times, captured, again) = totals;
    let mut parts = vec![(dossiers, say("hồ sơ", "dossiers"))];
    if wanted.finding.is_some() {
        parts.push((findings, say("điều cần xem", "findings")));
    }
    match wanted.work.event.as_deref() {
        None if !wanted.work.is_asked() => {
            parts.push((pages, say("trang đã quét", "pages captured")));
            parts.push((listed, say("trang theo danh mục", "pages as listed")));
        }
        None | Some(INGESTION) => {
            parts.push((captured, say("trang quét", "pages captured")));
            parts.push((again, say("trang quét lại", "pages captured again")));
        }
        Some(_) => parts.push((times, say("lần", "times"))),
    }
    html! {
        p .totals {
            @for (at, (number, of)) in parts.iter().enumerate() { @if at > 0 { " · " } strong { (language.count(*number)) } " " (of) }
        }
    }
}

/// `/fonds/<n>`.
pub(super) async fn fonds(
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let number: i32 = number.parse().map_err(|_| Refusal::new(ProblemKind::NotFound))?;
    let wanted = Wanted { fonds: Some(number), ..Wanted::of(query.as_deref(), &visitor) };
    list(&hub, &visitor, &wanted, query.as_deref()).await
}

/// `/dossiers`.
pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    list(&hub, &visitor, &Wanted::of(query.as_deref(), &visitor), query.as_deref()).await
}

/// The code of a fonds and the name of a station that somebody may see.
async fn name(
    pool: &PgPool,
    visitor: &Visitor,
    text: &'static str,
    number: Option<i32>,
) -> Result<Option<String>, NotShown> {
    let Some(number) = number else { return Ok(None) };
    let found: Option<(String,)> = rows(text).bind(number).bind(visitor.unit_no).fetch_optional(pool).await?;
    Ok(Some(found.ok_or_else(|| Refusal::new(ProblemKind::NotFound))?.0))
}

async fn list(hub: &Hub, visitor: &Visitor, wanted: &Wanted, query: Option<&str>) -> Result<Response, NotShown> {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let of_fonds = "SELECT code FROM fonds WHERE fonds_no = $1 AND ($2::int IS NULL OR unit_no = $2)";
    let fonds = name(&hub.pool, visitor, of_fonds, wanted.fonds).await?;
    let of_station = "SELECT name FROM station WHERE station_no = $1 AND ($2::int IS NULL OR unit_no = $2)";
    let station = name(&hub.pool, visitor, of_station, wanted.station).await?;
    let of_unit = "SELECT name FROM unit WHERE unit_no = $1 AND ($2::int IS NULL OR unit_no = $2)";
    let unit = name(&hub.pool, visitor, of_unit, wanted.unit).await?;
    let fields = fields(query.unwrap_or_default().as_bytes());
    let after = (field(&fields, "after"), field(&fields, "dossier").parse().unwrap_or(Uuid::nil()));
    let turn = hub.look().await?;
    // What it is narrowed to tells what was looked for.
    let link = wanted.link();
    let asked = if after.0.is_empty() { link } else { format!("{link}, after {}", after.0) };
    access::write_list(&hub.pool, &visitor.login, &asked).await?;
    let mut transaction = database::look(&hub.pool, LOOK_S).await?;
    let found = read(&mut transaction, visitor, wanted, after, ROWS + 1).await?;
    // The whole is counted once, not with every page of it.
    let totals = match after.0 {
        "" => Some(totals(&mut transaction, visitor, wanted).await?),
        _ => None,
    };
    transaction.commit().await?;
    drop(turn);
    let leaves_out = !visitor.may_decide || !wanted.may_have_held();
    let held = if leaves_out { figures::held(&hub.pool, visitor.unit_no).await? } else { 0 };
    let shown = &found[..found.len().min(ROWS as usize)];
    let next = shown.last().filter(|_| found.len() > shown.len()).map(|(id, code, ..)| {
        let mut query = form_urlencoded::Serializer::new(wanted.query());
        query.append_pair("after", code).append_pair("dossier", &id.to_string());
        format!("/dossiers?{}", query.finish())
    });
    let title = match (&fonds, &station, &unit) {
        (Some(code), ..) => format!("{} {code}", say("Phông", "Fonds")),
        (None, Some(name), _) | (None, None, Some(name)) => name.clone(),
        (None, None, None) => say("Hồ sơ", "Dossiers").to_owned(),
    };
    let narrowed = wanted.words(language);
    let all = wanted.fonds.map_or_else(|| "/dossiers".to_owned(), |number| format!("/fonds/{number}"));
    let content = html! {
        p { a href="/progress" { "← " (say("Tiến độ", "Progress")) } }
        div .title {
            h1 { (title) }
            div .tools { (export::links("dossiers", &wanted.query(), language)) }
        }
        @if !narrowed.is_empty() {
            p .muted { (say("Chỉ hồ sơ ", "Only dossiers ")) (narrowed.join("; ")) ". " a href=(all) { (say("Xem tất cả", "Show all")) } }
        }
        section .card {
            @if let Some(totals) = totals { (counted(language, wanted, totals)) }
            @if held > 0 {
                p .muted { (language.count(held)) " " (say("hồ sơ đang bị giữ không có trong danh sách này.", "dossiers that are held are not in this list.")) }
            }
            table {
                caption .hidden { (title) }
                thead { tr {
                    th scope="col" { (say("Mã hồ sơ", "Code")) }
                    th scope="col" { (say("Tiêu đề", "Title")) }
                    @if fonds.is_none() { th scope="col" { (say("Phông", "Fonds")) } }
                    th scope="col" { (say("Trạng thái", "State")) }
                    th .number scope="col" { (say("Trang", "Pages")) }
                } }
                tbody {
                    @for (id, code, title, of, state, pages, expected, rescan, held) in shown {
                        tr {
                            th scope="row" { a href={ "/dossiers/" (id) } { (code) } }
                            td { @if *held { (say("(đang bị giữ)", "(held)")) } @else { (title.as_deref().unwrap_or("–")) } }
                            @if fonds.is_none() { td { (of) } }
                            @if *held { td { "–" } td .number { "–" } } @else {
                                td { (state_name(language, *state)) @if *rescan { ", " (say("quét lại", "rescan")) } }
                                td .number {
                                    (language.count((*pages).into()))
                                    @if let Some(expected) = expected.filter(|expected| expected != pages) { " / " (language.count(expected.into())) }
                                }
                            }
                        }
                    }
                }
            }
            @if shown.is_empty() { p .muted { (say("Không có hồ sơ nào.", "There is no dossier.")) } }
            @if let Some(next) = next { p { a href=(next) rel="next" { (say("Tiếp theo", "Next")) " →" } } }
        }
    };
    Ok(frame::page(visitor, "/progress", &title, &content))
}

/// The name of a state.
pub(super) fn state_name(language: Language, number: i16) -> &'static str {
    let state = usize::try_from(number).ok().and_then(|place| DossierState::ALL.get(place));
    let (vi, en) = match state {
        Some(DossierState::Captured) => ("Đã quét", "captured"),
        Some(DossierState::Checked) => ("Đã kiểm tra", "checked"),
        Some(DossierState::Recognised) => ("Đã nhận dạng", "recognised"),
        Some(DossierState::Described) => ("Đã mô tả", "described"),
        Some(DossierState::Assembled) => ("Đã tạo PDF/A", "assembled"),
        Some(DossierState::Signed) => ("Đã ký số", "signed"),
        Some(DossierState::Accepted) => ("Được nhận", "accepted"),
        Some(DossierState::Delivered) => ("Đã giao", "delivered"),
        Some(DossierState::Planned) | None => ("Chưa quét", "planned"),
    };
    language.say(vi, en)
}
