//! Sample scans: pages that look like an archive's, made by this program down to the last stain.
//!
//! A page is set on a [`canvas`] as a [`sheet`] with its text, then [`wear`] makes a scan of it and [`files`] a file.
//! [`produce_dossier`] gives all files of a dossier in memory. Invariant: the same fonts give the same bytes, everywhere and always;
//! there is no clock and no dice but [`rng`].

pub mod canvas;
pub mod files;
pub mod fonts;
pub mod foreign;
pub mod holdings;
pub mod letter;
pub mod register;
pub mod rng;
pub mod secrecy;
pub mod sheet;
pub mod vertical;
pub mod wear;
pub mod wording;
pub mod workbook;

use sha2::{Digest, Sha256};

use files::{Format, Pixels};
use fonts::Fonts;
use holdings::{Lay, Scan};
use rng::Rng;

/// Quality of the JPEG files.
pub const QUALITY: u8 = 58;

/// A file below `sample-scans/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Path, `/` between its parts.
    pub path: String,
    /// Contents.
    pub bytes: Vec<u8>,
}

/// Why the samples could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProductionError {
    /// A page could not be encoded.
    #[error("could not encode {path}")]
    Page {
        /// Path of the file.
        path: String,
        /// Why.
        #[source]
        source: files::EncodingError,
    },
    /// The inventory could not be written.
    #[error("could not write the inventory")]
    Inventory(#[from] rust_xlsxwriter::XlsxError),
}

/// Makes every scanned file of a dossier, and its text.
///
/// # Errors
/// If a page can't be encoded.
pub fn produce_dossier(fonts: &Fonts, code: &str) -> Result<Vec<Product>, ProductionError> {
    produce_scan(fonts, code, "")
}

/// Makes every scanned file of a dossier as if its sheets had been scanned once more, `again` behind the names: the
/// same sheets, but other light, other noise, and not lying quite as before.
///
/// # Errors
/// If a page can't be encoded.
pub fn produce_scan(fonts: &Fonts, code: &str, again: &str) -> Result<Vec<Product>, ProductionError> {
    let scans = holdings::scans(fonts, code);
    let mut products = Vec::new();
    for (place, scan) in scans.iter().enumerate() {
        let worn = worn(code, &scans, place, again);
        let extension = match scan.format {
            Format::Jpeg => "jpg",
            Format::Png => "png",
            Format::Tiff => "tif",
        };
        let path = format!("pages/{code}/{}{again}.{extension}", scan.stem);
        let encoded = match (scan.format, worn.as_slice()) {
            (Format::Jpeg, [page, ..]) => files::jpeg(page, QUALITY),
            (Format::Png, [page, ..]) => files::png(page),
            (_, pages) => files::tiff(pages),
        };
        let bytes = encoded.map_err(|source| ProductionError::Page { path: path.clone(), source })?;
        products.push(Product { path, bytes });
        for (frame, leaf) in (1..).zip(&scan.leaves) {
            let frame = if scan.leaves.len() > 1 { format!(".{frame}") } else { String::new() };
            let path = format!("truth/{code}/{}{again}{frame}.txt", scan.stem);
            products.push(Product { path, bytes: leaf.sheet.truth().as_bytes().to_vec() });
        }
    }
    Ok(products)
}

/// The pages of one file as the scanner sees them; what shines through is the next page of the dossier.
fn worn(code: &str, scans: &[Scan<'_>], place: usize, again: &str) -> Vec<Pixels> {
    let leaves: Vec<_> = scans.iter().flat_map(|scan| &scan.leaves).collect();
    let before: usize = scans[..place].iter().map(|scan| scan.leaves.len()).sum();
    let own = before..before + scans[place].leaves.len();
    own.map(|at| {
        let leaf = leaves[at];
        let other = leaves.get(at + 1).or_else(|| leaves.first()).map(|leaf| &leaf.sheet.canvas);
        let sheet = &leaf.sheet.canvas;
        let rng = &mut Rng::named(&format!("{code} wear {at}{again}"));
        let mut wear = leaf.wear;
        if !again.is_empty() {
            wear.skew += rng.between(-0.012, 0.012);
            wear.shade = rng.between(0.0, 0.1);
        }
        let rgb = wear.apply(sheet, other, rng);
        let (width, height) = (sheet.width, sheet.height);
        match leaf.lay {
            Lay::Upright => Pixels { width, height, rgb },
            Lay::Sideways => Pixels { width: height, height: width, rgb: wear::turned_quarter(&rgb, width, height) },
        }
    })
    .collect()
}

/// Makes what is not a page: the inventory, and a file that no import may take.
///
/// # Errors
/// If the inventory can't be written.
pub fn produce_papers() -> Result<Vec<Product>, ProductionError> {
    let notes = "Ghi chú của người quét: hồ sơ H49.61.9.2012.09 thiếu trang 3, đã báo kho.\n";
    Ok(vec![
        Product { path: "inventory.xlsx".to_owned(), bytes: workbook::workbook(&holdings::inventory())? },
        Product { path: "pages/H49.61.9.2012.09/notes.txt".to_owned(), bytes: notes.as_bytes().to_vec() },
    ])
}

/// One line of `SHA256SUMS`.
pub fn checksum_line(product: &Product) -> String {
    let digest: String = Sha256::digest(&product.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{digest}  {}\n", product.path)
}
