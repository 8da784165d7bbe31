//! The routes of version 1, and the envelope of every answer: a name for the request, a nonce, a line in the log, and a
//! refusal's sentence in the language that was asked for.

pub(crate) mod batches;
pub(crate) mod enrolments;
mod feed;
pub(crate) mod files;
pub(crate) mod log;
mod operate;
mod station;
mod uploads;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, EXPECT, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Router};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sohoa_wire::{Hash, ProblemKind, StationId, json, limits, nonce, problem};

use crate::metrics::Metrics;
use crate::refusal::chain_of;
use crate::words::{self, Language};
use crate::{Hub, Refusal, body, drain, hub, page};

/// Who is at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Which station asked, once its signature was judged: for the log.
#[derive(Debug, Clone, Default)]
pub struct Asker(Arc<OnceLock<StationId>>);

impl Asker {
    /// Takes note of it.
    pub fn is(&self, station: StationId) {
        let _ = self.0.set(station);
    }
}

/// Everything that a hub answers.
pub fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/v1/enrolments", post(enrolments::enrol))
        .route("/v1/enrolments/resume", post(enrolments::resume))
        .route("/v1/station", get(station::hello))
        .route("/v1/files/query", post(files::query))
        .route("/v1/files/{sha256}", put(files::put).get(files::get).delete(files::take_back))
        .route("/v1/files/{sha256}/upload", post(uploads::begin).delete(uploads::abort))
        .route("/v1/files/{sha256}/parts/{part}", put(uploads::part))
        .route("/v1/batches", post(batches::take))
        .route("/v1/log", get(log::read))
        .route("/v1/feed", get(feed::read))
        .route("/healthz", get(operate::health))
        .route("/readyz", get(operate::ready))
        .route("/metrics", get(operate::metrics))
        .merge(page::routes(&hub))
        .fallback(|| async { Refusal::new(ProblemKind::NotFound) })
        .method_not_allowed_fallback(|| async { Refusal::new(ProblemKind::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(Arc::clone(&hub), envelope))
        .with_state(hub)
}

async fn envelope(
    State(hub): State<Arc<Hub>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let name = hub::random_name().unwrap_or_default();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let language = page::language_of(request.headers());
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let is_browser = accepts.is_some_and(|accepts| accepts.contains("text/html"));
    // Who waits to be asked for the body has not sent it.
    let waits = request.headers().contains_key(EXPECT);
    let (mut parts, sent) = request.into_parts();
    let asker = Asker::default();
    parts.extensions.insert(asker.clone());
    let (lent, rest) = drain::lend(sent);
    let mut response = next.run(Request::from_parts(parts, lent)).await;
    if !waits {
        rest.drain().await;
    }
    Metrics::add(&hub.metrics.requests, 1);
    let milliseconds = began.elapsed().as_millis();
    let status = response.status().as_u16();
    let station = asker.0.get().map(ToString::to_string);
    let station = station.as_deref();
    match response.extensions_mut().remove::<Refusal>() {
        Some(refusal) => {
            hub.metrics.refuse(refusal.kind);
            let code = refusal.kind.code();
            let detail = refusal.problem.detail.as_deref().unwrap_or_default();
            let cause = refusal.cause.as_ref().map(|cause| chain_of(cause.as_ref())).unwrap_or_default();
            if refusal.kind.status() >= 500 {
                tracing::error!(%name, %peer, station, %method, path, status, milliseconds, code, detail, cause, "refused");
            } else {
                tracing::info!(%name, %peer, station, %method, path, status, milliseconds, code, detail, cause, "refused");
            }
            response = if is_browser {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, page::refused(language, refusal.sentence(language), &name)).into_response()
            } else {
                write_refusal(refusal, name, language)
            };
        }
        None => tracing::info!(%name, %peer, station, %method, path, status, milliseconds, "answered"),
    }
    let headers = response.headers_mut();
    if let Ok(random) = hub::random()
        && let Ok(nonce) = HeaderValue::from_str(&hub.nonces.issue(hub.now(), random))
    {
        headers.insert(HeaderName::from_static(nonce::FIELD), nonce);
    }
    // Only a picture of a page says how long the browser may keep it.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn write_refusal(refusal: Refusal, name: String, language: Language) -> Response {
    let mut problem = *refusal.problem;
    words::title(refusal.kind, language).clone_into(&mut problem.title);
    problem.instance = Some(name);
    let text = serde_json::to_string(&problem).unwrap_or_default();
    let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(CONTENT_TYPE, problem::MEDIA_TYPE)], text).into_response();
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// An answer in JSON.
fn answer<T: Serialize>(status: StatusCode, answer: &T) -> Result<Response, Refusal> {
    let text = serde_json::to_string(answer).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    Ok((status, [(CONTENT_TYPE, "application/json")], text).into_response())
}

/// A small body in JSON, of the digest that was signed.
async fn question<T: DeserializeOwned>(body: Body, digest: Hash) -> Result<T, Refusal> {
    let bytes = body::read(body, limits::SMALL_BODY_BYTES, digest).await?;
    json::read_as(&bytes).map_err(|error| Refusal::new(ProblemKind::Malformed).explained(error))
}

/// The digest in a path.
fn digest_in(path: &str) -> Result<Hash, Refusal> {
    path.parse::<Hash>().map_err(|error| Refusal::new(ProblemKind::Malformed).explained(error))
}

/// A number in the query of an address: `name=123`.
fn number_in(query: Option<&str>, name: &str) -> Result<Option<u64>, Refusal> {
    let fields = query.unwrap_or_default().split('&').filter_map(|field| field.split_once('='));
    let mut numbers = fields.filter(|(field, _)| *field == name).map(|(_, number)| number.parse::<u64>());
    let fault = || Refusal::new(ProblemKind::Malformed).detail(format!("{name} is not one number"));
    let first = numbers.next().transpose().map_err(|_| fault())?;
    if numbers.next().is_some() || first.is_some_and(|number| number > i64::MAX.unsigned_abs()) {
        return Err(fault());
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_number() {
        assert_eq!(number_in(Some("after=12&limit=3"), "after").unwrap(), Some(12));
        assert_eq!(number_in(None, "after").unwrap(), None);
        for query in ["after=-1", "after=", "after=1&after=2", "after=99999999999999999999", "after=1%27"] {
            assert_eq!(number_in(Some(query), "after").unwrap_err().kind, ProblemKind::Malformed, "{query}");
        }
    }
}
