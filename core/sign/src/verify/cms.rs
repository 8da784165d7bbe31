//! The signer's record: what a CMS structure in `/Contents` says of its one signer (RFC 5652, ETSI EN 319 122-1).
//!
//! Elements are taken apart without re-encoding; certificates and signed attributes keep the bytes they came in.

use std::ops::RangeInclusive;

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Tag, Tagged};
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::Stop;
use crate::asn1::{children, context, element, encoded, first, issuer_and_serial, oid};
use crate::certificate::Certificate;
use crate::signed_data as oids;

/// One signer, everything needed to judge it.
pub(super) struct SignerRecord {
    /// All certificates that came along and could be read.
    pub(super) certificates: Vec<Certificate>,
    /// Digest algorithm of the file.
    pub(super) digest: MessageDigest,
    digest_name: &'static str,
    /// The digest that was signed.
    pub(super) message_digest: Vec<u8>,
    /// The signed attributes as a `SET OF`: the bytes that were signed.
    pub(super) signed_attributes: Vec<u8>,
    /// How they were signed.
    pub(super) scheme: Scheme,
    /// Digest algorithm of the signature.
    pub(super) signature_digest: MessageDigest,
    /// The signature.
    pub(super) signature: Vec<u8>,
    /// Why the algorithms are not accepted although the signature can be computed.
    pub(super) constraint: Option<String>,
    identifier: Identifier,
    certificate_id: Option<CertificateId>,
}

/// A signature algorithm that can be judged.
#[derive(Clone, Copy)]
pub(super) enum Scheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    RsaPkcs1,
    /// RSASSA-PSS (RFC 8017, 8.1) with the digest of its mask and the length of its salt.
    RsaPss { mask: MessageDigest, salt: u8 },
    /// ECDSA (RFC 5753).
    Ecdsa,
    /// Ed25519 or Ed448 (RFC 8419).
    EdDsa(&'static str),
}

/// How a signer names its certificate.
enum Identifier {
    IssuerAndSerial(Vec<u8>, Vec<u8>),
    SubjectKey(Vec<u8>),
}

/// The certificate that was signed along (`signing-certificate-v2`, RFC 5035).
struct CertificateId {
    digest: MessageDigest,
    value: Vec<u8>,
}

const ED25519: &str = "Ed25519";
const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
/// RSA PKCS#1 v1.5 and ECDSA with their digests.
const SIGNATURES: [(&str, Scheme, Option<&str>); 9] = [
    (RSA, Scheme::RsaPkcs1, None),
    ("1.2.840.113549.1.1.11", Scheme::RsaPkcs1, Some(SHA_256)),
    ("1.2.840.113549.1.1.12", Scheme::RsaPkcs1, Some(SHA_384)),
    ("1.2.840.113549.1.1.13", Scheme::RsaPkcs1, Some(SHA_512)),
    ("1.2.840.10045.4.3.2", Scheme::Ecdsa, Some(SHA_256)),
    ("1.2.840.10045.4.3.3", Scheme::Ecdsa, Some(SHA_384)),
    ("1.2.840.10045.4.3.4", Scheme::Ecdsa, Some(SHA_512)),
    ("1.3.101.112", Scheme::EdDsa(ED25519), None),
    ("1.3.101.113", Scheme::EdDsa("Ed448"), None),
];
const SHA_256: &str = "2.16.840.1.101.3.4.2.1";
const SHA_384: &str = "2.16.840.1.101.3.4.2.2";
const SHA_512: &str = "2.16.840.1.101.3.4.2.3";

impl Scheme {
    /// Whether a kind of key can make such signatures.
    pub(super) fn fits(self, key: Id) -> bool {
        match self {
            Self::RsaPkcs1 => key == Id::RSA,
            Self::RsaPss { .. } => key == Id::RSA || key == Id::RSA_PSS,
            Self::Ecdsa => key == Id::EC,
            Self::EdDsa(ED25519) => key == Id::ED25519,
            Self::EdDsa(_) => key == Id::ED448,
        }
    }

    /// A verifier for it.
    pub(super) fn verifier(self, digest: MessageDigest, key: &PKey<Public>) -> Result<Verifier<'_>, ErrorStack> {
        if let Self::EdDsa(_) = self {
            return Verifier::new_without_digest(key);
        }
        let mut verifier = Verifier::new(digest, key)?;
        if let Self::RsaPss { mask, salt } = self {
            verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
            verifier.set_rsa_mgf1_md(mask)?;
            verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt.into()))?;
        }
        Ok(verifier)
    }

    fn name(self) -> &'static str {
        match self {
            Self::RsaPkcs1 => "RSA PKCS#1 v1.5",
            Self::RsaPss { .. } => "RSA-PSS",
            Self::Ecdsa => "ECDSA",
            Self::EdDsa(name) => name,
        }
    }
}

