//! Texts of pages: read from the store as stations sent them (`sohoa-text/1`), and indexed in the background.
//!
//! A batch only writes down which texts wait (`text_waiting`), so that it never waits for the index. Each hub takes some,
//! reads them and puts them into `page_text`; one that dies leaves rows that another takes after five minutes.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sohoa_wire::{Hash, ProblemKind};
use uuid::Uuid;

use crate::database::{rows, sql, value};
use crate::{Hub, Refusal};

/// Bytes of a text, at most: a page of 5 000 words has half a megabyte.
const BYTES: i64 = 16 * 1024 * 1024;
/// Bytes of a text that are searched: what PostgreSQL can hold of one page as words.
const SEARCHED: usize = 200_000;
/// Texts taken at once.
const TAKEN: i64 = 100;
/// Seconds after which another hub may take them.
const LEASE_S: f64 = 300.0;
/// Tries, after which a text waits for a person.
pub const TRIES: i32 = 5;
/// Between two looks at an empty queue.
const PAUSE: Duration = Duration::from_secs(2);

/// The text of a page; a word is its first place, numbers follow.
#[derive(Deserialize)]
struct TextRecord {
    schema: String,
    blocks: Vec<(IgnoredAny, Vec<LineRecord>)>,
}

/// The angle and the words.
type LineRecord = (f32, Vec<WordRecord>);

/// `[text, confidence, x, y, width, ascent, descent]`.
type WordRecord = (String, f32, f32, f32, f32, f32, f32);

/// The text as people read it: a line each, an empty line between blocks; `None` if the bytes are no `sohoa-text/1`.
pub fn plain(bytes: &[u8]) -> Option<String> {
    let record: TextRecord = serde_json::from_slice(bytes).ok()?;
    if record.schema != "sohoa-text/1" {
        return None;
    }
    let line = |(_, words): LineRecord| words.into_iter().map(|word| word.0).collect::<Vec<_>>().join(" ");
    let block = |(_, lines): (_, Vec<_>)| lines.into_iter().map(line).collect::<Vec<_>>().join("\n");
    // PostgreSQL holds no NUL.
    Some(record.blocks.into_iter().map(block).collect::<Vec<_>>().join("\n\n").replace('\0', ""))
}

/// A file of a unit, whole and as its digest says; `None` if the unit has none of that name, or one larger than `most`.
pub async fn file(hub: &Hub, unit_no: i32, sha256: &[u8], most: i64) -> Result<Option<Bytes>, Refusal> {
    let found: Option<String> =
        value("SELECT key FROM file WHERE sha256 = $1 AND unit_no = $2 AND state = 0 AND bytes <= $3")
            .bind(sha256)
            .bind(unit_no)
            .bind(most)
            .fetch_optional(&hub.pool)
            .await?;
    let Some(key) = found else { return Ok(None) };
    let bytes = hub.store.get(&key).await.map_err(|error| match error.is_missing() {
        true => Refusal::new(ProblemKind::NotFound).detail(format!("{key} is not in the store")).because(error),
        false => Refusal::from(error),
    })?;
    let wanted = sha256.to_vec();
    let checked = tokio::task::spawn_blocking(move || (Hash::of(&bytes).0.as_slice() == wanted).then_some(bytes));
    match checked.await.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))? {
        Some(bytes) => Ok(Some(bytes)),
        None => {
            tracing::error!(key, "an object of the store is not what its digest says");
            Err(Refusal::new(ProblemKind::DigestMismatch).detail(format!("{key} is not what its digest says")))
        }
    }
}

/// The text of a page of a unit, as people read it.
pub async fn read(hub: &Hub, unit_no: i32, sha256: &[u8]) -> Result<Option<String>, Refusal> {
    Ok(file(hub, unit_no, sha256, BYTES).await?.and_then(|bytes| plain(&bytes)))
}

/// Indexes texts until the end of the hub.
pub async fn index(hub: &Hub) {
    loop {
        match index_some(hub).await {
            Ok(0) => tokio::time::sleep(PAUSE).await,
            Ok(_) => {}
            Err(refusal) => {
                let cause = refusal.cause.map(|cause| cause.to_string()).unwrap_or_default();
                tracing::warn!(cause, "texts could not be indexed; they wait");
                tokio::time::sleep(PAUSE * 5).await;
            }
        }
    }
}

