//! Names and strings (ISO 32000-1, 7.3.4 and 7.3.5): the objects whose bytes are escaped.

use super::{Parser, Stop, is_space};
use crate::object::Name;

impl Parser<'_> {
    pub(super) fn name(&mut self) -> Result<Name, Stop> {
        self.at += 1;
        let raw = self.regular()?;
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte != b'#' {
                name.push(byte);
                continue;
            }
            let Some((&[high, low], tail)) = rest.split_first_chunk::<2>() else {
                return self.syntax("two hexadecimal digits after # in a name");
            };
            let (Some(high), Some(low)) = (hex_digit(high), hex_digit(low)) else {
                return self.syntax("two hexadecimal digits after # in a name");
            };
            rest = tail;
            name.push(high << 4 | low);
        }
        if name.contains(&0) { self.syntax("a name without a zero byte") } else { Ok(Name(name)) }
    }

    pub(super) fn hex_string(&mut self) -> Result<Vec<u8>, Stop> {
        let mut bytes = Vec::new();
        let mut half = None;
        loop {
            let byte = self.peek()?;
            if byte == b'>' {
                self.at += 1;
                bytes.extend(half.map(|high: u8| high << 4));
                return Ok(bytes);
            }
            match (hex_digit(byte), half) {
                (Some(high), None) => half = Some(high),
                (Some(low), Some(high)) => {
                    bytes.push(high << 4 | low);
                    half = None;
                }
                (None, _) if is_space(byte) => {}
                (None, _) => return self.syntax("a hexadecimal digit"),
            }
            self.at += 1;
        }
    }

    pub(super) fn literal_string(&mut self) -> Result<Vec<u8>, Stop> {
        self.at += 1;
        let mut bytes = Vec::new();
        let mut open = 1_u32;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(bytes);
                    }
                }
                b'\\' => {
                    self.escape(&mut bytes)?;
                    continue;
                }
                b'\r' => {
                    if self.peek()? == b'\n' {
                        self.at += 1;
                    }
                    bytes.push(b'\n');
                    continue;
                }
                _ => {}
            }
            bytes.push(byte);
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), Stop> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek()? == b'\n' {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let digit = self.peek()?;
                    if !matches!(digit, b'0'..=b'7') {
                        break;
                    }
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                bytes.push((value & 0xFF) as u8);
            }
            other => bytes.push(other),
        }
        Ok(())
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}
