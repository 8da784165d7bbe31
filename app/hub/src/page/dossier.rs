//! `/dossiers/<id>`: a dossier with its documents, pages and findings, and what a supervisor decides about it.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use maud::{Markup, html};
use serde_json::Value;
use sohoa_model::Timestamp;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::body::{Body, Decided, Decision, Rescan};
use sohoa_wire::moment::Moment;
use sohoa_wire::record::RecordError;
use sohoa_wire::{ProblemKind, Record, RecordId, StationId};
use uuid::Uuid;

use super::frame;
use super::list::state_name;
use super::session::{self, NotShown, Visitor};
use crate::access::{self, About, Deed};
use crate::database::rows;
use crate::ingest::state_number;
use crate::publish::{self, PublishError};
use crate::{Hub, Refusal, hub};

/// Pages of a dossier that are listed.
const PAGES: i64 = 2_000;
/// Looks at a dossier that are told.
const LOOKS: i64 = 10;

/// A dossier as supervisors see it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) id: RecordId,
    pub(super) code: String,
    title: Option<String>,
    fonds_no: i32,
    fonds: String,
    state: i16,
    rev: i32,
    station: StationId,
    station_name: String,
    unit: String,
    /// The number of its unit, whose files its pages are.
    pub(super) unit_no: i32,
    /// Why it is held, if it is.
    pub(super) hold: Option<String>,
    /// Whether the hub does not ask for the hold any more: it is hidden until its station tells of it again.
    withdrawn: bool,
}

/// The row of a dossier.
type Row = (String, Option<String>, i32, String, i16, i32, Uuid, String, String, i32, Option<String>, bool);

/// A dossier that somebody may see. One that is held is not there for who may not know.
pub(super) async fn read(hub: &Hub, visitor: &Visitor, id: &str) -> Result<Shown, NotShown> {
    let id: RecordId = id.parse().map_err(|_| Refusal::new(ProblemKind::NotFound))?;
    let found: Option<Row> = rows(
        "SELECT d.code, d.title, f.fonds_no, f.code, d.state, d.rev, s.station, s.name, u.code, u.unit_no, h.reason, \
         h.withdrawn IS NOT NULL \
         FROM dossier d JOIN fonds f USING (fonds_no) JOIN station s USING (station_no) \
         JOIN unit u ON u.unit_no = s.unit_no LEFT JOIN hold h USING (dossier) \
         WHERE d.dossier = $1 AND ($2::int IS NULL OR f.unit_no = $2) \
         AND ($3 OR h.dossier IS NULL)",
    )
    .bind(id.0)
    .bind(visitor.unit_no)
    .bind(visitor.may_decide)
    .fetch_optional(&hub.pool)
    .await?;
    let found = found.ok_or_else(|| Refusal::new(ProblemKind::NotFound))?;
    let (code, title, fonds_no, fonds, state, rev, station, station_name, unit, unit_no, hold, withdrawn) = found;
    let station = StationId(station);
    Ok(Shown { id, code, title, fonds_no, fonds, state, rev, station, station_name, unit, unit_no, hold, withdrawn })
}

pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let shown = read(&hub, &visitor, &id).await?;
    let about = About { dossier: Some(shown.id.0), ..About::default() };
    access::write(&hub.pool, &visitor.login, Deed::Dossier, about).await?;
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let content = html! {
        p { a href={ "/fonds/" (shown.fonds_no) } { "← " (say("Phông", "Fonds")) " " (shown.fonds) } }
        h1 { (shown.code) }
        @if let Some(reason) = &shown.hold {
            p .problem { (say("Hồ sơ đang bị giữ: ", "The dossier is held: ")) (reason) }
        } @else {
            p { (shown.title.as_deref().unwrap_or("–")) }
            p .muted {
                (state_name(language, shown.state)) " · " (shown.station_name) " · "
                (say("bản sửa", "revision")) " " (shown.rev)
            }
            (contents(&hub, &visitor, &shown).await?)
        }
        @if visitor.may_decide && shown.hold.is_none() {
            (decisions(&visitor, &shown))
            (looks(&hub, &visitor, &shown).await?)
        } @else if visitor.may_decide {
            (of_hold(&visitor, &shown))
        }
    };
    Ok(frame::page(&visitor, "/progress", &shown.code, &content))
}

