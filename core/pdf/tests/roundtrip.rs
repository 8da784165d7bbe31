//! What is written can be read back, also after increments; broken files are errors.

#![expect(clippy::unwrap_used, reason = "a test ends at the first failure")]

use std::io::Cursor;

use sohoa_pdf::{Dict, File, Object, ObjectWriter, PdfError, Reference, text_string};

fn small() -> Vec<u8> {
    let mut writer = ObjectWriter::new_file(Vec::new()).unwrap();
    let (catalog, info, data) = (writer.allocate().unwrap(), writer.allocate().unwrap(), writer.allocate().unwrap());
    let title = Object::from(Dict::new().with("Title", text_string("Sổ địa bạ (quyển 1)")));
    writer.object(info, &title).unwrap();
    writer.stream(data, &Dict::new().with("Kind", Object::name("Vân tay")), b"endstream\n endobj").unwrap();
    writer.object(catalog, &Dict::new().with("Type", Object::name("Catalog")).with("Data", data).into()).unwrap();
    writer.close(Dict::new().with("Root", catalog).with("Info", info)).unwrap().out
}

fn with_increment(mut bytes: Vec<u8>) -> Vec<u8> {
    let file = File::open(Cursor::new(bytes.clone())).unwrap();
    let trailer = file.trailer().clone();
    let mut writer = ObjectWriter::increment(Vec::new(), file.length(), file.size(), file.last_startxref());
    let fresh = writer.allocate().unwrap();
    writer.object(fresh, &Object::Int(42)).unwrap();
    writer.object(Reference::new(2), &Dict::new().with("Title", text_string("mới")).into()).unwrap();
    bytes.extend(writer.close(trailer).unwrap().out);
    bytes
}

#[test]
fn a_new_file_reads_back() {
    let bytes = small();
    let mut file = File::open(Cursor::new(&bytes)).unwrap();
    assert_eq!(file.version(), (1, 7));
    assert_eq!(file.size(), 4);
    let (root, catalog) = file.catalog().unwrap();
    assert_eq!(root.number, 1);
    assert_eq!(file.stream_data(3, 100).unwrap(), b"endstream\n endobj");
    assert!(matches!(file.stream_data(3, 10), Err(PdfError::Limit { .. })));
    assert!(file.get(&catalog, "Data").unwrap().as_dict().unwrap().get("Kind").unwrap().is_name("Vân tay"));
    assert!(matches!(file.object(9), Err(PdfError::MissingObject(9))));
    assert_eq!(file.resolve(&Reference::new(9).into()).unwrap(), Object::Null);
    let [revision] = file.revisions() else { panic!("one revision") };
    assert_eq!((revision.startxref, revision.end), (file.last_startxref(), bytes.len() as u64));
}

#[test]
fn the_newest_revision_wins_and_the_older_ones_stay_in_sight() {
    let first = small();
    let second = with_increment(first.clone());
    let third = with_increment(second.clone());
    let mut file = File::open(Cursor::new(&third)).unwrap();
    let info = file.dict(2).unwrap();
    let title = sohoa_pdf::decode_text(info.get("Title").unwrap().as_string().unwrap());
    assert_eq!(title, "mới");
    assert_eq!(file.object(5).unwrap(), Object::Int(42));
    assert_eq!(file.numbers().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let ends: Vec<u64> = file.revisions().iter().map(|revision| revision.end).collect();
    assert_eq!(ends, [first.len() as u64, second.len() as u64, third.len() as u64]);
}

#[test]
fn a_cut_or_flipped_file_is_an_error_or_a_file_and_never_a_panic() {
    let whole = with_increment(small());
    for length in 0..whole.len() {
        let _ = File::open(Cursor::new(&whole[..length])).map(read_all);
    }
    for at in 0..whole.len() {
        for flip in [1, 0x20, 0x80] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            let _ = File::open(Cursor::new(bytes)).map(read_all);
        }
    }
}

fn read_all<R: std::io::Read + std::io::Seek>(mut file: File<R>) {
    for number in file.numbers().collect::<Vec<_>>() {
        let _ = file.object(number);
        let _ = file.stream_data(number, 1000);
    }
}

