//! The sweep: objects of files that no row names, what was half written, and places of parts of which no row tells are removed.
//!
//! Rows come before their objects, so an object that was listed and is of no row then is of nobody. One whose digest a row names
//! under another key goes only if the object at that key is whole; if it is not and this one is, the row gets this one.

use std::collections::BTreeSet;

use futures_util::stream::TryStreamExt;
use sohoa_wire::Hash;
use sqlx_postgres::PgPool;

use super::{ASKED, CollectError, Mode, Run, Sweep, before};
use crate::database::{rows, sql, value};
use crate::fixity::{self, Condition, Kept};
use crate::store::{Listed, Store};

/// Objects that are swept in one run, at most.
const SWEPT: usize = 100_000;

/// What becomes of an object that no row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It goes.
    Goes,
    /// It stays: what a row names is not whole, and neither is this one, or nobody knows.
    Stays,
    /// It is what so many rows name and do not have.
    Mends(u64),
}

/// Objects of files that no row names.
pub(super) async fn objects(run: &mut Run<'_>, sweep: Sweep) -> Result<(), CollectError> {
    let before = before(run.pool, sweep.days).await?;
    let (mut named, mut found) = (0, Vec::new());
    let mut listing = run.store.list("f").try_chunks(ASKED);
    while let Some(some) = listing.try_next().await.map_err(|error| error.1)? {
        // What is not named as files are is nobody's business here.
        let files: Vec<(Hash, Listed)> =
            some.into_iter().filter_map(|object| Some((digest_in(&object.key)?, object))).collect();
        let listed = files.len();
        let of_nobody = of_nobody(run.pool, files).await?;
        named += listed - of_nobody.len();
        found.extend(of_nobody.into_iter().filter(|(_, object)| object.at <= before));
        // The rest comes with the next run.
        if found.len() >= SWEPT {
            break;
        }
    }
    if found.len() > named && !sweep.anyway {
        run.collected.left_alone = found.len() as u64;
        return Ok(());
    }
    for (digest, object) in found {
        match fate(run.pool, run.store, digest, &object, run.mode).await? {
            Fate::Stays => run.collected.kept += 1,
            Fate::Mends(rows) => run.collected.mended += rows,
            Fate::Goes => {
                if run.mode == Mode::Remove
                    && let Err(error) = run.store.delete(&object.key).await
                {
                    run.stuck(&object.key, error).await?;
                    continue;
                }
                run.collected.orphans += 1;
                run.collected.orphan_bytes += object.bytes;
            }
        }
    }
    for object in run.store.torn().await?.into_iter().filter(|object| object.at <= before) {
        if run.mode == Mode::Remove
            && let Err(error) = run.store.remove_torn(&object.key).await
        {
            run.stuck(&object.key, error).await?;
            continue;
        }
        run.collected.orphans += 1;
        run.collected.orphan_bytes += object.bytes;
    }
    Ok(())
}

/// Those of some objects of files that no row names.
async fn of_nobody(pool: &PgPool, files: Vec<(Hash, Listed)>) -> Result<Vec<(Hash, Listed)>, CollectError> {
    let keys: Vec<&str> = files.iter().map(|(_, object)| object.key.as_str()).collect();
    let digests: Vec<&[u8]> = files.iter().map(|(digest, _)| digest.0.as_slice()).collect();
    // A file that moves from one table to the other is in one of them for each statement.
    let lone: Vec<String> = value(
        "SELECT w.key FROM unnest($1::text[], $2::bytea[]) AS w(key, sha256) \
         WHERE NOT EXISTS (SELECT FROM staged s WHERE s.key = w.key) \
         AND NOT EXISTS (SELECT FROM file f WHERE f.sha256 = w.sha256 AND f.key = w.key)",
    )
    .bind(&keys)
    .bind(&digests)
    .fetch_all(pool)
    .await?;
    let lone: BTreeSet<String> = lone.into_iter().collect();
    Ok(files.into_iter().filter(|(_, object)| lone.contains(&object.key)).collect())
}

/// What becomes of an object without a row; a row that lacks its own object gets it, unless it is only told.
async fn fate(pool: &PgPool, store: &Store, digest: Hash, object: &Listed, mode: Mode) -> Result<Fate, CollectError> {
    let named: Vec<(i32, String, i64)> =
        rows("SELECT unit_no, key, bytes FROM file WHERE sha256 = $1 ORDER BY unit_no")
            .bind(digest.0.as_slice())
            .fetch_all(pool)
            .await?;
    let sha256 = digest.0.to_vec();
    let mut fate = Fate::Goes;
    for (unit_no, key, bytes) in named {
        let own = Kept { sha256: sha256.clone(), unit_no, key, bytes, is_lost: false };
        match fixity::condition(store, &own).await {
            Ok(Condition::Whole) => continue,
            Ok(Condition::Missing | Condition::Damaged) => {}
            // The one that is not read may be damaged.
            Err(error) => {
                tracing::error!(key = own.key, %error, "an object of the store cannot be read");
                return Ok(Fate::Stays);
            }
        }
        let this = Kept { key: object.key.clone(), ..own };
        let Ok(Condition::Whole) = fixity::condition(store, &this).await else { return Ok(Fate::Stays) };
        let mended = match mode {
            Mode::Tell => 1,
            Mode::Remove => give(pool, &this).await?,
        };
        fate = Fate::Mends(mended + if let Fate::Mends(before) = fate { before } else { 0 });
    }
    Ok(fate)
}

/// Gives a row the object that was found for it, whatever it named before; the answer is how many rows.
async fn give(pool: &PgPool, found: &Kept) -> Result<u64, CollectError> {
    let given = sql("UPDATE file SET key = $3, state = 0 WHERE sha256 = $1 AND unit_no = $2 AND bytes = $4")
        .bind(&found.sha256)
        .bind(found.unit_no)
        .bind(&found.key)
        .bind(found.bytes)
        .execute(pool)
        .await?;
    tracing::info!(key = found.key, unit_no = found.unit_no, "a file has an object again that no row named");
    Ok(given.rows_affected())
}

/// The digest that the key of a file names.
fn digest_in(key: &str) -> Option<Hash> {
    let (_, name) = key.strip_prefix("f/")?.split_once('/')?;
    name.split_once('.')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub;

    #[test]
    fn keys_of_files_name_their_digest_and_others_none() {
        let digest = Hash::of(b"x");
        assert_eq!(digest_in(&hub::file_key(digest, "0123456789abcdef")), Some(digest));
        for other in ["f/aa/x.1", "b/aa/1", "f/readme", "staging/1", ""] {
            assert_eq!(digest_in(other), None, "{other}");
        }
    }
}
