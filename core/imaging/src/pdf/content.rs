//! What a page paints (ISO 32000-1, 7.8 and 8): which image fills it, and whether anything else would be seen.

use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object, Operation, Operations};

use crate::error::ImagingError;
use crate::pdf::of_file;
use crate::pdf::tree::Leaf;

/// Bytes of the content of a page, or of a form on it.
const LONGEST_CONTENT: usize = 16 << 20;
/// Operations of a page, forms included.
const MOST_OPERATIONS: u32 = 2_000_000;
/// How deep graphics states, and forms, may lie in one another.
const DEEPEST_STATE: usize = 256;
const DEEPEST_FORM: u32 = 8;
/// Share of the page that an image covers which hides all that was painted before.
const HIDES: f64 = 0.95;
/// Share of the page that an image covers which is the page, if there is nothing else on it.
const FILLS: f64 = 0.5;

/// An image and where it lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// Object number.
    pub(super) image: u32,
    /// From the unit square of the image to units of the page (8.3.4).
    pub(super) matrix: [f64; 6],
    /// Whether a stencil would paint black.
    pub(super) is_black: bool,
}

/// The images that are all there is to be seen on a page: one, or strips of one from top to bottom; and the matrix of
/// all of them together.
pub(super) fn only_image<R: Read + Seek>(
    file: &mut File<R>,
    leaf: &Leaf,
    index: u32,
) -> Result<(Vec<Placed>, [f64; 6]), ImagingError> {
    let content = page_content(file, leaf, index)?;
    let resources = leaf.resources.as_dict().cloned().unwrap_or_default();
    let mut painter = Painter { file, leaf, index, left: MOST_OPERATIONS, images: Vec::new(), other: None };
    painter.run(&content, &resources, State::default(), 0)?;
    let Painter { mut images, other, .. } = painter;
    let not_scanned = |what| Err(ImagingError::NotScanned { frame: index, what });
    if let Some(what) = other {
        return not_scanned(what);
    }
    let matrix = match images.as_slice() {
        [] => return not_scanned("nothing on it"),
        [placed] => placed.matrix,
        [..] => match stacked(&mut images) {
            Some(matrix) => matrix,
            None => return not_scanned("several images"),
        },
    };
    if covered(leaf, &matrix) < FILLS {
        return not_scanned("an image that does not fill it");
    }
    Ok((images, matrix))
}

/// Sorts upright images from top to bottom and gives the matrix of all; `None` if they do not lie edge to edge.
fn stacked(images: &mut [Placed]) -> Option<[f64; 6]> {
    const TOUCHES: f64 = 0.5;
    images.sort_by(|one, other| other.matrix[5].total_cmp(&one.matrix[5]));
    let (first, last) = (images.first()?, images.last()?);
    let [width, _, _, height, left, bottom] = first.matrix;
    let upright = |[a, b, c, d, ..]: [f64; 6]| a > 0.0 && d > 0.0 && b.abs() + c.abs() < 0.01;
    let is_same = |[a, _, _, _, e, _]: [f64; 6]| (a - width).abs() < TOUCHES && (e - left).abs() < TOUCHES;
    let touches = |pair: &[Placed]| (pair[1].matrix[5] + pair[1].matrix[3] - pair[0].matrix[5]).abs() < TOUCHES;
    let all = images.iter().all(|placed| upright(placed.matrix) && is_same(placed.matrix));
    let lowest = last.matrix[5];
    (all && images.windows(2).all(touches)).then_some([width, 0.0, 0.0, bottom + height - lowest, left, lowest])
}

/// The content of a page: a stream, or several that are read as one.
fn page_content<R: Read + Seek>(file: &mut File<R>, leaf: &Leaf, index: u32) -> Result<Vec<u8>, ImagingError> {
    let parts = match leaf.dict.get("Contents") {
        Some(Object::Reference(reference)) => match file.resolve(&Object::Reference(*reference)).map_err(of_file)? {
            Object::Array(parts) => parts,
            _ => vec![Object::Reference(*reference)],
        },
        Some(Object::Array(parts)) => parts.clone(),
        _ => Vec::new(),
    };
    let mut content = Vec::new();
    for part in parts.iter().filter_map(Object::as_reference) {
        content.extend(file.decoded(part.number, LONGEST_CONTENT).map_err(of_file)?);
        content.push(b'\n');
        if content.len() > LONGEST_CONTENT {
            return Err(ImagingError::corrupt(index, "the content of its page is too long"));
        }
    }
    Ok(content)
}

/// What of the graphics state matters here.
#[derive(Debug, Clone, Copy)]
struct State {
    matrix: [f64; 6],
    /// Text is shown without ink (rendering mode 3 or 7).
    is_mute: bool,
    is_black: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], is_mute: false, is_black: true }
    }
}

struct Painter<'f, R> {
    file: &'f mut File<R>,
    leaf: &'f Leaf,
    index: u32,
    /// Operations that may still come.
    left: u32,
    /// The images that are seen, in the order in which they are painted.
    images: Vec<Placed>,
    /// What else is seen.
    other: Option<&'static str>,
}

