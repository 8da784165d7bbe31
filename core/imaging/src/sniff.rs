//! Recognition of a file by its first bytes: names and extensions are never asked.
//!
//! [`sniff`] says which of the accepted formats a file claims to be; [`lookalike`] says what a refused file looks like, so that
//! the receipt can name it.

use sohoa_model::frame::FileFormat;

use crate::bmp;

/// Bytes from the start of a file that [`sniff`] and [`lookalike`] want to see.
pub const HEAD_LENGTH: usize = 1024;

/// What a file that is not taken in looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookalike {
    /// No bytes at all.
    Empty,
    /// PDF with something before its mark, which stands in the first 1 024 bytes, as readers allow.
    Pdf,
    /// GIF.
    Gif,
    /// Windows bitmap with a header that nobody knows.
    Bmp,
    /// HEIF or AVIF.
    Heif,
    /// DjVu.
    Djvu,
    /// A ZIP archive, office documents among them.
    Zip,
    /// Text in UTF-8 or UTF-16.
    Text,
    /// None of these.
    Unknown,
}

impl Lookalike {
    /// The stable short name for records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Pdf => "pdf",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Heif => "heif",
            Self::Djvu => "djvu",
            Self::Zip => "zip",
            Self::Text => "text",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the file is an image at all.
    pub fn is_image(self) -> bool {
        matches!(self, Self::Gif | Self::Bmp | Self::Heif | Self::Djvu)
    }
}

/// Recognises an accepted format by its magic number.
pub fn sniff(head: &[u8]) -> Option<FileFormat> {
    if head.starts_with(b"\xFF\xD8\xFF") {
        Some(FileFormat::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1A\n") {
        Some(FileFormat::Png)
    } else if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|magic| head.starts_with(*magic)) {
        Some(FileFormat::Tiff)
    } else if is_webp(head) {
        Some(FileFormat::Webp)
    } else if is_jpeg_2000(head) {
        Some(FileFormat::Jp2)
    } else if head.starts_with(b"%PDF-") {
        Some(FileFormat::Pdf)
    } else if head.starts_with(b"BM") && head.get(14..18).is_some_and(is_bitmap_header) {
        Some(FileFormat::Bmp)
    } else {
        None
    }
}

fn is_webp(head: &[u8]) -> bool {
    head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP")
}

fn is_jpeg_2000(head: &[u8]) -> bool {
    head.starts_with(b"\0\0\0\x0CjP  \r\n\x87\n") || head.starts_with(b"\xFF\x4F\xFF\x51")
}

fn is_bitmap_header(size: &[u8]) -> bool {
    bmp::is_header(size.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// Says what the beginning of a refused file looks like.
pub fn lookalike(head: &[u8]) -> Lookalike {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if head.is_empty() {
        Lookalike::Empty
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Lookalike::Gif
    } else if at(4, b"ftyp") && [b"heic", b"heix", b"mif1", b"msf1", b"avif"].iter().any(|brand| at(8, *brand)) {
        Lookalike::Heif
    } else if at(0, b"AT&TFORM") {
        Lookalike::Djvu
    } else if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") {
        Lookalike::Zip
    } else if head.windows(5).take(HEAD_LENGTH).any(|window| window == b"%PDF-") {
        Lookalike::Pdf
    } else if at(0, b"BM") && at(6, b"\0\0\0\0") {
        Lookalike::Bmp
    } else if is_text(head) {
        Lookalike::Text
    } else {
        Lookalike::Unknown
    }
}

/// UTF-16 is told by its byte order mark; UTF-8 may be cut inside its last character.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return true;
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).expect("valid up to here")
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0C'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_follows_from_its_first_bytes_alone() {
        let accepted: [(&[u8], FileFormat); 11] = [
            (b"%PDF-1.7\n", FileFormat::Pdf),
            (b"RIFF\x10\0\0\0WEBPVP8 ", FileFormat::Webp),
            (b"\0\0\0\x0CjP  \r\n\x87\n", FileFormat::Jp2),
            (b"\xFF\x4F\xFF\x51\0", FileFormat::Jp2),
            (b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", FileFormat::Bmp),
            (b"\xFF\xD8\xFF\xE0", FileFormat::Jpeg),
            (b"\x89PNG\r\n\x1A\n\0\0", FileFormat::Png),
            (b"II*\0\x08\0\0\0", FileFormat::Tiff),
            (b"MM\0*\0\0\0\x08", FileFormat::Tiff),
            (b"II+\0\x08\0\0\0", FileFormat::Tiff),
            (b"MM\0+\0\x08\0\0", FileFormat::Tiff),
        ];
        for (head, format) in accepted {
            assert_eq!(sniff(head), Some(format), "{head:?}");
        }
        let refused: [(&[u8], &str); 10] = [
            (b"", "empty"),
            (b"\xEF\xBB\xBF  %PDF-1.4", "pdf"),
            (b"GIF89a..", "gif"),
            (b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0", "bmp"),
            (b"\0\0\0\x18ftypheic", "heif"),
            (b"AT&TFORM\0\0", "djvu"),
            (b"PK\x03\x04\x14\0", "zip"),
            ("Kính gửi: Sở Tư pháp tỉnh Thừa Thiên Huế\r\n".as_bytes(), "text"),
            ("BMục lục hồ sơ: phần thứ nhấ".as_bytes(), "text"),
            (b"\x00\x01\x02\x03", "unknown"),
        ];
        for (head, name) in refused {
            assert_eq!((sniff(head), lookalike(head).name()), (None, name), "{head:?}");
        }
        let cut = &"Nguyễn".as_bytes()[..6];
        assert!(std::str::from_utf8(cut).is_err());
        assert_eq!(lookalike(cut), Lookalike::Text);
    }
}
