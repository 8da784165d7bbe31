//! A station for the tests: a key, a log, and requests signed by the shared code; faults are put in by hand.

use std::sync::Mutex;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use sohoa_model::Timestamp;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::api::Hello;
use sohoa_wire::body::{Body, Dossier, Page};
use sohoa_wire::enrolment::{EnrolmentReceipt, EnrolmentRequest, Invitation};
use sohoa_wire::head::Claim;
use sohoa_wire::moment::Moment;
use sohoa_wire::request::{self, Message};
use sohoa_wire::{
    Ack, BatchHeader, Chain, FileRef, Hash, KeyId, Line, Problem, ProblemKind, PublicKey, Record, RecordId, SecretKey,
    Signed, StationId, batch, codec, nonce,
};
use uuid::Uuid;

use crate::group::{PUBLIC_URL, Process};

/// What a hub answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The reason of a refusal.
    #[track_caller]
    pub(crate) fn refused(&self) -> ProblemKind {
        self.problem().kind().unwrap_or_else(|| panic!("{self:?}"))
    }

    /// The refusal.
    #[track_caller]
    pub(crate) fn problem(&self) -> Problem {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(!problem.title.is_empty() && problem.instance.is_some());
        problem
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A request before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) fields: Vec<(&'static str, String)>,
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: Vec::new(), fields: Vec::new() }
    }

    #[must_use]
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    #[must_use]
    pub(crate) fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}

/// A station.
pub(crate) struct Station {
    client: Client,
    pub(crate) base: String,
    pub(crate) key: SecretKey,
    pub(crate) key_id: KeyId,
    pub(crate) id: StationId,
    pub(crate) hub_key: PublicKey,
    nonce: Mutex<String>,
    /// Its whole log.
    pub(crate) log: Vec<Line>,
}

pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().expect("a client")
}

/// Signs and sends once; the answer's nonce is what the next request needs.
pub(crate) async fn send_once(
    client: &Client,
    base: &str,
    ask: &Ask,
    key: &SecretKey,
    key_id: KeyId,
    nonce: &str,
) -> Reply {
    let fields = signed_fields(ask, key, key_id, nonce);
    send_fields(client, base, ask, fields).await
}

/// The header fields of a signed request.
pub(crate) fn signed_fields(ask: &Ask, key: &SecretKey, key_id: KeyId, nonce: &str) -> HeaderMap {
    let digest = request::content_digest(&ask.body);
    let uri = format!("{PUBLIC_URL}{}", ask.path);
    let field = |name: &str| ask.fields.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str());
    let message = Message {
        method: ask.method.as_str(),
        target_uri: &uri,
        content_digest: &digest,
        content_type: field("content-type"),
        batch: field(batch::FIELD),
    };
    let created = sohoa_hub::hub::now().0 / 1000;
    let signature = request::sign(&message, key, key_id, created, nonce).expect("it can be signed");
    let mut fields = HeaderMap::new();
    let mut insert = |name: &'static str, value: &str| {
        fields.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("ASCII"));
    };
    ask.fields.iter().for_each(|(name, value)| insert(name, value));
    insert("content-digest", &digest);
    insert("signature-input", &signature.input);
    insert("signature", &signature.signature);
    fields
}

/// Sends a request with whatever fields.
pub(crate) async fn send_fields(client: &Client, base: &str, ask: &Ask, fields: HeaderMap) -> Reply {
    try_send(client, base, ask, fields).await.expect("the hub answers")
}

async fn try_send(client: &Client, base: &str, ask: &Ask, fields: HeaderMap) -> Result<Reply, reqwest::Error> {
    let url = format!("{base}{}", ask.path);
    let sent = client.request(ask.method.clone(), url).headers(fields).body(ask.body.clone()).send().await?;
    let (status, headers) = (sent.status(), sent.headers().clone());
    Ok(Reply { status, headers, body: sent.bytes().await?.to_vec() })
}

impl Station {
    /// Enrols with an invitation.
    pub(crate) async fn enrol(base: &str, invitation: &Invitation, seed: u8) -> Self {
        let key = SecretKey::from_bytes(&[seed; 32]);
        let reply = Self::try_enrol(base, &invitation.code.to_string(), &key).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        Self::of_receipt(base, key, &reply)
    }

