//! What was changed after signing is seen, and the reason says what was changed.

use std::io::Cursor;
use std::ops::Range;

use sohoa_model::{Timestamp, Verdict};
use sohoa_pdf::{Dict, File, ObjectWriter, Reference};
use sohoa_sign::{
    Changes, Coverage, Prepared, RESERVED, Report, SignError, Signer, SigningRequest, TrustAnchors, sign, verify,
};

use crate::authority::{Authority, Usage};
use crate::sample::{AT, demo, pdf, request, signed};

fn judged(bytes: &[u8]) -> Report {
    verify(Cursor::new(bytes), &demo().1, AT).unwrap()
}

#[track_caller]
fn check(bytes: &[u8], word: &str, reason: &str) {
    let verdict = judged(bytes).verdict;
    assert_eq!(verdict.word(), word, "{verdict}");
    assert!(verdict.reason().contains(reason), "{verdict}");
}

/// The hexadecimal digits of `/Contents`.
pub(crate) fn digits(bytes: &[u8]) -> Range<usize> {
    let key = b"/Contents <";
    let start = bytes.windows(key.len()).rposition(|window| window == key).unwrap() + key.len();
    start..start + 2 * RESERVED
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).rposition(|window| window == from.as_bytes()).unwrap();
    let mut changed = bytes.to_vec();
    changed[at..at + to.len()].copy_from_slice(to.as_bytes());
    changed
}

#[test]
fn a_changed_byte_anywhere_in_the_signed_bytes_is_a_hash_failure() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 10));
    let gap = digits(&bytes);
    check(&replaced(&bytes, "%PDF-1.7\n", "%PDF-1.7\r"), "failed", "HASH_FAILURE");
    check(&replaced(&bytes, "(D:2025", "(D:2024"), "failed", "HASH_FAILURE");
    let mut image = bytes.clone();
    image[2000] ^= 1;
    check(&image, "failed", "HASH_FAILURE");
    let mut last = bytes.clone();
    assert_eq!(last.pop(), Some(b'\n'));
    last.push(b' ');
    check(&last, "failed", "HASH_FAILURE");
    assert!(gap.end < bytes.len());
}

#[test]
fn a_changed_byte_of_the_signature_itself_is_seen_but_in_a_certificate_that_is_not_needed() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let gap = digits(&bytes);
    let cms = gap.clone().rev().find(|at| bytes[*at] != b'0').unwrap() - gap.start;
    let root: String = demo().0.chain()[1].der().iter().map(|byte| format!("{byte:02x}")).collect();
    let root_at = bytes.windows(root.len()).position(|window| window == root.as_bytes()).unwrap();
    let spare = root_at..root_at + root.len();
    let mut reasons = std::collections::BTreeMap::new();
    for at in (gap.start..gap.start + cms + 400).step_by(26) {
        let mut changed = bytes.clone();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let verdict = judged(&changed).verdict;
        assert!(verdict != Verdict::Passed || spare.contains(&at), "digit {} of /Contents", at - gap.start);
        *reasons.entry(verdict.reason().split(':').next().unwrap().to_owned()).or_insert(0) += 1;
    }
    for expected in ["FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE", "NO_SIGNING_CERTIFICATE_FOUND"] {
        assert!(reasons.contains_key(expected), "{expected} is not among {reasons:?}");
    }
    for (at, byte, reason) in [
        (gap.end - 1, b'1', "something follows the signature"),
        (gap.end - 1, b' ', "not a hexadecimal string"),
        (gap.start, b'g', ""),
    ] {
        let mut changed = bytes.clone();
        changed[at] = byte;
        assert_eq!(judged(&changed).verdict.word(), if reason.is_empty() { "indeterminate" } else { "failed" });
        assert!(judged(&changed).verdict.reason().contains(reason), "{}", judged(&changed).verdict);
    }
}

