//! Letterheads by hand: each page is lines with the left edge and the baseline of their first word.

use sohoa_model::description::DocumentField as F;
use sohoa_model::page_text::{BlockRole, PageText, TextBlock, TextLine, Word};

use super::suggestions;

/// A page of 1000 × 1400 pixels; a letter is 10 wide and a line 20 tall, `_` is a wide gap.
fn page(lines: &[(f32, f32, &str)]) -> PageText {
    let set = |&(left, base, text): &(f32, f32, &str)| {
        let mut x = left;
        let mut words = Vec::new();
        for text in text.split(' ') {
            if text == "_" {
                x += 100.0;
                continue;
            }
            let width = 10.0 * text.chars().count() as f32;
            words.push(Word { text: text.into(), confidence: 90.0, x, y: base, width, ascent: 16.0, descent: 4.0 });
            x += width + 8.0;
        }
        TextLine { angle: 0.0, words }
    };
    let block = TextBlock { role: BlockRole::Body, lines: lines.iter().map(set).collect() };
    PageText { width: 1000, height: 1400, blocks: vec![block] }
}

fn said(lines: &[(f32, f32, &str)]) -> Vec<(F, String)> {
    suggestions(&page(lines)).into_iter().map(|found| (found.field, found.text)).collect()
}

fn value(lines: &[(f32, f32, &str)], field: F) -> Option<String> {
    said(lines).into_iter().find(|(found, _)| *found == field).map(|(_, text)| text)
}

/// A line in the middle of the page.
fn centred(base: f32, text: &str) -> (f32, f32, &str) {
    let width = text.split(' ').map(|word| 10.0 * word.chars().count() as f32 + 8.0).sum::<f32>() - 8.0;
    (500.0 - width / 2.0, base, text)
}

const MOTTO: [(f32, f32, &str); 2] =
    [(540.0, 100.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), (580.0, 128.0, "Độc lập - Tự do - Hạnh phúc")];

fn headed<'a>(lines: &[(f32, f32, &'a str)]) -> Vec<(f32, f32, &'a str)> {
    MOTTO.iter().chain(lines).copied().collect()
}

#[test]
fn a_decision_says_all_of_itself() {
    let page = headed(&[
        (100.0, 100.0, "UBND TỈNH SƠN BÌNH"),
        (100.0, 128.0, "ỦY BAN NHÂN DÂN HUYỆN"),
        (140.0, 156.0, "THẠCH KHÊ"),
        (140.0, 200.0, "Số: 697/QĐ-UBND"),
        (560.0, 200.0, "Thạch Khê, ngày 15 tháng 04 năm 2017"),
        centred(270.0, "QUYẾT ĐỊNH"),
        centred(300.0, "Về việc cấp giấy chứng nhận quyền sử dụng đất"),
        centred(330.0, "tại xã Quảng Phúc"),
        centred(380.0, "CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ"),
        (150.0, 420.0, "Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011;"),
        centred(460.0, "QUYẾT ĐỊNH:"),
    ]);
    let expected = [
        (F::TypeName, "02"),
        (F::CodeNumber, "697"),
        (F::CodeNotation, "QĐ-UBND"),
        (F::IssuedDate, "15/04/2017"),
        (F::OrganName, "ỦY BAN NHÂN DÂN HUYỆN THẠCH KHÊ"),
        (F::Subject, "Về việc cấp giấy chứng nhận quyền sử dụng đất tại xã Quảng Phúc"),
    ];
    assert_eq!(said(&page), expected.map(|(field, text)| (field, text.to_owned())));
}

