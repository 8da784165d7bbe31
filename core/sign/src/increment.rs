//! The increment that carries a signature: what is appended to a PDF/A so that it is signed and still a PDF/A.
//!
//! The original bytes are copied as a stream; what follows them is small and is made in memory. An increment goes
//! through three states, each a type: [`Prepared`] (written, `/Contents` all zero, digest known), [`Digested`] (signed
//! attributes known) and [`Signed`] (`/Contents` filled in).
//!
//! Invariants: the byte range covers every byte of the file but the hexadecimal string of `/Contents`; the original is
//! a prefix of the result.

use std::io::{self, Read, Seek, SeekFrom, Write};

use miniz_oxide::deflate::compress_to_vec_zlib;
use sohoa_model::hash::Hasher;
use sohoa_model::{Sha256, crash};
use sohoa_pdf::{Dict, File, Object, ObjectWriter, PdfError, Reference, text_string};

use crate::block::Layout;
use crate::certificate::Certificate;
use crate::error::SignError;
use crate::field::signature_fields;
use crate::font::{BlockFont, FontSubset};
use crate::key::Signer;
use crate::page_one::{PageOne, page_one, unreadable};
use crate::sign::{SignedFile, SigningRequest};
use crate::signed_data::{signed_attributes, signed_data};

/// Bytes reserved for the CMS structure: room for a chain, a timestamp and more, from the first day.
pub const RESERVED: usize = 32 * 1024;
/// Characters that hold the byte range, so that it can be filled in later.
const RANGE_WIDTH: usize = 36;
/// Flags of the widget: Print and Locked (ISO 32000-1, table 165; ISO 19005-2, 6.3.2).
const PRINT_LOCKED: i32 = 4 | 128;
/// SignaturesExist and AppendOnly (ISO 32000-1, table 219).
const SIGNATURE_FLAGS: i32 = 1 | 2;
const LONGEST_FIELD_NAME: usize = 100;
const COMPRESSION: u8 = 9;

/// An increment that was written with `/Contents` all zero.
pub struct Prepared<W> {
    place: Place<W>,
    digest: Sha256,
}

/// An increment whose digest stands in signed attributes, ready for the key.
pub struct Digested<W> {
    place: Place<W>,
    chain: Vec<Certificate>,
    attributes: Vec<u8>,
}

/// An increment with its signature in place.
pub struct Signed<W> {
    out: W,
    file: SignedFile,
}

/// Where the signature goes, and what is needed to hash the file without reading it again.
struct Place<W> {
    out: W,
    /// Offset of the `<` of `/Contents`.
    contents: u64,
    /// The state of the hash of the whole file before that byte.
    head: Hasher,
    /// What follows the `>`.
    tail: Vec<u8>,
    sha256_before: Sha256,
}

