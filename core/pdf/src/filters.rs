//! The filters of streams that give bytes back (ISO 32000-1, 7.4); those that give images are only named.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use crate::decode::unpredicted;
use crate::object::{Dict, Name, Object};

/// The most filters of one stream.
pub(crate) const MAX_FILTERS: usize = 8;

/// One filter of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Its name, abbreviations spelled out.
    pub name: Name,
    /// Its parameters; references are not followed.
    pub parameters: Dict,
}

impl Filter {
    pub(crate) fn new(name: &Name, parameters: Dict) -> Self {
        let long = match name.0.as_slice() {
            b"AHx" => "ASCIIHexDecode",
            b"A85" => "ASCII85Decode",
            b"LZW" => "LZWDecode",
            b"Fl" => "FlateDecode",
            b"RL" => "RunLengthDecode",
            b"CCF" => "CCITTFaxDecode",
            b"DCT" => "DCTDecode",
            _ => return Self { name: name.clone(), parameters },
        };
        Self { name: long.into(), parameters }
    }

    /// Whether it gives bytes back, not the samples of an image.
    pub fn gives_bytes(&self) -> bool {
        ["FlateDecode", "LZWDecode", "RunLengthDecode", "ASCII85Decode", "ASCIIHexDecode"]
            .iter()
            .any(|name| self.name.is(name))
    }

    /// Undoes the filter; `limit` bytes may come out, before a predictor is taken back.
    ///
    /// # Errors
    /// What was expected in place of what is there.
    pub fn undo(&self, data: &[u8], limit: usize) -> Result<Vec<u8>, &'static str> {
        match self.name.0.as_slice() {
            b"FlateDecode" => {
                let plain = decompress_to_vec_zlib_with_limit(data, limit)
                    .map_err(|_| "Flate data that can be inflated within the limit")?;
                unpredicted(&self.parameters, plain)
            }
            b"LZWDecode" => {
                let early = self.parameters.get("EarlyChange").and_then(Object::as_int) != Some(0);
                unpredicted(&self.parameters, unpack_lzw(data, early, limit)?)
            }
            b"RunLengthDecode" => unpack_runs(data, limit),
            b"ASCII85Decode" => ascii85(data),
            b"ASCIIHexDecode" => ascii_hex(data),
            _ => Err("a filter that gives bytes"),
        }
    }
}

fn unpack_lzw(data: &[u8], early_change: bool, limit: usize) -> Result<Vec<u8>, &'static str> {
    let mut decoder =
        if early_change { Decoder::with_tiff_size_switch(BitOrder::Msb, 8) } else { Decoder::new(BitOrder::Msb, 8) };
    let mut out = Vec::new();
    let (mut piece, mut rest) = (vec![0; 1 << 16], data);
    loop {
        let step = decoder.decode_bytes(rest, &mut piece);
        rest = &rest[step.consumed_in..];
        out.extend_from_slice(&piece[..step.consumed_out]);
        match step.status {
            _ if out.len() > limit => return Err("LZW data within the limit"),
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) => return Ok(out),
            Err(_) => return Err("LZW data without damage"),
        }
    }
}

/// 7.4.5: a length byte below 128 is followed by so many bytes and one more, one above by a byte to be repeated.
fn unpack_runs(data: &[u8], limit: usize) -> Result<Vec<u8>, &'static str> {
    const CUT: &str = "runs that end with their data";
    let (mut out, mut rest) = (Vec::new(), data);
    while let Some((head, after)) = rest.split_first() {
        let length = usize::from(*head);
        match head {
            0..128 => {
                out.extend_from_slice(after.get(..=length).ok_or(CUT)?);
                rest = &after[length + 1..];
            }
            128 => break,
            129.. => {
                let (byte, after) = after.split_first().ok_or(CUT)?;
                out.resize(out.len() + 257 - length, *byte);
                rest = after;
            }
        }
        if out.len() > limit {
            return Err("run lengths within the limit");
        }
    }
    Ok(out)
}

/// 7.4.2: two digits a byte, up to `>`.
fn ascii_hex(data: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut digits = Vec::with_capacity(data.len());
    for byte in data.iter().take_while(|byte| **byte != b'>').filter(|byte| !is_blank(**byte)) {
        let digit = char::from(*byte).to_digit(16).ok_or("hexadecimal digits")?;
        digits.push(digit as u8);
    }
    Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect())
}

/// 7.4.3: five digits to the base 85 for four bytes, up to `~>`.
fn ascii85(data: &[u8]) -> Result<Vec<u8>, &'static str> {
    const WRONG: &str = "digits to the base 85";
    let mut out = Vec::with_capacity(data.len() / 5 * 4);
    let mut group = Vec::with_capacity(5);
    for byte in data.iter().take_while(|byte| **byte != b'~').filter(|byte| !is_blank(**byte)) {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u64::from(byte - b'!')),
            _ => return Err(WRONG),
        }
        if group.len() == 5 {
            out.extend(word(&group).ok_or(WRONG)?);
            group.clear();
        }
    }
    if group.len() == 1 {
        return Err(WRONG);
    }
    if !group.is_empty() {
        let bytes = group.len() - 1;
        group.resize(5, 84);
        out.extend(&word(&group).ok_or(WRONG)?[..bytes]);
    }
    Ok(out)
}

fn word(group: &[u64]) -> Option<[u8; 4]> {
    let sum = group.iter().fold(0, |sum, digit| sum * 85 + digit);
    u32::try_from(sum).ok().map(u32::to_be_bytes)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undo(name: &str, data: &[u8]) -> Result<Vec<u8>, &'static str> {
        Filter::new(&name.into(), Dict::new()).undo(data, 1000)
    }

    #[test]
    fn bytes_come_back_from_each_filter() {
        assert_eq!(undo("AHx", b"48 65 6C6c 6F 7>"), Ok(b"Hello\x70".to_vec()));
        assert_eq!(undo("ASCII85Decode", b"87cUR\nD]j7BEbo80~>"), Ok(b"Hello world!".to_vec()));
        assert_eq!(undo("A85", b"z87cUR~>"), Ok(b"\0\0\0\0Hell".to_vec()));
        assert_eq!(undo("RL", &[2, b'a', b'b', b'c', 254, b'x', 128, 9]), Ok(b"abcxxx".to_vec()));
        assert_eq!(undo("Fl", &miniz_oxide::deflate::compress_to_vec_zlib(b"trang", 6)), Ok(b"trang".to_vec()));
        // The example of 7.4.4.2.
        let lzw = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(undo("LZWDecode", &lzw), Ok(vec![45, 45, 45, 45, 45, 65, 45, 45, 45, 66]));
    }

    #[test]
    fn wrong_and_boundless_data_is_refused() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&[0; 5000], 6);
        for (name, data) in [
            ("AHx", &b"4G"[..]),
            ("A85", b"uuuuu~>"),
            ("A85", b"8"),
            ("RL", &[5, 1]),
            ("RL", &[200]),
            ("RL", &[129, 0].repeat(20)),
            ("Fl", &bomb),
            ("Fl", b"no zlib"),
            ("DCTDecode", b""),
        ] {
            assert!(undo(name, data).is_err(), "{name} {data:?}");
        }
    }
}
