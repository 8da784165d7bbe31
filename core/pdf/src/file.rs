//! A PDF file read at random: only the places of its objects are kept, never the file.
//!
//! Files with cross-reference tables, streams or both, objects in object streams, and any number of incremental updates are
//! read; an earlier revision is looked at by putting its [`Snapshot`] in place. Header and offsets count from the first byte.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use crate::decode;
use crate::filters::{Filter, MAX_FILTERS};
use crate::object::{Dict, Object, Reference, Stream};
use crate::parse::{Ending, MAX_ITEMS, MAX_OBJECT_BYTES, Parser, Stop};
use crate::xref::{Entry, MAX_OBJECTS, Revision, Xref, read_chain};
use crate::{PdfError, parse};

const FIRST_WINDOW: usize = 4096;
const TAIL: u64 = 2048;
const MAX_HOPS: usize = 16;
/// How many bytes of object streams are decoded in one file, one that is decoded again counted again.
const MAX_DECODED_IN_ALL: usize = 512 << 20;
/// How many bytes of object streams are kept taken apart, and may stand in one; their objects take up to thirty times as much.
const KEPT: usize = 8 << 20;

/// An open PDF file.
#[derive(Debug)]
pub struct File<R> {
    source: Source<R>,
    version: (u8, u8),
    startxref: u64,
    xref: Xref,
    /// The object streams that were taken apart last, by their offsets.
    streams: BTreeMap<u64, ObjectStream>,
    decoded: usize,
    is_decoding: bool,
}

/// An object stream taken apart.
#[derive(Debug)]
struct ObjectStream {
    /// Its length when decoded.
    bytes: usize,
    objects: Vec<(u32, Object)>,
}

/// Where the objects of one revision lie.
#[derive(Debug)]
pub struct Snapshot(Xref);

impl<R: Read + Seek> File<R> {
    /// Opens a file: reads its header, the last `startxref` and the chain of cross-reference sections.
    pub fn open(source: R) -> Result<Self, PdfError> {
        let mut source = Source::new(source)?;
        let version = read_header(&mut source)?;
        let startxref = find_startxref(&mut source)?;
        let xref = read_chain(&mut source, startxref)?;
        Ok(Self { source, version, startxref, xref, streams: BTreeMap::new(), decoded: 0, is_decoding: false })
    }

    /// Where the objects of an earlier revision lie.
    pub fn snapshot(&mut self, revision: Revision) -> Result<Snapshot, PdfError> {
        read_chain(&mut self.source, revision.startxref).map(Snapshot)
    }

    /// Looks at another revision from now on, and gives the place of what was looked at before.
    pub fn swap(&mut self, snapshot: &mut Snapshot) {
        std::mem::swap(&mut self.xref, &mut snapshot.0);
    }

    /// Makes sure that all of the file is told by cross-reference tables.
    ///
    /// # Errors
    /// [`PdfError::CrossReferenceStream`].
    pub fn without_streams_of_structure(&self) -> Result<(), PdfError> {
        self.xref.stream_at.map_or(Ok(()), |offset| Err(PdfError::CrossReferenceStream { offset }))
    }

    /// The version of the header, e.g. `(1, 7)`.
    pub fn version(&self) -> (u8, u8) {
        self.version
    }

    /// The trailer dictionary of the newest revision.
    pub fn trailer(&self) -> &Dict {
        &self.xref.trailer
    }

    /// The offset that the last `startxref` names; an increment gives it as `/Prev`.
    pub fn last_startxref(&self) -> u64 {
        self.startxref
    }

    /// One more than the highest object number that the trailer's `/Size` or any entry knows; the next free number.
    pub fn size(&self) -> u32 {
        let stated = self.xref.trailer.get("Size").and_then(Object::as_int);
        let stated = stated.and_then(|size| u32::try_from(size).ok()).unwrap_or(0).min(MAX_OBJECTS);
        let known = self.xref.entries.last_key_value().map_or(0, |(number, _)| number + 1);
        stated.max(known)
    }

