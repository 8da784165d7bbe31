//! `key`: which key the station signs with, and which certificates an archive trusts.

use std::io::Read;
use std::path::Path;

use serde::Serialize;
use serde_json::json;
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::Archive;
use sohoa_pipeline::settings::TrustedRoot;
use sohoa_pipeline::signing;
use sohoa_shell::Exit;
use sohoa_shell::station::{KeyEntry, StationError, is_for_demonstration};
use sohoa_sign::TrustAnchors;

use crate::args::{KeyTrustArgs, KeyUseArgs};
use crate::front::Front;
use crate::stop::Stop;

/// What a demonstration archive calls the root of the demonstration key.
const DEMO_ROOT: &str = "demo root";
/// Longest file of certificates that is read, in bytes.
const LONGEST_CERTIFICATES: u64 = 4 << 20;

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
        refuse_inside(front.station.folder(), archive)?;
    }
    let (entry, root) = front.station.use_demo_key(front.session.clock.now())?;
    tell(front, &entry, as_json);
    let said = match archive {
        None => "key-demo-not-trusted",
        Some(mut archive) => {
            add_trust(&mut archive, DEMO_ROOT, root)?;
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
    if let Some(archive) = front.open_if_there()? {
        refuse_inside(&args.file, &archive)?;
    }
    if let Err(source) = std::fs::metadata(&args.file) {
        return Err(StationError::KeyFile { path: args.file.clone(), source }.into());
    }
    let password = front.password(None, args.password_fd)?;
    let entry = front.station.use_key(&args.file, &password, args.mechanism, front.session.clock.now())?;
    tell(front, &entry, args.json);
    Ok(Exit::Done)
}

pub(super) fn trust(front: &mut Front, args: &KeyTrustArgs) -> Result<Exit, Stop> {
    let mut archive = front.open()?;
    archive.require_administrator()?;
    let unreadable = |source| PipelineError::Unreadable { path: args.file.clone(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&args.file).map_err(unreadable)?;
    file.take(LONGEST_CERTIFICATES).read_to_end(&mut bytes).map_err(unreadable)?;
    let mut anchors = TrustAnchors::new();
    anchors.add(&bytes)?;
    let for_demonstration = |name: &str| is_for_demonstration(name) && !archive.facts().demo;
    if anchors.certificates().iter().any(|certificate| for_demonstration(&certificate.common_name())) {
        return Err(StationError::DemoKeyInRealArchive.into());
    }
    let mut record = TrustRecord { trusted: Vec::new(), trusted_before: Vec::new(), documents_passed: 0 };
    for certificate in anchors.certificates() {
        let name = match certificate.common_name() {
            name if name.is_empty() => certificate.serial(),
            name => name,
        };
        match add_trust(&mut archive, &name, certificate.to_pem()?)? {
            true => record.trusted.push(name),
            false => record.trusted_before.push(name),
        }
    }
    record.documents_passed = signing::judge_again(&archive, &front.cancel)?;
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

/// Makes the archive trust a certificate; says whether it did not before.
fn add_trust(archive: &mut Archive, name: &str, pem: String) -> Result<bool, Stop> {
    let mut settings = archive.settings().clone();
    if settings.trust.iter().any(|root| root.pem.trim() == pem.trim()) {
        return Ok(false);
    }
    settings.trust.push(TrustedRoot { name: name.to_owned(), pem });
    settings.trust_anchors()?;
    archive.replace_settings(settings)?;
    archive.catalog().log("trust", None, &json!({ "name": name }), &archive.act())?;
    archive.write_archive_manifest()?;
    Ok(true)
}

/// Keys never lie inside an archive.
fn refuse_inside(path: &Path, archive: &Archive) -> Result<(), Stop> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = absolute.canonicalize().unwrap_or(absolute);
    match archive.layout().root().canonicalize() {
        Ok(root) if found.starts_with(&root) => Err(StationError::KeyInsideArchive(path.to_owned()).into()),
        _ => Ok(()),
    }
}
