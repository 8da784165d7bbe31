//! The hub over HTTP: requests signed by the station's key (RFC 9421), answers read within limits, refusals told apart.
//!
//! One conversation has one connection pool and one nonce at a time; a nonce that has grown old is taken anew and the
//! request repeated once.

use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sohoa_model::Clock;
use sohoa_wire::request::{self, Message};
use sohoa_wire::{Hash, KeyId, Problem, ProblemKind, SecretKey, nonce, problem};
use ureq::Agent;
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::error::{Flaw, Misfit, SyncError};

/// A reply may have so many bytes, but for files of stations.
const LONGEST_REPLY: u64 = sohoa_wire::limits::FEED_FILE_BYTES + 1;
/// How long the network may take to connect, and the hub to begin its answer (it may wait for its disk).
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(90);
/// How long a body may take either way: 8 MiB at 20 KiB a second.
const BODY: Duration = Duration::from_secs(410);

/// A hub, as one station speaks to it.
pub struct Hub<'a> {
    agent: Agent,
    address: String,
    key_id: KeyId,
    key: &'a SecretKey,
    clock: &'a dyn Clock,
    nonce: Mutex<String>,
}

/// What is sent with a request.
#[derive(Clone, Copy, Default)]
pub struct Content<'a> {
    /// The body.
    pub body: &'a [u8],
    /// `Content-Type`, where there is a body.
    pub media_type: Option<&'a str>,
    /// `Content-Encoding`.
    pub encoding: Option<&'a str>,
    /// `Sohoa-Batch`.
    pub batch: Option<&'a str>,
}

/// An answer of the hub.
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// The field `Sohoa-Feed-Next`.
    pub feed_next: Option<u64>,
    /// Its body.
    pub body: Vec<u8>,
}

/// An answer that is a refusal, or none.
pub enum Refusal {
    /// The hub refuses.
    Problem(Box<Problem>),
    /// No answer, or one that is no hub's.
    Failed(SyncError),
}

