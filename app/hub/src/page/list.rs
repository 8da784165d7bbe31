//! `/dossiers` and `/fonds/<n>`: dossiers in the order of their codes, a hundred at a time; what a number opens down to.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::ProblemKind;
use sqlx_postgres::PgPool;
use uuid::Uuid;

use super::session::{self, NotShown, Visitor};
use super::{export, field, fields, frame};
use crate::database::rows;
use crate::ingest::state_number;
use crate::words::Language;
use crate::{Hub, Refusal};

/// Dossiers on one page.
const ROWS: i64 = 100;
/// Days without a new revision after which a dossier in work is stuck.
pub(super) const STUCK_DAYS: i32 = 14;

/// A dossier in the list: name, code, title, fonds, state, pages, expected pages, rescan, held.
pub(super) type Row = (Uuid, String, Option<String>, String, i16, i32, Option<i32>, bool, bool);

/// Which dossiers.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) fonds: Option<i32>,
    station: Option<i32>,
    /// `rescan`, `held` or `stuck`; nothing: all.
    only: String,
    /// `done`, `signed`, `working` or `planned`; nothing: all.
    state: String,
    /// Value class.
    value: Option<String>,
    finding: Option<String>,
    agent: Option<String>,
    /// ISO week, of the agent's work.
    week: Option<String>,
}

impl Wanted {
    /// What the query of an address asks for; who did what is asked by who may know it alone.
    pub(super) fn of(query: Option<&str>, visitor: &Visitor) -> Self {
        let fields = fields(query.unwrap_or_default().as_bytes());
        let text = |name| Some(field(&fields, name).to_owned()).filter(|text| !text.is_empty());
        Self {
            fonds: field(&fields, "fonds").parse().ok(),
            station: field(&fields, "station").parse().ok(),
            only: field(&fields, "only").to_owned(),
            state: field(&fields, "state").to_owned(),
            value: text("value"),
            finding: text("finding"),
            agent: text("agent").filter(|_| visitor.may_decide),
            week: text("week").filter(|_| visitor.may_decide),
        }
    }

    /// The same as a query.
    pub(super) fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        add("fonds", self.fonds.map(|number| number.to_string()));
        add("station", self.station.map(|number| number.to_string()));
        add("only", Some(self.only.clone()).filter(|only| !only.is_empty()));
        add("state", Some(self.state.clone()).filter(|state| !state.is_empty()));
        add("value", self.value.clone());
        add("finding", self.finding.clone());
        add("agent", self.agent.clone());
        add("week", self.week.clone());
        query.finish()
    }

    /// The first and the last state.
    fn states(&self) -> (DossierState, DossierState) {
        use DossierState::{Accepted, Assembled, Captured, Delivered, Planned, Signed};
        match self.state.as_str() {
            "done" => (Accepted, Delivered),
            "signed" => (Signed, Signed),
            "working" => (Captured, Assembled),
            "planned" => (Planned, Planned),
            _ => (Planned, Delivered),
        }
    }

    /// What it is narrowed to, in words.
    fn words(&self, language: Language) -> Vec<String> {
        let say = |vi, en| language.say(vi, en);
        let only = match self.only.as_str() {
            "rescan" => Some(say("cần quét lại", "to scan again").to_owned()),
            "held" => Some(say("đang bị giữ", "held").to_owned()),
            "stuck" => {
                let (before, after) = (say("không đổi đã", "unchanged for"), say("ngày", "days"));
                Some(format!("{before} {STUCK_DAYS} {after}"))
            }
            _ => None,
        };
        let state = match self.state.as_str() {
            "done" => Some(say("được nhận", "accepted").to_owned()),
            "signed" => Some(say("đã ký, chờ nhận", "signed, not accepted yet").to_owned()),
            "working" => Some(say("đang làm", "in work").to_owned()),
            "planned" => Some(say("chưa quét", "not scanned").to_owned()),
            _ => None,
        };
        let value = self.value.as_ref().map(|value| format!("{}: {value}", say("giá trị", "value class")));
        let finding =
            self.finding.as_ref().map(|code| format!("{}: {}", say("điều cần xem", "finding"), language.finding(code)));
        let agent = self.agent.as_ref().map(|agent| format!("{}: {agent}", say("người làm", "done by")));
        let week = self.week.as_ref().map(|week| format!("{} {week}", say("tuần", "week")));
        [only, state, value, finding, agent, week].into_iter().flatten().collect()
    }
}

