//! Loads a hub as many stations would, over HTTP and TLS, and says in JSON how long that took.
//!
//! - `sohoa-hub-load staged PAGES STATIONS`: the rows of `staged` for the masters of the pages, for `COPY` (files that are
//!   uploaded already).
//! - `sohoa-hub-load records URL AUTHORITY INVITATIONS PAGES`: a station for each line of a file of invitations; dossiers of
//!   fifty pages in batches of 2 000 records, made beforehand; then the same once more.
//! - `sohoa-hub-load files URL AUTHORITY KEY INVITATIONS FILES BYTES ROUNDS HUB.TOML`: so many rounds of files through the hub,
//!   four at a time by a station for each line of a file of invitations; then as many at a time into the store of the hub's
//!   settings, folder or bucket, by the same `object_store`; then over TLS to a server that does nothing but hash and store
//!   them there (see `ceiling`).
//! - `sohoa-hub-load poll URL AUTHORITY INVITATION STATIONS SECONDS`: connections that ask for head and feed once a second.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sohoa_hub::Settings;
use sohoa_hub::store::Store;
use sohoa_model::Timestamp;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::api::Hello;
use sohoa_wire::body::{Body, Dossier, Page};
use sohoa_wire::enrolment::{EnrolmentReceipt, EnrolmentRequest, Invitation};
use sohoa_wire::head::Claim;
use sohoa_wire::moment::Moment;
use sohoa_wire::request::{self, Message};
use sohoa_wire::{
    Ack, BatchHeader, Chain, FileRef, Hash, KeyId, Record, RecordId, SecretKey, Signed, StationId, batch, codec,
    limits, nonce,
};
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use uuid::Uuid;

mod ceiling;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const PAGES_A_DOSSIER: u64 = 50;
/// Files that travel at once, as the hub takes four requests of a station at once.
const AT_ONCE: usize = 4;
const AT: Timestamp = Timestamp(1_795_314_605_120);