impl SignerRecord {
    /// Reads the content of `/Contents`: one DER structure, then only zero bytes.
    pub(super) fn parse(contents: &[u8]) -> Result<Self, Stop> {
        if contents.get(1) == Some(&0x80) {
            return Err(Stop::indeterminate("the signature is encoded as BER of indefinite length, not as DER"));
        }
        let (info, padding) = first(contents).map_err(malformed)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(format_failure("something follows the signature in its place"));
        }
        let [kind, content] = children(info).map_err(malformed)?[..] else { return Err(missing("a ContentInfo")) };
        if oid(kind).map_err(malformed)? != oids::SIGNED_DATA || content.tag() != context(0) {
            return Err(format_failure("the signature is not CMS SignedData"));
        }
        let (signed_data, _) = first(content.value()).map_err(malformed)?;
        let fields = children(signed_data).map_err(malformed)?;
        let [version, digests, encapsulated, optional @ .., signers] = &fields[..] else {
            return Err(missing("a SignedData"));
        };
        check_version(*version, 1..=5)?;
        for digest in children(*digests).map_err(malformed)? {
            digest_algorithm(digest)?;
        }
        let in_order = matches!(optional, [] | [_]) || matches!(optional, [a, b] if a.tag() < b.tag());
        if !in_order || !optional.iter().all(|field| [context(0), context(1)].contains(&field.tag())) {
            return Err(missing("a SignedData"));
        }
        let [content_type] = children(*encapsulated).map_err(malformed)?[..] else {
            return Err(format_failure("the signature is not detached"));
        };
        if oid(content_type).map_err(malformed)? != oids::DATA
            || [*digests, *signers].map(|set| set.tag()) != [Tag::Set; 2]
        {
            return Err(missing("a SignedData over data"));
        }
        let [signer] = children(*signers).map_err(malformed)?[..] else {
            return Err(format_failure("the signature does not have exactly one signer"));
        };
        let certificates = optional.iter().find(|field| field.tag() == context(0)).copied();
        let certificates = certificates.map(children).transpose().map_err(malformed)?.unwrap_or_default();
        let readable = |der: &AnyRef<'_>| Certificate::from_der(&encoded(der)).ok();
        Self::from_signer(signer, certificates.iter().filter_map(readable).collect())
    }

    fn from_signer(signer: AnyRef<'_>, certificates: Vec<Certificate>) -> Result<Self, Stop> {
        let fields = children(signer).map_err(malformed)?;
        let [version, identifier, digest, attributes, signature_algorithm, signature, unsigned @ ..] = &fields[..]
        else {
            return Err(missing("a SignerInfo with signed attributes"));
        };
        check_version(*version, 1..=3)?;
        let unsigned_fit = unsigned.is_empty() || matches!(unsigned, [one] if one.tag() == context(1));
        if attributes.tag() != context(0) || signature.tag() != Tag::OctetString || !unsigned_fit {
            return Err(missing("a SignerInfo with signed attributes"));
        }
        let (digest, digest_name) = digest_algorithm(*digest)?;
        let (scheme, signature_digest) = signature_scheme(*signature_algorithm, digest)?;
        // Ed25519 goes with SHA-512 and Ed448 with SHAKE256 only (RFC 8419, 3), and SHAKE256 is not among what is accepted here.
        let constraint = match scheme {
            Scheme::EdDsa(name) if (name, digest_name) != (ED25519, "SHA-512") => {
                Some(format!("CRYPTO_CONSTRAINTS_FAILURE: {name} does not go with {digest_name}"))
            }
            _ => None,
        };
        let attributes = Attributes::read(*attributes)?;
        if oid(attributes.one(oids::CONTENT_TYPE)?).map_err(malformed)? != oids::DATA {
            return Err(format_failure("the content type is not data"));
        }
        Ok(Self {
            certificates,
            digest,
            digest_name,
            message_digest: attributes.one(oids::MESSAGE_DIGEST)?.value().to_vec(),
            signed_attributes: attributes.signed,
            scheme,
            signature_digest,
            constraint,
            signature: signature.value().to_vec(),
            identifier: read_identifier(*identifier)?,
            certificate_id: attributes.certificate_id,
        })
    }

    /// The algorithms in words.
    pub(super) fn algorithm(&self) -> String {
        format!("{}, {}", self.scheme.name(), self.digest_name)
    }

    /// The certificate that the signer names.
    pub(super) fn signing_certificate(&self) -> Result<Certificate, Stop> {
        let named = self.certificates.iter().find(|certificate| match &self.identifier {
            Identifier::IssuerAndSerial(issuer, serial) => issuer_and_serial(certificate.der())
                .is_ok_and(|(own_issuer, own_serial)| own_issuer == *issuer && own_serial == *serial),
            Identifier::SubjectKey(id) => {
                certificate.x509().subject_key_id().is_some_and(|own| own.as_slice() == id.as_slice())
            }
        });
        named.cloned().ok_or_else(|| {
            Stop::indeterminate("NO_SIGNING_CERTIFICATE_FOUND: the signer's certificate is not in the signature")
        })
    }

    /// Holds the certificate against `signing-certificate-v2`, which a PAdES baseline signature must have and an older one may have.
    pub(super) fn check_certificate_was_signed(&self, certificate: &Certificate, is_pades: bool) -> Result<(), Stop> {
        let Some(id) = &self.certificate_id else {
            if !is_pades {
                return Ok(());
            }
            return Err(Stop::indeterminate(
                "SIG_CONSTRAINTS_FAILURE: not a PAdES baseline signature (no signing-certificate-v2 attribute)",
            ));
        };
        let own = hash(id.digest, certificate.der());
        if own.is_ok_and(|own| own[..] == id.value[..]) {
            return Ok(());
        }
        Err(Stop::indeterminate("NO_SIGNING_CERTIFICATE_FOUND: the certificate is not the one that was signed along"))
    }
}

