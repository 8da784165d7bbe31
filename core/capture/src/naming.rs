//! The naming rule of an import: which dossier and which document a file belongs to, read from its path alone.
//!
//! A folder name is always a whole dossier code. `<code>.<ordinal>` is read from file names only: the last dot-part
//! before the extension, all digits, before an optional `_signed`.

use unicode_normalization::UnicodeNormalization;

/// The longest dossier code, in characters (TT 05/2025, `arcFileCode`).
pub const LONGEST_CODE: usize = 100;

/// Where a file belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Code of the dossier, NFC.
    pub dossier_code: String,
    /// Ordinal of the document; `None` if the file is part of the one document that is the whole dossier.
    pub document_ordinal: Option<u32>,
    /// File name without its extension, as it was.
    pub stem: String,
}

/// Why a path names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// The dossier code is longer than [`LONGEST_CODE`] characters.
    #[error("the dossier code {0:?} is longer than {LONGEST_CODE} characters")]
    CodeTooLong(String),
    /// The dossier code is empty or only white space.
    #[error("the path names no dossier")]
    NoCode,
    /// The ordinal is zero or has more than seven digits.
    #[error("{0:?} is not an ordinal from 1 to 9999999")]
    Ordinal(String),
    /// The path does not fit the rule that was given for the import.
    #[error("the path does not fit the rule {0}")]
    Rule(String),
}

/// The place of a file by its path below the imported folder (`/` between parts) and that folder's own name.
///
/// A file in a sub-folder belongs to the dossier that the folder is named after; its name gives an ordinal only if it
/// is `<that code>.<digits>`. A file that lies directly in the imported folder belongs to the dossier of its own name
/// if that is `<code>.<digits>`, else to the dossier that the imported folder is named after.
pub fn place_of(relative: &str, root_name: &str) -> Result<Place, NamingError> {
    let (folder, file) = match relative.rsplit_once('/') {
        Some((folders, file)) => (folders.rsplit('/').next(), file),
        None => (None, relative),
    };
    let stem = stem_of(file);
    let unsigned = stem.strip_suffix("_signed").unwrap_or(stem);
    let numbered = unsigned
        .rsplit_once('.')
        .filter(|(code, digits)| !code.is_empty() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    let same = |a: &str, b: &str| a.nfc().eq(b.nfc());
    let (code, digits) = match (folder, numbered) {
        (Some(folder), Some((code, digits))) if same(code, folder) => (folder, Some(digits)),
        (Some(folder), _) => (folder, None),
        (None, Some((code, digits))) => (code, Some(digits)),
        (None, None) => (root_name, None),
    };
    let dossier_code = checked_code(code)?;
    let document_ordinal = digits.map(ordinal).transpose()?;
    Ok(Place { dossier_code, document_ordinal, stem: stem.to_owned() })
}

/// A file name without its extension.
pub(crate) fn stem_of(file: &str) -> &str {
    match file.rfind('.') {
        Some(dot) if dot > 0 => &file[..dot],
        _ => file,
    }
}

/// A dossier code as it is kept: trimmed, NFC, not too long.
pub(crate) fn checked_code(code: &str) -> Result<String, NamingError> {
    let code: String = code.trim().nfc().collect();
    if code.is_empty() {
        return Err(NamingError::NoCode);
    }
    if code.chars().count() > LONGEST_CODE {
        return Err(NamingError::CodeTooLong(code));
    }
    Ok(code)
}

pub(crate) fn ordinal(digits: &str) -> Result<u32, NamingError> {
    match digits.trim_start_matches('0').parse::<u32>() {
        Ok(n) if n <= 9_999_999 => Ok(n),
        _ => Err(NamingError::Ordinal(digits.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_alone_says_where_a_file_belongs() {
        let cases = [
            ("H49.61.8.2017.01/p001.jpg", "H49.61.8.2017.01", None),
            ("H49.61.8.2017.01/H49.61.8.2017.01.0000002.tif", "H49.61.8.2017.01", Some(2)),
            ("H49.61.8.2017.01/scan.0002.tif", "H49.61.8.2017.01", None),
            ("2017/01/H49.61.8.2017.01/a.jpg", "H49.61.8.2017.01", None),
            ("H49.61.8.2017.01.0000003_signed.pdf", "H49.61.8.2017.01", Some(3)),
            ("H49.61.8.2017.01.12.jpg", "H49.61.8.2017.01", Some(12)),
            ("tờ 1.jpg", "lô 7", None),
            ("page.3B.tif", "lô 7", None),
            (".0001.jpg", "lô 7", None),
        ];
        for (path, code, ordinal) in cases {
            let place = place_of(path, "lô 7").unwrap();
            assert_eq!((place.dossier_code.as_str(), place.document_ordinal), (code, ordinal), "{path}");
        }
        assert_eq!(place_of("A.1/tess-8071_093.3B.tif", "x").unwrap().stem, "tess-8071_093.3B");
    }

    #[test]
    fn codes_are_compared_and_kept_in_composed_form() {
        let place = place_of("Ho\u{302}\u{300} so\u{31b}/Hồ sơ.0000001.jpg", "x").unwrap();
        assert_eq!((place.dossier_code.as_str(), place.document_ordinal), ("Hồ sơ", Some(1)));
    }

    #[test]
    fn what_names_no_place_is_refused() {
        assert!(matches!(place_of("A/A.0.jpg", "x"), Err(NamingError::Ordinal(_))));
        assert!(matches!(place_of("A/A.99999999.jpg", "x"), Err(NamingError::Ordinal(_))));
        assert_eq!(place_of(" /a.jpg", "x"), Err(NamingError::NoCode));
        assert!(matches!(place_of(&format!("{}/a.jpg", "ế".repeat(101)), "x"), Err(NamingError::CodeTooLong(_))));
    }
}
