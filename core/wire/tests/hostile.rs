//! Foreign bytes never stop a reader: fuzz bodies as plain functions, driven with damaged batches and headers of a fixed seed.

use std::time::{Duration, Instant};

use sohoa_model::Timestamp;
use sohoa_wire::body::FileWanted;
use sohoa_wire::enrolment::{EnrolmentReceipt, Invitation};
use sohoa_wire::head::Claim;
use sohoa_wire::moment::Moment;
use sohoa_wire::request::{self, Message, RequestSignature};
use sohoa_wire::{
    Ack, Batch, BatchHeader, Chain, Hash, KeyId, LogLine, Record, RecordId, SecretKey, Signed, StationId, codec, json,
};
use uuid::Uuid;

/// Longer than any damaged input may take, on a busy machine too.
const LONGEST: Duration = Duration::from_secs(10);
const COPIES: u32 = 800;

/// A body and its name.
type Body = (&'static str, fn(&[u8]));

const BODIES: [Body; 5] = [
    ("batch", batch),
    ("line", line),
    ("batch header", batch_header),
    ("signature", signature),
    ("statement", statement),
];

/// A compressed batch: unpacked, read, and opened under a header.
fn batch(bytes: &[u8]) {
    let _ = codec::decode(bytes);
    let _ = Batch::open(header(), bytes);
    // And as it would be under the compression, where damage seldom reaches.
    if let Ok(packed) = zstd_free_lines(bytes) {
        let _ = Batch::open(header(), &packed);
    }
}

fn zstd_free_lines(bytes: &[u8]) -> Result<Vec<u8>, codec::CodecError> {
    codec::encode(bytes.split(|byte| *byte == b'\n'))
}

/// A line of a log.
fn line(bytes: &[u8]) {
    if let Ok(LogLine::Record(record, line)) = LogLine::read(bytes) {
        assert_eq!(line.hash, Hash::of(bytes), "what was received is what is hashed");
        let again = record.line().expect("what was read can be written");
        assert!(Record::read(&again.bytes).is_ok());
    }
    let _ = json::read(bytes);
}

/// The field `Sohoa-Batch`.
fn batch_header(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(header) = BatchHeader::read(text)
    {
        assert_eq!(BatchHeader::read(&header.to_string()).ok(), Some(header));
    }
}

/// The fields `Signature-Input` and `Signature`, joined by a line feed.
fn signature(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (input, value) = text.split_once('\n').unwrap_or((&text, ""));
    if let Ok(read) = RequestSignature::read(input, value) {
        let _ = read.verify(&MESSAGE, &key().public());
    }
    let _ = request::read_content_digest(&text);
}

/// A signed statement, and what a person pastes.
fn statement(bytes: &[u8]) {
    let _ = Signed::<Ack>::read(bytes, &key().public());
    let _ = Signed::<EnrolmentReceipt>::read(bytes, &key().public());
    let _ = String::from_utf8_lossy(bytes).parse::<Invitation>();
}

const MESSAGE: Message<'_> = Message {
    method: "POST",
    target_uri: "https://hub.example/v1/batches",
    content_digest: "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
    content_type: None,
    batch: None,
};

fn key() -> SecretKey {
    SecretKey::from_bytes(&[7; 32])
}

fn lines() -> Vec<Vec<u8>> {
    let line = |n: u8| {
        let body = FileWanted { sha256: Hash::of(&[n]), bytes: n.into() };
        let record = Record::new(RecordId(Uuid::from_u128(n.into())), 1, Moment(Timestamp(0)), &body);
        record.and_then(|record| record.line()).expect("a record").bytes
    };
    (1..6).map(line).collect()
}

fn header() -> BatchHeader {
    let station = StationId(Uuid::from_u128(1));
    let prev = Chain::start(station);
    let chain = prev.then_all(lines().iter().map(|line| Hash::of(line)));
    BatchHeader::sign(station, Claim { epoch: 1, first: 1, count: 5, prev, chain }, &key())
}

