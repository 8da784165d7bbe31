//! Who is asking: a request's signature is judged before anything else of it is believed or read.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use sohoa_wire::request::{self, Message, RequestSignature};
use sohoa_wire::{Hash, KeyId, ProblemKind, PublicKey, StationId, batch};
use tokio::sync::OwnedSemaphorePermit;

use crate::api::Asker;
use crate::database::rows;
use crate::{Hub, Refusal, body};

/// A station whose request was signed by its key and is fresh, or whose key signed what came on a disk.
#[derive(Debug)]
pub struct Caller {
    /// Its name.
    pub station: StationId,
    /// Its number in the database.
    pub station_no: i32,
    /// The number of its unit.
    pub unit_no: i32,
    /// Whether its unit had a quota when it asked.
    pub has_quota: bool,
    /// The epoch of its key.
    pub epoch: u32,
    /// That key, which signed the request.
    pub key: PublicKey,
    /// What the body's digest must be; of nothing, on a disk.
    pub digest: Hash,
    /// The hub's clock less the station's, as last seen.
    pub skew_ms: i64,
    /// Its turn: so many requests of a station at once.
    _turn: OwnedSemaphorePermit,
}

/// A signature that is fresh but whose key is not known yet: the body brings it.
#[derive(Debug)]
pub struct Newcomer {
    signature: RequestSignature,
    uri: String,
    digest: String,
    content_type: Option<String>,
    method: String,
}

/// Judges the signature of an enrolled station.
pub async fn station(hub: &Hub, parts: &Parts) -> Result<Caller, Refusal> {
    let signature = fresh_signature(hub, &parts.headers)?;
    let KeyId::Station(station, epoch) = signature.key_id else { return Err(Refusal::new(ProblemKind::UnknownKey)) };
    let known = known(hub, station, epoch).await?;
    let uri = target_uri(hub, parts);
    let digest = header(&parts.headers, "content-digest")?.unwrap_or_default();
    let message = Message {
        method: parts.method.as_str(),
        target_uri: &uri,
        content_digest: digest,
        content_type: header(&parts.headers, "content-type")?,
        batch: header(&parts.headers, batch::FIELD)?,
    };
    signature.verify(&message, &known.key).map_err(|error| Refusal::new(ProblemKind::BadSignature).explained(error))?;
    if let Some(asker) = parts.extensions.get::<Asker>() {
        asker.is(station);
    }
    if known.revoked {
        return Err(Refusal::new(ProblemKind::Revoked));
    }
    if known.epoch != epoch {
        let mut refusal = Refusal::new(ProblemKind::EpochFenced);
        refusal.problem.epoch = Some(known.epoch);
        return Err(refusal);
    }
    let digest = request::read_content_digest(digest);
    let digest = digest.map_err(|error| Refusal::new(ProblemKind::Malformed).explained(error))?;
    let skew_ms = hub.now().0.saturating_sub(signature.created.saturating_mul(1000));
    known.caller(hub, station, digest, skew_ms)
}

/// A station whose key signed what came on a disk; the signature itself is judged by who asks, with the key.
pub async fn of_disk(hub: &Hub, station: StationId, epoch: u32) -> Result<Caller, Refusal> {
    let known = known(hub, station, epoch).await?;
    if known.revoked {
        return Err(Refusal::new(ProblemKind::Revoked));
    }
    if known.epoch != epoch {
        return Err(Refusal::new(ProblemKind::EpochFenced));
    }
    let skew_ms = known.skew_ms;
    known.caller(hub, station, Hash::of(b""), skew_ms)
}

/// What the database has of a station and the key of one of its epochs.
struct Known {
    station_no: i32,
    unit_no: i32,
    has_quota: bool,
    /// Its epoch now.
    epoch: u32,
    revoked: bool,
    skew_ms: i64,
    key: PublicKey,
}

impl Known {
    fn caller(self, hub: &Hub, station: StationId, digest: Hash, skew_ms: i64) -> Result<Caller, Refusal> {
        let Self { station_no, unit_no, has_quota, epoch, key, .. } = self;
        let _turn = hub.turn(station_no)?;
        Ok(Caller { station, station_no, unit_no, has_quota, epoch, key, digest, skew_ms, _turn })
    }
}

