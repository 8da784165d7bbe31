//! `separators`: a PDF of separator sheets to be printed.

use std::io::Write;

use sohoa_capture::separator;
use sohoa_pdf::PdfError;

use crate::printed::{A4, Align, Printed, Style};

/// Side of the code, in points.
const SIDE: f64 = 300.0;

/// Writes so many sheets; `caption` stands below the code.
///
/// # Errors
/// If the sink fails.
pub fn print(out: impl Write, sheets: u32, caption: &str) -> Result<(), PdfError> {
    let mut sheet = Printed::new(A4);
    let (left, top) = ((A4.0 - SIDE) / 2.0, (A4.1 - SIDE) / 2.0);
    let (modules, dark) = separator::modules();
    sheet.code(left, top, SIDE, modules, &dark);
    sheet.text(A4.0 / 2.0, top + SIDE + 40.0, Style { size: 14.0, bold: false, align: Align::Middle }, caption);
    sheet.repeat(sheets);
    sheet.write(out, caption)
}
