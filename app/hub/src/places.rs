//! Places for connections: so many at once altogether, and so many of one address, so that one machine can't take all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections at once.
const ALL: usize = 1024;

/// The places of a hub.
#[derive(Debug, Clone)]
pub struct Places {
    /// How many each address may have; `None` where all come from a proxy.
    each: Option<usize>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    who: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// All are taken.
    Full,
    /// The address has as many as it may have.
    OfAddress,
}

impl Places {
    /// So many for each address, or as many as there are.
    pub fn new(each: Option<usize>) -> Self {
        Self { each, taken: Arc::default() }
    }

    /// A place for somebody at this address.
    pub fn take(&self, address: IpAddr) -> Result<Place, NoPlace> {
        let who = machine(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= ALL {
            return Err(NoPlace::Full);
        }
        let count = taken.entry(who).or_default();
        if self.each.is_some_and(|each| *count >= each) {
            return Err(NoPlace::OfAddress);
        }
        *count += 1;
        Ok(Place { who, taken: self.taken.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.who);
            }
        }
    }
}

/// What is taken for one machine: an address of IPv4, or the 64 bits of a network of IPv6, of which a machine has all.
fn machine(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let places = Places::new(Some(2));
        let held = [places.take(at("10.0.0.1")).unwrap(), places.take(at("::ffff:10.0.0.1")).unwrap()];
        assert_eq!(places.take(at("10.0.0.1")).unwrap_err(), NoPlace::OfAddress);
        let other = places.take(at("10.0.0.2")).unwrap();
        drop(held);
        places.take(at("10.0.0.1")).unwrap();
        drop(other);
        assert!(places.taken.lock().unwrap().is_empty(), "nothing is kept of who is gone");
    }

    #[test]
    fn a_machine_has_all_addresses_of_its_network() {
        let places = Places::new(Some(1));
        let _held = places.take(at("2001:db8:1:2::1")).unwrap();
        assert_eq!(places.take(at("2001:db8:1:2:ffff::9")).unwrap_err(), NoPlace::OfAddress);
        places.take(at("2001:db8:1:3::1")).unwrap();
    }

    #[test]
    fn all_places_together_are_counted_even_where_addresses_are_not() {
        let places = Places::new(None);
        let held: Vec<Place> = (0..ALL).map(|_| places.take(at("127.0.0.1")).unwrap()).collect();
        assert_eq!(places.take(at("10.0.0.1")).unwrap_err(), NoPlace::Full);
        drop(held);
        assert!(places.take(at("10.0.0.1")).is_ok());
    }
}