impl<W: Write + Seek> Prepared<W> {
    /// Copies `source` to `out`, which must be empty, and appends the increment.
    ///
    /// # Errors
    /// [`SignError::AlreadySigned`]; [`SignError::ForeignStructure`] and [`SignError::UnreadableStructure`] for files
    /// that this software does not write; errors of the visible block; [`SignError::Read`], [`SignError::Write`].
    pub fn write<R: Read + Seek>(
        source: R,
        mut out: W,
        request: &SigningRequest,
        signer: &Certificate,
    ) -> Result<Self, SignError> {
        let field_name = &request.field_name;
        if field_name.is_empty() || field_name.contains('.') || field_name.chars().count() > LONGEST_FIELD_NAME {
            return Err(SignError::FieldName(field_name.clone()));
        }
        let mut original = Original::open(source)?;
        let font = BlockFont::termes();
        let layout = Layout::new(&request.organisation, request.at, &request.block, &original.page.view, &font)?;
        let subset = font.subset(&layout.text())?;

        let mut hasher = Hasher::new();
        let last = copy(original.file.into_inner(), &mut out, &mut hasher, original.length)?;
        let sha256_before = hasher.clone().finish();
        let line_end: &[u8] = if last == Some(b'\n') { b"" } else { b"\n" };
        let start = original.length + line_end.len() as u64;
        original.trailer.set("ID", file_id(&original.trailer, sha256_before, request)?);

        let mut writer = ObjectWriter::increment(Vec::new(), start, original.size, original.startxref);
        let page = original.page;
        let widget = write_objects(&mut writer, &page, request, &layout, &subset).map_err(unwritable)?;
        let signature = signature_dictionary(request, signer);
        let at = writer.object_bytes(widget.signature, &signature.bytes).map_err(unwritable)?;
        let mut page_dict = page.dict;
        page_dict.set("Annots", widget.annotations(original.annotations));
        writer.object(page.reference, &page_dict.into()).map_err(unwritable)?;
        let catalog = with_form(original.catalog, widget.reference);
        writer.object(original.catalog_reference, &catalog.into()).map_err(unwritable)?;
        let closed = writer.close(original.trailer).map_err(unwritable)?;

        let mut increment = closed.out;
        let base = at - start;
        let contents = at + signature.contents as u64;
        let after = contents + 2 * RESERVED as u64 + 2;
        let range = format!("[0 {contents} {after} {}", closed.length - after);
        let range_at = usize::try_from(base).expect("an increment is small") + signature.range;
        increment[range_at..range_at + range.len()].copy_from_slice(range.as_bytes());

        out.write_all(line_end).map_err(SignError::Write)?;
        out.write_all(&increment).map_err(SignError::Write)?;
        hasher.update(line_end);
        let split = usize::try_from(contents - start).expect("an increment is small");
        hasher.update(&increment[..split]);
        let tail = increment.split_off(split + 2 * RESERVED + 2);
        let mut signed_bytes = hasher.clone();
        signed_bytes.update(&tail);
        let place = Place { out, contents, head: hasher, tail, sha256_before };
        Ok(Self { place, digest: signed_bytes.finish() })
    }

    /// Digest of the byte range.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// Puts the digest and the identity of the signing certificate (the first of `chain`) into signed attributes.
    ///
    /// # Errors
    /// [`SignError::NoCertificate`], [`SignError::Encoding`].
    pub fn digested(self, chain: &[Certificate]) -> Result<Digested<W>, SignError> {
        let signer = chain.first().ok_or(SignError::NoCertificate)?;
        let attributes = signed_attributes(self.digest, signer)?;
        crash::point("sign.digested");
        Ok(Digested { place: self.place, chain: chain.to_vec(), attributes })
    }
}

impl<W: Write + Seek> Digested<W> {
    /// The bytes that the key signs: the signed attributes as a `SET OF` (RFC 5652, 5.4).
    pub fn to_be_signed(&self) -> &[u8] {
        &self.attributes
    }

    /// Lets the key sign, checks the signature against the certificate, and fills in `/Contents`.
    ///
    /// # Errors
    /// [`SignError::Crypto`], [`SignError::SignatureMismatch`], [`SignError::TooLarge`], [`SignError::Write`].
    pub fn signed(self, signer: &dyn Signer) -> Result<Signed<W>, SignError> {
        let signature = signer.sign(&self.attributes)?;
        let public = self.chain[0].x509().public_key().map_err(SignError::BadCertificate)?;
        let mechanism = signer.mechanism();
        if !mechanism.holds(&public, &self.attributes, &signature).unwrap_or(false) {
            return Err(SignError::SignatureMismatch);
        }
        let cms = signed_data(&self.chain, &self.attributes, mechanism, &signature)?;
        if cms.len() > RESERVED {
            return Err(SignError::TooLarge { bytes: cms.len(), reserved: RESERVED });
        }
        let Place { mut out, contents, mut head, tail, sha256_before } = self.place;
        let hex = contents_string(&cms);
        out.seek(SeekFrom::Start(contents)).map_err(SignError::Write)?;
        out.write_all(&hex).map_err(SignError::Write)?;
        out.seek(SeekFrom::End(0)).map_err(SignError::Write)?;
        out.flush().map_err(SignError::Write)?;
        head.update(&hex);
        head.update(&tail);
        let bytes = head.bytes();
        Ok(Signed { out, file: SignedFile { sha256_before, sha256_after: head.finish(), bytes } })
    }
}

impl<W> Signed<W> {
    /// What was made.
    pub fn file(&self) -> SignedFile {
        self.file
    }

