//! A page's content: only operators that this stage writes, only resources that are there, only invisible text.

use std::io::{Read, Seek};

use sohoa_pdf::{File, Name, Object, Operations, PdfError};

use super::fonts::Used;
use super::{Report, decoded};

/// Operators that need no look; the others that are known are told apart below.
const PLAIN: [&str; 6] = ["BT", "ET", "Tz", "Tm", "BDC", "EMC"];
const MAX_NESTING: u32 = 28;

/// How far from its edges a page may be left bare, in points.
const BARE: f64 = 0.01;

/// What a page has that its content may name.
pub(super) struct OfPage<'a> {
    /// Left, bottom, right and top of its MediaBox.
    pub(super) bounds: [f64; 4],
    pub(super) images: &'a [(Name, u32)],
    pub(super) fonts: &'a [(Name, u32)],
}

/// Checks a content stream and enters the codes that it shows.
pub(super) fn check<R: Read + Seek>(
    file: &mut File<R>,
    number: u32,
    page: &OfPage<'_>,
    used: &mut Used,
    report: &mut Report,
) -> Result<(), PdfError> {
    let Some(content) = decoded(file, number)? else {
        report.add("6.2.2", number, "a content stream that can't be decoded");
        return Ok(());
    };
    let (mut nesting, mut font, mut mode, mut drawn) = (0_u32, None, 0, 0);
    // Where the next image would lie, and the box around all that were drawn: left, bottom, right, top.
    let mut place = [0.0, 0.0, 1.0, 1.0];
    let mut covered = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for operation in Operations::new(&content) {
        let Ok(operation) = operation else {
            report.add("6.2.2", number, "a content stream that is malformed");
            return Ok(());
        };
        let find = |among: &[(Name, u32)], at: usize| {
            let name = operation.operands.get(at).and_then(Object::as_name)?;
            among.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
        };
        match operation.operator.as_str() {
            "q" => {
                nesting += 1;
                report.want(nesting <= MAX_NESTING, "6.1.13", number, "graphics states nested too deep");
            }
            "Q" => match nesting.checked_sub(1) {
                Some(outer) => nesting = outer,
                None => report.add("6.2.2", number, "Q without q"),
            },
            "cm" => {
                let numbers: Vec<f64> = operation.operands.iter().filter_map(Object::as_number).collect();
                match numbers[..] {
                    [across, 0.0, 0.0, up, left, bottom] => place = [left, bottom, left + across, bottom + up],
                    _ => report.add("6.2.2", number, "an image that is laid askew"),
                }
            }
            "Do" => match find(page.images, 0) {
                Some(_) => {
                    drawn += 1;
                    for (side, (all, one)) in covered.iter_mut().zip(place).enumerate() {
                        *all = if side < 2 { all.min(one) } else { all.max(one) };
                    }
                }
                None => report.add("6.2.2", number, "an XObject that the page does not have"),
            },
            "Tr" => mode = operation.operands.first().and_then(Object::as_int).unwrap_or(-1),
            "Tf" => {
                font = find(page.fonts, 0);
                report.want(font.is_some(), "6.2.2", number, "a font that the page does not have");
            }
            "Tj" => {
                report.want(mode == 3, "6.2.2", number, "text that is not invisible");
                let (Some(font), Some(codes)) = (font, operation.operands.first().and_then(Object::as_string)) else {
                    report.add("6.2.2", number, "text without a font");
                    continue;
                };
                report.want(codes.len() % 2 == 0, "6.2.11.3.1", number, "half a character code");
                let (pairs, _) = codes.as_chunks::<2>();
                pairs.iter().for_each(|pair| used.enter(font, u16::from_be_bytes(*pair)));
            }
            other if PLAIN.contains(&other) => {}
            other => report.add("6.2.2", number, format!("the operator {other}, which this stage never writes")),
        }
    }
    report.want(nesting == 0, "6.2.2", number, "q without Q");
    report.want(drawn == page.images.len(), "6.2.2", number, "an image of the page that is not drawn once");
    // A page shows a part of its image: what lies beyond its edges is clipped, but the box around its strips covers it.
    let ([left, bottom, right, top], around) = (page.bounds, covered);
    let is_covered = around[0] <= left + BARE && around[1] <= bottom + BARE && around[2] >= right - BARE;
    let is_covered = is_covered && around[3] >= top - BARE;
    report.want(is_covered || drawn == 0, "6.2.2", number, "a page that its image does not cover");
    Ok(())
}
