//! A demonstration key: a throw-away authority and a signing certificate that say they are not for records.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rand::rand_bytes;
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509, X509Builder, X509Name};
use sohoa_model::Timestamp;

use crate::error::SignError;
use crate::secret::Secret;

/// A new key for demonstrations; the caller stores its parts.
#[derive(Debug)]
pub struct DemoKey {
    /// PKCS#12 container with the key, its certificate and the authority's.
    pub p12: Vec<u8>,
    /// Opens the container.
    pub password: Secret,
    /// Certificate of the authority, PEM.
    pub root_pem: String,
}

/// What every certificate of a demonstration says of itself.
pub const NOT_FOR_RECORDS: &str = "NOT FOR RECORDS";

/// Makes an RSA-2048 authority and a signing certificate issued by it, valid from the day before `now` for ten years.
///
/// Keys, serial numbers and the password come from OpenSSL's random generator: two calls never agree.
///
/// # Errors
/// [`SignError::Crypto`].
pub fn demo_key(now: Timestamp) -> Result<DemoKey, SignError> {
    make(now).map_err(SignError::crypto("make a demonstration key"))
}

const DAY: i64 = 86_400;

fn make(now: Timestamp) -> Result<DemoKey, ErrorStack> {
    let validity = (now.0.div_euclid(1000) - DAY, now.0.div_euclid(1000) + 3652 * DAY);
    let root_key = PKey::from_rsa(Rsa::generate(2048)?)?;
    let root_name = name(&format!("Sohoa demo authority, {NOT_FOR_RECORDS}"))?;
    let mut root = start(&root_name, &root_name, &root_key, validity)?;
    root.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
    root.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
    let key_id = SubjectKeyIdentifier::new().build(&root.x509v3_context(None, None))?;
    root.append_extension(key_id)?;
    root.sign(&root_key, MessageDigest::sha256())?;
    let root = root.build();

    let leaf_key = PKey::from_rsa(Rsa::generate(2048)?)?;
    let mut leaf = start(&name(&format!("Sohoa demo signer, {NOT_FOR_RECORDS}"))?, &root_name, &leaf_key, validity)?;
    leaf.append_extension(BasicConstraints::new().critical().build()?)?;
    leaf.append_extension(KeyUsage::new().critical().digital_signature().non_repudiation().build()?)?;
    let (key_id, authority) = {
        let context = leaf.x509v3_context(Some(&root), None);
        (SubjectKeyIdentifier::new().build(&context)?, AuthorityKeyIdentifier::new().keyid(true).build(&context)?)
    };
    leaf.append_extension(key_id)?;
    leaf.append_extension(authority)?;
    leaf.sign(&root_key, MessageDigest::sha256())?;
    let leaf = leaf.build();

    let mut random = [0; 16];
    rand_bytes(&mut random)?;
    let password: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut issuers = Stack::new()?;
    issuers.push(root.clone())?;
    let mut container = Pkcs12::builder();
    container.name("sohoa demo").pkey(&leaf_key).cert(&leaf).ca(issuers);
    let p12 = container.build2(&password)?.to_der()?;
    let root_pem = String::from_utf8_lossy(&root.to_pem()?).into_owned();
    Ok(DemoKey { p12, password: Secret::new(password), root_pem })
}

fn name(common_name: &str) -> Result<X509Name, ErrorStack> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_nid(Nid::COUNTRYNAME, "VN")?;
    name.append_entry_by_nid(Nid::ORGANIZATIONNAME, &format!("Sohoa demo ({NOT_FOR_RECORDS})"))?;
    name.append_entry_by_nid(Nid::COMMONNAME, common_name)?;
    Ok(name.build())
}

fn start(
    subject: &X509Name,
    issuer: &X509Name,
    key: &PKey<Private>,
    (from, until): (i64, i64),
) -> Result<X509Builder, ErrorStack> {
    let mut serial = [0; 16];
    rand_bytes(&mut serial)?;
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut certificate = X509::builder()?;
    certificate.set_version(2)?;
    let serial: Asn1Integer = BigNum::from_slice(&serial)?.to_asn1_integer()?;
    certificate.set_serial_number(&serial)?;
    certificate.set_subject_name(subject)?;
    certificate.set_issuer_name(issuer)?;
    certificate.set_pubkey(key)?;
    let (from, until) = (Asn1Time::from_unix(from)?, Asn1Time::from_unix(until)?);
    certificate.set_not_before(&from)?;
    certificate.set_not_after(&until)?;
    Ok(certificate)
}
