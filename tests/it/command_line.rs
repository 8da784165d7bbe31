//! The command line as people and scripts expect it: JSON everywhere, manual pages, completions, mending.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::process::Command;

use serde_json::Value;
use sohoa_tests::places::repository;
use sohoa_tests::station::{SUPERVISOR, Station, sohoa};

fn imported() -> Station {
    let station = Station::with_demo_archive();
    let inventory = repository().join("tests/pages.csv");
    station.run(["inventory".as_ref(), "import".as_ref(), inventory.as_os_str()]).done();
    let pages = repository().join("tests/pages");
    station.run(["import".as_ref(), "--lang".as_ref(), "vie".as_ref(), pages.as_os_str()]).done();
    station
}

#[test]
fn every_command_speaks_json_and_nothing_else_on_standard_output() {
    let station = imported();
    let json = |line: &str| -> Value { station.run(line.split(' ').chain(["--json"])).done().json() };
    let by = |line: &str| station.run_as(SUPERVISOR, line.split(' ').chain(["--json"]));

    let list = repository().join("tests/pages.csv");
    let preview = station.run(["inventory", "import", list.to_str().unwrap(), "--preview", "--json"]).done().json();
    assert_eq!((preview["unchanged"].as_u64(), preview["version"].as_u64()), (Some(3), Some(1)), "{preview}");
    assert_eq!(json("inventory list").as_array().unwrap().len(), 1);
    assert_eq!(json("plan example")[0]["share_percent"], 30.0);
    assert_eq!(json("plan set tất-cả --share 100 --deadline 2026-12-31")[0]["name"], "tất-cả");
    assert_eq!(json("plan list").as_array().unwrap().len(), 3);
    assert_eq!(json("plan remove tất-cả")["removed"], "tất-cả");
    assert_eq!(json("key show")["demo"], true);
    assert_eq!(json("key demo")["demo"], true);
    assert_eq!(json("hold HS.01 --reason mật")["decision"], "hold");
    // Who made the archive is its administrator: the user of the machine.
    let as_administrator = |line: &str| {
        let mut command = station.bare();
        command.arg("--archive").arg(station.archive()).args(line.split(' ')).arg("--json");
        station.finish(&mut command).done().json()
    };
    assert_eq!(as_administrator("release HS.01 --reason đã-xem")["decision"], "release");
    assert_eq!(as_administrator("clear HS.01 --reason được-phép")["decision"], "clear");
    let accepted = by("accept HS.01 HS.03").done_in_part().json();
    assert_eq!(accepted["accepted"][0]["dossier"], "HS.01");
    assert_eq!(accepted["passed_over"][0]["dossier"], "HS.03");
    assert!(!accepted["passed_over"][0]["hint"].as_str().unwrap().is_empty());
    assert_eq!(by("accept --all-ready").done().json()["accepted"].as_array().unwrap().len(), 1);
    assert_eq!(by("accept --all-ready").done().json()["accepted"], Value::Array(vec![]));
    assert_eq!(by("reject HS.02 --reason mờ").done().json()["decision"], "reject");
    for line in
        ["show", "show HS.01", "show HS.01 --pages", "findings", "search khai", "progress", "log", "receipt", "check"]
    {
        json(line);
    }
    for line in ["inventory list", "doctor", "doctor --mend", "process --no-sign"] {
        json(line);
    }
    assert!(
        station.run(["verify", "--json"]).json().is_array() || station.run(["verify", "--json"]).json().is_object()
    );
    let new = station.folder().join("new");
    let made = station.finish(station.bare().args(["init", "--json"]).arg(&new)).done().json();
    assert_eq!((made["demo"].as_bool(), new.is_dir()), (Some(false), true));
}

#[test]
fn quiet_and_verbose_contradict_each_other_and_nothing_is_coloured_in_a_pipe() {
    let station = Station::with_demo_archive();
    station.run(["-q", "-v", "show"]).ended_with(2);
    assert_eq!(station.run(["-q", "plan", "example"]).done().stderr, "");
    for line in [&["--help"][..], &["doctor"], &["import", "--help"], &["nhap"]] {
        let mut command = station.command_as("Lan");
        let said = station.finish(command.env_remove("NO_COLOR").args(line));
        assert!(!(said.stdout + &said.stderr).contains('\x1b'), "{line:?}");
    }
}

