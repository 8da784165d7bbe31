//! What people do to pages after they were captured: every act can be seen and taken back, nothing is lost by it, and
//! what comes out is a PDF/A of the pages as they stand.

use std::fs;

use serde_json::Value;
use sohoa_tests::places::{judged, sample_pages};
use sohoa_tests::station::{ARCHIVIST, Said, Station};

use crate::scanning::sheet_of;

fn simulated(station: &Station, simulation: &str, arguments: &[&str]) -> Said {
    let mut command = station.command_as(ARCHIVIST);
    command.env("SOHOA_SIMULATED_SCANNER", simulation).args(arguments);
    station.finish(&mut command)
}

/// A scan of a small dossier; `more` goes behind.
fn scan(station: &Station, simulation: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["scan", "HS.01", "--new-dossier", "--device", "simulated:0", "--json"];
    if !more.contains(&"--paper") {
        arguments.extend(["--paper", "60x40"]);
    }
    arguments.extend(more);
    simulated(station, simulation, &arguments).done().json()
}

fn run(station: &Station, line: &str) -> Said {
    station.run(line.split(' ').map(|word| word.replace('_', " ")))
}

fn shown(station: &Station) -> Value {
    run(station, "show HS.01 --pages --json").done().json()
}

/// The sheets that the pages show, in their order: the darkest tone of the ink tells.
fn sheets(station: &Station) -> Vec<u32> {
    shown(station)["page_list"].as_array().unwrap().iter().map(|page| sheet_of(station, page)).collect()
}

#[test]
fn pages_are_taken_out_brought_back_moved_and_turned() {
    let station = Station::with_demo_archive();
    scan(&station, "sheets=5", &["--sheets", "5"]);
    assert_eq!(sheets(&station), [1, 2, 3, 4, 5]);
    // Where it comes from stands in each master.
    let sha256 = shown(&station)["page_list"][1]["master_sha256"].as_str().unwrap().to_owned();
    let file = fs::File::open(station.archive().join("vault").join(&sha256[..2]).join(&sha256)).unwrap();
    let reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let chunk = &reader.info().utf8_text[0];
    assert_eq!(chunk.keyword, "Sohoa provenance");
    let provenance: Value = serde_json::from_str(&chunk.get_text().unwrap()).unwrap();
    let told = ["schema", "device", "serial", "operator"].map(|name| provenance[name].as_str().unwrap());
    assert_eq!(told, ["sohoa-provenance/1", "simulated:0", "SIM-0001", ARCHIVIST]);
    assert_eq!((&provenance["page"], &provenance["granted"]["dpi"]), (&2.into(), &200.0.into()));
    assert!(provenance["at"].is_u64() && !provenance["station"].as_str().unwrap().is_empty(), "{provenance}");
    // A strip of pages opens from small pictures.
    let small = walk(&station.archive().join("thumbnails"));
    assert_eq!(small, 5, "thumbnails");

    run(&station, "page remove HS.01 2").ended_with(2);
    run(&station, "page remove HS.01 9 --reason thừa").ended_with(4);
    run(&station, "page remove HS.01 2 4 --reason thừa").done();
    assert_eq!(sheets(&station), [1, 3, 5]);
    let removed = run(&station, "page removed HS.01 --json").done().json();
    assert_eq!((removed.as_array().unwrap().len(), &removed[1]["gone"]), (2, &"removed".into()), "{removed}");
    run(&station, "page restore HS.01 2 --reason nhầm").done();
    assert_eq!(sheets(&station), [1, 3, 4, 5]);
    run(&station, "page move HS.01 4 --before 1").done();
    assert_eq!(sheets(&station), [5, 1, 3, 4]);
    run(&station, "page move HS.01 1-2 --after 4").done();
    assert_eq!(sheets(&station), [3, 4, 5, 1]);
    run(&station, "page move HS.01 2 --after 2").ended_with(1);
    // One that was taken out comes back where it was beside the others.
    run(&station, "page restore HS.01 1 --reason nhầm").done();
    assert_eq!(sheets(&station).len(), 5);
    run(&station, "page turn HS.01 1 --by 45").ended_with(2);
    run(&station, "process HS.01 --lang vie").done();
    let rotation = |at: usize| shown(&station)["page_list"][at]["reading"]["rotation"].clone();
    let before = rotation(0).as_u64().unwrap();
    run(&station, "page turn HS.01 1 --by 90").done();
    run(&station, "page turn HS.01 1 --by 90").done();
    assert!(shown(&station)["page_list"][0]["reading"].is_null() || rotation(0) == before);
    run(&station, "process HS.01 --lang vie").done();
    assert_eq!(rotation(0), (before + 180) % 360);
    run(&station, "verify HS.01").done();
    let log = run(&station, "log --limit 0").done().stdout;
    for sentence in ["2 pages taken out: thừa", "1 page brought back: nhầm", "2 pages moved", "1 page turned by 90"]
    {
        assert!(log.contains(sentence), "{sentence}: {log}");
    }
    // The order, the turn and what was taken out stand in the manifest.
    run(&station, "page remove HS.01 2 --reason thừa").done();
    let kept = (sheets(&station), run(&station, "page removed HS.01 --json").done().json());
    run(&station, "check --rebuild").done();
    assert_eq!((sheets(&station), run(&station, "page removed HS.01 --json").done().json()), kept);
    run(&station, "hold HS.01 --reason chờ").done();
    run(&station, "page turn HS.01 1 --by 90").ended_with(10);
}