impl<'a> Hub<'a> {
    /// A conversation with the hub at an address, whose certificate ends at `authority` (PEM; a public one if empty).
    pub fn new(
        address: &str,
        authority: &str,
        key_id: KeyId,
        key: &'a SecretKey,
        clock: &'a dyn Clock,
    ) -> Result<Self, SyncError> {
        if !is_safe(address) {
            return Err(SyncError::Insecure(address.to_owned()));
        }
        let roots = match authority.is_empty() {
            true => RootCerts::WebPki,
            false => {
                let certificate =
                    Certificate::from_pem(authority.as_bytes()).map_err(|_| SyncError::AuthorityUnreadable)?;
                RootCerts::new_with_certs(&[certificate])
            }
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("sohoa/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_send_body(Some(BODY))
            .timeout_recv_body(Some(BODY))
            .build()
            .new_agent();
        let address = address.trim_end_matches('/').to_owned();
        Ok(Self { agent, address, key_id, key, clock, nonce: Mutex::new(String::new()) })
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Asks, and gives the answer whatever its status, repeating the question once for a new nonce.
    pub fn ask(&self, method: &str, path: &str, content: Content<'_>) -> Result<Reply, Refusal> {
        match self.ask_once(method, path, content) {
            Err(Refusal::Problem(problem)) if problem.kind() == Some(ProblemKind::UseNonce) => {
                self.ask_once(method, path, content)
            }
            answer => answer,
        }
    }

    /// Asks where any refusal ends the work.
    pub fn call(&self, method: &str, path: &str, content: Content<'_>) -> Result<Reply, SyncError> {
        self.ask(method, path, content).map_err(|refusal| self.failure(refusal))
    }

    /// Asks with a question in JSON.
    pub fn post_json(&self, path: &str, question: &[u8]) -> Result<Reply, SyncError> {
        let content = Content { body: question, media_type: Some("application/json"), ..Content::default() };
        self.call("POST", path, content)
    }

    /// What a refusal means to the work as a whole.
    pub fn failure(&self, refusal: Refusal) -> SyncError {
        match refusal {
            Refusal::Failed(error) => error,
            Refusal::Problem(problem) => match problem.kind() {
                // What goes was hashed here: bytes that changed on their way are sent again.
                Some(ProblemKind::DigestMismatch) => SyncError::Later { title: problem.title },
                Some(kind) if !kind.is_passing() => SyncError::Refused { kind, title: problem.title },
                // A hub that is newer may refuse for reasons that this program does not know.
                None if problem.status < 500 => self.answer(&format!("{} {}", problem.status, problem.title)),
                _ => SyncError::Later { title: problem.title },
            },
        }
    }

    /// The hub answered what no hub answers.
    pub fn answer(&self, what: &str) -> SyncError {
        SyncError::Answer { hub: self.address.clone(), what: what.chars().take(200).collect() }
    }

    fn ask_once(&self, method: &str, path: &str, content: Content<'_>) -> Result<Reply, Refusal> {
        let response = self.send(method, path, content).map_err(|error| Refusal::Failed(self.unreachable(error)))?;
        let field = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(nonce) = field(nonce::FIELD) {
            nonce.clone_into(&mut self.nonce.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let status = response.status().as_u16();
        let feed_next = field("sohoa-feed-next").and_then(|cursor| cursor.parse().ok());
        let is_problem = field("content-type").is_some_and(|kind| kind.starts_with(problem::MEDIA_TYPE));
        let read = response.into_body().into_with_config().limit(LONGEST_REPLY).read_to_vec();
        let body = read.map_err(|error| Refusal::Failed(self.unreachable(error)))?;
        if (200..300).contains(&status) {
            return Ok(Reply { status, feed_next, body });
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) if is_problem => Err(Refusal::Problem(Box::new(problem))),
            // A gateway before the hub speaks for itself.
            _ if status >= 500 || status == 429 => {
                Err(Refusal::Failed(SyncError::Later { title: format!("HTTP {status}") }))
            }
            _ => Err(Refusal::Failed(self.answer(&format!("HTTP {status}")))),
        }
    }

    fn send(&self, method: &str, path: &str, content: Content<'_>) -> Result<Response<ureq::Body>, ureq::Error> {
        let uri = format!("{}{path}", self.address);
        let digest = request::digest_field(Hash::of(content.body));
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let message = Message {
            method,
            target_uri: &uri,
            content_digest: &digest,
            content_type: content.media_type,
            batch: content.batch,
        };
        let created = self.clock.now().0.div_euclid(1000);
        let signed = request::sign(&message, self.key, self.key_id, created, &nonce)
            .map_err(|error| ureq::Error::Other(Box::new(error)))?;
        let mut builder = Request::builder()
            .method(method)
            .uri(&uri)
            .header("content-digest", &digest)
            .header("signature-input", &signed.input)
            .header("signature", &signed.signature);
        for (name, value) in [
            ("content-type", content.media_type),
            ("content-encoding", content.encoding),
            (sohoa_wire::batch::FIELD, content.batch),
        ] {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
        match content.body.is_empty() && matches!(method, "GET" | "DELETE") {
            true => self.agent.run(builder.body(())?),
            false => self.agent.run(builder.body(content.body)?),
        }
    }

    fn unreachable(&self, error: ureq::Error) -> SyncError {
        let hub = self.address.clone();
        match error {
            ureq::Error::Rustls(error) => SyncError::Untrusted { hub, what: Misfit::Certificate(Flaw::from(&error)) },
            // A certificate of somebody else, or an answer that is no TLS, comes as an error of the socket.
            ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData && hub.starts_with("https://") => {
                let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                let flaw = of_tls.map_or_else(|| Flaw::Connection(error.to_string()), Flaw::from);
                SyncError::Untrusted { hub, what: Misfit::Certificate(flaw) }
            }
            error => SyncError::Unreachable { hub, source: Box::new(error) },
        }
    }
}

/// Whether what is said to an address is heard by nobody else: https, or this machine itself.
fn is_safe(address: &str) -> bool {
    if address.starts_with("https://") {
        return true;
    }
    let Some(host) = address.strip_prefix("http://") else { return false };
    let host = host.split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(host, "127.0.0.1" | "::1" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_is_spoken_to() {
        for (address, safe) in [
            ("https://hub.example", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://hub.example", false),
            ("http://127.0.0.1.example", false),
            ("http://localhost.example:80", false),
            ("ftp://127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_safe(address), safe, "{address}");
        }
    }
}
