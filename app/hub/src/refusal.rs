//! A refusal: what a request is answered with when it is not done; made where the reason is known, written in one place.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sohoa_wire::{Problem, ProblemKind};

use crate::store::StoreError;
use crate::words::{self, Language};

/// A reason, what the station is told beside it, and what only the log is told.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The reason.
    pub kind: ProblemKind,
    /// What the station is told; the title is filled in by the language of the request.
    pub problem: Box<Problem>,
    /// What a person with a browser is told instead of the title of the reason: Vietnamese and English.
    pub words: Option<(&'static str, &'static str)>,
    /// Seconds after which to ask again.
    pub retry_after: Option<u32>,
    /// The fault behind it, for the log alone.
    pub cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal for a reason.
    pub fn new(kind: ProblemKind) -> Self {
        let retry_after = matches!(kind, ProblemKind::Unavailable | ProblemKind::TooManyRequests).then_some(1);
        Self { kind, problem: Box::new(Problem::new(kind, "")), words: None, retry_after, cause: None }
    }

    /// The same, with a word about this case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = Some(detail.into());
        self
    }

    /// The same, with a sentence for a person with a browser: what happened, what is safe, what to do next.
    #[must_use]
    pub fn said(mut self, vi: &'static str, en: &'static str) -> Self {
        self.words = Some((vi, en));
        self
    }

    /// What a person with a browser is told.
    pub fn sentence(&self, language: Language) -> &'static str {
        self.words.map_or_else(|| words::title(self.kind, language), |(vi, en)| language.say(vi, en))
    }

    /// The same, at a position of the log.
    #[must_use]
    pub fn at(mut self, seq: u64) -> Self {
        self.problem.seq = Some(seq);
        self
    }

    /// The same, because of a fault that the log is told.
    #[must_use]
    pub fn because(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// The same, with a fault whose text the station may see: it speaks only of what the station sent.
    #[must_use]
    pub fn explained(self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        let text = chain_of(&cause);
        self.detail(text.chars().take(500).collect::<String>()).because(cause)
    }
}

/// A fault with what is behind it, in one line.
pub fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// The body is written by the envelope, which knows the language and the name of the request.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A fault of the database: nothing was done, or it is unknown whether; in either case the station asks again.
impl From<sqlx_core::Error> for Refusal {
    fn from(error: sqlx_core::Error) -> Self {
        // 57014: a statement that was stopped, because of its time or by a person.
        let code = error.as_database_error().and_then(|fault| fault.code()).unwrap_or_default().into_owned();
        if code == "57014" {
            return Self::new(ProblemKind::Unavailable).because(error).said(
                "Câu hỏi mất quá lâu nên đã dừng; không có gì bị thay đổi. Hãy tìm hẹp hơn.",
                "The question took too long and was stopped; nothing was changed. Ask for less.",
            );
        }
        match code.get(..2) {
            // Classes 22 and 54: a value that no column or index holds, which only a record can have brought.
            Some("22" | "54") => Self::new(ProblemKind::RecordInvalid).because(error),
            // Classes 23, 42 and the like are faults of this program.
            Some("23" | "42" | "XX") => Self::new(ProblemKind::Internal).because(error),
            _ => Self::new(ProblemKind::Unavailable).because(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let kind = if error.is_full() { ProblemKind::StoreFull } else { ProblemKind::Unavailable };
        Self::new(kind).because(error)
    }
}
