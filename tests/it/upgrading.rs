//! A hub is upgraded while stations are in the middle of sending: it is stopped, its database is brought up to date, it
//! starts, and uploads go on where they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sohoa_tests::hub::Hub;
use sohoa_tests::places::repository;
use sohoa_tests::proxy::Fault;
use sohoa_tests::station::{ARCHIVIST, Station};

use crate::syncing::{administer, behind_a_proxy, consistent, masters, stored, sync, white};

/// Migrations that the hub of before did not know: the last ones, and one that counts what the rows of before say.
const NEW: usize = 5;

/// The migrations in their order.
fn migrations() -> Vec<PathBuf> {
    let folder = fs::read_dir(repository().join("app/hub/migrations")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn number(file: &Path) -> i64 {
    file.file_name().unwrap().to_str().unwrap()[..4].parse().unwrap()
}

/// The database is as the hub of before would have it: its tables, made by its migrations, with the rows that are there.
fn set_back(hub: &Hub) {
    hub.sql("ALTER SCHEMA public RENAME TO newer; CREATE SCHEMA public");
    let all = migrations();
    let known = &all[..all.len() - NEW];
    for file in known {
        hub.sql(&fs::read_to_string(file).unwrap());
    }
    let last = number(known.last().unwrap());
    hub.sql("CREATE TABLE _sqlx_migrations (LIKE newer._sqlx_migrations INCLUDING ALL)");
    // Rows arrive without what new rows set off; numbers go on behind them.
    hub.sql(
        "SET session_replication_role = replica; DO $$ DECLARE t record; BEGIN \
         FOR t IN SELECT table_name AS name, string_agg(quote_ident(column_name), ', ') AS columns \
             FROM information_schema.columns o JOIN information_schema.columns n USING (table_name, column_name) \
             WHERE o.table_schema = 'public' AND n.table_schema = 'newer' AND o.is_generated = 'NEVER' \
             AND table_name NOT IN (SELECT relname FROM pg_class WHERE relispartition) GROUP BY 1 LOOP \
         EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM newer.%1$I', \
             t.name, t.columns); END LOOP; \
         FOR t IN SELECT table_name AS name, column_name AS number FROM information_schema.columns \
             WHERE table_schema = 'public' AND is_identity = 'YES' LOOP \
         EXECUTE format('SELECT setval(pg_get_serial_sequence(%1$L, %2$L), \
             (SELECT coalesce(max(%2$I), 0) + 1 FROM public.%1$I), false)', t.name, t.number); END LOOP; END $$",
    );
    hub.sql(&format!("DROP SCHEMA newer CASCADE; DELETE FROM _sqlx_migrations WHERE version > {last}"));
    // It did not mark its store.
    fs::remove_file(hub.store().join("store-id")).unwrap();
}

/// Another dossier, with a page of three parts and small ones.
pub(crate) fn import_large(station: &Station) {
    let folder = station.folder().join("in/HS.03");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("1.bmp"), white(2400, 2500)).unwrap();
    fs::copy(repository().join("tests/pages/HS.01/p1.jpg"), folder.join("2.jpg")).unwrap();
    station.run(["import", folder.parent().unwrap().to_str().unwrap(), "--lang", "vie", "--no-sign"]);
    administer(station, &["clear", "HS.03", "--reason", "đã xem"]).done();
}

#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
    }
}

#[test]
fn an_upload_goes_on_behind_an_upgrade_of_the_hub() {
    let Some((mut hub, proxy, station)) = behind_a_proxy() else { return };
    assert_eq!(sync(&station)["waiting"], 0);
    import_large(&station);

    // The hub is told to stop when it has the half of a part: it takes that part, and no other.
    let (before, halves) = (proxy.log().len(), proxy.halves());
    proxy.plan_for("/parts/1", Fault::Halved(60_000));
    let mut command = station.command_as(ARCHIVIST);
    let mut syncing = command.arg("sync").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_staged = || hub.sql("SELECT count(*) FROM staged WHERE state = 1") != "0";
    wait_until("the upload is on its way", || proxy.halves() > halves && hub.has_read_all() && is_staged());
    hub.terminate();
    wait_until("it takes no more connections", || !hub.is_listening());
    proxy.heal();
    assert_eq!(syncing.wait().unwrap().code(), Some(12));
    assert!(hub.ended(), "{}", hub.log());
    assert_eq!(hub.sql("SELECT next_part FROM upload"), "2", "what was begun was finished");
    let acknowledged = hub.sql("SELECT encode(sha256, 'hex') FROM staged WHERE state = 1");
    let log_at_stop = proxy.log().len();

    set_back(&hub);
    assert!(!hub.try_serve(None, &[]), "on a database of before it does not serve");
    assert!(hub.log().contains("run `sohoa-hub migrate`"), "{}", hub.log());
    hub.stop();
    hub.run(&["migrate"]).done();
    hub.serve();
    let outcome = sync(&station);
    assert_eq!((&outcome["waiting"], &outcome["kept_back"]), (&0.into(), &0.into()), "{outcome}");

    let log = proxy.log();
    let parts = |number: u8| log[before..].iter().filter(|line| line.ends_with(&format!("/parts/{number}"))).count();
    // The third one came to nobody in the first place.
    assert_eq!((parts(0), parts(1)), (1, 1), "what was acknowledged is not sent again: {log:?}");
    let again = |sha256: &str| log[log_at_stop..].iter().any(|line| line.ends_with(&format!("/v1/files/{sha256}")));
    assert!(!acknowledged.lines().any(again), "{acknowledged}\n{log:?}");
    assert_eq!(hub.sql("SELECT count(*) FROM page WHERE NOT retired"), "7");
    let stored = stored(&hub);
    for dossier in ["HS.01", "HS.02", "HS.03"] {
        assert!(masters(&station, dossier).iter().all(|master| stored.contains(master)), "{dossier}");
    }
    // What a new table counts is what the rows of before say, and what came since.
    let counted = hub.sql("SELECT sum(dossiers) FROM amount");
    assert_eq!(counted, hub.sql("SELECT count(*) FROM dossier WHERE NOT retired"));
    consistent(&hub);
    let same = hub.run(&["rebuild", "--compare"]);
    assert_eq!(same.code, Some(0), "what came before and after the upgrade is what the batches say: {same:?}");
    assert_eq!(sync(&station)["records"], 0);
}
