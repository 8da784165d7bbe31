//! The sRGB profile of the output intent: an ICC profile of version 4.2 (ISO 15076-1:2005), made here byte by byte.
//!
//! The numbers follow from IEC 61966-2-1 alone: the primaries (0.64, 0.33), (0.30, 0.60), (0.15, 0.06) and the white
//! (0.3127, 0.3290) give the matrix to XYZ; Bradford's transform takes it to the white of the connection space; all values
//! are rounded to 1/65 536. The curve is the parametric one of sRGB. No profile of anybody else is copied.

/// The white of the connection space, D50, in 1/65 536.
const D50: [i32; 3] = [0xF6D6, 0x1_0000, 0xD32D];
/// The primaries under D50 in 1/65 536: red, green, blue as X, Y, Z.
const PRIMARIES: [[i32; 3]; 3] = [[28_576, 14_581, 912], [25_239, 46_983, 6_361], [9_375, 3_972, 46_787]];
/// Bradford's transform from D65 to D50 in 1/65 536, row by row.
const ADAPTATION: [i32; 9] = [68_674, 1_502, -3_291, 1_939, 64_912, -1_119, -606, 988, 49_262];
/// The sRGB curve in 1/65 536: gamma 2.4, a = 1/1.055, b = 0.055/1.055, c = 1/12.92, d = 0.04045.
const CURVE: [i32; 5] = [157_286, 62_119, 3_417, 5_072, 2_651];

/// The profile.
pub(crate) fn srgb() -> Vec<u8> {
    let xyz = |value: [i32; 3]| element(b"XYZ ", &value);
    let curve = [element(b"para", &[3 << 16]), numbers(&CURVE)].concat();
    let mut tags: Vec<(&[u8; 4], Vec<u8>)> = vec![
        (b"desc", text("sRGB IEC61966-2.1")),
        (b"cprt", text("No copyright; made from the figures of IEC 61966-2-1")),
        (b"wtpt", xyz(D50)),
        (b"chad", element(b"sf32", &ADAPTATION)),
        (b"rXYZ", xyz(PRIMARIES[0])),
        (b"gXYZ", xyz(PRIMARIES[1])),
        (b"bXYZ", xyz(PRIMARIES[2])),
        (b"rTRC", curve),
    ];
    tags.iter_mut().for_each(|(_, data)| data.resize(data.len().next_multiple_of(4), 0));

    let count = tags.len() as i32 + 2; // green and blue share the curve of red
    let mut at = 128 + 4 + 12 * count;
    let mut directory = numbers(&[count]);
    let mut data = Vec::new();
    for (tag, bytes) in &tags {
        let shared: &[&[u8; 4]] = if *tag == b"rTRC" { &[b"rTRC", b"gTRC", b"bTRC"] } else { &[tag] };
        for name in shared {
            directory.extend(*name);
            directory.extend(numbers(&[at, bytes.len() as i32]));
        }
        at += bytes.len() as i32;
        data.extend(bytes);
    }
    [header(at), directory, data].concat()
}

fn header(size: i32) -> Vec<u8> {
    let mut header = numbers(&[size, 0, 0x0420_0000]);
    header.extend(b"mntrRGB XYZ ");
    for part in [2026_u16, 1, 1, 0, 0, 0] {
        header.extend(part.to_be_bytes());
    }
    header.extend(b"acsp");
    header.extend([0; 28]); // platform, flags, manufacturer, model, attributes, intent: none stated
    header.extend(numbers(&D50));
    header.resize(128, 0);
    header
}

fn numbers(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn element(kind: &[u8; 4], values: &[i32]) -> Vec<u8> {
    [kind.to_vec(), vec![0; 4], numbers(values)].concat()
}

/// A multi-localised text of one English record.
fn text(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let head = element(b"mluc", &[1, 12]);
    [head, b"enUS".to_vec(), numbers(&[units.len() as i32, 28]), units].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_the_sum_of_the_primaries_and_the_size_is_stated() {
        for (axis, white) in D50.into_iter().enumerate() {
            let sum: i32 = PRIMARIES.iter().map(|primary| primary[axis]).sum();
            assert!((sum - white).abs() <= 1, "axis {axis}: {sum} against {white}");
        }
        let profile = srgb();
        assert_eq!(profile[..4], (profile.len() as u32).to_be_bytes());
        assert_eq!(&profile[36..40], b"acsp");
    }
}