#[test]
fn a_changed_byte_range_is_a_format_failure() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    check(&replaced(&bytes, "/ByteRange [0 ", "/ByteRange [1 "), "failed", "FORMAT_FAILURE");
    check(&replaced(&bytes, "/ByteRange [0 ", "/ByteRange [/ "), "failed", "FORMAT_FAILURE");
    let gap = digits(&bytes);
    let after = format!(" {} ", gap.end + 1);
    for moved in [gap.end, gap.end + 2, gap.start - 1, 99_999] {
        check(&replaced(&bytes, &after, &format!(" {moved:0>0$} ", after.len() - 2)), "failed", "FORMAT_FAILURE");
    }
}

#[test]
fn bytes_after_the_end_leave_it_open() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let mut longer = bytes.clone();
    longer.extend(b"%more\n");
    check(&longer, "indeterminate", "changed after signing: 6 bytes");
    assert_eq!(judged(&longer).signatures[0].bytes_after, 6);
    let signature = &judged(&longer).signatures[0];
    assert_eq!(
        (signature.is_intact, signature.coverage, signature.changes),
        (true, Coverage::Revision, Changes::Unknown)
    );
    longer.extend([b'x'; 5000]);
    check(&longer, "indeterminate", "structure can't be judged");
}

/// Appends an increment in which one object is another.
fn with_increment(bytes: &[u8], change: impl FnOnce(&mut File<Cursor<&[u8]>>) -> (Reference, Dict)) -> Vec<u8> {
    let mut file = File::open(Cursor::new(bytes)).unwrap();
    let (reference, dict) = change(&mut file);
    let mut writer = ObjectWriter::increment(Vec::new(), file.length(), file.size(), file.last_startxref());
    writer.object(reference, &dict.into()).unwrap();
    [bytes, &writer.close(file.trailer().clone()).unwrap().out].concat()
}

#[test]
fn another_increment_is_never_passed() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let changed = with_increment(&bytes, |file| {
        let (root, catalog) = file.catalog().unwrap();
        (root, catalog.with("PageMode", sohoa_pdf::Object::name("UseNone")))
    });
    check(&changed, "indeterminate", "changed after signing");
    let hidden = with_increment(&bytes, |file| {
        let (root, mut catalog) = file.catalog().unwrap();
        catalog.remove("AcroForm").unwrap();
        (root, catalog)
    });
    check(&hidden, "indeterminate", "no signature");
    let loops = with_increment(&bytes, |file| {
        let (root, mut catalog) = file.catalog().unwrap();
        let form = Dict::new().with("Fields", sohoa_pdf::Object::array([root])).with("Kids", root);
        catalog.set("AcroForm", form);
        (root, catalog.with("Kids", sohoa_pdf::Object::array([root, root])))
    });
    check(&loops, "indeterminate", "interactive form too large");
}

#[test]
fn what_was_done_after_signing_is_named() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let since = |changed: &[u8]| {
        let report = judged(changed);
        let first = &report.signatures[0];
        assert_eq!((first.is_intact, first.coverage), (true, Coverage::Revision), "{}", report.verdict);
        first.changes
    };
    let nothing = with_increment(&bytes, |file| file.catalog().unwrap());
    assert_eq!(since(&nothing), Changes::None);
    assert_eq!(judged(&nothing).verdict, Verdict::Passed);
    let version = with_increment(&bytes, |file| {
        let (root, catalog) = file.catalog().unwrap();
        (root, catalog.with("Version", sohoa_pdf::Object::name("1.7")))
    });
    assert_eq!(since(&version), Changes::Updates);
    let page = |change: fn(Dict) -> Dict| {
        with_increment(&bytes, |file| {
            let catalog = file.catalog().unwrap().1;
            let pages = file.get(&catalog, "Pages").unwrap();
            let kids = pages.as_dict().unwrap().get("Kids").unwrap().as_array().unwrap()[0].as_reference().unwrap();
            let dict = file.dict(kids.number).unwrap();
            (kids, change(dict))
        })
    };
    let changes: [fn(Dict) -> Dict; 4] = [
        |page| page.with("Rotate", 180),
        |page| page.with("Annots", sohoa_pdf::Object::array([Dict::new()])),
        |mut page| {
            page.remove("Contents").unwrap();
            page
        },
        |mut page| {
            page.remove("Annots").unwrap();
            page
        },
    ];
    for change in changes {
        assert_eq!(since(&page(change)), Changes::Other);
    }
}

