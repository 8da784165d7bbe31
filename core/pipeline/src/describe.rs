//! Description of documents: a form that is filled in from the inventory and from what the pages say, and words that
//! recognition got wrong.

use std::collections::BTreeMap;

use sohoa_catalog::description::DescriptionView;
use sohoa_catalog::reading::Correction;
use sohoa_catalog::text_record;
use sohoa_describe::{letterhead, secrecy};
use sohoa_model::description::{DocumentDescription, DocumentField, FieldFault, FieldValue, Origin};
use sohoa_model::ids::{DocumentId, PageId};
use sohoa_model::inventory::InventoryRow;
use sohoa_model::page_text::{PageText, TextLine, Word};
use sohoa_model::reading::{LanguageChoice, ReadingState, Recipe};
use unicode_normalization::UnicodeNormalization;

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::pages;

/// The longest word that a person may type, in characters.
pub const LONGEST_WORD: usize = 200;

/// The most characters of a field that a draft keeps.
const LONGEST_DRAFT: usize = 10_000;

/// The description of one document as a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The document.
    pub document: DocumentId,
    /// Its ordinal in the dossier; none if the dossier is one document.
    pub ordinal: Option<u32>,
    /// The name of its file without extension.
    pub name: String,
    /// Its pages in their order.
    pub pages: Vec<PageId>,
    /// Pages whose reading has not ended.
    pub unread: u32,
    /// What a person wrote last; `None` if nobody has.
    pub written: Option<DescriptionView>,
    /// What the form is filled in with: as it was written, else as inventory and pages say.
    pub filled: DocumentDescription,
}

impl Form {
    /// Whether a person said that it is complete.
    pub fn is_done(&self) -> bool {
        self.written.as_ref().is_some_and(|written| written.is_done)
    }
}

/// The forms of all documents of a dossier that have pages, in their order.
pub fn forms(archive: &Archive, code: &str) -> Result<Vec<Form>, PipelineError> {
    let catalog = archive.catalog();
    let view = catalog.dossier(code)?;
    let mut written = catalog.descriptions(code)?;
    let mut pages: BTreeMap<DocumentId, Vec<(PageId, bool)>> = BTreeMap::new();
    for page in catalog.pages(code)? {
        pages.entry(page.document).or_default().push((page.id, page.reading.is_some()));
    }
    let mut forms = Vec::new();
    for document in view.documents {
        let Some(pages) = pages.remove(&document.id) else { continue };
        let written = written.remove(&document.id);
        let filled = match &written {
            Some(written) => written.description.clone(),
            None => filled(archive, &view.dossier.description, pages[0].0)?,
        };
        forms.push(Form {
            document: document.id,
            ordinal: document.ordinal,
            name: document.name,
            unread: pages.iter().filter(|(_, is_read)| !is_read).count() as u32,
            pages: pages.into_iter().map(|(page, _)| page).collect(),
            written,
            filled,
        });
    }
    Ok(forms)
}

/// What inventory and first page say about a document.
fn filled(archive: &Archive, listed: &InventoryRow, first: PageId) -> Result<DocumentDescription, PipelineError> {
    let mut values = BTreeMap::new();
    let codes = [
        (DocumentField::Language, listed.language.map(|item| item.code())),
        (DocumentField::Mode, listed.access.map(|item| item.code())),
        (DocumentField::Format, listed.condition.map(|item| item.code())),
    ];
    for (field, code) in codes {
        if let Some(code) = code {
            values.insert(field, FieldValue { text: code.to_owned(), origin: Origin::Inventory });
        }
    }
    // A text that can't be read says nothing here; where its page is looked at it says so.
    if let Some(text) = pages::text(archive, first).ok().flatten() {
        for suggestion in letterhead::suggestions(&text) {
            let origin = Origin::Recognition { page: first, place: suggestion.place };
            values.entry(suggestion.field).or_insert(FieldValue { text: suggestion.text, origin });
        }
    }
    Ok(DocumentDescription { values })
}

/// A text as a draft keeps it: canonical if it is a value of its field, else as it was typed, on one line.
pub fn drafted(field: DocumentField, text: &str) -> String {
    let plain = || {
        let line: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_DRAFT).nfc().collect();
        line.trim().to_owned()
    };
    field.canonical(text).unwrap_or_else(|_| plain())
}

/// Writes a version of the description of a document; a draft, or what a person says is complete.
///
/// # Errors
/// For what is complete [`PipelineError::Field`] for the first value that is none, or that is missing;
/// [`PipelineError::Held`] if the dossier is held.
pub fn describe(
    archive: &Archive,
    code: &str,
    document: DocumentId,
    description: &DocumentDescription,
    is_done: bool,
) -> Result<(), PipelineError> {
    let (catalog, act) = (archive.catalog(), archive.act());
    if catalog.is_held(code)? {
        return Err(PipelineError::Held(code.to_owned()));
    }
    let mut values = BTreeMap::new();
    for (&field, value) in &description.values {
        let text = match is_done {
            true => field.canonical(&value.text).map_err(|fault| PipelineError::Field { field, fault })?,
            false => drafted(field, &value.text),
        };
        if !text.is_empty() {
            values.insert(field, FieldValue { text, origin: value.origin });
        }
    }
    let description = DocumentDescription { values };
    if let Some(&field) = description.missing().first().filter(|_| is_done) {
        return Err(PipelineError::Field { field, fault: FieldFault::Missing });
    }
    catalog.record_description(document, &description, is_done, &act)?;
    archive.write_stale_manifests()
}

