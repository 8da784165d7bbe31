//! Requests that mean harm or are broken: each is refused with its reason, logged, and nothing of it is stored.

use std::collections::BTreeSet;

use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sohoa_model::Timestamp;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::head::Claim;
use sohoa_wire::moment::Moment;
use sohoa_wire::nonce::NonceSecret;
use sohoa_wire::{
    Chain, Hash, KeyId, Kind, LogLine, ProblemKind, Record, RecordId, SecretKey, StationId, codec, json as canon,
    limits,
};

use crate::browser::{Browser, PASSWORD, let_in};
use crate::group::{Group, Process};
use crate::log::check;
use crate::station::{Ask, Station, client, dossier_body, record, send_fields, send_once, signed_fields};

async fn untouched(group: &Group) {
    for table in [
        "SELECT count(*) FROM batch",
        "SELECT count(*) FROM dossier",
        "SELECT count(*) FROM page",
        "SELECT count(*) FROM item",
        "SELECT count(*) FROM progress",
        "SELECT count(*) FROM fonds",
        "SELECT count(*) FROM file",
        "SELECT sum(seq)::bigint FROM station",
    ] {
        assert_eq!(group.number(table).await, 0, "{table}");
    }
    assert_eq!(group.objects("b").len(), 0, "no body is stored");
}

async fn nonce(hub: &Process) -> String {
    let reply = client().get(format!("{}/v1/station", hub.base)).send().await.expect("an answer");
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    reply.headers()["sohoa-nonce"].to_str().expect("ASCII").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_not_signed_right_are_refused() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.scan(1, 0);
    let ask = station.batch(1, 1);
    let client = client();
    let fresh = nonce(&hub).await;
    let stranger = SecretKey::from_bytes(&[9; 32]);
    let nobody = KeyId::Station(StationId(uuid::Uuid::from_u128(5)), 1);
    let send = async |key: &SecretKey, key_id, nonce: &str| {
        send_once(&client, &hub.base, &ask, key, key_id, nonce).await.refused()
    };
    assert_eq!(send(&stranger, station.key_id, &fresh).await, ProblemKind::BadSignature);
    assert_eq!(send(&station.key, nobody, &fresh).await, ProblemKind::UnknownKey);
    assert_eq!(send(&station.key, KeyId::Station(station.id, 2), &fresh).await, ProblemKind::UnknownKey);
    assert_eq!(send(&station.key, KeyId::New, &fresh).await, ProblemKind::UnknownKey);
    assert_eq!(send(&station.key, station.key_id, "").await, ProblemKind::UseNonce);
    let forged = NonceSecret::new([0; 32]).issue(sohoa_hub::hub::now(), [0; 16]);
    assert_eq!(send(&station.key, station.key_id, &forged).await, ProblemKind::UseNonce);
    let secret: Vec<u8> =
        sohoa_hub::database::value("SELECT nonce_secret FROM hub").fetch_one(&group.pool).await.unwrap();
    let secret = NonceSecret::new(secret.try_into().unwrap());
    let now = sohoa_hub::hub::now();
    for offset in [-limits::NONCE_MS - 60_000, limits::NONCE_MS + 60_000] {
        let stale = secret.issue(Timestamp(now.0 + offset), [0; 16]);
        assert_eq!(send(&station.key, station.key_id, &stale).await, ProblemKind::UseNonce);
    }

    // Each part of what is signed, changed after signing.
    let signed = signed_fields(&ask, &station.key, station.key_id, &fresh);
    let altered = |name: &'static str, value: &str| {
        let mut fields = signed.clone();
        fields.insert(name, HeaderValue::from_str(value).unwrap());
        fields
    };
    let other_batch = station.raw_batch(claim(&station, 1), b"x".to_vec());
    let (_, other_header) = &other_batch.fields[2];
    for (name, value) in [
        ("content-type", "text/plain"),
        ("sohoa-batch", other_header.replace("epoch=1", "epoch=2").as_str()),
        ("content-digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
    ] {
        let reply = send_fields(&client, &hub.base, &ask, altered(name, value)).await;
        assert_eq!(reply.refused(), ProblemKind::BadSignature, "{name}");
    }
    let mut twice = signed.clone();
    twice.append("content-digest", HeaderValue::from_static("sha-256=:AAAA:"));
    assert_eq!(send_fields(&client, &hub.base, &ask, twice).await.refused(), ProblemKind::Malformed);
    let elsewhere = Ask { path: "/v1/batches?x=1".to_owned(), ..ask.clone() };
    assert_eq!(send_fields(&client, &hub.base, &elsewhere, signed.clone()).await.refused(), ProblemKind::BadSignature);
    let other_body = Ask { body: b"other".to_vec(), ..ask.clone() };
    assert_eq!(
        send_fields(&client, &hub.base, &other_body, signed.clone()).await.refused(),
        ProblemKind::DigestMismatch
    );
    for field in ["signature", "signature-input"] {
        let reply = send_fields(&client, &hub.base, &ask, altered(field, "sohoa=\"broken")).await;
        assert_eq!(reply.refused(), ProblemKind::Malformed, "{field}");
    }
    let revoke = "UPDATE station SET revoked = true";
    sohoa_hub::database::sql(revoke).execute(&group.pool).await.unwrap();
    assert_eq!(send(&station.key, station.key_id, &fresh).await, ProblemKind::Revoked);
    sohoa_hub::database::sql("UPDATE station SET revoked = false").execute(&group.pool).await.unwrap();
    untouched(&group).await;

    // The same signed request again within the window of its nonce: the reply is the same, and nothing moves twice.
    let first = send_fields(&client, &hub.base, &ask, signed.clone()).await;
    let replayed = send_fields(&client, &hub.base, &ask, signed).await;
    assert_eq!(first.text(), replayed.text());
    station.acknowledged(&replayed);
    check(&group, &station).await;
    let log = hub.log();
    for code in ["bad-signature", "unknown-key", "use-nonce", "revoked", "digest-mismatch"] {
        assert!(log.contains(&format!("\"code\":\"{code}\"")), "{code} is in the log");
    }
    assert!(!log.contains("panicked"), "{log}");
}