/// Documents, findings and pages.
async fn contents(hub: &Hub, visitor: &Visitor, shown: &Shown) -> Result<Markup, NotShown> {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let items: Vec<(String, String)> = rows(
        "SELECT kind, body::text FROM item WHERE dossier = $1 AND kind IN ('document', 'finding') \
         AND body->>'retired' IS NULL ORDER BY kind, (body->>'ordinal')::bigint, id LIMIT 1000",
    )
    .bind(shown.id.0)
    .fetch_all(&hub.pool)
    .await?;
    let items: Vec<(String, Value)> =
        items.into_iter().filter_map(|(kind, body)| Some((kind, serde_json::from_str(&body).ok()?))).collect();
    let pages: Vec<(Uuid, Option<i64>, i32)> = rows(
        "SELECT p.page, (i.body->>'ordinal')::bigint, p.ordinal FROM page p \
         LEFT JOIN item i ON i.kind = 'document' AND i.id = p.document WHERE p.dossier = $1 AND NOT p.retired \
         ORDER BY 2, p.document, p.ordinal, p.page LIMIT $2",
    )
    .bind(shown.id.0)
    .bind(PAGES + 1)
    .fetch_all(&hub.pool)
    .await?;
    let text = |body: &Value, name: &str| body[name].as_str().unwrap_or("–").to_owned();
    Ok(html! {
        section .card aria-labelledby="documents" {
            h2 #documents { (say("Văn bản", "Documents")) }
            @if items.iter().all(|(kind, _)| kind != "document") {
                p .muted { (say("Chưa có văn bản nào được gửi.", "No document was sent yet.")) }
            }
            table {
                caption .hidden { (say("Văn bản của hồ sơ", "Documents of the dossier")) }
                thead { tr {
                    th scope="col" { (say("Số, ký hiệu", "Number")) }
                    th scope="col" { (say("Ngày", "Date")) }
                    th scope="col" { (say("Trích yếu", "About")) }
                    th .number scope="col" { (say("Trang", "Pages")) }
                } }
                tbody {
                    @for (_, body) in items.iter().filter(|(kind, _)| kind == "document") {
                        tr {
                            th scope="row" { (text(body, "number")) }
                            td { (text(body, "date")) }
                            td { (text(body, "title")) }
                            td .number { (language.count(body["pages"].as_i64().unwrap_or(0))) }
                        }
                    }
                }
            }
        }
        section .card aria-labelledby="findings" {
            h2 #findings { (say("Điều cần xem", "Findings")) }
            @let open: Vec<&Value> =
                items.iter().filter(|(kind, body)| kind == "finding" && body["open"] == true).map(|(_, body)| body).collect();
            @if open.is_empty() { p .muted { (say("Không có gì.", "Nothing.")) } }
            ul .plain {
                @for body in open {
                    li { div { strong { (language.finding(body["code"].as_str().unwrap_or_default())) } " · " (language.severity(body["severity"].as_str().unwrap_or_default())) " · " (text(body, "detail")) } }
                }
            }
        }
        section .card aria-labelledby="pages" {
            h2 #pages { (say("Trang", "Pages")) ": " (language.count(pages.len().min(PAGES as usize) as i64)) }
            @if pages.is_empty() { p .muted { (say("Chưa có trang nào được gửi.", "No page was sent yet.")) } }
            @else if !visitor.may_read {
                p .muted { (say("Vai trò của bạn không xem ảnh và văn bản của trang.", "Your role does not see pictures and texts of pages.")) }
            } @else {
                ol .leaves {
                    @for (page, document, ordinal) in pages.iter().take(PAGES as usize) {
                        li { a href={ "/dossiers/" (shown.id) "/pages/" (page) } {
                            span .hidden { (say("Trang ", "Page ")) }
                            @if let Some(document) = document { (document) "." } (ordinal)
                        } }
                    }
                }
                @if pages.len() as i64 > PAGES {
                    p .muted { (say("Chỉ hiện 2 000 trang đầu.", "Only the first 2,000 pages are shown.")) }
                }
            }
        }
    })
}

