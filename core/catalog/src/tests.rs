//! What holds of the catalog as a whole: guards, counters, leases, crashes, versions.

use rusqlite::Connection;
use serde_json::{Value, json};
use sohoa_model::code_list::AccessLevel;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::reading::ReadingState;
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_model::{Finding, Sha256, Timestamp, Verdict};

use crate::decision::TwoPersons;
use crate::finding::Openness;
use crate::fixture::{START, act, counting, described, file, fixture, reading, row, text_sha};
use crate::query::DossierFilter;
use crate::reading::Correction;
use crate::rendition::{INTENT_PDFA, PdfaRecord, Standing};
use crate::search::{Markers, Scope};
use crate::{Catalog, CatalogError, DecisionError};

const MARKS: Markers<'_> = Markers { open: "[", close: "]" };

#[test]
fn the_database_refuses_to_rewrite_its_events() {
    let f = fixture();
    let raw = Connection::open(f.folder.path().join("catalog.sqlite")).unwrap();
    for sql in ["UPDATE event SET operator = 'x'", "DELETE FROM event", "REPLACE INTO event SELECT * FROM event"] {
        let error = raw.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("events are never"), "{error}");
    }
    assert_eq!(f.catalog.events(None, 10).unwrap().len(), 1);
}

#[test]
fn only_a_catalog_of_a_known_schema_is_opened() {
    let f = fixture();
    let path = f.folder.path().join("catalog.sqlite");
    assert!(matches!(Catalog::create_empty(&path, counting()), Err(CatalogError::Exists(_))));
    assert_eq!(Catalog::open(&path, counting()).unwrap().archive().unwrap(), f.catalog.archive().unwrap());
    assert_eq!(Catalog::open_read_only(&path, counting()).unwrap().archive().unwrap().title, "Lưu trữ lịch sử");
    let missing = f.folder.path().join("none.sqlite");
    assert!(matches!(Catalog::open(&missing, counting()), Err(CatalogError::Missing(_))));
    assert!(!missing.exists());
    let other = f.folder.path().join("other.sqlite");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(Catalog::open(&other, counting()), Err(CatalogError::NotACatalog(_))));
    Connection::open(&path).unwrap().pragma_update(None, "user_version", crate::SCHEMA + 1).unwrap();
    for opened in [Catalog::open(&path, counting()), Catalog::open_read_only(&path, counting())] {
        let Err(CatalogError::Newer { found, known }) = opened else { panic!("opened") };
        assert_eq!((found, known), (crate::SCHEMA + 1, crate::SCHEMA));
    }
}

#[test]
fn state_and_counters_follow_the_evidence() {
    let f = fixture();
    f.list(&[row("H.1", 2)]);
    let seen = || {
        let d = f.catalog.dossier("H.1").unwrap().dossier;
        (d.state, d.evidence.pages, d.evidence.pages_ended, d.evidence.documents_assembled, d.evidence.documents_signed)
    };
    assert_eq!(seen(), (DossierState::Planned, 0, 0, 0, 0));
    f.take(&file("H.1", "H.1/2.jpg", 1));
    assert_eq!(seen(), (DossierState::Described, 1, 0, 0, 0));
    assert_eq!(
        f.catalog.dossier("H.1").unwrap().dossier.evidence.missing_before_acceptance()[0],
        DossierState::Checked
    );
    f.take(&file("H.1", "H.1/1.jpg", 1));
    f.read_all("bệnh viện");
    assert_eq!(seen(), (DossierState::Described, 2, 2, 0, 0));
    f.assemble_all();
    assert_eq!(seen(), (DossierState::Assembled, 2, 2, 1, 0));
    f.sign_all();
    assert_eq!(seen(), (DossierState::Signed, 2, 2, 1, 1));
    assert!(f.catalog.documents_to_sign(None).unwrap().is_empty());
    let labels: Vec<_> = f.catalog.pages("H.1").unwrap().into_iter().map(|p| (p.number, p.label)).collect();
    assert_eq!(labels, [(1, "1".to_owned()), (2, "2".to_owned())]);
    f.catalog.accept("H.1", &json!(["1"]), TwoPersons::Required, &act("chi", 6)).unwrap();
    f.catalog.accept("H.1", &json!(["1"]), TwoPersons::Required, &act("chi", 7)).unwrap();
    assert_eq!(seen().0, DossierState::Accepted);
    assert_eq!(f.catalog.decisions("H.1").unwrap().len(), 1);

    f.take(&file("H.1", "H.1/3.jpg", 1));
    assert_eq!(seen(), (DossierState::Described, 3, 2, 0, 0));
    let kinds: Vec<String> = f.catalog.events(Some("H.1"), 100).unwrap().into_iter().map(|e| e.kind).collect();
    assert_eq!(kinds[kinds.len() - 2..], ["acceptance void", "ingestion"]);
    assert!(f.catalog.decisions("H.1").unwrap()[0].void.is_some());
}