#[test]
fn what_may_change_in_one_place_may_not_in_another() {
    // The metadata stand where they may change and where nothing may, in either order.
    for is_first in [false, true] {
        let original = with_increment(&pdf(595, 842, 0, 1), |file| {
            let (root, catalog) = file.catalog().unwrap();
            let metadata = catalog.get("Metadata").cloned().unwrap();
            let own = Dict::new().with("PieceInfo", metadata);
            let pairs = catalog.iter().map(|(key, value)| (key.clone(), value.clone()));
            let other = pairs.fold(Dict::new(), |mut dict, (key, value)| {
                dict.set(key, value);
                dict
            });
            let (first, second) = if is_first { (own, other) } else { (other, own) };
            let all = second.iter().fold(first, |mut dict, (key, value)| {
                dict.set(key.clone(), value.clone());
                dict
            });
            (root, all)
        });
        let (bytes, _) = signed(&original);
        assert_eq!(judged(&bytes).verdict, Verdict::Passed);
        let changed = with_increment(&bytes, |file| {
            let metadata = file.catalog().unwrap().1.get("Metadata").and_then(sohoa_pdf::Object::as_reference).unwrap();
            (metadata, Dict::new().with("Trapped", true))
        });
        assert_eq!(judged(&changed).signatures[0].changes, Changes::Other, "{is_first}");
    }
}

#[test]
fn a_field_for_another_signature_may_come_but_not_with_an_action() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let since = |field: Dict| {
        let mut file = File::open(Cursor::new(&bytes)).unwrap();
        let (root, mut catalog) = file.catalog().unwrap();
        let mut form = file.get(&catalog, "AcroForm").unwrap().as_dict().unwrap().clone();
        let mut writer = ObjectWriter::increment(Vec::new(), file.length(), file.size(), file.last_startxref());
        let reference = writer.allocate().unwrap();
        writer.object(reference, &field.into()).unwrap();
        let mut fields = file.get(&form, "Fields").unwrap().as_array().unwrap().to_vec();
        fields.push(reference.into());
        form.set("Fields", fields);
        catalog.set("AcroForm", form);
        writer.object(root, &catalog.into()).unwrap();
        let changed = [&bytes[..], &writer.close(file.trailer().clone()).unwrap().out].concat();
        judged(&changed).signatures[0].changes
    };
    let field = |kind| Dict::new().with("FT", sohoa_pdf::Object::name(kind));
    assert_eq!(since(field("Sig")), Changes::Signed);
    assert_eq!(since(field("Sig").with("AA", Dict::new())), Changes::Other);
    assert_eq!(since(field("Tx")), Changes::Other);
}

#[test]
fn a_file_without_a_signature_or_that_cannot_be_read_is_indeterminate() {
    check(&pdf(595, 842, 0, 1), "indeterminate", "no signature");
    check(b"", "indeterminate", "not a PDF");
    check(b"\xFF\xD8\xFF\xE0 JFIF", "indeterminate", "not a PDF");
    let stream =
        b"%PDF-1.7\n1 0 obj\n<</Type /XRef/Size 2/W [1 2 1]/Root 1 0 R/Length 0>>\nstream\n\nendstream\nendobj\n";
    let file = [&stream[..], b"startxref\n9\n%%EOF\n"].concat();
    check(&file, "indeterminate", "this file's structure can't be judged here");
}