    /// The sink.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// What is known of the file before it is signed.
struct Original<R> {
    file: File<R>,
    length: u64,
    size: u32,
    startxref: u64,
    trailer: Dict,
    catalog_reference: Reference,
    catalog: Dict,
    page: PageOne,
    annotations: Vec<Object>,
}

impl<R: Read + Seek> Original<R> {
    fn open(source: R) -> Result<Self, SignError> {
        let mut file = File::open(source).map_err(unreadable)?;
        if !signature_fields(&mut file).map_err(unreadable)?.is_empty() {
            return Err(SignError::AlreadySigned);
        }
        file.without_streams_of_structure().map_err(unreadable)?;
        let (catalog_reference, catalog) = file.catalog().map_err(unreadable)?;
        let trailer = file.trailer().clone();
        let foreign = |what| Err(SignError::ForeignStructure(what));
        if trailer.contains("Encrypt") {
            return foreign("it is encrypted");
        }
        if catalog.contains("AcroForm") || catalog.contains("Perms") {
            return foreign("it has an interactive form");
        }
        if file.revisions().last().map(|revision| revision.end) != Some(file.length()) {
            return foreign("bytes follow its end");
        }
        let page = page_one(&mut file, &catalog)?;
        if catalog_reference.generation != 0 || page.reference.generation != 0 {
            return foreign("its catalog or page 1 has a generation");
        }
        let annotations = file.get(&page.dict, "Annots").map_err(unreadable)?;
        let annotations = annotations.as_array().unwrap_or_default().to_vec();
        let (length, size, startxref) = (file.length(), file.size(), file.last_startxref());
        Ok(Self { file, length, size, startxref, trailer, catalog_reference, catalog, page, annotations })
    }
}

/// The widget of the signature field, and the signature that it will hold.
struct Widget {
    reference: Reference,
    signature: Reference,
}

impl Widget {
    fn annotations(&self, mut others: Vec<Object>) -> Object {
        others.push(self.reference.into());
        Object::Array(others)
    }
}

/// A signature dictionary as bytes, with the places that are filled in later.
struct SignatureBytes {
    bytes: Vec<u8>,
    /// Index of the `[` of the byte range.
    range: usize,
    /// Index of the `<` of `/Contents`.
    contents: usize,
}

/// Writes font, appearance and widget.
fn write_objects(
    writer: &mut ObjectWriter<Vec<u8>>,
    page: &PageOne,
    request: &SigningRequest,
    layout: &Layout,
    subset: &FontSubset,
) -> Result<Widget, PdfError> {
    let flate = Dict::new().with("Filter", Object::name("FlateDecode"));
    let [signature, widget, appearance, type0] =
        [writer.allocate()?, writer.allocate()?, writer.allocate()?, writer.allocate()?];
    let [cid_font, descriptor, program, to_unicode] =
        [writer.allocate()?, writer.allocate()?, writer.allocate()?, writer.allocate()?];

    let head = flate.clone().with("Subtype", Object::name("CIDFontType0C"));
    writer.stream(program, &head, &compress_to_vec_zlib(&subset.cff, COMPRESSION))?;
    writer.stream(to_unicode, &flate, &compress_to_vec_zlib(&subset.to_unicode, COMPRESSION))?;
    writer.object(descriptor, &subset.descriptor.clone().with("FontFile3", program).into())?;
    writer.object(cid_font, &subset.cid_font.clone().with("FontDescriptor", descriptor).into())?;
    let descendants = Object::array([cid_font]);
    let dict = subset.type0.clone().with("DescendantFonts", descendants).with("ToUnicode", to_unicode);
    writer.object(type0, &dict.into())?;

    let mut content = format!("q\nBT\n0 g\n/F0 {} Tf\n", number(layout.size));
    for (x, y, line) in &layout.lines {
        content.push_str(&format!("1 0 0 1 {} {} Tm\n<{}> Tj\n", number(*x), number(*y), subset.show(line)));
    }
    content.push_str("ET\nQ\n");
    let form = flate
        .with("Type", Object::name("XObject"))
        .with("Subtype", Object::name("Form"))
        .with("BBox", layout.bounds())
        .with("Matrix", layout.matrix(&page.view))
        .with("Resources", Dict::new().with("Font", Dict::new().with("F0", type0)));
    writer.stream(appearance, &form, &compress_to_vec_zlib(content.as_bytes(), COMPRESSION))?;

    let field = Dict::new()
        .with("Type", Object::name("Annot"))
        .with("Subtype", Object::name("Widget"))
        .with("FT", Object::name("Sig"))
        .with("T", text_string(&request.field_name))
        .with("V", signature)
        .with("Rect", layout.rect(&request.block, &page.view))
        .with("F", PRINT_LOCKED)
        .with("P", page.reference)
        .with("AP", Dict::new().with("N", appearance));
    writer.object(widget, &field.into())?;
    Ok(Widget { reference: widget, signature })
}

/// The signature dictionary (ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 6.3) with its two gaps.
fn signature_dictionary(request: &SigningRequest, signer: &Certificate) -> SignatureBytes {
    let mut dict = Dict::new()
        .with("Type", Object::name("Sig"))
        .with("Filter", Object::name("Adobe.PPKLite"))
        .with("SubFilter", Object::name("ETSI.CAdES.detached"))
        .with("Name", text_string(&signer.common_name()))
        .with("M", Object::String(request.at.pdf_date().into_bytes()));
    if let Some(reason) = &request.reason {
        dict.set("Reason", text_string(reason));
    }
    let mut bytes = Object::Dict(dict).to_bytes();
    bytes.truncate(bytes.len() - 2);
    bytes.extend(b"/ByteRange ");
    let range = bytes.len();
    bytes.extend(vec![b' '; RANGE_WIDTH]);
    bytes.extend(b"]/Contents ");
    let contents = bytes.len();
    bytes.extend(contents_string(&[]));
    bytes.extend(b">>");
    SignatureBytes { bytes, range, contents }
}

/// The catalog with a form of one field, and the mark of PAdES among its extensions.
fn with_form(mut catalog: Dict, field: Reference) -> Dict {
    let form = Dict::new().with("Fields", Object::array([field])).with("SigFlags", SIGNATURE_FLAGS);
    catalog.set("AcroForm", form);
    if !catalog.contains("Extensions") {
        let level = Dict::new().with("BaseVersion", Object::name("1.7")).with("ExtensionLevel", 1);
        catalog.set("Extensions", Dict::new().with("ESIC", level));
    }
    catalog
}

/// The file identifier: its first half stays, its second names this revision (ISO 32000-1, 14.4).
fn file_id(trailer: &Dict, before: Sha256, request: &SigningRequest) -> Result<Object, SignError> {
    let halves = trailer.get("ID").and_then(Object::as_array).unwrap_or_default();
    let Some(first) = halves.first().filter(|first| first.as_string().is_some()) else {
        return Err(SignError::ForeignStructure("it has no file identifier"));
    };
    let revision = Sha256::of(format!("{before} {} {}", request.at.0, request.organisation).as_bytes());
    Ok(Object::Array(vec![first.clone(), Object::String(revision.0[..16].to_vec())]))
}

/// A hexadecimal string of the fixed length, padded with zeros.
fn contents_string(cms: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hex = Vec::with_capacity(2 * RESERVED + 2);
    hex.push(b'<');
    hex.extend(cms.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]));
    hex.resize(2 * RESERVED + 1, b'0');
    hex.push(b'>');
    hex
}

/// Copies exactly `length` bytes and gives the last.
fn copy<R: Read + Seek>(
    mut source: R,
    out: &mut impl Write,
    hasher: &mut Hasher,
    length: u64,
) -> Result<Option<u8>, SignError> {
    source.seek(SeekFrom::Start(0)).map_err(SignError::Read)?;
    let mut buffer = vec![0; 1 << 16];
    let mut last = None;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(SignError::Read(error)),
        };
        hasher.update(&buffer[..count]);
        out.write_all(&buffer[..count]).map_err(SignError::Write)?;
        last = Some(buffer[count - 1]);
    }
    if hasher.bytes() != length {
        return Err(SignError::Read(io::Error::other("the file changed while it was read")));
    }
    Ok(last)
}

fn number(value: f64) -> String {
    String::from_utf8_lossy(&Object::Real(value).to_bytes()).into_owned()
}

fn unwritable(error: PdfError) -> SignError {
    match error {
        PdfError::Io(error) => SignError::Write(error),
        other => SignError::UnreadableStructure(other),
    }
}
