//! The finder: searches as one types and shows where a hit stands on its page, on a thread of its own.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;
use sohoa_catalog::query::PageView;
use sohoa_catalog::search::{Found, Markers, Scope};
use sohoa_model::fold;
use sohoa_model::ids::PageId;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::pages;
use sohoa_shell::{Failure, Texts};

use crate::errand::Errand;

/// Hits that are shown, at most.
const LIMIT: usize = 200;
/// What stands around the words that were found, in snippets.
pub const MARKERS: (&str, &str) = ("\u{2}", "\u{3}");

enum Wish {
    Find(Scope, String, Arc<Texts>),
    Show { dossier: String, page: PageId, query: String, texts: Arc<Texts> },
}

/// A page with the places of the words that were found: left, top, right, bottom in pixels of the page as it stands.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The page.
    pub view: PageView,
    /// Where the words stand.
    pub places: Vec<[f32; 4]>,
}

/// What the finder says.
pub enum Answer {
    /// What a query found in a scope, and pages that were not read yet.
    Found(Scope, String, Found, u64),
    /// A page.
    Shown(PageId, Box<Shown>),
    /// It could not be done.
    Failed(Failure),
}

/// The finder.
pub struct Finder(Errand<Wish, Answer>);

impl Finder {
    /// Starts the thread; it ends with this.
    pub fn start(root: PathBuf, session: Session, ctx: &Context) -> Self {
        Self(Errand::start(ctx, move |wishes, answers| {
            let mut archive: Option<Archive> = None;
            while let Ok(wish) = wishes.recv() {
                for wish in last([wish].into_iter().chain(wishes.try_iter())) {
                    let (Wish::Find(.., texts) | Wish::Show { texts, .. }) = &wish;
                    let texts = texts.clone();
                    let failed = |error| Answer::Failed(Failure::of(&error, &texts));
                    let opened = match archive.take() {
                        Some(archive) => Ok(archive),
                        None => Archive::open(&root, &session),
                    };
                    let told = match opened {
                        Err(error) => failed(error),
                        Ok(opened) => answer(archive.insert(opened), wish).unwrap_or_else(failed),
                    };
                    if !answers.tell(told) {
                        return;
                    }
                }
            }
        }))
    }

    /// Asks for words.
    pub fn find(&self, scope: Scope, query: &str, texts: &Arc<Texts>) {
        self.0.ask(Wish::Find(scope, query.to_owned(), texts.clone()));
    }

    /// Asks for a page on which they stand.
    pub fn show(&self, dossier: &str, page: PageId, query: &str, texts: &Arc<Texts>) {
        let (dossier, query) = (dossier.to_owned(), query.to_owned());
        self.0.ask(Wish::Show { dossier, page, query, texts: texts.clone() });
    }

    /// What was answered since, one at a time.
    pub fn answer(&self) -> Option<Answer> {
        self.0.answer()
    }
}

/// What still matters of several wishes: the last query, and the last page that was asked for since.
fn last(wishes: impl Iterator<Item = Wish>) -> impl Iterator<Item = Wish> {
    let (mut find, mut show) = (None, None);
    for wish in wishes {
        match wish {
            Wish::Find(..) => (find, show) = (Some(wish), None),
            Wish::Show { .. } => show = Some(wish),
        }
    }
    find.into_iter().chain(show)
}

fn answer(archive: &Archive, wish: Wish) -> Result<Answer, PipelineError> {
    let catalog = archive.catalog();
    match wish {
        Wish::Find(scope, query, _) => {
            let markers = Markers { open: MARKERS.0, close: MARKERS.1 };
            let found = catalog.search_in(scope, &query, LIMIT, markers)?;
            Ok(Answer::Found(scope, query, found, catalog.count_pages_to_read(None)?))
        }
        Wish::Show { dossier, page, query, .. } => {
            let view = catalog.pages(&dossier)?.into_iter().find(|view| view.id == page);
            let absent = || PipelineError::NoSuchPage { dossier: dossier.clone(), number: 0, several: false };
            let view = view.ok_or_else(absent)?;
            let places = pages::text(archive, page)?.map(|text| places(&text, &query)).unwrap_or_default();
            Ok(Answer::Shown(page, Box::new(Shown { view, places })))
        }
    }
}

/// Where words stand that contain one of the query, accents or not.
fn places(text: &sohoa_model::page_text::PageText, query: &str) -> Vec<[f32; 4]> {
    let folded = |text: &str| fold::letters(text).filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let wanted: Vec<String> = query.split_whitespace().map(folded).filter(|word| !word.is_empty()).collect();
    let lines = text.blocks.iter().flat_map(|block| &block.lines);
    let words = lines.flat_map(|line| line.words.iter().map(move |word| (line.angle, word)));
    let is_wanted = |word: &str| {
        let word = folded(word);
        wanted.iter().any(|wanted| {
            word == *wanted || word.starts_with(wanted) || wanted.chars().count() > 1 && word.contains(wanted.as_str())
        })
    };
    words
        .filter(|(_, word)| is_wanted(&word.text))
        .map(|(angle, word)| {
            let bounds = word.bounds(angle);
            [bounds.left, bounds.top, bounds.right, bounds.bottom]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use sohoa_model::Timestamp;
    use sohoa_shell::UiLanguage;
    use sohoa_shell::system::SystemRandomness;

    use super::*;

    #[test]
    fn a_page_that_is_looked_at_takes_no_query_away() {
        let texts = Arc::new(Texts::new(UiLanguage::Vietnamese));
        let find = |query: &str| Wish::Find(Scope::Everywhere, query.to_owned(), texts.clone());
        let show = |query: &str| Wish::Show {
            dossier: "H.1".to_owned(),
            page: PageId::new(Timestamp(0), &SystemRandomness),
            query: query.to_owned(),
            texts: texts.clone(),
        };
        let kept = |wishes: Vec<Wish>| {
            let words = last(wishes.into_iter()).map(|wish| match wish {
                Wish::Find(_, query, _) => format!("find {query}"),
                Wish::Show { query, .. } => format!("show {query}"),
            });
            words.collect::<Vec<_>>()
        };
        assert_eq!(kept(vec![find("a"), find("án"), show("a"), show("án")]), ["find án", "show án"]);
        assert_eq!(kept(vec![show("a"), find("án")]), ["find án"]);
        assert_eq!(kept(vec![show("a"), show("b")]), ["show b"]);
    }
}