    /// The length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.source.length
    }

    /// The revisions from the oldest to the newest; the end of the last is the length of the file unless more follows.
    pub fn revisions(&self) -> &[Revision] {
        &self.xref.revisions
    }

    /// The numbers of all objects in use, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.xref.entries.iter().filter(|(_, entry)| **entry != Entry::Free).map(|(number, _)| *number)
    }

    /// The newest object of this number, references inside not followed.
    ///
    /// Fails with [`PdfError::MissingObject`] if it is not in use, and if another object lies at its offset.
    pub fn object(&mut self, number: u32) -> Result<Object, PdfError> {
        let (offset, generation) = match self.xref.entries.get(&number) {
            Some(&Entry::Used { offset, generation }) => (offset, generation),
            Some(&Entry::Compressed { stream, index }) => return self.compressed(number, stream, index),
            Some(Entry::Free) | None => return Err(PdfError::MissingObject(number)),
        };
        let (reference, object) = self.source.parse_at(offset, |parser| parser.indirect())?;
        if reference != (Reference { number, generation }) {
            return Err(PdfError::Syntax { offset, what: "the object that the cross-reference table names" });
        }
        Ok(object)
    }

    /// The object in an object stream (ISO 32000-1, 7.5.7).
    fn compressed(&mut self, number: u32, stream: u32, index: u32) -> Result<Object, PdfError> {
        let Some(&Entry::Used { offset, .. }) = self.xref.entries.get(&stream) else {
            return Err(PdfError::MissingObject(stream));
        };
        if !self.streams.contains_key(&offset) {
            let taken = self.object_stream(stream, offset)?;
            let kept =
                |streams: &BTreeMap<u64, ObjectStream>| streams.values().map(|stream| stream.bytes).sum::<usize>();
            while kept(&self.streams) + taken.bytes > KEPT && self.streams.pop_first().is_some() {}
            self.streams.insert(offset, taken);
        }
        let found = self.streams.get(&offset).and_then(|stream| stream.objects.get(index as usize));
        match found {
            Some((own, object)) if *own == number => Ok(object.clone()),
            _ => Err(PdfError::Syntax { offset, what: "an object where the cross-reference stream says" }),
        }
    }

    fn object_stream(&mut self, number: u32, offset: u64) -> Result<ObjectStream, PdfError> {
        let wrong = |what| PdfError::Syntax { offset, what };
        // The length of an object stream may stand elsewhere, but not in an object stream.
        if std::mem::replace(&mut self.is_decoding, true) {
            return Err(wrong("the length of an object stream outside of object streams"));
        }
        let raw = self.stream_data(number, KEPT);
        self.is_decoding = false;
        let (raw, dict) = (raw?, self.dict(number)?);
        if !dict.get("Type").is_some_and(|kind| kind.is_name("ObjStm")) {
            return Err(wrong("an object stream"));
        }
        let data = decode::decode(&dict, &raw, KEPT).map_err(wrong)?;
        self.decoded += data.len();
        if self.decoded > MAX_DECODED_IN_ALL {
            return Err(PdfError::Limit { offset, what: "too much in object streams" });
        }
        let whole = |key: &str| dict.get(key).and_then(Object::as_int).and_then(|value| usize::try_from(value).ok());
        let (Some(count), Some(first)) = (whole("N"), whole("First").filter(|first| *first <= data.len())) else {
            return Err(wrong("/N and /First of an object stream"));
        };
        let (head, body) = data.split_at(first);
        let mut places = Parser::new(head, offset, Ending::Real);
        let mut table = Vec::new();
        for _ in 0..count.min(MAX_ITEMS) {
            let mut next = || places.unsigned().map_err(|stop| stop.into_error(offset));
            let (number, at) = (next()?, next()?);
            let number = u32::try_from(number).map_err(|_| wrong("an object number"))?;
            table.push((number, usize::try_from(at).unwrap_or(usize::MAX)));
        }
        let mut objects = Vec::new();
        for (i, (number, at)) in table.iter().enumerate() {
            // Each object ends before the next begins, so that no byte is parsed twice.
            let end = table.get(i + 1).map_or(body.len(), |(_, next)| *next);
            let bytes = body.get(*at..end).ok_or_else(|| wrong("ascending offsets within an object stream"))?;
            let object = Parser::new(bytes, offset, Ending::Real).object().map_err(|stop| stop.into_error(offset))?;
            objects.push((*number, object));
        }
        Ok(ObjectStream { bytes: data.len(), objects })
    }

    /// The object itself, or what its reference leads to; a reference to nothing is null (7.3.10).
    pub fn resolve(&mut self, object: &Object) -> Result<Object, PdfError> {
        let mut object = object.clone();
        for _ in 0..MAX_HOPS {
            let Object::Reference(reference) = object else { return Ok(object) };
            match self.xref.entries.get(&reference.number) {
                Some(Entry::Used { generation, .. }) if *generation == reference.generation => {
                    object = self.object(reference.number)?;
                }
                Some(Entry::Compressed { .. }) if reference.generation == 0 => {
                    object = self.object(reference.number)?
                }
                _ => return Ok(Object::Null),
            }
        }
        Err(PdfError::Limit { offset: 0, what: "a reference leads to too many others" })
    }

    /// The value of a key with its reference followed; null if the key is absent.
    pub fn get(&mut self, dict: &Dict, key: &str) -> Result<Object, PdfError> {
        match dict.get(key) {
            None => Ok(Object::Null),
            Some(value) => self.resolve(value),
        }
    }

    /// The dictionary of this number, also that of a stream.
    pub fn dict(&mut self, number: u32) -> Result<Dict, PdfError> {
        match self.object(number)? {
            Object::Dict(dict) => Ok(dict),
            Object::Stream(stream) => Ok(stream.dict),
            _ => Err(PdfError::WrongKind { object: number, expected: "dictionary" }),
        }
    }

    /// The document catalog and its reference.
    pub fn catalog(&mut self) -> Result<(Reference, Dict), PdfError> {
        let root = self.trailer().get("Root").and_then(Object::as_reference);
        let root = root.ok_or(PdfError::WrongKind { object: 0, expected: "reference to the catalog" })?;
        Ok((root, self.dict(root.number)?))
    }

    /// The head of a stream and the length of its raw data; makes sure that `endstream` follows.
    pub fn stream(&mut self, number: u32) -> Result<(Stream, u64), PdfError> {
        let Object::Stream(stream) = self.object(number)? else {
            return Err(PdfError::WrongKind { object: number, expected: "stream" });
        };
        let length = self.get(&stream.dict, "Length")?.as_int().and_then(|length| u64::try_from(length).ok());
        let fault = |what| PdfError::Syntax { offset: stream.data_offset, what };
        let length = length.ok_or_else(|| fault("a stream with /Length"))?;
        let end = stream.data_offset.checked_add(length).filter(|end| *end <= self.source.length);
        let end = end.ok_or_else(|| fault("a stream that ends within the file"))?;
        let tail = self.source.window(end, 11)?;
        let blanks = tail.iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if !tail[blanks..].starts_with(b"endstream") {
            return Err(fault("endstream where /Length says"));
        }
        Ok((stream, length))
    }

    /// The raw (still encoded) data of a stream, refused when it is longer than `limit` bytes.
    pub fn stream_data(&mut self, number: u32, limit: usize) -> Result<Vec<u8>, PdfError> {
        let (stream, length) = self.stream(number)?;
        match usize::try_from(length) {
            Ok(length) if length <= limit => self.source.window(stream.data_offset, length),
            _ => Err(PdfError::Limit { offset: stream.data_offset, what: "a stream too long" }),
        }
    }

    /// The filters of a stream in the order in which they are undone (7.3.8.2).
    pub fn filters(&mut self, dict: &Dict) -> Result<Vec<Filter>, PdfError> {
        let list = |object: Object| match object {
            Object::Null => Vec::new(),
            Object::Array(items) => items,
            other => vec![other],
        };
        let names = list(self.get(dict, "Filter")?);
        let parameters = list(self.get(dict, "DecodeParms")?);
        if names.len() > MAX_FILTERS {
            return Err(PdfError::Limit { offset: 0, what: "a stream has too many filters" });
        }
        let mut filters = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let name = self.resolve(name)?;
            let name = name.as_name().ok_or(PdfError::Syntax { offset: 0, what: "a filter without a name" })?;
            let parameters = match parameters.get(i).map(|parameters| self.resolve(parameters)).transpose()? {
                Some(Object::Dict(parameters)) => parameters,
                _ => Dict::new(),
            };
            filters.push(Filter::new(name, parameters));
        }
        Ok(filters)
    }

    /// The data of a stream with all its filters undone; at most `limit` bytes before and behind each of them.
    ///
    /// Fails if one of the filters gives an image.
    pub fn decoded(&mut self, number: u32, limit: usize) -> Result<Vec<u8>, PdfError> {
        let (stream, _) = self.stream(number)?;
        let mut data = self.stream_data(number, limit)?;
        for filter in self.filters(&stream.dict)? {
            let fault = |what| PdfError::Syntax { offset: stream.data_offset, what };
            data = filter.undo(&data, limit).map_err(fault)?;
        }
        Ok(data)
    }

    /// Hands the bytes from `start` to `end` to `take` in pieces of at most 64 KiB; fails if the file is shorter.
    pub fn for_each_piece(&mut self, start: u64, end: u64, mut take: impl FnMut(&[u8])) -> Result<(), PdfError> {
        let mut at = start;
        while at < end {
            let piece = self.source.window(at, usize::try_from(end - at).unwrap_or(usize::MAX).min(1 << 16))?;
            if piece.is_empty() {
                return Err(PdfError::Syntax { offset: at, what: "more bytes than the file has" });
            }
            take(&piece);
            at += piece.len() as u64;
        }
        Ok(())
    }

    /// Gives the source back.
    pub fn into_inner(self) -> R {
        self.source.inner
    }
}

