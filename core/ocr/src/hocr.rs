//! hOCR 1.2: the text of a page as XHTML, with the box, the confidence and the baseline of what was read.
//!
//! Boxes are in whole pixels of the upright page, rounded outwards and kept inside of it.

use std::fmt::Write;

use sohoa_model::Language;
use sohoa_model::page_text::{Bounds, PageText};
use sohoa_model::xml::escaped;

/// What a page of hOCR says besides its text.
#[derive(Debug, Clone, Copy)]
pub struct PageSource<'a> {
    /// The name of the image.
    pub image: &'a str,
    /// The engine that read it, e.g. `tesseract 5.3.0`.
    pub engine: &'a str,
    /// The language of the page, if it is known.
    pub language: Option<Language>,
}

/// The page as hOCR, in UTF-8.
pub fn hocr(text: &PageText, source: &PageSource<'_>) -> String {
    let lang = source.language.map_or_else(String::new, |l| format!(" lang=\"{0}\" xml:lang=\"{0}\"", l.bcp47()));
    let (engine, image) = (escaped(source.engine), escaped(source.image));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\"{lang}>\n<head>\n<title>{image}</title>\n\
         <meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"/>\n\
         <meta name=\"ocr-system\" content=\"{engine}\"/>\n\
         <meta name=\"ocr-capabilities\" content=\"ocr_page ocr_carea ocr_line ocrx_word\"/>\n</head>\n<body>\n\
         <div class=\"ocr_page\" id=\"page_1\" title=\"image &quot;{image}&quot;; bbox 0 0 {} {}; ppageno 0\">\n",
        text.width, text.height
    );
    let mut put = |line: std::fmt::Arguments<'_>| out.write_fmt(line).expect("a String takes everything");
    let (mut line_number, mut word_number) = (0, 0);
    for (block_number, block) in text.blocks.iter().enumerate() {
        let Some(bounds) = block.bounds() else { continue };
        put(format_args!(
            "<div class=\"ocr_carea\" id=\"block_{}\" title=\"{}\">\n",
            block_number + 1,
            bbox(bounds, text)
        ));
        for line in &block.lines {
            let (Some(bounds), Some(first)) = (line.bounds(), line.words.first()) else { continue };
            line_number += 1;
            // hOCR's baseline: its slope, and where it begins above the lower left corner of the box; steep lines have none,
            // but an angle.
            let slope = -line.angle.to_radians().tan();
            let offset = first.y - slope * (first.x - bounds.left) - bounds.bottom;
            let lies = match line.angle.abs() < 45.0 {
                true => format!("baseline {slope:.4} {offset:.0}"),
                false => format!("textangle {:.1}", line.angle.rem_euclid(360.0)),
            };
            put(format_args!(
                "<span class=\"ocr_line\" id=\"line_{line_number}\" title=\"{}; {lies}\">",
                bbox(bounds, text)
            ));
            for (i, word) in line.words.iter().enumerate() {
                word_number += 1;
                let space = if i > 0 { " " } else { "" };
                put(format_args!(
                    "{space}<span class=\"ocrx_word\" id=\"word_{word_number}\" title=\"{}; x_wconf {:.0}\">{}</span>",
                    bbox(word.bounds(line.angle), text),
                    word.confidence.clamp(0.0, 100.0),
                    escaped(&word.text)
                ));
            }
            put(format_args!("</span>\n"));
        }
        put(format_args!("</div>\n"));
    }
    out.push_str("</div>\n</body>\n</html>\n");
    out
}

fn bbox(bounds: Bounds, page: &PageText) -> String {
    let [left, top, right, bottom] = pixels(bounds, page);
    format!("bbox {left} {top} {right} {bottom}")
}

/// Left, top, right, bottom in whole pixels of the page.
pub(crate) fn pixels(bounds: Bounds, page: &PageText) -> [u32; 4] {
    let inside = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
    [
        inside(bounds.left.floor(), page.width),
        inside(bounds.top.floor(), page.height),
        inside(bounds.right.ceil(), page.width),
        inside(bounds.bottom.ceil(), page.height),
    ]
}
