//! Civil-status papers: ruled pages of birth and marriage registers, filled in by pen, and declarations of marriage.

use crate::canvas::{BLACK, BLUE, Canvas, GREY, Type};
use crate::fonts::{Face, Fonts};
use crate::rng::Rng;
use crate::sheet::{Align, Sheet};
use crate::wording::{commune, date, man, woman};

/// What a clerk's pen writes.
fn pen(points: f32) -> Type {
    Type { face: Face::SerifItalic, points, ink: BLUE, unrest: 0.5 }
}

/// A page of the register of births, lying, with so many entries.
pub fn births<'a>(fonts: &'a Fonts, name: &str, year: u32, first: u32, entries: u32) -> Sheet<'a> {
    let columns = [
        ("Số", 12.0),
        ("Họ và tên người được khai sinh", 52.0),
        ("Ngày sinh", 28.0),
        ("Nam, nữ", 18.0),
        ("Họ tên cha", 46.0),
        ("Họ tên mẹ", 46.0),
        ("Nơi sinh", 34.0),
        ("Ghi chú", 32.0),
    ];
    let mut sheet = Sheet::new(Canvas::lying(), fonts, Rng::named(name));
    sheet.line(Type::print(Face::SerifBold, 16.0), "SỔ ĐĂNG KÝ KHAI SINH", Align::Centre, 15.0, 282.0, 18.0);
    let place = format!("Xã {} - huyện Thạch Khê - Năm {year}", commune(&mut sheet.rng));
    sheet.line(Type::print(Face::Serif, 12.0), &place, Align::Centre, 15.0, 282.0, 25.0);
    let rows = (0..entries)
        .map(|i| {
            let rng = &mut sheet.rng;
            let father = man(rng);
            let family = father.split(' ').next().unwrap_or_default().to_owned();
            let boy = rng.unit() < 0.5;
            let child = if boy { man(rng) } else { woman(rng) };
            let given = child.split_once(' ').map_or("", |(_, given)| given);
            vec![
                (first + i).to_string(),
                format!("{family} {given}"),
                date(rng, year),
                if boy { "Nam" } else { "Nữ" }.to_owned(),
                father,
                woman(rng),
                format!("Xã {}", commune(rng)),
                if rng.unit() < 0.2 { "Cấp lại" } else { "" }.to_owned(),
            ]
        })
        .collect::<Vec<_>>();
    table(&mut sheet, &columns, &rows, 14.0, 32.0, 13.0, 11.5);
    sheet
}

/// A page of the register of marriages, upright, with so many entries.
pub fn marriages<'a>(fonts: &'a Fonts, name: &str, year: u32, first: u32, entries: u32) -> Sheet<'a> {
    let columns = [
        ("Số", 11.0),
        ("Ngày đăng ký", 25.0),
        ("Họ tên chồng", 42.0),
        ("Họ tên vợ", 42.0),
        ("Nơi cư trú", 34.0),
        ("Ký tên", 26.0),
    ];
    let mut sheet = Sheet::new(Canvas::upright(), fonts, Rng::named(name));
    sheet.line(Type::print(Face::SerifBold, 16.0), "SỔ ĐĂNG KÝ KẾT HÔN", Align::Centre, 15.0, 195.0, 22.0);
    sheet.line(Type::print(Face::Serif, 12.0), &format!("Quyển số 02 - Năm {year}"), Align::Centre, 15.0, 195.0, 30.0);
    let rows = (0..entries)
        .map(|i| {
            let rng = &mut sheet.rng;
            vec![
                (first + i).to_string(),
                date(rng, year),
                man(rng),
                woman(rng),
                format!("Xã {}", commune(rng)),
                String::new(),
            ]
        })
        .collect::<Vec<_>>();
    table(&mut sheet, &columns, &rows, 15.0, 37.0, 15.0, 12.0);
    for i in 0..entries {
        if sheet.rng.unit() < 0.7 {
            sheet.signature(182.0, 57.0 + 15.0 * i as f32);
        }
    }
    sheet
}

/// A ruled table with printed headings; the truth goes row by row, cell by cell.
fn table(
    sheet: &mut Sheet<'_>,
    columns: &[(&str, f32)],
    rows: &[Vec<String>],
    left: f32,
    top: f32,
    tall: f32,
    points: f32,
) {
    let right = left + columns.iter().map(|(_, width)| width).sum::<f32>();
    let bottom = top + tall * (rows.len() as f32 + 1.0);
    for i in 0..=rows.len() + 1 {
        let y = top + tall * i as f32;
        sheet.rule((left, y), (right, y), 2.2, GREY);
    }
    let mut x = left;
    for (i, width) in columns.iter().map(|(_, width)| *width).chain([0.0]).enumerate() {
        sheet.rule((x, top), (x, bottom), if i == 0 || width == 0.0 { 3.0 } else { 2.0 }, GREY);
        x += width;
    }
    let mut x = left;
    for (heading, width) in columns {
        let style = Type::print(Face::SerifBold, 10.5);
        let lines = sheet.broken(style, heading, width - 3.0, 0.0);
        let mut y = top + tall / 2.0 + 1.5 - 2.4 * (lines.len() as f32 - 1.0);
        for line in lines {
            sheet.line(style, &line, Align::Centre, x, x + width, y);
            y += 4.8;
        }
        x += width;
    }
    for (i, row) in rows.iter().enumerate() {
        let mut x = left;
        for (cell, (_, width)) in row.iter().zip(columns) {
            if !cell.is_empty() {
                let y = top + tall * (i as f32 + 1.0) + tall * 0.42 + sheet.rng.between(-0.6, 0.6);
                sheet.boxed(pen(points), cell, Align::Left, (x + 1.8, x + width - 0.5), y, 5.0);
            }
            x += width;
        }
    }
}

