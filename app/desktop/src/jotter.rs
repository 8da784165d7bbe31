//! The jotter: what is typed into forms stands in a file of its document from the first letter until it is written as a
//! draft, so that a window that is killed loses none of it.
//!
//! A file is renamed into its place and not synced: it survives the end of the program, which is what it is for. What the
//! power takes is at most what was typed since the last draft.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use eframe::egui::Context;
use serde_json::{Value, json};
use sohoa_model::Timestamp;
use sohoa_model::description::DocumentField;
use sohoa_model::ids::DocumentId;
use sohoa_store::ArchiveLayout;

use crate::errand::Errand;

/// Bytes of a file that was jotted, at most: all fields full of the longest letters are less.
const LONGEST: u64 = 256 << 10;

/// The fields that a person typed into, as they were typed.
pub type Typed = BTreeMap<DocumentField, String>;

/// What was typed into the form of a document, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jot {
    /// When the last letter was typed.
    pub at: Timestamp,
    /// The fields.
    pub typed: Typed,
}

/// What is to stand in the file of a document; with `None` it goes.
type Wish = (DocumentId, Option<Jot>);

/// The jotter.
pub struct Jotter(Errand<Wish, ()>);

impl Jotter {
    /// Starts the thread; it ends with this.
    pub fn start(root: PathBuf, ctx: &Context) -> Self {
        Self(Errand::start(ctx, move |wishes: &Receiver<Wish>, _| {
            while let Ok((document, jot)) = wishes.recv() {
                // What can't be jotted down is told when its draft can't be written either, some seconds later.
                let _ = match jot {
                    Some(jot) => write(&root, document, &jot),
                    None => fs::remove_file(ArchiveLayout::new(&root).typed(document)),
                };
            }
        }))
    }

    /// Keeps what was typed, or drops what is written by now.
    pub fn keep(&self, document: DocumentId, jot: Option<Jot>) {
        self.0.ask((document, jot));
    }
}

fn write(root: &Path, document: DocumentId, jot: &Jot) -> io::Result<()> {
    let path = ArchiveLayout::new(root).typed(document);
    let fields: BTreeMap<&str, &str> = jot.typed.iter().map(|(field, text)| (field.word(), text.as_str())).collect();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    fs::write(&beside, json!({ "at": jot.at.0, "fields": fields }).to_string())?;
    fs::rename(beside, path)
}

/// What was typed into the form of a document and not written; `None` too where the file says nothing that could be read.
pub fn read(root: &Path, document: DocumentId) -> Option<Jot> {
    let mut text = String::new();
    let file = File::open(ArchiveLayout::new(root).typed(document)).ok()?;
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    let field = |(word, text): (&String, &Value)| Some((DocumentField::from_word(word)?, text.as_str()?.to_owned()));
    let typed = value["fields"].as_object()?.iter().filter_map(field).collect();
    Some(Jot { at: Timestamp(value["at"].as_i64()?), typed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_jotted_down_is_read_as_it_was_typed() {
        let folder = tempfile::tempdir().expect("a folder");
        let document = DocumentId(Default::default());
        let typed = [(DocumentField::Subject, "V/v đăng ký \"khai sinh\"\n".to_owned())];
        let jot = Jot { at: Timestamp(1_700_000_000_123), typed: typed.into() };
        assert_eq!(read(folder.path(), document), None);
        write(folder.path(), document, &jot).expect("a file");
        assert_eq!(read(folder.path(), document), Some(jot));
        let path = ArchiveLayout::new(folder.path()).typed(document);
        for torn in ["", "{\"at\":1", "[]", "{\"at\":\"x\",\"fields\":{}}"] {
            fs::write(&path, torn).expect("a file");
            assert_eq!(read(folder.path(), document), None, "{torn}");
        }
    }
}
