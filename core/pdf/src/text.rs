//! Text strings (ISO 32000-1, 7.9.2.2): what people read, in PDFDocEncoding or UTF-16BE.

use crate::Object;

/// A text string object: the bytes as they are for printable ASCII, else UTF-16BE with a byte order mark.
pub fn text_string(text: &str) -> Object {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Object::String(text.as_bytes().to_vec());
    }
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes)
}

/// The text of a text string: UTF-16BE or UTF-8 by its byte order mark, else PDFDocEncoding.
///
/// Bytes of PDFDocEncoding outside ASCII are read as Latin 1, which differs in 0x18-0x1F, 0x7F-0xA0 and 0xAD; broken
/// code units become U+FFFD.
pub fn decode_text(bytes: &[u8]) -> String {
    if let Some(units) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        let (pairs, _) = units.as_chunks::<2>();
        return char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair)))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
    }
    if let Some(utf8) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        return String::from_utf8_lossy(utf8).into_owned();
    }
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_went_in() {
        for text in ["", "plain (text)", "Sổ địa bạ", "地簿 𡨸喃", "tab\there", "e\u{301}"] {
            let Object::String(bytes) = text_string(text) else { panic!("a string was made") };
            assert_eq!(decode_text(&bytes), text);
        }
    }

    #[test]
    fn broken_text_is_marked_and_not_dropped() {
        assert_eq!(decode_text(&[0xFE, 0xFF, 0xD8, 0x40, 0x00, 0x41, 0x00]), "\u{FFFD}A");
        assert_eq!(decode_text(b"\xEF\xBB\xBFs\xE1\xBB\x91"), "số");
    }
}
