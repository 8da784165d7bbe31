//! Search: words in the texts of pages, in titles and in codes; without marks, without case, in Chinese by character.
//!
//! All words of a query have to be there; words in quotes have to stand together. What people type is never taken as
//! the language of the search engine.
//!
//! Ranking looks at every page that has a word, so only words that are rare rank: where all
//! words of a query are frequent, the pages come in the order in which they were taken, and no more than [`UNRANKED`].

use rusqlite::{Connection, params};
use sohoa_model::ids::{DocumentId, PageId};

use crate::Catalog;
use crate::column;
use crate::description;
use crate::error::CatalogError;
use crate::query::{document_name, pages_of};
use crate::search_fold::{Token, adjacent, tokens};

/// The most words that a query may have; more are not looked at.
const MOST_TERMS: usize = 32;
/// The most hits that are looked for when all words are frequent.
pub const UNRANKED: usize = 200;
/// A word is frequent when it stands on more than one in so many pages (2 %)…
const FREQUENT: i64 = 50;
/// …but never if it stands on so many pages or fewer…
const FEW: i64 = 1_000;
/// …and always if it stands on more than this.
const MANY: i64 = 20_000;
/// About how many bytes of text stand before a hit in a snippet.
const BEFORE: usize = 60;
/// About how many bytes a snippet has.
const LENGTH: usize = 240;

/// What stands before and after a hit in a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Markers<'a> {
    /// Before.
    pub open: &'a str,
    /// After.
    pub close: &'a str,
}

/// Where is searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// In descriptions, then on pages.
    #[default]
    Everywhere,
    /// In codes, titles and descriptions of documents.
    Descriptions,
    /// In the recognised texts of pages.
    Pages,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Descriptions first, then pages; no more than were asked for.
    pub hits: Vec<Hit>,
    /// There are more than so many hits; `None` if these are all.
    pub more_than: Option<usize>,
    /// The pages are in the order of their score, not of their taking.
    pub ranked: bool,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The code of the dossier.
    pub dossier: String,
    /// The title of the dossier.
    pub title: String,
    /// Whether the dossier is held.
    pub held: bool,
    /// The page; `None` if the words stand in the description of the dossier.
    pub page: Option<PageHit>,
    /// Original text around the hit, on one line.
    pub snippet: String,
    /// The better, the higher; comparable within one answer.
    pub score: f64,
}

/// The page of a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHit {
    /// The page.
    pub page: PageId,
    /// The document.
    pub document: DocumentId,
    /// The name of the document's file without extension.
    pub document_name: String,
    /// Its place in the document, from 1.
    pub number: u32,
    /// Its label.
    pub label: String,
    /// The name of the model of its language, e.g. `vie`.
    pub language: Option<String>,
}

/// Tokens that stand one after the other, and how the index is asked for them.
struct Term {
    tokens: Vec<Token>,
    phrases: Vec<String>,
}

impl Catalog {
    /// Searches everywhere; dossiers whose description has all the words come first, then pages, the best first.
    pub fn search(&self, query: &str, limit: usize, markers: Markers<'_>) -> Result<Found, CatalogError> {
        self.search_in(Scope::Everywhere, query, limit, markers)
    }

    /// Searches in a part of what is there.
    pub fn search_in(
        &self,
        scope: Scope,
        query: &str,
        limit: usize,
        markers: Markers<'_>,
    ) -> Result<Found, CatalogError> {
        let terms = terms(query);
        if terms.is_empty() || limit == 0 {
            return Ok(Found { ranked: true, ..Found::default() });
        }
        // Only letters and digits in quotes: no character of the query has a meaning for the engine.
        let phrases: Vec<String> =
            terms.iter().flat_map(|term| &term.phrases).map(|phrase| format!("\"{phrase}\"")).collect();
        let question = phrases.join(" AND ");
        let connection = self.read();
        let mut hits = match scope {
            Scope::Pages => Vec::new(),
            _ => dossier_hits(&connection, &question, limit.saturating_add(1), &terms, markers)?,
        };
        if hits.len() > limit {
            hits.truncate(limit);
            return Ok(Found { hits, more_than: Some(limit), ranked: true });
        }
        if scope == Scope::Descriptions {
            return Ok(Found { hits, more_than: None, ranked: true });
        }
        let (numbers, ranked) = page_numbers(&connection, &phrases, &question, limit - hits.len())?;
        let most = if ranked { limit - hits.len() } else { UNRANKED };
        let more_than = (numbers.len() > most).then(|| hits.len() + most);
        let shown = &numbers[..numbers.len().min(most).min(limit - hits.len())];
        let more_than = more_than.or((shown.len() < numbers.len()).then_some(limit));
        hits.extend(page_hits(&connection, shown, &terms, markers)?);
        Ok(Found { hits, more_than, ranked })
    }
}

