//! An authority that issues what a test asks for.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509, X509Builder, X509Name};
use sohoa_model::Timestamp;
use sohoa_sign::{Secret, SoftKey, TrustAnchors};

/// A root that certifies keys.
pub(crate) struct Authority {
    key: PKey<Private>,
    root: X509,
    at: Timestamp,
    /// How long before and after that moment certificates are valid, in seconds.
    validity: i64,
}

/// What an issued certificate allows.
#[derive(Clone, Copy)]
pub(crate) enum Usage {
    Signing,
    Encipherment,
}

impl Authority {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self::valid_for(at, 3600)
    }

    /// One whose certificates other programs still accept that ask the machine for the time.
    pub(crate) fn lasting(at: Timestamp) -> Self {
        Self::valid_for(at, 10 * 365 * 86_400)
    }

    fn valid_for(at: Timestamp, validity: i64) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut root = start("Cơ quan chứng thực thử", "Cơ quan chứng thực thử", &key, (at, validity));
        root.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        root.sign(&key, MessageDigest::sha256()).unwrap();
        Self { root: root.build(), key, at, validity }
    }

    pub(crate) fn trust(&self) -> TrustAnchors {
        let mut trust = TrustAnchors::new();
        trust.add(&self.root.to_der().unwrap()).unwrap();
        trust
    }

    pub(crate) fn certify(&self, key: &PKey<Private>, usage: Usage) -> X509 {
        let mut leaf = start("Nguyễn Văn Ký", "Cơ quan chứng thực thử", key, (self.at, self.validity));
        let extension = match usage {
            Usage::Signing => KeyUsage::new().critical().non_repudiation().build(),
            Usage::Encipherment => KeyUsage::new().critical().key_encipherment().build(),
        };
        leaf.append_extension(extension.unwrap()).unwrap();
        let key_id = SubjectKeyIdentifier::new().build(&leaf.x509v3_context(Some(&self.root), None)).unwrap();
        leaf.append_extension(key_id).unwrap();
        leaf.sign(&self.key, MessageDigest::sha256()).unwrap();
        leaf.build()
    }

    pub(crate) fn issue(&self, usage: Usage) -> SoftKey {
        self.issue_for(&PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap(), usage)
    }

    /// The root in PEM.
    pub(crate) fn root_pem(&self) -> Vec<u8> {
        self.root.to_pem().unwrap()
    }

    pub(crate) fn issue_for(&self, key: &PKey<Private>, usage: Usage) -> SoftKey {
        let leaf = self.certify(key, usage);
        let p12 = Pkcs12::builder().pkey(key).cert(&leaf).build2("x").unwrap().to_der().unwrap();
        SoftKey::open(&p12, &Secret::new("x")).unwrap()
    }
}

fn start(subject: &str, issuer: &str, key: &PKey<Private>, (at, validity): (Timestamp, i64)) -> X509Builder {
    let name = |text: &str| {
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_nid(Nid::COMMONNAME, text).unwrap();
        name.build()
    };
    let seconds = at.0 / 1000;
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    let serial = BigNum::from_u32(u32::from(subject == issuer) + 7).unwrap().to_asn1_integer().unwrap();
    certificate.set_serial_number(&serial).unwrap();
    certificate.set_subject_name(&name(subject)).unwrap();
    certificate.set_issuer_name(&name(issuer)).unwrap();
    certificate.set_pubkey(key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(seconds - validity).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(seconds + validity).unwrap()).unwrap();
    certificate
}
