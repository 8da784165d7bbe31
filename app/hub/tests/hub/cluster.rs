//! The PostgreSQL that all tests of this program share, stopped when the last test that uses it ends.

use std::sync::{Arc, Mutex, Weak};

use sohoa_tests::postgres::Cluster;

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

/// The cluster, if PostgreSQL is installed.
pub(crate) fn shared() -> Option<Arc<Cluster>> {
    let mut shared = SHARED.lock().expect("no test panics while it starts PostgreSQL");
    if let Some(cluster) = shared.upgrade() {
        return Some(cluster);
    }
    let cluster = Arc::new(Cluster::start()?);
    *shared = Arc::downgrade(&cluster);
    Some(cluster)
}