/// The pages that have all phrases, with their scores, one more than are wanted; and whether they are ranked.
fn page_numbers(
    connection: &Connection,
    phrases: &[String],
    question: &str,
    limit: usize,
) -> Result<(Vec<(i64, f64)>, bool), CatalogError> {
    let mut rare = Vec::new();
    for phrase in phrases {
        if !is_frequent(connection, phrase)? {
            rare.push(phrase.as_str());
        }
    }
    if rare.is_empty() {
        let sql = "SELECT rowid, 0.0 FROM page_search WHERE page_search MATCH ?1 ORDER BY rowid LIMIT ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![question, UNRANKED as i64 + 1], |row| Ok((row.get(0)?, row.get(1)?)))?;
        return Ok((rows.collect::<Result<_, _>>()?, false));
    }
    // The score is that of the rare words: for each word of a score the engine walks over all pages that have it.
    let sql = "SELECT rowid, -bm25(page_search) AS score FROM page_search
               WHERE page_search MATCH ?1 AND (?2 = ?1 OR rowid IN (SELECT rowid FROM page_search WHERE page_search MATCH ?2))
               ORDER BY score DESC, rowid LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows =
        statement.query_map(params![rare.join(" AND "), question, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((rows.collect::<Result<_, _>>()?, true))
}

/// Whether a phrase stands on so many pages that ranking by it would take too long.
fn is_frequent(connection: &Connection, phrase: &str) -> Result<bool, CatalogError> {
    let pages: Option<i64> =
        connection.prepare_cached("SELECT max(number) FROM page_text")?.query_row([], |row| row.get(0))?;
    let most = (pages.unwrap_or(0) / FREQUENT).clamp(FEW, MANY);
    let sql = "SELECT count(*) FROM (SELECT 1 FROM page_search WHERE page_search MATCH ?1 LIMIT ?2)";
    let found: i64 = connection.prepare_cached(sql)?.query_row(params![phrase, most + 1], |row| row.get(0))?;
    Ok(found > most)
}

fn dossier_hits(
    connection: &Connection,
    question: &str,
    limit: usize,
    terms: &[Term],
    markers: Markers<'_>,
) -> Result<Vec<Hit>, CatalogError> {
    let sql = "SELECT id, code, title, paper_file_code, held, -bm25(dossier_search) AS score FROM dossier_search
               JOIN dossier ON dossier.number = dossier_search.rowid
               WHERE dossier_search MATCH ?1 ORDER BY score DESC, code LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![question, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let (code, title): (String, String) = (row.get("code")?, row.get("title")?);
        let paper: String = row.get("paper_file_code")?;
        let described = description::words(connection, column::id(row, "id")?)?;
        let text = [code.as_str(), title.as_str(), paper.as_str(), &described].join(" ");
        Ok(Hit {
            snippet: snippet(text.trim_end(), terms, markers),
            dossier: code,
            title,
            held: row.get("held")?,
            page: None,
            score: row.get("score")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn page_hits(
    connection: &Connection,
    numbers: &[(i64, f64)],
    terms: &[Term],
    markers: Markers<'_>,
) -> Result<Vec<Hit>, CatalogError> {
    let sql = "SELECT page.id, page.document, document.ordinal, dossier.code, dossier.title, dossier.folder,
                   dossier.held, plain, reading.language
               FROM page JOIN page_text ON page_text.number = page.number
               JOIN document ON document.id = page.document JOIN dossier ON dossier.id = page.dossier
               LEFT JOIN reading ON reading.page = page.id AND reading.number = page.reading
               WHERE page.number = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut hit_of = |number: i64, score: f64| {
        statement.query_row([number], |row| {
            let folder: String = row.get("folder")?;
            let plain: String = row.get("plain")?;
            Ok(Hit {
                dossier: row.get("code")?,
                title: row.get("title")?,
                held: row.get("held")?,
                page: Some(PageHit {
                    page: column::id(row, "id")?,
                    document: column::id(row, "document")?,
                    document_name: document_name(&folder, row.get("ordinal")?),
                    number: 0,
                    label: String::new(),
                    language: row.get("language")?,
                }),
                snippet: snippet(&plain, terms, markers),
                score,
            })
        })
    };
    let mut hits: Vec<Hit> =
        numbers.iter().map(|(number, score)| hit_of(*number, *score)).collect::<Result<_, rusqlite::Error>>()?;
    let mut documents = std::collections::BTreeMap::new();
    for hit in hits.iter_mut().filter_map(|hit| hit.page.as_mut()) {
        let pages = match documents.entry(hit.document) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => place.insert(pages_of(connection, hit.document)?),
        };
        if let Some(page) = pages.iter().find(|page| page.id == hit.page) {
            hit.number = page.number;
            hit.label = page.label.clone();
        }
    }
    Ok(hits)
}

/// The terms of a query: what stands in quotes, else what stands between white space, is one.
fn terms(query: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for (i, part) in query.split(['"', '“', '”']).enumerate() {
        let words: Vec<&str> = if i % 2 == 1 { vec![part] } else { part.split_whitespace().collect() };
        for word in words {
            let tokens = tokens(word);
            if tokens.is_empty() || terms.len() == MOST_TERMS {
                continue;
            }
            let phrases = phrases(&tokens);
            terms.push(Term { tokens, phrases });
        }
    }
    terms
}

/// How the index is asked for tokens: letters as one phrase, Chinese characters by pairs.
fn phrases(tokens: &[Token]) -> Vec<String> {
    let mut phrases = Vec::new();
    for run in tokens.chunk_by(|a, b| (!a.han && !b.han) || adjacent(a, b)) {
        if run.first().is_some_and(|token| token.han) && run.len() > 1 {
            phrases.extend(run.windows(2).map(|pair| format!("{}{}", pair[0].folded, pair[1].folded)));
        } else {
            phrases.push(run.iter().map(|token| token.folded.as_str()).collect::<Vec<_>>().join(" "));
        }
    }
    phrases
}

/// The text around the first hit, with every hit in it marked.
fn snippet(text: &str, terms: &[Term], markers: Markers<'_>) -> String {
    let of_text = tokens(text);
    let mut hits: Vec<std::ops::Range<usize>> = Vec::new();
    for term in terms {
        for window in of_text.windows(term.tokens.len()) {
            if window.iter().zip(&term.tokens).all(|(a, b)| a.folded == b.folded)
                && let (Some(first), Some(last)) = (window.first(), window.last())
            {
                hits.push(first.range.start..last.range.end);
            }
        }
    }
    hits.sort_by_key(|hit| (hit.start, usize::MAX - hit.end));
    let first = hits.first().map_or(0, |hit| hit.start);
    // The snippet starts and ends at a word, or in Chinese at a character.
    let start = of_text.iter().map(|t| t.range.start).find(|s| first.saturating_sub(*s) <= BEFORE).unwrap_or(0);
    let start = if first <= BEFORE { 0 } else { start };
    let wanted = start + LENGTH;
    let end = of_text.iter().map(|t| t.range.end).take_while(|end| *end <= wanted).last().unwrap_or(0);
    let end = if text.len() <= wanted { text.len() } else { end.max(hits.first().map_or(0, |hit| hit.end)).max(start) };
    let mut snippet = String::new();
    let mut at = start;
    for hit in hits.into_iter().filter(|hit| hit.end <= end) {
        if hit.start < at {
            continue;
        }
        push_plain(&mut snippet, &text[at..hit.start]);
        snippet.push_str(markers.open);
        push_plain(&mut snippet, &text[hit.clone()]);
        snippet.push_str(markers.close);
        at = hit.end;
    }
    push_plain(&mut snippet, &text[at..end]);
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    format!("{before}{}{after}", snippet.trim())
}

/// Adds text with every run of white space as one space.
fn push_plain(snippet: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !snippet.ends_with(' ') {
                snippet.push(' ');
            }
        } else {
            snippet.push(c);
        }
    }
}
