//! DER as nested elements: enough ASN.1 to write and read a CMS structure without ever re-encoding a foreign byte.
//!
//! Certificates and signed attributes are hashed and signed as the bytes they came in, so they are never parsed into
//! structures and written again; lengths are checked by the `der` crate, counts by [`children`].

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Any, Decode, Encode, Reader, SliceReader, Tag, TagNumber};

/// Most elements that a sequence or set may have.
const MOST_CHILDREN: usize = 256;

/// An element from its tag and its content.
pub(crate) fn element(tag: Tag, content: &[u8]) -> Vec<u8> {
    let any = Any::new(tag, content).expect("certificates and attributes are bounded far below the limit of DER");
    encoded(&any)
}

/// A `SEQUENCE` of elements.
pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(Tag::Sequence, &elements.concat())
}

/// The content of a `SET OF`: elements in the order of their encodings (X.690, 11.6).
pub(crate) fn set_content(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    elements.concat()
}

/// The context-specific, constructed tag `[number]`.
pub(crate) fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// The encoding of a value that always has one.
pub(crate) fn encoded(value: &impl Encode) -> Vec<u8> {
    value.to_der().expect("a small value has an encoding")
}

/// The first element of some bytes and what follows it.
pub(crate) fn first(bytes: &[u8]) -> der::Result<(AnyRef<'_>, &[u8])> {
    let mut reader = SliceReader::new(bytes)?;
    let element = AnyRef::decode(&mut reader)?;
    let rest = reader.remaining_len();
    Ok((element, reader.read_slice(rest)?))
}

/// The elements inside an element.
pub(crate) fn children(parent: AnyRef<'_>) -> der::Result<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(parent.value())?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        if found.len() == MOST_CHILDREN {
            return Err(reader.error(der::ErrorKind::Overflow));
        }
        found.push(AnyRef::decode(&mut reader)?);
    }
    Ok(found)
}

/// The object identifier that an element is.
pub(crate) fn oid(element: AnyRef<'_>) -> der::Result<ObjectIdentifier> {
    element.decode_as()
}

/// Issuer (a `Name`) and serial number (an `INTEGER`) of a certificate as encoded in it (RFC 5280, 4.1).
pub(crate) fn issuer_and_serial(certificate: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    let malformed = || der::Error::from(der::ErrorKind::Failed);
    let (certificate, _) = first(certificate)?;
    let to_be_signed = children(certificate)?.first().copied().ok_or_else(malformed)?;
    let fields = children(to_be_signed)?;
    let skip = usize::from(fields.first().is_some_and(|field| der::Tagged::tag(field) == context(0)));
    let (Some(serial), Some(issuer)) = (fields.get(skip), fields.get(skip + 2)) else { return Err(malformed()) };
    Ok((encoded(issuer), encoded(serial)))
}
