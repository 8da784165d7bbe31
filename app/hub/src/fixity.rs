//! Fixity: the objects that rows of `file` name are read again and hashed. One that is missing or is not what its digest says is
//! lost: stations are told that it is missing, and those of its unit are asked to send it again from their vaults.
//!
//! A sample goes on where the last one ended, in the order of digests, and begins anew at the end: what was looked at longest
//! ago comes next. What is lost is looked at, too, for a medium may come back. Nothing is marked unless the store has the marker
//! of this database then, nor where nothing at all is there: the store is more likely another one than lost.

use object_store::GetRange;
use sohoa_model::hash::Hasher;
use sohoa_wire::body::FileWanted;
use sohoa_wire::{Hash, limits};
use sqlx_postgres::PgPool;

use crate::database::{rows, sql, value};
use crate::marker::{Marker, MarkerError};
use crate::publish::from_file::{self, FromFileError};
use crate::publish::{self, PublishError};
use crate::store::{Store, StoreError};

/// Percent of all files that a hub reads each day by itself: all of them in three years.
pub const DAILY_PERCENT: f64 = 0.1;
/// A sample has so many files, if there are so many: fewer would not tell a store that is another one from one that lost some.
const AT_LEAST: u64 = 20;
/// Files that are read of the table at once.
const AT_ONCE: i64 = 500;
/// After so many files in a row that cannot be read it is asked whether the store answers at all.
const UNREADABLE: u64 = 5;
/// Up to so many files are counted one by one; of more it is enough to know about how many they are.
const COUNTED: i64 = 100_000;
/// Lost files that a sample looks at beside those that are not.
const LOST: i64 = 20;
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
    /// Lost files that are whole again.
    pub whole_again: u64,
    /// Files that stations are asked for.
    pub asked: u64,
}

/// Why files are not looked at to the end.
#[derive(Debug, thiserror::Error)]
pub enum FixityError {
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
    /// The store is away, or is not the one of the database.
    #[error(transparent)]
    Marker(#[from] MarkerError),
    /// The record that asks for a file cannot be made.
    #[error(transparent)]
    Record(#[from] FromFileError),
    /// It cannot be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// A row of `file`.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) sha256: Vec<u8>,
    pub(crate) unit_no: i32,
    pub(crate) key: String,
    pub(crate) bytes: i64,
    pub(crate) is_lost: bool,
}

/// How an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
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
    let marker = if anyway { Marker::renew(pool, store).await? } else { Marker::ensure(pool, store).await? };
    let mut reading = Reading { pool, store, marker, looked, missing: Vec::new(), is_ours: anyway, unreadable: 0 };
    match extent {
        Extent::All => reading.all().await?,
        Extent::Percent(percent) => reading.sample(percent).await?,
    }
    let unmarked = reading.missing.len();
    looked.missing += unmarked as u64;
    looked.is_elsewhere = unmarked > 0;
    Ok(())
}

/// Files that are read.
struct Reading<'a> {
    pool: &'a PgPool,
    store: &'a Store,
    marker: Marker,
    looked: &'a mut Looked,
    /// Those that are not there, until one is: then the store is the one of this database.
    missing: Vec<Kept>,
    is_ours: bool,
    /// How many in a row could not be read.
    unreadable: u64,
}

impl Reading<'_> {
    async fn all(&mut self) -> Result<(), FixityError> {
        let mut after = (Vec::new(), 0);
        while self.missing.len() < NONE_THERE {
            let some = kept(self.pool, &after, AT_ONCE, Lost::Too).await?;
            let Some(last) = some.last() else { break };
            after = (last.sha256.clone(), last.unit_no);
            self.group(some).await?;
        }
        Ok(())
    }

    async fn sample(&mut self, percent: f64) -> Result<(), FixityError> {
        let all = about(self.pool).await?;
        let share = (all as f64 * percent / 100.0).ceil() as u64;
        let most = share.max(AT_LEAST.min(all));
        let mut after: (Vec<u8>, i32) =
            rows("SELECT read_to_sha256, read_to_unit FROM hub").fetch_one(self.pool).await?;
        let mut is_anew = false;
        while self.looked.files < most && self.missing.len() < NONE_THERE {
            let limit = AT_ONCE.min(i64::try_from(most - self.looked.files).unwrap_or(AT_ONCE));
            let some = kept(self.pool, &after, limit, Lost::Not).await?;
            let Some(last) = some.last() else {
                if is_anew {
                    break;
                }
                (is_anew, after) = (true, (Vec::new(), 0));
                continue;
            };
            after = (last.sha256.clone(), last.unit_no);
            self.group(some).await?;
            // Those that were not marked are looked at again; those that cannot be read come with their turn.
            if self.missing.is_empty() {
                sql("UPDATE hub SET read_to_sha256 = $1, read_to_unit = $2")
                    .bind(&after.0)
                    .bind(after.1)
                    .execute(self.pool)
                    .await?;
            }
        }
        let lost = lost(self.pool).await?;
        self.group(lost).await
    }

    /// Reads some files, and marks what they are if the store is still the one.
    async fn group(&mut self, files: Vec<Kept>) -> Result<(), FixityError> {
        let (mut damaged, mut whole) = (Vec::new(), Vec::new());
        for file in files {
            self.looked.files += 1;
            self.looked.bytes += file.bytes.unsigned_abs();
            let condition = match condition(self.store, &file).await {
                Ok(condition) => condition,
                Err(error) => {
                    self.cannot_read(&file, error).await?;
                    continue;
                }
            };
            self.unreadable = 0;
            self.is_ours |= condition != Condition::Missing;
            match condition {
                Condition::Whole if file.is_lost => whole.push(file),
                Condition::Missing if !file.is_lost => self.missing.push(file),
                Condition::Damaged if !file.is_lost => damaged.push(file),
                Condition::Whole | Condition::Missing | Condition::Damaged => {}
            }
        }
        self.marker.check(self.store).await?;
        for file in whole {
            self.looked.whole_again += find(self.pool, &file).await?;
        }
        for file in damaged {
            self.looked.damaged += lose(self.pool, &file, Condition::Damaged).await?;
        }
        if self.is_ours {
            for file in std::mem::take(&mut self.missing) {
                // The store may have been away when it was looked for.
                if self.store.size(&file.key).await.is_err_and(|error| error.is_missing()) {
                    self.looked.missing += lose(self.pool, &file, Condition::Missing).await?;
                }
            }
        }
        Ok(())
    }

    /// Notes a file that cannot be read; where many cannot, the store must answer at all.
    async fn cannot_read(&mut self, file: &Kept, error: StoreError) -> Result<(), FixityError> {
        tracing::error!(key = file.key, %error, "an object of the store cannot be read");
        let (count, first) = self.looked.unreadable.take().map_or((0, error), |(count, first)| (count, first));
        self.looked.unreadable = Some((count + 1, first));
        self.unreadable += 1;
        if self.unreadable.is_multiple_of(UNREADABLE) {
            self.marker.check(self.store).await?;
        }
        Ok(())
    }
}

