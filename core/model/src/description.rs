//! The description of a document: the fields of `EAD_doc.xml` (TT 05/2025/TT-BNV, annex I; standards digest §4.3) that a
//! person fills in, each with where its value came from.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::code_list::{AccessLevel, Condition, DocumentType, PaperLanguage};
use crate::date::PartialDate;
use crate::ids::PageId;
use crate::page_text::Bounds;

/// A field of a document's description, in the order of the form.
///
/// Ordinal, code, number of pages and confidence level (`02`, digitised) follow from the catalog and are no fields here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentField {
    /// Kind of document (tên loại): a code of [`DocumentType`].
    TypeName,
    /// Number (số), as on the paper, e.g. `217` or `12b`.
    CodeNumber,
    /// Notation (ký hiệu), e.g. `TP-HT`.
    CodeNotation,
    /// Day of issue (ngày ban hành), as far as it is known.
    IssuedDate,
    /// Issuing body (cơ quan ban hành).
    OrganName,
    /// Abstract (trích yếu nội dung).
    Subject,
    /// Language (ngôn ngữ): a code of [`PaperLanguage`].
    Language,
    /// Access level (mức độ tiếp cận): a code of [`AccessLevel`].
    Mode,
    /// Notes by hand on the paper (bút tích).
    Autograph,
    /// Keywords (từ khóa).
    Keyword,
    /// Information code (ký hiệu thông tin).
    InforSign,
    /// Physical condition (tình trạng vật lý): a code of [`Condition`].
    Format,
    /// Remarks (ghi chú).
    Description,
}

/// Why a text is no value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldFault {
    /// It has more characters than the field may have.
    TooLong {
        /// As many as may be.
        longest: usize,
        /// As many as there are.
        found: usize,
    },
    /// It is no code of the field's list.
    NotInList,
    /// It is no date of the form DD/MM/YYYY, MM/YYYY or YYYY.
    NotADate,
    /// The field must be filled in, and is not.
    Missing,
}

impl FieldFault {
    /// The stable word: `too-long`, `not-in-list`, `not-a-date`, `missing`.
    pub fn word(self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too-long",
            Self::NotInList => "not-in-list",
            Self::NotADate => "not-a-date",
            Self::Missing => "missing",
        }
    }
}

impl DocumentField {
    /// All fields in the order of the form.
    pub const ALL: [Self; 13] = [
        Self::TypeName,
        Self::CodeNumber,
        Self::CodeNotation,
        Self::IssuedDate,
        Self::OrganName,
        Self::Subject,
        Self::Language,
        Self::Mode,
        Self::Autograph,
        Self::Keyword,
        Self::InforSign,
        Self::Format,
        Self::Description,
    ];

