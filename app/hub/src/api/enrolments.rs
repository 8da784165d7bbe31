//! `POST /v1/enrolments`: a one-time code and a key become a station, or a new epoch of one; and `…/resume`: what a restored
//! database has forgotten of that, the hub's own receipt brings back.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sohoa_wire::enrolment::{EnrolmentCode, EnrolmentReceipt, EnrolmentRequest};
use sohoa_wire::moment::Moment;
use sohoa_wire::{Chain, Hash, ProblemKind, Signed, StationId, limits};
use sqlx_postgres::PgTransaction;
use uuid::Uuid;

use super::{Peer, question};
use crate::database::{rows, sql, value};
use crate::guesses::{self, Place};
use crate::{Hub, Refusal, auth, body, hub};

/// A code as the database has it: unit, station of which it makes a new epoch, name, end, key that used it, receipt.
type Code = (i32, Option<i32>, String, DateTime<Utc>, Option<Vec<u8>>, Option<String>);

pub(super) async fn enrol(
    State(hub): State<Arc<Hub>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let newcomer = auth::newcomer(&hub, &parts)?;
    let asked: EnrolmentRequest = question(sent, newcomer.digest()?).await?;
    newcomer.verify(&asked.public_key)?;
    let address = peer.ip().to_string();
    if guesses::too_many(&hub.pool, Place::Enrolment, &address).await? {
        return Err(Refusal::new(ProblemKind::TooManyRequests));
    }
    match admit(&hub, &asked).await {
        Ok((status, receipt)) => Ok(reply(status, receipt)),
        Err(refusal) => {
            if refusal.kind == ProblemKind::CodeUnknown {
                guesses::count(&mut *hub.pool.acquire().await?, Place::Enrolment, &address).await?;
            }
            Err(refusal)
        }
    }
}

