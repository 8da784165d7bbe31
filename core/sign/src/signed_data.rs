//! The CMS structure of a signature (RFC 5652, ETSI EN 319 122-1): signed attributes, then the whole `SignedData`.
//!
//! PAdES baseline B-B (ETSI EN 319 142-1, 6.3): detached, content type, message digest and signing-certificate-v2 are
//! signed; the signing time stands in the signature dictionary's `/M`, not here.

use der::Tag;
use der::asn1::ObjectIdentifier;
use sohoa_model::Sha256;

use crate::asn1::{context, element, encoded, first, issuer_and_serial, sequence, set_content};
use crate::certificate::Certificate;
use crate::error::SignError;
use crate::mechanism::Mechanism;

pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub(crate) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(crate) const SHA_256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// The signed attributes as a `SET OF` in DER: the bytes that the key signs.
pub(crate) fn signed_attributes(digest: Sha256, signer: &Certificate) -> Result<Vec<u8>, SignError> {
    let (issuer, serial) = names(signer)?;
    let certificate_id = sequence(&[
        &octets(&signer.fingerprint().0),
        &sequence(&[&sequence(&[&element(context(4), &issuer)]), &serial]),
    ]);
    let attributes = vec![
        attribute(CONTENT_TYPE, &encoded(&DATA)),
        attribute(MESSAGE_DIGEST, &octets(&digest.0)),
        attribute(SIGNING_CERTIFICATE_V2, &sequence(&[&sequence(&[&certificate_id])])),
    ];
    Ok(element(Tag::Set, &set_content(attributes)))
}

/// The `ContentInfo` with one signer; `attributes` are the bytes of [`signed_attributes`].
pub(crate) fn signed_data(
    chain: &[Certificate],
    attributes: &[u8],
    mechanism: Mechanism,
    signature: &[u8],
) -> Result<Vec<u8>, SignError> {
    let Some(signer) = chain.first() else { return Err(SignError::NoCertificate) };
    let (issuer, serial) = names(signer)?;
    let version = encoded(&1_u8);
    let sha_256 = sequence(&[&encoded(&SHA_256)]);
    let attributes = first(attributes).map_err(SignError::Encoding)?.0.value();
    let signer_info = sequence(&[
        &version,
        &sequence(&[&issuer, &serial]),
        &sha_256,
        &element(context(0), attributes),
        &mechanism.identifier(),
        &octets(signature),
    ]);
    let certificates = set_content(chain.iter().map(|certificate| certificate.der().to_vec()).collect());
    let signed_data = sequence(&[
        &version,
        &element(Tag::Set, &sha_256),
        &sequence(&[&encoded(&DATA)]),
        &element(context(0), &certificates),
        &element(Tag::Set, &signer_info),
    ]);
    Ok(sequence(&[&encoded(&SIGNED_DATA), &element(context(0), &signed_data)]))
}

fn names(certificate: &Certificate) -> Result<(Vec<u8>, Vec<u8>), SignError> {
    issuer_and_serial(certificate.der()).map_err(SignError::Encoding)
}

fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&encoded(&kind), &element(Tag::Set, value)])
}

fn octets(bytes: &[u8]) -> Vec<u8> {
    element(Tag::OctetString, bytes)
}
