//! Files for the outside judges: every kind of image, turn and title, written and looked at by qpdf and poppler.

use std::path::PathBuf;
use std::process::Command;

use sohoa_model::Verdict;
use sohoa_model::geometry::Rotation;

use crate::made::{self, Page, PngKind};

/// The folder whose files a workspace test hands to veraPDF: `SOHOA_JUDGED`, else `target/judged` of the workspace.
pub(crate) fn folder() -> PathBuf {
    let folder = std::env::var_os("SOHOA_JUDGED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/judged"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Leaves a file for the judges.
pub(crate) fn leave(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(format!("pdfa-{name}.pdf"));
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Runs a tool and gives its standard output; `None` if it is not installed, which only a developer's machine may be.
pub(crate) fn tool(name: &str, arguments: &[&std::ffi::OsStr]) -> Option<Vec<u8>> {
    match Command::new(name).args(arguments).output() {
        Ok(output) => {
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name} {arguments:?}: {complaint}");
            Some(output.stdout)
        }
        Err(_) if std::env::var_os("CI").is_none() => {
            println!("skipped: {name} is not installed");
            None
        }
        Err(error) => panic!("{name} is needed: {error}"),
    }
}

/// Leaves a file and has qpdf check its structure and our own checker its rules.
pub(crate) fn judge(name: &str, bytes: &[u8]) -> PathBuf {
    let path = leave(name, bytes);
    let checked = sohoa_pdfa::check(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(checked.verdict, Verdict::Passed, "{name}: {:?}", checked.violations);
    let _ = tool("qpdf", &["--check".as_ref(), path.as_os_str()]);
    path
}

fn pages_of_every_kind() -> Vec<(&'static str, Page)> {
    vec![
        ("jpeg-gray", made::page(made::jpeg(300, 420, 1), 100.0)),
        ("jpeg-colour", made::page(made::jpeg(300, 420, 3), 100.0)),
        ("g4-one-strip", made::page(made::g4(301, 420, 420, true), 100.0)),
        ("g4-strips", made::page(made::g4(301, 420, 37, true), 100.0)),
        ("g4-min-is-black", made::page(made::g4(301, 420, 64, false), 100.0)),
        ("png-gray", made::page(made::png(300, 420, PngKind::Gray), 100.0)),
        ("png-rgb", made::page(made::png(300, 420, PngKind::Rgb), 100.0)),
        ("png-palette", made::page(made::png(301, 420, PngKind::Palette), 100.0)),
        ("png-one-bit", made::page(made::png(301, 420, PngKind::OneBit), 100.0)),
        ("repacked", made::page(made::repacked(300, 420), 100.0)),
    ]
}

#[test]
fn every_kind_of_image_passes_the_judges() {
    for (name, page) in pages_of_every_kind() {
        let (bytes, _) = made::write(&made::info(name), &[page]);
        judge(name, &bytes);
    }
}

#[test]
fn every_turn_passes_the_judges() {
    for rotation in [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters] {
        let mut page = made::page(made::jpeg(300, 420, 1), 100.0);
        let (width, height) = rotation.turned(300, 420);
        page.rotation = rotation;
        let words = ["Cộng", "hòa", "xã", "hội", "chủ", "nghĩa"];
        page.text = Some(made::text(width, height, vec![made::line(&words, 20.0, 60.0, 16.0, 6.0, 0.0)]));
        let (bytes, _) = made::write(&made::info("turned"), &[page]);
        judge(&format!("turn-{}", rotation.degrees()), &bytes);
    }
}
