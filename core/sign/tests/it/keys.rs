//! Keys: what opens, what is refused and why.

use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Name};
use sohoa_sign::{Mechanism, Secret, SignError, Signer, SoftKey, demo_key};

use crate::sample::AT;

fn self_signed(key: &PKey<Private>) -> X509 {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "Nguyễn Thị Thử").unwrap();
    let name = name.build();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate.set_subject_name(&name).unwrap();
    certificate.set_issuer_name(&name).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate.set_not_before(&openssl::asn1::Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    certificate.set_not_after(&openssl::asn1::Asn1Time::from_unix(2_000_000_000).unwrap()).unwrap();
    certificate.sign(key, MessageDigest::sha256()).unwrap();
    certificate.build()
}

fn container(key: &PKey<Private>, certificate: &X509) -> Vec<u8> {
    Pkcs12::builder().pkey(key).cert(certificate).build2("mật khẩu").unwrap().to_der().unwrap()
}

fn open(p12: &[u8]) -> Result<SoftKey, SignError> {
    SoftKey::open(p12, &Secret::new("mật khẩu"))
}

#[test]
fn a_demonstration_key_says_that_it_is_not_for_records() {
    let demo = demo_key(AT).unwrap();
    let key = SoftKey::open(&demo.p12, &demo.password).unwrap();
    let certificate = key.certificate();
    assert!(certificate.common_name().contains("NOT FOR RECORDS"));
    assert!(certificate.organisation().contains("NOT FOR RECORDS"));
    assert!(certificate.valid_from() < AT && certificate.valid_until().day_vietnam().starts_with("2035-01"));
    assert_eq!(certificate.serial().len(), 32);
    assert_eq!(key.chain().len(), 2);
    assert!(key.chain()[1].is_self_issued() && certificate.is_issued_by(&key.chain()[1]));
    assert_eq!(key.chain()[1].to_pem().unwrap(), demo.root_pem);
    assert!(!format!("{demo:?}").contains(demo.password.reveal()));
}

#[test]
fn each_reason_why_a_key_file_cannot_be_used_is_told_apart() {
    let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let good = container(&rsa, &self_signed(&rsa));
    assert_eq!(open(&good).unwrap().certificate().common_name(), "Nguyễn Thị Thử");
    assert!(matches!(SoftKey::open(&good, &Secret::new("sai")), Err(SignError::WrongPassword)));
    assert!(matches!(SoftKey::open(&good, &Secret::new("")), Err(SignError::WrongPassword)));
    assert!(matches!(SoftKey::open(&good, &Secret::new("mật\0khẩu")), Err(SignError::WrongPassword)));
    for bytes in [&b""[..], b"-----BEGIN PRIVATE KEY-----", &good[..good.len() / 2], &[0x30; 2000]] {
        assert!(matches!(open(bytes), Err(SignError::NotPkcs12)), "{} bytes", bytes.len());
    }

    let short = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    assert!(matches!(
        open(&container(&short, &self_signed(&short))),
        Err(SignError::KeyTooShort { bits: 1024, least: 2048 })
    ));
    let curve = |id| PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(id).unwrap()).unwrap()).unwrap();
    let small = curve(Nid::SECP224R1);
    let refused = open(&container(&small, &self_signed(&small)));
    assert!(matches!(refused, Err(SignError::KeyTooShort { bits: 224, least: 256 })));
    let ec = curve(Nid::X9_62_PRIME256V1);
    let ec = open(&container(&ec, &self_signed(&ec))).unwrap();
    assert_eq!(ec.mechanism(), Mechanism::Ecdsa);
    let unfit = ec.signing_with(Mechanism::RsaPss).unwrap_err();
    assert_eq!(unfit.to_string(), "a key of the kind EC does not sign with rsa-pss");
    let pss = open(&good).unwrap().signing_with(Mechanism::RsaPss).unwrap();
    assert_eq!(pss.mechanism(), Mechanism::RsaPss);
    let dsa = PKey::from_dsa(openssl::dsa::Dsa::generate(2048).unwrap()).unwrap();
    let refused = open(&container(&dsa, &self_signed(&dsa)));
    assert!(matches!(refused, Err(SignError::KeyKind(kind)) if kind == "DSA"));

    let without_key = Pkcs12::builder().cert(&self_signed(&rsa)).build2("mật khẩu").unwrap().to_der().unwrap();
    assert!(matches!(open(&without_key), Err(SignError::NoKey)));
    let without_certificate = Pkcs12::builder().pkey(&rsa).build2("mật khẩu").unwrap().to_der().unwrap();
    assert!(matches!(open(&without_certificate), Err(SignError::NoCertificate)));
}

#[test]
fn an_old_container_with_rc2_and_triple_des_opens() {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let certificate = self_signed(&key);
    // Writing the old ciphers needs the legacy provider too; it is loaded beside the default one.
    let _legacy = openssl::provider::Provider::try_load(None, "legacy", true).unwrap();
    let p12 = Pkcs12::builder()
        .pkey(&key)
        .cert(&certificate)
        .key_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC)
        .cert_algorithm(Nid::PBE_WITHSHA1AND40BITRC2_CBC)
        .mac_md(MessageDigest::sha1())
        .build2("mật khẩu")
        .unwrap()
        .to_der()
        .unwrap();
    drop(_legacy);
    let opened = open(&p12).unwrap();
    assert_eq!(opened.certificate().common_name(), "Nguyễn Thị Thử");
    assert!(matches!(SoftKey::open(&p12, &Secret::new("sai")), Err(SignError::WrongPassword)));
}