/// Makes a station of a code and the key that brings it, or says again what was said to that key; the answer is the receipt.
pub(crate) async fn admit(hub: &Hub, asked: &EnrolmentRequest) -> Result<(StatusCode, String), Refusal> {
    let code: Result<EnrolmentCode, _> = asked.code.parse();
    let mut transaction = hub.pool.begin().await?;
    let found: Option<Code> = match &code {
        Ok(code) => {
            rows(
                "SELECT unit_no, station_no, name, expires_at, used_key, receipt FROM enrolment_code \
                 WHERE code_sha256 = $1 FOR UPDATE",
            )
            .bind(code.digest().0.as_slice())
            .fetch_optional(&mut *transaction)
            .await?
        }
        Err(_) => None,
    };
    let (Some(found), Ok(code)) = (found, code) else { return Err(Refusal::new(ProblemKind::CodeUnknown)) };
    let (unit_no, again, name, expires_at, used_key, receipt) = found;
    if let (Some(used), Some(receipt)) = (used_key, receipt) {
        let same = used == asked.public_key.to_bytes();
        return if same { Ok((StatusCode::OK, receipt)) } else { Err(Refusal::new(ProblemKind::CodeUsed)) };
    }
    let at = hub.now();
    if expires_at.timestamp_millis() < at.0 {
        return Err(Refusal::new(ProblemKind::CodeExpired));
    }
    let (station, station_no, epoch) = match again {
        Some(station_no) => next_epoch(&mut transaction, station_no).await?,
        None => new_station(&mut transaction, unit_no, &name, at).await?,
    };
    sql("INSERT INTO station_key (station_no, epoch, public_key, enrolled_at) VALUES ($1, $2, $3, now())")
        .bind(station_no)
        .bind(epoch)
        .bind(asked.public_key.to_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
    let unit: String =
        value("SELECT code FROM unit WHERE unit_no = $1").bind(unit_no).fetch_one(&mut *transaction).await?;
    let receipt = EnrolmentReceipt {
        station,
        epoch: epoch.cast_unsigned(),
        generation: hub.generation,
        unit,
        name,
        public_key: asked.public_key,
        hub_key: hub.settings.key_name.clone(),
        hub_public_key: hub.key.public(),
        at: Moment(at),
    };
    let receipt =
        Signed::new(receipt, &hub.key).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?.text;
    sql("UPDATE enrolment_code SET used_key = $2, receipt = $3 WHERE code_sha256 = $1")
        .bind(code.digest().0.as_slice())
        .bind(asked.public_key.to_bytes().as_slice())
        .bind(&receipt)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    tracing::info!(%station, epoch, "a station was enrolled");
    Ok((StatusCode::CREATED, receipt))
}

/// `POST /v1/enrolments/resume`: the body is a receipt that this hub signed before its database was restored, the request is
/// signed by the key that the receipt names.
pub(super) async fn resume(State(hub): State<Arc<Hub>>, request: Request) -> Result<Response, Refusal> {
    let (parts, sent) = request.into_parts();
    let newcomer = auth::newcomer(&hub, &parts)?;
    let text = body::read(sent, limits::LINE_BYTES, newcomer.digest()?).await?;
    let invalid = || Refusal::new(ProblemKind::ReceiptInvalid);
    let signed = Signed::<EnrolmentReceipt>::read(&text, &hub.key.public());
    let receipt = signed.map_err(|error| invalid().explained(error))?.statement;
    newcomer.verify(&receipt.public_key)?;
    // Only a database that was restored since can have forgotten it.
    if receipt.generation >= hub.generation {
        return Err(invalid().detail("the database was not restored since"));
    }
    let key = receipt.public_key.to_bytes();
    let mut transaction = hub.pool.begin().await?;
    let known: Option<(i32, i32, bool)> =
        rows("SELECT station_no, epoch, revoked FROM station WHERE station = $1 FOR UPDATE")
            .bind(receipt.station.0)
            .fetch_optional(&mut *transaction)
            .await?;
    let station_no = match known {
        Some((.., true)) => return Err(Refusal::new(ProblemKind::Revoked)),
        Some((_, epoch, _)) if epoch.cast_unsigned() > receipt.epoch => {
            return Err(Refusal::new(ProblemKind::NewerExists));
        }
        Some((station_no, ..)) => station_no,
        None => insert(&mut transaction, &receipt).await?,
    };
    sql("UPDATE station SET epoch = $2 WHERE station_no = $1")
        .bind(station_no)
        .bind(receipt.epoch.cast_signed())
        .execute(&mut *transaction)
        .await?;
    let kept: Vec<u8> = value(
        "INSERT INTO station_key (station_no, epoch, public_key, enrolled_at) VALUES ($1, $2, $3, now()) \
         ON CONFLICT (station_no, epoch) DO UPDATE SET epoch = excluded.epoch RETURNING public_key",
    )
    .bind(station_no)
    .bind(receipt.epoch.cast_signed())
    .bind(key.as_slice())
    .fetch_one(&mut *transaction)
    .await?;
    if kept != key {
        return Err(Refusal::new(ProblemKind::NewerExists));
    }
    transaction.commit().await?;
    tracing::info!(station = %receipt.station, epoch = receipt.epoch, "a station was enrolled before the restore");
    Ok(reply(StatusCode::OK, String::from_utf8_lossy(&text).into_owned()))
}

/// The row of a station that the database has forgotten; its log begins anew.
async fn insert(transaction: &mut PgTransaction<'_>, receipt: &EnrolmentReceipt) -> Result<i32, Refusal> {
    let Chain(Hash(chain)) = Chain::start(receipt.station);
    let number = value(
        "WITH u AS (INSERT INTO unit (code, name) VALUES ($1, $1) ON CONFLICT (code) DO UPDATE SET code = excluded.code \
         RETURNING unit_no) \
         INSERT INTO station (station, unit_no, name, epoch, chain) SELECT $2, unit_no, $3, $4, $5 FROM u RETURNING station_no",
    );
    Ok(number
        .bind(&receipt.unit)
        .bind(receipt.station.0)
        .bind(&receipt.name)
        .bind(receipt.epoch.cast_signed())
        .bind(chain.as_slice())
        .fetch_one(&mut **transaction)
        .await?)
}

/// The next epoch of a station: the key of the one before is fenced from now on.
async fn next_epoch(transaction: &mut PgTransaction<'_>, station_no: i32) -> Result<(StationId, i32, i32), Refusal> {
    let (station, epoch): (Uuid, i32) =
        rows("UPDATE station SET epoch = epoch + 1, revoked = false WHERE station_no = $1 RETURNING station, epoch")
            .bind(station_no)
            .fetch_one(&mut **transaction)
            .await?;
    Ok((StationId(station), station_no, epoch))
}

async fn new_station(
    transaction: &mut PgTransaction<'_>,
    unit_no: i32,
    name: &str,
    at: sohoa_model::Timestamp,
) -> Result<(StationId, i32, i32), Refusal> {
    let random =
        hub::random().map_err(|error| Refusal::new(ProblemKind::Internal).because(hub::HubError::Random(error)))?;
    let milliseconds = u64::try_from(at.0).unwrap_or(0);
    let station = StationId(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid());
    let Chain(Hash(chain)) = Chain::start(station);
    let number: i32 = value(
        "INSERT INTO station (station, unit_no, name, epoch, chain) VALUES ($1, $2, $3, 1, $4) RETURNING station_no",
    )
    .bind(station.0)
    .bind(unit_no)
    .bind(name)
    .bind(chain.as_slice())
    .fetch_one(&mut **transaction)
    .await?;
    Ok((station, number, 1))
}

fn reply(status: StatusCode, receipt: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], receipt).into_response()
}