#[test]
fn broken_copies_never_pass_and_never_break_the_judge() {
    let (bytes, _) = signed(&pdf(200, 200, 0, 1));
    for cut in (0..bytes.len()).step_by(997) {
        assert_ne!(judged(&bytes[..cut]).verdict, Verdict::Passed, "cut at {cut}");
    }
    let gap = digits(&bytes);
    let mut state = 1_u64;
    for _ in 0..150 {
        let mut changed = bytes.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Half of the changes go to the tables at the end, where structure is.
            let room = if state & 1 == 0 { 0..gap.start } else { gap.end..bytes.len() };
            changed[room.start + (state >> 33) as usize % room.len()] ^= (state >> 24) as u8 | 1;
        }
        assert_ne!(judged(&changed).verdict, Verdict::Passed);
    }
}

#[test]
fn a_chain_that_ends_nowhere_or_elsewhere_is_indeterminate() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let mut other = TrustAnchors::new();
    other.add(sohoa_sign::demo_key(AT).unwrap().root_pem.as_bytes()).unwrap();
    for trust in [TrustAnchors::new(), other] {
        let verdict = verify(Cursor::new(&bytes), &trust, AT).unwrap().verdict;
        let reason = "NO_CERTIFICATE_CHAIN_FOUND: certificate chain does not end at a trusted root";
        assert_eq!(verdict, Verdict::Indeterminate(reason.to_owned()));
    }
    assert!(TrustAnchors::new().add(b"no certificate").is_err());
}

#[test]
fn a_claimed_time_in_the_future_is_indeterminate() {
    let (bytes, _) = signed(&pdf(595, 842, 0, 1));
    let verdict = verify(Cursor::new(&bytes), &demo().1, Timestamp(AT.0 - 3_600_000)).unwrap().verdict;
    assert_eq!(verdict, Verdict::Indeterminate("the claimed signing time lies in the future".to_owned()));
}

/// Signs past the checks that [`sign`] makes first.
fn forced(request: &SigningRequest, signer: &dyn Signer) -> Vec<u8> {
    let original = pdf(595, 842, 0, 1);
    let mut out = Cursor::new(Vec::new());
    let prepared = Prepared::write(Cursor::new(&original), &mut out, request, &signer.chain()[0]).unwrap();
    prepared.digested(signer.chain()).unwrap().signed(signer).unwrap();
    out.into_inner()
}

#[test]
fn an_expired_certificate_is_indeterminate() {
    let late = Timestamp(AT.0 + 20 * 365 * 86_400_000);
    let bytes = forced(&SigningRequest { at: late, ..request() }, &demo().0);
    let verdict = verify(Cursor::new(&bytes), &demo().1, late).unwrap().verdict;
    assert!(matches!(&verdict, Verdict::Indeterminate(reason) if reason.starts_with("EXPIRED")), "{verdict}");
    let early = Timestamp(AT.0 - 365 * 86_400_000);
    let bytes = forced(&SigningRequest { at: early, ..request() }, &demo().0);
    let verdict = verify(Cursor::new(&bytes), &demo().1, late).unwrap().verdict;
    assert!(matches!(&verdict, Verdict::Indeterminate(reason) if reason.starts_with("NOT_YET_VALID")), "{verdict}");
}

#[test]
fn a_certificate_for_something_else_does_not_sign_and_does_not_pass() {
    let authority = Authority::new(AT);
    let key = authority.issue(Usage::Encipherment);
    let original = pdf(595, 842, 0, 1);
    let refused = sign(Cursor::new(&original), Cursor::new(Vec::new()), &request(), &key);
    assert!(matches!(refused, Err(SignError::CertificateForbidsSigning)));
    let bytes = forced(&request(), &key);
    let verdict = verify(Cursor::new(&bytes), &authority.trust(), AT).unwrap().verdict;
    assert!(verdict.reason().starts_with("CHAIN_CONSTRAINTS_FAILURE"), "{verdict}");
    let bytes = forced(&request(), &authority.issue(Usage::Signing));
    assert_eq!(verify(Cursor::new(&bytes), &authority.trust(), AT).unwrap().verdict, Verdict::Passed);
}