/// The signed attributes, each at most once.
struct Attributes<'a> {
    signed: Vec<u8>,
    found: Vec<(ObjectIdentifier, AnyRef<'a>)>,
    certificate_id: Option<CertificateId>,
}

impl<'a> Attributes<'a> {
    fn read(attributes: AnyRef<'a>) -> Result<Self, Stop> {
        let mut found: Vec<(ObjectIdentifier, AnyRef<'a>)> = Vec::new();
        for attribute in children(attributes).map_err(malformed)? {
            let [kind, values] = children(attribute).map_err(malformed)?[..] else { return Err(missing("attribute")) };
            let kind = oid(kind).map_err(malformed)?;
            let [value] = children(values).map_err(malformed)?[..] else { continue };
            if found.iter().any(|(other, _)| *other == kind) {
                return Err(format_failure("a signed attribute stands there twice"));
            }
            found.push((kind, value));
        }
        let value = found.iter().find(|(kind, _)| *kind == oids::SIGNING_CERTIFICATE_V2).map(|(_, value)| *value);
        let certificate_id = value.map(read_certificate_id).transpose()?;
        Ok(Self { signed: element(Tag::Set, attributes.value()), found, certificate_id })
    }

    fn one(&self, wanted: ObjectIdentifier) -> Result<AnyRef<'a>, Stop> {
        let value = self.found.iter().find(|(kind, _)| *kind == wanted).map(|(_, value)| *value);
        value.ok_or_else(|| missing("a signed attribute that every signature has"))
    }
}

/// The first `ESSCertIDv2`: an optional hash algorithm (SHA-256 if absent), then the hash.
fn read_certificate_id(value: AnyRef<'_>) -> Result<CertificateId, Stop> {
    let wrong = || missing("a signing-certificate-v2");
    let certificates = children(value).map_err(malformed)?.first().copied().ok_or_else(wrong)?;
    let id = children(certificates).map_err(malformed)?.first().copied().ok_or_else(wrong)?;
    let fields = children(id).map_err(malformed)?;
    match fields[..] {
        [value, ..] if value.tag() == Tag::OctetString => {
            Ok(CertificateId { digest: MessageDigest::sha256(), value: value.value().to_vec() })
        }
        [algorithm, value, ..] if value.tag() == Tag::OctetString => {
            Ok(CertificateId { digest: digest_algorithm(algorithm)?.0, value: value.value().to_vec() })
        }
        _ => Err(wrong()),
    }
}