#[test]
fn manual_pages_and_completions_know_every_command() {
    let station = Station::empty();
    let folder = station.folder().join("man");
    for (language, heading) in [("vi", "TÙY CHỌN"), ("en", "OPTIONS")] {
        let mut command = Command::new(sohoa());
        let said = station.finish(command.args(["--ui-lang", language, "man"]).arg(&folder)).done();
        let pages: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(said.stderr.contains(&pages.len().to_string()) && pages.len() > 30, "{}", said.stderr);
        let page = fs::read_to_string(folder.join("sohoa-plan-set.1")).unwrap();
        assert!(page.contains(heading) && page.contains("sohoa plan set"), "{page}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = station.finish(station.bare().args(["completions", shell])).done().stdout;
        for word in ["findings", "dry-run", "organisation"] {
            assert!(script.contains(word), "{shell} knows no {word}");
        }
        assert!(!script.contains("worker"), "{shell} offers what only the program calls");
    }
    // The shell that every station has completes with it.
    let script = folder.join("sohoa.bash");
    fs::write(&script, station.finish(station.bare().args(["completions", "bash"])).done().stdout).unwrap();
    let ask = "source \"$0\"; COMP_WORDS=(sohoa prog); COMP_CWORD=1; _sohoa sohoa prog sohoa; echo ${COMPREPLY[@]}";
    let answer = Command::new("bash").args(["-c", ask]).arg(&script).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout).trim(), "progress", "{answer:?}");
}

#[test]
fn an_inventory_is_read_whatever_bytes_its_name_has() {
    let station = Station::with_demo_archive();
    let name = OsString::from_vec(b"danh m\xF4c.csv".to_vec());
    let path = station.folder().join(name);
    fs::write(&path, "mã hồ sơ,tên phông,tiêu đề hồ sơ\nHS.01,Phông,Thử\n").unwrap();
    let import = ["inventory", "import", "--json"].map(Into::into);
    let read = station.run(import.into_iter().chain([path.into_os_string()])).done().json();
    assert_eq!(read["added"].as_array().map(Vec::len), Some(1), "{read}");
}

#[test]
fn the_doctor_mends_what_is_published_and_says_so() {
    let station = imported();
    let published = walkdir::WalkDir::new(station.archive().join("pdf")).into_iter().map(Result::unwrap);
    let pdf = published.filter(|entry| entry.file_type().is_file()).last().unwrap().into_path();
    fs::remove_file(&pdf).unwrap();
    station.run(["check"]).ended_with(6);
    let report = station.run(["doctor", "--mend", "--json"]).done().json();
    assert!(!report["mended"].as_array().unwrap().is_empty(), "{report}");
    assert!(pdf.is_file());
    station.run(["check"]).done();
    assert_eq!(station.run(["doctor", "--mend", "--json"]).done().json()["mended"], Value::Array(vec![]));
}

#[test]
fn a_daily_report_is_written_for_print_and_for_spreadsheets_and_never_over_another() {
    let station = Station::with_demo_archive();
    let inventory = repository().join("sample-scans/inventory.xlsx");
    station.run(["inventory", "import", inventory.to_str().unwrap()]).done();
    let path = |name: &str| station.folder().join(name).to_str().unwrap().to_owned();
    for name in ["báo cáo.pdf", "báo cáo.xlsx", "báo cáo.csv"] {
        station.run(["progress", "--report", &path(name)]).done();
        let again = station.run(["progress", "--report", &path(name)]).ended_with(5);
        assert!(again.stderr.contains("not written over"), "{}", again.stderr);
    }
    station.run(["progress", "--report", &path("báo cáo.doc")]).ended_with(2);
    let csv = fs::read_to_string(path("báo cáo.csv")).unwrap();
    assert!(csv.contains("Tòa Công sứ Sơn Bình,7,0,0 %"), "{csv}");
}

#[test]
fn accounts_are_made_by_administrators_alone_and_their_passwords_are_hashed() {
    let station = Station::with_demo_archive();
    let password = station.folder().join("mật khẩu");
    fs::write(&password, "một câu dễ nhớ\n").unwrap();
    let set = |operator: Option<&str>, role: &str| {
        let mut command = station.bare();
        if let Some(operator) = operator {
            command.args(["--operator", operator]);
        }
        command.args(["account", "set", "Lan", "--role", role, "--account-password-fd", "0", "--json", "--archive"]);
        command.arg(station.archive()).stdin(fs::File::open(&password).unwrap());
        let out = command.output().unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
    };
    assert_eq!(set(Some("khách"), "administrator").0, Some(10));
    let (code, made) = set(None, "supervisor");
    assert_eq!((code, made.contains("supervisor"), made.contains("argon2")), (Some(0), true, false), "{made}");
    let settings = fs::read_to_string(station.archive().join("sohoa.toml")).unwrap();
    assert!(settings.contains("$argon2id$") && !settings.contains("dễ nhớ"), "{settings}");
    assert_eq!(station.run(["account", "list", "--json"]).done().json()[0]["name"], "Lan");
    fs::write(&password, "ngắn\n").unwrap();
    assert_eq!(set(None, "supervisor").0, Some(2));
    let log = station.run(["log"]).done().stdout;
    assert!(log.contains("account set for Lan: supervisor"), "{log}");
}
