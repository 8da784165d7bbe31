//! A page's content: only operators that this stage writes, only resources that are there, only invisible text.

use std::io::{Read, Seek};

use sohoa_pdf::{File, Name, Object, Operations, PdfError};

use super::fonts::Used;
use super::{Report, decoded};

/// Operators that need no look; the others that are known are told apart below.
const PLAIN: [&str; 7] = ["cm", "BT", "ET", "Tz", "Tm", "BDC", "EMC"];
const MAX_NESTING: u32 = 28;

/// Checks a content stream and enters the codes that it shows.
pub(super) fn check<R: Read + Seek>(
    file: &mut File<R>,
    number: u32,
    images: &[(Name, u32)],
    fonts: &[(Name, u32)],
    used: &mut Used,
    report: &mut Report,
) -> Result<(), PdfError> {
    let Some(content) = decoded(file, number)? else {
        report.add("6.2.2", number, "a content stream that can't be decoded");
        return Ok(());
    };
    let (mut nesting, mut font, mut mode, mut drawn) = (0_u32, None, 0, 0);
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
            "Do" => match find(images, 0) {
                Some(_) => drawn += 1,
                None => report.add("6.2.2", number, "an XObject that the page does not have"),
            },
            "Tr" => mode = operation.operands.first().and_then(Object::as_int).unwrap_or(-1),
            "Tf" => {
                font = find(fonts, 0);
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
    report.want(drawn == images.len(), "6.2.2", number, "an image of the page that is not drawn once");
    Ok(())
}
