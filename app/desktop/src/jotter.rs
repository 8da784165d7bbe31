//! The jotter: what is typed into forms stands in a file of its document from the first letter until it is written as a
//! draft, so that a window that is killed loses none of it.
//!
//! A file is renamed into its place and not synced: it survives the end of the program, which is what it is for. What the
//! power takes is at most what was typed since the last draft.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use eframe::egui::Context;
use serde_json::{Value, json};
use sohoa_model::Timestamp;
use sohoa_model::description::DocumentField;
use sohoa_model::ids::{DocumentId, PageId};
use sohoa_pipeline::archive::Session;
use sohoa_store::ArchiveLayout;

use crate::errand::{Errand, Tell};
use crate::keeper;

/// Bytes of a file that was jotted, at most: all fields full of the longest letters are less.
const LONGEST: u64 = 256 << 10;

/// The fields that a person typed into, as they were typed.
pub type Typed = BTreeMap<DocumentField, String>;

/// What is typed of a document: its fields, and some of its words.
pub type Typing = (Typed, Vec<Word>);

/// A word of a page that is being put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The page.
    pub page: PageId,
    /// Its place among the words of the page.
    pub at: usize,
    /// What was read there.
    pub old: String,
    /// What was typed in its place.
    pub typed: String,
}

/// What was typed into the form of a document, or in the place of one of its words, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jot {
    /// When the last letter was typed.
    pub at: Timestamp,
    /// Who typed.
    pub operator: String,
    /// The fields.
    pub typed: Typed,
    /// The words.
    pub words: Vec<Word>,
}

/// What is typed outside of descriptions, by the name of its field or form.
pub type Notes = BTreeMap<String, Value>;

/// What is to stand in a file.
enum Wish {
    /// That of a document; with `None` it goes.
    Document(DocumentId, Option<Jot>),
    /// That of the window's other forms; with nothing in it, it goes.
    Notes(Notes),
}

/// The jotter.
pub struct Jotter(Errand<Wish, Notes>);

impl Jotter {
    /// Starts the thread; it ends with this. Where there is no archive yet, what is typed lies with the settings of the
    /// station: the folder of a new archive has to be empty.
    pub fn start(root: PathBuf, session: &Session, settings: Option<PathBuf>, ctx: &Context) -> Self {
        let name: String = session.randomness.ten_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let operator = session.operator.clone();
        Self(Errand::start(ctx, move |wishes: &Receiver<Wish>, tell: &Tell<Notes>| {
            let root = match (ArchiveLayout::new(&root).catalog().is_file(), keeper::located(settings.as_deref())) {
                (false, Ok(station)) => station.folder().to_owned(),
                _ => root,
            };
            sweep(&root);
            let mut window = None;
            let _ = adopt(&mut window, &root, &name, &operator).map(|left| left.is_empty() || tell.tell(left));
            while let Ok(wish) = wishes.recv() {
                // What can't be jotted down is told when its draft can't be written either, some seconds later.
                let _ = match wish {
                    Wish::Document(document, Some(jot)) => {
                        opened(&mut window, &root, &name).and_then(|_| write(&root, &name, document, &jot))
                    }
                    Wish::Document(document, None) => fs::remove_file(ArchiveLayout::new(&root).typed(document)),
                    Wish::Notes(notes) => note(&mut window, &root, &name, &operator, &notes),
                };
            }
            if window.is_some() {
                let _ = fs::remove_file(lock_of(&root, &name));
            }
        }))
    }

    /// Keeps what was typed, or drops what is written by now.
    pub fn keep(&self, document: DocumentId, jot: Option<Jot>) {
        self.0.ask(Wish::Document(document, jot));
    }

    /// Keeps what stands in other forms, all of it.
    pub fn note(&self, notes: Notes) {
        self.0.ask(Wish::Notes(notes));
    }

    /// What windows of the same person that are gone left in other forms, once it was read.
    pub fn left(&self) -> Option<Notes> {
        self.0.answer()
    }
}

/// The file that a window holds a lock on for as long as it is there.
fn lock_of(root: &Path, window: &str) -> PathBuf {
    ArchiveLayout::new(root).typing().join(format!("{window}.window"))
}

