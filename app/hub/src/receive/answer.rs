//! The answer to a station, on the disk that its bundles came on: the acknowledgement, a receipt for each bundle, and the
//! feed behind the cursor that the station named, sealed for it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sohoa_model::Cancel;
use sohoa_store::{StoreError, carried};
use sohoa_wire::age::{self, Seed};
use sohoa_wire::api::FileOffer;
use sohoa_wire::bundle::{self, Answer, BundleReceipt, Entry, Listed};
use sohoa_wire::json::JsonError;
use sohoa_wire::moment::Moment;
use sohoa_wire::signed::Statement;
use sohoa_wire::{Hash, LogLine, ProblemKind, PublicKey, Signed, codec, limits};

use super::ReceiveError;
use crate::auth::Caller;
use crate::database::rows;
use crate::{Hub, Refusal, ingest, texts};

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
    let begun = begin(&place)?;
    let (entries, feed_next) = feed(hub, caller, &begun, cursor).await?;
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
    finish(hub, &begun, &place, answer, &list)
}

/// Takes an answer of before away; gives the folder that the new one is written in.
pub(super) fn begin(place: &Path) -> Result<PathBuf, StoreError> {
    let begun = place.with_extension("incomplete");
    for old in [&begun, place] {
        match fs::remove_dir_all(old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::write(old, error)),
            _ => {}
        }
    }
    Ok(begun)
}

/// Signs an answer, and gives its folder its name when all of it is on the medium.
pub(super) fn finish<T: Statement>(
    hub: &Hub,
    begun: &Path,
    place: &Path,
    answer: T,
    list: &[u8],
) -> Result<(), ReceiveError> {
    let answer = Signed::new(answer, &hub.key).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    let complete = format!("{}\n", Hash::of(answer.text.as_bytes()));
    for (name, bytes) in
        [(bundle::LIST, list), (bundle::ANSWER, answer.text.as_bytes()), (bundle::COMPLETE, complete.as_bytes())]
    {
        carried::write(&begun.join(name), |out| out.write_all(bytes), &Cancel::new())?;
    }
    carried::rename_folder(begun, place)?;
    Ok(())
}

pub(super) fn internal(error: JsonError) -> Refusal {
    Refusal::new(ProblemKind::Internal).because(error)
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
        let most = i64::try_from(limits::FEED_FILE_BYTES).unwrap_or(i64::MAX);
        if let Some(plain) = texts::file(hub, caller.unit_no, &sha256.0, most).await? {
            let stored = seal(hub, &caller.key, &place.join(bundle::file_path(sha256, true)), &plain)?;
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
    let stored = seal(hub, &caller.key, &place.join(bundle::lines_path(first, true)), &body)?;
    entries.push(Entry::Lines { first, batch: None, stored });
    Ok(())
}

/// Seals a file of an answer for the station.
pub(super) fn seal(hub: &Hub, station: &PublicKey, target: &Path, plain: &[u8]) -> Result<Listed, StoreError> {
    let seed = Seed::of(&hub.key, station, Hash::of(plain));
    let fill = |out: &mut dyn Write| age::seal(station, &seed, &mut &*plain, out);
    let stored = carried::write(target, fill, &Cancel::new())?;
    Ok(Listed { bytes: stored.bytes, sha256: stored.sha256.into() })
}
