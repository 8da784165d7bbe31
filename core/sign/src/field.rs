//! Signature fields: where in a file signatures are, found through the interactive form (ISO 32000-1, 12.7).

use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object, PdfError, decode_text};

/// A signature field with a signature in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SignatureField {
    /// Its full name: the partial names from the root, parted by full stops.
    pub(crate) name: String,
    /// The signature dictionary.
    pub(crate) signature: Dict,
}

/// Deepest field tree that is followed.
const DEEPEST: usize = 8;
/// Most fields that are looked at.
const MOST_FIELDS: usize = 4096;
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
    let mut seen = 0;
    // A node waits with the name and the field type that it inherits, and its depth.
    let mut waiting: Vec<(Object, String, bool, usize)> = Vec::new();
    let push = |waiting: &mut Vec<_>, kids: &Object, name: &str, is_signature: bool, depth: usize| {
        let kids = kids.as_array().unwrap_or_default().iter().rev().take(MOST_FIELDS);
        waiting.extend(kids.map(|kid| (kid.clone(), name.to_owned(), is_signature, depth)));
    };
    push(&mut waiting, &fields, "", false, 0);
    while let Some((node, mut name, mut is_signature, depth)) = waiting.pop() {
        seen += 1;
        if seen > MOST_FIELDS || depth > DEEPEST {
            return Err(PdfError::Limit { offset: 0, what: "an interactive form too large" });
        }
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
            found.push(SignatureField { name: name.clone(), signature: signature.clone() });
        }
        let kids = file.get(field, "Kids")?;
        push(&mut waiting, &kids, &name, is_signature, depth + 1);
    }
    Ok(found)
}
