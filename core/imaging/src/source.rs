//! Bounded reading of a foreign file: every length is checked against the file's real length before memory is taken.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use crate::error::ImagingError;

/// The most bytes that are read at once; no believable strip, segment or JPEG file is longer.
const LONGEST_READ: u64 = 1 << 30;

/// A source with its length.
pub(crate) struct Source<'a, R> {
    inner: &'a mut R,
    length: u64,
}

impl<'a, R: Read + Seek> Source<'a, R> {
    /// Measures the source.
    pub(crate) fn new(inner: &'a mut R) -> Result<Self, ImagingError> {
        let length = inner.seek(SeekFrom::End(0)).map_err(read_failed)?;
        Ok(Self { inner, length })
    }

    /// Number of bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes of a range; what lies beyond the end of the file is `truncated`.
    pub(crate) fn read(&mut self, range: Range<u64>, frame: u32, what: &'static str) -> Result<Vec<u8>, ImagingError> {
        let count = range.end.checked_sub(range.start).ok_or_else(|| ImagingError::corrupt(frame, what))?;
        if range.end > self.length {
            return Err(ImagingError::Truncated { frame, what });
        }
        if count > LONGEST_READ {
            return Err(ImagingError::corrupt(frame, "one part of it is longer than 1 GB"));
        }
        let mut bytes = zeroed(count, frame)?;
        self.inner.seek(SeekFrom::Start(range.start)).map_err(read_failed)?;
        self.inner.read_exact(&mut bytes).map_err(read_failed)?;
        Ok(bytes)
    }

    /// The reader at the start of the file.
    pub(crate) fn rewound(&mut self) -> Result<&mut R, ImagingError> {
        self.inner.seek(SeekFrom::Start(0)).map_err(read_failed)?;
        Ok(self.inner)
    }
}

/// A zeroed buffer, or `too-large` where the process may not have that much memory.
pub(crate) fn zeroed(count: u64, frame: u32) -> Result<Vec<u8>, ImagingError> {
    let too_large = || ImagingError::TooLarge { frame, width: count, height: 1 };
    let count = usize::try_from(count).map_err(|_| too_large())?;
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(count).map_err(|_| too_large())?;
    buffer.resize(count, 0);
    Ok(buffer)
}

pub(crate) fn read_failed(cause: std::io::Error) -> ImagingError {
    ImagingError::ReadFailed { cause }
}
