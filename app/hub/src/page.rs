//! The supervisors' page: HTML made by the hub, whole without JavaScript, in Vietnamese and English.
//!
//! Everything that is shown comes from the projections and counters of the database; what a supervisor decides becomes a
//! record of the hub that goes down to the dossier's station. All text is escaped by the templates.

mod chart;
mod dossier;
mod exceptions;
mod export;
mod figures;
mod frame;
mod leaf;
mod list;
mod other;
mod people;
mod picture;
mod progress;
mod quality;
mod report;
mod search;
mod session;
mod sheet;
mod sign_in;
mod stations;
mod targets;
mod wanted;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::http::{HeaderName, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::html;
use sohoa_model::day::Day;
use sqlx_postgres::PgPool;

use crate::database::value;
use crate::words::Language;
use crate::{Hub, Refusal, body};

/// Bytes of a form, at most.
const FORM_BYTES: usize = 16 * 1024;

/// The routes of the page.
pub fn routes(hub: &Arc<Hub>) -> Router<Arc<Hub>> {
    Router::new()
        .route("/", get(|| async { go_to("/progress") }))
        .route("/sign-in", get(sign_in::form).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/language/{tag}", get(language))
        .route("/progress", get(progress::show))
        .route("/fonds/{number}", get(list::fonds))
        .route("/dossiers", get(list::show))
        .route("/dossiers/{dossier}", get(dossier::show).post(dossier::decide))
        .route("/dossiers/{dossier}/pages/{page}", get(leaf::show))
        .route("/dossiers/{dossier}/pages/{page}/image", get(leaf::image))
        .route("/exceptions", get(exceptions::show))
        .route("/export/{name}", get(export::send))
        .route("/indicators", get(other::show).post(other::take))
        .route("/people", get(people::show))
        .route("/quality", get(quality::show))
        .route("/report", get(report::show))
        .route("/search", get(search::show))
        .route("/stations", get(stations::show))
        .route_layer(middleware::from_fn_with_state(Arc::clone(hub), session::note_denied))
        .route("/icon.svg", get(icon))
        .route("/style.css", get(style))
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/style.css")).into_response()
}

async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("page/icon.svg")).into_response()
}

/// The language that somebody chose on the page, or that is asked for.
pub fn language_of(headers: &HeaderMap) -> Language {
    session::language(headers)
}

/// Remembers the language that somebody chose.
async fn language(Path(tag): Path<String>) -> Response {
    let mut response = go_to("/progress");
    let tag = if tag == "en" { "en" } else { "vi" };
    let cookie = format!("__Host-sohoa-language={tag}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// The report of a day as a file; `unit` is a code, none: all units.
///
/// # Errors
/// A refusal if the database does not answer or there is no such unit.
pub async fn report_file(
    pool: &PgPool,
    unit: Option<&str>,
    language: Language,
    day: Day,
) -> Result<String, ReportError> {
    let unit_no: Option<i32> = match unit {
        Some(unit) => {
            let found = value("SELECT unit_no FROM unit WHERE code = $1").bind(unit).fetch_optional(pool).await?;
            Some(found.ok_or_else(|| ReportError::UnknownUnit(unit.to_owned()))?)
        }
        None => None,
    };
    Ok(report::file(pool, unit_no, language, day).await?)
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no such unit.
    #[error("there is no unit {0}")]
    UnknownUnit(String),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
    /// The figures cannot be read.
    #[error("the figures cannot be read: {0}")]
    Figures(String),
}

impl From<Refusal> for ReportError {
    fn from(refusal: Refusal) -> Self {
        Self::Figures(refusal.cause.map(|cause| cause.to_string()).unwrap_or_default())
    }
}

/// Sends the browser somewhere else on this page.
fn go_to(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

/// A refusal for somebody with a browser.
pub fn refused(language: Language, title: &str, name: &str) -> Response {
    let content = html! {
        main #content .narrow {
            h1 { (title) }
            p .muted { (language.say("Yêu cầu", "Request")) " " (name) }
            p { a href="/progress" { (language.say("Tiến độ", "Progress")) } }
        }
    };
    frame::bare(language, title, &content)
}

/// The fields of a form.
async fn form(request: Request) -> Result<Vec<(String, String)>, Refusal> {
    form_of(request, FORM_BYTES).await
}

/// The fields of a form of at most so many bytes.
async fn form_of(request: Request, most: usize) -> Result<Vec<(String, String)>, Refusal> {
    let bytes = body::read_any(request.into_body(), most).await?;
    Ok(fields(&bytes))
}

/// The fields of a form or of an address, without NUL, which PostgreSQL holds in no text.
fn fields(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.replace('\0', ""))).collect()
}

/// A field of a form or of an address.
fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
}

/// What browsers may do with a page of ours: nothing but show it and send its forms back.
const PROTECTION: [(HeaderName, &str); 4] = [
    (
        HeaderName::from_static("content-security-policy"),
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (HeaderName::from_static("x-content-type-options"), "nosniff"),
    (HeaderName::from_static("referrer-policy"), "no-referrer"),
    (HeaderName::from_static("strict-transport-security"), "max-age=31536000"),
];
