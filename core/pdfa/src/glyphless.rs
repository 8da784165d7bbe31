//! The glyphless font: a TrueType program of two empty glyphs, made here byte by byte.
//!
//! Glyph 0 is `.notdef`, which PDF/A forbids to show; glyph 1 stands for every character of the invisible text. 1 000
//! units an em, every advance 500.

/// Units an em.
pub(crate) const EM: u16 = 1000;
/// The advance of each glyph in units.
pub(crate) const ADVANCE: u16 = 500;
/// Height above the baseline in units.
pub(crate) const ASCENT: i16 = 800;
/// Depth below the baseline in units, negative.
pub(crate) const DESCENT: i16 = -200;
/// PostScript name.
pub(crate) const NAME: &str = "SohoaGlyphless";

/// The font program (ISO 14496-22) with the tables that readers ask for.
pub(crate) fn program() -> Vec<u8> {
    let mut tables: [(&[u8; 4], Vec<u8>); 10] = [
        (b"OS/2", os2()),
        (b"cmap", cmap()),
        (b"glyf", vec![0; 4]),
        (b"head", head()),
        (b"hhea", hhea()),
        (b"hmtx", [ADVANCE, 0, ADVANCE, 0].iter().flat_map(|v| v.to_be_bytes()).collect()),
        (b"loca", vec![0; 6]),
        (b"maxp", maxp()),
        (b"name", name()),
        (b"post", post()),
    ];
    let directory = 12 + 16 * tables.len();
    let mut font = Vec::new();
    put32(&mut font, 0x0001_0000);
    for value in [tables.len() as u16, 128, 3, 32] {
        put16(&mut font, value);
    }
    let mut offset = directory as u32;
    let mut head_at = 0;
    for (tag, table) in &mut tables {
        let length = table.len() as u32;
        table.resize(table.len().next_multiple_of(4), 0);
        if *tag == b"head" {
            head_at = offset as usize;
        }
        font.extend(*tag);
        put32(&mut font, checksum(table));
        put32(&mut font, offset);
        put32(&mut font, length);
        offset += table.len() as u32;
    }
    tables.iter().for_each(|(_, table)| font.extend(table));
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&font));
    font[head_at + 8..head_at + 12].copy_from_slice(&adjustment.to_be_bytes());
    font
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend(value.to_be_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend(value.to_be_bytes());
}

fn words(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| (*value as u16).to_be_bytes()).collect()
}

fn checksum(table: &[u8]) -> u32 {
    let (chunks, _) = table.as_chunks::<4>();
    chunks.iter().fold(0_u32, |sum, chunk| sum.wrapping_add(u32::from_be_bytes(*chunk)))
}

fn head() -> Vec<u8> {
    let mut table = Vec::new();
    for value in [0x0001_0000, 0x0001_0000, 0, 0x5F0F_3CF5] {
        put32(&mut table, value);
    }
    table.extend(words(&[0b11, i32::from(EM)]));
    table.extend([0; 16]); // created and modified: never, so that the bytes are always the same
    let bounds = [0, i32::from(DESCENT), i32::from(ADVANCE), i32::from(ASCENT)];
    table.extend(words(&bounds));
    table.extend(words(&[0, 3, 2, 0, 0])); // style, smallest size, direction, short loca, glyf
    table
}

fn hhea() -> Vec<u8> {
    let mut table = words(&[1, 0, i32::from(ASCENT), i32::from(DESCENT), 0, i32::from(ADVANCE), 0, 0, 0, 1]);
    table.extend([0; 14]);
    put16(&mut table, 2);
    table
}

fn maxp() -> Vec<u8> {
    words(&[1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
}

/// One format 4 subtable that maps nothing but the mandatory last segment.
fn cmap() -> Vec<u8> {
    words(&[0, 1, 3, 0, 0, 12, 4, 24, 0, 2, 2, 0, 0, 0xFFFF, 0, 0xFFFF, 1, 0])
}

fn os2() -> Vec<u8> {
    let mut table = words(&[3, i32::from(ADVANCE), 400, 5, 0]);
    table.extend([0; 22]); // sizes and positions of sub- and superscript, strikeout, family class
    table.extend([0; 10]); // panose
    table.extend([0; 16]); // Unicode ranges
    table.extend(b"NONE");
    table.extend(words(&[0x40, 0xFFFF, 0, i32::from(ASCENT), i32::from(DESCENT), 0]));
    table.extend(words(&[i32::from(ASCENT), -i32::from(DESCENT)]));
    table.extend([0; 8]); // code pages
    table.extend(words(&[0, i32::from(ASCENT), 0, 0x20, 1]));
    table
}

fn name() -> Vec<u8> {
    let text: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = text.len() as i32;
    let style: Vec<u8> = "Regular".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let version: Vec<u8> = "Version 1.0".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (style_at, version_at) = (length, length + style.len() as i32);
    let mut table = words(&[0, 6, 6 + 6 * 12]);
    for (id, size, at) in [
        (1, length, 0),
        (2, style.len() as i32, style_at),
        (3, length, 0),
        (4, length, 0),
        (5, version.len() as i32, version_at),
        (6, length, 0),
    ] {
        table.extend(words(&[3, 1, 0x409, id, size, at]));
    }
    table.extend(text);
    table.extend(style);
    table.extend(version);
    table
}

fn post() -> Vec<u8> {
    let mut table = words(&[3, 0]);
    table.extend([0; 8]);
    put32(&mut table, 1); // every glyph is as wide
    table.extend([0; 16]);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_program_sums_up_as_true_type_asks() {
        let font = program();
        assert_eq!(checksum(&font), 0xB1B0_AFBA);
        assert_eq!((head().len(), hhea().len(), maxp().len(), os2().len(), post().len()), (54, 36, 32, 96, 32));
        assert!(font.len() < 1000);
    }
}