/// Some dossiers behind a place in the list. Those that are held are there for who may know alone, and not where the list is
/// narrowed by what is found in a dossier or was done to it.
pub(super) async fn read(
    pool: &PgPool,
    visitor: &Visitor,
    wanted: &Wanted,
    after: (&str, Uuid),
    most: i64,
) -> Result<Vec<Row>, NotShown> {
    let (first, last) = wanted.states();
    let found = rows(
        "WITH old AS (SELECT station_no, max(last_seq) AS seq FROM batch \
             WHERE $8 = 'stuck' AND received_at < now() - make_interval(days => $14) GROUP BY 1) \
         SELECT d.dossier, d.code, d.title, f.code, d.state, d.pages, d.expected_pages, d.rescan, h.dossier IS NOT NULL \
         FROM dossier d JOIN fonds f USING (fonds_no) LEFT JOIN hold h USING (dossier) WHERE NOT d.retired \
         AND ($1::int IS NULL OR f.unit_no = $1) AND ($2 OR h.dossier IS NULL) \
         AND (d.code, d.dossier) > ($3, $4) \
         AND ($6::int IS NULL OR d.fonds_no = $6) AND ($7::int IS NULL OR d.station_no = $7) \
         AND ($8 <> 'rescan' OR d.rescan) AND ($8 <> 'held' OR h.dossier IS NOT NULL) \
         AND (h.dossier IS NULL OR ($8 IN ('', 'held') AND $9::text IS NULL AND $10::text IS NULL)) \
         AND ($8 <> 'stuck' OR (d.state > $12 AND d.state < $13 AND d.seq <= (SELECT o.seq FROM old o \
             WHERE o.station_no = d.station_no))) \
         AND ($9::text IS NULL OR EXISTS (SELECT FROM item i WHERE i.dossier = d.dossier AND i.kind = 'finding' \
             AND i.body->>'open' = 'true' AND i.body->>'code' = $9)) \
         AND ($10::text IS NULL OR EXISTS (SELECT FROM work w WHERE w.dossier = d.dossier AND w.agent = $10 \
             AND ($11::text IS NULL OR to_char(w.day, 'IYYY-\"W\"IW') = $11))) \
         AND d.state BETWEEN $15 AND $16 AND ($17::text IS NULL OR d.value_class = $17) \
         ORDER BY d.code, d.dossier LIMIT $5",
    )
    .bind(visitor.unit_no)
    .bind(visitor.may_decide)
    .bind(after.0)
    .bind(after.1)
    .bind(most)
    .bind(wanted.fonds)
    .bind(wanted.station)
    .bind(&wanted.only)
    .bind(&wanted.finding)
    .bind(&wanted.agent)
    .bind(&wanted.week)
    .bind(state_number(DossierState::Planned))
    .bind(state_number(DossierState::Accepted))
    .bind(STUCK_DAYS)
    .bind(state_number(first))
    .bind(state_number(last))
    .bind(&wanted.value)
    .fetch_all(pool)
    .await?;
    Ok(found)
}

/// `/fonds/<n>`.
pub(super) async fn fonds(
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::looking(&hub, &headers, "/dossiers").await?;
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
    let visitor = session::looking(&hub, &headers, "/dossiers").await?;
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
    let fields = fields(query.unwrap_or_default().as_bytes());
    let after = (field(&fields, "after"), field(&fields, "dossier").parse().unwrap_or(Uuid::nil()));
    let found = read(&hub.pool, visitor, wanted, after, ROWS + 1).await?;
    let shown = &found[..found.len().min(ROWS as usize)];
    let next = shown.last().filter(|_| found.len() > shown.len()).map(|(id, code, ..)| {
        let mut query = form_urlencoded::Serializer::new(wanted.query());
        query.append_pair("after", code).append_pair("dossier", &id.to_string());
        format!("/dossiers?{}", query.finish())
    });
    let title = match (&fonds, &station) {
        (Some(code), _) => format!("{} {code}", say("Phông", "Fonds")),
        (None, Some(name)) => name.clone(),
        (None, None) => say("Hồ sơ", "Dossiers").to_owned(),
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
