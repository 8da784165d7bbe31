//! The acknowledgement: the hub has a station's log up to here, and says so under its signature.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::signed::Statement;
use crate::{Chain, StationId};

/// What the hub acknowledges; a station believes it only if station, epoch, generation and chain are its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Whose log.
    pub station: StationId,
    /// Under which enrolment.
    pub epoch: u32,
    /// Number of the hub's database; a restore adds one.
    pub generation: u32,
    /// Records that are in the database for good.
    pub seq: u64,
    /// The chain over them.
    pub chain: Chain,
    /// Records that a finished backup of the hub covers.
    pub stable_seq: u64,
    /// When the last of them was stored.
    pub at: Moment,
    /// Which of the hub's keys signed.
    pub hub_key: String,
}

impl Statement for Ack {
    const PURPOSE: &'static str = "sohoa-ack-1";
}

#[cfg(test)]
mod tests {
    use sohoa_model::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::{SecretKey, Signed};

    fn ack() -> Ack {
        let station = StationId(Uuid::from_u128(1));
        let (chain, at) = (Chain::start(station), Moment(Timestamp(1_795_314_605_000)));
        Ack { station, epoch: 1, generation: 3, seq: 6000, chain, stable_seq: 4000, at, hub_key: "h1".to_owned() }
    }

    #[test]
    fn an_acknowledgement_is_the_hubs_or_nothing() {
        let key = SecretKey::from_bytes(&[7; 32]);
        let signed = Signed::new(ack(), &key).unwrap();
        let read = Signed::<Ack>::read(signed.text.as_bytes(), &key.public()).unwrap();
        assert_eq!(read, signed);
        let other = SecretKey::from_bytes(&[8; 32]).public();
        assert!(Signed::<Ack>::read(signed.text.as_bytes(), &other).is_err());
        for (from, to) in [("\"seq\":6000", "\"seq\":6001"), ("\"generation\":3", "\"generation\":4")] {
            let changed = signed.text.replace(from, to);
            assert_ne!(changed, signed.text);
            assert!(Signed::<Ack>::read(changed.as_bytes(), &key.public()).is_err());
        }
        let unsigned = serde_json::to_string(&ack()).unwrap();
        assert!(Signed::<Ack>::read(unsigned.as_bytes(), &key.public()).is_err());
    }

    #[test]
    fn a_newer_hub_may_say_more() {
        #[derive(Serialize, Deserialize)]
        struct Newer {
            #[serde(flatten)]
            ack: Ack,
            mood: String,
        }
        impl Statement for Newer {
            const PURPOSE: &'static str = Ack::PURPOSE;
        }
        let key = SecretKey::from_bytes(&[7; 32]);
        let newer = Signed::new(Newer { ack: ack(), mood: "good".to_owned() }, &key).unwrap();
        assert_eq!(Signed::<Ack>::read(newer.text.as_bytes(), &key.public()).unwrap().statement, ack());
    }
}
