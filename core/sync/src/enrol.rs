//! Enrolment: with a one-time code that a person typed, a station gets a key, a name and an epoch at a hub.
//!
//! Enrolled again, as after a restore, it first asks what the hub has of it, so that its log goes on behind that.

use std::path::Path;

use sohoa_catalog::Catalog;
use sohoa_catalog::outbox::{NewEnrolment, Revision, SyncState};
use sohoa_model::{Act, Clock, Sha256};
use sohoa_wire::api::Hello;
use sohoa_wire::enrolment::{EnrolmentReceipt, EnrolmentRequest, Invitation};
use sohoa_wire::signed::Signed;
use sohoa_wire::{Chain, Hash, KeyId, LogLine, PublicKey, SecretKey, StationId, codec, json};

use crate::error::{Misfit, SyncError};
use crate::hub::{Content, Hub};
use crate::run::Station;
use crate::{key, records};

mod disk;
pub use disk::{OnDisk, enrol_on_disk};

/// What a person brings.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    /// The text that the hub printed.
    pub invitation: &'a str,
    /// The certificate that the hub's own ends at, PEM, where it is no public one.
    pub authority: Option<&'a str>,
    /// 32 random bytes for the new key.
    pub secret: &'a [u8; 32],
    /// Version of this program.
    pub software: &'a str,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The address of the hub.
    pub hub: String,
    /// The station's name for people.
    pub name: String,
    /// The unit that it works for.
    pub unit: String,
    /// Number of the enrolment.
    pub epoch: u32,
    /// Records that the hub has of this station already.
    pub known: u64,
}

/// Enrols the station; its new key lies at `key_path` afterwards, in place of the one before.
pub fn enrol(
    catalog: &Catalog,
    key_path: &Path,
    brought: &Brought<'_>,
    clock: &dyn Clock,
    act: &Act,
) -> Result<Enrolled, SyncError> {
    let invitation: Invitation = brought.invitation.parse().map_err(SyncError::Invitation)?;
    let authority = authority(&invitation, brought.authority)?;
    let (secret, is_fresh) = new_key(catalog, key_path, brought)?;
    let hub = Hub::new(&invitation.hub, &authority, KeyId::New, &secret, clock)?;
    let request = request(&invitation, &secret, brought);
    let question = json::canonical(&request).map_err(|_| hub.answer("a question too long"))?;
    // Before the code is used up: a key that the hub knows and nobody has would be worth nothing.
    if is_fresh {
        key::write(&key_path.with_extension("new"), brought.secret)?;
    }
    let reply = hub.post_json("/v1/enrolments", question.as_bytes())?;
    let said = Signed::<EnrolmentReceipt>::peek(&reply.body).map_err(|_| hub.answer("no enrolment receipt"))?;
    // An invitation may name the key; else the certificate of the connection says whose it is.
    let hub_key = invitation.key.unwrap_or(said.hub_public_key);
    let receipt = believed(&invitation, &reply.body, &hub_key, &secret)?;

    let EnrolmentReceipt { station, epoch, .. } = receipt.statement;
    let hub = Hub::new(&invitation.hub, &authority, KeyId::Station(station, epoch), &secret, clock)?;
    let hello: Hello = serde_json::from_slice(&hub.call("GET", "/v1/station", Content::default())?.body)
        .map_err(|_| hub.answer("/v1/station"))?;
    let log = own_log(&hub, &hello)?;
    let confirmed = Confirmed { receipt, generation: hello.generation, log };
    confirmed.keep(catalog, key_path, &secret, (invitation.hub, authority), act)
}

/// What a hub said to a key: its receipt, and the log that it has of the station.
pub(crate) struct Confirmed {
    pub(crate) receipt: Signed<EnrolmentReceipt>,
    pub(crate) generation: u32,
    pub(crate) log: OwnLog,
}

impl Confirmed {
    /// The catalog goes on behind that log, under the new key.
    pub(crate) fn keep(
        self,
        catalog: &Catalog,
        key_path: &Path,
        secret: &SecretKey,
        (hub, authority): (String, String),
        act: &Act,
    ) -> Result<Enrolled, SyncError> {
        let EnrolmentReceipt { station, epoch, unit, name, .. } = self.receipt.statement;
        let OwnLog { chain, seq, known } = self.log;
        let enrolment = NewEnrolment {
            station: station.0,
            hub: hub.clone(),
            authority,
            receipt: self.receipt.text,
            epoch,
            generation: self.generation,
            seq,
            chain: chain.0.into(),
        };
        catalog.enrol(&enrolment, known, act)?;
        // From here on the catalog speaks of the new key.
        key::write(key_path, &secret.to_bytes())?;
        let _ = std::fs::remove_file(key_path.with_extension("new"));
        Ok(Enrolled { hub, name, unit, epoch, known: seq })
    }
}

/// What a station asks with.
pub(crate) fn request(invitation: &Invitation, secret: &SecretKey, brought: &Brought<'_>) -> EnrolmentRequest {
    EnrolmentRequest {
        code: invitation.code.to_string(),
        public_key: secret.public(),
        software: brought.software.to_owned(),
    }
}

