//! Scanned PDFs of other programs: pdfimages judges that the page images come out of our PDF/A as they went in.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use sohoa_tests::{announce, places, station::Station};

use crate::exhibits;

/// Runs a program that has to succeed.
#[track_caller]
fn run(program: &Path, arguments: &[&Path]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect("it was found before");
    assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
}

/// The stored bytes of every image of a PDF in order, as `pdfimages -all` takes them out, with their kind.
fn images(pdfimages: &Path, pdf: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("the machine has room for temporary files");
    run(pdfimages, &[Path::new("-all"), pdf, &folder.path().join("i")]);
    let files = fs::read_dir(folder.path()).expect("a folder of ours").map(|entry| entry.expect("an entry").path());
    let by_name: BTreeMap<_, _> = files.map(|path| (exhibits::name(&path), path)).collect();
    let kind = |path: &Path| path.extension().unwrap_or_default().to_string_lossy().into_owned();
    by_name.into_values().map(|path| (kind(&path), fs::read(&path).expect("a file of ours"))).collect()
}

/// Imports a folder, one document a file, without a key, and gives the folder that the PDF/A files were exported to.
fn made_of(folder: &Path, station: &Station) -> std::path::PathBuf {
    let archive = station.archive();
    station.finish(station.bare().args(["init", "--demo"]).arg(archive)).done();
    station.run([Path::new("import"), folder, Path::new("--lang"), Path::new("vie")]).done();
    let out = station.folder().join("out");
    let why = ["--held-reason", "only a test"].map(Path::new);
    station
        .run([&[Path::new("export"), Path::new("--as"), Path::new("pdf"), Path::new("--to"), &out][..], &why].concat())
        .done();
    out
}

#[test]
fn page_images_leave_a_scanned_pdf_as_they_lie_in_it() {
    let tools = ["pdfimages", "qpdf", "tiff2pdf"].map(|name| exhibits::judge(Path::new(name)));
    let [Some(pdfimages), Some(qpdf), Some(tiff2pdf)] = tools else { return };
    let first = Station::empty();
    let scans = first.folder().join("scans/HS.01");
    fs::create_dir_all(&scans).unwrap();
    let page = |name: &str| places::sample_pages().join(name);
    fs::copy(page("H49.61.8.2017.01/p001.jpg"), scans.join("HS.01.1.jpg")).unwrap();
    fs::copy(page("H49.61.9.2012.09/p002.png"), scans.join("HS.01.2.png")).unwrap();
    fs::copy(page("H49.61.9.2012.04/H49.61.9.2012.04.0000001.tif"), scans.join("HS.01.3.tif")).unwrap();
    let made = made_of(&first.folder().join("scans"), &first).join("HS.01");

    // Our own files as other programs write them again, and one that is none of ours.
    let second = Station::empty();
    let lot = second.folder().join("lot/HS.02");
    fs::create_dir_all(&lot).unwrap();
    fs::copy(made.join("HS.01.0000001.pdf"), lot.join("HS.02.1.pdf")).unwrap();
    let again = ["--linearize", "--object-streams=generate"].map(Path::new);
    for (old, new) in [("HS.01.0000002.pdf", "HS.02.2.pdf"), ("HS.01.0000003.pdf", "HS.02.3.pdf")] {
        run(qpdf, &[&again[..], &[&made.join(old), &lot.join(new)]].concat());
    }
    run(tiff2pdf, &[Path::new("-o"), &lot.join("HS.02.4.pdf"), &scans.join("HS.01.3.tif")]);
    let taken_out = made_of(&second.folder().join("lot"), &second).join("HS.02");
    let mut kinds = BTreeMap::new();
    for ordinal in 1..=4 {
        let before = images(pdfimages, &lot.join(format!("HS.02.{ordinal}.pdf")));
        let after = images(pdfimages, &taken_out.join(format!("HS.02.000000{ordinal}.pdf")));
        assert!(!before.is_empty(), "{ordinal}");
        assert!(before == after, "the images of document {ordinal} are not the same bytes");
        before.iter().for_each(|(kind, _)| *kinds.entry(kind.clone()).or_insert(0) += 1);
    }
    assert!(kinds.len() >= 3, "{kinds:?}");
    announce(&format!("judge pdfimages: the images of 4 scanned PDFs came out byte for byte: {kinds:?}"));
}

