//! Fixity: the objects that rows of `file` name are read again and hashed. One that is missing or is not what its digest says is
//! lost: stations are told that it is missing, and those of its unit are asked to send it again from their vaults.
//!
//! A sample goes on where the last one ended, in the order of digests, and begins anew at the end: what was looked at longest
//! ago comes next. Where nothing at all is there, nothing is marked: the store is more likely another one than lost.

use object_store::GetRange;
use sohoa_model::hash::Hasher;
use sohoa_wire::body::FileWanted;
use sohoa_wire::{Hash, limits};
use sqlx_postgres::PgPool;

use crate::database::{rows, sql, value};
use crate::publish::from_file::{self, FromFileError};
use crate::publish::{self, PublishError};
use crate::store::{Store, StoreError};

/// Percent of all files that a hub reads each day by itself: all of them in three years.
pub const DAILY_PERCENT: f64 = 0.1;
/// A sample has so many files, if there are so many: fewer would not tell a store that is another one from one that lost some.
const AT_LEAST: u64 = 20;
/// Files that are read of the table at once.
const AT_ONCE: i64 = 500;
/// So many files in a row that cannot be read are the store's trouble and not theirs.
const UNREADABLE: u64 = 5;
/// So many missing files in a row, with none that is there, and the store is another one.
const NONE_THERE: usize = 1000;
/// Days after which stations are asked again for a file that is still lost.
const ASKED_AGAIN_DAYS: i32 = 7;
/// Records that are published in one transaction.
const PUBLISHED: i64 = 100;

/// Which files are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// All of them.
    All,
    /// So many percent, behind those that were read last.
    Percent(f64),
}

/// What was found.
#[derive(Debug, Default)]
pub struct Looked {
    /// Files that were looked at.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were found missing now.
    pub missing: u64,
    /// Files that were found damaged now.
    pub damaged: u64,
    /// Files that could not be read, and why the first could not; they are not marked.
    pub unreadable: Option<(u64, StoreError)>,
    /// Whether none of them was there: then none is marked.
    pub is_elsewhere: bool,
    /// Files that stations are asked for.
    pub asked: u64,
}