/// Who looked at it last, for who decides.
async fn looks(hub: &Hub, visitor: &Visitor, shown: &Shown) -> Result<Markup, NotShown> {
    let say = |vi, en| visitor.language.say(vi, en);
    let looks: Vec<(DateTime<Utc>, String, String)> = rows(
        "SELECT a.at, coalesce(p.name, a.login), a.what FROM access a LEFT JOIN person p USING (login) \
         WHERE a.dossier = $1 AND a.what IN ('image', 'text') ORDER BY a.access_no DESC LIMIT $2",
    )
    .bind(shown.id.0)
    .bind(LOOKS)
    .fetch_all(&hub.pool)
    .await?;
    Ok(html! {
        section .card aria-labelledby="looks" {
            h2 #looks { (say("Ai đã xem ảnh và văn bản", "Who looked at pictures and texts")) }
            @if looks.is_empty() { p .muted { (say("Chưa có ai.", "Nobody yet.")) } }
            ul .plain {
                @for (at, name, what) in &looks {
                    li { div {
                        (Timestamp(at.timestamp_millis()).short_vietnam()) " · " (name) " · "
                        @if what == Deed::Image.word() { (say("xem ảnh", "a picture")) } @else { (say("xem văn bản", "a text")) }
                    } }
                }
            }
        }
    })
}

fn decisions(visitor: &Visitor, shown: &Shown) -> Markup {
    let say = |vi, en| visitor.language.say(vi, en);
    html! {
        section .card aria-labelledby="decide" {
            h2 #decide { (say("Quyết định", "Decide")) }
            p .muted { (say("Quyết định được gửi xuống trạm của hồ sơ.", "What is decided goes down to the dossier's station.")) }
            form .decide method="post" action={ "/dossiers/" (shown.id) } {
                input type="hidden" name="token" value=(visitor.form_token);
                input type="hidden" name="rev" value=(shown.rev);
                label for="reason" { (say("Lý do (bắt buộc, trừ khi nhận)", "Reason (needed unless you accept)")) }
                textarea #reason name="reason" rows="2" maxlength="1000" {}
                div .buttons {
                    @if shown.state == state_number(DossierState::Signed) {
                        button .primary type="submit" name="decide" value="accept" { (say("Nhận", "Accept")) }
                    }
                    button type="submit" name="decide" value="reject" { (say("Không nhận", "Reject")) }
                    button type="submit" name="decide" value="rescan" { (say("Yêu cầu quét lại", "Ask for a rescan")) }
                    button type="submit" name="decide" value="hold" { (say("Ra lệnh giữ", "Order a hold")) }
                }
            }
        }
    }
}

/// What can be decided about a dossier that is held: the order is taken back, or given again.
fn of_hold(visitor: &Visitor, shown: &Shown) -> Markup {
    let say = |vi, en| visitor.language.say(vi, en);
    let (what, button, words) = match shown.withdrawn {
        false => (
            "withdraw",
            say("Rút lệnh giữ", "Take the order back"),
            say(
                "Rút lệnh giữ thì máy chủ không yêu cầu giữ nữa; quản trị viên ở trạm mới gỡ giữ, và khi trạm gửi lại thì hồ sơ hiện lại.",
                "When the order is taken back, the hub does not ask for the hold any more. The station's administrator lifts it; the dossier is shown again when the station sends it.",
            ),
        ),
        true => (
            "hold",
            say("Ra lệnh giữ lại", "Order the hold again"),
            say(
                "Lệnh giữ đã được rút; hồ sơ hiện lại khi trạm gỡ giữ và gửi lại.",
                "The order was taken back; the dossier is shown again when its station lifts the hold and sends it.",
            ),
        ),
    };
    html! {
        section .card aria-labelledby="decide" {
            h2 #decide { (say("Quyết định", "Decide")) }
            p .muted { (words) }
            form .decide method="post" action={ "/dossiers/" (shown.id) } {
                input type="hidden" name="token" value=(visitor.form_token);
                input type="hidden" name="rev" value=(shown.rev);
                label for="reason" { (say("Lý do (bắt buộc)", "Reason (needed)")) }
                textarea #reason name="reason" rows="2" maxlength="1000" {}
                div .buttons { button type="submit" name="decide" value=(what) { (button) } }
            }
        }
    }
}

