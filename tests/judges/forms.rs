//! Printed forms: a label and the minutes of a hand-over pass qpdf, and their Vietnamese text comes out of them whole.

use std::path::Path;
use std::process::Command;

use sohoa_tests::places::repository;
use sohoa_tests::station::Station;

use crate::exhibits;

#[test]
fn labels_and_minutes_are_sound_and_their_text_can_be_copied() {
    let tools = ["qpdf", "pdftotext"].map(|name| exhibits::judge(Path::new(name)));
    let [Some(qpdf), Some(pdftotext)] = tools else { return };
    let station = Station::with_demo_archive();
    let inventory = repository().join("sample-scans/inventory.xlsx");
    station.run(["inventory", "import", inventory.to_str().expect("a path")]).done();
    station.run(["box", "hand-out", "13", "--to", "Trần Văn Bình", "--note", "Hộp còn niêm phong"]).done();
    // So many movements that they go over the end of a page; the last minutes are those of the return, not of the shelf.
    for n in 1..=30 {
        let from = if n == 30 { "Lê Thị Cuối" } else { "Trần Văn Bình" };
        station.run(["box", "return", "13", "--from", from]).done();
        if n < 30 {
            station.run(["box", "hand-out", "13", "--to", "Trần Văn Bình"]).done();
        }
    }
    station.run(["box", "refile", "13", "--reason", "không phải quét"]).done();
    let mut faults = Vec::new();
    let expected = [
        ("label", vec!["HỘP SỐ", "Ủy ban nhân dân huyện Thạch Khê", "6 hồ sơ: H49.61.11.1979.04"]),
        (
            "minutes",
            vec![
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "Bên giao: Lê Thị Cuối",
                "Sổ đăng ký việc nuôi con nuôi",
                "giao cho Trần Văn Bình: Hộp còn niêm phong",
                "cất lên giá: không phải quét",
                "BÊN GIAO",
                "BÊN NHẬN",
                "(Ký, ghi rõ họ tên)",
            ],
        ),
        (
            "report",
            vec!["BÁO CÁO NGÀY VỀ TIẾN ĐỘ SỐ HÓA", "Tòa Công sứ Sơn Bình", "2026-100%", "NGƯỜI LẬP", "THỦ TRƯỞNG"],
        ),
    ];
    station.run(["plan", "example"]).done();
    for (form, words) in &expected {
        let path = station.folder().join(format!("{form}.pdf"));
        let path = path.to_str().expect("a path");
        match *form {
            "report" => station.run(["--ui-lang", "vi", "progress", "--report", path]).done(),
            form => station.run(["--ui-lang", "vi", "box", form, "13", path]).done(),
        };
        let check = Command::new(qpdf).args(["--check", path]).output().expect("qpdf starts");
        if !check.status.success() {
            faults.push(format!("{form}: {}", String::from_utf8_lossy(&check.stdout)));
        }
        let text = Command::new(pdftotext).args(["-layout", path, "-"]).output().expect("pdftotext starts");
        let text = String::from_utf8_lossy(&text.stdout).into_owned();
        faults.extend(
            words.iter().filter(|word| !text.contains(**word)).map(|word| format!("{form} lacks {word}: {text}")),
        );
    }
    exhibits::verdict("qpdf and pdftotext on printed forms", expected.len(), &faults);
}
