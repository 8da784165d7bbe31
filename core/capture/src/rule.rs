//! Rules for folders that are named otherwise: where in a path the dossier code and the ordinal stand.
//!
//! A rule is written like a path, its last part without extension: `{dossier}/{document}/{page}`, `{dossier}_{page}`,
//! `{any}/{dossier} - {any}/{page}`. Its parts are held against the last parts of a path.

use std::collections::HashSet;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use crate::naming::{NamingError, Place, checked_code, ordinal, stem_of};

/// How many characters a rule and each part of a path may have.
const LONGEST: usize = 255;

/// A rule, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    text: String,
    parts: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(Vec<char>),
    Dossier,
    Document,
    Page,
    Any,
}

/// Why a text is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Exactly one `{dossier}` is needed, and at most one `{document}`.
    #[error("{{dossier}} once, {{document}} at most once")]
    Places,
    /// A brace that does not belong to a placeholder.
    #[error("{{dossier}}, {{document}}, {{page}}, {{any}}")]
    Placeholder,
    /// Too long, an empty part, or two placeholders without anything between them.
    #[error("{{dossier}}/{{document}}/{{page}}")]
    Shape,
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text: String = text.nfc().collect();
        if text.chars().count() > LONGEST {
            return Err(RuleError::Shape);
        }
        let parts = text.split('/').map(pieces).collect::<Result<Vec<_>, _>>()?;
        let count = |wanted: &Piece| parts.iter().flatten().filter(|piece| *piece == wanted).count();
        if count(&Piece::Dossier) != 1 || count(&Piece::Document) > 1 {
            return Err(RuleError::Places);
        }
        Ok(Self { text, parts })
    }
}

impl Rule {
    /// The place of a file by its path below the imported folder.
    ///
    /// # Errors
    /// [`NamingError::Rule`] if the path does not fit; else what is wrong with the code or the ordinal.
    pub fn place_of(&self, relative: &str) -> Result<Place, NamingError> {
        let unfit = || NamingError::Rule(self.text.clone());
        let names: Vec<&str> = relative.split('/').collect();
        let skipped = names.len().checked_sub(self.parts.len()).ok_or_else(unfit)?;
        let file = names.last().copied().unwrap_or_default();
        let stem = stem_of(file);
        let (mut code, mut digits) = (None, None);
        for (number, (part, name)) in self.parts.iter().zip(&names[skipped..]).enumerate() {
            let name = if number + 1 == self.parts.len() { stem } else { name };
            let name: Vec<char> = name.nfc().collect();
            let mut found = Found { code: None, digits: None, failed: HashSet::new() };
            if name.len() > LONGEST || !fits(part, &name, &mut found) {
                return Err(unfit());
            }
            (code, digits) = (code.or(found.code), digits.or(found.digits));
        }
        let dossier_code = checked_code(&code.unwrap_or_default())?;
        let document_ordinal = digits.map(|digits: String| ordinal(&digits)).transpose()?;
        Ok(Place { dossier_code, document_ordinal, stem: stem.to_owned() })
    }
}

fn pieces(part: &str) -> Result<Vec<Piece>, RuleError> {
    let mut pieces = Vec::new();
    let mut rest = part;
    while !rest.is_empty() {
        let literal = rest.find(['{', '}']).unwrap_or(rest.len());
        if literal > 0 {
            pieces.push(Piece::Literal(rest[..literal].chars().collect()));
            rest = &rest[literal..];
            continue;
        }
        let (name, after) =
            rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or(RuleError::Placeholder)?;
        pieces.push(match name {
            "dossier" => Piece::Dossier,
            "document" => Piece::Document,
            "page" => Piece::Page,
            "any" => Piece::Any,
            _ => return Err(RuleError::Placeholder),
        });
        rest = after;
    }
    let is_literal = |piece: &Piece| matches!(piece, Piece::Literal(_));
    let touching = pieces.windows(2).any(|pair| !is_literal(&pair[0]) && !is_literal(&pair[1]));
    if pieces.is_empty() || touching {
        return Err(RuleError::Shape);
    }
    Ok(pieces)
}

