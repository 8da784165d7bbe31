//! The head: how far the hub has a station's log, and the one rule by which it moves.
//!
//! The rule is pure. The hub applies it under the lock of the station's row; the station compares the hub's head with its
//! own log by [`compare`]. Everything that a network can do (twice, late, out of order, through two hubs) falls into one of
//! its four answers.

use crate::Chain;

/// How far the hub has the log of a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the station's enrolment.
    pub epoch: u32,
    /// Records in the log.
    pub seq: u64,
    /// The chain over them.
    pub chain: Chain,
}

/// What a batch claims about itself; that `chain` follows from `prev` and its lines was checked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Number of the enrolment that it was sent under.
    pub epoch: u32,
    /// Position of its first record, from 1.
    pub first: u64,
    /// Number of its records, at least 1.
    pub count: u64,
    /// The chain before its first record.
    pub prev: Chain,
    /// The chain after its last record.
    pub chain: Chain,
}

impl Claim {
    /// Position of its last record; none if the numbers are senseless.
    pub fn last(&self) -> Option<u64> {
        self.first.checked_add(self.count)?.checked_sub(1).filter(|last| self.first >= 1 && *last >= self.first)
    }
}

/// What the hub does with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It extends the log: store it; this is the head afterwards.
    Extends(Head),
    /// It is the end of the log already: the reply was lost, and is given again.
    IsHead,
    /// It was sent under another enrolment.
    Fenced,
    /// Anything else: the station compares its log with the head.
    Moved,
}

/// The rule.
pub fn judge(head: &Head, claim: &Claim) -> Ruling {
    if claim.epoch != head.epoch {
        return Ruling::Fenced;
    }
    let Some(last) = claim.last() else { return Ruling::Moved };
    if head.seq.checked_add(1) == Some(claim.first) && claim.prev == head.chain {
        return Ruling::Extends(Head { epoch: head.epoch, seq: last, chain: claim.chain });
    }
    if last == head.seq && claim.chain == head.chain {
        return Ruling::IsHead;
    }
    Ruling::Moved
}

/// How a station's own log stands to the hub's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The hub has a beginning of this log: go on after its last record.
    GoOn,
    /// The hub has more than this log: the catalog was restored or copied, or the machine is not the only one.
    Behind,
    /// The hub has another history.
    Forked,
}

/// Compares the hub's head with the station's own log, whose last record is `last` and whose chain at a position is
/// `chain_at` (none for a position that was forgotten).
///
/// A log that the hub has more of counts as [`Standing::Behind`] whether or not its own records agree with the hub's: a
/// station that is behind stops in either case, and the hub's log tells the rest.
pub fn compare(seq: u64, chain: Chain, last: u64, chain_at: impl FnOnce(u64) -> Option<Chain>) -> Standing {
    if seq > last {
        return Standing::Behind;
    }
    if chain_at(seq) == Some(chain) { Standing::GoOn } else { Standing::Forked }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Hash, StationId};

    fn start() -> Chain {
        Chain::start(StationId(Uuid::from_u128(1)))
    }

    fn chain_of(log: &[u8]) -> Chain {
        start().then_all(log.iter().map(|letter| Hash::of(&[*letter])))
    }

    /// Every log of up to `longest` records over two letters.
    fn logs(longest: u32) -> Vec<Vec<u8>> {
        (0..=longest)
            .flat_map(|length| {
                (0..1_u32 << length).map(move |bits| (0..length).map(|n| (bits >> n & 1) as u8).collect())
            })
            .collect()
    }

    /// The rule again, by the whole lists instead of their chains.
    fn by_lists(head: (u32, &[u8]), claim: (u32, &[u8], &[u8])) -> Ruling {
        let ((epoch, log), (claimed, before, records)) = (head, claim);
        let after = [before, records].concat();
        if epoch != claimed {
            Ruling::Fenced
        } else if before == log {
            Ruling::Extends(Head { epoch, seq: after.len() as u64, chain: chain_of(&after) })
        } else if after == log {
            Ruling::IsHead
        } else {
            Ruling::Moved
        }
    }

    #[test]
    fn the_rule_says_what_whole_lists_say() {
        let mut seen = [0_u32; 4];
        for log in logs(4) {
            for before in logs(4) {
                for records in logs(2).iter().filter(|records| !records.is_empty()) {
                    for epoch in [1, 2] {
                        let head = Head { epoch: 1, seq: log.len() as u64, chain: chain_of(&log) };
                        let claim = Claim {
                            epoch,
                            first: before.len() as u64 + 1,
                            count: records.len() as u64,
                            prev: chain_of(&before),
                            chain: chain_of(&[before.as_slice(), records].concat()),
                        };
                        let ruling = judge(&head, &claim);
                        assert_eq!(
                            ruling,
                            by_lists((1, &log), (epoch, &before, records)),
                            "{log:?} {before:?} {records:?}"
                        );
                        seen[match ruling {
                            Ruling::Extends(_) => 0,
                            Ruling::IsHead => 1,
                            Ruling::Fenced => 2,
                            Ruling::Moved => 3,
                        }] += 1;
                    }
                }
            }
        }
        assert!(seen.iter().all(|count| *count > 20), "{seen:?}");
    }

    #[test]
    fn senseless_numbers_move_nothing() {
        let head = Head { epoch: 1, seq: 0, chain: start() };
        let claim = Claim { epoch: 1, first: 1, count: 0, prev: start(), chain: start() };
        assert_eq!(judge(&head, &claim), Ruling::Moved);
        assert_eq!(judge(&head, &Claim { first: 0, count: 1, ..claim }), Ruling::Moved);
        assert_eq!(judge(&head, &Claim { first: u64::MAX, count: 2, ..claim }), Ruling::Moved);
        let full = Head { seq: u64::MAX, ..head };
        assert_eq!(judge(&full, &Claim { first: 0, count: 1, ..claim }), Ruling::Moved);
    }

    #[test]
    fn a_station_sees_that_it_was_restored_or_copied() {
        let own = [1, 0, 1];
        let at = |seq: u64| own.get(..usize::try_from(seq).unwrap()).map(chain_of);
        assert_eq!(compare(0, start(), 3, at), Standing::GoOn);
        assert_eq!(compare(2, chain_of(&[1, 0]), 3, at), Standing::GoOn);
        assert_eq!(compare(3, chain_of(&own), 3, at), Standing::GoOn);
        assert_eq!(compare(2, chain_of(&[0, 0]), 3, at), Standing::Forked);
        assert_eq!(compare(4, chain_of(&[1, 0, 1, 1]), 3, at), Standing::Behind);
        assert_eq!(compare(2, chain_of(&[1, 0]), 3, |_| None), Standing::Forked);
    }
}
