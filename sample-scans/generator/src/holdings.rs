//! The holdings: the dossiers that the inventory lists, and the papers of those that are scanned.

use crate::files::Format;
use crate::fonts::Fonts;
use crate::letter::{self, Letter, Look};
use crate::rng::Rng;
use crate::sheet::Sheet;
use crate::wear::Wear;
use crate::wording::{self, Matter};
use crate::{foreign, register};

/// One dossier as the inventory lists it.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Fonds.
    pub fonds: &'static str,
    /// Series.
    pub series: &'static str,
    /// Box.
    pub box_code: String,
    /// Dossier code.
    pub code: String,
    /// Title.
    pub title: String,
    /// First date.
    pub start: String,
    /// Last date.
    pub end: String,
    /// Retention, as archivists write it.
    pub retention: &'static str,
    /// Access level, by its code.
    pub access: &'static str,
    /// Value class.
    pub value: &'static str,
    /// Number of pages; sheets are half of it, rounded up.
    pub pages: u32,
    /// Language.
    pub language: &'static str,
    /// Physical condition.
    pub condition: &'static str,
}

/// One scanned file: its name without extension, its kind and its pages.
pub struct Scan<'a> {
    /// File name without extension.
    pub stem: String,
    /// Kind of file.
    pub format: Format,
    /// Pages in order.
    pub leaves: Vec<Leaf<'a>>,
}

/// One page to be scanned.
pub struct Leaf<'a> {
    /// What is on it.
    pub sheet: Sheet<'a>,
    /// What happened to it.
    pub wear: Wear,
    /// How it lay on the glass.
    pub lay: Lay,
}

/// How a page lay on the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lay {
    /// Upright.
    Upright,
    /// Turned by 90 degrees clockwise.
    Sideways,
}

const DISTRICT: &str = "Ủy ban nhân dân huyện Thạch Khê";
const RESIDENCE: &str = "Tòa Công sứ Sơn Bình";

/// A dossier that is scanned, as far as it isn't like the others.
struct Listed {
    code: &'static str,
    series: &'static str,
    title: &'static str,
    box_code: u32,
    dates: (&'static str, &'static str),
    pages: u32,
    language: &'static str,
    access: &'static str,
}

/// The dossiers that are scanned, in the order of the inventory.
const SCANNED: [Listed; 12] = [
    Listed {
        code: "H49.61.8.2017.01",
        series: "Mục lục 01",
        title: "Hồ sơ cấp giấy chứng nhận quyền sử dụng đất tại xã Phú Lộc",
        box_code: 3,
        dates: ("05/01/2017", "20/12/2017"),
        pages: 8,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.61.8.2017.02",
        series: "Mục lục 01",
        title: "Hồ sơ kiểm tra công tác hộ tịch các xã, thị trấn",
        box_code: 3,
        dates: ("02/2017", "11/2017"),
        pages: 7,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.61.8.2018.05",
        series: "Mục lục 01",
        title: "Hồ sơ về quản lý đất khu vực phòng thủ huyện",
        box_code: 4,
        dates: ("2018", "2018"),
        pages: 3,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.61.8.2019.11",
        series: "Mục lục 01",
        title: "Hồ sơ hợp tác bảo quản sổ hộ tịch với tổ chức nước ngoài",
        box_code: 4,
        dates: ("05/2019", "09/2019"),
        pages: 3,
        language: "Việt-Anh",
        access: "02",
    },
    Listed {
        code: "H49.61.9.2012.04",
        series: "Mục lục 02",
        title: "Tập quyết định, công văn về đất đai năm 2012",
        box_code: 7,
        dates: ("10/01/2012", "28/12/2012"),
        pages: 6,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.61.9.2012.09",
        series: "Mục lục 02",
        title: "Hồ sơ chỉnh lý tài liệu tồn đọng của Văn phòng",
        box_code: 7,
        dates: ("03/2012", "2013"),
        pages: 5,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.64.12.1978.03",
        series: "Sổ hộ tịch",
        title: "Sổ đăng ký khai sinh năm 1978",
        box_code: 11,
        dates: ("1978", "1978"),
        pages: 8,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.64.12.1985.07",
        series: "Sổ hộ tịch",
        title: "Sổ đăng ký kết hôn năm 1985, quyển số 02",
        box_code: 11,
        dates: ("01/1985", "12/1985"),
        pages: 6,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "H49.64.33.2001.160",
        series: "Sổ hộ tịch",
        title: "Tờ khai đăng ký kết hôn năm 2001",
        box_code: 12,
        dates: ("2001", "2001"),
        pages: 5,
        language: "Việt",
        access: "01",
    },
    Listed {
        code: "RSB.D62.1932.114",
        series: "Série D",
        title: "Rapports mensuels de la délégation de Thach-Khê",
        box_code: 21,
        dates: ("1932", "1933"),
        pages: 8,
        language: "Pháp",
        access: "01",
    },
    Listed {
        code: "RSB.D62.1936.208",
        series: "Série D",
        title: "Correspondance relative aux digues et au cadastre",
        box_code: 21,
        dates: ("06/1936", "1937"),
        pages: 5,
        language: "Pháp",
        access: "01",
    },
    Listed {
        code: "RSB.F04.1934.051",
        series: "Série F",
        title: "Vente de rizières: contrat en caractères et traduction",
        box_code: 22,
        dates: ("1934", "1934"),
        pages: 2,
        language: "khác",
        access: "01",
    },
];

