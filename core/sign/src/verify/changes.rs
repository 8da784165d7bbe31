//! What was done to a document after it was signed: the signed revision and the newest one, walked side by side.
//!
//! Everything that the newest document shows must be what the signed one showed, but for what filling in a form and signing
//! again bring about (ISO 32000-1, 12.8.2.2; permissions 1 and 2 of table 254): values and appearances of fields that had none,
//! new signature fields with their widgets, and the data by which old signatures are validated later. Objects are compared
//! by what they say, not by where they lie. What is not understood counts as a change.

use std::collections::HashSet;
use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Name, Object, PdfError, Revision, Snapshot};

use crate::field::SignatureField;

/// What was done to a document after a signature, the gravest of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Changes {
    /// Nothing.
    None,
    /// Data for validating signatures, metadata or versions were added.
    Updates,
    /// It was signed again.
    Signed,
    /// Fields of its form were filled in.
    Filled,
    /// Something else.
    Other,
    /// It could not be told.
    Unknown,
}

impl Changes {
    /// The word for records.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Updates => "updates",
            Self::Signed => "signed-again",
            Self::Filled => "form-filled",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// Most pairs of objects that are compared.
const MOST_STEPS: usize = 2_000_000;
/// Largest stream that is compared, in bytes.
const LARGEST_STREAM: usize = 64 << 20;
/// Parts of the catalog that may change when signatures are made or kept verifiable.
const UPDATED: [&str; 5] = ["DSS", "Extensions", "Metadata", "Version", "Type"];
/// Parts of a form that only say how fields yet to be filled in look.
const LOOKS_OF_FORM: [&str; 4] = ["DR", "DA", "Q", "NeedAppearances"];

/// Print, Locked and LockedContents: flags that a widget gets when its field is filled in for good (table 165).
const LOCKING: i64 = 4 | 128 | 512;

/// The revision whose end a byte range has reached, give or take a line end.
pub(super) fn revision_that_ends_at<R: Read + Seek>(
    file: &mut File<R>,
    end: u64,
) -> Result<Option<Revision>, PdfError> {
    let near = file.revisions().iter().find(|revision| revision.end.abs_diff(end) <= 2).copied();
    let Some(revision) = near else { return Ok(None) };
    let mut is_blank = true;
    file.for_each_piece(revision.end.min(end), revision.end.max(end), |piece| {
        is_blank &= piece.iter().all(u8::is_ascii_whitespace);
    })?;
    Ok(is_blank.then_some(revision))
}

/// Compares the newest document with the revision that a signature covers.
pub(super) fn since<R: Read + Seek>(
    file: &mut File<R>,
    revision: Revision,
    field: &SignatureField,
) -> Result<Changes, PdfError> {
    let newest_trailer = file.trailer().clone();
    let mut old = file.snapshot(revision)?;
    file.swap(&mut old);
    let old_trailer = file.trailer().clone();
    file.swap(&mut old);
    let mut walk = Walk {
        file,
        old,
        own: HashSet::new(),
        signing: HashSet::new(),
        seen: HashSet::new(),
        steps: 0,
        level: Changes::None,
    };
    let fits = walk.documents(&old_trailer, &newest_trailer, field)?;
    if !fits {
        return Ok(Changes::Other);
    }
    let (permission, locks) = walk.permissions(&field.signature)?;
    let forbidden =
        (permission == Some(1) && walk.level > Changes::Updates) || (locks && walk.level == Changes::Filled);
    Ok(if forbidden { Changes::Other } else { walk.level })
}

/// A walk through two revisions. Each comparison gives false at the first difference that may not be.
struct Walk<'a, R> {
    file: &'a mut File<R>,
    old: Snapshot,
    /// Objects that are compared for themselves: catalog, nodes of the page tree, fields.
    own: HashSet<u32>,
    /// Fields and widgets of signatures that were added.
    signing: HashSet<u32>,
    /// Pairs that were met before.
    seen: HashSet<(u32, u32)>,
    steps: usize,
    level: Changes,
}

