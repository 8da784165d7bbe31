//! The hub's nonce: freshness by the hub's clock, so that a station with a dead battery can still speak.
//!
//! base64url of the hub's time (8 bytes), 16 random bytes and HMAC-SHA256 over both under a secret that all hubs share; any
//! hub can judge it and none keeps a list. A request may be replayed while its nonce is fresh: each is idempotent.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sohoa_model::Timestamp;

use crate::limits;

/// The name of the header field of every reply.
pub const FIELD: &str = "sohoa-nonce";

/// The secret of the hubs; never shown.
#[derive(Clone)]
pub struct NonceSecret([u8; 32]);

/// Why a nonce is not good; the station takes the one that comes with the refusal and asks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NonceError {
    /// Not made by these hubs.
    #[error("not a nonce of this hub")]
    Foreign,
    /// More than ten minutes away from now, in either direction.
    #[error("the nonce is no longer good")]
    Stale,
}

impl NonceSecret {
    /// A secret from its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A nonce of a moment.
    pub fn issue(&self, now: Timestamp, random: [u8; 16]) -> String {
        let mut bytes = now.0.to_be_bytes().to_vec();
        bytes.extend(random);
        let tag = self.mac(&bytes).finalize().into_bytes();
        bytes.extend(tag);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether a nonce is of these hubs and fresh.
    pub fn check(&self, now: Timestamp, nonce: &str) -> Result<(), NonceError> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(nonce).map_err(|_| NonceError::Foreign)?;
        let (said, tag) = bytes.split_at_checked(24).ok_or(NonceError::Foreign)?;
        self.mac(said).verify_slice(tag).map_err(|_| NonceError::Foreign)?;
        let time = said.first_chunk().copied().map(i64::from_be_bytes).ok_or(NonceError::Foreign)?;
        // Hubs behind this one's clock issue nonces "of the past", hubs before it "of the future".
        if now.0.abs_diff(time) <= limits::NONCE_MS.unsigned_abs() { Ok(()) } else { Err(NonceError::Stale) }
    }

    fn mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(bytes);
        mac
    }
}

impl std::fmt::Debug for NonceSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NonceSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_ten_minutes_of_the_hub() {
        let secret = NonceSecret::new([1; 32]);
        let nonce = secret.issue(Timestamp(1_000_000_000), [2; 16]);
        assert_eq!(nonce.len(), 75);
        let at = |offset: i64| secret.check(Timestamp(1_000_000_000 + offset), &nonce);
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(limits::NONCE_MS), Ok(()));
        assert_eq!(at(-limits::NONCE_MS), Ok(()));
        assert_eq!(at(limits::NONCE_MS + 1), Err(NonceError::Stale));
        assert_eq!(at(-limits::NONCE_MS - 1), Err(NonceError::Stale));
        assert_eq!(secret.check(Timestamp(i64::MIN), &nonce), Err(NonceError::Stale));
    }

    #[test]
    fn only_the_hubs_make_nonces() {
        let nonce = NonceSecret::new([1; 32]).issue(Timestamp(0), [2; 16]);
        assert_eq!(NonceSecret::new([2; 32]).check(Timestamp(0), &nonce), Err(NonceError::Foreign));
        let secret = NonceSecret::new([1; 32]);
        for place in 0..nonce.len() {
            let mut changed = nonce.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(secret.check(Timestamp(0), &changed), Err(NonceError::Foreign), "{place}");
        }
        for other in ["", "AAAA", "….", &nonce[..40]] {
            assert_eq!(secret.check(Timestamp(0), other), Err(NonceError::Foreign), "{other}");
        }
    }
}
