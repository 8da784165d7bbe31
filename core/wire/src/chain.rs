//! The chain: one digest that stands for a whole log, however it was cut into batches.
//!
//! `chain₀ = SHA-256("sohoa-log-1" ‖ the 16 bytes of the station's identifier)`,
//! `chainₙ = SHA-256(0x01 ‖ chainₙ₋₁ ‖ hₙ)`, where `hₙ` is the digest of the n-th line without its line feed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::{Hash, StationId};

/// The digest of a log up to a position; 64 hexadecimal digits in texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chain(pub Hash);

impl Chain {
    /// The chain of a station's empty log.
    pub fn start(station: StationId) -> Self {
        let mut hasher = sha2::Sha256::new();
        hasher.update(b"sohoa-log-1");
        hasher.update(station.0.as_bytes());
        Self(Hash(hasher.finalize().into()))
    }

    /// The chain with one more line.
    #[must_use]
    pub fn then(self, line: Hash) -> Self {
        let mut hasher = sha2::Sha256::new();
        hasher.update([1]);
        hasher.update(self.0.0);
        hasher.update(line.0);
        Self(Hash(hasher.finalize().into()))
    }

    /// The chain with more lines.
    #[must_use]
    pub fn then_all(self, lines: impl IntoIterator<Item = Hash>) -> Self {
        lines.into_iter().fold(self, Self::then)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_chain_does_not_hang_on_where_batches_are_cut() {
        let station = StationId(Uuid::from_u128(1));
        let lines: Vec<_> = (0..10_u8).map(|n| Hash::of(&[n])).collect();
        let whole = Chain::start(station).then_all(lines.iter().copied());
        for cut in 0..=lines.len() {
            let first = Chain::start(station).then_all(lines[..cut].iter().copied());
            assert_eq!(first.then_all(lines[cut..].iter().copied()), whole);
        }
        assert_ne!(whole, Chain::start(StationId(Uuid::from_u128(2))).then_all(lines.iter().copied()));
        assert_ne!(whole, Chain::start(station).then_all(lines.into_iter().rev()));
    }

    #[test]
    fn the_chain_is_what_the_formula_says() {
        // Made with Python's hashlib from the formula, not with this code.
        let station = StationId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_000a));
        assert_eq!(
            Chain::start(station).to_string(),
            "cdfa6e2e30feb33e1523473ec18223cfab1348b92381e09d32df4d6b7507d95b"
        );
        assert_eq!(
            Chain::start(station).then(Hash::of(b"abc")).to_string(),
            "188ddea4ec8eb22daf738335e8da4729ad5ee9e2c11e376a3db7ff3f4cd350a4"
        );
    }
}
