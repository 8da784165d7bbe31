//! What a batch tells, sorted for the database: of each thing its highest revision, with what no column holds refused.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sohoa_model::day::Day;
use sohoa_model::dossier_state::DossierState;
use sohoa_wire::body;
use sohoa_wire::kind::Writer;
use sohoa_wire::{Batch, Hash, Kind, LogLine, ProblemKind, Record, RecordId};

use crate::Refusal;

/// The longest text of a column that is sorted or searched.
const SHORT: usize = 256;
/// The longest text that is shown.
const LONG: usize = 4096;

/// A record at its place in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) record: &'a Record,
    pub(super) hash: Hash,
    pub(super) seq: u64,
}

impl Placed<'_> {
    /// Tells another content under the same revision, in eight bytes a row instead of 32.
    pub(super) fn line8(&self) -> i64 {
        i64::from_be_bytes(self.hash.0.first_chunk().copied().unwrap_or_default())
    }

    pub(super) fn rev(&self) -> i32 {
        // A record's revision is at most i32::MAX.
        self.record.rev.cast_signed()
    }

    /// The refusal of a record that no table can hold.
    pub(super) fn invalid(&self, detail: &str) -> Refusal {
        Refusal::new(ProblemKind::RecordInvalid).at(self.seq).detail(detail)
    }

    pub(super) fn seq(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX)
    }
}

/// A batch, sorted.
#[derive(Debug)]
pub(super) struct Content<'a> {
    /// The highest revision of each thing.
    pub(super) newest: BTreeMap<(Kind, RecordId), Placed<'a>>,
    /// Every dossier that a record names, and the first record that does.
    pub(super) dossiers: BTreeMap<RecordId, Placed<'a>>,
    /// Every file that a record names: bytes, and the first record that does.
    pub(super) files: BTreeMap<Hash, (u64, Placed<'a>)>,
}

impl<'a> Content<'a> {
    pub(super) fn of(batch: &'a Batch) -> Result<Self, Refusal> {
        let mut content = Self { newest: BTreeMap::new(), dossiers: BTreeMap::new(), files: BTreeMap::new() };
        for (seq, line) in batch.positions() {
            if let LogLine::Record(record, line) = line {
                content.take(batch, Placed { record, hash: line.hash, seq })?;
            }
        }
        Ok(content)
    }

    fn take(&mut self, batch: &Batch, placed: Placed<'a>) -> Result<(), Refusal> {
        let record = placed.record;
        if record.kind.writer() != Writer::Station {
            return Err(placed.invalid("only the hub writes this kind"));
        }
        if record.kind == Kind::Station && record.id.0 != batch.header.station.0 {
            return Err(Refusal::new(ProblemKind::NotOwner).at(placed.seq).detail("a station speaks of itself alone"));
        }
        if let Some(dossier) = record.dossier {
            self.dossiers.entry(dossier).or_insert(placed);
        }
        for file in &record.files {
            let (bytes, _) = *self.files.entry(file.sha256).or_insert((file.bytes, placed));
            if bytes != file.bytes {
                return Err(placed.invalid("a file is said to have two sizes"));
            }
        }
        match self.newest.entry((record.kind, record.id)) {
            Entry::Vacant(entry) => drop(entry.insert(placed)),
            Entry::Occupied(mut entry) => {
                let known = *entry.get();
                if known.record.rev == record.rev && known.hash != placed.hash {
                    return Err(Refusal::new(ProblemKind::RevConflict).at(placed.seq));
                }
                if record.rev > known.record.rev {
                    entry.insert(placed);
                }
            }
        }
        Ok(())
    }

    /// The newest records of a kind, by identifier.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = Placed<'a>> {
        self.newest.iter().filter(move |((found, _), _)| *found == kind).map(|(_, placed)| *placed)
    }
}

/// A body, or the refusal of its record.
pub(super) fn body<B: body::Body>(placed: &Placed<'_>) -> Result<B, Refusal> {
    placed.record.body().map_err(|error| Refusal::new(ProblemKind::RecordInvalid).at(placed.seq).explained(error))
}

/// A count as the database has it.
pub(super) fn count(placed: &Placed<'_>, number: u32) -> Result<i32, Refusal> {
    i32::try_from(number).map_err(|_| placed.invalid("a number is senseless"))
}

/// Bytes and the like, of which many are added up.
pub(super) fn amount(placed: &Placed<'_>, number: u64) -> Result<i64, Refusal> {
    let small = i64::try_from(number).ok().filter(|number| *number <= 1 << 50);
    small.ok_or_else(|| placed.invalid("a number is senseless"))
}

/// A text that is sorted or searched.
pub(super) fn short<'t>(placed: &Placed<'_>, text: &'t str) -> Result<&'t str, Refusal> {
    if text.len() <= SHORT { Ok(text) } else { Err(placed.invalid("a code is over 256 bytes long")) }
}

/// A text that is shown.
pub(super) fn long(placed: &Placed<'_>, text: Option<String>) -> Result<Option<String>, Refusal> {
    if text.as_ref().is_none_or(|text| text.len() <= LONG) {
        Ok(text)
    } else {
        Err(placed.invalid("a title is over 4096 bytes long"))
    }
}

/// A day, as [`Day::parse`] takes it: whoever counts from the first of them to the last goes over every one.
pub(super) fn day(placed: &Placed<'_>, text: Option<String>) -> Result<Option<String>, Refusal> {
    if text.as_deref().is_none_or(|text| Day::parse(text).is_some()) {
        Ok(text)
    } else {
        Err(placed.invalid("a day is not written YYYY-MM-DD"))
    }
}

/// The number of a state in the tables: its place in the order of states.
pub const fn state_number(state: DossierState) -> i16 {
    // The states are declared in their order; a test compares them with `DossierState::ALL`.
    state as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_state_is_its_place() {
        for (place, state) in DossierState::ALL.into_iter().enumerate() {
            assert_eq!(usize::try_from(state_number(state)).ok(), Some(place), "{state:?}");
        }
    }
}
