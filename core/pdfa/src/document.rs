//! What a document says about itself: the one source of the Info dictionary and of the XMP packet.

use sohoa_model::{Language, Timestamp};
use sohoa_pdf::{Dict, Object, text_string};

/// Longest metadata text in characters; far below the 32 767 bytes of ISO 19005-2, 6.1.13.
const MAX_TEXT: usize = 4_000;

/// The description of a document that enters its PDF.
///
/// Texts may hold anything: what XML 1.0 does not allow (control characters and non-characters) becomes a space.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentInfo {
    /// Title for the window and the reader; if empty, the name of the document or the code of the dossier stands in.
    pub title: String,
    /// Code of the dossier (`dc:identifier`, and the first keyword).
    pub dossier_code: String,
    /// Name of the document within its dossier (`dc:description`, `/Subject`).
    pub document_name: String,
    /// Main language, if one is known (`/Lang`, `dc:language`).
    pub language: Option<Language>,
    /// Name and version of the software (`xmp:CreatorTool`, `pdf:Producer`).
    pub creator_software: String,
    /// The organisation that answers for the digital copy (`dc:creator`, `/Author`).
    pub organisation: String,
    /// When the file was made.
    pub created: Timestamp,
    /// Further keywords.
    pub keywords: Vec<String>,
    /// The file identifier of the trailer; drawn once by the caller, so that a redo gives the same bytes.
    pub id_seed: [u8; 16],
}

/// The description after cleaning: what Info and XMP both say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metadata {
    pub(crate) title: String,
    pub(crate) identifier: String,
    pub(crate) subject: String,
    pub(crate) author: String,
    pub(crate) keywords: String,
    pub(crate) software: String,
    pub(crate) language: Option<Language>,
    pub(crate) created: Timestamp,
}

impl Metadata {
    pub(crate) fn of(info: &DocumentInfo) -> Self {
        let identifier = clean(&info.dossier_code);
        let subject = clean(&info.document_name);
        let words = std::iter::once(identifier.clone()).chain(info.keywords.iter().map(|word| clean(word)));
        let keywords: Vec<String> = words.filter(|word| !word.is_empty()).collect();
        let title = [clean(&info.title), subject.clone(), identifier.clone()];
        Self {
            title: title.into_iter().find(|text| !text.is_empty()).unwrap_or_else(|| "PDF".to_owned()),
            subject,
            author: clean(&info.organisation),
            keywords: clean(&keywords.join("; ")),
            software: clean(&info.creator_software),
            language: info.language,
            created: info.created,
            identifier,
        }
    }

    /// The Info dictionary (ISO 32000-1, 14.3.3); empty texts are left out, as they are in the XMP packet.
    pub(crate) fn info(&self) -> Dict {
        let mut info = Dict::new();
        let texts = [
            ("Title", &self.title),
            ("Author", &self.author),
            ("Subject", &self.subject),
            ("Keywords", &self.keywords),
            ("Creator", &self.software),
            ("Producer", &self.software),
        ];
        for (key, text) in texts {
            if !text.is_empty() {
                info.set(key, text_string(text));
            }
        }
        let date = Object::String(self.created.pdf_date().into_bytes());
        info.set("CreationDate", date.clone());
        info.set("ModDate", date);
        info
    }
}

/// A text that XML 1.0 and a PDF string can both hold: one line, no control characters, trimmed, bounded.
pub(crate) fn clean(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if is_text(c) { c } else { ' ' }).collect();
    let short: String = spaced.trim().chars().take(MAX_TEXT).collect();
    short.trim_end().to_owned()
}

/// Whether a character may stand in metadata and in the text of a page.
pub(crate) fn is_text(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{FDD0}'..='\u{FDEF}')
        && (c as u32) & 0xFFFE != 0xFFFE
}