    /// A station from the receipt of its enrolment.
    pub(crate) fn of_receipt(base: &str, key: SecretKey, reply: &Reply) -> Self {
        let hub_key = Signed::<EnrolmentReceipt>::peek(&reply.body).expect("a receipt").hub_public_key;
        let receipt = Signed::<EnrolmentReceipt>::read(&reply.body, &hub_key).expect("signed by the hub").statement;
        assert_eq!(receipt.public_key, key.public());
        Self {
            client: client(),
            base: base.to_owned(),
            key,
            key_id: KeyId::Station(receipt.station, receipt.epoch),
            id: receipt.station,
            hub_key,
            nonce: Mutex::default(),
            log: Vec::new(),
        }
    }

    /// The same station, through another hub.
    pub(crate) fn through(&self, hub: &Process) -> Self {
        Self {
            client: client(),
            base: hub.base.clone(),
            key: self.key.clone(),
            key_id: self.key_id,
            id: self.id,
            hub_key: self.hub_key,
            nonce: Mutex::default(),
            log: self.log.clone(),
        }
    }

    /// Asks for enrolment, with a nonce that the hub gave.
    pub(crate) async fn try_enrol(base: &str, code: &str, key: &SecretKey) -> Reply {
        let client = client();
        let asked = EnrolmentRequest { code: code.to_owned(), public_key: key.public(), software: "0.1.0".to_owned() };
        let ask = Ask::new(Method::POST, "/v1/enrolments")
            .field("content-type", "application/json")
            .body(serde_json::to_vec(&asked).expect("JSON"));
        let first = send_once(&client, base, &ask, key, KeyId::New, "").await;
        assert_eq!(first.refused(), ProblemKind::UseNonce);
        let nonce = first.headers[nonce::FIELD].to_str().expect("ASCII").to_owned();
        send_once(&client, base, &ask, key, KeyId::New, &nonce).await
    }

    /// Signs and sends; a nonce that is missing or old is renewed once.
    pub(crate) async fn send(&self, ask: Ask) -> Reply {
        self.try_send(&ask).await.expect("the hub answers")
    }

