//! The record of a page's text, `sohoa-text/1`: the vault's text rendition, and what a worker process answers with.
//!
//! A word is `[text, confidence, x, y, width, ascent, descent]` in upright page pixels (see [`PageText`]); a line is
//! `[angle, [word…]]`; a block is `[role, [line…]]`.

use serde::{Deserialize, Serialize};
use sohoa_model::page_text::{BlockRole, PageText, TextBlock, TextLine, Word};

/// The name of this form.
pub const SCHEMA: &str = "sohoa-text/1";

/// The most bytes that the record of one page may have.
pub const LONGEST: usize = 64 << 20;

type WordRecord = (String, f32, f32, f32, f32, f32, f32);
type LineRecord = (f32, Vec<WordRecord>);
type BlockRecord = (String, Vec<LineRecord>);

/// The JSON form of [`PageText`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextRecord {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Columns of the upright page.
    pub width: u32,
    /// Rows of the upright page.
    pub height: u32,
    /// Blocks in reading order.
    pub blocks: Vec<BlockRecord>,
}

/// Why bytes are not the record of a text.
#[derive(Debug, thiserror::Error)]
pub enum TextRecordError {
    /// The bytes are not JSON of this form.
    #[error("the record of a text could not be read")]
    Json(#[from] serde_json::Error),
    /// The bytes are too many.
    #[error("the record of a text has {0} bytes, {LONGEST} are allowed")]
    TooLong(usize),
    /// The form is another one.
    #[error("the record of a text has the schema {0:?}, not {SCHEMA:?}")]
    Schema(String),
    /// A value is outside of what it may be.
    #[error("the record of a text has an impossible {0}")]
    Value(&'static str),
}

impl TextRecord {
    /// The record of a text; a number that is not finite becomes 0.
    pub fn of(text: &PageText) -> Self {
        let finite = |n: f32| if n.is_finite() { n } else { 0.0 };
        let word = |w: &Word| {
            let [confidence, x, y] = [w.confidence, w.x, w.y].map(finite);
            let [width, ascent, descent] = [w.width, w.ascent, w.descent].map(finite);
            (w.text.clone(), confidence, x, y, width, ascent, descent)
        };
        let line = |l: &TextLine| (finite(l.angle), l.words.iter().map(word).collect());
        let block = |b: &TextBlock| (role_word(b.role).to_owned(), b.lines.iter().map(line).collect());
        Self {
            schema: SCHEMA.to_owned(),
            width: text.width,
            height: text.height,
            blocks: text.blocks.iter().map(block).collect(),
        }
    }

    /// The text of the record; every value is checked.
    pub fn text(self) -> Result<PageText, TextRecordError> {
        if self.schema != SCHEMA {
            return Err(TextRecordError::Schema(self.schema));
        }
        let blocks = self.blocks.into_iter().map(block).collect::<Result<_, _>>()?;
        Ok(PageText { width: self.width, height: self.height, blocks })
    }
}

/// The bytes of a text: the same text always has the same bytes.
pub fn to_bytes(text: &PageText) -> Vec<u8> {
    serde_json::to_vec(&TextRecord::of(text)).expect("a record of strings and finite numbers is always JSON")
}

/// The text of some bytes.
pub fn from_bytes(bytes: &[u8]) -> Result<PageText, TextRecordError> {
    if bytes.len() > LONGEST {
        return Err(TextRecordError::TooLong(bytes.len()));
    }
    serde_json::from_slice::<TextRecord>(bytes)?.text()
}

fn block((role, lines): BlockRecord) -> Result<TextBlock, TextRecordError> {
    let role = [BlockRole::Body, BlockRole::Letterhead, BlockRole::Signature]
        .into_iter()
        .find(|known| role_word(*known) == role)
        .ok_or(TextRecordError::Value("role"))?;
    Ok(TextBlock { role, lines: lines.into_iter().map(line).collect::<Result<_, _>>()? })
}

fn line((angle, words): LineRecord) -> Result<TextLine, TextRecordError> {
    if !angle.is_finite() {
        return Err(TextRecordError::Value("angle"));
    }
    Ok(TextLine { angle, words: words.into_iter().map(word).collect::<Result<_, _>>()? })
}

fn word((text, confidence, x, y, width, ascent, descent): WordRecord) -> Result<Word, TextRecordError> {
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(TextRecordError::Value("word"));
    }
    if [confidence, x, y, width, ascent, descent].iter().any(|n| !n.is_finite()) {
        return Err(TextRecordError::Value("number"));
    }
    Ok(Word { text, confidence, x, y, width, ascent, descent })
}

fn role_word(role: BlockRole) -> &'static str {
    match role {
        BlockRole::Body => "body",
        BlockRole::Letterhead => "letterhead",
        BlockRole::Signature => "signature",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_from_its_bytes() {
        let word = |text: &str, x: f32| Word {
            text: text.into(),
            confidence: 91.37,
            x,
            y: 0.1,
            width: 33.3,
            ascent: 12.0,
            descent: 3.5,
        };
        let line =
            TextLine { angle: -0.7, words: vec![word("Độc", 1.0), word("lập", 40.25), word("地簿", 80.0)] };
        let text = PageText {
            width: 1654,
            height: 2339,
            blocks: vec![
                TextBlock { role: BlockRole::Letterhead, lines: vec![line.clone()] },
                TextBlock { role: BlockRole::Body, lines: vec![] },
                TextBlock { role: BlockRole::Signature, lines: vec![line] },
            ],
        };
        let bytes = to_bytes(&text);
        assert_eq!(from_bytes(&bytes).unwrap(), text);
        assert_eq!(to_bytes(&text), bytes);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for json in [
            r#"{"schema":"sohoa-text/2","width":1,"height":1,"blocks":[]}"#,
            r#"{"schema":"sohoa-text/1","width":1,"height":1,"blocks":[["margin",[]]]}"#,
            r#"{"schema":"sohoa-text/1","width":1,"height":1,"blocks":[["body",[[0,[["",1,1,1,1,1,1]]]]]]}"#,
            r#"{"schema":"sohoa-text/1","width":1,"height":1,"blocks":[["body",[[0,[["a b",1,1,1,1,1,1]]]]]]}"#,
            r#"{"schema":"sohoa-text/1","width":1,"height":1,"blocks":[["body",[[1e99,[]]]]]}"#,
            r#"{"schema":"sohoa-text/1","width":-1,"height":1,"blocks":[]}"#,
            "[[[[",
        ] {
            assert!(from_bytes(json.as_bytes()).is_err(), "{json}");
        }
    }
}
