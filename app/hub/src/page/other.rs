//! `/indicators`: other indicators of a plan; a supervisor hands figures in as comma-separated values.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;
use sohoa_model::day::Day;
use sohoa_wire::ProblemKind;

use super::session::{self, NotShown, Visitor};
use super::{field, frame, go_to};
use crate::access::{self, About, Deed};
use crate::indicators::{self, HEADS, IndicatorError};
use crate::{Hub, Refusal};

pub(super) async fn show(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, NotShown> {
    let visitor = session::looking(&hub, &headers, "/indicators").await?;
    page(&hub, &visitor, None, "").await
}

/// `POST /indicators`.
pub(super) async fn take(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let fields = super::form_of(request, 3 * indicators::BYTES).await?;
    session::check_form(&visitor, field(&fields, "token"))?;
    if !visitor.may_decide {
        return Err(Refusal::new(ProblemKind::NotFound).into());
    }
    let text = field(&fields, "csv");
    match indicators::import(&hub.pool, text, visitor.unit_no, &visitor.login).await {
        Ok(rows) => {
            tracing::info!(login = visitor.login, rows, "took figures of indicators");
            Ok(go_to("/indicators"))
        }
        Err(IndicatorError::Database(error)) => Err(error.into()),
        Err(error) => {
            let detail = format!("POST /indicators: {error}");
            let about = About { detail: Some(&detail), ..About::default() };
            access::write(&hub.pool, &visitor.login, Deed::Denied, about).await?;
            let page = page(&hub, &visitor, Some(&error.to_string()), text).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn page(hub: &Hub, visitor: &Visitor, problem: Option<&str>, text: &str) -> Result<Response, NotShown> {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let found = indicators::standing(&hub.pool, visitor.unit_no).await?;
    let title = say("Chỉ tiêu khác", "Other indicators");
    let content = html! {
        p { a href="/progress" { "← " (say("Tiến độ", "Progress")) } }
        h1 { (title) }
        section .card {
            @if found.is_empty() { p .muted { (say("Chưa có số liệu nào được nạp.", "No figures were handed in yet.")) } }
            @else {
                table {
                    caption .hidden { (title) }
                    thead { tr {
                        th scope="col" { (say("Chỉ tiêu", "Indicator")) }
                        th scope="col" { (say("Đơn vị", "Unit")) }
                        th scope="col" { (say("Ngày", "Day")) }
                        th .number scope="col" { (say("Hiện có", "Now")) }
                        th .number scope="col" { (say("Tỷ lệ", "Share")) }
                        th .number scope="col" { (say("Cần đạt", "Target")) }
                    } }
                    tbody {
                        @for (unit, name, as_of, part, whole, target_ppm) in &found {
                            tr {
                                th scope="row" { (name) }
                                td { (unit) }
                                td { (Day::parse(as_of).map_or_else(|| as_of.clone(), Day::short)) }
                                td .number { (language.count(*part)) " / " (language.count(*whole)) }
                                td .number { (language.share(*part, *whole)) }
                                td .number { (language.share(i64::from(*target_ppm), 1_000_000)) }
                            }
                        }
                    }
                }
            }
        }
        @if visitor.may_decide {
            section .card aria-labelledby="hand-in" {
                h2 #hand-in { (say("Nạp số liệu", "Hand in figures")) }
                @if let Some(problem) = problem {
                    p .problem role="alert" {
                        (say("Chưa nhận dòng nào. Hãy sửa rồi gửi lại: ", "No row was taken. Put it right and send it again: "))
                        span lang="en" { (problem) }
                    }
                }
                form method="post" action="/indicators" {
                    input type="hidden" name="token" value=(visitor.form_token);
                    label for="csv" { (say("Các dòng CSV; dòng đầu là: ", "Lines of CSV; the first is: ")) code { (HEADS.join(",")) } }
                    textarea #csv name="csv" rows="6" required { (text) }
                    div .buttons { button .primary type="submit" { (say("Nạp", "Hand in")) } }
                }
            }
        }
    };
    Ok(frame::page(visitor, "/progress", title, &content))
}
