//! What parent and worker say to each other: length-prefixed JSON, and bytes behind it where there are any.
//!
//! A message is a little-endian `u32` length and so many bytes of JSON, then a little-endian `u64` length and so many
//! bytes of payload (usually none). Both sides check the lengths before they allocate.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sohoa_catalog::facts_record::FactsRecord;
use sohoa_model::language::Language;
use sohoa_model::reading::{LanguageChoice, Recipe};

use crate::worker::inventory_record::InventoryRecord;
use crate::worker::reading_record::ReadingRecord;

/// The longest JSON part: the text of a very full page fits in it.
const LONGEST_JSON: u32 = 64 << 20;
/// The longest payload: a packed A0 page in colour fits in it.
const LONGEST_PAYLOAD: u64 = 1 << 30;

/// What a parent asks for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
pub enum Request {
    /// Facts of each frame of a file, after decoding all of it.
    Inspect {
        /// The file.
        #[serde(with = "path_text")]
        path: PathBuf,
    },
    /// Whether the models are there that a recipe needs, and are listed.
    Models {
        /// How pages are to be read.
        recipe: RecipeRecord,
    },
    /// The reading of one frame.
    Read {
        /// The master.
        #[serde(with = "path_text")]
        path: PathBuf,
        /// Facts of the frame.
        facts: Box<FactsRecord>,
        /// The part of the frame that the page shows: left, top, width, height; all of it if none is said.
        shown: Option<[u32; 4]>,
        /// Degrees clockwise from the stored samples that a person gave.
        turn: Option<u16>,
        /// How to read.
        recipe: RecipeRecord,
    },
    /// An inventory file, CSV or XLSX, read row by row.
    Inventory {
        /// The file.
        #[serde(with = "path_text")]
        path: PathBuf,
    },
    /// The verdict on the signatures of a PDF.
    Judge {
        /// The file.
        #[serde(with = "path_text")]
        path: PathBuf,
        /// Certificates in which chains may end, PEM.
        trust: Vec<String>,
        /// Milliseconds since 1970 of the moment for which to judge.
        at: i64,
    },
    /// What is seen of a frame; the picture is the payload, three bytes a pixel.
    View {
        /// The master.
        #[serde(with = "path_text")]
        path: PathBuf,
        /// Facts of the frame.
        facts: Box<FactsRecord>,
        /// The part of the frame that the page shows: left, top, width, height; all of it if none is said.
        shown: Option<[u32; 4]>,
        /// Degrees clockwise from the stored samples.
        rotation: u16,
        /// By how much its pixels across and down are made fewer.
        factor: u32,
        /// The part of the turned and smaller picture: left, top, width, height; all of it if none is said.
        part: Option<[u32; 4]>,
    },
    /// What recognition is given of a frame: gray, level if it is skewed; the picture is the payload, three bytes a pixel.
    Prepared {
        /// The master.
        #[serde(with = "path_text")]
        path: PathBuf,
        /// Facts of the frame.
        facts: Box<FactsRecord>,
        /// The part of the frame that the page shows: left, top, width, height; all of it if none is said.
        shown: Option<[u32; 4]>,
        /// Degrees clockwise from the stored samples.
        rotation: u16,
        /// By how much its pixels across and down are made fewer.
        factor: u32,
    },
    /// A frame packed without loss, for a PDF; the packed bytes are the payload.
    Repack {
        /// The master.
        #[serde(with = "path_text")]
        path: PathBuf,
        /// Facts of the frame.
        facts: Box<FactsRecord>,
    },
}

