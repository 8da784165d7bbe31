//! Cutting the log into batches: the lines of a range in one body, under a header that the station signs; the same whether
//! they travel on the network or on a disk.

use sohoa_catalog::outbox::{LogRow, SyncState};
use sohoa_model::Sha256;
use sohoa_wire::codec::{self, CodecError};
use sohoa_wire::{BatchHeader, Chain, Claim, LogLine, SecretKey, StationId};

/// A batch that is ready to travel.
pub(crate) struct Cut {
    pub(crate) header: BatchHeader,
    pub(crate) body: Vec<u8>,
}

/// The batch of some rows of the log behind the chain `prev`; none if they are several and pack too badly for one.
pub(crate) fn cut(
    state: &SyncState,
    prev: Sha256,
    rows: &[LogRow],
    key: &SecretKey,
) -> Result<Option<Cut>, CodecError> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
    let line =
        |row: &LogRow| row.body.clone().unwrap_or_else(|| LogLine::withheld(row.sha256.into()).line().bytes.clone());
    let lines: Vec<Vec<u8>> = rows.iter().map(line).collect();
    let body = match codec::encode(lines.iter().map(Vec::as_slice)) {
        Ok(body) => body,
        Err(CodecError::TooLong { .. }) if rows.len() > 1 => return Ok(None),
        Err(error) => return Err(error),
    };
    let claim = Claim {
        epoch: state.epoch,
        first: first.seq,
        count: rows.len() as u64,
        prev: Chain(prev.into()),
        chain: Chain(last.chain.into()),
    };
    Ok(Some(Cut { header: BatchHeader::sign(StationId(state.station), claim, key), body }))
}
