//! `separators`: a PDF of separator sheets to be printed.

use std::io::Write;

use sohoa_capture::separator;
use sohoa_pdf::{Dict, Object, ObjectWriter, PdfError};

/// Width and height of A4, in points.
const A4: (f64, f64) = (595.28, 841.89);
/// Side of the code, in points.
const SIDE: f64 = 300.0;

/// Writes so many sheets; `caption` stands below the code, in Latin letters without marks (for a printer's own font).
///
/// # Errors
/// If the sink fails.
pub fn print(out: impl Write, sheets: u32, caption: &str) -> Result<(), PdfError> {
    let mut writer = ObjectWriter::new_file(out)?;
    let (catalog, tree, content, font) =
        (writer.allocate()?, writer.allocate()?, writer.allocate()?, writer.allocate()?);
    writer.stream(content, &Dict::new(), drawing(caption).as_bytes())?;
    let helvetica = Dict::new()
        .with("Type", Object::name("Font"))
        .with("Subtype", Object::name("Type1"))
        .with("BaseFont", Object::name("Helvetica"));
    writer.object(font, &helvetica.into())?;
    let mut pages = Vec::new();
    for _ in 0..sheets {
        let page = writer.allocate()?;
        let resources = Dict::new().with("Font", Dict::new().with("F0", font));
        let leaf = Dict::new()
            .with("Type", Object::name("Page"))
            .with("Parent", tree)
            .with("MediaBox", Object::array([0.0, 0.0, A4.0, A4.1]))
            .with("Resources", resources)
            .with("Contents", content);
        writer.object(page, &leaf.into())?;
        pages.push(page);
    }
    let node = Dict::new().with("Type", Object::name("Pages")).with("Count", sheets).with("Kids", Object::array(pages));
    writer.object(tree, &node.into())?;
    writer.object(catalog, &Dict::new().with("Type", Object::name("Catalog")).with("Pages", tree).into())?;
    let id = Object::String(b"sohoa-separators".to_vec());
    writer.close(Dict::new().with("Root", catalog).with("ID", Object::array([id.clone(), id])))?;
    Ok(())
}

/// The code as squares, and the caption.
fn drawing(caption: &str) -> String {
    let (side, dark) = separator::modules();
    let module = SIDE / side as f64;
    let (left, top) = ((A4.0 - SIDE) / 2.0, f64::midpoint(A4.1, SIDE));
    let mut text = String::new();
    for (i, _) in dark.iter().enumerate().filter(|(_, is_dark)| **is_dark) {
        let (x, y) = (left + (i % side) as f64 * module, top - (i / side + 1) as f64 * module);
        // A hair wider, so that no white line shows between two squares.
        text += &format!("{x:.2} {y:.2} {0:.2} {0:.2} re\n", module + 0.05);
    }
    let plain: String = caption.chars().filter(|c| c.is_ascii() && !matches!(c, '(' | ')' | '\\')).collect();
    text + &format!("f\nBT /F0 14 Tf {left:.2} {:.2} Td ({plain}) Tj ET\n", top - SIDE - 40.0)
}
