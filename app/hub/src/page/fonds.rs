//! `/fonds/<n>`: the dossiers of a fonds, in the order of their codes, a hundred at a time.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::ProblemKind;
use uuid::Uuid;

use super::session::{self, NotShown};
use super::{field, frame};
use crate::database::rows;
use crate::words::Language;
use crate::{Hub, Refusal};

const ROWS: i64 = 100;

/// A dossier in the list: name, code, title, state, pages, expected pages, rescan, held.
type Row = (Uuid, String, Option<String>, i16, i32, Option<i32>, bool, bool);

pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let number: i32 = number.parse().map_err(|_| Refusal::new(ProblemKind::NotFound))?;
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let code: Option<(String,)> =
        rows("SELECT code FROM fonds WHERE fonds_no = $1 AND ($2::int IS NULL OR unit_no = $2)")
            .bind(number)
            .bind(visitor.unit_no)
            .fetch_optional(&hub.pool)
            .await?;
    let (code,) = code.ok_or_else(|| Refusal::new(ProblemKind::NotFound))?;
    let only_rescan = field(&fields, "only") == "rescan";
    let (after_code, after) = (field(&fields, "after"), field(&fields, "dossier").parse().unwrap_or(Uuid::nil()));
    let found: Vec<Row> = rows(
        "SELECT d.dossier, d.code, d.title, d.state, d.pages, d.expected_pages, d.rescan, h.dossier IS NOT NULL \
         FROM dossier d LEFT JOIN hold h USING (dossier) WHERE d.fonds_no = $1 AND NOT d.retired \
         AND (d.code, d.dossier) > ($2, $3) AND (NOT $4 OR d.rescan) AND ($6 OR h.dossier IS NULL) ORDER BY d.code, d.dossier LIMIT $5",
    )
    .bind(number)
    .bind(after_code)
    .bind(after)
    .bind(only_rescan)
    .bind(ROWS)
    .bind(visitor.may_decide)
    .fetch_all(&hub.pool)
    .await?;
    let next = found.last().filter(|_| found.len() as i64 == ROWS).map(|(id, code, ..)| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", code).append_pair("dossier", &id.to_string());
        if only_rescan {
            query.append_pair("only", "rescan");
        }
        format!("/fonds/{number}?{}", query.finish())
    });
    let title = format!("{} {code}", say("Phông", "Fonds"));
    let content = html! {
        p { a href="/progress" { "← " (say("Tiến độ", "Progress")) } }
        h1 { (title) }
        @if only_rescan { p .muted { (say("Chỉ hồ sơ cần quét lại.", "Only dossiers to scan again.")) " " a href={ "/fonds/" (number) } { (say("Xem tất cả", "Show all")) } } }
        section .card {
            table {
                caption .hidden { (title) }
                thead { tr {
                    th scope="col" { (say("Mã hồ sơ", "Code")) }
                    th scope="col" { (say("Tiêu đề", "Title")) }
                    th scope="col" { (say("Trạng thái", "State")) }
                    th .number scope="col" { (say("Trang", "Pages")) }
                } }
                tbody {
                    @for (id, code, title, state, pages, expected, rescan, held) in &found {
                        tr {
                            th scope="row" { a href={ "/dossiers/" (id) } { (code) } }
                            td { @if *held { (say("(đang bị giữ)", "(held)")) } @else { (title.as_deref().unwrap_or("–")) } }
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
            @if found.is_empty() { p .muted { (say("Không có hồ sơ nào.", "There is no dossier.")) } }
            @if let Some(next) = next { p { a href=(next) rel="next" { (say("Tiếp theo", "Next")) " →" } } }
        }
    };
    Ok(frame::page(&visitor, "/progress", &title, &content))
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
