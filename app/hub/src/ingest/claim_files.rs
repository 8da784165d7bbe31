//! Claiming the files that records name: moved from `staged` to `file` in the batch's own transaction, so that checking and
//! referring are one statement and nothing can be collected in between.

use sohoa_wire::{Hash, ProblemKind};
use sqlx_postgres::PgTransaction;

use super::content::Content;
use crate::Refusal;
use crate::database::{sql, value};

/// So many missing files are named in a refusal.
const NAMED: usize = 100;

pub(super) async fn claim(
    transaction: &mut PgTransaction<'_>,
    unit_no: i32,
    content: &Content<'_>,
) -> Result<(), Refusal> {
    if content.files.is_empty() {
        return Ok(());
    }
    let mut digests = Vec::with_capacity(content.files.len());
    let mut sizes = Vec::with_capacity(content.files.len());
    for (digest, (bytes, placed)) in &content.files {
        digests.push(digest.0.to_vec());
        sizes.push(i64::try_from(*bytes).map_err(|_| placed.invalid("a file of senseless size"))?);
    }
    // Locked in the order of digests: two units' batches cannot wait for each other.
    sql("WITH wanted AS (SELECT * FROM unnest($1::bytea[], $2::bigint[]) AS w(sha256, bytes)), \
         locked AS (SELECT s.sha256 FROM staged s JOIN wanted w USING (sha256, bytes) \
             WHERE s.unit_no = $3 AND s.state = 1 ORDER BY s.sha256 FOR UPDATE OF s), \
         moved AS (DELETE FROM staged s USING locked l WHERE s.sha256 = l.sha256 AND s.unit_no = $3 \
             RETURNING s.sha256, s.unit_no, s.key, s.bytes) \
         INSERT INTO file (sha256, unit_no, key, bytes) SELECT sha256, unit_no, key, bytes FROM moved \
         ON CONFLICT (sha256, unit_no) DO UPDATE SET key = excluded.key, state = 0 WHERE file.state = 1")
    .bind(&digests)
    .bind(&sizes)
    .bind(unit_no)
    .execute(&mut **transaction)
    .await?;
    let missing: Vec<Vec<u8>> = value(
        "SELECT w.sha256 FROM unnest($1::bytea[], $2::bigint[]) AS w(sha256, bytes) \
         LEFT JOIN file f ON f.sha256 = w.sha256 AND f.bytes = w.bytes AND f.unit_no = $3 AND f.state = 0 \
         WHERE f.sha256 IS NULL ORDER BY w.sha256",
    )
    .bind(&digests)
    .bind(&sizes)
    .bind(unit_no)
    .fetch_all(&mut **transaction)
    .await?;
    if missing.is_empty() {
        return Ok(());
    }
    let mut refusal = Refusal::new(ProblemKind::FilesMissing).detail(format!("{} files", missing.len()));
    refusal.problem.missing = missing.iter().take(NAMED).filter_map(|digest| Hash::from_slice(digest).ok()).collect();
    Err(refusal)
}