/// A file whose catalog and a number lie in an object stream whose length is `length`.
fn compressed(length: &str, table: &str) -> Vec<u8> {
    let body = "<</Pages 2 0 R>> 42";
    let mut bytes =
        format!("%PDF-1.7\n3 0 obj\n<</Type/ObjStm/N 2/First {}/Length {length}>>stream\n", table.len()).into_bytes();
    bytes.extend(format!("{table}{body}\nendstream\nendobj\n").bytes());
    let start = bytes.len();
    bytes.extend(b"4 0 obj\n<</Type/XRef/Size 6/Root 1 0 R/W[1 2 1]/Index[1 4 5 1]/Length 20>>stream\n");
    bytes.extend([2, 0, 3, 0, 2, 0, 3, 1, 1, 0, 9, 0, 1, (start >> 8) as u8, start as u8, 0, 0, 0, 0, 0]);
    bytes.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

#[test]
fn objects_in_streams_are_found_and_lying_streams_refused() {
    let mut file = File::open(Cursor::new(compressed("27", "1 0 2 17"))).unwrap();
    assert_eq!(file.catalog().unwrap().1.get("Pages"), Some(&Object::Reference(Reference::new(2))));
    assert_eq!(file.object(2).unwrap().as_int(), Some(42));
    assert!(matches!(file.object(5), Err(PdfError::MissingObject(5))));
    assert!(matches!(file.without_streams_of_structure(), Err(PdfError::CrossReferenceStream { .. })));
    for (length, table) in
        [("2 0 R", "1 0 2 17"), ("27", "1 0 9 17"), ("27", "1 9 2 00"), ("27", "1 0 2 99"), ("9999", "1 0 2 17")]
    {
        let mut file = File::open(Cursor::new(compressed(length, table))).unwrap();
        assert!(file.object(2).is_err(), "{length} {table}");
    }
}

#[test]
fn loops_and_false_cross_references_are_told_apart() {
    let text = |prev: &str| {
        format!("%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Prev {prev}>>\nstartxref\n9\n%%EOF\n")
    };
    assert!(matches!(File::open(Cursor::new(text("9"))), Err(PdfError::PrevLoop { offset: 9 })));
    assert!(matches!(File::open(Cursor::new(text("-1"))), Err(PdfError::Syntax { .. })));
    assert!(matches!(File::open(Cursor::new(text("4000"))), Err(PdfError::Syntax { .. })));
    let hybrid = text("9").replace("Prev", "XRefStm");
    assert!(matches!(File::open(Cursor::new(hybrid)), Err(PdfError::Syntax { .. })));
    let stream = "%PDF-1.7\n1 0 obj\n<</Type/XRef>>\nendobj\nstartxref\n9\n%%EOF\n";
    assert!(matches!(File::open(Cursor::new(stream)), Err(PdfError::Syntax { .. })));
    let huge = text("9").replace("0 1\n", "0 99999999\n");
    assert!(matches!(File::open(Cursor::new(huge)), Err(PdfError::Limit { .. })));
}

#[test]
fn a_writer_refuses_what_would_make_a_broken_file() {
    let mut writer = ObjectWriter::new_file(Vec::new()).unwrap();
    let first = writer.allocate().unwrap();
    writer.allocate().unwrap();
    writer.object(first, &Object::Null).unwrap();
    assert!(matches!(writer.close(Dict::new()), Err(PdfError::NotWrittenOnce(2))));

    let mut writer = ObjectWriter::new_file(Vec::new()).unwrap();
    let only = writer.allocate().unwrap();
    writer.object(only, &Object::Null).unwrap();
    writer.object(only, &Object::Null).unwrap();
    assert!(matches!(writer.close(Dict::new()), Err(PdfError::NotWrittenOnce(1))));

    let mut writer = ObjectWriter::new_file(Vec::new()).unwrap();
    let only = writer.allocate().unwrap();
    let short = writer.stream_from(only, &Dict::new(), &mut &b"abc"[..], 4);
    assert!(matches!(short, Err(PdfError::StreamLength { announced: 4, given: 3 })));

    let mut writer = ObjectWriter::increment(Vec::new(), 10_000_000_000, 5, 20);
    let only = writer.allocate().unwrap();
    writer.object(only, &Object::Null).unwrap();
    assert!(matches!(writer.close(Dict::new()), Err(PdfError::OffsetTooLarge(_))));
}