/// About how many files there are: `count(*)` of a hundred million rows takes longer than a statement may.
async fn about(pool: &PgPool) -> Result<u64, sqlx_core::Error> {
    let about: i64 = value(
        "SELECT greatest((SELECT count(*) FROM (SELECT FROM file WHERE state = 0 LIMIT $1) f), \
         (SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_partition_tree('file') \
          JOIN pg_class ON oid = relid WHERE isleaf AND (SELECT count(*) FROM (SELECT FROM file LIMIT $1) f) = $1))",
    )
    .bind(COUNTED)
    .fetch_one(pool)
    .await?;
    Ok(about.unsigned_abs())
}

/// Whether lost files are among those that are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lost {
    Too,
    Not,
}

/// The columns of a file.
type Columns = (Vec<u8>, i32, String, i64, bool);

impl From<Columns> for Kept {
    fn from((sha256, unit_no, key, bytes, is_lost): Columns) -> Self {
        Self { sha256, unit_no, key, bytes, is_lost }
    }
}

/// Files behind one, in their order.
async fn kept(pool: &PgPool, after: &(Vec<u8>, i32), limit: i64, lost: Lost) -> Result<Vec<Kept>, sqlx_core::Error> {
    let found: Vec<Columns> = rows(
        "SELECT sha256, unit_no, key, bytes, state = 1 FROM file WHERE (sha256, unit_no) > ($1, $2) \
         AND (state = 0 OR $4) ORDER BY sha256, unit_no LIMIT $3",
    )
    .bind(&after.0)
    .bind(after.1)
    .bind(limit)
    .bind(lost == Lost::Too)
    .fetch_all(pool)
    .await?;
    Ok(found.into_iter().map(Kept::from).collect())
}

/// Some of the lost files, others each time.
async fn lost(pool: &PgPool) -> Result<Vec<Kept>, sqlx_core::Error> {
    let found: Vec<Columns> = rows(
        "SELECT f.sha256, f.unit_no, f.key, f.bytes, true FROM (SELECT sha256, unit_no FROM lost_file \
             WHERE mended_at IS NULL ORDER BY random() LIMIT $1) l \
         JOIN file f USING (sha256, unit_no) WHERE f.state = 1",
    )
    .bind(LOST)
    .fetch_all(pool)
    .await?;
    Ok(found.into_iter().map(Kept::from).collect())
}

/// How an object is; what is not as it should be is looked at twice, for it may have been the way and not the object.
pub(crate) async fn condition(store: &Store, file: &Kept) -> Result<Condition, StoreError> {
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

/// Marks a lost file as whole again, unless its row has another object by now; the answer is how many were marked.
async fn find(pool: &PgPool, file: &Kept) -> Result<u64, FixityError> {
    let marked = sql("UPDATE file SET state = 0 WHERE sha256 = $1 AND unit_no = $2 AND key = $3 AND state = 1")
        .bind(&file.sha256)
        .bind(file.unit_no)
        .bind(&file.key)
        .execute(pool)
        .await?
        .rows_affected();
    if marked > 0 {
        tracing::info!(key = file.key, unit_no = file.unit_no, "a file that was lost is whole again");
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
    let (mut asked, mut after) = (0, 0_i64);
    loop {
        let mut transaction = pool.begin().await?;
        let wanted: Vec<(i64, Vec<u8>, i64, String)> = rows(
            "SELECT l.lost_no, l.sha256, l.bytes, u.code FROM lost_file l JOIN unit u USING (unit_no) \
             WHERE l.lost_no > $3 AND l.mended_at IS NULL AND (l.asked_at IS NULL OR l.asked_at < now() - make_interval(days => $1)) \
             ORDER BY l.lost_no LIMIT $2 FOR UPDATE OF l SKIP LOCKED",
        )
        .bind(ASKED_AGAIN_DAYS)
        .bind(PUBLISHED)
        .bind(after)
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
            (asked, after) = (asked + 1, number);
        }
        transaction.commit().await?;
    }
}