#[test]
fn a_new_reading_or_description_makes_a_pdf_outdated() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    f.to_signed(&["H.1"]);
    let page = f.catalog.pages("H.1").unwrap()[0].id;
    let again = reading("bệnh viện tỉnh");
    f.catalog.record_reading(page, &again, text_sha(&again), &act("bình", 6)).unwrap();
    assert_eq!(f.catalog.dossier("H.1").unwrap().dossier.state, DossierState::Signed, "the same text changes nothing");
    let mut retitled = row("H.1", 1);
    retitled.title = "Sổ bộ đinh".into();
    f.list(&[retitled]);
    let [job] = &f.catalog.documents_to_assemble(None).unwrap()[..] else { panic!("one document") };
    assert_eq!(f.catalog.count_documents_to_assemble().unwrap(), 1);
    let late = PdfaRecord {
        sha256: Sha256::of(b"late"),
        bytes: 1,
        input: Sha256::of(b"what it was"),
        recipe: Sha256::of(b"pdfa"),
        verdict: Verdict::Passed,
        findings: Vec::new(),
    };
    assert_eq!(f.catalog.record_pdfa(job.document, &late, &act("bình", 7)).unwrap(), Standing::Outdated);
    assert_eq!(f.catalog.documents_to_assemble(None).unwrap().len(), 1);
    f.assemble_all();
    f.sign_all();
    let other = reading("bệnh viện huyện");
    f.catalog.record_reading(page, &other, text_sha(&other), &act("bình", 8)).unwrap();
    assert_eq!(f.catalog.dossier("H.1").unwrap().dossier.evidence.documents_assembled, 0);
    assert_eq!(f.catalog.read_again("H.1", &[ReadingState::Done], &act("bình", 9)).unwrap(), 1);
    assert_eq!(f.catalog.dossier("H.1").unwrap().dossier.evidence.pages_ended, 0);
}

#[test]
fn a_second_person_accepts_what_is_complete_and_not_held() {
    let f = fixture();
    f.list(&[row("H.1", 1), row("H.2", 9)]);
    f.to_signed(&["H.1", "H.2"]);
    let accept = |code: &str, who: &str, rule| f.catalog.accept(code, &Value::Null, rule, &act(who, 6));
    assert!(matches!(
        accept("H.1", " Bình ", TwoPersons::Required),
        Err(DecisionError::SamePerson { captured_by, .. }) if captured_by == "bình"
    ));
    let Err(DecisionError::NotReady { missing, .. }) = accept("H.2", "chi", TwoPersons::Required) else {
        panic!("not all pages are there")
    };
    assert_eq!(missing, [DossierState::Checked]);
    f.catalog.hold("H.1", "chờ xem", &act("an", 6)).unwrap();
    assert!(matches!(accept("H.1", "chi", TwoPersons::Required), Err(DecisionError::Held { .. })));
    assert!(matches!(f.catalog.release("H.1", "  ", &act("an", 6)), Err(DecisionError::NoReason)));
    f.catalog.release("H.1", "đã xem", &act("an", 6)).unwrap();
    assert!(matches!(f.catalog.release("H.1", "đã xem", &act("an", 6)), Err(DecisionError::NotHeld(_))));
    accept("H.1", "bình", TwoPersons::Waived).unwrap();
    assert!(matches!(f.catalog.reject("H.9", "mờ", &act("chi", 7)), Err(DecisionError::Catalog(_))));
}

#[test]
fn a_rejected_dossier_is_captured_again_in_its_place() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    f.to_signed(&["H.1"]);
    f.catalog.reject("H.1", "trang mờ", &act("chi", 6)).unwrap();
    let rejected = f.catalog.dossier("H.1").unwrap().dossier;
    assert!(rejected.rescan && rejected.evidence.open_rejects == 1);
    let waiting = DossierFilter { rescan: Some(true), ..DossierFilter::default() };
    assert_eq!(f.catalog.dossiers(&waiting).unwrap().len(), 1);
    let mut again = file("H.1", "H.1/0001.jpg", 1);
    again.sha256 = Sha256::of(b"sharper");
    f.take(&again);
    let taken = f.catalog.dossier("H.1").unwrap().dossier;
    assert!(!taken.rescan);
    assert_eq!((taken.evidence.pages, taken.evidence.pages_ended), (1, 0));
    assert!(f.catalog.search("bệnh viện tỉnh", 9, MARKS).unwrap().hits.is_empty(), "the old page is no longer found");
    let old = f.catalog.known_file("H.1", &file("H.1", "H.1/0001.jpg", 1).sha256).unwrap().unwrap();
    assert!(old.complete, "the old file need not be taken again");

    let mut third = file("H.1", "H.1/0001.jpg", 1);
    third.sha256 = Sha256::of(b"third");
    third.receipt = sohoa_model::ids::ReceiptId::new(Timestamp(START + 9), &*counting());
    f.take(&third);
    let codes: Vec<_> = f.catalog.findings(Some("H.1"), Openness::Open).unwrap();
    assert_eq!(codes[0].finding.code, crate::intake::SAME_NAME);
    assert_eq!(f.catalog.dossier("H.1").unwrap().dossier.evidence.pages, 2);
}

