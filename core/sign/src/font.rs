//! The font of the visible block: TeX Gyre Termes, of which a signed file takes in only the letters it shows.
//!
//! What is embedded keeps the file PDF/A-2u (ISO 19005-2, 6.2.11): a CID-keyed CFF program, widths equal to the
//! program's, an identity CMap, a ToUnicode CMap for every CID used, and no use of glyph 0.

use std::collections::BTreeMap;

use sohoa_pdf::{Dict, Object};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, RawFace, Tag};

use crate::error::SignError;

const TERMES: &[u8] = include_bytes!("../fonts/texgyretermes-regular.otf");
const POSTSCRIPT_NAME: &str = "TeXGyreTermes-Regular";
/// Thickness of vertical stems in 1/1000 em; the font program's `StdVW`.
const STEM_V: i64 = 85;
/// Flags of a font descriptor (ISO 32000-1, table 123): serif and symbolic.
const FLAGS: i64 = 1 << 1 | 1 << 2;

/// The font as it stands in the repository.
pub struct BlockFont {
    face: Face<'static>,
}

/// The part of the font that one file embeds.
pub struct FontSubset {
    /// Bare CFF program, not compressed.
    pub cff: Vec<u8>,
    /// Dictionary of the Type 0 font, without `DescendantFonts` and `ToUnicode`.
    pub type0: Dict,
    /// Dictionary of the CID font, without `FontDescriptor`.
    pub cid_font: Dict,
    /// Font descriptor, without `FontFile3`.
    pub descriptor: Dict,
    /// ToUnicode CMap, not compressed.
    pub to_unicode: Vec<u8>,
    cids: BTreeMap<char, u16>,
}

impl BlockFont {
    /// TeX Gyre Termes.
    pub fn termes() -> Self {
        Self { face: Face::parse(TERMES, 0).expect("the embedded font is a font") }
    }

    /// The first character of a text that the font cannot show.
    pub fn missing(&self, text: &str) -> Option<char> {
        text.chars().find(|c| self.face.glyph_index(*c).is_none_or(|glyph| glyph.0 == 0))
    }

    /// Advance width of a text in em.
    pub fn width(&self, text: &str) -> f64 {
        let advance = |c| self.face.glyph_index(c).and_then(|glyph| self.face.glyph_hor_advance(glyph)).unwrap_or(0);
        text.chars().map(|c| f64::from(advance(c))).sum::<f64>() / f64::from(self.face.units_per_em())
    }

    /// Height of the letters with marks above the baseline in em.
    pub fn ascent(&self) -> f64 {
        self.per_em(self.face.ascender())
    }

    /// Depth below the baseline in em, positive.
    pub fn descent(&self) -> f64 {
        -self.per_em(self.face.descender())
    }

    fn per_em(&self, units: i16) -> f64 {
        f64::from(units) / f64::from(self.face.units_per_em())
    }