/// The lock of this window, taken with its first letter.
fn opened<'a>(window: &'a mut Option<File>, root: &Path, name: &str) -> io::Result<&'a File> {
    match window {
        Some(file) => Ok(file),
        empty => {
            fs::create_dir_all(ArchiveLayout::new(root).typing())?;
            let file = File::create(lock_of(root, name))?;
            file.lock()?;
            Ok(empty.insert(file))
        }
    }
}

/// Whether the window with this name is there.
fn is_alive(root: &Path, window: &str) -> bool {
    let file = File::open(lock_of(root, window));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Takes away what windows that are gone left and nobody reads: their locks, and files that were not renamed.
fn sweep(root: &Path) {
    let Ok(entries) = fs::read_dir(ArchiveLayout::new(root).typing()) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let window = stem.rsplit('.').next().unwrap_or_default();
        let is_passing = path.extension().is_some_and(|ending| ending == "window" || ending == "new");
        if is_passing && !is_alive(root, window) {
            let _ = fs::remove_file(path);
        }
    }
}

/// The file of what is typed in a window outside of descriptions.
fn notes_of(root: &Path, window: &str) -> PathBuf {
    ArchiveLayout::new(root).typing().join(format!("{window}.notes"))
}

/// Keeps what stands in other forms.
fn note(window: &mut Option<File>, root: &Path, name: &str, operator: &str, notes: &Notes) -> io::Result<()> {
    let path = notes_of(root, name);
    if notes.is_empty() {
        return fs::remove_file(path);
    }
    opened(window, root, name)?;
    replace(&path, name, &json!({ "operator": operator, "notes": notes }))
}

/// Takes over what windows of this person that are gone left in other forms: it is this window's from now on.
fn adopt(window: &mut Option<File>, root: &Path, name: &str, operator: &str) -> io::Result<Notes> {
    let (mut all, mut files) = (Notes::new(), Vec::new());
    for path in fs::read_dir(ArchiveLayout::new(root).typing())?.filter_map(Result::ok).map(|entry| entry.path()) {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if path.extension().is_none_or(|ending| ending != "notes") || is_alive(root, stem) {
            continue;
        }
        let Some(value) = value_in(&path) else { continue };
        if let (Some(whose), Some(notes)) = (value["operator"].as_str(), value["notes"].as_object())
            && whose == operator
        {
            all.extend(notes.iter().map(|(name, value)| (name.clone(), value.clone())));
            files.push(path);
        }
    }
    if !all.is_empty() {
        note(window, root, name, operator, &all)?;
    }
    files.iter().try_for_each(fs::remove_file)?;
    Ok(all)
}