#[test]
fn a_mark_of_secrecy_holds_and_only_a_cleared_dossier_may_leave() {
    let f = fixture();
    let mut secret = row("H.2", 1);
    secret.access = Some(AccessLevel::Secret);
    let mut conditional = row("H.3", 1);
    conditional.access = Some(AccessLevel::Conditional);
    f.list(&[row("H.1", 1), secret, conditional]);
    assert!(f.catalog.is_held("H.2").unwrap() && !f.catalog.is_held("H.1").unwrap());
    f.take(&file("H.1", "H.1/1.jpg", 1));
    f.take(&file("H.3", "H.3/1.jpg", 1));
    assert!(!f.catalog.is_cleared("H.1").unwrap(), "not read yet");
    f.read_all("công khai");
    assert!(f.catalog.is_cleared("H.1").unwrap());
    assert!(!f.catalog.is_cleared("H.3").unwrap());
    f.catalog.clear("H.3", "cho phép", &act("trưởng phòng", 4)).unwrap();
    assert!(f.catalog.is_cleared("H.3").unwrap());
    let page = f.catalog.pages("H.1").unwrap()[0].id;
    let mut marked = reading("TỐI MẬT");
    marked.findings.push(Finding::warn(crate::reading::SECRECY_MARK, "TỐI MẬT"));
    f.catalog.record_reading(page, &marked, text_sha(&marked), &act("bình", 5)).unwrap();
    assert!(f.catalog.is_held("H.1").unwrap() && !f.catalog.is_cleared("H.1").unwrap());
    assert_eq!(f.catalog.dossier("H.1").unwrap().holds[0].reason, "secrecy-mark");
    f.catalog.release("H.1", "đã giải mật", &act("an", 6)).unwrap();
    assert!(f.catalog.is_cleared("H.1").unwrap());

    let mut doubtful = reading("M?T");
    doubtful.state = ReadingState::LowConfidence;
    f.catalog.record_reading(page, &doubtful, text_sha(&doubtful), &act("bình", 7)).unwrap();
    assert!(!f.catalog.is_cleared("H.1").unwrap(), "a mark may have been missed");
    f.catalog.clear("H.1", "đã xem trang giấy", &act("trưởng phòng", 8)).unwrap();
    assert!(f.catalog.is_cleared("H.1").unwrap(), "a person has looked");
    for unread in [ReadingState::Failed, ReadingState::TimedOut] {
        let mut nothing = reading("");
        nothing.state = unread;
        f.catalog.record_reading(page, &nothing, text_sha(&nothing), &act("bình", 9)).unwrap();
        assert!(!f.catalog.is_cleared("H.1").unwrap(), "{unread:?}: nobody has read the page");
    }
}

#[test]
fn an_inventory_has_versions_and_says_what_changed() {
    let f = fixture();
    f.take(&file("H.9", "H.9/1.jpg", 1));
    let open = |code: &str| f.catalog.findings(Some(code), Openness::Open).unwrap().len();
    assert_eq!(open("H.9"), 1);
    let import = |rows: &[_], name: &str| {
        f.catalog.import_inventory(name, Sha256::of(name.as_bytes()), rows, |_| 1, &act("an", 1)).unwrap()
    };
    let first = import(&[row("H.1", 1), row("H.2", 2), row("H.9", 1)], "a");
    assert_eq!((first.version, first.added.len()), (1, 3));
    assert_eq!(open("H.9"), 0);
    let same = import(&[row("H.9", 1), row("H.2", 2), row("H.1", 1)], "b");
    assert_eq!((same.version, same.unchanged, same.added.len()), (1, 3, 0));
    let mut changed = row("H.2", 3);
    changed.title = "khác".into();
    let second = import(&[row("H.1", 1), changed, row("H.4", 1)], "c");
    assert_eq!(second.version, 2);
    assert_eq!(second.added, ["H.4"]);
    assert_eq!(second.removed, ["H.9"]);
    assert_eq!(second.changed, [("H.2".to_owned(), vec!["title".to_owned(), "sheets".into(), "pages".into()])]);
    assert!(!f.catalog.dossier("H.9").unwrap().dossier.evidence.listed);
    assert_eq!(f.catalog.dossier("H.2").unwrap().dossier.evidence.missing_fields, 1);
    assert_eq!(f.catalog.inventory().unwrap().len(), 3);
    assert_eq!(f.catalog.inventory_versions().unwrap().len(), 2);
}

