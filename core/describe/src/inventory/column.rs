//! A column of an inventory: which field of a dossier its heading means.

use crate::fold::fold;

/// A field that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Fonds,
    Series,
    BoxCode,
    Code,
    Title,
    Start,
    End,
    Retention,
    Access,
    PaperFileCode,
    ValueClass,
    Sheets,
    Pages,
    Language,
    Condition,
}

impl Column {
    /// All columns, in the order of the fields of a row.
    pub(super) const ALL: [Self; 15] = [
        Self::Fonds,
        Self::Series,
        Self::BoxCode,
        Self::Code,
        Self::Title,
        Self::Start,
        Self::End,
        Self::Retention,
        Self::Access,
        Self::PaperFileCode,
        Self::ValueClass,
        Self::Sheets,
        Self::Pages,
        Self::Language,
        Self::Condition,
    ];

    /// Folded headings: the names of TT 05/2025 first, then English, then Vietnamese ones.
    fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Fonds => {
                &["fonds", "fondscode", "fondcode", "organid", "phong", "maphong", "tenphong", "phongluutru"]
            }
            Self::Series => &["series", "seriescode", "filecatalog", "mucluc", "mucluchoso", "muclucso", "somucluc"],
            Self::BoxCode => &["box", "boxcode", "hop", "hopso", "sohop", "mahop", "capbaoquan", "hopcap"],
            Self::Code => &[
                "arcfilecode",
                "filecode",
                "dossiercode",
                "code",
                "mahoso",
                "mahosoluutru",
                "maluutruhoso",
                "maluuhoso",
                "hosoma",
            ],
            Self::Title => &["title", "dossiertitle", "tieudehoso", "tieude", "tenhoso"],
            Self::Start => &["startdate", "start", "thoigianbatdau", "ngaybatdau", "batdau", "tungay"],
            Self::End => &["enddate", "end", "thoigianketthuc", "ngayketthuc", "ketthuc", "denngay"],
            Self::Retention => &["maintenance", "retention", "thoihanluutru", "thoihanbaoquan", "thoihan", "thbq"],
            Self::Access => &["mode", "accesslevel", "access", "mucdotiepcan", "chedosudung"],
            Self::PaperFileCode => &["paperfilecode", "mahosogocgiay", "mahosogiay"],
            Self::ValueClass => &["valueclass", "loaigiatri", "giatri", "nhomgiatri"],
            Self::Sheets => {
                &["numberofpaper", "sheetnumber", "expectedsheets", "sheets", "soluongto", "soto", "tongsoto"]
            }
            Self::Pages => {
                &["numberofpage", "pagenumber", "expectedpages", "pages", "soluongtrang", "sotrang", "tongsotrang"]
            }
            Self::Language => &["language", "ngonngu"],
            Self::Condition => &["format", "physicalcondition", "condition", "tinhtrangvatly"],
        }
    }

    /// The longest text that the field takes, in characters (TT 05/2025, EAD.xml of a dossier).
    pub(super) fn longest(self) -> usize {
        match self {
            Self::Title => 1000,
            Self::ValueClass | Self::Access => 30,
            Self::Condition => 50,
            Self::Start | Self::End | Self::Sheets | Self::Pages => 30,
            _ => 100,
        }
    }

    /// The column that a heading means; of a double heading as in `Mã hồ sơ (arcFileCode)` the first known part.
    pub(super) fn of_heading(heading: &str) -> Option<Self> {
        let known = |text: &str| {
            let folded = fold(text);
            Self::ALL.into_iter().find(|column| column.headings().contains(&folded.as_str()))
        };
        known(heading).or_else(|| heading.split(['/', '(', ')', '[', ']', '\n', ':', ';']).find_map(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_any_of_its_names() {
        let cases = [
            ("arcFileCode", Some(Column::Code)),
            ("dossier_code", Some(Column::Code)),
            ("Mã hồ sơ", Some(Column::Code)),
            ("MÃ HỒ SƠ (arcFileCode)", Some(Column::Code)),
            ("Mã hồ sơ gốc giấy", Some(Column::PaperFileCode)),
            ("paper_file_code", Some(Column::PaperFileCode)),
            ("Mức độ tiếp cận / Chế độ sử dụng", Some(Column::Access)),
            ("Chế độ sử dụng", Some(Column::Access)),
            ("Số lượng tờ", Some(Column::Sheets)),
            ("numberOfPage", Some(Column::Pages)),
            ("Tình trạng vật lý", Some(Column::Condition)),
            ("Hộp", Some(Column::BoxCode)),
            ("Ghi chú", None),
            ("", None),
        ];
        for (heading, column) in cases {
            assert_eq!(Column::of_heading(heading), column, "{heading}");
        }
    }

    #[test]
    fn no_heading_means_two_columns() {
        let mut all: Vec<&str> = Column::ALL.iter().flat_map(|column| column.headings()).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
