//! The access log and the log of requests: what was refused, what was done by command, and which station asked.

use std::process::Stdio;

use reqwest::StatusCode;

use crate::browser::{Browser, PASSWORD, let_in};
use crate::group::Group;

/// The details of what somebody did, in its order.
async fn rows(group: &Group, login: &str, what: &str) -> Vec<(String, Option<uuid::Uuid>, Option<uuid::Uuid>)> {
    sohoa_hub::database::rows(
        "SELECT coalesce(detail, ''), dossier, page FROM access WHERE login = $1 AND what = $2 ORDER BY access_no",
    )
    .bind(login)
    .bind(what)
    .fetch_all(&group.pool)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_not_see_or_do_is_written_down() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    for file in station.scan(1, 1) {
        assert_eq!(station.put(&file).await.status, StatusCode::CREATED);
    }
    station.send_from(1).await;
    group.invitation("OTHER");
    let_in(&group, "hoa", &["--role", "viewer", "--unit", "TTLT"]);
    let_in(&group, "binh", &["--role", "supervisor", "--unit", "OTHER"]);
    let (dossier, page) = (station.name(1, 0), station.name(1, 1));
    let here = format!("/dossiers/{dossier}");
    let leaf = format!("{here}/pages/{page}");
    let [mut viewer, mut stranger] = [(); 2].map(|()| Browser::new(&hub));
    viewer.sign_in("hoa", PASSWORD).await;
    stranger.sign_in("binh", PASSWORD).await;
    for path in [&here, &leaf, "/fonds/1", "/people"] {
        assert_eq!(stranger.get(path).await.status == StatusCode::OK, path == "/people", "{path}");
    }
    let form = [("token", &*viewer.get(&here).await.token()), ("rev", "1"), ("decide", "accept")];
    assert_eq!(viewer.post(&here, &form).await.status, StatusCode::FORBIDDEN);
    for path in [&leaf, "/people", "/export/people.csv"] {
        assert_ne!(viewer.get(path).await.status, StatusCode::OK, "{path}");
    }
    let (own, other) = (Some(dossier.0), Some(page.0));
    let seen = rows(&group, "binh", "denied").await;
    let wanted = [
        (format!("GET {here}: not-found"), own, None),
        (format!("GET {leaf}: not-found"), own, other),
        ("GET /fonds/1: not-found".to_owned(), None, None),
    ];
    assert_eq!(seen, wanted);
    let seen = rows(&group, "hoa", "denied").await;
    let wanted = [
        (format!("POST {here}: not-owner"), own, None),
        (format!("GET {leaf}: not-found"), own, other),
        ("GET /people: not-found".to_owned(), None, None),
        ("GET /export/people.csv: not-found".to_owned(), None, None),
    ];
    assert_eq!(seen, wanted);
    // A stranger's token is nobody's look.
    viewer.cookies = vec![("__Host-sohoa".to_owned(), "x".to_owned())];
    assert_eq!(viewer.get(&here).await.goes_to(), "/sign-in");
    assert_eq!(group.number("SELECT count(*) FROM access WHERE what = 'denied'").await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_for_handed_in_and_refused_is_written_down() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 0).await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let_in(&group, "hoa", &["--role", "viewer", "--unit", "TTLT"]);
    let [mut browser, mut viewer] = [(); 2].map(|()| Browser::new(&hub));
    browser.sign_in("nam", PASSWORD).await;
    viewer.sign_in("hoa", PASSWORD).await;
    let details =
        async |login, what| rows(&group, login, what).await.into_iter().map(|(detail, ..)| detail).collect::<Vec<_>>();

    // Lists with what they are narrowed to, in one form however it was typed; what is refused was not looked at.
    for path in ["/fonds/1", "/dossiers?x=y&agent=Lan&week=2026-W48", "/dossiers?value=vv&after=TA-0", "/people"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/people", "/fonds/9", "/dossiers?unit=9"] {
        assert_eq!(viewer.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    browser.get("/export/dossiers.csv?only=rescan&x=y").await;
    let looked = details("nam", "list").await;
    let wanted =
        ["/dossiers?fonds=1", "/dossiers?agent=Lan&week=2026-W48", "/dossiers?value=vv, after TA-0", "/people"];
    assert_eq!(looked, wanted);
    assert_eq!(details("nam", "export").await, ["dossiers.csv?only=rescan"]);
    assert!(details("hoa", "list").await.is_empty());
    assert_eq!(details("hoa", "denied").await.len(), 3);

    // Decisions that are refused, for whatever reason that is the asker's.
    let here = format!("/dossiers/{}", station.name(1, 0));
    let token = browser.get(&here).await.token();
    for (rev, what, reason) in [("0", "reject", "x"), ("1", "accept", ""), ("1", "reject", " ")] {
        let form = [("token", token.as_str()), ("rev", rev), ("decide", what), ("reason", reason)];
        assert!(browser.post(&here, &form).await.status.is_client_error(), "{what}");
    }
    let heads = "unit,name,as_of,part,whole,target_percent\n";
    for (rows, status) in [("TTLT,a,2026-11-20,1,2,3\n", 303), ("OTHER,a,2026-11-20,1,2,3\n", 422)] {
        let form = [("token", token.as_str()), ("csv", &format!("{heads}{rows}"))];
        assert_eq!(browser.post("/indicators", &form).await.status, status, "{rows}");
    }
    let refused = details("nam", "denied").await;
    let wanted = [
        format!("POST {here}: rev-conflict"),
        format!("POST {here}: record-invalid"),
        format!("POST {here}: malformed"),
        "POST /indicators: line 2: there is no unit OTHER".to_owned(),
    ];
    assert_eq!(refused, wanted);
    assert_eq!(details("nam", "figures").await, ["rows: 1"]);
    assert!(details("nam", "decision").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_by_command_is_written_down_and_whether_it_was_done() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let station = group.station(&hub, "TTLT", 1).await;
    let_in(&group, "nam", &["--role", "supervisor"]);
    group.run(&["quota", "TTLT", "5000000"]);
    group.run(&["person", "nam", "--disable"]);
    let out = group.folder.path().join("report.html");
    group.run(&["report", "--day", "2026-11-20", "--out", out.to_str().unwrap()]);
    group.run(&["revoke", &station.id.to_string()]);
    let folder = group.folder.path().join("disk");
    std::fs::create_dir(&folder).unwrap();
    for wrong in
        [["receive", folder.to_str().unwrap()], ["quota", "NONE"], ["revoke", "01970000-0000-7000-8000-00000000000a"]]
    {
        assert!(!group.command(&wrong).stderr(Stdio::null()).status().unwrap().success());
    }
    assert!(group.command(&["doctor"]).stdout(Stdio::null()).status().is_ok());
    let seen: Vec<String> = rows(&group, "sohoa-hub", "command").await.into_iter().map(|row| row.0).collect();
    let commands = [
        "migrate",
        "enrol --unit TTLT --name Trạm 3",
        "person nam --name Vũ Đình Nam --role supervisor",
        "quota TTLT 5000000",
        "person nam --disable",
        "report --day 2026-11-20 --out",
        "revoke ",
        "receive ",
        &format!("receive {0}: {0} holds no finished bundle", folder.display()),
        "quota NONE",
        "quota NONE: there is no unit NONE",
        "revoke 01970000-0000-7000-8000-00000000000a",
        "revoke 01970000-0000-7000-8000-00000000000a: there is no station 01970000-0000-7000-8000-00000000000a",
    ];
    assert_eq!(seen.len(), commands.len(), "{seen:?}");
    for (line, command) in seen.iter().zip(commands) {
        assert!(line.contains(&format!("hub.toml {command}")), "{command} is not in {line}");
        assert!(!line.contains(PASSWORD), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_command_failed_is_written_down_without_secrets_and_in_one_line() {
    let Some(group) = Group::new().await else { return };
    let station = group.station(&group.hub(), "TTLT", 1).await.id.to_string();
    let path = group.folder.path().join("file.toml");
    let file = path.to_str().unwrap();
    let publish = |kind: &str, text: &str| {
        std::fs::write(&path, text).unwrap();
        let line = ["publish", "--unit", "TTLT", "--station", &station, "--as", kind, file];
        let done = group.command(&line).output().unwrap();
        assert!(!done.status.success(), "{text}");
        String::from_utf8(done.stderr).unwrap()
    };
    let account = "[[account]]\nlogin = 'lan'\nname = 'Lan'\nroles = ['archivist']\n";
    for line in ["password = 'bí mật'", "password_hash = '$bí mật", "active = 'bí mật'", "password_hash = 19750430"]
    {
        let said = publish("accounts", &format!("{account}{line}\n"));
        assert!(said.contains("line 5: ") && !said.contains("mật") && !said.contains("1975"), "{said}");
    }
    let long = "x".repeat(5000);
    publish("profiles", "[[profile]]\nname = \"a\\u0000\\n2026 \\u001b[2J\\u202eb\"\ncolour = 'x'\n");
    publish("profiles", &format!("[[profile]]\nname = '{long}'\ncolour = 'x'\n"));
    let seen: Vec<String> = rows(&group, "sohoa-hub", "command").await.into_iter().map(|row| row.0).collect();
    // The line before it was done, and why it was not.
    let failed: Vec<&String> = seen.iter().skip_while(|line| !line.contains("publish")).skip(1).step_by(2).collect();
    assert_eq!(failed.len(), 6, "{seen:?}");
    assert!(seen.iter().all(|line| !line.contains("mật") && line.chars().count() <= 1000), "{seen:?}");
    assert!(failed[..4].iter().all(|line| line.contains("the file is not understood: line 5: ")), "{failed:?}");
    assert!(failed[4].contains("the profile a2026 [2Jb says colour"), "{failed:?}");

    // What cannot be written down is said at least.
    let closed = "ALTER TABLE access ADD CHECK (detail NOT LIKE '%colour%') NOT VALID";
    sohoa_hub::database::sql(closed).execute(&group.pool).await.unwrap();
    let said = publish("profiles", "[[profile]]\nname = 'a'\ncolour = 'x'\n");
    assert!(said.contains("the access log does not say that this was not done"), "{said}");
    assert!(said.contains("the profile a says colour"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_decided_that_is_not_written_down() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.bring(1, 0).await;
    let_in(&group, "nam", &["--role", "supervisor", "--unit", "TTLT"]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    let here = format!("/dossiers/{}", station.name(1, 0));
    let token = browser.get(&here).await.token();
    let decide = |what| [("token", token.as_str()), ("rev", "1"), ("decide", what), ("reason", "MẬT")];
    let full = "ALTER TABLE access ADD CONSTRAINT no_room CHECK (what <> 'decision') NOT VALID";
    sohoa_hub::database::sql(full).execute(&group.pool).await.unwrap();
    let fed = "SELECT count(*) FROM feed";
    assert_eq!(browser.post(&here, &decide("hold")).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!((group.number("SELECT count(*) FROM hold").await, group.number(fed).await), (0, 0));
    let room = "ALTER TABLE access DROP CONSTRAINT no_room";
    sohoa_hub::database::sql(room).execute(&group.pool).await.unwrap();
    assert_eq!(browser.post(&here, &decide("hold")).await.goes_to(), here);
    sohoa_hub::database::sql(full).execute(&group.pool).await.unwrap();
    assert_eq!(browser.post(&here, &decide("withdraw")).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let withdrawn = "SELECT count(*) FROM hold WHERE withdrawn IS NOT NULL";
    assert_eq!((group.number(withdrawn).await, group.number(fed).await), (0, 1));
    let seen = rows(&group, "nam", "decision").await;
    assert_eq!(seen, [("hold".to_owned(), Some(station.name(1, 0).0), None)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_requests_names_the_station_that_signed() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    station.hello().await;
    station.scan(1, 1);
    assert_ne!(station.send(station.batch(1, 2)).await.status, StatusCode::OK, "its file is missing");
    let named = format!("\"station\":\"{}\"", station.id);
    let log = hub.log();
    let of = |path: &str, status: &str| {
        let fits = |line: &&str| line.contains(&format!("\"path\":\"{path}\"")) && line.contains(status);
        let found = log.lines().find(fits);
        found.unwrap_or_else(|| panic!("no line of {path}: {log}")).contains(&named)
    };
    assert!(of("/v1/station", "\"status\":200"), "{log}");
    assert!(of("/v1/batches", "\"code\":\"files-missing\""), "{log}");
    assert!(!of("/v1/station", "\"status\":401"), "what is not signed is nobody's: {log}");
}
