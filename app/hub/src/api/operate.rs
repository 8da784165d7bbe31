//! What those who run a hub ask: does it live, can it work, what did it count.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sohoa_wire::{Hash, ProblemKind};

use super::Peer;
use crate::database::{self, DatabaseError};
use crate::{Hub, Refusal, auth};

/// The process answers.
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Database, schema and store can be used.
pub(super) async fn ready(State(hub): State<Arc<Hub>>) -> Result<&'static str, Refusal> {
    let unavailable = |error: DatabaseError| Refusal::new(ProblemKind::Unavailable).because(error);
    database::check_schema(&hub.pool).await.map_err(unavailable)?;
    hub.store.answers().await.map_err(|error| {
        let sentence = error.to_string();
        Refusal::from(error).detail(sentence)
    })?;
    Ok("ok\n")
}

/// The counters, for this machine or who knows the token.
pub(super) async fn metrics(
    State(hub): State<Arc<Hub>>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let given = auth::header(&headers, AUTHORIZATION.as_str())?.and_then(|value| value.strip_prefix("Bearer "));
    let allowed = match &hub.settings.metrics_token {
        // Compared by digest: how long that takes tells nothing of the token.
        Some(token) => given.is_some_and(|given| Hash::of(given.as_bytes()) == Hash::of(token.as_bytes())),
        // Behind a proxy everybody is on this machine, so without a token the proxy must not pass /metrics on.
        None => peer.ip().is_loopback(),
    };
    if !allowed {
        return Err(Refusal::new(ProblemKind::NotFound));
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], hub.metrics.text()).into_response())
}
