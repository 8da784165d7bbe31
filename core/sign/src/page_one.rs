//! Page 1 of a file: its dictionary, the box in which it is seen, and its turn, inherited values included.

use std::io::{Read, Seek};

use sohoa_model::geometry::Rotation;
use sohoa_pdf::{Dict, File, Object, PdfError, Reference};

use crate::block::PageView;
use crate::error::SignError;

/// Deepest page tree that is followed.
const DEEPEST: usize = 16;

/// Page 1.
pub(crate) struct PageOne {
    pub(crate) reference: Reference,
    pub(crate) dict: Dict,
    pub(crate) view: PageView,
}

/// Finds page 1 from the catalog.
///
/// # Errors
/// [`SignError::ForeignStructure`] when the page tree is not as ISO 32000-1, 7.7.3 wants it.
pub(crate) fn page_one<R: Read + Seek>(file: &mut File<R>, catalog: &Dict) -> Result<PageOne, SignError> {
    let mut inherited = Dict::new();
    let mut next = catalog.get("Pages").and_then(Object::as_reference);
    for _ in 0..DEEPEST {
        let Some(reference) = next else { break };
        let dict = file.dict(reference.number).map_err(unreadable)?;
        for key in ["MediaBox", "CropBox", "Rotate"] {
            if let Some(value) = dict.get(key) {
                inherited.set(key, value.clone());
            }
        }
        if dict.get("Type").is_some_and(|kind| kind.is_name("Page")) {
            let view = view(file, &inherited)?;
            return Ok(PageOne { reference, dict, view });
        }
        let kids = file.get(&dict, "Kids").map_err(unreadable)?;
        next = kids.as_array().and_then(|kids| kids.first()).and_then(Object::as_reference);
    }
    Err(SignError::ForeignStructure("the first page was not found"))
}

/// A source that can't be read is one error, a structure that can't be understood another.
pub(crate) fn unreadable(error: PdfError) -> SignError {
    match error {
        PdfError::Io(error) => SignError::Read(error),
        other => SignError::UnreadableStructure(other),
    }
}

fn view<R: Read + Seek>(file: &mut File<R>, page: &Dict) -> Result<PageView, SignError> {
    let media = rectangle(file, page, "MediaBox")?.ok_or(SignError::ForeignStructure("page 1 has no /MediaBox"))?;
    let crop = rectangle(file, page, "CropBox")?.unwrap_or(media);
    let bounds = [crop[0].max(media[0]), crop[1].max(media[1]), crop[2].min(media[2]), crop[3].min(media[3])];
    if bounds[2] - bounds[0] < 1.0 || bounds[3] - bounds[1] < 1.0 {
        return Err(SignError::ForeignStructure("page 1 has no area"));
    }
    let rotate = file.get(page, "Rotate").map_err(unreadable)?.as_int().unwrap_or(0);
    let rotation = i32::try_from(rotate).ok().and_then(Rotation::from_degrees);
    let rotation = rotation.ok_or(SignError::ForeignStructure("/Rotate of page 1 is not a multiple of 90"))?;
    Ok(PageView { bounds, rotation })
}

/// A rectangle as left, bottom, right, top (ISO 32000-1, 7.9.5).
fn rectangle<R: Read + Seek>(file: &mut File<R>, page: &Dict, key: &str) -> Result<Option<[f64; 4]>, SignError> {
    let object = file.get(page, key).map_err(unreadable)?;
    let Some(items) = object.as_array() else { return Ok(None) };
    let numbers: Vec<f64> = items.iter().filter_map(Object::as_number).filter(|n| n.abs() < 1e6).collect();
    let [ax, ay, bx, by] = numbers[..] else {
        return Err(SignError::ForeignStructure("a box of page 1 is not four numbers"));
    };
    Ok(Some([ax.min(bx), ay.min(by), ax.max(bx), ay.max(by)]))
}