impl<R: Read + Seek> Painter<'_, R> {
    fn run(&mut self, content: &[u8], resources: &Dict, start: State, depth: u32) -> Result<(), ImagingError> {
        let (mut state, mut saved) = (start, Vec::new());
        for operation in Operations::new(content) {
            let Operation { operator, operands } = operation.map_err(of_file)?;
            self.left = self.left.checked_sub(1).ok_or(ImagingError::corrupt(self.index, "it paints too much"))?;
            match operator.as_str() {
                "q" if saved.len() >= DEEPEST_STATE => {
                    return Err(ImagingError::corrupt(self.index, "its graphics states lie too deep"));
                }
                "q" => saved.push(state),
                "Q" => state = saved.pop().unwrap_or(start),
                "cm" => state.matrix = product(numbers(&operands).unwrap_or(State::default().matrix), state.matrix),
                "Tr" => state.is_mute = matches!(operands.first().and_then(Object::as_int), Some(3 | 7)),
                "g" | "rg" | "sc" | "scn" => state.is_black = operands.iter().all(is_zero),
                "k" => {
                    state.is_black =
                        operands.iter().take(3).all(is_zero) && operands.last().and_then(Object::as_number) == Some(1.0)
                }
                "cs" => state.is_black = true,
                "Tj" | "TJ" | "'" | "\"" if !state.is_mute => self.other = Some("visible text"),
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" | "sh" => self.other = Some("drawings"),
                "BI" => {
                    return Err(ImagingError::NotScanned { frame: self.index, what: "an image inside its content" });
                }
                "Do" => {
                    let name = operands.first().and_then(Object::as_name);
                    let name = name.map(|name| String::from_utf8_lossy(&name.0).into_owned()).unwrap_or_default();
                    self.paint(&name, resources, state, depth)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Paints an image or runs a form.
    fn paint(&mut self, name: &str, resources: &Dict, state: State, depth: u32) -> Result<(), ImagingError> {
        let index = self.index;
        let objects = self.file.get(resources, "XObject").map_err(of_file)?;
        // A name that leads nowhere paints nothing.
        let Some(reference) = objects.as_dict().and_then(|all| all.get(name)).and_then(Object::as_reference) else {
            return Ok(());
        };
        let dict = self.file.dict(reference.number).map_err(of_file)?;
        if dict.get("Subtype").is_some_and(|kind| kind.is_name("Form")) {
            if depth >= DEEPEST_FORM {
                return Err(ImagingError::corrupt(index, "its forms lie too deep in one another"));
            }
            let content = self.file.decoded(reference.number, LONGEST_CONTENT).map_err(of_file)?;
            let own = self.file.get(&dict, "Resources").map_err(of_file)?;
            let matrix = self.file.get(&dict, "Matrix").map_err(of_file)?;
            let matrix = matrix.as_array().and_then(numbers).unwrap_or(State::default().matrix);
            let state = State { matrix: product(matrix, state.matrix), ..state };
            return self.run(&content, own.as_dict().unwrap_or(resources), state, depth + 1);
        }
        let placed = Placed { image: reference.number, matrix: state.matrix, is_black: state.is_black };
        let is_stencil = dict.get("ImageMask").and_then(Object::as_bool) == Some(true);
        let shines_through = is_stencil || dict.contains("SMask") || dict.contains("Mask");
        if !shines_through && covered(self.leaf, &placed.matrix) >= HIDES {
            (self.images, self.other) = (Vec::new(), None);
        }
        self.images.push(placed);
        Ok(())
    }
}

fn is_zero(operand: &Object) -> bool {
    operand.as_number() == Some(0.0)
}

fn numbers(operands: &[Object]) -> Option<[f64; 6]> {
    let mut numbers = [0.0; 6];
    if operands.len() != 6 {
        return None;
    }
    for (number, operand) in numbers.iter_mut().zip(operands) {
        *number = operand.as_number()?;
    }
    Some(numbers)
}

/// The matrix that does what `first` does and then what `then` does.
fn product(first: [f64; 6], then: [f64; 6]) -> [f64; 6] {
    let [a, b, c, d, e, f] = first;
    let [p, q, r, s, t, u] = then;
    [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u]
}

/// The share of the page that the unit square covers, by its bounds.
fn covered(leaf: &Leaf, matrix: &[f64; 6]) -> f64 {
    let [a, b, c, d, e, f] = matrix;
    let spread = |x: f64, y: f64, from: f64| {
        let corners = [from, from + x, from + y, from + x + y];
        (corners.into_iter().fold(f64::INFINITY, f64::min), corners.into_iter().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (bottom, top)) = (spread(*a, *c, *e), spread(*b, *d, *f));
    let [page_left, page_bottom, page_right, page_top] = leaf.sides;
    let width = (right.min(page_right) - left.max(page_left)).max(0.0);
    let height = (top.min(page_top) - bottom.max(page_bottom)).max(0.0);
    width * height / ((page_right - page_left) * (page_top - page_bottom))
}