/// Titles of dossiers that nobody has scanned yet.
const WAITING: [&str; 7] = [
    "Hồ sơ giải quyết khiếu nại về ranh giới đất",
    "Tập công văn đi, đến của Phòng Tư pháp",
    "Hồ sơ chứng thực hợp đồng chuyển nhượng",
    "Sổ đăng ký khai tử",
    "Sổ đăng ký việc nuôi con nuôi",
    "Hồ sơ họp Hội đồng nhân dân huyện",
    "Báo cáo thống kê công tác tư pháp",
];

/// The whole inventory: what is scanned and what waits.
pub fn inventory() -> Vec<Dossier> {
    let mut rng = Rng::named("inventory");
    let mut all: Vec<Dossier> = SCANNED
        .iter()
        .map(|listed| Dossier {
            fonds: fonds(listed.code),
            series: listed.series,
            box_code: listed.box_code.to_string(),
            code: listed.code.to_owned(),
            title: listed.title.to_owned(),
            start: listed.dates.0.to_owned(),
            end: listed.dates.1.to_owned(),
            retention: if listed.series == "Mục lục 02" { "20 năm" } else { "Vĩnh viễn" },
            access: listed.access,
            value: if listed.series == "Mục lục 02" { "ordinary" } else { "valuable" },
            pages: listed.pages,
            language: listed.language,
            condition: if listed.code.starts_with("RSB") { "hỏng" } else { "bình thường" },
        })
        .collect();
    for i in 0..28_u32 {
        let french = i % 7 == 6;
        let year = if french { 1928 + i / 2 } else { 1976 + i };
        let series =
            if french { "Série D" } else { ["Mục lục 01", "Mục lục 02", "Sổ hộ tịch"][i as usize % 3] };
        let title = WAITING[i as usize % WAITING.len()];
        all.push(Dossier {
            fonds: if french { RESIDENCE } else { DISTRICT },
            series,
            box_code: if french { 23 } else { 13 + i / 6 }.to_string(),
            code: if french {
                format!("RSB.D62.{year}.{:03}", 210 + i)
            } else {
                format!("H49.{}.{}.{year}.{:02}", 61 + i % 3, 8 + i % 4, i + 1)
            },
            title: if french {
                format!("Dossiers divers de la délégation, année {year}")
            } else {
                format!("{title} năm {year}")
            },
            start: if i % 3 == 0 { format!("{:02}/{year}", 1 + i % 12) } else { year.to_string() },
            end: if i % 4 == 0 { (year + 1).to_string() } else { format!("28/12/{year}") },
            retention: ["Vĩnh viễn", "70 năm", "20 năm"][i as usize % 3],
            access: if i == 9 { "03" } else { "01" },
            value: if series == "Mục lục 02" { "ordinary" } else { "valuable" },
            pages: rng.whole(12, 240),
            language: if french { "Pháp" } else { "Việt" },
            condition: ["tốt", "bình thường", "hỏng"][i as usize % 3],
        });
    }
    all
}

