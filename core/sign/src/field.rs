//! Signature fields: where in a file signatures are, found through the interactive form (ISO 32000-1, 12.7).

use std::collections::HashSet;
use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object, PdfError, Reference, decode_text};

/// A signature field with a signature in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SignatureField {
    /// Its full name: the partial names from the root, parted by full stops.
    pub(crate) name: String,
    /// The signature dictionary.
    pub(crate) signature: Dict,
    /// Where the field lies; `None` if it is no object of its own.
    pub(crate) reference: Option<Reference>,
}

/// Deepest field tree that is followed.
const DEEPEST: usize = 8;
/// Most fields that are looked at; no object is looked at twice.
const MOST_FIELDS: usize = 1024;
/// Longest name of a field in characters.
const LONGEST_NAME: usize = 256;

/// All signed signature fields, in the order of the form.
///
/// # Errors
/// [`PdfError::Limit`] when the form is larger or deeper than is looked at; what the reader reports.
pub(crate) fn signature_fields<R: Read + Seek>(file: &mut File<R>) -> Result<Vec<SignatureField>, PdfError> {
    let (_, catalog) = file.catalog()?;
    let form = file.get(&catalog, "AcroForm")?;
    let Some(form) = form.as_dict() else { return Ok(Vec::new()) };
    let fields = file.get(form, "Fields")?;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting = Vec::new();
    wait(&mut waiting, &fields, &Inherited::default())?;
    let mut looked_at = 0;
    while let Some((node, inherited)) = waiting.pop() {
        looked_at += 1;
        let is_new = node.as_reference().is_none_or(|reference| seen.insert(reference.number));
        if looked_at > MOST_FIELDS || inherited.depth > DEEPEST || !is_new {
            return Err(TOO_LARGE);
        }
        let Inherited { mut name, mut is_signature, depth } = inherited;
        let reference = node.as_reference();
        let node = file.resolve(&node)?;
        let Some(field) = node.as_dict() else { continue };
        if let Some(part) = file.get(field, "T")?.as_string() {
            let separator = if name.is_empty() { "" } else { "." };
            name = format!("{name}{separator}{}", decode_text(part)).chars().take(LONGEST_NAME).collect();
        }
        if let Some(kind) = file.get(field, "FT")?.as_name() {
            is_signature = kind.is("Sig");
        }
        let value = file.get(field, "V")?;
        if is_signature && let Some(signature) = value.as_dict() {
            found.push(SignatureField { name: name.clone(), signature: signature.clone(), reference });
        }
        let kids = file.get(field, "Kids")?;
        wait(&mut waiting, &kids, &Inherited { name, is_signature, depth: depth + 1 })?;
    }
    Ok(found)
}

/// What a field has from the fields above it.
#[derive(Debug, Clone, Default)]
struct Inherited {
    name: String,
    is_signature: bool,
    depth: usize,
}

const TOO_LARGE: PdfError = PdfError::Limit { offset: 0, what: "an interactive form too large" };

/// Puts fields on the stack, the first on top.
fn wait(waiting: &mut Vec<(Object, Inherited)>, fields: &Object, inherited: &Inherited) -> Result<(), PdfError> {
    let fields = fields.as_array().unwrap_or_default();
    if waiting.len() + fields.len() > MOST_FIELDS {
        return Err(TOO_LARGE);
    }
    waiting.extend(fields.iter().rev().map(|field| (field.clone(), inherited.clone())));
    Ok(())
}
