//! The data of streams that hold the structure of a file: Flate, with or without a predictor (ISO 32000-1, 7.4.4).

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use crate::object::{Dict, Object};

/// How many bytes a stream of structure may have when it is decoded.
pub(crate) const MAX_DECODED: usize = 64 << 20;

/// Decodes the data of a cross-reference or object stream, at most `limit` bytes; the error says what was expected.
pub(crate) fn decode(dict: &Dict, raw: &[u8], limit: usize) -> Result<Vec<u8>, &'static str> {
    let filter = match dict.get("Filter") {
        Some(Object::Array(filters)) if filters.len() > 1 => return Err("a stream with one filter"),
        Some(Object::Array(filters)) => filters.first(),
        other => other,
    };
    let data = match filter {
        None | Some(Object::Null) => raw.to_vec(),
        Some(name) if name.is_name("FlateDecode") => decompress_to_vec_zlib_with_limit(raw, limit)
            .map_err(|_| "a stream of structure whose data can be inflated within the limit")?,
        Some(_) => return Err("a stream of structure compressed with Flate"),
    };
    let parameters = match dict.get("DecodeParms") {
        Some(Object::Array(parameters)) => parameters.first(),
        other => other,
    };
    match parameters.and_then(Object::as_dict) {
        Some(parameters) => unpredicted(parameters, data),
        None => Ok(data),
    }
}

/// Takes back the prediction that Flate and LZW data may carry (7.4.4.4).
pub(crate) fn unpredicted(parameters: &Dict, mut data: Vec<u8>) -> Result<Vec<u8>, &'static str> {
    let parameter = |key: &str, default: i64| parameters.get(key).and_then(Object::as_int).unwrap_or(default);
    let predictor = parameter("Predictor", 1);
    if predictor == 1 {
        return Ok(data);
    }
    let (colors, depth, columns) = (parameter("Colors", 1), parameter("BitsPerComponent", 8), parameter("Columns", 1));
    let bits = colors.checked_mul(depth).filter(|bits| (1..=256).contains(bits));
    let row = bits.and_then(|bits| bits.checked_mul(columns)).filter(|_| (1..=1 << 20).contains(&columns));
    let (Some(bits), Some(row)) = (bits, row) else { return Err("a row of a predictor of possible length") };
    let (row, pixel) = ((row as usize).div_ceil(8), (bits as usize).div_ceil(8));
    match predictor {
        2 if depth == 8 => {
            for line in data.chunks_exact_mut(row) {
                (pixel..line.len()).for_each(|x| line[x] = line[x].wrapping_add(line[x - pixel]));
            }
            Ok(data)
        }
        10.. => unpredict(&data, row, pixel),
        _ => Err("a predictor of PNG, or that of TIFF for 8 bits"),
    }
}

/// Takes back the filters of PNG (ISO/IEC 15948, 9): `row` bytes a row, `pixel` bytes to the left.
fn unpredict(data: &[u8], row: usize, pixel: usize) -> Result<Vec<u8>, &'static str> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; row];
    for line in data.chunks(row + 1) {
        let [kind, line @ ..] = line else { continue };
        let mut here = vec![0_u8; row];
        for (x, byte) in line.iter().enumerate() {
            let (left, corner) = if x >= pixel { (here[x - pixel], above[x - pixel]) } else { (0, 0) };
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => above[x],
                3 => (u16::from(left) + u16::from(above[x])).div_euclid(2) as u8,
                4 => paeth(left, above[x], corner),
                _ => return Err("a filter of PNG"),
            };
            here[x] = byte.wrapping_add(guess);
        }
        out.extend_from_slice(&here[..line.len()]);
        above = here;
    }
    Ok(out)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |byte: u8| (guess - i16::from(byte)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_png_come_back() {
        let rows = [[0, 10, 20, 30], [1, 10, 10, 10], [2, 1, 1, 1], [3, 6, 11, 6], [4, 1, 1, 1]];
        let expected = [[10, 20, 30], [10, 20, 30], [11, 21, 31], [11, 27, 35], [12, 28, 36]];
        assert_eq!(unpredict(&rows.concat(), 3, 1), Ok(expected.concat()));
        assert!(unpredict(&[9, 1, 1, 1], 3, 1).is_err());
    }
}
