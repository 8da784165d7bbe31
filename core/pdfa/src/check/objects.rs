//! The file as a whole and each of its objects: syntax limits, what must not occur, what must be reachable.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object, PdfError};

use super::Report;

/// Keys that no dictionary may have, with the clause that forbids them.
const FORBIDDEN: [(&str, &str); 19] = [
    ("AA", "6.5.2"),
    ("JS", "6.5.1"),
    ("JavaScript", "6.5.1"),
    ("OpenAction", "6.5.1"),
    ("XFA", "6.4.2"),
    ("NeedsRendering", "6.4.2"),
    ("Requirements", "6.11"),
    ("PresSteps", "6.10"),
    ("AlternatePresentations", "6.10"),
    ("Alternates", "6.2.8"),
    ("OPI", "6.2.8"),
    ("FFilter", "6.1.7.1"),
    ("FDecodeParms", "6.1.7.1"),
    ("TR", "6.2.5"),
    ("HTP", "6.2.5"),
    ("EF", "6.8"),
    ("EmbeddedFiles", "6.8"),
    ("OCProperties", "6.9"),
    ("SMask", "6.2.10"),
];

const ACTIONS: [&str; 11] = [
    "Launch",
    "Sound",
    "Movie",
    "ResetForm",
    "ImportData",
    "Hide",
    "SetOCGState",
    "Rendition",
    "Trans",
    "GoTo3DView",
    "JavaScript",
];

const FILTERS: [&str; 3] = ["FlateDecode", "DCTDecode", "CCITTFaxDecode"];

/// Header, trailer and end of the file.
pub(super) fn frame<R: Read + Seek>(file: &mut File<R>, report: &mut Report) -> Result<(), PdfError> {
    let mut head: Vec<u8> = Vec::new();
    file.for_each_piece(0, 15, |piece| head.extend(piece))?;
    let marked = head[8..10] == *b"\n%" && head[10..14].iter().all(|byte| *byte > 127);
    report.want(marked && file.version().0 == 1, "6.1.2", 0, "the header lacks its comment of high bytes");
    report.want(!file.trailer().contains("Encrypt"), "6.1.3", 0, "the file is encrypted");
    let id = file.trailer().get("ID").and_then(Object::as_array).unwrap_or_default();
    let id = id.len() == 2 && id.iter().all(|part| part.as_string().is_some_and(|part| part.len() >= 16));
    report.want(id, "6.1.3", 0, "the trailer has no file identifier");
    let end = file.revisions().last().map(|revision| revision.end);
    report.want(end == Some(file.length()), "6.1.3", 0, "bytes follow the last end-of-file marker");
    Ok(())
}

/// Walks from the trailer over every object, and says which objects in use are not reached.
pub(super) fn walk<R: Read + Seek>(file: &mut File<R>, report: &mut Report) -> Result<(), PdfError> {
    let mut seen = BTreeSet::new();
    let mut waiting = Vec::new();
    inspect(&Object::Dict(file.trailer().clone()), 0, &mut waiting, report);
    while let Some(number) = waiting.pop() {
        if !seen.insert(number) {
            continue;
        }
        let object = match file.object(number) {
            Err(PdfError::MissingObject(number)) => {
                report.add("32000 7.3.10", number, format!("object {number} is named but missing"));
                continue;
            }
            other => other?,
        };
        if let Object::Stream(stream) = &object {
            file.stream(number)?;
            inspect_stream(&stream.dict, number, report);
        }
        inspect(&object, number, &mut waiting, report);
    }
    for number in file.numbers() {
        if !seen.contains(&number) {
            report.add("32000 7.5", number, format!("object {number} is not reached from the trailer"));
        }
    }
    Ok(())
}

/// Looks at a value and everything in it; the parser has bounded the depth.
fn inspect(object: &Object, number: u32, waiting: &mut Vec<u32>, report: &mut Report) {
    match object {
        Object::Reference(reference) => waiting.push(reference.number),
        Object::Int(value) => {
            report.want(i32::try_from(*value).is_ok(), "6.1.13", number, "an integer is out of range");
        }
        Object::Real(value) => report.want(value.abs() < 3.4e38, "6.1.13", number, "a real is out of range"),
        Object::String(bytes) => report.want(bytes.len() <= 32_767, "6.1.13", number, "a string is too long"),
        Object::Name(name) => report.want(name.0.len() <= 127, "6.1.13", number, "a name is too long"),
        Object::Array(items) => items.iter().for_each(|item| inspect(item, number, waiting, report)),
        Object::Dict(dict) => inspect_dict(dict, number, waiting, report),
        Object::Stream(stream) => inspect_dict(&stream.dict, number, waiting, report),
        Object::Null | Object::Bool(_) => {}
    }
}

fn inspect_dict(dict: &Dict, number: u32, waiting: &mut Vec<u32>, report: &mut Report) {
    for (key, clause) in FORBIDDEN {
        report.want(!dict.contains(key), clause, number, key);
    }
    let action = dict.get("S").and_then(Object::as_name);
    if action.is_some_and(|action| ACTIONS.iter().any(|forbidden| action.is(forbidden))) {
        report.add("6.5.1", number, "an action that is not permitted");
    }
    let is = |key: &str, name: &str| dict.get(key).is_some_and(|value| value.is_name(name));
    if is("Type", "Annot") || dict.contains("Rect") && dict.contains("Subtype") {
        report.want(is("Subtype", "Widget"), "6.3.1", number, "an annotation that is no form field");
        let flags = dict.get("F").and_then(Object::as_int).unwrap_or(0);
        // Print set; hidden, invisible, toggle-no-view and no-view clear.
        report.want(flags & 0b1_0010_0111 == 0b100, "6.3.2", number, "an annotation that may not be seen or printed");
    }
    if is("Type", "FontDescriptor") {
        let embedded = ["FontFile", "FontFile2", "FontFile3"].iter().any(|key| dict.contains(key));
        report.want(embedded, "6.2.11.4.1", number, "a font that is not embedded");
    }
    if is("Type", "Font") && !is("Subtype", "Type3") {
        let key = if is("Subtype", "Type0") { "DescendantFonts" } else { "FontDescriptor" };
        report.want(dict.contains(key), "6.2.11.4.1", number, "a font that is not embedded");
    }
    // The contents of a signature are no text string: with room for a chain and timestamps they may be longer than
    // 6.1.13 lets a string be, and veraPDF leaves them out of that rule.
    let is_signature = is("Type", "Sig") && dict.contains("ByteRange");
    dict.iter().for_each(|(key, value)| {
        report.want(key.0.len() <= 127, "6.1.13", number, "a name is too long");
        if is_signature && key.0 == b"Contents" && matches!(value, Object::String(_)) {
            return;
        }
        inspect(value, number, waiting, report);
    });
}

fn inspect_stream(dict: &Dict, number: u32, report: &mut Report) {
    report.want(!dict.contains("F"), "6.1.7.1", number, "a stream whose data lies outside the file");
    let filters = match dict.get("Filter") {
        None => return,
        Some(Object::Array(filters)) => filters.as_slice(),
        Some(filter) => std::slice::from_ref(filter),
    };
    let known = |filter: &Object| FILTERS.iter().any(|name| filter.is_name(name));
    report.want(filters.iter().all(known), "6.1.7.2", number, "a filter that this stage never writes");
}