/// Indexes some of the texts that wait; the answer is how many were taken.
async fn index_some(hub: &Hub) -> Result<usize, Refusal> {
    let taken: Vec<(i64, Uuid, Uuid, i32)> = rows(
        "UPDATE text_waiting SET tries = tries + 1, taken_until = now() + make_interval(secs => $1) \
         WHERE waiting_no IN (SELECT waiting_no FROM text_waiting WHERE taken_until <= now() AND tries < $3 \
             ORDER BY waiting_no LIMIT $2 FOR UPDATE SKIP LOCKED) \
         RETURNING waiting_no, dossier, page, unit_no",
    )
    .bind(LEASE_S)
    .bind(TAKEN)
    .bind(TRIES)
    .fetch_all(&hub.pool)
    .await?;
    for (place, (number, dossier, page, unit_no)) in taken.iter().enumerate() {
        if let Err(refusal) = index_page(hub, *dossier, *page, *unit_no).await {
            if refusal.kind == ProblemKind::Unavailable {
                give_back(hub, taken[place..].iter().map(|row| row.0).collect()).await?;
                return Err(refusal);
            }
            let cause = refusal.cause.map(|cause| cause.to_string()).unwrap_or_default();
            tracing::error!(%dossier, %page, cause, detail = refusal.problem.detail, "a text could not be indexed");
            continue;
        }
        sql("DELETE FROM text_waiting WHERE waiting_no = $1").bind(number).execute(&hub.pool).await?;
    }
    Ok(taken.len())
}

/// Gives texts back that could not be tried: the store or the database is away, and that is no fault of theirs.
async fn give_back(hub: &Hub, numbers: Vec<i64>) -> Result<(), Refusal> {
    sql("UPDATE text_waiting SET tries = tries - 1, taken_until = now() WHERE waiting_no = ANY($1)")
        .bind(numbers)
        .execute(&hub.pool)
        .await?;
    Ok(())
}

async fn index_page(hub: &Hub, dossier: Uuid, page: Uuid, unit_no: i32) -> Result<(), Refusal> {
    let sha256: Option<Vec<u8>> = value("SELECT text_sha256 FROM page WHERE dossier = $1 AND page = $2")
        .bind(dossier)
        .bind(page)
        .fetch_optional(&hub.pool)
        .await?
        .flatten();
    let Some(sha256) = sha256 else { return Ok(()) };
    let Some(mut text) = read(hub, unit_no, &sha256).await? else {
        return Err(Refusal::new(ProblemKind::NotFound).detail("the text is not here, or is no sohoa-text/1"));
    };
    text.truncate(text.floor_char_boundary(SEARCHED));
    // Another hub may have indexed a later text meanwhile: only the text that the page has now counts.
    sql("INSERT INTO page_text (dossier, page, unit_no, sha256, plain) SELECT $1, $2, $3, $4, $5 \
         WHERE EXISTS (SELECT FROM page p WHERE p.dossier = $1 AND p.page = $2 AND p.text_sha256 = $4) \
         ON CONFLICT (dossier, page) DO UPDATE SET sha256 = excluded.sha256, plain = excluded.plain, \
         unit_no = excluded.unit_no WHERE EXISTS (SELECT FROM page p WHERE p.dossier = excluded.dossier \
         AND p.page = excluded.page AND p.text_sha256 = excluded.sha256)")
    .bind(dossier)
    .bind(page)
    .bind(unit_no)
    .bind(&sha256)
    .bind(&text)
    .execute(&hub.pool)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_by_lines_and_blocks_and_nothing_else_is_a_text() {
        let text = r#"{"schema":"sohoa-text/1","width":9,"height":9,"blocks":[["body",[[0.0,[["Sổ",90.0,1,2,3,4,5],
            ["hộ\u0000",90.0,1,2,3,4,5]]],[0.5,[["tịch",90.0,1,2,3,4,5]]]]],["signature",[]]]}"#;
        assert_eq!(plain(text.as_bytes()).unwrap(), "Sổ hộ\ntịch\n\n");
        for other in ["", "{}", "[]", &text.replace("text/1", "text/2"), &"[".repeat(100_000)] {
            assert!(plain(other.as_bytes()).is_none(), "{other:.40}");
        }
    }
}
