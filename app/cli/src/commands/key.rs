//! `key`: which key the station signs with, and which certificates an archive trusts.

use serde::Serialize;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::trust::{self, Trusted};
use sohoa_shell::Exit;
use sohoa_shell::station::{Beside, KeyEntry, StationError};

use crate::args::{KeyTrustArgs, KeyUseArgs};
use crate::front::Front;
use crate::stop::Stop;

/// What a demonstration archive calls the root of the demonstration key.
const DEMO_ROOT: &str = "demo root";

/// A key as JSON.
#[derive(Serialize)]
struct KeyRecord<'a> {
    subject: &'a str,
    fingerprint: &'a str,
    mechanism: Option<&'a str>,
    path: String,
    demo: bool,
}

impl<'a> From<&'a KeyEntry> for KeyRecord<'a> {
    fn from(entry: &'a KeyEntry) -> Self {
        let path = entry.path.display().to_string();
        let mechanism = entry.mechanism.as_deref();
        Self { subject: &entry.subject, fingerprint: &entry.fingerprint, mechanism, path, demo: entry.is_demo() }
    }
}

/// What `key trust` did.
#[derive(Serialize)]
struct TrustRecord {
    trusted: Vec<String>,
    trusted_before: Vec<String>,
    /// Documents whose signature passes now.
    documents_passed: u64,
}

pub(super) fn demo(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    let archive = front.open_if_there()?;
    if let Some(archive) = &archive {
        if !archive.facts().demo {
            return Err(StationError::DemoKeyInRealArchive.into());
        }
        beside(archive).refuse_inside(front.station.folder())?;
    }
    let (entry, root) = front.station.use_demo_key(front.session.clock.now())?;
    tell(front, &entry, as_json);
    let said = match archive {
        None => "key-demo-not-trusted",
        Some(mut archive) => {
            trust::add(&mut archive, DEMO_ROOT, root)?;
            "key-demo-trusted"
        }
    };
    if !as_json {
        let line = front.text(said);
        front.output.note(line);
    }
    Ok(Exit::Done)
}

pub(super) fn use_file(front: &mut Front, args: &KeyUseArgs) -> Result<Exit, Stop> {
    let archive = front.open_if_there()?;
    let beside = archive.as_ref().map(beside);
    // Nobody is asked for the password of a key that can't be taken.
    if let Some(beside) = beside {
        beside.refuse_inside(&args.file)?;
    }
    if let Err(source) = std::fs::metadata(&args.file) {
        return Err(StationError::KeyFile { path: args.file.clone(), source }.into());
    }
    let password = front.password(None, args.password_fd)?;
    let entry = front.station.use_key(&args.file, &password, args.mechanism, beside, front.session.clock.now())?;
    tell(front, &entry, args.json);
    Ok(Exit::Done)
}

pub(super) fn trust(front: &mut Front, args: &KeyTrustArgs) -> Result<Exit, Stop> {
    let mut archive = front.open()?;
    let Trusted { added, before, documents_passed } = trust::add_file(&mut archive, &args.file, &front.cancel)?;
    let record = TrustRecord { trusted: added, trusted_before: before, documents_passed };
    if args.json {
        front.output.json(&record);
        return Ok(Exit::Done);
    }
    for (id, names) in [("key-trusted", &record.trusted), ("key-trusted-before", &record.trusted_before)] {
        for name in names {
            let line = front.texts.say(id, &[("name", name.into())]);
            front.output.note(line);
        }
    }
    if record.documents_passed > 0 {
        let line = front.texts.say("key-trust-signatures", &[("documents", record.documents_passed.into())]);
        front.output.note(line);
    }
    Ok(Exit::Done)
}

pub(super) fn show(front: &mut Front, as_json: bool) -> Result<Exit, Stop> {
    let Some(entry) = front.station.key()? else { return Err(StationError::NoKey.into()) };
    if as_json {
        front.output.json(&KeyRecord::from(&entry));
        return Ok(Exit::Done);
    }
    for line in describe(front, &entry) {
        front.output.data(line);
    }
    Ok(Exit::Done)
}

fn describe(front: &Front, entry: &KeyEntry) -> Vec<String> {
    let mut lines = vec![
        front.texts.say("key-in-use", &[("subject", (&entry.subject).into())]),
        front.texts.say("key-fingerprint", &[("fingerprint", (&entry.fingerprint).into())]),
        front.texts.say("key-file", &[("path", entry.path.display().to_string().into())]),
    ];
    if let Some(mechanism) = &entry.mechanism {
        lines.push(front.texts.say("key-mechanism", &[("mechanism", mechanism.into())]));
    }
    lines
}

fn tell(front: &mut Front, entry: &KeyEntry, as_json: bool) {
    if as_json {
        front.output.json(&KeyRecord::from(entry));
        return;
    }
    for line in describe(front, entry) {
        front.output.note(line);
    }
}

/// An archive as the station sees it when a key is chosen.
fn beside(archive: &Archive) -> Beside<'_> {
    Beside { root: archive.layout().root(), is_demo: archive.facts().demo }
}
