//! Looking after the store by itself: once a day one hub of a group collects what was uploaded and is named by no record, and
//! reads a share of the files again. What no row names it leaves: that is an operator's to sweep.

use std::time::Duration;

use crate::Hub;
use crate::collect::{self, Collected, Order, Turn};
use crate::database::sql;
use crate::fixity::{self, Extent, FixityError, Looked};
use crate::refusal::chain_of;

/// How often it is asked whether a day has gone by.
const PAUSE: Duration = Duration::from_secs(600);

/// Why the store is not looked after.
#[derive(Debug, thiserror::Error)]
pub enum LookAfterError {
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
        Ok(Collected { files, bytes, uploads, stuck, .. }) => {
            tracing::info!(files, bytes, uploads, stuck, "collected what no record names");
        }
        // Files are read all the same.
        Err(error) => tracing::warn!(cause = chain_of(&error), "not all that no record names is collected"),
    }
    let looked = fixity::look(&hub.pool, &hub.store, Extent::Percent(fixity::DAILY_PERCENT), false).await?;
    let Looked { files, bytes, missing, damaged, unreadable, is_elsewhere, whole_again, asked } = looked;
    let unreadable = unreadable.map_or(0, |(count, _)| count);
    if missing + damaged + unreadable > 0 {
        tracing::error!(files, bytes, missing, damaged, unreadable, is_elsewhere, whole_again, asked, "files are lost");
    } else {
        tracing::info!(files, bytes, whole_again, asked, "read a share of the files again");
    }
    Ok(())
}