/// Station, unit, whether that has a quota, epoch, whether revoked, skew, key.
type Row = (i32, i32, bool, i32, bool, i64, Vec<u8>);

async fn known(hub: &Hub, station: StationId, epoch: u32) -> Result<Known, Refusal> {
    let found: Option<Row> = rows(
        "SELECT s.station_no, s.unit_no, u.quota_bytes IS NOT NULL, s.epoch, s.revoked, coalesce(s.skew_ms, 0), \
         k.public_key FROM station s JOIN station_key k USING (station_no) JOIN unit u USING (unit_no) \
         WHERE s.station = $1 AND k.epoch = $2",
    )
    .bind(station.0)
    .bind(epoch.cast_signed())
    .fetch_optional(&hub.pool)
    .await?;
    let Some((station_no, unit_no, has_quota, current, revoked, skew_ms, key)) = found else {
        return Err(Refusal::new(ProblemKind::UnknownKey));
    };
    let key = PublicKey::from_bytes(&key).map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    Ok(Known { station_no, unit_no, has_quota, epoch: current.cast_unsigned(), revoked, skew_ms, key })
}

/// Judges a request of a station that has no body; one that signed the digest of something is refused.
pub async fn bare(hub: &Hub, request: Request) -> Result<(Parts, Caller), Refusal> {
    let (parts, sent) = request.into_parts();
    let caller = station(hub, &parts).await?;
    body::read(sent, 0, caller.digest).await?;
    Ok((parts, caller))
}

/// Takes the signature of a request whose body brings the key.
pub fn newcomer(hub: &Hub, parts: &Parts) -> Result<Newcomer, Refusal> {
    let signature = fresh_signature(hub, &parts.headers)?;
    if signature.key_id != KeyId::New {
        return Err(Refusal::new(ProblemKind::Malformed).detail("enrolment is signed by the key `new`"));
    }
    Ok(Newcomer {
        signature,
        uri: target_uri(hub, parts),
        digest: header(&parts.headers, "content-digest")?.unwrap_or_default().to_owned(),
        content_type: header(&parts.headers, "content-type")?.map(ToOwned::to_owned),
        method: parts.method.to_string(),
    })
}

impl Newcomer {
    /// What the body's digest must be.
    pub fn digest(&self) -> Result<Hash, Refusal> {
        request::read_content_digest(&self.digest)
            .map_err(|error| Refusal::new(ProblemKind::Malformed).explained(error))
    }

    /// Judges the signature by the key that the body brought.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Refusal> {
        let message = Message {
            method: &self.method,
            target_uri: &self.uri,
            content_digest: &self.digest,
            content_type: self.content_type.as_deref(),
            batch: None,
        };
        let verdict = self.signature.verify(&message, key);
        verdict.map_err(|error| Refusal::new(ProblemKind::BadSignature).explained(error))
    }
}

fn fresh_signature(hub: &Hub, headers: &HeaderMap) -> Result<RequestSignature, Refusal> {
    let (input, value) = (header(headers, "signature-input")?, header(headers, "signature")?);
    let (Some(input), Some(value)) = (input, value) else { return Err(Refusal::new(ProblemKind::UseNonce)) };
    let signature =
        RequestSignature::read(input, value).map_err(|error| Refusal::new(ProblemKind::Malformed).explained(error))?;
    hub.nonces
        .check(hub.now(), &signature.nonce)
        .map_err(|error| Refusal::new(ProblemKind::UseNonce).explained(error))?;
    Ok(signature)
}

/// The address as stations know it: never from `Host`, which anyone may set.
fn target_uri(hub: &Hub, parts: &Parts) -> String {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{}{path}", hub.settings.public_url)
}

/// The one value of a header field; a field that comes twice is refused, for two readers could take different ones.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    let fault = || Refusal::new(ProblemKind::Malformed).detail(format!("the field {name} is not one text"));
    if second.is_some() {
        return Err(fault());
    }
    first.map(|value| value.to_str().map_err(|_| fault())).transpose()
}
