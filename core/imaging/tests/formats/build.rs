//! Files for the tests, built by hand or by encoders that share no code with what is tested.

use std::io::Write;

/// A grey page with lines like writing, a slope of tones and a dark corner, so that no turn or mirror looks like another.
pub(crate) fn page(width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let ink = (y / 6) % 3 == 1 && (x * 7 + y * 3) % 11 < 5;
            let corner = x < width / 4 && y < height / 5;
            pixels.push(if corner {
                20
            } else if ink {
                60
            } else {
                200 + ((x * 40) / width.max(1)) as u8
            });
        }
    }
    pixels
}

/// The same page in black (0) and white (255).
pub(crate) fn bilevel_page(width: u32, height: u32) -> Vec<u8> {
    page(width, height).into_iter().map(|sample| if sample < 128 { 0 } else { 255 }).collect()
}

/// Packs black and white samples to bits, 1 for `one`; padding bits are set, to see that nobody takes them for pixels.
pub(crate) fn packed(pixels: &[u8], width: u32, one: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in pixels.chunks_exact(width as usize) {
        for eight in row.chunks(8) {
            let bits = eight.iter().enumerate().map(|(index, sample)| u8::from(*sample == one) << (7 - index));
            bytes.push(bits.sum::<u8>() | ((1u16 << (8 - eight.len())) - 1) as u8);
        }
    }
    bytes
}

/// Encodes black and white samples as one Group 4 strip.
pub(crate) fn group4(pixels: &[u8], width: u32) -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in pixels.chunks_exact(width as usize) {
        let pels = row.iter().map(|sample| if *sample == 0 { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, width).expect("memory");
    }
    encoder.finish().expect("memory").finish()
}

/// Reads Group 4 data with the decoder of the `fax` crate.
pub(crate) fn fax_to_gray(data: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    fax::decoder::decode_g4(data.iter().copied(), width, Some(height), |changes| {
        let pels = fax::decoder::pels(changes, width);
        pixels.extend(pels.map(|color| if color == fax::Color::Black { 0 } else { 255 }));
    })
    .expect("whole data");
    pixels
}

/// Wraps zlib data with row filters in a PNG and reads it with the `png` crate.
pub(crate) fn predicted_rows_to_gray(width: u32, height: u32, components: u8, bits: u8, data: &[u8]) -> Vec<u8> {
    let color = if components == 3 { 2 } else { 0 };
    let file = png_of_chunks(&[ihdr(width, height, bits, color, 0), (*b"IDAT", data.to_vec())]);
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a header of ours");
    let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut pixels).expect("whole data");
    let pixels = if bits == 16 { pixels.chunks_exact(2).map(|two| two[0]).collect() } else { pixels };
    if components == 3 { pixels.chunks_exact(3).map(luma).collect() } else { pixels }
}

/// Luma, in floating point.
pub(crate) fn luma(rgb: &[u8]) -> u8 {
    (0.299 * f64::from(rgb[0]) + 0.587 * f64::from(rgb[1]) + 0.114 * f64::from(rgb[2])).round() as u8
}

/// Asserts that two grey images differ nowhere by more than `tolerance`.
pub(crate) fn assert_close(left: &[u8], right: &[u8], tolerance: u8, what: &str) {
    assert_eq!(left.len(), right.len(), "{what}");
    let worst = left.iter().zip(right).map(|(l, r)| l.abs_diff(*r)).max().unwrap_or(0);
    assert!(worst <= tolerance, "{what}: differs by {worst}");
}

pub(crate) type Chunk = ([u8; 4], Vec<u8>);

/// A header chunk.
pub(crate) fn ihdr(width: u32, height: u32, bits: u8, color: u8, interlace: u8) -> Chunk {
    let mut data = width.to_be_bytes().to_vec();
    data.extend(height.to_be_bytes());
    data.extend([bits, color, 0, 0, interlace]);
    (*b"IHDR", data)
}

/// A PNG file of these chunks and an end mark.
pub(crate) fn png_of_chunks(chunks: &[Chunk]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    for (name, data) in chunks.iter().chain([&(*b"IEND", Vec::new())]) {
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(name);
        file.extend(data);
        let mut crc = !0u32;
        for byte in name.iter().chain(data) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            }
        }
        file.extend((!crc).to_be_bytes());
    }
    file
}