/// What stands in a name at the places of a rule.
struct Found {
    code: Option<String>,
    digits: Option<String>,
    /// How many pieces and characters were left where nothing fitted: no rest is tried twice.
    failed: HashSet<(usize, usize)>,
}

/// Whether a name fits a part of a rule; what stands for the dossier is as long as it can be.
fn fits(pieces: &[Piece], name: &[char], found: &mut Found) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return name.is_empty() };
    if let Piece::Literal(literal) = piece {
        return name.strip_prefix(literal.as_slice()).is_some_and(|name| fits(rest, name, found));
    }
    let here = (pieces.len(), name.len());
    if found.failed.contains(&here) {
        return false;
    }
    let shortest = usize::from(*piece != Piece::Any);
    for length in (shortest..=name.len()).rev() {
        let (own, name) = name.split_at(length);
        if *piece == Piece::Document && !own.iter().all(char::is_ascii_digit) {
            continue;
        }
        if fits(rest, name, found) {
            match piece {
                Piece::Dossier => found.code = Some(own.iter().collect()),
                Piece::Document => found.digits = Some(own.iter().collect()),
                _ => {}
            }
            return true;
        }
    }
    found.failed.insert(here);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_where_code_and_ordinal_stand() {
        let cases = [
            ("{dossier}/{document}/{page}", "kho/HS.01/3/p 1.jpg", Some(("HS.01", Some(3)))),
            ("{dossier}_{page}", "Hồ sơ_1_0001.tif", Some(("Hồ sơ_1", None))),
            ("{dossier}_{document}_{page}", "H49_12_003.jpg", Some(("H49", Some(12)))),
            ("{any}/{dossier} - {any}/{page}", "hộp 1/HS.7 - khai sinh/a.jpg", Some(("HS.7", None))),
            ("hop{any}/{dossier}", "hop 1/HS.9.jpg", Some(("HS.9", None))),
            ("{dossier}/{document}/{page}", "HS.01/x/p.jpg", None),
            ("{dossier}/{page}", "p.jpg", None),
            ("{dossier}_{page}", "HS01.jpg", None),
        ];
        for (rule, path, expected) in cases {
            let place = rule.parse::<Rule>().unwrap().place_of(path);
            match expected {
                Some((code, document)) => {
                    let place = place.unwrap();
                    assert_eq!(
                        (place.dossier_code.as_str(), place.document_ordinal),
                        (code, document),
                        "{rule} {path}"
                    );
                }
                None => assert_eq!(place, Err(NamingError::Rule(rule.to_owned())), "{path}"),
            }
        }
        let decomposed = "{dossier}_{page}".parse::<Rule>().unwrap().place_of("Ho\u{302}_1.jpg").unwrap();
        assert_eq!((decomposed.dossier_code.as_str(), decomposed.stem.as_str()), ("Hô", "Ho\u{302}_1"));
        let zero = "{dossier}_{document}".parse::<Rule>().unwrap().place_of("H_00000000.jpg");
        assert!(matches!(zero, Err(NamingError::Ordinal(_))), "{zero:?}");
    }

    #[test]
    fn what_is_no_rule_is_refused_and_long_names_end() {
        let cases = [
            ("{page}", RuleError::Places),
            ("{dossier}/{dossier}", RuleError::Places),
            ("{dossier}{page}", RuleError::Shape),
            ("{dossier}//{page}", RuleError::Shape),
            ("", RuleError::Shape),
            ("{dossier}/{sheet}", RuleError::Placeholder),
            ("{dossier", RuleError::Placeholder),
            ("dossier}", RuleError::Placeholder),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Rule>(), Err(error), "{text}");
        }
        let rule: Rule = "{any}a{any}a{dossier}a{page}b".parse().unwrap();
        assert!(rule.place_of(&"a".repeat(255)).is_err());
        assert!(rule.place_of(&"a".repeat(300)).is_err());
    }
}