impl<R: Read + Seek> Walk<'_, R> {
    /// Looks at the signed revision.
    fn in_old<T>(&mut self, look: impl FnOnce(&mut File<R>) -> T) -> T {
        self.file.swap(&mut self.old);
        let seen = look(self.file);
        self.file.swap(&mut self.old);
        seen
    }

    fn before(&mut self, object: &Object) -> Result<Object, PdfError> {
        self.in_old(|file| file.resolve(object))
    }

    fn now(&mut self, object: &Object) -> Result<Object, PdfError> {
        self.file.resolve(object)
    }

    fn raise(&mut self, level: Changes) {
        self.level = self.level.max(level);
    }

    fn documents(&mut self, old: &Dict, new: &Dict, field: &SignatureField) -> Result<bool, PdfError> {
        let root = |trailer: &Dict| trailer.get("Root").cloned().unwrap_or(Object::Null);
        let (old_root, new_root) = (root(old), root(new));
        if old_root != new_root || old.contains("Encrypt") || new.contains("Encrypt") {
            return Ok(false);
        }
        self.own.extend(new_root.as_reference().map(|reference| reference.number));
        let (before, now) = (self.before(&old_root)?, self.now(&new_root)?);
        let (Some(before), Some(now)) = (before.as_dict(), now.as_dict()) else { return Ok(false) };
        let (before, now) = (before.clone(), now.clone());
        let form = |dict: &Dict| dict.get("AcroForm").cloned().unwrap_or(Object::Null);
        let fields_before = self.form_of(&form(&before), true)?;
        let fields_now = self.form_of(&form(&now), false)?;
        // A signature that the signed revision does not have was not made by signing it.
        let Some(reference) = field.reference.filter(|reference| self.own.contains(&reference.number)) else {
            return Ok(false);
        };
        let signed = self.before(&Object::Reference(reference))?;
        let signed = self.before(&signed.as_dict().map_or(Object::Null, |field| value(field, "V")))?;
        if signed.as_dict() != Some(&field.signature) {
            return Ok(false);
        }
        let pages = |dict: &Dict| dict.get("Pages").cloned().unwrap_or(Object::Null);
        self.note_pages(&pages(&now))?;
        if !self.fields(&fields_before, &fields_now, false)? || !self.form(&form(&before), &form(&now))? {
            return Ok(false);
        }
        for key in keys(&before, &now) {
            let (a, b) = (at(&before, &key), at(&now, &key));
            let fits = match text(&key) {
                "AcroForm" => true,
                "Pages" => self.pages(&a, &b)?,
                other => {
                    let same = self.same(&a, &b)?;
                    if !same && UPDATED.contains(&other) {
                        self.raise(Changes::Updates);
                    }
                    same || UPDATED.contains(&other)
                }
            };
            if !fits {
                return Ok(false);
            }
        }
        let (a, b) = (value(old, "Info"), value(new, "Info"));
        if !self.same(&a, &b)? {
            self.raise(Changes::Updates);
        }
        Ok(true)
    }

    /// The fields of a form; those of the signed revision and all widgets below them are compared for themselves.
    fn form_of(&mut self, form: &Object, is_old: bool) -> Result<Vec<Object>, PdfError> {
        let look = |walk: &mut Self, object: &Object| if is_old { walk.before(object) } else { walk.now(object) };
        let form = look(self, form)?;
        let Some(form) = form.as_dict() else { return Ok(Vec::new()) };
        let fields = look(self, &value(form, "Fields"))?.as_array().unwrap_or_default().to_vec();
        let mut waiting = fields.clone();
        let mut met = HashSet::new();
        while let Some(node) = waiting.pop() {
            self.step()?;
            let Some(reference) = node.as_reference() else { continue };
            if !met.insert(reference.number) {
                continue;
            }
            if is_old {
                self.own.insert(reference.number);
            }
            let node = look(self, &node)?;
            if let Some(node) = node.as_dict() {
                waiting.extend(look(self, &value(node, "Kids"))?.as_array().unwrap_or_default().iter().cloned());
            }
        }
        Ok(fields)
    }

    fn note_pages(&mut self, root: &Object) -> Result<(), PdfError> {
        let mut waiting = vec![root.clone()];
        while let Some(node) = waiting.pop() {
            self.step()?;
            let Some(reference) = node.as_reference() else { continue };
            if !self.own.insert(reference.number) {
                continue;
            }
            let node = self.now(&node)?;
            if let Some(node) = node.as_dict() {
                let kids = self.now(&value(node, "Kids"))?;
                waiting.extend(kids.as_array().unwrap_or_default().iter().cloned());
            }
        }
        Ok(())
    }

    fn form(&mut self, old: &Object, new: &Object) -> Result<bool, PdfError> {
        let (old, new) = (self.before(old)?, self.now(new)?);
        let empty = Dict::new();
        let (old, new) = (old.as_dict().unwrap_or(&empty), new.as_dict().unwrap_or(&empty));
        for key in keys(old, new) {
            if ["Fields", "SigFlags"].contains(&text(&key)) || self.same(&at(old, &key), &at(new, &key))? {
                continue;
            }
            if !LOOKS_OF_FORM.contains(&text(&key)) {
                return Ok(false);
            }
            self.raise(Changes::Filled);
        }
        Ok(true)
    }

    /// Every old field is still there; what was added is a signature field.
    fn fields(&mut self, old: &[Object], new: &[Object], is_signature: bool) -> Result<bool, PdfError> {
        for node in old {
            if !new.contains(node) || !self.field(node, is_signature)? {
                return Ok(false);
            }
        }
        for node in new.iter().filter(|node| !old.contains(node)) {
            let Some(reference) = node.as_reference() else { return Ok(false) };
            let field = self.now(node)?;
            let Some(field) = field.as_dict() else { return Ok(false) };
            let is_signature = is_signature || self.now(&value(field, "FT"))?.is_name("Sig");
            let kids = self.now(&value(field, "Kids"))?.as_array().unwrap_or_default().to_vec();
            if !is_signature || has_action(field) || self.own.contains(&reference.number) {
                return Ok(false);
            }
            self.raise(Changes::Signed);
            self.signing.insert(reference.number);
            for kid in &kids {
                let Some(reference) = kid.as_reference().filter(|kid| !self.own.contains(&kid.number)) else {
                    return Ok(false);
                };
                if self.now(kid)?.as_dict().is_none_or(has_action) {
                    return Ok(false);
                }
                self.signing.insert(reference.number);
            }
        }
        Ok(true)
    }

    /// A field or a widget of one: its value and looks may have come, all else stays.
    fn field(&mut self, node: &Object, is_signature: bool) -> Result<bool, PdfError> {
        self.step()?;
        let (old, new) = (self.before(node)?, self.now(node)?);
        let (Some(old), Some(new)) = (old.as_dict(), new.as_dict()) else { return Ok(false) };
        let is_signature = is_signature || self.before(&value(old, "FT"))?.is_name("Sig");
        let was_signed = is_signature && !matches!(self.before(&value(old, "V"))?, Object::Null);
        for key in keys(old, new) {
            let (a, b) = (at(old, &key), at(new, &key));
            let fits = match text(&key) {
                "Kids" => {
                    let kids = |object: Object| object.as_array().unwrap_or_default().to_vec();
                    let (a, b) = (kids(self.before(&a)?), kids(self.now(&b)?));
                    self.fields(&a, &b, is_signature)?
                }
                "V" | "AP" | "AS" => {
                    let same = self.same(&a, &b)?;
                    if !same {
                        self.raise(if is_signature { Changes::Signed } else { Changes::Filled });
                    }
                    same || !was_signed
                }
                "F" => {
                    let (a, b) = (self.before(&a)?.as_int().unwrap_or(0), self.now(&b)?.as_int().unwrap_or(0));
                    a == b || !was_signed && a | LOCKING == b | LOCKING && a & !b == 0
                }
                _ => self.same(&a, &b)?,
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The page tree: the same pages in the same order, with the same content.
    fn pages(&mut self, old: &Object, new: &Object) -> Result<bool, PdfError> {
        let mut waiting = vec![(old.clone(), new.clone())];
        let mut met = HashSet::new();
        while let Some((old, new)) = waiting.pop() {
            self.step()?;
            if old != new || old.as_reference().is_some_and(|reference| !met.insert(reference.number)) {
                return Ok(false);
            }
            let (old, new) = (self.before(&old)?, self.now(&new)?);
            let (Some(old), Some(new)) = (old.as_dict(), new.as_dict()) else { return Ok(false) };
            for key in keys(old, new) {
                let (a, b) = (at(old, &key), at(new, &key));
                let fits = match text(&key) {
                    "Kids" => {
                        let (a, b) = (self.before(&a)?, self.now(&b)?);
                        let (a, b) = (a.as_array().unwrap_or_default(), b.as_array().unwrap_or_default());
                        waiting.extend(a.iter().cloned().zip(b.iter().cloned()));
                        a.len() == b.len()
                    }
                    "Annots" => self.annotations(&a, &b)?,
                    _ => self.same(&a, &b)?,
                };
                if !fits {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Every old annotation is still there; what was added is a widget of a signature.
    fn annotations(&mut self, old: &Object, new: &Object) -> Result<bool, PdfError> {
        let (old, new) = (self.before(old)?, self.now(new)?);
        let (old, new) = (old.as_array().unwrap_or_default(), new.as_array().unwrap_or_default());
        for node in old {
            // Widgets of fields were compared with their fields; same() takes them as such.
            if !new.contains(node) || !self.same(node, node)? {
                return Ok(false);
            }
        }
        let mut added = new.iter().filter(|node| !old.contains(node));
        Ok(added.all(|node| node.as_reference().is_some_and(|reference| self.signing.contains(&reference.number))))
    }

    /// Whether two objects say the same in their revisions, references followed.
    ///
    /// Pairs that were met before are not compared again; those of a comparison that failed are forgotten, since the same
    /// objects may be reached once more where no difference is allowed.
    fn same(&mut self, old: &Object, new: &Object) -> Result<bool, PdfError> {
        let mut met = Vec::new();
        let is_same = self.compare(old, new, &mut met)?;
        if !is_same {
            met.iter().for_each(|pair| {
                self.seen.remove(pair);
            });
        }
        Ok(is_same)
    }

    fn compare(&mut self, old: &Object, new: &Object, met: &mut Vec<(u32, u32)>) -> Result<bool, PdfError> {
        let mut waiting = vec![(old.clone(), new.clone())];
        while let Some((old, new)) = waiting.pop() {
            self.step()?;
            let numbers = old.as_reference().zip(new.as_reference()).map(|(old, new)| (old.number, new.number));
            if let Some((old, new)) = numbers {
                let is_own = old == new && self.own.contains(&old);
                if is_own || !self.seen.insert((old, new)) {
                    continue;
                }
                met.push((old, new));
            }
            let (a, b) = (self.before(&old)?, self.now(&new)?);
            match (&a, &b) {
                (Object::Array(a), Object::Array(b)) if a.len() == b.len() => {
                    waiting.extend(a.iter().cloned().zip(b.iter().cloned()));
                }
                (Object::Dict(a), Object::Dict(b)) => {
                    waiting.extend(keys(a, b).iter().map(|key| (at(a, key), at(b, key))));
                }
                (Object::Stream(a), Object::Stream(b)) => {
                    let Some((old, new)) = numbers else { return Ok(false) };
                    if !self.same_data(old, new)? {
                        return Ok(false);
                    }
                    waiting.extend(keys(&a.dict, &b.dict).iter().map(|key| (at(&a.dict, key), at(&b.dict, key))));
                }
                _ if a == b => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn same_data(&mut self, old: u32, new: u32) -> Result<bool, PdfError> {
        let now = self.file.stream(new)?;
        let before = self.in_old(|file| file.stream(old))?;
        if before.0.data_offset == now.0.data_offset && before.1 == now.1 {
            return Ok(true);
        }
        if before.1 != now.1 {
            return Ok(false);
        }
        let new = self.file.stream_data(new, LARGEST_STREAM)?;
        Ok(self.in_old(|file| file.stream_data(old, LARGEST_STREAM))? == new)
    }

    /// What a certifying signature permits (table 254), and whether a signature locks fields (table 256).
    fn permissions(&mut self, signature: &Dict) -> Result<(Option<i64>, bool), PdfError> {
        let (mut permission, mut locks) = (None, false);
        let references = self.now(&value(signature, "Reference"))?;
        for reference in references.as_array().unwrap_or_default() {
            let reference = self.now(reference)?;
            let Some(reference) = reference.as_dict() else { continue };
            let method = self.now(&value(reference, "TransformMethod"))?;
            let parameters = self.now(&value(reference, "TransformParams"))?;
            if method.is_name("DocMDP") {
                let stated = parameters.as_dict().map(|parameters| value(parameters, "P")).unwrap_or(Object::Null);
                permission = Some(self.now(&stated)?.as_int().unwrap_or(2));
            }
            locks |= method.is_name("FieldMDP");
        }
        Ok((permission, locks))
    }

    fn step(&mut self) -> Result<(), PdfError> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(PdfError::Limit { offset: 0, what: "too many objects to compare" });
        }
        Ok(())
    }
}

/// Whether a field or widget does something when it is met (ISO 32000-1, 12.6.3).
fn has_action(dict: &Dict) -> bool {
    dict.contains("A") || dict.contains("AA")
}

/// The keys of either dictionary, each once.
fn keys(a: &Dict, b: &Dict) -> Vec<Name> {
    let mut seen = HashSet::new();
    a.iter().chain(b.iter()).map(|(name, _)| name.clone()).filter(|name| seen.insert(name.clone())).collect()
}

/// The value of a key; null if it is absent (ISO 32000-1, 7.3.7).
fn at(dict: &Dict, key: &Name) -> Object {
    dict.iter().find(|(name, _)| *name == key).map_or(Object::Null, |(_, value)| value.clone())
}

/// The value of a key by its text.
fn value(dict: &Dict, key: &str) -> Object {
    dict.get(key).cloned().unwrap_or(Object::Null)
}

/// A key as text, empty when it is none.
fn text(key: &Name) -> &str {
    std::str::from_utf8(&key.0).unwrap_or_default()
}
