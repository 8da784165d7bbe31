//! What an inventory file gives, good and bad.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sohoa_model::code_list::{AccessLevel, Condition, PaperLanguage, Retention};
use zip::write::SimpleFileOptions;

use super::*;

fn refusals(parsed: &ParsedInventory) -> Vec<(u32, &str, &str, &str)> {
    parsed.refused.iter().map(|r| (r.row, r.column.as_str(), r.reason.as_str(), r.found.as_str())).collect()
}

#[test]
fn an_inventory_with_vietnamese_headings_gives_every_field() {
    let csv = "\u{FEFF}Phông;Mục lục;Hộp;Mã hồ sơ;Tiêu đề hồ sơ;Thời gian bắt đầu;Thời gian kết thúc;Thời hạn lưu trữ;\
               Mức độ tiếp cận;Mã hồ sơ gốc giấy;Loại giá trị;Số lượng tờ;Số trang;Ngôn ngữ;Tình trạng vật lý;Ghi chú\r\n\
               UBND tỉnh;ML 01;12;H49.61.8.2017.01;\"Hồ sơ về việc cấp đất; đợt 2\";05/03/2017;2018;Vĩnh viễn;Công khai;\
               H49.K1.2.12;valuable;40;75;Tiếng Việt;bình thường;xem thêm\r\n";
    let parsed = parse("mục lục.csv", csv.as_bytes()).unwrap();
    assert_eq!(parsed.refused, []);
    assert_eq!(parsed.ignored_columns, ["Ghi chú"]);
    let row = &parsed.rows[0];
    assert_eq!((row.fonds.as_str(), row.series.as_str(), row.box_code.as_str()), ("UBND tỉnh", "ML 01", "12"));
    assert_eq!((row.code.as_str(), row.title.as_str()), ("H49.61.8.2017.01", "Hồ sơ về việc cấp đất; đợt 2"));
    assert_eq!(row.start.unwrap().to_string(), "05/03/2017");
    assert_eq!(row.end.unwrap().to_string(), "2018");
    assert_eq!((row.retention, row.access), (Some(Retention::Permanent), Some(AccessLevel::Public)));
    assert_eq!((row.paper_file_code.as_str(), row.value_class.as_str()), ("H49.K1.2.12", "valuable"));
    assert_eq!((row.sheets, row.pages), (Some(40), Some(75)));
    assert_eq!((row.language, row.condition), (Some(PaperLanguage::Vietnamese), Some(Condition::Normal)));
}

#[test]
fn separators_line_ends_and_quotes_are_read_as_spreadsheets_write_them() {
    for (name, text) in [
        ("a.csv", "dossier_code,title\nA1,\"một \"\"hai\"\", ba\"\n"),
        ("a.csv", "dossier_code;title\r\nA1;\"một \"\"hai\"\", ba\"\r\n"),
        ("a.csv", "dossier_code\ttitle\rA1\tmột \"hai\", ba"),
        ("a.csv", "sep=;\r\ndossier_code;title\r\nA1;\"một \"\"hai\"\", ba\""),
        ("a.TSV", "dossier_code\ttitle\nA1\t\"một \"\"hai\"\",\n ba\"\n"),
    ] {
        let parsed = parse(name, text.as_bytes()).unwrap();
        assert_eq!(parsed.rows.len(), 1, "{text}");
        assert_eq!(parsed.rows[0].title, "một \"hai\", ba", "{text}");
    }
}