#[test]
fn two_handles_share_pages_by_leases() {
    let f = fixture();
    f.take(&file("H.1", "H.1/1.tif", 5));
    let other = Catalog::open(&f.folder.path().join("catalog.sqlite"), counting()).unwrap();
    let (now, until) = (Timestamp(START), Timestamp(START + 1000));
    let lease = |c: &Catalog, owner: &str, at: Timestamp| -> Vec<_> {
        let jobs = c.pages_to_read(3, owner, until, at, Some("H.1")).unwrap();
        jobs.into_iter().map(|job| (job.page, job.attempts)).collect()
    };
    let (mine, theirs) = (lease(&f.catalog, "a", now), lease(&other, "b", now));
    assert_eq!((mine.len(), theirs.len()), (3, 2));
    assert!(mine.iter().all(|job| !theirs.contains(job)));
    assert!(lease(&other, "b", now).is_empty());
    f.catalog.release_lease(mine[0].0).unwrap();
    assert_eq!(lease(&other, "b", now), [(mine[0].0, 1)]);
    assert_eq!(lease(&f.catalog, "a", until).len(), 3, "a lease that ended is free again");
    assert_eq!(f.catalog.counts(now).unwrap().pages_unread, 5);
}

#[test]
fn files_are_known_by_their_bytes_in_each_dossier() {
    let f = fixture();
    let scan = file("12/HĐ", "a/1.tif", 2);
    let taken = f.take(&scan);
    assert_eq!(taken.folder, "12_HĐ");
    assert_eq!(f.catalog.folder_name_for("12:HĐ").unwrap(), "12_HĐ~2");
    assert!(matches!(f.catalog.take_file(&scan, &act("bình", 3)), Err(CatalogError::Twice { .. })));
    let known = f.catalog.known_file("12/HĐ", &scan.sha256).unwrap().unwrap();
    assert_eq!((known.path.as_str(), known.pages, known.complete), ("a/1.tif", 2, false));
    f.read_all("một");
    assert!(f.catalog.known_file("12/HĐ", &scan.sha256).unwrap().unwrap().complete);
    assert_eq!(f.catalog.known_file("khác", &scan.sha256).unwrap(), None);
    assert_eq!(f.catalog.files_elsewhere(&scan.sha256).unwrap(), [("12/HĐ".to_owned(), "a/1.tif".to_owned())]);
    let labels: Vec<_> = f.catalog.pages("12/HĐ").unwrap().into_iter().map(|p| p.label).collect();
    assert_eq!(labels, ["1.1", "1.2"]);
    let mut second = file("12/HĐ", "a/12_HĐ.0000007.jpg", 1);
    second.document_ordinal = Some(7);
    f.take(&second);
    let names: Vec<_> = f.catalog.dossier("12/HĐ").unwrap().documents.into_iter().map(|d| d.name).collect();
    assert_eq!(names, ["12_HĐ", "12_HĐ.0000007"]);
}

