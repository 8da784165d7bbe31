//! Strays: batch bodies in the store of which the database does not know that they are on the log of their station.
//!
//! A body goes to the store before its row, so one without a row is what a hub left that died, or it tells that the store is ahead
//! of the database: the database was restored, or is another one. What such a body names lies perhaps nowhere but in the store,
//! in objects without rows. A body whose last line is on the log that the database has tells nothing new.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::TryStreamExt;
use object_store::GetRange;
use sohoa_wire::{Batch, BatchHeader, Chain, Hash, StationId};
use sqlx_postgres::PgPool;

use super::{ASKED, CollectError};
use crate::database::{rows, value};
use crate::ingest::StoredHeader;
use crate::store::{Listed, Store};

/// Bytes in which the first line of a body ends.
const FIRST_LINE: u64 = 8 * 1024;

/// A body that tells of more than the database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its key.
    pub key: String,
    /// What it tells.
    pub tells: Tells,
}

/// What a stray tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// It is of a station that the database does not know.
    Station,
    /// It goes on behind the head that the database has of its station.
    Ahead,
    /// It is of another log than the one that the database has, or of one that cannot be told.
    Other,
}

impl std::fmt::Display for Stray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tells = match self.tells {
            Tells::Station => "is of a station that the database does not know",
            Tells::Ahead => "goes on behind what the database has of its station",
            Tells::Other => "is not on the log that the database has of its station",
        };
        write!(f, "{} {tells}", self.key)
    }
}

/// The first stray of a store; a body that was written later than a moment may be on its way onto its log.
pub(super) async fn first(
    pool: &PgPool,
    store: &Store,
    on_their_way: DateTime<Utc>,
) -> Result<Option<Stray>, CollectError> {
    let mut listing = store.list("b").try_chunks(ASKED);
    while let Some(some) = listing.try_next().await.map_err(|error| error.1)? {
        for body in without_row(pool, some).await? {
            let tells = match tells(pool, store, &body).await? {
                None => continue,
                Some(Tells::Ahead) if body.at > on_their_way => continue,
                Some(tells) => tells,
            };
            return Ok(Some(Stray { key: body.key, tells }));
        }
    }
    Ok(None)
}

/// Those of some bodies that no row of `batch` names.
async fn without_row(pool: &PgPool, bodies: Vec<Listed>) -> Result<Vec<Listed>, CollectError> {
    let named: Vec<Option<(StationId, u64)>> = bodies.iter().map(|body| place(&body.key)).collect();
    let stations: Vec<Option<uuid::Uuid>> = named.iter().map(|place| place.map(|(station, _)| station.0)).collect();
    let first: Vec<Option<i64>> =
        named.iter().map(|place| place.and_then(|(_, first)| first.try_into().ok())).collect();
    let keys: Vec<&str> = bodies.iter().map(|body| body.key.as_str()).collect();
    // In the order of the question.
    let is_named: Vec<bool> = value(
        "SELECT EXISTS (SELECT FROM station s JOIN batch b USING (station_no) \
             WHERE s.station = w.station AND b.first_seq = w.first_seq AND b.key = w.key) \
         FROM unnest($1::text[], $2::uuid[], $3::bigint[]) WITH ORDINALITY AS w(key, station, first_seq, number) \
         ORDER BY w.number",
    )
    .bind(&keys)
    .bind(&stations)
    .bind(&first)
    .fetch_all(pool)
    .await?;
    Ok(bodies.into_iter().zip(is_named).filter(|(_, is_named)| !is_named).map(|(body, _)| body).collect())
}

/// The station and the first position that the key of a body names.
fn place(key: &str) -> Option<(StationId, u64)> {
    let mut parts = key.strip_prefix("b/")?.split('/');
    let (station, _epoch, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some((station.parse().ok()?, name.split_once('-')?.0.parse().ok()?))
}

/// What a body without a row tells; nothing if its last line is on the log, or if it is gone by now.
async fn tells(pool: &PgPool, store: &Store, body: &Listed) -> Result<Option<Tells>, CollectError> {
    let Some((station, _)) = place(&body.key) else { return Ok(Some(Tells::Station)) };
    let head: Option<(i32, i64)> =
        rows("SELECT station_no, seq FROM station WHERE station = $1").bind(station.0).fetch_optional(pool).await?;
    let Some((station_no, seq)) = head else { return Ok(Some(Tells::Station)) };
    let beginning = match store.read_range(&body.key, GetRange::Bounded(0..FIRST_LINE.min(body.bytes.max(1)))).await {
        Ok(beginning) => beginning,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some((header, _)) = header(&beginning) else { return Ok(Some(Tells::Other)) };
    let last = header.claim.last().and_then(|last| i64::try_from(last).ok());
    let Some(last) = last.filter(|_| header.station == station) else { return Ok(Some(Tells::Other)) };
    if last > seq {
        return Ok(Some(Tells::Ahead));
    }
    let is_on_log = chain_at(pool, store, station_no, last).await? == Some(header.claim.chain);
    Ok((!is_on_log).then_some(Tells::Other))
}

/// The chain of a station's log at a position that a row of `batch` covers; none if that row's body does not tell.
async fn chain_at(pool: &PgPool, store: &Store, station_no: i32, seq: i64) -> Result<Option<Chain>, CollectError> {
    let row: Option<(i64, Vec<u8>, String)> = rows(
        "SELECT last_seq, chain, key FROM batch WHERE station_no = $1 AND first_seq <= $2 ORDER BY first_seq DESC LIMIT 1",
    )
    .bind(station_no)
    .bind(seq)
    .fetch_optional(pool)
    .await?;
    let Some((last_seq, chain, key)) = row.filter(|row| row.0 >= seq) else { return Ok(None) };
    let chain = Hash::from_slice(&chain).ok().map(Chain);
    if last_seq == seq {
        return Ok(chain);
    }
    // The station sent the same lines in a longer batch afterwards.
    let object = match store.get(&key).await {
        Ok(object) => object,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some((header, body)) = header(&object) else { return Ok(None) };
    let Ok(batch) = Batch::open(header, &body) else { return Ok(None) };
    if Some(batch.header.claim.chain) != chain {
        return Ok(None);
    }
    let before = batch.positions().take_while(|(at, _)| *at <= seq.unsigned_abs());
    Ok(Some(batch.header.claim.prev.then_all(before.map(|(_, line)| line.line().hash))))
}

/// The header of a stored body, and what is behind it.
fn header(object: &Bytes) -> Option<(BatchHeader, Bytes)> {
    let end = object.iter().position(|byte| *byte == b'\n')?;
    let stored: StoredHeader = serde_json::from_slice(&object[..end]).ok()?;
    Some((BatchHeader::read(&stored.batch).ok()?, object.slice(end + 1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_bodies_name_their_place_and_others_none() {
        let station = StationId(uuid::Uuid::from_u128(7));
        let key = format!("b/{station}/2/{:020}-{}.0123456789abcdef", 41, Hash::of(b"x"));
        assert_eq!(place(&key), Some((station, 41)));
        for other in ["b/station/1/1.0123456789abcdef", "b/readme", "f/aa/x.1", ""] {
            assert_eq!(place(other), None, "{other}");
        }
    }
}