fn walk(folder: &std::path::Path) -> usize {
    let folders = fs::read_dir(folder).unwrap();
    folders.map(|entry| fs::read_dir(entry.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn a_document_is_parted_by_hand_and_joined_again() {
    let station = Station::with_demo_archive();
    scan(&station, "sheets=5", &["--sheets", "5"]);
    run(&station, "page part HS.01 1").ended_with(10);
    run(&station, "page part HS.01 2 4").done();
    let pages = |station: &Station| -> Vec<(String, u64)> {
        let documents = shown(station)["documents"].clone();
        let all = documents.as_array().unwrap().iter();
        all.map(|d| (d["name"].as_str().unwrap().to_owned(), d["pages"].as_u64().unwrap())).collect()
    };
    let named = |counts: &[u64]| -> Vec<(String, u64)> {
        (1..).zip(counts).map(|(n, &count): (u32, _)| (format!("HS.01.{n:07}"), count)).collect()
    };
    assert_eq!(pages(&station), named(&[1, 2, 2]));
    assert_eq!(sheets(&station), [1, 2, 3, 4, 5]);
    run(&station, "page turn HS.01 1 --by 90").ended_with(4);
    run(&station, "process HS.01 --lang vie").done();
    // The one behind is signed under its name.
    let said = run(&station, "page part HS.01 2.2").ended_with(10);
    assert!(said.stderr.contains("signed document behind it"), "{}", said.stderr);
    run(&station, "page part HS.01 3.2").done();
    assert_eq!(pages(&station), named(&[1, 2, 1, 1]));
    run(&station, "process HS.01 --lang vie").done();
    run(&station, "page move HS.01 4.1 --after 3.1").done();
    assert_eq!(pages(&station), named(&[1, 2, 2]));
    run(&station, "process HS.01 --lang vie").done();
    run(&station, "verify HS.01").done();
    run(&station, "check").done();
    let published = fs::read_dir(station.archive().join("pdf/~/HS.01")).unwrap();
    assert_eq!(published.count(), 3, "the file of a document that is no more was withdrawn");
    assert_eq!(sheets(&station), [1, 2, 3, 4, 5]);
}

#[test]
fn pages_are_scanned_again_and_inserted_where_they_belong() {
    let station = Station::with_demo_archive();
    scan(&station, "sheets=4", &["--sheets", "4"]);
    // Sheets 12 and 13 in the place of pages 2 and 3; the feeder gives the first, then jams.
    let arguments = ["scan", "HS.01", "--paper", "60x40", "--device", "simulated:0", "--json"];
    let again: Vec<&str> = arguments.iter().copied().chain(["--replace", "2-3"]).collect();
    simulated(&station, "sheets=2 first=12 fault=jam@13", &again).done_in_part();
    assert_eq!(sheets(&station), [1, 12, 3, 4]);
    // The same line again goes on with the sheet that is missing.
    let done = simulated(&station, "sheets=1 first=13", &again).done().json();
    assert_eq!((&done["state"], &done["pages"]), (&"reconciled".into(), &2.into()), "{done}");
    assert_eq!(sheets(&station), [1, 12, 13, 4]);
    let removed = run(&station, "page removed HS.01 --json").done().json();
    assert!(removed.as_array().unwrap().iter().all(|page| page["gone"] == "replaced"), "{removed}");
    // Two sheets in front of page 2.
    let insert: Vec<&str> = arguments.iter().copied().chain(["--before", "2", "--sheets", "2"]).collect();
    simulated(&station, "sheets=2 first=20", &insert).done();
    assert_eq!(sheets(&station), [1, 20, 21, 12, 13, 4]);
    // What is open goes on as it was begun.
    let append: Vec<&str> = arguments.iter().copied().chain(["--sheets", "2"]).collect();
    simulated(&station, "sheets=1 first=30", &append).done_in_part();
    let said = simulated(&station, "sheets=1 first=31", &insert).ended_with(10);
    assert!(said.stderr.contains("has an open batch"), "{}", said.stderr);
    simulated(&station, "sheets=1 first=31", &append).done();
    assert_eq!(sheets(&station), [1, 20, 21, 12, 13, 4, 30, 31]);
    run(&station, "process HS.01 --lang vie").done();
    run(&station, "verify HS.01").done();
}

#[test]
fn blank_backs_are_marked_and_a_sheet_that_went_through_twice_is_suspected() {
    let station = Station::with_demo_archive();
    let duplex = ["--source", "adf-duplex", "--sheets", "3", "--paper", "100x140"];
    scan(&station, "sheets=3 blank-every=2", &duplex);
    let found = run(&station, "findings HS.01 --notes --json").done().stdout;
    assert_eq!(found.matches("\"blank-back\"").count(), 3, "{found}");
    assert!(!found.contains("page-doubled"), "{found}");
    assert_eq!(shown(&station)["page_list"].as_array().unwrap().len(), 6);

    let station = Station::with_demo_archive();
    let mut rule = duplex.to_vec();
    rule.extend(["--blank-backs", "leave-out"]);
    let batch = scan(&station, "sheets=3 blank-every=2", &rule);
    assert_eq!((&batch["pages"], &batch["state"]), (&6.into(), &"reconciled".into()), "{batch}");
    assert_eq!(shown(&station)["page_list"].as_array().unwrap().len(), 3);
    let left_out = run(&station, "page removed HS.01 --json").done().json();
    assert!(left_out.as_array().unwrap().iter().all(|page| page["gone"] == "blank"), "{left_out}");
    run(&station, "page restore HS.01 1 --reason chữ_mờ").done();
    assert_eq!(shown(&station)["page_list"].as_array().unwrap().len(), 4);

    // A blank sheet between two documents is counted, and is no page.
    let station = Station::with_demo_archive();
    let batch = scan(&station, "sheets=7 blank-every=3", &["--sheets", "7", "--split-at-blank", "--paper", "100x140"]);
    assert_eq!((&batch["pages"], &batch["state"]), (&7.into(), &"reconciled".into()), "{batch}");
    let documents = shown(&station)["documents"].clone();
    let pages: Vec<_> = documents.as_array().unwrap().iter().map(|document| document["pages"].clone()).collect();
    assert_eq!(pages, [2, 2, 1], "{documents}");
    assert_eq!(run(&station, "page removed HS.01 --json").done().json().as_array().unwrap().len(), 2);

    let station = Station::with_demo_archive();
    scan(&station, "sheets=5 again=4", &["--sheets", "5", "--paper", "100x140"]);
    let found = run(&station, "findings HS.01").done().stdout;
    assert!(found.contains("shows the same as page 3 of the batch"), "{found}");
    assert_eq!(found.matches("shows the same").count(), 1, "{found}");
}

#[test]
fn a_page_that_is_sent_back_keeps_the_paper_on_the_table_until_another_takes_its_place() {
    let station = Station::with_demo_archive();
    scan(&station, "sheets=3", &["--sheets", "3"]);
    let waits = || {
        let shown = shown(&station);
        (shown["rescan"].as_bool().unwrap(), shown["page_list"][1]["safe_to_refile"].as_bool().unwrap())
    };
    assert_eq!(waits(), (false, true));
    run(&station, "page reject HS.01 2").ended_with(2);
    run(&station, "page reject HS.01 2 --reason chữ_mờ").done();
    assert_eq!(waits(), (true, false));
    // A rebuilt catalog still knows.
    run(&station, "check --rebuild").done();
    assert_eq!(waits(), (true, false));
    scan(&station, "sheets=1 first=9", &["--replace", "2", "--sheets", "1"]);
    assert_eq!((waits(), sheets(&station)), ((false, true), vec![1, 9, 3]));
    // A person may also find the page good all the same.
    run(&station, "page reject HS.01 3 --reason lệch").done();
    assert_eq!(waits(), (true, false));
    run(&station, "page pass HS.01 3 --reason bản_giấy_vốn_như_vậy").done();
    assert_eq!(waits(), (false, true));
    let log = run(&station, "log HS.01").done().stdout;
    assert!(log.contains("1 page sent back to be scanned again: lệch") && log.contains("1 page passed"), "{log}");
}

/// A dossier of one image with the text of two pages, one above the other: a made page with known words.
fn one_image(station: &Station) {
    let folder = station.folder().join("scans/HS.01");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(sample_pages().join("H49.61.9.2012.09/p002.png"), folder.join("0001.png")).unwrap();
    station.run(["import", "scans", "--lang", "vie"]).done();
}

/// The words that were read, page by page, by the names of their files.
fn words(station: &Station, to: &str) -> Vec<(String, Vec<String>)> {
    station.run(["export", "HS.01", "--as", "text", "--to", to, "--held-reason", "only a test"]).done();
    let files = fs::read_dir(station.folder().join(to).join("HS.01")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let text = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, text.split_whitespace().map(str::to_owned).collect())
    };
    files.iter().map(text).collect()
}

fn published(station: &Station) -> std::path::PathBuf {
    station.archive().join("pdf/~/HS.01/HS.01.pdf")
}

#[test]
fn one_image_becomes_two_pages_that_are_read_signed_and_rebuilt_and_one_again() {
    let station = Station::with_demo_archive();
    one_image(&station);
    let whole = words(&station, "before").remove(0).1;
    assert!(whole.len() > 100, "{whole:?}");
    let master = shown(&station)["page_list"][0]["master_sha256"].clone();

    run(&station, "page split HS.01 1 --reason hai_trang_trên_một_ảnh").done();
    let dossier = shown(&station);
    let [upper, lower] = dossier["page_list"].as_array().unwrap().as_slice() else { panic!("{dossier}") };
    assert_eq!([&upper["master_sha256"], &lower["master_sha256"]], [&master, &master]);
    assert_eq!([&upper["label"], &lower["label"]], ["0001a", "0001b"]);
    assert!(upper["reading"].is_null() && dossier["documents"][0]["signed"].is_null(), "{dossier}");
    // Across, for the image is higher than wide; all of it is shown, nothing twice.
    let part = |page: &Value| -> Vec<u32> {
        page["part"].as_str().unwrap().split(',').map(|number| number.parse().unwrap()).collect()
    };
    let (upper, lower) = (part(upper), part(lower));
    assert_eq!((&upper[..3], &lower[..3]), (&[0, 0, 1654][..], &[0, upper[3], 1654][..]));
    assert_eq!(upper[3] + lower[3], 2339);

    run(&station, "process HS.01 --lang vie").done();
    let halves = words(&station, "after");
    let names: Vec<_> = halves.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["0001a.txt", "0001b.txt"]);
    // No line was cut: together the halves say what the whole said.
    let read: Vec<&String> = halves.iter().flat_map(|(_, words)| words).collect();
    let known = whole.iter().filter(|word| read.contains(word)).count();
    assert!(known * 100 >= whole.len() * 95, "{known} of {}: {read:?}", whole.len());
    assert!(halves.iter().all(|(_, words)| words.len() > 20), "{halves:?}");
    station.run(["export", "HS.01", "--as", "hocr", "--to", "hocr", "--held-reason", "only a test"]).done();
    let hocr = fs::read_to_string(station.folder().join("hocr/HS.01/0001b.hocr")).unwrap();
    assert!(hocr.contains(&format!("#xywh=0,{},1654,{}", upper[3], lower[3])), "{}", &hocr[..900]);

    // The image enters the PDF once.
    run(&station, "verify HS.01").done();
    let pdf = fs::read(published(&station)).unwrap();
    let image = fs::metadata(sample_pages().join("H49.61.9.2012.09/p002.png")).unwrap().len();
    assert!((pdf.len() as u64) < 2 * image, "{} bytes for an image of {image}", pdf.len());
    fs::write(judged().join("halves-root.pem"), station.demo_root()).unwrap();
    fs::write(judged().join("halves.signed.pdf"), &pdf).unwrap();

    // A signed file is kept as it is, and its pages with it.
    fs::create_dir_all(station.folder().join("signed/HS.02")).unwrap();
    fs::write(station.folder().join("signed/HS.02/một tệp.pdf"), &pdf).unwrap();
    station.run(["import", "signed", "--lang", "vie"]).done();
    let said = run(&station, "page split HS.02 1").ended_with(10);
    assert!(said.stderr.contains("signed PDF, which is kept as it is"), "{}", said.stderr);

    run(&station, "check").done();
    let split = (shown(&station)["page_list"].clone(), run(&station, "page removed HS.01 --json").done().json());
    assert_eq!((split.1.as_array().unwrap().len(), &split.1[0]["gone"]), (1, &"split".into()), "{}", split.1);
    run(&station, "check --rebuild").done();
    run(&station, "check").done();
    assert_eq!((shown(&station)["page_list"].clone(), run(&station, "page removed HS.01 --json").done().json()), split);

    run(&station, "page restore HS.01 1 --reason nhầm").done();
    assert_eq!(run(&station, "page removed HS.01 --json").done().json(), serde_json::json!([]));
    run(&station, "process HS.01 --lang vie").done();
    assert_eq!(words(&station, "again"), [("0001.txt".to_owned(), whole)]);
    run(&station, "verify HS.01").done();
    let log = run(&station, "log HS.01").done().stdout;
    assert!(log.contains("1 page split: hai trang trên một ảnh"), "{log}");
}

#[test]
fn a_scanned_sheet_is_split_counted_once_and_scanned_again_as_one() {
    let station = Station::with_demo_archive();
    scan(&station, "sheets=3", &["--sheets", "3"]);
    let said = run(&station, "page split HS.01 2 --at 5").ended_with(10);
    assert!(said.stderr.contains("half of page 2 would be too narrow"), "{}", said.stderr);
    run(&station, "page split HS.01 2 --at 100").ended_with(2);
    run(&station, "page split HS.01 2 --across --upright").ended_with(2);
    run(&station, "page split HS.01 4").ended_with(4);
    // As it stands: turned by a quarter its left is the lower end of the image.
    run(&station, "page turn HS.01 2 --by 90").done();
    run(&station, "page split HS.01 2 --at 40 --upright").done();
    assert_eq!(sheets(&station), [1, 2, 2, 3]);
    let dossier = shown(&station);
    let (width, height) = (&dossier["page_list"][0]["width"], dossier["page_list"][0]["height"].as_u64().unwrap());
    let first = (height * 4 + 5) / 10;
    let parts = [format!("0,{},{width},{first}", height - first), format!("0,0,{width},{}", height - first)];
    assert_eq!([&dossier["page_list"][1]["part"], &dossier["page_list"][2]["part"]], [&parts[0], &parts[1]]);
    // The sheet came once, and is as safe as before.
    assert_eq!((&dossier["pages"], &dossier["page_list"][2]["safe_to_refile"]), (&4.into(), &true.into()), "{dossier}");
    // A half can be split again.
    run(&station, "page split HS.01 3 --at 50 --across").done();
    assert_eq!(sheets(&station), [1, 2, 2, 2, 3]);
    let labels = |station: &Station| -> Vec<Value> {
        shown(station)["page_list"].as_array().unwrap().iter().map(|page| page["label"].clone()).collect()
    };
    assert_eq!(labels(&station), ["0001", "0002a", "0002ba", "0002bb", "0003"]);
    // Its sheet goes through the scanner again: one page takes the place of all that it showed.
    let again = ["scan", "HS.01", "--paper", "60x40", "--device", "simulated:0", "--json", "--replace", "2-4"];
    let done = simulated(&station, "sheets=1 first=12", &again).done().json();
    assert_eq!((&done["state"], &done["pages"]), (&"reconciled".into(), &1.into()), "{done}");
    assert_eq!(sheets(&station), [1, 12, 3]);
    run(&station, "process HS.01 --lang vie").done();
    run(&station, "verify HS.01").done();
    let found = run(&station, "findings HS.01 --notes --json").done().stdout;
    assert!(!found.contains("page-doubled") && !found.contains("near-duplicate"), "{found}");
    run(&station, "hold HS.01 --reason chờ").done();
    run(&station, "page split HS.01 1").ended_with(10);
}