/// A declaration of marriage: a printed form, filled in by pen.
pub fn declaration<'a>(fonts: &'a Fonts, name: &str, year: u32) -> Sheet<'a> {
    let mut sheet = Sheet::new(Canvas::upright(), fonts, Rng::named(name));
    let bold = Type::print(Face::SerifBold, 13.0);
    sheet.line(bold, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Align::Centre, 20.0, 190.0, 24.0);
    sheet.ruled_line(bold, "Độc lập - Tự do - Hạnh phúc", 20.0, 190.0, 30.5, 1.0);
    sheet.line(Type::print(Face::SerifBold, 16.0), "TỜ KHAI ĐĂNG KÝ KẾT HÔN", Align::Centre, 20.0, 190.0, 46.0);
    let village = commune(&mut sheet.rng);
    let to = format!("Kính gửi: Ủy ban nhân dân xã {village}, huyện Thạch Khê");
    sheet.line(Type::print(Face::Serif, 13.0), &to, Align::Centre, 20.0, 190.0, 56.0);
    let (husband, wife) = (man(&mut sheet.rng), woman(&mut sheet.rng));
    let mut y = 70.0;
    for (heading, name) in [("Bên nam", husband.clone()), ("Bên nữ", wife.clone())] {
        sheet.line(bold, heading, Align::Left, 28.0, 190.0, y);
        y += 9.0;
        let born = {
            let before = sheet.rng.whole(20, 34);
            date(&mut sheet.rng, year - before)
        };
        let card = format!("{}", 100_000_000 + sheet.rng.whole(0, 89_999_999));
        let home = format!("Xã {}, huyện Thạch Khê, tỉnh Sơn Bình", commune(&mut sheet.rng));
        let fields = [
            ("Họ và tên:", name),
            ("Ngày, tháng, năm sinh:", born),
            ("Dân tộc:", "Kinh".to_owned()),
            ("Nơi thường trú:", home),
            ("Số chứng minh nhân dân:", card),
        ];
        for (label, value) in fields {
            let start = field(&mut sheet, fonts, label, &value, y);
            sheet.rule((start, y + 1.2), (186.0, y + 1.2), 1.2, GREY);
            y += 9.0;
        }
        y += 3.0;
    }
    let oath = "Chúng tôi cam đoan những lời khai trên đây là đúng sự thật, việc kết hôn của chúng tôi là hoàn toàn tự \
                nguyện, không vi phạm quy định của Luật Hôn nhân và gia đình, và chịu trách nhiệm trước pháp luật về nội \
                dung cam đoan của mình.";
    let print = Type::print(Face::Serif, 13.0);
    let lines = sheet.broken(print, oath, 158.0, 10.0);
    let count = lines.len();
    for (i, line) in lines.into_iter().enumerate() {
        sheet.justified(print, &line, if i == 0 { 38.0 } else { 28.0 }, 186.0, y, i + 1 == count);
        y += 7.0;
    }
    let place = {
        let (day, month) = (sheet.rng.whole(1, 28), sheet.rng.whole(1, 12));
        format!("{village}, ngày {day:02} tháng {month:02} năm {year}")
    };
    sheet.line(Type::print(Face::SerifItalic, 13.0), &place, Align::Centre, 100.0, 190.0, y + 5.0);
    y += 14.0;
    for (label, who, left, right) in [("Bên nam", husband, 28.0, 100.0), ("Bên nữ", wife, 105.0, 186.0)] {
        sheet.line(bold, label, Align::Centre, left, right, y);
        sheet.signature((left + right) / 2.0, y + 14.0);
        sheet.line(Type { ink: BLACK, ..pen(13.0) }, &who, Align::Centre, left, right, y + 27.0);
    }
    sheet
}

/// Sets a printed label and what the pen wrote after it, one line of the truth. Returns where the pen starts, in mm.
fn field(sheet: &mut Sheet<'_>, fonts: &Fonts, label: &str, value: &str, y: f32) -> f32 {
    let print = Type::print(Face::Serif, 13.0);
    let start = 30.0 + fonts.width(print.face, print.points, label) * 25.4 / crate::canvas::PER_INCH + 2.0;
    sheet.unread(print, label, 30.0, y);
    sheet.unread(pen(14.0), value, start, y);
    sheet.note(&format!("{label} {value}"));
    start
}
