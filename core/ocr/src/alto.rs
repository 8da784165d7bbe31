//! ALTO 4 (Library of Congress): the text of a page as XML for repositories, with boxes and confidences.

use std::fmt::Write;

use sohoa_model::page_text::{BlockRole, Bounds, PageText};
use sohoa_model::xml::escaped;

use crate::hocr::{PageSource, pixels};

/// The page as ALTO 4.2, in UTF-8.
pub fn alto(text: &PageText, source: &PageSource<'_>) -> String {
    let (engine, image) = (escaped(source.engine), escaped(source.image));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\" SCHEMAVERSION=\"4.2\">\n<Description>\n\
         <MeasurementUnit>pixel</MeasurementUnit>\n\
         <sourceImageInformation><fileName>{image}</fileName></sourceImageInformation>\n\
         <Processing ID=\"READING_1\"><processingSoftware><softwareName>{engine}</softwareName></processingSoftware></Processing>\n\
         </Description>\n<Tags>\n"
    );
    for (id, label) in [("BODY", "body"), ("LETTERHEAD", "letterhead"), ("SIGNATURE", "signature")] {
        out.push_str(&format!("<StructureTag ID=\"{id}\" LABEL=\"{label}\"/>\n"));
    }
    let lang = source.language.map_or_else(String::new, |language| format!(" LANG=\"{}\"", language.bcp47()));
    let (width, height) = (text.width, text.height);
    let mut put = |line: std::fmt::Arguments<'_>| out.write_fmt(line).expect("a String takes everything");
    put(format_args!(
        "</Tags>\n<Layout>\n<Page ID=\"PAGE_1\" PHYSICAL_IMG_NR=\"1\" WIDTH=\"{width}\" HEIGHT=\"{height}\">\n\
         <PrintSpace HPOS=\"0\" VPOS=\"0\" WIDTH=\"{width}\" HEIGHT=\"{height}\">\n"
    ));
    let (mut line_number, mut word_number) = (0, 0);
    for (block_number, block) in text.blocks.iter().enumerate() {
        let Some(bounds) = block.bounds() else { continue };
        let tag = match block.role {
            BlockRole::Body => "BODY",
            BlockRole::Letterhead => "LETTERHEAD",
            BlockRole::Signature => "SIGNATURE",
        };
        let place = place(bounds, text);
        put(format_args!("<TextBlock ID=\"BLOCK_{}\" {place}{lang} TAGREFS=\"{tag}\">\n", block_number + 1));
        for line in &block.lines {
            let Some(bounds) = line.bounds() else { continue };
            line_number += 1;
            put(format_args!("<TextLine ID=\"LINE_{line_number}\" {}>", self::place(bounds, text)));
            for (i, word) in line.words.iter().enumerate() {
                word_number += 1;
                let space = if i > 0 { "<SP/>" } else { "" };
                put(format_args!(
                    "{space}<String ID=\"WORD_{word_number}\" {} WC=\"{:.2}\" CONTENT=\"{}\"/>",
                    self::place(word.bounds(line.angle), text),
                    (word.confidence / 100.0).clamp(0.0, 1.0),
                    escaped(&word.text)
                ));
            }
            put(format_args!("</TextLine>\n"));
        }
        put(format_args!("</TextBlock>\n"));
    }
    out.push_str("</PrintSpace>\n</Page>\n</Layout>\n</alto>\n");
    out
}

fn place(bounds: Bounds, page: &PageText) -> String {
    let [left, top, right, bottom] = pixels(bounds, page);
    format!("HPOS=\"{left}\" VPOS=\"{top}\" WIDTH=\"{}\" HEIGHT=\"{}\"", right - left, bottom - top)
}
