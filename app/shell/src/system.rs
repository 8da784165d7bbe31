//! The system's clock and randomness, and the double of the clock that only debug builds accept.
//!
//! Tests of the whole program set `SOHOA_TEST_CLOCK` (UTC milliseconds at which the clock stands still)
//! and `SOHOA_CRASH_AT` (`name:n`, the point at which the process dies for the nth time). Release builds do not know them.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sohoa_model::ids::Randomness;
use sohoa_model::{Clock, Timestamp, crash};

use crate::Variables;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The name of the station: `SOHOA_STATION`, else that of the machine, else `?`.
pub fn station_name(variables: Variables<'_>) -> String {
    let of_machine = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| variables("COMPUTERNAME"));
    let named = |name: String| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    variables("SOHOA_STATION")
        .and_then(named)
        .or_else(|| of_machine().and_then(named))
        .unwrap_or_else(|| "?".to_owned())
}

/// The randomness of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn ten_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        if File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).is_err() {
            // Elsewhere: each state is keyed anew by the system.
            for part in bytes.chunks_mut(8) {
                let number = RandomState::new().build_hasher().finish().to_ne_bytes();
                part.copy_from_slice(&number[..part.len()]);
            }
        }
        bytes
    }
}

/// The clock to work with.
pub fn clock(variables: Variables<'_>) -> Arc<dyn Clock> {
    #[cfg(debug_assertions)]
    if let Some(at) = variables("SOHOA_TEST_CLOCK").and_then(|text| text.parse().ok()) {
        return Arc::new(sohoa_model::clock::FrozenClock(Timestamp(at)));
    }
    let _ = variables;
    Arc::new(SystemClock)
}

/// Arms the point at which a test wants the process to die, if one does.
pub fn arm_crash_point(variables: Variables<'_>) {
    if let Some(wanted) = variables(crash::VARIABLE) {
        crash::arm(&wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_gives_other_bytes_each_time() {
        assert_ne!(SystemRandomness.ten_bytes(), SystemRandomness.ten_bytes());
        assert!(SystemClock.now() > Timestamp(1_700_000_000_000));
    }

    #[cfg(debug_assertions)]
    #[test]
    fn a_test_may_bring_its_own_clock() {
        let variables = |name: &str| match name {
            "SOHOA_TEST_CLOCK" => Some("1795314605000".to_owned()),
            _ => None,
        };
        assert_eq!(clock(&variables).now(), Timestamp(1_795_314_605_000));
    }
}