#[test]
fn a_transaction_that_breaks_off_leaves_nothing() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    let before = f.catalog.events(None, 99).unwrap();
    let broken: Result<(), CatalogError> = f.catalog.write(|w| {
        w.insert_dossier("H.7", Timestamp(START))?;
        w.event("ingestion", None, &json!({}), &act("bình", 1))?;
        Err(CatalogError::NoArchive)
    });
    assert!(broken.is_err());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        f.catalog.write(|w| -> Result<(), CatalogError> {
            w.insert_dossier("H.8", Timestamp(START))?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(f.catalog.events(None, 99).unwrap(), before);
    assert_eq!(f.catalog.dossiers(&DossierFilter::default()).unwrap().len(), 1);
}

#[test]
fn what_is_drawn_for_an_intent_is_drawn_once() {
    let f = fixture();
    f.take(&file("H.1", "H.1/1.jpg", 1));
    f.read_all("một");
    let document = f.catalog.documents_to_assemble(Some("H.1")).unwrap()[0].document;
    let begin = |at: i64| f.catalog.begin_intent(INTENT_PDFA, document.0, &json!({ "at": at }), &act("an", 1)).unwrap();
    assert_eq!(begin(1), json!({ "at": 1 }));
    assert_eq!(begin(2), json!({ "at": 1 }));
    assert_eq!(f.catalog.open_intents().unwrap().len(), 1);
    f.assemble_all();
    assert!(f.catalog.open_intents().unwrap().is_empty());
}

#[test]
fn a_receipt_has_a_line_for_every_file() {
    let f = fixture();
    let id = f.catalog.begin_receipt("/scan", &json!({ "jobs": 2 }), &act("bình", 1)).unwrap();
    let lines = [
        ReceiptLine::Taken { path: "1.jpg".into(), sha256: Sha256::of(b"1"), pages: 1, dossier: "H.1".into() },
        ReceiptLine::Skipped { path: "2.jpg".into(), reason: Reason::new("already-taken", "1.jpg") },
        ReceiptLine::Refused { path: "3.txt".into(), reason: Reason::new("not-an-image", "") },
    ];
    f.catalog.add_receipt_lines(id, &lines[..1]).unwrap();
    f.catalog.add_receipt_lines(id, &lines[1..]).unwrap();
    assert_eq!(f.catalog.unfinished_receipts().unwrap().len(), 1);
    let done = f.catalog.finish_receipt(id, &act("bình", 2)).unwrap();
    assert_eq!((done.taken, done.skipped, done.refused), (1, 1, 1));
    assert_eq!(f.catalog.receipt(id).unwrap(), lines);
    assert!(f.catalog.unfinished_receipts().unwrap().is_empty());
    assert!(f.catalog.finish_receipt(id, &act("bình", 3)).is_err());
}

#[test]
fn words_on_most_pages_do_not_rank_and_rare_ones_do() {
    let f = fixture();
    for (name, text) in [("1.jpg", "sổ sổ hộ tịch"), ("2.jpg", "sổ hộ tịch bổ túc bổ túc"), ("3.jpg", "sổ bổ túc")]
    {
        f.take(&file("H.1", name, 1));
        f.read_all(text);
    }
    let search = |query: &str, limit: usize| {
        let found = f.catalog.search(query, limit, MARKS).unwrap();
        let pages = found.hits.iter().filter_map(|hit| hit.page.as_ref());
        (pages.map(|page| page.number).collect::<Vec<_>>(), found.more_than, found.ranked)
    };
    assert_eq!(search("bo tuc", 9), (vec![2, 3], None, true));
    assert_eq!(search("so", 2), (vec![1, 3], Some(2), true));
    let raw = Connection::open(f.folder.path().join("catalog.sqlite")).unwrap();
    let sql = "WITH RECURSIVE other (n) AS (SELECT 1001 UNION ALL SELECT n + 1 FROM other WHERE n < 2100)
               INSERT INTO page_search (rowid, body) SELECT n, 'so ho tich' FROM other";
    raw.execute_batch(sql).unwrap();
    assert_eq!(search("so", 2), (vec![1, 2], Some(200), false), "the order is that of taking");
    assert_eq!(search("so ho tich", 2), (vec![1, 2], Some(200), false));
    assert_eq!(search("so bo tuc", 9), (vec![2, 3], None, true), "the rare words rank");
    assert_eq!(search("ho tich bo", 9), (vec![2], None, true));
    assert_eq!(search("so \"tich bo\"", 9), (vec![2], None, true));
}

#[test]
fn words_are_found_without_marks_and_chinese_by_character() {
    let f = fixture();
    f.list(&[row("H49.61.8", 9)]);
    let texts = [
        ("1", "Giám đốc bệnh viện tỉnh Hà Đông\nđường Quang Trung"),
        ("2", "河內地簿 嘉隆四年"),
        ("3", "viện trưởng nói bệnh nhân \"đã\" khỏi; số 12/HĐ-UBND"),
    ];
    for (name, text) in texts {
        f.take(&file("H49.61.8", &format!("{name}.jpg"), 1));
        f.read_all(text);
    }
    let cases: &[(&str, &[&str])] = &[
        ("benh vien", &["1", "3"]),
        ("\"benh vien\"", &["1"]),
        ("“bệnh viện”", &["1"]),
        ("BỆNH VIỆN tỉnh", &["1"]),
        ("duong", &["1"]),
        ("đường", &["1"]),
        ("地簿", &["2"]),
        ("簿", &["2"]),
        ("河內地", &["2"]),
        ("簿地", &[]),
        ("地簿 bệnh", &[]),
        ("12/HĐ-UBND", &["3"]),
        ("hd-ubnd", &["3"]),
        ("bệnh AND", &[]),
        ("NEAR(a b) OR * ^ : {x} -", &[]),
        ("\"", &[]),
        ("'; DROP TABLE page; --", &[]),
        ("", &[]),
    ];
    for (query, expected) in cases {
        let hits = f.catalog.search(query, 10, MARKS).unwrap().hits;
        let mut found: Vec<_> = hits.iter().filter_map(|h| h.page.as_ref()).map(|p| p.label.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, *expected, "{query:?}");
    }
    let hit = &f.catalog.search("duong", 10, MARKS).unwrap().hits[0];
    assert_eq!(hit.snippet, "Giám đốc bệnh viện tỉnh Hà Đông [đường] Quang Trung");
    let page = hit.page.as_ref().unwrap();
    assert_eq!((page.number, page.document_name.as_str(), page.language.as_deref()), (1, "H49.61.8", Some("vie")));
    assert_eq!(f.catalog.search("內地", 10, MARKS).unwrap().hits[0].snippet, "河[內地]簿 嘉隆四年");
    let dossier = &f.catalog.search("h49.61.8", 10, MARKS).unwrap().hits[0];
    assert_eq!((dossier.page.as_ref(), dossier.snippet.starts_with("[H49.61.8] Hồ sơ")), (None, true));
    f.take(&file("H49.61.8", "4.jpg", 1));
    f.read_all(&format!("{} bệnh viện {}", "một hai ba ".repeat(90).trim(), "bốn năm ".repeat(90).trim()));
    let long = f.catalog.search("\"ba bệnh viện bốn\"", 10, MARKS).unwrap().hits.remove(0).snippet;
    assert!(long.starts_with('…') && long.ends_with('…') && long.contains(" [ba bệnh viện bốn] "), "{long}");
    assert!(long.len() < 320, "{long}");
}

#[test]
fn what_is_searched_can_be_descriptions_alone_or_pages_alone() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    f.take(&file("H.1", "1.jpg", 1));
    f.read_all("Giám đốc bệnh viện tỉnh");
    let places = |scope: Scope, query: &str| {
        let hits = f.catalog.search_in(scope, query, 9, MARKS).unwrap().hits;
        hits.iter().map(|hit| hit.page.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(places(Scope::Everywhere, "benh vien"), [false, true]);
    assert_eq!(places(Scope::Descriptions, "benh vien"), [false]);
    assert_eq!(places(Scope::Pages, "benh vien"), [true]);
    assert_eq!(places(Scope::Descriptions, "giam doc"), [false; 0]);
}

#[test]
fn a_description_has_versions_that_nobody_changes_and_its_words_are_found() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    f.take(&file("H.1", "H.1/1.jpg", 1));
    let document = f.catalog.dossier("H.1").unwrap().documents[0].id;
    let record = |subject: &str, is_done| {
        f.catalog.record_description(document, &described(subject), is_done, &act("bình", 3)).unwrap()
    };
    assert!(record("V/v khai sinh", false) && !record("V/v khai sinh", false), "the same again is no version");
    assert!(record("V/v khai sinh", true) && record("V/v khai tử", true));
    let last = &f.catalog.descriptions("H.1").unwrap()[&document];
    assert_eq!((last.number, last.is_done, last.operator.as_str()), (3, true, "bình"));
    assert_eq!(last.description, described("V/v khai tử"));
    let hits = |query: &str| f.catalog.search(query, 10, MARKS).unwrap().hits;
    assert_eq!(hits("khai sinh").len(), 0, "what a description said before is not found");
    assert_eq!(hits("khai tu")[0].snippet, "H.1 Hồ sơ về bệnh viện H.1 G-H.1 217 V/v [khai] [tử]");
    let raw = Connection::open(f.folder.path().join("catalog.sqlite")).unwrap();
    for sql in [
        "UPDATE description SET fields = '{}'",
        "DELETE FROM description",
        "INSERT OR REPLACE INTO description SELECT document, dossier, number, 0, 'x', 0, '{}' FROM description",
    ] {
        assert!(raw.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_corrected_text_is_a_new_reading_and_a_mark_of_secrecy_in_it_holds() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    f.to_signed(&["H.1"]);
    let page = f.catalog.pages("H.1").unwrap()[0].id;
    let before = f.catalog.reading(page).unwrap().unwrap();
    let correct = |before, after: &[u8], findings: &[Finding]| {
        let correction = Correction {
            page,
            before,
            after: Sha256::of(after),
            plain: "Bệnh viện Đồng Nai",
            confidence: Some(97.0),
            state: ReadingState::Done,
            findings,
            word: ("Đông", "Đồng"),
        };
        f.catalog.record_correction(&correction, &act("chi", 9))
    };
    correct(before.text, b"1", &[]).unwrap();
    let after = f.catalog.reading(page).unwrap().unwrap();
    assert_eq!((after.text, after.engine), (Sha256::of(b"1"), format!("{}, corrected by hand", before.engine)));
    assert_eq!(f.catalog.plain_text(page).unwrap().unwrap(), "Bệnh viện Đồng Nai");
    let evidence = f.catalog.dossier("H.1").unwrap().dossier.evidence;
    assert_eq!((evidence.documents_assembled, evidence.documents_signed), (0, 0));
    assert!(matches!(correct(before.text, b"2", &[]), Err(CatalogError::TextChanged(_))), "made on an old text");
    assert!(!f.catalog.is_held("H.1").unwrap());
    let mark = [Finding::warn("secrecy-mark", "MẬT")];
    correct(Sha256::of(b"1"), b"2", &mark).unwrap();
    assert!(f.catalog.is_held("H.1").unwrap());
    assert_eq!(f.catalog.reading(page).unwrap().unwrap().engine, format!("{}, corrected by hand", before.engine));
    // Once an administrator let it go, another correction does not hold it again for the same mark.
    f.catalog.release("H.1", "nhầm", &act("an", 10)).unwrap();
    correct(Sha256::of(b"2"), b"3", &mark).unwrap();
    assert!(!f.catalog.is_held("H.1").unwrap());
    // A page that is to be read anew has no text to be corrected.
    f.catalog.read_again("H.1", &[ReadingState::Done], &act("an", 11)).unwrap();
    assert!(matches!(correct(Sha256::of(b"3"), b"4", &[]), Err(CatalogError::TextChanged(_))));
}

#[test]
fn a_catalog_of_the_first_schema_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch(include_str!("migrations/0001_first.sql")).unwrap();
    raw.execute_batch(
        "PRAGMA application_id = 0x536f686f; PRAGMA user_version = 1;
         INSERT INTO archive (one, id, title, organisation, demo, created_at)
            VALUES (1, x'0192f5a0c0de7000800000000000abcd', 'Lưu trữ', 'Sở', 0, 1);
         INSERT INTO dossier (id, code, folder, created_at, listed, expected_pages)
            VALUES (x'0192f5a0c0de7000800000000000abce', 'H.1', 'H.1', 1, 1, 3);",
    )
    .unwrap();
    drop(raw);
    let catalog = Catalog::open(&path, counting()).unwrap();
    assert_eq!(catalog.archive().unwrap().title, "Lưu trữ");
    assert_eq!(catalog.dossier("H.1").unwrap().dossier.evidence.expected_pages, Some(3));
    catalog.hold("H.1", "chờ", &act("an", 1)).unwrap();
    assert_eq!(catalog.events(Some("H.1"), 9).unwrap().len(), 1);
}

#[test]
fn pages_of_before_there_were_parts_are_whole_frames_and_what_refers_to_them_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let raw = Connection::open(&path).unwrap();
    crate::migrate::MIGRATIONS[..8].iter().for_each(|sql| raw.execute_batch(sql).unwrap());
    let facts = r#"{"index":0,"width":1654,"height":2339,"dpi":200.0,"dpi_stated":true,"samples":"gray8","rotation":0,"embedding":{"kind":"jpeg","components":1}}"#;
    raw.execute_batch(&format!(
        "PRAGMA application_id = 0x536f686f; PRAGMA user_version = 8;
         INSERT INTO archive (one, id, title, organisation, demo, created_at)
            VALUES (1, x'0192f5a0c0de7000800000000000abcd', 'Lưu trữ', 'Sở', 0, 1);
         INSERT INTO dossier (id, code, folder, created_at, pages)
            VALUES (x'0192f5a0c0de7000800000000000abce', 'H.1', 'H.1', 1, 1);
         INSERT INTO document (id, dossier, created_at)
            VALUES (x'0192f5a0c0de7000800000000000abcf', x'0192f5a0c0de7000800000000000abce', 1);
         INSERT INTO file (dossier, sha256, document, path, stem, bytes, format, receipt, taken_at, taken_by)
            VALUES (x'0192f5a0c0de7000800000000000abce', zeroblob(32), x'0192f5a0c0de7000800000000000abcf', 'H.1/7.jpg',
                '7', 9, 'jpeg', x'0192f5a0c0de7000800000000000abd0', 1, 'bình');
         INSERT INTO page (number, id, dossier, document, sha256, frame, facts, below_standard, reading, reading_state,
                place, turn)
            VALUES (41, x'0192f5a0c0de7000800000000000abd1', x'0192f5a0c0de7000800000000000abce',
                x'0192f5a0c0de7000800000000000abcf', zeroblob(32), 0, '{facts}', 0, 1, 'done', 3, 90);
         INSERT INTO reading (page, number, at_ms, state, rotation, engine, recipe, milliseconds, skew, ink, text_sha256)
            VALUES (x'0192f5a0c0de7000800000000000abd1', 1, 1, 'done', 90, 'tesseract', zeroblob(32), 5, 0.5, 0.1,
                zeroblob(32));
         INSERT INTO page_text VALUES (41, 'giấy khai sinh');
         INSERT INTO finding (dossier, page, origin, code, severity, detail, at_ms)
            VALUES (x'0192f5a0c0de7000800000000000abce', x'0192f5a0c0de7000800000000000abd1', 'check', 'page-rejected',
                'reject', 'mờ', 1);"
    ))
    .unwrap();
    drop(raw);
    let catalog = Catalog::open(&path, counting()).unwrap();
    let page = catalog.pages("H.1").unwrap().remove(0);
    assert_eq!((page.part.as_ref(), page.size(), page.label.as_str()), (None, (2339, 1654), "7"));
    assert_eq!(catalog.plain_text(page.id).unwrap().as_deref(), Some("giấy khai sinh"));
    assert_eq!(catalog.reading(page.id).unwrap().unwrap().rotation, 90);
    assert_eq!(catalog.findings(Some("H.1"), Openness::Open).unwrap()[0].page, Some(page.id));
    // Keys that refer to other tables are looked at again.
    let foreign: bool = catalog.read().query_row("PRAGMA foreign_keys", [], |row| row.get(0)).unwrap();
    assert!(foreign);
    let sql = "INSERT INTO finding (dossier, page, origin, code, severity, detail, at_ms)
               VALUES (x'0192f5a0c0de7000800000000000abce', zeroblob(16), 'check', 'x', 'warn', '', 1)";
    assert!(catalog.read().execute(sql, []).is_err());
    let sql = "INSERT INTO page (id, dossier, document, sha256, frame, facts, below_standard)
               SELECT zeroblob(16), dossier, document, sha256, frame, facts, 0 FROM page";
    assert!(catalog.read().execute(sql, []).is_err(), "a whole frame is a page once");
}

#[test]
fn handles_that_write_at_the_same_time_lose_nothing() {
    let f = fixture();
    f.list(&[row("H.0", 1), row("H.1", 1), row("H.2", 1), row("H.3", 1)]);
    let path = f.folder.path().join("catalog.sqlite");
    std::thread::scope(|scope| {
        for n in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let catalog = Catalog::open(path, std::sync::Arc::new(Offset(n))).unwrap();
                for page in 0..10 {
                    let file = file(&format!("H.{n}"), &format!("H.{n}/{page}.jpg"), 1);
                    catalog.take_file(&file, &act("bình", 2)).unwrap();
                }
            });
        }
    });
    let events = f.catalog.events(None, 999).unwrap();
    assert_eq!(events.iter().filter(|event| event.kind == "ingestion").count(), 40);
    for n in 0..4 {
        assert_eq!(f.catalog.dossier(&format!("H.{n}")).unwrap().dossier.evidence.pages, 10);
    }
    assert!(f.catalog.integrity().unwrap().is_empty());
}