/// What a file says, if it is one that was jotted.
fn value_in(path: &Path) -> Option<Value> {
    let mut text = String::new();
    File::open(path).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Puts a file in the place of the one before.
fn replace(path: &Path, window: &str, value: &Value) -> io::Result<()> {
    let beside = path.with_extension(format!("{window}.new"));
    fs::write(&beside, value.to_string())?;
    fs::rename(beside, path)
}

fn write(root: &Path, window: &str, document: DocumentId, jot: &Jot) -> io::Result<()> {
    let path = ArchiveLayout::new(root).typed(document);
    let fields: BTreeMap<&str, &str> = jot.typed.iter().map(|(field, text)| (field.word(), text.as_str())).collect();
    let word = |Word { page, at, old, typed }: &Word| json!({ "page": page.to_string(), "at": at, "old": old, "typed": typed });
    let words: Vec<Value> = jot.words.iter().map(word).collect();
    let value = json!({ "window": window, "at": jot.at.0, "operator": jot.operator, "fields": fields, "words": words });
    replace(&path, window, &value)
}

/// What was typed into the form of a document in a window that is gone, and not written; `None` too where the file says
/// nothing that could be read.
pub fn left_behind(root: &Path, document: DocumentId) -> Option<Jot> {
    let value = value_in(&ArchiveLayout::new(root).typed(document))?;
    let field = |(word, text): (&String, &Value)| Some((DocumentField::from_word(word)?, text.as_str()?.to_owned()));
    let typed = value["fields"].as_object()?.iter().filter_map(field).collect();
    let (at, operator) = (Timestamp(value["at"].as_i64()?), value["operator"].as_str()?.to_owned());
    let words = value["words"].as_array().into_iter().flatten().filter_map(word).collect();
    let jot = Jot { at, operator, typed, words };
    let window = value["window"].as_str().filter(|name| name.chars().all(|c| c.is_ascii_hexdigit()))?;
    (!is_alive(root, window)).then_some(jot)
}

fn word(value: &Value) -> Option<Word> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let at = usize::try_from(value["at"].as_u64()?).ok()?;
    Some(Word { page: PageId(text("page")?.parse().ok()?), at, old: text("old")?, typed: text("typed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_window_that_is_gone_jotted_down_is_read_as_it_was_typed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, name) = (folder.path(), "0a1b");
        let document = DocumentId(Default::default());
        let typed = [(DocumentField::Subject, "V/v đăng ký \"khai sinh\"\n".to_owned())];
        let page = PageId(Default::default());
        let word = Word { page, at: 7, old: "khái".to_owned(), typed: "khai".to_owned() };
        let (at, operator) = (Timestamp(1_700_000_000_123), "Lan".to_owned());
        let jot = Jot { at, operator, typed: typed.into(), words: vec![word] };
        assert_eq!(left_behind(root, document), None);
        let mut window = None;
        opened(&mut window, root, name).expect("a lock");
        write(root, name, document, &jot).expect("a file");
        assert_eq!(left_behind(root, document), None, "its window is there");
        sweep(root);
        assert!(lock_of(root, name).is_file());
        drop(window);
        assert_eq!(left_behind(root, document), Some(jot));
        let path = ArchiveLayout::new(root).typed(document);
        let beside = path.with_extension("0a1b.new");
        fs::write(&beside, "{").expect("a file that was not renamed");
        sweep(root);
        assert!(!lock_of(root, name).exists() && !beside.exists() && path.is_file());
        for torn in ["", "{\"at\":1", "[]", "{\"at\":\"x\",\"fields\":{}}"] {
            fs::write(&path, torn).expect("a file");
            assert_eq!(left_behind(root, document), None, "{torn}");
        }
    }
    #[test]
    fn the_notes_of_windows_that_are_gone_become_those_of_the_next_one_of_the_same_person() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        assert!(adopt(&mut None, root, "aa", "Lan").is_err(), "nobody typed in this archive yet");
        let notes = |field: &str| Notes::from([(field.to_owned(), json!("thiếu tờ 12, sổ rách"))]);
        let (mut one, mut two, mut other) = (None, None, None);
        note(&mut one, root, "0a", "Lan", &notes("reconcile/HS.01")).expect("notes");
        note(&mut two, root, "0b", "Lan", &notes("hold/HS.02")).expect("notes");
        note(&mut other, root, "0c", "Hoa", &notes("release/HS.03")).expect("notes");
        fs::write(notes_of(root, "0d"), "{\"operator\":\"Lan\",\"notes\":").expect("a torn file");
        assert!(adopt(&mut None, root, "aa", "Lan").expect("a reading").is_empty(), "their windows are there");
        drop((one, two, other));
        let mut window = None;
        let both: Notes = notes("reconcile/HS.01").into_iter().chain(notes("hold/HS.02")).collect();
        assert_eq!(adopt(&mut window, root, "aa", "Lan").expect("a reading"), both);
        assert!(!notes_of(root, "0a").exists() && !notes_of(root, "0b").exists() && notes_of(root, "0c").is_file());
        // Killed again before a letter was typed.
        drop(window);
        let mut window = None;
        assert_eq!(adopt(&mut window, root, "bb", "Lan").expect("a reading"), both);
        note(&mut window, root, "bb", "Lan", &Notes::new()).expect("all of it is done");
        assert!(!notes_of(root, "bb").exists());
        assert_eq!(adopt(&mut None, root, "cc", "Hoa").expect("a reading"), notes("release/HS.03"));
    }
}