fn seeds() -> Vec<Vec<u8>> {
    let lines = lines();
    let fields = request::sign(&MESSAGE, &key(), KeyId::New, 1, "nonce").expect("a signature");
    let claim = header().claim;
    let ack = Ack {
        station: header().station,
        epoch: 1,
        generation: 1,
        seq: 5,
        chain: claim.chain,
        stable_seq: 0,
        at: Moment(Timestamp(0)),
        hub_key: "h1".to_owned(),
    };
    vec![
        codec::encode(lines.iter().map(Vec::as_slice)).expect("a batch"),
        lines.join(&b'\n'),
        lines[0].clone(),
        LogLine::withheld(Hash::of(b"x")).line().bytes.clone(),
        header().to_string().into_bytes(),
        format!("{}\n{}", fields.input, fields.signature).into_bytes(),
        Signed::new(ack, &key()).expect("a statement").text.into_bytes(),
        b"https://hub.example#K7QF-K7QF-K7QF-K7QF-K7QF".to_vec(),
        b"{\"a\":[[[[[[[[[[[[1]]]]]]]]]]]]}".to_vec(),
    ]
}

/// SplitMix64: the same damage in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ z >> 31) % sides.max(1) as u64).expect("below a usize")
    }

    fn damage(&mut self, seed: &[u8]) -> Vec<u8> {
        const PIECES: [&[u8]; 12] = [
            b"\0",
            b"\"",
            b"{",
            b"[",
            b"-1",
            b"1e999",
            b"null",
            b"\xff",
            b"\n",
            b"99999999999999999999",
            b"\\u0000",
            b"; DROP",
        ];
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(4) {
            let place = self.roll(bytes.len() + 1);
            match self.roll(5) {
                0 if place < bytes.len() => bytes[place] ^= 1 << self.roll(8),
                1 => bytes.truncate(place),
                2 => drop(bytes.splice(place..place, PIECES[self.roll(PIECES.len())].iter().copied())),
                3 => {
                    let end = place + self.roll(bytes.len() - place + 1);
                    drop(bytes.drain(place..end));
                }
                _ => {
                    let end = place + self.roll((bytes.len() - place).min(64) + 1);
                    let copy = bytes[place..end].to_vec();
                    drop(bytes.splice(place..place, copy));
                }
            }
        }
        bytes
    }
}

#[test]
fn the_seeds_are_what_they_should_be() {
    let seeds = seeds();
    assert_eq!(Batch::open(header(), &seeds[0]).expect("a batch").lines.len(), 5);
    assert_eq!(Batch::open(header(), &zstd_free_lines(&seeds[1]).expect("lines")).expect("a batch").lines.len(), 5);
    assert!(LogLine::read(&seeds[2]).is_ok() && LogLine::read(&seeds[3]).is_ok());
    let text = String::from_utf8(seeds[5].clone()).expect("text");
    let (input, value) = text.split_once('\n').expect("two fields");
    let read = RequestSignature::read(input, value).expect("a signature");
    assert_eq!(read.verify(&MESSAGE, &key().public()), Ok(()));
    assert!(Signed::<Ack>::read(&seeds[6], &key().public()).is_ok());
}

#[test]
fn damaged_bytes_never_stop_a_reader() {
    let mut dice = Dice(1);
    for seed in seeds() {
        for (name, run) in BODIES {
            run(&seed);
            for _ in 0..COPIES {
                let damaged = dice.damage(&seed);
                let began = Instant::now();
                run(&damaged);
                assert!(began.elapsed() < LONGEST, "{name} took {:?} for {damaged:?}", began.elapsed());
            }
        }
    }
}

#[test]
fn a_damaged_statement_is_never_believed() {
    let mut dice = Dice(2);
    let seed = seeds()[6].clone();
    let truth = Signed::<Ack>::read(&seed, &key().public()).expect("a statement").statement;
    let mut refused = 0;
    for _ in 0..COPIES * 3 {
        match Signed::<Ack>::read(&dice.damage(&seed), &key().public()) {
            Ok(read) => assert_eq!(read.statement, truth),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > COPIES, "{refused}");
}

#[test]
fn very_many_levels_and_keys_are_refused_quickly() {
    let levels = [b"[".repeat(100_000), b"{\"a\":".repeat(100_000)];
    let keys: Vec<_> = (0..1_000_000).map(|n| format!("\"k{n}\":1")).collect();
    let many = format!("{{{}}}", keys.join(",")).into_bytes();
    let began = Instant::now();
    for text in levels.iter().chain([&many]) {
        assert!(LogLine::read(text).is_err());
        assert!(json::read(text).is_err());
        assert!(json::read_as::<Ack>(text).is_err());
    }
    assert!(began.elapsed() < LONGEST);
}
