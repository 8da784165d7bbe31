//! The tree of pages (ISO 32000-1, 7.7.3), walked without recursion and never through the same node twice.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object};

use crate::error::ImagingError;
use crate::inspect::Limits;
use crate::pdf::of_file;

/// A page with what it inherits.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// The page itself.
    pub(super) dict: Dict,
    /// Its resources; null if it has none.
    pub(super) resources: Object,
    /// Its visible box: left, bottom, right, top in units of the page.
    pub(super) sides: [f64; 4],
    /// Degrees clockwise by which it is shown turned.
    pub(super) rotate: i32,
    /// Units in 1/72 inch.
    pub(super) user_unit: f64,
}

/// What nodes hand down.
#[derive(Clone, Default)]
struct Inherited {
    resources: Option<Object>,
    media: Option<Object>,
    crop: Option<Object>,
    rotate: Option<Object>,
}

impl Inherited {
    fn below(&self, node: &Dict) -> Self {
        let own = |key: &str, above: &Option<Object>| node.get(key).cloned().or_else(|| above.clone());
        Self {
            resources: own("Resources", &self.resources),
            media: own("MediaBox", &self.media),
            crop: own("CropBox", &self.crop),
            rotate: own("Rotate", &self.rotate),
        }
    }
}

/// All pages in order.
pub(super) fn leaves<R: Read + Seek>(file: &mut File<R>, limits: &Limits) -> Result<Vec<Leaf>, ImagingError> {
    let (_, catalog) = file.catalog().map_err(of_file)?;
    let root = catalog.get("Pages").cloned().unwrap_or(Object::Null);
    let (mut leaves, mut seen) = (Vec::new(), BTreeSet::new());
    let mut waiting = vec![(root, Inherited::default())];
    while let Some((node, above)) = waiting.pop() {
        if let Some(reference) = node.as_reference()
            && !seen.insert(reference.number)
        {
            return Err(ImagingError::corrupt(0, "a page stands in it twice"));
        }
        let Object::Dict(node) = file.resolve(&node).map_err(of_file)? else {
            return Err(ImagingError::corrupt(0, "a page is missing"));
        };
        let inherited = above.below(&node);
        match file.get(&node, "Kids").map_err(of_file)? {
            Object::Array(kids) => {
                if seen.len() + waiting.len() + kids.len() > limits.frames as usize * 2 {
                    return Err(ImagingError::TooManyFrames { limit: limits.frames });
                }
                waiting.extend(kids.into_iter().rev().map(|kid| (kid, inherited.clone())));
            }
            _ => leaves.push(leaf(file, node, inherited, leaves.len())?),
        }
    }
    match leaves.len() {
        0 => Err(ImagingError::corrupt(0, "it has no pages")),
        count if count > limits.frames as usize => Err(ImagingError::TooManyFrames { limit: limits.frames }),
        _ => Ok(leaves),
    }
}

fn leaf<R: Read + Seek>(
    file: &mut File<R>,
    dict: Dict,
    inherited: Inherited,
    index: usize,
) -> Result<Leaf, ImagingError> {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    let mut value = |object: Option<Object>| file.resolve(&object.unwrap_or(Object::Null)).map_err(of_file);
    let (resources, media, crop) = (value(inherited.resources)?, value(inherited.media)?, value(inherited.crop)?);
    let rotate = value(inherited.rotate)?.as_int().unwrap_or(0);
    let user_unit = value(dict.get("UserUnit").cloned())?.as_number().filter(|unit| *unit > 0.0).unwrap_or(1.0);
    let mut sides = |array: &Object| -> Result<Option<[f64; 4]>, ImagingError> {
        let Some([a, b, c, d]) = array.as_array() else { return Ok(None) };
        let mut numbers = [0.0; 4];
        for (number, object) in numbers.iter_mut().zip([a, b, c, d]) {
            *number = file.resolve(object).map_err(of_file)?.as_number().unwrap_or(f64::NAN);
        }
        let [a, b, c, d] = numbers;
        let sides = [a.min(c), b.min(d), a.max(c), b.max(d)];
        Ok((sides[2] - sides[0] > 0.0 && sides[3] - sides[1] > 0.0).then_some(sides))
    };
    let media = sides(&media)?.ok_or(ImagingError::corrupt(index, "its page has no size"))?;
    let sides = sides(&crop)?.map_or(media, |crop| {
        let cut = [crop[0].max(media[0]), crop[1].max(media[1]), crop[2].min(media[2]), crop[3].min(media[3])];
        if cut[2] > cut[0] && cut[3] > cut[1] { cut } else { media }
    });
    let rotate = i32::try_from(rotate.rem_euclid(360)).unwrap_or(0) / 90 * 90;
    Ok(Leaf { dict, resources, sides, rotate, user_unit })
}
