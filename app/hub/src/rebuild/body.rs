//! A stored body and the row that names it: believed only if digest, header, lines and the station's signature agree.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sohoa_model::Timestamp;
use sohoa_wire::batch::BatchError;
use sohoa_wire::{Batch, BatchHeader, Chain, Hash, PublicKey, StationId};
use sqlx_core::from_row::FromRow;
use sqlx_core::row::Row as _;
use sqlx_postgres::PgRow;

use crate::ingest::{Sender, StoredHeader};

/// Why a body is not the one of its row.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is no line of the header.
    #[error("it does not begin with the header of a batch")]
    Head,
    /// It has other bytes.
    #[error("its digest is not the one of its row")]
    Digest,
    /// The header speaks of another batch.
    #[error("its header speaks of another batch than its row")]
    Row,
    /// The hub has no key of the epoch.
    #[error("the hub has no key of its station for epoch {0}")]
    Key(u32),
    /// Lines, chain or signature are not those of a batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

/// A row of `batch`, with the unit of its station and the key of its epoch.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) station_no: i32,
    unit_no: i32,
    epoch: i32,
    pub(super) first_seq: i64,
    pub(super) last_seq: i64,
    chain: Vec<u8>,
    pub(super) key: String,
    body_sha256: Vec<u8>,
    received_at: DateTime<Utc>,
    skew_ms: i64,
    public_key: Option<Vec<u8>>,
}

impl Row {
    /// The batch, if the body is its own.
    pub(super) fn open(&self, station: StationId, object: &Bytes) -> Result<Batch, Fault> {
        let end = object.iter().position(|byte| *byte == b'\n').ok_or(Fault::Head)?;
        let (first, body) = (&object[..end], &object[end + 1..]);
        let stored: StoredHeader = serde_json::from_slice(first).map_err(|_| Fault::Head)?;
        if Hash::of(body).0.as_slice() != self.body_sha256 {
            return Err(Fault::Digest);
        }
        let header = BatchHeader::read(&stored.batch)?;
        let claim = &header.claim;
        let chain = Hash::from_slice(&self.chain).map(Chain);
        let is_of_row = header.station == station
            && claim.epoch == self.epoch.cast_unsigned()
            && claim.first == self.first_seq.unsigned_abs()
            && claim.last() == Some(self.last_seq.unsigned_abs())
            && chain.is_ok_and(|chain| chain == claim.chain)
            && stored.skew_ms == self.skew_ms;
        if !is_of_row {
            return Err(Fault::Row);
        }
        let key = self.public_key.as_deref().and_then(|key| PublicKey::from_bytes(key).ok());
        let key = key.ok_or(Fault::Key(claim.epoch))?;
        header.verify(&key).map_err(BatchError::from)?;
        Ok(Batch::open(header, body)?)
    }

    /// What of its arrival enters the tables.
    pub(super) fn sender(&self) -> Sender {
        let Self { station_no, unit_no, skew_ms, .. } = *self;
        Sender { station_no, unit_no, skew_ms, received: Timestamp(self.received_at.timestamp_millis()) }
    }
}

impl<'r> FromRow<'r, PgRow> for Row {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx_core::Error> {
        Ok(Self {
            station_no: row.try_get("station_no")?,
            unit_no: row.try_get("unit_no")?,
            epoch: row.try_get("epoch")?,
            first_seq: row.try_get("first_seq")?,
            last_seq: row.try_get("last_seq")?,
            chain: row.try_get("chain")?,
            key: row.try_get("key")?,
            body_sha256: row.try_get("body_sha256")?,
            received_at: row.try_get("received_at")?,
            skew_ms: row.try_get("skew_ms")?,
            public_key: row.try_get("public_key")?,
        })
    }
}