    /// The same, where the hub may die meanwhile.
    pub(crate) async fn try_send(&self, ask: &Ask) -> Result<Reply, reqwest::Error> {
        for _ in 0..2 {
            let nonce = self.nonce.lock().expect("no panic").clone();
            let fields = signed_fields(ask, &self.key, self.key_id, &nonce);
            let reply = try_send(&self.client, &self.base, ask, fields).await?;
            let fresh = reply.headers[nonce::FIELD].to_str().expect("ASCII").to_owned();
            *self.nonce.lock().expect("no panic") = fresh;
            if reply.status != StatusCode::UNAUTHORIZED || reply.refused() != ProblemKind::UseNonce {
                return Ok(reply);
            }
        }
        panic!("the hub does not take its own nonce");
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Ask::new(Method::GET, path)).await
    }

    pub(crate) async fn hello(&self) -> Hello {
        let reply = self.get("/v1/station").await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        serde_json::from_slice(&reply.body).expect("a hello")
    }

    pub(crate) async fn put(&self, bytes: &[u8]) -> Reply {
        self.send(Ask::new(Method::PUT, format!("/v1/files/{}", Hash::of(bytes))).body(bytes)).await
    }

    /// Adds a record to the log.
    pub(crate) fn write(&mut self, record: &Record) {
        self.log.push(record.line().expect("a record"));
    }

    /// The chain of the log up to a position.
    pub(crate) fn chain(&self, seq: usize) -> Chain {
        Chain::start(self.id).then_all(self.log[..seq].iter().map(|line| line.hash))
    }

    /// The request that sends a range of the log, by positions from 1.
    pub(crate) fn batch(&self, first: usize, last: usize) -> Ask {
        let KeyId::Station(_, epoch) = self.key_id else { panic!("a station has an epoch") };
        let claim = Claim {
            epoch,
            first: first as u64,
            count: (last + 1 - first) as u64,
            prev: self.chain(first - 1),
            chain: self.chain(last),
        };
        let lines = self.log[first - 1..last].iter().map(|line| line.bytes.as_slice());
        self.raw_batch(claim, codec::encode(lines).expect("it fits"))
    }

    /// A request that claims something of a body.
    pub(crate) fn raw_batch(&self, claim: Claim, body: Vec<u8>) -> Ask {
        Ask::new(Method::POST, "/v1/batches")
            .field("content-type", batch::MEDIA_TYPE)
            .field("content-encoding", "zstd")
            .field(batch::FIELD, BatchHeader::sign(self.id, claim, &self.key).to_string())
            .body(body)
    }

    /// Sends everything from a position on and believes the acknowledgement only if it is the hub's and of this log.
    pub(crate) async fn send_from(&self, first: usize) -> Ack {
        let reply = self.send(self.batch(first, self.log.len())).await;
        self.acknowledged(&reply)
    }

    #[track_caller]
    pub(crate) fn acknowledged(&self, reply: &Reply) -> Ack {
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let ack = Signed::<Ack>::read(&reply.body, &self.hub_key).expect("signed by the hub").statement;
        assert_eq!((ack.station, ack.seq), (self.id, self.log.len() as u64));
        assert_eq!(ack.chain, self.chain(self.log.len()));
        ack
    }

    /// Writes a dossier with pages, whose masters are small files of their own; the answer is those files.
    pub(crate) fn scan(&mut self, dossier: u32, pages: u32) -> Vec<Vec<u8>> {
        let id = self.name(dossier, 0);
        let record = record(id, 1, &dossier_body(&format!("TA-{dossier}"), pages, DossierState::Captured));
        self.write(&record.of_dossier(id));
        let mut files = Vec::new();
        for page in 1..=pages {
            let bytes = format!("{} {dossier} {page}", self.id).into_bytes();
            let file = FileRef { sha256: Hash::of(&bytes), bytes: bytes.len() as u64, role: "master".to_owned() };
            let record = record_of_page(self.name(dossier, page), id, page, &bytes);
            self.write(&record.with_files(vec![file]));
            files.push(bytes);
        }
        files
    }

    /// Scans so many pages of a dossier, and brings their files and records to the hub.
    pub(crate) async fn bring(&mut self, dossier: u32, pages: u32) -> Vec<Vec<u8>> {
        let first = self.log.len() + 1;
        let files = self.scan(dossier, pages);
        for file in &files {
            self.put(file).await;
        }
        self.send_from(first).await;
        files
    }

    /// An identifier that only this station makes.
    pub(crate) fn name(&self, dossier: u32, page: u32) -> RecordId {
        RecordId(Uuid::from_u128(self.id.0.as_u128() ^ u128::from(dossier) << 32 ^ u128::from(page) ^ 1 << 64))
    }
}

pub(crate) fn record<B: Body>(id: RecordId, rev: u32, body: &B) -> Record {
    Record::new(id, rev, Moment(Timestamp(1_795_314_605_120)), body).expect("a record")
}

pub(crate) fn record_of_page(id: RecordId, dossier: RecordId, ordinal: u32, master: &[u8]) -> Record {
    let page = Page {
        document: dossier,
        ordinal,
        folio: None,
        width: 2480,
        height: 3508,
        dpi: 300,
        frame: None,
        turned: None,
        part: None,
        master_sha256: Hash::of(master),
        master_bytes: master.len() as u64,
        reading: None,
        words: None,
        confidence_ppm: None,
        retired: None,
    };
    record(id, 1, &page).of_dossier(dossier)
}

pub(crate) fn dossier_body(code: &str, pages: u32, state: DossierState) -> Dossier {
    Dossier {
        code: code.to_owned(),
        title: Some("Hồ sơ vụ án".to_owned()),
        fonds: "TA".to_owned(),
        carton: None,
        value_class: None,
        state,
        pages,
        expected_pages: Some(pages),
        documents: 1,
        a4_thousandths: u64::from(pages) * 1000,
        bytes: u64::from(pages) * 1000,
        rescan: false,
        below_standard: false,
        accepted_on: None,
        assignment: None,
        retired: None,
    }
}
