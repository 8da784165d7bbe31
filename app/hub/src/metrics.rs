//! Counters of one hub since it was started, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sohoa_wire::ProblemKind;

/// The counters.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests answered.
    pub requests: AtomicU64,
    /// Batches that moved a log.
    pub batches: AtomicU64,
    /// Records in them.
    pub records: AtomicU64,
    /// Batches that were there already.
    pub repeated_batches: AtomicU64,
    /// Files stored.
    pub files: AtomicU64,
    /// Their bytes.
    pub file_bytes: AtomicU64,
    /// Microseconds spent in the transaction of a batch.
    pub ingest_microseconds: AtomicU64,
    refused: Mutex<BTreeMap<ProblemKind, u64>>,
}

impl Metrics {
    /// Counts a refusal.
    pub fn refuse(&self, kind: ProblemKind) {
        let mut refused = self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *refused.entry(kind).or_default() += 1;
    }

    /// Adds to a counter.
    pub fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Ordering::Relaxed);
    }

    /// The text of Prometheus (exposition format 0.0.4).
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, help, counter) in [
            ("sohoa_hub_requests_total", "Requests answered.", &self.requests),
            ("sohoa_hub_batches_total", "Batches that moved a log.", &self.batches),
            ("sohoa_hub_records_total", "Records in batches that moved a log.", &self.records),
            ("sohoa_hub_repeated_batches_total", "Batches that were there already.", &self.repeated_batches),
            ("sohoa_hub_files_total", "Files stored.", &self.files),
            ("sohoa_hub_file_bytes_total", "Bytes of files stored.", &self.file_bytes),
            ("sohoa_hub_ingest_microseconds_total", "Time in the transactions of batches.", &self.ingest_microseconds),
        ] {
            let count = counter.load(Ordering::Relaxed);
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}\n");
        }
        text.push_str("# HELP sohoa_hub_refused_total Requests refused.\n# TYPE sohoa_hub_refused_total counter\n");
        let refused = self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (kind, count) in refused.iter() {
            let _ = writeln!(text, "sohoa_hub_refused_total{{reason=\"{}\"}} {count}", kind.code());
        }
        text
    }
}
