//! Enrolment on a disk, for a station that no network reaches: its request goes there, the hub's answer comes back.
//!
//! The invitation names the hub's key. For it the request is sealed, because its one-time code is worth something until it is
//! used, and nothing but what it signed is believed.

use std::io::Write;
use std::path::{Path, PathBuf};

use sohoa_catalog::Catalog;
use sohoa_model::{Act, Cancel};
use sohoa_store::carried;
use sohoa_wire::age::{self, Seed};
use sohoa_wire::enrolment::{self, EnrolmentAnswer, EnrolmentReceipt, Invitation};
use sohoa_wire::signed::Signed;
use sohoa_wire::{Hash, LogLine, PublicKey, SecretKey, json};

use super::{Brought, Confirmed, Enrolled, OwnLog};
use crate::error::SyncError;
use crate::{answer, key};

/// The end of the name, beside the key, of the file that holds the digest of the code that was used last.
const USED: &str = "used";

/// How far an enrolment on a disk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDisk {
    /// The request lies in this folder; the hub has not answered yet.
    Asked(PathBuf),
    /// The hub's answer was there, and the station is enrolled.
    Enrolled(Enrolled),
}

/// Writes a request on a disk, or takes the answer to it if that lies there.
pub fn enrol_on_disk(
    catalog: &Catalog,
    key_path: &Path,
    brought: &Brought<'_>,
    folder: &Path,
    act: &Act,
) -> Result<OnDisk, SyncError> {
    let invitation: Invitation = brought.invitation.parse().map_err(SyncError::Invitation)?;
    let hub_key = invitation.key.ok_or(SyncError::InvitationWithoutKey)?;
    // The certificate is for the network, which may never be there.
    let authority = match brought.authority {
        Some(_) => super::authority(&invitation, brought.authority)?,
        None => String::new(),
    };
    if let Some(enrolled) = is_done(catalog, key_path, &invitation, folder)? {
        return Ok(OnDisk::Enrolled(enrolled));
    }
    let (secret, is_fresh) = super::new_key(catalog, key_path, brought)?;
    let place = folder.join(enrolment::answer_folder(&secret.public(), &invitation.code));
    if carried::is_real_folder(&place)? {
        let confirmed = read(&place, &invitation, &hub_key, &secret)?;
        let enrolled = confirmed.keep(catalog, key_path, &secret, (invitation.hub.clone(), authority), act)?;
        key::write(&key_path.with_extension(USED), &invitation.code.digest().0)?;
        clear(folder, &secret.public(), &invitation);
        return Ok(OnDisk::Enrolled(enrolled));
    }
    if is_fresh {
        key::write(&key_path.with_extension("new"), brought.secret)?;
    }
    let place = folder.join(enrolment::request_folder(&secret.public(), &invitation.code));
    let unwritable = || SyncError::Answer { hub: invitation.hub.clone(), what: "a question too long".to_owned() };
    let request = super::request(&invitation, &secret, brought);
    let request = Signed::new(request, &secret).map_err(|_| unwritable())?.text;
    let seed = Seed::of(&secret, &hub_key, Hash::of(request.as_bytes()));
    let fill = |out: &mut dyn Write| age::seal(&hub_key, &seed, &mut request.as_bytes(), out);
    carried::is_real_folder(&place)?;
    sohoa_store::atomic::make_folder(&place)?;
    carried::write(&place.join(enrolment::REQUEST), fill, &Cancel::new())?;
    Ok(OnDisk::Asked(place))
}

/// Whether the station was enrolled by this invitation before: then it is not asked once more with a code that is used.
fn is_done(
    catalog: &Catalog,
    key_path: &Path,
    invitation: &Invitation,
    folder: &Path,
) -> Result<Option<Enrolled>, SyncError> {
    let Some(state) = catalog.sync_state()? else { return Ok(None) };
    let receipt = super::receipt(&state)?;
    let (used, code) = (key_path.with_extension(USED), invitation.code.digest().0);
    // The one was written at the end of it, the other is what a crash before that left.
    if !key::read(&used).is_ok_and(|used| used.to_bytes() == code) {
        let answer = enrolment::answer_folder(&receipt.public_key, &invitation.code);
        if !carried::is_real_folder(&folder.join(answer))? {
            return Ok(None);
        }
        key::write(&used, &code)?;
    }
    clear(folder, &receipt.public_key, invitation);
    let EnrolmentReceipt { name, unit, epoch, .. } = receipt;
    Ok(Some(Enrolled { hub: state.hub, name, unit, epoch, known: 0 }))
}

/// The disk goes on to carry bundles; what is left of an enrolment would only be answered again.
fn clear(folder: &Path, key: &PublicKey, invitation: &Invitation) {
    let names = [enrolment::request_folder(key, &invitation.code), enrolment::answer_folder(key, &invitation.code)];
    for done in names.map(|name| folder.join(name)) {
        match std::fs::remove_dir_all(&done) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "{} is of no use any more and could not be removed", done.display());
            }
            _ => {}
        }
    }
}

/// What the hub answered, believed to its last line.
fn read(
    place: &Path,
    invitation: &Invitation,
    hub_key: &PublicKey,
    secret: &SecretKey,
) -> Result<Confirmed, SyncError> {
    let listed = |answer: &EnrolmentAnswer| Some((answer.list, true));
    let (answer, mut entries) = answer::signed(place, &invitation.hub, hub_key, &listed, &Cancel::new())?;
    let bad = || SyncError::BadAnswer(place.to_owned());
    let receipt = json::canonical(&answer.receipt).map_err(|_| bad())?;
    let receipt = super::believed(invitation, receipt.as_bytes(), hub_key, secret)?;
    let mut log = OwnLog::new(receipt.statement.station);
    entries.sort_by_key(|entry| entry.path(true));
    for entry in &entries {
        for line in answer::lines(secret, place, &entry.path(true), true)? {
            log.add(&LogLine::read(&line).map_err(|_| bad())?)?;
        }
    }
    match log.is(answer.seq, answer.chain) {
        true => Ok(Confirmed { receipt, generation: answer.generation, log }),
        false => Err(super::other_log(&invitation.hub)),
    }
}