    /// Cuts the font down to the characters of a text.
    ///
    /// # Errors
    /// [`SignError::NoGlyph`], [`SignError::Font`].
    pub fn subset(&self, text: &str) -> Result<FontSubset, SignError> {
        if let Some(c) = self.missing(text) {
            return Err(SignError::NoGlyph(c));
        }
        let letters: BTreeMap<char, u16> =
            text.chars().filter_map(|c| Some((c, self.face.glyph_index(c)?.0))).collect();
        let mut remapper = GlyphRemapper::new();
        let cids: BTreeMap<char, u16> = letters.iter().map(|(c, glyph)| (*c, remapper.remap(*glyph))).collect();
        let program = subsetter::subset(TERMES, 0, &remapper).map_err(SignError::Font)?;
        let cff = RawFace::parse(&program, 0)
            .ok()
            .and_then(|face| face.table(Tag::from_bytes(b"CFF ")))
            .expect("the subset of a CFF font has a CFF table")
            .to_vec();

        let name = format!("{}+{POSTSCRIPT_NAME}", subset_tag(letters.keys()));
        let mut by_cid: Vec<(u16, char)> = cids.iter().map(|(c, cid)| (*cid, *c)).collect();
        by_cid.sort_unstable();
        by_cid.dedup_by_key(|(cid, _)| *cid);
        let widths: Vec<Object> = by_cid.iter().map(|(_, c)| thousandths(self.width(&c.to_string()))).collect();
        let first = by_cid.first().map_or(1, |(cid, _)| *cid);
        let system = Dict::new()
            .with("Registry", Object::String(b"Adobe".to_vec()))
            .with("Ordering", Object::String(b"Identity".to_vec()))
            .with("Supplement", 0);
        let bounds = self.face.global_bounding_box();
        let corners = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
        Ok(FontSubset {
            cff,
            type0: Dict::new()
                .with("Type", Object::name("Font"))
                .with("Subtype", Object::name("Type0"))
                .with("BaseFont", Object::name(&name))
                .with("Encoding", Object::name("Identity-H")),
            cid_font: Dict::new()
                .with("Type", Object::name("Font"))
                .with("Subtype", Object::name("CIDFontType0"))
                .with("BaseFont", Object::name(&name))
                .with("CIDSystemInfo", system)
                .with("DW", 0)
                .with("W", vec![Object::from(first), Object::Array(widths)]),
            descriptor: Dict::new()
                .with("Type", Object::name("FontDescriptor"))
                .with("FontName", Object::name(&name))
                .with("Flags", FLAGS)
                .with("FontBBox", Object::array(corners.map(|v| thousandths(self.per_em(v)))))
                .with("ItalicAngle", 0)
                .with("Ascent", thousandths(self.ascent()))
                .with("Descent", thousandths(-self.descent()))
                .with("CapHeight", thousandths(self.per_em(self.face.capital_height().unwrap_or(662))))
                .with("StemV", STEM_V),
            to_unicode: to_unicode(&by_cid),
            cids,
        })
    }
}

impl FontSubset {
    /// A text as the hexadecimal string that shows it: two bytes a character, the CID.
    pub fn show(&self, text: &str) -> String {
        text.chars().filter_map(|c| self.cids.get(&c)).map(|cid| format!("{cid:04X}")).collect()
    }
}

fn thousandths(em: f64) -> Object {
    Object::Real((em * 1000.0 * 100.0).round() / 100.0)
}

/// Six capital letters that name the set of characters (ISO 32000-1, 9.6.4).
fn subset_tag<'a>(letters: impl Iterator<Item = &'a char>) -> String {
    let set: String = letters.collect();
    sohoa_model::Sha256::of(set.as_bytes()).0[..6].iter().map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// A CMap from CIDs to text (ISO 32000-1, 9.10.3), at most 100 mappings a section.
fn to_unicode(by_cid: &[(u16, char)]) -> Vec<u8> {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<< /Registry (Adobe) \
         /Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    for section in by_cid.chunks(100) {
        map.push_str(&format!("{} beginbfchar\n", section.len()));
        for (cid, c) in section {
            let text: String = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{unit:04X}")).collect();
            map.push_str(&format!("<{cid:04X}> <{text}>\n"));
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map.into_bytes()
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn every_vietnamese_letter_can_be_shown() {
        let font = BlockFont::termes();
        let marks = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];
        let all: String =
            "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY".chars().flat_map(|base| marks.map(|mark| format!("{base}{mark}"))).collect();
        let all: String = all.nfc().chain("đĐ–—“”’…0123456789-:+T()/&.,".chars()).collect();
        assert_eq!(font.missing(&all), None);
        assert_eq!(all.chars().count(), 144 + 28);
        assert_eq!(font.missing("Sở 地"), Some('地'));
    }

    #[test]
    fn a_subset_is_small_and_covers_its_text() {
        let font = BlockFont::termes();
        let subset = font.subset("Cục Hộ tịch").unwrap();
        assert!(subset.cff.len() < 6000, "{}", subset.cff.len());
        assert_eq!(subset.show("Cục").len(), 12);
        assert!(!subset.show("Cục Hộ tịch").contains("0000"));
        assert!(matches!(font.subset("簿"), Err(SignError::NoGlyph('簿'))));
    }
}
