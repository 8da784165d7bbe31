//! Looking after the store by itself: once a day one hub of a group collects what nobody names and reads a share of the files
//! again.

use std::time::Duration;

use crate::Hub;
use crate::collect::{self, CollectError, Collected, Order, Turn};
use crate::database::sql;
use crate::fixity::{self, Extent, FixityError, Looked};
use crate::refusal::chain_of;

/// How often it is asked whether a day has gone by.
const PAUSE: Duration = Duration::from_secs(600);

/// Why the store is not looked after.
#[derive(Debug, thiserror::Error)]
pub enum LookAfterError {
    /// Nothing could be collected.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// Files could not be read again.
    #[error(transparent)]
    Fixity(#[from] FixityError),
    /// A statement failed.
    #[error("a statement of PostgreSQL failed")]
    Database(#[from] sqlx_core::Error),
}

/// Looks after the store until the end of the hub.
pub async fn run(hub: &Hub) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(error) = once(hub).await {
            tracing::warn!(cause = chain_of(&error), "the store could not be looked after; it is tried again in a day");
        }
    }
}

/// Looks after the store if a day has gone by since any hub of the group began to, and none does so now.
pub async fn once(hub: &Hub) -> Result<(), LookAfterError> {
    let Some(turn) = Turn::take(&hub.pool).await? else { return Ok(()) };
    let due = sql("UPDATE hub SET looked_after_at = now() \
         WHERE looked_after_at IS NULL OR looked_after_at < now() - interval '1 day'");
    let is_due = due.execute(&hub.pool).await?.rows_affected() == 1;
    let done = if is_due { look_after(hub).await } else { Ok(()) };
    turn.end().await?;
    done
}

async fn look_after(hub: &Hub) -> Result<(), LookAfterError> {
    match collect::in_turn(&hub.pool, &hub.store, Order::DAILY).await {
        Ok(collected) => {
            let Collected { files, bytes, uploads, orphans, orphan_bytes, left_alone } = collected;
            tracing::info!(files, bytes, uploads, orphans, orphan_bytes, "collected what nobody names");
            if left_alone > 0 {
                tracing::warn!(left_alone, "more objects are of no row than of one: is the store this database's?");
            }
        }
        // Files are read all the same: what is missing is wanted the more.
        Err(error @ (CollectError::Restored(_) | CollectError::NoStation)) => {
            tracing::warn!(cause = chain_of(&error), "nothing is collected")
        }
        Err(error) => return Err(error.into()),
    }
    let looked = fixity::look(&hub.pool, &hub.store, Extent::Percent(fixity::DAILY_PERCENT), false).await?;
    let Looked { files, bytes, missing, damaged, unreadable, is_elsewhere, asked } = looked;
    let unreadable = unreadable.map_or(0, |(count, _)| count);
    if missing + damaged + unreadable > 0 {
        tracing::error!(files, bytes, missing, damaged, unreadable, is_elsewhere, asked, "files are lost");
    } else {
        tracing::info!(files, bytes, asked, "read a share of the files again");
    }
    Ok(())
}
