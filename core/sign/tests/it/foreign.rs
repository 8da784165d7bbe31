//! Signatures that another program made, of kinds that we judge but do not make.

use std::io::Cursor;
use std::path::Path;

use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use sohoa_model::Verdict;
use sohoa_sign::{Certificate, Prepared, verify};

use crate::authority::{Authority, Usage};
use crate::judges::judge;
use crate::sample::{AT, pdf, request};
use crate::tampering::digits;

/// Lets `openssl cms` sign the byte range of a prepared file; `None` when it is not installed.
fn signed_by_openssl(key: &PKey<Private>, authority: &Authority, options: &[&str]) -> Option<Vec<u8>> {
    let leaf = authority.certify(key, Usage::Signing);
    let mut out = Cursor::new(Vec::new());
    let certificate = Certificate::from_der(&leaf.to_der().unwrap()).unwrap();
    drop(Prepared::write(Cursor::new(pdf(595, 842, 0, 1)), &mut out, &request(), &certificate).unwrap());
    let mut bytes = out.into_inner();
    let gap = digits(&bytes);

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let covered = file("covered", &[&bytes[..gap.start - 1], &bytes[gap.end + 1..]].concat());
    let key = file("key.pem", &key.private_key_to_pem_pkcs8().unwrap());
    let leaf = file("leaf.pem", &leaf.to_pem().unwrap());
    let made = folder.path().join("made.der");
    let mut arguments = vec!["cms", "-sign", "-binary", "-cades", "-outform", "DER", "-in", &covered];
    arguments.extend(["-signer", &leaf, "-inkey", &key]);
    arguments.extend(options);
    arguments.push("-out");
    let (done, text) = judge("openssl", &arguments, &made)?;
    assert!(done, "{text}");
    let cms = std::fs::read(Path::new(&made)).unwrap();
    let hex: String = cms.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes[gap.start..gap.start + hex.len()].copy_from_slice(hex.as_bytes());
    Some(bytes)
}

#[test]
fn signatures_of_other_algorithms_are_judged() {
    let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let ec = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let pss = ["-md", "sha256", "-keyopt", "rsa_padding_mode:pss"];
    let cases: [(&PKey<Private>, &[&str], &str); 5] = [
        (&rsa, &["-md", "sha256"], "RSA PKCS#1 v1.5, SHA-256"),
        (&rsa, &["-md", "sha512", "-keyid"], "RSA PKCS#1 v1.5, SHA-512"),
        (&rsa, &pss, "RSA-PSS, SHA-256"),
        (&ec, &["-md", "sha256"], "ECDSA, SHA-256"),
        (&ec, &["-md", "sha384"], "ECDSA, SHA-384"),
    ];
    let authority = Authority::new(AT);
    for (key, options, algorithm) in cases {
        let Some(mut bytes) = signed_by_openssl(key, &authority, options) else { return };
        let report = verify(Cursor::new(&bytes), &authority.trust(), AT).unwrap();
        assert_eq!(report.verdict, Verdict::Passed, "{algorithm}");
        assert_eq!(report.signatures[0].algorithm, algorithm);
        assert_eq!(report.signatures[0].signer, "Nguyễn Văn Ký");
        bytes[20] ^= 1;
        let verdict = verify(Cursor::new(&bytes), &authority.trust(), AT).unwrap().verdict;
        assert!(verdict.reason().starts_with("HASH_FAILURE"), "{verdict}");
    }
    let weak = signed_by_openssl(&rsa, &authority, &["-md", "sha1"]).unwrap();
    let verdict = verify(Cursor::new(&weak), &authority.trust(), AT).unwrap().verdict;
    assert!(verdict.reason().starts_with("CRYPTO_CONSTRAINTS_FAILURE"), "{verdict}");
}
