//! Pages with their pictures and texts, search, and who sees what; every look is written down.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::{FileRef, Hash, RecordId};

use crate::browser::{Browser, let_in};
use crate::group::Group;
use crate::station::{Ask, Station, dossier_body, record, record_of_page};

const PASSWORD: &str = crate::browser::PASSWORD;

fn file(bytes: &[u8], role: &str) -> FileRef {
    FileRef { sha256: Hash::of(bytes), bytes: bytes.len() as u64, role: role.to_owned() }
}

/// A JPEG of 600 × 400 pixels.
fn master() -> Vec<u8> {
    let picture = sohoa_imaging::thumbnail::Picture { width: 600, height: 400, pixels: vec![200; 600 * 400 * 3] };
    let mut out = Vec::new();
    picture.write(&mut out).expect("a JPEG");
    out
}

fn text(words: &str) -> Vec<u8> {
    let words: Vec<_> = words.split(' ').map(|word| serde_json::json!([word, 90.0, 1, 2, 3, 4, 5])).collect();
    let record = serde_json::json!({"schema": "sohoa-text/1", "width": 600, "height": 400, "blocks": [["body", [[0.0, words]]]]});
    record.to_string().into_bytes()
}

/// A dossier of one page with a picture and a text.
pub(crate) async fn one(station: &mut Station, number: u32, words: &str) -> (RecordId, RecordId) {
    let (dossier, page) = (station.name(number, 0), station.name(number, 1));
    let (master, text) = (master(), text(words));
    for bytes in [&master, &text] {
        let ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(bytes))).body(bytes.clone());
        assert!(station.send(ask).await.status.is_success());
    }
    let mut body = dossier_body(&format!("HS.{number:02}"), 1, DossierState::Captured);
    body.title = Some("Sổ hộ tịch xã Đồng Tâm".to_owned());
    let first = station.log.len() + 1;
    station.write(&record(dossier, 1, &body).of_dossier(dossier));
    let files = vec![file(&master, "master"), file(&text, "text")];
    station.write(&record_of_page(page, dossier, 1, &master).with_files(files));
    station.send_from(first).await;
    (dossier, page)
}

