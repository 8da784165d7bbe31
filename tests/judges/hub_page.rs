//! The hub's page in a real browser: Chromium walks it with keys, in both languages and without JavaScript, and axe-core
//! judges every page. A station of its own sends the dossiers; other fonds and years of work are made up in the database.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sohoa_tests::hub::Hub;
use sohoa_tests::places::{self, repository};
use sohoa_tests::station::{Said, Station};

use crate::exhibits;

const LOGIN: &str = "nam";
const PASSWORD: &str = "mật khẩu dài";
/// Checks that a whole run makes, at least: fewer were not all made.
const CHECKS: usize = 183;

/// More fonds, dossiers and work than one station has: what the page looks like after a year. All of it is invented.
const A_YEAR: &str = "
INSERT INTO fonds (unit_no, code) SELECT u.unit_no, c.code FROM unit u, unnest(ARRAY['Bộ Tư pháp (1945–1960)',
    'Bộ Tư pháp (1981–2010)', 'Tòa án nhân dân đặc biệt', 'Cục Hộ tịch, quốc tịch, chứng thực', 'Cục Bổ trợ tư pháp']) AS c(code);
INSERT INTO dossier (dossier, station_no, fonds_no, code, title, value_class, state, pages, documents, a4_thousandths, bytes,
    rescan, below_standard, accepted_on, retired, rev, line8, seq)
SELECT gen_random_uuid(), s.station_no, f.fonds_no, format('%s.%s', left(md5(f.code), 4), lpad(n::text, 4, '0')),
    'Hồ sơ giải quyết đơn của công dân năm ' || 1960 + n % 40, 'valuable', state, 40, 3, 40000, 40000000, n % 97 = 0, false,
    CASE WHEN state >= 7 THEN (now()::date - (state_day * 300 / 420))::text END, false, 1, n, n
FROM station s, fonds f, LATERAL (SELECT n, n * (3 + f.fonds_no) % 420 AS state_day,
    CASE WHEN n % 10 < 7 THEN 7 WHEN n % 10 = 7 THEN 6 WHEN n % 10 = 8 THEN 1 + n % 5 ELSE 0 END AS state
    FROM generate_series(1, 300 + 60 * f.fonds_no) AS n) AS d
WHERE f.code <> 'Phông Tư pháp';
DELETE FROM progress;
INSERT INTO progress SELECT station_no, fonds_no, state, count(*), sum(pages), sum(a4_thousandths), sum(bytes) FROM dossier
    WHERE NOT retired GROUP BY 1, 2, 3;
DELETE FROM amount;
INSERT INTO amount SELECT unit_no, coalesce(value_class, ''), below_standard, state >= 7, 0, count(*), sum(pages)
    FROM dossier JOIN fonds USING (fonds_no) WHERE NOT retired GROUP BY 1, 2, 3, 4;
DELETE FROM accepted_day;
INSERT INTO accepted_day SELECT unit_no, accepted_on, coalesce(value_class, ''), below_standard, 0, count(*), sum(pages)
    FROM dossier JOIN fonds USING (fonds_no) WHERE state >= 7 AND NOT retired AND accepted_on IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO work SELECT (SELECT dossier FROM dossier WHERE state > 0 ORDER BY dossier OFFSET n LIMIT 1), now()::date - n % 25,
    (ARRAY['Lê Minh Đức', 'Phạm Thị Lan', 'Nguyễn Thu Hà', 'Trần Quốc Việt'])[1 + n % 4], 'ingestion',
    (SELECT min(station_no) FROM station), 1, 40 + n % 13, CASE WHEN n % 9 = 0 THEN 3 ELSE 0 END FROM generate_series(0, 199) AS n;
INSERT INTO hold SELECT dossier, 'nam', 'Có dấu độ mật', now() FROM dossier WHERE state = 0 ORDER BY code LIMIT 2;
";

