//! The access log: who signed in, looked at what, took what away, was refused what, and changed what by command; a row is
//! written before anything is shown or changed.

use sqlx_postgres::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::database::sql;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Signed in.
    SignIn,
    /// Tried to, in vain.
    Refused,
    /// Looked at a list or at figures; the detail is which, and to what it was narrowed.
    List,
    /// Decided about a dossier; the detail is what.
    Decision,
    /// Handed in figures of other indicators; the detail is how many rows.
    Figures,
    /// Looked at a dossier.
    Dossier,
    /// Looked at the picture of a page.
    Image,
    /// Looked at the text of a page.
    Text,
    /// Searched; the detail is the question.
    Search,
    /// Took a table or a report away; the detail is which.
    Export,
    /// Asked for what is not there for this person, or may not be done by it; the detail is how and why not.
    Denied,
    /// Used the program of the hub on its machine; the detail is the line, with why it was not done if it was not.
    Command,
}

/// Whose name commands stand under.
pub const PROGRAM: &str = "sohoa-hub";

impl Deed {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Refused => "refused",
            Self::List => "list",
            Self::Decision => "decision",
            Self::Figures => "figures",
            Self::Dossier => "dossier",
            Self::Image => "image",
            Self::Text => "text",
            Self::Search => "search",
            Self::Export => "export",
            Self::Denied => "denied",
            Self::Command => "command",
        }
    }
}

/// What a deed is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The dossier.
    pub dossier: Option<Uuid>,
    /// The page.
    pub page: Option<Uuid>,
    /// More, for a person.
    pub detail: Option<&'a str>,
}

/// Writes a look at the text of each of some pages, which are dossier and page.
///
/// # Errors
/// If the database does not take it: then nothing may be shown.
pub async fn write_texts(pool: &PgPool, login: &str, pages: &[(Uuid, Uuid)]) -> Result<(), sqlx_core::Error> {
    let (dossiers, pages): (Vec<Uuid>, Vec<Uuid>) = pages.iter().copied().unzip();
    tracing::info!(login, what = Deed::Text.word(), ?pages, "access");
    sql("INSERT INTO access (login, what, dossier, page) \
         SELECT $1, $2, dossier, page FROM unnest($3::uuid[], $4::uuid[]) AS w(dossier, page)")
    .bind(login)
    .bind(Deed::Text.word())
    .bind(dossiers)
    .bind(pages)
    .execute(pool)
    .await?;
    Ok(())
}

/// Letters of a detail that are kept.
const DETAIL: usize = 1000;

/// A detail as it is kept: one line, and of nothing that a terminal obeys, that turns its order about, or that PostgreSQL
/// holds in no text. What failed may quote anything.
fn plain(detail: &str) -> String {
    let is_plain = |letter: &char| {
        !letter.is_control()
            && !matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    detail.chars().filter(is_plain).take(DETAIL).collect()
}

/// Writes a row, by itself or in the transaction of what is done.
///
/// # Errors
/// If the database does not take it: then nothing may be shown.
pub async fn write(
    database: impl PgExecutor<'_>,
    login: &str,
    deed: Deed,
    about: About<'_>,
) -> Result<(), sqlx_core::Error> {
    tracing::info!(login, what = deed.word(), dossier = ?about.dossier, page = ?about.page, "access");
    sql("INSERT INTO access (login, what, dossier, page, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(login)
        .bind(deed.word())
        .bind(about.dossier)
        .bind(about.page)
        .bind(about.detail.map(plain))
        .execute(database)
        .await?;
    Ok(())
}

/// Writes a look at a list or at figures. What is not there of any dossier's content waits for no disk.
///
/// # Errors
/// If the database does not take it: then nothing may be shown.
pub async fn write_list(pool: &PgPool, login: &str, path: &str) -> Result<(), sqlx_core::Error> {
    sql("WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)) \
         INSERT INTO access (login, what, detail) SELECT $1, $2, $3 FROM quick")
    .bind(login)
    .bind(Deed::List.word())
    .bind(plain(path))
    .execute(pool)
    .await?;
    Ok(())
}