/// Waits until the hub has indexed what it was sent.
pub(crate) async fn indexed(group: &Group) {
    let end = Instant::now() + Duration::from_secs(60);
    while group.number("SELECT count(*) FROM text_waiting").await > 0 {
        assert!(Instant::now() < end, "texts are not indexed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_its_picture_and_text_to_who_may_read_and_every_look_is_written_down() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let (dossier, page) = one(&mut station, 1, "Giấy <b>khai</b> sinh").await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "hoa", &["--role", "reader", "--unit", "TTLT"]);
    let_in(&group, "lan", &["--role", "viewer", "--unit", "TTLT"]);
    let other = group.station(&hub, "OTHER", 2).await;
    other.hello().await;
    let_in(&group, "binh", &["--role", "supervisor", "--unit", "OTHER"]);
    let here = format!("/dossiers/{dossier}/pages/{page}");
    let image = format!("{here}/image");

    let mut reader = Browser::new(&hub);
    assert_eq!(reader.get(&here).await.goes_to(), "/sign-in");
    assert_eq!(reader.get(&image).await.goes_to(), "/sign-in");
    reader.sign_in("hoa", PASSWORD).await;
    reader.get(&format!("/dossiers/{dossier}")).await.shows(&here);
    let shown = reader.get(&here).await;
    shown.shows("Giấy &lt;b&gt;khai&lt;/b&gt; sinh").shows(&image).shows("1 / 1");
    let picture = reader.get(&image).await;
    assert_eq!((picture.status, &picture.headers["content-type"]), (StatusCode::OK, &"image/jpeg".parse().unwrap()));
    assert_eq!(picture.headers["cache-control"], "private, max-age=300");
    assert_eq!(picture.headers["vary"], "cookie", "who signs in next asks anew");
    let looks = "SELECT count(*) FROM access WHERE login = 'hoa' AND page IS NOT NULL AND what IN ('image', 'text')";
    assert_eq!(group.number(looks).await, 2);
    for path in [format!("/dossiers/{dossier}/pages/x"), format!("/dossiers/{page}/pages/{page}/image")] {
        assert_eq!(reader.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }

    for (login, dossier_is_there) in [("lan", true), ("binh", false)] {
        let mut browser = Browser::new(&hub);
        browser.sign_in(login, PASSWORD).await;
        let seen = browser.get(&format!("/dossiers/{dossier}")).await;
        assert_eq!(seen.status == StatusCode::OK, dossier_is_there, "{login}");
        assert!(!seen.text.contains(&here), "{login}");
        for path in [&here, &image] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{login} {path}");
        }
    }
    assert_eq!(group.number(looks).await, 2, "what was not shown is no look");

    // Held: not there for who may not know, refused to who may.
    let mut supervisor = Browser::new(&hub);
    supervisor.sign_in("nam", PASSWORD).await;
    let shown = supervisor.get(&format!("/dossiers/{dossier}")).await;
    shown.shows("Ai đã xem ảnh và văn bản").shows("xem ảnh");
    let form = [("token", &*shown.token()), ("rev", &*shown.rev()), ("decide", "hold"), ("reason", "Có dấu MẬT")];
    supervisor.post(&format!("/dossiers/{dossier}"), &form).await;
    for path in [&here, &image] {
        assert_eq!(supervisor.get(path).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(reader.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(reader.get(&format!("/dossiers/{dossier}")).await.status, StatusCode::NOT_FOUND);
    let fonds = group.number("SELECT min(fonds_no)::bigint FROM fonds").await;
    assert!(!reader.get(&format!("/fonds/{fonds}")).await.text.contains("HS.01"));
    assert_eq!(group.number(looks).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_is_no_picture_is_refused_and_the_hub_goes_on() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let files = station.scan(7, 1);
    for bytes in files {
        let ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(&bytes))).body(bytes);
        assert!(station.send(ask).await.status.is_success());
    }
    station.send_from(1).await;
    let_in(&group, "hoa", &["--role", "reader"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("hoa", PASSWORD).await;
    let here = format!("/dossiers/{}/pages/{}", station.name(7, 0), station.name(7, 1));
    browser.get(&here).await.shows("Trạm chưa gửi văn bản của trang này.");
    assert_eq!(browser.get(&format!("{here}/image")).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(browser.get(&here).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_fonds_and_stations_of_who_asks() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut stations = Vec::new();
    for (unit, seed) in [("TTLT", 1), ("OTHER", 2)] {
        let mut station = group.station(&hub, unit, seed).await;
        let mut body = dossier_body("HS.01", 1, DossierState::Captured);
        body.fonds = "Toà án <đặc biệt>".to_owned();
        let id = station.name(1, 0);
        station.write(&record(id, 1, &body).of_dossier(id));
        station.send_from(1).await;
        stations.push(station);
    }
    let_in(&group, "lan", &["--role", "viewer", "--unit", "TTLT"]);
    let_in(&group, "all", &["--role", "viewer"]);
    let [mut viewer, mut of_all] = [(); 2].map(|()| Browser::new(&hub));
    viewer.sign_in("lan", PASSWORD).await;
    of_all.sign_in("all", PASSWORD).await;
    let found = viewer.get("/search?q=dac+biet").await;
    found.shows("href=\"/fonds/1\">Toà án &lt;<mark>đặc</mark> <mark>biệt</mark>&gt;</a>");
    assert!(!found.text.contains("/fonds/2"), "another unit's");
    viewer.get("/fonds/1").await.shows("HS.01");
    of_all.get("/search?q=dac+biet").await.shows("href=\"/fonds/1\"").shows("href=\"/fonds/2\"");
    let found = viewer.get("/search?q=tram+3").await;
    found.shows("href=\"/dossiers?station=1\"><mark>Trạm</mark> <mark>3</mark></a>");
    assert!(!found.text.contains("station=2"), "another unit's");
    let by_name = format!("/search?q={}", stations[1].id);
    of_all.get(&by_name).await.shows("href=\"/dossiers?station=2\"");
    viewer.get(&by_name).await.shows("Không tìm thấy gì.");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_folded_words_and_shows_nobody_more_than_they_may_see() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let (first, page) = one(&mut station, 1, "Uỷ ban hành chính đăng ký KHAI SINH năm 1957").await;
    let (second, _) = one(&mut station, 2, "bản án sơ thẩm số 12/HS-ST đăng báo, có ký tên").await;
    indexed(&group).await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "lan", &["--role", "viewer", "--unit", "TTLT"]);
    let other = group.station(&hub, "OTHER", 2).await;
    other.hello().await;
    let_in(&group, "binh", &["--role", "supervisor", "--unit", "OTHER"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let find = |text: &str| {
        format!("/search?{}", form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish())
    };
    let found = browser.get(&find("dang ky")).await;
    found.shows("<mark>đăng</mark> <mark>ký</mark> KHAI").shows(&format!("/dossiers/{first}/pages/{page}"));
    found.shows(&format!("/dossiers/{second}/pages/"));
    let phrase = browser.get(&find("\"đăng ký\" khai")).await;
    assert!(phrase.text.contains(&format!("/dossiers/{first}/pages/")) && !phrase.text.contains(&second.to_string()));
    for (question, hit) in [("hs.02", &second), ("12/HS-ST", &second), ("ho tich dong tam", &first)] {
        browser.get(&find(question)).await.shows(&format!("/dossiers/{hit}"));
    }
    for nothing in ["xyzzy", "'; DROP TABLE page; --", "\"ký đăng\""] {
        browser.get(&find(nothing)).await.shows("Không tìm thấy gì.");
    }
    browser.get(&find("<script>")).await.shows("value=\"&lt;script&gt;\"");
    assert_eq!(group.number("SELECT count(*) FROM access WHERE what = 'search' AND detail = 'dang ky'").await, 1);
    // Twice by "dang ky", and once by each of the two other questions that showed a snippet.
    assert_eq!(group.number("SELECT count(*) FROM access WHERE what = 'text' AND login = 'nam'").await, 4);
    assert_eq!(browser.get("/search?q=khai%00").await.status, StatusCode::OK);
    assert_eq!(browser.get("/dossiers?after=%00&value=%00&finding=a%00").await.status, StatusCode::OK);

    let mut viewer = Browser::new(&hub);
    viewer.sign_in("lan", PASSWORD).await;
    viewer.get(&find("khai sinh")).await.shows("Không tìm thấy gì.");
    viewer.get(&find("HS.01")).await.shows(&format!("/dossiers/{first}"));
    let mut stranger = Browser::new(&hub);
    stranger.sign_in("binh", PASSWORD).await;
    stranger.get(&find("khai sinh")).await.shows("Không tìm thấy gì.");

    let form_page = browser.get(&format!("/dossiers/{first}")).await;
    let form =
        [("token", &*form_page.token()), ("rev", &*form_page.rev()), ("decide", "hold"), ("reason", "Có dấu MẬT")];
    browser.post(&format!("/dossiers/{first}"), &form).await;
    browser.get(&find("HS.01")).await.shows("Không tìm thấy gì.").shows("1 hồ sơ đang bị giữ có mã cũng khớp");
    for inside in ["khai sinh", "ho tich dong tam"] {
        let held = browser.get(&find(inside)).await;
        assert!(!held.text.contains("đang bị giữ"), "what stands in a held dossier cannot be guessed: {inside}");
    }
    assert!(!viewer.get(&find("HS.01")).await.text.contains(&first.to_string()));

    // A page that was read again is found by its new text alone.
    let second_page = station.name(2, 1);
    let (again, master) = (text("quyết định thi hành"), master());
    let ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(&again))).body(again.clone());
    assert!(station.send(ask).await.status.is_success());
    let mut changed = record_of_page(second_page, second, 1, &master);
    changed.rev = 2;
    let place = station.log.len() + 1;
    station.write(&changed.with_files(vec![file(&master, "master"), file(&again, "text")]));
    station.send_from(place).await;
    indexed(&group).await;
    browser.get(&find("thi hanh")).await.shows(&format!("/dossiers/{second}/pages/{second_page}"));
    browser.get(&find("so tham")).await.shows("Không tìm thấy gì.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_costs_no_text_its_tries() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let words = text("khai sinh");
    let ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(&words))).body(words.clone());
    assert!(station.send(ask).await.status.is_success());
    let folder = group.objects("f")[0].parent().expect("it is in a folder").to_owned();
    let away = group.folder.path().join("away");
    std::fs::rename(&folder, &away).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    // The master may lie in the same folder, so none is sent.
    let (dossier, page) = (station.name(1, 0), station.name(1, 1));
    station.write(&record(dossier, 1, &dossier_body("HS.01", 1, DossierState::Captured)).of_dossier(dossier));
    station.write(&record_of_page(page, dossier, 1, b"x").with_files(vec![file(&words, "text")]));
    station.send_from(1).await;
    let end = Instant::now() + Duration::from_secs(30);
    while !hub.log().contains("texts could not be indexed") {
        assert!(Instant::now() < end, "{}", hub.log());
        group.number("SELECT count(*) FROM text_waiting").await;
    }
    assert_eq!(group.number("SELECT max(tries)::bigint FROM text_waiting").await, 0);
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&away, &folder).unwrap();
    indexed(&group).await;
    assert_eq!(group.number("SELECT count(*) FROM page_text").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_stopped_says_what_to_do() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let_in(&group, "hoa", &["--role", "reader"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("hoa", PASSWORD).await;
    let mut locked = group.pool.begin().await.unwrap();
    sohoa_hub::database::sql("LOCK TABLE page_text IN ACCESS EXCLUSIVE MODE").execute(&mut *locked).await.unwrap();
    // As the limit of its time stops it.
    let stop = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
         AND query LIKE '%page_text%'";
    let (stopped, ()) = tokio::join!(browser.get("/search?q=khai"), async { while group.number(stop).await == 0 {} });
    assert_eq!(stopped.status, StatusCode::SERVICE_UNAVAILABLE);
    stopped.shows("Hãy tìm hẹp hơn.");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_have_turns_as_searches_have_and_what_has_none_goes_on() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 0).await;
    let_in(&group, "hoa", &["--role", "reader"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("hoa", PASSWORD).await;
    let mut locked = group.pool.begin().await.unwrap();
    sohoa_hub::database::sql("LOCK TABLE hold IN ACCESS EXCLUSIVE MODE").execute(&mut *locked).await.unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
         AND query LIKE '%FROM dossier d JOIN%'";
    let cookies = &browser.cookies;
    let lists = (0..8).map(|_| async {
        let mut browser = Browser::new(&hub);
        browser.cookies = cookies.clone();
        browser.get("/dossiers").await.status
    });
    let look = async {
        while group.number(waiting).await < 4 {}
        // Whoever has no turn holds no connection: stations are answered.
        station.hello().await;
        let most = group.number(waiting).await;
        locked.rollback().await.unwrap();
        most
    };
    let (seen, most) = tokio::join!(futures_util::future::join_all(lists), look);
    assert_eq!((seen, most), (vec![StatusCode::OK; 8], 4));
}