fn main() -> ExitCode {
    // The client of S3 takes what is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["staged", pages, stations] => staged(pages, stations),
        ["records", url, authority, invitations, pages] => records(url, authority, invitations, pages),
        ["files", url, authority, key, invitations, count, bytes, rounds, settings] => {
            files(url, [authority, key], invitations, [count, bytes, rounds], settings)
        }
        ["poll", url, authority, invitation, stations, seconds] => poll(url, authority, invitation, stations, seconds),
        _ => Err("say what to do: staged | records | files | poll, see the head of tests/scale/hub.rs".into()),
    };
    match done {
        Ok(text) => {
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sohoa-hub-load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The master of a page: its digest alone, for no byte of it travels.
fn master(station: u64, page: u64) -> Hash {
    Hash::of(&[station.to_le_bytes(), page.to_le_bytes()].concat())
}

fn staged(pages: &str, stations: &str) -> Outcome<String> {
    let (pages, stations): (u64, u64) = (pages.parse()?, stations.parse()?);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for station in 0..stations {
        for page in 0..pages / stations {
            let digest = master(station, page);
            writeln!(out, "\\\\x{digest}\t1\tf/{digest}\t900000\t1\t2026-11-28 00:00:00+00\t2026-11-28 00:00:00+00")?;
        }
    }
    out.flush()?;
    Ok("\\.".to_owned())
}

/// A station with one connection.
struct Station {
    agent: Agent,
    url: String,
    key: SecretKey,
    key_id: KeyId,
    id: StationId,
    nonce: String,
}

/// A request.
#[derive(Default)]
struct Ask<'a> {
    method: &'a str,
    path: &'a str,
    body: &'a [u8],
    /// Digest of the body, where it is known already.
    digest: Option<Hash>,
    media_type: Option<&'a str>,
    batch: Option<&'a str>,
}

impl Station {
    fn enrol(url: &str, authority: &str, invitation: &str, seed: u8) -> Outcome<Self> {
        let invitation: Invitation = invitation.parse().map_err(|_| "no invitation")?;
        let key = SecretKey::from_bytes(&[seed; 32]);
        let mut station = Self {
            agent: agent(authority)?,
            url: url.to_owned(),
            key,
            key_id: KeyId::New,
            id: StationId(Uuid::nil()),
            nonce: String::new(),
        };
        let asked = EnrolmentRequest {
            code: invitation.code.to_string(),
            public_key: station.key.public(),
            software: "bench".to_owned(),
        };
        let body = serde_json::to_vec(&asked)?;
        let path = "/v1/enrolments";
        let ask = Ask { method: "POST", path, body: &body, media_type: Some("application/json"), ..Ask::default() };
        let receipt = Signed::<EnrolmentReceipt>::peek(&station.ask(&ask)?)?;
        station.id = receipt.station;
        station.key_id = KeyId::Station(receipt.station, receipt.epoch);
        Ok(station)
    }

    /// The same station on another connection.
    fn beside(&self, authority: &str) -> Outcome<Self> {
        let (url, key) = (self.url.clone(), self.key.clone());
        Ok(Self { agent: agent(authority)?, url, key, key_id: self.key_id, id: self.id, nonce: String::new() })
    }

    fn get(&mut self, path: &str) -> Outcome<Vec<u8>> {
        self.ask(&Ask { method: "GET", path, ..Ask::default() })
    }

    /// Asks until the hub has a turn; a nonce that is missing or old is renewed.
    fn ask(&mut self, ask: &Ask<'_>) -> Outcome<Vec<u8>> {
        for _ in 0..1000 {
            let uri = format!("{}{}", self.url, ask.path);
            let digest = request::digest_field(ask.digest.unwrap_or_else(|| Hash::of(ask.body)));
            let message = Message {
                method: ask.method,
                target_uri: &uri,
                content_digest: &digest,
                content_type: ask.media_type,
                batch: ask.batch,
            };
            let signed = request::sign(&message, &self.key, self.key_id, AT.0.div_euclid(1000), &self.nonce)?;
            let mut builder = Request::builder().method(ask.method).uri(&uri).header("content-digest", &digest);
            builder = builder.header("signature-input", &signed.input).header("signature", &signed.signature);
            if let Some(batch) = ask.batch {
                builder = builder.header(batch::FIELD, batch).header("content-encoding", "zstd");
            }
            if let Some(media_type) = ask.media_type {
                builder = builder.header("content-type", media_type);
            }
            let mut response = match ask.method {
                "GET" => self.agent.run(builder.body(())?)?,
                _ => self.agent.run(builder.body(ask.body)?)?,
            };
            if let Some(fresh) = response.headers().get(nonce::FIELD) {
                fresh.to_str()?.clone_into(&mut self.nonce);
            }
            let status = response.status().as_u16();
            let body = response.body_mut().with_config().limit(64 << 20).read_to_vec()?;
            match status {
                200..300 => return Ok(body),
                401 | 429 | 503 => {}
                _ => return Err(format!("{} {}: {}", status, ask.path, String::from_utf8_lossy(&body)).into()),
            }
        }
        Err(format!("{} has no turn", ask.path).into())
    }
}

fn agent(authority: &str) -> Outcome<Agent> {
    let certificate = Certificate::from_pem(&std::fs::read(authority)?)?;
    let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[certificate])).build();
    Ok(Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls).build().into())
}

/// A batch, ready to be sent.
struct Ready {
    body: Vec<u8>,
    header: String,
    records: usize,
}

