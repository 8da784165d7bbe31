//! Mandatory description: the fields without which a dossier can't count as digitized.

use sohoa_model::inventory::InventoryRow;

/// The fields that the profile TT05-2025 wants of a dossier and that this row lacks, in the order of the circular.
///
/// Stable names: `code`, `title`, `retention`, `access-level`, `language`, `start-date`, `end-date`, `sheets`, `pages`,
/// `paper-file-code` (TT 05/2025/TT-BNV, EAD.xml of a dossier; `paperFileCode` is mandatory for what was digitized).
pub fn missing_fields(row: &InventoryRow) -> Vec<&'static str> {
    [
        ("code", row.code.trim().is_empty()),
        ("title", row.title.trim().is_empty()),
        ("retention", row.retention.is_none()),
        ("access-level", row.access.is_none()),
        ("language", row.language.is_none()),
        ("start-date", row.start.is_none()),
        ("end-date", row.end.is_none()),
        ("sheets", row.sheets.is_none()),
        ("pages", row.pages.is_none()),
        ("paper-file-code", row.paper_file_code.trim().is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, missing)| missing.then_some(name))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::parse_csv;

    #[test]
    fn what_the_profile_wants_and_the_row_lacks_is_named() {
        let full = "Mã hồ sơ,Tiêu đề,Thời hạn lưu trữ,Mức độ tiếp cận,Ngôn ngữ,Thời gian bắt đầu,Thời gian kết thúc,\
                    Số lượng tờ,Số trang,Mã hồ sơ gốc giấy\n\
                    H49.1,Hồ sơ trích lục khai sinh,01,01,01,1945,03/1946,12,20,H49.K1.G2.H3.1\nH49.2,,,,,,1946,,,\n";
        let parsed = parse_csv(full.as_bytes()).unwrap();
        assert_eq!(missing_fields(&parsed.rows[0]), Vec::<&str>::new());
        assert_eq!(
            missing_fields(&parsed.rows[1]),
            ["title", "retention", "access-level", "language", "start-date", "sheets", "pages", "paper-file-code"]
        );
    }
}