#[test]
fn a_letter_is_told_by_its_abstract_and_its_address() {
    let letter = headed(&[
        (100.0, 100.0, "BỘ TƯ PHÁP"),
        (100.0, 128.0, "CỤC CÔNG NGHỆ THÔNG TIN"),
        (100.0, 170.0, "Số: 45/CNTT-HT"),
        (80.0, 200.0, "V/v rà soát hồ sơ địa chính và"),
        (80.0, 228.0, "cấp giấy chứng nhận"),
        (560.0, 170.0, "Hà Nội, ngày 2 tháng 8 năm 2017"),
        centred(300.0, "Kính gửi: Ủy ban nhân dân xã Vĩnh Thịnh"),
    ]);
    let expected = [
        (F::TypeName, "22"),
        (F::CodeNumber, "45"),
        (F::CodeNotation, "CNTT-HT"),
        (F::IssuedDate, "02/08/2017"),
        (F::OrganName, "CỤC CÔNG NGHỆ THÔNG TIN"),
        (F::Subject, "V/v rà soát hồ sơ địa chính và cấp giấy chứng nhận"),
    ];
    assert_eq!(said(&letter), expected.map(|(field, text)| (field, text.to_owned())));
    // A heading of the body is no title of a letter.
    let mut with_heading = letter.clone();
    with_heading.insert(letter.len() - 1, centred(265.0, "QUY CHẾ BẢO VỆ BÍ MẬT"));
    assert_eq!(value(&with_heading, F::TypeName), None);
    assert_eq!(value(&with_heading, F::Subject), value(&letter, F::Subject));
    // Without an address it may be anything.
    assert_eq!(value(&letter[..letter.len() - 1], F::TypeName), None);
}

