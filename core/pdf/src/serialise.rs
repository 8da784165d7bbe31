//! Objects as bytes (ISO 32000-1, 7.3), so that every conforming reader and PDF/A (ISO 19005-2, 6.1.6) is content.

use crate::{Dict, Name, Object};

impl Object {
    /// Appends the object; a stream gives its dictionary only.
    ///
    /// Reals are written with at most five decimals and never with an exponent; what is not finite becomes 0.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend(b"null"),
            Self::Bool(true) => out.extend(b"true"),
            Self::Bool(false) => out.extend(b"false"),
            Self::Int(value) => out.extend(value.to_string().as_bytes()),
            Self::Real(value) => write_real(*value, out),
            Self::Name(name) => name.write_to(out),
            Self::String(bytes) => write_string(bytes, out),
            Self::Array(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    item.write_to(out);
                }
                out.push(b']');
            }
            Self::Dict(dict) => dict.write_to(out),
            Self::Reference(reference) => {
                out.extend(format!("{} {} R", reference.number, reference.generation).as_bytes());
            }
            Self::Stream(stream) => stream.dict.write_to(out),
        }
    }

    /// The object as bytes; see [`Object::write_to`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_to(&mut out);
        out
    }
}

impl Dict {
    /// Appends the dictionary with its entries in order.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.extend(b"<<");
        for (key, value) in self.iter() {
            key.write_to(out);
            out.push(b' ');
            value.write_to(out);
        }
        out.extend(b">>");
    }
}

impl Name {
    /// Appends the name with its solidus; what is not a regular character is written as `#xx`.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.push(b'/');
        for &byte in &self.0 {
            if matches!(byte, b'!'..=b'~') && !b"#()<>[]{}/%".contains(&byte) {
                out.push(byte);
            } else {
                out.extend(format!("#{byte:02X}").as_bytes());
            }
        }
    }
}

fn write_real(value: f64, out: &mut Vec<u8>) {
    if !value.is_finite() {
        out.push(b'0');
        return;
    }
    let text = format!("{value:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    out.extend(if text == "-0" { b"0" } else { text.as_bytes() });
}

fn write_string(bytes: &[u8], out: &mut Vec<u8>) {
    if !bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        out.push(b'<');
        for byte in bytes {
            out.extend(format!("{byte:02X}").as_bytes());
        }
        out.push(b'>');
        return;
    }
    out.push(b'(');
    for &byte in bytes {
        if matches!(byte, b'(' | b')' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b')');
}
