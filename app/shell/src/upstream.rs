//! The hub as front-ends speak to it: where the station's key lies, and one sync at a time on one archive.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use sohoa_model::Cancel;
use sohoa_pipeline::archive::Archive;
use sohoa_store::StoreError;
use sohoa_store::lock::ArchiveLock;
use sohoa_sync::enrol::{self, Brought, Enrolled};
use sohoa_sync::{SyncError, SyncOutcome, key, run};

use crate::station::Station;

/// The queue has not moved for so many milliseconds although the hub answers: an alarm.
pub const STUCK: i64 = 15 * 60 * 1000;

/// Where the key of an archive's station lies: outside the archive, so that copying that copies no key.
pub fn key_path(archive: &Archive, station: &Station) -> PathBuf {
    station.folder().join("hub").join(format!("{}.key", archive.facts().id))
}

/// Enrols the station of an archive with what the hub printed.
pub fn enrol(
    archive: &Archive,
    station: &Station,
    invitation: &str,
    authority: Option<&str>,
) -> Result<Enrolled, SyncError> {
    let _turn = turn(archive)?;
    let session = archive.session();
    let secret = secret()?;
    let brought = Brought { invitation, authority, secret: &secret, software: &session.software };
    enrol::enrol(archive.catalog(), &key_path(archive, station), &brought, &*session.clock, &archive.act())
}

/// Syncs an archive once.
pub fn sync(archive: &Archive, station: &Station, cancel: &Cancel) -> Result<SyncOutcome, SyncError> {
    let _turn = turn(archive)?;
    let state = archive.catalog().sync_state()?.ok_or(SyncError::NotEnrolled)?;
    let key = key::find(&key_path(archive, station), &enrol::receipt(&state)?.public_key)?;
    let session = archive.session();
    let station = run::Station {
        catalog: archive.catalog(),
        vault: archive.vault(),
        root: archive.layout().root(),
        key: &key,
        clock: &*session.clock,
        operator: &session.operator,
        software: &session.software,
    };
    sohoa_sync::sync(&station, cancel)
}

/// One process at a time speaks for the station.
fn turn(archive: &Archive) -> Result<ArchiveLock, SyncError> {
    match ArchiveLock::exclusive(&archive.layout().sync_lock()) {
        Ok(lock) => Ok(lock),
        Err(StoreError::Locked { .. }) => Err(SyncError::Busy),
        Err(error) => Err(error.into()),
    }
}

/// The secret of a new key, from the system; a machine that has none to give gets no key.
fn secret() -> Result<[u8; 32], SyncError> {
    const SOURCE: &str = "/dev/urandom";
    let mut secret = [0; 32];
    let read = File::open(SOURCE).and_then(|mut source| source.read_exact(&mut secret));
    read.map_err(|error| StoreError::read(SOURCE, error))?;
    Ok(secret)
}
