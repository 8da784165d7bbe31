//! The answer to a station, on the disk that its bundles came on: the acknowledgement, a receipt for each bundle, and the
//! feed behind the cursor that the station named, sealed for it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use sohoa_model::Cancel;
use sohoa_store::{StoreError, carried};
use sohoa_wire::age::{self, Seed};
use sohoa_wire::api::FileOffer;
use sohoa_wire::bundle::{self, Answer, BundleReceipt, Entry, Listed};
use sohoa_wire::moment::Moment;
use sohoa_wire::{Hash, LogLine, ProblemKind, Signed, codec, limits};

use super::ReceiveError;
use crate::auth::Caller;
use crate::database::{rows, value};
use crate::{Hub, Refusal, ingest};

/// Lines of a piece of the feed.
const PIECE: usize = 500;

impl From<Refusal> for ReceiveError {
    fn from(refusal: Refusal) -> Self {
        Self::Later(Box::new(refusal))
    }
}

/// Writes the answer in place of the one before.
pub(super) async fn write(
    hub: &Hub,
    caller: &Caller,
    folder: &Path,
    cursor: u64,
    receipts: Vec<BundleReceipt>,
) -> Result<(), ReceiveError> {
    let place = folder.join(bundle::answer_folder(caller.station));
    let begun = place.with_extension("incomplete");
    for old in [&begun, &place] {
        match fs::remove_dir_all(old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::write(old, error).into());
            }
            _ => {}
        }
    }
    let (entries, feed_next) = feed(hub, caller, &begun, cursor).await?;
    let internal = |error: sohoa_wire::json::JsonError| Refusal::new(ProblemKind::Internal).because(error);
    let list = bundle::write_list(&entries).map_err(internal)?;
    let ack = ingest::acknowledge(hub, caller).await?;
    let ack = sohoa_wire::json::read(ack.text.as_bytes()).map_err(internal)?;
    let answer = Answer {
        format: bundle::ANSWER_FORMAT.to_owned(),
        station: caller.station,
        epoch: caller.epoch,
        generation: hub.generation,
        ack,
        receipts,
        feed_after: cursor,
        feed_next,
        sealed: true,
        list: Listed { bytes: list.len() as u64, sha256: Hash::of(&list) },
        at: Moment(hub.now()),
    };
    let answer = Signed::new(answer, &hub.key).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    let complete = format!("{}\n", Hash::of(answer.text.as_bytes()));
    for (name, bytes) in [
        (bundle::LIST, list.as_slice()),
        (bundle::ANSWER, answer.text.as_bytes()),
        (bundle::COMPLETE, complete.as_bytes()),
    ] {
        carried::write(&begun.join(name), |out| out.write_all(bytes), &Cancel::new())?;
    }
    carried::rename_folder(&begun, &place)?;
    Ok(())
}

/// Writes the feed behind a cursor in pieces, with the files that it names; gives the cursor at its end.
async fn feed(hub: &Hub, caller: &Caller, place: &Path, after: u64) -> Result<(Vec<Entry>, u64), ReceiveError> {
    let (mut entries, mut files) = (Vec::new(), BTreeMap::new());
    let mut cursor = after;
    loop {
        let found: Vec<(i64, Option<i32>, String)> =
            rows("SELECT pos, station_no, line FROM feed WHERE unit_no = $1 AND pos > $2 ORDER BY pos LIMIT $3")
                .bind(caller.unit_no)
                .bind(i64::try_from(cursor).unwrap_or(i64::MAX))
                .bind(i64::try_from(PIECE).unwrap_or(1))
                .fetch_all(&hub.pool)
                .await
                .map_err(Refusal::from)?;
        let Some((last, ..)) = found.last() else { break };
        let mine = found.iter().filter(|(_, station, _)| station.is_none_or(|no| no == caller.station_no));
        let lines: Vec<&[u8]> = mine.map(|(.., line)| line.as_bytes()).collect();
        for line in &lines {
            if let Ok(LogLine::Record(record, _)) = LogLine::read(line) {
                files.extend(record.files.into_iter().map(|file| (file.sha256, file.bytes)));
            }
        }
        pieces(hub, caller, place, cursor, &lines, &mut entries)?;
        cursor = last.unsigned_abs();
    }
    for (sha256, bytes) in files {
        if let Some(plain) = file(hub, caller, sha256).await? {
            let stored = seal(hub, caller, &place.join(bundle::file_path(sha256, true)), &plain)?;
            entries.push(Entry::File { file: FileOffer { sha256, bytes }, stored });
        }
    }
    Ok((entries, cursor))
}

/// Lines in one piece, or in two where they pack too badly.
fn pieces(
    hub: &Hub,
    caller: &Caller,
    place: &Path,
    first: u64,
    lines: &[&[u8]],
    entries: &mut Vec<Entry>,
) -> Result<(), ReceiveError> {
    if lines.is_empty() {
        return Ok(());
    }
    let body = match codec::encode(lines.iter().copied()) {
        Ok(body) => body,
        Err(codec::CodecError::TooLong { .. }) if lines.len() > 1 => {
            let (front, back) = lines.split_at(lines.len() / 2);
            pieces(hub, caller, place, first, front, entries)?;
            return pieces(hub, caller, place, first + front.len() as u64, back, entries);
        }
        Err(error) => return Err(Refusal::new(ProblemKind::Internal).because(error).into()),
    };
    let stored = seal(hub, caller, &place.join(bundle::lines_path(first, true)), &body)?;
    entries.push(Entry::Lines { first, batch: None, stored });
    Ok(())
}

/// A file that a record of the feed names, if the store has it.
async fn file(hub: &Hub, caller: &Caller, sha256: Hash) -> Result<Option<Vec<u8>>, ReceiveError> {
    let key: Option<String> =
        value("SELECT key FROM file WHERE sha256 = $1 AND unit_no = $2 AND state = 0 AND bytes <= $3")
            .bind(sha256.0.as_slice())
            .bind(caller.unit_no)
            .bind(i64::try_from(limits::FEED_FILE_BYTES).unwrap_or(i64::MAX))
            .fetch_optional(&hub.pool)
            .await
            .map_err(Refusal::from)?;
    let Some(key) = key else { return Ok(None) };
    Ok(Some(hub.store.get(&key).await.map_err(Refusal::from)?.to_vec()))
}

fn seal(hub: &Hub, caller: &Caller, target: &Path, plain: &[u8]) -> Result<Listed, StoreError> {
    let seed = Seed::of(&hub.key, &caller.key, Hash::of(plain));
    let fill = |out: &mut dyn Write| age::seal(&caller.key, &seed, &mut &*plain, out);
    let stored = carried::write(target, fill, &Cancel::new())?;
    Ok(Listed { bytes: stored.bytes, sha256: stored.sha256.into() })
}