fn records(url: &str, authority: &str, invitations: &str, pages: &str) -> Outcome<String> {
    let invitations = std::fs::read_to_string(invitations)?;
    let invitations: Vec<&str> = invitations.lines().collect();
    let each = pages.parse::<u64>()? / invitations.len() as u64;
    let mut stations = Vec::new();
    for (number, invitation) in invitations.iter().enumerate() {
        let station = Station::enrol(url, authority, invitation, u8::try_from(number + 1)?)?;
        let ready = prepare(&station, number as u64, each)?;
        stations.push((station, ready));
    }
    let count: usize = stations.iter().flat_map(|(_, ready)| ready).map(|ready| ready.records).sum();
    let first = send(&mut stations)?;
    let last: Vec<&mut (Station, Vec<Ready>)> = stations.iter_mut().collect();
    // What is the head already is said again and changes nothing.
    for (station, ready) in last {
        let Some(ready) = ready.last() else { continue };
        post(station, ready)?;
    }
    Ok(format!(
        "{{\"records\": {count}, \"seconds\": {:.3}, \"p50_ms\": {:.1}, \"p99_ms\": {:.1}}}",
        first.seconds,
        first.at(50),
        first.at(99)
    ))
}

/// All batches of a station.
fn prepare(station: &Station, number: u64, pages: u64) -> Outcome<Vec<Ready>> {
    let mut lines = Vec::new();
    for page in 0..pages {
        let dossier = name(station, page / PAGES_A_DOSSIER, 0);
        if page % PAGES_A_DOSSIER == 0 {
            let record = record(dossier, &dossier_body(page / PAGES_A_DOSSIER, number))?;
            lines.push(record.of_dossier(dossier).line()?);
        }
        let sha256 = master(number, page);
        let body = Page {
            document: dossier,
            ordinal: u32::try_from(page % PAGES_A_DOSSIER + 1)?,
            folio: None,
            width: 2480,
            height: 3508,
            dpi: 300,
            frame: None,
            turned: None,
            part: None,
            master_sha256: sha256,
            master_bytes: 900_000,
            reading: None,
            words: None,
            confidence_ppm: None,
            retired: None,
        };
        let record = record(name(station, page / PAGES_A_DOSSIER, page % PAGES_A_DOSSIER + 1), &body)?;
        let file = FileRef { sha256, bytes: 900_000, role: "master".to_owned() };
        lines.push(record.of_dossier(dossier).with_files(vec![file]).line()?);
    }
    let KeyId::Station(_, epoch) = station.key_id else { return Err("not enrolled".into()) };
    let (mut chain, mut first, mut ready) = (Chain::start(station.id), 1, Vec::new());
    for some in lines.chunks(limits::BATCH_RECORDS) {
        let prev = chain;
        chain = chain.then_all(some.iter().map(|line| line.hash));
        let claim = Claim { epoch, first, count: some.len() as u64, prev, chain };
        first += some.len() as u64;
        let body = codec::encode(some.iter().map(|line| line.bytes.as_slice()))?;
        let header = BatchHeader::sign(station.id, claim, &station.key).to_string();
        ready.push(Ready { body, header, records: some.len() });
    }
    Ok(ready)
}

fn name(station: &Station, dossier: u64, page: u64) -> RecordId {
    RecordId(Uuid::from_u128(station.id.0.as_u128() ^ u128::from(dossier) << 32 ^ u128::from(page) ^ 1 << 64))
}

fn record<B: Body>(id: RecordId, body: &B) -> Outcome<Record> {
    Ok(Record::new(id, 1, Moment(AT), body)?)
}

fn dossier_body(number: u64, station: u64) -> Dossier {
    Dossier {
        code: format!("TA-{station}-{number}"),
        title: Some("Hồ sơ vụ án dân sự về tranh chấp quyền sử dụng đất".to_owned()),
        fonds: format!("TA-{}", number % 50),
        carton: None,
        value_class: None,
        state: DossierState::Captured,
        pages: PAGES_A_DOSSIER as u32,
        expected_pages: Some(PAGES_A_DOSSIER as u32),
        documents: 1,
        a4_thousandths: PAGES_A_DOSSIER * 1000,
        bytes: PAGES_A_DOSSIER * 900_000,
        rescan: false,
        below_standard: false,
        accepted_on: None,
        assignment: None,
        retired: None,
    }
}