fn fonds(code: &str) -> &'static str {
    if code.starts_with("RSB") { RESIDENCE } else { DISTRICT }
}

/// The codes of the dossiers that are scanned.
pub fn scanned() -> impl Iterator<Item = &'static str> {
    SCANNED.iter().map(|listed| listed.code)
}

/// The files of a scanned dossier.
pub fn scans<'a>(fonts: &'a Fonts, code: &str) -> Vec<Scan<'a>> {
    let mut rng = Rng::named(code);
    let rng = &mut rng;
    match code {
        "H49.61.8.2017.01" => {
            let letters = [
                wording::official_letter(rng, 2017, Look::Office, Matter::Land, 4),
                wording::decision(rng, 2017, Look::Office, Matter::Land, 5),
                wording::report(rng, 2017, Look::Office, Matter::Land),
                wording::official_letter(rng, 2017, Look::Office, Matter::Office, 3),
                wording::decision(rng, 2017, Look::Office, Matter::Land, 2),
            ];
            let mut sheets = all_sheets(fonts, code, &letters);
            sheets.push(blank(fonts, code));
            let mut scans = pages(sheets, Wear::recent, rng);
            if let Some(leaf) = scans.last_mut().and_then(|scan| scan.leaves.first_mut()) {
                leaf.wear.bleed = 0.015;
            }
            scans
        }
        "H49.61.8.2017.02" => {
            let letters = [
                wording::report(rng, 2017, Look::Book, Matter::Office),
                wording::official_letter(rng, 2017, Look::Office, Matter::Office, 4),
                wording::decision(rng, 2017, Look::Office, Matter::Office, 4),
                wording::official_letter(rng, 2017, Look::Office, Matter::Land, 3),
                wording::report(rng, 2017, Look::Office, Matter::Office),
            ];
            let sheets = all_sheets(fonts, code, &letters);
            pages(sheets, Wear::recent, rng)
        }
        "H49.61.8.2018.05" => {
            let mut first = wording::official_letter(rng, 2018, Look::Office, Matter::Land, 3);
            first.stamp = Some("MẬT".to_owned());
            let letters = [first, wording::decision(rng, 2018, Look::Office, Matter::Land, 5)];
            let sheets = all_sheets(fonts, code, &letters);
            pages(sheets, Wear::recent, rng)
        }
        "H49.61.8.2019.11" => {
            let mut sheets = vec![foreign::english(fonts, code)];
            let letters = [
                wording::official_letter(rng, 2019, Look::Book, Matter::Office, 5),
                wording::decision(rng, 2019, Look::Office, Matter::Office, 3),
            ];
            sheets.extend(all_sheets(fonts, code, &letters));
            pages(sheets, Wear::recent, rng)
        }
        "H49.61.9.2012.04" => {
            let first = all_sheets(
                fonts,
                "H49.61.9.2012.04 a",
                &[
                    wording::decision(rng, 2012, Look::Office, Matter::Land, 5),
                    wording::report(rng, 2012, Look::Office, Matter::Land),
                ],
            );
            let second = all_sheets(
                fonts,
                "H49.61.9.2012.04 b",
                &[
                    wording::official_letter(rng, 2012, Look::Office, Matter::Land, 4),
                    wording::decision(rng, 2012, Look::Office, Matter::Office, 4),
                ],
            );
            let document = |ordinal: u32, sheets: Vec<Sheet<'a>>, rng: &mut Rng| {
                let leaves = sheets.into_iter().map(|sheet| leaf(sheet, bilevel(rng))).collect();
                Scan { stem: format!("{code}.{ordinal:07}"), format: Format::Tiff, leaves }
            };
            vec![document(1, first, rng), document(2, second, rng)]
        }
        "H49.61.9.2012.09" => {
            let letters = [
                wording::official_letter(rng, 2012, Look::Typed, Matter::Office, 4),
                wording::decision(rng, 2012, Look::Office, Matter::Office, 2),
                wording::official_letter(rng, 2012, Look::Office, Matter::Office, 3),
                wording::decision(rng, 2012, Look::Book, Matter::Office, 2),
                wording::official_letter(rng, 2012, Look::Office, Matter::Land, 3),
            ];
            let sheets = all_sheets(fonts, code, &letters);
            let mut scans = pages(sheets, Wear::used, rng);
            // The third page was never put on the scanner: the inventory has one page more.
            scans.remove(2);
            scans[1].format = Format::Png;
            scans[1].leaves[0].wear = bilevel(rng);
            scans[3].leaves[0].lay = Lay::Sideways;
            scans
        }
        "H49.64.12.1978.03" => {
            let sheets = (0..8)
                .map(|i| register::births(fonts, &format!("{code} {i}"), 1978, 1 + i * 11, if i == 7 { 6 } else { 11 }))
                .collect();
            pages(sheets, Wear::used, rng)
        }
        "H49.64.12.1985.07" => {
            let sheets = (0..6)
                .map(|i| {
                    register::marriages(fonts, &format!("{code} {i}"), 1985, 1 + i * 15, if i == 5 { 9 } else { 15 })
                })
                .collect();
            pages(sheets, Wear::used, rng)
        }
        "H49.64.33.2001.160" => (1..=5_u32)
            .map(|ordinal| {
                let sheet = register::declaration(fonts, &format!("{code} {ordinal}"), 2001);
                let leaves = vec![leaf(sheet, Wear::used(rng))];
                Scan { stem: format!("{code}.{ordinal:07}"), format: Format::Jpeg, leaves }
            })
            .collect(),
        "RSB.D62.1932.114" => {
            let sheets = (0..8)
                .map(|i| foreign::typescript(fonts, &format!("{code} {i}"), 214 + i * 17, 1932, i as usize * 3))
                .collect();
            pages(sheets, Wear::old, rng)
        }
        "RSB.D62.1936.208" => {
            let sheets = (0..5)
                .map(|i| foreign::typescript(fonts, &format!("{code} {i}"), 31 + i * 9, 1936, 4 + i as usize * 2))
                .collect();
            let carbon = |rng: &mut Rng| Wear { faint: rng.between(0.35, 0.5), ..Wear::old(rng) };
            pages(sheets, carbon, rng)
        }
        "RSB.F04.1934.051" => {
            let sheets =
                vec![foreign::chinese(fonts, code), foreign::typescript(fonts, &format!("{code} t"), 51, 1934, 2)];
            pages(sheets, Wear::used, rng)
        }
        _ => Vec::new(),
    }
}