/// The plan of the unit, and figures of another indicator.
fn hand_in(hub: &Hub, folder: &Path) {
    let target = |name: &str, share: u32, deadline: &str| {
        serde_json::json!({"name": name, "share_ppm": share, "unit": "dossiers", "value_class": "valuable",
            "deadline": deadline, "counts_below_standard": false})
    };
    let mut by_sheet = target("Theo tờ", 500_000, "2099-12-31");
    by_sheet["unit"] = "sheets".into();
    let mut by_page = target("Mọi trang", 950_000, "2027-12-31");
    by_page["unit"] = "pages".into();
    by_page.as_object_mut().expect("an object").remove("value_class");
    let targets =
        [target("30 % năm 2026", 300_000, "2026-06-30"), target("100 %", 1_000_000, "2027-06-30"), by_page, by_sheet];
    let plan = serde_json::json!({"at": "2026-11-21T10:15:02.120+07:00", "body": {"name": "2026", "targets": targets},
        "id": "01970000-0000-7000-8000-00000000000c", "kind": "plan", "rev": 1, "schema": "plan/1.0"});
    let plan_file = folder.join("plan.ndjson");
    fs::write(&plan_file, format!("{plan}\n")).expect("room");
    hub.run(&["publish", "--unit", "so-tu-phap", plan_file.to_str().expect("a path")]).done();
    let figures = folder.join("indicators.csv");
    let row = "so-tu-phap,Hồ sơ mới số hóa khi tiếp nhận,2026-11-20,64,100,80";
    fs::write(&figures, format!("unit,name,as_of,part,whole,target_percent\n{row}\n")).expect("room");
    hub.run(&["indicator", "import", figures.to_str().expect("a path")]).done();
    let password = folder.join("password");
    fs::write(&password, PASSWORD).expect("room");
    let password = password.to_str().expect("a path");
    let person = ["person", LOGIN, "--name", "Vũ Đình Nam", "--role", "supervisor", "--password-file", password];
    hub.run(&person).done();
}

/// A station whose dossiers are read and sent.
fn sent(hub: &Hub) -> Station {
    let station = Station::with_demo_archive();
    let tests = repository().join("tests");
    station.run(["inventory", "import", tests.join("pages.csv").to_str().expect("a path")]).done();
    station.run(["import", tests.join("pages").to_str().expect("a path"), "--lang", "vie", "--jobs", "2"]);
    let invitation = hub.invite("Trạm 01");
    Said::of(station.bare().arg("--archive").arg(station.archive()).args(["enrol", &invitation])).done();
    station.run(["sync"]).done();
    let end = Instant::now() + Duration::from_secs(60);
    while hub.sql("SELECT count(*) FROM text_waiting") != "0" {
        assert!(Instant::now() < end, "the hub indexes no texts");
    }
    station
}

#[test]
fn a_browser_walks_the_page_of_the_hub_and_axe_finds_no_violation() {
    let Some(chromium) = exhibits::judge(Path::new("/usr/bin/chromium")) else { return };
    let python = places::tools().join("venv/bin/python");
    let Some(python) = exhibits::judge(&python) else { return };
    let Some(hub) = Hub::start() else { return };
    let station = sent(&hub);
    hub.sql(A_YEAR);
    hand_in(&hub, station.folder());
    let pictures = repository().join("target/hub-page");
    fs::create_dir_all(&pictures).expect("target can be written to");
    let output = Command::new(python)
        .arg(repository().join("tests/judges/hub_page_judge.py"))
        .arg(chromium)
        .args([&hub.url, LOGIN, PASSWORD, "HS.02"])
        .arg(&pictures)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::null())
        .output()
        .expect("python can be started");
    assert!(output.status.success(), "Chromium could not be driven: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("the script writes UTF-8");
    let faults: Vec<String> = said.lines().filter(|line| !line.contains("\tPASS\t")).map(ToOwned::to_owned).collect();
    exhibits::verdict("Chromium and axe-core", said.lines().count(), &faults);
    assert!(said.lines().count() >= CHECKS, "only {} checks were made", said.lines().count());
    assert_eq!(said.matches("control").count(), 4, "{said}");
    // Every look of the walk is in the access log.
    for what in ["sign-in", "dossier", "image", "text", "search", "export"] {
        assert_ne!(hub.sql(&format!("SELECT count(*) FROM access WHERE what = '{what}'")), "0", "{what}");
    }
}
