//! A browser without JavaScript, and people who may sign in.

use std::io::Write;
use std::process::Stdio;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};

use crate::group::{Group, Process};

/// The password of everybody.
pub(crate) const PASSWORD: &str = "mật khẩu dài";

/// A browser: it follows nothing and keeps its cookies.
pub(crate) struct Browser {
    client: Client,
    base: String,
    pub(crate) cookies: Vec<(String, String)>,
}

/// What it was shown.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(hub: &Process) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Self { client, base: hub.base.clone(), cookies: Vec::new() }
    }

    pub(crate) async fn ask(&mut self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Page {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("cookie", cookies.join("; "))
            .header("accept", "text/html");
        if let Some(form) = form {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(form);
            request = request.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
        }
        let reply = request.send().await.expect("an answer");
        for cookie in reply.headers().get_all("set-cookie") {
            let text = cookie.to_str().expect("ASCII");
            assert!(text.contains("; Secure; HttpOnly; SameSite="), "{text}");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            assert!(name.starts_with("__Host-"), "{text}");
            self.cookies.retain(|(found, _)| found != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let (status, headers) = (reply.status(), reply.headers().clone());
        Page { status, headers, text: reply.text().await.expect("text") }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        self.ask(Method::POST, path, Some(form)).await
    }

    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) -> Page {
        let token = self.get("/sign-in").await.token();
        self.post("/sign-in", &[("token", &token), ("login", login), ("password", password)]).await
    }
}

impl Page {
    /// The token of its first form.
    pub(crate) fn token(&self) -> String {
        let start = self.text.find("name=\"token\" value=\"").expect("a form") + 20;
        self.text[start..].split('"').next().expect("a value").to_owned()
    }

    /// The revision that its form decides about.
    pub(crate) fn rev(&self) -> String {
        let start = self.text.find("name=\"rev\" value=\"").expect("a form") + 18;
        self.text[start..].split('"').next().expect("a value").to_owned()
    }

    pub(crate) fn goes_to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.headers["location"].to_str().expect("ASCII")
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) -> &Self {
        assert!(self.text.contains(text), "{text} is not in {}", self.text);
        self
    }
}

pub(crate) fn let_in(group: &Group, login: &str, more: &[&str]) {
    let arguments = [&["person", login, "--name", "Vũ Đình Nam"], more].concat();
    let mut command = group.command(&arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program");
    child.stdin.take().expect("it is piped").write_all(PASSWORD.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success());
}