/// Bytes of its own for each handle.
struct Offset(u8);

impl sohoa_model::ids::Randomness for Offset {
    fn ten_bytes(&self) -> [u8; 10] {
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let mut bytes = [0; 10];
        bytes[0] = 0x80 | self.0;
        bytes[2..].copy_from_slice(&NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst).to_be_bytes());
        bytes
    }
}

#[test]
fn a_signature_in_doubt_counts_from_the_moment_it_passes() {
    let f = fixture();
    f.list(&[row("H.1", 1)]);
    f.to_signed(&["H.1"]);
    assert!(f.catalog.signatures_in_doubt().unwrap().is_empty());
    let document = f.catalog.dossier("H.1").unwrap().documents[0].id;
    let signed = f.catalog.document_detail(document).unwrap().signed.unwrap().sha256;
    let judge = |verdict: &Verdict, signed: Sha256| {
        f.catalog.record_signature_verdict(document, signed, verdict, &act("bình", 6)).unwrap();
        f.catalog.dossier("H.1").unwrap().dossier.state
    };
    assert_eq!(judge(&Verdict::Failed("x".into()), Sha256::of(b"another file")), DossierState::Signed);
    assert_eq!(judge(&Verdict::Indeterminate("nobody trusts it".into()), signed), DossierState::Assembled);
    assert_eq!(f.catalog.signatures_in_doubt().unwrap(), [(document, signed, Timestamp(START + 5000))]);
    assert_eq!(judge(&Verdict::Passed, signed), DossierState::Signed);
    let last = f.catalog.events(Some("H.1"), 1).unwrap().remove(0);
    assert_eq!((last.kind.as_str(), last.operator.as_str()), ("digital signature validation", "bình"));
}

