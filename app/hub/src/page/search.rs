//! `/search`: over fonds, stations, codes, titles and descriptions of dossiers and documents, and, for who may read, over the
//! texts of pages.
//!
//! Words are compared without marks and case; what stands in quotation marks is one phrase, and all of it must be there.
//! What is held is never found; who may know is told how many there are whose code fits: a count of titles or texts that fit
//! would tell, word by word, what stands in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use sohoa_model::fold;
use uuid::Uuid;

use super::session::{self, NotShown, Visitor};
use super::wanted::Wanted;
use super::{field, fields, frame};
use crate::Hub;
use crate::access::{self, About, Deed};
use crate::database::{self, rows, value};
use crate::hub::LOOK_S;

/// Letters of a question, and words of it, at most.
const LETTERS: usize = 200;
const WORDS: usize = 16;
/// Fonds, stations, dossiers and pages shown.
const FONDS: i64 = 20;
const STATIONS: i64 = 20;
const DOSSIERS: i64 = 30;
const PAGES: i64 = 50;
/// Letters of a snippet before the first hit, and altogether.
const BEFORE: usize = 60;
const LENGTH: usize = 260;

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Question {
    /// For `to_tsquery`: folded words, in phrases.
    query: String,
    /// The folded words, to mark them.
    words: BTreeSet<String>,
}

impl Question {
    fn of(text: &str) -> Self {
        let text: String = text.chars().take(LETTERS).collect();
        let mut question = Self::default();
        let mut phrases = Vec::new();
        for (place, part) in text.split(['"', '“', '”']).enumerate() {
            let terms: Vec<&str> = if place % 2 == 1 { vec![part] } else { part.split_whitespace().collect() };
            for term in terms {
                let words: Vec<String> = words(term).into_iter().map(|(_, word)| word).collect();
                let left = WORDS.saturating_sub(question.words.len());
                if words.is_empty() || words.len() > left {
                    continue;
                }
                // Folded words have letters and digits only, so nothing in them is an operator.
                phrases.push(words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" <-> "));
                question.words.extend(words);
            }
        }
        question.query = phrases.join(" & ");
        question
    }
}