/// Bytes at random with a known length.
#[derive(Debug)]
pub(crate) struct Source<R> {
    inner: R,
    length: u64,
}

impl<R: Read + Seek> Source<R> {
    fn new(mut inner: R) -> Result<Self, PdfError> {
        let length = inner.seek(SeekFrom::End(0))?;
        Ok(Self { inner, length })
    }

    /// Up to `length` bytes from `offset`; fewer at the end of the file.
    pub(crate) fn window(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, PdfError> {
        let left = self.length.saturating_sub(offset);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(length);
        let mut bytes = vec![0; length];
        if length > 0 {
            self.inner.seek(SeekFrom::Start(offset))?;
            self.inner.read_exact(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// Parses at `offset` with a window that grows until the object fits into it.
    pub(crate) fn parse_at<T>(
        &mut self,
        offset: u64,
        parse: impl Fn(&mut Parser<'_>) -> Result<T, Stop>,
    ) -> Result<T, PdfError> {
        let mut size = FIRST_WINDOW;
        loop {
            let bytes = self.window(offset, size)?;
            let ending = if bytes.len() < size { Ending::Real } else { Ending::Window };
            match parse(&mut Parser::new(&bytes, offset, ending)) {
                Ok(value) => return Ok(value),
                Err(Stop::Incomplete) if ending == Ending::Window && size < MAX_OBJECT_BYTES => size *= 8,
                Err(Stop::Incomplete) if ending == Ending::Window => {
                    return Err(PdfError::Limit { offset, what: "an object too long" });
                }
                Err(stop) => return Err(stop.into_error(offset + bytes.len() as u64)),
            }
        }
    }
}

fn read_header<R: Read + Seek>(source: &mut Source<R>) -> Result<(u8, u8), PdfError> {
    let head = source.window(0, 9)?;
    match head.strip_prefix(b"%PDF-") {
        Some(&[major @ b'1'..=b'2', b'.', minor @ b'0'..=b'9', ..]) => Ok((major - b'0', minor - b'0')),
        _ => Err(PdfError::NoHeader),
    }
}

/// The number after the last `startxref` in the tail of the file.
fn find_startxref<R: Read + Seek>(source: &mut Source<R>) -> Result<u64, PdfError> {
    const WORD: &[u8] = b"startxref";
    let start = source.length.saturating_sub(TAIL);
    let tail = source.window(start, TAIL as usize)?;
    let found = tail.windows(WORD.len()).rposition(|window| window == WORD).ok_or(PdfError::NoStartxref)?;
    let rest = &tail[found + WORD.len()..];
    let mut parser = Parser::new(rest, start + (found + WORD.len()) as u64, Ending::Real);
    let startxref = parser.unsigned().map_err(|_| PdfError::NoStartxref)?;
    let after = (parser.offset() - start) as usize;
    let marker = tail[after..].iter().skip_while(|byte| parse::is_space(**byte)).take(5);
    if marker.eq(b"%%EOF") { Ok(startxref) } else { Err(PdfError::NoStartxref) }
}