#[test]
fn what_is_only_counted_is_as_much_as_what_is_listed() {
    let f = fixture();
    f.list(&[row("H.1", 1), row("H.2", 1), row("H.3", 1)]);
    for code in ["H.1", "H.2"] {
        f.take(&file(code, &format!("{code}/0001.jpg"), 1));
    }
    // The same master in another dossier is one master.
    f.take(&crate::intake::TakenFile { dossier: "H.3".into(), ..file("H.1", "H.1/0001.jpg", 1) });
    let counted = || (f.catalog.count_documents_to_assemble().unwrap(), f.catalog.count_masters_not_copied().unwrap());
    let listed = || {
        let jobs = f.catalog.documents_to_assemble(None).unwrap();
        (jobs.len() as u64, f.catalog.masters_not_copied(None).unwrap().len() as u64)
    };
    assert_eq!((counted(), listed()), ((0, 2), (0, 2)));
    f.read_all("bệnh viện tỉnh");
    let masters = f.catalog.masters_not_copied(None).unwrap();
    f.catalog.set_copied(&masters[..1], Timestamp(START)).unwrap();
    assert_eq!((counted(), listed()), ((3, 1), (3, 1)));
    f.assemble_all();
    assert_eq!((counted(), listed()), ((0, 1), (0, 1)));
}

#[test]
fn each_dossier_is_seen_as_the_list_has_it() {
    let f = fixture();
    f.list(&[row("H.2", 1), row("H.10", 3)]);
    f.to_signed(&["H.2", "K.1"]);
    f.catalog.hold("H.2", "dấu MẬT", &act("an", 7)).unwrap();
    f.catalog.reject("K.1", "mờ", &act("chi", 8)).unwrap();
    let mut seen = Vec::new();
    let see = |entry: crate::query::DossierEntry<'_>| {
        let words = [entry.code, entry.title, entry.fonds, entry.series, entry.box_code].map(str::to_owned);
        seen.push((words, entry.state, entry.held, entry.rescan, entry.pages, entry.expected_pages));
    };
    f.catalog.each_dossier(see).unwrap();
    let listed: Vec<_> = f.catalog.dossiers(&DossierFilter::default()).unwrap();
    let listed = listed.into_iter().map(|row| {
        let about = row.description;
        let words = [about.code, about.title, about.fonds, about.series, about.box_code];
        (words, row.state, row.held, row.rescan, row.evidence.pages, row.evidence.expected_pages)
    });
    assert_eq!(seen, listed.collect::<Vec<_>>());
    assert_eq!(seen.len(), 3);
}
