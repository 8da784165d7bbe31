//! Signing in and out, by forms that only this page can have made.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;
use sohoa_wire::ProblemKind;

use super::session::{self, COOKIE_NAME, FORM_COOKIE_NAME, NotShown};
use super::{field, frame, go_to};
use crate::access::{self, About, Deed};
use crate::api::Peer;
use crate::words::Language;
use crate::{Hub, Refusal, people};

/// `GET /sign-in`.
pub(super) async fn form(headers: HeaderMap) -> Result<Response, Refusal> {
    show(session::language(&headers), StatusCode::OK)
}

/// `POST /sign-in`.
pub(super) async fn enter(
    State(hub): State<Arc<Hub>>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let fields = super::form(request).await?;
    // The form must be ours: its token came in a cookie that no other site can set or read.
    if !session::same(session::cookie(&headers, FORM_COOKIE_NAME).unwrap_or_default(), field(&fields, "token")) {
        return show(session::language(&headers), StatusCode::FORBIDDEN);
    }
    let (login, password) = (field(&fields, "login"), field(&fields, "password"));
    if !people::may_enter(&hub, &peer.ip().to_string(), login, password.to_owned()).await? {
        tracing::warn!(%peer, "somebody could not sign in");
        let (address, login) = (peer.ip().to_string(), login.chars().take(100).collect::<String>());
        access::write(&hub.pool, &login, Deed::Refused, About { detail: Some(&address), ..About::default() }).await?;
        return show(session::language(&headers), StatusCode::FORBIDDEN);
    }
    let token = session::begin(&hub, login).await?;
    let address = peer.ip().to_string();
    access::write(&hub.pool, login, Deed::SignIn, About { detail: Some(&address), ..About::default() }).await?;
    let mut response = go_to("/progress");
    set_cookie(&mut response, &format!("{COOKIE_NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Strict"))?;
    Ok(response)
}

/// `POST /sign-out`.
pub(super) async fn leave(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    session::check_form(&visitor, field(&super::form(request).await?, "token"))?;
    session::end(&hub, &headers).await?;
    let mut response = go_to("/sign-in");
    set_cookie(&mut response, &format!("{COOKIE_NAME}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"))?;
    Ok(response)
}

fn show(language: Language, status: StatusCode) -> Result<Response, Refusal> {
    let token = session::random_token()?;
    let say = |vi, en| language.say(vi, en);
    let content = html! {
        main #content .narrow {
            h1 { (say("Đăng nhập", "Sign in")) }
            @if status != StatusCode::OK {
                p .problem role="alert" {
                    (say(
                        "Tên hoặc mật khẩu chưa đúng. Sau năm lần sai, tên phải chờ 15 phút.",
                        "Name or password is not right. After five wrong tries a name waits for 15 minutes.",
                    ))
                }
            }
            form method="post" action="/sign-in" {
                input type="hidden" name="token" value=(token);
                label for="login" { (say("Tên đăng nhập", "Name")) }
                input #login name="login" autocomplete="username" required autofocus;
                label for="password" { (say("Mật khẩu", "Password")) }
                input #password name="password" type="password" autocomplete="current-password" required;
                button .primary type="submit" { (say("Đăng nhập", "Sign in")) }
            }
        }
    };
    let mut response = (status, frame::bare(language, say("Đăng nhập", "Sign in"), &content)).into_response();
    set_cookie(&mut response, &format!("{FORM_COOKIE_NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Strict"))?;
    Ok(response)
}

fn set_cookie(response: &mut Response, cookie: &str) -> Result<(), Refusal> {
    let value = HeaderValue::from_str(cookie).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    response.headers_mut().insert(SET_COOKIE, value);
    Ok(())
}
