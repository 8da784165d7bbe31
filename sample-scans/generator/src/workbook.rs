//! The inventory as a workbook, with Vietnamese headings, as an archive keeps it.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::holdings::Dossier;

const HEADINGS: [&str; 15] = [
    "Phông",
    "Mục lục",
    "Hộp",
    "Mã hồ sơ",
    "Tiêu đề hồ sơ",
    "Thời gian bắt đầu",
    "Thời gian kết thúc",
    "Thời hạn lưu trữ",
    "Mức độ tiếp cận",
    "Mã hồ sơ gốc giấy",
    "Loại giá trị",
    "Số lượng tờ",
    "Số trang",
    "Ngôn ngữ",
    "Tình trạng vật lý",
];

/// The bytes of the workbook.
///
/// # Errors
/// If the writer refuses a cell.
pub fn workbook(dossiers: &[Dossier]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2025, 7, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made).set_title("Mục lục hồ sơ"));
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Mục lục hồ sơ")?;
    for (column, heading) in (0_u16..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, heading, &bold)?;
    }
    sheet.set_column_width(3, 22)?;
    sheet.set_column_width(4, 60)?;
    for (row, dossier) in (1_u32..).zip(dossiers) {
        let paper = format!("TK.K1.G{}.H{}.{}", 1 + row % 5, dossier.box_code, row);
        let texts = [
            (0, dossier.fonds),
            (1, dossier.series),
            (3, &dossier.code),
            (4, &dossier.title),
            (7, dossier.retention),
            (8, dossier.access),
            (9, &paper),
            (10, dossier.value),
            (13, dossier.language),
            (14, dossier.condition),
        ];
        for (column, text) in texts {
            sheet.write_string(row, column, text)?;
        }
        // Excel keeps a bare year as a number; days and months are typed as text.
        for (column, date) in [(5, &dossier.start), (6, &dossier.end)] {
            match date.parse::<u32>() {
                Ok(year) => sheet.write_number(row, column, year)?,
                Err(_) => sheet.write_string(row, column, date)?,
            };
        }
        let box_code = dossier.box_code.parse::<u32>().unwrap_or(0);
        for (column, number) in [(2, box_code), (11, dossier.pages.div_ceil(2)), (12, dossier.pages)] {
            sheet.write_number(row, column, number)?;
        }
    }
    workbook.save_to_buffer()
}