fn claim(station: &Station, count: u64) -> Claim {
    Claim { epoch: 1, first: 1, count, prev: Chain::start(station.id), chain: Chain::start(station.id) }
}

fn claim_of(station: &Station, lines: &[Vec<u8>]) -> Claim {
    let prev = Chain::start(station.id);
    let chain = prev.then_all(lines.iter().map(|line| Hash::of(line)));
    Claim { count: lines.len() as u64, chain, ..claim(station, 1) }
}

/// Sends lines that are whatever they are, under a header that is right for them.
async fn send_lines(station: &Station, lines: &[Vec<u8>]) -> crate::station::Reply {
    let body = codec::encode(lines.iter().map(Vec::as_slice)).expect("it fits");
    station.send(station.raw_batch(claim_of(station, lines), body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_mean_harm_are_refused() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let packed = |raw: &[u8]| codec::encode([raw]).expect("it fits");
    let bomb = std::fs::read(bomb_file(&group)).expect("the bomb");
    let raw = |body: Vec<u8>| station.send(station.raw_batch(claim(&station, 1), body));
    assert_eq!(raw(bomb).await.refused(), ProblemKind::TooLarge);
    assert_eq!(raw(vec![0; limits::BATCH_COMPRESSED_BYTES + 1]).await.refused(), ProblemKind::TooLarge);
    assert_eq!(raw(b"not zstd".to_vec()).await.refused(), ProblemKind::Malformed);
    let whole = packed(b"{}");
    assert_eq!(raw(whole[..whole.len() - 1].to_vec()).await.refused(), ProblemKind::Malformed);
    assert_eq!(raw(Vec::new()).await.refused(), ProblemKind::Malformed);

    let lines = |line: Vec<u8>| send_lines_owned(&station, vec![line]);
    for line in [
        "[".repeat(60_000).into_bytes(),
        format!("{}1{}", "{\"a\":".repeat(60), "}".repeat(60)).into_bytes(),
        "[".repeat(100_000).into_bytes(),
        b"{\"kind\":\"page\",\"kind\":\"page\"}".to_vec(),
        b"{\"a\":1.5}".to_vec(),
        b"\0".to_vec(),
        b"".to_vec(),
        b"\xff\xfe".to_vec(),
        vec![b'x'; limits::LINE_BYTES + 1],
    ] {
        let shown = String::from_utf8_lossy(&line[..line.len().min(30)]).into_owned();
        assert_eq!(lines(line).await.refused(), ProblemKind::RecordInvalid, "{shown}");
    }
    for schema in ["page/2.0", "poem/1.0"] {
        let newer = example(Kind::Page).replace("page/1.1", schema);
        assert_eq!(lines(newer.into_bytes()).await.refused(), ProblemKind::SchemaTooNew, "{schema}");
    }
    let many = vec![LogLine::withheld(Hash::of(b"x")).line().bytes.clone(); 3];
    let fewer = Claim { count: 2, ..claim_of(&station, &many) };
    let body = codec::encode(many.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(station.send(station.raw_batch(fewer, body)).await.refused(), ProblemKind::ChainMismatch);
    let wrong = station.send(station.raw_batch(claim(&station, 1), packed(example(Kind::Event).as_bytes()))).await;
    assert_eq!(wrong.refused(), ProblemKind::ChainMismatch);

    let signed_by_other = {
        let other = SecretKey::from_bytes(&[9; 32]);
        let header = sohoa_wire::BatchHeader::sign(station.id, claim(&station, 1), &other);
        let mut ask = station.raw_batch(claim(&station, 1), packed(b"{}"));
        ask.fields[2].1 = header.to_string();
        ask
    };
    assert_eq!(station.send(signed_by_other).await.refused(), ProblemKind::BadSignature);
    let of_other = {
        let other = StationId(uuid::Uuid::from_u128(5));
        let header = sohoa_wire::BatchHeader::sign(other, claim(&station, 1), &station.key);
        let mut ask = station.raw_batch(claim(&station, 1), packed(b"{}"));
        ask.fields[2].1 = header.to_string();
        ask
    };
    assert_eq!(station.send(of_other).await.refused(), ProblemKind::NotOwner);
    let mut plain = station.raw_batch(claim(&station, 1), packed(b"{}"));
    plain.fields.remove(1);
    assert_eq!(station.send(plain).await.refused(), ProblemKind::UnsupportedMedia);
    untouched(&group).await;
    assert!(!hub.log().contains("panicked"), "{}", hub.log());
}

async fn send_lines_owned(station: &Station, lines: Vec<Vec<u8>>) -> crate::station::Reply {
    send_lines(station, &lines).await
}

/// A gibibyte of nothing, packed by the command line's zstd format through the shared code's own crate: a frame of many
/// blocks of one repeated byte (RFC 8878, 3.1.1.2.2: RLE blocks of at most 128 KiB).
fn bomb_file(group: &Group) -> std::path::PathBuf {
    // Magic; descriptor: no size, no checksum, window follows; window of 8 MiB (exponent 13).
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3];
    let blocks = 8192_u32;
    for block in 0..blocks {
        let header = u32::from(block == blocks - 1) | 1 << 1 | (128 * 1024) << 3;
        frame.extend(&header.to_le_bytes()[..3]);
        frame.push(b'x');
    }
    let path = group.folder.path().join("bomb.zst");
    std::fs::write(&path, frame).expect("room");
    path
}

fn example(kind: Kind) -> String {
    let path = format!("{}/../../core/wire/schema/{kind}.1.ndjson", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("examples").lines().last().expect("a line").to_owned()
}

/// Sets every text in a value, one after the other; where it was set comes with it.
fn with_each_text(value: &Value, text: &str) -> Vec<(String, Value)> {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(at.to_owned()),
            Value::Object(map) => map.iter().for_each(|(key, field)| places(field, &format!("{at}/{key}"), found)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(n, item)| places(item, &format!("{at}/{n}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    places(value, "", &mut found);
    let set = |place: &String| {
        let mut changed = value.clone();
        *changed.pointer_mut(place).expect("it was found there") = json!(text);
        (place.clone(), changed)
    };
    found.iter().map(set).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_data_in_every_field() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let dossier: RecordId = "01970000-0000-7000-8000-00000000000a".parse().unwrap();
    let line = example(Kind::Dossier);
    station.write(&Record::read(line.as_bytes()).unwrap());
    station.send_from(1).await;
    let hostile = [
        "'; DROP TABLE station; --",
        "\\'; DELETE FROM batch; --",
        "$1",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "../../../../etc/passwd",
        "%2e%2e%2f",
        "\u{202e}gnp.exe",
        "\r\nSet-Cookie: a=b",
        "{\"a\":1}",
        "\\u0000",
    ];
    let (mut taken, mut refused, mut rev) = (0, 0, 10);
    for kind in [
        Kind::Dossier,
        Kind::Document,
        Kind::Page,
        Kind::Rendition,
        Kind::Finding,
        Kind::Event,
        Kind::Receipt,
        Kind::Station,
    ] {
        let mut value: Value = serde_json::from_str(&example(kind)).unwrap();
        value.as_object_mut().unwrap().remove("files");
        if kind == Kind::Station {
            value["id"] = json!(station.id);
        }
        for text in hostile {
            for (_, mut changed) in with_each_text(&value, text) {
                rev += 1;
                if changed["rev"].is_number() {
                    changed["rev"] = json!(rev);
                }
                let canonical = canon::canonical(&changed).unwrap().into_bytes();
                station.log.push(sohoa_wire::Line { hash: Hash::of(&canonical), bytes: canonical });
                let last = station.log.len();
                let reply = station.send(station.batch(last, last)).await;
                if reply.status == StatusCode::OK {
                    taken += 1;
                } else {
                    station.log.pop();
                    let kind = reply.refused();
                    let expected = [ProblemKind::RecordInvalid, ProblemKind::SchemaTooNew];
                    assert!(expected.contains(&kind), "{kind:?}: {changed}");
                    refused += 1;
                }
            }
        }
    }
    assert!(taken > 200 && refused > 200, "{taken} taken, {refused} refused");
    check(&group, &station).await;
    let kept: i64 =
        sohoa_hub::database::value("SELECT count(*) FROM item WHERE body->>'detail' = $1 OR body->>'retired' = $1")
            .bind(hostile[hostile.len() - 1])
            .fetch_one(&group.pool)
            .await
            .unwrap();
    assert!(kept > 0, "the last of them is kept as it was written");
    assert!(group.number("SELECT count(*) FROM dossier").await > 0);
    assert_eq!(station.get(&format!("/v1/files/{dossier}")).await.refused(), ProblemKind::Malformed);
    assert!(!hub.log().contains("panicked") && !hub.log().contains("\"level\":\"ERROR\""), "{}", hub.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_none_or_thousands_of_years_away_is_refused_and_drawn_nowhere() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let id = station.name(1, 0);
    let mut body = dossier_body("TA-1", 1, DossierState::Accepted);
    for day in ["-262143-01-01", "1969-12-31", "2137-01-01", "+262142-12-31", "2026-02-30", "2026-1-02", "soon", ""] {
        body.accepted_on = Some(day.to_owned());
        station.write(&record(id, 1, &body).of_dossier(id));
        assert_eq!(station.send(station.batch(1, 1)).await.refused(), ProblemKind::RecordInvalid, "{day}");
        station.log.clear();
    }
    assert_eq!(group.number("SELECT count(*) FROM dossier").await, 0);
    body.accepted_on = Some("2026-11-22".to_owned());
    station.write(&record(id, 1, &body).of_dossier(id));
    station.send_from(1).await;
    // As an older hub took them.
    let older = "INSERT INTO accepted_day SELECT unit_no, day, value_class, below_standard, slot, 1, 1 FROM accepted_day, \
         unnest(ARRAY['-262143-01-01', '262142-12-31', 'soon']) AS older(day)";
    sohoa_hub::database::sql(older).execute(&group.pool).await.unwrap();
    let_in(&group, "nam", &["--role", "viewer"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    for path in ["/progress", "/report", "/export/progress.csv"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            ["-262143", "/262142", "262142-"].iter().all(|year| !page.text.contains(year)),
            "{path}: {}",
            page.text
        );
    }
    browser.get("/progress").await.shows("22/11/2026");
}

/// A text that is a script, or that leaves an attribute for a tag of its own, if it is not escaped; each names its place.
fn scripts(place: &str) -> [String; 2] {
    [format!("<script>alert('{place}')</script>"), format!("\"><img src=x onerror=alert('{place}')>")]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_any_field_is_shown_escaped_alone() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let [unit, _] = scripts("unit");
    let [_, name] = scripts("station name");
    let [login, _] = scripts("login");
    let invitation = group.run(&["enrol", "--unit", "TTLT", "--unit-name", &unit, "--name", &name]);
    let mut station = Station::enrol(&hub.base, &invitation.trim().parse().expect("an invitation"), 1).await;
    let_in(&group, &login, &["--role", "supervisor", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in(&login, PASSWORD).await;
    let example = |kind| {
        let mut value: Value = serde_json::from_str(&example(kind)).unwrap();
        value.as_object_mut().unwrap().remove("files");
        // A dossier that is retired is shown nowhere, and work is shown for four weeks.
        value["body"].as_object_mut().unwrap().remove("retired");
        value["at"] = json!(Moment(sohoa_hub::hub::now()));
        value
    };
    let whole = example(Kind::Dossier);
    station.write(&Record::read(canon::canonical(&whole).unwrap().as_bytes()).unwrap());
    station.send_from(1).await;
    let dossier = format!("/dossiers/{}", whole["id"].as_str().unwrap());
    let mut paths = vec![format!("{dossier}/pages/{}", example(Kind::Page)["id"].as_str().unwrap()), dossier];
    let named = ["progress", "stations", "people", "quality", "exceptions", "indicators", "report", "dossiers"];
    paths.extend(named.map(|path| format!("/{path}")));
    paths.extend(["/fonds/1", "/fonds/2", "/fonds/3", "/search?q=script", "/search?q=img"].map(ToOwned::to_owned));
    let mut shown = BTreeSet::new();
    let mut look = async |browser: &mut Browser, paths: &[String], places: &[String]| {
        for path in paths {
            let page = browser.get(path).await.text;
            // What begins a tag is looked for, not the whole: hits of a search are marked inside of it.
            for raw in ["<script", "<img src=x", "\"><img"] {
                assert!(!page.contains(raw), "{raw} after {places:?} at {path}: {page}");
            }
            let page = page.replace("<mark>", "").replace("</mark>", "");
            let escaped = |place: &&String| {
                let both =
                    scripts(place).map(|text| text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"));
                both.iter().any(|text| page.contains(text))
            };
            shown.extend(places.iter().filter(escaped).cloned());
        }
    };
    look(&mut browser, &paths, &["unit", "station name", "login"].map(ToOwned::to_owned)).await;
    let mut rev = 10;
    for kind in [
        Kind::Dossier,
        Kind::Document,
        Kind::Page,
        Kind::Rendition,
        Kind::Finding,
        Kind::Event,
        Kind::Receipt,
        Kind::Station,
    ] {
        let mut value = example(kind);
        if kind == Kind::Station {
            value["id"] = json!(station.id);
        }
        let places = with_each_text(&value, "").into_iter().map(|(place, _)| place);
        for (place, text) in
            places.flat_map(|place| scripts(&format!("{kind}{place}")).map(|text| (place.clone(), text)))
        {
            let mut changed = value.clone();
            *changed.pointer_mut(&place).unwrap() = json!(text);
            rev += 1;
            if changed["rev"].is_number() {
                changed["rev"] = json!(rev);
            }
            let canonical = canon::canonical(&changed).unwrap().into_bytes();
            station.log.push(sohoa_wire::Line { hash: Hash::of(&canonical), bytes: canonical });
            let last = station.log.len();
            if station.send(station.batch(last, last)).await.status == StatusCode::OK {
                look(&mut browser, &paths, &[format!("{kind}{place}")]).await;
            } else {
                station.log.pop();
            }
        }
    }
    // What comes in an address is shown as well.
    for name in ["value", "finding", "agent", "week", "event", "only", "state", "after", "q", "day"] {
        let asked =
            scripts(name).map(|text| form_urlencoded::Serializer::new(String::new()).append_pair(name, &text).finish());
        let paths = asked.map(|asked| match name {
            "q" => format!("/search?{asked}"),
            "day" => format!("/report?{asked}"),
            _ => format!("/dossiers?{asked}"),
        });
        look(&mut browser, &paths, &[name.to_owned()]).await;
    }
    let expected = [
        "agent",
        "document/body/date",
        "document/body/issuer",
        "document/body/number",
        "document/body/title",
        "dossier/body/code",
        "dossier/body/fonds",
        "dossier/body/title",
        "event",
        "event/body/agent",
        "finding",
        "finding/body/code",
        "finding/body/detail",
        "login",
        "q",
        "station name",
        "unit",
        "value",
        "week",
    ];
    assert_eq!(shown.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_not_paths() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    for path in [
        "/v1/files/..%2f..%2fhub.key",
        "/v1/files/%2e%2e%2fx",
        "/v1/files/'%3B%20DROP%20TABLE%20file",
        "/v1/files/xyz",
        "/v1/files/ABCDEF",
        "/v1/log?after=1%3B",
        "/v1/feed?after=1&after=2",
    ] {
        let reply = station.get(path).await;
        assert_eq!(reply.refused(), ProblemKind::Malformed, "{path}");
    }
    for (method, path, kind) in [
        (Method::GET, "/etc/passwd", ProblemKind::NotFound),
        (Method::GET, "/v2/station", ProblemKind::NotFound),
        (Method::DELETE, "/v1/station", ProblemKind::MethodNotAllowed),
        (Method::POST, "/v1/log", ProblemKind::MethodNotAllowed),
        (Method::PUT, "/v1/files/x/parts/9", ProblemKind::Malformed),
    ] {
        assert_eq!(station.send(Ask::new(method.clone(), path)).await.refused(), kind, "{method} {path}");
    }
    // A body where none belongs, and a question of too many files.
    let full = Ask::new(Method::GET, "/v1/station").body(b"x".as_slice());
    assert_eq!(station.send(full).await.refused(), ProblemKind::TooLarge);
    let file = json!({"bytes": 1, "sha256": Hash::of(b"")});
    let query = json!({"files": vec![file; limits::QUERY_FILES + 1]});
    let query =
        Ask::new(Method::POST, "/v1/files/query").field("content-type", "application/json").body(query.to_string());
    assert_eq!(station.send(query).await.refused(), ProblemKind::TooLarge);
}
