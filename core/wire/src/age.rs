//! Sealing what travels on a disk: the format of age, version 1 (C2SP `age.md`), to one recipient of the kind X25519.
//!
//! The recipient is the other side's Ed25519 key on the curve of X25519, so that enrolment has already carried it. What is
//! random is drawn from a seed that hangs on the sender's secret and on the plaintext: the same file sealed twice for the
//! same reader gives the same bytes, and no key ever seals two texts. Read and written in pieces of 64 KiB.

use std::io::{self, BufRead, BufReader, Read, Write};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use curve25519_dalek::MontgomeryPoint;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::{hkdf, hmac};

use crate::{Hash, PublicKey, SecretKey};

const VERSION: &str = "age-encryption.org/v1";
const WRAP: &[u8] = b"age-encryption.org/v1/X25519";
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// Bytes that a header with one recipient and the nonce behind it have.
const HEADER: u64 = 184;
/// The longest line of a header that is read.
const LINE: u64 = 128;

/// Why bytes are not a sealed file for this key.
#[derive(Debug, thiserror::Error)]
pub enum AgeError {
    /// Not the header of a file with one recipient.
    #[error("not a sealed file of the kind that travels")]
    Header,
    /// Sealed for another key, or damaged in its header.
    #[error("sealed for another key")]
    Key,
    /// The medium failed.
    #[error("the sealed file could not be read")]
    Read(#[from] io::Error),
}

/// What is drawn for one file: from the sender's secret, the reader's key and the plaintext's digest.
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed of a file with this digest.
    pub fn of(sender: &SecretKey, recipient: &PublicKey, plaintext: Hash) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &sender.to_bytes());
        let text = [b"sohoa-seal-1\0".as_slice(), &recipient.to_bytes(), &plaintext.0].concat();
        let mut seed = [0; 32];
        seed.copy_from_slice(hmac::sign(&key, &text).as_ref());
        Self(seed)
    }

    fn draw(&self, what: &[u8]) -> [u8; 32] {
        derive(b"", &self.0, what)
    }
}

/// The bytes that a plaintext of so many bytes has once it is sealed.
pub fn sealed_bytes(plain: u64) -> u64 {
    HEADER + plain + TAG as u64 * plain.div_ceil(CHUNK as u64).max(1)
}

/// Seals what is read from `plain` for one reader.
pub fn seal(recipient: &PublicKey, seed: &Seed, plain: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
    let (ephemeral, file_key) = (seed.draw(b"ephemeral"), seed.draw(b"file key"));
    let file_key = &file_key[..16];
    let share = MontgomeryPoint::mul_base_clamped(ephemeral).0;
    let shared = recipient.point().mul_clamped(ephemeral).0;
    let wrapping = derive(&[share, recipient.point().0].concat(), &shared, WRAP);
    let mut wrapped = file_key.to_vec();
    cipher(&wrapping).seal_in_place_append_tag(nonce([0; 12]), Aad::empty(), &mut wrapped).map_err(|_| too_long())?;
    let base64 = |bytes: &[u8]| BASE64_STANDARD_NO_PAD.encode(bytes);
    let header = format!("{VERSION}\n-> X25519 {}\n{}\n---", base64(&share), base64(&wrapped));
    writeln!(out, "{header} {}", base64(hmac::sign(&header_key(file_key), header.as_bytes()).as_ref()))?;
    let salt = &seed.draw(b"nonce")[..16];
    out.write_all(salt)?;

    let key = cipher(&derive(salt, file_key, b"payload"));
    let mut chunk = fill(plain, CHUNK)?;
    for number in 0_u64.. {
        let next = if chunk.len() == CHUNK { fill(plain, CHUNK)? } else { Vec::new() };
        let is_last = next.is_empty();
        key.seal_in_place_append_tag(chunk_nonce(number, is_last), Aad::empty(), &mut chunk).map_err(|_| too_long())?;
        out.write_all(&chunk)?;
        if is_last {
            break;
        }
        chunk = next;
    }
    Ok(())
}