#[test]
fn a_bad_row_is_refused_with_its_place_and_the_rest_goes_in() {
    let long = "ế".repeat(1001);
    let csv = format!(
        "Mã hồ sơ,Tiêu đề,Bắt đầu,Kết thúc,Chế độ sử dụng,Số trang\n\
         A1,một,31/04/1945,,01,1\n\
         A2,hai,1945,1944,1,2\n\
         \n\
         A3,{long},,,,3\n\
         ,bốn,,,,4\n\
         A4,năm,,,mở,5\n\
         A5,sáu,,,02,5-6\n\
         A6,bảy,03/1945,1945,có điều kiện,7\n\
         A6,tám,,,,8\n\
         A7\u{0},chín,,,,9\n"
    );
    let parsed = parse_csv(csv.replace('\0', "\u{1}").as_bytes()).unwrap();
    assert_eq!(parsed.rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["A6"]);
    assert_eq!(
        refusals(&parsed),
        [
            (2, "Bắt đầu", "not-a-date", "31/04/1945"),
            (3, "Kết thúc", "end-before-start", "1945 – 1944"),
            (5, "Tiêu đề", "too-long", "ế".repeat(80).as_str()),
            (6, "Mã hồ sơ", "missing", ""),
            (7, "Chế độ sử dụng", "not-in-list", "mở"),
            (8, "Số trang", "not-a-number", "5-6"),
            (10, "Mã hồ sơ", "duplicate", "A6"),
            (11, "Mã hồ sơ", "control-character", "A7\u{1}"),
        ]
    );
}

#[test]
fn codes_that_differ_only_in_their_unicode_form_are_the_same() {
    let parsed = parse_csv("code\nHĐ-ế\nHĐ-e\u{302}\u{301}\n".as_bytes()).unwrap();
    assert_eq!(parsed.rows.len(), 1);
    assert_eq!(refusals(&parsed), [(3, "code", "duplicate", "HĐ-ế")]);
}

#[test]
fn a_file_that_is_no_inventory_is_refused_as_a_whole() {
    let says = |bytes: &[u8]| parse("x.csv", bytes).unwrap_err().to_string();
    assert!(says(b"\xFF\xFEM\0").contains("UTF-16"));
    assert!(says(b"M\0a\0").contains("UTF-16 without a mark"));
    assert!(says(b"M\xe3 h\xf4 s\xbd").contains("another encoding"));
    assert!(says(b"\xD0\xCF\x11\xE0\xA1\xB1").contains("XLS"));
    assert!(says(b"%PDF-1.4").contains("PDF"));
    assert!(says(b" \n,,\n").contains("empty"));
    assert!(says("Tiêu đề,Ghi chú\n1,2\n".as_bytes()).contains("Ghi chú, Tiêu đề"));
    assert!(says("code,Mã hồ sơ\n1,2\n".as_bytes()).contains("same field"));
    assert!(says(b"code,title\nA1,\"open\n").contains("row 2"));
    assert!(says(format!("code{}\n", ",".repeat(MOST_COLUMNS)).as_bytes()).contains("row 1"));
    assert!(says("\n".repeat(MOST_ROWS as usize).as_bytes()).contains("empty"));
    assert!(says("\n".repeat(MOST_ROWS as usize + 1).as_bytes()).contains("rows"));
    assert!(says(&vec![b'a'; LARGEST_FILE + 1]).contains("bytes"));
    assert!(says(b"PK\x03\x04 torn").contains("unpack"));
}

