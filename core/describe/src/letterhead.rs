//! A letterhead: what the first page of a document says of itself, as suggestions for its description.
//!
//! The rules are the layout of Decree 30/2020/NĐ-CP, Điều 8: on the left the issuing body, the number with its notation
//! and what a letter is about; on the right the motto, the place and the date; below both the kind of document in
//! capitals with its abstract. Papers of older states have the same parts. Key words are compared without marks and
//! case, since recognition bends them; a value keeps its characters as they were read.
//!
//! Invariant: nothing is invented. What the page doesn't say, or says in two ways, gets no suggestion.

mod date;
mod issuer;
mod kind;
mod number;
mod runs;

use sohoa_model::description::{DocumentField, Suggestion};
use sohoa_model::page_text::{Bounds, PageText};

use self::runs::{Piece, Sheet};

/// What a page says of the document that it opens: at most one suggestion a field, in the order of the form.
pub fn suggestions(text: &PageText) -> Vec<Suggestion> {
    let Some(sheet) = Sheet::of(text) else { return Vec::new() };
    let title = kind::title(&sheet);
    let number = number::line(&sheet, title.as_ref());
    let about = number.as_ref().and_then(|number| kind::about(&sheet, number));
    let mut found = Vec::new();
    let mut suggest = |field: DocumentField, value: Option<Value<'_>>| found.extend(value.and_then(|v| v.of(field)));
    suggest(DocumentField::TypeName, kind::type_name(&sheet, title.as_ref(), number.as_ref(), about.as_ref()));
    suggest(DocumentField::CodeNumber, number.as_ref().and_then(|line| line.number.clone()));
    suggest(DocumentField::CodeNotation, number.as_ref().and_then(|line| line.notation.clone()));
    suggest(DocumentField::IssuedDate, date::issued(&sheet, title.as_ref()));
    suggest(DocumentField::OrganName, number.as_ref().and_then(|number| issuer::body(&sheet, number)));
    let subject = match &title {
        Some(title) if about.is_none() => kind::subject(&sheet, title),
        _ => about,
    };
    suggest(DocumentField::Subject, subject.map(|value| value.within(DocumentField::Subject.longest())));
    found
}

/// A value with the words that it was read from.
#[derive(Debug, Clone)]
struct Value<'a> {
    text: String,
    words: Vec<Piece<'a>>,
}

impl<'a> Value<'a> {
    /// Words as they stand, parted by a blank.
    fn of_words(words: Vec<Piece<'a>>) -> Self {
        let text = words.iter().map(|piece| piece.word.text.as_str()).collect::<Vec<_>>().join(" ");
        Self { text, words }
    }

    /// As many of its words as fit; only for values that are words as they stand.
    fn within(self, longest: usize) -> Self {
        let mut length = 0;
        let mut words = self.words;
        let fitting = words.iter().take_while(|piece| {
            length += piece.word.text.chars().count() + 1;
            length <= longest + 1
        });
        let fitting = fitting.count();
        if fitting == words.len() {
            return Self { text: self.text, words };
        }
        words.truncate(fitting);
        Self::of_words(words)
    }

    /// The suggestion, if the text is a value of the field.
    fn of(self, field: DocumentField) -> Option<Suggestion> {
        let text = field.canonical(&self.text).ok().filter(|text| !text.is_empty())?;
        let place = Bounds::around(self.words.iter().map(|piece| piece.word.bounds(piece.angle)))?;
        Some(Suggestion { field, text, place })
    }
}

#[cfg(test)]
mod tests;