    /// The element of `EAD_doc.xml`, e.g. `codeNumber`; also the word in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::TypeName => "typeName",
            Self::CodeNumber => "codeNumber",
            Self::CodeNotation => "codeNotation",
            Self::IssuedDate => "issuedDate",
            Self::OrganName => "organName",
            Self::Subject => "subject",
            Self::Language => "language",
            Self::Mode => "mode",
            Self::Autograph => "autograph",
            Self::Keyword => "keyword",
            Self::InforSign => "inforSign",
            Self::Format => "format",
            Self::Description => "description",
        }
    }

    /// The field of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word() == word)
    }

    /// The most characters that a value may have.
    pub fn longest(self) -> usize {
        match self {
            Self::TypeName | Self::IssuedDate => 10,
            Self::CodeNumber => 11,
            Self::CodeNotation | Self::InforSign => 30,
            Self::OrganName => 200,
            Self::Subject | Self::Description => 500,
            Self::Language | Self::Keyword => 100,
            Self::Mode => 20,
            Self::Autograph => 2000,
            Self::Format => 50,
        }
    }

    /// Whether a description is complete only with it. Number and notation are wanted "where there are any", and papers
    /// without a date, a number or an issuing body exist.
    pub fn is_required(self) -> bool {
        matches!(self, Self::TypeName | Self::Subject | Self::Language | Self::Mode)
    }

    /// The codes that it may have, with their Vietnamese and English names; `None` if it is no choice from a list.
    pub fn codes(self) -> Option<Vec<(&'static str, &'static str, &'static str)>> {
        match self {
            Self::TypeName => {
                Some(DocumentType::ALL.iter().map(|item| (item.code(), item.vietnamese(), item.english())).collect())
            }
            Self::Language => {
                Some(PaperLanguage::ALL.iter().map(|item| (item.code(), item.vietnamese(), item.english())).collect())
            }
            Self::Mode => {
                Some(AccessLevel::ALL.iter().map(|item| (item.code(), item.vietnamese(), item.english())).collect())
            }
            Self::Format => {
                Some(Condition::ALL.iter().map(|item| (item.code(), item.vietnamese(), item.english())).collect())
            }
            _ => None,
        }
    }

    /// The text as it is recorded: NFC, blanks and line breaks in a row as one blank, dates with two digits for day and month.
    ///
    /// An empty text is a value that is not known; whether that may be says [`DocumentField::is_required`].
    ///
    /// # Errors
    /// Why it is no value of the field.
    pub fn canonical(self, text: &str) -> Result<String, FieldFault> {
        let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).nfc().collect();
        let text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Ok(text);
        }
        if let Some(codes) = self.codes() {
            return if codes.iter().any(|(code, ..)| *code == text) { Ok(text) } else { Err(FieldFault::NotInList) };
        }
        if self == Self::IssuedDate {
            return text.parse::<PartialDate>().map(|date| date.to_string()).map_err(|_| FieldFault::NotADate);
        }
        let (longest, found) = (self.longest(), text.chars().count());
        if found > longest { Err(FieldFault::TooLong { longest, found }) } else { Ok(text) }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin {
    /// From what the inventory says of the dossier.
    Inventory,
    /// It was read on a page; its place in upright page pixels.
    Recognition {
        /// The page.
        page: PageId,
        /// The place.
        place: Bounds,
    },
    /// A person typed it.
    Person,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldValue {
    /// The text in its [canonical](DocumentField::canonical) form, never empty.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
}

/// What a page says about a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The field.
    pub field: DocumentField,
    /// The value in its [canonical](DocumentField::canonical) form.
    pub text: String,
    /// Where it stands, in upright page pixels.
    pub place: Bounds,
}

/// The description of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DocumentDescription {
    /// What is known; a field that is not there is not known.
    pub values: BTreeMap<DocumentField, FieldValue>,
}

impl DocumentDescription {
    /// The text of a field; empty if it is not known.
    pub fn text(&self, field: DocumentField) -> &str {
        self.values.get(&field).map_or("", |value| value.text.as_str())
    }

    /// What keeps the description from being complete, in the order of the form.
    pub fn missing(&self) -> Vec<DocumentField> {
        DocumentField::ALL.into_iter().filter(|field| field.is_required() && self.text(*field).is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_own_word() {
        for field in DocumentField::ALL {
            assert_eq!(DocumentField::from_word(field.word()), Some(field));
        }
        assert_eq!(DocumentField::from_word("title"), None);
    }

    #[test]
    fn a_value_is_recorded_in_one_form() {
        use DocumentField as F;
        assert_eq!(F::Subject.canonical("  V/v  kiê\u{309}m\ntra "), Ok("V/v kiểm tra".to_owned()));
        assert_eq!(F::IssuedDate.canonical("14/5/1998"), Ok("14/05/1998".to_owned()));
        assert_eq!(F::IssuedDate.canonical("1998"), Ok("1998".to_owned()));
        assert_eq!(F::TypeName.canonical("22"), Ok("22".to_owned()));
        assert_eq!(F::OrganName.canonical(" \t"), Ok(String::new()));
    }

    #[test]
    fn what_is_no_value_is_refused_with_the_reason() {
        use DocumentField as F;
        assert_eq!(F::TypeName.canonical("33"), Err(FieldFault::NotInList));
        assert_eq!(F::IssuedDate.canonical("31/02/1998"), Err(FieldFault::NotADate));
        assert_eq!(F::CodeNumber.canonical("123456789012"), Err(FieldFault::TooLong { longest: 11, found: 12 }));
        // Characters are counted, not bytes.
        assert_eq!(F::CodeNumber.canonical("ộộộộộộộộộộộ").map(|text| text.chars().count()), Ok(11));
    }

    #[test]
    fn a_description_without_its_kind_is_not_complete() {
        let mut description = DocumentDescription::default();
        let value = |text: &str| FieldValue { text: text.to_owned(), origin: Origin::Person };
        for (field, text) in
            [(DocumentField::Subject, "V/v"), (DocumentField::Language, "01"), (DocumentField::Mode, "01")]
        {
            description.values.insert(field, value(text));
        }
        assert_eq!(description.missing(), [DocumentField::TypeName]);
    }
}
