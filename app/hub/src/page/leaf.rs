//! `/dossiers/<id>/pages/<id>`: a page, its picture and its recognised text side by side; each look is in the access log.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use sohoa_wire::ProblemKind;
use uuid::Uuid;

use super::dossier::{self, Shown};
use super::picture::{self, Cut};
use super::session::{self, NotShown, Visitor};
use super::{PROTECTION, frame};
use crate::access::{self, About, Deed};
use crate::database::rows;
use crate::{Hub, Refusal, texts};

/// Pixels of the longer side of a picture: beside its text, and alone.
const BESIDE: u32 = 1600;
const ALONE: u32 = 3200;

/// A page as the database has it: master, text, frame, turn, part, its document and place there, and its neighbours.
#[derive(Debug)]
struct Leaf {
    id: Uuid,
    master: Vec<u8>,
    text: Option<Vec<u8>>,
    frame: Option<i32>,
    turned: Option<i32>,
    part: Option<String>,
    place: i64,
    of: i64,
    before: Option<Uuid>,
    after: Option<Uuid>,
}

/// The row of a page.
type Row = (Vec<u8>, Option<Vec<u8>>, Option<i32>, Option<i32>, Option<String>, i64, i64, Option<Uuid>, Option<Uuid>);

/// A page that somebody may see.
async fn read(hub: &Hub, visitor: &Visitor, dossier: &str, page: &str) -> Result<(Shown, Leaf), NotShown> {
    let shown = dossier::read(hub, visitor, dossier).await?;
    let not_found = || Refusal::new(ProblemKind::NotFound);
    if !visitor.may_read {
        return Err(not_found().into());
    }
    if shown.hold.is_some() {
        return Err(Refusal::new(ProblemKind::Held).into());
    }
    let id: Uuid = page.parse().map_err(|_| not_found())?;
    let found: Option<Row> = rows(
        "SELECT master_sha256, text_sha256, frame, turned, part, place, whole, before, after FROM (\
             SELECT p.*, row_number() OVER w AS place, count(*) OVER () AS whole, lag(p.page) OVER w AS before, \
             lead(p.page) OVER w AS after FROM page p LEFT JOIN item i ON i.kind = 'document' AND i.id = p.document \
             WHERE p.dossier = $1 AND NOT p.retired \
             WINDOW w AS (ORDER BY (i.body->>'ordinal')::bigint, p.document, p.ordinal, p.page)) l WHERE page = $2",
    )
    .bind(shown.id.0)
    .bind(id)
    .fetch_optional(&hub.pool)
    .await?;
    let (master, text, frame, turned, part, place, of, before, after) = found.ok_or_else(not_found)?;
    Ok((shown, Leaf { id, master, text, frame, turned, part, place, of, before, after }))
}

pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    Path((dossier, page)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let (shown, leaf) = read(&hub, &visitor, &dossier, &page).await?;
    let about = About { dossier: Some(shown.id.0), page: Some(leaf.id), detail: None };
    access::write(&hub.pool, &visitor.login, Deed::Text, about).await?;
    let text = match &leaf.text {
        Some(sha256) => texts::read(&hub, shown.unit_no, sha256).await?,
        None => None,
    };
    let say = |vi, en| visitor.language.say(vi, en);
    let title = format!("{} – {} {}", shown.code, say("trang", "page"), leaf.place);
    let here = format!("/dossiers/{}/pages", shown.id);
    let image = format!("{here}/{}/image", leaf.id);
    let content = html! {
        p { a href={ "/dossiers/" (shown.id) } { "← " (say("Hồ sơ", "Dossier")) " " (shown.code) } }
        h1 { (title) }
        nav .turn aria-label=(say("Các trang của hồ sơ", "Pages of the dossier")) {
            @if let Some(before) = leaf.before { a href={ (here) "/" (before) } rel="prev" { "← " (say("Trang trước", "Page before")) } }
            span { (say("Trang", "Page")) " " (leaf.place) " / " (leaf.of) }
            @if let Some(after) = leaf.after { a href={ (here) "/" (after) } rel="next" { (say("Trang sau", "Next page")) " →" } }
        }
        div .leaf {
            section .card aria-labelledby="picture" {
                div .head {
                    h2 #picture { (say("Ảnh trang", "Picture of the page")) }
                    p { a href={ (image) "?size=large" } { (say("Mở ảnh lớn", "Open it large")) } }
                }
                img src=(image) alt={ (say("Ảnh quét của ", "Scan of ")) (title) };
            }
            section .card aria-labelledby="text" {
                h2 #text { (say("Văn bản nhận dạng", "Recognised text")) }
                @match &text {
                    Some(text) if !text.trim().is_empty() => (paragraphs(text)),
                    Some(_) => p .muted { (say("Trang này không có chữ.", "There are no words on this page.")) },
                    None => p .muted { (say("Trạm chưa gửi văn bản của trang này.", "The station sent no text of this page yet.")) },
                }
            }
        }
    };
    Ok(frame::page(&visitor, "/progress", &title, &content))
}

/// Blocks as paragraphs, a line each.
fn paragraphs(text: &str) -> Markup {
    html! {
        div .text lang="vi" {
            @for block in text.split("\n\n").filter(|block| !block.trim().is_empty()) {
                p { @for (place, line) in block.lines().enumerate() { @if place > 0 { br; } (line) } }
            }
        }
    }
}

/// `GET …/image`: the picture as JPEG.
pub(super) async fn image(
    State(hub): State<Arc<Hub>>,
    Path((dossier, page)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let (shown, leaf) = read(&hub, &visitor, &dossier, &page).await?;
    let about = About { dossier: Some(shown.id.0), page: Some(leaf.id), detail: None };
    access::write(&hub.pool, &visitor.login, Deed::Image, about).await?;
    // What cannot be read shows nothing, never more than the page.
    let unreadable = || Refusal::new(ProblemKind::RecordInvalid).detail("the page's frame or part cannot be read");
    let frame = u32::try_from(leaf.frame.unwrap_or(0)).map_err(|_| unreadable())?;
    let part = leaf.part.as_ref().map(|part| part.parse()).transpose().map_err(|_| unreadable())?;
    let turn = picture::turn(&hub).await?;
    let master = texts::file(&hub, shown.unit_no, &leaf.master, picture::MASTER_BYTES).await?;
    let master = master.ok_or_else(|| Refusal::new(ProblemKind::NotFound).detail("the master is not here"))?;
    let longest = if query.as_deref() == Some("size=large") { ALONE } else { BESIDE };
    let jpeg = picture::jpeg(turn, master, Cut { frame, turned: leaf.turned, part, longest }).await?;
    let headers = [(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "private, max-age=300"), (VARY, "cookie")];
    Ok((PROTECTION, headers, jpeg).into_response())
}
