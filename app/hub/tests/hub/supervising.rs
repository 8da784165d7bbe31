//! What supervisors see of work, quality and exceptions, what they take away, and the figures that they hand in.

use std::fs;

use reqwest::StatusCode;
use sohoa_model::Severity;
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::body::{Event, Finding, Outcome, Plan, Target};
use sohoa_wire::moment::Moment;

use crate::browser::{Browser, PASSWORD, Page, let_in};
use crate::group::Group;
use crate::station::{Station, dossier_body, record};

/// Three dossiers: one captured by Lan and once more in part by Bình, one with a finding, one to scan again.
async fn fill(station: &mut Station) {
    for number in 1..=3 {
        let mut body = dossier_body(&format!("HS.0{number}"), 10, DossierState::Captured);
        body.title = Some("=cmd|'/c calc'!A1".to_owned());
        body.rescan = number == 3;
        let id = station.name(number, 0);
        station.write(&record(id, 1, &body).of_dossier(id));
    }
    let event = |kind: &str, agent: &str, detail: &str| Event {
        event_type: kind.to_owned(),
        outcome: Outcome::Success,
        agent: agent.to_owned(),
        detail: Some(detail.to_owned()),
        objects: Vec::new(),
    };
    let events = [
        (1, event("ingestion", "Lê Thị Lan", r#"{"pages":8,"replaces":null}"#)),
        (1, event("ingestion", "Trần Bình", r#"{"pages":2,"replaces":"ab"}"#)),
        (2, event("ingestion", "Lê Thị Lan", "no JSON")),
        (2, event("acceptance", "Vũ Đình Nam", "{}")),
        (3, event("rejection", "Vũ Đình Nam", "{}")),
        (3, event("fixity check", "Vũ Đình Nam", "{}")),
    ];
    for (place, (dossier, event)) in (100..).zip(events) {
        let mut record = record(station.name(place, 1), 1, &event).of_dossier(station.name(dossier, 0));
        record.at = Moment(sohoa_hub::hub::now());
        station.write(&record);
    }
    for (number, code) in [(2, "rejected"), (3, "low-confidence")] {
        let finding = Finding { code: code.to_owned(), severity: Severity::Reject, open: true, detail: None, of: None };
        station.write(&record(station.name(number, 9), 1, &finding).of_dossier(station.name(number, 0)));
    }
    station.send_from(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_quality_and_exceptions_are_counted_and_open_down_to_dossiers() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    fill(&mut station).await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "hoa", &["--role", "reader", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;

    let people = browser.get("/people").await;
    people.shows("Lê Thị Lan").shows("Trần Bình").shows("100,0\u{a0}%").shows("Vũ Đình Nam (nam)");
    let link =
        people.text.split("href=\"").filter_map(|rest| rest.split_once('"')).find(|(_, rest)| rest.starts_with(">8<"));
    let list = browser.get(&link.expect("a link of 8 pages").0.replace("&amp;", "&")).await;
    list.shows("HS.01").shows("người làm: Lê Thị Lan");
    assert!(!list.text.contains("HS.03"));

    let quality = browser.get("/quality").await;
    quality
        .shows("20,0\u{a0}%")
        .shows("50,0\u{a0}%")
        .shows("chữ nhận dạng có độ tin cậy thấp")
        .shows("href=\"/dossiers?finding=rejected\"");
    let list = browser.get("/dossiers?finding=low-confidence").await;
    list.shows("HS.03");
    assert!(!list.text.contains("HS.02"));

    let exceptions = browser.get("/exceptions").await;
    exceptions.shows("href=\"/dossiers?finding=rejected\">1</a>").shows("href=\"/dossiers?only=rescan\">1</a>");
    browser.get("/dossiers?only=rescan").await.shows("HS.03");
    browser.get("/dossiers?only=stuck").await.shows("Không có hồ sơ nào.");
    let past = "UPDATE batch SET received_at = received_at - interval '15 days'";
    sohoa_hub::database::sql(past).execute(&group.pool).await.unwrap();
    browser.get("/exceptions").await.shows("href=\"/dossiers?only=stuck\">3</a>");
    browser.get("/dossiers?only=stuck").await.shows("HS.01").shows("HS.02");

    // Held: a count for all, a list for who may know.
    let id = station.name(1, 0);
    let token = browser.get(&format!("/dossiers/{id}")).await.token();
    browser
        .post(&format!("/dossiers/{id}"), &[("token", &token), ("rev", "1"), ("decide", "hold"), ("reason", "MẬT")])
        .await;
    browser.get("/exceptions").await.shows("href=\"/dossiers?only=held\">1</a>");
    browser.get("/dossiers?only=held").await.shows("HS.01").shows("(đang bị giữ)");
    browser.get("/dossiers").await.shows("HS.01");
    for guess in ["agent=L%C3%AA+Th%E1%BB%8B+Lan", "only=stuck", "only=rescan", "finding=rejected"] {
        let list = browser.get(&format!("/dossiers?{guess}")).await;
        assert!(!list.text.contains("HS.01"), "{guess}");
    }
    let held = browser.get(&format!("/dossiers/{id}")).await;
    held.shows("Rút lệnh giữ");
    let token = held.token();
    let withdraw = |reason| [("token", token.as_str()), ("rev", "1"), ("decide", "withdraw"), ("reason", reason)];
    browser.post(&format!("/dossiers/{id}"), &withdraw(" ")).await.shows("Chưa có lý do");
    let mut reader = Browser::new(&hub);
    reader.sign_in("hoa", PASSWORD).await;
    let seen = reader.get("/exceptions").await;
    seen.shows("hồ sơ đang bị giữ");
    assert!(!seen.text.contains("only=held"));
    // Taken back: hidden still, for its station has not told of it again; and there is nothing to take back twice.
    browser.post(&format!("/dossiers/{id}"), &withdraw("nhầm hồ sơ")).await;
    browser.get(&format!("/dossiers/{id}")).await.shows("Lệnh giữ đã được rút");
    assert_eq!(
        browser.post(&format!("/dossiers/{id}"), &withdraw("nữa")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(reader.get(&format!("/dossiers/{id}")).await.status, StatusCode::NOT_FOUND);
    // A withdrawal by mistake: it is ordered again, with the new reason, and taken back again.
    let again = [("token", token.as_str()), ("rev", "1"), ("decide", "hold"), ("reason", "MẬT thật")];
    browser.post(&format!("/dossiers/{id}"), &again).await;
    browser.get(&format!("/dossiers/{id}")).await.shows("MẬT thật").shows("Rút lệnh giữ");
    browser.post(&format!("/dossiers/{id}"), &withdraw("vẫn nhầm")).await;
    // What its station wrote before it heard of that does not show it; that it heard of it does.
    let tell = async |station: &mut Station, n: u32, detail: &str| {
        let body = Event {
            event_type: "hold withdrawn".to_owned(),
            outcome: Outcome::Success,
            agent: "x".to_owned(),
            detail: Some(detail.to_owned()),
            objects: Vec::new(),
        };
        station.write(&record(station.name(9, n), 1, &body).of_dossier(id));
        let last = station.log.len();
        station.send(station.batch(last, last)).await
    };
    let reply = tell(&mut station, 1, "{\"order\":\"01970000-0000-7000-8000-000000000001\"}").await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert_eq!(reader.get(&format!("/dossiers/{id}")).await.status, StatusCode::NOT_FOUND);
    let order: String =
        sohoa_hub::database::value("SELECT withdrawn::text FROM hold").fetch_one(&group.pool).await.unwrap();
    let reply = tell(&mut station, 2, &format!("{{\"order\":\"{order}\"}}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert_eq!(reader.get(&format!("/dossiers/{id}")).await.status, StatusCode::OK);
    assert_eq!(group.number("SELECT count(*) FROM hold").await, 0);
    assert!(!reader.get("/dossiers?only=held").await.text.contains("HS.01"));
    assert_eq!(reader.get("/people").await.status, StatusCode::NOT_FOUND);
    assert_eq!(reader.get("/export/people.csv").await.status, StatusCode::NOT_FOUND);
    let list = reader.get("/dossiers?agent=Tr%E1%BA%A7n+B%C3%ACnh").await;
    list.shows("HS.02");
    assert!(!list.text.contains("Trần Bình"), "who did what is not for readers");

    // The same batch counts once.
    assert_eq!(station.send(station.batch(1, station.log.len())).await.status, StatusCode::OK);
    assert_eq!(group.number("SELECT sum(pages)::bigint FROM work").await, 10);
}

/// The links of a page that stand on a number alone: address, number.
fn numbers(page: &Page) -> Vec<(String, i64)> {
    let links = page.text.split("<a href=\"").skip(1).filter_map(|rest| rest.split_once('>'));
    let read = |(head, rest): (&str, &str)| {
        let number = rest.split_once("</a>")?.0.replace('\u{a0}', "").parse().ok()?;
        let address = head.split_once('"')?.0.replace("&amp;", "&");
        (address.starts_with("/dossiers") || address.starts_with("/fonds/")).then_some((address, number))
    };
    links.filter_map(read).collect()
}

/// What a list says of all that is in it, in its order.
fn totals(page: &Page) -> Vec<i64> {
    let text = page.text.split("<p class=\"totals\">").nth(1).unwrap_or_else(|| panic!("no totals: {}", page.text));
    let text = text.split("</p>").next().unwrap_or_default();
    let numbers = text.split("<strong>").skip(1).filter_map(|rest| rest.split_once("</strong>"));
    numbers.map(|(number, _)| number.replace('\u{a0}', "").parse().expect("a number")).collect()
}

/// Opens every number of every page and compares it with its list; the answer is how many there were.
async fn compare(browser: &mut Browser, pages: &[&str]) -> usize {
    let mut compared = 0;
    for path in pages {
        let page = browser.get(path).await;
        for (address, number) in numbers(&page) {
            let list = browser.get(&address).await;
            assert_eq!(list.status, StatusCode::OK, "{path}: {address}");
            let totals = totals(&list);
            // Dossiers come first, then what else the list is about: findings, pages, times.
            let counted: &[usize] = match () {
                () if address.contains("again=1") => &[2],
                () if address.contains("event=") => &[1],
                () if address.contains("finding=") && *path == "/quality" => &[0, 1],
                () if address.contains("station=") => &[1],
                () if address.contains("unit=") => &[0, 2],
                () => &[0],
            };
            let fits = counted.iter().any(|place| totals.get(*place) == Some(&number));
            assert!(fits, "{path} says {number}, and {address} has {totals:?}");
            compared += 1;
        }
    }
    compared
}

const PAGES: [&str; 5] = ["/progress", "/quality", "/stations", "/exceptions", "/report"];

#[tokio::test(flavor = "multi_thread")]
async fn each_number_is_the_count_of_its_list() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    fill(&mut station).await;
    let first = station.log.len() + 1;
    let began = sohoa_hub::hub::now();
    let event = |kind: &str, agent: &str, detail: &str| Event {
        event_type: kind.to_owned(),
        outcome: Outcome::Success,
        agent: agent.to_owned(),
        detail: Some(detail.to_owned()),
        objects: Vec::new(),
    };
    // Accepted by day, class and standard; one is retired and its work with it, one will be held.
    for n in 11..=30_u32 {
        let mut body = dossier_body(&format!("HS.{n}"), n, DossierState::Accepted);
        body.expected_pages = (n % 3 > 0).then_some(n + 5);
        body.accepted_on = Some(Day(Day::of(began).0 - i64::from(n % 4)).to_string());
        body.value_class = (n % 2 == 0).then(|| "vv".to_owned());
        body.below_standard = n % 5 == 0;
        body.fonds = if n % 3 == 0 { "BTP" } else { "TA" }.to_owned();
        body.retired = (n == 12).then(|| "x".to_owned());
        let id = station.name(n, 0);
        station.write(&record(id, 1, &body).of_dossier(id));
        let agent = if n % 2 == 0 { "Lê Thị Lan" } else { "Trần Bình" };
        let pages = format!("{{\"pages\":{},\"replaces\":{}}}", n + 7, if n % 3 == 0 { "\"ab\"" } else { "null" });
        for (place, event) in [(1, event("ingestion", agent, &pages)), (2, event("acceptance", "Vũ Đình Nam", "{}"))]
        {
            let mut record = record(station.name(n, place), 1, &event).of_dossier(id);
            record.at = Moment(began);
            station.write(&record);
        }
        let open = n % 2 == 0;
        let finding = Finding { code: "faint".into(), severity: Severity::Warn, open, detail: None, of: None };
        station.write(&record(station.name(n, 9), 1, &finding).of_dossier(id));
    }
    station.send_from(first).await;
    let target = |name: &str, unit: &str, class: Option<&str>| Target {
        name: name.to_owned(),
        share_ppm: 900_000,
        unit: unit.to_owned(),
        value_class: class.map(ToOwned::to_owned),
        deadline: "2099-12-31".to_owned(),
        counts_below_standard: class.is_none(),
    };
    let targets =
        vec![target("a", "dossiers", Some("vv")), target("b", "pages", Some("vv")), target("c", "pages", None)];
    let plan = Plan { name: "2026".to_owned(), targets };
    let path = group.folder.path().join("plan.ndjson");
    fs::write(&path, record(station.name(77, 7), 1, &plan).line().unwrap().bytes).unwrap();
    group.run(&["publish", "--unit", "TTLT", path.to_str().unwrap()]);
    // Another unit, whose numbers are not those of this one.
    let mut other = group.station(&hub, "OTHER", 2).await;
    fill(&mut other).await;

    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "hoa", &["--role", "viewer", "--unit", "TTLT"]);
    let_in(&group, "all", &["--role", "supervisor"]);
    let [mut supervisor, mut viewer, mut of_all] = [(); 3].map(|()| Browser::new(&hub));
    supervisor.sign_in("nam", PASSWORD).await;
    viewer.sign_in("hoa", PASSWORD).await;
    of_all.sign_in("all", PASSWORD).await;
    let of_viewer = compare(&mut viewer, &PAGES).await;
    assert!(of_viewer > 40, "only {of_viewer} numbers");

    for browser in [&mut supervisor, &mut of_all] {
        let of_supervisor = compare(browser, &PAGES).await + compare(browser, &["/people"]).await;
        assert!(of_supervisor > of_viewer + 5, "only {of_supervisor} numbers");
    }

    let id = station.name(14, 0);
    let whole = totals(&supervisor.get("/dossiers").await);
    let token = supervisor.get(&format!("/dossiers/{id}")).await.token();
    let hold = [("token", token.as_str()), ("rev", "1"), ("decide", "hold"), ("reason", "MẬT")];
    supervisor.post(&format!("/dossiers/{id}"), &hold).await;
    // Where counters leave out what is held, numbers are still those of their lists.
    for browser in [&mut supervisor, &mut of_all] {
        compare(browser, &["/quality", "/exceptions", "/people"]).await;
    }
    // It shows its code and its fonds, so that lists of fonds and of units have it, but not how many pages it has.
    for path in ["/dossiers", "/dossiers?only=held", "/dossiers?unit=1", "/dossiers?only=held&unit=1"] {
        supervisor.get(path).await.shows(&id.to_string());
    }
    assert_eq!(totals(&supervisor.get("/dossiers").await), [whole[0], whole[1] - 14, whole[2] - 19]);
    // Nothing else of it can be asked for, alone or with what is held; who may not know which are held sees the same.
    let day = Day(Day::of(began).0 - 2);
    let day = format!("accepted-from={day}&accepted-to={day}");
    for narrow in [
        "state=done",
        "value=vv",
        "standard=1",
        &day,
        "station=1",
        "finding=faint",
        "event=ingestion",
        "only=rescan",
        "only=stuck",
    ] {
        // The last is the same list again where `only` is asked for twice, for the first word counts.
        for path in [format!("/dossiers?{narrow}"), format!("/dossiers?{narrow}&only=held")] {
            let list = supervisor.get(&path).await;
            assert!(!list.text.contains(&id.to_string()), "{path}");
            list.shows("1 hồ sơ đang bị giữ không có trong danh sách này.");
            assert_eq!(totals(&list), totals(&viewer.get(&path).await), "{path}");
        }
        let table = supervisor.get(&format!("/export/dossiers.csv?{narrow}")).await;
        assert!(!table.text.contains("HS.14,"), "{narrow}");
    }
    assert_eq!(viewer.get(&format!("/dossiers?unit={}", 2)).await.status, StatusCode::NOT_FOUND, "another unit's");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_taken_away_without_formulas_and_that_is_written_down() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    fill(&mut station).await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    browser.get("/dossiers").await.shows("Tải về danh sách hồ sơ <");
    let csv = browser.get("/export/dossiers.csv?only=rescan").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"sohoa-dossiers-20")
    );
    assert!(
        csv.text.starts_with("Mã hồ sơ,Tiêu đề,Phông,") || csv.text.starts_with("\u{feff}Mã hồ sơ,"),
        "{}",
        csv.text
    );
    csv.shows("HS.03,'=cmd|'/c calc'!A1,TA,Đã quét,10,10,có\r\n");
    assert!(!csv.text.contains("HS.01"));
    for what in ["progress", "fonds", "dossiers", "stations", "people"] {
        for form in ["csv", "xlsx"] {
            let page = browser.get(&format!("/export/{what}.{form}")).await;
            assert_eq!(page.status, StatusCode::OK, "{what}.{form}");
            assert!(page.text.starts_with("PK") || form == "csv", "{what}.{form}");
        }
    }
    browser.get("/export/fonds.csv").await.shows("TA,3,0,3,0,0,1\r\n");
    for wrong in ["/export/dossiers.exe", "/export/sessions.csv", "/export/dossiers"] {
        assert_eq!(browser.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(group.number("SELECT count(*) FROM access WHERE what = 'export' AND login = 'nam'").await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_of_a_day_is_a_page_and_a_file() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    fill(&mut station).await;
    let_in(&group, "nam", &["--role", "viewer"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let page = browser.get("/report").await;
    page.shows("BÁO CÁO NGÀY")
        .shows("Độc lập – Tự do – Hạnh phúc")
        .shows("\">0</a> / <a href=\"/dossiers\">3</a>")
        .shows(">10</a> trang quét, quét lại <a href")
        .shows(">2</a> (20,0");
    assert!(!page.text.contains("Lê Thị Lan") && !page.text.contains("Người làm"), "who did what is for who decides");
    let_in(&group, "hoa", &["--role", "supervisor"]);
    let mut supervisor = Browser::new(&hub);
    supervisor.sign_in("hoa", PASSWORD).await;
    supervisor.get("/report").await.shows("Người làm").shows("Lê Thị Lan, Trần Bình");
    let before = browser.get("/report?day=2020-02-29").await;
    before.shows("ngày 29 tháng 02 năm 2020").shows(">0</a> trang quét");
    for day in ["2020-02-30", "x", "2999-01-01"] {
        assert_eq!(browser.get(&format!("/report?day={day}")).await.status, StatusCode::BAD_REQUEST, "{day}");
    }
    let today = Day::of(sohoa_hub::hub::now()).to_string();
    let path = group.folder.path().join("report.html");
    let out = path.to_str().unwrap();
    group.run(&["report", "--day", &today, "--unit", "TTLT", "--out", out]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("BÁO CÁO NGÀY")
            && text.contains("Lê Thị Lan")
            && text.contains("@page { size: A4")
            && !text.contains("href="),
        "{text}"
    );
    let again = group.command(&["report", "--day", &today, "--out", out]).output().unwrap();
    assert!(!again.status.success(), "a file that is there is not overwritten");
    for wrong in [["--day", "1/2/2026"], ["--unit", "NONE"]] {
        let out = group.folder.path().join("wrong.html");
        let line = ["report", "--day", &today, "--out", out.to_str().unwrap()];
        let line: Vec<&str> = match wrong[0] {
            "--day" => vec!["report", "--day", wrong[1], "--out", line[4]],
            _ => [&line[..], &wrong[..]].concat(),
        };
        assert!(!group.command(&line).output().unwrap().status.success(), "{wrong:?}");
        assert!(!out.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_other_indicators_are_handed_in_whole_or_not_at_all() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    for (unit, seed) in [("TTLT", 1), ("OTHER", 2)] {
        group.station(&hub, unit, seed).await;
    }
    let path = group.folder.path().join("indicators.csv");
    let heads = "unit,name,as_of,part,whole,target_percent\n";
    fs::write(&path, format!("{heads}TTLT,Số hóa khi tiếp nhận,2026-11-20,64,100,80\nOTHER,<b>,2026-11-20,1,4,20\n"))
        .unwrap();
    assert_eq!(group.run(&["indicator", "import", path.to_str().unwrap()]), "took 2 rows\n");
    fs::write(&path, format!("{heads}TTLT,a,2026-11-20,1,2,3\nNONE,b,2026-11-20,1,2,3\n")).unwrap();
    let refused = group.command(&["indicator", "import", path.to_str().unwrap()]).output().unwrap();
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("line 3"));
    assert_eq!(group.number("SELECT count(*) FROM indicator").await, 2, "all or none");

    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "hoa", &["--role", "reader", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let page = browser.get("/progress").await;
    page.shows("Số hóa khi tiếp nhận: 64,0\u{a0}%").shows("Chỉ tiêu 80,0\u{a0}%");
    assert!(!page.text.contains("&lt;b&gt;"), "another unit's");
    let token = browser.get("/indicators").await.token();
    let hand_in = |rows: &str| format!("{heads}{rows}");
    let good = hand_in("TTLT,Số hóa khi tiếp nhận,2026-11-21,81,100,80\n");
    let stranger = hand_in("OTHER,x,2026-11-21,1,2,3\n");
    assert_eq!(browser.post("/indicators", &[("token", "x"), ("csv", &good)]).await.status, StatusCode::UNAUTHORIZED);
    let refused = browser.post("/indicators", &[("token", &token), ("csv", &stranger)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.shows("there is no unit OTHER").shows("role=\"alert\"");
    assert_eq!(browser.post("/indicators", &[("token", &token), ("csv", &good)]).await.goes_to(), "/indicators");
    browser.get("/progress").await.shows("Số hóa khi tiếp nhận: 81,0\u{a0}%");
    let mut reader = Browser::new(&hub);
    reader.sign_in("hoa", PASSWORD).await;
    let token = reader.get("/indicators").await.token();
    assert_eq!(reader.post("/indicators", &[("token", &token), ("csv", &good)]).await.status, StatusCode::NOT_FOUND);
}
