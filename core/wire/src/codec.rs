//! The body of a batch: lines, each ended by a line feed, in one zstd frame (RFC 8878).
//!
//! Everything is counted while it is decoded: the window that the frame asks for, the bytes that come out, the lines.

use std::io::Read;

use crate::record::RecordError;
use crate::{LogLine, limits};

/// How hard the sender compresses: level 3 packs a record into about 72 bytes, and more gains little.
const LEVEL: i32 = 3;

/// Why bytes are no batch body, or lines do not fit into one.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Too many bytes, compressed or not.
    #[error("a batch of over {limit} bytes")]
    TooLong {
        /// The limit that was passed.
        limit: usize,
    },
    /// Too many lines.
    #[error("a batch of over {} records", limits::BATCH_RECORDS)]
    TooMany,
    /// Not one whole zstd frame with a window of at most 8 MiB.
    #[error("the batch is not a zstd frame of the kind that travels")]
    Zstd(#[source] std::io::Error),
    /// Something stands behind the frame, the last line has no end, or there is no line.
    #[error("the batch does not end where a line ends")]
    Cut,
    /// A line is not a record.
    #[error("line {line} of the batch is refused")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// Why.
        #[source]
        source: RecordError,
    },
}

/// Packs lines (given without their line feeds) into a batch body.
pub fn encode<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, CodecError> {
    let mut raw = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        raw.extend_from_slice(line);
        raw.push(b'\n');
        if raw.len() > limits::BATCH_BYTES {
            return Err(CodecError::TooLong { limit: limits::BATCH_BYTES });
        }
        if index >= limits::BATCH_RECORDS {
            return Err(CodecError::TooMany);
        }
    }
    let packed = zstd::bulk::compress(&raw, LEVEL).map_err(CodecError::Zstd)?;
    if packed.len() > limits::BATCH_COMPRESSED_BYTES {
        return Err(CodecError::TooLong { limit: limits::BATCH_COMPRESSED_BYTES });
    }
    Ok(packed)
}

/// Unpacks a batch body into its lines as bytes.
pub fn decode(body: &[u8]) -> Result<Vec<Vec<u8>>, CodecError> {
    if body.len() > limits::BATCH_COMPRESSED_BYTES {
        return Err(CodecError::TooLong { limit: limits::BATCH_COMPRESSED_BYTES });
    }
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(CodecError::Zstd)?.single_frame();
    decoder.window_log_max(limits::WINDOW_LOG).map_err(CodecError::Zstd)?;
    let mut raw = Vec::new();
    let mut counted = decoder.by_ref().take(limits::BATCH_BYTES as u64 + 1);
    counted.read_to_end(&mut raw).map_err(CodecError::Zstd)?;
    if raw.len() > limits::BATCH_BYTES {
        return Err(CodecError::TooLong { limit: limits::BATCH_BYTES });
    }
    if !decoder.finish().is_empty() || raw.pop() != Some(b'\n') {
        return Err(CodecError::Cut);
    }
    let mut lines = Vec::new();
    for line in raw.split(|byte| *byte == b'\n') {
        if lines.len() >= limits::BATCH_RECORDS {
            return Err(CodecError::TooMany);
        }
        lines.push(line.to_vec());
    }
    Ok(lines)
}

/// Unpacks a batch body and reads every line of it.
pub fn read(body: &[u8]) -> Result<Vec<LogLine>, CodecError> {
    let lines = decode(body)?.into_iter().enumerate();
    lines
        .map(|(index, line)| LogLine::read(&line).map_err(|source| CodecError::Line { line: index + 1, source }))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_read_back() {
        let lines: [&[u8]; 3] = [b"a", b"", "ồ".as_bytes()];
        assert_eq!(decode(&encode(lines).unwrap()).unwrap(), lines);
    }

    #[test]
    fn a_bomb_is_stopped_while_it_is_counted() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 19).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..1024 {
            encoder.write_all(&zeros).unwrap();
        }
        let bomb = encoder.finish().unwrap();
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        assert!(matches!(decode(&bomb), Err(CodecError::TooLong { limit: limits::BATCH_BYTES })));
    }

    #[test]
    fn a_frame_that_asks_for_much_memory_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(b"x\n").unwrap();
        let greedy = encoder.finish().unwrap();
        assert!(matches!(decode(&greedy), Err(CodecError::Zstd(_))));
    }

    #[test]
    fn cut_and_continued_bodies_are_refused() {
        let body = encode([b"abc".as_slice(), b"def"]).unwrap();
        for cut in 0..body.len() {
            assert!(decode(&body[..cut]).is_err(), "{cut}");
        }
        assert!(matches!(decode(&[body.clone(), body.clone()].concat()), Err(CodecError::Cut)));
        assert!(matches!(decode(&zstd::bulk::compress(b"abc", 3).unwrap()), Err(CodecError::Cut)));
        assert!(matches!(decode(&zstd::bulk::compress(b"", 3).unwrap()), Err(CodecError::Cut)));
        assert!(matches!(decode(b"abc\n"), Err(CodecError::Zstd(_))));
    }

    #[test]
    fn lines_are_counted() {
        let fits = vec![b"".as_slice(); limits::BATCH_RECORDS];
        assert_eq!(decode(&encode(fits.clone()).unwrap()).unwrap().len(), limits::BATCH_RECORDS);
        let many = [fits.as_slice(), &[b""]].concat();
        assert!(matches!(encode(many), Err(CodecError::TooMany)));
        let raw = vec![b'\n'; limits::BATCH_RECORDS + 1];
        assert!(matches!(decode(&zstd::bulk::compress(&raw, 3).unwrap()), Err(CodecError::TooMany)));
        let noise = vec![0; limits::BATCH_COMPRESSED_BYTES + 1];
        assert!(matches!(decode(&noise), Err(CodecError::TooLong { limit: limits::BATCH_COMPRESSED_BYTES })));
    }
}
