//! The supervisors' page, as a browser without JavaScript sees it.

use std::collections::BTreeMap;
use std::process::Stdio;

use reqwest::StatusCode;
use sohoa_hub::publish::PublishError;
use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::forecast::forecast;
use sohoa_wire::body::{Decided, Decision, Document, Plan, Rescan, Target};
use sohoa_wire::{Kind, ProblemKind, Record, RecordId};

use crate::browser::{Browser, PASSWORD, let_in};
use crate::group::Group;
use crate::station::{Station, dossier_body, record};

/// Two fonds of a unit in several states.
async fn fill(station: &mut Station) {
    for n in 1..=10_u32 {
        let states = [DossierState::Planned, DossierState::Captured, DossierState::Signed, DossierState::Accepted];
        let mut body = dossier_body(&format!("TA-{n}"), 10, states[n as usize % 4]);
        body.fonds = if n > 7 { "BTP" } else { "TA" }.to_owned();
        body.title = Some(format!("<script>alert({n})</script> \"& '"));
        // Too short ago for a forecast.
        let day = Day(Day::of(sohoa_hub::hub::now()).0 - i64::from(n));
        body.accepted_on = (n % 4 == 3).then(|| day.to_string());
        body.value_class = Some("vv".to_owned());
        let id = station.name(n, 0);
        station.write(&record(id, 1, &body).of_dossier(id));
    }
    let document = Document {
        ordinal: 1,
        pages: 3,
        title: Some("<img src=x onerror=alert(1)>".to_owned()),
        number: Some("12/BA".to_owned()),
        date: None,
        issuer: None,
        retired: None,
    };
    station.write(&record(station.name(2, 1), 1, &document).of_dossier(station.name(2, 0)));
    station.send_from(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_signed_in_sees_nothing() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut browser = Browser::new(&hub);
    for path in ["/progress", "/stations", "/fonds/1", "/dossiers/01970000-0000-7000-8000-00000000000a"] {
        assert_eq!(browser.get(path).await.goes_to(), "/sign-in", "{path}");
    }
    browser.cookies.push(("__Host-sohoa".to_owned(), "'; DROP TABLE session; --".to_owned()));
    assert_eq!(browser.get("/progress").await.goes_to(), "/sign-in");
    assert_eq!(browser.post("/sign-out", &[]).await.goes_to(), "/sign-in");
    let form = browser.get("/sign-in").await;
    assert_eq!(form.headers["x-content-type-options"], "nosniff");
    let policy = form.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
    assert_eq!(form.headers["cache-control"], "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_takes_name_password_and_our_own_form() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let_in(&group, "nam", &["--role", "supervisor"]);
    let mut browser = Browser::new(&hub);
    let stranger = browser.post("/sign-in", &[("token", "x"), ("login", "nam"), ("password", PASSWORD)]).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN, "a form of another site");
    assert_eq!(browser.sign_in("nam", "wrong password").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.sign_in("nobody", PASSWORD).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.sign_in("nam", PASSWORD).await.goes_to(), "/progress");
    let page = browser.get("/progress").await;
    page.shows("Vũ Đình Nam").shows("<html lang=\"vi\">");
    assert_eq!(browser.post("/sign-out", &[("token", "x")]).await.status, StatusCode::UNAUTHORIZED);
    browser.get("/progress").await.shows("Vũ Đình Nam");
    let kept = browser.cookies.clone();
    assert_eq!(browser.post("/sign-out", &[("token", &page.token())]).await.goes_to(), "/sign-in");
    browser.cookies = kept;
    assert_eq!(browser.get("/progress").await.goes_to(), "/sign-in", "the session is over, not only the cookie");

    assert_eq!(browser.sign_in("nam", PASSWORD).await.goes_to(), "/progress");
    let past = "UPDATE session SET seen_at = now() - interval '61 minutes'";
    sohoa_hub::database::sql(past).execute(&group.pool).await.unwrap();
    assert_eq!(browser.get("/progress").await.goes_to(), "/sign-in", "an hour of silence ends it");
    let stored = group.number("SELECT count(*) FROM session WHERE octet_length(token_sha256) = 32").await;
    assert_eq!(stored, group.number("SELECT count(*) FROM session").await, "only digests are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_a_name_for_a_while() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let_in(&group, "nam", &[]);
    let mut browser = Browser::new(&hub);
    for _ in 0..5 {
        assert_eq!(browser.sign_in("nam", "wrong password").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(browser.sign_in("nam", PASSWORD).await.status, StatusCode::FORBIDDEN, "it waits");
    let later = "UPDATE person SET locked_until = locked_until - interval '16 minutes'";
    sohoa_hub::database::sql(later).execute(&group.pool).await.unwrap();
    assert_eq!(browser.sign_in("nam", PASSWORD).await.goes_to(), "/progress");
    assert_eq!(group.number("SELECT count(*) FROM guess").await, 6, "a right password is no guess");

    // Eight at once have no more tries than eight one after another.
    let wrong = (0..8).map(|_| async {
        let mut browser = Browser::new(&hub);
        assert_eq!(browser.sign_in("nam", "wrong password").await.status, StatusCode::FORBIDDEN);
    });
    futures_util::future::join_all(wrong).await;
    assert_eq!(browser.sign_in("nam", PASSWORD).await.status, StatusCode::FORBIDDEN, "it waits again");
    let short = group.command(&["person", "x", "--name", "X"]).stdin(Stdio::null()).output().unwrap();
    assert!(!short.status.success(), "an empty password is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_opens_down_to_its_dossiers() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    fill(&mut station).await;
    let target = |name: &str, share_ppm, deadline: &str| Target {
        name: name.to_owned(),
        share_ppm,
        unit: "dossiers".to_owned(),
        value_class: Some("vv".to_owned()),
        deadline: deadline.to_owned(),
        counts_below_standard: false,
    };
    let plan = Plan {
        name: "2026".to_owned(),
        targets: vec![target("20 % <b>", 200_000, "2025-12-31"), target("100 %", 1_000_000, "2099-12-31")],
    };
    let path = group.folder.path().join("plan.ndjson");
    let id = RecordId(uuid::Uuid::from_u128(77));
    std::fs::write(&path, record(id, 1, &plan).line().unwrap().bytes).unwrap();
    group.run(&["publish", "--unit", "TTLT", path.to_str().unwrap()]);
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let page = browser.get("/progress").await;
    page.shows("20,0\u{a0}%")
        .shows("<a href=\"/dossiers?state=done\">2</a> / <a href=\"/dossiers\">10</a> hồ sơ")
        .shows("20 % &lt;b&gt;")
        .shows("Đã đạt: 20,0")
        .shows("Hiện có: 20,0");
    page.shows(">TA</a>").shows(">BTP</a>").shows("Được nhận: 2; Đã ký, chờ nhận: 2; Đang làm: 2; Chưa quét: 1");
    assert!(!page.text.contains("<script"), "no script, ours or others'");
    let link = page.text.split("href=\"/fonds/").filter_map(|rest| rest.split_once("\">TA<")).next().expect("a link").0;
    let list = browser.get(&format!("/fonds/{link}")).await;
    list.shows("TA-1").shows("&lt;script&gt;alert(2)&lt;/script&gt; &quot;&amp; '").shows("Đã ký số");
    assert!(!list.text.contains("TA-8") && !list.text.contains("<script"));
    for (query, there, not_there) in [
        ("state=done", "TA-3", "TA-2"),
        ("state=signed", "TA-2", "TA-3"),
        ("state=working", "TA-1", "TA-4"),
        ("state=planned&value=vv", "TA-4", "TA-1"),
        ("value=none", "Không có hồ sơ nào.", "TA-1"),
    ] {
        let list = browser.get(&format!("/dossiers?{query}")).await;
        list.shows(there);
        assert!(!list.text.contains(&format!(">{not_there}<")), "{query}");
    }
    page.shows("href=\"/dossiers?unit=1&amp;state=done&amp;value=vv&amp;standard=1\"");
    let dossier = browser.get(&format!("/dossiers/{}", station.name(2, 0))).await;
    dossier.shows("&lt;img src=x onerror=alert(1)&gt;").shows("12/BA").shows("Trạm 3");
    assert!(!dossier.text.contains("<img"));
    browser.get("/stations").await.shows("Trạm 3");
    assert_eq!(browser.get("/language/en").await.goes_to(), "/progress");
    browser.get("/progress").await.shows("<html lang=\"en\">").shows("20.0\u{a0}%").shows("Too few days of work");
    for path in ["/fonds/999999", "/fonds/x", "/dossiers/x", "/dossiers/01970000-0000-7000-8000-00000000000a", "/x"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.shows("There is no such thing.");
    }
}

/// What counts as accepted, by day and by what targets tell apart.
async fn accepted_days(group: &Group) -> Vec<(String, String, bool, i64, i64)> {
    sohoa_hub::database::rows(
        "SELECT accepted_on, value_class, below_standard, sum(dossiers)::bigint, sum(pages)::bigint FROM accepted_day \
         GROUP BY 1, 2, 3 HAVING sum(dossiers) <> 0 ORDER BY 1, 2, 3",
    )
    .fetch_all(&group.pool)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_target_has_a_course_and_a_forecast_of_its_own() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let today = Day::of(sohoa_hub::hub::now());
    // Sixty dossiers of one class, one accepted a day for forty days; twenty of another, of which ten, below the standard.
    let (mut valuable, mut pages) = (BTreeMap::new(), BTreeMap::new());
    for n in 1..=80_u32 {
        let (class, is_done) = if n <= 60 { ("vv", n <= 40) } else { ("khác", n <= 70) };
        let state = if is_done { DossierState::Accepted } else { DossierState::Captured };
        let mut body = dossier_body(&format!("TA-{n}"), 10 + n, state);
        let day = Day(today.0 - i64::from(if n <= 60 { n } else { n - 30 }));
        body.accepted_on = is_done.then(|| day.to_string());
        body.value_class = Some(class.to_owned());
        body.below_standard = n > 60;
        if is_done && n <= 40 {
            *valuable.entry(day).or_insert(0) += 1;
        }
        if is_done {
            *pages.entry(day).or_insert(0) += u64::from(10 + n);
        }
        let id = station.name(n, 0);
        station.write(&record(id, 1, &body).of_dossier(id));
    }
    let target = |name: &str, share_ppm, unit: &str, class: Option<&str>| Target {
        name: name.to_owned(),
        share_ppm,
        unit: unit.to_owned(),
        value_class: class.map(ToOwned::to_owned),
        deadline: Day(today.0 + 100).to_string(),
        counts_below_standard: class.is_none(),
    };
    let plan = Plan {
        name: "2026".to_owned(),
        targets: vec![
            target("Nửa số có giá trị", 500_000, "dossiers", Some("vv")),
            target("Chín phần mười số có giá trị", 900_000, "dossiers", Some("vv")),
            target("Mọi trang", 1_000_000, "pages", None),
            target("Loại khác", 400_000, "dossiers", Some("khác")),
        ],
    };
    let path = group.folder.path().join("plan.ndjson");
    std::fs::write(&path, record(RecordId(uuid::Uuid::from_u128(77)), 1, &plan).line().unwrap().bytes).unwrap();
    group.run(&["publish", "--unit", "TTLT", path.to_str().unwrap()]);
    station.send_from(1).await;

    let_in(&group, "nam", &["--role", "viewer", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let page = browser.get("/progress").await;
    let card = |number: usize| {
        let start = page.text.find(&format!("<h2 id=\"target-{number}\">")).expect("a card of its own");
        page.text[start..].split("</section>").next().expect("it ends").to_owned()
    };
    let foretold = |days: &BTreeMap<Day, u64>, share: &str, left| {
        let found = forecast(days, days.keys().next().copied(), left, today).expect("forty days of work");
        let (earliest, latest) = (found.earliest.expect("soon").short(), found.latest.expect("soon").short());
        format!("Dự báo đạt {share}\u{a0}% trong khoảng {earliest} – {latest} (khoảng tin cậy 80 %).")
    };
    assert!(card(1).contains("Đã đạt.") && !card(1).contains("class=\"band\""), "{}", card(1));
    assert!(card(2).contains(&foretold(&valuable, "90,0", 54 - 40)), "{}", card(2));
    let all: u64 = (1..=80).map(|n| 10 + n).sum();
    assert!(card(3).contains(&foretold(&pages, "100,0", all - pages.values().sum::<u64>())), "{}", card(3));
    assert!(card(4).contains("Chưa đủ ngày làm việc để dự báo."), "below the standard none is done: {}", card(4));
    for number in [2, 3] {
        let card = card(number);
        for part in
            ["class=\"band\"", "class=\"plan\"", "class=\"milestone\"", "<title id=", "<desc id=", "Để kịp cần "]
        {
            assert!(card.contains(part), "{part} is not in {card}");
        }
    }
    assert_eq!(card(2).matches("class=\"milestone\"").count(), 2, "both targets of one line");
    assert_eq!(card(3).matches("class=\"milestone\"").count(), 1);
    browser.get("/language/en").await;
    browser.get("/progress").await.shows("90.0\u{a0}% are expected ").shows("To be in time it takes ");

    // Another class, other pages, taken back, retired: the counters follow, and are what a migration makes of the dossiers.
    let moved = |n: u32, change: fn(&mut sohoa_wire::body::Dossier)| {
        let mut body = dossier_body(&format!("TA-{n}"), 10 + n, DossierState::Accepted);
        body.accepted_on = Some(Day(today.0 - i64::from(n)).to_string());
        body.value_class = Some("vv".to_owned());
        change(&mut body);
        record(station.name(n, 0), 2, &body).of_dossier(station.name(n, 0))
    };
    let changes = [
        moved(1, |body| body.value_class = None),
        moved(2, |body| (body.expected_pages, body.pages) = (None, 7)),
        moved(3, |body| body.below_standard = true),
        moved(4, |body| body.state = DossierState::Captured),
        moved(5, |body| body.retired = Some("x".to_owned())),
    ];
    let before = accepted_days(&group).await;
    changes.iter().for_each(|change| station.write(change));
    station.send_from(81).await;
    let counted = accepted_days(&group).await;
    assert_ne!(before, counted);
    let migration = include_str!("../../migrations/0032_course_of_targets.sql");
    sqlx_core::raw_sql::raw_sql(migration).execute(&group.pool).await.unwrap();
    assert_eq!(counted, accepted_days(&group).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_of_a_unit_sees_that_unit_alone() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    fill(&mut station).await;
    let other = group.station(&hub, "OTHER", 2).await;
    other.hello().await;
    let_in(&group, "binh", &["--unit", "OTHER", "--role", "supervisor"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("binh", PASSWORD).await;
    browser
        .get("/progress")
        .await
        .shows(">0</a> / <a href=\"/dossiers\">0</a> hồ sơ")
        .shows("Chưa trạm nào gửi hồ sơ.");
    let number = group.number("SELECT min(fonds_no)::bigint FROM fonds").await;
    let id = station.name(2, 0);
    for path in [format!("/fonds/{number}"), format!("/dossiers/{id}")] {
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let token = browser.get("/progress").await.token();
    let form = [("token", token.as_str()), ("rev", "1"), ("decide", "hold"), ("reason", "x")];
    assert_eq!(browser.post(&format!("/dossiers/{id}"), &form).await.status, StatusCode::NOT_FOUND);
    assert_eq!(group.number("SELECT count(*) FROM hold").await, 0);
    // Who sees all units sees each with what is of it; one unit needs no line of its own.
    let mut other = other;
    fill(&mut other).await;
    assert!(!browser.get("/progress").await.text.contains("scope=\"rowgroup\""));
    let_in(&group, "all", &["--role", "viewer"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("all", PASSWORD).await;
    let map = browser.get("/progress").await;
    assert_eq!(map.text.matches("scope=\"rowgroup\"").count(), 2, "{}", map.text);
    map.shows("<th scope=\"rowgroup\">OTHER</th>").shows("<th scope=\"rowgroup\">TTLT</th>");
}

/// The records that came down to a station.
async fn came_down(station: &Station) -> Vec<Record> {
    let reply = station.get("/v1/feed").await;
    reply.text().lines().map(|line| Record::read(line.as_bytes()).expect("a record")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_supervisor_decides_goes_down_to_the_station() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let neighbour = group.station(&hub, "TTLT", 2).await;
    fill(&mut station).await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "lan", &["--role", "viewer", "--unit", "TTLT"]);
    let (signed, captured) = (station.name(2, 0), station.name(1, 0));
    let mut viewer = Browser::new(&hub);
    viewer.sign_in("lan", PASSWORD).await;
    let page = viewer.get(&format!("/dossiers/{signed}")).await;
    assert!(!page.text.contains("textarea"));
    let form = [("token", &*page.token()), ("rev", "1"), ("decide", "accept")];
    assert_eq!(viewer.post(&format!("/dossiers/{signed}"), &form).await.status, StatusCode::FORBIDDEN);

    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let token = browser.get(&format!("/dossiers/{signed}")).await.token();
    let mut decide = async |id: RecordId, token: &str, what: &str, reason: &str| {
        let form = [("token", token), ("rev", "1"), ("decide", what), ("reason", reason)];
        browser.post(&format!("/dossiers/{id}"), &form).await.status
    };
    assert_eq!(decide(signed, "forged", "accept", "").await, StatusCode::UNAUTHORIZED);
    assert_eq!(decide(captured, &token, "accept", "").await, StatusCode::UNPROCESSABLE_ENTITY, "it is not signed");
    assert_eq!(decide(signed, &token, "reject", " ").await, StatusCode::BAD_REQUEST, "a reason is needed");
    assert_eq!(decide(signed, &token, "burn", "x").await, StatusCode::BAD_REQUEST);
    assert!(came_down(&station).await.is_empty());

    assert_eq!(decide(signed, &token, "accept", "").await, StatusCode::SEE_OTHER);
    assert_eq!(decide(signed, &token, "rescan", "Trang 3 <mờ>").await, StatusCode::SEE_OTHER);
    assert_eq!(decide(captured, &token, "hold", "Có dấu MẬT").await, StatusCode::SEE_OTHER);
    assert_eq!(decide(captured, &token, "reject", "x").await, StatusCode::UNPROCESSABLE_ENTITY, "it is held");
    let mut second = Browser::new(&hub);
    second.sign_in("nam", PASSWORD).await;
    let here = format!("/dossiers/{signed}");
    let shown = second.get(&here).await;
    assert_eq!(shown.rev(), "1");
    let token = shown.token();
    let stale = [("token", &*token), ("rev", "0"), ("decide", "reject"), ("reason", "x")];
    let stale = second.post(&here, &stale).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "another revision was shown");
    stale.shows("Hồ sơ đã thay đổi sau khi trang được mở");
    let silent = [("token", &*token), ("rev", "1"), ("decide", "reject")];
    second.post(&here, &silent).await.shows("Chưa có lý do nên quyết định chưa được ghi.");
    second.post(&here, &[("token", "x")]).await.shows("Biểu mẫu không còn thuộc phiên làm việc này");
    // What came between the look and the decision is seen by the transaction.
    let publish = async |(dossier, rev): (RecordId, i32)| {
        let mut transaction = group.pool.begin().await.unwrap();
        sohoa_hub::publish::decide(&mut transaction, "TTLT", station.id, (dossier, rev, true), b"")
            .await
            .expect_err("it changed")
    };
    assert!(matches!(publish((captured, 1)).await, PublishError::Held));
    assert!(matches!(publish((signed, 0)).await, PublishError::Changed));
    let down = came_down(&station).await;
    assert_eq!(
        down.iter().map(|record| record.kind).collect::<Vec<_>>(),
        [Kind::Decision, Kind::Rescan, Kind::Decision]
    );
    let accepted: Decision = down[0].body().unwrap();
    assert_eq!((accepted.decided, accepted.by.as_str(), accepted.of_rev), (Decided::Accepted, "nam", Some(1)));
    assert_eq!(down[0].dossier, Some(signed));
    assert_eq!(down[1].body::<Rescan>().unwrap().reason, "Trang 3 <mờ>");
    assert!(came_down(&neighbour).await.is_empty(), "it is for the dossier's station");

    let held = browser.get(&format!("/dossiers/{captured}")).await;
    held.shows("Hồ sơ đang bị giữ: ").shows("Có dấu MẬT");
    let decisions = ["accept", "reject", "rescan", "hold"].map(|word| format!("value=\"{word}\""));
    assert!(!held.text.contains("alert(1)"), "nothing else of it is shown");
    assert!(decisions.iter().all(|button| !held.text.contains(button)) && held.text.contains("value=\"withdraw\""));
    let progress = browser.get("/progress").await;
    let link = progress.text.split("href=\"/fonds/").filter_map(|rest| rest.split_once("\">TA<")).next();
    let list = browser.get(&format!("/fonds/{}", link.expect("a link").0)).await;
    let row = list.text.split("<tr>").find(|row| row.contains(&captured.to_string()));
    let row = row.unwrap_or_else(|| panic!("no row of it: {}", list.text));
    assert!(row.contains("(đang bị giữ)") && row.matches('–').count() == 2, "no state and no pages: {row}");
    station.write(&record(captured, 2, &dossier_body("TA-1", 1, DossierState::Captured)).of_dossier(captured));
    let last = station.log.len();
    assert_eq!(station.send(station.batch(last, last)).await.refused(), ProblemKind::Held);
}