fn read_identifier(identifier: AnyRef<'_>) -> Result<Identifier, Stop> {
    if let Tag::ContextSpecific { .. } = identifier.tag() {
        return Ok(Identifier::SubjectKey(identifier.value().to_vec()));
    }
    let [issuer, serial] = children(identifier).map_err(malformed)?[..] else { return Err(missing("a signer")) };
    Ok(Identifier::IssuerAndSerial(encoded(&issuer), encoded(&serial)))
}

fn algorithm_oid(algorithm: AnyRef<'_>) -> Result<String, Stop> {
    let fields = children(algorithm).map_err(malformed)?;
    let id = fields.first().copied().ok_or_else(|| missing("an algorithm"))?;
    Ok(oid(id).map_err(malformed)?.to_string())
}

fn check_version(version: AnyRef<'_>, known: RangeInclusive<u8>) -> Result<(), Stop> {
    let version: u8 = version.decode_as().map_err(malformed)?;
    if known.contains(&version) { Ok(()) } else { Err(format_failure("the signature has an unknown version")) }
}

/// The parameters of most algorithms: left out or null.
fn check_no_parameters(algorithm: AnyRef<'_>) -> Result<(), Stop> {
    match children(algorithm).map_err(malformed)?[..] {
        [_] => Ok(()),
        [_, parameters] if parameters.is_null() => Ok(()),
        _ => Err(missing("an algorithm without parameters")),
    }
}

fn digest_algorithm(algorithm: AnyRef<'_>) -> Result<(MessageDigest, &'static str), Stop> {
    let id = algorithm_oid(algorithm)?;
    check_no_parameters(algorithm)?;
    digest_by_oid(&id).ok_or_else(|| {
        Stop::indeterminate(format!("CRYPTO_CONSTRAINTS_FAILURE: the digest algorithm {id} is not accepted here"))
    })
}

fn digest_by_oid(id: &str) -> Option<(MessageDigest, &'static str)> {
    match id {
        SHA_256 => Some((MessageDigest::sha256(), "SHA-256")),
        SHA_384 => Some((MessageDigest::sha384(), "SHA-384")),
        SHA_512 => Some((MessageDigest::sha512(), "SHA-512")),
        _ => None,
    }
}

fn signature_scheme(algorithm: AnyRef<'_>, digest: MessageDigest) -> Result<(Scheme, MessageDigest), Stop> {
    let id = algorithm_oid(algorithm)?;
    if id == RSA_PSS {
        return pss_scheme(algorithm);
    }
    let Some((_, scheme, own)) = SIGNATURES.iter().find(|(known, _, _)| *known == id) else {
        return Err(Stop::indeterminate(format!("the signature algorithm {id} can't be judged here")));
    };
    check_no_parameters(algorithm)?;
    Ok((*scheme, own.and_then(digest_by_oid).map_or(digest, |(digest, _)| digest)))
}

/// Reads `RSASSA-PSS-params` (RFC 4055, 3.1); what is left out there means SHA-1, which is not accepted.
fn pss_scheme(algorithm: AnyRef<'_>) -> Result<(Scheme, MessageDigest), Stop> {
    let wrong = || missing("a parameter of RSASSA-PSS");
    let parameters = children(algorithm).map_err(malformed)?.get(1).copied().ok_or_else(wrong)?;
    let parameters = children(parameters).map_err(malformed)?;
    let parameter = |number: u32| {
        let tagged = parameters.iter().find(|parameter| parameter.tag() == context(number));
        tagged.map(|tagged| first(tagged.value())).transpose().map_err(malformed)
    };
    let weak = || Stop::indeterminate("CRYPTO_CONSTRAINTS_FAILURE: SHA-1 is not accepted here");
    let (digest, _) = digest_algorithm(parameter(0)?.ok_or_else(weak)?.0)?;
    let mask_function = children(parameter(1)?.ok_or_else(weak)?.0).map_err(malformed)?;
    let (mask, _) = digest_algorithm(mask_function.get(1).copied().ok_or_else(wrong)?)?;
    let salt = match parameter(2)? {
        None => 20,
        Some((length, _)) => length.decode_as().map_err(malformed)?,
    };
    Ok((Scheme::RsaPss { mask, salt }, digest))
}

fn format_failure(what: &str) -> Stop {
    Stop::failed(format!("FORMAT_FAILURE: {what}"))
}

fn missing(what: &str) -> Stop {
    format_failure(&format!("{what} is missing or malformed"))
}

fn malformed(_: der::Error) -> Stop {
    format_failure("the signature is not a well-formed CMS structure")
}