#[test]
fn cells_of_a_workbook_give_what_a_person_sees() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in
        ["arcFileCode", "title", "maintenance", "startDate", "endDate", "numberOfPage", "language"].iter().enumerate()
    {
        sheet.write_string(0, column as u16, *heading).unwrap();
    }
    sheet.write_number(2, 0, 2017.0).unwrap();
    sheet.write_string(2, 1, "  Sổ đăng ký\nkhai sinh ").unwrap();
    sheet.write_number(2, 2, 1.0).unwrap();
    sheet.write_number(2, 3, 1945.0).unwrap();
    let day = ExcelDateTime::from_ymd(1953, 3, 5).unwrap();
    sheet.write_datetime_with_format(2, 4, &day, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    sheet.write_number(2, 5, 12.0).unwrap();
    sheet.write_string(2, 6, "Việt-Pháp").unwrap();
    sheet.write_number(3, 0, 2017.01).unwrap();
    sheet.write_datetime_with_format(3, 3, &day, &Format::new().set_num_format("mm/yyyy")).unwrap();
    sheet.write_datetime_with_format(3, 4, &day, &Format::new().set_num_format("\"năm\" yyyy")).unwrap();
    sheet.write_string(4, 0, "A3").unwrap();
    sheet.write_number(4, 5, 1.5).unwrap();
    let parsed = parse("mục lục", &workbook.save_to_buffer().unwrap()).unwrap();
    let [first, second] = &parsed.rows[..] else { panic!("{parsed:?}") };
    assert_eq!((first.code.as_str(), first.title.as_str()), ("2017", "Sổ đăng ký khai sinh"));
    assert_eq!(first.retention, Some(Retention::Permanent));
    assert_eq!(
        (first.start.unwrap().to_string(), first.end.unwrap().to_string()),
        ("1945".into(), "05/03/1953".into())
    );
    assert_eq!((first.pages, first.language), (Some(12), Some(PaperLanguage::VietnameseFrench)));
    assert_eq!(second.code, "2017.01");
    assert_eq!((second.start.unwrap().to_string(), second.end.unwrap().to_string()), ("03/1953".into(), "1953".into()));
    assert_eq!(refusals(&parsed), [(5, "numberOfPage", "not-a-number", "1.5")]);
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused_unread() {
    let mut container = zip::ZipWriter::new(Cursor::new(Vec::new()));
    container.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..=(LARGEST_UNPACKED >> 20) {
        container.write_all(&zeros).unwrap();
    }
    let mut bomb = container.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(parse("bomb.xlsx", &bomb), Err(InventoryError::UnpacksTooLarge)));
    // The same with a directory that claims ten bytes.
    let stated = u32::try_from(((LARGEST_UNPACKED >> 20) + 1) << 20).unwrap().to_le_bytes();
    let places: Vec<usize> = bomb.windows(4).enumerate().filter(|(_, w)| *w == stated).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bomb[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    assert!(parse("bomb.xlsx", &bomb).is_err());
}

#[test]
fn an_open_document_is_told_from_a_workbook() {
    let mut container = zip::ZipWriter::new(Cursor::new(Vec::new()));
    container.start_file("mimetype", SimpleFileOptions::default()).unwrap();
    let bytes = container.finish().unwrap().into_inner();
    assert!(matches!(parse("a.xlsx", &bytes), Err(InventoryError::Kind { .. })));
}

#[test]
fn the_sample_inventory_is_taken_whole() {
    let parsed = parse_xlsx(include_bytes!("../../../../sample-scans/inventory.xlsx")).unwrap();
    assert_eq!((parsed.rows.len(), parsed.refused.len(), parsed.ignored_columns.len()), (40, 0, 0));
    assert!(parsed.rows.iter().all(|row| crate::mandatory::missing_fields(row).is_empty()));
    let levels = |level| parsed.rows.iter().filter(|row| row.access == Some(level)).count();
    assert_eq!((levels(AccessLevel::Conditional), levels(AccessLevel::Secret)), (1, 1));
}

/// A number that looks random, the same every time (xorshift).
fn dice(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) as usize
}

#[test]
fn damaged_files_are_errors_or_refusals_and_never_a_panic() {
    let good = include_bytes!("../../../../sample-scans/inventory.xlsx");
    let mut container = zip::ZipArchive::new(Cursor::new(&good[..])).unwrap();
    let parts: Vec<(String, Vec<u8>)> = (0..container.len())
        .map(|i| {
            let mut part = container.by_index(i).unwrap();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut taken = 0;
    for _ in 0..400 {
        let mut container = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let hurt = dice(&mut state) % parts.len();
        for (i, (name, bytes)) in parts.iter().enumerate() {
            let mut bytes = bytes.clone();
            if i == hurt {
                for _ in 0..=dice(&mut state) % 4 {
                    let at = dice(&mut state) % bytes.len();
                    match dice(&mut state) % 3 {
                        0 => bytes[at] = dice(&mut state) as u8,
                        1 => bytes[at] = b"<>/\"&=0129A"[dice(&mut state) % 11],
                        _ => drop(bytes.drain(at..(at + 1 + dice(&mut state) % 30).min(bytes.len()))),
                    }
                }
            }
            let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            container.start_file(name.as_str(), options).unwrap();
            container.write_all(&bytes).unwrap();
        }
        taken += usize::from(parse_xlsx(&container.finish().unwrap().into_inner()).is_ok());
        let mut torn = good[..dice(&mut state) % good.len()].to_vec();
        assert!(parse_xlsx(&torn).is_err());
        torn.reverse();
        assert!(parse("a.csv", &torn).is_err());
    }
    assert!(taken > 100, "{taken}");
}
