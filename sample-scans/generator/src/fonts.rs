//! The typefaces that pages are set in, from Debian's font packages; where they lie is searched, never assumed.

use std::fs;
use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontVec, PxScale, ScaleFont};
use sha2::{Digest, Sha256};

use crate::canvas::PER_INCH;

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// TeX Gyre Termes, the look of Times.
    Serif,
    /// The same, bold.
    SerifBold,
    /// The same, italic.
    SerifItalic,
    /// The same, bold and italic.
    SerifBoldItalic,
    /// Noto Serif.
    Book,
    /// Noto Sans.
    Sans,
    /// Noto Sans, bold.
    SansBold,
    /// TeX Gyre Cursor, the look of a typewriter.
    Typewriter,
    /// The same, bold.
    TypewriterBold,
    /// Noto Serif CJK in its form for traditional Chinese.
    Chinese,
}

/// File name, index in the file and Debian package of each face, in the order of [`Face`].
const FILES: [(&str, u32, &str); 10] = [
    ("texgyretermes-regular.otf", 0, "fonts-texgyre"),
    ("texgyretermes-bold.otf", 0, "fonts-texgyre"),
    ("texgyretermes-italic.otf", 0, "fonts-texgyre"),
    ("texgyretermes-bolditalic.otf", 0, "fonts-texgyre"),
    ("NotoSerif-Regular.ttf", 0, "fonts-noto-core"),
    ("NotoSans-Regular.ttf", 0, "fonts-noto-core"),
    ("NotoSans-Bold.ttf", 0, "fonts-noto-core"),
    ("texgyrecursor-regular.otf", 0, "fonts-texgyre"),
    ("texgyrecursor-bold.otf", 0, "fonts-texgyre"),
    ("NotoSerifCJK-Regular.ttc", 3, "fonts-noto-cjk"),
];

/// Where fonts are searched if nothing else is said.
pub const FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/share/texmf/fonts/opentype"];

/// Why the typefaces could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// A file is nowhere below the folders.
    #[error("the font {file} was not found; on Debian it is in the package {package}")]
    Missing {
        /// Name of the file.
        file: &'static str,
        /// Debian package that holds it.
        package: &'static str,
    },
    /// A file can't be read.
    #[error("could not read the font {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not a font.
    #[error("could not use the font {}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ab_glyph::InvalidFont,
    },
}

/// All typefaces, loaded.
pub struct Fonts {
    faces: Vec<FontVec>,
    digest: String,
}

impl Fonts {
    /// Loads every typeface from the first of these folders (searched through) that has it.
    ///
    /// # Errors
    /// If one is missing or damaged.
    pub fn load(folders: &[PathBuf]) -> Result<Self, FontError> {
        let mut faces = Vec::new();
        let mut hasher = Sha256::new();
        for (file, index, package) in FILES {
            let path =
                folders.iter().find_map(|folder| find(folder, file, 0)).ok_or(FontError::Missing { file, package })?;
            let bytes = fs::read(&path).map_err(|source| FontError::Unreadable { path: path.clone(), source })?;
            hasher.update(Sha256::digest(&bytes));
            let face =
                FontVec::try_from_vec_and_index(bytes, index).map_err(|source| FontError::Unusable { path, source })?;
            faces.push(face);
        }
        let digest = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { faces, digest })
    }

    /// SHA-256 over the digests of all files: other versions of the fonts give other pages.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// A typeface.
    pub fn face(&self, face: Face) -> &FontVec {
        &self.faces[face as usize]
    }

    /// The scale at which a face has so many points to the em on a page.
    pub fn scale(&self, face: Face, points: f32) -> PxScale {
        let font = self.face(face);
        let em = points * PER_INCH / 72.0;
        PxScale::from(em * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0))
    }

    /// The width of a text in pixels.
    pub fn width(&self, face: Face, points: f32, text: &str) -> f32 {
        let font = self.face(face).as_scaled(self.scale(face, points));
        let mut last = None;
        let mut width = 0.0;
        for character in text.chars() {
            let glyph = font.glyph_id(character);
            if let Some(last) = last {
                width += font.kern(last, glyph);
            }
            width += font.h_advance(glyph);
            last = Some(glyph);
        }
        width
    }
}

/// A file of this name at most six folders down, the first in the order of names.
fn find(folder: &Path, file: &str, depth: u32) -> Option<PathBuf> {
    let here = folder.join(file);
    if here.is_file() {
        return Some(here);
    }
    if depth == 6 {
        return None;
    }
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.iter().find_map(|below| find(below, file, depth + 1))
}