/// The sheets of several papers, one after the other.
fn all_sheets<'a>(fonts: &'a Fonts, name: &str, letters: &[Letter]) -> Vec<Sheet<'a>> {
    let numbered = letters.iter().enumerate();
    numbered.flat_map(|(i, paper)| letter::set(fonts, &format!("{name} paper {i}"), paper)).collect()
}

/// One JPEG a page: `p001`, `p002`, …
fn pages<'a>(sheets: Vec<Sheet<'a>>, wear: impl Fn(&mut Rng) -> Wear, rng: &mut Rng) -> Vec<Scan<'a>> {
    let numbered = sheets.into_iter().enumerate();
    numbered
        .map(|(i, sheet)| Scan {
            stem: format!("p{:03}", i + 1),
            format: Format::Jpeg,
            leaves: vec![leaf(sheet, wear(rng))],
        })
        .collect()
}

fn leaf(sheet: Sheet<'_>, wear: Wear) -> Leaf<'_> {
    Leaf { sheet, wear, lay: Lay::Upright }
}

/// What a copier leaves for a black and white scan: no colour, no shade, few specks.
fn bilevel(rng: &mut Rng) -> Wear {
    Wear { paper: [252, 252, 252], noise: 3.0, shade: 0.0, stains: 0, bleed: 0.02, ..Wear::recent(rng) }
}

fn blank<'a>(fonts: &'a Fonts, name: &str) -> Sheet<'a> {
    Sheet::new(crate::canvas::Canvas::upright(), fonts, Rng::named(&format!("{name} blank")))
}
