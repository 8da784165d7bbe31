//! The fonts of a document: each distinct character is a CID that shows glyph 1 and says its character by ToUnicode.
//!
//! A font holds 65 534 characters; a document with more gets a second font. Fonts are written once, at the end.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write;

use sohoa_pdf::{Dict, Object, ObjectWriter, PdfError, Reference};

use crate::glyphless;

/// Characters in one font: CIDs 1 to 65 534.
const CAPACITY: usize = 65_534;

/// Where a character is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    /// Which font, from 0.
    pub(crate) font: usize,
    /// CID in it, from 1.
    pub(crate) cid: u16,
}

/// All characters met so far.
#[derive(Debug, Default)]
pub(crate) struct Fonts {
    codes: HashMap<char, Code>,
    characters: Vec<char>,
    references: Vec<Reference>,
}

impl Fonts {
    /// The code of a character, a new one if it was not met before.
    pub(crate) fn code(&mut self, c: char) -> Code {
        let next = self.characters.len();
        let characters = &mut self.characters;
        *self.codes.entry(c).or_insert_with(|| {
            characters.push(c);
            Code { font: next / CAPACITY, cid: (next % CAPACITY + 1) as u16 }
        })
    }

    /// Takes object numbers for the fonts that have come up since the last call.
    pub(crate) fn allocate<W: Write>(&mut self, writer: &mut ObjectWriter<W>) -> Result<(), PdfError> {
        while self.references.len() < self.characters.len().div_ceil(CAPACITY) {
            self.references.push(writer.allocate()?);
        }
        Ok(())
    }

    /// The font dictionary that stands for a font.
    pub(crate) fn reference(&self, font: usize) -> Reference {
        self.references[font]
    }

    /// Writes all fonts.
    pub(crate) fn write<W: Write>(&self, writer: &mut ObjectWriter<W>) -> Result<(), PdfError> {
        if self.references.is_empty() {
            return Ok(());
        }
        let descriptor = write_descriptor(writer)?;
        for (reference, characters) in self.references.iter().zip(self.characters.chunks(CAPACITY)) {
            write_font(writer, *reference, descriptor, characters)?;
        }
        Ok(())
    }
}

fn write_descriptor<W: Write>(writer: &mut ObjectWriter<W>) -> Result<Reference, PdfError> {
    let file = writer.allocate()?;
    let program = glyphless::program();
    write_flate(writer, file, &Dict::new().with("Length1", program.len() as i64), &program)?;
    let descriptor = writer.allocate()?;
    let bounds = [0, glyphless::DESCENT, glyphless::ADVANCE as i16, glyphless::ASCENT];
    let dict = Dict::new()
        .with("Type", Object::name("FontDescriptor"))
        .with("FontName", Object::name(glyphless::NAME))
        .with("Flags", 4)
        .with("FontBBox", Object::array(bounds.map(i32::from)))
        .with("ItalicAngle", 0)
        .with("Ascent", i32::from(glyphless::ASCENT))
        .with("Descent", i32::from(glyphless::DESCENT))
        .with("CapHeight", i32::from(glyphless::ASCENT))
        .with("StemV", 80)
        .with("FontFile2", file);
    writer.object(descriptor, &dict.into())?;
    Ok(descriptor)
}

fn write_font<W: Write>(
    writer: &mut ObjectWriter<W>,
    reference: Reference,
    descriptor: Reference,
    characters: &[char],
) -> Result<(), PdfError> {
    let (map, unicode, descendant) = (writer.allocate()?, writer.allocate()?, writer.allocate()?);
    let mut glyphs = vec![0, 0];
    glyphs.extend([0, 1].repeat(characters.len()));
    write_flate(writer, map, &Dict::new(), &glyphs)?;
    write_flate(writer, unicode, &Dict::new(), to_unicode(characters).as_bytes())?;
    let system = Dict::new()
        .with("Registry", Object::String(b"Adobe".to_vec()))
        .with("Ordering", Object::String(b"Identity".to_vec()))
        .with("Supplement", 0);
    let cid_font = Dict::new()
        .with("Type", Object::name("Font"))
        .with("Subtype", Object::name("CIDFontType2"))
        .with("BaseFont", Object::name(glyphless::NAME))
        .with("CIDSystemInfo", system)
        .with("FontDescriptor", descriptor)
        .with("DW", glyphless::ADVANCE)
        .with("CIDToGIDMap", map);
    writer.object(descendant, &cid_font.into())?;
    let font = Dict::new()
        .with("Type", Object::name("Font"))
        .with("Subtype", Object::name("Type0"))
        .with("BaseFont", Object::name(glyphless::NAME))
        .with("Encoding", Object::name("Identity-H"))
        .with("DescendantFonts", Object::array([descendant]))
        .with("ToUnicode", unicode);
    writer.object(reference, &font.into())
}

/// The ToUnicode CMap (ISO 32000-1, 9.10.3) of characters with CIDs from 1.
fn to_unicode(characters: &[char]) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let mut cid = 0_u32;
    for block in characters.chunks(100) {
        writeln!(map, "{} beginbfchar", block.len()).expect("a String takes everything");
        for c in block {
            cid += 1;
            write!(map, "<{cid:04X}> <").expect("a String takes everything");
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(map, "{unit:04X}").expect("a String takes everything");
            }
            map.push_str(">\n");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

/// Writes a stream compressed by Flate.
pub(crate) fn write_flate<W: Write>(
    writer: &mut ObjectWriter<W>,
    reference: Reference,
    dict: &Dict,
    data: &[u8],
) -> Result<(), PdfError> {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(data, 6);
    writer.stream(reference, &dict.clone().with("Filter", Object::name("FlateDecode")), &packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_font_takes_over_when_the_first_is_full() {
        let mut fonts = Fonts::default();
        let all: Vec<char> = ('\u{20000}'..='\u{3FFFF}').take(70_000).collect();
        let codes: Vec<Code> = all.iter().map(|c| fonts.code(*c)).collect();
        assert_eq!(codes[0], Code { font: 0, cid: 1 });
        assert_eq!(codes[65_533], Code { font: 0, cid: 65_534 });
        assert_eq!(codes[65_534], Code { font: 1, cid: 1 });
        assert_eq!(fonts.code(all[65_533]), codes[65_533]);
    }
}