/// Puts right a word that recognition got wrong: a new reading of the page, the one before is kept.
///
/// `at` is the place of the word among [`PageText::words`], `old` what stands there. Blanks in `new` part it into several
/// words, nothing takes it away.
///
/// # Errors
/// [`PipelineError::TextChanged`] if another word stands there, [`PipelineError::Held`] if the dossier is held.
pub fn correct_word(
    archive: &Archive,
    code: &str,
    page: PageId,
    at: usize,
    old: &str,
    new: &str,
) -> Result<(), PipelineError> {
    let (catalog, act) = (archive.catalog(), archive.act());
    if catalog.is_held(code)? {
        return Err(PipelineError::Held(code.to_owned()));
    }
    let reading = catalog.reading(page)?.ok_or(PipelineError::TextChanged)?;
    let mut text = pages::text(archive, page)?.ok_or(PipelineError::TextChanged)?;
    let plain: String = new.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_WORD).nfc().collect();
    let new: Vec<&str> = plain.split_whitespace().collect();
    replace(&mut text, at, old, &new).ok_or(PipelineError::TextChanged)?;
    let bytes = text_record::to_bytes(&text);
    let stored = archive.vault().put(&bytes)?;
    let confidence = text.confidence();
    let sure = f32::from(Recipe::current(LanguageChoice::Auto(None)).low_confidence);
    let state = match reading.state {
        ReadingState::LowConfidence if confidence.is_some_and(|confidence| confidence >= sure) => ReadingState::Done,
        state => state,
    };
    let correction = Correction {
        page,
        before: reading.text,
        after: stored.sha256,
        plain: &text.plain(),
        confidence,
        state,
        findings: &secrecy::secrecy_marks(&text),
        word: (old, &new.join(" ")),
    };
    catalog.record_correction(&correction, &act)?;
    archive.write_stale_manifests()
}

/// Puts words in the place of one; `None` if it is not there. What a person typed is sure.
fn replace(text: &mut PageText, at: usize, old: &str, new: &[&str]) -> Option<()> {
    let mut place = at;
    let mut lines = text.blocks.iter_mut().flat_map(|block| &mut block.lines);
    let line = loop {
        let line = lines.next()?;
        match place.checked_sub(line.words.len()) {
            Some(behind) => place = behind,
            None => break line,
        }
    };
    if line.words[place].text != old {
        return None;
    }
    let words = parted(line, place, new);
    line.words.splice(place..=place, words);
    for block in &mut text.blocks {
        block.lines.retain(|line| !line.words.is_empty());
    }
    text.blocks.retain(|block| !block.lines.is_empty());
    Some(())
}

/// Words on the place of one, each as wide as its characters are many.
fn parted(line: &TextLine, place: usize, new: &[&str]) -> Vec<Word> {
    let word = &line.words[place];
    // A blank is as wide as a character.
    let units: usize = new.iter().map(|text| text.chars().count()).sum::<usize>() + new.len().saturating_sub(1);
    let unit = word.width / units.max(1) as f32;
    let (sin, cos) = line.angle.to_radians().sin_cos();
    let mut along = 0.0;
    let mut words = Vec::new();
    for text in new {
        let width = unit * text.chars().count() as f32;
        words.push(Word {
            text: (*text).to_owned(),
            confidence: 100.0,
            x: word.x + along * cos,
            y: word.y - along * sin,
            width,
            ..word.clone()
        });
        along += width + unit;
    }
    words
}

#[cfg(test)]
mod tests {
    use sohoa_model::page_text::{BlockRole, TextBlock};

    use super::*;

    fn word(text: &str, x: f32) -> Word {
        Word { text: text.to_owned(), confidence: 40.0, x, y: 100.0, width: 90.0, ascent: 20.0, descent: 5.0 }
    }

    fn text() -> PageText {
        let line = |words: Vec<Word>| TextLine { angle: 0.0, words };
        let first = line(vec![word("Uỷ", 0.0), word("bannhân", 100.0)]);
        let block = |lines| TextBlock { role: BlockRole::Body, lines };
        PageText {
            width: 1000,
            height: 1400,
            blocks: vec![block(vec![first]), block(vec![line(vec![word("~", 5.0)])])],
        }
    }

    fn words(text: &PageText) -> Vec<(String, f32, f32, f32)> {
        text.words().map(|word| (word.text.clone(), word.x, word.width, word.confidence)).collect()
    }

    #[test]
    fn a_word_is_put_right_parted_or_taken_away_where_it_stands() {
        let mut page = text();
        replace(&mut page, 0, "Uỷ", &["Ủy"]).unwrap();
        assert_eq!(words(&page)[0], ("Ủy".to_owned(), 0.0, 90.0, 100.0));
        replace(&mut page, 1, "bannhân", &["ban", "nhân"]).unwrap();
        let found = words(&page);
        assert_eq!((found[1].0.as_str(), found[2].0.as_str()), ("ban", "nhân"));
        assert!(found[1].1 + found[1].2 < found[2].1 && (found[2].1 + found[2].2 - 190.0).abs() < 0.01);
        // A line without words is none.
        replace(&mut page, 3, "~", &[]).unwrap();
        assert_eq!(page.blocks.len(), 1);
    }

    #[test]
    fn a_word_that_is_not_there_any_more_is_not_touched() {
        let mut page = text();
        assert_eq!(replace(&mut page, 0, "Ủy", &["x"]), None);
        assert_eq!(replace(&mut page, 3, "~", &["x"]), None);
        assert_eq!(page, text());
    }
}