/// How long something took, and each step of it.
struct Times {
    seconds: f64,
    steps: Vec<Duration>,
}

impl Times {
    /// What so many of a hundred steps did not pass, in milliseconds.
    fn at(&self, percent: usize) -> f64 {
        let place = (self.steps.len() * percent / 100).min(self.steps.len().saturating_sub(1));
        self.steps.get(place).map_or(0.0, |step| step.as_secs_f64() * 1000.0)
    }
}

fn post(station: &mut Station, ready: &Ready) -> Outcome<()> {
    let ask = Ask {
        method: "POST",
        path: "/v1/batches",
        body: &ready.body,
        digest: None,
        media_type: Some(batch::MEDIA_TYPE),
        batch: Some(&ready.header),
    };
    let reply = station.ask(&ask)?;
    Signed::<Ack>::peek(&reply)?;
    Ok(())
}

/// Every station sends its batches one after the other, all at once.
fn send(stations: &mut [(Station, Vec<Ready>)]) -> Outcome<Times> {
    let began = Instant::now();
    let steps = std::thread::scope(|scope| {
        let sending: Vec<_> = stations
            .iter_mut()
            .map(|(station, ready)| {
                scope.spawn(move || {
                    let mut steps = Vec::new();
                    for ready in ready.iter() {
                        let began = Instant::now();
                        post(station, ready)?;
                        steps.push(began.elapsed());
                    }
                    Ok(steps)
                })
            })
            .collect();
        joined(sending)
    })?;
    Ok(Times { seconds: began.elapsed().as_secs_f64(), steps })
}

/// The steps of all, the shortest first.
fn joined(threads: Vec<std::thread::ScopedJoinHandle<'_, Outcome<Vec<Duration>>>>) -> Outcome<Vec<Duration>> {
    let mut steps = Vec::new();
    for thread in threads {
        steps.extend(thread.join().map_err(|_| "a thread panicked")??);
    }
    steps.sort_unstable();
    Ok(steps)
}

/// Megabytes a second of each round: through the hub, by `object_store` alone, and through the server of [`ceiling`].
fn files(url: &str, tls: [&str; 2], invitations: &str, counts: [&str; 3], settings: &str) -> Outcome<String> {
    let ([authority, key], [count, bytes, rounds]) = (tls, counts);
    let (count, bytes, rounds): (usize, usize, usize) = (count.parse()?, bytes.parse()?, rounds.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let store = Store::open(&Settings::read(settings.as_ref())?.store)?;
    let ceiling = ceiling::serve(&runtime, [authority, key], store.clone())?;
    let (mut connections, mut agents) = (Vec::new(), Vec::new());
    for (number, invitation) in std::fs::read_to_string(invitations)?.lines().enumerate() {
        let station = Station::enrol(url, authority, invitation, u8::try_from(201 + number)?)?;
        for _ in 0..AT_ONCE {
            // Connections are there before a clock starts: a station that sends files has asked for the head.
            let mut connection = station.beside(authority)?;
            connection.get("/v1/station")?;
            connections.push(connection);
            let agent = agent(authority)?;
            agent.get(&ceiling).call()?;
            agents.push(agent);
        }
    }
    let [mut through_hub, mut alone, mut through_ceiling] = [const { Vec::new() }; 3];
    for round in 0..rounds {
        // The same bytes all three times, one number apart from file to file: nothing is there before.
        let contents: Vec<Bytes> = (0..count).map(|number| content(round * count + number, bytes)).collect();
        through_hub.push(at_once(&mut connections, count, |station, number| {
            let body = &contents[number];
            let (digest, media_type) = (Hash::of(body), Some("application/octet-stream"));
            let path = format!("/v1/files/{digest}");
            let digest = Some(digest);
            station.ask(&Ask { method: "PUT", path: &path, body, digest, media_type, batch: None })?;
            Ok(())
        })?);
        alone.push(at_once(&mut vec![(); agents.len()], count, |(), number| {
            let key = format!("alone/{:02x}/{round}.{number}", number % 256);
            Ok(runtime.block_on(store.put(&key, contents[number].clone()))?)
        })?);
        through_ceiling.push(at_once(&mut agents, count, |agent, number| {
            let body = &contents[number];
            let url = format!("{ceiling}{:02x}/{}", number % 256, Hash::of(body));
            match agent.put(&url).send(&body[..])?.status().as_u16() {
                201 => Ok(()),
                status => Err(format!("{status} from the server that only stores").into()),
            }
        })?);
    }
    let rates = |seconds: Vec<f64>| {
        let megabytes = (count * bytes) as f64 / 1e6;
        let rates: Vec<String> = seconds.iter().map(|seconds| format!("{:.1}", megabytes / seconds)).collect();
        format!("[{}]", rates.join(", "))
    };
    let (hub, bare, ceiling) = (rates(through_hub), rates(alone), rates(through_ceiling));
    Ok(format!("{{\"hub_mb_s\": {hub}, \"bare_mb_s\": {bare}, \"ceiling_mb_s\": {ceiling}}}"))
}

fn content(number: usize, bytes: usize) -> Bytes {
    let mut content = vec![number as u8; bytes];
    content[..8].copy_from_slice(&(number as u64).to_le_bytes());
    Bytes::from(content)
}

/// Does something for each of `count` numbers, by as many workers as there are; the answer is how many seconds that took.
fn at_once<W: Send>(
    workers: &mut [W],
    count: usize,
    work: impl Fn(&mut W, usize) -> Outcome<()> + Sync,
) -> Outcome<f64> {
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        let working = workers.iter_mut().map(|worker| {
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= count {
                        return Ok(Vec::new());
                    }
                    work(worker, number)?;
                }
            })
        });
        joined(working.collect())
    })?;
    Ok(began.elapsed().as_secs_f64())
}

