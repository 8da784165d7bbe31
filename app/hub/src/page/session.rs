//! Who is looking: a random token in a cookie, of which the hub keeps only the digest; it ends after an hour of silence and
//! after twelve hours in any case.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sohoa_wire::{Hash, ProblemKind};

use super::go_to;
use crate::access::{About, Deed};
use crate::database::{rows, sql, value};
use crate::people::Role;
use crate::words::Language;
use crate::{Hub, Refusal, access, hub};

/// The cookie of a session. The prefix makes browsers keep it to this host, this path and TLS (RFC 6265bis, 4.1.3.2).
pub(super) const COOKIE_NAME: &str = "__Host-sohoa";
/// The cookie of the form that somebody signs in with.
pub(super) const FORM_COOKIE_NAME: &str = "__Host-sohoa-form";

/// Letters of an address that the access log keeps.
const PATH: usize = 200;

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) login: String,
    pub(super) name: String,
    /// Whether the person may decide, and know which dossiers are held.
    pub(super) may_decide: bool,
    /// Whether the person may see pictures and texts.
    pub(super) may_read: bool,
    /// The unit that the person sees; none: all.
    pub(super) unit_no: Option<i32>,
    /// What every form of the session must bring.
    pub(super) form_token: String,
    pub(super) language: Language,
}

/// Why a page is not shown: because of a refusal, or because somebody must sign in first.
pub(super) enum NotShown {
    Refused(Refusal),
    SignInFirst,
}

impl<T: Into<Refusal>> From<T> for NotShown {
    fn from(refusal: T) -> Self {
        Self::Refused(refusal.into())
    }
}

impl IntoResponse for NotShown {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refusal.into_response(),
            Self::SignInFirst => go_to("/sign-in"),
        }
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// The language that somebody chose, or that the browser asks for.
pub(super) fn language(headers: &HeaderMap) -> Language {
    match cookie(headers, "__Host-sohoa-language") {
        Some(tag) => Language::of_header(Some(tag)),
        None => Language::of_header(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())),
    }
}

/// A person as the database has it: login, name, role, unit, token of forms.
type Row = (String, String, String, Option<i32>, String);

/// Who looks at a list or at figures, which is written into the access log first.
pub(super) async fn looking(hub: &Hub, headers: &HeaderMap, path: &str) -> Result<Visitor, NotShown> {
    let visitor = visitor(hub, headers).await?;
    access::write_list(&hub.pool, &visitor.login, path).await?;
    Ok(visitor)
}

/// Whether a session is alive, of somebody who may sign in; `s` is the session of a token, `p` its person.
macro_rules! is_alive {
    () => {
        "s.token_sha256 = $1 AND s.expires_at > now() AND s.seen_at > now() - interval '1 hour' AND p.active"
    };
}

/// Who is looking.
pub(super) async fn visitor(hub: &Hub, headers: &HeaderMap) -> Result<Visitor, NotShown> {
    let token = cookie(headers, COOKIE_NAME).ok_or(NotShown::SignInFirst)?;
    let found: Option<Row> = rows(concat!(
        "UPDATE session s SET seen_at = now() FROM person p WHERE p.login = s.login AND ",
        is_alive!(),
        " RETURNING p.login, p.name, p.role, p.unit_no, s.form_token"
    ))
    .bind(Hash::of(token.as_bytes()).0.as_slice())
    .fetch_optional(&hub.pool)
    .await?;
    let (login, name, role, unit_no, form_token) = found.ok_or(NotShown::SignInFirst)?;
    let may_decide = role == Role::Supervisor.word();
    let may_read = may_decide || role == Role::Reader.word();
    Ok(Visitor { login, name, may_decide, may_read, unit_no, form_token, language: language(headers) })
}

/// Writes down what somebody who signed in is refused: what is not there for this person, or may not be done by it.
pub(super) async fn note_denied(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    let token = cookie(request.headers(), COOKIE_NAME).map(|token| Hash::of(token.as_bytes()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let Some((token, refusal)) = token.zip(response.extensions().get::<Refusal>()) else { return response };
    // Of looks: what may not be seen. Of what was to be done: everything that is the asker's matter.
    let is_denied = match method {
        Method::POST => (400..500).contains(&refusal.kind.status()),
        _ => [401, 403, 404].contains(&refusal.kind.status()) || refusal.kind == ProblemKind::Held,
    };
    if !is_denied {
        return response;
    }
    let mut named = path.split('/').filter_map(|part| part.parse().ok());
    let short: String = path.chars().take(PATH).collect();
    let detail = format!("{method} {short}: {}", refusal.kind.code());
    let about = About { dossier: named.next(), page: named.next(), detail: Some(&detail) };
    if let Err(error) = denied(&hub, token, about).await {
        // Nothing was shown.
        tracing::error!(%error, detail, "a refused look is not in the access log");
    }
    response
}

async fn denied(hub: &Hub, token: Hash, about: About<'_>) -> Result<(), sqlx_core::Error> {
    let login: Option<String> =
        value(concat!("SELECT s.login FROM session s JOIN person p USING (login) WHERE ", is_alive!()))
            .bind(token.0.as_slice())
            .fetch_optional(&hub.pool)
            .await?;
    match login {
        Some(login) => access::write(&hub.pool, &login, Deed::Denied, about).await,
        None => Ok(()),
    }
}

/// Begins a session; the answer is its token, which nobody but the browser keeps.
pub(super) async fn begin(hub: &Hub, login: &str) -> Result<String, Refusal> {
    let (token, form_token) = (random_token()?, random_token()?);
    sql("DELETE FROM session WHERE expires_at < now()").execute(&hub.pool).await?;
    sql("INSERT INTO session (token_sha256, login, form_token, expires_at) VALUES ($1, $2, $3, now() + interval '12 hours')")
        .bind(Hash::of(token.as_bytes()).0.as_slice())
        .bind(login)
        .bind(&form_token)
        .execute(&hub.pool)
        .await?;
    Ok(token)
}

/// Ends a session.
pub(super) async fn end(hub: &Hub, headers: &HeaderMap) -> Result<(), Refusal> {
    if let Some(token) = cookie(headers, COOKIE_NAME) {
        let digest = Hash::of(token.as_bytes());
        sql("DELETE FROM session WHERE token_sha256 = $1").bind(digest.0.as_slice()).execute(&hub.pool).await?;
    }
    Ok(())
}

/// 256 random bits.
pub(super) fn random_token() -> Result<String, Refusal> {
    let bytes: [u8; 32] =
        hub::random().map_err(|error| Refusal::new(ProblemKind::Internal).because(hub::HubError::Random(error)))?;
    Ok(Hash(bytes).to_string())
}

/// Whether two secrets are the same; compared by digest, so that the time tells nothing.
pub(super) fn same(left: &str, right: &str) -> bool {
    !left.is_empty() && Hash::of(left.as_bytes()) == Hash::of(right.as_bytes())
}

/// Refuses a form that is not of this session: another site's page may send forms in the name of who is signed in.
pub(super) fn check_form(visitor: &Visitor, token: &str) -> Result<(), Refusal> {
    if same(&visitor.form_token, token) {
        Ok(())
    } else {
        Err(Refusal::new(ProblemKind::BadSignature).detail("the form is not of this session").said(
            "Biểu mẫu không còn thuộc phiên làm việc này nên chưa có gì được ghi. Hãy mở lại trang rồi gửi lại.",
            "The form is not of this session any more, so nothing was done. Open the page again and send it again.",
        ))
    }
}