/// The words of a text, folded, with their places in bytes.
fn words(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        // A mark that stands alone belongs to the letter before it.
        let belongs = letter.is_alphanumeric() || (start.is_some() && ('\u{300}'..='\u{36f}').contains(&letter));
        match (start, belongs) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let folded: String = fold::letters(&text[from..at]).filter(|letter| letter.is_alphanumeric()).collect();
                if !folded.is_empty() {
                    found.push((from..at, folded));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// A dossier that was found: id, code, title, fonds, and what of a document fits.
type Dossier = (Uuid, String, Option<String>, String, Option<String>);
/// A page that was found: dossier, page, code, place in its document, text.
type Page = (Uuid, Uuid, String, i32, String);

/// A fonds or a station that was found: number, code or name, name of its unit.
type Place = (i32, String, String);

/// What was found.
#[derive(Default)]
struct Found {
    fonds: Vec<Place>,
    stations: Vec<Place>,
    dossiers: Vec<Dossier>,
    pages: Vec<Page>,
    held: i64,
    /// Texts that are not indexed yet.
    waiting: i64,
}

async fn find(hub: &Hub, visitor: &Visitor, question: &Question) -> Result<Found, NotShown> {
    let mut transaction = database::look(&hub.pool, LOOK_S).await?;
    let fonds: Vec<Place> = rows(
        "SELECT f.fonds_no, f.code, u.name FROM fonds f JOIN unit u USING (unit_no) \
         WHERE f.words @@ to_tsquery('simple', $1) AND ($2::int IS NULL OR f.unit_no = $2) \
         ORDER BY f.code, f.fonds_no LIMIT $3",
    )
    .bind(&question.query)
    .bind(visitor.unit_no)
    .bind(FONDS + 1)
    .fetch_all(&mut *transaction)
    .await?;
    // They are few: no index is needed.
    let stations: Vec<Place> = rows(
        "SELECT s.station_no, s.name, u.name FROM station s JOIN unit u USING (unit_no) \
         WHERE to_tsvector('simple', folded(s.name || ' ' || s.station)) @@ to_tsquery('simple', $1) \
         AND ($2::int IS NULL OR s.unit_no = $2) ORDER BY s.name, s.station_no LIMIT $3",
    )
    .bind(&question.query)
    .bind(visitor.unit_no)
    .bind(STATIONS + 1)
    .fetch_all(&mut *transaction)
    .await?;
    let dossiers: Vec<Dossier> = rows(
        "WITH q AS (SELECT to_tsquery('simple', $1) AS q), hit AS (\
             SELECT d.dossier, NULL::jsonb AS body FROM dossier d, q WHERE d.words @@ q.q \
             UNION ALL SELECT i.dossier, i.body FROM item i, q WHERE i.kind = 'document' AND i.words @@ q.q \
                 AND i.body->>'retired' IS NULL), \
         one AS (SELECT DISTINCT ON (dossier) dossier, body FROM hit ORDER BY dossier, body NULLS FIRST) \
         SELECT d.dossier, d.code, d.title, f.code, nullif(concat_ws(' · ', o.body->>'number', o.body->>'title', \
             o.body->>'issuer'), '') FROM one o JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
         WHERE NOT d.retired AND ($2::int IS NULL OR f.unit_no = $2) \
         AND NOT EXISTS (SELECT FROM hold h WHERE h.dossier = d.dossier) ORDER BY d.code, d.dossier LIMIT $3",
    )
    .bind(&question.query)
    .bind(visitor.unit_no)
    .bind(DOSSIERS + 1)
    .fetch_all(&mut *transaction)
    .await?;
    let mut found = Found { fonds, stations, dossiers, ..Found::default() };
    if visitor.may_read {
        found.pages = rows(
            "SELECT t.dossier, t.page, d.code, p.ordinal, t.plain FROM page_text t JOIN page p USING (dossier, page) \
             JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
             WHERE t.words @@ to_tsquery('simple', $1) AND NOT p.retired AND p.text_sha256 = t.sha256 \
             AND NOT d.retired AND ($2::int IS NULL OR f.unit_no = $2) \
             AND NOT EXISTS (SELECT FROM hold h WHERE h.dossier = d.dossier) LIMIT $3",
        )
        .bind(&question.query)
        .bind(visitor.unit_no)
        .bind(PAGES + 1)
        .fetch_all(&mut *transaction)
        .await?;
        found.pages.sort_by(|a, b| (&a.2, a.0, a.3, a.1).cmp(&(&b.2, b.0, b.3, b.1)));
        found.waiting = value("SELECT count(*) FROM text_waiting WHERE $1::int IS NULL OR unit_no = $1")
            .bind(visitor.unit_no)
            .fetch_one(&mut *transaction)
            .await?;
    }
    if visitor.may_decide {
        found.held = value(
            "SELECT count(*) FROM hold h JOIN dossier d USING (dossier) JOIN fonds f USING (fonds_no) \
             WHERE NOT d.retired AND ($2::int IS NULL OR f.unit_no = $2) \
             AND to_tsvector('simple', folded(d.code)) @@ to_tsquery('simple', $1)",
        )
        .bind(&question.query)
        .bind(visitor.unit_no)
        .fetch_one(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(found)
}

pub(super) async fn show(
    State(hub): State<Arc<Hub>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, NotShown> {
    let visitor = session::visitor(&hub, &headers).await?;
    let fields = fields(query.as_deref().unwrap_or_default().as_bytes());
    let asked: String = field(&fields, "q").chars().take(LETTERS).collect();
    let question = Question::of(&asked);
    let found = match question.query.is_empty() {
        true => None,
        false => {
            let _turn = hub.look().await?;
            access::write(&hub.pool, &visitor.login, Deed::Search, About { detail: Some(&asked), ..About::default() })
                .await?;
            let found = find(&hub, &visitor, &question).await?;
            // A snippet is a look at its text.
            let pages: Vec<_> = found.pages.iter().take(PAGES as usize).map(|page| (page.0, page.1)).collect();
            access::write_texts(&hub.pool, &visitor.login, &pages).await?;
            Some(found)
        }
    };
    let say = |vi, en| visitor.language.say(vi, en);
    let title = say("Tìm kiếm", "Search");
    let content = html! {
        h1 { (title) }
        form .search role="search" method="get" action="/search" {
            label .hidden for="q" { (say("Từ cần tìm", "Words to find")) }
            input #q type="search" name="q" value=(asked) maxlength=(LETTERS);
            button .primary type="submit" { (say("Tìm", "Search")) }
        }
        p .muted {
            (say(
                "Không cần gõ dấu: “dang ky” tìm được “đăng ký”. Đặt trong ngoặc kép để tìm đúng cụm từ.",
                "Marks need not be typed: “dang ky” finds “đăng ký”. Words in quotation marks are one phrase.",
            ))
            @if !visitor.may_read { " " (say("Vai trò của bạn chỉ tìm trong mã, tiêu đề và mô tả.", "Your role searches codes, titles and descriptions only.")) }
        }
        @if let Some(found) = &found { (results(&visitor, &question, found)) }
    };
    Ok(frame::page(&visitor, "/search", title, &content))
}

fn results(visitor: &Visitor, question: &Question, found: &Found) -> Markup {
    let language = visitor.language;
    let say = |vi, en| language.say(vi, en);
    let (dossiers, pages) = (found.dossiers.iter().take(DOSSIERS as usize), found.pages.iter().take(PAGES as usize));
    html! {
        @if found.fonds.is_empty() && found.stations.is_empty() && found.dossiers.is_empty() && found.pages.is_empty() {
            p role="status" { (say("Không tìm thấy gì.", "Nothing was found.")) }
        }
        @if found.held > 0 {
            p { (language.count(found.held)) " " (say("hồ sơ đang bị giữ có mã cũng khớp, không hiện ở đây.", "dossiers that are held have a code that fits and are not shown.")) }
        }
        @if found.waiting > 0 {
            p .muted { (language.count(found.waiting)) " " (say("trang chưa đưa vào chỉ mục nên chưa tìm được trong đó.", "pages are not indexed yet and cannot be found.")) }
        }
        (places(question, "fonds", say("Phông", "Fonds"), &found.fonds, FONDS, |number| format!("/fonds/{number}")))
        (places(question, "stations", say("Trạm quét", "Stations"), &found.stations, STATIONS, |number| {
            Wanted::of_station(number).link()
        }))
        @if !found.dossiers.is_empty() {
            section .card aria-labelledby="dossiers" {
                h2 #dossiers { (say("Hồ sơ", "Dossiers")) @if found.dossiers.len() as i64 > DOSSIERS { " (" (DOSSIERS) "+)" } }
                ul .plain {
                    @for (id, code, title, fonds, document) in dossiers {
                        li { div {
                            a href={ "/dossiers/" (id) } { (marked(code, question)) } " · " (fonds)
                            p { (marked(title.as_deref().unwrap_or("–"), question)) }
                            @if let Some(document) = document { p .muted { (say("Văn bản: ", "Document: ")) (marked(document, question)) } }
                        } }
                    }
                }
            }
        }
        @if !found.pages.is_empty() {
            section .card aria-labelledby="pages" {
                h2 #pages { (say("Trang", "Pages")) @if found.pages.len() as i64 > PAGES { " (" (PAGES) "+)" } }
                ul .plain {
                    @for (dossier, page, code, ordinal, text) in pages {
                        li { div {
                            a href={ "/dossiers/" (dossier) "/pages/" (page) } { (code) ", " (say("trang", "page")) " " (ordinal) }
                            p { (snippet(text, question)) }
                        } }
                    }
                }
            }
        }
    }
}

/// Fonds or stations that were found.
fn places(
    question: &Question,
    id: &str,
    title: &str,
    found: &[Place],
    most: i64,
    link: impl Fn(i32) -> String,
) -> Markup {
    html! {
        @if !found.is_empty() {
            section .card aria-labelledby=(id) {
                h2 id=(id) { (title) @if found.len() as i64 > most { " (" (most) "+)" } }
                ul .plain {
                    @for (number, name, unit) in found.iter().take(most as usize) {
                        li { div { a href=(link(*number)) { (marked(name, question)) } " · " (unit) } }
                    }
                }
            }
        }
    }
}

/// A text with every word that was asked for marked.
fn marked(text: &str, question: &Question) -> Markup {
    let mut at = 0;
    let mut parts: Vec<(bool, &str)> = Vec::new();
    for (range, word) in words(text) {
        if question.words.contains(&word) {
            parts.push((false, &text[at..range.start]));
            parts.push((true, &text[range.clone()]));
            at = range.end;
        }
    }
    parts.push((false, &text[at..]));
    html! { @for (hit, part) in parts { @if hit { mark { (part) } } @else { (part) } } }
}

/// The text around the first hit.
fn snippet(text: &str, question: &Question) -> Markup {
    let first = words(text).into_iter().find(|(_, word)| question.words.contains(word));
    let first = first.map_or(0, |(range, _)| range.start);
    let start = text.floor_char_boundary(first.saturating_sub(BEFORE));
    let start =
        if start == 0 { 0 } else { text[start..first].find(char::is_whitespace).map_or(start, |at| start + at) };
    let end = text.floor_char_boundary((start + LENGTH).min(text.len()));
    let end =
        if end == text.len() { end } else { text[first..end].rfind(char::is_whitespace).map_or(end, |at| first + at) };
    html! {
        @if start > 0 { "… " }
        (marked(text[start..end].trim(), question))
        @if end < text.len() { " …" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_becomes_folded_phrases() {
        let question = Question::of("Đăng ký \"hộ tịch\" HS.01 ' & | ! :* <->");
        assert_eq!(question.query, "'dang' & 'ky' & 'ho' <-> 'tich' & 'hs' <-> '01'");
        assert_eq!(Question::of("'; -- \\ \"").query, "");
        let long = "a b c d e f g h i j k l m n o p q r s t u v";
        assert_eq!(Question::of(long).words.len(), WORDS);
    }

    #[test]
    fn hits_are_marked_and_everything_else_is_escaped() {
        let question = Question::of("dang ky");
        assert_eq!(marked("<b> Đăng ký", &question).into_string(), "&lt;b&gt; <mark>Đăng</mark> <mark>ký</mark>");
        let text = format!("{} đăng ký {}", "chữ ".repeat(100), "sau ".repeat(100));
        let shown = snippet(&text, &question).into_string();
        assert!(shown.starts_with("… chữ") && shown.contains("<mark>đăng</mark> <mark>ký</mark>"), "{shown}");
        assert!(shown.ends_with("sau …") && shown.len() < 400, "{shown}");
        assert_eq!(snippet("", &question).into_string(), "");
    }
}
