//! The frame header of a JPEG (ISO 10918-1, B.2.2), to be held against the image dictionary.

/// What a frame header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) bits: u8,
    pub(super) height: u16,
    pub(super) width: u16,
    pub(super) components: u8,
}

/// The first frame header in the first bytes of a JPEG; `None` if it does not lie there.
pub(super) fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let [0xFF, marker, tail @ ..] = rest else { return None };
        if *marker == 0xFF {
            rest = &rest[1..];
            continue;
        }
        let length = usize::from(u16::from_be_bytes(*tail.first_chunk()?));
        let segment = tail.get(2..length)?;
        match marker {
            // C4, C8 and CC are tables and reserved; the other C markers start a frame.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let &[bits, top, bottom, left, right, components, ..] = segment else { return None };
                let (height, width) = (u16::from_be_bytes([top, bottom]), u16::from_be_bytes([left, right]));
                return Some(FrameHeader { bits, height, width, components });
            }
            0xDA | 0xD9 => return None,
            _ => rest = &tail[length..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_header_is_found_behind_other_segments() {
        let jpeg =
            b"\xFF\xD8\xFF\xE0\x00\x04ab\xFF\xFF\xC4\x00\x02\xFF\xC2\x00\x0B\x08\x00\x10\x00\x20\x03\x01\x11\x00";
        let expected = FrameHeader { bits: 8, height: 16, width: 32, components: 3 };
        assert_eq!(frame_header(jpeg), Some(expected));
        for length in 0..24 {
            let _ = frame_header(&jpeg[..length]);
        }
        assert_eq!(frame_header(b"\xFF\xD8\xFF\xE0\x00\x00"), None);
        assert_eq!(frame_header(b"\xFF\xD8\xFF\xDA\x00\x02"), None);
    }
}