/// Why files are not looked at to the end.
#[derive(Debug, thiserror::Error)]
pub enum FixityError {
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
    /// The store is away.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record that asks for a file cannot be made.
    #[error(transparent)]
    Record(#[from] FromFileError),
    /// It cannot be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// A row of `file`.
struct Kept {
    sha256: Vec<u8>,
    unit_no: i32,
    key: String,
    bytes: i64,
}

/// How an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Whole,
    Missing,
    Damaged,
}

/// Reads files again, marks those that are lost, and asks for them; `anyway`: also where none is there at all.
pub async fn look(pool: &PgPool, store: &Store, extent: Extent, anyway: bool) -> Result<Looked, FixityError> {
    let mut looked = Looked::default();
    let read = read_again(pool, store, extent, anyway, &mut looked).await;
    // What was found before the store went away is asked for all the same.
    mend(pool).await?;
    looked.asked = ask(pool).await?;
    read?;
    Ok(looked)
}

/// Reads files and marks those that are lost.
async fn read_again(
    pool: &PgPool,
    store: &Store,
    extent: Extent,
    anyway: bool,
    looked: &mut Looked,
) -> Result<(), FixityError> {
    let (mut after, most): ((Vec<u8>, i32), u64) = match extent {
        Extent::All => ((Vec::new(), 0), u64::MAX),
        Extent::Percent(percent) => {
            let all: i64 = value("SELECT count(*) FROM file WHERE state = 0").fetch_one(pool).await?;
            let share = (all as f64 * percent / 100.0).ceil() as u64;
            let share = share.max(AT_LEAST.min(all.unsigned_abs()));
            (rows("SELECT read_to_sha256, read_to_unit FROM hub").fetch_one(pool).await?, share)
        }
    };
    let is_sample = extent != Extent::All;
    let (mut is_anew, mut row_of_unreadable) = (!is_sample, 0);
    // Kept until one is there: then the store is the one of this database.
    let (mut missing, mut is_ours) = (Vec::new(), anyway);
    while looked.files < most {
        let limit = AT_ONCE.min(i64::try_from(most - looked.files).unwrap_or(AT_ONCE));
        let some = kept(pool, &after, limit).await?;
        let Some(last) = some.last() else {
            if is_anew {
                break;
            }
            (is_anew, after) = (true, (Vec::new(), 0));
            continue;
        };
        after = (last.sha256.clone(), last.unit_no);
        for file in some {
            looked.files += 1;
            looked.bytes += file.bytes.unsigned_abs();
            let condition = match condition(store, &file).await {
                Ok(condition) => condition,
                Err(error) => {
                    row_of_unreadable += 1;
                    if row_of_unreadable == UNREADABLE {
                        return Err(error.into());
                    }
                    tracing::error!(key = file.key, %error, "an object of the store cannot be read");
                    let (count, first) = looked.unreadable.take().map_or((0, error), |(count, first)| (count, first));
                    looked.unreadable = Some((count + 1, first));
                    continue;
                }
            };
            row_of_unreadable = 0;
            is_ours |= condition != Condition::Missing;
            match condition {
                Condition::Whole => {}
                Condition::Missing => missing.push(file),
                Condition::Damaged => looked.damaged += lose(pool, &file, condition).await?,
            }
            if is_ours {
                for file in missing.drain(..) {
                    looked.missing += lose(pool, &file, Condition::Missing).await?;
                }
            }
        }
        if missing.len() >= NONE_THERE {
            break;
        }
        // Those that were not marked are looked at again.
        if is_sample && missing.is_empty() {
            sql("UPDATE hub SET read_to_sha256 = $1, read_to_unit = $2")
                .bind(&after.0)
                .bind(after.1)
                .execute(pool)
                .await?;
        }
    }
    looked.missing += missing.len() as u64;
    looked.is_elsewhere = !missing.is_empty();
    Ok(())
}

/// Files behind one, in their order.
async fn kept(pool: &PgPool, after: &(Vec<u8>, i32), limit: i64) -> Result<Vec<Kept>, sqlx_core::Error> {
    let found: Vec<(Vec<u8>, i32, String, i64)> = rows(
        "SELECT sha256, unit_no, key, bytes FROM file WHERE (sha256, unit_no) > ($1, $2) AND state = 0 \
         ORDER BY sha256, unit_no LIMIT $3",
    )
    .bind(&after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(found.into_iter().map(|(sha256, unit_no, key, bytes)| Kept { sha256, unit_no, key, bytes }).collect())
}

/// How an object is; what is not as it should be is looked at twice, for it may have been the way and not the object.
async fn condition(store: &Store, file: &Kept) -> Result<Condition, StoreError> {
    match read(store, file).await? {
        Condition::Whole => Ok(Condition::Whole),
        Condition::Missing | Condition::Damaged => read(store, file).await,
    }
}

/// Reads an object by pieces and compares its digest.
async fn read(store: &Store, file: &Kept) -> Result<Condition, StoreError> {
    match digest(store, file).await {
        Ok(digest) if digest.is_some_and(|digest| digest.0.as_slice() == file.sha256) => Ok(Condition::Whole),
        Ok(_) => Ok(Condition::Damaged),
        Err(error) if error.is_missing() => Ok(Condition::Missing),
        Err(error) => Err(error),
    }
}

/// The digest of an object; none if it is longer or shorter than its row says.
async fn digest(store: &Store, file: &Kept) -> Result<Option<Hash>, StoreError> {
    let bytes = file.bytes.unsigned_abs();
    if store.size(&file.key).await? != bytes {
        return Ok(None);
    }
    let mut hasher = Hasher::new();
    while hasher.bytes() < bytes {
        let range = hasher.bytes()..bytes.min(hasher.bytes() + limits::PART_BYTES);
        let piece = store.read_range(&file.key, GetRange::Bounded(range)).await?;
        if piece.is_empty() {
            return Ok(None);
        }
        hasher = tokio::task::block_in_place(move || {
            hasher.update(&piece);
            hasher
        });
    }
    Ok(Some(hasher.finish().into()))
}

/// Marks a file as lost, unless its row has another object by now; the answer is how many were marked.
async fn lose(pool: &PgPool, file: &Kept, condition: Condition) -> Result<u64, FixityError> {
    let marked = sql("WITH lost AS (UPDATE file SET state = 1 WHERE sha256 = $1 AND unit_no = $2 AND key = $3 AND state = 0 \
         RETURNING sha256, unit_no, key, bytes) \
         INSERT INTO lost_file (sha256, unit_no, key, bytes, is_damaged) SELECT sha256, unit_no, key, bytes, $4 FROM lost")
    .bind(&file.sha256)
    .bind(file.unit_no)
    .bind(&file.key)
    .bind(condition == Condition::Damaged)
    .execute(pool)
    .await?;
    let marked = marked.rows_affected();
    if marked > 0 {
        tracing::error!(key = file.key, unit_no = file.unit_no, ?condition, "a file is lost");
    }
    Ok(marked)
}

/// What was uploaded and waits for a record that names it takes the place of what is lost.
async fn mend(pool: &PgPool) -> Result<(), sqlx_core::Error> {
    sql("WITH moved AS (DELETE FROM staged s USING lost_file l WHERE l.sha256 = s.sha256 AND l.unit_no = s.unit_no \
             AND l.bytes = s.bytes AND l.mended_at IS NULL AND s.state = 1 RETURNING s.sha256, s.unit_no, s.key) \
         UPDATE file f SET key = m.key, state = 0 FROM moved m \
         WHERE f.sha256 = m.sha256 AND f.unit_no = m.unit_no AND f.state = 1")
    .execute(pool)
    .await?;
    Ok(())
}

/// Asks the stations of its unit for each file that is lost, and again after a while; the answer is for how many.
async fn ask(pool: &PgPool) -> Result<u64, FixityError> {
    let mut asked = 0;
    loop {
        let mut transaction = pool.begin().await?;
        let wanted: Vec<(i64, Vec<u8>, i64, String)> = rows(
            "SELECT l.lost_no, l.sha256, l.bytes, u.code FROM lost_file l JOIN unit u USING (unit_no) \
             WHERE l.mended_at IS NULL AND (l.asked_at IS NULL OR l.asked_at < now() - make_interval(days => $1)) \
             ORDER BY l.lost_no LIMIT $2 FOR UPDATE OF l SKIP LOCKED",
        )
        .bind(ASKED_AGAIN_DAYS)
        .bind(PUBLISHED)
        .fetch_all(&mut *transaction)
        .await?;
        if wanted.is_empty() {
            return Ok(asked);
        }
        for (number, sha256, bytes, unit) in wanted {
            let sha256 = Hash::from_slice(&sha256).map_err(|error| sqlx_core::Error::Decode(error.into()))?;
            let line = from_file::line(&FileWanted { sha256, bytes: bytes.unsigned_abs() }, Vec::new())?;
            publish::put(&mut transaction, &unit, None, &[&line]).await?;
            sql("UPDATE lost_file SET asked_at = now() WHERE lost_no = $1")
                .bind(number)
                .execute(&mut *transaction)
                .await?;
            asked += 1;
        }
        transaction.commit().await?;
    }
}