#[test]
fn the_columns_may_be_read_as_one_line() {
    let page = [
        (200.0, 100.0, "THỦ TƯỚNG CHÍNH PHỦ CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (200.0, 160.0, "Số: 30/2020/NĐ-CP _ _ Hà Nội, ngày 05 tháng 3 năm 2020"),
        centred(220.0, "NGHỊ ĐỊNH"),
        centred(250.0, "Về công tác văn thư"),
        (100.0, 300.0, "Căn cứ Luật Tổ chức Chính phủ ngày 19 tháng 6 năm 2015;"),
    ];
    let expected = [
        (F::TypeName, "32"),
        (F::CodeNumber, "30"),
        (F::CodeNotation, "2020/NĐ-CP"),
        (F::IssuedDate, "05/03/2020"),
        (F::OrganName, "THỦ TƯỚNG CHÍNH PHỦ"),
        (F::Subject, "Về công tác văn thư"),
    ];
    assert_eq!(said(&page), expected.map(|(field, text)| (field, text.to_owned())));
}

#[test]
fn a_number_line_is_cut_at_its_stroke() {
    for (line, number, notation) in [
        ("Số: 217/TP-HT", Some("217"), Some("TP-HT")),
        ("Số 217/QĐ-UBND", Some("217"), Some("QĐ-UBND")),
        ("Số:217 /QĐ-TTg", Some("217"), Some("QĐ-TTg")),
        ("Số: 217 / QĐ - UB", Some("217"), Some("QĐ-UB")),
        ("Sô: _ /TTr-BTP", None, Some("TTr-BTP")),
        ("Số: 4Z9/QĐ-TTg", None, Some("QĐ-TTg")),
        ("SỐ 12b-NĐ/PC", Some("12b"), Some("NĐ/PC")),
        ("Số 145 QĐ/UB", Some("145"), Some("QĐ/UB")),
        ("Số: 88", Some("88"), None),
        ("N° 214-A", Some("214"), Some("A")),
        // What follows makes a sentence of it; a stroke at the end has lost what was behind it.
        ("Số 12/QĐ-UB ngày hôm nay", None, None),
        ("Số: 217/QĐ-", Some("217"), None),
        ("Sổ đăng ký", None, None),
        ("Số 12", None, None),
        ("số: 12/QĐ-UB", None, None),
        ("No one", None, None),
    ] {
        let page = headed(&[(100.0, 170.0, line)]);
        let found = (value(&page, F::CodeNumber), value(&page, F::CodeNotation));
        assert_eq!(found, (number.map(str::to_owned), notation.map(str::to_owned)), "{line}");
    }
}

#[test]
fn a_stamp_of_arrival_has_no_part_in_the_number() {
    let page = headed(&[(100.0, 170.0, "Số: 217/TP-HT"), (100.0, 260.0, "Số: 1045")]);
    assert_eq!(value(&page, F::CodeNumber).as_deref(), Some("217"));
    let page = headed(&[(100.0, 170.0, "Số: 217/TP-HT"), (100.0, 260.0, "Số: 218/TP-HT")]);
    assert_eq!(value(&page, F::CodeNumber), None);
}

#[test]
fn a_date_says_no_more_than_the_page() {
    for (line, date) in [
        ("Phủ Lý, ngày 14 tháng 5 năm 1998", Some("14/05/1998")),
        ("Phu Ly, ngay 14 thang 5 nam 1998", Some("14/05/1998")),
        ("Hà Nội, ngày 14 / 5 / 1998", Some("14/05/1998")),
        ("Hà Nội, ngày 14-5-1998.", Some("14/05/1998")),
        ("Tp. Hồ Chí Minh, ngày _ 14 _ tháng _ 5 _ năm 1998", Some("14/05/1998")),
        ("Hà Nội, ngày ... tháng 5 năm 1998", Some("05/1998")),
        ("Hà Nội, ngày 4Ÿ tháng 5 năm 1998", Some("05/1998")),
        ("Hà Nội, ngày ... tháng ... năm 1998", Some("1998")),
        ("Hà Nội, năm 1998", Some("1998")),
        ("Hà Nội, ngày 31 tháng 2 năm 1998", None),
        ("Hà Nội, ngày 5 tháng 3 năm 199...", None),
        ("Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011", None),
        ("Nghị định số 5 ngày 11 tháng 11 năm 2011", None),
        ("Hà Nội, ngày 5 tháng 3 năm 1998 của Chính phủ", None),
    ] {
        let page = headed(&[(480.0, 170.0, line)]);
        assert_eq!(value(&page, F::IssuedDate).as_deref(), date, "{line}");
    }
}

#[test]
fn a_form_is_dated_where_it_is_signed() {
    let form = headed(&[
        centred(200.0, "TỜ KHAI ĐĂNG KÝ KẾT HÔN"),
        centred(240.0, "Kính gửi: Ủy ban nhân dân xã Đông Mỹ"),
        (100.0, 800.0, "Sinh ngày 5 tháng 6 năm 1978 tại Yên Lãng"),
        (560.0, 1100.0, "Đông Mỹ, ngày 02 tháng 01 năm 2001"),
    ]);
    let expected = [(F::TypeName, "32".to_owned()), (F::IssuedDate, "02/01/2001".to_owned())];
    assert_eq!(said(&form), expected);
    // A copy is dated there as well.
    let mut copy = form;
    copy.insert(5, (600.0, 1070.0, "SAO Y BẢN CHÍNH"));
    assert_eq!(value(&copy, F::IssuedDate), None);
}

#[test]
fn the_kind_is_read_from_the_title_or_the_notation() {
    for (title, number, kind) in [
        ("QUYẾT ĐỊNH", "Số: 1/QĐ-UB", Some("02")),
        ("QUYET ĐINH", "Số: 1", Some("02")),
        ("B Á O C Á O", "Số: 1", Some("14")),
        ("BIÊN BẢN BÀN GIAO SỔ HỘ TỊCH", "Số: 1", Some("20")),
        ("SẮC LỆNH", "Số: 1", Some("32")),
        ("TỜ TRÌNH", "Số: 1", Some("15")),
        ("Mọi người", "Số: 1/TTr-TP", Some("15")),
        // Two kinds, one that also names a body, and a word of running text.
        ("QUY CHẾ", "Số: 1/QĐ-UB", None),
        ("Mọi người", "Số: 1/CT-TTHT", None),
        ("Quyết định", "Số: 1", None),
        ("QUY ĐỊNH CHUNG", "Số: 1", None),
    ] {
        let page = headed(&[(100.0, 170.0, number), centred(260.0, title)]);
        assert_eq!(value(&page, F::TypeName).as_deref(), kind, "{title} {number}");
    }
}

#[test]
fn the_issuer_is_the_lowest_body_above_the_number() {
    for (lines, body) in [
        (&["ỦY BAN NHÂN DÂN", "TỈNH HÀ NAM"][..], Some("ỦY BAN NHÂN DÂN TỈNH HÀ NAM")),
        (&["UY BAN NHÂN DÂN", "TINH HÀ NAM", "SỞ TƯ PHÁP"], Some("SỞ TƯ PHÁP")),
        (&["BỘ NÔNG NGHIỆP VÀ", "PHÁT TRIỂN NÔNG THÔN"], Some("BỘ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN")),
        (&["SỞ TÀI NGUYÊN", "VÀ MÔI TRƯỜNG", "—"], Some("SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG")),
        (&["THẠCH KHÊ"], None),
        (&["Ủy ban nhân dân"], None),
        (&[], None),
    ] {
        let mut page = MOTTO.to_vec();
        for (i, line) in lines.iter().enumerate() {
            page.push((100.0, 100.0 + 28.0 * i as f32, *line));
        }
        page.push((100.0, 200.0, "Số: 1/A-B"));
        assert_eq!(value(&page, F::OrganName).as_deref(), body, "{lines:?}");
    }
}

#[test]
fn an_abstract_ends_where_the_body_begins() {
    for (below, subject) in [
        (&["Về việc bàn giao", "sổ hộ tịch", "THỦ TƯỚNG CHÍNH PHỦ"][..], Some("Về việc bàn giao sổ hộ tịch")),
        (&["Kết quả công tác năm 2001", "I. TÌNH HÌNH"], Some("Kết quả công tác năm 2001")),
        (&["CHỦ TỊCH ỦY BAN NHÂN DÂN", "Căn cứ Luật Lưu trữ"], None),
        (&["(Ban hành kèm theo Quyết định)"], None),
        (&["Về việc bàn giao và", "Căn cứ Luật Lưu trữ"], None),
        (&["Năm 2001"], None),
    ] {
        let mut page = headed(&[centred(260.0, "BÁO CÁO")]);
        page.extend(below.iter().enumerate().map(|(i, line)| centred(290.0 + 30.0 * i as f32, line)));
        assert_eq!(value(&page, F::Subject).as_deref(), subject, "{below:?}");
    }
}

#[test]
fn a_long_abstract_ends_with_a_whole_word() {
    let line = format!("Về {}", "việc ".repeat(20));
    let mut page = headed(&[centred(260.0, "BÁO CÁO")]);
    page.extend((0..7).map(|i| centred(290.0 + 30.0 * i as f32, line.trim())));
    let subject = value(&page, F::Subject).unwrap();
    assert!((495..=500).contains(&subject.chars().count()) && subject.ends_with("việc"), "{subject}");
}

#[test]
fn a_suggestion_has_the_place_of_its_words() {
    let page = page(&headed(&[(100.0, 170.0, "Số: 217 /TP-HT")]));
    let found = suggestions(&page);
    let place = |field| found.iter().find(|s| s.field == field).map(|s| s.place).unwrap();
    let (number, notation) = (place(F::CodeNumber), place(F::CodeNotation));
    assert_eq!([number.left, number.top, number.right, number.bottom], [138.0, 154.0, 168.0, 174.0]);
    assert_eq!([notation.left, notation.right], [176.0, 236.0]);
}

#[test]
fn a_page_without_a_letterhead_says_nothing() {
    for lines in [
        &[][..],
        &[(100.0, 100.0, "Trong năm 1998, Ủy ban nhân dân đã ban hành Quyết định số 12/QĐ-UB ngày 5 tháng 3")],
        &[centred(100.0, "SỔ ĐĂNG KÝ"), (100.0, 200.0, "Số _ Họ và tên _ Ngày sinh"), (100.0, 230.0, "1 _ Đỗ Công")],
        &[(100.0, 100.0, "a) Đánh giá điều kiện tự nhiên"), (100.0, 130.0, "- Phân tích 12/3/1998")],
    ] {
        let found: Vec<_> = said(lines).into_iter().filter(|(field, _)| *field != F::TypeName).collect();
        assert_eq!(found, [], "{lines:?}");
    }
}

#[test]
fn hostile_pages_end_soon_and_say_nothing_wrong() {
    let mut none = page(&headed(&[(100.0, 170.0, "Số: 217/TP-HT")]));
    none.width = 0;
    assert_eq!(suggestions(&none), []);
    let long = "Số:".to_owned() + &"9".repeat(1 << 20);
    assert_eq!(said(&headed(&[(100.0, 170.0, &long), (100.0, 200.0, &"ngày/".repeat(1 << 16))])), []);
    // Many lines in one place, each of which could be a number or a date.
    let mut many = page(&headed(&[]));
    let more = page(&[(10.0, 150.0, "Số: 5/A-B _ Hà Nội, ngày 5 tháng 5 năm 1998"); 4_000]);
    many.blocks.extend(more.blocks);
    assert_eq!(suggestions(&many), []);
    let one_line = vec!["Số:"; 10_000].join(" _ ");
    assert_eq!(said(&[(10.0, 150.0, &one_line)]), []);
    let mut wild = page(&headed(&[(100.0, 170.0, "Số: 217/TP-HT")]));
    for word in wild.blocks.iter_mut().flat_map(|b| &mut b.lines).flat_map(|l| &mut l.words) {
        (word.x, word.ascent) = (f32::NAN, f32::INFINITY);
    }
    suggestions(&wild);
}