/// The key to enrol with, and whether it is new. A try that broke off is gone on with: the hub answers the same code and
/// key with the same receipt.
pub(crate) fn new_key(
    catalog: &Catalog,
    key_path: &Path,
    brought: &Brought<'_>,
) -> Result<(SecretKey, bool), SyncError> {
    Ok(match unfinished(catalog, key_path)? {
        Some(secret) => (secret, false),
        None => (SecretKey::from_bytes(brought.secret), true),
    })
}

/// A receipt that a hub signed for the key of this station.
pub(crate) fn believed(
    invitation: &Invitation,
    text: &[u8],
    hub_key: &PublicKey,
    secret: &SecretKey,
) -> Result<Signed<EnrolmentReceipt>, SyncError> {
    let untrusted = || SyncError::Untrusted { hub: invitation.hub.clone(), what: Misfit::Receipt };
    let signed = Signed::<EnrolmentReceipt>::read(text, hub_key).map_err(|_| untrusted())?;
    match signed.statement.public_key == secret.public() && signed.statement.hub_public_key == *hub_key {
        true => Ok(signed),
        false => Err(untrusted()),
    }
}

/// What the hub signed when it enrolled the station of a catalog.
pub fn receipt(state: &SyncState) -> Result<EnrolmentReceipt, SyncError> {
    Signed::<EnrolmentReceipt>::peek(state.receipt.as_bytes())
        .map_err(|_| SyncError::Untrusted { hub: state.hub.clone(), what: Misfit::Receipt })
}

/// Shows the hub what it signed, because it has forgotten.
pub(crate) fn resume(station: &Station<'_>, state: &SyncState) -> Result<(), SyncError> {
    let hub = Hub::new(&state.hub, &state.authority, KeyId::New, station.key, station.clock)?;
    hub.post_json("/v1/enrolments/resume", state.receipt.as_bytes()).map(drop)
}

/// The key of a try that broke off before the catalog knew of it. One that the catalog does know of takes its place first.
fn unfinished(catalog: &Catalog, key_path: &Path) -> Result<Option<SecretKey>, SyncError> {
    let new = key_path.with_extension("new");
    let Ok(secret) = key::read(&new) else { return Ok(None) };
    let known = catalog.sync_state()?.map(|state| receipt(&state)).transpose()?.map(|receipt| receipt.public_key);
    if known == Some(secret.public()) {
        key::write(key_path, &secret.to_bytes())?;
        let _ = std::fs::remove_file(new);
        return Ok(None);
    }
    Ok(Some(secret))
}

/// The certificate to trust: the one that the invitation names, or a public one.
pub(crate) fn authority(invitation: &Invitation, brought: Option<&str>) -> Result<String, SyncError> {
    let pem = match brought {
        None => String::new(),
        Some(pem) => {
            let certificate =
                ureq::tls::Certificate::from_pem(pem.as_bytes()).map_err(|_| SyncError::AuthorityUnreadable)?;
            if let Some(wanted) = invitation.ca.filter(|wanted| *wanted != Hash::of(certificate.der())) {
                return Err(SyncError::Authority { wanted: wanted.to_string() });
            }
            pem.to_owned()
        }
    };
    match invitation.ca {
        Some(wanted) if pem.is_empty() => Err(SyncError::Authority { wanted: wanted.to_string() }),
        _ => Ok(pem),
    }
}

/// What the hub has of this station, line by line.
pub(crate) struct OwnLog {
    chain: Chain,
    seq: u64,
    known: Vec<Revision>,
}

impl OwnLog {
    /// Nothing yet.
    pub(crate) fn new(station: StationId) -> Self {
        Self { chain: Chain::start(station), seq: 0, known: Vec::new() }
    }

    /// The next line.
    pub(crate) fn add(&mut self, line: &LogLine) -> Result<(), SyncError> {
        self.seq += 1;
        self.chain = self.chain.then(line.line().hash);
        if let LogLine::Record(record, _) = line {
            let content: Sha256 = records::content(record)?.into();
            self.known.push(Revision {
                kind: record.kind.word().to_owned(),
                id: record.id.0,
                rev: record.rev,
                content,
            });
        }
        Ok(())
    }

    /// Whether it is the whole log that the hub names.
    pub(crate) fn is(&self, seq: u64, chain: Chain) -> bool {
        self.seq == seq && self.chain == chain
    }
}

fn own_log(hub: &Hub<'_>, hello: &Hello) -> Result<OwnLog, SyncError> {
    let mut log = OwnLog::new(hello.station);
    while log.seq < hello.seq {
        let reply = hub.call("GET", &format!("/v1/log?after={}", log.seq), Content::default())?;
        let lines = codec::read(&reply.body).map_err(|_| hub.answer("/v1/log"))?;
        if lines.is_empty() {
            return Err(hub.answer("a log that ends before its head"));
        }
        for line in lines.iter().take(usize::try_from(hello.seq - log.seq).unwrap_or(usize::MAX)) {
            log.add(line)?;
        }
    }
    match log.is(hello.seq, hello.chain) {
        true => Ok(log),
        false => Err(other_log(hub.address())),
    }
}

pub(crate) fn other_log(hub: &str) -> SyncError {
    SyncError::Untrusted { hub: hub.to_owned(), what: Misfit::Log }
}
