//! What signing adds, and what it refuses.

use std::io::Cursor;

use sohoa_model::{Sha256, Timestamp, Verdict};
use sohoa_pdf::{File, Object};
use sohoa_sign::{Changes, Coverage, Prepared, SignError, Signer, sign, verify};

use crate::sample::{AT, ORGANISATION, demo, pdf, request, signed};

#[test]
fn a_signed_file_begins_with_the_original_and_passes() {
    let original = pdf(595, 842, 0, 10);
    let (bytes, file) = signed(&original);
    assert!(bytes.starts_with(&original));
    assert_eq!(file.sha256_before, Sha256::of(&original));
    assert_eq!(file.sha256_after, Sha256::of(&bytes));
    assert_eq!(file.bytes, bytes.len() as u64);

    let report = verify(Cursor::new(&bytes), &demo().1, AT).unwrap();
    assert_eq!(report.verdict, Verdict::Passed);
    let [signature] = &report.signatures[..] else { panic!("one signature") };
    assert_eq!(signature.claimed_time, Some(AT));
    assert_eq!((signature.coverage, signature.changes), (Coverage::WholeFile, Changes::None));
    assert_eq!(signature.signer, "Sohoa demo signer, NOT FOR RECORDS");
    assert_eq!(signature.algorithm, "RSA PKCS#1 v1.5, SHA-256");
}

#[test]
fn the_same_file_key_and_time_give_the_same_bytes() {
    let original = pdf(595, 842, 0, 1);
    assert_eq!(signed(&original).0, signed(&original).0);
}

#[test]
fn a_file_without_a_last_line_end_can_be_signed() {
    let mut original = pdf(595, 842, 0, 1);
    assert_eq!(original.pop(), Some(b'\n'));
    let (bytes, file) = signed(&original);
    assert_eq!(file.sha256_after, Sha256::of(&bytes));
    assert_eq!(verify(Cursor::new(&bytes), &demo().1, AT).unwrap().verdict, Verdict::Passed);
}

#[test]
fn a_signed_file_is_not_signed_again() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let again = sign(Cursor::new(&bytes), Cursor::new(Vec::new()), &request(), &demo().0);
    assert!(matches!(again, Err(SignError::AlreadySigned)));
}

#[test]
fn what_our_writer_does_not_write_is_refused() {
    let try_signing = |bytes: &[u8]| {
        let mut out = Cursor::new(Vec::new());
        let error = sign(Cursor::new(bytes), &mut out, &request(), &demo().0).unwrap_err();
        assert!(out.into_inner().is_empty(), "nothing is written for a file that is refused");
        error
    };
    assert!(matches!(try_signing(b"no PDF"), SignError::UnreadableStructure(_)));
    assert!(matches!(try_signing(b""), SignError::UnreadableStructure(_)));
    let mut junk = pdf(595, 842, 0, 1);
    junk.extend(b"junk after the end\n");
    assert!(matches!(try_signing(&junk), SignError::ForeignStructure(_)));
    let turned = String::from_utf8_lossy(&pdf(595, 842, 90, 0)).replace("/Rotate 90", "/Rotate 45");
    assert!(!turned.contains("/Rotate 90"));
    assert!(matches!(try_signing(turned.as_bytes()), SignError::UnreadableStructure(_)), "offsets have moved");
}

#[test]
fn nothing_is_written_when_the_certificate_is_not_valid_at_the_signing_time() {
    let day = 86_400_000;
    let original = pdf(595, 842, 0, 1);
    for (at, expired) in [(Timestamp(AT.0 - 2 * day), false), (Timestamp(AT.0 + 3653 * day), true)] {
        let mut out = Cursor::new(Vec::new());
        let request = sohoa_sign::SigningRequest { at, ..request() };
        let error = sign(Cursor::new(&original), &mut out, &request, &demo().0).unwrap_err();
        assert!(out.into_inner().is_empty());
        match error {
            SignError::CertificateExpired { until } => assert!(expired && until < at),
            SignError::CertificateNotYetValid { from } => assert!(!expired && from > at),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn a_name_of_a_field_or_an_organisation_that_cannot_be_is_refused() {
    let original = pdf(595, 842, 0, 1);
    let attempt = |field_name: &str, organisation: &str| {
        let request = sohoa_sign::SigningRequest {
            field_name: field_name.to_owned(),
            organisation: organisation.to_owned(),
            ..request()
        };
        sign(Cursor::new(&original), Cursor::new(Vec::new()), &request, &demo().0)
    };
    assert!(matches!(attempt("a.b", ORGANISATION), Err(SignError::FieldName(_))));
    assert!(matches!(attempt("", ORGANISATION), Err(SignError::FieldName(_))));
    assert!(matches!(attempt("Sohoa", ""), Err(SignError::OrganisationLength { characters: 0 })));
    assert!(matches!(attempt("Sohoa", "漢"), Err(SignError::NoGlyph('漢'))));
    assert!(attempt("Chữ ký số 1", "Ủy ban nhân dân xã Nghĩa Lộ").is_ok());
}

#[test]
fn before_the_key_signs_the_place_of_the_signature_is_empty() {
    let original = pdf(595, 842, 0, 1);
    let mut out = Cursor::new(Vec::new());
    let key = &demo().0;
    let prepared = Prepared::write(Cursor::new(&original), &mut out, &request(), key.certificate()).unwrap();
    let digested = prepared.digested(key.chain()).unwrap();
    assert_eq!(digested.to_be_signed()[0], 0x31);
    drop(digested);
    let bytes = out.into_inner();
    let report = verify(Cursor::new(&bytes), &demo().1, AT).unwrap();
    assert_eq!(report.verdict.word(), "failed");
    assert!(report.verdict.reason().starts_with("FORMAT_FAILURE"), "{}", report.verdict);
}

#[test]
fn a_small_page_gets_a_narrower_block_that_stays_on_it() {
    let (bytes, _) = signed(&pdf(120, 160, 90, 1));
    let mut file = File::open(Cursor::new(&bytes)).unwrap();
    let widget = file.numbers().find_map(|number| {
        let dict = File::open(Cursor::new(&bytes)).unwrap().dict(number).ok()?;
        dict.get("Subtype").is_some_and(|kind| kind.is_name("Widget")).then_some(dict)
    });
    let rect = file.get(&widget.unwrap(), "Rect").unwrap();
    let rect: Vec<f64> = rect.as_array().unwrap().iter().filter_map(Object::as_number).collect();
    assert!(rect[0] >= 10.0 && rect[1] >= 10.0 && rect[2] <= 110.0 && rect[3] <= 150.0, "{rect:?}");
}
