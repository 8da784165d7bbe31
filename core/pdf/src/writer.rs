//! A PDF written in order: one object after the other, then the cross-reference table; a new file or an increment.
//!
//! Only where each object lies is kept in memory. Nothing is ever written twice or patched.

use std::io::{Read, Write};

use crate::PdfError;
use crate::object::{Dict, Object, Reference};
use crate::xref::MAX_OBJECTS;

/// The greatest offset that ten digits hold.
const MAX_OFFSET: u64 = 9_999_999_999;

/// Writes objects and keeps their offsets.
#[derive(Debug)]
pub struct ObjectWriter<W> {
    out: W,
    position: u64,
    next: u32,
    fresh: u32,
    offsets: Vec<(u32, u64)>,
    whole: Extent,
}

/// What a writer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    NewFile,
    Increment { prev: u64 },
}

/// What came of a closed writer.
#[derive(Debug)]
pub struct Closed<W> {
    /// The sink.
    pub out: W,
    /// Offset of the cross-reference table just written.
    pub startxref: u64,
    /// The length of the whole file.
    pub length: u64,
}

impl<W: Write> ObjectWriter<W> {
    /// Starts a new file of version 1.7 with the comment of four high bytes (ISO 19005-2, 6.1.2).
    pub fn new_file(out: W) -> Result<Self, PdfError> {
        let mut writer = Self { out, position: 0, next: 1, fresh: 1, offsets: Vec::new(), whole: Extent::NewFile };
        writer.raw(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(writer)
    }

    /// Starts an incremental update that is appended at byte `start` of a file (7.5.6).
    ///
    /// `size` is the first free object number and `prev` the offset of the newest cross-reference section. The file must
    /// end in a line end, or the caller writes one first and counts it into `start`.
    pub fn increment(out: W, start: u64, size: u32, prev: u64) -> Self {
        let next = size.max(1);
        Self { out, position: start, next, fresh: next, offsets: Vec::new(), whole: Extent::Increment { prev } }
    }

    /// Takes the next free object number; the object must be written before the writer is closed.
    pub fn allocate(&mut self) -> Result<Reference, PdfError> {
        if self.next > MAX_OBJECTS {
            return Err(PdfError::Limit { offset: self.position, what: "too many objects" });
        }
        self.next += 1;
        Ok(Reference::new(self.next - 1))
    }

    /// Where the next byte goes, from the start of the file.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Writes an object that is not a stream.
    pub fn object(&mut self, reference: Reference, object: &Object) -> Result<(), PdfError> {
        self.object_bytes(reference, &object.to_bytes()).map(|_| ())
    }

    /// Writes an object whose bytes were made by the caller, and gives the offset of the first of them.
    pub fn object_bytes(&mut self, reference: Reference, bytes: &[u8]) -> Result<u64, PdfError> {
        self.head(reference)?;
        let offset = self.position;
        self.raw(bytes)?;
        self.raw(b"\nendobj\n")?;
        Ok(offset)
    }

    /// Writes a stream from memory; `/Length` is set.
    pub fn stream(&mut self, reference: Reference, dict: &Dict, data: &[u8]) -> Result<(), PdfError> {
        self.stream_from(reference, dict, &mut &*data, data.len() as u64)
    }

    /// Writes a stream of exactly `length` bytes from a source; `/Length` is set.
    ///
    /// Fails with [`PdfError::StreamLength`] if the source gives fewer or more; what was written is then worthless.
    pub fn stream_from(
        &mut self,
        reference: Reference,
        dict: &Dict,
        data: &mut dyn Read,
        length: u64,
    ) -> Result<(), PdfError> {
        self.head(reference)?;
        let announced = i64::try_from(length).map_err(|_| PdfError::OffsetTooLarge(length))?;
        let mut head = Vec::new();
        dict.clone().with("Length", announced).write_to(&mut head);
        head.extend(b"\nstream\n");
        self.raw(&head)?;
        let mut buffer = vec![0; 1 << 16];
        let mut given = 0_u64;
        loop {
            let count = match data.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            given += count as u64;
            if given > length {
                return Err(PdfError::StreamLength { announced: length, given });
            }
            self.raw(&buffer[..count])?;
        }
        if given != length {
            return Err(PdfError::StreamLength { announced: length, given });
        }
        self.raw(b"\nendstream\nendobj\n")
    }

    /// Writes the cross-reference table and the trailer, `/Size` and `/Prev` set, and flushes the sink.
    ///
    /// Fails with [`PdfError::NotWrittenOnce`] if an allocated object is missing or an object was written twice.
    pub fn close(mut self, mut trailer: Dict) -> Result<Closed<W>, PdfError> {
        self.offsets.sort_unstable();
        if let Some(pair) = self.offsets.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(PdfError::NotWrittenOnce(pair[0].0));
        }
        let first = self.offsets.partition_point(|(number, _)| *number < self.fresh);
        for (expected, (number, _)) in (self.fresh..).zip(&self.offsets[first..]) {
            if *number != expected {
                return Err(PdfError::NotWrittenOnce(expected));
            }
        }
        if self.offsets.len() - first != (self.next - self.fresh) as usize {
            return Err(PdfError::NotWrittenOnce(self.next - 1));
        }
        let startxref = self.position;
        self.table()?;
        trailer.set("Size", self.next);
        if let Extent::Increment { prev } = self.whole {
            trailer.set("Prev", i64::try_from(prev).map_err(|_| PdfError::OffsetTooLarge(prev))?);
        }
        let mut tail = b"trailer\n".to_vec();
        trailer.write_to(&mut tail);
        tail.extend(format!("\nstartxref\n{startxref}\n%%EOF\n").as_bytes());
        self.raw(&tail)?;
        self.out.flush()?;
        Ok(Closed { out: self.out, startxref, length: self.position })
    }

    fn table(&mut self) -> Result<(), PdfError> {
        let offsets = std::mem::take(&mut self.offsets);
        self.raw(b"xref\n")?;
        let mut rest = &offsets[..];
        let mut free: &[u8] = if self.whole == Extent::NewFile { b"0000000000 65535 f \n" } else { b"" };
        while !rest.is_empty() || !free.is_empty() {
            let start = if free.is_empty() { rest[0].0 } else { 0 };
            let lead = u32::from(!free.is_empty());
            let run = (start + lead..).zip(rest).take_while(|(expected, (number, _))| number == expected).count();
            self.raw(format!("{start} {}\n", run + lead as usize).as_bytes())?;
            self.raw(std::mem::take(&mut free))?;
            for (_, offset) in &rest[..run] {
                if *offset > MAX_OFFSET {
                    return Err(PdfError::OffsetTooLarge(*offset));
                }
                self.raw(format!("{offset:010} 00000 n \n").as_bytes())?;
            }
            rest = &rest[run..];
        }
        Ok(())
    }

    fn head(&mut self, reference: Reference) -> Result<(), PdfError> {
        self.offsets.push((reference.number, self.position));
        self.raw(format!("{} 0 obj\n", reference.number).as_bytes())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<(), PdfError> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}