/// The plaintext of a sealed file, bit by bit; a piece is given only once it was found genuine.
pub struct Opened<R> {
    sealed: BufReader<R>,
    key: LessSafeKey,
    number: u64,
    plain: Vec<u8>,
    given: usize,
    next: Vec<u8>,
    done: bool,
}

impl<R: Read> Opened<R> {
    /// Reads the header of a file that was sealed for this key.
    pub fn new(key: &SecretKey, sealed: R) -> Result<Self, AgeError> {
        let mut sealed = BufReader::with_capacity(CHUNK + TAG, sealed);
        let mut lines = Vec::new();
        for _ in 0..4 {
            let mut line = String::new();
            sealed.by_ref().take(LINE).read_line(&mut line).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => AgeError::Header,
                _ => AgeError::Read(error),
            })?;
            lines.push(line.strip_suffix('\n').ok_or(AgeError::Header)?.to_owned());
        }
        let bytes = |text: &str| BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| AgeError::Header);
        let share = bytes(lines[1].strip_prefix("-> X25519 ").ok_or(AgeError::Header)?)?;
        let share: [u8; 32] = share.try_into().map_err(|_| AgeError::Header)?;
        let (mut wrapped, mac) = (bytes(&lines[2])?, bytes(lines[3].strip_prefix("--- ").ok_or(AgeError::Header)?)?);
        if lines[0] != VERSION || wrapped.len() != 32 {
            return Err(AgeError::Header);
        }
        let shared = MontgomeryPoint(share).mul_clamped(key.scalar()).0;
        if shared == [0; 32] {
            return Err(AgeError::Header);
        }
        let wrapping = derive(&[share, key.public().point().0].concat(), &shared, WRAP);
        let file_key = cipher(&wrapping).open_in_place(nonce([0; 12]), Aad::empty(), &mut wrapped);
        let file_key = file_key.map_err(|_| AgeError::Key)?;
        let header = format!("{}\n{}\n{}\n---", lines[0], lines[1], lines[2]);
        hmac::verify(&header_key(file_key), header.as_bytes(), &mac).map_err(|_| AgeError::Key)?;
        let mut salt = [0; 16];
        sealed.read_exact(&mut salt)?;
        let key = cipher(&derive(&salt, file_key, b"payload"));
        let next = fill(&mut sealed, CHUNK + TAG)?;
        Ok(Self { sealed, key, number: 0, plain: Vec::new(), given: 0, next, done: false })
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let mut chunk = std::mem::take(&mut self.next);
        if chunk.len() == CHUNK + TAG {
            self.next = fill(&mut self.sealed, CHUNK + TAG)?;
        }
        let is_last = self.next.is_empty();
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the sealed file is damaged");
        let nonce = chunk_nonce(self.number, is_last);
        let length = self.key.open_in_place(nonce, Aad::empty(), &mut chunk).map_err(|_| damaged())?.len();
        // An empty last piece behind others would be a second spelling of the same file.
        if length == 0 && self.number > 0 {
            return Err(damaged());
        }
        chunk.truncate(length);
        (self.plain, self.given, self.done) = (chunk, 0, is_last);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() {
            if self.done || buffer.is_empty() {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let length = buffer.len().min(self.plain.len() - self.given);
        buffer[..length].copy_from_slice(&self.plain[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

/// Up to so many bytes; fewer only at the end.
fn fill(from: &mut dyn Read, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most + TAG);
    from.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// 32 bytes by HKDF-SHA-256 (RFC 5869).
fn derive(salt: &[u8], secret: &[u8], info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let info = [info];
    let expanded = secret.expand(&info, hkdf::HKDF_SHA256).and_then(|bytes| bytes.fill(&mut key));
    expanded.expect("one block is never too much for HKDF");
    key
}

fn header_key(file_key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &derive(b"", file_key, b"header"))
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key has 32 bytes"))
}

fn nonce(bytes: [u8; 12]) -> Nonce {
    Nonce::assume_unique_for_key(bytes)
}

/// Eleven bytes of the piece's number, one that says whether it is the last.
fn chunk_nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(is_last);
    nonce(bytes)
}

fn too_long() -> io::Error {
    io::Error::other("too long to be sealed")
}
