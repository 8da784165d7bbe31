//! Shutting out: stations that are revoked, people who may no longer sign in, units that have enough, who guesses.

use reqwest::{Method, StatusCode};
use sohoa_wire::{Hash, ProblemKind, nonce};

use crate::browser::{Browser, PASSWORD, let_in};
use crate::group::Group;
use crate::station::{Ask, client, send_fields, signed_fields};

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_station_is_refused_at_once_until_it_is_enrolled_again() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    for bytes in station.scan(1, 1) {
        station.put(&bytes).await;
    }
    station.send_from(1).await;
    let id = station.id.to_string();
    let open = group.run(&["enrol", "--again", &id]);
    let said = group.run(&["revoke", &id]);
    assert!(
        said.contains("Trạm 3 is revoked") && said.contains("the 2 records") && said.contains("1 open invitations"),
        "{said}"
    );
    assert_eq!(station.get("/v1/station").await.refused(), ProblemKind::Revoked);
    assert_eq!(station.put(b"x").await.refused(), ProblemKind::Revoked);
    assert_eq!(group.number("SELECT count(*) FROM page").await, 1, "what it sent stays");
    let code = open.trim().parse::<sohoa_wire::enrolment::Invitation>().unwrap().code.to_string();
    let reply = crate::station::Station::try_enrol(&hub.base, &code, &station.key).await;
    assert_eq!(reply.refused(), ProblemKind::CodeUnknown, "its open invitation is void");
    assert!(group.run(&["doctor"]).contains("is revoked"));
    let unknown = group.command(&["revoke", "01970000-0000-7000-8000-00000000000a"]).output().unwrap();
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("there is no station"));
    group.run(&["enrol", "--again", &id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_shut_out_is_out_at_once() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let_in(&group, "nam", &[]);
    let mut browser = Browser::new(&hub);
    assert_eq!(browser.sign_in("nam", PASSWORD).await.goes_to(), "/progress");
    group.run(&["person", "nam", "--disable"]);
    assert_eq!(browser.get("/progress").await.goes_to(), "/sign-in");
    assert_eq!(browser.sign_in("nam", PASSWORD).await.status, StatusCode::FORBIDDEN);
    group.run(&["person", "nam", "--enable"]);
    assert_eq!(browser.sign_in("nam", PASSWORD).await.goes_to(), "/progress");
    for line in
        [&["person", "nobody", "--disable"][..], &["person", "nam", "--disable", "--enable"], &["person", "nam"]]
    {
        assert!(!group.command(line).output().unwrap().status.success(), "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_has_its_quota_is_refused_before_its_bytes_are_taken() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    let mut other = group.station(&hub, "OTHER", 2).await;
    group.run(&["quota", "TTLT", "1000"]);
    assert_eq!(station.put(&[1; 600]).await.status, StatusCode::CREATED);
    let full = station.put(&[2; 600]).await;
    assert_eq!((full.refused(), full.status), (ProblemKind::StoreFull, StatusCode::INSUFFICIENT_STORAGE));
    assert_eq!(group.objects("f").len(), 1, "nothing of it is kept");
    let mut ask = Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(&[2; 600]))).body([2; 600]);
    let nonce = full.headers[nonce::FIELD].to_str().unwrap();
    let fields = signed_fields(&ask, &station.key, station.key_id, nonce);
    ask.body = vec![9; 600];
    let unread = send_fields(&client(), &hub.base, &ask, fields).await;
    assert_eq!(unread.refused(), ProblemKind::StoreFull, "nobody compared the bytes with their digest");
    assert_eq!(station.put(&[1; 600]).await.status, StatusCode::OK, "what is here already costs nothing");
    let begin = format!("/v1/files/{}/upload", Hash::of(b"large"));
    let ask =
        Ask::new(Method::POST, begin).field("content-type", "application/json").body(br#"{"bytes":9000000}"#.to_vec());
    assert_eq!(station.send(ask).await.refused(), ProblemKind::StoreFull);
    // What records name counts as well.
    for bytes in station.scan(1, 1) {
        station.put(&bytes).await;
    }
    station.send_from(1).await;
    let named = group.number("SELECT sum(bytes)::bigint FROM file").await;
    assert_eq!(group.number("SELECT sum(bytes)::bigint FROM unit_use").await, named);
    assert_eq!(station.put(&[3; 390]).await.refused(), ProblemKind::StoreFull);
    for bytes in other.scan(1, 1) {
        assert_eq!(other.put(&bytes).await.status, StatusCode::CREATED, "another unit's quota is another");
    }
    let_in(&group, "nam", &[]);
    let mut browser = Browser::new(&hub);
    browser.sign_in("nam", PASSWORD).await;
    browser.get("/stations").await.shows("Dung lượng theo đơn vị").shows("không đặt");
    assert!(group.run(&["doctor"]).contains("of 1000 bytes"));
    group.run(&["quota", "TTLT"]);
    assert_eq!(station.put(&[2; 600]).await.status, StatusCode::CREATED);
    // Three at once are counted one after another, however they come.
    let most = group
        .number(
            "SELECT sum(bytes)::bigint FROM (SELECT bytes, unit_no FROM unit_use UNION ALL \
         SELECT bytes, unit_no FROM staged) u JOIN unit USING (unit_no) WHERE code = 'TTLT'",
        )
        .await
        + 1000;
    group.run(&["quota", "TTLT", &most.to_string()]);
    let mut locked = group.pool.begin().await.unwrap();
    sohoa_hub::database::sql("LOCK TABLE staged IN ACCESS EXCLUSIVE MODE").execute(&mut *locked).await.unwrap();
    let bytes = [[4; 600], [5; 600], [6; 600]];
    let (replies, ()) =
        tokio::join!(futures_util::future::join_all(bytes.iter().map(|bytes| station.put(bytes))), async {
            let waiting =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%staged%'";
            while group.number(waiting).await < 3 {}
            locked.commit().await.unwrap();
        });
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count(), 1);
    group.run(&["quota", "TTLT"]);
    assert!(!group.command(&["quota", "NONE", "1"]).output().unwrap().status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_count_by_their_kind_for_an_hour_and_are_swept() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut browser = Browser::new(&hub);
    for _ in 0..6 {
        assert_eq!(browser.sign_in("nobody", PASSWORD).await.status, StatusCode::FORBIDDEN);
    }
    // Wrong passwords keep no station out.
    group.station(&hub, "TTLT", 1).await;
    let past = "UPDATE guess SET at = at - interval '61 minutes'";
    sohoa_hub::database::sql(past).execute(&group.pool).await.unwrap();
    browser.sign_in("nobody", PASSWORD).await;
    assert_eq!(group.number("SELECT count(*) FROM guess").await, 1);
    let many = "INSERT INTO guess (place, address) SELECT 'sign-in', '127.0.0.1' FROM generate_series(1, 50)";
    sohoa_hub::database::sql(many).execute(&group.pool).await.unwrap();
    assert_eq!(browser.sign_in("nobody", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_is_revoked_while_its_batch_is_on_its_way_is_refused() {
    let Some(group) = Group::new().await else { return };
    let hub = group.hub();
    let mut station = group.station(&hub, "TTLT", 1).await;
    for bytes in station.scan(1, 1) {
        station.put(&bytes).await;
    }
    let mut revoking = group.pool.begin().await.unwrap();
    sohoa_hub::database::sql("UPDATE station SET revoked = true").execute(&mut *revoking).await.unwrap();
    let (reply, ()) = tokio::join!(station.send(station.batch(1, station.log.len())), async {
        // The signature was judged, the body is stored: only the head is waited for.
        while group.objects("b").is_empty() {
            group.number("SELECT 1::bigint").await;
        }
        revoking.commit().await.unwrap();
    });
    assert_eq!(reply.refused(), ProblemKind::Revoked);
    assert_eq!(group.number("SELECT count(*) FROM batch").await, 0);
}