/// `POST /dossiers/<id>`: a decision becomes a record that goes down.
pub(super) async fn decide(
    State(hub): State<Arc<Hub>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let fields = super::form(request).await?;
    session::check_form(&visitor, super::field(&fields, "token"))?;
    let shown = read(&hub, &visitor, &id).await?;
    if !visitor.may_decide {
        let refusal = Refusal::new(ProblemKind::NotOwner).detail("only supervisors decide").said(
            "Chỉ lãnh đạo được quyết định về hồ sơ; chưa có gì thay đổi. Hãy báo cho lãnh đạo của đơn vị.",
            "Only supervisors decide about dossiers; nothing was changed. Tell a supervisor of the unit.",
        );
        return Err(refusal.into());
    }
    let what = super::field(&fields, "decide");
    let may = match (&shown.hold, shown.withdrawn) {
        (None, _) => what != "withdraw",
        (Some(_), false) => what == "withdraw",
        (Some(_), true) => what == "hold",
    };
    if !may {
        return Err(if shown.hold.is_some() { held() } else { changed() }.into());
    }
    if super::field(&fields, "rev") != shown.rev.to_string() {
        return Err(changed().into());
    }
    let reason = super::field(&fields, "reason").trim();
    let reason = Some(reason.chars().take(1000).collect::<String>()).filter(|reason| !reason.is_empty());
    let decision = |decided| Decision {
        decided,
        by: visitor.login.clone(),
        reason: reason.clone(),
        of_rev: u32::try_from(shown.rev).ok(),
        withdrawn: what == "withdraw",
    };
    let needs_reason = || {
        Refusal::new(ProblemKind::Malformed).detail("a reason is needed").said(
            "Chưa có lý do nên quyết định chưa được ghi. Hãy quay lại, ghi lý do rồi gửi lại.",
            "There is no reason, so nothing was decided. Go back, write the reason and send it again.",
        )
    };
    let record = match (what, &reason) {
        ("accept", _) if shown.state == state_number(DossierState::Signed) => {
            record(&hub, &shown, &decision(Decided::Accepted))?
        }
        ("accept", _) => return Err(Refusal::new(ProblemKind::RecordInvalid).detail("it is not signed").into()),
        ("reject", Some(_)) => record(&hub, &shown, &decision(Decided::Rejected))?,
        ("hold" | "withdraw", Some(_)) => record(&hub, &shown, &decision(Decided::HoldOrdered))?,
        ("rescan", Some(reason)) => {
            let body = Rescan { carton: None, page: None, by: visitor.login.clone(), reason: reason.clone() };
            record(&hub, &shown, &body)?
        }
        _ => return Err(needs_reason().into()),
    };
    let internal = |error: RecordError| Refusal::new(ProblemKind::Internal).because(error);
    let line = record.line().map_err(internal)?.bytes;
    let mut transaction = hub.pool.begin().await?;
    let about = About { dossier: Some(shown.id.0), detail: Some(what), ..About::default() };
    access::write(&mut *transaction, &visitor.login, Deed::Decision, about).await?;
    let done = match what {
        "withdraw" => publish::withdraw(&mut transaction, &shown.unit, shown.station, &line).await,
        _ => {
            let about = (shown.id, shown.rev, what == "hold");
            publish::decide(&mut transaction, &shown.unit, shown.station, about, &line).await
        }
    };
    match done {
        Ok(()) => {}
        Err(PublishError::Held) => return Err(held().into()),
        Err(PublishError::Changed | PublishError::NotOrdered(_)) => return Err(changed().into()),
        Err(error) => return Err(Refusal::new(ProblemKind::Internal).because(error).into()),
    }
    transaction.commit().await?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, format!("/dossiers/{}", shown.id))]).into_response())
}

fn held() -> Refusal {
    Refusal::new(ProblemKind::Held).said(
        "Hồ sơ đang bị giữ nên không quyết định được; chưa có gì được gửi xuống trạm.",
        "The dossier is held and cannot be decided about; nothing went down to the station.",
    )
}

fn changed() -> Refusal {
    Refusal::new(ProblemKind::RevConflict).detail("another revision is here than the one that was shown").said(
        "Hồ sơ đã thay đổi sau khi trang được mở nên quyết định chưa được ghi. Hãy mở lại hồ sơ, xem lại rồi quyết định.",
        "The dossier changed after the page was opened, so nothing was decided. Open it again, look, and then decide.",
    )
}

/// A record of the hub about a dossier.
fn record<B: Body>(hub: &Hub, shown: &Shown, body: &B) -> Result<Record, Refusal> {
    let internal = |error: RecordError| Refusal::new(ProblemKind::Internal).because(error);
    let random =
        hub::random().map_err(|error| Refusal::new(ProblemKind::Internal).because(hub::HubError::Random(error)))?;
    let now = hub.now();
    let milliseconds = u64::try_from(now.0).unwrap_or(0);
    let id = RecordId(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid());
    Ok(Record::new(id, 1, Moment(now), body).map_err(internal)?.of_dossier(shown.id))
}