/// An EXIF block (without its `Exif` mark) that says one orientation.
pub(crate) fn exif(orientation: u16) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend(orientation.to_le_bytes());
    block.extend([0; 6]);
    block
}

/// One page of a TIFF: numeric fields (type 3 or 4) and the bytes of its strips or tiles.
#[derive(Clone, Default)]
pub(crate) struct TiffPage {
    pub(crate) fields: Vec<(u16, u16, Vec<u32>)>,
    pub(crate) fractions: Vec<(u16, u32, u32)>,
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) is_tiled: bool,
}

impl TiffPage {
    /// A page of one sample a pixel.
    pub(crate) fn new(width: u32, height: u32, bits: u32, compression: u32, photometric: u32) -> Self {
        let fields = vec![
            (256, 4, vec![width]),
            (257, 4, vec![height]),
            (258, 3, vec![bits]),
            (259, 3, vec![compression]),
            (262, 3, vec![photometric]),
        ];
        Self { fields, ..Self::default() }
    }

    pub(crate) fn with(mut self, tag: u16, values: &[u32]) -> Self {
        self.fields.retain(|(other, _, _)| *other != tag);
        let kind = if values.iter().all(|value| *value < 65_536) { 3 } else { 4 };
        self.fields.push((tag, kind, values.to_vec()));
        self
    }

    pub(crate) fn strips(mut self, rows: u32, strips: Vec<Vec<u8>>) -> Self {
        self.chunks = strips;
        self.with(278, &[rows])
    }

    pub(crate) fn tiles(mut self, width: u32, height: u32, tiles: Vec<Vec<u8>>) -> Self {
        (self.chunks, self.is_tiled) = (tiles, true);
        self.with(322, &[width]).with(323, &[height])
    }
}

/// A TIFF file: the strips of each page, then its long values, then its directory.
pub(crate) fn tiff(pages: &[TiffPage], big_endian: bool) -> Vec<u8> {
    let number = |value: u32, kind: u16| -> Vec<u8> {
        match (kind, big_endian) {
            (3, true) => (value as u16).to_be_bytes().to_vec(),
            (3, false) => (value as u16).to_le_bytes().to_vec(),
            (_, true) => value.to_be_bytes().to_vec(),
            (_, false) => value.to_le_bytes().to_vec(),
        }
    };
    let mut file = if big_endian { b"MM\0*\0\0\0\0".to_vec() } else { b"II*\0\0\0\0\0".to_vec() };
    let mut link = 4;
    for page in pages {
        let mut page = page.clone();
        let (mut offsets, mut lengths) = (Vec::new(), Vec::new());
        for chunk in &page.chunks {
            offsets.push(file.len() as u32);
            lengths.push(chunk.len() as u32);
            file.write_all(chunk).expect("memory");
        }
        let tags = if page.is_tiled { (324, 325) } else { (273, 279) };
        page.fields.push((tags.0, 4, offsets));
        page.fields.push((tags.1, 4, lengths));
        let mut entries: Vec<(u16, Vec<u8>)> = Vec::new();
        let mut entry = |tag: u16, kind: u16, count: usize, mut data: Vec<u8>, file: &mut Vec<u8>| {
            if data.len() > 4 {
                let at = file.len() as u32;
                file.extend(data);
                data = number(at, 4);
            }
            data.resize(4, 0);
            let mut bytes = number(u32::from(tag), 3);
            bytes.extend(number(u32::from(kind), 3));
            bytes.extend(number(count as u32, 4));
            bytes.extend(data);
            entries.push((tag, bytes));
        };
        for (tag, kind, values) in &page.fields {
            let data = values.iter().flat_map(|value| number(*value, *kind)).collect();
            entry(*tag, *kind, values.len(), data, &mut file);
        }
        for (tag, over, under) in &page.fractions {
            entry(*tag, 5, 1, [number(*over, 4), number(*under, 4)].concat(), &mut file);
        }
        entries.sort();
        let at = file.len();
        file.splice(link..link + 4, number(at as u32, 4));
        file.extend(number(entries.len() as u32, 3));
        file.extend(entries.into_iter().flat_map(|(_, bytes)| bytes));
        link = file.len();
        file.extend([0; 4]);
    }
    file
}