#[test]
fn a_signed_file_is_judged_and_kept_as_it_came() {
    let signer = Station::with_demo_archive();
    let scans = signer.folder().join("scans/HS.03");
    fs::create_dir_all(&scans).unwrap();
    fs::copy(places::sample_pages().join("H49.61.8.2017.01/p001.jpg"), scans.join("HS.03.jpg")).unwrap();
    signer.run(["import", "scans", "--lang", "vie"]).done();
    signer.run(["export", "--as", "pdf", "--to", "out", "--held-reason", "only a test"]).done();
    let signed = fs::read(signer.folder().join("out/HS.03/HS.03.pdf")).unwrap();

    let keeper = Station::with_demo_archive();
    let lot = keeper.folder().join("lot");
    fs::create_dir_all(lot.join("HS.04")).unwrap();
    fs::write(lot.join("HS.04/HS.04.pdf"), &signed).unwrap();
    let mut spoilt = signed.clone();
    spoilt[8] = b'\r';
    fs::create_dir_all(lot.join("HS.05")).unwrap();
    fs::write(lot.join("HS.05/HS.05.pdf"), &spoilt).unwrap();
    fs::create_dir_all(lot.join("HS.06")).unwrap();
    fs::write(lot.join("HS.06/a.pdf"), &signed).unwrap();
    fs::copy(scans.join("HS.03.jpg"), lot.join("HS.06/b.jpg")).unwrap();
    let said = keeper.run(["import", "lot", "--lang", "vie"]).done_in_part().stdout;
    assert!(said.contains("HS.06") && said.contains("a signed file lies among other pages"), "{said}");
    let findings = |code: &str| -> Vec<(String, String)> {
        let found = keeper.run(["findings", code, "--json"]).done().json();
        let all = found.as_array().unwrap().iter().flat_map(|place| place["findings"].as_array().unwrap());
        let seals = all.filter(|finding| finding["code"] == "signed-elsewhere");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        seals.map(|finding| (text(&finding["severity"]), text(&finding["detail"]))).collect()
    };
    let pair = |one: &str, other: &str| vec![(one.to_owned(), other.to_owned())];
    assert_eq!(findings("HS.04"), pair("warn", "indeterminate"));
    assert_eq!(findings("HS.05"), pair("reject", "failed"));
    keeper.run(["export", "--as", "pdf", "--to", "out", "--held-reason", "only a test"]).done_in_part();
    assert!(fs::read(keeper.folder().join("out/HS.04/HS.04.pdf")).unwrap() == signed, "it is not what came");
    let judged = keeper.run(["verify", "HS.05", "--json"]).ended_with(6).json().to_string();
    assert!(judged.contains("failed"), "{judged}");
}

#[test]
fn signed_files_of_others_are_kept_whatever_is_on_their_pages() {
    let Some(scans) = places::real_scans() else {
        announce("signed files of others: skipped, SOHOA_SCANS names no folder");
        return;
    };
    let station = Station::with_demo_archive();
    let lot = station.folder().join("lot/HS.07");
    fs::create_dir_all(&lot).unwrap();
    let mut given = BTreeMap::new();
    let files = fs::read_dir(scans.join("signed")).unwrap().map(|entry| entry.unwrap().path());
    for (i, path) in files.filter(|path| path.extension().is_some_and(|kind| kind == "pdf")).enumerate() {
        let name = format!("HS.07.{}.pdf", i + 1);
        fs::copy(&path, lot.join(&name)).unwrap();
        given.insert(format!("HS.07/{name}"), path);
    }
    let receipt = station.run(["import", "lot", "--lang", "vie", "--json"]).done_in_part().json();
    let refused = receipt["refused"].as_array().unwrap();
    let codes: Vec<&str> = refused.iter().map(|line| line["code"].as_str().unwrap()).collect();
    assert!(codes.iter().all(|code| *code == "pdf-encrypted"), "{refused:?}");
    station.run(["export", "--as", "pdf", "--to", "out", "--held-reason", "only a test"]).done();
    let taken = receipt["taken"].as_array().unwrap();
    for line in taken {
        let path = line["path"].as_str().unwrap();
        let ordinal: u32 = path.rsplit('.').nth(1).unwrap().parse().unwrap();
        let kept = fs::read(station.folder().join(format!("out/HS.07/HS.07.{ordinal:07}.pdf"))).unwrap();
        assert!(kept == fs::read(&given[path]).unwrap(), "{path} is not what came");
    }
    announce(&format!(
        "signed files of others: {} kept as they came, {} refused as encrypted",
        taken.len(),
        codes.len()
    ));
    assert!(taken.len() >= 10, "{receipt}");
}