/// A path as text: its own where it is one, else NUL, which no path has, and its bytes in hexadecimal digits.
mod path_text {
    use std::ffi::OsString;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Path, PathBuf};

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = path.to_str() {
            return serializer.serialize_str(text);
        }
        let digits = path.as_os_str().as_bytes().iter().map(|byte| format!("{byte:02x}"));
        serializer.serialize_str(&std::iter::once("\0".to_owned()).chain(digits).collect::<String>())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        let text = String::deserialize(deserializer)?;
        let Some(digits) = text.strip_prefix('\0') else { return Ok(text.into()) };
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
        Ok(OsString::from_vec(bytes.ok_or_else(|| D::Error::custom("a path is no text"))?).into())
    }
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Response {
    /// Facts of all frames.
    Facts {
        /// In the order of the file.
        frames: Vec<FactsRecord>,
        /// Short name of the format: `jpeg`, `png`, `tiff`.
        format: String,
    },
    /// A reading, whatever its state.
    Reading {
        /// The reading.
        reading: Box<ReadingRecord>,
    },
    /// A verdict.
    Judged {
        /// Its word: `passed`, `indeterminate`, `failed`.
        verdict: String,
        /// Its reason.
        reason: String,
    },
    /// What was asked about is as it should be.
    Ready,
    /// An inventory.
    Inventory {
        /// Its rows and what was refused.
        inventory: Box<InventoryRecord>,
    },
    /// The payload is zlib data with PNG row filters.
    Flate {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// 1 or 3.
        components: u8,
        /// Bits a component.
        bits: u8,
    },
    /// The payload is one CCITT Group 4 strip, white is 0.
    CcittG4 {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// The payload is a picture.
    Picture {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// It could not be done, for a reason that lies in the file.
    Refused {
        /// Stable name of the reason.
        code: String,
        /// What was seen.
        detail: String,
    },
}

/// A recipe on its way to a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecipeRecord {
    version: u32,
    auto: bool,
    language: Option<String>,
    low_confidence: u8,
    seconds: u32,
}

impl From<&Recipe> for RecipeRecord {
    fn from(recipe: &Recipe) -> Self {
        let (auto, language) = match recipe.language {
            LanguageChoice::Auto(hint) => (true, hint),
            LanguageChoice::Given(language) => (false, Some(language)),
        };
        Self {
            version: recipe.version,
            auto,
            language: language.map(|l| l.model().to_owned()),
            low_confidence: recipe.low_confidence,
            seconds: recipe.seconds,
        }
    }
}

impl RecipeRecord {
    /// The recipe, unless its language is unknown here.
    pub fn recipe(&self) -> Option<Recipe> {
        let language = self.language.as_deref().map(str::parse::<Language>).transpose().ok()?;
        let language = match (self.auto, language) {
            (true, hint) => LanguageChoice::Auto(hint),
            (false, Some(language)) => LanguageChoice::Given(language),
            (false, None) => return None,
        };
        Some(Recipe { version: self.version, language, low_confidence: self.low_confidence, seconds: self.seconds })
    }
}

/// Writes one message.
pub fn write_message(out: &mut impl Write, message: &impl Serialize, payload: &[u8]) -> io::Result<()> {
    let json = serde_json::to_vec(message)?;
    let length = u32::try_from(json.len()).ok().filter(|n| *n <= LONGEST_JSON);
    let length = length.ok_or_else(|| io::Error::other("message too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)?;
    out.write_all(&(payload.len() as u64).to_le_bytes())?;
    out.write_all(payload)?;
    out.flush()
}

/// Reads one message; `None` at a clean end.
pub fn read_message<M: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<(M, Vec<u8>)>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST_JSON {
        return Err(io::Error::other("message too long"));
    }
    let mut json = vec![0; length as usize];
    input.read_exact(&mut json)?;
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_PAYLOAD {
        return Err(io::Error::other("payload too long"));
    }
    let mut payload = vec![0; length as usize];
    input.read_exact(&mut payload)?;
    Ok(Some((serde_json::from_slice(&json)?, payload)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_path_comes_through_byte_for_byte() {
        for bytes in [&b"/kho/danh m\xE1\xBB\xA5c.csv"[..], b"/kho/kh\xF4ng \xFF.csv", b"\xFF", b""] {
            let path = PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec()));
            let mut sent = Vec::new();
            write_message(&mut sent, &Request::Inventory { path: path.clone() }, &[]).unwrap();
            let (back, _): (Request, _) = read_message(&mut sent.as_slice()).unwrap().unwrap();
            assert!(matches!(back, Request::Inventory { path: back } if back == path), "{path:?}");
        }
        let torn = r#"{"verb":"inventory","path":"\u0000zz"}"#;
        assert!(serde_json::from_str::<Request>(torn).is_err());
    }

    #[test]
    fn a_message_comes_through_with_its_payload() {
        let mut bytes = Vec::new();
        let request = Request::Inspect { path: "hồ sơ/tờ 1.jpg".into() };
        write_message(&mut bytes, &request, b"payload").unwrap();
        let mut input = bytes.as_slice();
        let (back, payload): (Request, _) = read_message(&mut input).unwrap().unwrap();
        assert!(matches!(back, Request::Inspect { path } if path.ends_with("tờ 1.jpg")));
        assert_eq!(payload, b"payload");
        assert!(read_message::<Request>(&mut input).unwrap().is_none());
    }

    #[test]
    fn a_lying_length_is_refused_before_memory_is_taken() {
        let mut bytes = u32::MAX.to_le_bytes().to_vec();
        bytes.extend_from_slice(b"{}");
        assert!(read_message::<Request>(&mut bytes.as_slice()).is_err());
    }

    #[test]
    fn a_recipe_comes_through() {
        for language in [
            LanguageChoice::Auto(None),
            LanguageChoice::Auto(Some(Language::French)),
            LanguageChoice::Given(Language::Chinese),
        ] {
            let recipe = Recipe::current(language);
            assert_eq!(RecipeRecord::from(&recipe).recipe().as_ref(), Some(&recipe));
        }
    }
}