fn poll(url: &str, authority: &str, invitation: &str, stations: &str, seconds: &str) -> Outcome<String> {
    let (count, seconds): (u64, u64) = (stations.parse()?, seconds.parse()?);
    // One station has four requests at once; so there is an invitation for each, and each is a station of its own.
    let invitations = std::fs::read_to_string(invitation)?;
    let mut all = Vec::new();
    for (number, invitation) in invitations.lines().take(usize::try_from(count)?).enumerate() {
        all.push(Station::enrol(url, authority, invitation, u8::try_from(number % 250)?)?);
    }
    if all.len() as u64 != count {
        return Err("too few invitations".into());
    }
    let began = Instant::now();
    let steps = std::thread::scope(|scope| {
        let polling: Vec<_> = all
            .iter_mut()
            .enumerate()
            .map(|(number, station)| {
                scope.spawn(move || {
                    let mut steps = Vec::new();
                    for round in 0..seconds {
                        // Spread over the second.
                        let due = Duration::from_millis(1000 * round + 1000 * number as u64 / count);
                        while let Some(left) = due.checked_sub(began.elapsed()).filter(|left| !left.is_zero()) {
                            std::thread::park_timeout(left);
                        }
                        for path in ["/v1/station", "/v1/feed?after=0"] {
                            let began = Instant::now();
                            let body = station.get(path)?;
                            if path == "/v1/station" {
                                serde_json::from_slice::<Hello>(&body)?;
                            }
                            // The first one has TLS to speak and a nonce to fetch.
                            if round > 0 {
                                steps.push(began.elapsed());
                            }
                        }
                    }
                    Ok(steps)
                })
            })
            .collect();
        joined(polling)
    })?;
    let times = Times { seconds: began.elapsed().as_secs_f64(), steps };
    Ok(format!(
        "{{\"requests\": {}, \"seconds\": {:.1}, \"p50_ms\": {:.2}, \"p99_ms\": {:.2}, \"max_ms\": {:.2}}}",
        times.steps.len(),
        times.seconds,
        times.at(50),
        times.at(99),
        times.at(100)
    ))
}
